package history

import (
	"cmp"
	"context"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/tree"
	"frontdesk/schema"
)

// Side is a desk at one moment: at a commit, or as it lies in the work tree.
type Side struct {
	Tree  *tree.Tree
	Files Files // the same files

	// Blob returns git's name of a record file's content where it is known without
	// reading the file, else "". It may be nil. Files of a commit are known anyway.
	Blob func(path string) string
}

// Within returns the side without the folders that hold none of the paths, for
// sides of which is known where they differ: what lies elsewhere is then not even
// listed.
func (s Side) Within(paths []string) (Side, error) {
	p := partial{Files: s.Files, folders: map[string]bool{".": true, tree.TypesFolder: true}}
	for _, name := range paths {
		for dir := path.Dir(name); dir != "."; dir = path.Dir(dir) {
			p.folders[dir] = true
		}
	}
	t, err := tree.OpenFS(s.Tree.Root, p)
	return Side{Tree: t, Files: p, Blob: s.Blob}, err
}

// Files are the files of a desk. They are read as they are; links are not
// followed.
type Files interface {
	fs.ReadDirFS
	fs.ReadFileFS
	fs.ReadLinkFS
}

// partial is a file system in which only some folders are shown.
type partial struct {
	Files
	folders map[string]bool
}

// ReadDir lists the files of a folder, and the folders that are shown. Those by
// which a repository is known stay.
func (p partial) ReadDir(dir string) ([]fs.DirEntry, error) {
	entries, err := p.Files.ReadDir(dir)
	return slices.DeleteFunc(entries, func(e fs.DirEntry) bool {
		name := strings.ToLower(e.Name())
		return e.IsDir() && !p.folders[path.Join(dir, e.Name())] && name != "objects" && name != "refs"
	}), err
}

// Difference is what differs between two sides.
type Difference struct {
	Records  []RecordDiff
	Files    []FileDiff        // desk.yaml, types, signers, and what lies beside records, by path
	Problems []diag.Diagnostic // of records that differ and cannot be read
}

// RecordDiff is a record that differs. Where it differs and Changes is empty, it
// is written in another form and means the same.
type RecordDiff struct {
	Action  Action
	Name    tree.Name       // as it is, or as it was where it is removed
	OldPath string          // "" where the record did not move
	Before  *records.Record // nil where the record is new or could not be read
	After   *records.Record // nil where the record is removed or cannot be read
	Changes []Change
	Unread  bool // one of the two could not be read; Problems says why
}

// Title returns the record's title as it is, or as it was where there is none
// any more.
func (d *RecordDiff) Title() string {
	if d.After != nil {
		return d.After.Title()
	}
	if d.Before != nil {
		return d.Before.Title()
	}
	return ""
}

// FileDiff is a file beside the records that differs. Plus and Minus count
// lines; they are 0 for what is no text.
type FileDiff struct {
	Action Action
	Path   string
	Plus   int
	Minus  int
}

// Between tells what differs between two sides. Records are the same where type
// and id are, wherever they lie. Only what differs is parsed; at a commit it is
// not even read. wanted narrows to records that it accepts, and then leaves
// other files out; nil accepts all. The error is about the run alone.
func Between(ctx context.Context, before, after Side, wanted func(tree.Name) bool) (*Difference, error) {
	ids := sizeOfIDs(before, after)
	one, lostBefore, err := before.list(ctx, ids)
	if err != nil {
		return nil, err
	}
	two, lostAfter, err := after.list(ctx, ids)
	if err != nil {
		return nil, err
	}
	d := &Difference{}
	for _, p := range onlyIn(lostBefore, lostAfter) {
		if one[p.Path].Path == "" && two[p.Path].Path == "" { // else it is told of as a record
			d.Problems = append(d.Problems, p)
		}
	}
	d.records(before, after, one, two, wanted)
	if wanted == nil {
		if err := d.files(before, after, one, two, ids); err != nil {
			return nil, err
		}
	}
	diag.Sort(d.Problems)
	return d, ctx.Err()
}

// listed is a record file of a side with git's name of its content.
type listed struct {
	tree.Name
	blob string // "" where there is no file that could be read
}

// onlyIn returns the errors that one of two listings has: folders that could be
// read on one side alone, whose records would seem to be added or removed.
func onlyIn(before, after []diag.Diagnostic) []diag.Diagnostic {
	times := map[string]int{}
	for _, d := range slices.Concat(before, after) {
		times[d.Path+"\x00"+d.Message]++
	}
	return slices.DeleteFunc(slices.Concat(before, after), func(d diag.Diagnostic) bool {
		return d.Severity != diag.Error || times[d.Path+"\x00"+d.Message] > 1
	})
}

// list lists the record files of a side by path, and what is wrong with what
// lies beside them.
func (s Side) list(ctx context.Context, ids int) (map[string]listed, []diag.Diagnostic, error) {
	l := s.Tree.List()
	blobs := make([]string, len(l.Names))
	for i, stat := range l.Stats {
		blobs[i] = stat.Blob
		if stat.Blob == "" && s.Blob != nil {
			blobs[i] = ofSize(s.Blob(l.Names[i].Path), ids)
		}
	}
	if err := s.digest(ctx, ids, l.Names, blobs); err != nil {
		return nil, nil, err
	}
	out := make(map[string]listed, len(l.Names))
	for i, n := range l.Names {
		out[n.Path] = listed{n, blobs[i]}
	}
	for _, n := range l.Lost {
		out[n.Path] = listed{Name: n}
	}
	return out, l.Problems, nil
}

// digest fills in the names of contents that are not known yet, on all cores.
func (s Side) digest(ctx context.Context, ids int, names []tree.Name, blobs []string) error {
	var wg sync.WaitGroup
	var next atomic.Int64
	for range min(runtime.GOMAXPROCS(0), len(names)) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(names) && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				if blobs[i] != "" {
					continue
				}
				if data, err := s.Tree.Read(names[i].Path); err == nil {
					blobs[i] = blobID(data, ids)
				}
			}
		})
	}
	wg.Wait()
	return ctx.Err()
}

// sizeOfIDs returns how long the object ids are that git names contents by. Two
// work trees may use any.
func sizeOfIDs(sides ...Side) int {
	for _, s := range sides {
		if info, err := fs.Lstat(s.Files, tree.ConfigFile); err == nil {
			if b, ok := info.Sys().(tree.Blob); ok {
				return len(b.BlobID())
			}
		}
	}
	return 2 * sha1.Size
}

// ofSize returns an id if it is of the size that the other side has.
func ofSize(id string, size int) string {
	if len(id) != size {
		return ""
	}
	return id
}

// blobID returns git's name of a content: a digest of size hexadecimal digits.
func blobID(data []byte, size int) string {
	h := sha1.New()
	if size == 2*sha256.Size {
		h = sha256.New()
	}
	fmt.Fprintf(h, "blob %d\x00", len(data))
	h.Write(data)
	return hex.EncodeToString(h.Sum(nil))
}

// records tells which records differ. Those that are at a path of their own are
// matched by it, the others by type and id.
func (d *Difference) records(before, after Side, one, two map[string]listed, wanted func(tree.Name) bool) {
	gone := map[string][]listed{}
	for p, was := range one {
		if now, ok := two[p]; !ok || now.Type != was.Type {
			ref := string(was.Type) + "/" + string(was.ID)
			gone[ref] = append(gone[ref], was)
		}
	}
	for _, left := range gone {
		slices.SortFunc(left, func(a, b listed) int { return strings.Compare(a.Path, b.Path) })
	}
	for p, now := range two {
		was, ok := one[p]
		if !ok || was.Type != now.Type {
			was = listed{}
			ref := string(now.Type) + "/" + string(now.ID)
			if left := gone[ref]; len(left) > 0 {
				was, gone[ref] = left[0], left[1:]
			}
		}
		if was.blob == now.blob && was.Path == now.Path {
			continue // what is no file on both sides is told of as other files are
		}
		d.add(before, after, was, now, wanted)
	}
	for _, left := range gone {
		for _, was := range left {
			d.add(before, after, was, listed{}, wanted)
		}
	}
	slices.SortFunc(d.Records, func(a, b RecordDiff) int {
		return cmp.Or(cmp.Compare(a.Name.Type, b.Name.Type), cmp.Compare(a.Name.Path, b.Name.Path))
	})
}

// add compares a record. was or now is empty where there is none.
func (d *Difference) add(before, after Side, was, now listed, wanted func(tree.Name) bool) {
	r := RecordDiff{Action: actionOf(was.Path == "", now.Path == ""), Name: now.Name}
	if now.Path == "" {
		r.Name = was.Name
	}
	if wanted != nil && !wanted(r.Name) {
		return
	}
	if r.Action == Changed && was.Path != now.Path {
		r.OldPath = was.Path
	}
	if was.Path != "" {
		r.Before = d.read(before, was.Name, &r)
	}
	if now.Path != "" {
		r.After = d.read(after, now.Name, &r)
	}
	types := after.Tree.Types
	if now.Path == "" {
		types = before.Tree.Types
	}
	if !r.Unread {
		r.Changes = Compare(types.Get(r.Name.Type), r.Before, r.After)
	}
	d.Records = append(d.Records, r)
}

// read reads a record that differs. One that cannot be read is a problem.
func (d *Difference) read(s Side, n tree.Name, r *RecordDiff) *records.Record {
	rec, ds := s.Tree.LoadOne(n)
	if rec == nil {
		r.Unread = true
		d.Problems = append(d.Problems, ds...)
	}
	return rec
}

// files tells which files beside the records differ: the configuration, types,
// and all else below records/.
func (d *Difference) files(before, after Side, one, two map[string]listed, ids int) error {
	isRecord := func(p string) bool { return one[p].blob != "" || two[p].blob != "" }
	was, err := before.others(isRecord, ids)
	if err != nil {
		return err
	}
	now, err := after.others(isRecord, ids)
	if err != nil {
		return err
	}
	seen := map[string]bool{}
	for _, m := range []map[string]string{was, now} {
		for p := range m {
			if !seen[p] && was[p] != now[p] {
				d.Files = append(d.Files, fileDiff(before, after, p, was[p], now[p]))
			}
			seen[p] = true
		}
	}
	slices.SortFunc(d.Files, func(a, b FileDiff) int { return strings.Compare(a.Path, b.Path) })
	return nil
}

func fileDiff(before, after Side, p, was, now string) FileDiff {
	f := FileDiff{Action: actionOf(was == "", now == ""), Path: p}
	var texts [2]string
	for i, s := range []Side{before, after} {
		data, err := s.Tree.Read(p)
		if err != nil && !errors.Is(err, fs.ErrNotExist) || slices.Contains(data, 0) {
			return f
		}
		texts[i] = string(data)
	}
	f.Plus, f.Minus = countLines(texts[0], texts[1])
	return f
}

// others returns the files that are no records, by path, with what tells their
// contents apart.
func (s Side) others(isRecord func(path string) bool, ids int) (map[string]string, error) {
	out := map[string]string{}
	for _, root := range []string{tree.ConfigFile, "signers", tree.TypesFolder, schema.RecordsFolder} {
		err := fs.WalkDir(s.Files, root, func(p string, e fs.DirEntry, err error) error {
			switch {
			case err != nil && (e == nil || !e.IsDir()):
				return nil // not there
			case err != nil:
				return fs.SkipDir // what cannot be listed is no difference that could be told
			case e.IsDir() && path.Base(p) == ".git":
				return fs.SkipDir
			case !e.IsDir() && !isRecord(p):
				out[p] = s.content(p, ids)
			}
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("list %s: %w", root, err)
		}
	}
	return out, nil
}

// content returns what tells a file's content apart from others.
func (s Side) content(p string, ids int) string {
	info, err := fs.Lstat(s.Files, p)
	if err != nil {
		return "unreadable"
	}
	if b, ok := info.Sys().(tree.Blob); ok {
		return b.BlobID()
	}
	if info.Mode()&fs.ModeSymlink != 0 {
		target, _ := fs.ReadLink(s.Files, p)
		return blobID([]byte(target), ids)
	}
	if !info.Mode().IsRegular() {
		return info.Mode().Type().String()
	}
	data, err := fs.ReadFile(s.Files, p)
	if err != nil {
		return "unreadable"
	}
	return blobID(data, ids)
}
