package sla

import (
	"fmt"
	"slices"
	"time"

	"frontdesk/schema"
	"frontdesk/schema/calendar"
)

// finish makes a clock of its laps, the last of which is the present one. The worst one
// decides the outcome.
func (c *course) finish(a answer, subject string, laps []lap, last time.Time) Clock {
	k := c.clock
	out := Clock{Name: k.Name, Title: k.Title, Metric: k.Metric, Subject: subject, Note: a.note}
	hours, tg := k.hours, a.target
	switch {
	case tg != nil && tg.hours == nil:
		out.Note = fmt.Sprintf("target %s promises nothing: the calendar %s is not there", tg.Name, tg.calendar)
		tg = nil
	case tg != nil:
		hours = tg.hours
	case k.note != "":
		out.Note = k.note
	}
	out.Calendar = hours.Name()
	r := reckoner{hours: hours, target: tg, last: last}
	if tg != nil {
		out.Target, out.Source = tg.Name, tg.Path
	}
	var over time.Time
	var warnings, breaches []time.Time
	for _, l := range laps[:len(laps)-1] {
		if tg == nil {
			break // of rounds that are over, only what became of them counts
		}
		round := r.lap(Clock{}, l)
		if round.Outcome == Breached {
			over = round.Over
		}
		warnings, breaches = append(warnings, round.Warnings...), append(breaches, round.Breaches...)
	}
	out = r.lap(out, laps[len(laps)-1])
	if !over.IsZero() && out.Outcome != Untimed && out.Outcome != Breached {
		out.Outcome, out.Over = Breached, over
	}
	if len(laps) > 1 {
		out.Warnings, out.Breaches = append(warnings, out.Warnings...), append(breaches, out.Breaches...)
	}
	return out
}

// reckoner reckons with one target.
type reckoner struct {
	hours  *calendar.Hours
	target *target // nil for none
	last   time.Time
}

// lap completes a clock by one lap.
func (r *reckoner) lap(c Clock, l lap) Clock {
	c.Start, c.Stop = l.start, l.stop
	c.Active, c.Phase = l.stop.IsZero(), Stopped
	if n := len(l.runs); c.Active && n > 0 {
		c.Phase = l.runs[n-1].phase
	}
	limited := false
	if r.target != nil {
		if limit, ok := r.limit(l.start); ok {
			c.Limit, limited = limit, true
		} else {
			c.Note = fmt.Sprintf("target %s promises nothing: the calendar %s does not reach that far", r.target.Name, r.target.calendar)
			c.Target, c.Source = "", ""
		}
	}
	p := progress{Clock: &c, hours: r.hours, limited: limited}
	if limited {
		p.thresholds = thresholds(r.target.warn, c.Limit)
	}
	for i := 0; i < len(l.runs); {
		from, phase := l.runs[i].from, l.runs[i].phase
		for i++; i < len(l.runs) && l.runs[i].phase == phase; i++ { // what it does stays the same
		}
		p.block(from, l.runs[i-1].to, phase, r.last)
	}
	c.Segments = segments(l.runs, r.last)
	c.Outcome = Untimed
	if limited {
		p.outcome(r.last, l.cancelled)
	}
	return c
}

// limit returns the target in business time of a clock that starts then.
func (r *reckoner) limit(start time.Time) (limit time.Duration, ok bool) {
	if r.target.Days == 0 {
		return r.target.Rest, true
	}
	at, ok := r.hours.AddDays(start, r.target.Days)
	return plus(r.hours.Between(start, at), r.target.Rest), ok
}

// thresholds returns how much of a target has passed when warnings are due, in order.
func thresholds(warn []schema.Warning, limit time.Duration) []time.Duration {
	var out []time.Duration
	for _, w := range warn {
		at := limit - w.Left
		if w.Percent > 0 {
			at = limit/100*time.Duration(w.Percent) + limit%100*time.Duration(w.Percent)/100
		}
		if at > 0 {
			out = append(out, at)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// progress adds up a clock.
type progress struct {
	*Clock
	hours      *calendar.Hours
	limited    bool
	thresholds []time.Duration // that were not reached
}

// block adds a stretch in which the clock does the same; to is zero for one that goes on.
func (p *progress) block(from, to time.Time, phase Phase, last time.Time) {
	open := to.IsZero()
	if open {
		to = later(last, from)
	}
	d := Amount{Business: p.hours.Between(from, to), Wall: max(to.Sub(from), 0)}
	switch phase {
	case OnHold:
		p.Held.add(d)
		return
	case Stopped:
		p.Idle.add(d)
		return
	}
	if p.limited {
		p.reach(from, d.Business, open)
	}
	p.Elapsed.add(d)
}

// reach notes what comes while the clock counts from a time on, for a length of business
// time or without end.
func (p *progress) reach(from time.Time, d time.Duration, open bool) {
	before := p.Elapsed.Business
	if to := plus(before, d); p.Due.IsZero() && (open || to >= p.Limit) {
		p.Due, _ = p.add(from, p.Limit-before)
	}
	if to := plus(before, d); len(p.Breaches) == 0 && (open || to > p.Limit) {
		if at := p.after(from, p.Limit-before); !at.IsZero() {
			p.Breaches = []time.Time{at}
		}
	}
	for len(p.thresholds) > 0 && (open || plus(before, d) > p.thresholds[0]) {
		if at := p.after(from, p.thresholds[0]-before); !at.IsZero() {
			p.Warnings = append(p.Warnings, at)
		}
		p.thresholds = p.thresholds[1:]
	}
}

// add returns the first moment at which d has passed, zero where it never does.
func (p *progress) add(from time.Time, d time.Duration) (time.Time, bool) {
	at, ok := p.hours.Add(from, d)
	if !ok {
		return time.Time{}, false
	}
	return at.UTC(), true
}

// after returns the moment after which more than d has passed: the same as add, or where
// the hours end then, when they begin again.
func (p *progress) after(from time.Time, d time.Duration) time.Time {
	if at, ok := p.add(from, d+1); ok {
		return at.Add(-1)
	}
	return time.Time{}
}

// outcome says how a clock with a target stands.
func (p *progress) outcome(last time.Time, cancelled bool) {
	p.stand()
	switch {
	case p.Outcome == Breached || p.Active:
	case cancelled:
		p.Outcome = Cancelled
	default:
		p.Outcome = Met
	}
	if p.Due.IsZero() && p.Phase != Counting {
		from := last
		if !p.Active {
			from = p.Stop
		}
		p.Due, _ = p.add(from, p.Left)
	}
}

// stand sets what follows from the time that was counted.
func (c *Clock) stand() {
	c.Left = c.Limit - c.Elapsed.Business
	switch {
	case c.Left < 0:
		c.Outcome, c.Over = Breached, c.Due
	case c.Outcome == Breached: // in an earlier round
	case c.Phase == OnHold:
		c.Outcome = Paused
	default:
		c.Outcome = Running
	}
}

// advance takes an active clock from a time to a later one at which nothing has happened
// to it since.
func (c *Clock) advance(hours *calendar.Hours, from, to time.Time) {
	d := Amount{Business: hours.Between(from, to), Wall: to.Sub(from)}
	if c.Phase == OnHold {
		c.Held.add(d)
		if c.Outcome != Untimed && c.Left > 0 {
			at, ok := hours.Add(to, c.Left)
			if c.Due = at.UTC(); !ok {
				c.Due = time.Time{}
			}
		}
	} else {
		c.Elapsed.add(d)
		if c.Outcome != Untimed {
			c.stand()
		}
	}
	if n := len(c.Segments); n > 0 {
		c.Segments = slices.Clone(c.Segments)
		c.Segments[n-1].To = to
	}
}

func (a *Amount) add(d Amount) {
	a.Business, a.Wall = plus(a.Business, d.Business), plus(a.Wall, d.Wall)
}

// segments writes runs for others to read.
func segments(runs []run, last time.Time) []Segment {
	if len(runs) == 0 {
		return nil
	}
	out := make([]Segment, len(runs))
	for i, r := range runs {
		out[i] = Segment{From: r.from, To: r.to, Phase: r.phase, State: r.state, Hold: r.hold}
		if r.to.IsZero() {
			out[i].To = later(last, r.from)
		}
	}
	return out
}
