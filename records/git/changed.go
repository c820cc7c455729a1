package git

import (
	"context"
	"errors"
	"io/fs"
	"path"
)

// Changed returns the files below a folder that differ between two commits or
// trees, by path; "." is the top. It starts no git and looks only into folders
// that differ, so that many trees can be compared. A renamed file is one deleted
// and one added. Other than with Diff, paths are those from the repository's top.
func (r *Repo) Changed(ctx context.Context, a, b, folder string) ([]Delta, error) {
	sides := [2]entry{}
	for i, rev := range []string{a, b} {
		root, err := r.resolve(ctx, rev, "tree")
		if err != nil {
			return nil, err
		}
		e, err := newTreeFiles(r.batch(), root).find(ctx, path.Clean(folder))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		sides[i] = e
	}
	w := changedWalk{files: newTreeFiles(r.batch(), "")}
	if err := w.entry(ctx, path.Clean(folder), sides, 0); err != nil {
		return nil, err
	}
	return w.found, nil
}

// changedWalk walks two trees side by side.
type changedWalk struct {
	files *treeFiles
	found []Delta
	steps int
}

// entry compares what stands at one path.
func (w *changedWalk) entry(ctx context.Context, at string, sides [2]entry, depth int) error {
	if sides[0].id == sides[1].id && sides[0].mode == sides[1].mode {
		return nil
	}
	if w.steps++; depth > maxDepth || w.steps > maxDeltas {
		return ErrTooMany
	}
	d := Delta{OldPath: at, Path: at, Status: 'M'}
	var lists [2][]entry
	for i, e := range sides {
		var err error
		switch {
		case e.id == "":
		case e.isDir():
			if lists[i], err = w.files.tree(ctx, e.id); err != nil {
				return err
			}
		case i == 0:
			d.OldMode, d.OldBlob = fileMode(e.mode), e.id
		default:
			d.Mode, d.Blob = fileMode(e.mode), e.id
		}
	}
	if d.OldBlob == "" {
		d.Status = 'A'
	} else if d.Blob == "" {
		d.Status = 'D'
	}
	if d.OldBlob != "" || d.Blob != "" {
		w.found = append(w.found, d)
	}
	for _, p := range pairs(lists[0], lists[1]) {
		name := p[0].name
		if name == "" {
			name = p[1].name
		}
		if err := w.entry(ctx, path.Join(at, name), p, depth+1); err != nil {
			return err
		}
	}
	return nil
}
