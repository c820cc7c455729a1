package schema

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"frontdesk/records"
	"frontdesk/records/diag"
)

// CheckFields judges a record's front matter by the type's fields: keys that the
// type does not have (a warning; keys that begin with x_ are the desk's own),
// fields that must be there, and what each value may be. A null is an absent
// value.
func (t *Type) CheckFields(r *records.Record) []diag.Diagnostic {
	c := &checker{typ: t, rec: r}
	if r.Fields != nil {
		for i := range r.Fields.Pairs {
			c.pair(&r.Fields.Pairs[i])
		}
	}
	for _, name := range t.Required {
		if r.Get(name).IsNull() {
			c.missing(name)
		}
	}
	return c.ds
}

// checker collects what is wrong with one record.
type checker struct {
	typ   *Type
	rec   *records.Record
	field *Field
	where []step // from the field to the value at hand
	ds    []diag.Diagnostic
}

// step is one step into a value: the key of a map, or the item of a list,
// counted from 1.
type step struct {
	key  string
	item int
}

func (c *checker) pair(p *records.Pair) {
	f := c.typ.Field(p.Key)
	if f == nil {
		c.unknownKey(p)
		return
	}
	if f.shape == nil || p.Value.IsNull() {
		return
	}
	c.field = f
	c.value(f.shape, p.Value)
}

func (c *checker) unknownKey(p *records.Pair) {
	if strings.HasPrefix(p.Key, "x_") {
		return
	}
	hint := didYouMean(p.Key, c.typ.FieldNames())
	if hint == "" {
		hint = "keys of your own begin with x_"
	}
	d := diag.New(RuleUnknownKey, diag.Warning, c.rec.Path, p.KeySpan, "key %s is no field of %s", quote(p.Key), c.typ.Name)
	d.Record, d.Field = string(c.rec.ID), p.Key
	c.ds = append(c.ds, d.WithHint("%s", hint))
}

func (c *checker) missing(name string) {
	c.field, c.where = c.typ.Field(name), nil
	hint := "add a line that begins with " + quote(name+":")
	if c.field != nil && len(c.field.Choices()) > 0 {
		hint = "it is one of " + strings.Join(c.field.Choices(), ", ")
	}
	d := diag.New(RuleRequired, diag.Error, c.rec.Path, c.rec.SpanOf(name), "%s is missing", name)
	d.Record, d.Field = string(c.rec.ID), name
	c.ds = append(c.ds, d.WithHint("%s", hint))
}

func (c *checker) fail(id diag.RuleID, v *records.Value, hint, format string, args ...any) {
	d := diag.New(id, diag.Error, c.rec.Path, v.Span, "%s", c.subject()+fmt.Sprintf(format, args...))
	d.Record, d.Field, d.Hint = string(c.rec.ID), c.field.Name, hint
	c.ds = append(c.ds, d)
}

// subject names the value at hand: "impact ", "item 2 of assets ".
func (c *checker) subject() string {
	name := c.field.Name
	for _, s := range c.where {
		if s.key != "" {
			name += "." + cut(s.key)
		} else {
			name = fmt.Sprintf("item %d of %s", s.item, name)
		}
	}
	return name + " "
}

// value judges a value by a shape. It reports one fault of the value itself and
// those of its parts.
func (c *checker) value(sh *shape, v *records.Value) {
	before := len(c.ds)
	switch {
	case sh.never:
		c.fail(RuleOther, v, "", "must not be there")
	case !c.kind(sh, v) || !c.listed(sh, v):
	default:
		switch v.Kind {
		case records.List:
			c.list(sh, v)
		case records.Map:
			c.mapping(sh, v)
		case records.Int, records.Float:
			if sh.source {
				c.text(sh, v)
			} else {
				c.bounds(sh, v)
			}
		case records.String:
			c.text(sh, v)
		}
	}
	if sh.other != nil && len(c.ds) == before {
		c.library(sh, v)
	}
}

// kind reports whether the value is of a kind that the shape takes.
func (c *checker) kind(sh *shape, v *records.Value) bool {
	if sh.kinds.has(v.Kind) || sh.source && v.IsScalar() && v.Kind != records.Null {
		return true
	}
	if v.Kind == records.Float && sh.kinds.has(records.Int) {
		if n, ok := number(v); ok && n == float64(int64(n)) {
			return true
		}
	}
	if sh.kinds.has(records.String) && v.IsScalar() && v.Kind != records.Null {
		c.fail(RuleType, v, fmt.Sprintf("put it in quotes: %q", v.Text), "%s is %s, not %s", quote(v.Text), kindName(v.Kind), sh.kinds.noun())
		return false
	}
	if v.Kind == records.String {
		c.fail(RuleType, v, "", "%s is not %s", quote(v.Text), sh.kinds.noun())
		return false
	}
	c.fail(RuleType, v, "", "is %s, not %s", kindName(v.Kind), sh.kinds.noun())
	return false
}

// listed reports whether the value is one of those that the shape lists, if it
// lists any.
func (c *checker) listed(sh *shape, v *records.Value) bool {
	if sh.enum == nil || slices.ContainsFunc(sh.enum, func(e *records.Value) bool { return same(sh, e, v) }) {
		return true
	}
	known := make([]string, len(sh.enum))
	for i, e := range sh.enum {
		known[i] = e.Text
		if !e.IsScalar() {
			known[i] = "a certain " + e.Kind.String()
		}
	}
	if !v.IsScalar() {
		c.fail(RuleEnum, v, "", "is %s, not one of %s", kindName(v.Kind), strings.Join(known, ", "))
		return false
	}
	hint := didYouMean(v.Text, known)
	if slices.Contains(known, v.Text) {
		hint = "mind the quotes: it is listed as another kind of value"
	}
	c.fail(RuleEnum, v, hint, "%s is not one of %s", quote(v.Text), strings.Join(known, ", "))
	return false
}

// same reports whether a value is the listed one. Numbers are compared by what
// they are worth.
func same(sh *shape, listed, v *records.Value) bool {
	if sh.source {
		return sameText(listed, v)
	}
	if a, ok := number(listed); ok {
		b, ok := number(v)
		return ok && a == b
	}
	return listed.Equal(v)
}

func (c *checker) text(sh *shape, v *records.Value) {
	s := v.Text
	if sh.minLength > 0 || sh.maxLength != nil {
		n := utf8.RuneCountInString(s)
		switch {
		case n == 0 && sh.minLength > 0:
			c.fail(RuleLength, v, "", "is empty")
			return
		case n < sh.minLength:
			c.fail(RuleLength, v, "", "%s is too short; at least %d characters are needed", quote(s), sh.minLength)
			return
		case sh.maxLength != nil && n > *sh.maxLength:
			c.fail(RuleLength, v, "", "is too long; it has %d characters, %d are allowed", n, *sh.maxLength)
			return
		}
	}
	if sh.format != "" && !hasFormat(s, sh.format) {
		c.fail(RuleFormat, v, "write it as "+formatExample(sh.format), "%s is not %s", quote(s), formatNoun(sh.format))
		return
	}
	c.pattern(sh.pattern, v)
}

func (c *checker) pattern(p *pattern, v *records.Value) {
	switch {
	case p == nil:
	case !p.affordable(v.Text):
		c.fail(RulePattern, v, "", "is too long to be matched with %s", p.re)
	case p.re.MatchString(v.Text):
	case p.want != "":
		c.fail(RulePattern, v, "", "%s is not %s", quote(v.Text), p.want)
	default:
		c.fail(RulePattern, v, "", "%s does not match %s", quote(v.Text), p.re)
	}
}

func (c *checker) bounds(sh *shape, v *records.Value) {
	n, ok := number(v)
	if !ok {
		return
	}
	for _, b := range sh.bounds {
		switch {
		case b.keyword == "minimum" && n < b.limit:
			c.fail(RuleRange, v, "", "%s is less than %s", v.Text, b.text)
		case b.keyword == "maximum" && n > b.limit:
			c.fail(RuleRange, v, "", "%s is more than %s", v.Text, b.text)
		case b.keyword == "exclusiveMinimum" && n <= b.limit:
			c.fail(RuleRange, v, "", "%s is not more than %s", v.Text, b.text)
		case b.keyword == "exclusiveMaximum" && n >= b.limit:
			c.fail(RuleRange, v, "", "%s is not less than %s", v.Text, b.text)
		default:
			continue
		}
		return
	}
}

func (c *checker) list(sh *shape, v *records.Value) {
	switch n := len(v.Items); {
	case n < sh.minItems:
		c.fail(RuleItems, v, "", "has too few items; %d are needed", sh.minItems)
	case sh.maxItems != nil && n > *sh.maxItems:
		c.fail(RuleItems, v, "", "has too many items; %d are allowed", *sh.maxItems)
	}
	if sh.unique {
		c.unique(sh, v)
	}
	if sh.items == nil {
		return
	}
	for i, item := range v.Items {
		c.where = append(c.where, step{item: i + 1})
		c.value(sh.items, item)
		c.where = c.where[:len(c.where)-1]
	}
}

// unique reports items that stand before in the list.
func (c *checker) unique(sh *shape, v *records.Value) {
	seen := make(map[string]*records.Value, len(v.Items))
	for i, item := range v.Items {
		key := identity(item, sh.items != nil && sh.items.source)
		first := seen[key]
		if first == nil {
			seen[key] = item
			continue
		}
		c.where = append(c.where, step{item: i + 1})
		c.fail(RuleUnique, item, "remove one of the two", "%s stands in the list before", quote(identity(item, true)))
		c.where = c.where[:len(c.where)-1]
		last := &c.ds[len(c.ds)-1]
		*last = last.WithNote(c.rec.Path, first.Span, "the first one is here")
	}
}

func (c *checker) mapping(sh *shape, v *records.Value) {
	for _, name := range sh.required {
		if v.Pair(name) == nil {
			c.fail(RuleMapKey, v, "", "has no key %s", quote(name))
		}
	}
	if sh.properties == nil && sh.extra == nil {
		return
	}
	for _, p := range v.Pairs {
		c.where = append(c.where, step{key: p.Key})
		part := sh.properties[p.Key]
		switch {
		case part == nil && sh.extra != nil && sh.extra.never:
			c.fail(RuleMapKey, &records.Value{Span: p.KeySpan}, didYouMean(p.Key, sortedKeys(sh.properties)), "is not known")
		case part == nil:
			part = sh.extra
		}
		if part != nil {
			c.value(part, p.Value)
		}
		c.where = c.where[:len(c.where)-1]
	}
}

// library asks the JSON Schema library about keywords that shape does not know.
// Its message names schemas rather than fields, so only its last part is shown.
func (c *checker) library(sh *shape, v *records.Value) {
	resolved, err := sh.other.get()
	if err == nil {
		err = resolved.Validate(plain(sh, v))
	}
	if err != nil {
		c.fail(RuleOther, v, "", "does not fit its schema: %s", libraryError(err))
	}
}
