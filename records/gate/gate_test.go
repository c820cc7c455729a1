package gate

import (
	"testing"

	"frontdesk/records/approval"
	"frontdesk/records/evidence"
)

// TestTwoApprovalsOpenTheGate walks a change up to its merge, with the desk at the top of the
// repository and in a folder of it.
func TestTwoApprovalsOpenTheGate(t *testing.T) {
	t.Parallel()
	for _, folder := range []string{"", "desk/"} {
		t.Run("desk in "+folder, func(t *testing.T) {
			s := newScene(t, folder)
			s.open()
			s.wants(s.of(Options{}), approval.Pending, "0 of 2")
			s.approve("lee")
			s.wants(s.of(Options{}), approval.Pending, "1 of 2", "by [lee]")
			s.approve("rosa")
			rep := s.between("main", "change", Options{})
			if len(rep.Cases) != 1 || !rep.Cases[0].Needed || len(rep.Unguarded) != 0 || rep.Target != "refs/heads/main" {
				t.Fatalf("%+v", rep)
			}
			s.wants(rep.Cases[0], approval.Approved)
			for _, how := range []string{"merge", "squash", "rebase"} {
				before := s.git("rev-parse", "main")
				head := s.git("rev-parse", "change")
				s.merge(how)
				c := s.of(Options{})
				s.wants(c, approval.Approved, "by [lee rosa]")
				if c.Landing == "" {
					t.Errorf("%s: it has not landed", how)
				}
				s.git("checkout", "--quiet", "-B", "later")
				s.edit("state: new", "state: scheduled")
				rep := s.between("main", "later", Options{})
				if len(rep.Cases) != 1 || !rep.Cases[0].Needed {
					t.Fatalf("%s: %+v", how, rep)
				}
				s.wants(rep.Cases[0], approval.Approved)
				s.git("checkout", "--quiet", "-B", "main", before)
				s.git("checkout", "--quiet", "-B", "change", head)
			}
		})
	}
}

func TestWhatIsCoveredVoidsApprovals(t *testing.T) {
	t.Parallel()
	s := newScene(t, "")
	s.open()
	s.approve("lee", "rosa")
	s.edit("## Work notes\n", "## Work notes\n\n### 2026-11-03T10:00:00Z eve\n\nAll is well.\n")
	s.wants(s.of(Options{}), approval.Approved)
	s.edit("2026-11-10T14:00:00Z", "2026-11-10T18:00:00Z")
	s.wants(s.of(Options{}), approval.Pending, "void lee [planned_end]", "0 of 2")
	s.approve("lee", "rosa")
	s.wants(s.of(Options{}), approval.Approved)
	s.commit(map[string]string{"/src/door.go": "package door\n"})
	s.wants(s.of(Options{}), approval.Pending, "file src/door.go")
}

func TestARejectionBlocksUntilItIsLifted(t *testing.T) {
	t.Parallel()
	s := newScene(t, "")
	s.open()
	s.approve("lee", "rosa")
	files := s.say("mona", evidence.Reject)
	s.as("mona").commit(files, "No")
	s.wants(s.of(Options{}), approval.Rejected, "mona")
	gone := map[string]string{}
	for name := range files {
		gone[name] = ""
	}
	s.as("eve").commit(gone, "Away with it")
	s.wants(s.of(Options{}), approval.Rejected, "mona")
	s.as("mona").commit(s.say("mona", evidence.Lift), "Well then")
	s.wants(s.of(Options{}), approval.Approved)
}
