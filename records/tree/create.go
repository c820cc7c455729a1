package tree

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"

	"frontdesk/records"
	"frontdesk/records/frontmatter"
)

//go:embed skeleton
var skeleton embed.FS

// ErrDesk is returned by Create for a folder that is a desk already.
var ErrDesk = errors.New("the folder is a desk already: it holds desk.yaml")

// Create makes a folder a desk without records and returns the paths, relative
// to it, of the files it wrote. Files that are there already, apart from
// desk.yaml, are left as they are and not among the paths.
func Create(dir, name string) ([]string, error) {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return nil, fmt.Errorf("make desk: %w", cause(err))
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("make desk: %w", cause(err))
	}
	defer root.Close()
	if _, err := root.Lstat(ConfigFile); err == nil {
		return nil, ErrDesk
	}
	var written []string
	files := Skeleton(name)
	// desk.yaml comes last: what was begun and killed can be begun again.
	for _, p := range []string{".gitattributes", ".gitignore", ".vscode/tasks.json", ConfigFile} {
		fresh, err := createFile(root, p, files[p])
		if err != nil {
			return written, fmt.Errorf("make desk: %s: %w", p, err)
		}
		if fresh {
			written = append(written, p)
		}
	}
	return written, nil
}

// Skeleton returns the files that every new desk of that name holds, by path.
func Skeleton(name string) map[string][]byte {
	files := map[string][]byte{}
	for p, source := range map[string]string{".gitattributes": "gitattributes", ".gitignore": "gitignore", ".vscode/tasks.json": "tasks.json", ConfigFile: ConfigFile} {
		data, err := skeleton.ReadFile(path.Join("skeleton", source))
		if err != nil {
			panic(err) // embedded
		}
		files[p] = bytes.ReplaceAll(data, []byte("name: NAME"), []byte("name: "+frontmatter.Inline(records.NewString(name))))
	}
	return files
}

func createFile(root *os.Root, name string, data []byte) (fresh bool, err error) {
	if err := root.MkdirAll(filepath.Dir(filepath.FromSlash(name)), 0o777); err != nil {
		return false, cause(err)
	}
	f, err := root.OpenFile(filepath.FromSlash(name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if errors.Is(err, os.ErrExist) {
		return false, nil
	}
	if err != nil {
		return false, cause(err)
	}
	_, err = f.Write(data)
	return true, errors.Join(err, f.Close())
}
