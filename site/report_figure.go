package site

import (
	"fmt"
	"html/template"
	"math"
	"slices"
	"strings"
	"time"

	"frontdesk/records/figure"
	"frontdesk/records/plain"
	"frontdesk/site/chart"
)

// How much of a figure a page shows; its CSV file has all of it.
const (
	maxBehind = 10 // records
	maxRows   = 25 // of a list
	maxParts  = 50 // groups
	rowBehind = 3  // records of a row
)

// words is the value of a figure as people read it, "" where there is none.
func (f *figured) words() string {
	if rows, ok := f.Value.([]figure.Row); ok {
		return thousands(float64(len(rows)), 0)
	}
	n, ok := numeric(f.Value)
	if !ok {
		return ""
	}
	return f.amount(n)
}

// businessTime is part of the ids of figures whose hours are those of a calendar.
const businessTime = "business"

// amount writes a number of the figure's unit. Hours of business are never told in
// days: a day of business is not one of 24 hours.
func (f *figured) amount(n float64) string {
	if f.Unit == figure.Hours && strings.Contains(f.ID, businessTime) {
		return businessHours(n)
	}
	return amount(n, f.Unit)
}

func businessHours(n float64) string {
	if math.Abs(n) < tellDays {
		return duration(n)
	}
	return thousands(math.Round(n), 0) + " h"
}

// of says of how many a figure is, where the figure itself does not.
func (f *figured) of() string {
	if n, ok := numeric(f.Value); !ok && f.Shape != figure.List || ok && n == float64(f.N) && isCount(f.Unit) {
		return ""
	}
	if f.N == 0 {
		return ""
	}
	return "of " + thousands(float64(f.N), 0)
}

// interval says between which numbers a prediction lies, "" where nothing is known.
func (f *figured) interval() string {
	if f.Interval == nil {
		return ""
	}
	low, ok := numeric(f.Interval[0])
	high, okHigh := numeric(f.Interval[1])
	if !ok || !okHigh {
		return ""
	}
	return "between " + f.amount(low) + " and " + f.amount(high)
}

// endings are how the ids of figures end that tell of the same numbers, with what they
// say.
func endings() [][2]string {
	return [][2]string{{endMean, "mean"}, {endMedian, "median"}, {endMost, "90 % within"}, {".min", "least"}, {".max", "most"}}
}

// family returns what the id of a figure shares with those of the same numbers, "" where
// it stands alone.
func (f *figured) family() string {
	for _, e := range endings() {
		if base, ok := strings.CutSuffix(f.ID, e[0]); ok && f.Shape == figure.Number {
			return base
		}
	}
	return ""
}

// numbers are the figures of a group that are one number each. Those of the same numbers
// stand together, and so do those of which there is nothing to count.
func (v *view) numbers(all []*figured, from string) []told {
	var out []told
	silent := told{}
	families := map[string]int{}
	for _, f := range all {
		if f.words() != "" {
			families[f.family()]++
		}
	}
	done := map[string]bool{}
	for _, f := range all {
		base := f.family()
		switch {
		case f.words() == "":
			silent.Parts = append(silent.Parts, v.told(f, from))
		case base == "" || families[base] < 2 || f.Kind != figure.Counted:
			out = append(out, v.told(f, from))
		case !done[base]:
			done[base] = true
			out = append(out, v.toldFamily(all, base, from))
		}
	}
	if len(silent.Parts) > 0 {
		var names []string
		for _, p := range silent.Parts {
			names = append(names, p.Title)
		}
		silent.Title = strings.Join(names, "; ")
		silent.Silent = true
		out = append(out, silent)
	}
	return out
}

// toldFamily is figures of the same numbers.
func (v *view) toldFamily(all []*figured, base, from string) told {
	out := told{}
	var first, last *figured
	notes := map[string]bool{}
	for _, e := range endings() {
		for _, f := range all {
			if f.ID != base+e[0] || f.words() == "" {
				continue
			}
			if first == nil {
				first = f
			}
			last = f
			t := v.told(f, from)
			out.Values = append(out.Values, labelled{Label: e[1], Value: t.Value})
			if t.Note != "" && !notes[t.Note] {
				notes[t.Note] = true
				out.Note = strings.TrimSpace(out.Note + " " + t.Note)
			}
			out.Parts = append(out.Parts, t)
			out.Of, out.Source.Count = t.Of, t.Source.Count
		}
	}
	out.Title = spreadName(first.title, last.title, base)
	return out
}

// told is a figure with all that is said of it.
func (v *view) told(f *figured, from string) told {
	t := told{Title: f.title, Anchor: f.anchor, Value: f.words(), Of: f.of(), Note: words(f.Note), Source: v.source(f, from)}
	if n, ok := numeric(f.Value); ok {
		if x := exact(n, f.Unit); x != t.Value {
			t.Exact = x
		}
	}
	if f.Kind == figure.Predicted {
		t.Outlook = f.outlook()
	}
	if rows, ok := f.Value.([]figure.Row); ok {
		t.Rows = v.rows(f, rows, from)
	}
	if len(f.Groups) > 0 {
		t.Groups = f.parts()
	}
	return t
}

func (f *figured) outlook() *outlook {
	o := &outlook{Method: plain.Line(f.Method), Interval: f.interval()}
	if b := f.Backtest; b != nil {
		o.Backtest, o.Measure, o.Trials = words(b.Words), words(b.Measure), thousands(float64(b.Trials), 0)
		if n, ok := numeric(b.Error); ok {
			o.Error = thousands(n, 2)
		}
		if n, ok := numeric(b.Naive); ok {
			o.Naive = thousands(n, 2)
		}
	}
	return o
}

// source is the definition of a figure and the records behind it.
func (v *view) source(f *figured, from string) source {
	return source{
		ID: words(f.ID), Kind: string(f.Kind), Definition: plain.Line(f.Text), Href: relative(from, definitionsPath) + "#" + f.anchor, CSV: relative(from, f.csv),
		Count: countRecords(len(f.Records)), Records: v.linksTo(f.Records, maxBehind, from), More: len(f.Records) > maxBehind,
	}
}

func countRecords(n int) string {
	switch n {
	case 0:
		return "no records"
	case 1:
		return "1 record"
	}
	return thousands(float64(n), 0) + " records"
}

// linksTo are links to the first of some records. They show ids and not titles, so that
// a page does not change with a title that is no part of its figures. What readers may
// not see is not named, whatever a report says.
func (v *view) linksTo(refs []string, most int, from string) []link {
	out := []link{}
	for _, ref := range refs[:min(most, len(refs))] {
		if it := v.shownRecord(ref); it != nil {
			out = append(out, link{Href: relative(from, it.page), Text: plain.Line(string(it.ID))})
		}
	}
	return out
}

// shownRecord returns the record that a reference of a report names, nil where readers
// see none.
func (v *view) shownRecord(ref string) *item {
	for it := range v.find("", ref) {
		if !it.Hidden && it.page != "" {
			return it
		}
	}
	return nil
}

// rows are the lines of a list.
func (v *view) rows(f *figured, rows []figure.Row, from string) *dataTable {
	shown := rows[:min(maxRows, len(rows))]
	names := sortedNames(shown)
	t := &dataTable{Caption: f.title, Head: []string{"About"}, Worded: make([]bool, len(names)+1)}
	t.Worded[len(names)] = true
	for _, n := range names {
		t.Head = append(t.Head, heading(n))
	}
	t.Head = append(t.Head, "Records")
	for _, r := range shown {
		row := dataRow{Traced: true, Name: words(r.Name), Words: words(r.Words), Links: v.linksTo(r.Records, rowBehind, from)}
		if it := v.shownRecord(r.Ref); r.Ref != "" && it != nil {
			row.Href = relative(from, it.page)
		}
		if row.Words == row.Name {
			row.Words = ""
		}
		if n := len(r.Records) - rowBehind; n > 0 {
			row.More = fmt.Sprintf("and %s more", thousands(float64(n), 0))
		}
		for i, n := range names {
			row.Cells = append(row.Cells, cellWords(r.Values[n]))
			if _, ok := numeric(r.Values[n]); !ok && r.Values[n] != nil {
				t.Worded[i] = true
			}
		}
		t.Rows = append(t.Rows, row)
	}
	if len(rows) > len(shown) {
		t.Note = fmt.Sprintf("The first %d of %s; the CSV file has all of them.", len(shown), thousands(float64(len(rows)), 0))
	}
	return t
}

// heading makes the heading of a column from the name of a value.
func heading(name string) string {
	runes := []rune(strings.ReplaceAll(words(name), "_", " "))
	if len(runes) == 0 {
		return nothing
	}
	return strings.ToUpper(string(runes[:1])) + string(runes[1:])
}

// cellWords writes a value of a row as people read it.
func cellWords(v any) string {
	if n, ok := numeric(v); ok {
		return thousands(n, 2)
	}
	switch v := v.(type) {
	case nil:
		return nothing
	case string:
		return words(v)
	case bool:
		if v {
			return "yes"
		}
		return "no"
	case time.Time:
		return v.Format("2006-01-02")
	case float64, *float64:
		return nothing
	case []string:
		return words(strings.Join(v, ", "))
	}
	return words(fmt.Sprint(v))
}

// parts are the values of a figure for parts of its records.
func (f *figured) parts() *dataTable {
	t := &dataTable{Caption: f.title + " by " + words(f.in.Asked.By), Head: []string{heading(f.in.Asked.By), "Value", "Of"}}
	for _, g := range f.Groups[:min(maxParts, len(f.Groups))] {
		name := words(g.Key)
		switch {
		case g.Key == "":
			name = "not set"
		case g.Title != "" && g.Title != g.Key:
			name = words(g.Title)
		}
		value := nothing
		if n, ok := numeric(g.Value); ok {
			value = f.amount(n)
		}
		t.Rows = append(t.Rows, dataRow{Name: name, Cells: []string{value, thousands(float64(g.N), 0)}})
	}
	if n := len(f.Groups); n > maxParts {
		t.Note = fmt.Sprintf("The first %d of %s; the CSV file has all of them.", maxParts, thousands(float64(n), 0))
	}
	return t
}

// course is how a figure changed with the last months.
type course struct {
	text   string
	change float64 // from the month before; 0 where that was long ago
	values []float64
}

// maxCourse is how many months a spark shows.
const maxCourse = 24

// maxAgo is how many months a change may be past to be called good or bad.
const maxAgo = 2

// trend tells the last month that was over at a time, compared to the one before it.
func (f *figured) trend(now time.Time) course {
	es := valuesByKey(f.Value)
	current := now.Format(monthForm)
	es = slices.DeleteFunc(es, func(e keyed) bool { return e.key >= current })
	months, ok := monthsOf(es)
	if !ok || len(months) < 2 {
		return course{}
	}
	values := along(months, es, f.Unit)
	last, before := values[len(values)-1], values[len(values)-2]
	month := months[len(months)-1]
	c := course{text: fmt.Sprintf("%s: %s", monthName(month), f.amount(last)), values: values[max(0, len(values)-maxCourse):]}
	if math.IsNaN(before) {
		return c
	}
	c.text += fmt.Sprintf(", %s: %s", monthName(months[len(months)-2])[:len("Jan")], f.amount(before))
	if month >= now.AddDate(0, -maxAgo, 1-now.Day()).Format(monthForm) {
		c.change = last - before
	}
	return c
}

// tone says whether a change is good, "" where nobody can say.
func (c course) tone(better string) string {
	switch {
	case c.change == 0 || better == "":
		return ""
	case (c.change > 0) == (better == "up"):
		return "good"
	}
	return "bad"
}

// spark draws the course as a small ornament.
func (c course) spark(_, id string) template.HTML {
	if len(c.values) < 3 {
		return ""
	}
	return template.HTML(chart.Columns{Head: chart.Head{ID: "spark-" + id}, Series: []chart.Series{{Values: c.values}}}.Spark())
}

// along returns the values of months; where a month has none, none were counted.
func along(months []string, es []keyed, unit figure.Unit) []float64 {
	at := map[string]float64{}
	for _, e := range es {
		at[e.key] = e.value
	}
	out := make([]float64, len(months))
	for i, m := range months {
		n, ok := at[m]
		if !ok && !isCount(unit) {
			n = math.NaN()
		}
		out[i] = n
	}
	return out
}

// monthName writes a month as people read it.
func monthName(month string) string {
	t, err := time.Parse(monthForm, month)
	if err != nil {
		return month
	}
	return t.Format("Jan 2006")
}
