package outlook

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"frontdesk/records"
	"frontdesk/records/figure"
	"frontdesk/records/frontmatter"
	"frontdesk/records/sla"
	"frontdesk/schema"
	"frontdesk/schema/desk"
)

// at reads a time as tests write it, "2026-03-01 09:00" in UTC.
func at(text string) time.Time {
	t, err := time.Parse("2006-01-02 15:04", text)
	if err != nil {
		panic(err)
	}
	return t
}

// fataler is what tests and property tests have in common.
type fataler interface {
	Helper()
	Fatalf(format string, args ...any)
}

// scene makes data of records, each written as "type/id" and its front matter.
func scene(t fataler, asOf string, docs ...string) *figure.Data {
	t.Helper()
	d := &figure.Data{Desk: desk.Default(), Types: schema.BuiltIn(), AsOf: at(asOf), Zone: time.UTC, Cases: map[records.Type][]*figure.Case{}}
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
		c.Opened, _ = r.Time("opened_at")
		c.Resolved, _ = r.Time("resolved_at")
		if done, ok := r.Time("fulfilled_at"); ok {
			c.Resolved = done
		}
		c.Closed, _ = r.Time("closed_at")
		d.Cases[typ] = append(d.Cases[typ], c)
	}
	return d
}

// incident writes an incident for a scene.
func incident(id, title, opened string, more ...string) string {
	return fmt.Sprintf("incident/%s\ntitle: %s\nstate: in-progress\nopened_at: %s:00Z\n%s", id, title, strings.Replace(opened, " ", "T", 1), strings.Join(more, "\n"))
}

// definition returns a figure that a report gets.
func definition(t fataler, report records.Type, id string) figure.Definition {
	t.Helper()
	ds := additionTo(report).figures
	i := slices.IndexFunc(ds, func(d figure.Definition) bool { return d.ID == id })
	if i < 0 {
		t.Fatalf("there is no figure %s of %s", id, report)
	}
	return ds[i]
}

// compute computes a figure of all records of a type.
func compute(t fataler, d *figure.Data, report records.Type, id string) figure.Result {
	t.Helper()
	return definition(t, report, id).Compute(figure.NewScope(d, report, time.Time{}, time.Time{}))
}

// rowsOf returns the rows of a list.
func rowsOf(t fataler, r figure.Result) []figure.Row {
	t.Helper()
	rows, ok := r.Value.([]figure.Row)
	if !ok {
		t.Fatalf("the value is %T, not rows; note: %s", r.Value, r.Note)
	}
	return rows
}

// wordsOf returns what rows say, a line each.
func wordsOf(t fataler, r figure.Result) string {
	t.Helper()
	var out []string
	for _, row := range rowsOf(t, r) {
		out = append(out, row.Words)
	}
	return strings.Join(out, "\n")
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s\n got: %v\nwant: %v", what, got, want)
	}
}

// timed makes a case with a clock for its resolution, the target of which is limit.
func timed(id, priority string, opened time.Time, took, limit time.Duration, ended bool) *figure.Case {
	state, category := "in-progress", records.Active
	if ended {
		state, category = "resolved", records.Resolved
	}
	fields := records.NewMap(
		records.Pair{Key: "id", Value: records.NewString(id)}, records.Pair{Key: "title", Value: records.NewString("Ticket " + id)},
		records.Pair{Key: "state", Value: records.NewString(state)}, records.Pair{Key: "priority", Value: records.NewString(priority)})
	r := &records.Record{Type: incidents, ID: records.ID(id), Path: "records/" + id + ".md", Fields: fields}
	clock := sla.Clock{Name: "resolution", Metric: schema.Resolution, Start: opened, Limit: limit, Elapsed: sla.Amount{Business: took, Wall: took}, Left: limit - took, Due: opened.Add(limit), Outcome: sla.Running, Active: true}
	switch {
	case limit == 0:
		clock.Outcome = sla.Untimed
	case took > limit:
		clock.Outcome = sla.Breached
	case ended:
		clock.Outcome = sla.Met
	}
	if ended {
		clock.Stop, clock.Active = opened.Add(took), false
	}
	return &figure.Case{Record: r, Category: category, Opened: opened, Clocks: []sla.Clock{clock}}
}

// dataOf makes data of cases of incidents.
func dataOf(asOf time.Time, cases []*figure.Case) *figure.Data {
	return &figure.Data{Desk: desk.Default(), Types: &schema.Types{}, AsOf: asOf, Zone: time.UTC, Cases: map[records.Type][]*figure.Case{incidents: cases}}
}
