package schema

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"github.com/google/jsonschema-go/jsonschema"

	"frontdesk/records"
)

// fieldKeys are our own keywords beside those of JSON Schema.
func fieldKeys() []string { return []string{"ref", "derive", "override", "audience", "merge"} }

// fields reads the declared fields.
func (r *reader) fields(d *draft, v *records.Value) {
	if v.Kind != records.Map {
		r.wrongKind(v, "fields", wantMap)
		return
	}
	for _, p := range v.Pairs {
		switch {
		case slices.Contains(commonFields(), p.Key):
			r.fail(RuleConflict, p.KeySpan, "remove it", "field %q is one that every type has", p.Key)
		case !fieldName().MatchString(p.Key):
			r.fail(RuleName, p.KeySpan, formHint(fieldName()), "field %q does not match %s", cut(p.Key), fieldName())
		default:
			d.Fields = append(d.Fields, r.field(p))
		}
	}
}

// field reads one field. Its schema is judged before the default, which must
// fit it.
func (r *reader) field(p records.Pair) *Field {
	f := &Field{Name: p.Key, Title: titleOf(p.Key), Span: p.KeySpan}
	before := len(r.ds)
	f.Schema, f.shape = r.schema(p.Value, "field "+p.Key, true)
	if p.Value.Kind != records.Map {
		return f
	}
	for _, q := range p.Value.Pairs {
		r.fieldKey(f, q)
	}
	f.List = f.shape.kinds == kindOf(records.List)
	f.Ref = f.shape.ref
	if f.List && f.shape.items != nil {
		f.Ref = f.shape.items.ref
	}
	if f.List && f.shape.ref != "" {
		r.fail(RuleBadSchema, p.Value.Get("ref").Span, "write type: array, items: {ref: …}", "a list has its ref within items")
	}
	if len(r.ds) == before && f.Default != nil {
		r.checkDefault(f)
	}
	return f
}

func (r *reader) fieldKey(f *Field, p records.Pair) {
	switch v := p.Value; p.Key {
	case "title":
		f.Title = r.text(v, "title")
	case "description":
		f.Description = r.text(v, "description")
	case "default":
		f.Default = v
	case "derive":
		f.Derive = r.choice(v, "derive", []string{"priority"})
	case "override":
		f.Override = r.text(v, "override")
		r.use(useField, v, "override")
	case "audience":
		f.Audience = r.audience(v)
	case "merge":
		f.Merge = r.name(v, "merge", typeName())
	}
}

func (r *reader) checkDefault(f *Field) {
	c := &checker{rec: &records.Record{Path: r.path}, field: f}
	c.value(f.shape, f.Default)
	for _, d := range c.ds {
		r.fail(RuleBadSchema, f.Default.Span, cmp.Or(d.Hint, "the default must be a value that the field may have"), "default of %s", d.Message)
	}
}

// titleOf makes a title of a name: "resolved_at" becomes "Resolved at".
func titleOf(name string) string {
	s := strings.NewReplacer("_", " ", "-", " ").Replace(name)
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:]
}

// The keywords of JSON Schema by what holds their meaning here.
var (
	// ownKeywords are judged by shape, with exact positions.
	ownKeywords = []string{"type", "enum", "const", "pattern", "format", "minLength", "maxLength",
		"minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "minItems", "maxItems", "uniqueItems", "items",
		"properties", "required", "additionalProperties"}
	// otherKeywords are judged by the JSON Schema library.
	otherKeywords = []string{"multipleOf", "prefixItems", "contains", "minContains", "maxContains", "unevaluatedItems",
		"minProperties", "maxProperties", "dependentRequired", "patternProperties", "propertyNames", "unevaluatedProperties",
		"allOf", "anyOf", "oneOf", "not", "if", "then", "else", "dependentSchemas"}
	// notes say nothing about validity.
	notes = []string{"title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly", "$comment"}
	// refusedKeywords would let a schema depend on something outside itself.
	refusedKeywords = []string{"$ref", "$dynamicRef", "$id", "$schema", "$anchor", "$dynamicAnchor", "$defs", "$vocabulary",
		"definitions", "dependencies", "additionalItems", "contentEncoding", "contentMediaType", "contentSchema"}
)

// schema reads a schema: as JSON Schema and compiled. Our own keywords belong
// to the top one; ref to those of items too.
func (r *reader) schema(v *records.Value, what string, top bool) (*jsonschema.Schema, *shape) {
	sh := &shape{}
	if v.Kind == records.Bool && !top {
		js := &jsonschema.Schema{}
		if v.Text == "false" {
			sh.never, js.Not = true, &jsonschema.Schema{}
		}
		return js, sh
	}
	s := &spec{reader: r, js: &jsonschema.Schema{}, shape: sh, what: what}
	known := slices.Concat(ownKeywords, otherKeywords, notes, []string{"ref"})
	if top {
		known = append(known, fieldKeys()...)
	}
	if v.Kind == records.Map {
		v = r.withoutRefused(v, what)
	}
	r.keys(v, what, known, s.keyword)
	s.finish(v)
	return s.js, sh
}

func (r *reader) withoutRefused(v *records.Value, what string) *records.Value {
	keep := *v
	keep.Pairs = nil
	for _, p := range v.Pairs {
		if slices.Contains(refusedKeywords, p.Key) {
			r.fail(RuleBadSchema, p.KeySpan, "write the schema out where it is needed", "%s: %s is not allowed, a field's schema stands on its own", what, p.Key)
			continue
		}
		keep.Pairs = append(keep.Pairs, p)
	}
	return &keep
}

// spec is a schema that is being read.
type spec struct {
	*reader
	js    *jsonschema.Schema
	shape *shape
	what  string
	other bool // it has keywords for the library
}

// finish implies the type of references and hands what is left to the library.
func (s *spec) finish(v *records.Value) {
	if s.shape.ref != "" && s.shape.kinds == 0 {
		s.shape.kinds, s.js.Type = kindOf(records.String), "string"
	}
	s.shape.source = s.shape.ref != ""
	if s.other && v.Kind == records.Map {
		s.viaLibrary(v)
	}
}

// viaLibrary makes the schema from its JSON text, as the library knows every
// keyword, and proves it.
func (s *spec) viaLibrary(v *records.Value) {
	text, err := json.Marshal(plainSchema(v))
	js := &jsonschema.Schema{}
	if err == nil {
		err = json.Unmarshal(text, js)
	}
	if err != nil {
		s.fail(RuleBadSchema, v.Span, libraryHint, "%s: %s", s.what, libraryError(err))
		return
	}
	s.js = js
	s.shape.other = &library{schema: js}
	if _, err := s.shape.other.get(); err != nil {
		s.fail(RuleBadSchema, v.Span, libraryHint, "%s: %s", s.what, libraryError(err))
	}
}

// libraryHint goes with errors of the library, which say what is wrong and no more.
const libraryHint = "write a schema as JSON Schema 2020-12 has it"

func libraryError(err error) string {
	text := err.Error()
	if i := strings.LastIndex(text, "<anonymous schema>: "); i >= 0 {
		text = text[i+len("<anonymous schema>: "):]
	}
	return cut(strings.ReplaceAll(text, "\n", " "))
}

// plainSchema turns a schema into JSON Schema: our own keywords and the desk's
// own x_ keys are left out, a ref becomes the type string.
func plainSchema(v *records.Value) any {
	switch v.Kind {
	case records.List:
		out := make([]any, len(v.Items))
		for i, item := range v.Items {
			out[i] = plainSchema(item)
		}
		return out
	case records.Map:
		out := map[string]any{}
		for _, p := range v.Pairs {
			switch {
			case slices.Contains([]string{"enum", "const", "default", "examples"}, p.Key):
				out[p.Key] = p.Value.Any()
			case p.Key == "ref" && p.Value.IsScalar():
				out["type"] = "string"
			case slices.Contains(fieldKeys(), p.Key) && p.Value.IsScalar(), strings.HasPrefix(p.Key, "x_"):
			default:
				out[p.Key] = plainSchema(p.Value)
			}
		}
		return out
	}
	return v.Any()
}
