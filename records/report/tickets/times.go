package tickets

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"frontdesk/records/figure"
	"frontdesk/records/sla"
	"frontdesk/schema/desk"
)

// kind is which number stands for many.
type kind string

// The kinds.
const (
	mean   kind = "mean"
	median kind = "median"
	p90    kind = "p90"
	least  kind = "min"
	most   kind = "max"
)

// words names the kind within a sentence.
func (k kind) words() string {
	switch k {
	case mean:
		return "arithmetic mean"
	case p90:
		return "90th percentile, by linear interpolation between the two nearest values,"
	case least:
		return "smallest"
	case most:
		return "largest"
	}
	return string(k)
}

// sample is a number of each of a set.
type sample struct {
	set
	spread   figure.Spread
	negative int
	without  int    // of the base, those that have no such number
	note     string // what a reader must know
}

// sample takes a number of each; ok is false of those that have none.
func (s set) sample(of func(*view) (n float64, ok bool)) sample {
	out := sample{}
	numbers := make([]float64, 0, s.len())
	out.set = s.where(func(v *view) bool {
		n, ok := of(v)
		switch {
		case !ok:
			out.without++
			return false
		case n < 0:
			out.negative++
		}
		numbers = append(numbers, n)
		return true
	})
	out.spread = figure.SpreadOf(numbers)
	return out
}

// result is the figure of a sample.
func (s sample) result(k kind, note string) figure.Result {
	r := figure.Result{N: s.len(), Records: s.refs, Note: note}
	switch k {
	case mean:
		r.Value = s.spread.Mean()
	case median:
		r.Value = s.spread.Quantile(0.5)
	case p90:
		r.Value = s.spread.Quantile(0.9)
	case least:
		r.Value = s.spread.Min()
	case most:
		r.Value = s.spread.Max()
	}
	return r
}

// backwards says how many of a sample end before they begin, "" where none does.
func (s sample) backwards() string {
	return figure.LeftOut(s.negative, s.len(), "end before they begin, as the times are stated, and count as less than nothing")
}

// span is a stretch of records' lives of which the length is a figure.
type span struct {
	id, title string
	from, to  string // within a sentence
	counted   string // who is counted, within a sentence
	of        func(*tally) sample
	note      func(*tally, sample) string
	key       kind // of which the figure is shown on the dashboard
	kinds     []kind
}

// family adds the figures about the length of a stretch.
func (b *builder) family(f span) {
	if f.kinds == nil {
		f.kinds = []kind{mean, median, p90}
	}
	for _, k := range f.kinds {
		b.add(figure.Definition{ID: f.id + "." + string(k), Title: f.title + ", " + string(k), Unit: figure.Hours, Better: "down", Key: f.key == k,
			Text: "The " + k.words() + " of the time from " + f.from + " to " + f.to + ", in hours, of the {many} " + f.counted + "." + notGuessed + inPeriod},
			func(t *tally) figure.Result {
				s := t.lengths(f)
				return s.result(k, s.note)
			})
	}
}

// lengths takes the lengths of a stretch, once.
func (t *tally) lengths(f span) sample {
	return once(t, f.id, func() sample {
		s := f.of(t)
		s.note = figure.Notes(f.note(t, s), s.backwards())
		return s
	})
}

func (b *builder) times() {
	b.group = duration
	if b.sub.opened != "" {
		b.toFirst(span{id: "time_to_assign", title: "Time to assign", to: "the line of the log that first gave them to a person", counted: "that were first given to a person within the period"},
			func(v *view) time.Time { return v.c.Sum.Assigned })
		b.toFirst(span{id: "time_to_respond", title: "Time to first response", key: median, to: "the first entry that the requester reads and did not write", counted: "that were first answered within the period"},
			func(v *view) time.Time { return v.c.Sum.Answered })
		b.resolving()
		if b.sub.closed != "" {
			b.family(span{id: "time_to_close", title: "Time to close", from: "{opened}", to: "{closed} by the wall clock, holds included", counted: "whose {closed} lies within the period, those that were cancelled among them",
				of: func(t *tally) sample {
					return t.closed.sample(func(v *view) (float64, bool) {
						return figure.InHours(v.c.Closed.Sub(v.c.Opened)), !v.c.Opened.IsZero()
					})
				},
				note: func(t *tally, _ sample) string { return figure.Notes(t.unclosed(), t.unopened()) }})
		}
	}
	b.holds()
	b.family(span{id: "duration", title: "Time from first to last event", from: "the first line of the log", to: "the last thing that happened, a line of the log, a comment or a stated time, by the wall clock",
		counted: "that were opened within the period by {opened}, and all of them where the report has no period, whether they are closed or not", kinds: []kind{mean, median, p90, least, most},
		of: func(t *tally) sample {
			return t.cases.sample(func(v *view) (float64, bool) {
				s := &v.c.Sum
				return figure.InHours(s.Last.Sub(s.First)), !s.First.IsZero() && !s.Last.IsZero()
			})
		},
		note: func(t *tally, s sample) string {
			return figure.Notes(t.outside(), figure.LeftOut(s.without, t.cases.len(), b.fill("{many} have no log and are left out")))
		}})
}

// resolving adds the times from opening to resolution.
func (b *builder) resolving() {
	if b.sub.resolved == "" {
		return
	}
	counted := "whose {resolved} lies within the period"
	note := func(t *tally, _ sample) string { return figure.Notes(t.unresolved(), t.unopened()) }
	wall := func(t *tally) sample {
		return t.resolved.sample(func(v *view) (float64, bool) {
			return figure.InHours(v.c.Resolved.Sub(v.c.Opened)), !v.c.Opened.IsZero()
		})
	}
	whole := span{id: "time_to_resolve", title: "Time to resolve", from: "{opened}", to: "{resolved} by the wall clock, holds included", counted: counted, of: wall, note: note, key: median}
	b.family(whole)
	b.add(figure.Definition{ID: "time_to_resolve.days", Title: "Average days to resolve", Unit: figure.Days, Better: "down",
		Text: "The sum of the hours from {opened} to {resolved} by the wall clock, divided by the number of {many} whose {resolved} lies within the period and by 24." + notGuessed + inPeriod},
		func(t *tally) figure.Result {
			s := t.lengths(whole)
			r := s.result(mean, s.note)
			if hours, ok := r.Value.(float64); ok {
				r.Value = hours / 24
			}
			return r
		})
	b.add(figure.Definition{ID: "time_to_resolve.median.by_month", Title: "Time to resolve, median by month", Unit: figure.Hours, Shape: figure.Months, Better: "down",
		Text: "The median of the time from {opened} to {resolved} by the wall clock, holds included, in hours, by the month of {resolved}, of those whose {resolved} lies within the period." + notGuessed + zoned + inPeriod},
		func(t *tally) figure.Result { return t.medians(note(t, sample{})) })
	for _, variant := range []struct{ id, title, how string }{
		{".business", ", business time", "by the calendar of the clock, holds included"},
		{".without_holds", " without holds", "by the wall clock, holds not counted"},
		{".business_without_holds", ", business time without holds", "by the calendar of the clock, holds not counted"},
	} {
		b.family(span{id: "time_to_resolve" + variant.id, title: "Time to resolve" + variant.title, from: "the start", to: "the stop of their clock of metric resolution, " + variant.how + ", the time between a resolution and the reopening left out",
			counted: counted + " and whose clock has stopped",
			of: func(t *tally) sample {
				return t.resolved.sample(func(v *view) (float64, bool) { return elapsed(v.resolution, variant.id) })
			},
			note: func(t *tally, s sample) string {
				return figure.Notes(t.unresolved(), t.unclocked(s), s.calendars(func(v *view) string { return v.calendar }))
			}})
	}
}

// elapsed returns the time that a clock measured; ok is false where it has not stopped.
func elapsed(c *sla.Clock, variant string) (hours float64, ok bool) {
	if c == nil || c.Stop.IsZero() {
		return 0, false
	}
	switch variant {
	case ".business":
		return figure.InHours(c.Elapsed.Business + c.Held.Business), true
	case ".without_holds":
		return figure.InHours(c.Elapsed.Wall), true
	}
	return figure.InHours(c.Elapsed.Business), true
}

// unclocked says how many of a sample's base have no clock.
func (t *tally) unclocked(s sample) string {
	return figure.LeftOut(s.without, s.len()+s.without, t.b.fill("{many} have no such clock, or one that has not stopped, and are left out"))
}

// calendars names the calendars by which a sample was measured.
func (s sample) calendars(of func(*view) string) string {
	count, _ := s.by(of).Value.(map[string]int)
	if len(count) == 0 {
		return ""
	}
	var names []string
	for _, name := range slices.Sorted(maps.Keys(count)) {
		names = append(names, fmt.Sprintf("%s (%s)", name, figure.Thousands(count[name])))
	}
	return "Measured by the calendar " + strings.Join(names, ", ") + "."
}

func calendarOf(c *sla.Clock) string {
	if c.Calendar == "" {
		return desk.AroundTheClock
	}
	return c.Calendar
}

// medians are those of the times to resolve, by month.
func (t *tally) medians(note string) figure.Result {
	name := figure.MonthNames(t.s.Zone)
	hours := map[string][]float64{}
	some := t.resolved.where(func(v *view) bool {
		if v.c.Opened.IsZero() {
			return false
		}
		month := name(v.c.Resolved)
		hours[month] = append(hours[month], figure.InHours(v.c.Resolved.Sub(v.c.Opened)))
		return true
	})
	r := figure.Result{N: some.len(), Records: some.refs, Note: note}
	if some.len() == 0 {
		return r
	}
	values := make(map[string]float64, len(hours))
	for month, hs := range hours {
		values[month], _ = figure.Quantile(hs, 0.5)
	}
	r.Value = values
	return r
}

// toFirst adds the times from opening to something that happens once, in four ways.
func (b *builder) toFirst(f span, at func(*view) time.Time) {
	f.from = "{opened}"
	to, title, id := f.to, f.title, f.id
	base := func(t *tally) set { return t.all.where(func(v *view) bool { return t.s.In(at(v)) }) }
	f.to = to + ", by the wall clock, holds included"
	f.of = func(t *tally) sample {
		return base(t).sample(func(v *view) (float64, bool) { return figure.InHours(at(v).Sub(v.c.Opened)), !v.c.Opened.IsZero() })
	}
	f.note = func(t *tally, s sample) string { return t.unopenedOf(s) }
	b.family(f)
	f.key = ""
	for _, variant := range []struct {
		id, title, how  string
		business, holds bool
	}{
		{".business", ", business time", "by the calendar of their clock of metric response, or of metric resolution where they have none, holds included", true, true},
		{".without_holds", " without holds", "by the wall clock, less the time in which their clock of metric resolution was paused", false, false},
		{".business_without_holds", ", business time without holds", "by the calendar of their clock of metric response, or of metric resolution where they have none, less the time in which their clock of metric resolution was paused", true, false},
	} {
		f.id, f.title, f.to = id+variant.id, title+variant.title, to+", "+variant.how
		f.of = func(t *tally) sample {
			return base(t).sample(func(v *view) (float64, bool) {
				if v.c.Opened.IsZero() {
					return 0, false
				}
				return t.between(v, at(v), variant.business, variant.holds)
			})
		}
		f.note = func(t *tally, s sample) string {
			why := figure.LeftOut(s.without, s.len()+s.without, b.fill("{many} do not state {opened}, or have no clock, and are left out"))
			if !variant.business {
				return why
			}
			return figure.Notes(why, s.calendars(func(v *view) string { return v.answering }))
		}
		b.family(f)
	}
}

// unopenedOf says how many of a sample's base do not state when they were opened.
func (t *tally) unopenedOf(s sample) string {
	return figure.LeftOut(s.without, s.len()+s.without, t.b.fill("{many} do not state {opened} and are left out"))
}

// between returns the hours from a case's opening to a time: by the calendar of its
// clock or by the wall clock, with holds or without. ok is false where it has no clock.
func (t *tally) between(v *view, at time.Time, business, holds bool) (hours float64, ok bool) {
	if v.answering == "" {
		return 0, false
	}
	length := func(from, to time.Time) (time.Duration, bool) { return to.Sub(from), true }
	if business {
		length = func(from, to time.Time) (time.Duration, bool) { return t.business(v.answering, from, to) }
	}
	sum, ok := length(v.c.Opened, at)
	if holds || !ok || v.resolution == nil {
		return figure.InHours(sum), ok
	}
	for i := range v.resolution.Segments {
		seg := &v.resolution.Segments[i]
		from, to := later(seg.From, v.c.Opened), earlier(seg.To, at)
		if seg.Phase != sla.OnHold || !from.Before(to) {
			continue
		}
		held, _ := length(from, to)
		sum -= held
	}
	return figure.InHours(sum), true
}

// business returns the time between two moments by a calendar of the desk, below zero
// where the second comes first; ok is false where the desk has no such calendar.
func (t *tally) business(name string, from, to time.Time) (d time.Duration, ok bool) {
	if name == desk.AroundTheClock {
		return to.Sub(from), true
	}
	if t.s.Desk == nil {
		return 0, false
	}
	hours, ok := t.s.Desk.Calendar(name)
	if !ok {
		return 0, false
	}
	if to.Before(from) {
		return -hours.Between(to, from), true
	}
	return hours.Between(from, to), true
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}

// holds adds how long records wait.
func (b *builder) holds() {
	held := func(t *tally) set {
		return once(t, "held", func() set { return t.cases.where(func(v *view) bool { return v.c.Sum.Holds > 0 }) })
	}
	b.add(figure.Definition{ID: "held.cases", Title: "Put on hold", Unit: figure.Records,
		Text: "The number of {many} that were put on hold at least once, by the log." + ofPeriod},
		func(t *tally) figure.Result { return held(t).count(t.cases.len(), t.outside()) })
	b.family(span{id: "time_on_hold", title: "Time on hold", from: "being put on hold", to: "going on or being {done}, all holds of the {one} together, a hold that goes on not counted, by the wall clock", counted: "that were opened within the period by {opened}, or of all of them where the report has no period, and put on hold at least once",
		of: func(t *tally) sample {
			return held(t).sample(func(v *view) (float64, bool) { return figure.InHours(v.c.Sum.Held), true })
		},
		note: func(t *tally, _ sample) string { return t.outside() }})
	b.add(figure.Definition{ID: "time_on_hold.by_reason", Title: "Time on hold by reason", Unit: figure.Hours, Shape: figure.Bars,
		Text: "The sum of the hours on hold by the wall clock up to the resolution, by the reason that the log gives for the hold; a hold that goes on is not counted." + ofPeriod},
		func(t *tally) figure.Result {
			sums := map[string]time.Duration{}
			some := t.cases.where(func(v *view) bool {
				for reason, d := range v.c.Sum.HeldFor {
					if reason == "" {
						reason = unset
					}
					sums[reason] += d
				}
				return len(v.c.Sum.HeldFor) > 0
			})
			r := figure.Result{N: t.cases.len(), Records: some.refs, Note: t.outside()}
			if len(sums) > 0 {
				values := make(map[string]float64, len(sums))
				for reason, d := range sums {
					values[reason] = figure.InHours(d)
				}
				r.Value = values
			}
			return r
		})
}
