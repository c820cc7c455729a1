package audit

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// play is the whole of a change, as it should be. It is played once, and copied
// for others who begin with it.
func play(s *scene) {
	s.t.Helper()
	stage.Lock()
	defer stage.Unlock()
	if told := stories[s.folder]; told != nil {
		if err := errors.Join(os.RemoveAll(s.top), os.CopyFS(s.top, os.DirFS(told.top))); err != nil {
			s.t.Fatal(err)
		}
		s.now, s.author = told.now, told.author
		return
	}
	s.land(changeID, "normal", "eve", "ivan", "lee", "rosa")
	s.later(time.Hour).as("ivan").step(changeID, "scheduled", "implement")
	s.later(time.Hour).as("ivan").step(changeID, "implement", "review")
	s.later(time.Hour).as("mona").step(changeID, "review", "closed")
	told := &scene{top: filepath.Join(keyFolder, "story-"+strings.Trim(s.folder, "/")), now: s.now, author: s.author}
	if err := os.CopyFS(told.top, os.DirFS(s.top)); err != nil {
		s.t.Fatal(err)
	}
	stories[s.folder] = told
}

var stories = map[string]*scene{} // by folder

func TestTheAuditOfAStoryAsItShouldBeIsClean(t *testing.T) {
	for _, folder := range []string{"", "desk/"} {
		s := newScene(t, folder)
		play(s)
		rep := s.audit(Options{})
		if rep.Exceptional() != 0 {
			t.Errorf("%q: %s", folder, told(rep))
		}
		want := "Code: before \n" +
			"The desk: before incident/INC-2611-AAAA person/eve person/ivan person/lee person/mona person/rosa service/web team/ops\n" +
			"Merge CHG-2611-W3BC: touched change/CHG-2611-W3BC\n" +
			"Set CHG-2611-W3BC to implement: touched change/CHG-2611-W3BC\n" +
			"Set CHG-2611-W3BC to review: touched change/CHG-2611-W3BC\n" +
			"Set CHG-2611-W3BC to closed: touched change/CHG-2611-W3BC\n"
		if got := populationOf(rep); got != want {
			t.Errorf("%q:\n%s\nwant\n%s", folder, got, want)
		}
		c := rep.Counts()
		if c.Changes != 1 || c.Landings != 4 || c.Approved != 4 || !rep.Complete {
			t.Errorf("%q: %+v", folder, c)
		}
	}
}

func TestEachAttackIsAnException(t *testing.T) {
	for name, c := range map[string]struct {
		attack func(s *scene)
		rules  string   // of the exceptions
		words  []string // among what is told
	}{
		"a change is merged that nobody approved": {func(s *scene) {
			s.land(changeID, "normal", "eve", "ivan")
		}, "not-approved", []string{"change/CHG-2611-W3BC in state scheduled is pending"}},
		"a change with one approval of two is merged": {func(s *scene) {
			s.land(changeID, "normal", "eve", "ivan", "lee")
		}, "not-approved", nil},
		"more is pushed after the approval": {func(s *scene) {
			s.open(changeID, "normal", "eve", "ivan")
			s.approve(changeID, "lee", "rosa")
			s.as("eve").edit(pathOf(changeID), "Put the new certificate", "Put my own certificate")
			s.merge(changeID)
		}, "not-approved", nil},
		"code is pushed under an approved record": {func(s *scene) {
			s.open(changeID, "normal", "eve", "ivan")
			s.approve(changeID, "lee", "rosa")
			s.as("eve").commit("More", map[string]string{"/deploy/web.yaml": "certificate: mine\n"})
			s.merge(changeID)
		}, "not-approved", nil},
		"a guarded file is pushed straight to the branch": {func(s *scene) {
			s.as("eve").commit("Quick fix", map[string]string{"/deploy/web.yaml": "certificate: mine\n"})
		}, "guarded-file-without-record unmapped", []string{"deploy/web.yaml"}},
		"a guarded file is pushed with the name of a change in the message": {func(s *scene) {
			play(s)
			s.as("eve").commit("Quick fix\n\nRecord: "+changeID, map[string]string{"/deploy/web.yaml": "certificate: mine\n"})
		}, "guarded-file-without-record", nil},
		"code is pushed without a record": {func(s *scene) {
			s.as("eve").commit("Quick fix of the vpn by lee", map[string]string{"/README.md": "Mine.\n"})
		}, "unmapped", nil},
		"the requester approves": {func(s *scene) {
			s.land(changeID, "normal", "eve", "ivan", "eve", "lee")
		}, "not-approved self-approval", []string{"eve voted to approve, and may not: the record names them"}},
		"the author approves": {func(s *scene) {
			s.open(changeID, "normal", "eve", "ivan")
			s.as("lee").edit(pathOf(changeID), "in place.", "in its place.")
			s.approve(changeID, "lee", "rosa")
			s.merge(changeID)
		}, "not-approved self-approval", []string{"lee voted to approve, and may not: they are author of"}},
		"somebody signs in another's name": {func(s *scene) {
			s.open(changeID, "normal", "eve", "ivan")
			s.approve(changeID, "rosa")
			s.as("eve").commit("lee approves", s.say(changeID, "lee", "eve"))
			s.merge(changeID)
		}, "not-approved refused-statement", nil},
		"a forged approval beside enough others": {func(s *scene) {
			s.open(changeID, "normal", "eve", "ivan")
			s.approve(changeID, "rosa", "mona")
			s.as("eve").commit("lee approves", s.say(changeID, "lee", "eve"))
			s.merge(changeID)
		}, "refused-statement", nil},
		"the policy is lowered by the change that it is for": {func(s *scene) {
			s.open(changeID, "normal", "eve", "ivan")
			s.as("eve").commit("One is enough", map[string]string{"schema/change.yaml": strings.Replace(policy, "need: 2", "need: 1", 1)})
			s.approve(changeID, "lee", "rosa")
			s.merge(changeID)
		}, "riding", []string{"schema/change.yaml"}},
		"a state is set of a change that was voided": {func(s *scene) {
			play(s)
			s.as("eve").edit(pathOf(changeID), "Put the new certificate", "Put my own certificate")
		}, "not-approved", nil},
		"statements are removed": {func(s *scene) {
			play(s)
			s.git("rm", "--quiet", "-r", approvalsOf(s, changeID))
			s.commit("Tidy up", nil)
		}, "approval-changed", []string{"removed"}},
		"a statement is edited": {func(s *scene) {
			play(s)
			for _, p := range strings.Fields(s.git("ls-files", approvalsOf(s, changeID))) {
				s.commit("Edit", map[string]string{"/" + p: "{}\n"})
			}
		}, "refused-statement approval-changed", []string{"changed"}},
		"the record is removed": {func(s *scene) {
			play(s)
			s.commit("Remove", map[string]string{pathOf(changeID): ""})
		}, "record-removed", nil},
		"a key is revoked": {func(s *scene) {
			play(s)
			s.commit("Lee's key is lost", map[string]string{"signers.revoked": publicKeys["lee"] + "\n"})
		}, "guarded-file-without-record key-revoked unmapped", []string{"the approval of lee rests on the key SHA256:"}},
		"the desk is removed": {func(s *scene) {
			s.commit("Away with it", map[string]string{"desk.yaml": ""})
			s.commit("Free", map[string]string{"/deploy/web.yaml": "certificate: mine\n"})
		}, "guarded-file-without-record unmapped desk-removed", nil},
		"a commit is dated back": {func(s *scene) {
			play(s)
			s.now = s.now.Add(-24 * time.Hour)
			s.edit(incident, "Down", "Down again")
			s.later(48 * time.Hour)
		}, "time-backwards", []string{"23 h before"}},
		"a commit is dated ahead": {func(s *scene) {
			s.later(240*time.Hour).edit(incident, "Down", "Down again")
			s.now = s.now.Add(-230 * time.Hour)
		}, "time-ahead", []string{"9 d later than now"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t, "")
			c.attack(s)
			rep := s.audit(Options{})
			if got := rules(rep); got != c.rules {
				t.Errorf("%s, want %s:\n%s", got, c.rules, told(rep))
			}
			for _, w := range c.words {
				if !strings.Contains(told(rep), w) {
					t.Errorf("no %q in\n%s", w, told(rep))
				}
			}
		})
	}
}

// approvalsOf returns the folder of a change's statements, from the top.
func approvalsOf(s *scene, id string) string {
	return s.folder + strings.TrimSuffix(pathOf(id), ".md") + "/approvals"
}

func TestAnEmergencyIsApprovedInTimeLateOrNever(t *testing.T) {
	for name, c := range map[string]struct {
		after    time.Duration // of the approval; 0 is never
		asOf     time.Duration
		rules    string
		contains string
	}{
		"in time":      {20 * time.Hour, 48 * time.Hour, "", ""},
		"late":         {30 * time.Hour, 48 * time.Hour, "late-approval", "6 h late"},
		"never":        {0, 25 * time.Hour, "missing-retro-approval", "is not approved"},
		"not yet":      {0, 3 * time.Hour, "", "retro-approval-due [information]"},
		"after a step": {20 * time.Hour, 48 * time.Hour, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t, "")
			s.land(changeID, "emergency", "eve", "ivan")
			landed := s.now
			s.later(time.Minute).as("ivan").step(changeID, "scheduled", "implement")
			if c.after > 0 {
				s.later(c.after)
				s.approve(changeID, "lee")
			}
			if name == "after a step" {
				s.as("mona").step(changeID, "implement", "review")
			}
			rep := s.audit(Options{AsOf: landed.Add(c.asOf)})
			if got := rules(rep); got != c.rules || !strings.Contains(told(rep), c.contains) {
				t.Errorf("%s, want %s:\n%s", got, c.rules, told(rep))
			}
			if age, ok := rep.Changes[0].Age(); ok != (c.after > 0) || ok && age.Round(time.Hour) != c.after {
				t.Errorf("age %s, %v", age, ok)
			}
		})
	}
}

func TestLogsAreComparedWithTheirCommits(t *testing.T) {
	for name, c := range map[string]struct {
		lines string // at the log's end
		old   string // a part of the record that is replaced
		new   string
		rules string
	}{
		"a line of the time":             {lines: "  - {at: 2026-11-03T09:10:00Z, by: lee, state: in-progress}\n"},
		"a line before the last":         {lines: "  - {at: 2026-11-03T07:10:00Z, by: lee, state: in-progress}\n", rules: "log-back-dated"},
		"a line of tomorrow":             {lines: "  - {at: 2026-11-04T09:10:00Z, by: lee, state: in-progress}\n", rules: "log-future"},
		"a line before it in block form": {lines: "  -\n    by: lee\n    'at': 2026-11-03T07:10:00Z\n    state: in-progress\n", rules: "log-back-dated"},
		"a line that is altered":         {old: "by: lee, state: new", new: "by: eve, state: new", rules: "log-changed"},
		"a line that is gone":            {old: "  - {at: 2026-11-03T08:00:00Z, by: lee, state: new}\n", new: "", rules: "log-changed"},
		"a line in another form":         {old: "{at: 2026-11-03T08:00:00Z, by: lee, state: new}", new: "{by: lee, at: \"2026-11-03T08:00:00Z\", state: 'new'}"},
		"the log in brackets":            {old: "log:\n  - {at: 2026-11-03T08:00:00Z, by: lee, state: new}\n", new: "log: [{at: 2026-11-03T08:00:00Z, by: lee, state: new}]\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newScene(t, "")
			text := s.read(incident)
			if c.lines != "" {
				text = strings.TrimSuffix(text, "---\n") + c.lines + "---\n"
			} else if text = strings.Replace(text, c.old, c.new, 1); text == s.read(incident) {
				t.Fatal("nothing is replaced")
			}
			s.commit("Edit", map[string]string{incident: text})
			rep := s.audit(Options{})
			if got := rules(rep); got != c.rules {
				t.Errorf("%s, want %s:\n%s", got, c.rules, told(rep))
			}
		})
	}
}

func TestALogSurvivesARecordThatCannotBeRead(t *testing.T) {
	s := newScene(t, "")
	text := s.read(incident)
	s.commit("Break it", map[string]string{incident: "---\nid: [\n---\n"})
	s.commit("Mend it, without its past", map[string]string{incident: strings.Replace(text, "by: lee", "by: eve", 1)})
	if rep := s.audit(Options{}); rules(rep) != "log-changed" {
		t.Error(told(rep))
	}
}

func TestTwoWhoWriteAtOnceDateNothingBack(t *testing.T) {
	s := newScene(t, "")
	line := func(at string) string {
		return strings.TrimSuffix(s.read(incident), "---\n") + "  - {at: 2026-11-03T09:" + at + ":00Z, by: lee, state: in-progress}\n---\n"
	}
	s.git("checkout", "--quiet", "-b", "side")
	early := line("01")
	s.commit("Early", map[string]string{incident: early})
	s.git("checkout", "--quiet", "main")
	s.commit("Late", map[string]string{incident: line("05")})
	late := s.read(incident)
	s.git("merge", "--quiet", "--no-ff", "-s", "ours", "--no-commit", "side")
	s.commit("Merge", map[string]string{incident: strings.TrimSuffix(late, "---\n") + "  - {at: 2026-11-03T09:01:00Z, by: lee, state: in-progress}\n---\n"})
	if rep := s.audit(Options{}); rep.Exceptional() != 0 {
		t.Error(told(rep))
	}
}

func TestPersonsWhoApproveEachOtherAreTold(t *testing.T) {
	s := newScene(t, "")
	s.land(changeID, "normal", "eve", "ivan", "lee", "rosa")
	s.land("CHG-2611-ZZZZ", "normal", "lee", "mona", "eve", "rosa")
	rep := s.audit(Options{})
	if rep.Exceptional() != 0 || !strings.Contains(told(rep), "reciprocal-approval [information] : eve approved change/CHG-2611-ZZZZ of lee; lee approved change/CHG-2611-W3BC of eve") {
		t.Error(told(rep))
	}
}

func TestCommitsThatTouchNoRecordNameOne(t *testing.T) {
	s := newScene(t, "")
	for message, want := range map[string]string{
		"Note on INC-2611-AAAA":                "claimed incident/INC-2611-AAAA",
		"inc-2611-aaaa: more":                  "claimed incident/INC-2611-AAAA",
		"Thanks, lee":                          "unmapped ",
		"About team/ops":                       "claimed team/ops",
		"Work\n\nThe text.\n\nRecord: web":     "claimed service/web",
		"Record: INC-2611-BBBB":                "unmapped ",
		"See INC-2611-AAAAA":                   "unmapped ",
		"Records: 12":                          "unmapped ",
		"Both INC-2611-AAAA, and (person/eve)": "claimed incident/INC-2611-AAAA person/eve",
	} {
		s.commit(message, nil)
		rep := s.audit(Options{})
		e := rep.Entries[len(rep.Entries)-1]
		if got := fmt.Sprint(e.Basis, " ", strings.Join(e.Records, " ")); got != want {
			t.Errorf("%q: %s, want %s", message, got, want)
		}
	}
}

func TestThePeriodLeavesNoCommitOut(t *testing.T) {
	s := newScene(t, "")
	day := func(n int, text string) {
		s.now = time.Date(2026, 11, n, 12, 0, 0, 0, time.UTC)
		s.edit(incident, s.read(incident)[:0]+"title: ", "title: "+text)
	}
	day(5, "five ")
	day(9, "nine ")
	day(4, "four ") // dated back
	day(6, "six ")
	day(10, "ten ")
	at := func(n int) time.Time { return time.Date(2026, 11, n, 0, 0, 0, 0, time.UTC) }
	for _, c := range []struct {
		from, to time.Time
		want     int
	}{{at(5), at(7), 4}, {at(1), at(30), 7}, {at(11), at(12), 0}, {time.Time{}, at(5), 5}, {at(10), time.Time{}, 1}} {
		rep := s.audit(Options{From: c.from, To: c.to, AsOf: at(20)})
		if len(rep.Entries) != c.want {
			t.Errorf("%s to %s: %d commits, want %d:\n%s", c.from, c.to, len(rep.Entries), c.want, populationOf(rep))
		}
	}
}

func TestAShallowCloneSaysSo(t *testing.T) {
	s := newScene(t, "")
	play(s)
	clone := &scene{t: t, top: t.TempDir(), now: s.now, author: "mona"}
	clone.git("clone", "--quiet", "--depth=2", "--branch=main", "file://"+s.top, ".")
	rep := clone.audit(Options{})
	if rules(rep) != "not-judged shallow" || rep.Complete || len(rep.Entries) != 2 {
		t.Error(told(rep), populationOf(rep))
	}
}

func TestABranchThatIsNotThereIsNamed(t *testing.T) {
	s := newScene(t, "")
	_, err := Run(t.Context(), s.repo(), Options{Branch: "release", AsOf: s.now})
	if err == nil || !strings.Contains(err.Error(), `no branch "release"`) {
		t.Error(err)
	}
	clone := &scene{t: t, top: t.TempDir(), now: s.now, author: "mona"}
	clone.git("clone", "--quiet", s.top, ".")
	clone.git("checkout", "--quiet", "--detach")
	clone.git("branch", "--quiet", "-D", "main")
	if rep := clone.audit(Options{}); rep.Branch != "main" || len(rep.Entries) != 2 {
		t.Errorf("%+v", rep)
	}
}

// rebase lands a branch as forges do that rebase: its commits are made anew, one
// after the other, when everything is said.
func (s *scene) rebase(id string) {
	s.t.Helper()
	s.git("checkout", "--quiet", id)
	s.git("rebase", "--quiet", "--force-rebase", "main")
	s.git("checkout", "--quiet", "main")
	s.git("merge", "--quiet", "--ff-only", id)
}

func TestARebasedPullRequestIsApprovedAsAWhole(t *testing.T) {
	d := newDesk(t)
	d.git("checkout", "--quiet", "-b", changeID)
	d.as("eve").commit("Code first", map[string]string{"/deploy/web.yaml": "certificate: new\n"})
	d.commit("Record then", map[string]string{pathOf(changeID): changeText(changeID, "normal", "eve", "ivan")})
	d.later(time.Hour).approve(changeID, "lee", "rosa")
	d.git("checkout", "--quiet", "main")
	d.as("lee").edit(incident, "Down", "Down again")
	d.later(time.Hour).as("mona").rebase(changeID)
	rep := d.check(7, 0)
	if rep.Exceptional() != 0 || !strings.Contains(populationOf(rep), "Code first: together change/CHG-2611-W3BC\n") {
		t.Error(told(rep), populationOf(rep))
	}
	d.as("ivan").step(changeID, "scheduled", "implement")
	if rep := d.check(1, 7); rep.Exceptional() != 0 {
		t.Error(told(rep))
	}
}

func TestWhoApprovesWhatHasLandedApprovesTooLate(t *testing.T) {
	s := newScene(t, "")
	s.open(changeID, "normal", "eve", "ivan")
	s.git("checkout", "--quiet", "main")
	s.git("merge", "--quiet", "--ff-only", changeID)
	s.later(time.Hour).approve(changeID, "lee", "rosa")
	if rep := s.audit(Options{}); rules(rep) != "not-approved" || !strings.Contains(told(rep), "; it was approved 60 min later, in ") && !strings.Contains(told(rep), "; it was approved 1 h later, in ") {
		t.Error(told(rep))
	}
}

func TestARecordThatMovesKeepsWhatWasSaidOfIt(t *testing.T) {
	s := newScene(t, "")
	play(s)
	dir := strings.TrimSuffix(pathOf(changeID), ".md")
	if err := os.MkdirAll(filepath.Join(s.top, filepath.Dir(dir), "W"), 0o755); err != nil {
		t.Fatal(err)
	}
	s.git("mv", pathOf(changeID), filepath.Join(filepath.Dir(dir), "W", changeID+".md"))
	s.git("mv", dir, filepath.Join(filepath.Dir(dir), "W", changeID))
	s.commit("Reshard", nil)
	rep := s.audit(Options{})
	if rep.Exceptional() != 0 || !strings.Contains(populationOf(rep), "Reshard: touched change/CHG-2611-W3BC\n") {
		t.Error(told(rep), populationOf(rep))
	}
}
