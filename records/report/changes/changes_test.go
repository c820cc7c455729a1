package changes

import (
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"frontdesk/records"
	"frontdesk/records/figure"
	"frontdesk/records/report/scene"
)

// yearText is changes over three months, worked out by hand in the tests:
//
//	A  normal    successful                10.01. opened, 12.01. 10:00-12:00 as planned
//	B  normal    successful-with-issues    two incidents, P1 and P3
//	C  emergency unsuccessful              one incident that was cancelled, made necessary by I9
//	D  standard  backed-out                on staging
//	E  normal    cancelled
//	F  normal    in review                 an incident, not resolved
//	G  normal    authorize                 waits for approval
//	H  normal    closed                    without a close code
const yearText = `change/A
title: Router
kind: normal
state: closed
team: network
services: [vpn]
impact: medium
likelihood: medium
opened_at: 2026-01-10T10:00:00Z
authorization_requested_at: 2026-01-11T00:00:00Z
scheduled_at: 2026-01-11T06:00:00Z
planned_start: 2026-01-12T10:00:00Z
planned_end: 2026-01-12T12:00:00Z
actual_start: 2026-01-12T10:00:00Z
actual_end: 2026-01-12T12:00:00Z
closed_at: 2026-01-13T10:00:00Z
close_code: successful

change/B
title: Firmware
kind: normal
state: closed
team: network
services: [vpn, mail]
risk: high
impact: low
likelihood: low
opened_at: 2026-01-20T00:00:00Z
authorization_requested_at: 2026-01-21T00:00:00Z
scheduled_at: 2026-01-22T00:00:00Z
planned_start: 2026-01-24T20:00:00Z
planned_end: 2026-01-24T22:00:00Z
actual_start: 2026-01-24T21:00:00Z
actual_end: 2026-01-25T00:00:00Z
closed_at: 2026-02-01T00:00:00Z
close_code: successful-with-issues

change/C
title: Patch at once
kind: emergency
state: closed
team: platform
services: [mail]
impact: high
likelihood: low
incident: I9
opened_at: 2026-02-05T08:00:00Z
authorization_requested_at: 2026-02-05T08:30:00Z
scheduled_at: 2026-02-05T09:30:00Z
planned_start: 2026-02-05T10:00:00Z
planned_end: 2026-02-05T11:00:00Z
actual_start: 2026-02-05T10:00:00Z
actual_end: 2026-02-05T10:30:00Z
closed_at: 2026-02-06T08:00:00Z
close_code: unsuccessful
unauthorized: true

change/D
title: Staging
kind: standard
state: closed
team: platform
environment: staging
impact: low
likelihood: low
opened_at: 2026-02-10T08:00:00Z
scheduled_at: 2026-02-10T08:00:00Z
planned_start: 2026-02-10T09:00:00Z
planned_end: 2026-02-10T10:00:00Z
actual_start: 2026-02-10T09:00:00Z
actual_end: 2026-02-10T09:15:00Z
closed_at: 2026-02-10T12:00:00Z
close_code: backed-out

change/E
title: Given up
kind: normal
state: cancelled
impact: low
opened_at: 2026-02-11T00:00:00Z
closed_at: 2026-03-01T00:00:00Z

change/F
title: Database
kind: normal
state: review
team: platform
services: [erp]
impact: medium
likelihood: high
opened_at: 2026-03-02T00:00:00Z
authorization_requested_at: 2026-03-02T12:00:00Z
scheduled_at: 2026-03-03T00:00:00Z
planned_start: 2026-03-02T20:00:00Z
planned_end: 2026-03-04T22:00:00Z
actual_start: 2026-03-04T00:00:00Z
actual_end: 2026-03-04T01:00:00Z

change/G
title: Soon
kind: normal
state: authorize
impact: low
likelihood: low
opened_at: 2026-03-30T12:00:00Z
authorization_requested_at: 2026-03-31T00:00:00Z
planned_start: 2026-04-02T20:00:00Z
planned_end: 2026-04-02T22:00:00Z
services: [vpn]

change/H
title: Imported
kind: normal
state: closed
impact: low
opened_at: 2026-03-05T00:00:00Z
closed_at: 2026-03-06T00:00:00Z

incident/I1
title: Tunnel drops
state: closed
priority: P1
service: vpn
caused_by: B
opened_at: 2026-01-25T06:00:00Z
resolved_at: 2026-01-25T10:00:00Z
closed_at: 2026-01-26T00:00:00Z

incident/I2
title: Tunnel drops as well
state: resolved
priority: P3
service: mail
caused_by: change/B
opened_at: 2026-01-25T08:00:00Z
resolved_at: 2026-01-25T18:00:00Z

incident/I3
title: A mistake
state: cancelled
priority: P1
service: mail
caused_by: C
opened_at: 2026-02-05T11:00:00Z
closed_at: 2026-02-05T12:00:00Z

incident/I4
title: Slow
state: in-progress
priority: P2
service: erp
caused_by: F
opened_at: 2026-03-04T02:00:00Z

incident/I9
title: Mail is down
state: closed
priority: P1
service: mail
change: F
opened_at: 2026-02-05T07:00:00Z
resolved_at: 2026-02-05T12:00:00Z
closed_at: 2026-02-06T00:00:00Z

service/vpn
title: Remote access
state: live

team/network
title: Network team`

func year(t *testing.T) *figure.Data {
	return scene.Data(t, "2026-03-31 12:00", strings.Split(yearText, "\n\n")...)
}

func TestVolumeOfChanges(t *testing.T) {
	reports.Check(t, year(t), "change", []scene.Want{
		{ID: "opened", Value: 8, N: 8},
		{ID: "opened", From: "2026-02-01 00:00", To: "2026-03-01 00:00", Value: 3, N: 3, Records: []string{"change/C", "change/D", "change/E"}},
		{ID: "closed", Value: 6, N: 6},
		{ID: "closed", From: "2026-02-01 00:00", To: "2026-03-01 00:00", Value: 3, N: 3, Records: []string{"change/B", "change/C", "change/D"}},
		{ID: "cancelled", Value: 1, N: 1, Records: []string{"change/E"}},
		{ID: "open", Value: 1, N: 1, Records: []string{"change/G"}},
		{ID: "backlog", Value: 2, N: 2, Records: []string{"change/F", "change/G"}},
		{ID: "backlog.growth", From: "2026-03-01 00:00", Value: 3 - 2, N: 4},
		{ID: "opened.by_month", Value: map[string]int{"2026-01": 2, "2026-02": 3, "2026-03": 3}, N: 8},
		{ID: "closed.by_month", Value: map[string]int{"2026-01": 1, "2026-02": 3, "2026-03": 2}, N: 6},
		{ID: "backlog.growth.by_month", Value: map[string]int{"2026-01": 1, "2026-02": 0, "2026-03": 1}, N: 8},
		{ID: "backlog.by_month", Value: map[string]int{"2026-01": 1, "2026-02": 1, "2026-03": 2}, N: 8},
		{ID: "backlog.by_month", From: "2026-02-01 00:00", To: "2026-03-01 00:00", Value: map[string]int{"2026-02": 1}, N: 8},
		{ID: "opened.by_kind", Value: map[string]int{"normal": 6, "emergency": 1, "standard": 1}, N: 8},
		{ID: "opened.by_risk", Value: map[string]int{"moderate": 2, "high": 2, "low": 2, "(not set)": 2}, N: 8},
		{ID: "open.age", Value: map[string]int{"<1 day": 0, "1-5 days": 1, "6-30 days": 0, "31-90 days": 0, ">90 days": 0}, N: 1},
		{ID: "open.age.mean", Value: 1.0, N: 1},
	})
}

func TestHowChangesWent(t *testing.T) {
	d := year(t)
	reports.Check(t, d, "change", []scene.Want{
		{ID: "success.rate", Value: 25.0, N: 4, Records: []string{"change/A"}},
		{ID: "issues.rate", Value: 25.0, N: 4, Records: []string{"change/B"}},
		{ID: "unsuccessful.rate", Value: 25.0, N: 4, Records: []string{"change/C"}},
		{ID: "backed_out.rate", Value: 25.0, N: 4, Records: []string{"change/D"}},
		{ID: "success.rate", From: "2026-01-01 00:00", To: "2026-02-01 00:00", Value: 100.0, N: 1},
		{ID: "success.rate", From: "2030-01-01 00:00", Value: nil, N: 0},
		{ID: "success.by_month", Value: map[string]float64{"2026-01": 100, "2026-02": 0}, N: 4},
		{ID: "outcomes", Value: map[string]int{"successful": 1, "successful-with-issues": 1, "unsuccessful": 1, "backed-out": 1}, N: 4},
		{ID: "emergency.rate", Value: 12.5, N: 8, Records: []string{"change/C"}},
		{ID: "standard.rate", Value: 12.5, N: 8, Records: []string{"change/D"}},
		{ID: "unauthorized.rate", Value: 12.5, N: 8, Records: []string{"change/C"}},
		{ID: "urgent.rate", Value: 25.0, N: 8, Records: []string{"change/C", "change/F"}}, // D is standard, F planned after 20 hours
		{ID: "caused.incidents", Value: 3, N: 3, Records: []string{"incident/I1", "incident/I2", "incident/I4"}},
		{ID: "caused.rate", Value: 40.0, N: 5, Records: []string{"change/B", "change/F"}},
	})
	if r := reports.Compute(t, d, "change", "success.rate"); r.Note != "1 was closed without a close code and is left out." {
		t.Errorf("the note says %q", r.Note)
	}
}

func TestTimesOfChanges(t *testing.T) {
	reports.Check(t, year(t), "change", []scene.Want{
		{ID: "implementation.mean", Value: (2 + 3 + 0.5 + 0.25 + 1) / 5, N: 5},
		{ID: "implementation.median", Value: 1.0, N: 5},
		{ID: "implementation.p90", Value: 2 + 0.6*(3-2), N: 5}, // place 0.9*4 = 3.6 of 0.25 0.5 1 2 3
		{ID: "plan.in_window", Value: 80.0, N: 5, Records: []string{"change/A", "change/C", "change/D", "change/F"}},
		{ID: "plan.overrun", Value: 20.0, N: 5, Records: []string{"change/B"}},
		{ID: "plan.start_delay.mean", Value: (0 + 1 + 0 + 0 + 28.0) / 5, N: 5},
		{ID: "plan.duration_delta.mean", Value: (0 + 1 - 0.5 - 0.75 - 49) / 5, N: 5},
		{ID: "approval.wait.mean", Value: (6 + 24 + 1 + 12) / 4.0, N: 4},
		{ID: "approval.wait.median", Value: 9.0, N: 4},
		// risk: A moderate by the table, B high as stated, C moderate and F high by the table
		{ID: "approval.wait.by_risk", Value: map[string]float64{"moderate": 3.5, "high": 18}, N: 4},
		{ID: "approval.waiting", Value: 1, N: 1, Records: []string{"change/G"}},
		{ID: "approval.asked.rate", Value: 80.0, N: 5},
		{ID: "approval.asked.by_risk", Value: map[string]float64{"moderate": 100, "high": 100, "low": 0}, N: 5},
		{ID: "time_to_close.median", From: "2026-02-01 00:00", To: "2026-03-01 00:00", Value: 24.0, N: 3},
	})
}

// TestDORAOfChanges: deployments are A, B, C and F; D was on staging.
func TestDORAOfChanges(t *testing.T) {
	reports.Check(t, year(t), "change", []scene.Want{
		{ID: "dora.deployments.by_month", Value: map[string]int{"2026-01": 2, "2026-02": 1, "2026-03": 1}, N: 4},
		{ID: "dora.lead_time.median", Value: (50 + 49) / 2.0, N: 4}, // 50, 120, 2.5, 49 hours
		{ID: "dora.fail_rate", Value: 75.0, N: 4, Records: []string{"change/B", "change/C", "change/F"}},
		{ID: "dora.recovery_time.median", Value: 12.0, N: 1, Records: []string{"change/B"}}, // 06:00 to 18:00; F goes on, C's was cancelled
		{ID: "dora.rework_rate", Value: 50.0, N: 4, Records: []string{"change/C", "change/F"}},
		{ID: "dora.frequency", From: "2026-01-01 00:00", To: "2026-02-26 00:00", Value: 3 / 8.0, N: 3},
		{ID: "dora.frequency", From: "2026-01-12 00:00", To: "2026-01-13 00:00", Value: 1.0, N: 1},
		{ID: "dora.frequency", From: "2027-01-01 00:00", Value: nil, N: 0},
	})
}

func TestScoreOfChanges(t *testing.T) {
	d := year(t)
	rows := scene.Rows(t, reports.Compute(t, d, "change", "score.by_team"))
	if len(rows) != 2 || rows[0].Name != "Network team" || rows[0].Ref != "team/network" || rows[1].Name != "platform" || rows[1].Ref != "" {
		t.Fatalf("rows are %+v", rows)
	}
	network := rows[0].Values
	// 3 for A, -2 for B, -10 and -2 for its incidents of P1 and P3
	if network["points"] != 3-2-10-2 || network["changes"] != 2 || network["incidents"] != 2 || !scene.IsAbout(network["score"], 100*wilson(1, 2)) {
		t.Errorf("the network team comes to %v", network)
	}
	if p := rows[1].Values; p["points"] != -5-5 || p["score"] != 0.0 {
		t.Errorf("the platform team comes to %v", p)
	}
	services := scene.Rows(t, reports.Compute(t, d, "change", "score.by_service"))
	if services[0].Name != "Remote access" || services[0].Values["changes"] != 2 {
		t.Errorf("the first service is %+v", services[0])
	}
	if r := reports.Compute(t, d, "change", "score"); r.N != 4 || !scene.IsAbout(r.Value, 100*wilson(1, 4)) {
		t.Errorf("the score is %v of %d", r.Value, r.N)
	}
}

// TestWilson holds the published interval of 9 of 10 (0.5958 to 0.9821) and its limits.
func TestWilson(t *testing.T) {
	if got := wilson(9, 10); math.Abs(got-0.595850) > 1e-5 {
		t.Errorf("9 of 10 gives %f", got)
	}
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(1, 1000).Draw(t, "n")
		k := rapid.IntRange(0, n).Draw(t, "k")
		low := wilson(k, n)
		if low < 0 || low > float64(k)/float64(n) {
			t.Fatalf("%d of %d gives %f", k, n, low)
		}
		if k < n && wilson(k+1, n) < low {
			t.Fatalf("%d of %d gives more than %d", k, n, k+1)
		}
		if more := wilson(2*k, 2*n); k > 0 && more < low {
			t.Fatalf("%d of %d gives %f, twice as many only %f", k, n, low, more)
		}
	})
}

func TestServicesByChangeCausedIncidents(t *testing.T) {
	rows := scene.Rows(t, reports.Compute(t, year(t), "change", "caused.by_service"))
	if len(rows) != 3 || rows[0].Values["incidents"] != 1 {
		t.Fatalf("rows are %+v", rows)
	}
	byChange := scene.Rows(t, reports.Compute(t, year(t), "change", "caused.by_change"))
	if len(byChange) != 2 || byChange[0].Ref != "change/B" || byChange[0].Values["incidents"] != 2 || byChange[1].Ref != "change/F" {
		t.Errorf("rows are %+v", byChange)
	}
	if rows := scene.Rows(t, reports.During(t, year(t), "change", "caused.by_change", "2026-02-01 00:00", "2026-03-01 00:00")); len(rows) != 0 {
		t.Errorf("in February there are %+v", rows)
	}
}

func TestCollisions(t *testing.T) {
	const other = `change/X
		title: The same night
		kind: normal
		state: scheduled
		impact: low
		opened_at: 2026-03-01T00:00:00Z
		planned_start: 2026-04-02T21:00:00Z
		planned_end: 2026-04-02T23:00:00Z
		services: [SERVICE]`
	for name, c := range map[string]struct {
		asOf, service string
		want          int
	}{
		"two changes to one service in one night": {"2026-03-31 12:00", "vpn", 2},
		"two changes to two services":             {"2026-03-31 12:00", "mail", 0},
		"when the night is over":                  {"2026-04-03 00:00", "vpn", 0},
	} {
		t.Run(name, func(t *testing.T) {
			d := scene.Data(t, c.asOf, strings.ReplaceAll(other, "SERVICE", c.service), strings.NewReplacer("/X", "/Y", "SERVICE", "vpn").Replace(other))
			if r := reports.Compute(t, d, "change", "collisions"); r.Value != c.want {
				t.Errorf("%v collide; want %d", r.Records, c.want)
			}
		})
	}
}

func TestWhatHasNotHappenedIsNotCounted(t *testing.T) {
	d := scene.Data(t, "2026-01-12 11:00", `change/A
		title: Router
		kind: normal
		state: implement
		impact: low
		opened_at: 2026-01-10T10:00:00Z
		actual_start: 2026-01-12T10:00:00Z
		actual_end: 2026-01-12T12:00:00Z
		closed_at: 2026-01-13T10:00:00Z
		close_code: successful`)
	reports.Check(t, d, "change", []scene.Want{
		{ID: "closed", Value: 0}, {ID: "success.rate", Value: nil}, {ID: "implementation.mean", Value: nil},
		{ID: "dora.fail_rate", Value: nil}, {ID: "open", Value: 1, N: 1},
	})
}

func TestReleases(t *testing.T) {
	release := func(id, state, planned, released, code, changes, more string) string {
		return "release/" + id + "\ntitle: " + id + "\nstate: " + state + "\nchanges: [" + changes + "]\nopened_at: 2026-01-01T00:00:00Z\nplanned_end: " + planned +
			"\nactual_start: 2026-01-20T00:00:00Z\nreleased_at: " + released + code + more
	}
	change := func(id, more string) string {
		return "change/" + id + "\ntitle: " + id + "\nkind: normal\nstate: closed\nimpact: low\n" + more
	}
	d := scene.Data(t, "2026-03-01 00:00",
		release("R1", "closed", "2026-01-20T12:00:00Z", "2026-01-20T10:00:00Z", "\nclosed_at: 2026-01-22T00:00:00Z\nclose_code: successful", "A, B", "\nkind: minor"),
		release("R2", "closed", "2026-01-20T12:00:00Z", "2026-01-20T18:00:00Z", "\nclosed_at: 2026-01-25T00:00:00Z\nclose_code: unsuccessful", "C, gone", "\nkind: patch"),
		release("R3", "released", "2026-01-20T12:00:00Z", "2026-01-20T12:00:00Z", "", "D", "\nkind: minor"),
		release("R4", "deploy", "2026-02-20T12:00:00Z", "2026-03-20T12:00:00Z", "", "E", "\nkind: minor"),
		change("A", "close_code: successful"), change("B", "close_code: backed-out"), change("C", "incident: I1\nclose_code: successful"), change("D", "close_code: successful"),
		"incident/I5\ntitle: I5\nstate: closed\ncaused_by: C\nopened_at: 2026-01-21T00:00:00Z\nresolved_at: 2026-01-21T05:00:00Z\nclosed_at: 2026-01-21T05:00:00Z",
	)
	reports.Check(t, d, "release", []scene.Want{
		{ID: "deployed", Value: 3, N: 3, Records: []string{"release/R1", "release/R2", "release/R3"}},
		{ID: "deployed.by_month", Value: map[string]int{"2026-01": 3}, N: 3},
		{ID: "on_time.rate", Value: 200 / 3.0, N: 3, Records: []string{"release/R1", "release/R3"}}, // at the planned end is on time
		{ID: "delay.mean", Value: (-2 + 6 + 0) / 3.0, N: 3},
		{ID: "changes.mean", Value: 5 / 3.0, N: 3},
		{ID: "rollout.median", Value: 12.0, N: 3},
		{ID: "success.rate", Value: 50.0, N: 2},
		{ID: "unsuccessful.rate", Value: 50.0, N: 2},
		{ID: "dora.fail_rate", Value: 200 / 3.0, N: 3, Records: []string{"release/R1", "release/R2"}},
		{ID: "dora.rework_rate", Value: 0.0, N: 3}, // C's release names a change that is not there: it is not one of each
		{ID: "dora.recovery_time.median", Value: 5.0, N: 1},
		{ID: "dora.lead_time.median", Value: 19*24 + 12.0, N: 3},
		{ID: "backlog", Value: 2, N: 2},
	})
}

func TestDefinitionsAreComplete(t *testing.T) {
	reports.Complete(t, 30, func(d figure.Definition) string {
		if strings.HasPrefix(d.ID, "dora.") && !strings.Contains(d.Text, "DORA's own caution") {
			return "DORA's caution"
		}
		return ""
	})
}

// TestNothingIsSaidOfNothing computes every figure of no records.
func TestNothingIsSaidOfNothing(t *testing.T) {
	d := scene.Data(t, "2026-01-01 00:00")
	for _, r := range Reports() {
		s := figure.NewScope(d, r.Subject, scene.At(""), scene.At(""))
		for _, def := range r.Figures {
			got := def.Compute(s)
			switch v := got.Value.(type) {
			case nil, int:
			case []figure.Row:
				if len(v) > 0 {
					t.Errorf("%s of nothing has rows", def.ID)
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

// TestReportsStandAnything computes every figure of records with anything in their fields.
func TestReportsStandAnything(t *testing.T) {
	values := []string{"", "x", "2026-13-45T00:00:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2026-01-01T00:00:00Z", "[a, b]", "{a: b}", "-1", "1e300", "true", "A", "change/A", "closed", "production"}
	fields := append(append([]string{records.FieldState, "opened_at", "resolved_at", "closed_at"}, changeFields()...), append(incidentFields(), fieldReleased, fieldChanges)...)
	rapid.Check(t, func(rt *rapid.T) {
		var docs []string
		for _, name := range []string{"change/A", "change/B", "release/A", "incident/A"} {
			doc := name
			for _, f := range fields {
				if v := rapid.SampledFrom(values).Draw(rt, f); v != "" && !strings.Contains(doc, "\n"+f+": ") {
					doc += "\n" + f + ": " + v
				}
			}
			docs = append(docs, doc)
		}
		d := scene.Data(t, "2026-03-01 00:00", docs...)
		for _, r := range Reports() {
			s := figure.NewScope(d, r.Subject, scene.At(""), scene.At(""))
			for _, def := range r.Figures {
				got := def.Compute(s)
				if p, ok := got.Value.(float64); ok && (math.IsNaN(p) || math.IsInf(p, 0) || def.Unit == figure.Percent && (p < 0 || p > 100)) {
					rt.Fatalf("%s is %v", def.ID, p)
				}
			}
		}
	})
}
