package schema

import (
	"testing"

	"frontdesk/records/diag"
)

func loadBuiltIn() (*Types, []diag.Diagnostic) {
	return newLoader(nil, true).load(builtInFiles())
}

func report(t *testing.T, ds []diag.Diagnostic) {
	t.Helper()
	for _, d := range ds {
		t.Errorf("%s:%d:%d: %s [%s] %s", d.Path, d.Span.Start.Line, d.Span.Start.Column, d.Message, d.Rule, d.Hint)
	}
}

func TestBuiltInTypesLoadWithoutAnyDiagnostic(t *testing.T) {
	_, ds := loadBuiltIn()
	report(t, ds)
}

func TestBuiltInTypesAreWhatTheirHeadersSay(t *testing.T) {
	parsed, _ := loadBuiltIn()
	lazy := BuiltIn()
	if len(parsed.slots) != len(lazy.slots) {
		t.Fatalf("%d types parsed, %d found by header", len(parsed.slots), len(lazy.slots))
	}
	for i, want := range parsed.slots {
		got := lazy.slots[i]
		if got.name != want.name || got.folder != want.folder || got.prefix != want.prefix || got.path != want.path {
			t.Errorf("header says %v, the file %v", got, want)
		}
		if got.get() == nil {
			t.Errorf("type %s is not there when it is asked for", got.name)
		}
	}
}

// The conditions of built-in types are compiled when first needed, so their
// faults would show only then.
func TestRulesOfBuiltInTypesCompileAndReadKnownFields(t *testing.T) {
	for _, typ := range BuiltIn().All() {
		r := &reader{path: typ.Path}
		r.proveRules(typ)
		report(t, r.ds)
	}
}

func BenchmarkBuiltIn(b *testing.B) {
	for b.Loop() {
		BuiltIn()
	}
}

func BenchmarkBuiltInOneType(b *testing.B) {
	for b.Loop() {
		BuiltIn().Get("incident")
	}
}

func BenchmarkBuiltInAllTypes(b *testing.B) {
	for b.Loop() {
		BuiltIn().All()
	}
}
