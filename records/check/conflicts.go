package check

import (
	"frontdesk/records"
	"frontdesk/records/conflict"
	"frontdesk/records/diag"
	"frontdesk/schema"
)

const (
	ruleSameAsset        diag.RuleID = "conflict/same-asset"
	ruleRelatedAsset     diag.RuleID = "conflict/related-asset"
	ruleSameService      diag.RuleID = "conflict/same-service"
	ruleRelatedService   diag.RuleID = "conflict/related-service"
	ruleFreeze           diag.RuleID = "conflict/freeze"
	ruleMaintenance      diag.RuleID = "conflict/outside-maintenance"
	ruleDoubleBooked     diag.RuleID = "conflict/double-booked"
	ruleUnreadableWindow diag.RuleID = "conflict/unreadable-window"

	ruleWindowTimes diag.RuleID = "window/times"
)

// windowType is the type whose records say when changes may be done.
const windowType records.Type = "window"

// conflictRule returns the rule of a kind of conflicts, and what to do about one.
func conflictRule(k conflict.Kind) (id diag.RuleID, hint string) {
	switch k {
	case conflict.SameAsset:
		return ruleSameAsset, "move one of the two, or make one change of them"
	case conflict.RelatedAsset:
		return ruleRelatedAsset, "move one of the two if one can disturb the other"
	case conflict.SameService:
		return ruleSameService, "move one of the two, or make one change of them"
	case conflict.RelatedService:
		return ruleRelatedService, "move one of the two if one can disturb the other"
	case conflict.InFreeze:
		return ruleFreeze, "move it out of the freeze, or have it approved as an exception"
	case conflict.OutsideWindow:
		return ruleMaintenance, "move it into the window, or have it approved as an exception"
	case conflict.DoubleBooked:
		return ruleDoubleBooked, "move one of the two, or let somebody else carry it out"
	}
	return ruleUnreadableWindow, "mend it; until then nobody can say that it is not in the way"
}

// maxConflicts is how many conflicts with other plans a record is told of.
const maxConflicts = 10

// checkConflicts finds what gets in the way of records that are planned. Both of two
// records that are in each other's way are told. What is over is passed over.
func checkConflicts(in *Input) []diag.Diagnostic {
	book := bookOf(in)
	if book == nil {
		return nil
	}
	var ds []diag.Diagnostic
	for _, r := range in.Set.All() {
		t := in.Types.Get(r.Type)
		if t == nil || !isPlanned(t) {
			continue
		}
		if p, ok := book.PlanOf(r); ok && !p.Span.End.After(in.AsOf) {
			continue
		}
		cs, more := book.Some(r, maxConflicts)
		for i, c := range cs {
			d := inTheWay(in, t, r, c)
			if more && i == len(cs)-1 {
				d.Message += "; there are more"
			}
			if more || c.Span.End.IsZero() || c.Span.End.After(in.AsOf) {
				ds = append(ds, d)
			}
		}
	}
	return ds
}

// bookOf returns what is planned, nil where nothing is.
func bookOf(in *Input) *conflict.Book {
	if !arePlanned(in.Types, in.Set.All()) {
		return nil
	}
	return conflict.NewBook(conflict.Input{Types: in.Types, Set: in.Set, TimeZone: in.Desk.TimeZone})
}

// arePlanned reports whether any of the records is of a type that is carried out in
// a window.
func arePlanned(types *schema.Types, all []*records.Record) bool {
	var last records.Type
	for _, r := range all { // most have the type of the one before
		if r.Type == last {
			continue
		}
		last = r.Type
		if t := types.Get(r.Type); t != nil && isPlanned(t) {
			return true
		}
	}
	return false
}

// isPlanned reports whether records of a type are carried out within a window that
// can be in the way of others.
func isPlanned(t *schema.Type) bool { return t.Policy != nil && t.Policy.Window != nil }

func inTheWay(in *Input, t *schema.Type, r *records.Record, c conflict.Conflict) diag.Diagnostic {
	id, hint := conflictRule(c.Kind)
	field := t.Policy.Window.Start
	d := diag.New(id, diag.Warning, r.Path, r.SpanOf(field), "%s", c).WithHint("%s", hint)
	d.Record, d.Field = string(r.ID), field
	for _, other := range in.Set.Find(c.With) {
		if other == r {
			continue
		}
		d = d.WithNote(other.Path, timesSpan(in, other), "what is in the way is here")
	}
	return d
}

// timesSpan returns where a record says when it is.
func timesSpan(in *Input, r *records.Record) diag.Span {
	if t := in.Types.Get(r.Type); t != nil && isPlanned(t) {
		return r.SpanOf(t.Policy.Window.Start)
	}
	return r.SpanOf("starts_at")
}

// checkWindow judges the times of a window, as far as its type's own fields and rules
// find nothing in them: what is a rule, and a time zone, is no matter of form.
func checkWindow(in *Input, t *schema.Type, r *records.Record, known []diag.Diagnostic) []diag.Diagnostic {
	if r.Type != windowType || !conflict.Counts(t, r) {
		return nil
	}
	_, err := conflict.Recurrence(r, in.Desk.TimeZone)
	if err == nil {
		return nil
	}
	field := conflict.TimesField(err)
	for _, d := range known {
		if d.Severity == diag.Error && d.Field == field {
			return nil
		}
	}
	d := diag.New(ruleWindowTimes, diag.Error, r.Path, r.SpanOf(field), "the window's times cannot be read: %s", err).
		WithHint("until it is mended, every change that it concerns has a conflict with it")
	d.Field = field
	return []diag.Diagnostic{d}
}
