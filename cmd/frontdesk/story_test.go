package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// company is a team with a repository on a server, whose pre-receive hook is
// Frontdesk's, and a forge that knows reviews. Everybody has a clone, a key and a
// configuration of their own. It has a clock, which commits and commands go by.
type company struct {
	t      *testing.T
	dir    string // each person's home is a folder in it
	remote string
	now    time.Time

	mu      sync.Mutex
	reviews []map[string]any // as GitHub tells them
}

// The change that the story is about, and where it lies.
const (
	storyID   = "CHG-2611-W3BC"
	storyPath = "records/changes/2026-11/CHG-2611-W3BC.md"
)

// storyDesk is what the repository holds before the story begins.
func storyDesk() map[string]string {
	files := map[string]string{
		"desk.yaml": "version: 1\nname: Operations\naddress: https://desk.example.com\ntime_zone: UTC\nbranches: [main]\nroles: {change-managers: [mona]}\n",
		"schema/change.yaml": "type: change\nextends: change\npolicy:\n  states: [scheduled, implement, review, closed]\n" +
			"  cover:\n    fields: [title, kind, services, impact, likelihood, risk, planned_start, planned_end, implementer, requester]\n" +
			"    sections: [Plan, Test plan, Backout plan]\n    paths: [\"**\"]\n  guard: [\"deploy/**\"]\n" +
			"  window: {start: planned_start, end: planned_end}\n  separation: {fields: [requester, implementer], contributors: true}\n  rules:\n" +
			"    - {name: peers, when: \"self.kind == 'normal'\", need: 2, from: [anyone]}\n" +
			"    - {name: emergency, when: \"self.kind == 'emergency'\", need: 1, from: [{role: change-managers}], within: PT24H}\n",
		"records/services/web.md": "---\nid: web\ntitle: Web shop\nstate: live\nkind: business\ncriticality: high\nowner: mona\nteam: ops\nlive_at: 2020-01-01T00:00:00Z\n" +
			"log:\n  - {at: 2020-01-01T00:00:00Z, by: mona, state: live, owner: mona, team: ops, criticality: high}\n---\n\n## Description\n\nThe shop.\n",
		"records/teams/ops.md": "---\nid: ops\ntitle: Operations\nlead: mona\nmembers: [eve, ivan, lee, rosa]\n---\n",
		"deploy/web.yaml":      "certificate: old\n",
	}
	for _, p := range storyPeople() {
		account := ""
		if p == "rosa" {
			account = "accounts: {github: rosa-gh}\n"
		}
		files["records/people/"+p+".md"] = fmt.Sprintf("---\nid: %s\ntitle: %s Example\nemail: %s@example.com\n%s---\n", p, strings.ToUpper(p[:1])+p[1:], p, account)
	}
	return files
}

func storyPeople() []string { return []string{"eve", "ivan", "lee", "mona", "rosa"} }

// newCompany sets the company up: keys, repository, hook, clones.
func newCompany(t *testing.T) *company {
	t.Helper()
	c := &company{t: t, dir: t.TempDir(), now: time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC)}
	var signers strings.Builder
	for _, p := range append(storyPeople(), "pipeline") {
		home := filepath.Join(c.dir, p)
		must(t, os.MkdirAll(home, 0o777))
		c.keygen(filepath.Join(home, "key"))
		must(t, os.WriteFile(filepath.Join(home, ".gitconfig"), fmt.Appendf(nil,
			"[user]\n\tname = %s Example\n\temail = %s@example.com\n\tsigningKey = %s\n[gpg]\n\tformat = ssh\n[init]\n\tdefaultBranch = main\n[advice]\n\tdetachedHead = false\n",
			strings.ToUpper(p[:1])+p[1:], p, filepath.Join(home, "key.pub")), 0o666))
		public, err := os.ReadFile(filepath.Join(home, "key.pub"))
		must(t, err)
		space := "frontdesk-approval"
		if p == "pipeline" {
			space = "frontdesk-attestation"
		}
		fmt.Fprintf(&signers, "%s namespaces=%q %s", p, space, public)
	}
	first := filepath.Join(c.dir, "mona", "desk")
	for name, text := range storyDesk() {
		putFile(t, first, name, text)
	}
	putFile(t, first, "signers", signers.String())
	mona := c.as("mona")
	mona.git("init", "-q")
	mona.commit("The desk")
	c.remote = filepath.Join(c.dir, "server.git")
	mona.git("clone", "-q", "--bare", first, c.remote)
	mona.git("remote", "add", "origin", c.remote)
	mona.git("fetch", "-q", "origin")
	mona.git("branch", "-q", "--set-upstream-to=origin/main")
	for _, p := range storyPeople() {
		if p != "mona" {
			mona.git("clone", "-q", c.remote, filepath.Join(c.dir, p, "desk"))
		}
	}
	c.guard(true)
	return c
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func (c *company) keygen(file string) {
	c.t.Helper()
	if out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", file).CombinedOutput(); err != nil {
		c.t.Fatalf("ssh-keygen: %v\n%s", err, out)
	}
}

// guard puts the pre-receive hook in place, or takes it away, as an administrator
// in a hurry does.
func (c *company) guard(on bool) {
	c.t.Helper()
	hook := filepath.Join(c.remote, "hooks", "pre-receive")
	if !on {
		must(c.t, os.Remove(hook))
		return
	}
	must(c.t, os.WriteFile(hook, []byte("#!/bin/sh\nexec frontdesk hooks run pre-receive\n"), 0o777))
}

// later moves the clock.
func (c *company) later(d time.Duration) { c.now = c.now.Add(d) }

// seat is where a person works.
type seat struct {
	*company
	person, dir string
}

// as returns a person's seat.
func (c *company) as(person string) *seat {
	return &seat{company: c, person: person, dir: filepath.Join(c.dir, person, "desk")}
}

func (s *seat) cmd(name string, args ...string) *exec.Cmd {
	ctx, cancel := context.WithTimeout(s.t.Context(), time.Minute)
	s.t.Cleanup(cancel)
	cmd := exec.CommandContext(ctx, name, args...)
	home, now := filepath.Join(s.company.dir, s.person), s.now.Format(time.RFC3339)
	cmd.Dir = s.dir
	cmd.Env = append(os.Environ(), "HOME="+home, "XDG_CONFIG_HOME="+home, "GIT_CONFIG_NOSYSTEM=1", "TZ=UTC", "NO_COLOR=1",
		"GIT_AUTHOR_DATE="+now, "GIT_COMMITTER_DATE="+now, "FRONTDESK_TEST_NOW="+now, "FRONTDESK_FORGE_TOKEN=secret")
	return cmd
}

// exits runs a command, wants its exit code, and returns all it said.
func (s *seat) exits(code int, name string, args ...string) string {
	s.t.Helper()
	out, err := s.cmd(name, args...).CombinedOutput()
	got := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		must(s.t, err)
	}
	if got != code {
		s.t.Fatalf("%s at %s: %s %s exits with %d, want %d\n%s", s.person, s.now.Format(time.RFC3339), name, strings.Join(args, " "), got, code, out)
	}
	return string(out)
}

func (s *seat) git(args ...string) string { s.t.Helper(); return s.exits(0, "git", args...) }

func (s *seat) frontdesk(args ...string) string {
	s.t.Helper()
	return s.exits(0, "frontdesk", args...)
}

func (s *seat) commit(message string) {
	s.t.Helper()
	s.git("add", "-A")
	s.git("commit", "-q", "-m", message)
}

// edit replaces a part of a file, which must be there.
func (s *seat) edit(name, old, new string) {
	s.t.Helper()
	full := filepath.Join(s.dir, filepath.FromSlash(name))
	data, err := os.ReadFile(full)
	must(s.t, err)
	if !strings.Contains(string(data), old) {
		s.t.Fatalf("%s holds no %q:\n%s", name, old, data)
	}
	must(s.t, os.WriteFile(full, []byte(strings.Replace(string(data), old, new, 1)), 0o666))
}

// wants fails unless a text holds all the parts.
func wants(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Fatalf("%q is missing in:\n%s", p, text)
		}
	}
}

// forge serves the part of GitHub's API that is asked for.
func (c *company) forge() string {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /repos/acme/desk/pulls/7/reviews", func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer secret" {
			http.Error(w, `{"message":"Bad credentials"}`, http.StatusUnauthorized)
			return
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(c.reviews)
	})
	mux.HandleFunc("GET /repos/acme/desk/pulls/7", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]any{"number": 7, "head": map[string]any{"sha": c.head()}, "base": map[string]any{"ref": "main"}, "user": map[string]any{"login": "eve-gh"}})
	})
	server := httptest.NewServer(mux)
	c.t.Cleanup(server.Close)
	return server.URL
}

// review is what a person with an account does on the forge.
func (c *company) review(account, state, commit string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reviews = append(c.reviews, map[string]any{"id": 100 + len(c.reviews), "user": map[string]any{"login": account}, "state": state,
		"commit_id": commit, "submitted_at": c.now.Format(time.RFC3339), "body": ""})
}

// storyChange is the record as its engineer writes it.
const storyChange = `---
id: CHG-2611-W3BC
title: Renew the certificate of the shop
state: new
kind: normal
requester: eve
team: ops
assignee: eve
implementer: ivan
services: [web]
impact: medium
likelihood: low
risk: moderate
planned_start: 2026-11-05T22:00:00Z
planned_end: 2026-11-05T23:00:00Z
opened_at: 2026-11-03T09:00:00Z
log:
  - {at: 2026-11-03T09:00:00Z, by: eve, state: new, kind: normal, risk: moderate, team: ops, assignee: eve, implementer: ivan, planned_start: 2026-11-05T22:00:00Z, planned_end: 2026-11-05T23:00:00Z}
---

## Reason

It ends on 2026-11-09.

## Plan

1. Put the new certificate in place.
2. Reload.

## Test plan

Done on staging on 2026-11-02.

## Backout plan

Put the old one back; it is valid until 2026-11-09.
`

// open opens the change on a branch, with the code that it is about.
func (c *company) open() {
	c.t.Helper()
	eve := c.as("eve")
	eve.git("checkout", "-q", "-b", "certificate")
	putFile(c.t, eve.dir, storyPath, storyChange)
	eve.edit("deploy/web.yaml", "old", "new")
	eve.commit("Renew the certificate of the shop")

	// A step that the workflow does not know is annotated, on its line.
	eve.edit(storyPath, "state: new\nkind", "state: closed\nkind")
	eve.commit("Too fast")
	wants(c.t, eve.exits(1, "frontdesk", "check", "--base", "origin/main", "--format", "github"), "::error file="+storyPath+",line=4")
	eve.git("reset", "-q", "--hard", "HEAD~1")

	eve.frontdesk("set", storyID, "state=assess", "--commit")
	c.later(time.Hour)
	eve.frontdesk("set", storyID, "state=authorize", "--commit")
	eve.frontdesk("check", "--base", "origin/main")
	eve.git("push", "-q", "-u", "origin", "certificate")
}

// approve is a person's signed approval on the branch.
func (c *company) approve(person string) {
	c.t.Helper()
	s := c.as(person)
	s.git("fetch", "-q", "origin")
	s.git("checkout", "-q", "-B", "certificate", "origin/certificate")
	s.frontdesk("approve", storyID, "-m", "Read the plan", "--commit")
	s.git("push", "-q", "origin", "certificate")
}

// head returns the tip of the branch on the server.
func (c *company) head() string {
	return strings.TrimSpace(c.as("mona").git("--git-dir", c.remote, "rev-parse", "certificate"))
}

// attest has the pipeline write down what the forge says.
func (c *company) attest(url string) {
	c.t.Helper()
	s := c.as("mona")
	s.git("fetch", "-q", "origin")
	s.git("checkout", "-q", "-B", "certificate", "origin/certificate")
	s.frontdesk("attest", storyID, "--forge", "github", "--forge-url", url, "--repository", "acme/desk", "--pull", "7",
		"--key", filepath.Join(c.dir, "pipeline", "key"), "--commit")
	s.git("push", "-q", "origin", "certificate")
	s.git("checkout", "-q", "main")
}

// approved plays the story up to where the change is scheduled on its branch,
// with both approvals.
func (c *company) approved() {
	c.t.Helper()
	url := c.forge()
	c.open()
	c.approve("lee")
	c.review("rosa-gh", "APPROVED", c.head())
	c.attest(url)
	eve := c.as("eve")
	eve.git("pull", "-q", "--ff-only")
	eve.frontdesk("set", storyID, "state=scheduled", "--commit")
	eve.git("push", "-q")
}

// merge merges the branch into main, and pushes.
func (s *seat) merge() {
	s.t.Helper()
	s.git("checkout", "-q", "main")
	s.git("pull", "-q", "--ff-only")
	s.git("merge", "-q", "--no-ff", "-m", "Merge the certificate", "origin/certificate")
	s.git("push", "-q")
}

// TestTheStoryOfAChange plays a change from its first line to its end.
func TestTheStoryOfAChange(t *testing.T) {
	c := newCompany(t)
	url := c.forge()
	live := []string{"--forge", "github", "--forge-url", url, "--repository", "acme/desk", "--pull", "7"}
	c.open()
	eve, lee, ivan := c.as("eve"), c.as("lee"), c.as("ivan")
	wants(t, eve.exits(5, "frontdesk", "gate", "--base", "origin/main"), "0 of 2")

	// One signs, one reviews on the forge.
	c.later(time.Hour)
	c.approve("lee")
	eve.git("pull", "-q", "--ff-only")
	wants(t, eve.exits(5, "frontdesk", "gate", "--base", "origin/main"), "1 of 2")
	c.review("rosa-gh", "APPROVED", c.head())
	eve.exits(0, "frontdesk", append([]string{"gate", "--base", "origin/main", "--approval-only"}, live...)...)
	wants(t, eve.exits(6, "frontdesk", append([]string{"gate", "--base", "origin/main"}, live...)...), "2026-11-05 22:00")

	// The implementer moves the window, and nobody has approved that.
	c.later(time.Hour)
	ivan.git("fetch", "-q", "origin")
	ivan.git("checkout", "-q", "certificate")
	ivan.frontdesk("set", storyID, "planned_end=2026-11-06T03:00:00Z", "--commit")
	ivan.git("push", "-q")
	wants(t, ivan.exits(5, "frontdesk", append([]string{"gate", "--base", "origin/main"}, live...)...), "planned_end", "0 of 2")
	var shown struct {
		Verdict string
		Rules   []struct {
			Name       string
			Need, Have int
			By         []string
			Void       []struct{ By, Field, Reason string }
		}
	}
	must(t, json.Unmarshal([]byte(ivan.frontdesk("approvals", storyID, "--format", "json")), &shown))
	if len(shown.Rules) != 1 || shown.Verdict != "pending" || shown.Rules[0].Need != 2 || shown.Rules[0].Have != 0 ||
		len(shown.Rules[0].Void) != 1 || shown.Rules[0].Void[0].By != "lee" || shown.Rules[0].Void[0].Field != "planned_end" {
		t.Fatalf("%+v", shown)
	}

	// They approve again; the pipeline writes down what the forge says, so that it
	// can be proven without the forge.
	c.later(time.Hour)
	c.approve("lee")
	c.review("rosa-gh", "APPROVED", c.head())
	c.attest(url)
	eve.git("pull", "-q", "--ff-only")
	wants(t, eve.frontdesk("review", "--base", "origin/main"), storyID, "```mermaid", "lee", "rosa", "deploy/web.yaml")
	eve.frontdesk("set", storyID, "state=scheduled", "--commit")
	eve.git("push", "-q")

	// The gate opens with the window. Merged, done, reviewed, closed.
	eve.exits(6, "frontdesk", "gate", storyID)
	c.now = time.Date(2026, 11, 5, 22, 5, 0, 0, time.UTC)
	eve.exits(0, "frontdesk", "gate", storyID)
	eve.git("fetch", "-q")
	eve.merge()
	lee.git("checkout", "-q", "main")
	lee.git("pull", "-q", "--ff-only")
	lee.exits(0, "frontdesk", "gate", storyID, "--wait", "--timeout", "5s", "--interval", "1s")
	ivan.git("checkout", "-q", "main")
	ivan.git("pull", "-q", "--ff-only")
	ivan.frontdesk("set", storyID, "state=implement", "--commit")
	ivan.git("push", "-q")
	c.later(20 * time.Minute)
	ivan.frontdesk("set", storyID, "state=review", "--commit")
	c.later(12 * time.Hour)
	ivan.edit(storyPath, "It ends on 2026-11-09.\n", "It ended on 2026-11-09.\n") // the reason is not covered
	ivan.edit(storyPath, "valid until 2026-11-09.\n", "valid until 2026-11-09.\n\n## Post-implementation review\n\nAs planned.\n")
	ivan.commit("What came of it")
	ivan.frontdesk("set", storyID, "state=closed", "close_code=successful", "close_notes=The new certificate is in use.", "--commit")
	ivan.git("push", "-q")
	wants(t, ivan.frontdesk("audit"), "No exception")
}
