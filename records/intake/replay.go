package intake

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"slices"
	"time"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/git"
	"frontdesk/records/tree"
)

// DefaultBranch is the branch that a replay makes where none is named.
const DefaultBranch = "replay"

// mailDomain is where the addresses of authors lie: a domain of which RFC 2606
// says that it will never be one.
const mailDomain = "@import.invalid"

// ReplayOptions says how a replay runs.
type ReplayOptions struct {
	Options
	Branch string    // that is made; "" for DefaultBranch, or the current one where it has no commit
	Stream io.Writer // takes what git fast-import would read; nothing else is then written
}

// Replayed is what a replay did, or with DryRun would do.
type Replayed struct {
	Result
	Branch  string // "" where there was nothing to replay
	Head    string // its last commit; "" where none was made
	Commits int
	Empty   int  // commits for rows that change nothing
	Left    int  // rows that have no commit: they cannot be read, or their record is there already
	Fresh   bool // the branch was the current one, without commit: index and work tree follow it
}

// MarshalJSON writes the result as import --format json does, with the branch,
// its commits and its head.
func (r *Replayed) MarshalJSON() ([]byte, error) {
	problems := r.Problems
	if problems == nil {
		problems = []Problem{}
	}
	return json.Marshal(struct {
		Version  int                  `json:"version"`
		Created  map[records.Type]int `json:"created"`
		Events   int                  `json:"events"`
		Commits  int                  `json:"commits"`
		Empty    int                  `json:"empty"`
		Left     int                  `json:"left"`
		Branch   string               `json:"branch"`
		Head     string               `json:"head"`
		Problems []Problem            `json:"problems"`
	}{1, r.Created, r.Events, r.Commits, r.Empty, r.Left, r.Branch, r.Head, problems})
}

var (
	// ErrNoLog is returned by Replay for a mapping that does not say who wrote
	// the rows and when.
	ErrNoLog = errors.New("the mapping has no log, so rows have neither author nor time")
	// ErrNotCommitted is returned by Replay where HEAD has no desk to go on from.
	ErrNotCommitted = errors.New("the desk is in no commit")
	// ErrStaged is returned by Replay where the first commit is prepared already.
	ErrStaged = errors.New("the repository has no commit yet, and something is staged for the first")
	// ErrInTheWay is returned by Replay where files of the work tree differ from
	// those that would be checked out.
	ErrInTheWay = errors.New("files of the work tree are in the way")
)

// Replay imports a source as history: a commit for each row, in the order of
// time, with the row's author and time, and before them one for what the records
// need: the shard in desk.yaml, and records that others name. The last commit's
// tree is what Run would have made of the desk.
//
// The commits become a new branch that starts from HEAD, whose desk counts, and
// not the work tree's. In a repository without commit they become the current
// branch, the first commit holds the desk's own files as well, and index and work
// tree follow. Records that the desk has already are left as they are, like Run
// does. The same source and desk give the same commits. Stopped at any moment,
// a replay leaves no part of a branch.
//
// Errors are those of Run, apart from ErrUnfinished, and the ones above; a branch
// that cannot be made is a *git.BranchError.
func Replay(ctx context.Context, t *tree.Tree, repo *git.Repo, m *Mapping, src Source, opts ReplayOptions) (*Replayed, error) {
	if m.log == nil {
		return nil, ErrNoLog
	}
	r := &replay{work: t, repo: repo, opts: opts}
	if err := r.findGround(ctx); err != nil {
		return nil, err
	}
	if r.fresh && !opts.DryRun {
		unlock, err := t.Lock(ctx)
		if err != nil {
			return nil, err
		}
		defer unlock()
	}
	if err := r.prepare(ctx, m, src); err != nil {
		return nil, err
	}
	return &r.result, r.run(ctx)
}

// replay is a replay under way.
type replay struct {
	work *tree.Tree // the desk's folder
	repo *git.Repo
	opts ReplayOptions

	fresh  bool       // the repository has no commit
	head   string     // the commit that the branch starts from; "" where fresh
	base   *tree.Tree // the desk there; where fresh the folder's
	ahead  func(paths []string) error
	writer *writer

	planner *planner
	paths   map[string]string // by id: where the records are that are replayed
	opening []git.File        // of the first commit
	steps   []step
	result  Replayed
}

// findGround finds what the branch starts from, and judges its name.
func (r *replay) findGround(ctx context.Context) error {
	head, err := r.repo.Resolve(ctx, "HEAD")
	if errors.As(err, new(*git.UnknownRevisionError)) {
		r.fresh, r.base = true, r.work
		return r.findFresh(ctx)
	}
	if err != nil {
		return err
	}
	files, err := r.repo.At(ctx, head.ID)
	if err != nil {
		return err
	}
	r.head = head.ID
	r.ahead = func(paths []string) error { return files.Preload(ctx, paths) }
	r.base, err = tree.OpenFS(r.work.Root, files)
	if errors.Is(err, tree.ErrNoDesk) {
		return ErrNotCommitted
	}
	if err != nil {
		return err
	}
	for _, d := range r.base.Problems {
		if d.Severity == diag.Error && d.Path == tree.ConfigFile {
			return fmt.Errorf("%s of commit %s has errors: %s", tree.ConfigFile, head.Short(), d.Message)
		}
	}
	r.result.Branch = cmp.Or(r.opts.Branch, DefaultBranch)
	return r.repo.CheckNewBranch(ctx, r.result.Branch)
}

// findFresh sees to it that nothing was prepared for the first commit.
func (r *replay) findFresh(ctx context.Context) error {
	branch, err := r.repo.Branch(ctx)
	if err != nil {
		return err
	}
	r.result.Branch, r.result.Fresh = branch, true
	if r.opts.Branch != "" && r.opts.Branch != branch {
		return &git.BranchError{Name: r.opts.Branch, Reason: fmt.Sprintf("the repository has no commit that it could start from, only the empty branch %q", branch)}
	}
	if has, err := r.repo.HasIndex(); has || err != nil {
		return cmp.Or(err, ErrStaged)
	}
	return r.repo.CheckNewBranch(ctx, branch)
}

// prepare works out every commit, apart from what is in it.
func (r *replay) prepare(ctx context.Context, m *Mapping, src Source) (err error) {
	if r.planner, err = newPlanner(m, r.base.Types, r.base.Desk, src); err != nil {
		return err
	}
	plan, err := r.planner.plan(ctx)
	if err != nil {
		return err
	}
	r.writer = &writer{tree: r.base, store: r.base, plan: plan, opts: Options{DryRun: true}, ahead: r.ahead}
	res, err := r.writer.run(ctx)
	if err != nil {
		return err
	}
	r.result.Result = *res
	if r.fresh {
		if err := r.takeOver(); err != nil {
			return err
		}
	}
	r.paths = map[string]string{}
	for i, o := range r.writer.outcomes {
		if f := plan.Files[i]; o.created && !f.Named {
			r.paths[string(f.ID)] = o.path
		}
	}
	r.steps = r.planner.steps(func(g group) bool { return r.paths[g.id] != "" })
	r.result.Commits, r.result.Left = len(r.steps), r.result.Events-len(r.steps)
	if len(r.steps) == 0 {
		r.result.Branch = ""
		return nil
	}
	if err := r.open(ctx); err != nil {
		return err
	}
	r.result.Commits += min(1, len(r.opening))
	return nil
}

// takeOver counts what the folder of a desk without commit holds as what is
// still to be committed. Files that differ from the import's are in the way.
func (r *replay) takeOver() error {
	for i, o := range r.writer.outcomes {
		f := r.writer.plan.Files[i]
		switch {
		case o.problem != "":
			return fmt.Errorf("%w: %s", ErrInTheWay, o.problem)
		case o.created && r.work.Exists(o.path):
			return fmt.Errorf("%w: %s is there and is no record file", ErrInTheWay, o.path)
		case !o.created:
			r.result.Kept[f.Type]--
			r.result.Created[f.Type]++
			r.writer.outcomes[i].created = true
		}
	}
	return nil
}

// open puts the first commit together.
func (r *replay) open(ctx context.Context) error {
	files := map[string][]byte{}
	if r.fresh {
		if err := r.own(ctx, files); err != nil {
			return err
		}
	}
	if r.result.Sharded {
		data, err := r.writer.sharded()
		if err != nil {
			return err
		}
		files[tree.ConfigFile] = data
	}
	for i, o := range r.writer.outcomes {
		f := r.writer.plan.Files[i]
		if !f.Named || !o.created {
			continue
		}
		files[o.path] = f.Data
		if there, err := r.work.Read(o.path); err == nil && r.fresh {
			files[o.path] = there // any record of the name will do
		}
	}
	for _, p := range slices.Sorted(maps.Keys(files)) {
		r.opening = append(r.opening, git.File{Path: p, Data: files[p]})
	}
	return nil
}

// own adds the files of a desk that make it one, and that say how its records
// are judged.
func (r *replay) own(ctx context.Context, files map[string][]byte) error {
	paths := append(slices.Sorted(maps.Keys(tree.Skeleton(""))), tree.TypesFolder, signersFile)
	found, err := r.repo.Untracked(ctx, paths...)
	if err != nil {
		return err
	}
	for _, p := range found {
		if files[p], err = r.work.Read(p); err != nil {
			return fmt.Errorf("read %s: %w", p, err)
		}
	}
	return nil
}

// signersFile says who may sign.
const signersFile = "signers"

// graphFrom is how many commits a history must have for git to want an index of
// it.
const graphFrom = 10_000

// run writes the commits, and what follows from them.
func (r *replay) run(ctx context.Context) error {
	switch {
	case len(r.steps) == 0:
		return r.complete(ctx)
	case r.opts.DryRun:
		return r.repo.WriteStream(ctx, io.Discard, r.changes(ctx))
	case r.opts.Stream != nil:
		return r.repo.WriteStream(ctx, r.opts.Stream, r.changes(ctx))
	}
	if r.fresh && r.result.Sharded {
		if err := r.writer.configure(); err != nil {
			return err
		}
	}
	if err := r.repo.Import(ctx, r.changes(ctx)); err != nil {
		return err
	}
	head, err := r.repo.Resolve(ctx, "refs/heads/"+r.result.Branch)
	if err != nil {
		return err
	}
	r.result.Head = head.ID
	if len(r.steps) >= graphFrom {
		_ = r.repo.WriteCommitGraph(ctx) // the history is whole without
	}
	if !r.fresh {
		return nil
	}
	return r.populate(ctx)
}

// complete checks out what a replay brought that was killed before it could.
func (r *replay) complete(ctx context.Context) error {
	has, err := r.repo.HasIndex()
	if has || err != nil || r.opts.DryRun || r.opts.Stream != nil || r.result.Kept[r.writer.plan.Type] == 0 {
		return err
	}
	unlock, err := r.work.Lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	return r.populate(ctx)
}

func (r *replay) populate(ctx context.Context) error {
	if err := r.repo.Populate(ctx); err != nil {
		return fmt.Errorf("%w: the history is there, but not checked out: %w", ErrUnfinished, err)
	}
	return nil
}

// changes makes the commits, from the first to the last.
func (r *replay) changes(ctx context.Context) iter.Seq2[git.Change, error] {
	return func(yield func(git.Change, error) bool) {
		from := r.head
		if len(r.opening) > 0 {
			if !yield(r.openingCommit(), nil) {
				return
			}
			from = ""
		}
		done := 0
		for v, err := range r.planner.versions(ctx, r.steps) {
			c := r.commit(v)
			c.From, from = from, ""
			if !yield(c, err) || err != nil {
				return
			}
			if done++; r.opts.Progress != nil && (done%500 == 0 || done == len(r.steps)) {
				r.opts.Progress(done, len(r.steps))
			}
		}
	}
}

// openingCommit is dated as the first row is: there is no other time that the
// same source would give again.
func (r *replay) openingCommit() git.Change {
	source := r.planner.m.Source
	c := git.Change{Branch: r.result.Branch, From: r.head, Write: r.opening,
		Author: git.Signature{Name: source, Email: slug(source) + mailDomain, When: dated(r.steps[0].when)}}
	c.Message = "Prepare the import from " + oneSpace(source) + "\n"
	return c
}

// commit makes the commit of a row. The author's time is the row's; the
// committer's is never before that of an earlier commit, as git expects.
func (r *replay) commit(v version) git.Change {
	if v.by == "" {
		return git.Change{} // of an error
	}
	c := git.Change{Branch: r.result.Branch,
		Author:    git.Signature{Name: v.by, Email: v.by + mailDomain, When: dated(v.at)},
		Committer: git.Signature{Name: v.by, Email: v.by + mailDomain, When: dated(v.when)},
		Message:   fmt.Sprintf("%s\n\nLine %d of the imported file (%s).\n", v.subject, r.planner.table.rows[v.row].line, oneSpace(r.planner.m.Source))}
	if v.note != "" {
		c.Message += v.note + "\n"
	}
	if v.data == nil {
		r.result.Empty++
		return c
	}
	c.Write = []git.File{{Path: r.paths[r.planner.groups[v.group].id], Data: v.data}}
	return c
}

// dated returns a time that git can hold: there is none before 1970.
func dated(t time.Time) time.Time {
	if t.Unix() < 0 {
		return time.Unix(0, 0).UTC()
	}
	return t.UTC()
}
