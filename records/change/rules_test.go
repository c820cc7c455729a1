package change

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"frontdesk/records/check"
	"frontdesk/records/diag"
)

// TestTheExamplesOfTheHistoryRulesShowThem builds a repository for each: the
// commits before, one of the base meanwhile, and one on a branch.
func TestTheExamplesOfTheHistoryRulesShowThem(t *testing.T) {
	n := 0
	for _, rule := range check.Rules() {
		if rule.Before == "" {
			if strings.HasPrefix(string(rule.ID), "history/") {
				t.Errorf("%s has no example of what was before", rule.ID)
			}
			continue
		}
		n++
		t.Run(string(rule.ID), func(t *testing.T) {
			t.Parallel()
			isIt := func(d diag.Diagnostic) bool { return d.Rule == rule.ID }
			bad := judgeExample(t, rule, rule.Bad)
			if !slices.ContainsFunc(bad.Diagnostics, func(d diag.Diagnostic) bool { return isIt(d) && d.Severity == rule.Severity }) {
				t.Errorf("the bad example does not break the rule as %s; it gives\n%s", rule.Severity, told(bad))
			}
			if rule.Severity < diag.Error && diag.Count(bad.Diagnostics, diag.Error) > 0 {
				t.Errorf("the bad example breaks more\n%s", told(bad))
			}
			good := judgeExample(t, rule, rule.Good)
			if slices.ContainsFunc(good.Diagnostics, isIt) || diag.Count(good.Diagnostics, diag.Error) > 0 {
				t.Errorf("the good example gives\n%s", told(good))
			}
		})
	}
	if n < 15 {
		t.Errorf("%d rules", n)
	}
}

func judgeExample(t *testing.T, rule check.Rule, src string) *Report {
	t.Helper()
	r := newRepository(t, "")
	files := baseDesk(t)
	r.commit(files)
	step := func(src string) {
		next := example(files, src)
		r.commit(next)
		maps.Copy(files, next)
	}
	for before := range strings.SplitSeq(rule.Before, "=== before\n") {
		step(before)
	}
	began := maps.Clone(files)
	r.git("checkout", "--quiet", "-b", "mine")
	step(src)
	if rule.Meanwhile != "" {
		r.git("checkout", "--quiet", "main")
		files = began
		step(rule.Meanwhile)
	}
	if rule.ID == ruleShallow {
		clone := t.TempDir()
		r.git("clone", "--quiet", "--no-local", "--depth=2", "--no-single-branch", "file://"+r.top, clone)
		r.top, r.dir = clone, clone
		return r.between("origin/main", "origin/mine")
	}
	return r.between("main", "mine")
}
