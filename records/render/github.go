package render

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"

	"frontdesk/records/diag"
)

// githubShown is how many annotations of a kind GitHub shows for a step; it
// drops the rest in silence.
const githubShown = 10

// writeGitHub writes workflow commands for the findings that GitHub will show,
// the worst first, and then the whole report as text: a step's log is the only
// place where everything can be read. Commands are stopped for that part, with a
// token that no record can hold, as it is a digest of all that is printed.
func writeGitHub(w io.Writer, rep Report, fs []finding) error {
	left := map[diag.Severity]int{diag.Error: githubShown, diag.Warning: githubShown}
	for _, f := range worstFirst(fs) {
		if left[f.Severity] == 0 {
			continue
		}
		left[f.Severity]--
		if _, err := fmt.Fprintln(w, workflowCommand(f)); err != nil {
			return err
		}
	}
	if len(fs) == 0 {
		return nil
	}
	var b strings.Builder
	rep.Color = false
	if err := writeText(&b, rep, fs); err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(b.String()))
	token := "frontdesk-" + hex.EncodeToString(sum[:])
	_, err := fmt.Fprintf(w, "::stop-commands::%s\n%s::%s::\n", token, b.String(), token)
	return err
}

// workflowCommand returns the command that annotates a finding. GitHub accepts
// an end column only on the line of the start.
func workflowCommand(f finding) string {
	end := ""
	if f.Span.End.Line == f.Span.Start.Line && f.Span.End.Column > f.Span.Start.Column {
		end = fmt.Sprintf(",endColumn=%d", f.Span.End.Column)
	}
	message := f.Message
	if f.Hint != "" {
		message += "\nhint: " + f.Hint
	}
	return fmt.Sprintf("::%s file=%s,line=%d,col=%d%s,title=%s::%s", f.Severity, escapeProperty(f.Path),
		f.Span.Start.Line, f.Span.Start.Column, end, escapeProperty(string(f.Rule)), escapeData(message))
}

// escapeData is the runner's own escaping of a command's message.
func escapeData(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A").Replace(s)
}

// escapeProperty is the runner's own escaping of a command's properties.
func escapeProperty(s string) string {
	return strings.NewReplacer("%", "%25", "\r", "%0D", "\n", "%0A", ":", "%3A", ",", "%2C").Replace(s)
}
