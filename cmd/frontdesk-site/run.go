package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
)

const rootHelp = `frontdesk-site makes the site of a desk: pages that staff read in a browser,
from disk or from any web server. "frontdesk site" runs it too.

` + exitHelp

// run executes one command line and returns its exit code.
func run(ctx context.Context, e *env, args []string) int {
	started := false
	root := newRoot(e, &started)
	root.SetArgs(args)
	cmd, err := root.ExecuteContextC(ctx)
	if err != nil && !started && !errors.As(err, new(usageError)) {
		err = usageError{withHint(err, cmd.CommandPath()+" --help shows how")}
	}
	return conclude(e.stderr, err)
}

// newRoot makes the program's command. started is set as soon as a command line
// proves to be well formed and its command starts to work.
func newRoot(e *env, started *bool) *cobra.Command {
	root := &cobra.Command{
		Use:           "frontdesk-site",
		Short:         "The site of a desk",
		Long:          rootHelp,
		Example:       "  frontdesk-site build\n  frontdesk-site serve",
		SilenceErrors: true,
		SilenceUsage:  true,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 0 {
				return fmt.Errorf("there is no command %q", args[0])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetOut(e.stdout)
	root.SetErr(e.stderr)
	root.CompletionOptions.DisableDefaultCmd = true
	root.PersistentFlags().StringVarP(&e.dir, "directory", "C", e.dir, "work in this `folder` instead of the present one")
	for _, command := range []func(*env) *cobra.Command{newBuildCmd, newServeCmd} {
		root.AddCommand(command(e))
	}
	for _, cmd := range append(root.Commands(), root) {
		work := cmd.RunE
		cmd.RunE = func(cmd *cobra.Command, args []string) error {
			*started = true
			return work(cmd, args)
		}
	}
	return root
}
