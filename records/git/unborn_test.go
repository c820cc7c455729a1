package git

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"
)

func TestTheCurrentBranchNeedsNoCommit(t *testing.T) {
	r := newRepo(t)
	if b, err := r.Branch(t.Context()); b != "main" || err != nil {
		t.Errorf("before the first commit: %q, %v", b, err)
	}
	write(t, r, "a", "a")
	mustRun(t, r, "add", "a")
	mustRun(t, r, "commit", "--quiet", "--message=a")
	mustRun(t, r, "switch", "--quiet", "--create", "topic/one")
	if b, err := r.Branch(t.Context()); b != "topic/one" || err != nil {
		t.Errorf("on a branch: %q, %v", b, err)
	}
	mustRun(t, r, "checkout", "--quiet", "--detach")
	if b, err := r.Branch(t.Context()); b != "" || err != nil {
		t.Errorf("on a commit: %q, %v", b, err)
	}
}

func TestANewBranchNeedsANameThatIsFree(t *testing.T) {
	r := newRepo(t)
	write(t, r, "a", "a")
	mustRun(t, r, "add", "a")
	mustRun(t, r, "commit", "--quiet", "--message=a")
	mustRun(t, r, "branch", "old/desk")
	mustRun(t, r, "tag", "v1")
	for name, want := range map[string]string{
		"replay": "", "old/other": "", "v1": "", "olds": "", "ü": "",
		"main": "it exists already", "old/desk": "it exists already", "old": `the branch "old/desk" is in the way`,
		"main/x": `the branch "main" is in the way`, "old/desk/x/y": `the branch "old/desk" is in the way`,
		"": "git allows no such name", "a..b": "git allows no such name", "-x": "git allows no such name", "--all": "git allows no such name",
		"@{-1}": "git allows no such name", "@{u}": "git allows no such name", "HEAD": "git allows no such name", "a b": "git allows no such name",
		"a\nb": "git allows no such name", "a\x00b": "git allows no such name", "x.lock": "git allows no such name",
	} {
		err := r.CheckNewBranch(t.Context(), name)
		branch := (*BranchError)(nil)
		if want == "" && err != nil || want != "" && (!errors.As(err, &branch) || branch.Reason != want) {
			t.Errorf("%q: %v, want %q", name, err, want)
		}
	}
}

func TestPopulateOverwritesNothing(t *testing.T) {
	r := newRepo(t)
	if has, err := r.HasIndex(); has || err != nil {
		t.Fatalf("%v, %v", has, err)
	}
	for _, name := range []string{"same", "mine", "gone", "d/gone"} {
		write(t, r, name, name+"\n")
	}
	mustRun(t, r, "add", ".")
	mustRun(t, r, "commit", "--quiet", "--message=a")
	write(t, r, "mine", "edited\n")
	write(t, r, "loose", "loose\n")
	for _, name := range []string{"gone", "d/gone", ".git/index"} {
		if err := os.Remove(filepath.Join(r.Dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := r.Populate(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := mustRun(t, r, "status", "--porcelain"); got != "M mine\n?? loose" {
		t.Errorf("status is %q", got)
	}
	before := mustRun(t, r, "rev-parse", "HEAD")
	mustRun(t, r, "rm", "--quiet", "--cached", "same")
	if err := r.Populate(t.Context()); err != nil || mustRun(t, r, "status", "--porcelain", "same") != "D  same\n?? same" || mustRun(t, r, "rev-parse", "HEAD") != before {
		t.Errorf("an index that is there was touched: %v", err)
	}
}

func TestUntrackedListsWhatGitWouldAdd(t *testing.T) {
	r := newRepo(t)
	for _, name := range []string{".gitignore", "desk.yaml", "schema/a.yaml", "schema/b.log", "other", "odd\nname"} {
		write(t, r, name, "*.log\n")
	}
	got, err := r.Untracked(t.Context(), "desk.yaml", "schema", "odd\nname", "missing", ".gitignore")
	if want := []string{".gitignore", "desk.yaml", "odd\nname", "schema/a.yaml"}; err != nil || !slices.Equal(got, want) {
		t.Errorf("%q, %v", got, err)
	}
}

func TestACommitGraphIsWritten(t *testing.T) {
	r := newRepo(t)
	write(t, r, "a", "a")
	mustRun(t, r, "add", "a")
	mustRun(t, r, "commit", "--quiet", "--message=a")
	for range 2 {
		if err := r.WriteCommitGraph(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(filepath.Join(r.Dir, ".git/objects/info/commit-graph")); err != nil {
		t.Error(err)
	}
	mustRun(t, r, "commit-graph", "verify")
}
