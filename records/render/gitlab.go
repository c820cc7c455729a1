package render

import (
	"io"

	"frontdesk/records/diag"
)

// gitlabIssue is an entry of GitLab's Code Quality report.
type gitlabIssue struct {
	Description string         `json:"description"`
	CheckName   string         `json:"check_name"`
	Fingerprint string         `json:"fingerprint"`
	Severity    string         `json:"severity"`
	Location    gitlabLocation `json:"location"`
}

type gitlabLocation struct {
	Path  string      `json:"path"`
	Lines gitlabLines `json:"lines"`
}

type gitlabLines struct {
	Begin int `json:"begin"`
}

// writeGitLab writes a Code Quality report. Of two entries with one fingerprint
// GitLab shows the first, so each has its own.
func writeGitLab(w io.Writer, _ Report, fs []finding) error {
	severities := [...]string{diag.Info: "info", diag.Warning: "minor", diag.Error: "major"}
	prints := fingerprints(fs)
	out := make([]gitlabIssue, len(fs))
	for i, f := range fs {
		out[i] = gitlabIssue{
			Description: f.Message, CheckName: string(f.Rule), Fingerprint: prints[i], Severity: severities[f.Severity],
			Location: gitlabLocation{Path: f.Path, Lines: gitlabLines{Begin: f.Span.Start.Line}},
		}
	}
	return encode(w, out)
}
