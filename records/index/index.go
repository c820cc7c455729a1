// Package index provides what was read of a desk's records before, so that a
// file which has not changed is not read again. An index is derived and
// disposable: deleting it, or damaging it, costs time and nothing else. What it
// answers is what reading all files would answer. It must not judge records.
package index

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/pjbgf/sha1cd"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/tree"
	"frontdesk/schema"
)

// Place says where an index lies. The zero Place is memory: nothing is kept.
type Place struct {
	Common string // folder that all work trees of a repository share: git's common directory
	Own    string // folder of this work tree: its git directory
	Desk   string // the desk's root, since a repository may hold several
	Build  string // the program's build: another one reads files in another way
}

// Folder is the name of the folder within git's that holds indexes.
const Folder = "frontdesk"

// shared is the folder of what is known by content, own that of this work tree.
func (p Place) shared() string { return filepath.Join(p.Common, Folder, short(p.Build)) }

func (p Place) own() string { return filepath.Join(p.Own, Folder, short(p.Build)) }

func (p Place) manifest() string { return filepath.Join(p.own(), "files-"+short(p.Desk)) }

func (p Place) pack(name string) string {
	if p.isMemory() {
		return ""
	}
	return filepath.Join(p.shared(), name)
}

func (p Place) isMemory() bool { return p.Own == "" || p.Common == "" || p.Build == "" }

// short makes a file name of anything.
func short(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:8])
}

// The packs: what was read of files, by content.
const (
	packHeads    = "heads"    // front matter without the log
	packLogs     = "logs"     // logs, once somebody has asked for one
	packTexts    = "texts"    // bodies in lower case, once somebody has searched
	packVerdicts = "verdicts" // what a check found in the record alone
)

// Index is an open index. It may be used by one goroutine at a time.
type Index struct {
	tree  *tree.Tree
	place Place

	opened   sync.Once
	taken    int64 // before the files were looked at, by the file system's clock
	manifest *manifest
	heads    *pack
	logs     *pack            // nil until a log is asked for
	texts    *pack            // nil until a text is asked for
	verdicts *pack            // nil until a verdict is asked for
	facts    map[string]*pack // by name, those that were asked for

	names []tree.Name // of the last Load
	found []finding   // what it found
	dirty bool        // the manifest is to be written
}

// Open opens the index of a desk. It never fails: an index that cannot be read
// is built anew, and one that cannot be written lies in memory.
func Open(t *tree.Tree, place Place) *Index { return &Index{tree: t, place: place} }

// open reads what is kept, while do runs.
func (x *Index) open(do func()) {
	x.opened.Do(func() {
		if !x.place.isMemory() {
			x.prepare()
		}
		var wg sync.WaitGroup
		wg.Go(func() {
			x.manifest = &manifest{}
			if !x.place.isMemory() {
				x.manifest = readManifest(x.place.manifest())
			}
			x.heads = x.pack(packHeads)
		})
		do()
		wg.Wait()
	})
}

// prepare makes the folders and asks the clock. Where nothing can be written the
// index is in memory.
func (x *Index) prepare() {
	err := errors.Join(os.MkdirAll(x.place.shared(), 0o777), os.MkdirAll(x.place.own(), 0o777))
	if err == nil {
		x.taken = clock(x.place.own())
	}
	if x.taken == 0 {
		x.place = Place{}
	}
}

func (x *Index) pack(name string) *pack {
	if x.place.isMemory() {
		return &pack{added: map[Digest][]byte{}}
	}
	return readPack(x.place.pack(name))
}

// Want says what is needed of records. What is not asked for may be missing.
type Want struct {
	Fields []string // front-matter keys; nil means all but the log
	Text   bool     // the body, for searching: in lower case where the record is known
	// Match chooses records, nil all of them. It sees what is wanted, is called by
	// several goroutines at once, and must not keep what it is shown.
	Match func(*records.Record) bool
}

// log reports whether the log is wanted.
func (w Want) log() bool { return slices.Contains(w.Fields, records.FieldLog) }

// Load returns the records of the types, of all where none is given, that match,
// as tree.Load does. Those that are known have no positions, no source and, unless
// wanted, no body; their Source is nil, and records share values, which must not be
// changed. Those read now are whole. The error is
// about the run alone.
func (x *Index) Load(ctx context.Context, want Want, types ...records.Type) (*tree.Loaded, error) {
	var l *tree.Listing
	x.open(func() { l = x.tree.List(types...) })
	if l == nil {
		l = x.tree.List(types...)
	}
	x.need(want)
	found, err := x.look(ctx, l, want)
	if err != nil {
		return nil, err
	}
	x.names, x.found = l.Names, found
	x.remember(l, found, types)
	out := &tree.Loaded{Problems: l.Problems, Unreadable: l.Lost}
	var rs []*records.Record
	for i, f := range found {
		if f.more != nil {
			out.Problems = append(out.Problems, f.more.ds...)
		}
		switch {
		case f.unreadable:
			out.Unreadable = append(out.Unreadable, l.Names[i])
		case f.record != nil:
			rs = append(rs, f.record)
		}
	}
	out.Set = records.NewSet(rs)
	diag.Sort(out.Problems)
	return out, nil
}

// need opens the packs that are not always needed.
func (x *Index) need(want Want) {
	if want.Text && x.texts == nil {
		x.texts = x.pack(packTexts)
	}
	if want.log() && x.logs == nil {
		x.logs = x.pack(packLogs)
	}
}

// finding is what is known of one file.
type finding struct {
	record     *records.Record // nil where it is unreadable or does not match
	more       *more           // nil in most
	digest     Digest
	ok         bool // the file was read, now or before
	known      bool // the manifest knew it
	unreadable bool // as a record
}

// more is what a finding seldom has.
type more struct {
	ds              []diag.Diagnostic
	head, log, text []byte // to be kept of a file that was read
}

// chunk is how many files a goroutine takes at once.
const chunk = 256

// look finds what the files hold, on all cores.
func (x *Index) look(ctx context.Context, l *tree.Listing, want Want) ([]finding, error) {
	found := make([]finding, len(l.Names))
	x.match(l, found)
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(found)/chunk+1) {
		wg.Go(func() {
			r := &reader{slab: &slab{}, common: newCommon()}
			var block []records.Record
			for ctx.Err() == nil {
				from := int(next.Add(chunk)) - chunk
				if from >= len(found) {
					return
				}
				for i := from; i < min(from+chunk, len(found)); i++ {
					if len(block) == cap(block) {
						block = make([]records.Record, 0, chunk)
					}
					block = append(block, records.Record{})
					x.one(r, &block[len(block)-1], l.Names[i], &found[i], want)
					if found[i].record != &block[len(block)-1] {
						block = block[:len(block)-1]
					}
				}
			}
		})
	}
	wg.Wait()
	return found, ctx.Err()
}

// match finds the files that have not changed since the manifest was taken. Both
// are ordered by path.
func (x *Index) match(l *tree.Listing, found []finding) {
	j := 0
	for i, n := range l.Names {
		if blob := l.Stats[i].Blob; blob != "" {
			found[i].digest, found[i].known = digestOfBlob(blob)
			continue
		}
		for j < x.manifest.n && string(x.manifest.bytes(j)) < n.Path {
			j++
		}
		if j < x.manifest.n && string(x.manifest.bytes(j)) == n.Path && x.manifest.isSeen(j, l.Stats[i]) {
			found[i].digest, found[i].known = x.manifest.digest(j), true
		}
	}
}

// one finds what a file holds: as it was read before, else by reading it. A
// record that does not match leaves nothing behind.
func (x *Index) one(r *reader, into *records.Record, n tree.Name, f *finding, want Want) {
	mark := r.mark()
	x.find(r, into, n, f, want)
	if f.record != nil && want.Match != nil && !want.Match(f.record) {
		if f.record == into {
			r.release(mark)
		}
		f.record = nil
	}
}

func (x *Index) find(r *reader, into *records.Record, n tree.Name, f *finding, want Want) {
	if f.known && x.recall(r, into, n, f, want) {
		return
	}
	src, err := x.tree.Read(n.Path)
	if err != nil {
		_, ds := x.tree.LoadOne(n) // says why
		f.known, f.unreadable, f.more = false, true, &more{ds: ds}
		return
	}
	digest, ok := digestOf(src)
	same := f.known && digest == f.digest
	f.digest, f.known, f.ok = digest, same, ok
	if ok && x.recall(r, into, n, f, want) {
		f.known = same
		return
	}
	f.more = &more{}
	f.record, f.more.ds = tree.Parse(n, src)
	f.ok, f.unreadable = ok, f.record == nil
	if ok {
		f.more.encode(f.record, want)
	}
}

// recall makes a record of what is known of its content.
func (x *Index) recall(r *reader, into *records.Record, n tree.Name, f *finding, want Want) bool {
	head, ok := x.heads.find(f.digest)
	if !ok {
		return false
	}
	var text, log []byte
	if want.Text {
		if text, ok = x.texts.find(f.digest); !ok {
			return false
		}
	}
	if want.log() {
		if log, ok = x.logs.find(f.digest); !ok {
			return false
		}
	}
	r.src, r.err = head, nil
	id, fields, ds := r.head(want.Fields)
	if fields != nil && len(log) > 0 {
		r.src = log
		fields.Pairs = append(fields.Pairs, records.Pair{Key: records.FieldLog, Value: r.log()})
	}
	if r.err != nil {
		return false
	}
	if len(ds) > 0 {
		f.more = &more{ds: placed(n.Path, ds)}
	}
	f.ok, f.unreadable = true, fields == nil
	if fields != nil {
		*into = records.Record{Type: n.Type, ID: cmp.Or(id, n.ID), Path: n.Path, Fields: fields, Body: string(text)}
		f.record = into
	}
	return true
}

// encode prepares what is to be kept of a file that was read.
func (m *more) encode(r *records.Record, want Want) {
	m.head = appendHead(nil, r, m.ds)
	if want.log() {
		m.log = appendLog([]byte{}, r)
	}
	if want.Text {
		m.text = []byte{}
		if r != nil {
			m.text = []byte(strings.ToLower(r.Body))
		}
	}
}

// remember takes what was found into the index, for Save to write.
func (x *Index) remember(l *tree.Listing, found []finding, types []records.Type) {
	rows := make([]row, 0, len(found))
	for i, f := range found {
		x.take(f.digest, f.more)
		if f.ok && l.Stats[i].Blob == "" {
			rows = append(rows, row{l.Names[i].Path, l.Stats[i], f.digest})
		}
	}
	if len(l.Stats) > 0 && l.Stats[0].Blob != "" {
		return // a desk of the past says nothing of the files here
	}
	outside := x.outside(types)
	if !x.place.isMemory() && !x.tree.IsPast() && x.manifest.isOutdated(rows, x.taken, outside) {
		x.manifest = parseManifest(formatManifest(x.taken, x.manifest.merged(rows, outside)))
		x.dirty = true
	}
}

// take adds what was read of a file to the packs.
func (x *Index) take(d Digest, m *more) {
	if m == nil || m.head == nil {
		return
	}
	x.heads.add(d, m.head)
	if m.log != nil {
		x.logs.add(d, m.log)
	}
	if m.text != nil {
		x.texts.add(d, m.text)
	}
}

// Complete adds fields to records of the last Load that came without them.
// Whole records have them.
func (x *Index) Complete(rs []*records.Record, want Want) {
	x.need(want)
	r := &reader{slab: &slab{}}
	for _, have := range rs {
		if have.Source != nil {
			continue
		}
		n := tree.Name{Type: have.Type, ID: have.ID, Path: have.Path}
		full, f := new(records.Record), finding{}
		known := false
		if f.digest, known = x.digest(n.Path); !known || !x.recall(r, full, n, &f, want) {
			f.record, _ = x.tree.LoadOne(n)
		}
		if f.record != nil {
			*have = *f.record
		}
	}
}

// digest returns what the file held at the last Load.
func (x *Index) digest(path string) (d Digest, ok bool) {
	i, ok := slices.BinarySearchFunc(x.names, path, func(n tree.Name, p string) int { return strings.Compare(n.Path, p) })
	if !ok {
		return d, false
	}
	return x.found[i].digest, x.found[i].ok
}

// Blob returns git's name, by SHA-1, of what a file held at the last Load; "" where
// that is not known.
func (x *Index) Blob(path string) string {
	d, ok := x.digest(path)
	if !ok {
		return ""
	}
	return hex.EncodeToString(d[:])
}

// outside reports which paths a Load of the types does not look at.
func (x *Index) outside(types []records.Type) func(path string) bool {
	if len(types) == 0 {
		return func(string) bool { return false }
	}
	var folders []string
	for _, t := range types {
		if typ := x.tree.Types.Get(t); typ != nil {
			folders = append(folders, schema.RecordsFolder+"/"+typ.Folder+"/")
		}
	}
	return func(path string) bool {
		return !slices.ContainsFunc(folders, func(f string) bool { return strings.HasPrefix(path, f) })
	}
}

func digestOf(src []byte) (d Digest, ok bool) {
	h := sha1cd.New().(sha1cd.CollisionResistantHash)
	fmt.Fprintf(h, "blob %d\x00", len(src))
	_, _ = h.Write(src)
	sum, collision := h.CollisionResistantSum(nil)
	return Digest(sum), !collision
}

func digestOfBlob(id string) (d Digest, ok bool) {
	n, err := hex.Decode(d[:], []byte(id[:min(len(id), 2*len(d))]))
	return d, err == nil && n == len(d) && len(id) == 2*len(d)
}
