package figure

import (
	"context"
	"slices"
	"sync/atomic"
	"time"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/index"
	"frontdesk/records/sla"
	"frontdesk/records/tree"
	"frontdesk/schema"
)

// factsName is the name of the pack of what was computed of records; factsKey changes
// with what is computed of them.
const (
	factsName = "clocks"
	factsKey  = "1"
)

// Timer computes the clocks of records, or recalls them from an index: what was
// computed of a record before holds as long as its content, the configuration, and
// what its clocks depend on in other records are the same. It is safe for concurrent
// use once it is made.
type Timer struct {
	// Problems tells what could not be read of the services, people and teams that
	// clocks depend on, and what is wrong with the promises of services.
	Problems []diag.Diagnostic
	// Lost are services, people and teams that are there and could not be read.
	Lost []tree.Name

	tree     *tree.Tree
	engine   *sla.Engine
	facts    *index.Facts // nil: nothing is recalled
	times    map[records.Type]*times
	computed atomic.Int64
}

// NewTimer returns a timer for records of the types. It reads what their clocks depend
// on, before the index loads the records themselves.
func NewTimer(ctx context.Context, t *tree.Tree, x *index.Index, types ...records.Type) (*Timer, error) {
	tm := &Timer{tree: t, facts: x.Facts(factsName, factsKey)}
	services, people := records.NewSet(nil), records.NewSet(nil)
	var err error
	if keepClocks(t.Types, types) {
		if services, err = tm.load(ctx, x, index.Want{}, serviceType); err != nil {
			return nil, err
		}
	}
	if promise(t.Types, types, services) {
		want := index.Want{Fields: []string{records.FieldID, fieldTeam, fieldMembers, fieldLead}}
		if people, err = tm.load(ctx, x, want, personType, teamType); err != nil {
			return nil, err
		}
	}
	tm.begin(t, around(services, people))
	return tm, nil
}

// NewTimerOfOne returns a timer for a record that is whole. It recalls nothing, and reads
// of other records those alone that its clocks depend on. It must not be used by several
// goroutines.
func NewTimerOfOne(ctx context.Context, t *tree.Tree) *Timer {
	tm := &Timer{tree: t}
	tm.begin(t, tm.around(ctx))
	return tm
}

// newTimer returns a timer that recalls nothing, for records of a set.
func newTimer(t *tree.Tree, set *records.Set) *Timer {
	tm := &Timer{tree: t}
	tm.begin(t, around(set, set))
	return tm
}

// begin makes the engine.
func (tm *Timer) begin(t *tree.Tree, around sla.Around) {
	var ds []diag.Diagnostic
	tm.engine, ds = sla.New(t.Desk, t.Types, around)
	tm.Problems = append(tm.Problems, ds...)
	tm.times = make(map[records.Type]*times, len(t.Types.All()))
	for _, typ := range t.Types.All() {
		tm.times[typ.Name] = timesOf(typ)
	}
}

// load reads records that clocks depend on, of those of the types that the desk has.
func (tm *Timer) load(ctx context.Context, x *index.Index, want index.Want, types ...records.Type) (*records.Set, error) {
	types = slices.DeleteFunc(types, func(n records.Type) bool { return tm.tree.Types.Get(n) == nil })
	if len(types) == 0 {
		return records.NewSet(nil), nil
	}
	l, err := x.Load(ctx, want, types...)
	if err != nil {
		return nil, err
	}
	tm.Problems = append(tm.Problems, l.Problems...)
	tm.Lost = append(tm.Lost, l.Unreadable...)
	return l.Set, nil
}

// Engine returns what computes the clocks.
func (tm *Timer) Engine() *sla.Engine { return tm.engine }

// Needs returns the fields that records of the types must have been loaded with.
func (tm *Timer) Needs(types ...records.Type) []string {
	var out []string
	for _, n := range types {
		if typ := tm.tree.Types.Get(n); typ != nil {
			out = append(out, tm.times[n].fields...)
			out = append(out, tm.engine.Needs(typ)...)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Clocks returns the clocks of a record at a time, none for one that began later. The
// record is of the last Load of the index, or whole.
func (tm *Timer) Clocks(r *records.Record, asOf time.Time) []sla.Clock {
	return tm.at(r, asOf).clocks
}

// Computed returns of how many records clocks were computed and not recalled.
func (tm *Timer) Computed() int { return int(tm.computed.Load()) }

// Keep hands what was computed to the index, for Save to write.
func (tm *Timer) Keep() {
	if tm.facts != nil {
		tm.facts.Keep()
	}
}

// moment is a record at a time.
type moment struct {
	seen   bool
	record *records.Record // nil where it began later
	sum    sla.Summary
	clocks []sla.Clock
	later  bool // something happened afterwards, which was left out
}

// at returns what is known of a record at a time.
func (tm *Timer) at(r *records.Record, asOf time.Time) moment {
	typ := tm.tree.Types.Get(r.Type)
	if typ == nil || !isTimed(typ) {
		return moment{record: r}
	}
	sum, trace, ok := tm.whole(typ, r)
	switch {
	case !ok:
		return moment{record: r}
	case sum.Last.After(asOf):
		return tm.cut(typ, r, asOf)
	}
	return moment{record: r, sum: sum, clocks: tm.advanced(trace, asOf)}
}

// advanced returns the clocks of a trace at a time that is not before its last event.
// Those that have all stopped are as they were.
func (tm *Timer) advanced(trace sla.Trace, asOf time.Time) []sla.Clock {
	if slices.ContainsFunc(trace.Clocks, func(c sla.Clock) bool { return c.Active }) {
		return trace.At(tm.engine, asOf)
	}
	return trace.Clocks
}

// isTimed reports whether records of a type have a life: others are only there.
func isTimed(t *schema.Type) bool { return len(t.States) > 0 || len(t.Tracked) > 0 }

// whole returns what follows from all that a record tells. ok is false for one that is
// gone.
func (tm *Timer) whole(typ *schema.Type, r *records.Record) (sum sla.Summary, trace sla.Trace, ok bool) {
	key := tm.engine.Key(r)
	if tm.facts != nil {
		if payload, ok := tm.facts.Recall(r, key); ok {
			if sum, trace, ok = readFact(payload); ok {
				return sum, trace, true
			}
		}
	}
	w := tm.read(r)
	if w == nil {
		return sum, trace, false
	}
	tm.computed.Add(1)
	life := sla.ReadLife(typ, w, time.Time{})
	sum, trace = life.Sum(), tm.engine.Trace(w, life)
	if tm.facts != nil {
		tm.facts.Note(w, key, appendFact(nil, sum, trace))
	}
	return sum, trace, true
}

// read returns a record as a whole, nil where it is gone.
func (tm *Timer) read(r *records.Record) *records.Record {
	if r.Source != nil {
		return r
	}
	w, _ := tm.tree.LoadOne(tree.Name{Type: r.Type, ID: r.ID, Path: r.Path}) // Load has said what is wrong with it
	return w
}

// All returns the clocks of records at a time, in their order, on all cores. The records
// are as for Clocks.
func (tm *Timer) All(ctx context.Context, rs []*records.Record, asOf time.Time) ([][]sla.Clock, error) {
	moments, err := tm.all(ctx, rs, Options{AsOf: asOf})
	out := make([][]sla.Clock, len(rs))
	for i := range moments {
		out[i] = moments[i].clocks
	}
	return out, err
}
