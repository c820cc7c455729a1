package gate

import (
	"context"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"frontdesk/records"
	"frontdesk/records/approval"
	"frontdesk/records/evidence"
	"frontdesk/records/git"
)

// TestMain lets no configuration of the machine touch the repositories.
func TestMain(m *testing.M) {
	home, err := os.MkdirTemp("", "gate-test-*")
	if err != nil {
		panic(err)
	}
	for name, value := range map[string]string{"HOME": home, "XDG_CONFIG_HOME": home, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.DevNull} {
		if err := os.Setenv(name, value); err != nil {
			panic(err)
		}
	}
	for _, p := range append(people(), "pipeline") {
		out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", filepath.Join(home, p)).CombinedOutput()
		if err != nil {
			panic(string(out))
		}
		public, err := os.ReadFile(filepath.Join(home, p+".pub"))
		if err != nil {
			panic(err)
		}
		publicKeys[p] = strings.TrimSpace(string(public))
	}
	keyFolder = home
	code := m.Run()
	_ = os.RemoveAll(home)
	os.Exit(code)
}

var (
	keyFolder  string
	publicKeys = map[string]string{}
)

func people() []string { return []string{"eve", "ivan", "lee", "mona", "rosa"} }

// scene is a real git repository with a desk in it, whose commits have a clock.
type scene struct {
	t      *testing.T
	top    string
	folder string // of the desk, "" or with a slash at its end
	now    time.Time
	author string // person
}

const (
	id         records.ID = "CHG-2611-W3BC"
	recordPath string     = "records/changes/2026-11/CHG-2611-W3BC.md"
)

// policy is one without a planned window, so that nothing stands on the calendar.
const policy = `type: change
extends: change
policy:
  states: [scheduled, implement, review, closed]
  cover:
    fields: [title, kind, services, planned_start, planned_end, implementer, requester]
    sections: [Plan, Test plan, Backout plan]
    paths: ["**"]
  guard: ["deploy/**"]
  separation: {fields: [requester, implementer], contributors: true, committers: [noreply@github.com]}
  standard: {when: "self.kind == 'standard'", kind: kind, template: template, version: template_version, otherwise: normal}
  rules:
    - {name: template, when: "facts.kind == 'standard'", template: true}
    - {name: peers, when: "facts.kind == 'normal'", need: 2, from: [anyone]}
    - {name: emergency, when: "facts.kind == 'emergency'", need: 1, from: [anyone], within: PT24H}
`

const changeText = `---
id: CHG-2611-W3BC
title: Renew the certificate
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
planned_start: 2026-11-10T10:00:00Z
planned_end: 2026-11-10T14:00:00Z
opened_at: 2026-11-03T09:00:00Z
log:
  - {at: 2026-11-03T09:00:00Z, by: eve, state: new, kind: normal}
---

## Reason

It ends.

## Plan

1. Put the new certificate in place.

## Test plan

Done on staging.

## Backout plan

Put the old one back.

## Work notes
`

func deskFilesOf() map[string]string {
	files := map[string]string{
		"desk.yaml":                                  "version: 1\nname: Operations\ntime_zone: UTC\nbranches: [main, release]\n",
		"schema/change.yaml":                         policy,
		"records/services/web.md":                    "---\nid: web\ntitle: Web\nstate: live\nowner: mona\nteam: ops\n---\n",
		"records/teams/ops.md":                       "---\nid: ops\ntitle: Operations\nlead: mona\nmembers: [eve, ivan, lee, rosa]\n---\n",
		"records/incidents/2026-11/INC-2611-AAAA.md": "---\nid: INC-2611-AAAA\ntitle: Down\nstate: new\n---\n",
	}
	var signers strings.Builder
	for _, p := range people() {
		files["records/people/"+p+".md"] = fmt.Sprintf("---\nid: %s\ntitle: %s Example\nemail: %s@example.com\naccounts: {github: %s-gh}\n---\n", p, strings.ToUpper(p[:1])+p[1:], p, p)
		fmt.Fprintf(&signers, "%s namespaces=\"frontdesk-approval\" %s\n", p, publicKeys[p])
	}
	fmt.Fprintf(&signers, "pipeline namespaces=\"frontdesk-attestation\" %s\n", publicKeys["pipeline"])
	files["signers"] = signers.String()
	return files
}

// newScene makes a repository with a desk on main, in a folder below its top, and
// code beside it.
func newScene(t *testing.T, folder string) *scene {
	t.Helper()
	s := &scene{t: t, top: t.TempDir(), folder: folder, now: time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC), author: "mona"}
	s.git("init", "--quiet", "--initial-branch=main")
	s.put(map[string]string{"/deploy/web.yaml": "certificate: old\n", "/README.md": "Code.\n"})
	s.commit(deskFilesOf())
	return s
}

func (s *scene) git(args ...string) string {
	s.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = s.top
	s.now = s.now.Add(time.Minute)
	date, name := s.now.Format(time.RFC3339), strings.ToUpper(s.author[:1])+s.author[1:]+" Example"
	cmd.Env = append(os.Environ(), "GIT_AUTHOR_DATE="+date, "GIT_COMMITTER_DATE="+date, "GIT_AUTHOR_NAME="+name, "GIT_COMMITTER_NAME="+name,
		"GIT_AUTHOR_EMAIL="+s.author+"@example.com", "GIT_COMMITTER_EMAIL="+s.author+"@example.com")
	out, err := cmd.CombinedOutput()
	if err != nil {
		s.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// put writes files by their paths in the desk, or from the top where they begin
// with a slash; an empty one is removed.
func (s *scene) put(files map[string]string) {
	s.t.Helper()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		p := path.Join(s.folder, name)
		if top, ok := strings.CutPrefix(name, "/"); ok {
			p = top
		}
		p = filepath.Join(s.top, filepath.FromSlash(p))
		err := os.MkdirAll(filepath.Dir(p), 0o755)
		if err == nil && files[name] == "" {
			err = os.Remove(p)
		} else if err == nil {
			err = os.WriteFile(p, []byte(files[name]), 0o644)
		}
		if err != nil {
			s.t.Fatal(err)
		}
	}
}

// commit writes files and commits everything.
func (s *scene) commit(files map[string]string, message ...string) {
	s.t.Helper()
	s.put(files)
	s.git("add", "--all")
	s.git("commit", "--quiet", "--allow-empty", "-m", strings.Join(append(message, "."), "\n"))
}

// as has somebody else work.
func (s *scene) as(person string) *scene { s.author = person; return s }

// open opens the change on a branch, with the code that it is about.
func (s *scene) open() string {
	s.t.Helper()
	s.git("checkout", "--quiet", "-b", "change")
	s.as("eve").commit(map[string]string{recordPath: changeText, "/deploy/web.yaml": "certificate: new\n"}, "Renew the certificate")
	return s.git("rev-parse", "HEAD")
}

// edit replaces a part of the record and commits that.
func (s *scene) edit(old, new string) {
	s.t.Helper()
	p := filepath.Join(s.top, s.folder, filepath.FromSlash(recordPath))
	data, err := os.ReadFile(p)
	if err != nil || !strings.Contains(string(data), old) {
		s.t.Fatalf("%v: no %q in\n%s", err, old, data)
	}
	s.commit(map[string]string{recordPath: strings.Replace(string(data), old, new, 1)}, "Edit")
}

func (s *scene) repo() *git.Repo {
	s.t.Helper()
	repo, err := git.Open(filepath.Join(s.top, s.folder))
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() { _ = repo.Close() })
	return repo
}

func (s *scene) options(o Options) Options {
	if o.AsOf.IsZero() {
		o.AsOf = s.now.Add(time.Minute)
	}
	return o
}

func (s *scene) between(base, head string, o Options) *Report {
	s.t.Helper()
	rep, err := Between(context.Background(), s.repo(), base, head, s.options(o))
	if err != nil {
		s.t.Fatal(err)
	}
	return rep
}

func (s *scene) of(o Options) *Case {
	s.t.Helper()
	rep, err := Of(context.Background(), s.repo(), "change", id, s.options(o))
	if err != nil {
		s.t.Fatal(err)
	}
	if len(rep.Cases) != 1 {
		s.t.Fatalf("%d cases", len(rep.Cases))
	}
	return rep.Cases[0]
}

// wants fails unless the verdict is one, for reasons that hold all words.
func (s *scene) wants(c *Case, state approval.State, words ...string) {
	s.t.Helper()
	text := told(c)
	if c.Verdict.State != state {
		s.t.Fatalf("it is %s, want %s:\n%s", c.Verdict.State, state, text)
	}
	for _, w := range words {
		if !strings.Contains(text, w) {
			s.t.Fatalf("%q is missing in\n%s", w, text)
		}
	}
}

func told(c *Case) string {
	text := strings.Join(c.Verdict.Reasons, "\n")
	for _, r := range c.Verdict.Rules {
		text += fmt.Sprintf("\nrule %s: %d of %d by %v, could %v", r.Name, r.Have, r.Need, r.By, r.Could)
		for _, v := range r.Void {
			text += fmt.Sprintf("\nvoid %s [%s]: %s", v.By, v.Field, v.Reason)
		}
	}
	for _, r := range c.Verdict.Refused {
		text += fmt.Sprintf("\nrefused %s %s: %s", r.By, r.Path, r.Reason)
	}
	return text
}

// say has a person say something of the record as HEAD has it, and returns the files
// that prove it.
func (s *scene) say(person string, d evidence.Decision) map[string]string {
	s.t.Helper()
	st, err := s.of(Options{}).Statement(records.ID(person), d, "", s.now)
	if err != nil {
		s.t.Fatal(err)
	}
	return s.signed(st, person)
}

// signed returns the files of a statement, signed with somebody's key.
func (s *scene) signed(st *evidence.Statement, key string) map[string]string {
	s.t.Helper()
	data, err := st.Bytes()
	if err != nil {
		s.t.Fatal(err)
	}
	name, err := st.FileName()
	if err != nil {
		s.t.Fatal(err)
	}
	pem, err := os.ReadFile(filepath.Join(keyFolder, key))
	if err != nil {
		s.t.Fatal(err)
	}
	signer, err := evidence.ParseKey(pem)
	if err != nil {
		s.t.Fatal(err)
	}
	sig, err := evidence.SignSSH(signer, st.Evidence, data)
	if err != nil {
		s.t.Fatal(err)
	}
	p := folderOf(recordPath) + name
	return map[string]string{p: string(data), p + ".sig": string(sig)}
}

// approve has people approve the record, each in a commit of their own.
func (s *scene) approve(people ...string) {
	s.t.Helper()
	for _, p := range people {
		files := s.say(p, evidence.Approve)
		s.as(p).commit(files, p+" approves")
	}
	s.as("eve")
}

// merge merges the branch into main, in one of the ways of forges.
func (s *scene) merge(how string) string {
	s.t.Helper()
	branch := s.git("rev-parse", "--abbrev-ref", "HEAD")
	switch how {
	case "merge":
		s.git("checkout", "--quiet", "main")
		s.git("merge", "--quiet", "--no-ff", "-m", "Merge", branch)
	case "squash":
		s.git("checkout", "--quiet", "main")
		s.git("merge", "--quiet", "--squash", branch)
		s.git("commit", "--quiet", "-m", "Squash")
	case "rebase":
		s.git("checkout", "--quiet", branch)
		s.git("rebase", "--quiet", "--force-rebase", "main")
		s.git("checkout", "--quiet", "main")
		s.git("merge", "--quiet", "--ff-only", branch)
	}
	return s.git("rev-parse", "HEAD")
}
