package schema

import (
	"strings"
	"testing"

	"frontdesk/records"
	"frontdesk/records/diag"
)

// ruleType returns the type with one rule in the place of its own.
func ruleType(t *testing.T, rule string) *Type {
	t.Helper()
	head, rest, _ := strings.Cut(visit, "rules:\n")
	_, tail, _ := strings.Cut(rest, "body:")
	return load(t, File{Path: "schema/visit.yaml", Data: []byte(head + "rules:\n  - " + rule + "\nbody:" + tail)}).Get("visit")
}

func TestCheckRules(t *testing.T) {
	cases := []struct {
		name, rule string
		line       string // added to front
		old        string // front matter before the change; "" for a new record
		want       string // rule, severity, field and message; "" where the rule is kept
	}{
		{"a rule that is kept", `{id: r, assert: "self.vendor == 'Acme'", message: m}`, "", "", ""},
		{"a rule that is broken", `{id: r, assert: "self.vendor == 'Bolt'", message: "only Bolt"}`, "", "", "rule/r error : only Bolt"},
		{"a rule with severity and field", `{id: r, assert: "false", message: m, severity: warning, field: vendor}`, "", "", "rule/r warning vendor: m"},
		{"a rule that is about something else", `{id: r, when: "self.vendor == 'Bolt'", assert: "false", message: m}`, "", "", ""},
		{"an absent field is null", `{id: r, assert: "self.contact == null && self.assets == null", message: m}`, "", "", ""},
		{"an empty field is null", `{id: r, assert: "self.contact == null", message: m}`, "contact:", "", ""},
		{"a time is a timestamp", `{id: r, assert: "self.starts_at > timestamp('2026-11-03T09:00:00Z')", message: m}`, "starts_at: 2026-11-03T10:30:00+01:00", "", ""},
		{"a time is read in UTC", `{id: r, assert: "self.starts_at.getHours() == 9", message: m}`, "starts_at: 2026-11-03T10:30:00+01:00", "", ""},
		{"a date is a text", `{id: r, assert: "self.day < '2026-12-01'", message: m}`, "day: 2026-11-03", "", ""},
		{"a reference is its source text", `{id: r, assert: "self.contact == '0042' && self.assets[0] == '7'", message: m}`, "contact: 0042\nassets: [7]", "", ""},
		{"a list is a list", `{id: r, assert: "'a' in self.assets && size(self.assets) == 2", message: m}`, "assets: [a, b]", "", ""},
		{"a number is a number", `{id: r, assert: "self.guests >= 3 && self.fee < 10", message: m}`, "guests: 3\nfee: 9.5", "", ""},
		{"a map is a map", `{id: r, assert: "self.address.street == 'x'", message: m}`, "address: {street: x}", "", ""},
		{"the log and what was imported are there for rules that speak of them", `{id: r, assert: "size(self.log) == 1 && self['imported'].x == 1", message: m}`, "log: [{at: 2026-11-03T09:00:00Z, by: lee}]\nimported: {x: 1}", "", ""},
		{"old is null for a new record", `{id: r, assert: "old == null", message: m}`, "", "", ""},
		{"old has the fields before", `{id: r, assert: "old == null || old.vendor == self.vendor", message: "vendor is fixed"}`, "", "vendor: Bolt\n", "rule/r error : vendor is fixed"},
		{"the desk is its configuration", `{id: r, assert: "desk.name == 'IT' && 'lee' in desk.roles.chief", message: m}`, "", "", ""},
		{"the category is what the state means", `{id: r, assert: "category == 'new' && self.state == 'new'", message: m}`, "", "", ""},
		{"a rule that cannot be judged says so", `{id: r, assert: "self.starts_at < self.closed_at", message: m}`, "", "", "rule/r error : rule r cannot be judged: no such overload: _<_"},
		{"a faulty field does not make its rules fault too", `{id: r, assert: "self.guests > 3", message: m}`, "guests: many", "", ""},
		{"a rule that takes too much work", `{id: r, assert: "self.title.matches('x') || [1,2,3,4,5,6,7,8,9].all(a, [1,2,3,4,5,6,7,8,9].all(b, [1,2,3,4,5,6,7,8,9].all(c, [1,2,3,4,5,6,7,8,9].all(d, [1,2,3,4,5,6,7,8,9].all(e, a+b+c+d+e > 0)))))", message: m}`, "", "", "rule/r error : rule r cannot be judged: the condition takes too much work on this record"},
	}
	desk := map[string]any{"name": "IT", "roles": map[string][]string{"chief": {"lee"}}}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			typ := ruleType(t, c.rule)
			var old *records.Record
			if c.old != "" {
				old = recordOf(t, c.old)
			}
			var got []string
			for _, d := range typ.CheckRules(recordOf(t, withLine(front, c.line)), old, desk) {
				got = append(got, string(d.Rule)+" "+d.Severity.String()+" "+d.Field+": "+d.Message)
			}
			if strings.Join(got, "\n") != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestBrokenRulePointsAtItsField(t *testing.T) {
	typ := ruleType(t, `{id: r, assert: "false", message: m, field: vendor}`)
	d := typ.CheckRules(recordOf(t, front), nil, nil)[0]
	if d.Span.Start != (diag.Position{Line: 5, Column: 9}) || d.Path != "records/x.md" || d.Record != "VIS-2611-K7Q4" {
		t.Errorf("%+v", d)
	}
}
