package git

import (
	"context"
	"fmt"
	"io/fs"
	"iter"
	"testing"
	"time"
)

// bigHistory is as large as a service desk's of a year: 25,000 records in folders
// by month, and 140,000 commits that each change one of them.
func bigHistory(commits, records int) func(yield func(Change, error) bool) {
	return func(yield func(Change, error) bool) {
		at := time.Date(2016, 2, 29, 1, 0, 0, 0, time.UTC)
		var text []byte
		for i := range commits {
			text = text[:0]
			text = fmt.Appendf(text, "---\nid: INC%07d\ntitle: Record %d\nstate: in-progress\nlog:\n", i%records, i%records)
			for n := range i/records + 1 {
				text = fmt.Appendf(text, "  - {at: 2016-03-%02dT09:12:00Z, by: person-%d, state: new, priority: P%d}\n", n%28+1, (i+n)%200, n%5)
			}
			by := Signature{Name: fmt.Sprintf("Person %d", i%200), Email: fmt.Sprintf("p%d@example.com", i%200), When: at.Add(time.Duration(i) * time.Minute)}
			text = fmt.Appendf(text, "---\n\n## Description\n\nA record number %d of some length, as they are.\n", i)
			c := Change{Branch: "main", Author: by, Message: fmt.Sprintf("INC%07d: state in-progress", i%records),
				Write: []File{{Path: fmt.Sprintf("records/incidents/2016-%02d/INC%07d.md", i%12+1, i%records), Data: append([]byte(nil), text...)}}}
			if !yield(c, nil) {
				return
			}
		}
	}
}

// bigCommit is one commit of as many records.
func bigCommit(records int) func(yield func(Change, error) bool) {
	return func(yield func(Change, error) bool) {
		all := Change{Branch: "main", Message: "all"}
		for c := range bigHistory(records, records) {
			all.Author, all.Write = c.Author, append(all.Write, c.Write...)
		}
		yield(all, nil)
	}
}

func benchRepo(b *testing.B, changes iter.Seq2[Change, error]) *Repo {
	b.Helper()
	b.Setenv("HOME", b.TempDir())
	b.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	r, err := Init(context.Background(), b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = r.Close() })
	if err := r.Import(context.Background(), changes); err != nil {
		b.Fatal(err)
	}
	return r
}

func BenchmarkImport(b *testing.B) {
	for b.Loop() {
		benchRepo(b, bigHistory(20_000, 5_000))
	}
}

func BenchmarkOpen(b *testing.B) {
	r := benchRepo(b, bigCommit(10))
	for b.Loop() {
		repo, err := Open(r.Dir)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := repo.Prefix(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkOpenWithGoGit(b *testing.B) {
	r := benchRepo(b, bigCommit(10))
	for b.Loop() {
		repo, err := Open(r.Dir)
		if err != nil || repo.inner() == nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkReadACommit(b *testing.B) {
	r := benchRepo(b, bigCommit(25_000))
	for b.Loop() {
		s, err := r.At(context.Background(), "main")
		if err != nil {
			b.Fatal(err)
		}
		var paths []string
		err = fs.WalkDir(s, ".", func(p string, e fs.DirEntry, err error) error {
			if err == nil && !e.IsDir() {
				paths = append(paths, p)
			}
			return err
		})
		if err != nil || len(paths) != 25_000 {
			b.Fatal(len(paths), err)
		}
		if err := s.Preload(context.Background(), paths); err != nil {
			b.Fatal(err)
		}
		for _, p := range paths {
			if _, err := s.ReadFile(p); err != nil {
				b.Fatal(err)
			}
		}
	}
}

func BenchmarkListTheIndex(b *testing.B) {
	r := benchRepo(b, bigCommit(25_000))
	if err := r.Checkout(context.Background(), "main"); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		s, err := r.Staged(context.Background())
		if err != nil {
			b.Fatal(err)
		}
		if _, err := s.ReadDir("records"); err != nil {
			b.Fatal(err)
		}
	}
}
