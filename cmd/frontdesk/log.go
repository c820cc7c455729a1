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
	var commits bool
	cmd := &cobra.Command{
		Use:   "log ID",
		Short: "Show what happened to a record, and who did it",
		Long: "Log prints a record's history from its log: who set which tracked field when.\n" +
			"The oldest line comes first; times are in the desk's time zone. Lines that cannot\n" +
			"be read are named on stderr, and the exit status is 1.\n\n" +
			"With --git it shows the commits behind the log, oldest first: who committed which\n" +
			"lines, and how long after the time that a line claims. A line is marked with ! where\n" +
			"it was committed more than 5 minutes before the time that it claims, and where a\n" +
			"later commit altered or removed it. What else a commit changed is told in words.\n" +
			"Moved records are followed. Git does not verify names and times: they are what the\n" +
			"commit says.",
		GroupID: groupRead,
		Example: "  frontdesk log k7q4\n  frontdesk log k7q4 --git\n  frontdesk log k7q4 --format json",
		Args:    between(1, 1, "an ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if commits {
				return showCommits(cmd.Context(), e, format, args[0])
			}
			return showLog(cmd.Context(), e, format, args[0])
		},
		ValidArgsFunction: completeID(e),
	}
	cmd.Flags().BoolVar(&commits, "git", false, "show the commits that brought the lines, and what else they changed")
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
