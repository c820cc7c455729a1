package calendar

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// office returns hours from Monday to Friday in UTC, with holidays.
func office(t testing.TB, zone string, times string, holidays ...Holiday) *Hours {
	t.Helper()
	spec := HoursSpec{Name: "office", Zone: zoneOf(t, zone), Holidays: holidays}
	for day := time.Monday; day <= time.Friday; day++ {
		spec.Week[day] = intervals(t, times)
	}
	return hours(t, spec)
}

func hours(t testing.TB, spec HoursSpec) *Hours {
	t.Helper()
	h, err := NewHours(spec)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func zoneOf(t testing.TB, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

// intervals reads "08:00-12:00 13:00-17:00".
func intervals(t testing.TB, text string) []Interval {
	t.Helper()
	var list []Interval
	for _, s := range strings.Fields(text) {
		i, err := ParseInterval(s)
		if err != nil {
			t.Fatal(err)
		}
		list = append(list, i)
	}
	return list
}

// on reads a time on the wall of a zone.
func on(t testing.TB, zone *time.Location, text string) time.Time {
	t.Helper()
	at, err := time.ParseInLocation("2006-01-02 15:04:05", text+":00"[:max(0, 19-len(text))], zone)
	if err != nil {
		t.Fatal(err)
	}
	return at
}

// TestPublishedExamples are examples and bugs of other products, by name, as far as
// they are about calendars alone: section 10 of the reference.
func TestPublishedExamples(t *testing.T) {
	between := func(times, from, to string) func(*testing.T) string {
		return func(t *testing.T) string {
			return office(t, "UTC", times).Between(on(t, time.UTC, from), on(t, time.UTC, to)).String()
		}
	}
	add := func(times, from string, d time.Duration) func(*testing.T) string {
		return func(t *testing.T) string {
			at, _ := office(t, "UTC", times).Add(on(t, time.UTC, from), d)
			return at.Format("Mon 15:04")
		}
	}
	days := func(times, from string, n int) func(*testing.T) string {
		return func(t *testing.T) string {
			at, _ := office(t, "UTC", times).AddDays(on(t, time.UTC, from), n)
			return at.Format("Mon 15:04")
		}
	}
	for _, c := range []struct {
		name string
		got  func(*testing.T) string
		want string
	}{
		{"ServiceNow: 08-17, opened Friday 21:00, now Monday 09:30", between("08:00-17:00", "2014-12-12 21:00", "2014-12-15 09:30"), "1h30m0s"},
		{"09-17, start 14:00, now the next weekday 09:00", between("09:00-17:00", "2026-11-03 14:00", "2026-11-04 09:00"), "3h0m0s"},
		{"GLPI: 08-18, H+4 opened 16:00 is due at 10:00 the next working day", add("08:00-18:00", "2026-11-06 16:00", 4*time.Hour), "Mon 10:00"},
		{"freescout#3756: 09-17, 4 h opened 16:00 is due at 12:00 the next working day", add("09:00-17:00", "2026-11-03 16:00", 4*time.Hour), "Wed 12:00"},
		{"frappe/helpdesk#2212: a lunch break is not counted", between("08:00-12:00 13:00-17:00", "2026-11-03 11:00", "2026-11-03 14:00"), "2h0m0s"},
		{"frappe/helpdesk#2212: and nothing is due in it", add("08:00-12:00 13:00-17:00", "2026-11-03 11:30", time.Hour), "Tue 13:30"},
		{"glpi#687: opened outside the hours, the delay is not 0", add("08:00-18:00", "2026-11-07 22:00", 4*time.Hour), "Mon 12:00"},
		{"glpi#687: in days neither", days("08:00-18:00", "2026-11-07 22:00", 1), "Tue 08:00"},
		{"glpi#10594: a weekend on hold is nothing", between("09:00-17:00", "2026-11-06 17:00", "2026-11-09 09:00"), "0s"},
		{"zammad#4432: nothing is due at midnight", add("09:00-17:00", "2026-11-06 15:00", 2*time.Hour), "Fri 17:00"},
		{"a working day", days("09:00-17:00", "2026-11-02 10:00", 1), "Tue 10:00"},
		{"is not 24 working hours", add("09:00-17:00", "2026-11-02 10:00", 24*time.Hour), "Thu 10:00"},
		{"working days go round the weekend", days("09:00-17:00", "2026-11-06 16:30", 2), "Tue 16:30"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.got(t); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

func TestClockChangesAreCountedAsTheyHappen(t *testing.T) {
	for _, c := range []struct {
		name, zone, times, from, to string // UTC
		want                        time.Duration
	}{
		{"the hour that is skipped is no time", "Europe/Berlin", "00:00-24:00", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", 23 * time.Hour},
		{"the hour that comes twice counts twice", "Europe/Berlin", "02:00-03:00", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", 2 * time.Hour},
		{"hours within what is skipped never come", "Europe/Berlin", "02:00-03:00", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", 0},
		{"half an hour in Lord Howe", "Australia/Lord_Howe", "00:00-24:00", "2026-10-03T13:30:00Z", "2026-10-04T13:00:00Z", 23*time.Hour + 30*time.Minute},
		{"midnight does not exist in Sao Paulo", "America/Sao_Paulo", "00:00-02:00", "2018-11-04T00:00:00Z", "2018-11-05T01:00:00Z", time.Hour},
		{"a day does not exist in Samoa", "Pacific/Apia", "09:00-17:00", "2011-12-29T10:00:00Z", "2011-12-31T10:00:00Z", 16 * time.Hour},
		{"a quarter of an hour in Nepal", "Asia/Kathmandu", "09:00-10:00", "2026-11-03T03:15:30Z", "2026-11-03T09:00:00Z", 59*time.Minute + 30*time.Second},
		{"local mean time has seconds", "Europe/Amsterdam", "00:00-24:00", "1937-06-30T23:40:00Z", "1937-07-01T23:40:00Z", 24 * time.Hour},
	} {
		t.Run(c.name, func(t *testing.T) {
			spec := HoursSpec{Name: "h", Zone: zoneOf(t, c.zone)}
			for day := range spec.Week {
				spec.Week[day] = intervals(t, c.times)
			}
			from, _ := time.Parse(time.RFC3339, c.from)
			to, _ := time.Parse(time.RFC3339, c.to)
			if got := hours(t, spec).Between(from, to); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

func TestADayThatDoesNotExistIsNoWorkingDay(t *testing.T) {
	zone := zoneOf(t, "Pacific/Apia")
	for _, h := range []*Hours{office(t, "Pacific/Apia", "09:00-17:00"), AroundTheClock(zone)} {
		at, ok := h.AddDays(on(t, zone, "2011-12-29 10:00"), 1) // a Thursday; there was no Friday
		want := on(t, zone, "2012-01-02 10:00")
		if h.Name() == AroundTheClockName {
			want = on(t, zone, "2011-12-31 10:00")
		}
		if !ok || !at.Equal(want) {
			t.Errorf("%s: %s, want %s", h.Name(), at.In(zone), want)
		}
	}
}

func TestAddDaysEndsWithAShorterDay(t *testing.T) {
	h := office(t, "Europe/Berlin", "08:00-17:00", Holiday{On: "2026-12-24", Hours: []Interval{{480, 720}}}, Holiday{On: "2026-12-25"})
	zone := h.Zone()
	for _, c := range []struct {
		from string
		n    int
		want string
	}{
		{"2026-12-23 15:00", 1, "2026-12-24 12:00"},
		{"2026-12-23 09:00", 1, "2026-12-24 09:00"},
		{"2026-12-23 15:00", 2, "2026-12-28 15:00"},
		{"2026-12-24 15:00", 0, "2026-12-28 08:00"}, // the next moment with hours
		{"2026-12-24 11:00", 0, "2026-12-24 11:00"},
		{"2026-12-24 11:00", -3, "2026-12-24 11:00"},
	} {
		if at, ok := h.AddDays(on(t, zone, c.from), c.n); !ok || !at.Equal(on(t, zone, c.want)) {
			t.Errorf("%d days after %s is %s, want %s", c.n, c.from, at.In(zone), c.want)
		}
	}
}

func TestHolidaysOfADesk(t *testing.T) {
	zone := zoneOf(t, "Europe/Berlin")
	spec := HoursSpec{Name: "office", Zone: zone, Holidays: []Holiday{
		{Set: "de-by"},
		{Title: "Christmas Eve", On: "2026-12-24", Hours: []Interval{{480, 720}}},
		{Title: "New Year's Eve", Rule: "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=31", First: "2020-12-31"},
		{Title: "Inventory", On: "2026-06-05"},
		{Title: "Inventory, after all in the morning", On: "2026-06-05", Hours: []Interval{{480, 720}}},
		{Title: "Party", On: "2026-07-01"},
		{Title: "Saturday", On: "2026-07-04"}, // closed anyway
	}, Worked: []string{"2026-05-01", " christi  HIMMELFAHRT"}}
	for day := time.Monday; day <= time.Friday; day++ {
		spec.Week[day] = intervals(t, "08:00-17:00")
	}
	spec.Worked = append(spec.Worked, "Party")
	h := hours(t, spec)
	var got []string
	for _, d := range h.DaysOff(on(t, zone, "2026-01-01 00:00"), on(t, zone, "2027-01-01 00:00")) {
		got = append(got, fmt.Sprint(d.Date, " ", d.Title, " ", d.Hours))
	}
	want := []string{
		"2026-01-01 Neujahrstag []", "2026-01-06 Heilige Drei Könige []", "2026-04-03 Karfreitag []", "2026-04-06 Ostermontag []",
		"2026-05-25 Pfingstmontag []", "2026-06-04 Fronleichnam []", "2026-06-05 Inventory, after all in the morning [08:00-12:00]",
		"2026-12-24 Christmas Eve [08:00-12:00]", "2026-12-25 Weihnachtstag []", "2026-12-31 New Year's Eve []",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if got := h.Between(on(t, zone, "2026-12-24 00:00"), on(t, zone, "2026-12-29 00:00")); got != 13*time.Hour {
		t.Errorf("half of Christmas Eve and Monday are %s", got)
	}
	if days := h.DaysOff(on(t, zone, "2026-12-24 23:59"), on(t, zone, "2026-12-24 23:59")); days != nil {
		t.Errorf("an empty stretch has %v", days)
	}
	if days := h.DaysOff(on(t, zone, "2019-12-31 00:00"), on(t, zone, "2020-01-01 00:00")); days != nil {
		t.Errorf("before a rule begins it gives %v", days)
	}
	if !slices.Contains(h.Titles(), "Party") || !slices.Contains(h.Titles(), "Christi Himmelfahrt") {
		t.Errorf("titles %q", h.Titles())
	}
}

func TestNationalSetsGiveDaysThatAreKnown(t *testing.T) {
	for _, c := range []struct{ set, from, to, want string }{
		{"de-by", "2026", "2027", "01-01 01-06 04-03 04-06 05-01 05-14 05-25 06-04 10-03 11-01 12-25 12-26"},
		{"de", "2026", "2027", "01-01 04-03 04-06 05-01 05-14 05-25 10-03 12-25 12-26"},
		{"us", "2026", "2027", "01-01 01-19 02-16 05-25 06-19 07-03 07-04 09-07 10-12 11-11 11-26 12-25"},
		{"us", "2027", "2028", "01-01 01-18 02-15 05-31 06-18 06-19 07-04 07-05 09-06 10-11 11-11 11-25 12-24 12-25 12-31"}, // the last for 1 January
		{"gb", "2026", "2027", "01-01 04-03 04-06 05-04 05-25 08-31 12-25 12-26 12-28"},
		{"gb", "2021", "2022", "01-01 04-02 04-05 05-03 05-31 08-30 12-25 12-26 12-27 12-28"},
		{"ecb", "2026", "2027", "01-01 04-03 04-06 05-01 12-25 12-26"},
		{"jp", "2026", "2027", "01-01 01-12 02-11 02-23 03-20 04-29 05-03 05-04 05-05 05-06 07-20 08-11 09-21 09-22 09-23 10-12 11-03 11-23"},
	} {
		spec := HoursSpec{Holidays: []Holiday{{Set: c.set}}}
		for day := range spec.Week {
			spec.Week[day] = []Interval{{480, 1020}}
		}
		var got []string
		for _, d := range hours(t, spec).DaysOff(on(t, time.UTC, c.from+"-01-01 00:00"), on(t, time.UTC, c.to+"-01-01 00:00")) {
			got = append(got, d.Date[5:])
		}
		if text := strings.Join(got, " "); text != c.want {
			t.Errorf("%s in %s:\n%s, want\n%s", c.set, c.from, text, c.want)
		}
	}
}

func TestEverySetHasDaysInEveryCentury(t *testing.T) {
	for _, set := range Sets() {
		spec := HoursSpec{Holidays: []Holiday{{Set: set}}}
		for day := range spec.Week {
			spec.Week[day] = []Interval{{480, 1020}}
		}
		h := hours(t, spec)
		for year := 2000; year <= 2200; year += 50 {
			from := time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC)
			if n := len(h.DaysOff(from, from.AddDate(1, 0, 0))); n < 4 || n > 40 {
				t.Errorf("%s has %d days off in %d", set, n, year)
			}
		}
		h.DaysOff(time.Date(FirstYear, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(LastYear+1, 1, 1, 0, 0, 0, 0, time.UTC))
	}
}

func TestTheObservedDayIsNamedByItsHoliday(t *testing.T) {
	for worked, want := range map[string]string{"": "07-03 07-04", "independence day": "", "Independence Day (observed)": "07-04", "2026-07-04": "07-03"} {
		spec := HoursSpec{Holidays: []Holiday{{Set: "us"}}}
		if worked != "" {
			spec.Worked = []string{worked}
		}
		for day := range spec.Week {
			spec.Week[day] = []Interval{{480, 1020}}
		}
		h := hours(t, spec)
		var got []string
		for _, d := range h.DaysOff(on(t, time.UTC, "2026-07-01 00:00"), on(t, time.UTC, "2026-08-01 00:00")) {
			got = append(got, d.Date[5:])
		}
		if strings.Join(got, " ") != want || len(h.UnknownWorked()) > 0 {
			t.Errorf("worked %q: %v, want %s; unknown %v", worked, got, want, h.UnknownWorked())
		}
	}
	spec := HoursSpec{Holidays: []Holiday{{Set: "us"}}, Worked: []string{"2026-07-04", "Labour Day"}}
	spec.Week[1] = []Interval{{480, 1020}}
	if got := hours(t, spec).UnknownWorked(); !slices.Equal(got, []int{1}) {
		t.Errorf("unknown %v", got)
	}
}

func TestAroundTheClockIsTimeItself(t *testing.T) {
	h := AroundTheClock(zoneOf(t, "Europe/Berlin"))
	if h.Name() != "24x7" || h.Title() != "Around the clock" || h.Zone().String() != "Europe/Berlin" {
		t.Errorf("%s, %s, %s", h.Name(), h.Title(), h.Zone())
	}
	from, to := time.Unix(-9e10, 1), time.Unix(9e8, 999_999_999)
	if got := h.Between(from, to); got != math.MaxInt64 {
		t.Errorf("2,880 years are %d", got)
	}
	from = time.Unix(-1e9, 2)
	if got := h.Between(from, to); got != to.Sub(from) {
		t.Errorf("%s, want %s", got, to.Sub(from))
	}
	if at, ok := h.Add(from, time.Hour); !ok || !at.Equal(from.Add(time.Hour)) || !h.IsOpen(from) || h.DaysOff(from, to) != nil {
		t.Errorf("an hour later is %s", at)
	}
	at, ok := h.AddDays(on(t, h.Zone(), "2026-03-28 15:00"), 1)
	if !ok || at.Sub(on(t, h.Zone(), "2026-03-28 15:00")) != 23*time.Hour {
		t.Errorf("a day later is %s", at)
	}
	var all HoursSpec
	for day := range all.Week {
		all.Week[day] = []Interval{{720, 1440}, {0, 720}}
	}
	from, to = time.Unix(1e9, 7), time.Unix(2e9, 5)
	if got := hours(t, all).Between(from, to); got != to.Sub(from) {
		t.Errorf("hours that are always open: %s, want %s", got, to.Sub(from))
	}
}

// TestWhatIsOutsideTheYears says what hours say of times that they do not know.
func TestWhatIsOutsideTheYears(t *testing.T) {
	h := office(t, "Europe/Berlin", "08:00-17:00")
	first, last := time.Date(FirstYear, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(LastYear+1, 1, 1, 0, 0, 0, 0, time.UTC)
	if got := h.Between(time.Time{}, first); got != 0 {
		t.Errorf("before: %s", got)
	}
	if got := h.Between(last, last.AddDate(900, 0, 0)); got != 0 {
		t.Errorf("after: %s", got)
	}
	all := h.Between(time.Time{}, last.AddDate(900, 0, 0))
	if want := h.Between(first, last); all != want || all < 301*365/7*5*9*time.Hour {
		t.Errorf("all are %s, want %s", all, want)
	}
	if at, ok := h.Add(time.Time{}, time.Hour); !ok || !at.Equal(time.Date(1900, 1, 1, 8, 0, 0, 0, time.UTC)) { // then, Berlin was an hour ahead
		t.Errorf("from the year 1 on: %s", at)
	}
	for _, from := range []time.Time{last, last.AddDate(0, 0, -1)} {
		if at, ok := h.Add(from, 100*time.Hour); ok {
			t.Errorf("%s + 100 h is %s", from, at)
		}
		if at, ok := h.AddDays(from, 20); ok {
			t.Errorf("%s + 20 days is %s", from, at)
		}
	}
	if at, ok := h.Add(first, all+1); ok {
		t.Errorf("more than there is ends at %s", at)
	}
	if at, ok := h.Add(first, all); !ok || h.Between(first, at) != all {
		t.Errorf("all that there is ends at %s", at)
	}
	if _, ok := h.AddDays(time.Time{}, 1); ok {
		t.Error("the year 1 has working days")
	}
	if h.IsOpen(time.Time{}) || h.IsOpen(last) || h.DaysOff(time.Time{}, last) != nil {
		t.Error("open outside the years")
	}
}

func TestTheOrderOfQuestionsDoesNotMatter(t *testing.T) {
	holidays := []Holiday{{Set: "de-by"}, {Rule: "FREQ=YEARLY;INTERVAL=3;COUNT=20", First: "1990-09-09"}, {On: "1979-12-31"}, {On: "2030-01-01"}}
	h := office(t, "America/New_York", "08:00-17:00", holidays...)
	years := []int{2026, 1900, 2024, 2200, 1965, 1999, 2031}
	for _, year := range years {
		from := time.Date(year, 2, 3, 4, 5, 6, 7, time.UTC)
		fresh := office(t, "America/New_York", "08:00-17:00", holidays...)
		if got, want := h.Between(from, from.AddDate(11, 3, 0)), fresh.Between(from, from.AddDate(11, 3, 0)); got != want {
			t.Errorf("from %d: %s, want %s", year, got, want)
		}
		got, _ := h.Add(from, 5000*time.Hour)
		if want, _ := fresh.Add(from, 5000*time.Hour); !got.Equal(want) {
			t.Errorf("from %d: until %s, want %s", year, got, want)
		}
	}
}

func TestHoursAreSafeForConcurrentUse(t *testing.T) {
	h := office(t, "Europe/Berlin", "08:00-17:00", Holiday{Set: "de"})
	from := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	want := office(t, "Europe/Berlin", "08:00-17:00", Holiday{Set: "de"}).Between(from, from.AddDate(1, 0, 0))
	var wait sync.WaitGroup
	for i := range 16 {
		wait.Go(func() {
			h.Between(from.AddDate(-10*i, 0, 0), from.AddDate(10*i, 0, 0))
			if got := h.Between(from, from.AddDate(1, 0, 0)); got != want {
				t.Errorf("%s, want %s", got, want)
			}
		})
	}
	wait.Wait()
}

func TestHoursThatAreNone(t *testing.T) {
	day := []Interval{{480, 1020}}
	many := func(n int, h Holiday) []Holiday { return slices.Repeat([]Holiday{h}, n) }
	for want, spec := range map[string]HoursSpec{
		"it is never open": {},
		"Sunday: 08:00-12:00 and 11:00-13:00 overlap": {Week: [7][]Interval{{{480, 720}, {660, 780}}}},
		"Sunday: 24:00-24:00 is no stretch":           {Week: [7][]Interval{{{1440, 1440}}}},
		"Sunday: 00:00-24:01 is no stretch":           {Week: [7][]Interval{{{0, 1441}}}},
		"Sunday: there are 25 intervals":              {Week: [7][]Interval{slices.Repeat(day, 25)}},
		"there are 1001 holidays":                     {Holidays: many(1001, Holiday{On: "2026-01-01"})},
		"there are 1001 worked holidays":              {Worked: slices.Repeat([]string{"x"}, 1001)},
		"holiday 1: it is exactly one":                {Holidays: many(1, Holiday{Title: "x"})},
		"exactly one of":                              {Holidays: many(1, Holiday{On: "2026-01-01", Set: "de"})},
		`"2026-02-30" is no day`:                      {Holidays: many(1, Holiday{On: "2026-02-30"})},
		"the year 1899 is not between":                {Holidays: many(1, Holiday{On: "1899-12-31"})},
		"no set of holidays \"xx\"":                   {Holidays: many(1, Holiday{Set: "xx"})},
		`on which it begins: "" is no day`:            {Holidays: many(1, Holiday{Rule: "FREQ=YEARLY"})},
		"FREQ is missing":                             {Holidays: many(1, Holiday{Rule: "BYMONTH=1", First: "2026-01-01"})},
		"has no BYHOUR":                               {Holidays: many(1, Holiday{Rule: "FREQ=YEARLY;BYHOUR=0,12", First: "2026-01-01"})},
		"may take 366 days of a year":                 {Holidays: many(1, Holiday{Rule: "FREQ=DAILY", First: "2026-01-01"})},
		"may take 265 days":                           {Holidays: many(1, Holiday{Rule: "FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR", First: "2026-01-01"})},
		"COUNT 501 is more than 500":                  {Holidays: many(1, Holiday{Rule: "FREQ=YEARLY;COUNT=501", First: "2026-01-01"})},
		"more than 100 rules":                         {Holidays: many(101, Holiday{Rule: "FREQ=YEARLY", First: "2026-01-01"})},
		"all rules together may take more":            {Holidays: many(40, Holiday{Rule: "FREQ=WEEKLY", First: "2026-01-01"})},
		"08:00-12:00 and 09:00-10:00 overlap":         {Holidays: many(1, Holiday{On: "2026-01-01", Hours: []Interval{{480, 720}, {540, 600}}})},
	} {
		if spec.Week[0] == nil && want != "it is never open" {
			spec.Week[0] = day
		}
		if _, err := NewHours(spec); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
	_, err := NewHours(HoursSpec{Week: [7][]Interval{day}, Holidays: []Holiday{{On: "2026-01-01"}, {Set: "xx"}}})
	var of *SpecError
	if !errors.As(err, &of) || of.Holiday != 1 {
		t.Errorf("%v does not say which", err)
	}
}

// TestTheBoundOfARuleIsNoLess holds the bound of perYear to what rules give.
func TestTheBoundOfARuleIsNoLess(t *testing.T) {
	first := time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC) // in 28 years of which everything comes
	for _, text := range []string{
		"FREQ=YEARLY", "FREQ=YEARLY;BYMONTH=1,2,3", "FREQ=YEARLY;BYMONTHDAY=1,15,31", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "FREQ=YEARLY;BYDAY=MO",
		"FREQ=YEARLY;BYDAY=1MO,-1FR", "FREQ=YEARLY;BYMONTH=1,2;BYDAY=1MO,-1FR", "FREQ=YEARLY;BYMONTH=5;BYDAY=MO", "FREQ=YEARLY;BYYEARDAY=1,-1",
		"FREQ=YEARLY;BYWEEKNO=20,-1", "FREQ=YEARLY;BYWEEKNO=20,-1;BYDAY=MO,TU,WE,TH,FR,SA,SU", "FREQ=YEARLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1,-1", "FREQ=YEARLY;INTERVAL=3",
		"FREQ=MONTHLY", "FREQ=MONTHLY;BYDAY=FR;BYSETPOS=-1", "FREQ=MONTHLY;BYDAY=MO", "FREQ=MONTHLY;BYDAY=1MO,3MO", "FREQ=MONTHLY;BYMONTHDAY=1,2,3", "FREQ=MONTHLY;INTERVAL=5;BYDAY=SU",
		"FREQ=MONTHLY;BYMONTH=1,7;BYDAY=SA,SU", "FREQ=MONTHLY;INTERVAL=13", "FREQ=WEEKLY", "FREQ=WEEKLY;BYDAY=SA,SU", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR", "FREQ=WEEKLY;BYMONTH=8", "FREQ=WEEKLY;INTERVAL=60",
		"FREQ=WEEKLY;BYDAY=MO,TU,WE;BYSETPOS=1", "FREQ=DAILY", "FREQ=DAILY;INTERVAL=10", "FREQ=DAILY;BYDAY=MO", "FREQ=DAILY;BYMONTH=2", "FREQ=DAILY;BYMONTHDAY=13;BYDAY=FR",
	} {
		r := Recurrence{First: first, Days: 1, Rule: text}
		made, err := r.series()
		if err != nil {
			t.Fatal(text, err)
		}
		bound, most := made.rule.perYear(), 0
		for year := 2000; year < 2028; year++ {
			spans, _, err := r.Between(time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(year+1, 1, 1, 0, 0, 0, 0, time.UTC), 400)
			if err != nil {
				t.Fatal(text, err)
			}
			most = max(most, len(spans))
		}
		if most > bound || bound > 3*most+10 {
			t.Errorf("%s comes %d times a year, and the bound is %d", text, most, bound)
		}
	}
}

func TestParseInterval(t *testing.T) {
	for text, want := range map[string]string{
		"08:00-12:00": "08:00-12:00", "00:00-24:00": "00:00-24:00", "23:59-24:00": "23:59-24:00", "8:00-12:00": "", "08:00": "", "08:00-08:00": "", "22:00-06:00": "",
		"08:60-09:00": "", "08:00-24:01": "", "08:00–12:00": "", "": "", "-": "", "08-00-12:00": "", "+8:00-12:00": "", "08:00-12:00 ": "", "0800-1200": "",
	} {
		i, err := ParseInterval(text)
		if (err == nil) != (want != "") || err == nil && i.String() != want {
			t.Errorf("%q is %s, %v", text, i, err)
		}
	}
}
