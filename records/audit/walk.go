package audit

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"frontdesk/records/git"
	"frontdesk/records/history"
)

// walk goes along the first parents of a branch, oldest first, and makes an entry
// of each commit.
type walk struct {
	desk, top *git.Repo // open at the desk's folder and at the top
	prefix    string    // of the desk below the top
	tip       git.Commit
	judge     func() (judge Judge, end func(), err error) // makes one that one goroutine uses
	place     Place
	shallow   bool

	entries  []*Entry
	known    map[string]*Entry // judged before, on a branch that was rewritten since
	kept     int               // entries that were kept from before
	rejudged bool              // what an earlier audit could not judge was judged
	lost     string            // what the branch held when it was audited last, and does not any more
	queue    []task            // what is still to be judged
	ground
}

// ground is what the walk knows where it stands.
type ground struct {
	begun  bool      // there has been a desk
	config *config   // of the last commit
	clock  time.Time // the latest time that a commit has claimed
	live   *live     // the records of the last commit
}

func newWalk(ctx context.Context, desk, top *git.Repo, tip git.Commit, o Options) (*walk, error) {
	prefix, err := desk.Prefix()
	if err != nil {
		return nil, err
	}
	w := &walk{desk: desk, top: top, prefix: prefix, tip: tip, judge: judges(desk, o), place: o.Place, shallow: desk.IsShallow()}
	w.reset()
	return w, ctx.Err()
}

// reset makes the walk begin at the beginning.
func (w *walk) reset() {
	w.entries, w.kept = nil, 0
	w.ground = ground{config: &config{}, live: newLive()}
}

// run walks from where the last audit ended to the branch's tip.
func (w *walk) run(ctx context.Context) error {
	if err := w.resume(ctx); err != nil {
		return err
	}
	last := ""
	if n := len(w.entries); n > 0 {
		last = w.entries[n-1].ID
	}
	if last == w.tip.ID {
		if !w.rejudged {
			return nil
		}
		if err := w.join(ctx); err != nil {
			return err
		}
		w.keep()
		return nil
	}
	err := w.chunks(ctx, last, func(revs []git.Revision) error { return w.steps(ctx, revs) })
	if err == nil {
		err = w.join(ctx)
	}
	if err != nil {
		return err
	}
	w.keep()
	return nil
}

// chunkSize is how many commits are looked at together.
const chunkSize = 2048

// chunks hands out the commits behind one, while git reads ahead.
func (w *walk) chunks(ctx context.Context, last string, take func([]git.Revision) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	type chunk struct {
		revs []git.Revision
		err  error
	}
	out := make(chan chunk, 4)
	go func() {
		defer close(out)
		o := git.LogOptions{From: w.tip.ID, FirstParent: true, Oldest: true}
		if last != "" {
			o.Exclude = []string{last}
		}
		var revs []git.Revision
		deltas := 0
		send := func(c chunk) bool {
			select {
			case out <- c:
				return true
			case <-ctx.Done():
				return false
			}
		}
		for rev, err := range w.top.Log(ctx, o) {
			if err != nil {
				send(chunk{err: err})
				return
			}
			revs, deltas = append(revs, rev), deltas+len(rev.Deltas)
			if len(revs) >= chunkSize || deltas >= 4*chunkSize {
				if !send(chunk{revs: revs}) {
					return
				}
				revs, deltas = nil, 0
			}
		}
		send(chunk{revs: revs, err: ctx.Err()})
	}()
	for c := range out {
		if c.err != nil {
			return c.err
		}
		if err := take(c.revs); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// steps takes some commits in order. What their records hold is read at once.
func (w *walk) steps(ctx context.Context, revs []git.Revision) error {
	for i := range revs {
		for j := range revs[i].Deltas {
			w.relocate(&revs[i].Deltas[j])
		}
	}
	texts, err := w.readRecords(ctx, revs)
	if err != nil {
		return err
	}
	for _, rev := range revs {
		if err := w.step(ctx, rev, texts); err != nil {
			return fmt.Errorf("commit %s: %w", rev.Short(), err)
		}
	}
	return w.judgeQueue(ctx)
}

// outside begins the paths of files that are not the desk's, which no file of a
// desk can.
const outside = "../"

// relocate makes a difference's paths relative to the desk.
func (w *walk) relocate(d *git.Delta) {
	if w.prefix == "" {
		return
	}
	for _, p := range []*string{&d.OldPath, &d.Path} {
		if rest, ok := strings.CutPrefix(*p, w.prefix); ok {
			*p = rest
		} else {
			*p = outside + *p
		}
	}
}

// step makes the entry of a commit.
func (w *walk) step(ctx context.Context, rev git.Revision, texts map[string][]byte) error {
	e := &Entry{Revision: rev}
	e.Deltas = nil
	w.entries = append(w.entries, e)
	w.tell(e)
	isCut := len(rev.Parents) == 0 && w.shallow && w.desk.IsCutOff(rev.ID)
	before, hadBegun := w.config, w.begun
	if err := w.configure(ctx, rev); err != nil {
		return err
	}
	if !w.begun {
		e.Basis = Before
		return nil
	}
	t := w.live.take(w.config, rev.Deltas)
	e.Records = t.refs()
	switch {
	case isCut:
		e.Basis = Cut
		return w.live.readLines(t, texts, nil)
	case !hadBegun:
		e.Basis = Before
		return w.live.readLines(t, texts, nil)
	}
	if before.isDesk() && !w.config.isDesk() {
		e.find(NoDesk, "", "the commit removed desk.yaml")
	}
	if err := w.basis(ctx, e); err != nil {
		return err
	}
	w.tellRecords(before, e, t)
	w.checkStatements(e, t)
	if err := w.checkLines(ctx, e, t, texts); err != nil {
		return err
	}
	w.enqueue(before, e, t)
	return nil
}

// find notes an exception.
func (e *Entry) find(r Rule, record, format string, args ...any) {
	e.findings = append(e.findings, finding{r, record, fmt.Sprintf(format, args...)})
}

// tell notes what is wrong with a commit's time, and steps the clock.
func (w *walk) tell(e *Entry) {
	if n := len(w.entries); n > 1 {
		parent := w.entries[n-2]
		switch d := parent.When.Sub(e.When); {
		case e.When.IsZero():
			e.find(TimeBackwards, "", "it has no time that can be read")
		case d > history.Tolerance:
			e.find(TimeBackwards, "", "it is dated %s before %s, which it follows", roughly(d), parent.Short())
		}
	}
	if e.When.After(w.clock) {
		w.clock = e.When
	}
}

// configure reads the configuration anew where a commit changed it.
func (w *walk) configure(ctx context.Context, rev git.Revision) error {
	if !slices.ContainsFunc(rev.Deltas, func(d git.Delta) bool { return isConfig(d.Path) || isConfig(d.OldPath) }) {
		return nil
	}
	c, err := configAt(ctx, w.desk, rev.ID)
	if err != nil {
		return err
	}
	w.config, w.begun = c, w.begun || c.isDesk()
	return nil
}

// basis says by what a commit is mapped to records.
func (w *walk) basis(ctx context.Context, e *Entry) error {
	if e.Basis = Touched; len(e.Records) > 0 {
		return nil
	}
	e.Basis = Claimed
	if e.Records = w.live.named(e.Subject, false); len(e.Records) > 0 {
		return nil
	}
	message, err := w.desk.Message(ctx, e.ID)
	if err != nil {
		return err
	}
	if e.Records = w.live.named(message, true); len(e.Records) > 0 {
		return nil
	}
	e.Basis = Unmapped
	e.find(UnmappedCommit, "", "it touches no record, and its message names none")
	return nil
}

// tellRecords notes which trusted files a commit changed, and which records that
// need approval it removed.
func (w *walk) tellRecords(before *config, e *Entry, t *touch) {
	for _, p := range t.paths {
		if before.isTrusted(p) || w.config.isTrusted(p) {
			e.Trusted = append(e.Trusted, p)
		}
	}
	for _, r := range t.removed {
		if before.needsApproval(r.typ) {
			e.find(RecordRemoved, r.ref(), "the record was removed")
		}
	}
}

// checkStatements notes which statements a commit changed or removed.
func (w *walk) checkStatements(e *Entry, t *touch) {
	for _, s := range t.statements {
		e.find(ApprovalChanged, s.ref, "%s was %s", path.Base(s.path), s.what)
	}
}

// enqueue has what a commit brought judged later, where it may have needed
// approval and is not known from before.
func (w *walk) enqueue(before *config, e *Entry, t *touch) {
	if len(e.Parents) == 0 || !before.isDesk() || !mayNeed(w.prefix, before, w.config, t) {
		return
	}
	if old := w.known[e.ID]; old != nil {
		e.Landings = old.Landings
		for _, f := range old.findings {
			if f.rule == GuardedFile {
				e.findings = append(e.findings, f)
			}
		}
		return
	}
	w.queue = append(w.queue, task{e, w.clock})
}

// mayNeed reports whether what a commit changed may have needed approval: it
// touches a record with a policy, files that may be guarded, or what approvals rest
// on.
func mayNeed(prefix string, before, now *config, t *touch) bool {
	for _, r := range t.all() {
		if before.needsApproval(r.typ) || now.needsApproval(r.typ) {
			return true
		}
	}
	for _, p := range t.paths {
		if before.isTrusted(p) || now.isTrusted(p) {
			return true
		}
		if p = fromTop(prefix, p); before.isGuarded(p) || now.isGuarded(p) {
			return true
		}
	}
	return false
}

// fromTop returns a path, which is relative to the desk, as it is from the
// repository's top.
func fromTop(prefix, p string) string {
	if rest, ok := strings.CutPrefix(p, outside); ok {
		return rest
	}
	return prefix + p
}

// roughly writes a duration in its largest unit.
func roughly(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d < time.Hour:
		return fmt.Sprintf("%d min", d/time.Minute)
	case d < 2*day:
		return fmt.Sprintf("%d h", d/time.Hour)
	}
	return fmt.Sprintf("%d d", d/day)
}
