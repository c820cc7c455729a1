package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"frontdesk/records"
	"frontdesk/records/git"
	"frontdesk/records/history"
	"frontdesk/records/index"
	"frontdesk/records/query"
	"frontdesk/records/tree"
)

// formatMarkdown is the format of diff for pull requests.
const formatMarkdown = "md"

// diffOptions are the flags of diff.
type diffOptions struct {
	format string
	only   []string
}

func newDiffCmd(e *env) *cobra.Command {
	o := &diffOptions{}
	cmd := &cobra.Command{
		Use:   "diff [A [B]]",
		Short: "Tell in words what changed between two revisions",
		Long: "Diff tells for each record what changed from A to B: fields, log lines, sections,\n" +
			"comments. Without B it compares A with the work tree, files that git does not know\n" +
			"included, and without A it begins at HEAD. A..B is the same as A B; A...B begins where\n" +
			"B left A. Records are found again where they moved. Changes of " + tree.ConfigFile + ", types,\n" +
			"signers and files beside records are named.\n\n" + atHelp + "\n\n" +
			"With --format md it prints Markdown for a pull request, in which no text of a record\n" +
			"is more than text. Records that cannot be read are named on stderr, the rest is still\n" +
			"told, and the exit status is 1.",
		GroupID: groupRead,
		Example: "  frontdesk diff\n  frontdesk diff HEAD~5 --only incident\n  frontdesk diff main...mine --format md\n" +
			"  frontdesk diff 2026-10-01 2026-11-01 --only k7q4",
		Args:              between(0, 2, "no more than two revisions"),
		RunE:              func(cmd *cobra.Command, args []string) error { return showDiff(cmd.Context(), e, o, args) },
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	cmd.Flags().StringVar(&o.format, "format", formatText, "print as `text`, json or md")
	cmd.Flags().StringSliceVar(&o.only, "only", nil, "tell of these `records` alone: types or IDs, separated by commas")
	return completeFlag(cmd, "format", formatText, formatJSON, formatMarkdown)
}

func showDiff(ctx context.Context, e *env, o *diffOptions, args []string) error {
	if err := oneOf("format", o.format, formatText, formatJSON, formatMarkdown); err != nil {
		return err
	}
	t, err := openDesk(e)
	if err != nil {
		return err
	}
	defer t.Close()
	before, after, err := sides(ctx, e, t, args)
	if err != nil {
		return err
	}
	defer before.Close()
	defer after.Close()
	d, err := compare(ctx, o, before, after)
	if err != nil {
		return err
	}
	switch o.format {
	case formatJSON:
		err = writeJSON(e.stdout, newDiffJSON(before, after, d))
	case formatMarkdown:
		_, err = io.WriteString(e.stdout, markdownDiff(d))
	default:
		_, err = io.WriteString(e.stdout, textDiff(d))
	}
	if err != nil {
		return err
	}
	if len(d.Records)+len(d.Files) == 0 && e.isTerminal(e.stdout) {
		complain(e.stderr, "nothing differs")
	}
	return reportUnread(e, d, before, after)
}

// sides opens what is compared.
func sides(ctx context.Context, e *env, t *tree.Tree, args []string) (before, after *view, err error) {
	a, b, fork, err := revisions(args)
	if err != nil {
		return nil, nil, err
	}
	if fork {
		if a, err = forkOf(ctx, e, t, a, b); err != nil {
			return nil, nil, err
		}
	}
	if before, err = viewAt(ctx, e, t.Root, a); err != nil {
		return nil, nil, err
	}
	if b == "" {
		after, err = openView(ctx, quiet(e), "") // openDesk has told of its configuration
	} else {
		after, err = viewAt(ctx, e, t.Root, b)
	}
	if err != nil {
		_ = before.Close()
		return nil, nil, err
	}
	return before, after, nil
}

// revisions reads the arguments. b is "" for the work tree; fork says that a is
// where b left it.
func revisions(args []string) (a, b revision, fork bool, err error) {
	if slices.Contains(args, "") {
		return "", "", false, usagef("leave it out to compare with the work tree", "a revision is empty")
	}
	or := func(text string) revision {
		if text == "" {
			return "HEAD"
		}
		return revision(text)
	}
	switch len(args) {
	case 0:
		return "HEAD", "", false, nil
	case 2:
		return revision(args[0]), revision(args[1]), false, nil
	}
	if left, right, ok := strings.Cut(args[0], "..."); ok {
		return or(left), or(right), true, nil
	}
	if left, right, ok := strings.Cut(args[0], ".."); ok {
		return or(left), or(right), false, nil
	}
	return revision(args[0]), "", false, nil
}

// forkOf returns the commit where b left a.
func forkOf(ctx context.Context, e *env, t *tree.Tree, a, b revision) (revision, error) {
	repo, err := openRepo(t.Root)
	if err != nil {
		return "", err
	}
	defer repo.Close()
	var ids [2]string
	for i, rev := range []revision{a, b} {
		c, err := findCommit(ctx, e, repo, string(rev))
		if err != nil {
			return "", explainRevision(repo, err)
		}
		ids[i] = c.ID
	}
	bases, err := repo.MergeBases(ctx, ids[0], ids[1])
	switch {
	case err != nil:
		return "", err
	case len(bases) == 0 && repo.IsShallow():
		return "", withHint(fmt.Errorf("where %s left %s is not in this shallow clone", b, a), "git fetch --unshallow brings the rest of the history")
	case len(bases) == 0:
		return "", usagef("frontdesk diff A B compares them as they are", "%s and %s have no commit in common", a, b)
	case len(bases) > 1:
		complain(e.stderr, "%s and %s were merged crosswise; beginning at %s, the first of %d commits that they have in common", a, b, git.Commit{ID: bases[0]}.Short(), len(bases))
	}
	return revision(bases[0]), nil
}

func compare(ctx context.Context, o *diffOptions, before, after *view) (*history.Difference, error) {
	wanted, err := narrow(o.only, before, after)
	if err != nil {
		return nil, err
	}
	one, err := before.side(ctx)
	if err != nil {
		return nil, err
	}
	two, err := after.side(ctx)
	if err != nil {
		return nil, err
	}
	if after.isPast() {
		if one, two, err = differing(ctx, before, after, one, two); err != nil {
			return nil, err
		}
	}
	return history.Between(ctx, one, two, wanted)
}

// side returns what is compared. Of the work tree the index knows the contents
// of files that have not changed.
func (v *view) side(ctx context.Context) (history.Side, error) {
	files, err := v.content()
	s := history.Side{Tree: v.Tree, Files: files}
	if err != nil || v.isPast() {
		return s, err
	}
	x := openIndex(v.Tree)
	if _, err := x.Load(ctx, index.Want{Fields: []string{records.FieldID}}); err != nil {
		return s, err
	}
	_ = x.Save(ctx) // what is not kept is read again
	s.Blob = x.Blob
	return s, nil
}

// differing leaves out the folders in which two commits are the same.
func differing(ctx context.Context, before, after *view, one, two history.Side) (history.Side, history.Side, error) {
	deltas, err := before.repo.Diff(ctx, before.commit.ID, after.commit.ID)
	if err != nil {
		return one, two, err
	}
	var paths []string
	for _, d := range deltas {
		paths = append(paths, d.OldPath, d.Path)
	}
	if one, err = one.Within(paths); err != nil {
		return one, two, err
	}
	two, err = two.Within(paths)
	return one, two, err
}

// narrow returns which records --only means, nil where it is not given.
func narrow(only []string, before, after *view) (func(tree.Name) bool, error) {
	if len(only) == 0 {
		return nil, nil
	}
	types := map[records.Type]bool{}
	refs := map[string]bool{}
	for _, word := range only {
		known := false
		for _, v := range []*view{before, after} {
			if t, _ := query.FindType(v.Types, word); t != nil {
				types[t.Name], known = true, true
				continue
			}
			found := v.Resolve(word)
			if len(found) > 1 {
				return nil, ambiguous(word, found)
			}
			for _, n := range found {
				refs[string(n.Type)+"/"+string(n.ID)], known = true, true
			}
		}
		if !known {
			return nil, unknownID(word, slices.Concat(before.Names(), after.Names()))
		}
	}
	return func(n tree.Name) bool { return types[n.Type] || refs[string(n.Type)+"/"+string(n.ID)] }, nil
}

// reportUnread names what could not be compared. It returns errProblems where
// there is such a record, or where a configuration has errors.
func reportUnread(e *env, d *history.Difference, before, after *view) error {
	printErrors(e.stderr, d.Problems)
	if len(d.Problems) > 0 || isFaulty(before.Tree) || isFaulty(after.Tree) {
		return errProblems
	}
	return nil
}
