package hooks

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"strings"
	"time"

	"frontdesk/records/gate"
	"frontdesk/records/git"
	"frontdesk/records/lazy"
	"frontdesk/records/plain"
)

// RefUpdate is a ref that a push is about to set on this side.
type RefUpdate struct {
	Old string // the commit here; only zeros where the ref is new
	New string // what is pushed; only zeros where the ref is deleted
	Ref string // full name
}

// ParseRefUpdates reads what git writes to a pre-receive hook: a line for each ref.
func ParseRefUpdates(r io.Reader) ([]RefUpdate, error) {
	var updates []RefUpdate
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, longestUpdate)
	for lines.Scan() {
		f := strings.SplitN(lines.Text(), " ", 3)
		if len(f) != 3 || !isID(f[0]) || !isID(f[1]) || f[2] == "" {
			return nil, fmt.Errorf("read refs that are pushed: line %q is not ID ID REF", lines.Text())
		}
		updates = append(updates, RefUpdate{Old: f[0], New: f[1], Ref: f[2]})
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read refs that are pushed: %w", err)
	}
	return updates, nil
}

// Limits bound what a push may bring. They are checked before the contents of
// anything are read.
type Limits struct {
	Refs    int           // that one push may set
	Objects int           // that it may bring
	Largest int64         // bytes of one object
	Commits int           // new to a ref
	Files   int           // that these change, added up commit by commit
	Time    time.Duration // for judging all of it
}

// DefaultLimits are far beyond what people push, but for the first import of a
// large history.
func DefaultLimits() Limits {
	return Limits{Refs: 1000, Objects: 1_000_000, Largest: 100 << 20, Commits: 100_000, Files: 250_000, Time: 2 * time.Minute}
}

// ReceiveOptions are how a push is judged.
type ReceiveOptions struct {
	AsOf   time.Time
	Limits Limits
}

// Receipt is what is to be said of a push.
type Receipt struct {
	Refused []Refusal // why nothing of it is looked at
	Refs    []*Ref
}

// Ref is what is to be said of one ref of a push.
type Ref struct {
	RefUpdate
	Protected bool      // some desk names it among its branches
	Base      string    // the commit that it was judged against; "" where there is none
	Refused   []Refusal // beyond what is wrong with its records
	Desks     []Desk
	Notes     []string // what could not be looked at, in words
}

// Refusal is a reason to refuse a push.
type Refusal struct {
	Path    string // from the top of the repository, with line and column behind colons; "" where none is meant
	Message string
	Details []string
	Hint    string // what to do
}

// Receive judges what a push brings to the repository of a Git server: each of its
// refs by itself. Protected branches are those that a desk names, as the default
// branch or the old value of the ref has it: they only grow, and what comes to them
// breaks no rule and has the approvals that the policy asks for. Other branches
// break no rules in what they have beyond the default branch, and lose no
// statements. What cannot be judged is refused. It reads objects through git, with
// the environment of the hook, in which alone they can be seen.
func Receive(ctx context.Context, dir string, updates []RefUpdate, o ReceiveOptions) (*Receipt, error) {
	ctx, cancel := context.WithTimeout(ctx, o.Limits.Time)
	defer cancel()
	repo, err := git.Open(dir)
	if err != nil {
		return nil, err
	}
	defer repo.Close()
	r := &receiver{repo: repo, opts: o, updates: updates, configs: map[string]map[string][]string{}, brings: map[string]statements{}}
	receipt := &Receipt{}
	if receipt.Refused, err = r.tooMuch(ctx); err != nil || len(receipt.Refused) > 0 {
		return receipt, err
	}
	if err := r.lookAround(ctx); err != nil {
		return nil, err
	}
	for _, u := range updates {
		receipt.Refs = append(receipt.Refs, r.ref(ctx, u))
	}
	return receipt, nil
}

// IsRefused reports whether git should stop.
func (r *Receipt) IsRefused() bool {
	if len(r.Refused) > 0 {
		return true
	}
	for _, ref := range r.Refs {
		if ref.IsRefused() {
			return true
		}
	}
	return false
}

// ref judges one ref. Whatever goes wrong with that is a refusal.
func (r *receiver) ref(ctx context.Context, u RefUpdate) (ref *Ref) {
	ref = &Ref{RefUpdate: u}
	defer func() {
		if crash := recover(); crash != nil {
			ref.refuse(Refusal{Message: fmt.Sprintf("it cannot be judged: frontdesk crashed: %v", crash), Details: []string{firstFrame(debug.Stack())},
				Hint: "tell those who look after the server; nothing is accepted that was not judged"})
		}
	}()
	if err := r.judge(ctx, ref); err != nil {
		ref.refuse(r.cannotJudge(ctx, err))
	}
	return ref
}

// firstFrame returns where a program crashed.
func firstFrame(stack []byte) string {
	_, after, _ := strings.Cut(string(stack), "panic(")
	for line := range strings.Lines(after) {
		if strings.HasPrefix(line, "frontdesk/") {
			return strings.TrimSpace(line)
		}
	}
	return "nobody knows where"
}

func (r *receiver) cannotJudge(ctx context.Context, err error) Refusal {
	f := Refusal{Message: fmt.Sprintf("it cannot be judged: %v", err), Hint: "nothing is accepted that was not judged; try again, and tell those who look after the server if it stays so"}
	switch {
	case errors.As(err, new(*gate.BrokenError)):
		f.Hint = "push first what mends the configuration, and nothing else"
	case errors.Is(err, git.ErrTooMany):
		f.Message = fmt.Sprintf("it changes more files than are accepted at once (%s)", countOf(r.opts.Limits.Files, "file"))
		f.Hint = "push it in parts; those who look after the server can raise frontdesk.maxFiles"
	case errors.Is(err, git.ErrMissingObject):
		f.Hint = "git fsck says what your clone lacks; a clone that is not shallow or partial can push it"
	case errors.Is(ctx.Err(), context.DeadlineExceeded):
		f.Message = fmt.Sprintf("it cannot be judged within %s", r.opts.Limits.Time)
		f.Hint = "push it in parts; those who look after the server can raise frontdesk.timeout"
	}
	return f
}

func (ref *Ref) refuse(f Refusal) { ref.Refused = append(ref.Refused, f) }

func countOf(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// tooMuch compares what is pushed with the limits, without reading it.
func (r *receiver) tooMuch(ctx context.Context) ([]Refusal, error) {
	most := r.opts.Limits
	if len(r.updates) > most.Refs {
		return []Refusal{{Message: fmt.Sprintf("%s are too many for one push; at most %d are accepted", countOf(len(r.updates), "ref"), most.Refs), Hint: "push them in parts"}}, nil
	}
	in, _, err := r.repo.Incoming(ctx, most.Objects, most.Largest)
	switch {
	case err != nil:
		return []Refusal{r.cannotJudge(ctx, err)}, nil
	case in.Objects > most.Objects:
		return []Refusal{{Message: fmt.Sprintf("the push brings more than %d objects", most.Objects), Hint: "push it in parts; those who look after the server can raise frontdesk.maxObjects"}}, nil
	case in.Largest > most.Largest:
		return []Refusal{{Message: fmt.Sprintf("the push brings a %s of %d bytes, %s; at most %d are accepted", in.Kind, in.Largest, short(in.ID), most.Largest),
			Hint: "git log --all --find-object=" + short(in.ID) + " shows where it is; keep large files elsewhere"}}, nil
	}
	return nil, nil
}

func short(id string) string { return git.Commit{ID: id}.Short() }

// looksLikeID matches names that git takes for those of objects.
var looksLikeID = lazy.Regexp(`^([0-9a-f]{40}|[0-9a-f]{64})$`)

// hostile says what is wrong with the name of a ref, "" for nothing. Git forbids
// most of what is, and lets pass what commands take for options or other names,
// and what a person cannot see.
func hostile(ref string) string {
	rest, isRef := strings.CutPrefix(ref, "refs/")
	_, name, _ := strings.Cut(rest, "/")
	switch {
	case !isRef || name == "":
		return "is no ref that can be pushed"
	case len(ref) > 512:
		return "is too long"
	case plain.Line(ref) != ref || strings.ContainsRune(ref, '\uFFFD'):
		return "holds characters that cannot be seen"
	case strings.HasPrefix(name, "-"):
		return "would be taken for an option of commands"
	case looksLikeID().MatchString(name), name == "HEAD", name == "FETCH_HEAD", strings.HasPrefix(name, "refs/"):
		return "would be taken for something else than a branch"
	}
	return ""
}
