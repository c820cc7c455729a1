package git

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// many makes a history of n commits, each of which writes one file.
func many(n int) []Change {
	at := time.Date(2026, 11, 3, 9, 0, 0, 0, time.FixedZone("", 3600))
	var cs []Change
	for i := range n {
		by := Signature{Name: "Lee", Email: "lee@example.com", When: at.Add(time.Duration(i) * time.Minute)}
		cs = append(cs, Change{Branch: "main", Author: by, Message: fmt.Sprintf("commit %d", i),
			Write: []File{{Path: fmt.Sprintf("records/%d/%d.md", i%30, i%1000), Data: fmt.Appendf(nil, "text %d\n", i)}}})
	}
	return cs
}

func refsOf(t *testing.T, r *Repo) string {
	t.Helper()
	return mustRun(t, r, "for-each-ref")
}

func TestAnImportKnowsAuthorsAndCommitters(t *testing.T) {
	r, ctx := newRepo(t), context.Background()
	author := Signature{Name: "Lee\n<x>", Email: " lee@example.com>", When: time.Date(2016, 2, 29, 1, 2, 3, 999, time.FixedZone("", -(3*60+30)*60))}
	committer := Signature{Name: "", Email: "", When: time.Unix(0, 0).UTC()}
	message := "first\n\ncommit refs/heads/forged\ndone\n"
	if err := r.Import(ctx, sequence([]Change{{Branch: "main", Author: author, Committer: committer, Message: message, Write: []File{{Path: "a", Data: nil}}}}, nil)); err != nil {
		t.Fatal(err)
	}
	if got := mustRun(t, r, "log", "--format=%an|%ae|%aI|%cn|%ce|%cI"); got != "Leex|lee@example.com|2016-02-29T01:02:03-03:30|||1970-01-01T00:00:00+00:00" {
		t.Errorf("commit is %q", got)
	}
	if got := mustRun(t, r, "log", "--format=%B"); got != strings.TrimSpace(message) {
		t.Errorf("message is %q", got)
	}
}

func TestAnImportGoesOnFromABranchOrACommit(t *testing.T) {
	r, ctx := newRepo(t), context.Background()
	defer func() { _ = r.Close() }()
	write(t, r, "desk/a.md", "a")
	write(t, r, "outside.md", "o")
	first := commitAll(t, r, "first")
	write(t, r, "desk/a.md", "b")
	commitAll(t, r, "second")
	desk := open(t, filepath.Join(r.Dir, "desk"))
	c := func(branch, from, p string) Change {
		return Change{Branch: branch, From: from, Message: p, Author: Signature{When: time.Unix(1, 0)}, Write: []File{{Path: p, Data: []byte(p)}}}
	}
	cs := []Change{c("main", "", "m.md"), c("from-id", first, "i.md"), c("from-branch", "from-id", "j.md"), c("from-id", "", "k.md"), c("new/root", "", "r.md")}
	cs[1].Remove = []string{"a.md"}
	if err := desk.Import(ctx, sequence(cs, nil)); err != nil {
		t.Fatal(err)
	}
	for branch, want := range map[string]string{
		"main": "desk/a.md desk/m.md outside.md", "from-id": "desk/i.md desk/k.md outside.md", "from-branch": "desk/i.md desk/j.md outside.md", "new/root": "desk/r.md",
	} {
		if got := strings.Join(strings.Fields(mustRun(t, r, "ls-tree", "-r", "--name-only", branch)), " "); got != want {
			t.Errorf("%s holds %q, want %q", branch, got, want)
		}
	}
	if got := mustRun(t, r, "log", "--format=%s", "main"); got != "m.md\nsecond\nfirst" {
		t.Errorf("main is %q", got)
	}
}

func TestAnImportThatFailsMovesNoBranch(t *testing.T) {
	at := Signature{Name: "x", When: time.Unix(1, 0)}
	broken := errors.New("row 3 is broken")
	good := Change{Branch: "main", Author: at, Message: "good", Write: []File{{Path: "a.md", Data: []byte("x")}}}
	file := func(p string) Change { return Change{Branch: "main", Author: at, Write: []File{{Path: p}}} }
	for name, c := range map[string]struct {
		more []Change
		err  error
		want string
	}{
		"the sequence has an error":    {nil, broken, broken.Error()},
		"a path leads out":             {[]Change{file("../x")}, nil, "is no path"},
		"a path is absolute":           {[]Change{file("/x")}, nil, "is no path"},
		"a path is in .git":            {[]Change{file("a/.GIT/config")}, nil, "is no path"},
		"a path is empty":              {[]Change{file("")}, nil, "is no path"},
		"a branch has a line feed":     {[]Change{{Branch: "x\nreset refs/heads/y", Author: at}}, nil, "is no branch"},
		"a branch git does not like":   {[]Change{{Branch: "a..b", Author: at}}, nil, "git fast-import"},
		"a start git does not know":    {[]Change{{Branch: "b", From: strings.Repeat("ab", 20), Author: at}}, nil, "git fast-import"},
		"a start that is none":         {[]Change{{Branch: "b", From: "x y", Author: at}}, nil, "is no branch"},
		"a branch that has begun":      {[]Change{{Branch: "main", From: "main", Author: at}}, nil, "has begun"},
		"a branch that exists":         {[]Change{{Branch: "old", From: "main", Author: at}}, nil, "exists already"},
		"a time that git cannot write": {[]Change{{Branch: "main", Author: Signature{When: time.Unix(-1, 0)}}}, nil, "before 1970"},
	} {
		r, ctx := newRepo(t), context.Background()
		write(t, r, "a.md", "a")
		commitAll(t, r, "first")
		mustRun(t, r, "branch", "old")
		before := refsOf(t, r)
		err := r.Import(ctx, sequence(append([]Change{good}, c.more...), c.err))
		if err == nil || !strings.Contains(err.Error(), c.want) || c.err != nil && !errors.Is(err, c.err) {
			t.Errorf("%s: %v", name, err)
		}
		if after := refsOf(t, r); after != before {
			t.Errorf("%s: refs are\n%s", name, after)
		}
		if left, _ := filepath.Glob(filepath.Join(r.Dir, ".git", "fast_import_crash*")); len(left) != 0 {
			t.Errorf("%s: %v is left behind", name, left)
		}
		_ = r.Close()
	}
}

func TestAnImportIsReadAsItComes(t *testing.T) {
	r, ctx := newRepo(t), context.Background()
	defer func() { _ = r.Close() }()
	ctx, cancel := context.WithCancel(ctx)
	n := 0
	endless := func(yield func(Change, error) bool) {
		for {
			if n++; n == 2000 {
				cancel()
			}
			if !yield(Change{Branch: "main", Author: Signature{When: time.Unix(1, 0)}, Message: strings.Repeat("x", 1000)}, nil) {
				return
			}
		}
	}
	if err := r.Import(ctx, endless); !errors.Is(err, context.Canceled) {
		t.Errorf("an import without end ends with %v", err)
	}
	if refs := refsOf(t, r); refs != "" {
		t.Errorf("refs are %s", refs)
	}
}

func TestAnImportRunsNoHook(t *testing.T) {
	r, ctx := newRepo(t), context.Background()
	hook := filepath.Join(r.Dir, ".git", "hooks", "reference-transaction")
	if err := os.MkdirAll(filepath.Dir(hook), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(hook, []byte("#!/bin/sh\necho ran >> ran\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := r.Import(ctx, sequence(many(1), nil)); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(r.Dir, "ran")); err == nil {
		t.Error("the hook ran")
	}
}
