package site

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

func put(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func fill(name string) func(string) error {
	return func(dir string) error { return os.WriteFile(filepath.Join(dir, name), []byte(name), 0o644) }
}

func names(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	out := []string{}
	for _, e := range entries {
		out = append(out, e.Name())
	}
	return out
}

func TestASiteReplacesTheFormerOne(t *testing.T) {
	out := filepath.Join(t.TempDir(), "deep", "public")
	for _, name := range []string{"one.html", "two.html"} {
		if _, err := publish(out, fill(name)); err != nil {
			t.Fatal(err)
		}
	}
	got := names(t, out)
	if len(got) != 2 || got[0] != marker || got[1] != "two.html" {
		t.Errorf("folder holds %v", got)
	}
	if rest := names(t, filepath.Dir(out)); len(rest) != 1 {
		t.Errorf("beside it lie %v", rest)
	}
}

func TestAnEmptyFolderIsTaken(t *testing.T) {
	out := t.TempDir()
	if _, err := publish(out, fill("one.html")); err != nil {
		t.Error(err)
	}
}

func TestAFolderOfSomebodyElseIsLeftAlone(t *testing.T) {
	for name, file := range map[string]string{"a file": "thesis.txt", "a folder": "photos/1.jpg", "a marker that is a folder": marker + "/x"} {
		out := filepath.Join(t.TempDir(), "public")
		put(t, filepath.Join(out, file), "precious")
		_, err := publish(out, fill("one.html"))
		if !errors.Is(err, ErrNotOurs) {
			t.Errorf("%s: error is %v", name, err)
		}
		if data, err := os.ReadFile(filepath.Join(out, file)); err != nil || string(data) != "precious" {
			t.Errorf("%s is gone: %v", name, err)
		}
	}
}

func TestALinkToAFolderStaysALink(t *testing.T) {
	dir := t.TempDir()
	real := filepath.Join(dir, "real")
	if err := os.Mkdir(real, 0o755); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(dir, "public")
	if err := os.Symlink(real, out); err != nil {
		t.Skip(err)
	}
	if _, err := publish(out, fill("one.html")); err != nil {
		t.Fatal(err)
	}
	if info, err := os.Lstat(out); err != nil || info.Mode()&os.ModeSymlink == 0 {
		t.Error("the link was replaced")
	}
	if _, err := os.Stat(filepath.Join(real, "one.html")); err != nil {
		t.Error(err)
	}
}

func TestAFileInTheWayIsAnError(t *testing.T) {
	out := filepath.Join(t.TempDir(), "public")
	put(t, out, "a file")
	if _, err := publish(out, fill("one.html")); err == nil {
		t.Error("no error")
	}
	if data, _ := os.ReadFile(out); string(data) != "a file" {
		t.Error("the file is gone")
	}
}
