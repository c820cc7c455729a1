package git

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"
)

// Patched returns the files of a commit or a tree, "" meaning none, with
// differences laid over them, such as those that Diff and DiffStaged found there.
// It costs what is looked at, while Staged has to list the whole index. A file
// with conflicts stands as in the tree.
func (r *Repo) Patched(ctx context.Context, treeish string, deltas []Delta) (*Snapshot, error) {
	root := ""
	if treeish != "" {
		tree, err := r.resolve(ctx, treeish, "tree")
		if err != nil {
			return nil, err
		}
		if root, err = r.below(ctx, tree); err != nil {
			return nil, fmt.Errorf("read tree: %w", err)
		}
	}
	p := &patchedFiles{under: newTreeFiles(r.batch(), root), files: map[string]entry{}, dirs: map[string]map[string]bool{}}
	for _, d := range deltas {
		p.add(d)
	}
	return newSnapshot(ctx, r.batch(), p), nil
}

// patchedFiles are the files of a tree with differences laid over them. It is not
// changed once it is made.
type patchedFiles struct {
	under *treeFiles
	files map[string]entry           // by path; without mode: not there
	dirs  map[string]map[string]bool // names that a folder has by the differences, and whether something is there
}

func (p *patchedFiles) add(d Delta) {
	if d.Status == 'U' {
		return
	}
	if d.OldPath != d.Path || d.Status == 'D' {
		p.put(d.OldPath, entry{})
	}
	if d.Status != 'D' {
		p.put(d.Path, entry{name: path.Base(d.Path), mode: gitMode(d.Mode), id: d.Blob})
	}
}

func (p *patchedFiles) put(at string, e entry) {
	if old := p.files[at]; e.mode == 0 && old.mode != 0 {
		return // another file was renamed to where this one was
	}
	p.files[at] = e
	for there := e.mode != 0; at != "."; at = path.Dir(at) {
		dir := path.Dir(at)
		if p.dirs[dir] == nil {
			p.dirs[dir] = map[string]bool{}
		}
		p.dirs[dir][path.Base(at)] = p.dirs[dir][path.Base(at)] || there
	}
}

// gitMode returns what a file's mode is to git.
func gitMode(mode fs.FileMode) uint32 {
	switch {
	case mode&fs.ModeSymlink != 0:
		return modeLink
	case mode&fs.ModeIrregular != 0:
		return modeSubmodule
	case mode&0o100 != 0:
		return 0o100755
	}
	return 0o100644
}

func (p *patchedFiles) prepare(context.Context, []string) error { return nil }

func (p *patchedFiles) find(ctx context.Context, at string) (entry, error) {
	if e, ok := p.files[at]; ok && e.mode != 0 {
		return e, nil
	}
	names, touched := p.dirs[at]
	if !touched || at == "." {
		if _, ok := p.files[at]; ok {
			return entry{}, fs.ErrNotExist
		}
		return p.under.find(ctx, at)
	}
	dir := entry{name: path.Base(at), mode: modeTree}
	for _, there := range names {
		if there {
			return dir, nil
		}
	}
	list, err := p.children(ctx, at)
	if err == nil && len(list) == 0 {
		err = fs.ErrNotExist // all that it held is gone
	}
	return dir, err
}

func (p *patchedFiles) children(ctx context.Context, at string) ([]entry, error) {
	list, err := p.old(ctx, at)
	if err != nil {
		return nil, err
	}
	names := p.dirs[at]
	if len(names) == 0 {
		return list, nil
	}
	list = slices.DeleteFunc(slices.Clone(list), func(e entry) bool {
		_, ok := names[e.name]
		return ok
	})
	for name := range names {
		e, err := p.find(ctx, path.Join(at, name))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		list = append(list, e)
	}
	slices.SortFunc(list, func(a, b entry) int { return strings.Compare(a.name, b.name) })
	return list, nil
}

// old returns what a folder held before, nothing where it was none.
func (p *patchedFiles) old(ctx context.Context, at string) ([]entry, error) {
	e, err := p.under.find(ctx, at)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !e.isDir() {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return p.under.children(ctx, at)
}
