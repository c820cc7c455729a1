package site

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
)

// marker is the file that tells a folder that this package made from any other.
const marker = ".frontdesk-site"

const markerText = "This folder was made by frontdesk-site, which replaces all of it at the next build.\n"

// ErrNotOurs is the cause of an error about a folder that holds something other
// than a site, and is left as it is.
var ErrNotOurs = errors.New("folder is not empty and was not made by frontdesk-site")

// place is the folder of a site, kept from other builds until it is released.
type place struct {
	out     string // absolute
	parent  string
	name    string
	release func()
}

// occupy takes the folder of a site, which need not exist, and waits until no
// other build works on it. What killed builds left beside it is removed.
func occupy(ctx context.Context, out string) (*place, error) {
	out, err := destination(out)
	if err != nil {
		return nil, err
	}
	p := &place{out: out, parent: filepath.Dir(out), name: filepath.Base(out)}
	if err := os.MkdirAll(p.parent, 0o755); err != nil {
		return nil, err
	}
	if p.release, err = lockFolder(ctx, out); err != nil {
		return nil, err
	}
	p.sweep()
	return p, nil
}

// temporary makes a folder beside the site and keeps it from being swept away.
func (p *place) temporary(ctx context.Context) (dir string, release func(), err error) {
	dir, err = os.MkdirTemp(p.parent, "."+p.name+".new-*")
	if err != nil {
		return "", nil, err
	}
	unlock, err := lockFolder(ctx, dir)
	if err == nil {
		err = os.Chmod(dir, 0o755)
	}
	if err != nil {
		return "", nil, errors.Join(err, os.RemoveAll(dir))
	}
	return dir, func() {
		unlock()
		_ = os.RemoveAll(dir)
	}, nil
}

// sweep removes the folders of builds that were killed: those that nobody holds.
func (p *place) sweep() {
	left, _ := filepath.Glob(filepath.Join(p.parent, "."+p.name+".new-*"))
	for _, dir := range left {
		if unlock, ok := tryLockFolder(dir); ok {
			_ = os.RemoveAll(dir)
			unlock()
		}
	}
}

// publish lets build fill a new folder beside the site and puts it in the site's
// place. Where build fails, the site stays as it was.
func (p *place) publish(ctx context.Context, build func(dir string) error) error {
	next, release, err := p.temporary(ctx)
	if err != nil {
		return err
	}
	defer release()
	if err := build(next); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(next, marker), []byte(markerText), 0o644); err != nil {
		return err
	}
	return swap(p.out, next)
}

// patch lets build fill a folder beside the site with files that are new, and
// moves these into the site. Files that are gone are removed from it, and
// folders that became empty. It returns the folders that it changed, from out.
// Where build fails, the site stays as it was; begin is called before it
// changes.
func (p *place) patch(ctx context.Context, begin func() error, build func(dir string) (gone []string, err error)) ([]string, error) {
	next, release, err := p.temporary(ctx)
	if err != nil {
		return nil, err
	}
	defer release()
	gone, err := build(next)
	if err != nil {
		return nil, err
	}
	if err := begin(); err != nil {
		return nil, err
	}
	touched := map[string]bool{}
	if err := p.moveAll(next, touched); err != nil {
		return nil, err
	}
	for _, name := range gone {
		if err := p.remove(name, touched); err != nil {
			return nil, err
		}
	}
	return slices.Sorted(maps.Keys(touched)), nil
}

// moveAll moves all files of a folder into the site.
func (p *place) moveAll(from string, touched map[string]bool) error {
	return filepath.WalkDir(from, func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, name)
		if err != nil {
			return err
		}
		to := filepath.Join(p.out, rel)
		if d.IsDir() {
			if err := os.Mkdir(to, 0o755); err != nil && !errors.Is(err, os.ErrExist) {
				return err
			}
			touched[filepath.ToSlash(rel)] = true
			return nil
		}
		return os.Rename(name, to)
	})
}

// remove removes a file of the site, and the folders that it leaves empty.
func (p *place) remove(name string, touched map[string]bool) error {
	if err := os.Remove(filepath.Join(p.out, filepath.FromSlash(name))); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	dir := path.Dir(name)
	for ; dir != "." && os.Remove(filepath.Join(p.out, filepath.FromSlash(dir))) == nil; dir = path.Dir(dir) {
		touched[dir] = true
	}
	touched[dir] = true
	return nil
}

// destination returns where out really is, if it may be replaced.
func destination(out string) (string, error) {
	out, err := filepath.Abs(out)
	if err != nil {
		return "", err
	}
	if real, err := filepath.EvalSymlinks(out); err == nil {
		out = real
	}
	entries, err := os.ReadDir(out)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return out, nil
	case err != nil:
		return "", err
	case len(entries) == 0:
		return out, nil
	}
	info, err := os.Lstat(filepath.Join(out, marker))
	if err != nil || !info.Mode().IsRegular() {
		return "", fmt.Errorf("write to %s: %w", out, ErrNotOurs)
	}
	return out, nil
}

// swap puts next in the place of out. Between the two renames out is missing
// for a moment; if the second one fails, the former out comes back.
func swap(out, next string) error {
	old := next + ".old"
	err := os.Rename(out, old)
	if errors.Is(err, os.ErrNotExist) {
		return os.Rename(next, out)
	}
	if err != nil {
		return err
	}
	if err := os.Rename(next, out); err != nil {
		return errors.Join(err, os.Rename(old, out))
	}
	return os.RemoveAll(old)
}
