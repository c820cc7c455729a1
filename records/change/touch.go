package change

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/tree"
	"frontdesk/schema"
)

// key names a record, wherever its file lies.
type key struct {
	typ records.Type
	id  records.ID
}

func keyOfRecord(r *records.Record) key { return key{r.Type, r.ID} }

// past is what a side has otherwise than the result.
type past struct {
	changed map[string]bool           // paths of the result that differ
	gone    map[string]bool           // paths of the side that the result does not have
	had     map[string]bool           // paths of the side that differ
	renamed map[string]string         // paths of the side to those of the result, as git takes them
	records map[key][]*records.Record // at those paths
	lost    map[string]bool           // records at those paths that cannot be read
}

// touched is a record that differs from at least one side.
type touched struct {
	pair
	path  string // in the result; of the first side that has it where it is deleted
	moved bool   // it lay elsewhere on every side that has it
	isNew bool   // no side has it
}

// touches is all that a change touches.
type touches struct {
	records  []*touched          // in the result, by path
	byPath   map[string]*touched // the same
	deleted  []*touched          // by path; of merges those that no side has deleted
	gone     []string            // paths, sorted, that every side has and the result does not
	problems []diag.Diagnostic   // of reading what was changed
}

// open opens the sides and reads what differs.
func (c *change) open(ctx context.Context) error {
	for _, s := range c.sides {
		var err error
		like := c.result
		if slices.ContainsFunc(s.deltas, changesConfig) {
			like = nil
		}
		if s.view, err = c.viewAt(ctx, s.rev, like); err != nil {
			return err
		}
		if err := s.read(ctx); err != nil {
			return err
		}
	}
	return c.readResult(ctx)
}

// read reads what the side has at the paths that differ.
func (s *side) read(ctx context.Context) error {
	s.past = past{changed: map[string]bool{}, gone: map[string]bool{}, had: map[string]bool{}, renamed: map[string]string{}, records: map[key][]*records.Record{}, lost: map[string]bool{}}
	for _, d := range s.deltas {
		if d.Status != 'D' {
			s.changed[d.Path] = true
		}
		if d.Status != 'A' {
			s.had[d.OldPath] = true
		}
		if d.Status == 'R' {
			s.renamed[d.OldPath] = d.Path
		}
	}
	for p := range s.had {
		s.gone[p] = !s.changed[p]
	}
	l, err := s.view.load(ctx, slices.Sorted(maps.Keys(s.had)))
	if err != nil {
		return err
	}
	for _, r := range l.records {
		s.records[keyOfRecord(r)] = append(s.records[keyOfRecord(r)], r)
	}
	for _, n := range l.lost {
		s.lost[n.Path] = true
	}
	return nil
}

// version returns the side's version of a record of the result, nil where it has
// none that can be read.
func (s *side) version(r *records.Record) *records.Record {
	if !s.changed[r.Path] {
		return r
	}
	old := s.records[keyOfRecord(r)]
	for _, o := range old {
		if o.Path == r.Path {
			return o
		}
	}
	for _, o := range old {
		if s.gone[o.Path] {
			return o
		}
	}
	return nil
}

// readResult reads what the result has at the paths that differ from a side, and
// pairs it with what the sides have.
func (c *change) readResult(ctx context.Context) error {
	paths := map[string]bool{}
	for _, s := range c.sides {
		maps.Copy(paths, s.changed)
	}
	l, err := c.result.load(ctx, slices.Sorted(maps.Keys(paths)))
	if err != nil {
		return err
	}
	c.set = touches{byPath: map[string]*touched{}, problems: c.unlessInConflict(l.problems)}
	for _, r := range l.records {
		t := c.touchedBy(r)
		c.set.records = append(c.set.records, t)
		c.set.byPath[r.Path] = t
	}
	if err := c.openBases(ctx); err != nil {
		return err
	}
	c.findDeleted()
	c.findGone()
	return c.readBases(ctx)
}

// unlessInConflict leaves out findings on files that git could not merge, which
// hold its marks.
func (c *change) unlessInConflict(ds []diag.Diagnostic) []diag.Diagnostic {
	return slices.DeleteFunc(ds, func(d diag.Diagnostic) bool { return slices.Contains(c.conflicts, d.Path) })
}

func (c *change) touchedBy(r *records.Record) *touched {
	t := &touched{path: r.Path, pair: pair{typ: c.result.tree.Types.Get(r.Type), after: r}}
	t.isNew, t.moved = true, true
	for _, s := range c.sides {
		old := s.version(r)
		t.before = append(t.before, old)
		if old != nil || s.lost[r.Path] {
			t.isNew = false
		}
		if old == nil && s.lost[r.Path] || old != nil && old.Path == r.Path {
			t.moved = false
		}
	}
	t.moved = t.moved && !t.isNew
	return t
}

// isEdited reports whether the record is not as on any side.
func (t *touched) isEdited() bool {
	return !slices.ContainsFunc(t.before, func(b *records.Record) bool { return b != nil && string(b.Source) == string(t.after.Source) })
}

// findDeleted finds the records that the result lacks and that were there on
// every side, or were added on one since they parted. What a side has deleted
// itself is not new.
func (c *change) findDeleted() {
	for i, s := range c.sides {
		for k, old := range s.records {
			t := c.result.tree.Types.Get(k.typ)
			if t == nil || !s.gone[old[0].Path] || slices.ContainsFunc(c.sides[:i], func(s *side) bool { return len(s.records[k]) > 0 }) {
				continue
			}
			if !c.isDeletedHere(t, k.id) || len(c.result.find(t, k.id)) > 0 {
				continue
			}
			c.set.deleted = append(c.set.deleted, &touched{path: old[0].Path, pair: pair{typ: t, before: []*records.Record{old[0]}}})
		}
	}
	slices.SortFunc(c.set.deleted, func(a, b *touched) int { return cmp.Compare(a.path, b.path) })
}

// isDeletedHere reports whether no side has deleted the record.
func (c *change) isDeletedHere(t *schema.Type, id records.ID) bool {
	has := func(s *side) bool { return len(s.records[key{t.Name, id}]) > 0 }
	if !slices.ContainsFunc(c.sides, func(s *side) bool { return !has(s) }) {
		return true
	}
	return len(c.at) > 0 && !slices.ContainsFunc(c.at, func(v *view) bool { return v.tree != nil && len(v.find(t, id)) > 0 })
}

func (c *change) findGone() {
	for p, gone := range c.sides[0].gone {
		everywhere := gone
		for _, s := range c.sides[1:] {
			everywhere = everywhere && s.gone[p]
		}
		if everywhere {
			c.set.gone = append(c.set.gone, p)
		}
	}
	slices.Sort(c.set.gone)
}

// openBases opens the desk where the sides parted, unless that is the one side
// there is.
func (c *change) openBases(ctx context.Context) (err error) {
	if c.head != "" {
		if c.atHead, err = c.viewAt(ctx, c.head, nil); err != nil {
			return err
		}
	}
	if len(c.bases) == 1 && len(c.sides) == 1 && c.bases[0] == c.sides[0].rev {
		return nil
	}
	for _, rev := range c.bases {
		v, err := c.viewAt(ctx, rev, nil)
		if err != nil {
			return err
		}
		c.at = append(c.at, v)
	}
	return nil
}

func (c *change) viewAt(ctx context.Context, rev string, like *view) (*view, error) {
	files, err := c.repo.Patched(ctx, rev, nil)
	if err != nil {
		return nil, err
	}
	v, err := newView(c.repo.Dir, files, like)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", cmp.Or(rev, "nothing"), err)
	}
	return v, nil
}

// readBases reads what the touched records were where the sides parted.
func (c *change) readBases(ctx context.Context) error {
	for _, v := range c.at {
		if err := c.readBase(ctx, v); err != nil {
			return err
		}
	}
	for _, t := range c.set.records {
		if len(c.at) == 0 {
			t.bases = t.before
		}
	}
	return nil
}

func (c *change) readBase(ctx context.Context, v *view) error {
	var names []tree.Name
	var of []*touched
	for _, t := range c.set.records {
		t.bases = append(t.bases, nil)
		if n, ok := v.locate(t); ok {
			names, of = append(names, n), append(of, t)
		}
	}
	rs, _, err := v.read(ctx, names)
	if err != nil {
		return err
	}
	for i, t := range of {
		t.bases[len(t.bases)-1] = rs[i]
	}
	return nil
}

// locate finds a touched record in another version of the desk: where it lies, or
// lay on a side, else by its id.
func (v *view) locate(t *touched) (tree.Name, bool) {
	if v.tree == nil || t.typ == nil {
		return tree.Name{}, false
	}
	n := tree.Name{Type: t.after.Type, ID: t.after.ID}
	paths := []string{t.path}
	for _, b := range t.before {
		if b != nil {
			paths = append(paths, b.Path)
		}
	}
	for _, p := range paths {
		if _, ok := v.files.Blob(p); ok {
			n.Path = p
			return n, true
		}
	}
	found := v.find(t.typ, t.after.ID)
	if len(found) == 0 {
		return n, false
	}
	return found[0], true
}
