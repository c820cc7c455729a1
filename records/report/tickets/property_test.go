package tickets

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"frontdesk/records"
	"frontdesk/records/figure"
	"frontdesk/records/sla"
	"frontdesk/schema"
	"frontdesk/schema/desk"
)

// asOfRandom is the time that random desks are asked about.
const asOfRandom = "2026-06-15 10:00"

// drawTime draws a time of the months before, or none.
func drawTime(t *rapid.T, name string) string {
	if rapid.IntRange(0, 3).Draw(t, name+" stated") == 0 {
		return ""
	}
	minutes := rapid.IntRange(0, 160*24*60).Draw(t, name)
	return moment(asOfRandom).Add(-time.Duration(minutes) * time.Minute).Format("2006-01-02 15:04")
}

func drawClock(t *rapid.T) sla.Clock {
	outcomes := []sla.Outcome{sla.Running, sla.Paused, sla.Met, sla.Breached, sla.Cancelled, sla.Untimed}
	metrics := []schema.Metric{schema.Response, schema.Update, schema.Resolution, schema.TeamTime, schema.SupplierTime}
	c := clock(rapid.SampledFrom(metrics).Draw(t, "metric"), rapid.SampledFrom(outcomes).Draw(t, "outcome"), drawTime(t, "stop"), drawTime(t, "over"))
	c.Subject = rapid.SampledFrom([]string{"", "desk", "network"}).Draw(t, "subject")
	c.Held.Wall = time.Duration(rapid.IntRange(0, 1000).Draw(t, "held")) * time.Minute
	c.Segments = []sla.Segment{{From: moment(drawTime(t, "from")), To: moment(drawTime(t, "to")), Phase: rapid.SampledFrom([]sla.Phase{sla.Counting, sla.OnHold, sla.Stopped}).Draw(t, "phase")}}
	return c
}

// drawData draws a desk of one type: cases in any state, with any times, as records that
// nobody checked.
func drawData(t *rapid.T, typ *schema.Type, types *schema.Types) *figure.Data {
	zone, err := time.LoadLocation(rapid.SampledFrom([]string{"UTC", "Europe/Berlin", "Pacific/Apia"}).Draw(t, "zone"))
	if err != nil {
		t.Fatal(err)
	}
	d := &figure.Data{Desk: desk.Default(), Types: types, AsOf: moment(asOfRandom), Zone: zone, Cases: map[records.Type][]*figure.Case{}}
	small := rapid.IntRange(0, 2)
	for i := range rapid.IntRange(0, 25).Draw(t, "cases") {
		x := a{id: fmt.Sprintf("X%02d", i), opened: drawTime(t, "opened"), resolved: drawTime(t, "resolved"), closed: drawTime(t, "closed"), fields: map[string]any{}}
		x.state = rapid.SampledFrom(append(typ.StateNames(), "lost")).Draw(t, "state")
		for _, f := range fieldsUsed() {
			if rapid.Bool().Draw(t, f+" set") {
				x.fields[f] = rapid.SampledFrom([]any{"P1", "X01", "true", "2026-05-01T00:00:00Z", 3, true, []string{"X02", ""}, map[string]any{"a": 1}}).Draw(t, f)
			}
		}
		if rapid.Bool().Draw(t, "imported") {
			x.imported = map[string]any{"source": "s", "reopen_count": small.Draw(t, "reopen_count"), "made_sla": rapid.Bool().Draw(t, "made_sla")}
		}
		x.sum = sla.Summary{First: moment(drawTime(t, "first")), Last: moment(drawTime(t, "last")), Assigned: moment(drawTime(t, "assigned")), Answered: moment(drawTime(t, "answered")),
			Teams: small.Draw(t, "teams"), Reassigned: small.Draw(t, "reassigned"), PingPong: small.Draw(t, "pingpong"), Reopened: small.Draw(t, "reopened"), Holds: small.Draw(t, "holds")}
		for range rapid.IntRange(0, 4).Draw(t, "clocks") {
			x.clocks = append(x.clocks, drawClock(t))
		}
		d.Cases[typ.Name] = append(d.Cases[typ.Name], caseOf(typ, x))
	}
	return d
}

func sumOf(v any) int {
	sum := 0
	if m, ok := v.(map[string]int); ok {
		for _, n := range m {
			sum += n
		}
	}
	return sum
}

// summed are figures that count each record once, so that parts add up to the whole.
func summed() []string {
	return []string{"cases", "opened", "resolved", "closed", "cancelled", "open", "backlog", "reassigned.cases", "reassigned.events", "reopened.cases", "reopened_log.events", "ping_pong.events",
		"sla.met", "sla.total", "sla.breached", "sla.running", "sla.paused", "sla.cancelled", "sla.untargeted", "sla.response.total", "ola.total", "ola.untargeted", "uc.untargeted", "uc.breached", "imported.made_sla", "open.overdue", "held.cases", "resolved.late"}
}

func TestFiguresOfAnyDeskAgreeWithEachOther(t *testing.T) {
	types := schema.BuiltIn()
	reports := Reports()
	rapid.Check(t, func(t *rapid.T) {
		r := reports[rapid.IntRange(0, len(reports)-1).Draw(t, "report")]
		d := drawData(t, types.Get(r.Subject), types)
		from, to := moment(drawTime(t, "begin")), moment(drawTime(t, "end"))
		whole := figure.NewScope(d, r.Subject, from, to)
		got := all(r, whole)
		number := func(id string) int { return got[id].Value.(int) }
		if sumOf(got["open.age"].Value) != number("open") || sumOf(got["open.by_state"].Value) != number("open") {
			t.Errorf("ages %v and states %v of %d open ones", got["open.age"].Value, got["open.by_state"].Value, number("open"))
		}
		for _, l := range levelsOf() {
			if number(l.id+".met")+number(l.id+".breached") != number(l.id+".total") {
				t.Errorf("%s: %d met and %d breached of %d", l.id, number(l.id+".met"), number(l.id+".breached"), number(l.id+".total"))
			}
		}
		for _, id := range []string{"opened", "resolved", "closed"} {
			if sumOf(got[id+".by_month"].Value) != number(id) {
				t.Errorf("%s: %v by month of %d", id, got[id+".by_month"].Value, number(id))
			}
		}
		if number("backlog.growth") != number("opened")-number("resolved") || sumOf(got["backlog.growth.by_month"].Value) != number("backlog.growth") {
			t.Errorf("growth %d, by month %v", number("backlog.growth"), got["backlog.growth.by_month"].Value)
		}
		if number("open") > number("backlog")+countClosedOpen(d.Cases[r.Subject]) || number("cancelled") > number("closed") || number("resolved.late") > number("resolved") {
			t.Errorf("a part is larger than its whole: %s", text(t, got))
		}
		if again := all(r, figure.NewScope(d, r.Subject, from, to)); text(t, again) != text(t, got) {
			t.Error("the same question has two answers")
		}
		checkResults(t, r, d, got)
		checkParts(t, r, whole, got)
	})
}

// countClosedOpen counts cases that state when they were closed and are open all the
// same.
func countClosedOpen(cs []*figure.Case) int {
	n := 0
	for _, c := range cs {
		if c.IsOpen() && !c.Closed.IsZero() {
			n++
		}
	}
	return n
}

// checkResults looks at what holds for every figure.
func checkResults(t *rapid.T, r figure.Report, d *figure.Data, got map[string]figure.Result) {
	order := figure.Refs(d.Cases[r.Subject])
	for _, def := range r.Figures {
		res := got[def.ID]
		at := 0
		for _, ref := range res.Records {
			i := slices.Index(order[at:], ref)
			if i < 0 {
				t.Errorf("%s: %s stands twice, out of order, or is no case", def.ID, ref)
				break
			}
			at += i + 1
		}
		switch v := res.Value.(type) {
		case float64:
			if def.Unit == figure.Percent && (v < 0 || v > 100 || res.N == 0) {
				t.Errorf("%s is %v %% of %d", def.ID, v, res.N)
			}
		case map[string]float64:
			for k, x := range v {
				if k == "" || def.Unit == figure.Percent && (x < 0 || x > 100) {
					t.Errorf("%s is %v of %q", def.ID, x, k)
				}
			}
		case int, nil, map[string]int, []figure.Row:
		default:
			t.Errorf("%s is a %T", def.ID, v)
		}
		if strings.Contains(res.Note, "%!") || strings.ContainsAny(res.Note, "{}") {
			t.Errorf("%s notes %q", def.ID, res.Note)
		}
	}
}

// checkParts compares the whole with its groups.
func checkParts(t *rapid.T, r figure.Report, whole *figure.Scope, got map[string]figure.Result) {
	parts := map[string][]*figure.Case{}
	for _, c := range whole.Cases {
		parts[c.Text("priority")] = append(parts[c.Text("priority")], c)
	}
	sums := map[string]int{}
	for _, cs := range parts {
		for id, res := range all(r, whole.With(cs)) {
			n, _ := res.Value.(int)
			sums[id] += n
		}
	}
	for _, id := range summed() {
		if got[id].Value != sums[id] {
			t.Errorf("%s: the groups make %d, the whole is %v", id, sums[id], got[id].Value)
		}
	}
}

func TestThePeriodsOfFlowsAddUp(t *testing.T) {
	types := schema.BuiltIn()
	r := Reports()[0]
	rapid.Check(t, func(t *rapid.T) {
		d := drawData(t, types.Get(r.Subject), types)
		cut := moment(drawTime(t, "cut"))
		if cut.IsZero() {
			return
		}
		ids := []string{"opened", "resolved", "closed", "cancelled"}
		for _, id := range ids {
			i := slices.IndexFunc(r.Figures, func(d figure.Definition) bool { return d.ID == id })
			of := func(from, to time.Time) int {
				return r.Figures[i].Compute(figure.NewScope(d, r.Subject, from, to)).Value.(int)
			}
			if before, after, both := of(time.Time{}, cut), of(cut, time.Time{}), of(time.Time{}, time.Time{}); before+after != both {
				t.Errorf("%s: %d before and %d after make %d", id, before, after, both)
			}
		}
	})
}

func TestTheBacklogEqualsACountAtEachMonthsEnd(t *testing.T) {
	types := schema.BuiltIn()
	r := Reports()[0]
	i := slices.IndexFunc(r.Figures, func(d figure.Definition) bool { return d.ID == "backlog.by_month" })
	rapid.Check(t, func(t *rapid.T) {
		d := drawData(t, types.Get(r.Subject), types)
		values, _ := r.Figures[i].Compute(figure.NewScope(d, r.Subject, time.Time{}, time.Time{})).Value.(map[string]int)
		for month, got := range values {
			begin, err := time.ParseInLocation("2006-01", month, d.Zone)
			if err != nil {
				t.Fatal(err)
			}
			end, want := begin.AddDate(0, 1, 0), 0
			for _, c := range d.Cases[r.Subject] {
				unknown := c.Opened.IsZero() || c.Closed.IsZero() && c.Category.IsDone()
				if !unknown && c.Opened.Before(end) && (c.Closed.IsZero() || !c.Closed.Before(end)) {
					want++
				}
			}
			if got != want {
				t.Fatalf("%s: %d, want %d", month, got, want)
			}
		}
	})
}
