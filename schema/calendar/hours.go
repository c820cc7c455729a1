package calendar

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// The bounds of hours.
const (
	MaxIntervals = 24     // of one day
	MaxHolidays  = 1_000  // that hours are given
	MaxWorked    = 1_000  // days and titles that are worked
	MaxRules     = 100    // of days that come again, those of iCalendar files included
	MaxRuleDays  = 60     // of a year that one rule may take; what comes every week belongs into the week
	MaxRuleCount = 500    // of COUNT in a rule of holidays
	MaxDays      = 20_000 // off that hours are given one by one
	maxYearDays  = 2_000  // of a year that all rules may take together
	minutesOfDay = 24 * 60
)

// Interval is a stretch of a day on the clock of a zone, in minutes from midnight,
// From up to but without To. To is at most 24 hours.
type Interval struct{ From, To int }

// String returns the interval as it is written: "08:00-12:00".
func (i Interval) String() string {
	return fmt.Sprintf("%02d:%02d-%02d:%02d", i.From/60, i.From%60, i.To/60, i.To%60)
}

// Holiday is a day, or days that come again, on which hours differ from the
// week's. Exactly one of On, Rule, Set and ICS is given.
type Holiday struct {
	Title string
	On    string     // a day, "2026-12-24"
	Rule  string     // days that come again: an RRULE; First is the day on which it begins
	First string     // of Rule
	Set   string     // a national set, such as "de" or "de-by": ISO 3166 in lower case
	ICS   []byte     // all-day events of an iCalendar file
	Hours []Interval // worked all the same on these days; none means closed
}

// HoursSpec is what hours are made of.
type HoursSpec struct {
	Name     string
	Title    string
	Zone     *time.Location
	Week     [7][]Interval // by time.Weekday
	Holidays []Holiday     // where two name one day, the later one holds
	Worked   []string      // days ("2026-05-01") and titles of holidays that are worked as any other
}

// Hours is when work is done: on which days, between which times of the day, in
// which zone. It is safe for concurrent use. What it is asked about is worked out
// when it is first asked, ten years at a time, and kept. It knows the years
// FirstYear to LastYear, in UTC: before and after them nothing is within the hours,
// unless they are around the clock.
type Hours struct {
	spec    HoursSpec
	clock   bool // around the clock
	week    [7][]Interval
	sources []source
	worked  worked
	mu      sync.Mutex // held while the table grows
	table   atomic.Pointer[table]
	decades map[int][]dayOff // of the table, by the first year
}

// Day is a day on which hours differ from the week's.
type Day struct {
	Date  string // "2026-12-24"
	Title string
	Hours []Interval
}

// AroundTheClockName is the name of the hours around the clock.
const AroundTheClockName = "24x7"

// ErrNeverOpen is what is wrong with hours in which nothing is ever open.
var ErrNeverOpen = errors.New("it is never open")

// SpecError is what is wrong with one of the holidays of a HoursSpec.
type SpecError struct {
	Holiday int // its place among Holidays, from 0
	Err     error
}

// Error says what is wrong, and with which holiday.
func (e *SpecError) Error() string { return fmt.Sprintf("holiday %d: %v", e.Holiday+1, e.Err) }

// Unwrap returns what is wrong with the holiday.
func (e *SpecError) Unwrap() error { return e.Err }

// NewHours returns hours, or what is wrong with them: all faults, joined; those of a
// holiday as a SpecError. A zone that is not given is UTC.
func NewHours(spec HoursSpec) (*Hours, error) {
	h := &Hours{spec: spec, decades: map[int][]dayOff{}}
	if h.spec.Zone == nil {
		h.spec.Zone = time.UTC
	}
	var errs []error
	open := false
	for day, list := range spec.Week {
		merged, err := MergeIntervals(list)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", time.Weekday(day), err))
		}
		h.week[day] = merged
		open = open || len(merged) > 0
	}
	if len(spec.Holidays) > MaxHolidays {
		return nil, fmt.Errorf("there are %d holidays; the most is %d", len(spec.Holidays), MaxHolidays)
	}
	b := builder{}
	for i, holiday := range spec.Holidays {
		s, err := b.source(holiday)
		if err != nil {
			errs = append(errs, &SpecError{i, err})
			continue
		}
		open = open || len(s.hours) > 0
		h.sources = append(h.sources, s)
	}
	var err error
	if h.worked, err = readWorked(spec.Worked); err != nil {
		errs = append(errs, err)
	}
	if len(errs) == 0 && !open {
		errs = append(errs, ErrNeverOpen)
	}
	if len(errs) > 0 {
		return nil, errors.Join(errs...)
	}
	return h, nil
}

// AroundTheClock returns hours without an end: 24 hours, seven days, no holidays.
// Its days are those of the zone.
func AroundTheClock(zone *time.Location) *Hours {
	spec := HoursSpec{Name: AroundTheClockName, Title: "Around the clock", Zone: zone}
	for day := range spec.Week {
		spec.Week[day] = []Interval{{0, minutesOfDay}}
	}
	h, err := NewHours(spec)
	if err != nil {
		panic("calendar: " + err.Error()) // it depends on nothing but what is written here
	}
	h.clock = true
	return h
}

// Name returns the name, "24x7" for hours around the clock.
func (h *Hours) Name() string { return h.spec.Name }

// Title returns the words for people: the name where none are given.
func (h *Hours) Title() string {
	if h.spec.Title == "" {
		return h.spec.Name
	}
	return h.spec.Title
}

// Zone returns the zone.
func (h *Hours) Zone() *time.Location { return h.spec.Zone }

// Week returns the hours of a day of the week, in order, none where it is closed. It
// must not be changed.
func (h *Hours) Week(day time.Weekday) []Interval { return h.week[day] }

// Titles returns the titles of all holidays, worked ones included, each once, in
// order.
func (h *Hours) Titles() []string {
	var titles []string
	for i := range h.sources {
		titles = append(titles, h.sources[i].titles()...)
	}
	slices.Sort(titles)
	return slices.Compact(titles)
}

// UnknownWorked returns the places among Worked of titles that no holiday has.
func (h *Hours) UnknownWorked() []int {
	known := map[string]bool{}
	for _, title := range h.Titles() {
		known[fold(title)], known[fold(title+observed)] = true, true
	}
	var places []int
	for i, text := range h.spec.Worked {
		if CheckDay(text) != nil && !known[fold(text)] {
			places = append(places, i)
		}
	}
	return places
}

// CheckDay returns what is wrong with a day, nil where it is one, such as
// "2026-12-24", within the years that hours know.
func CheckDay(text string) error {
	_, err := parseDay(text)
	return err
}

// ParseInterval reads an interval such as "08:00-12:00". It may end at 24:00.
func ParseInterval(text string) (Interval, error) {
	from, to, ok := strings.Cut(text, "-")
	a, okFrom := minutes(from)
	b, okTo := minutes(to)
	switch {
	case !ok || !okFrom || !okTo:
		return Interval{}, fmt.Errorf("%q is no stretch of a day, such as 08:00-12:00", text)
	case a >= b:
		return Interval{}, fmt.Errorf("%q ends before it begins, or at once", text)
	}
	return Interval{a, b}, nil
}

// minutes reads a time of the day, "00:00" to "24:00".
func minutes(text string) (int, bool) {
	if len(text) != len("08:00") || text[2] != ':' {
		return 0, false
	}
	n := 0
	for _, i := range []int{0, 1, 3, 4} {
		if text[i] < '0' || text[i] > '9' {
			return 0, false
		}
		n = 10*n + int(text[i]-'0')
	}
	hour, minute := n/100, n%100
	return 60*hour + minute, minute < 60 && 60*hour+minute <= minutesOfDay
}

// MergeIntervals returns intervals in order, those that touch as one, or what is
// wrong with them.
func MergeIntervals(list []Interval) ([]Interval, error) {
	if len(list) > MaxIntervals {
		return nil, fmt.Errorf("there are %d intervals in a day; the most is %d", len(list), MaxIntervals)
	}
	sorted := slices.Clone(list)
	slices.SortFunc(sorted, func(a, b Interval) int { return a.From - b.From })
	var out []Interval
	for _, i := range sorted {
		if i.From < 0 || i.From >= i.To || i.To > minutesOfDay {
			return nil, fmt.Errorf("%s is no stretch of a day", i)
		}
		last := len(out) - 1
		switch {
		case last >= 0 && i.From < out[last].To:
			return nil, fmt.Errorf("%s and %s overlap", out[last], i)
		case last >= 0 && i.From == out[last].To:
			out[last].To = i.To
		default:
			out = append(out, i)
		}
	}
	return out, nil
}
