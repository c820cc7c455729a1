package calendar

import (
	"fmt"
	"slices"
	"testing"
	"time"
	_ "time/tzdata" // the zones are there on any machine

	"pgregory.net/rapid"
)

// plainHours are hours as somebody reads them who knows nothing of this package: the
// hours of each date, and a clock that is asked for what it shows.
type plainHours struct {
	zone *time.Location
	week [7][]Interval
	days map[date][]Interval
}

type date struct {
	year  int
	month time.Month
	day   int
}

func dateAt(at time.Time) date {
	y, m, d := at.Date()
	return date{y, m, d}
}

func (d date) after(e date) bool {
	return d.year > e.year || d.year == e.year && (d.month > e.month || d.month == e.month && d.day > e.day)
}

// isOpen asks the clock of the zone.
func (p plainHours) isOpen(at time.Time) bool {
	shown := at.In(p.zone)
	hours, special := p.days[dateAt(shown)]
	if !special {
		hours = p.week[shown.Weekday()]
	}
	minute := 60*shown.Hour() + shown.Minute()
	return slices.ContainsFunc(hours, func(i Interval) bool { return i.From <= minute && minute < i.To })
}

// between walks every minute. Zones whose offset is no whole minute are not for it.
func (p plainHours) between(from, to time.Time) time.Duration {
	var sum time.Duration
	for at := from; at.Before(to); {
		next := at.Truncate(time.Minute).Add(time.Minute)
		if next.After(to) {
			next = to
		}
		if p.isOpen(at) {
			sum += next.Sub(at)
		}
		at = next
	}
	return sum
}

// add walks every minute until d has passed, at most for some days.
func (p plainHours) add(from time.Time, d time.Duration, days int) (time.Time, bool) {
	for at := from; at.Before(from.AddDate(0, 0, days)); {
		next := at.Truncate(time.Minute).Add(time.Minute)
		if p.isOpen(at) {
			if d <= next.Sub(at) {
				return at.Add(d), true
			}
			d -= next.Sub(at)
		}
		at = next
	}
	return time.Time{}, false
}

// zoneDay is a zone, and a day about which clocks change there.
type zoneDay struct{ zone, day string }

func zoneDays() []zoneDay {
	return []zoneDay{
		{"UTC", "2024-02-28"}, {"UTC", "2023-02-28"}, {"UTC", "2100-02-28"},
		{"Europe/Berlin", "2026-03-29"}, {"Europe/Berlin", "2026-10-25"},
		{"America/New_York", "2026-03-08"}, {"America/New_York", "2026-11-01"},
		{"America/Sao_Paulo", "2018-11-04"}, {"America/Sao_Paulo", "2018-02-18"}, // at midnight
		{"America/St_Johns", "2010-11-07"}, {"America/St_Johns", "2010-03-14"}, // at 00:01: a minute of the next day comes twice
		{"Australia/Sydney", "2026-10-04"}, {"Australia/Sydney", "2026-04-05"},
		{"Australia/Lord_Howe", "2026-10-04"}, {"Australia/Lord_Howe", "2026-04-05"}, // by half an hour
		{"Asia/Kathmandu", "1986-01-01"}, {"Asia/Kathmandu", "2026-05-01"}, // 5:45
		{"Pacific/Apia", "2011-12-30"},      // a day that does not exist
		{"Pacific/Kwajalein", "1993-08-21"}, // another
		{"Pacific/Auckland", "2026-09-27"}, {"Africa/Casablanca", "2026-03-20"}, {"America/Santiago", "2026-09-06"},
		{"Asia/Tehran", "2022-09-21"}, {"Europe/Dublin", "2026-10-25"}, {"Antarctica/Troll", "2026-03-29"},
	}
}

func drawIntervals(t *rapid.T, what string) []Interval {
	// Cuts in steps of five minutes, some of them where clocks change.
	cut := rapid.OneOf(rapid.IntRange(0, 288), rapid.SampledFrom([]int{0, 12, 24, 30, 36, 276, 288}))
	cuts := rapid.SliceOfNDistinct(cut, 0, 6, rapid.ID[int]).Draw(t, what)
	slices.Sort(cuts)
	var list []Interval
	for i := 0; i+1 < len(cuts); i += 2 {
		list = append(list, Interval{5 * cuts[i], 5 * cuts[i+1]})
	}
	return list
}

// drawHours returns the same hours twice, and a moment about which something happens.
func drawHours(t *rapid.T) (*Hours, plainHours, time.Time) {
	about := rapid.SampledFrom(zoneDays()).Draw(t, "zone and day")
	zone, err := time.LoadLocation(about.zone)
	if err != nil {
		t.Fatal(err)
	}
	spec := HoursSpec{Name: "office", Zone: zone}
	plain := plainHours{zone: zone, days: map[date][]Interval{}}
	for day := range spec.Week {
		spec.Week[day] = drawIntervals(t, time.Weekday(day).String())
		plain.week[day] = spec.Week[day]
	}
	if !slices.ContainsFunc(plain.week[:], func(l []Interval) bool { return len(l) > 0 }) {
		spec.Week[3], plain.week[3] = []Interval{{540, 1020}}, []Interval{{540, 1020}}
	}
	middle, err := time.Parse(time.DateOnly, about.day)
	if err != nil {
		t.Fatal(err)
	}
	for i := range rapid.IntRange(0, 6).Draw(t, "holidays") {
		on := middle.AddDate(0, 0, rapid.IntRange(-12, 12).Draw(t, "holiday"))
		h := Holiday{Title: fmt.Sprint("Holiday ", i), On: on.Format(time.DateOnly)}
		if rapid.Bool().Draw(t, "half") {
			h.Hours = drawIntervals(t, "half day")
		}
		spec.Holidays = append(spec.Holidays, h)
		plain.days[dateAt(on)] = h.Hours
		if rapid.Bool().Draw(t, "worked") {
			spec.Worked = append(spec.Worked, h.On)
			defer delete(plain.days, dateAt(on)) // whatever else the day is
		}
	}
	h, err := NewHours(spec)
	if err != nil {
		t.Fatal(err)
	}
	return h, plain, middle
}

// drawMoment returns a moment some days about another, by preference on a minute.
func drawMoment(t *rapid.T, about time.Time, days int, what string) time.Time {
	at := about.Add(time.Duration(rapid.IntRange(-days*24*60, days*24*60).Draw(t, what)) * time.Minute)
	if rapid.Bool().Draw(t, what+" not on a minute") {
		at = at.Add(time.Duration(rapid.Int64Range(0, int64(time.Minute)-1).Draw(t, what+" within")))
	}
	return at
}

func TestBetweenIsABruteForceCount(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h, plain, middle := drawHours(t)
		from, to := drawMoment(t, middle, 14, "from"), drawMoment(t, middle, 14, "to")
		if got, want := h.Between(from, to), plain.between(from, to); got != want {
			t.Fatalf("between %s and %s: %s, want %s", from, to, got, want)
		}
		if got, want := h.IsOpen(from), plain.isOpen(from); got != want {
			t.Fatalf("open at %s: %t", from, got)
		}
	})
}

func TestBetweenAddsUpAndNeverShrinks(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h, _, middle := drawHours(t)
		a, b, c := drawMoment(t, middle, 2000, "a"), drawMoment(t, middle, 2000, "b"), drawMoment(t, middle, 2000, "c")
		at := []time.Time{a, b, c}
		slices.SortFunc(at, time.Time.Compare)
		first, second, both := h.Between(at[0], at[1]), h.Between(at[1], at[2]), h.Between(at[0], at[2])
		if first+second != both || first < 0 || second < 0 || both > at[2].Sub(at[0]) {
			t.Fatalf("%s and %s are %s", first, second, both)
		}
		if h.Between(at[2], at[0]) != 0 {
			t.Fatal("time runs backwards")
		}
	})
}

func TestAddIsTheInverseOfBetween(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h, plain, middle := drawHours(t)
		from := drawMoment(t, middle, 14, "from")
		d := time.Duration(rapid.Int64Range(1, int64(40*time.Hour)).Draw(t, "d"))
		if rapid.Bool().Draw(t, "whole minutes") {
			d = d.Truncate(time.Minute) + time.Minute
		}
		at, ok := h.Add(from, d)
		if !ok {
			t.Fatal("the hours end")
		}
		if got := h.Between(from, at); got != d {
			t.Fatalf("%s + %s is %s, which is %s later", from, d, at, got)
		}
		if got := h.Between(from, at.Add(-1)); got >= d {
			t.Fatalf("%s + %s was over before %s", from, d, at)
		}
		if want, found := plain.add(from, d, 60); found && !at.Equal(want) {
			t.Fatalf("%s + %s is %s, want %s", from, d, at, want)
		}
	})
}

// TestAddDaysCountsDaysOnWhichWorkIsDone counts with the clock of the zone, date by
// date.
func TestAddDaysCountsDaysOnWhichWorkIsDone(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		h, plain, middle := drawHours(t)
		from := drawMoment(t, middle, 14, "from")
		n := rapid.IntRange(0, 8).Draw(t, "n")
		at, ok := h.AddDays(from, n)
		if !ok {
			t.Fatal("the hours end")
		}
		start := from
		for !plain.isOpen(start) {
			start = start.Truncate(time.Minute).Add(time.Minute)
		}
		on, last := dateAt(start.In(plain.zone)), start
		for left := n; left > 0; { // until the n-th date after the first that is open at all
			last = last.Truncate(time.Minute).Add(time.Minute)
			if d := dateAt(last.In(plain.zone)); d.after(on) && plain.isOpen(last) {
				on = d
				left--
			}
		}
		shown, wanted := at.In(plain.zone), start.In(plain.zone)
		end := endOf(plain, on)
		switch {
		case n == 0 && !at.Equal(start):
			t.Fatalf("0 days after %s is %s, want %s", from, at, start)
		case n == 0:
		case at.Equal(end):
			if timeOfDay(wanted) < timeOfDay(end.Add(-time.Minute).In(plain.zone)) {
				t.Fatalf("%d days after %s is %s, the end of the day", n, start, shown)
			}
		case dateAt(shown) != on:
			t.Fatalf("%d days after %s is on %s, want %v", n, start, shown, on)
		case at.After(end):
			t.Fatalf("%d days after %s is %s, after the day's end %s", n, start, shown, end)
		case timeOfDay(shown) != timeOfDay(wanted) && !inGap(plain.zone, on, wanted):
			t.Fatalf("%d days after %s is %s", n, wanted, shown)
		}
	})
}

func timeOfDay(t time.Time) time.Duration {
	return time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute + time.Duration(t.Second())*time.Second + time.Duration(t.Nanosecond())
}

// minutesAbout yields every minute that may be of a date, the last one first.
func minutesAbout(on date, yield func(time.Time) bool) {
	day := time.Date(on.year, on.month, on.day, 0, 0, 0, 0, time.UTC)
	for at := day.Add(48 * time.Hour); at.After(day.Add(-24*time.Hour)) && yield(at); at = at.Add(-time.Minute) {
	}
}

// endOf returns when the last minute of a date's hours is over.
func endOf(p plainHours, on date) (end time.Time) {
	minutesAbout(on, func(at time.Time) bool {
		end = at.Add(time.Minute)
		return dateAt(at.In(p.zone)) != on || !p.isOpen(at)
	})
	return end
}

// inGap reports whether the clock never shows a time of the day on a date.
func inGap(zone *time.Location, on date, wanted time.Time) bool {
	gap := true
	minutesAbout(on, func(at time.Time) bool {
		shown := at.In(zone)
		gap = dateAt(shown) != on || shown.Hour() != wanted.Hour() || shown.Minute() != wanted.Minute()
		return gap
	})
	return gap
}
