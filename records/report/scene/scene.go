// Package scene provides data of a few records, and what figures of them are to come to,
// for the tests of reports. It must not be used by programs.
package scene

import (
	"maps"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"frontdesk/records"
	"frontdesk/records/figure"
	"frontdesk/records/frontmatter"
	"frontdesk/schema"
	"frontdesk/schema/desk"
)

// TB is what tests, benchmarks and property tests have in common.
type TB interface {
	Helper()
	Fatalf(format string, args ...any)
}

// At reads a time as tests write it, "2026-03-01 09:00" in UTC; "" is none.
func At(text string) time.Time {
	if text == "" {
		return time.Time{}
	}
	t, err := time.Parse("2006-01-02 15:04", text)
	if err != nil {
		panic(err)
	}
	return t
}

// builtIn reads the built-in types once.
var builtIn = sync.OnceValue(schema.BuiltIn)

// Data makes data of records, each written as "type/id" and its front matter. What it
// states after the time asked about has not happened. Its field "entered" stands for the
// time at which it came to its state by its log.
func Data(t TB, asOf string, docs ...string) *figure.Data {
	t.Helper()
	d := &figure.Data{Desk: desk.Default(), Types: builtIn(), AsOf: At(asOf), Zone: time.UTC, Cases: map[records.Type][]*figure.Case{}}
	for _, doc := range docs {
		c := caseOf(t, d, doc)
		d.Cases[c.Record.Type] = append(d.Cases[c.Record.Type], c)
	}
	return d
}

func caseOf(t TB, d *figure.Data, doc string) *figure.Case {
	t.Helper()
	ref, fields, _ := strings.Cut(strings.TrimSpace(doc), "\n")
	typ, id := records.SplitRef(ref)
	src := "---\nid: " + string(id) + "\n" + strings.ReplaceAll(strings.TrimSpace(fields), "\t", "") + "\n---\n"
	r, ds := frontmatter.Parse("records/"+string(id)+".md", typ, []byte(src))
	if len(ds) > 0 {
		t.Fatalf("%s: %v", ref, ds)
	}
	rt := d.Types.Get(typ)
	c := &figure.Case{Record: r, Type: rt, Category: rt.Category(r)}
	for _, f := range []struct {
		field string
		to    *time.Time
	}{{"opened_at", &c.Opened}, {"resolved_at", &c.Resolved}, {"fulfilled_at", &c.Resolved}, {"closed_at", &c.Closed}} {
		if at, ok := d.TimeOf(c, f.field); ok {
			*f.to = at
		}
	}
	if at, ok := r.Time("entered"); ok {
		c.Sum.LastEntered = at
	}
	return c
}

// Reports makes the reports that are tested. It is asked anew for each figure, so that
// nothing is remembered from one to the next.
type Reports func() []figure.Report

// Definition returns a figure of the report about a type.
func (rs Reports) Definition(t TB, report records.Type, id string) figure.Definition {
	t.Helper()
	for _, r := range rs() {
		if r.Subject != report {
			continue
		}
		if i := slices.IndexFunc(r.Figures, func(d figure.Definition) bool { return d.ID == id }); i >= 0 {
			return r.Figures[i]
		}
	}
	t.Fatalf("there is no figure %s of %s", id, report)
	return figure.Definition{}
}

// Compute computes a figure of all records of a report's type, at any time.
func (rs Reports) Compute(t TB, d *figure.Data, report records.Type, id string) figure.Result {
	t.Helper()
	return rs.During(t, d, report, id, "", "")
}

// During computes a figure of all records of a report's type in a period.
func (rs Reports) During(t TB, d *figure.Data, report records.Type, id, from, to string) figure.Result {
	t.Helper()
	return rs.Definition(t, report, id).Compute(figure.NewScope(d, report, At(from), At(to)))
}

// Want is what a figure is to come to.
type Want struct {
	ID       string
	From, To string // the period
	Value    any
	N        int
	Records  []string // nil where it does not matter which
}

// Check compares figures of a report with what they are to come to.
func (rs Reports) Check(t *testing.T, d *figure.Data, report records.Type, wants []Want) {
	t.Helper()
	for _, w := range wants {
		t.Run(w.ID+" "+w.From, func(t *testing.T) {
			r := rs.During(t, d, report, w.ID, w.From, w.To)
			if !IsAbout(r.Value, w.Value) || r.N != w.N {
				t.Errorf("%s is %v of %d; want %v of %d", w.ID, r.Value, r.N, w.Value, w.N)
			}
			if w.Records != nil && !slices.Equal(r.Records, w.Records) {
				t.Errorf("%s counts %v; want %v", w.ID, r.Records, w.Records)
			}
		})
	}
}

// Complete sees that every report has so many figures at least, and every figure all that
// an auditor wants. more returns what else a definition lacks, "" for nothing.
func (rs Reports) Complete(t *testing.T, least int, more func(figure.Definition) string) {
	t.Helper()
	for _, r := range rs() {
		seen := map[string]bool{}
		if r.Title == "" || r.Intro == "" || len(r.By) == 0 || len(r.Figures) < least {
			t.Errorf("the report %s lacks something: %d figures", r.Name, len(r.Figures))
		}
		for _, d := range r.Figures {
			lacks := more(d)
			switch {
			case seen[d.ID]:
				t.Errorf("%s: %s is there twice", r.Name, d.ID)
			case d.ID == "" || d.Title == "" || d.Unit == "" || d.Shape == "" || d.Kind != figure.Counted || d.Group == "" || d.Compute == nil:
				t.Errorf("%s: %s lacks something: %+v", r.Name, d.ID, d)
			case len(d.Text) < 40 || !strings.HasSuffix(d.Text, ".") || strings.Contains(d.Text, "%!") || strings.Contains(d.Text, "..") || strings.Contains(d.Text, "  "):
				t.Errorf("%s: the definition of %s is %q", r.Name, d.ID, d.Text)
			case lacks != "":
				t.Errorf("%s: %s does not say %s", r.Name, d.ID, lacks)
			}
			seen[d.ID] = true
		}
	}
}

// IsAbout compares values, numbers to nine digits.
func IsAbout(got, want any) bool {
	switch w := want.(type) {
	case float64:
		g, ok := got.(float64)
		return ok && math.Abs(g-w) < 1e-9*max(1, math.Abs(w))
	case map[string]float64:
		g, ok := got.(map[string]float64)
		return ok && maps.EqualFunc(g, w, func(x, y float64) bool { return IsAbout(x, y) })
	case map[string]int:
		g, ok := got.(map[string]int)
		return ok && maps.Equal(g, w)
	}
	return got == want
}

// Rows returns the rows of a list.
func Rows(t TB, r figure.Result) []figure.Row {
	t.Helper()
	rows, ok := r.Value.([]figure.Row)
	if !ok {
		t.Fatalf("the value is a %T, not rows; note: %s", r.Value, r.Note)
	}
	return rows
}
