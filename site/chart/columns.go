package chart

import "strings"

// Label is a word below a place of a chart. Where there is little room, only those of
// low rank are shown.
type Label struct {
	Text string
	Rank int // 1: always, 2: on wider charts, 3: on wide ones; 0: never
}

// Columns is a chart of numbers at places in a row, such as months.
type Columns struct {
	Head
	Labels []Label // one a place, below its middle
	Spans  []Label // one a place, below the labels, from its beginning on: the years of months
	Series []Series
	Line   *Series // drawn over the columns
	Tick   func(float64) string
	Values func(float64) string // writes the numbers at the columns of the first series; nil for none
}

// Measures of columns, in rem.
const (
	plotTop    = 1.1
	plotHeight = 10.0
	labelLine  = 1.2
)

// SVG draws the chart.
func (k Columns) SVG() string {
	c := &canvas{}
	n := k.places()
	bottom := plotTop + plotHeight
	height := bottom + .3
	for _, row := range [][]Label{k.Labels, k.Spans} {
		if hasText(row) {
			height += labelLine
		}
	}
	c.begin(k.Head, "columns", height)
	c.patterns(k.looks()...)
	s := k.scale()
	for _, v := range s.ticks() {
		y := number(bottom - plotHeight*s.at(v))
		class := "grid"
		if v == 0 {
			class = "zero"
		}
		c.add(`<line class="`, class, `" x1="2.9rem" x2="100%" y1="`, y, `rem" y2="`, y, `rem"/>`)
		if k.Tick != nil {
			c.add(`<text class="tick" x="2.6rem" y="`, number(bottom-plotHeight*s.at(v)+.25), `rem">`, text(k.Tick(v)), `</text>`)
		}
	}
	// The style sheet makes the plot as wide as what the axis leaves.
	c.add(`<svg class="plot" x="2.9rem" width="90%">`)
	if n > 0 {
		k.columns(c, s, n, plotTop, plotHeight)
		k.line(c, s, n, plotTop, plotHeight)
		k.labels(c, n, bottom)
	}
	c.add(`</svg>`)
	return c.end()
}

// Spark draws the columns alone, small, as an ornament beside the numbers that they show.
func (k Columns) Spark() string {
	c := &canvas{id: safeID(k.ID)}
	c.add(`<svg class="chart spark" width="100%" height="2rem" aria-hidden="true">`)
	if n := k.places(); n > 0 {
		k.columns(c, k.scale(), n, 0, 2)
	}
	return c.end()
}

// Keys are the chart's legend: none where it shows one series only.
func (k Columns) Keys() []Key {
	if len(k.Series) < 2 && k.Line == nil {
		return nil
	}
	var out []Key
	for i, s := range k.Series {
		out = append(out, Key{s.Name, sample(k.ID, i, s.Look)})
	}
	if k.Line != nil {
		out = append(out, Key{k.Line.Name, lineSample()})
	}
	return out
}

func (k Columns) looks() []Look {
	var out []Look
	for _, s := range k.Series {
		out = append(out, s.Look)
	}
	return out
}

func hasText(row []Label) bool {
	for _, l := range row {
		if l.Text != "" && l.Rank > 0 {
			return true
		}
	}
	return false
}

// places is how many places the chart has.
func (k Columns) places() int {
	n := len(k.Labels)
	for _, s := range k.Series {
		n = max(n, len(s.Values))
	}
	if k.Line != nil {
		n = max(n, len(k.Line.Values))
	}
	return n
}

func (k Columns) scale() scale {
	var all [][]float64
	for _, s := range k.Series {
		all = append(all, s.Values)
	}
	if k.Line != nil {
		all = append(all, k.Line.Values)
	}
	return newScale(all...)
}

// fullness is the part of a place that its columns take, and broadest how many percent of
// the chart one of them does: where there are few places, columns stay columns.
const (
	fullness = .76
	broadest = 14
)

// columns draws the columns of all series.
func (k Columns) columns(c *canvas, s scale, n int, top, height float64) {
	place := 100 / float64(n)
	width := min(broadest, place*fullness/float64(max(1, len(k.Series))))
	margin := (place - width*float64(len(k.Series))) / 2
	zero := s.at(0)
	for i, series := range k.Series {
		c.add(`<g`, c.fill(i, series.Look), `>`)
		for j, v := range series.Values {
			v, ok := bounded(v)
			if !ok || v == 0 {
				continue
			}
			at := s.at(v)
			x := place*float64(j) + margin + width*float64(i)
			c.add(`<rect x="`, number(x), `%" y="`, number(top+height*(1-max(at, zero))), `rem" width="`, number(width), `%" height="`, number(height*(max(at, zero)-min(at, zero))), `rem"/>`)
		}
		c.add(`</g>`)
	}
	if k.Values == nil || len(k.Series) == 0 || height < plotHeight {
		return
	}
	for j, v := range k.Series[0].Values {
		v, ok := bounded(v)
		if !ok {
			continue
		}
		y := top + height*(1-s.at(v)) - .3
		if v < 0 {
			y += 1.2
		}
		c.add(`<text class="value" x="`, number(place*(float64(j)+.5)), `%" y="`, number(y), `rem">`, text(k.Values(v)), `</text>`)
	}
}

// maxDots is how many points of a line get a dot.
const maxDots = 40

// line draws the line, with gaps where it has no number. A halo sets it off from columns
// of its own colour, as there are on paper.
func (k Columns) line(c *canvas, s scale, n int, top, height float64) {
	if k.Line == nil {
		return
	}
	place := 1000 / float64(n)
	var path, dots strings.Builder
	pen := "M"
	for j, v := range k.Line.Values {
		if _, ok := bounded(v); !ok {
			pen = "M"
			continue
		}
		x, y := place*(float64(j)+.5), 1000*(1-s.at(v))
		path.WriteString(pen + number(x) + " " + number(y))
		if pen == "M" {
			path.WriteString("h0") // a point between gaps shows too
		}
		pen = "L"
		if n <= maxDots {
			dots.WriteString(`<circle class="dot" cx="` + number(x/10) + `%" cy="` + number(top+height*y/1000) + `rem" r="3"/>`)
		}
	}
	c.add(`<svg y="`, number(top), `rem" height="`, number(height), `rem" width="100%" viewBox="0 0 1000 1000" preserveAspectRatio="none" overflow="visible">`,
		`<path class="halo" vector-effect="non-scaling-stroke" d="`, path.String(), `"/><path class="line" vector-effect="non-scaling-stroke" d="`, path.String(), `"/></svg>`, dots.String())
}

// lastSpan is where a span must begin at the latest to have room for its name, in percent.
const lastSpan = 88

// labels writes the words below the places.
func (k Columns) labels(c *canvas, n int, bottom float64) {
	place := 100 / float64(n)
	y := bottom
	if hasText(k.Labels) {
		y += labelLine
		for j, l := range k.Labels {
			k.label(c, l, "label", place*(float64(j)+.5), y)
		}
	}
	if hasText(k.Spans) {
		y += labelLine
		for j, l := range k.Spans {
			if x := place * float64(j); x <= lastSpan {
				k.label(c, l, "span", x, y)
			} else {
				k.label(c, l, "span end", 100, y)
			}
		}
	}
}

func (Columns) label(c *canvas, l Label, class string, x, y float64) {
	if l.Text == "" || l.Rank < 1 {
		return
	}
	c.add(`<text class="`, class, ` rank-`, number(float64(min(l.Rank, 3))), `" x="`, number(x), `%" y="`, number(y), `rem">`, text(l.Text), `</text>`)
}
