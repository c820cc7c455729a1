package hooks

import (
	"slices"
	"strings"
	"testing"

	"frontdesk/records/git"
)

func TestMessages(t *testing.T) {
	const id = "INC-2611-K7Q4"
	for _, c := range []struct {
		name, text, comment string
		alone, names        bool
	}{
		{"a subject", "Mend it\n", "#", false, false},
		{"a subject that names it", "INC-2611-K7Q4: mend it\n", "#", false, true},
		{"small letters", "fix (inc-2611-k7q4)\n", "#", false, true},
		{"the id as a part of another", "INC-2611-K7Q44, XINC-2611-K7Q4 and INC-2611-K7Q4-2\n", "#", false, false},
		{"the id as a part, then as a word", "INC-2611-K7Q44 INC-2611-K7Q4\n", "#", false, true},
		{"a trailer that names it", "Mend it\n\nRecord: INC-2611-K7Q4\n", "#", false, true},
		{"a comment that names it", "Mend it\n# new file: INC-2611-K7Q4.md\n", "#", false, false},
		{"a comment with another sign", "Mend it\n; INC-2611-K7Q4.md\n", ";", false, false},
		{"a line that is no comment with another sign", "Mend it\n#INC-2611-K7Q4\n", ";", false, true},
		{"a sign of several characters", "Mend it\n// INC-2611-K7Q4.md\n", "//", false, false},
		{"a diff below the scissors", "Mend it\n# ------------------------ >8 ------------------------\n+id: INC-2611-K7Q4\n", "#", false, false},
		{"scissors with a sign that git chose", "#1 it\n; ------------------------ >8 ------------------------\n+id: INC-2611-K7Q4\n", "auto", false, false},
		{"a comment with a sign that git chose", "#1 it\n\n; INC-2611-K7Q4.md\n", "auto", false, false},
		{"an empty message", "\n# Please enter\n", "#", true, false},
		{"nothing at all", "", "auto", true, false},
		{"a fixup", "fixup! Mend it\n", "#", true, false},
		{"a squash", "squash! Mend it\n", "#", true, false},
		{"an amend", "amend! Mend it\n", "#", true, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			m := parseMessage([]byte(c.text), c.comment)
			if m.isLeftAlone() != c.alone || m.names(id) != c.names {
				t.Errorf("left alone: %v, names it: %v, in %q", m.isLeftAlone(), m.names(id), m.text)
			}
		})
	}
}

func TestTrailersAreBounded(t *testing.T) {
	ids := strings.Fields("a1 b1 c1 d1 e1 f1 g1 h1 i1 j1 k1")
	m := message{text: "a1 and b1"}
	if got := m.trailers(ids); len(got) != 1 || got[0] != "Records: 11" {
		t.Errorf("eleven are named as %q", got)
	}
	if got := m.trailers(ids[:10]); len(got) != 8 || got[0] != "Record: c1" {
		t.Errorf("ten, of which two are named, are named as %q", got)
	}
}

func TestRecordsOfChanges(t *testing.T) {
	files := map[string]bool{"desk/records/changes/2026-11/CHG-2611-AB3D.md": true}
	deltas := []git.Delta{
		{Path: "desk/records/changes/2026-11/CHG-2611-AB3D/approvals/lee.json"},
		{Path: "desk/records/services/vpn.md"},
		{OldPath: "desk/records/services/old.md", Path: "desk/records/services/new.md"},
		{OldPath: "desk/records/people/gone.md"},
		{Path: "desk/records/people/two\nlines.md"},
		{Path: "desk/records/stray.md"},
		{Path: "desk/records/people/notes.txt"},
		{Path: "desk/schema/visit.yaml"},
		{Path: "desk/desk.yaml"},
		{Path: "other/records/people/lee.md"},
		{Path: "README.md"},
	}
	got := recordsOf([]string{"desk"}, deltas, func(p string) bool { return files[p] })
	if want := []string{"CHG-2611-AB3D", "gone", "new", "old", "vpn"}; !slices.Equal(got, want) {
		t.Errorf("touched are %q, want %q", got, want)
	}
}

func FuzzMessagesAreReadWithoutHarm(f *testing.F) {
	f.Add("Mend it\n# c\n", "#", "vpn")
	f.Add("x\n; ------------------------ >8 ------------------------\n", "auto", "x")
	f.Fuzz(func(t *testing.T, text, comment, id string) {
		if comment == "" || id == "" {
			return
		}
		m := parseMessage([]byte(text), comment)
		_ = m.names(id)
		if again := parseMessage([]byte(m.text), m.comment); !strings.HasPrefix(m.text, again.text) && len(again.text) > len(m.text) {
			t.Errorf("%q became %q", m.text, again.text)
		}
	})
}
