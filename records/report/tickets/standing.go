package tickets

import (
	"cmp"
	"time"

	"frontdesk/records/figure"
	"frontdesk/records/sla"
	"frontdesk/schema"
)

// outcome is a promise that was kept or broken.
type outcome struct {
	v   *view
	c   *sla.Clock // nil where it is the source's
	met bool
}

// at returns when it was decided; of an imported one when the record was resolved, or
// else closed, zero where it states neither.
func (o *outcome) at() time.Time {
	switch {
	case o.c == nil:
		return cmp.Or(o.v.c.Resolved, o.v.c.Closed)
	case o.met || o.c.Over.IsZero():
		return o.c.Stop
	}
	return o.c.Broken()
}

// standing is how the clocks of one metric stand.
type standing struct {
	ended                      []outcome // those that were decided within the period
	imported                   int       // of ended
	all, met, breached         clocks    // of ended
	running, paused, cancelled clocks
	untargeted                 clocks // of stretches; else records, each counted once
}

// clocks is some clocks, and the records whose they are.
type clocks struct {
	n int
	set
	marks marks
}

func (c *clocks) mark(at, n int) {
	c.n += n
	c.marks.mark(at)
}

// parts returns all sets of clocks.
func (st *standing) parts() []*clocks {
	return []*clocks{&st.all, &st.met, &st.breached, &st.running, &st.paused, &st.cancelled, &st.untargeted}
}

// standing returns how the clocks of a level stand. Those of all levels are sorted out at
// once.
func (t *tally) standing(l level) *standing {
	return once(t, "levels", t.stand)[levelAt(l.metric)]
}

// firstStretch is the place of the first level in levelsOf of which a record has a clock
// for each stretch.
const firstStretch = 3

// levelAt returns the place of a metric in levelsOf, -1 of one that it does not have.
func levelAt(m schema.Metric) int {
	switch m {
	case schema.Resolution:
		return 0
	case schema.Response:
		return 1
	case schema.Update:
		return 2
	case schema.TeamTime:
		return 3
	case schema.SupplierTime:
		return 4
	}
	return -1
}

// stand sorts the clocks of all cases.
func (t *tally) stand() []*standing {
	all := levelsOf()
	out := make([]*standing, len(all))
	for i := range out {
		out[i] = &standing{}
		for _, part := range out[i].parts() {
			part.marks = t.all.marks()
		}
	}
	promised, untimed := make([]bool, len(all)), make([]int, len(all))
	for i, v := range t.all.views {
		t.standOf(out, promised, untimed, i, v)
		for at, l := range all {
			if l.each && untimed[at] > 0 {
				out[at].untargeted.mark(i, untimed[at])
			}
			if !l.each && !promised[at] {
				out[at].rest(t, l, i, v)
			}
		}
	}
	for _, st := range out {
		for _, part := range st.parts() {
			part.set, part.marks = t.all.marked(part.marks), nil
		}
	}
	return out
}

// standOf sorts the clocks of the case at a place, and says by level whether it has one
// with a target, and how many without that began within the period.
func (t *tally) standOf(out []*standing, promised []bool, untimed []int, i int, v *view) {
	clear(promised)
	clear(untimed)
	if !v.targeted && !t.period { // as it is with most desks
		copy(untimed[firstStretch:], v.untimed[:])
		return
	}
	for j := range v.c.Clocks {
		c := &v.c.Clocks[j]
		at := levelAt(c.Metric)
		switch {
		case at < 0:
		case c.Outcome != sla.Untimed:
			promised[at] = true
			out[at].sort(t, i, v, c)
		case t.in(c.Start):
			untimed[at]++
		}
	}
}

// end adds an outcome of the case at a place.
func (st *standing) end(i int, o outcome) {
	st.ended = append(st.ended, o)
	st.all.mark(i, 1)
	if o.met {
		st.met.mark(i, 1)
	} else {
		st.breached.mark(i, 1)
	}
}

// sort adds a clock that has a target.
func (st *standing) sort(t *tally, i int, v *view, c *sla.Clock) {
	switch c.Outcome {
	case sla.Met, sla.Breached:
		if o := (outcome{v: v, c: c, met: c.Outcome == sla.Met}); t.in(o.at()) {
			st.end(i, o)
		}
	case sla.Running:
		st.running.mark(i, 1)
	case sla.Paused:
		st.paused.mark(i, 1)
	case sla.Cancelled:
		if t.in(v.c.Closed) {
			st.cancelled.mark(i, 1)
		}
	}
}

// rest adds a case to which no target applies: what its source says of it, if that says
// anything of what the level is about.
func (st *standing) rest(t *tally, l level, i int, v *view) {
	if l.metric == schema.Resolution && v.made != unpromised {
		if o := (outcome{v: v, met: v.made == inTime}); t.in(o.at()) {
			st.imported++
			st.end(i, o)
		}
		return
	}
	if t.in(v.c.Opened) {
		st.untargeted.mark(i, 1)
	}
}

// note says how many outcomes are the source's.
func (st *standing) note(t *tally) string {
	return figure.LeftOut(st.imported, len(st.ended), t.b.fill("outcomes are those that the source states, of {many} to which no target of this desk applies"))
}

// by counts outcomes by a key, without those that have none: all, and those that are met.
func (st *standing) by(key func(*outcome) string) (met, all map[string]int) {
	met, all = map[string]int{}, map[string]int{}
	for i := range st.ended {
		o := &st.ended[i]
		k := key(o)
		if k == "" {
			continue
		}
		all[k]++
		if o.met {
			met[k]++
		}
	}
	return met, all
}

// byPriority counts outcomes by the priority of the record: all, and those that are met.
func (st *standing) byPriority(t *tally) (met, all map[string]int) {
	both := once(t, "priorities", func() [2]map[string]int {
		met, all := st.by(func(o *outcome) string { return cmp.Or(o.v.text("priority"), unset) })
		return [2]map[string]int{met, all}
	})
	return both[0], both[1]
}

// compliance is the part of outcomes that are met, by a key: of all, and of those that are.
func (st *standing) compliance(t *tally, met, all map[string]int) figure.Result {
	r := figure.Result{N: len(st.ended), Records: st.all.refs, Note: st.note(t)}
	if len(all) == 0 {
		return r
	}
	values := make(map[string]float64, len(all))
	for k, n := range all {
		values[k], _ = figure.Share(met[k], n)
	}
	r.Value = values
	return r
}
