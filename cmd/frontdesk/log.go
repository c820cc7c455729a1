package main

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"frontdesk/records"
)

// logJSON is the JSON of a record's log.
type logJSON struct {
	Version int          `json:"version"`
	ID      records.ID   `json:"id"`
	Type    records.Type `json:"type"`
	Path    string       `json:"path"`
	Events  []eventJSON  `json:"events"`
}

func newLogCmd(e *env) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "log ID",
		Short: "Show what happened to a record, and who did it",
		Long: "Log prints a record's history from its log: who set which tracked field when.\n" +
			"The oldest line comes first; times are in the desk's time zone. Lines that cannot\n" +
			"be read are named on stderr, and the exit status is 1.",
		GroupID:           groupRead,
		Example:           "  frontdesk log k7q4\n  frontdesk log k7q4 --format json",
		Args:              between(1, 1, "an ID"),
		RunE:              func(cmd *cobra.Command, args []string) error { return showLog(cmd.Context(), e, format, args[0]) },
		ValidArgsFunction: completeID(e),
	}
	return addFormat(cmd, &format)
}

func showLog(ctx context.Context, e *env, format, part string) error {
	if err := oneOf("format", format, formatText, formatJSON); err != nil {
		return err
	}
	t, err := openDesk(e)
	if err != nil {
		return err
	}
	defer t.Close()
	r, err := findRecord(e, t, part)
	if err != nil {
		return err
	}
	events, faults := r.Log()
	if format == formatJSON {
		err = writeJSON(e.stdout, logJSON{envelopeVersion, r.ID, r.Type, r.Path, newEventsJSON(events)})
	} else {
		err = printLog(e, &page{zone: t.Desk.TimeZone}, events)
	}
	if err != nil {
		return err
	}
	return problemsOf(e, t, faults)
}

func printLog(e *env, p *page, events []records.Event) error {
	if len(events) == 0 {
		complain(e.stderr, "the record has no log")
		return nil
	}
	t := table{header: []string{"TIME", "BY", "WHAT"}, width: e.columns(), color: e.color()}
	for i, event := range events {
		t.rows = append(t.rows, []string{p.time(event.At), event.By, changes(events[:i], event)})
	}
	return t.write(e.stdout)
}

// changes says what an event set, and what stood there before.
func changes(before []records.Event, event records.Event) string {
	was := records.Fold(before)
	var parts []string
	for _, set := range event.Fields {
		old, now := valueText(was[set.Key]), valueText(set.Value)
		switch {
		case now == "" && old == "":
			parts = append(parts, set.Key+" none")
		case now == "":
			parts = append(parts, set.Key+" none, was "+old)
		case old == "":
			parts = append(parts, set.Key+" "+now)
		default:
			parts = append(parts, set.Key+" "+old+" → "+now)
		}
	}
	return strings.Join(parts, "; ")
}
