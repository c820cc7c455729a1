package schema

import (
	"slices"
	"strings"
	"testing"
	"time"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/schema/rule"
)

// rollout is a type that no code knows, with every key that a policy can have.
const rollout = `type: rollout
title: Rollout
folder: rollouts
id: {prefix: ROL, scheme: month}
fields:
  kind: {enum: [usual, routine, urgent], default: usual}
  owner: {ref: person}
  helpers: {type: array, items: {ref: person}}
  services: {type: array, items: {ref: service}}
  recipe: {ref: template}
  recipe_version: {type: integer}
  impact: {enum: [high, low]}
  chance: {enum: [high, low]}
  risk: {enum: [low, high]}
  note: {type: string}
  begins: {type: string, format: date-time}
  ends: {type: string, format: date-time}
  opened_at: {type: string, format: date-time}
states:
  new: {category: new, stamp: opened_at}
  ready: {category: active, sections: [Steps]}
  done: {category: closed, sections: [Steps]}
transitions:
  new: [ready]
  ready: [done]
body:
  sections:
    - {heading: Steps}
    - {heading: Notes, append: true}
policy:
  states: [ready, done]
  cover:
    fields: [kind, owner, services, begins, ends]
    sections: [Steps]
    paths: ["deploy/**", "!deploy/*.md"]
  guard: ["deploy/prod/**"]
  window: {start: begins, end: ends}
  separation: {fields: [owner, helpers], contributors: true, committers: [noreply@github.com]}
  distinct: true
  standard: {when: "self.kind == 'routine'", kind: kind, template: recipe, version: recipe_version, otherwise: usual}
  risk:
    field: risk
    levels: [low, high]
    impact: impact
    likelihood: chance
    table:
      high: {high: high, low: low}
      low: {high: low, low: low}
    conditions:
      - {when: "facts.freeze && facts.kind != 'urgent'", level: high, reason: "it falls into a freeze"}
  rules:
    - {name: recipe, when: "facts.kind == 'routine'", template: true}
    - {name: peer, title: A peer, when: "facts.kind == 'usual'", need: 1, from: [anyone]}
    - {name: owners, when: "facts.risk == 'high'", need: 1, each: true, from: [{owner: services}, {role: leads}, {team: network}, {person: 0042}, {field: helpers}]}
    - {name: urgent, when: "facts.kind == 'urgent'", need: 2, from: [anyone], within: P1DT12H, rejection: ignore}
    - {name: nobody, when: "self.note == 'trivial'", need: 0}
`

func TestPolicyIsReadInFull(t *testing.T) {
	p := load(t, File{Path: "schema/rollout.yaml", Data: []byte(rollout)}).Get("rollout").Policy
	if p == nil || p.Broken {
		t.Fatalf("%+v", p)
	}
	if !slices.Equal(p.States, []records.State{"ready", "done"}) || !slices.Equal(p.Cover.Fields, []string{"kind", "owner", "services", "begins", "ends"}) ||
		!slices.Equal(p.Cover.Sections, []string{"Steps"}) || !slices.Equal(p.Cover.Paths, []string{"deploy/**", "!deploy/*.md"}) || !slices.Equal(p.Guard, []string{"deploy/prod/**"}) {
		t.Errorf("cover: %+v", p)
	}
	if *p.Window != (PlannedWindow{Start: "begins", End: "ends"}) || !p.Distinct || !p.Separation.Contributors ||
		!slices.Equal(p.Separation.Fields, []string{"owner", "helpers"}) || !slices.Equal(p.Separation.Committers, []string{"noreply@github.com"}) {
		t.Errorf("window and separation: %+v", p)
	}
	if s := p.Standard; s.Kind != "kind" || s.Template != "recipe" || s.Version != "recipe_version" || s.Otherwise != "usual" || s.When.Source() != "self.kind == 'routine'" {
		t.Errorf("standard: %+v", s)
	}
	if k := p.Risk; k.Field != "risk" || k.Table["high"]["high"] != "high" || k.Table["low"]["high"] != "low" || len(k.Conditions) != 1 || k.Conditions[0].Level != "high" || k.Conditions[0].Reason == "" {
		t.Errorf("risk: %+v", k)
	}
	names := []string{"recipe", "peer", "owners", "urgent", "nobody"}
	if len(p.Rules) != len(names) {
		t.Fatalf("%d rules", len(p.Rules))
	}
	for i, name := range names {
		if p.Rules[i].Name != name {
			t.Errorf("rule %d is %s, want %s", i, p.Rules[i].Name, name)
		}
	}
	if rl := p.Rules[0]; !rl.Template || rl.Need != 0 {
		t.Errorf("recipe: %+v", rl)
	}
	owners := []Approver{{ByOwner, "services"}, {ByRole, "leads"}, {ByTeam, "network"}, {ByPerson, "0042"}, {ByField, "helpers"}}
	if rl := p.Rules[2]; !rl.Each || !slices.Equal(rl.From, owners) {
		t.Errorf("owners: %+v", rl)
	}
	if rl := p.Rules[3]; rl.Within != 36*time.Hour || !rl.NoBlock || rl.Need != 2 || rl.From[0].Kind != ByAnyone {
		t.Errorf("urgent: %+v", rl)
	}
	if p.Raw.Get("distinct").Text != "true" {
		t.Errorf("raw: %v", p.Raw.Any())
	}
}

func TestConditionsOfPoliciesSeeFacts(t *testing.T) {
	p := load(t, File{Path: "schema/rollout.yaml", Data: []byte(rollout)}).Get("rollout").Policy
	in := rule.NewInput(map[string]any{"kind": "usual"}, nil, nil, "new").WithFacts(map[string]any{"kind": "usual", "freeze": true})
	if ok, err := p.Rules[1].When.Eval(in); !ok || err != nil {
		t.Errorf("%v %v", ok, err)
	}
	if ok, err := p.Risk.Conditions[0].When.Eval(in); !ok || err != nil {
		t.Errorf("%v %v", ok, err)
	}
}

func TestFaultyPolicies(t *testing.T) {
	cases := []struct {
		name, old, new string
		rule           diag.RuleID
		at             string
		message, hint  string
	}{
		{"an unknown key", "  distinct: true", "  distnct: true", RuleTypeKey, "distnct", `policy has no key "distnct"`, `did you mean "distinct"?`},
		{"an unknown key of cover", "sections: [Steps]\n    paths", "sction: [Steps]\n    paths", RuleTypeKey, "sction", `cover has no key "sction"`, `did you mean "sections"?`},
		{"an unknown key of a rule", "need: 0}", "need: 0, form: [anyone]}", RuleTypeKey, "form", `a rule of policy has no key "form"`, `did you mean "from"?`},
		{"no states", "  states: [ready, done]\n  cover", "  cover", RuleBadPolicy, "cover:\n", `policy has no key "states"`, "add for example states: [scheduled]"},
		{"an unknown state", "states: [ready, done]", "states: [redy, done]", RuleUnknownState, "redy", `policy: "redy" is no state of rollout`, `did you mean "ready"?`},
		{"an unknown covered field", "fields: [kind, owner, services, begins", "fields: [kind, ownr, services, begins", RuleUnknownField, "ownr", `cover: "ownr" is no field of rollout`, `did you mean "owner"?`},
		{"a covered state", "fields: [kind, owner, services, begins", "fields: [kind, state, services, begins", RuleBadPolicy, "state, services", "an approval cannot cover state, which changes when the record moves on", "remove it"},
		{"a covered time that a state stamps", "fields: [kind, owner, services, begins", "fields: [kind, opened_at, services, begins", RuleBadPolicy, "opened_at, services", "an approval cannot cover opened_at, which changes when the record moves on", "remove it"},
		{"an unknown covered section", "sections: [Steps]\n    paths", "sections: [Stps]\n    paths", RuleUnknownSection, "Stps", `cover: "Stps" is no section of rollout`, `did you mean "Steps"?`},
		{"a covered section to which everybody appends", "sections: [Steps]\n    paths", "sections: [Notes]\n    paths", RuleBadPolicy, "Notes", `an approval cannot cover section "Notes", to which everybody appends`, "remove it"},
		{"a bad pattern", `"deploy/**", `, `"deploy/[", `, RuleBadPolicy, `"deploy/["`, `paths: "deploy/[" is no pattern of paths`, `write for example "deploy/**" or "*.{yaml,yml}"`},
		{"a pattern from the root", `guard: ["deploy`, `guard: ["/deploy`, RuleBadPolicy, `"/deploy`, `guard: "/deploy/prod/**" matches no path`, "write it as seen from the repository's top, such as deploy/**"},
		{"a pattern that climbs", `guard: ["deploy/prod`, `guard: ["deploy/../prod`, RuleBadPolicy, `"deploy/..`, `guard: "deploy/../prod/**" matches no path`, "write it as seen from the repository's top, such as deploy/**"},
		{"a pattern that takes away from nothing", `guard: ["deploy`, `guard: ["!deploy`, RuleBadPolicy, `"!deploy`, `guard: "!deploy/prod/**" takes away from nothing`, `write "**" before it`},
		{"guarded files that nothing can cover", "    paths: [\"deploy/**\", \"!deploy/*.md\"]\n", "", RuleBadPolicy, `["deploy/prod`, "guarded files change with a record that covers them, and cover names no paths", `add for example paths: ["**"] to cover`},
		{"a window that is no time", "end: ends}", "end: note}", RuleBadValue, "note}", `end: field "note" holds no time`, "name a field of format date-time"},
		{"half a window", "{start: begins, end: ends}", "{start: begins}", RuleBadPolicy, "{start: begins}", "window of policy has start and end", "write for example {start: planned_start, end: planned_end}"},
		{"separation by a field that names nobody", "[owner, helpers]", "[owner, note]", RuleBadPolicy, "note]", `separation: field "note" does not refer to records`, "name a field with a ref"},
		{"a committer without address", "noreply@github.com", "GitHub", RuleBadPolicy, "GitHub", `committers: "GitHub" is no mail address`, "write for example noreply@github.com"},
		{"a flag that is none", "distinct: true", "distinct: 1", RuleBadValue, "1\n", "distinct is an integer; it must be true or false", "write true or false"},
		{"a standard without a template", "template: recipe, ", "", RuleBadPolicy, "{when: \"self.kind", `standard has no key "template"`, ""},
		{"a standard that asks for what is not known yet", `"self.kind == 'routine'"`, `"facts.kind == 'routine'"`, RuleBadPolicy, "kind == 'routine'", "standard: facts.kind is not known yet where this is judged", "use the record's own fields, as in self.kind"},
		{"a standard that counts as nothing", "otherwise: usual", "otherwise: usul", RuleBadPolicy, "usul", `otherwise "usul" is no value of kind`, `did you mean "usual"?`},
		{"risk without levels", "    levels: [low, high]\n", "    levels: []\n", RuleBadPolicy, "[]", "risk has no levels", "add for example levels: [low, moderate, high], the lowest first"},
		{"a risk by hand that is no level", "risk: {enum: [low, high]}", "risk: {enum: [low, high, dire]}", RuleBadPolicy, "risk\n", `field risk may hold "dire", which is no level`, "add it to levels"},
		{"a hole in the table", "low: {high: low, low: low}", "low: {high: low}", RuleBadPolicy, "high: {high", "table has no level for impact low and chance low", "add it"},
		{"a row of the table that is none", "      low: {high: low", "      low: {high: low, low: low}\n      medium: {high: low", RuleBadPolicy, "medium", `table: "medium" is no value of impact`, "impact is one of high, low"},
		{"a level of the table that is none", "low: {high: low, ", "low: {high: lw, ", RuleBadPolicy, "lw", `table: "lw" is no level of risk`, `did you mean "low"?`},
		{"a table without an axis", "    likelihood: chance\n", "", RuleBadPolicy, "field: risk", "risk by a table has impact, likelihood and table", "write all three, or none"},
		{"an axis that may hold anything", "chance: {enum: [high, low]}", "chance: {type: string}", RuleBadPolicy, "chance\n", "field chance may hold anything, so that the table cannot be complete", "give the field an enum"},
		{"a condition of risk without reason", `, reason: "it falls into a freeze"`, "", RuleBadPolicy, "{when: \"facts.freeze", `a condition of risk has no key "reason"`, "a condition of risk has when, level and reason"},
		{"a condition of risk on the risk", "facts.freeze &&", "facts.risk == 'low' &&", RuleBadPolicy, "risk == 'low'", "when: facts.risk is not known yet where this is judged", "use the record's own fields, as in self.kind"},
		{"no rules", rollout[strings.Index(rollout, "  rules:\n"):], "  rules: []\n", RuleBadPolicy, "[]", "a policy without rules approves nothing", "write for example rules: [{name: peer, need: 1, from: [anyone]}]"},
		{"a rule without name", "name: nobody, ", "", RuleMissingKey, "{when: \"self.note", "a rule of policy has no name", "add for example name: peer"},
		{"two rules of a name", "name: nobody", "name: peer", RuleConflict, "{name: peer, when: \"self.note", `approval rule "peer" is there twice`, "give one of the two another name"},
		{"a rule that leaves need out", ", need: 0", "", RuleBadPolicy, "{name: nobody", "rule nobody does not say how many approvals it needs", "add need: 1; where nobody has to approve, need: 0"},
		{"a need that is no number", "need: 2", "need: two", RuleBadPolicy, "two", `need "two" is not a whole number from 0 to 20`, "write for example need: 1"},
		{"a negative need", "need: 2", "need: -1", RuleBadPolicy, "-1", `need "-1" is not a whole number from 0 to 20`, "write for example need: 1"},
		{"a need from nobody", "need: 1, from: [anyone]", "need: 1", RuleBadPolicy, "{name: peer", "rule peer does not say from whom", "add for example from: [anyone]"},
		{"a need from an empty list", "need: 1, from: [anyone]", "need: 1, from: []", RuleBadPolicy, "[]", "rule peer: nobody may approve", "write for example from: [anyone]"},
		{"approvers of no kind", "{team: network}", "{group: network}", RuleTypeKey, "group", `an approver has no key "group"`, ""},
		{"an approver by two keys", "{team: network}", "{team: network, role: a}", RuleBadPolicy, "{team: network", "an approver is named by one key", ""},
		{"an approver that is a word", "{team: network}", "everybody", RuleBadPolicy, "everybody", `from: "everybody" names nobody`, ""},
		{"an owner of no thing", "{owner: services}", "{owner: note}", RuleBadPolicy, "note}", `owner: field "note" does not refer to records`, "name a field with a ref"},
		{"each without owners", "{owner: services}, ", "", RuleBadPolicy, "true, from", "rule owners: each is about the owners of things", "add for example from: [{owner: services}]"},
		{"a template with a need", "template: true}", "template: true, need: 1, from: [anyone]}", RuleBadPolicy, "1, from", "rule recipe is met by a template and needs no approvals beside it", "remove need, or template"},
		{"a time in months", "within: P1DT12H", "within: P1M", RuleBadPolicy, "P1M", `within "P1M" is no length of time`, "write an ISO 8601 duration in weeks, days, hours and minutes, such as PT24H"},
		{"no time at all", "within: P1DT12H", "within: PT0S", RuleBadPolicy, "PT0S", `within "PT0S" is no length of time`, "write an ISO 8601 duration in weeks, days, hours and minutes, such as PT24H"},
		{"a time for no approval", "need: 0}", "need: 0, within: PT1H}", RuleBadPolicy, "PT1H", "rule nobody needs no approval that could follow", "remove it"},
		{"a condition that does not parse", `"self.note == 'trivial'"`, `"self.note = 'trivial'"`, RuleBadPolicy, "= 'trivial'", "", "write a condition in CEL, such as self.state == 'new'"},
		{"a condition over no field", `"self.note == 'trivial'"`, `"self.nte == 'trivial'"`, RuleBadPolicy, "nte ==", `when: "nte" is no field of rollout`, `did you mean "note"?`},
		{"a condition over no fact", `"facts.kind == 'usual'"`, `"facts.knd == 'usual'"`, RuleBadPolicy, "knd ==", `when: there is no fact "knd"`, `did you mean "kind"?`},
		{"a template rule without standard", rollout[strings.Index(rollout, "  standard:"):strings.Index(rollout, "  risk:\n")], "", RuleBadPolicy, "{name: recipe", "rule recipe is met by a template, and the policy does not say what a standard record is", ""},
		{"an empty policy", rollout[strings.Index(rollout, "policy:\n"):], "policy:\n", RuleBadValue, "", "policy is empty; it must be a map", "write it like {key: value}"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if !strings.Contains(rollout, c.old) {
				t.Fatalf("the type file holds no %q", c.old)
			}
			source := strings.Replace(rollout, c.old, c.new, 1)
			ts, ds := Load([]File{{Path: "schema/rollout.yaml", Data: []byte(source)}})
			if len(ds) != 1 {
				t.Fatalf("%d diagnostics, want one: %+v", len(ds), ds)
			}
			d := ds[0]
			if at := textAt(source, d.Span.Start); d.Rule != c.rule || !strings.HasPrefix(at, c.at) || d.Severity != diag.Error {
				t.Errorf("%s at %.20q, want %s at %q", d.Rule, at, c.rule, c.at)
			}
			if c.message != "" && d.Message != c.message || c.hint != "" && d.Hint != c.hint || d.Hint == "" {
				t.Errorf("message %s\n   hint %s\nwant    %s\n   hint %s", d.Message, d.Hint, c.message, c.hint)
			}
			typ := ts.Get("rollout")
			if typ == nil || typ.Policy == nil || !typ.Policy.Broken {
				t.Fatal("the type is not there, or its policy is not marked as broken")
			}
			if len(typ.Policy.States) == 0 {
				t.Error("a broken policy is about no state")
			}
		})
	}
}

func TestAWindowThatIsNotCoveredIsWarnedOf(t *testing.T) {
	source := strings.Replace(rollout, "services, begins, ends]", "services, begins]", 1)
	ts, ds := Load([]File{{Path: "schema/rollout.yaml", Data: []byte(source)}})
	if len(ds) != 1 || ds[0].Severity != diag.Warning || ds[0].Message != "an approval does not cover ends: it stands when the window is moved" || ts.Get("rollout").Policy.Broken {
		t.Errorf("%+v", ds)
	}
}

func TestAnExtensionReplacesSingleKeysOfThePolicy(t *testing.T) {
	base := BuiltIn().Get("change").Policy
	ts := load(t, File{Path: "schema/change.yaml", Data: []byte(`type: change
extends: change
policy:
  rules:
    - {name: managers, need: 2, from: [{role: change-managers}]}
  distinct: true
`)})
	p := ts.Get("change").Policy
	if p.Broken || len(p.Rules) != 1 || p.Rules[0].Name != "managers" || !p.Distinct || base.Distinct {
		t.Errorf("own keys: %+v", p)
	}
	if !slices.Equal(p.Cover.Fields, base.Cover.Fields) || p.Standard == nil || len(p.Risk.Conditions) != len(base.Risk.Conditions) || !slices.Equal(p.States, base.States) {
		t.Errorf("inherited keys: %+v", p)
	}
	if p.Raw.Get("cover") == nil || len(p.Raw.Get("rules").Items) != 1 || len(base.Raw.Get("rules").Items) == 1 {
		t.Errorf("raw: %v", p.Raw.Any())
	}
}

func TestAnExtensionWithoutPolicyInheritsIt(t *testing.T) {
	ts := load(t, File{Path: "schema/change.yaml", Data: []byte("type: change\nextends: change\nfields: {ring: {type: string}}\n")})
	got, base := ts.Get("change").Policy, BuiltIn().Get("change").Policy
	if got.Broken || len(got.Rules) != len(base.Rules) || !got.Raw.Equal(base.Raw) {
		t.Errorf("%+v", got)
	}
}

// A desk adds a level of impact: the inherited table has no row for it.
func TestAnInheritedPolicyThatDoesNotFitAnyMoreIsBroken(t *testing.T) {
	source := "type: change\nextends: change\nfields: {impact: {enum: [dire, high, medium, low]}}\n"
	ts, ds := Load([]File{{Path: "schema/change.yaml", Data: []byte(source)}})
	if len(ds) != 3 || !strings.HasPrefix(ds[0].Message, "inherited: table has no level for impact dire") || ds[0].Span.Start.Line != 1 {
		t.Errorf("%+v", ds)
	}
	if p := ts.Get("change").Policy; !p.Broken {
		t.Error("the policy is not marked as broken")
	}
}

func TestAFaultyTypeFileBreaksThePolicyInItsPlace(t *testing.T) {
	const fault = "fields: {ring: {type: sring}}\n"
	cases := []struct {
		name, path, source string
		broken             []string
		whole              []string
	}{
		{"of a type with a policy", "schema/change.yaml", "type: change\nextends: change\n" + fault, []string{"change"}, []string{"template"}},
		{"that cannot be parsed", "schema/change.yaml", "type: change\n\t", []string{"change"}, []string{"template"}},
		{"under another name", "schema/changes.yaml", "type: change\nextends: change\n", []string{"change"}, []string{"template"}},
		{"that would give a type a policy", "schema/incident.yaml", "type: incident\nextends: incident\npolicy: {}\n" + fault, []string{"incident"}, []string{"change"}},
		{"that says nothing of a policy", "schema/incident.yaml", "type: incident\nextends: incident\n" + fault, nil, []string{"incident", "change"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			ts, _ := Load([]File{{Path: c.path, Data: []byte(c.source)}})
			if !slices.Equal(ts.Faulty(), []string{c.path}) {
				t.Errorf("faulty: %v", ts.Faulty())
			}
			for _, name := range c.broken {
				if p := ts.Get(records.Type(name)).Policy; p == nil || !p.Broken || len(p.States) == 0 {
					t.Errorf("the policy of %s is not broken: %+v", name, p)
				}
			}
			for _, name := range c.whole {
				if p := ts.Get(records.Type(name)).Policy; p != nil && p.Broken {
					t.Errorf("the policy of %s is broken", name)
				}
			}
			if all := ts.All(); len(all) != len(BuiltIn().All()) {
				t.Errorf("%d types", len(all))
			}
		})
	}
}

// The conditions of built-in policies are compiled when first needed, so their
// faults would show only then.
func TestPoliciesOfBuiltInTypesCompileAndAreWhole(t *testing.T) {
	n := 0
	for _, f := range builtInFiles() {
		d, ds := newLoader(nil, false).read(f)
		report(t, ds)
		if d.Policy != nil {
			n++
		}
	}
	if n != 2 {
		t.Errorf("%d built-in types have a policy, want change and template", n)
	}
}

func TestDurationsHaveALength(t *testing.T) {
	for s, want := range map[string]time.Duration{
		"PT24H": 24 * time.Hour, "P1D": 24 * time.Hour, "P2W": 14 * 24 * time.Hour, "P1DT2H": 26 * time.Hour,
		"PT1H30M": 90 * time.Minute, "PT45S": 45 * time.Second, "PT0S": 0,
	} {
		if got, ok := Duration(s); !ok || got != want {
			t.Errorf("%s: %v %v, want %v", s, got, ok, want)
		}
	}
	for _, s := range []string{"", "24h", "P1M", "P1Y", "P1Y2M3D", "PT", "P", "PT99999999999999999999H", "PT9999999999H", "P99999999W", "1H", "PT-1H"} {
		if got, ok := Duration(s); ok {
			t.Errorf("%s is %v, want none", s, got)
		}
	}
}
