package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

// now is what the clock of tests shows.
var now = time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)

// newDesk writes files into a new desk and returns its root.
func newDesk(t testing.TB, files map[string]string) string {
	t.Helper()
	root := filepath.Join(t.TempDir(), "desk")
	all := map[string]string{"desk.yaml": "version: 1\nname: Test desk\ntime_zone: UTC\n"}
	for name, text := range files {
		all[name] = text
	}
	for name, text := range all {
		writeFile(t, filepath.Join(root, filepath.FromSlash(name)), text)
	}
	return root
}

func writeFile(t testing.TB, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// command runs a command line in a desk.
func command(t testing.TB, dir string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	e := &env{dir: dir, now: func() time.Time { return now }, stdout: &out, stderr: &errs}
	code = run(t.Context(), e, args)
	return code, out.String(), errs.String()
}

// buildSite builds the site of a desk and returns its folder.
func buildSite(t testing.TB, root string, args ...string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "site")
	code, _, stderr := command(t, root, append([]string{"build", "--as-of", "now", "--out", out}, args...)...)
	if code != exitClean {
		t.Fatalf("exit status %d: %s", code, stderr)
	}
	return out
}

// readTree returns all files of a folder by their names.
func readTree(t testing.TB, root string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		rel, _ := filepath.Rel(root, name)
		files[filepath.ToSlash(rel)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

// office is a desk with something of everything.
func office() map[string]string {
	files := map[string]string{
		"records/services/vpn.md":              "---\nid: vpn\ntitle: Remote access\nstate: live\nowner: lee\n---\n\n## Description\n\nThe tunnel.\n",
		"records/people/lee.md":                "---\nid: lee\ntitle: Lee Park\nemail: lee@example.org\n---\n",
		"records/teams/network.md":             "---\nid: network\ntitle: Network\n---\n",
		"records/knowledge/vpn/reset-token.md": "---\nid: reset-token\ntitle: Reset your token\nkind: how-to\nstate: published\naudience: public\nsummary: In two minutes.\ntags: [token, zebra]\nlog:\n  - {at: 2026-10-01T09:00:00Z, by: lee, state: published}\n---\n\nFirst words.\n\n## When\n\nSee [VPN](../../services/vpn.md).\n\n## What\n\n1. One\n2. Two\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```sh\nfrontdesk list\n```\n\n## Else\n\n> Call us.\n",
	}
	for i := range 230 {
		id := fmt.Sprintf("INC-2611-%04d", i)
		state := []string{"new", "in-progress", "closed"}[i%3]
		files["records/incidents/2026-11/"+id+".md"] = fmt.Sprintf(`---
id: %s
title: Incident number %d
state: %s
impact: medium
urgency: high
priority: P%d
service: vpn
assignee: lee
requester: dana
opened_at: 2026-11-03T09:12:00Z
log:
  - {at: 2026-11-03T09:12:00Z, by: dana, state: new, priority: P2}
  - {at: 2026-11-03T09:20:00Z, by: lee, state: %s, assignee: lee}
---

## Description

The words of number %d, with a [link](../../knowledge/vpn/reset-token.md#what).

## Comments

### 2026-11-03T09:41:00Z lee

Could you send the client log?
`, id, i, state, 1+i%5, state, i)
	}
	return files
}

var address = regexp.MustCompile(`(?:href|src|action)="([^"]*)"`)

func TestEveryAddressOfASiteLeadsToAFile(t *testing.T) {
	for _, audience := range []string{"staff", "public"} {
		files := readTree(t, buildSite(t, newDesk(t, office()), "--audience", audience))
		checked := 0
		for name, text := range files {
			if path.Ext(name) != ".html" {
				continue
			}
			for _, m := range address.FindAllStringSubmatch(text, -1) {
				if strings.HasPrefix(m[1], "mailto:") {
					continue
				}
				to, fragment, _ := strings.Cut(m[1], "#")
				to, _, _ = strings.Cut(to, "?")
				target := path.Join(path.Dir(name), to)
				if to == "" {
					target = name
				}
				page, ok := files[target]
				if !ok || strings.HasPrefix(to, "/") || strings.Contains(to, ":") {
					t.Errorf("%s: %s: %q leads nowhere", audience, name, m[1])
				}
				if fragment != "" && !strings.Contains(page, ` id="`+fragment+`"`) {
					t.Errorf("%s: %s: %q leads to no part of the page", audience, name, m[1])
				}
				checked++
			}
		}
		if checked < 50 {
			t.Errorf("%s: only %d addresses", audience, checked)
		}
	}
}

func TestTheSameDeskMakesTheSameBytes(t *testing.T) {
	root := newDesk(t, office())
	first := readTree(t, buildSite(t, root))
	second := readTree(t, buildSite(t, root))
	if len(first) != len(second) {
		t.Fatalf("%d files, then %d", len(first), len(second))
	}
	for name := range first {
		if first[name] != second[name] {
			t.Errorf("%s differs", name)
		}
	}
}

func TestPagesHoldNoInlineScriptOrStyle(t *testing.T) {
	for name, text := range readTree(t, buildSite(t, newDesk(t, office()))) {
		if path.Ext(name) != ".html" {
			continue
		}
		for _, bad := range []string{"<style", " style=", "javascript:", " onclick", "http://", "https://", "<no value>", "ZgotmplZ", "safeHTML"} {
			if strings.Contains(text, bad) {
				t.Errorf("%s holds %q", name, bad)
			}
		}
		if n := strings.Count(text, "<h1"); n != 1 {
			t.Errorf("%s has %d headings of level 1", name, n)
		}
		for _, script := range regexp.MustCompile(`<script[^>]*>`).FindAllString(text, -1) {
			if !strings.Contains(script, " src=") {
				t.Errorf("%s: %s", name, script)
			}
		}
	}
}

func TestOnlyThePublicSeesWhatIsPublic(t *testing.T) {
	files := office()
	for name, text := range files {
		if strings.Contains(name, "/incidents/") {
			files[name] = strings.ReplaceAll(text, "number", "CANARY")
		}
	}
	files["records/people/lee.md"] = strings.ReplaceAll(files["records/people/lee.md"], "Lee Park", "CANARY person")
	files["records/knowledge/vpn/hidden.md"] = "---\nid: hidden-canary\ntitle: CANARY\nkind: faq\nstate: published\n---\nCANARY\n"
	site := readTree(t, buildSite(t, newDesk(t, files), "--audience", "public"))
	for name, text := range site {
		if low := strings.ToLower(name + text); strings.Contains(low, "canary") || strings.Contains(low, "inc-2611") || strings.Contains(low, "lee") {
			t.Errorf("%s holds what is not public", name)
		}
	}
	if !strings.Contains(site["knowledge/reset-token.html"], "First words.") {
		t.Error("the public article is missing")
	}
}

func TestARecordThatCannotBeReadMakesTheBuildFailAfterwards(t *testing.T) {
	files := office()
	files["records/incidents/2026-11/INC-2611-BAD0.md"] = "---\nid: INC-2611-BAD0\ntitle: [\n---\n"
	root := newDesk(t, files)
	code, stdout, stderr := command(t, root, "build", "--as-of", "now")
	if code != exitProblems {
		t.Errorf("exit status %d", code)
	}
	if !strings.Contains(stderr, "records/incidents/2026-11/INC-2611-BAD0.md") {
		t.Errorf("stderr is %s", stderr)
	}
	home := filepath.Join(root, "public", "index.html")
	if stdout != home+"\n" {
		t.Errorf("stdout is %q", stdout)
	}
	if data, err := os.ReadFile(home); err != nil || !strings.Contains(string(data), "One record is missing here") {
		t.Errorf("the home page does not warn: %v", err)
	}
	if _, err := os.Stat(filepath.Join(root, "public", "unreadable.html")); err != nil {
		t.Error(err)
	}
}

func TestMistakesHaveTheirExitStatus(t *testing.T) {
	root := newDesk(t, office())
	foreign := t.TempDir()
	writeFile(t, filepath.Join(foreign, "thesis.txt"), "precious")
	for name, c := range map[string]struct {
		dir    string
		args   []string
		code   int
		stderr string
	}{
		"an unknown command":        {root, []string{"biuld"}, exitUsage, "there is no command"},
		"an unknown flag":           {root, []string{"build", "--now"}, exitUsage, "unknown flag"},
		"too many words":            {root, []string{"build", "x"}, exitUsage, ""},
		"an unknown audience":       {root, []string{"build", "--as-of", "now", "--audience", "all"}, exitUsage, "audience"},
		"a time that is none":       {root, []string{"build", "--as-of", "tomorrow"}, exitUsage, "2026-11-03"},
		"a base URL that is none":   {root, []string{"build", "--base-url", "desk"}, exitUsage, "https://"},
		"a folder of somebody else": {root, []string{"build", "--as-of", "now", "--out", foreign}, exitFailure, "was not made by"},
		"the records as the folder": {root, []string{"build", "--as-of", "now", "--out", filepath.Join(root, "records", "public")}, exitUsage, "own files"},
		"the desk as the folder":    {root, []string{"build", "--as-of", "now", "--out", root}, exitUsage, "own files"},
		"a folder that is no desk":  {foreign, []string{"build"}, exitFailure, "frontdesk init"},
		"a port that there is not":  {root, []string{"serve", "--port", "70000"}, exitUsage, "is no port"},
		"a port that is no number":  {root, []string{"serve", "--port", "abc"}, exitUsage, "is no port"},
	} {
		code, _, stderr := command(t, c.dir, c.args...)
		if code != c.code || !strings.Contains(stderr, c.stderr) || !strings.Contains(stderr, "hint: ") {
			t.Errorf("%s: exit status %d, want %d: %s", name, code, c.code, stderr)
		}
	}
	if data, _ := os.ReadFile(filepath.Join(foreign, "thesis.txt")); string(data) != "precious" {
		t.Error("a foreign file is gone")
	}
}

func TestTheTimeComesFromTheDeskNotTheClock(t *testing.T) {
	root := newDesk(t, office())
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "2026-11-03T09:20:00Z"},
		{[]string{"--as-of", "2026-01-02"}, "2026-01-02T00:00:00Z"},
		{[]string{"--as-of", "2026-01-02T03:04:05+01:00"}, "2026-01-02T02:04:05Z"},
		{[]string{"--as-of", "now"}, "2026-11-20T10:00:00Z"},
	} {
		if code, _, stderr := command(t, root, append([]string{"build"}, c.args...)...); code != exitClean {
			t.Fatalf("%v: %s", c.args, stderr)
		}
		data, err := os.ReadFile(filepath.Join(root, "public", "index.html"))
		if err != nil || !strings.Contains(string(data), `as of <time datetime="`+c.want+`"`) {
			t.Errorf("%v: the site is not as of %s: %v", c.args, c.want, err)
		}
	}
	code, _, stderr := command(t, newDesk(t, nil), "build")
	if code != exitFailure || !strings.Contains(stderr, "--as-of now") {
		t.Errorf("an empty desk: exit status %d: %s", code, stderr)
	}
}

func TestADesksOwnThemeLiesOverTheBuiltInOne(t *testing.T) {
	files := office()
	files["site/layouts/missing.html"] = `{{ define "main" }}<h1>Lost?</h1>{{ end }}`
	files["site/static/logo.txt"] = "logo"
	files["site/parts/own.html"] = `{{ define "facts" }}<p>own facts</p>{{ end }}`
	files["site/content/evil.md"] = "---\nurl: /evil.html\n---\n"
	site := readTree(t, buildSite(t, newDesk(t, files)))
	if !strings.Contains(site["404.html"], "Lost?") || site["logo.txt"] != "logo" || !strings.Contains(site["services/vpn.html"], "own facts") {
		t.Error("the desk's own theme is not used")
	}
	if _, ok := site["evil.html"]; ok {
		t.Error("content beside the records is published")
	}
	files["site/static/index.html"] = "mine"
	if code, _, stderr := command(t, newDesk(t, files), "build", "--as-of", "now"); code != exitFailure || !strings.Contains(stderr, "index.html") {
		t.Errorf("a static file over a page: exit status %d: %s", code, stderr)
	}
}

func TestThePageForMissingPagesKnowsWhereTheSiteIs(t *testing.T) {
	site := readTree(t, buildSite(t, newDesk(t, office()), "--base-url", "https://help.example.org/desk"))
	if !strings.Contains(site["404.html"], `href="https://help.example.org/desk/theme/site.css"`) {
		t.Error("the page has relative addresses")
	}
}

func TestTheSearchIndexIsComplete(t *testing.T) {
	site := readTree(t, buildSite(t, newDesk(t, office())))
	var all [][]any
	text := strings.TrimSuffix(strings.TrimPrefix(site["search/1.js"], "(self.frontdesk=self.frontdesk||[]).push(\n"), ");\n")
	if err := json.Unmarshal([]byte("["+text+"]"), &all); err != nil {
		t.Fatal(err)
	}
	if len(all) != 234 {
		t.Errorf("%d records in the index", len(all))
	}
	if !slices.ContainsFunc(all, func(e []any) bool {
		return e[0] == "knowledge/reset-token.html" && strings.Contains(fmt.Sprint(e...), "zebra")
	}) {
		t.Error("an article is missing")
	}
}
