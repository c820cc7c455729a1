package tree

import (
	"errors"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/schema"
)

// The rules on what may lie below records/.
const (
	RuleUnreadable diag.RuleID = "path/unreadable"
	RuleSymlink    diag.RuleID = "path/symlink"
	RuleNoFile     diag.RuleID = "path/not-a-file"
	RuleFolder     diag.RuleID = "path/unknown-folder"
	RuleStray      diag.RuleID = "path/stray-file"
	RuleRepository diag.RuleID = "path/embedded-repository"
	RuleName       diag.RuleID = "path/name"
	RuleDeep       diag.RuleID = "path/too-deep"
)

// maxDepth bounds folders below records/.
const maxDepth = 16

// Name is a record as its file's name tells it, without reading the file.
type Name struct {
	Type records.Type
	ID   records.ID
	Path string
}

// Listing is what a walk through the folders of records found.
type Listing struct {
	Names    []Name            // record files, ordered by path
	Stats    []Stat            // of Names, where they were asked for
	Problems []diag.Diagnostic // what is no record and lies where one belongs
	Lost     []Name            // records that are there and cannot be read as files

	parts []*Listing // found by other walks, behind what is here
}

// Stat is what tells whether a file has changed without reading it.
type Stat struct {
	Size     int64
	Modified int64 // of the content, nanoseconds since 1970
	Changed  int64 // of the inode, nanoseconds since 1970
	Inode    uint64
	Blob     string // git's name of the content, of files of a commit; then Modified, Changed and Inode are zero
}

// Names lists the record files of the types, of all where none is given,
// ordered by path, without reading them.
func (t *Tree) Names(types ...records.Type) []Name { return t.list(types, false).Names }

// List walks the folders of the types, of all where none is given, and stats the
// record files, on all cores. Folders that belong to no type are reported when
// all types are asked for.
func (t *Tree) List(types ...records.Type) *Listing { return t.list(types, true) }

// ListOf is List of some paths alone, of all where paths is nil: it reads the
// folders on the way to them, and nothing is statted. What is wrong with such a
// folder is among the problems.
func (t *Tree) ListOf(paths []string) *Listing {
	if paths == nil {
		return t.list(nil, false)
	}
	only := map[string]bool{}
	for _, p := range paths {
		for ; p != "." && !only[p]; p = path.Dir(p) {
			only[p] = true
		}
	}
	return t.walk(&walker{only: only}, nil)
}

func (t *Tree) list(types []records.Type, stat bool) *Listing {
	return t.walk(&walker{stat: stat}, types)
}

func (t *Tree) walk(w *walker, types []records.Type) *Listing {
	w.tree, w.free = t, make(chan struct{}, walks*runtime.GOMAXPROCS(0))
	l := &Listing{}
	dir, err := openFolder(t, schema.RecordsFolder)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			l.report(RuleUnreadable, schema.RecordsFolder, "the folder cannot be read: %v", cause(err))
		}
		return l
	}
	defer dir.close()
	entries := w.entries(dir, l)
	if isRepository(entries) {
		l.refuseRepository(schema.RecordsFolder)
		return l
	}
	w.below(dir, l, entries, func(e fs.DirEntry, found *Listing) {
		p := path.Join(schema.RecordsFolder, e.Name())
		typ := t.Types.ByFolder(e.Name())
		switch {
		case w.only != nil && !w.only[p]:
		case typ != nil && len(types) > 0 && !slices.Contains(types, typ.Name):
		case typ != nil && e.IsDir():
			w.folder(typ.Name, dir, e.Name(), 1, found)
		case len(types) == 0 || typ != nil:
			w.unknown(p, e, found)
		}
	})
	l = l.gather()
	l.sort()
	return l
}

// sort orders the record files by path. They nearly are: folders are walked in
// the order of names.
func (l *Listing) sort() {
	byPath := func(a, b Name) int { return strings.Compare(a.Path, b.Path) }
	if slices.IsSortedFunc(l.Names, byPath) {
		return
	}
	if l.Stats == nil {
		slices.SortFunc(l.Names, byPath)
		return
	}
	order := make([]int, len(l.Names))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return byPath(l.Names[a], l.Names[b]) })
	names, stats := make([]Name, len(order)), make([]Stat, len(order))
	for to, from := range order {
		names[to], stats[to] = l.Names[from], l.Stats[from]
	}
	l.Names, l.Stats = names, stats
}

func (l *Listing) report(rule diag.RuleID, p, format string, args ...any) {
	l.Problems = append(l.Problems, diag.New(rule, diag.Error, p, diag.Span{}, format, args...))
}

func (l *Listing) refuseRepository(p string) {
	l.report(RuleRepository, p, "the folder is a git repository of its own, whose configuration could run commands; its files are not read")
}

// gather returns everything in one listing.
func (l *Listing) gather() *Listing {
	out, n := &Listing{}, 0
	l.each(func(part *Listing) { n += len(part.Names) })
	out.Names = make([]Name, 0, n)
	l.each(func(part *Listing) {
		if out.Stats == nil && part.Stats != nil {
			out.Stats = make([]Stat, 0, n)
		}
		out.Names = append(out.Names, part.Names...)
		out.Stats = append(out.Stats, part.Stats...)
		out.Problems = append(out.Problems, part.Problems...)
		out.Lost = append(out.Lost, part.Lost...)
	})
	return out
}

func (l *Listing) each(do func(*Listing)) {
	do(l)
	for _, part := range l.parts {
		part.each(do)
	}
}

// walks is how many walks may go on for each core: some of them wait for others.
const walks = 4

// walker walks folders, several at once.
type walker struct {
	tree *Tree
	stat bool
	only map[string]bool // files to look at and the folders they lie in; nil is all
	free chan struct{}   // holds a token for each walk that goes on beside the first
}

// entries reads a folder in the order of names. One that cannot be read is
// reported.
func (w *walker) entries(dir folder, l *Listing) []fs.DirEntry {
	entries, err := dir.entries()
	if err != nil {
		l.report(RuleUnreadable, dir.path(), "the folder cannot be read: %v", cause(err))
	}
	return entries
}

// below visits the entries of a folder, its folders on as many cores as are
// free, and puts what they hold together in the order of names.
func (w *walker) below(dir folder, l *Listing, entries []fs.DirEntry, visit func(e fs.DirEntry, found *Listing)) {
	var wg sync.WaitGroup
	part := l
	next := func() {
		part = &Listing{}
		l.parts = append(l.parts, part)
	}
	for _, e := range entries {
		if !e.IsDir() {
			visit(e, part)
			continue
		}
		next()
		found := part
		select {
		case w.free <- struct{}{}:
			wg.Go(func() {
				visit(e, found)
				<-w.free
			})
		default:
			visit(e, found)
		}
		next()
	}
	wg.Wait()
}

func (w *walker) unknown(p string, e fs.DirEntry, l *Listing) {
	switch {
	case strings.HasPrefix(e.Name(), "."):
	case e.IsDir():
		d := diag.New(RuleFolder, diag.Error, p, diag.Span{}, "no type keeps its records in %s/", p)
		known := make([]string, 0)
		for _, typ := range w.tree.Types.All() {
			known = append(known, typ.Folder)
		}
		if near := schema.Nearest(e.Name(), known); near != "" {
			d = d.WithHint("did you mean %s/%s/?", schema.RecordsFolder, near)
		} else {
			d = d.WithHint("move the files, or add a type with \"folder: %s\" to %s/", e.Name(), TypesFolder)
		}
		l.Problems = append(l.Problems, d)
	case e.Type()&fs.ModeSymlink != 0:
		l.report(RuleSymlink, p, "it is a symbolic link, which is not followed: what lies behind it is not read")
	default:
		l.report(RuleFolder, p, "no type keeps its records here: a record lies in its type's folder")
	}
}

// folder walks a folder of the parent.
func (w *walker) folder(typ records.Type, parent folder, name string, depth int, l *Listing) {
	p := parent.path() + "/" + name
	if depth > maxDepth {
		l.report(RuleDeep, p, "folders are nested deeper than %d levels", maxDepth)
		return
	}
	dir, err := parent.open(name)
	if err != nil {
		l.report(RuleUnreadable, p, "the folder cannot be read: %v", cause(err))
		return
	}
	defer dir.close()
	entries := w.entries(dir, l)
	if isRepository(entries) {
		l.refuseRepository(p)
		return
	}
	twins(p, entries, l)
	l.Names = slices.Grow(l.Names, len(entries))
	if w.stat {
		l.Stats = slices.Grow(l.Stats, len(entries))
	}
	w.below(dir, l, entries, func(e fs.DirEntry, found *Listing) { w.entry(typ, dir, e, entries, depth, found) })
}

// twins reports folders that some systems take for one. Files are named by ids,
// whose twins are a matter of the records.
func twins(p string, entries []fs.DirEntry, l *Listing) {
	first := map[string]string{}
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		folded := strings.ToLower(norm.NFC.String(e.Name()))
		if twin, ok := first[folded]; ok {
			l.report(RuleName, path.Join(p, e.Name()), "the name differs from %q only in case or Unicode form", twin)
			continue
		}
		first[folded] = e.Name()
	}
}

func (w *walker) entry(typ records.Type, dir folder, e fs.DirEntry, siblings []fs.DirEntry, depth int, l *Listing) {
	name := e.Name()
	isRecord := strings.HasSuffix(name, schema.Extension)
	switch mode := e.Type(); {
	case w.only != nil && !w.only[dir.path()+"/"+name]:
	case strings.HasPrefix(name, ".") || name == "CODEOWNERS":
	case !isSafe(name):
		l.report(RuleName, dir.path()+"/"+name, "the name holds characters that are not safe in file names")
	case mode.IsDir() && !isRecord:
		if !isAttachments(name, siblings) {
			w.folder(typ, dir, name, depth+1, l)
		}
	case mode.IsRegular() && isRecord:
		p := dir.path() + "/" + name
		l.Names = append(l.Names, Name{Type: typ, ID: records.ID(p[len(p)-len(name) : len(p)-len(schema.Extension)]), Path: p})
		if w.stat {
			l.Stats = append(l.Stats, dir.stat(e))
		}
	case mode.IsRegular():
		d := diag.New(RuleStray, diag.Warning, dir.path()+"/"+name, diag.Span{}, "the file is no record")
		l.Problems = append(l.Problems, d.WithHint("attachments of a record lie in a folder beside it that is named as its id"))
	default:
		l.refuse(typ, dir.path()+"/"+name, mode, isRecord)
	}
}

func (l *Listing) refuse(typ records.Type, p string, mode fs.FileMode, isRecord bool) {
	rule := RuleNoFile
	if mode&fs.ModeSymlink != 0 {
		rule = RuleSymlink
	}
	l.report(rule, p, "it is a %s, not a file; it is not read", kindOf(mode))
	if isRecord {
		l.Lost = append(l.Lost, Name{Type: typ, ID: idOf(p), Path: p})
	}
}

// isAttachments reports whether a folder is named as a record beside it.
func isAttachments(name string, siblings []fs.DirEntry) bool {
	_, ok := slices.BinarySearchFunc(siblings, name+schema.Extension, func(e fs.DirEntry, want string) int {
		return strings.Compare(e.Name(), want)
	})
	return ok
}

// isRepository recognises what git takes for a bare repository.
func isRepository(entries []fs.DirEntry) bool {
	found := 0
	for _, e := range entries {
		switch strings.ToLower(e.Name()) {
		case "head", "objects", "refs":
			found++
		}
	}
	return found == 3
}

// isSafe reports whether every system takes a name as a file's, and shows it.
func isSafe(name string) bool {
	for _, c := range name {
		switch c {
		case '\\', ':', '*', '?', '"', '<', '>', '|', 0x7F, utf8.RuneError:
			return false
		}
		if c < ' ' {
			return false
		}
	}
	return true
}
