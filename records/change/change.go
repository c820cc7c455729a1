// Package change provides the judging of a change: of what will be committed, and
// of what a branch brings to another one. It looks at the result, with the types
// and the configuration that the result has, and at what the change does to the
// history of records. What one side of a merge has already is not new, and records
// that the change does not touch are its matter only where it breaks them. It reads
// what it needs, by git's names of contents, and must not look at the work tree,
// nor write.
package change

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"frontdesk/records/diag"
	"frontdesk/records/git"
	"frontdesk/records/tree"
	"frontdesk/schema"
)

var (
	// ErrShallow is returned where a shallow clone does not reach back to where
	// the sides of a change parted.
	ErrShallow = errors.New("the history of this shallow clone does not reach back to where the two parted")
	// ErrUnrelated is returned for sides that have no commit in common.
	ErrUnrelated = errors.New("the two have no commit in common")
)

// Options are how a change is judged.
type Options struct {
	AsOf time.Time // what counts as now
	// Staged is what differs between HEAD and the index, where the caller has asked git
	// already; nil has Staged ask.
	Staged []git.Delta
}

// Touch is a record that a change touches.
type Touch struct {
	tree.Name      // its path is that before the change where it is deleted
	Status    byte // Added, Modified, Deleted or moved (Renamed): its first letter
}

// Report is what is wrong with a change.
type Report struct {
	Records     int // that were judged, deleted ones among them
	Touched     []Touch
	Diagnostics []diag.Diagnostic // sorted
	Types       *schema.Types     // of the result; nil where there was nothing to judge
	// Source returns the content of a file that a diagnostic speaks of, as it is
	// after the change, or before it where the change removes it; nil otherwise.
	Source func(path string) []byte
}

// Staged judges what will be committed, that is the index, against HEAD; while a
// merge is going on, against its parents. Whether an id was used before is not
// looked for, as that takes a walk through all of the history.
func Staged(ctx context.Context, repo *git.Repo, o Options) (*Report, error) {
	head, err := repo.Resolve(ctx, "HEAD")
	if err != nil && !errors.As(err, new(*git.UnknownRevisionError)) {
		return nil, err
	}
	c := newChange(repo, o)
	heads, err := repo.MergeHeads(ctx)
	if err != nil {
		return nil, err
	}
	for i, rev := range append([]string{head.ID}, heads...) {
		deltas := o.Staged
		if i > 0 || deltas == nil {
			if deltas, err = repo.DiffStaged(ctx, rev); err != nil {
				return nil, fmt.Errorf("compare what is staged: %w", err)
			}
		}
		c.addSide(rev, deltas)
	}
	for _, d := range c.sides[0].deltas {
		if d.Status == 'U' {
			c.conflicts = append(c.conflicts, d.Path)
		}
	}
	if c.isEmpty() {
		return &Report{Source: noSource}, nil
	}
	for _, rev := range heads {
		bases, err := repo.MergeBases(ctx, head.ID, rev)
		if err != nil {
			return nil, err
		}
		c.bases = append(c.bases, bases...)
	}
	files, err := repo.Patched(ctx, head.ID, c.sides[0].all)
	if err != nil {
		return nil, err
	}
	return c.judge(ctx, files)
}

// Between judges what merging one revision into another brings to the latter: the
// result of the merge against the tip of base. The errors are
// *git.UnknownRevisionError, ErrShallow and ErrUnrelated, and those of git.
func Between(ctx context.Context, repo *git.Repo, base, head string, o Options) (*Report, error) {
	onto, err := repo.Resolve(ctx, base)
	if err != nil {
		return nil, err
	}
	from, err := repo.Resolve(ctx, head)
	if err != nil {
		return nil, err
	}
	c := newChange(repo, o)
	c.onBranch = true
	if c.bases, err = repo.MergeBases(ctx, onto.ID, from.ID); err != nil {
		return nil, err
	}
	result := from.ID
	switch {
	case len(c.bases) == 0 && repo.IsShallow():
		return nil, ErrShallow
	case len(c.bases) == 0:
		return nil, ErrUnrelated
	case slices.Contains(c.bases, from.ID):
		return &Report{Source: noSource}, nil // base has it already
	case !slices.Contains(c.bases, onto.ID):
		m, err := repo.Merge(ctx, onto.ID, from.ID)
		if err != nil {
			return nil, err
		}
		result, c.conflicts, c.head = m.Tree, m.Conflicts, from.ID
	}
	deltas, err := repo.Diff(ctx, onto.ID, result)
	if err != nil {
		return nil, err
	}
	if c.addSide(onto.ID, deltas); c.isEmpty() {
		return &Report{Source: noSource}, nil
	}
	files, err := repo.At(ctx, result)
	if err != nil {
		return nil, err
	}
	return c.judge(ctx, files)
}

func noSource(string) []byte { return nil }

// change is what is judged: the result, and what it is compared with.
type change struct {
	repo      *git.Repo
	opts      Options
	sides     []*side
	bases     []string // commits where the sides parted; none where there is one side, and it is what came before
	conflicts []string // paths that git could not merge
	onBranch  bool     // a whole branch is judged, with time to look into the history
	head      string   // the commit that was merged into the one side, "" where nothing was merged

	result    *view
	judgedAll bool    // broken links of untouched records are known
	at        []*view // the bases
	atHead    *view   // head, where something was merged
	set       touches
}

func newChange(repo *git.Repo, o Options) *change { return &change{repo: repo, opts: o} }

// side is a commit that the result is compared with.
type side struct {
	rev    string      // "" before the first commit
	all    []git.Delta // from it to the result
	deltas []git.Delta // those of them that are about the desk
	view   *view
	past
}

func (c *change) addSide(rev string, deltas []git.Delta) {
	s := &side{rev: rev, all: deltas}
	for _, d := range deltas {
		if concernsDesk(d.Path) || concernsDesk(d.OldPath) {
			s.deltas = append(s.deltas, d)
		}
	}
	c.sides = append(c.sides, s)
}

// isEmpty reports whether the result differs from no side in what makes a desk.
func (c *change) isEmpty() bool {
	return !slices.ContainsFunc(c.sides, func(s *side) bool { return len(s.deltas) > 0 }) && !slices.ContainsFunc(c.conflicts, concernsDesk)
}

// concernsDesk reports whether a file is a record, lies beside one, or says how
// records are judged, or who may sign.
func concernsDesk(p string) bool {
	return strings.HasPrefix(p, schema.RecordsFolder+"/") || tree.IsConfig(p) || isSigners(p)
}
