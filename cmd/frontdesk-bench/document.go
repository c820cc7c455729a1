package main

import (
	"context"
	"strings"
)

const documentHead = `# Benchmarks

Written by ` + "`make bench`" + `, which measures the budgets of Frontdesk. Each is a ratio to a yardstick that ran in turn with it, in the
same run on the same machine: what took longer is named in the table, not hidden. Times are medians, with the range and the
number of runs, after a run that is not counted. Every answer is checked, those of other programs too; one that is wrong has no time. git processes
are counted by a script that stands before git in PATH. "Big desk" is the log of a real ServiceNow instance, imported: 24,918 incidents with 141,712
events (UCI Machine Learning Repository 498, CC BY 4.0). Files were in the page cache; "no index" and "nothing cached" mean
that Frontdesk's own index was dropped before each run.

`

// document is the Markdown page that keeps the table, with what it was measured on.
func (b *bench) document(ctx context.Context, lines []line) string {
	var s strings.Builder
	s.WriteString(documentHead)
	for _, m := range b.machine(ctx) {
		s.WriteString("* " + m + "\n")
	}
	s.WriteString("* Load at the end: " + load() + "\n\n" + markdownTable(lines) + "\n" + strings.ReplaceAll(absoluteNote, "*", `\*`) + "\n")
	if ns := notes(lines); len(ns) > 0 {
		s.WriteString("\nNotes:\n\n")
	}
	for _, n := range notes(lines) {
		s.WriteString("* " + n + "\n")
	}
	return s.String() + elsewhere
}

// elsewhere quotes what cannot be installed from a package registry, measured
// with the same number of records on a machine of the same kind.
const elsewhere = `
Not installable from npm or Debian, so measured once on a 2-core Debian 12 machine and quoted: listing 1,000 records takes
git-bug 67 ms, tk 45 ms and dstask 74 ms.
`
