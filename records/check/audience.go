package check

import (
	"strings"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/schema"
)

const (
	ruleAudience     diag.RuleID = "audience/unknown"
	ruleAudienceTeam diag.RuleID = "audience/unknown-team"
)

// teamPrefix begins the audience of a team.
const teamPrefix = "team:"

// checkAudience judges the form of a record's own audience.
func checkAudience(r *records.Record) []diag.Diagnostic {
	v := r.Get(records.FieldAudience)
	s := v.String()
	if s == "" || s == string(schema.Public) || s == string(schema.Staff) || len(s) > len(teamPrefix) && strings.HasPrefix(s, teamPrefix) {
		return nil
	}
	d := diag.New(ruleAudience, diag.Error, r.Path, v.Span, "audience %q is none of public, staff and team:NAME", s)
	d.Field = records.FieldAudience
	if near := schema.Nearest(s, []string{string(schema.Public), string(schema.Staff)}); near != "" {
		d = d.WithHint("did you mean %q?", near)
	}
	return []diag.Diagnostic{d}
}

// checkAudienceTeam looks for the team that a record's audience names.
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
