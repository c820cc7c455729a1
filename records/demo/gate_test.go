package demo

import (
	"testing"

	"frontdesk/records"
	"frontdesk/records/approval"
	"frontdesk/records/gate"
	"frontdesk/records/git"
)

// verdictOn judges a record in a played desk, as of the commit that is checked out.
func verdictOn(t *testing.T, dir string, typ records.Type, id records.ID) *gate.Case {
	t.Helper()
	repo, err := git.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = repo.Close() })
	head, err := repo.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	rep, err := gate.Of(t.Context(), repo, typ, id, gate.Options{AsOf: head.When})
	if err != nil {
		t.Fatalf("%s: %v", id, err)
	}
	for _, c := range rep.Cases {
		if c.Record.ID == id {
			return c
		}
	}
	t.Fatalf("%s is not among the cases", id)
	return nil
}

// What was done was approved: each record in a state that needs it has what its
// policy asks for, and the signatures hold.
func isApproved(t *testing.T, dir string, _ Summary) {
	set, types, _ := load(t, dir)
	for _, r := range set.All() {
		p := types.Get(r.Type).Policy
		if p == nil {
			continue
		}
		c := verdictOn(t, dir, r.Type, r.ID)
		if c.Needed && c.Verdict.State != approval.Approved {
			t.Errorf("%s is %s: %v", r.ID, c.Verdict.State, c.Verdict.Reasons)
		}
		if len(c.Verdict.Refused) > 0 {
			t.Errorf("%s: refused %v", r.ID, c.Verdict.Refused)
		}
	}
}

// The upgrade has a colleague's approval and waits for the change manager's.
func waitsForOne(t *testing.T, dir string, id records.ID) {
	t.Helper()
	v := verdictOn(t, dir, "change", id).Verdict
	if v.State != approval.Pending || v.Risk != "high" {
		t.Errorf("%s is %s with risk %s: %v", id, v.State, v.Risk, v.Reasons)
	}
	for _, rl := range v.Rules {
		switch rl.Name {
		case "peer":
			if len(rl.By) != 1 || rl.By[0] != "priya" {
				t.Errorf("%s: the peer is %v", id, rl.By)
			}
		case "change-manager":
			if rl.Have != 0 || len(rl.Could) != 1 || rl.Could[0] != "ruth" {
				t.Errorf("%s: the change manager: %+v", id, rl)
			}
		default:
			t.Errorf("%s: rule %s", id, rl.Name)
		}
	}
}
