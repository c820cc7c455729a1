package audit

import (
	"maps"
	"path"
	"slices"
	"strings"

	"frontdesk/records"
	"frontdesk/records/evidence"
	"frontdesk/records/git"
	"frontdesk/records/lazy"
	"frontdesk/schema"
)

// record is a record that a commit has, as far as the walk knows it.
type record struct {
	typ   records.Type
	id    records.ID
	month bool // the type's ids are such that a word which equals one means it
	log   lines
}

func (r *record) ref() string { return string(r.typ) + "/" + string(r.id) }

// live are the records of a commit.
type live struct {
	byPath map[string]*record
	byID   map[string][]*record // by the id in lower case
}

func newLive() *live { return &live{byPath: map[string]*record{}, byID: map[string][]*record{}} }

func (l *live) add(p string, r *record) {
	l.byPath[p] = r
	id := strings.ToLower(string(r.id))
	l.byID[id] = append(l.byID[id], r)
}

func (l *live) remove(p string) {
	r := l.byPath[p]
	delete(l.byPath, p)
	id := strings.ToLower(string(r.id))
	if l.byID[id] = slices.DeleteFunc(l.byID[id], func(o *record) bool { return o == r }); len(l.byID[id]) == 0 {
		delete(l.byID, id)
	}
}

// touch is what a commit touches of the desk.
type touch struct {
	edits      []edit
	files      map[*record]bool // records of which files beside their own were touched
	removed    []*record        // that no other file has now
	statements []lostStatement
	paths      []string // all that differ
}

// edit is a record file that is new or differs.
type edit struct {
	*record
	path, blob string
}

// lostStatement is a statement, or its signature, that is not what it was.
type lostStatement struct{ ref, path, what string }

// all returns the records that are touched.
func (t *touch) all() []*record {
	out := make([]*record, 0, len(t.edits)+len(t.removed)+len(t.files))
	for _, e := range t.edits {
		out = append(out, e.record)
	}
	return append(slices.AppendSeq(out, maps.Keys(t.files)), t.removed...)
}

// refs returns their names in order.
func (t *touch) refs() []string {
	var out []string
	for _, r := range t.all() {
		out = append(out, r.ref())
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// take follows a commit's differences and returns what it touched.
func (l *live) take(c *config, deltas []git.Delta) *touch {
	t := &touch{files: map[*record]bool{}}
	owners := map[string]*record{} // of files beside records, as they were
	var gone []string
	for _, d := range deltas {
		if d.Status == 'A' {
			continue
		}
		if r := l.owner(d.OldPath); r != nil && l.byPath[d.OldPath] == nil {
			owners[d.OldPath] = r
		}
		if (d.Status == 'D' || d.Status == 'R' || !d.Mode.IsRegular()) && l.byPath[d.OldPath] != nil {
			gone = append(gone, d.OldPath)
		}
	}
	left := map[string]*record{}
	for _, p := range gone {
		left[l.byPath[p].ref()] = l.byPath[p]
		l.remove(p)
	}
	l.enter(c, deltas, left, t)
	for _, r := range left {
		if !slices.ContainsFunc(l.byID[strings.ToLower(string(r.id))], func(o *record) bool { return o.ref() == r.ref() }) {
			t.removed = append(t.removed, r)
		}
	}
	slices.SortFunc(t.removed, func(a, b *record) int { return strings.Compare(a.ref(), b.ref()) })
	l.beside(deltas, owners, t)
	return t
}

// enter takes in the record files that are new or differ, those nearer to the top
// first: what lies in the folder of a record is no record. left are records whose
// file went away, which may be found again elsewhere.
func (l *live) enter(c *config, deltas []git.Delta, left map[string]*record, t *touch) {
	type file struct {
		path, blob string
		depth      int
	}
	var files []file
	for _, d := range deltas {
		if d.Status != 'D' && d.Mode.IsRegular() && strings.HasSuffix(d.Path, schema.Extension) && c.typeOf(d.Path) != nil {
			files = append(files, file{d.Path, d.Blob, strings.Count(d.Path, "/")})
		}
	}
	slices.SortStableFunc(files, func(a, b file) int { return a.depth - b.depth })
	for _, f := range files {
		r := l.byPath[f.path]
		if r == nil {
			if l.owner(f.path) != nil {
				continue // an attachment
			}
			typ := c.typeOf(f.path)
			r = &record{typ: typ.Name, id: records.ID(strings.TrimSuffix(path.Base(f.path), schema.Extension)), month: typ.Scheme == schema.Month}
			if old := left[r.ref()]; old != nil {
				r.log = old.log
			}
			l.add(f.path, r)
		}
		t.edits = append(t.edits, edit{r, f.path, f.blob})
	}
}

// owner returns the record that a file is or belongs to, nil where it is none.
func (l *live) owner(p string) *record {
	if r := l.byPath[p]; r != nil {
		return r
	}
	if !strings.HasPrefix(p, schema.RecordsFolder+"/") {
		return nil
	}
	for i := len(schema.RecordsFolder) + 1; i < len(p); i++ {
		if p[i] == '/' {
			if r := l.byPath[p[:i]+schema.Extension]; r != nil {
				return r
			}
		}
	}
	return nil
}

// statement names a statement's file: whose it is, how it is called, what it says.
type statement struct{ ref, name, blob string }

// beside finds what else was touched: files in the folders of records, and the
// statements among them that are not what they were. One that moved with its
// record, as it was, is the same.
func (l *live) beside(deltas []git.Delta, owners map[string]*record, t *touch) {
	added := map[statement]int{}
	for _, d := range deltas {
		t.paths = append(t.paths, d.Path)
		if d.OldPath != d.Path {
			t.paths = append(t.paths, d.OldPath)
		}
		if d.Status == 'D' {
			continue
		}
		r := l.owner(d.Path)
		if r == nil || l.byPath[d.Path] == r {
			continue
		}
		t.files[r] = true
		if isStatement(d.Path) && (d.Status == 'A' || d.Status == 'R') {
			added[statement{r.ref(), path.Base(d.Path), d.Blob}]++
		}
	}
	for _, d := range deltas {
		r := owners[d.OldPath]
		if d.Status == 'A' || r == nil {
			continue
		}
		if !slices.Contains(t.removed, r) {
			t.files[l.same(r)] = true
		}
		if !isStatement(d.OldPath) {
			continue
		}
		was := statement{r.ref(), path.Base(d.OldPath), d.OldBlob}
		switch {
		case d.Status == 'M' || d.Status == 'T':
			t.statements = append(t.statements, lostStatement{r.ref(), d.OldPath, "changed"})
		case added[was] > 0:
			added[was]--
		default:
			t.statements = append(t.statements, lostStatement{r.ref(), d.OldPath, "removed"})
		}
	}
}

// same returns a record where it is now.
func (l *live) same(r *record) *record {
	for _, o := range l.byID[strings.ToLower(string(r.id))] {
		if o.typ == r.typ {
			return o
		}
	}
	return r
}

// isStatement reports whether a file in the folder of a record lies where
// statements do.
func isStatement(p string) bool { return path.Base(path.Dir(p)) == evidence.Folder }

// word matches what may be the id of a record in a text, with its type or without.
var word = lazy.Regexp(`[A-Za-z0-9][A-Za-z0-9._/-]*[A-Za-z0-9_]`)

// trailer matches a line that names a record.
var trailer = lazy.Regexp(`(?im)^Record:[ \t]*(\S+)[ \t]*$`)

// named returns the records that a text names: by an id that is no ordinary word,
// or by type and id; in a trailer also by any id.
func (l *live) named(text string, trailers bool) []string {
	var out []string
	add := func(name string, any bool) {
		typ, id := records.SplitRef(name)
		for _, r := range l.byID[strings.ToLower(string(id))] {
			if typ == r.typ || typ == "" && (any || r.month) {
				out = append(out, r.ref())
			}
		}
	}
	for _, w := range word().FindAllString(text, -1) {
		add(w, false)
	}
	if trailers {
		for _, m := range trailer().FindAllStringSubmatch(text, -1) {
			add(m[1], true)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}
