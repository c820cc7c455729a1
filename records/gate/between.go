package gate

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"frontdesk/records/approval"
	"frontdesk/records/tree"
	"frontdesk/schema"
)

// between judges what merging a commit brings to the target: all of it, or one
// record.
func (s *session) between(ctx context.Context, head string, only *key) error {
	bases, err := s.bases(ctx, head)
	if err != nil || slices.Contains(bases, head) {
		return err // the target has it already
	}
	result, conflicts := head, []string(nil)
	if !slices.Contains(bases, s.tip.commit) {
		m, err := s.repo.Merge(ctx, s.tip.commit, head)
		if err != nil {
			return err
		}
		result, conflicts = m.Tree, m.Conflicts
	}
	b, err := s.compare(ctx, s.tip, s.tip.commit, result)
	if err != nil {
		return err
	}
	s.rep.Trusted = b.trusted
	if len(s.tip.broken) > 0 {
		return s.mendOnly(b)
	}
	if err := s.findTrailers(ctx, head); err != nil {
		return err
	}
	if s.book, err = s.newPlanner(ctx, b, head); err != nil {
		return err
	}
	for _, t := range b.touched {
		if only != nil && t.key() != *only {
			continue
		}
		c, err := s.caseOf(ctx, b, t, head)
		if err != nil {
			return err
		}
		s.refuseConflicts(c, t, conflicts)
		s.rep.Cases = append(s.rep.Cases, c)
	}
	for _, n := range b.spoken {
		if k := (key{n.Type, n.ID}); only == nil || k == *only {
			c, err := s.spoken(ctx, b, n, head)
			if err != nil {
				return err
			}
			s.rep.Cases = append(s.rep.Cases, c)
		}
	}
	return s.guard(b)
}

// mendOnly lets a change to a desk whose configuration has errors pass if it holds
// nothing else than the means to mend it.
func (s *session) mendOnly(b *bundle) error {
	if len(b.touched) > 0 || len(b.riders) > 0 || len(b.spoken) > 0 {
		return &BrokenError{s.tip.broken}
	}
	s.note("the target's configuration has errors, so that it cannot be said who would have to approve this: %s", s.tip.broken[0])
	return nil
}

// caseOf judges a record that a change touches.
func (s *session) caseOf(ctx context.Context, b *bundle, t *touch, head string) (*Case, error) {
	if t.problem != "" {
		return s.failed(b, t, t.problem), nil
	}
	if !t.isBringing() {
		c, err := s.landed(ctx, landing{record: t.after, name: t.name, head: head, riding: b.riding(s.prefix)})
		if err != nil {
			return nil, err
		}
		c.Before, c.Needed = t.before, isNeeded(t)
		return c, nil
	}
	in, err := s.input(ctx, b, t)
	if err != nil {
		return nil, err
	}
	contributors, err := s.contributors(ctx, b.law, t, span{s.tip.commit, head})
	if err != nil {
		return nil, err
	}
	in.Contributors = contributors
	at := t.placesOf()
	at.spent = t.before != nil
	if err := s.hear(ctx, in, b, t, at, []span{{s.tip.commit, head}}); err != nil {
		return nil, err
	}
	return s.lookFurther(ctx, b, t, in, at)
}

// lookFurther judges a record and, where nothing speaks against it, looks where
// something may that takes longer to find.
func (s *session) lookFurther(ctx context.Context, b *bundle, t *touch, in *approval.Input, at places) (*Case, error) {
	passes := func(c *Case) bool { return c.Verdict.State == approval.Approved || c.Verdict.State == approval.Ahead }
	c, err := s.verdict(ctx, b, t, in)
	if err != nil || !passes(c) {
		return c, err
	}
	if more, err := s.addEarlier(ctx, in, t, s.tip); err != nil || more {
		if err != nil {
			return nil, err
		}
		if c, err = s.verdict(ctx, b, t, in); err != nil || !passes(c) {
			return c, err
		}
	}
	if !s.o.Elsewhere {
		return c, nil
	}
	if heard, err := s.hearElsewhere(ctx, in, b.law, at); err != nil || !heard {
		return c, err
	}
	return s.verdict(ctx, b, t, in)
}

// spoken judges a record on which statements alone are new. They are let in
// whatever they say.
func (s *session) spoken(ctx context.Context, b *bundle, n tree.Name, head string) (*Case, error) {
	r, ds := b.after.LoadOne(n)
	if r == nil {
		return s.failed(b, &touch{typ: b.law.tree.Types.Get(n.Type), name: n, after: unread(n)}, "it cannot be read"+reasons(ds)), nil
	}
	c, err := s.landed(ctx, landing{record: r, name: n, head: head, riding: b.riding(s.prefix)})
	if c != nil {
		c.Needed = false
	}
	return c, err
}

// isNeeded reports whether a record must be approved to be as it is.
func isNeeded(t *touch) bool {
	return len(t.files) > 0 || slices.Contains(t.typ.Policy.States, t.after.State())
}

// failed is the case of a record that cannot be judged.
func (s *session) failed(b *bundle, t *touch, reason string) *Case {
	v := &approval.Verdict{Version: 1, ID: t.name.ID, Type: t.name.Type, State: approval.Failed, Reasons: []string{reason}, Because: []string{}, Rules: []approval.RuleVerdict{}, Refused: []approval.RefusedVote{}}
	v.Policy = approval.PolicyDigest(t.typ.Policy)
	return &Case{Type: t.typ, Record: t.after, Before: t.before, Verdict: v, Needed: true, Why: reason}
}

// refuseConflicts says of a record that git cannot merge what it stands for.
func (s *session) refuseConflicts(c *Case, t *touch, conflicts []string) {
	var mine []string
	for _, p := range conflicts {
		covered, err := approval.Match(t.typ.Policy.Cover.Paths, p)
		if below, inDesk := s.inDesk(p); inDesk && strings.HasPrefix(below, schema.RecordsFolder+"/") {
			covered = below == t.name.Path
		}
		if covered || err != nil || slices.Contains(t.files, p) {
			mine = append(mine, p)
		}
	}
	if len(mine) > 0 {
		c.Verdict.State, c.Open = approval.Failed, false
		c.Why = fmt.Sprintf("git cannot merge %s: merge the target into the branch first", strings.Join(mine, ", "))
		c.Verdict.Reasons = append([]string{c.Why}, c.Verdict.Reasons...)
	}
}
