package schema

import "frontdesk/records"

// Vars returns all fields of a record as conditions see them: absent ones null,
// times as timestamps, references as texts.
func (t *Type) Vars(r *records.Record) map[string]any {
	out := t.vars(r)
	for _, name := range []string{records.FieldLog, records.FieldImported} {
		if f, v := t.Field(name), r.Get(name); f != nil && !v.IsNull() {
			out[name] = plain(f.shape, v) // which vars leaves out where no rule of the type speaks of it
		}
	}
	return out
}

// Canonical returns a value of the field as JSON has it, the same for all that
// Equal holds to mean the same: moments in UTC, references as the text they are.
func (f *Field) Canonical(v *records.Value) any {
	if f.IsTime() {
		if at, ok := records.ParseTime(v.String()); ok {
			return at.UTC().Format("2006-01-02T15:04:05.999999999Z07:00")
		}
	}
	return plain(f.shape, v)
}
