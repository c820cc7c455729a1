package hugo

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/afero"
)

// themeFolders are the folders of a theme that are used. Others, such as a
// content folder, would bring in pages that nobody filtered.
var themeFolders = []string{"layouts", "assets", "i18n", staticFolder}

// staticFolder holds what is copied to the site as it is.
const staticFolder = "static"

// themes is the files of all themes, read once: each batch of pages sees the
// same ones.
type themes struct {
	names  []string // in order
	files  map[string][]byte
	static map[string]bool // paths that static files take on the site, in lower case
}

// readThemes reads the themes; a file in a later one replaces it in an earlier
// one.
func readThemes(from []fs.FS) (*themes, error) {
	t := &themes{files: map[string][]byte{}, static: map[string]bool{}}
	for _, files := range from {
		for _, folder := range themeFolders {
			if err := t.read(files, folder); err != nil {
				return nil, fmt.Errorf("read theme: %w", err)
			}
		}
	}
	for name := range t.files {
		t.names = append(t.names, name)
		if rel, ok := strings.CutPrefix(name, staticFolder+"/"); ok {
			t.static[strings.ToLower(rel)] = true
		}
	}
	slices.Sort(t.names)
	return t, nil
}

func (t *themes) read(files fs.FS, folder string) error {
	if _, err := fs.Stat(files, folder); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return fs.WalkDir(files, folder, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if !d.Type().IsRegular() {
			return fmt.Errorf("%s is no regular file", name)
		}
		t.files[name], err = fs.ReadFile(files, name)
		return err
	})
}

// write puts the themes into a source tree, but for the static files, which are
// no matter of Hugo's library.
func (t *themes) write(source afero.Fs) error {
	if err := source.MkdirAll(contentDir, 0o755); err != nil {
		return err
	}
	for _, name := range t.names {
		if strings.HasPrefix(name, staticFolder+"/") {
			continue
		}
		if err := afero.WriteFile(source, path.Join(workDir, name), t.files[name], 0o644); err != nil {
			return err
		}
	}
	return nil
}

// writeStatic writes the static files to the site.
func (t *themes) writeStatic(out string) error {
	root, err := os.OpenRoot(out)
	if err != nil {
		return err
	}
	defer root.Close()
	for _, name := range t.names {
		rel, ok := strings.CutPrefix(name, staticFolder+"/")
		if !ok {
			continue
		}
		rel = filepath.FromSlash(rel)
		if err := root.MkdirAll(filepath.Dir(rel), 0o755); err != nil {
			return err
		}
		if err := root.WriteFile(rel, t.files[name], 0o644); err != nil {
			return err
		}
	}
	return nil
}
