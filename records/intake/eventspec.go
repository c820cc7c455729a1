package intake

import (
	"slices"
	"strconv"
	"strings"

	"frontdesk/records"
	"frontdesk/schema"
)

// The columns that unfold adds to those of the file.
const (
	columnEvent = "@event" // which of a row's events it is
	columnTime  = "@time"  // when it was
)

// maxUnfold bounds how many events one row may tell of.
const maxUnfold = 32

// condition is a column and the cells that it may hold, in lower case; anyOther
// stands for every cell that says something.
type condition struct {
	column column
	cells  map[string]bool
}

// unfolding is an event that a row tells of: its name and the column that says
// when it was.
type unfolding struct {
	name string
	time column
}

// conditions reads a map of columns to the cells that they may hold.
func (r *reader) conditions(v *records.Value, what string) []condition {
	if v == nil || !r.keysAny(v, what) {
		return nil
	}
	var out []condition
	for _, p := range v.Pairs {
		c := condition{column: column{name: strings.TrimSpace(p.Key), span: p.KeySpan}, cells: map[string]bool{}}
		for _, item := range r.items(p.Value, what) {
			c.cells[strings.ToLower(strings.TrimSpace(item.Text))] = true
		}
		if len(c.cells) == 0 {
			r.fail(RuleRequired, p.KeySpan, "%s names column %q but no cell that it may hold", what, p.Key).Hint =
				"name the cells, or \"*\" for any that says something"
		}
		out = append(out, c)
	}
	if len(out) == 0 {
		r.fail(RuleRequired, v.Span, "%s names no column", what).Hint = "write it like {Status: [Closed, Cancelled]}"
	}
	return out
}

// unfold reads the events that one row tells of.
func (r *reader) unfold(v *records.Value) []unfolding {
	if v == nil || !r.keysAny(v, "unfold") {
		return nil
	}
	var out []unfolding
	for _, p := range v.Pairs {
		out = append(out, unfolding{name: p.Key, time: r.column(p.Value)})
	}
	switch {
	case len(out) == 0:
		r.fail(RuleRequired, v.Span, "unfold names no event").Hint = "write it like {start: Started, complete: Completed}"
	case len(out) > maxUnfold:
		r.fail(RuleValue, v.Span, "unfold names %d events; a row may tell of at most %d", len(out), maxUnfold)
	}
	return out
}

// nothing reads the cells that mean nothing for one value.
func (r *reader) nothing(s *spec, v *records.Value) {
	m := v.Get("nothing")
	if m == nil {
		return
	}
	s.nothing = map[string]bool{}
	for _, item := range r.items(m, "nothing") {
		s.nothing[strings.ToLower(strings.TrimSpace(item.Text))] = true
	}
	if !s.nothing[anyOther] {
		return
	}
	if why := s.elsewhere(); why != "" {
		r.fail(RuleConflict, v.Pair("nothing").KeySpan, "nothing takes all values that map does not list, but %s", why)
	}
}

// elsewhere says where values go that map does not list, "" for nowhere.
func (s *spec) elsewhere() string {
	switch {
	case s.values == nil:
		return "there is no map"
	case s.others != nil:
		return "map has an entry for them"
	case s.keep:
		return "keep keeps them"
	}
	return ""
}

// isNothing reports whether a cleaned cell means nothing for this value.
func (s *spec) isNothing(cleaned string) bool {
	if s.nothing == nil {
		return false
	}
	key := strings.ToLower(cleaned)
	if s.nothing[key] {
		return true
	}
	_, listed := s.values[key]
	return !listed && s.nothing[anyOther]
}

// item reads which of the parts of a cell counts, where the value is no list:
// from 1, or from the end.
func (r *reader) item(s *spec, v *records.Value) {
	p := v.Pair("item")
	if p == nil {
		return
	}
	switch text := r.text(p.Value, "item"); {
	case text == "first":
		s.item = 1
	case text == "last":
		s.item = -1
	default:
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 || n > maxColumns {
			r.fail(RuleValue, p.Value.Span, "item is %q, not first, last or a number from 1", text)
		}
		s.item = n
	}
	if s.split == "" {
		r.fail(RuleConflict, p.KeySpan, "item says which part of a cell counts, but nothing splits the cell").Hint = "add \"split: \\\";\\\"\" or remove item"
	}
}

// pick returns the part of a cell that counts. A cell with fewer parts says
// nothing.
func (t *target) pick(text string) string {
	var parts []string
	for _, part := range strings.Split(text, t.split) {
		if part = strings.TrimSpace(part); !t.missing[part] {
			parts = append(parts, part)
		}
	}
	at := t.item - 1
	if t.item < 0 {
		at = len(parts) + t.item
	}
	if at < 0 || at >= len(parts) {
		return ""
	}
	return parts[at]
}

// rank returns the place of a cell in the list of an order, behind all others where it
// is not in it.
func (o orderKey) rank(text string) float64 {
	if n, ok := o.ranks[strings.ToLower(text)]; ok {
		return float64(n)
	}
	return float64(len(o.ranks))
}

// orderItem reads what puts two rows in order beside the cells of a column: a list of
// cells, or the file itself.
func (r *reader) orderItem(item *records.Value) (key orderKey, ok bool) {
	if !r.keys(item, "order", "column", "kind", "ranks", "file") {
		return key, false
	}
	if file := item.Pair("file"); file != nil {
		if len(item.Pairs) > 1 {
			r.fail(RuleConflict, file.KeySpan, "order: file stands alone; it is about rows that no column tells apart")
		}
		if r.choice(file.Value, "file", "oldest-first", "newest-first") == "newest-first" {
			return orderKey{kind: byNewest}, true
		}
		return key, false
	}
	key.kind = orderKind(r.choice(item.Get("kind"), "kind", string(byNumber), string(byTime), string(byText)))
	if ranks := item.Pair("ranks"); ranks != nil {
		if item.Get("kind") != nil {
			r.fail(RuleConflict, ranks.KeySpan, "ranks and kind both say how the cells of a column are compared")
		}
		key.kind, key.ranks = byRank, map[string]int{}
		for n, rank := range r.items(ranks.Value, "ranks") {
			key.ranks[strings.ToLower(strings.TrimSpace(rank.Text))] = n
		}
	}
	if c := item.Get("column"); c != nil {
		key.column = r.column(c)
	} else {
		r.fail(RuleRequired, item.Span, "order names no column")
	}
	return key, true
}

// logExtras reads what a log holds beside when, who and what.
func (r *reader) logExtras(l *logSpec, v *records.Value) {
	l.all = r.choice(v.Get("lines"), "lines", "changes", "rows") == "rows"
	for _, item := range r.items(v.Get("stamp"), "stamp") {
		l.stamps = append(l.stamps, item.Text)
		l.stampSpans = append(l.stampSpans, item.Span)
	}
}

// foldable reports what is said of many rows where each record has but one.
func (r *reader) foldable(m *Mapping, v *records.Value) {
	if m.events {
		return
	}
	complain := func(p *records.Pair, what string) {
		if p != nil {
			r.fail(RuleConflict, p.KeySpan, "%s is for event logs, but the mapping reads a table", what).Hint = "add \"rows: events\" or remove " + p.Key
		}
	}
	complain(v.Pair("order"), "order")
	complain(v.Pair("unfold"), "unfold")
	if log := v.Get("log"); log != nil && log.Kind == records.Map {
		complain(log.Pair("lines"), "lines")
		complain(log.Pair("stamp"), "stamp")
	}
}

// stamps checks the times that the log is to write.
func (f *fitter) stamps(l *logSpec) {
	var known []string
	for _, s := range f.typ.States {
		if s.Stamp != "" && !slices.Contains(known, s.Stamp) {
			known = append(known, s.Stamp)
		}
	}
	for i, name := range l.stamps {
		switch {
		case !slices.Contains(known, name):
			f.fail(RuleLog, l.stampSpans[i], "no state of the type %s stamps %q", f.typ.Name, name).Hint = nearest(name, known)
		case f.m.field(name) != nil:
			f.fail(RuleConflict, l.stampSpans[i], "%s comes from the log and from a column", name).Hint = "remove it from stamp or from fields"
		}
	}
}

// stampedFields returns the fields that the log stamps, in the type's order.
func (b *builder) stampedFields() (out []*schema.Field) {
	for _, f := range b.p.typ.Fields {
		if slices.Contains(b.p.m.log.stamps, f.Name) {
			out = append(out, f)
		}
	}
	return out
}

// stamp sets the times of the states: the one of the state that a row entered,
// and none of the states that only come after it in a life. The first state is
// entered once, however often a record comes back to it.
func (b *builder) stamp(d *draft, was *records.Value, at string) {
	now := b.field(d, records.FieldState)
	if len(b.stamped) == 0 || now.IsNull() || was != nil && now.Equal(was) {
		return
	}
	state := b.p.typ.State(records.State(now.Text))
	if state == nil {
		return
	}
	for i, f := range b.stamped {
		v := &d.values[len(b.fields)+len(b.derived)+i]
		switch {
		case state.Stamp == f.Name:
			if *v == nil || state != b.p.typ.States[0] {
				*v = records.NewString(at)
			}
		case slices.Contains(state.Clear, f.Name) || stage(state.Category) < b.stageOf(f.Name):
			*v = nil
		}
	}
}

// stage puts the categories in the order of a life.
func stage(c records.Category) int {
	switch {
	case c.IsOpen():
		return 0
	case c == records.Resolved:
		return 1
	}
	return 2
}

// stageOf returns the earliest stage in which a field is stamped.
func (b *builder) stageOf(field string) int {
	at := 2
	for _, s := range b.p.typ.States {
		if s.Stamp == field {
			at = min(at, stage(s.Category))
		}
	}
	return at
}

// holds reports whether a row is one of those that conditions speak of.
func (t *table) holds(conditions []condition, missing map[string]bool, own []cell) bool {
	for _, c := range conditions {
		text := t.texts[own[t.slots[c.column]]]
		if !c.cells[strings.ToLower(text)] && (missing[text] || !c.cells[anyOther]) {
			return false
		}
	}
	return true
}

// hold takes a row into the table, once for each event that it tells of. fault is
// why it is none.
func (t *table) hold(m *Mapping, line int, cells []string, take func(raw string) cell, source []int) (fault string) {
	if len(m.unfold) == 0 {
		t.event(m, line, cells, take, source)
		return ""
	}
	events := 0
	for n, u := range m.unfold {
		at, _ := t.find(u.time)
		text, _ := m.file.encoding.decode(cells[at])
		if m.missing[strings.TrimSpace(text)] {
			continue
		}
		events++
		t.event(m, line, append(slices.Clone(cells), m.unfold[n].name, cells[at]), take, source)
	}
	if events == 0 {
		return "the row states no time of any event"
	}
	return ""
}

// event takes one event into the table, unless the mapping leaves such rows out.
func (t *table) event(m *Mapping, line int, cells []string, take func(raw string) cell, source []int) {
	from := len(t.flat)
	for _, at := range source {
		t.flat = append(t.flat, take(cells[at]))
	}
	if !t.holds(m.only, m.missing, t.flat[from:]) {
		t.flat = t.flat[:from]
		t.left++
		return
	}
	t.rows = append(t.rows, row{line: line})
}

// noColumns explains a column that only unfold makes.
func noColumns(name string) string {
	if name == columnEvent || name == columnTime {
		return "unfold makes that column; say which columns hold the times of a row's events"
	}
	return ""
}
