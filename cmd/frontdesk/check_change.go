package main

import (
	"context"
	"errors"
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/spf13/pflag"

	"frontdesk/records/change"
	"frontdesk/records/check"
	"frontdesk/records/diag"
	"frontdesk/records/git"
	"frontdesk/records/query"
	"frontdesk/records/render"
	"frontdesk/records/tree"
)

// changeHelp is the part of check's help that is about changes.
const changeHelp = `A change is judged, instead of the desk, with --staged (what will be committed; in a
merge, what neither parent has yet) or with --base REV (what merging --head, HEAD if it
is not given, would bring to REV). What is judged is the result: of --base the merge,
as git and a forge would put it together, with the types and the desk.yaml that it has.
The records that the change touches are held to all rules in full, also closed ones.
Others are named where the change breaks them: by deleting what they refer to or link
to, by giving their id away, or by new rules.

The history of touched records counts too. Log lines are added at the end, stepped
through the workflow and dated no earlier than the last line that was there; they are
never altered or removed. Of a closed record, what it says and when it was closed stay
as they are. A deleted record's id is not used again: --base looks for that in all of
the history, --staged does not, as a commit should not wait for it. "frontdesk explain"
lists these rules as history/….

--staged and --base read git alone, not the files beside it. Nothing to judge is no
problem: a change that touches no record ends at once with status 0. A shallow clone
that does not reach back to where the two parted is a failure, status 3.`

// changeOptions are the flags of check that choose a change.
type changeOptions struct {
	staged     bool
	base, head revision
}

// isGiven reports whether a change is to be judged, and not the desk.
func (o *changeOptions) isGiven() bool { return o.staged || o.base != "" || o.head != "" }

func (o *changeOptions) addTo(f *pflag.FlagSet) {
	f.BoolVar(&o.staged, "staged", false, "judge what will be committed")
	f.Var(&o.base, "base", "judge what would come to this `revision`")
	f.Var(&o.head, "head", "with --base: from this `revision` instead of HEAD")
}

// checkFlags refuses flags that do not go together.
func (o *checkOptions) checkFlags() error {
	c := &o.change
	switch {
	case o.dry && !o.fix:
		return usagef("check writes nothing unless --fix is given", "-n goes with --fix only")
	case c.staged && (c.base != "" || c.head != ""):
		return usagef("--staged judges the next commit, --base what a branch brings", "--staged does not go with --base or --head")
	case c.head != "" && c.base == "":
		return usagef("say with --base where it is to be merged", "--head goes with --base only")
	case o.within != "" && c.isGiven():
		return usagef("what is due depends on the time and not on the change; check without it", "--due-within does not go with --staged or --base")
	case o.within != "" && !isWithin(o.within):
		return usagef("write 30m, 4h, 2d or 1w", "--due-within %q is no length of time", o.within)
	case o.fix && c.isGiven():
		return usagef("frontdesk check --fix mends the files; stage or commit them then", "--fix does not go with --staged or --base")
	}
	return nil
}

func isWithin(text string) bool {
	_, ok := query.Within(text)
	return ok
}

// checkChange judges a change and prints what is wrong with it within the scope
// that the arguments give.
func checkChange(ctx context.Context, e *env, o *checkOptions, asOf time.Time, args []string) error {
	root, err := findDesk(e)
	if errors.Is(err, tree.ErrNoDesk) {
		return withHint(err, "frontdesk init makes one here; -C FOLDER works in another folder")
	}
	if err != nil {
		return err
	}
	run := &checkRun{e: e}
	if len(args) > 0 {
		if run.scope, err = scopeIn(e, root, args); err != nil {
			return err
		}
	}
	repo, err := openRepo(root)
	if err != nil {
		return err
	}
	defer repo.Close()
	rep, err := judgeChange(ctx, repo, &o.change, change.Options{AsOf: asOf})
	if err != nil {
		return explainChange(repo, err)
	}
	return run.printChange(repo, o.format, rep)
}

// scopeIn returns what arguments name in the desk with a root.
func scopeIn(e *env, root string, args []string) ([]string, error) {
	t, err := tree.Open(root)
	if err != nil {
		return nil, err
	}
	defer t.Close()
	return scopeOf(e, t, args)
}

func judgeChange(ctx context.Context, repo *git.Repo, o *changeOptions, how change.Options) (*change.Report, error) {
	if o.staged {
		return change.Staged(ctx, repo, how)
	}
	head := o.head
	if head == "" {
		head = "HEAD"
	}
	return change.Between(ctx, repo, string(o.base), string(head), how)
}

// explainChange adds to an error what to do next.
func explainChange(repo *git.Repo, err error) error {
	switch {
	case errors.Is(err, change.ErrShallow):
		return withHint(err, "git fetch --unshallow gets all of the history, git fetch --deepen 100 some more of it")
	case errors.Is(err, change.ErrUnrelated):
		return withHint(err, "--base is the branch that the change is to be merged into, such as origin/main")
	}
	return explainRevision(repo, err)
}

// printChange prints the report on a change as check does.
func (c *checkRun) printChange(repo *git.Repo, format string, judged *change.Report) error {
	rep := render.Report{Records: judged.Records, Source: judged.Source, Rules: check.Rules(), Version: programVersion(), Color: c.e.color()}
	for _, d := range judged.Diagnostics {
		if c.inScope(d.Path) {
			rep.Diagnostics = append(rep.Diagnostics, d)
		}
	}
	if format != render.Text && format != render.JSON {
		prefix, err := repo.Prefix()
		if err != nil {
			return err
		}
		rep.Prefix = strings.TrimSuffix(path.Clean(prefix), ".")
	}
	if err := render.Write(c.e.stdout, format, rep); err != nil {
		return err
	}
	if format == render.Text {
		complain(c.e.stderr, "%s", summaryOfChange(judged, rep))
	}
	if diag.Count(rep.Diagnostics, diag.Error) > 0 {
		return errProblems
	}
	return nil
}

// summaryOfChange says in one line how much of what was judged is wrong.
func summaryOfChange(judged *change.Report, rep render.Report) string {
	if judged.Records == 0 && len(judged.Touched) == 0 && len(rep.Diagnostics) == 0 {
		return "nothing to judge: no record is changed"
	}
	return fmt.Sprintf("%s; %s", render.Summary(rep), touchedWords(judged.Touched))
}

// touchedWords counts what a change touches: "2 added, 1 changed".
func touchedWords(touched []change.Touch) string {
	counts := map[byte]int{}
	for _, t := range touched {
		counts[t.Status]++
	}
	var parts []string
	for _, k := range []struct {
		status byte
		word   string
	}{{'A', "added"}, {'M', "changed"}, {'R', "moved"}, {'D', "deleted"}} {
		if n := counts[k.status]; n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, k.word))
		}
	}
	if len(parts) == 0 {
		return "none of them is changed"
	}
	return strings.Join(parts, ", ")
}
