package main

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/tree"
	"frontdesk/site"
)

// files are the desk's records as the site asks for them.
type files struct {
	tree    *tree.Tree
	listing func() *tree.Listing
	settled int64 // nanoseconds since 1970
	loads   atomic.Int64
}

// How much garbage there may be, in percent of what is in use: much while little
// is read, since collecting it would take longer than the rest, and little in a
// build of all pages.
const (
	lazyGC    = 400
	thrifty   = 100
	manyLoads = 1000
)

// settling is how old a change must be to be told from a later one by its time,
// on any file system.
const settling = 2 * time.Second

// newFiles begins to look at the desk's records, in the background: what else a
// build needs can be read meanwhile.
func newFiles(t *tree.Tree, now time.Time) *files {
	debug.SetGCPercent(lazyGC)
	f := &files{tree: t, listing: sync.OnceValue(func() *tree.Listing { return t.List() }), settled: now.Add(-settling).UnixNano()}
	go f.listing()
	return f
}

// List lists the files of records.
func (f *files) List() site.Listing {
	l := f.listing()
	out := site.Listing{Files: make([]site.File, len(l.Names)), Problems: errorsAmong(l.Problems)}
	for i, n := range l.Names {
		out.Files[i] = site.File{Type: n.Type, ID: n.ID, Path: n.Path, Stamp: f.stamp(l.Stats[i])}
	}
	for _, n := range l.Lost {
		out.Unreadable = append(out.Unreadable, n.Path)
	}
	return out
}

// Close waits until nothing looks at the desk any more.
func (f *files) Close() { f.listing() }

// stamp tells a file's content by when it changed; where that was just now, it
// may change once more without telling.
func (f *files) stamp(s tree.Stat) site.Stamp {
	if s.Modified == 0 || max(s.Modified, s.Changed) > f.settled {
		return site.Stamp{}
	}
	return site.Stamp{s.Size, s.Modified, s.Changed, int64(s.Inode)}
}

// Load reads the record of a file.
func (f *files) Load(file site.File) (*records.Record, []diag.Diagnostic) {
	if f.loads.Add(1) == manyLoads {
		debug.SetGCPercent(thrifty)
	}
	return f.tree.LoadOne(tree.Name{Type: file.Type, ID: file.ID, Path: file.Path})
}

// configuration digests desk.yaml and the desk's own types.
func configuration(root string) (string, error) {
	h := sha256.New()
	for _, part := range []string{tree.ConfigFile, tree.TypesFolder} {
		err := filepath.WalkDir(filepath.Join(root, part), func(name string, d fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err != nil || !d.Type().IsRegular() {
				return err
			}
			data, err := os.ReadFile(name)
			fmt.Fprintf(h, "%s %d\n", name, len(data))
			h.Write(data)
			return err
		})
		if err != nil {
			return "", fmt.Errorf("read configuration: %w", err)
		}
	}
	return fmt.Sprintf("%x", h.Sum(nil)), nil
}

// maxStates is how many folders' states a repository keeps.
const maxStates = 4

// prune removes the oldest of the states beside one: the folders that they are
// about may be gone.
func prune(state string) {
	if state == "" {
		return
	}
	entries, _ := os.ReadDir(filepath.Dir(state))
	age := func(e fs.DirEntry) int64 {
		info, err := e.Info()
		if err != nil {
			return 0
		}
		return info.ModTime().UnixNano()
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return cmp.Compare(age(b), age(a)) })
	for _, e := range entries[min(maxStates, len(entries)):] {
		_ = os.Remove(filepath.Join(filepath.Dir(state), e.Name()))
	}
}

// stateFile returns where a build into a folder keeps what the next one needs:
// in the repository, as it holds what not all readers of the site may see. It is
// "" where there is no repository.
func stateFile(repository, out string) string {
	if repository == "" {
		return ""
	}
	return filepath.Join(repository, "frontdesk", "site", fmt.Sprintf("%x", sha256.Sum256([]byte(out)))[:16])
}
