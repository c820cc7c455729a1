package chart

// Bar is a number with a name.
type Bar struct {
	Name  string
	Value float64
	Text  string // the number as people read it
}

// Bars is a chart of numbers below one another, each with its name and its value.
type Bars struct {
	Head
	Bars []Bar
	Look Look
}

// Measures of bars, in rem. The name and the value stand above the bar, so that it has
// the whole width however long they are.
const (
	barRow    = 2.25
	barName   = .95
	barTop    = 1.25
	barHeight = .625
	nameWidth = 34 // in characters
	rangeRow  = 3.5
	rangeWide = 42 // in characters: the value stands on a line of its own
)

// SVG draws the chart.
func (k Bars) SVG() string {
	c := &canvas{}
	c.begin(k.Head, "bars", barRow*float64(max(1, len(k.Bars))))
	c.patterns(k.Look)
	values := make([]float64, len(k.Bars))
	for i, b := range k.Bars {
		values[i] = b.Value
	}
	s := extent(values)
	zero := s.at(0)
	for i, b := range k.Bars {
		y := barRow * float64(i)
		c.row(b.Name, b.Text, y)
		if v, ok := bounded(b.Value); ok {
			at := s.at(v)
			c.add(`<rect`, c.fill(0, k.Look), ` x="`, number(100*min(at, zero)), `%" y="`, number(y+barTop), `rem" width="`, number(100*(max(at, zero)-min(at, zero))), `%" height="`, number(barHeight), `rem"/>`)
		}
	}
	return c.end()
}

// row writes a name and a value above a bar, and the ground of the bar.
func (c *canvas) row(name, value string, y float64) {
	c.add(`<text class="name" x="0" y="`, number(y+barName), `rem">`, text(short(name, nameWidth)), `</text>`,
		`<text class="amount" x="100%" y="`, number(y+barName), `rem">`, text(value), `</text>`)
	c.ground(y)
}

// ground draws the ground of a bar.
func (c *canvas) ground(y float64) {
	c.add(`<rect class="ground" x="0" y="`, number(y+barTop), `rem" width="100%" height="`, number(barHeight), `rem"/>`)
}

// extent is the scale from the least to the largest number, without rounding.
func extent(all ...[]float64) scale {
	var s scale
	for _, values := range all {
		for _, v := range values {
			if v, ok := bounded(v); ok {
				s.low, s.high = min(s.low, v), max(s.high, v)
			}
		}
	}
	if s.high-s.low < least {
		return scale{high: 1}
	}
	return s
}

// Range is what a number lies in.
type Range struct {
	Name      string
	Text      string // the numbers as people read them
	Low, High float64
	Mark      float64 // a thick line: the median, the expected value
	Point     float64 // a diamond: the mean; NaN for none
}

// Ranges is a chart of ranges below one another, on one scale that begins at zero.
type Ranges struct {
	Head
	Ranges []Range
	Look   Look
}

// SVG draws the chart.
func (k Ranges) SVG() string {
	c := &canvas{}
	c.begin(k.Head, "ranges", rangeRow*float64(max(1, len(k.Ranges))))
	c.patterns(k.Look)
	var values []float64
	for _, r := range k.Ranges {
		values = append(values, r.Low, r.High, r.Mark, r.Point)
	}
	s := extent(values)
	for i, r := range k.Ranges {
		y := rangeRow * float64(i)
		c.add(`<text class="name" x="0" y="`, number(y+barName-.05), `rem">`, text(short(r.Name, rangeWide)), `</text>`)
		y += rangeRow - barRow
		c.add(`<text class="told" x="0" y="`, number(y+barName), `rem">`, text(r.Text), `</text>`)
		c.ground(y)
		low, ok := bounded(r.Low)
		high, okHigh := bounded(r.High)
		if ok && okHigh {
			from, to := s.at(min(low, high)), s.at(max(low, high))
			c.add(`<rect`, c.fill(0, k.Look), ` x="`, number(100*from), `%" y="`, number(y+barTop), `rem" width="`, number(100*(to-from)), `%" height="`, number(barHeight), `rem"/>`)
		}
		if v, ok := bounded(r.Mark); ok {
			x := number(100 * s.at(v))
			c.add(`<line class="mark" x1="`, x, `%" x2="`, x, `%" y1="`, number(y+barTop-.2), `rem" y2="`, number(y+barTop+barHeight+.2), `rem"/>`)
		}
		if v, ok := bounded(r.Point); ok {
			c.add(`<svg class="point" x="`, number(100*s.at(v)), `%" y="`, number(y+barTop+barHeight/2), `rem" overflow="visible"><path class="diamond" d="M0 -6L6 0L0 6L-6 0Z"/></svg>`)
		}
	}
	return c.end()
}

// RangeKeys are the legend of a chart of ranges, by the names of what is drawn; a name
// that is empty is left out.
func (k Ranges) RangeKeys(area, mark, point string) []Key {
	var out []Key
	if area != "" {
		out = append(out, Key{area, sample(k.ID, 0, k.Look)})
	}
	if mark != "" {
		out = append(out, Key{mark, `<svg class="chart key" width="16" height="12" aria-hidden="true"><line class="mark" x1="8" x2="8" y1="0" y2="12"/></svg>`})
	}
	if point != "" {
		out = append(out, Key{point, `<svg class="chart key" width="16" height="12" aria-hidden="true"><path class="diamond" d="M8 0L14 6L8 12L2 6Z"/></svg>`})
	}
	return out
}
