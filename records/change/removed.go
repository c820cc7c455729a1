package change

import (
	"bytes"
	"context"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"

	"frontdesk/records"
	"frontdesk/records/check"
	"frontdesk/records/diag"
	"frontdesk/records/tree"
	"frontdesk/schema"
)

// missingFile is the rule that links break which lead to no file.
const missingFile diag.RuleID = "text/missing-file"

// checkRemoved reports the records that the change deletes, with those that refer
// to them, and the links to files that it removed. Nothing else needs a look at
// all records.
func (c *change) checkRemoved(ctx context.Context) ([]diag.Diagnostic, error) {
	if len(c.set.deleted) == 0 && len(c.set.gone) == 0 {
		return nil, nil
	}
	found, err := c.searchFor(ctx, c.removedNames())
	if err != nil {
		return nil, err
	}
	referrers := c.referrers(found)
	var ds []diag.Diagnostic
	for _, t := range c.set.deleted {
		ds = append(ds, c.checkDeleted(t, referrers[key{t.typ.Name, t.before[0].ID}]))
	}
	if !c.judgedAll {
		ds = append(ds, c.brokenLinks(found)...)
	}
	return ds, nil
}

// removedNames returns what a text must hold that names something which is gone.
func (c *change) removedNames() [][]byte {
	var names [][]byte
	for _, t := range c.set.deleted {
		names = append(names, []byte(t.before[0].ID))
	}
	for _, p := range c.set.gone {
		names = append(names, []byte(strings.TrimSuffix(path.Base(p), schema.Extension)))
	}
	return slices.CompactFunc(names, bytes.Equal)
}

// maxSought is how many names are looked for in the bytes of records before these
// are parsed; with more of them it is quicker to parse all.
const maxSought = 50

// searchFor returns the records of the result that may name something.
func (c *change) searchFor(ctx context.Context, what [][]byte) ([]*records.Record, error) {
	names := c.result.tree.Names()
	if len(what) > maxSought {
		rs, _, err := c.result.read(ctx, names)
		return slices.DeleteFunc(rs, func(r *records.Record) bool { return r == nil }), err
	}
	paths := make([]string, len(names))
	for i, n := range names {
		paths[i] = n.Path
	}
	if err := c.result.files.Preload(ctx, paths); err != nil {
		return nil, err
	}
	var out []*records.Record
	for _, n := range names {
		src, err := c.result.files.ReadFile(n.Path)
		if err != nil || !slices.ContainsFunc(what, func(w []byte) bool { return bytes.Contains(src, w) }) {
			continue
		}
		if r, _ := tree.Parse(n, src); r != nil {
			out = append(out, r)
		}
	}
	return out, ctx.Err()
}

// referrer is a place that names a deleted record.
type referrer struct {
	record *records.Record
	field  string
	span   diag.Span
}

// referrers returns where the records name deleted ones.
func (c *change) referrers(rs []*records.Record) map[key][]referrer {
	gone := map[records.ID][]records.Type{}
	for _, t := range c.set.deleted {
		gone[t.before[0].ID] = append(gone[t.before[0].ID], t.typ.Name)
	}
	out := map[key][]referrer{}
	for _, r := range rs {
		t := c.result.tree.Types.Get(r.Type)
		if t == nil {
			continue
		}
		for _, ref := range check.References(t, r) {
			typ, id := records.SplitRef(ref.Text)
			for _, g := range gone[id] {
				if !ref.IsPerson() && (ref.Wants == schema.AnyType || ref.Wants == g) && (typ == "" || typ == g) {
					out[key{g, id}] = append(out[key{g, id}], referrer{r, ref.Field, ref.Span})
				}
			}
		}
	}
	return out
}

// checkDeleted reports a record that is deleted. That others refer to it, also
// closed ones, makes it an error: their history would name what nobody can read.
func (c *change) checkDeleted(t *touched, by []referrer) diag.Diagnostic {
	was := t.before[0]
	if len(by) == 0 {
		d := diag.New(ruleDeleted, diag.Warning, t.path, was.SpanOf(records.FieldID), "%s %s is deleted%s", t.typ.Name, was.ID, c.becameWhat(t)).WithHint("%s", insteadOfDeleting(t.typ))
		d.Record = string(was.ID)
		return d
	}
	many := "one record refers to it"
	if len(by) > 1 {
		many = strconv.Itoa(len(by)) + " records refer to it"
	}
	d := diag.New(ruleReferenced, diag.Error, t.path, was.SpanOf(records.FieldID), "%s %s is deleted%s, but %s: %s", t.typ.Name, was.ID, c.becameWhat(t), many, nameReferrers(by)).
		WithHint("keep it, or correct what refers to it; %s", insteadOfDeleting(t.typ))
	d.Record = string(was.ID)
	for _, r := range by[:min(len(by), maxNamed)] {
		d = d.WithNote(r.record.Path, r.span, "%s of %s names it", r.field, r.record.ID)
	}
	return d
}

func nameReferrers(by []referrer) string {
	var names []string
	for _, r := range by[:min(len(by), maxNamed)] {
		names = append(names, string(r.record.ID))
	}
	if more := len(by) - maxNamed; more > 0 {
		names = append(names, fmt.Sprintf("%d more", more))
	}
	return strings.Join(names, ", ")
}

// becameWhat tells which record a deleted one seems to have become, where git
// takes its file for renamed.
func (c *change) becameWhat(t *touched) string {
	if now := c.set.byPath[c.sides[0].renamed[t.path]]; now != nil {
		return fmt.Sprintf("; it seems to have become %s %s", now.after.Type, now.after.ID)
	}
	return ""
}

// insteadOfDeleting says how a record of the type ends its life.
func insteadOfDeleting(t *schema.Type) string {
	var ends []string
	for _, s := range t.States {
		if s.Category.IsDone() {
			ends = append(ends, string(s.Name))
		}
	}
	if len(ends) == 0 {
		return "its id must never be used again"
	}
	return "a record ends as " + strings.Join(ends, " or ") + " and stays; its id is never used again"
}

// brokenLinks reports the links in untouched records that led to a file which is
// gone.
func (c *change) brokenLinks(rs []*records.Record) []diag.Diagnostic {
	now := c.result.input(c.judging())
	before := c.result.input(c.judging())
	before.Exists = func(p string) bool { return c.result.tree.Exists(p) || c.wasThere(p) }
	var ds []diag.Diagnostic
	for _, r := range rs {
		if c.set.byPath[r.Path] != nil || !strings.Contains(r.Body, "](") {
			continue
		}
		for _, d := range without(check.Local(now, r), keys(check.Local(before, r))) {
			if d.Rule == missingFile {
				ds = append(ds, d)
			}
		}
	}
	return ds
}

// wasThere reports whether a file, or the last file of a folder, is gone.
func (c *change) wasThere(p string) bool {
	return slices.ContainsFunc(c.set.gone, func(g string) bool { return g == p || strings.HasPrefix(g, p+"/") })
}
