package index_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"frontdesk/records"
	"frontdesk/records/index"
	"frontdesk/records/tree"
)

// factsOf loads a desk and asks for a fact of each incident: what its file holds, in
// brackets. It returns how many had to be made, and fails where one that is recalled is
// not what the file holds.
func factsOf(t *testing.T, root string, place index.Place, key string, each func(*records.Record) string, want index.Want) (made int) {
	t.Helper()
	desk, err := tree.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	defer desk.Close()
	x := index.Open(desk, place)
	l, err := x.Load(context.Background(), want, "incident")
	if err != nil {
		t.Fatal(err)
	}
	f := x.Facts("test", key)
	for _, r := range l.Set.All() {
		src, err := os.ReadFile(filepath.Join(root, r.Path))
		if err != nil {
			t.Fatal(err)
		}
		truth := fmt.Sprintf("[%s %s %s]", src, key, each(r))
		got, ok := f.Recall(r, each(r))
		if ok && string(got) != truth {
			t.Fatalf("%s: recalled is\n%s\nand true is\n%s", r.Path, got, truth)
		}
		if !ok {
			made++
			f.Note(r, each(r), []byte(truth))
		}
	}
	f.Keep()
	if err := x.Save(context.Background()); err != nil {
		t.Fatal(err)
	}
	return made
}

// alike is the key of facts that depend on nothing else.
func alike(*records.Record) string { return "" }

func TestFactsAreRecalledByContentAndKeys(t *testing.T) {
	d := newDesk(t, 12)
	d.settle()
	p := d.place("a")
	steps := []struct {
		name string
		do   func()
		key  string
		each func(*records.Record) string
		want int
	}{
		{"nothing is kept yet", func() {}, "1", alike, 12},
		{"nothing has changed", func() {}, "1", alike, 0},
		{"one file has changed", func() { d.write(incident(3), record(3, "P1", "Slow")) }, "1", alike, 1},
		{"a file was only touched", func() { d.write(incident(4), record(4, "P3", "Slow")) }, "1", alike, 0},
		{"another key", func() {}, "2", alike, 12},
		{"a key that depends on the record", func() {}, "2", func(r *records.Record) string { return r.Text("priority") }, 12},
		{"of one record the key is another", func() {}, "2", func(r *records.Record) string {
			if strings.HasSuffix(r.Path, "0007.md") {
				return "P5"
			}
			return r.Text("priority")
		}, 1},
		{"the configuration has changed", func() { d.write("desk.yaml", "version: 1\nname: E\n") }, "2", func(r *records.Record) string { return r.Text("priority") }, 12},
		{"a type has changed", func() { d.write("schema/incident.yaml", "extends: incident\ntitle: Trouble\n") }, "2", func(r *records.Record) string { return r.Text("priority") }, 12},
		{"a file has another's content", func() { d.write(incident(5), record(6, "P3", "Slow")) }, "2", func(r *records.Record) string { return r.Text("priority") }, 1},
	}
	for _, s := range steps {
		t.Run(s.name, func(t *testing.T) {
			s.do()
			if made := factsOf(t, d.root, p, s.key, s.each, some); made != s.want {
				t.Errorf("%d were made, want %d", made, s.want)
			}
		})
	}
}

// TestKeysOfFactsDoNotRunIntoEachOther notes a fact under one pair of keys and asks for
// it under others that are written alike.
func TestKeysOfFactsDoNotRunIntoEachOther(t *testing.T) {
	d := newDesk(t, 1)
	d.settle()
	for _, keys := range [][2]string{{"a", "bc"}, {"ab", "c"}, {"abc", ""}, {"", "abc"}, {"a", "b"}, {"a\x02bc", ""}} {
		made := factsOf(t, d.root, d.place("a"), keys[0], func(*records.Record) string { return keys[1] }, some)
		if made != 1 {
			t.Errorf("keys %q recall what was noted under others", keys)
		}
	}
}

func TestFactsOfAFileThatWasReadLaterAreNotKept(t *testing.T) {
	d := newDesk(t, 2)
	d.settle()
	desk, err := tree.Open(d.root)
	if err != nil {
		t.Fatal(err)
	}
	defer desk.Close()
	x := index.Open(desk, d.place("a"))
	l, err := x.Load(t.Context(), some, "incident")
	if err != nil {
		t.Fatal(err)
	}
	f := x.Facts("test", "1")
	d.write(incident(1), record(1, "P1", "Meanwhile"))
	for _, r := range l.Set.All() {
		whole, _ := desk.LoadOne(tree.Name{Type: r.Type, ID: r.ID, Path: r.Path})
		f.Note(whole, "", []byte("of what the file holds"))
	}
	f.Keep()
	for i, r := range l.Set.All() {
		if _, ok := f.Recall(r, ""); ok != (i == 0) {
			t.Errorf("%s: recalled %v", r.Path, ok)
		}
	}
}

func TestFactsInMemoryAreRecalled(t *testing.T) {
	d := newDesk(t, 3)
	d.settle()
	x := func() (*index.Index, *tree.Loaded) {
		desk, err := tree.Open(d.root)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = desk.Close() })
		x := index.Open(desk, index.Place{})
		l, err := x.Load(t.Context(), everything, "incident")
		if err != nil {
			t.Fatal(err)
		}
		return x, l
	}
	memory, l := x()
	f := memory.Facts("test", "1")
	f.Note(l.Set.All()[0], "", []byte("kept"))
	f.Keep()
	if got, ok := memory.Facts("test", "1").Recall(l.Set.All()[0], ""); !ok || string(got) != "kept" {
		t.Errorf("an index in memory recalls %q, %v", got, ok)
	}
	if _, ok := f.Recall(&records.Record{Type: "incident", Path: "records/incidents/none.md"}, ""); ok {
		t.Error("a fact of a file that was not there is recalled")
	}
}

func TestDamagedFactsAreMadeAgain(t *testing.T) {
	d := newDesk(t, 8)
	d.settle()
	p := d.place("a")
	factsOf(t, d.root, p, "1", alike, some)
	found, _ := filepath.Glob(filepath.Join(d.root, ".git", index.Folder, "*", "facts-test"))
	if len(found) != 1 {
		t.Fatalf("the packs are %v", found)
	}
	whole, err := os.ReadFile(found[0])
	if err != nil {
		t.Fatal(err)
	}
	random := rand.New(rand.NewPCG(3, 4))
	made := 0
	for range 80 {
		damage(t, random, found[0], whole)
		made += factsOf(t, d.root, p, "1", alike, some)
		if again := factsOf(t, d.root, p, "1", alike, some); again > 0 {
			t.Fatalf("%d had to be made again after the pack was mended", again)
		}
	}
	if made == 0 {
		t.Error("no damage was noticed")
	}
}
