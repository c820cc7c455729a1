package schema

import (
	"cmp"
	"slices"
	"strings"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/schema/rule"
)

// PromisesField is the field of a service that holds its promises.
const PromisesField = "sla"

// mostPromised bounds how many targets one record may bring.
const mostPromised = 300

const promiseHint = `write for example {incident: {resolution: [{name: gold, when: "self.priority == 'P1'", target: PT2H}]}}`

// Promises reads the targets of a service, as they stand in its field sla. path is
// the file that they stand in. Where something is wrong with the targets for a clock
// of a type, all that are for this clock are left out: which of them would come first
// is not known.
func (ts *Types) Promises(path string, v *records.Value) (Promises, []diag.Diagnostic) {
	if v.IsNull() {
		return nil, nil
	}
	r := &reader{path: path, env: cmp.Or(ts.clockEnv, &rule.Env{Facts: true, Moment: true})}
	out := ts.promises(r, v)
	for i := range r.ds {
		if r.ds[i].Rule != RuleDeadTarget {
			r.ds[i].Rule = RuleBadPromise
		}
		r.ds[i].Field = PromisesField
	}
	return out, r.ds
}

func (ts *Types) promises(r *reader, v *records.Value) Promises {
	out := Promises{}
	if v.Kind != records.Map {
		r.fail(RuleBadPromise, v.Span, promiseHint, "sla is %s; it must be a map", kindName(v.Kind))
		return out
	}
	left := mostPromised
	for _, p := range v.Pairs {
		t := ts.Get(records.Type(p.Key))
		switch {
		case strings.HasPrefix(p.Key, "x_"):
		case t == nil:
			r.fail(RuleBadPromise, p.KeySpan, cmp.Or(didYouMean(p.Key, ts.Names()), "name a type whose records have clocks"), "sla: there is no type %q", cut(p.Key))
		case p.Value.Kind != records.Map:
			r.fail(RuleBadPromise, p.Value.Span, promiseHint, "sla of %s is %s; it must be a map", t.Name, kindName(p.Value.Kind))
		default:
			promised := &clockReader{reader: r, t: t}
			if byClock := promised.promises(p.Value, &left); len(byClock) > 0 {
				out[t.Name] = byClock
			}
		}
	}
	return out
}

// promises reads the targets for the clocks of one type.
func (r *clockReader) promises(v *records.Value, left *int) map[string][]*Target {
	out := map[string][]*Target{}
	for _, p := range v.Pairs {
		switch {
		case strings.HasPrefix(p.Key, "x_") || slices.Contains(r.t.Broken, p.Key): // reported in the type file
			continue
		case r.t.Clock(p.Key) == nil:
			names := clockNames(r.t.Clocks)
			hint := "its clocks are " + strings.Join(names, ", ")
			if len(names) == 0 {
				hint = "its type file declares none under the key sla"
			}
			r.fail(RuleBadPromise, p.KeySpan, cmp.Or(didYouMean(p.Key, names), hint), "sla: %s has no clock %q", r.t.Name, cut(p.Key))
			continue
		}
		if *left -= len(p.Value.Items); *left < 0 {
			r.fail(RuleBadPromise, p.Value.Span, "put records of one kind under one target", "sla: one service promises at most %d targets", mostPromised)
			return out
		}
		before := diag.Count(r.ds, diag.Error)
		targets := r.targets(p.Value, "clock "+p.Key)
		if diag.Count(r.ds, diag.Error) == before && len(targets) > 0 {
			out[p.Key] = targets
		}
	}
	return out
}
