package history

import (
	"fmt"
	"time"
)

// Tolerance is by how much a log line may claim a later time than that of its
// commit: clocks differ.
const Tolerance = 5 * time.Minute

// Drift returns how long after the time that it claims the line was committed,
// as the committer's clock says; negative where it was committed before. ok is
// false where the line is not committed, claims no time, or may be older than
// the history at hand.
func (l *Line) Drift() (drift time.Duration, ok bool) {
	at, ok := l.At()
	if !ok || !l.Brought.IsCommitted() || l.Brought.Cut {
		return 0, false
	}
	return l.Brought.Committer.When.Sub(at), true
}

// IsAhead reports whether the line claims what had not happened yet when it was
// committed.
func (l *Line) IsAhead() bool {
	drift, ok := l.Drift()
	return ok && drift < -Tolerance
}

// DriftWords tells a drift in words: "3 min later", "written 5 h before it
// happened".
func DriftWords(drift time.Duration) string {
	switch {
	case drift < -Tolerance:
		return "written " + roughly(-drift) + " before it happened"
	case drift < time.Minute:
		return "at once"
	}
	return roughly(drift) + " later"
}

// roughly writes a duration in its largest unit.
func roughly(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d < time.Hour:
		return fmt.Sprintf("%d min", d/time.Minute)
	case d < 2*day:
		return fmt.Sprintf("%d h", d/time.Hour)
	}
	return fmt.Sprintf("%d d", d/day)
}
