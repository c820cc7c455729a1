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
)

// describeDeltas writes deltas as git's raw format does.
func describeDeltas(deltas []Delta) []string {
	var out []string
	for _, d := range deltas {
		line := fmt.Sprintf("%c %v %v %.6s %.6s %s", d.Status, d.OldMode, d.Mode, d.OldBlob, d.Blob, d.Path)
		if d.OldPath != d.Path {
			line += " from " + d.OldPath
		}
		out = append(out, line)
	}
	return out
}

func blobOf(t *testing.T, r *Repo, text string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "x")
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return mustRun(t, r, "hash-object", "--", file)[:6]
}

func TestDifferencesAreFoundBetweenCommitsTreesAndIndex(t *testing.T) {
	r, ctx := newRepo(t), context.Background()
	long := strings.Repeat("a line of a long record\n", 50)
	for name, text := range map[string]string{"desk/gone.md": "gone", "desk/moved.md": "moved", "desk/edited.md": long, "desk/mod\nified.md": "1", "desk/kind": "x", "desk/run": "r", "outside.md": "o"} {
		write(t, r, name, text)
	}
	first := commitAll(t, r, "first")
	for _, name := range []string{"gone.md", "kind"} {
		if err := os.Remove(filepath.Join(r.Dir, "desk", name)); err != nil {
			t.Fatal(err)
		}
	}
	mustRun(t, r, "mv", "desk/moved.md", "desk/there.md")
	mustRun(t, r, "mv", "desk/edited.md", "desk/changed.md")
	mustRun(t, r, "mv", "outside.md", "desk/within.md")
	write(t, r, "desk/changed.md", long+"one more\n")
	write(t, r, "desk/mod\nified.md", "2")
	write(t, r, "desk/new.md", "new")
	if err := errors.Join(os.Symlink("target", filepath.Join(r.Dir, "desk", "kind")), os.Chmod(filepath.Join(r.Dir, "desk", "run"), 0o755)); err != nil {
		t.Fatal(err)
	}
	mustRun(t, r, "add", "--all")
	b := func(text string) string { return blobOf(t, r, text) }
	want := []string{
		"R -rw-r--r-- -rw-r--r-- " + b(long) + " " + b(long+"one more\n") + " changed.md from edited.md",
		"D -rw-r--r-- ---------- " + b("gone") + "  gone.md",
		"T -rw-r--r-- Lrwxrwxrwx " + b("x") + " " + b("target") + " kind",
		"M -rw-r--r-- -rw-r--r-- " + b("1") + " " + b("2") + " mod\nified.md",
		"A ---------- -rw-r--r--  " + b("new") + " new.md",
		"M -rw-r--r-- -rwxr-xr-x " + b("r") + " " + b("r") + " run",
		"R -rw-r--r-- -rw-r--r-- " + b("moved") + " " + b("moved") + " there.md from moved.md",
		"A ---------- -rw-r--r--  " + b("o") + " within.md",
	}
	desk := open(t, filepath.Join(r.Dir, "desk"))
	check := func(name string, deltas []Delta, err error) {
		t.Helper()
		if got := describeDeltas(deltas); err != nil || !slices.Equal(got, want) {
			t.Errorf("%s: %v\n%s\nwant\n%s", name, err, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
	deltas, err := desk.DiffStaged(ctx, "")
	check("index against HEAD", deltas, err)
	deltas, err = desk.DiffStaged(ctx, first)
	check("index against a commit", deltas, err)
	commitAll(t, r, "second")
	deltas, err = desk.Diff(ctx, first, "HEAD")
	check("commits", deltas, err)
	deltas, err = desk.Diff(ctx, "HEAD~1^{tree}", "main^{tree}")
	check("trees", deltas, err)
	if deltas, err = desk.DiffStaged(ctx, ""); err != nil || len(deltas) != 0 {
		t.Errorf("what is committed differs: %v, %v", deltas, err)
	}
}

func TestBeforeTheFirstCommitAllFilesAreNew(t *testing.T) {
	r := newRepo(t)
	write(t, r, "a.md", "a")
	mustRun(t, r, "add", ".")
	deltas, err := r.DiffStaged(context.Background(), "")
	if err != nil || len(deltas) != 1 || deltas[0].Status != 'A' || deltas[0].Path != "a.md" {
		t.Errorf("got %v, %v", deltas, err)
	}
}

func TestRevisionsThatNameNoCommitAreNamed(t *testing.T) {
	r, ctx := newRepo(t), context.Background()
	write(t, r, "a.md", "a")
	commitAll(t, r, "a subject")
	blob := mustRun(t, r, "rev-parse", "HEAD:a.md")
	for _, rev := range []string{"", "none", "HEAD~5", "HEAD..main", "^HEAD", "a b", "HEAD\ninfo HEAD", "HEAD\x00", blob, "HEAD:a.md", ":a.md", ":/no such subject",
		strings.Repeat("0", 40), strings.Repeat("f", 40), "-x", "--all", "--output=canary", "--upload-pack=touch canary", "HEAD --", "refs/heads/*"} {
		unknown := (*UnknownRevisionError)(nil)
		if c, err := r.Resolve(ctx, rev); !errors.As(err, &unknown) {
			t.Errorf("%q is %v, %v", rev, c, err)
		}
		for what, err := range map[string]error{"diff": second(r.Diff(ctx, rev, "HEAD")), "at": second(r.At(ctx, rev)), "merge": second(r.Merge(ctx, "HEAD", rev)), "bases": second(r.MergeBases(ctx, rev, "HEAD"))} {
			if err == nil {
				t.Errorf("%s of %q has no error", what, rev)
			}
		}
		if rev != "" {
			for _, err := range r.Log(ctx, LogOptions{From: rev}) {
				if !errors.As(err, &unknown) {
					t.Errorf("history of %q: %v", rev, err)
				}
			}
		}
	}
	for _, rev := range []string{"HEAD", "main", "refs/heads/main", "@", ":/a sub", "HEAD^{/a.sub}", "main@{0}"} {
		if c, err := r.Resolve(ctx, rev); err != nil || c.ID != mustRun(t, r, "rev-parse", "HEAD") || c.When.IsZero() {
			t.Errorf("%q is %v, %v", rev, c, err)
		}
	}
}

func second[T any](_ T, err error) error { return err }

func TestHostileNamesOfRefsAreNamesOnly(t *testing.T) {
	r, ctx := newRepo(t), context.Background()
	write(t, r, "a.md", "a")
	id := commitAll(t, r, "a")
	for _, ref := range []string{"--output=canary", "-x", "--upload-pack=touch canary"} {
		file := filepath.Join(r.Dir, ".git", "refs", "heads", ref)
		if err := os.WriteFile(file, []byte(id+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
		if ref == "--upload-pack=touch canary" {
			continue // no name of a ref
		}
		for _, rev := range []string{ref, "refs/heads/" + ref} {
			if c, err := r.Resolve(ctx, rev); err != nil || c.ID != id {
				t.Errorf("%q is %v, %v", rev, c, err)
			}
			if deltas, err := r.Diff(ctx, rev, "HEAD"); err != nil || len(deltas) != 0 {
				t.Errorf("%q differs in %v, %v", rev, deltas, err)
			}
		}
	}
	if _, err := os.Stat(filepath.Join(r.Dir, "canary")); err == nil {
		t.Error("an option was taken")
	}
}

func TestReplacedObjectsAreNotBelieved(t *testing.T) {
	r, ctx := newRepo(t), context.Background()
	write(t, r, "a.md", "good")
	good := commitAll(t, r, "good")
	write(t, r, "a.md", "decoy")
	decoy := commitAll(t, r, "decoy")
	mustRun(t, r, "reset", "--quiet", "--hard", good)
	plainGit(t, r.Dir, "replace", good, decoy)
	plainGit(t, r.Dir, "replace", mustRun(t, r, "rev-parse", good+":a.md"), mustRun(t, r, "rev-parse", decoy+":a.md"))
	if data, err := at(t, r, good).ReadFile("a.md"); err != nil || string(data) != "good" {
		t.Errorf("the commit holds %q, %v", data, err)
	}
	for rev, err := range r.Log(ctx, LogOptions{From: good}) {
		if err != nil || rev.Subject != "good" {
			t.Errorf("history has %q, %v", rev.Subject, err)
		}
	}
}

func FuzzRawDifferences(f *testing.F) {
	zero, id := strings.Repeat("0", 40), strings.Repeat("ab", 20)
	f.Add(":000000 100644 " + zero + " " + id + " A\x00a.md\x00")
	f.Add(":100644 100644 " + id + " " + id + " R100\x00a.md\x00b.md\x00")
	f.Add("::100644 100644 100644 " + id + " " + id + " " + id + " MM\x00a.md\x00")
	f.Add(":000000 000000 " + zero + " " + zero + " U\x00../x\x00")
	f.Fuzz(func(t *testing.T, text string) {
		in := bufio.NewReader(strings.NewReader(text))
		for range len(text) + 1 {
			d, err := readDelta(in)
			if err != nil {
				return
			}
			if !isPath(d.Path) || !isPath(d.OldPath) || d.Blob != "" && !isObjectID(d.Blob) {
				t.Fatalf("%q gives %+v", text, d)
			}
		}
		t.Fatalf("%q has no end", text)
	})
}

func FuzzTreesAndListings(f *testing.F) {
	f.Add([]byte("100644 a.md\x00" + strings.Repeat("x", 20) + "40000 b\x00" + strings.Repeat("y", 20)))
	f.Add([]byte("100644 " + strings.Repeat("ab", 20) + " 0\ta.md"))
	f.Add([]byte("a.md\x00  ctime: 1:2\n  size: 0\tflags: 20004000\nb.md\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		if list, err := parseTree(data, 20); err == nil {
			for i, e := range list {
				if !isPath(e.name) || strings.Contains(e.name, "/") || e.mode == 0 || i > 0 && list[i-1].name >= e.name {
					t.Fatalf("%q gives %+v", data, list)
				}
			}
		}
		if s, ok := parseStaged(string(data)); ok && (!isPath(s.path) || s.stage < 0 || s.stage > 3) {
			t.Fatalf("%q gives %+v", data, s)
		}
		intended(string(data))
		if m, err := parseMerge(string(data), "desk/"); err == nil && !isObjectID(m.Tree) {
			t.Fatalf("%q gives %+v", data, m)
		}
	})
}
