package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// one makes a single commit of main, of what the work tree holds.
func (s *seat) one(message string, parents ...string) {
	s.t.Helper()
	s.git("add", "-A")
	args := []string{"commit-tree", "-m", message, strings.TrimSpace(s.git("write-tree"))}
	for _, p := range parents {
		args = append(args, "-p", p)
	}
	s.git("checkout", "-q", "-f", "-B", "main", strings.TrimSpace(s.git(args...)))
}

// lets has an administrator push what a person has on main past the hook.
func (c *company) lets(s *seat) {
	c.t.Helper()
	c.guard(false)
	s.git("push", "-q", "origin", "main")
	c.guard(true)
}

// scheduled takes the story's record to scheduled, commit by commit.
func (s *seat) scheduled(states ...string) {
	s.t.Helper()
	for _, state := range states {
		s.frontdesk("set", storyID, "state="+state, "--commit")
	}
}

const needsTwo, needsNone = "need: 2, from: [anyone]", "need: 0"

// detours are attacks that go round an approval, or use one twice.
func detours() []attack {
	return []attack{
		{"a policy that is there on the way alone", func(c *company) *seat {
			eve := c.at("eve", "main")
			eve.edit("schema/change.yaml", needsTwo, needsNone)
			eve.commit("CHG-2611-W3BC: law")
			eve.edit("schema/change.yaml", needsNone, needsTwo)
			putFile(c.t, eve.dir, storyPath, storyChange)
			eve.commit("CHG-2611-W3BC")
			return eve
		}, "schema/change.yaml", ""},
		{"a service's owner that is there on the way alone", func(c *company) *seat {
			eve := c.at("eve", "main")
			eve.frontdesk("set", "web", "owner=eve", "--commit")
			putFile(c.t, eve.dir, storyPath, storyChange)
			eve.commit("CHG-2611-W3BC")
			eve.frontdesk("set", "web", "owner=mona", "--commit")
			return eve
		}, "records/services/web.md", ""},
		{"main as the second parent of a history of one's own", func(c *company) *seat {
			eve := c.at("eve", "main")
			eve.edit("schema/change.yaml", needsTwo, needsNone)
			eve.commit("Law")
			eve.edit("schema/change.yaml", needsNone, needsTwo)
			putFile(c.t, eve.dir, storyPath, storyChange)
			eve.commit("Record")
			lee := c.at("lee", "main")
			putFile(c.t, lee.dir, "README.md", "Read me.\n")
			lee.commit("Readme")
			lee.git("push", "-q", "origin", "main")
			eve.git("fetch", "-q")
			putFile(c.t, eve.dir, "README.md", "Read me.\n")
			eve.one("Merge", "HEAD", "origin/main")
			return eve
		}, "first parents do not lead", ""},
		{"an approval that has landed, for what was undone since", func(c *company) *seat {
			eve := c.merged("eve")
			eve.git("push", "-q")
			eve.edit("deploy/web.yaml", "new", "fixed")
			eve.commit("CHG-2611-W3BC: a fix")
			c.lets(eve)
			eve.edit("deploy/web.yaml", "fixed", "new")
			eve.frontdesk("comment", storyID, "Once more.")
			eve.commit("Back to what is bad")
			return eve
		}, "approved what has landed", "not-approved"},
		{"a desk that protects another branch", func(c *company) *seat {
			eve := c.at("eve", "main")
			eve.edit("desk.yaml", "[main]", "[trunk]")
			eve.commit("Trunk")
			return eve
		}, "takes the branch from those that are protected", ""},
		{"another branch, without the rejection", func(c *company) *seat {
			mona := c.at("mona", "certificate")
			mona.frontdesk("reject", storyID, "-m", "Not in the sale", "--commit")
			mona.git("push", "-q", "origin", "certificate")
			eve := c.at("eve", "certificate")
			eve.git("push", "-q", "origin", "HEAD~1:refs/heads/two")
			eve.git("checkout", "-q", "-f", "-B", "main", "origin/main")
			eve.git("merge", "-q", "--no-ff", "-m", "Merge", "certificate~1")
			return eve
		}, "mona rejected it", ""},
		{"an emergency of 2090", func(c *company) *seat {
			eve := c.emergency()
			now := c.now
			c.now = time.Date(2090, 1, 1, 0, 0, 0, 0, time.UTC)
			eve.one("CHG-2611-W3BC", "origin/main")
			c.now = now
			return eve
		}, "still to come", "time-ahead"},
		{"a policy that cannot wait", func(c *company) *seat {
			eve := c.emergency()
			eve.git("checkout", "-q", "origin/main", "--", "deploy")
			eve.edit("schema/change.yaml", needsTwo, needsNone)
			eve.one("CHG-2611-W3BC", "origin/main")
			return eve
		}, "what others are judged by", "not-approved"},
		{"a policy that a template asks for", func(c *company) *seat {
			eve := c.at("eve", "main")
			eve.git("checkout", "-q", "-f", "-B", "template")
			putFile(c.t, eve.dir, "records/templates/x.md", "---\nid: x\ntitle: X\nstate: draft\nversion: 1\nowner: mona\nlog:\n  - {at: 2026-11-05T22:05:00Z, by: eve, state: draft, version: 1, owner: mona}\n---\n\n## Plan\n\nDo.\n\n## Test plan\n\nTest.\n\n## Backout plan\n\nUndo.\n")
			eve.edit("schema/change.yaml", needsTwo, needsNone)
			eve.commit("Template")
			eve.git("push", "-q", "origin", "template")
			lee := c.at("lee", "template")
			lee.frontdesk("approve", "x", "--commit")
			lee.git("checkout", "-q", "-f", "-B", "main", "HEAD")
			return lee
		}, "schema/change.yaml", "guarded"},
		{"a guarded file that goes elsewhere", func(c *company) *seat {
			eve := c.at("eve", "main")
			eve.git("mv", "deploy/web.yaml", "elsewhere.yaml")
			eve.commit("Move")
			return eve
		}, "deploy/web.yaml", "guarded"},
		{"a submodule that its repository has git overlook", func(c *company) *seat {
			eve := c.at("eve", "main")
			putFile(c.t, eve.dir, ".gitmodules", "[submodule \"m\"]\n\tpath = deploy/m\n\turl = ./m\n\tignore = all\n")
			eve.commit("Module")
			c.lets(eve)
			eve.git("update-index", "--add", "--cacheinfo", "160000,"+strings.TrimSpace(eve.git("rev-parse", "HEAD"))+",deploy/m")
			eve.git("commit", "-q", "-m", "CHG-2611-W3BC")
			return eve
		}, "deploy/m", "guarded"},
		{"a desk of its own where the guarded files are", func(c *company) *seat {
			eve := c.at("eve", "main")
			putFile(c.t, eve.dir, "deploy/desk.yaml", "version: 1\nname: Other\naddress: https://desk.example.com\ntime_zone: UTC\nbranches: [x]\n")
			eve.edit("deploy/web.yaml", "old", "evil")
			eve.commit("Nest")
			return eve
		}, "deploy/web.yaml", "guarded"},
		{"a name that nobody can sign", func(c *company) *seat {
			eve := c.merged("eve")
			putFile(c.t, eve.dir, "deploy/a\nb\u202e\"\x01.yaml", "evil\n")
			eve.one("Merge", "origin/main", "origin/certificate")
			return eve
		}, "not approved", "not-approved"},
		{"a record that goes, and its rejection with it", func(c *company) *seat {
			eve := c.at("eve", "main")
			putFile(c.t, eve.dir, storyPath, storyChange)
			eve.commit("Record")
			eve.git("push", "-q", "origin", "main")
			mona := c.at("mona", "main")
			mona.frontdesk("reject", storyID, "-m", "No", "--commit")
			mona.git("push", "-q", "origin", "main")
			eve = c.at("eve", "main")
			eve.git("rm", "-q", "-r", "records/changes")
			eve.commit("CHG-2611-W3BC")
			return eve
		}, "history/approval-changed", "approval-changed"},
		{"a record in two places", func(c *company) *seat {
			eve := c.merged("eve")
			data, err := os.ReadFile(filepath.Join(eve.dir, storyPath))
			must(c.t, err)
			putFile(c.t, eve.dir, "records/changes/2026-11/w1/CHG-2611-W3BC.md", string(data))
			eve.one("Merge", "origin/main", "origin/certificate")
			return eve
		}, "CHG-2611-W3BC", ""},
		{"a plan that goes on below a second heading", func(c *company) *seat {
			eve := c.merged("eve")
			eve.edit(storyPath, "## Test plan\n", "## Reason \n\n<!-- ## Plan -->\n\nPlan\n---\n\n3. And the database.\n\n## Test plan\n")
			eve.one("Merge", "origin/main", "origin/certificate")
			return eve
		}, "section \"Plan\" stands twice", "not-approved"},
		{"approvals of another record", func(c *company) *seat {
			eve := c.at("eve", "certificate")
			const other = "records/changes/2026-11/CHG-2611-7K3Q"
			must(c.t, os.Rename(filepath.Join(eve.dir, filepath.FromSlash(storyPath)), filepath.Join(eve.dir, other+".md")))
			must(c.t, os.Rename(filepath.Join(eve.dir, strings.TrimSuffix(storyPath, ".md")), filepath.Join(eve.dir, other)))
			eve.edit(other+".md", "id: CHG-2611-W3BC", "id: CHG-2611-7K3Q")
			eve.one("CHG-2611-7K3Q", "origin/main")
			return eve
		}, "CHG-2611", "not-approved"},
	}
}

// emergency leaves an emergency change in the work tree of its engineer.
func (c *company) emergency() *seat {
	eve := c.at("eve", "main")
	text := strings.ReplaceAll(storyChange, "kind: normal", "kind: emergency")
	putFile(c.t, eve.dir, storyPath, strings.Replace(text, "implementer: ivan\n", "implementer: ivan\njustification: It burns.\n", 1))
	eve.edit("deploy/web.yaml", "old", "evil")
	eve.commit("Record")
	eve.scheduled("authorize", "scheduled")
	return eve
}

// TestDetoursRoundAnApproval performs attacks that do not touch the approved
// content itself. The server refuses each, and where it could not the audit lists
// what it can see.
func TestDetoursRoundAnApproval(t *testing.T) {
	c := newCompany(t)
	c.approved()
	c.now = time.Date(2026, 11, 5, 22, 5, 0, 0, time.UTC)
	start, now := c.save(), c.now
	for _, a := range detours() {
		t.Run(a.name, func(t *testing.T) {
			c.t = t
			c.rewind(start, now)
			s := a.do(c)
			wants(t, strings.Join(strings.Fields(strings.ReplaceAll(s.exits(1, "git", "push", "-q", "origin", "main"), "remote:", "")), " "), a.refused)
			if a.audit != "" {
				c.lets(s)
				wants(t, s.exits(1, "frontdesk", "audit"), a.audit)
			}
		})
	}
}

// oneIsEnough has a colleague's approval be all that a change needs.
func (c *company) oneIsEnough() {
	c.t.Helper()
	mona := c.at("mona", "main")
	mona.edit("schema/change.yaml", "need: 2", "need: 1")
	mona.commit("CHG-2611-W3BC: one is enough")
	c.lets(mona)
}

// TestWhoThrowsAwayInAMergeHasAHandInIt: no file of such a merge differs from all
// its sides, so that git shows none.
func TestWhoThrowsAwayInAMergeHasAHandInIt(t *testing.T) {
	c := newCompany(t)
	c.oneIsEnough()
	eve := c.at("eve", "main")
	eve.git("checkout", "-q", "-b", "certificate")
	putFile(t, eve.dir, storyPath, storyChange)
	eve.commit("Record")
	eve.git("push", "-q", "-u", "origin", "certificate")
	mona := c.at("mona", "main")
	mona.edit("deploy/web.yaml", "old", "fixed")
	mona.commit("CHG-2611-W3BC: a fix")
	c.lets(mona)
	lee := c.at("lee", "certificate")
	lee.git("merge", "-q", "--no-ff", "-s", "ours", "-m", "Merge main", "origin/main")
	lee.exits(0, "frontdesk", "approve", storyID, "--anyway", "--commit")
	wants(t, lee.exits(5, "frontdesk", "gate", "--base", "origin/main"), "lee approved on")
	lee.git("push", "-q", "origin", "certificate")
	wants(t, c.merged("lee").exits(1, "git", "push", "-q", "origin", "main"), "lee", "remote: ")
}

// TestADateDoesNotReviveAKey: an approval that is pushed on its own is let in, and
// from then on its commit says when it was there. That must not be before what the
// branch had, when the key was still good.
func TestADateDoesNotReviveAKey(t *testing.T) {
	c := newCompany(t)
	c.oneIsEnough()
	old := filepath.Join(c.dir, "lee", "old")
	c.keygen(old)
	public, err := os.ReadFile(old + ".pub")
	must(t, err)
	mona := c.at("mona", "main")
	data, err := os.ReadFile(filepath.Join(mona.dir, "signers"))
	must(t, err)
	putFile(t, mona.dir, "signers", string(data)+"lee namespaces=\"frontdesk-approval\",valid-before=\"20261101\" "+string(public))
	mona.commit("CHG-2611-W3BC: a key of last month")
	c.lets(mona)
	eve := c.at("eve", "main")
	putFile(t, eve.dir, storyPath, storyChange)
	eve.commit("Record")
	eve.git("push", "-q", "origin", "main")
	eve.exits(0, "frontdesk", "approve", storyID, "--as", "lee", "--key", old, "--anyway")
	now := c.now
	c.now = time.Date(2026, 10, 20, 9, 0, 0, 0, time.UTC)
	eve.commit("An approval by Lee")
	c.now = now
	wants(t, eve.exits(1, "git", "push", "-q", "origin", "main"), "before what the branch")
	c.lets(eve)
	wants(t, eve.exits(1, "frontdesk", "audit"), "time-backwards")
}

// TestAnEmergencyDoesNotBeginAnew: to change it again is no new time to approve in.
func TestAnEmergencyDoesNotBeginAnew(t *testing.T) {
	c := newCompany(t)
	c.now = time.Date(2026, 11, 5, 22, 5, 0, 0, time.UTC)
	eve := c.emergency()
	eve.git("push", "-q", "origin", "main")
	c.later(23 * time.Hour)
	eve.frontdesk("set", storyID, "title=Renew the certificate", "--commit")
	eve.git("push", "-q", "origin", "main")
	c.later(2 * time.Hour)
	wants(t, eve.exits(1, "frontdesk", "audit"), "missing-retro-approval")
	c.later(23 * time.Hour)
	eve.frontdesk("set", storyID, "state=implement", "--commit")
	wants(t, eve.exits(1, "git", "push", "-q", "origin", "main"), "overdue")
}

// TestWhoWroteWhatNobodyApprovedDoesNotApproveIt: a record that is new needs no
// approval to land, and who wrote it then has written it all the same.
func TestWhoWroteWhatNobodyApprovedDoesNotApproveIt(t *testing.T) {
	c := newCompany(t)
	c.oneIsEnough()
	lee := c.at("lee", "main")
	putFile(t, lee.dir, storyPath, storyChange)
	lee.commit("All of it is by Lee")
	lee.git("push", "-q", "origin", "main")
	for i, title := range []string{"Renew the certificate", "Renew it"} {
		rosa := c.at("rosa", "main")
		rosa.frontdesk("set", storyID, "title="+title, "--commit")
		if i == 0 {
			rosa.git("push", "-q", "origin", "main")
			continue
		}
		rosa.scheduled("assess", "authorize", "scheduled")
		rosa.git("push", "-q", "origin", "HEAD:refs/heads/certificate")
	}
	lee = c.at("lee", "certificate")
	lee.frontdesk("approve", storyID, "--commit")
	lee.git("push", "-q", "origin", "certificate")
	wants(t, c.merged("lee").exits(1, "git", "push", "-q", "origin", "main"), "lee approved on", "author of", "remote: ")
	c.approve("mona")
	lee = c.merged("lee")
	lee.git("push", "-q", "origin", "main")
	wants(t, lee.exits(1, "frontdesk", "audit", "--branch", "main"), "self-approval")
}

// TestGraftsHideNothing: a clone may pretend that a commit has other parents.
func TestGraftsHideNothing(t *testing.T) {
	c := newCompany(t)
	eve := c.at("eve", "main")
	base := strings.TrimSpace(eve.git("rev-parse", "HEAD"))
	eve.edit("deploy/web.yaml", "old", "evil")
	eve.commit("Evil")
	eve.edit("deploy/web.yaml", "evil", "old")
	eve.commit("Back")
	tip := strings.TrimSpace(eve.git("rev-parse", "HEAD"))
	putFile(t, eve.dir, ".git/info/grafts", tip+" "+base+"\n")
	if got := strings.Fields(eve.git("-c", "advice.graftFileDeprecated=false", "rev-list", "HEAD")); len(got) != 2 {
		t.Fatalf("git itself sees %d commits", len(got))
	}
	wants(t, eve.exits(1, "frontdesk", "audit"), "guarded", "Evil")
}
