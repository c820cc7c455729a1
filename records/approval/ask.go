package approval

import (
	"fmt"
	"slices"

	"frontdesk/records"
	"frontdesk/schema"
)

// The fields that say who answers for a service or an asset.
const (
	fieldOwner = "owner"
	fieldTeam  = "team"
)

// ask is one demand for approvals: a rule that applies or, where it asks for each,
// one of the things that it is about.
type ask struct {
	rule     *schema.ApprovalRule
	name     string
	need     int
	asked    map[records.ID]bool // whom the rule names, whoever may not
	anyone   bool
	could    []records.ID // who may approve, sorted
	by       []records.ID // whose approval counts, sorted
	able     []records.ID // both, whatever other demands take, sorted
	faults   []string     // why it can never be met
	pitfalls []string     // why fewer are named than the rule looks like
}

// maxThings bounds of how many things the owners are asked one by one.
const maxThings = 500

// asksOf returns the demands of a rule.
func asksOf(in *Input, rl *schema.ApprovalRule) []*ask {
	whole := &ask{rule: rl, name: rl.Name, need: rl.Need, asked: map[records.ID]bool{}}
	var owners []thing
	for _, a := range rl.From {
		if a.Kind != schema.ByOwner {
			whole.addApprover(in, a)
			continue
		}
		owners = distinct(append(owners, things(in.Type, in.Record, a.Name)...))
	}
	byOwner := slices.ContainsFunc(rl.From, func(a schema.Approver) bool { return a.Kind == schema.ByOwner })
	if byOwner && len(owners) == 0 {
		whole.pitfalls = append(whole.pitfalls, "the record names nothing that has an owner")
	}
	if rl.Each && len(owners) > maxThings {
		whole.faults = append(whole.faults, fmt.Sprintf("it asks the owners of each of %d things, and more than %d are too many: make it several records", len(owners), maxThings))
		return []*ask{whole}
	}
	if !rl.Each || len(owners) == 0 {
		for _, to := range owners {
			whole.addOwners(in, to)
		}
		return []*ask{whole}
	}
	var asks []*ask
	for _, to := range owners {
		a := whole.clone()
		a.name = rl.Name + ": " + to.String()
		a.addOwners(in, to)
		asks = append(asks, a)
	}
	return asks
}

func (a *ask) clone() *ask {
	c := *a
	c.asked = map[records.ID]bool{}
	for id := range a.asked {
		c.asked[id] = true
	}
	c.faults, c.pitfalls = slices.Clone(a.faults), slices.Clone(a.pitfalls)
	return &c
}

func (a *ask) addApprover(in *Input, by schema.Approver) {
	switch by.Kind {
	case schema.ByAnyone:
		a.anyone = true
		for _, id := range in.People.All() {
			a.asked[id] = true
		}
	case schema.ByPerson:
		a.addPerson(in, records.ID(by.Name))
	case schema.ByTeam:
		a.addTeam(in, records.ID(by.Name))
	case schema.ByRole:
		members, ok := in.People.Role(by.Name)
		if !ok {
			a.faults = append(a.faults, fmt.Sprintf("desk.yaml has no role %s: give it one under roles", quote(by.Name)))
		}
		a.addMembers(in, members, "role "+cut(by.Name))
	case schema.ByField:
		a.addField(in, by.Name)
	default:
		a.faults = append(a.faults, fmt.Sprintf("%s names nobody", quote(string(by.Kind))))
	}
}

func (a *ask) addPerson(in *Input, id records.ID) {
	_, id = records.SplitRef(string(id))
	if !in.People.Known(id) {
		a.faults = append(a.faults, fmt.Sprintf("person %s has neither a record nor a key among the signers", quote(string(id))))
		return
	}
	a.asked[id] = true
}

func (a *ask) addTeam(in *Input, id records.ID) {
	_, id = records.SplitRef(string(id))
	members, ok := in.People.Team(id)
	if !ok {
		a.faults = append(a.faults, fmt.Sprintf("team %s has no record", quote(string(id))))
	}
	a.addMembers(in, members, "team "+cut(string(id)))
}

func (a *ask) addMembers(in *Input, members []records.ID, of string) {
	if len(members) == 0 {
		a.pitfalls = append(a.pitfalls, of+" is empty")
	}
	for _, id := range members {
		if in.People.Known(id) {
			a.asked[id] = true
			continue
		}
		a.pitfalls = append(a.pitfalls, fmt.Sprintf("%s of %s has neither a record nor a key among the signers", cut(string(id)), of))
	}
}

// addField adds the persons and teams whom a field of the record names.
func (a *ask) addField(in *Input, field string) {
	named := things(in.Type, in.Record, field)
	if len(named) == 0 {
		a.pitfalls = append(a.pitfalls, fmt.Sprintf("the record names nobody in %s", cut(field)))
	}
	for _, to := range named {
		if to.typ == teamType {
			a.addTeam(in, to.id)
			continue
		}
		a.addPerson(in, to.id)
	}
}

// addOwners adds who answers for a thing, as the base has it: its owner, and the
// members of its team.
func (a *ask) addOwners(in *Input, to thing) {
	r, t := in.find(to), in.typeOf(to.typ)
	if r == nil || t == nil {
		a.pitfalls = append(a.pitfalls, fmt.Sprintf("%s is not on %s, so that nobody owns it yet", to, branch(in.Target)))
		return
	}
	owners, teams := things(t, r, fieldOwner), things(t, r, fieldTeam)
	if len(owners)+len(teams) == 0 {
		a.pitfalls = append(a.pitfalls, fmt.Sprintf("%s has neither an owner nor a team", to))
	}
	for _, o := range owners {
		if o.typ == teamType {
			teams = append(teams, o)
			continue
		}
		a.addMembers(in, []records.ID{o.id}, to.String())
	}
	for _, o := range teams {
		members, ok := in.People.Team(o.id)
		if !ok {
			a.pitfalls = append(a.pitfalls, fmt.Sprintf("team %s of %s has no record", cut(string(o.id)), to))
			continue
		}
		a.addMembers(in, members, "team "+cut(string(o.id)))
	}
}
