package outlook

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"sort"

	"frontdesk/records"
	"frontdesk/records/figure"
)

// What a trend takes.
const (
	readingsFewest = 5   // readings on different days
	spanFewest     = 28  // days between the first and the last
	horizon        = 730 // days ahead within which a limit is predicted to be reached
	farthest       = 3650
)

const trendMethod = "Linear trend by least squares through the readings up to the day asked about. The day is the first on which the line is at the limit or above it; it is tomorrow at the earliest. The interval holds the day with 80 % confidence: from the first day on which the upper end of the prediction interval of a reading (Student's t, n - 2 degrees of freedom) is at the limit to the first on which its lower end is; " +
	"where the lower end is not within ten years, there is no last day. Backtest: each reading from the sixth on is predicted by the line through those before it; the naive prediction is the reading before it. Nothing is predicted from fewer than 5 readings on different days, nor from less than 28 days of them, nor where the line does not rise, nor more than 730 days ahead."

// reading is how much of something was used on a day.
type reading struct {
	day  figure.Day
	used float64
}

// series is what is known of the use of something that has a limit.
type series struct {
	c        *figure.Case
	unit     string
	of       float64
	readings []reading // in the order of their days
	source   string    // where they come from
}

// capacityField is the convention for readings that records state.
const capacityField = "x_capacity, a list of readings such as {on: 2026-11-03, used: 412, of: 500, unit: GB}; of and unit hold until a later reading of that unit states another limit"

func capacity(many string) figure.Definition {
	return figure.Definition{
		ID: "predicted.capacity", Title: "Capacity that runs out", Unit: figure.Days, Shape: figure.List, Kind: figure.Predicted, Group: groupPredicted, Better: "up", Stock: true,
		Text:   fmt.Sprintf("When the use of %s reaches its limit, the earliest first, from readings that the records state in the field %s. Those that are retired, disposed of or cancelled are left out, and so are readings after the day asked about. It holds for the time asked about, whatever the period.", many, capacityField),
		Method: trendMethod,
		Compute: func(s *figure.Scope) figure.Result {
			var all []series
			faults := 0
			for _, c := range s.Cases {
				if !c.Category.IsDone() {
					found, bad := readingsOf(s, c)
					all, faults = append(all, found...), faults+bad
				}
			}
			if len(all) == 0 {
				return nothing(0, figure.Notes("No record states readings in x_capacity.", unreadable(faults)))
			}
			return trends(s, all, unreadable(faults))
		},
	}
}

func unreadable(faults int) string {
	if faults == 0 {
		return ""
	}
	return fmt.Sprintf("%s in x_capacity cannot be read and count as none: each needs a day (on) and a number that is not negative (used).", plural(faults, "reading", "readings"))
}

// largest and smallest bound numbers that are believed.
const (
	largest  = 1e15
	smallest = 1e-6
)

// maxReadings bounds the readings of a record.
const maxReadings = 2000

// readingsOf returns the series that a record states, by unit in the order in which they
// first stand, and how many readings cannot be read. A licence's limit is what it
// entitles to, where no reading states one.
func readingsOf(s *figure.Scope, c *figure.Case) (out []series, faults int) {
	v := c.Record.Get(fieldCapacity)
	if v.IsNull() {
		return nil, 0
	}
	if v.Kind != records.List {
		return nil, 1
	}
	at := map[string]int{}
	limits := map[string]figure.Day{} // by unit: the day of the reading that stated it
	for _, item := range v.Items[:min(len(v.Items), maxReadings)] {
		on, okDay := figure.ParseDay(item.Get("on").String())
		used, okUsed := figure.NumberOf(item.Get("used"))
		if !okDay || !okUsed || used < 0 || used > largest {
			faults++
			continue
		}
		if on > s.Today() {
			continue
		}
		unit := item.Get("unit").String()
		i, ok := at[unit]
		if !ok {
			i = len(out)
			at[unit] = i
			out = append(out, series{c: c, unit: unit, source: "readings in " + fieldCapacity})
		}
		out[i].readings = append(out[i].readings, reading{on, used})
		if of, ok := figure.NumberOf(item.Get("of")); ok && of >= smallest && of <= largest && (out[i].of == 0 || on >= limits[unit]) {
			out[i].of, limits[unit] = of, on
		}
	}
	for i := range out {
		out[i].sort()
	}
	return out, faults
}

// sort puts the readings in order; of those of one day the last one stays.
func (x *series) sort() {
	slices.SortStableFunc(x.readings, func(a, b reading) int { return cmp.Compare(a.day, b.day) })
	out := x.readings[:0]
	for _, r := range x.readings {
		if n := len(out); n > 0 && out[n-1].day == r.day {
			out[n-1] = r
			continue
		}
		out = append(out, r)
	}
	x.readings = out
}

// enough reports whether there is anything to draw a line through.
func (x *series) enough() bool {
	n := len(x.readings)
	return x.of > 0 && n >= readingsFewest && x.readings[n-1].day-x.readings[0].day >= spanFewest
}

// line is a trend, by days since the first reading.
type line struct {
	n, x, y, xx, xy, yy float64 // sums
}

func (l *line) add(x, y float64) {
	l.n++
	l.x, l.y, l.xx, l.xy, l.yy = l.x+x, l.y+y, l.xx+x*x, l.xy+x*y, l.yy+y*y
}

// fitted is a line that was fitted.
type fitted struct {
	slope, at0, middle, spread float64 // middle and spread: mean of x, and sum of squares around it
	deviation, n               float64 // of readings around the line
}

func (l *line) fit() fitted {
	f := fitted{n: l.n, middle: l.x / l.n}
	f.spread = l.xx - l.x*l.x/l.n
	f.slope = (l.xy - l.x*l.y/l.n) / f.spread
	f.at0 = l.y/l.n - f.slope*f.middle
	rest := l.yy - l.y*l.y/l.n - f.slope*(l.xy-l.x*l.y/l.n)
	f.deviation = math.Sqrt(max(0, rest) / (l.n - 2))
	return f
}

func (f fitted) on(x float64) float64 { return f.at0 + f.slope*x }

// reach returns how far a reading lies from the line at most, with 80 % confidence.
func (f fitted) reach(x float64) float64 {
	d := x - f.middle
	return studentT90(int(f.n)-2) * f.deviation * math.Sqrt(1+1/f.n+d*d/f.spread)
}

// studentT90 returns the 90 % quantile of Student's t.
func studentT90(freedom int) float64 {
	table := [...]float64{3.0777, 1.8856, 1.6377, 1.5332, 1.4759, 1.4398, 1.4149, 1.3968, 1.3830, 1.3722, 1.3634, 1.3562, 1.3502, 1.3450, 1.3406,
		1.3368, 1.3334, 1.3304, 1.3277, 1.3253, 1.3232, 1.3212, 1.3195, 1.3178, 1.3163, 1.3150, 1.3137, 1.3125, 1.3114, 1.3104}
	if freedom <= len(table) {
		return table[max(freedom, 1)-1]
	}
	return z80 + (z80*z80*z80+z80)/(4*float64(freedom)) // Cornish and Fisher
}

// trends predicts when series reach their limits.
func trends(s *figure.Scope, all []series, notes ...string) figure.Result {
	type found struct {
		row figure.Row
		day figure.Day
	}
	var out []found
	few, flat, far := 0, 0, 0
	test := accuracy{}
	for i := range all {
		x := &all[i]
		if !x.enough() {
			few++
			continue
		}
		f := test.try(x)
		row, day, why := x.crossing(s, f)
		switch why {
		case "":
			out = append(out, found{row, day})
		case "flat":
			flat++
		default:
			far++
		}
	}
	slices.SortStableFunc(out, func(a, b found) int { return cmp.Compare(a.day, b.day) })
	rows := make([]figure.Row, len(out))
	for i, f := range out {
		rows[i] = f.row
	}
	notes = append(notes, figure.LeftOut(few, len(all), "series of readings are too short, or state no limit, and are left out"),
		figure.LeftOut(flat, len(all), "do not rise"), figure.LeftOut(far, len(all), fmt.Sprintf("do not reach their limit within %d days", horizon)))
	if few == len(all) {
		return nothing(len(all), figure.Notes(notes...))
	}
	r := listed(rows, len(all), notes...)
	r.Backtest = test.backtest()
	return r
}

// crossing returns when a series reaches its limit; why says why there is no such day.
func (x *series) crossing(s *figure.Scope, f fitted) (row figure.Row, at figure.Day, why string) {
	today := s.Today()
	last := x.readings[len(x.readings)-1]
	reached := last.used >= x.of
	if !reached && f.slope <= 0 {
		return row, 0, "flat"
	}
	at, ok := x.reaches(today, f.on)
	if reached {
		at, ok = last.day, true
	}
	if !ok || at > today+horizon {
		return row, 0, "far"
	}
	unit := x.unit
	if unit != "" {
		unit = " " + unit
	}
	share, _ := figure.Share(int(math.Round(last.used)), int(math.Round(x.of)))
	values := map[string]any{"unit": x.unit, "used": last.used, "of": x.of, "read_on": last.day.String(), "per_week": 7 * f.slope, "readings": len(x.readings), "source": x.source, "reached": reached}
	words := fmt.Sprintf("%s uses %g of %g%s (%.0f %%) as of %s", x.c.Record.Title(), last.used, x.of, unit, share, last.day)
	if reached {
		words += ": the limit is reached."
	} else {
		low, _ := x.reaches(today, func(d float64) float64 { return f.on(d) + f.reach(d) })
		high, bounded := x.reaches(today, func(d float64) float64 { return f.on(d) - f.reach(d) })
		values["on"], values["low"], values["days"] = at.String(), low.String(), int(at-today)
		until := "without a last day"
		if bounded {
			values["high"] = high.String()
			until = "to " + high.String()
		}
		words += fmt.Sprintf(" and %.3g%s more each week: the limit comes on %s (80 %%: from %s %s).", 7*f.slope, unit, at, low, until)
	}
	return figure.Row{Name: x.c.Record.Title(), Ref: x.c.Ref(), Records: []string{x.c.Ref()}, Values: values, Words: words}, at, ""
}

// reaches returns the first day after today on which a curve is at the limit, within ten
// years. The curve rises until it may fall for good, as the line and the ends of its
// interval do behind the middle of the readings.
func (x *series) reaches(today figure.Day, curve func(float64) float64) (figure.Day, bool) {
	at := func(i int) float64 { return curve(float64(today + 1 + figure.Day(i) - x.readings[0].day)) }
	top := sort.Search(farthest-1, func(i int) bool { return at(i+1) <= at(i) })
	i := sort.Search(top+1, func(i int) bool { return at(i) >= x.of })
	return today + 1 + figure.Day(i), i <= top
}

// accuracy is how lines did on readings that came after those they were drawn through.
type accuracy struct {
	trials, held int
	off, naive   float64 // in percent of the limit
}

// try tries the method on a series and returns the line through all of it.
func (a *accuracy) try(x *series) fitted {
	l := line{}
	for i, r := range x.readings {
		day := float64(r.day - x.readings[0].day)
		if i >= readingsFewest {
			f := l.fit()
			off := math.Abs(r.used - f.on(day))
			a.trials++
			a.off += 100 * off / x.of
			a.naive += 100 * math.Abs(r.used-x.readings[i-1].used) / x.of
			if off <= f.reach(day) {
				a.held++
			}
		}
		l.add(day, r.used)
	}
	return l.fit()
}

func (a *accuracy) backtest() *figure.Backtest {
	if a.trials == 0 {
		return nil
	}
	n := float64(a.trials)
	held, _ := figure.Share(a.held, a.trials)
	return &figure.Backtest{
		Trials: a.trials, Error: a.off / n, Naive: a.naive / n, Measure: "mean absolute error in percent of the limit",
		Words: fmt.Sprintf("The next of %s was off by %.1f %% of the limit on average, the one before it once more by %.1f %%. The interval held %.0f %% of them (80 %% are promised).",
			plural(a.trials, "reading", "readings"), a.off/n, a.naive/n, held),
	}
}
