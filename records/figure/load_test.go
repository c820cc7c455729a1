package figure_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"frontdesk/records"
	"frontdesk/records/figure"
	"frontdesk/records/index"
	"frontdesk/records/tree"
	"frontdesk/schema"
)

// begin is a Monday morning in UTC, when the records of the tests begin.
var begin = time.Date(2026, 11, 2, 8, 0, 0, 0, time.UTC)

// now is when most of them are asked about.
var now = begin.AddDate(0, 0, 20)

// The desk of the tests: targets by priority, service and team of the requester.
const (
	deskFile = "version: 1\nname: D\ntime_zone: UTC\ncalendars:\n  office:\n    zone: UTC\n    hours: {mon-fri: [\"08:00-12:00\", \"13:00-17:00\"]}\n"
	typeFile = "type: incident\nextends: incident\nsla:\n" +
		"  response:\n    calendar: office\n    targets:\n" +
		"      - {name: vip, when: \"'board' in facts.requester_teams\", target: PT1H}\n" +
		"      - {name: others, target: PT4H}\n" +
		"  resolution:\n    calendar: office\n    warn: [75%]\n    targets:\n" +
		"      - {name: P1, when: \"self.priority == 'P1'\", target: PT4H, calendar: 24x7}\n" +
		"      - {name: P2, when: \"self.priority == 'P2'\", target: P2D}\n" +
		"  update: {targets: [{target: PT8H}]}\n" +
		"  team: {targets: [{name: network, when: \"self.team == 'network'\", target: PT2H}]}\n"
)

func service(id, target string) string {
	return fmt.Sprintf("---\nid: %s\ntitle: %s\nkind: business\nstate: live\nsla: {incident: {resolution: [{name: gold, target: %s}]}}\nlog:\n  - {at: 2026-01-01T00:00:00Z, by: lee, state: live}\n---\n\n## Description\n\nIt.\n", id, id, target)
}

func person(id, team string) string {
	return fmt.Sprintf("---\nid: %s\ntitle: %s\nteam: %s\n---\n", id, id, team)
}

func newRoot(t testing.TB) string {
	root := t.TempDir()
	put(t, root, "desk.yaml", deskFile)
	put(t, root, "schema/incident.yaml", typeFile)
	put(t, root, "records/services/vpn.md", service("vpn", "PT3H"))
	put(t, root, "records/services/mail.md", strings.Replace(service("mail", "PT3H"), "sla: {", "x_sla: {", 1))
	put(t, root, "records/people/dana.md", person("dana", "sales"))
	put(t, root, "records/people/kim.md", person("kim", "board"))
	for _, team := range []string{"network", "sales", "board"} {
		put(t, root, "records/teams/"+team+".md", "---\nid: "+team+"\ntitle: "+team+"\n---\n")
	}
	return root
}

func put(t testing.TB, root, name, text string) {
	t.Helper()
	p := filepath.Join(root, name)
	if err := os.MkdirAll(filepath.Dir(p), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(p, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

func fileOf(i int) string { return fmt.Sprintf("records/incidents/2026-11/INC-2611-%04d.md", i) }

// randomIncident writes an incident with a random life.
func randomIncident(r *rand.Rand, i int) string {
	at := begin.Add(time.Duration(r.IntN(10*24*60)) * time.Minute)
	stamp := func() string { return at.Format(time.RFC3339) }
	priority := []string{"P1", "P2", "P3"}
	teams := []string{"network", "desktop"}
	opened, state, hold := stamp(), "new", ""
	fields := map[string]string{"priority": priority[r.IntN(3)], "team": teams[r.IntN(2)]}
	log := fmt.Sprintf("  - {at: %s, by: dana, state: new, priority: %s, team: %s}\n", stamp(), fields["priority"], fields["team"])
	comments, stamps := "", ""
	for range r.IntN(7) {
		at = at.Add(time.Duration(r.IntN(2*24*60)) * time.Minute)
		line := ""
		switch r.IntN(7) {
		case 0:
			fields["priority"] = priority[r.IntN(3)]
			line = "priority: " + fields["priority"]
		case 1:
			fields["team"] = teams[r.IntN(2)]
			line = "team: " + fields["team"]
		case 2:
			state, hold = "on-hold", []string{"user", "vendor"}[r.IntN(2)]
			line = "state: on-hold, hold: " + hold
		case 3:
			state, hold = "in-progress", ""
			line = "state: in-progress, hold: null, assignee: lee"
			stamps = ""
		case 4:
			state, hold = "resolved", ""
			line = "state: resolved, hold: null"
			stamps = "resolved_at: " + stamp() + "\nresolution: done\nresolution_code: fixed\n"
		default:
			comments += fmt.Sprintf("### %s %s\n\nA word.\n\n", stamp(), []string{"lee", "dana"}[r.IntN(2)])
			continue
		}
		log += fmt.Sprintf("  - {at: %s, by: lee, %s}\n", stamp(), line)
	}
	if hold != "" {
		stamps += "hold: " + hold + "\n"
	}
	if r.IntN(4) == 0 {
		stamps += "due_at: " + now.Add(time.Duration(r.IntN(100)-50)*time.Hour).Format(time.RFC3339) + "\n"
	}
	return fmt.Sprintf("---\nid: INC-2611-%04d\ntitle: Case %d\nstate: %s\nimpact: medium\nurgency: high\npriority: %s\nteam: %s\nrequester: %s\nservice: %s\nopened_at: %s\n%slog:\n%s---\n\n## Description\n\nIt.\n\n## Comments\n\n%s",
		i, i, state, fields["priority"], fields["team"], []string{"dana", "kim", "nobody"}[r.IntN(3)], []string{"vpn", "mail"}[r.IntN(2)], opened, stamps, log, comments)
}

func opened(t testing.TB, root string) *tree.Tree {
	t.Helper()
	tr, err := tree.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range tr.Problems {
		t.Fatalf("desk: %+v", d)
	}
	return tr
}

func placeOf(root string) index.Place {
	return index.Place{Common: filepath.Join(root, ".git"), Own: filepath.Join(root, ".git"), Desk: root, Build: "test"}
}

func optionsAt(asOf time.Time) figure.Options {
	return figure.Options{AsOf: asOf, Types: []records.Type{"incident"}, Fields: []string{"category"}}
}

// load loads the incidents of a desk through its index.
func load(t testing.TB, root string, place index.Place, o figure.Options) *figure.Loaded {
	t.Helper()
	tr := opened(t, root)
	defer tr.Close()
	x := index.Open(tr, place)
	l, err := figure.Load(t.Context(), tr, x, o)
	if err != nil {
		t.Fatal(err)
	}
	if err := x.Save(t.Context()); err != nil {
		t.Fatal(err)
	}
	return l
}

// truth reads everything and computes everything.
func truth(t testing.TB, root string, o figure.Options) *figure.Data {
	t.Helper()
	tr := opened(t, root)
	defer tr.Close()
	l, err := tr.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return figure.NewData(tr, l.Set, o)
}

// told writes all that is told of the incidents.
func told(d *figure.Data) string {
	var b strings.Builder
	for _, c := range d.Of("incident") {
		fmt.Fprintf(&b, "%s %s %s opened %v resolved %v closed %v\n", c.Ref(), c.Record.Path, c.Category, c.Opened, c.Resolved, c.Closed)
		for _, f := range []string{"state", "priority", "team", "assignee", "hold", "title", "resolved_at", "due_at"} {
			fmt.Fprintf(&b, "  %s: %s\n", f, c.Text(f))
		}
		fmt.Fprintf(&b, "  %+v\n", c.Sum)
		for _, k := range c.Clocks {
			fmt.Fprintf(&b, "  %+v\n", k)
		}
	}
	return b.String()
}

// same fails where what is told differs, and says at which line.
func same(t testing.TB, what string, have, want *figure.Data) {
	t.Helper()
	a, b := strings.Split(told(have), "\n"), strings.Split(told(want), "\n")
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			t.Fatalf("%s, line %d:\n%s\nwant\n%s", what, i, a[i], b[i])
		}
	}
	if len(a) != len(b) {
		t.Fatalf("%s: %d lines, want %d", what, len(a), len(b))
	}
}

// settle makes all files older than any clock's tick.
func settle() { time.Sleep(150 * time.Millisecond) } // the index trusts no file that has just been written

func TestWarmAnswersAreThoseOfMemory(t *testing.T) {
	random := rand.New(rand.NewPCG(5, 6))
	root := newRoot(t)
	for i := range 80 {
		put(t, root, fileOf(i), randomIncident(random, i))
	}
	settle()
	times := []time.Time{now, begin, begin.Add(-time.Hour), begin.AddDate(0, 0, 3).Add(7 * time.Hour), begin.AddDate(0, 0, 8), now.AddDate(1, 0, 0)}
	for i, asOf := range times {
		o := optionsAt(asOf)
		want := truth(t, root, o)
		l := load(t, root, placeOf(root), o)
		same(t, fmt.Sprintf("as of %s, index", asOf), l.Data, want)
		if i > 0 && l.Computed > 0 {
			t.Errorf("as of %s clocks of %d records were computed", asOf, l.Computed)
		}
		same(t, fmt.Sprintf("as of %s, memory", asOf), load(t, root, index.Place{}, o).Data, want)
		if n := len(want.Of("incident")); n+l.Missing != 80 {
			t.Errorf("as of %s %d records are there and %d are missing", asOf, n, l.Missing)
		}
	}
	if n := len(truth(t, root, optionsAt(now)).Of("incident")[0].Clocks); n == 0 {
		t.Error("the records have no clocks")
	}
}

func TestOnlyWhatChangedIsComputedAgain(t *testing.T) {
	random := rand.New(rand.NewPCG(7, 8))
	root := newRoot(t)
	byService, byPerson := map[string]int{}, map[string]int{}
	for i := range 40 {
		text := randomIncident(random, i)
		put(t, root, fileOf(i), text)
		for _, s := range []string{"vpn", "mail"} {
			if strings.Contains(text, "\nservice: "+s+"\n") {
				byService[s]++
			}
		}
		for _, p := range []string{"dana", "kim"} {
			if strings.Contains(text, "\nrequester: "+p+"\n") {
				byPerson[p]++
			}
		}
	}
	settle()
	for _, step := range []struct {
		name string
		do   func()
		want int
	}{
		{"nothing is kept yet", func() {}, 40},
		{"nothing has changed", func() {}, 0},
		{"one record", func() { put(t, root, fileOf(7), randomIncident(random, 7)) }, 1},
		{"a record is gone", func() { _ = os.Remove(filepath.Join(root, fileOf(8))) }, 0},
		{"it is back", func() { put(t, root, fileOf(8), randomIncident(random, 8)) }, 1},
	} {
		step.do()
		l := load(t, root, placeOf(root), optionsAt(now))
		if l.Computed != step.want {
			t.Errorf("%s: clocks of %d records were computed, want %d", step.name, l.Computed, step.want)
		}
		same(t, step.name, l.Data, truth(t, root, optionsAt(now)))
	}
	for _, step := range []struct {
		name string
		do   func()
		want func(c *figure.Case) bool // whose clocks depend on it
	}{
		{"a service promises something else", func() { put(t, root, "records/services/vpn.md", service("vpn", "PT30M")) },
			func(c *figure.Case) bool { return c.Text("service") == "vpn" }},
		{"a service begins to promise", func() { put(t, root, "records/services/mail.md", service("mail", "PT1H")) },
			func(c *figure.Case) bool { return c.Text("service") == "mail" }},
		{"a person changes teams", func() { put(t, root, "records/people/dana.md", person("dana", "board")) },
			func(c *figure.Case) bool { return c.Text("requester") == "dana" }},
		{"a team names a member", func() {
			put(t, root, "records/teams/network.md", "---\nid: network\ntitle: network\nmembers: [kim]\n---\n")
		}, func(c *figure.Case) bool { return c.Text("requester") == "kim" }},
		{"the calendar", func() { put(t, root, "desk.yaml", strings.Replace(deskFile, "17:00", "16:00", 1)) },
			func(*figure.Case) bool { return true }},
		{"a target", func() { put(t, root, "schema/incident.yaml", strings.Replace(typeFile, "P2D", "P3D", 1)) },
			func(*figure.Case) bool { return true }},
		{"what no clock depends on", func() {
			put(t, root, "records/people/kim.md", strings.Replace(person("kim", "board"), "title: kim", "title: Kim", 1))
		}, func(*figure.Case) bool { return false }},
	} {
		step.do()
		l := load(t, root, placeOf(root), optionsAt(now))
		want := 0
		for _, c := range l.Of("incident") {
			if step.want(c) {
				want++
			}
		}
		if l.Computed != want || want == 0 && step.name != "what no clock depends on" {
			t.Errorf("%s: clocks of %d records were computed, want %d", step.name, l.Computed, want)
		}
		same(t, step.name, l.Data, truth(t, root, optionsAt(now)))
	}
}

func TestADamagedPackOfClocksIsNeverBelieved(t *testing.T) {
	random := rand.New(rand.NewPCG(9, 10))
	root := newRoot(t)
	for i := range 6 {
		put(t, root, fileOf(i), randomIncident(random, i))
	}
	settle()
	want := truth(t, root, optionsAt(now))
	load(t, root, placeOf(root), optionsAt(now))
	found, _ := filepath.Glob(filepath.Join(root, ".git", index.Folder, "*", "facts-*"))
	if len(found) != 1 {
		t.Fatalf("the packs are %v", found)
	}
	whole, err := os.ReadFile(found[0])
	if err != nil {
		t.Fatal(err)
	}
	again := 0
	for range 60 {
		data := slices.Clone(whole)
		switch random.IntN(5) {
		case 0:
			data = data[:random.IntN(len(data))]
		default:
			data[random.IntN(len(data))] ^= byte(1 + random.IntN(255))
		}
		if err := os.WriteFile(found[0], data, 0o666); err != nil {
			t.Fatal(err)
		}
		l := load(t, root, placeOf(root), optionsAt(now))
		same(t, "damaged", l.Data, want)
		again += l.Computed
	}
	if again == 0 {
		t.Error("no damage was noticed")
	}
}

func TestARecordIsCutToWhatWasThen(t *testing.T) {
	root := newRoot(t)
	put(t, root, fileOf(1), "---\nid: INC-2611-0001\ntitle: One\nstate: closed\nimpact: medium\nurgency: high\npriority: P1\nteam: network\nassignee: lee\nchannel: phone\n"+
		"opened_at: 2026-11-02T08:00:00Z\nresolved_at: 2026-11-04T08:00:00Z\nclosed_at: 2026-11-05T08:00:00Z\ndue_at: 2026-11-06T08:00:00Z\nresolution: done\nresolution_code: fixed\nlog:\n"+
		"  - {at: 2026-11-02T09:00:00Z, by: dana, state: new, priority: P3}\n  - {at: 2026-11-03T08:00:00Z, by: lee, state: in-progress, assignee: lee, team: network}\n"+
		"  - {at: 2026-11-04T08:00:00Z, by: lee, state: resolved, priority: P1}\n  - {at: 2026-11-05T08:00:00Z, by: lee, state: closed}\n---\n\n## Description\n\nIt.\n")
	settle()
	for name, c := range map[string]struct {
		asOf string
		want string
	}{
		"before it was opened":                {"2026-11-02T07:59:59Z", "missing"},
		"opened and not written down":         {"2026-11-02T08:30:00Z", "new new - - - open true res false closed false due true ch phone"},
		"written down":                        {"2026-11-02T09:00:00Z", "new new P3 - - open true res false closed false due true ch phone"},
		"at the moment of a line it is so":    {"2026-11-03T08:00:00Z", "in-progress active P3 network lee open true res false closed false due true ch phone"},
		"resolved":                            {"2026-11-04T09:00:00Z", "resolved resolved P1 network lee open true res true closed false due true ch phone"},
		"today":                               {"2026-11-22T08:00:00Z", "closed closed P1 network lee open true res true closed true due true ch phone"},
		"at the last line nothing is later":   {"2026-11-05T08:00:00Z", "closed closed P1 network lee open true res true closed true due true ch phone"},
		"a second before the last line it is": {"2026-11-05T07:59:59Z", "resolved resolved P1 network lee open true res true closed false due true ch phone"},
	} {
		asOf, _ := records.ParseTime(c.asOf)
		o := optionsAt(asOf)
		o.Fields = []string{"channel"}
		l := load(t, root, placeOf(root), o)
		got := "missing"
		if cs := l.Of("incident"); len(cs) == 1 {
			k := cs[0]
			dash := func(s string) string {
				if s == "" {
					return "-"
				}
				return s
			}
			got = fmt.Sprintf("%s %s %s %s %s open %v res %v closed %v due %v ch %s", k.Record.State(), k.Category, dash(k.Text("priority")), dash(k.Text("team")), dash(k.Text("assignee")),
				!k.Opened.IsZero(), !k.Resolved.IsZero(), !k.Closed.IsZero(), k.Text("due_at") != "", k.Text("channel"))
		}
		if got != c.want {
			t.Errorf("%s: %s, want %s", name, got, c.want)
		}
		last, _ := records.ParseTime("2026-11-05T08:00:00Z")
		if missing, later := got == "missing", asOf.Before(last); l.Missing != count(missing) || l.Later != count(later && !missing) {
			t.Errorf("%s: %d missing, %d later", name, l.Missing, l.Later)
		}
	}
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

func TestWhatMayNotBeSeenDoesNotCount(t *testing.T) {
	random := rand.New(rand.NewPCG(11, 12))
	root := newRoot(t)
	for i := range 9 {
		put(t, root, fileOf(i), randomIncident(random, i))
	}
	o := optionsAt(now)
	o.Sees = func(t *schema.Type, r *records.Record) bool { return t.Name == r.Type && r.Path == fileOf(4) }
	for _, d := range []*figure.Data{load(t, root, placeOf(root), o).Data, truth(t, root, o)} {
		if cs := d.Of("incident"); len(cs) != 1 || cs[0].Record.Path != fileOf(4) {
			t.Errorf("%d cases are seen", len(cs))
		}
	}
}

func TestWhatCannotBeReadIsTold(t *testing.T) {
	root := newRoot(t)
	put(t, root, fileOf(1), randomIncident(rand.New(rand.NewPCG(1, 1)), 1))
	put(t, root, fileOf(2), "no record")
	put(t, root, "records/services/vpn.md", "no service")
	l := load(t, root, placeOf(root), optionsAt(now))
	var paths []string
	for _, d := range l.Tree.Problems {
		paths = append(paths, d.Path)
	}
	for _, p := range []string{fileOf(2), "records/services/vpn.md"} {
		if !slices.Contains(paths, p) {
			t.Errorf("nothing is told of %s but %v", p, paths)
		}
	}
	if len(l.Tree.Unreadable) != 2 || len(l.Of("incident")) != 1 {
		t.Errorf("%v cannot be read, %d cases", l.Tree.Unreadable, len(l.Of("incident")))
	}
}

func TestCasesAreFoundByReferences(t *testing.T) {
	root := newRoot(t)
	for i := range 3 {
		put(t, root, fileOf(i), randomIncident(rand.New(rand.NewPCG(1, 1)), i))
	}
	o := optionsAt(now)
	o.Types = []records.Type{"incident", "service", "team", "none"}
	d := load(t, root, placeOf(root), o).Data
	for _, c := range []struct {
		typ  records.Type
		ref  string
		want string
	}{
		{"incident", "INC-2611-0001", "incident/INC-2611-0001"}, {"service", "vpn", "service/vpn"}, {"incident", "service/vpn", "service/vpn"},
		{"team", "vpn", ""}, {"incident", "vpn", ""}, {"none", "vpn", ""}, {"", "", ""}, {"", "service/vpn", "service/vpn"},
	} {
		got := ""
		if found := d.Find(c.typ, c.ref); found != nil {
			got = found.Ref()
		}
		if got != c.want {
			t.Errorf("%s of %s is %q, want %q", c.ref, c.typ, got, c.want)
		}
	}
	if byHand := (&figure.Data{Cases: d.Cases}); byHand.Find("service", "vpn") == nil {
		t.Error("data made by hand find nothing")
	}
	var paths []string
	for _, c := range d.Of("incident") {
		paths = append(paths, c.Record.Path)
	}
	if !slices.IsSorted(paths) || len(paths) != 3 {
		t.Errorf("cases are in the order %v", paths)
	}
}

func TestTypesWithoutClocksHaveCases(t *testing.T) {
	root := newRoot(t)
	o := figure.Options{AsOf: now, Types: []records.Type{"person", "service"}}
	d := load(t, root, index.Place{}, o).Data
	if len(d.Of("person")) != 2 || len(d.Of("service")) != 2 || d.Of("service")[0].Category == "" || d.Zone == nil {
		t.Errorf("%d people and %d services", len(d.Of("person")), len(d.Of("service")))
	}
	if cs := d.Of("service"); cs[0].Sum.First.IsZero() {
		t.Error("the life of a service is not told")
	}
}

func TestATimerOfOneTellsTheSame(t *testing.T) {
	random := rand.New(rand.NewPCG(13, 14))
	root := newRoot(t)
	for i := range 15 {
		put(t, root, fileOf(i), randomIncident(random, i))
	}
	put(t, root, "records/services/named-otherwise.md", service("mail", "PT2H"))
	_ = os.Remove(filepath.Join(root, "records/services/mail.md"))
	want := truth(t, root, optionsAt(now))
	tr := opened(t, root)
	defer tr.Close()
	for _, c := range want.Of("incident") {
		whole, _ := tr.LoadOne(tree.Name{Type: c.Record.Type, ID: c.Record.ID, Path: c.Record.Path})
		tm := figure.NewTimerOfOne(t.Context(), tr)
		if got := tm.Clocks(whole, now); fmt.Sprint(got) != fmt.Sprint(c.Clocks) || len(tm.Problems) > 0 {
			t.Errorf("%s: %+v, want %+v", c.Ref(), got, c.Clocks)
		}
		if got := want.ClocksOf(c.Record); fmt.Sprint(got) != fmt.Sprint(c.Clocks) {
			t.Errorf("%s: the data have %+v", c.Ref(), got)
		}
	}
	put(t, root, "records/services/mail.md", service("mail", "PT2H"))
	put(t, root, "records/services/vpn.md", "no service")
	for _, c := range want.Of("incident") {
		whole, _ := tr.LoadOne(tree.Name{Type: c.Record.Type, ID: c.Record.ID, Path: c.Record.Path})
		tm := figure.NewTimerOfOne(t.Context(), tr)
		tm.Clocks(whole, now)
		if (c.Text("service") == "vpn") != (len(tm.Lost) > 0) {
			t.Errorf("%s of service %s: %v are lost", c.Ref(), c.Text("service"), tm.Lost)
		}
	}
}
