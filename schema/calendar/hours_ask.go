package calendar

import (
	"math"
	"sort"
	"time"
)

// IsOpen reports whether a moment is within the hours.
func (h *Hours) IsOpen(at time.Time) bool {
	if h.clock {
		return true
	}
	_, open := h.covering(at.UTC().Year(), at.UTC().Year()).until(at.Unix())
	return open
}

// Between returns how much of from..to is within the hours, exactly: 0 where to is
// not after from. Clock changes are as they happen: a minute is within the hours if
// the clock then shows a time that is. The longest is what a time.Duration holds, 292
// years.
func (h *Hours) Between(from, to time.Time) time.Duration {
	if !to.After(from) {
		return 0
	}
	if h.clock {
		return duration64(to.Unix()-from.Unix(), int64(to.Nanosecond()-from.Nanosecond()))
	}
	a, b := from.Unix(), to.Unix()
	t := h.table.Load()
	if t == nil || a < t.from || b >= t.to {
		t = h.covering(from.UTC().Year(), to.UTC().Year())
	}
	seconds, nanos := t.until(b)
	passed := int64(0)
	if nanos {
		passed += int64(to.Nanosecond())
	}
	before, open := t.until(a)
	if open {
		passed -= int64(from.Nanosecond())
	}
	return duration64(seconds-before, passed)
}

// duration64 returns a duration of at least nothing.
func duration64(seconds, nanos int64) time.Duration {
	if seconds >= math.MaxInt64/int64(time.Second) {
		return math.MaxInt64
	}
	return time.Duration(seconds)*time.Second + time.Duration(nanos)
}

// Add returns the first moment at which d of the hours has passed since from. It is
// from itself for d of 0 or less. ok is false where the hours never last that long.
func (h *Hours) Add(from time.Time, d time.Duration) (at time.Time, ok bool) {
	switch {
	case d <= 0:
		return from, true
	case h.clock:
		return from.Round(0).Add(d), true
	}
	year := from.UTC().Year()
	for t := h.covering(year, year); ; t = h.covering(t.first, 2*t.last-t.first+1) {
		seconds, open := t.until(from.Unix())
		nanos := int64(d % time.Second)
		if open {
			nanos += int64(from.Nanosecond())
		}
		seconds += int64(d/time.Second) + nanos/int64(time.Second)
		nanos %= int64(time.Second)
		if nanos > 0 {
			seconds++
		}
		if seconds <= t.passed {
			at := t.at(seconds)
			if nanos > 0 {
				at--
			}
			return time.Unix(at, nanos).In(from.Location()), true
		}
		if t.last >= LastYear {
			return time.Time{}, false
		}
	}
}

// AddDays returns the moment n working days after from: the same time of the day on
// the n-th day with hours after that of from, at its end where that is earlier. A
// moment without hours counts as the next one with hours. ok is false where there
// are no more such days.
func (h *Hours) AddDays(from time.Time, n int) (at time.Time, ok bool) {
	zone, year := h.spec.Zone, from.UTC().Year()
	if year < FirstYear || year > LastYear {
		return time.Time{}, false
	}
	if !h.IsOpen(from) {
		next, ok := h.Add(from, 1)
		if !ok {
			return time.Time{}, false
		}
		from = next.Add(-1).In(from.Location())
	}
	if n <= 0 {
		return from, true
	}
	shown := wall(from.In(zone)).Unix()
	for t := h.covering(year, from.UTC().Year()); ; t = h.covering(t.first, 2*t.last-t.first+1) {
		day := dayNumber(shown) - t.day0
		wanted := int64(t.working[day+1]) + int64(n)
		i := sort.Search(len(t.working), func(i int) bool { return int64(t.working[i]) >= wanted })
		// The days beyond the years are there for zones: they are not whole.
		if i < len(t.working)-2*margin || t.last >= LastYear && i < len(t.working)-margin {
			return t.sameTime(from, i-1, shown, zone), true
		}
		if t.last >= LastYear {
			return time.Time{}, false
		}
	}
}

// sameTime returns the moment of a day at which the clock shows the time of the day
// that it shows at from, or the end of the day's hours where that is earlier.
func (t *table) sameTime(from time.Time, day int, shown int64, zone *time.Location) time.Time {
	hours := t.shapes[t.shape[day]]
	start := (t.day0 + int64(day)) * daySeconds
	second := shown - dayNumber(shown)*daySeconds
	if end := 60 * int64(hours[len(hours)-1].To); second >= end {
		near := moment(time.Unix(start+end, 0).UTC(), zone).Unix()
		return time.Unix(t.end(start+end, near), 0).In(from.Location())
	}
	at := moment(time.Unix(start+second, 0).UTC(), zone)
	return time.Unix(at.Unix(), int64(from.Nanosecond())).In(from.Location())
}

// DaysOff returns the days in from..to, up to but without to, whose hours differ from
// the week's, in order.
func (h *Hours) DaysOff(from, to time.Time) []Day {
	if !to.After(from) {
		return nil
	}
	t := h.covering(from.UTC().Year()-1, to.UTC().Year()+1)
	first := dayNumber(wall(from.In(h.spec.Zone)).Unix())
	last := dayNumber(wall(to.Add(-1).In(h.spec.Zone)).Unix())
	var days []Day
	for i := sort.Search(len(t.off), func(i int) bool { return t.off[i].day >= first }); i < len(t.off) && t.off[i].day <= last; i++ {
		d := t.off[i]
		date := time.Unix(d.day*daySeconds, 0).UTC().Format(time.DateOnly)
		days = append(days, Day{Date: date, Title: d.title, Hours: h.sources[d.source].hours})
	}
	return days
}
