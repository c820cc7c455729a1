package site

import (
	"slices"
	"time"

	"frontdesk/records"
	"frontdesk/schema"
)

// visibleEvents returns the record's log without the fields that readers may
// not see, and without the events of which nothing is left.
func (v *view) visibleEvents(it *item) []records.Event {
	if !seesField(v.readers, it.kind.Type, records.FieldLog) {
		return nil
	}
	all, ds := it.full.Log()
	it.problems = append(it.problems, ds...)
	out := make([]records.Event, 0, len(all))
	for _, e := range all {
		kept := slices.Clone(e.Fields)
		kept = slices.DeleteFunc(kept, func(p records.Pair) bool { return !v.seesChange(it, p) })
		if len(kept) == 0 && !v.isStaff() {
			continue
		}
		e.Fields = kept
		out = append(out, e)
	}
	return out
}

func (v *view) seesChange(it *item, p records.Pair) bool {
	if !seesField(v.readers, it.kind.Type, p.Key) {
		return false
	}
	f := it.kind.Field(p.Key)
	if f == nil || f.Ref == "" || p.Value.IsNull() {
		return true
	}
	for _, id := range p.Value.Strings() {
		if _, gone := v.resolve(f.Ref, id); gone {
			return false
		}
	}
	return true
}

// openedAt returns when the record's life began: what the field says that its
// first state stamps, or the log's first event.
func openedAt(it *item, v *view) time.Time {
	if len(it.kind.States) > 0 {
		if t, ok := records.ParseTime(v.get(it, it.kind.States[0].Stamp).String()); ok {
			return t
		}
	}
	if len(it.events) > 0 {
		return it.events[0].At
	}
	return time.Time{}
}

// timeline returns the record's log as seen from a page, the last event first.
func (v *view) timeline(it *item, from string) []step {
	before := map[string]*records.Value{}
	foreign := foreignEvents(v.get(it, records.FieldImported))
	steps := make([]step, 0, len(it.events))
	for i, e := range it.events {
		s := step{Time: v.time(e.At), By: v.person(e.By, from), Created: i == 0, Foreign: i < foreign}
		for _, p := range e.Fields {
			s.Changes = append(s.Changes, v.change(it, p, before[p.Key], from))
			before[p.Key] = p.Value
			if p.Key == records.FieldState {
				s.Tone = stateTone(it.kind.State(records.State(p.Value.String())))
			}
		}
		steps = append(steps, s)
	}
	slices.Reverse(steps)
	return steps
}

// foreignEvents returns how many of the first events an import brought.
func foreignEvents(imported *records.Value) int {
	if n, ok := imported.Get(records.FieldLog).Any().(int64); ok {
		return int(n)
	}
	return 0
}

func (v *view) change(it *item, p records.Pair, before *records.Value, from string) change {
	f := it.kind.Field(p.Key)
	if f == nil {
		f = &schema.Field{Name: p.Key}
	}
	c := change{Label: label(f), To: v.changed(it, f, p.Value, from)}
	if before != nil {
		c.From = v.changed(it, f, before, from)
	}
	return c
}

// changed returns a tracked value as the timeline shows it, nil for a cleared
// one.
func (v *view) changed(it *item, f *schema.Field, x *records.Value, from string) *value {
	if f.Name == records.FieldState {
		if s := it.kind.State(records.State(x.String())); s != nil {
			return &value{Text: stateTitle(s), Class: stateClass(s)}
		}
	}
	var texts []value
	for _, leaf := range leaves(x) {
		if val, ok := v.value(f, leaf, from); ok {
			texts = append(texts, val)
		}
	}
	switch len(texts) {
	case 0:
		return nil
	case 1:
		return &texts[0]
	}
	all := texts[0].Text
	for _, t := range texts[1:] {
		all += ", " + t.Text
	}
	return &value{Text: all}
}

func stateTitle(s *schema.State) string {
	if s.Title != "" {
		return s.Title
	}
	return humanize(string(s.Name))
}

// stateTone is the look of a state: its category, which is the same for states
// of all types and names.
func stateTone(s *schema.State) string {
	if s == nil {
		return ""
	}
	return string(s.Category)
}

func stateClass(s *schema.State) string { return "state " + stateTone(s) }

// badge returns the badge of a record's state, nil if there is none.
func (it *item) badge() *badge {
	if it.state == nil {
		return nil
	}
	return &badge{Text: stateTitle(it.state), Class: stateClass(it.state)}
}
