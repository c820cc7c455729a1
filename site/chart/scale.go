package chart

import "math"

// scale is the numbers that an axis covers, from one round number to another.
type scale struct {
	low, high float64
	step      float64
}

// steps is how many parts an axis has at most.
const steps = 4

// least is the smallest difference that is drawn: below it, numbers lose their digits.
const least = 1e-9

// newScale returns a scale that covers zero and all numbers. Where all of them are
// whole, so are its steps.
func newScale(all ...[]float64) scale {
	low, high, whole := 0.0, 0.0, true
	for _, values := range all {
		for _, v := range values {
			if v, ok := bounded(v); ok {
				low, high = min(low, v), max(high, v)
				whole = whole && v == math.Trunc(v)
			}
		}
	}
	if high-low < least {
		low, high = 0, 1
	}
	step := round((high - low) / steps)
	if whole {
		step = max(1, math.Ceil(step))
	}
	return scale{math.Floor(low/step) * step, math.Ceil(high/step) * step, step}
}

// round returns the next larger number that is 1, 2, 2.5 or 5 times a power of ten.
func round(v float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(v)))
	for _, f := range []float64{1, 2, 2.5, 5} {
		if f*power >= v {
			return f * power
		}
	}
	return 10 * power
}

// ticks are the round numbers of the axis, from below.
func (s scale) ticks() []float64 {
	var out []float64
	n := int(math.Round((s.high - s.low) / s.step))
	for i := range n + 1 {
		out = append(out, s.low+float64(i)*s.step)
	}
	return out
}

// at returns where a number lies between both ends, from 0 to 1.
func (s scale) at(v float64) float64 {
	v, _ = bounded(v)
	return max(0, min(1, (v-s.low)/(s.high-s.low)))
}
