package approval

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"frontdesk/records"
	"frontdesk/records/evidence"
	"frontdesk/records/plain"
)

// drift is how far ahead of the observer a statement may be dated.
const drift = time.Hour

// said is what a person says of the record, all their statements taken together.
type said struct {
	approved bool
	rejected *Vote  // blocks
	void     []Void // why what they approved does not count
}

// tally is what everybody says.
type tally struct {
	by      map[records.ID]*said
	refused []RefusedVote
}

// count takes the votes together: a person is counted once, and the latest thing
// they said is what they say.
func count(in *Input, covers, policy string, apart *separation) *tally {
	t := &tally{by: map[records.ID]*said{}, refused: []RefusedVote{}}
	for _, f := range in.Refused {
		t.refused = append(t.refused, RefusedVote{By: records.ID(cut(string(f.Person))), Path: plain.Line(f.Path), Reason: plain.Line(f.Reason)})
	}
	votes := map[records.ID][]*Vote{}
	for i := range in.Votes {
		v := &in.Votes[i]
		if reason := invalid(in, v); reason != "" {
			t.refuse(v, reason)
			continue
		}
		votes[v.Person] = append(votes[v.Person], v)
	}
	for person, all := range votes {
		t.by[person] = weigh(in, all, covers, policy, apart)
	}
	slices.SortStableFunc(t.refused, func(a, b RefusedVote) int {
		return cmp.Or(cmp.Compare(a.By, b.By), cmp.Compare(a.Path, b.Path), cmp.Compare(a.Reason, b.Reason))
	})
	return t
}

func (t *tally) refuse(v *Vote, reason string) {
	r := RefusedVote{Path: plain.Line(v.Path), Reason: reason}
	if v.Statement != nil {
		r.By = records.ID(cut(string(v.Person)))
	}
	t.refused = append(t.refused, r)
}

// invalid returns why a vote is none, "" if it is one.
func invalid(in *Input, v *Vote) string {
	if v.Statement == nil {
		return "it says nothing"
	}
	at, ok := records.ParseTime(v.At)
	switch {
	case v.Record != in.Record.Ref():
		return fmt.Sprintf("it is about %s", quote(v.Record))
	case !in.People.Known(v.Person):
		return fmt.Sprintf("nobody knows %s: neither a record nor a key among the signers names them", quote(string(v.Person)))
	case v.Decision != evidence.Approve && v.Decision != evidence.Reject && v.Decision != evidence.Lift:
		return fmt.Sprintf("%s is no decision", quote(string(v.Decision)))
	case v.Decision == evidence.Reject: // whatever time it states
	case !ok:
		return fmt.Sprintf("%s is no time", quote(v.At))
	case at.After(v.observed(in).Add(drift)):
		return fmt.Sprintf("it is dated %s, which is still to come", moment(at))
	}
	return ""
}

// observed returns when a vote was seen, which its author does not choose.
func (v *Vote) observed(in *Input) time.Time {
	if v.Observed.IsZero() || v.Observed.After(in.AsOf) {
		return in.AsOf
	}
	return v.Observed
}

// at returns when a vote was given, as its author says; where that is no time, when
// it was seen.
func (v *Vote) at(in *Input) time.Time {
	if t, ok := records.ParseTime(v.At); ok {
		return t
	}
	return v.observed(in)
}

// weigh returns what a person says. A rejection blocks whatever branch it was for.
func weigh(in *Input, votes []*Vote, covers, policy string, apart *separation) *said {
	s := &said{}
	here := slices.DeleteFunc(slices.Clone(votes), func(v *Vote) bool { return v.Target != in.Target })
	for _, latest := range [][]*Vote{newest(in, votes), newest(in, here)} {
		if len(latest) > 0 && latest[0].Decision == evidence.Reject {
			s.rejected = latest[0]
			return s
		}
	}
	latest := newest(in, here)
	if len(latest) == 0 {
		latest = newest(in, votes)
	}
	var void []Void
	for _, v := range latest { // several at the same second: one that counts is enough
		if v.Decision != evidence.Approve {
			return s
		}
		why := voids(in, v, covers, policy, apart)
		if len(why) == 0 {
			s.approved = true
			return s
		}
		if void == nil || len(why) < len(void) {
			void = why
		}
	}
	s.void = void
	return s
}

// newest returns the latest votes, those of one kind that were given at the same
// second: a rejection before all others, then one that takes back.
func newest(in *Input, votes []*Vote) []*Vote {
	rank := func(v *Vote) int {
		return slices.Index([]evidence.Decision{evidence.Reject, evidence.Lift, evidence.Approve}, v.Decision)
	}
	order := func(a, b *Vote) int { return cmp.Or(b.at(in).Compare(a.at(in)), cmp.Compare(rank(a), rank(b))) }
	sorted := slices.Clone(votes)
	slices.SortFunc(sorted, func(a, b *Vote) int {
		return cmp.Or(order(a, b), cmp.Compare(a.Covers, b.Covers), cmp.Compare(a.Policy, b.Policy), cmp.Compare(a.Target, b.Target), cmp.Compare(a.Path, b.Path))
	})
	for i := range sorted {
		if order(sorted[0], sorted[i]) != 0 {
			return sorted[:i]
		}
	}
	return sorted
}

// voids returns why an approval does not count, nothing if it does.
func voids(in *Input, v *Vote, covers, policy string, apart *separation) []Void {
	who := fmt.Sprintf("%s approved on %s", v.Person, stated(v.At))
	var out []Void
	add := func(field, format string, args ...any) {
		out = append(out, Void{By: v.Person, Field: field, Reason: who + fmt.Sprintf(format, args...)})
	}
	if why := apart.why(v.Person); why != "" {
		add("", " and may not: %s", why)
	}
	if in.People.HasLeft(v.Person, v.observed(in)) {
		add("", " and may not: they have left")
	}
	if v.Target != in.Target {
		add("target", " for branch %s; it goes to %s", branch(v.Target), branch(in.Target))
	}
	if v.Policy != policy {
		add("policy", "; the policy was changed since")
	}
	if v.Covers != covers {
		changed := Parts(v.Parts).changed(in.Parts)
		if len(changed) == 0 {
			add("", "; what it covers was changed since")
		}
		for i, part := range changed {
			if i == maxVoids {
				add("", "; %d more things were changed since", len(changed)-i)
				break
			}
			add(cut(words(part)), "; %s was %s since", cut(words(part)), howChanged(part, v.Parts, in.Parts))
		}
	}
	return out
}

// howChanged says what became of a part.
func howChanged(part string, then, now Parts) string {
	_, was := then[part]
	_, is := now[part]
	switch {
	case !was:
		return "added"
	case !is:
		return "removed"
	}
	return "changed"
}
