// Package render provides diagnostics in the formats that people, editors and
// forges read. What it prints is safe wherever it is shown: text of records can
// neither steer a terminal nor give orders to a forge. It must not open files
// nor judge records.
package render

import (
	"bufio"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"slices"
	"strings"

	"frontdesk/records/check"
	"frontdesk/records/diag"
	"frontdesk/records/plain"
)

// Report is the outcome of a check.
type Report struct {
	Records     int // records that were checked
	Diagnostics []diag.Diagnostic
	Source      func(path string) []byte // content of a file for excerpts, nil where there is none; may itself be nil
	Rules       []check.Rule
	Prefix      string // the desk's folder within its repository, "" for the top: forges name files from there
	Version     string // of the program
	Color       bool   // text only: mark up with ANSI colours
}

// The names of the formats.
const (
	Text   = "text"
	JSON   = "json"
	SARIF  = "sarif"
	GitHub = "github"
	GitLab = "gitlab"
	JUnit  = "junit"
)

// Formats returns the names of the formats, the default first.
func Formats() []string { return []string{Text, JSON, SARIF, GitHub, GitLab, JUnit} }

// Write writes the report in a format. The same report gives the same bytes.
// Text and JSON, which people and their editors read in the desk, name files
// from the desk's root, all others from the top of the repository.
func Write(w io.Writer, format string, rep Report) error {
	writers := map[string]func(io.Writer, Report, []finding) error{
		Text: writeText, JSON: writeJSON, SARIF: writeSARIF, GitHub: writeGitHub, GitLab: writeGitLab, JUnit: writeJUnit,
	}
	write, ok := writers[format]
	if !ok {
		return fmt.Errorf("write report: format %q is not one of %s", format, strings.Join(Formats(), ", "))
	}
	if format == Text || format == JSON {
		rep.Prefix = ""
	}
	out := bufio.NewWriter(w)
	if err := write(out, rep, findings(rep)); err != nil {
		return fmt.Errorf("write report as %s: %w", format, err)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("write report as %s: %w", format, err)
	}
	return nil
}

// Summary returns the report in one line: "2 errors, 1 warning in 60 records".
func Summary(rep Report) string {
	var parts []string
	for _, sev := range []diag.Severity{diag.Error, diag.Warning, diag.Info} {
		if n := diag.Count(rep.Diagnostics, sev); n > 0 {
			parts = append(parts, plural(n, severityNoun(sev)))
		}
	}
	if len(parts) == 0 {
		parts = []string{"no problems"}
	}
	return strings.Join(parts, ", ") + " in " + plural(rep.Records, "record")
}

func severityNoun(sev diag.Severity) string {
	if sev == diag.Info {
		return "note"
	}
	return sev.String()
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// finding is a diagnostic whose texts are safe to print. source is the path as
// it really is, to look up the file.
type finding struct {
	diag.Diagnostic
	source string
}

// findings returns the report's diagnostics in the order of their place, made
// safe.
func findings(rep Report) []finding {
	sorted := slices.Clone(rep.Diagnostics)
	diag.Sort(sorted)
	out := make([]finding, len(sorted))
	for i, d := range sorted {
		out[i] = finding{Diagnostic: safe(d), source: d.Path}
		out[i].Path = rep.path(out[i].Path)
		for j, n := range out[i].Notes {
			out[i].Notes[j].Path = rep.path(n.Path)
		}
	}
	return out
}

// path returns a path of the desk as the report gives it.
func (rep Report) path(p string) string {
	if rep.Prefix == "" {
		return p
	}
	return plain.Line(rep.Prefix) + "/" + p
}

// safe strips a diagnostic's texts and gives it a place: a finding on a file as
// a whole stands on its first line.
func safe(d diag.Diagnostic) diag.Diagnostic {
	d.Rule = diag.RuleID(plain.Line(string(d.Rule)))
	d.Path = plain.Line(d.Path)
	d.Message, d.Hint = plain.Line(d.Message), plain.Line(d.Hint)
	d.Record, d.Field = plain.Line(d.Record), plain.Line(d.Field)
	d.Notes = slices.Clone(d.Notes)
	for i, n := range d.Notes {
		d.Notes[i].Path, d.Notes[i].Message = plain.Line(n.Path), plain.Line(n.Message)
		d.Notes[i].Span = placed(n.Span)
	}
	d.Span = placed(d.Span)
	return d
}

func placed(s diag.Span) diag.Span {
	s.Start.Line, s.Start.Column = max(s.Start.Line, 1), max(s.Start.Column, 1)
	if s.End.Compare(s.Start) < 0 {
		s.End = s.Start
	}
	return s
}

// worstFirst returns the findings by severity, otherwise in their order.
func worstFirst(fs []finding) []finding {
	out := slices.Clone(fs)
	slices.SortStableFunc(out, func(a, b finding) int { return cmp.Compare(b.Severity, a.Severity) })
	return out
}

// fingerprints returns a name for each finding that stays the same while lines
// move: a digest of rule, record (path where it is unknown) and field, and a
// number that tells apart those that share it.
func fingerprints(fs []finding) []string {
	out := make([]string, len(fs))
	seen := make(map[string]int, len(fs))
	for i, f := range fs {
		sum := sha256.Sum256([]byte(string(f.Rule) + "\x00" + cmp.Or(f.Record, f.Path) + "\x00" + f.Field))
		key := hex.EncodeToString(sum[:16])
		seen[key]++
		out[i] = fmt.Sprintf("%s:%d", key, seen[key])
	}
	return out
}
