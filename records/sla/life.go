// Package sla provides what a record's log and comments tell of its life, and the
// clocks that follow from it: what runs, what is paused, what was met, what was
// breached, and when something is due. It is pure: it must not read files, nor the
// clock of the machine.
package sla

import (
	"time"

	"frontdesk/records"
	"frontdesk/schema"
)

// Life is what a record tells of itself over time, as its log, its comments and its
// stated times have it.
type Life struct {
	Opened   time.Time // stated by the field that the type's first state stamps; zero where it is not
	Resolved time.Time // stated by the field that a state of category resolved stamps, and still set
	Closed   time.Time // stated by the field that a state of category closed or cancelled stamps, and still set
	Stints   []Stint   // in time order, without gaps; the last one is open
	Comments []Comment // to the requester, in time order
}

// Stint is a stretch of a record's life in which no tracked field changed that clocks
// or figures look at.
type Stint struct {
	From     time.Time
	State    records.State
	Category records.Category
	Hold     string
	Team     string
	Assignee string
	Priority string
	By       string
}

// Comment is an entry that the requester reads.
type Comment struct {
	At   time.Time
	By   string
	Desk bool // by somebody other than the requester
}

// ReadLife reads the life of a record of the type. What happened after asOf is left
// out, and so are times stated that lie after it; a zero asOf leaves nothing out. Lines
// out of order are put in order.
func ReadLife(t *schema.Type, r *records.Record, asOf time.Time) Life {
	panic("sla: not built yet")
}

// Last returns the time of the last thing that is known to have happened.
func (l *Life) Last() time.Time { panic("sla: not built yet") }

// Summary is what a life comes to in numbers.
type Summary struct {
	First       time.Time                       // line of the log
	Last        time.Time                       // thing that happened: a line, a comment or a stated time
	Assigned    time.Time                       // a person was first given it; zero if nobody was
	Answered    time.Time                       // the requester first heard from the desk; zero if never
	Left        time.Time                       // the first state was left; zero while it is in it
	Teams       int                             // that had it, each counted once
	Reassigned  int                             // times that it went from one team to another
	PingPong    int                             // of these, times that it came back to a team that had had it before
	Handed      int                             // times that it went from one person to another
	Reopened    int                             // times that it left resolved or closed for a state that is open
	Holds       int                             // times that it was put on hold
	Held        time.Duration                   // on hold, by the wall clock, up to its resolution
	Priorities  int                             // changes of priority
	HeldFor     map[string]time.Duration        // by reason for the hold
	InState     map[records.State]time.Duration // by state that was left
	LastEntered time.Time                       // when the present state was entered
}

// Sum computes the summary of a life.
func (l *Life) Sum() Summary { panic("sla: not built yet") }
