package report_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/figure"
	"frontdesk/records/frontmatter"
	"frontdesk/records/report"
)

// crossTargets are the targets of the desks that are checked: P5 has none, and the
// service gold brings one of its own.
const crossTargets = `type: incident
extends: incident
sla:
  resolution:
    metric: resolution
    targets:
      - {name: P1, when: "self.priority == 'P1'", target: PT4H}
      - {name: P2, when: "self.priority == 'P2'", target: PT72H}
      - {name: others, when: "self.priority in ['P3', 'P4']", target: PT500H}
`

const crossService = "---\nid: gold\ntitle: Gold\nkind: business\nstate: planned\nsla: {incident: {resolution: [{name: gold, target: PT8H}]}}\n" +
	"log:\n  - {at: 2025-01-01T00:00:00Z, by: lee, state: planned}\n---\n\n## Description\n"

// crossAsOf is the time asked about, after all that happens.
const crossAsOf = int64(1_780_000_000) // 2026-05-28T20:26:40Z

const day = int64(86_400)

// foe is an incident as it is made up: nothing of it has been through our code.
type foe struct {
	id                       string
	opened, resolved, closed int64 // 0: not stated
	state, priority, service string
	team, hold, made         string
	reopens, reassigns       int // by the source's counters; -1: it has none
	log                      []foeLine
}

// foeLine is a line of its log. What is "" is not set, "-" is cleared.
type foeLine struct {
	at          int64
	state, team string
}

// sqlCategories says what states count as.
func sqlCategories() [][2]string {
	return [][2]string{{"new", "new"}, {"in-progress", "active"}, {"on-hold", "held"}, {"resolved", "resolved"}, {"closed", "closed"}, {"cancelled", "cancelled"}}
}

func isOver(state string) bool {
	return state == "resolved" || state == "closed" || state == "cancelled"
}

// foes makes up the incidents of a desk.
func foes() *rapid.Generator[[]foe] {
	return rapid.Custom(func(t *rapid.T) []foe {
		out := make([]foe, rapid.IntRange(1, 200).Draw(t, "records"))
		for i := range out {
			out[i] = newFoe(t, i)
		}
		return out
	})
}

func newFoe(t *rapid.T, i int) foe {
	chance := func(percent int, what string) bool { return rapid.IntRange(0, 99).Draw(t, what) < percent }
	pick := func(what string, of ...string) string { return rapid.SampledFrom(of).Draw(t, what) }
	f := foe{id: fmt.Sprintf("INC%04d", i), priority: pick("priority", "P1", "P2", "P3", "P4", "P5"), service: pick("service", "", "", "gold"), made: pick("made", "", "true", "false"), reopens: -1, reassigns: -1}
	at := crossAsOf - 3600 - day*(rapid.SampledFrom([]int64{0, 1, 2, 4, 5, 6, 10, 20, 29, 30, 31, 45, 60, 80, 89, 90, 91, 120, 150, 180, 205}).Draw(t, "days ago")) - rapid.Int64Range(0, day).Draw(t, "begins")
	f.add(foeLine{at: at, state: pick("first state", "new", "new", "new", "in-progress", "on-hold", "resolved"), team: pick("first team", "", "a", "b")})
	for range rapid.IntRange(0, 9).Draw(t, "lines") {
		if at += rapid.SampledFrom([]int64{0, 1, 600, 3600, 14_400, day, 2 * day}).Draw(t, "step") * rapid.Int64Range(0, 4).Draw(t, "times"); at >= crossAsOf {
			break
		}
		l := foeLine{at: at}
		if chance(70, "state changes") {
			l.state = pick("state", "new", "in-progress", "in-progress", "on-hold", "resolved", "resolved", "closed", "cancelled")
		}
		if chance(40, "team changes") {
			l.team = pick("team", "a", "b", "c", "-")
		}
		f.add(l)
	}
	f.times(t, chance)
	if chance(15, "imported counters") {
		f.reopens, f.reassigns = rapid.IntRange(0, 3).Draw(t, "reopens"), rapid.IntRange(0, 3).Draw(t, "reassigns")
	}
	return f
}

func (f *foe) add(l foeLine) {
	f.log = append(f.log, l)
	if l.state != "" {
		f.state = l.state
		f.hold = map[string]string{"on-hold": "user"}[l.state]
	}
	switch l.team {
	case "":
	case "-":
		f.team = ""
	default:
		f.team = l.team
	}
}

// times makes up what the incident states of its times: near the lines of the log, or
// not at all.
func (f *foe) times(t *rapid.T, chance func(int, string) bool) {
	first := f.log[0].at
	if chance(85, "opened stated") {
		f.opened = first
		if chance(50, "opened earlier") {
			f.opened -= rapid.Int64Range(0, 7200).Draw(t, "earlier")
		}
	}
	last, from, prev := -1, first, "" // the last time that it was done, and since when it had been open
	for i, l := range f.log {
		if l.state == "" {
			continue
		}
		switch {
		case isOver(l.state) && !isOver(prev):
			last = i
		case !isOver(l.state) && isOver(prev):
			from = l.at
		}
		prev = l.state
	}
	if last < 0 {
		return
	}
	if isOver(f.state) {
		f.ends(t, chance, from, last)
	} else if chance(15, "stale resolution") {
		f.resolved = f.log[last].at
	}
}

// ends makes up when an incident that is done was resolved and closed.
func (f *foe) ends(t *rapid.T, chance func(int, string) bool, from int64, last int) {
	end := f.log[last].at
	stated := end
	if chance(40, "before its line") {
		stated = rapid.Int64Range(from, end).Draw(t, "stated end")
	}
	if f.opened > stated {
		stated = end
	}
	if f.log[last].state == "resolved" && chance(80, "resolved stated") {
		f.resolved = stated
	}
	if f.state == "resolved" || !chance(85, "closed stated") {
		return
	}
	f.closed = f.log[len(f.log)-1].at
	if f.log[last].state != "resolved" {
		f.closed = stated
	}
}

// markdown writes the incident as a record.
func (f *foe) markdown() string {
	var b strings.Builder
	line := func(key, value string) {
		if value != "" {
			fmt.Fprintf(&b, "%s: %s\n", key, value)
		}
	}
	at := func(unix int64) string {
		if unix == 0 {
			return ""
		}
		return time.Unix(unix, 0).UTC().Format(time.RFC3339)
	}
	fmt.Fprintf(&b, "---\nid: %s\ntitle: Foe %s\nstate: %s\nimpact: low\nurgency: low\npriority: %s\n", f.id, f.id, f.state, f.priority)
	for _, p := range [][2]string{{"service", f.service}, {"team", f.team}, {"hold", f.hold}, {"opened_at", at(f.opened)}, {"resolved_at", at(f.resolved)}, {"closed_at", at(f.closed)}} {
		line(p[0], p[1])
	}
	b.WriteString("imported:\n  source: foe\n")
	line("  made_sla", f.made)
	if f.reopens >= 0 {
		fmt.Fprintf(&b, "  reopen_count: %d\n  reassignment_count: %d\n", f.reopens, f.reassigns)
	}
	b.WriteString("log:\n")
	for i, l := range f.log {
		fmt.Fprintf(&b, "  - {at: %s, by: lee", at(l.at))
		if i == 0 {
			fmt.Fprintf(&b, ", priority: %s", f.priority)
		}
		if l.state != "" {
			hold := "null"
			if l.state == "on-hold" {
				hold = "user"
			}
			fmt.Fprintf(&b, ", state: %s, hold: %s", l.state, hold)
		}
		if l.team != "" {
			fmt.Fprintf(&b, ", team: %s", strings.Replace(l.team, "-", "null", 1))
		}
		b.WriteString("}\n")
	}
	b.WriteString("---\n\n## Description\n")
	return b.String()
}

// crossDesk makes an empty desk with the targets, in a zone.
func crossDesk(t *testing.T, zone string) string {
	t.Helper()
	root := t.TempDir()
	for path, data := range map[string]string{"desk.yaml": "version: 1\ntime_zone: " + zone + "\n", "schema/incident.yaml": crossTargets} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(root, path)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(root, path), []byte(data), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

// crossData reads the incidents with our code.
func crossData(t *testing.T, root string, all []foe) (*figure.Data, figure.Report) {
	t.Helper()
	desk := openTree(t, root)
	rs := []*records.Record{}
	add := func(path string, typ records.Type, src string) {
		r, ds := frontmatter.Parse(path, typ, []byte(src))
		if r == nil || diag.Count(ds, diag.Error) > 0 {
			t.Fatalf("%s: %v\n%s", path, ds, src)
		}
		rs = append(rs, r)
	}
	for i := range all {
		add("records/incidents/"+all[i].id+".md", "incident", all[i].markdown())
	}
	add("records/services/gold.md", "service", crossService)
	reports, ds := report.All(desk.Desk, desk.Types)
	r, ok := report.Find(reports, "incident")
	if !ok || len(ds) > 0 {
		t.Fatal(ok, ds)
	}
	o := figure.Options{AsOf: time.Unix(crossAsOf, 0).UTC(), Types: report.Types(r)}
	return figure.NewData(desk, records.NewSet(rs), o), r
}

// Figures equal those that SQL computes from the same made-up incidents: the rows go to
// the sqlite3 program as they were made up, and nothing of our code touches them.
func TestFiguresEqualAnIndependentComputationInSQL(t *testing.T) {
	program, err := exec.LookPath("sqlite3")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("the sqlite3 program is not there; install it, as CI skips nothing")
		}
		t.Skip("the sqlite3 program is not there")
	}
	zones := []struct {
		name  string
		hours int
	}{{"UTC", 0}, {"Etc/GMT-9", 9}, {"Etc/GMT+8", -8}}
	roots := map[string]string{}
	made := foes()
	compared := 0
	for seed := range 30 {
		zone := zones[seed%len(zones)]
		if roots[zone.name] == "" {
			roots[zone.name] = crossDesk(t, zone.name)
		}
		all := made.Example(seed)
		data, r := crossData(t, roots[zone.name], all)
		for _, period := range [][2]int64{{0, 1 << 40}, {1_768_000_000, 1_775_000_000}} {
			asked := report.Asked{By: "priority"}
			if period[0] > 0 {
				asked.From, asked.To = time.Unix(period[0], 0), time.Unix(period[1], 0)
			}
			want := runSQL(t, program, all, zone.hours, period)
			done, err := report.Run(t.Context(), r, data, asked)
			if err != nil {
				t.Fatal(err)
			}
			n, wrong := compare(done, want, period[0] > 0)
			compared += n
			if len(wrong) > 0 {
				t.Fatalf("desk %d (%s, %d incidents, period %v):\n%s", seed, zone.name, len(all), period[0] > 0, strings.Join(wrong, "\n"))
			}
		}
	}
	if compared < 30*60 {
		t.Errorf("only %d figures were compared", compared)
	}
}

// compare compares the figures that SQL computed with ours.
func compare(done *report.Done, want map[string]json.RawMessage, period bool) (n int, wrong []string) {
	ours := map[string]report.Figure{}
	for _, f := range done.Figures {
		ours[f.ID] = f
	}
	for id, raw := range want {
		id, always := strings.CutPrefix(id, "!")
		if period && !always {
			continue // of all time
		}
		id, refs := strings.CutSuffix(id, " records")
		id, priority, grouped := strings.Cut(id, " of ")
		f, ok := ours[id]
		if grouped {
			at := slices.IndexFunc(f.Groups, func(g report.Group) bool { return g.Key == priority })
			if ok = at >= 0; ok {
				f.Result = f.Groups[at].Result
			}
		}
		var w any
		if err := json.Unmarshal(raw, &w); err != nil || !ok {
			wrong = append(wrong, fmt.Sprintf("%s: %v, %v: %s", id, ok, err, raw))
			continue
		}
		var value any = f.Value
		if refs {
			slices.Sort(f.Records)
			value = f.Records
		}
		data, _ := json.Marshal(value)
		var got any
		_ = json.Unmarshal(data, &got)
		n++
		if !near(got, w) {
			wrong = append(wrong, fmt.Sprintf("%s %s: %s, SQL says %s", id, priority, data, raw))
		}
	}
	slices.Sort(wrong)
	return n, wrong
}

// near compares values, numbers to 1e-9. Nothing at all equals no months.
func near(got, want any) bool {
	switch w := want.(type) {
	case float64:
		g, ok := got.(float64)
		return ok && math.Abs(g-w) <= 1e-9*max(1, math.Abs(w))
	case map[string]any:
		g, ok := got.(map[string]any)
		if len(w) == 0 && got == nil {
			return true
		}
		if !ok || len(g) != len(w) {
			return false
		}
		for k := range w {
			if v, ok := g[k]; !ok || !near(v, w[k]) {
				return false
			}
		}
		return true
	case []any:
		if len(w) == 0 {
			g, _ := got.([]any)
			return len(g) == 0
		}
	}
	return reflect.DeepEqual(got, want)
}

// runSQL computes the figures with the sqlite3 program. Those whose name begins with
// ! are of the period.
func runSQL(t *testing.T, program string, all []foe, hours int, period [2]int64) map[string]json.RawMessage {
	t.Helper()
	dir := t.TempDir()
	table := func(name string, rows [][]string) {
		var b bytes.Buffer
		w := csv.NewWriter(&b)
		if err := w.WriteAll(rows); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name+".csv"), b.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	number := func(n int64) string {
		if n == 0 {
			return ""
		}
		return strconv.FormatInt(n, 10)
	}
	var incidents, lines, categories [][]string
	for _, f := range all {
		reopens, reassigns := "", ""
		if f.reopens >= 0 {
			reopens, reassigns = strconv.Itoa(f.reopens), strconv.Itoa(f.reassigns)
		}
		incidents = append(incidents, []string{f.id, number(f.opened), number(f.resolved), number(f.closed), f.state, f.priority, f.service, f.made, reopens, reassigns})
		for n, l := range f.log {
			lines = append(lines, []string{f.id, strconv.Itoa(n), number(l.at), l.state, l.team})
		}
	}
	for _, c := range sqlCategories() {
		categories = append(categories, c[:])
	}
	table("inc", incidents)
	table("log", lines)
	table("cat", categories)
	script, err := os.ReadFile("testdata/crosscheck.sql")
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), program, "-batch", "-bail", ":memory:")
	cmd.Dir = dir
	cmd.Stdin = strings.NewReader(strings.NewReplacer(":zone", fmt.Sprintf("'%+d hours'", hours), ":asof", strconv.FormatInt(crossAsOf, 10), ":from", strconv.FormatInt(period[0], 10), ":to", strconv.FormatInt(period[1], 10)).Replace(string(script)))
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil || stderr.Len() > 0 {
		t.Fatalf("sqlite3: %v\n%s", err, stderr.String())
	}
	want := map[string]json.RawMessage{}
	for line := range strings.Lines(string(out)) {
		id, value, ok := strings.Cut(strings.TrimSpace(line), "|")
		if !ok || want[id] != nil {
			t.Fatalf("sqlite3 printed %q", line)
		}
		want[id] = json.RawMessage(value)
	}
	return want
}
