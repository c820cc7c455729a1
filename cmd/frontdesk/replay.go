package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"frontdesk/records/git"
	"frontdesk/records/intake"
	"frontdesk/records/plain"
	"frontdesk/records/tree"
)

const replayHelp = `With --replay it makes a commit of each row instead, in the order of time, with
the row's author and time, as git log and "frontdesk log ID --git" show them. The
author is the person's id, with an address at import.invalid. Rows that change
nothing in their record get an empty commit. One more commit comes first: it holds
the records that others name, such as teams, and the shard in desk.yaml. At the
end the branch holds what an import without --replay would have written.

The commits become a new branch that starts from HEAD; work tree and index stay
as they are. In a repository without commit they become its current branch, the
first one holds desk.yaml and its like, and the records are checked out. The same
file gives the same commits. Stopped at any moment, it leaves no branch behind.

It also writes git's commit graph, where the history is long. For a fast log of
single records, let git note which files each commit changes:
  git commit-graph write --reachable --changed-paths`

// checkReplay judges the flags that go with --replay, or against it.
func (o *importOptions) checkReplay() error {
	switch {
	case !o.replay && o.branch != "":
		return usagef("add --replay, or leave --branch out", "--branch is for --replay")
	case !o.replay && o.stream != "":
		return usagef("add --replay, or leave --stream out", "--stream is for --replay")
	case o.replay && o.commit:
		return usagef("leave --commit out", "--replay makes commits anyway")
	case o.dry && o.stream != "":
		return usagef("leave one of them out", "--dry-run writes nothing, --stream a file")
	}
	return nil
}

// replayInto replays a file into the desk's repository, or writes it as a stream.
func (o *importOptions) replayInto(ctx context.Context, e *env, t *tree.Tree, m *intake.Mapping, src intake.Source, progress func(done, total int)) (*intake.Replayed, error) {
	repo, err := git.Open(t.Root)
	if err != nil {
		return nil, err
	}
	defer repo.Close()
	opts := intake.ReplayOptions{Options: intake.Options{DryRun: o.dry, Progress: progress}, Branch: o.branch}
	if o.stream == "" {
		return intake.Replay(ctx, t, repo, m, src, opts)
	}
	f, err := createStream(e.path(o.stream))
	if err != nil {
		return nil, err
	}
	out := bufio.NewWriterSize(f, 1<<20)
	opts.Stream = out
	res, err := intake.Replay(ctx, t, repo, m, src, opts)
	if err = errors.Join(err, out.Flush(), f.Close()); err != nil {
		removeFile(e.path(o.stream))
		return nil, err
	}
	return res, nil
}

// createStream opens a file to write to: a new one, or a pipe or device.
func createStream(path string) (io.WriteCloser, error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if !errors.Is(err, fs.ErrExist) {
		return f, err
	}
	if info, err := os.Stat(path); err != nil || info.Mode().IsRegular() || info.IsDir() {
		return nil, usagef("give another name, or remove it first", "--stream: %s exists already", path)
	}
	return os.OpenFile(path, os.O_WRONLY, 0)
}

// removeFile removes a file that was begun, and no pipe or device.
func removeFile(path string) {
	if info, err := os.Lstat(path); err == nil && info.Mode().IsRegular() {
		_ = os.Remove(path)
	}
}

// finishReplay prints what a replay did.
func (o *importOptions) finishReplay(e *env, res *intake.Replayed) error {
	if o.format == formatJSON {
		if err := writeJSON(e.stdout, res); err != nil {
			return err
		}
	} else {
		o.printReplayed(e, res)
	}
	if len(res.Problems) > 0 {
		return errProblems
	}
	return nil
}

func (o *importOptions) printReplayed(e *env, res *intake.Replayed) {
	showProblems(e, &res.Result)
	verb := "made"
	switch {
	case o.dry:
		verb = "would make"
	case o.stream != "":
		verb = "wrote"
	}
	if res.Commits == 0 {
		fmt.Fprintf(e.stdout, "%s read, nothing new%s\n", count(res.Events, "row"), reported(&res.Result))
	} else {
		fmt.Fprintf(e.stdout, "%s read, %s %s for branch %s: %s%s\n", count(res.Events, "row"), verb, count(res.Commits, "commit"),
			plain.Line(res.Branch), made(&res.Result), reported(&res.Result))
	}
	if res.Empty > 0 {
		fmt.Fprintf(e.stdout, "%s among them, for rows that change nothing\n", count(res.Empty, "empty commit"))
	}
	if res.Commits > 0 && res.Left > 0 {
		fmt.Fprintf(e.stdout, "no commit for %s: not readable, or of records that are there already\n", count(res.Left, "row"))
	}
	printKept(e, &res.Result)
	if res.Sharded && res.Commits > 0 {
		fmt.Fprintf(e.stdout, "desk.yaml: shard set to %d, for months with many records\n", res.Shard)
	}
	if res.Head != "" && !res.Fresh {
		hint(e.stderr, "next: git log %s, frontdesk list --at %s; git switch %s checks it out", res.Branch, res.Branch, res.Branch)
	}
}

// explainReplay turns what keeps a replay from running into words with hints.
func explainReplay(e *env, err error) error {
	branch := (*git.BranchError)(nil)
	switch {
	case errors.Is(err, git.ErrNoRepository):
		return withHint(fmt.Errorf("replay: %w", err), "git init makes the desk a repository")
	case errors.As(err, &branch):
		return usageError{withHint(err, "--branch NAME takes a name that is still free; without it: "+intake.DefaultBranch)}
	case errors.Is(err, intake.ErrNoLog):
		return usageError{withHint(err, "import without --replay, or add log to the mapping; frontdesk import --help-mapping documents it")}
	case errors.Is(err, intake.ErrNotCommitted):
		return withHint(err, "commit desk.yaml and what belongs to it first, then replay onto that")
	case errors.Is(err, intake.ErrStaged):
		return withHint(err, "git commit it first, then replay onto that")
	case errors.Is(err, intake.ErrInTheWay):
		return withHint(err, "move them away, or commit them first and replay onto that")
	case errors.Is(err, intake.ErrUnfinished):
		return withHint(err, "run the same command again to go on")
	case errors.Is(err, context.Canceled):
		return withHint(fmt.Errorf("replay: %w", err), "no branch was made; run it again")
	}
	return explainImport(e, err)
}
