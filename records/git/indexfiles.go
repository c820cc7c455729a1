package git

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// indexFiles are the files of the index. Single files are asked for by name; all
// of them are listed when the first folder is.
type indexFiles struct {
	repo *Repo

	mu    sync.Mutex
	known map[string]entry   // files asked for by name; without mode: not there
	dirs  map[string][]entry // what folders hold; nil until all is listed
}

// staged is a line of git ls-files.
type staged struct {
	entry
	path  string
	stage int // 0; in a conflict 1 the common ancestor, 2 ours, 3 theirs
}

func (x *indexFiles) find(ctx context.Context, p string) (entry, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.dirs != nil {
		return x.lookUp(p)
	}
	e, ok := x.known[p]
	if !ok {
		if err := x.learn(ctx, []string{p}); err != nil {
			return entry{}, err
		}
		if x.dirs != nil {
			return x.lookUp(p)
		}
		e = x.known[p]
	}
	if e.mode == 0 {
		return entry{}, fs.ErrNotExist
	}
	return e, nil
}

// lookUp finds a path in the full listing.
func (x *indexFiles) lookUp(p string) (entry, error) {
	list, name := x.dirs[path.Dir(p)], path.Base(p)
	i, ok := slices.BinarySearchFunc(list, name, func(e entry, name string) int { return strings.Compare(e.name, name) })
	if !ok {
		return entry{}, fs.ErrNotExist
	}
	return list[i], nil
}

func (x *indexFiles) children(ctx context.Context, p string) ([]entry, error) {
	x.mu.Lock()
	defer x.mu.Unlock()
	if x.dirs == nil {
		if err := x.listAll(ctx); err != nil {
			return nil, err
		}
	}
	return x.dirs[p], nil
}

func (x *indexFiles) prepare(ctx context.Context, paths []string) error {
	x.mu.Lock()
	defer x.mu.Unlock()
	unknown := slices.DeleteFunc(slices.Clone(paths), func(p string) bool {
		_, ok := x.known[p]
		return ok || p == "." || !fs.ValidPath(p)
	})
	if x.dirs != nil || len(unknown) == 0 {
		return nil
	}
	return x.learn(ctx, unknown)
}

// maxArgs is how many bytes of paths go on a command line.
const maxArgs = 64 << 10

// learn asks for files by name. Where one is a folder, or there are many, all
// files are listed: that is little more work.
func (x *indexFiles) learn(ctx context.Context, paths []string) error {
	size := 0
	for _, p := range paths {
		size += len(p) + 1
	}
	if size > maxArgs {
		return x.listAll(ctx)
	}
	isFolder := errors.New("a folder")
	found, err := x.list(ctx, paths, func(f staged) error {
		if !slices.Contains(paths, f.path) {
			return isFolder
		}
		return nil
	})
	if errors.Is(err, isFolder) {
		return x.listAll(ctx)
	}
	if err != nil {
		return err
	}
	for _, p := range paths {
		x.known[p] = entry{}
	}
	for _, f := range found {
		x.known[f.path] = f.entry
	}
	return nil
}

// listAll lists the index, below the folder of the repository.
func (x *indexFiles) listAll(ctx context.Context) error {
	n := 0
	found, err := x.list(ctx, nil, func(f staged) error {
		if n++; n > maxEntries || strings.Count(f.path, "/") > maxDepth {
			return ErrTooMany
		}
		return nil
	})
	if err == nil {
		x.dirs = folders(found)
	}
	return err
}

// folders returns what each folder holds.
func folders(found []staged) map[string][]entry {
	dirs := map[string][]entry{".": nil}
	for len(found) > 0 {
		dir, n := path.Dir(found[0].path), 1
		for n < len(found) && path.Dir(found[n].path) == dir {
			n++
		}
		_, known := dirs[dir]
		list := slices.Grow(dirs[dir], n)
		for _, f := range found[:n] {
			list = append(list, f.entry)
		}
		dirs[dir] = list
		for d := dir; !known; d = path.Dir(d) {
			up := path.Dir(d)
			_, known = dirs[up]
			dirs[up] = append(dirs[up], entry{name: path.Base(d), mode: modeTree})
		}
		found = found[n:]
	}
	for _, list := range dirs {
		slices.SortFunc(list, func(a, b entry) int { return strings.Compare(a.name, b.name) })
	}
	return dirs
}

// list runs git ls-files on paths, or on all there is, and returns the files, one
// for each path, that a commit would take. A function may end it with an error.
func (x *indexFiles) list(ctx context.Context, paths []string, check func(staged) error) ([]staged, error) {
	args := append([]string{"ls-files", "--stage", "-z", "--"}, paths...)
	var found []staged
	err := x.repo.stream(ctx, args, func(out *bufio.Reader) error {
		for {
			line, err := token(out)
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			f, ok := parseStaged(line)
			if !ok {
				return fmt.Errorf("git ls-files says %q", line)
			}
			if err := check(f); err != nil {
				return err
			}
			found = addStaged(found, f)
		}
	})
	if err != nil {
		return nil, err
	}
	return x.dropIntended(ctx, found)
}

// addStaged adds a file. The sides of a conflict follow one another: ours is kept,
// else theirs.
func addStaged(found []staged, f staged) []staged {
	rank := [4]int{4, 1, 3, 2}
	last := len(found) - 1
	if last < 0 || found[last].path != f.path {
		return append(found, f)
	}
	if rank[f.stage] > rank[found[last].stage] {
		found[last] = f
	}
	return found
}

// parseStaged reads "MODE ID STAGE<TAB>PATH".
func parseStaged(line string) (staged, bool) {
	head, p, _ := strings.Cut(line, "\t")
	mode, head, _ := strings.Cut(head, " ")
	id, stage, _ := strings.Cut(head, " ")
	if len(stage) != 1 || stage[0] < '0' || stage[0] > '3' || !isObjectID(id) || !isPath(p) {
		return staged{}, false
	}
	bits, err := strconv.ParseUint(mode, 8, 32)
	return staged{entry: entry{name: path.Base(p), mode: uint32(bits), id: id}, path: p, stage: int(stage[0] - '0')}, err == nil && bits != 0
}

// dropIntended drops files that are only meant to be added (git add -N): they
// stand in the index as empty ones, and no commit takes them.
func (x *indexFiles) dropIntended(ctx context.Context, found []staged) ([]staged, error) {
	var empty []string
	for _, f := range found {
		if isEmptyBlob(f.id) {
			empty = append(empty, f.path)
		}
	}
	drop := map[string]bool{}
	for group := range slices.Chunk(empty, 500) {
		out, err := x.repo.read(ctx, append([]string{"ls-files", "--debug", "-z", "--"}, group...)...)
		if err != nil {
			return nil, err
		}
		for _, p := range intended(out) {
			drop[p] = true
		}
	}
	return slices.DeleteFunc(found, func(f staged) bool { return drop[f.path] }), nil
}

// isEmptyBlob reports whether an id is that of the contents of no bytes.
func isEmptyBlob(id string) bool {
	return id == "e69de29bb2d1d6434b8b29ae775ad8c2e48c5391" ||
		id == "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813"
}

// intendToAdd is git's flag of such files.
const intendToAdd = 1 << 29

// intended returns the paths of git ls-files --debug -z that have the flag. Each
// path ends with a zero byte, and lines about it follow, the last with the flags.
func intended(out string) []string {
	var paths []string
	for out != "" {
		p, rest, _ := strings.Cut(out, "\x00")
		_, rest, _ = strings.Cut(rest, "\tflags: ")
		flags, rest, _ := strings.Cut(rest, "\n")
		if n, err := strconv.ParseUint(flags, 16, 64); err == nil && n&intendToAdd != 0 {
			paths = append(paths, p)
		}
		out = rest
	}
	return paths
}
