package change

import (
	"context"
	"path"
	"slices"
	"strings"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/git"
	"frontdesk/schema"
)

// maxPaths is how many paths git is asked about by their names. With more, the
// history of all records is read.
const maxPaths = 100

// checkReissued looks for new records whose id another one had that was deleted.
// A staged change is not judged so: it is a walk through the whole history, which
// nobody wants to wait for at every commit.
func (c *change) checkReissued(ctx context.Context) ([]diag.Diagnostic, error) {
	if !c.onBranch {
		return nil, nil
	}
	fresh := map[key]*touched{}
	for _, t := range c.set.records {
		if t.isNew && t.typ != nil {
			fresh[keyOfRecord(t.after)] = t
		}
	}
	if len(fresh) == 0 {
		return nil, nil
	}
	ds, err := c.findReissued(ctx, fresh)
	if err == nil && c.repo.IsShallow() {
		ds = append(ds, tellShallow(fresh))
	}
	return ds, err
}

// tellShallow says once what cannot be judged.
func tellShallow(fresh map[key]*touched) diag.Diagnostic {
	var first *touched
	for _, t := range fresh {
		if first == nil || t.path < first.path {
			first = t
		}
	}
	what := "whether the id was"
	if n := len(fresh); n > 1 {
		what = "whether this id and " + plural(n-1, "other", "others") + " were"
	}
	d := diag.New(ruleShallow, diag.Info, first.path, first.after.SpanOf(records.FieldID), "the clone is shallow: %s used before cannot be told beyond its oldest commit", what).
		WithHint("git fetch --unshallow gets the rest of the history")
	d.Record = string(first.after.ID)
	return d
}

// findReissued walks through the history of the side, newest first, for files of
// the new records' names that were removed.
func (c *change) findReissued(ctx context.Context, fresh map[key]*touched) ([]diag.Diagnostic, error) {
	var ds []diag.Diagnostic
	for rev, err := range c.repo.Log(ctx, git.LogOptions{From: c.sides[0].rev, Paths: c.historyPaths(fresh), Full: true}) {
		if err != nil {
			return nil, err
		}
		for _, d := range rev.Deltas {
			if d.Status != 'D' && d.Status != 'R' {
				continue
			}
			k := c.keyOfPath(d.OldPath)
			t := fresh[k]
			if t == nil || d.Status == 'R' && c.keyOfPath(d.Path) == k {
				continue
			}
			delete(fresh, k)
			more, err := c.checkReturned(ctx, t, rev, d.OldPath)
			if err != nil {
				return nil, err
			}
			ds = append(ds, more...)
		}
		if len(fresh) == 0 {
			break
		}
	}
	return ds, nil
}

// checkReturned judges a new record whose id another one had until a commit. The
// same record may come back, with its history as it was.
func (c *change) checkReturned(ctx context.Context, t *touched, rev git.Revision, p string) ([]diag.Diagnostic, error) {
	if len(rev.Parents) > 0 {
		v, err := c.viewAt(ctx, rev.Parents[0], nil)
		if err != nil {
			return nil, err
		}
		l, err := v.load(ctx, []string{p})
		if err != nil {
			return nil, err
		}
		if len(l.records) == 1 && isSame(l.records[0], t.after) {
			back := pair{typ: t.typ, before: l.records, bases: l.records, after: t.after}
			return back.check(c.result.tree.Desk.Vars()), nil
		}
	}
	return []diag.Diagnostic{reissued(t, rev)}, nil
}

// isSame reports whether two records are one at different times: they began
// alike.
func isSame(a, b *records.Record) bool {
	one, two := linesOf(a), linesOf(b)
	if len(one) > 0 && len(two) > 0 {
		return one[0].key == two[0].key
	}
	return len(one) == len(two) && a.Title() == b.Title()
}

func reissued(t *touched, rev git.Revision) diag.Diagnostic {
	d := diag.New(ruleReissued, diag.Error, t.path, t.after.SpanOf(records.FieldID), "the id %q was that of another %s, which was deleted on %s in commit %s",
		t.after.ID, t.typ.Name, records.FormatTime(rev.Committer.When)[:len("2006-01-02")], rev.Short()).
		WithHint("give the record an id that was never used; where it is the old one that comes back, git revert %s", rev.Short())
	d.Record, d.Field = string(t.after.ID), records.FieldID
	return d
}

// historyPaths returns where files of the records may have lain: their exact
// paths where there are few, by which git skips most of a history.
func (c *change) historyPaths(fresh map[key]*touched) []string {
	var paths []string
	for _, t := range fresh {
		if len(t.typ.Scheme) > 0 && t.typ.Scheme != schema.Month {
			paths = append(paths, path.Join(schema.RecordsFolder, t.typ.Folder)) // people choose the folders below
			continue
		}
		paths = append(paths, t.path)
	}
	slices.Sort(paths)
	if paths = slices.Compact(paths); len(paths) > maxPaths {
		return []string{schema.RecordsFolder}
	}
	return paths
}

// keyOfPath returns the record that a file's path names, zero where it names none.
func (c *change) keyOfPath(p string) key {
	dir, name := path.Split(p)
	id, ok := strings.CutSuffix(name, schema.Extension)
	parts := strings.Split(dir, "/")
	if !ok || len(parts) < 2 || parts[0] != schema.RecordsFolder {
		return key{}
	}
	t := c.result.tree.Types.ByFolder(parts[1])
	if t == nil {
		return key{}
	}
	return key{t.Name, records.ID(id)}
}
