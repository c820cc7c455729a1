package figure

import (
	"context"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/index"
	"frontdesk/records/tree"
	"frontdesk/schema"
)

// Options says which data to read.
type Options struct {
	AsOf   time.Time
	Zone   *time.Location
	Types  []records.Type                               // to read
	Fields []string                                     // to read of them beside those that every case needs; nil means all
	Sees   func(t *schema.Type, r *records.Record) bool // which records may count; nil for all. It sees what is read
}

// Loaded is data, and what of it could not be read.
type Loaded struct {
	*Data
	Tree     *tree.Loaded
	Later    int // records of which something happened after AsOf, which was left out
	Missing  int // records that began after AsOf, which were left out
	Computed int // records of which clocks were computed and not recalled
}

// Load reads the records of the types, and what their clocks depend on. What was
// computed of a record before, with the same content and around, is recalled from the
// index and not computed again. What is new is kept when the index is saved. The error
// is about the run alone.
func Load(ctx context.Context, t *tree.Tree, x *index.Index, o Options) (*Loaded, error) {
	tm, err := NewTimer(ctx, t, x, o.Types...)
	if err != nil {
		return nil, err
	}
	out := &Loaded{Data: newData(t, o), Tree: &tree.Loaded{Set: records.NewSet(nil)}}
	if types := o.known(t.Types); len(types) > 0 {
		if out.Tree, err = x.Load(ctx, index.Want{Fields: o.fields(tm)}, types...); err != nil {
			return nil, err
		}
	}
	out.add(tm)
	moments, err := tm.all(ctx, out.Tree.Set.All(), o)
	if err != nil {
		return nil, err
	}
	out.fill(tm, moments)
	tm.Keep()
	out.Computed = tm.Computed()
	return out, nil
}

// NewData returns data of records that are whole, with log and body, without an index.
// Their clocks are computed.
func NewData(t *tree.Tree, set *records.Set, o Options) *Data {
	tm := newTimer(t, set)
	out := &Loaded{Data: newData(t, o)}
	var wanted []*records.Record
	for _, r := range set.All() {
		if slices.Contains(o.Types, r.Type) {
			wanted = append(wanted, r)
		}
	}
	moments, _ := tm.all(context.Background(), wanted, o) // which never ends
	out.fill(tm, moments)
	return out.Data
}

func newData(t *tree.Tree, o Options) *Data {
	d := &Data{Desk: t.Desk, Types: t.Types, AsOf: o.AsOf, Zone: o.Zone, Cases: map[records.Type][]*Case{}}
	if d.Zone == nil {
		d.Zone = t.Desk.TimeZone
	}
	return d
}

// known returns the types to read that the desk has.
func (o *Options) known(types *schema.Types) []records.Type {
	return slices.DeleteFunc(slices.Clone(o.Types), func(n records.Type) bool { return types.Get(n) == nil })
}

// fields returns the fields to read, nil for all.
func (o *Options) fields(tm *Timer) []string {
	if o.Fields == nil {
		return nil
	}
	out := append(tm.Needs(o.Types...), o.Fields...)
	slices.Sort(out)
	return slices.DeleteFunc(slices.Compact(out), func(f string) bool { return f == records.FieldLog })
}

// add takes over what the timer could not read: clocks would be others with it.
func (l *Loaded) add(tm *Timer) {
	own := map[string]bool{}
	for _, d := range l.Tree.Problems {
		own[d.Path] = true
	}
	for _, d := range tm.Problems {
		if !own[d.Path] {
			l.Tree.Problems = append(l.Tree.Problems, d)
		}
	}
	for _, n := range tm.Lost {
		if !slices.Contains(l.Tree.Unreadable, n) {
			l.Tree.Unreadable = append(l.Tree.Unreadable, n)
		}
	}
	diag.Sort(l.Tree.Problems)
}

// chunk is how many records a goroutine takes at once.
const chunk = 128

// all returns what is known of records at the time that is asked about, on all cores,
// each in the place of its record. Those that may not count are not seen.
func (tm *Timer) all(ctx context.Context, rs []*records.Record, o Options) ([]moment, error) {
	out := make([]moment, len(rs))
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(rs)/chunk+1) {
		wg.Go(func() {
			for ctx.Err() == nil {
				from := int(next.Add(chunk)) - chunk
				if from >= len(rs) {
					return
				}
				for i := from; i < min(from+chunk, len(rs)); i++ {
					if typ := tm.tree.Types.Get(rs[i].Type); typ != nil && (o.Sees == nil || o.Sees(typ, rs[i])) {
						out[i] = tm.at(rs[i], o.AsOf)
						out[i].seen = true
					}
				}
			}
		})
	}
	wg.Wait()
	return out, ctx.Err()
}

// fill makes cases of what is known of records.
func (l *Loaded) fill(tm *Timer, moments []moment) {
	block := make([]Case, len(moments))
	for i := range moments {
		m := &moments[i]
		switch {
		case !m.seen:
			continue
		case m.record == nil:
			l.Missing++
			continue
		case m.later:
			l.Later++
		}
		typ, stamps, c := l.Types.Get(m.record.Type), tm.times[m.record.Type], &block[i]
		c.Record, c.Type, c.Category, c.Sum, c.Clocks = m.record, typ, typ.Category(m.record), m.sum, m.clocks
		c.Opened, c.Resolved, c.Closed = stated(m.record, stamps.opened), stated(m.record, stamps.resolved), stated(m.record, stamps.closed)
		l.Cases[typ.Name] = append(l.Cases[typ.Name], c)
	}
}
