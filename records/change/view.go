package change

import (
	"context"
	"errors"
	"path"
	"slices"
	"strings"
	"time"

	"frontdesk/records"
	"frontdesk/records/check"
	"frontdesk/records/diag"
	"frontdesk/records/git"
	"frontdesk/records/tree"
	"frontdesk/schema"
)

// view is a desk as it is at a commit, or as it will be. It reads what it is
// asked for, and no more.
type view struct {
	tree   *tree.Tree // nil where there is no desk
	files  *git.Snapshot
	names  map[records.Type]*names            // of the types that had to be listed
	months map[records.Type][]time.Time       // of the types whose files lie in folders of months
	ids    map[string]map[string][]records.ID // by folder, and by what twins share
}

// newView opens the desk of a commit. like is a view of the same configuration
// and types, nil where none is known.
func newView(root string, files *git.Snapshot, like *view) (*view, error) {
	v := &view{files: files, names: map[records.Type]*names{}, months: map[records.Type][]time.Time{}, ids: map[string]map[string][]records.ID{}}
	if like != nil && like.tree != nil {
		v.tree = like.tree.With(files)
		return v, nil
	}
	t, err := tree.OpenFS(root, files)
	if err != nil && !errors.Is(err, tree.ErrNoDesk) {
		return nil, err
	}
	v.tree = t
	return v, nil
}

// loaded is what a view knows of some paths.
type loaded struct {
	records  []*records.Record
	problems []diag.Diagnostic // of reading them, and of what is no record and lies where one belongs
	lost     []tree.Name       // records that cannot be read
}

// load reads those of the paths that are records.
func (v *view) load(ctx context.Context, paths []string) (loaded, error) {
	if v.tree == nil || len(paths) == 0 {
		return loaded{}, nil
	}
	l := v.tree.ListOf(paths)
	rs, ds, err := v.read(ctx, l.Names)
	if err != nil {
		return loaded{}, err
	}
	out := loaded{problems: append(l.Problems, ds...), lost: l.Lost}
	for i, r := range rs {
		if r == nil {
			out.lost = append(out.lost, l.Names[i])
			continue
		}
		out.records = append(out.records, r)
	}
	return out, nil
}

func (v *view) read(ctx context.Context, names []tree.Name) ([]*records.Record, []diag.Diagnostic, error) {
	paths := make([]string, len(names))
	for i, n := range names {
		paths[i] = n.Path
	}
	if err := v.files.Preload(ctx, paths); err != nil {
		return nil, nil, err
	}
	return v.tree.LoadEach(ctx, names)
}

// names are the records of a type by the names of their files.
type names struct {
	byID   map[records.ID][]tree.Name
	byFold map[string][]tree.Name // by what twins share
}

// list returns the names of all records of a type.
func (v *view) list(t *schema.Type) *names {
	if l := v.names[t.Name]; l != nil {
		return l
	}
	l := &names{byID: map[records.ID][]tree.Name{}, byFold: map[string][]tree.Name{}}
	for _, n := range v.tree.Names(t.Name) {
		l.byID[n.ID] = append(l.byID[n.ID], n)
		l.byFold[check.Fold(n.ID)] = append(l.byFold[check.Fold(n.ID)], n)
	}
	v.names[t.Name] = l
	return l
}

// find returns the records of a type with an id, by the names of their files:
// where they belong if there is one, else wherever they lie.
func (v *view) find(t *schema.Type, id records.ID) []tree.Name {
	if t.CheckID(id) != nil {
		return nil
	}
	if names := v.atMonths(t, id); len(names) > 0 {
		return names
	}
	return v.list(t).byID[id]
}

// atMonths returns the records of an id that lie where files of the type belong,
// in whatever month.
func (v *view) atMonths(t *schema.Type, id records.ID) []tree.Name {
	var found []tree.Name
	for _, month := range append([]time.Time{{}}, v.monthsOf(t, id)...) {
		if p := t.NewPath(id, month, v.tree.Desk.Shard); v.tree.Exists(p) {
			found = append(found, tree.Name{Type: t.Name, ID: id, Path: p})
		}
	}
	return found
}

// monthsOf returns the months in whose folders a record of that id may lie, none
// where the id tells the folder or the type has no months.
func (v *view) monthsOf(t *schema.Type, id records.ID) []time.Time {
	if t.NewPath(id, time.Time{}, 0) == t.NewPath(id, time.Time{}.AddDate(0, 1, 0), 0) {
		return nil
	}
	months, ok := v.months[t.Name]
	if !ok {
		for _, e := range slices.Backward(v.entries(path.Join(schema.RecordsFolder, t.Folder))) {
			if month, err := time.Parse("2006-01", e); err == nil {
				months = append(months, month)
			}
		}
		v.months[t.Name] = months
	}
	return months
}

// idsIn returns the ids of the records in a folder, by what twins share.
func (v *view) idsIn(folder string) map[string][]records.ID {
	ids, ok := v.ids[folder]
	if !ok {
		ids = map[string][]records.ID{}
		for _, e := range v.entries(folder) {
			if name, isRecord := strings.CutSuffix(e, schema.Extension); isRecord {
				ids[check.Fold(records.ID(name))] = append(ids[check.Fold(records.ID(name))], records.ID(name))
			}
		}
		v.ids[folder] = ids
	}
	return ids
}

// entries returns the names in a folder, none where it cannot be read.
func (v *view) entries(folder string) []string {
	entries, err := v.files.ReadDir(folder)
	if err != nil {
		return nil
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}
