package approval

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"frontdesk/records"
	"frontdesk/records/evidence"
	"frontdesk/schema"
)

func someone() *rapid.Generator[records.ID] {
	return rapid.SampledFrom([]records.ID{"ann", "bo", "dana", "kim", "lee", "max", "zoe"})
}

// drawScene makes a policy, a record, contributors and votes.
func drawScene(t *rapid.T) *scene {
	policy := drawnPolicy(rapid.Uint64Range(0, 49).Draw(t, "policy"))
	fields := normalFields
	for _, entry := range []string{"assignee: bo", "implementer: kim", "hold: vendor", "services: [core]", "impact: medium"} {
		if rapid.IntRange(0, 3).Draw(t, entry) == 0 {
			fields = with(fields, entry)
		}
	}
	s := newScene(t, policy, fields)
	for range rapid.IntRange(0, 6).Draw(t, "votes") {
		drawVote(t, s)
	}
	return s
}

// drawnPolicy makes one of as many policies as there are seeds.
func drawnPolicy(seed uint64) string {
	r := rand.New(rand.NewPCG(seed, seed))
	pick := func(of ...string) string { return of[r.IntN(len(of))] }
	policy := fmt.Sprintf("  distinct: %v\n  rules:\n", r.IntN(2) == 0)
	for i := range 1 + r.IntN(3) {
		from := pick("anyone", "anyone", "{role: change-managers}", "{team: network}", "{person: ann}", "{owner: services}", "{field: assignee}")
		extra := pick("", "", ", within: PT24H", ", rejection: ignore", ", when: \"self.impact == 'low'\"")
		policy += fmt.Sprintf("    - {name: r%d, need: %d, from: [%s]%s}\n", i, 1+r.IntN(2), from, extra)
	}
	return policy
}

func drawVote(t *rapid.T, s *scene) {
	v := s.vote(someone().Draw(t, "voter"), rapid.SampledFrom([]evidence.Decision{evidence.Approve, evidence.Approve, evidence.Approve, evidence.Reject, evidence.Lift}).Draw(t, "decision"))
	switch rapid.IntRange(0, 8).Draw(t, "flaw") {
	case 0:
		v.Covers, v.Parts = "sha256:00", map[string]string{"field:impact": "x"}
	case 1:
		v.Target = "refs/heads/release"
	case 2:
		v.Policy = "sha256:00"
	case 3:
		v.At = s.in.Votes[0].At
	}
}

func atMost(t *rapid.T, what string, before, after *Verdict) {
	if rank(after.State) < rank(before.State) {
		t.Fatalf("%s made it %s, and it was %s:\n%s\n--- before:\n%s", what, after.State, before.State, strings.Join(spoken(after), "\n"), strings.Join(spoken(before), "\n"))
	}
}

func TestAContributorNeverHelps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawScene(t)
		before := s.judge()
		s.contribute(someone().Draw(t, "contributor"), "Somebody <some@example.com>", rapid.SampledFrom([]string{AsAuthor, AsCommitter, AsCoAuthor}).Draw(t, "as"))
		atMost(t, "a contributor", before, s.judge())
		s.contribute("", "Nobody <no@example.com>", AsAuthor)
		if v := s.judge(); v.State != Failed {
			t.Fatalf("with an unknown contributor it is %s", v.State)
		}
	})
}

func TestARejectionNeverHelps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawScene(t)
		before := s.judge()
		s.vote(someone().Draw(t, "voter"), evidence.Reject)
		atMost(t, "a rejection", before, s.judge())
	})
}

func TestTheOrderOfVotesDoesNotMatter(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawScene(t)
		before, _ := json.Marshal(s.judge())
		s.in.Votes = rapid.Permutation(s.in.Votes).Draw(t, "order")
		s.in.Contributors = rapid.Permutation(s.in.Contributors).Draw(t, "contributors")
		if after, _ := json.Marshal(s.judge()); string(after) != string(before) {
			t.Fatalf("%s\n--- in another order:\n%s", before, after)
		}
	})
}

func TestAPersonCountsOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawScene(t)
		before := s.judge()
		if len(s.in.Votes) == 0 {
			return
		}
		again := *s.in.Votes[rapid.IntRange(0, len(s.in.Votes)-1).Draw(t, "which")].Statement
		again.Evidence, again.Review = evidence.ByReview, &evidence.Review{Forge: "github", Account: rapid.StringN(1, 5, 9).Draw(t, "account")}
		s.in.Votes = append(s.in.Votes, Vote{Statement: &again, Proof: "another key"})
		after := s.judge()
		for i := range after.Rules {
			if after.Rules[i].Have != before.Rules[i].Have || len(after.Rules[i].By) != after.Rules[i].Have {
				t.Fatalf("rule %s has %d, and %d with a vote twice", after.Rules[i].Name, before.Rules[i].Have, after.Rules[i].Have)
			}
		}
		if after.State != before.State {
			t.Fatalf("a vote given twice made it %s, and it was %s", after.State, before.State)
		}
	})
}

func TestAChangedPartVoidsAllApprovals(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawScene(t)
		names := []string{"path:new"}
		for name := range s.in.Parts {
			names = append(names, name)
		}
		slices.Sort(names)
		name := rapid.SampledFrom(names).Draw(t, "part")
		parts := Parts{name: "sha256:ff"}
		for n, d := range s.in.Parts {
			if n != name {
				parts[n] = d
			} else if rapid.Bool().Draw(t, "removed") {
				delete(parts, n)
			}
		}
		s.in.Parts = parts
		v := s.judge()
		for _, r := range v.Rules {
			if r.Have > 0 {
				t.Fatalf("%s changed, and rule %s still has %q", name, r.Name, r.By)
			}
		}
		if v.State == Approved {
			t.Fatalf("%s changed, and it is still approved", name)
		}
	})
}

func TestAPolicyWithoutRulesApprovesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawScene(t)
		change(s.in, func(p *schema.Policy) { p.Rules = nil })
		if v := s.judge(); v.State != Failed {
			t.Fatalf("without rules it is %s", v.State)
		}
	})
}

func TestAVerdictHoldsTogether(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawScene(t)
		v := s.judge()
		for _, r := range v.Rules {
			if r.Have != len(r.By) || !slices.IsSorted(r.By) || !slices.IsSorted(r.Could) {
				t.Fatalf("rule %+v", r)
			}
			for _, id := range r.By {
				if slices.Contains(r.Could, id) || id == "dana" || id == "zoe" {
					t.Fatalf("%s counts for rule %+v", id, r)
				}
			}
			if r.Have < r.Need && v.State == Approved {
				t.Fatalf("it is approved, and rule %s has %d of %d", r.Name, r.Have, r.Need)
			}
		}
		if v.State != Approved && len(v.Reasons) == 0 {
			t.Fatalf("it is %s, and nothing says why", v.State)
		}
	})
}

func TestMatchingEqualsBruteForce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		people := []records.ID{"a", "b", "c", "d", "e"}
		n := rapid.IntRange(1, 3).Draw(t, "demands")
		needs, may := make([]int, n), make([][]records.ID, n)
		for i := range n {
			needs[i] = rapid.IntRange(0, 3).Draw(t, "need")
			for _, p := range people {
				if rapid.Bool().Draw(t, "may") {
					may[i] = append(may[i], p)
				}
			}
		}
		got := match(needs, may)
		total, seen := 0, map[records.ID]bool{}
		for i, persons := range got {
			total += len(persons)
			for _, p := range persons {
				if seen[p] || !slices.Contains(may[i], p) || len(persons) > needs[i] {
					t.Fatalf("%v for needs %v of %v", got, needs, may)
				}
				seen[p] = true
			}
		}
		if want := most(needs, may, people); total != want {
			t.Fatalf("%v fills %d places, and %d can be filled: needs %v of %v", got, total, want, needs, may)
		}
		if first := min(needs[0], len(may[0])); len(got[0]) != first {
			t.Fatalf("the first demand got %d of %d", len(got[0]), first)
		}
	})
}

// most tries all ways to give each person to one demand or none.
func most(needs []int, may [][]records.ID, people []records.ID) int {
	if len(people) == 0 {
		return 0
	}
	best := most(needs, may, people[1:])
	for i := range needs {
		if needs[i] > 0 && slices.Contains(may[i], people[0]) {
			rest := slices.Clone(needs)
			rest[i]--
			best = max(best, 1+most(rest, may, people[1:]))
		}
	}
	return best
}
