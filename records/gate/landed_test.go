package gate

import (
	"context"
	"fmt"
	"os/exec"
	"strings"
	"testing"
	"time"

	"frontdesk/records"
	"frontdesk/records/approval"
	"frontdesk/records/conflict"
	"frontdesk/records/evidence"
	"frontdesk/records/forge"
)

// TestASeriesLandsAsOne rebases a branch onto main whose record, code and approvals
// are commits of their own.
func TestASeriesLandsAsOne(t *testing.T) {
	t.Parallel()
	s := newScene(t, "desk/")
	s.git("checkout", "--quiet", "-b", "change")
	s.as("eve").commit(map[string]string{"/deploy/web.yaml": "certificate: new\n"}, "Code")
	s.commit(map[string]string{recordPath: changeText}, "Record")
	s.commit(map[string]string{"/src/a.go": "package a\n"}, "More code")
	s.approve("lee", "rosa")
	s.wants(s.of(Options{}), approval.Approved)
	s.git("checkout", "--quiet", "main")
	s.as("mona").commit(map[string]string{"/other.txt": "x\n"}, "Something else")
	s.git("checkout", "--quiet", "change")
	s.merge("rebase")
	s.as("mona").commit(map[string]string{"/another.txt": "x\n"}, "Something else")
	s.wants(s.of(Options{}), approval.Approved, "by [lee rosa]")
	// What follows on the record alone leaves it approved, code does not.
	s.git("checkout", "--quiet", "-b", "next")
	s.as("eve").edit("state: new", "state: implement")
	s.wants(s.between("main", "next", Options{}).Cases[0], approval.Approved)
	s.commit(map[string]string{"/deploy/web.yaml": "evil\n"})
	s.wants(s.between("main", "next", Options{}).Cases[0], approval.Pending, "file deploy/web.yaml")
}

func TestARecordThatMovedIsTheSame(t *testing.T) {
	t.Parallel()
	s := newScene(t, "")
	s.open()
	s.approve("lee", "rosa")
	s.merge("merge")
	s.git("mv", recordPath, "records/changes/"+string(id)+".md")
	s.git("mv", strings.TrimSuffix(recordPath, ".md"), "records/changes/"+string(id))
	s.as("mona").commit(nil, "Reshard")
	s.wants(s.of(Options{}), approval.Approved, "by [lee rosa]")
	s.git("checkout", "--quiet", "-b", "back")
	s.git("mv", "records/changes/"+string(id)+".md", recordPath)
	s.git("mv", "records/changes/"+string(id), strings.TrimSuffix(recordPath, ".md"))
	s.commit(nil, "Back")
	s.wants(s.of(Options{}), approval.Approved, "by [lee rosa]")
}

// TestAnEmergencyIsApprovedAfterwards lands a change without approval, and brings
// that later.
func TestAnEmergencyIsApprovedAfterwards(t *testing.T) {
	t.Parallel()
	s := newScene(t, "")
	s.git("checkout", "--quiet", "-b", "change")
	text := strings.Replace(strings.Replace(changeText, "kind: normal", "kind: emergency", 1), "state: new", "state: implement", 1)
	s.as("eve").commit(map[string]string{recordPath: text, "/deploy/web.yaml": "certificate: new\n"})
	s.wants(s.of(Options{}), approval.Ahead)
	s.merge("squash")
	s.wants(s.of(Options{}), approval.Ahead, "due")
	s.wants(s.of(Options{AsOf: s.now.Add(25 * time.Hour)}), approval.Pending, "overdue")
	s.git("checkout", "--quiet", "-b", "later")
	files := s.say("lee", evidence.Approve)
	s.as("lee").commit(files, "lee approves")
	rep := s.between("main", "later", Options{AsOf: s.now.Add(25 * time.Hour)})
	if len(rep.Cases) != 1 || rep.Cases[0].Needed {
		t.Fatalf("%+v", rep)
	}
	s.wants(rep.Cases[0], approval.Approved, "by [lee]")
	s.merge("merge")
	s.wants(s.of(Options{AsOf: s.now.Add(50 * time.Hour)}), approval.Approved)
}

// TestReviewsCountForWhatWasReviewed has reviewers say something on a forge.
func TestReviewsCountForWhatWasReviewed(t *testing.T) {
	t.Parallel()
	s := newScene(t, "")
	first := s.open()
	review := func(account, state, commit string) evidence.Review {
		s.now = s.now.Add(time.Minute)
		return evidence.Review{Forge: forge.GitHub, Host: "github.com", Repository: "acme/desk", Pull: 7, ID: fmt.Sprint(s.now.Unix()), Account: account, Commit: commit, State: state, SubmittedAt: records.FormatTime(s.now)}
	}
	lee, rosa := review("lee-gh", "APPROVED", first), review("Rosa-GH", "APPROVED", first)
	with := func(rs ...evidence.Review) *Case { t.Helper(); return s.of(Options{Reviews: rs}) }
	s.wants(with(lee, rosa), approval.Approved)
	s.wants(with(lee, lee), approval.Pending, "1 of 2")
	s.wants(with(lee, review("nobody", "APPROVED", first)), approval.Pending, "1 of 2", "nobody")
	s.wants(with(lee, review("mona-gh", "COMMENTED", first)), approval.Pending, "1 of 2")
	s.wants(with(lee, rosa, review("mona-gh", "CHANGES_REQUESTED", strings.Repeat("0", 40))), approval.Rejected, "mona")
	s.wants(with(lee, review("rosa-gh", "APPROVED", strings.Repeat("1", 40))), approval.Pending, "not here")
	s.wants(with(lee, review("rosa-gh", "APPROVED", "--output=x")), approval.Pending, "1 of 2")
	s.wants(with(lee, review("eve-gh", "APPROVED", first)), approval.Pending, "1 of 2")
	s.commit(map[string]string{"/deploy/web.yaml": "certificate: newer\n"})
	second := s.git("rev-parse", "HEAD")
	s.wants(with(lee, rosa), approval.Pending, "file deploy/web.yaml")
	s.wants(with(lee, rosa, review("rosa-gh", "APPROVED", second), review("lee-gh", "APPROVED", second)), approval.Approved)
	lee, rosa = review("lee-gh", "APPROVED", second), review("rosa-gh", "APPROVED", second)
	// The branch is brought up to date: what was reviewed is what is merged.
	s.git("checkout", "--quiet", "main")
	s.as("mona").commit(map[string]string{"/other.txt": "x\n"})
	s.git("checkout", "--quiet", "change")
	s.as("eve").git("merge", "--quiet", "--no-edit", "main")
	s.wants(with(lee, rosa), approval.Approved)
	for _, how := range []string{"merge", "squash"} {
		before := s.git("rev-parse", "main")
		s.git("checkout", "--quiet", "change")
		s.merge(how)
		s.wants(with(lee, rosa), approval.Approved)
		s.git("reset", "--quiet", "--hard", before)
	}
}

func TestAFileOfReviewsNeedsAnAttestor(t *testing.T) {
	t.Parallel()
	s := newScene(t, "")
	first := s.open()
	data := fmt.Appendf(nil, `[{"id":1,"user":{"login":"lee-gh"},"state":"APPROVED","commit_id":%q,"submitted_at":"2026-11-03T10:00:00Z"},
		{"id":2,"user":{"login":"rosa-gh"},"state":"APPROVED","commit_id":%q,"submitted_at":"2026-11-03T10:00:00Z"}]`, first, first)
	pull := forge.Pull{Forge: forge.GitHub, Base: "https://api.github.com", Repository: "acme/desk", Number: 7}
	sign := func(person, namespace string) []byte {
		cmd := exec.Command("ssh-keygen", "-q", "-Y", "sign", "-n", namespace, "-f", keyFolder+"/"+person)
		cmd.Stdin = strings.NewReader(string(data))
		out, err := cmd.Output()
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	o := Options{AsOf: time.Date(2026, 11, 4, 0, 0, 0, 0, time.UTC)}
	for name, sig := range map[string][]byte{"nobody": nil, "a person": sign("eve", "frontdesk-attestation"), "the wrong namespace": sign("pipeline", "frontdesk-approval"), "rubbish": []byte("x")} {
		o.File = &ReviewFile{pull, data, sig}
		if rep, err := Of(context.Background(), s.repo(), "change", id, o); err == nil {
			t.Errorf("signed by %s: %s", name, told(rep.Cases[0]))
		}
	}
	o.File = &ReviewFile{pull, data, sign("pipeline", "frontdesk-attestation")}
	s.wants(s.of(o), approval.Approved, "by [lee rosa]")
	o.File.Data = []byte(strings.Replace(string(data), "lee-gh", "mona-gh", 1))
	if _, err := Of(context.Background(), s.repo(), "change", id, o); err == nil {
		t.Error("a file that was changed after it was signed counts")
	}
}

func TestAssumptionsAreNotSaved(t *testing.T) {
	t.Parallel()
	s := newScene(t, "")
	s.open()
	s.approve("lee")
	assume := func(person string, d evidence.Decision) approval.Vote {
		return approval.Vote{Statement: &evidence.Statement{Person: records.ID(person), Decision: d}}
	}
	s.wants(s.of(Options{Assume: []approval.Vote{assume("rosa", evidence.Approve)}}), approval.Approved)
	s.wants(s.of(Options{Assume: []approval.Vote{assume("rosa", evidence.Approve), assume("mona", evidence.Reject)}}), approval.Rejected)
	s.wants(s.of(Options{Assume: []approval.Vote{assume("rosa", evidence.Approve)}, Ignore: []records.ID{"lee"}}), approval.Pending, "by [rosa]")
	s.wants(s.of(Options{}), approval.Pending, "by [lee]")
}

func TestOpenBranchesConflict(t *testing.T) {
	t.Parallel()
	s := newScene(t, "desk/")
	s.open()
	other := "records/changes/2026-11/CHG-2611-ZZZZ.md"
	s.git("checkout", "--quiet", "-b", "another", "main")
	s.as("mona").commit(map[string]string{other: strings.Replace(changeText, string(id), "CHG-2611-ZZZZ", 1)})
	s.git("checkout", "--quiet", "-b", "stale", "main")
	s.commit(map[string]string{"/x.txt": "x"})
	s.git("checkout", "--quiet", "change")
	c := s.of(Options{Branches: true})
	if len(c.Conflicts) == 0 || c.Conflicts[0].Branch != "another" || c.Conflicts[0].With != "change/CHG-2611-ZZZZ" {
		t.Fatalf("%+v", c.Conflicts)
	}
	if c := s.of(Options{}); len(c.Conflicts) != 0 {
		t.Errorf("%+v", c.Conflicts)
	}
	s.git("checkout", "--quiet", "another")
	rep := s.between("main", "another", Options{Branches: true})
	if len(rep.Cases) != 1 || len(rep.Cases[0].Conflicts) == 0 || rep.Cases[0].Conflicts[0].Branch != "change" {
		t.Errorf("%+v", rep.Cases)
	}
	for _, x := range rep.Cases[0].Conflicts {
		if x.Kind == conflict.UnreadableTimes {
			t.Errorf("%s", x)
		}
	}
}

// templateText is a procedure as its owner writes it.
const templateText = `---
id: renew
title: Renew a certificate
state: published
version: 1
owner: mona
services: [web]
published_at: 2026-11-03T09:00:00Z
log:
  - {at: 2026-11-03T09:00:00Z, by: mona, state: published, version: 1, owner: mona}
---

## Plan

1. Put the new certificate in place.

## Test plan

Done on staging.

## Backout plan

Put the old one back.
`

// TestATemplateIsApprovedOnce has a standard change refer to a template that was
// approved, and to one that was not.
func TestATemplateIsApprovedOnce(t *testing.T) {
	t.Parallel()
	const templatePath = "records/templates/renew.md"
	s := newScene(t, "")
	s.git("checkout", "--quiet", "-b", "template")
	s.as("mona").commit(map[string]string{templatePath: templateText})
	rep := s.between("main", "template", Options{})
	if len(rep.Cases) != 1 || !rep.Cases[0].Needed || rep.Cases[0].Verdict.State != approval.Pending {
		t.Fatalf("%+v", rep.Cases)
	}
	bare := s.merge("merge")
	standard := strings.Replace(changeText, "kind: normal", "kind: standard\ntemplate: renew\ntemplate_version: 1", 1)
	s.git("checkout", "--quiet", "-b", "change")
	s.as("eve").commit(map[string]string{recordPath: standard})
	if c := s.of(Options{}); c.Verdict.State == approval.Approved {
		t.Fatalf("a template that nobody approved will do:\n%s", told(c))
	}
	s.git("checkout", "--quiet", "-B", "main", bare)
	r, err := Of(context.Background(), s.repo(), "template", "renew", s.options(Options{}))
	if err != nil {
		t.Fatal(err)
	}
	st, err := r.Cases[0].Statement("lee", evidence.Approve, "", s.now)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{}
	for name, text := range s.signed(st, "lee") {
		files["records/templates/renew/approvals/"+name[strings.LastIndexByte(name, '/')+1:]] = text
	}
	s.as("lee").commit(files, "lee approves the template")
	s.git("checkout", "--quiet", "-B", "change", "main")
	s.as("eve").commit(map[string]string{recordPath: standard})
	s.wants(s.of(Options{}), approval.Approved)
	s.edit("services: [web]", "services: []")
	if c := s.of(Options{}); c.Verdict.State == approval.Approved {
		t.Logf("%s", told(c))
	}
}
