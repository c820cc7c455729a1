package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"os/exec"
	"path/filepath"

	"github.com/spf13/cobra"

	"frontdesk/records"
	"frontdesk/records/check"
	"frontdesk/records/diag"
	"frontdesk/records/plain"
	"frontdesk/records/tree"
)

func newEditCmd(e *env) *cobra.Command {
	var commit bool
	cmd := &cobra.Command{
		Use:   "edit ID",
		Short: "Edit a record in your editor, then check it",
		Long: `Edit opens the record's file in $VISUAL, $EDITOR or vi. Afterwards it writes
the log line that a change of a tracked field needs, in your name, and the time
that goes with a new state, such as resolved_at; it sets a derived priority, and
checks the record. What is wrong is shown and stays in the file: edit again, or see "frontdesk explain".`,
		Example: "  frontdesk edit k7q4\n  EDITOR=nano frontdesk edit vpn",
		GroupID: groupWrite,
		Args:    between(1, 1, "an ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return edit(cmd.Context(), e, args[0], commit)
		},
		ValidArgsFunction: completeID(e),
	}
	cmd.Flags().BoolVar(&commit, "commit", false, "commit the record afterwards if it has no errors")
	return cmd
}

func edit(ctx context.Context, e *env, part string, commit bool) error {
	t, err := openDesk(e)
	if err != nil {
		return err
	}
	defer t.Close()
	if err := writable(t); err != nil {
		return err
	}
	name, err := findName(t, part)
	if err != nil {
		return err
	}
	before, err := t.Read(name.Path)
	if err != nil { // an editor would follow a symbolic link
		return fmt.Errorf("edit %s: %w", name.Path, err)
	}
	if err := runEditor(ctx, e, filepath.Join(t.Root, filepath.FromSlash(name.Path))); err != nil {
		return err
	}
	if after, err := t.Read(name.Path); err == nil && bytes.Equal(before, after) {
		complain(e.stderr, "%s was not changed", name.ID)
		return nil
	}
	return checkEdited(ctx, e, t, name, commit)
}

// runEditor starts the user's editor as git does: through the shell, since the
// variable may hold arguments; the path is an argument of its own.
func runEditor(ctx context.Context, e *env, path string) error {
	editor := cmp.Or(e.getenv("VISUAL"), e.getenv("EDITOR"), "vi")
	cmd := exec.CommandContext(ctx, "sh", "-c", editor+` "$@"`, editor, path)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = e.stdin, e.stderr, e.stderr
	if err := cmd.Run(); err != nil {
		return withHint(fmt.Errorf("run editor %s: %w", editor, err), "set EDITOR to the editor that you use")
	}
	return nil
}

// checkEdited adds what an edit by hand leaves out and shows what is wrong.
func checkEdited(ctx context.Context, e *env, t *tree.Tree, name tree.Name, commit bool) error {
	l, err := t.Load(ctx)
	if err != nil {
		return err
	}
	in := &check.Input{Desk: t.Desk, Types: t.Types, Set: l.Set, AsOf: e.now(), Exists: t.Exists}
	r, ds := t.LoadOne(name)
	if r != nil {
		if r, err = completeLog(ctx, e, t, in, r); err != nil {
			return err
		}
		ds = append(ds, check.Local(in, r)...)
		ds = append(ds, check.Refs(in, r)...)
	}
	diag.Sort(ds)
	var src []byte
	if r != nil {
		src = r.Source
	}
	showFindings(e, ds, src)
	if diag.Count(ds, diag.Error) > 0 {
		hint(e.stderr, "frontdesk edit %s opens it again", name.ID)
		return errProblems
	}
	fmt.Fprintln(e.stdout, plain.Line(name.Path))
	if commit {
		return commitLocked(ctx, t, messageLine(string(name.ID)+": edited"), name.Path)
	}
	return nil
}

// completeLog writes what follows from an edit by hand and has one right answer.
func completeLog(ctx context.Context, e *env, t *tree.Tree, in *check.Input, r *records.Record) (*records.Record, error) {
	w, err := e.writer(ctx, t)
	if err != nil {
		return nil, err
	}
	unlock, err := t.Lock(ctx)
	if err != nil {
		return nil, err
	}
	defer unlock()
	fixed, err := check.Fix(in, r, w.By, w.Now)
	if err != nil || bytes.Equal(fixed.Data, r.Source) {
		return r, err
	}
	if err := t.Write(r.Path, r.Source, fixed.Data, tree.Durable); err != nil {
		return nil, err
	}
	for _, rule := range fixed.Rules {
		complain(e.stderr, "mended %s", rule)
	}
	again, _ := t.LoadOne(tree.Name{Type: r.Type, ID: r.ID, Path: r.Path})
	return again, nil
}
