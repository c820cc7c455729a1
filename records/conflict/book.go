package conflict

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"frontdesk/records"
	"frontdesk/schema"
	"frontdesk/schema/calendar"
)

// Book is what is planned, with the services, assets and windows around it. It may
// be asked by several goroutines at once.
type Book struct {
	types  *schema.Types
	shapes map[records.Type]*shape
	zone   *time.Location
	zones  map[string]*time.Location

	plans      *track // all of them
	byThing    map[thing]*track
	byPerson   map[records.ID]*track
	unreadable map[thing][]*plan // whose times cannot be read
	hull       calendar.Span     // in which windows are worked out at once: that of the plans, and what is looked ahead

	links   links
	classes map[records.ID][]string // of assets, in lower case; empty where no window asks

	windows    []*window // by ref
	everywhere []*window // that concern everything
	byClass    []*window // that concern classes of assets
	windowsOf  map[thing][]*window
}

// Input is what a book is made of. Records are of the types that have a policy
// with a planned window, of windows, services and assets; others are passed over.
type Input struct {
	Types    *schema.Types
	Set      *records.Set
	Freezes  *records.Set // whose windows of kind freeze count as well: the base's, with its services and assets; may be nil
	Branches []Branch     // records of other branches that are not merged
	TimeZone *time.Location
}

// Branch is what an open branch plans.
type Branch struct {
	Name    string
	Records []*records.Record
}

// NewBook makes the book.
func NewBook(in Input) *Book {
	b := &Book{
		types: in.Types, zone: in.TimeZone, zones: map[string]*time.Location{},
		shapes: map[records.Type]*shape{}, links: links{},
		plans: &track{}, byThing: map[thing]*track{}, byPerson: map[records.ID]*track{}, unreadable: map[thing][]*plan{},
		windowsOf: map[thing][]*window{},
	}
	if b.zone == nil {
		b.zone = time.UTC
	}
	assets := b.read(in.Set, false)
	if in.Freezes != nil && in.Freezes != in.Set {
		// A freeze cannot be lifted, nor a link cut, by the change that it is in the way of.
		assets = append(assets, b.read(in.Freezes, true)...)
	}
	for _, branch := range in.Branches {
		b.branch(branch)
	}
	b.readClasses(assets)
	b.sort()
	return b
}

// read takes in the records of a set; of a base, no plans and no maintenance
// windows. It returns the assets.
func (b *Book) read(set *records.Set, isBase bool) (assets []*records.Record) {
	for _, r := range set.All() {
		s := b.learn(r.Type)
		if s == nil || r.Fields == nil {
			continue
		}
		switch r.Type {
		case windowType:
			if Counts(s.typ, r) && !(isBase && r.Text(fieldKind) == kindMaintenance) {
				b.window(newWindow(s, r, b.loadZone))
			}
		case assetType:
			assets = append(assets, r)
			b.links.add(s, r)
		case serviceType:
			b.links.add(s, r)
		}
		if s.plans && !isBase {
			b.plan(s.plan(r, b.zone))
		}
	}
	return assets
}

// learn returns what is to be known of a type's records, nil of an unknown type. Types
// that no record is of are not read at all.
func (b *Book) learn(typ records.Type) *shape {
	s, known := b.shapes[typ]
	if !known {
		if t := b.types.Get(typ); t != nil {
			s = newShape(t)
		}
		b.shapes[typ] = s
	}
	return s
}

// loadZone is time.LoadLocation once a name.
func (b *Book) loadZone(name string) (*time.Location, error) {
	if zone := b.zones[name]; zone != nil {
		return zone, nil
	}
	zone, err := loadZone(name, b.zone)
	if err == nil {
		b.zones[name] = zone
	}
	return zone, err
}

func (b *Book) plan(p *plan) {
	switch {
	case p == nil:
	case p.err != nil:
		for _, t := range p.things {
			b.unreadable[t] = append(b.unreadable[t], p)
		}
	default:
		b.plans.add(p)
		for _, t := range p.things {
			put(b.byThing, t, p)
		}
		if p.Implementer != "" {
			put(b.byPerson, p.Implementer, p)
		}
	}
}

func put[K comparable](m map[K]*track, k K, p *plan) {
	t := m[k]
	if t == nil {
		t = &track{}
		m[k] = t
	}
	t.add(p)
}

// branch takes in what a branch plans otherwise than it is planned already.
func (b *Book) branch(branch Branch) {
	known := map[string][]*plan{}
	for _, p := range b.plans.plans {
		known[p.ref] = append(known[p.ref], p)
	}
	for _, r := range branch.Records {
		s := b.learn(r.Type)
		if s == nil {
			continue
		}
		p := s.plan(r, b.zone)
		if p == nil || slices.ContainsFunc(known[p.ref], p.isSame) {
			continue
		}
		p.Branch = branch.Name
		known[p.ref] = append(known[p.ref], p)
		b.plan(p)
	}
}

// window takes in a window unless it is there.
func (b *Book) window(w *window) {
	if slices.ContainsFunc(b.windows, w.isSame) {
		return
	}
	b.windows = append(b.windows, w)
	switch {
	case w.everything:
		b.everywhere = append(b.everywhere, w)
	case len(w.categories) > 0:
		b.byClass = append(b.byClass, w)
	}
	for _, t := range w.things {
		if !slices.Contains(b.windowsOf[t], w) {
			b.windowsOf[t] = append(b.windowsOf[t], w)
		}
	}
}

// readClasses takes in the classes of assets where a window asks for them.
func (b *Book) readClasses(assets []*records.Record) {
	if len(b.byClass) == 0 {
		return
	}
	b.classes = map[records.ID][]string{}
	for _, r := range assets {
		for _, f := range classFields() {
			if c := strings.ToLower(r.Text(f)); c != "" && !slices.Contains(b.classes[r.ID], c) {
				b.classes[r.ID] = append(b.classes[r.ID], c)
			}
		}
	}
}

func (b *Book) sort() {
	b.plans.sort()
	for _, t := range b.byThing {
		t.sort()
	}
	for _, t := range b.byPerson {
		t.sort()
	}
	slices.SortStableFunc(b.windows, func(v, w *window) int { return strings.Compare(v.ref, w.ref) })
	if n := len(b.plans.plans); n > 0 {
		b.hull = calendar.Span{Start: b.plans.plans[0].Span.Start, End: b.plans.until[n-1].Add(lookAhead)}
	}
}

// PlanOf returns the plan of a record; ok is false where it has no planned window,
// none that can be read, or its work is done.
func (b *Book) PlanOf(r *records.Record) (p Plan, ok bool) {
	own := b.own(r)
	if own == nil || own.err != nil {
		return Plan{}, false
	}
	return own.Plan, true
}

func (b *Book) own(r *records.Record) *plan {
	s := b.shapes[r.Type]
	if t := b.types.Get(r.Type); s == nil && t != nil {
		s = newShape(t) // none of its type was in the set
	}
	if s == nil {
		return nil
	}
	return s.plan(r, b.zone)
}

// Plans returns the plans that overlap a span, by time.
func (b *Book) Plans(s calendar.Span) []Plan {
	var out []Plan
	b.plans.overlapping(s, func(p *plan) bool {
		out = append(out, p.Plan)
		return true
	})
	slices.Reverse(out)
	return out
}

// Occurrence is one of a window's spans.
type Occurrence struct {
	Window *records.Record
	Span   calendar.Span
}

// Windows returns the occurrences of windows that overlap a span, by time. Those of
// one window are at most calendar.MaxSpans; WindowsIn says where there are more.
func (b *Book) Windows(s calendar.Span) []Occurrence {
	out, _ := b.WindowsIn(s, calendar.MaxSpans)
	return out
}

// WindowsIn returns the occurrences of windows that overlap a span, by time, at most
// limit of each window; cut are the windows that have more, or may have.
func (b *Book) WindowsIn(s calendar.Span, limit int) (out []Occurrence, cut []*records.Record) {
	for _, w := range b.windows {
		if w.err != nil {
			continue
		}
		spans, more := b.between(w, s, limit)
		for _, o := range spans {
			out = append(out, Occurrence{Window: w.record, Span: within(o, b.zone)})
		}
		if more {
			cut = append(cut, w.record)
		}
	}
	slices.SortStableFunc(out, func(a, b Occurrence) int {
		return cmp.Or(a.Span.Start.Compare(b.Span.Start), a.Span.End.Compare(b.Span.End))
	})
	return out, cut
}

// Unreadable returns the windows in force whose times cannot be read, with the
// reasons.
func (b *Book) Unreadable() (ws []*records.Record, reasons []error) {
	for _, w := range b.windows {
		if w.err != nil {
			ws, reasons = append(ws, w.record), append(reasons, w.err)
		}
	}
	return ws, reasons
}
