package desk

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/lazy"
)

// The bounds of figures.
const (
	MaxFigures    = 100 // of a desk
	maxUnit       = 40
	maxDefinition = 2_000
	maxQuery      = 1_000
)

// Month is what By is where a figure counts by month: that of Of, where it is given,
// else that in which a record was opened.
const Month = "month"

// The ways to compute a figure.
const (
	Count = "count" // how many records the query finds
	Share = "share" // how many percent of those that Among finds
)

func computations() []string {
	return []string{Count, Share, "sum", "mean", "median", "p90", "min", "max"}
}

func figureKeys() []string {
	return []string{"title", "report", "query", "definition", "compute", "of", "since", "among", "by", "unit"}
}

var (
	figureID   = lazy.Regexp(`^[a-z][a-z0-9_.]{0,79}$`)
	reportName = lazy.Regexp(`^[a-z][a-z0-9-]{0,39}$`)
	fieldPath  = lazy.Regexp(`^[a-z][a-z0-9_]{0,39}(\.[a-z][a-z0-9_]{0,39})?$`)
)

// figures reads the figures that the desk counts beside the built-in ones, in the
// order of the file. One with a fault is left out.
func (p *parser) figures(v *records.Value) {
	const hint = "write for example vip_open: {title: Open tickets of VIPs, report: incident, query: \"is:open has:escalation\"}"
	if v.Kind != records.Map {
		p.fail(RuleFigure, v.Span, hint, "figures is %s, not a map from id to figure", article(v.Kind))
		return
	}
	for i, pair := range v.Pairs {
		switch {
		case i == MaxFigures:
			p.fail(RuleFigure, pair.KeySpan, "take out those that nobody reads", "there are %d figures; the most is %d", len(v.Pairs), MaxFigures)
			return
		case !figureID().MatchString(pair.Key):
			p.fail(RuleFigure, pair.KeySpan, "begin with a lower-case letter, and use those, digits, underscores and full stops, at most 80", "%q is no id of a figure", pair.Key)
		case pair.Value.Kind != records.Map:
			p.fail(RuleFigure, pair.Value.Span, hint, "figure %q is %s, not a map", pair.Key, article(pair.Value.Kind))
		default:
			before := len(p.ds)
			f := p.figure(pair)
			if !slices.ContainsFunc(p.ds[before:], isError) {
				p.desk.Figures = append(p.desk.Figures, f)
			}
		}
	}
}

func isError(d diag.Diagnostic) bool { return d.Severity == diag.Error }

func (p *parser) figure(pair records.Pair) Figure {
	f := Figure{ID: pair.Key, Compute: Count, Span: pair.KeySpan}
	what := "figure " + strconv.Quote(pair.Key)
	for _, key := range pair.Value.Pairs {
		v := key.Value
		if !slices.Contains(figureKeys(), key.Key) {
			p.unknown(key, what, figureKeys())
			continue
		}
		if v.IsNull() {
			continue
		}
		switch key.Key {
		case "title":
			f.Title = p.words(RuleFigure, v, "title of "+what, maxTitle)
		case "report":
			f.Type = records.Type(p.shaped(v, "report", reportName(), "name a type, such as incident"))
		case "query":
			f.Query = p.words(RuleFigure, v, "query of "+what, maxQuery)
		case "definition":
			f.Definition = p.words(RuleFigure, v, "definition of "+what, maxDefinition)
		case "compute":
			f.Compute = p.computation(v)
		case "of":
			f.Of = p.shaped(v, "of", fieldPath(), "name a field, such as resolved_at")
		case "since":
			f.Since = p.shaped(v, "since", fieldPath(), "name a field of a time, such as opened_at")
		case "among":
			f.Among = p.words(RuleFigure, v, "among of "+what, maxQuery)
		case "by":
			f.By = p.shaped(v, "by", fieldPath(), "write month, or name a field, such as team")
		case "unit":
			f.Unit = p.words(RuleFigure, v, "unit of "+what, maxUnit)
		}
	}
	p.checkFigure(pair, f)
	if f.Unit == "" {
		f.Unit = unitOf(f)
	}
	return f
}

// shaped reads a text of some shape, "" where it is none.
func (p *parser) shaped(v *records.Value, what string, shape *regexp.Regexp, hint string) string {
	if v.Kind != records.String || !shape.MatchString(v.Text) {
		p.fail(RuleFigure, v.Span, hint, "%s cannot be %q", what, v.String())
		return ""
	}
	return v.Text
}

func (p *parser) computation(v *records.Value) string {
	if !slices.Contains(computations(), v.String()) {
		p.fail(RuleFigure, v.Span, nearHint(v.String(), computations(), ""), "compute %q is not one of %s", v.String(), strings.Join(computations(), ", "))
	}
	return v.Text
}

// checkFigure tells what a figure lacks, and what has no meaning beside what it
// computes.
func (p *parser) checkFigure(pair records.Pair, f Figure) {
	m := pair.Value
	for _, key := range []string{"title", "report", "query"} {
		if v := m.Get(key); v.IsNull() || key == "title" && v.Kind == records.String && strings.TrimSpace(v.Text) == "" { // a query of "" finds all
			p.fail(RuleFigure, pair.KeySpan, "", "figure %q has no %s", pair.Key, key)
		}
	}
	counts := f.Compute == Count || f.Compute == Share
	has := func(key string) bool { return !m.Get(key).IsNull() }
	refuse := func(key, format string, args ...any) {
		p.fail(RuleFigure, m.Pair(key).KeySpan, "take it out", format, args...)
	}
	switch {
	case !slices.Contains(computations(), f.Compute):
		return // it is told already
	case f.Compute == Share && !has("among"):
		p.fail(RuleFigure, pair.KeySpan, "add among, a query of the records that are 100 %", "figure %q is a share and does not say of what", pair.Key)
	case !counts && !has("of"):
		p.fail(RuleFigure, pair.KeySpan, "add of, the field of a number or a time", "figure %q does not say what its %s is of", pair.Key, f.Compute)
	}
	if f.Compute != Share && has("among") {
		refuse("among", "among goes with compute: share, and figure %q is a %s", pair.Key, f.Compute)
	}
	if counts && has("since") {
		refuse("since", "since goes with of and a computation, and figure %q is a %s", pair.Key, f.Compute)
	}
	if counts && f.By != Month && has("of") {
		refuse("of", "of has no meaning in figure %q, which is a %s", pair.Key, f.Compute)
	}
}

// unitOf returns the unit of a figure that does not say it.
func unitOf(f Figure) string {
	switch {
	case f.Compute == Count:
		return "records"
	case f.Compute == Share:
		return "%"
	case f.Since != "":
		return "hours"
	}
	return ""
}
