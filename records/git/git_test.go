package git

import (
	"context"
	"errors"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// newRepo makes a repository that no configuration of the machine touches.
func newRepo(t *testing.T) *Repo {
	t.Helper()
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_CONFIG_HOME", home)
	t.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	r, err := Init(context.Background(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	mustRun(t, r, "config", "user.name", "Dana Diaz")
	mustRun(t, r, "config", "user.email", "dana@example.com")
	return r
}

func mustRun(t *testing.T, r *Repo, args ...string) string {
	t.Helper()
	out, err := output(context.Background(), r.Dir, args...)
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(out)
}

func write(t *testing.T, r *Repo, name, text string) {
	t.Helper()
	p := filepath.Join(r.Dir, name)
	if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestAFolderWithoutRepositoryIsNamed(t *testing.T) {
	if _, err := Open(t.TempDir()); !errors.Is(err, ErrNoRepository) {
		t.Errorf("got %v", err)
	}
}

func TestCommitTakesOnlyTheNamedFiles(t *testing.T) {
	r, ctx := newRepo(t), context.Background()
	if _, err := r.Head(ctx); !errors.Is(err, ErrNoCommit) {
		t.Errorf("head of an empty repository: %v", err)
	}
	write(t, r, "a.md", "a")
	if err := r.Commit(ctx, "first", "a.md"); err != nil {
		t.Fatal(err)
	}
	write(t, r, "staged.md", "s")
	mustRun(t, r, "add", "staged.md")
	write(t, r, "loose.md", "l")
	write(t, r, "b.md", "b")
	write(t, r, "--output=x", "hostile name")
	if err := r.Commit(ctx, "second", "b.md", "--output=x"); err != nil {
		t.Fatal(err)
	}
	if got := mustRun(t, r, "show", "--name-only", "--format=%s|%ae", "HEAD"); got != "second|dana@example.com\n\n--output=x\nb.md" {
		t.Errorf("commit is %q", got)
	}
	if got := mustRun(t, r, "status", "--porcelain"); got != "A  staged.md\n?? loose.md" {
		t.Errorf("status is %q", got)
	}
	before, _ := r.Head(ctx)
	if err := r.Commit(ctx, "again", "b.md"); err != nil {
		t.Fatal(err)
	}
	if after, _ := r.Head(ctx); after != before || after.ID == "" {
		t.Errorf("an unchanged file made a commit: %v", after)
	}
}

func TestCommitsAtOnceAllSucceed(t *testing.T) {
	r, ctx := newRepo(t), context.Background()
	write(t, r, "base", "x")
	if err := r.Commit(ctx, "base", "base"); err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	errs := make([]error, 8)
	for i := range errs {
		name := string(rune('a' + i))
		write(t, r, name, name)
		wg.Go(func() { errs[i] = r.Commit(ctx, "add "+name, name) })
	}
	wg.Wait()
	if err := errors.Join(errs...); err != nil {
		t.Fatal(err)
	}
	if got := mustRun(t, r, "rev-list", "--count", "HEAD"); got != "9" {
		t.Errorf("%s commits, want 9", got)
	}
}

func TestWhatAHookSaysIsNotTakenForGitsWords(t *testing.T) {
	for _, said := range []string{
		"yarn.lock is stale", "nothing to commit, working tree clean", "cannot lock ref of the day",
		"pathspec x did not match any file(s) known to git", "no changes added to commit",
	} {
		r, ctx := newRepo(t), context.Background()
		write(t, r, "a.md", "a")
		write(t, r, ".git/hooks/pre-commit", "#!/bin/sh\necho ran >> runs\necho '"+said+"' >&2\nexit 1\n")
		if err := os.Chmod(filepath.Join(r.Dir, ".git", "hooks", "pre-commit"), 0o755); err != nil {
			t.Fatal(err)
		}
		err := r.Commit(ctx, "first", "a.md")
		if err == nil || !strings.Contains(err.Error(), said) {
			t.Errorf("a hook that says %q: %v", said, err)
		}
		if runs, _ := os.ReadFile(filepath.Join(r.Dir, "runs")); string(runs) != "ran\n" {
			t.Errorf("a hook that says %q ran %d times", said, len(runs)/len("ran\n"))
		}
	}
}

func TestFilesThatAreCommittedAlreadyBotherNoHook(t *testing.T) {
	r, ctx := newRepo(t), context.Background()
	write(t, r, "a.md", "a")
	if err := r.Commit(ctx, "first", "a.md"); err != nil {
		t.Fatal(err)
	}
	write(t, r, ".git/hooks/pre-commit", "#!/bin/sh\nexit 1\n")
	if err := os.Chmod(filepath.Join(r.Dir, ".git", "hooks", "pre-commit"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := r.Commit(ctx, "again", "a.md"); err != nil {
		t.Error(err)
	}
}

func TestHeadIsReadWhereGoGitRefuses(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	dir := t.TempDir()
	if _, err := output(context.Background(), dir, "init", "-q", "--object-format=sha256"); err != nil {
		t.Fatal(err)
	}
	r, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	mustRun(t, r, "-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "-q", "--allow-empty", "-m", "x")
	head, err := r.Head(context.Background())
	if err != nil || len(head.ID) != 64 {
		t.Errorf("head is %v, %v", head, err)
	}
	if root, err := r.Root(); err != nil || root == "" {
		t.Errorf("root is %q, %v", root, err)
	}
}

func TestUserFollowsIncludes(t *testing.T) {
	r := newRepo(t)
	if name, email := User(context.Background(), r.Dir); name != "Dana Diaz" || email != "dana@example.com" {
		t.Errorf("user is %s <%s>", name, email)
	}
	mustRun(t, r, "config", "--unset", "user.email")
	write(t, r, "extra", "[user]\n\temail = inc@example.com\n")
	mustRun(t, r, "config", "include.path", filepath.Join(r.Dir, "extra"))
	if _, email := User(context.Background(), r.Dir); email != "inc@example.com" {
		t.Errorf("email is %q", email)
	}
}

func TestImportWritesHistory(t *testing.T) {
	r, ctx := newRepo(t), context.Background()
	at := time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC)
	var cs []Change
	for i, p := range []string{"a.md", `odd "name"`, "c d.md"} {
		by := Signature{Name: "Lee <x>", Email: "lee@example.com", When: at.Add(time.Duration(i) * time.Hour)}
		cs = append(cs, Change{Branch: "main", Author: by, Message: "add " + p, Write: []File{{Path: p, Data: []byte("text\n")}}})
	}
	cs = append(cs, Change{Branch: "change/e", From: "main", Author: Signature{Name: "Lee", Email: "lee@example.com", When: at}, Message: "e", Write: []File{{Path: "e.md", Data: []byte("e")}}, Remove: []string{"a.md"}})
	if err := r.Import(ctx, sequence(cs, nil)); err != nil {
		t.Fatal(err)
	}
	if err := r.Checkout(ctx, "main"); err != nil {
		t.Fatal(err)
	}
	if got := mustRun(t, r, "log", "--format=%an|%cI|%s"); got != "Lee x|2026-11-03T11:00:00+00:00|add c d.md\nLee x|2026-11-03T10:00:00+00:00|add odd \"name\"\nLee x|2026-11-03T09:00:00+00:00|add a.md" {
		t.Errorf("log is\n%s", got)
	}
	if got := mustRun(t, r, "ls-tree", "--name-only", "change/e"); got != "c d.md\ne.md\nodd \"name\"" && !strings.Contains(got, "e.md") {
		t.Errorf("branch holds %s", got)
	}
	if got := mustRun(t, r, "status", "--porcelain"); got != "" {
		t.Errorf("work tree is not clean: %s", got)
	}
}

// sequence hands out changes, and an error behind them where there is one.
func sequence(cs []Change, err error) iter.Seq2[Change, error] {
	return func(yield func(Change, error) bool) {
		for _, c := range cs {
			if !yield(c, nil) {
				return
			}
		}
		if err != nil {
			yield(Change{}, err)
		}
	}
}
