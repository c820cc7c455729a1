package records

import (
	"time"

	"frontdesk/records/diag"
)

// Event is one line of a record's log: who set which tracked fields when.
type Event struct {
	At     time.Time
	By     string
	Fields []Pair // the tracked fields that the event set, without at and by
	Span   diag.Span
}

// Get returns what the event set a field to, nil where it did not set it.
func (e Event) Get(field string) *Value {
	for _, p := range e.Fields {
		if p.Key == field {
			return p.Value
		}
	}
	return nil
}

// LogRule is the rule that a malformed log line breaks.
const LogRule diag.RuleID = "log/malformed"

// Log returns the record's events in source order. Lines that are no map or
// lack a time or an author are left out and reported.
func (r *Record) Log() ([]Event, []diag.Diagnostic) {
	v := r.Get(FieldLog)
	if v.IsNull() {
		return nil, nil
	}
	if v.Kind != List {
		return nil, []diag.Diagnostic{r.logError(v, "log is a %s; it must be a list of events", v.Kind)}
	}
	events := make([]Event, 0, len(v.Items))
	var ds []diag.Diagnostic
	for _, item := range v.Items {
		e, d := r.event(item)
		if d != nil {
			ds = append(ds, *d)
			continue
		}
		events = append(events, e)
	}
	return events, ds
}

func (r *Record) event(v *Value) (Event, *diag.Diagnostic) {
	fail := func(format string, args ...any) (Event, *diag.Diagnostic) {
		d := r.logError(v, format, args...)
		return Event{}, &d
	}
	if v.Kind != Map {
		return fail("log line is a %s; it must be a map with at and by", v.Kind)
	}
	e := Event{Span: v.Span, By: v.Get("by").String()}
	at, ok := ParseTime(v.Get("at").String())
	if !ok {
		return fail("log line has no RFC 3339 time in at")
	}
	if e.By == "" {
		return fail("log line does not say who acted: by is missing")
	}
	e.At = at
	for _, p := range v.Pairs {
		if p.Key != "at" && p.Key != "by" {
			e.Fields = append(e.Fields, p)
		}
	}
	return e, nil
}

func (r *Record) logError(v *Value, format string, args ...any) diag.Diagnostic {
	d := diag.New(LogRule, diag.Error, r.Path, v.Span, format, args...).
		WithHint("write it as {at: 2026-11-03T09:12:00Z, by: dana, state: new}")
	d.Record, d.Field = string(r.ID), FieldLog
	return d
}

// Fold returns what the events leave each field they set at: the last value,
// null where the last one cleared it.
func Fold(events []Event) map[string]*Value {
	out := map[string]*Value{}
	for _, e := range events {
		for _, p := range e.Fields {
			out[p.Key] = p.Value
		}
	}
	return out
}
