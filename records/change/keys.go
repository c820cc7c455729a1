package change

import (
	"cmp"
	"slices"

	"frontdesk/records/diag"
)

// findingKey tells findings apart that may stand on other lines in another
// version of a record.
type findingKey struct {
	rule                   diag.RuleID
	record, field, message string // record is the path where it is not known
}

func keyOf(d diag.Diagnostic) findingKey {
	return findingKey{d.Rule, cmp.Or(d.Record, d.Path), d.Field, d.Message}
}

// keys counts findings.
func keys(ds []diag.Diagnostic) map[findingKey]int {
	out := make(map[findingKey]int, len(ds))
	for _, d := range ds {
		out[keyOf(d)]++
	}
	return out
}

// without returns the findings that are not among the known ones.
func without(ds []diag.Diagnostic, known map[findingKey]int) []diag.Diagnostic {
	seen := map[findingKey]int{}
	return slices.DeleteFunc(slices.Clone(ds), func(d diag.Diagnostic) bool {
		seen[keyOf(d)]++
		return seen[keyOf(d)] <= known[keyOf(d)]
	})
}
