package tree

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
)

// folder is an open folder below the desk's root. Links are not followed.
type folder interface {
	path() string                     // from the desk's root
	entries() ([]fs.DirEntry, error)  // in the order of names
	open(name string) (folder, error) // a folder in it
	stat(e fs.DirEntry) Stat          // of a file in it, zero where it is gone
	close()
}

// openFolder opens a folder of the desk. Anything else than a folder is an
// error: to open a pipe would wait for ever.
func openFolder(t *Tree, p string) (folder, error) {
	if t.root != nil {
		if dir, err := openHandle(t.root, p); !errors.Is(err, errors.ErrUnsupported) {
			return dir, err
		}
	}
	return openNamed(t.files, p)
}

// named is a folder that is known by its path alone.
type named struct {
	files fs.FS
	name  string
}

func openNamed(files fs.FS, p string) (folder, error) {
	info, err := fs.Lstat(files, p)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, notFolder(info.Mode())
	}
	return named{files, p}, nil
}

func notFolder(mode fs.FileMode) error { return fmt.Errorf("it is a %s, not a folder", kindOf(mode)) }

func (n named) path() string { return n.name }

func (n named) entries() ([]fs.DirEntry, error) { return fs.ReadDir(n.files, n.name) }

func (n named) open(name string) (folder, error) { return openNamed(n.files, path.Join(n.name, name)) }

func (n named) stat(e fs.DirEntry) Stat {
	info, err := e.Info()
	if err != nil {
		return Stat{}
	}
	s := Stat{Size: info.Size(), Modified: info.ModTime().UnixNano()}
	if blob, ok := info.Sys().(Blob); ok {
		s = Stat{Size: info.Size(), Blob: blob.BlobID()}
	}
	return s
}

func (n named) close() {}

// Blob is what the files of a commit have as their system's data: git's name of
// the content.
type Blob interface{ BlobID() string }
