package schema

import (
	"encoding/json"
	"math"
	"regexp"
	"regexp/syntax"
	"slices"
	"strconv"

	"github.com/google/jsonschema-go/jsonschema"

	"frontdesk/records"
)

// maxPattern is the greatest number of instructions of a pattern. Matching takes
// time in proportion to it and to the length of the text.
const maxPattern = 1000

// keyword reads one keyword of a schema.
func (s *spec) keyword(p records.Pair) {
	switch p.Key {
	case "type", "enum", "const", "pattern", "format", "ref":
		s.valueKeyword(p)
	case "minLength", "maxLength", "minItems", "maxItems":
		s.countKeyword(p)
	case "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum":
		s.rangeKeyword(p)
	case "uniqueItems", "items", "properties", "required", "additionalProperties":
		s.partKeyword(p)
	case "title", "description", "default", "examples":
		s.noteKeyword(p)
	default:
		s.otherKeyword(p)
	}
}

func (s *spec) valueKeyword(p records.Pair) {
	switch v := p.Value; p.Key {
	case "type":
		s.types(v)
	case "enum":
		s.shape.enum = s.items(v, "enum")
		if v.Kind == records.List && len(v.Items) == 0 {
			s.fail(RuleBadSchema, v.Span, "list the values, or leave enum out", "%s: enum is empty", s.what)
		}
		for _, item := range v.Items {
			s.js.Enum = append(s.js.Enum, item.Any())
		}
	case "const":
		s.shape.enum = []*records.Value{v}
		s.js.Const = jsonschema.Ptr(v.Any())
	case "pattern":
		s.js.Pattern = s.text(v, "pattern")
		s.shape.pattern = s.pattern(v)
	case "format":
		s.js.Format = s.choice(v, "format", Formats())
		s.shape.format = s.js.Format
	case "ref":
		s.shape.ref = records.Type(s.name(v, "ref", typeName()))
		s.use(useType, v, "ref")
	}
}

func (s *spec) types(v *records.Value) {
	names := []*records.Value{v}
	if v.Kind == records.List {
		names = v.Items
	}
	for _, n := range names {
		name := s.choice(n, "type", slices.Clone(typeNames[:]))
		if name == "" {
			continue
		}
		s.shape.kinds |= kindsNamed(name)
		s.js.Types = append(s.js.Types, name)
	}
	if v.Kind != records.List && len(s.js.Types) == 1 {
		s.js.Type, s.js.Types = s.js.Types[0], nil
	}
}

// pattern compiles a regular expression, unless it would be slow.
func (r *reader) pattern(v *records.Value) *pattern {
	re, err := regexp.Compile(v.Text)
	if err != nil {
		r.fail(RuleBadSchema, v.Span, "patterns are written in RE2 syntax: no lookaround, no back-references", "pattern: %s", err)
		return nil
	}
	cost := instructions(v.Text)
	if cost > maxPattern {
		r.fail(RuleBadSchema, v.Span, "repeat less", "pattern takes %d steps a character; at most %d are allowed", cost, maxPattern)
		return nil
	}
	return &pattern{re: re, cost: cost}
}

func instructions(pattern string) int {
	tree, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return math.MaxInt
	}
	prog, err := syntax.Compile(tree.Simplify())
	if err != nil {
		return math.MaxInt
	}
	return len(prog.Inst)
}

func (s *spec) countKeyword(p records.Pair) {
	n, err := strconv.Atoi(p.Value.Text)
	if err != nil || n < 0 || p.Value.Kind != records.Int || n > math.MaxInt32 {
		s.fail(RuleBadSchema, p.Value.Span, "write for example "+p.Key+": 3", "%s: %s must be a whole number from 0", s.what, p.Key)
		return
	}
	switch p.Key {
	case "minLength":
		s.js.MinLength, s.shape.minLength = &n, n
	case "maxLength":
		s.js.MaxLength, s.shape.maxLength = &n, &n
	case "minItems":
		s.js.MinItems, s.shape.minItems = &n, n
	case "maxItems":
		s.js.MaxItems, s.shape.maxItems = &n, &n
	}
}

func (s *spec) rangeKeyword(p records.Pair) {
	n, ok := number(p.Value)
	if !ok {
		s.fail(RuleBadSchema, p.Value.Span, "write for example "+p.Key+": 1.5", "%s: %s must be a number", s.what, p.Key)
		return
	}
	s.shape.bounds = append(s.shape.bounds, bound{keyword: p.Key, limit: n, text: p.Value.Text})
	switch p.Key {
	case "minimum":
		s.js.Minimum = &n
	case "maximum":
		s.js.Maximum = &n
	case "exclusiveMinimum":
		s.js.ExclusiveMinimum = &n
	case "exclusiveMaximum":
		s.js.ExclusiveMaximum = &n
	}
}

func (s *spec) partKeyword(p records.Pair) {
	switch v := p.Value; p.Key {
	case "uniqueItems":
		s.shape.unique = s.flag(v, "uniqueItems")
		s.js.UniqueItems = s.shape.unique
	case "items":
		s.js.Items, s.shape.items = s.schema(v, "items", false)
	case "properties":
		s.properties(v)
	case "required":
		for _, item := range s.items(v, "required") {
			s.js.Required = append(s.js.Required, s.text(item, "required"))
		}
		s.shape.required = s.js.Required
	case "additionalProperties":
		s.js.AdditionalProperties, s.shape.extra = s.schema(v, "additionalProperties", false)
	}
}

func (s *spec) properties(v *records.Value) {
	if v.Kind != records.Map {
		s.wrongKind(v, "properties", wantMap)
		return
	}
	s.js.Properties, s.shape.properties = map[string]*jsonschema.Schema{}, map[string]*shape{}
	for _, p := range v.Pairs {
		s.js.Properties[p.Key], s.shape.properties[p.Key] = s.schema(p.Value, "property "+p.Key, false)
		s.js.PropertyOrder = append(s.js.PropertyOrder, p.Key)
	}
}

func (s *spec) noteKeyword(p records.Pair) {
	switch v := p.Value; p.Key {
	case "title":
		s.js.Title = s.text(v, "title")
	case "description":
		s.js.Description = s.text(v, "description")
	case "default":
		if text, err := json.Marshal(v); err == nil {
			s.js.Default = text
		}
	case "examples":
		for _, item := range s.items(v, "examples") {
			s.js.Examples = append(s.js.Examples, item.Any())
		}
	}
}

// otherKeyword marks the schema as one for the library, and proves the schemas
// within the keyword, so that their faults have positions.
func (s *spec) otherKeyword(p records.Pair) {
	if !slices.Contains(otherKeywords, p.Key) {
		return
	}
	s.other = true
	switch v := p.Value; p.Key {
	case "contains", "unevaluatedItems", "propertyNames", "unevaluatedProperties", "not", "if", "then", "else":
		s.schema(v, p.Key, false)
	case "prefixItems", "allOf", "anyOf", "oneOf":
		for _, item := range s.items(v, p.Key) {
			s.schema(item, p.Key, false)
		}
	case "patternProperties", "dependentSchemas":
		if v.Kind != records.Map {
			s.wrongKind(v, p.Key, wantMap)
			return
		}
		for _, q := range v.Pairs {
			s.schema(q.Value, p.Key, false)
			if p.Key == "patternProperties" {
				s.pattern(&records.Value{Text: q.Key, Span: q.KeySpan})
			}
		}
	}
}
