// Package chart provides charts as static SVG, to stand in an HTML page: columns, bars
// and ranges made from numbers. They need no script and no style of their own; the page's
// style sheet colours their classes, so that they follow its schemes and its print. Texts
// are text, in the page's size, at every width: what lies across is given in parts of the
// width, what lies upright in the size of the text. It knows nothing of records and must
// import nothing of the project but what makes text plain.
package chart

import (
	"html"
	"math"
	"strconv"
	"strings"
	"unicode"

	"frontdesk/records/plain"
)

// Head is what every chart says to those who cannot see it.
type Head struct {
	ID    string // unique on the page; letters, digits, dots and dashes
	Title string
	Desc  string // what there is to see, in a sentence or two
}

// Look is how a series is drawn, besides its colour.
type Look int

// The looks. They differ on paper and for those who do not see colours.
const (
	Solid Look = iota
	Hatched
	Light // with a border
)

// Series is numbers of one kind. NaN stands for no number.
type Series struct {
	Name   string
	Look   Look
	Values []float64
}

// most is the largest number that is drawn as it is: beyond it, differences overflow.
const most = 1e15

// bounded returns a number that can be drawn; ok is false for NaN.
func bounded(v float64) (float64, bool) {
	return max(-most, min(most, v)), !math.IsNaN(v)
}

// maxID is the longest id of a chart.
const maxID = 120

// safeID returns the id of a chart as it stands in addresses and attributes.
func safeID(s string) string {
	if len(s) > maxID {
		s = s[:maxID]
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r >= '0' && r <= '9', r == '.', r == '-', r == '_':
			return r
		}
		return '-'
	}, s)
}

// canvas is a chart in the making.
type canvas struct {
	strings.Builder
	id string
}

// add writes markup: pieces of ours, numbers, and what text returned.
func (c *canvas) add(pieces ...string) {
	for _, p := range pieces {
		c.WriteString(p)
	}
}

// begin opens the chart. The height is in rem.
func (c *canvas) begin(h Head, class string, height float64) {
	c.id = safeID(h.ID)
	c.add(`<svg class="chart `, class, `" width="100%" height="`, number(height), `rem" role="img" aria-labelledby="`, c.id, `-title `, c.id, `-desc">`,
		`<title id="`, c.id, `-title">`, text(h.Title), `</title><desc id="`, c.id, `-desc">`, text(h.Desc), `</desc>`)
}

func (c *canvas) end() string {
	c.add(`</svg>`)
	return c.String()
}

// patterns defines what the looks are filled with.
func (c *canvas) patterns(looks ...Look) {
	seen := map[Look]bool{}
	for _, l := range looks {
		if l == Hatched && !seen[l] {
			c.add(`<defs><pattern id="`, c.id, `-hatch" class="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">`,
				`<rect width="6" height="6"/><path d="M0 3H6"/></pattern></defs>`)
		}
		seen[l] = true
	}
}

// fill is the attributes of an area of a series.
func (c *canvas) fill(n int, l Look) string {
	class := ` class="s` + strconv.Itoa(n+1)
	switch l {
	case Hatched:
		return class + ` hatched" fill="url(#` + c.id + `-hatch)"`
	case Light:
		return class + ` light"`
	}
	return class + `"`
}

// text returns text as the content of an element.
func text(s string) string { return html.EscapeString(plain.Line(s)) }

// number writes a coordinate.
func number(v float64) string {
	v, _ = bounded(v)
	s := strconv.FormatFloat(v, 'f', 3, 64)
	s = strings.TrimRight(strings.TrimRight(s, "0"), ".")
	if s == "-0" || s == "" {
		return "0"
	}
	return s
}

// short cuts a text to a number of columns of a fixed font; broad characters take two.
func short(s string, columns int) string {
	s = plain.Line(s)
	n, cut := 0, 0
	for i, r := range s {
		w := 1
		switch {
		case unicode.Is(unicode.Mn, r):
			w = 0
		case r >= 0x1100:
			w = 2
		}
		if n+w > columns {
			return strings.TrimRight(s[:cut], " ") + "…"
		}
		n += w
		if n < columns {
			cut = i + len(string(r))
		}
	}
	return s
}

// Key is one entry of a legend, to stand beside a chart.
type Key struct {
	Name string
	SVG  string // a sample of the series
}

// sample draws what an area of a series looks like. It uses the patterns of the chart.
func sample(id string, n int, l Look) string {
	c := &canvas{id: safeID(id)}
	c.add(`<svg class="chart key" width="16" height="12" aria-hidden="true"><rect x="1" y="1" width="14" height="10"`, c.fill(n, l), `/>`)
	return c.end()
}

// lineSample draws what a line looks like.
func lineSample() string {
	return `<svg class="chart key" width="16" height="12" aria-hidden="true"><path class="line" d="M0 6H16"/><circle class="dot" cx="8" cy="6" r="2.5"/></svg>`
}
