package conflict

import (
	"fmt"
	"time"

	"frontdesk/records"
)

// openTime is how times are said.
const openTime = "2006-01-02 15:04 MST"

// Open reports whether a moment is within the record's planned window, in a
// maintenance window of what it concerns if there are such, and in no freeze;
// why says what is not so, and next when it opens, zero where that is not known.
// While a window that concerns the record cannot be read it is not open.
func (b *Book) Open(r *records.Record, at time.Time) (ok bool, why string, next time.Time) {
	p := b.own(r)
	switch {
	case p == nil:
		return false, b.whyNone(r), time.Time{}
	case p.err != nil:
		return false, p.err.Error(), time.Time{}
	case !at.Before(p.Span.End):
		return false, "its planned window closed at " + b.say(p.Span.End), time.Time{}
	}
	o := &opening{Book: b, plan: p}
	bad, freezes := b.around(p)
	if len(bad) > 0 {
		return false, Conflict{Kind: UnreadableTimes, With: bad[0].window.ref, Title: bad[0].window.record.Title(), Detail: bad[0].window.err.Error()}.String(), time.Time{}
	}
	o.freezes, o.groups = freezes, b.maintenance(p)
	if at.Before(p.Span.Start) {
		why = "its planned window opens at " + b.say(p.Span.Start)
		next, _ = o.first(p.Span.Start)
		return false, why, next
	}
	why, _ = o.closed(at)
	if why == "" {
		return true, "", time.Time{}
	}
	next, _ = o.first(at)
	return false, why, next
}

// whyNone says why a record has no plan.
func (b *Book) whyNone(r *records.Record) string {
	if t := b.types.Get(r.Type); t != nil {
		if c := t.Category(r); c != "" && !c.IsOpen() {
			return "its work is done"
		}
	}
	return "it has no planned window"
}

func (b *Book) say(t time.Time) string { return t.In(b.zone).Format(openTime) }

// opening is what keeps a plan from being carried out within its window.
type opening struct {
	*Book
	plan    *plan
	freezes []scope
	groups  []group
}

// maxSteps bounds the search for a moment at which nothing is in the way.
const maxSteps = 1000

// first returns the first moment from at on, within the planned window, at which
// nothing is in the way.
func (o *opening) first(at time.Time) (time.Time, bool) {
	for range maxSteps {
		if !at.Before(o.plan.Span.End) {
			break
		}
		why, until := o.closed(at)
		if why == "" {
			return at.In(o.zone), true
		}
		if until.IsZero() {
			break
		}
		at = until
	}
	return time.Time{}, false
}

// closed says what is in the way at a moment within the planned window, and until
// when at least, zero where it is for ever; "" where nothing is.
func (o *opening) closed(at time.Time) (why string, until time.Time) {
	for _, s := range o.freezes {
		spans, _ := o.between(s.window, moment(at), 1)
		if len(spans) == 0 {
			continue
		}
		c := Conflict{Kind: InFreeze, With: s.window.ref, Title: s.window.record.Title(), Through: s.through, Detail: s.words, Span: within(spans[0], o.zone)}
		return c.String(), spans[0].End
	}
	for _, g := range o.groups {
		if _, open := o.openAt(g.windows, at); open {
			continue
		}
		w, next := o.next(g, at)
		c := Conflict{Kind: OutsideWindow, With: w.ref, Title: w.record.Title(), Through: g.through, Detail: g.words, Span: next}
		return fmt.Sprint(c), next.Start
	}
	return "", time.Time{}
}
