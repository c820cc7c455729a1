package conflict

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"frontdesk/records"
	"frontdesk/schema"
	"frontdesk/schema/calendar"
)

// The types that conflicts are about. Plans can be of any type.
const (
	serviceType records.Type = "service"
	assetType   records.Type = "asset"
	windowType  records.Type = "window"
	personType  records.Type = "person"
)

// The fields by which a plan hangs together with others, whatever its type.
const (
	fieldImplementer = "implementer"
	fieldParent      = "parent"
)

// Plan is a record's planned window and what it concerns.
type Plan struct {
	Record      *records.Record
	Branch      string // "" where the desk that is judged has it
	Span        calendar.Span
	Services    []records.ID
	Assets      []records.ID
	Implementer records.ID
}

// ErrNoPlan says that a record has no planned window.
var ErrNoPlan = errors.New("no planned window")

// TimesOf returns the fields of a type that say when its records are planned: those
// of its policy, or those that records with a plan usually have; ok is false where
// it has none.
func TimesOf(t *schema.Type) (w schema.PlannedWindow, ok bool) {
	if t.Policy != nil && t.Policy.Window != nil {
		return *t.Policy.Window, true
	}
	w = schema.PlannedWindow{Start: "planned_start", End: "planned_end"}
	return w, t.Field(w.Start) != nil && t.Field(w.End) != nil
}

// SpanOf returns the planned window of a record whatever its state: ErrNoPlan where it
// has none, another error where it cannot be read.
func SpanOf(t *schema.Type, r *records.Record) (calendar.Span, error) {
	w, ok := TimesOf(t)
	if !ok || r.Get(w.Start).IsNull() || r.Get(w.End).IsNull() {
		return calendar.Span{}, ErrNoPlan
	}
	start, okStart := r.Time(w.Start)
	end, okEnd := r.Time(w.End)
	switch {
	case !okStart:
		return calendar.Span{}, fmt.Errorf("%s is no time", w.Start)
	case !okEnd:
		return calendar.Span{}, fmt.Errorf("%s is no time", w.End)
	case !start.Before(end):
		return calendar.Span{}, errors.New("the planned window ends before it begins")
	}
	return calendar.Span{Start: start, End: end}, nil
}

// thing is a service or an asset.
type thing struct {
	typ records.Type
	id  records.ID
}

func (t thing) String() string { return string(t.typ) + "/" + string(t.id) }

// same and related are the kinds of conflicts over a thing.
func (t thing) same() Kind {
	if t.typ == assetType {
		return SameAsset
	}
	return SameService
}

func (t thing) related() Kind {
	if t.typ == assetType {
		return RelatedAsset
	}
	return RelatedService
}

// plan is a plan that is looked up by what it concerns.
type plan struct {
	Plan
	ref    string // of the record
	things []thing
	err    error // why its times cannot be read
}

// shape is what is to be known of the records of a type.
type shape struct {
	typ    *schema.Type
	plans  bool            // records of the type may be plans that conflict
	things []*schema.Field // that name services and assets
}

func newShape(t *schema.Type) *shape {
	s := &shape{typ: t, plans: t.Policy != nil && t.Policy.Window != nil}
	for _, f := range t.Fields {
		if f.Ref == serviceType || f.Ref == assetType {
			s.things = append(s.things, f)
		}
	}
	return s
}

// plan returns what a record plans, nil where it plans nothing or its work is done.
func (s *shape) plan(r *records.Record, zone *time.Location) *plan {
	if !s.plans || r.Fields == nil {
		return nil
	}
	if c := s.typ.Category(r); c != "" && !c.IsOpen() {
		return nil
	}
	span, err := SpanOf(s.typ, r)
	if errors.Is(err, ErrNoPlan) {
		return nil
	}
	p := &plan{Plan: Plan{Record: r, Span: within(span, zone)}, ref: r.Ref(), err: err}
	for _, f := range s.things {
		p.things = append(p.things, thingsIn(r, f)...)
	}
	slices.SortFunc(p.things, func(a, b thing) int {
		return cmp.Or(strings.Compare(string(a.typ), string(b.typ)), strings.Compare(string(a.id), string(b.id)))
	})
	p.things = slices.Compact(p.things)
	for _, t := range p.things {
		if t.typ == assetType {
			p.Assets = append(p.Assets, t.id)
		} else {
			p.Services = append(p.Services, t.id)
		}
	}
	_, p.Implementer = records.SplitRef(r.Text(fieldImplementer))
	return p
}

// thingsIn returns the services and assets that a field names.
func thingsIn(r *records.Record, f *schema.Field) []thing {
	var out []thing
	for _, text := range r.Get(f.Name).Strings() {
		typ, id := records.SplitRef(text)
		if typ = cmp.Or(typ, f.Ref); id != "" && (typ == serviceType || typ == assetType) {
			out = append(out, thing{typ, id})
		}
	}
	return out
}

// isSame reports whether a version of a record on a branch plans what another does.
func (p *plan) isSame(q *plan) bool {
	return p.ref == q.ref && p.Span.Start.Equal(q.Span.Start) && p.Span.End.Equal(q.Span.End) &&
		slices.Equal(p.things, q.things) && p.Implementer == q.Implementer && (p.err == nil) == (q.err == nil)
}

// isPartOf reports whether one of two records is the other's parent: a part is
// carried out within the whole.
func isPartOf(a, b *records.Record) bool {
	part := func(a, b *records.Record) bool {
		typ, id := records.SplitRef(a.Text(fieldParent))
		return id != "" && id == b.ID && cmp.Or(typ, a.Type) == b.Type
	}
	return a.Type == b.Type && (part(a, b) || part(b, a))
}

// track is plans in the order of their beginnings.
type track struct {
	plans []*plan
	until []time.Time // the latest end of the plans up to here
}

func (t *track) add(p *plan) { t.plans = append(t.plans, p) }

// sort puts the plans into their order, once all are there.
func (t *track) sort() {
	slices.SortStableFunc(t.plans, func(a, b *plan) int {
		return cmp.Or(a.Span.Start.Compare(b.Span.Start), strings.Compare(a.ref, b.ref), strings.Compare(a.Branch, b.Branch))
	})
	t.until = make([]time.Time, len(t.plans))
	var latest time.Time
	for i, p := range t.plans {
		if p.Span.End.After(latest) {
			latest = p.Span.End
		}
		t.until[i] = latest
	}
}

// overlapping calls do for the plans that overlap a span, the last first, until it
// returns false.
func (t *track) overlapping(s calendar.Span, do func(*plan) bool) bool {
	if t == nil {
		return true
	}
	n, _ := slices.BinarySearchFunc(t.plans, s.End, func(p *plan, end time.Time) int {
		if p.Span.Start.Before(end) {
			return -1
		}
		return 1
	})
	for i := n - 1; i >= 0 && t.until[i].After(s.Start); i-- {
		if t.plans[i].Span.Overlaps(s) && !do(t.plans[i]) {
			return false
		}
	}
	return true
}
