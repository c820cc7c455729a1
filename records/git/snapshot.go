package git

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"sync"
	"time"
)

const (
	// maxBlob is how large a file may be to be read.
	maxBlob = 64 << 20
	// maxPreload is how many bytes of files Preload keeps.
	maxPreload = 256 << 20
)

// ErrTooMany is returned where a tree holds more files than are listed: a few
// objects can name each other so that they stand for any number of paths.
var ErrTooMany = errors.New("too many files, too deep folders or too long names")

// errNoFolder is why what is no folder cannot be listed.
var errNoFolder = errors.New("it is no folder")

// errIsLink is why a symbolic link is not read as a file: nothing is followed.
var errIsLink = errors.New("it is a symbolic link")

// entry is a name in a folder.
type entry struct {
	name string
	mode uint32 // git's
	id   string
}

// git's modes.
const (
	modeFile      = 0o100000
	modeTree      = 0o040000
	modeLink      = 0o120000
	modeSubmodule = 0o160000
	modeFormat    = 0o170000
)

func (e entry) isDir() bool { return e.mode&modeFormat == modeTree }

// isBlob reports whether the entry has contents in the repository.
func (e entry) isBlob() bool { return !e.isDir() && e.mode&modeFormat != modeSubmodule }

// fileMode returns what git's mode is to Go. A submodule, of which the repository
// knows only the commit, is irregular.
func fileMode(mode uint32) fs.FileMode {
	switch mode & modeFormat {
	case modeTree:
		return fs.ModeDir | 0o755
	case modeLink:
		return fs.ModeSymlink | 0o777
	case modeSubmodule:
		return fs.ModeIrregular
	case 0:
		return 0
	}
	if mode&0o100 != 0 {
		return 0o755
	}
	return 0o644
}

// listing knows the names of a snapshot. Paths are clean, "." is the root.
type listing interface {
	// find returns what a path names, or fs.ErrNotExist.
	find(ctx context.Context, p string) (entry, error)
	// children returns what a folder holds, by name.
	children(ctx context.Context, p string) ([]entry, error)
	// prepare makes the named files known with few questions.
	prepare(ctx context.Context, paths []string) error
}

// Snapshot is the files of a commit, a tree or the index, below the folder that
// the repository was opened for. It knows names as they were recorded and follows
// nothing: a symbolic link is a file of its own kind, whose target ReadLink
// tells. Contents are read when asked for; files larger than 64 MiB are refused.
// Times are zero; what Sys returns of a file has the method BlobID. It is safe for concurrent use, and lasts until its repository
// is closed or the context that it was made with ends.
type Snapshot struct {
	ctx     context.Context
	objects *batch
	files   listing

	mu     sync.Mutex
	kept   map[string][]byte // contents that Preload read, by blob, until they are asked for
	closed bool
}

func newSnapshot(ctx context.Context, objects *batch, files listing) *Snapshot {
	return &Snapshot{ctx: ctx, objects: objects, files: files, kept: map[string][]byte{}}
}

// At returns the files of a commit or a tree, named by any revision.
func (r *Repo) At(ctx context.Context, treeish string) (*Snapshot, error) {
	root, err := r.resolve(ctx, treeish, "tree")
	if err != nil {
		return nil, err
	}
	if root, err = r.below(ctx, root); err != nil {
		return nil, fmt.Errorf("read tree: %w", err)
	}
	return newSnapshot(ctx, r.batch(), newTreeFiles(r.batch(), root)), nil
}

// below returns the tree of the folder that the repository was opened for, "" where
// a tree does not have it.
func (r *Repo) below(ctx context.Context, tree string) (string, error) {
	prefix, err := r.Prefix()
	if err != nil || prefix == "" {
		return tree, err
	}
	e, err := newTreeFiles(r.batch(), tree).find(ctx, path.Clean(prefix))
	if errors.Is(err, fs.ErrNotExist) || err == nil && !e.isDir() {
		return "", nil
	}
	return e.id, err
}

// Staged returns the files of the index: what will be committed. In a hook that
// is the index which git made for this commit. A file with conflicts stands as on
// our side, where it is there.
func (r *Repo) Staged(ctx context.Context) (*Snapshot, error) {
	return newSnapshot(ctx, r.batch(), &indexFiles{repo: r, known: map[string]entry{}}), ctx.Err()
}

// Close forgets what was read ahead. The snapshot must not be used any more.
func (s *Snapshot) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.kept, s.closed = nil, true
	return nil
}

// find returns what a name stands for, with the errors that io/fs asks for.
func (s *Snapshot) find(op, name string) (entry, error) {
	if !fs.ValidPath(name) {
		return entry{}, &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	if s.isClosed() {
		return entry{}, &fs.PathError{Op: op, Path: name, Err: fs.ErrClosed}
	}
	if name == "." {
		return entry{name: ".", mode: modeTree}, nil
	}
	e, err := s.files.find(s.ctx, name)
	if err != nil {
		return entry{}, &fs.PathError{Op: op, Path: name, Err: err}
	}
	return e, nil
}

func (s *Snapshot) isClosed() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.closed
}

// Blob returns the id of a file's contents, or of a symbolic link's.
func (s *Snapshot) Blob(p string) (id string, ok bool) {
	e, err := s.find("stat", p)
	return e.id, err == nil && e.isBlob()
}

// Preload reads the contents of files ahead, with few questions. Names that are
// no regular files, and files that are too large, missing or damaged, are left for
// ReadFile to tell of. It keeps up to 256 MiB, each file for one reader.
func (s *Snapshot) Preload(ctx context.Context, paths []string) error {
	if err := s.files.prepare(ctx, paths); err != nil {
		return fmt.Errorf("read ahead: %w", err)
	}
	ids := make([]string, 0, len(paths))
	for _, p := range paths {
		if e, err := s.find("open", p); err == nil && e.isBlob() {
			ids = append(ids, e.id)
		}
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	found, err := s.preload(ctx, ids)
	if err != nil {
		return ctx.Err()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, o := range found {
		if s.kept != nil && o.id != "" {
			s.kept[o.id] = o.data
		}
	}
	return nil
}

// preload reads blobs, of which the sum is bounded.
func (s *Snapshot) preload(ctx context.Context, ids []string) ([]object, error) {
	found, err := s.objects.info(ctx, ids...)
	if err != nil {
		return nil, err
	}
	sum := int64(0)
	ids = ids[:0]
	for _, o := range found {
		if o.kind == "blob" && o.size <= maxBlob && sum+o.size <= maxPreload {
			sum += o.size
			ids = append(ids, o.id)
		}
	}
	return s.objects.contents(ctx, ids, maxBlob)
}

// ReadFile returns the contents of a regular file. They are the caller's.
func (s *Snapshot) ReadFile(name string) ([]byte, error) {
	e, err := s.find("open", name)
	if err != nil {
		return nil, err
	}
	data, err := s.read(e)
	if err != nil {
		return nil, &fs.PathError{Op: "read", Path: name, Err: err}
	}
	return data, nil
}

func (s *Snapshot) read(e entry) ([]byte, error) {
	switch mode := fileMode(e.mode); {
	case mode.IsDir():
		return nil, errors.New("it is a folder")
	case mode&fs.ModeSymlink != 0:
		return nil, errIsLink
	case !mode.IsRegular():
		return nil, errors.New("it is a submodule")
	}
	return s.contents(e.id)
}

// contents returns a blob, which is kept for one reader only.
func (s *Snapshot) contents(id string) ([]byte, error) {
	s.mu.Lock()
	data, ok := s.kept[id]
	delete(s.kept, id)
	s.mu.Unlock()
	if ok {
		return data, nil
	}
	o, err := s.objects.load(s.ctx, id, "blob", maxBlob)
	return o.data, err
}

// ReadLink returns the target of a symbolic link, as it was recorded.
func (s *Snapshot) ReadLink(name string) (string, error) {
	e, err := s.find("readlink", name)
	if err != nil {
		return "", err
	}
	if e.mode&modeFormat != modeLink {
		return "", &fs.PathError{Op: "readlink", Path: name, Err: fs.ErrInvalid}
	}
	data, err := s.contents(e.id)
	if err != nil {
		return "", &fs.PathError{Op: "readlink", Path: name, Err: err}
	}
	return string(data), nil
}

// Stat describes what a name stands for; of a symbolic link, the link.
func (s *Snapshot) Stat(name string) (fs.FileInfo, error) {
	e, err := s.find("stat", name)
	if err != nil {
		return nil, err
	}
	sizes, err := s.sizes([]entry{e})
	if err != nil {
		return nil, &fs.PathError{Op: "stat", Path: name, Err: err}
	}
	return describe(e, sizes)
}

// Lstat is Stat.
func (s *Snapshot) Lstat(name string) (fs.FileInfo, error) { return s.Stat(name) }

// ReadDir returns what a folder holds, by name.
func (s *Snapshot) ReadDir(name string) ([]fs.DirEntry, error) {
	children, err := s.children(name)
	if err != nil {
		return nil, err
	}
	list := make([]dirEntry, len(children))
	out := make([]fs.DirEntry, len(children))
	sizes := sync.OnceValues(func() (map[string]int64, error) { return s.sizes(children) })
	for i, c := range children {
		list[i] = dirEntry{entry: c, sizes: sizes}
		out[i] = &list[i]
	}
	return out, nil
}

// children returns what a folder holds. It is listed before its name is looked
// up: the index then need not be asked for single names.
func (s *Snapshot) children(name string) ([]entry, error) {
	var list []entry
	if fs.ValidPath(name) && !s.isClosed() {
		var err error
		if list, err = s.files.children(s.ctx, name); err != nil {
			return nil, &fs.PathError{Op: "readdir", Path: name, Err: err}
		}
	}
	e, err := s.find("readdir", name)
	if err == nil && !e.isDir() {
		err = &fs.PathError{Op: "readdir", Path: name, Err: errNoFolder}
	}
	return list, err
}

// sizes returns the sizes of contents, by blob, without those that are missing.
func (s *Snapshot) sizes(list []entry) (map[string]int64, error) {
	ids := make([]string, 0, len(list))
	for _, e := range list {
		if e.isBlob() {
			ids = append(ids, e.id)
		}
	}
	found, err := s.objects.info(s.ctx, ids...)
	sizes := make(map[string]int64, len(found))
	for _, o := range found {
		if o.id != "" {
			sizes[o.id] = o.size
		}
	}
	return sizes, err
}

// Open opens a file, which is then in memory, or a folder.
func (s *Snapshot) Open(name string) (fs.File, error) {
	e, err := s.find("open", name)
	if err != nil {
		return nil, err
	}
	if e.isDir() {
		return &openDir{snapshot: s, path: name, info: fileInfo{entry: e}}, nil
	}
	data, err := s.read(e)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	return &openFile{Reader: bytes.NewReader(data), info: fileInfo{entry: e, size: int64(len(data))}}, nil
}

// fileInfo describes an entry.
type fileInfo struct {
	entry
	size int64
}

// describe puts together what is known of an entry.
func describe(e entry, sizes map[string]int64) (fs.FileInfo, error) {
	size, ok := sizes[e.id]
	if e.isBlob() && !ok {
		return nil, &fs.PathError{Op: "stat", Path: e.name, Err: ErrMissingObject}
	}
	return fileInfo{entry: e, size: size}, nil
}

// blobID is what an entry is to the system: git's name of its contents.
type blobID string

// BlobID returns the id of the contents.
func (b blobID) BlobID() string { return string(b) }

func (i fileInfo) Name() string       { return i.name }
func (i fileInfo) Size() int64        { return i.size }
func (i fileInfo) Mode() fs.FileMode  { return fileMode(i.mode) }
func (i fileInfo) ModTime() time.Time { return time.Time{} }
func (i fileInfo) IsDir() bool        { return i.isDir() }

// Sys returns something with the method BlobID, which says the id of a file's
// contents, or nil.
func (i fileInfo) Sys() any {
	if i.isBlob() {
		return blobID(i.id)
	}
	return nil
}

// dirEntry is a name in a folder.
type dirEntry struct {
	entry
	sizes func() (map[string]int64, error) // of the whole folder: one question for all
}

func (d *dirEntry) Name() string      { return d.name }
func (d *dirEntry) IsDir() bool       { return d.isDir() }
func (d *dirEntry) Type() fs.FileMode { return fileMode(d.mode).Type() }

func (d *dirEntry) Info() (fs.FileInfo, error) {
	if !d.isBlob() {
		return fileInfo{entry: d.entry}, nil
	}
	sizes, err := d.sizes()
	if err != nil {
		return nil, err
	}
	return describe(d.entry, sizes)
}

func (d *dirEntry) String() string { return fs.FormatDirEntry(d) }

type openFile struct {
	*bytes.Reader
	info fileInfo
}

func (f *openFile) Stat() (fs.FileInfo, error) { return f.info, nil }
func (f *openFile) Close() error               { return nil }

type openDir struct {
	snapshot *Snapshot
	path     string
	info     fileInfo
	rest     []fs.DirEntry
	read     bool
}

func (d *openDir) Stat() (fs.FileInfo, error) { return d.info, nil }
func (d *openDir) Close() error               { return nil }

func (d *openDir) Read([]byte) (int, error) {
	return 0, &fs.PathError{Op: "read", Path: d.path, Err: errors.New("it is a folder")}
}

// ReadDir reads on in the folder, as fs.ReadDirFile asks for.
func (d *openDir) ReadDir(n int) ([]fs.DirEntry, error) {
	if !d.read {
		list, err := d.snapshot.ReadDir(d.path)
		if err != nil {
			return nil, err
		}
		d.rest, d.read = list, true
	}
	if n <= 0 {
		n = len(d.rest)
	} else if len(d.rest) == 0 {
		return nil, io.EOF
	}
	n = min(n, len(d.rest))
	out := d.rest[:n:n]
	d.rest = d.rest[n:]
	return out, nil
}
