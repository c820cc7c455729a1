package intake

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"frontdesk/records"
	"frontdesk/schema"
)

// target is a spec with what it becomes: a field of the type, a value below
// imported, a text.
type target struct {
	*spec
	slots   []int // of the spec's columns
	clock   clock
	typ     *schema.Type
	field   *schema.Field // nil where the value is no field
	refType *schema.Type  // nil where the value names no record, or of any type
	tracked bool
	missing map[string]bool
}

// result is what a spec made of a row. Neither value nor clear: the row says
// nothing about it.
type result struct {
	value *records.Value
	clear bool
	name  string // the source's spelling, of a value that was cleaned
	fault string

	byDefault bool // the row says nothing; an earlier value stands
}

// isLookup reports whether columns are looked up together.
func (t *target) isLookup() bool { return len(t.templates) > 0 && t.values != nil }

// isOfOneRow reports whether the value is made of the cells of one row alone, and not
// of those that earlier rows left standing.
func (t *target) isOfOneRow() bool { return t.clears || len(t.when) > 0 || t.isLookup() }

// isHalf reports whether a row holds some of the columns that are looked up together,
// where nothing says what that means.
func (t *target) isHalf(cellText func(slot int) string) bool {
	if !t.isLookup() || t.clears || t.fallback != nil || t.nothing[anyOther] {
		return false
	}
	return slices.ContainsFunc(t.slots, func(slot int) bool { return !t.missing[cellText(slot)] })
}

// text says what a row states: the source's text before any cleaning, "" for
// nothing.
func (t *target) text(cellText func(slot int) string) string {
	known := func(i int) string {
		s := cellText(t.slots[i])
		if t.missing[s] {
			return ""
		}
		return s
	}
	if len(t.templates) == 0 {
		return known(0)
	}
	at := 0
	for _, tpl := range t.templates {
		from := at
		at += len(tpl.columns)
		if s, ok := tpl.render(func(i int) string { return known(from + i) }); ok {
			return s
		}
	}
	return ""
}

// make turns the text that a row states into a value.
func (t *target) make(text string) result {
	name := oneSpace(text)
	if t.item != 0 {
		text = t.pick(text)
	}
	if text == "" || t.split == "" || t.item != 0 {
		to, fault := t.choose(text)
		r := t.finish(to, name, fault)
		r.byDefault = to != nil && to == t.fallback && !t.clears
		return r
	}
	list := []string{}
	for _, part := range strings.Split(text, t.split) {
		if part = strings.TrimSpace(part); t.missing[part] {
			continue
		}
		to, fault := t.choose(part)
		if fault != "" {
			return result{fault: t.label() + ": " + fault}
		}
		if to != nil && to.text != nil && !slices.Contains(list, *to.text) {
			list = append(list, *to.text)
		}
	}
	v, err := t.list(list)
	if err != nil {
		return result{fault: fmt.Sprintf("%s: %s", t.label(), err)}
	}
	return result{value: v, name: name}
}

// choose cleans a text and looks it up. It returns nil where the row says
// nothing, and a choice without text where it clears the value.
func (t *target) choose(text string) (to *choice, fault string) {
	switch {
	case text == "" && t.fallback != nil:
		return t.fallback, ""
	case text == "" && t.clears:
		return &choice{}, ""
	case text == "":
		return nil, ""
	}
	cleaned := clean(text, t.clean)
	if cleaned == "" {
		return nil, fmt.Sprintf("nothing is left of %q once it is cleaned", oneSpace(text))
	}
	c, listed := t.values[strings.ToLower(cleaned)]
	switch {
	case t.isNothing(cleaned):
		return t.choose("")
	case listed:
		return &c, ""
	case t.others != nil:
		return t.others, ""
	case t.values != nil && !t.keep:
		return nil, fmt.Sprintf("the value %q is not in the mapping", cleaned)
	}
	return &choice{text: &cleaned}, ""
}

// finish converts what was chosen.
func (t *target) finish(to *choice, name, fault string) result {
	switch {
	case fault != "":
		return result{fault: t.label() + ": " + fault}
	case to == nil:
		return result{}
	case to.text == nil:
		return result{clear: true}
	}
	v, err := t.convert(*to.text)
	if err != nil {
		return result{fault: fmt.Sprintf("%s: %s", t.label(), err)}
	}
	return result{value: v, name: name}
}

// label names the value for messages: by its column where it is a plain one.
func (t *target) label() string {
	if len(t.columns) == 1 && t.columns[0].name != "" && len(t.templates) == 0 {
		return fmt.Sprintf("column %q", t.columns[0].name)
	}
	if len(t.columns) == 1 && len(t.templates) == 0 {
		return fmt.Sprintf("column %d", t.columns[0].position)
	}
	return t.name
}

func (t *target) convert(text string) (*records.Value, error) {
	if t.field != nil && t.field.Name == records.FieldTitle {
		text = oneSpace(text)
	}
	if t.cut > 0 {
		text = shorten(text, t.cut)
	}
	if t.field == nil {
		return t.byKind(text)
	}
	if t.field.List {
		return t.list([]string{text})
	}
	if err := t.checkRef(text); err != nil {
		return nil, err
	}
	switch t.format() {
	case "date-time":
		return t.time(text)
	case "date":
		return t.date(text)
	}
	if err := t.checkEnum(text); err != nil {
		return nil, err
	}
	if t.field.Schema == nil || t.field.Ref != "" || t.field.Schema.Type == "string" {
		return records.NewString(text), nil
	}
	return t.typ.Coerce(t.field.Name, text, t.clock.zone)
}

func (t *target) time(text string) (*records.Value, error) {
	at, err := t.clock.read(text)
	if err != nil {
		return nil, err
	}
	return records.NewString(records.FormatTime(at)), nil
}

func (t *target) date(text string) (*records.Value, error) {
	day, err := t.clock.day(text)
	if err != nil {
		return nil, err
	}
	return records.NewString(day), nil
}

func (t *target) format() string {
	if t.field == nil || t.field.Schema == nil {
		return ""
	}
	return t.field.Schema.Format
}

// list makes a list of texts.
func (t *target) list(items []string) (*records.Value, error) {
	for _, item := range items {
		if err := t.checkRef(item); err != nil {
			return nil, err
		}
	}
	return records.NewStrings(items...), nil
}

func (t *target) checkRef(text string) error {
	if t.refType == nil {
		return nil
	}
	return t.refType.CheckID(records.ID(text))
}

// checkEnum finds a value that the type does not know on the row that brings
// it, rather than on the finished record.
func (t *target) checkEnum(text string) error {
	if t.field.Schema == nil || len(t.field.Schema.Enum) == 0 {
		return nil
	}
	var words []string
	for _, e := range t.field.Schema.Enum {
		if s := fmt.Sprint(e); s == text {
			return nil
		} else {
			words = append(words, s)
		}
	}
	return fmt.Errorf("%q is not one of %s", text, strings.Join(words, ", "))
}

// byKind converts a value below imported, or a text.
func (t *target) byKind(text string) (*records.Value, error) {
	switch t.kind {
	case kindTime:
		return t.time(text)
	case kindDate:
		return t.date(text)
	case kindBoolean:
		switch strings.ToLower(text) {
		case "true", "yes", "1":
			return records.NewBool(true), nil
		case "false", "no", "0":
			return records.NewBool(false), nil
		}
		return nil, fmt.Errorf("%q is neither true nor false", text)
	case kindInteger:
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return nil, fmt.Errorf("%q is no whole number", text)
		}
		return records.NewInt(n), nil
	case kindNumber:
		if f, err := strconv.ParseFloat(text, 64); err != nil || f-f != 0 {
			return nil, fmt.Errorf("%q is no number", text)
		}
		return number(text)
	}
	return records.NewString(text), nil
}

// number keeps a number as it is spelled, where that spelling is YAML's too.
func number(text string) (*records.Value, error) {
	v := &records.Value{Kind: records.Float, Text: text}
	if _, err := strconv.ParseInt(text, 10, 64); err == nil {
		v.Kind = records.Int
	}
	if !plainNumber().MatchString(text) {
		return nil, errors.New("the number " + strconv.Quote(text) + " is not written with digits, one point and no more")
	}
	return v, nil
}

// shorten cuts a text to n characters, the last of which then is an ellipsis.
func shorten(text string, n int) string {
	runes := []rune(text)
	if len(runes) <= n {
		return text
	}
	return strings.TrimSpace(string(runes[:n-1])) + "…"
}
