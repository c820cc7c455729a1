// Package gate provides the judging of records that need approval, in a
// repository: it finds what a change covers, who contributed to it, who said what
// and with what proof, and hands that to approval. What it trusts it reads from
// the base commit. It must not decide itself who may approve, nor write.
package gate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"frontdesk/records"
	"frontdesk/records/approval"
	"frontdesk/records/change"
	"frontdesk/records/conflict"
	"frontdesk/records/evidence"
	"frontdesk/records/forge"
	"frontdesk/records/git"
	"frontdesk/records/index"
	"frontdesk/schema"
)

var (
	// ErrNoTarget is returned where it cannot be known which branch is protected.
	ErrNoTarget = errors.New("it is not known which branch the change is for")
	// ErrNoRecord is returned by Of where neither side has the record.
	ErrNoRecord = errors.New("neither HEAD nor the target has the record")
	// ErrNoPolicy is returned by Of for records of types without a policy.
	ErrNoPolicy = errors.New("records of the type need no approval: it has no policy on the target")
)

// BrokenError says that the configuration of the trusted commit has errors, so
// that nothing can be approved.
type BrokenError struct{ Problems []string }

// Error names the first problem.
func (e *BrokenError) Error() string {
	return fmt.Sprintf("what the target is configured by has %d errors, so that nothing can be approved: %s", len(e.Problems), e.Problems[0])
}

// Options are how is judged.
type Options struct {
	AsOf      time.Time
	Target    string                        // branch, short or full; "" is the first of the desk's branches
	Head      string                        // revision that Of looks at; "" is HEAD
	Reviews   []evidence.Review             // fetched from the forge just now: they count as they are
	File      *ReviewFile                   // reviews that an attestor has signed
	Opener    *Account                      // who opened the pull request; a contributor where known
	Assume    []approval.Vote               // for simulate: as if these were there
	Ignore    []records.ID                  // for simulate: as if these persons had said nothing
	Branches  bool                          // look at open branches for conflicts
	Elsewhere bool                          // look at open branches for rejections
	Place     func(root string) index.Place // where indexes lie; nil: memory
}

// ReviewFile is what a forge answered, and an attestor's signature of it.
type ReviewFile struct {
	Pull            forge.Pull
	Data, Signature []byte
}

// Account is somebody on a forge.
type Account struct{ Forge, Name string }

// Case is a record that is judged.
type Case struct {
	Type      *schema.Type    // of the result
	Record    *records.Record // of the result; without fields where it cannot be read
	Before    *records.Record // of the base; nil where it is new
	Input     *approval.Input // what the verdict rests on; nil where it could not be judged
	Verdict   *approval.Verdict
	Needed    bool // its state, or what comes with it, needs approval
	Conflicts []conflict.Conflict
	Open      bool      // now is within its window
	Why       string    // what is not so
	Next      time.Time // when it opens, zero where that is not known
	Landing   string    // the commit by which the target got what is covered; "" where it has not

	law *trusted
}

// Trailer is a line of a commit message that looks like an approval. It is none.
type Trailer struct{ Commit, Key, Value string }

// Report is what is to be said of a change, or of a record.
type Report struct {
	Target     string // "refs/heads/main"
	BaseRef    string // where Base was found: "refs/remotes/origin/main"; "" where it was given
	Base, Head string // commits; Head is Base where the record has landed
	Cases      []*Case
	Unguarded  []string // guarded files that change with no record that covers them
	Trusted    []string // files that change and that others are judged by
	Trailers   []Trailer
	Notes      []string // what could not be looked at, in words: a shallow clone, branches left out
}

// Between judges all records with a policy that merging head into base changes. repo
// is open at the desk's folder. The errors are *git.UnknownRevisionError,
// *BrokenError, change.ErrShallow, change.ErrUnrelated, tree.ErrNoDesk where base
// has no desk, and those of git.
func Between(ctx context.Context, repo *git.Repo, base, head string, o Options) (*Report, error) {
	s, err := open(repo, o)
	if err != nil {
		return nil, err
	}
	defer s.close()
	onto, err := s.repo.Resolve(ctx, base)
	if err != nil {
		return nil, err
	}
	from, err := s.repo.Resolve(ctx, head)
	if err != nil {
		return nil, err
	}
	if s.tip, err = s.trust(ctx, onto.ID); err != nil {
		return nil, err
	}
	rep := &Report{Base: onto.ID, Head: from.ID}
	if rep.Target, err = s.targetOf(ctx, base); err != nil {
		return nil, err
	}
	s.target, s.rep = rep.Target, rep
	if err := s.readFile(); err != nil {
		return nil, err
	}
	return rep, s.between(ctx, from.ID, nil)
}

// Of judges one record: what HEAD would bring to the target, or, where the target
// has it as it is, what it brought. The errors are those of Between, ErrNoTarget,
// ErrNoRecord and ErrNoPolicy.
func Of(ctx context.Context, repo *git.Repo, typ records.Type, id records.ID, o Options) (*Report, error) {
	s, err := open(repo, o)
	if err != nil {
		return nil, err
	}
	defer s.close()
	rep := &Report{}
	if rep.Target, rep.BaseRef, rep.Base, err = s.findTarget(ctx); err != nil {
		return nil, err
	}
	clear(s.laws) // what was opened before the tip was known does not know what that revokes
	if s.tip, err = s.trust(ctx, rep.Base); err != nil {
		return nil, err
	}
	s.target, s.rep = rep.Target, rep
	if err := s.readFile(); err != nil {
		return nil, err
	}
	if t := s.tip.tree.Types.Get(typ); len(s.tip.broken) == 0 && (t == nil || t.Policy == nil) {
		return nil, ErrNoPolicy
	}
	head := o.Head
	if head == "" {
		head = "HEAD"
	}
	from, err := s.repo.Resolve(ctx, head)
	if err != nil {
		return nil, err
	}
	rep.Head = from.ID
	return rep, s.of(ctx, from.ID, key{typ, id})
}

// of judges one record, on the way to the target or there already.
func (s *session) of(ctx context.Context, head string, k key) error {
	if len(s.tip.broken) > 0 {
		return &BrokenError{s.tip.broken}
	}
	bases, err := s.bases(ctx, head)
	if err != nil {
		return err
	}
	if !slices.Contains(bases, head) {
		if err := s.between(ctx, head, &k); err != nil || len(s.rep.Cases) > 0 {
			s.refuseTwins()
			return err
		}
	}
	s.rep.Head = s.tip.commit
	c, err := s.present(ctx, k)
	if err != nil {
		return err
	}
	s.rep.Cases = []*Case{c}
	return nil
}

// refuseTwins leaves one case of a record that is there more than once: it is not
// known which one is meant.
func (s *session) refuseTwins() {
	if len(s.rep.Cases) < 2 {
		return
	}
	c := s.rep.Cases[0]
	c.Verdict.State, c.Open = approval.Failed, false
	c.Why = fmt.Sprintf("it is there more than once: %s and %s", c.Record.Path, s.rep.Cases[1].Record.Path)
	c.Verdict.Reasons = append([]string{c.Why}, c.Verdict.Reasons...)
	s.rep.Cases = s.rep.Cases[:1]
}

// bases returns where a commit parted from the target.
func (s *session) bases(ctx context.Context, head string) ([]string, error) {
	if known := s.parted[head]; known != nil {
		return known, nil
	}
	bases, err := s.repo.MergeBases(ctx, s.tip.commit, head)
	switch {
	case err != nil:
		return nil, err
	case len(bases) == 0 && s.repo.IsShallow():
		return nil, change.ErrShallow
	case len(bases) == 0:
		return nil, change.ErrUnrelated
	}
	s.parted[head] = bases
	return bases, nil
}

// readFile adds the reviews of a file, if its signature holds.
func (s *session) readFile() error {
	f := s.o.File
	if f == nil {
		return nil
	}
	who, key, err := s.tip.verify.VerifyFile(f.Data, f.Signature, s.o.AsOf)
	if err != nil {
		return fmt.Errorf("read reviews: %w", err)
	}
	reviews, notes, err := forge.Parse(f.Pull, f.Data)
	if err != nil {
		return err
	}
	for _, n := range notes {
		s.note("%s", n)
	}
	s.note("the reviews were attested by %s with %s", who, key)
	s.o.Reviews = append(slices.Clone(s.o.Reviews), reviews...)
	return nil
}

// Try returns the verdict as it would be with a statement and its signature added,
// and why that would not count; "" where it does.
func (c *Case) Try(s evidence.Signed) (v *approval.Verdict, why string) {
	if c.Input == nil || c.law == nil {
		return c.Verdict, "the record cannot be judged: " + c.Why
	}
	signed, err := c.law.verify.Verify(s, c.Input.AsOf)
	if err != nil {
		return c.Verdict, err.Error()
	}
	e := ear{law: c.law, in: c.Input}
	vote, why := e.vote(signed, c.Input.AsOf)
	if why != "" {
		return c.Verdict, why
	}
	in := *c.Input
	in.Votes = append(slices.Clone(in.Votes), vote)
	v = approval.Judge(&in)
	return v, whyNot(v, vote.Statement)
}

// whyNot returns why a person's statement does not count in a verdict.
func whyNot(v *approval.Verdict, st *evidence.Statement) string {
	if st.Decision != evidence.Approve {
		return ""
	}
	why := ""
	for _, r := range v.Rules {
		if slices.Contains(r.By, st.Person) {
			return ""
		}
		for _, void := range r.Void {
			if void.By == st.Person {
				why = void.Reason
			}
		}
	}
	for _, r := range v.Refused {
		if why == "" && r.By == st.Person {
			why = r.Reason
		}
	}
	if why == "" {
		why = fmt.Sprintf("no rule that applies asks for an approval by %s", st.Person)
	}
	return why
}

// Statement returns the statement that a person's decision on a record makes, not
// signed yet.
func (c *Case) Statement(person records.ID, d evidence.Decision, note string, at time.Time) (*evidence.Statement, error) {
	if c.Input == nil || c.Input.Type.Policy == nil {
		return nil, errors.New("the record cannot be judged, and so cannot be approved")
	}
	return c.statement(person, d, note, at), nil
}

func (c *Case) statement(person records.ID, d evidence.Decision, note string, at time.Time) *evidence.Statement {
	return &evidence.Statement{
		Version: 1, Record: c.Record.Ref(), Target: c.Input.Target, Decision: d, Person: person, At: records.FormatTime(at),
		Covers: c.Input.Parts.Digest(), Parts: c.Input.Parts, Policy: approval.PolicyDigest(c.Input.Type.Policy),
		Evidence: evidence.BySignature, Note: note,
	}
}
