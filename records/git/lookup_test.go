package git

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"
)

func TestBlobsAreReadByTheirIDs(t *testing.T) {
	r, ctx := newRepo(t), context.Background()
	defer r.Close()
	write(t, r, "a", "one\n")
	write(t, r, "b", "")
	a, b := mustRun(t, r, "hash-object", "-w", "a"), mustRun(t, r, "hash-object", "-w", "b")
	got, err := r.Blobs(ctx, []string{a, b, a})
	if err != nil || len(got) != 2 || string(got[a]) != "one\n" || len(got[b]) != 0 {
		t.Errorf("got %q, %v", got, err)
	}
	if got, err := r.Blobs(ctx, nil); err != nil || len(got) != 0 {
		t.Errorf("of nothing: %v, %v", got, err)
	}
	tree := mustRun(t, r, "write-tree")
	if _, err := r.Blobs(ctx, []string{a, tree}); err == nil {
		t.Error("a tree is read as a blob")
	}
	missing := "0123456789012345678901234567890123456789"
	if _, err := r.Blobs(ctx, []string{missing}); !errors.Is(err, ErrMissingObject) {
		t.Errorf("a blob that is not there: %v", err)
	}
}

func TestTheLastCommitBeforeATimeIsOnTheFirstLine(t *testing.T) {
	r, ctx := newRepo(t), context.Background()
	defer r.Close()
	commit := func(hour, name string) string {
		t.Setenv("GIT_COMMITTER_DATE", "2026-11-03T"+hour+":00:00+01:00")
		write(t, r, name, name)
		mustRun(t, r, "add", name)
		mustRun(t, r, "commit", "--quiet", "--message", name)
		return mustRun(t, r, "rev-parse", "HEAD")
	}
	one := commit("09", "one")
	mustRun(t, r, "checkout", "--quiet", "-b", "side")
	side := commit("10", "side")
	mustRun(t, r, "checkout", "--quiet", "-")
	t.Setenv("GIT_COMMITTER_DATE", "2026-11-03T12:00:00+01:00")
	mustRun(t, r, "merge", "--quiet", "--no-ff", "--message", "merge", "side")
	merge := mustRun(t, r, "rev-parse", "HEAD")
	for at, want := range map[string]string{"08:00:00Z": one, "09:30:00Z": one, "11:00:00Z": merge, "23:00:00Z": merge} {
		when, _ := time.Parse(time.RFC3339, "2026-11-03T"+at)
		if got, err := r.Before(ctx, "HEAD", when); err != nil || got.ID != want {
			t.Errorf("at %s: %v, %v, want %s", at, got, err, want)
		}
	}
	when, _ := time.Parse(time.RFC3339, "2026-11-03T10:00:00Z")
	if got, err := r.Before(ctx, "side", when); err != nil || got.ID != side {
		t.Errorf("on the side: %v, %v", got, err)
	}
	var unknown *UnknownRevisionError
	if _, err := r.Before(ctx, "HEAD", when.Add(-24*time.Hour)); !errors.As(err, &unknown) {
		t.Errorf("before all: %v", err)
	}
	if _, err := r.Before(ctx, "--all", when); !errors.As(err, &unknown) {
		t.Errorf("from a flag: %v", err)
	}
	if r.IsCutOff(merge) {
		t.Error("a whole repository is cut off")
	}
	clone := filepath.Join(t.TempDir(), "clone")
	mustRun(t, r, "clone", "--quiet", "--depth=1", "file://"+filepath.ToSlash(r.Dir), clone)
	shallow, err := Open(clone)
	if err != nil {
		t.Fatal(err)
	}
	defer shallow.Close()
	if !shallow.IsCutOff(merge) || shallow.IsCutOff(one) {
		t.Error("a shallow clone does not know where it ends")
	}
}
