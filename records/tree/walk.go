package tree

import (
	"errors"
	"io/fs"
	"path"
	"slices"
	"strings"

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

// listing is what a walk found: record files, and what is no record.
type listing struct {
	names    []Name
	problems []diag.Diagnostic
	lost     []Name // records that are there and cannot be read as files
}

// Names lists the record files of the types, of all where none is given,
// ordered by type and path, without reading them.
func (t *Tree) Names(types ...records.Type) []Name {
	return t.list(types).names
}

// list walks the folders of the types. Folders that belong to no type are
// reported when all types are asked for.
func (t *Tree) list(types []records.Type) *listing {
	l := &listing{}
	w := &walker{tree: t, listing: l}
	entries := w.entries(schema.RecordsFolder)
	if isRepository(entries) {
		w.refuseRepository(schema.RecordsFolder)
		entries = nil
	}
	for _, e := range entries {
		p := path.Join(schema.RecordsFolder, e.Name())
		typ := t.Types.ByFolder(e.Name())
		switch {
		case typ != nil && len(types) > 0 && !slices.Contains(types, typ.Name):
		case typ != nil && e.IsDir():
			w.folder(typ.Name, p, 1)
		case len(types) == 0 || typ != nil:
			w.unknown(p, e)
		}
	}
	slices.SortFunc(l.names, func(a, b Name) int { return strings.Compare(a.Path, b.Path) })
	return l
}

type walker struct {
	tree    *Tree
	listing *listing
}

// entries reads a folder in the order of names. A folder that cannot be read is
// reported.
func (w *walker) entries(p string) []fs.DirEntry {
	entries, err := w.tree.readDir(p)
	if err != nil && (p != schema.RecordsFolder || !errors.Is(err, fs.ErrNotExist)) {
		w.report(RuleUnreadable, p, "the folder cannot be read: %v", err)
	}
	return entries
}

func (w *walker) report(rule diag.RuleID, p, format string, args ...any) {
	w.listing.problems = append(w.listing.problems, diag.New(rule, diag.Error, p, diag.Span{}, format, args...))
}

func (w *walker) unknown(p string, e fs.DirEntry) {
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
		w.listing.problems = append(w.listing.problems, d)
	case e.Type()&fs.ModeSymlink != 0:
		w.report(RuleSymlink, p, "it is a symbolic link, which is not followed: what lies behind it is not read")
	default:
		w.report(RuleFolder, p, "no type keeps its records here: a record lies in its type's folder")
	}
}

func (w *walker) folder(typ records.Type, p string, depth int) {
	if depth > maxDepth {
		w.report(RuleDeep, p, "folders are nested deeper than %d levels", maxDepth)
		return
	}
	entries := w.entries(p)
	if isRepository(entries) {
		w.refuseRepository(p)
		return
	}
	w.twins(p, entries)
	for _, e := range entries {
		w.entry(typ, p, e, entries, depth)
	}
}

// twins reports folders that some systems take for one. Files are named by ids,
// whose twins are a matter of the records.
func (w *walker) twins(p string, entries []fs.DirEntry) {
	first := map[string]string{}
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		folded := strings.ToLower(norm.NFC.String(e.Name()))
		if twin, ok := first[folded]; ok {
			w.report(RuleName, path.Join(p, e.Name()), "the name differs from %q only in case or Unicode form", twin)
			continue
		}
		first[folded] = e.Name()
	}
}

func (w *walker) refuseRepository(p string) {
	w.report(RuleRepository, p, "the folder is a git repository of its own, whose configuration could run commands; its files are not read")
}

func (w *walker) entry(typ records.Type, dir string, e fs.DirEntry, siblings []fs.DirEntry, depth int) {
	p := path.Join(dir, e.Name())
	isRecord := strings.HasSuffix(e.Name(), schema.Extension)
	switch mode := e.Type(); {
	case strings.HasPrefix(e.Name(), ".") || e.Name() == "CODEOWNERS":
	case strings.ContainsAny(e.Name(), "\\:*?\"<>|") || !isPrintable(e.Name()):
		w.report(RuleName, p, "the name holds characters that are not safe in file names")
	case mode.IsDir() && !isRecord:
		if !isAttachments(e.Name(), siblings) {
			w.folder(typ, p, depth+1)
		}
	case mode.IsRegular() && isRecord:
		w.listing.names = append(w.listing.names, Name{Type: typ, ID: idOf(p), Path: p})
	case mode.IsRegular():
		d := diag.New(RuleStray, diag.Warning, p, diag.Span{}, "the file is no record")
		w.listing.problems = append(w.listing.problems, d.WithHint("attachments of a record lie in a folder beside it that is named as its id"))
	default:
		w.refuse(typ, p, mode, isRecord)
	}
}

func (w *walker) refuse(typ records.Type, p string, mode fs.FileMode, isRecord bool) {
	rule := RuleNoFile
	if mode&fs.ModeSymlink != 0 {
		rule = RuleSymlink
	}
	w.report(rule, p, "it is a %s, not a file; it is not read", kindOf(mode))
	if isRecord {
		w.listing.lost = append(w.listing.lost, Name{Type: typ, ID: idOf(p), Path: p})
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

func isPrintable(name string) bool {
	for _, c := range name {
		if c < ' ' || c == 0x7F || c == 0xFFFD {
			return false
		}
	}
	return true
}
