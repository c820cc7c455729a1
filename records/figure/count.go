package figure

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// PerRecord is the unit of how many of one thing there are for each record of another.
const PerRecord Unit = "per record"

// Keys returns the keys of values in the order in which people read them: numbers in
// them by their size, "<1 day" before "1-5 days" and ">90 days" after all, so that
// months, priorities and ranges of ages stand as they follow one another.
func Keys[V any](values map[string]V) []string {
	keys := make([]string, 0, len(values))
	for k := range values {
		keys = append(keys, k)
	}
	slices.SortFunc(keys, CompareKeys)
	return keys
}

// CompareKeys compares two keys as Keys orders them.
func CompareKeys(a, b string) int {
	x, y := strings.TrimLeft(a, "<>"), strings.TrimLeft(b, "<>")
	for x != "" && y != "" {
		m, n := leadingDigits(x), leadingDigits(y)
		if m > 0 && n > 0 {
			p, q := strings.TrimLeft(x[:m], "0"), strings.TrimLeft(y[:n], "0")
			if c := cmp.Or(cmp.Compare(len(p), len(q)), cmp.Compare(p, q)); c != 0 {
				return c
			}
			if c := cmp.Compare(side(a), side(b)); c != 0 {
				return c
			}
			x, y = x[m:], y[n:]
			continue
		}
		if x[0] != y[0] {
			return cmp.Compare(x[0], y[0])
		}
		x, y = x[1:], y[1:]
	}
	return cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(a, b))
}

// side says whether a key is about what lies below (-1) or above (1) its number.
func side(key string) int {
	switch {
	case strings.HasPrefix(key, "<"):
		return -1
	case strings.HasPrefix(key, ">"):
		return 1
	}
	return 0
}

func leadingDigits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}

// Thousands writes a whole number with commas between the thousands, as in "24,918".
func Thousands(n int) string { return Decimals(float64(n), 0) }

// Decimals writes a number with commas between thousands and at most so many decimals,
// without zeros at the end.
func Decimals(n float64, most int) string {
	whole, fraction, _ := strings.Cut(strconv.FormatFloat(math.Abs(n), 'f', most, 64), ".")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + "," + whole[i:]
	}
	if fraction = strings.TrimRight(fraction, "0"); fraction != "" {
		whole += "." + fraction
	}
	if n < 0 && whole != "0" {
		return "-" + whole
	}
	return whole
}

// LeftOut says how many of a whole are left out, and why, as a sentence for a note: "1,556
// of 24,918 do not state resolved_at." It is "" where none is.
func LeftOut(missing, whole int, why string) string {
	if missing == 0 {
		return ""
	}
	return fmt.Sprintf("%s of %s %s.", Thousands(missing), Thousands(whole), why)
}

// Notes joins sentences to one note, without the empty ones.
func Notes(sentences ...string) string {
	return strings.Join(slices.DeleteFunc(slices.Clone(sentences), func(s string) bool { return s == "" }), " ")
}

// MonthNames returns a function that names the month of a time in a zone, "2026-11". It
// is fast where one time lies near the next, and not safe for concurrent use.
func MonthNames(zone *time.Location) func(time.Time) string {
	var from, to time.Time
	var name string
	return func(t time.Time) string {
		if name == "" || t.Before(from) || !t.Before(to) {
			y, m, _ := t.In(zone).Date()
			from, to = time.Date(y, m, 1, 0, 0, 0, 0, zone), time.Date(y, m+1, 1, 0, 0, 0, 0, zone)
			name = from.Format("2006-01")
		}
		return name
	}
}

// Spread is numbers in order of their size.
type Spread []float64

// SpreadOf sorts the numbers, which it takes over.
func SpreadOf(values []float64) Spread {
	slices.Sort(values)
	return values
}

// Mean returns the arithmetic mean, nil of no numbers.
func (s Spread) Mean() any { return orNil(Mean(s)) }

// Quantile returns what the function of that name does, without sorting again; nil of no
// numbers.
func (s Spread) Quantile(p float64) any {
	if len(s) == 0 {
		return nil
	}
	at := p * float64(len(s)-1)
	low := int(at)
	if low+1 >= len(s) {
		return s[len(s)-1]
	}
	return s[low] + (at-float64(low))*(s[low+1]-s[low])
}

// Min returns the smallest number, nil of none.
func (s Spread) Min() any { return s.Quantile(0) }

// Max returns the largest number, nil of none.
func (s Spread) Max() any { return s.Quantile(1) }

func orNil(v float64, ok bool) any {
	if !ok {
		return nil
	}
	return v
}
