package sla

import (
	"slices"
	"time"

	"frontdesk/records"
	"frontdesk/schema"
)

// course is the life of a record for one clock after the other.
type course struct {
	life *Life
	phased
	clock *clock
}

// run is a stretch in which a clock does the same.
type run struct {
	from, to  time.Time // to is zero for one that goes on
	phase     Phase
	state     records.State
	hold      string
	cancelled bool // of a stopped one: as the record was cancelled
}

// lap is what one clock is about: from its start to its stop, or until it begins anew.
type lap struct {
	start     time.Time
	stop      time.Time // zero while it has not stopped
	runs      []run     // in order; the last one goes on where it has not stopped
	cancelled bool      // it stopped as the record was cancelled
	halt      time.Time // when it last came to stand still until the record is taken up again
}

// clocks appends the clocks of a record that one of its type gives, as of the last thing
// that happened.
func (c *course) clocks(to []Clock, s *subject, last time.Time) []Clock {
	switch c.clock.Metric {
	case schema.TeamTime:
		for _, st := range c.teams() {
			to = append(to, c.finish(s.match(c.clock, fieldTeam, st.subject), st.subject, []lap{st.lap}, last))
		}
		return to
	case schema.SupplierTime:
		for _, st := range c.suppliers() {
			to = append(to, c.finish(s.match(c.clock, fieldHold, st.subject), st.subject, []lap{st.lap}, last))
		}
		return to
	}
	laps := c.laps()
	if len(laps) == 0 {
		return to
	}
	return append(to, c.finish(s.match(c.clock, "", ""), "", laps, last))
}

// laps returns what a clock that has no subject is about; more than one where it begins
// anew, none where it has not begun.
func (c *course) laps() []lap {
	start := c.first(c.clock.start, time.Time{}, false)
	if c.clock.Metric == schema.Update {
		answer := c.answer()
		if slices.Contains(c.clock.start, schema.Moment{Event: schema.Commented}) {
			start = answer
		}
		if start.IsZero() || answer.IsZero() {
			return nil
		}
		return c.rounds(later(start, answer))
	}
	if start.IsZero() {
		return nil
	}
	return []lap{c.whole(start)}
}

// answer returns when the requester first heard from the desk: by a message, or by the
// resolution. It is zero where that has not happened.
func (c *course) answer() time.Time {
	answered := c.life.answered()
	i := slices.IndexFunc(c.stints, func(s Stint) bool { return s.Category == records.Resolved || s.Category == records.Closed })
	switch {
	case i < 0:
		return answered
	case answered.IsZero():
		return c.stints[i].From
	}
	return earlier(answered, c.stints[i].From)
}

// rounds returns the rounds of a clock that begins anew with each message of the desk.
func (c *course) rounds(begin time.Time) []lap {
	all := c.whole(later(begin, c.stints[0].From))
	if len(all.runs) == 0 {
		return nil // answered by the resolution alone
	}
	starts := []time.Time{all.start}
	for _, m := range c.life.Comments {
		if m.Desk && m.At.After(starts[len(starts)-1]) && (all.stop.IsZero() || m.At.Before(all.stop)) {
			starts = append(starts, m.At)
		}
	}
	out := make([]lap, 0, len(starts))
	cut := cutter{all: all}
	for i, start := range starts {
		var end time.Time
		if i+1 < len(starts) {
			end = starts[i+1]
		}
		out = append(out, cut.next(start, end))
	}
	return out
}

// whole returns the lap of a clock from its start on.
func (c *course) whole(start time.Time) lap {
	const few = 8
	l := lap{start: start, runs: make([]run, 0, min(len(c.stints), few))}
	w := walk{course: c, lap: &l, hard: c.hard(start)}
	for i := range c.stints {
		if w.stint(i) {
			break
		}
	}
	l.end()
	return l
}

// walk makes a lap of stints.
type walk struct {
	*course
	*lap
	hard      time.Time // the clock stops for good; zero for never
	halted    bool      // the clock stands still until the record is taken up again
	cancelled bool      // as the record was cancelled
}

// stint adds a stint. It reports whether the clock has stopped for good.
func (w *walk) stint(i int) (done bool) {
	s := w.stints[i]
	switch {
	case w.stops(s):
		if !w.halted {
			w.halted, w.cancelled, w.halt = true, s.isCancelled(), later(s.From, w.start)
		}
	case s.Category.IsOpen():
		w.halted, w.cancelled = false, false
	}
	r := run{from: later(s.From, w.start), to: w.phased.end(i), phase: Counting, state: s.State, hold: s.Hold}
	if !w.hard.IsZero() && (r.to.IsZero() || !r.to.Before(w.hard)) {
		r.to, done = w.hard, true
	}
	switch {
	case w.halted:
		r.phase, r.cancelled = Stopped, w.cancelled
	case w.pauses(i):
		r.phase = OnHold
	}
	w.lap.add(r)
	if done {
		w.stop = w.hard
	}
	return done
}

// add adds a run, unless it has no length. A standstill that follows on another one, with
// a reopening of no length between them, is one of its own.
func (l *lap) add(r run) {
	if !r.to.IsZero() && !r.to.After(r.from) {
		return
	}
	anew := r.phase == Stopped && r.from.Equal(l.halt)
	if n := len(l.runs); n > 0 && !anew && l.runs[n-1].joins(r) {
		l.runs[n-1].to = r.to
		return
	}
	l.runs = append(l.runs, r)
}

func (r run) joins(next run) bool {
	r.from, r.to = next.from, next.to
	return r == next
}

// end ends a lap: the clock stopped where the last stretch in which it stood still
// began.
func (l *lap) end() {
	n := len(l.runs)
	for n > 0 && l.runs[n-1].phase == Stopped && !l.runs[n-1].from.Before(l.halt) {
		n--
	}
	if n == len(l.runs) {
		return
	}
	l.stop, l.cancelled = l.runs[n].from, l.runs[n].cancelled
	l.runs = l.runs[:n]
}

// stops reports whether a clock stands still from a stint on, until the record is taken
// up again.
func (c *course) stops(s Stint) bool {
	if s.Category.IsDone() {
		return true
	}
	return c.clock.Metric != schema.Response && slices.ContainsFunc(c.clock.stop, func(m schema.Moment) bool {
		return m.Event == schema.WasResolved && s.Category == records.Resolved || m.State != "" && m.State == s.State
	})
}

// hard returns when a clock stops for good, zero for never. An answer is given once,
// whatever happens afterwards.
func (c *course) hard(start time.Time) time.Time {
	if c.clock.Metric == schema.Response {
		at := c.first(c.clock.ends, time.Time{}, true)
		if at.IsZero() {
			return at
		}
		return later(at, start)
	}
	return c.first(c.clock.ends, start, false)
}

// pauses reports whether a clock is paused in a stint.
func (c *course) pauses(i int) bool {
	s := c.stints[i]
	if i == 0 && c.before {
		return false
	}
	if c.clock.flags && s.Hold == "" || !c.clock.flags && !slices.Contains(c.clock.Pause.States, s.State) {
		return false
	}
	return len(c.clock.holds) == 0 || slices.Contains(c.clock.holds, s.Hold)
}

// first returns when any of the moments first came, not before from; zero where none
// did. Cancelled records are left out where lasting is asked for.
func (c *course) first(moments []schema.Moment, from time.Time, lasting bool) time.Time {
	var at time.Time
	note := func(t time.Time) {
		if !t.IsZero() && !t.Before(from) && (at.IsZero() || t.Before(at)) {
			at = t
		}
	}
	for _, m := range moments {
		switch {
		case m.Event == schema.Opened:
			note(c.stints[0].From)
		case m.Event == schema.Commented:
			i := slices.IndexFunc(c.life.Comments, func(o Comment) bool { return o.Desk && !o.At.Before(from) })
			if i >= 0 {
				note(later(c.life.Comments[i].At, c.stints[0].From))
			}
		default:
			i := slices.IndexFunc(c.stints, func(s Stint) bool {
				return !s.From.Before(from) && !(lasting && s.isCancelled()) && comes(m, s)
			})
			if i >= 0 {
				note(c.stints[i].From)
			}
		}
	}
	return at
}

// comes reports whether a moment has come in a stint.
func comes(m schema.Moment, s Stint) bool {
	done := s.Category.IsDone()
	switch m.Event {
	case schema.Assigned:
		return s.Assignee != ""
	case schema.Started:
		return s.Category != records.New
	case schema.WasResolved:
		return done || s.Category == records.Resolved
	case schema.WasClosed:
		return done
	}
	return m.State != "" && s.State == m.State
}

func earlier(a, b time.Time) time.Time {
	if b.Before(a) {
		return b
	}
	return a
}
