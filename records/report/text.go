package report

import (
	"bufio"
	"cmp"
	"encoding/csv"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"frontdesk/records/figure"
	"frontdesk/records/plain"
)

// writer lays a report out as text or Markdown.
type writer struct {
	out      *bufio.Writer
	markdown bool
	width    int // of a line of prose
}

// WriteText writes a report for people at a terminal.
func (done *Done) WriteText(w io.Writer, width int) error {
	return done.lay(&writer{out: bufio.NewWriter(w), width: proseWidth(width)})
}

// proseWidth is how wide paragraphs are on a terminal of a width, 0 where there is none.
func proseWidth(terminal int) int {
	if terminal == 0 {
		return 100
	}
	return max(40, min(terminal, 100))
}

// WriteMarkdown writes a report in Markdown, with the definition of every figure.
func (done *Done) WriteMarkdown(w io.Writer) error {
	return done.lay(&writer{out: bufio.NewWriter(w), markdown: true})
}

func (done *Done) lay(w *writer) error {
	w.heading(1, done.Report.Title)
	w.prose(done.head())
	for _, kind := range []figure.Kind{figure.Counted, figure.Detected, figure.Predicted} {
		var of []Figure
		for _, f := range done.Figures {
			if f.Kind == kind {
				of = append(of, f)
			}
		}
		if len(of) > 0 {
			w.kind(kind, of)
		}
	}
	if w.markdown || len(done.Asked.Figures) > 0 {
		w.definitions(done.Figures)
	}
	return w.out.Flush()
}

func (w *writer) heading(level int, text string) {
	text = plain.Line(text)
	if w.markdown {
		fmt.Fprintf(w.out, "%s %s\n\n", strings.Repeat("#", level), escape(text))
		return
	}
	if level > 1 {
		fmt.Fprintln(w.out)
	}
	fmt.Fprintln(w.out, text)
}

// prose writes a paragraph.
func (w *writer) prose(text string) {
	if text = plain.Line(text); w.markdown {
		fmt.Fprintf(w.out, "%s\n\n", escape(text))
		return
	}
	w.wrap("", text)
}

// wrap writes text below an indentation, broken between words.
func (w *writer) wrap(indent, text string) {
	line := indent
	for _, word := range strings.Fields(text) {
		if len(line) > len(indent) && len(line)+1+len(word) > w.width {
			fmt.Fprintln(w.out, line)
			line = indent
		}
		if len(line) > len(indent) {
			line += " "
		}
		line += word
	}
	fmt.Fprintln(w.out, line)
}

// kind writes the figures of one kind: what is counted in its groups, the rest below a
// heading of its own.
func (w *writer) kind(kind figure.Kind, fs []Figure) {
	switch kind {
	case figure.Detected:
		w.heading(2, "Detected")
	case figure.Predicted:
		w.heading(2, "Predicted")
	}
	if kind != figure.Counted {
		for _, f := range fs {
			w.outlook(f)
		}
		return
	}
	var groups []string
	for _, f := range fs {
		if !slices.Contains(groups, f.Group) {
			groups = append(groups, f.Group)
		}
	}
	for _, g := range groups {
		w.heading(2, g)
		w.group(slices.DeleteFunc(slices.Clone(fs), func(f Figure) bool { return f.Group != g }))
	}
}

// group writes the figures of a group: numbers one a line, families and those by month
// side by side.
func (w *writer) group(fs []Figure) {
	var numbers, byMonth []Figure
	head := []string{"Month"}
	for _, f := range fs {
		switch {
		case len(f.Groups) > 0:
		case f.Shape == figure.Months:
			head, byMonth = append(head, strings.TrimSuffix(f.Title, " by month")), append(byMonth, f)
		case f.Shape == figure.Number:
			numbers = append(numbers, f)
		}
	}
	notes := &footnotes{}
	rest, ms, none := families(numbers, notes)
	var rows [][]string
	for _, f := range rest {
		rows = append(rows, []string{f.Title, Words(f.Value, f.Unit), of(f) + notes.mark(f.Note)})
	}
	w.table([]string{"Figure", "Value", "Of"}, rows)
	for _, m := range ms {
		w.table(m.head, m.rows)
	}
	for i, n := range notes.texts {
		w.note(fmt.Sprintf("[%d] %s", i+1, n))
	}
	if len(none) > 0 {
		w.note("Nothing to count for: " + strings.Join(none, "; ") + ".")
	}
	if months := monthRows(byMonth); len(months) > 0 {
		w.table(head, months)
	}
	for _, f := range fs {
		w.shape(f)
	}
}

// shape writes a figure that takes several lines.
func (w *writer) shape(f Figure) {
	switch {
	case len(f.Groups) > 0:
		w.grouped(f)
	case f.Shape == figure.Bars:
		w.bars(f)
	case f.Shape == figure.List:
		w.list(f)
	}
}

// of says of how many a figure is, where that is not the figure itself.
func of(f Figure) string {
	if n, ok := f.Value.(int); ok && n == f.N || f.Value == nil && f.N == 0 || f.Unit == figure.Records && f.Value == float64(f.N) {
		return ""
	}
	return figure.Thousands(f.N)
}

// monthRows lays values by month side by side.
func monthRows(fs []Figure) [][]string {
	var keys []string
	cells := map[string][]string{}
	for i, f := range fs {
		for _, e := range entries(f.Value) {
			if cells[e.key] == nil {
				keys, cells[e.key] = append(keys, e.key), slices.Repeat([]string{""}, len(fs))
			}
			cells[e.key][i] = Words(e.value, f.Unit)
		}
	}
	slices.Sort(keys)
	var out [][]string
	for _, k := range keys {
		out = append(out, append([]string{k}, cells[k]...))
	}
	return out
}

// Figures by a key show the largest first where there are more than a few, and they and
// lists show as many as fit on a screen.
const (
	fewBars  = 8
	mostBars = 15
	mostRows = 10
)

func amount(v any) float64 {
	switch v := v.(type) {
	case int:
		return float64(v)
	case float64:
		return v
	}
	return 0
}

// bars writes the values of a figure by a key.
func (w *writer) bars(f Figure) {
	var rows [][]string
	es := entries(f.Value)
	if len(es) > fewBars {
		slices.SortStableFunc(es, func(a, b entry) int { return cmp.Compare(amount(b.value), amount(a.value)) })
	}
	more := max(0, len(es)-mostBars)
	for _, e := range es[:len(es)-more] {
		rows = append(rows, []string{e.key, Words(e.value, f.Unit)})
	}
	w.sub(f.Title)
	if len(rows) == 0 {
		w.note("none")
	}
	w.table([]string{"", "Value"}, rows)
	if more > 0 {
		w.note(fmt.Sprintf("and %d more, which --format csv and json have", more))
	}
	w.note(f.Note)
}

// grouped writes a figure with its values for parts of the records.
func (w *writer) grouped(f Figure) {
	if f.Shape != figure.Number {
		return
	}
	rows := [][]string{{"all", Words(f.Value, f.Unit), of(f)}}
	for _, g := range f.Groups {
		name := g.Key
		switch {
		case g.Key == "":
			name = "(not set)"
		case g.Title != "" && g.Title != g.Key:
			name = g.Title + " (" + g.Key + ")"
		}
		rows = append(rows, []string{name, Words(g.Value, f.Unit), of(Figure{Result: g.Result})})
	}
	w.sub(f.Title)
	w.table([]string{"", "Value", "Of"}, rows)
	w.note(f.Note)
}

// list writes the lines of a figure.
func (w *writer) list(f Figure) {
	w.sub(f.Title)
	rows, _ := f.Value.([]figure.Row)
	if len(rows) == 0 {
		w.note("none")
	}
	more := max(0, len(rows)-mostRows)
	if w.markdown {
		more = 0
	}
	for _, r := range rows[:len(rows)-more] {
		w.item(r.Words)
	}
	if more > 0 {
		w.note(fmt.Sprintf("and %d more, which --format md, csv and json have", more))
	}
	w.note(f.Note)
}

// outlook writes what was detected or predicted, with the method and its error.
func (w *writer) outlook(f Figure) {
	switch {
	case f.Shape == figure.List:
		w.list(f)
	case f.Shape == figure.Number:
		w.sub(f.Title + ": " + Words(f.Value, f.Unit))
		w.note(f.Note)
	default:
		w.bars(f)
	}
	if rows, ok := f.Value.([]figure.Row); w.markdown || f.Value != nil && (!ok || len(rows) > 0) {
		w.note(f.Method)
	}
	w.note(confidence(f))
}

func (w *writer) sub(title string) {
	if w.markdown {
		w.heading(3, title)
		return
	}
	fmt.Fprintf(w.out, "  %s\n", plain.Line(title))
}

func (w *writer) item(text string) {
	if w.markdown {
		fmt.Fprintf(w.out, "- %s\n", escape(plain.Line(text)))
		return
	}
	w.wrap("    ", "- "+plain.Line(text))
}

func (w *writer) note(text string) {
	switch text = plain.Line(text); {
	case text == "":
	case w.markdown:
		fmt.Fprintf(w.out, "\n%s\n\n", escape(text))
	default:
		w.wrap("    ", text)
	}
}

// table writes rows in aligned columns, all but the first to the right.
func (w *writer) table(head []string, rows [][]string) {
	if len(rows) == 0 {
		return
	}
	if w.markdown {
		w.markdownTable(head, rows)
		return
	}
	all := rows
	if len(head) > 3 || head[0] == "Month" {
		all = append([][]string{head}, rows...)
	}
	widths := make([]int, len(head))
	for _, row := range all {
		for i, cell := range row {
			widths[i] = max(widths[i], ansi.StringWidth(plain.Line(cell)))
		}
	}
	for _, row := range all {
		var b strings.Builder
		for i, cell := range row {
			cell = plain.Line(cell)
			pad := strings.Repeat(" ", widths[i]-ansi.StringWidth(cell))
			switch {
			case i == 0:
				b.WriteString("  " + cell + pad)
			case head[i] == "Of" && cell != "":
				b.WriteString("  " + ofWords(cell, pad))
			default:
				b.WriteString("  " + pad + cell)
			}
		}
		fmt.Fprintln(w.out, strings.TrimRight(b.String(), " "))
	}
}

// ofWords puts "of" before a number, not before a mark alone.
func ofWords(cell, pad string) string {
	if strings.HasPrefix(cell, " ") {
		return cell[1:]
	}
	number, mark, _ := strings.Cut(cell, " ")
	return "of " + pad + strings.TrimRight(number+" "+mark, " ")
}

func (w *writer) markdownTable(head []string, rows [][]string) {
	line := func(cells []string) {
		for i, c := range cells {
			cells[i] = escape(plain.Line(c))
		}
		fmt.Fprintf(w.out, "| %s |\n", strings.Join(cells, " | "))
	}
	line(slices.Clone(head))
	fmt.Fprintf(w.out, "|---%s|\n", strings.Repeat("|---:", len(head)-1))
	for _, row := range rows {
		line(slices.Clone(row))
	}
	fmt.Fprintln(w.out)
}

func (w *writer) definitions(fs []Figure) {
	w.heading(2, "Definitions")
	for _, f := range fs {
		if !w.markdown {
			w.wrap("  ", fmt.Sprintf("%s (%s): %s", plain.Line(f.Title), f.ID, plain.Line(f.Text)))
			continue
		}
		fmt.Fprintf(w.out, "- **%s** (`%s`): %s\n", escape(plain.Line(f.Title)), f.ID, escape(plain.Line(f.Text)))
	}
}

// escape makes text of records say nothing in Markdown.
func escape(text string) string {
	return strings.NewReplacer(`\`, `\\`, "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "<", "&lt;", "|", `\|`, "#", `\#`).Replace(text)
}

// WriteCSV writes a line for each value: figure, title, group, key, value, unit, n. A
// list has a line for each of its rows, with the sentence in the place of the value.
func (done *Done) WriteCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	if err := out.Write([]string{"figure", "title", "group", "key", "value", "unit", "n"}); err != nil {
		return fmt.Errorf("write csv: %w", err)
	}
	for _, f := range done.Figures {
		if err := writeValues(out, f.Definition, "", f.Result); err != nil {
			return fmt.Errorf("write csv: %w", err)
		}
		for _, g := range f.Groups {
			if err := writeValues(out, f.Definition, g.Key, g.Result); err != nil {
				return fmt.Errorf("write csv: %w", err)
			}
		}
	}
	out.Flush()
	return out.Error()
}

func writeValues(out *csv.Writer, d figure.Definition, group string, r figure.Result) error {
	line := func(key, value string) error {
		return out.Write([]string{d.ID, plain.CSV(plain.Line(d.Title)), plain.CSV(plain.Line(group)), plain.CSV(plain.Line(key)), value, plain.CSV(plain.Line(string(d.Unit))), strconv.Itoa(r.N)})
	}
	if rows, ok := r.Value.([]figure.Row); ok {
		for _, row := range rows {
			if err := line(row.Name, plain.CSV(plain.Line(row.Words))); err != nil {
				return err
			}
		}
		return nil
	}
	if es := entries(r.Value); es != nil {
		for _, e := range es {
			if err := line(e.key, exact(e.value)); err != nil {
				return err
			}
		}
		return nil
	}
	return line("", exact(r.Value))
}

// exact writes a number with all its digits, nothing where there is none.
func exact(v any) string {
	switch v := v.(type) {
	case int:
		return strconv.Itoa(v)
	case float64:
		return strconv.FormatFloat(v, 'f', -1, 64)
	}
	return ""
}
