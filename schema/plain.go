package schema

import (
	"encoding/json"
	"maps"
	"slices"

	"frontdesk/records"
)

// plain returns a value as JSON has it, with references as the text they are.
func plain(sh *shape, v *records.Value) any {
	switch {
	case sh == nil || v.IsNull():
		return v.Any()
	case sh.source && v.IsScalar():
		return v.Text
	case v.Kind == records.List && sh.items != nil:
		out := make([]any, len(v.Items))
		for i, item := range v.Items {
			out[i] = plain(sh.items, item)
		}
		return out
	}
	return v.Any()
}

// identity returns a text that two values have in common only if they mean the
// same; as source text, whatever their kind.
func identity(v *records.Value, source bool) string {
	if source && v.IsScalar() {
		return v.Text
	}
	if n, ok := number(v); ok {
		text, _ := json.Marshal(n)
		return string(text)
	}
	text, err := json.Marshal(v)
	if err != nil {
		return v.Text
	}
	return string(text)
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
