// Package audit provides the account of a protected branch: every commit on it
// with the records that it concerns, the verdict on every landing that needed
// approval as it was then, and what does not add up. What it found it keeps by
// commit, so that another audit costs what is new. It must not judge approvals
// itself, nor change anything but what it keeps.
package audit

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"frontdesk/records"
	"frontdesk/records/approval"
	"frontdesk/records/evidence"
	"frontdesk/records/gate"
	"frontdesk/records/git"
	"frontdesk/schema"
)

// Judge tells what a commit brought to its branch, judged against its first
// parent: by the policy, the people and the signers of that parent, and by the
// statements that the branch had or that came with the commit. It has a case for
// each record with a policy of which the commit touches a file, also where that is
// a statement only. at is when the branch got the commit.
type Judge interface {
	Landing(ctx context.Context, commit, parent string, at time.Time) (*gate.Report, error)
}

// Options are how is audited.
type Options struct {
	Branch string    // short name; "" is the first of the desk's branches
	From   time.Time // the period, zero where it has no end; commits between two of it are in it whatever they claim
	To     time.Time // exclusive
	AsOf   time.Time // what counts as now
	Judge  Judge     // used by several goroutines at once; nil: the gate
	Place  Place     // where what was found is kept
}

// Basis says by what a commit was mapped to records.
type Basis string

// The bases.
const (
	Touched  Basis = "touched"  // it changed files of the records
	Claimed  Basis = "claimed"  // its message names them, and nothing proves that
	Before   Basis = "before"   // there was no desk before it
	Cut      Basis = "cut"      // the clone is shallow and ends here: what it changed is not known
	Together Basis = "together" // it came with others whose records cover all that it changed
	Unmapped Basis = "unmapped" // no record accounts for it
)

// Entry is a commit of the population.
type Entry struct {
	git.Revision          // without its differences
	Basis        Basis    `json:"basis"`
	Records      []string // "change/CHG-2611-AB3D", sorted
	Landings     []*Landing
	Trusted      []string // files that it changed by which others are judged
	Together     string   // the last of the commits that it came with, where these make up for what it lacks

	findings []finding
}

// finding is an exception that is known of a commit whatever follows it.
type finding struct {
	rule   Rule
	record string
	words  string
}

// Landing is what a commit brought of a record that needs approval, and the
// verdict on it then.
type Landing struct {
	Record       string                 `json:"record"`
	Path         string                 `json:"path"`
	Title        string                 `json:"title"`
	State        records.State          `json:"state"`
	Needed       bool                   `json:"needed"` // its state, or what came with it, needs approval
	Verdict      *approval.Verdict      `json:"verdict"`
	Votes        []Vote                 `json:"votes"`
	Contributors []approval.Contributor `json:"contributors"`
	Named        []records.ID           `json:"named"`              // whom the fields name that separate duties: requester, implementer
	Riding       []string               `json:"riding"`             // files that must not change together with it
	Together     string                 `json:"together,omitempty"` // the commit up to which the branch got it at once, and that made it approved
	Within       time.Duration          `json:"within"`             // by when approval has to follow that it lacks, in nanoseconds
}

// Vote is what a person had said of a record when it landed.
type Vote struct {
	Person   records.ID        `json:"person"`
	Decision evidence.Decision `json:"decision"`
	At       string            `json:"at"` // as claimed
	Covers   string            `json:"covers"`
	Path     string            `json:"path"`
	Proof    string            `json:"proof"`
	Observed time.Time         `json:"observed"`
}

// Run audits the branch of a repository that is open at the desk's folder.
func Run(ctx context.Context, repo *git.Repo, o Options) (*Report, error) {
	b, err := findBranch(ctx, repo, o.Branch)
	if err != nil {
		return nil, err
	}
	o.Place.branch = b.ref
	o.Branch = b.name
	top, err := repo.In("") // a desk may be a folder of what is audited
	if err != nil {
		return nil, err
	}
	defer top.Close()
	w, err := newWalk(ctx, repo, top, b.tip, o)
	if err != nil {
		return nil, err
	}
	if err := w.run(ctx); err != nil {
		return nil, fmt.Errorf("audit %s: %w", b.name, err)
	}
	return newReport(ctx, repo, b, w, o)
}

// newLanding keeps of a case what an audit is about.
func newLanding(c *gate.Case) *Landing {
	l := &Landing{Record: c.Record.Ref(), Path: c.Record.Path, Title: c.Record.Title(), State: c.Record.State(), Needed: c.Needed, Verdict: c.Verdict}
	in := c.Input
	if in == nil {
		return l
	}
	l.Contributors, l.Riding = in.Contributors, in.Riding
	l.Named, l.Within = namedIn(c.Type, c.Record), withinOf(in.Type, c.Verdict)
	for _, v := range in.Votes {
		if v.Statement != nil {
			l.Votes = append(l.Votes, Vote{Person: v.Person, Decision: v.Decision, At: v.At, Covers: v.Covers, Path: v.Path, Proof: v.Proof, Observed: v.Observed})
		}
	}
	return l
}

// namedIn returns the persons whom the fields name that separate duties.
func namedIn(t *schema.Type, r *records.Record) []records.ID {
	var out []records.ID
	if t == nil || t.Policy == nil {
		return nil
	}
	for _, f := range t.Policy.Separation.Fields {
		for _, s := range r.Get(f).Strings() {
			_, id := records.SplitRef(s)
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// withinOf returns the shortest time in which approvals have to follow that a
// verdict lacks.
func withinOf(t *schema.Type, v *approval.Verdict) time.Duration {
	var out time.Duration
	if t == nil || t.Policy == nil {
		return 0
	}
	for _, rule := range t.Policy.Rules {
		for _, r := range v.Rules {
			isRule := r.Name == rule.Name || strings.HasPrefix(r.Name, rule.Name+": ")
			if isRule && r.Have < r.Need && rule.Within > 0 && (out == 0 || rule.Within < out) {
				out = rule.Within
			}
		}
	}
	return out
}

// parties returns the persons who may not approve: those named, and those who
// contributed.
func (l *Landing) parties() []records.ID {
	out := slices.Clone(l.Named)
	for _, c := range l.Contributors {
		if c.Person != "" {
			out = append(out, c.Person)
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// approvers returns the persons whose approval counted.
func (l *Landing) approvers() []records.ID {
	var out []records.ID
	for _, r := range l.Verdict.Rules {
		out = append(out, r.By...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// reasons says in words why a landing is not approved.
func (l *Landing) reasons() string {
	if len(l.Verdict.Reasons) == 0 {
		return string(l.Verdict.State)
	}
	return string(l.Verdict.State) + ": " + strings.Join(l.Verdict.Reasons, "; ")
}
