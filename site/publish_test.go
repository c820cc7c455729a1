package site

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
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

// publish fills the folder of a site.
func publish(t *testing.T, out string, build func(string) error) error {
	t.Helper()
	p, err := occupy(t.Context(), out)
	if err != nil {
		return err
	}
	defer p.release()
	return p.publish(t.Context(), build)
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
		if err := publish(t, out, fill(name)); err != nil {
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
	if err := publish(t, out, fill("one.html")); err != nil {
		t.Error(err)
	}
}

func TestAFolderOfSomebodyElseIsLeftAlone(t *testing.T) {
	for name, file := range map[string]string{"a file": "thesis.txt", "a folder": "photos/1.jpg", "a marker that is a folder": marker + "/x"} {
		out := filepath.Join(t.TempDir(), "public")
		put(t, filepath.Join(out, file), "precious")
		err := publish(t, out, fill("one.html"))
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
	if err := publish(t, out, fill("one.html")); err != nil {
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
	if err := publish(t, out, fill("one.html")); err == nil {
		t.Error("no error")
	}
	if data, _ := os.ReadFile(out); string(data) != "a file" {
		t.Error("the file is gone")
	}
}

func TestWhatKilledBuildsLeftIsRemovedAndWhatOthersBuildStays(t *testing.T) {
	parent := t.TempDir()
	out := filepath.Join(parent, "public")
	put(t, filepath.Join(parent, ".public.new-123", "index.html"), "half a site")
	put(t, filepath.Join(parent, ".public.new-456", "index.html"), "a site in the making")
	put(t, filepath.Join(parent, ".private.new-1", "index.html"), "of another site")
	release, ok := tryLockFolder(filepath.Join(parent, ".public.new-456"))
	if !ok {
		t.Fatal("the folder cannot be held")
	}
	if err := publish(t, out, fill("one.html")); err != nil {
		t.Fatal(err)
	}
	if got := names(t, parent); !slices.Equal(got, []string{".private.new-1", ".public.new-456", "public"}) {
		t.Errorf("there are %v", got)
	}
	release()
	if err := publish(t, out, fill("two.html")); err != nil {
		t.Fatal(err)
	}
	if got := names(t, parent); !slices.Equal(got, []string{".private.new-1", "public"}) {
		t.Errorf("there are %v", got)
	}
}

func TestTwoBuildsIntoOneFolderTakeTurns(t *testing.T) {
	out := filepath.Join(t.TempDir(), "public")
	if err := publish(t, out, fill("one.html")); err != nil {
		t.Fatal(err)
	}
	first, err := occupy(t.Context(), out)
	if err != nil {
		t.Fatal(err)
	}
	second := make(chan error)
	go func() { second <- publish(t, out, fill("three.html")) }()
	if err := first.publish(t.Context(), fill("two.html")); err != nil {
		t.Fatal(err)
	}
	first.release()
	if err := <-second; err != nil {
		t.Fatal(err)
	}
	if got := names(t, out); !slices.Equal(got, []string{marker, "three.html"}) {
		t.Errorf("folder holds %v", got)
	}
}

func TestAFailedUpdateLeavesTheSite(t *testing.T) {
	u := newUpdating(t, story, "staff")
	u.build(t, "first")
	in := u.input(t)
	before := readSite(t, in.Out)
	u.files["records/services/vpn.md"] += "\nMore\n"
	in = u.input(t)
	if _, err := Build(t.Context(), in, &collector{err: errors.New("no")}); err == nil {
		t.Error("no error")
	}
	sameSite(t, "after the failure", readSite(t, in.Out), before)
	u.build(t, "afterwards")
}

func TestAnUpdateThatWasKilledIsMadeGood(t *testing.T) {
	u := newUpdating(t, story, "staff")
	u.build(t, "first")
	in := u.input(t)
	if err := forgetState(in.State); err != nil { // the first thing that an update does to the site
		t.Fatal(err)
	}
	put(t, filepath.Join(in.Out, "services", "vpn.html"), "half of the update")
	put(t, filepath.Join(in.Out, "services", "new.html"), "a page that is not needed any more")
	if result := u.build(t, "afterwards"); result.Made != result.Pages {
		t.Errorf("%d of %d pages were made", result.Made, result.Pages)
	}
}
