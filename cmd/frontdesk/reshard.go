package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"frontdesk/records/git"
	"frontdesk/records/plain"
	"frontdesk/records/tree"
	"frontdesk/records/write"
	"frontdesk/schema"
)

// reshardOptions are the flags of reshard.
type reshardOptions struct {
	commit bool
	dry    bool
	format string
}

// reshardJSON is what reshard did, as a program reads it.
type reshardJSON struct {
	Version int                `json:"version"`
	Shard   int                `json:"shard"`
	Written []string           `json:"written"` // files that are changed in place
	Moved   []write.Relocation `json:"moved"`
}

func newReshardCmd(e *env) *cobra.Command {
	o := &reshardOptions{}
	cmd := &cobra.Command{
		Use:   "reshard 0|1|2",
		Short: "Spread the records of a month over more or fewer folders",
		Long: "Reshard moves records, with their attachments, to where they lie with so many\n" +
			"folders below that of the month: none, one named by the first character of an\n" +
			"id's random part, or two by its first two (ids that were given from outside: by\n" +
			"their last ones). It writes the number to desk.yaml as \"shard\".\n\n" +
			"Git walks the history of a folder with thousands of files slowly: with 9,000\n" +
			"records in a month it took 40 seconds, with one more folder 6.6 and with two\n" +
			"4.8. frontdesk doctor says when it is worth it. Everybody who has changes that\n" +
			"are not merged yet is spared trouble if those are merged first.\n\n" +
			"No content changes, so git sees renames. Nothing is moved where a file is in the\n" +
			"way. Interrupted, it goes on when it is run again. It prints the new paths.",
		GroupID: groupDesk,
		Example: "  frontdesk reshard 1 -n\n  frontdesk reshard 1 --commit",
		Args:    between(1, 1, "the number of folders below the month: 0, 1 or 2"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return runReshard(cmd.Context(), e, o, args[0])
		},
		ValidArgs: []string{"0\tmonth folders alone", "1\tfor months with more than 1,000 records", "2\tfor months with more than 10,000 records"},
	}
	cmd.Flags().BoolVar(&o.commit, "commit", false, "commit the files that were moved, and no others")
	cmd.Flags().BoolVarP(&o.dry, "dry-run", "n", false, "show what would be moved and move nothing")
	return addFormat(cmd, &o.format)
}

func runReshard(ctx context.Context, e *env, o *reshardOptions, arg string) error {
	if err := oneOf("format", o.format, formatText, formatJSON); err != nil {
		return err
	}
	shard, err := strconv.Atoi(arg)
	if err != nil || shard < 0 || shard > write.MaxShard {
		return usagef("it is the number of folders below the month", "%q is not 0, 1 or 2", arg)
	}
	t, err := openDesk(e)
	if err != nil {
		return err
	}
	defer t.Close()
	if err := writable(t); err != nil {
		return err
	}
	if !o.dry {
		unlock, err := t.Lock(ctx)
		if err != nil {
			return err
		}
		defer unlock()
	}
	if o.commit && !o.dry {
		if err := checkCommit(ctx, t); err != nil {
			return err
		}
	}
	plan, err := write.PlanReshard(t, shard)
	if err != nil {
		return explainReshard(err)
	}
	return o.apply(ctx, e, t, plan)
}

// apply does what is planned, or shows it, and commits it where that was asked
// for. The caller holds the lock.
func (o *reshardOptions) apply(ctx context.Context, e *env, t *tree.Tree, plan *write.Resharding) error {
	done := reshardJSON{Version: 1, Shard: plan.Shard, Written: []string{}, Moved: []write.Relocation{}}
	if plan.Now != plan.Shard {
		done.Written = append(done.Written, tree.ConfigFile)
	}
	var stopped error
	if o.dry {
		done.Moved = append(done.Moved, plan.Moves...)
	} else {
		stopped = plan.Apply(ctx, t, func(m write.Relocation) { done.Moved = append(done.Moved, m) })
	}
	if err := o.print(e, plan, done); err != nil {
		return err
	}
	if stopped != nil {
		return withHint(fmt.Errorf("%d of %d records were moved: %w", len(done.Moved), len(plan.Moves), stopped),
			fmt.Sprintf("run it again to go on: frontdesk reshard %d", plan.Shard))
	}
	if !o.commit || o.dry || plan.IsEmpty() {
		return nil
	}
	return commitMoved(ctx, t, plan, done.Written)
}

func (o *reshardOptions) print(e *env, plan *write.Resharding, done reshardJSON) error {
	for _, n := range plan.Undated {
		complain(e.stderr, "%s stays: it lies in the folder of no month", n.Path)
		hint(e.stderr, "frontdesk check --fix %s moves it to its month", n.Path)
	}
	verb := "moved"
	if o.dry {
		verb = "would move"
	}
	switch {
	case plan.IsEmpty():
		complain(e.stderr, "everything lies as shard %d asks for already; nothing was moved", plan.Shard)
	default:
		complain(e.stderr, "%s %s; desk.yaml says shard: %d", verb, count(len(done.Moved), "record"), plan.Shard)
	}
	if o.format == formatJSON {
		return writeJSON(e.stdout, done)
	}
	for _, p := range done.Written {
		if _, err := fmt.Fprintln(e.stdout, p); err != nil {
			return err
		}
	}
	for _, m := range done.Moved {
		line := m.To
		if o.dry {
			line = m.From + " -> " + m.To
		}
		if _, err := fmt.Fprintln(e.stdout, plain.Line(line)); err != nil {
			return err
		}
	}
	return nil
}

// checkCommit refuses to commit where other things would go into the commit.
func checkCommit(ctx context.Context, t *tree.Tree) error {
	repo, err := git.Open(t.Root)
	if err != nil {
		return withHint(err, "git init makes the desk a repository; or leave --commit out")
	}
	defer repo.Close()
	if heads, err := repo.MergeHeads(ctx); err != nil || len(heads) > 0 {
		return errors.Join(err, usagef("finish the merge first, or leave --commit out", "a merge is under way, and nothing was moved"))
	}
	staged, err := repo.DiffStaged(ctx, "")
	if err == nil && len(staged) > 0 {
		err = usagef("commit or unstage that first, or leave --commit out", "%s staged already, and nothing was moved", count(len(staged), "change"))
	}
	return err
}

// commitMoved commits what a plan did, and of the attachments those that git
// knows.
func commitMoved(ctx context.Context, t *tree.Tree, plan *write.Resharding, written []string) error {
	repo, err := git.Open(t.Root)
	if err != nil {
		return err
	}
	defer repo.Close()
	known, err := repo.Staged(ctx)
	if err != nil {
		return err
	}
	defer known.Close()
	paths := written
	for _, m := range plan.Moves {
		if paths = append(paths, m.From, m.To); !m.Attached {
			continue
		}
		from, to := attachmentsOf(m.From), attachmentsOf(m.To)
		_ = fs.WalkDir(known, from, func(p string, d fs.DirEntry, err error) error { // of files that git does not know there are none
			if err == nil && !d.IsDir() {
				paths = append(paths, p, to+strings.TrimPrefix(p, from))
			}
			return nil
		})
	}
	var staged []git.Delta
	if err = repo.Stage(ctx, paths...); err == nil {
		staged, err = repo.DiffStaged(ctx, "")
	}
	if err == nil && len(staged) > 0 { // else it is moved back to where the last commit has it
		err = repo.CommitStaged(ctx, fmt.Sprintf("Reshard to %d: %s moved", plan.Shard, count(len(plan.Moves), "record")))
	}
	if err != nil {
		return withHint(fmt.Errorf("the files are moved but not committed: %w", err), "mend what git says, then: git add --all . and git commit")
	}
	return nil
}

func attachmentsOf(file string) string { return strings.TrimSuffix(file, schema.Extension) }

// explainReshard turns what is in the way into lines.
func explainReshard(err error) error {
	var blocked *write.BlockedError
	if !errors.As(err, &blocked) {
		return err
	}
	return detailedError{withHint(errors.New("nothing was moved, as something is in the way"), "move or rename that, and run it again"), blocked.Blocks}
}
