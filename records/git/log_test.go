package git

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
)

func history(t *testing.T, r *Repo, o LogOptions) []Revision {
	t.Helper()
	var out []Revision
	for rev, err := range r.Log(context.Background(), o) {
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, rev)
	}
	_ = r.Close()
	return out
}

func subjects(revs []Revision) []string {
	var out []string
	for _, r := range revs {
		out = append(out, r.Subject)
	}
	return out
}

// branchedRepo has the commits base, ours, theirs and a merge that changes what
// both changed.
func branchedRepo(t *testing.T) *Repo {
	t.Helper()
	r := newRepo(t)
	branches(t, r, map[string]string{"desk/a.md": "a", "desk/b.md": "b", "outside.md": "o"},
		map[string]string{"desk/a.md": "ours", "outside.md": "2"}, map[string]string{"desk/a.md": "theirs", "desk/c.md": "c"})
	_, _ = output(context.Background(), r.Dir, "merge", "--quiet", "theirs")
	write(t, r, "desk/a.md", "evil")
	commitAll(t, r, "merge")
	return r
}

func TestHistoriesHaveWhatCommitsSay(t *testing.T) {
	r := branchedRepo(t)
	t.Setenv("GIT_AUTHOR_NAME", "Lee Ångström, Jr")
	t.Setenv("GIT_AUTHOR_EMAIL", "lee@example.com")
	t.Setenv("GIT_AUTHOR_DATE", "2026-11-03T09:12:00+0530")
	t.Setenv("GIT_COMMITTER_DATE", "2026-11-04T10:00:00-0330")
	mustRun(t, r, "commit", "--quiet", "--allow-empty", "--message=a subject\nof two lines\n\nand a body")
	rev := history(t, r, LogOptions{})[0]
	if rev.Author.Name != "Lee Ångström, Jr" || rev.Author.Email != "lee@example.com" || rev.Author.When.Format(time.RFC3339) != "2026-11-03T09:12:00+05:30" {
		t.Errorf("author is %v", rev.Author)
	}
	if rev.Committer.Name != "Dana Diaz" || rev.Committer.When.Format(time.RFC3339) != "2026-11-04T10:00:00-03:30" || rev.When != rev.Committer.When {
		t.Errorf("committer is %v", rev.Committer)
	}
	if rev.Subject != "a subject of two lines" || rev.ID != mustRun(t, r, "rev-parse", "HEAD") || !slices.Equal(rev.Parents, []string{mustRun(t, r, "rev-parse", "HEAD~1")}) {
		t.Errorf("commit is %+v", rev)
	}
}

func TestHistoriesAreChosen(t *testing.T) {
	r := branchedRepo(t)
	desk := open(t, filepath.Join(r.Dir, "desk"))
	for name, c := range map[string]struct {
		repo *Repo
		o    LogOptions
		want []string
	}{
		"all":                   {r, LogOptions{}, []string{"merge", "ours", "theirs", "base"}},
		"all, seen from a desk": {desk, LogOptions{}, []string{"merge", "ours", "theirs", "base"}},
		"oldest first":          {r, LogOptions{Oldest: true}, []string{"base", "theirs", "ours", "merge"}},
		"one file":              {desk, LogOptions{Paths: []string{"c.md"}}, []string{"theirs"}},
		"two files":             {desk, LogOptions{Paths: []string{"c.md", "b.md"}}, []string{"theirs", "base"}},
		"a folder":              {r, LogOptions{Paths: []string{"desk/"}}, []string{"merge", "ours", "theirs", "base"}},
		"no pattern":            {desk, LogOptions{Paths: []string{"*.md"}}, nil},
		"no option":             {desk, LogOptions{Paths: []string{"--all"}}, nil},
		"first parents":         {r, LogOptions{FirstParent: true}, []string{"merge", "ours", "base"}},
		"without another":       {r, LogOptions{Exclude: []string{"theirs"}}, []string{"merge", "ours"}},
		"from another":          {r, LogOptions{From: "theirs"}, []string{"theirs", "base"}},
	} {
		got := subjects(history(t, c.repo, c.o))
		if name == "all" || name == "all, seen from a desk" || name == "oldest first" || name == "a folder" {
			slices.Sort(got) // both sides of a merge stand in any order
			slices.Sort(c.want)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}

func TestHistoriesHaveTheDifferencesOfTheFolder(t *testing.T) {
	r := branchedRepo(t)
	desk := open(t, filepath.Join(r.Dir, "desk"))
	b := func(text string) string { return blobOf(t, r, text) }
	want := map[string][]string{
		"merge":  {"M -rw-r--r-- -rw-r--r-- " + b("ours") + " " + b("evil") + " a.md"},
		"ours":   {"M -rw-r--r-- -rw-r--r-- " + b("a") + " " + b("ours") + " a.md"},
		"theirs": {"M -rw-r--r-- -rw-r--r-- " + b("a") + " " + b("theirs") + " a.md", "A ---------- -rw-r--r--  " + b("c") + " c.md"},
		"base":   {"A ---------- -rw-r--r--  " + b("a") + " a.md", "A ---------- -rw-r--r--  " + b("b") + " b.md"},
	}
	for _, rev := range history(t, desk, LogOptions{}) {
		if got := describeDeltas(rev.Deltas); !slices.Equal(got, want[rev.Subject]) {
			t.Errorf("%s: %q, want %q", rev.Subject, got, want[rev.Subject])
		}
	}
	first := history(t, desk, LogOptions{FirstParent: true})[0]
	if got := describeDeltas(first.Deltas); len(got) != 2 || !strings.HasSuffix(got[1], "c.md") {
		t.Errorf("against the first parent: %q", got)
	}
}

func TestNoConfigurationChangesAHistory(t *testing.T) {
	r := branchedRepo(t)
	want := fmt.Sprint(history(t, r, LogOptions{Paths: []string{"desk"}}))
	canary := filepath.Join(t.TempDir(), "canary")
	for key, value := range map[string]string{
		"log.showSignature": "true", "gpg.program": "touch " + canary, "log.showRoot": "false", "log.follow": "true", "log.date": "iso", "log.mailmap": "true",
		"log.decorate": "full", "log.diffMerges": "separate", "diff.renames": "copies", "diff.relative": "false", "diff.noprefix": "true", "diff.orderFile": canary,
		"diff.external": "touch " + canary, "diff.ignoreSubmodules": "all", "format.pretty": "raw", "format.notes": "*", "color.ui": "always", "core.pager": "touch " + canary,
		"core.abbrev": "4", "i18n.logOutputEncoding": "latin1", "core.commitGraph": "false", "core.fsmonitor": "touch " + canary, "pager.log": "true", "diff.renameLimit": "1",
	} {
		mustRun(t, r, "config", key, value)
	}
	if got := fmt.Sprint(history(t, r, LogOptions{Paths: []string{"desk"}})); got != want {
		t.Errorf("it is\n%s\nwant\n%s", got, want)
	}
	if _, err := os.Stat(canary); err == nil {
		t.Error("a program ran")
	}
}

func TestAHistoryThatNobodyReadsOnEnds(t *testing.T) {
	r, ctx := newRepo(t), context.Background()
	defer func() { _ = r.Close() }()
	if err := r.Import(ctx, sequence(many(5000), nil)); err != nil {
		t.Fatal(err)
	}
	n := 0
	for _, err := range r.Log(ctx, LogOptions{}) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; n == 3 {
			break
		}
	}
	stopped, cancel := context.WithCancel(ctx)
	defer cancel()
	var last error
	for _, err := range r.Log(stopped, LogOptions{}) {
		cancel()
		last = err
	}
	if !errors.Is(last, context.Canceled) {
		t.Errorf("an interrupted history ends with %v", last)
	}
}

func TestAShallowCloneBeginsWithAllFiles(t *testing.T) {
	r := newRepo(t)
	for i := range 4 {
		write(t, r, fmt.Sprintf("f%d.md", i), "x")
		commitAll(t, r, fmt.Sprint(i))
	}
	dir := filepath.Join(t.TempDir(), "clone")
	plainGit(t, r.Dir, "clone", "--quiet", "--depth=2", "file://"+r.Dir, dir)
	clone := open(t, dir)
	if !clone.IsShallow() || r.IsShallow() {
		t.Errorf("shallow: %v, %v", clone.IsShallow(), r.IsShallow())
	}
	revs := history(t, clone, LogOptions{})
	if got := subjects(revs); !slices.Equal(got, []string{"3", "2"}) || len(revs[1].Deltas) != 3 {
		t.Errorf("history is %q", got)
	}
	if bases, err := clone.MergeBases(context.Background(), "HEAD", "HEAD~1"); err != nil || len(bases) != 1 {
		t.Errorf("bases are %v, %v", bases, err)
	}
	if m, err := clone.Merge(context.Background(), "HEAD", "HEAD~1"); err != nil || m.Tree != mustRun(t, clone, "rev-parse", "HEAD^{tree}") {
		t.Errorf("merge is %v, %v", m, err)
	}
}

func TestCommitsThatLieAreRead(t *testing.T) {
	r := newRepo(t)
	tree := mustRun(t, r, "hash-object", "-w", "-t", "tree", "--stdin")
	for name, text := range map[string]string{
		"no date":       "author A <a@b>\ncommitter A <a@b>\n\nno date\n",
		"far future":    "author A <a@b> 99999999999999999999 +0000\ncommitter A <a@b> 18446744073709551615 +9999\n\nfar future\n",
		"forged":        "author \x1f:100644 <:> 1 +0000\ncommitter : <\x01> 1 -1200\n\n:100644 forged\x01\n",
		"latin1":        "author J\xf6rg <a@b> 1 +0000\ncommitter J\xf6rg <a@b> 1 +0000\nencoding ISO-8859-1\n\nlatin1 \xfc\n",
		"zero":          "author A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\n\nbefore\x00after\n",
		"empty":         "author  <> 1 +0000\ncommitter  <> 1 +0000\n\n",
		"no identities": "\n\n",
	} {
		file := filepath.Join(t.TempDir(), "commit")
		if err := os.WriteFile(file, []byte("tree "+tree+"\n"+text), 0o644); err != nil {
			t.Fatal(err)
		}
		id := mustRun(t, r, "hash-object", "-w", "-t", "commit", "--literally", "--", file)
		revs := history(t, r, LogOptions{From: id})
		if len(revs) != 1 || revs[0].ID != id {
			t.Errorf("%s: %+v", name, revs)
		}
		if name == "latin1" && (revs[0].Author.Name != "Jörg" || revs[0].Subject != "latin1 ü") {
			t.Errorf("%s: %+v", name, revs)
		}
	}
}

func FuzzHistories(f *testing.F) {
	id := strings.Repeat("ab", 20)
	head := id + "\x00\x00n\x00e\x001 +0000\x00n\x00e\x001 +0000\x00s\x00"
	f.Add(head + head)
	f.Add(head + "\n:100644 100644 " + id + " " + id + " M\x00a.md\x00" + head)
	f.Add(head + "\x00::100644 100644 100644 " + id + " " + id + " " + id + " MM\x00desk/a.md\x00" + head)
	f.Fuzz(func(t *testing.T, text string) {
		l := logReader{in: bufio.NewReader(strings.NewReader(text)), prefix: "desk/"}
		for range len(text) + 1 {
			rev, err := l.next()
			if err != nil {
				return
			}
			if !isObjectID(rev.ID) {
				t.Fatalf("%q gives %+v", text, rev)
			}
		}
		t.Fatalf("%q has no end", text)
	})
}
