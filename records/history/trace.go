package history

import (
	"slices"
	"strings"
	"time"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/git"
	"frontdesk/schema"
)

// Version is a record as a commit, or the work tree, left it.
type Version struct {
	git.Revision                   // without an ID: the work tree, which is not committed
	Path         string            // of the record's file then
	Record       *records.Record   // nil where the file was removed or cannot be read
	Problems     []diag.Diagnostic // why it cannot be read
	Before       []*records.Record // what it was before, a record for each parent; nil where there was none
	Moved        string            // where the file lay before, where the version moved it
	Gone         bool              // the version removed the file
	Cut          bool              // the history is cut off here: what the version holds may be older

	blob   string   // the file's content; "" where it was removed
	before []string // the same for each parent
}

// IsCommitted reports whether the version is a commit.
func (v *Version) IsCommitted() bool { return v.ID != "" }

// Changes tells what the version did to the record, compared with its first
// parent.
func (v *Version) Changes(t *schema.Type) []Change {
	var before *records.Record
	if len(v.Before) > 0 {
		before = v.Before[0]
	}
	return Compare(t, before, v.Record)
}

// IsNew reports whether no parent of the version had the record.
func (v *Version) IsNew() bool {
	return !v.Gone && !slices.ContainsFunc(v.before, func(blob string) bool { return blob != "" })
}

// Trace is what became of each part of a record through its versions.
type Trace struct {
	Versions []*Version // as they were given
	Lines    []*Line    // of the log as it is now, in its order
	Lost     []*Line    // lines that the log had once, in the order in which they came
	Sources  []Source   // of all that the record holds now
}

// Line is a line of a log with the version that brought it.
type Line struct {
	Value   *records.Value // as it is, or as it was before it was removed
	Brought *Version
	Altered []Alteration // oldest first
	Removed *Version     // that removed the line; nil where it is there

	root *Line // the line as it was brought
}

// Alteration is a version that changed a line which was there.
type Alteration struct {
	Version *Version
	Was     *records.Value
}

// At returns the time that the line claims; ok is false where it claims none.
func (l *Line) At() (time.Time, bool) { return records.ParseTime(l.Value.Get("at").String()) }

// LastSet returns the version that made the line what it is.
func (l *Line) LastSet() *Version {
	if n := len(l.Altered); n > 0 {
		return l.Altered[n-1].Version
	}
	return l.Brought
}

// Source is a part of a record with the version that last set it.
type Source struct {
	Part    Part           // PartField, PartLog, PartText, PartSection or PartEntry
	Name    string         // the key, or the section's heading
	Line    int            // of the log, from 1
	At      time.Time      // of an entry
	By      string         // of an entry
	Value   *records.Value // of fields and log lines
	Text    string         // of the body's parts
	Set     *Version
	heading string // of an entry
}

// NewTrace follows the parts of a record through its versions, which come oldest
// first, each after its parents.
func NewTrace(t *schema.Type, versions []*Version) *Trace {
	f := &follower{types: t, states: map[string]*state{}, removed: map[*Line]*Version{}, last: map[*Line]*Line{}}
	now := &state{}
	for _, v := range versions {
		now = f.step(v)
		f.states[v.blob] = now
	}
	trace := &Trace{Versions: versions, Lines: now.lines, Sources: slices.Clone(now.sources)}
	kept := map[*Line]bool{}
	for _, l := range now.lines {
		kept[l.root] = true
	}
	for _, l := range f.brought {
		if by := f.removed[l]; by != nil && !kept[l] {
			lost := *f.last[l]
			lost.Removed = by
			trace.Lost = append(trace.Lost, &lost)
		}
	}
	return trace
}

// state is what is known of a record's content: where its parts come from.
type state struct {
	lines   []*Line
	sources []Source
}

// follower steps from state to state.
type follower struct {
	types   *schema.Type
	states  map[string]*state // by the file's content
	brought []*Line           // all lines, in the order in which they came
	removed map[*Line]*Version
	last    map[*Line]*Line // each line as it was last, by its root
}

// step returns the state that a version leaves.
func (f *follower) step(v *Version) *state {
	var before []*state
	for _, blob := range v.before {
		if s := f.states[blob]; s != nil && blob != "" {
			before = append(before, s)
		}
	}
	if v.Record == nil && !v.Gone && len(before) > 0 {
		return before[0] // not readable: when it is again, what is the same comes from before
	}
	now := &state{}
	if v.Record != nil {
		now.lines = f.stepLog(v, before)
		now.sources = f.stepParts(v, before, now.lines)
	}
	for _, s := range before {
		f.dropped(v, s, now)
	}
	return now
}

// dropped notes the lines of a parent that the version has no more.
func (f *follower) dropped(v *Version, before, now *state) {
	kept := map[*Line]bool{}
	for _, l := range now.lines {
		kept[l.root] = true
	}
	for _, l := range before.lines {
		if !kept[l.root] {
			f.removed[l.root] = v
		}
	}
}

// stepLog tells for each line of the version where it comes from: a parent that
// has the same line, else one that has it in another form, else the version.
func (f *follower) stepLog(v *Version, before []*state) []*Line {
	items := logOf(v.Record)
	lines := make([]*Line, len(items))
	pairs := make([]pairing, len(before))
	for i, s := range before {
		pairs[i] = matchLog(valuesOf(s.lines), items)
	}
	for j, item := range items {
		lines[j] = inherited(v, before, pairs, j, item)
		if lines[j] == nil {
			lines[j] = &Line{Value: item, Brought: v}
			lines[j].root = lines[j]
			f.brought = append(f.brought, lines[j])
		}
		f.last[lines[j].root] = lines[j]
	}
	return lines
}

// inherited returns the line of a parent that an item is.
func inherited(v *Version, before []*state, pairs []pairing, j int, item *records.Value) *Line {
	var altered *Line
	for i, s := range before {
		k := pairs[i].back[j]
		if k < 0 {
			continue
		}
		l := s.lines[k]
		if l.Value.Equal(item) {
			return l
		}
		if altered == nil {
			altered = &Line{Value: item, Brought: l.Brought, root: l.root,
				Altered: append(slices.Clone(l.Altered), Alteration{Version: v, Was: l.Value})}
		}
	}
	return altered
}

func valuesOf(lines []*Line) []*records.Value {
	out := make([]*records.Value, len(lines))
	for i, l := range lines {
		out[i] = l.Value
	}
	return out
}

func logOf(r *records.Record) []*records.Value {
	if v := r.Get(records.FieldLog); isListOrNull(v) {
		return itemsOf(v)
	}
	return nil
}

// stepParts tells the same for all parts of the version.
func (f *follower) stepParts(v *Version, before []*state, lines []*Line) []Source {
	parts := partsOf(f.types, v.Record, lines)
	index := make([]map[string][]Source, len(before))
	for i, s := range before {
		index[i] = map[string][]Source{}
		for _, p := range s.sources {
			index[i][p.key()] = append(index[i][p.key()], p)
		}
	}
	for i := range parts {
		if parts[i].Part == PartLog {
			continue
		}
		parts[i].Set = v
		for _, known := range index {
			if k := slices.IndexFunc(known[parts[i].key()], func(p Source) bool { return f.same(p, parts[i]) }); k >= 0 {
				parts[i].Set = known[parts[i].key()][k].Set
				break
			}
		}
	}
	return parts
}

// key names the part within its record.
func (s Source) key() string {
	return strings.Join([]string{string(s.Part), s.Name, s.heading}, "\x00")
}

func (f *follower) same(p, q Source) bool {
	return p.Text == q.Text && isSame(fieldOf(f.types, p.Name), p.Value, q.Value)
}

// partsOf cuts a record into parts: fields in the order of the type, the lines
// of the log, the body.
func partsOf(t *schema.Type, r *records.Record, lines []*Line) []Source {
	var out []Source
	for _, key := range keys(t, nil, r.Fields) {
		if key == records.FieldLog && isListOrNull(r.Get(key)) {
			for i, l := range lines {
				out = append(out, Source{Part: PartLog, Name: key, Line: i + 1, Value: l.Value, Set: l.LastSet()})
			}
			continue
		}
		out = append(out, Source{Part: PartField, Name: key, Value: r.Get(key)})
	}
	for _, p := range pieces(r.Body) {
		if isBlank(p) {
			continue
		}
		s := Source{Part: p.part, Name: p.heading, Text: p.text}
		if p.entry != nil {
			s.At, s.By, s.heading = p.entry.At, p.entry.By, p.entry.Heading
		}
		out = append(out, s)
	}
	return out
}
