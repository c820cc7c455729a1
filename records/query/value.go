package query

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"frontdesk/records"
)

// test judges the source text of one scalar.
type test func(text string) bool

// test compiles one value of a query for a field.
func (c *compiler) test(f *field, v value) (test, error) {
	switch f.kind {
	case kindText:
		return textTest(f, v)
	case kindWord:
		return wordTest(f, v)
	case kindRef:
		return refTest(f, v)
	case kindChoice:
		return choiceTest(f, v)
	case kindBool:
		return boolTest(f, v)
	case kindNumber:
		return numberTest(f, v)
	case kindDate, kindTime:
		return c.timeTest(f, v)
	case kindNested:
		return nil, syntaxError(v.column, fmt.Sprintf("%s holds more than one value, so it cannot be compared", f.name),
			fmt.Sprintf("has:%s or no:%s asks whether it is there; %s.KEY:value asks for a key of a map", f.name, f.name, f.name))
	}
	return c.looseTest(f, v)
}

func unordered(f *field, v value, what string) error {
	return syntaxError(v.column, fmt.Sprintf("%s is %s, which has no order", f.name, what),
		fmt.Sprintf("write %s:%s, or quote the value if the sign belongs to it", f.name, v.scalar))
}

func textTest(f *field, v value) (test, error) {
	if v.op != "" {
		return nil, unordered(f, v, "text")
	}
	needle := strings.ToLower(v.text)
	return func(text string) bool { return strings.Contains(strings.ToLower(text), needle) }, nil
}

func wordTest(f *field, v value) (test, error) {
	if v.op != "" {
		return nil, unordered(f, v, "a name")
	}
	return func(text string) bool { return strings.EqualFold(text, v.text) }, nil
}

func refTest(f *field, v value) (test, error) {
	if v.op != "" {
		return nil, unordered(f, v, "a reference")
	}
	if !v.quoted && strings.HasPrefix(v.text, "@") {
		return nil, syntaxError(v.column, fmt.Sprintf("%s is not an id", v.text), fmt.Sprintf("only @me has an @; write %s:%s", f.name, v.text[1:]))
	}
	wantType, wantID := records.SplitRef(v.text)
	return func(text string) bool {
		haveType, haveID := records.SplitRef(text)
		if !strings.EqualFold(string(haveID), string(wantID)) {
			return false
		}
		haveType = cmp.Or(haveType, f.target)
		return wantType == "" || wantType == haveType
	}, nil
}

// choiceError says that a value is none of a field's choices.
type choiceError struct {
	field  *field
	scalar scalar
}

func (e *choiceError) Error() string { return fmt.Sprintf("%q is no %s", e.scalar.text, e.field.name) }

// among returns the error for a person, with what would be right in any type.
func (e *choiceError) among(choices []string) error {
	var known []string
	for _, c := range choices {
		if !slices.Contains(known, c) {
			known = append(known, c)
		}
	}
	return syntaxError(e.scalar.column, fmt.Sprintf("%s is never %q", e.field.name, e.scalar.text),
		didYouMean(e.scalar.text, known, "it is one of "+strings.Join(known, ", ")))
}

func choiceTest(f *field, v value) (test, error) {
	index := func(s scalar) (span[int], error) {
		i := choice(f, s.text)
		if i < 0 {
			return span[int]{}, &choiceError{field: f, scalar: s}
		}
		return span[int]{i, i}, nil
	}
	holds, err := compare(v, index)
	if err != nil {
		return nil, err
	}
	return func(text string) bool {
		i := choice(f, text)
		return i >= 0 && holds(i)
	}, nil
}

// choice returns the place of a value among the field's choices, -1 if it is none.
func choice(f *field, text string) int {
	return slices.IndexFunc(f.choices, func(c string) bool { return strings.EqualFold(c, text) })
}

func boolTest(f *field, v value) (test, error) {
	if v.op != "" {
		return nil, unordered(f, v, "true or false")
	}
	want := strings.ToLower(v.text)
	if want != "true" && want != "false" {
		return nil, syntaxError(v.column, fmt.Sprintf("%s is true or false, never %q", f.name, v.text), fmt.Sprintf("write %s:true", f.name))
	}
	return func(text string) bool { return text == want }, nil
}

func numberTest(f *field, v value) (test, error) {
	holds, err := compare(v, func(s scalar) (span[float64], error) {
		n, ok := number(s.text)
		if !ok {
			return span[float64]{}, syntaxError(s.column, fmt.Sprintf("%s is a number, never %q", f.name, s.text), fmt.Sprintf("write %s:>=10 or %s:5..20", f.name, f.name))
		}
		return span[float64]{n, n}, nil
	})
	if err != nil {
		return nil, err
	}
	return func(text string) bool {
		n, ok := number(text)
		return ok && holds(n)
	}, nil
}

// number reads a finite decimal number.
func number(text string) (float64, bool) {
	if strings.Trim(text, "+-.0123456789eE") != "" {
		return 0, false
	}
	n, err := strconv.ParseFloat(text, 64)
	return n, err == nil && !math.IsInf(n, 0)
}

func (c *compiler) timeTest(f *field, v value) (test, error) {
	read := c.microseconds
	if f.kind == kindDate {
		read = c.days
	}
	holds, err := compare(v, func(s scalar) (span[int64], error) {
		from, to, ok := parseMoment(s, c.opts.Now, c.location())
		if !ok {
			return span[int64]{}, syntaxError(s.column, fmt.Sprintf("%s is a time, and %q is none", f.name, s.text),
				fmt.Sprintf("write %s:2026-11-03, %s:>2026-11 or %s:>=today-7d", f.name, f.name, f.name))
		}
		if f.kind == kindDate {
			from, to = wholeDays(from, to)
		}
		return span[int64]{from.UnixMicro(), to.UnixMicro() - 1}, nil
	})
	if err != nil {
		return nil, err
	}
	return func(text string) bool {
		at, ok := read(text)
		return ok && holds(at)
	}, nil
}

// looseTest compares undeclared values by what the query's value reads as.
func (c *compiler) looseTest(f *field, v value) (test, error) {
	if v.op == "" {
		return func(text string) bool { return strings.EqualFold(text, v.text) }, nil
	}
	as := *f
	if _, ok := number(v.text); ok {
		as.kind = kindNumber
		return numberTest(&as, v)
	}
	if _, _, ok := parseMoment(v.scalar, c.opts.Now, c.location()); ok {
		as.kind = kindTime
		return c.timeTest(&as, v)
	}
	return nil, syntaxError(v.column, fmt.Sprintf("%q is neither a number nor a time, so it has no order", v.text), "leave the sign out, or quote the value if it belongs to it")
}

// span is what a query's value stands for, both ends included.
type span[T cmp.Ordered] struct{ lo, hi T }

// compare compiles an operator with its operands.
func compare[T cmp.Ordered](v value, read func(scalar) (span[T], error)) (func(T) bool, error) {
	a, err := read(v.scalar)
	if err != nil {
		return nil, err
	}
	switch v.op {
	case ">":
		return func(x T) bool { return x > a.hi }, nil
	case ">=":
		return func(x T) bool { return x >= a.lo }, nil
	case "<":
		return func(x T) bool { return x < a.lo }, nil
	case "<=":
		return func(x T) bool { return x <= a.hi }, nil
	case "..":
		b, err := read(v.upper)
		if err != nil {
			return nil, err
		}
		if a.lo > b.hi {
			return nil, syntaxError(v.column, "the range runs backwards, so nothing is in it", fmt.Sprintf("write %s..%s", v.upper, v.scalar))
		}
		a.hi = b.hi
	}
	return func(x T) bool { return a.lo <= x && x <= a.hi }, nil
}
