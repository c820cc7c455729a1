package demo

import (
	"context"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"

	"frontdesk/records"
	"frontdesk/records/check"
	"frontdesk/records/git"
	"frontdesk/records/tree"
	"frontdesk/schema"
)

// hermetic keeps the user's own git settings out.
func hermetic(t *testing.T) {
	t.Helper()
	t.Setenv("HOME", t.TempDir())
	t.Setenv("XDG_CONFIG_HOME", t.TempDir())
	t.Setenv("GIT_CONFIG_NOSYSTEM", "1")
}

// play plays into a new folder.
func play(t *testing.T) (string, Summary) {
	t.Helper()
	hermetic(t)
	dir := filepath.Join(t.TempDir(), "desk")
	s, err := Play(context.Background(), dir, map[string][]byte{".gitattributes": []byte("records/** text eol=lf\n")})
	if err != nil {
		t.Fatal(err)
	}
	return dir, s
}

// load reads the records of a played desk and everything that is wrong with them
// at the time of the commit that is checked out.
func load(t *testing.T, dir string) (*records.Set, *schema.Types, []string) {
	t.Helper()
	ctx := context.Background()
	desk, err := tree.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = desk.Close() })
	loaded, err := desk.Load(ctx)
	if err != nil {
		t.Fatal(err)
	}
	repo, err := git.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	head, err := repo.Head(ctx)
	if err != nil {
		t.Fatal(err)
	}
	in := &check.Input{Desk: desk.Desk, Types: desk.Types, Set: loaded.Set, AsOf: head.When, Exists: desk.Exists}
	var findings []string
	for _, d := range check.All(ctx, in, append(desk.Problems, loaded.Problems...)) {
		findings = append(findings, d.Path+": "+d.Message+" ["+string(d.Rule)+"]")
	}
	return loaded.Set, desk.Types, findings
}

func gitOutput(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Errorf("git %v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// The desk is played once, as that takes most of a second, and looked at from
// several sides. The last look checks out the branch.
func TestDemo(t *testing.T) {
	dir, s := play(t)
	for _, c := range []struct {
		name string
		look func(*testing.T, string, Summary)
	}{
		{"it is a repository in order", isInOrder},
		{"nothing is wrong with its records", hasNoFindings},
		{"it shows every type, state and reason", showsEverything},
		{"it tells its stories", tellsStories},
		{"it tells what was promised, and what became of it", tellsOfItsPromises},
		{"its reports tell what is coming", tellsOfWhatIsComing},
		{"what was done was approved", isApproved},
		{"an upgrade waits for one more approval", func(t *testing.T, dir string, s Summary) { waitsForOne(t, dir, s.Waiting) }},
		{"the proposed change stands on its branch alone", standsOnBranch},
	} {
		t.Run(c.name, func(t *testing.T) { c.look(t, dir, s) })
	}
}

func isInOrder(t *testing.T, dir string, s Summary) {
	if out := gitOutput(t, dir, "status", "--porcelain"); out != "" {
		t.Errorf("the work tree differs from HEAD:\n%s", out)
	}
	if out := gitOutput(t, dir, "fsck", "--strict"); out != "" {
		t.Errorf("git fsck says: %s", out)
	}
	if got := gitOutput(t, dir, "rev-parse", "main"); got != s.Head.ID {
		t.Errorf("main is %s, the summary says %s", got, s.Head.ID)
	}
	if got := gitOutput(t, dir, "branch", "--show-current"); got != "main" {
		t.Errorf("%s is checked out", got)
	}
	names := strings.Fields(gitOutput(t, dir, "log", "--all", "--format=%ae"))
	if len(names) != s.Commits {
		t.Errorf("%d commits, the summary says %d", len(names), s.Commits)
	}
	slices.Sort(names)
	if names = slices.Compact(names); len(names) != s.Authors || len(names) < 5 {
		t.Errorf("authors %v, the summary says %d", names, s.Authors)
	}
	for _, subject := range strings.Split(gitOutput(t, dir, "log", "--all", "--format=%s"), "\n") {
		if len(subject) > 90 || strings.HasSuffix(subject, ": ") {
			t.Errorf("bad subject: %s", subject)
		}
	}
}

func standsOnBranch(t *testing.T, dir string, s Summary) {
	file := "records/changes/2026-11/" + string(s.Change) + ".md"
	if _, err := os.Stat(filepath.Join(dir, filepath.FromSlash(file))); err == nil {
		t.Errorf("%s is on main", file)
	}
	folder := strings.TrimSuffix(file, ".md") + "/approvals/"
	added := strings.Fields(strings.ReplaceAll(gitOutput(t, dir, "diff", "--name-status", "main..."+s.Branch), "A\t", ""))
	if len(added) != 3 || added[0] != file || !strings.HasPrefix(added[1], folder+"priya-") || added[2] != added[1]+".sig" {
		t.Errorf("the branch changes %q", added)
	}
	gitOutput(t, dir, "checkout", "--quiet", s.Branch)
	if _, _, findings := load(t, dir); len(findings) > 0 {
		t.Errorf("on the branch: %v", findings)
	}
	if c := verdictOn(t, dir, "change", s.Change); !c.Needed {
		t.Error("merging the branch needs no approval")
	}
	waitsForOne(t, dir, s.Change)
}

func hasNoFindings(t *testing.T, dir string, _ Summary) {
	_, _, findings := load(t, dir)
	for _, f := range findings {
		t.Error(f)
	}
}

func showsEverything(t *testing.T, dir string, s Summary) {
	set, types, _ := load(t, dir)
	if s.Total() < 60 || s.Total() != set.Len() {
		t.Errorf("%d records, the summary says %d", set.Len(), s.Total())
	}
	for _, typ := range types.All() {
		if s.Records[typ.Name] == 0 {
			t.Errorf("no %s", typ.Name)
		}
	}
	seen := map[string]bool{}
	for _, r := range set.All() {
		for _, field := range []string{"state", "priority", "hold", "audience", "kind", "close_code"} {
			seen[string(r.Type)+" "+field+" "+r.Text(field)] = true
		}
		if r.Type == "knowledge" {
			seen[filepath.Dir(r.Path)] = true
		}
	}
	for _, want := range wanted(types) {
		if !seen[want] {
			t.Errorf("nothing shows %s", want)
		}
	}
}

// wanted lists what a newcomer should meet.
func wanted(types *schema.Types) []string {
	all := []string{"asset state disposed", "asset state stolen", "license state expired", "service state retiring",
		"change kind standard", "change kind emergency", "change close_code backed-out", "change hold vendor", "change kind normal", "window kind freeze", "window kind maintenance", "template state published",
		"knowledge audience public", "knowledge audience ", "knowledge kind known-error",
		"records/knowledge/vpn", "records/knowledge/devices", "records/knowledge/accounts", "records/knowledge/operations"}
	for _, field := range []string{"priority", "hold"} {
		for _, v := range types.Get("incident").Field(field).Schema.Enum {
			all = append(all, "incident "+field+" "+v.(string))
		}
	}
	for _, name := range []records.Type{"incident", "knowledge"} {
		for _, s := range types.Get(name).States {
			if s.Name != "withdrawn" {
				all = append(all, string(name)+" state "+string(s.Name))
			}
		}
	}
	return all
}

func tellsStories(t *testing.T, dir string, _ Summary) {
	set, _, _ := load(t, dir)
	count := map[string]int{}
	for _, r := range set.All() {
		if r.Type != "incident" {
			continue
		}
		count["problem "+r.Text("problem")]++
		count["caused by "+r.Text("caused_by")]++
		if !r.Get("priority_reason").IsNull() {
			count["override"]++
		}
		count["knowledge"] += len(r.Get("knowledge").Strings())
		if events, _ := r.Log(); reopened(events) {
			count["reopened"]++
		}
	}
	for what, least := range map[string]int{"problem PRB-2609-8KQ2": 3, "caused by CHG-2609-M2XK": 1, "override": 1, "reopened": 1, "knowledge": 3} {
		if count[what] < least {
			t.Errorf("%s: %d, want at least %d", what, count[what], least)
		}
	}
	if r := set.FindTyped("release", "REL-2610-J9DA"); len(r) != 1 || len(r[0].Get("changes").Strings()) != 2 {
		t.Error("the planned release does not have two changes")
	}
}

func reopened(events []records.Event) bool {
	last := ""
	for _, e := range events {
		now := e.Get("state").String()
		if last == "resolved" && now == "in-progress" {
			return true
		}
		if now != "" {
			last = now
		}
	}
	return false
}

func TestPlayKeepsOutOfAFolderThatHoldsSomething(t *testing.T) {
	hermetic(t)
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "mine.txt"), []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := Play(context.Background(), dir, nil); !errors.Is(err, ErrNotEmpty) {
		t.Errorf("got %v, want ErrNotEmpty", err)
	}
	if entries, _ := os.ReadDir(dir); len(entries) != 1 {
		t.Errorf("%d entries afterwards, want the one that was there", len(entries))
	}
}

func TestAFaultyScenarioIsRefusedWithItsPlace(t *testing.T) {
	const head = "- at: 2026-11-03T09:12:00Z\n  by: lee\n"
	for _, c := range []struct{ name, src, want string }{
		{"an unknown key", head + "  set: vpn\n  feilds: {}\n", `x.yaml:4: unknown or second key "feilds"`},
		{"no action", head, "x.yaml:1: it says neither of"},
		{"two actions at once", head + "  set: vpn\n  note: vpn\n", `unknown or second key "note"`},
		{"no time", "- by: lee\n  set: vpn\n", "x.yaml:1: a step needs at and by"},
		{"no list", "at: now\n", "x.yaml is no list of steps"},
		{"broken YAML", "- {a\n", "x.yaml:"},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := loadScenario(fstest.MapFS{"x.yaml": {Data: []byte(c.src)}})
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want %q", err, c.want)
			}
		})
	}
}

func TestStepsComeInTheOrderOfTimeAndBranchesLast(t *testing.T) {
	const step = "- at: 2026-11-0%T09:00:00Z\n  by: lee\n  set: %\n"
	text := strings.NewReplacer("%T", "2T", ": %", ": b").Replace(step) +
		strings.NewReplacer("%T", "1T", ": %", ": c\n  branch: x").Replace(step) +
		strings.NewReplacer("%T", "1T", ": %", ": a").Replace(step)
	steps, err := loadScenario(fstest.MapFS{"x.yaml": {Data: []byte(text)}})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, s := range steps {
		got = append(got, s.actions[0].target)
	}
	if !slices.Equal(got, []string{"a", "b", "c"}) {
		t.Errorf("order %v", got)
	}
}

// Two desks may be played at once: nothing of a play is shared.
func TestPlayingTwiceGivesTheSameCommits(t *testing.T) {
	hermetic(t)
	var wg sync.WaitGroup
	tips := make([]string, 2)
	for i := range tips {
		dir := filepath.Join(t.TempDir(), "desk")
		wg.Go(func() {
			s, err := Play(context.Background(), dir, nil)
			if err != nil {
				t.Error(err)
				return
			}
			tips[i] = gitOutput(t, dir, "rev-parse", "main", s.Branch)
		})
	}
	wg.Wait()
	if tips[0] != tips[1] || tips[0] == "" {
		t.Errorf("main and branch are at %q and %q", tips[0], tips[1])
	}
}
