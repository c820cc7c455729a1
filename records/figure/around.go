package figure

import (
	"context"
	"slices"
	"sync"

	"frontdesk/records"
	"frontdesk/records/sla"
	"frontdesk/schema"
)

// The types and fields that say what a service promises, and who belongs to a team.
const (
	serviceType records.Type = "service"
	personType  records.Type = "person"
	teamType    records.Type = "team"

	fieldPromises = "sla"
	fieldTeam     = "team"
	fieldMembers  = "members"
	fieldLead     = "lead"
)

// teamsOf returns the teams of each person, in order: those that the person names, and
// those that name the person.
func teamsOf(people *records.Set) map[records.ID][]string {
	teams := map[records.ID][]string{}
	add := func(person records.ID, team records.ID) {
		if person != "" && team != "" && !slices.Contains(teams[person], string(team)) {
			teams[person] = append(teams[person], string(team))
		}
	}
	for _, r := range people.All() {
		switch r.Type {
		case personType:
			for _, ref := range r.Get(fieldTeam).Strings() {
				_, team := records.SplitRef(ref)
				add(r.ID, team)
			}
		case teamType:
			for _, ref := range append(r.Get(fieldMembers).Strings(), r.Text(fieldLead)) {
				_, person := records.SplitRef(ref)
				add(person, r.ID)
			}
		}
	}
	for _, list := range teams {
		slices.Sort(list)
	}
	return teams
}

// around answers of sets of records what clocks need to know of others.
func around(services, people *records.Set) sla.Around {
	teams := teamsOf(people)
	var all []*records.Record
	for _, r := range services.All() {
		if r.Type == serviceType {
			all = append(all, r)
		}
	}
	return sla.Around{
		Services: all,
		Service: func(id records.ID) *records.Record {
			if found := services.FindTyped(serviceType, id); len(found) == 1 {
				return found[0]
			}
			return nil
		},
		Teams: func(person records.ID) []string { return teams[person] },
	}
}

// keepClocks reports whether records of any of the types have clocks.
func keepClocks(types *schema.Types, names []records.Type) bool {
	return slices.ContainsFunc(names, func(n records.Type) bool {
		t := types.Get(n)
		return t != nil && len(t.Clocks) > 0
	})
}

// promise reports whether anything is promised: by a type, or by a service.
func promise(types *schema.Types, names []records.Type, services *records.Set) bool {
	for _, n := range names {
		t := types.Get(n)
		if t != nil && slices.ContainsFunc(t.Clocks, func(c *schema.Clock) bool { return len(c.Targets) > 0 }) {
			return true
		}
	}
	return slices.ContainsFunc(services.All(), func(r *records.Record) bool { return !r.Get(fieldPromises).IsNull() })
}

// around answers by reading the one service that is asked about, and people and teams
// once somebody asks about a person.
func (tm *Timer) around(ctx context.Context) sla.Around {
	people := sync.OnceValue(func() map[records.ID][]string { return teamsOf(tm.every(ctx, personType, teamType)) })
	return sla.Around{
		Service: func(id records.ID) *records.Record { return tm.service(ctx, id) },
		Teams:   func(person records.ID) []string { return people()[person] },
	}
}

// service reads a service, by the name of its file if that is named so.
func (tm *Timer) service(ctx context.Context, id records.ID) *records.Record {
	if tm.tree.Types.Get(serviceType) == nil {
		return nil
	}
	names := tm.tree.Pick(func(have string) bool { return have == string(id) }, serviceType)
	if len(names) == 1 {
		r, ds := tm.tree.LoadOne(names[0])
		if r == nil {
			tm.Problems, tm.Lost = append(tm.Problems, ds...), append(tm.Lost, names[0])
			return nil
		}
		if r.ID == id {
			return r
		}
	}
	if found := tm.every(ctx, serviceType).FindTyped(serviceType, id); len(found) == 1 {
		return found[0]
	}
	return nil
}

// every reads all records of the types.
func (tm *Timer) every(ctx context.Context, types ...records.Type) *records.Set {
	types = slices.DeleteFunc(types, func(n records.Type) bool { return tm.tree.Types.Get(n) == nil })
	if len(types) == 0 {
		return records.NewSet(nil)
	}
	l, err := tm.tree.Load(ctx, types...)
	if err != nil {
		return records.NewSet(nil) // the run is over
	}
	tm.Problems, tm.Lost = append(tm.Problems, l.Problems...), append(tm.Lost, l.Unreadable...)
	return l.Set
}
