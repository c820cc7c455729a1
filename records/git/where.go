package git

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"frontdesk/records/lazy"
)

// place is where a repository lies.
type place struct {
	gitDir    string // the work tree's own: HEAD and index
	commonDir string // shared by all work trees: objects, refs, configuration
	top       string // of the work tree; "" in a bare repository
}

// movedWorkTree is the setting by which a work tree lies elsewhere than beside
// its repository.
var movedWorkTree = lazy.Regexp(`(?im)^\s*worktree\s*=`)

// GitDir returns the absolute path of the work tree's own folder of the
// repository, where its index and HEAD are.
func (r *Repo) GitDir() (string, error) { return r.place.gitDir, nil }

// CommonDir returns the absolute path of the repository's folder that all its
// work trees share.
func (r *Repo) CommonDir() (string, error) { return r.place.commonDir, nil }

// Prefix returns where Dir lies below the top folder: "", or the folder with a
// slash at its end.
func (r *Repo) Prefix() (string, error) {
	if r.folder != "" {
		return r.folder + "/", nil
	}
	top, err := r.top()
	if err != nil || top == "" {
		return "", err
	}
	return prefixBelow(top, r.real)
}

// prefixBelow returns a folder as seen from another. Both are free of symbolic links.
func prefixBelow(top, dir string) (string, error) {
	rel, err := filepath.Rel(top, dir)
	if err != nil || !filepath.IsLocal(rel) {
		return "", fmt.Errorf("%s is not in the work tree %s", filepath.Base(dir), filepath.Base(top))
	}
	if rel == "." {
		return "", nil
	}
	return filepath.ToSlash(rel) + "/", nil
}

// Root returns the absolute path of the work tree's top folder.
func (r *Repo) Root() (string, error) {
	top, err := r.top()
	if err == nil && top == "" {
		err = errors.New("a bare repository has no work tree")
	}
	return top, err
}

// IsShallow reports whether the history is cut off, so that older commits than
// the repository has may exist.
func (r *Repo) IsShallow() bool {
	info, err := os.Stat(filepath.Join(r.place.commonDir, "shallow"))
	return err == nil && info.Size() > 0
}

// findTop returns the top folder of the work tree, "" in a bare repository. Git
// is asked where a setting moved it.
func (r *Repo) findTop() (string, error) {
	if r.place.top == "" || !r.place.isMoved() {
		return r.place.top, nil
	}
	out, err := r.read(context.Background(), "rev-parse", "--show-toplevel")
	if err != nil {
		return "", err
	}
	return filepath.EvalSymlinks(filepath.FromSlash(strings.TrimSuffix(out, "\n")))
}

// isMoved reports whether the configuration may place the work tree elsewhere.
func (p place) isMoved() bool {
	for _, file := range []string{filepath.Join(p.commonDir, "config"), filepath.Join(p.gitDir, "config.worktree")} {
		text, err := os.ReadFile(file)
		if err == nil && movedWorkTree().Match(text) {
			return true
		}
	}
	return false
}

// discover finds the repository that a folder, free of symbolic links, belongs
// to, as git does: the nearest .git above it. A bare repository is found where
// the folder itself is one and belongs to no other: one that was committed into
// a work tree is no repository, as its configuration would run what its author likes.
func discover(dir string, ceilings []string) (place, error) {
	for d := dir; ; d = filepath.Dir(d) {
		p, err := placeOf(filepath.Join(d, ".git"))
		if err == nil {
			p.top = d
			return p, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return place{}, err
		}
		if d == filepath.Dir(d) || isCeiling(ceilings, filepath.Dir(d)) {
			break
		}
	}
	if isRepository(dir) {
		return placeOf(dir)
	}
	return place{}, ErrNoRepository
}

func isCeiling(ceilings []string, dir string) bool {
	for _, c := range ceilings {
		if filepath.IsAbs(c) && filepath.Clean(c) == dir {
			return true
		}
	}
	return false
}

// placeOf returns the repository at a path: its folder, or a file that names it.
// fs.ErrNotExist means that there is none.
func placeOf(path string) (place, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrPermission) || err != nil && isNoFolder(path) {
		return place{}, fs.ErrNotExist
	}
	if err != nil {
		return place{}, err
	}
	if !info.IsDir() {
		if path, err = followGitFile(path); err != nil {
			return place{}, err
		}
	} else if !isRepository(path) {
		return place{}, fs.ErrNotExist
	}
	gitDir, err := filepath.EvalSymlinks(path)
	if err != nil {
		return place{}, err
	}
	common, err := commonDir(gitDir)
	return place{gitDir: gitDir, commonDir: common}, err
}

// isNoFolder reports whether the folder that would hold a path is none.
func isNoFolder(path string) bool {
	info, err := os.Stat(filepath.Dir(path))
	return err != nil || !info.IsDir()
}

// followGitFile returns the folder that a .git file of a linked work tree or of a
// submodule names.
func followGitFile(path string) (string, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	target, ok := bytes.CutPrefix(text, []byte("gitdir: "))
	dir := filepath.FromSlash(strings.TrimRight(string(target), "\r\n"))
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(filepath.Dir(path), dir)
	}
	if !ok || !isRepository(dir) {
		return "", fmt.Errorf("%s names no repository", filepath.Base(path))
	}
	return dir, nil
}

// isRepository reports whether a folder is a repository's, by the signs that git
// itself goes by.
func isRepository(dir string) bool {
	if _, err := os.Lstat(filepath.Join(dir, "HEAD")); err != nil {
		return false
	}
	common, err := commonDir(dir)
	if err != nil {
		return false
	}
	for _, name := range []string{"objects", "refs"} {
		if info, err := os.Stat(filepath.Join(common, name)); err != nil || !info.IsDir() {
			return false
		}
	}
	return true
}

func commonDir(gitDir string) (string, error) {
	text, err := os.ReadFile(filepath.Join(gitDir, "commondir"))
	if errors.Is(err, fs.ErrNotExist) {
		return gitDir, nil
	}
	if err != nil {
		return "", err
	}
	dir := filepath.FromSlash(strings.TrimRight(string(text), "\r\n"))
	if !filepath.IsAbs(dir) {
		dir = filepath.Join(gitDir, dir)
	}
	return filepath.EvalSymlinks(dir)
}
