package tickets

import (
	"fmt"
	"math"
	"time"

	"frontdesk/records"
	"frontdesk/records/figure"
)

func (b *builder) backlog() {
	b.group = backlog
	b.add(figure.Definition{ID: "open", Title: "Open", Unit: figure.Records, Key: true, Stock: true, Better: "down",
		Text: "The number of {many} in a state that counts as new, active or held: those at which there is work to do. Those that are {done} and not closed are not among them." + asOf},
		func(t *tally) figure.Result { return t.open.count(t.all.len(), "") })
	b.add(figure.Definition{ID: "backlog", Title: "Not closed", Unit: figure.Records, Key: true, Stock: true, Better: "down",
		Text: "The number of {many} that state no time of closing and are in no state that counts as closed or cancelled: the open ones, and those that are {done} and wait to be closed." + asOf},
		func(t *tally) figure.Result { return t.backlog.count(t.all.len(), "") })
	b.growth()
	if b.sub.opened != "" && b.sub.closed != "" {
		b.add(figure.Definition{ID: "backlog.by_month", Title: "Not closed at the month's end", Unit: figure.Records, Shape: figure.Months, Key: true, Better: "down",
			Text: "The number of {many} that were opened before the end of a month by {opened} and not closed before it by {closed}, for each month from the first in which one was opened: up to that of the time of the report, at which the last month is cut, or to that of the last closing if nothing is left. Those that do not state when they were opened are left out, and so are those that are closed and do not state when. Months end at midnight in the report's zone. Of a period the months are shown that it touches."},
			func(t *tally) figure.Result { return t.monthEnds() })
	}
	b.add(figure.Definition{ID: "open.by_state", Title: "Open by state", Unit: figure.Records, Shape: figure.Bars, Stock: true, Text: "The number of open {many} by their state." + asOf},
		func(t *tally) figure.Result { return t.open.byField(records.FieldState) })
	for _, by := range []struct{ field, title string }{{"priority", "Open by priority"}, {"team", "Open by team"}} {
		if b.sub.has(by.field) {
			b.add(figure.Definition{ID: "open.by_" + by.field, Title: by.title, Unit: figure.Records, Shape: figure.Bars, Stock: true,
				Text: "The number of open {many} by their " + by.field + "; those that set none are counted as such." + asOf},
				func(t *tally) figure.Result { return t.open.byField(by.field) })
		}
	}
	b.ages()
	b.stale()
}

// growth adds by how much the backlog grew: opened less resolved, or less closed of a
// type whose records are not resolved.
func (b *builder) growth() {
	if b.sub.opened == "" || b.sub.resolved == "" && b.sub.closed == "" {
		return
	}
	less, field, gone := "{done}", "{resolved}", func(t *tally) set { return t.resolved }
	at := func(c *figure.Case) time.Time { return c.Resolved }
	note := func(t *tally) string { return figure.Notes(t.unopened(), t.unresolved()) }
	if b.sub.resolved == "" {
		less, field, gone = "closed", "{closed}", func(t *tally) set { return t.closed }
		at = func(c *figure.Case) time.Time { return c.Closed }
		note = func(t *tally) string { return figure.Notes(t.unopened(), t.unclosed()) }
	}
	text := "The number of {many} that were opened within the period, less the number of those that were " + less + " within it, by {opened} and " + field + "; below zero where the backlog shrank."
	both := func(t *tally) set {
		return t.all.where(func(v *view) bool { return t.s.In(v.c.Opened) || t.s.In(at(v.c)) })
	}
	b.add(figure.Definition{ID: "backlog.growth", Title: "Growth of the backlog", Unit: figure.Events, Better: "down", Text: text + notGuessed + inPeriod},
		func(t *tally) figure.Result {
			some := both(t)
			return figure.Result{Value: t.opened.len() - gone(t).len(), N: some.len(), Records: some.refs, Note: note(t)}
		})
	b.add(figure.Definition{ID: "backlog.growth.by_month", Title: "Growth of the backlog by month", Unit: figure.Events, Shape: figure.Months, Better: "down", Text: text + " It is given for each month." + notGuessed + zoned + inPeriod},
		func(t *tally) figure.Result {
			some := both(t)
			r := figure.Result{N: some.len(), Records: some.refs, Note: note(t)}
			values, _ := t.opened.byMonth(t.s.Zone, func(c *figure.Case) time.Time { return c.Opened }).Value.(map[string]int)
			out, _ := gone(t).byMonth(t.s.Zone, at).Value.(map[string]int)
			if values == nil {
				values = map[string]int{}
			}
			for k, n := range out {
				values[k] -= n
			}
			if len(values) > 0 {
				r.Value = values
			}
			return r
		})
}

// maxMonths is for how many months the backlog is given, counted from the last one.
const maxMonths = 1200

// monthEnds is the backlog at the end of each month.
func (t *tally) monthEnds() figure.Result {
	index := monthIndexes(t.s.Zone)
	steps := map[int]int{} // by which the backlog changes within a month
	first, last, left, unknown := math.MaxInt, math.MinInt, 0, 0
	some := t.all.where(func(v *view) bool {
		c := v.c
		if c.Opened.IsZero() || c.Closed.IsZero() && c.Category.IsDone() {
			unknown++
			return false
		}
		from := index(c.Opened)
		first = min(first, from)
		if c.Closed.IsZero() {
			left++
			steps[from]++
			return true
		}
		to := index(c.Closed)
		last = max(last, to)
		if from < to { // else it was never open at a month's end
			steps[from]++
			steps[to]--
		}
		return true
	})
	r := figure.Result{N: some.len(), Records: some.refs}
	if some.len() == 0 {
		return r
	}
	if left > 0 {
		last = max(last, index(t.s.AsOf), first)
	}
	r.Note = figure.LeftOut(unknown, t.all.len(), t.b.fill("{many} do not state when they were opened, or are closed and do not state when, and are left out"))
	shown, cut := t.shown(index, first, last)
	if cut {
		r.Note = figure.Notes(r.Note, fmt.Sprintf("Only the last %s months are given.", figure.Thousands(maxMonths)))
	}
	values := map[string]int{}
	size := 0
	for month, n := range steps {
		if month < shown[0] {
			size += n
		}
	}
	for month := shown[0]; month <= shown[1]; month++ {
		size += steps[month]
		values[fmt.Sprintf("%04d-%02d", month/12, month%12+1)] = size
	}
	if len(values) > 0 {
		r.Value = values
	}
	return r
}

// shown returns the first and the last month of those between two that the period
// touches, and whether months were cut for there being too many.
func (t *tally) shown(index func(time.Time) int, first, last int) (shown [2]int, cut bool) {
	if !t.s.From.IsZero() {
		first = max(first, index(t.s.From))
	}
	if !t.s.To.IsZero() {
		last = min(last, index(t.s.To.Add(-1)))
	}
	if last-first >= maxMonths {
		return [2]int{last - maxMonths + 1, last}, true
	}
	return [2]int{first, last}, false
}

// monthIndexes returns a function that counts the months from the year 0 on, in a zone.
func monthIndexes(zone *time.Location) func(time.Time) int {
	return func(t time.Time) int {
		y, m, _ := t.In(zone).Date()
		return y*12 + int(m) - 1
	}
}

// ages adds how old the open ones are.
func (b *builder) ages() {
	if b.sub.opened == "" {
		return
	}
	note := func(t *tally, s sample) string {
		return figure.LeftOut(t.open.len()-s.len(), t.open.len(), b.fill("open {many} do not state {opened} and are left out"))
	}
	for _, k := range []kind{mean, median, p90} {
		b.add(figure.Definition{ID: "open.age." + string(k), Title: "Age of the open ones, " + string(k), Unit: figure.Days, Stock: true, Better: "down",
			Text: "The " + k.words() + " of the ages of open {many}: from {opened} to the time of the report by the wall clock, in days of 24 hours. Those that do not state when they were opened are left out." + asOf},
			func(t *tally) figure.Result {
				s := t.ages()
				return s.result(k, note(t, s))
			})
	}
	b.add(figure.Definition{ID: "open.age", Title: "Open by age", Unit: figure.Records, Shape: figure.Bars, Stock: true, Key: true,
		Text: "The number of open {many} by their age in whole days of 24 hours, from {opened} to the time of the report. Those that do not state when they were opened are counted as such." + asOf},
		func(t *tally) figure.Result { return t.buckets() })
}

// ages are those of the open cases, in days.
func (t *tally) ages() sample {
	return once(t, "ages", func() sample {
		return t.open.sample(func(v *view) (float64, bool) {
			return t.s.AsOf.Sub(v.c.Opened).Hours() / 24, !v.c.Opened.IsZero()
		})
	})
}

// bucket returns the range of ages to which one belongs.
func bucket(age time.Duration) string {
	switch days := age / (24 * time.Hour); {
	case days < 1:
		return "<1 day"
	case days <= 5:
		return "1-5 days"
	case days <= 30:
		return "6-30 days"
	case days <= 90:
		return "31-90 days"
	}
	return ">90 days"
}

func (t *tally) buckets() figure.Result {
	values := map[string]int{"<1 day": 0, "1-5 days": 0, "6-30 days": 0, "31-90 days": 0, ">90 days": 0}
	for _, v := range t.open.views {
		if v.c.Opened.IsZero() {
			values["(not stated)"]++
			continue
		}
		values[bucket(t.s.AsOf.Sub(v.c.Opened))]++
	}
	return figure.Result{Value: values, N: t.open.len(), Records: t.open.refs}
}

// stale adds what nobody touches, and what is late by its stated deadline.
func (b *builder) stale() {
	for _, days := range []int{5, 30} {
		b.add(figure.Definition{ID: fmt.Sprintf("open.not_updated_%dd", days), Title: fmt.Sprintf("Open, not updated in %d days", days), Unit: figure.Percent, Stock: true, Better: "down",
			Text: fmt.Sprintf("The part of the open {many} to which nothing happened in the last %d days of 24 hours, by the last line of the log, comment or stated time. Those of which nothing is known to have happened are not among them.", days) + asOf},
			func(t *tally) figure.Result {
				since := t.s.AsOf.Add(-time.Duration(days) * 24 * time.Hour)
				some := t.open.where(func(v *view) bool { return !v.c.Sum.Last.IsZero() && v.c.Sum.Last.Before(since) })
				return some.share(t.open.len(), "")
			})
	}
	if b.sub.has("due_at") {
		b.add(figure.Definition{ID: "open.past_deadline", Title: "Open past the stated deadline", Unit: figure.Records, Stock: true, Better: "down",
			Text: "The number of open {many} whose due_at lies before the time of the report. It is a deadline that somebody stated: no hold moves it, and no target of a service level counts. N is how many open {many} state one." + asOf},
			func(t *tally) figure.Result {
				dated := t.open.where(func(v *view) bool { return !v.time("due_at").IsZero() })
				return dated.where(func(v *view) bool { return v.time("due_at").Before(t.s.AsOf) }).count(dated.len(), "")
			})
	}
}
