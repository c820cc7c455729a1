package review

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"frontdesk/records"
	"frontdesk/records/gate"
	"frontdesk/records/git"
	"frontdesk/records/history"
	"frontdesk/records/tree"
)

// Options choose what is summed up.
type Options struct {
	Base, Head string       // revisions; Base is where the change is to be merged
	Type       records.Type // with ID: one record alone; its target is the base where Base is ""
	ID         records.ID
	Gate       gate.Options
}

// Of returns the summary of what merging a branch brings. repo is open at the desk's
// folder. The errors are those of gate.Between and gate.Of.
func Of(ctx context.Context, repo *git.Repo, o Options) (*Input, error) {
	in := &Input{}
	var err error
	if in.Gate, err = judge(ctx, repo, o); err != nil {
		return nil, err
	}
	base, head := in.Gate.Base, in.Gate.Head
	merged := head
	bases, err := repo.MergeBases(ctx, base, head)
	switch {
	case err != nil:
		return nil, err
	case slices.Contains(bases, head): // it has landed
		base, merged, err = landed(ctx, repo, in)
	case len(bases) > 0 && !slices.Contains(bases, base):
		var m git.Merge
		m, err = repo.Merge(ctx, base, head)
		merged, in.Conflicts = m.Tree, m.Conflicts
	}
	if err != nil {
		return nil, err
	}
	if err := in.compare(ctx, repo, base, merged, o); err != nil {
		return nil, err
	}
	return in, nil
}

// judge asks gate.
func judge(ctx context.Context, repo *git.Repo, o Options) (*gate.Report, error) {
	how := o.Gate
	if o.ID != "" && o.Base == "" {
		how.Head = o.Head
		return gate.Of(ctx, repo, o.Type, o.ID, how)
	}
	rep, err := gate.Between(ctx, repo, o.Base, o.Head, how)
	if errors.Is(err, tree.ErrNoDesk) {
		return unjudged(ctx, repo, o)
	}
	if err == nil && o.ID != "" {
		rep.Cases = slices.DeleteFunc(rep.Cases, func(c *gate.Case) bool { return c.Verdict.Type != o.Type || c.Verdict.ID != o.ID })
	}
	return rep, err
}

// unjudged is the report on a change that brings the desk in the first place: there is
// nobody whom it could be asked of whether that is approved.
func unjudged(ctx context.Context, repo *git.Repo, o Options) (*gate.Report, error) {
	rep := &gate.Report{Notes: []string{"approvals: the base has no desk yet, so that it asks nobody for any"}}
	for _, rev := range []struct {
		name string
		id   *string
	}{{o.Base, &rep.Base}, {o.Head, &rep.Head}} {
		c, err := repo.Resolve(ctx, rev.name)
		if err != nil {
			return nil, err
		}
		*rev.id = c.ID
	}
	return rep, nil
}

// landed returns what the commit changed by which the target got the record that is
// summed up; nothing for more records than one.
func landed(ctx context.Context, repo *git.Repo, in *Input) (from, to string, err error) {
	if len(in.Gate.Cases) != 1 || in.Gate.Cases[0].Landing == "" {
		return in.Gate.Base, in.Gate.Base, nil
	}
	to = in.Gate.Cases[0].Landing
	before, err := repo.Resolve(ctx, to+"^1")
	if errors.As(err, new(*git.UnknownRevisionError)) {
		return to, to, nil // the first commit of all
	}
	return before.ID, to, err
}

// compare tells what differs in the records between two commits or trees.
func (in *Input) compare(ctx context.Context, repo *git.Repo, base, merged string, o Options) error {
	deltas, err := repo.Diff(ctx, base, merged)
	if err != nil {
		return err
	}
	var paths []string
	for _, d := range deltas {
		paths = append(paths, d.OldPath, d.Path)
	}
	before, err := side(ctx, repo, base, paths)
	if errors.Is(err, tree.ErrNoDesk) {
		return nil // all is new, and none of it is judged
	}
	if err != nil {
		return err
	}
	after, err := side(ctx, repo, merged, paths)
	if err != nil {
		return err
	}
	in.Types = after.Tree.Types
	var wanted func(tree.Name) bool
	if o.ID != "" {
		wanted = func(n tree.Name) bool { return n.Type == o.Type && n.ID == o.ID }
	}
	if in.Difference, err = history.Between(ctx, before, after, wanted); err != nil {
		return fmt.Errorf("compare records: %w", err)
	}
	return ctx.Err()
}

// side opens the desk of a commit or tree, with the folders alone in which some paths
// lie.
func side(ctx context.Context, repo *git.Repo, rev string, paths []string) (history.Side, error) {
	files, err := repo.At(ctx, rev)
	if err != nil {
		return history.Side{}, err
	}
	t, err := tree.OpenFS(repo.Dir, files)
	if err != nil {
		return history.Side{}, err
	}
	return history.Side{Tree: t, Files: files}.Within(paths)
}
