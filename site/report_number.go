package site

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"frontdesk/records/figure"
	"frontdesk/records/plain"
)

// nothing stands where there is nothing to count.
const nothing = "–"

// maxWords is how long a text of a record may be on a page of reports, in characters.
const maxWords = 300

// words makes a text of a figure fit to be shown: on one line, and not too long.
func words(s string) string {
	s = plain.Line(s)
	if len(s) <= maxWords {
		return s
	}
	runes := []rune(s)
	if len(runes) <= maxWords {
		return s
	}
	return string(runes[:maxWords-1]) + "…"
}

// numeric returns a value of a figure as a number; ok is false where it is none.
func numeric(v any) (n float64, ok bool) {
	switch v := v.(type) {
	case int:
		return float64(v), true
	case int64:
		return float64(v), true
	case float64:
		return v, !math.IsNaN(v) && !math.IsInf(v, 0)
	case *float64:
		if v != nil {
			return numeric(*v)
		}
	}
	return 0, false
}

// thousands is figure.Decimals with the minus of print.
func thousands(v float64, decimals int) string {
	return strings.Replace(figure.Decimals(v, decimals), "-", "−", 1)
}

// The shortest lengths of time that are told in days, and in days alone.
const (
	tellDays     = 72
	tellDaysOnly = 24 * 100
)

// duration writes hours as people say them: "7 d 10 h".
func duration(hours float64) string {
	if hours < 0 {
		return "−" + duration(-hours)
	}
	switch minutes := math.Round(hours * 60); {
	case hours == 0:
		return "0 h"
	case minutes < 1:
		return "under 1 min"
	case minutes < 60:
		return fmt.Sprintf("%.0f min", minutes)
	case hours < tellDays:
		whole := math.Floor(minutes / 60)
		return strings.TrimSuffix(fmt.Sprintf("%.0f h %.0f min", whole, minutes-60*whole), " 0 min")
	}
	if hours >= tellDaysOnly {
		return thousands(math.Round(hours/24), 0) + " d"
	}
	hours = math.Round(hours)
	days := math.Floor(hours / 24)
	return strings.TrimSuffix(fmt.Sprintf("%.0f d %.0f h", days, hours-24*days), " 0 h")
}

// amount writes a number of a unit as people read it.
func amount(v float64, unit figure.Unit) string {
	switch unit {
	case figure.Hours:
		return duration(v)
	case figure.Percent:
		return thousands(v, 1) + " %"
	case figure.Days:
		return thousands(v, 1) + " d"
	case figure.Records, figure.Events, figure.Rights, "":
		return thousands(v, 2)
	case figure.Money, figure.Score:
		return thousands(v, 2)
	case figure.Rate:
		return thousands(v, 1) + " per week"
	}
	return thousands(v, 2) + " " + words(string(unit))
}

// exact writes a number with the digits that it has, up to four decimals.
func exact(v float64, unit figure.Unit) string {
	s := thousands(v, 4)
	switch unit {
	case figure.Hours:
		return s + " h"
	case figure.Percent:
		return s + " %"
	case figure.Days:
		return s + " d"
	}
	return s
}

// raw writes a number for programs, with all of its digits.
func raw(v any) string {
	if n, ok := numeric(v); ok {
		return strconv.FormatFloat(n, 'f', -1, 64)
	}
	return ""
}

// tick writes a number at an axis, where there is little room.
func tick(unit figure.Unit) func(float64) string {
	return func(v float64) string {
		suffix := ""
		switch unit {
		case figure.Percent:
			suffix = " %"
		case figure.Hours:
			suffix = " h"
		case figure.Days:
			suffix = " d"
		}
		for _, power := range []struct {
			at   float64
			name string
		}{{1e12, " T"}, {1e9, " G"}, {1e6, " M"}, {1e5, " k"}} {
			if math.Abs(v) >= power.at {
				if power.at == 1e5 {
					power.at = 1e3
				}
				return thousands(v/power.at, 1) + power.name + suffix
			}
		}
		return thousands(v, 2) + suffix
	}
}

// isCount reports whether a number counts things, so that none of them means zero.
func isCount(unit figure.Unit) bool {
	return unit == figure.Records || unit == figure.Events || unit == figure.Rights
}

// keyed is one value of a figure that has several.
type keyed struct {
	key   string
	value float64
}

// valuesByKey returns the values of a figure that has several, in order of their keys. What
// is no number is left out.
func valuesByKey(value any) []keyed {
	var out []keyed
	add := func(key string, v any) {
		if n, ok := numeric(v); ok {
			out = append(out, keyed{key, n})
		}
	}
	switch m := value.(type) {
	case map[string]int:
		for k, v := range m {
			add(k, v)
		}
	case map[string]float64:
		for k, v := range m {
			add(k, v)
		}
	}
	slices.SortFunc(out, func(a, b keyed) int { return cmp.Compare(a.key, b.key) })
	return out
}

// maxSteps is how many keys can be steps of one scale, such as ages.
const maxSteps = 12

// ranked orders values by what their keys say: by the numbers that these begin with, if
// all of them do, and otherwise the largest value first.
func ranked(all []keyed) (sorted []keyed, natural bool) {
	place := map[string]float64{}
	for _, e := range all {
		n, ok := leading(e.key)
		if !ok || len(all) > maxSteps {
			slices.SortStableFunc(all, func(a, b keyed) int { return cmp.Compare(b.value, a.value) })
			return all, false
		}
		place[e.key] = n
	}
	slices.SortStableFunc(all, func(a, b keyed) int { return cmp.Compare(place[a.key], place[b.key]) })
	return all, true
}

// leading returns the number that a key begins with: that of "31–90 d", "P2" or "> 90 d",
// which comes after 90, as "< 1 d" comes before 1.
func leading(key string) (float64, bool) {
	shift := 0.0
	rest := strings.TrimLeft(key, " ")
	for _, sign := range []struct {
		text  string
		shift float64
	}{{"under ", -.5}, {"over ", .5}, {"<", -.5}, {">", .5}, {"≤", -.25}, {"≥", .25}, {"P", 0}} {
		if after, ok := strings.CutPrefix(rest, sign.text); ok {
			shift, rest = sign.shift, strings.TrimLeft(after, " ")
			break
		}
	}
	end := 0
	for end < len(rest) && end < 15 && rest[end] >= '0' && rest[end] <= '9' {
		end++
	}
	n, err := strconv.ParseFloat(rest[:end], 64)
	return n + shift, err == nil
}

// monthForm is how figures write months.
const monthForm = "2006-01"

// maxPlaces is how many months a table shows; the CSV file has all of them.
const maxPlaces = 240

// How many months a chart of one figure shows, and one of several: more would be finer
// than a screen.
const (
	maxMonths     = 120
	maxMonthsSide = 60
)

// monthsOf returns the months of all figures from the first to the last one, if all keys
// are months: at most the last so many.
func monthsOf(all ...[]keyed) (months []string, ok bool) {
	first, last := "", ""
	for _, es := range all {
		for _, e := range es {
			if _, err := time.Parse(monthForm, e.key); err != nil {
				return nil, false
			}
			if first == "" || e.key < first {
				first = e.key
			}
			last = max(last, e.key)
		}
	}
	if first == "" {
		return nil, false
	}
	end, _ := time.Parse(monthForm, last)
	for n := range maxPlaces {
		m := end.AddDate(0, -n, 0).Format(monthForm)
		if m < first {
			break
		}
		months = append(months, m)
	}
	slices.Reverse(months)
	return months, true
}

// sortedNames returns the names of all values that rows have.
func sortedNames(rows []figure.Row) []string {
	all := map[string]bool{}
	for _, r := range rows {
		for k := range r.Values {
			all[k] = true
		}
	}
	return slices.Sorted(maps.Keys(all))
}
