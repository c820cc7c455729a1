package change

import (
	"fmt"
	"strings"
	"testing"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/frontmatter"
	"frontdesk/schema"
	"frontdesk/schema/desk"
)

const incident = `---
id: INC-2611-K7Q4
title: VPN drops
state: in-progress
impact: medium
urgency: high
priority: P2
service: vpn
team: network
assignee: lee
opened_at: 2026-11-03T09:12:00Z
log:
  - {at: 2026-11-03T09:12:00Z, by: dana, state: new, priority: P2}
  - {at: 2026-11-03T09:20:00Z, by: lee, state: in-progress, team: network, assignee: lee}
---

## Description

It drops.

## Comments

### 2026-11-03T09:30:00Z dana

Since this morning.

### 2026-11-03T09:40:00Z lee

Could you send the log?

## Work notes

### 2026-11-03T09:41:00Z lee

Firmware.
`

const closedIncident = `---
id: INC-2611-K7Q4
title: VPN drops
state: closed
impact: medium
urgency: high
priority: P2
assignee: lee
assets: [LT-1, LT-2]
resolution: New firmware
resolution_code: fixed
opened_at: 2026-11-03T09:12:00Z
resolved_at: 2026-11-03T10:00:00Z
closed_at: 2026-11-04T10:00:00Z
log:
  - {at: 2026-11-03T09:12:00Z, by: dana, state: new, priority: P2}
  - {at: 2026-11-03T09:20:00Z, by: lee, state: in-progress, assignee: lee}
  - {at: 2026-11-03T10:00:00Z, by: lee, state: resolved}
  - {at: 2026-11-04T10:00:00Z, by: lee, state: closed}
---

## Description

It drops.

## Comments

### 2026-11-03T09:30:00Z dana

The password is hunter2.
`

const importedIncident = `---
id: INC0000045
title: Imported
state: resolved
impact: medium
urgency: high
priority: P2
resolution: None
resolution_code: fixed
opened_at: 2026-11-03T09:12:00Z
resolved_at: 2026-11-03T10:00:00Z
imported: {source: sn, log: 2}
log:
  - {at: 2026-11-03T09:12:00Z, by: dana, state: new, priority: P2}
  - {at: 2026-11-03T10:00:00Z, by: lee, state: resolved}
---

## Description

It drops.
`

// edit replaces texts of a record, pairwise: the old one, which must be there
// once, and the new one.
func edit(t *testing.T, src string, pairs ...string) string {
	t.Helper()
	for i := 0; i < len(pairs); i += 2 {
		if strings.Count(src, pairs[i]) != 1 {
			t.Fatalf("%q stands %d times in\n%s", pairs[i], strings.Count(src, pairs[i]), src)
		}
		src = strings.Replace(src, pairs[i], pairs[i+1], 1)
	}
	return src
}

func parse(t *testing.T, src string) *records.Record {
	t.Helper()
	if src == "" {
		return nil
	}
	r, ds := frontmatter.Parse("records/incidents/2026-11/INC-2611-K7Q4.md", "incident", []byte(src))
	if r == nil {
		t.Fatalf("%v in\n%s", ds, src)
	}
	return r
}

func parseAll(t *testing.T, srcs []string) []*records.Record {
	t.Helper()
	var out []*records.Record
	for _, s := range srcs {
		out = append(out, parse(t, s))
	}
	return out
}

func words(ds []diag.Diagnostic) string {
	var b strings.Builder
	for _, d := range ds {
		fmt.Fprintf(&b, "%s %s %d: %s\n", d.Severity, d.Rule, d.Span.Start.Line, d.Message)
	}
	return b.String()
}

func judgePair(t *testing.T, before, bases []string, after string) string {
	t.Helper()
	p := &pair{typ: schema.BuiltIn().Get("incident"), before: parseAll(t, before), bases: parseAll(t, bases), after: parse(t, after)}
	return words(p.check(desk.Default().Vars()))
}

const lastLine = "  - {at: 2026-11-03T09:20:00Z, by: lee, state: in-progress, team: network, assignee: lee}\n"

func TestAChangeOfOneRecord(t *testing.T) {
	add := func(line string) []string { return []string{lastLine, lastLine + "  - " + line + "\n"} }
	for name, c := range map[string]struct {
		before string // incident where empty
		edits  []string
		want   string
	}{
		"a line at the end of the log is fine": {edits: add("{at: 2026-11-03T09:25:00Z, by: lee, team: network}")},
		"a line of the same moment is fine":    {edits: add("{at: 2026-11-03T09:20:00Z, by: lee, team: network}")},
		"a line before the last one is dated back": {edits: add("{at: 2026-11-03T09:19:59Z, by: lee, team: network}"),
			want: "error history/back-dated 15: the new log line of 2026-11-03T09:19:59Z is dated before the last one that was there, of 2026-11-03T09:20:00Z\n"},
		"a line that is gone was removed": {edits: []string{lastLine, ""},
			want: "error history/log-removed 13: 1 log line was removed: {at: 2026-11-03T09:20:00Z, by: lee, state: in-progress, team: network, assignee: lee}\n"},
		"a whole log that is gone was removed": {edits: []string{"log:\n  - {at: 2026-11-03T09:12:00Z, by: dana, state: new, priority: P2}\n" + lastLine, ""},
			want: "error history/log-removed 1: 2 log lines were removed: "},
		"a line that sets something else was altered": {edits: []string{"by: lee, state: in-progress, team: network", "by: lee, state: in-progress, team: it"},
			want: "error history/log-altered 14: the log line was {at: "},
		"a line with another author was altered": {edits: []string{"by: lee, state: in-progress", "by: dana, state: in-progress"},
			want: "error history/log-altered 14: "},
		"a line with another time was altered, not dated back": {edits: []string{"at: 2026-11-03T09:20:00Z", "at: 2026-11-03T09:15:00Z"},
			want: "error history/log-altered 14: "},
		"a line that is written another way is the same": {edits: []string{"{at: 2026-11-03T09:20:00Z, by: lee, state: in-progress, team: network, assignee: lee}",
			"\n    by: \"lee\"\n    at: '2026-11-03T10:20:00+01:00'\n    assignee: lee\n    team: network\n    state: in-progress"}},
		"a time of opening that is put right is a warning": {edits: []string{"opened_at: 2026-11-03T09:12:00Z", "opened_at: 2026-11-03T08:00:00Z"},
			want: `warning history/stamp-changed 11: opened_at was "2026-11-03T09:12:00Z"; now it is "2026-11-03T08:00:00Z", and no log line accounts for it`},
		"the same moment in another zone is the same": {edits: []string{"opened_at: 2026-11-03T09:12:00Z", "opened_at: 2026-11-03T10:12:00+01:00"}},
		"a comment that is gone is a warning": {edits: []string{"### 2026-11-03T09:30:00Z dana\n\nSince this morning.\n\n", ""},
			want: `warning history/entry-removed 21: the entry "2026-11-03T09:30:00Z dana" of "Comments" was removed`},
		"a comment that says something else is a warning": {edits: []string{"Since this morning.", "Since yesterday."},
			want: "warning history/entry-altered 23: the text of the entry was changed"},
		"a note that became a comment was removed from its section": {edits: []string{"\n## Work notes\n", "", "Firmware.", "Firmware."},
			want: `warning history/entry-removed 16: the entry "2026-11-03T09:41:00Z lee" of "Work notes" was removed`},
		"a comment that is added is fine":                   {edits: []string{"## Work notes\n", "### 2026-11-03T11:00:00Z dana\n\nHere.\n\n## Work notes\n"}},
		"other fields and texts of an open record are free": {edits: []string{"title: VPN drops", "title: VPN is slow", "service: vpn\n", "", "It drops.", "It is slow."}},

		"adding to a closed record is fine": {before: closedIncident, edits: []string{"assets: [LT-1, LT-2]", "assets: [LT-2, LT-3, LT-1]\nproblem: PRB-1\nsatisfaction: 4",
			"hunter2.\n", "hunter2.\n\n### 2026-11-05T09:30:00Z dana\n\nThanks.\n"}},
		"a field of a closed record that is changed is a warning": {before: closedIncident, edits: []string{"title: VPN drops", "title: VPN is slow"},
			want: `warning history/closed-edited 3: title of a closed record was "VPN drops"; now it is "VPN is slow"`},
		"a field of a closed record that is gone is a warning": {before: closedIncident, edits: []string{"resolution: New firmware\n", ""},
			want: `warning history/closed-edited 1: resolution of a closed record was "New firmware"; now it is nothing`},
		"an item taken from a closed record is a warning": {before: closedIncident, edits: []string{"[LT-1, LT-2]", "[LT-1]"},
			want: `warning history/closed-edited 9: assets of a closed record was [LT-1, LT-2]; now it is [LT-1]`},
		"a text of a closed record that is changed is a warning": {before: closedIncident, edits: []string{"It drops.", "It was fine."},
			want: `warning history/closed-edited 22: section "Description" of a closed record was changed`},
		"a time of a closed record is settled": {before: closedIncident, edits: []string{"resolved_at: 2026-11-03T10:00:00Z", "resolved_at: 2026-11-03T09:30:00Z"},
			want: `error history/stamp-changed 13: `},
		"a time that a closed record lacked may be added": {before: strings.Replace(closedIncident, "resolved_at: 2026-11-03T10:00:00Z\n", "", 1),
			edits: []string{"closed_at:", "resolved_at: 2026-11-03T10:00:00Z\nclosed_at:"}},
		"an entry of a closed record is settled": {before: closedIncident, edits: []string{"The password is hunter2.", "Never mind."},
			want: "error history/entry-altered 28: the text of the entry was changed"},
		"an entry taken from a closed record is an error": {before: closedIncident, edits: []string{"### 2026-11-03T09:30:00Z dana\n\nThe password is hunter2.\n", ""},
			want: "error history/entry-removed 26: "},
		"a secret can be taken out of a closed record": {before: closedIncident, edits: []string{"The password is hunter2.", "Redacted: a password."},
			want: "warning history/entry-altered 28: the entry was redacted"},
		"a record that is opened again is open": {before: closedIncident,
			edits: []string{"state: closed\nimpact", "state: in-progress\nimpact", "by: lee, state: closed}\n", "by: lee, state: closed}\n  - {at: 2026-11-05T10:00:00Z, by: lee, state: in-progress}\n",
				"resolution: New firmware\n", "", "resolved_at: 2026-11-03T10:00:00Z\nclosed_at: 2026-11-04T10:00:00Z\n", ""}},

		"imported lines stay as many": {before: importedIncident, edits: []string{"by: lee, state: resolved}\n", "by: lee, state: resolved}\n  - {at: 2026-11-04T10:00:00Z, by: lee, state: closed}\n"}},
		"a higher count of imported lines would exempt one's own": {before: importedIncident,
			edits: []string{"log: 2", "log: 3", "by: lee, state: resolved}\n", "by: lee, state: resolved}\n  - {at: 2026-11-04T10:00:00Z, by: lee, state: new}\n"},
			want:  "error history/imported-log 12: imported.log was 2; now it is 3"},
		"a record does not become an imported one": {edits: []string{"log:\n", "imported: {source: x, log: 1}\nlog:\n"},
			want: "error history/imported-log 12: imported.log was 0; now it is 1"},
		"a line among the imported ones would be exempt": {before: importedIncident,
			edits: []string{"  - {at: 2026-11-03T10:00:00Z, by: lee, state: resolved}\n", "  - {at: 2026-11-04T10:00:00Z, by: lee, state: closed}\n  - {at: 2026-11-03T10:00:00Z, by: lee, state: resolved}\n"},
			want:  "error history/imported-log 15: the new log line of 2026-11-04T10:00:00Z stands among the 2 imported ones"},
	} {
		t.Run(name, func(t *testing.T) {
			before := c.before
			if before == "" {
				before = incident
			}
			got := judgePair(t, []string{before}, []string{before}, edit(t, before, c.edits...))
			if !strings.HasPrefix(got, c.want) || c.want == "" && got != "" || strings.Count(got, "\n") > 1 {
				t.Errorf("got\n%swant\n%s", got, c.want)
			}
		})
	}
}

func TestANewRecordHasNoHistory(t *testing.T) {
	if got := judgePair(t, []string{""}, []string{""}, importedIncident); got != "" {
		t.Error(got)
	}
}

// TestAMergeKeepsWhatEitherSideAdded merges two sides that each added a log line
// and a comment.
func TestAMergeKeepsWhatEitherSideAdded(t *testing.T) {
	const ourLine, theirLine = "  - {at: 2026-11-03T10:00:00Z, by: lee, team: it}\n", "  - {at: 2026-11-03T10:05:00Z, by: dana, team: mail}\n"
	ours := edit(t, incident, lastLine, lastLine+ourLine, "title: VPN drops", "title: Ours")
	theirs := edit(t, incident, lastLine, lastLine+theirLine, "Since this morning.", "Since noon.")
	both := edit(t, incident, lastLine, lastLine+ourLine+theirLine, "title: VPN drops", "title: Ours", "Since this morning.", "Since noon.")
	shorter := edit(t, theirs, "  - {at: 2026-11-03T09:12:00Z, by: dana, state: new, priority: P2}\n", "")
	late := "  - {at: 2026-11-03T10:06:00Z, by: lee, team: desk}\n"
	for name, c := range map[string]struct {
		before, bases []string
		after, want   string
	}{
		"both are kept":                      {before: []string{ours, theirs}, bases: []string{incident}, after: both},
		"a line of our side is dropped":      {before: []string{ours, theirs}, bases: []string{incident}, after: theirs, want: "error history/log-removed 13: 1 log line was removed: {at: 2026-11-03T10:00:00Z"},
		"a line of their side is dropped":    {before: []string{ours, theirs}, bases: []string{incident}, after: ours, want: "error history/log-removed 13: 1 log line was removed: {at: 2026-11-03T10:05:00Z"},
		"what they removed stays removed":    {before: []string{incident, shorter}, bases: []string{incident}, after: shorter},
		"what both have is dropped":          {before: []string{ours, theirs}, bases: []string{incident}, after: edit(t, both, "  - {at: 2026-11-03T09:12:00Z, by: dana, state: new, priority: P2}\n", ""), want: "error history/log-removed 13: 1 log line"},
		"a line of the merge itself is late": {before: []string{ours, theirs}, bases: []string{incident}, after: edit(t, both, theirLine, theirLine+late)},
		"one of the merge itself is dated back": {before: []string{ours, theirs}, bases: []string{incident}, after: edit(t, both, lastLine, "  - {at: 2026-11-03T09:13:00Z, by: lee, team: desk}\n"+lastLine),
			want: "error history/back-dated 14: "},
		"a criss-cross merge knew less at one base": {before: []string{both}, bases: []string{ours, incident}, after: edit(t, both, lastLine, lastLine+"  - {at: 2026-11-03T09:50:00Z, by: lee, team: desk}\n")},
		"a criss-cross merge is older than every base": {before: []string{both}, bases: []string{ours, incident}, after: edit(t, both, lastLine, "  - {at: 2026-11-03T09:13:00Z, by: lee, team: desk}\n"+lastLine),
			want: "error history/back-dated 14: the new log line of 2026-11-03T09:13:00Z is dated before the last one that was there, of 2026-11-03T09:20:00Z"},
		"a base without the record knew nothing": {before: []string{both}, bases: []string{ours, ""}, after: edit(t, both, lastLine, "  - {at: 2026-11-03T09:13:00Z, by: lee, team: desk}\n"+lastLine)},
	} {
		t.Run(name, func(t *testing.T) {
			got := judgePair(t, c.before, c.bases, c.after)
			if !strings.HasPrefix(got, c.want) || c.want == "" && got != "" {
				t.Errorf("got\n%swant\n%s", got, c.want)
			}
		})
	}
}
