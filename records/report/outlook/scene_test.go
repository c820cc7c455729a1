package outlook

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"frontdesk/records"
	"frontdesk/records/figure"
	"frontdesk/records/report/scene"
	"frontdesk/records/sla"
	"frontdesk/schema"
	"frontdesk/schema/desk"
)

// reports are the figures that each report gets, without those that it has.
var reports scene.Reports = func() (out []figure.Report) {
	for _, report := range known() {
		out = append(out, figure.Report{Subject: report, Figures: additionTo(report).figures})
	}
	return out
}

// incident writes an incident for a scene.
func incident(id, title, opened string, more ...string) string {
	return fmt.Sprintf("incident/%s\ntitle: %s\nstate: in-progress\nopened_at: %s:00Z\n%s", id, title, strings.Replace(opened, " ", "T", 1), strings.Join(more, "\n"))
}

// wordsOf returns what rows say, a line each.
func wordsOf(t scene.TB, r figure.Result) string {
	t.Helper()
	var out []string
	for _, row := range scene.Rows(t, r) {
		out = append(out, row.Words)
	}
	return strings.Join(out, "\n")
}

func equal(t *testing.T, what string, got, want any) {
	t.Helper()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("%s\n got: %v\nwant: %v", what, got, want)
	}
}

// timed makes a case with a clock for its resolution, the target of which is limit.
func timed(id, priority string, opened time.Time, took, limit time.Duration, ended bool) *figure.Case {
	state, category := "in-progress", records.Active
	if ended {
		state, category = "resolved", records.Resolved
	}
	fields := records.NewMap(
		records.Pair{Key: "id", Value: records.NewString(id)}, records.Pair{Key: "title", Value: records.NewString("Ticket " + id)},
		records.Pair{Key: "state", Value: records.NewString(state)}, records.Pair{Key: "priority", Value: records.NewString(priority)})
	r := &records.Record{Type: incidents, ID: records.ID(id), Path: "records/" + id + ".md", Fields: fields}
	clock := sla.Clock{Name: "resolution", Metric: schema.Resolution, Start: opened, Limit: limit, Elapsed: sla.Amount{Business: took, Wall: took}, Left: limit - took, Due: opened.Add(limit), Outcome: sla.Running, Active: true}
	switch {
	case limit == 0:
		clock.Outcome = sla.Untimed
	case took > limit:
		clock.Outcome = sla.Breached
	case ended:
		clock.Outcome = sla.Met
	}
	if ended {
		clock.Stop, clock.Active = opened.Add(took), false
	}
	return &figure.Case{Record: r, Category: category, Opened: opened, Clocks: []sla.Clock{clock}}
}

// dataOf makes data of cases of incidents.
func dataOf(asOf time.Time, cases []*figure.Case) *figure.Data {
	return &figure.Data{Desk: desk.Default(), Types: &schema.Types{}, AsOf: asOf, Zone: time.UTC, Cases: map[records.Type][]*figure.Case{incidents: cases}}
}
