package sla

import (
	"time"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/schema"
	"frontdesk/schema/desk"
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

// Clock is one clock of one record at one time.
type Clock struct {
	Name     string // of the schema's clock
	Title    string
	Metric   schema.Metric
	Subject  string // the team or the reason for the hold, of clocks that begin anew for each
	Target   string // name of the target that holds, "" where none does
	Source   string // file of the target
	Calendar string // its name
	Outcome  Outcome
	Active   bool // it has begun and not stopped
	Start    time.Time
	Stop     time.Time     // zero while it has not stopped
	Limit    time.Duration // the target in business time; 0 where there is none
	Elapsed  Amount        // counted
	Held     Amount
	Idle     Amount        // between a resolution and the reopening
	Left     time.Duration // business time until the target is over; negative beyond it
	Due      time.Time     // when the target is over if nothing pauses it from now on; of a paused clock, if it ran on now; of a stopped one, when it would have been
	Over     time.Time     // when the target was over; zero while it is not
	Warnings []time.Time   // when warnings were due, and those that will be if nothing pauses it; in order
	Segments []Segment
}

// Around answers what clocks need to know of other records.
type Around struct {
	Service func(records.ID) *records.Record // nil where there is none
	Teams   func(person records.ID) []string // ids of the teams of a person
}

// Engine computes clocks. It is safe for concurrent use.
type Engine struct{}

// New returns an engine for a desk. The diagnostics tell what is wrong with the
// promises of services and with calendars that clocks name.
func New(d *desk.Desk, ts *schema.Types, around Around) (*Engine, []diag.Diagnostic) {
	panic("sla: not built yet")
}

// Needs returns the fields of records of a type that clocks look at, beside the log and
// the comments.
func (e *Engine) Needs(t *schema.Type) []string { panic("sla: not built yet") }

// Key stands for all that the clocks of a record depend on beside its own content, the
// desk's configuration and its types: promises of its service, teams of its requester.
func (e *Engine) Key(r *records.Record) string { panic("sla: not built yet") }

// Clocks returns the clocks of a record at a time, in the order of the type file, those
// that begin anew in the order of their beginnings. Life is that of the record, read
// with the same asOf. The record's fields are as they are now.
func (e *Engine) Clocks(r *records.Record, life Life, asOf time.Time) []Clock {
	return e.Trace(r, life).At(e, asOf)
}

// Trace is the clocks of a record as of the last thing that happened to it. From it
// follow those of any later time, at little cost.
type Trace struct{ Clocks []Clock }

// Trace computes the clocks of a record as of the last thing that happened.
func (e *Engine) Trace(r *records.Record, life Life) Trace { panic("sla: not built yet") }

// At returns the clocks at a time, which is not before the last thing that happened.
func (tr Trace) At(e *Engine, asOf time.Time) []Clock { panic("sla: not built yet") }

// Next returns the clock that is due first among those that are active and have a
// target, nil where there is none. A breached one that runs on is due at the time that
// it was over.
func Next(cs []Clock) *Clock { panic("sla: not built yet") }

// Due returns when something is due first: the next clock, or the deadline that the
// record states in due_at, which no hold moves. ok is false where nothing is.
func Due(r *records.Record, cs []Clock) (at time.Time, ok bool) { panic("sla: not built yet") }

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
// order. Nothing becomes due while a clock is paused or stopped.
func Notices(r *records.Record, cs []Clock, since, asOf time.Time) []Notice {
	panic("sla: not built yet")
}
