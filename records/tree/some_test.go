package tree

import (
	"os"
	"strings"
	"testing"

	"frontdesk/records"
)

// TestAListOfSomePathsIsThatPartOfTheWhole compares the two, for records,
// attachments, and what lies where it should not.
func TestAListOfSomePathsIsThatPartOfTheWhole(t *testing.T) {
	const month = "records/incidents/2026-11/"
	tr := newTree(t, map[string]string{
		month + "INC-2611-AAAA.md": incident("INC-2611-AAAA"), month + "INC-2611-AAAA/notes.md": "an attachment", month + "INC-2611-BBBB.md": "",
		month + "stray.txt": "x", "records/servcies/x.md": "x", "records/teams/HEAD": "", "records/teams/objects/x": "", "records/teams/refs/x": "", "records/teams/a.md": "x",
		"records/people/lee.md": "x",
	})
	paths := []string{month + "INC-2611-AAAA.md", month + "INC-2611-AAAA/notes.md", month + "stray.txt", "records/servcies/x.md", "records/teams/a.md", "records/people/none.md", "desk.yaml"}
	some, all := tr.ListOf(paths), tr.List()
	if len(some.Names) != 1 || some.Names[0] != (Name{Type: "incident", ID: "INC-2611-AAAA", Path: month + "INC-2611-AAAA.md"}) || len(some.Stats) != 0 {
		t.Errorf("names are %v", some.Names)
	}
	var rules []string
	for _, d := range some.Problems {
		rules = append(rules, d.Path+" "+string(d.Rule))
	}
	want := month + "stray.txt path/stray-file|records/servcies path/unknown-folder|records/teams path/embedded-repository"
	if strings.Join(rules, "|") != want || len(all.Problems) != 3 || len(all.Names) != 3 {
		t.Errorf("got %s; all: %v", strings.Join(rules, "|"), all)
	}
}

func TestADeskWithOtherFilesHasTheSameTypesAndIsNotWritten(t *testing.T) {
	tr := newTree(t, map[string]string{"records/people/lee.md": "---\nid: lee\ntitle: Lee\n---\n"})
	other := newTree(t, map[string]string{"records/people/dana.md": "---\nid: dana\ntitle: Dana\n---\n"})
	got := tr.With(os.DirFS(other.Root))
	if names := got.Names(); len(names) != 1 || names[0].ID != "dana" || got.Types != tr.Types || got.Desk != tr.Desk {
		t.Errorf("names are %v", names)
	}
	rs, ds, err := got.LoadEach(t.Context(), []Name{{Type: "person", ID: "dana", Path: "records/people/dana.md"}, {Type: "person", ID: "lee", Path: "records/people/lee.md"}})
	if err != nil || len(rs) != 2 || rs[0].ID != records.ID("dana") || rs[1] != nil || len(ds) != 1 {
		t.Errorf("%v, %v, %v", rs, ds, err)
	}
	if err := got.Write("records/people/x.md", nil, []byte("x"), Fast); err == nil {
		t.Error("it was written to")
	}
}
