package change

import (
	"context"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"

	"frontdesk/records/diag"
	"frontdesk/records/git"
)

var asOf = time.Date(2026, 12, 1, 12, 0, 0, 0, time.UTC)

// repository is a real git repository in a temporary folder, with a desk in it.
type repository struct {
	t    *testing.T
	dir  string // of the desk
	top  string // of the repository
	env  []string
	tick int // of the clock of commits
}

// TestMain lets no configuration of the machine touch the repositories.
func TestMain(m *testing.M) {
	home, err := os.MkdirTemp("", "change-test-*")
	if err != nil {
		panic(err)
	}
	for name, value := range map[string]string{"HOME": home, "XDG_CONFIG_HOME": home, "GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.DevNull} {
		if err := os.Setenv(name, value); err != nil {
			panic(err)
		}
	}
	code := m.Run()
	_ = os.RemoveAll(home)
	os.Exit(code)
}

// newRepository makes a repository. The desk lies in the folder below its top; "" is the top.
func newRepository(t *testing.T, folder string) *repository {
	t.Helper()
	top := t.TempDir()
	r := &repository{t: t, top: top, dir: filepath.Join(top, folder)}
	r.git("init", "--quiet", "--initial-branch=main")
	r.git("config", "user.name", "Dana")
	r.git("config", "user.email", "dana@example.com")
	return r
}

func (r *repository) git(args ...string) string {
	r.t.Helper()
	out, err := r.try(args...)
	if err != nil {
		r.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(out)
}

func (r *repository) try(args ...string) (string, error) {
	cmd := exec.Command("git", args...)
	cmd.Dir = r.top
	date := asOf.AddDate(0, 0, -20).Add(time.Duration(r.tick) * time.Minute).Format(time.RFC3339)
	r.tick++
	cmd.Env = append(os.Environ(), "GIT_AUTHOR_DATE="+date, "GIT_COMMITTER_DATE="+date)
	cmd.Env = append(cmd.Env, r.env...)
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// put writes files, by their paths in the desk; an empty one is removed.
func (r *repository) put(files map[string]string) {
	r.t.Helper()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		p := filepath.Join(r.dir, filepath.FromSlash(name))
		err := os.MkdirAll(filepath.Dir(p), 0o755)
		if err == nil && files[name] == "" {
			err = os.Remove(p)
		} else if err == nil {
			err = os.WriteFile(p, []byte(files[name]), 0o644)
		}
		if err != nil {
			r.t.Fatal(err)
		}
	}
}

// commit writes files and commits everything, and returns the commit's id.
func (r *repository) commit(files map[string]string) string {
	r.t.Helper()
	r.put(files)
	r.git("add", "--all")
	r.git("commit", "--quiet", "--allow-empty", "-m", "commit")
	return r.git("rev-parse", "HEAD")
}

func (r *repository) open() *git.Repo {
	r.t.Helper()
	repo, err := git.Open(r.dir)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { _ = repo.Close() })
	return repo
}

func (r *repository) staged() *Report {
	r.t.Helper()
	rep, err := Staged(context.Background(), r.open(), Options{AsOf: asOf})
	if err != nil {
		r.t.Fatal(err)
	}
	return rep
}

func (r *repository) between(base, head string) *Report {
	r.t.Helper()
	rep, err := Between(context.Background(), r.open(), base, head, Options{AsOf: asOf})
	if err != nil {
		r.t.Fatal(err)
	}
	return rep
}

// baseDesk returns the files of the desk on which the examples of rules stand.
func baseDesk(t *testing.T) map[string]string {
	t.Helper()
	root := filepath.Join("..", "check", "testdata", "desk")
	files := map[string]string{}
	err := filepath.WalkDir(root, func(p string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(p)
		rel, _ := filepath.Rel(root, p)
		files[filepath.ToSlash(rel)] = string(data)
		return err
	})
	if err != nil || len(files) < 6 {
		t.Fatalf("%d files, %v", len(files), err)
	}
	return files
}

// example returns the files that an example of a rule is about: those of txtar's
// form, or the incident with front-matter lines and a body laid over it.
func example(files map[string]string, src string) map[string]string {
	out := map[string]string{}
	if strings.HasPrefix(src, "-- ") {
		for _, f := range txtar.Parse([]byte(src)).Files {
			out[f.Name] = strings.TrimLeft(string(f.Data), "\n") // nothing but lines: it is removed
		}
		return out
	}
	front, body, _ := strings.Cut(strings.TrimPrefix(files[incidentPath], "---\n"), "---\n")
	lines, text, hasText := strings.Cut("\n"+src, "\n## ")
	if hasText {
		body = "\n## " + text
	}
	for _, e := range entriesOfFront(strings.TrimPrefix(lines, "\n")) {
		key, _, _ := strings.Cut(e, ":")
		front = replaceEntry(front, key, strings.TrimRight(e, "\n")+"\n")
	}
	out[incidentPath] = "---\n" + front + "---\n" + body
	return out
}

// entriesOfFront cuts front matter into its keys, with the lines of each.
func entriesOfFront(front string) []string {
	var out []string
	for line := range strings.Lines(front) {
		if len(out) == 0 || line[0] != ' ' && line[0] != '-' {
			out = append(out, "")
		}
		out[len(out)-1] += line
	}
	return out
}

func replaceEntry(front, key, entry string) string {
	entries := entriesOfFront(front)
	for i, e := range entries {
		if strings.HasPrefix(e, key+":") {
			entries[i] = entry
			return strings.Join(entries, "")
		}
	}
	return front + entry
}

const incidentPath = "records/incidents/2026-11/INC-2611-K7Q4.md"

// told writes a report's findings one a line, with what belongs to them.
func told(rep *Report) string {
	var b strings.Builder
	for _, d := range rep.Diagnostics {
		b.WriteString(d.Severity.String() + " " + d.Path + ": " + d.Message + " [" + string(d.Rule) + "]\n")
		for _, n := range d.Notes {
			b.WriteString("  note " + n.Path + ": " + n.Message + "\n")
		}
	}
	return b.String()
}

// rules returns the rules that a report finds broken, each once, with errors in
// capitals no different from others.
func rulesOf(rep *Report, least diag.Severity) string {
	var ids []string
	for _, d := range rep.Diagnostics {
		if d.Severity >= least && !slices.Contains(ids, string(d.Rule)) {
			ids = append(ids, string(d.Rule))
		}
	}
	slices.Sort(ids)
	return strings.Join(ids, " ")
}
