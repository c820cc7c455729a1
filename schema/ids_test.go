package schema

import (
	"os"
	"regexp"
	"slices"
	"testing"

	"frontdesk/records/diag"
)

func TestRuleIDsAreListedOnceAndWellFormed(t *testing.T) {
	source, err := os.ReadFile("ids.go")
	if err != nil {
		t.Fatal(err)
	}
	var declared []diag.RuleID
	for _, m := range regexp.MustCompile(`= "((?:type|schema)/[a-z-]+)"`).FindAllStringSubmatch(string(source), -1) {
		declared = append(declared, diag.RuleID(m[1]))
	}
	if !slices.Equal(declared, RuleIDs()) {
		t.Errorf("declared %v, listed %v", declared, RuleIDs())
	}
	slices.Sort(declared)
	if len(slices.Compact(declared)) != len(RuleIDs()) {
		t.Error("a rule id is there twice")
	}
}
