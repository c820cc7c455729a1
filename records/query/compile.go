package query

import (
	"fmt"
	"slices"
	"strings"

	"frontdesk/records"
	"frontdesk/schema"
)

// The keys that are no fields.
const (
	keyIs   = "is"
	keyHas  = "has"
	keyNo   = "no"
	keyType = "type"
	keySort = "sort"
)

// open is the value of is: that stands for three categories.
const open = "open"

// compiler turns terms into predicates for the types in question.
type compiler struct {
	opts  Options
	types []*schema.Type // those whose records can match
	needs needs
}

// newCompiler finds the types that the options and the type: terms leave.
func newCompiler(terms []term, opts Options) (*compiler, error) {
	c := &compiler{opts: opts}
	if opts.Type == "" {
		c.types = slices.Clone(opts.Types.All())
	} else if t := opts.Types.Get(opts.Type); t != nil {
		c.types = []*schema.Type{t}
	}
	for _, t := range terms {
		if t.key != keyType {
			continue
		}
		named, err := c.named(t.values)
		if err != nil {
			return nil, err
		}
		c.types = slices.DeleteFunc(c.types, func(have *schema.Type) bool { return slices.Contains(named, have) == t.not })
		if len(c.types) == 0 {
			return nil, syntaxError(t.column, "no type is left, so nothing could match", "to ask for several types, use a comma, as in type:A,B")
		}
	}
	return c, nil
}

// named returns the types that the values of a type: term name.
func (c *compiler) named(values []value) ([]*schema.Type, error) {
	var out []*schema.Type
	for _, v := range values {
		if v.op != "" {
			return nil, noOrder(v, keyType)
		}
		t, hint := FindType(c.opts.Types, v.text)
		if t == nil {
			return nil, syntaxError(v.column, fmt.Sprintf("there is no type %q", v.text), hint)
		}
		if c.opts.Type != "" && t.Name != c.opts.Type {
			return nil, syntaxError(v.column, fmt.Sprintf("%s records are asked for, so none is a %s", c.opts.Type, t.Name), "leave one of the two out")
		}
		out = append(out, t)
	}
	return out, nil
}

func (c *compiler) compile(terms []term) (*Query, error) {
	q := &Query{terms: terms, types: c.types, match: map[records.Type][]pred{}, timed: map[records.Type][]pred{}}
	for _, t := range c.types {
		q.match[t.Name] = nil
	}
	for _, t := range terms {
		switch t.key {
		case keyType: // newCompiler has seen to it
		case keySort:
			keys, err := c.sortKeys(t)
			if err != nil {
				return nil, err
			}
			q.order = append(q.order, keys...)
		default:
			preds, timed, err := c.term(t)
			if err != nil {
				return nil, err
			}
			into := q.match
			if timed {
				into = q.timed
			}
			for i, have := range c.types {
				into[have.Name] = append(into[have.Name], negate(t.not, preds[i]))
			}
		}
	}
	q.order = append(q.order, c.newestFirst())
	q.needs = c.needs
	return q, nil
}

// term returns a predicate for each of the compiler's types. timed reports whether
// they ask for clocks.
func (c *compiler) term(t term) (preds []pred, timed bool, err error) {
	switch {
	case t.key == "":
		return c.word(t.values[0].text), false, nil
	case t.key == keyIs:
		preds, err = c.is(t.values)
	case t.key == keyHas, t.key == keyNo:
		timed = slices.ContainsFunc(t.values, func(v value) bool { return c.isDue(v.text) })
		preds, err = c.presence(t)
	case c.isSLA(t.key):
		timed = true
		preds, err = c.outcomes(t)
	case c.isDue(t.key):
		timed = true
		preds, err = c.due(t)
	default:
		preds, err = c.field(t)
	}
	return preds, timed, err
}

func negate(not bool, p pred) pred {
	if !not {
		return p
	}
	return func(s *subject) bool { return !p(s) }
}

func never(*subject) bool { return false }

// word returns predicates that look for text in title, id and body.
func (c *compiler) word(text string) []pred {
	needle := strings.ToLower(text)
	c.needs.add(records.FieldTitle)
	c.needs.body = true
	p := func(s *subject) bool {
		return strings.Contains(strings.ToLower(s.Title()), needle) ||
			strings.Contains(strings.ToLower(string(s.ID)), needle) ||
			strings.Contains(s.lowerBody(), needle)
	}
	return slices.Repeat([]pred{p}, len(c.types))
}

// is returns predicates on the category of the state.
func (c *compiler) is(values []value) ([]pred, error) {
	wanted := map[records.Category]bool{}
	c.needs.add(records.FieldState)
	for _, v := range values {
		if v.op != "" {
			return nil, noOrder(v, keyIs)
		}
		name := strings.ToLower(v.text)
		if name == open {
			wanted[records.New], wanted[records.Active], wanted[records.Held] = true, true, true
			continue
		}
		if !slices.Contains(records.Categories(), records.Category(name)) {
			return nil, unknownCategory(v)
		}
		wanted[records.Category(name)] = true
	}
	preds := make([]pred, len(c.types))
	for i, t := range c.types {
		preds[i] = func(s *subject) bool { return wanted[t.Category(s.Record)] }
	}
	return preds, nil
}

func unknownCategory(v value) error {
	return syntaxError(v.column, fmt.Sprintf("is:%s is unknown", v.text), didYouMean(v.text, Categories(),
		"is: takes "+strings.Join(Categories(), ", ")+"; a state by its own name is state:NAME"))
}

// Categories lists what may follow is:, in the order of a record's life.
func Categories() []string {
	out := []string{open}
	for _, c := range records.Categories() {
		out = append(out, string(c))
	}
	return out
}

// presence returns predicates for has: and no:.
func (c *compiler) presence(t term) ([]pred, error) {
	preds := slices.Repeat([]pred{never}, len(c.types))
	for _, v := range t.values {
		if v.op != "" {
			return nil, noOrder(v, t.key)
		}
		if c.isDue(v.text) {
			for i, p := range c.presentDue(t.key) {
				rest := preds[i]
				preds[i] = func(s *subject) bool { return p(s) || rest(s) }
			}
			continue
		}
		fields, err := c.resolve(v.text, v.column)
		if err != nil {
			return nil, err
		}
		for i, f := range fields {
			if f == nil {
				continue
			}
			rest := preds[i]
			preds[i] = func(s *subject) bool {
				return isSet(f.get(s.Record)) == (t.key == keyHas) || rest(s)
			}
		}
	}
	return preds, nil
}

// isSet reports whether a value says anything.
func isSet(v *records.Value) bool {
	switch {
	case v.IsNull():
		return false
	case v.Kind == records.List:
		return len(v.Items) > 0
	case v.Kind == records.Map:
		return len(v.Pairs) > 0
	}
	return v.Text != ""
}

// field returns predicates for FIELD:values.
func (c *compiler) field(t term) ([]pred, error) {
	fields, err := c.resolve(t.key, t.column)
	if err != nil {
		return nil, err
	}
	tests := make([][]test, len(c.types))
	for _, v := range t.values {
		if err := c.alternative(v, fields, tests); err != nil {
			return nil, err
		}
	}
	preds := make([]pred, len(c.types))
	for i, f := range fields {
		if preds[i] = never; f != nil {
			preds[i] = f.anyItem(tests[i])
		}
	}
	return preds, nil
}

// alternative adds one value's test for each field that can hold such a value.
// It is an error if none can.
func (c *compiler) alternative(v value, fields []*field, tests [][]test) error {
	v, err := c.substitute(v)
	if err != nil {
		return err
	}
	var refusal error
	var choices []string
	understood := false
	for i, f := range fields {
		if f == nil {
			continue
		}
		choices = append(choices, f.choices...)
		test, err := c.test(f, v)
		if err == nil {
			tests[i], understood = append(tests[i], test), true
		} else if refusal == nil {
			refusal = err
		}
	}
	if understood {
		return nil
	}
	if wrong, ok := refusal.(*choiceError); ok {
		return wrong.among(choices)
	}
	return refusal
}

// substitute puts the person who asks in the place of @me.
func (c *compiler) substitute(v value) (value, error) {
	for _, s := range []*scalar{&v.scalar, &v.upper} {
		if s.quoted || s.text != "@me" {
			continue
		}
		if c.opts.Me == "" {
			return v, syntaxError(s.column, "@me is unknown: nobody is named as asking", "say who you are with --as PERSON")
		}
		s.text, s.quoted = c.opts.Me, true
	}
	return v, nil
}

// resolve finds the field with the name in each of the compiler's types, nil
// where a type has none. A name that no type knows is an error.
func (c *compiler) resolve(name string, column int) ([]*field, error) {
	for _, suffix := range timeSuffixes() {
		if fields := fieldsOf(c.types, name+suffix); slices.ContainsFunc(fields, func(f *field) bool { return f != nil }) {
			key, _, _ := strings.Cut(name+suffix, ".")
			c.needs.add(key)
			return fields, nil
		}
	}
	if len(c.types) == 0 {
		return nil, nil
	}
	return nil, c.unknownField(name, column)
}

// timeSuffixes lists what may be left out at the end of a field's name; nothing
// left out comes first.
func timeSuffixes() []string { return []string{"", "_at", "_on"} }

func fieldsOf(types []*schema.Type, name string) []*field {
	fields := make([]*field, len(types))
	for i, t := range types {
		fields[i] = fieldOf(t, name)
	}
	return fields
}

func (c *compiler) unknownField(name string, column int) error {
	message := fmt.Sprintf("there is no field %q", name)
	var elsewhere []string
	for _, t := range c.opts.Types.All() {
		if slices.ContainsFunc(timeSuffixes(), func(suffix string) bool { return fieldOf(t, name+suffix) != nil }) {
			elsewhere = append(elsewhere, string(t.Name))
		}
	}
	if len(elsewhere) > 0 {
		return syntaxError(column, fmt.Sprintf("%s has no field %q", typeList(c.types), name),
			fmt.Sprintf("records with that field: %s", strings.Join(elsewhere, ", ")))
	}
	known := []string{keyIs, keyHas, keyNo, keyType, keySort, keySLA, keyDue}
	for _, t := range c.types {
		for _, f := range t.Fields {
			for _, suffix := range timeSuffixes() {
				known = append(known, strings.TrimSuffix(f.Name, suffix))
			}
		}
	}
	slices.Sort(known)
	return syntaxError(column, message, didYouMean(name, slices.Compact(known),
		fmt.Sprintf("the fields of a type: frontdesk schema show TYPE; to find the text, quote it: \"%s:…\"", name)))
}

func typeList(types []*schema.Type) string {
	names := make([]string, len(types))
	for i, t := range types {
		names[i] = string(t.Name)
	}
	return strings.Join(names, ", ")
}

// didYouMean hints at the nearest known word, or gives the other hint where
// nothing is near.
func didYouMean(word string, known []string, otherwise string) string {
	if near := schema.Nearest(word, known); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return otherwise
}

func noOrder(v value, key string) error {
	return syntaxError(v.column, fmt.Sprintf("%s: takes names, which have no order", key), fmt.Sprintf("write %s:%s", key, v.scalar))
}
