package main

import (
	"context"
	"strings"
)

const documentHead = `# Benchmarks

Written by ` + "`make bench`" + `, which measures the budgets of Frontdesk on the machine below.

* What is judged is the ratio to a yardstick that ran in turn with it. Times are medians, with the range and the number of
  runs, after a run that is not counted; what takes minutes is run once or twice.
* Every answer is checked, those of other programs too. One that is wrong has no time.
* git processes are those that Frontdesk itself starts, counted by a script that stands before git in PATH.
* "Big desk" is the log of a real ServiceNow instance, imported: 24,918 incidents from 141,712 events (Amaral, Fantinato, Peres:
  Incident management process enriched event log, UCI Machine Learning Repository 498, CC BY 4.0). The desks of 1,000 and
  10,000 records are made up, the same ones for every program.
* Files are in the system's cache. "No index" and "nothing cached" mean that Frontdesk's index was dropped before each run.
* "Read and decode" is a program that reads the same files and decodes their front matter to YAML nodes on all cores, and
  does nothing else.
* Stock Hugo is given the same Markdown, and Frontdesk's templates for the page of a record. It renders no lists and no search.

`

// document is the Markdown page that keeps the table, with what it was measured on.
func (b *bench) document(ctx context.Context, lines []line) string {
	var s strings.Builder
	s.WriteString(documentHead)
	for _, m := range b.machine(ctx) {
		s.WriteString("* " + m + "\n")
	}
	s.WriteString("* Load before it began: " + b.busy + "\n\n" + markdownTable(lines) + "\n" + strings.ReplaceAll(absoluteNote, "*", `\*`) + "\n")
	if ns := notes(lines); len(ns) > 0 {
		s.WriteString("\nNotes:\n\n")
	}
	for _, n := range notes(lines) {
		s.WriteString("* " + n + "\n")
	}
	return s.String() + elsewhere
}

// elsewhere quotes what cannot be installed from a package registry.
const elsewhere = `
Not to be had from npm or Debian, and so measured once, on a 2-core Debian 12 machine with 1,000 records of their own: a
list takes tk 45 ms, git-bug 67 ms, dstask 74 ms, taskmd 117 ms, kanban-md 165 ms and beans 194 ms.
`
