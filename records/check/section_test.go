package check

import (
	"slices"
	"strings"
	"testing"

	"frontdesk/records/diag"
)

// severities returns how the findings of a rule in the desk are graded.
func severities(ds []diag.Diagnostic, id diag.RuleID) (out []diag.Severity) {
	for _, d := range ds {
		if d.Rule == id {
			out = append(out, d.Severity)
		}
	}
	return out
}

func TestSectionsThatAStateRequires(t *testing.T) {
	rule, ok := Explain("body/empty-section")
	if !ok {
		t.Fatal("the rule is not documented")
	}
	plan := "Put the old one back; two minutes, until it ends.\n"
	for _, c := range []struct {
		name     string
		old, new string
		want     []diag.Severity
	}{
		{"written", "", "", nil},
		{"a comment alone", plan, "<!-- How? -->\n", []diag.Severity{diag.Error}},
		{"no such section", "## Backout plan\n\n" + plan, "", []diag.Severity{diag.Error}},
		{"of a record that came from elsewhere", "impact: low\n", "impact: low\nimported: {from: legacy}\n", nil},
		{"in a state that asks for none", "state: authorize\nassignee", "state: assess\nassignee", nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			src := rule.Good
			if c.old != "" && !strings.Contains(src, c.old) {
				t.Fatalf("the example holds no %q", c.old)
			}
			if got := severities(judge(t, strings.Replace(src, c.old, c.new, 1)), rule.ID); !slices.Equal(got, c.want) {
				t.Errorf("%v, want %v", got, c.want)
			}
		})
	}
	imported := strings.Replace(rule.Bad, "impact: low\n", "impact: low\nimported: {from: legacy}\n", 1)
	if got := severities(judge(t, imported), rule.ID); !slices.Equal(got, []diag.Severity{diag.Warning}) {
		t.Errorf("of an imported record: %v, want a warning", got)
	}
	if ds := judge(t, strings.Replace(rule.Good, "## Backout plan\n\n"+plan, "", 1)); slices.ContainsFunc(ds, func(d diag.Diagnostic) bool { return d.Rule == "body/missing-section" }) {
		t.Error("what the state asks for is reported twice")
	}
}

func TestPoliciesThatAskTeamsWhichAreNotThere(t *testing.T) {
	const policy = "-- schema/change.yaml --\ntype: change\nextends: change\npolicy:\n  rules:\n    - {name: net, need: 1, from: [{team: TEAM}, {person: nobody-we-know}]}\n"
	if ds := judge(t, strings.Replace(policy, "TEAM", "network", 1)); len(ds) > 0 {
		t.Errorf("%s", lines(ds))
	}
	ds := judge(t, strings.Replace(policy, "TEAM", "netwrk", 1))
	if len(ds) != 1 || ds[0].Rule != "type/unknown-approver" || ds[0].Message != `approval rule net: there is no team "netwrk"` || ds[0].Hint != `did you mean "network"?` {
		t.Errorf("%s", lines(ds))
	}
	ds = judge(t, "-- desk.yaml --\nversion: 1\nroles: {leads: []}\n"+strings.Replace(policy, "{team: TEAM}", "{role: leads}", 1))
	if len(ds) != 1 || ds[0].Message != `approval rule net: nobody has the role "leads"` {
		t.Errorf("%s", lines(ds))
	}
}
