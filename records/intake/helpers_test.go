package intake

import (
	"testing"

	"frontdesk/records/diag"
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
