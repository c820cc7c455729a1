package tree

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"

	"frontdesk/schema"
)

// Renamer returns a function that gives a file or folder another path and makes
// the folders that lead to it. The new path must be free. Other than Move it
// takes nothing along, and it looks at each new folder but once, for bulk work
// under the lock.
func (t *Tree) Renamer() func(from, to string) error {
	ready := map[string]bool{}
	return func(from, to string) error {
		if t.root == nil {
			return ErrReadOnly
		}
		if err := t.rename(from, to, ready); err != nil {
			return fmt.Errorf("move %s to %s: %w", from, to, cause(err))
		}
		return nil
	}
}

func (t *Tree) rename(from, to string, ready map[string]bool) error {
	dir, target := path.Dir(to), filepath.FromSlash(to)
	if !ready[dir] {
		if err := t.guard(to); err != nil {
			return err
		}
		if err := t.root.MkdirAll(filepath.FromSlash(dir), 0o777); err != nil {
			return err
		}
		ready[dir] = true
	}
	if _, err := t.root.Lstat(target); err == nil {
		return ErrExists
	} else if !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return t.root.Rename(filepath.FromSlash(from), target)
}

// Prune removes a folder below records/ if it is empty, and the folders above it
// that it leaves empty. Folders that hold something stay.
func (t *Tree) Prune(dir string) error {
	if t.root == nil {
		return ErrReadOnly
	}
	for path.Dir(dir) != "." && path.Dir(dir) != schema.RecordsFolder {
		entries, err := t.readDir(dir)
		if err != nil || len(entries) > 0 {
			return nil // it is gone, or somebody needs it
		}
		if err := t.root.Remove(filepath.FromSlash(dir)); err != nil {
			return fmt.Errorf("remove folder %s: %w", dir, cause(err))
		}
		dir = path.Dir(dir)
	}
	return nil
}
