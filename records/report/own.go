package report

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"frontdesk/records/diag"
	"frontdesk/records/figure"
	"frontdesk/records/query"
	"frontdesk/schema"
	"frontdesk/schema/desk"
)

// ownGroup is the heading below which reports show the desk's own figures.
const ownGroup = "The desk's own"

// own adds the desk's own figures to the reports that they belong to.
func own(all []figure.Report, d *desk.Desk, ts *schema.Types) []diag.Diagnostic {
	var ds []diag.Diagnostic
	for _, f := range d.Figures {
		r, err := ownReport(all, ts, f)
		if err != nil {
			var wrong *faultError
			errors.As(err, &wrong)
			ds = append(ds, diag.New(desk.RuleFigure, diag.Error, d.Path, f.Span, "figure %s: %v", f.ID, err).WithHint("%s", wrong.hint))
			continue
		}
		def, fields := ownDefinition(f, ts)
		r.Figures = append(r.Figures, def)
		if r.Fields != nil {
			r.Fields = append(r.Fields, fields...)
		}
	}
	return ds
}

// faultError says why a figure cannot be computed, and what to write instead.
type faultError struct{ text, hint string }

func (e *faultError) Error() string { return e.text }

func fault(hint, format string, args ...any) error {
	return &faultError{fmt.Sprintf(format, args...), hint}
}

// ownReport returns the report that a figure belongs to, if it can be computed.
func ownReport(all []figure.Report, ts *schema.Types, f desk.Figure) (*figure.Report, error) {
	i := slices.IndexFunc(all, func(r figure.Report) bool { return r.Name == string(f.Type) })
	if i < 0 {
		return nil, fault("the reports are "+names(all), "there is no report %q", f.Type)
	}
	r := &all[i]
	if slices.ContainsFunc(r.Figures, func(d figure.Definition) bool { return d.ID == f.ID }) {
		return nil, fault("choose another name", "report %s has a figure of that name", r.Name)
	}
	t := ts.Get(r.Subject)
	for _, text := range []string{f.Query, f.Among} {
		q, err := parseQuery(text, t, ts, time.Unix(0, 0), nil)
		if err != nil {
			return nil, fault("frontdesk list --help explains queries", "query %q: %v", text, err)
		}
		if _, body := q.Needs(); body {
			return nil, fault("ask for fields, such as has:escalation", "query %q searches texts; figures read fields alone", text)
		}
	}
	for _, name := range []string{f.Of, f.Since, byField(f)} {
		if name != "" && t.Field(name) == nil {
			return nil, fault("frontdesk schema show "+string(t.Name)+" lists the fields", "%s has no field %q", t.Name, name)
		}
	}
	if f.Of != "" && f.Since == "" && !(f.By == Month && isTime(t, f.Of)) && !isNumber(t, f.Of) {
		return nil, fault("name a field of numbers, or with since: two times", "%s is no field of numbers", f.Of)
	}
	if f.Since != "" && !(isTime(t, f.Of) && isTime(t, f.Since)) {
		return nil, fault("both fields hold a time, such as of: resolved_at, since: opened_at", "since goes with times")
	}
	if name := byField(f); name != "" && !t.Field(name).Groups() {
		return nil, fault("name a field of texts, such as team", "%s of %s holds nothing by which to count", name, t.Name)
	}
	return r, nil
}

// isCount reports whether a figure counts records, and computes nothing of a field.
func isCount(f desk.Figure) bool {
	return f.Compute == "" || f.Compute == desk.Count || f.Compute == desk.Share
}

// isNumber reports whether a field holds numbers, or may.
func isNumber(t *schema.Type, field string) bool {
	f := t.Field(field)
	return f == nil || f.Schema == nil || f.Schema.Type == "" || f.Schema.Type == "integer" || f.Schema.Type == "number"
}

func isTime(t *schema.Type, field string) bool {
	f := t.Field(field)
	return f != nil && f.IsTime()
}

// byField returns the field by whose values a figure counts, "" where there is none.
func byField(f desk.Figure) string {
	if f.By == Month {
		return ""
	}
	return f.By
}

func names(all []figure.Report) string {
	var out []byte
	for i, r := range all {
		if i > 0 {
			out = append(out, ", "...)
		}
		out = append(out, r.Name...)
	}
	return string(out)
}

// parseQuery compiles a query as of a time; d, which answers for clocks, may be nil where
// nothing is to be found.
func parseQuery(text string, t *schema.Type, ts *schema.Types, now time.Time, d *figure.Data) (*query.Query, error) {
	o := query.Options{Now: now, Location: time.UTC, Types: ts, Type: t.Name}
	if d != nil {
		o.Location, o.Clocks = d.Zone, d.ClocksOf
	}
	return query.Parse(text, o)
}

// ownDefinition returns the definition of a figure that can be computed, and the fields
// that it reads.
func ownDefinition(f desk.Figure, ts *schema.Types) (figure.Definition, []string) {
	def := figure.Definition{
		ID: f.ID, Title: f.Title, Unit: figure.Unit(f.Unit), Shape: figure.Number, Kind: figure.Counted, Group: ownGroup,
		Text: ownText(f), Key: true, Stock: true,
	}
	if f.Compute == desk.Share {
		def.Unit = figure.Percent
	}
	if f.By != "" {
		def.Shape = figure.Bars
	}
	if f.By == Month {
		def.Shape = figure.Months
	}
	def.Compute = func(s *figure.Scope) figure.Result { return ownResult(f, s, ts) }
	fields := []string{}
	t := ts.Get(f.Type)
	for _, text := range []string{f.Query, f.Among} {
		if q, err := parseQuery(text, t, ts, time.Unix(0, 0), nil); err == nil {
			needs, _ := q.Needs()
			fields = append(fields, needs...)
		}
	}
	for _, name := range []string{f.Of, f.Since, byField(f)} {
		if name != "" {
			fields = append(fields, name)
		}
	}
	return def, fields
}

// ownText is the definition of a figure: that of the desk, and what is computed.
func ownText(f desk.Figure) string {
	text := fmt.Sprintf("The %s of the records that %q finds", words(f), f.Query)
	if f.Compute == "share" {
		text = fmt.Sprintf("Of the records that %q finds, the part that %q finds too", f.Among, f.Query)
	}
	if f.By != "" {
		text += ", by " + f.By
	}
	text += ", as of the time of the report. Defined in desk.yaml."
	if f.Definition != "" {
		text = f.Definition + " " + text
	}
	return text
}

func words(f desk.Figure) string {
	switch {
	case f.Compute == "" || f.Compute == "count":
		return "number"
	case f.Since != "":
		return f.Compute + " of the hours from " + f.Since + " to " + f.Of
	}
	return f.Compute + " of " + f.Of
}
