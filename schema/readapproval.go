package schema

import (
	"cmp"
	"slices"
	"strconv"
	"time"

	"frontdesk/records"
)

// mostNeed bounds how many approvals a rule may ask for.
const mostNeed = 20

// approvalRules reads the rules of a policy.
func (r *policyReader) approvalRules(v *records.Value) {
	items := r.items(v, "rules of policy")
	if v.Kind == records.List && len(items) == 0 {
		r.bad(v, policyExample("rules"), "a policy without rules approves nothing")
	}
	for _, item := range items {
		rl := r.approvalRule(item)
		if rl == nil {
			continue
		}
		if slices.ContainsFunc(r.p.Rules, func(o *ApprovalRule) bool { return o.Name == rl.Name }) {
			r.fail(RuleConflict, item.Span, "give one of the two another name", "approval rule %q is there twice", rl.Name)
			continue
		}
		r.p.Rules = append(r.p.Rules, rl)
	}
}

func (r *policyReader) approvalRule(v *records.Value) *ApprovalRule {
	rl := &ApprovalRule{Span: v.Span}
	known := []string{"name", "title", "when", "need", "from", "each", "template", "within", "rejection"}
	ok := r.keys(v, "a rule of policy", known, func(p records.Pair) { r.approvalKey(rl, p) })
	if ok && v.Get("name") == nil {
		r.fail(RuleMissingKey, v.Span, "add for example name: peer", "a rule of policy has no name")
	}
	if !ok || rl.Name == "" {
		return nil
	}
	r.proveApproval(rl, v)
	return rl
}

func (r *policyReader) approvalKey(rl *ApprovalRule, p records.Pair) {
	switch v := p.Value; p.Key {
	case "name":
		rl.Name = r.name(v, "name of a rule", ruleName())
	case "title":
		rl.Title = r.text(v, "title")
	case "when":
		rl.When = r.condition(v, "when")
	case "need":
		rl.Need = r.need(v)
	case "from":
		for _, item := range r.items(v, "from") {
			if a, ok := r.approver(item); ok {
				rl.From = append(rl.From, a)
			}
		}
	case "each":
		rl.Each = r.flag(v, "each")
	case "template":
		rl.Template = r.flag(v, "template")
	case "within":
		rl.Within = r.duration(v)
	case "rejection":
		rl.NoBlock = r.choice(v, "rejection", []string{"block", "ignore"}) == "ignore"
	}
}

// need reads how many approvals are needed. None must be said, not left out.
func (r *policyReader) need(v *records.Value) int {
	n, err := strconv.Atoi(v.Text)
	if v.Kind != records.Int || err != nil || n < 0 || n > mostNeed {
		r.bad(v, "write for example need: 1", "need %s is not a whole number from 0 to %d", quote(v.String()), mostNeed)
		return 1
	}
	return n
}

// duration reads how long approvals may follow the work.
func (r *policyReader) duration(v *records.Value) time.Duration {
	s := r.text(v, "within")
	if s == "" {
		return 0
	}
	d, ok := Duration(s)
	if !ok || d <= 0 {
		r.bad(v, "write an ISO 8601 duration in weeks, days, hours and minutes, such as PT24H", "within %s is no length of time", quote(s))
		return 0
	}
	return d
}

// approver reads one way to be somebody who may approve: "anyone", or a map of
// one key.
func (r *policyReader) approver(v *records.Value) (a Approver, ok bool) {
	const hint = "write anyone, {role: NAME}, {team: ID}, {person: ID}, {owner: FIELD} or {field: FIELD}"
	if v.Kind != records.Map {
		if v.Text != string(ByAnyone) || v.Kind != records.String {
			r.bad(v, hint, "from: %s names nobody", quote(v.String()))
			return a, false
		}
		return Approver{Kind: ByAnyone}, true
	}
	kinds := []string{string(ByPerson), string(ByTeam), string(ByRole), string(ByOwner), string(ByField)}
	r.keys(v, "an approver", kinds, func(p records.Pair) {
		a.Kind = ApproverKind(p.Key)
		if a.Kind == ByOwner || a.Kind == ByField {
			a.Name = r.refField(p.Value, p.Key)
		} else {
			a.Name = r.source(p.Value, p.Key)
		}
	})
	if len(v.Pairs) != 1 {
		r.bad(v, hint, "an approver is named by one key")
		return a, false
	}
	return a, a.Name != ""
}

// source returns the text of an id, which may look like a number.
func (r *policyReader) source(v *records.Value, what string) string {
	if v.IsScalar() && !v.IsNull() {
		return v.Text
	}
	return r.text(v, what)
}

// proveApproval reports rules that say nothing, or two things at once.
func (r *policyReader) proveApproval(rl *ApprovalRule, v *records.Value) {
	byOwner := slices.ContainsFunc(rl.From, func(a Approver) bool { return a.Kind == ByOwner })
	need := v.Get("need")
	switch {
	case rl.Template && rl.Need > 0:
		r.bad(need, "remove need, or template", "rule %s is met by a template and needs no approvals beside it", rl.Name)
	case rl.Template:
	case need == nil:
		r.bad(v, "add need: 1; where nobody has to approve, need: 0", "rule %s does not say how many approvals it needs", rl.Name)
	case rl.Need > 0 && v.Get("from") == nil:
		r.bad(v, "add for example from: [anyone]", "rule %s does not say from whom", rl.Name)
	case rl.Need > 0 && len(rl.From) == 0:
		r.bad(v.Get("from"), "write for example from: [anyone]", "rule %s: nobody may approve", rl.Name)
	case rl.Need == 0 && len(rl.From) > 0:
		r.bad(v.Get("from"), "remove from, or write need: 1", "rule %s needs no approval from anybody", rl.Name)
	}
	if at := v.Get("within"); at != nil && rl.Need == 0 {
		r.bad(at, "remove it", "rule %s needs no approval that could follow", rl.Name)
	}
	if rl.Each && !byOwner {
		r.bad(v.Get("each"), "add for example from: [{owner: services}]", "rule %s: each is about the owners of things", rl.Name)
	}
}

func (r *policyReader) standard(v *records.Value) {
	s := &Standard{Span: v.Span}
	known := []string{"when", "kind", "template", "version", "otherwise"}
	ok := r.keys(v, "standard", known, func(p records.Pair) {
		switch v := p.Value; p.Key {
		case "when":
			s.When = r.condition(v, "standard", FactKind, FactRisk)
		case "kind":
			s.Kind = r.fieldName(v, "standard")
		case "template":
			s.Template = r.refField(v, "standard")
		case "version":
			s.Version = r.fieldName(v, "standard")
		case "otherwise":
			s.Otherwise = r.text(v, "otherwise")
		}
	})
	r.p.Standard = s
	if !ok {
		return
	}
	for _, key := range known {
		if v.Get(key) == nil {
			r.bad(v, `write for example {when: "self.kind == 'standard'", kind: kind, template: template, version: template_version, otherwise: normal}`, "standard has no key %q", key)
		}
	}
	if f := r.t.Field(s.Kind); f != nil && s.Otherwise != "" && len(f.Choices()) > 0 && !slices.Contains(f.Choices(), s.Otherwise) {
		r.bad(v.Get("otherwise"), cmp.Or(didYouMean(s.Otherwise, f.Choices()), "write what such a record counts as"), "otherwise %q is no value of %s", cut(s.Otherwise), f.Name)
	}
}
