package doctor

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"frontdesk/records/tree"
)

// newDesk makes a desk with files in a repository that no configuration of the
// machine touches.
func newDesk(t *testing.T, files map[string]string) *tree.Tree {
	t.Helper()
	home, dir := t.TempDir(), t.TempDir()
	for name, value := range map[string]string{"HOME": home, "XDG_CONFIG_HOME": home, "GIT_CONFIG_NOSYSTEM": "1"} {
		t.Setenv(name, value)
	}
	if _, err := tree.Create(dir, "Test"); err != nil {
		t.Fatal(err)
	}
	for p, text := range files {
		put(t, dir, p, text)
	}
	run(t, dir, "init", "-q")
	run(t, dir, "add", ".")
	run(t, dir, "-c", "user.name=x", "-c", "user.email=x@example.com", "commit", "-qm", "start")
	tr, err := tree.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = tr.Close() })
	return tr
}

func put(t *testing.T, dir, p, text string) {
	t.Helper()
	full := filepath.Join(dir, filepath.FromSlash(p))
	if err := os.MkdirAll(filepath.Dir(full), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(full, []byte(text), 0o666); err != nil {
		t.Fatal(err)
	}
}

func run(t *testing.T, dir string, args ...string) {
	t.Helper()
	if out, err := exec.Command("git", append([]string{"-C", dir}, args...)...).CombinedOutput(); err != nil {
		t.Fatalf("git %v: %v\n%s", args, err, out)
	}
}

func gather(t *testing.T, tr *tree.Tree) *Facts {
	t.Helper()
	l, err := tr.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	f, err := Gather(t.Context(), tr, Options{System: "linux", Now: time.Now(), Loaded: l})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func incident(id, at string) string {
	return "---\nid: " + id + "\ntitle: T\nstate: new\nlog:\n  - {at: " + at + ", by: lee, state: new}\n---\n\n## Description\n"
}

func TestFactsOfARealRepository(t *testing.T) {
	tr := newDesk(t, map[string]string{
		"records/incidents/2026-11/INC-2611-K7Q4.md": incident("INC-2611-K7Q4", "2026-11-03T09:00:00Z"),
		"records/incidents/2026-11/INC-2611-M3ZT.md": incident("INC-2611-M3ZT", "2026-11-04T09:00:00Z"),
		"records/incidents/2026-10/INC-2611-AAAA.md": incident("INC-2611-AAAA", "2026-11-02T09:00:00Z"),
		"records/people/lee.md":                      "not a record",
	})
	f := gather(t, tr)
	r := f.Repository
	if f.Git == "" || r == nil || r.Problem != "" || r.Shallow || r.Sparse || r.Bare || r.Commits != 1 || r.HeadTime.IsZero() || r.ChangedPaths || !r.HasLine || !r.keepsLF() {
		t.Errorf("facts are %+v, %+v", f, r)
	}
	d := f.Desk
	if d.Records != 3 || !slices.Equal(d.Unreadable, []string{"records/people/lee.md"}) || d.Fullest != (Folder{"records/incidents/2026-11", 2}) ||
		d.LastLog.ID != "INC-2611-M3ZT" || !slices.Equal(d.Misplaced, []string{"records/incidents/2026-10/INC-2611-AAAA.md"}) {
		t.Errorf("facts of the desk are %+v", d)
	}
}

func TestFactsFollowWhatChanges(t *testing.T) {
	tr := newDesk(t, map[string]string{"records/services/vpn.md": "---\nid: vpn\ntitle: VPN\n---\n"})
	run(t, tr.Root, "commit-graph", "write", "--reachable")
	if gather(t, tr).Repository.ChangedPaths {
		t.Error("a graph without filters is taken for one with")
	}
	run(t, tr.Root, "commit-graph", "write", "--reachable", "--changed-paths", "--split=replace")
	run(t, tr.Root, "config", "core.sparseCheckout", "true")
	run(t, tr.Root, "config", "remote.origin.promisor", "true")
	run(t, tr.Root, "init", "-q", "records/services/theirs")
	put(t, tr.Root, ".git/MERGE_HEAD", "x")
	put(t, tr.Root, ".git/index.lock", "")
	put(t, tr.Root, ".git/info/attributes", "records/** -text filter=x\n")
	put(t, tr.Root, "records/services/.frontdesk-X.tmp", "")
	put(t, tr.Root, "records/services/linked/.git", "gitdir: ../../elsewhere\n")
	f := gather(t, tr)
	r := f.Repository
	if !r.ChangedPaths || !r.Sparse || r.Partial != "origin" || r.Operation != "merge" || r.keepsLF() || r.Attributes["filter"] != "x" {
		t.Errorf("facts are %+v", r)
	}
	if !slices.Equal(r.Embedded, []string{"records/services/linked", "records/services/theirs"}) {
		t.Errorf("embedded are %v", r.Embedded)
	}
	var left []string
	for _, l := range f.Leftovers {
		left = append(left, l.Path)
	}
	if got := strings.Join(left, " "); got != ".git/index.lock records/services/.frontdesk-X.tmp" {
		t.Errorf("left are %s", got)
	}
}

func TestAFolderWithoutRepositoryHasFactsToo(t *testing.T) {
	dir := t.TempDir()
	if _, err := tree.Create(dir, "Test"); err != nil {
		t.Fatal(err)
	}
	tr, err := tree.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer tr.Close()
	if f := gather(t, tr); f.Repository != nil || f.Git == "" {
		t.Errorf("facts are %+v", f)
	}
}
