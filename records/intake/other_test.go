package intake

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"frontdesk/records/diag"
	"frontdesk/schema"
)

// mappingOf reads a mapping of the test data.
func mappingOf(t testing.TB, name string) *Mapping {
	t.Helper()
	src, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return mustParse(t, string(src))
}

// The figures are those of volvo-problems.facts.json.
func TestAnotherSystemsLogNeedsAMappingAndNothingElse(t *testing.T) {
	src := realData(t, "volvo-problems.zip")
	plan, err := Build(t.Context(), mappingOf(t, "volvo-closed.yaml"), schema.BuiltIn(), deskForTests(), src)
	if err != nil {
		t.Fatal(err)
	}
	figures := map[string]int{"rows": plan.Events, "problems": len(plan.Problems)}
	for _, f := range plan.Files {
		figures[string(f.Type)]++
		if f.Type != "problem" {
			continue
		}
		r := parsed(t, f)
		figures["impact "+r.Get("imported").Get("impact").String()]++
		figures["state "+r.Text("state")]++
		figures["opened "+r.Text("opened_at")[:4]]++
	}
	for name, want := range map[string]int{
		"rows": 6660, "problem": 1487, "service": 337, "state closed": 1487, "opened 2006": 2, "opened 2007": 3, "opened 2008": 4,
		"impact Medium": 811, "impact High": 306, "impact Low": 235, "impact Major": 135, "problems": 10,
	} {
		if figures[name] != want {
			t.Errorf("%s: %d, want %d", name, figures[name], want)
		}
	}
	for _, p := range plan.Problems {
		if !strings.Contains(p.Message, `"Unmatched/Unmatched"`) || p.Case == "" || p.Line == 0 {
			t.Errorf("%+v", p)
		}
	}
}

func TestTablesOfOtherPeopleBecomeDesksThatCheckClean(t *testing.T) {
	for _, c := range []struct {
		name, typ string
		rows      int
		want      []string
	}{
		{"cisa-kev", "problem", 5, []string{"known_error: true", "weaknesses: [CWE-"}},
		{"dotgov", "asset", 7, []string{"id: 29palms.gov", "class: cloud", "owner: city-of-twentynine-palms", "location: Twentynine Palms, CA"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			data, err := os.ReadFile(filepath.Join("testdata", c.name+".csv"))
			if err != nil {
				t.Fatal(err)
			}
			desk := newDesk(t, config)
			res, err := Run(t.Context(), desk, mappingOf(t, c.name+".yaml"), BytesSource(c.name, data), Options{})
			if err != nil || len(res.Problems) > 0 || res.Events != c.rows || len(res.Written) != c.rows || len(res.Unused) > 0 {
				t.Fatalf("%+v, %v", res, err)
			}
			var all strings.Builder
			for _, text := range files(t, desk.Root) {
				all.WriteString(text)
			}
			for _, w := range c.want {
				if !strings.Contains(all.String(), w) {
					t.Errorf("%q is in no record", w)
				}
			}
			for _, d := range checked(t, desk) {
				if d.Severity == diag.Error {
					t.Errorf("%s: %s [%s]", d.Path, d.Message, d.Rule)
				}
			}
		})
	}
}
