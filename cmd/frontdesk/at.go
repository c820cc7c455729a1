package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"frontdesk/records"
	"frontdesk/records/git"
	"frontdesk/records/history"
	"frontdesk/records/lazy"
	"frontdesk/records/tree"
)

// revision is the value of a flag or argument that names a commit. It cannot be
// empty: a script whose variable is unset must not get the work tree instead.
type revision string

func (r *revision) String() string { return string(*r) }

// Type is what help calls the value.
func (r *revision) Type() string { return "revision" }

// Set takes the revision from the command line.
func (r *revision) Set(text string) error {
	if strings.TrimSpace(text) == "" {
		return errors.New("it names no revision; leave it out for the desk as it is")
	}
	*r = revision(text)
	return nil
}

// atUsage is the text of --at.
const atUsage = "show the desk as it was at a `revision`: a commit, branch or tag, HEAD~3, or a time such as 2016-04-30"

// atHelp says what a revision is where a command takes one.
const atHelp = "A revision is what git knows as one: a commit, a branch, a tag, HEAD~3. A time, such\n" +
	"as 2016-04-30T12:00:00Z, means the last commit at or before it, along first parents\n" +
	"from HEAD, or from BRANCH as BRANCH@{2016-04-30}; a date means its beginning in UTC."

// view is a desk as a command shows it: that of the work tree, or of a commit.
type view struct {
	*tree.Tree
	commit git.Commit    // without an ID: the work tree
	files  *git.Snapshot // nil: the work tree
	repo   *git.Repo     // nil: the work tree
	root   *os.Root      // nil: a commit
}

// openView opens the desk as it is, or as it was at a revision, and prints what
// is wrong with its configuration. The caller closes it.
func openView(ctx context.Context, e *env, at revision) (*view, error) {
	t, err := openDesk(e)
	if err != nil || at == "" {
		return &view{Tree: t}, err
	}
	defer t.Close()
	return viewAt(ctx, e, t.Root, at)
}

// viewAt opens the desk with a root as it was at a revision.
func viewAt(ctx context.Context, e *env, root string, at revision) (*view, error) {
	repo, err := openRepo(root)
	if err != nil {
		return nil, err
	}
	v, err := viewOf(ctx, e, repo, at)
	if err != nil {
		_ = repo.Close()
		return nil, err
	}
	return v, nil
}

func viewOf(ctx context.Context, e *env, repo *git.Repo, at revision) (*view, error) {
	commit, err := findCommit(ctx, e, repo, string(at))
	if err != nil {
		return nil, explainRevision(repo, err)
	}
	files, err := repo.At(ctx, commit.ID)
	if err != nil {
		return nil, err
	}
	t, err := tree.OpenFS(repo.Dir, files)
	if errors.Is(err, tree.ErrNoDesk) {
		return nil, withHint(fmt.Errorf("there was no desk at %s: commit %s has no %s here", at, commit.Short(), tree.ConfigFile),
			"git log --oneline -- "+tree.ConfigFile+" shows since when there is one")
	}
	if err != nil {
		return nil, err
	}
	printErrors(e.stderr, t.Problems)
	return &view{Tree: t, commit: commit, files: files, repo: repo}, nil
}

// Close ends what reads the desk.
func (v *view) Close() error {
	var errs []error
	if v.root != nil {
		errs = append(errs, v.root.Close())
	}
	if v.repo != nil {
		errs = append(errs, v.files.Close(), v.repo.Close())
	}
	return errors.Join(append(errs, v.Tree.Close())...)
}

// isPast reports whether the desk is that of a commit.
func (v *view) isPast() bool { return v.files != nil }

// readAhead has the records of the types read from the repository at once: one
// by one takes several times as long.
func (v *view) readAhead(ctx context.Context, types ...records.Type) error {
	if !v.isPast() {
		return nil
	}
	names := v.Names(types...)
	paths := make([]string, len(names))
	for i, n := range names {
		paths[i] = n.Path
	}
	return v.files.Preload(ctx, paths)
}

// find reads the record that a person names.
func (v *view) find(e *env, part string) (*records.Record, error) {
	if !v.isPast() {
		return findRecord(e, v.Tree, part)
	}
	name, err := findName(v.Tree, part)
	if err != nil {
		return nil, err
	}
	r, ds := v.LoadOne(name)
	if r == nil {
		printErrors(e.stderr, ds)
		return nil, errProblems
	}
	return r, nil
}

// content returns the desk's files. Links are not followed.
func (v *view) content() (history.Files, error) {
	if v.isPast() {
		return v.files, nil
	}
	if v.root == nil {
		root, err := os.OpenRoot(v.Root)
		if err != nil {
			return nil, fmt.Errorf("open desk: %w", err)
		}
		v.root = root
	}
	return v.root.FS().(history.Files), nil
}

// openRepo opens the repository of a desk. The caller closes it.
func openRepo(root string) (*git.Repo, error) {
	repo, err := git.Open(root)
	if errors.Is(err, git.ErrNoRepository) {
		return nil, withHint(errors.New("the desk is in no git repository, so it has no history"),
			"git init, git add . and git commit begin one")
	}
	return repo, err
}

// explainRevision adds what to type to an error about a revision.
func explainRevision(repo *git.Repo, err error) error {
	var unknown *git.UnknownRevisionError
	switch {
	case errors.Is(err, git.ErrNoCommit):
		return withHint(err, "git add . and git commit make the first")
	case !errors.As(err, &unknown):
		return err
	case repo.IsShallow():
		return usageError{withHint(err, "this clone is shallow; git fetch --unshallow brings the rest of its history")}
	}
	return usageError{withHint(err, "git log --oneline --all shows what there is; git fetch brings what others have")}
}

// reflogTime matches what git would look up in a reflog, which this clone alone
// has and which tells when a branch was moved here.
var reflogTime = lazy.Regexp(`^([^{}]*)@\{([^{}]*)\}$`)

// reflogStep matches what stands in such braces and is no time.
var reflogStep = lazy.Regexp(`^(?i:-?[0-9]{1,4}|u|upstream|push)$`)

// findCommit returns the commit that a revision names. Times are understood
// before git does so: it takes the time of day from the clock, and where its
// reflog does not reach back it answers with the oldest that it has.
func findCommit(ctx context.Context, e *env, repo *git.Repo, rev string) (git.Commit, error) {
	from, text := "HEAD", rev
	if m := reflogTime().FindStringSubmatch(rev); m != nil && !reflogStep().MatchString(m[2]) {
		text = m[2]
		if m[1] != "" {
			from = m[1]
		}
	}
	at, isTime := parseMoment(text)
	if !isTime && text != rev {
		return git.Commit{}, usagef("write it as 2016-04-30 or 2016-04-30T12:00:00Z", "%q in %q is no time", text, rev)
	}
	if text == rev { // a branch or tag may be called as a date is
		commit, err := repo.Resolve(ctx, rev)
		isUnknown := errors.As(err, new(*git.UnknownRevisionError))
		if isUnknown && rev == "HEAD" {
			return commit, git.ErrNoCommit
		}
		if !isTime || !isUnknown {
			return commit, err
		}
	}
	commit, err := repo.Before(ctx, from, at)
	if err == nil {
		complain(e.stderr, "showing commit %s of %s", commit.Short(), commit.When.UTC().Format(pageTime))
	}
	return commit, err
}

// pageTime is how pages write times.
const pageTime = "2006-01-02 15:04 MST"

// parseMoment reads a time, or a date, which means its beginning in UTC.
func parseMoment(text string) (time.Time, bool) {
	for _, layout := range []string{time.RFC3339, time.DateOnly} {
		if t, err := time.Parse(layout, text); err == nil {
			return t, true
		}
	}
	return time.Time{}, false
}
