package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// The change that is judged, and its branch.
const (
	changeID     = "CHG-2611-W3BC"
	changeBranch = "change"
)

// changeDesk returns a copy of a desk with a change on a branch that one has
// approved. What the others measure stays as it is.
func (b *bench) changeDesk(ctx context.Context, from string) (string, error) {
	return b.folder(filepath.Base(from)+"-change", func(dir string) error {
		if err := b.each(ctx, dir, []string{"git", "clone", "-q", "--no-hardlinks", from, "."}, []string{"git", "branch", "-q", "-M", "main"}, []string{"git", "remote", "remove", "origin"}); err != nil {
			return err
		}
		key := filepath.Join(b.home, "key")
		if _, err := os.Stat(key); err != nil {
			if err := b.each(ctx, dir, []string{"ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", key}); err != nil {
				return err
			}
		}
		public, err := os.ReadFile(key + ".pub")
		if err != nil {
			return err
		}
		mail, err := b.git(ctx, dir, "config", "user.email")
		if err != nil {
			return err
		}
		for name, text := range map[string]string{
			"signers":                  "kim " + string(public),
			"records/services/shop.md": "---\nid: shop\ntitle: Shop\nkind: business\nstate: planned\nlog:\n  - {at: 2025-01-01T00:00:00Z, by: kim, state: planned}\n---\n\n## Description\n\nThe shop.\n",
			"records/people/kim.md":    "---\nid: kim\ntitle: Kim\n---\n",
			"records/people/bench.md":  "---\nid: bench\ntitle: Bench\nemail: " + strings.TrimSpace(mail.stdout) + "\n---\n",
		} {
			if err := writeFile(dir, name, text); err != nil {
				return err
			}
		}
		if err := b.commitAll(ctx, dir); err != nil {
			return err
		}
		return b.openChange(ctx, dir, key)
	})
}

// openChange makes the branch with the change, and has it approved.
func (b *bench) openChange(ctx context.Context, dir, key string) error {
	if err := b.each(ctx, dir, []string{"git", "checkout", "-q", "-b", changeBranch}); err != nil {
		return err
	}
	text := "---\nid: " + changeID + "\ntitle: Renew the certificate\nstate: authorize\nkind: normal\nrequester: dana\nassignee: bench\nimplementer: bench\nservices: [shop]\nimpact: low\nlikelihood: low\nrisk: low\n" +
		"planned_start: 2026-11-05T22:00:00Z\nplanned_end: 2026-11-05T23:00:00Z\nopened_at: 2026-11-03T09:00:00Z\nassessed_at: 2026-11-03T09:00:00Z\nauthorization_requested_at: 2026-11-03T09:00:00Z\nlog:\n" +
		"  - {at: 2026-11-03T09:00:00Z, by: bench, state: new, kind: normal, risk: low, assignee: bench, implementer: bench, planned_start: 2026-11-05T22:00:00Z, planned_end: 2026-11-05T23:00:00Z}\n" +
		"  - {at: 2026-11-03T09:00:00Z, by: bench, state: assess}\n  - {at: 2026-11-03T09:00:00Z, by: bench, state: authorize}\n---\n\n" +
		"## Reason\n\nIt ends.\n\n## Plan\n\nRenew it.\n\n## Test plan\n\nOn staging.\n\n## Backout plan\n\nPut the old one back.\n"
	if err := writeFile(dir, "records/changes/2026-11/"+changeID+".md", text); err != nil {
		return err
	}
	if err := b.commitAll(ctx, dir); err != nil {
		return err
	}
	return b.each(ctx, dir, []string{b.frontdesk(), "approve", changeID, "--as", "kim", "--key", key, "--commit"})
}

// gateRow judges one change in a desk of many records, and in a small one.
func gateRow(ctx context.Context, b *bench) ([]line, error) {
	from, err := b.bigDesk(ctx)
	if err != nil {
		return nil, err
	}
	big, err := b.changeDesk(ctx, from)
	if err != nil {
		return nil, err
	}
	if from, err = b.ticketDesk(ctx, 1000); err != nil {
		return nil, err
	}
	small, err := b.changeDesk(ctx, from)
	if err != nil {
		return nil, err
	}
	gate := func(name, dir string) subject {
		return subject{name: name, check: says(": approved"), call: call{dir: dir, args: []string{b.frontdesk(), "gate", changeID, "--approval-only"}}}
	}
	review := func(name, dir string) subject {
		return subject{name: name, check: says("```mermaid"), call: call{dir: dir, args: []string{b.frontdesk(), "review", "--base", "main"}}}
	}
	all, err := b.measure(ctx, b.o.runs, gate("big desk", big), gate("desk of 1,000", small), review("big desk", big), review("desk of 1,000", small))
	if err != nil {
		return nil, err
	}
	n, err := b.countGit(ctx, gate("", big).call)
	if err != nil {
		return nil, err
	}
	return []line{
		within("gate on one change, big desk", all[0], 200*time.Millisecond).children(n, -1),
		against("gate on one change, big desk, and in a desk of 1,000", all[0], all[1], 1.5),
		within("review of one change, big desk", all[2], 200*time.Millisecond),
		against("review of one change, big desk, and in a desk of 1,000", all[2], all[3], 1.5),
	}, b.gateIsShut(ctx, big)
}

// gateIsShut makes sure that the gate judges: what was approved is changed.
func (b *bench) gateIsShut(ctx context.Context, dir string) error {
	if err := edit(dir, "records/changes/2026-11/"+changeID+".md", "Renew it.", "Renew it twice."); err != nil {
		return err
	}
	if err := b.commitAll(ctx, dir); err != nil {
		return err
	}
	out, err := b.exec(ctx, call{dir: dir, args: []string{b.frontdesk(), "gate", changeID, "--approval-only"}, codes: []int{0, 1, 2, 3, 4, 5, 6}})
	if err == nil && out.code != 5 {
		err = wrongf("the gate ends with %d on a change that was changed after its approval", out.code)
	}
	delete(b.made, filepath.Base(dir))
	return err
}

// receiveRow pushes to a server that judges what it gets, and to one that does not.
func receiveRow(ctx context.Context, b *bench) ([]line, error) {
	from, err := b.bigDesk(ctx)
	if err != nil {
		return nil, err
	}
	var lines []line
	for _, push := range []struct {
		records int
		limit   time.Duration
	}{{5, 300 * time.Millisecond}, {2000, 5 * time.Second}} {
		work, err := b.pushing(ctx, from, push.records)
		if err != nil {
			return lines, err
		}
		all, err := b.measure(ctx, b.o.runs, b.push(ctx, work, "judging"), b.push(ctx, work, "plain"))
		if err != nil {
			return lines, err
		}
		what := fmt.Sprintf("git push of %s records to a server with the pre-receive hook, big desk", thousands(push.records))
		lines = append(lines, within(what, all[0], push.limit).beside(all[0], all[1]))
	}
	return lines, b.pushIsRefused(ctx, filepath.Join(b.work, "pushing-5"))
}

// push returns a push of main to a server, which has it as it was before.
func (b *bench) push(ctx context.Context, work, server string) subject {
	bare := filepath.Join(work, server+".git")
	return subject{
		name: server, vary: true,
		call: call{dir: filepath.Join(work, "clone"), args: []string{"git", "push", "-q", bare, "HEAD:refs/heads/main"}},
		ready: func(ctx context.Context) error {
			return b.each(ctx, bare, []string{"git", "update-ref", "refs/heads/main", "refs/heads/before"})
		},
		check: func(output) error {
			is, err := b.git(ctx, bare, "rev-parse", "main")
			if err != nil {
				return err
			}
			want, err := b.git(ctx, filepath.Join(work, "clone"), "rev-parse", "HEAD")
			if err == nil && is.stdout != want.stdout {
				err = wrongf("main is not what was pushed")
			}
			return err
		},
	}
}

// pushing returns a folder with a clone that has changed some records, and two
// servers to push them to: one judges, one does not.
func (b *bench) pushing(ctx context.Context, from string, n int) (string, error) {
	return b.folder(fmt.Sprintf("pushing-%d", n), func(dir string) error {
		clone, judging, plain := filepath.Join(dir, "clone"), filepath.Join(dir, "judging.git"), filepath.Join(dir, "plain.git")
		if err := b.each(ctx, dir, []string{"git", "clone", "-q", from, clone}, []string{"git", "-C", clone, "branch", "-q", "-M", "main"},
			[]string{"git", "-C", clone, "branch", "-q", "before"}, []string{"git", "clone", "-q", "--bare", clone, judging}, []string{"git", "clone", "-q", "--bare", clone, plain}); err != nil {
			return err
		}
		hook := "#!/bin/sh\nexec " + b.frontdesk() + " hooks run pre-receive\n"
		if err := os.WriteFile(filepath.Join(judging, "hooks", "pre-receive"), []byte(hook), 0o755); err != nil {
			return err
		}
		some, err := someRecords(clone, n)
		if err != nil {
			return err
		}
		for _, name := range some {
			if err := edit(clone, name, "\n## Description\n\n", "\n## Description\n\nSeen again today. "); err != nil {
				return err
			}
		}
		return b.commitAll(ctx, clone)
	})
}

// pushIsRefused makes sure that the server judges: it must refuse a record that is
// broken on purpose.
func (b *bench) pushIsRefused(ctx context.Context, work string) error {
	clone := filepath.Join(work, "clone")
	some, err := someRecords(clone, 7)
	if err != nil {
		return err
	}
	if err := edit(clone, some[3], "\nimpact: ", "\nimpact: very "); err != nil {
		return err
	}
	if err := b.commitAll(ctx, clone); err != nil {
		return err
	}
	out, err := b.exec(ctx, call{dir: clone, args: []string{"git", "push", filepath.Join(work, "judging.git"), "HEAD:refs/heads/main"}, codes: []int{0, 1}})
	if err == nil && (out.code == 0 || !strings.Contains(out.stderr, filepath.Base(some[3]))) {
		err = wrongf("the server lets a record pass that was broken on purpose")
	}
	delete(b.made, filepath.Base(work))
	return err
}

// auditRow audits the replayed log, beside git's walk over the same commits.
func auditRow(ctx context.Context, b *bench) ([]line, error) {
	f, err := b.logFacts()
	if err != nil {
		return nil, err
	}
	dir, err := b.history(ctx)
	if err != nil {
		return nil, err
	}
	audit := subject{name: "frontdesk audit", vary: true, call: call{dir: dir, args: []string{b.frontdesk(), "audit", "--branch", replayed}, codes: []int{0, 1}}, check: says(thousands(f.rows)[:3])}
	cold := audit
	cold.ready = b.drop(dir)
	git := subject{name: "git log -p -U0", call: call{dir: dir, args: []string{"sh", "-c", "git log -p -U0 --format=%H " + replayed + " -- records | wc -l"}}, check: func(output) error { return nil }}
	all, err := b.measureCold(ctx, 2, cold, git)
	if err != nil {
		return nil, err
	}
	again, err := b.measureCold(ctx, 2, audit)
	if err != nil {
		return nil, err
	}
	what := fmt.Sprintf("audit of the replayed UCI log (%s commits)", thousands(f.rows+1))
	return []line{against(what, all[0], all[1], 2), aside(what+", again", again[0], all[1])}, nil
}
