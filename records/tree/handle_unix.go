//go:build unix

package tree

import (
	"cmp"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"

	"golang.org/x/sys/unix"
)

// handle is a folder that is open, so that what is in it is found by one name
// and no path is walked again.
type handle struct {
	file *os.File
	name string
}

// openHandle opens a folder below a root, none of it through a link.
func openHandle(root *os.Root, p string) (folder, error) {
	info, err := root.Lstat(p)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, notFolder(info.Mode())
	}
	top, err := root.Open(".")
	if err != nil {
		return nil, err
	}
	defer top.Close()
	return openAt(int(top.Fd()), p, p)
}

func openAt(dir int, name, p string) (folder, error) {
	fd, err := unix.Openat(dir, name, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if errors.Is(err, unix.ELOOP) || errors.Is(err, unix.ENOTDIR) {
		return nil, errors.New("it is no longer a folder")
	}
	if err != nil {
		return nil, err
	}
	return &handle{os.NewFile(uintptr(fd), p), p}, nil
}

// openDirect opens a file below a root with one look at each folder on its way,
// none of which may be a link, nor may the file. It does not wait for a pipe.
func openDirect(root *os.Root, p string) (*os.File, error) {
	top, err := root.Open(".")
	if err != nil {
		return nil, err
	}
	dir := top
	defer func() { _ = dir.Close() }()
	for {
		name, rest, isFolder := strings.Cut(p, "/")
		flags := unix.O_RDONLY | unix.O_NOFOLLOW | unix.O_CLOEXEC | unix.O_NONBLOCK
		if isFolder {
			flags |= unix.O_DIRECTORY
		}
		fd, err := unix.Openat(int(dir.Fd()), name, flags, 0)
		if err != nil {
			return nil, err
		}
		next := os.NewFile(uintptr(fd), name)
		if !isFolder {
			return next, nil
		}
		_ = dir.Close()
		dir, p = next, rest
	}
}

func (h *handle) path() string { return h.name }

func (h *handle) entries() ([]fs.DirEntry, error) {
	entries, err := h.file.ReadDir(-1)
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return cmp.Compare(a.Name(), b.Name()) })
	return entries, err
}

func (h *handle) open(name string) (folder, error) {
	return openAt(int(h.file.Fd()), name, h.name+"/"+name)
}

func (h *handle) stat(e fs.DirEntry) Stat {
	var st unix.Stat_t
	for {
		err := unix.Fstatat(int(h.file.Fd()), e.Name(), &st, unix.AT_SYMLINK_NOFOLLOW)
		if err == unix.EINTR {
			continue
		}
		if err != nil {
			return Stat{}
		}
		return Stat{Size: st.Size, Modified: st.Mtim.Nano(), Changed: st.Ctim.Nano(), Inode: uint64(st.Ino)}
	}
}

func (h *handle) close() { _ = h.file.Close() }
