package main

import (
	"context"
	"crypto/md5"
	"crypto/sha1"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// The programs that Frontdesk is compared with. make bench installs them.

func backlog(b *bench) string { return filepath.Join(b.o.tools, "node_modules", ".bin", "backlog") }

func remark(b *bench) string { return filepath.Join(b.o.tools, "node_modules", ".bin", "remark") }

func hugo(b *bench) string { return filepath.Join(b.o.tools, "hugo") }

func fossil(*bench) string { return "fossil" }

// backlogDesk returns a repository with the tickets as tasks of Backlog.md, in
// the configuration that it gives itself.
func (b *bench) backlogDesk(ctx context.Context, ts []ticket) (string, error) {
	return b.folder(fmt.Sprintf("backlog-%d", len(ts)), func(dir string) error {
		err := b.each(ctx, dir, []string{"git", "init", "-q"}, []string{backlog(b), "init", "bench", "--defaults", "--agent-instructions", "none"})
		if err != nil {
			return err
		}
		for i := range ts {
			if err := writeFile(dir, fmt.Sprintf("backlog/tasks/task-%d - %s.md", i+1, strings.ReplaceAll(ts[i].title, " ", "-")), ts[i].task(i+1)); err != nil {
				return err
			}
		}
		return b.commitAll(ctx, dir)
	})
}

// task writes the ticket as Backlog.md does.
func (t *ticket) task(n int) string {
	status := map[string]string{"new": "To Do", "resolved": "Done", "closed": "Done"}[t.state]
	if status == "" {
		status = "In Progress"
	}
	priority := map[string]string{"P1": "high", "P2": "high", "P3": "medium"}[t.priority]
	if priority == "" {
		priority = "low"
	}
	assignee := "[]"
	if t.assignee != "" {
		assignee = "\n  - " + t.assignee
	}
	return fmt.Sprintf("---\nid: TASK-%d\ntitle: '%s'\nstatus: %s\nassignee: %s\nreporter: %s\ncreated_date: '%s'\nlabels:\n  - %s\n  - %s\ndependencies: []\npriority: %s\nordinal: %d\n---\n\n## Description\n\n<!-- SECTION:DESCRIPTION:BEGIN -->\n%s\n<!-- SECTION:DESCRIPTION:END -->\n\n## Implementation Notes\n\n<!-- SECTION:NOTES:BEGIN -->\n%s\n\n%s\n\n%s\n<!-- SECTION:NOTES:END -->\n",
		n, strings.ReplaceAll(t.title, "'", "''"), status, assignee, t.requester, t.opened.Format("2006-01-02 15:04"), t.service, t.team, priority, n*1000, t.description, t.question, t.answer, t.findings)
}

// fossilFile returns a fossil repository with the tickets, made from its own
// kind of artifacts in one go: to add them one by one takes fossil as long as
// to start that often.
func (b *bench) fossilFile(ctx context.Context, ts []ticket) (string, error) {
	dir, err := b.folder(fmt.Sprintf("fossil-%d", len(ts)), func(dir string) error {
		for i := range ts {
			if err := writeFile(dir, fmt.Sprintf("artifacts/%06d", i), ts[i].artifact()); err != nil {
				return err
			}
		}
		return b.each(ctx, dir, []string{"fossil", "reconstruct", "desk.fossil", "artifacts"})
	})
	return filepath.Join(dir, "desk.fossil"), err
}

// artifact writes the ticket as a ticket change artifact, in the form that
// fossil-scm.org documents under "Fossil File Formats".
func (t *ticket) artifact() string {
	status := "Closed"
	if t.isOpen() {
		status = "Open"
	}
	fields := map[string]string{
		"title": t.title, "status": status, "type": "Incident", "priority": t.priority, "severity": t.impact, "subsystem": t.service, "private_contact": t.requester,
		"resolution": t.resolution, "comment": strings.Join([]string{t.description, t.question, t.answer, t.findings}, "\n\n"),
	}
	var s strings.Builder
	fmt.Fprintf(&s, "D %s\n", t.opened.Format("2006-01-02T15:04:05.000"))
	encode := strings.NewReplacer(`\`, `\\`, " ", `\s`, "\n", `\n`, "\t", `\t`)
	for _, name := range slices.Sorted(maps.Keys(fields)) {
		if fields[name] != "" {
			fmt.Fprintf(&s, "J %s %s\n", name, encode.Replace(fields[name]))
		}
	}
	fmt.Fprintf(&s, "K %x\nU lee\n", sha1.Sum([]byte(t.id)))
	return s.String() + fmt.Sprintf("Z %x\n", md5.Sum([]byte(s.String())))
}

// remarkFolder returns a folder with the tickets and the exported JSON Schema,
// set up so that remark-lint-frontmatter-schema judges one by the other.
func (b *bench) remarkFolder(ctx context.Context, ts []ticket) (string, error) {
	return b.folder(fmt.Sprintf("remark-%d", len(ts)), func(dir string) error {
		if err := writeTickets(dir, ts); err != nil {
			return err
		}
		const config = "plugins:\n  - remark-frontmatter\n  - - remark-lint-frontmatter-schema\n    - schemas:\n        ./schemas/incident.schema.json:\n          - ./records/incidents/**/*.md\n"
		if err := writeFile(dir, ".remarkrc.yaml", config); err != nil {
			return err
		}
		// Its validator knows JSON Schema of draft 7 alone and refuses the name of a
		// later one; what the schemas say is the same in both.
		unnamed := []string{"sed", "-i", `/"\$schema":/d`, "schemas/incident.schema.json"}
		link := []string{"ln", "-s", filepath.Join(b.o.tools, "node_modules"), "node_modules"}
		return b.each(ctx, dir, link, []string{b.frontdesk(), "schema", "export", "--out", "schemas"}, unnamed)
	})
}
