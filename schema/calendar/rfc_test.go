package calendar

import (
	"fmt"
	"strings"
	"testing"
	"time"
)

func zone(t testing.TB, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return z
}

// TestTheExamplesOfRFC5545 are those of section 3.8.5.3 for the frequencies that
// are supported, with the occurrences that the RFC lists; "…" means that it goes on.
func TestTheExamplesOfRFC5545(t *testing.T) {
	for _, c := range []struct{ start, rule, want string }{
		{"1997-09-02 09:00", "FREQ=DAILY;COUNT=10", "1997-09-02 1997-09-03 1997-09-04 1997-09-05 1997-09-06 1997-09-07 1997-09-08 1997-09-09 1997-09-10 1997-09-11"},
		{"1997-09-02 09:00", "FREQ=DAILY;INTERVAL=2", "1997-09-02 1997-09-04 1997-09-06 1997-09-08 …"},
		{"1997-09-02 09:00", "FREQ=DAILY;INTERVAL=10;COUNT=5", "1997-09-02 1997-09-12 1997-09-22 1997-10-02 1997-10-12"},
		{"1998-01-01 09:00", "FREQ=YEARLY;UNTIL=19980103T140000Z;BYMONTH=1;BYDAY=SU,MO,TU,WE,TH,FR,SA", "1998-01-01 1998-01-02 1998-01-03"},
		{"1998-01-01 09:00", "FREQ=DAILY;UNTIL=19980103T140000Z;BYMONTH=1", "1998-01-01 1998-01-02 1998-01-03"},
		{"1997-09-02 09:00", "FREQ=WEEKLY;COUNT=10", "1997-09-02 1997-09-09 1997-09-16 1997-09-23 1997-09-30 1997-10-07 1997-10-14 1997-10-21 1997-10-28 1997-11-04"},
		{"1997-09-02 09:00", "FREQ=WEEKLY;INTERVAL=2;WKST=SU", "1997-09-02 1997-09-16 1997-09-30 1997-10-14 1997-10-28 1997-11-11 1997-11-25 1997-12-09 1997-12-23 1998-01-06 …"},
		{"1997-09-02 09:00", "FREQ=WEEKLY;UNTIL=19971007T000000Z;WKST=SU;BYDAY=TU,TH", "1997-09-02 1997-09-04 1997-09-09 1997-09-11 1997-09-16 1997-09-18 1997-09-23 1997-09-25 1997-09-30 1997-10-02"},
		{"1997-09-01 09:00", "FREQ=WEEKLY;INTERVAL=2;UNTIL=19971224T000000Z;WKST=SU;BYDAY=MO,WE,FR", "1997-09-01 1997-09-03 1997-09-05 1997-09-15 1997-09-17 1997-09-19 1997-09-29 1997-10-01 1997-10-03 1997-10-13 1997-10-15 1997-10-17 1997-10-27 1997-10-29 1997-10-31 1997-11-10 1997-11-12 1997-11-14 1997-11-24 1997-11-26 1997-11-28 1997-12-08 1997-12-10 1997-12-12 1997-12-22"},
		{"1997-09-02 09:00", "FREQ=WEEKLY;INTERVAL=2;COUNT=8;WKST=SU;BYDAY=TU,TH", "1997-09-02 1997-09-04 1997-09-16 1997-09-18 1997-09-30 1997-10-02 1997-10-14 1997-10-16"},
		{"1997-09-05 09:00", "FREQ=MONTHLY;COUNT=10;BYDAY=1FR", "1997-09-05 1997-10-03 1997-11-07 1997-12-05 1998-01-02 1998-02-06 1998-03-06 1998-04-03 1998-05-01 1998-06-05"},
		{"1997-09-05 09:00", "FREQ=MONTHLY;UNTIL=19971224T000000Z;BYDAY=1FR", "1997-09-05 1997-10-03 1997-11-07 1997-12-05"},
		{"1997-09-07 09:00", "FREQ=MONTHLY;INTERVAL=2;COUNT=10;BYDAY=1SU,-1SU", "1997-09-07 1997-09-28 1997-11-02 1997-11-30 1998-01-04 1998-01-25 1998-03-01 1998-03-29 1998-05-03 1998-05-31"},
		{"1997-09-22 09:00", "FREQ=MONTHLY;COUNT=6;BYDAY=-2MO", "1997-09-22 1997-10-20 1997-11-17 1997-12-22 1998-01-19 1998-02-16"},
		{"1997-09-28 09:00", "FREQ=MONTHLY;BYMONTHDAY=-3", "1997-09-28 1997-10-29 1997-11-28 1997-12-29 1998-01-29 1998-02-26 …"},
		{"1997-09-02 09:00", "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=2,15", "1997-09-02 1997-09-15 1997-10-02 1997-10-15 1997-11-02 1997-11-15 1997-12-02 1997-12-15 1998-01-02 1998-01-15"},
		{"1997-09-30 09:00", "FREQ=MONTHLY;COUNT=10;BYMONTHDAY=1,-1", "1997-09-30 1997-10-01 1997-10-31 1997-11-01 1997-11-30 1997-12-01 1997-12-31 1998-01-01 1998-01-31 1998-02-01"},
		{"1997-09-10 09:00", "FREQ=MONTHLY;INTERVAL=18;COUNT=10;BYMONTHDAY=10,11,12,13,14,15", "1997-09-10 1997-09-11 1997-09-12 1997-09-13 1997-09-14 1997-09-15 1999-03-10 1999-03-11 1999-03-12 1999-03-13"},
		{"1997-09-02 09:00", "FREQ=MONTHLY;INTERVAL=2;BYDAY=TU", "1997-09-02 1997-09-09 1997-09-16 1997-09-23 1997-09-30 1997-11-04 1997-11-11 1997-11-18 1997-11-25 1998-01-06 1998-01-13 1998-01-20 1998-01-27 1998-03-03 1998-03-10 1998-03-17 1998-03-24 1998-03-31 …"},
		{"1997-06-10 09:00", "FREQ=YEARLY;COUNT=10;BYMONTH=6,7", "1997-06-10 1997-07-10 1998-06-10 1998-07-10 1999-06-10 1999-07-10 2000-06-10 2000-07-10 2001-06-10 2001-07-10"},
		{"1997-03-10 09:00", "FREQ=YEARLY;INTERVAL=2;COUNT=10;BYMONTH=1,2,3", "1997-03-10 1999-01-10 1999-02-10 1999-03-10 2001-01-10 2001-02-10 2001-03-10 2003-01-10 2003-02-10 2003-03-10"},
		{"1997-01-01 09:00", "FREQ=YEARLY;INTERVAL=3;COUNT=10;BYYEARDAY=1,100,200", "1997-01-01 1997-04-10 1997-07-19 2000-01-01 2000-04-09 2000-07-18 2003-01-01 2003-04-10 2003-07-19 2006-01-01"},
		{"1997-05-19 09:00", "FREQ=YEARLY;BYDAY=20MO", "1997-05-19 1998-05-18 1999-05-17 …"},
		{"1997-05-12 09:00", "FREQ=YEARLY;BYWEEKNO=20;BYDAY=MO", "1997-05-12 1998-05-11 1999-05-17 …"},
		{"1997-03-13 09:00", "FREQ=YEARLY;BYMONTH=3;BYDAY=TH", "1997-03-13 1997-03-20 1997-03-27 1998-03-05 1998-03-12 1998-03-19 1998-03-26 1999-03-04 1999-03-11 1999-03-18 1999-03-25 …"},
		{"1997-06-05 09:00", "FREQ=YEARLY;BYDAY=TH;BYMONTH=6,7,8", "1997-06-05 1997-06-12 1997-06-19 1997-06-26 1997-07-03 1997-07-10 1997-07-17 1997-07-24 1997-07-31 1997-08-07 1997-08-14 1997-08-21 1997-08-28 1998-06-04 …"},
		// the RFC leaves the first day out with EXDATE; here it is none of the rule's
		{"1997-09-02 09:00", "FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13", "1998-02-13 1998-03-13 1998-11-13 1999-08-13 2000-10-13 …"},
		{"1997-09-13 09:00", "FREQ=MONTHLY;BYDAY=SA;BYMONTHDAY=7,8,9,10,11,12,13", "1997-09-13 1997-10-11 1997-11-08 1997-12-13 1998-01-10 1998-02-07 1998-03-07 1998-04-11 1998-05-09 1998-06-13 …"},
		{"1996-11-05 09:00", "FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;BYMONTHDAY=2,3,4,5,6,7,8", "1996-11-05 2000-11-07 2004-11-02 …"},
		{"1997-09-04 09:00", "FREQ=MONTHLY;COUNT=3;BYDAY=TU,WE,TH;BYSETPOS=3", "1997-09-04 1997-10-07 1997-11-06"},
		{"1997-09-29 09:00", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2", "1997-09-29 1997-10-30 1997-11-27 1997-12-30 1998-01-29 1998-02-26 1998-03-30 …"},
		{"1997-08-05 09:00", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO", "1997-08-05 1997-08-10 1997-08-19 1997-08-24"},
		{"1997-08-05 09:00", "FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU", "1997-08-05 1997-08-17 1997-08-19 1997-08-31"},
		{"2007-01-15 09:00", "FREQ=MONTHLY;BYMONTHDAY=15,30;COUNT=5", "2007-01-15 2007-01-30 2007-02-15 2007-03-15 2007-03-30"},
	} {
		t.Run(c.rule, func(t *testing.T) {
			ny := zone(t, "America/New_York")
			first, err := time.ParseInLocation("2006-01-02 15:04", c.start, ny)
			if err != nil {
				t.Fatal(err)
			}
			want, goesOn := strings.CutSuffix(c.want, " …")
			r := &Recurrence{First: first, Length: time.Hour, Rule: c.rule, Zone: ny}
			spans, cut, err := r.Between(first, first.AddDate(40, 0, 0), strings.Count(want, " ")+1)
			if err != nil {
				t.Fatal(err)
			}
			if got := days(t, spans, "09:00"); got != want || cut != goesOn {
				t.Errorf("got\n%s, more: %v; want\n%s, more: %v", got, cut, want, goesOn)
			}
		})
	}
}

// days lists the days on which occurrences begin, all at the same time of the day.
func days(t *testing.T, spans []Span, at string) string {
	t.Helper()
	var out []string
	for _, s := range spans {
		if s.Start.Format("15:04") != at {
			t.Errorf("%v does not begin at %s", s.Start, at)
		}
		out = append(out, s.Start.Format(time.DateOnly))
	}
	return strings.Join(out, " ")
}

// TestSeveralTimesADay is the RFC's way to say every 20 minutes from 9 to 17 with
// DAILY.
func TestSeveralTimesADay(t *testing.T) {
	first := time.Date(1997, 9, 2, 9, 0, 0, 0, time.UTC)
	r := &Recurrence{First: first, Length: time.Minute, Rule: "FREQ=DAILY;BYHOUR=9,10,11,12,13,14,15,16;BYMINUTE=0,20,40"}
	spans, cut, err := r.Between(first, first.Add(24*time.Hour), 100)
	if err != nil || cut || len(spans) != 24 {
		t.Fatalf("%d, %v, %v", len(spans), cut, err)
	}
	for i, s := range spans {
		if want := first.Add(time.Duration(i) * 20 * time.Minute); !s.Start.Equal(want) {
			t.Errorf("%d: %v, want %v", i, s.Start, want)
		}
	}
}

func TestWhatIsRefusedSaysWhy(t *testing.T) {
	for _, c := range []struct{ rule, want string }{
		{"FREQ=HOURLY", "the shortest is DAILY"},
		{"FREQ=MINUTELY;INTERVAL=20", "the shortest is DAILY"},
		{"FREQ=SECONDLY", "the shortest is DAILY"},
		{"FREQ=FORTNIGHTLY", "is not one of DAILY"},
		{"BYDAY=SU", "FREQ is missing"},
		{"every sunday", "no part of a recurrence"},
		{"RRULE:FREQ=DAILY", "has no \"RRULE:FREQ\""},
		{"FREQ=DAILY\nDTSTART:19700101T000000Z", "FREQ cannot be"},
		{"FREQ=DAILY;DTSTART=19700101T000000Z", "has no \"DTSTART\""},
		{"FREQ=YEARLY;BYEASTER=-2", "has no \"BYEASTER\""},
		{"FREQ=DAILY;FREQ=WEEKLY", "stands twice"},
		{"FREQ=DAILY;INTERVAL=0", "not between 1 and"},
		{"FREQ=DAILY;INTERVAL=100000", "not between 1 and"},
		{"FREQ=DAILY;COUNT=0", "not between 1 and"},
		{"FREQ=DAILY;COUNT=999999", "not between 1 and"},
		{"FREQ=DAILY;COUNT=3;UNTIL=20270101", "not both"},
		{"FREQ=DAILY;UNTIL=20271301", "no time"},
		{"FREQ=DAILY;UNTIL=99990101", "no time between"},
		{"FREQ=DAILY;UNTIL=20270101T00Z", "cannot be"},
		{"FREQ=WEEKLY;BYDAY=1MO", "numbers only in a month or year"},
		{"FREQ=MONTHLY;BYDAY=53MO", "no 53. weekday"},
		{"FREQ=MONTHLY;BYDAY=-53MO", "no -53. weekday"},
		{"FREQ=YEARLY;BYMONTH=12;BYDAY=53MO", "no 53. weekday"},
		{"FREQ=MONTHLY;BYDAY=MO,1TU", "two windows"},
		{"FREQ=YEARLY;BYDAY=54MO", "53"},
		{"FREQ=YEARLY;BYWEEKNO=20;BYDAY=1MO", "beside BYWEEKNO"},
		{"FREQ=MONTHLY;BYWEEKNO=20", "goes with FREQ=YEARLY"},
		{"FREQ=YEARLY;BYWEEKNO=53", "the last week of a year is -1"},
		{"FREQ=DAILY;BYYEARDAY=20", "goes with FREQ=YEARLY"},
		{"FREQ=WEEKLY;BYMONTHDAY=20", "does not go with FREQ=WEEKLY"},
		{"FREQ=MONTHLY;BYMONTHDAY=0", "count from 1"},
		{"FREQ=MONTHLY;BYMONTHDAY=32", "bymonthday"},
		{"FREQ=YEARLY;BYMONTH=13", "bymonth"},
		{"FREQ=DAILY;BYHOUR=24", "byhour"},
		{"FREQ=DAILY;BYSETPOS=1", "needs another BY"},
		{"FREQ=DAILY;BYHOUR=1,2,3,4,5,6,7,8;BYMINUTE=1,2,3,4,5,6,7", "56 times a day"},
		{"FREQ=DAILY;BYDAY=" + strings.Repeat("MO,", 200) + "MO", "bytes"},
		{"FREQ=", "cannot be"},
		{"FREQ=DAILY;", "no part"},
		{";", "no part"},
	} {
		r := &Recurrence{First: time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC), Length: time.Hour, Rule: c.rule}
		if err := r.Check(); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q: %v, want it to say %q", c.rule, err, c.want)
		}
		if spans, _, err := r.Between(r.First, r.First.AddDate(1, 0, 0), 10); err == nil || spans != nil {
			t.Errorf("%q gives %v", c.rule, spans)
		}
	}
}

func TestWhatCannotBeAWindowIsRefused(t *testing.T) {
	at := time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC)
	for name, r := range map[string]Recurrence{
		"without a beginning":      {Length: time.Hour},
		"without a length":         {First: at},
		"ends before it begins":    {First: at, Length: -time.Hour},
		"takes negative days":      {First: at, Days: -1, Length: time.Hour},
		"takes longer than a year": {First: at, Days: 367},
		"takes for ever":           {First: at, Length: 1<<63 - 1},
		"takes too many days":      {First: at, Days: 1 << 40, Length: time.Hour},
		"begins too late":          {First: at.AddDate(1000, 0, 0), Length: time.Hour},
	} {
		if err := r.Check(); err == nil {
			t.Errorf("a window that %s is none", name)
		}
	}
}

func TestDurations(t *testing.T) {
	for _, c := range []struct {
		text string
		days int
		rest time.Duration
	}{
		{"PT4H", 0, 4 * time.Hour}, {"P1D", 1, 0}, {"P2W", 14, 0}, {"P2DT12H30M", 2, 12*time.Hour + 30*time.Minute},
		{"PT90M", 0, 90 * time.Minute}, {"PT45S", 0, 45 * time.Second},
	} {
		if days, rest, err := ParseDuration(c.text); err != nil || days != c.days || rest != c.rest {
			t.Errorf("%s: %d days and %v, %v", c.text, days, rest, err)
		}
	}
	for _, text := range []string{"", "P", "PT", "P1DT", "P1Y", "P1M", "PT0S", "P0D", "4h", "PT1.5H", "-PT1H", "P1W2D", "PT999999999999H"} {
		if days, rest, err := ParseDuration(text); err == nil {
			t.Errorf("%q is %d days and %v", text, days, rest)
		}
	}
}

func TestTheNormalFormSaysTheSame(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	first := time.Date(2026, 11, 4, 22, 0, 0, 0, berlin)
	for rule, want := range map[string]string{
		"":                                   "",
		"freq=weekly":                        "FREQ=WEEKLY;INTERVAL=1;BYDAY=WE;BYHOUR=22;BYMINUTE=0;BYSECOND=0",
		"FREQ=YEARLY;BYWEEKNO=20":            "FREQ=YEARLY;INTERVAL=1;BYWEEKNO=20;BYDAY=WE;BYHOUR=22;BYMINUTE=0;BYSECOND=0",
		"UNTIL=20270101;FREQ=MONTHLY":        "FREQ=MONTHLY;INTERVAL=1;UNTIL=20270101T225959Z;BYMONTHDAY=4;BYHOUR=22;BYMINUTE=0;BYSECOND=0",
		"FREQ=DAILY;UNTIL=20261201T220000":   "FREQ=DAILY;INTERVAL=1;UNTIL=20261201T210000Z;BYHOUR=22;BYMINUTE=0;BYSECOND=0",
		"FREQ=WEEKLY;BYDAY=SU,SU,MO;COUNT=5": "FREQ=WEEKLY;INTERVAL=1;COUNT=5;BYDAY=MO,SU;BYHOUR=22;BYMINUTE=0;BYSECOND=0",
	} {
		r := &Recurrence{First: first, Length: time.Hour, Rule: rule, Zone: berlin}
		normal, err := r.Normal()
		if err != nil || normal != want {
			t.Errorf("%q is\n%s, want\n%s (%v)", rule, normal, want, err)
		}
		again := *r
		again.Rule = normal
		a, _, _ := r.Between(first, first.AddDate(2, 0, 0), 50)
		b, _, err := again.Between(first, first.AddDate(2, 0, 0), 50)
		if err != nil || fmt.Sprint(a) != fmt.Sprint(b) {
			t.Errorf("%q gives\n%v and in its normal form\n%v (%v)", rule, a, b, err)
		}
	}
}
