package figure

import (
	"slices"
	"time"
)

// Mean returns the arithmetic mean; ok is false where there are no values.
func Mean(values []float64) (m float64, ok bool) {
	if len(values) == 0 {
		return 0, false
	}
	var sum float64
	for _, v := range values {
		sum += v
	}
	return sum / float64(len(values)), true
}

// Quantile returns the value below which a part p of the values lies, 0 ≤ p ≤ 1, by
// linear interpolation between the two nearest (type 7 of Hyndman and Fan, as R,
// NumPy and spreadsheets do). ok is false where there are no values.
func Quantile(values []float64, p float64) (q float64, ok bool) {
	if len(values) == 0 {
		return 0, false
	}
	sorted := slices.Sorted(slices.Values(values))
	at := p * float64(len(sorted)-1)
	low := int(at)
	if low+1 >= len(sorted) {
		return sorted[len(sorted)-1], true
	}
	return sorted[low] + (at-float64(low))*(sorted[low+1]-sorted[low]), true
}

// InHours returns a length of time in hours.
func InHours(d time.Duration) float64 { return d.Hours() }

// Share returns the part in percent; ok is false where the whole is nothing.
func Share(part, whole int) (p float64, ok bool) {
	if whole == 0 {
		return 0, false
	}
	return 100 * float64(part) / float64(whole), true
}
