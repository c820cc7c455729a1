package approval

import (
	"slices"
	"strings"
	"testing"

	"frontdesk/records/conflict"
	"frontdesk/schema"
	"frontdesk/schema/rule"
)

const byKind = `  rules:
    - {name: template, when: "facts.kind == 'standard'", template: true}
    - {name: peer, when: "facts.kind == 'normal'", need: 1, from: [anyone]}
`

// template gives the scene the template of its base, approved.
func (s *scene) template(fields, body string) {
	t := newRecord(s.t, "template/patches: "+fields, body)
	s.in.Template = &Template{Record: t, Type: s.in.Types.Get("template"), Approved: true}
}

const templateFields = "{title: Patches, state: published, version: 3, owner: kim, services: [vpn], assets: [web-1], categories: [network], environments: [production]}"

func TestStandardChanges(t *testing.T) {
	tmpl := func(fields, body string) func(*scene) { return func(s *scene) { s.template(fields, body) } }
	good := tmpl(templateFields, plan)
	write := func(body string) func(*scene) {
		return func(s *scene) { good(s); s.write(standardFields, body) }
	}
	plays := []play{
		{name: "keepsToItsTemplate", act: good, want: Approved},
		{name: "keepsToATemplateWithoutLimits", act: tmpl("{title: Patches, state: published, version: 3, services: []}", ""), want: Approved},
		{name: "aSectionThatIsOnlyAHintIsNone", act: tmpl(templateFields, "\n## Plan\n\n<!-- what to do -->\n"), want: Approved},
		{name: "aWorkNoteIsNoPartOfIt", act: write(plan + work + "\nDone.\n"), want: Approved},
		{name: "withoutTemplateOnTheBase", want: Pending, says: []string{"it counts as normal: template/patches is not on main", "peer: 0 of 1"}},
		{name: "namesNone", fields: without(standardFields, "template"), act: good, want: Pending, says: []string{"it names no template in template"}},
		{name: "namesAnotherThanWasLookedAt", fields: with(standardFields, "template: other"), act: good, want: Pending, says: []string{"it names template/other, and what was looked at is template/patches"}},
		{name: "otherVersion", fields: with(standardFields, "template_version: 2"), act: good, want: Pending, says: []string{"it keeps to version 2 of template/patches, which is at version 3"}},
		{name: "noVersion", fields: without(standardFields, "template_version"), act: good, want: Pending, says: []string{"it does not say in template_version"}},
		{name: "draft", act: tmpl(with(templateFields, "state: draft"), plan), want: Pending, says: []string{`template/patches is "draft"`}},
		{name: "retired", act: tmpl(with(templateFields, "state: retired"), plan), want: Pending, says: []string{`template/patches is "retired"`}},
		{name: "retiredWhateverItsPolicySays", act: func(s *scene) {
			s.template(with(templateFields, "state: retired"), plan)
			typ, p := *s.in.Template.Type, *s.in.Template.Type.Policy
			p.States = append(slices.Clone(p.States), "retired")
			typ.Policy, s.in.Template.Type = &p, &typ
		}, want: Pending, says: []string{`template/patches is "retired"`}},
		{name: "notApproved", act: func(s *scene) { good(s); s.in.Template.Approved, s.in.Template.Reason = false, "peer: 0 of 1" },
			want: Pending, says: []string{"template/patches is not approved: peer: 0 of 1"}},
		{name: "notApprovedForNoReason", act: func(s *scene) { good(s); s.in.Template.Approved = false }, want: Pending, says: []string{"template/patches is not approved"}},
		{name: "otherService", fields: with(standardFields, "services: [vpn, core]"), act: good, want: Pending, says: []string{"its template is not for service/core"}},
		{name: "otherAsset", fields: with(standardFields, "assets: [web-2]"), act: good, want: Pending, says: []string{"its template is not for asset/web-2"}},
		{name: "otherCategory", fields: with(standardFields, "category: cloud"), act: good, want: Pending, says: []string{`its template is for category network, not for "cloud"`}},
		{name: "noCategory", fields: without(standardFields, "category"), act: good, want: Pending, says: []string{`not for ""`}},
		{name: "otherEnvironment", fields: with(standardFields, "environment: test"), act: good, want: Pending, says: []string{`its template is for environment production, not for "test"`}},
		{name: "otherPlan", act: write(strings.Replace(plan, "Pull", "Cut", 1)), want: Pending, says: []string{"its section Plan differs from that of its template"}},
		{name: "noBackoutPlan", act: write(plan[:strings.Index(plan, "\n## Backout")]), want: Pending, says: []string{"its section Backout plan differs"}},
		{name: "aSecondPlan", act: write(plan + "\n## Plan\n\nAnd burn it.\n"), want: Pending, says: []string{"its section Plan differs"}},
		{name: "bringsCode", act: func(s *scene) {
			good(s)
			s.files = []File{{Path: "deploy/web.yaml", Mode: "100644", Blob: "aa"}}
			s.set(standardFields)
		}, want: Pending, says: []string{`it brings "deploy/web.yaml", which its template does not cover`}},
		{name: "fallsBackAndIsApprovedAsNormal", fields: with(standardFields, "environment: test"), act: func(s *scene) { good(s); s.approve("kim") },
			want: Approved, says: []string{"it counts as normal: its template is for environment production"}},
	}
	for i := range plays {
		plays[i].policy = byKind
		if plays[i].fields == "" {
			plays[i].fields = standardFields
		}
	}
	run(t, plays)
}

func TestAStandardRuleIsMetByATemplateAlone(t *testing.T) {
	const policy = "  rules: [{name: template, template: true}]\n"
	run(t, []play{
		{name: "aNormalChangeDoesNotMeetIt", policy: policy, want: Failed, says: []string{"template: it is met by a template alone, and the record keeps to none: it is not standard"}},
		{name: "norAStandardOneOutOfScope", policy: policy, fields: standardFields, want: Failed, says: []string{"template/patches is not on main"}},
		{name: "whetherItIsStandardMustBeKnown", fields: standardFields, act: func(s *scene) { s.template(templateFields, plan) },
			policy: "  standard: {when: \"self.assignee < 3\", kind: kind, template: template, version: template_version, otherwise: normal}\n" + byKind,
			want:   Pending, says: []string{"it counts as normal: it cannot be told whether it is standard"}},
	})
}

func TestRisk(t *testing.T) {
	env := &rule.Env{Facts: true}
	p := &schema.Risk{
		Field: "risk", Levels: []string{"low", "moderate", "high"}, Impact: "impact", Likelihood: "likelihood",
		Table: map[string]map[string]string{"high": {"high": "high", "low": "moderate"}, "low": {"high": "moderate", "low": "low"}},
		Conditions: []schema.RiskCondition{
			{When: env.New("facts.services.exists(s, s.criticality == 'critical')"), Level: "high", Reason: "it concerns a critical service"},
			{When: env.New("facts.freeze"), Level: "moderate", Reason: "it falls into a freeze"},
		},
	}
	for _, c := range []struct {
		name, fields string
		frozen       bool
		level        string
		because      []string
	}{
		{"stated", "{risk: moderate}", false, "moderate", []string{"moderate: stated in risk"}},
		{"byTable", "{impact: low, likelihood: low}", false, "low", []string{"low: impact low and likelihood low"}},
		{"statedRaisesTheTable", "{risk: high, impact: low, likelihood: low}", false, "high", []string{"high: stated in risk", "low: impact low and likelihood low"}},
		{"statedLowersNothing", "{risk: low, impact: high, likelihood: low}", false, "moderate", []string{"moderate: impact high and likelihood low", "low: stated in risk"}},
		{"byCondition", "{risk: low, services: [vpn, core]}", false, "high", []string{"high: it concerns a critical service", "low: stated in risk"}},
		{"inAFreeze", "{risk: low}", true, "moderate", []string{"moderate: it falls into a freeze", "low: stated in risk"}},
		{"halfOfTheTableSaysNothing", "{risk: low, impact: high}", false, "low", []string{"low: stated in risk"}},
		{"nothingIsTheHighest", "{impact: high}", false, "high", []string{"high: nothing says how risky it is"}},
		{"noLevelIsTheHighest", "{risk: tiny}", false, "high", []string{`high: stated in risk, and "tiny" is no level of risk`}},
		{"aListIsTheHighest", "{risk: [low]}", false, "high", []string{"high: risk cannot be read"}},
		{"outsideTheTableIsTheHighest", "{impact: low, likelihood: never}", false, "high", []string{"high: the table has no level for impact low and likelihood never"}},
		{"aConditionThatFailsIsTheHighest", "{risk: low, services: [new]}", false, "high", []string{"high: it cannot be told whether it concerns a critical service: no such key: criticality", "low: stated in risk"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newScene(t, onePeer, normalFields)
			s.set(with(c.fields, "kind: normal"))
			if c.frozen {
				s.in.Conflicts = []conflict.Conflict{{Kind: conflict.InFreeze}}
			}
			level, because := judgeRisk(p, s.in.Record, s.in.conditions().WithFacts(s.in.facts()))
			if level != c.level || !slices.Equal(because, c.because) {
				t.Errorf("risk %q %q, want %q %q", level, because, c.level, c.because)
			}
		})
	}
}

func TestTheBuiltInPolicy(t *testing.T) {
	const policy = "  distinct: false\n" // all else is inherited
	run(t, []play{
		{name: "aNormalChangeNeedsAColleague", policy: policy, want: Pending, says: []string{"peer: 0 of 1; ann, bo, kim or lee may approve", "low: impact low and likelihood low"}},
		{name: "aCriticalServiceNeedsTwo", policy: policy, fields: with(normalFields, "services: [core]"), act: func(s *scene) { s.approve("kim") }, want: Pending, says: []string{"high-risk: 1 of 2", "high: it concerns a critical service"}},
		{name: "anEmergencyMayGoAhead", policy: policy, fields: with(normalFields, "kind: emergency"), want: Ahead},
		{name: "aKindThatIsNoneIsAnError", policy: policy, fields: with(normalFields, "kind: free"), act: func(s *scene) { s.approve("kim", "lee") }, want: Failed},
		{name: "noKindIsAnError", policy: policy, fields: without(normalFields, "kind"), act: func(s *scene) { s.approve("kim", "lee") }, want: Failed},
	})
}

// TestATemplateIsApprovedLikeAChange judges a record of another type by its own
// built-in policy.
func TestATemplateIsApprovedLikeAChange(t *testing.T) {
	s := newScene(t, onePeer, normalFields)
	s.in.Type = schema.BuiltIn().Get("template")
	s.in.Record = newRecord(t, "template/patches: "+templateFields, plan)
	parts, err := PartsOf(s.in.Type.Policy, s.in.Type, s.in.Record, nil)
	if err != nil {
		t.Fatal(err)
	}
	s.in.Parts = parts
	s.want(Pending, "peer: 0 of 1")
	s.approve("dana")
	s.want(Pending, "dana approved on 2026-11-20 12:00 UTC and may not: author of 3f9a2c1d07")
	s.approve("kim")
	s.want(Approved)
	s.in.Record = newRecord(t, "template/patches: "+with(templateFields, "services: [vpn, core]"), plan)
	if s.in.Parts, err = PartsOf(s.in.Type.Policy, s.in.Type, s.in.Record, nil); err != nil {
		t.Fatal(err)
	}
	s.want(Pending, "; services was changed since")
}
