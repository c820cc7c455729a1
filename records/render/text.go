package render

import (
	"bytes"
	"fmt"
	"io"
	"strconv"
	"strings"

	"charm.land/lipgloss/v2"

	"frontdesk/records/diag"
)

// palette paints the parts of the text format; without colour it paints nothing.
type palette struct{ on bool }

func (p palette) paint(style lipgloss.Style, s string) string {
	if !p.on || s == "" {
		return s
	}
	return style.Render(s)
}

func (p palette) bold(s string) string { return p.paint(lipgloss.NewStyle().Bold(true), s) }
func (p palette) faint(s string) string {
	return p.paint(lipgloss.NewStyle().Faint(true), s)
}

func (p palette) severity(sev diag.Severity, s string) string {
	colors := [...]string{diag.Info: "4", diag.Warning: "3", diag.Error: "1"}
	return p.paint(lipgloss.NewStyle().Foreground(lipgloss.Color(colors[sev])), s)
}

// writeText writes a block for each finding: place and message, the source line
// with the place underlined, other places, and what to do.
func writeText(w io.Writer, rep Report, fs []finding) error {
	p := palette{on: rep.Color}
	src := &sources{read: rep.Source}
	for _, f := range fs {
		if _, err := io.WriteString(w, textBlock(p, src, f)); err != nil {
			return err
		}
	}
	return nil
}

func textBlock(p palette, src *sources, f finding) string {
	var b strings.Builder
	message := f.Message
	if f.Severity != diag.Error {
		message = f.Severity.String() + ": " + message
	}
	fmt.Fprintf(&b, "%s %s %s\n", p.bold(place(f.Path, f.Span)+":"), p.severity(f.Severity, message), p.faint("["+string(f.Rule)+"]"))
	if line, ok := src.line(f); ok {
		writeExcerpt(&b, p, f, line)
	}
	for _, n := range f.Notes {
		fmt.Fprintf(&b, "note: %s: %s\n", place(n.Path, n.Span), n.Message)
	}
	if f.Hint != "" {
		fmt.Fprintf(&b, "%s %s\n", p.bold("hint:"), f.Hint)
	}
	return b.String()
}

func place(path string, s diag.Span) string {
	return fmt.Sprintf("%s:%d:%d", path, s.Start.Line, s.Start.Column)
}

// writeExcerpt writes the source line and the mark below it.
func writeExcerpt(b *strings.Builder, p palette, f finding, line string) {
	end := f.Span.End.Column
	if f.Span.End.Line > f.Span.Start.Line {
		end = maxColumn
	}
	text, mark := excerpt(line, f.Span.Start.Column, end)
	if text == "" || text == "---" {
		return // a finding on the front matter or the file as a whole
	}
	number := strconv.Itoa(f.Span.Start.Line)
	gutter := strings.Repeat(" ", len(number))
	fmt.Fprintf(b, "%s %s\n%s %s\n", p.faint(number+" |"), text, p.faint(gutter+" |"), p.severity(f.Severity, mark))
}

// sources hands out lines of files. It keeps the last file, as findings come in
// the order of paths.
type sources struct {
	read  func(path string) []byte
	path  string
	known bool
	lines [][]byte
}

// line returns the line that a finding begins on.
func (s *sources) line(f finding) (string, bool) {
	if f.Line != "" {
		return f.Line, true
	}
	if s.read == nil {
		return "", false
	}
	path, n := f.source, f.Span.Start.Line
	if !s.known || s.path != path {
		s.path, s.known, s.lines = path, true, bytes.Split(s.read(path), []byte("\n"))
	}
	if n < 1 || n > len(s.lines) {
		return "", false
	}
	return string(s.lines[n-1]), true
}
