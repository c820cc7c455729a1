package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// realData returns a file of the real data, and skips the test where it is absent.
func realData(t *testing.T, name string) string {
	t.Helper()
	dir := os.Getenv("FRONTDESK_DATA")
	if dir == "" {
		dir = filepath.Join(moduleRoot, "..", "shared", "data")
	}
	p, err := filepath.Abs(filepath.Join(dir, name))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(p); err != nil {
		t.Skipf("real data not found: %v", err)
	}
	return p
}

// factsOf reads figures that another program computed.
func factsOf(t *testing.T, name string) map[string]any {
	t.Helper()
	data, err := os.ReadFile(realData(t, name))
	if err != nil {
		t.Fatal(err)
	}
	var facts map[string]any
	if err := json.Unmarshal(data, &facts); err != nil {
		t.Fatal(err)
	}
	return facts
}

// told is a report as its JSON tells it.
type told struct {
	AsOf    string `json:"as_of"`
	Zone    string
	Figures []struct {
		ID, Unit, Definition, Note string
		Value                      any
		N                          int
		Records                    []string
		Groups                     []struct {
			Key   string
			Value any
			N     int
		}
	}
}

// mustRun runs a command in a folder and returns what it prints; it must end well.
func mustRun(t *testing.T, dir string, args ...string) string {
	t.Helper()
	e, stdout, stderr := testEnv(t, dir, false, 100)
	if code := run(t.Context(), e, args); code != 0 {
		t.Fatalf("frontdesk %s: exit status %d\n%s", strings.Join(args, " "), code, stderr)
	}
	return stdout.String()
}

// reportJSON runs a report in a folder.
func reportJSON(t *testing.T, dir string, args ...string) told {
	t.Helper()
	var out told
	if err := json.Unmarshal([]byte(mustRun(t, dir, append([]string{"report", "--format", "json"}, args...)...)), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

// values returns a report's values by the ids of its figures.
func (r told) values() map[string]any {
	out := map[string]any{}
	for _, f := range r.Figures {
		out[f.ID] = f.Value
	}
	return out
}

// same compares a value of ours with a fact: numbers to four decimals.
func same(ours, fact any) bool {
	a, okA := ours.(float64)
	b, okB := fact.(float64)
	if okA && okB {
		return math.Round(a*1e4) == math.Round(b*1e4)
	}
	m, okM := ours.(map[string]any)
	n, okN := fact.(map[string]any)
	if !okM || !okN {
		return false
	}
	for _, key := range slices.Sorted(maps.Keys(n)) {
		if _, there := m[key]; (there || n[key] != 0.0) && !same(m[key], n[key]) {
			return false
		}
	}
	for key, v := range m {
		if _, there := n[key]; !there && v != 0.0 {
			return false
		}
	}
	return true
}

// TestReportsOfTheUCILogEqualItsFacts goes the way that a user goes: a desk is made, the
// log imported, the report asked for. The facts were computed with another program.
func TestReportsOfTheUCILogEqualItsFacts(t *testing.T) {
	log := realData(t, "uci-servicenow-incidents.csv.zip")
	if testing.Short() {
		t.Skip("writes 25,000 files")
	}
	facts := factsOf(t, "uci-servicenow-incidents.facts.json")
	dir := t.TempDir()
	mustRun(t, dir, "init")
	e, _, stderr := testEnv(t, dir, false, 100)
	if code := run(t.Context(), e, []string{"import", "servicenow", log}); code != exitProblems || strings.Count(stderr.String(), "-100") != 5 {
		t.Fatalf("exit status %d, and five rows are of a state that nobody knows:\n%s", code, stderr)
	}
	report := reportJSON(t, dir, "incident", "--as-of", "2017-03-01")
	got := report.values()
	hours := func(name string) map[string]any { return facts[name].(map[string]any) }
	want := map[string]any{
		"opened":                 facts["cases"],
		"resolved":               hours("resolution_hours")["n"],
		"closed":                 hours("open_to_close_hours")["n"],
		"backlog":                0.0,
		"opened.by_month":        facts["opened_per_month"],
		"resolved.by_month":      facts["resolved_per_month"],
		"closed.by_month":        facts["closed_per_month"],
		"backlog.by_month":       facts["backlog_open_at_month_end"],
		"reopened.cases":         facts["cases_reopened"],
		"reopened.events":        facts["sum_final_reopen_count"],
		"reopened_log.cases":     facts["cases_with_backward_transition_from_Resolved"],
		"reassigned.cases":       facts["cases_reassignment_count_gt0"],
		"reassigned_log.cases":   facts["cases_whose_assignment_group_changed"],
		"sla.met":                hours("final_made_sla")["true"],
		"sla.total":              facts["cases"],
		"imported.made_sla":      hours("final_made_sla")["true"],
		"time_to_resolve.mean":   hours("resolution_hours")["mean"],
		"time_to_resolve.median": hours("resolution_hours")["median"],
		"time_to_resolve.p90":    hours("resolution_hours")["p90"],
		"time_to_close.mean":     hours("open_to_close_hours")["mean"],
		"time_to_close.median":   hours("open_to_close_hours")["median"],
		"time_to_close.p90":      hours("open_to_close_hours")["p90"],
	}
	for id, fact := range want {
		if !same(got[id], fact) {
			t.Errorf("%s is %v, the facts say %v", id, got[id], fact)
		}
	}
	checkPriorities(t, dir, facts)
	checkRecordsBehind(t, report)
}

// checkPriorities compares what the report says by priority.
func checkPriorities(t *testing.T, dir string, facts map[string]any) {
	t.Helper()
	by := reportJSON(t, dir, "incident", "--as-of", "2017-03-01", "--by", "priority", "--figure", "sla.met,sla.total,time_to_resolve.median")
	ours := map[string]float64{}
	for _, f := range by.Figures {
		for _, g := range f.Groups {
			if v, ok := g.Value.(float64); ok {
				ours[f.ID+" "+g.Key] = v
			}
		}
	}
	for name, v := range facts["sla_met_by_priority"].(map[string]any) {
		p, fact := "P"+name[:1], v.(map[string]any)
		if ours["sla.met "+p] != fact["met"] || ours["sla.total "+p] != fact["total"] {
			t.Errorf("%s: %v of %v, the facts say %v", p, ours["sla.met "+p], ours["sla.total "+p], fact)
		}
	}
	for name, v := range facts["resolution_hours_by_priority"].(map[string]any) {
		if p := "P" + name[:1]; !same(ours["time_to_resolve.median "+p], v.(map[string]any)["median"]) {
			t.Errorf("%s: median %v, the facts say %v", p, ours["time_to_resolve.median "+p], v)
		}
	}
}

// checkRecordsBehind sees that every count names as many records as it counts, each once.
func checkRecordsBehind(t *testing.T, r told) {
	t.Helper()
	for _, f := range r.Figures {
		if f.Definition == "" {
			t.Errorf("%s has no definition", f.ID)
		}
		n, ok := f.Value.(float64)
		if !ok || f.Unit != "records" {
			continue
		}
		names := slices.Compact(slices.Sorted(slices.Values(f.Records)))
		if fmt.Sprint(len(names)) != fmt.Sprint(n) || len(names) != len(f.Records) {
			t.Errorf("%s counts %v and names %d records, %d of them different", f.ID, n, len(f.Records), len(names))
		}
	}
}
