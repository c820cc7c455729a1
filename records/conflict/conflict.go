// Package conflict provides what gets in the way of a planned change: other
// changes to the same things at the same time, freezes, maintenance windows, and
// people booked twice. It is pure: it looks at the records that it is handed. What
// cannot be read gets in the way, too. It must not decide what a conflict means.
package conflict

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"frontdesk/records/plain"
	"frontdesk/schema/calendar"
)

// Kind is what sort of conflict it is.
type Kind string

// The kinds of conflicts.
const (
	SameAsset       Kind = "same-asset"
	RelatedAsset    Kind = "related-asset" // its parent or child
	SameService     Kind = "same-service"
	RelatedService  Kind = "related-service"
	InFreeze        Kind = "freeze"
	OutsideWindow   Kind = "outside-maintenance"
	DoubleBooked    Kind = "double-booked" // the implementer
	UnreadableTimes Kind = "unreadable-window"
)

// Kinds lists the kinds, the gravest first.
func Kinds() []Kind {
	return []Kind{InFreeze, UnreadableTimes, SameAsset, SameService, DoubleBooked, OutsideWindow, RelatedAsset, RelatedService}
}

// Conflict is one of them. There is one of a kind with another record, however many
// things they share.
type Conflict struct {
	Kind    Kind
	With    string // "change/CHG-…" or "window/…"; the record itself where its own times cannot be read
	Title   string // of With
	Branch  string // where With is, if not where the record is; short name
	Through string // what they share: "asset/web-1", "person/lee"; "" for a window that concerns everything
	More    int    // how many other things they share
	Detail  string // how Through hangs together with what the record concerns, or why a window cannot be read
	// Span is when both are at it, in the book's time zone; for OutsideWindow when
	// the window is open next, zero where it is never again; zero for UnreadableTimes.
	Span calendar.Span
}

// String says the conflict in words, for one who plans the record. Titles are those
// of records, on one line and without control characters.
func (c Conflict) String() string {
	with, through := c.with(), plain.Line(c.Through)
	if c.More > 0 {
		through = fmt.Sprintf("%s and %d more", through, c.More)
	}
	switch c.Kind {
	case SameAsset, SameService:
		return fmt.Sprintf("%s is planned for %s as well, %s", with, through, Words(c.Span))
	case RelatedAsset, RelatedService:
		return fmt.Sprintf("%s is planned for %s, and %s, %s", with, through, plain.Line(c.Detail), Words(c.Span))
	case DoubleBooked:
		return fmt.Sprintf("%s is to carry out %s as well, %s", through, with, Words(c.Span))
	case InFreeze:
		return fmt.Sprintf("the freeze %s concerns %s, %s", with, c.concerns(through), Words(c.Span))
	case OutsideWindow:
		next := "which does not open again"
		if !c.Span.Start.IsZero() {
			next = "which is open next " + Words(c.Span)
		}
		return fmt.Sprintf("it is outside the maintenance window %s of %s, %s", with, c.concerns(through), next)
	}
	return fmt.Sprintf("%s cannot be read: %s", with, plain.Line(c.Detail))
}

func (c Conflict) concerns(through string) string {
	switch {
	case through == "":
		return "everything"
	case c.Detail != "":
		return fmt.Sprintf("%s (%s)", through, plain.Line(c.Detail))
	}
	return through
}

// maxTitle is how many characters of a title are said.
const maxTitle = 80

func (c Conflict) with() string {
	title := []rune(plain.Line(c.Title))
	if len(title) > maxTitle {
		title = append(title[:maxTitle-1], '…')
	}
	out := plain.Line(c.With)
	if len(title) > 0 {
		out += " (" + string(title) + ")"
	}
	if c.Branch != "" {
		out += " on branch " + plain.Line(c.Branch)
	}
	return out
}

// Words says a span as people read it: the day of its end only where that is another
// one.
func Words(s calendar.Span) string {
	const day, clock = "2006-01-02", "15:04"
	end := s.End.In(s.Start.Location())
	until := end.Format(day + " " + clock + " MST")
	if s.Start.Format(day) == end.Format(day) {
		until = end.Format(clock + " MST")
	}
	return s.Start.Format(day+" "+clock) + " to " + until
}

// grave orders conflicts: the gravest first, then by time and name.
func grave(cs []Conflict) {
	rank := map[Kind]int{}
	for i, k := range Kinds() {
		rank[k] = i
	}
	slices.SortStableFunc(cs, func(a, b Conflict) int {
		return cmp.Or(
			cmp.Compare(rank[a.Kind], rank[b.Kind]), a.Span.Start.Compare(b.Span.Start),
			strings.Compare(a.With, b.With), strings.Compare(a.Branch, b.Branch),
		)
	})
}

// overlap returns what two spans have in common.
func overlap(a, b calendar.Span, zone *time.Location) calendar.Span {
	if b.Start.After(a.Start) {
		a.Start = b.Start
	}
	if b.End.Before(a.End) {
		a.End = b.End
	}
	return within(a, zone)
}

func within(s calendar.Span, zone *time.Location) calendar.Span {
	return calendar.Span{Start: s.Start.In(zone), End: s.End.In(zone)}
}
