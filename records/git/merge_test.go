package git

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// branches makes two branches from a base: each writes its files.
func branches(t *testing.T, r *Repo, base, ours, theirs map[string]string) {
	t.Helper()
	put := func(files map[string]string) {
		for p, text := range files {
			write(t, r, p, text)
		}
	}
	put(base)
	commitAll(t, r, "base")
	mustRun(t, r, "checkout", "--quiet", "-b", "theirs")
	put(theirs)
	commitAll(t, r, "theirs")
	mustRun(t, r, "checkout", "--quiet", "-b", "ours", "main")
	put(ours)
	commitAll(t, r, "ours")
}

// looseObjects lists the files of the object store.
func looseObjects(t *testing.T, r *Repo) []string {
	t.Helper()
	var files []string
	err := filepath.WalkDir(filepath.Join(r.Dir, ".git"), func(p string, _ os.DirEntry, err error) error {
		files = append(files, p)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestAMergeIsTriedOutAndLeavesNothing(t *testing.T) {
	r, ctx := newRepo(t), context.Background()
	text := strings.Repeat("line\n", 20)
	branches(t, r, map[string]string{"desk/a.md": text, "desk/b.md": "b", "outside.md": "o"},
		map[string]string{"desk/a.md": "ours\n" + text, "desk/b.md": "ours", "outside.md": "ours"},
		map[string]string{"desk/a.md": text + "theirs\n", "desk/b.md": "theirs", "desk/c.md": "c", "outside.md": "theirs"})
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	before := looseObjects(t, r)
	desk := open(t, filepath.Join(r.Dir, "desk"))
	s := at(t, desk, "ours")
	if _, err := s.ReadFile("a.md"); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		m, err := desk.Merge(ctx, "ours", "theirs")
		if err != nil || !slices.Equal(m.Conflicts, []string{"b.md"}) {
			t.Fatalf("merge is %v, %v", m, err)
		}
		merged := at(t, desk, m.Tree)
		if data, err := merged.ReadFile("a.md"); err != nil || string(data) != "ours\n"+text+"theirs\n" {
			t.Errorf("a.md is %q, %v", data, err)
		}
		if data, err := merged.ReadFile("b.md"); err != nil || !strings.Contains(string(data), "<<<<<<<") {
			t.Errorf("b.md is %q, %v", data, err)
		}
		if deltas, err := desk.Diff(ctx, "ours", m.Tree); err != nil || len(deltas) != 3 {
			t.Errorf("differs in %v, %v", deltas, err)
		}
	}
	if data, err := s.ReadFile("b.md"); err != nil || string(data) != "ours" {
		t.Errorf("an older snapshot: %q, %v", data, err)
	}
	if got := looseObjects(t, r); !slices.Equal(got, before) {
		t.Errorf("the repository has changed: %d files, before %d", len(got), len(before))
	}
	if err := desk.Close(); err != nil {
		t.Fatal(err)
	}
	if left, _ := os.ReadDir(temp); len(left) != 0 {
		t.Errorf("%v is left behind", left)
	}
}

func TestMergesOfWhatCannotBeWrittenWork(t *testing.T) {
	if os.Getuid() == 0 {
		t.Log("root writes everywhere: the permissions are not tested")
	}
	r, ctx := newRepo(t), context.Background()
	branches(t, r, map[string]string{"a.md": "a"}, map[string]string{"b.md": "b"}, map[string]string{"c.md": "c"})
	for _, dir := range []string{"objects", "refs", ""} {
		if err := os.Chmod(filepath.Join(r.Dir, ".git", dir), 0o555); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = os.Chmod(filepath.Join(r.Dir, ".git", dir), 0o755) })
	}
	m, err := r.Merge(ctx, "ours", "theirs")
	if err != nil || len(m.Conflicts) > 0 {
		t.Fatalf("merge is %v, %v", m, err)
	}
	if list, err := at(t, r, m.Tree).ReadDir("."); err != nil || len(list) != 3 {
		t.Errorf("it holds %v, %v", list, err)
	}
}

func TestMergeDriversAndAttributesHaveNoSay(t *testing.T) {
	base, ours, theirs := "one\ntwo\nthree\n", "ours\ntwo\nthree\n", "theirs\ntwo\nthree\n"
	for name, attributes := range map[string]func(t *testing.T, r *Repo) string{
		"in the work tree": func(t *testing.T, r *Repo) string { return filepath.Join(r.Dir, ".gitattributes") },
		"in info":          func(t *testing.T, r *Repo) string { return filepath.Join(r.Dir, ".git", "info", "attributes") },
		"of the user":      func(t *testing.T, r *Repo) string { return filepath.Join(os.Getenv("HOME"), "git", "attributes") },
		"by configuration": func(t *testing.T, r *Repo) string {
			file := filepath.Join(t.TempDir(), "attributes")
			mustRun(t, r, "config", "core.attributesFile", file)
			return file
		},
		"by default": func(t *testing.T, r *Repo) string {
			mustRun(t, r, "config", "--global", "merge.default", "canary")
			return filepath.Join(t.TempDir(), "none")
		},
	} {
		for _, line := range []string{"* merge=canary\n", "* merge=union\n", "* -merge\n"} {
			if line != "* merge=canary\n" && name != "in info" {
				continue
			}
			r, ctx := newRepo(t), context.Background()
			canary := filepath.Join(r.Dir, "canary")
			for _, scope := range []string{"--local", "--global"} {
				mustRun(t, r, "config", scope, "merge.canary.driver", "touch '"+canary+"'")
				mustRun(t, r, "config", scope, "merge.renormalize", "true")
			}
			branches(t, r, map[string]string{"a.md": base}, map[string]string{"a.md": ours}, map[string]string{"a.md": theirs})
			file := attributes(t, r)
			if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(file, []byte(line), 0o644); err != nil {
				t.Fatal(err)
			}
			m, err := r.Merge(ctx, "ours", "theirs")
			if err != nil || !slices.Equal(m.Conflicts, []string{"a.md"}) {
				t.Errorf("%s, %q: merge is %v, %v", name, line, m, err)
			}
			_ = r.Close()
			if _, err := os.Stat(canary); err == nil {
				t.Fatalf("%s, %q: the driver ran", name, line)
			}
			if line != "* merge=canary\n" || name == "of the user" {
				continue
			}
			_, _ = output(ctx, r.Dir, "merge-tree", "--write-tree", "ours", "theirs")
			if _, err := os.Stat(canary); err != nil {
				t.Errorf("%s: git itself does not run the driver: the test shows nothing", name)
			}
		}
	}
}

func TestCrosswiseMergesHaveTwoBases(t *testing.T) {
	r, ctx := newRepo(t), context.Background()
	branches(t, r, map[string]string{"a.md": "a"}, map[string]string{"b.md": "b"}, map[string]string{"c.md": "c"})
	one, two := mustRun(t, r, "rev-parse", "ours"), mustRun(t, r, "rev-parse", "theirs")
	mustRun(t, r, "merge", "--quiet", "--no-edit", two)
	mustRun(t, r, "checkout", "--quiet", "theirs")
	mustRun(t, r, "merge", "--quiet", "--no-edit", one)
	write(t, r, "d.md", "d")
	commitAll(t, r, "d")
	bases, err := r.MergeBases(ctx, "ours", "theirs")
	want := []string{one, two}
	slices.Sort(bases)
	slices.Sort(want)
	if err != nil || !slices.Equal(bases, want) {
		t.Errorf("bases are %v, %v; want %v", bases, err, want)
	}
	if m, err := r.Merge(ctx, "ours", "theirs"); err != nil || len(m.Conflicts) > 0 || m.Tree != mustRun(t, r, "rev-parse", "theirs^{tree}") {
		t.Errorf("merge is %v, %v", m, err)
	}
	_ = r.Close()
}

func TestHistoriesWithoutACommonAncestorAreNotMerged(t *testing.T) {
	r, ctx := newRepo(t), context.Background()
	write(t, r, "a.md", "a")
	commitAll(t, r, "a")
	mustRun(t, r, "checkout", "--quiet", "--orphan", "other")
	commitAll(t, r, "other")
	defer func() { _ = r.Close() }()
	if bases, err := r.MergeBases(ctx, "main", "other"); err != nil || len(bases) != 0 {
		t.Errorf("bases are %v, %v", bases, err)
	}
	if m, err := r.Merge(ctx, "main", "other"); err == nil {
		t.Errorf("merge is %v", m)
	}
}

func TestAMergeReadsAlternateObjects(t *testing.T) {
	r, ctx := newRepo(t), context.Background()
	branches(t, r, map[string]string{"a.md": "a"}, map[string]string{"b.md": "b"}, map[string]string{"c.md": "c"})
	odd := filepath.Join(t.TempDir(), `a:b "c"`)
	if err := os.Mkdir(odd, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Setenv("TMPDIR", odd)
	shared := filepath.Join(odd, "shared")
	plainGit(t, r.Dir, "clone", "--quiet", "--shared", r.Dir, shared)
	s := open(t, shared)
	m, err := s.Merge(ctx, "origin/ours", "origin/theirs")
	if err != nil {
		t.Fatal(err)
	}
	if list, err := at(t, s, m.Tree).ReadDir("."); err != nil || len(list) != 3 {
		t.Errorf("it holds %v, %v", list, err)
	}
}
