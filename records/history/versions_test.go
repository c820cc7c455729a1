package history

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"frontdesk/records/git"
	"frontdesk/records/tree"
)

// expect compares what a trace tells.
func expect(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s:\n got %s\nwant %s", what, got, want)
	}
}

func TestEachLineHasTheCommitThatBroughtIt(t *testing.T) {
	d := newDesk(t)
	d.write(home, incident("new", opened))
	d.commit(9, "one")
	d.write("other.txt", "x")
	d.commit(10, "elsewhere")
	d.write(home, incident("in-progress", opened, started, "comment Well?"))
	d.commit(11, "two")
	d.write(home, strings.Replace(incident("in-progress", opened, started, "comment Well?"), "state: in-progress\n", "state: 'in-progress'\n", 1))
	d.commit(12, "form")
	d.write(home, incident("resolved", opened, started, solved, "comment Well?"))
	trace := d.trace()
	expect(t, "versions", trace.subjects(), "one two form uncommitted")
	expect(t, "lines", trace.lines(), "new by one; in-progress by two; resolved by uncommitted")
	expect(t, "parts", trace.set("title", "state", "Description", "Comments"), "title one; state uncommitted; Description one; Comments two")
	if !trace.Versions[0].IsNew() || trace.Versions[1].IsNew() || trace.Versions[3].IsNew() {
		t.Error("it is not the first version that is new")
	}
	if cs := trace.Versions[2].Changes(incidentType()); len(cs) > 0 {
		t.Errorf("another form changes %v", cs)
	}
}

func TestARecordThatIsNotCommittedHasOneVersion(t *testing.T) {
	d := newDesk(t)
	d.write(home, incident("new", opened))
	expect(t, "before the first commit", d.trace().lines(), "new by uncommitted")
	d.git("rm", "--cached", "--quiet", "--ignore-unmatch", home)
	d.write("other.txt", "x")
	d.git("add", "other.txt")
	d.t.Setenv("GIT_COMMITTER_DATE", "2026-11-03T09:00:00Z")
	d.git("commit", "--quiet", "--message", "elsewhere")
	expect(t, "beside commits", d.trace().subjects(), "uncommitted")
}

func TestAlteredAndRemovedLinesAreFound(t *testing.T) {
	d := newDesk(t)
	d.write(home, incident("new", opened, started))
	d.commit(9, "one")
	back := strings.Replace(opened, "09:00", "07:00", 1)
	d.write(home, incident("new", back, started))
	d.commit(10, "back-date")
	d.write(home, incident("new", strings.Replace(back, "dana", "eve", 1), solved))
	d.commit(11, "rewrite")
	trace := d.trace()
	expect(t, "lines", trace.lines(), "new by one, altered by back-date, altered by rewrite; resolved by rewrite; in-progress by one, removed by rewrite")
	line := trace.Lines[0]
	if was := line.Altered[0].Was.Get("at").String(); was != "2026-11-03T09:00:00Z" || subject(line.LastSet()) != "rewrite" {
		t.Errorf("it was %s, last set by %s", was, subject(line.LastSet()))
	}
}

func TestALineThatComesBackIsBroughtAgain(t *testing.T) {
	d := newDesk(t)
	for hour, text := range []string{incident("new", opened, started), incident("new", opened), incident("new", opened, started)} {
		d.write(home, text)
		d.commit(9+hour, []string{"one", "remove", "restore"}[hour])
	}
	expect(t, "lines", d.trace().lines(), "new by one; in-progress by restore; in-progress by one, removed by remove")
}

func TestMergesAreNotBlamedForWhatTheyBringTogether(t *testing.T) {
	d := newDesk(t)
	d.write(home, incident("new", opened))
	d.commit(9, "one")
	d.git("checkout", "--quiet", "-b", "side")
	d.write(home, incident("in-progress", opened, started))
	d.commit(12, "side")
	d.git("checkout", "--quiet", "main")
	d.write(home, incident("new", opened, "comment Well?"))
	d.commit(11, "main")
	d.merge(13, "side", incident("in-progress", opened, started, solved, "comment Well?"))
	trace := d.trace()
	expect(t, "lines", trace.lines(), "new by one; in-progress by side; resolved by merge")
	expect(t, "parts", trace.set("title", "state", "Comments"), "title one; state side; Comments main")
}

func TestLinesOfASideBranchThatWasMergedWithoutConflict(t *testing.T) {
	d := newDesk(t)
	d.write(home, incident("new", opened))
	d.commit(9, "one")
	d.git("checkout", "--quiet", "-b", "side")
	d.write(home, incident("in-progress", opened, started))
	d.commit(10, "side")
	d.git("checkout", "--quiet", "main")
	d.write("other.txt", "x")
	d.commit(11, "main")
	d.merge(12, "side", "")
	trace := d.trace()
	expect(t, "versions", trace.subjects(), "one side")
	expect(t, "lines", trace.lines(), "new by one; in-progress by side")
}

func TestMovesAreFollowed(t *testing.T) {
	d := newDesk(t)
	d.write(home, incident("new", opened))
	twin := strings.ReplaceAll(incident("new", opened), "K7Q4", "M3ZT")
	d.write("records/incidents/2026-11/INC-2611-M3ZT.md", twin)
	d.commit(9, "one")
	first := "records/incidents/2026-11/7/INC-2611-K7Q4.md"
	d.write(first, incident("in-progress", opened, started))
	d.remove(home, "records/incidents/2026-11/INC-2611-M3ZT.md")
	d.commit(10, "move and edit")
	second := "records/incidents/2026-11/K/INC-2611-K7Q4.md"
	d.write(second, incident("in-progress", opened, started))
	d.remove(first)
	d.commit(11, "move")
	trace := d.trace()
	expect(t, "lines", trace.lines(), "new by one; in-progress by move and edit")
	if m := trace.Versions[2].Moved; m != first || trace.Versions[1].Moved != home {
		t.Errorf("moved from %q, then from %q", trace.Versions[1].Moved, m)
	}
	third := "records/incidents/2026-11/Q/INC-2611-K7Q4.md"
	d.write(third, incident("resolved", opened, started, solved))
	d.remove(second)
	trace = d.trace()
	expect(t, "lines after an uncommitted move", trace.lines(), "new by one; in-progress by move and edit; resolved by uncommitted")
	if v := trace.Versions[len(trace.Versions)-1]; v.Moved != second {
		t.Errorf("moved from %q", v.Moved)
	}
	d.git("checkout", "--quiet", "--", second)
	d.remove(third)
}

func (d desk) remove(names ...string) {
	d.t.Helper()
	for _, name := range names {
		if err := os.Remove(filepath.Join(d.dir, name)); err != nil {
			d.t.Fatal(err)
		}
	}
}

func TestARecordThatWasDeletedAndCameBackBeginsAnew(t *testing.T) {
	d := newDesk(t)
	d.write(home, incident("new", opened))
	d.commit(9, "one")
	d.remove(home)
	d.commit(10, "delete")
	d.write(home, incident("new", opened))
	d.commit(11, "again")
	trace := d.trace()
	expect(t, "versions", trace.subjects(), "one delete again")
	expect(t, "lines", trace.lines(), "new by again; new by one, removed by delete")
	if !trace.Versions[1].Gone || !trace.Versions[2].IsNew() {
		t.Error("it is not gone in between")
	}
}

func TestAVersionThatCannotBeReadTakesNothingOver(t *testing.T) {
	d := newDesk(t)
	d.write(home, incident("new", opened))
	d.commit(9, "one")
	d.write(home, "no record at all\n")
	d.commit(10, "broken")
	d.write(home, incident("in-progress", opened, started))
	d.commit(11, "mended")
	trace := d.trace()
	expect(t, "lines", trace.lines(), "new by one; in-progress by mended")
	if v := trace.Versions[1]; v.Record != nil || len(v.Problems) == 0 || v.Gone {
		t.Errorf("the broken version is %+v", v)
	}
}

func TestALinkInThePlaceOfARecordIsNotRead(t *testing.T) {
	d := newDesk(t)
	d.write(home, incident("new", opened))
	d.commit(9, "one")
	d.remove(home)
	if err := os.Symlink("/etc/passwd", filepath.Join(d.dir, home)); err != nil {
		t.Skip("no symbolic links here")
	}
	d.commit(10, "link")
	d.remove(home)
	d.write(home, incident("new", opened))
	d.commit(11, "again")
	if trace := d.trace(); trace.Versions[1].Record != nil {
		t.Error("the link was read")
	}
}

func TestAShallowCloneSaysWhereItEnds(t *testing.T) {
	d := newDesk(t)
	for hour, text := range []string{incident("new", opened), incident("new", opened, started), incident("new", opened, started, solved)} {
		d.write(home, text)
		d.commit(9+hour, []string{"one", "two", "three"}[hour])
	}
	clone := t.TempDir()
	d.git("clone", "--quiet", "--depth=2", "file://"+filepath.ToSlash(d.dir), clone)
	trace := desk{t, clone}.trace()
	expect(t, "lines", trace.lines(), "new by two; in-progress by two; resolved by three")
	if !trace.Versions[0].Cut || trace.Versions[1].Cut {
		t.Error("the end of the history is not marked")
	}
	if _, ok := trace.Lines[0].Drift(); ok {
		t.Error("a line at the end of the history has a drift")
	}
}

func TestADeskInAFolderOfItsRepository(t *testing.T) {
	d := newDesk(t)
	d.write("desk/"+tree.ConfigFile, "version: 1\nname: inner\n")
	d.write("desk/"+home, incident("new", opened))
	d.commit(9, "one")
	d.write("desk/"+home, incident("in-progress", opened, started))
	d.commit(10, "two")
	inner := desk{t, filepath.Join(d.dir, "desk")}
	expect(t, "lines", inner.trace().lines(), "new by one; in-progress by two")
}

func TestDrift(t *testing.T) {
	hour := time.Hour
	cases := []struct {
		drift time.Duration
		words string
		ahead bool
	}{
		{0, "at once", false},
		{59 * time.Second, "at once", false},
		{-5 * time.Minute, "at once", false},
		{-5*time.Minute - time.Second, "written 5 min before it happened", true},
		{-5 * hour, "written 5 h before it happened", true},
		{3 * time.Minute, "3 min later", false},
		{47 * hour, "47 h later", false},
		{50 * hour, "2 d later", false},
	}
	at := time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC)
	for _, c := range cases {
		v := &Version{Revision: git.Revision{Commit: git.Commit{ID: "x"}, Committer: git.Signature{When: at.Add(c.drift)}}}
		line := &Line{Value: logOf(record(t, incident("new", opened)))[0], Brought: v}
		if drift, ok := line.Drift(); !ok || drift != c.drift || DriftWords(drift) != c.words || line.IsAhead() != c.ahead {
			t.Errorf("%s: %s, ahead %v", c.drift, DriftWords(drift), line.IsAhead())
		}
	}
}

func TestHistoryOfALongRecordIsReadToItsEnd(t *testing.T) {
	d := newDesk(t)
	repo, err := git.Open(d.dir)
	if err != nil {
		t.Fatal(err)
	}
	defer repo.Close()
	const n = 150
	err = repo.Import(context.Background(), func(yield func(git.Change, error) bool) {
		for i := range n {
			at := time.Date(2026, 11, 3, 0, i, 0, 0, time.UTC)
			var lines []string
			for j := range i + 1 {
				lines = append(lines, "at: "+time.Date(2026, 11, 3, 0, j, 0, 0, time.UTC).Format(time.RFC3339)+", by: lee, team: a")
			}
			who := git.Signature{Name: "Lee", Email: "lee@example.com", When: at}
			files := []git.File{{Path: tree.ConfigFile, Data: []byte("version: 1\nname: x\n")}, {Path: home, Data: []byte(incident("new", lines...))}}
			if !yield(git.Change{Branch: "main", Author: who, Message: "c", Write: files}, nil) {
				return
			}
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	d.git("reset", "--quiet", "--hard", "main")
	trace := d.trace()
	if len(trace.Versions) != n || len(trace.Lines) != n || trace.Lines[n-1].Brought != trace.Versions[n-1] || trace.Lines[0].Brought != trace.Versions[0] {
		t.Errorf("%d versions, %d lines", len(trace.Versions), len(trace.Lines))
	}
}
