package intake

import (
	"strings"
	"testing"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/frontmatter"
	"frontdesk/records/markdown"
	"frontdesk/schema"
	"frontdesk/schema/desk"
)

func deskForTests() *desk.Desk { return desk.Default() }

// mustParse reads a mapping that has no faults.
func mustParse(t testing.TB, src string) *Mapping {
	t.Helper()
	m, ds := Parse("my.yaml", []byte(src))
	if diag.Count(ds, diag.Error) > 0 {
		t.Fatalf("mapping: %v", ds)
	}
	return m
}

// build makes a plan of a table in memory.
func build(t testing.TB, mapping, csv string) *Plan {
	t.Helper()
	plan, err := Build(t.Context(), mustParse(t, mapping), schema.BuiltIn(), deskForTests(), BytesSource("t.csv", []byte(csv)))
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

// sectionsOf returns the headings of a body.
func sectionsOf(body string) string {
	var out []string
	for _, s := range markdown.Parse(body, 1).Sections {
		out = append(out, s.Heading)
	}
	return strings.Join(out, ", ")
}

// parsed reads a file of a plan as a record.
func parsed(t testing.TB, f File) *records.Record {
	t.Helper()
	r, ds := frontmatter.Parse(string(f.ID)+".md", f.Type, f.Data)
	if r == nil || len(ds) > 0 {
		t.Fatalf("%s: %v\n%s", f.ID, ds, f.Data)
	}
	return r
}
