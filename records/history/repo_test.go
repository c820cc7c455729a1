package history

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"frontdesk/records/git"
	"frontdesk/records/tree"
	"frontdesk/schema"
)

// home is where the record of the tests lies at first.
const home = "records/incidents/2026-11/INC-2611-K7Q4.md"

// desk is a desk in a repository that no configuration of the machine touches.
type desk struct {
	t   *testing.T
	dir string
}

func newDesk(t *testing.T) desk {
	t.Helper()
	empty := t.TempDir()
	for name, value := range map[string]string{"HOME": empty, "XDG_CONFIG_HOME": empty, "GIT_CONFIG_NOSYSTEM": "1",
		"GIT_AUTHOR_NAME": "Dana Diaz", "GIT_AUTHOR_EMAIL": "dana@example.com", "GIT_COMMITTER_NAME": "Dana Diaz", "GIT_COMMITTER_EMAIL": "dana@example.com"} {
		t.Setenv(name, value)
	}
	d := desk{t, t.TempDir()}
	d.git("init", "--quiet", "--initial-branch=main")
	d.write(tree.ConfigFile, "version: 1\nname: example\ntime_zone: UTC\n")
	return d
}

func (d desk) git(args ...string) string {
	d.t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir = d.dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		d.t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

func (d desk) write(name, text string) {
	d.t.Helper()
	p := filepath.Join(d.dir, name)
	if err := os.MkdirAll(filepath.Dir(p), 0o755); err != nil {
		d.t.Fatal(err)
	}
	if err := os.WriteFile(p, []byte(text), 0o644); err != nil {
		d.t.Fatal(err)
	}
}

// commit commits everything at an hour of the third of November.
func (d desk) commit(hour int, subject string) {
	d.t.Helper()
	at := fmt.Sprintf("2026-11-03T%02d:00:00Z", hour)
	d.t.Setenv("GIT_AUTHOR_DATE", at)
	d.t.Setenv("GIT_COMMITTER_DATE", at)
	d.git("add", "--all")
	d.git("commit", "--quiet", "--allow-empty", "--message", subject)
}

// merge merges a branch, taking a text of the record where one is given.
func (d desk) merge(hour int, branch, text string) {
	d.t.Helper()
	cmd := exec.Command("git", "merge", "--quiet", "--no-ff", "--no-commit", branch)
	cmd.Dir = d.dir
	_ = cmd.Run() // it may conflict
	if text != "" {
		d.write(home, text)
	}
	d.commit(hour, "merge")
}

// trace follows the record with the id K7Q4.
func (d desk) trace() *Trace {
	d.t.Helper()
	repo, err := git.Open(d.dir)
	if err != nil {
		d.t.Fatal(err)
	}
	defer repo.Close()
	t, err := tree.Open(d.dir)
	if err != nil {
		d.t.Fatal(err)
	}
	defer t.Close()
	names := t.Resolve("k7q4")
	if len(names) != 1 {
		d.t.Fatalf("%d records", len(names))
	}
	versions, err := Versions(context.Background(), repo, t, names[0])
	if err != nil {
		d.t.Fatal(err)
	}
	return NewTrace(t.Types.Get(names[0].Type), versions)
}

// incident writes the record of the tests: its state, log lines and comments.
func incident(state string, lines ...string) string {
	var b strings.Builder
	b.WriteString("---\nid: INC-2611-K7Q4\ntitle: VPN drops\nstate: " + state + "\nimpact: high\nlog:\n")
	var body []string
	for _, line := range lines {
		if text, ok := strings.CutPrefix(line, "comment "); ok {
			body = append(body, text)
			continue
		}
		b.WriteString("  - {" + line + "}\n")
	}
	b.WriteString("---\n\n## Description\n\nIt drops.\n\n## Comments\n")
	for _, text := range body {
		b.WriteString("\n### 2026-11-03T09:41:00Z lee\n\n" + text + "\n")
	}
	return b.String()
}

const (
	opened  = "at: 2026-11-03T09:00:00Z, by: dana, state: new"
	started = "at: 2026-11-03T10:00:00Z, by: lee, state: in-progress"
	solved  = "at: 2026-11-03T11:00:00Z, by: lee, state: resolved"
)

// subject returns what a version is called in tests.
func subject(v *Version) string {
	switch {
	case v == nil:
		return "nothing"
	case !v.IsCommitted():
		return "uncommitted"
	}
	return v.Subject
}

// lines tells where the lines of the log come from, in short.
func (t *Trace) lines() string {
	var parts []string
	for _, l := range slices.Concat(t.Lines, t.Lost) {
		s := l.Value.Get("state").String() + " by " + subject(l.Brought)
		for _, a := range l.Altered {
			s += ", altered by " + subject(a.Version)
		}
		if l.Removed != nil {
			s += ", removed by " + subject(l.Removed)
		}
		parts = append(parts, s)
	}
	return strings.Join(parts, "; ")
}

// set tells who last set parts, in short.
func (t *Trace) set(names ...string) string {
	var parts []string
	for _, s := range t.Sources {
		if slices.Contains(names, s.Name) && s.Part != PartLog {
			parts = append(parts, s.Name+" "+subject(s.Set))
		}
	}
	return strings.Join(parts, "; ")
}

func (t *Trace) subjects() string {
	parts := make([]string, len(t.Versions))
	for i, v := range t.Versions {
		parts[i] = subject(v)
	}
	return strings.Join(parts, " ")
}

func incidentType() *schema.Type { return schema.BuiltIn().Get("incident") }
