package main

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"frontdesk/records/git"
)

// sameFiles fails where a folder does not hold what another one does.
func sameFiles(t *testing.T, what, got, want string) {
	t.Helper()
	g, w := readTree(t, got), readTree(t, want)
	for name := range w {
		if g[name] != w[name] {
			t.Errorf("%s: %s differs from that of a full build", what, name)
		}
	}
	for name := range g {
		if _, ok := w[name]; !ok {
			t.Errorf("%s: %s is left over", what, name)
		}
	}
}

func TestASecondBuildMakesOnlyWhatChanged(t *testing.T) {
	root := newDesk(t, office())
	if _, err := git.Init(t.Context(), root); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(root, "public")
	build := func(want string, args ...string) {
		t.Helper()
		code, _, stderr := command(t, root, append([]string{"build", "--as-of", "now"}, args...)...)
		if code != exitClean || !strings.Contains(stderr, want) {
			t.Fatalf("exit status %d: %s, want %q", code, stderr, want)
		}
	}
	edit := func(name, from, to string) {
		t.Helper()
		name = filepath.Join(root, filepath.FromSlash(name))
		data, err := os.ReadFile(name)
		if err != nil || !strings.Contains(string(data), from) {
			t.Fatal(name, err)
		}
		writeFile(t, name, strings.Replace(string(data), from, to, 1))
	}
	build("all made anew")
	build(" 0 made anew")
	for _, step := range []struct {
		what, made string
		do         func()
	}{
		{"a text is edited", " 2 made anew", // the record's page, and the front page with the latest changes
			func() { edit("records/incidents/2026-11/INC-2611-0007.md", "The words", "The CANARY words") }},
		{"a state is edited", " made anew", func() { edit("records/incidents/2026-11/INC-2611-0008.md", "state: closed", "state: new") }},
		{"a person is renamed", " made anew", func() { edit("records/people/lee.md", "Lee Park", "Lee Parker") }},
		{"a record is removed", " made anew", func() { _ = os.Remove(filepath.Join(root, "records/incidents/2026-11/INC-2611-0007.md")) }},
		{"a record comes", " made anew", func() {
			writeFile(t, filepath.Join(root, "records/services/mail.md"), "---\nid: mail\ntitle: Mail\nstate: live\n---\n")
		}},
		{"the desk gets another name", "all made anew", func() { edit("desk.yaml", "Test desk", "Our desk") }},
		{"a part of the theme comes", "all made anew", func() {
			writeFile(t, filepath.Join(root, "site/parts/own.html"), `{{ define "facts" }}<p>own</p>{{ end }}`)
		}},
	} {
		step.do()
		build(step.made)
		fresh := filepath.Join(t.TempDir(), "site")
		build("all made anew", "--out", fresh)
		sameFiles(t, step.what, out, fresh)
	}
	for name, text := range readTree(t, out) {
		if strings.Contains(text, "CANARY") {
			t.Errorf("%s tells of a record that is gone", name)
		}
	}
	build("all made anew", "--audience", "public")
	for name := range readTree(t, out) {
		if strings.Contains(name, "INC-2611") {
			t.Errorf("%s is not for the public", name)
		}
	}
	build("all made anew", "--audience", "public", "--all")
	if kept, err := os.ReadDir(filepath.Join(root, ".git", "frontdesk", "site")); err != nil || len(kept) > maxStates {
		t.Errorf("%d states are kept: %v", len(kept), err)
	}
}

func TestASiteThatSomebodyChangedIsMadeAnew(t *testing.T) {
	root := newDesk(t, office())
	if _, err := git.Init(t.Context(), root); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(root, "public")
	for name, spoil := range map[string]func(){
		"a page is removed":      func() { _ = os.Remove(filepath.Join(out, "services", "vpn.html")) },
		"a file is added":        func() { writeFile(t, filepath.Join(out, "incidents", "mine.html"), "mine") },
		"the folder is removed":  func() { _ = os.RemoveAll(out) },
		"the state is cut short": func() { shorten(t, filepath.Join(root, ".git", "frontdesk", "site")) },
	} {
		command(t, root, "build", "--as-of", "now")
		spoil()
		if _, _, stderr := command(t, root, "build", "--as-of", "now"); !strings.Contains(stderr, "all made anew") {
			t.Errorf("%s: %s", name, stderr)
		}
		sameFiles(t, name, out, buildSite(t, root))
	}
}

// shorten takes a byte off every file of a folder.
func shorten(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		return os.Truncate(name, info.Size()-1)
	})
	if err != nil {
		t.Fatal(err)
	}
}
