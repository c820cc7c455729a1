package figure

import (
	"cmp"
	"slices"
	"sort"
	"sync"
	"time"

	"frontdesk/schema/calendar"
)

// Day is a day of the calendar, counted from 1 January 1970.
type Day int

// DayOf returns the day on which a moment falls in a zone.
func DayOf(t time.Time, zone *time.Location) Day {
	y, m, d := t.In(zone).Date()
	return Day(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / secondsOfDay)
}

const secondsOfDay = 24 * 60 * 60

// ParseDay reads a day as records state it, "2026-12-24"; ok is false for anything else.
func ParseDay(text string) (d Day, ok bool) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil || t.Year() < 1 {
		return 0, false
	}
	return Day(t.Unix() / secondsOfDay), true // midnight: exact, also before 1970
}

// String returns the day as records state it.
func (d Day) String() string { return d.Start(time.UTC).Format(time.DateOnly) }

// Start returns when the day begins in a zone.
func (d Day) Start(zone *time.Location) time.Time {
	return time.Date(1970, 1, 1+int(d), 0, 0, 0, 0, zone)
}

// AddMonths returns the same day n months on, the last of that month where it is shorter.
func (d Day) AddMonths(n int) Day {
	t := d.Start(time.UTC)
	y, m, day := t.Date()
	last := time.Date(y, m+time.Month(n)+1, 0, 0, 0, 0, 0, time.UTC)
	return DayOf(last.AddDate(0, 0, min(day, last.Day())-last.Day()), time.UTC)
}

// Today returns the day of the time asked about, in the report's zone.
func (d *Data) Today() Day { return DayOf(d.AsOf, d.Zone) }

// TimeOf returns the time that a field of a case states; ok is false where it states none,
// or one after the time asked about.
func (d *Data) TimeOf(c *Case, field string) (t time.Time, ok bool) {
	t, ok = c.Record.Time(field)
	if !ok || t.After(d.AsOf) {
		return time.Time{}, false
	}
	return t, true
}

// DayOf returns the day that a field of a case states; ok is false where it states none.
func (c *Case) DayOf(field string) (d Day, ok bool) { return ParseDay(c.Text(field)) }

// Merge returns the moments that lie in any of the spans, as spans in time order that
// neither overlap nor touch. A span that does not end after it begins has no moments.
func Merge(spans []calendar.Span) []calendar.Span {
	sorted := make([]calendar.Span, 0, len(spans))
	for _, s := range spans {
		if s.Start.Before(s.End) {
			sorted = append(sorted, s)
		}
	}
	slices.SortFunc(sorted, func(a, b calendar.Span) int { return cmp.Or(a.Start.Compare(b.Start), a.End.Compare(b.End)) })
	out := sorted[:0]
	for _, s := range sorted {
		last := len(out) - 1
		switch {
		case last < 0 || s.Start.After(out[last].End):
			out = append(out, s)
		case s.End.After(out[last].End):
			out[last].End = s.End
		}
	}
	return out
}

// Clip returns the moments of merged spans that lie within another span.
func Clip(merged []calendar.Span, to calendar.Span) []calendar.Span {
	first := sort.Search(len(merged), func(i int) bool { return merged[i].End.After(to.Start) })
	var out []calendar.Span
	for _, s := range merged[first:] {
		if !s.Start.Before(to.End) {
			break
		}
		if s = Overlap(s, to); s.Start.Before(s.End) {
			out = append(out, s)
		}
	}
	return out
}

// Overlap returns what two spans have in common; it ends before it begins, or at once,
// where that is nothing.
func Overlap(a, b calendar.Span) calendar.Span {
	if b.Start.After(a.Start) {
		a.Start = b.Start
	}
	if b.End.Before(a.End) {
		a.End = b.End
	}
	return a
}

// Without returns the moments of merged spans that lie in none of other merged spans.
func Without(merged, others []calendar.Span) []calendar.Span {
	var out []calendar.Span
	next := 0
	for _, s := range merged {
		for next < len(others) && !others[next].End.After(s.Start) {
			next++
		}
		for i := next; i < len(others) && others[i].Start.Before(s.End); i++ {
			if s.Start.Before(others[i].Start) {
				out = append(out, calendar.Span{Start: s.Start, End: others[i].Start})
			}
			s.Start = others[i].End
		}
		if s.Start.Before(s.End) {
			out = append(out, s)
		}
	}
	return out
}

// Within returns how much of merged spans lies within hours.
func Within(h *calendar.Hours, merged []calendar.Span) time.Duration {
	var sum time.Duration
	for _, s := range merged {
		sum += h.Between(s.Start, s.End)
	}
	return sum
}

// CountOf is the result of a figure that counts cases.
func CountOf(cs []*Case) Result { return Result{Value: len(cs), N: len(cs), Records: Refs(cs)} }

// ShareOf is the result of a figure that is a part of cases in percent: nil of none.
func ShareOf(part, whole []*Case) Result {
	r := Result{N: len(whole), Records: Refs(part)}
	if p, ok := Share(len(part), len(whole)); ok {
		r.Value = p
	}
	return r
}

// Select returns the cases for which a condition holds, in their order.
func Select(cs []*Case, holds func(*Case) bool) []*Case {
	var out []*Case
	for _, c := range cs {
		if holds(c) {
			out = append(out, c)
		}
	}
	return out
}

// CountBy is the result of a figure that counts cases by a key of theirs: nil of none. A
// case whose key is "" is left out.
func CountBy(cs []*Case, key func(*Case) string) Result {
	value := map[string]int{}
	counted := Select(cs, func(c *Case) bool {
		k := key(c)
		if k != "" {
			value[k]++
		}
		return k != ""
	})
	return Result{Value: ValueOf(value), N: len(counted), Records: Refs(counted)}
}

// ValueOf returns values by month or by another key as the value of a figure: nil where
// there are none.
func ValueOf[V int | float64](values map[string]V) any {
	if len(values) == 0 {
		return nil
	}
	return values
}

// Sample is numbers, each of a case.
type Sample struct {
	Values []float64
	Cases  []*Case
}

// Add adds the number of a case.
func (m *Sample) Add(c *Case, v float64) {
	m.Values, m.Cases = append(m.Values, v), append(m.Cases, c)
}

// Mean is the result of a figure that is the arithmetic mean: nil of no numbers.
func (m *Sample) Mean() Result { return m.result(Mean(m.Values)) }

// Median is the result of a figure that is the median: nil of no numbers.
func (m *Sample) Median() Result { return m.Quantile(0.5) }

// Quantile is the result of a figure that is a quantile: nil of no numbers.
func (m *Sample) Quantile(p float64) Result { return m.result(Quantile(m.Values, p)) }

func (m *Sample) result(v float64, ok bool) Result {
	r := Result{N: len(m.Values), Records: Refs(m.Cases)}
	if ok {
		r.Value = v
	}
	return r
}

// Memo holds what the scopes of the same data share, so that the groups of a report
// compute it once. It is safe for concurrent use.
type Memo[T any] struct {
	mu    sync.Mutex
	data  *Data
	value T
}

// Of returns what make returned for the data, which it is asked for once as long as no
// other data are asked about.
func (m *Memo[T]) Of(d *Data, make func(*Data) T) T {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.data != d {
		m.value, m.data = make(d), d
	}
	return m.value
}
