package intake

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
)

// rowReader reads the rows of a CSV file. A broken row does not end it: reading
// goes on with the line after the one on which the broken row began, so that a
// stray quote costs one row and never swallows the rest.
type rowReader struct {
	data   []byte
	csv    *csv.Reader
	comma  rune
	base   int // offset of data that csv began with
	line   int // number of the line at base
	from   int // offset from which the row being read was asked for
	spare  int // bytes that may still be read a second time
	strict int // cells that a row must have; 0: any number

	unquoted bool // a row is a line, whatever quotes it holds
}

// errRow is a row that cannot be read; the reader goes on behind it.
type errRow struct {
	line    int
	message string
	cells   []string // as far as they could be made out
}

func (e *errRow) Error() string { return fmt.Sprintf("line %d: %s", e.line, e.message) }

func newRowReader(data []byte, comma rune, line int) *rowReader {
	r := &rowReader{data: data, comma: comma, line: line, spare: 4*len(data) + 64<<20}
	r.restart(0)
	return r
}

// restart reads on from an offset behind the present one.
func (r *rowReader) restart(offset int) {
	r.line += bytes.Count(r.data[r.base:offset], []byte("\n"))
	r.base = offset
	r.csv = csv.NewReader(bytes.NewReader(r.data[offset:]))
	r.csv.Comma = r.comma
	r.csv.FieldsPerRecord = -1
	r.csv.ReuseRecord = true
}

// next returns the cells of the next row, valid until the next call, and its
// line. The error is io.EOF at the end and an *errRow for a broken row.
func (r *rowReader) next() (cells []string, line int, err error) {
	if r.unquoted {
		return r.nextLine()
	}
	r.from = r.base + int(r.csv.InputOffset())
	cells, err = r.csv.Read()
	var broken *csv.ParseError
	switch {
	case errors.As(err, &broken):
		line = r.line + broken.StartLine - 1
		return nil, line, r.broken(line, broken.Line > broken.StartLine, quoteMessage(broken), nil)
	case errors.Is(err, io.EOF):
		return nil, 0, io.EOF
	case err != nil:
		return nil, 0, err
	}
	line, _ = r.csv.FieldPos(0)
	last, _ := r.csv.FieldPos(len(cells) - 1)
	line += r.line - 1
	spans := last+r.line-1 > line || bytes.ContainsRune([]byte(cells[len(cells)-1]), '\n')
	if r.strict > 0 && len(cells) != r.strict {
		return nil, line, r.broken(line, spans, fmt.Sprintf("the row has %d cells; the header has %d", len(cells), r.strict), cells)
	}
	for i, c := range cells {
		if len(c) > maxAnyCell {
			message := fmt.Sprintf("cell %d, which ends on line %d, is %d bytes long; at most %d are read", i+1, line+strings.Count(c, "\n"), len(c), maxAnyCell)
			return nil, line, r.broken(line, false, message, cells)
		}
	}
	return cells, line, nil
}

// nextLine is next for a file in which quotes are text like any other.
func (r *rowReader) nextLine() (cells []string, line int, err error) {
	for r.base < len(r.data) {
		text, _, _ := bytes.Cut(r.data[r.base:], []byte("\n"))
		line = r.line
		r.base, r.line = min(r.base+len(text)+1, len(r.data)), r.line+1
		if text = bytes.TrimSuffix(text, []byte("\r")); len(text) == 0 {
			continue
		}
		cells = strings.Split(string(text), string(r.comma))
		if r.strict > 0 && len(cells) != r.strict {
			return nil, line, &errRow{line: line, message: fmt.Sprintf("the row has %d cells; the header has %d", len(cells), r.strict), cells: cells}
		}
		if i := slices.IndexFunc(cells, func(c string) bool { return len(c) > maxAnyCell }); i >= 0 {
			return nil, line, &errRow{line: line, message: fmt.Sprintf("cell %d is %d bytes long; at most %d are read", i+1, len(cells[i]), maxAnyCell), cells: cells}
		}
		return cells, line, nil
	}
	return nil, 0, io.EOF
}

// maxAnyCell bounds cells, also those that the mapping does not read.
const maxAnyCell = 1 << 20

// restartCost is what reading on from another place costs, in bytes read.
const restartCost = 4096

// broken arranges that reading goes on behind the row's first line, where it
// spanned several.
func (r *rowReader) broken(line int, spans bool, message string, cells []string) error {
	if cells == nil {
		cells = r.guess(line)
	}
	e := &errRow{line: line, message: message, cells: slices.Clone(cells)}
	if spans {
		end := r.base + int(r.csv.InputOffset())
		at := r.start(line)
		at += skipLines(r.data[at:], 1)
		r.spare -= end - at + restartCost
		if r.spare < 0 {
			return fmt.Errorf("line %d: too many quotes are broken to make sense of the file", line)
		}
		r.restart(at)
	}
	return e
}

// start returns the offset of the line on which the row being read began.
func (r *rowReader) start(line int) int {
	at := r.line + bytes.Count(r.data[r.base:r.from], []byte("\n"))
	return r.from + skipLines(r.data[r.from:], line-at)
}

// guess makes cells out of the first line of a broken row, so that the report
// can say which record it belongs to.
func (r *rowReader) guess(line int) []string {
	at := r.start(line)
	text := r.data[at : at+min(skipLines(r.data[at:], 1), maxAnyCell)]
	c := csv.NewReader(bytes.NewReader(text))
	c.Comma, c.LazyQuotes = r.comma, true
	cells, err := c.Read()
	if err != nil {
		return nil
	}
	return cells
}

func quoteMessage(e *csv.ParseError) string {
	switch {
	case errors.Is(e.Err, csv.ErrBareQuote):
		return "a quote stands inside a cell that does not begin with one"
	case errors.Is(e.Err, csv.ErrQuote) && e.Line > e.StartLine:
		return "a quote is opened and not closed properly"
	case errors.Is(e.Err, csv.ErrQuote):
		return "text follows a closing quote, or a quote is not closed"
	}
	return e.Err.Error()
}

// skipLines returns the offset behind n lines.
func skipLines(data []byte, n int) int {
	at := 0
	for ; n > 0; n-- {
		i := bytes.IndexByte(data[at:], '\n')
		if i < 0 {
			return len(data)
		}
		at += i + 1
	}
	return at
}
