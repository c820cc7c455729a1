package review

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
	"time"

	"frontdesk/records"
	"frontdesk/records/approval"
	"frontdesk/records/conflict"
	"frontdesk/records/gate"
	"frontdesk/records/history"
	"frontdesk/records/plain"
	"frontdesk/records/tree"
	"frontdesk/schema"
	"frontdesk/schema/calendar"
)

// parse reads a record of a type.
func parse(t *testing.T, typ records.Type, id, front string) *records.Record {
	t.Helper()
	n := tree.Name{Type: typ, ID: records.ID(id), Path: "records/" + string(typ) + "/" + id + ".md"}
	r, ds := tree.Parse(n, []byte("---\nid: "+id+"\n"+front+"---\n"))
	if r == nil {
		t.Fatal(ds)
	}
	return r
}

// quoted writes any text as a YAML string. Records hold no control characters.
func quoted(s string) string {
	s = plain.Text(strings.ToValidUTF8(s, ""))
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(s) + `"`
}

// caseOf is a change of which every text is hostile.
func caseOf(t *testing.T, n int, text string, types *schema.Types, things []*records.Record) *gate.Case {
	t.Helper()
	front := "title: " + quoted(text) + "\nstate: authorize\nservices: [s1]\nassets: [a1]\nplanned_start: 2026-12-05T21:00:00Z\nplanned_end: " + quoted(text) + "\n"
	r := parse(t, "change", fmt.Sprintf("CHG-2611-%04d", n), front)
	return &gate.Case{
		Type: types.Get("change"), Record: r, Needed: true, Why: text, Next: time.Date(2026, 12, 5, 21, 0, 0, 0, time.UTC),
		Input: &approval.Input{Types: types, Record: r, Set: records.NewSet(things), Parts: approval.Parts{"path:" + text: "100644:x", "field:title": "y"}},
		Conflicts: []conflict.Conflict{{Kind: conflict.SameAsset, With: "change/" + text, Title: text, Branch: text, Through: "asset/" + text,
			Span: calendar.Span{Start: time.Date(2026, 12, 5, 21, 0, 0, 0, time.UTC), End: time.Date(2026, 12, 5, 22, 0, 0, 0, time.UTC)}}},
		Verdict: &approval.Verdict{ID: r.ID, Type: "change", State: approval.Pending, Reasons: []string{text, "peer: 0 of 1"}, Kind: text, Risk: text, Because: []string{text}, Due: text,
			Rules:   []approval.RuleVerdict{{Name: text, Need: 1, Could: []records.ID{records.ID(text)}, Void: []approval.Void{{By: records.ID(text), Field: text, Reason: text}}}},
			Refused: []approval.RefusedVote{{By: records.ID(text), Path: text, Reason: text}}},
	}
}

func inputOf(t *testing.T, text string, cases int) Input {
	t.Helper()
	in := Input{Types: schema.BuiltIn(), Conflicts: []string{text}, Difference: &history.Difference{}, Gate: &gate.Report{Target: "refs/heads/" + text, Base: strings.Repeat("a", 40), Head: strings.Repeat("b", 40),
		Unguarded: []string{text}, Trusted: []string{text}, Trailers: []gate.Trailer{{Key: text, Value: text}}, Notes: []string{text}}}
	var things []*records.Record
	for i := range 60 {
		things = append(things, parse(t, "asset", fmt.Sprintf("a%d", i+1), fmt.Sprintf("title: %s\nparent: a%d\n", quoted(text), i+2)))
		things = append(things, parse(t, "service", fmt.Sprintf("s%d", i+1), fmt.Sprintf("title: %s\ndepends_on: [s1, s%d]\n", quoted(text), i+2)))
	}
	for n := range cases {
		c := caseOf(t, n+1, text, in.Types, things)
		in.Gate.Cases = append(in.Gate.Cases, c)
		d := history.RecordDiff{Action: history.Added, Name: tree.Name{Type: "change", ID: c.Record.ID, Path: c.Record.Path}, After: c.Record, OldPath: text}
		d.Changes = history.Compare(in.Types.Get("change"), nil, c.Record)
		in.Difference.Records = append(in.Difference.Records, d)
	}
	other := parse(t, "incident", "INC-2611-0001", "title: "+quoted(text)+"\nstate: new\n")
	in.Difference.Records = append(in.Difference.Records, history.RecordDiff{Action: history.Removed, Name: tree.Name{Type: "incident", ID: other.ID, Path: other.Path}, Before: other})
	in.Difference.Files = append(in.Difference.Files, history.FileDiff{Action: history.Changed, Path: text})
	return in
}

// fence matches the graphs, of which Markdown shows nothing.
var fence = regexp.MustCompile("(?s)```mermaid\n.*?\n```\n")

func TestNoTextOfARecordGetsOut(t *testing.T) {
	for _, text := range hostile {
		out := Write(inputOf(t, text, 1))
		for _, line := range strings.Split(out, "\n") {
			if strings.HasPrefix(strings.TrimSpace(line), "::") || strings.HasPrefix(line, "/") || strings.Contains(line, "##[") {
				t.Errorf("%.40q gives the line %q", text, line)
			}
		}
		if n := strings.Count(out, "```mermaid\n"); n != 1 || len(fence.FindAllString(out, -1)) != 1 {
			t.Errorf("%.40q gives %d graphs", text, n)
		}
		shown := render(t, fence.ReplaceAllString(out, ""))
		for _, tag := range tags.FindAllString(shown, -1) {
			switch strings.Trim(tag, "</>") {
			case "ul", "li", "code", "p", "h2", "h3", "strong":
			default:
				t.Errorf("%.40q brings %s into\n%s", text, tag, shown)
			}
		}
		if n := strings.Count(shown, "<h2>") + strings.Count(shown, "<h3>"); n != 3 {
			t.Errorf("%.40q makes %d headings of 3", text, n)
		}
	}
}

func TestGraphsAreBounded(t *testing.T) {
	out := Write(inputOf(t, "x", 1))
	graph := fence.FindString(out)
	if n := strings.Count(graph, "\"]"); n > mostNodes || n < 4 {
		t.Errorf("%d nodes", n)
	}
	if n := strings.Count(graph, "-->"); n > mostEdges {
		t.Errorf("%d arrows", n)
	}
	if !strings.Contains(out, "there are more") {
		t.Error("nothing says that the graph was cut")
	}
}

func TestASummaryFitsAndIsTheSameEachTime(t *testing.T) {
	in := inputOf(t, "Replace the core switch", 80)
	out := Write(in)
	if len(out) > MaxLength || len(out) < MaxLength/2 {
		t.Errorf("it is %d bytes long", len(out))
	}
	if !strings.Contains(out, "**Left out, as a comment cannot be longer:**") || !strings.Contains(out, "graphs of what depends on them") {
		t.Errorf("nothing says what was left out: %q", out[len(out)-300:])
	}
	if strings.Count(out, "**Not approved yet.**") != 80 {
		t.Errorf("verdicts were left out before other things")
	}
	for range 3 {
		if again := Write(in); again != out {
			t.Fatal("two summaries differ")
		}
	}
	if few := Write(inputOf(t, "x", 2)); strings.Contains(few, "Left out") {
		t.Errorf("something is left out of %d bytes", len(few))
	}
}

func TestNothingToApproveIsSaid(t *testing.T) {
	out := Write(Input{Gate: &gate.Report{Target: "refs/heads/main", Base: "a", Head: "b"}})
	if !strings.Contains(out, "**Nothing here needs approval.**") {
		t.Error(out)
	}
}
