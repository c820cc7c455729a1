package check

import (
	"maps"
	"slices"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/sla"
	"frontdesk/schema"
	"frontdesk/schema/desk"
)

// fieldCalendar is the field of a service that names the calendar of its agreed hours.
const fieldCalendar = "calendar"

// serviceType is the type of the records that bring targets of their own.
const serviceType records.Type = "service"

// checkClocks reports calendars that clocks and targets of the desk's types name and
// the desk does not have.
func checkClocks(in *Input) []diag.Diagnostic {
	var ds []diag.Diagnostic
	for _, t := range in.Types.All() {
		if t.BuiltIn {
			continue
		}
		for _, c := range t.Clocks {
			if c.Named != (diag.Span{}) && lacks(in.Desk, c.Calendar) {
				ds = append(ds, noCalendar(in.Desk, c.Path, c.Named, "clock "+c.Name, c.Calendar))
			}
			ds = append(ds, calendarsOf(in.Desk, c.Name, c.Targets)...)
		}
	}
	return ds
}

// checkService judges the calendar that a service names, and the targets that it
// brings. found is what is wrong with its fields: targets that are none are not judged
// once more.
func checkService(in *Input, r *records.Record, found []diag.Diagnostic) []diag.Diagnostic {
	if r.Type != serviceType {
		return nil
	}
	var ds []diag.Diagnostic
	if v := r.Get(fieldCalendar); v.String() != "" && in.Types.Get(serviceType).Field(fieldCalendar) != nil && lacks(in.Desk, v.String()) {
		d := noCalendar(in.Desk, r.Path, v.Span, fieldCalendar, v.String())
		d.Field = fieldCalendar
		ds = append(ds, d)
	}
	if slices.ContainsFunc(found, func(d diag.Diagnostic) bool { return d.Field == schema.PromisesField && d.Severity == diag.Error }) {
		return ds
	}
	promises, problems := in.Types.Promises(r.Path, r.Get(schema.PromisesField))
	ds = append(ds, problems...)
	for _, t := range slices.Sorted(maps.Keys(promises)) {
		for _, c := range slices.Sorted(maps.Keys(promises[t])) {
			for _, d := range calendarsOf(in.Desk, c, promises[t][c]) {
				d.Field = schema.PromisesField
				ds = append(ds, d)
			}
		}
	}
	return ds
}

func calendarsOf(d *desk.Desk, clock string, targets []*schema.Target) []diag.Diagnostic {
	var ds []diag.Diagnostic
	for _, t := range targets {
		if lacks(d, t.Calendar) {
			ds = append(ds, noCalendar(d, t.Path, t.Named, "clock "+clock+": target "+t.Name, t.Calendar))
		}
	}
	return ds
}

// lacks reports whether desk.yaml does not have a calendar. One that is there and
// cannot be read is reported there.
func lacks(d *desk.Desk, calendar string) bool {
	if _, ok := d.Calendar(calendar); ok {
		return false
	}
	return d.Raw.Get("calendars").Pair(calendar) == nil
}

func noCalendar(d *desk.Desk, path string, span diag.Span, what, calendar string) diag.Diagnostic {
	names := slices.Sorted(maps.Keys(d.Calendars))
	if !slices.Contains(names, desk.AroundTheClock) {
		names = append(names, desk.AroundTheClock)
	}
	return diag.New(sla.RuleUnknownCalendar, diag.Error, path, span, "%s: desk.yaml has no calendar %s", what, quoted(calendar)).
		WithHint("%s", near(calendar, names, "add it to the calendars of desk.yaml, or write "+desk.AroundTheClock))
}
