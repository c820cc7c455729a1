// Package diag provides diagnostics: what is wrong in a file, where, how bad it
// is and what would be right. It holds data only and must not import any other
// package of the project.
package diag

import (
	"bytes"
	"cmp"
	"fmt"
	"slices"
)

// RuleID names a rule as "family/short-name". It is never renamed or reused.
type RuleID string

// Severity says how bad a diagnostic is. Only errors make a check fail.
type Severity uint8

// The severities, from harmless to harmful.
const (
	Info Severity = iota
	Warning
	Error
)

// String returns "info", "warning" or "error".
func (s Severity) String() string {
	return [...]string{"info", "warning", "error"}[s]
}

// MarshalText writes the severity as its name.
func (s Severity) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Position is a place in a text. Line and Column count from 1, Column in
// characters. The zero Position means "the file as a whole".
type Position struct{ Line, Column int }

// IsZero reports whether the position names no place.
func (p Position) IsZero() bool { return p.Line == 0 }

// Compare orders positions as they stand in the text.
func (p Position) Compare(q Position) int {
	return cmp.Or(cmp.Compare(p.Line, q.Line), cmp.Compare(p.Column, q.Column))
}

// Span is a stretch of text. Start is its first character, End the place after
// its last one.
type Span struct{ Start, End Position }

// At returns the span of a whole line.
func At(line int) Span {
	return Span{Start: Position{Line: line, Column: 1}, End: Position{Line: line, Column: 1}}
}

// Diagnostic is one finding. Path is relative to the desk's root, with slashes.
type Diagnostic struct {
	Rule     RuleID
	Severity Severity
	Path     string
	Span     Span
	Message  string
	Hint     string // what to do about it; may be empty
	Notes    []Note // other places that belong to the finding
	Record   string // id of the record it concerns, if known
	Field    string // front-matter key it concerns, if any
	Line     string // the line that Span begins on, where it was at hand and is not long
}

// Note is a second place that belongs to a diagnostic.
type Note struct {
	Path    string
	Span    Span
	Message string
}

// New returns a diagnostic with a formatted message.
func New(rule RuleID, sev Severity, path string, span Span, format string, args ...any) Diagnostic {
	return Diagnostic{Rule: rule, Severity: sev, Path: path, Span: span, Message: fmt.Sprintf(format, args...)}
}

// longest is how many bytes of a line are kept.
const longest = 512

// Keep keeps the lines that findings on a file begin on, for those who show them.
func Keep(ds []Diagnostic, path string, source []byte) {
	if len(ds) == 0 || source == nil {
		return
	}
	lines := bytes.Split(source, []byte("\n"))
	for i := range ds {
		d := &ds[i]
		n := d.Span.Start.Line
		if d.Path == path && n >= 1 && n <= len(lines) && len(lines[n-1]) <= longest {
			d.Line = string(lines[n-1])
		}
	}
}

// WithHint returns a copy of the diagnostic with a formatted hint.
func (d Diagnostic) WithHint(format string, args ...any) Diagnostic {
	d.Hint = fmt.Sprintf(format, args...)
	return d
}

// WithNote returns a copy of the diagnostic with one more place.
func (d Diagnostic) WithNote(path string, span Span, format string, args ...any) Diagnostic {
	d.Notes = append(slices.Clone(d.Notes), Note{Path: path, Span: span, Message: fmt.Sprintf(format, args...)})
	return d
}

// Sort orders diagnostics by path, position, rule and message.
func Sort(ds []Diagnostic) {
	slices.SortStableFunc(ds, func(a, b Diagnostic) int {
		return cmp.Or(
			cmp.Compare(a.Path, b.Path),
			a.Span.Start.Compare(b.Span.Start),
			cmp.Compare(a.Rule, b.Rule),
			cmp.Compare(a.Message, b.Message),
		)
	})
}

// Count returns how many of the diagnostics have the severity.
func Count(ds []Diagnostic, sev Severity) int {
	n := 0
	for _, d := range ds {
		if d.Severity == sev {
			n++
		}
	}
	return n
}
