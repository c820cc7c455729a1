package intake

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"frontdesk/records"
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

// The figures are those of volvo-problems.facts.json; those that reports compute are
// compared beside the reports.
func TestRealLogOfAnotherSystemNeedsAMappingAndNothingElse(t *testing.T) {
	src := realData(t, "volvo-problems.zip")
	for _, c := range []struct {
		mapping string
		want    map[string]int
	}{
		{"volvo-closed.yaml", map[string]int{
			"rows": 6660, "lines": 6660, "left": 0, "problem": 1487, "service": 337, "team": 324, "state closed": 1487, "closed_at": 1487, "opened 2006": 2, "opened 2007": 3, "opened 2008": 4,
			"impact Medium": 811, "impact High": 306, "impact Low": 235, "impact Major": 135, "priority P1": 135, "priority P2": 306, "priority P3": 811, "priority P4": 235, "problems": 0}},
		{"volvo-open.yaml", map[string]int{
			"rows": 2351, "lines": 2351, "left": 0, "problem": 819, "service": 139, "team": 187, "state closed": 356, "closed_at": 356, "state new": 93, "state assess": 87,
			"state root-cause-analysis": 205, "state on-hold": 78, "impact Medium": 450, "impact High": 196, "impact Low": 120, "impact Major": 53}},
	} {
		plan, err := Build(t.Context(), mappingOf(t, c.mapping), schema.BuiltIn(), deskForTests(), src)
		if err != nil {
			t.Fatal(err)
		}
		figures := map[string]int{"rows": plan.Events, "left": plan.Left, "problems": len(plan.Problems)}
		for _, f := range plan.Files {
			figures[string(f.Type)]++
			if f.Type == "problem" {
				countProblem(figures, parsed(t, f))
			}
		}
		for name, want := range c.want {
			if figures[name] != want {
				t.Errorf("%s: %s: %d, want %d", c.mapping, name, figures[name], want)
			}
		}
		for _, p := range plan.Problems {
			if !strings.Contains(p.Message, "requires assignee") || p.Case == "" || p.Line == 0 {
				t.Errorf("%s: %+v", c.mapping, p)
			}
		}
	}
}

func countProblem(figures map[string]int, r *records.Record) {
	figures["impact "+r.Get("imported").Get("impact").String()]++
	figures["priority "+r.Text("priority")]++
	figures["state "+r.Text("state")]++
	figures["opened "+r.Text("opened_at")[:4]]++
	figures["closed_at"] += count(!r.Get("closed_at").IsNull())
	log, _ := r.Log()
	figures["lines"] += len(log)
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
