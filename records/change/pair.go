package change

import (
	"slices"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/schema"
)

// The rules on one record before and after a change.
const (
	ruleLogRemoved    diag.RuleID = "history/log-removed"
	ruleLogAltered    diag.RuleID = "history/log-altered"
	ruleBackDated     diag.RuleID = "history/back-dated"
	ruleImportedLog   diag.RuleID = "history/imported-log"
	ruleStampChanged  diag.RuleID = "history/stamp-changed"
	ruleClosedEdited  diag.RuleID = "history/closed-edited"
	ruleEntryRemoved  diag.RuleID = "history/entry-removed"
	ruleEntryAltered  diag.RuleID = "history/entry-altered"
	ruleDeleted       diag.RuleID = "history/deleted"
	ruleReferenced    diag.RuleID = "history/deleted-referenced"
	ruleReissued      diag.RuleID = "history/reissued"
	ruleAddedTwice    diag.RuleID = "history/added-twice"
	ruleMergeConflict diag.RuleID = "history/merge-conflict"
	ruleShallow       diag.RuleID = "history/shallow"
	ruleRulesChanged  diag.RuleID = "history/rules-changed"
)

// pair is one record before and after a change. before and bases have a slot for
// each side and each base, nil where that one does not have the record or it
// cannot be read there.
type pair struct {
	typ    *schema.Type
	before []*records.Record // on the sides that were there already: one, or the parents of a merge
	bases  []*records.Record // where the sides parted
	after  *records.Record
}

// check returns what the change does to the history of the record. A record
// that is new has none.
func (p *pair) check(desk map[string]any) []diag.Diagnostic {
	if !slices.ContainsFunc(p.before, isThere) {
		return nil
	}
	log := p.compareLogs()
	frozen := p.frozen(log)
	ds := p.checkLog(log)
	ds = append(ds, p.checkImported(log)...)
	ds = append(ds, p.checkStamps(log, frozen)...)
	ds = append(ds, p.checkEntries(frozen)...)
	if frozen {
		ds = append(ds, p.checkClosed()...)
	}
	ds = append(ds, p.checkRules(desk)...)
	for i := range ds {
		ds[i].Record = string(p.after.ID)
	}
	return ds
}

func isThere(r *records.Record) bool { return r != nil }

// differs reports whether a field is other than on every side that has the
// record: what one side says already is not the change's doing.
func (p *pair) differs(name string) bool {
	for _, b := range p.before {
		if b != nil && sameField(p.typ, name, b.Get(name), p.after.Get(name)) {
			return false
		}
	}
	return true
}

// was returns the record on the first side that has it.
func (p *pair) was() *records.Record {
	return p.before[slices.IndexFunc(p.before, isThere)]
}

func sameField(t *schema.Type, name string, v, w *records.Value) bool {
	if f := t.Field(name); f != nil {
		return f.Equal(v, w)
	}
	return v.Equal(w)
}

// frozen reports whether the record's life had ended on every side and the
// change does not begin it again.
func (p *pair) frozen(log *logDiff) bool {
	for _, b := range p.before {
		if b != nil && !p.typ.Category(b).IsDone() {
			return false
		}
	}
	if !p.typ.Category(p.after).IsDone() {
		return false
	}
	return !slices.ContainsFunc(log.added, func(l line) bool {
		s := p.typ.State(records.State(l.event.Get(records.FieldState).String()))
		return s != nil && !s.Category.IsDone()
	})
}

// checkRules returns what the type's rules find in the change alone, comparing
// the record with what it was on every side.
func (p *pair) checkRules(desk map[string]any) []diag.Diagnostic {
	if len(p.typ.Rules) == 0 {
		return nil
	}
	known := keys(p.typ.CheckRules(p.after, nil, desk))
	var found []diag.Diagnostic
	first := true
	for _, b := range p.before {
		if b == nil {
			continue
		}
		ds := without(p.typ.CheckRules(p.after, b, desk), known)
		if !first {
			here := keys(ds)
			ds = slices.DeleteFunc(found, func(d diag.Diagnostic) bool { return here[keyOf(d)] == 0 })
		}
		found, first = ds, false
	}
	return found
}

// multiset counts what stands on the sides of a merge, by key.
type multiset map[string]int

// expected returns how often each key has to be there after a change: everything
// that was there, on every side of a merge, or on one of them since they
// parted. What one side has removed itself is not missing.
func expected(before, bases []multiset) multiset {
	out := multiset{}
	for _, side := range before {
		for k, n := range side {
			least, atBase := n, 0
			for _, other := range before {
				least = min(least, other[k])
			}
			for _, b := range bases {
				atBase = max(atBase, b[k])
			}
			if len(before) > 1 && atBase > 0 {
				n = least
			}
			out[k] = max(out[k], n)
		}
	}
	return out
}
