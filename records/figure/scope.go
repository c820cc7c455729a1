package figure

import (
	"math"
	"strconv"
	"sync"
	"time"

	"frontdesk/records"
	"frontdesk/schema/calendar"
)

// NewScope returns the scope of all records of a type in a period.
func NewScope(d *Data, subject records.Type, from, to time.Time) *Scope {
	s := &Scope{Data: d, From: from, To: to}
	return s.For(subject)
}

// For returns the scope of all records of another type, in the same period.
func (s *Scope) For(subject records.Type) *Scope {
	return &Scope{Data: s.Data, Type: s.Types.Get(subject), Cases: s.Of(subject), From: s.From, To: s.To}
}

// With returns the scope of other cases, in the same period.
func (s *Scope) With(cases []*Case) *Scope {
	return &Scope{Data: s.Data, Type: s.Type, Cases: cases, From: s.From, To: s.To}
}

// During returns the scope of the same cases in another period.
func (s *Scope) During(from, to time.Time) *Scope {
	return &Scope{Data: s.Data, Type: s.Type, Cases: s.Cases, From: from, To: to}
}

// Months returns the months of the period in which something was opened, resolved or
// closed, and those between them, cut to the period.
func (s *Scope) Months() []calendar.Span {
	var first, last time.Time
	for _, c := range s.Cases {
		for _, t := range []time.Time{c.Opened, c.Resolved, c.Closed} {
			if !s.In(t) {
				continue
			}
			if first.IsZero() || t.Before(first) {
				first = t
			}
			if t.After(last) {
				last = t
			}
		}
	}
	if first.IsZero() {
		return nil
	}
	var out []calendar.Span
	local := first.In(s.Zone)
	for at := time.Date(local.Year(), local.Month(), 1, 0, 0, 0, 0, s.Zone); !at.After(last); at = at.AddDate(0, 1, 0) {
		span := calendar.Span{Start: at, End: at.AddDate(0, 1, 0)}
		if at.Before(s.From) {
			span.Start = s.From
		}
		if !s.To.IsZero() && s.To.Before(span.End) {
			span.End = s.To
		}
		out = append(out, span)
	}
	return out
}

// Once returns what make returned the first time that the key was asked about in this
// scope: what several figures share is computed once, whichever goroutine asks first. A
// key is of a type of its own in the package that asks.
func (s *Scope) Once(key any, make func() any) any {
	once, ok := s.memo.Load(key)
	if !ok {
		once, _ = s.memo.LoadOrStore(key, sync.OnceValue(make))
	}
	return once.(func() any)()
}

// Refs returns the unambiguous names of cases, in their order.
func Refs(cs []*Case) []string {
	out := make([]string, len(cs))
	for i, c := range cs {
		out[i] = c.Ref()
	}
	return out
}

// NumberOf returns a number that a record states; ok is false for anything else.
func NumberOf(v *records.Value) (n float64, ok bool) {
	if v.IsNull() || v.Kind != records.Int && v.Kind != records.Float {
		return 0, false
	}
	n, err := strconv.ParseFloat(v.Text, 64)
	return n, err == nil && !math.IsInf(n, 0) && !math.IsNaN(n)
}
