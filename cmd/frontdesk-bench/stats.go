package main

import (
	"fmt"
	"slices"
	"time"
)

// series is what was measured of one subject.
type series struct {
	name   string
	walls  []time.Duration // in the order of the runs
	memory int64           // the largest resident set, in bytes
	last   output
}

// median returns the middle of the walls, the mean of the two in the middle
// where their number is even, and 0 without any.
func (s *series) median() time.Duration {
	sorted := slices.Sorted(slices.Values(s.walls))
	switch n := len(sorted); {
	case n == 0:
		return 0
	case n%2 == 1:
		return sorted[n/2]
	default:
		return (sorted[n/2-1] + sorted[n/2]) / 2
	}
}

// ratio returns how many times the yardstick's median the series' median is.
func (s *series) ratio(yard *series) float64 {
	return float64(s.median()) / float64(max(yard.median(), 1))
}

// String tells the median, the range and the number of runs.
func (s *series) String() string {
	if len(s.walls) == 0 {
		return "not run"
	}
	if len(s.walls) == 1 {
		return short(s.walls[0]) + " (1 run)"
	}
	low, high := slices.Min(s.walls), slices.Max(s.walls)
	return fmt.Sprintf("%s (%s to %s, %d runs)", short(s.median()), short(low), short(high), len(s.walls))
}

// brief tells the name and the median.
func (s *series) brief() string { return s.name + " " + short(s.median()) }

// short writes a duration with three digits.
func short(d time.Duration) string {
	switch {
	case d < 10*time.Millisecond:
		return fmt.Sprintf("%.2f ms", float64(d)/float64(time.Millisecond))
	case d < 100*time.Millisecond:
		return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
	case d < time.Second:
		return fmt.Sprintf("%.0f ms", float64(d)/float64(time.Millisecond))
	case d < time.Minute:
		return fmt.Sprintf("%.2f s", d.Seconds())
	}
	return fmt.Sprintf("%.0f s", d.Seconds())
}
