package report_test

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/figure"
	"frontdesk/records/intake"
	"frontdesk/records/report"
	"frontdesk/records/sla"
	"frontdesk/records/tree"
)

// sourceZone is that of the times in the Volvo logs: an hour ahead of UTC all year.
const sourceZone = "Etc/GMT-1"

// realData reads a file of the real data, and skips the test where it is absent.
func realData(t *testing.T, name string) []byte {
	t.Helper()
	dir := os.Getenv("FRONTDESK_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "data")
	}
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Skipf("real data not found: %v", err)
	}
	return data
}

// The Volvo logs through their mapping files: what the reports, the lives and the logs
// of the desk come to equals volvo-problems.facts.json, key by key.
func TestRealLogVolvoProblemsEqualTheirFacts(t *testing.T) {
	archive := realData(t, "volvo-problems.zip")
	var facts map[string]map[string]any
	if err := json.Unmarshal(realData(t, "volvo-problems.facts.json"), &facts); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"closed", "open"} {
		t.Run(name, func(t *testing.T) {
			v := newVolvo(t, archive, name)
			v.reports(v.data(t, sourceZone))
			v.lives()
			v.lines()
			v.zones(t, archive, name)
			want := facts[name+"_problems_csv"]
			for _, key := range []string{"attributes", "columns"} { // names of the source, not figures
				delete(want, key)
			}
			for key, w := range want {
				got, ok := v.got[key]
				if !ok {
					t.Errorf("nothing is compared with %s", key)
					continue
				}
				if g := plain(t, got); !sameFacts(g, w) {
					t.Errorf("%s: %v, want %v", key, g, w)
				}
			}
		})
	}
}

// plain returns a value as JSON has it.
func plain(t *testing.T, v any) (out any) {
	data, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(data, &out)
	}
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// sameFacts compares numbers to four decimals. Of what is most frequent, only the
// numbers must be in order: where two are the same, either may come first.
func sameFacts(got, want any) bool {
	switch w := want.(type) {
	case float64:
		g, ok := got.(float64)
		return ok && math.Abs(math.Round(g*1e4)/1e4-w) < 1e-9
	case map[string]any:
		g, ok := got.(map[string]any)
		if !ok || len(g) != len(w) {
			return false
		}
		for k := range w {
			if v, ok := g[k]; !ok || !sameFacts(v, w[k]) {
				return false
			}
		}
		return true
	case []any: // the ten most frequent ones, against counts of all
		all, ok := got.(map[string]any)
		if !ok {
			return false
		}
		var counts []float64
		for _, n := range all {
			counts = append(counts, n.(float64))
		}
		slices.Sort(counts)
		slices.Reverse(counts)
		for i, pair := range w {
			name, n := pair.([]any)[0].(string), pair.([]any)[1].(float64)
			if all[name] != n || counts[i] != n {
				return false
			}
		}
		return len(w) == min(10, len(all))
	}
	return reflect.DeepEqual(got, want)
}

// volvo is a desk with one of the logs.
type volvo struct {
	t     *testing.T
	tree  *tree.Tree
	set   *records.Set
	got   map[string]any
	names map[string]string // of services and teams, as the source spells them, by id
}

func newVolvo(t *testing.T, archive []byte, name string) *volvo {
	t.Helper()
	typ, err := os.ReadFile("../intake/testdata/volvo-problem.yaml")
	if err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	for path, data := range map[string]string{"desk.yaml": "version: 1\ntime_zone: " + sourceZone + "\n", "schema/problem.yaml": string(typ)} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(root, path)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, path), []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	path := "../intake/testdata/volvo-" + name + ".yaml"
	src, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	mapping, ds := intake.Parse(path, src)
	if diag.Count(ds, diag.Error) > 0 {
		t.Fatal(ds)
	}
	desk := openTree(t, root)
	res, err := intake.Run(t.Context(), desk, mapping, intake.BytesSource("volvo-problems.zip", archive), intake.Options{})
	if err != nil || len(res.Unused) > 0 {
		t.Fatal(res, err)
	}
	for _, p := range res.Problems {
		if !strings.Contains(p.Message, "requires assignee") {
			t.Errorf("line %d, %s: %s", p.Line, p.Case, p.Message)
		}
	}
	desk = openTree(t, root) // which now names its shard
	loaded, err := desk.Load(t.Context())
	if err != nil || len(loaded.Problems) > 0 {
		t.Fatal(loaded.Problems, err)
	}
	v := &volvo{t: t, tree: desk, set: loaded.Set, got: map[string]any{}, names: map[string]string{}}
	for _, r := range loaded.Set.All() {
		v.names[r.Ref()] = strings.TrimPrefix(r.Title(), "Team ")
	}
	return v
}

func openTree(t *testing.T, root string) *tree.Tree {
	t.Helper()
	desk, err := tree.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = desk.Close() })
	return desk
}

func (v *volvo) data(t *testing.T, zone string) *figure.Data {
	t.Helper()
	location, err := time.LoadLocation(zone)
	if err != nil {
		t.Fatal(err)
	}
	return figure.NewData(v.tree, v.set, figure.Options{AsOf: time.Date(2012, 7, 1, 0, 0, 0, 0, time.UTC), Zone: location, Types: []records.Type{"problem", "service", "team"}})
}

// run computes the report about problems.
func (v *volvo) run(d *figure.Data, by string) map[string]report.Figure {
	v.t.Helper()
	all, ds := report.All(v.tree.Desk, v.tree.Types)
	r, ok := report.Find(all, "problem")
	if !ok || len(ds) > 0 {
		v.t.Fatal(ok, ds)
	}
	out := map[string]report.Figure{}
	done, err := report.Run(v.t.Context(), r, d, report.Asked{By: by})
	if err != nil {
		v.t.Fatal(err)
	}
	for _, f := range done.Figures {
		out[f.ID] = f
	}
	return out
}

// spread is what the facts say of many numbers, of the figures of a family.
func spread(value func(id string) (value any, n int)) map[string]any {
	out := map[string]any{}
	for _, kind := range []string{"mean", "median", "p90", "min", "max"} {
		out[kind], out["n"] = value("duration." + kind)
	}
	return out
}

// reports takes what the report about problems says.
func (v *volvo) reports(d *figure.Data) {
	figures := v.run(d, "priority")
	for key, id := range map[string]string{
		"cases": "cases", "cases_reopened": "reopened.cases", "reopen_events": "reopened.events", "team_changes_total": "reassigned.events",
		"cases_with_team_ping_pong": "ping_pong.cases", "opened_per_month": "opened.by_month", "completed_last_event_per_month": "last_event.by_month",
	} {
		v.got[key] = figures[id].Value
	}
	if months := figures["closed.by_month"].Value; !reflect.DeepEqual(months, v.got["completed_last_event_per_month"]) {
		v.t.Errorf("closed by month %v", months)
	}
	v.got["duration_hours"] = spread(func(id string) (any, int) { return figures[id].Value, figures[id].N })
	impacts, count, held := map[string]any{}, map[string]any{}, 0
	for i, impact := range []string{"Major", "High", "Medium", "Low"} {
		group := func(id string) report.Group {
			at := slices.IndexFunc(figures[id].Groups, func(g report.Group) bool { return g.Key == fmt.Sprintf("P%d", i+1) })
			return figures[id].Groups[at]
		}
		impacts[impact] = spread(func(id string) (any, int) { return group(id).Value, group(id).N })
		count[impact] = group("cases").Value
	}
	v.got["duration_hours_by_impact"], v.got["final_impact"] = impacts, count
	for reason, hours := range figures["time_on_hold.by_reason"].Value.(map[string]float64) {
		if reason == "user" && hours > 0 {
			held++
		}
	}
	v.got["cases_with_Wait_User"] = held
	span := figures["span"].Value.([]figure.Row)
	v.got["first_event_min"], v.got["last_event_max"] = span[0].Values["at"], span[1].Values["at"]
	utc := v.run(v.data(v.t, "UTC"), "")
	span = utc["span"].Value.([]figure.Row)
	for i, key := range []string{"first_event_min_utc", "last_event_max_utc"} {
		v.got[key] = strings.Replace(span[i].Values["at"].(string), "Z", "+00:00", 1)
	}
	v.got["opened_per_month_utc"] = utc["opened.by_month"].Value
}

// lives takes what the lives of the problems say: how far up the lines of support they
// went, by the names of their teams.
func (v *volvo) lives() {
	reached, alone := map[string]int{}, 0
	for _, r := range v.problems() {
		life := sla.ReadLife(v.tree.Types.Get("problem"), r, time.Time{})
		most := "1"
		for _, s := range life.Stints {
			name := v.names["team/"+s.Team]
			for _, line := range []string{"2", "3"} {
				if strings.HasSuffix(name, " "+line+map[string]string{"2": "nd", "3": "rd"}[line]) {
					most = max(most, line)
				}
			}
		}
		reached[most]++
		if most == "1" {
			alone++
		}
	}
	v.got["cases_reaching_line"], v.got["cases_solved_first_line_only"] = reached, alone
}

func (v *volvo) problems() (out []*records.Record) {
	for _, r := range v.set.All() {
		if r.Type == "problem" {
			out = append(out, r)
		}
	}
	return out
}

// lines takes what the lines of the logs say, of which there is one for each row of
// the source.
func (v *volvo) lines() {
	counts := map[string]map[string]int{}
	for _, key := range []string{"status", "substatus", "both", "first", "final", "moves", "product", "team", "line", "division", "country", "owner", "products", "impacts"} {
		counts[key] = map[string]int{}
	}
	var perCase []float64
	for _, r := range v.problems() {
		log, ds := r.Log()
		if len(ds) > 0 {
			v.t.Fatal(ds)
		}
		perCase = append(perCase, float64(len(log)))
		product := v.names["service/"+r.Text("service")]
		counts["products"][product]++
		counts["final"][r.Text("x_status")]++
		now := map[string]string{}
		for i, e := range log {
			before := now["x_status"]
			for _, p := range e.Fields {
				now[p.Key] = p.Value.String()
			}
			status, sub, _ := strings.Cut(now["x_status"], "/")
			if i == 0 {
				counts["first"][now["x_status"]]++
			} else {
				counts["moves"][before+" -> "+now["x_status"]]++
			}
			for key, name := range map[string]string{"status": status, "substatus": sub, "both": now["x_status"], "product": product, "team": v.names["team/"+now["team"]],
				"line": now["x_line"], "division": now["x_division"], "country": r.Get("imported").Get("country").String(), "owner": now["x_owner_country"]} {
				counts[key][name]++
			}
		}
	}
	for key, name := range map[string]string{"status_counts": "status", "sub_status_counts": "substatus", "status_substatus_counts": "both", "first_status": "first", "final_status": "final",
		"top10_status_transitions": "moves", "top10_cases_product": "products"} {
		v.got[key] = counts[name]
	}
	for key, name := range map[string]string{"product": "product", "organization involved": "team", "org:group": "line", "org:role": "division", "organization country": "country", "resource country": "owner"} {
		v.got["top10_events_"+key], v.got["events_missing_"+key] = counts[name], counts[name][""]
		v.got["distinct_"+key] = len(counts[name])
		if counts[name][""] > 0 {
			v.got["distinct_"+key] = len(counts[name]) - 1
		}
	}
	total, _ := figure.Mean(perCase)
	stats := figure.SpreadOf(perCase)
	v.got["events"] = total * float64(len(perCase))
	v.got["events_per_case"] = map[string]any{"n": len(perCase), "mean": stats.Mean(), "median": stats.Quantile(0.5), "p90": stats.Quantile(0.9), "min": stats.Min(), "max": stats.Max()}
}

// zones compares the months of openings and closings under other zones with what
// counting through the source's rows gives. That a record has one impact, and its rows
// are in order, is a fact about the source.
func (v *volvo) zones(t *testing.T, archive []byte, name string) {
	rows := readVolvo(t, archive, name)
	type ends struct {
		first, last    time.Time
		status, impact string
		varies, mixed  bool
	}
	cases := map[string]*ends{}
	for _, row := range rows {
		at, err := time.Parse(time.RFC3339, row["Problem Change Date+Time"])
		if err != nil {
			t.Fatal(err)
		}
		c := cases[row["Problem Number"]]
		if c == nil {
			c = &ends{first: at, impact: row["Problem Latest Impact"]}
			cases[row["Problem Number"]] = c
		}
		c.mixed = c.mixed || at.Before(c.last)
		c.varies = c.varies || row["Problem Latest Impact"] != c.impact
		c.last, c.status = at, row["Problem Status"]
	}
	varies, mixed := 0, 0
	for _, c := range cases {
		if c.varies {
			varies++
		}
		if c.mixed {
			mixed++
		}
	}
	v.got["cases_impact_varies"], v.got["cases_not_in_time_order_in_source"] = varies, mixed
	differ := 0
	for _, zone := range []string{sourceZone, "America/Los_Angeles", "Pacific/Kiritimati"} {
		location, err := time.LoadLocation(zone)
		if err != nil {
			t.Fatal(err)
		}
		opened, closed := map[string]int{}, map[string]int{}
		for _, c := range cases {
			opened[c.first.In(location).Format("2006-01")]++
			if c.status == "Completed" {
				closed[c.last.In(location).Format("2006-01")]++
			}
		}
		figures := v.run(v.data(t, zone), "")
		if got := figures["opened.by_month"].Value; !reflect.DeepEqual(got, opened) {
			t.Errorf("opened by month in %s: %v, want %v", zone, got, opened)
		}
		if got := figures["closed.by_month"].Value; !reflect.DeepEqual(got, closed) {
			t.Errorf("closed by month in %s: %v, want %v", zone, got, closed)
		}
		if !reflect.DeepEqual(plain(t, opened), plain(t, v.got["opened_per_month"])) {
			differ++
		}
	}
	if differ == 0 {
		t.Error("no zone gives other months, so that nothing is shown")
	}
}

// readVolvo reads the rows of a log without a mapping.
func readVolvo(t *testing.T, archive []byte, name string) (out []map[string]string) {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(archive), int64(len(archive)))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		if !strings.HasSuffix(f.Name, name+"-problems.csv") {
			continue
		}
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		c := csv.NewReader(r)
		c.Comma = ';'
		header, err := c.Read()
		for err == nil {
			var cells []string
			if cells, err = c.Read(); err == nil {
				row := map[string]string{}
				for i, h := range header {
					row[h] = cells[i]
				}
				out = append(out, row)
			}
		}
		if err != io.EOF {
			t.Fatal(err)
		}
	}
	if len(out) == 0 {
		t.Fatalf("the archive has no log of %s problems", name)
	}
	return out
}
