package query

import (
	"fmt"
	"slices"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"

	"frontdesk/records"
	"frontdesk/schema"
)

// kind says how a field's values compare.
type kind uint8

const (
	kindText   kind = iota // found anywhere in the field
	kindWord               // the whole value
	kindRef                // an id, with or without its type
	kindChoice             // one of a list, in the list's order
	kindNumber
	kindBool
	kindDate   // a day
	kindTime   // a moment
	kindNested // a map or a list of maps: only has: and no:
	kindLoose  // undeclared: as the query's value reads
)

// field is where a value stands in the records of one type, and how it compares.
type field struct {
	name    string
	path    []string
	kind    kind
	choices []string     // of kindChoice, in order
	target  records.Type // of kindRef
}

// extension is the beginning of keys that a desk adds without declaring them.
const extension = "x_"

// fieldOf returns the type's field with the name, nil where it has none.
func fieldOf(t *schema.Type, name string) *field {
	path := strings.Split(name, ".")
	declared := t.Field(path[0])
	switch {
	case slices.Contains(path[1:], ""):
		return nil
	case declared == nil && !strings.HasPrefix(name, extension):
		return nil
	case declared == nil, len(path) > 1:
		return &field{name: name, path: path, kind: kindLoose}
	}
	f := &field{name: name, path: path}
	f.classify(t, declared)
	return f
}

func (f *field) classify(t *schema.Type, declared *schema.Field) {
	switch f.name {
	case records.FieldID:
		f.kind, f.target = kindRef, t.Name
		return
	case records.FieldAudience:
		f.kind = kindWord
		return
	case records.FieldState:
		f.kind = kindChoice
		for _, s := range t.States {
			f.choices = append(f.choices, string(s.Name))
		}
		return
	}
	if declared.Ref != "" {
		f.kind, f.target = kindRef, declared.Ref
		return
	}
	s := declared.Schema
	if declared.List && s != nil {
		s = s.Items
	}
	if f.kind, f.choices = kindOf(s); f.kind == kindText && declared.List {
		f.kind = kindWord // tags and the like: vpn is not vpn-old
	}
}

// kindOf reads from a JSON Schema how values compare.
func kindOf(s *jsonschema.Schema) (kind, []string) {
	if s == nil {
		return kindNested, nil
	}
	if len(s.Enum) > 0 {
		var choices []string
		for _, e := range s.Enum {
			if e != nil {
				choices = append(choices, fmt.Sprint(e))
			}
		}
		return kindChoice, choices
	}
	for _, name := range append([]string{s.Type}, s.Types...) {
		switch name {
		case "integer", "number":
			return kindNumber, nil
		case "boolean":
			return kindBool, nil
		case "array", "object":
			return kindNested, nil
		case "string":
			return kindOfString(s.Format), nil
		}
	}
	return kindLoose, nil
}

func kindOfString(format string) kind {
	switch format {
	case "date":
		return kindDate
	case "date-time":
		return kindTime
	}
	return kindText
}

// get returns the field's value in a record, nil where it is absent.
func (f *field) get(r *records.Record) *records.Value {
	v := r.Get(f.path[0])
	for _, key := range f.path[1:] {
		v = v.Get(key)
	}
	return v
}

// anyItem returns the predicate that one of the tests holds for the field's
// value, or for one item of it where it is a list.
func (f *field) anyItem(tests []test) pred {
	holds := func(text string) bool {
		return slices.ContainsFunc(tests, func(t test) bool { return t(text) })
	}
	return func(s *subject) bool {
		v := f.get(s.Record)
		if v.IsScalar() { // the usual case, without a slice
			return !v.IsNull() && holds(v.Text)
		}
		return slices.ContainsFunc(v.Strings(), holds)
	}
}
