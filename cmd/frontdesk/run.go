package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"frontdesk/schema"
)

// The groups in which help lists the commands.
const (
	groupRead  = "read"
	groupWrite = "write"
	groupDesk  = "desk"
)

const rootHelp = `Frontdesk is a service desk that is a Git repository. Incidents, requests,
changes, assets, articles and the rest are Markdown files; this program reads,
writes and checks them.

` + exitHelp

// run executes one command line and returns its exit code.
func run(ctx context.Context, e *env, args []string) int {
	started := false
	root := newRoot(e, &started)
	root.SetArgs(keepTerms(root, args))
	cmd, err := root.ExecuteContextC(ctx)
	if err != nil && !started {
		err = usageError{withHint(err, usageHint(err, cmd))}
	}
	return conclude(e.stderr, err)
}

// usageHint says where to read on, unless the error says what to do itself.
func usageHint(err error, cmd *cobra.Command) string {
	if _, ok := err.(usageError); ok {
		return ""
	}
	if cmd.Annotations[takesQuery] != "" && strings.Contains(err.Error(), "shorthand") {
		return fmt.Sprintf("to exclude a word, write it after two dashes: %s -- -word", cmd.CommandPath())
	}
	return fmt.Sprintf("%s --help shows how", cmd.CommandPath())
}

// newRoot makes the program's command. started is set as soon as a command line
// proves to be well formed and its command starts to work.
func newRoot(e *env, started *bool) *cobra.Command {
	root := &cobra.Command{
		Use:           "frontdesk",
		Short:         "A service desk that is a Git repository",
		Long:          rootHelp,
		Example:       "  frontdesk list incident is:open\n  frontdesk show k7q4\n  frontdesk check",
		Version:       programVersion(),
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          knownCommand,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetVersionTemplate("frontdesk {{.Version}}\n")
	root.SetIn(e.stdin)
	root.SetOut(e.stdout)
	root.SetErr(e.stderr)
	root.CompletionOptions.DisableDefaultCmd = true
	root.AddGroup(
		&cobra.Group{ID: groupRead, Title: "Read:"},
		&cobra.Group{ID: groupWrite, Title: "Write:"},
		&cobra.Group{ID: groupDesk, Title: "The desk itself:"},
	)
	flags := root.PersistentFlags()
	flags.StringVarP(&e.dir, "directory", "C", e.dir, "work in this `folder` instead of the present one")
	flags.StringVar(&e.as, "as", "", "act as this `person`; otherwise git's user.email says who you are")
	for _, command := range commands() {
		root.AddCommand(command(e))
	}
	root.SetHelpCommandGroupID(groupDesk)
	root.SetHelpCommand(newHelpCmd(root))
	root.InitDefaultHelpCmd()
	notice(root, started)
	_ = root.MarkPersistentFlagDirname("directory") // these two fail only for a flag that is not there
	_ = root.RegisterFlagCompletionFunc("as", completePerson(e))
	return root
}

// newHelpCmd makes the command that prints the help of others.
func newHelpCmd(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:     "help [COMMAND...]",
		Short:   "Print the help of a command",
		Long:    "Help prints what a command does, its flags and examples, as COMMAND --help does.",
		Example: "  frontdesk help list\n  frontdesk help schema show",
		RunE: func(_ *cobra.Command, args []string) error {
			cmd, rest, err := root.Find(args)
			if err != nil {
				return knownCommand(root, args)
			}
			if len(rest) > 0 && cmd.HasSubCommands() {
				return knownCommand(cmd, rest)
			}
			return cmd.Help()
		},
		ValidArgsFunction: completeCommand,
	}
}

// notice wraps every command so that it sets started when it begins: errors
// before that are about the command line.
func notice(cmd *cobra.Command, started *bool) {
	if work := cmd.RunE; work != nil {
		cmd.RunE = func(cmd *cobra.Command, args []string) error {
			*started = true
			return work(cmd, args)
		}
	}
	for _, sub := range cmd.Commands() {
		notice(sub, started)
	}
}

// knownCommand refuses words that name no command of cmd, with the nearest one.
func knownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, sub := range cmd.Commands() {
		if sub.IsAvailableCommand() {
			names = append(names, sub.Name())
		}
	}
	hint := fmt.Sprintf("%s --help lists the commands", cmd.CommandPath())
	if near := schema.Nearest(args[0], names); near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	}
	return usagef(hint, "there is no command %q", strings.TrimPrefix(cmd.CommandPath()+" "+args[0], "frontdesk "))
}

// between accepts from least to most arguments; most -1 is any number. what
// names them for the complaint: "an ID".
func between(least, most int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) >= least && (most < 0 || len(args) <= most) {
			return nil
		}
		need := "needs " + what
		if len(args) > most && most >= 0 {
			need = fmt.Sprintf("does not know what to do with %q", args[most])
		}
		return usagef("usage: "+cmd.UseLine(), "%s %s", cmd.Name(), need)
	}
}
