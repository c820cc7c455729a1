package check

import (
	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/schema"
	"frontdesk/schema/desk"
)

const ruleDerived diag.RuleID = "schema/derived"

// derivePriority is the only derivation there is: the desk's matrix.
const derivePriority = "priority"

// checkDerived compares derived fields with what they follow from. A field that
// differs is right where the field for its reason says why.
func checkDerived(d *desk.Desk, t *schema.Type, r *records.Record) []diag.Diagnostic {
	var ds []diag.Diagnostic
	for _, f := range t.Fields {
		want, ok := derived(d, f, r)
		if !ok {
			continue
		}
		have := r.Text(f.Name)
		if have == want || have != "" && f.Override != "" && r.Text(f.Override) != "" {
			continue
		}
		found := diag.New(ruleDerived, diag.Error, r.Path, r.SpanOf(f.Name),
			"%s is %q; impact %s and urgency %s give %s", f.Name, have, r.Text("impact"), r.Text("urgency"), want)
		if have == "" {
			found = diag.New(ruleDerived, diag.Error, r.Path, r.SpanOf(f.Name),
				"%s is missing; impact %s and urgency %s give %s", f.Name, r.Text("impact"), r.Text("urgency"), want)
		}
		found.Field = f.Name
		hint := "write " + f.Name + ": " + want
		if f.Override != "" {
			hint += ", or say in " + f.Override + " why it differs"
		}
		ds = append(ds, found.WithHint("%s", hint))
	}
	return ds
}

// derived returns the value that a derived field must have; ok is false where
// the field is not derived or what it follows from is not there.
func derived(d *desk.Desk, f *schema.Field, r *records.Record) (want string, ok bool) {
	if f.Derive != derivePriority {
		return "", false
	}
	return d.PriorityOf(r.Text("impact"), r.Text("urgency"))
}
