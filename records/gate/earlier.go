package gate

import (
	"context"
	"errors"
	"slices"

	"frontdesk/records/approval"
	"frontdesk/records/git"
	"frontdesk/records/tree"
)

// maxEarlier is how many landings of a record are looked back on.
const maxEarlier = 20

// addEarlier adds to an input those who wrote what the target has of a record and
// nobody has approved, such as a plan that landed with a new record: who approves
// the record now approves that as well. It reports whether there were any. Whom
// nobody knows it leaves out: people who wrote it may be long gone.
func (s *session) addEarlier(ctx context.Context, in *approval.Input, t *touch, tip *trusted) (added bool, err error) {
	if s.behind || t.before == nil || !t.typ.Policy.Separation.Contributors {
		return false, nil
	}
	inner := *s
	inner.behind, inner.book, inner.rep = true, nil, &Report{}
	inner.o.Reviews, inner.o.Assume, inner.o.Ignore, inner.o.Opener = nil, nil, nil, nil
	for range maxEarlier {
		typ := tip.tree.Types.Get(t.typ.Name)
		if typ == nil || typ.Policy == nil || len(tip.broken) > 0 {
			return added, nil
		}
		n, found := locate(tip.tree, typ, t.name)
		if !found {
			return added, nil
		}
		r, _ := tip.tree.LoadOne(n)
		if r == nil {
			return added, nil // nobody could have approved it, and what it was differs in all
		}
		inner.tip, inner.parted = tip, map[string][]string{}
		c, err := inner.landed(ctx, landing{record: r, name: n})
		if err != nil {
			return added, err
		}
		if c.Verdict.State == approval.Approved || c.Input == nil {
			return added, nil
		}
		for _, who := range c.Input.Contributors {
			if who.Person != "" && !slices.ContainsFunc(in.Contributors, func(o approval.Contributor) bool { return o.Identity == who.Identity && o.As == who.As }) {
				in.Contributors, added = append(in.Contributors, who), true
			}
		}
		before, err := s.parentOf(ctx, c.Landing)
		if err != nil || before == "" {
			return added, err
		}
		if tip, err = s.trust(ctx, before); errors.Is(err, tree.ErrNoDesk) {
			return added, nil
		} else if err != nil {
			return added, err
		}
	}
	s.note("who wrote %s was looked for in its last %d versions only", t.name.ID, maxEarlier)
	return added, nil
}

// withEarlier judges what landed anew where others wrote it before.
func (s *session) withEarlier(ctx context.Context, b *bundle, t *touch, in *approval.Input, c *Case) (*Case, error) {
	if b.from == "" {
		return c, nil
	}
	tip, err := s.trust(ctx, b.from)
	if errors.Is(err, tree.ErrNoDesk) {
		return c, nil
	}
	if err != nil {
		return nil, err
	}
	if more, err := s.addEarlier(ctx, in, t, tip); err != nil || !more {
		return c, err
	}
	return s.verdict(ctx, b, t, in)
}

// parentOf returns the first parent of a commit, "" where it has none.
func (s *session) parentOf(ctx context.Context, commit string) (string, error) {
	for rev, err := range s.repo.Log(ctx, git.LogOptions{From: commit, FirstParent: true}) {
		if err != nil || len(rev.Parents) == 0 {
			return "", err
		}
		return rev.Parents[0], nil
	}
	return "", nil
}
