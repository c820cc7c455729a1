package gate

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"frontdesk/records"
	"frontdesk/records/approval"
	"frontdesk/records/diag"
	"frontdesk/records/evidence"
	"frontdesk/records/git"
	"frontdesk/records/tree"
	"frontdesk/schema"
)

// bundle is what changes together between two trees, by the law of a commit.
type bundle struct {
	law     *trusted
	from    string // commit; "" before the first
	to      string // commit, or the tree of a merge
	before  *tree.Tree
	after   *tree.Tree // of to, with the law's types
	deltas  []git.Delta
	touched []*touch
	spoken  []tree.Name // records whose statements alone change
	trusted []string    // files that others are judged by
	riders  []string    // files that must not change together with those
}

// touch is a record with a policy that changes, or that files which change belong to.
type touch struct {
	typ     *schema.Type // the law's
	name    tree.Name    // in the result
	after   *records.Record
	before  *records.Record // nil where it is new
	problem string          // why it cannot be judged
	bare    approval.Parts  // without files
	changed bool            // bare is not as it was
	files   []string        // covered ones
	parts   approval.Parts
}

// isBringing reports whether what is covered is not on the other side already.
func (t *touch) isBringing() bool { return t.changed || len(t.files) > 0 || t.problem != "" }

func (t *touch) key() key { return key{t.name.Type, t.name.ID} }

func (b *bundle) find(k key) *touch {
	for _, t := range b.touched {
		if t.key() == k {
			return t
		}
	}
	return nil
}

// compare finds what changes between a commit, "" being before the first, and a
// commit or tree, and which records with a policy that concerns.
func (s *session) compare(ctx context.Context, law *trusted, from, to string) (*bundle, error) {
	b := &bundle{law: law, from: from, to: to}
	files, err := s.files(ctx, to)
	if err != nil {
		return nil, err
	}
	b.after = law.tree.With(files)
	if from == "" {
		return b, nil
	}
	if files, err = s.files(ctx, from); err != nil {
		return nil, err
	}
	b.before = law.tree.With(files)
	if b.deltas, err = s.repo.Changed(ctx, from, to, "."); err != nil {
		return nil, err
	}
	if err := s.touches(ctx, b); err != nil {
		return nil, err
	}
	if err := s.sort(ctx, b); err != nil {
		return nil, err
	}
	return b, s.attach(b)
}

// touches finds the records with a policy among what changed.
func (s *session) touches(ctx context.Context, b *bundle) error {
	var paths []string
	for _, d := range b.deltas {
		if p, ok := s.inDesk(d.Path); ok && strings.HasPrefix(p, schema.RecordsFolder+"/") && strings.HasSuffix(p, schema.Extension) && d.Blob != "" {
			paths = append(paths, p)
		}
	}
	if len(paths) == 0 {
		return nil
	}
	l := b.after.ListOf(paths)
	for _, n := range slices.Concat(l.Names, l.Lost) {
		t := b.law.tree.Types.Get(n.Type)
		if t == nil || t.Policy == nil {
			continue
		}
		touched, err := s.touch(ctx, b, t, n)
		if err != nil {
			return err
		}
		b.touched = append(b.touched, touched)
	}
	return ctx.Err()
}

// touch reads a record before and after.
func (s *session) touch(ctx context.Context, b *bundle, typ *schema.Type, n tree.Name) (*touch, error) {
	t := &touch{typ: typ, name: n, after: unread(n)}
	r, ds := b.after.LoadOne(n)
	if r == nil {
		t.problem = "it cannot be read" + reasons(ds)
		return t, nil
	}
	t.after = r
	if r.ID != n.ID {
		t.problem = fmt.Sprintf("its id is %q and its file is called %s", r.ID, path.Base(n.Path))
		return t, nil
	}
	var err error
	if t.bare, err = approval.PartsOf(typ.Policy, typ, r, nil); err != nil {
		t.problem = err.Error()
		return t, nil
	}
	old, found := locate(b.before, typ, n)
	if !found {
		t.changed = true
		return t, nil
	}
	if old.Path != n.Path && b.after.Exists(old.Path) {
		t.problem = fmt.Sprintf("it is there more than once: %s and %s", n.Path, old.Path)
		return t, nil
	}
	if t.before, _ = b.before.LoadOne(old); t.before == nil {
		t.changed = true // what cannot be read is not the same
		return t, nil
	}
	was, err := approval.PartsOf(typ.Policy, typ, t.before, nil)
	t.changed = err != nil || was.Digest() != t.bare.Digest()
	return t, ctx.Err()
}

// unread is a record of which only the name is known.
func unread(n tree.Name) *records.Record {
	return &records.Record{Type: n.Type, ID: n.ID, Path: n.Path}
}

func reasons(ds []diag.Diagnostic) string {
	for _, d := range ds {
		if d.Severity == diag.Error {
			return ": " + d.Message
		}
	}
	return ""
}

// locate finds a record in another version of the desk: where it lies now, else by
// its id.
func locate(t *tree.Tree, typ *schema.Type, n tree.Name) (tree.Name, bool) {
	if t.Exists(n.Path) {
		return n, true
	}
	for _, other := range t.Names(typ.Name) {
		if other.ID == n.ID {
			return other, true
		}
	}
	return n, false
}

// sort tells the files that others are judged by from what must not change together
// with them.
func (s *session) sort(ctx context.Context, b *bundle) error {
	for _, d := range b.deltas {
		p, inDesk := s.inDesk(d.Path)
		isTrusted, err := s.isTrusted(ctx, b, d)
		switch {
		case err != nil:
			return err
		case isTrusted:
			b.trusted = append(b.trusted, d.Path)
			continue
		case inDesk && b.owns(p):
			continue
		}
		b.riders = append(b.riders, d.Path)
		if n, ok := b.statementOf(p); ok && inDesk && b.find(key{n.Type, n.ID}) == nil && !slices.Contains(b.spoken, n) {
			b.spoken = append(b.spoken, n)
		}
	}
	return nil
}

// owns reports whether a path of the desk is a touched record, or a statement on
// one.
func (b *bundle) owns(p string) bool {
	return slices.ContainsFunc(b.touched, func(t *touch) bool {
		return p == t.name.Path || strings.HasPrefix(p, folderOf(t.name.Path)) || t.before != nil && (p == t.before.Path || strings.HasPrefix(p, folderOf(t.before.Path)))
	})
}

// folderOf returns the folder of a record's statements, with a slash at its end.
func folderOf(record string) string {
	return strings.TrimSuffix(record, schema.Extension) + "/" + evidence.Folder + "/"
}

// statementOf returns the record beside which a statement lies.
func (b *bundle) statementOf(p string) (tree.Name, bool) {
	dir := path.Dir(p)
	if path.Base(dir) != evidence.Folder || !strings.HasPrefix(p, schema.RecordsFolder+"/") {
		return tree.Name{}, false
	}
	record := path.Dir(dir) + schema.Extension
	folder, _, _ := strings.Cut(strings.TrimPrefix(record, schema.RecordsFolder+"/"), "/")
	typ := b.law.tree.Types.ByFolder(folder)
	if typ == nil || typ.Policy == nil || !b.after.Exists(record) {
		return tree.Name{}, false
	}
	return tree.Name{Type: typ.Name, ID: records.ID(strings.TrimSuffix(path.Base(record), schema.Extension)), Path: record}, true
}

// attach gives the files that change to the records that they belong to: to those of
// a type whose own parts change, or to all of it where none does.
func (s *session) attach(b *bundle) error {
	for _, t := range b.touched {
		t.parts = t.bare
		alone := !slices.ContainsFunc(b.touched, func(o *touch) bool { return o.typ == t.typ && o.changed })
		if t.problem != "" || !t.changed && !alone {
			continue
		}
		var files []approval.File
		for _, d := range b.deltas {
			if p, inDesk := s.inDesk(d.Path); !inDesk || !strings.HasPrefix(p, schema.RecordsFolder+"/") {
				files = append(files, fileOf(d))
			}
		}
		parts, err := approval.PartsOf(t.typ.Policy, t.typ, t.after, files)
		if err != nil {
			t.problem = err.Error()
			continue
		}
		for _, f := range files {
			if covered, _ := approval.Match(t.typ.Policy.Cover.Paths, f.Path); covered {
				t.files = append(t.files, f.Path)
			}
		}
		s.attachTrusted(b, t, parts)
		t.parts = parts
	}
	return nil
}

// attachTrusted covers the files that others are judged by, whatever the policy
// says: an approval of a change to them is one of just that change.
func (s *session) attachTrusted(b *bundle, t *touch, parts approval.Parts) {
	all := &schema.Policy{Cover: schema.Cover{Paths: []string{"**"}}}
	for _, d := range b.deltas {
		if !slices.Contains(b.trusted, d.Path) || slices.Contains(t.files, d.Path) || d.Path == s.prefix+t.name.Path {
			continue
		}
		more, err := approval.PartsOf(all, t.typ, t.after, []approval.File{fileOf(d)})
		if err != nil || len(more) != 1 {
			t.problem = "what it brings cannot be covered: " + d.Path
			return
		}
		for name, digest := range more {
			parts[name] = digest
		}
		t.files = append(t.files, d.Path)
	}
}

// fileOf returns a file as it is covered.
func fileOf(d git.Delta) approval.File {
	f := approval.File{Path: d.Path}
	if d.Blob != "" {
		f.Mode, f.Blob = modeOf(d.Mode), d.Blob
	}
	return f
}
