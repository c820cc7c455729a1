package intake

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"frontdesk/records"
	"frontdesk/records/check"
	"frontdesk/records/diag"
	"frontdesk/records/tree"
)

// newDesk makes an empty desk.
func newDesk(t testing.TB, config string) *tree.Tree {
	t.Helper()
	root := t.TempDir()
	if err := os.WriteFile(filepath.Join(root, tree.ConfigFile), []byte(config), 0o644); err != nil {
		t.Fatal(err)
	}
	return openDesk(t, root)
}

func openDesk(t testing.TB, root string) *tree.Tree {
	t.Helper()
	desk, err := tree.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = desk.Close() })
	return desk
}

const config = "version: 1 # the format\ntime_zone: UTC\n"

// files returns the content of every file of a desk.
func files(t testing.TB, root string) map[string]string {
	t.Helper()
	out := map[string]string{}
	err := filepath.WalkDir(root, func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		data, err := os.ReadFile(p)
		rel, _ := filepath.Rel(root, p)
		out[filepath.ToSlash(rel)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func run(t testing.TB, desk *tree.Tree, mapping, csv string, opts Options) *Result {
	t.Helper()
	res, err := Run(t.Context(), desk, mustParse(t, mapping), BytesSource("t.csv", []byte(csv)), opts)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func TestWhatCheckWillCallWrongIsReportedWithItsLine(t *testing.T) {
	const assets = "version: 1\nsource: inventory\ntype: asset\nid: Tag\nfields:\n  title: Name\n  class: {value: computer}\n" +
		"  state: {value: in-use}\n  user: {column: User, clean: slug, reference: keep}\nlog: {at: {value: \"2026-01-01\"}, by: {value: inventory}}\n"
	desk := newDesk(t, config)
	res := run(t, desk, assets, "Tag,Name,User\nLT-1,Laptop,dana\nLT-2,Laptop,\nLT-3,\"Ümlaut: x\",\n", Options{})
	if len(res.Problems) != 2 || res.Problems[0].Line != 3 || res.Problems[1].Line != 4 || res.Created["asset"] != 3 {
		t.Fatalf("%+v", res)
	}
	var found []string
	for _, d := range checked(t, desk) {
		if d.Severity == diag.Error {
			found = append(found, flawed+d.Message)
		}
	}
	for i, p := range res.Problems {
		if len(found) != len(res.Problems) || p.Message != found[i] {
			t.Errorf("import says %q, check %q", p.Message, found)
		}
	}
}

// manyRows is a log of n records, all of one month.
func manyRows(n int) string {
	var b strings.Builder
	b.WriteString(eventsHeader)
	for i := range n {
		fmt.Fprintf(&b, "A%05d,1,T,New,2,3,Team %d,?,%d/1/2016 09:00,x,?,?\n", i, i%7, i%28+1)
	}
	return b.String()
}

func TestRunningTwiceChangesNothing(t *testing.T) {
	desk := newDesk(t, config)
	first := run(t, desk, events, manyRows(20), Options{})
	before := files(t, desk.Root)
	if first.Created["incident"] != 20 || first.Created["team"] != 7 || len(first.Problems) > 0 || len(first.Written) != 27 || len(before) != 28 {
		t.Fatalf("first run: %+v", first)
	}
	second := run(t, openDesk(t, desk.Root), events, manyRows(20), Options{})
	if second.Created["incident"] != 0 || second.Kept["incident"] != 20 || second.Kept["team"] != 7 || len(second.Problems) > 0 || len(second.Written) != 0 {
		t.Errorf("second run: %+v", second)
	}
	if !maps.Equal(before, files(t, desk.Root)) {
		t.Error("the second run changed files")
	}
}

func TestADryRunReportsEverythingAndWritesNothing(t *testing.T) {
	desk := newDesk(t, config)
	before := files(t, desk.Root)
	csv := manyRows(1200) + "A1,1,T,bad,2,3,?,?,1/1/2016 09:00,x,?,?\n"
	dry := run(t, desk, events, csv, Options{DryRun: true})
	if !maps.Equal(before, files(t, desk.Root)) {
		t.Fatal("a dry run wrote files")
	}
	wet := run(t, desk, events, csv, Options{})
	wet.Written = nil
	if !reflect.DeepEqual(dry, wet) || len(dry.Problems) != 1 {
		t.Errorf("dry %+v\nwet %+v", dry, wet)
	}
}

func TestAnExistingRecordThatDiffersIsKeptAndReported(t *testing.T) {
	desk := newDesk(t, config)
	run(t, desk, events, manyRows(3), Options{})
	edited, moved := "records/incidents/2016-01/A00001.md", "records/incidents/2017-01/A00002.md"
	for _, step := range []error{
		os.WriteFile(filepath.Join(desk.Root, edited), []byte("edited\n"), 0o644),
		os.MkdirAll(filepath.Join(desk.Root, "records/incidents/2017-01"), 0o755),
		os.Rename(filepath.Join(desk.Root, "records/incidents/2016-01/A00002.md"), filepath.Join(desk.Root, moved)),
		os.WriteFile(filepath.Join(desk.Root, "records/teams/team-0.md"), []byte("---\nid: team-0\ntitle: Mine\n---\n"), 0o644),
		os.Mkdir(filepath.Join(desk.Root, "records/incidents/2016-01/A00003.md"), 0o755),
	} {
		if step != nil {
			t.Fatal(step)
		}
	}
	before := files(t, desk.Root)
	res := run(t, openDesk(t, desk.Root), events, manyRows(4), Options{})
	after := files(t, desk.Root)
	delete(after, "records/teams/team-3.md")
	if !maps.Equal(before, after) {
		t.Error("existing files were changed")
	}
	want := []Problem{
		{3, "A00001", edited + " exists and differs from what the import would write; it is left as it is"},
		{5, "A00003", "records/incidents/2016-01/A00003.md exists and is no record file; it is left as it is"},
	}
	if !slices.Equal(res.Problems, want) || res.Kept["incident"] != 2 || res.Created["incident"] != 0 || res.Created["team"] != 1 {
		t.Errorf("got %+v", res)
	}
}

func TestTheLargestMonthDecidesTheShardOfAnEmptyDesk(t *testing.T) {
	one := manyRows(1001)
	for _, c := range []struct {
		name, config string
		csv          string
		shard        int
		config2      string
	}{
		{"a thousand need none", config, manyRows(1000), 0, config},
		{"more get one, and the rest of desk.yaml stays", config, one, 1, "version: 1 # the format\ntime_zone: UTC\nshard: 1\n"},
		{"what the desk says holds", config + "shard: 0\n", one, 0, config + "shard: 0\n"},
		{"two as well", config + "shard: 2\n", one, 2, config + "shard: 2\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			desk := newDesk(t, c.config)
			res := run(t, desk, events, c.csv, Options{})
			now := files(t, desk.Root)
			if res.Shard != c.shard || now[tree.ConfigFile] != c.config2 || res.Sharded != (c.config != c.config2) {
				t.Errorf("shard %d, desk.yaml %q", res.Shard, now[tree.ConfigFile])
			}
			again := openDesk(t, desk.Root)
			if len(again.Problems) > 0 || again.Desk.Shard != c.shard {
				t.Errorf("desk.yaml says shard %d: %v", again.Desk.Shard, again.Problems)
			}
			typ := again.Types.Get("incident")
			for p := range now {
				if id, ok := strings.CutPrefix(filepath.Base(p), "A"); ok {
					if want, ok := typ.CheckPath(p, records.ID("A"+strings.TrimSuffix(id, ".md")), c.shard); !ok {
						t.Fatalf("%s should be %s", p, want)
					}
				}
			}
		})
	}
	desk := newDesk(t, config)
	run(t, desk, events, manyRows(2), Options{})
	if res := run(t, openDesk(t, desk.Root), events, one, Options{}); res.Shard != 0 {
		t.Errorf("a desk with records is given shard %d", res.Shard)
	}
}

// failing is a store that breaks down, as a full disk or a kill would.
type failing struct {
	store
	mu   sync.Mutex
	left int
	stop func()
}

var errFull = errors.New("no space left on device")

func (f *failing) Write(p string, old, new []byte, d tree.Durability) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.left--; f.left < 0 {
		f.stop()
		return errFull
	}
	return f.store.Write(p, old, new, d)
}

func TestAnImportThatWasKilledIsFinishedByRunningItAgain(t *testing.T) {
	csv := manyRows(1100)
	whole := newDesk(t, config)
	run(t, whole, events, csv, Options{})
	want := files(t, whole.Root)
	for _, writes := range []int{0, 1, 8, 600} {
		t.Run(fmt.Sprintf("after %d writes", writes), func(t *testing.T) {
			desk := newDesk(t, config)
			m := mustParse(t, events)
			plan, err := Build(t.Context(), m, desk.Types, desk.Desk, BytesSource("t.csv", []byte(csv)))
			if err != nil {
				t.Fatal(err)
			}
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			w := &writer{tree: desk, store: &failing{store: desk, left: writes, stop: cancel}, plan: plan}
			if _, err := w.run(ctx); !errors.Is(err, errFull) {
				t.Fatalf("the first run ends with %v", err)
			}
			left := files(t, desk.Root)
			if len(left) > writes+1 {
				t.Errorf("%d files after %d writes", len(left), writes)
			}
			for p, data := range left {
				if data != want[p] && p != tree.ConfigFile {
					t.Errorf("%s is neither old nor new", p)
				}
			}
			trash := filepath.Join(desk.Root, "records", strings.Replace(tree.TempPattern, "*", "KILLED", 1))
			if err := errors.Join(os.MkdirAll(filepath.Dir(trash), 0o755), os.WriteFile(trash, nil, 0o644)); err != nil {
				t.Fatal(err)
			}
			run(t, openDesk(t, desk.Root), events, csv, Options{})
			if got := files(t, desk.Root); !maps.Equal(got, want) {
				t.Errorf("the second run ends in another tree: %d files, want %d", len(got), len(want))
			}
		})
	}
}

func TestACancelledImportSaysSo(t *testing.T) {
	desk := newDesk(t, config)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Run(ctx, desk, mustParse(t, events), BytesSource("t.csv", []byte(manyRows(10))), Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	if n := len(files(t, desk.Root)); n != 1 {
		t.Errorf("it left %d files", n)
	}
}

func TestTheJSONIsTheContract(t *testing.T) {
	desk := newDesk(t, config)
	res := run(t, desk, events, eventsHeader+"A1,1,T,New,2,3,Net,?,1/1/2016 09:00,x,?,?\nA2,1,T,-100,2,3,?,?,1/1/2016 09:00,x,?,?\n", Options{})
	got, err := json.Marshal(res)
	const want = `{"version":1,"created":{"incident":1,"team":1},"events":2,"problems":[{"line":3,"case":"A2","message":"column \"state\": the value \"-100\" is not in the mapping"}]}`
	if err != nil || string(got) != want {
		t.Errorf("got  %s\nwant %s (%v)", got, want, err)
	}
	empty, _ := json.Marshal(run(t, newDesk(t, config), events, eventsHeader, Options{}))
	if string(empty) != `{"version":1,"created":{"incident":0},"events":0,"problems":[]}` {
		t.Errorf("an import of nothing is %s", empty)
	}
}

func TestProgressGoesUpToTheEnd(t *testing.T) {
	var seen []int
	run(t, newDesk(t, config), events, manyRows(250), Options{Progress: func(done, total int) {
		if total != 257 {
			t.Errorf("the total is %d", total)
		}
		seen = append(seen, done)
	}})
	if !slices.Equal(seen, []int{100, 200, 257}) {
		t.Errorf("progress was %v", seen)
	}
}

// TestGeneratedLogsBecomeWhatReplayingThemSays imports random logs and compares
// each record with a plain replay of its rows; the order in which the file
// holds the rows must not matter.
func TestGeneratedLogsBecomeWhatReplayingThemSays(t *testing.T) {
	states := map[string]string{"New": "new", "Work": "in-progress", "Wait": "on-hold", "Done": "closed"}
	rapid.Check(t, func(rt *rapid.T) {
		type event struct{ state, team, who string }
		n := rapid.IntRange(1, 30).Draw(rt, "rows")
		var lines []string
		last := map[string]event{}
		changes := map[string]int{}
		for i := range n {
			id := rapid.SampledFrom([]string{"A1", "A2", "A3"}).Draw(rt, "id")
			e := event{
				state: rapid.SampledFrom([]string{"New", "Work", "Wait", "Done"}).Draw(rt, "state"),
				team:  rapid.SampledFrom([]string{"?", "Net", "App"}).Draw(rt, "team"),
				who:   rapid.SampledFrom([]string{"?", "kim", "lee"}).Draw(rt, "who"),
			}
			lines = append(lines, fmt.Sprintf("%s,%d,T,%s,2,3,%s,%s,1/1/2016 09:%02d,x,?,?", id, i, e.state, e.team, e.who, i))
			was, known := last[id]
			if e.team == "?" {
				e.team = was.team
			}
			if e.who == "?" {
				e.who = ""
			}
			if !known || e != was {
				changes[id]++
			}
			last[id] = e
		}
		want := show(build(t, events, eventsHeader+strings.Join(lines, "\n")))
		shuffled := rapid.Permutation(lines).Draw(rt, "order")
		plan := build(t, events, eventsHeader+strings.Join(shuffled, "\n"))
		for _, f := range plan.Files {
			if !strings.Contains(want, string(f.ID)) {
				rt.Fatalf("%s is not among\n%s", f.ID, want)
			}
			if f.Named {
				continue
			}
			r := parsed(t, f)
			e := last[string(f.ID)]
			log, _ := r.Log()
			if r.State() != records.State(states[e.state]) || r.Text("team") != strings.ToLower(e.team) || r.Text("assignee") != e.who || len(log) != changes[string(f.ID)] {
				rt.Fatalf("want %+v after %d changes, got\n%s", e, changes[string(f.ID)], f.Data)
			}
			for _, field := range []string{"state", "team", "assignee", "hold", "priority"} {
				if !records.Fold(log)[field].Equal(r.Get(field)) {
					rt.Fatalf("the log of %s folds to %v\n%s", field, records.Fold(log)[field], f.Data)
				}
			}
		}
	})
}

// checked judges a desk as the check command does.
func checked(t testing.TB, desk *tree.Tree) []diag.Diagnostic {
	t.Helper()
	loaded, err := desk.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return findings(t, desk, loaded)
}

func findings(t testing.TB, desk *tree.Tree, loaded *tree.Loaded) []diag.Diagnostic {
	t.Helper()
	in := &check.Input{Desk: desk.Desk, Types: desk.Types, Set: loaded.Set, AsOf: time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC), Exists: desk.Exists}
	return check.All(t.Context(), in, loaded.Problems)
}
