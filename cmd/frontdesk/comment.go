package main

import (
	"strings"

	"github.com/spf13/cobra"

	"frontdesk/records/write"
)

func newCommentCmd(e *env) *cobra.Command {
	var f writeFlags
	var internal bool
	cmd := &cobra.Command{
		Use:   "comment ID TEXT",
		Short: "Add a comment, or an internal work note",
		Long: `Comment adds an entry to the comments of a record, which its requester reads.
With --internal it goes to the work notes, which stay with staff. "-" reads the
text from standard input. Headings in the text are pushed below that of the
entry.`,
		Example: `  frontdesk comment k7q4 "Could you send the client log?"
  frontdesk comment k7q4 --internal - < notes.txt`,
		GroupID: groupWrite,
		Args:    between(2, -1, "an ID and a TEXT"),
		RunE: func(cmd *cobra.Command, args []string) error {
			text, err := textOf(e, strings.Join(args[1:], " "))
			if err != nil {
				return err
			}
			return f.change(cmd.Context(), e, func(w *write.Writer) (*write.Change, error) {
				return w.Comment(cmd.Context(), args[0], text, internal)
			})
		},
		ValidArgsFunction: completeID(e),
	}
	f.addWhen(cmd)
	cmd.Flags().BoolVar(&internal, "internal", false, "add a work note for staff instead of a comment")
	return cmd
}
