package tickets

import (
	"fmt"
	"testing"
	"time"

	"frontdesk/records"
	"frontdesk/records/figure"
	"frontdesk/records/sla"
	"frontdesk/schema"
	"frontdesk/schema/desk"
)

// bigDesk returns as many incidents as the UCI log has, each as the import of it makes
// them: some twenty fields, the source's counters, and three clocks.
func bigDesk() *figure.Data {
	types := schema.BuiltIn()
	typ := types.Get("incident")
	d := &figure.Data{Desk: desk.Default(), Types: types, AsOf: moment("2017-03-01 00:00"), Zone: time.UTC, Cases: map[records.Type][]*figure.Case{}}
	begin := moment("2016-02-29 00:00")
	for i := range 24918 {
		opened := begin.Add(time.Duration(i) * 20 * time.Minute)
		resolved := opened.Add(time.Duration(i*7919%400) * time.Hour)
		c := caseOf(typ, a{
			id: fmt.Sprintf("INC%07d", i), state: "closed",
			fields: map[string]any{"title": "x", "team": fmt.Sprint("group-", i%79), "assignee": fmt.Sprint("resolver-", i%235), "channel": "phone", "location": fmt.Sprint("Location ", i%225),
				"category": fmt.Sprint("Category ", i%59), "subcategory": fmt.Sprint("Subcategory ", i%255), "impact": "medium", "urgency": "medium", "priority": fmt.Sprint("P", 1+i%4),
				"opened_at": "2016-03-01T00:00:00Z", "resolved_at": "2016-03-01T00:00:00Z", "closed_at": "2016-03-01T00:00:00Z", "resolution_code": fmt.Sprint("code ", i%17), "requester": "x", "opened_by": "y"},
			imported: map[string]any{"source": "servicenow", "symptom": "x", "made_sla": i%3 > 0, "reopen_count": i % 90 / 89, "reassignment_count": i % 3},
		})
		c.Opened, c.Resolved, c.Closed = opened, resolved, resolved.Add(120*time.Hour)
		c.Sum = sla.Summary{First: opened, Last: c.Closed, Assigned: opened.Add(time.Hour), Teams: 1 + i%3, Reassigned: i % 3, Holds: i % 2, Held: time.Hour, HeldFor: map[string]time.Duration{"user": time.Hour}}
		held := sla.Segment{From: opened.Add(time.Hour), To: opened.Add(2 * time.Hour), Phase: sla.OnHold}
		for _, m := range []schema.Metric{schema.Response, schema.Resolution, schema.TeamTime} {
			c.Clocks = append(c.Clocks, sla.Clock{Metric: m, Outcome: sla.Untimed, Start: opened, Stop: resolved, Elapsed: sla.Amount{Business: time.Hour, Wall: time.Hour}, Segments: []sla.Segment{held}})
		}
		d.Cases["incident"] = append(d.Cases["incident"], c)
	}
	return d
}

// BenchmarkIncidents computes all figures about as many incidents as the UCI log has.
func BenchmarkIncidents(b *testing.B) {
	d := bigDesk()
	for b.Loop() {
		r := incidents() // nothing is remembered from the last time
		s := figure.NewScope(d, "incident", time.Time{}, time.Time{})
		for _, f := range r.Figures {
			f.Compute(s)
		}
	}
}

// BenchmarkIncidentsByPriority does the same for each of four priorities too.
func BenchmarkIncidentsByPriority(b *testing.B) {
	d := bigDesk()
	parts := map[string][]*figure.Case{}
	for _, c := range d.Of("incident") {
		parts[c.Text("priority")] = append(parts[c.Text("priority")], c)
	}
	for b.Loop() {
		r := incidents()
		s := figure.NewScope(d, "incident", time.Time{}, time.Time{})
		scopes := []*figure.Scope{s}
		for _, p := range parts {
			scopes = append(scopes, s.With(p))
		}
		for _, s := range scopes {
			for _, f := range r.Figures {
				f.Compute(s)
			}
		}
	}
}
