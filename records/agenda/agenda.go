// Package agenda provides what is planned when: changes, releases and windows by
// time, and the same as an iCalendar that others subscribe to. It is pure: the same
// records and time give the same bytes. It must not judge what it shows.
package agenda

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"frontdesk/records"
	"frontdesk/records/conflict"
	"frontdesk/schema"
	"frontdesk/schema/calendar"
	"frontdesk/schema/desk"
)

// The types that the agenda knows by name. Plans can be of any type.
const (
	serviceType records.Type = "service"
	assetType   records.Type = "asset"
	windowType  records.Type = "window"
)

// Fields of records that the agenda knows by name, whatever their type.
const (
	fieldTeam = "team"
	fieldHold = "hold"
	fieldKind = "kind"
)

// Status says how firm an entry is, in iCalendar's words.
type Status string

// The statuses.
const (
	Tentative Status = "tentative" // not approved, held, or a proposal
	Confirmed Status = "confirmed"
	Cancelled Status = "cancelled"
)

// Entry is one thing on the agenda: a plan, or an occurrence of a window.
type Entry struct {
	Record    *records.Record
	Type      *schema.Type
	Kind      string // the record's kind: "normal", "freeze"; may be empty
	Status    Status
	Span      calendar.Span // in the desk's time zone
	Services  []records.ID
	Assets    []records.ID
	Conflicts []conflict.Conflict // with what it has conflicts, the gravest first
	More      bool                // there are more conflicts
}

// IsWindow reports whether the entry is an occurrence of a window.
func (e Entry) IsWindow() bool { return e.Record.Type == windowType }

// Unreadable is a record whose times cannot be read.
type Unreadable struct {
	Record *records.Record
	Err    error
}

// Agenda is what is planned within a range.
type Agenda struct {
	Range      calendar.Span
	Entries    []Entry           // by time
	Unreadable []Unreadable      // what may be missing
	Cut        []*records.Record // windows that come more often than is shown
}

// Input is what an agenda is made of.
type Input struct {
	Desk     *desk.Desk
	Types    *schema.Types
	Set      *records.Set // of types that have plans, windows, services and assets; others are passed over
	Range    calendar.Span
	Services []records.ID // only what concerns one of these; none is all
	Teams    []records.ID // only what one of these answers for; none is all
}

// The bounds of an agenda.
const (
	maxOccurrences = 10_000 // of one window
	maxConflicts   = 10     // that an entry tells
)

// New makes an agenda.
func New(in Input) *Agenda {
	book := conflict.NewBook(conflict.Input{Types: in.Types, Set: in.Set, TimeZone: in.Desk.TimeZone})
	f := newFilter(in)
	a := &Agenda{Range: in.Range}
	for _, r := range in.Set.All() {
		t := in.Types.Get(r.Type)
		if t == nil || r.Type == windowType || !f.wants(t, r) {
			continue
		}
		span, err := conflict.SpanOf(t, r)
		switch {
		case errors.Is(err, conflict.ErrNoPlan):
		case err != nil:
			a.Unreadable = append(a.Unreadable, Unreadable{r, err})
		case span.Overlaps(in.Range):
			e := f.entry(t, r, span)
			e.Conflicts, e.More = book.Some(r, maxConflicts)
			a.Entries = append(a.Entries, e)
		}
	}
	a.windows(in, book, f)
	slices.SortStableFunc(a.Entries, func(x, y Entry) int {
		return cmp.Or(x.Span.Start.Compare(y.Span.Start), x.Span.End.Compare(y.Span.End),
			strings.Compare(x.Record.Ref(), y.Record.Ref()))
	})
	return a
}

// windows adds the occurrences of windows that are in force.
func (a *Agenda) windows(in Input, book *conflict.Book, f *filter) {
	t := in.Types.Get(windowType)
	if t == nil {
		return
	}
	occurrences, cut := book.WindowsIn(in.Range, maxOccurrences)
	for _, o := range occurrences {
		if f.wants(t, o.Window) {
			a.Entries = append(a.Entries, f.entry(t, o.Window, o.Span))
		}
	}
	for _, r := range cut {
		if f.wants(t, r) {
			a.Cut = append(a.Cut, r)
		}
	}
	rs, errs := book.Unreadable()
	for i, r := range rs {
		if f.wants(t, r) {
			a.Unreadable = append(a.Unreadable, Unreadable{r, errs[i]})
		}
	}
}

// statusOf says how firm a plan is: it is confirmed in the states for which its
// policy asks for approval, and without a policy from the first state on that asks
// for its window.
func statusOf(t *schema.Type, r *records.Record) Status {
	if t.Category(r) == records.Cancelled {
		return Cancelled
	}
	if r.Type == windowType {
		return Confirmed
	}
	if t.Category(r) == records.Held || !r.Get(fieldHold).IsNull() {
		return Tentative
	}
	if t.Policy != nil {
		if slices.Contains(t.Policy.States, r.State()) {
			return Confirmed
		}
		return Tentative
	}
	w, _ := conflict.TimesOf(t)
	for _, s := range t.States {
		if slices.Contains(s.Require, w.Start) {
			return Confirmed
		}
		if s.Name == r.State() {
			break
		}
	}
	return Tentative
}

// filter says what is wanted, and makes entries.
type filter struct {
	in       Input
	services map[records.ID]bool
	teams    map[records.ID]bool
	assets   map[records.ID]bool // on which the services run
	teamed   map[string]bool     // services and assets, by type and id, that a team answers for
}

func newFilter(in Input) *filter {
	f := &filter{in: in, services: setOf(in.Services), teams: setOf(in.Teams), assets: map[records.ID]bool{}, teamed: map[string]bool{}}
	if len(in.Services)+len(in.Teams) == 0 {
		return f
	}
	for _, r := range in.Set.All() {
		if r.Type != serviceType && r.Type != assetType {
			continue
		}
		if f.teams[idIn(r, fieldTeam)] {
			f.teamed[r.Ref()] = true
		}
		if t := in.Types.Get(r.Type); t != nil && r.Type == serviceType && f.services[r.ID] {
			for _, id := range named(t, r, assetType) {
				f.assets[id] = true
			}
		}
	}
	return f
}

func setOf(ids []records.ID) map[records.ID]bool {
	out := make(map[records.ID]bool, len(ids))
	for _, id := range ids {
		out[id] = true
	}
	return out
}

// wants reports whether a record is asked for. A window that concerns everything
// always is.
func (f *filter) wants(t *schema.Type, r *records.Record) bool {
	services, assets := named(t, r, serviceType), named(t, r, assetType)
	if r.Type == windowType && len(services)+len(assets) == 0 && r.Get("categories").IsNull() {
		return true
	}
	if len(f.services) > 0 && !slices.ContainsFunc(services, func(id records.ID) bool { return f.services[id] }) &&
		!slices.ContainsFunc(assets, func(id records.ID) bool { return f.assets[id] }) {
		return false
	}
	if len(f.teams) == 0 || f.teams[idIn(r, fieldTeam)] {
		return true
	}
	ofTeam := func(typ records.Type) func(records.ID) bool {
		return func(id records.ID) bool { return f.teamed[string(typ)+"/"+string(id)] }
	}
	return r.Type == windowType && (slices.ContainsFunc(services, ofTeam(serviceType)) || slices.ContainsFunc(assets, ofTeam(assetType)))
}

func (f *filter) entry(t *schema.Type, r *records.Record, s calendar.Span) Entry {
	zone := f.in.Desk.TimeZone
	return Entry{
		Record: r, Type: t, Kind: r.Text(fieldKind), Status: statusOf(t, r),
		Span:     calendar.Span{Start: s.Start.In(zone), End: s.End.In(zone)},
		Services: named(t, r, serviceType), Assets: named(t, r, assetType),
	}
}

// named returns the services or assets that a record names.
func named(t *schema.Type, r *records.Record, typ records.Type) []records.ID {
	var out []records.ID
	for _, f := range t.Fields {
		if f.Ref != typ {
			continue
		}
		for _, text := range r.Get(f.Name).Strings() {
			if _, id := records.SplitRef(text); id != "" && !slices.Contains(out, id) {
				out = append(out, id)
			}
		}
	}
	return out
}

// idIn returns the id that a field names.
func idIn(r *records.Record, field string) records.ID {
	_, id := records.SplitRef(r.Text(field))
	return id
}

// Types returns the types whose records an agenda is made of.
func Types(types *schema.Types) []records.Type {
	var out []records.Type
	for _, t := range types.All() {
		_, isPlanned := conflict.TimesOf(t)
		if isPlanned || t.Name == windowType || t.Name == serviceType || t.Name == assetType {
			out = append(out, t.Name)
		}
	}
	return out
}
