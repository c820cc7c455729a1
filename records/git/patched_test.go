package git

import (
	"context"
	"io/fs"
	"os"
	"strings"
	"testing"
)

// TestPatchedFilesAreThoseOfTheIndex compares a tree with what is staged over it
// laid on top with the index itself, after files were added, changed, removed,
// renamed and replaced by folders.
func TestPatchedFilesAreThoseOfTheIndex(t *testing.T) {
	r, ctx := newRepo(t), context.Background()
	for _, p := range []string{"a.md", "b/c.md", "b/d/e.md", "gone/x.md", "gone/y/z.md", "was-folder/x", "was-file", "moved/from.md", "same/x.md"} {
		write(t, r, p, strings.Repeat(p+"\n", 20))
	}
	if err := os.Symlink("a.md", r.Dir+"/link"); err != nil {
		t.Skip(err)
	}
	mustRun(t, r, "add", ".")
	mustRun(t, r, "commit", "-m", "one")
	mustRun(t, r, "rm", "-r", "--quiet", "gone", "was-folder", "was-file", "b/d")
	write(t, r, "was-folder", "now a file")
	write(t, r, "was-file/x", "now a folder")
	write(t, r, "a.md", "changed")
	write(t, r, "new/deep/er.md", "new")
	write(t, r, "moved/x", "")
	mustRun(t, r, "mv", "moved/from.md", "to.md")
	mustRun(t, r, "add", "--all")
	deltas, err := r.DiffStaged(ctx, "HEAD")
	if err != nil {
		t.Fatal(err)
	}
	got, err := r.Patched(ctx, "HEAD", deltas)
	if err != nil {
		t.Fatal(err)
	}
	want, err := r.Staged(ctx)
	if err != nil {
		t.Fatal(err)
	}
	names := map[string]string{}
	for name, files := range map[string]fs.FS{"patched": got, "staged": want} {
		var b strings.Builder
		err := fs.WalkDir(files, ".", func(p string, e fs.DirEntry, err error) error {
			if err == nil && e.Type().IsRegular() {
				data, err := fs.ReadFile(files, p)
				b.WriteString(p + ": " + string(data[:min(len(data), 20)]) + "\n")
				return err
			}
			b.WriteString(p + " " + e.Type().String() + "\n")
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
		names[name] = b.String()
	}
	if names["patched"] != names["staged"] || !strings.Contains(names["patched"], "new/deep/er.md: new") {
		t.Errorf("patched\n%s\nstaged\n%s", names["patched"], names["staged"])
	}
	for _, p := range []string{"gone", "gone/x.md", "gone/y", "b/d", "b/d/e.md", "moved/from.md", "was-folder/x", "nowhere"} {
		if _, err := got.Stat(p); err == nil {
			t.Errorf("%s is there", p)
		}
	}
}

func TestPatchedFilesNeedNoCommit(t *testing.T) {
	r, ctx := newRepo(t), context.Background()
	write(t, r, "a/b.md", "x")
	mustRun(t, r, "add", ".")
	deltas, err := r.DiffStaged(ctx, "")
	if err != nil {
		t.Fatal(err)
	}
	s, err := r.Patched(ctx, "", deltas)
	if err != nil {
		t.Fatal(err)
	}
	if data, err := s.ReadFile("a/b.md"); err != nil || string(data) != "x" {
		t.Errorf("%q, %v", data, err)
	}
}
