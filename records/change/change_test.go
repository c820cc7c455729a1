package change

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"frontdesk/records/diag"
	"frontdesk/records/git"
	"frontdesk/records/tree"
)

// begun makes a repository whose only commit is the example desk.
func begun(t *testing.T) (*repository, map[string]string) {
	t.Helper()
	r := newRepository(t, "")
	files := baseDesk(t)
	r.commit(files)
	return r, files
}

// step appends log lines to the incident and sets fields.
func step(t *testing.T, src, fields string, lines ...string) string {
	t.Helper()
	front, body, _ := strings.Cut(strings.TrimPrefix(src, "---\n"), "---\n")
	for _, e := range entriesOfFront(fields) {
		key, _, _ := strings.Cut(e, ":")
		front = replaceEntry(front, key, e)
	}
	front = moveLogLast(front)
	for _, l := range lines {
		front += "  - {" + l + "}\n"
	}
	return "---\n" + front + "---\n" + body
}

// moveLogLast puts the log behind the other fields.
func moveLogLast(front string) string {
	var log, rest string
	for _, e := range entriesOfFront(front) {
		if strings.HasPrefix(e, "log:") {
			log = e
		} else {
			rest += e
		}
	}
	return rest + log
}

const solved = "state: resolved\nresolution: New firmware\nresolution_code: fixed\nresolved_at: 2026-11-03T11:00:00Z\n"

func TestAnIllegalJumpIsRefusedAndTheSameStatesSteppedPass(t *testing.T) {
	t.Parallel()
	r, files := begun(t)
	r.git("checkout", "--quiet", "-b", "jump")
	closed := solved + "state: closed\nclosed_at: 2026-11-03T12:00:00Z\n"
	r.commit(map[string]string{incidentPath: step(t, files[incidentPath], closed, "at: 2026-11-03T12:00:00Z, by: lee, state: closed")})
	if got := r.between("main", "jump"); !strings.Contains(told(got), "incident does not go from in-progress to closed [workflow/transition]") {
		t.Errorf("the jump gives\n%s", told(got))
	}
	r.git("checkout", "--quiet", "-b", "stepped", "main")
	r.commit(map[string]string{incidentPath: step(t, files[incidentPath], closed, "at: 2026-11-03T11:00:00Z, by: lee, state: resolved", "at: 2026-11-03T12:00:00Z, by: lee, state: closed")})
	if got := r.between("main", "stepped"); len(got.Diagnostics) > 0 || got.Records != 1 || len(got.Touched) != 1 || got.Touched[0].Status != 'M' {
		t.Errorf("the steps give %d records, %v\n%s", got.Records, got.Touched, told(got))
	}
}

// TestMergesThatGitTakesForClean are the three that were measured: each side is
// right, and git merges them without a word.
func TestMergesThatGitTakesForClean(t *testing.T) {
	t.Parallel()
	const spaced = "---\nid: INC-2611-B5T8\ntitle: Printer\nstate: new\nimpact: low\nchannel: phone\nlocation: Room 1\nurgency: low\npriority: P5\nparent: INC-2611-K7Q4\nopened_at: 2026-11-12T07:55:00Z\nlog:\n  - {at: 2026-11-12T07:55:00Z, by: dana, state: new, priority: P5}\n---\n\n## Description\n\nPaper.\n"
	const printer = "records/incidents/2026-11/INC-2611-B5T8.md"
	watched := strings.Replace(spaced, "title: Printer\n", "title: Printer\ncategory: hardware\n", 1)
	late := strings.Replace(spaced, "opened_at:", "category: paper\nopened_at:", 1)
	service := "---\nid: fax\ntitle: Fax\nkind: business\nstate: planned\nlog:\n  - {at: 2026-11-07T08:00:00Z, by: lee, state: planned}\n---\n\n## Description\n\nIt.\n"
	for name, c := range map[string]struct {
		ours, theirs map[string]string
		want         []string
	}{
		"a key at two places stands twice": {map[string]string{printer: watched}, map[string]string{printer: late},
			[]string{`key "category" stands twice`, "[parse/duplicate-key]", "neither side of the merge has the file like this"}},
		"fields that follow from each other disagree": {
			map[string]string{printer: strings.Replace(spaced, "parent: INC-2611-K7Q4\n", "", 1)},
			map[string]string{printer: strings.Replace(spaced, "title: Printer\n", "title: Printer\nresolution_code: duplicate\n", 1)},
			[]string{`parent does not name the original [rule/duplicate-named]`, "neither side of the merge has the file like this"}},
		"an id is added in two folders": {map[string]string{"records/services/a/fax.md": service}, map[string]string{"records/services/b/fax.md": service + "\nOther.\n"},
			[]string{`error records/services/b/fax.md: both sides add a service with the id "fax", in different folders [history/added-twice]`, "note records/services/a/fax.md: the other one is here"}},
		"an id is added in one folder": {map[string]string{"records/services/fax.md": service}, map[string]string{"records/services/fax.md": service + "\nOther.\n"},
			[]string{"error records/services/fax.md: both sides add the record, each its own [history/added-twice]"}},
		"lines are changed on both sides": {map[string]string{printer: strings.Replace(spaced, "title: Printer", "title: A", 1)}, map[string]string{printer: strings.Replace(spaced, "title: Printer", "title: B", 1)},
			[]string{"error " + printer + ": both sides change the file, and git cannot merge them [history/merge-conflict]"}},
		"what one side refers to the other deletes": {map[string]string{"records/problems/2026-10/PRB-2610-M3X9.md": ""},
			map[string]string{printer: strings.Replace(spaced, "opened_at:", "problem: PRB-2610-M3X9\nopened_at:", 1)},
			[]string{`problem "PRB-2610-M3X9": there is no problem of that id [ref/dangling]`}},
		"what one side deletes the other refers to": {map[string]string{printer: strings.Replace(spaced, "opened_at:", "problem: PRB-2610-M3X9\nopened_at:", 1)},
			map[string]string{"records/problems/2026-10/PRB-2610-M3X9.md": ""},
			[]string{"error records/problems/2026-10/PRB-2610-M3X9.md: problem PRB-2610-M3X9 is deleted, but one record refers to it: INC-2611-B5T8 [history/deleted-referenced]", "note " + printer + ": problem of INC-2611-B5T8 names it"}},
		"two sides close a circle": {map[string]string{"records/teams/a.md": "---\nid: a\ntitle: A\nparent: b\n---\n"}, map[string]string{"records/teams/b.md": "---\nid: b\ntitle: B\nparent: a\n---\n"},
			[]string{"error records/teams/b.md: parent leads in a circle of 2 records: b → a → b [ref/circle]"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r, _ := begun(t)
			r.commit(map[string]string{printer: spaced, "records/teams/a.md": "---\nid: a\ntitle: A\n---\n", "records/teams/b.md": "---\nid: b\ntitle: B\n---\n"})
			r.git("checkout", "--quiet", "-b", "mine")
			r.commit(c.theirs)
			if got := r.between("main", "mine"); diag.Count(got.Diagnostics, diag.Error) > 0 {
				t.Errorf("the branch alone gives\n%s", told(got))
			}
			r.git("checkout", "--quiet", "main")
			r.commit(c.ours)
			got := told(r.between("main", "mine"))
			for _, w := range c.want {
				if !strings.Contains(got, w) {
					t.Errorf("it lacks %q:\n%s", w, got)
				}
			}
		})
	}
}

func TestACircleThroughTouchedRecordsIsFoundAndOthersAreNot(t *testing.T) {
	t.Parallel()
	r, _ := begun(t)
	team := func(id, parent string) string {
		return "---\nid: " + id + "\ntitle: T\n" + map[bool]string{true: "parent: " + parent + "\n"}[parent != ""] + "---\n"
	}
	r.commit(map[string]string{"records/teams/a.md": team("a", "b"), "records/teams/b.md": team("b", "c"), "records/teams/c.md": team("c", ""), "records/teams/x.md": team("x", "y"), "records/teams/y.md": team("y", "x")})
	r.put(map[string]string{"records/teams/c.md": team("c", "a")})
	r.git("add", ".")
	got := told(r.staged())
	if !strings.Contains(got, "records/teams/c.md: parent leads in a circle of 3 records: c → a → b → c [ref/circle]") || strings.Count(got, "error") != 1 {
		t.Errorf("got\n%s", got)
	}
	r.git("commit", "--quiet", "-m", "circle")
	r.put(map[string]string{"records/teams/z.md": team("z", "x")})
	r.git("add", ".")
	if got := r.staged(); len(got.Diagnostics) > 0 {
		t.Errorf("a circle that the change does not touch gives\n%s", told(got))
	}
}

func TestOldFaultsOfOthersAreNotTheChangesMatter(t *testing.T) {
	t.Parallel()
	r, files := begun(t)
	r.commit(map[string]string{"records/services/vpn.md": strings.Replace(files["records/services/vpn.md"], "kind: business", "kind: other\nteam: none", 1)})
	r.put(map[string]string{incidentPath: strings.Replace(files[incidentPath], "VPN drops", "VPN falls", 1)})
	r.git("add", ".")
	if got := r.staged(); len(got.Diagnostics) > 0 {
		t.Errorf("got\n%s", told(got))
	}
	r.put(map[string]string{"records/services/vpn.md": strings.Replace(files["records/services/vpn.md"], "kind: business", "kind: other", 1)})
	r.git("add", ".")
	if got := told(r.staged()); !strings.Contains(got, "[schema/enum]") {
		t.Errorf("a fault of a touched record is missing:\n%s", got)
	}
}

func TestNewRulesAreHeldAgainstAllRecordsAndOldFaultsStayOld(t *testing.T) {
	t.Parallel()
	r, files := begun(t)
	r.commit(map[string]string{"records/services/old.md": "---\nid: old\ntitle: Old\nstate: solved\n---\n\n## Description\n\nX\n"})
	r.put(map[string]string{"desk.yaml": files["desk.yaml"] + "priority:\n  medium: {high: P1}\n"})
	r.git("add", ".")
	got := told(r.staged())
	if !strings.Contains(got, "error "+incidentPath+`: priority is "P2"; impact medium and urgency high give P1 [schema/derived]`) || strings.Contains(got, "old.md") || !strings.Contains(got, "info desk.yaml: ") {
		t.Errorf("got\n%s", got)
	}
}

func TestNothingIsJudgedByAConfigurationThatCannotBeRead(t *testing.T) {
	t.Parallel()
	r, files := begun(t)
	r.commit(map[string]string{"desk.yaml": files["desk.yaml"] + "shard: 0\n"})
	r.git("checkout", "--quiet", "-b", "mine")
	r.commit(map[string]string{"desk.yaml": files["desk.yaml"] + "shard: 1\n"})
	r.git("checkout", "--quiet", "main")
	r.commit(map[string]string{"desk.yaml": files["desk.yaml"] + "shard: 2\n"})
	if got := told(r.between("main", "mine")); !strings.HasPrefix(got, "error desk.yaml: both sides change the file, and git cannot merge them [history/merge-conflict]\n  note desk.yaml: nothing else") || strings.Count(got, "error") != 1 {
		t.Errorf("in conflict it gives\n%s", got)
	}
	r.put(map[string]string{"desk.yaml": "version: 1\nshard: [\n", incidentPath: strings.Replace(files[incidentPath], "impact: medium", "impact: huge", 1)})
	r.git("add", ".")
	if got := told(r.staged()); !strings.HasPrefix(got, "error desk.yaml: ") || strings.Count(got, "error") != 1 {
		t.Errorf("broken it gives\n%s", got)
	}
}

func TestStagedIsWhatWillBeCommitted(t *testing.T) {
	t.Parallel()
	r, files := begun(t)
	bad := strings.Replace(files[incidentPath], "impact: medium", "impact: huge", 1)
	r.put(map[string]string{incidentPath: bad})
	if got := r.staged(); len(got.Diagnostics) > 0 || len(got.Touched) > 0 {
		t.Errorf("what is not staged gives\n%s", told(got))
	}
	r.git("add", ".")
	r.put(map[string]string{incidentPath: files[incidentPath]})
	if got := told(r.staged()); !strings.Contains(got, "[schema/enum]") {
		t.Errorf("what is staged gives\n%s", got)
	}
	r.git("reset", "--quiet", "--hard")
	r.put(map[string]string{"records/services/meant.md": "broken"})
	r.git("add", "--intent-to-add", "records/services/meant.md")
	if got := r.staged(); len(got.Touched) > 0 {
		t.Errorf("what is only meant to be added is touched: %v\n%s", got.Touched, told(got))
	}
}

// TestTheIndexThatGitNamesIsJudged does what git commit -a does to its hooks.
func TestTheIndexThatGitNamesIsJudged(t *testing.T) {
	r, files := begun(t)
	r.put(map[string]string{incidentPath: strings.Replace(files[incidentPath], "impact: medium", "impact: huge", 1)})
	r.env = []string{"GIT_INDEX_FILE=" + filepath.Join(r.top, ".git", "next-index")}
	r.git("read-tree", "HEAD")
	r.git("add", "--all")
	if got := r.staged(); len(got.Touched) > 0 {
		t.Errorf("the usual index gives\n%s", told(got))
	}
	t.Chdir(r.top)
	t.Setenv("GIT_INDEX_FILE", filepath.Join(".git", "next-index"))
	if got := told(r.staged()); !strings.Contains(got, "[schema/enum]") {
		t.Errorf("the one that git names gives\n%s", got)
	}
}

func TestTheFirstCommitIsJudged(t *testing.T) {
	t.Parallel()
	r := newRepository(t, "")
	files := baseDesk(t)
	r.put(files)
	r.git("add", ".")
	if got := r.staged(); len(got.Diagnostics) != 1 || got.Diagnostics[0].Rule != ruleRulesChanged || len(got.Touched) != 6 || got.Touched[0].Status != 'A' {
		t.Errorf("%v\n%s", got.Touched, told(got))
	}
	r.put(map[string]string{incidentPath: strings.Replace(files[incidentPath], "service: vpn", "service: vnp", 1)})
	r.git("add", ".")
	if got := told(r.staged()); !strings.Contains(got, "[ref/dangling]") {
		t.Errorf("got\n%s", got)
	}
}

func TestADeskInAFolderIsJudgedAlone(t *testing.T) {
	t.Parallel()
	r := newRepository(t, "it/desk")
	files := baseDesk(t)
	r.commit(files)
	r.put(map[string]string{"../../records/incidents/x.md": "no record of this desk", "../../desk.md": "x", incidentPath: strings.Replace(files[incidentPath], "impact: medium", "impact: huge", 1)})
	r.git("add", ".")
	if got := r.staged(); len(got.Touched) != 1 || rulesOf(got, diag.Warning) != "schema/enum" || string(got.Source(incidentPath)) == "" {
		t.Errorf("%v\n%s", got.Touched, told(got))
	}
	r.git("checkout", "--quiet", "-b", "mine")
	r.commit(nil)
	if got := r.between("main", "mine"); len(got.Touched) != 1 || rulesOf(got, diag.Warning) != "schema/enum" {
		t.Errorf("%v\n%s", got.Touched, told(got))
	}
	r.git("checkout", "--quiet", "main")
	r.commit(map[string]string{"records/services/vpn.md": strings.Replace(files["records/services/vpn.md"], "VPN", "Tunnel", 1)})
	if got := r.between("main", "mine"); len(got.Touched) != 1 || rulesOf(got, diag.Warning) != "schema/enum" {
		t.Errorf("merged: %v\n%s", got.Touched, told(got))
	}
}

func TestAChangeThatTouchesNoRecordIsClean(t *testing.T) {
	t.Parallel()
	r, _ := begun(t)
	r.put(map[string]string{"README.md": "x", "src/main.go": "package main"})
	r.git("add", ".")
	if got := r.staged(); got.Records != 0 || len(got.Diagnostics) > 0 || got.Source("x") != nil {
		t.Errorf("%+v", got)
	}
	if got := r.between("HEAD", "HEAD"); got.Records != 0 || len(got.Diagnostics) > 0 {
		t.Errorf("%+v", got)
	}
}

func TestWhatLiesWrongIsFoundWhereTheChangePutsIt(t *testing.T) {
	t.Parallel()
	r, _ := begun(t)
	r.commit(map[string]string{"records/services/old.txt": "x", "records/nothing/x.md": "x"})
	if err := os.Symlink("/etc/passwd", filepath.Join(r.dir, "records", "services", "link.md")); err != nil {
		t.Skip(err)
	}
	r.put(map[string]string{"records/services/new.txt": "x", "records/servcies/x.md": "x", "records/teams/HEAD": "x", "records/teams/objects/a": "x", "records/teams/refs/a": "x"})
	r.git("add", "--all")
	got := told(r.staged())
	for _, want := range []string{"records/services/link.md: it is a symbolic link", "warning records/services/new.txt: the file is no record", "records/servcies: no type keeps", "records/teams: the folder is a git repository"} {
		if !strings.Contains(got, want) {
			t.Errorf("it lacks %q:\n%s", want, got)
		}
	}
	if strings.Contains(got, "old.txt") || strings.Contains(got, "nothing") {
		t.Errorf("old faults are told:\n%s", got)
	}
}

func TestARecordThatMovesIsTheSame(t *testing.T) {
	t.Parallel()
	r, files := begun(t)
	r.commit(map[string]string{"records/knowledge/vpn/start.md": strings.Replace(files["records/knowledge/vpn/reset-token.md"], "id: reset-token", "id: start", 1) + "\n[more](reset-token.md)\n"})
	r.git("checkout", "--quiet", "-b", "mine")
	r.put(map[string]string{"records/knowledge/network/x": "x", "records/knowledge/network/x2": "x"})
	r.put(map[string]string{"records/knowledge/network/x": "", "records/knowledge/network/x2": ""})
	r.git("mv", "records/knowledge/vpn/reset-token.md", "records/knowledge/network/reset-token.md")
	r.commit(nil)
	got := r.between("main", "mine")
	if len(got.Touched) != 1 || got.Touched[0].Status != 'R' || diag.Count(got.Diagnostics, diag.Error) > 0 || !strings.Contains(told(got), `warning records/knowledge/vpn/start.md: the link "reset-token.md" leads to no file [text/missing-file]`) {
		t.Errorf("%v\n%s", got.Touched, told(got))
	}
}

func TestReshardTouchesNoHistory(t *testing.T) {
	t.Parallel()
	r, files := begun(t)
	r.git("checkout", "--quiet", "-b", "mine")
	r.put(map[string]string{"desk.yaml": files["desk.yaml"] + "shard: 1\n", "records/incidents/2026-11/K/x": "x", "records/problems/2026-10/M/x": "x"})
	r.put(map[string]string{"records/incidents/2026-11/K/x": "", "records/problems/2026-10/M/x": ""})
	r.git("mv", "records/incidents/2026-11/INC-2611-K7Q4.md", "records/incidents/2026-11/K/INC-2611-K7Q4.md")
	r.git("mv", "records/incidents/2026-11/INC-2611-K7Q4", "records/incidents/2026-11/K/INC-2611-K7Q4")
	r.git("mv", "records/problems/2026-10/PRB-2610-M3X9.md", "records/problems/2026-10/M/PRB-2610-M3X9.md")
	r.commit(nil)
	if got := r.between("main", "mine"); rulesOf(got, diag.Warning) != "" || len(got.Touched) != 2 {
		t.Errorf("%v\n%s", got.Touched, told(got))
	}
}

func TestADeletedRecordNamesThoseThatReferToIt(t *testing.T) {
	t.Parallel()
	r, files := begun(t)
	more := map[string]string{}
	for i := range 6 {
		id := fmt.Sprintf("INC-2611-AAA%d", i)
		more["records/incidents/2026-11/"+id+".md"] = strings.Replace(strings.Replace(files[incidentPath], "id: INC-2611-K7Q4", "id: "+id, 1), "urgency: high", "urgency: high\nproblem: PRB-2610-M3X9", 1)
	}
	r.commit(more)
	r.git("rm", "--quiet", "records/problems/2026-10/PRB-2610-M3X9.md")
	got := r.staged()
	if want := "error records/problems/2026-10/PRB-2610-M3X9.md: problem PRB-2610-M3X9 is deleted, but 6 records refer to it: INC-2611-AAA0, INC-2611-AAA1, INC-2611-AAA2, 3 more [history/deleted-referenced]\n"; !strings.HasPrefix(told(got), want) || strings.Count(told(got), "note") != maxNamed {
		t.Errorf("got\n%s", told(got))
	}
	if !strings.Contains(string(got.Source("records/problems/2026-10/PRB-2610-M3X9.md")), "runs out of memory") {
		t.Error("the deleted file has no excerpt")
	}
	if len(got.Touched) != 1 || got.Touched[0].Status != 'D' {
		t.Errorf("touched: %v", got.Touched)
	}
}

func TestAnIDThatChangesIsADeletion(t *testing.T) {
	t.Parallel()
	r, files := begun(t)
	r.put(map[string]string{"records/problems/2026-10/PRB-2610-M3X9.md": "", "records/problems/2026-10/PRB-2610-M3XA.md": strings.Replace(files["records/problems/2026-10/PRB-2610-M3X9.md"], "M3X9", "M3XA", 1)})
	r.git("add", "--all")
	if got := told(r.staged()); !strings.Contains(got, "problem PRB-2610-M3X9 is deleted; it seems to have become problem PRB-2610-M3XA [history/deleted]") {
		t.Errorf("got\n%s", got)
	}
}

// TestAMergeInProgressIsJudgedAgainstBothParents stages merges: what a parent has
// already is not new, what the merge makes of them is.
func TestAMergeInProgressIsJudgedAgainstBothParents(t *testing.T) {
	t.Parallel()
	r, files := begun(t)
	wrong := strings.Replace(files["records/services/vpn.md"], "kind: business", "kind: wrong", 1)
	ours := step(t, files[incidentPath], "team: null\n", "at: 2026-11-03T10:00:00Z, by: lee, team: null")
	theirs := step(t, files[incidentPath], "assignee: dana\n", "at: 2026-11-03T10:05:00Z, by: lee, assignee: dana")
	r.git("checkout", "--quiet", "-b", "mine")
	r.commit(map[string]string{"records/services/vpn.md": wrong, incidentPath: theirs})
	r.git("checkout", "--quiet", "main")
	r.commit(map[string]string{incidentPath: ours})
	if out, err := r.try("merge", "--no-commit", "mine"); err == nil {
		t.Fatalf("it merges: %s", out)
	}
	if got := told(r.staged()); !strings.Contains(got, "error "+incidentPath+": both sides change the file, and git cannot merge them [history/merge-conflict]") || strings.Contains(got, "services") {
		t.Errorf("in conflict it gives\n%s", got)
	}
	both := step(t, files[incidentPath], "team: null\nassignee: dana\n", "at: 2026-11-03T10:00:00Z, by: lee, team: null", "at: 2026-11-03T10:05:00Z, by: lee, assignee: dana")
	r.put(map[string]string{incidentPath: both})
	r.git("add", ".")
	if got := r.staged(); len(got.Diagnostics) > 0 {
		t.Errorf("settled it gives\n%s", told(got))
	}
	for name, dropped := range map[string]string{"10:05": ours, "10:00": theirs} {
		r.put(map[string]string{incidentPath: dropped})
		r.git("add", ".")
		if got := told(r.staged()); !strings.Contains(got, "1 log line was removed: {at: 2026-11-03T"+name) {
			t.Errorf("without the line of %s it gives\n%s", name, got)
		}
	}
	r.put(map[string]string{incidentPath: strings.Replace(both, "impact: medium", "impact: huge", 1)})
	r.git("add", ".")
	if got := told(r.staged()); !strings.Contains(got, "[schema/enum]\n  note "+incidentPath+": neither side of the merge has the file like this") {
		t.Errorf("with a fault of its own it gives\n%s", got)
	}
}

// TestACrissCrossMergeIsJudgedFromAllItsBases merges two branches into each other
// and goes on with both.
func TestACrissCrossMergeIsJudgedFromAllItsBases(t *testing.T) {
	t.Parallel()
	r, files := begun(t)
	r.git("checkout", "--quiet", "-b", "mine")
	r.commit(map[string]string{"records/teams/a.md": "---\nid: a\ntitle: A\n---\n"})
	mine := r.git("rev-parse", "HEAD")
	r.git("checkout", "--quiet", "main")
	later := step(t, files[incidentPath], "team: null\n", "at: 2026-11-03T10:00:00Z, by: lee, team: null")
	r.commit(map[string]string{incidentPath: later})
	r.git("merge", "--quiet", "-m", "one", mine)
	r.git("checkout", "--quiet", "mine")
	r.git("merge", "--quiet", "-m", "two", "main~1")
	if bases := strings.Fields(r.git("merge-base", "--all", "main", "mine")); len(bases) != 2 {
		t.Fatalf("bases are %v", bases)
	}
	between := func(at string) string {
		return strings.Replace(later, "  - {at: 2026-11-03T10:00:00Z", "  - {at: "+at+", by: lee, hold: null}\n  - {at: 2026-11-03T10:00:00Z", 1)
	}
	r.commit(map[string]string{incidentPath: between("2026-11-03T09:30:00Z")})
	if got := r.between("main", "mine"); len(got.Diagnostics) > 0 {
		t.Errorf("a line that one base did not have yet gives\n%s", told(got))
	}
	r.commit(map[string]string{incidentPath: strings.Replace(between("2026-11-03T09:30:00Z"), "  - {at: 2026-11-03T09:20", "  - {at: 2026-11-03T09:15:00Z, by: lee, hold: null}\n  - {at: 2026-11-03T09:20", 1)})
	if got := rulesOf(r.between("main", "mine"), diag.Warning); got != "history/back-dated" {
		t.Errorf("a line older than every base gives %q", got)
	}
}

func TestAShallowCloneSaysWhatItCannotTell(t *testing.T) {
	t.Parallel()
	r, files := begun(t)
	r.commit(nil)
	r.git("checkout", "--quiet", "-b", "mine")
	r.commit(map[string]string{"records/teams/a.md": "---\nid: a\ntitle: A\n---\n", "records/teams/b.md": "---\nid: b\ntitle: B\n---\n"})
	r.git("checkout", "--quiet", "main")
	r.commit(map[string]string{incidentPath: strings.Replace(files[incidentPath], "VPN drops", "VPN falls", 1)})
	clone := func(depth string) *repository {
		dir := t.TempDir()
		r.git("clone", "--quiet", "--no-local", "--no-single-branch", "--depth="+depth, "file://"+r.top, dir)
		return &repository{t: t, top: dir, dir: dir}
	}
	if _, err := Between(context.Background(), clone("1").open(), "origin/main", "origin/mine", Options{AsOf: asOf}); !errors.Is(err, ErrShallow) {
		t.Errorf("without the merge base: %v", err)
	}
	got := clone("2").between("origin/main", "origin/mine")
	if told(got) != "info records/teams/a.md: the clone is shallow: whether this id and 1 other were used before cannot be told beyond its oldest commit [history/shallow]\n" {
		t.Errorf("with the merge base:\n%s", told(got))
	}
}

func TestWhatCannotBeComparedIsAnError(t *testing.T) {
	t.Parallel()
	r, _ := begun(t)
	r.git("checkout", "--quiet", "--orphan", "other")
	r.commit(map[string]string{"README.md": "x"})
	repo := r.open()
	ctx := context.Background()
	if _, err := Between(ctx, repo, "main", "other", Options{}); !errors.Is(err, ErrUnrelated) {
		t.Errorf("unrelated: %v", err)
	}
	canary := filepath.Join(t.TempDir(), "canary")
	for _, rev := range []string{"--output=" + canary, "-x", "", "no\nsuch", "HEAD..main", "main other", "^main", "--all", "nowhere"} {
		for _, pair := range [][2]string{{rev, "main"}, {"main", rev}} {
			if _, err := Between(ctx, repo, pair[0], pair[1], Options{}); !errors.As(err, new(*git.UnknownRevisionError)) {
				t.Errorf("%q: %v", pair, err)
			}
		}
	}
	if _, err := os.Stat(canary); err == nil {
		t.Error("a revision wrote a file")
	}
	r.git("checkout", "--quiet", "main")
	r.git("rm", "--quiet", "desk.yaml")
	if _, err := Staged(ctx, repo, Options{}); !errors.Is(err, tree.ErrNoDesk) {
		t.Errorf("without desk.yaml: %v", err)
	}
}

func TestAnIDIsNotUsedAgainWhereverItsRecordLay(t *testing.T) {
	t.Parallel()
	fax := func(title, at string) string {
		return "---\nid: fax\ntitle: " + title + "\nkind: business\nstate: planned\nlog:\n  - {at: " + at + ", by: lee, state: planned}\n---\n\n## Description\n\nIt.\n"
	}
	r, _ := begun(t)
	r.git("checkout", "--quiet", "-b", "side")
	r.commit(map[string]string{"records/services/old/fax.md": fax("Fax", "2026-11-07T08:00:00Z")})
	r.commit(map[string]string{"records/services/old/fax.md": ""})
	r.git("checkout", "--quiet", "main")
	r.git("merge", "--quiet", "--no-ff", "-m", "side", "side")
	r.git("checkout", "--quiet", "-b", "mine")
	r.commit(map[string]string{"records/services/fax.md": fax("Another", "2026-11-09T08:00:00Z")})
	if got := rulesOf(r.between("main", "mine"), diag.Warning); got != "history/reissued" {
		t.Errorf("another record gives %q", got)
	}
	r.commit(map[string]string{"records/services/fax.md": fax("Fax", "2026-11-07T08:00:00Z")})
	if got := r.between("main", "mine"); len(got.Diagnostics) > 0 {
		t.Errorf("the same record gives\n%s", told(got))
	}
}

// TestAHugeChangeTakesSeconds adds and then changes thousands of records.
func TestAHugeChangeTakesSeconds(t *testing.T) {
	t.Parallel()
	const n = 3000
	r, files := begun(t)
	r.git("checkout", "--quiet", "-b", "mine")
	many := map[string]string{}
	for i := range n {
		id := fmt.Sprintf("INC%07d", i)
		many["records/incidents/2026-11/"+id+".md"] = strings.Replace(files[incidentPath], "id: INC-2611-K7Q4", "id: "+id, 1)
	}
	r.commit(many)
	for name, main := range map[string]bool{"added": false, "added beside others": true} {
		if main {
			r.git("checkout", "--quiet", "main")
			r.commit(map[string]string{"records/teams/a.md": "---\nid: a\ntitle: A\n---\n"})
		}
		start := time.Now()
		if got := r.between("main", "mine"); len(got.Diagnostics) > 0 || got.Records != n {
			t.Fatalf("%s: %d records\n%s", name, got.Records, told(got))
		}
		if took := time.Since(start); took > 30*time.Second {
			t.Errorf("%s: it took %s", name, took)
		}
	}
}
