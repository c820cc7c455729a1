package hooks

import (
	"bytes"
	"compress/zlib"
	"context"
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"frontdesk/records/diag"
)

// server is a bare repository with a desk on main. Commits are made in it without a
// work tree.
type server struct {
	t    *testing.T
	dir  string
	main string
}

func newServer(t *testing.T) *server {
	t.Helper()
	home := t.TempDir()
	for name, value := range map[string]string{"HOME": home, "XDG_CONFIG_HOME": home, "GIT_CONFIG_NOSYSTEM": "1", "GIT_AUTHOR_NAME": "Lee", "GIT_AUTHOR_EMAIL": "lee@example.com",
		"GIT_COMMITTER_NAME": "Lee", "GIT_COMMITTER_EMAIL": "lee@example.com", "GIT_AUTHOR_DATE": "2026-11-03T12:00:00Z", "GIT_COMMITTER_DATE": "2026-11-03T12:00:00Z"} {
		t.Setenv(name, value)
	}
	s := &server{t: t, dir: filepath.Join(t.TempDir(), "there.git")}
	s.git("", "init", "--quiet", "--bare", "--initial-branch=main", s.dir)
	s.main = s.commit(s.tree(map[string]string{"desk.yaml": "version: 1\nname: Desk\naddress: https://desk.example.com/\ntime_zone: UTC\n"}))
	s.git("", "update-ref", "refs/heads/main", s.main)
	return s
}

func (s *server) git(input string, args ...string) string {
	s.t.Helper()
	cmd := exec.Command("git", args...)
	if _, err := os.Stat(s.dir); err == nil {
		cmd.Dir = s.dir
	}
	cmd.Stdin = strings.NewReader(input)
	out, err := cmd.CombinedOutput()
	if err != nil {
		s.t.Fatalf("git %s: %v\n%s", strings.Join(args, " "), err, out)
	}
	return strings.TrimSpace(string(out))
}

// tree writes a flat tree.
func (s *server) tree(files map[string]string) string {
	var list strings.Builder
	for name, text := range files {
		fmt.Fprintf(&list, "100644 blob %s\t%s\n", s.git(text, "hash-object", "-w", "--stdin"), name)
	}
	return s.git(list.String(), "mktree")
}

// with adds a folder to the tree of a commit.
func (s *server) with(commit, name, tree string) string {
	return s.git(s.git("", "ls-tree", commit)+"\n040000 tree "+tree+"\t"+name+"\n", "mktree")
}

func (s *server) commit(tree string, parents ...string) string {
	args := []string{"commit-tree", "-m", "x", tree}
	for _, p := range parents {
		args = append(args, "-p", p)
	}
	return s.git("", args...)
}

// bomb makes a few trees that stand for width to the power of depth files.
func (s *server) bomb(width, depth int) string {
	id, kind := s.git("x", "hash-object", "-w", "--stdin"), "100644 blob"
	for range depth {
		var list strings.Builder
		for i := range width {
			fmt.Fprintf(&list, "%s %s\tn%d\n", kind, id, i)
		}
		id, kind = s.git(list.String(), "mktree"), "040000 tree"
	}
	return id
}

const nobody = "0000000000000000000000000000000000000000"

func (s *server) receive(limits Limits, updates ...RefUpdate) *Receipt {
	s.t.Helper()
	r, err := Receive(context.Background(), s.dir, updates, ReceiveOptions{AsOf: time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC), Limits: limits})
	if err != nil {
		s.t.Fatal(err)
	}
	return r
}

func said(r *Receipt) string {
	var b strings.Builder
	for _, f := range r.Refused {
		b.WriteString(f.Message + "\n")
	}
	for _, ref := range r.Refs {
		for _, f := range ref.Refused {
			fmt.Fprintf(&b, "%s: %s %s\n", ref.Ref, f.Path, f.Message)
		}
		for _, d := range ref.Desks {
			for _, found := range d.Report.Diagnostics {
				if found.Severity == diag.Error {
					fmt.Fprintf(&b, "%s: %s %s\n", ref.Ref, found.Path, found.Message)
				}
			}
		}
	}
	return b.String()
}

// within fails a test whose work takes more than 200 MB, or several times the two
// seconds that an idle machine is far below.
func within(t *testing.T, work func()) {
	t.Helper()
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	start := time.Now()
	work()
	took := time.Since(start)
	runtime.ReadMemStats(&after)
	if sum := after.HeapSys - min(before.HeapSys, after.HeapSys); took > 10*time.Second || sum > 200<<20 {
		t.Errorf("it took %v and %d MB", took, sum>>20)
	}
	t.Logf("it took %v", took)
}

func TestBombsAreRefusedBeforeTheyAreRead(t *testing.T) {
	s := newServer(t)
	bombs := map[string]string{"wide": s.bomb(10, 10), "wider": s.bomb(3000, 3), "deep": s.bomb(1, 200), "two by two": s.bomb(2, 60)}
	for name, tree := range bombs {
		for where, at := range map[string]string{"among records": "records", "elsewhere": "src"} {
			t.Run(name+" "+where, func(t *testing.T) {
				bomb := s.commit(s.with(s.main, at, tree), s.main)
				again := s.commit(s.git("", "rev-parse", s.main+"^{tree}"), bomb)
				beside := s.commit(s.with(s.main, at, tree))
				within(t, func() {
					for what, u := range map[string]RefUpdate{
						"to main": {s.main, bomb, "refs/heads/main"}, "and taken back": {s.main, again, "refs/heads/main"}, "to a branch": {nobody, bomb, "refs/heads/x"},
						"taken back on a branch": {nobody, again, "refs/heads/x"}, "with no history": {nobody, beside, "refs/heads/y"},
					} {
						if r := s.receive(DefaultLimits(), u); !r.IsRefused() || !strings.Contains(said(r), "more files than are accepted at once") {
							t.Errorf("%s, it says %q", what, said(r))
						}
					}
				})
			})
		}
	}
}

func TestABombIsRefusedInAnEmptyRepository(t *testing.T) {
	s := newServer(t)
	bomb := s.commit(s.with(s.main, "records", s.bomb(10, 10)))
	s.git("", "update-ref", "-d", "refs/heads/main")
	within(t, func() {
		if r := s.receive(DefaultLimits(), RefUpdate{nobody, bomb, "refs/heads/main"}); !r.IsRefused() {
			t.Error("it is accepted")
		}
	})
}

// quarantine has git see an object folder of its own, as in a pre-receive hook, with
// loose objects in it that only claim to be what their head says.
func (s *server) quarantine(heads ...string) {
	s.t.Helper()
	store := filepath.Join(s.dir, "objects", "tmp_objdir-incoming-test")
	for i, head := range heads {
		id := sha1.Sum([]byte{byte(i), byte(i >> 8)})
		name := hex.EncodeToString(id[:])
		var b bytes.Buffer
		w := zlib.NewWriter(&b)
		_, _ = w.Write([]byte(head + "\x00xxxxxxxxxxxxxxxx"))
		_ = w.Close()
		if err := os.MkdirAll(filepath.Join(store, name[:2]), 0o777); err != nil {
			s.t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(store, name[:2], name[2:]), b.Bytes(), 0o666); err != nil {
			s.t.Fatal(err)
		}
	}
	s.t.Chdir(s.dir)
	for name, value := range map[string]string{"GIT_DIR": ".", "GIT_QUARANTINE_PATH": store, "GIT_OBJECT_DIRECTORY": store, "GIT_ALTERNATE_OBJECT_DIRECTORIES": filepath.Join(s.dir, "objects")} {
		s.t.Setenv(name, value)
	}
}

func TestWhatIsTooLargeIsNotRead(t *testing.T) {
	for _, c := range []struct {
		name   string
		heads  []string
		limits func(*Limits)
		want   string
	}{
		{"a blob of 2 GB", []string{"blob 2147483648"}, func(*Limits) {}, "a blob of 2147483648 bytes"},
		{"a tree of 1 GB", []string{"blob 3", "tree 1073741824"}, func(*Limits) {}, "a tree of 1073741824 bytes"},
		{"many objects", []string{"blob 3", "blob 3", "blob 3"}, func(l *Limits) { l.Objects = 2 }, "more than 2 objects"},
		{"a size that is none", []string{"blob 99999999999999999999999"}, func(*Limits) {}, "cannot be judged"},
		{"what is small", []string{"blob 3"}, func(*Limits) {}, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newServer(t)
			s.quarantine(c.heads...)
			limits := DefaultLimits()
			c.limits(&limits)
			within(t, func() {
				r := s.receive(limits, RefUpdate{nobody, s.main, "refs/tags/v1"})
				if got := said(r); r.IsRefused() != (c.want != "") || !strings.Contains(got, c.want) {
					t.Errorf("it says %q, want %q", got, c.want)
				}
			})
		})
	}
}

func TestLimitsHold(t *testing.T) {
	s := newServer(t)
	next := s.commit(s.with(s.main, "src", s.tree(map[string]string{"a": "a", "b": "b", "c": "c"})), s.main)
	last := s.commit(s.with(s.main, "src", s.tree(map[string]string{"a": "x", "b": "y", "c": "z"})), next)
	update := RefUpdate{s.main, last, "refs/heads/main"}
	for _, c := range []struct {
		name  string
		limit func(*Limits)
		want  string
	}{
		{"none is passed", func(l *Limits) {}, ""},
		{"files, added up", func(l *Limits) { l.Files = 5 }, "more files than are accepted at once (5 files)"},
		{"commits", func(l *Limits) { l.Commits = 1 }, "more files than are accepted"},
		{"time", func(l *Limits) { l.Time = time.Nanosecond }, "it cannot be judged"},
		{"refs", func(l *Limits) { l.Refs = 0 }, "1 ref are too many"},
	} {
		t.Run(c.name, func(t *testing.T) {
			limits := DefaultLimits()
			c.limit(&limits)
			r, err := Receive(context.Background(), s.dir, []RefUpdate{update}, ReceiveOptions{Limits: limits})
			got := fmt.Sprint(err)
			if err == nil {
				got = said(r)
			}
			if refused := err != nil || r.IsRefused(); refused != (c.want != "") || err == nil && !strings.Contains(got, c.want) {
				t.Errorf("it says %q, want %q", got, c.want)
			}
		})
	}
}

func TestWhatIsMissingIsRefused(t *testing.T) {
	s := newServer(t)
	blob := strings.Repeat("1", 40)
	for name, tree := range map[string]string{
		"a record's content": s.git("100644 blob "+blob+"\tlee.md\n", "mktree", "--missing"),
		"a folder":           s.git("040000 tree "+strings.Repeat("2", 40)+"\tpeople\n", "mktree", "--missing"),
	} {
		records := s.git("040000 tree "+tree+"\tpeople\n", "mktree")
		commit := s.commit(s.with(s.main, "records", records), s.main)
		for _, u := range []RefUpdate{{s.main, commit, "refs/heads/main"}, {nobody, commit, "refs/heads/x"}} {
			if r := s.receive(DefaultLimits(), u); !r.IsRefused() {
				t.Errorf("%s is missing, and %s is accepted", name, u.Ref)
			}
		}
	}
	for name, u := range map[string]RefUpdate{"the commit": {s.main, blob, "refs/heads/main"}, "the old commit": {blob, s.main, "refs/heads/main"}, "all of a branch": {nobody, blob, "refs/heads/x"}} {
		if r := s.receive(DefaultLimits(), u); !r.IsRefused() {
			t.Errorf("%s is missing, and it is accepted", name)
		}
	}
}

func TestBranchesThatTheServerDoesNotCallItsOwn(t *testing.T) {
	s := newServer(t)
	release := s.commit(s.with(s.tree2("branches: [main, release]\n"), "src", s.tree(map[string]string{"a": "a"})), s.main)
	s.git("", "update-ref", "refs/heads/main", release)
	other := s.commit(s.git("", "rev-parse", s.main+"^{tree}"), s.main)
	for name, c := range map[string]struct {
		update RefUpdate
		want   string
	}{
		"to go on, without what the default branch has": {RefUpdate{s.main, other, "refs/heads/release"}, ""},
		"to take it back":    {RefUpdate{release, s.main, "refs/heads/release"}, "does not contain"},
		"to delete it":       {RefUpdate{s.main, nobody, "refs/heads/release"}, "cannot be deleted"},
		"to create it":       {RefUpdate{nobody, release, "refs/heads/release"}, ""},
		"another branch":     {RefUpdate{release, s.main, "refs/heads/free"}, ""},
		"a ref of no branch": {RefUpdate{nobody, release, "refs/pull/1/head"}, ""},
	} {
		r := s.receive(DefaultLimits(), c.update)
		if got := said(r); r.IsRefused() != (c.want != "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: it says %q, want %q", name, got, c.want)
		}
	}
}

// tree2 makes a commit's tree with more in desk.yaml.
func (s *server) tree2(more string) string {
	return s.commit(s.tree(map[string]string{"desk.yaml": s.git("", "show", s.main+":desk.yaml") + "\n" + more}))
}

func TestParseRefUpdates(t *testing.T) {
	id := strings.Repeat("a", 40)
	for text, ok := range map[string]bool{
		"": true, nobody + " " + id + " refs/heads/main\n": true, nobody + " " + id + " refs/heads/a b\n": true, "HEAD\n": false, id + " " + id + "\n": false, id + " x refs/heads/a\n": false,
		"--output=x --output=x --output=x\n": false, id + " " + id + " \n": false, strings.Repeat("x", longestUpdate+1): false,
	} {
		if _, err := ParseRefUpdates(strings.NewReader(text)); (err == nil) != ok {
			t.Errorf("%.60q gives %v", text, err)
		}
	}
}

func TestHostileNames(t *testing.T) {
	for name, ok := range map[string]bool{
		"refs/heads/main": true, "refs/heads/feature/x-1": true, "refs/heads/ünïcode": true, "refs/heads/-x": false, "refs/heads/--upload-pack=x": false, "HEAD": false, "refs/heads/HEAD": false,
		"refs/heads/" + strings.Repeat("a", 40): false, "refs/heads/a\u202eb": false, "refs/heads/a\u200bb": false, "refs/heads/a\x1b[31m": false, "refs/heads/\xff": false, "refs/heads/refs/heads/main": false,
		"refs/heads/" + strings.Repeat("x", 600): false, "refs/heads/": false,
	} {
		if why := hostile(name); (why == "") != ok {
			t.Errorf("%q: %q", name, why)
		}
	}
}
