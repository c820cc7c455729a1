package write

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"frontdesk/records"
	"frontdesk/records/frontmatter"
	"frontdesk/schema"
	"frontdesk/schema/workflow"
)

// Assignment gives a field a value, or changes a list by an item.
type Assignment struct {
	Field string
	Op    Op
	Text  string // as typed; "" clears, "@me" is who acts
}

// Op is what an assignment does.
type Op string

// The operations: field=text, field+=text, field-=text.
const (
	Assign Op = "="
	Add    Op = "+="
	Remove Op = "-="
)

// ParseAssignment reads "field=text", "field+=text" or "field-=text".
func ParseAssignment(s string) (Assignment, error) {
	field, text, ok := strings.Cut(s, "=")
	a := Assignment{Field: strings.TrimSpace(field), Op: Assign, Text: text}
	if !ok || a.Field == "" {
		return a, fmt.Errorf("%q is not of the form field=value", s)
	}
	for _, op := range []Op{Add, Remove} {
		if rest, ok := strings.CutSuffix(a.Field, string(op[:1])); ok {
			a.Field, a.Op = rest, op
		}
	}
	return a, nil
}

// FieldError is returned for an assignment that cannot be made.
type FieldError struct {
	Field   string
	Message string
	Hint    string
}

// Error says which field it is and what is wrong.
func (e *FieldError) Error() string { return e.Field + ": " + e.Message }

// draft is a record with the changes worked out so far laid over it.
type draft struct {
	record  *records.Record // nil for a new record
	typ     *schema.Type
	changes map[string]*records.Value
	given   []string // fields that the person assigned
}

// Get returns a field as it will be.
func (d *draft) Get(key string) *records.Value {
	if v, ok := d.changes[key]; ok {
		return v
	}
	if d.record == nil {
		return nil
	}
	return d.record.Get(key)
}

func (d *draft) put(key string, v *records.Value) { d.changes[key] = v }

// changed returns the fields whose value differs, as declared, then the desk's
// own keys by name.
func (d *draft) changed() []string {
	var names []string
	for key, v := range d.changes {
		if d.record == nil && v.IsNull() || d.record != nil && v.Equal(d.record.Get(key)) {
			continue
		}
		names = append(names, key)
	}
	known := order(d.typ)
	slices.SortFunc(names, func(a, b string) int {
		i, j := slices.Index(known, a), slices.Index(known, b)
		if i < 0 || j < 0 {
			i, j = -i, -j // unknown keys come last
		}
		if i == j {
			return strings.Compare(a, b)
		}
		return i - j
	})
	return names
}

// Set makes the assignments to the record that a part of an id means. A tracked
// field adds a line to the log; state obeys the workflow, sets and clears the
// times that belong to it.
func (w *Writer) Set(ctx context.Context, part string, as ...Assignment) (*Change, error) {
	return w.SetFrom(ctx, part, func(*records.Record, *schema.Type) ([]Assignment, error) { return as, nil })
}

// SetFrom is Set with assignments that depend on the record as it is.
func (w *Writer) SetFrom(ctx context.Context, part string, decide func(*records.Record, *schema.Type) ([]Assignment, error)) (*Change, error) {
	return w.lock(ctx, func() (*Change, error) {
		r, t, err := w.load(part)
		if err != nil {
			return nil, err
		}
		as, err := decide(r, t)
		if err != nil {
			return nil, err
		}
		d := &draft{record: r, typ: t, changes: map[string]*records.Value{}}
		later := w.notBefore(r)
		if err := later.assign(d, as); err != nil {
			return nil, err
		}
		return later.update(d)
	})
}

// notBefore returns the writer, at the time of the record's last log line where
// that is a little later than now: clocks differ.
func (w *Writer) notBefore(r *records.Record) *Writer {
	events, _ := r.Log()
	if len(events) == 0 || !w.When.IsZero() {
		return w
	}
	if last := events[len(events)-1].At; last.After(w.Now) && last.Sub(w.Now) <= workflow.Leeway {
		later := *w
		later.Now = last
		return &later
	}
	return w
}

// assign lays assignments over the draft, and what follows from them.
func (w *Writer) assign(d *draft, as []Assignment) error {
	for _, a := range as {
		v, err := w.value(d, a)
		if err != nil {
			return err
		}
		d.put(a.Field, v)
		d.given = append(d.given, a.Field)
	}
	if err := w.enter(d); err != nil {
		return err
	}
	w.derive(d)
	return nil
}

// value works out what an assignment makes of its field.
func (w *Writer) value(d *draft, a Assignment) (*records.Value, error) {
	f := d.typ.Field(a.Field)
	if err := w.assignable(d.typ, f, a); err != nil {
		return nil, err
	}
	v, err := d.typ.Coerce(a.Field, w.expand(a.Text), w.Tree.Desk.TimeZone)
	if err != nil {
		return nil, unfit(a.Field, err)
	}
	w.refer(d.typ, a.Field, v)
	if a.Op == Assign {
		return v, nil
	}
	if f == nil || !f.List {
		return nil, &FieldError{Field: a.Field, Message: fmt.Sprintf("%s works on lists, and this is none", a.Op), Hint: "use ="}
	}
	return changeList(d.Get(a.Field), v, a.Op), nil
}

// unfit says why a text is no value for a field. The name of the field, with which
// the reason begins, is said once.
func unfit(field string, err error) *FieldError {
	out := &FieldError{Field: field, Message: strings.TrimPrefix(err.Error(), field+" ")}
	var wrong *schema.FieldError
	if errors.As(err, &wrong) {
		out.Hint = wrong.Hint
	}
	return out
}

// changeList returns a list with the items of v added at its end, those that it
// lacks, or removed.
func changeList(old, v *records.Value, op Op) *records.Value {
	list := &records.Value{Kind: records.List, Flow: true}
	for _, item := range items(old) {
		if op == Add || !slices.ContainsFunc(items(v), item.Equal) {
			list.Items = append(list.Items, item)
		}
	}
	for _, item := range items(v) {
		if op == Add && !slices.ContainsFunc(list.Items, item.Equal) {
			list.Items = append(list.Items, item)
		}
	}
	return list
}

func (w *Writer) assignable(t *schema.Type, f *schema.Field, a Assignment) error {
	switch {
	case a.Field == records.FieldLog || a.Field == records.FieldImported:
		return &FieldError{Field: a.Field, Message: "is history and cannot be assigned", Hint: "set the tracked fields; each adds its line to the log"}
	case a.Field == records.FieldID:
		return &FieldError{Field: a.Field, Message: "never changes", Hint: "others refer to the record by it; make a new record instead"}
	case f == nil && !strings.HasPrefix(a.Field, "x_"):
		e := &FieldError{Field: a.Field, Message: fmt.Sprintf("%s has no such field", t.Name), Hint: fmt.Sprintf("frontdesk schema show %s lists the fields; keys of your own begin with x_", t.Name)}
		if near := schema.Nearest(a.Field, order(t)); near != "" {
			e.Hint = fmt.Sprintf("did you mean %q?", near)
		}
		return e
	}
	return nil
}

// expand replaces "@me", alone or as an item of a list, by who acts.
func (w *Writer) expand(text string) string {
	if !strings.Contains(text, "@me") {
		return text
	}
	parts := strings.Split(text, ",")
	for i, p := range parts {
		if strings.TrimSpace(p) == "@me" {
			parts[i] = w.By
		}
	}
	return strings.Join(parts, ",")
}

// enter checks that the state may follow the present one and applies what
// entering it brings.
func (w *Writer) enter(d *draft) error {
	to, ok := d.changes[records.FieldState]
	if !ok {
		return nil
	}
	if to.IsNull() {
		return &FieldError{Field: records.FieldState, Message: "cannot be cleared"}
	}
	state := records.State(to.String())
	if d.record != nil {
		if state == d.record.State() {
			return nil
		}
		if err := workflow.Move(d.typ, d.record, state); err != nil {
			return err
		}
	}
	w.apply(d, workflow.Enter(d.typ, d, state, w.at()))
	return nil
}

// apply lays changes over the draft, except for fields that the person assigned.
func (w *Writer) apply(d *draft, pairs []records.Pair) {
	for _, p := range pairs {
		if !slices.Contains(d.given, p.Key) {
			d.put(p.Key, p.Value)
		}
	}
}

// derive recomputes derived fields whose sources changed, or that were cleared,
// unless somebody gives a reason for another value.
func (w *Writer) derive(d *draft) {
	for _, f := range d.typ.Fields {
		given := slices.Contains(d.given, f.Name) && !d.Get(f.Name).IsNull()
		if f.Derive != "priority" || given || !d.Get(f.Override).IsNull() {
			continue
		}
		if !d.touches("impact", "urgency", f.Override) && !d.Get(f.Name).IsNull() {
			continue
		}
		if p, ok := w.Tree.Desk.PriorityOf(d.Get("impact").String(), d.Get("urgency").String()); ok {
			d.put(f.Name, records.NewString(p))
		}
	}
}

// touches reports whether a change to one of the fields was worked out.
func (d *draft) touches(fields ...string) bool {
	return slices.ContainsFunc(fields, func(f string) bool { _, ok := d.changes[f]; return ok })
}

// update turns a draft into edits of the record's source.
func (w *Writer) update(d *draft) (*Change, error) {
	r := d.record
	c := &Change{Before: r, Type: d.typ, Fields: d.changed()}
	var edits []frontmatter.Edit
	for _, name := range c.Fields {
		es, err := fieldEdits(r, name, d.changes[name], order(d.typ))
		if err != nil {
			return nil, err
		}
		edits = append(edits, es...)
	}
	lines, err := w.logEdits(d)
	if err != nil {
		return nil, err
	}
	if !w.When.IsZero() && len(lines) == 0 && len(edits) > 0 {
		c.Notes = append(c.Notes, "when that happened is not written down: the log keeps none of these fields")
	}
	if r.Get(records.FieldLog).IsNull() {
		lines, edits = edits, lines
	}
	// A line that ends the log comes before a key that begins behind it.
	src, err := frontmatter.Apply(r.Source, append(lines, edits...)...)
	if err != nil {
		return nil, err
	}
	return w.finish(c, src, r.Path)
}

// fieldEdits returns the edits that give a field its new value. A list that only
// grows or shrinks keeps the lines of the items that stay.
func fieldEdits(r *records.Record, name string, v *records.Value, fields []string) ([]frontmatter.Edit, error) {
	old := r.Get(name)
	if v.IsNull() {
		if e, ok := frontmatter.Delete(r, name); ok {
			return []frontmatter.Edit{e}, nil
		}
		return nil, nil
	}
	if old == nil || old.Kind != records.List || v.Kind != records.List || len(old.Items) == 0 || len(v.Items) == 0 {
		return []frontmatter.Edit{frontmatter.Set(r, name, v, fields)}, nil
	}
	if slices.EqualFunc(old.Items, v.Items[:min(len(old.Items), len(v.Items))], (*records.Value).Equal) {
		return appendItems(r, name, v.Items[len(old.Items):], fields)
	}
	if len(v.Items) == len(old.Items)-1 {
		for i := range old.Items {
			if slices.EqualFunc(slices.Delete(slices.Clone(old.Items), i, i+1), v.Items, (*records.Value).Equal) {
				e, err := frontmatter.RemoveItem(r, name, i)
				return []frontmatter.Edit{e}, err
			}
		}
	}
	return []frontmatter.Edit{frontmatter.Set(r, name, v, fields)}, nil
}

func appendItems(r *records.Record, name string, added []*records.Value, fields []string) ([]frontmatter.Edit, error) {
	var edits []frontmatter.Edit
	for _, item := range added {
		e, err := frontmatter.Append(r, name, item, fields)
		if err != nil {
			return nil, err
		}
		edits = append(edits, e)
	}
	return edits, nil
}

// logEdits returns the edits that add to the log what the draft changes. A
// change that somebody made by hand and did not log gets its line first, where
// the workflow allows it.
func (w *Writer) logEdits(d *draft) ([]frontmatter.Edit, error) {
	event := workflow.Event(d.typ, d.record, d, w.at(), w.By)
	if event == nil {
		return nil, nil
	}
	if err := w.checkClock(d.record); err != nil {
		return nil, err
	}
	lines := []*records.Value{event}
	if by := w.unlogged(d); by != nil {
		lines = []*records.Value{by, event}
	}
	var edits []frontmatter.Edit
	for _, line := range lines {
		e, err := frontmatter.Append(d.record, records.FieldLog, line, order(d.typ))
		if err != nil {
			return nil, &FieldError{Field: records.FieldLog, Message: err.Error(), Hint: "mend the log by hand, or run frontdesk check --fix"}
		}
		edits = append(edits, e)
	}
	return edits, nil
}

// unlogged returns the log line for what was changed by hand, nil where nothing
// was or where the workflow has no such step.
func (w *Writer) unlogged(d *draft) *records.Value {
	missing := workflow.Missing(d.typ, d.record)
	events, _ := d.record.Log()
	if len(missing) == 0 || len(events) == 0 {
		return nil
	}
	logged := records.State(records.Fold(events)[records.FieldState].String())
	if now := d.record.State(); logged != now && workflow.Step(d.typ, logged, now) != nil {
		return nil
	}
	line := []records.Pair{{Key: "at", Value: records.NewString(records.FormatTime(w.at()))}, {Key: "by", Value: records.NewString(w.By)}}
	return records.NewMap(append(line, missing...)...)
}

// checkClock refuses to write a line that is dated before the last one.
func (w *Writer) checkClock(r *records.Record) error {
	events, _ := r.Log()
	if len(events) == 0 || !events[len(events)-1].At.After(w.at()) {
		return nil
	}
	last := records.FormatTime(events[len(events)-1].At)
	if !w.When.IsZero() {
		return &FieldError{Field: records.FieldLog,
			Message: fmt.Sprintf("its last line is dated %s, and what happened before that cannot be added behind it", last),
			Hint:    "give a later time, or edit the log by hand"}
	}
	return &FieldError{Field: records.FieldLog,
		Message: fmt.Sprintf("its last line is dated %s, which is after your clock's %s", last, records.FormatTime(w.Now)),
		Hint:    "one of the two clocks is wrong: set yours, or wait"}
}
