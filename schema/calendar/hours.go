package calendar

import "time"

// Interval is a stretch of a day on the clock of a zone, in minutes from midnight,
// From up to but without To. To is at most 24 hours.
type Interval struct{ From, To int }

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
// which zone. It is safe for concurrent use.
type Hours struct{ spec HoursSpec }

// Day is a day on which hours differ from the week's.
type Day struct {
	Date  string // "2026-12-24"
	Title string
	Hours []Interval
}

// NewHours returns hours, or what is wrong with them.
func NewHours(spec HoursSpec) (*Hours, error) { panic("calendar: not built yet") }

// AroundTheClock returns hours without an end: 24 hours, seven days, no holidays.
// Its days are those of the zone.
func AroundTheClock(zone *time.Location) *Hours { panic("calendar: not built yet") }

// Sets lists the names of the national sets of holidays.
func Sets() []string { panic("calendar: not built yet") }

// Name returns the name, "24x7" for hours around the clock.
func (h *Hours) Name() string { panic("calendar: not built yet") }

// Title returns the words for people.
func (h *Hours) Title() string { panic("calendar: not built yet") }

// Zone returns the zone.
func (h *Hours) Zone() *time.Location { panic("calendar: not built yet") }

// IsOpen reports whether a moment is within the hours.
func (h *Hours) IsOpen(at time.Time) bool { panic("calendar: not built yet") }

// Between returns how much of from..to is within the hours, exactly: 0 where to is
// not after from. Clock changes are as they happen: a minute is within the hours if
// the clock then shows a time that is.
func (h *Hours) Between(from, to time.Time) time.Duration { panic("calendar: not built yet") }

// Add returns the first moment at which d of the hours has passed since from. It is
// from itself for d of 0 or less. ok is false where the hours never last that long.
func (h *Hours) Add(from time.Time, d time.Duration) (at time.Time, ok bool) {
	panic("calendar: not built yet")
}

// AddDays returns the moment n working days after from: the same time of the day on
// the n-th day with hours after that of from, at its end where that is earlier. A
// moment without hours counts as the next one with hours.
func (h *Hours) AddDays(from time.Time, n int) (at time.Time, ok bool) {
	panic("calendar: not built yet")
}

// DaysOff returns the days in from..to whose hours differ from the week's.
func (h *Hours) DaysOff(from, to time.Time) []Day { panic("calendar: not built yet") }
