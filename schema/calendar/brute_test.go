package calendar

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// brute finds occurrences by looking at every day on its own, without the library:
// whether the rule means it, and, by looking at every minute, when the clock on the
// wall shows the time.
type brute struct {
	first  time.Time // wall clock, as if in UTC
	zone   *time.Location
	length time.Duration

	freq       string
	interval   int
	count      int
	until      time.Time
	wkst       time.Weekday
	byday      map[time.Weekday][]int // with numbers, none for every one
	bymonth    []int
	bymonthday []int
	bysetpos   []int
}

func (b *brute) matches(d time.Time) bool {
	if len(b.bymonth) > 0 && !slices.Contains(b.bymonth, int(d.Month())) {
		return false
	}
	last := time.Date(d.Year(), d.Month()+1, 0, 0, 0, 0, 0, time.UTC).Day()
	if len(b.bymonthday) > 0 && !slices.Contains(b.bymonthday, d.Day()) && !slices.Contains(b.bymonthday, d.Day()-last-1) {
		return false
	}
	if len(b.byday) == 0 {
		return true
	}
	ns, ok := b.byday[d.Weekday()]
	if !ok || len(ns) == 0 {
		return ok
	}
	day, of := d.Day(), last
	if b.freq == "YEARLY" && len(b.bymonth) == 0 {
		day, of = d.YearDay(), time.Date(d.Year(), 12, 31, 0, 0, 0, 0, time.UTC).YearDay()
	}
	return slices.Contains(ns, (day-1)/7+1) || slices.Contains(ns, -((of-day)/7+1))
}

// period numbers the rule's periods.
func (b *brute) period(d time.Time) int {
	n := int(d.Unix() / 86400) // days; 1970-01-01 was a Thursday
	switch b.freq {
	case "WEEKLY":
		return (n + 4 - int(b.wkst) + 7) / 7
	case "MONTHLY":
		return 12*d.Year() + int(d.Month())
	case "YEARLY":
		return d.Year()
	}
	return n
}

// days returns the days on which occurrences begin, up to a last one.
func (b *brute) days(last time.Time) []time.Time {
	var out, set []time.Time
	start := b.first.Truncate(24 * time.Hour)
	var begin time.Time // of the first day's period
	for begin = start; b.period(begin.AddDate(0, 0, -1)) == b.period(start); {
		begin = begin.AddDate(0, 0, -1)
	}
	flush := func() {
		for i, d := range set {
			if (len(b.bysetpos) == 0 || slices.Contains(b.bysetpos, i+1) || slices.Contains(b.bysetpos, i-len(set))) && !d.Before(start) {
				out = append(out, d)
			}
		}
		set = nil
	}
	for d := begin; !d.After(last.AddDate(2, 0, 0)); d = d.AddDate(0, 0, 1) {
		if (b.period(d)-b.period(start))%b.interval == 0 && b.matches(d) {
			set = append(set, d)
		}
		if b.period(d.AddDate(0, 0, 1)) != b.period(d) {
			flush()
		}
	}
	return out
}

// minutes returns how many minutes of a span are covered.
func (b *brute) minutes(from, to time.Time) int {
	tod := b.first.Sub(b.first.Truncate(24 * time.Hour))
	wanted := map[time.Time]bool{}
	for i, d := range b.days(to) {
		if b.count == 0 || i < b.count {
			wanted[d.Add(tod)] = true
		}
	}
	// starts are the minutes at which the clock shows a wanted time first, or jumps
	// over it
	covered, n := time.Time{}, 0
	begin := from.Add(-b.length - 48*time.Hour).Truncate(time.Minute)
	previous := wall(begin.Add(-time.Minute).In(b.zone))
	seen := map[time.Time]bool{}
	for at := begin; at.Before(to); at = at.Add(time.Minute) {
		shown := wall(at.In(b.zone))
		for w := previous.Add(time.Minute); !w.After(shown); w = w.Add(time.Minute) {
			start := at
			if w.Before(shown) { // in a gap: as if the clock had not been put forward
				start = at.Add(w.Sub(previous.Add(time.Minute)))
			}
			if wanted[w] && !seen[w] && (b.until.IsZero() || !start.After(b.until)) {
				seen[w] = true
				if end := start.Add(b.length); end.After(covered) {
					covered = end
				}
			}
		}
		if shown.After(previous) {
			previous = shown
		}
		if !at.Before(from) && at.Before(covered) {
			n++
		}
	}
	return n
}

// count returns how many minutes of a span are in some of the spans.
func count(spans []Span, from, to time.Time) int {
	n := 0
	end := from
	for _, s := range spans {
		if s.Start.After(end) {
			end = s.Start
		}
		for ; end.Before(s.End) && end.Before(to); end = end.Add(time.Minute) {
			n++
		}
	}
	return n
}

var weekdays = []string{"SU", "MO", "TU", "WE", "TH", "FR", "SA"}

func draw(t *rapid.T) (*brute, string) {
	b := &brute{interval: rapid.IntRange(1, 4).Draw(t, "interval"), byday: map[time.Weekday][]int{}}
	b.freq = rapid.SampledFrom([]string{"DAILY", "WEEKLY", "MONTHLY", "YEARLY"}).Draw(t, "freq")
	b.wkst = time.Weekday(rapid.IntRange(0, 6).Draw(t, "wkst"))
	rule := fmt.Sprintf("FREQ=%s;INTERVAL=%d;WKST=%s", b.freq, b.interval, weekdays[b.wkst])
	list := func(name string, ns []int) {
		var out []string
		for _, n := range ns {
			out = append(out, strconv.Itoa(n))
		}
		rule += ";" + name + "=" + strings.Join(out, ",")
	}
	b.first = time.Date(rapid.IntRange(2019, 2026).Draw(t, "year"), time.Month(rapid.IntRange(1, 12).Draw(t, "month")), rapid.IntRange(1, 31).Draw(t, "day"),
		rapid.IntRange(0, 23).Draw(t, "hour"), rapid.SampledFrom([]int{0, 30}).Draw(t, "minute"), 0, 0, time.UTC)
	if rapid.Bool().Draw(t, "bymonth") {
		b.bymonth = rapid.SliceOfNDistinct(rapid.IntRange(1, 12), 1, 4, rapid.ID).Draw(t, "months")
		list("BYMONTH", b.bymonth)
	}
	if b.freq != "WEEKLY" && rapid.Bool().Draw(t, "bymonthday") {
		day := rapid.OneOf(rapid.IntRange(1, 31), rapid.IntRange(-31, -1))
		b.bymonthday = rapid.SliceOfNDistinct(day, 1, 5, rapid.ID).Draw(t, "monthdays")
		list("BYMONTHDAY", b.bymonthday)
	}
	if rapid.Bool().Draw(t, "byday") {
		numbered := (b.freq == "MONTHLY" || b.freq == "YEARLY") && rapid.Bool().Draw(t, "numbered")
		var out []string
		for _, d := range rapid.SliceOfNDistinct(rapid.IntRange(0, 6), 1, 4, rapid.ID).Draw(t, "weekdays") {
			b.byday[time.Weekday(d)] = nil
			if numbered {
				n := rapid.SampledFrom([]int{1, 2, 3, 5, -1, -2}).Draw(t, "n")
				b.byday[time.Weekday(d)] = []int{n}
				out = append(out, strconv.Itoa(n))
			}
			out = append(out, weekdays[d]+",")
		}
		rule += ";BYDAY=" + strings.TrimSuffix(strings.Join(out, ""), ",")
	}
	if (len(b.byday) > 0 || len(b.bymonthday) > 0) && rapid.Bool().Draw(t, "bysetpos") {
		b.bysetpos = rapid.SliceOfNDistinct(rapid.SampledFrom([]int{1, 2, 4, -1, -3}), 1, 2, rapid.ID).Draw(t, "positions")
		list("BYSETPOS", b.bysetpos)
	}
	b.defaults()
	return b, rule
}

// defaults says what the first occurrence does where the rule does not.
func (b *brute) defaults() {
	if len(b.byday) > 0 || len(b.bymonthday) > 0 {
		return
	}
	switch b.freq {
	case "WEEKLY":
		b.byday[b.first.Weekday()] = nil
	case "YEARLY":
		if len(b.bymonth) == 0 {
			b.bymonth = []int{int(b.first.Month())}
		}
		fallthrough
	case "MONTHLY":
		b.bymonthday = []int{b.first.Day()}
	}
}

// TestOccurrencesAreWhatABruteForceSearchFinds compares how many minutes are covered,
// and how many occurrences there are, over zones whose clocks change in different
// ways, by Lord Howe's half hour, too.
func TestOccurrencesAreWhatABruteForceSearchFinds(t *testing.T) {
	zones := []*time.Location{time.UTC}
	for _, name := range []string{"Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"} {
		zones = append(zones, zone(t, name))
	}
	rapid.Check(t, func(t *rapid.T) {
		b, rule := draw(t)
		b.zone = rapid.SampledFrom(zones).Draw(t, "zone")
		b.length = time.Duration(rapid.IntRange(1, 100).Draw(t, "hours")) * 30 * time.Minute
		switch rapid.IntRange(0, 2).Draw(t, "end") {
		case 1:
			b.count = rapid.IntRange(1, 30).Draw(t, "count")
			rule += fmt.Sprintf(";COUNT=%d", b.count)
		case 2:
			b.until = b.first.AddDate(0, 0, rapid.IntRange(0, 900).Draw(t, "until"))
			rule += ";UNTIL=" + b.until.Format("20060102T150405Z")
		}
		from := b.first.AddDate(0, 0, rapid.IntRange(-10, 1000).Draw(t, "from"))
		to := from.AddDate(0, 0, rapid.IntRange(1, 50).Draw(t, "days"))
		r := &Recurrence{First: moment(b.first, b.zone), Length: b.length, Rule: rule, Zone: b.zone}
		spans, cut, err := r.Between(from, to, 1000)
		if err != nil || cut {
			t.Fatalf("%s: %v, cut %v", rule, err, cut)
		}
		if got, want := count(spans, from, to), b.minutes(from, to); got != want {
			t.Fatalf("%s from %v in %s: %d minutes from %v to %v, want %d; occurrences\n%v", rule, b.first, b.zone, got, from, to, want, spans)
		}
		checkOrder(t, spans, from, to)
		some, cut, _ := r.Between(from, to, len(spans)/2)
		if fmt.Sprint(some) != fmt.Sprint(spans[:len(spans)/2]) || cut != (len(spans) > 0) {
			t.Fatalf("%s: the first %d are %v of %v, cut %v", rule, len(spans)/2, some, spans, cut)
		}
	})
}

func checkOrder(t interface{ Fatalf(string, ...any) }, spans []Span, from, to time.Time) {
	for i, s := range spans {
		if !s.Start.Before(s.End) || !s.Overlaps(Span{from, to}) || i > 0 && !spans[i-1].Start.Before(s.Start) {
			t.Fatalf("occurrence %d of %v is out of place", i, spans)
		}
	}
}

// TestWeeksAreThoseOfISO8601 compares BYWEEKNO with time.ISOWeek over 60 years.
func TestWeeksAreThoseOfISO8601(t *testing.T) {
	first := time.Date(2000, 1, 1, 3, 0, 0, 0, time.UTC)
	last := first.AddDate(60, 0, 0)
	var weeks []int
	for n := 1; n <= 51; n++ {
		weeks = append(weeks, n, -n)
	}
	for _, week := range weeks {
		r := &Recurrence{First: first, Length: time.Hour, Rule: fmt.Sprintf("FREQ=YEARLY;BYWEEKNO=%d;BYDAY=MO,WE,SU", week)}
		spans, cut, err := r.Between(first, last, 1000)
		if err != nil || cut {
			t.Fatal(err, cut)
		}
		var want []string
		for d := first; d.Before(last); d = d.AddDate(0, 0, 1) {
			year, w := d.ISOWeek()
			_, most := time.Date(year, 12, 28, 0, 0, 0, 0, time.UTC).ISOWeek()
			if (w == week || w-most-1 == week) && slices.Contains([]time.Weekday{1, 3, 0}, d.Weekday()) {
				want = append(want, d.Format(time.DateOnly))
			}
		}
		if got := days(t, spans, "03:00"); got != strings.Join(want, " ") {
			t.Errorf("week %d: got\n%s, want\n%s", week, got, strings.Join(want, " "))
		}
	}
}
