package schema

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/schema/rule"
)

// commonFields returns the names of the fields that every type has without
// declaring them.
func commonFields() []string {
	return []string{records.FieldID, records.FieldTitle, records.FieldState, records.FieldAudience,
		records.FieldImported, records.FieldLog}
}

// overlay returns the type with a draft laid over it: named things are replaced
// where they stand or added at the end, lists of fields are united, texts are
// replaced.
func overlay(base *Type, d *draft) *Type {
	t := *base
	t.Path, t.Name = d.Path, d.Name
	for key := range d.given {
		switch key {
		case "title":
			t.Title = d.Title
			if _, ok := d.given["plural"]; !ok {
				t.Plural = ""
			}
		case "plural":
			t.Plural = d.Plural
		case "description":
			t.Description = d.Description
		case "folder":
			t.Folder = d.Folder
		case "id":
			t.Prefix, t.Scheme = d.Prefix, d.Scheme
		case "audience":
			t.Audience = d.Audience
		}
	}
	declared := slices.DeleteFunc(slices.Clone(base.Fields), func(f *Field) bool { return slices.Contains(commonFields(), f.Name) })
	t.Fields = lay(declared, d.Fields, func(f *Field) string { return f.Name })
	t.Columns = unite(base.Columns, d.Columns)
	t.Required = unite(base.Required, d.Required)
	t.Tracked = unite(base.Tracked, d.Tracked)
	t.States = lay(base.States, d.States, func(s *State) records.State { return s.Name })
	t.Transitions = maps.Clone(base.Transitions)
	if t.Transitions == nil {
		t.Transitions = d.Transitions
	} else {
		maps.Copy(t.Transitions, d.Transitions)
	}
	t.Rules = lay(base.Rules, d.Rules, func(r *Rule) string { return r.ID })
	t.Body.Sections = lay(base.Body.Sections, d.Body.Sections, func(s Section) string { return s.Heading })
	if d.Body.Template != "" {
		t.Body.Template = d.Body.Template
	}
	return &t
}

// lay returns base with what is over it: in the place of the one with the same
// name, or at the end.
func lay[T any, N comparable](base, over []T, name func(T) N) []T {
	out := slices.Clone(base)
	for _, o := range over {
		if i := slices.IndexFunc(out, func(b T) bool { return name(b) == name(o) }); i >= 0 {
			out[i] = o
		} else {
			out = append(out, o)
		}
	}
	return out
}

func unite(a, b []string) []string {
	return lay(a, b, func(s string) string { return s })
}

// finish completes a draft with what every type has and proves that the names in
// it are known.
func (r *reader) finish(d *draft, builtIn bool) {
	t := d.Type
	t.BuiltIn = builtIn
	if t.Plural == "" && t.Title != "" {
		t.Plural = t.Title + "s"
	}
	if t.Audience == "" {
		t.Audience = Staff
	}
	first, last := commonOf(t)
	t.Fields = slices.Concat(first, t.Fields, last)
	t.byName = make(map[string]*Field, len(t.Fields))
	for _, f := range t.Fields {
		t.byName[f.Name] = f
	}
	t.Required = unite(requiredOfAll(t), t.Required)
	if len(t.States) > 0 {
		t.Tracked = unite([]string{records.FieldState}, t.Tracked)
		if len(t.Columns) == 0 {
			t.Columns = []string{records.FieldState}
		}
	}
	d.uses = r.uses
	r.proveUses(d)
	r.proveStates(d)
	if !builtIn {
		r.proveRules(t)
	}
}

func requiredOfAll(t *Type) []string {
	if len(t.States) > 0 {
		return []string{records.FieldID, records.FieldTitle, records.FieldState}
	}
	return []string{records.FieldID, records.FieldTitle}
}

// commonOf returns the fields that every type has, those before and those after
// the declared ones.
func commonOf(t *Type) (first, last []*Field) {
	longest := 200
	title := &shape{kinds: kindOf(records.String), minLength: 1, maxLength: &longest}
	audience := &shape{kinds: kindOf(records.String), pattern: &pattern{re: audienceTxt(), cost: 1, want: "public, staff or team:NAME"}}
	first = []*Field{
		{Name: records.FieldID, Title: "ID", Description: "Names the record within its type. The file is named after it.",
			Schema: &jsonschema.Schema{Type: "string", MinLength: jsonschema.Ptr(1)},
			shape:  &shape{kinds: kindOf(records.String), source: true, minLength: 1}},
		{Name: records.FieldTitle, Title: "Title", Description: "What the record is about, in one line.",
			Schema: &jsonschema.Schema{Type: "string", MinLength: jsonschema.Ptr(1), MaxLength: &longest}, shape: title},
	}
	if len(t.States) > 0 {
		first = append(first, stateField(t))
	}
	first = append(first, &Field{Name: records.FieldAudience, Title: "Audience", Description: "Who may read the record, where that is not what its type says.",
		Schema: &jsonschema.Schema{Type: "string", Pattern: audienceTxt().String()}, shape: audience})
	last = []*Field{{Name: records.FieldImported, Title: "Imported", Description: "What the record was in the system it came from.",
		Schema: &jsonschema.Schema{Type: "object"}, shape: &shape{kinds: kindOf(records.Map)}}}
	if len(t.States) > 0 {
		last = append(last, &Field{Name: records.FieldLog, Title: "Log", Description: "The record's history: who set which tracked fields when.",
			List: true, Schema: &jsonschema.Schema{Type: "array", Items: logLine()}, shape: &shape{kinds: kindOf(records.List)}})
	}
	return first, last
}

func stateField(t *Type) *Field {
	f := &Field{Name: records.FieldState, Title: "State", Description: "Where the record stands.",
		Schema: &jsonschema.Schema{Type: "string"}, shape: &shape{kinds: kindOf(records.String)}}
	for _, name := range t.StateNames() {
		f.Schema.Enum = append(f.Schema.Enum, name)
		f.shape.enum = append(f.shape.enum, records.NewString(name))
	}
	return f
}

func logLine() *jsonschema.Schema {
	return &jsonschema.Schema{Type: "object", Required: []string{"at", "by"}, Properties: map[string]*jsonschema.Schema{
		"at": {Type: "string", Format: FormatDateTime}, "by": {Type: "string"},
	}, PropertyOrder: []string{"at", "by"}}
}

// proveUses reports names that are not known. Of a type that is extended, only
// the names in the extending file are proved; the others hold still.
func (r *reader) proveUses(d *draft) {
	t := d.Type
	for _, u := range r.uses {
		switch f := t.Field(u.name); {
		case u.kind == useState && t.State(records.State(u.name)) == nil:
			r.fail(RuleUnknownState, u.span, cmp.Or(didYouMean(u.name, t.StateNames()), "add it to states, or remove it here"), "%s: %q is no state of %s", u.what, cut(u.name), t.Name)
		case u.kind == useSection:
			r.proveSection(t, u.name, u.span, u.what)
		case u.kind != useField && u.kind != useTime:
		case f == nil:
			r.fail(RuleUnknownField, u.span, u.fieldHint(t), "%s: %q is no field of %s", u.what, cut(u.name), t.Name)
		case u.kind == useTime && !f.IsTime():
			r.fail(RuleBadValue, u.span, "give the field type: string, format: date-time", "%s: field %q holds no time", u.what, u.name)
		}
	}
}

// fieldHint names the field that was probably meant, where there is one.
func (u use) fieldHint(t *Type) string {
	if u.kind != useTime {
		return cmp.Or(didYouMean(u.name, t.FieldNames()), "add it to fields, or remove it here")
	}
	var times []string
	for _, f := range t.Fields {
		if f.IsTime() {
			times = append(times, f.Name)
		}
	}
	return cmp.Or(didYouMean(u.name, times), "add it to fields, with type: string, format: date-time")
}

// proveStates reports what makes no life cycle.
func (r *reader) proveStates(d *draft) {
	t := d.Type
	if len(t.States) == 0 {
		return
	}
	if first := t.States[0]; first.Category != records.New {
		r.fail(RuleBadStates, r.own(first.span, d), "put a state of category new before it", "the first state is where records begin; %q has category %s, not new", first.Name, first.Category)
	}
	for _, s := range t.States {
		if f := t.Field(s.Stamp); f != nil && !f.IsTime() && !slices.ContainsFunc(r.uses, func(u use) bool { return u.kind == useTime && u.name == s.Stamp }) {
			r.fail(RuleBadValue, f.Span, "give the field type: string, format: date-time", "state %s stamps field %q, which holds no time", s.Name, f.Name)
		}
	}
}

// own returns the span if it is one of the draft's own file, otherwise that of
// the key that a file must have.
func (r *reader) own(span diag.Span, d *draft) diag.Span {
	if states, ok := d.given["states"]; ok && span.Start.Compare(states.Start) >= 0 && span.End.Compare(states.End) <= 0 {
		return span
	}
	return d.given["type"]
}

// proveRules compiles the rules that the file declares.
func (r *reader) proveRules(t *Type) {
	for _, rl := range t.Rules {
		for _, c := range []struct {
			prg *rule.Program
			at  *records.Value
		}{{rl.When, rl.whenAt}, {rl.Assert, rl.assertAt}} {
			if c.prg != nil && c.at != nil && r.isOwn(rl) {
				r.proveCondition(RuleBadRule, t, "rule "+rl.ID, c.prg, c.at)
			}
		}
	}
}

func (r *reader) isOwn(rl *Rule) bool { return rl.path == r.path }

// proveCondition compiles a condition and reports, as what is wrong with what has
// it, fields that the type does not have. It returns false where it does not
// compile.
func (r *reader) proveCondition(id diag.RuleID, t *Type, what string, prg *rule.Program, at *records.Value) bool {
	if err := prg.Compile(); err != nil {
		span, message := at.Span, err.Error()
		if syntax, ok := err.(*rule.SyntaxError); ok {
			span, message = within(at, syntax.Line, syntax.Column), syntax.Message
		}
		r.fail(id, span, "write a condition in CEL, such as self.state == 'new'", "%s: %s", what, message)
		return false
	}
	for _, u := range prg.Uses() {
		if t.Field(u.Field) != nil {
			continue
		}
		r.fail(id, within(at, u.Line, u.Column), cmp.Or(didYouMean(u.Field, t.FieldNames()), "add it to fields"), "%s: %q is no field of %s", what, u.Field, t.Name)
	}
	return true
}

// proveFacts reports facts in a condition that are not there where it is judged.
func (r *reader) proveFacts(id diag.RuleID, what string, prg *rule.Program, at *records.Value, known []string) {
	for _, u := range prg.Facts() {
		if !slices.Contains(known, u.Field) {
			r.fail(id, within(at, u.Line, u.Column), cmp.Or(didYouMean(u.Field, known), "the facts are "+strings.Join(known, ", ")), "%s: there is no fact %q", what, cut(u.Field))
		}
	}
}

// within returns the place of a line and column of a text in the file, the whole
// text where quoting and escapes hide the place.
func within(v *records.Value, line, column int) diag.Span {
	quotes := 0
	if v.Quoted {
		quotes = 1
	}
	if line != 1 || v.Span.Start.Line != v.Span.End.Line || v.End-v.Start != len(v.Text)+2*quotes {
		return v.Span
	}
	at := v.Span.Start
	at.Column += quotes + column - 1
	return diag.Span{Start: at, End: diag.Position{Line: at.Line, Column: at.Column + 1}}
}

// ruleID returns the id that diagnostics of a type's rule carry.
func ruleID(rl *Rule) diag.RuleID { return diag.RuleID(RulePrefix + rl.ID) }
