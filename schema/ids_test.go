package schema

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

func TestEachRuleIDIsDeclaredOnce(t *testing.T) {
	source, err := os.ReadFile("ids.go")
	if err != nil {
		t.Fatal(err)
	}
	var declared []string
	for _, m := range regexp.MustCompile(`diag\.RuleID = "((?:type|schema|sla)/[a-z-]+)"`).FindAllStringSubmatch(string(source), -1) {
		declared = append(declared, m[1])
	}
	if n := strings.Count(string(source), "diag.RuleID = "); len(declared) != n || n == 0 {
		t.Errorf("%d rules, %d of them well formed", n, len(declared))
	}
	slices.Sort(declared)
	if n := len(declared); len(slices.Compact(declared)) != n {
		t.Error("a rule id is there twice")
	}
}
