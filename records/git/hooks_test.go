package git

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// seen is what a hook sees of the repository that it runs in.
type seen struct {
	Prefix, GitDir, Root string
	Files                map[string]string
	Deltas               []string
	Heads                []string
	Other                string // blob of other.md in another repository's index
	Err                  string
}

// TestMain lets hooks run this program, which then reports what it sees.
func TestMain(m *testing.M) {
	if dir := os.Getenv("SEEN_IN"); dir != "" {
		s := look(dir)
		data, _ := json.Marshal(s)
		if err := os.WriteFile(os.Getenv("SEEN_REPORT"), data, 0o644); err != nil {
			os.Exit(3)
		}
		return
	}
	os.Exit(m.Run())
}

func look(dir string) (s seen) {
	ctx := context.Background()
	r, err := Open(dir)
	if err != nil {
		return seen{Err: err.Error()}
	}
	defer func() { _ = r.Close() }()
	note := func(err error) {
		if err != nil {
			s.Err += err.Error() + "\n"
		}
	}
	s.Prefix, err = r.Prefix()
	note(err)
	s.GitDir, err = r.GitDir()
	note(err)
	s.Root, _ = r.Root()
	s.Files = map[string]string{}
	files, err := r.Staged(ctx)
	if rev := os.Getenv("SEEN_REV"); rev != "" {
		if _, err := r.Resolve(ctx, "main"); err == nil {
			m, err := r.Merge(ctx, "main", rev)
			note(err)
			rev = m.Tree
		}
		files, err = r.At(ctx, rev)
	} else {
		deltas, err := r.DiffStaged(ctx, "")
		note(err)
		for _, d := range deltas {
			s.Deltas = append(s.Deltas, string(d.Status)+" "+d.Path)
		}
		s.Heads, err = r.MergeHeads(ctx)
		note(err)
	}
	note(err)
	for p := range strings.SplitSeq(os.Getenv("SEEN_FILES"), ":") {
		data, err := files.ReadFile(p)
		s.Files[p] = string(data)
		note(err)
	}
	s.Other = lookElsewhere(ctx)
	return s
}

func lookElsewhere(ctx context.Context) string {
	dir := os.Getenv("SEEN_OTHER")
	if dir == "" {
		return ""
	}
	r, err := Open(dir)
	if err != nil {
		return err.Error()
	}
	defer func() { _ = r.Close() }()
	files, err := r.Staged(ctx)
	if err != nil {
		return err.Error()
	}
	blob, _ := files.Blob("other.md")
	return blob
}

// hooked makes hooks of a repository report what they see in a folder.
func hooked(t *testing.T, hooks, dir, files string, more ...string) func() seen {
	t.Helper()
	report := filepath.Join(t.TempDir(), "report")
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	script := fmt.Sprintf("#!/bin/sh\nSEEN_IN='%s' SEEN_REPORT='%s' SEEN_FILES='%s' %s exec '%s'\n", dir, report, files, strings.Join(more, " "), self)
	if err := os.MkdirAll(hooks, 0o755); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"pre-commit", "pre-merge-commit", "pre-receive"} {
		if err := os.WriteFile(filepath.Join(hooks, name), []byte(script), 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return func() (s seen) {
		t.Helper()
		data, err := os.ReadFile(report)
		if err != nil {
			t.Fatalf("the hook did not run: %v", err)
		}
		if err := json.Unmarshal(data, &s); err != nil {
			t.Fatal(err)
		}
		if s.Err != "" {
			t.Errorf("the hook says: %s", s.Err)
		}
		return s
	}
}

// plainGit runs git as a user does, without what this package adds to it.
func plainGit(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

func hookRepo(t *testing.T) *Repo {
	t.Helper()
	r := newRepo(t)
	write(t, r, "desk/a.md", "a1")
	write(t, r, "desk/b.md", "b1")
	write(t, r, "outside.md", "o1")
	commitAll(t, r, "first")
	return r
}

func TestAHookSeesWhatWillBeCommitted(t *testing.T) {
	for name, step := range map[string]struct {
		do     func(t *testing.T, r *Repo)
		files  map[string]string
		deltas []string
	}{
		"commit": {func(t *testing.T, r *Repo) {
			plainGit(t, r.Dir, "add", "desk/a.md")
			plainGit(t, r.Dir, "commit", "-qm", "x")
		}, map[string]string{"a.md": "a2", "b.md": "b1"}, []string{"M a.md"}},
		"commit -a": {func(t *testing.T, r *Repo) { plainGit(t, r.Dir, "commit", "-qam", "x") },
			map[string]string{"a.md": "a2", "b.md": "b2"}, []string{"M a.md", "M b.md"}},
		"commit -a in a folder": {func(t *testing.T, r *Repo) { plainGit(t, filepath.Join(r.Dir, "desk"), "commit", "-qam", "x") },
			map[string]string{"a.md": "a2", "b.md": "b2"}, []string{"M a.md", "M b.md"}},
		"commit PATH": {func(t *testing.T, r *Repo) {
			plainGit(t, r.Dir, "add", "desk/b.md")
			plainGit(t, filepath.Join(r.Dir, "desk"), "commit", "-qm", "x", "a.md")
		}, map[string]string{"a.md": "a2", "b.md": "b1"}, []string{"M a.md"}},
		"commit with folders named": {func(t *testing.T, r *Repo) {
			plainGit(t, t.TempDir(), "--git-dir="+filepath.Join(r.Dir, ".git"), "--work-tree="+r.Dir, "commit", "-qam", "x")
		}, map[string]string{"a.md": "a2", "b.md": "b2"}, []string{"M a.md", "M b.md"}},
		"commit with an index of its own": {func(t *testing.T, r *Repo) {
			t.Setenv("GIT_INDEX_FILE", "own-index")
			plainGit(t, r.Dir, "read-tree", "HEAD")
			plainGit(t, r.Dir, "add", "desk/b.md")
			plainGit(t, r.Dir, "commit", "-qm", "x")
		}, map[string]string{"a.md": "a1", "b.md": "b2"}, []string{"M b.md"}},
	} {
		t.Run(name, func(t *testing.T) {
			r := hookRepo(t)
			report := hooked(t, filepath.Join(r.Dir, ".git", "hooks"), "desk", "a.md:b.md")
			write(t, r, "desk/a.md", "a2")
			write(t, r, "desk/b.md", "b2")
			write(t, r, "outside.md", "o2")
			step.do(t, r)
			s := report()
			for p, want := range step.files {
				if s.Files[p] != want {
					t.Errorf("%s is %q, want %q", p, s.Files[p], want)
				}
			}
			if !slices.Equal(s.Deltas, step.deltas) {
				t.Errorf("differs in %q, want %q", s.Deltas, step.deltas)
			}
			if s.Prefix != "desk/" || s.GitDir != real(t, filepath.Join(r.Dir, ".git")) {
				t.Errorf("prefix %q, repository %q", s.Prefix, s.GitDir)
			}
		})
	}
}

func real(t *testing.T, path string) string {
	t.Helper()
	p, err := filepath.EvalSymlinks(path)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func TestAHookOfALinkedWorkTreeSeesItsOwnIndex(t *testing.T) {
	r := hookRepo(t)
	linked := filepath.Join(t.TempDir(), "linked")
	plainGit(t, r.Dir, "worktree", "add", "-q", linked)
	other := newRepo(t)
	write(t, other, "other.md", "other")
	mustRun(t, other, "add", ".")
	report := hooked(t, filepath.Join(r.Dir, ".git", "hooks"), "desk", "a.md", "SEEN_OTHER='"+other.Dir+"'")
	for _, args := range [][]string{{"commit", "-qam", "x"}, {"commit", "-qm", "y", "desk/a.md"}} {
		text := strings.Join(args, "")
		if err := os.WriteFile(filepath.Join(linked, "desk", "a.md"), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
		plainGit(t, linked, append([]string{"-c", "user.name=x", "-c", "user.email=x@example.com"}, args...)...)
		s := report()
		if s.Files["a.md"] != text || s.Prefix != "desk/" || s.GitDir != real(t, filepath.Join(r.Dir, ".git", "worktrees", "linked")) || s.Root != real(t, linked) {
			t.Errorf("%v: %+v", args, s)
		}
		if s.Other != mustRun(t, other, "hash-object", "other.md") {
			t.Errorf("another repository's index has %q", s.Other)
		}
	}
}

func TestAHookOfASubmoduleSeesTheSubmodule(t *testing.T) {
	inner, outer := hookRepo(t), hookRepo(t)
	plainGit(t, outer.Dir, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", inner.Dir, "sub")
	sub := filepath.Join(outer.Dir, "sub")
	gitDir := filepath.Join(outer.Dir, ".git", "modules", "sub")
	report := hooked(t, filepath.Join(gitDir, "hooks"), "desk", "a.md")
	if err := os.WriteFile(filepath.Join(sub, "desk", "a.md"), []byte("in sub"), 0o644); err != nil {
		t.Fatal(err)
	}
	plainGit(t, sub, "-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "-qam", "x")
	if s := report(); s.Files["a.md"] != "in sub" || s.Prefix != "desk/" || s.GitDir != real(t, gitDir) || s.Root != real(t, sub) {
		t.Errorf("%+v", s)
	}
	mustRun(t, outer, "add", "sub")
	if info, err := stagedIn(t, outer).Stat("sub"); err != nil || info.Mode().IsRegular() || info.IsDir() || info.Sys() != nil {
		t.Errorf("submodule is %v, %v", info, err)
	}
}

func TestAHookOfAMergeSeesItsResultAndItsHeads(t *testing.T) {
	r := hookRepo(t)
	mustRun(t, r, "checkout", "-q", "-b", "topic")
	write(t, r, "desk/a.md", "topic")
	topic := commitAll(t, r, "topic")
	mustRun(t, r, "checkout", "-q", "main")
	write(t, r, "desk/b.md", "main")
	commitAll(t, r, "main")
	report := hooked(t, filepath.Join(r.Dir, ".git", "hooks"), "desk", "a.md:b.md")
	plainGit(t, r.Dir, "merge", "-q", "--no-edit", "topic")
	if s := report(); s.Files["a.md"] != "topic" || s.Files["b.md"] != "main" || !slices.Equal(s.Heads, []string{topic}) || !slices.Equal(s.Deltas, []string{"M a.md"}) {
		t.Errorf("%+v", s)
	}
}

func TestAHookOfAPushSeesWhatIsPushed(t *testing.T) {
	r := hookRepo(t)
	bare := filepath.Join(t.TempDir(), "bare.git")
	plainGit(t, r.Dir, "init", "-q", "--bare", bare)
	for _, count := range []int{1, 200} { // loose objects, and a pack
		for i := range count {
			write(t, r, fmt.Sprintf("desk/n%d-%d.md", count, i), fmt.Sprintf("%d of %d", i, count))
		}
		head := commitAll(t, r, "many")
		last := fmt.Sprintf("desk/n%d-%d.md", count, count-1)
		report := hooked(t, filepath.Join(bare, "hooks"), ".", last, "SEEN_REV="+head)
		plainGit(t, r.Dir, "push", "-q", bare, "main")
		if s := report(); s.Files[last] != fmt.Sprintf("%d of %d", count-1, count) || s.Prefix != "" || s.GitDir != real(t, bare) {
			t.Errorf("%+v", s)
		}
	}
}

func TestABareRepositoryIsRead(t *testing.T) {
	r := hookRepo(t)
	bare := filepath.Join(t.TempDir(), "bare.git")
	plainGit(t, r.Dir, "clone", "-q", "--bare", r.Dir, bare)
	b := open(t, bare)
	if data, err := at(t, b, "main").ReadFile("desk/a.md"); err != nil || string(data) != "a1" {
		t.Errorf("%q, %v", data, err)
	}
	if _, err := b.Root(); err == nil {
		t.Error("it has a work tree")
	}
	n := 0
	for _, err := range b.Log(context.Background(), LogOptions{}) {
		if err != nil {
			t.Fatal(err)
		}
		n++
	}
	if n != 1 {
		t.Errorf("%d commits", n)
	}
}

func TestARepositoryThatWasCommittedIsNone(t *testing.T) {
	r := hookRepo(t)
	plainGit(t, r.Dir, "init", "-q", "--bare", filepath.Join(r.Dir, "desk"))
	canary := filepath.Join(r.Dir, "canary")
	plainGit(t, r.Dir, "--git-dir="+filepath.Join(r.Dir, "desk"), "config", "core.fsmonitor", "touch "+canary)
	for _, dir := range []string{"desk", "desk/objects"} {
		trap, err := Open(filepath.Join(r.Dir, dir))
		if err == nil {
			_, err = trap.DiffStaged(context.Background(), "")
		}
		if err == nil {
			t.Errorf("%s was read", dir)
		}
	}
	if _, err := os.Stat(canary); err == nil {
		t.Error("its configuration ran a program")
	}
}
