package schema

import (
	"regexp"
	"strconv"
	"sync"

	"github.com/google/jsonschema-go/jsonschema"

	"frontdesk/records"
)

// shape is what a schema demands of a value, compiled: the keywords that
// records are judged by all day, without reflection or conversion.
type shape struct {
	kinds  kinds        // 0: any
	ref    records.Type // names a record
	source bool         // read as source text: 0042 is a text
	never  bool         // the schema "false"
	enum   []*records.Value

	pattern   *pattern
	format    string
	minLength int
	maxLength *int
	bounds    []bound

	items    *shape
	minItems int
	maxItems *int
	unique   bool

	properties map[string]*shape
	required   []string
	extra      *shape // of keys that properties does not have

	other *library
}

// bound is one end of a range of numbers.
type bound struct {
	keyword string
	limit   float64
	text    string
}

// pattern is a regular expression with the work it takes for one character.
type pattern struct {
	re   *regexp.Regexp
	cost int
	want string // what the text must be, for people; "" is the expression
}

// maxMatch bounds the work of matching one text, in characters times
// instructions: about 20 ms.
const maxMatch = 2_000_000

func (p *pattern) affordable(s string) bool { return len(s)*p.cost <= maxMatch }

// library judges keywords that shape does not know.
type library struct {
	schema   *jsonschema.Schema
	once     sync.Once
	resolved *jsonschema.Resolved
	err      error
}

func (l *library) get() (*jsonschema.Resolved, error) {
	l.once.Do(func() { l.resolved, l.err = l.schema.Resolve(nil) })
	return l.resolved, l.err
}

// kinds is a set of kinds of values.
type kinds uint8

func kindOf(k records.Kind) kinds { return 1 << k }

func (ks kinds) has(k records.Kind) bool { return ks == 0 || ks&kindOf(k) != 0 }

// typeNames are JSON Schema's names of types.
var typeNames = [...]string{"null", "boolean", "integer", "number", "string", "array", "object"}

// kindsNamed returns the kinds that a type of JSON Schema covers.
func kindsNamed(name string) kinds {
	switch name {
	case "null":
		return kindOf(records.Null)
	case "boolean":
		return kindOf(records.Bool)
	case "integer":
		return kindOf(records.Int)
	case "number":
		return kindOf(records.Int) | kindOf(records.Float)
	case "string":
		return kindOf(records.String)
	case "array":
		return kindOf(records.List)
	}
	return kindOf(records.Map)
}

// noun names the kinds for a message.
func (ks kinds) noun() string {
	switch ks {
	case kindOf(records.Bool):
		return "true or false"
	case kindOf(records.Int):
		return "a whole number"
	case kindsNamed("number"):
		return "a number"
	case kindOf(records.String):
		return "text"
	case kindOf(records.List):
		return "a list"
	case kindOf(records.Map):
		return "a map"
	}
	text := ""
	for i, name := range typeNames {
		if k := kindsNamed(name); name != "integer" && ks&k == k || name == "integer" && ks&kindsNamed("number") == k {
			if text != "" {
				text += " or "
			}
			text += typeNames[i]
		}
	}
	return text
}

// number returns the value of a number.
func number(v *records.Value) (float64, bool) {
	if v.Kind != records.Int && v.Kind != records.Float {
		return 0, false
	}
	n, err := strconv.ParseFloat(v.Text, 64)
	return n, err == nil
}
