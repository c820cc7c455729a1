package calendar

import (
	"slices"
	"sort"
	"time"
)

// A table answers how much of the hours has passed until a moment, in two steps.
// Hours are given by the clock on the wall, whatever the zone: minutes counts them
// day by day as if there were no zone. A zone is a list of periods between which its
// offset changes, and within which the clock on the wall runs as time does: so what
// passes in one is a difference on the wall, and periods add up. Nothing else needs
// to know of clock changes, however odd.
type table struct {
	first, last int   // years
	from, to    int64 // moments that it knows, in Unix seconds
	day0        int64 // the first day, in days since 1970-01-01
	shapes      [][]Interval
	shape       []uint16 // of each day: which of the shapes
	minutes     []int32  // before each day, and after the last one
	working     []int32  // days with hours before each day, and after the last one
	periods     []period
	passed      int64 // in all
	off         []dayOff
}

// period is a stretch in which a zone's offset does not change.
type period struct {
	start  int64 // Unix seconds
	offset int64 // seconds that the clock on the wall is ahead of UTC
	before int64 // seconds of hours before it, of the table's
	wall   int64 // seconds of hours before it begins, by the clock on the wall
}

const (
	daySeconds = 24 * 60 * 60
	decade     = 10
	margin     = 3 // days that a table has beyond its years: the wall is at most a day ahead or behind
)

func unixYear(year int) int64 { return time.Date(year, 1, 1, 0, 0, 0, 0, time.UTC).Unix() }

// dayNumber returns days since 1970-01-01, for a moment or a time on the wall.
func dayNumber(seconds int64) int64 {
	day := seconds / daySeconds
	if seconds%daySeconds < 0 {
		day--
	}
	return day
}

// covering returns a table that knows two years and those between them.
func (h *Hours) covering(first, last int) *table {
	first, last = min(max(first, FirstYear), LastYear), max(min(last, LastYear), FirstYear)
	t := h.table.Load()
	if t != nil && t.first <= first && t.last >= last {
		return t
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if t = h.table.Load(); t != nil {
		if t.first <= first && t.last >= last {
			return t
		}
		first, last = min(first, t.first), max(last, t.last)
	}
	t = h.build(first-first%decade, min(last-last%decade+decade-1, LastYear))
	h.table.Store(t)
	return t
}

// build makes a table of some years. The caller holds the lock.
func (h *Hours) build(first, last int) *table {
	t := &table{first: first, last: last, from: unixYear(first), to: unixYear(last + 1)}
	t.day0 = dayNumber(t.from) - margin
	t.shapes = append(t.shapes, h.week[:]...)
	n := int(dayNumber(t.to)-t.day0) + margin
	t.shape = make([]uint16, n)
	for i := range t.shape {
		t.shape[i] = uint16((t.day0 + int64(i) + int64(time.Thursday) + 7*1_000_000) % 7)
	}
	h.takeOff(t)
	t.sum()
	t.cut(h.spec.Zone)
	return t
}

// takeOff gives the days off their shapes.
func (h *Hours) takeOff(t *table) {
	shapes := make([]uint16, len(h.sources))
	for i := range h.sources {
		shapes[i] = t.add(h.sources[i].hours)
	}
	for year := t.first; year <= t.last; year += decade {
		days, known := h.decades[year]
		if !known {
			days = h.daysOff(year, min(year+decade-1, LastYear))
			h.decades[year] = days
		}
		for _, d := range days {
			i := d.day - t.day0
			if s := shapes[d.source]; !slices.Equal(t.shapes[t.shape[i]], t.shapes[s]) {
				t.shape[i] = s
				t.off = append(t.off, d)
			}
		}
	}
}

// add returns the place of a shape, which may be a new one.
func (t *table) add(hours []Interval) uint16 {
	i := slices.IndexFunc(t.shapes, func(s []Interval) bool { return slices.Equal(s, hours) })
	if i < 0 {
		i = len(t.shapes)
		t.shapes = append(t.shapes, hours)
	}
	return uint16(i) // there are at most seven, and one for each holiday
}

// sum counts hours and working days up.
func (t *table) sum() {
	lengths := make([]int32, len(t.shapes))
	for i, list := range t.shapes {
		for _, s := range list {
			lengths[i] += int32(s.To - s.From)
		}
	}
	t.minutes = make([]int32, len(t.shape)+1)
	t.working = make([]int32, len(t.shape)+1)
	for i, s := range t.shape {
		t.minutes[i+1], t.working[i+1] = t.minutes[i]+lengths[s], t.working[i]
		if lengths[s] > 0 {
			t.working[i+1]++
		}
	}
}

// cut divides the table's time where the zone's offset changes.
func (t *table) cut(zone *time.Location) {
	at := time.Unix(t.from, 0).In(zone)
	var none []int64 // days with hours that the clock never shows
	for {
		_, end := at.ZoneBounds()
		_, offset := at.Zone()
		p := period{start: max(at.Unix(), t.from), offset: int64(offset)}
		p.wall = t.onWall(p.start + p.offset)
		if n := len(t.periods); n == 0 || t.periods[n-1].offset != p.offset {
			if n > 0 {
				last := t.periods[n-1]
				p.before = last.before + t.onWall(p.start+last.offset) - last.wall
				none = append(none, t.skipped(p.start+last.offset, p.start+p.offset)...)
			}
			t.periods = append(t.periods, p)
		}
		if end.IsZero() || end.Unix() >= t.to || !end.After(at) {
			break
		}
		at = end
	}
	last := t.periods[len(t.periods)-1]
	t.passed = last.before + t.onWall(t.to+last.offset) - last.wall
	for _, day := range none {
		for i := day + 1; i < int64(len(t.working)); i++ {
			t.working[i]--
		}
	}
}

// skipped returns the days with hours, from the table's first, all of whose hours
// are among the times from..to that the clock on the wall jumps over.
func (t *table) skipped(from, to int64) []int64 {
	var days []int64
	for at := from; at < to; at = (dayNumber(at) + 1) * daySeconds {
		i := dayNumber(at) - t.day0
		hours := t.minutes[i+1] - t.minutes[i]
		end := min(to, (dayNumber(at)+1)*daySeconds)
		if hours > 0 && t.onWall(end)-t.onWall(at) == 60*int64(hours) {
			days = append(days, i)
		}
	}
	return days
}

// onWall returns the seconds of hours before a time on the wall.
func (t *table) onWall(wall int64) int64 {
	day := dayNumber(wall)
	i := day - t.day0
	sum := 60 * int64(t.minutes[i])
	second := wall - day*daySeconds
	for _, s := range t.shapes[t.shape[i]] {
		from, to := 60*int64(s.From), 60*int64(s.To)
		if second <= from {
			break
		}
		sum += min(second, to) - from
	}
	return sum
}

// isOn reports whether a time on the wall is within the hours.
func (t *table) isOn(wall int64) bool {
	day := dayNumber(wall)
	second := wall - day*daySeconds
	for _, s := range t.shapes[t.shape[day-t.day0]] {
		if second < 60*int64(s.To) {
			return second >= 60*int64(s.From)
		}
	}
	return false
}

// period returns the period of a moment that the table knows.
func (t *table) period(at int64) *period {
	low, high := 0, len(t.periods)
	for high-low > 1 {
		if mid := int(uint(low+high) / 2); t.periods[mid].start <= at {
			low = mid
		} else {
			high = mid
		}
	}
	return &t.periods[low]
}

// until returns how much of the hours has passed until a moment, and whether it is
// within them. What the table does not know is as its nearest end.
func (t *table) until(at int64) (seconds int64, open bool) {
	switch {
	case at < t.from:
		return 0, false
	case at >= t.to:
		return t.passed, false
	}
	p := t.period(at)
	wall := at + p.offset
	return p.before + t.onWall(wall) - p.wall, t.isOn(wall)
}

// at returns the first moment, in Unix seconds, until which some seconds of the
// hours have passed: at least one, and not more than the table has.
func (t *table) at(seconds int64) int64 {
	n := sort.Search(len(t.periods), func(i int) bool { return t.periods[i].before >= seconds })
	p := t.periods[n-1]
	wanted := seconds - p.before + p.wall
	day := sort.Search(len(t.minutes), func(i int) bool { return 60*int64(t.minutes[i]) >= wanted }) - 1
	wanted -= 60 * int64(t.minutes[day])
	start := (t.day0 + int64(day)) * daySeconds
	for _, s := range t.shapes[t.shape[day]] {
		length := 60 * int64(s.To-s.From)
		if wanted <= length {
			return start + 60*int64(s.From) + wanted - p.offset
		}
		wanted -= length
	}
	panic("calendar: a day is shorter than its hours")
}

// end returns the last moment at which the clock on the wall shows a time, and where
// it never does, the one at which it jumps over it. near is the first such moment.
func (t *table) end(wall int64, near int64) int64 {
	k := sort.Search(len(t.periods), func(i int) bool { return t.periods[i].start > near+daySeconds })
	for i := k - 1; i >= 0; i-- {
		p := t.periods[i]
		if at := wall - p.offset; at > p.start {
			if i+1 < len(t.periods) {
				at = min(at, t.periods[i+1].start)
			}
			return at
		}
	}
	return near
}
