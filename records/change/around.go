package change

import (
	"context"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"frontdesk/records"
	"frontdesk/records/check"
	"frontdesk/records/diag"
	"frontdesk/records/tree"
	"frontdesk/schema"
)

// judging is how records are judged.
type judging struct {
	asOf    time.Time
	touched func(*records.Record) bool // whether rules hold for one in full; nil: for none
	isNew   func(*records.Record) bool // whether another record may have its id; nil: for none
}

func (v *view) input(j judging) *check.Input {
	return &check.Input{Desk: v.tree.Desk, Types: v.tree.Types, AsOf: j.asOf, Touched: j.touched, Exists: v.tree.Exists}
}

// judge returns what is wrong with some records of the desk, alone and among the
// others, of which it reads as few as possible.
func (v *view) judge(ctx context.Context, rs []*records.Record, j judging) ([]diag.Diagnostic, error) {
	in := v.input(j)
	set, err := v.around(ctx, rs, j.isNew)
	if err != nil {
		return nil, err
	}
	in.Set = records.NewSet(set)
	ds := check.Some(ctx, in, rs)
	if ctx.Err() == nil && slices.ContainsFunc(ds, needsNames) {
		in.Set = records.NewSet(v.withNames(set)) // what was meant is a matter of all names
		ds = check.Some(ctx, in, rs)
	}
	return ds, ctx.Err()
}

// everything is all that a desk holds.
type everything struct {
	records  map[string]*records.Record // by path
	problems []diag.Diagnostic          // of reading them
}

// loadAll reads all records. Of other, which may be nil, those are taken whose
// files are the same here and there.
func (v *view) loadAll(ctx context.Context, other *everything, isSame func(path string) bool) (*everything, error) {
	l := v.tree.ListOf(nil)
	all := &everything{records: make(map[string]*records.Record, len(l.Names)), problems: l.Problems}
	var names []tree.Name
	for _, n := range l.Names {
		if other != nil && isSame(n.Path) {
			if r := other.records[n.Path]; r != nil && r.Type == n.Type {
				all.records[n.Path] = r
				continue
			}
		}
		names = append(names, n)
	}
	rs, ds, err := v.read(ctx, names)
	if err != nil {
		return nil, err
	}
	for i, r := range rs {
		if r != nil {
			all.records[names[i].Path] = r
		}
	}
	all.problems = append(all.problems, ds...)
	if other != nil {
		for _, d := range other.problems {
			if all.records[d.Path] != nil && all.records[d.Path] == other.records[d.Path] {
				all.problems = append(all.problems, d)
			}
		}
	}
	return all, nil
}

// judgeAll returns everything that is wrong with the desk.
func (v *view) judgeAll(ctx context.Context, all *everything, j judging) ([]diag.Diagnostic, error) {
	in := v.input(j)
	in.Set = records.NewSet(slices.Collect(maps.Values(all.records)))
	return check.All(ctx, in, slices.Concat(v.tree.Problems, all.problems)), ctx.Err()
}

// needsNames reports whether a finding is about a name that leads nowhere.
func needsNames(d diag.Diagnostic) bool {
	family, _, _ := strings.Cut(string(d.Rule), "/")
	return family == "ref" || family == "audience" || family == "text"
}

// around returns the records, those that they refer to and those that share an
// id with a new one by their names alone, and those that fields which make an
// order lead to, in full.
func (v *view) around(ctx context.Context, rs []*records.Record, isNew func(*records.Record) bool) ([]*records.Record, error) {
	n := neighbours{view: v, known: map[string]int{}, asked: map[reference]bool{}}
	for _, r := range rs {
		n.add(r)
		n.queue = append(n.queue, r)
	}
	for _, r := range rs {
		if isNew != nil && isNew(r) {
			n.twins(r)
		}
	}
	for i := 0; i < len(n.queue); i++ {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		n.follow(n.queue[i], i < len(rs))
	}
	return n.all, nil
}

// withNames adds a stub for each record of the desk that is not in the set.
func (v *view) withNames(set []*records.Record) []*records.Record {
	n := neighbours{view: v, known: map[string]int{}}
	for _, r := range set {
		n.add(r)
	}
	for _, name := range v.tree.Names() {
		n.stub(name)
	}
	return n.all
}

// neighbours gathers records around some. One that is known by its name alone
// has no fields.
type neighbours struct {
	view  *view
	all   []*records.Record
	known map[string]int     // by path, where it stands in all, counted from 1
	queue []*records.Record  // those with fields, to be followed
	asked map[reference]bool // what was looked for
}

// reference is what a field says of another record.
type reference struct {
	field records.Type // that the field asks for
	text  string
	full  bool // its fields are needed, too
}

func (n *neighbours) add(r *records.Record) {
	if n.known[r.Path] == 0 {
		n.all = append(n.all, r)
		n.known[r.Path] = len(n.all)
	}
}

func (n *neighbours) stub(name tree.Name) {
	n.add(&records.Record{Type: name.Type, ID: name.ID, Path: name.Path})
}

// load adds a record with its fields, in the place of its stub where it has one.
func (n *neighbours) load(name tree.Name) {
	at := n.known[name.Path]
	if at > 0 && n.all[at-1].Fields != nil {
		return
	}
	r, _ := n.view.tree.LoadOne(name)
	switch {
	case r == nil:
		n.stub(name)
		return
	case at > 0:
		n.all[at-1] = r
	default:
		n.add(r)
	}
	n.queue = append(n.queue, r)
}

// twins adds the records of the type whose id is that of r, or differs from it in
// case or Unicode form alone, as far as it may lie elsewhere.
func (n *neighbours) twins(r *records.Record) {
	t := n.view.tree.Types.Get(r.Type)
	if t == nil {
		return
	}
	if t.Scheme == schema.Month {
		for _, name := range n.view.atMonths(t, r.ID) {
			n.stub(name)
		}
		dir := path.Dir(r.Path)
		for _, id := range n.view.idsIn(dir)[check.Fold(r.ID)] {
			n.stub(tree.Name{Type: t.Name, ID: id, Path: path.Join(dir, string(id)+schema.Extension)})
		}
		return
	}
	for _, name := range n.view.list(t).byFold[check.Fold(r.ID)] {
		n.stub(name)
	}
}

// follow adds what a record refers to: everything for one that is judged, else
// what may close a circle.
func (n *neighbours) follow(r *records.Record, judged bool) {
	t := n.view.tree.Types.Get(r.Type)
	if t == nil || r.Fields == nil {
		return
	}
	for _, ref := range check.References(t, r) {
		if judged || ref.Ordered {
			n.refer(ref)
		}
	}
}

func (n *neighbours) refer(ref check.Reference) {
	k := reference{ref.Wants, ref.Text, ref.Ordered}
	if n.asked[k] || ref.IsPerson() {
		return
	}
	n.asked[k] = true
	typ, id := records.SplitRef(ref.Text)
	for _, t := range n.view.typesOf(ref.Wants, typ) {
		for _, name := range n.view.find(t, id) {
			if ref.Ordered {
				n.load(name)
			} else {
				n.stub(name)
			}
		}
	}
}

// typesOf returns the types that a reference may be to, where the field wants one
// and the text names one or "".
func (v *view) typesOf(wants, named records.Type) []*schema.Type {
	if wants == schema.AnyType {
		wants = named
	}
	switch t := v.tree.Types.Get(wants); {
	case wants == "":
		return v.tree.Types.All()
	case t == nil || named != "" && named != wants:
		return nil
	default:
		return []*schema.Type{t}
	}
}
