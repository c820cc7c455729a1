package records

import (
	"encoding/json"
	"math"
	"slices"
	"strconv"

	"frontdesk/records/diag"
)

// Kind is the kind of a front-matter value.
type Kind uint8

// The kinds of values. Times are strings: what they mean is the schema's matter.
const (
	Null Kind = iota
	Bool
	Int
	Float
	String
	List
	Map
)

// String returns the kind's name as users know it.
func (k Kind) String() string {
	return [...]string{"null", "boolean", "integer", "number", "string", "list", "map"}[k]
}

// Value is a front-matter value that knows where it stands.
type Value struct {
	Kind   Kind
	Text   string   // scalars: the text as written, without quotes and escapes
	Quoted bool     // a quoted or block scalar: always a string
	Flow   bool     // a list or map written in brackets
	Items  []*Value // of a list
	Pairs  []Pair   // of a map, in source order
	Span   diag.Span
	Start  int // byte offset of the first byte in the file
	End    int // byte offset after the last byte
}

// Pair is a key of a map with its value.
type Pair struct {
	Key     string
	KeySpan diag.Span
	Start   int // byte offset of the key
	End     int // byte offset after the key, before the colon
	Value   *Value
}

// Get returns the value of a map's key, nil where there is none. It may be
// called on nil.
func (v *Value) Get(key string) *Value {
	if p := v.Pair(key); p != nil {
		return p.Value
	}
	return nil
}

// Pair returns the pair of a map's key, nil where there is none.
func (v *Value) Pair(key string) *Pair {
	if v == nil {
		return nil
	}
	if i := slices.IndexFunc(v.Pairs, func(p Pair) bool { return p.Key == key }); i >= 0 {
		return &v.Pairs[i]
	}
	return nil
}

// IsNull reports whether the value is absent or null.
func (v *Value) IsNull() bool { return v == nil || v.Kind == Null }

// IsScalar reports whether the value is neither a list nor a map nor absent.
func (v *Value) IsScalar() bool { return v != nil && v.Kind != List && v.Kind != Map }

// String returns the source text of a scalar, "" for anything else and null.
func (v *Value) String() string {
	if v.IsNull() || !v.IsScalar() {
		return ""
	}
	return v.Text
}

// Strings returns the texts of a list of scalars, or of a scalar as a list of
// one, without the empty ones.
func (v *Value) Strings() []string {
	switch {
	case v.IsNull():
		return nil
	case v.IsScalar():
		return []string{v.Text}
	}
	var out []string
	for _, item := range v.Items {
		if s := item.String(); s != "" {
			out = append(out, s)
		}
	}
	return out
}

// Any returns the value as encoding/json would decode it, with int64 for
// integers: nil, bool, int64, float64, string, []any or map[string]any.
func (v *Value) Any() any {
	if v == nil {
		return nil
	}
	switch v.Kind {
	case Bool:
		return v.Text == "true"
	case Int:
		if n, err := strconv.ParseInt(v.Text, 10, 64); err == nil {
			return n
		}
		return v.Text
	case Float:
		if f, err := strconv.ParseFloat(v.Text, 64); err == nil && !math.IsInf(f, 0) {
			return f
		}
		return v.Text
	case String:
		return v.Text
	case List:
		out := make([]any, len(v.Items))
		for i, item := range v.Items {
			out[i] = item.Any()
		}
		return out
	case Map:
		out := make(map[string]any, len(v.Pairs))
		for _, p := range v.Pairs {
			out[p.Key] = p.Value.Any()
		}
		return out
	}
	return nil
}

// MarshalJSON writes the value as JSON.
func (v *Value) MarshalJSON() ([]byte, error) { return json.Marshal(v.Any()) }

// Equal reports whether two values mean the same, wherever they stand and
// however they are written.
func (v *Value) Equal(w *Value) bool {
	if v.IsNull() || w.IsNull() {
		return v.IsNull() && w.IsNull()
	}
	if v.Kind != w.Kind || len(v.Items) != len(w.Items) || len(v.Pairs) != len(w.Pairs) {
		return false
	}
	for i := range v.Items {
		if !v.Items[i].Equal(w.Items[i]) {
			return false
		}
	}
	for _, p := range v.Pairs {
		q := w.Pair(p.Key)
		if q == nil || !p.Value.Equal(q.Value) {
			return false
		}
	}
	return v.Text == w.Text
}

// NewNull, NewString, NewList and NewMap make values that stand nowhere yet, to
// be written into a record.
func NewNull() *Value { return &Value{} }

// NewString makes a string.
func NewString(s string) *Value { return &Value{Kind: String, Text: s} }

// NewStrings makes a list of strings in flow style.
func NewStrings(ss ...string) *Value {
	v := &Value{Kind: List, Flow: true}
	for _, s := range ss {
		v.Items = append(v.Items, NewString(s))
	}
	return v
}

// NewInt makes an integer.
func NewInt(n int64) *Value { return &Value{Kind: Int, Text: strconv.FormatInt(n, 10)} }

// NewBool makes a boolean.
func NewBool(b bool) *Value { return &Value{Kind: Bool, Text: strconv.FormatBool(b)} }

// NewMap makes a map in flow style; pairs alternate keys and values in order.
func NewMap(pairs ...Pair) *Value { return &Value{Kind: Map, Flow: true, Pairs: pairs} }
