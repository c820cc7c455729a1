package tree

import (
	"context"
	"runtime"
	"sync"
	"sync/atomic"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/frontmatter"
)

// Loaded is what was read of a desk's records.
type Loaded struct {
	Set        *records.Set
	Problems   []diag.Diagnostic // sorted; parsing and what lies where it should not
	Unreadable []Name            // records that are there and could not be read
}

// Load reads the records of the types, of all where none is given. A record
// that cannot be read is reported and left out; the rest is there. The error is
// about the run alone, for example a cancelled context.
func (t *Tree) Load(ctx context.Context, types ...records.Type) (*Loaded, error) {
	l := t.list(types, false)
	out := &Loaded{Problems: l.Problems, Unreadable: l.Lost}
	slots := make([]slot, len(l.Names))
	if err := t.readAll(ctx, l.Names, slots); err != nil {
		return nil, err
	}
	rs := make([]*records.Record, 0, len(slots))
	for i, s := range slots {
		out.Problems = append(out.Problems, s.ds...)
		if s.record == nil {
			out.Unreadable = append(out.Unreadable, l.Names[i])
			continue
		}
		rs = append(rs, s.record)
	}
	out.Set = records.NewSet(rs)
	diag.Sort(out.Problems)
	return out, nil
}

// LoadEach reads the records of some files on all cores. Each stands in the place
// of its name, nil where it cannot be read; the diagnostics say why. The error is
// about the run alone.
func (t *Tree) LoadEach(ctx context.Context, names []Name) ([]*records.Record, []diag.Diagnostic, error) {
	slots := make([]slot, len(names))
	if err := t.readAll(ctx, names, slots); err != nil {
		return nil, nil, err
	}
	rs := make([]*records.Record, len(names))
	var ds []diag.Diagnostic
	for i, s := range slots {
		rs[i] = s.record
		ds = append(ds, s.ds...)
	}
	return rs, ds, nil
}

// slot is where the reader of one file leaves its result.
type slot struct {
	record *records.Record
	ds     []diag.Diagnostic
}

// readAll reads files on all cores, each into its slot.
func (t *Tree) readAll(ctx context.Context, names []Name, slots []slot) error {
	var wg sync.WaitGroup
	var next atomic.Int64
	for range min(runtime.GOMAXPROCS(0), len(names)) {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < len(names) && ctx.Err() == nil; i = int(next.Add(1)) - 1 {
				slots[i].record, slots[i].ds = t.LoadOne(names[i])
			}
		})
	}
	wg.Wait()
	return ctx.Err()
}

// LoadOne reads the record of a file. It is nil where it cannot be read; the
// diagnostics say why.
func (t *Tree) LoadOne(n Name) (*records.Record, []diag.Diagnostic) {
	src, err := t.Read(n.Path)
	if err != nil {
		return nil, []diag.Diagnostic{unreadable(n.Path, err)}
	}
	return Parse(n, src)
}

// Parse makes a record of a file's content. It is nil where it cannot be read;
// the diagnostics say why.
func Parse(n Name, src []byte) (*records.Record, []diag.Diagnostic) {
	r, ds := frontmatter.Parse(n.Path, n.Type, src)
	if r != nil && r.ID == "" {
		r.ID = n.ID
	}
	return r, ds
}

func unreadable(p string, err error) diag.Diagnostic {
	return diag.New(RuleUnreadable, diag.Error, p, diag.Span{}, "the file cannot be read: %v", err)
}
