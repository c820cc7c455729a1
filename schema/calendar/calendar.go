// Package calendar provides time as a desk counts it: the occurrences of a recurring
// window in its time zone, and hours of business with their holidays. It is pure and
// bounded: however a rule is written, an answer takes milliseconds. It must not know
// what the windows and the hours are for.
package calendar

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/teambition/rrule-go"
)

// The bounds of what recurs.
const (
	MaxRule   = 512                  // bytes of a rule
	MaxCount  = 10_000               // of COUNT
	MaxLength = 366 * 24 * time.Hour // of one occurrence
	MaxSpans  = 100_000              // that Between returns, whatever the limit
	FirstYear = 1900                 // in which a recurrence may begin
	LastYear  = 2200                 // after which nothing is looked for
)

// Span is a stretch of time, from Start up to but without End.
type Span struct{ Start, End time.Time }

// Overlaps reports whether two spans have a moment in common.
func (s Span) Overlaps(o Span) bool { return s.Start.Before(o.End) && o.Start.Before(s.End) }

// Contains reports whether a moment is within the span.
func (s Span) Contains(at time.Time) bool { return !at.Before(s.Start) && at.Before(s.End) }

// Recurrence is a span that comes again by an RRULE of RFC 5545. Its occurrences
// are what the rule gives from First on: First itself is one only where the rule
// gives it, too. (The RFC leaves that case open.)
type Recurrence struct {
	First       time.Time      // nothing begins before it; gives the time of day, and the day where the rule says none
	Days        int            // days that each takes by the calendar: it ends at the same time of the day even if clocks change
	Length      time.Duration  // what each takes beyond Days, by the clock
	Rule        string         // RRULE without its name, for example "FREQ=WEEKLY;BYDAY=SU"; "" for once
	Zone        *time.Location // in which it recurs: a window at 22:00 stays at 22:00 when clocks change; nil is UTC
	Except      []time.Time    // beginnings that are left out
	ExceptDates []string       // days in Zone, such as "2026-12-24", on which none begins
}

// Check returns what is wrong with the recurrence, nil if nothing is.
func (r *Recurrence) Check() error {
	_, err := r.series()
	return err
}

// Normal returns the rule in one way of writing it, with everything said that the
// rule leaves to First, and UNTIL in UTC, as iCalendar wants it beside a time zone.
// It is "" for what happens once.
func (r *Recurrence) Normal() (string, error) {
	s, err := r.series()
	if err != nil || s.rule == nil {
		return "", err
	}
	opt := s.rule.ROption
	opt.Count, opt.Until = s.rule.count, s.rule.until
	return opt.RRuleString(), nil
}

// Between returns the occurrences that overlap from..to, in order, at most limit
// of them; cut reports whether there would be more, or may be, as nothing is looked
// for after LastYear. Its cost follows what it returns, not how long ago the
// recurrence began, unless the rule has a COUNT.
func (r *Recurrence) Between(from, to time.Time, limit int) (spans []Span, cut bool, err error) {
	s, err := r.series()
	if err != nil {
		return nil, false, err
	}
	limit = min(max(limit, 0), MaxSpans)
	whole := s.walk(from, to, func(o Span) bool {
		if o.Overlaps(Span{from, to}) {
			spans = append(spans, o)
		}
		return len(spans) < limit+disorder
	})
	slices.SortStableFunc(spans, func(a, b Span) int { return cmp.Or(a.Start.Compare(b.Start), a.End.Compare(b.End)) })
	spans = slices.CompactFunc(spans, func(a, b Span) bool { return a.Start.Equal(b.Start) })
	if len(spans) > limit {
		return spans[:limit:limit], true, nil
	}
	return spans, !whole, nil
}

// disorder is how many occurrences may stand before one that begins earlier: where
// clocks are put forward, 02:30 is 03:30, after 03:15.
const disorder = maxTimes

// series is a recurrence that was found to be in order. Its times are those of a
// clock on the wall in its zone, written as if in UTC.
type series struct {
	*Recurrence
	zone   *time.Location
	first  time.Time
	rule   *rule // nil: once
	except map[int64]bool
	dates  map[string]bool
}

func (r *Recurrence) series() (*series, error) {
	s := &series{Recurrence: r, zone: r.Zone}
	if s.zone == nil {
		s.zone = time.UTC
	}
	s.first = wall(r.First.In(s.zone).Truncate(time.Second))
	if y := s.first.Year(); y < FirstYear || y > LastYear {
		return nil, fmt.Errorf("it begins in the year %d, not between %d and %d", y, FirstYear, LastYear)
	}
	if r.Days < 0 || r.Length < 0 || r.Days == 0 && r.Length == 0 {
		return nil, errors.New("it ends before it begins, or at once")
	}
	if r.Days > 366 || r.Length > MaxLength || s.length() > MaxLength {
		return nil, errors.New("it takes longer than a year")
	}
	if len(r.Except) > 0 {
		s.except = make(map[int64]bool, len(r.Except))
		for _, t := range r.Except {
			s.except[t.Unix()] = true
		}
	}
	if len(r.ExceptDates) > 0 {
		s.dates = make(map[string]bool, len(r.ExceptDates))
		for _, d := range r.ExceptDates {
			s.dates[d] = true
		}
	}
	if r.Rule == "" {
		return s, nil
	}
	var err error
	s.rule, err = parseRule(r.Rule, s.first, s.zone)
	return s, err
}

func (s *series) length() time.Duration { return time.Duration(s.Days)*24*time.Hour + s.Length }

// span returns the occurrence that begins when the clock on the wall shows a time.
func (s *series) span(at time.Time) Span {
	end := moment(at.AddDate(0, 0, s.Days), s.zone)
	return Span{Start: moment(at, s.zone), End: end.Add(s.Length)}
}

func (s *series) isExcept(at time.Time, o Span) bool {
	return s.except[o.Start.Unix()] || s.dates[at.Format(time.DateOnly)]
}

// slack is more than clocks are ever put forward or back.
const slack = 26 * time.Hour

// walk calls visit for the occurrences that may overlap from..to, and possibly for
// some around them, until it returns false. whole reports whether it got to the end.
func (s *series) walk(from, to time.Time, visit func(Span) bool) (whole bool) {
	if s.rule == nil {
		o := s.span(s.first)
		return s.isExcept(s.first, o) || visit(o)
	}
	begin := wall(from.In(s.zone)).Add(-s.length() - slack)
	end := wall(to.In(s.zone)).Add(slack)
	horizon := time.Date(LastYear, 12, 31, 23, 59, 59, 0, time.UTC)
	clipped := end.After(horizon)
	if clipped {
		end = horizon
	}
	left := s.rule.count
	for at := range s.rule.from(s.first, begin, end) {
		o := s.span(at)
		if !s.rule.until.IsZero() && o.Start.After(s.rule.until) {
			return true
		}
		if !s.isExcept(at, o) && !visit(o) {
			return false
		}
		if left--; left == 0 {
			return true
		}
	}
	return !clipped || !s.rule.until.IsZero() && s.rule.until.Before(horizon)
}

// wall returns what a clock on the wall shows at a moment, as if in UTC.
func wall(t time.Time) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d, t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
}

// moment returns when the clock on the wall shows a time: the first time that it
// does, and where it never does since clocks are put forward, the moment at which
// it would have. (RFC 5545, 3.3.5)
func moment(at time.Time, zone *time.Location) time.Time {
	y, m, d := at.Date()
	t := time.Date(y, m, d, at.Hour(), at.Minute(), at.Second(), 0, zone)
	_, offset := t.Zone()
	if !wall(t).Equal(at) {
		// Go takes one of the two offsets around the gap; the one before it gives
		// the later moment.
		if u := at.Add(-time.Duration(offset) * time.Second); u.After(t) {
			t = u.In(zone)
		}
		return t
	}
	start, _ := t.ZoneBounds()
	if start.IsZero() {
		return t
	}
	_, before := start.Add(-time.Second).Zone()
	if u := at.Add(-time.Duration(before) * time.Second); u.Before(start) {
		return u.In(zone)
	}
	return t
}

// cycle is how many years are added to a time for the library: the Gregorian
// calendar repeats every 400 years, days of the week included, and the library ends
// its search, which nothing else bounds, only with the year 9999. So a rule that
// gives nothing, such as a 30th of February, costs it some hundred years and not
// eight thousand.
const cycle = 7600

func ahead(t time.Time) time.Time { return inYear(t, t.Year()+cycle) }

func back(t time.Time) time.Time { return inYear(t, t.Year()-cycle) }

func inYear(t time.Time, year int) time.Time {
	return time.Date(year, t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), 0, time.UTC)
}

// from yields when a rule's occurrences begin, in order: not before first, and not
// after end. Those before begin may be passed over unless they count.
func (r *rule) from(first, begin, end time.Time) func(yield func(time.Time) bool) {
	return func(yield func(time.Time) bool) {
		start := r.period(first)
		if p := r.period(begin); r.count == 0 && p.After(start) {
			start = r.jump(start, p)
		}
		if start.After(end) {
			return
		}
		opt := r.ROption
		opt.Dtstart, opt.Until = ahead(start), ahead(end)
		lib, err := rrule.NewRRule(opt)
		if err != nil {
			return // it was made once already
		}
		next := lib.Iterator()
		for at, ok := next(); ok; at, ok = next() {
			if at = back(at); !at.Before(first) && !yield(at) {
				return
			}
		}
	}
}

// period returns when the rule's day, week, month or year of a time begins. The
// library begins within a period where its start does, and so would count BYSETPOS
// from there.
func (r *rule) period(t time.Time) time.Time {
	y, m, d := t.Date()
	switch r.Freq {
	case rrule.YEARLY:
		m, d = 1, 1
	case rrule.MONTHLY:
		d = 1
	case rrule.WEEKLY:
		d -= (int(t.Weekday()) + 6 - r.Wkst.Day() + 7) % 7
	}
	return time.Date(y, m, d, 0, 0, 0, 0, time.UTC)
}

// jump returns the last period of the rule's own that begins at or before another
// period.
func (r *rule) jump(start, to time.Time) time.Time {
	every := r.Interval
	days := int(to.Sub(start) / (24 * time.Hour))
	years, months := to.Year()-start.Year(), int(to.Month()-start.Month())
	switch r.Freq {
	case rrule.YEARLY:
		return start.AddDate(years-years%every, 0, 0)
	case rrule.MONTHLY:
		n := 12*years + months
		return start.AddDate(0, n-n%every, 0)
	case rrule.WEEKLY:
		every *= 7
	}
	return start.AddDate(0, 0, days-days%every)
}
