package conflict

import (
	"slices"
	"time"

	"frontdesk/records"
	"frontdesk/schema/calendar"
)

// Of returns the conflicts of a record, the gravest first.
func (b *Book) Of(r *records.Record) []Conflict {
	cs, _ := b.Some(r, -1)
	return cs
}

// Some is Of with at most limit conflicts with other plans, where it is not
// negative; more reports whether there would be others, so that a desk in which
// everything is planned for one time can be judged.
func (b *Book) Some(r *records.Record, limit int) (cs []Conflict, more bool) {
	p := b.own(r)
	if p == nil {
		return nil, false
	}
	if p.err != nil {
		return []Conflict{{Kind: UnreadableTimes, With: p.ref, Title: r.Title(), Detail: p.err.Error()}}, false
	}
	f := &finder{Book: b, plan: p, limit: limit, found: map[found]int{}}
	f.withPlans()
	f.withWindows()
	grave(f.cs)
	return f.cs, f.more
}

// found is what there is one conflict for.
type found struct {
	kind         Kind
	with, branch string
	window       *window // of two versions of one, both count
}

// finder gathers the conflicts of a plan.
type finder struct {
	*Book
	plan  *plan
	limit int
	cs    []Conflict
	found map[found]int // where in cs
	plans int           // how many of cs are with plans
	more  bool
}

// withPlans finds the other plans that overlap. It goes from what is grave to what
// is less so: two that change one thing are not told that it is its own neighbour.
func (f *finder) withPlans() {
	for _, t := range f.plan.things {
		f.track(f.byThing[t], t.same(), t.String(), "")
		for _, p := range f.unreadable[t] {
			f.unread(p, t)
		}
	}
	if who := f.plan.Implementer; who != "" {
		f.track(f.byPerson[who], DoubleBooked, string(personType)+"/"+string(who), "")
	}
	for _, t := range f.plan.things {
		for _, l := range f.links[t] {
			if slices.Contains(f.plan.things, l.to) {
				continue // found with the thing itself
			}
			f.track(f.byThing[l.to], l.to.related(), l.to.String(), l.words)
			for _, p := range f.unreadable[l.to] {
				f.unread(p, l.to)
			}
		}
	}
}

func (f *finder) track(t *track, kind Kind, through, words string) {
	t.overlapping(f.plan.Span, func(p *plan) bool {
		if f.isOther(p) && !f.isSaid(kind, p) {
			f.add(found{kind: kind, with: p.ref, branch: p.Branch}, Conflict{
				Kind: kind, With: p.ref, Title: p.Record.Title(), Branch: p.Branch, Through: through, Detail: words,
				Span: overlap(f.plan.Span, p.Span, f.zone),
			})
		}
		return !f.more
	})
}

// isOther reports whether a plan can be in the way: it is not another version of the
// same record, nor of a record that this one is part of, or that is part of it.
func (f *finder) isOther(p *plan) bool {
	return p.ref != f.plan.ref && !isPartOf(p.Record, f.plan.Record)
}

// isSaid reports whether a conflict with the plan over a neighbour has been said
// over the thing itself.
func (f *finder) isSaid(kind Kind, p *plan) bool {
	var same Kind
	switch kind {
	case RelatedAsset:
		same = SameAsset
	case RelatedService:
		same = SameService
	default:
		return false
	}
	_, ok := f.found[found{kind: same, with: p.ref, branch: p.Branch}]
	return ok
}

func (f *finder) unread(p *plan, t thing) {
	if !f.isOther(p) {
		return
	}
	f.add(found{kind: UnreadableTimes, with: p.ref, branch: p.Branch}, Conflict{
		Kind: UnreadableTimes, With: p.ref, Title: p.Record.Title(), Branch: p.Branch, Through: t.String(), Detail: p.err.Error(),
	})
}

// add adds a conflict with a plan, or one more thing to one that is there.
func (f *finder) add(k found, c Conflict) {
	if i, ok := f.found[k]; ok {
		if f.cs[i].Through != c.Through {
			f.cs[i].More++
		}
		return
	}
	if k.window == nil {
		if f.limit >= 0 && f.plans >= f.limit {
			f.more = true
			return
		}
		f.plans++
	}
	f.found[k] = len(f.cs)
	f.cs = append(f.cs, c)
}

// withWindows finds freezes, maintenance windows and those that cannot be read.
func (f *finder) withWindows() {
	bad, freezes := f.around(f.plan)
	for _, s := range bad {
		f.window(UnreadableTimes, s, calendar.Span{}, s.window.err.Error())
	}
	for _, s := range freezes {
		if spans, _ := f.between(s.window, f.plan.Span, 1); len(spans) > 0 {
			f.window(InFreeze, s, overlap(f.plan.Span, spans[0], f.zone), s.words)
		}
	}
	for _, g := range f.maintenance(f.plan) {
		if f.covers(g, f.plan.Span) {
			continue
		}
		w, next := f.next(g, f.plan.Span.Start)
		f.window(OutsideWindow, scope{window: w, through: g.through, words: g.words}, next, g.words)
	}
}

func (f *finder) window(kind Kind, s scope, span calendar.Span, detail string) {
	f.add(found{kind: kind, with: s.window.ref, window: s.window}, Conflict{
		Kind: kind, With: s.window.ref, Title: s.window.record.Title(), Through: s.through, Detail: detail, Span: span,
	})
}

// scope is a window with what of a plan it concerns.
type scope struct {
	window  *window
	through string // "" where it concerns everything
	words   string // how that hangs together with what the plan names; "" where it names it
}

// around returns the windows whose times cannot be read, and the freezes, that
// concern a plan: what it names, and parents and children of that.
func (b *Book) around(p *plan) (bad, freezes []scope) {
	seen := map[*window]bool{}
	sort := func(ws []*window, through, words string) {
		for _, w := range ws {
			if seen[w] {
				continue
			}
			seen[w] = true
			s := scope{w, through, words}
			if w.err != nil {
				bad = append(bad, s)
			} else if w.kind == kindFreeze {
				freezes = append(freezes, s)
			}
		}
	}
	sort(b.everywhere, "", "")
	for _, t := range p.things {
		sort(b.named(t), t.String(), "")
	}
	for _, t := range p.things {
		for _, l := range b.links[t] {
			sort(b.named(l.to), l.to.String(), l.words)
		}
	}
	return bad, freezes
}

// named returns the windows that concern a thing by its name or class.
func (b *Book) named(t thing) []*window {
	ws := b.windowsOf[t]
	if t.typ != assetType || len(b.byClass) == 0 {
		return ws
	}
	ws = slices.Clone(ws)
	for _, w := range b.byClass {
		if !slices.Contains(ws, w) && slices.ContainsFunc(b.classes[t.id], func(c string) bool { return slices.Contains(w.categories, c) }) {
			ws = append(ws, w)
		}
	}
	return ws
}

// group is the maintenance windows of one thing. Who works on it does so within one
// of them, or several that follow on each other.
type group struct {
	windows []*window
	through string
	words   string
}

// maintenance returns the maintenance windows that a plan has to heed: of each thing
// that it names those of the thing, or, where there are none, those of what it is
// part of and of what stands on it. Windows that concern everything are added to
// all, and stand alone where there are no others.
func (b *Book) maintenance(p *plan) []group {
	var out []group
	everywhere := maintained(b.everywhere)
	for _, t := range p.things {
		if own := maintained(b.named(t)); len(own) > 0 {
			out = append(out, group{slices.Concat(own, everywhere), t.String(), ""})
			continue
		}
		for _, l := range b.links[t] {
			if !l.heeds {
				continue
			}
			if ws := maintained(b.named(l.to)); len(ws) > 0 {
				out = append(out, group{slices.Concat(ws, everywhere), l.to.String(), l.words})
			}
		}
	}
	if len(out) == 0 && len(everywhere) > 0 {
		out = append(out, group{windows: everywhere})
	}
	return out
}

func maintained(ws []*window) []*window {
	var out []*window
	for _, w := range ws {
		if w.kind == kindMaintenance && w.err == nil {
			out = append(out, w)
		}
	}
	return out
}

// maxCovering is how many occurrences of a window are laid end to end to cover a
// plan.
const maxCovering = 1000

// covers reports whether the windows of a group are open all through a span.
func (b *Book) covers(g group, s calendar.Span) bool {
	at := s.Start
	for range maxCovering {
		end, ok := b.openAt(g.windows, at)
		if !ok {
			return false
		}
		if !end.Before(s.End) {
			return true
		}
		at = end
	}
	return false
}

// openAt returns until when one of the windows that are open at a moment is.
func (b *Book) openAt(ws []*window, at time.Time) (end time.Time, ok bool) {
	for _, w := range ws {
		spans, _ := b.between(w, moment(at), maxCovering)
		for _, o := range spans {
			if o.End.After(end) {
				end, ok = o.End, true
			}
		}
	}
	return end, ok
}

// moment is the shortest span that begins at a time.
func moment(at time.Time) calendar.Span { return calendar.Span{Start: at, End: at.Add(1)} }

// lookAhead is how far ahead the next occurrence of a window is looked for.
const lookAhead = 400 * 24 * time.Hour

// next returns which of the windows is open at a moment or opens next, and when; a
// zero span where none does.
func (b *Book) next(g group, at time.Time) (*window, calendar.Span) {
	best, when := g.windows[0], calendar.Span{}
	for _, w := range g.windows {
		spans, _ := b.between(w, calendar.Span{Start: at, End: at.Add(lookAhead)}, 1)
		if len(spans) > 0 && (when.Start.IsZero() || spans[0].Start.Before(when.Start)) {
			best, when = w, spans[0]
		}
	}
	if when.Start.IsZero() {
		return best, when
	}
	return best, within(when, b.zone)
}
