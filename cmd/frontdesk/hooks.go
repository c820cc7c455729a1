package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"frontdesk/hooks"
	"frontdesk/records/git"
	"frontdesk/records/plain"
)

const hooksHelp = `Hooks are what git runs at a commit, a merge, a rebase or a push. With
Frontdesk's installed, git refuses to record what "frontdesk check" would call an
error in what you are about to record: it says what is wrong, where, and what to
type. Warnings are shown and refuse nothing, and a commit that touches no record,
desk.yaml or type file is let pass at once.

`

func newHooksCmd(e *env) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "hooks",
		Short: "Have git refuse commits and pushes of wrong records",
		Long: hooksHelp + whatHooksDo() + `
Hooks are a help for those who install them, and git commit --no-verify passes
them over. What nobody can pass over is frontdesk check where branches are merged:
on the forge, or in the hook of a Git server, pre-receive, which
frontdesk hooks install --server installs and frontdesk hooks run --help describes.

For users of the pre-commit framework there are the same hooks in
.pre-commit-hooks.yaml: frontdesk-check, frontdesk-commit-msg, frontdesk-pre-push.`,
		Example: "  frontdesk hooks install\n  frontdesk hooks status",
		GroupID: groupDesk,
		Args:    knownCommand,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newHooksInstallCmd(e), newHooksUninstallCmd(e), newHooksStatusCmd(e), newHooksRunCmd(e))
	return cmd
}

// whatHooksDo lists the hooks.
func whatHooksDo() string {
	var b strings.Builder
	for _, h := range hooks.All() {
		fmt.Fprintf(&b, "  %-19s %s\n", h.Name, h.Does)
	}
	return b.String()
}

func newHooksInstallCmd(e *env) *cobra.Command {
	var dry, server bool
	cmd := &cobra.Command{
		Use:   "install",
		Short: "Put the hooks into the repository",
		Long: `Install puts the hooks into the repository, for all its work trees. Installing
again renews what is there.

With git 2.54 and newer they go into the repository's configuration, beside any
other hooks. With an older git they are files in the repository's hooks folder.
A hook that is there already stays: if it is a shell script, marked lines that run
Frontdesk's hook first are put below its first line; anything else is left as it
is, and install says which line to add to it. Where core.hooksPath names another
folder, which then belongs to another tool or to the project, nothing is written
there.

With --server it is the hook of a Git server, pre-receive, in a bare repository:
it refuses pushes that frontdesk check and the policy refuse, whatever those who
push have installed. frontdesk hooks run --help says what it judges.

The exit status is 1 if some hooks could not be installed, and 3 if none could.`,
		Example: "  frontdesk hooks install\n  frontdesk hooks install -n\n  frontdesk -C /srv/git/desk.git hooks install --server",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			plan := hooks.PlanInstall
			if server {
				plan = hooks.PlanServer
			}
			return changeHooks(cmd.Context(), e, plan, dry, "installed")
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	cmd.Flags().BoolVarP(&dry, "dry-run", "n", false, "say what would be written, and write nothing")
	cmd.Flags().BoolVar(&server, "server", false, "the hook of a Git server, in its bare repository")
	return cmd
}

func newHooksUninstallCmd(e *env) *cobra.Command {
	var dry, server bool
	cmd := &cobra.Command{
		Use:   "uninstall",
		Short: "Take the hooks out of the repository",
		Long: `Uninstall takes out all that install put in, and leaves the files of others as if
it had never run. A hook of Frontdesk's that was edited by hand is not deleted. The
hook of a Git server goes with --server alone.`,
		Example: "  frontdesk hooks uninstall\n  frontdesk hooks uninstall -n",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			plan := hooks.PlanUninstall
			if server {
				plan = hooks.PlanServerRemoval
			}
			return changeHooks(cmd.Context(), e, plan, dry, "taken out")
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	cmd.Flags().BoolVarP(&dry, "dry-run", "n", false, "say what would be taken out, and change nothing")
	cmd.Flags().BoolVar(&server, "server", false, "the hook of a Git server")
	return cmd
}

func newHooksStatusCmd(e *env) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Say how the hooks stand",
		Long: `Status says of each hook whether it is installed and runs. The exit status is 1 if
one that was installed cannot run, or if only some are installed.`,
		Example: "  frontdesk hooks status\n  frontdesk hooks status --format json",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := oneOf("format", format, formatText, formatJSON); err != nil {
				return err
			}
			_, s, err := inspectHooks(cmd.Context(), e)
			if err != nil {
				return err
			}
			return showHooks(e, s, format)
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	cmd.Flags().StringVar(&format, "format", formatText, "print as `text` or json")
	return completeFlag(cmd, "format", formatText, formatJSON)
}

// inspectHooks reads what the repository at hand has in the way of hooks.
func inspectHooks(ctx context.Context, e *env) (*git.Repo, *hooks.State, error) {
	repo, err := git.Open(e.dir)
	if errors.Is(err, git.ErrNoRepository) {
		return nil, nil, withHint(err, "git init makes a repository here; -C FOLDER works in another folder")
	}
	if err != nil {
		return nil, nil, err
	}
	program, onPath := ownProgram()
	s, err := hooks.Inspect(ctx, repo, program, onPath)
	if errors.Is(err, git.ErrNested) {
		return nil, nil, withHint(err, "somebody may have put it there; if it is yours, name it: GIT_DIR="+plain.Line(e.dir)+" frontdesk hooks …")
	}
	return repo, s, err
}

// ownProgram returns the absolute path by which hooks start this program, and
// whether PATH has one. The path that PATH gives wins, as it stays where the
// program moves to another folder with each version.
func ownProgram() (program string, onPath bool) {
	own, err := os.Executable()
	if err != nil {
		own = ""
	}
	found, err := exec.LookPath("frontdesk")
	if err == nil {
		found, err = filepath.Abs(found)
	}
	if err != nil {
		return filepath.ToSlash(own), false
	}
	one, err1 := os.Stat(own)
	two, err2 := os.Stat(found)
	if err1 == nil && err2 == nil && os.SameFile(one, two) {
		own = found
	}
	return filepath.ToSlash(own), true
}

// changeHooks carries out a plan for the hooks and says what was done. done says
// what the plan is to bring about.
func changeHooks(ctx context.Context, e *env, plan func(*hooks.State) []hooks.Step, dry bool, done string) error {
	repo, s, err := inspectHooks(ctx, e)
	if err != nil {
		return err
	}
	steps := plan(s)
	if !dry {
		if err := hooks.Apply(ctx, repo, s, steps); err != nil {
			return withHint(err, "what was done until then stays; run it again once this is mended")
		}
	}
	left := 0
	for _, step := range steps {
		switch step.Verb {
		case hooks.Leave:
			left++
			continue
		case hooks.Keep:
			continue
		}
		line := stepLine(e, s, step)
		if dry {
			line = "would " + line
		}
		if _, err := fmt.Fprintln(e.stdout, plain.Line(line)); err != nil {
			return fmt.Errorf("print hooks: %w", err)
		}
	}
	explainLeft(e, s, steps)
	switch left {
	case 0:
		return nil
	case len(steps):
		return withHint(fmt.Errorf("no hook was %s", done), "frontdesk hooks status shows how the hooks stand")
	}
	return errProblems
}

// stepLine says what a step does, for a person who may want to look.
func stepLine(e *env, s *hooks.State, step hooks.Step) string {
	file := filepath.Join(s.Folder, string(step.Hook.Name))
	if here, err := filepath.Abs(e.dir); err == nil {
		if rel, err := filepath.Rel(here, file); err == nil && filepath.IsLocal(rel) {
			file = rel
		}
	}
	switch step.Verb {
	case hooks.Write:
		return "write " + file
	case hooks.Insert:
		return "put lines into " + file
	case hooks.Cut:
		return "take our lines out of " + file
	case hooks.Remove:
		return "remove " + file
	case hooks.Unconfigure:
		return "take " + step.Hook.Section() + " out of the repository's configuration"
	}
	return "configure " + step.Hook.Section()
}

// explainLeft says which hooks were left as they are, and what to do about it.
func explainLeft(e *env, s *hooks.State, steps []hooks.Step) {
	var lines []string
	told := false
	for _, step := range steps {
		if step.Verb != hooks.Leave {
			continue
		}
		if step.CanCall {
			lines = append(lines, fmt.Sprintf("%-19s %s", step.Hook.Name, hooks.CallLine(step.Hook)))
		}
		switch {
		case s.Elsewhere == "" || !step.CanCall:
			complain(e.stderr, "%s: %s", step.Hook.Name, step.Why)
		case !told: // it is the same for all
			told = true
			complain(e.stderr, "%s", step.Why)
		}
	}
	if len(lines) == 0 {
		return
	}
	complain(e.stderr, "to have these run, add to each script, near its top:")
	for _, line := range lines {
		fmt.Fprintf(e.stderr, "  %s\n", messageText(line))
	}
}

// hookStatus is a hook in the JSON of hooks status. Fields are only ever added.
type hookStatus struct {
	Name      hooks.Name      `json:"name"`
	Does      string          `json:"does"`
	Condition hooks.Condition `json:"condition"`
	Detail    string          `json:"detail,omitempty"`
}

// hooksStatus is the JSON of hooks status.
type hooksStatus struct {
	Version   int          `json:"version"`
	Mode      string       `json:"mode"`
	Git       string       `json:"git"`
	Folder    string       `json:"folder"`
	Elsewhere string       `json:"hooks_path,omitempty"`
	Hooks     []hookStatus `json:"hooks"`
}

// showHooks prints how the hooks stand.
func showHooks(e *env, s *hooks.State, format string) error {
	all := s.Status()
	bad := slices.ContainsFunc(all, hooks.Standing.IsBad)
	if format == formatJSON {
		out := hooksStatus{Version: 1, Mode: s.Mode(), Git: fmt.Sprintf("%d.%d", s.Git[0], s.Git[1]), Folder: s.Folder, Elsewhere: s.Elsewhere}
		for _, h := range all {
			out.Hooks = append(out.Hooks, hookStatus{h.Hook.Name, h.Hook.Does, h.Condition, h.Detail})
		}
		if err := writeJSON(e.stdout, out); err != nil {
			return err
		}
	} else if err := printHooks(e, all); err != nil {
		return err
	}
	if bad {
		return errProblems
	}
	return nil
}

func printHooks(e *env, all []hooks.Standing) error {
	for _, h := range all {
		line := fmt.Sprintf("%-19s %-14s %s", h.Hook.Name, h.Condition, h.Detail)
		if _, err := fmt.Fprintln(e.stdout, strings.TrimRight(plain.Line(line), " ")); err != nil {
			return fmt.Errorf("print hooks: %w", err)
		}
	}
	is := func(c hooks.Condition) bool {
		return slices.ContainsFunc(all, func(h hooks.Standing) bool { return h.Condition == c })
	}
	switch {
	case is(hooks.Absent):
		hint(e.stderr, "frontdesk hooks install installs them")
	case is(hooks.Broken), is(hooks.Missing), is(hooks.Outdated):
		hint(e.stderr, "frontdesk hooks install mends what it can, and says what else is in the way")
	}
	return nil
}
