package git

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestChangedFindsWhatDiffFinds compares the walk through trees with git's own.
func TestChangedFindsWhatDiffFinds(t *testing.T) {
	r, ctx := newRepo(t), context.Background()
	for name, text := range map[string]string{"a/gone.md": "gone", "a/b/edited.md": "1", "a/b/same.md": "=", "same/x": "=", "kind": "file", "run": "r", "top.md": "1"} {
		write(t, r, name, text)
	}
	first := commitAll(t, r, "first")
	if err := os.Remove(filepath.Join(r.Dir, "a", "gone.md")); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(r.Dir, "kind")); err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"a/b/edited.md": "2", "a/b-new.md": "new", "kind/of/folder": "x", "top.md": "2"} {
		write(t, r, name, text)
	}
	if err := os.Chmod(filepath.Join(r.Dir, "run"), 0o755); err != nil {
		t.Fatal(err)
	}
	second := commitAll(t, r, "second")
	for _, folder := range []string{".", "a", "a/b", "kind", "same", "nothing/here"} {
		got, err := r.Changed(ctx, first, second, folder)
		if err != nil {
			t.Fatal(err)
		}
		var want []string
		for line := range strings.Lines(mustRun(t, r, "diff-tree", "-r", "--no-renames", "--name-status", first, second)) {
			status, p, _ := strings.Cut(strings.TrimSpace(line), "\t")
			if folder == "." || p == folder || strings.HasPrefix(p, folder+"/") {
				want = append(want, status+" "+p)
			}
		}
		var have []string
		for _, d := range got {
			have = append(have, string(d.Status)+" "+d.Path)
		}
		slices.Sort(want)
		slices.Sort(have)
		if !slices.Equal(have, want) {
			t.Errorf("%s: got %q, want %q", folder, have, want)
		}
	}
}

func TestUnmergedBranchesAreTheLatestFirst(t *testing.T) {
	r, ctx := newRepo(t), context.Background()
	write(t, r, "a", "1")
	commitAll(t, r, "first")
	main := strings.TrimSpace(mustRun(t, r, "rev-parse", "--abbrev-ref", "HEAD"))
	mustRun(t, r, "branch", "merged")
	for i, name := range []string{"one", "two", "--upload-pack=x"} {
		tree := strings.TrimSpace(mustRun(t, r, "rev-parse", "HEAD^{tree}"))
		t.Setenv("GIT_COMMITTER_DATE", []string{"2026-11-01T00:00:00Z", "2026-11-03T00:00:00Z", "2026-11-02T00:00:00Z"}[i])
		id := strings.TrimSpace(mustRun(t, r, "commit-tree", "-p", "HEAD", "-m", name, tree))
		mustRun(t, r, "update-ref", "refs/heads/"+name, id)
	}
	mustRun(t, r, "update-ref", "refs/remotes/origin/two", "refs/heads/two")
	mustRun(t, r, "symbolic-ref", "refs/remotes/origin/HEAD", "refs/remotes/origin/two")
	names := func(most int) (string, bool) {
		found, more, err := r.Unmerged(ctx, main, most)
		if err != nil {
			t.Fatal(err)
		}
		var out []string
		for _, b := range found {
			if len(b.ID) != 40 || b.When.IsZero() {
				t.Errorf("%+v", b)
			}
			out = append(out, b.Name)
		}
		return strings.Join(out, " "), more
	}
	if got, more := names(10); got != "refs/heads/two refs/remotes/origin/two refs/heads/--upload-pack=x refs/heads/one" || more {
		t.Errorf("got %q, %v", got, more)
	}
	if got, more := names(2); got != "refs/heads/two refs/remotes/origin/two" || !more {
		t.Errorf("got %q, %v", got, more)
	}
	if got, more := names(4); got == "" || more {
		t.Errorf("got %q, %v", got, more)
	}
}
