package check

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"frontdesk/records"
	"frontdesk/records/diag"
)

func planned(t *testing.T, id string, hour int, more string) *records.Record {
	t.Helper()
	at := func(h int) string {
		return records.FormatTime(time.Date(2026, 12, 5, h, 0, 0, 0, time.UTC))
	}
	src := fmt.Sprintf("---\nid: %s\ntitle: The %s\nplanned_start: %s\nplanned_end: %s\n%s---\n", id, id, at(hour), at(hour+2), more)
	return record(t, "change", "records/changes/2026-11/"+id+".md", src)
}

// ofConflicts leaves out what else is wrong with the records of these tests.
func ofConflicts(ds []diag.Diagnostic) []diag.Diagnostic {
	var out []diag.Diagnostic
	for _, d := range ds {
		if strings.HasPrefix(string(d.Rule), "conflict/") {
			out = append(out, d)
		}
	}
	return out
}

func TestBothOfTwoPlansAreTold(t *testing.T) {
	a, b := planned(t, "A", 20, "state: scheduled\nservices: [vpn]\n"), planned(t, "B", 21, "state: new\nservices: [vpn]\n")
	ds := ofConflicts(Graph(input(a, b)))
	if len(ds) != 2 || ds[0].Record != "A" || ds[1].Record != "B" || ds[0].Severity != diag.Warning || ds[0].Field != "planned_start" {
		t.Fatalf("%s", lines(ds))
	}
	if n := ds[0].Notes; len(n) != 1 || n[0].Path != b.Path || n[0].Span.Start.Line != 4 {
		t.Errorf("%+v", n)
	}
	if ds[0].Message != "change/B (The B) is planned for service/vpn as well, 2026-12-05 21:00 to 22:00 UTC" {
		t.Errorf("%s", ds[0].Message)
	}
	for _, state := range []string{"closed", "cancelled", "review"} {
		if ds := ofConflicts(Graph(input(a, planned(t, "B", 21, "state: "+state+"\nservices: [vpn]\n")))); len(ds) > 0 {
			t.Errorf("%s: %s", state, lines(ds))
		}
	}
	in := input(a, b)
	in.AsOf = time.Date(2026, 12, 6, 0, 0, 0, 0, time.UTC)
	if ds := ofConflicts(Graph(in)); len(ds) > 0 {
		t.Errorf("what is over is told:\n%s", lines(ds))
	}
}

func TestADeskInWhichAllIsPlannedForOneTimeIsSaidSoInBounds(t *testing.T) {
	var rs []*records.Record
	for i := range 2000 {
		rs = append(rs, planned(t, fmt.Sprintf("C%04d", i), 20, "state: new\nservices: [vpn]\n"))
	}
	start := time.Now()
	ds := ofConflicts(Graph(input(rs...)))
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
	if len(ds) != len(rs)*maxConflicts || !strings.HasSuffix(ds[maxConflicts-1].Message, "; there are more") {
		t.Errorf("%d findings, the tenth is %s", len(ds), ds[maxConflicts-1].Message)
	}
}

// TestAgainKnowsTheWindows takes records as an index keeps them, with few fields.
func TestAgainKnowsTheWindows(t *testing.T) {
	full := map[string]*records.Record{}
	for _, r := range []*records.Record{
		planned(t, "A", 20, "state: scheduled\nassets: [gw-1]\n"),
		record(t, "asset", "records/assets/gw-1.md", "---\nid: gw-1\ntitle: G\nclass: network\n---\n"),
		record(t, "window", "records/windows/f.md", "---\nid: f\ntitle: F\nstate: active\nkind: freeze\nstarts_at: 2026-12-01T00:00:00Z\nduration: P9D\ncategories: [Network]\n---\n"),
	} {
		full[r.Path] = r
	}
	in := input()
	wanted := GraphFields(in.Types)
	var known []*records.Record
	for _, r := range full {
		k := &records.Record{Type: r.Type, ID: r.ID, Path: r.Path, Fields: &records.Value{Kind: records.Map}}
		for _, name := range wanted {
			if v := r.Get(name); v != nil {
				k.Fields.Pairs = append(k.Fields.Pairs, records.Pair{Key: name, Value: v})
			}
		}
		known = append(known, k)
	}
	in.Set = records.NewSet(known)
	ds := ofConflicts(Again(t.Context(), in, nil, forgetful{}, func(r *records.Record) *records.Record { return full[r.Path] }))
	if len(ds) != 1 || ds[0].Rule != ruleFreeze || !strings.Contains(ds[0].Message, "window/f (F) concerns asset/gw-1") || ds[0].Span.Start.Line != 4 {
		t.Errorf("%s", lines(ds))
	}
}

// forgetful is a ledger in which every record was found to be in order.
type forgetful struct{}

func (forgetful) Recall(*records.Record, time.Time) ([]diag.Diagnostic, bool) { return nil, true }

func (forgetful) Note(*records.Record, time.Time, []diag.Diagnostic) {}

func TestAWindowThatSchemaTakesForOneIsJudged(t *testing.T) {
	for name, c := range map[string]struct{ lines, field string }{
		"hourly":                           {"duration: PT1H\nrecurrence: FREQ=HOURLY\n", "recurrence"},
		"no such zone":                     {"duration: PT1H\ntime_zone: Europe/Bielefeld\n", "time_zone"},
		"months":                           {"duration: P1M\n", "duration"},
		"longer than a year":               {"duration: P400D\n", "starts_at"},
		"in order":                         {"duration: PT1H\nrecurrence: FREQ=WEEKLY\n", ""},
		"neither end, which the type says": {"", ""},
	} {
		r := record(t, "window", "records/windows/w.md", "---\nid: w\ntitle: W\nstate: active\nkind: freeze\nstarts_at: 2026-12-01T00:00:00Z\n"+c.lines+"---\n")
		field := ""
		for _, d := range Local(input(r), r) {
			if d.Rule == ruleWindowTimes {
				field += d.Field
			}
		}
		if field != c.field {
			t.Errorf("%s: %q, want %q", name, field, c.field)
		}
	}
}
