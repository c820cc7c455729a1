package sla

import (
	"slices"
	"time"

	"frontdesk/records"
)

// phased is a life as clocks see it: stints that begin when the record was opened as it
// states, the last resolution and the closing of which are when it states them, and each
// of which has a category.
type phased struct {
	stints []Stint
	before bool // the first stint is from before the first line of the log: what was then is not known, and it is not held
}

// phased returns the life as clocks see it; no stints where nothing is known.
func (l *Life) phased() phased {
	p := phased{stints: slices.Clone(l.Stints)}
	if len(p.stints) == 0 {
		return p
	}
	for i := range p.stints {
		s := &p.stints[i]
		switch {
		case s.Category != "":
		case i == 0:
			s.Category = records.New
		default: // a state that the type does not have says nothing
			s.State, s.Category = p.stints[i-1].State, p.stints[i-1].Category
		}
	}
	p.open(l.Opened)
	p.resolve(l.Resolved, l.Closed)
	return p
}

// open makes the life begin when the record was opened, as it states.
func (p *phased) open(at time.Time) {
	first := p.stints[0]
	switch {
	case at.IsZero() || at.Equal(first.From):
	case at.Before(first.From):
		first.From = at
		first.Hold, first.Team, first.Assignee = "", "", ""
		if !first.Category.IsOpen() || first.Category == records.Held {
			first.State, first.Category = "", records.New
		}
		p.stints, p.before = slices.Insert(p.stints, 0, first), true
	default:
		p.begin(0, at)
	}
}

// begin moves the beginning of a stint. Earlier ones end by then, later ones begin no
// earlier.
func (p *phased) begin(i int, at time.Time) {
	for j := range p.stints {
		s := &p.stints[j]
		if j < i && s.From.After(at) || j >= i && s.From.Before(at) || j == i {
			s.From = at
		}
	}
}

// resolve moves the last resolution to when it is stated, and the closing that follows
// it, if those times lie where they can be meant: not before work on it was taken up
// last, nor after it was taken up again.
func (p *phased) resolve(resolved, closed time.Time) {
	last := -1 // stint that began the last stretch in which it was done
	for i, s := range p.stints {
		if !s.Category.IsOpen() && (i == 0 || p.stints[i-1].Category.IsOpen()) {
			last = i
		}
	}
	if last < 0 {
		return
	}
	from, to, end := p.stints[0].From, time.Time{}, len(p.stints)
	for i := last - 1; i >= 0 && p.stints[i].Category.IsOpen(); i-- {
		from = p.stints[i].From
	}
	for i := last; i < len(p.stints); i++ {
		if p.stints[i].Category.IsOpen() {
			to, end = p.stints[i].From, i
			break
		}
	}
	fits := func(at time.Time) bool {
		return !at.IsZero() && !at.Before(from) && (to.IsZero() || !at.After(to))
	}
	done := p.stints[last].Category.IsDone()
	switch {
	case fits(resolved) && (!done || !p.stints[last].isCancelled()):
		n := p.finish(last, resolved)
		last, end = last+n, end+n
	case done && fits(closed):
		p.finish(last, closed)
		return
	}
	for i := last + 1; i < end; i++ {
		if p.stints[i].Category.IsDone() {
			if fits(closed) && !closed.Before(p.stints[last].From) && p.stints[last].Category == records.Resolved {
				p.begin(i, closed)
			}
			return
		}
	}
}

// finish moves the beginning of a stint in which the record is done. From its line of the
// log to a later time that is stated, it was neither done nor on hold. It returns how many
// stints were added before it.
func (p *phased) finish(i int, at time.Time) int {
	was := p.stints[i]
	p.begin(i, at)
	if !at.After(was.From) {
		return 0
	}
	was.State, was.Category, was.Hold = "", records.Active, ""
	p.stints = slices.Insert(p.stints, i, was)
	return 1
}

func (s Stint) isCancelled() bool { return s.Category == records.Cancelled }

// end returns when a stint ends; zero for the last one.
func (p *phased) end(i int) time.Time {
	if i+1 < len(p.stints) {
		return p.stints[i+1].From
	}
	return time.Time{}
}
