package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// saved is where the server's branches stand.
type saved map[string]string

func (c *company) save() saved {
	c.t.Helper()
	s := saved{}
	for _, line := range strings.Split(strings.TrimSpace(c.as("mona").git("--git-dir", c.remote, "for-each-ref", "--format=%(refname) %(objectname)")), "\n") {
		ref, id, _ := strings.Cut(line, " ")
		s[ref] = id
	}
	return s
}

// rewind puts the server's branches back, and the hook in place.
func (c *company) rewind(to saved, now time.Time) {
	c.t.Helper()
	mona := c.as("mona")
	for ref := range c.save() {
		if to[ref] == "" {
			mona.git("--git-dir", c.remote, "update-ref", "-d", ref)
		}
	}
	for ref, id := range to {
		mona.git("--git-dir", c.remote, "update-ref", ref, id)
	}
	c.now = now
	c.guard(true)
}

// at gives a person a fresh look at the server, on a branch.
func (c *company) at(person, branch string) *seat {
	c.t.Helper()
	s := c.as(person)
	s.git("fetch", "-q", "--prune", "origin")
	s.git("checkout", "-q", "-f", "-B", branch, "origin/"+branch)
	s.git("clean", "-q", "-ffd")
	return s
}

// merged merges the branch into main in a person's clone, without pushing.
func (c *company) merged(person string) *seat {
	c.t.Helper()
	s := c.at(person, "main")
	s.git("merge", "-q", "--no-ff", "-m", "Merge the certificate", "origin/certificate")
	return s
}

// attack is what somebody tries with an approved change: it leaves what is to be
// pushed in main of the seat that it returns.
type attack struct {
	name    string
	do      func(c *company) *seat
	refused string // by the server, among other words
	audit   string // what the audit lists once it got in all the same
}

// attacks on a change that two have approved, by rows of the table of threats.
func attacks() []attack {
	return []attack{
		{"1 approve, then push more code", func(c *company) *seat {
			eve := c.at("eve", "certificate")
			eve.edit("deploy/web.yaml", "new", "evil")
			eve.commit("One more thing")
			eve.git("push", "-q")
			return c.merged("eve")
		}, "deploy/web.yaml", "not-approved"},
		{"1 approve, then add a file", func(c *company) *seat {
			eve := c.at("eve", "certificate")
			putFile(c.t, eve.dir, "src/door.go", "package door\n")
			eve.commit("One more file")
			eve.git("push", "-q")
			return c.merged("eve")
		}, "src/door.go", "not-approved"},
		{"1 widen the window in the merge itself", func(c *company) *seat {
			eve := c.merged("eve")
			eve.frontdesk("set", storyID, "planned_end=2026-11-09T00:00:00Z")
			eve.git("add", "-A")
			eve.git("commit", "-q", "--amend", "--no-edit", "--no-verify")
			return eve
		}, "planned_end", "not-approved"},
		{"1 make a script of a file", func(c *company) *seat {
			eve := c.merged("eve")
			eve.git("update-index", "--chmod=+x", "deploy/web.yaml")
			eve.git("commit", "-q", "--amend", "--no-edit", "--no-verify")
			return eve
		}, "deploy/web.yaml", "not-approved"},
		{"3 approve it oneself", func(c *company) *seat {
			c.without("rosa")
			ivan := c.at("ivan", "certificate")
			ivan.exits(3, "frontdesk", "approve", storyID, "--commit")
			ivan.exits(0, "frontdesk", "approve", storyID, "--anyway", "--commit")
			ivan.git("push", "-q")
			return c.merged("ivan")
		}, "ivan", "self-approval"},
		{"3 an author whom nobody knows", func(c *company) *seat {
			eve := c.at("eve", "certificate")
			eve.git("reset", "-q", "--hard", "origin/main")
			eve.git("merge", "-q", "--squash", "origin/certificate")
			eve.git("-c", "user.email=stranger@example.net", "commit", "-q", "-m", "Renew the certificate")
			eve.git("push", "-q", "--force")
			return c.merged("eve")
		}, "stranger@example.net", "not-approved"},
		{"3 an approver who had a hand in it", func(c *company) *seat {
			eve := c.at("eve", "certificate")
			eve.git("reset", "-q", "--hard", "origin/main")
			eve.git("merge", "-q", "--squash", "origin/certificate")
			eve.git("commit", "-q", "-m", "Renew the certificate\n\nCO-AUTHORED-BY: Lee Example <LEE@example.com>")
			eve.git("push", "-q", "--force")
			return c.merged("eve")
		}, "lee", "self-approval"},
		{"3 two keys, one person", func(c *company) *seat {
			c.without("rosa")
			lee := c.at("lee", "certificate")
			lee.frontdesk("approve", storyID, "-m", "Twice", "--commit")
			lee.git("push", "-q")
			return c.merged("lee")
		}, "1 of 2", "not-approved"},
		{"4 lower the policy on the way", func(c *company) *seat {
			c.without("rosa")
			eve := c.at("eve", "certificate")
			eve.edit("schema/change.yaml", "need: 2", "need: 1")
			eve.commit("One is enough")
			eve.git("push", "-q")
			return c.merged("eve")
		}, "schema/change.yaml", "riding"},
		{"4 become an approver on the way", func(c *company) *seat {
			c.without("rosa")
			eve := c.at("eve", "certificate")
			public, err := os.ReadFile(filepath.Join(c.dir, "eve", "key.pub"))
			must(c.t, err)
			data, err := os.ReadFile(filepath.Join(eve.dir, "signers"))
			must(c.t, err)
			putFile(c.t, eve.dir, "signers", string(data)+"rosa "+string(public))
			eve.commit("A key for Rosa")
			eve.git("push", "-q")
			return c.merged("eve")
		}, "signers", "riding"},
		{"4 lower the policy first, with no record", func(c *company) *seat {
			eve := c.at("eve", "main")
			eve.edit("schema/change.yaml", "need: 2", "need: 1")
			eve.commit("One is enough")
			return eve
		}, "schema/change.yaml", "guarded"},
		{"4 take over a colleague's account", func(c *company) *seat {
			eve := c.at("eve", "main")
			eve.edit("records/people/rosa.md", "rosa-gh", "eve-gh")
			eve.commit("Rosa's new account")
			return eve
		}, "records/people/rosa.md", "guarded"},
		{"4 revoke the key of one who objects", func(c *company) *seat {
			eve := c.at("eve", "main")
			public, err := os.ReadFile(filepath.Join(c.dir, "lee", "key.pub"))
			must(c.t, err)
			putFile(c.t, eve.dir, "signers.revoked", string(public))
			eve.commit("Lee lost his key")
			return eve
		}, "signers.revoked", "guarded"},
		{"6 trailers", func(c *company) *seat {
			c.without("rosa")
			eve := c.at("eve", "main")
			eve.git("merge", "-q", "--no-ff", "-m", "Merge\n\nApproved-by: Rosa Example <rosa@example.com>\nReviewed-by: Rosa Example <rosa@example.com>\n", "origin/certificate")
			return eve
		}, "1 of 2", "not-approved"},
		{"7 sign for somebody else", func(c *company) *seat {
			c.without("rosa")
			eve := c.at("eve", "certificate")
			c.forged(eve, "rosa", filepath.Join(c.dir, "eve", "key"))
			return c.merged("eve")
		}, "rosa", "not-approved"},
		{"7 have the repository verify", func(c *company) *seat {
			c.without("rosa")
			eve := c.at("eve", "certificate")
			c.forged(eve, "rosa", filepath.Join(c.dir, "eve", "key"))
			yes := filepath.Join(c.dir, "yes")
			must(c.t, os.WriteFile(yes, []byte("#!/bin/sh\ntouch "+yes+".ran\necho Good\n"), 0o777))
			for _, repo := range []string{c.remote, eve.dir} {
				eve.git("-C", repo, "config", "gpg.ssh.program", yes)
				eve.git("-C", repo, "config", "gpg.program", yes)
				eve.git("-C", repo, "config", "gpg.ssh.allowedSignersFile", "/dev/null")
			}
			return c.merged("eve")
		}, "rosa", "not-approved"},
		{"9 a signature cut in half", func(c *company) *seat {
			eve := c.at("eve", "certificate")
			for _, name := range eve.statements("rosa") {
				data, err := os.ReadFile(name + ".sig")
				must(c.t, err)
				must(c.t, os.WriteFile(name+".sig", data[:len(data)/2], 0o666))
			}
			c.squash(eve)
			return c.merged("eve")
		}, "1 of 2", "not-approved"},
		{"a review written by hand", func(c *company) *seat {
			c.without("rosa")
			eve := c.at("eve", "certificate")
			c.forged(eve, "rosa", "")
			return c.merged("eve")
		}, "rosa", "not-approved"},
		{"code under an approved record", func(c *company) *seat {
			eve := c.merged("eve")
			eve.git("push", "-q")
			eve.edit("deploy/web.yaml", "new", "evil")
			eve.frontdesk("comment", storyID, "A little more.")
			eve.commit("A little more")
			return eve
		}, "deploy/web.yaml", "not-approved"},
		{"code without a record", func(c *company) *seat {
			eve := c.at("eve", "main")
			eve.edit("deploy/web.yaml", "old", "evil")
			eve.commit("Nobody looks")
			return eve
		}, "deploy/web.yaml", "guarded"},
	}
}

// without takes a person's approval away from the branch: it never was there.
func (c *company) without(person string) {
	c.t.Helper()
	s := c.at("eve", "certificate")
	for _, name := range s.statements(person) {
		must(c.t, os.Remove(name))
		must(c.t, os.Remove(name+".sig"))
	}
	c.squash(s)
}

// squash makes what the seat holds the one commit of the branch on the server, as
// if nothing else had ever been there.
func (c *company) squash(s *seat) {
	c.t.Helper()
	s.git("add", "-A")
	s.git("commit", "-q", "--no-verify", "-m", "All of it")
	tree := strings.TrimSpace(s.git("rev-parse", "HEAD^{tree}"))
	id := strings.TrimSpace(s.git("commit-tree", "-p", "origin/main", "-m", "Renew the certificate", tree))
	s.git("push", "-q", "-f", c.remote, id+":refs/heads/other")
	s.git("--git-dir", c.remote, "update-ref", "refs/heads/certificate", id)
	s.git("--git-dir", c.remote, "update-ref", "-d", "refs/heads/other")
}

// statements returns the files of a person's statements on the change.
func (s *seat) statements(person string) []string {
	s.t.Helper()
	found, err := filepath.Glob(filepath.Join(s.dir, filepath.FromSlash(strings.TrimSuffix(storyPath, ".md")), "approvals", person+"-*.json"))
	must(s.t, err)
	if len(found) == 0 {
		s.t.Fatalf("no statement of %s", person)
	}
	return found
}

// forged commits a statement in a person's name: that of somebody else, with the
// names changed, signed with a key, or with a signature that was copied.
func (c *company) forged(s *seat, person, key string) {
	c.t.Helper()
	s.frontdesk("approve", storyID, "--as", person, "--key", key, "--anyway")
	s.commit(fmt.Sprintf("An approval by %s", person))
	s.git("push", "-q")
}

// TestAttacksOnAnApprovedChange performs each attack on a real repository. The
// server refuses it; and where an administrator has taken the hook away, the audit
// finds it.
func TestAttacksOnAnApprovedChange(t *testing.T) {
	c := newCompany(t)
	c.approved()
	c.now = time.Date(2026, 11, 5, 22, 5, 0, 0, time.UTC)
	start, now := c.save(), c.now
	for _, a := range attacks() {
		t.Run(a.name, func(t *testing.T) {
			c.t = t
			c.rewind(start, now)
			s := a.do(c)
			wants(t, s.exits(1, "git", "push", "-q", "origin", "main"), a.refused, "remote: ")
			c.guard(false)
			s.git("push", "-q", "origin", "main")
			wants(t, s.exits(1, "frontdesk", "audit"), a.audit)
		})
	}
	t.Run("none", func(t *testing.T) {
		c.t = t
		c.rewind(start, now)
		s := c.at("eve", "main")
		s.edit("records/people/eve.md", "email:", "phone: \"117\"\nemail:")
		s.commit("My number")
		s.git("push", "-q")
		s = c.merged("eve")
		s.git("push", "-q")
		wants(t, s.frontdesk("audit"), "No exception")
	})
}
