// Package check provides the judging of records: one by one, as a set, and the
// mending of what has one right answer. Rules are pure: the same records, desk
// and time give the same findings. It must not read or write files; what it has
// to know of them is handed to it.
package check

import (
	"context"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/schema"
	"frontdesk/schema/desk"
	"frontdesk/schema/workflow"
)

// Input is what records are judged by. It must not change while they are.
type Input struct {
	Desk  *desk.Desk
	Types *schema.Types
	Set   *records.Set // all readable records; nil leaves out what needs them
	AsOf  time.Time    // what counts as now
	// Touched reports whether the change at hand touches a record, so that rules
	// hold for it in full even where it is closed; nil means that none is.
	Touched func(*records.Record) bool

	Exists func(path string) bool // whether the desk has a file or folder; nil leaves out what needs it

	once sync.Once
	vars map[string]any
}

// deskVars returns the desk's configuration as the rules of types see it.
func (in *Input) deskVars() map[string]any {
	in.once.Do(func() { in.vars = in.Desk.Vars() })
	return in.vars
}

// Local returns what is wrong with a record as far as it can be told from the
// record, the files that it links to and the ids that exist. Records of unknown
// types are the loader's to report.
func Local(in *Input, r *records.Record) []diag.Diagnostic {
	ds, _ := local(in, r)
	return ds
}

// local is Local. alone reports whether the record, the configuration and the
// time are all that the findings depend on.
func local(in *Input, r *records.Record) (ds []diag.Diagnostic, alone bool) {
	t := in.Types.Get(r.Type)
	if t == nil {
		return nil, true
	}
	ds = t.CheckFields(r)
	ds = append(ds, t.CheckRules(r, nil, in.deskVars())...)
	ds = append(ds, checkWindow(in, t, r, ds)...)
	ds = append(ds, checkPlace(in, t, r)...)
	ds = append(ds, checkDerived(in.Desk, t, r)...)
	ds = append(ds, checkService(in, r, ds)...)
	if len(t.States) > 0 {
		ds = append(ds, workflow.Check(t, r, in.AsOf)...)
	}
	body, looks := checkBody(in, t, r)
	return finish(in, t, r, append(ds, body...)), !looks
}

// Graph returns what is wrong with the records among each other: ids that stand
// twice, references that lead nowhere, circles, plans in each other's way.
func Graph(in *Input) []diag.Diagnostic {
	if in.Set == nil {
		return nil
	}
	g := newGraph(in)
	ds := g.checkIDs()
	all := in.Set.All()
	found := make([][]diag.Diagnostic, len(all))
	each(context.Background(), len(all), func(i int) {
		if t := in.Types.Get(all[i].Type); t != nil {
			found[i] = finish(in, t, all[i], g.checkRefs(all[i]))
		}
	})
	for _, f := range found {
		ds = append(ds, f...)
	}
	ds = append(ds, g.checkCircles()...)
	ds = append(ds, g.checkPolicies(in)...)
	ds = append(ds, checkClocks(in)...)
	return append(ds, checkConflicts(in)...)
}

// All returns everything that is wrong with the records of the set, together
// with what was found when they were loaded, in a fixed order. When ctx ends
// first, the result is incomplete: the caller asks ctx.Err.
func All(ctx context.Context, in *Input, known []diag.Diagnostic) []diag.Diagnostic {
	all := in.Set.All()
	found := make([][]diag.Diagnostic, len(all))
	each(ctx, len(all), func(i int) { found[i] = Local(in, all[i]) })
	var graph []diag.Diagnostic
	if ctx.Err() == nil {
		graph = Graph(in)
	}
	return together(in.Set, known, append(found, graph))
}

// together puts findings into their order, those from loading with the id of
// their record.
func together(set *records.Set, known []diag.Diagnostic, found [][]diag.Diagnostic) []diag.Diagnostic {
	var ds []diag.Diagnostic
	if len(known) > 0 {
		ids := make(map[string]string, set.Len())
		for _, r := range set.All() {
			ids[r.Path] = string(r.ID)
		}
		for _, d := range known {
			if d.Record == "" {
				d.Record = ids[d.Path]
			}
			ds = append(ds, d)
		}
	}
	for _, f := range found {
		ds = append(ds, f...)
	}
	diag.Sort(ds)
	return ds
}

// each calls do for 0 to n-1 on all cores and returns when all calls have. It
// begins no new call once ctx has ended.
func each(ctx context.Context, n int, do func(i int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), n) {
		wg.Go(func() {
			for ctx.Err() == nil {
				i := int(next.Add(1)) - 1
				if i >= n {
					return
				}
				do(i)
			}
		})
	}
	wg.Wait()
}

// finish names the record in its findings, keeps the lines that they show, and lets the rules ratchet: what may
// have been right when a record was closed is information on it today, unless
// the change at hand touches it.
func finish(in *Input, t *schema.Type, r *records.Record, ds []diag.Diagnostic) []diag.Diagnostic {
	done := t.Category(r).IsDone() && (in.Touched == nil || !in.Touched(r))
	diag.Keep(ds, r.Path, r.Source)
	for i := range ds {
		ds[i].Record = string(r.ID)
		if done && ratchets(ds[i].Rule) {
			ds[i].Severity = diag.Info
		}
	}
	return ds
}

// ratchets reports whether a rule depends on what changes around a record: the
// type's rules, the matrix, the other records.
func ratchets(id diag.RuleID) bool {
	switch id {
	case "workflow/require", ruleDerived, ruleDangling, ruleMissingSection, ruleEmptySection:
		return true
	}
	return strings.HasPrefix(string(id), schema.RulePrefix)
}
