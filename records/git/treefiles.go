package git

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Bounds of what a tree may hold. They are far beyond what a work tree on a disk
// can be.
const (
	maxTree    = 32 << 20  // bytes of one tree object
	maxDepth   = 64        // folders within folders
	maxEntries = 2_000_000 // names that are handed out
	maxNames   = 64 << 20  // bytes of their paths
)

// treeFiles are the files of a tree. Each folder is read when it is asked for, and
// once even where many paths lead to the same object.
type treeFiles struct {
	objects *batch
	root    string // "" where there are no files

	mu      sync.Mutex
	trees   map[string][]entry // by id
	given   map[string]entry   // folders whose names were handed out, by path
	entries int                // names in them
	names   int                // bytes of their paths
}

func newTreeFiles(objects *batch, root string) *treeFiles {
	return &treeFiles{objects: objects, root: root, trees: map[string][]entry{}, given: map[string]entry{}}
}

func (t *treeFiles) prepare(context.Context, []string) error { return nil }

func (t *treeFiles) find(ctx context.Context, p string) (entry, error) {
	at := entry{name: ".", mode: modeTree, id: t.root}
	if p == "." {
		return at, nil
	}
	rest := p
	if dir, ok := t.folderOf(p); ok {
		at, rest = dir, path.Base(p)
	} else if strings.Count(p, "/") >= maxDepth {
		return entry{}, ErrTooMany
	}
	for name := range strings.SplitSeq(rest, "/") {
		if !at.isDir() {
			return entry{}, fs.ErrNotExist
		}
		list, err := t.tree(ctx, at.id)
		if err != nil {
			return entry{}, err
		}
		i, ok := slices.BinarySearchFunc(list, name, func(e entry, name string) int { return strings.Compare(e.name, name) })
		if !ok {
			return entry{}, fs.ErrNotExist
		}
		at = list[i]
	}
	return at, nil
}

// folderOf returns the folder that holds a path, where its names were handed out:
// who walks down need not begin at the root each time.
func (t *treeFiles) folderOf(p string) (entry, bool) {
	t.mu.Lock()
	defer t.mu.Unlock()
	dir, ok := t.given[path.Dir(p)]
	return dir, ok
}

func (t *treeFiles) children(ctx context.Context, p string) ([]entry, error) {
	folder, err := t.find(ctx, p)
	if err == nil && !folder.isDir() {
		err = errNoFolder
	}
	if err != nil {
		return nil, err
	}
	list, err := t.tree(ctx, folder.id)
	if err != nil {
		return nil, err
	}
	if err := t.count(p, folder, list); err != nil {
		return nil, err
	}
	return list, t.readAhead(ctx, list)
}

// Bounds of what is read ahead.
const (
	maxAhead      = 4096
	maxAheadBytes = 16 << 20
)

// readAhead reads the folders in a folder with two questions, instead of two for
// each: who lists one mostly goes on to list them. What is wrong with one of them
// shows when it is asked for.
func (t *treeFiles) readAhead(ctx context.Context, list []entry) error {
	ids := t.unread(list)
	if len(ids) < 2 {
		return nil
	}
	found, err := t.objects.info(ctx, ids...)
	if err != nil {
		return ctx.Err()
	}
	ids = ids[:0]
	sum := int64(0)
	for _, o := range found {
		if o.kind == "tree" && sum+o.size <= maxAheadBytes {
			sum += o.size
			ids = append(ids, o.id)
		}
	}
	if found, err = t.objects.contents(ctx, ids, maxAheadBytes); err != nil {
		return ctx.Err()
	}
	for _, o := range found {
		if list, err := parseTree(o.data, len(o.id)/2); o.id != "" && err == nil {
			t.mu.Lock()
			t.trees[o.id] = list
			t.mu.Unlock()
		}
	}
	return nil
}

// unread returns the ids of folders that were not read yet.
func (t *treeFiles) unread(list []entry) []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	seen := map[string]bool{}
	var ids []string
	for _, e := range list {
		if _, known := t.trees[e.id]; e.isDir() && !known && !seen[e.id] && len(ids) < maxAhead {
			seen[e.id] = true
			ids = append(ids, e.id)
		}
	}
	return ids
}

// count adds up what was handed out of different folders.
func (t *treeFiles) count(p string, folder entry, list []entry) error {
	if strings.Count(p, "/") >= maxDepth {
		return ErrTooMany
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if _, ok := t.given[p]; ok {
		return nil
	}
	if t.entries += len(list); t.entries > maxEntries {
		return ErrTooMany
	}
	for _, e := range list {
		t.names += len(p) + len(e.name) + 1
	}
	if t.names > maxNames {
		return ErrTooMany
	}
	t.given[p] = folder
	return nil
}

// tree returns a tree's entries by name.
func (t *treeFiles) tree(ctx context.Context, id string) ([]entry, error) {
	if id == "" {
		return nil, nil
	}
	t.mu.Lock()
	list, ok := t.trees[id]
	t.mu.Unlock()
	if ok {
		return list, nil
	}
	o, err := t.objects.load(ctx, id, "tree", maxTree)
	if errors.Is(err, ErrTooLarge) {
		return nil, ErrTooMany
	}
	if err != nil {
		return nil, err
	}
	if list, err = parseTree(o.data, len(id)/2); err != nil {
		return nil, fmt.Errorf("tree %s: %w", id, err)
	}
	t.mu.Lock()
	t.trees[id] = list
	t.mu.Unlock()
	return list, nil
}

// parseTree reads a tree object, whose ids have width bytes, into entries by name.
// A name that no file can have, or that is there twice, is an error: what one
// program shows of such a tree another hides.
func parseTree(data []byte, width int) ([]entry, error) {
	var list []entry
	for len(data) > 0 {
		space := bytes.IndexByte(data, ' ')
		end := bytes.IndexByte(data, 0)
		if space < 0 || end < space || len(data) < end+1+width {
			return nil, errors.New("it is cut off")
		}
		mode, err := strconv.ParseUint(string(data[:space]), 8, 32)
		if format := mode & modeFormat; err != nil || format != modeFile && format != modeTree && format != modeLink && format != modeSubmodule {
			return nil, fmt.Errorf("%q is no file's mode", data[:space])
		}
		e := entry{mode: uint32(mode), name: string(data[space+1 : end]), id: hex.EncodeToString(data[end+1 : end+1+width])}
		if !isName(e.name) {
			return nil, fmt.Errorf("%q is no file name", e.name)
		}
		list = append(list, e)
		data = data[end+1+width:]
	}
	slices.SortFunc(list, func(a, b entry) int { return strings.Compare(a.name, b.name) })
	for i := 1; i < len(list); i++ {
		if list[i].name == list[i-1].name {
			return nil, fmt.Errorf("the name %q is there twice", list[i].name)
		}
	}
	return list, nil
}

// maxName is how long a name may be, in bytes: longer than any file system allows.
const maxName = 4096

// isName reports whether a text can name a file. It need not be UTF-8.
func isName(s string) bool {
	return s != "" && s != "." && s != ".." && len(s) <= maxName && !strings.ContainsAny(s, "/\x00")
}

// isPath reports whether a text is a path of names. It need not be UTF-8, which
// fs.ValidPath asks for: such files are listed, and cannot be read.
func isPath(p string) bool {
	for name := range strings.SplitSeq(p, "/") {
		if !isName(name) {
			return false
		}
	}
	return true
}
