// Package schema provides record types: their fields, states, transitions,
// rules, body sections, approval policies and clocks, read from type files. The built-in types lie beside
// it as YAML. It must not touch files other than those, nor know any record
// type by name.
package schema

import (
	"slices"

	"github.com/google/jsonschema-go/jsonschema"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/schema/rule"
)

// Scheme says how records of a type get their id and where their files lie.
type Scheme string

// The id schemes.
const (
	// Month ids are made by Frontdesk: prefix, year and month, random part
	// (INC-2611-K7Q4). Files lie in a folder per month. Ids given by an import
	// (INC0012345) are accepted too.
	Month Scheme = "month"
	// Slug ids are names in lower case (reset-token). Folders are free.
	Slug Scheme = "slug"
	// Given ids come from outside, like an asset tag (LT-0042). Folders are free.
	Given Scheme = "given"
)

// Audience is who may read: "public", "staff" or "team:NAME".
type Audience string

// The audiences that every desk has.
const (
	Public Audience = "public"
	Staff  Audience = "staff"
)

// AnyType is the ref of a field that may name a record of any type.
const AnyType records.Type = "any"

// Type is a record type.
type Type struct {
	Name        records.Type
	Title       string // singular, for people: "Incident"
	Plural      string // "Incidents"
	Description string
	Folder      string // below records/
	Prefix      string // of month ids: "INC"
	Scheme      Scheme
	Audience    Audience // of records that do not say
	Columns     []string // fields that lists show, in order
	Fields      []*Field // in declaration order, the common ones first
	Required    []string
	Tracked     []string // fields whose changes the log records
	States      []*State // in declaration order; the first is where records begin
	Transitions map[records.State][]records.State
	Rules       []*Rule
	Body        Body
	Policy      *Policy  // nil: records of the type need no approval
	Clocks      []*Clock // what is measured, in declared order
	Broken      []string // names of clocks that are left out, as the type file is at fault
	Path        string   // of the type file, "builtin/NAME.yaml" for built-in ones
	BuiltIn     bool

	byName map[string]*Field // of Fields
}

// Field is a front-matter key that a type declares.
type Field struct {
	Name        string
	Title       string
	Description string
	Schema      *jsonschema.Schema // without our own keywords
	Ref         records.Type       // the field, or each item of it, names a record; "" if not
	List        bool               // the field is a list
	Derive      string             // "priority": computed from the desk's matrix
	Override    string             // field that must give a reason where a derived value differs
	Audience    Audience           // "" is the record's own
	Merge       string             // how two edits merge; "" follows from the schema
	Default     *records.Value     // what new writes; nil if none
	Span        diag.Span          // in the type file

	shape *shape // Schema, compiled
}

// IsTime reports whether the field holds a time.
func (f *Field) IsTime() bool { return f.Schema != nil && f.Schema.Format == FormatDateTime }

// Groups reports whether records can be grouped by the field: by its value, or by each
// item of a list of values, but not by maps.
func (f *Field) Groups() bool {
	sh := f.shape
	if f.List && sh != nil && sh.items != nil {
		sh = sh.items
	}
	return sh == nil || sh.kinds == 0 || sh.kinds&^(kindOf(records.Map)|kindOf(records.List)|kindOf(records.Null)) != 0
}

// Choices returns the texts that the field, or each item of it, is limited to,
// nil where it is not.
func (f *Field) Choices() []string {
	sh := f.shape
	if sh != nil && sh.items != nil {
		sh = sh.items
	}
	if sh == nil {
		return nil
	}
	var out []string
	for _, v := range sh.enum {
		out = append(out, v.String())
	}
	return out
}

// Equal reports whether two values of the field mean the same: times the same
// moment, references the same text, whatever their form.
func (f *Field) Equal(v, w *records.Value) bool {
	if v.Equal(w) {
		return true
	}
	switch {
	case f.IsTime():
		a, okA := records.ParseTime(v.String())
		b, okB := records.ParseTime(w.String())
		return okA && okB && a.Equal(b)
	case f.Ref != "" && f.List:
		return v != nil && w != nil && v.Kind == records.List && w.Kind == records.List &&
			slices.EqualFunc(v.Items, w.Items, sameText)
	case f.Ref != "":
		return sameText(v, w)
	}
	return false
}

func sameText(v, w *records.Value) bool {
	return v.IsScalar() && w.IsScalar() && v.String() == w.String()
}

// State is one state of a type's life cycle.
type State struct {
	Name     records.State
	Title    string
	Category records.Category
	Require  []string // fields that must be set in this state
	Stamp    string   // time field that entering the state sets
	Clear    []string // fields that entering the state removes
	Sections []string // headings below which something must be written in this state

	span diag.Span // in the type file
}

// Rule is a condition in CEL that records of the type must meet.
type Rule struct {
	ID       string // diagnostics carry "rule/ID"
	When     *rule.Program
	Assert   *rule.Program
	Message  string
	Severity diag.Severity
	Field    string // where the diagnostic points; "" is the front matter
	Span     diag.Span

	path             string         // of the type file
	whenAt, assertAt *records.Value // the conditions in it
}

// Body says how a type's text is structured.
type Body struct {
	Sections []Section
	Template string // what new writes where the type has no sections
}

// Section is a "##" heading that a type owns.
type Section struct {
	Heading  string
	Required bool
	Append   bool     // entries are only ever added
	Audience Audience // "" is the record's own
	Hint     string   // what new writes below the heading, as a comment
}

// FieldNames returns the names of all fields in declared order.
func (t *Type) FieldNames() []string {
	names := make([]string, len(t.Fields))
	for i, f := range t.Fields {
		names[i] = f.Name
	}
	return names
}

// StateNames returns the names of the states in declared order.
func (t *Type) StateNames() []string {
	names := make([]string, len(t.States))
	for i, s := range t.States {
		names[i] = string(s.Name)
	}
	return names
}

// Field returns the field with the name, nil where there is none.
func (t *Type) Field(name string) *Field {
	if t.byName != nil {
		return t.byName[name]
	}
	for _, f := range t.Fields {
		if f.Name == name {
			return f
		}
	}
	return nil
}

// State returns the state with the name, nil where there is none.
func (t *Type) State(name records.State) *State {
	for _, s := range t.States {
		if s.Name == name {
			return s
		}
	}
	return nil
}

// Category returns what a record's state means, "" where the type has no states
// or the state is unknown.
func (t *Type) Category(r *records.Record) records.Category {
	if s := t.State(r.State()); s != nil {
		return s.Category
	}
	return ""
}

// Section returns the section with the heading, nil where there is none.
func (t *Type) Section(heading string) *Section {
	for i := range t.Body.Sections {
		if t.Body.Sections[i].Heading == heading {
			return &t.Body.Sections[i]
		}
	}
	return nil
}
