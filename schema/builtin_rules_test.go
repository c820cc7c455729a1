package schema

import (
	"slices"
	"testing"

	"frontdesk/records"
)

// ruleCase is a record that breaks one rule of a built-in type, and the same
// record mended. Fields that the rule is not about are left out.
type ruleCase struct {
	typ, rule, bad, good string
	old                  string // the record before, where the rule compares
}

func ruleCases() []ruleCase {
	return slices.Concat(ticketRuleCases(), changeRuleCases(), estateRuleCases())
}

func ticketRuleCases() []ruleCase {
	return []ruleCase{
		{typ: "incident", rule: "hold-reason", bad: "{state: in-progress, hold: user}", good: "{state: on-hold, hold: user}"},
		{typ: "incident", rule: "hold-names-problem", bad: "{state: on-hold, hold: problem}", good: "{state: on-hold, hold: problem, problem: PRB-1}"},
		{typ: "incident", rule: "hold-names-change", bad: "{state: on-hold, hold: change}", good: "{state: on-hold, hold: change, change: CHG-1}"},
		{typ: "incident", rule: "known-error-named", bad: "{resolution_code: known-error, knowledge: []}", good: "{resolution_code: known-error, knowledge: [vpn-drops]}"},
		{typ: "incident", rule: "duplicate-named", bad: "{resolution_code: duplicate}", good: "{resolution_code: duplicate, parent: INC-1}"},
		{typ: "incident", rule: "major-priority", bad: "{major: true, priority: P3}", good: "{major: true, priority: P1}"},
		{typ: "incident", rule: "satisfaction-after-resolution", bad: "{state: new, satisfaction: 4}", good: "{state: closed, satisfaction: 4}"},

		{typ: "request", rule: "hold-reason", bad: "{state: approved, hold: stock}", good: "{state: on-hold, hold: stock}"},
		{typ: "request", rule: "approval-answered", bad: "{state: in-progress, approval_requested_at: 2026-11-03T09:00:00Z}",
			good: "{state: in-progress, approval_requested_at: 2026-11-03T09:00:00Z, approved_at: 2026-11-03T10:00:00Z}"},
		{typ: "request", rule: "approval-order", bad: "{approval_requested_at: 2026-11-03T09:00:00Z, approved_at: 2026-11-03T08:59:59Z}",
			good: "{approval_requested_at: 2026-11-03T09:00:00Z, approved_at: 2026-11-03T10:00:00+01:00}"},
		{typ: "request", rule: "own-approval", bad: "{requester: dana, approvers: [ruth, dana]}", good: "{requester: dana, approvers: [ruth]}"},
		{typ: "request", rule: "cost-currency", bad: "{cost: 0.5}", good: "{cost: 12, currency: EUR}"},

		{typ: "problem", rule: "hold-reason", bad: "{state: assess, hold: vendor}", good: "{state: on-hold, hold: vendor}"},
		{typ: "problem", rule: "known-error-described", bad: "{known_error: true, root_cause: dust}", good: "{known_error: true, root_cause: dust, workaround: blow}"},
		{typ: "problem", rule: "resolved-code", bad: "{state: resolved, resolution_code: duplicate, duplicate_of: PRB-1}", good: "{state: resolved, resolution_code: risk-accepted}"},
		{typ: "problem", rule: "cancelled-code", bad: "{state: cancelled, resolution_code: risk-accepted}", good: "{state: cancelled, resolution_code: cancelled}"},
		{typ: "problem", rule: "duplicate-named", bad: "{id: PRB-2, resolution_code: duplicate, duplicate_of: PRB-2}", good: "{id: PRB-2, resolution_code: duplicate, duplicate_of: PRB-1}"},
		{typ: "problem", rule: "fix-cause-known", bad: "{resolution_code: fix-applied}", good: "{resolution_code: fix-applied, root_cause: dust}"},
	}
}

func changeRuleCases() []ruleCase {
	const passed = "assessed_at: 2026-11-03T09:00:00Z, authorization_requested_at: 2026-11-03T10:00:00Z"
	return []ruleCase{
		{typ: "change", rule: "normal-path", bad: "{kind: normal, state: scheduled, assessed_at: 2026-11-03T09:00:00Z}", good: "{kind: normal, state: scheduled, " + passed + "}"},
		{typ: "change", rule: "standard-path", bad: "{kind: standard, state: assess, template: patches, template_version: 1}", good: "{kind: standard, state: scheduled, template: patches, template_version: 1}"},
		{typ: "change", rule: "standard-template", bad: "{kind: standard, state: scheduled, template: patches}", good: "{kind: standard, state: new}"},
		{typ: "change", rule: "standard-risk", bad: "{kind: standard, state: new, risk: moderate}", good: "{kind: standard, state: new, risk: low}"},
		{typ: "change", rule: "emergency-path", bad: "{kind: emergency, state: scheduled, justification: fire}", good: "{kind: emergency, state: new, justification: fire}"},
		{typ: "change", rule: "emergency-reason", bad: "{kind: emergency}", good: "{kind: emergency, justification: fire}"},
		{typ: "change", rule: "kind-fixed", bad: "{kind: standard, state: scheduled, template: patches, template_version: 1}", good: "{kind: normal, state: scheduled, " + passed + "}", old: "{kind: normal, state: assess}"},
		{typ: "change", rule: "planned-window", bad: "{planned_start: 2026-11-03T09:00:00Z, planned_end: 2026-11-03T09:00:00Z}", good: "{planned_start: 2026-11-03T09:00:00Z, planned_end: 2026-11-03T09:30:00Z}"},
		{typ: "change", rule: "actual-window", bad: "{actual_start: 2026-11-03T09:00:00Z, actual_end: 2026-11-03T08:00:00Z}", good: "{actual_start: 2026-11-03T09:00:00Z, actual_end: 2026-11-03T09:00:00Z}"},
		{typ: "change", rule: "downtime-length", bad: "{state: authorize, downtime: true}", good: "{state: authorize, downtime: true, expected_downtime: PT5M}"},
		{typ: "change", rule: "hold-before-work", bad: "{state: implement, hold: freeze}", good: "{state: scheduled, hold: freeze}"},
		{typ: "change", rule: "hold-stays", bad: "{state: authorize, hold: freeze}", good: "{state: cancelled}", old: "{state: assess, hold: freeze}"},

		{typ: "template", rule: "version-rises", bad: "{version: 2}", good: "{version: 3}", old: "{version: 3}"},
		{typ: "template", rule: "new-scope-new-version", bad: "{state: published, version: 1, services: [vpn, mail]}", good: "{state: published, version: 2, services: [vpn, mail]}", old: "{state: published, version: 1, services: [vpn]}"},

		{typ: "window", rule: "length", bad: "{state: active, ends_at: 2026-11-03T09:00:00Z, duration: PT1H}", good: "{state: active, duration: PT1H}"},
		{typ: "window", rule: "order", bad: "{starts_at: 2026-11-03T09:00:00Z, ends_at: 2026-11-03T09:00:00Z}", good: "{starts_at: 2026-11-03T09:00:00Z, ends_at: 2026-11-03T09:00:01Z}"},
		{typ: "window", rule: "except-recurring", bad: "{except: [2026-11-03]}", good: "{except: [2026-11-03], recurrence: FREQ=DAILY}"},

		{typ: "release", rule: "planned-window", bad: "{planned_start: 2026-11-03T09:00:00Z, planned_end: 2026-11-02T09:00:00Z}", good: "{planned_start: 2026-11-03T09:00:00Z}"},
		{typ: "release", rule: "has-changes", bad: "{state: ready, changes: []}", good: "{state: ready, changes: [CHG-1]}"},
		{typ: "release", rule: "hold-reason", bad: "{state: build, hold: defect}", good: "{state: on-hold, hold: defect}"},
	}
}

func estateRuleCases() []ruleCase {
	return []ruleCase{
		{typ: "asset", rule: "in-use-by", bad: "{state: in-use}", good: "{state: in-use, team: network}"},
		{typ: "asset", rule: "wiped-before-disposal", bad: "{state: disposed, data_bearing: true, disposal_method: sold}", good: "{state: disposed, data_bearing: true, disposal_method: sold, wiped_on: 2026-11-03}"},
		{typ: "asset", rule: "written-off-reason", bad: "{disposal_method: written-off, retirement_reason: surplus}", good: "{disposal_method: written-off, retirement_reason: stolen, incident: INC-1}"},
		{typ: "asset", rule: "missing-incident", bad: "{retirement_reason: lost}", good: "{retirement_reason: lost, incident: INC-1}"},
		{typ: "asset", rule: "cost-currency", bad: "{cost: 10}", good: "{cost: 0}"},
		{typ: "asset", rule: "warranty-after-purchase", bad: "{purchased_on: 2026-11-03, warranty_until: 2026-11-02}", good: "{purchased_on: 2026-11-03, warranty_until: 2028-11-02}"},

		{typ: "license", rule: "extent", bad: "{state: valid, entitlement: 5, unlimited: true}", good: "{state: valid, unlimited: true}"},
		{typ: "license", rule: "base-named", bad: "{state: valid, kind: upgrade, entitlement: 5}", good: "{state: valid, kind: upgrade, entitlement: 5, base: erp}"},
		{typ: "license", rule: "term-known", bad: "{state: valid, kind: trial, entitlement: 5}", good: "{state: valid, kind: perpetual, entitlement: 5}"},
		{typ: "license", rule: "term-order", bad: "{starts_on: 2026-11-03, expires_on: 2025-11-02}", good: "{starts_on: 2026-11-03, expires_on: 2027-11-02}"},
		{typ: "license", rule: "notice-in-term", bad: "{notice_by: 2026-12-01, expires_on: 2026-11-30}", good: "{notice_by: 2026-11-30, expires_on: 2026-11-30}"},
		{typ: "license", rule: "seats", bad: "{metric: user, entitlement: 1, users: [dana], assets: [LT-1]}", good: "{metric: user, entitlement: 1, users: [dana]}"},
		{typ: "license", rule: "cost-currency", bad: "{cost: 10}", good: "{cost: 10, currency: EUR}"},

		{typ: "service", rule: "not-on-itself", bad: "{id: vpn, depends_on: [network, vpn]}", good: "{id: vpn, depends_on: [network]}"},
		{typ: "service", rule: "critical-recovery", bad: "{criticality: critical, state: live, rto: PT4H}", good: "{criticality: critical, state: live, rto: PT4H, rpo: PT1H}"},

		{typ: "knowledge", rule: "known-error-problem", bad: "{kind: known-error}", good: "{kind: known-error, problem: PRB-1}"},
		{typ: "knowledge", rule: "review-order", bad: "{reviewed_on: 2026-11-03, review_by: 2026-11-03}", good: "{reviewed_on: 2026-11-03, review_by: 2026-11-04}"},

		{typ: "person", rule: "left-after-joined", bad: "{joined_on: 2026-11-03, left_on: 2026-11-02}", good: "{joined_on: 2026-11-03, left_on: 2026-11-03}"},
		{typ: "person", rule: "own-manager", bad: "{id: dana, manager: dana}", good: "{id: dana, manager: ruth}"},
	}
}

func TestRulesOfBuiltInTypesFindWhatTheyAreAboutAndNothingElse(t *testing.T) {
	types := BuiltIn()
	for _, c := range ruleCases() {
		t.Run(c.typ+" "+c.rule, func(t *testing.T) {
			typ := types.Get(records.Type(c.typ))
			var old *records.Record
			if c.old != "" {
				old = recordOf(t, c.old+"\n")
			}
			want := RulePrefix + c.rule
			if got := broken(typ, recordOf(t, c.bad+"\n"), old); !slices.Equal(got, []string{want}) {
				t.Errorf("%s\nbreaks %v, want %v alone", c.bad, got, want)
			}
			if got := broken(typ, recordOf(t, c.good+"\n"), old); len(got) > 0 {
				t.Errorf("%s\nbreaks %v, want nothing", c.good, got)
			}
		})
	}
}

func broken(typ *Type, r, old *records.Record) (rules []string) {
	for _, d := range typ.CheckRules(r, old, nil) {
		rules = append(rules, string(d.Rule))
	}
	return rules
}

func TestEachRuleOfABuiltInTypeHasACase(t *testing.T) {
	for _, typ := range BuiltIn().All() {
		for _, rl := range typ.Rules {
			if !slices.ContainsFunc(ruleCases(), func(c ruleCase) bool { return c.typ == string(typ.Name) && c.rule == rl.ID }) {
				t.Errorf("rule %s of %s has no case", rl.ID, typ.Name)
			}
		}
	}
}

// A rule that cannot be judged on a bare record would be reported on records
// that are perfectly right.
func TestRulesOfBuiltInTypesToleratePlainRecordsInEveryState(t *testing.T) {
	harmless := map[string][]string{"asset": {"in-use-by"}, "license": {"extent"}, "change": {}, "release": {"has-changes"}, "window": {"length"}}
	for _, typ := range BuiltIn().All() {
		for _, s := range typ.States {
			r := recordOf(t, "{state: "+string(s.Name)+"}\n")
			for _, rule := range broken(typ, r, nil) {
				if !slices.Contains(harmless[string(typ.Name)], rule[len(RulePrefix):]) {
					t.Errorf("%s in state %s breaks %s", typ.Name, s.Name, rule)
				}
			}
		}
	}
}

func TestEveryStateOfABuiltInTypeCanBeReachedAndEveryOpenOneLeft(t *testing.T) {
	for _, typ := range BuiltIn().All() {
		if len(typ.States) == 0 {
			continue
		}
		seen := map[records.State]bool{typ.States[0].Name: true}
		for queue := []records.State{typ.States[0].Name}; len(queue) > 0; queue = queue[1:] {
			for _, to := range typ.Transitions[queue[0]] {
				if !seen[to] {
					seen[to] = true
					queue = append(queue, to)
				}
			}
		}
		for _, s := range typ.States {
			if !seen[s.Name] {
				t.Errorf("%s never gets to state %s", typ.Name, s.Name)
			}
			if s.Category.IsOpen() && len(typ.Transitions[s.Name]) == 0 {
				t.Errorf("%s never leaves the open state %s", typ.Name, s.Name)
			}
		}
	}
}

func TestFieldsOfBuiltInTypesSayWhatTheyAreFor(t *testing.T) {
	for _, typ := range BuiltIn().All() {
		for _, f := range typ.Fields {
			if f.Title == "" || f.Description == "" {
				t.Errorf("field %s of %s lacks a title or a description", f.Name, typ.Name)
			}
		}
	}
}
