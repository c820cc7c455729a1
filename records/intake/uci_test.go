package intake

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"frontdesk/records"
)

// realData returns a file of the real data, and skips the test where it is
// absent.
func realData(t testing.TB, name string) Source {
	t.Helper()
	dir := os.Getenv("FRONTDESK_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "data")
	}
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Skipf("real data not found: %v", err)
	}
	return BytesSource(name, data)
}

// The figures of this test are those of uci-servicenow-incidents.facts.json and
// of the data's README, computed there with another program.
func TestTheUCILogBecomesTheDeskThatItsFactsSay(t *testing.T) {
	src := realData(t, "uci-servicenow-incidents.csv.zip")
	if testing.Short() {
		t.Skip("writes 25,000 files")
	}
	m, err := Preset("servicenow")
	if err != nil {
		t.Fatal(err)
	}
	desk := newDesk(t, config)
	res, err := Run(t.Context(), desk, m, src, Options{})
	if err != nil {
		t.Fatal(err)
	}
	desk = openDesk(t, desk.Root) // which now names its shard
	loaded, err := desk.Load(t.Context())
	if err != nil || len(loaded.Problems) > 0 {
		t.Fatal(loaded.Problems, err)
	}
	figures := map[string]int{"rows": res.Events, "shard": res.Shard, "created incidents": res.Created["incident"], "created teams": res.Created["team"],
		"columns that nothing reads": len(res.Unused)}
	for _, r := range loaded.Set.All() {
		figures[string(r.Type)]++
		if r.Type == "incident" {
			countIncident(figures, r)
		}
	}
	for _, d := range findings(t, desk, loaded) {
		figures["check: "+d.Severity.String()]++
		figures["check: "+string(d.Rule)]++
	}
	want := map[string]int{
		"rows": 141712, "shard": 1, "created incidents": 24918, "created teams": 78,
		"check: error": 0, "check: warning": 1556, "check: workflow/resolved-at-missing": 1556, "columns that nothing reads": 0, "incident": 24918, "team": 78,
		"state closed": 24918, "priority P1": 270, "priority P2": 408, "priority P3": 23466, "priority P4": 774,
		"overrides": 671, "without resolved_at": 1556, "without closed_at": 0,
		"opened 2016-02": 207, "opened 2016-03": 8995, "opened 2016-06": 5, "opened 2017-02": 55,
		"made_sla": 15803, "reopened": 275, "reopens": 331, "reassigned": 11369, "reassignments": 23414,
		"team changed": 9575, "left resolved": 265, "priority changed": 383,
		"channel phone": 24688 + 9, "channel self-service": 158, "channel email": 59, "channel direct": 4,
		"problem_id": 380 + 1, "rfc": 176 + 3, "cmdb_ci": 54 + 2, "vendor": 15 + 52, "caused_by": 3,
		"log lines that differ from imported.log": 0, "log lines that set nothing": 0, "still on hold": 0, "does not fold": 0,
	}
	for name, n := range want {
		if figures[name] != n {
			t.Errorf("%s: %d, want %d", name, figures[name], n)
		}
	}
	var told []string
	for _, p := range res.Problems {
		told = append(told, p.Case)
		if !strings.Contains(p.Message, `the value "-100" is not in the mapping`) {
			t.Errorf("line %d: %s", p.Line, p.Message)
		}
	}
	if !slices.Equal(told, []string{"INC0028089", "INC0028089", "INC0030413", "INC0030413", "INC0030413"}) {
		t.Errorf("problems with %v", told)
	}
}

func countIncident(n map[string]int, r *records.Record) {
	for _, key := range []string{"state", "priority", "channel"} {
		n[key+" "+r.Text(key)]++
	}
	n["opened "+r.Text("opened_at")[:7]]++
	for _, key := range []string{"resolved_at", "closed_at"} {
		n["without "+key] += count(r.Get(key).IsNull())
	}
	n["overrides"] += count(r.Text("priority_reason") == reasonImported)
	n["still on hold"] += count(!r.Get("hold").IsNull())
	imported := r.Get(records.FieldImported)
	for _, key := range []string{"problem_id", "rfc", "cmdb_ci", "vendor", "caused_by"} {
		n[key] += count(!imported.Get(key).IsNull())
	}
	n["made_sla"] += count(imported.Get("made_sla").String() == "true")
	reopens, reassignments := imported.Get("reopen_count").Any().(int64), imported.Get("reassignment_count").Any().(int64)
	n["reopens"] += int(reopens)
	n["reopened"] += count(reopens > 0)
	n["reassignments"] += int(reassignments)
	n["reassigned"] += count(reassignments > 0)
	countLog(n, r, imported.Get(records.FieldLog).Any().(int64))
}

func countLog(n map[string]int, r *records.Record, lines int64) {
	log, _ := r.Log()
	n["log lines that differ from imported.log"] += count(int64(len(log)) != lines)
	distinct := map[string]map[string]bool{"state": {}, "team": {}, "priority": {}}
	state, left := "", false
	for _, e := range log {
		n["log lines that set nothing"] += count(len(e.Fields) == 0)
		for field, seen := range distinct {
			if v := e.Get(field); !v.IsNull() {
				seen[v.Text] = true
			}
		}
		if v := e.Get("state"); v != nil {
			left = left || state == "resolved" && v.Text != "closed"
			state = v.Text
		}
	}
	n["left resolved"] += count(left)
	n["team changed"] += count(len(distinct["team"]) > 1)
	n["priority changed"] += count(len(distinct["priority"]) > 1)
	fold := records.Fold(log)
	for _, key := range []string{"state", "team", "assignee", "priority", "hold"} {
		n["does not fold"] += count(!fold[key].Equal(r.Get(key)))
	}
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}
