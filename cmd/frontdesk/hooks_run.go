package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"frontdesk/hooks"
	"frontdesk/records/diag"
	"frontdesk/records/git"
	"frontdesk/records/lazy"
	"frontdesk/records/render"
	"frontdesk/records/tree"
)

const (
	// mostFindings is how many findings a hook prints; how many more there are, and
	// what shows them, it says.
	mostFindings = 25
	// warmFor is how long a hook may refresh an index while git waits.
	warmFor = 2 * time.Second
	// skipHooks is the variable that switches hooks off for one command: unlike
	// commit, merge and push, git's other commands have no --no-verify.
	skipHooks = "FRONTDESK_HOOKS"
)

func newHooksRunCmd(e *env) *cobra.Command {
	var names []string
	for _, h := range append(hooks.All(), hooks.Server()) {
		names = append(names, string(h.Name))
	}
	cmd := &cobra.Command{
		Use:   "run NAME [ARGUMENT...]",
		Short: "Do what a hook does; git starts this",
		Long: `Run does the work of the hook NAME, with the arguments and the input that git
gives it. Git starts this, by way of what "frontdesk hooks install" installs; other
tools that look after hooks can start it too:

` + whatHooksDo() + `
pre-commit, pre-merge-commit and pre-applypatch take no argument: they judge the
index, which is what will be recorded, and not the files beside it. pre-push judges
each branch from where it left what the other side has.

commit-msg adds a trailer "Record: ID" for each record that the commit touches and
the message does not name, or "Records: N" for more than ten. It leaves messages of
merges alone, and those that begin with fixup!, squash! or amend!.

The exit status is 1 if git should stop. What refreshes the index, and commit-msg,
never stop git. With ` + skipHooks + `=0 in the environment no hook does anything: git
rebase, cherry-pick, revert and am have no --no-verify.

` + receiveHelp,
		Example:           "  frontdesk hooks run pre-commit\n  frontdesk hooks run commit-msg .git/COMMIT_EDITMSG",
		Args:              between(1, -1, "the NAME of a hook"),
		RunE:              func(cmd *cobra.Command, args []string) error { return runHook(cmd.Context(), e, args[0], args[1:]) },
		ValidArgsFunction: cobra.FixedCompletions(names, cobra.ShellCompDirectiveNoFileComp),
	}
	cmd.Flags().SetInterspersed(false) // what follows the name is git's
	return cmd
}

// runHook does the work of one hook.
func runHook(ctx context.Context, e *env, name string, args []string) error {
	h, ok := hooks.Find(name)
	if !ok {
		return unknownHook(name)
	}
	if least, most := h.Arguments(); len(args) < least || len(args) > most {
		return usagef("git gives "+name+" its arguments itself; frontdesk hooks run --help says more", "hooks run %s takes %s", name, argumentCount(least, most))
	}
	switch {
	case h.Name == hooks.PreReceive: // which nothing in the environment switches off
		return runPreReceive(ctx, e)
	case e.getenv(skipHooks) == "0":
		return nil
	case h.Name == hooks.CommitMsg:
		if err := hooks.NameRecords(ctx, e.dir, e.path(args[0]), e.getenv("HOME")); err != nil {
			complain(e.stderr, "the message does not name the records that the commit touches: %v", err)
		}
		return nil
	case !h.Gate:
		refreshIndex(ctx, e, h.Name, args)
		return nil
	}
	return judgeForGit(ctx, e, h.Name, args)
}

func unknownHook(name string) error {
	var names []string
	for _, h := range append(hooks.All(), hooks.Server()) {
		names = append(names, string(h.Name))
	}
	return usagef("it is one of "+strings.Join(names, ", "), "there is no hook %q", name)
}

func argumentCount(least, most int) string {
	switch {
	case most == 0:
		return "no argument"
	case least == most:
		return count(least, "argument")
	}
	return fmt.Sprintf("%d to %d arguments", least, most)
}

// refreshIndex lets the next command find the index as the files are now. It is
// a kindness: whatever goes wrong, git goes on and the command does it itself.
func refreshIndex(ctx context.Context, e *env, name hooks.Name, args []string) {
	ctx, cancel := context.WithTimeout(ctx, warmFor)
	defer cancel()
	_ = hooks.Refresh(ctx, e.dir, name, args, func(ctx context.Context, root string) error {
		t, err := tree.Open(root)
		if err != nil {
			return err
		}
		defer t.Close()
		return warm(ctx, t)
	})
}

// judgeForGit judges what git is about to record or push. Where that cannot be
// told it refuses: what touches no desk has been let pass by then.
func judgeForGit(ctx context.Context, e *env, name hooks.Name, args []string) error {
	doing, judges, err := hooks.DoingNow(e.dir, name)
	if err != nil {
		return withHint(err, "hooks run in a git repository; -C FOLDER works in another folder")
	}
	if !judges {
		return nil
	}
	var v *hooks.Verdict
	if doing == hooks.Pushing {
		v, err = judgePush(ctx, e, args)
	} else {
		v, err = hooks.Staged(ctx, e.dir, e.now())
	}
	if err != nil {
		if errors.As(err, new(usageError)) {
			return err
		}
		return withHint(fmt.Errorf("what you %s cannot be judged: %w", doing.Verb(), err), bypass(doing))
	}
	return showVerdict(e, v, doing)
}

// judgePush judges the refs that git names on stdin, or those that the
// pre-commit framework names in the environment.
func judgePush(ctx context.Context, e *env, args []string) (*hooks.Verdict, error) {
	remote := cmp.Or(append(slices.Clone(args), e.getenv("PRE_COMMIT_REMOTE_NAME"), "origin")...)
	// The framework names no commits where the other side has none of the branch's.
	if to := cmp.Or(e.getenv("PRE_COMMIT_TO_REF"), e.getenv("PRE_COMMIT_LOCAL_BRANCH")); to != "" {
		u, err := hooks.FrameworkUpdate(ctx, e.dir, e.getenv("PRE_COMMIT_FROM_REF"), to, e.getenv("PRE_COMMIT_REMOTE_BRANCH"))
		if err != nil {
			return nil, err
		}
		return hooks.Push(ctx, e.dir, remote, []hooks.Update{u}, e.now())
	}
	if e.isTerminal(e.stdin) {
		return nil, usagef("git push starts it; frontdesk check judges all records", "hooks run pre-push reads from git what is pushed, and git did not start it")
	}
	updates, err := hooks.ParseUpdates(e.stdin)
	if err != nil {
		return nil, usageError{err}
	}
	return hooks.Push(ctx, e.dir, remote, updates, e.now())
}

// showVerdict prints what is wrong, and what to do, on stderr: what a hook prints
// there reaches the person and never the output of git. It returns errProblems
// if git should stop.
func showVerdict(e *env, v *hooks.Verdict, doing hooks.Doing) error {
	for _, folder := range v.Skipped {
		complain(e.stderr, "the desk in %s is not checked out here, so the changes to it are not judged", folder)
	}
	from := startedIn(e)
	var files []string
	errs, warnings, records := 0, 0, 0
	for _, d := range v.Desks {
		rep := deskReport(d, seenFrom(from, d.Folder))
		rep.Color = e.isTerminal(e.stderr) && e.getenv("NO_COLOR") == "" && e.getenv("TERM") != "dumb"
		errs += diag.Count(rep.Diagnostics, diag.Error)
		warnings += diag.Count(rep.Diagnostics, diag.Warning)
		records += rep.Records
		for _, found := range rep.Diagnostics {
			if found.Severity == diag.Error && !slices.Contains(files, found.Path) {
				files = append(files, found.Path)
			}
		}
		if err := showDesk(e, d, rep, doing); err != nil {
			return err
		}
	}
	sum := render.Summary(render.Report{Diagnostics: fakes(errs, warnings), Records: records})
	switch {
	case errs > 0:
		complain(e.stderr, "%s: %s", doing.Refused(), sum)
		for _, line := range nextSteps(doing, files) {
			hint(e.stderr, "%s", line)
		}
		return errProblems
	case warnings > 0:
		complain(e.stderr, "%s; warnings stop nothing", sum)
	}
	return nil
}

// startedIn returns the folder, from the top of the work tree, in which the
// person typed the git command: files are named from there.
func startedIn(e *env) string {
	if prefix := e.getenv("GIT_PREFIX"); prefix != "" && filepath.IsLocal(filepath.FromSlash(prefix)) {
		return prefix
	}
	repo, err := git.Open(e.dir)
	if err != nil {
		return ""
	}
	defer repo.Close()
	prefix, err := repo.Prefix()
	if err != nil {
		return ""
	}
	return prefix
}

// seenFrom names files of a desk as seen from a folder; both are from the top.
func seenFrom(from, desk string) func(string) string {
	return func(p string) string {
		p = path.Join(desk, p)
		if rel, err := filepath.Rel(filepath.FromSlash(cmp.Or(from, ".")), filepath.FromSlash(p)); err == nil {
			return filepath.ToSlash(rel)
		}
		return p
	}
}

// deskReport returns what a hook says of a desk: its errors and warnings, with
// files as they are seen.
func deskReport(d hooks.Desk, seen func(string) string) render.Report {
	sources := map[string]string{}
	rep := render.Report{Records: d.Report.Records, Version: programVersion()}
	for _, found := range d.Report.Diagnostics {
		if found.Severity < diag.Warning {
			continue
		}
		sources[seen(found.Path)] = found.Path
		found.Path = seen(found.Path)
		found.Notes = slices.Clone(found.Notes)
		for i := range found.Notes {
			found.Notes[i].Path = seen(found.Notes[i].Path)
		}
		rep.Diagnostics = append(rep.Diagnostics, found)
	}
	rep.Source = func(p string) []byte {
		if d.Report.Source == nil {
			return nil
		}
		return d.Report.Source(sources[p])
	}
	return rep
}

// showDesk prints what is wrong in a desk, the errors first where it is too much.
func showDesk(e *env, d hooks.Desk, rep render.Report, doing hooks.Doing) error {
	if d.Ref != "" && len(rep.Diagnostics) > 0 {
		complain(e.stderr, "in what is pushed to %s:", strings.TrimPrefix(d.Ref, "refs/heads/"))
	}
	all := len(rep.Diagnostics)
	if all > mostFindings {
		slices.SortStableFunc(rep.Diagnostics, func(a, b diag.Diagnostic) int { return cmp.Compare(b.Severity, a.Severity) })
		rep.Diagnostics = rep.Diagnostics[:mostFindings]
	}
	if err := render.Write(e.stderr, render.Text, rep); err != nil {
		return err
	}
	if all > mostFindings {
		complain(e.stderr, "and %d more: %s shows all", all-mostFindings, showAll(d, doing))
	}
	return nil
}

func showAll(d hooks.Desk, doing hooks.Doing) string {
	show := "frontdesk"
	if d.Folder != "" {
		show += " -C " + shellWord(d.Folder)
	}
	if doing == hooks.Pushing {
		return show + " check"
	}
	return show + " check --staged"
}

// fakes stand for diagnostics that are only counted.
func fakes(errs, warnings int) []diag.Diagnostic {
	return append(slices.Repeat([]diag.Diagnostic{{Severity: diag.Error}}, errs), slices.Repeat([]diag.Diagnostic{{Severity: diag.Warning}}, warnings)...)
}

// nextSteps says what to type after git was stopped.
func nextSteps(doing hooks.Doing, files []string) []string {
	add, and := "git add what you mended", ", and "
	if len(files) > 0 && len(files) <= 3 {
		words := make([]string, len(files))
		for i, f := range files {
			words[i] = shellWord(f)
		}
		add, and = "git add "+strings.Join(words, " "), " && "
	}
	mend := "mend it, then: " + add
	var next []string
	switch doing {
	case hooks.Committing, hooks.Reverting:
		next = []string{mend + and + "git commit"}
	case hooks.Merging:
		next = []string{mend + and + "git commit", "git merge --abort gives the merge up"}
	case hooks.CherryPicking:
		next = []string{mend + and + "git cherry-pick --continue", "git cherry-pick --abort gives it up"}
	case hooks.Applying:
		next = []string{mend + and + "git am --continue", "git am --abort gives it up"}
	case hooks.Rebasing:
		next = []string{
			mend,
			"then: git rebase --edit-todo, and delete the first line if it names the commit that was stopped here: git has put it there again",
			"then: git rebase --continue; git rebase --abort gives the rebase up",
		}
	case hooks.Pushing:
		next = []string{"mend it, commit that, and push again"}
	}
	return append(next, bypass(doing))
}

// bypass says how git goes on all the same, and who finds out.
func bypass(doing hooks.Doing) string {
	const later = "; the checks where branches are merged will still refuse it"
	switch doing {
	case hooks.Committing, hooks.Merging:
		return "in an emergency, git " + string(doing) + " --no-verify goes on all the same" + later
	case hooks.Reverting: // without conflicts git keeps nothing to continue
		return "in an emergency, " + skipHooks + "=0 git commit goes on all the same" + later
	case hooks.Pushing:
		return "in an emergency, git push --no-verify goes on all the same" + later
	}
	return "in an emergency, " + skipHooks + "=0 git " + string(doing) + " --continue goes on all the same" + later
}

// plainWord is what a shell takes as it is.
var plainWord = lazy.Regexp(`^[A-Za-z0-9_./@%+=:,][A-Za-z0-9_./@%+=:,-]*$`)

// shellWord quotes a word for the shell that a person types it into.
func shellWord(s string) string {
	if plainWord().MatchString(s) {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}
