package tickets

import (
	"math/bits"
	"strconv"
	"time"

	"frontdesk/records"
	"frontdesk/records/figure"
	"frontdesk/records/sla"
	"frontdesk/schema"
)

// view is what figures look at of a case, read once.
type view struct {
	c          *figure.Case
	ref        string
	values     [slots]*records.Value // of the fields of slotOf
	reassigned int                   // by the source's counter where it has one, else by the log
	reopened   int                   // the same
	foreign    bool                  // one of the two is the source's
	made       verdict
	verdict    verdict    // on its resolution
	imported   bool       // the verdict is the source's
	breached   bool       // a promise to the requester was broken
	resolution *sla.Clock // the first of its metric, nil where there is none
	response   *sla.Clock
	calendar   string // of resolution, "" where there is none
	answering  string // calendar that says when the desk can answer: of response, else of resolution
	code       string // resolution_code
	targeted   bool   // one of its clocks has a target
	untimed    [2]int // clocks of teams and of suppliers that have none
}

// verdict is how a promise turned out.
type verdict uint8

// The verdicts.
const (
	unpromised verdict = iota // nothing was promised
	undecided                 // it still runs, is paused, or was cancelled
	inTime
	late
)

// maxCounter is the largest counter of a source that is believed.
const maxCounter = 1_000_000_000

// slots is how many fields slotOf knows.
const slots = 22

// slotOf returns the place of a field in a view, -1 of one that figures do not look at.
func slotOf(field string) int {
	switch field {
	case records.FieldState:
		return 0
	case records.FieldImported:
		return 1
	case "priority":
		return 2
	case "team":
		return 3
	case "service":
		return 4
	case "channel":
		return 5
	case "category":
		return 6
	case "item":
		return 7
	case "resolution_code":
		return 8
	case "resolution":
		return 9
	case "satisfaction":
		return 10
	case "due_at":
		return 11
	case "major":
		return 12
	case "caused_by":
		return 13
	case "problem":
		return 14
	case "knowledge":
		return 15
	case "approval_requested_at":
		return 16
	case "approved_at":
		return 17
	case "rejection_reason":
		return 18
	case "known_error":
		return 19
	case "known_error_at":
		return 20
	case "root_cause":
		return 21
	}
	return -1
}

// get returns the value of a field of slotOf, nil where it is not set.
func (v *view) get(field string) *records.Value { return v.values[slotOf(field)] }

// text returns the text of a field of slotOf, "" where it is not set.
func (v *view) text(field string) string { return v.get(field).String() }

// time returns the time that a field of slotOf states, zero where it does not.
func (v *view) time(field string) time.Time {
	at, _ := records.ParseTime(v.text(field))
	return at
}

// read reads a case into the view.
func (v *view) read(c *figure.Case) {
	*v = view{c: c, ref: c.Ref(), reassigned: c.Sum.Reassigned, reopened: c.Sum.Reopened}
	if fields := c.Record.Fields; fields != nil {
		for i := len(fields.Pairs) - 1; i >= 0; i-- { // the first of a key is what it says
			if at := slotOf(fields.Pairs[i].Key); at >= 0 {
				v.values[at] = fields.Pairs[i].Value
			}
		}
	}
	if foreign := v.get(records.FieldImported); foreign != nil {
		if n, ok := counter(foreign.Get("reassignment_count")); ok {
			v.reassigned, v.foreign = n, true
		}
		if n, ok := counter(foreign.Get("reopen_count")); ok {
			v.reopened, v.foreign = n, true
		}
		if made := foreign.Get("made_sla"); made != nil && made.Kind == records.Bool {
			v.made = late
			if made.Text == "true" {
				v.made = inTime
			}
		}
	}
	v.code = v.text("resolution_code")
	v.judge()
	if v.resolution != nil {
		v.calendar = calendarOf(v.resolution)
		v.answering = v.calendar
	}
	if v.response != nil {
		v.answering = calendarOf(v.response)
	}
}

// judge says how what was promised turned out, by the clocks, or by the source where
// none of them has a target.
func (v *view) judge() {
	for i := range v.c.Clocks {
		c := &v.c.Clocks[i]
		v.targeted = v.targeted || c.Outcome != sla.Untimed
		switch c.Metric {
		case schema.Resolution:
			if v.resolution == nil {
				v.resolution = c
			}
		case schema.Response, schema.Update:
			if c.Metric == schema.Response && v.response == nil {
				v.response = c
			}
			v.breached = v.breached || c.Outcome == sla.Breached
			continue
		default:
			if at := levelAt(c.Metric) - firstStretch; at >= 0 && c.Outcome == sla.Untimed {
				v.untimed[at]++
			}
			continue
		}
		switch c.Outcome {
		case sla.Breached:
			v.verdict = late
		case sla.Met:
			v.verdict = max(v.verdict, inTime)
		case sla.Running, sla.Paused, sla.Cancelled:
			v.verdict = max(v.verdict, undecided)
		}
	}
	if v.verdict == unpromised && v.made != unpromised {
		v.verdict, v.imported = v.made, true
	}
	v.breached = v.breached || v.verdict == late
}

// counter reads a counter of the source; ok is false where it has none.
func counter(v *records.Value) (n int, ok bool) {
	if v.IsNull() || v.Kind != records.Int {
		return 0, false
	}
	n, err := strconv.Atoi(v.Text)
	return n, err == nil && n >= 0 && n <= maxCounter
}

// set is some of the cases, in order.
type set struct {
	views []*view
	refs  []string
}

func (s *set) add(v *view) { s.views, s.refs = append(s.views, v), append(s.refs, v.ref) }

func (s set) len() int { return len(s.views) }

// where returns those for which a condition holds. The set itself is returned if it
// holds for all.
func (s set) where(holds func(*view) bool) set {
	m := s.marks()
	for i, v := range s.views {
		if holds(v) {
			m.mark(i)
		}
	}
	return s.marked(m)
}

// marks are some of a set, by their places, a bit for each.
type marks []uint64

func (s set) marks() marks { return make(marks, len(s.views)/64+1) }

func (m marks) mark(i int) { m[i/64] |= 1 << (i % 64) }

// marked returns those of a set that are marked. The set itself is returned if all are.
func (s set) marked(m marks) set {
	n := 0
	for _, word := range m {
		n += bits.OnesCount64(word)
	}
	switch n {
	case 0:
		return set{}
	case len(s.views):
		return s
	}
	out := set{views: make([]*view, 0, n), refs: make([]string, 0, n)}
	for i, word := range m {
		for ; word != 0; word &= word - 1 {
			at := i*64 + bits.TrailingZeros64(word)
			out.views, out.refs = append(out.views, s.views[at]), append(out.refs, s.refs[at])
		}
	}
	return out
}

// count is a figure that counts the set, out of a whole.
func (s set) count(whole int, note string) figure.Result {
	return figure.Result{Value: s.len(), N: whole, Records: s.refs, Note: note}
}

// share is a figure that is the part of the set in a whole, in percent.
func (s set) share(whole int, note string) figure.Result {
	r := figure.Result{N: whole, Records: s.refs, Note: note}
	if p, ok := figure.Share(s.len(), whole); ok {
		r.Value = p
	}
	return r
}

// total is a figure that adds up a number of each of the set. Records are those that
// add to it.
func (s set) total(of func(*view) int) figure.Result {
	sum := 0
	some := s.where(func(v *view) bool {
		sum += of(v)
		return of(v) != 0
	})
	return figure.Result{Value: sum, N: s.len(), Records: some.refs}
}

// unset is the key of records that do not set the field by which they are counted.
const unset = "(not set)"

// by is a figure that counts the set by a key.
func (s set) by(key func(*view) string) figure.Result {
	r := figure.Result{N: s.len(), Records: s.refs}
	if s.len() == 0 {
		return r
	}
	values := map[string]int{}
	last, n := key(s.views[0]), 0 // many follow each other with the same key
	for _, v := range s.views {
		k := key(v)
		if k != last {
			values[last] += n
			last, n = k, 0
		}
		n++
	}
	values[last] += n
	r.Value = values
	return r
}

// byField is a figure that counts the set by the text of a field of slotOf.
func (s set) byField(field string) figure.Result {
	return s.by(func(v *view) string {
		if text := v.text(field); text != "" {
			return text
		}
		return unset
	})
}

// byMonth is a figure that counts the set by the month of a time.
func (s set) byMonth(zone *time.Location, at func(*figure.Case) time.Time) figure.Result {
	name := figure.MonthNames(zone)
	return s.by(func(v *view) string { return name(at(v.c)) })
}

// tally is the cases of a scope as figures need them, sorted out once.
type tally struct {
	b         *builder
	s         *figure.Scope
	period    bool // there is one
	all       set
	cases     set // those of the period: opened within it, or all where there is none
	opened    set // within the period, by the stated time; the same for the next two
	resolved  set
	closed    set // or cancelled
	cancelled set
	open      set // as of the time asked about: new, active or held
	backlog   set // as of the time asked about: not closed
	// notOpened is how many do not state when they were opened; notResolved of those
	// in a state resolved or closed, notClosed of those closed or cancelled.
	notOpened, notResolved, solved, notClosed, ended int
}

// tallyKey is the key of a scope's tally.
type tallyKey struct{}

// tally returns the tally of a scope.
func (b *builder) tally(s *figure.Scope) *tally {
	return s.Once(tallyKey{}, func() any {
		views := b.views.Of(s.Data, func(d *figure.Data) map[*figure.Case]*view {
			cases := d.Of(b.sub.name)
			views, all := make([]view, len(cases)), make(map[*figure.Case]*view, len(cases))
			for i, c := range cases {
				views[i].read(c)
				all[c] = &views[i]
			}
			return all
		})
		t := &tally{b: b, s: s, period: !s.From.IsZero() || !s.To.IsZero()}
		t.all = set{views: make([]*view, 0, len(s.Cases)), refs: make([]string, 0, len(s.Cases))}
		for _, c := range s.Cases {
			v := views[c]
			if v == nil {
				v = &view{}
				v.read(c)
			}
			t.all.add(v)
			t.sort(c)
		}
		t.split()
		return t
	}).(*tally)
}

// sort counts what a case does not state.
func (t *tally) sort(c *figure.Case) {
	if c.Opened.IsZero() {
		t.notOpened++
	}
	if c.Category == records.Resolved || c.Category == records.Closed {
		t.solved++
		if c.Resolved.IsZero() {
			t.notResolved++
		}
	}
	if c.Category.IsDone() {
		t.ended++
		if c.Closed.IsZero() {
			t.notClosed++
		}
	}
}

func (t *tally) split() {
	t.opened = t.all.where(func(v *view) bool { return t.s.In(v.c.Opened) })
	t.resolved = t.all.where(func(v *view) bool { return t.s.In(v.c.Resolved) })
	t.closed = t.all.where(func(v *view) bool { return t.s.In(v.c.Closed) })
	t.cancelled = t.closed.where(func(v *view) bool { return v.c.Category == records.Cancelled })
	t.open = t.all.where(func(v *view) bool { return v.c.IsOpen() })
	t.backlog = t.all.where(func(v *view) bool { return v.c.Closed.IsZero() && !v.c.Category.IsDone() })
	t.cases = t.all
	if t.period {
		t.cases = t.opened
	}
}

// in reports whether a time lies in the period. Where there is no period every record
// counts, whether it states the time or not.
func (t *tally) in(at time.Time) bool { return !t.period || t.s.In(at) }

// stated returns the time that a field of slotOf states, zero where it states none or one
// after the time asked about.
func (t *tally) stated(v *view, field string) time.Time {
	if at := v.time(field); !at.After(t.s.AsOf) {
		return at
	}
	return time.Time{}
}

// unopened says how many do not state when they were opened, "" where all do.
func (t *tally) unopened() string {
	return figure.LeftOut(t.notOpened, t.all.len(), t.b.fill("{many} do not state {opened} and are left out"))
}

// unresolved says the same of those that were resolved.
func (t *tally) unresolved() string {
	return figure.LeftOut(t.notResolved, t.solved, t.b.fill("{many} in a state that counts as resolved or closed do not state {resolved} and are left out"))
}

// unclosed says the same of those that are closed or cancelled.
func (t *tally) unclosed() string {
	return figure.LeftOut(t.notClosed, t.ended, t.b.fill("{many} in a state that counts as closed or cancelled do not state {closed} and are left out"))
}

// outside says how many are in no period, as they do not state when they were opened.
func (t *tally) outside() string {
	if !t.period {
		return ""
	}
	return t.unopened()
}

// sampleKey is the key of what figures of a scope share.
type sampleKey string

// once returns what several figures of a scope share.
func once[T any](t *tally, key string, make func() T) T {
	return t.s.Once(sampleKey(key), func() any { return make() }).(T)
}
