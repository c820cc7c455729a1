package estate

import (
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
	"frontdesk/schema/calendar"
	"frontdesk/schema/desk"
)

// at reads a time as tests write it, "2026-03-01 09:00" in UTC; "" is none.
func at(text string) time.Time {
	if text == "" {
		return time.Time{}
	}
	t, err := time.Parse("2006-01-02 15:04", text)
	if err != nil {
		panic(err)
	}
	return t
}

// deskWithOffice returns a desk with a calendar of office hours, Monday to Friday, 09:00
// to 17:00.
func deskWithOffice(t *testing.T) *desk.Desk {
	t.Helper()
	spec := calendar.HoursSpec{Name: "office", Zone: time.UTC}
	for day := time.Monday; day <= time.Friday; day++ {
		spec.Week[day] = []calendar.Interval{{From: 9 * 60, To: 17 * 60}}
	}
	office, err := calendar.NewHours(spec)
	if err != nil {
		t.Fatal(err)
	}
	d := desk.Default()
	d.Calendars = map[string]*calendar.Hours{"office": office, desk.AroundTheClock: calendar.AroundTheClock(time.UTC)}
	return d
}

// builtIn reads the built-in types once.
var builtIn = sync.OnceValue(schema.BuiltIn)

// scene makes data of records, each written as "type/id" and its front matter. What it
// states after the time asked about has not happened.
func scene(t *testing.T, asOf string, docs ...string) *figure.Data {
	t.Helper()
	d := &figure.Data{Desk: deskWithOffice(t), Types: builtIn(), AsOf: at(asOf), Zone: time.UTC, Cases: map[records.Type][]*figure.Case{}}
	for _, doc := range docs {
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
		}{{"opened_at", &c.Opened}, {"resolved_at", &c.Resolved}, {"closed_at", &c.Closed}} {
			if at, ok := d.TimeOf(c, f.field); ok {
				*f.to = at
			}
		}
		if at, ok := r.Time("entered"); ok {
			c.Sum.LastEntered = at
		}
		d.Cases[typ] = append(d.Cases[typ], c)
	}
	return d
}

// definitionOf returns a figure of a report.
func definitionOf(t *testing.T, report records.Type, id string) figure.Definition {
	t.Helper()
	for _, r := range Reports() {
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

// compute computes a figure of all records of a report's type in a period.
func compute(t *testing.T, d *figure.Data, report records.Type, id, from, to string) figure.Result {
	t.Helper()
	return definitionOf(t, report, id).Compute(figure.NewScope(d, report, at(from), at(to)))
}

// isAbout compares values, numbers to nine digits.
func isAbout(got, want any) bool {
	switch w := want.(type) {
	case float64:
		g, ok := got.(float64)
		return ok && math.Abs(g-w) < 1e-9*max(1, math.Abs(w))
	case map[string]float64:
		g, ok := got.(map[string]float64)
		if !ok || len(g) != len(w) {
			return false
		}
		for k := range w {
			if v, ok := g[k]; !ok || !isAbout(v, w[k]) {
				return false
			}
		}
		return true
	case map[string]int:
		g, ok := got.(map[string]int)
		if !ok || len(g) != len(w) {
			return false
		}
		for k := range w {
			if v, ok := g[k]; !ok || v != w[k] {
				return false
			}
		}
		return true
	}
	return got == want
}

// want is what a figure is to come to.
type want struct {
	id       string
	from, to string
	value    any
	n        int
	records  []string
}

func check(t *testing.T, d *figure.Data, report records.Type, wants []want) {
	t.Helper()
	for _, w := range wants {
		t.Run(w.id+" "+w.from, func(t *testing.T) {
			r := compute(t, d, report, w.id, w.from, w.to)
			if !isAbout(r.Value, w.value) || r.N != w.n {
				t.Errorf("%s is %v of %d; want %v of %d", w.id, r.Value, r.N, w.value, w.n)
			}
			if w.records != nil && !slices.Equal(r.Records, w.records) {
				t.Errorf("%s counts %v; want %v", w.id, r.Records, w.records)
			}
		})
	}
}

func rowsOf(t *testing.T, r figure.Result) []figure.Row {
	t.Helper()
	rows, ok := r.Value.([]figure.Row)
	if !ok {
		t.Fatalf("the value is a %T, not rows", r.Value)
	}
	return rows
}
