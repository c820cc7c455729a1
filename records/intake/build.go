package intake

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"frontdesk/records"
	"frontdesk/schema"
)

// builder makes records of groups of rows. It remembers what it made of each
// text, as foreign tables repeat themselves; so each worker has its own.
type builder struct {
	p        *planner
	fields   []*target // the mapping's, in its order
	derived  []*schema.Field
	stamped  []*schema.Field // that entering a state sets
	imported []*target
	body     []*target
	at, by   *target
	actors   []*target // at and by
	memo     map[*target]map[string]result
	scratch  struct { // of one row, used again for the next
		view             []cell
		fields, imported []result
		actor            []result
	}
	track []tracked
	usual string // how a subject puts the state that new records have
	texts map[string]sectionResult
}

// sectionResult is what sectionText made of a text.
type sectionResult struct {
	text string
	err  error
}

// tracked is a field whose changes the log records; index is its place among
// fields, derived ones following.
type tracked struct {
	name  string
	index int
	log   bool // changes make a line; else the first line states the last value
}

func newBuilder(p *planner) *builder {
	b := &builder{p: p, memo: map[*target]map[string]result{}, texts: map[string]sectionResult{}}
	for i := range p.m.fields {
		b.fields = append(b.fields, p.target(&p.m.fields[i]).asField(p.types))
	}
	for i := range p.m.imported {
		b.imported = append(b.imported, p.target(&p.m.imported[i]))
	}
	for i := range p.m.body {
		b.body = append(b.body, p.target(&p.m.body[i]))
	}
	for _, f := range p.typ.Fields {
		if f.Derive != "" && p.m.field(f.Name) == nil {
			b.derived = append(b.derived, f)
		}
	}
	if p.m.log != nil {
		b.at, b.by = p.target(&p.m.log.at), p.target(&p.m.log.by)
		b.by.refType = p.types.Get("person")
		b.actors = []*target{b.at, b.by}
		b.track = b.tracked()
		b.stamped = b.stampedFields()
	}
	if len(p.typ.States) > 0 {
		b.usual = records.FieldState + " " + string(p.typ.States[0].Name)
	}
	return b
}

// tracked lists the fields of the log in the type's order.
func (b *builder) tracked() []tracked {
	index := map[string]int{}
	for i, t := range b.fields {
		index[t.name] = i
	}
	for i, f := range b.derived {
		index[f.Name] = len(b.fields) + i
	}
	var out []tracked
	for _, name := range b.p.typ.Tracked {
		if i, ok := index[name]; ok {
			log := b.p.m.log.track == nil || slices.Contains(b.p.m.log.track, name)
			out = append(out, tracked{name: name, index: i, log: log})
		}
	}
	return out
}

// draft is a record that is being made.
type draft struct {
	id       string
	line     int    // of its first good row
	view     []cell // what is known of each column: a missing cell says nothing
	values   []*records.Value
	imported []*records.Value
	logged   []*records.Value // of each tracked field, as the log has it
	log      []logLine
	out      *outcome
}

// logLine is a line of the log; set holds a value for each tracked field that it
// sets.
type logLine struct {
	at, by string
	set    []*records.Value
}

// begin returns the draft of a record before its first row.
func (b *builder) begin(id string) *draft {
	return &draft{
		id: id, out: &outcome{},
		view:     make([]cell, b.p.table.width),
		values:   make([]*records.Value, len(b.fields)+len(b.derived)+len(b.stamped)),
		imported: make([]*records.Value, len(b.imported)),
		logged:   make([]*records.Value, len(b.track)),
	}
}

// build makes a record of a group's rows.
func (b *builder) build(g group) outcome {
	d := b.begin(g.id)
	for n, i := range b.ordered(g, d) {
		if n > 0 && !b.p.m.events {
			b.problem(d, i, fmt.Sprintf("the id stands on line %d already; a table has one row for each record", b.p.table.rows[g.rows[0]].line))
			continue
		}
		b.row(d, i)
	}
	if d.line > 0 {
		b.finish(d)
	}
	return *d.out
}

func (b *builder) problem(d *draft, row int, message string) {
	d.out.problems = append(d.out.problems, Problem{Line: b.p.table.rows[row].line, Case: d.id, Message: message})
}

// ordered returns the rows of a group by the order columns, then as they stand
// in the file. Rows that cannot be placed are problems.
func (b *builder) ordered(g group, d *draft) []int {
	if len(b.p.m.order) == 0 {
		return g.rows
	}
	type placed struct {
		row  int
		keys []sortKey
	}
	rows := make([]placed, 0, len(g.rows))
	for _, i := range g.rows {
		keys, fault := b.sortKeys(i)
		if fault != "" {
			b.problem(d, i, fault)
			continue
		}
		rows = append(rows, placed{i, keys})
	}
	slices.SortStableFunc(rows, func(x, y placed) int {
		for n := range x.keys {
			if c := x.keys[n].compare(y.keys[n]); c != 0 {
				return c
			}
		}
		return 0
	})
	out := make([]int, len(rows))
	for n, r := range rows {
		out[n] = r.row
	}
	return out
}

// sortKey is a cell of an order column. One kind is used for a whole column.
type sortKey struct {
	number float64
	time   time.Time
	text   string
}

func (k sortKey) compare(l sortKey) int {
	return cmp.Or(cmp.Compare(k.number, l.number), k.time.Compare(l.time), strings.Compare(k.text, l.text))
}

func (b *builder) sortKeys(row int) (keys []sortKey, fault string) {
	cells := b.p.table.cellsOf(row)
	for _, o := range b.p.m.order {
		if o.kind == byNewest {
			keys = append(keys, sortKey{number: -float64(row)})
			continue
		}
		text := b.p.table.texts[cells[b.p.table.slots[o.column]]]
		var key sortKey
		var err error
		switch o.kind {
		case byRank:
			key.number = o.rank(text)
		case byNumber:
			key.number, err = strconv.ParseFloat(text, 64)
			if err != nil || key.number != key.number {
				return nil, fmt.Sprintf("the row cannot be put in order: %q is no number", text)
			}
		case byTime:
			if key.time, err = b.p.m.clock.read(text); err != nil {
				return nil, "the row cannot be put in order: " + err.Error()
			}
		default:
			key.text = text
		}
		keys = append(keys, key)
	}
	return keys, ""
}

// row lays one row over what is known of the record. A row with a fault changes
// nothing; row then returns false.
func (b *builder) row(d *draft, i int) bool {
	own := b.p.table.cellsOf(i)
	view := append(b.scratch.view[:0], d.view...)
	b.scratch.view = view
	var faults []string
	notes := 0
	for slot, c := range own {
		if f := b.p.table.faults[c]; f != "" {
			faults = append(faults, fmt.Sprintf("column %q %s", b.p.table.names[slot], f))
		}
		notes += b.p.table.notes[c]
		if !b.p.m.missing[b.p.table.texts[c]] {
			view[slot] = c
		}
	}
	fields, bad := b.make(&b.scratch.fields, b.fields, view, own)
	imported, worse := b.make(&b.scratch.imported, b.imported, view, own)
	at, by, worst := b.actor(own)
	if faults = slices.Concat(faults, bad, worse, worst); len(faults) > 0 {
		b.problem(d, i, strings.Join(distinct(faults), "; "))
		return false
	}
	if notes > 0 {
		b.problem(d, i, fmt.Sprintf("the row is read without %d characters that no record may hold", notes))
	}
	if d.line == 0 {
		d.line = b.p.table.rows[i].line
	}
	was := b.field(d, records.FieldState)
	copy(d.view, view)
	set(d.values, b.fields, fields)
	set(d.imported, b.imported, imported)
	b.derive(d)
	b.stamp(d, was, at)
	b.mention(d, fields, b.p.table.rows[i].line, at, by)
	if b.at != nil {
		b.event(d, at, by)
	}
	return true
}

// make makes the values of a row, in the buffer.
func (b *builder) make(buf *[]result, targets []*target, view, own []cell) (out []result, faults []string) {
	out = (*buf)[:0]
	for _, t := range targets {
		r := b.value(t, view, own)
		out = append(out, r)
		if r.fault != "" {
			faults = append(faults, r.fault)
		}
	}
	*buf = out
	return out, faults
}

func (b *builder) value(t *target, view, own []cell) result {
	if !b.p.table.holds(t.when, t.missing, own) {
		return result{}
	}
	if t.constant != nil {
		return b.remember(t, *t.constant.text, func() result {
			v, err := t.convert(*t.constant.text)
			if err != nil {
				return result{fault: err.Error()}
			}
			return result{value: v}
		})
	}
	cells := view
	if t.isOfOneRow() {
		cells = own
	}
	text := t.text(func(slot int) string { return b.p.table.texts[cells[slot]] })
	if text == "" && t.isHalf(func(slot int) string { return b.p.table.texts[own[slot]] }) {
		return result{fault: t.label() + ": some of the columns that are looked up together say nothing"}
	}
	return b.remember(t, text, func() result { return t.make(text) })
}

func (b *builder) remember(t *target, text string, make func() result) result {
	memo := b.memo[t]
	if memo == nil {
		memo = map[string]result{}
		b.memo[t] = memo
	}
	r, ok := memo[text]
	if !ok {
		r = make()
		memo[text] = r
	}
	return r
}

// actor returns who wrote the row and when. What earlier rows say of that does
// not hold for this one.
func (b *builder) actor(own []cell) (at, by string, faults []string) {
	if b.at == nil {
		return "", "", nil
	}
	made, faults := b.make(&b.scratch.actor, b.actors, own, own)
	if len(faults) > 0 {
		return "", "", faults
	}
	for i, what := range []string{"when it was written", "who wrote it"} {
		if made[i].value == nil {
			return "", "", []string{"the row does not say " + what}
		}
	}
	at, by = made[0].value.Text, made[1].value.Text
	if b.by.refType != nil {
		if err := b.by.refType.CheckID(records.ID(by)); err != nil {
			return "", "", []string{"who wrote it: " + err.Error()}
		}
	}
	return at, by, nil
}

// set lays what a row made over what is known.
func set(values []*records.Value, targets []*target, made []result) {
	for i, r := range made {
		if values[i] != nil && (targets[i].first || r.byDefault) {
			continue
		}
		if r.value != nil || r.clear {
			values[i] = r.value
		}
	}
}

// derive computes the fields that the mapping leaves to the desk.
func (b *builder) derive(d *draft) {
	for i, f := range b.derived {
		if want, ok := b.matrix(d); ok {
			d.values[len(b.fields)+i] = records.NewString(want)
		} else if f.Default != nil {
			d.values[len(b.fields)+i] = f.Default
		}
	}
}

// matrix returns the priority that the desk derives.
func (b *builder) matrix(d *draft) (string, bool) {
	return b.p.desk.PriorityOf(b.field(d, "impact").String(), b.field(d, "urgency").String())
}

// field returns the value of a field, nil where it has none.
func (b *builder) field(d *draft, name string) *records.Value {
	for i, t := range b.fields {
		if t.name == name {
			return d.values[i]
		}
	}
	for i, f := range b.derived {
		if f.Name == name {
			return d.values[len(b.fields)+i]
		}
	}
	for i, f := range b.stamped {
		if f.Name == name {
			return d.values[len(b.fields)+len(b.derived)+i]
		}
	}
	return nil
}

// event adds a line to the log where the row changed a tracked field, and for
// the first row.
func (b *builder) event(d *draft, at, by string) {
	line := logLine{at: at, by: by, set: make([]*records.Value, len(b.track))}
	changed := len(d.log) == 0 || b.p.m.log.all
	for i, t := range b.track {
		v := d.values[t.index]
		if !t.log || v.Equal(d.logged[i]) {
			continue
		}
		changed = true
		d.logged[i] = v
		if line.set[i] = v; v == nil {
			line.set[i] = records.NewNull()
		}
	}
	if changed {
		d.log = append(d.log, line)
	}
}

func distinct(ss []string) []string {
	var out []string
	for _, s := range ss {
		if !slices.Contains(out, s) {
			out = append(out, s)
		}
	}
	return out
}
