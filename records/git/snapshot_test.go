package git

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
)

// sampleRepo has files of all kinds, and names that are hard to print.
func sampleRepo(t *testing.T) *Repo {
	t.Helper()
	r := newRepo(t)
	for name, text := range map[string]string{
		"desk.yaml": "name: x\n", "records/incidents/2026-11/INC-1.md": "one", "records/incidents/2026-11/INC-2.md": "two\x00binary",
		"records/people/ü.md": "umlaut", "records/odd/a\nb": "line feed", `records/odd/"quoted"`: "quotes", "records/odd/ lead": "blank",
		"records/odd/tab\tname": "tab", "records.md": "beside the folder", "records-old/x": "before it", "empty": "", "--output=canary": "option",
	} {
		write(t, r, name, text)
	}
	for _, link := range [][2]string{{"/etc/passwd", "records/link.md"}, {"incidents", "records/folder-link"}} {
		if err := os.Symlink(link[0], filepath.Join(r.Dir, link[1])); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(filepath.Join(r.Dir, "desk.yaml"), 0o755); err != nil {
		t.Fatal(err)
	}
	commitAll(t, r, "first")
	return r
}

func commitAll(t *testing.T, r *Repo, message string) string {
	t.Helper()
	mustRun(t, r, "add", "--all")
	mustRun(t, r, "commit", "--quiet", "--allow-empty", "--message="+message)
	return mustRun(t, r, "rev-parse", "HEAD")
}

// open opens a folder and closes it with the test.
func open(t *testing.T, dir string) *Repo {
	t.Helper()
	r, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r
}

func at(t *testing.T, r *Repo, rev string) *Snapshot {
	t.Helper()
	s, err := r.At(context.Background(), rev)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return s
}

func stagedIn(t *testing.T, r *Repo) *Snapshot {
	t.Helper()
	s, err := r.Staged(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return s
}

// contentsOf walks a snapshot: "mode blob path" of all that are no folders.
func contentsOf(t *testing.T, files fs.FS) []string {
	t.Helper()
	var out []string
	err := fs.WalkDir(files, ".", func(p string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		id := ""
		if blob, ok := info.Sys().(interface{ BlobID() string }); ok {
			id = blob.BlobID()
		}
		out = append(out, fmt.Sprintf("%v %d %s %s", info.Mode(), info.Size(), id, p))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(out)
	return out
}

// listedByGit is what git itself says of a tree, in the form of contentsOf.
func listedByGit(t *testing.T, r *Repo, tree string) []string {
	t.Helper()
	var out []string
	for line := range strings.SplitSeq(mustRun(t, r, "ls-tree", "-r", "-l", "-z", tree), "\x00") {
		head, p, ok := strings.Cut(line, "\t")
		if !ok {
			continue
		}
		words := strings.Fields(head)
		mode := map[string]string{"100644": "-rw-r--r--", "100755": "-rwxr-xr-x", "120000": "Lrwxrwxrwx", "160000": "?---------"}[words[0]]
		if words[1] == "commit" {
			words[2], words[3] = "", "0"
		}
		out = append(out, fmt.Sprintf("%s %s %s %s", mode, words[3], words[2], p))
	}
	slices.Sort(out)
	return out
}

func TestSnapshotsHoldWhatGitShows(t *testing.T) {
	r := sampleRepo(t)
	want := listedByGit(t, r, "HEAD")
	for name, s := range map[string]*Snapshot{"commit": at(t, r, "HEAD"), "tree": at(t, r, "HEAD^{tree}"), "index": stagedIn(t, r)} {
		if got := contentsOf(t, s); !slices.Equal(got, want) || len(got) < 14 {
			t.Errorf("%s holds\n%s\nwant\n%s", name, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		for _, p := range []string{"records/odd/a\nb", `records/odd/"quoted"`, "records/incidents/2026-11/INC-2.md", "empty", "--output=canary"} {
			got, err := s.ReadFile(p)
			want, _ := os.ReadFile(filepath.Join(r.Dir, p))
			if err != nil || string(got) != string(want) {
				t.Errorf("%s: %s is %q, %v", name, p, got, err)
			}
			blob, ok := s.Blob(p)
			if !ok || blob != mustRun(t, r, "hash-object", "--", p) {
				t.Errorf("%s: %s has the blob %q", name, p, blob)
			}
		}
	}
}

func TestSnapshotsAreFileSystems(t *testing.T) {
	r := sampleRepo(t)
	mustRun(t, r, "rm", "--quiet", "records/link.md", "records/folder-link") // which are not followed, as the test would have it
	commitAll(t, r, "without links")
	for name, s := range map[string]*Snapshot{"commit": at(t, r, "HEAD"), "index": stagedIn(t, r)} {
		if err := fstest.TestFS(s, "desk.yaml", "records/incidents/2026-11/INC-1.md", "records.md", "empty"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNothingIsFollowed(t *testing.T) {
	r := sampleRepo(t)
	for name, s := range map[string]*Snapshot{"commit": at(t, r, "HEAD"), "index": stagedIn(t, r)} {
		if info, err := s.Lstat("records/link.md"); err != nil || info.Mode()&fs.ModeSymlink == 0 {
			t.Errorf("%s: link is %v, %v", name, info, err)
		}
		if target, err := s.ReadLink("records/link.md"); err != nil || target != "/etc/passwd" {
			t.Errorf("%s: link leads to %q, %v", name, target, err)
		}
		if data, err := s.ReadFile("records/link.md"); err == nil {
			t.Errorf("%s: a link was read as %q", name, data)
		}
		if _, err := s.ReadLink("desk.yaml"); !errors.Is(err, fs.ErrInvalid) {
			t.Errorf("%s: a file's target: %v", name, err)
		}
		for _, p := range []string{"records/folder-link/2026-11/INC-1.md", "desk.yaml/x", "none", "records/none/x", "record"} {
			if _, err := s.Stat(p); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("%s: %s: %v", name, p, err)
			}
		}
		for _, p := range []string{"../x", "/etc/passwd", "records/../desk.yaml", "", "records//x"} {
			if _, err := s.ReadFile(p); !errors.Is(err, fs.ErrInvalid) {
				t.Errorf("%s: %s: %v", name, p, err)
			}
		}
		if _, err := s.ReadFile("records"); err == nil {
			t.Errorf("%s: a folder was read", name)
		}
	}
}

func TestASnapshotStandsStill(t *testing.T) {
	r := sampleRepo(t)
	before := at(t, r, "HEAD")
	write(t, r, "desk.yaml", "name: y\n")
	write(t, r, "new.md", "new")
	if got, err := stagedIn(t, r).ReadFile("desk.yaml"); err != nil || string(got) != "name: x\n" {
		t.Errorf("what is not staged is %q, %v", got, err)
	}
	mustRun(t, r, "add", "desk.yaml", "new.md")
	if got, err := stagedIn(t, r).ReadFile("desk.yaml"); err != nil || string(got) != "name: y\n" {
		t.Errorf("what is staged is %q, %v", got, err)
	}
	commitAll(t, r, "second")
	if got, err := before.ReadFile("desk.yaml"); err != nil || string(got) != "name: x\n" {
		t.Errorf("the commit holds %q, %v", got, err)
	}
}

func TestADeskInAFolderSeesOnlyItself(t *testing.T) {
	r := sampleRepo(t)
	desk := open(t, filepath.Join(r.Dir, "records"))
	if got, err := desk.Prefix(); err != nil || got != "records/" {
		t.Errorf("prefix is %q, %v", got, err)
	}
	want := listedByGit(t, r, "HEAD:records")
	for name, s := range map[string]*Snapshot{"commit": at(t, desk, "HEAD"), "index": stagedIn(t, desk)} {
		if got := contentsOf(t, s); !slices.Equal(got, want) {
			t.Errorf("%s holds\n%s\nwant\n%s", name, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
		if _, err := s.ReadFile("incidents/2026-11/INC-1.md"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	mustRun(t, r, "rm", "-r", "--quiet", "--cached", "records")
	commitAll(t, r, "keep")
	write(t, r, "gone/x", "x")
	before := at(t, open(t, filepath.Join(r.Dir, "gone")), "HEAD")
	if list, err := before.ReadDir("."); err != nil || len(list) != 0 {
		t.Errorf("a folder that the commit does not have holds %v, %v", list, err)
	}
}

func TestSingleStagedFilesNeedNoListing(t *testing.T) {
	r := sampleRepo(t)
	s := stagedIn(t, r)
	if err := s.Preload(context.Background(), []string{"desk.yaml", "records/link.md", "none"}); err != nil {
		t.Fatal(err)
	}
	for _, p := range []string{"desk.yaml", "records/incidents/2026-11/INC-1.md"} {
		if _, err := s.ReadFile(p); err != nil {
			t.Error(err)
		}
	}
	if _, err := s.Stat("none.md"); !errors.Is(err, fs.ErrNotExist) {
		t.Error(err)
	}
	if s.files.(*indexFiles).dirs != nil {
		t.Error("the index was listed")
	}
	if info, err := s.Stat("records/incidents"); err != nil || !info.IsDir() {
		t.Errorf("folder is %v, %v", info, err)
	}
}

func TestFilesToBeAddedAreNotStaged(t *testing.T) {
	r := sampleRepo(t)
	write(t, r, "later.md", "later")
	mustRun(t, r, "add", "--intent-to-add", "later.md")
	s := stagedIn(t, r)
	if _, err := s.Stat("later.md"); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("by name: %v", err)
	}
	if got, want := contentsOf(t, s), listedByGit(t, r, "HEAD"); !slices.Equal(got, want) {
		t.Errorf("holds\n%s", strings.Join(got, "\n"))
	}
	if deltas, err := r.DiffStaged(context.Background(), ""); err != nil || len(deltas) != 0 {
		t.Errorf("differs in %v, %v", deltas, err)
	}
}

func TestAConflictStandsAsOnOurSide(t *testing.T) {
	r, ctx := newRepo(t), context.Background()
	write(t, r, "a.md", "base")
	write(t, r, "b.md", "base")
	commitAll(t, r, "base")
	mustRun(t, r, "checkout", "--quiet", "-b", "topic")
	write(t, r, "a.md", "theirs")
	write(t, r, "b.md", "theirs")
	write(t, r, "c.md", "theirs")
	commitAll(t, r, "theirs")
	mustRun(t, r, "checkout", "--quiet", "main")
	write(t, r, "a.md", "ours")
	mustRun(t, r, "rm", "--quiet", "b.md")
	commitAll(t, r, "ours")
	if _, err := output(ctx, r.Dir, "merge", "topic"); err == nil {
		t.Fatal("no conflict")
	}
	for range 2 {
		s := stagedIn(t, r)
		if got, err := s.ReadFile("a.md"); err != nil || string(got) != "ours" {
			t.Errorf("a.md is %q, %v", got, err)
		}
		if got, err := s.ReadFile("b.md"); err != nil || string(got) != "theirs" {
			t.Errorf("b.md is %q, %v", got, err)
		}
		if _, err := s.ReadDir("."); err != nil {
			t.Error(err)
		}
	}
	deltas, err := r.DiffStaged(ctx, "")
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, d := range deltas {
		got = append(got, string(d.Status)+" "+d.Path)
	}
	if want := []string{"U a.md", "U b.md", "A c.md"}; !slices.Equal(got, want) {
		t.Errorf("differs in %q, want %q", got, want)
	}
	if heads, err := r.MergeHeads(ctx); err != nil || !slices.Equal(heads, []string{mustRun(t, r, "rev-parse", "topic")}) {
		t.Errorf("heads are %v, %v", heads, err)
	}
}

func TestManyReadersShareASnapshot(t *testing.T) {
	r := newRepo(t)
	for i := range 300 {
		write(t, r, fmt.Sprintf("d%d/f%d", i%7, i), strings.Repeat(fmt.Sprint(i), i))
	}
	commitAll(t, r, "first")
	for _, s := range []*Snapshot{at(t, r, "HEAD"), stagedIn(t, r)} {
		var wg sync.WaitGroup
		for w := range 8 {
			wg.Go(func() {
				for i := w; i < 300; i += 3 {
					p := fmt.Sprintf("d%d/f%d", i%7, i)
					if w == 3 {
						_ = s.Preload(context.Background(), []string{p, "d0/f0"})
					}
					if data, err := s.ReadFile(p); err != nil || string(data) != strings.Repeat(fmt.Sprint(i), i) {
						t.Errorf("%s is %q, %v", p, data, err)
					}
					if list, err := s.ReadDir("d0"); err != nil || len(list) != 43 {
						t.Errorf("%d names, %v", len(list), err)
					}
				}
			})
		}
		wg.Wait()
	}
}

func TestAMissingObjectIsAnErrorThatSaysSo(t *testing.T) {
	r := sampleRepo(t)
	blob := mustRun(t, r, "rev-parse", "HEAD:records.md")
	if err := os.Remove(filepath.Join(r.Dir, ".git", "objects", blob[:2], blob[2:])); err != nil {
		t.Fatal(err)
	}
	for name, s := range map[string]*Snapshot{"commit": at(t, r, "HEAD"), "index": stagedIn(t, r)} {
		if _, err := s.ReadFile("records.md"); !errors.Is(err, ErrMissingObject) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := s.Stat("records.md"); !errors.Is(err, ErrMissingObject) {
			t.Errorf("%s: %v", name, err)
		}
		if err := s.Preload(context.Background(), []string{"records.md", "desk.yaml"}); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := s.ReadFile("desk.yaml"); err != nil {
			t.Errorf("%s: another file: %v", name, err)
		}
	}
}

func TestADamagedObjectDoesNotHideTheOthers(t *testing.T) {
	r := sampleRepo(t)
	blob := mustRun(t, r, "rev-parse", "HEAD:records.md")
	file := filepath.Join(r.Dir, ".git", "objects", blob[:2], blob[2:])
	if err := errors.Join(os.Chmod(file, 0o644), os.WriteFile(file, []byte("rubbish"), 0o644)); err != nil {
		t.Fatal(err)
	}
	s := at(t, r, "HEAD")
	if err := s.Preload(context.Background(), []string{"records.md", "desk.yaml"}); err != nil {
		t.Errorf("reading ahead: %v", err)
	}
	if data, err := s.ReadFile("records.md"); err == nil {
		t.Errorf("read as %q", data)
	}
	if _, err := s.ReadFile("desk.yaml"); err != nil {
		t.Errorf("another file: %v", err)
	}
}

func TestASnapshotOfAClosedRepositorySaysSo(t *testing.T) {
	r := sampleRepo(t)
	s := at(t, r, "HEAD")
	if _, err := s.ReadDir("records"); err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(r.Close(), r.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.ReadFile("desk.yaml"); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("got %v", err)
	}
	if again := at(t, r, "HEAD"); again.Close() != nil {
		t.Error("a closed repository cannot be used again")
	} else if _, err := again.ReadFile("desk.yaml"); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("got %v", err)
	}
}

func TestNamesThatAreNotUTF8HideNothingElse(t *testing.T) {
	r, ctx := newRepo(t), context.Background()
	write(t, r, "desk/a.md", "a")
	write(t, r, "desk/caf\xe9/\xff.md", "latin1")
	mustRun(t, r, "add", ".")
	deltas, err := r.DiffStaged(ctx, "")
	if err != nil || len(deltas) != 2 || deltas[1].Path != "desk/caf\xe9/\xff.md" {
		t.Errorf("differs in %v, %v", deltas, err)
	}
	commitAll(t, r, "first")
	for name, s := range map[string]*Snapshot{"commit": at(t, r, "HEAD"), "index": stagedIn(t, r)} {
		list, err := s.ReadDir("desk")
		if err != nil || len(list) != 2 || list[1].Name() != "caf\xe9" {
			t.Errorf("%s: desk holds %v, %v", name, list, err)
		}
		if _, err := s.ReadFile("desk/a.md"); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := s.ReadFile("desk/caf\xe9/\xff.md"); !errors.Is(err, fs.ErrInvalid) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if revs := history(t, r, LogOptions{}); len(revs) != 1 || len(revs[0].Deltas) != 2 {
		t.Errorf("history is %v", revs)
	}
}
