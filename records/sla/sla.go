package sla

import (
	"time"

	"frontdesk/records"
	"frontdesk/schema"
)

// Outcome is how a clock stands.
type Outcome string

// The outcomes.
const (
	Running   Outcome = "running"   // within its target, and time passes
	Paused    Outcome = "paused"    // within its target, and time stands still
	Met       Outcome = "met"       // stopped within its target
	Breached  Outcome = "breached"  // over its target, whether it runs on or not
	Cancelled Outcome = "cancelled" // the record was cancelled before its target was over
	Untimed   Outcome = "none"      // no target: the time is measured, and nothing was promised
)

// Amount is a length of time, by the calendar of a clock and by the wall clock.
type Amount struct{ Business, Wall time.Duration }

// Phase is what a clock does over a stretch of time.
type Phase string

// The phases.
const (
	Counting Phase = "counting"
	OnHold   Phase = "held"    // paused
	Stopped  Phase = "stopped" // resolved, until it was reopened: neither counted nor held
)

// Segment is a stretch of a clock's life.
type Segment struct {
	From, To time.Time
	Phase    Phase
	State    records.State
	Hold     string
}

// Clock is one clock of one record at one time. All its times are in UTC.
type Clock struct {
	Name     string // of the schema's clock
	Title    string
	Metric   schema.Metric
	Subject  string // the team or the reason for the hold, of clocks that begin anew for each
	Target   string // name of the target that holds, "" where none does
	Source   string // file of the target
	Calendar string // its name
	Outcome  Outcome
	Phase    Phase // what it does; Stopped where it has stopped
	Active   bool  // it has begun and not stopped
	Start    time.Time
	Stop     time.Time     // zero while it has not stopped
	Limit    time.Duration // the target in business time; 0 where there is none
	Elapsed  Amount        // counted
	Held     Amount
	Idle     Amount        // between a resolution and the reopening
	Left     time.Duration // business time until the target is over; negative beyond it
	Due      time.Time     // when the target is over if nothing pauses it from now on; of a paused clock, if it ran on now; of a stopped one, when it would have been; zero where the calendar never gets there
	Over     time.Time     // when the target was over; zero while it is not
	Warnings []time.Time   // when warnings were due, and those that will be if nothing pauses it; in order
	Breaches []time.Time   // when it went over its target, and when it will if nothing pauses it, in order: Due, or where the hours end then, when they begin again. More than one only where it begins anew with each message
	Segments []Segment     // in order; of a clock that begins anew with each message, those of the present round
	Note     string        // what a reader must know of the target, such as a condition that could not be judged; "" for nothing
}

// Trace is the clocks of a record as of the last thing that happened to it. From it
// follow those of any later time, at little cost.
type Trace struct {
	Clocks []Clock
	Last   time.Time // the last thing that happened
}

// Clocks returns the clocks of a record at a time, in the order of the type file, those
// that begin anew in the order of their beginnings. Life is that of the record, read
// with the same asOf. The record's fields are as they are now.
func (e *Engine) Clocks(r *records.Record, life Life, asOf time.Time) []Clock {
	return e.Trace(r, life).At(e, asOf)
}

// Trace computes the clocks of a record as of the last thing that happened.
func (e *Engine) Trace(r *records.Record, life Life) Trace {
	tr := Trace{Last: life.Last()}
	p := e.plan(r.Type)
	if p == nil {
		return tr
	}
	c := &course{life: &life, phased: life.phased()}
	if len(c.stints) == 0 {
		return tr
	}
	s := &subject{engine: e, plan: p, record: r, life: &life}
	tr.Clocks = make([]Clock, 0, len(p.clocks))
	for _, k := range p.clocks {
		c.clock = k
		tr.Clocks = c.clocks(tr.Clocks, s, tr.Last)
	}
	if len(tr.Clocks) == 0 {
		tr.Clocks = nil
	}
	return tr
}

// At returns the clocks at a time, which is not before the last thing that happened:
// for an earlier one it returns them as of then.
func (tr Trace) At(e *Engine, asOf time.Time) []Clock {
	out := make([]Clock, len(tr.Clocks))
	copy(out, tr.Clocks)
	asOf = asOf.Round(0).UTC()
	if !asOf.After(tr.Last) {
		return out
	}
	for i := range out {
		if out[i].Active {
			out[i].advance(e.hours(out[i].Calendar), tr.Last, asOf)
		}
	}
	return out
}
