package audit

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
	"sync"
	"testing"
	"time"

	"frontdesk/records"
	"frontdesk/records/evidence"
	"frontdesk/records/gate"
	"frontdesk/records/git"
)

// TestMain lets no configuration of the machine touch the repositories, and makes
// everybody a key.
func TestMain(m *testing.M) {
	home, err := os.MkdirTemp("", "audit-test-*")
	if err != nil {
		panic(err)
	}
	for name, value := range map[string]string{"HOME": home, "XDG_CONFIG_HOME": home, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.DevNull} {
		if err := os.Setenv(name, value); err != nil {
			panic(err)
		}
	}
	for _, p := range people() {
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

const policy = `type: change
extends: change
policy:
  states: [scheduled, implement, review, closed]
  cover: {fields: [title, kind, requester, implementer], sections: [Plan], paths: ["**"]}
  guard: ["deploy/**"]
  separation: {fields: [requester, implementer], contributors: true}
  rules:
    - {name: peers, when: "facts.kind == 'normal'", need: 2, from: [anyone]}
    - {name: emergency, when: "facts.kind == 'emergency'", need: 1, from: [anyone], within: PT24H}
`

const (
	changeID = "CHG-2611-W3BC"
	incident = "records/incidents/2026-11/INC-2611-AAAA.md"
)

func pathOf(id string) string { return "records/changes/2026-11/" + id + ".md" }

func changeText(id, kind, requester, implementer string) string {
	return fmt.Sprintf(`---
id: %s
title: Renew the certificate
state: scheduled
kind: %s
requester: %s
implementer: %s
opened_at: 2026-11-03T09:00:00Z
log:
  - {at: 2026-11-03T09:00:00Z, by: %[3]s, state: new}
  - {at: 2026-11-03T09:05:00Z, by: %[3]s, state: scheduled}
---

## Plan

1. Put the new certificate in place.

## Work notes
`, id, kind, requester, implementer)
}

// scene is a real repository with a desk, whose commits have a clock.
type scene struct {
	t      *testing.T
	top    string
	folder string // of the desk, "" or with a slash at its end
	now    time.Time
	author string
}

// newScene returns a desk in a folder of a repository. It is made once.
func newScene(t *testing.T, folder string) *scene {
	t.Helper()
	stage.Lock()
	defer stage.Unlock()
	built := stages[folder]
	if built == nil {
		built = buildScene(t, folder)
		stages[folder] = &scene{top: filepath.Join(keyFolder, "stage-"+strings.Trim(folder, "/")), folder: folder, now: built.now, author: built.author}
		if err := os.CopyFS(stages[folder].top, os.DirFS(built.top)); err != nil {
			t.Fatal(err)
		}
		return built
	}
	s := *built
	s.t, s.top = t, t.TempDir()
	if err := os.CopyFS(s.top, os.DirFS(built.top)); err != nil {
		t.Fatal(err)
	}
	return &s
}

var (
	stage  sync.Mutex
	stages = map[string]*scene{} // by folder
)

func buildScene(t *testing.T, folder string) *scene {
	t.Helper()
	s := &scene{t: t, top: t.TempDir(), folder: folder, now: time.Date(2026, 11, 3, 9, 10, 0, 0, time.UTC), author: "mona"}
	s.git("init", "--quiet", "--initial-branch=main")
	s.commit("Code", map[string]string{"/deploy/web.yaml": "certificate: old\n", "/README.md": "Code.\n"})
	files := map[string]string{
		"desk.yaml":               "version: 1\nname: Operations\ntime_zone: UTC\nbranches: [main]\n",
		"schema/change.yaml":      policy,
		"records/services/web.md": "---\nid: web\ntitle: Web\nstate: live\nowner: mona\nteam: ops\n---\n",
		"records/teams/ops.md":    "---\nid: ops\ntitle: Operations\nlead: mona\nmembers: [eve, ivan, lee, rosa]\n---\n",
		incident:                  "---\nid: INC-2611-AAAA\ntitle: Down\nstate: new\nlog:\n  - {at: 2026-11-03T08:00:00Z, by: lee, state: new}\n---\n",
	}
	signers := ""
	for _, p := range people() {
		files["records/people/"+p+".md"] = fmt.Sprintf("---\nid: %s\ntitle: %s Example\nemail: %s@example.com\n---\n", p, p, p)
		signers += p + " namespaces=\"frontdesk-approval\" " + publicKeys[p] + "\n"
	}
	files["signers"] = signers
	s.commit("The desk", files)
	return s
}

func (s *scene) git(args ...string) string {
	s.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = s.top
	s.now = s.now.Add(time.Second)
	date := s.now.Format(time.RFC3339)
	cmd.Env = append(os.Environ(), "GIT_AUTHOR_DATE="+date, "GIT_COMMITTER_DATE="+date, "GIT_AUTHOR_NAME="+s.author, "GIT_COMMITTER_NAME="+s.author,
		"GIT_AUTHOR_EMAIL="+s.author+"@example.com", "GIT_COMMITTER_EMAIL="+s.author+"@example.com")
	out, err := cmd.CombinedOutput()
	if err != nil {
		s.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// commit writes files, those that begin with a slash from the top, removes empty
// ones, and commits everything.
func (s *scene) commit(message string, files map[string]string) {
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
	s.git("add", "--all")
	s.git("commit", "--quiet", "--allow-empty", "-m", message)
}

func (s *scene) as(person string) *scene { s.author = person; return s }

func (s *scene) later(d time.Duration) *scene { s.now = s.now.Add(d); return s }

func (s *scene) read(name string) string {
	s.t.Helper()
	data, err := os.ReadFile(filepath.Join(s.top, s.folder, filepath.FromSlash(name)))
	if err != nil {
		s.t.Fatal(err)
	}
	return string(data)
}

// edit replaces a part of a file, and commits that.
func (s *scene) edit(name, old, new string) {
	s.t.Helper()
	text := s.read(name)
	if !strings.Contains(text, old) {
		s.t.Fatalf("no %q in\n%s", old, text)
	}
	s.commit("Edit "+path.Base(name), map[string]string{name: strings.Replace(text, old, new, 1)})
}

// step sets a change's state, with its log line.
func (s *scene) step(id, from, to string) {
	s.t.Helper()
	text := strings.Replace(s.read(pathOf(id)), "\nstate: "+from+"\n", "\nstate: "+to+"\n", 1)
	line := fmt.Sprintf("  - {at: %s, by: %s, state: %s}\n---\n\n## Plan", records.FormatTime(s.now), s.author, to)
	s.commit("Set "+id+" to "+to, map[string]string{pathOf(id): strings.Replace(text, "---\n\n## Plan", line, 1)})
}

// open opens a change on a branch, with the code that it is about.
func (s *scene) open(id, kind, requester, implementer string) {
	s.t.Helper()
	s.git("checkout", "--quiet", "-b", id)
	s.as(requester).commit("Renew the certificate", map[string]string{pathOf(id): changeText(id, kind, requester, implementer), "/deploy/web.yaml": "certificate: " + id + "\n"})
}

// say returns the files by which a person approves a change as HEAD has it, signed
// with somebody's key.
func (s *scene) say(id, person, key string) map[string]string {
	s.t.Helper()
	rep, err := gate.Of(context.Background(), s.repo(), "change", records.ID(id), gate.Options{AsOf: s.now})
	if err != nil || len(rep.Cases) != 1 {
		s.t.Fatalf("%v, %v", rep, err)
	}
	st, err := rep.Cases[0].Statement(records.ID(person), evidence.Approve, "", s.now)
	if err != nil {
		s.t.Fatal(err)
	}
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
	p := strings.TrimSuffix(pathOf(id), ".md") + "/approvals/" + name
	return map[string]string{p: string(data), p + ".sig": string(sig)}
}

// approve has people approve a change, each in a commit of their own.
func (s *scene) approve(id string, people ...string) {
	s.t.Helper()
	for _, p := range people {
		s.as(p).commit(p+" approves "+id, s.say(id, p, p))
	}
}

// merge merges a branch into main.
func (s *scene) merge(id string) {
	s.t.Helper()
	s.as("mona").git("checkout", "--quiet", "main")
	s.git("merge", "--quiet", "--no-ff", "-m", "Merge "+id, id)
}

// land opens a change, has people approve it, and merges it.
func (s *scene) land(id, kind, requester, implementer string, approvers ...string) {
	s.t.Helper()
	s.open(id, kind, requester, implementer)
	s.approve(id, approvers...)
	s.merge(id)
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

func (s *scene) audit(o Options) *Report {
	s.t.Helper()
	if o.AsOf.IsZero() {
		o.AsOf = s.now
	}
	rep, err := Run(context.Background(), s.repo(), o)
	if err != nil {
		s.t.Fatal(err)
	}
	return rep
}

// told returns the exceptions, one a line.
func told(rep *Report) string {
	var b strings.Builder
	for _, x := range rep.Exceptions {
		subject := ""
		if x.Entry != nil {
			subject = x.Entry.Subject
		}
		fmt.Fprintf(&b, "%s [%s] %s: %s\n", x.Rule, x.Severity(), subject, x.Words)
	}
	return b.String()
}

// rules returns the rules of what made the audit fail, each once.
func rules(rep *Report) string {
	var out []string
	for _, x := range rep.Exceptions {
		if !x.Information && !slices.Contains(out, string(x.Rule)) {
			out = append(out, string(x.Rule))
		}
	}
	return strings.Join(out, " ")
}

func populationOf(rep *Report) string {
	var b strings.Builder
	for _, e := range rep.Entries {
		fmt.Fprintf(&b, "%s: %s %s\n", e.Subject, e.Basis, strings.Join(e.Records, " "))
	}
	return b.String()
}
