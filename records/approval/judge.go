package approval

import (
	"cmp"
	"fmt"
	"slices"

	"frontdesk/records"
	"frontdesk/schema"
	"frontdesk/schema/rule"
)

// Version is the version of the form that a verdict has in JSON.
const Version = 1

// Judge returns the verdict. It never panics, and what cannot be judged is not
// approved.
func Judge(in *Input) (v *Verdict) {
	v = &Verdict{
		Version: Version, State: Failed,
		Reasons: []string{}, Because: []string{}, Rules: []RuleVerdict{}, Refused: []RefusedVote{},
	}
	defer func() {
		if fault := recover(); fault != nil {
			v.State = Failed
			v.Reasons = append(v.Reasons, "it could not be judged, which is a fault of frontdesk: "+cut(fmt.Sprint(fault)))
		}
	}()
	if in == nil || in.Record == nil {
		v.Reasons = append(v.Reasons, "there is no record to judge")
		return v
	}
	v.ID, v.Type = in.Record.ID, in.Record.Type
	if reason := unjudgeable(in); reason != "" {
		v.Reasons = append(v.Reasons, reason)
		return v
	}
	j := &judge{in: in, p: in.Type.Policy, v: v}
	j.judge()
	return v
}

// unjudgeable returns why nothing can be said of a record at all.
func unjudgeable(in *Input) string {
	switch {
	case in.Type == nil:
		return fmt.Sprintf("%s has no type that the desk knows", cut(in.Record.Ref()))
	case in.Type.Policy == nil:
		return fmt.Sprintf("records of type %s have no policy by which they could be approved", in.Type.Name)
	case in.Type.Policy.Broken:
		return fmt.Sprintf("the policy of type %s has errors, and by a policy that cannot be read nothing is approved: see frontdesk check", in.Type.Name)
	case len(in.Type.Policy.Rules) == 0:
		return fmt.Sprintf("the policy of type %s has no rules, and without a rule nothing is approved: add one", in.Type.Name)
	case in.Desk == nil || in.People == nil || in.Target == "" || in.AsOf.IsZero():
		return "the desk, its people, the branch or the time to judge by is missing"
	}
	return ""
}

// judge is a verdict while it is made.
type judge struct {
	in      *Input
	p       *schema.Policy
	v       *Verdict
	apart   *separation
	facts   rule.Input
	kept    bool // a standard record that keeps to its template
	strays  string
	tally   *tally
	asks    []*ask
	grounds []ground
}

// ground is a reason, and the best verdict that it leaves.
type ground struct {
	state  State
	reason string
}

// states are the verdicts, the best first.
func states() []State { return []State{Approved, Ahead, Pending, Rejected, Failed} }

func rank(s State) int { return slices.Index(states(), s) }

// say adds a reason for which the verdict can be no better than the state.
func (j *judge) say(s State, format string, args ...any) {
	j.grounds = append(j.grounds, ground{s, fmt.Sprintf(format, args...)})
}

func (j *judge) judge() {
	j.cover()
	j.separate()
	j.size()
	j.apply()
	j.tally = count(j.in, j.v.Covers, j.v.Policy, j.apart)
	j.v.Refused = append(j.v.Refused, j.tally.refused...)
	j.rejections()
	for _, a := range j.asks {
		j.open(a)
	}
	j.assign()
	for _, a := range j.asks {
		j.close(a)
	}
	j.unasked()
	j.hold()
	j.conclude()
}

// conclude takes the reasons together, the gravest first.
func (j *judge) conclude() {
	slices.SortStableFunc(j.grounds, func(a, b ground) int { return cmp.Compare(rank(b.state), rank(a.state)) })
	state := Approved
	for _, g := range j.grounds {
		if rank(g.state) > rank(state) {
			state = g.state
		}
		j.v.Reasons = append(j.v.Reasons, g.reason)
	}
	j.v.State = state
}

// cover says what an approval covers, and what may not come with it.
func (j *judge) cover() {
	j.v.Covers, j.v.Policy = j.in.Parts.Digest(), PolicyDigest(j.p)
	switch {
	case len(j.in.Parts) == 0:
		j.say(Failed, "an approval would cover nothing: the record has nothing of what its policy names in cover")
	case j.v.Covers == "" || j.v.Policy == "":
		j.say(Failed, "what an approval covers has no digest")
	}
	if riding := j.in.Riding; len(riding) > 0 {
		j.say(Failed, "it comes together with %s, which says who may approve or what is asked: let that be a change of its own, and judge this one after it", and(sorted(riding)))
	}
}

func (j *judge) separate() {
	j.apart = separate(j.in, j.p.Separation)
	for i, c := range j.apart.unknown {
		if i == maxUnknown {
			j.say(Failed, "nobody knows %d more of those who contributed", len(j.apart.unknown)-i)
			return
		}
		j.say(Failed, "nobody knows who %s is, the %s: add the address to emails of their person record on %s, or commit it under a known one",
			quote(c.Identity), c.role(), branch(j.in.Target))
	}
}

// size finds out kind and risk of the record, and with that all facts.
func (j *judge) size() {
	known := j.in.facts()
	input := j.in.conditions()
	if j.p.Risk != nil && len(j.p.Risk.Levels) == 0 {
		j.say(Failed, "the policy judges risk and has no levels of it")
	}
	kind, kept, strays := judgeKind(j.in, j.p, input.WithFacts(known))
	j.v.Kind, j.kept, j.strays = cut(kind), kept, strays
	known[schema.FactKind] = kind
	j.v.Risk, j.v.Because = judgeRisk(j.p.Risk, j.in.Record, input.WithFacts(known))
	known[schema.FactRisk] = j.v.Risk
	j.facts = input.WithFacts(known)
	if j.strays != "" {
		j.say(Approved, "it counts as %s: %s", cut(j.v.Kind), j.strays)
	}
}

// apply finds the rules that apply.
func (j *judge) apply() {
	found := false
	for _, rl := range j.p.Rules {
		holds := true
		if rl.When != nil {
			var err error
			if holds, err = rl.When.Eval(j.facts); err != nil {
				j.say(Failed, "%s: it cannot be told whether the rule applies: %s", rl.Name, cut(err.Error()))
				continue
			}
		}
		if holds {
			found = true
			j.asks = append(j.asks, asksOf(j.in, rl)...)
		}
	}
	if !found {
		j.say(Failed, "no rule of the policy applies to it, and without a rule nothing is approved: add one for such records")
	}
}

// rejections says who blocks it.
func (j *judge) rejections() {
	for _, person := range sortedKeys(j.tally.by) {
		no := j.tally.by[person].rejected
		if no == nil {
			continue
		}
		said := fmt.Sprintf("%s rejected it on %s", person, stated(no.At))
		if no.Note != "" {
			said += " (" + quote(no.Note) + ")"
		}
		switch {
		case !j.blocks(person):
			j.say(Approved, "%s; by the rules that does not block it", said)
		case j.in.People.HasLeft(person, j.in.AsOf):
			j.say(Rejected, "%s and has left, so that nobody can lift it: open a new record", said)
		default:
			j.say(Rejected, "%s: that blocks it until %s approves it or lifts the rejection", said, person)
		}
	}
}

// blocks reports whether a person's rejection blocks: that of somebody whom a rule
// asks by that rule, that of anybody else unless no rule lets it.
func (j *judge) blocks(person records.ID) bool {
	asked := false
	for _, a := range j.asks {
		if a.asked[person] {
			asked = true
			if !a.rule.NoBlock {
				return true
			}
		}
	}
	return !asked && (len(j.asks) == 0 || slices.ContainsFunc(j.asks, func(a *ask) bool { return !a.rule.NoBlock }))
}

// open finds who may approve by a demand, and who did.
func (j *judge) open(a *ask) {
	for _, id := range sortedIDs(a.asked) {
		said := j.tally.by[id]
		switch {
		case said != nil && said.approved:
			a.by, a.able = append(a.by, id), append(a.able, id)
		case j.apart.why(id) != "":
			a.pitfalls = append(a.pitfalls, fmt.Sprintf("%s may not: %s", id, j.apart.why(id)))
		case j.in.People.HasLeft(id, j.in.AsOf):
			a.pitfalls = append(a.pitfalls, fmt.Sprintf("%s has left", id))
		default:
			a.could, a.able = append(a.could, id), append(a.able, id)
		}
	}
}

// assign sees to it that nobody counts for two demands, where the policy says so,
// and that there are enough different people to meet them all.
func (j *judge) assign() {
	if !j.p.Distinct {
		return
	}
	order := slices.Clone(j.asks) // those that may not wait first
	slices.SortStableFunc(order, func(a, b *ask) int { return cmp.Compare(min(a.rule.Within, 1), min(b.rule.Within, 1)) })
	var needs []int
	var did, might [][]records.ID
	for _, a := range order {
		needs = append(needs, a.need)
		did = append(did, a.by)
		might = append(might, slices.Concat(a.by, a.could))
	}
	missing := 0
	for i, persons := range match(needs, might) {
		missing += min(order[i].need, len(might[i])) - len(persons)
	}
	if missing > 0 {
		j.say(Failed, "nobody may count for two rules, and to meet them all takes %d more who may approve", missing)
	}
	for i, persons := range match(needs, did) {
		order[i].by = persons // others who approved count elsewhere
	}
}

// close judges a demand.
func (j *judge) close(a *ask) {
	rv := RuleVerdict{Name: a.name, Need: a.need, Have: len(a.by), Could: append([]records.ID{}, a.could...), By: append([]records.ID{}, a.by...), Void: []Void{}}
	for _, id := range sortedIDs(a.asked) {
		if said := j.tally.by[id]; said != nil {
			rv.Void = append(rv.Void, said.void...)
		}
	}
	j.v.Rules = append(j.v.Rules, rv)
	for _, fault := range a.faults {
		j.say(Failed, "%s: %s", a.name, fault)
	}
	switch {
	case a.need < 0:
		j.say(Failed, "%s: it asks for %d approvals", a.name, a.need)
	case a.rule.Template && !j.kept:
		j.say(Failed, "%s: it is met by a template alone, and the record keeps to none: %s", a.name, cmp.Or(j.strays, "it is not standard"))
	case len(a.by) >= a.need:
	case len(a.able) < a.need:
		j.say(Failed, "%s: it asks for %s, and %s", a.name, approvals(a.need), a.tooFew())
	default:
		j.missing(a)
	}
}

// tooFew says why there are not enough people.
func (a *ask) tooFew() string {
	who := "nobody can give one"
	switch len(a.able) {
	case 0:
	case 1:
		who = fmt.Sprintf("only %s can give one", a.able[0])
	default:
		who = fmt.Sprintf("only %s can give them", and(a.able))
	}
	if len(a.pitfalls) == 0 {
		return who
	}
	return who + ": " + and(a.pitfalls)
}

// missing says that approvals are missing, and who could give them; by a rule that
// lets the record go ahead, until when.
func (j *judge) missing(a *ask) {
	have := fmt.Sprintf("%s: %d of %d", a.name, len(a.by), a.need)
	who := anyOf(a.could, a.anyone)
	within := a.rule.Within
	if within <= 0 {
		j.say(Pending, "%s; %s", have, who)
		return
	}
	if j.in.Landed.IsZero() {
		j.say(Ahead, "%s; it may go ahead, and approval has to follow within %s of the merge; %s", have, span(within), who)
		return
	}
	due := j.in.Landed.Add(within)
	if at := records.FormatTime(due); j.v.Due == "" || at < j.v.Due {
		j.v.Due = at
	}
	if j.in.AsOf.After(due) {
		j.say(Pending, "%s; approval was due by %s and is overdue; %s", have, moment(due), who)
		return
	}
	j.say(Ahead, "%s; it may go ahead, and approval is due by %s; %s", have, moment(due), who)
}

// unasked says whose approval no rule asks for.
func (j *judge) unasked() {
	for _, person := range sortedKeys(j.tally.by) {
		said := j.tally.by[person]
		if !said.approved && len(said.void) == 0 || slices.ContainsFunc(j.asks, func(a *ask) bool { return a.asked[person] }) {
			continue
		}
		reason := "no rule that applies asks for their approval"
		if len(said.void) > 0 {
			reason = said.void[0].Reason + ", and " + reason
		}
		j.v.Refused = append(j.v.Refused, RefusedVote{By: person, Reason: reason})
	}
}

// hold suspends approvals while the record waits for something.
func (j *judge) hold() {
	v := j.in.Record.Get(fieldHold)
	if v.IsNull() {
		return
	}
	j.say(Pending, "it is on hold (%s): approvals are suspended until hold is removed", cut(cmp.Or(v.String(), "hold")))
}

// fieldHold says what a record waits for.
const fieldHold = "hold"

func sorted(texts []string) []string { return slices.Sorted(slices.Values(texts)) }

func sortedKeys(m map[records.ID]*said) []records.ID {
	out := make([]records.ID, 0, len(m))
	for id := range m {
		out = append(out, id)
	}
	slices.Sort(out)
	return out
}
