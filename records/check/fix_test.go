package check

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/frontmatter"
)

// mend fixes an example's incident and returns the mended file.
func mend(t *testing.T, src string) (Fixed, *Input) {
	t.Helper()
	in, _ := load(t, example(t, src))
	for _, r := range in.Set.All() {
		if r.Path == incident {
			out, err := Fix(in, r, "lee", asOf)
			if err != nil {
				t.Fatal(err)
			}
			return out, in
		}
	}
	t.Fatalf("no record at %s", incident)
	return Fixed{}, nil
}

func TestFixMendsWhatHasOneRightAnswer(t *testing.T) {
	for _, c := range []struct {
		name, src string
		rules     []diag.RuleID
		has       []string // lines of the mended file
	}{
		{"nothing is wrong", "impact: medium", nil, []string{"priority: P2"}},
		{"a title that reads as a number", "title: 2024", []diag.RuleID{"schema/type"}, []string{`title: "2024"`}},
		{"a title that reads as a truth value, with a comment", "title: true  # why not", []diag.RuleID{"schema/type"}, []string{`title: "true"  # why not`}},
		{"several values", "title: 1.10\ncategory: 7\nsubcategory: 8", []diag.RuleID{"schema/type"}, []string{`title: "1.10"`, `category: "7"`, `subcategory: "8"`}},
		{"a wrong priority that the log has right", "priority: P4", []diag.RuleID{"schema/derived"}, []string{"priority: P2"}},
		{"a new impact", "impact: high", []diag.RuleID{"schema/derived", "log/fold"},
			[]string{"priority: P1", "  - {at: 2026-12-01T12:00:00Z, by: lee, priority: P1}"}},
		{"an assignee set by hand", "assignee: dana", []diag.RuleID{"log/fold"}, []string{"  - {at: 2026-12-01T12:00:00Z, by: lee, assignee: dana}"}},
		{"an assignee removed by hand in a state that needs none", "state: new\nassignee:\nlog:\n  - {at: 2026-11-03T09:12:00Z, by: dana, state: new, priority: P2, team: network, assignee: lee}",
			[]diag.RuleID{"log/fold"}, []string{"  - {at: 2026-12-01T12:00:00Z, by: lee, assignee: null}"}},
		{"a state set by hand", "state: on-hold\nhold: user", []diag.RuleID{"log/fold"}, []string{"  - {at: 2026-12-01T12:00:00Z, by: lee, state: on-hold, hold: user}"}},
		{"a resolution by hand", "state: resolved\nresolution: Restarted\nresolution_code: fixed\nresolved_at: 2026-11-04T08:00:00Z",
			[]diag.RuleID{"log/fold"}, []string{"  - {at: 2026-12-01T12:00:00Z, by: lee, state: resolved}"}},
		{"a resolution by hand without its time", "state: resolved\nresolution: Restarted\nresolution_code: fixed",
			[]diag.RuleID{"log/fold"}, []string{"resolved_at: 2026-12-01T12:00:00Z", "  - {at: 2026-12-01T12:00:00Z, by: lee, state: resolved}"}},
		{"closed by hand", "state: closed\nresolution: Restarted\nresolution_code: fixed\nresolved_at: 2026-11-04T08:00:00Z\n" + resolvedLog,
			[]diag.RuleID{"log/fold"}, []string{"resolved_at: 2026-11-04T08:00:00Z", "closed_at: 2026-12-01T12:00:00Z", "  - {at: 2026-12-01T12:00:00Z, by: lee, state: closed}"}},
		{"taken off hold by hand", "state: in-progress\nhold: user\n" + strings.Replace(resolvedLog, "state: resolved", "state: on-hold, hold: user", 1),
			[]diag.RuleID{"log/fold"}, []string{"  - {at: 2026-12-01T12:00:00Z, by: lee, state: in-progress, hold: null}"}},
		{"reopened by hand", "state: in-progress\nresolution: Restarted\nresolution_code: fixed\nresolved_at: 2026-11-04T08:00:00Z\n" + resolvedLog,
			[]diag.RuleID{"log/fold"}, []string{"resolution: Restarted", "  - {at: 2026-12-01T12:00:00Z, by: lee, state: in-progress}"}},
		{"begun by hand", "state: new\nopened_at:\nlog:", []diag.RuleID{"log/missing"}, []string{"opened_at: 2026-12-01T12:00:00Z"}},
		{"no log", "log:", []diag.RuleID{"log/missing"},
			[]string{"  - {at: 2026-12-01T12:00:00Z, by: lee, state: in-progress, priority: P2, team: network, assignee: lee}"}},
		{"everything", "title: 12\nimpact: low\nlog: []", []diag.RuleID{"schema/type", "schema/derived", "log/missing"}, []string{`title: "12"`, "priority: P3"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, _ := mend(t, c.src)
			if !slices.Equal(out.Rules, c.rules) || out.Path != incident {
				t.Errorf("mended %v at %s, want %v", out.Rules, out.Path, c.rules)
			}
			for _, line := range c.has {
				if !bytes.Contains(out.Data, []byte("\n"+line+"\n")) {
					t.Errorf("the file lacks %q\n%s", line, out.Data)
				}
			}
			if ds := judge(t, string(out.Data)); diag.Count(ds, diag.Error) > 0 {
				t.Errorf("errors are left:\n%s", lines(ds))
			}
		})
	}
}

// resolvedLog is the log of an incident that was resolved.
const resolvedLog = "log:\n" +
	"  - {at: 2026-11-03T09:12:00Z, by: dana, state: in-progress, priority: P2, team: network, assignee: lee}\n" +
	"  - {at: 2026-11-04T08:00:00Z, by: lee, state: resolved}"

func TestFixStampsAndClearsOnlyWhatThePersonCannotHaveMeant(t *testing.T) {
	resolution := "resolution: Restarted\nresolution_code: fixed\n"
	for _, c := range []struct{ name, src, has, lacks string }{
		{"a time that is stated stays", "state: resolved\nresolved_at: 2026-11-05T08:00:00Z\n" + resolution, "resolved_at: 2026-11-05T08:00:00Z", "resolved_at: 2026-12-01"},
		{"a time that the log knows is cleared on reopening", "state: in-progress\nresolved_at: 2026-11-04T08:00:00Z\n" + resolvedLog, "state: in-progress}", "resolved_at"},
		{"a time that the log does not know stays", "state: in-progress\nresolved_at: 2026-11-04T07:00:00Z\n" + resolvedLog, "resolved_at: 2026-11-04T07:00:00Z", "nothing of the kind"},
		{"how an old record without log ended stays unknown", "state: closed\nresolved_at: 2026-11-04T08:00:00Z\nlog:\n" + resolution, "by: lee, state: closed", "closed_at"},
	} {
		t.Run(c.name, func(t *testing.T) {
			out, _ := mend(t, c.src)
			if len(out.Rules) == 0 || !bytes.Contains(out.Data, []byte(c.has)) || bytes.Contains(out.Data, []byte(c.lacks)) {
				t.Errorf("mended %v; want %q and no %q\n%s", out.Rules, c.has, c.lacks, out.Data)
			}
		})
	}
}

func TestFixLeavesWhatIsAMatterOfJudgement(t *testing.T) {
	for name, src := range map[string]string{
		"a reason for the priority is given":  "priority: P1\npriority_reason: the board meets\nlog:\n  - {at: 2026-11-03T09:12:00Z, by: dana, state: in-progress, priority: P1, team: network, assignee: lee}",
		"a step that the type does not have":  "state: closed\nresolved_at: 2026-11-04T08:00:00Z",
		"a new impact, but no log to note it": "impact: high\nlog:\n  - {by: lee}",
		"a state that there is not":           "state: solved",
		"a log that cannot be read":           "assignee: dana\nlog:\n  - {by: lee}",
		"a log that goes on after now":        "assignee: dana\nlog:\n  - {at: 2026-12-01T12:04:00Z, by: dana, state: in-progress, priority: P2, team: network, assignee: lee}",
		"a log that is no list":               "log: later",
		"a number where a list is meant":      "watchers: 7",
		"a word where a number is meant":      "satisfaction: good",
		"a number that is not in the list":    "impact: 1",
	} {
		t.Run(name, func(t *testing.T) {
			before := example(t, src)[incident]
			out, _ := mend(t, src)
			if len(out.Rules) > 0 || string(out.Data) != before {
				t.Errorf("mended %v\n%s", out.Rules, out.Data)
			}
		})
	}
}

func TestFixMovesAFileOnlyToAFreePlace(t *testing.T) {
	out, in := mend(t, "id: INC-2610-B5T8")
	if want := "records/incidents/2026-10/INC-2610-B5T8.md"; out.Path != want || !slices.Equal(out.Rules, []diag.RuleID{ruleFileName, ruleMisplaced}) {
		t.Errorf("moves to %s for %v, want %s", out.Path, out.Rules, want)
	}
	in.Exists = func(string) bool { return true }
	taken, err := Fix(in, find(t, in, "INC-2610-B5T8"), "lee", asOf)
	if err != nil || taken.Path != incident || len(taken.Rules) > 0 {
		t.Errorf("moves over another file: %s, %v", taken.Path, err)
	}
}

func TestFixWritesNoLogInNobodysName(t *testing.T) {
	in, _ := load(t, example(t, "assignee: dana"))
	out, err := Fix(in, find(t, in, "INC-2611-K7Q4"), "", asOf)
	if err != nil || len(out.Rules) > 0 {
		t.Errorf("mended %v, %v", out.Rules, err)
	}
}

// TestFixingTwiceIsFixingOnce holds over random faults: what is mended is gone
// and stays gone, nothing new is wrong, and all other bytes are as before.
func TestFixingTwiceIsFixingOnce(t *testing.T) {
	base := baseDesk(t)[incident]
	types := input()
	rapid.Check(t, func(t *rapid.T) {
		src := overlay(base, faulty(t))
		r, _ := frontmatter.Parse(incident, "incident", []byte(src))
		if r == nil {
			return
		}
		in := &Input{Desk: types.Desk, Types: types.Types, AsOf: asOf}
		once, err := Fix(in, r, "lee", asOf)
		if err != nil {
			t.Fatal(err)
		}
		mended, _ := frontmatter.Parse(once.Path, "incident", once.Data)
		if mended == nil {
			t.Fatalf("the mended file cannot be read:\n%s", once.Data)
		}
		twice, err := Fix(in, mended, "lee", asOf)
		if err != nil || len(twice.Rules) > 0 || !bytes.Equal(once.Data, twice.Data) || once.Path != twice.Path {
			t.Fatalf("the second time mends %v, %v\n%s\n%s", twice.Rules, err, once.Data, twice.Data)
		}
		if before, after := faults(Local(in, r)), faults(Local(in, mended)); !isSubset(after, before) {
			t.Fatalf("brought errors: %v, before %v\n%s", after, before, once.Data)
		}
		if mended.Body != r.Body {
			t.Fatalf("changed the body")
		}
		for line := range strings.Lines(src) {
			if strings.HasPrefix(line, "x_") && !bytes.Contains(once.Data, []byte(line)) {
				t.Fatalf("lost %q\n%s", line, once.Data)
			}
		}
	})
}

// faulty draws front-matter lines, right and wrong ones.
func faulty(t *rapid.T) string {
	choices := [][]string{
		{"", "title: 2024", "title: true  # c", "title: [1, 2]", "title: plain", "title: 1e3"},
		{"", "impact: low", "impact: high", "impact: 3", "impact:"},
		{"", "priority: P1", "priority: 1", "priority:", "priority: P9"},
		{"", "priority_reason: because", "priority_reason: 5"},
		{"", "state: new", "state: on-hold", "state: resolved", "state: closed", "state: nowhere", "state:"},
		{"", "hold: user", "hold: 7"},
		{"", "assignee: dana", "assignee: 42", "assignee:"},
		{"", "category: 0042", "category: no", "category: 1_000"},
		{"", "id: INC-2610-B5T8", "id: INC0012345", "id: x"},
		{"", "log:", "log: []", "log: no", "log:\n  - {at: 2026-11-03T09:12:00Z, by: 7, state: new}  # c", "log: [{at: 2026-11-03T09:12:00Z, by: dana, state: new}]"},
		{"", "x_note: 12 # kept\nx_more: {a: 1,   b: 2}"},
	}
	var out []string
	for i, c := range choices {
		if line := rapid.SampledFrom(c).Draw(t, fmt.Sprint("line ", i)); line != "" {
			out = append(out, line+"\n")
		}
	}
	return strings.Join(out, "")
}

func TestFixOfAnUnknownTypeChangesNothing(t *testing.T) {
	r := &records.Record{Type: "ghost", ID: "x", Path: "records/ghosts/x.md", Source: []byte("---\n---\n")}
	out, err := Fix(input(), r, "lee", asOf)
	if err != nil || string(out.Data) != "---\n---\n" || out.Path != r.Path {
		t.Errorf("got %+v, %v", out, err)
	}
}
