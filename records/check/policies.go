package check

import (
	"maps"
	"slices"
	"strings"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/schema"
)

const ruleUnknownApprover diag.RuleID = "type/unknown-approver"

// checkPolicies reports approval rules that ask roles and teams which are not
// there: nobody could ever approve. Persons need no record.
func (g *graph) checkPolicies(in *Input) []diag.Diagnostic {
	var ds []diag.Diagnostic
	for _, t := range in.Types.All() {
		if t.Policy == nil || t.BuiltIn {
			continue
		}
		for _, rl := range t.Policy.Rules {
			for _, a := range rl.From {
				if what, hint := g.absent(in, a); what != "" {
					ds = append(ds, diag.New(ruleUnknownApprover, diag.Error, t.Path, rl.Span, "approval rule %s: %s", rl.Name, what).WithHint("%s", hint))
				}
			}
		}
	}
	return ds
}

// absent says what is not there of an approver, "" if all is.
func (g *graph) absent(in *Input, a schema.Approver) (what, hint string) {
	switch a.Kind {
	case schema.ByRole:
		people, ok := in.Desk.Roles[a.Name]
		switch {
		case !ok:
			return "desk.yaml has no role " + quoted(a.Name), near(a.Name, slices.Sorted(maps.Keys(in.Desk.Roles)), "add it to the roles of desk.yaml")
		case len(people) == 0:
			return "nobody has the role " + quoted(a.Name), "add somebody to it in desk.yaml"
		}
	case schema.ByTeam:
		if len(g.find(teamType, records.ID(a.Name))) == 0 {
			return "there is no team " + quoted(a.Name), near(a.Name, g.names[teamType], "make it with frontdesk new team")
		}
	}
	return "", ""
}

func near(word string, known []string, otherwise string) string {
	if name := schema.Nearest(word, known); name != "" {
		return "did you mean " + quoted(name) + "?"
	}
	return otherwise
}

func quoted(s string) string { return "\"" + strings.ToValidUTF8(s, "?") + "\"" }
