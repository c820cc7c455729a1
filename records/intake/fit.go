package intake

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/lazy"
	"frontdesk/schema"
)

var plainNumber = lazy.Regexp(`^-?(0|[1-9][0-9]{0,14})(\.[0-9]{1,15})?$`)

// keySource is the key below imported that names the foreign system.
const keySource = "source"

// freeText is the key under body for types that have no sections.
const freeText = "text"

// MappingError is a mapping that fits the desk's types or the file's header
// badly. The diagnostics point into the mapping file.
type MappingError struct {
	Path        string
	Diagnostics []diag.Diagnostic
}

// Error returns the first fault with its place.
func (e *MappingError) Error() string {
	d := e.Diagnostics[0]
	text := fmt.Sprintf("read mapping %s: line %d: %s", e.Path, d.Span.Start.Line, d.Message)
	if n := len(e.Diagnostics) - 1; n > 0 {
		text += fmt.Sprintf(" (and %d more)", n)
	}
	return text
}

// Check judges the mapping by the desk's types: whether its type and fields are
// there and everything that the mapping itself spells out is a value of them.
func (m *Mapping) Check(types *schema.Types) []diag.Diagnostic {
	f := &fitter{m: m, types: types, typ: types.Get(m.Type)}
	if f.typ == nil {
		f.fail(RuleType, m.root.Get("type").Span, "there is no record type %q", m.Type).Hint = nearest(string(m.Type), types.Names())
		return f.ds
	}
	for i := range m.fields {
		f.field(&m.fields[i])
	}
	for i := range m.body {
		f.section(&m.body[i])
	}
	for i := range m.imported {
		f.choices(newTarget(m, &m.imported[i], f.typ))
	}
	f.required()
	f.log()
	diag.Sort(f.ds)
	return f.ds
}

// fitter gathers what does not fit between a mapping and a type.
type fitter struct {
	m     *Mapping
	types *schema.Types
	typ   *schema.Type
	ds    []diag.Diagnostic
}

func (f *fitter) fail(rule diag.RuleID, span diag.Span, format string, args ...any) *diag.Diagnostic {
	f.ds = append(f.ds, diag.New(rule, diag.Error, f.m.Path, span, format, args...))
	return &f.ds[len(f.ds)-1]
}

func nearest(word string, known []string) string {
	if near := schema.Nearest(word, known); near != "" {
		return "did you mean " + strconv.Quote(near) + "?"
	}
	return "there are " + strings.Join(known, ", ")
}

func fieldNames(t *schema.Type) []string {
	var out []string
	for _, f := range t.Fields {
		if f.Name != records.FieldID && f.Name != records.FieldLog && f.Name != records.FieldImported {
			out = append(out, f.Name)
		}
	}
	return out
}

func (f *fitter) field(s *spec) {
	own := strings.HasPrefix(s.name, "x_")
	field := f.typ.Field(s.name)
	if field == nil && !own {
		f.fail(RuleField, s.span, "the type %s has no field %q", f.typ.Name, s.name).Hint = nearest(s.name, fieldNames(f.typ))
		return
	}
	f.reference(s, field)
	switch {
	case s.split != "" && s.item == 0 && field != nil && !field.List:
		f.fail(RuleConflict, s.span, "%s is no list, so there is nothing to split", s.name).Hint = "say which part counts with item: first, last or its number"
	case s.item != 0 && field != nil && field.List:
		f.fail(RuleConflict, s.span, "%s is a list and takes every part; item has nothing to choose", s.name)
	}
	f.choices(newTarget(f.m, s, f.typ).asField(f.types))
}

// choices checks every value that the mapping itself spells out.
func (f *fitter) choices(t *target) {
	s := t.spec
	choices := []*choice{s.constant, s.fallback, s.others}
	for _, key := range slices.Sorted(maps.Keys(s.values)) {
		c := s.values[key]
		choices = append(choices, &c)
	}
	for _, c := range choices {
		if c == nil || c.text == nil {
			continue
		}
		if _, err := t.convert(*c.text); err != nil {
			f.fail(RuleValue, c.span, "%s: %s", s.name, err)
		}
	}
}

// reference checks that the mapping says what becomes of names no record has:
// people may be unknown, anything else must have a record.
func (f *fitter) reference(s *spec, field *schema.Field) {
	isRef := field != nil && field.Ref != ""
	switch {
	case s.ref != nil && !isRef:
		f.fail(RuleReference, s.ref.span, "%s does not refer to records", s.name)
	case isRef && s.ref == nil && s.constant == nil:
		f.fail(RuleReference, s.span, "%s refers to records of type %s; say what becomes of one that is not there", s.name, field.Ref).
			Hint = "add \"reference: create\" or \"reference: keep\""
	case isRef && s.ref != nil && s.ref.create:
		f.created(s, f.types.Get(field.Ref))
	}
}

// created checks how a record is made for an unknown name.
func (f *fitter) created(s *spec, typ *schema.Type) {
	if typ == nil {
		f.fail(RuleReference, s.ref.span, "%s may refer to records of any type, so none can be created", s.name)
		return
	}
	for _, p := range s.ref.fields {
		if typ.Field(p.Key) == nil {
			f.fail(RuleField, p.KeySpan, "the type %s has no field %q", typ.Name, p.Key).Hint = nearest(p.Key, fieldNames(typ))
			return
		}
	}
	sample := mention{typ: typ, id: "example", name: "Example", ref: s.ref, at: "2026-11-03T09:12:00Z", by: "example"}
	if fault, _ := verify(typ, sample.id+schema.Extension, sample.file(f.m.Source), typ.CheckFields); fault != "" {
		f.fail(RuleReference, s.ref.span, "no %s can be created: %s", typ.Name, fault).
			Hint = "give its fields: \"reference: {fields: {…: …}}\""
	}
}

func (f *fitter) section(s *spec) {
	if len(f.typ.Body.Sections) == 0 {
		if s.name != freeText {
			f.fail(RuleField, s.span, "the type %s has no sections", f.typ.Name).Hint = "write the whole body as \"text\""
		}
		return
	}
	var headings []string
	for _, section := range f.typ.Body.Sections {
		headings = append(headings, section.Heading)
	}
	if !slices.Contains(headings, s.name) {
		f.fail(RuleField, s.span, "the type %s has no section %q", f.typ.Name, s.name).Hint = nearest(s.name, headings)
	}
}

// required reports fields that every record needs and the mapping never sets.
func (f *fitter) required() {
	for _, name := range f.typ.Required {
		if name == records.FieldID || f.m.field(name) != nil {
			continue
		}
		if field := f.typ.Field(name); field != nil && field.Derive != "" {
			continue
		}
		f.fail(RuleField, f.m.root.Get("fields").Span, "the type %s needs %s, which the mapping does not set", f.typ.Name, name).
			Hint = "add it under fields; \"" + name + ": {value: …}\" gives all records the same"
	}
	if len(f.typ.States) > 0 && f.m.field(records.FieldState) == nil && !slices.Contains(f.typ.Required, records.FieldState) {
		f.fail(RuleField, f.m.root.Get("fields").Span, "the type %s needs state, which the mapping does not set", f.typ.Name).
			Hint = "add \"state: {column: …, map: {…}}\" under fields"
	}
}

func (f *fitter) log() {
	l := f.m.log
	switch {
	case l == nil && len(f.typ.States) > 0:
		f.fail(RuleLog, f.m.root.Span, "records of type %s have a log, but the mapping does not say what it is made from", f.typ.Name).
			Hint = "add \"log: {at: …, by: …}\""
	case l != nil && len(f.typ.States) == 0:
		f.fail(RuleLog, l.at.span, "records of type %s have no log", f.typ.Name).Hint = "remove log"
	case l != nil:
		f.choices(newTarget(f.m, &l.at, f.typ))
		f.choices(newTarget(f.m, &l.by, f.typ))
		f.stamps(l)
		for i, name := range l.track {
			switch {
			case !slices.Contains(f.typ.Tracked, name):
				f.fail(RuleLog, l.spans[i], "the type %s does not track %q", f.typ.Name, name).Hint = nearest(name, f.typ.Tracked)
			case f.m.field(name) == nil && f.typ.Field(name).Derive == "":
				f.fail(RuleLog, l.spans[i], "%s is to be tracked, but the mapping does not set it", name)
			}
		}
	}
}

// newTarget joins a spec with what the type says of it.
func newTarget(m *Mapping, s *spec, typ *schema.Type) *target {
	t := &target{spec: s, clock: m.clock, typ: typ, missing: m.missing}
	if s.clock != nil {
		t.clock = *s.clock
	}
	return t
}

// asField makes the target a field of the type.
func (t *target) asField(types *schema.Types) *target {
	t.field = t.typ.Field(t.name)
	if t.field != nil {
		t.refType = types.Get(t.field.Ref)
		t.tracked = slices.Contains(t.typ.Tracked, t.name)
	}
	return t
}
