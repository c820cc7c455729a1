package main

import (
	"bufio"
	"io"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"frontdesk/records/plain"
)

// The look of tables.
const (
	columnGap = "  "
	minColumn = 6 // a column is never cut below this
)

// table is text in aligned columns.
type table struct {
	header []string
	rows   [][]string
	width  int      // of the terminal; 0 cuts nothing
	color  bool     // mark the header
	whole  []string // headers of columns whose cells are not cut
}

// write prints the table. Where it is too wide, long cells are cut, widest
// column first, but never those of the first column, nor of those to be left whole.
func (t table) write(w io.Writer) error {
	rows := make([][]string, len(t.rows))
	for i, row := range t.rows {
		rows[i] = make([]string, len(row))
		for j, cell := range row {
			rows[i][j] = plain.Line(cell)
		}
	}
	widths := t.fit(rows)
	out := bufio.NewWriter(w)
	header := t.line(t.header, widths)
	if t.color {
		header = lipgloss.NewStyle().Bold(true).Render(header)
	}
	out.WriteString(header + "\n")
	for _, row := range rows {
		out.WriteString(t.line(row, widths) + "\n")
	}
	return out.Flush()
}

// fit returns how wide each column is printed.
func (t table) fit(rows [][]string) []int {
	widths := make([]int, len(t.header))
	for i, h := range t.header {
		widths[i] = ansi.StringWidth(h)
	}
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], ansi.StringWidth(cell))
		}
	}
	if t.width == 0 {
		return widths
	}
	total := len(columnGap) * (len(widths) - 1)
	for _, w := range widths {
		total += w
	}
	for ; total > t.width; total-- {
		widest := 0
		for i := 1; i < len(widths); i++ {
			if (widest == 0 || widths[i] > widths[widest]) && !slices.Contains(t.whole, t.header[i]) {
				widest = i
			}
		}
		if widest == 0 || widths[widest] <= minColumn {
			break
		}
		widths[widest]--
	}
	return widths
}

func (t table) line(cells []string, widths []int) string {
	var b strings.Builder
	pad := 0
	for i, cell := range cells {
		if t.width > 0 && i > 0 {
			cell = ansi.Truncate(cell, widths[i], "…")
		}
		if cell != "" {
			b.WriteString(strings.Repeat(" ", pad) + cell)
			pad = 0
		}
		pad += widths[i] - ansi.StringWidth(cell) + len(columnGap)
	}
	return b.String()
}
