package figure

import (
	"slices"
	"time"

	"frontdesk/records"
	"frontdesk/records/sla"
	"frontdesk/schema"
)

// times are the fields of a type that state when something happened, "" where it has
// none.
type times struct {
	opened, resolved, closed string
	stamps                   []string // all fields that entering a state sets
	fields                   []string // that every case is read with
}

func timesOf(t *schema.Type) *times {
	out := &times{}
	for i, s := range t.States {
		if s.Stamp == "" {
			continue
		}
		if !slices.Contains(out.stamps, s.Stamp) {
			out.stamps = append(out.stamps, s.Stamp)
		}
		switch {
		case i == 0:
			out.opened = s.Stamp
		case s.Category == records.Resolved && out.resolved == "":
			out.resolved = s.Stamp
		case s.Category.IsDone() && out.closed == "":
			out.closed = s.Stamp
		}
	}
	out.fields = []string{records.FieldID, records.FieldTitle, records.FieldState, records.FieldAudience, sla.FieldDue}
	out.fields = append(append(out.fields, out.stamps...), t.Tracked...)
	return out
}

// stated returns the time that a field states; zero where there is none.
func stated(r *records.Record, field string) time.Time {
	if field == "" {
		return time.Time{}
	}
	at, _ := r.Time(field)
	return at
}

// cut returns a record as it was at a time after which something happened to it. A
// record that was opened later, as it states, or that nothing tells of until then, had
// not begun.
func (tm *Timer) cut(typ *schema.Type, r *records.Record, asOf time.Time) moment {
	w := tm.read(r)
	if w == nil {
		return moment{record: r}
	}
	life := sla.ReadLife(typ, w, asOf)
	if stated(w, tm.times[typ.Name].opened).After(asOf) || len(life.Stints) == 0 && !w.Get(records.FieldLog).IsNull() {
		return moment{later: true}
	}
	before, shown := *w, *r
	before.Fields = tm.earlier(typ, w.Fields, &life, asOf)
	shown.Fields = tm.earlier(typ, r.Fields, &life, asOf)
	return moment{record: &shown, sum: life.Sum(), clocks: tm.engine.Clocks(&before, life, asOf), later: true}
}

// earlier returns the fields of a record as they were: the tracked ones as the log has
// them, without times at which something happened later. A tracked field that the log
// never names is left as it is.
func (tm *Timer) earlier(typ *schema.Type, fields *records.Value, life *sla.Life, asOf time.Time) *records.Value {
	then := make(map[string]*records.Value, len(life.Tracked)+1)
	for _, p := range life.Tracked {
		then[p.Key] = p.Value
	}
	if n := len(life.Stints); n > 0 && life.Stints[n-1].State != "" {
		then[records.FieldState] = records.NewString(string(life.Stints[n-1].State))
	}
	stamps := tm.times[typ.Name].stamps
	out := *fields
	out.Pairs = make([]records.Pair, 0, len(fields.Pairs)+len(then))
	for _, p := range fields.Pairs {
		if at, ok := records.ParseTime(p.Value.String()); ok && at.After(asOf) && slices.Contains(stamps, p.Key) {
			continue
		}
		if v, ok := then[p.Key]; ok {
			p.Value = v
			delete(then, p.Key)
		}
		out.Pairs = append(out.Pairs, p)
	}
	for _, name := range append([]string{records.FieldState}, typ.Tracked...) {
		if v, ok := then[name]; ok {
			out.Pairs = append(out.Pairs, records.Pair{Key: name, Value: v})
			delete(then, name)
		}
	}
	return &out
}
