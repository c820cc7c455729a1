// Package write provides the changes that people make to records: new records,
// fields set, comments. Each is worked out on the record as it is on disk, under
// the desk's lock, checked, and written only if it brings no error. It must not
// print, nor run git.
package write

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"frontdesk/records"
	"frontdesk/records/check"
	"frontdesk/records/diag"
	"frontdesk/records/frontmatter"
	"frontdesk/records/tree"
	"frontdesk/schema"
)

// Writer changes the records of a desk on behalf of a person.
type Writer struct {
	Tree       *tree.Tree
	By         string    // id of the person who acts
	Now        time.Time // what counts as now
	When       time.Time // when it happened, if that was before now; a record is then judged as of now all the same
	Random     io.Reader // where the random part of ids comes from
	Dry        bool      // work the change out and do not write it
	Durability tree.Durability
	// Then is called with a change that was written, before other writers get
	// their turn, for example to commit it. Its error is returned beside the
	// change. It may be nil.
	Then func(*Change) error
}

// Change is a record before and after. Nothing was to be done where both are
// the same bytes.
type Change struct {
	Before      *records.Record // nil for a new record
	After       *records.Record
	Type        *schema.Type
	Fields      []string          // the fields that differ, as declared; the log not among them
	Notes       []string          // what the person should know, for example what was dropped
	Diagnostics []diag.Diagnostic // warnings about the record as it is now
}

// IsEmpty reports whether the change leaves the record as it was.
func (c *Change) IsEmpty() bool {
	return c.Before != nil && string(c.Before.Source) == string(c.After.Source)
}

// ErrNoActor is returned where it is not known who acts.
var ErrNoActor = errors.New("it is not known who acts")

// NotFoundError is returned where no record has the id or a part of it.
type NotFoundError struct{ Part string }

// Error names what was looked for.
func (e *NotFoundError) Error() string { return fmt.Sprintf("no record has the id %q", e.Part) }

// AmbiguousError is returned where a part of an id fits several records.
type AmbiguousError struct {
	Part  string
	Names []tree.Name
}

// Error names the part; the caller lists the records.
func (e *AmbiguousError) Error() string {
	return fmt.Sprintf("%q fits %d records", e.Part, len(e.Names))
}

// RefusedError is returned for a change that would bring errors. Nothing was
// written.
type RefusedError struct {
	After       *records.Record // as it would have been
	Diagnostics []diag.Diagnostic
}

// Error gives the first finding; the caller shows them all.
func (e *RefusedError) Error() string {
	return fmt.Sprintf("the change is refused: %s", e.Diagnostics[0].Message)
}

// UnreadableError is returned for a record that cannot be read.
type UnreadableError struct {
	Path        string
	Diagnostics []diag.Diagnostic
}

// Error says which record it is.
func (e *UnreadableError) Error() string { return e.Path + " cannot be read" }

// Find returns the one record that a part of an id means.
func Find(t *tree.Tree, part string) (tree.Name, error) {
	switch names := t.Resolve(part); len(names) {
	case 0:
		return tree.Name{}, &NotFoundError{Part: part}
	case 1:
		return names[0], nil
	default:
		return tree.Name{}, &AmbiguousError{Part: part, Names: names}
	}
}

// load finds and reads a record and its type.
func (w *Writer) load(part string) (*records.Record, *schema.Type, error) {
	if w.By == "" {
		return nil, nil, ErrNoActor
	}
	name, err := Find(w.Tree, part)
	if err != nil {
		return nil, nil, err
	}
	r, ds := w.Tree.LoadOne(name)
	if r == nil {
		return nil, nil, &UnreadableError{Path: name.Path, Diagnostics: ds}
	}
	return r, w.Tree.Types.Get(name.Type), nil
}

// finish checks the record as it would be and writes it.
func (w *Writer) finish(c *Change, src []byte, path string) (*Change, error) {
	after, ds := frontmatter.Parse(path, c.Type.Name, src)
	if after == nil {
		return nil, &RefusedError{After: &records.Record{Path: path, Source: src}, Diagnostics: ds}
	}
	c.After = after
	ds = append(ds, w.judge(after)...)
	ds = append(ds, w.compared(c)...)
	ds = append(ds, w.dangling(c)...)
	if brought := w.brought(c.Before, ds); len(brought) > 0 {
		return nil, &RefusedError{After: after, Diagnostics: brought}
	}
	for _, d := range ds {
		if d.Severity == diag.Warning {
			c.Diagnostics = append(c.Diagnostics, d)
		}
	}
	if w.Dry || c.IsEmpty() {
		return c, nil
	}
	var old []byte
	if c.Before != nil {
		old = c.Before.Source
	}
	if err := w.Tree.Write(path, old, src, w.Durability); err != nil {
		return nil, err
	}
	return c, nil
}

// at returns when it happened.
func (w *Writer) at() time.Time {
	if w.When.IsZero() {
		return w.Now
	}
	return w.When
}

func (w *Writer) judge(r *records.Record) []diag.Diagnostic {
	return check.Local(w.input(), r)
}

func (w *Writer) input() *check.Input {
	return &check.Input{
		Desk: w.Tree.Desk, Types: w.Tree.Types, AsOf: w.Now, Exists: w.Tree.Exists,
		Touched: func(*records.Record) bool { return true },
	}
}

// compared returns what the type's rules find in the change alone, comparing the
// record with what it was.
func (w *Writer) compared(c *Change) []diag.Diagnostic {
	if c.Before == nil {
		return nil
	}
	vars := w.Tree.Desk.Vars()
	alone := map[string]bool{}
	for _, d := range c.Type.CheckRules(c.After, nil, vars) {
		alone[string(d.Rule)+d.Message] = true
	}
	var ds []diag.Diagnostic
	for _, d := range c.Type.CheckRules(c.After, c.Before, vars) {
		if !alone[string(d.Rule)+d.Message] {
			ds = append(ds, d)
		}
	}
	return ds
}

// brought returns the errors that the record did not have before.
func (w *Writer) brought(before *records.Record, after []diag.Diagnostic) []diag.Diagnostic {
	had := map[string]int{}
	if before != nil {
		for _, d := range w.judge(before) {
			had[string(d.Rule)+d.Field+d.Message]++
		}
	}
	var out []diag.Diagnostic
	for _, d := range after {
		key := string(d.Rule) + d.Field + d.Message
		if d.Severity != diag.Error {
			continue
		}
		if had[key] > 0 {
			had[key]--
			continue
		}
		out = append(out, d)
	}
	diag.Sort(out)
	return out
}

// dangling judges the references of the record where fields that hold some have
// changed. Of the records referred to it looks at the names alone.
func (w *Writer) dangling(c *Change) []diag.Diagnostic {
	in := w.input()
	types, all := check.RefTypes(in, c.Type.Name, c.Fields)
	if len(types) == 0 && !all {
		return nil
	}
	if all {
		types = nil
	}
	names := w.Tree.Names(types...)
	stubs := []*records.Record{c.After}
	for _, n := range names {
		if n.Path != c.After.Path {
			stubs = append(stubs, &records.Record{Type: n.Type, ID: n.ID, Path: n.Path})
		}
	}
	in.Set = records.NewSet(stubs)
	found := check.Refs(in, c.After)
	if fields := check.OrderFields(c.Fields); len(fields) > 0 {
		in.Set = records.NewSet(w.reachable(c.After, fields, names))
		found = append(found, check.Circles(in)...)
	}
	return slices.DeleteFunc(found, func(d diag.Diagnostic) bool {
		return d.Path != c.After.Path || !slices.Contains(c.Fields, d.Field)
	})
}

// reachable returns the record and those that the fields lead to from it, step
// by step. Only these are read.
func (w *Writer) reachable(r *records.Record, fields []string, names []tree.Name) []*records.Record {
	byRef := map[string]tree.Name{}
	for _, n := range names {
		byRef[string(n.Type)+"/"+string(n.ID)] = n
	}
	out, seen := []*records.Record{r}, map[string]bool{r.Ref(): true}
	for i := 0; i < len(out); i++ {
		for _, ref := range w.refsOf(out[i], fields) {
			if n, ok := byRef[ref]; ok && !seen[ref] {
				seen[ref] = true
				if next, _ := w.Tree.LoadOne(n); next != nil {
					out = append(out, next)
				}
			}
		}
	}
	return out
}

// refsOf returns what the fields of a record refer to, as "type/id".
func (w *Writer) refsOf(r *records.Record, fields []string) []string {
	var out []string
	for _, name := range fields {
		f := w.Tree.Types.Get(r.Type).Field(name)
		if f == nil || f.Ref == "" {
			continue
		}
		for _, v := range items(r.Get(name)) {
			typ, id := records.SplitRef(v.String())
			if typ == "" {
				typ = f.Ref
			}
			out = append(out, string(typ)+"/"+string(id))
		}
	}
	return out
}

func items(v *records.Value) []*records.Value {
	if v != nil && v.Kind == records.List {
		return v.Items
	}
	if v.IsNull() {
		return nil
	}
	return []*records.Value{v}
}

// lock runs a change, and what is to come then, while no other Frontdesk writes
// to the desk.
func (w *Writer) lock(ctx context.Context, change func() (*Change, error)) (*Change, error) {
	if w.Dry {
		return change()
	}
	unlock, err := w.Tree.Lock(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	c, err := change()
	if err != nil || w.Then == nil || c.IsEmpty() {
		return c, err
	}
	return c, w.Then(c)
}

// order returns the names of a type's fields as declared.
func order(t *schema.Type) []string {
	names := make([]string, len(t.Fields))
	for i, f := range t.Fields {
		names[i] = f.Name
	}
	return names
}

// isStamp reports whether a field is a time that a change of state set or
// cleared: the state tells it already.
func (c *Change) isStamp(name string) bool {
	f := c.Type.Field(name)
	return f != nil && f.IsTime() && slices.Contains(c.Fields, records.FieldState)
}

// Summary tells the change in words, for a commit message: "state new ->
// in-progress, assignee lee".
func (c *Change) Summary() string {
	if c.Before == nil {
		return c.After.Title()
	}
	var parts []string
	for _, name := range c.Fields {
		before, after := c.Before.Get(name), c.After.Get(name)
		switch {
		case c.isStamp(name):
		case after.IsNull():
			parts = append(parts, name+" cleared")
		case name == records.FieldState && !before.IsNull():
			parts = append(parts, name+" "+before.String()+" -> "+after.String())
		case after.IsScalar() && len(after.Text) <= 40 && !strings.Contains(after.Text, "\n"):
			parts = append(parts, name+" "+after.Text)
		default:
			parts = append(parts, name)
		}
	}
	return strings.Join(parts, ", ")
}
