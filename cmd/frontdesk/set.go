package main

import (
	"github.com/spf13/cobra"

	"frontdesk/records/write"
)

func newSetCmd(e *env) *cobra.Command {
	var f writeFlags
	cmd := &cobra.Command{
		Use:   "set ID field=value …",
		Short: "Change fields of a record",
		Long: `Set changes fields of a record and leaves every other byte of the file as it
is. "field=" clears a field; "field+=value" and "field-=value" add to and remove
from a list; "@me" is you. A change of a tracked field (state, priority, team,
assignee, …) adds its line to the record's log. "state=" obeys the type's
workflow, and sets and clears the times that go with it.

Times may be written as "2026-11-03 09:12" or 2026-11-03 and are in the desk's
time zone then; 2026-11-03T09:12:00Z says its own.

A change that would make the record wrong is refused, and the file stays as it
was. Mistakes that the record has already do not stand in the way.`,
		Example: `  frontdesk set k7q4 state=in-progress assignee=@me
  frontdesk set k7q4 impact=high assets+=LT-0042
  frontdesk set vpn owner=lee --commit`,
		GroupID: groupWrite,
		Args:    between(2, -1, "an ID and field=value"),
		RunE: func(cmd *cobra.Command, args []string) error {
			as, err := assignments(args[1:])
			if err != nil {
				return err
			}
			return f.change(cmd.Context(), e, func(w *write.Writer) (*write.Change, error) {
				return w.Set(cmd.Context(), args[0], as...)
			})
		},
		ValidArgsFunction: completeChange(e),
	}
	f.addWhen(cmd)
	return cmd
}

func assignments(args []string) ([]write.Assignment, error) {
	var as []write.Assignment
	for _, arg := range args {
		a, err := write.ParseAssignment(arg)
		if err != nil {
			return nil, usageError{withHint(err, `put values with blanks in quotes: title="disk full"`)}
		}
		as = append(as, a)
	}
	return as, nil
}
