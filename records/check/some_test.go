package check

import (
	"slices"
	"strings"
	"testing"

	"frontdesk/records"
	"frontdesk/records/diag"
)

// TestSomeFindsWhatAllFindsOfTheSameRecords judges each record of each bad example
// by itself.
func TestSomeFindsWhatAllFindsOfTheSameRecords(t *testing.T) {
	found := 0
	for _, r := range Rules() {
		family, _, _ := strings.Cut(string(r.ID), "/")
		if !slices.Contains([]string{"ref", "id", "audience", "log", "workflow", "text"}, family) {
			continue
		}
		in, _ := load(t, example(t, r.Bad))
		all := All(t.Context(), in, nil)
		for _, rec := range in.Set.All() {
			of := func(ds []diag.Diagnostic) string {
				return lines(slices.DeleteFunc(slices.Clone(ds), func(d diag.Diagnostic) bool { return d.Path != rec.Path }))
			}
			some := Some(t.Context(), in, []*records.Record{rec})
			if of(some) != of(all) || len(of(some)) != len(lines(some)) {
				t.Errorf("%s, %s: got\n%swant\n%s", r.ID, rec.ID, lines(some), of(all))
			}
			found += len(some)
		}
	}
	if found < 20 {
		t.Errorf("%d findings", found)
	}
}

func TestReferencesAreWhatFieldsAndAudienceName(t *testing.T) {
	in, _ := load(t, example(t, "audience: team:network\nassets: [LT-1, null]\nparent: incident/INC-1\nproblem:\n"))
	r := find(t, in, "incident/INC-2611-K7Q4")
	var got []string
	for _, ref := range References(in.Types.Get("incident"), r) {
		s := ref.Field + "=" + ref.Text
		if ref.Ordered {
			s += "!"
		}
		if ref.IsPerson() {
			s += "?"
		}
		got = append(got, s)
	}
	if want := "requester=dana? team=network assignee=lee? service=vpn assets=LT-1 parent=incident/INC-1! audience=network"; strings.Join(got, " ") != want {
		t.Errorf("got %s, want %s", strings.Join(got, " "), want)
	}
}
