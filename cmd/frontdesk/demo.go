package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"

	"github.com/spf13/cobra"

	"frontdesk/records/demo"
	"frontdesk/records/plain"
	"frontdesk/records/tree"
)

func newDemoCmd(e *env) *cobra.Command {
	return &cobra.Command{
		Use:   "demo [FOLDER]",
		Short: "Make a desk of a fictional company to look around in",
		Long: `Demo makes a repository with a desk of every type of record and months of
history by several people, in a folder that is empty or not there: demo/ unless
another is named. The same program makes the same commits each time. Approvals in
it are signed with keys that anybody can make: they are for looking around.`,
		Example: "  frontdesk demo\n  frontdesk -C demo list is:open",
		GroupID: groupDesk,
		Args:    between(0, 1, "no more than a FOLDER"),
		RunE: func(cmd *cobra.Command, args []string) error {
			dir := "demo"
			if len(args) == 1 {
				dir = args[0]
			}
			return playDemo(cmd.Context(), e, dir)
		},
		ValidArgsFunction: cobra.FixedCompletions(nil, cobra.ShellCompDirectiveFilterDirs),
	}
}

func playDemo(ctx context.Context, e *env, dir string) error {
	files := tree.Skeleton("Demo")
	delete(files, tree.ConfigFile) // the demo has its own
	s, err := demo.Play(ctx, e.path(dir), files)
	if errors.Is(err, demo.ErrNotEmpty) {
		return usageError{withHint(err, "name a folder that is empty or not there: frontdesk demo FOLDER")}
	}
	if err != nil {
		return err
	}
	at := plain.Line(filepath.ToSlash(e.path(dir)))
	fmt.Fprintf(e.stdout, `%s: %d records, %d commits by %d people; %s waits on the branch %s

Look around:
  frontdesk -C %[1]s list is:open
  frontdesk -C %[1]s list problem
  frontdesk -C %[1]s check
  frontdesk -C %[1]s approvals %[7]s
  frontdesk -C %[1]s audit
  git -C %[1]s log --oneline
`, at, s.Total(), s.Commits, s.Authors, s.Change, s.Branch, s.Waiting)
	return nil
}
