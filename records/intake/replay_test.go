package intake

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"frontdesk/records/git"
	"frontdesk/records/tree"
	"frontdesk/schema"
)

// hermetic keeps the machine's configuration away from git.
func hermetic(t *testing.T) {
	t.Helper()
	home := t.TempDir()
	for key, value := range map[string]string{"HOME": home, "XDG_CONFIG_HOME": home, "GIT_CONFIG_NOSYSTEM": "1",
		"GIT_AUTHOR_NAME": "Dana Diaz", "GIT_AUTHOR_EMAIL": "dana@example.com", "GIT_AUTHOR_DATE": "2026-11-03T09:12:00Z",
		"GIT_COMMITTER_NAME": "Dana Diaz", "GIT_COMMITTER_EMAIL": "dana@example.com", "GIT_COMMITTER_DATE": "2026-11-03T09:12:00Z"} {
		t.Setenv(key, value)
	}
}

// gitIn runs git and returns what it prints.
func gitIn(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	var said strings.Builder
	cmd.Stderr = &said
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, said.String())
	}
	return strings.TrimSpace(string(out))
}

// newRepository makes an empty desk in a repository without commit.
func newRepository(t *testing.T) (*tree.Tree, *git.Repo) {
	t.Helper()
	root := t.TempDir()
	if _, err := tree.Create(root, "Desk"); err != nil {
		t.Fatal(err)
	}
	repo, err := git.Init(t.Context(), root)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = repo.Close() })
	return openDesk(t, root), repo
}

// committed is newRepository with a first commit.
func committed(t *testing.T) (*tree.Tree, *git.Repo) {
	t.Helper()
	desk, repo := newRepository(t)
	gitIn(t, desk.Root, "add", "--all")
	gitIn(t, desk.Root, "commit", "--quiet", "--message=desk")
	return desk, repo
}

func replayed(t *testing.T, desk *tree.Tree, repo *git.Repo, csv string, opts ReplayOptions) *Replayed {
	t.Helper()
	res, err := Replay(t.Context(), desk, repo, mustParse(t, events), BytesSource("t.csv", []byte(csv)), opts)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// caseRows are two cases that meet in time. The second's third row is dated before
// its second, the first's third cannot be read.
const caseRows = eventsHeader + `A1,0,One,New,2,3,Net Team,?,1/1/2016 09:00,Bo,?,hello
A1,1,One,Work,2,3,Net Team,Resolver 9,1/1/2016 10:00,Anna,?,hello
A1,2,One,-100,2,3,Net Team,Resolver 9,1/1/2016 11:00,Cy,?,hello
A1,3,One,Work,2,3,Net Team,Resolver 9,1/1/2016 11:30,Cy,?,hello
A1,4,One,Done,1,3,?,Resolver 9,4/1/2016 09:00,Anna,3/1/2016 10:00,bye
B1,0,Two,Work,2,3,Other Team,?,1/1/2016 09:30,Dee,?,?
B1,1,Two,Wait,2,3,Other Team,?,1/1/2016 12:00,Dee,?,?
B1,2,Two,Work,2,3,Other Team,?,1/1/2016 10:30,Dee,?,?
`

func TestEachRowBecomesACommitInTheOrderOfTime(t *testing.T) {
	hermetic(t)
	desk, repo := newRepository(t)
	res := replayed(t, desk, repo, caseRows, ReplayOptions{})
	if res.Branch != "main" || res.Commits != 9 || res.Empty != 1 || res.Left != 0 || !res.Fresh || len(res.Problems) != 2 {
		t.Errorf("%+v", res)
	}
	want := `old-desk <old-desk@import.invalid> 2016-01-01T09:00:00+00:00 2016-01-01T09:00:00+00:00 Prepare the import from old-desk
bo <bo@import.invalid> 2016-01-01T09:00:00+00:00 2016-01-01T09:00:00+00:00 A1: opened
dee <dee@import.invalid> 2016-01-01T09:30:00+00:00 2016-01-01T09:30:00+00:00 B1: opened, state in-progress
anna <anna@import.invalid> 2016-01-01T10:00:00+00:00 2016-01-01T10:00:00+00:00 A1: state in-progress, assignee resolver-9, imported changed
cy <cy@import.invalid> 2016-01-01T11:00:00+00:00 2016-01-01T11:00:00+00:00 A1: row not taken
cy <cy@import.invalid> 2016-01-01T11:30:00+00:00 2016-01-01T11:30:00+00:00 A1: imported changed
dee <dee@import.invalid> 2016-01-01T12:00:00+00:00 2016-01-01T12:00:00+00:00 B1: state on-hold, hold user, imported changed
dee <dee@import.invalid> 2016-01-01T10:30:00+00:00 2016-01-01T12:00:00+00:00 B1: state in-progress, hold cleared, imported changed
anna <anna@import.invalid> 2016-01-04T09:00:00+00:00 2016-01-04T09:00:00+00:00 A1: state closed, impact, resolved_at, imported changed`
	if got := gitIn(t, desk.Root, "log", "--reverse", "--topo-order", "--format=%an <%ae> %aI %cI %s"); got != want {
		t.Errorf("the history is\n%s\nwant\n%s", got, want)
	}
	if got := gitIn(t, desk.Root, "log", "--grep=not taken", "--format=%b", "--name-only"); got != "Line 4 of the imported file (old-desk).\ncolumn \"state\": the value \"-100\" is not in the mapping" {
		t.Errorf("the row that was not taken: %q", got)
	}
	if got := gitIn(t, desk.Root, "status", "--porcelain"); got != "" {
		t.Errorf("index and work tree differ from the branch: %s", got)
	}
	if res.Head != gitIn(t, desk.Root, "rev-parse", "main") {
		t.Errorf("head is %s", res.Head)
	}
}

func TestAReplayEndsInTheTreeOfThePlainImport(t *testing.T) {
	hermetic(t)
	for _, c := range []struct{ name, csv string }{
		{"a few rows", caseRows},
		{"so many rows that the desk gets a shard", manyRows(1200)},
		{"rows that cannot be read, and a case that cannot be written", caseRows + "C1,0,?,New,2,3,?,?,1/1/2016 09:00,Bo,?,x\nD1,x,One,New,2,3,?,?,1/1/2016 09:00,Bo,?,x\nE1,1\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			plainDesk, _ := newRepository(t)
			want := run(t, plainDesk, events, c.csv, Options{})
			gitIn(t, plainDesk.Root, "add", "--all")
			wantTree := gitIn(t, plainDesk.Root, "write-tree")
			for name, make := range map[string]func(*testing.T) (*tree.Tree, *git.Repo){"no commit": newRepository, "a commit": committed} {
				desk, repo := make(t)
				res := replayed(t, desk, repo, c.csv, ReplayOptions{})
				if got := gitIn(t, desk.Root, "rev-parse", res.Branch+"^{tree}"); got != wantTree {
					t.Errorf("%s: the trees differ: %s", name, gitIn(t, desk.Root, "ls-tree", "-r", res.Branch))
				}
				if !maps.Equal(res.Created, want.Created) || !slices.Equal(res.Problems, want.Problems) || res.Events != want.Events {
					t.Errorf("%s: %+v, the plain import %+v", name, res.Result, *want)
				}
				if n := gitIn(t, desk.Root, "rev-list", "--count", res.Branch, "^HEAD~0", "--"); res.Branch == DefaultBranch && n != fmt.Sprint(res.Commits) {
					t.Errorf("%s: %s commits, it says %d", name, n, res.Commits)
				}
				if got := gitIn(t, desk.Root, "status", "--porcelain"); got != "" {
					t.Errorf("%s: status is %s", name, got)
				}
			}
		})
	}
}

// A row's version must be what an import of the rows so far would write.
func TestEachVersionIsThePlainImportOfTheRowsSoFar(t *testing.T) {
	m, types := mustParse(t, events), schema.BuiltIn()
	rapid.Check(t, func(rt *rapid.T) {
		pick := func(label string, of ...string) string { return rapid.SampledFrom(of).Draw(rt, label) }
		var rows []string
		for n := range rapid.IntRange(1, 8).Draw(rt, "rows") {
			rows = append(rows, fmt.Sprintf("%s,%d,%s,%s,%s,%s,%s,%s,%d/1/2016 09:00,%s,?,%s\n", pick("number", "A1", "B1"), n, pick("title", "T", "U: x", "?"),
				pick("state", "New", "Work", "Wait", "Done", "-100"), pick("impact", "1", "2", "?"), pick("prio", "1", "2", "?"), pick("team", "Net", "?"),
				pick("who", "R 1", "?"), rapid.IntRange(1, 28).Draw(rt, "day"), pick("by", "Bo", "?"), pick("text", "hello", "?", "# x")))
		}
		p, err := newPlanner(m, types, deskForTests(), BytesSource("t.csv", []byte(eventsHeader+strings.Join(rows, ""))))
		if err != nil {
			rt.Fatal(err)
		}
		if _, err := p.plan(context.Background()); err != nil {
			rt.Fatal(err)
		}
		steps := p.steps(func(group) bool { return true })
		if len(steps) != len(rows) || !slices.IsSortedFunc(steps, func(a, b step) int { return a.when.Compare(b.when) }) {
			rt.Fatalf("%d rows became %+v", len(rows), steps)
		}
		seen, now := map[string][]string{}, map[string]string{}
		for v, err := range p.versions(context.Background(), steps) {
			if err != nil {
				rt.Fatal(err)
			}
			id := p.groups[v.group].id
			seen[id] = append(seen[id], rows[v.row])
			if v.data != nil {
				now[id] = string(v.data)
			}
			plan, err := Build(context.Background(), m, types, deskForTests(), BytesSource("t.csv", []byte(eventsHeader+strings.Join(seen[id], ""))))
			if err != nil {
				rt.Fatal(err)
			}
			for _, f := range plan.Files {
				if !f.Named && string(f.Data) != now[id] {
					rt.Fatalf("after %q the record is\n%s\nthe plain import makes\n%s", seen[id], now[id], f.Data)
				}
			}
		}
	})
}

func TestTheSameSourceGivesTheSameCommits(t *testing.T) {
	hermetic(t)
	var heads []string
	for range 2 {
		desk, repo := newRepository(t)
		heads = append(heads, replayed(t, desk, repo, manyRows(300), ReplayOptions{}).Head)
	}
	if heads[0] != heads[1] || heads[0] == "" {
		t.Errorf("heads %v", heads)
	}
}

func TestABranchStartsFromHeadAndLeavesTheRestAsItIs(t *testing.T) {
	hermetic(t)
	desk, repo := committed(t)
	edited := filepath.Join(desk.Root, tree.ConfigFile)
	if err := os.WriteFile(edited, []byte("version: 1\nshard: 2\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	before, status := files(t, desk.Root), gitIn(t, desk.Root, "status", "--porcelain")
	res := replayed(t, openDesk(t, desk.Root), repo, caseRows, ReplayOptions{Branch: "old/desk"})
	if res.Branch != "old/desk" || res.Fresh || res.Commits != 9 {
		t.Errorf("%+v", res)
	}
	if gitIn(t, desk.Root, "merge-base", "HEAD", "old/desk") != gitIn(t, desk.Root, "rev-parse", "HEAD") {
		t.Error("the branch does not start from HEAD")
	}
	if got := gitIn(t, desk.Root, "ls-tree", "-r", "--name-only", "old/desk", "records/incidents"); got != "records/incidents/2016-01/A1.md\nrecords/incidents/2016-01/B1.md" {
		t.Errorf("the work tree's desk.yaml counted, not HEAD's: %s", got)
	}
	after := files(t, desk.Root)
	for p := range after {
		if _, was := before[p]; !was && !strings.HasPrefix(p, ".git/") || was && !strings.HasPrefix(p, ".git/") && before[p] != after[p] {
			t.Errorf("%s has changed", p)
		}
	}
	if got := gitIn(t, desk.Root, "status", "--porcelain"); got != status {
		t.Errorf("status was %s, is %s", status, got)
	}
}

func TestWhatTheDeskHasIsNotReplayed(t *testing.T) {
	hermetic(t)
	desk, repo := committed(t)
	first := replayed(t, desk, repo, caseRows, ReplayOptions{})
	gitIn(t, desk.Root, "switch", "--quiet", first.Branch)
	desk = openDesk(t, desk.Root)
	again := replayed(t, desk, repo, caseRows, ReplayOptions{Branch: "again"})
	if again.Commits != 0 || again.Branch != "" || again.Kept["incident"] != 2 || again.Left != 8 || len(again.Problems) != 2 {
		t.Errorf("%+v", again)
	}
	gitIn(t, desk.Root, "rm", "--quiet", "records/incidents/2016-01/B1.md")
	edited := filepath.Join(desk.Root, "records/incidents/2016-01/A1.md")
	if err := os.WriteFile(edited, []byte("edited\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	gitIn(t, desk.Root, "commit", "--quiet", "--all", "--message=edit")
	rest := replayed(t, desk, repo, caseRows, ReplayOptions{Branch: "rest"})
	if rest.Commits != 3 || rest.Left != 5 || len(rest.Problems) != 3 || !strings.Contains(rest.Problems[0].Message, "differs from what the import would write") {
		t.Errorf("%+v", rest)
	}
}

func TestAReplayIsRefusedWhereItWouldHarm(t *testing.T) {
	hermetic(t)
	put := func(t *testing.T, root, name, text string) {
		t.Helper()
		p := filepath.Join(root, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(p), 0o755), os.WriteFile(p, []byte(text), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	for _, c := range []struct {
		name    string
		make    func(*testing.T) (*tree.Tree, *git.Repo)
		arrange func(t *testing.T, root string)
		opts    ReplayOptions
		want    func(error) bool
	}{
		{"the branch exists", committed, func(t *testing.T, root string) { gitIn(t, root, "branch", "replay") }, ReplayOptions{}, isBranchError},
		{"a branch is in the way", committed, func(t *testing.T, root string) { gitIn(t, root, "branch", "replay/one") }, ReplayOptions{}, isBranchError},
		{"the branch is none", committed, nil, ReplayOptions{Branch: "a..b"}, isBranchError},
		{"the branch looks like a flag", committed, nil, ReplayOptions{Branch: "--all"}, isBranchError},
		{"a branch from nothing", newRepository, nil, ReplayOptions{Branch: "other"}, isBranchError},
		{"something is staged for the first commit", newRepository, func(t *testing.T, root string) { gitIn(t, root, "add", "desk.yaml") }, ReplayOptions{},
			func(err error) bool { return errors.Is(err, ErrStaged) }},
		{"a record differs that no commit holds", newRepository, func(t *testing.T, root string) { put(t, root, "records/incidents/2016-01/A1.md", "mine") }, ReplayOptions{},
			func(err error) bool { return errors.Is(err, ErrInTheWay) }},
		{"a folder has a record's name", newRepository, func(t *testing.T, root string) { put(t, root, "records/incidents/2016-01/A1.md/x", "mine") }, ReplayOptions{},
			func(err error) bool { return errors.Is(err, ErrInTheWay) }},
		{"HEAD has no desk", newRepository, func(t *testing.T, root string) {
			gitIn(t, root, "add", ".gitignore")
			gitIn(t, root, "commit", "--quiet", "--message=x")
		}, ReplayOptions{}, func(err error) bool { return errors.Is(err, ErrNotCommitted) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			desk, repo := c.make(t)
			if c.arrange != nil {
				c.arrange(t, desk.Root)
			}
			state := func() string {
				return gitIn(t, desk.Root, "for-each-ref") + gitIn(t, desk.Root, "status", "--porcelain", "--untracked-files=all")
			}
			before := state()
			res, err := Replay(t.Context(), desk, repo, mustParse(t, events), BytesSource("t.csv", []byte(caseRows)), c.opts)
			if !c.want(err) {
				t.Errorf("%+v, %v", res, err)
			}
			if after := state(); after != before {
				t.Errorf("it was\n%s\nit is\n%s", before, after)
			}
		})
	}
}

func isBranchError(err error) bool { return errors.As(err, new(*git.BranchError)) }

func TestAMappingWithoutLogCannotBeReplayed(t *testing.T) {
	hermetic(t)
	desk, repo := newRepository(t)
	m := mustParse(t, "version: 1\nsource: x\ntype: team\nid: Tag\nfields:\n  title: Name\n")
	if _, err := Replay(t.Context(), desk, repo, m, BytesSource("t.csv", []byte("Tag,Name\na,A\n")), ReplayOptions{}); !errors.Is(err, ErrNoLog) {
		t.Errorf("%v", err)
	}
}

func TestAStoppedReplayLeavesNoBranchAndIsRepeated(t *testing.T) {
	hermetic(t)
	for name, make := range map[string]func(*testing.T) (*tree.Tree, *git.Repo){"no commit": newRepository, "a commit": committed} {
		t.Run(name, func(t *testing.T) {
			desk, repo := make(t)
			ctx, stop := context.WithCancel(t.Context())
			opts := ReplayOptions{Options: Options{Progress: func(int, int) { stop() }}}
			refs := gitIn(t, desk.Root, "for-each-ref")
			_, err := Replay(ctx, desk, repo, mustParse(t, events), BytesSource("t.csv", []byte(manyRows(2000))), opts)
			if !errors.Is(err, context.Canceled) || gitIn(t, desk.Root, "for-each-ref") != refs {
				t.Fatalf("%v; branches are %s", err, gitIn(t, desk.Root, "for-each-ref"))
			}
			desk = openDesk(t, desk.Root)
			res := replayed(t, desk, repo, manyRows(2000), ReplayOptions{})
			if res.Commits != 2001 || gitIn(t, desk.Root, "rev-list", "--count", res.Branch, "--") < "2001" {
				t.Errorf("%+v", res)
			}
		})
	}
}

// A replay that was killed between its commits and its check-out left the branch,
// some of the files and no index.
func TestACheckOutThatWasKilledIsFinished(t *testing.T) {
	hermetic(t)
	desk, repo := newRepository(t)
	res := replayed(t, desk, repo, manyRows(50), ReplayOptions{})
	for _, p := range []string{".git/index", "records/incidents/2016-01/A00001.md", "records/teams/team-3.md"} {
		if err := os.Remove(filepath.Join(desk.Root, p)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(desk.Root, ".git/frontdesk-index.lock"), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	again := replayed(t, openDesk(t, desk.Root), repo, manyRows(50), ReplayOptions{})
	if again.Commits != 0 || gitIn(t, desk.Root, "rev-parse", "HEAD") != res.Head {
		t.Errorf("%+v", again)
	}
	if got := gitIn(t, desk.Root, "status", "--porcelain", "--untracked-files=all"); got != "" {
		t.Errorf("status is %s", got)
	}
}

func TestADryReplayCountsAndWritesNothing(t *testing.T) {
	hermetic(t)
	desk, repo := newRepository(t)
	before := files(t, desk.Root)
	dry := replayed(t, desk, repo, caseRows, ReplayOptions{Options: Options{DryRun: true}})
	if !maps.Equal(before, files(t, desk.Root)) {
		t.Fatal("a dry run wrote files")
	}
	wet := replayed(t, desk, repo, caseRows, ReplayOptions{})
	if dry.Commits != wet.Commits || dry.Empty != wet.Empty || dry.Left != wet.Left || dry.Branch != wet.Branch || dry.Head != "" || !maps.Equal(dry.Created, wet.Created) {
		t.Errorf("dry %+v\nwet %+v", dry, wet)
	}
}

func TestAStreamIsWhatGitImports(t *testing.T) {
	hermetic(t)
	desk, repo := newRepository(t)
	var stream strings.Builder
	streamed := replayed(t, desk, repo, caseRows, ReplayOptions{Stream: &stream})
	if got := gitIn(t, desk.Root, "for-each-ref"); got != "" || streamed.Head != "" {
		t.Errorf("a stream made commits: %s", got)
	}
	other := t.TempDir()
	gitIn(t, other, "init", "--quiet", "--initial-branch=main")
	cmd := exec.Command("git", "fast-import", "--quiet", "--done")
	cmd.Dir, cmd.Stdin = other, strings.NewReader(stream.String())
	if said, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, said)
	}
	if res := replayed(t, desk, repo, caseRows, ReplayOptions{}); gitIn(t, other, "rev-parse", "main") != res.Head {
		t.Error("the stream gives other commits")
	}
}

func TestADeskInAFolderOfARepositoryIsReplayedThere(t *testing.T) {
	hermetic(t)
	top := t.TempDir()
	if _, err := git.Init(t.Context(), top); err != nil {
		t.Fatal(err)
	}
	root := filepath.Join(top, "it", "desk")
	if _, err := tree.Create(root, "Desk"); err != nil {
		t.Fatal(err)
	}
	repo, err := git.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	defer repo.Close()
	res := replayed(t, openDesk(t, root), repo, caseRows, ReplayOptions{})
	if got := gitIn(t, top, "ls-tree", "-r", "--name-only", "HEAD", "it/desk/records/incidents/"); res.Commits != 9 ||
		got != "it/desk/records/incidents/2016-01/A1.md\nit/desk/records/incidents/2016-01/B1.md" {
		t.Errorf("%+v\n%s", res, got)
	}
	if got := gitIn(t, top, "status", "--porcelain"); got != "" {
		t.Errorf("status is %s", got)
	}
}

func TestRowsBefore1970AreDated1970(t *testing.T) {
	hermetic(t)
	desk, repo := newRepository(t)
	csv := eventsHeader + "A1,0,One,New,2,3,?,?,1/1/1955 09:00,Bo,?,hello\n"
	replayed(t, desk, repo, csv, ReplayOptions{})
	if got := gitIn(t, desk.Root, "log", "-1", "--format=%aI"); got != "1970-01-01T00:00:00+00:00" {
		t.Errorf("dated %s", got)
	}
	if got := gitIn(t, desk.Root, "show", "HEAD:records/incidents/1955-01/A1.md"); !strings.Contains(got, "at: 1955-01-01T09:00:00Z") {
		t.Errorf("the record says\n%s", got)
	}
}
