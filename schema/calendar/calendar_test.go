package calendar

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
)

func TestAWindowStaysAtItsHourWhenClocksChange(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	first := time.Date(2026, 3, 22, 22, 0, 0, 0, berlin)
	r := &Recurrence{First: first.UTC(), Length: 4 * time.Hour, Rule: "FREQ=WEEKLY", Zone: berlin}
	spans, _, err := r.Between(first, first.AddDate(1, 0, 0), 52)
	if err != nil || len(spans) != 52 {
		t.Fatal(len(spans), err)
	}
	summer := 0
	for _, s := range spans {
		if s.Start.Location() != berlin || s.Start.Format("15:04") != "22:00" || s.End.Sub(s.Start) != 4*time.Hour {
			t.Errorf("%v to %v", s.Start, s.End)
		}
		if s.Start.UTC().Hour() == 20 {
			summer++
		}
	}
	if summer != 31-1 { // 29 March to 18 October 2026, from the evening of the 29th
		t.Errorf("%d in summer time", summer)
	}
}

// TestTimesThatTheClockDoesNotShow are those of RFC 5545, 3.3.5.
func TestTimesThatTheClockDoesNotShow(t *testing.T) {
	for _, c := range []struct{ zone, first, rule, day, want string }{
		{"America/New_York", "2026-03-01T02:30", "FREQ=DAILY", "2026-03-08", "2026-03-08T03:30:00-04:00"}, // put forward
		{"America/New_York", "2026-10-01T01:30", "FREQ=DAILY", "2026-11-01", "2026-11-01T01:30:00-04:00"}, // put back: the first
		{"Europe/Berlin", "2026-03-01T02:30", "FREQ=DAILY", "2026-03-29", "2026-03-29T03:30:00+02:00"},
		{"Europe/Berlin", "2026-10-01T02:30", "FREQ=DAILY", "2026-10-25", "2026-10-25T02:30:00+02:00"},
		{"Australia/Lord_Howe", "2026-10-01T02:15", "FREQ=DAILY", "2026-10-04", "2026-10-04T02:45:00+11:00"},
		{"Pacific/Apia", "2011-12-25T12:00", "FREQ=DAILY", "2011-12-31", "2011-12-31T12:00:00+14:00"}, // the 30th was left out
		{"Africa/Cairo", "2026-04-01T00:00", "FREQ=DAILY", "2026-04-24", "2026-04-24T01:00:00+03:00"}, // midnight is left out
	} {
		z := zone(t, c.zone)
		first, err := time.Parse("2006-01-02T15:04", c.first)
		if err != nil {
			t.Fatal(err)
		}
		day, _ := time.ParseInLocation(time.DateOnly, c.day, z)
		r := &Recurrence{First: moment(first, z), Length: time.Minute, Rule: c.rule, Zone: z}
		spans, _, err := r.Between(day, day.AddDate(0, 0, 1), 10)
		if err != nil || !slices.ContainsFunc(spans, func(s Span) bool { return s.Start.Format(time.RFC3339) == c.want }) {
			t.Errorf("%s %s on %s: %v, want %s (%v)", c.zone, c.first, c.day, spans, c.want, err)
		}
	}
}

func TestDaysEndAtTheSameTimeOfTheDayAndHoursByTheClock(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	first := time.Date(2026, 3, 27, 18, 0, 0, 0, berlin) // a Friday; clocks change on Sunday
	for _, c := range []struct {
		days int
		rest time.Duration
		want string
	}{{2, 12 * time.Hour, "2026-03-30T06:00:00+02:00"}, {0, 60 * time.Hour, "2026-03-30T07:00:00+02:00"}} {
		r := &Recurrence{First: first, Days: c.days, Length: c.rest, Zone: berlin}
		spans, cut, err := r.Between(first, first.AddDate(0, 0, 9), 5)
		if err != nil || cut || len(spans) != 1 || spans[0].End.Format(time.RFC3339) != c.want {
			t.Errorf("%d days and %v: %v, want its end at %s (%v)", c.days, c.rest, spans, c.want, err)
		}
	}
}

func TestWhatIsLeftOut(t *testing.T) {
	berlin := zone(t, "Europe/Berlin")
	first := time.Date(2026, 12, 23, 0, 30, 0, 0, berlin) // the evening before in UTC
	r := &Recurrence{First: first, Length: time.Hour, Rule: "FREQ=DAILY;COUNT=5", Zone: berlin,
		Except: []time.Time{first.AddDate(0, 0, 3).UTC()}, ExceptDates: []string{"2026-12-24"}}
	spans, cut, err := r.Between(first, first.AddDate(1, 0, 0), 10)
	if got := days(t, spans, "00:30"); err != nil || cut || got != "2026-12-23 2026-12-25 2026-12-27" {
		t.Errorf("%s, %v, %v; what is left out counts", got, cut, err)
	}
	once := &Recurrence{First: first, Length: time.Hour, Zone: berlin, ExceptDates: []string{"2026-12-23"}}
	if spans, _, err := once.Between(first, first.Add(time.Hour), 1); err != nil || len(spans) != 0 {
		t.Errorf("%v, %v", spans, err)
	}
}

func TestAWindowThatHasBegunIsFound(t *testing.T) {
	first := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	r := &Recurrence{First: first, Days: 20, Rule: "FREQ=MONTHLY;BYMONTHDAY=15"}
	at := time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC)
	spans, _, err := r.Between(at, at.Add(time.Second), 5)
	if got := days(t, spans, "00:00"); err != nil || got != "2026-10-15" {
		t.Errorf("%s, %v", got, err)
	}
	for _, c := range []struct {
		at   string
		want int
	}{{"2026-11-04T00:00:00Z", 0}, {"2026-11-03T23:59:59Z", 1}, {"2026-11-14T23:59:59Z", 0}, {"2026-11-15T00:00:00Z", 1}} {
		at, _ := time.Parse(time.RFC3339, c.at)
		if spans, _, _ := r.Between(at, at.Add(time.Second), 5); len(spans) != c.want {
			t.Errorf("%s: %v, want %d", c.at, spans, c.want)
		}
	}
}

func TestPositionsCountFromTheBeginningOfTheWeekAndNotFromTheFirstDay(t *testing.T) {
	first := time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC) // a Tuesday
	r := &Recurrence{First: first, Length: time.Hour, Rule: "FREQ=WEEKLY;BYDAY=MO,TU,WE;BYSETPOS=1"}
	spans, _, err := r.Between(first, first.AddDate(0, 0, 21), 9)
	if got := days(t, spans, "09:00"); err != nil || got != "2026-11-09 2026-11-16 2026-11-23" {
		t.Errorf("%s, %v", got, err)
	}
}

// TestARuleCostsWhatItReturns guards against walks from the first occurrence, and
// against rules that give nothing, for which the library would search to the year
// 9999.
func TestARuleCostsWhatItReturns(t *testing.T) {
	old := time.Date(1970, 1, 1, 22, 0, 0, 0, time.UTC)
	at := time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC)
	berlin := zone(t, "Europe/Berlin")
	daily := &Recurrence{First: old, Length: time.Hour, Rule: "FREQ=DAILY", Zone: berlin}
	young := &Recurrence{First: at.AddDate(0, 0, -7), Length: time.Hour, Rule: "FREQ=DAILY", Zone: berlin}
	if took, usual := each(t, 1000, daily, at), each(t, 1000, young, at); took > 10*usual {
		t.Errorf("a daily window since 1970 takes %v, one since last week %v", took, usual)
	}
	for _, rule := range []string{
		"FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "FREQ=MONTHLY;BYMONTH=2;BYMONTHDAY=31", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30",
		"FREQ=DAILY;INTERVAL=7;BYDAY=MO", "FREQ=WEEKLY;BYDAY=MO;BYSETPOS=5", "FREQ=YEARLY;INTERVAL=1000;BYMONTH=2;BYMONTHDAY=30",
		"FREQ=DAILY;BYDAY=MO;BYMONTH=2;BYMONTHDAY=30;COUNT=10000", "FREQ=YEARLY;BYYEARDAY=1;BYMONTH=2", "FREQ=MONTHLY;BYDAY=5MO;BYMONTHDAY=1",
	} {
		r := &Recurrence{First: time.Date(1970, 1, 2, 0, 0, 0, 0, time.UTC), Length: time.Hour, Rule: rule}
		if took := each(t, 5, r, at); took > 2*time.Second {
			t.Errorf("%s takes %v", rule, took)
		}
		if spans, _, err := r.Between(at, at.AddDate(5, 0, 0), 10); err != nil || len(spans) > 0 {
			t.Errorf("%s gives %v, %v", rule, spans, err)
		}
	}
	busy := &Recurrence{First: old, Length: MaxLength, Rule: "FREQ=DAILY;BYHOUR=" + seq(24) + ";BYMINUTE=0,30"}
	if took := each(t, 3, busy, at); took > time.Second {
		t.Errorf("a window that comes 48 times a day and stays for a year takes %v", took)
	}
}

func seq(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, ",%d", i)
	}
	return b.String()[1:]
}

func each(t *testing.T, n int, r *Recurrence, at time.Time) time.Duration {
	t.Helper()
	start := time.Now()
	for range n {
		if _, _, err := r.Between(at, at.AddDate(0, 0, 7), 100); err != nil {
			t.Fatal(err)
		}
	}
	return time.Since(start) / time.Duration(n)
}

func TestNothingIsLookedForAfterTheLastYearAndThatIsSaid(t *testing.T) {
	first := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	far := time.Date(9999, 1, 1, 0, 0, 0, 0, time.UTC)
	for rule, want := range map[string]bool{
		"FREQ=YEARLY": true, "FREQ=YEARLY;COUNT=3": false, "FREQ=YEARLY;UNTIL=20300101": false, "": false,
	} {
		r := &Recurrence{First: first, Length: time.Hour, Rule: rule}
		spans, cut, err := r.Between(first, far, 1000)
		if err != nil || cut != want || len(spans) > LastYear-2026+1 {
			t.Errorf("%q: %d, cut %v, %v", rule, len(spans), cut, err)
		}
	}
	r := &Recurrence{First: first, Length: time.Hour, Rule: "FREQ=DAILY"}
	if spans, cut, err := r.Between(far, far.AddDate(1, 0, 0), 10); err != nil || !cut || len(spans) != 0 {
		t.Errorf("%v, %v, %v", spans, cut, err)
	}
	if spans, cut, err := r.Between(first, far, 1<<40); err != nil || !cut || len(spans) > MaxSpans {
		t.Errorf("%d, %v, %v", len(spans), cut, err)
	}
}

func FuzzRecurrence(f *testing.F) {
	for _, s := range []string{
		"", "FREQ=WEEKLY;BYDAY=SU", "FREQ=MONTHLY;BYDAY=-1FR;BYSETPOS=1", "FREQ=YEARLY;BYWEEKNO=1,51,-1;WKST=SU", "FREQ=YEARLY;BYYEARDAY=-366,366;BYDAY=53MO",
		"FREQ=DAILY;UNTIL=20270101;BYHOUR=2;BYMINUTE=30", "FREQ=MONTHLY;BYMONTHDAY=-31,31", "FREQ=WEEKLY;INTERVAL=999;WKST=FR;BYDAY=TH", "FREQ=HOURLY",
	} {
		f.Add(s, int64(1_700_000_000), int64(3600), uint8(0), uint16(400))
	}
	zones := []*time.Location{time.UTC, zone(f, "Europe/Berlin"), zone(f, "Pacific/Apia"), zone(f, "America/St_Johns")}
	f.Fuzz(func(t *testing.T, rule string, first, length int64, in uint8, later uint16) {
		r := &Recurrence{First: time.Unix(first%(1<<34), 0), Length: time.Duration(length%(1<<26)) * time.Second, Days: int(in >> 4), Rule: rule, Zone: zones[int(in)%len(zones)]}
		from := r.First.AddDate(0, 0, int(later))
		to := from.AddDate(0, 2, 0)
		start := time.Now()
		watch := time.AfterFunc(10*time.Second, func() { panic(fmt.Sprintf("%q does not end: %+v", rule, r)) })
		defer watch.Stop()
		spans, cut, err := r.Between(from, to, 50)
		if took := time.Since(start); took > 2*time.Second {
			t.Errorf("%q takes %v", rule, took)
		}
		if (err != nil) != (r.Check() != nil) || err != nil && spans != nil {
			t.Errorf("%q: %v, but Check says %v", rule, err, r.Check())
		}
		if err != nil {
			return
		}
		checkOrder(t, spans, from, to)
		if len(spans) > 50 || cut && len(spans) < 50 && to.Year() < LastYear {
			t.Errorf("%q: %d spans, cut %v", rule, len(spans), cut)
		}
		normal, err := r.Normal()
		again := *r
		again.Rule = normal
		same, _, err2 := again.Between(from, to, 50)
		if err != nil || err2 != nil || fmt.Sprint(same) != fmt.Sprint(spans) {
			t.Errorf("%q gives %v, and as %q %v (%v, %v)", rule, spans, normal, same, err, err2)
		}
	})
}

func BenchmarkNothing(b *testing.B) {
	at := time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC)
	for _, rule := range []string{"FREQ=DAILY", "FREQ=WEEKLY;BYDAY=SU", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"} {
		b.Run(rule, func(b *testing.B) {
			r := &Recurrence{First: time.Date(1970, 1, 2, 0, 0, 0, 0, time.UTC), Length: time.Hour, Rule: rule}
			for b.Loop() {
				_, _, _ = r.Between(at, at.AddDate(0, 0, 7), 100)
			}
		})
	}
}
