package conflict

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"time"

	"frontdesk/records"
	"frontdesk/schema"
	"frontdesk/schema/calendar"
)

// The kinds of windows.
const (
	kindFreeze      = "freeze"
	kindMaintenance = "maintenance"
)

// Fields of windows.
const (
	fieldKind       = "kind"
	fieldStarts     = "starts_at"
	fieldEnds       = "ends_at"
	fieldDuration   = "duration"
	fieldRecurrence = "recurrence"
	fieldZone       = "time_zone"
	fieldExcept     = "except"
	fieldCategories = "categories"
)

// Fields are the fields by which plans, services and assets of the types are judged,
// without those that refer to other records. Windows, which are few and have many
// fields of their own, are judged whole.
func Fields(types *schema.Types) []string {
	out := []string{records.FieldID, records.FieldState}
	for _, t := range types.All() {
		if t.Policy != nil && t.Policy.Window != nil {
			out = append(out, t.Policy.Window.Start, t.Policy.Window.End)
		}
	}
	if types.Get(windowType) != nil {
		out = append(out, classFields()...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// classFields are the fields of an asset that categories of windows mean.
func classFields() []string { return []string{"class", "category"} }

// Recurrence returns when a window comes, by the desk's zone where it names none.
func Recurrence(r *records.Record, desk *time.Location) (calendar.Recurrence, error) {
	return recurrence(r, func(name string) (*time.Location, error) { return loadZone(name, desk) })
}

func loadZone(name string, desk *time.Location) (*time.Location, error) {
	if name == "" {
		return desk, nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil || name == "Local" {
		return nil, fmt.Errorf("%q is not a time zone of the IANA database", name)
	}
	return zone, nil
}

func recurrence(r *records.Record, load func(string) (*time.Location, error)) (c calendar.Recurrence, err error) {
	for _, f := range []string{fieldStarts, fieldEnds, fieldDuration, fieldRecurrence, fieldZone} {
		if v := r.Get(f); v != nil && !v.IsScalar() {
			return c, timesError{f, fmt.Errorf("it is a %s", v.Kind)}
		}
	}
	start, ok := r.Time(fieldStarts)
	if !ok {
		return c, timesError{fieldStarts, errNoTime}
	}
	if c.Zone, err = load(r.Text(fieldZone)); err != nil {
		return c, timesError{fieldZone, err}
	}
	c.First, c.Rule = start, r.Text(fieldRecurrence)
	if err := setLength(r, &c); err != nil {
		return c, err
	}
	if c.ExceptDates, err = dates(r.Get(fieldExcept)); err != nil {
		return c, timesError{fieldExcept, err}
	}
	once := c
	once.Rule = ""
	switch {
	case once.Check() != nil:
		return c, timesError{fieldStarts, once.Check()}
	case c.Check() != nil:
		return c, timesError{fieldRecurrence, c.Check()}
	}
	return c, nil
}

// setLength reads how long a window lasts.
func setLength(r *records.Record, c *calendar.Recurrence) (err error) {
	ends, lasts := !r.Get(fieldEnds).IsNull(), !r.Get(fieldDuration).IsNull()
	switch {
	case ends == lasts:
		return timesError{fieldEnds, fmt.Errorf("it has neither %s nor %s, or both", fieldEnds, fieldDuration)}
	case lasts:
		if c.Days, c.Length, err = calendar.ParseDuration(r.Text(fieldDuration)); err != nil {
			return timesError{fieldDuration, err}
		}
		return nil
	}
	end, ok := r.Time(fieldEnds)
	if !ok {
		return timesError{fieldEnds, errNoTime}
	}
	c.Length = end.Sub(c.First)
	return nil
}

var errNoTime = errors.New("it is no time")

// timesError says which field keeps a window's times from being read.
type timesError struct {
	field string
	err   error
}

func (e timesError) Error() string { return e.field + ": " + e.err.Error() }

func (e timesError) Unwrap() error { return e.err }

// TimesField returns the field that an error of Recurrence is about.
func TimesField(err error) string {
	var e timesError
	if errors.As(err, &e) {
		return e.field
	}
	return fieldStarts
}

func dates(v *records.Value) ([]string, error) {
	if v.IsNull() {
		return nil, nil
	}
	if v.Kind != records.List {
		return nil, fmt.Errorf("it is a %s, not a list of dates", v.Kind)
	}
	var out []string
	for _, item := range v.Items {
		if _, err := time.Parse(time.DateOnly, item.String()); err != nil {
			return nil, fmt.Errorf("%q is no date", item.String())
		}
		out = append(out, item.String())
	}
	return out, nil
}

// window is a window that counts.
type window struct {
	record     *records.Record
	ref        string
	kind       string // "" where it is neither
	err        error  // why its times cannot be read
	times      calendar.Recurrence
	everything bool // names nothing that it concerns
	things     []thing
	categories []string // in lower case

	once  sync.Once
	spans []calendar.Span // those that overlap known, by their beginning
	known calendar.Span
}

// Counts reports whether a window is in force: neither a draft nor at its end. One
// in a state that the type does not have counts, so that a slip of the pen opens
// nothing.
func Counts(t *schema.Type, r *records.Record) bool {
	switch t.Category(r) {
	case records.New, records.Closed, records.Cancelled:
		return false
	}
	return true
}

func newWindow(s *shape, r *records.Record, load func(string) (*time.Location, error)) *window {
	w := &window{record: r, ref: r.Ref(), kind: r.Text(fieldKind)}
	w.times, w.err = recurrence(r, load)
	if w.kind != kindFreeze && w.kind != kindMaintenance {
		if w.kind = ""; w.err == nil {
			w.err = fmt.Errorf("%s is neither %s nor %s", fieldKind, kindFreeze, kindMaintenance)
		}
	}
	for _, f := range s.things {
		w.things = append(w.things, thingsIn(r, f)...)
	}
	for _, c := range r.Get(fieldCategories).Strings() {
		w.categories = append(w.categories, strings.ToLower(c))
	}
	w.everything = len(w.things) == 0 && len(w.categories) == 0
	return w
}

// isSame reports whether two windows say the same, as those of a base and of what
// is judged mostly do.
func (w *window) isSame(o *window) bool {
	if w.record == o.record {
		return true
	}
	if w.ref != o.ref || w.kind != o.kind || !slices.Equal(w.things, o.things) || !slices.Equal(w.categories, o.categories) {
		return false
	}
	for _, f := range []string{fieldStarts, fieldEnds, fieldDuration, fieldRecurrence, fieldZone, fieldExcept} {
		if !w.record.Get(f).Equal(o.record.Get(f)) {
			return false
		}
	}
	return true
}

// maxKnown is how many occurrences of a window are worked out at once. Those of a
// daily window fill ten years.
const maxKnown = 4000

// know works out the occurrences within a span, once.
func (w *window) know(hull calendar.Span) {
	w.once.Do(func() {
		spans, cut, err := w.times.Between(hull.Start, hull.End, maxKnown)
		if err != nil {
			return // Check found nothing
		}
		w.spans, w.known = spans, hull
		if cut && len(spans) > 0 {
			w.known.End = spans[len(spans)-1].Start
		}
	})
}

// between returns the occurrences of a window that overlap a span, at most limit.
func (b *Book) between(w *window, s calendar.Span, limit int) (spans []calendar.Span, cut bool) {
	if w.err != nil || limit <= 0 {
		return nil, true
	}
	if !b.hull.Start.IsZero() {
		w.know(b.hull)
	}
	if s.Start.Before(w.known.Start) || s.End.After(w.known.End) {
		spans, cut, err := w.times.Between(s.Start, s.End, limit)
		return spans, cut || err != nil
	}
	longest := time.Duration(w.times.Days)*24*time.Hour + w.times.Length + 24*time.Hour // clocks change by less
	from, _ := slices.BinarySearchFunc(w.spans, s.Start.Add(-longest), func(o calendar.Span, at time.Time) int { return o.Start.Compare(at) })
	for _, o := range w.spans[from:] {
		switch {
		case !o.Start.Before(s.End):
			return spans, false
		case !o.Overlaps(s):
		case len(spans) == limit:
			return spans, true
		default:
			spans = append(spans, o)
		}
	}
	return spans, false
}
