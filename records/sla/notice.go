package sla

import (
	"slices"
	"time"

	"frontdesk/records"
	"frontdesk/schema"
)

// Ends returns the moment from which a clock is over its target: when it is due, or
// where that is the end of a day's hours, the beginning of the next. It is zero where
// the clock is never due.
func (c *Clock) Ends() time.Time {
	if c.Outcome == Running {
		if i := slices.IndexFunc(c.Breaches, func(at time.Time) bool { return !at.Before(c.Due) }); i >= 0 {
			return c.Breaches[i]
		}
	}
	return c.Due
}

// Broken returns when it was known that the target is over, zero where it is not: Over, or
// where that is the end of a day's hours, the beginning of the next.
func (c *Clock) Broken() time.Time {
	if i := slices.IndexFunc(c.Breaches, func(at time.Time) bool { return !at.Before(c.Over) }); i >= 0 && !c.Over.IsZero() {
		return c.Breaches[i]
	}
	return c.Over
}

// Next returns the clock that is due first among those that are active and have a
// target, nil where there is none; one that is paused only where no other is. A breached
// one that runs on is due at the time that it was over.
func Next(cs []Clock) *Clock {
	var next *Clock
	for i := range cs {
		c := &cs[i]
		switch {
		case !c.Active || c.Outcome == Untimed || c.Due.IsZero():
		case next == nil || c.rests() != next.rests() && next.rests(),
			c.rests() == next.rests() && c.Ends().Before(next.Ends()):
			next = c
		}
	}
	return next
}

// rests reports whether a clock is paused within its target.
func (c *Clock) rests() bool { return c.Outcome == Paused }

// Due returns when something is due first: the next clock, or the deadline that the
// record states in due_at, which no hold moves. ok is false where nothing is. Of a
// record whose clocks of its resolution have stopped the deadline counts no more.
func Due(r *records.Record, cs []Clock) (at time.Time, ok bool) {
	if next := Next(cs); next != nil {
		at, ok = next.Ends(), true
	}
	deadline, stated := r.Time(FieldDue)
	if _, done := resolvedAt(cs); stated && !done && (!ok || deadline.Before(at)) {
		at, ok = deadline.UTC(), true
	}
	return at, ok
}

// resolvedAt returns when the last of the clocks of a resolution stopped; ok is false
// where one has not, or there is none.
func resolvedAt(cs []Clock) (at time.Time, ok bool) {
	for i := range cs {
		if cs[i].Metric != schema.Resolution {
			continue
		}
		if cs[i].Active {
			return time.Time{}, false
		}
		at, ok = later(at, cs[i].Stop), true
	}
	return at, ok
}

// NoticeKind is what a notice tells.
type NoticeKind string

// The kinds of notices.
const (
	Warned NoticeKind = "warning"  // a warning was due
	Ended  NoticeKind = "breach"   // the target was over
	Dated  NoticeKind = "deadline" // the deadline that the record states came
)

// Notice is something that became due, for people to be told.
type Notice struct {
	At     time.Time
	Kind   NoticeKind
	Record *records.Record
	Clock  *Clock // nil for a deadline
}

// Notices returns what became due of a record after since and up to asOf, in time
// order, and for a time ahead of that of the clocks what will become due if nothing
// happens. Nothing becomes due while a clock is paused or stopped, nor outside its hours:
// a target that is over at the end of a day is told when the next one begins.
func Notices(r *records.Record, cs []Clock, since, asOf time.Time) []Notice {
	var out []Notice
	in := func(at time.Time) bool { return at.After(since) && !at.After(asOf) }
	for i := range cs {
		c := &cs[i]
		if c.Outcome == Untimed {
			continue
		}
		note := func(kind NoticeKind, times []time.Time) {
			for _, at := range times {
				if in(at) {
					out = append(out, Notice{At: at, Kind: kind, Record: r, Clock: c})
				}
			}
		}
		note(Warned, c.Warnings)
		note(Ended, c.Breaches)
	}
	if at, stated := r.Time(FieldDue); stated && in(at) {
		if done, ok := resolvedAt(cs); !ok || at.Before(done) {
			out = append(out, Notice{At: at.UTC(), Kind: Dated, Record: r})
		}
	}
	slices.SortStableFunc(out, func(a, b Notice) int { return a.At.Compare(b.At) })
	return out
}

// Late returns the targets that were over by a time and are known to be only since then:
// a priority was raised, or a record written down, when its target had passed. then are
// the clocks of the record as they stood at that time.
func Late(r *records.Record, now, then []Clock, since time.Time) []Notice {
	var out []Notice
	for i := range now {
		c := &now[i]
		known := slices.ContainsFunc(then, func(d Clock) bool {
			return d.Name == c.Name && d.Subject == c.Subject && len(d.Breaches) > 0 && !d.Breaches[0].After(since)
		})
		if at := c.Broken(); c.Outcome == Breached && !known && !at.After(since) {
			out = append(out, Notice{At: at, Kind: Ended, Record: r, Clock: c})
		}
	}
	return out
}
