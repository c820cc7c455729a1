package sla

import (
	"slices"
	"time"
)

// stretch is a lap with what it is about.
type stretch struct {
	subject string
	lap     lap
}

// teams returns the stretches in which one team had the record and something was to be
// done.
func (c *course) teams() []stretch {
	var out []stretch
	cut := cutter{all: c.whole(c.stints[0].From)}
	c.each(func(s Stint) string { return s.Team }, func(i, end int) {
		l := cut.next(c.stints[i].From, c.phased.end(end-1))
		if len(l.runs) > 0 {
			out = append(out, stretch{c.stints[i].Team, l})
		}
	})
	return out
}

// suppliers returns the stretches in which the record waited for a supplier.
func (c *course) suppliers() []stretch {
	var out []stretch
	c.each(func(s Stint) string {
		if !slices.Contains(c.clock.holds, s.Hold) || !slices.Contains(c.clock.Pause.States, s.State) {
			return ""
		}
		return s.Hold
	}, func(i, end int) {
		l := lap{start: c.stints[i].From, stop: c.phased.end(end - 1)}
		if l.stop.Equal(l.start) {
			return
		}
		l.cancelled = end < len(c.stints) && c.stints[end].isCancelled()
		for ; i < end; i++ {
			l.add(run{from: c.stints[i].From, to: c.phased.end(i), phase: Counting, state: c.stints[i].State, hold: c.stints[i].Hold})
		}
		out = append(out, stretch{c.stints[end-1].Hold, l})
	})
	return out
}

// each calls f with the first stint and the one after the last of each stretch in which
// a subject stays the same, but for those without.
func (c *course) each(subject func(Stint) string, f func(i, end int)) {
	for i := 0; i < len(c.stints); {
		name := subject(c.stints[i])
		end := i + 1
		for end < len(c.stints) && subject(c.stints[end]) == name {
			end++
		}
		if name != "" {
			f(i, end)
		}
		i = end
	}
}

// cutter cuts a lap into pieces, from the first to the last.
type cutter struct {
	all lap
	at  int // run that the next piece may begin in
}

// next returns the piece from a time up to another, zero for the end of the whole.
func (c *cutter) next(from, to time.Time) lap {
	out := lap{start: from}
	for c.at < len(c.all.runs) && !c.all.runs[c.at].to.IsZero() && !c.all.runs[c.at].to.After(from) {
		c.at++
	}
	for i := c.at; i < len(c.all.runs); i++ {
		r := c.all.runs[i]
		if !to.IsZero() && !r.from.Before(to) {
			break
		}
		r.from = later(r.from, from)
		if !to.IsZero() && (r.to.IsZero() || r.to.After(to)) {
			r.to = to
		}
		out.add(r)
	}
	switch {
	case to.IsZero() || !c.all.stop.IsZero() && !c.all.stop.After(to):
		out.stop, out.cancelled = c.all.stop, c.all.cancelled
		if !out.stop.IsZero() {
			out.stop = later(out.stop, from)
		}
	default:
		out.stop = to
	}
	out.end()
	return out
}
