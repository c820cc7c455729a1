// Package sla provides what a record's log and comments tell of its life, and the
// clocks that follow from it: what runs, what is paused, what was met, what was
// breached, and when something is due. It is pure: it must not read files, nor the
// clock of the machine.
package sla

import (
	"slices"
	"time"

	"frontdesk/records"
	"frontdesk/schema"
)

// Life is what a record tells of itself over time, as its log, its comments and its
// stated times have it. All its times are in UTC.
type Life struct {
	Opened   time.Time      // stated by the field that the type's first state stamps; zero where it is not
	Resolved time.Time      // stated by the field that a state of category resolved stamps, and still set
	Closed   time.Time      // stated by the field that a state of category closed or cancelled stamps, and still set
	First    time.Time      // line of the log; zero where there is none
	Flagged  bool           // the type has no state of category held: what sets hold is on hold, whatever its state
	Stints   []Stint        // in time order, without gaps; the last one is open
	Comments []Comment      // to the requester, in time order
	Tracked  []records.Pair // what the log leaves of the tracked fields that any of its lines sets, in the type's order; null where it left one unset

	latest time.Time // line of the log, which need not begin a stint
}

// Stint is a stretch of a record's life in which no tracked field changed that clocks
// or figures look at. One has no length where another line of the log stands in the
// same second.
type Stint struct {
	From     time.Time
	State    records.State
	Category records.Category // "" for a state that the type does not have
	Hold     string
	Team     string
	Assignee string
	Priority string
	By       string // who began it
}

// Comment is an entry that the requester reads.
type Comment struct {
	At   time.Time
	By   string
	Desk bool // by somebody other than the requester
}

// ReadLife reads the life of a record of the type. What happened after asOf is left
// out, and so are times stated that lie after it; a zero asOf leaves nothing out. Lines
// out of order are put in order, those of one second as they stand. A field that no line
// sets is as the record has it. A record without a log has the life that its stated
// times tell, in its present state since it was opened where they tell no more.
func ReadLife(t *schema.Type, r *records.Record, asOf time.Time) Life {
	rd := &reader{t: t, r: r, asOf: asOf.UTC(), open: asOf.IsZero()}
	l := Life{Flagged: isFlagged(t)}
	l.Opened, l.Resolved, l.Closed = rd.stated(openedField(t)), rd.stated(resolvedField(t)), rd.stated(closedField(t))
	events, lines := rd.events()
	switch {
	case lines > 0:
		rd.stints(&l, events)
	default:
		rd.withoutLog(&l)
	}
	l.Comments = rd.comments()
	return l
}

// reader reads one life.
type reader struct {
	t    *schema.Type
	r    *records.Record
	asOf time.Time
	open bool // nothing is left out
	set  []bool
}

// counts reports whether something that happened then is part of the life. The first
// moment of the year 1 stands for no time.
func (rd *reader) counts(at time.Time) bool {
	return !at.IsZero() && (rd.open || !at.After(rd.asOf))
}

// stated returns the time that a field states.
func (rd *reader) stated(field string) time.Time {
	if field == "" {
		return time.Time{}
	}
	if at, ok := rd.r.Time(field); ok && rd.counts(at) {
		return at.UTC()
	}
	return time.Time{}
}

// openedField returns the field that states when records of a type were opened, ""
// where there is none; the next two when they were resolved, and closed.
func openedField(t *schema.Type) string {
	if len(t.States) == 0 {
		return ""
	}
	return t.States[0].Stamp
}

func resolvedField(t *schema.Type) string {
	return stampOf(t, func(c records.Category) bool { return c == records.Resolved })
}

func closedField(t *schema.Type) string { return stampOf(t, records.Category.IsDone) }

func stampOf(t *schema.Type, of func(records.Category) bool) string {
	for _, s := range t.States {
		if s.Stamp != "" && of(s.Category) {
			return s.Stamp
		}
	}
	return ""
}

// isFlagged reports whether records of the type are put on hold by a field alone.
func isFlagged(t *schema.Type) bool {
	return t.Field(fieldHold) != nil && !slices.ContainsFunc(t.States, func(s *schema.State) bool { return s.Category == records.Held })
}

// FieldDue is the field that states a deadline, which no hold moves.
const FieldDue = "due_at"

// The fields that clocks and figures look at beside those that states stamp.
const (
	fieldHold      = "hold"
	fieldTeam      = "team"
	fieldAssignee  = "assignee"
	fieldPriority  = "priority"
	fieldRequester = "requester"
	fieldFor       = "requested_for"
	fieldService   = "service"
	fieldServices  = "services"
)

// watched are the fields that a stint holds.
func watched() [5]string {
	return [5]string{records.FieldState, fieldHold, fieldTeam, fieldAssignee, fieldPriority}
}

// events returns the lines of the log in time order, those that count, and how many
// there are in all. It notes which of the tracked fields any line sets.
func (rd *reader) events() (events []records.Event, lines int) {
	events, _ = rd.r.Log()
	lines = len(events)
	rd.set = make([]bool, len(rd.t.Tracked))
	for _, e := range events {
		for _, p := range e.Fields {
			if i := slices.Index(rd.t.Tracked, p.Key); i >= 0 {
				rd.set[i] = true
			}
		}
	}
	events = slices.DeleteFunc(events, func(e records.Event) bool { return !rd.counts(e.At) })
	byTime := func(a, b records.Event) int { return a.At.Compare(b.At) }
	if !slices.IsSortedFunc(events, byTime) {
		slices.SortStableFunc(events, byTime)
	}
	return events, lines
}

// isSet reports whether any line of the log sets the field.
func (rd *reader) isSet(field string) bool {
	i := slices.Index(rd.t.Tracked, field)
	return i >= 0 && rd.set[i]
}

// stints reads the lines of the log, which are in order.
func (rd *reader) stints(l *Life, events []records.Event) {
	if len(events) == 0 {
		rd.unwritten(l)
		return
	}
	l.First, l.latest = events[0].At.UTC(), events[len(events)-1].At.UTC()
	now := rd.present(rd.isSet)
	values := make([]*records.Value, len(rd.t.Tracked))
	l.Stints = make([]Stint, 0, len(events))
	for _, e := range events {
		for _, p := range e.Fields {
			i := slices.Index(rd.t.Tracked, p.Key)
			if i < 0 {
				continue
			}
			values[i] = p.Value
			now.put(p.Key, p.Value.String())
		}
		now.Category = rd.category(now.State)
		now.From, now.By = e.At.UTC(), e.By
		if n := len(l.Stints); n == 0 || !l.Stints[n-1].same(now) {
			l.Stints = append(l.Stints, now)
		}
	}
	rd.leave(l, values)
}

// unwritten makes the life of a record that was opened by then, as it states, but not
// yet written down.
func (rd *reader) unwritten(l *Life) {
	rd.leave(l, nil)
	if l.Opened.IsZero() || len(rd.t.States) == 0 {
		return
	}
	s := rd.present(rd.isSet)
	s.From, s.State, s.Category = l.Opened, rd.t.States[0].Name, rd.t.States[0].Category
	l.Stints = []Stint{s}
}

// leave notes what the log leaves of the fields that it sets.
func (rd *reader) leave(l *Life, values []*records.Value) {
	for i, name := range rd.t.Tracked {
		if !rd.set[i] {
			continue
		}
		p := records.Pair{Key: name, Value: records.NewNull()}
		if values != nil && values[i] != nil {
			p.Value = values[i]
		}
		l.Tracked = append(l.Tracked, p)
	}
}

// present returns the watched fields as the record has them, without those to skip.
func (rd *reader) present(skip func(field string) bool) Stint {
	var s Stint
	for _, name := range watched() {
		if !skip(name) {
			s.put(name, rd.r.Text(name))
		}
	}
	s.Category = rd.category(s.State)
	return s
}

func (rd *reader) category(name records.State) records.Category {
	if s := rd.t.State(name); s != nil {
		return s.Category
	}
	return ""
}

// withoutLog makes the life of a record without a log.
func (rd *reader) withoutLog(l *Life) {
	s := rd.present(func(string) bool { return false })
	add := func(at time.Time, of func(*schema.State) bool) {
		if at.IsZero() || len(l.Stints) > 0 && at.Before(l.Stints[len(l.Stints)-1].From) {
			return
		}
		then := s
		then.From = at
		if i := slices.IndexFunc(rd.t.States, of); i >= 0 && !of(&schema.State{Name: s.State, Category: s.Category}) {
			then.State, then.Category, then.Hold = rd.t.States[i].Name, rd.t.States[i].Category, ""
		}
		l.Stints = append(l.Stints, then)
	}
	add(l.Opened, func(st *schema.State) bool { return st.Category.IsOpen() })
	if s.Category == records.Resolved || s.Category.IsDone() {
		add(l.Resolved, func(st *schema.State) bool { return st.Category == records.Resolved })
	}
	if s.Category.IsDone() {
		add(l.Closed, func(st *schema.State) bool { return st.Category.IsDone() })
	}
}

// put sets a watched field.
func (s *Stint) put(field, value string) {
	switch field {
	case records.FieldState:
		s.State = records.State(value)
	case fieldHold:
		s.Hold = value
	case fieldTeam:
		s.Team = value
	case fieldAssignee:
		s.Assignee = value
	case fieldPriority:
		s.Priority = value
	}
}

// same reports whether two stints differ in nothing but when and by whom they began.
func (s Stint) same(o Stint) bool {
	s.From, s.By = o.From, o.By
	return s == o
}

// Last returns the time of the last thing that is known to have happened: a line of the
// log, a comment or a stated time; zero for a life in which nothing did.
func (l *Life) Last() time.Time {
	last := l.latest
	for _, at := range []time.Time{l.Opened, l.Resolved, l.Closed, l.First} {
		last = later(last, at)
	}
	if n := len(l.Stints); n > 0 {
		last = later(last, l.Stints[n-1].From)
	}
	if n := len(l.Comments); n > 0 {
		last = later(last, l.Comments[n-1].At)
	}
	return last
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
