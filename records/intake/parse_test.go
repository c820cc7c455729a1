package intake

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"frontdesk/records/diag"
	"frontdesk/schema"
)

// judge returns everything that is wrong with a mapping by itself, against the
// built-in types, and against a table where the text holds one.
func judge(src string) []diag.Diagnostic {
	src, csv, hasTable := strings.Cut(src, "--- csv\n")
	m, ds := Parse("my.yaml", []byte(src))
	if m == nil {
		return ds
	}
	ds = append(ds, m.Check(schema.BuiltIn())...)
	if hasTable {
		_, _, err := readTable(m, []byte(csv))
		if fault, ok := err.(*MappingError); ok {
			ds = append(ds, fault.Diagnostics...)
		}
	}
	return ds
}

func TestFaultsOfMappingsArePointedAt(t *testing.T) {
	files, err := filepath.Glob("testdata/err/*.yaml")
	if err != nil || len(files) == 0 {
		t.Fatalf("no cases: %v", err)
	}
	for _, f := range files {
		t.Run(strings.TrimSuffix(filepath.Base(f), ".yaml"), func(t *testing.T) {
			src, err := os.ReadFile(f)
			if err != nil {
				t.Fatal(err)
			}
			var got strings.Builder
			for _, d := range judge(string(src)) {
				fmt.Fprintf(&got, "%d:%d: %s: %s [%s]\n", d.Span.Start.Line, d.Span.Start.Column, d.Severity, d.Message, d.Rule)
				if d.Hint != "" {
					fmt.Fprintf(&got, "  hint: %s\n", d.Hint)
				}
			}
			golden := strings.TrimSuffix(f, ".yaml") + ".txt"
			if os.Getenv("UPDATE") != "" {
				if err := os.WriteFile(golden, []byte(got.String()), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(golden)
			if err != nil || got.String() != string(want) {
				t.Errorf("got\n%swant\n%s(%v; UPDATE=1 rewrites it)", got.String(), want, err)
			}
		})
	}
}

func TestTheExamplesOfEveryRuleShowIt(t *testing.T) {
	rules := Rules()
	for i, r := range rules {
		t.Run(string(r.ID), func(t *testing.T) {
			is := func(d diag.Diagnostic) bool { return d.Rule == r.ID }
			if ds := judge(r.Bad); !slices.ContainsFunc(ds, is) {
				t.Errorf("the bad example gives %v", ds)
			}
			if ds := judge(r.Good); len(ds) > 0 {
				t.Errorf("the good example gives %v", ds)
			}
			if r.Title == "" || r.Doc == "" || i > 0 && rules[i-1].ID >= r.ID {
				t.Error("the rule is not documented, or out of order")
			}
		})
	}
}

func TestTheDocumentationShowsMappingsThatWorkAndKnowsEveryKey(t *testing.T) {
	help := MappingHelp()
	first := regexp.MustCompile("(?s)```yaml\n(version.*?)```").FindStringSubmatch(help)
	if first == nil {
		t.Fatal("the documentation has no whole mapping")
	}
	if ds := judge(first[1]); len(ds) > 0 {
		t.Errorf("its first example gives %v", ds)
	}
	keys := slices.Concat(fieldKeys(), importedKeys(), logKeys(), idKeys(), steps(),
		[]string{"version", "type", "source", "description", "rows", "file", "missing", "times", "id", "order", "fields", "log", "body", "imported", "ignore",
			"delimiter", "quotes", quotesCSV, quotesNone, "encoding", "member", "skip", "header", "formats", "zone", "at", "by", "track", "title",
			kindText, kindInteger, kindNumber, kindBoolean, kindTime, kindDate, string(UTF8), string(Windows1252), "rfc3339", "iso", "epoch", "epoch-ms", "table", "events"})
	for _, k := range keys {
		if !regexp.MustCompile("[`{ \n]" + regexp.QuoteMeta(k) + "[`:, ]").MatchString(help) {
			t.Errorf("the documentation does not mention %q", k)
		}
	}
	for c := byte('A'); c <= 'z'; c++ {
		if _, ok := timeToken(c); ok && !strings.Contains(help, "`"+string(rune(c))+"`") {
			t.Errorf("the documentation does not mention the time letter %c", c)
		}
	}
}

func TestPresetsFitTheBuiltInTypes(t *testing.T) {
	if !slices.Contains(Presets(), "servicenow") {
		t.Fatalf("the presets are %v", Presets())
	}
	for _, name := range Presets() {
		m, err := Preset(name)
		if err != nil {
			t.Fatal(err)
		}
		if ds := m.Check(schema.BuiltIn()); len(ds) > 0 || m.Description == "" {
			t.Errorf("preset %s: %v", name, ds)
		}
	}
	if _, err := Preset("../../etc/passwd"); err == nil {
		t.Error("a preset that does not exist is found")
	}
}

func FuzzMapping(f *testing.F) {
	for _, pattern := range []string{"testdata/*.yaml", "testdata/err/*.yaml", "presets/*.yaml"} {
		files, _ := filepath.Glob(pattern)
		for _, name := range files {
			src, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			f.Add(src, []byte("Tag,Name,Seen\nLT-1,Laptop,2026-11-03\n\"LT-2,x\n"))
		}
	}
	types := schema.BuiltIn()
	f.Fuzz(func(t *testing.T, src, table []byte) {
		m, ds := Parse("my.yaml", src)
		if (m == nil) != (diag.Count(ds, diag.Error) > 0) {
			t.Fatalf("mapping %v with %v", m, ds)
		}
		if m == nil {
			return
		}
		lines := strings.Count(string(src), "\n") + 2
		for _, d := range m.Check(types) {
			if d.Span.Start.Line < 1 || d.Span.Start.Line > lines || d.Message == "" {
				t.Fatalf("a fault without a place: %v", d)
			}
		}
		plan, err := Build(t.Context(), m, types, deskForTests(), BytesSource("t.csv", table))
		if err != nil {
			return
		}
		for _, file := range plan.Files {
			if fault, _ := verify(types.Get(file.Type), string(file.ID)+schema.Extension, file.Data, types.Get(file.Type).CheckFields); fault != "" {
				t.Fatalf("%s\n%s", fault, file.Data)
			}
		}
	})
}
