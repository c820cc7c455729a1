package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"frontdesk/records/sla"
)

// relative says how far a time is from now, by the wall clock.
func relative(at, now time.Time) string {
	switch {
	case at.Before(now):
		return wall(now.Sub(at)) + " over"
	case at.Equal(now):
		return "now"
	}
	return "in " + wall(at.Sub(now))
}

// wall writes a length of wall time by its two largest units: whole minutes up to two
// days, then whole hours.
func wall(d time.Duration) string {
	const day = 24 * time.Hour
	if d < 2*day {
		return hours(d)
	}
	return units(int64(d/day), "d", int64(d%day/time.Hour), "h")
}

// hours writes a length of time in hours and whole minutes. Business time is written so
// however long it is, as a day of it is not as long as every other.
func hours(d time.Duration) string {
	if d < 0 {
		d = -d
	}
	if d > 0 && d < time.Minute {
		return "less than 1 min"
	}
	return units(int64(d/time.Hour), "h", int64(d%time.Hour/time.Minute), "min")
}

// units writes a number of large and one of small units, without those that are none.
func units(large int64, largeUnit string, small int64, smallUnit string) string {
	switch {
	case large == 0:
		return fmt.Sprintf("%d %s", small, smallUnit)
	case small == 0:
		return fmt.Sprintf("%d %s", large, largeUnit)
	}
	return fmt.Sprintf("%d %s %d %s", large, largeUnit, small, smallUnit)
}

// slaWords says how a record stands in a few words: the most pressing outcome of its
// clocks that have a target, and of which clocks it is. "" where none has one.
func slaWords(clocks []sla.Clock) string {
	for _, o := range []sla.Outcome{sla.Breached, sla.Running, sla.Paused, sla.Met, sla.Cancelled} {
		var names []string
		for i := range clocks {
			if clocks[i].Outcome == o && !slices.Contains(names, clocks[i].Name) {
				names = append(names, clocks[i].Name)
			}
		}
		if len(names) > 0 {
			return string(o) + ": " + strings.Join(names, ", ")
		}
	}
	return ""
}
