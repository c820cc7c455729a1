package audit

import (
	"context"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"frontdesk/records/gate"
	"frontdesk/records/git"
)

// gateJudge asks the gate.
type gateJudge struct {
	repo   *git.Repo
	branch string
}

// Landing judges merging a commit into its first parent.
func (j gateJudge) Landing(ctx context.Context, commit, parent string, at time.Time) (*gate.Report, error) {
	return gate.Between(ctx, j.repo, parent, commit, gate.Options{AsOf: at, Target: j.branch})
}

// judges returns what makes judges: those that ask the gate read the repository
// with a child of their own.
func judges(desk *git.Repo, o Options) func() (Judge, func(), error) {
	if o.Judge != nil {
		return func() (Judge, func(), error) { return o.Judge, func() {}, nil }
	}
	return func() (Judge, func(), error) {
		prefix, err := desk.Prefix()
		if err != nil {
			return nil, nil, err
		}
		repo, err := desk.In(strings.TrimSuffix(prefix, "/"))
		if err != nil {
			return nil, nil, err
		}
		return gateJudge{repo, o.Branch}, func() { _ = repo.Close() }, nil
	}
}

// task is a commit that is to be judged, as of when the branch got it.
type task struct {
	entry *Entry
	at    time.Time
}

// mostJudges is how many commits are judged at once.
const mostJudges = 8

// judgeQueue judges what waits for it, on all cores.
func (w *walk) judgeQueue(ctx context.Context) error {
	queue := w.queue
	w.queue = nil
	var next atomic.Int64
	var wg sync.WaitGroup
	errs := make([]error, min(runtime.GOMAXPROCS(0), mostJudges, len(queue)))
	for i := range errs {
		wg.Go(func() {
			judge, end, err := w.judge()
			if err != nil {
				errs[i] = err
				return
			}
			defer end()
			for ctx.Err() == nil {
				n := int(next.Add(1)) - 1
				if n >= len(queue) {
					return
				}
				queue[n].entry.judge(ctx, judge, queue[n].at)
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return ctx.Err()
}

// judge asks a judge what a commit brought. That it cannot tell is an exception,
// and no reason to end.
func (e *Entry) judge(ctx context.Context, judge Judge, at time.Time) {
	rep, err := judge.Landing(ctx, e.ID, e.Parents[0], at)
	if err != nil {
		e.find(NotJudged, "", "%v", err)
		return
	}
	e.Landings = nil
	for _, c := range rep.Cases {
		if c.Record != nil && c.Verdict != nil {
			e.Landings = append(e.Landings, newLanding(c))
		}
	}
	if len(rep.Unguarded) > 0 {
		e.find(GuardedFile, "", "%s", strings.Join(rep.Unguarded, ", "))
	}
}
