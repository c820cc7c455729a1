package render

import (
	"encoding/json"
	"io"

	"frontdesk/records/diag"
)

// jsonReport is the contract of the json format, version 1: keys may be added,
// none changed or removed.
type jsonReport struct {
	Version     int              `json:"version"`
	Records     int              `json:"records"`
	Diagnostics []jsonDiagnostic `json:"diagnostics"`
}

type jsonDiagnostic struct {
	Rule      diag.RuleID   `json:"rule"`
	Severity  diag.Severity `json:"severity"`
	Path      string        `json:"path"`
	Line      int           `json:"line"`
	Column    int           `json:"column"`
	EndLine   int           `json:"end_line"`
	EndColumn int           `json:"end_column"`
	Message   string        `json:"message"`
	Hint      string        `json:"hint"`
	Record    string        `json:"record,omitempty"`
	Field     string        `json:"field,omitempty"`
	Notes     []jsonNote    `json:"notes,omitempty"`
}

type jsonNote struct {
	Path    string `json:"path"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Message string `json:"message"`
}

func writeJSON(w io.Writer, rep Report, fs []finding) error {
	out := jsonReport{Version: 1, Records: rep.Records, Diagnostics: make([]jsonDiagnostic, len(fs))}
	for i, f := range fs {
		out.Diagnostics[i] = jsonDiagnostic{
			Rule: f.Rule, Severity: f.Severity, Path: f.Path,
			Line: f.Span.Start.Line, Column: f.Span.Start.Column, EndLine: f.Span.End.Line, EndColumn: f.Span.End.Column,
			Message: f.Message, Hint: f.Hint, Record: f.Record, Field: f.Field,
		}
		for _, n := range f.Notes {
			out.Diagnostics[i].Notes = append(out.Diagnostics[i].Notes,
				jsonNote{Path: n.Path, Line: n.Span.Start.Line, Column: n.Span.Start.Column, Message: n.Message})
		}
	}
	return encode(w, out)
}

func encode(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}
