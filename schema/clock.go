package schema

import (
	"strconv"
	"strings"
	"time"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/schema/rule"
)

// Metric is what a clock measures.
type Metric string

// The metrics of clocks.
const (
	// Response runs until the requester first hears from the desk.
	Response Metric = "response"
	// Update runs from one message to the requester to the next, from the first one
	// on and while the record is open.
	Update Metric = "update"
	// Resolution runs until the record is resolved.
	Resolution Metric = "resolution"
	// TeamTime runs while one team has the record, anew for each team: operational
	// level agreements.
	TeamTime Metric = "team"
	// SupplierTime runs while the record is held for a supplier, anew each time:
	// underpinning contracts.
	SupplierTime Metric = "supplier"
)

// Moment is a point in a record's life at which a clock begins or stops: entering
// a state, or one of the events.
type Moment struct {
	State records.State // "" for an event
	Event Event
}

// Event is something that happens to a record, whatever the names of its states.
type Event string

// The events that clocks know.
const (
	Opened      Event = "opened"   // when it was opened, as stated, else the first line of the log
	Assigned    Event = "assigned" // a person was first given it
	Started     Event = "active"   // a state of category active, held or later was first entered
	Commented   Event = "comment"  // somebody other than the requester wrote to the requester
	WasResolved Event = "resolved" // a state of category resolved, closed or cancelled was entered
	WasClosed   Event = "closed"   // a state of category closed or cancelled was entered
)

// Clock is what a type measures of its records' lives, and the targets for it.
type Clock struct {
	Name     string
	Title    string
	Metric   Metric
	Calendar string         // of targets that name none; "" is around the clock in the desk's zone
	Named    diag.Span      // where the calendar is named
	Start    []Moment       // any of them; the default follows from the metric
	Stop     []Moment       // any of them
	Pause    Pause          // when it does not run
	Warn     []Warning      // of targets that give none
	Targets  []*Target      // in order; the first that matches holds. None: the time is measured, and nothing is promised
	Raw      *records.Value // as written, after extends
	Path     string         // of the type file
	Span     diag.Span
}

// Pause says when a clock does not run: in one of the states, if the reason for the
// hold is one of the holds, or none is given.
type Pause struct {
	States []records.State
	Holds  []string // none: whatever the reason
}

// Target is how long a clock may run for records of which its condition holds.
type Target struct {
	Name     string // "P1"; by its place ("2") where the file gives none
	When     *rule.Program
	Days     int           // working days
	Rest     time.Duration // business time beyond the days
	Calendar string        // "" is the clock's
	Named    diag.Span     // where the calendar is named
	Warn     []Warning     // nil are the clock's
	Path     string        // of the file that it stands in
	Span     diag.Span
}

// Warning is a point before a target's end at which people are told: a part of the
// target that has passed, or a time that is left.
type Warning struct {
	Percent int           // 1 to 99; 0 where Left is given
	Left    time.Duration // business time
}

// Metrics returns the metrics of clocks.
func Metrics() []Metric { return []Metric{Response, Update, Resolution, TeamTime, SupplierTime} }

// Events returns the events that clocks know.
func Events() []Event { return []Event{Opened, Assigned, Started, Commented, WasResolved, WasClosed} }

// Word returns the moment as it is written in a type file.
func (m Moment) Word() string {
	if m.State != "" {
		return string(m.State)
	}
	return string(m.Event)
}

// Length returns the target as it is written in a type file, such as P1DT4H.
func (t *Target) Length() string {
	text := "P"
	if t.Days > 0 {
		text += strconv.Itoa(t.Days) + "D"
	}
	if t.Rest > 0 {
		text += isoTime(t.Rest)
	}
	return text
}

// Word returns the warning as it is written in a type file: 75% or PT30M.
func (w Warning) Word() string {
	if w.Percent > 0 {
		return strconv.Itoa(w.Percent) + "%"
	}
	return "P" + isoTime(w.Left)
}

// isoTime writes a length of time in hours, minutes and seconds, as ISO 8601 does.
func isoTime(d time.Duration) string {
	var b strings.Builder
	b.WriteByte('T')
	for _, part := range []struct {
		unit time.Duration
		word byte
	}{{time.Hour, 'H'}, {time.Minute, 'M'}, {time.Second, 'S'}} {
		if n := d / part.unit; n > 0 {
			b.WriteString(strconv.FormatInt(int64(n), 10))
			b.WriteByte(part.word)
			d -= n * part.unit
		} else if d > 0 && b.Len() > 1 {
			b.WriteByte('0') // the grammar has no gaps
			b.WriteByte(part.word)
		}
	}
	return b.String()
}

// Clock returns the clock with the name, nil where there is none.
func (t *Type) Clock(name string) *Clock {
	for _, c := range t.Clocks {
		if c.Name == name {
			return c
		}
	}
	return nil
}

// Promises are the targets that a service brings: by type and clock. They are tried
// before those of the type.
type Promises map[records.Type]map[string][]*Target
