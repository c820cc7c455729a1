package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"frontdesk/records"
	"frontdesk/records/history"
)

// blameJSON is the JSON of blame.
type blameJSON struct {
	Version int          `json:"version"`
	ID      records.ID   `json:"id"`
	Type    records.Type `json:"type"`
	Path    string       `json:"path"`
	Parts   []sourceJSON `json:"parts"`
}

// sourceJSON is a part of a record with the commit that last set it.
type sourceJSON struct {
	Part   history.Part `json:"part"`
	Name   string       `json:"name"`           // the key, or the section's heading
	Line   int          `json:"line,omitempty"` // of the log, from 1
	At     string       `json:"at,omitempty"`   // of an entry
	By     string       `json:"by,omitempty"`   // of an entry
	Value  any          `json:"value"`          // of fields and log lines; the text of others
	Commit *commitJSON  `json:"commit"`         // null: not committed
}

func newBlameCmd(e *env) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "blame ID",
		Short: "Show who last set each part of a record",
		Long: "Blame prints for each field, log line, section and entry of a record the commit that\n" +
			"made it what it is: when it was committed and by whom it was written. It compares what\n" +
			"is said, not lines: quotes, the order of keys and moves of the file do not count. Git\n" +
			"does not verify names and times. A commit marked with ^ is where a shallow clone\n" +
			"ends: what it shows may be older.",
		GroupID:           groupRead,
		Example:           "  frontdesk blame k7q4\n  frontdesk blame service/vpn --format json",
		Args:              between(1, 1, "an ID"),
		RunE:              func(cmd *cobra.Command, args []string) error { return blame(cmd.Context(), e, format, args[0]) },
		ValidArgsFunction: completeID(e),
	}
	return addFormat(cmd, &format)
}

func blame(ctx context.Context, e *env, format, part string) error {
	if err := oneOf("format", format, formatText, formatJSON); err != nil {
		return err
	}
	t, err := openDesk(e)
	if err != nil {
		return err
	}
	defer t.Close()
	_, trace, err := traceOf(ctx, e, t, part)
	if err != nil {
		return err
	}
	r := latest(trace)
	if format == formatJSON {
		out := blameJSON{Version: envelopeVersion, ID: r.ID, Type: r.Type, Path: r.Path, Parts: []sourceJSON{}}
		for _, s := range trace.Sources {
			out.Parts = append(out.Parts, newSourceJSON(s))
		}
		err = writeJSON(e.stdout, out)
	} else {
		err = printBlame(e, t.Desk.TimeZone, trace.Sources)
	}
	if err != nil {
		return err
	}
	return problemsOf(e, t, nil)
}

func newSourceJSON(s history.Source) sourceJSON {
	out := sourceJSON{Part: s.Part, Name: s.Name, Line: s.Line, By: s.By, Value: s.Value.Any(), Commit: newCommitJSON(s.Set)}
	if s.Part != history.PartField && s.Part != history.PartLog {
		out.Value = s.Text
	}
	if !s.At.IsZero() {
		out.At = records.FormatTime(s.At)
	}
	return out
}

func printBlame(e *env, zone *time.Location, sources []history.Source) error {
	t := table{header: []string{"COMMIT", "WHEN", "WHO", "PART", "VALUE"}, width: e.columns(), color: e.color()}
	p := &page{zone: zone}
	for _, s := range sources {
		commit, when, name := "not committed", "", ""
		if v := s.Set; v.IsCommitted() {
			commit, when, name = v.Short(), p.time(v.Committer.When), v.Author.Name
			if v.Cut {
				commit = "^" + commit
			}
			if name == "" {
				name = v.Author.Email
			}
		}
		t.rows = append(t.rows, []string{commit, when, name, partName(s), p.sourceText(s)})
	}
	return t.write(e.stdout)
}

// partName says which part of the record it is.
func partName(s history.Source) string {
	switch s.Part {
	case history.PartLog:
		return fmt.Sprintf("%s %d", s.Name, s.Line)
	case history.PartText:
		return "text"
	}
	return s.Name
}

// sourceText writes a part in one line; of a text, its beginning and how long it
// is.
func (p *page) sourceText(s history.Source) string {
	switch s.Part {
	case history.PartField:
		return firstLine(valueText(s.Value))
	case history.PartLog:
		if event, ok := eventOf(s.Value); ok {
			return p.time(event.At) + "  " + event.By + "  " + changes(nil, event)
		}
		return valueText(s.Value)
	case history.PartEntry:
		return p.time(s.At) + "  " + s.By + "  " + firstLine(s.Text)
	}
	return firstLine(s.Text)
}

// firstLine returns the first line of a text, and how many follow.
func firstLine(text string) string {
	lines := strings.Split(strings.Trim(text, "\n"), "\n")
	if n := len(lines) - 1; n > 0 {
		return fmt.Sprintf("%s (and %s)", lines[0], count(n, "more line"))
	}
	return lines[0]
}
