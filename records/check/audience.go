package check

import (
	"strings"

	"frontdesk/records"
	"frontdesk/records/diag"
)

const ruleAudienceTeam diag.RuleID = "audience/unknown-team"

// teamPrefix begins the audience of a team.
const teamPrefix = "team:"

// checkAudienceTeam looks for the team that a record's audience names. The form
// of an audience is the schema's matter.
func (g *graph) checkAudienceTeam(r *records.Record) []diag.Diagnostic {
	v := r.Get(records.FieldAudience)
	name, ok := strings.CutPrefix(v.String(), teamPrefix)
	if !ok || name == "" || g.types.Get(teamType) == nil || len(g.find(teamType, records.ID(name))) > 0 {
		return nil
	}
	d := diag.New(ruleAudienceTeam, diag.Error, r.Path, v.Span, "audience names the team %q, which does not exist", name)
	d.Field = records.FieldAudience
	return []diag.Diagnostic{d.WithHint("%s", g.nearest(teamType, name))}
}
