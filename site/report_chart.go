package site

import (
	"cmp"
	"fmt"
	"html/template"
	"math"
	"slices"
	"strings"
	"time"

	"frontdesk/records/figure"
	"frontdesk/site/chart"
)

// charted is a chart of figures that belong together.
type charted struct {
	form    form
	title   string
	anchor  string
	figures []*figured
}

// form is what a chart draws.
type form int

// The forms of charts.
const (
	series   form = iota // the values of one figure
	flow                 // what came and went by month, with what was left
	spread               // median, mean and 90th percentile of a time
	outlooks             // predicted numbers with their intervals
)

// What a chart of the flow shows: ids that every report of work has.
const (
	cameIn  = "opened.by_month"
	wentOut = "closed.by_month"
	wasLeft = "backlog.by_month"
)

// Endings of the ids of figures that tell how times are spread.
const (
	endMean   = ".mean"
	endMedian = ".median"
	endMost   = ".p90"
)

// isSeries reports whether a figure has several values, and these are drawn.
func (f *figured) isSeries() bool {
	return f.Shape != figure.List && len(valuesByKey(f.Value)) > 0 && (f.N > 0 || !f.isNothing())
}

// charts are the charts of some figures, in their order.
func (r *reported) charts(in func(*figured) bool) []charted {
	var out []charted
	has := func(id string) *figured {
		if f := r.byID[id]; f != nil && in(f) && f.Shape == figure.Months && f.isSeries() {
			return f
		}
		return nil
	}
	came, went := has(cameIn), has(wentOut)
	left := r.byID[wasLeft] // wherever it stands, its line belongs to the flow
	if left != nil && !left.isSeries() {
		left = nil
	}
	drawn := false
	for _, f := range r.figures {
		switch {
		case !in(f):
		case came != nil && went != nil && (f == came || f == went || f == left):
			if !drawn {
				out = append(out, r.flow(came, went, left))
			}
			drawn = true
		case f.isSeries():
			out = append(out, charted{form: series, title: f.title, anchor: f.anchor, figures: []*figured{f}})
		}
	}
	return slices.Concat(out, r.spreads(in), r.outlooks(in))
}

func (r *reported) flow(came, went, left *figured) charted {
	c := charted{form: flow, title: came.short() + " and " + lowerFirst(went.short()) + " by month", anchor: came.anchor + "-flow", figures: []*figured{came, went}}
	if left != nil {
		c.title += ", and " + lowerFirst(left.title)
		c.figures = append(c.figures, left)
	}
	return c
}

func lowerFirst(s string) string {
	if s == "" {
		return s
	}
	return strings.ToLower(s[:1]) + s[1:]
}

// short is the title of a figure where it is said elsewhere that its values are by month.
func (f *figured) short() string {
	for _, ending := range []string{" by month", ", by month", " per month", " at the end of the month"} {
		if s := strings.TrimSuffix(f.title, ending); s != f.title && s != "" {
			return s
		}
	}
	return f.title
}

// spreads is the chart of times of which the median and the 90th percentile are known.
func (r *reported) spreads(in func(*figured) bool) []charted {
	var out charted
	for _, f := range r.figures {
		base, ok := strings.CutSuffix(f.ID, endMedian)
		if !ok || !in(f) || f.Unit != figure.Hours {
			continue
		}
		most := r.byID[base+endMost]
		if most == nil || most.Unit != f.Unit || !in(most) {
			continue
		}
		if _, ok := numeric(f.Value); !ok {
			continue
		}
		if _, ok := numeric(most.Value); !ok {
			continue
		}
		out.figures = append(out.figures, f)
	}
	if len(out.figures) == 0 {
		return nil
	}
	out.form, out.title, out.anchor = spread, "How long it takes", out.figures[0].anchor+"-spread"
	return []charted{out}
}

// outlooks is the chart of predicted numbers with their intervals: one for each unit.
func (r *reported) outlooks(in func(*figured) bool) []charted {
	var out []charted
	for _, f := range r.figures {
		if !in(f) || f.Kind != figure.Predicted || f.interval() == "" {
			continue
		}
		if _, ok := numeric(f.Value); !ok {
			continue
		}
		i := slices.IndexFunc(out, func(c charted) bool { return c.figures[0].Unit == f.Unit })
		if i < 0 {
			out = append(out, charted{form: outlooks, title: "Expected, with intervals", anchor: f.anchor + "-interval"})
			i = len(out) - 1
		}
		out[i].figures = append(out[i].figures, f)
	}
	return out
}

// isKey reports whether a chart belongs on the dashboard.
func (c charted) isKey() bool {
	return c.form == flow || slices.ContainsFunc(c.figures, func(f *figured) bool { return f.Key })
}

// drawing draws a chart, with its numbers and where they come from.
func (v *view) drawing(c charted, from string) drawing {
	var d drawing
	switch c.form {
	case flow:
		d = v.drawFlow(c)
	case spread:
		d = v.drawSpread(c)
	case outlooks:
		d = v.drawOutlooks(c)
	default:
		d = v.drawSeries(c.figures[0])
	}
	d.Title, d.Anchor = c.title, c.anchor
	if k := c.figures[0].Kind; k != figure.Counted {
		d.Kind = string(k)
	}
	d.Table.Caption = c.title
	own := from == c.figures[0].in.page && (c.form == series || c.form == flow)
	figures := c.figures
	if c.form == spread {
		figures = c.spreadFigures()
	}
	for _, f := range figures {
		t := v.told(f, from)
		if t.Rows = nil; !own || f.anchor == d.Anchor || f.Group != figures[0].Group {
			t.Anchor = "" // it stands elsewhere on the page
		}
		t.Brief = c.form == spread && from == f.in.page
		d.Figures = append(d.Figures, t)
		if t.Note != "" && c.form != spread {
			d.Notes = append(d.Notes, t.Note)
		}
	}
	return d
}

// head is what a chart says to those who cannot see it.
func (c charted) head(desc string) chart.Head {
	return chart.Head{ID: c.anchor + "-chart", Title: c.title, Desc: desc}
}

// drawSeries draws the values of one figure: by month, as columns where they are the
// steps of a scale, and otherwise as bars.
func (v *view) drawSeries(f *figured) drawing {
	es := valuesByKey(f.Value)
	if months, ok := monthsOf(es); ok && f.Shape == figure.Months {
		return drawMonths(charted{title: f.title, anchor: f.anchor, figures: []*figured{f}}, months)
	}
	steps, natural := ranked(es)
	if f.Shape == figure.Months {
		slices.SortFunc(steps, func(a, b keyed) int { return cmp.Compare(a.key, b.key) })
		natural = true
	}
	if natural && fits(steps) {
		return f.drawSteps(steps)
	}
	return f.drawBars(steps)
}

// The columns that one chart shows with a name below each, and how long names may be
// altogether: on narrow screens every other name is left out beyond that.
const (
	maxColumns     = 31
	maxNames       = 48
	maxNamesNarrow = 32
)

// fits reports whether the names of steps fit below columns, on narrow screens too.
func fits(steps []keyed) bool {
	n := nameLength(steps)
	return len(steps) <= maxColumns && (n <= maxNames || n <= 3*len(steps))
}

func nameLength(steps []keyed) int {
	n := 0
	for _, e := range steps {
		n += len([]rune(e.key)) + 1
	}
	return n
}

func (f *figured) look() chart.Look {
	if f.Kind == figure.Predicted {
		return chart.Hatched
	}
	return chart.Solid
}

// drawSteps draws the steps of a scale as columns.
func (f *figured) drawSteps(steps []keyed) drawing {
	s := chart.Series{Name: f.title, Look: f.look()}
	divisor, ticks := axis(f)
	k := chart.Columns{Tick: ticks}
	for i, e := range steps {
		s.Values = append(s.Values, e.value/divisor)
		rank := 1
		switch {
		case len(steps) > 12:
			rank = [...]int{1, 3, 2, 3}[i%4]
		case nameLength(steps) > maxNamesNarrow:
			rank = 1 + i%2
		}
		k.Labels = append(k.Labels, chart.Label{Text: words(e.key), Rank: rank})
	}
	if len(steps) <= 8 {
		k.Values = ticks
	}
	k.Series = []chart.Series{s}
	k.Head = charted{title: f.title, anchor: f.anchor}.head(f.describe("Columns", steps))
	return drawing{SVG: template.HTML(k.SVG()), Table: f.table(steps)}
}

// maxBars is how many bars a chart shows.
const maxBars = 12

// drawBars draws the largest values as bars.
func (f *figured) drawBars(all []keyed) drawing {
	k := chart.Bars{Look: f.look()}
	for _, e := range all[:min(maxBars, len(all))] {
		k.Bars = append(k.Bars, chart.Bar{Name: cmp.Or(words(e.key), "not set"), Value: e.value, Text: f.amount(e.value)})
	}
	k.Head = charted{title: f.title, anchor: f.anchor}.head(f.describe("Bars", all))
	d := drawing{SVG: template.HTML(k.SVG()), Table: f.table(all)}
	if n := len(all); n > maxBars {
		d.Notes = append(d.Notes, fmt.Sprintf("The %d largest of %s values.", maxBars, thousands(float64(n), 0)))
	}
	return d
}

// table is the values of a figure in rows.
func (f *figured) table(all []keyed) *dataTable {
	t := &dataTable{Head: []string{"Of", f.column()}}
	for _, e := range all[:min(maxPlaces, len(all))] {
		t.Rows = append(t.Rows, dataRow{Name: cmp.Or(words(e.key), "not set"), Cells: []string{exact(e.value, f.Unit)}})
	}
	if n := len(all); n > maxPlaces {
		t.Note = fmt.Sprintf("The first %d of %s; the CSV file has all of them.", maxPlaces, thousands(float64(n), 0))
	}
	return t
}

// axis says how the numbers of figures are drawn: by what they are divided, and how the
// axis is written. Many hours are days, but for those of business.
func axis(all ...*figured) (divisor float64, ticks func(float64) string) {
	unit, most := all[0].Unit, 0.0
	for _, f := range all {
		for _, e := range valuesByKey(f.Value) {
			most = max(most, math.Abs(e.value))
		}
	}
	if unit == figure.Hours && most > tellDays && !strings.Contains(all[0].ID, businessTime) {
		return 24, tick(figure.Days)
	}
	return 1, tick(unit)
}

// column is the heading of a column with the figure's values.
func (f *figured) column() string {
	switch f.Unit {
	case figure.Records, figure.Events, figure.Rights:
		return humanize(string(f.Unit))
	}
	return f.short()
}

// describe says what a chart shows.
func (f *figured) describe(what string, all []keyed) string {
	if len(all) == 0 {
		return ""
	}
	top := slices.MaxFunc(all, func(a, b keyed) int { return cmp.Compare(a.value, b.value) })
	return fmt.Sprintf("%s for %d values. The highest is %s: %s.", what, len(all), words(top.key), f.amount(top.value))
}

// drawMonths draws figures by month side by side.
func drawMonths(c charted, months []string) drawing {
	divisor, ticks := axis(c.figures...)
	k := chart.Columns{Tick: ticks}
	drawn := maxMonths
	if len(c.figures) > 1 {
		drawn = maxMonthsSide
	}
	drawn = min(drawn, len(months))
	shown := months[len(months)-drawn:]
	k.Labels, k.Spans = monthLabels(shown)
	var desc []string
	t := &dataTable{Head: []string{"Month"}}
	cells := map[string][]string{}
	total := map[string]bool{}
	for i, f := range c.figures {
		es := valuesByKey(f.Value)
		t.Head = append(t.Head, f.short())
		s := chart.Series{Name: f.short(), Look: f.look(), Values: along(shown, es, f.Unit)}
		for j := range s.Values {
			s.Values[j] /= divisor
		}
		for _, e := range es {
			total[e.key] = true
			if cells[e.key] == nil {
				cells[e.key] = slices.Repeat([]string{nothing}, len(c.figures))
			}
			cells[e.key][i] = exact(e.value, f.Unit)
		}
		switch {
		case c.form == flow && f.ID == wasLeft:
			k.Line = &s
		case i > 0:
			s.Look = chart.Hatched
			fallthrough
		default:
			k.Series = append(k.Series, s)
		}
		desc = append(desc, f.describe(f.short()+" by month,", es))
	}
	for _, m := range months {
		if row := cells[m]; row != nil {
			t.Rows = append(t.Rows, dataRow{Name: m, Cells: row})
		}
	}
	k.Head = c.head(strings.Join(desc, " "))
	d := drawing{Table: t, SVG: template.HTML(k.SVG()), Keys: legend(k.Keys())}
	if len(total) > len(t.Rows) {
		t.Note = fmt.Sprintf("The last %d of %s months; the CSV files have all of them.", len(t.Rows), thousands(float64(len(total)), 0))
	}
	if len(months) > drawn {
		d.Notes = append(d.Notes, fmt.Sprintf("The chart shows the last %d months.", drawn))
	}
	return d
}

func (v *view) drawFlow(c charted) drawing {
	var all [][]keyed
	for _, f := range c.figures {
		all = append(all, valuesByKey(f.Value))
	}
	months, ok := monthsOf(all...)
	if !ok {
		return v.drawSeries(c.figures[0])
	}
	return drawMonths(c, months)
}

func legend(keys []chart.Key) []legendKey {
	var out []legendKey
	for _, k := range keys {
		out = append(out, legendKey{Name: k.Name, SVG: template.HTML(k.SVG)})
	}
	return out
}

// monthLabels are the names of months and, below them, those of their years.
func monthLabels(months []string) (names, years []chart.Label) {
	n := len(months)
	span := n/12 + 1
	for i, m := range months {
		t, err := time.Parse(monthForm, m)
		if err != nil {
			return nil, nil
		}
		names = append(names, chart.Label{Text: t.Format("Jan"), Rank: monthRank(n, t.Month())})
		year := chart.Label{}
		if i == 0 || t.Month() == time.January {
			year = chart.Label{Text: t.Format("2006"), Rank: yearRank(span, t.Year())}
		}
		if toJanuary := 13 - int(t.Month()); i == 0 && t.Month() != time.January && toJanuary < n && 7*toJanuary < n {
			year.Rank = 0 // the next one would lie over it
		}
		years = append(years, year)
	}
	return names, years
}

// monthRank says on how wide a chart of so many months a month is named.
func monthRank(n int, m time.Month) int {
	quarter, half := (m-1)%3 == 0, (m-1)%6 == 0
	switch {
	case n <= 6:
		return 1
	case n <= 12 && !quarter:
		return 2
	case n <= 12:
		return 1
	case n <= 24 && half:
		return 1
	case n <= 24 && quarter:
		return 2
	case n <= 24:
		return 3
	case n <= 72 && half:
		return 3
	}
	return 0
}

// yearRank says on how wide a chart of so many years a year is named.
func yearRank(span, year int) int {
	switch {
	case span <= 6:
		return 1
	case span <= 24 && year%4 == 0:
		return 1
	case span <= 12 && year%2 == 0:
		return 1
	case span <= 24 && year%2 == 0, span <= 12:
		return 2
	case span <= 24:
		return 3
	case year%((span+5)/6) == 0:
		return 1
	}
	return 0
}

// drawSpread draws median, mean and 90th percentile of times.
func (v *view) drawSpread(c charted) drawing {
	k := chart.Ranges{Look: chart.Light}
	t := &dataTable{Head: []string{"Of", "Median", "Mean", "90th percentile", "Counted"}}
	means := 0
	for _, f := range c.figures {
		base := strings.TrimSuffix(f.ID, endMedian)
		most := f.in.byID[base+endMost]
		median, _ := numeric(f.Value)
		high, _ := numeric(most.Value)
		mean := math.NaN()
		meanText := nothing
		if m := f.in.byID[base+endMean]; m != nil && m.Unit == f.Unit {
			if n, ok := numeric(m.Value); ok {
				mean, meanText = n, exact(n, m.Unit)
				means++
			}
		}
		name := spreadName(f.title, most.title, base)
		k.Ranges = append(k.Ranges, chart.Range{Name: name, Low: 0, High: high, Mark: median, Point: mean,
			Text: "median " + f.amount(median) + ", 90 % within " + f.amount(high)})
		t.Rows = append(t.Rows, dataRow{Name: name, Cells: []string{exact(median, f.Unit), meanText, exact(high, most.Unit), thousands(float64(f.N), 0)}})
	}
	first := k.Ranges[0]
	k.Head = c.head(fmt.Sprintf("For each time, a bar up to the 90th percentile with a line at the median. %s: %s.", first.Name, first.Text))
	meanName := ""
	if means > 0 {
		meanName = "mean"
	}
	return drawing{SVG: template.HTML(k.SVG()), Keys: legend(k.RangeKeys("nine in ten take no longer", "median", meanName)), Table: t}
}

// spreadFigures are all figures that a chart of times is made from.
func (c charted) spreadFigures() []*figured {
	var out []*figured
	for _, f := range c.figures {
		base := strings.TrimSuffix(f.ID, endMedian)
		for _, ending := range []string{endMedian, endMean, endMost} {
			if other := f.in.byID[base+ending]; other != nil {
				out = append(out, other)
			}
		}
	}
	return out
}

// spreadName is what the titles of figures about the same time have in common.
func spreadName(a, b, id string) string {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	for n > 0 && n < len(a) && a[n] != ' ' && a[n-1] != ' ' && a[n] != ',' {
		n-- // back to the end of a word
	}
	name := strings.TrimRight(strings.ToValidUTF8(a[:n], ""), " ,:;(-–0123456789")
	if len(name) < 4 {
		return humanize(id)
	}
	return name
}

// drawOutlooks draws predicted numbers with their intervals.
func (v *view) drawOutlooks(c charted) drawing {
	k := chart.Ranges{Look: chart.Hatched}
	t := &dataTable{Head: []string{"Of", "Expected", "From", "To"}}
	for _, f := range c.figures {
		n, _ := numeric(f.Value)
		low, high := f.Interval[0], f.Interval[1]
		k.Ranges = append(k.Ranges, chart.Range{Name: f.title, Text: f.amount(n) + ", " + f.interval(), Low: low, High: high, Mark: n, Point: math.NaN()})
		t.Rows = append(t.Rows, dataRow{Name: f.title, Cells: []string{exact(n, f.Unit), exact(low, f.Unit), exact(high, f.Unit)}})
	}
	k.Head = c.head(fmt.Sprintf("For each expected number, the interval in which it lies with a line at the number itself. %s: %s.", k.Ranges[0].Name, k.Ranges[0].Text))
	return drawing{SVG: template.HTML(k.SVG()), Keys: legend(k.RangeKeys("interval", "expected", "")), Table: t}
}
