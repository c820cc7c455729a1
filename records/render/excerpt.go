package render

import (
	"math"
	"strings"

	"charm.land/lipgloss/v2"

	"frontdesk/records/plain"
)

const (
	excerptWidth = 100 // cells of a source line that are shown
	excerptLead  = 40  // of those, at most so many before the marked place of a long line
	tabWidth     = 4
	maxColumn    = math.MaxInt
)

// cell is one character of a line as it is shown: nothing for characters that
// must not be printed, spaces for a tab.
type cell struct {
	text  string
	width int
}

// excerpt returns what is shown of a line and the mark below it: a caret under
// column start, tildes up to column end. Columns count characters from 1. A long
// line is cut around the mark, with an ellipsis on each side that was cut.
func excerpt(line string, start, end int) (text, mark string) {
	cells := shownCells(line, start)
	from, to := window(cells.shown, start-1-cells.skipped)
	if from > 0 || cells.skipped > 0 {
		text, mark = "…", " "
	}
	for i, c := range cells.shown[from:to] {
		column := cells.skipped + from + i + 1
		text += c.text
		switch {
		case c.width == 0 || column >= max(end, start+1):
		case column < start:
			mark += strings.Repeat(" ", c.width)
		case strings.Contains(mark, "^"):
			mark += strings.Repeat("~", c.width)
		default:
			mark += "^" + strings.Repeat("~", c.width-1)
		}
	}
	if to < len(cells.shown) || cells.more {
		text += "…"
	}
	text = strings.TrimRight(text, " ")
	if !strings.Contains(mark, "^") {
		mark += "^"
	}
	return text, mark
}

// cellRun is a part of a line: how many characters stand before it, and whether
// some follow.
type cellRun struct {
	shown   []cell
	skipped int
	more    bool
}

// shownCells turns the neighbourhood of a column into cells, so that a line of
// megabytes costs no more than its scan.
func shownCells(line string, column int) cellRun {
	var run cellRun
	first := max(column-1-2*excerptWidth, 0)
	n := 0
	for _, r := range line {
		switch {
		case n < first:
			run.skipped++
		case n > column+2*excerptWidth:
			run.more = true
			return run
		default:
			run.shown = append(run.shown, toCell(r))
		}
		n++
	}
	return run
}

func toCell(r rune) cell {
	if r == '\t' {
		return cell{text: strings.Repeat(" ", tabWidth), width: tabWidth}
	}
	s := plain.Line(string(r))
	return cell{text: s, width: lipgloss.Width(s)}
}

// window returns which cells are shown: all of a short line, otherwise a stretch
// around the cell at index at.
func window(cells []cell, at int) (from, to int) {
	total := 0
	for _, c := range cells {
		total += c.width
	}
	if total <= excerptWidth {
		return 0, len(cells)
	}
	from = min(max(at, 0), len(cells))
	for lead := 0; from > 0 && lead+cells[from-1].width <= excerptLead; from-- {
		lead += cells[from-1].width
	}
	to = from
	for width := 0; to < len(cells) && width+cells[to].width <= excerptWidth; to++ {
		width += cells[to].width
	}
	return from, to
}
