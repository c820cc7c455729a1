package sla

import (
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"frontdesk/records"
	"frontdesk/schema"
	"frontdesk/schema/calendar"
)

// line is a line of a log that a property test draws.
type line struct {
	at          time.Time
	state, hold string
	team        string
}

var epoch = time.Date(2026, 3, 26, 6, 0, 0, 0, time.UTC) // the clock changes in Europe on the 29th

var zones = []string{"UTC", "Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe"}

// drawHours draws hours with split days and a holiday.
func drawHours(t *rapid.T) *calendar.Hours {
	zone, err := time.LoadLocation(rapid.SampledFrom(zones).Draw(t, "zone"))
	if err != nil {
		t.Fatal(err)
	}
	spec := calendar.HoursSpec{Name: "office", Zone: zone}
	for day := range spec.Week {
		at := rapid.SliceOfNDistinct(rapid.IntRange(0, 24*60), 0, 4, rapid.ID).Draw(t, "hours")
		slices.Sort(at)
		for i := 0; i+1 < len(at); i += 2 {
			spec.Week[day] = append(spec.Week[day], calendar.Interval{From: at[i], To: at[i+1]})
		}
	}
	spec.Week[time.Monday] = []calendar.Interval{{From: 480, To: 1020}}
	if rapid.Bool().Draw(t, "holiday") {
		spec.Holidays = []calendar.Holiday{{On: "2026-03-27"}}
	}
	h, err := calendar.NewHours(spec)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// drawLines draws a log, in order, the first line of which opens the record.
func drawLines(t *rapid.T, step int, states ...string) []line {
	at := epoch.Add(time.Duration(rapid.IntRange(0, 1500).Draw(t, "opened")) * time.Minute)
	out := []line{{at: at, state: "new", team: "a"}}
	for range rapid.IntRange(0, 8).Draw(t, "lines") {
		at = at.Add(time.Duration(rapid.IntRange(step, 900).Draw(t, "later")) * time.Minute)
		l := line{at: at, state: rapid.SampledFrom(states).Draw(t, "state"), team: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "team")}
		if l.state == "on-hold" {
			l.hold = rapid.SampledFrom([]string{"user", "vendor"}).Draw(t, "hold")
		}
		out = append(out, l)
	}
	return out
}

func allStates() []string {
	return []string{"new", "in-progress", "in-progress", "on-hold", "on-hold", "resolved", "resolved", "closed", "cancelled", "-100"}
}

// record makes a record of lines of a log and of fields, which alternate with their values.
func record(lines []line, fields ...string) *records.Record {
	pair := func(key, value string) records.Pair {
		v := records.NewNull()
		if value != "" {
			v = records.NewString(value)
		}
		return records.Pair{Key: key, Value: v}
	}
	log := &records.Value{Kind: records.List}
	for _, l := range lines {
		log.Items = append(log.Items, records.NewMap(pair("at", records.FormatTime(l.at)), pair("by", "lee"), pair("state", l.state), pair("hold", l.hold), pair("team", l.team)))
	}
	m := &records.Value{Kind: records.Map, Pairs: []records.Pair{{Key: "log", Value: log}, pair("requester", "dana")}}
	for i := 0; i+1 < len(fields); i += 2 {
		m.Pairs = append(m.Pairs, pair(fields[i], fields[i+1]))
	}
	return &records.Record{Type: "incident", ID: "INC1", Fields: m}
}

// comments makes the body of a record: the desk writes at the times.
func comments(times []time.Time) string {
	var b strings.Builder
	b.WriteString("\n## Comments\n")
	for _, at := range times {
		b.WriteString("\n### " + records.FormatTime(at) + " lee\n\nHello.\n")
	}
	return b.String()
}

// propertyTypes are incidents with clocks by the calendar.
func propertyTypes(t testing.TB) *schema.Types {
	return typesWith(t, `  resolution: {metric: resolution, calendar: office, warn: [50%, PT1H], targets: [{name: all, target: PT9H}]}
  picky: {metric: resolution, calendar: office, pause: {holds: [user]}, targets: [{name: all, target: P1DT30M}]}
  response: {metric: response, calendar: office, warn: [75%], targets: [{name: all, target: PT5H}]}
  update: {metric: update, calendar: office, warn: [75%], targets: [{name: all, target: PT4H}]}
  team: {metric: team, calendar: office, targets: [{name: all, target: PT4H}]}
  supplier: {metric: supplier, calendar: office, targets: [{name: all, target: PT2H}]}
`)
}

func named(cs []Clock, name string) Clock {
	i := slices.IndexFunc(cs, func(c Clock) bool { return c.Name == name })
	if i < 0 {
		return Clock{}
	}
	return cs[i]
}

// counted is what somebody counts who looks at every minute.
type counted struct{ elapsed, held, idle Amount }

func isDone(state string) bool {
	return state == "resolved" || state == "closed" || state == "cancelled"
}

// count looks at every minute of a life of whole minutes. Resolved may be stated.
func count(h *calendar.Hours, lines []line, opened, resolved, asOf time.Time, picky bool) counted {
	var c counted
	var pending Amount // stopped, and nobody knows yet whether for good
	for at := opened; !at.After(asOf); at = at.Add(time.Minute) {
		now, begun, reopened := line{state: "new"}, false, false
		for _, l := range lines {
			if l.at.After(at) {
				break
			}
			if l.state == "-100" {
				l.state = now.state
			}
			now, begun = l, true
			reopened = reopened || l.at.Equal(at) && !isDone(l.state)
		}
		done := isDone(now.state)
		if !resolved.IsZero() { // it is the end: the lines are so drawn
			done, reopened = !at.Before(resolved), false
		}
		if reopened { // perhaps for no time at all
			c.idle.add(pending)
			pending = Amount{}
		}
		var minute Amount
		if at.Before(asOf) {
			minute.Wall = time.Minute
			if h.IsOpen(at) {
				minute.Business = time.Minute
			}
		}
		switch {
		case done:
			pending.add(minute)
			continue
		case begun && now.state == "on-hold" && (!picky || now.hold == "user"):
			c.held.add(minute)
		default:
			c.elapsed.add(minute)
		}
		c.idle.add(pending)
		pending = Amount{}
	}
	return c
}

func TestPropertyTimesEqualACountOfMinutes(t *testing.T) {
	ts := propertyTypes(t)
	rapid.Check(t, func(rt *rapid.T) {
		h := drawHours(rt)
		var opened, resolved time.Time
		var fields []string
		ends := rapid.Bool().Draw(rt, "ends with a resolution that is stated")
		states := allStates()
		if ends {
			states = []string{"in-progress", "on-hold"}
		}
		lines := drawLines(rt, 0, states...)
		last, start := lines[len(lines)-1].at, lines[0].at
		if rapid.Bool().Draw(rt, "opened before") {
			opened = start.Add(-time.Duration(rapid.IntRange(0, 600).Draw(rt, "before")) * time.Minute)
			start, fields = opened, append(fields, "opened_at", records.FormatTime(opened))
		}
		if ends {
			written := last.Add(90 * time.Minute)
			lines = append(lines, line{at: written, state: "resolved", team: "b"})
			resolved = written.Add(time.Duration(rapid.IntRange(-80, 300).Draw(rt, "stated")) * time.Minute)
			fields, last = append(fields, "resolved_at", records.FormatTime(resolved)), later(resolved, written)
		}
		asOf := last.Add(time.Duration(rapid.IntRange(0, 2000).Draw(rt, "asked")) * time.Minute)
		e := engineWith(t, deskWith(h), ts, Around{})
		r := record(lines, fields...)
		cs := e.Clocks(r, ReadLife(ts.Get("incident"), r, asOf), asOf)
		for name, picky := range map[string]bool{"resolution": false, "picky": true} {
			c := named(cs, name)
			if got, wanted := (counted{c.Elapsed, c.Held, c.Idle}), count(h, lines, start, resolved, asOf, picky); got != wanted {
				rt.Fatalf("%s: %+v; want %+v", name, got, wanted)
			}
		}
		teams, resolution := Amount{}, named(cs, "resolution")
		for _, c := range cs {
			if c.Name == "team" {
				teams.add(c.Elapsed)
				teams.add(c.Held)
			}
		}
		before := Amount{h.Between(start, lines[0].at), max(lines[0].at.Sub(start), 0)} // no team had it
		if teams.add(before); teams != (Amount{resolution.Elapsed.Business + resolution.Held.Business, resolution.Elapsed.Wall + resolution.Held.Wall}) && resolved.IsZero() {
			rt.Fatalf("the teams had it for %v; want what was counted and held: %v, %v", teams, resolution.Elapsed, resolution.Held)
		}
	})
}

func TestPropertyAHoldMovesTheDueTimeByItsLength(t *testing.T) {
	ts := propertyTypes(t)
	rapid.Check(t, func(rt *rapid.T) {
		h := drawHours(rt)
		e := engineWith(t, deskWith(h), ts, Around{})
		lines := drawLines(rt, 1, "in-progress", "on-hold")
		last := lines[len(lines)-1].at
		lines = append(lines, line{at: last.Add(time.Minute), state: "in-progress"})
		begin := last.Add(time.Duration(rapid.IntRange(2, 1200).Draw(rt, "begin")) * time.Minute)
		end := begin.Add(time.Duration(rapid.IntRange(1, 5000).Draw(rt, "length")) * time.Minute)
		of := func(lines []line, asOf time.Time) Clock {
			r := record(lines)
			return named(e.Clocks(r, ReadLife(ts.Get("incident"), r, asOf), asOf), "resolution")
		}
		before := of(lines, begin)
		if before.Left <= 0 {
			return // a hold after the end moves nothing
		}
		after := of(append(slices.Clone(lines), line{at: begin, state: "on-hold", hold: "user"}, line{at: end, state: "in-progress"}), end)
		if got, wanted := h.Between(before.Due, after.Due), h.Between(begin, end); got != wanted {
			rt.Fatalf("a hold of %s moved the due time from %s to %s, by %s", wanted, before.Due, after.Due, got)
		}
		cut := begin.Add(end.Sub(begin) / 2).Truncate(time.Minute)
		if cut.Before(begin) {
			return
		}
		for _, hold := range []string{"user", "vendor"} {
			split := of(append(slices.Clone(lines), line{at: begin, state: "on-hold", hold: "user"}, line{at: cut, state: "on-hold", hold: hold}, line{at: end, state: "in-progress"}), end)
			split.Segments, after.Segments = nil, nil
			if !reflect.DeepEqual(split, after) {
				rt.Fatalf("a hold in two parts gives\n%+v\nwant\n%+v", split, after)
			}
		}
	})
}

func TestPropertyClocksRunOn(t *testing.T) {
	ts := propertyTypes(t)
	rapid.Check(t, func(rt *rapid.T) {
		h := drawHours(rt)
		e := engineWith(t, deskWith(h), ts, Around{})
		lines := drawLines(rt, 0, allStates()...)
		r := record(lines)
		var times []time.Time
		for range rapid.IntRange(0, 4).Draw(rt, "comments") {
			times = append(times, lines[0].at.Add(time.Duration(rapid.IntRange(-10, 4000).Draw(rt, "comment"))*time.Minute))
		}
		r.Body = comments(times)
		inc := ts.Get("incident")
		since, seen := lines[0].at.Add(-time.Minute), map[string]int{}
		before := map[string]Clock{}
		for at := since; ; {
			at = at.Add(time.Duration(rapid.IntRange(1, 700).Draw(rt, "step")) * time.Minute)
			cs := e.Clocks(r, ReadLife(inc, r, at), at)
			for _, n := range Notices(r, cs, since, at) {
				seen[string(n.Kind)+n.Clock.Name+n.Clock.Subject+n.At.String()]++
				if n.At.After(at) || !n.At.After(since) || !h.IsOpen(n.At) {
					rt.Fatalf("%s of %s at %s, between %s and %s", n.Kind, n.Clock.Name, n.At, since, at)
				}
			}
			for _, c := range cs {
				checkClock(rt, c)
				key := c.Name + c.Subject + c.Start.String()
				was, ok := before[key]
				if ok && (c.Elapsed.Business < was.Elapsed.Business || c.Elapsed.Wall < was.Elapsed.Wall || was.Outcome == Breached && c.Outcome != Breached) {
					rt.Fatalf("%s went from\n%+v\nto\n%+v", key, was, c)
				}
				before[key] = c
			}
			if since = at; at.After(lines[len(lines)-1].at.Add(72 * time.Hour)) {
				break
			}
		}
		told(rt, e.Clocks(r, ReadLife(inc, r, since), since), seen, since)
	})
}

// told fails unless all that became due by the end was told once on the way.
func told(t *rapid.T, cs []Clock, seen map[string]int, end time.Time) {
	for _, n := range Notices(&records.Record{}, cs, time.Time{}, end) {
		key := string(n.Kind) + n.Clock.Name + n.Clock.Subject + n.At.String()
		if n.Clock.Name == "update" {
			continue // a round that is over is no more what it was while it ran
		}
		if seen[key] != 1 {
			t.Fatalf("%s was told %d times", key, seen[key])
		}
		delete(seen, key)
	}
	for key := range seen {
		if !strings.Contains(key, "update") {
			t.Fatalf("%s was told, and is not so", key)
		}
	}
}

// checkClock fails where a clock contradicts itself.
func checkClock(t *rapid.T, c Clock) {
	fail := func(what string) { t.Fatalf("%s: %+v", what, c) }
	switch {
	case c.Left != c.Limit-c.Elapsed.Business:
		fail("what is left is wrong")
	case c.Metric != schema.Update && (c.Outcome == Breached) != (c.Elapsed.Business > c.Limit):
		fail("it is breached and not over its target, or the other way round")
	case (c.Outcome == Breached) == c.Over.IsZero():
		fail("it is over and not breached, or the other way round")
	case c.Outcome == Met && (c.Active || c.Left < 0):
		fail("it is met and runs, or is over its target")
	case (c.Outcome == Running || c.Outcome == Paused) != (c.Active && c.Outcome != Breached):
		fail("it runs and has stopped, or the other way round")
	case c.Active == !c.Stop.IsZero() || c.Active != (c.Phase != Stopped):
		fail("it is active and stopped")
	case c.Elapsed.Business > c.Elapsed.Wall || c.Held.Business > c.Held.Wall || c.Idle.Business > c.Idle.Wall:
		fail("business time is longer than time")
	case c.Due.IsZero():
		fail("it is never due")
	}
	var sum time.Duration
	for i, s := range c.Segments {
		sum += s.To.Sub(s.From)
		if i > 0 && !s.From.Equal(c.Segments[i-1].To) {
			fail("its segments have gaps")
		}
	}
	if sum != c.Elapsed.Wall+c.Held.Wall+c.Idle.Wall {
		fail("its segments are not its times")
	}
	if !slices.IsSortedFunc(c.Warnings, time.Time.Compare) || !slices.IsSortedFunc(c.Breaches, time.Time.Compare) {
		fail("its warnings are out of order")
	}
}

// A line that changes nothing makes the computation go up to the time asked about.
func TestPropertyATraceTellsTheSameAsAComputation(t *testing.T) {
	ts := propertyTypes(t)
	rapid.Check(t, func(rt *rapid.T) {
		e := engineWith(t, deskWith(drawHours(rt)), ts, Around{})
		lines := drawLines(rt, 0, allStates()...)
		last := lines[len(lines)-1]
		r := record(lines)
		r.Body = comments([]time.Time{lines[0].at.Add(time.Duration(rapid.IntRange(0, 900).Draw(rt, "comment")) * time.Minute)})
		life := ReadLife(ts.Get("incident"), r, time.Time{})
		tr := e.Trace(r, life)
		for range 3 {
			asOf := later(tr.Last, last.at).Add(time.Duration(rapid.IntRange(0, 4000).Draw(rt, "later")) * time.Minute)
			idle := last
			idle.at = asOf
			direct := record(append(slices.Clone(lines), idle))
			direct.Body = r.Body
			wanted := e.Trace(direct, ReadLife(ts.Get("incident"), direct, time.Time{})).Clocks
			if got := tr.At(e, asOf); !reflect.DeepEqual(got, wanted) && (len(got) > 0 || len(wanted) > 0) {
				rt.Fatalf("at %s the trace has\n%+v\nwant\n%+v", asOf, got, wanted)
			}
		}
		checkCodec(rt, e, tr, life.Sum())
	})
}

// checkCodec fails unless what is written is read again, and tells the same.
func checkCodec(t *rapid.T, e *Engine, tr Trace, sum Summary) {
	b := tr.Append(AppendSummary([]byte("head"), sum))
	gotSum, rest, err := ReadSummary(b[4:])
	if err != nil || !reflect.DeepEqual(gotSum, sum) {
		t.Fatalf("%v: the summary is\n%+v\nwant\n%+v", err, gotSum, sum)
	}
	got, rest, err := ReadTrace(append(slices.Clone(rest), 7))
	if err != nil || len(rest) != 1 {
		t.Fatalf("%d bytes follow: %v", len(rest), err)
	}
	if !reflect.DeepEqual(got, tr) {
		t.Fatalf("the trace is\n%+v\nwant\n%+v", got, tr)
	}
	when := tr.Last.Add(33 * time.Hour)
	if !reflect.DeepEqual(got.At(e, when), tr.At(e, when)) {
		t.Fatal("it tells something else")
	}
}

func TestPropertyNothingThatRecordsHoldIsTooMuch(t *testing.T) {
	ts := propertyTypes(t)
	h, err := calendar.NewHours(calendar.HoursSpec{Name: "office", Week: [7][]calendar.Interval{1: {{From: 480, To: 1020}}}})
	if err != nil {
		t.Fatal(err)
	}
	e := engineWith(t, deskWith(h), ts, Around{})
	text := rapid.SampledFrom([]string{"", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-03-02T08:00:00Z", "2026-03-02T08:00:00.000000001Z", "1900-01-01T00:00:00+14:00", "new", "resolved", "on-hold", "user", "vendor", "closed", "cancelled", "-1", "in-progress"})
	rapid.Check(t, func(rt *rapid.T) {
		r := record(nil, "opened_at", text.Draw(rt, "opened"), "resolved_at", text.Draw(rt, "resolved"), "closed_at", text.Draw(rt, "closed"), "state", text.Draw(rt, "state"), "team", text.Draw(rt, "team"))
		log := r.Get("log")
		for range rapid.IntRange(0, 6).Draw(rt, "lines") {
			m := &records.Value{Kind: records.Map}
			for _, key := range []string{"at", "by", "state", "hold", "team", "assignee"} {
				m.Pairs = append(m.Pairs, records.Pair{Key: key, Value: records.NewString(text.Draw(rt, key))})
			}
			log.Items = append(log.Items, m)
		}
		life := ReadLife(ts.Get("incident"), r, time.Time{})
		tr := e.Trace(r, life)
		checkCodec(rt, e, tr, life.Sum())
		for _, c := range tr.At(e, tr.Last.Add(time.Hour)) {
			checkEnds(rt, c)
		}
	})
}

// checkEnds fails where a clock of any record at all contradicts itself.
func checkEnds(t *rapid.T, c Clock) {
	if c.Active != c.Stop.IsZero() || c.Elapsed.Business < 0 || c.Held.Wall < 0 || c.Idle.Wall < 0 || !c.Active && c.Stop.Before(c.Start) {
		t.Fatalf("%+v", c)
	}
}

func TestManyLinesTakeLinearTime(t *testing.T) {
	ts := propertyTypes(t)
	e := engineWith(t, deskWith(hours(t, "office", nil, "08:00-17:00")), ts, Around{})
	few, many := timeOf(t, e, 4_000), timeOf(t, e, 32_000)
	if many > 30*few {
		t.Errorf("eight times as many lines take %s in place of %s", many, few)
	}
}

// timeOf returns how long a record takes whose lines each change the team and the hold.
func timeOf(t *testing.T, e *Engine, n int) time.Duration {
	lines, times := make([]line, n), make([]time.Time, n)
	for i := range lines {
		lines[i] = line{at: epoch.Add(time.Duration(i) * time.Minute), state: "in-progress", team: strconv.Itoa(i)}
		if i%2 == 0 {
			lines[i].state, lines[i].hold = "on-hold", "vendor"
		}
		times[i] = lines[i].at.Add(30 * time.Second)
	}
	r := record(lines)
	r.Body = comments(times)
	best := time.Duration(1<<63 - 1)
	for range 3 {
		began := time.Now()
		life := ReadLife(e.types.Get("incident"), r, time.Time{})
		tr := e.Trace(r, life)
		_, rest, err := ReadSummary(tr.Append(AppendSummary(nil, life.Sum())))
		if err != nil {
			t.Fatal(err)
		}
		if _, _, err := ReadTrace(rest); err != nil {
			t.Fatal(err)
		}
		best = min(best, time.Since(began))
		want(t, "the clocks", len(tr.Clocks), 4+n+n/2)
	}
	return best
}
