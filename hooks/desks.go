package hooks

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"frontdesk/records/git"
	"frontdesk/records/tree"
	"frontdesk/schema"
)

// touched returns the desks, as folders from the top, that changes concern, in
// order. A file belongs to the nearest desk above it; isDesk says whether a
// folder is one.
func touched(deltas []git.Delta, isDesk func(folder string) (bool, error)) ([]string, error) {
	known := map[string]bool{}
	var desks []string
	for _, d := range deltas {
		for _, p := range []string{d.OldPath, d.Path} {
			for _, folder := range candidates(p) {
				is, asked := known[folder]
				if !asked {
					var err error
					if is, err = isDesk(folder); err != nil {
						return nil, err
					}
					known[folder] = is
				}
				if is && !slices.Contains(desks, folder) {
					desks = append(desks, folder)
				}
				if is {
					break
				}
			}
		}
	}
	slices.Sort(desks)
	return desks, nil
}

// candidates returns the folders that a changed file would concern if they were
// desks, the nearest first: those that it is the configuration, a type or below
// the records of. Most files of other projects have none.
func candidates(p string) []string {
	if p == "" {
		return nil
	}
	var found []string
	parts := strings.Split(p, "/")
	last := len(parts) - 1
	for i, name := range parts {
		isFolder := i < last && (name == schema.RecordsFolder || name == tree.TypesFolder)
		isConfig := i == last && name == tree.ConfigFile
		if isFolder || isConfig {
			found = append(found, strings.Join(parts[:i], "/"))
		}
	}
	slices.Reverse(found)
	return found
}

// lookup tells which folders of a work tree are desks in what is judged: the
// index or a commit.
type lookup struct {
	top      string
	snapshot func() (*git.Snapshot, error) // opened when first needed
	opened   *git.Snapshot
	missing  []string // desks that are not checked out
}

// isDesk asks the work tree first, which needs no git. A desk that is there and
// not in what is judged is found out by who judges it.
func (l *lookup) isDesk(folder string) (bool, error) {
	dir := filepath.Join(l.top, filepath.FromSlash(folder))
	if info, err := os.Lstat(filepath.Join(dir, tree.ConfigFile)); err == nil && info.Mode().IsRegular() {
		return true, nil
	}
	if l.opened == nil {
		var err error
		if l.opened, err = l.snapshot(); err != nil {
			return false, err
		}
	}
	if _, ok := l.opened.Blob(path.Join(folder, tree.ConfigFile)); !ok {
		return false, nil
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		l.missing = append(l.missing, folder)
		return false, nil
	}
	return true, nil
}

func (l *lookup) close() {
	if l.opened != nil {
		_ = l.opened.Close() // it was only read
	}
}

// openTop opens the repository of a folder at the top of its work tree.
func openTop(dir string) (*git.Repo, error) {
	repo, err := git.Open(dir)
	if err != nil {
		return nil, err
	}
	top, err := repo.Root()
	if err != nil {
		return nil, fmt.Errorf("find work tree: %w", err)
	}
	return git.Open(top)
}

// stagedDesks returns the desks that the next commit concerns, with the changes
// that it would record.
func stagedDesks(ctx context.Context, repo *git.Repo) (desks, missing []string, deltas []git.Delta, err error) {
	deltas, err = repo.DiffStaged(ctx, "")
	if err != nil {
		return nil, nil, nil, err
	}
	l := &lookup{top: repo.Dir, snapshot: func() (*git.Snapshot, error) { return repo.Staged(ctx) }}
	defer l.close()
	desks, err = touched(deltas, l.isDesk)
	return desks, l.missing, deltas, err
}

// configFiles returns all files that mark a desk.
func configFiles(files fs.FS) ([]string, error) {
	var found []string
	err := fs.WalkDir(files, ".", func(p string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() && e.Name() == tree.ConfigFile {
			found = append(found, p)
		}
		return err
	})
	return found, err
}
