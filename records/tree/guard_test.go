package tree

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestNothingIsWrittenWhereNothingIsRead tries to write through folders that a
// walk does not enter.
func TestNothingIsWrittenWhereNothingIsRead(t *testing.T) {
	tr := newTree(t, map[string]string{"elsewhere/x": "", "records/teams/HEAD": "", "records/teams/objects/x": "", "records/teams/refs/x": "", "records/people/lee.md": "x"})
	for link, target := range map[string]string{"records/incidents": "../elsewhere", "records/out": os.TempDir(), "records/loop": "loop"} {
		if err := os.Symlink(target, filepath.Join(tr.Root, filepath.FromSlash(link))); err != nil {
			t.Skipf("no symbolic links here: %v", err)
		}
	}
	for p, want := range map[string]string{
		"records/incidents/2026-11/INC-2611-AAAA.md": "records/incidents is a symbolic link, not a folder",
		"records/out/x.md":                           "records/out is a symbolic link, not a folder",
		"records/loop/x.md":                          "records/loop is a symbolic link, not a folder",
		"records/teams/x.md":                         "records/teams is a git repository of its own",
		"records/teams/a/b.md":                       "records/teams is a git repository of its own",
		"records/people/lee.md/x.md":                 "records/people/lee.md is a file, not a folder",
	} {
		if err := tr.Write(p, nil, []byte("x"), Fast); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: got %v, want %s", p, err, want)
		}
		if err := tr.Move("records/people/lee.md", p); err == nil {
			t.Errorf("%s: moved there", p)
		}
	}
	if entries, err := os.ReadDir(filepath.Join(tr.Root, "elsewhere")); err != nil || len(entries) != 1 {
		t.Errorf("elsewhere holds %v, %v", entries, err)
	}
	if err := tr.Write("records/services/new/vpn.md", nil, []byte("x"), Fast); err != nil {
		t.Errorf("a plain path is refused: %v", err)
	}
}

func TestFindStopsAtWhatIsNoDesk(t *testing.T) {
	outer := newTree(t, map[string]string{"a/desk.yaml/x": "", "b/x": ""})
	if _, err := Find(filepath.Join(outer.Root, "a")); err == nil || !strings.Contains(err.Error(), "is a folder, not a file") {
		t.Errorf("got %v", err)
	}
	for _, dir := range []string{"nowhere", "b/x"} {
		if root, err := Find(filepath.Join(outer.Root, dir)); err == nil {
			t.Errorf("%s belongs to %s", dir, root)
		}
	}
}
