package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"
	"time"
	"unicode/utf8"
)

// verdict says what became of a line of the table.
type verdict string

// The verdicts.
const (
	held        verdict = "held"
	missed      verdict = "missed"
	quoted      verdict = "no budget"    // measured for comparison
	missing     verdict = "MISSING"      // the program has no such command yet
	notMeasured verdict = "not measured" // data or another program is absent
	wrong       verdict = "WRONG"        // answered fast, perhaps, but not rightly
	failed      verdict = "FAILED"       // could not be run
)

// line is a line of the table.
type line struct {
	row      string // the row's name, as --rows takes it
	what     string
	measured string
	yard     string // the yardstick of the same run
	ratio    string
	budget   string
	verdict  verdict
	absolute bool   // judged by a time or size of a 2-core machine, not by a ratio
	note     string // in a few words, below the table
}

// against judges a series by a yardstick of the same run.
func against(what string, ours, yard *series, limit float64) line {
	r := ours.ratio(yard)
	l := line{what: what, measured: ours.String(), yard: yard.brief(), ratio: fmt.Sprintf("%.2f", r), budget: fmt.Sprintf("≤ %g ×", limit), verdict: held}
	if r > limit {
		l.verdict = missed
	}
	return l
}

// faster judges whether a series is faster than a yardstick of the same run.
func faster(what string, ours, yard *series) line {
	l := against(what, ours, yard, 1)
	l.budget = "faster"
	if ours.median() >= yard.median() {
		l.verdict = missed
	}
	return l
}

// within judges a series by a time that is meant for a 2-core machine.
func within(what string, ours *series, limit time.Duration) line {
	l := line{what: what, measured: ours.String(), budget: "≤ " + round(limit), verdict: held, absolute: true}
	if ours.median() > limit {
		l.verdict = missed
	}
	return l
}

// aside quotes a series beside a yardstick, without a budget.
func aside(what string, ours, yard *series) line {
	l := line{what: what, measured: ours.String(), verdict: quoted}
	if yard != nil {
		l.yard, l.ratio = yard.brief(), fmt.Sprintf("%.2f", ours.ratio(yard))
	}
	return l
}

// beside adds a yardstick to a line that is judged without it.
func (l line) beside(ours, yard *series) line {
	l.yard, l.ratio = yard.brief(), fmt.Sprintf("%.2f", ours.ratio(yard))
	return l
}

// children notes how many git processes were counted, and misses the budget
// where there are more than allowed; a negative limit allows any number.
func (l line) children(n, limit int) line {
	l.note = strings.TrimPrefix(l.note+fmt.Sprintf("; git processes: %d", n), "; ")
	if limit >= 0 {
		l.budget += fmt.Sprintf(", git processes ≤ %d", limit)
		if n > limit {
			l.verdict = missed
		}
	}
	return l
}

func round(d time.Duration) string {
	return strings.TrimSuffix(strings.TrimSuffix(fmt.Sprintf("%.1f", float64(d)/float64(time.Millisecond)), ".0"), ".") + " ms"
}

// header names the columns of the table.
func header() []string {
	return []string{"what", "measured", "yardstick", "ratio", "budget", "verdict"}
}

func (l line) cells() []string {
	verdict := string(l.verdict)
	if l.absolute && (l.verdict == held || l.verdict == missed) {
		verdict += " *"
	}
	return []string{l.what, l.measured, l.yard, l.ratio, l.budget, verdict}
}

// notes returns the notes below the table.
func notes(lines []line) []string {
	var out []string
	for _, l := range lines {
		if l.note != "" {
			out = append(out, l.what+": "+l.note)
		}
	}
	return out
}

const absoluteNote = "* a time or size for a machine with 2 cores: quoted, and not judged by --strict"

// printText prints the table for a terminal.
func printText(w io.Writer, lines []line) error {
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, strings.ToUpper(strings.Join(header(), "\t")))
	for _, l := range lines {
		fmt.Fprintln(t, strings.Join(l.cells(), "\t"))
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(w, "\n"+absoluteNote)
	for _, n := range notes(lines) {
		fmt.Fprintln(w, n)
	}
	return nil
}

// markdownTable writes the table as Markdown, its columns aligned.
func markdownTable(lines []line) string {
	rows := [][]string{header()}
	for _, l := range lines {
		rows = append(rows, l.cells())
	}
	widths := make([]int, len(rows[0]))
	for _, r := range rows {
		for i := range r {
			r[i] = strings.ReplaceAll(strings.ReplaceAll(r[i], "|", `\|`), "*", `\*`)
			widths[i] = max(widths[i], utf8.RuneCountInString(r[i]))
		}
	}
	var b strings.Builder
	for n, r := range rows {
		writeRow(&b, r, widths, " ")
		if n == 0 {
			writeRow(&b, make([]string, len(r)), widths, "-")
		}
	}
	return b.String()
}

func writeRow(b *strings.Builder, cells []string, widths []int, fill string) {
	for i, c := range cells {
		b.WriteString("|" + fill + c + strings.Repeat(fill, widths[i]-utf8.RuneCountInString(c)) + fill)
	}
	b.WriteString("|\n")
}
