package audit

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"frontdesk/records"
	"frontdesk/records/approval"
	"frontdesk/records/evidence"
	"frontdesk/records/git"
	"frontdesk/records/history"
	"frontdesk/records/tree"
)

// Report is what an audit found in its period.
type Report struct {
	Branch     string
	Tip        git.Commit
	AsOf       time.Time
	From, To   time.Time
	Complete   bool     // all of the history is here
	Entries    []*Entry // the population, oldest first
	Changes    []*Change
	Exceptions []*Exception // by rule, then in the order of the commits
	Notes      []string     // what is to be known of the audit itself
	Rewritten  string       // a commit that the branch had when it was audited here before, and does not have any more
	Kept       int          // commits that an earlier audit had looked at
}

// Exception is something that does not add up, or is worth knowing.
type Exception struct {
	Kind
	Entry  *Entry // nil where it is of no single commit
	Record string // "type/id", "" where it is of none
	Words  string
}

// Change is a record that needed approval, with all that landed of it.
type Change struct {
	Record   string
	Path     string // where it was last seen
	Title    string
	Kind     string // what it counted as
	Landings []Landed
	Approved time.Time // when the branch first had it approved; zero where it never was
	Ahead    time.Time // when it went ahead of its approval; zero where it did not
	Due      time.Time // until when approval had to follow
}

// Landed is a landing with the commit that brought it.
type Landed struct {
	*Landing
	Entry *Entry
	At    time.Time // when the branch got it: the latest time that a commit had claimed by then
}

// Exceptional counts the exceptions that make an audit fail.
func (r *Report) Exceptional() int {
	n := 0
	for _, x := range r.Exceptions {
		if !x.Information {
			n++
		}
	}
	return n
}

// Count counts the entries of a basis.
func (r *Report) Count(b Basis) int {
	n := 0
	for _, e := range r.Entries {
		if e.Basis == b {
			n++
		}
	}
	return n
}

// reporter puts a report together.
type reporter struct {
	*Report
	revoked map[string]bool      // fingerprints
	clock   map[*Entry]time.Time // when the branch got a commit that landed something
	in      map[*Entry]bool      // within the period
	told    map[string]bool      // exceptions that are told once
	changes map[string]*Change
}

func newReport(ctx context.Context, repo *git.Repo, b branch, w *walk, o Options) (*Report, error) {
	r := &reporter{
		Report: &Report{Branch: b.name, Tip: b.tip, AsOf: o.AsOf, From: o.From, To: o.To, Complete: true, Notes: b.notes, Rewritten: w.lost, Kept: w.kept},
		clock:  map[*Entry]time.Time{}, in: map[*Entry]bool{}, told: map[string]bool{}, changes: map[string]*Change{},
	}
	var err error
	if r.revoked, err = revokedAt(ctx, repo, b.tip.ID); err != nil {
		return nil, err
	}
	r.Entries = period(w.entries, o.From, o.To)
	for _, e := range r.Entries {
		r.in[e] = true
	}
	r.follow(w.entries)
	for _, e := range r.Entries {
		r.entry(e)
	}
	r.collect()
	r.reciprocal()
	r.notes(w)
	r.sort()
	return r.Report, nil
}

// revokedAt returns the fingerprints of the keys that a commit revokes. Those of
// signers that cannot be read are none: check says so.
func revokedAt(ctx context.Context, repo *git.Repo, commit string) (map[string]bool, error) {
	files, err := repo.At(ctx, commit)
	if err != nil {
		return nil, err
	}
	t, err := tree.OpenFS(repo.Dir, files)
	if err != nil {
		return nil, ctx.Err() // there is no desk any more
	}
	s, _ := t.Signers()
	if s == nil {
		return nil, nil
	}
	return s.Revoked, nil
}

// period returns the commits from the first that claims a time of the period to
// the last: whatever those between claim, none is left out.
func period(all []*Entry, from, to time.Time) []*Entry {
	first, last := 0, len(all)
	if !from.IsZero() {
		if first = slices.IndexFunc(all, func(e *Entry) bool { return !e.When.Before(from) }); first < 0 {
			return nil
		}
	}
	if !to.IsZero() {
		for last > first && !all[last-1].When.Before(to) {
			last--
		}
	}
	return all[first:last]
}

// follow follows each record through its landings.
func (r *reporter) follow(all []*Entry) {
	var clock time.Time
	for _, e := range all {
		if e.When.After(clock) {
			clock = e.When
		}
		for _, l := range e.Landings {
			r.clock[e] = clock
			c := r.changes[l.Record]
			if c == nil {
				c = &Change{Record: l.Record}
				r.changes[l.Record] = c
			}
			c.Path, c.Title, c.Kind = l.Path, cmp.Or(l.Title, c.Title), cmp.Or(l.Verdict.Kind, c.Kind)
			c.Landings = append(c.Landings, Landed{l, e, clock})
		}
	}
}

// entry tells what is wrong with a commit, and with what it landed.
func (r *reporter) entry(e *Entry) {
	for _, f := range e.findings {
		r.tell(f.rule, e, f.record, "%s", f.words)
	}
	switch {
	case e.Basis == Cut:
		r.Complete = false
		r.tell(Shallow, e, "", "what came before this commit, and what it changed, is not known")
	case e.When.Sub(r.AsOf) > history.Tolerance:
		r.tell(TimeAhead, e, "", "it is dated %s later than now", roughly(e.When.Sub(r.AsOf)))
	}
	if len(e.Trusted) > 0 && e.Basis != Before {
		r.tell(TrustedChanged, e, "", "%s", some(e.Trusted))
	}
	for _, l := range e.Landings {
		r.votes(e, l)
		if len(l.Riding) > 0 && l.Needed {
			r.tell(Riding, e, l.Record, "it came together with %s", some(l.Riding))
		}
		if l.Needed && !r.isAccepted(e, l) {
			r.tell(NotApproved, e, l.Record, "%s in state %s is %s%s", l.Record, l.State, l.reasons(), r.afterwards(e, l))
		}
	}
}

// afterwards says when what landed was approved after all.
func (r *reporter) afterwards(e *Entry, l *Landing) string {
	landings := r.changes[l.Record].Landings
	at := slices.IndexFunc(landings, func(n Landed) bool { return n.Entry == e })
	for _, n := range landings[at+1:] {
		if n.Verdict.State == approval.Approved {
			return fmt.Sprintf("; it was approved %s later, in %s", roughly(n.At.Sub(landings[at].At)), n.Entry.Short())
		}
	}
	return ""
}

// isAccepted reports whether what landed was approved, or is told of otherwise: as
// riding, or as an emergency whose approval has to follow.
func (r *reporter) isAccepted(e *Entry, l *Landing) bool {
	switch l.Verdict.State {
	case approval.Approved, approval.Ahead:
		return true
	case approval.Pending:
		if l.Together != "" {
			return true
		}
	case approval.Failed:
		return len(l.Riding) > 0
	case approval.Rejected:
		return false
	}
	for _, before := range r.changes[l.Record].Landings {
		if before.Entry == e {
			break
		}
		if before.Verdict.State == approval.Ahead && before.Verdict.Covers == l.Verdict.Covers {
			return true
		}
	}
	return false
}

// votes tells of votes that should not be: of persons on their own work, with keys
// that were revoked, and of statements that prove nothing.
func (r *reporter) votes(e *Entry, l *Landing) {
	parties, approvers := l.parties(), l.approvers()
	for _, v := range l.Votes {
		if v.Decision != evidence.Approve || v.Covers != l.Verdict.Covers {
			continue
		}
		if slices.Contains(parties, v.Person) {
			r.once(SelfApproval, e, l.Record, v.Path+string(v.Person), "%s voted to approve, and may not: %s", v.Person, l.partOf(v.Person))
		}
		if slices.Contains(approvers, v.Person) {
			for key := range r.revoked {
				if strings.Contains(v.Proof, key) {
					r.once(KeyRevoked, e, l.Record, v.Path+key, "the approval of %s rests on the key %s", v.Person, key)
				}
			}
		}
	}
	for _, v := range l.Verdict.Refused {
		r.once(RefusedStatement, e, l.Record, v.Path+v.Reason, "%s, as of %s: %s", cmp.Or(v.Path, "a review"), cmp.Or(v.By, "nobody"), v.Reason)
	}
}

// partOf says in words what a person has to do with a change.
func (l *Landing) partOf(person records.ID) string {
	var parts []string
	if slices.Contains(l.Named, person) {
		parts = append(parts, "the record names them as requester or implementer")
	}
	for _, c := range l.Contributors {
		if c.Person == person {
			parts = append(parts, "they are "+c.As+" of "+c.Commit[:min(12, len(c.Commit))])
			break
		}
	}
	return strings.Join(parts, "; ")
}

// tell notes an exception of a commit of the period.
func (r *reporter) tell(rule Rule, e *Entry, record, format string, args ...any) {
	r.Exceptions = append(r.Exceptions, &Exception{Kind: kindOf(rule), Entry: e, Record: record, Words: fmt.Sprintf(format, args...)})
}

// once is tell for what several commits show.
func (r *reporter) once(rule Rule, e *Entry, record, key, format string, args ...any) {
	key = strings.Join([]string{string(rule), record, key}, "\x00")
	if !r.told[key] {
		r.told[key] = true
		r.tell(rule, e, record, format, args...)
	}
}

// collect takes the changes that landed in the period, and tells of approvals that
// had to follow.
func (r *reporter) collect() {
	for _, name := range slices.Sorted(maps.Keys(r.changes)) {
		c := r.changes[name]
		c.settle()
		if slices.ContainsFunc(c.Landings, func(l Landed) bool { return r.in[l.Entry] && l.isOfNote() }) {
			r.Changes = append(r.Changes, c)
		}
		r.following(c)
	}
}

// due returns until when approval has to follow a landing that went ahead of it.
func (l Landed) due() (time.Time, bool) {
	if l.Within > 0 {
		return l.At.Add(l.Within), true
	}
	return records.ParseTime(l.Verdict.Due)
}

// isOfNote reports whether a landing makes a record one that is audited.
func (l Landed) isOfNote() bool { return l.Needed }

// settle finds when a change went ahead, and when it was approved.
func (c *Change) settle() {
	for _, l := range c.Landings {
		switch {
		case l.Verdict.State == approval.Approved && c.Approved.IsZero() && (l.Needed || !c.Ahead.IsZero()):
			c.Approved = l.At
		case l.Verdict.State == approval.Ahead && l.Needed && c.Ahead.IsZero():
			c.Ahead = l.At
			c.Due, _ = l.due()
		}
	}
}

// following tells of each time that a change went ahead whether it was approved
// in time.
func (r *reporter) following(c *Change) {
	settled := map[string]bool{}
	for i, l := range c.Landings {
		if l.Verdict.State != approval.Ahead || !l.Needed || settled[l.Verdict.Covers] {
			continue
		}
		settled[l.Verdict.Covers] = true
		if !r.in[l.Entry] {
			continue
		}
		due, ok := l.due()
		if !ok {
			r.tell(MissingApproval, l.Entry, c.Record, "%s went ahead without a time by which approval has to follow", c.Record)
			continue
		}
		at := slices.IndexFunc(c.Landings[i+1:], func(n Landed) bool { return n.Verdict.State == approval.Approved })
		switch {
		case at >= 0 && c.Landings[i+1+at].At.After(due):
			n := c.Landings[i+1+at]
			r.tell(LateApproval, l.Entry, c.Record, "%s was due by %s and approved at %s in %s, %s late", c.Record, records.FormatTime(due), records.FormatTime(n.At), n.Entry.Short(), roughly(n.At.Sub(due)))
		case at < 0 && r.AsOf.After(due):
			r.tell(MissingApproval, l.Entry, c.Record, "%s was due by %s and is not approved", c.Record, records.FormatTime(due))
		case at < 0:
			r.tell(Due, l.Entry, c.Record, "%s is to be approved by %s", c.Record, records.FormatTime(due))
		}
	}
}

// reciprocal tells of persons who approved each other's changes in the period.
func (r *reporter) reciprocal() {
	type pair struct{ by, of records.ID }
	found := map[pair][]string{}
	for _, c := range r.Changes {
		for _, l := range c.Landings {
			if !r.in[l.Entry] || !l.Needed {
				continue
			}
			for _, by := range l.approvers() {
				for _, of := range l.parties() {
					if p := (pair{by, of}); by != of && !slices.Contains(found[p], c.Record) {
						found[p] = append(found[p], c.Record)
					}
				}
			}
		}
	}
	for _, p := range slices.SortedFunc(maps.Keys(found), func(a, b pair) int {
		return cmp.Or(cmp.Compare(a.by, b.by), cmp.Compare(a.of, b.of))
	}) {
		if back := found[pair{p.of, p.by}]; p.by < p.of && len(back) > 0 {
			r.tell(Reciprocal, nil, "", "%s approved %s of %s; %s approved %s of %s", p.by, some(found[p]), p.of, p.of, some(back), p.by)
		}
	}
}

// notes says what no audit of a clone can see.
func (r *reporter) notes(w *walk) {
	r.Notes = append(r.Notes, "what was pushed to "+r.Branch+" and forced away before this clone fetched it cannot be seen here: forbid forced pushes, and look at the server's log")
	if w.shallow && r.Complete {
		r.Notes = append(r.Notes, "this clone is shallow: what lies before the period is not known to it")
	}
}

func (r *reporter) sort() {
	order := map[Rule]int{}
	for i, k := range Kinds() {
		order[k.Rule] = i
	}
	place := map[*Entry]int{}
	for i, e := range r.Entries {
		place[e] = i
	}
	slices.SortStableFunc(r.Exceptions, func(a, b *Exception) int {
		return cmp.Or(order[a.Rule]-order[b.Rule], place[a.Entry]-place[b.Entry], cmp.Compare(a.Record, b.Record))
	})
}

// mostNamed is how many things words name.
const mostNamed = 5

// some names things, or the first of many.
func some(names []string) string {
	if n := len(names) - mostNamed; n > 0 {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:mostNamed], ", "), n)
	}
	return strings.Join(names, ", ")
}
