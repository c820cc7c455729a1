package schema

import (
	"fmt"
	"slices"
	"strings"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/schema/rule"
)

// CheckRules judges a record by the type's CEL rules. old is the record before
// the change, nil for a new one; desk is the desk's configuration. A rule that
// cannot be judged, for example because it compares a time with nothing, is
// reported under its own id, unless the record's fields are at fault.
func (t *Type) CheckRules(self, old *records.Record, desk map[string]any) []diag.Diagnostic {
	if len(t.Rules) == 0 {
		return nil
	}
	var before map[string]any
	if old != nil {
		before = t.vars(old)
	}
	in := rule.NewInput(t.vars(self), before, desk, string(t.Category(self)))
	var ds []diag.Diagnostic
	for _, rl := range t.Rules {
		holds, err := rl.holds(in)
		switch {
		case err != nil && diag.Count(t.CheckFields(self), diag.Error) == 0:
			d := rl.diagnostic(self, fmt.Sprintf("rule %s cannot be judged: %s", rl.ID, cut(err.Error())))
			ds = append(ds, d.WithHint("a field that is absent is null: ask for it first, as in self.due_at != null && …"))
		case err == nil && !holds:
			ds = append(ds, rl.diagnostic(self, rl.Message))
		}
	}
	return ds
}

// holds reports whether a record keeps the rule; one that the rule is not about
// does.
func (rl *Rule) holds(in rule.Input) (bool, error) {
	if rl.When != nil {
		if applies, err := rl.When.Eval(in); err != nil || !applies {
			return true, err
		}
	}
	return rl.Assert.Eval(in)
}

func (rl *Rule) diagnostic(r *records.Record, message string) diag.Diagnostic {
	span := diag.At(1)
	if rl.Field != "" {
		span = r.SpanOf(rl.Field)
	}
	d := diag.New(ruleID(rl), rl.Severity, r.Path, span, "%s", message)
	d.Record, d.Field = string(r.ID), rl.Field
	return d
}

// vars returns the fields of a record as CEL sees them: absent ones null, times
// as timestamps, references as texts. A value that is no time is null too:
// CheckFields reports it. The log and what was imported are converted only for
// rules that speak of them, as they are most of a record.
func (t *Type) vars(r *records.Record) map[string]any {
	out := make(map[string]any, len(t.Fields))
	for _, f := range t.Fields {
		out[f.Name] = nil
	}
	if r.Fields == nil {
		return out
	}
	for _, p := range r.Fields.Pairs {
		f := t.Field(p.Key)
		switch {
		case f == nil || p.Value.IsNull():
		case (f.Name == records.FieldLog || f.Name == records.FieldImported) && !t.speaksOf(f.Name):
		case f.IsTime():
			if at, ok := records.ParseTime(p.Value.String()); ok {
				out[p.Key] = at
			}
		default:
			out[p.Key] = plain(f.shape, p.Value)
		}
	}
	return out
}

func (t *Type) speaksOf(word string) bool {
	return slices.ContainsFunc(t.Rules, func(rl *Rule) bool {
		return strings.Contains(rl.Assert.Source(), word) || rl.When != nil && strings.Contains(rl.When.Source(), word)
	})
}
