package intake

import (
	"slices"
	"strings"

	"frontdesk/records"
)

// The keys that a value may have, by where it stands.
func idKeys() []string   { return []string{"column", "template", "clean", "map", "keep"} }
func textKeys() []string { return append(idKeys(), "value", "default") }
func logKeys() []string  { return append(textKeys(), "times", "split", "item", "nothing") }
func importedKeys() []string {
	return append(textKeys(), "times", "kind", "split", "item", "cut", "pick", "missing", "nothing", "when")
}
func fieldKeys() []string {
	return append(textKeys(), "times", "split", "item", "cut", "pick", "missing", "nothing", "when", "reference")
}

// kinds of values below imported.
const (
	kindText    = "text"
	kindInteger = "integer"
	kindNumber  = "number"
	kindBoolean = "boolean"
	kindTime    = "time"
	kindDate    = "date"
)

// anyOther is the key of a value map that takes every value not listed.
const anyOther = "*"

// specs reads a map of names to values.
func (r *reader) specs(v *records.Value, what string, keys []string) []spec {
	if v == nil || !r.keysAny(v, what) {
		return nil
	}
	out := make([]spec, 0, len(v.Pairs))
	for _, p := range v.Pairs {
		out = append(out, r.spec(p.Key, p, keys))
	}
	return out
}

func (r *reader) keysAny(v *records.Value, what string) bool {
	if v.Kind != records.Map {
		r.fail(RuleKind, v.Span, "%s is a %s; it must be a map", what, v.Kind)
		return false
	}
	return true
}

// spec reads one value: a column's name or position, or a map that says more.
func (r *reader) spec(name string, p records.Pair, keys []string) spec {
	s := spec{name: name, span: p.KeySpan}
	v := p.Value
	if v.IsNull() || v.Kind != records.Map {
		s.columns = []column{r.column(v)}
		return s
	}
	if !r.keys(v, name, keys...) {
		return s
	}
	r.origin(&s, v, contains(keys, "value"))
	for _, item := range r.items(v.Get("clean"), "clean") {
		if !contains(steps(), item.Text) {
			r.fail(RuleValue, item.Span, "clean: %q is not one of %s", item.Text, strings.Join(steps(), ", "))
		}
		s.clean = append(s.clean, Step(item.Text))
	}
	r.values(&s, v)
	s.fallback = r.choiceOf(v.Get("default"), "default")
	s.split = r.text(v.Get("split"), "split")
	r.item(&s, v)
	r.nothing(&s, v)
	s.when = r.conditions(v.Get("when"), "when")
	s.kind = r.choice(v.Get("kind"), "kind", kindText, kindInteger, kindNumber, kindBoolean, kindTime, kindDate)
	s.cut = r.count(v.Get("cut"), "cut")
	s.clears = r.choice(v.Get("missing"), "missing", "keep", "clear") == "clear"
	s.first = r.choice(v.Get("pick"), "pick", "last", "first") == "first"
	if times := v.Get("times"); times != nil {
		own := r.clock
		r.times(times, &own)
		s.clock = &own
	}
	if ref := v.Get("reference"); ref != nil {
		s.ref = r.reference(ref)
	}
	return s
}

// origin reads where the value comes from: a column, a template or a constant.
func (r *reader) origin(s *spec, v *records.Value, constants bool) {
	found := 0
	if c := v.Get("column"); c != nil {
		found++
		s.columns = []column{r.column(c)}
	}
	if t := v.Get("template"); t != nil {
		found++
		for _, item := range r.items(t, "template") {
			r.template(s, item)
		}
	}
	if c := v.Get("value"); c != nil {
		found++
		s.constant = r.choiceOf(c, "value")
	}
	if found == 1 {
		return
	}
	from := "column and template"
	if constants {
		from = "column, template and value"
	}
	r.fail(RuleConflict, v.Span, "%s must say exactly one of %s", s.name, from)
}

func (r *reader) template(s *spec, item *records.Value) {
	t, err := parseTemplate(item.Text)
	if err != nil {
		r.fail(RuleTemplate, item.Span, "%s", err).Hint = "write columns in braces: \"{category}: {symptom}\""
		return
	}
	for i := range t.columns {
		t.columns[i].span = item.Span
	}
	s.templates = append(s.templates, t)
	s.columns = append(s.columns, t.columns...)
}

func (r *reader) scalar(v *records.Value, what string) *string {
	if v == nil {
		return nil
	}
	if v.IsNull() || !v.IsScalar() {
		r.fail(RuleKind, v.Span, "%s is a %s; it must be one text", what, v.Kind)
		return nil
	}
	text := v.Text
	return &text
}

func (r *reader) choiceOf(v *records.Value, what string) *choice {
	if text := r.scalar(v, what); text != nil {
		return &choice{text: text, span: v.Span}
	}
	return nil
}

// values reads the map of foreign values to ours.
func (r *reader) values(s *spec, v *records.Value) {
	s.keep = r.flag(v.Get("keep"), "keep")
	m := v.Get("map")
	if m == nil {
		if s.keep {
			r.fail(RuleConflict, v.Pair("keep").KeySpan, "keep says what happens to values that map does not list, but there is no map")
		}
		return
	}
	if !r.keysAny(m, "map") {
		return
	}
	s.values = make(map[string]choice, len(m.Pairs))
	for _, p := range m.Pairs {
		to := choice{span: p.Value.Span}
		if !p.Value.IsNull() {
			to.text = r.scalar(p.Value, "the value of "+p.Key)
		}
		if p.Key == anyOther {
			s.others = &to
			continue
		}
		s.values[strings.ToLower(strings.TrimSpace(p.Key))] = to
	}
	if s.others != nil && s.keep {
		r.fail(RuleConflict, v.Pair("keep").KeySpan, "map has an entry for all other values, so keep has nothing to keep")
	}
}

// reference reads what becomes of names that no record has: keep, create, or a
// map that says how a record is made.
func (r *reader) reference(v *records.Value) *refSpec {
	ref := &refSpec{span: v.Span}
	if v.Kind != records.Map {
		ref.create = r.choice(v, "reference", "keep", "create") == "create"
		return ref
	}
	ref.create = true
	if !r.keys(v, "reference", "title", "fields") {
		return ref
	}
	if title := v.Get("title"); title != nil {
		t, err := parseTemplate(r.text(title, "title"))
		if err == nil && slices.ContainsFunc(t.columns, func(c column) bool { return c.name != "name" }) {
			r.fail(RuleTemplate, title.Span, "the title of a created record may hold {name} and no other column")
		} else if err != nil {
			r.fail(RuleTemplate, title.Span, "%s", err)
		}
		ref.title = &t
	}
	if fields := v.Get("fields"); fields != nil && r.keysAny(fields, "fields") {
		ref.fields = fields.Pairs
	}
	return ref
}
