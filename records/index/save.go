package index

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"frontdesk/records/tree"
)

// The size from which a pack is begun anew when most of it is of no use here.
const (
	shrinkFrom = 16 << 20
	shrinkAt   = 4
)

// Save keeps what was found since the index was opened. What cannot be written
// is found again next time, so the error is for those who ask about the index.
func (x *Index) Save(ctx context.Context) error {
	if x.place.isMemory() || x.manifest == nil {
		return nil
	}
	facts := slices.Collect(maps.Values(x.facts))
	for _, p := range append(facts, x.heads) {
		p.shrink(x.manifest)
	}
	var errs []error
	for _, p := range append(facts, x.heads, x.logs, x.texts, x.verdicts) {
		if p != nil {
			errs = append(errs, p.save(ctx))
		}
	}
	if x.dirty {
		errs = append(errs, replace(x.place.manifest(), x.manifest.data), sweep(filepath.Dir(x.place.own())), sweep(filepath.Dir(x.place.shared())))
		x.dirty = false
	}
	return errors.Join(errs...)
}

// shrink begins a pack anew where little of it is about the files that a manifest
// names.
func (p *pack) shrink(m *manifest) {
	if len(p.data) < shrinkFrom || len(p.added) == 0 {
		return
	}
	live := 0
	for i := range m.n {
		payload, _ := p.find(m.digest(i))
		live += len(payload)
	}
	if len(p.data) < shrinkAt*live {
		return
	}
	for i := range m.n {
		d := m.digest(i)
		if payload, ok := p.find(d); ok {
			p.add(d, payload)
		}
	}
	p.damaged, p.good = true, packHeader
}

// The indexes of other builds that are kept, and for how long.
const (
	keptBuilds = 4
	keptFor    = 90 * 24 * time.Hour
)

// sweep removes the indexes of builds that were not used for long, and what
// killed processes left behind.
func sweep(folder string) error {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return fmt.Errorf("sweep index: %w", err)
	}
	type build struct {
		path string
		used time.Time
	}
	var builds []build
	for _, e := range entries {
		if info, err := e.Info(); err == nil && e.IsDir() {
			builds = append(builds, build{filepath.Join(folder, e.Name()), info.ModTime()})
		}
	}
	if len(builds) == 0 {
		return nil
	}
	slices.SortFunc(builds, func(a, b build) int { return b.used.Compare(a.used) })
	newest := builds[0].used
	for i, b := range builds {
		if i >= keptBuilds || newest.Sub(b.used) > keptFor {
			_ = os.RemoveAll(b.path)
			continue
		}
		for _, pattern := range []string{"clock-*", "files-*.tmp"} {
			left, _ := filepath.Glob(filepath.Join(b.path, pattern)) // the pattern is a constant
			for _, p := range left {
				if info, err := os.Lstat(p); err == nil && newest.Sub(info.ModTime()) > time.Minute {
					_ = os.Remove(p)
				}
			}
		}
	}
	return nil
}

// Drop removes the indexes of all builds and desks that lie at the place.
func Drop(p Place) error {
	if p.isMemory() {
		return nil
	}
	for _, dir := range []string{p.Common, p.Own} {
		if err := os.RemoveAll(filepath.Join(dir, Folder)); err != nil {
			return fmt.Errorf("drop index: %w", err)
		}
	}
	return nil
}

// State says what an index knows.
type State struct {
	Folder  string // where it lies, "" for memory
	Files   int    // record files of the desk
	Known   int    // of them, that need not be read
	Changed int    // of them, that have to be
	Bytes   int64  // on disk, of this build
	Others  int    // indexes of other builds beside it
}

// State compares what is kept with the desk's files, and keeps nothing.
func (x *Index) State(ctx context.Context) (State, error) {
	var l *tree.Listing
	x.open(func() { l = x.tree.List() })
	found := make([]finding, len(l.Names))
	x.match(l, found)
	s := State{Files: len(found)}
	for _, f := range found {
		if _, ok := x.heads.find(f.digest); ok && f.known {
			s.Known++
		}
	}
	s.Changed = s.Files - s.Known
	if x.place.isMemory() {
		return s, ctx.Err()
	}
	s.Folder = x.place.shared()
	for _, dir := range slices.Compact([]string{x.place.shared(), x.place.own()}) {
		s.Bytes += sizeOf(dir)
	}
	entries, _ := os.ReadDir(filepath.Dir(x.place.shared())) // none where there are none
	s.Others = max(0, len(entries)-1)
	return s, ctx.Err()
}

func sizeOf(dir string) (n int64) {
	_ = filepath.WalkDir(dir, func(_ string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return nil
		}
		if info, err := e.Info(); err == nil {
			n += info.Size()
		}
		return nil
	})
	return n
}
