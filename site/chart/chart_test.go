package chart

import (
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func head(id string) Head {
	return Head{ID: id, Title: "Title of " + id, Desc: "What there is to see."}
}

func plainNumber(v float64) string { return strconv.FormatFloat(v, 'f', -1, 64) }

// samples are charts of small inputs, by the names of the files that hold them.
func samples() map[string]string {
	months := []Label{{"Jan", 1}, {"Feb", 2}, {"Mar", 3}}
	years := []Label{{"2016", 1}, {}, {"", 1}}
	flow := Columns{
		Head: head("flow"), Labels: months, Spans: years, Tick: plainNumber,
		Series: []Series{{Name: "Opened", Values: []float64{3, 7, 5}}, {Name: "Closed", Look: Hatched, Values: []float64{1, math.NaN(), 6}}},
		Line:   &Series{Name: "Backlog", Values: []float64{2, math.NaN(), 8}},
	}
	return map[string]string{
		"flow":   flow.SVG(),
		"below":  Columns{Head: head("below"), Labels: months, Tick: plainNumber, Values: plainNumber, Series: []Series{{Values: []float64{-5, 0, 2.5}}}}.SVG(),
		"spark":  Columns{Head: head("spark"), Series: []Series{{Values: []float64{1, 2, 0}}}}.Spark(),
		"none":   Columns{Head: head("none"), Tick: plainNumber}.SVG(),
		"bars":   Bars{Head: head("bars"), Bars: []Bar{{"Network", 12, "12"}, {"A name that is longer than any column is wide", 3, "3"}, {"None", 0, "0"}}}.SVG(),
		"ranges": Ranges{Head: head("ranges"), Look: Light, Ranges: []Range{{"Time to resolve", "2 d – 10 d", 0, 240, 48, 96}, {"Open end", "–", math.NaN(), 5, math.NaN(), math.NaN()}}}.SVG(),
	}
}

func TestChartsAreDrawnAsBefore(t *testing.T) {
	for name, got := range samples() {
		file := filepath.Join("testdata", name+".svg")
		want, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if got+"\n" != string(want) {
			t.Errorf("%s differs:\n%s", file, got)
		}
		if again := samples()[name]; again != got {
			t.Errorf("%s: the second drawing differs", name)
		}
	}
}

// elements checks that a chart is well-formed, and returns its elements in order.
func elements(t interface{ Fatalf(string, ...any) }, svg string) []xml.StartElement {
	var out []xml.StartElement
	dec := xml.NewDecoder(strings.NewReader(svg))
	dec.Strict = true
	for {
		tok, err := dec.Token()
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatalf("%v in %s", err, svg)
		}
		if e, ok := tok.(xml.StartElement); ok {
			out = append(out, e.Copy())
		}
	}
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

func TestEveryChartSaysWhatItIs(t *testing.T) {
	for name, svg := range samples() {
		es := elements(t, svg)
		if name == "spark" {
			if attribute(es[0], "aria-hidden") != "true" {
				t.Error("an ornament is not hidden from readers")
			}
			continue
		}
		if attribute(es[0], "role") != "img" || attribute(es[0], "aria-labelledby") != name+"-title "+name+"-desc" {
			t.Errorf("%s is no image with a name: %v", name, es[0])
		}
		if es[1].Name.Local != "title" || attribute(es[1], "id") != name+"-title" || es[2].Name.Local != "desc" || attribute(es[2], "id") != name+"-desc" {
			t.Errorf("%s begins with %v, %v", name, es[1], es[2])
		}
	}
}

var payloads = []string{
	`<script>alert(1)</script>`, `"><svg onload=alert(1)>`, `' onmouseover='alert(1)`, `</text></svg><img src=x onerror=alert(1)>`, `]]>`, `<!--`, `&lt;`, `{{ 1 }}`,
	"\u202eevil\u2066", "a\x00b", "\ud7ff\xff\xfe", "line\nbreak", strings.Repeat("x", 100_000), `url(#x)`, `</title>`, `</desc>`,
}

// known are the elements and attributes that charts consist of.
var known = map[string]string{
	"svg": " class width height role aria-labelledby aria-hidden viewBox preserveAspectRatio overflow x y ", "title": " id ", "desc": " id ", "text": " class x y ", "rect": " class x y width height fill ",
	"line": " class x1 x2 y1 y2 ", "path": " class d vector-effect ", "circle": " class cx cy r ", "g": " class fill ", "defs": "", "pattern": " id class width height patternUnits patternTransform ",
}

func TestHostileTextsStayText(t *testing.T) {
	for _, p := range payloads {
		h := Head{ID: p, Title: p, Desc: p}
		say := func(float64) string { return p }
		columns := Columns{Head: h, Labels: []Label{{p, 1}}, Spans: []Label{{p, 9}}, Tick: say, Values: say,
			Series: []Series{{Name: p, Look: Hatched, Values: []float64{1}}, {Name: p, Values: []float64{2}}}, Line: &Series{Name: p, Values: []float64{1}}}
		all := []string{columns.SVG(), columns.Spark(), Bars{Head: h, Bars: []Bar{{p, 1, p}}}.SVG(), Ranges{Head: h, Ranges: []Range{{Name: p, Text: p, High: 1}}}.SVG()}
		for _, k := range columns.Keys() {
			all = append(all, k.SVG)
		}
		for _, svg := range all {
			for _, e := range elements(t, svg) {
				allowed, ok := known[e.Name.Local]
				if !ok {
					t.Errorf("%.40q: there is an element %s", p, e.Name.Local)
				}
				for _, a := range e.Attr {
					if !strings.Contains(allowed, " "+a.Name.Local+" ") {
						t.Errorf("%.40q: %s has %s", p, e.Name.Local, a.Name.Local)
					}
				}
				if id := attribute(e, "id"); len(id) > maxID+6 || strings.ContainsAny(id, " \"'<>()") {
					t.Errorf("%.40q: id %.200q", p, id)
				}
			}
			if strings.ContainsRune(svg, '\u202e') || strings.ContainsRune(svg, 0) {
				t.Errorf("%.40q: control characters stand in the chart", p)
			}
		}
	}
}

var coordinate = regexp.MustCompile(`^-?\d+(\.\d{1,3})?(%|rem)?$`)

// checkPlaces makes sure that everything lies on the chart.
func checkPlaces(t interface {
	Fatalf(string, ...any)
	Errorf(string, ...any)
}, svg string) {
	for _, e := range elements(t, svg) {
		for _, a := range e.Attr {
			switch a.Name.Local {
			case "x", "y", "x1", "x2", "y1", "y2", "cx", "cy", "r", "width", "height":
			default:
				continue
			}
			if !coordinate.MatchString(a.Value) {
				t.Fatalf("%s has %s=%q", e.Name.Local, a.Name.Local, a.Value)
			}
			n, err := strconv.ParseFloat(strings.TrimRight(a.Value, "%rem"), 64)
			if err != nil || n > 1000 || n < -1000 || n < 0 && strings.HasSuffix(a.Value, "%") || n > 100.01 && strings.HasSuffix(a.Value, "%") {
				t.Errorf("%s lies at %s=%q", e.Name.Local, a.Name.Local, a.Value)
			}
		}
	}
	if strings.Contains(svg, "NaN") || strings.Contains(svg, "Inf") {
		t.Errorf("there is no number: %s", svg)
	}
}

func TestAnyNumbersAreDrawnOnTheChart(t *testing.T) {
	odd := rapid.SampledFrom([]float64{0, 1, -1, math.NaN(), math.Inf(1), math.Inf(-1), math.MaxFloat64, -math.MaxFloat64, math.SmallestNonzeroFloat64, 1e-300, 1e15, 0.1, 207})
	numbers := rapid.SliceOfN(rapid.OneOf(odd, rapid.Float64(), rapid.Float64Range(-1e6, 1e6)), 0, 40)
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := numbers.Draw(t, "a"), numbers.Draw(t, "b"), numbers.Draw(t, "c")
		columns := Columns{Head: head("x"), Tick: plainNumber, Values: plainNumber, Series: []Series{{Values: a}, {Values: b, Look: Hatched}}, Line: &Series{Values: c}}
		for range a {
			columns.Labels, columns.Spans = append(columns.Labels, Label{"l", 1}), append(columns.Spans, Label{"s", 2})
		}
		checkPlaces(t, columns.SVG())
		checkPlaces(t, columns.Spark())
		bars, ranges := Bars{Head: head("y")}, Ranges{Head: head("z")}
		for i, v := range a {
			bars.Bars = append(bars.Bars, Bar{Name: "n", Value: v, Text: "t"})
			if i < len(b) && i < len(c) {
				ranges.Ranges = append(ranges.Ranges, Range{Low: v, High: b[i], Mark: c[i], Point: v})
			}
		}
		checkPlaces(t, bars.SVG())
		checkPlaces(t, ranges.SVG())
	})
}

func TestAnAxisEndsInRoundNumbers(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   string
	}{
		{nil, "[0 1]"}, {[]float64{0}, "[0 1]"}, {[]float64{1}, "[0 1]"}, {[]float64{3}, "[0 1 2 3]"}, {[]float64{207}, "[0 100 200 300]"}, {[]float64{24918}, "[0 10000 20000 30000]"},
		{[]float64{-5, 7}, "[-5 0 5 10]"}, {[]float64{0.5}, "[0 0.2 0.4 0.6000000000000001]"}, {[]float64{99.5}, "[0 25 50 75 100]"}, {[]float64{-3}, "[-3 -2 -1 0]"},
	} {
		if got := fmt.Sprint(newScale(c.values).ticks()); got != c.want {
			t.Errorf("%v: %s, want %s", c.values, got, c.want)
		}
	}
}

func TestTwoHundredMonthsStayInBounds(t *testing.T) {
	k := Columns{Head: head("long"), Tick: plainNumber, Line: &Series{}, Series: []Series{{}, {Look: Hatched}}}
	for i := range 200 {
		v := float64(i)
		k.Series[0].Values, k.Series[1].Values, k.Line.Values = append(k.Series[0].Values, v), append(k.Series[1].Values, 200-v), append(k.Line.Values, v/2)
		k.Labels, k.Spans = append(k.Labels, Label{"Jan", i % 4}), append(k.Spans, Label{"2016", 1})
	}
	svg := k.SVG()
	checkPlaces(t, svg)
	if n := strings.Count(svg, "<rect"); n != 1+199+200 {
		t.Errorf("%d areas", n)
	}
	if strings.Contains(svg, "<circle") {
		t.Error("so many points have dots")
	}
	if len(svg) > 60_000 {
		t.Errorf("%d bytes", len(svg))
	}
}

func TestNamesAreCutByTheirWidth(t *testing.T) {
	for in, want := range map[string]string{"abc": "abc", "abcdef": "abcd…", "abcde": "abcde", "漢字漢": "漢字…", "漢字": "漢字", "a b cd": "a b…", "e\u0301e\u0301e\u0301e\u0301e\u0301": "e\u0301e\u0301e\u0301e\u0301e\u0301"} {
		if got := short(in, 5); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestALegendNamesWhatDiffers(t *testing.T) {
	one := Columns{Head: head("a"), Series: []Series{{Name: "Opened"}}}
	if one.Keys() != nil {
		t.Error("one series has a legend")
	}
	two := Columns{Head: head("a"), Series: []Series{{Name: "Opened"}, {Name: "Closed", Look: Hatched}}, Line: &Series{Name: "Backlog"}}
	keys := two.Keys()
	if len(keys) != 3 || keys[1].Name != "Closed" || !strings.Contains(keys[1].SVG, `fill="url(#a-hatch)"`) || !strings.Contains(two.SVG(), `<pattern id="a-hatch"`) {
		t.Errorf("%+v", keys)
	}
	r := Ranges{Head: head("a")}
	if n := len(r.RangeKeys("area", "", "point")); n != 2 {
		t.Errorf("%d entries", n)
	}
}
