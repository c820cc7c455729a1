package audit

import (
	"context"
	"slices"
	"time"

	"frontdesk/records"
	"frontdesk/records/approval"
	"frontdesk/records/evidence"
	"frontdesk/records/gate"
	"frontdesk/records/history"
)

// mostTogether is how many commits the branch may have got at once, as rebasing a
// pull request makes them of its commits.
const mostTogether = 50

// mostTries is how many approvals behind a commit are tried, so that a branch with
// many commits of no record is audited in time.
const mostTries = 4

// join looks for commits that the branch got together with those that follow them,
// and that are approved, or mapped, by these: a pull request that was rebased onto
// the branch lands commit by commit, the approvals last. Where pushes ended no
// history tells. What does is that the approvals were signed before the commit was
// made as it is: who approves later than that, approves what had landed.
func (w *walk) join(ctx context.Context) error {
	judge, end, err := w.judge()
	if err != nil {
		return err
	}
	defer end()
	for i := max(0, w.kept-mostTogether); i < len(w.entries); i++ {
		if w.entries[i].isLacking() {
			if err := w.joinOne(ctx, judge, i); err != nil {
				return err
			}
		}
	}
	return ctx.Err()
}

// isLacking reports whether a commit has something that those which came together
// with it may make up for.
func (e *Entry) isLacking() bool {
	return slices.ContainsFunc(e.Landings, (*Landing).isLacking) ||
		slices.ContainsFunc(e.findings, func(f finding) bool { return f.rule == GuardedFile || f.rule == UnmappedCommit })
}

func (l *Landing) isLacking() bool {
	return l.Needed && l.Verdict.State == approval.Pending && l.Together == ""
}

// joinOne looks for the end of what came together with a commit, and then for its
// beginning: the commit itself, or the first of those that were made with it.
func (w *walk) joinOne(ctx context.Context, judge Judge, i int) error {
	e := w.entries[i]
	first, tries := w.madeWith(i), 0
	for j := i + 1; j < min(len(w.entries), i+mostTogether+1) && len(w.entries[j].Parents) == 1 && len(e.Parents) == 1; j++ {
		last := w.entries[j]
		if !slices.ContainsFunc(last.Landings, func(l *Landing) bool { return l.isSignedBefore(e.When) }) {
			continue
		}
		if tries++; tries > mostTries {
			return nil
		}
		for _, from := range slices.Compact([]int{i, first}) {
			rep, err := judge.Landing(ctx, last.ID, w.entries[from].Parents[0], w.clockAt(j))
			if err != nil {
				return ctx.Err() // told of the commit itself
			}
			if err := w.settle(ctx, e, last, rep); err != nil || !e.isLacking() {
				return err
			}
		}
	}
	return nil
}

// madeWith returns the first of the commits, one after the other up to one, that
// were made at about the same time.
func (w *walk) madeWith(i int) int {
	first := i
	for first > 0 && i-first < mostTogether && len(w.entries[first-1].Parents) == 1 && w.entries[first].When.Sub(w.entries[first-1].When).Abs() <= history.Tolerance {
		first--
	}
	return first
}

// clockAt returns the latest time that a commit, or one before it, claims.
func (w *walk) clockAt(i int) (clock time.Time) {
	for _, e := range w.entries[:i+1] {
		if e.When.After(clock) {
			clock = e.When
		}
	}
	return clock
}

// isSignedBefore reports whether a landing is approved, and by what was signed
// before a time.
func (l *Landing) isSignedBefore(t time.Time) bool {
	if l.Verdict.State != approval.Approved {
		return false
	}
	for _, person := range l.approvers() {
		if !slices.ContainsFunc(l.Votes, func(v Vote) bool {
			at, ok := records.ParseTime(v.At)
			return v.Person == person && v.Decision == evidence.Approve && v.Covers == l.Verdict.Covers && ok && at.Sub(t) <= history.Tolerance
		}) {
			return false
		}
	}
	return true
}

// settle takes over what a commit lacks from the verdict on all that came with it.
func (w *walk) settle(ctx context.Context, e, last *Entry, rep *gate.Report) error {
	approved, covered := map[string]bool{}, map[string]bool{}
	for _, c := range rep.Cases {
		if c.Record == nil || c.Verdict == nil || c.Input == nil || !newLanding(c).isSignedBefore(e.When) {
			continue
		}
		approved[c.Record.Ref()] = true
		for part := range c.Input.Parts {
			covered[part] = true
		}
	}
	for _, l := range e.Landings {
		if l.isLacking() && approved[l.Record] {
			l.Together, e.Together = last.ID, last.ID
		}
	}
	return w.settleFiles(ctx, e, last, rep, approved, covered)
}

// settleFiles is settle for files that are covered by the records that follow.
func (w *walk) settleFiles(ctx context.Context, e, last *Entry, rep *gate.Report, approved, covered map[string]bool) error {
	if len(approved) == 0 || !slices.ContainsFunc(e.findings, func(f finding) bool { return f.rule == GuardedFile || f.rule == UnmappedCommit }) {
		return nil
	}
	deltas, err := w.top.Diff(ctx, e.Parents[0], e.ID)
	if err != nil {
		return err
	}
	for _, d := range deltas {
		if !covered["path:"+d.Path] || slices.Contains(rep.Unguarded, d.Path) {
			return nil
		}
	}
	if len(deltas) == 0 {
		return nil
	}
	e.findings = slices.DeleteFunc(e.findings, func(f finding) bool { return f.rule == GuardedFile || f.rule == UnmappedCommit })
	e.Together = last.ID
	if e.Basis == Unmapped {
		e.Basis = Together
		for _, c := range rep.Cases {
			if c.Record != nil && approved[c.Record.Ref()] {
				e.Records = append(e.Records, c.Record.Ref())
			}
		}
		slices.Sort(e.Records)
	}
	return nil
}
