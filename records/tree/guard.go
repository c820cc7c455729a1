package tree

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"frontdesk/schema"
)

// guard refuses a path that leads through anything but plain folders: a symbolic
// link, even one that stays in the desk, or a git repository among the records.
// Nothing that lies there is read, so nothing must be written there. Folders that
// are missing are fine.
func (t *Tree) guard(p string) error {
	for i, c := range p {
		if c != '/' {
			continue
		}
		dir := p[:i]
		info, err := fs.Lstat(t.files, dir)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return cause(err)
		case !info.IsDir():
			return fmt.Errorf("%s is a %s, not a folder", dir, kindOf(info.Mode()))
		case t.holdsRepository(dir):
			return fmt.Errorf("%s is a git repository of its own", dir)
		}
	}
	return nil
}

// holdsRepository reports whether a folder of records is what git takes for a
// bare repository.
func (t *Tree) holdsRepository(dir string) bool {
	if top, _, _ := strings.Cut(dir, "/"); top != schema.RecordsFolder {
		return false
	}
	for _, name := range []string{"HEAD", "objects", "refs"} {
		if _, err := fs.Lstat(t.files, path.Join(dir, name)); err != nil {
			return false
		}
	}
	return true
}
