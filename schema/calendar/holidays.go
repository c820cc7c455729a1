package calendar

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/rickar/cal/v2"
	"github.com/teambition/rrule-go"
)

// source is a holiday of a HoursSpec, read.
type source struct {
	hours []Interval
	set   []*cal.Holiday // of a national set
	days  []stretch      // given one by one
	rules []ruled        // that come again
}

// stretch is some days in a row.
type stretch struct {
	day   int64 // the first, in days since 1970-01-01
	n     int
	title string
}

// ruled are days that come again.
type ruled struct {
	Recurrence
	title string
}

// dayOff is a day on which another source than the week gives the hours.
type dayOff struct {
	day    int64
	source int
	title  string
}

// builder reads holidays, under limits for all of them together.
type builder struct{ rules, yearDays, days int }

func (b *builder) source(holiday Holiday) (source, error) {
	hours, err := MergeIntervals(holiday.Hours)
	if err != nil {
		return source{}, err
	}
	s := source{hours: hours}
	given := 0
	for _, is := range []bool{holiday.On != "", holiday.Rule != "", holiday.Set != "", holiday.ICS != nil} {
		if is {
			given++
		}
	}
	if given != 1 {
		return source{}, errors.New("it is exactly one of a day, a rule, a set and an iCalendar file")
	}
	switch {
	case holiday.On != "":
		err = b.on(&s, holiday)
	case holiday.Rule != "":
		err = b.rule(&s, holiday)
	case holiday.Set != "":
		var known bool
		if s.set, known = sets()[holiday.Set]; !known {
			err = fmt.Errorf("there is no set of holidays %q", holiday.Set)
		}
	default:
		err = b.feed(&s, holiday.ICS)
	}
	return s, err
}

func (b *builder) on(s *source, holiday Holiday) error {
	day, err := parseDay(holiday.On)
	if err != nil {
		return err
	}
	return b.add(s, stretch{day: day, n: 1, title: titleOf(holiday.Title)})
}

func (b *builder) rule(s *source, holiday Holiday) error {
	first, err := parseDay(holiday.First)
	if err != nil {
		return fmt.Errorf("the day on which it begins: %w", err)
	}
	r := Recurrence{First: time.Unix(first*daySeconds, 0).UTC(), Days: 1, Rule: holiday.Rule, Zone: time.UTC}
	return b.again(s, ruled{r, titleOf(holiday.Title)})
}

// titleOf returns the words for a holiday that has none.
func titleOf(title string) string { return cmp.Or(title, "Holiday") }

// add adds days that are given one by one.
func (b *builder) add(s *source, d stretch) error {
	if b.days += d.n; b.days > MaxDays {
		return fmt.Errorf("there are more than %d days off", MaxDays)
	}
	s.days = append(s.days, d)
	return nil
}

// again adds days that come again.
func (b *builder) again(s *source, r ruled) error {
	if r.Rule == "" {
		return errors.New("the rule is empty")
	}
	made, err := r.series()
	if err != nil {
		return err
	}
	if b.rules++; b.rules > MaxRules {
		return fmt.Errorf("there are more than %d rules", MaxRules)
	}
	days := r.Days * made.rule.perYear()
	switch {
	case made.rule.isTimed():
		return errors.New("a rule of days has no BYHOUR, BYMINUTE and BYSECOND")
	case made.rule.count > MaxRuleCount:
		return fmt.Errorf("COUNT %d is more than %d; write UNTIL", made.rule.count, MaxRuleCount)
	case days > MaxRuleDays:
		return fmt.Errorf("it may take %d days of a year; the most is %d", days, MaxRuleDays)
	}
	if b.yearDays += days; b.yearDays > maxYearDays {
		return fmt.Errorf("all rules together may take more than %d days of a year", maxYearDays)
	}
	s.rules = append(s.rules, r)
	return nil
}

// isTimed reports whether the rule says a time of the day other than midnight.
func (r *rule) isTimed() bool {
	for _, list := range [][]int{r.Byhour, r.Byminute, r.Bysecond} {
		if len(list) != 1 || list[0] != 0 {
			return true
		}
	}
	return false
}

// perYear returns how often a rule comes in a year at most. The bound is not tight:
// it follows from each part on its own.
func (r *rule) perYear() int {
	const weeks, longest = 53, 366
	months, periods := 12, 1
	if len(r.Bymonth) > 0 {
		months = len(r.Bymonth)
	}
	n := min(longest, 31*months)
	switch r.Freq {
	case rrule.MONTHLY:
		periods = min(months, (12+r.Interval-1)/r.Interval)
		months = periods
		n = min(n, 31*periods)
	case rrule.WEEKLY:
		periods = weeks/r.Interval + 1
		n = min(n, 7*periods)
	case rrule.DAILY:
		periods = longest/r.Interval + 1
		n = min(n, periods)
	}
	if len(r.Bymonthday) > 0 {
		n = min(n, months*len(r.Bymonthday))
	}
	if len(r.Byyearday) > 0 {
		n = min(n, len(r.Byyearday))
	}
	if len(r.Byweekno) > 0 {
		days := 7
		if len(r.Byweekday) > 0 {
			days = len(r.Byweekday)
		}
		n = min(n, days*(len(r.Byweekno)+1)) // a week may reach from one year into the next
	}
	if len(r.Byweekday) > 0 {
		n = min(n, r.weekdays(months, periods))
	}
	if len(r.Bysetpos) > 0 {
		n = min(n, periods*len(r.Bysetpos))
	}
	return n
}

// weekdays returns how many days of a year BYDAY leaves at most.
func (r *rule) weekdays(months, periods int) int {
	n := 0
	for _, d := range r.Byweekday {
		switch {
		case d.N() == 0 && r.Freq == rrule.WEEKLY:
			n += min(periods, 5*months)
		case d.N() == 0:
			n += min(53, 5*months)
		case r.Freq == rrule.MONTHLY || len(r.Bymonth) > 0:
			n += months
		default:
			n++
		}
	}
	return n
}

// parseDay reads a day, "2026-12-24", in days since 1970-01-01.
func parseDay(text string) (int64, error) {
	t, err := time.Parse(time.DateOnly, text)
	if err != nil {
		return 0, fmt.Errorf("%q is no day, such as 2026-12-24", text)
	}
	if t.Year() < FirstYear || t.Year() > LastYear {
		return 0, fmt.Errorf("the year %d is not between %d and %d", t.Year(), FirstYear, LastYear)
	}
	return dayNumber(t.Unix()), nil
}

// worked says what is worked although it is a holiday.
type worked struct {
	days   map[int64]bool
	titles map[string]bool
}

func readWorked(list []string) (worked, error) {
	w := worked{map[int64]bool{}, map[string]bool{}}
	if len(list) > MaxWorked {
		return w, fmt.Errorf("there are %d worked holidays; the most is %d", len(list), MaxWorked)
	}
	for _, text := range list {
		if day, err := parseDay(text); err == nil {
			w.days[day] = true
		} else {
			w.titles[fold(text)] = true
		}
	}
	return w, nil
}

// fold makes titles equal that people take for equal.
func fold(title string) string { return strings.ToLower(strings.Join(strings.Fields(title), " ")) }

// observed is added to the title of a holiday on the day that stands in for it.
const observed = " (observed)"

// covers reports whether a holiday is worked. One day that stands in for a holiday is
// named by its own title, and by that of the holiday.
func (w worked) covers(day int64, title string) bool {
	return w.days[day] || w.titles[fold(title)] || w.titles[fold(strings.TrimSuffix(title, observed))]
}

// daysOff returns the days that are holidays in some years, in order: of two holidays
// on one day the later one.
func (h *Hours) daysOff(first, last int) []dayOff {
	low, high := dayNumber(unixYear(first)), dayNumber(unixYear(last+1))
	found := map[int64]dayOff{}
	for i := range h.sources {
		h.sources[i].walk(first, last, func(day int64, title string) {
			if day >= low && day < high && !h.worked.covers(day, title) {
				found[day] = dayOff{day, i, title}
			}
		})
	}
	return slices.SortedFunc(maps.Values(found), func(a, b dayOff) int { return cmp.Compare(a.day, b.day) })
}

// walk visits the days of some years, and possibly some around them.
func (s *source) walk(first, last int, visit func(day int64, title string)) {
	for _, holiday := range s.set {
		for year := first - 1; year <= last+1; year++ { // some stand in for those of another year
			actual, instead := holiday.Calc(year)
			if actual.IsZero() {
				continue
			}
			visit(dayOf(actual), holiday.Name)
			if !instead.IsZero() && dayOf(instead) != dayOf(actual) {
				visit(dayOf(instead), holiday.Name+observed)
			}
		}
	}
	low, high := dayNumber(unixYear(first)), dayNumber(unixYear(last+1))
	for _, d := range s.days {
		for day := max(d.day, low); day < min(d.day+int64(d.n), high); day++ {
			visit(day, d.title)
		}
	}
	for _, r := range s.rules {
		spans, _, err := r.Between(time.Unix(low*daySeconds, 0), time.Unix(high*daySeconds, 0), MaxSpans)
		if err != nil {
			continue // it was found to be in order
		}
		for _, span := range spans {
			for day := dayNumber(span.Start.Unix()); day < dayNumber(span.End.Unix()); day++ {
				visit(day, r.title)
			}
		}
	}
}

// dayOf returns the day that a time shows, whatever its zone.
func dayOf(t time.Time) int64 { return dayNumber(wall(t).Unix()) }

// titles returns the titles of the source's holidays.
func (s *source) titles() []string {
	var titles []string
	for _, holiday := range s.set {
		titles = append(titles, holiday.Name)
	}
	for _, d := range s.days {
		titles = append(titles, d.title)
	}
	for _, r := range s.rules {
		titles = append(titles, r.title)
	}
	return titles
}
