// Package tree provides the desk as files: it finds and opens a desk, reads its
// configuration, types and records, and writes record files so that each is
// always either old or new. All access stays below the desk's root. It must not
// judge records, nor run git.
package tree

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/frontmatter"
	"frontdesk/schema"
	"frontdesk/schema/calendar"
	"frontdesk/schema/desk"
)

// ConfigFile marks the root of a desk.
const ConfigFile = "desk.yaml"

// TypesFolder holds the desk's own type files.
const TypesFolder = "schema"

var (
	// ErrNoDesk is returned where no folder above holds desk.yaml.
	ErrNoDesk = errors.New("no desk found: neither this folder nor one above it holds desk.yaml")
	// ErrNoFolder is returned where the folder to look in is none.
	ErrNoFolder = errors.New("it is not a folder")
	// ErrChanged is returned by Write where the file is not what it was.
	ErrChanged = errors.New("the file was changed by somebody else in the meantime")
	// ErrExists is returned by Write where a new file is there already.
	ErrExists = errors.New("the file exists already")
	// ErrReadOnly is returned where a desk of the past was to be changed.
	ErrReadOnly = errors.New("the desk is one of the past, which nothing can change")
)

// Tree is an open desk.
type Tree struct {
	Root     string            // absolute path of the desk's root
	Desk     *desk.Desk        // desk.yaml, the defaults where it cannot be read
	Types    *schema.Types     // the built-in types and the desk's own
	Problems []diag.Diagnostic // what is wrong with desk.yaml and the type files
	Settings [32]byte          // SHA-256 of desk.yaml, the .ics files that it names, and the type files
	files    fs.FS             // what is read; it has Lstat
	root     *os.Root          // what is written, nil for a desk of the past
}

// IsConfig reports whether a file of a desk says how records are judged and counted:
// desk.yaml, what lies beside the type files, and iCalendar files, which desk.yaml
// may name wherever they are but among the records.
func IsConfig(p string) bool {
	return p == ConfigFile || path.Dir(p) == TypesFolder || path.Ext(p) == ".ics" && !strings.HasPrefix(p, schema.RecordsFolder+"/")
}

// Find returns the root of the desk that a folder belongs to: the nearest
// folder, upwards, that holds desk.yaml. Something else of that name is an
// error: what lies above is another desk.
func Find(from string) (string, error) {
	dir, err := filepath.Abs(from)
	if err != nil {
		return "", fmt.Errorf("find desk: %w", err)
	}
	if info, err := os.Stat(dir); err != nil || !info.IsDir() {
		return "", fmt.Errorf("find desk in %s: %w", from, ErrNoFolder)
	}
	for {
		if info, err := os.Lstat(filepath.Join(dir, ConfigFile)); err == nil {
			if !info.Mode().IsRegular() {
				return "", fmt.Errorf("find desk: %s is a %s, not a file", ConfigFile, kindOf(info.Mode()))
			}
			return dir, nil
		}
		up := filepath.Dir(dir)
		if up == dir {
			return "", ErrNoDesk
		}
		dir = up
	}
}

// Open opens the desk with the root. It must be closed.
func Open(root string) (*Tree, error) {
	r, err := os.OpenRoot(root)
	if err != nil {
		return nil, fmt.Errorf("open desk: %w", err)
	}
	t := &Tree{Root: root, files: r.FS(), root: r}
	t.configure()
	return t, nil
}

// OpenFS opens a desk whose files are not in a folder: those of a commit, or
// what is staged. Nothing can be written to it. The file system must have Lstat
// (fs.ReadLinkFS), follow no links, and outlive the tree. root is what messages
// call it.
func OpenFS(root string, files fs.FS) (*Tree, error) {
	if _, err := fs.Lstat(files, ConfigFile); err != nil {
		return nil, fmt.Errorf("open desk: %w", ErrNoDesk)
	}
	t := &Tree{Root: root, files: files}
	t.configure()
	return t, nil
}

// With returns a desk with other files and the configuration and the types of t,
// for another state of the same desk that has these, too. As of OpenFS, nothing
// can be written to it.
func (t *Tree) With(files fs.FS) *Tree {
	return &Tree{Root: t.Root, Desk: t.Desk, Types: t.Types, Problems: t.Problems, files: files}
}

// IsPast reports whether the desk's files are those of a commit, or staged.
func (t *Tree) IsPast() bool { return t.root == nil }

// Close releases the desk's root.
func (t *Tree) Close() error {
	if t.root == nil {
		return nil
	}
	return t.root.Close()
}

// configure reads desk.yaml, the files that it names, and the type files. A desk
// whose configuration cannot be read has the defaults; Problems says so.
func (t *Tree) configure() {
	var ds []diag.Diagnostic
	sum := sha256.New()
	if data, err := t.read(ConfigFile, frontmatter.MaxFile); err != nil {
		t.Desk, ds = desk.Default(), []diag.Diagnostic{unreadable(ConfigFile, err)}
	} else {
		_, _ = sum.Write(data)
		t.Desk, ds = desk.ParseWith(ConfigFile, data, func(p string) ([]byte, error) {
			data, err := t.read(p, calendar.MaxICS)
			fmt.Fprintf(sum, "\x00%q %d %t\n", p, len(data), err == nil)
			_, _ = sum.Write(data)
			return data, err
		})
	}
	t.Problems = append(t.Problems, ds...)
	files, ds := t.typeFiles()
	t.Problems = append(t.Problems, ds...)
	for _, f := range files {
		fmt.Fprintf(sum, "\x00%q %d\n", f.Path, len(f.Data))
		_, _ = sum.Write(f.Data)
	}
	t.Settings = [32]byte(sum.Sum(nil))
	t.Types, ds = schema.Load(files)
	t.Problems = append(t.Problems, ds...)
}

func (t *Tree) typeFiles() (files []schema.File, ds []diag.Diagnostic) {
	entries, err := t.readDir(TypesFolder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil // a desk without types of its own
	}
	if err != nil {
		return nil, []diag.Diagnostic{diag.New(RuleUnreadable, diag.Error, TypesFolder, diag.Span{}, "the folder cannot be read: %v", err)}
	}
	for _, e := range entries {
		p := path.Join(TypesFolder, e.Name())
		if !strings.HasSuffix(e.Name(), ".yaml") {
			ds = append(ds, t.ignoredTypes(TypesFolder, e)...)
			continue
		}
		data, err := t.read(p, frontmatter.MaxFile)
		if err != nil {
			ds = append(ds, unreadable(p, err))
			continue
		}
		files = append(files, schema.File{Path: p, Data: data})
	}
	return files, ds
}

// Read returns the content of a file of the desk. Symbolic links, devices and
// files longer than a record may be are errors.
func (t *Tree) Read(p string) ([]byte, error) { return t.read(p, frontmatter.MaxFile) }

func (t *Tree) read(p string, limit int64) ([]byte, error) {
	if t.root != nil && fs.ValidPath(p) {
		if f, err := openDirect(t.root, p); err == nil {
			defer f.Close()
			return readUpTo(f, limit)
		}
	}
	info, err := fs.Lstat(t.files, p) // says what is in the way
	if err != nil {
		return nil, cause(err)
	}
	if err := readable(info, limit); err != nil {
		return nil, err
	}
	f, err := t.files.Open(p)
	if err != nil {
		return nil, cause(err)
	}
	defer f.Close()
	return readUpTo(f, limit)
}

// readable refuses what is no file, or too long.
func readable(info fs.FileInfo, limit int64) error {
	if !info.Mode().IsRegular() {
		return fmt.Errorf("it is a %s, not a file", kindOf(info.Mode()))
	}
	if info.Size() > limit {
		return fmt.Errorf("it is %d bytes long; at most %d are read", info.Size(), limit)
	}
	return nil
}

func readUpTo(f fs.File, limit int64) ([]byte, error) {
	info, err := f.Stat()
	if err != nil {
		return nil, cause(err)
	}
	if err := readable(info, limit); err != nil {
		return nil, err
	}
	return readAll(io.LimitReader(f, limit+1), make([]byte, 0, info.Size()+1))
}

// readDir returns what a folder holds, in the order of names. Anything else than
// a folder is an error: to open a pipe would wait for ever.
func (t *Tree) readDir(p string) ([]fs.DirEntry, error) {
	info, err := fs.Lstat(t.files, p)
	if err != nil {
		return nil, cause(err)
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("it is a %s, not a folder", kindOf(info.Mode()))
	}
	entries, err := fs.ReadDir(t.files, p)
	return entries, cause(err)
}

// readAll reads to the end into a buffer that is nearly always large enough.
func readAll(r io.Reader, buf []byte) ([]byte, error) {
	for {
		n, err := r.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if err == io.EOF {
			return buf, nil
		}
		if err != nil {
			return nil, cause(err)
		}
		if len(buf) == cap(buf) {
			buf = append(buf, 0)[:len(buf)]
		}
	}
}

// Exists reports whether the desk holds a file or folder of that path. It does
// not follow symbolic links out of the desk.
func (t *Tree) Exists(p string) bool {
	_, err := fs.Stat(t.files, p)
	return err == nil
}

// cause strips the path from a file error: messages give it relative to the
// desk, and machine paths do not belong in reports.
func cause(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		return pe.Err
	}
	return err
}

func kindOf(mode fs.FileMode) string {
	switch {
	case mode.IsDir():
		return "folder"
	case mode&fs.ModeSymlink != 0:
		return "symbolic link"
	case mode&fs.ModeNamedPipe != 0:
		return "pipe"
	case mode&fs.ModeSocket != 0:
		return "socket"
	case mode.IsRegular():
		return "file"
	}
	return "device"
}

func idOf(p string) records.ID {
	return records.ID(strings.TrimSuffix(path.Base(p), schema.Extension))
}
