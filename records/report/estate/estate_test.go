package estate

import (
	"strings"
	"testing"

	"frontdesk/records/figure"
	"frontdesk/records/report/scene"
)

// asset writes an asset.
func asset(id, state, more string) string {
	return "asset/" + id + "\ntitle: " + id + "\nclass: computer\nstate: " + state + "\n" + more
}

func TestAssetFigures(t *testing.T) {
	d := sceneOf(t, "2026-11-03 12:00",
		asset("a", "in-use", "warranty_until: 2026-11-03\naudited_on: 2025-11-03\npurchased_on: 2024-11-03\ncost: 100.1\ncurrency: EUR\nlifetime_months: 24"), // both day and age to the day
		asset("b", "in-use", "warranty_until: 2026-12-04\naudited_on: 2025-11-02\npurchased_on: 2021-11-03\ncost: 200.2\ncurrency: EUR\nlifetime_months: 36\nreturn_by: 2026-11-02"),
		asset("c", "in-stock", "warranty_until: 2026-11-02\npurchased_on: 2026-10-03\ncost: 5\ncurrency: USD\nend_of_support_on: 2027-02-01"),
		asset("d", "in-transit", "end_of_support_on: 2026-12-03"),
		asset("e", "reserved", "cost: 7"),
		asset("f", "lost", "warranty_until: 2020-01-01\nmissing_since: 2026-10-10T08:00:00Z\ndata_bearing: true\nencrypted: true"),
		strings.Replace(asset("g", "stolen", "missing_since: 2025-10-10T08:00:00Z\ndata_bearing: true"), "computer", "mobile", 1),
		asset("h", "retired", "warranty_until: 2020-01-01\ncost: 1000\ncurrency: EUR"),
		asset("i", "disposed", "warranty_until: 2026-11-10"),
		strings.Replace(asset("j", "ordered", "purchased_on: 2026-12-01"), "computer", "server", 1),
	)
	reports.Check(t, d, "asset", []scene.Want{
		{ID: "assets", Value: 6, N: 6},
		{ID: "by_state", Value: map[string]int{"in-use": 2, "in-stock": 1, "in-transit": 1, "reserved": 1, "lost": 1, "stolen": 1, "retired": 1, "disposed": 1, "ordered": 1}, N: 10},
		{ID: "by_class", Value: map[string]int{"computer": 5, "server": 1}, N: 6},
		{ID: "utilisation", Value: 50.0, N: 4, Records: []string{"asset/a", "asset/b"}},
		{ID: "utilisation.by_class", Value: map[string]float64{"computer": 50}, N: 4},
		{ID: "warranty.30", Value: 1, N: 1, Records: []string{"asset/a"}}, // b's is the 31st day after
		{ID: "warranty.90", Value: 2, N: 2},
		{ID: "warranty.over", Value: 1, N: 1, Records: []string{"asset/c"}},
		{ID: "support.30", Value: 1, N: 1, Records: []string{"asset/d"}},
		{ID: "support.90", Value: 2, N: 2}, // 1 February is the 90th day after
		{ID: "support.over", Value: 0},
		{ID: "audit.overdue", Value: 3, N: 3, Records: []string{"asset/b", "asset/d", "asset/e"}},
		{ID: "missing", Value: 2, N: 2, Records: []string{"asset/f", "asset/g"}},
		{ID: "missing.period", From: "2026-01-01 00:00", Value: 1, N: 1, Records: []string{"asset/f"}},
		{ID: "return.overdue", Value: 1, N: 1},
		{ID: "disposal.waiting", Value: 1, N: 1},
		{ID: "age.mean", Value: (730 + 1826 + 31) / 3.0, N: 3},
		{ID: "age.buckets", Value: map[string]int{"<1 year": 1, "1-2 years": 1, "3-4 years": 0, "5+ years": 1}, N: 3},
		{ID: "age.beyond", Value: 1, N: 1, Records: []string{"asset/b"}}, // a's lifetime ends today
		{ID: "value.purchase", Value: map[string]float64{"EUR": 300.3, "USD": 5}, N: 3},
	})
	rows := scene.Rows(t, reports.Compute(t, d, "asset", "terms.list"))
	if len(rows) != 4 || rows[0].Words != "c: over for 1 day." || rows[1].Words != "a: ends today." || rows[2].Words != "d: ends in 30 days." || rows[3].Values["days_left"] != 31 {
		t.Errorf("terms are %+v", rows)
	}
	missing := scene.Rows(t, reports.Compute(t, d, "asset", "missing.list"))
	if len(missing) != 2 || missing[0].Words != "f is lost: holds data, encrypted." || missing[1].Words != "g is stolen: holds data that are not known to be encrypted." {
		t.Errorf("missing are %+v", missing)
	}
}

// article writes an article.
func article(id, state, more string) string {
	return "knowledge/" + id + "\ntitle: " + id + "\nkind: how-to\nowner: ann\nstate: " + state + "\n" + more
}

func TestKnowledgeFigures(t *testing.T) {
	solved := func(id, knowledge, more string) string {
		return "incident/" + id + "\ntitle: " + id + "\nstate: resolved\nknowledge: [" + knowledge + "]\nopened_at: 2026-10-01T00:00:00Z\nresolved_at: 2026-10-02T00:00:00Z" + more
	}
	d := sceneOf(t, "2026-11-03 12:00",
		article("fresh", "published", "review_by: 2026-12-04\nreviewed_on: 2026-01-01\npublished_at: 2026-01-05T00:00:00Z\nconfidence: validated"),
		article("today", "published", "review_by: 2026-11-03\npublished_at: 2026-10-05T00:00:00Z"),
		article("late", "published", "review_by: 2026-11-02\nreviewed_on: 2025-01-01\npublished_at: 2026-10-31T23:30:00Z"),
		article("undated", "published", ""),
		strings.Replace(article("ke", "retired", "retired_at: 2026-10-26T00:00:00Z\nreview_by: 2020-01-01"), "how-to", "known-error", 1),
		article("old", "draft", "entered: 2026-10-04T11:59:00Z"),
		article("young", "draft", "entered: 2026-10-04T12:00:00Z"),
		article("waits", "review", "entered: 2026-01-01T00:00:00Z"),
		article("unlogged", "draft", ""),
		solved("I1", "fresh, knowledge/ke, fresh", ""), solved("I2", "fresh, gone", ""), solved("I3", "gone", ""), solved("I4", "", ""),
		strings.Replace(solved("I5", "late", ""), "state: resolved", "state: cancelled", 1),
		strings.Replace(solved("I6", "late", ""), "resolved_at: 2026-10-02", "resolved_at: 2026-09-02", 1),
		"incident/I7\ntitle: I7\nstate: in-progress\nknowledge: [today]\nopened_at: 2026-10-01T00:00:00Z",
	)
	const from, to = "2026-10-01 00:00", "2026-11-01 00:00"
	reports.Check(t, d, "knowledge", []scene.Want{
		{ID: "published", Value: 4, N: 4},
		{ID: "freshness", Value: 50.0, N: 4, Records: []string{"knowledge/fresh", "knowledge/today"}},
		{ID: "review.overdue", Value: 1, N: 1, Records: []string{"knowledge/late"}},
		{ID: "review.due.30", Value: 1, N: 1, Records: []string{"knowledge/today"}},
		{ID: "review.undated", Value: 1, N: 1},
		{ID: "review.never", Value: 2, N: 2, Records: []string{"knowledge/today", "knowledge/undated"}},
		{ID: "validated.rate", Value: 25.0, N: 4},
		{ID: "retired", From: from, To: to, Value: 1, N: 1},
		{ID: "retired.by_month", Value: map[string]int{"2026-10": 1}, N: 1},
		{ID: "published.by_month", Value: map[string]int{"2026-01": 1, "2026-10": 2}, N: 3},
		{ID: "known_errors", Value: 0},
		{ID: "drafts.old", Value: 2, N: 2, Records: []string{"knowledge/old", "knowledge/waits"}},
		{ID: "link_rate", From: from, To: to, Value: 50.0, N: 4, Records: []string{"incident/I1", "incident/I2"}},
		{ID: "link_rate", Value: 60.0, N: 5},
		{ID: "link_rate.known_error", From: from, To: to, Value: 25.0, N: 4, Records: []string{"incident/I1"}},
		{ID: "unused", From: from, To: to, Value: 3, N: 3},
	})
	rows := scene.Rows(t, reports.During(t, d, "knowledge", "used.list", from, to))
	if len(rows) != 2 || rows[0].Ref != "knowledge/fresh" || rows[0].Values["incidents"] != 2 || rows[1].Ref != "knowledge/ke" {
		t.Errorf("used are %+v", rows)
	}
	due := scene.Rows(t, reports.Compute(t, d, "knowledge", "review.list"))
	if len(due) != 2 || due[0].Words != "late: review overdue for 1 day." || due[1].Words != "today: review due today." {
		t.Errorf("due are %+v", due)
	}
}

func TestDefinitionsAreComplete(t *testing.T) {
	reports.Complete(t, 15, func(d figure.Definition) string {
		if d.Unit == figure.Money && !strings.Contains(d.Text, moneyText) {
			return "that currencies are never added"
		}
		return ""
	})
}

// TestNothingIsSaidOfNothing computes every figure of no records.
func TestNothingIsSaidOfNothing(t *testing.T) {
	d := sceneOf(t, "2026-01-01 00:00")
	for _, r := range Reports() {
		s := figure.NewScope(d, r.Subject, scene.At(""), scene.At(""))
		for _, def := range r.Figures {
			got := def.Compute(s)
			switch v := got.Value.(type) {
			case nil:
			case int:
				if v != 0 {
					t.Errorf("%s of nothing is %d", def.ID, v)
				}
			case float64:
				if v != 0 || def.Unit == figure.Percent {
					t.Errorf("%s of nothing is %v", def.ID, v)
				}
			case []figure.Row:
				for _, row := range v {
					if len(row.Values) > 0 {
						t.Errorf("%s of nothing has the row %+v", def.ID, row)
					}
				}
			case map[string]int:
				for k, n := range v {
					if n != 0 {
						t.Errorf("%s of nothing has %d of %s", def.ID, n, k)
					}
				}
			default:
				t.Errorf("%s of nothing is %v", def.ID, got.Value)
			}
			if got.N != 0 || len(got.Records) != 0 {
				t.Errorf("%s of nothing is of %d: %v", def.ID, got.N, got.Records)
			}
		}
	}
}
