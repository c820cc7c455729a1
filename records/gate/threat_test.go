package gate

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"frontdesk/records"
	"frontdesk/records/approval"
	"frontdesk/records/change"
	"frontdesk/records/evidence"
	"frontdesk/records/forge"
	"frontdesk/records/tree"
)

// TestWhoHadAHandInItMayNotApprove tries every way to hide who wrote a change.
func TestWhoHadAHandInItMayNotApprove(t *testing.T) {
	t.Parallel()
	s := newScene(t, "")
	s.open()
	s.approve("lee", "rosa")
	start := s.git("rev-parse", "HEAD")
	again := func(do func()) *Case {
		t.Helper()
		s.git("checkout", "--quiet", "-B", "change", start)
		do()
		return s.of(Options{})
	}
	rewrite := func(extra ...string) func() {
		return func() {
			s.git("reset", "--quiet", "--soft", "main")
			s.git(append(extra, "commit", "--quiet", "-m", "Renew")...)
		}
	}
	s.wants(again(rewrite()), approval.Approved)
	s.author = "lee"
	s.wants(again(rewrite()), approval.Pending, "1 of 2", "lee")
	s.author = "eve"
	for _, line := range []string{"Co-authored-by: Lee <LEE@example.com>", "co-AUTHORED-by:lee@example.com", "> Co-Authored-By : Lee Example <lee@example.com>\n\nmore text", "x\r\nCo-authored-by: Ivan <ivan@example.com>, Lee <lee@example.com>\r\n"} {
		c := again(func() {
			s.git("reset", "--quiet", "--soft", "main")
			s.git("commit", "--quiet", "-m", "Renew\n\n"+line)
		})
		s.wants(c, approval.Pending, "1 of 2", "lee")
	}
	for _, line := range []string{"Co-authored-by: Bot <bot@nowhere.example>", "Co-authored-by: somebody"} {
		c := again(func() {
			s.git("reset", "--quiet", "--soft", "main")
			s.git("commit", "--quiet", "-m", "Renew\n\n"+line)
		})
		s.wants(c, approval.Failed, "nobody knows who")
	}
	s.wants(again(func() {
		s.git("reset", "--quiet", "--soft", "main")
		s.git("commit", "--quiet", "--author", "Stranger <stranger@example.net>", "-m", "Renew")
	}), approval.Failed, "stranger@example.net")
	// A forge's own committer is nobody, another unknown one is not.
	for address, want := range map[string]approval.State{"noreply@github.com": approval.Approved, "bot@ci.example": approval.Failed} {
		c := again(func() {
			tree := s.git("rev-parse", "HEAD^{tree}")
			cmd := exec.Command("git", "commit-tree", "-p", "main", "-m", "Renew", tree)
			cmd.Dir = s.top
			cmd.Env = append(os.Environ(), "GIT_AUTHOR_NAME=Eve", "GIT_AUTHOR_EMAIL=eve@example.com", "GIT_COMMITTER_NAME=Forge", "GIT_COMMITTER_EMAIL="+address)
			out, err := cmd.Output()
			if err != nil {
				t.Fatal(err)
			}
			s.git("reset", "--quiet", "--hard", strings.TrimSpace(string(out)))
		})
		s.wants(c, want)
	}
	// Who only wrote a note, or put the branch up to date, had no hand in it.
	s.wants(again(func() {
		s.as("lee").edit("## Work notes\n", "## Work notes\n\n### 2026-11-03T10:00:00Z lee\n\nSeen.\n")
		s.edit("state: new", "state: assess")
		s.as("eve")
	}), approval.Approved)
	// Who settled something while merging did.
	s.wants(again(func() {
		s.git("checkout", "--quiet", "-b", "side", "main")
		s.as("mona").commit(map[string]string{"/other.txt": "x\n"})
		s.git("checkout", "--quiet", "change")
		s.as("lee").git("merge", "--quiet", "--no-ff", "--no-commit", "side")
		s.put(map[string]string{"/deploy/web.yaml": "certificate: newer\n"})
		s.git("add", "--all")
		s.git("commit", "--quiet", "-m", "Merge")
		s.as("eve")
	}), approval.Failed, "lee may not", "mona may not")
	// Whoever opened the pull request is one of them.
	s.git("checkout", "--quiet", "-B", "change", start)
	s.wants(s.of(Options{Opener: &Account{forge.GitHub, "lee-gh"}}), approval.Pending, "1 of 2")
	s.wants(s.of(Options{Opener: &Account{forge.GitHub, "some-bot"}}), approval.Approved)
}

func TestTrailersAreShownAndNeverCounted(t *testing.T) {
	t.Parallel()
	s := newScene(t, "")
	s.open()
	s.approve("lee")
	s.commit(nil, "More", "", "Approved-by: Rosa Example <rosa@example.com>", "reviewed-BY: Mona")
	rep, err := Of(context.Background(), s.repo(), "change", id, s.options(Options{}))
	if err != nil {
		t.Fatal(err)
	}
	s.wants(rep.Cases[0], approval.Pending, "1 of 2")
	if len(rep.Trailers) != 2 {
		t.Fatalf("%+v", rep.Trailers)
	}
}

// TestTrustedFilesDoNotRide has a change lower its own policy.
func TestTrustedFilesDoNotRide(t *testing.T) {
	t.Parallel()
	for name, files := range map[string]map[string]string{
		"policy":     {"schema/change.yaml": strings.Replace(policy, "need: 2", "need: 1", 1)},
		"desk":       {"desk.yaml": "version: 1\nname: Mine\n"},
		"signers":    {"signers": "rosa " + publicKeys["eve"] + "\n"},
		"person":     {"records/people/zoe.md": "---\nid: zoe\ntitle: Zoe\nemail: zoe@example.com\n---\n"},
		"codeowners": {"/.github/CODEOWNERS": "* @eve\n"},
		"pipeline":   {"/.github/workflows/gate.yml": "run: frontdesk gate\n"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t, "desk/")
			s.open()
			s.commit(files)
			s.approve("lee", "rosa")
			s.wants(s.of(Options{}), approval.Failed, "comes together with")
			s.merge("squash")
			s.wants(s.of(Options{}), approval.Failed, "comes together with")
		})
	}
	t.Run("a pipeline that has nothing to do with it", func(t *testing.T) {
		s := newScene(t, "")
		s.open()
		s.commit(map[string]string{"/.github/workflows/test.yml": "run: go test\n"})
		s.approve("lee", "rosa")
		s.wants(s.of(Options{}), approval.Approved)
	})
	t.Run("a record that asks for just that", func(t *testing.T) {
		s := newScene(t, "")
		s.git("checkout", "--quiet", "-b", "change")
		s.as("eve").commit(map[string]string{recordPath: changeText, "records/people/zoe.md": "---\nid: zoe\ntitle: Zoe\nemail: zoe@example.com\n---\n"})
		s.approve("lee", "rosa")
		s.wants(s.of(Options{}), approval.Approved)
		s.commit(map[string]string{"records/people/zoe.md": "---\nid: zoe\ntitle: Zoe\nemail: eve@evil.example\n---\n"})
		s.wants(s.of(Options{}), approval.Pending, "file records/people/zoe.md")
	})
}

func TestTheOldPolicyJudgesTheNewOne(t *testing.T) {
	t.Parallel()
	s := newScene(t, "")
	s.git("checkout", "--quiet", "-b", "change")
	s.as("eve").commit(map[string]string{recordPath: changeText, "schema/change.yaml": strings.Replace(policy, "need: 2", "need: 0", 1)})
	s.wants(s.of(Options{}), approval.Pending, "0 of 2")
}

func TestGuardedFilesNeedARecord(t *testing.T) {
	t.Parallel()
	s := newScene(t, "desk/")
	s.git("checkout", "--quiet", "-b", "change")
	s.as("eve").commit(map[string]string{"/deploy/web.yaml": "evil\n", "/README.md": "x\n"})
	if rep := s.between("main", "change", Options{}); fmt.Sprint(rep.Unguarded) != "[deploy/web.yaml]" || len(rep.Cases) != 0 {
		t.Fatalf("%+v", rep)
	}
	s.git("mv", "deploy/web.yaml", "deploy/shop.yaml")
	s.commit(nil)
	if rep := s.between("main", "change", Options{}); fmt.Sprint(rep.Unguarded) != "[deploy/shop.yaml deploy/web.yaml]" {
		t.Fatalf("%+v", rep)
	}
}

func TestAnApprovalIsForOneBranch(t *testing.T) {
	t.Parallel()
	s := newScene(t, "")
	s.git("branch", "release")
	s.open()
	s.approve("lee", "rosa")
	s.wants(s.of(Options{}), approval.Approved)
	s.wants(s.of(Options{Target: "release"}), approval.Pending, "[target]")
	rep := s.between("release", "change", Options{})
	if rep.Target != "refs/heads/release" {
		t.Fatalf("the target is %s", rep.Target)
	}
	s.wants(rep.Cases[0], approval.Pending, "[target]")
}

func TestWhatIsNoProofIsRefused(t *testing.T) {
	t.Parallel()
	s := newScene(t, "")
	s.open()
	start := s.git("rev-parse", "HEAD")
	c := s.of(Options{})
	st := func(person string) *evidence.Statement {
		out, err := c.Statement(records.ID(person), evidence.Approve, "", s.now)
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	other := st("rosa")
	other.Record = "change/CHG-2611-XXXX"
	attested := st("rosa")
	attested.Evidence, attested.Review = evidence.ByReview, &evidence.Review{Forge: "github", Host: "github.com", Repository: "acme/desk", Pull: 7, ID: "1", Account: "rosa-gh", Commit: start, State: "APPROVED", SubmittedAt: records.FormatTime(s.now)}
	stranger := *attested
	stranger.Review = &evidence.Review{Forge: "github", Host: "github.com", Repository: "acme/desk", Pull: 7, ID: "1", Account: "lee-gh", Commit: start, State: "APPROVED", SubmittedAt: records.FormatTime(s.now)}
	comment := *attested
	comment.Review = &evidence.Review{Forge: "github", Host: "github.com", Repository: "acme/desk", Pull: 7, ID: "1", Account: "rosa-gh", Commit: start, State: "COMMENTED", SubmittedAt: records.FormatTime(s.now)}
	unsigned := s.signed(st("rosa"), "rosa")
	for name := range unsigned {
		if strings.HasSuffix(name, ".sig") {
			delete(unsigned, name)
		}
	}
	half := s.signed(st("rosa"), "rosa")
	for name, text := range half {
		if strings.HasSuffix(name, ".sig") {
			half[name] = text[:len(text)/2]
		}
	}
	for name, c := range map[string]struct {
		files map[string]string
		want  string
	}{
		"another person's key":            {s.signed(st("rosa"), "eve"), "eve"},
		"a statement on another record":   {s.signed(other, "rosa"), "CHG-2611-XXXX"},
		"no signature":                    {unsigned, "signature"},
		"half a signature":                {half, "signature"},
		"an attestation by no attestor":   {s.signed(attested, "rosa"), "namespace"},
		"an attestation of another's":     {s.signed(&stranger, "pipeline"), "lee"},
		"an attestation of a comment":     {s.signed(&comment, "pipeline"), "COMMENTED"},
		"a review that somebody made up":  {s.signed(attested, "eve"), "namespace"},
		"something that is too large":     {map[string]string{folderOf(recordPath) + "rosa-00000000.json": strings.Repeat("x", maxStatement+1)}, "larger"},
		"something that is no statement":  {map[string]string{folderOf(recordPath) + "rosa-00000000.json": "{}\n"}, "rosa-00000000.json"},
		"a signature without a statement": {map[string]string{folderOf(recordPath) + "rosa-00000000.json.sig": "x"}, "without a statement"},
	} {
		t.Run(name, func(t *testing.T) {
			s.t = t
			s.git("checkout", "--quiet", "-B", "change", start)
			s.commit(c.files)
			s.wants(s.of(Options{}), approval.Pending, "0 of 2", "refused", c.want)
		})
	}
	s.t = t
	s.git("checkout", "--quiet", "-B", "change", start)
	s.commit(s.signed(attested, "pipeline"))
	s.wants(s.of(Options{}), approval.Pending, "1 of 2", "by [rosa]")
	flood := map[string]string{}
	for i := range maxStatements + 1 {
		flood[fmt.Sprintf("%sx-%08d.json", folderOf(recordPath), i)] = fmt.Sprint(i)
	}
	s.commit(flood)
	if _, err := Of(context.Background(), s.repo(), "change", id, s.options(Options{})); err == nil {
		t.Error("a flood of statements is no error")
	}
}

func TestARevokedKeyNeverCounts(t *testing.T) {
	t.Parallel()
	s := newScene(t, "")
	s.open()
	s.approve("lee", "rosa")
	s.merge("merge")
	s.wants(s.of(Options{}), approval.Approved)
	s.as("mona").commit(map[string]string{"signers.revoked": publicKeys["rosa"] + "\n"})
	s.wants(s.of(Options{}), approval.Pending, "revoked", "1 of 2")
}

func TestKeysThatCameLaterDoNotCount(t *testing.T) {
	t.Parallel()
	s := newScene(t, "")
	lines := deskFilesOf()["signers"]
	s.commit(map[string]string{"signers": strings.Replace(lines, "rosa namespaces", "# rosa namespaces", 1)})
	s.open()
	s.approve("lee", "rosa")
	s.wants(s.of(Options{}), approval.Pending, "1 of 2")
	s.merge("merge")
	s.as("mona").commit(map[string]string{"signers": lines})
	s.wants(s.of(Options{}), approval.Pending, "1 of 2")
}

func TestReplacedObjectsAreNotSeen(t *testing.T) {
	t.Parallel()
	s := newScene(t, "")
	s.open()
	s.approve("lee", "rosa")
	good := s.git("rev-parse", "change:"+recordPath)
	s.edit("2026-11-10T14:00:00Z", "2026-11-10T18:00:00Z")
	s.git("replace", s.git("rev-parse", "change:"+recordPath), good)
	s.wants(s.of(Options{}), approval.Pending, "0 of 2")
}

func TestABrokenDeskApprovesNothing(t *testing.T) {
	t.Parallel()
	s := newScene(t, "")
	s.commit(map[string]string{"desk.yaml": "version: 1\nname: [\n"})
	s.open()
	_, err := Between(context.Background(), s.repo(), "main", "change", s.options(Options{}))
	if !errors.As(err, new(*BrokenError)) {
		t.Fatalf("%v", err)
	}
	s.git("checkout", "--quiet", "-B", "change", "main")
	s.commit(map[string]string{"desk.yaml": deskFilesOf()["desk.yaml"]})
	if rep := s.between("main", "change", Options{}); len(rep.Cases) != 0 || len(rep.Notes) != 1 {
		t.Fatalf("%+v", rep)
	}
	for name, text := range map[string]string{"no rules": strings.Split(policy, "  rules:")[0], "no YAML": "type: change\nextends: change\npolicy: [\n", "no rule that applies": strings.ReplaceAll(policy, "'normal'", "'other'")} {
		s := newScene(t, "")
		s.commit(map[string]string{"schema/change.yaml": text})
		s.open()
		rep, err := Between(context.Background(), s.repo(), "main", "change", s.options(Options{}))
		if err == nil && (len(rep.Cases) != 1 || !rep.Cases[0].Needed || rep.Cases[0].Verdict.State == approval.Approved) {
			t.Errorf("%s: %+v", name, rep)
		}
	}
}

func TestWithoutADeskOrHistoryNothingIsJudged(t *testing.T) {
	t.Parallel()
	s := newScene(t, "")
	s.git("checkout", "--quiet", "--orphan", "other")
	s.commit(map[string]string{"desk.yaml": "", "other.txt": "x"})
	_, err := Between(context.Background(), s.repo(), "other", "main", s.options(Options{}))
	if !errors.Is(err, tree.ErrNoDesk) {
		t.Errorf("%v", err)
	}
	_, err = Between(context.Background(), s.repo(), "main", "other", s.options(Options{}))
	if !errors.Is(err, change.ErrUnrelated) {
		t.Errorf("%v", err)
	}
	s.git("checkout", "--quiet", "--force", "main")
	s.open()
	s.approve("lee", "rosa")
	s.merge("merge")
	shallow := &scene{t: t, top: filepath.Join(t.TempDir(), "clone"), now: s.now, author: "eve"}
	if out, err := exec.Command("git", "clone", "--quiet", "--depth=1", "file://"+s.top, shallow.top).CombinedOutput(); err != nil {
		t.Fatalf("%s", out)
	}
	_, err = Of(context.Background(), shallow.repo(), "change", id, shallow.options(Options{}))
	if !errors.Is(err, change.ErrShallow) {
		t.Errorf("%v", err)
	}
}

func TestConflictsAreNotApproved(t *testing.T) {
	t.Parallel()
	s := newScene(t, "")
	s.open()
	s.approve("lee", "rosa")
	s.git("checkout", "--quiet", "main")
	s.as("mona").commit(map[string]string{"/deploy/web.yaml": "certificate: other\n"})
	s.git("checkout", "--quiet", "change")
	s.wants(s.of(Options{}), approval.Failed, "cannot merge deploy/web.yaml")
}

func TestAFileThatOneSideDeletedIsAConflict(t *testing.T) {
	t.Parallel()
	s := newScene(t, "")
	s.open()
	s.commit(map[string]string{"/README.md": ""})
	s.approve("lee", "rosa")
	s.wants(s.of(Options{}), approval.Approved)
	s.git("checkout", "--quiet", "main")
	s.as("mona").commit(map[string]string{"/README.md": "Other code.\n"})
	s.git("checkout", "--quiet", "change")
	s.wants(s.of(Options{}), approval.Failed, "cannot merge README.md")
}

// TestTwinsAreNotApproved hides what is done behind a record of the same id.
func TestTwinsAreNotApproved(t *testing.T) {
	t.Parallel()
	s := newScene(t, "")
	s.open()
	s.approve("lee", "rosa")
	twin := map[string]string{"records/changes/2026-12/CHG-2611-W3BC.md": strings.Replace(changeText, "T14:00", "T20:00", 1)}
	branch := s.git("rev-parse", "HEAD")
	s.commit(twin)
	s.wants(s.of(Options{}), approval.Failed, "more than once")
	s.git("reset", "--quiet", "--hard", branch)
	s.merge("merge")
	s.git("checkout", "--quiet", "-b", "twin")
	s.as("eve").commit(twin)
	rep := s.between("main", "twin", Options{})
	if len(rep.Cases) != 1 || !rep.Cases[0].Needed {
		t.Fatalf("%+v", rep)
	}
	s.wants(rep.Cases[0], approval.Failed, "more than once")
}

func TestARejectionDoesNotGetLostOnTheWay(t *testing.T) {
	t.Parallel()
	s := newScene(t, "")
	s.open()
	s.approve("lee", "rosa")
	s.as("mona").commit(s.say("mona", evidence.Reject), "No")
	s.git("mv", recordPath, "records/changes/"+string(id)+".md")
	s.git("mv", strings.TrimSuffix(recordPath, ".md"), "records/changes/"+string(id))
	for _, name := range strings.Fields(s.git("ls-files", "records/changes/"+string(id)+"/approvals/mona-*")) {
		s.git("rm", "--quiet", "--force", name)
	}
	s.as("eve").commit(nil, "Tidy up")
	s.wants(s.of(Options{}), approval.Rejected, "mona")
}

// TestTheRemoteIsBelieved has somebody call a branch of their own main.
func TestTheRemoteIsBelieved(t *testing.T) {
	t.Parallel()
	s := newScene(t, "")
	clone := &scene{t: t, top: filepath.Join(t.TempDir(), "clone"), now: s.now, author: "eve"}
	if out, err := exec.Command("git", "clone", "--quiet", s.top, clone.top).CombinedOutput(); err != nil {
		t.Fatalf("%s", out)
	}
	clone.commit(map[string]string{"schema/change.yaml": strings.Replace(policy, "need: 2", "need: 1", 1)})
	clone.commit(map[string]string{recordPath: changeText})
	rep, err := Of(context.Background(), clone.repo(), "change", id, clone.options(Options{}))
	if err != nil {
		t.Fatal(err)
	}
	if rep.BaseRef != "refs/remotes/origin/main" || !strings.Contains(told(rep.Cases[0]), "0 of 2") {
		t.Errorf("%s %s", rep.BaseRef, told(rep.Cases[0]))
	}
}

func TestNobodyNamesTheirOwnTarget(t *testing.T) {
	t.Parallel()
	s := newScene(t, "")
	s.git("branch", "--move", "main", "trunk")
	s.commit(map[string]string{"desk.yaml": "version: 1\nname: Ops\nbranches: [evil]\n"})
	s.git("branch", "evil")
	_, err := Of(context.Background(), s.repo(), "change", id, s.options(Options{}))
	if !errors.Is(err, ErrNoTarget) {
		t.Errorf("%v", err)
	}
}
