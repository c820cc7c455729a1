package sla

import (
	"cmp"
	"encoding/binary"
	"errors"
	"maps"
	"slices"
	"time"

	"frontdesk/records"
	"frontdesk/schema"
)

// ErrDamaged says that what was read is not what Append and AppendSummary write.
var ErrDamaged = errors.New("the clocks are damaged, or of another version")

// codecVersion changes with the form in which traces and summaries are written.
const codecVersion = 2

// Append writes a trace and returns the longer slice. There is one way of writing a trace.
func (tr Trace) Append(dst []byte) []byte {
	w := &writer{b: append(dst, codecVersion), seen: map[string]int{}}
	w.time(tr.Last)
	w.count(len(tr.Clocks))
	for i := range tr.Clocks {
		w.clock(&tr.Clocks[i])
	}
	return w.b
}

// ReadTrace reads what Append wrote and returns what follows it. It takes no more memory
// than a small multiple of what it reads.
func ReadTrace(src []byte) (tr Trace, rest []byte, err error) {
	r := &decoder{b: src}
	r.version()
	tr.Last = r.time()
	if n := r.count(leastClock); n > 0 {
		tr.Clocks = make([]Clock, n)
		r.seen = make([]string, 0, 4+4*n)
	}
	for i := range tr.Clocks {
		if r.clock(&tr.Clocks[i]); r.bad {
			break
		}
	}
	if r.bad {
		return Trace{}, nil, ErrDamaged
	}
	return tr, r.b, nil
}

// AppendSummary writes a summary and returns the longer slice. There is one way of
// writing a summary.
func AppendSummary(dst []byte, s Summary) []byte {
	w := &writer{b: append(dst, codecVersion), seen: map[string]int{}}
	for _, at := range s.times() {
		w.time(*at)
	}
	for _, n := range s.counts() {
		w.count(*n)
	}
	w.duration(s.Held)
	writeMap(w, s.HeldFor)
	writeMap(w, s.InState)
	return w.b
}

// ReadSummary reads what AppendSummary wrote and returns what follows it.
func ReadSummary(src []byte) (s Summary, rest []byte, err error) {
	r := &decoder{b: src}
	r.version()
	for _, at := range s.times() {
		*at = r.time()
	}
	for _, n := range s.counts() {
		*n = int(r.uint(1 << 31))
	}
	s.Held = r.duration()
	s.HeldFor = readMap[string](r)
	s.InState = readMap[records.State](r)
	if r.bad {
		return Summary{}, nil, ErrDamaged
	}
	return s, r.b, nil
}

func (s *Summary) times() [6]*time.Time {
	return [6]*time.Time{&s.First, &s.Last, &s.Assigned, &s.Answered, &s.Left, &s.LastEntered}
}

func (s *Summary) counts() [8]*int {
	return [8]*int{&s.Teams, &s.Reassigned, &s.PingPong, &s.Handed, &s.Reopened, &s.FromClosed, &s.Holds, &s.Priorities}
}

// texts, times and lengths are the parts of a clock that are written one after the other.
func (c *Clock) texts() [8]*string {
	return [8]*string{&c.Name, &c.Title, (*string)(&c.Metric), &c.Subject, &c.Target, &c.Source, &c.Calendar, &c.Note}
}

func (c *Clock) times() [4]*time.Time {
	return [4]*time.Time{&c.Start, &c.Stop, &c.Due, &c.Over}
}

func (c *Clock) lengths() [8]*time.Duration {
	return [8]*time.Duration{&c.Limit, &c.Elapsed.Business, &c.Elapsed.Wall, &c.Held.Business, &c.Held.Wall, &c.Idle.Business, &c.Idle.Wall, &c.Left}
}

// leastClock is how many bytes a clock takes at least.
const leastClock = 8 + 1 + 4 + 8 + 2 + 1

// outcomes and phases are written by their places.
func outcomes() []Outcome { return []Outcome{Running, Paused, Met, Breached, Cancelled, Untimed} }

func phases() []Phase { return []Phase{Counting, OnHold, Stopped} }

// writer writes traces and summaries. Texts and times come again: a text that was
// written before is written as its place, a time as the difference from the last one.
type writer struct {
	b    []byte
	seen map[string]int
	last int64 // seconds
}

func (w *writer) clock(c *Clock) {
	for _, s := range c.texts() {
		w.text(*s)
	}
	flags := slices.Index(outcomes(), c.Outcome) + 8*slices.Index(phases(), c.Phase)
	if c.Active {
		flags += 32
	}
	w.b = append(w.b, byte(flags))
	for _, at := range c.times() {
		w.time(*at)
	}
	for _, d := range c.lengths() {
		w.duration(*d)
	}
	for _, list := range [][]time.Time{c.Warnings, c.Breaches} {
		w.count(len(list))
		for _, at := range list {
			w.time(at)
		}
	}
	w.segments(c.Segments)
}

// segments writes when the first one begins, and what each is and when it ends: they
// follow each other.
func (w *writer) segments(list []Segment) {
	w.count(len(list))
	for i, s := range list {
		if i == 0 {
			w.time(s.From)
		}
		w.b = append(w.b, byte(slices.Index(phases(), s.Phase)))
		w.text(string(s.State))
		w.text(s.Hold)
		w.time(s.To)
	}
}

func (w *writer) count(n int) { w.b = binary.AppendUvarint(w.b, uint64(n)) }

// text writes the place of a text that was written, from 1; else 0 and the text.
func (w *writer) text(s string) {
	if i, ok := w.seen[s]; ok {
		w.count(i)
		return
	}
	w.count(0)
	w.count(len(s))
	w.b = append(w.b, s...)
	w.seen[s] = len(w.seen) + 1
}

// time writes 0 for no time, 1 and the difference in seconds for whole seconds, and 2
// with nanoseconds for others.
func (w *writer) time(t time.Time) {
	if t.IsZero() {
		w.b = append(w.b, 0)
		return
	}
	form := byte(1)
	if t.Nanosecond() != 0 {
		form = 2
	}
	w.b = binary.AppendVarint(append(w.b, form), t.Unix()-w.last)
	w.last = t.Unix()
	if form == 2 {
		w.count(t.Nanosecond())
	}
}

// duration writes 1 and the seconds, or 2 and the nanoseconds where they are not whole
// seconds.
func (w *writer) duration(d time.Duration) {
	if d%time.Second == 0 {
		w.b = binary.AppendVarint(append(w.b, 1), int64(d/time.Second))
		return
	}
	w.b = binary.AppendVarint(append(w.b, 2), int64(d))
}

func writeMap[K ~string](w *writer, m map[K]time.Duration) {
	w.count(len(m))
	for _, k := range slices.Sorted(maps.Keys(m)) {
		w.count(len(k))
		w.b = append(w.b, k...)
		w.duration(m[k])
	}
}

// decoder reads what a writer wrote. Once it is bad it yields nothing more.
type decoder struct {
	b    []byte
	seen []string
	many map[string]bool // seen, where they are many
	last int64
	bad  bool
}

func (r *decoder) fail() {
	r.b, r.bad = nil, true
}

func (r *decoder) version() {
	if r.byte() != codecVersion {
		r.fail()
	}
}

func (r *decoder) byte() byte {
	if len(r.b) == 0 {
		r.fail()
		return 0
	}
	c := r.b[0]
	r.b = r.b[1:]
	return c
}

// uint reads a number up to and without the limit, written in the shortest way.
func (r *decoder) uint(limit uint64) uint64 {
	n, size := binary.Uvarint(r.b)
	if size <= 0 || n >= limit || size > 1 && r.b[size-1] == 0 {
		r.fail()
		return 0
	}
	r.b = r.b[size:]
	return n
}

func (r *decoder) int() int64 {
	n, size := binary.Varint(r.b)
	if size <= 0 || size > 1 && r.b[size-1] == 0 {
		r.fail()
		return 0
	}
	r.b = r.b[size:]
	return n
}

// count reads how many things follow that take at least some bytes each.
func (r *decoder) count(least int) int { return int(r.uint(uint64(len(r.b)/least + 1))) }

// bytes reads a text.
func (r *decoder) bytes() string {
	n := r.count(1)
	if n > len(r.b) {
		r.fail()
		return ""
	}
	s := string(r.b[:n])
	r.b = r.b[n:]
	return s
}

func (r *decoder) text() string {
	if i := r.uint(uint64(len(r.seen)) + 1); i > 0 {
		return r.seen[i-1]
	}
	s := r.bytes()
	if r.bad || r.isSeen(s) {
		r.fail()
		return ""
	}
	r.seen = append(r.seen, s)
	return s
}

// isSeen reports whether a text was read before. Few traces have many texts.
func (r *decoder) isSeen(s string) bool {
	const few = 32
	if len(r.seen) < few {
		return slices.Contains(r.seen, s)
	}
	if r.many == nil {
		r.many = map[string]bool{}
	}
	for len(r.many) < len(r.seen) { // all are different
		r.many[r.seen[len(r.many)]] = true
	}
	return r.many[s]
}

// The seconds that times may have: those of the years 0 to 9999 in any zone, and a
// thousand more that a calendar may reach.
const (
	firstSecond = -62_168_000_000
	lastSecond  = 285_000_000_000
)

func (r *decoder) time() time.Time {
	form := r.byte()
	if form == 0 || form > 2 || r.bad {
		if form > 2 {
			r.fail()
		}
		return time.Time{}
	}
	seconds, nanos := r.last, uint64(0)
	d := r.int()
	if d < firstSecond-lastSecond || d > lastSecond-firstSecond {
		r.fail()
	}
	seconds += d
	if form == 2 {
		nanos = r.uint(uint64(time.Second))
	}
	t := time.Unix(seconds, int64(nanos)).UTC()
	if r.bad || seconds < firstSecond || seconds > lastSecond || t.IsZero() || form == 2 && nanos == 0 {
		r.fail()
		return time.Time{}
	}
	r.last = seconds
	return t
}

func (r *decoder) duration() time.Duration {
	form, n := r.byte(), r.int()
	const most = int64(1<<63-1) / int64(time.Second)
	switch {
	case form == 1 && n <= most && n >= -most:
		return time.Duration(n) * time.Second
	case form == 2 && n%int64(time.Second) != 0:
		return time.Duration(n)
	}
	r.fail()
	return 0
}

func (r *decoder) clock(c *Clock) {
	for _, s := range c.texts() {
		*s = r.text()
	}
	flags := int(r.byte())
	outcome, phase := flags%8, flags/8%4
	if flags >= 64 || outcome >= len(outcomes()) || phase >= len(phases()) || !slices.Contains(schema.Metrics(), c.Metric) {
		r.fail()
		return
	}
	c.Outcome, c.Phase, c.Active = outcomes()[outcome], phases()[phase], flags&32 != 0
	for _, at := range c.times() {
		*at = r.time()
	}
	for _, d := range c.lengths() {
		*d = r.duration()
	}
	c.Warnings, c.Breaches, c.Segments = r.times(), r.times(), r.segments()
	if c.Active != (c.Phase != Stopped) || c.Active != c.Stop.IsZero() || c.Start.IsZero() {
		r.fail()
	}
}

// times reads a list of times.
func (r *decoder) times() []time.Time {
	n := r.count(2)
	if n == 0 {
		return nil
	}
	out := make([]time.Time, n)
	for i := range out {
		if out[i] = r.time(); out[i].IsZero() {
			r.fail()
			return nil
		}
	}
	return out
}

// segments reads stretches that follow each other.
func (r *decoder) segments() []Segment {
	n := r.count(leastSegment)
	if n == 0 {
		return nil
	}
	out := make([]Segment, n)
	from := r.time()
	for i := range out {
		phase := int(r.byte())
		if r.bad || phase >= len(phases()) {
			r.fail()
			return nil
		}
		s := &out[i]
		s.From, s.Phase, s.State, s.Hold, s.To = from, phases()[phase], records.State(r.text()), r.text(), r.time()
		if s.From.IsZero() || s.To.Before(s.From) {
			r.fail()
			return nil
		}
		from = s.To
	}
	return out
}

// leastSegment is how many bytes a segment takes at least.
const leastSegment = 1 + 1 + 1 + 2

func readMap[K ~string](r *decoder) map[K]time.Duration {
	n := r.count(3)
	if n == 0 {
		return nil
	}
	m := make(map[K]time.Duration, n)
	var last K
	for i := range n {
		k := K(r.bytes())
		d := r.duration()
		if r.bad || i > 0 && cmp.Compare(k, last) <= 0 {
			r.fail()
			return nil
		}
		m[k], last = d, k
	}
	return m
}
