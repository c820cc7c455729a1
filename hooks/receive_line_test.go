package hooks

import (
	"strings"
	"testing"
	"time"
)

// TestAProtectedBranchGoesOnFromWhereItWas: what its first parents are decides by
// what a record is judged once it has landed.
func TestAProtectedBranchGoesOnFromWhereItWas(t *testing.T) {
	s := newServer(t)
	plain := s.git("", "rev-parse", s.main+"^{tree}")
	two := s.commit(s.tree2Of("branches: [main, release]\n"), s.main)
	s.git("", "update-ref", "refs/heads/main", two)
	theirs := s.git("", "rev-parse", two+"^{tree}")
	side := s.commit(plain, s.main)
	t.Setenv("GIT_COMMITTER_DATE", "2026-11-03T14:00:00Z")
	late := s.commit(theirs, two)
	for name, c := range map[string]struct {
		update RefUpdate
		want   string
	}{
		"a commit":                        {RefUpdate{two, s.commit2(theirs, two), "refs/heads/main"}, ""},
		"a merge":                         {RefUpdate{two, s.commit2(theirs, two, side), "refs/heads/main"}, ""},
		"a merge the other way":           {RefUpdate{two, s.commit2(theirs, side, two), "refs/heads/main"}, "first parents"},
		"a commit of later":               {RefUpdate{two, late, "refs/heads/main"}, "still to come"},
		"a new branch":                    {RefUpdate{nobody, s.commit2(theirs, two), "refs/heads/release"}, ""},
		"a new branch of an older commit": {RefUpdate{nobody, s.commit2(plain, s.main), "refs/heads/release"}, ""},
		"a new branch the other way":      {RefUpdate{nobody, s.commit2(theirs, side, two), "refs/heads/release"}, "first parents"},
		"an old branch that takes up main the other way": {RefUpdate{nobody, s.commit2(theirs, s.main, two), "refs/heads/release"}, "first parents"},
		"a branch that nobody protects":                  {RefUpdate{nobody, s.commit2(theirs, side, two), "refs/heads/x"}, ""},
		"to protect another branch":                      {RefUpdate{two, s.commit2(s.tree2Of("branches: [trunk]\n"), two), "refs/heads/main"}, "takes the branch from those"},
	} {
		r := s.receive(DefaultLimits(), c.update)
		if got := said(r); r.IsRefused() != (c.want != "") || !strings.Contains(got, c.want) {
			t.Errorf("%s: it says %q, want %q", name, got, c.want)
		}
	}
}

// tree2Of makes a tree with more in desk.yaml.
func (s *server) tree2Of(more string) string {
	return s.git("", "rev-parse", s.tree2(more)+"^{tree}")
}

// commit2 is commit, a minute later than the others.
func (s *server) commit2(tree string, parents ...string) string {
	s.t.Setenv("GIT_COMMITTER_DATE", time.Date(2026, 11, 3, 12, 1, 0, 0, time.UTC).Format(time.RFC3339))
	return s.commit(tree, parents...)
}
