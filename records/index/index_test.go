package index_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"frontdesk/records"
	"frontdesk/records/index"
	"frontdesk/records/tree"
)

// desk is a desk with records, in a git repository.
type desk struct {
	*testing.T
	root string
	env  []string
}

func newDesk(t *testing.T, n int) *desk {
	t.Helper()
	d := &desk{T: t, root: t.TempDir()}
	d.env = append(os.Environ(), "HOME="+t.TempDir(), "GIT_CONFIG_NOSYSTEM=1", "GIT_AUTHOR_NAME=Lee", "GIT_AUTHOR_EMAIL=lee@example.org",
		"GIT_COMMITTER_NAME=Lee", "GIT_COMMITTER_EMAIL=lee@example.org")
	d.write("desk.yaml", "version: 1\nname: D\n")
	d.write("records/teams/network.md", "---\nid: network\ntitle: Network\n---\n")
	for i := range n {
		d.write(incident(i), record(i, "P3", "Slow"))
	}
	d.git("init", "-q", "-b", "main")
	d.git("add", "-A")
	d.git("commit", "-q", "-m", "first")
	return d
}

func incident(i int) string { return fmt.Sprintf("records/incidents/2026-11/INC-2611-%04d.md", i) }

func record(i int, priority, word string) string {
	return fmt.Sprintf("---\nid: INC-2611-%04d\ntitle: %s %d\nstate: new\npriority: %s\nteam: network\nx_list: [a, \"1\", 2, {k: null}]\n"+
		"log:\n  - {at: 2026-11-03T09:12:00Z, by: dana, state: new}\n---\n\n## Description\n\nThe %s THING number %d.\n", i, word, i, priority, word, i)
}

func (d *desk) write(p, text string) {
	d.Helper()
	abs := filepath.Join(d.root, p)
	if err := os.MkdirAll(filepath.Dir(abs), 0o777); err != nil {
		d.Fatal(err)
	}
	if err := os.WriteFile(abs, []byte(text), 0o666); err != nil {
		d.Fatal(err)
	}
}

func (d *desk) git(args ...string) {
	d.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir, cmd.Env = d.root, d.env
	if out, err := cmd.CombinedOutput(); err != nil {
		d.Fatalf("git %v: %v\n%s", args, err, out)
	}
}

func (d *desk) place(build string) index.Place {
	g := filepath.Join(d.root, ".git")
	return index.Place{Common: g, Own: g, Desk: d.root, Build: build}
}

// settle makes all files older than any clock's tick.
func (d *desk) settle() {
	d.Helper()
	time.Sleep(150 * time.Millisecond) // the index trusts no file that has just been written
}

// ask loads a desk through an index and compares every answer with the files.
func ask(t *testing.T, root string, place index.Place, want index.Want, types ...records.Type) (known int) {
	t.Helper()
	desk, err := tree.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	defer desk.Close()
	x := index.Open(desk, place)
	have, err := x.Load(context.Background(), want, types...)
	if err != nil {
		t.Fatal(err)
	}
	truth, err := desk.Load(context.Background(), types...)
	if err != nil {
		t.Fatal(err)
	}
	known = compare(t, have, truth, want)
	x.Complete(have.Set.All(), index.Want{Fields: []string{"title", "x_list", "log"}})
	compare(t, have, truth, index.Want{Fields: []string{"title", "x_list", "log"}})
	if err := x.Save(context.Background()); err != nil {
		t.Fatal(err)
	}
	return known
}

func compare(t *testing.T, have, truth *tree.Loaded, want index.Want) (known int) {
	t.Helper()
	if !reflect.DeepEqual(have.Problems, truth.Problems) || !reflect.DeepEqual(have.Unreadable, truth.Unreadable) {
		t.Fatalf("problems:\n%v\nwant\n%v\nunreadable %v, want %v", have.Problems, truth.Problems, have.Unreadable, truth.Unreadable)
	}
	if have.Set.Len() != truth.Set.Len() {
		t.Fatalf("%d records, want %d", have.Set.Len(), truth.Set.Len())
	}
	for i, r := range have.Set.All() {
		w := truth.Set.All()[i]
		if r.Path != w.Path || r.ID != w.ID || r.Type != w.Type {
			t.Fatalf("%s %s %s, want %s %s %s", r.Path, r.ID, r.Type, w.Path, w.ID, w.Type)
		}
		if r.Source == nil {
			known++
		}
		for _, p := range w.Fields.Pairs {
			if (want.Fields == nil && p.Key != "log" || contains(want.Fields, p.Key)) && !r.Get(p.Key).Equal(p.Value) {
				t.Fatalf("%s: %s is %v, want %v", r.Path, p.Key, r.Get(p.Key), p.Value)
			}
		}
		if want.Text && !strings.EqualFold(r.Body, w.Body) {
			t.Fatalf("%s: body %q, want %q", r.Path, r.Body, w.Body)
		}
	}
	return known
}

func contains(list []string, s string) bool {
	for _, have := range list {
		if have == s {
			return true
		}
	}
	return false
}

var (
	everything = index.Want{}
	some       = index.Want{Fields: []string{"state", "priority"}}
	withText   = index.Want{Fields: []string{"title"}, Text: true}
	withLog    = index.Want{Fields: []string{"log"}}
)

func TestASecondLoadReadsNoFile(t *testing.T) {
	d := newDesk(t, 20)
	d.settle()
	for _, want := range []index.Want{some, withText, withLog, everything} {
		ask(t, d.root, d.place("a"), want)
		if known := ask(t, d.root, d.place("a"), want); known != 21 {
			t.Errorf("%d of 21 records were known", known)
		}
	}
}

func TestAnOutdatedIndexIsNeverBelieved(t *testing.T) {
	d := newDesk(t, 12)
	d.settle()
	p := d.place("a")
	check := func() {
		t.Helper()
		for _, want := range []index.Want{some, withText} {
			ask(t, d.root, p, want)
		}
		ask(t, d.root, p, everything, "team")
		ask(t, d.root, p, some, "incident")
	}
	steps := []struct {
		name string
		do   func()
	}{
		{"nothing is kept yet", func() {}},
		{"a file of the same length is written", func() { d.write(incident(3), record(3, "P1", "Slow")) }},
		{"the same file is written again within the same tick", func() { d.write(incident(3), record(3, "P2", "Slow")) }},
		{"a file is written and its time put back", func() {
			info, _ := os.Stat(filepath.Join(d.root, incident(4)))
			d.write(incident(4), record(4, "P1", "Slow"))
			_ = os.Chtimes(filepath.Join(d.root, incident(4)), info.ModTime(), info.ModTime())
		}},
		{"a file is of the future", func() {
			d.write(incident(5), record(5, "P1", "Slow"))
			future := time.Now().Add(48 * time.Hour)
			_ = os.Chtimes(filepath.Join(d.root, incident(5)), future, future)
		}},
		{"a file of the future changes", func() {
			d.write(incident(5), record(5, "P2", "Slow"))
			future := time.Now().Add(48 * time.Hour)
			_ = os.Chtimes(filepath.Join(d.root, incident(5)), future, future)
		}},
		{"a file is new", func() { d.write(incident(99), record(99, "P1", "Fast")) }},
		{"a file is gone", func() { _ = os.Remove(filepath.Join(d.root, incident(0))) }},
		{"a file is renamed over another", func() {
			_ = os.Rename(filepath.Join(d.root, incident(1)), filepath.Join(d.root, incident(2)))
		}},
		{"a file is no record any more", func() { d.write(incident(6), "<<<<<<< a\n=======\n>>>>>>> b\n") }},
		{"two files swap their names", func() {
			a, b := filepath.Join(d.root, incident(7)), filepath.Join(d.root, incident(8))
			_ = os.Rename(a, a+".x")
			_ = os.Rename(b, a)
			_ = os.Rename(a+".x", b)
		}},
		{"a file becomes a link", func() {
			_ = os.Remove(filepath.Join(d.root, incident(9)))
			_ = os.Symlink("INC-2611-0010.md", filepath.Join(d.root, incident(9)))
		}},
		{"a body has bytes that no text has", func() { d.write(incident(10), record(10, "P1", "a\xffb")) }},
		{"everything is stashed", func() { d.git("stash", "-q", "-u") }},
		{"another branch is checked out", func() {
			d.git("checkout", "-q", "-b", "other")
			d.write(incident(11), record(11, "P1", "Other"))
			d.git("commit", "-qam", "other")
			d.git("checkout", "-q", "main")
		}},
		{"and back", func() { d.git("checkout", "-q", "other") }},
		{"the stash comes back", func() { d.git("checkout", "-q", "main"); d.git("stash", "pop", "-q") }},
		{"a reset", func() { d.git("reset", "-q", "--hard") }},
		{"the index is deleted", func() { _ = index.Drop(p) }},
	}
	for _, s := range steps {
		t.Run(s.name, func(t *testing.T) {
			s.do()
			check()
			d.settle()
			check()
		})
	}
}

func TestChangesWithinOneTickAreSeen(t *testing.T) {
	d := newDesk(t, 3)
	for i := range 50 {
		d.write(incident(1), record(1, fmt.Sprintf("P%d", i%5+1), "Slow"))
		ask(t, d.root, d.place("a"), some)
	}
}

func TestWorkTreesShareWhatWasRead(t *testing.T) {
	d := newDesk(t, 10)
	d.settle()
	ask(t, d.root, d.place("a"), some)
	linked := filepath.Join(t.TempDir(), "linked")
	d.git("worktree", "add", "-q", linked, "-b", "linked")
	own := filepath.Join(d.root, ".git", "worktrees", "linked")
	place := index.Place{Common: filepath.Join(d.root, ".git"), Own: own, Desk: linked, Build: "a"}
	if known := ask(t, linked, place, some); known != 11 {
		t.Errorf("%d of 11 records were known in the linked work tree", known)
	}
	if err := os.WriteFile(filepath.Join(linked, incident(2)), []byte(record(2, "P1", "Here")), 0o666); err != nil {
		t.Fatal(err)
	}
	ask(t, linked, place, some)
	ask(t, d.root, d.place("a"), some)
}

func TestBuildsKeepApart(t *testing.T) {
	d := newDesk(t, 4)
	d.settle()
	for range 3 {
		for _, build := range []string{"older", "newer"} {
			ask(t, d.root, d.place(build), some)
		}
	}
	for i := range 8 {
		ask(t, d.root, d.place(fmt.Sprint(i)), some)
	}
	if entries, _ := os.ReadDir(filepath.Join(d.root, ".git", index.Folder)); len(entries) > 5 {
		t.Errorf("%d builds are kept", len(entries))
	}
	if known := ask(t, d.root, d.place("7"), some); known != 5 {
		t.Errorf("the last build knows %d records", known)
	}
}

func TestADamagedIndexCostsTimeOnly(t *testing.T) {
	d := newDesk(t, 6)
	d.write(incident(5), "no record")
	d.settle()
	place := d.place("a")
	ask(t, d.root, place, withText)
	ask(t, d.root, place, withLog)
	var files []string
	_ = filepath.WalkDir(filepath.Join(d.root, ".git", index.Folder), func(p string, e os.DirEntry, _ error) error {
		if !e.IsDir() {
			files = append(files, p)
		}
		return nil
	})
	if len(files) < 4 {
		t.Fatalf("the index is %v", files)
	}
	random := rand.New(rand.NewPCG(1, 2))
	for _, file := range files {
		whole, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		t.Run(strings.Split(filepath.Base(file), "-")[0], func(t *testing.T) {
			for range 40 {
				damage(t, random, file, whole)
				ask(t, d.root, place, withText)
				ask(t, d.root, place, withLog)
			}
		})
	}
	ask(t, d.root, place, withText)
	if known := ask(t, d.root, place, withText); known != 6 {
		t.Errorf("after all that %d records are known", known)
	}
}

// damage flips a byte of a file, cuts it, or lengthens it.
func damage(t *testing.T, random *rand.Rand, file string, whole []byte) {
	t.Helper()
	data := append([]byte{}, whole...)
	switch random.IntN(6) {
	case 0:
		data = data[:random.IntN(len(data))]
	case 1:
		data = append(data, byte(random.Uint32()))
	default:
		data[random.IntN(len(data))] ^= byte(1 + random.IntN(255))
	}
	if err := os.WriteFile(file, data, 0o666); err != nil {
		t.Fatal(err)
	}
}

func TestWhereNothingCanBeWrittenTheIndexIsInMemory(t *testing.T) {
	d := newDesk(t, 3)
	blocked := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(blocked, nil, 0o666); err != nil {
		t.Fatal(err)
	}
	for _, place := range []index.Place{{}, {Common: blocked, Own: blocked, Desk: d.root, Build: "a"}} {
		for _, want := range []index.Want{some, withText, everything} {
			ask(t, d.root, place, want)
		}
	}
}

func TestOneIndexAnswersManyQuestions(t *testing.T) {
	d := newDesk(t, 5)
	d.settle()
	desk, err := tree.Open(d.root)
	if err != nil {
		t.Fatal(err)
	}
	defer desk.Close()
	x := index.Open(desk, d.place("a"))
	for i, want := range []index.Want{some, withText, withLog, everything} {
		d.write(incident(i), record(i, "P1", "Changed"))
		have, err := x.Load(context.Background(), want)
		if err != nil {
			t.Fatal(err)
		}
		truth, _ := desk.Load(context.Background())
		compare(t, have, truth, want)
	}
}
