package calendar

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

// feedOf makes an iCalendar file of events, one a line group.
func feedOf(events ...string) []byte {
	var b strings.Builder
	b.WriteString("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//Example//Test//EN\r\n")
	for i, e := range events {
		fmt.Fprintf(&b, "BEGIN:VEVENT\r\nDTSTAMP:20250101T000000Z\r\n")
		if !strings.Contains(e, "UID:") {
			fmt.Fprintf(&b, "UID:%d@example.com\r\n", i)
		}
		for line := range strings.SplitSeq(e, " | ") {
			b.WriteString(line + "\r\n")
		}
		b.WriteString("END:VEVENT\r\n")
	}
	b.WriteString("END:VCALENDAR\r\n")
	return []byte(b.String())
}

// daysOf returns the days of a file in 2026 and 2027, with their titles.
func daysOf(t *testing.T, data []byte, worked ...string) []string {
	t.Helper()
	spec := HoursSpec{Holidays: []Holiday{{ICS: data}}, Worked: worked}
	for day := range spec.Week {
		spec.Week[day] = []Interval{{480, 1020}}
	}
	var got []string
	for _, d := range hours(t, spec).DaysOff(on(t, time.UTC, "2026-01-01 00:00"), on(t, time.UTC, "2028-01-01 00:00")) {
		got = append(got, d.Date[2:]+" "+d.Title)
	}
	return got
}

func TestAllDayEventsOfAFileAreHolidays(t *testing.T) {
	for _, c := range []struct {
		name   string
		events []string
		want   string
	}{
		{"one day", []string{"SUMMARY:A | DTSTART;VALUE=DATE:20260501 | DTEND;VALUE=DATE:20260502"}, "26-05-01 A"},
		{"one day without an end", []string{"SUMMARY:A | DTSTART;VALUE=DATE:20260501"}, "26-05-01 A"},
		{"one day that ends on itself", []string{"SUMMARY:A | DTSTART;VALUE=DATE:20260501 | DTEND;VALUE=DATE:20260501"}, "26-05-01 A"},
		{"three days", []string{"SUMMARY:A | DTSTART;VALUE=DATE:20261230 | DTEND;VALUE=DATE:20270102"}, "26-12-30 A, 26-12-31 A, 27-01-01 A"},
		{"three days by duration", []string{"SUMMARY:A | DTSTART;VALUE=DATE:20261230 | DURATION:P3D"}, "26-12-30 A, 26-12-31 A, 27-01-01 A"},
		{"from midnight to midnight, as some programs write days", []string{"SUMMARY:A | DTSTART;TZID=Europe/Berlin:20260501T000000 | DTEND;TZID=Europe/Berlin:20260502T000000"}, "26-05-01 A"},
		{"a meeting is none", []string{"SUMMARY:A | DTSTART:20260501T090000Z | DTEND:20260501T100000Z", "SUMMARY:B | DTSTART;VALUE=DATE:20260502"}, "26-05-02 B"},
		{"a party until the evening is none", []string{"SUMMARY:A | DTSTART:20260501T000000 | DTEND:20260501T220000", "SUMMARY:B | DTSTART;VALUE=DATE:20260502"}, "26-05-02 B"},
		{"a cancelled event is none", []string{"SUMMARY:A | STATUS:CANCELLED | DTSTART;VALUE=DATE:20260501", "SUMMARY:B | DTSTART;VALUE=DATE:20260502"}, "26-05-02 B"},
		{"every year", []string{"SUMMARY:A | DTSTART;VALUE=DATE:20200501 | RRULE:FREQ=YEARLY"}, "26-05-01 A, 27-05-01 A"},
		{"every year two days", []string{"SUMMARY:A | DTSTART;VALUE=DATE:20201231 | DTEND;VALUE=DATE:20210102 | RRULE:FREQ=YEARLY"}, "26-01-01 A, 26-12-31 A, 27-01-01 A, 27-12-31 A"},
		{"but for one", []string{"SUMMARY:A | DTSTART;VALUE=DATE:20200501 | RRULE:FREQ=YEARLY | EXDATE;VALUE=DATE:20250501,20260501"}, "27-05-01 A"},
		{"until a day", []string{"SUMMARY:A | DTSTART;VALUE=DATE:20200501 | RRULE:FREQ=YEARLY;UNTIL=20260501"}, "26-05-01 A"},
		{"and on other days, too", []string{"SUMMARY:A | DTSTART;VALUE=DATE:20260501 | RDATE;VALUE=DATE:20260601,20260701"}, "26-05-01 A, 26-06-01 A, 26-07-01 A"},
		{"one that was moved", []string{"UID:x | SUMMARY:A | DTSTART;VALUE=DATE:20200501 | RRULE:FREQ=YEARLY", "UID:x | SUMMARY:A, later | RECURRENCE-ID;VALUE=DATE:20260501 | DTSTART;VALUE=DATE:20260504"}, "26-05-04 A, later, 27-05-01 A"},
		{"one that was cancelled", []string{"UID:x | SUMMARY:A | DTSTART;VALUE=DATE:20200501 | RRULE:FREQ=YEARLY", "UID:x | STATUS:CANCELLED | RECURRENCE-ID;VALUE=DATE:20260501 | DTSTART;VALUE=DATE:20260501"}, "27-05-01 A"},
		{"a title in parts", []string{"SUMMARY;LANGUAGE=de:Tag\\, an dem\r\n  niemand\\nda ist\u202e | DTSTART;VALUE=DATE:20260501"}, "26-05-01 Tag, an dem niemand da ist"},
		{"no title", []string{"DTSTART;VALUE=DATE:20260501"}, "26-05-01 Holiday"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := strings.Join(daysOf(t, feedOf(c.events...)), ", "); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

// TestObservancesOfAFeedAreWorked is zammad#390: feeds of holidays hold observances,
// on which people work.
func TestObservancesOfAFeedAreWorked(t *testing.T) {
	feed := feedOf("SUMMARY:Tag der Arbeit | DTSTART;VALUE=DATE:20260501", "SUMMARY:Muttertag | DESCRIPTION:Observance | DTSTART;VALUE=DATE:20260510",
		"SUMMARY:Mariä Himmelfahrt (regional) | DTSTART;VALUE=DATE:20260815", "SUMMARY:Weltkindertag | DTSTART;VALUE=DATE:20200920 | RRULE:FREQ=YEARLY")
	got := daysOf(t, feed, "Muttertag", "mariä himmelfahrt (REGIONAL)", "2026-09-20")
	if want := []string{"26-05-01 Tag der Arbeit", "27-09-20 Weltkindertag"}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func TestFilesThatAreNoHolidays(t *testing.T) {
	day := "SUMMARY:A | DTSTART;VALUE=DATE:20260501"
	whole := string(feedOf(day))
	for _, c := range []struct {
		name, want string
		data       string
	}{
		{"an empty file", "it is no iCalendar file, or was cut off", ""},
		{"another file", "it is no iCalendar file, or was cut off", "<html>Sign in</html>"},
		{"a file that was cut off", "was cut off", whole[:len(whole)-20]},
		{"one that only ends like one", "it is no iCalendar file: malformed calendar", "hello: world\r\nEND:VCALENDAR\r\n"},
		{"no event", "it holds no all-day event", string(feedOf())},
		{"meetings alone", "it holds no all-day event", string(feedOf("DTSTART:20260501T090000Z"))},
		{"no beginning", `event "A" of "": it does not say on which day it begins`, string(feedOf("SUMMARY:A"))},
		{"a day that is none", `event "A" of "20260230": it does not say`, string(feedOf("SUMMARY:A | DTSTART;VALUE=DATE:20260230"))},
		{"a day of the year 1", "the year 1 is not between 1900 and 2200", string(feedOf("DTSTART;VALUE=DATE:00010101"))},
		{"an end that is none", `its end "soon" is no day`, string(feedOf(day + " | DTEND:soon"))},
		{"an end before the beginning", "it ends before it begins", string(feedOf(day + " | DTEND;VALUE=DATE:20260430"))},
		{"a duration that is none", `"P1M" is no duration`, string(feedOf(day + " | DURATION:P1M"))},
		{"two years", "it takes more than 366 days", string(feedOf(day + " | DTEND;VALUE=DATE:20280501"))},
		{"two years by duration", "it takes 700 days; the most is 366", string(feedOf(day + " | DURATION:P100W"))},
		{"a rule that is none", "FREQ=SOMETIMES is not one of", string(feedOf(day + " | RRULE:FREQ=SOMETIMES"))},
		{"a rule that says nothing", "the rule is empty", string(feedOf(day + " | RRULE:"))},
		{"a rule by the hour", "FREQ=HOURLY is not supported", string(feedOf(day + " | RRULE:FREQ=HOURLY"))},
		{"every day", "it may take 366 days of a year", string(feedOf(day + " | RRULE:FREQ=DAILY"))},
		{"a long file", "it is 70000 bytes long; at most 65536 are read", strings.Repeat("x", 70_000)},
		{"a long line", "a line of it is longer than 8192 bytes", string(feedOf(day + " | DESCRIPTION:" + strings.Repeat("x", 9_000)))},
		{"a long line in folds", "a line of it is longer than 8192 bytes", string(feedOf(day + " | DESCRIPTION:" + strings.Repeat("x\r\n ", 3_000)))},
		{"many rules", "there are more than 100 rules", string(feedOf(slices.Repeat([]string{"DTSTART;VALUE=DATE:20260501 | RRULE:FREQ=YEARLY"}, 101)...))},
		{"many days", "there are more than 20000 days off", string(feedOf(slices.Repeat([]string{"DTSTART;VALUE=DATE:20260501 | DURATION:P366D"}, 60)...))},
	} {
		t.Run(c.name, func(t *testing.T) {
			spec := HoursSpec{Week: [7][]Interval{{{480, 1020}}}, Holidays: []Holiday{{ICS: []byte(c.data)}}}
			if _, err := NewHours(spec); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%v, want %s", err, c.want)
			}
		})
	}
}

// TestHostileHolidaysAreReadInTime holds the worst that fits into the bounds to some
// seconds for a century.
func TestHostileHolidaysAreReadInTime(t *testing.T) {
	week := [7][]Interval{{{480, 1020}}}
	for name, holidays := range map[string][]Holiday{
		"rules":         slices.Repeat([]Holiday{{Rule: "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", First: "1900-01-01"}}, MaxRules),
		"counted rules": slices.Repeat([]Holiday{{Rule: "FREQ=YEARLY;BYDAY=1MO,2MO,3MO,4MO,5MO,6MO,7MO;COUNT=500", First: "1900-01-01"}}, MaxRules),
		"exceptions":    {{ICS: feedOf(slices.Repeat([]string{"UID:x | DTSTART;VALUE=DATE:20200101 | RRULE:FREQ=YEARLY", "UID:x | RECURRENCE-ID:20210101 | DTSTART;VALUE=DATE:20210102"}, MaxRules)...)}},
		"parameters":    {{ICS: feedOf(slices.Repeat([]string{"DTSTART;VALUE=DATE" + strings.Repeat(";a=b", 1_500) + ":20260501"}, 10)...)}},
		"nesting":       {{ICS: []byte("BEGIN:VCALENDAR\n" + strings.Repeat("BEGIN:A\n", 4_000) + strings.Repeat("END:A\n", 4_000) + "BEGIN:VEVENT\nDTSTART:20260101\nEND:VEVENT\nEND:VCALENDAR\n")}},
		"dates":         {{ICS: feedOf("DTSTART;VALUE=DATE:20260501 | " + strings.TrimSuffix(strings.Repeat("RDATE:"+strings.Repeat("20260501,", 800)+" | ", 8), " | "))}},
	} {
		start := time.Now()
		h, err := NewHours(HoursSpec{Week: week, Holidays: holidays})
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		h.Between(time.Date(2000, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC))
		if took := time.Since(start); took > 10*time.Second*slowdown {
			t.Errorf("%s take %s", name, took)
		} else {
			t.Logf("%s take %s", name, took)
		}
	}
}

// FuzzHolidays reads any file, and asks what it makes of some years.
func FuzzHolidays(f *testing.F) {
	f.Add(feedOf("SUMMARY:A | DTSTART;VALUE=DATE:20200501 | RRULE:FREQ=YEARLY | EXDATE;VALUE=DATE:20250501,20260501 | RDATE:20260601T000000"))
	f.Add(feedOf("UID:x | DTSTART;VALUE=DATE:20201231 | DTEND;VALUE=DATE:20210102 | RRULE:FREQ=MONTHLY;BYDAY=-1FR;COUNT=9", "UID:x | RECURRENCE-ID:20210129 | DTSTART:20210130"))
	f.Add(feedOf("SUMMARY;LANGUAGE=\"de\":a\\,b\r\n c | DTSTART;TZID=Europe/Berlin:20260501T000000 | DURATION:P2D"))
	f.Add([]byte("BEGIN:VCALENDAR\nBEGIN:VEVENT\nBEGIN:VALARM\nEND:VALARM\nDTSTART:20260101\nEND:VEVENT\nEND:VCALENDAR\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if data == nil {
			data = []byte{}
		}
		h, err := NewHours(HoursSpec{Week: [7][]Interval{{{0, 1440}}, {{480, 720}, {780, 1020}}}, Holidays: []Holiday{{ICS: data, Hours: []Interval{{0, 60}}}}})
		if err != nil {
			return
		}
		from := time.Date(2015, 1, 1, 0, 0, 0, 0, time.UTC)
		sum := h.Between(from, from.AddDate(20, 0, 0))
		if at, ok := h.Add(from, sum); !ok || h.Between(from, at) != sum || at.After(from.AddDate(20, 0, 0)) {
			t.Errorf("%s last until %s", sum, at)
		}
		for _, d := range h.DaysOff(from, from.AddDate(20, 0, 0)) {
			if d.Title == "" || len([]rune(d.Title)) > maxTitle {
				t.Errorf("title %q", d.Title)
			}
		}
	})
}
