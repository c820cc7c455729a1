// Package records provides the vocabulary of a desk: ids, types, states, values
// that know their position, records, logs and sets of records. It must not
// touch anything outside memory.
package records

import (
	"strings"
	"time"

	"frontdesk/records/diag"
)

// ID names a record within its type, exactly as it stands in the source text.
type ID string

// Type is the name of a record type, for example "incident".
type Type string

// State is the name of a state, as its type file spells it.
type State string

// Category is what a state means, whatever its name.
type Category string

// The categories of states. Open means new, active or held.
const (
	New       Category = "new"
	Active    Category = "active"
	Held      Category = "held"
	Resolved  Category = "resolved"
	Closed    Category = "closed"
	Cancelled Category = "cancelled"
)

// Categories lists all categories in the order of a record's life.
func Categories() []Category { return []Category{New, Active, Held, Resolved, Closed, Cancelled} }

// IsOpen reports whether work is still to be done: new, active or held.
func (c Category) IsOpen() bool { return c == New || c == Active || c == Held }

// IsDone reports whether the record's life has ended: closed or cancelled.
func (c Category) IsDone() bool { return c == Closed || c == Cancelled }

// Names of the front-matter keys that every type has.
const (
	FieldID       = "id"
	FieldTitle    = "title"
	FieldState    = "state"
	FieldLog      = "log"
	FieldAudience = "audience"
	FieldImported = "imported"
)

// TimeFormat is how times are written in records: RFC 3339, UTC, whole seconds.
const TimeFormat = "2006-01-02T15:04:05Z"

// FormatTime writes a time as records hold it, in UTC.
func FormatTime(t time.Time) string { return t.UTC().Format(TimeFormat) }

// ParseTime reads an RFC 3339 time.
func ParseTime(s string) (time.Time, bool) {
	t, err := time.Parse(time.RFC3339, s)
	return t, err == nil
}

// Record is one file of the desk: front matter, body and where they stand.
type Record struct {
	Type     Type
	ID       ID
	Path     string // relative to the desk's root, with slashes
	Source   []byte // the whole file; must not be changed
	Fields   *Value // the front matter, a map
	Body     string // everything after the front matter
	BodyLine int    // line of the file on which the body starts
}

// Get returns a front-matter value, nil where the key is absent.
func (r *Record) Get(key string) *Value { return r.Fields.Get(key) }

// Text returns the source text of a scalar front-matter value, "" where it is
// absent, null or no scalar.
func (r *Record) Text(key string) string { return r.Fields.Get(key).String() }

// Title returns the record's title.
func (r *Record) Title() string { return r.Text(FieldTitle) }

// State returns the record's state, "" for types without states.
func (r *Record) State() State { return State(r.Text(FieldState)) }

// Time returns the time that a field states; ok is false where there is none.
func (r *Record) Time(key string) (t time.Time, ok bool) { return ParseTime(r.Text(key)) }

// Ref returns the record's unambiguous name, "type/id".
func (r *Record) Ref() string { return string(r.Type) + "/" + string(r.ID) }

// SpanOf returns the position of a front-matter value, of the front matter's
// first line where the key is absent.
func (r *Record) SpanOf(key string) diag.Span {
	if v := r.Get(key); v != nil {
		return v.Span
	}
	return diag.At(1)
}

// SplitRef splits "type/id" into its parts; typ is "" for a bare id.
func SplitRef(ref string) (typ Type, id ID) {
	if t, i, ok := strings.Cut(ref, "/"); ok {
		return Type(t), ID(i)
	}
	return "", ID(ref)
}
