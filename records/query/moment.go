package query

import (
	"cmp"
	"strconv"
	"strings"
	"time"

	"frontdesk/records"
	"frontdesk/records/lazy"
)

// location returns the zone of dates without one.
func (c *compiler) location() *time.Location { return cmp.Or(c.opts.Location, time.UTC) }

// microseconds reads a record's time. Microseconds, because nanoseconds since
// 1970 end in the year 2262 and warranties "for ever" do not.
func (c *compiler) microseconds(text string) (int64, bool) {
	t, ok := records.ParseTime(text)
	return t.UnixMicro(), ok
}

// days reads a record's date as the beginning of that day.
func (c *compiler) days(text string) (int64, bool) {
	t, err := time.ParseInLocation(time.DateOnly, text, c.location())
	return t.UnixMicro(), err == nil
}

// wholeDays widens a stretch of time to the days that it touches.
func wholeDays(from, to time.Time) (time.Time, time.Time) {
	last := day(to.Add(-time.Microsecond))
	return day(from), last.AddDate(0, 0, 1)
}

// day returns the beginning of the time's day in its own zone.
func day(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), 0, 0, 0, 0, t.Location())
}

// calendar lists the ways to write a date, each with how long it lasts.
var calendar = []struct {
	layout string
	end    func(time.Time) time.Time
}{
	{"2006", func(t time.Time) time.Time { return t.AddDate(1, 0, 0) }},
	{"2006-01", func(t time.Time) time.Time { return t.AddDate(0, 1, 0) }},
	{time.DateOnly, func(t time.Time) time.Time { return t.AddDate(0, 0, 1) }},
	{"2006-01-02T15:04", func(t time.Time) time.Time { return t.Add(time.Minute) }},
	{"2006-01-02 15:04", func(t time.Time) time.Time { return t.Add(time.Minute) }},
	{"2006-01-02T15:04:05", func(t time.Time) time.Time { return t.Add(time.Second) }},
	{time.RFC3339, func(t time.Time) time.Time { return t.Add(time.Second) }},
}

// parseMoment reads a time as people write it: from is its beginning, to the
// beginning of what follows.
func parseMoment(s scalar, now time.Time, loc *time.Location) (from, to time.Time, ok bool) {
	if !s.quoted {
		if from, to, ok = relative(s.text, now.In(loc)); ok {
			return from, to, true
		}
	}
	for _, c := range calendar {
		if t, err := time.ParseInLocation(c.layout, strings.ToUpper(s.text), loc); err == nil {
			t = t.In(loc)
			return t, c.end(t), true
		}
	}
	return time.Time{}, time.Time{}, false
}

var relativePattern = lazy.Regexp(`^(now|today|yesterday|tomorrow)(?:([+-][0-9]{1,5})([hdw]))?$`)

// relative reads now, today, yesterday and tomorrow with their offsets.
func relative(text string, now time.Time) (from, to time.Time, ok bool) {
	m := relativePattern().FindStringSubmatch(text)
	if m == nil || m[1] != "now" && m[3] == "h" {
		return time.Time{}, time.Time{}, false
	}
	word, unit := m[1], m[3]
	n, _ := strconv.Atoi(m[2]) // the pattern leaves digits or nothing
	switch word {
	case "yesterday":
		now = now.AddDate(0, 0, -1)
	case "tomorrow":
		now = now.AddDate(0, 0, 1)
	}
	switch unit {
	case "h":
		now = now.Add(time.Duration(n) * time.Hour)
	case "d":
		now = now.AddDate(0, 0, n)
	case "w":
		now = now.AddDate(0, 0, 7*n)
	}
	if word == "now" {
		from = now.Truncate(time.Second)
		return from, from.Add(time.Second), true
	}
	from = day(now)
	return from, from.AddDate(0, 0, 1), true
}
