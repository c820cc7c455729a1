package tree

import (
	"slices"
	"strings"
	"testing"
)

// TestPickFindsWhatNamesFinds compares the quick look with the thorough one.
func TestPickFindsWhatNamesFinds(t *testing.T) {
	const month = "records/incidents/2026-11/"
	tr := newTree(t, map[string]string{
		month + "INC-2611-AAAA.md":       incident("INC-2611-AAAA"),
		month + "INC-2611-AAAA/notes.md": "an attachment, no record",
		month + "K/INC-2611-K7Q4.md":     incident("INC-2611-K7Q4"),
		month + "stray.txt":              "x",
		month + ".frontdesk-ABC.tmp":     "left behind",
		month + "bare/HEAD":              "", month + "bare/objects/x": "", month + "bare/refs/x": "", month + "bare/INC-2611-GGGG.md": "x",
		"records/incident/INC-2611-HHHH.md": "x", "records/loose.md": "x", "records/.hidden/x.md": "x",
		"records/knowledge/vpn/reset/token.md": "x", "records/people/lee.md": "x",
		"records/incidents/" + strings.Repeat("d/", 20) + "x.md": "x",
	})
	for name, c := range map[string]func(id string) bool{
		"all":  func(string) bool { return true },
		"some": func(id string) bool { return strings.HasPrefix(id, "INC-2611-K") },
		"none": func(string) bool { return false },
	} {
		want := slices.DeleteFunc(tr.Names(), func(n Name) bool { return !c(string(n.ID)) })
		if got := tr.Pick(c); !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", name, got, want)
		}
	}
	if got := tr.Pick(func(string) bool { return true }, "person"); len(got) != 1 || got[0].ID != "lee" {
		t.Errorf("people are %v", got)
	}
}
