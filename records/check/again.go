package check

import (
	"context"
	"slices"
	"time"

	"frontdesk/records"
	"frontdesk/records/conflict"
	"frontdesk/records/diag"
	"frontdesk/schema"
)

// Ledger remembers what was found in records that have not changed since. It is
// asked and told by several goroutines at once.
type Ledger interface {
	// Recall returns what Note was told of the record's content, if what counts
	// as now is not before the latest time that the record names.
	Recall(r *records.Record, now time.Time) (found []diag.Diagnostic, ok bool)
	// Note is told what was found in a record, which depends on nothing but its
	// content, its path and the configuration, from latest on.
	Note(r *records.Record, latest time.Time, found []diag.Diagnostic)
}

// Again is All where most records are known: those without Source have no
// positions and no text, but the fields that GraphFields names. whole reads such
// a record; it returns nil for one that is gone. in.Set becomes a set in which
// all records are whole that something is found in among others.
func Again(ctx context.Context, in *Input, known []diag.Diagnostic, ledger Ledger, whole func(*records.Record) *records.Record) []diag.Diagnostic {
	all := slices.Clone(in.Set.All())
	found := make([][]diag.Diagnostic, len(all))
	each(ctx, len(all), func(i int) {
		ok := false
		if found[i], ok = ledger.Recall(all[i], in.AsOf); ok {
			return
		}
		if r := wholeOf(all[i], whole); r != nil {
			all[i] = r
			found[i] = noted(in, r, ledger)
		}
	})
	if ctx.Err() != nil {
		return nil
	}
	wholeWindows(in.Types, all, whole)
	in.Set = records.NewSet(all)
	graph := Graph(in)
	if in.Set = replaced(in.Set, graph, whole); len(graph) > 0 {
		graph = Graph(in) // now with positions
	}
	return together(in.Set, known, append(found, graph))
}

// wholeWindows reads the windows where there is something planned: they are few, and
// to keep their fields at hand for all records would cost every check.
func wholeWindows(types *schema.Types, all []*records.Record, whole func(*records.Record) *records.Record) {
	if !arePlanned(types, all) {
		return
	}
	for i, r := range all {
		if r.Type == windowType {
			if w := wholeOf(r, whole); w != nil {
				all[i] = w
			}
		}
	}
}

func wholeOf(r *records.Record, whole func(*records.Record) *records.Record) *records.Record {
	if r.Source != nil {
		return r
	}
	return whole(r)
}

// noted judges a record and notes what was found if it holds for later.
func noted(in *Input, r *records.Record, ledger Ledger) []diag.Diagnostic {
	ds, alone := local(in, r)
	if latest := latestOf(r.Fields); alone && !latest.After(in.AsOf) {
		ledger.Note(r, latest, ds)
	}
	return ds
}

// latestOf returns the latest time that a value holds. Rules compare with now
// nothing else.
func latestOf(v *records.Value) time.Time {
	var latest time.Time
	if v.IsScalar() {
		latest, _ = records.ParseTime(v.String())
	}
	for _, item := range v.Items {
		if t := latestOf(item); t.After(latest) {
			latest = t
		}
	}
	for _, p := range v.Pairs {
		if t := latestOf(p.Value); t.After(latest) {
			latest = t
		}
	}
	return latest
}

// replaced returns the set with whole records where findings point.
func replaced(set *records.Set, ds []diag.Diagnostic, whole func(*records.Record) *records.Record) *records.Set {
	paths := map[string]bool{}
	for _, d := range ds {
		paths[d.Path] = true
		for _, n := range d.Notes {
			paths[n.Path] = true
		}
	}
	if len(paths) == 0 {
		return set
	}
	all := slices.Clone(set.All())
	for i, r := range all {
		if !paths[r.Path] {
			continue
		}
		if r = wholeOf(r, whole); r != nil {
			all[i] = r
		}
	}
	return records.NewSet(all)
}

// GraphFields returns the fields by which Graph judges records of the types, but for
// windows, which it takes whole.
func GraphFields(types *schema.Types) []string {
	fields := []string{records.FieldID, records.FieldState, records.FieldAudience}
	for _, t := range types.All() {
		for _, f := range t.Fields {
			if (f.Ref != "" || slices.Contains(orderFields(), f.Name)) && !slices.Contains(fields, f.Name) {
				fields = append(fields, f.Name)
			}
		}
	}
	for _, f := range conflict.Fields(types) {
		if !slices.Contains(fields, f) {
			fields = append(fields, f)
		}
	}
	return fields
}
