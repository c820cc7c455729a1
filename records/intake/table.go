package intake

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"frontdesk/records/diag"
	"frontdesk/schema"
)

// table is a file's rows, as far as a mapping reads them. Cells are numbers of
// texts that are held once, as foreign tables repeat themselves.
type table struct {
	header []string
	slots  map[column]int // where a row holds a column that the mapping names
	width  int            // columns held of each row
	names  []string       // of the columns held, by slot
	rows   []row
	flat   []cell
	texts  []string        // by cell; cell 0 is empty
	faults map[cell]string // why a text cannot be used
	notes  map[cell]int    // control characters removed from a text
	read   int             // data rows seen, broken ones included
	left   int             // events that the mapping leaves out on purpose
	unused []string
}

// cell is the number of a text.
type cell uint32

type row struct{ line int }

// cellsOf returns the cells of a row that the mapping names, by slot.
func (t *table) cellsOf(i int) []cell { return t.flat[i*t.width : (i+1)*t.width] }

// readTable reads the rows of a source. The problems are rows that are not
// among the table's; a mapping that does not fit the header is a *MappingError.
func readTable(m *Mapping, data []byte) (*table, []Problem, error) {
	data, err := trimBOM(data, m.file.encoding)
	if err != nil {
		return nil, nil, err
	}
	from := skipLines(data, m.file.skip)
	data = data[from:]
	comma := m.file.delimiter
	if comma == 0 {
		comma = m.guessDelimiter(data)
	}
	r := newRowReader(data, comma, 1+m.file.skip)
	r.unquoted = m.file.unquoted
	t := &table{texts: []string{""}, faults: map[cell]string{}, notes: map[cell]int{}}
	if err := t.readHeader(m, r); err != nil {
		return nil, nil, err
	}
	if len(m.unfold) > 0 {
		t.header = append(slices.Clone(t.header), columnEvent, columnTime)
	}
	source, err := t.bind(m)
	if err != nil {
		return nil, nil, err
	}
	problems, err := t.readRows(m, r, source)
	return t, problems, err
}

// guessDelimiter returns the delimiter under which the first line shows most of
// the columns that the mapping names, the one with most columns among equals.
func (m *Mapping) guessDelimiter(data []byte) rune {
	best, bestScore := ',', -1
	for _, comma := range []rune{',', ';', '\t', '|'} {
		r := newRowReader(data, comma, 1)
		r.unquoted = m.file.unquoted
		cells, _, err := r.next()
		if err != nil {
			continue
		}
		have := map[string]bool{}
		for _, c := range cells {
			have[strings.TrimSpace(c)] = true
		}
		score := min(len(cells), maxColumns)
		for _, c := range m.namedColumns() {
			if have[c.name] {
				score += maxColumns
			}
		}
		if len(m.file.header) == len(cells) {
			score += maxColumns
		}
		if score > bestScore {
			best, bestScore = comma, score
		}
	}
	return best
}

// namedColumns returns every column that the mapping reads.
func (m *Mapping) namedColumns() []column {
	var out []column
	for _, s := range m.allSpecs() {
		out = append(out, s.columns...)
		for _, c := range s.when {
			out = append(out, c.column)
		}
	}
	for _, k := range m.order {
		if k.kind != byNewest {
			out = append(out, k.column)
		}
	}
	for _, c := range m.only {
		out = append(out, c.column)
	}
	for _, u := range m.unfold {
		out = append(out, u.time)
	}
	return out
}

func (t *table) readHeader(m *Mapping, r *rowReader) error {
	if len(m.file.header) > 0 {
		t.header = m.file.header
		r.strict = len(t.header)
		return nil
	}
	cells, line, err := r.next()
	if errors.Is(err, io.EOF) {
		return errors.New("the file has no header line")
	}
	if err != nil {
		return fmt.Errorf("read header: %w", err)
	}
	if len(cells) > maxColumns {
		return fmt.Errorf("read header: %d columns; at most %d are read", len(cells), maxColumns)
	}
	for i, raw := range cells {
		text, fault := m.file.encoding.decode(raw)
		if fault != "" {
			return fmt.Errorf("read header: line %d: the name of column %d %s", line, i+1, fault)
		}
		text, _ = stripControls(text)
		t.header = append(t.header, strings.TrimSpace(text))
	}
	r.strict = len(t.header)
	return nil
}

// bind finds the columns that the mapping names and returns the positions, from
// 0, of those to hold.
func (t *table) bind(m *Mapping) ([]int, error) {
	t.slots = map[column]int{}
	slotOf := map[int]int{}
	var source []int
	var ds []diag.Diagnostic
	for _, c := range m.namedColumns() {
		at, fault := t.find(c)
		if fault != "" {
			ds = append(ds, t.columnFault(m, c, fault))
			continue
		}
		slot, ok := slotOf[at]
		if !ok {
			slot = len(source)
			slotOf[at] = slot
			source = append(source, at)
			t.names = append(t.names, first(t.header[at], strconv.Itoa(at+1)))
		}
		t.slots[c] = slot
	}
	ignored := map[int]bool{}
	for _, c := range m.ignore {
		if at, fault := t.find(c); fault == "" {
			ignored[at] = true
		}
	}
	for i, name := range t.header {
		if _, used := slotOf[i]; !used && !ignored[i] && noColumns(name) == "" {
			t.unused = append(t.unused, first(name, "column "+strconv.Itoa(i+1)))
		}
	}
	t.width = len(source)
	if len(ds) > 0 {
		diag.Sort(ds)
		return nil, &MappingError{Path: m.Path, Diagnostics: unique(ds)}
	}
	return source, nil
}

// unique drops diagnostics that say the same of the same place.
func unique(ds []diag.Diagnostic) []diag.Diagnostic {
	return slices.CompactFunc(ds, func(a, b diag.Diagnostic) bool {
		return a.Span == b.Span && a.Rule == b.Rule && a.Message == b.Message
	})
}

func (t *table) columnFault(m *Mapping, c column, fault string) diag.Diagnostic {
	d := diag.New(RuleColumn, diag.Error, m.Path, c.span, "%s", fault)
	if d.Hint = noColumns(c.name); d.Hint != "" {
		return d
	}
	if near := schema.Nearest(c.name, t.header); near != "" && near != c.name {
		d.Hint = "did you mean " + strconv.Quote(near) + "?"
	} else if c.name != "" {
		d.Hint = "the file has " + strings.Join(quoted(t.header, 50), ", ")
	}
	return d
}

func quoted(names []string, limit int) []string {
	var out []string
	for i, n := range names {
		if i == limit {
			return append(out, fmt.Sprintf("and %d more", len(names)-limit))
		}
		out = append(out, strconv.Quote(n))
	}
	return out
}

// find returns the position, from 0, of a column that the mapping names.
func (t *table) find(c column) (at int, fault string) {
	if c.position > 0 {
		if c.position > len(t.header) {
			return 0, fmt.Sprintf("there is no column %d; the file has %d", c.position, len(t.header))
		}
		return c.position - 1, ""
	}
	found := t.named(c.name)
	if len(found) == 1 {
		return found[0], ""
	}
	if len(found) > 1 {
		return 0, fmt.Sprintf("%d columns are called %q; write %q to %q, or the position", len(found), c.name, c.name+"#1", c.name+"#"+strconv.Itoa(len(found)))
	}
	if name, number, ok := cutLast(c.name, "#"); ok {
		if n, err := strconv.Atoi(number); err == nil {
			same := t.named(strings.TrimSpace(name))
			if n >= 1 && n <= len(same) {
				return same[n-1], ""
			}
			return 0, fmt.Sprintf("there is no column %q; the file has %d called %q", c.name, len(same), name)
		}
	}
	if n, err := strconv.Atoi(c.name); err == nil && n >= 1 && n <= len(t.header) {
		return n - 1, ""
	}
	return 0, fmt.Sprintf("there is no column %q", c.name)
}

func cutLast(s, sep string) (before, after string, ok bool) {
	i := strings.LastIndex(s, sep)
	if i < 0 {
		return s, "", false
	}
	return s[:i], s[i+len(sep):], true
}

func (t *table) named(name string) []int {
	var out []int
	for i, h := range t.header {
		if h == name {
			out = append(out, i)
		}
	}
	return out
}

// readRows reads all rows and holds the columns at the source positions.
func (t *table) readRows(m *Mapping, r *rowReader, source []int) ([]Problem, error) {
	known := map[string]cell{"": 0}
	take := func(raw string) cell {
		c, ok := known[raw]
		if !ok {
			raw = strings.Clone(raw)
			c = t.add(m.file.encoding, raw)
			known[raw] = c
		}
		return c
	}
	var problems []Problem
	for {
		cells, line, err := r.next()
		var broken *errRow
		switch {
		case errors.Is(err, io.EOF):
			return problems, nil
		case errors.As(err, &broken):
			t.read++
			problems = append(problems, Problem{Line: broken.line, Case: t.caseOf(m, broken.cells), Message: broken.message})
			continue
		case err != nil:
			return nil, err
		}
		t.read++
		if len(t.rows) >= MaxRows {
			return nil, fmt.Errorf("the file has more than %d rows", MaxRows)
		}
		if fault := t.hold(m, line, cells, take, source); fault != "" {
			problems = append(problems, Problem{Line: line, Case: t.caseOf(m, cells), Message: fault})
		}
	}
}

// caseOf returns the id that a broken row seems to have, "" where it cannot be
// told.
func (t *table) caseOf(m *Mapping, cells []string) string {
	if len(m.id.columns) != 1 {
		return ""
	}
	at, fault := t.find(m.id.columns[0])
	if fault != "" || at >= len(cells) || len(cells[at]) > schema.MaxID {
		return ""
	}
	text, _ := m.file.encoding.decode(cells[at])
	text, _ = stripControls(text)
	return strings.TrimSpace(text)
}

// add holds a new text and notes what is wrong with it.
func (t *table) add(enc Encoding, raw string) cell {
	c := cell(len(t.texts))
	if len(raw) > MaxCell {
		t.faults[c] = fmt.Sprintf("is %d bytes long; at most %d are kept", len(raw), MaxCell)
		t.texts = append(t.texts, "")
		return c
	}
	text, fault := enc.decode(raw)
	if fault != "" {
		t.faults[c] = fault
	}
	text, removed := stripControls(text)
	if removed > 0 {
		t.notes[c] = removed
	}
	t.texts = append(t.texts, strings.TrimSpace(text))
	return c
}
