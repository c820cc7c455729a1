package tickets

import (
	"fmt"
	"testing"
	"time"

	"frontdesk/records"
	"frontdesk/records/figure"
	"frontdesk/records/sla"
)

// six is a small desk, as of 10 March 2026, 00:00:
//
//	I1 closed       1 March 08:00 → resolved 1 March 20:00 (12 h) → closed 3 March 08:00 (48 h)
//	I2 resolved     27 February 10:00 → resolved 2 March 10:00 (72 h)
//	I3 in progress  since 9 March 12:00 (12 h old)
//	I4 on hold      since 1 February 00:00 (37 days old: 28 of February and 9 of March)
//	I5 cancelled    5 March 00:00 → 6 March 00:00 (24 h)
//	I6 closed       opened 20 February 00:00, states neither when it was resolved nor when closed
func six(t *testing.T) *scene {
	hours := func(n int) time.Duration { return time.Duration(n) * time.Hour }
	return incidentsOf(t, "2026-03-10 00:00",
		a{id: "I1", state: "closed", opened: "2026-03-01 08:00", resolved: "2026-03-01 20:00", closed: "2026-03-03 08:00",
			fields: map[string]any{"priority": "P1", "channel": "phone", "resolution_code": "fixed", "resolution": "mended", "satisfaction": 5, "major": true, "problem": "P1"},
			sum:    sla.Summary{First: moment("2026-03-01 08:00"), Last: moment("2026-03-03 08:00"), Assigned: moment("2026-03-01 09:00"), Answered: moment("2026-03-01 10:00"), Teams: 1}},
		a{id: "I2", state: "resolved", opened: "2026-02-27 10:00", resolved: "2026-03-02 10:00",
			fields: map[string]any{"priority": "P2", "channel": "email", "resolution_code": "by-requester", "satisfaction": 3, "knowledge": []string{"k1", "k2"}},
			sum: sla.Summary{First: moment("2026-02-27 10:00"), Last: moment("2026-03-02 10:00"), Assigned: moment("2026-02-27 13:00"), Teams: 2, Reassigned: 2, PingPong: 1,
				Reopened: 1, Holds: 1, Held: hours(10), HeldFor: map[string]time.Duration{"user": hours(4), "vendor": hours(6)}, Priorities: 1}},
		a{id: "I3", state: "in-progress", opened: "2026-03-09 12:00", fields: map[string]any{"priority": "P1", "due_at": "2026-03-09T18:00:00Z", "caused_by": "C1"},
			sum: sla.Summary{First: moment("2026-03-09 12:00"), Last: moment("2026-03-09 13:00"), Assigned: moment("2026-03-09 13:00"), Teams: 1}},
		a{id: "I4", state: "on-hold", opened: "2026-02-01 00:00", fields: map[string]any{"priority": "P2", "due_at": "2026-04-01T00:00:00Z"},
			sum: sla.Summary{First: moment("2026-02-01 00:00"), Last: moment("2026-02-05 00:00"), Holds: 1, Reassigned: 1, Teams: 2}},
		a{id: "I5", state: "cancelled", opened: "2026-03-05 00:00", closed: "2026-03-06 00:00", fields: map[string]any{"resolution_code": "not-solved"},
			sum: sla.Summary{First: moment("2026-03-05 00:00"), Last: moment("2026-03-06 00:00")}},
		a{id: "I6", state: "closed", opened: "2026-02-20 00:00", sum: sla.Summary{First: moment("2026-02-20 00:00"), Last: moment("2026-02-22 00:00")}},
	)
}

func TestVolumes(t *testing.T) {
	s := six(t)
	s.want("cases", 6, 6, "I1", "I2", "I3", "I4", "I5", "I6")
	s.want("opened", 6, 6, "I1", "I2", "I3", "I4", "I5", "I6")
	s.want("resolved", 2, 2, "I1", "I2")
	s.want("closed", 2, 2, "I1", "I5")
	s.want("cancelled", 1, 2, "I5")
	s.want("opened.by_month", map[string]int{"2026-02": 3, "2026-03": 3}, 6, "I1", "I2", "I3", "I4", "I5", "I6")
	s.want("resolved.by_month", map[string]int{"2026-03": 2}, 2, "I1", "I2")
	s.want("by_state", map[string]int{"closed": 2, "resolved": 1, "in-progress": 1, "on-hold": 1, "cancelled": 1}, 6, "I1", "I2", "I3", "I4", "I5", "I6")
	s.want("by_channel", map[string]int{"phone": 1, "email": 1, "(not set)": 4}, 6, "I1", "I2", "I3", "I4", "I5", "I6")
	s.want("major", 1, 6, "I1")
	// I1, I2 and I6 are resolved or closed; I6 states neither.
	s.note("resolved", "1 of 3 incidents in a state that counts as resolved or closed do not state resolved_at and are left out.")
	s.note("closed", "1 of 3 incidents in a state that counts as closed or cancelled do not state closed_at and are left out.")
	s.note("opened", "")
	// In March: I1, I3, I5 opened, I1 and I2 resolved.
	s.during("2026-03-01 00:00", "2026-04-01 00:00")
	s.want("cases", 3, 6, "I1", "I3", "I5")
	s.want("opened", 3, 3, "I1", "I3", "I5")
	s.want("resolved", 2, 2, "I1", "I2")
	// I5 was closed exactly at the end of this period, which is not in it, and I1 opened
	// exactly at the beginning of it, which is.
	s.during("2026-03-01 08:00", "2026-03-06 00:00")
	s.want("opened", 2, 2, "I1", "I5")
	s.want("closed", 1, 1, "I1")
	s.during("2026-03-06 00:00", "")
	s.want("closed", 1, 1, "I5")
	s.want("cancelled", 1, 1, "I5")
}

func TestTheBacklog(t *testing.T) {
	s := six(t)
	for _, period := range []string{"", "2026-03-05 00:00"} { // it is of the moment
		s.during(period, "")
		s.want("open", 2, 6, "I3", "I4")
		s.want("backlog", 3, 6, "I2", "I3", "I4")
		s.want("open.by_state", map[string]int{"in-progress": 1, "on-hold": 1}, 2, "I3", "I4")
		// 0.5 and 37 days
		s.want("open.age.mean", 18.75, 2, "I3", "I4")
		s.want("open.age", map[string]int{"<1 day": 1, "1-5 days": 0, "6-30 days": 0, "31-90 days": 1, ">90 days": 0}, 2, "I3", "I4")
		// I3 was touched 11 hours ago, I4 33 days ago.
		s.want("open.not_updated_5d", 50.0, 2, "I4")
		s.want("open.not_updated_30d", 50.0, 2, "I4")
		s.want("open.past_deadline", 1, 2, "I3")
	}
	s.during("", "")
	// opened 6 − resolved 2
	s.want("backlog.growth", 4, 6, "I1", "I2", "I3", "I4", "I5", "I6")
	// February: I2, I4, I6 opened; March: I1, I3, I5 opened, I1, I2 resolved
	s.want("backlog.growth.by_month", map[string]int{"2026-02": 3, "2026-03": 1}, 6, "I1", "I2", "I3", "I4", "I5", "I6")
	// At the end of February I2 and I4; in March I1 and I5 come and go, I3 stays. I6 is
	// closed, who knows when.
	s.want("backlog.by_month", map[string]int{"2026-02": 2, "2026-03": 3}, 5, "I1", "I2", "I3", "I4", "I5")
	s.note("backlog.by_month", "1 of 6 incidents do not state when they were opened, or are closed and do not state when, and are left out.")
	s.during("2026-03-04 00:00", "2026-03-06 00:00")
	s.want("backlog.by_month", map[string]int{"2026-03": 3}, 5, "I1", "I2", "I3", "I4", "I5")
	s.want("backlog.growth", 1, 1, "I5")
}

func TestTheBacklogEndsWithTheLastClosing(t *testing.T) {
	// Nothing is left of it at the time of the report, years later.
	s := incidentsOf(t, "2026-11-23 00:00",
		a{id: "A", state: "closed", opened: "2016-02-10 00:00", closed: "2016-02-20 00:00"},
		a{id: "B", state: "closed", opened: "2016-02-11 00:00", closed: "2016-05-01 00:00"}, // at once after the end of April
		a{id: "C", state: "closed", opened: "2016-04-01 00:00", closed: "2016-04-30 23:59"},
		a{id: "D", state: "closed", opened: "2016-04-02 00:00", closed: "2016-03-01 00:00"}, // closed before it was opened: never there
	)
	s.want("backlog.by_month", map[string]int{"2016-02": 1, "2016-03": 1, "2016-04": 1, "2016-05": 0}, 4, "A", "B", "C", "D")
	s.want("backlog.growth", 4, 4, "A", "B", "C", "D")
	s.data.Cases["incident"] = append(s.data.Cases["incident"], caseOf(s.data.Types.Get("incident"), a{id: "E", state: "new", opened: "0001-02-01 00:00"}))
	r := s.about("incident").result("backlog.by_month") // a report of its own, for other data
	if m := r.Value.(map[string]int); len(m) != maxMonths || m["2026-11"] != 1 || m["2016-02"] != 2 {
		t.Errorf("%d months, %d", len(m), m["2016-02"])
	}
	s.note("backlog.by_month", "Only the last 1,200 months are given.")
}

func TestMonthsAndDaysAreThoseOfTheZone(t *testing.T) {
	// In UTC it is still 31 January; in Berlin 1 February, 00:30.
	s := incidentsOf(t, "2026-03-01 00:00", a{id: "A", state: "closed", opened: "2026-01-31 23:30", resolved: "2026-02-01 10:00", closed: "2026-02-01 10:00"})
	s.want("opened.by_month", map[string]int{"2026-01": 1}, 1, "A")
	s.want("backlog.by_month", map[string]int{"2026-01": 1, "2026-02": 0}, 1, "A")
	s.want("resolved.same_day", 0.0, 1)
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	s.data.Zone = berlin
	s.want("opened.by_month", map[string]int{"2026-02": 1}, 1, "A")
	s.want("backlog.by_month", map[string]int{"2026-02": 0}, 1, "A")
	s.want("resolved.same_day", 100.0, 1, "A")
}

func TestTimes(t *testing.T) {
	s := six(t)
	// 12 and 72 hours: 12 + 0.9 × 60 = 66
	s.want("time_to_resolve.mean", 42.0, 2, "I1", "I2")
	s.want("time_to_resolve.median", 42.0, 2, "I1", "I2")
	s.want("time_to_resolve.p90", 66.0, 2, "I1", "I2")
	s.want("time_to_resolve.days", 1.75, 2, "I1", "I2")
	s.want("time_to_resolve.median.by_month", map[string]float64{"2026-03": 42}, 2, "I1", "I2")
	// 48 and 24 hours
	s.want("time_to_close.mean", 36.0, 2, "I1", "I5")
	// 1, 3 and 1 hours; nobody has I4, I5 and I6
	s.want("time_to_assign.mean", 5.0/3, 3, "I1", "I2", "I3")
	s.want("time_to_assign.median", 1.0, 3, "I1", "I2", "I3")
	s.want("time_to_respond.p90", 2.0, 1, "I1")
	// I2 alone was held and went on
	s.want("held.cases", 2, 6, "I2", "I4")
	s.want("time_on_hold.mean", 5.0, 2, "I2", "I4")
	s.want("time_on_hold.by_reason", map[string]float64{"user": 4, "vendor": 6}, 6, "I2")
	// 48, 72, 1, 96, 24 and 48 hours
	s.want("duration.mean", 289.0/6, 6, "I1", "I2", "I3", "I4", "I5", "I6")
	s.want("duration.max", 96.0, 6, "I1", "I2", "I3", "I4", "I5", "I6")
	s.want("duration.min", 1.0, 6, "I1", "I2", "I3", "I4", "I5", "I6")
	s.want("last_event.by_month", map[string]int{"2026-02": 1, "2026-03": 3}, 4, "I1", "I2", "I5", "I6")
	rows := s.result("span").Value.([]figure.Row)
	if len(rows) != 2 || rows[0].Ref != "incident/I4" || rows[0].Values["at"] != "2026-02-01T00:00:00Z" || rows[1].Ref != "incident/I3" || rows[1].Words != "The last event is of 2026-03-09T13:00:00Z, at incident/I3." {
		t.Errorf("%+v", rows)
	}
	s.note("time_to_resolve.p90", "1 of 3 incidents in a state that counts as resolved or closed do not state resolved_at and are left out.")
	// Resolved in the period is what counts, whenever it was opened.
	s.during("2026-03-02 00:00", "2026-03-03 00:00")
	s.want("time_to_resolve.mean", 72.0, 1, "I2")
	s.want("time_to_close.mean", nil, 0)
	s.during("2026-03-01 09:00", "2026-03-01 10:00") // I1 is assigned at its beginning and answered at its end
	s.want("time_to_assign.mean", 1.0, 1, "I1")
	s.want("time_to_respond.mean", nil, 0)
}

func TestTimesThatContradictEachOtherCountAndAreSaid(t *testing.T) {
	s := incidentsOf(t, "2026-03-10 00:00",
		a{id: "A", state: "closed", opened: "2026-03-02 00:00", resolved: "2026-03-01 00:00", closed: "2026-03-04 00:00"},
		a{id: "B", state: "closed", opened: "2026-03-02 00:00", resolved: "2026-03-04 00:00", closed: "2026-03-04 00:00"},
		a{id: "C", state: "closed", resolved: "2026-03-04 00:00", closed: "2026-03-04 00:00"},
	)
	// −24 and 48 hours; C does not say when it was opened
	s.want("time_to_resolve.mean", 12.0, 2, "A", "B")
	s.note("time_to_resolve.mean", "1 of 3 incidents do not state opened_at and are left out. 1 of 2 end before they begin")
	s.want("resolved", 3, 3, "A", "B", "C")
	s.want("backlog.growth", -1, 3, "A", "B", "C")
	s.want("opened", 2, 2, "A", "B")
	s.want("reassigned.share", 0.0, 3)
	s.during("2026-03-01 00:00", "") // C is opened in no period
	s.want("reassigned.share", 0.0, 2)
	s.note("reassigned.share", "1 of 3 incidents do not state opened_at and are left out.")
}

func TestQuality(t *testing.T) {
	s := six(t)
	s.want("reassigned.cases", 2, 6, "I2", "I4")
	s.want("reassigned.share", 100.0/3, 6, "I2", "I4")
	s.want("reassigned.events", 3, 6, "I2", "I4")
	s.want("ping_pong.cases", 1, 6, "I2")
	s.want("ping_pong.events", 1, 6, "I2")
	s.want("priority_changed.cases", 1, 6, "I2")
	s.want("reopened.cases", 1, 6, "I2")
	// of I1 and I2
	s.want("reopen_rate", 50.0, 2, "I2")
	s.want("first_contact", 50.0, 2, "I1")
	s.want("resolved.without_reassignment", 50.0, 2, "I1")
	s.want("resolved.first_team", 50.0, 2, "I1")
	s.want("resolved.same_day", 50.0, 2, "I1")
	// of I1 and I5; I2 is not closed
	s.want("closed.by_requester", 0.0, 2)
	s.want("closed.not_solved", 50.0, 2, "I5")
	s.want("closed.without_resolution", 50.0, 2, "I5")
	s.want("caused_by_change", 1, 6, "I3")
	s.want("knowledge.linked.share", 100.0/6, 6, "I2")
	s.want("problem.linked", 1, 6, "I1")
	s.during("2026-02-01 00:00", "2026-03-01 00:00") // I2, I4 and I6 were opened in it, none resolved
	s.want("reassigned.cases", 2, 3, "I2", "I4")
	s.want("first_contact", nil, 0)
}

func TestTheSourcesCountersCountBeforeTheLog(t *testing.T) {
	s := incidentsOf(t, "2026-03-10 00:00",
		// The source counts 3 and 0, the log 1 and 1.
		a{id: "A", state: "closed", opened: "2026-03-01 00:00", closed: "2026-03-02 00:00", imported: map[string]any{"source": "x", "reassignment_count": 3, "reopen_count": 0, "made_sla": true},
			sum: sla.Summary{Reassigned: 1, Reopened: 1}},
		a{id: "B", state: "closed", opened: "2026-03-01 00:00", closed: "2026-03-02 00:00", imported: map[string]any{"source": "x", "reopen_count": 2, "made_sla": false}, sum: sla.Summary{Reassigned: 2, Reopened: 3, FromClosed: 3}},
		// Counters that are no numbers, or none that could be, are none.
		a{id: "C", state: "closed", opened: "2026-03-01 00:00", closed: "2026-03-02 00:00", imported: map[string]any{"reopen_count": "many", "reassignment_count": -1, "made_sla": "true"}, sum: sla.Summary{Reopened: 1}},
		a{id: "D", state: "new", opened: "2026-03-01 00:00"},
	)
	s.want("reassigned.cases", 2, 4, "A", "B")
	s.want("reassigned.events", 5, 4, "A", "B")
	s.want("reassigned_log.cases", 2, 4, "A", "B")
	s.want("reassigned_log.events", 3, 4, "A", "B")
	s.want("reopened.cases", 2, 4, "B", "C")
	s.want("reopened.events", 3, 4, "B", "C")
	// B was never taken up again from resolved, only from closed.
	s.want("reopened_log.cases", 2, 4, "A", "C")
	s.want("reopened_log.events", 2, 4, "A", "C")
	s.want("reopened_closed.cases", 1, 4, "B")
	s.want("reopened_closed.events", 3, 4, "B")
	s.want("imported.made_sla", 1, 2, "A")
	s.want("imported.made_sla.share", 50.0, 2, "A")
	s.note("reopened.cases", "2 of 4 incidents bring counters of their source.")
}

func TestWhatIsOpenAgainWasReopened(t *testing.T) {
	stopped := []sla.Clock{{Metric: "resolution", Outcome: sla.Untimed, Segments: []sla.Segment{
		{From: moment("2026-03-01 00:00"), To: moment("2026-03-02 00:00"), Phase: sla.Counting},
		{From: moment("2026-03-02 00:00"), To: moment("2026-03-03 00:00"), Phase: sla.Stopped},
	}}}
	s := incidentsOf(t, "2026-03-10 00:00",
		a{id: "A", state: "in-progress", opened: "2026-03-01 00:00", sum: sla.Summary{Reopened: 1}, clocks: stopped},
		a{id: "B", state: "resolved", opened: "2026-03-01 00:00", resolved: "2026-03-02 00:00"},
		a{id: "C", state: "in-progress", opened: "2026-03-01 00:00"},
	)
	s.want("reopen_rate", 50.0, 2, "A")
	s.during("2026-03-02 00:00", "2026-03-03 00:00")
	s.want("reopen_rate", 50.0, 2, "A")
	s.during("2026-03-03 00:00", "")
	s.want("reopen_rate", nil, 0)
}

func TestSatisfaction(t *testing.T) {
	s := six(t)
	s.want("csat", 50.0, 2, "I1") // 5 and 3
	s.want("csat.mean", 4.0, 2, "I1", "I2")
	s.want("csat.answers", 2, 2, "I1", "I2")
	s.want("csat.response_rate", 100.0, 2, "I1", "I2")
	s.want("csat.scores", map[string]int{"5": 1, "3": 1}, 2, "I1", "I2")
	s.note("csat", "Scores are from 1 to 5; satisfied is 4 or more.")
	s.during("2026-03-02 00:00", "")
	s.want("csat", 0.0, 1)
	s = incidentsOf(t, "2026-03-10 00:00",
		a{id: "A", state: "closed", resolved: "2026-03-01 00:00", fields: map[string]any{"satisfaction": 4}},
		a{id: "B", state: "closed", resolved: "2026-03-01 00:00", fields: map[string]any{"satisfaction": 9}},
		a{id: "C", state: "closed", resolved: "2026-03-01 00:00", fields: map[string]any{"satisfaction": "good"}},
	)
	s.want("csat", 100.0, 1, "A")
	s.want("csat.response_rate", 100.0/3, 3, "A")
	s.note("csat", "1 of 2 scores are not of this scale and are left out.")
}

func TestKnownErrorsAndProblems(t *testing.T) {
	s := newScene(t, "2026-03-10 00:00", map[records.Type][]a{
		"incident": {
			{id: "I1", state: "new", opened: "2026-03-01 00:00", fields: map[string]any{"problem": "P1"}},
			{id: "I2", state: "new", opened: "2026-03-01 00:00", fields: map[string]any{"problem": "problem/P2"}},
			{id: "I3", state: "new", opened: "2026-02-01 00:00", fields: map[string]any{"problem": "problem/P1"}},
			{id: "I4", state: "new", opened: "2026-03-01 00:00", fields: map[string]any{"knowledge": []string{"how", "known"}}},
			{id: "I5", state: "new", opened: "2026-03-01 00:00", fields: map[string]any{"problem": "gone", "knowledge": []string{"how"}}},
		},
		"knowledge": {{id: "how", state: "published", fields: map[string]any{"kind": "how-to"}}, {id: "known", state: "published", fields: map[string]any{"kind": "known-error"}}},
		"problem": {
			// known after 36 hours
			{id: "P1", state: "root-cause-analysis", opened: "2026-02-01 00:00", fields: map[string]any{"known_error": true, "known_error_at": "2026-02-02T12:00:00Z", "root_cause": "rust"}},
			{id: "P2", state: "assess", opened: "2026-02-08 00:00"}, // exactly 30 days old
			{id: "P3", state: "assess", opened: "2026-02-07 23:59"}, // a minute more
			{id: "P4", state: "closed", opened: "2026-01-01 00:00", closed: "2026-01-02 00:00", fields: map[string]any{"known_error": true}},
		},
	})
	s.want("known_error.linked", 3, 5, "I1", "I3", "I4")
	s.want("known_error.coverage", 60.0, 5, "I1", "I3", "I4")
	s.during("2026-03-01 00:00", "")
	s.want("known_error.coverage", 50.0, 4, "I1", "I4")

	s.about("problem").during("", "")
	s.want("open.known_errors", 1, 3, "P1")
	s.want("open.known_errors.share", 100.0/3, 3, "P1")
	s.want("open.without_root_cause", 1, 2, "P3")
	s.want("open.with_incidents", 200.0/3, 3, "P1", "P2")
	s.want("time_to_known_error.mean", 36.0, 1, "P1")
	s.want("incidents_per_problem", 0.75, 4, "P1", "P2") // I1, I2 and I3 of four problems
	s.want("incidents.linked", 3, 5, "incident/I1", "incident/I2", "incident/I3")
	s.want("known_error.coverage", 40.0, 5, "incident/I1", "incident/I3")
	s.during("2026-03-01 00:00", "")
	s.want("known_error.coverage", 25.0, 4, "incident/I1")
	s.want("incidents_per_problem", nil, 0)
}

func TestApprovalsOfRequests(t *testing.T) {
	s := newScene(t, "2026-03-10 00:00", map[records.Type][]a{"request": {
		{id: "R1", state: "closed", opened: "2026-03-01 00:00", closed: "2026-03-05 00:00", fields: map[string]any{"approval_requested_at": "2026-03-01T00:00:00Z", "approved_at": "2026-03-02T00:00:00Z", "item": "laptop"}},
		{id: "R2", state: "approved", opened: "2026-03-01 00:00", fields: map[string]any{"approval_requested_at": "2026-03-01T12:00:00Z", "approved_at": "2026-03-01T18:00:00Z", "item": "laptop"}},
		{id: "R3", state: "rejected", opened: "2026-03-01 00:00", closed: "2026-03-03 00:00", fields: map[string]any{"approval_requested_at": "2026-03-01T12:00:00Z", "rejection_reason": "dear"}},
		{id: "R4", state: "waiting-for-approval", opened: "2026-03-01 00:00", fields: map[string]any{"approval_requested_at": "2026-03-01T12:00:00Z"}},
		{id: "R5", state: "approved", opened: "2026-03-01 00:00", fields: map[string]any{"approved_at": "2026-03-02T00:00:00Z"}},
		{id: "R7", state: "waiting-for-approval", opened: "2026-03-01 00:00", fields: map[string]any{"approval_requested_at": "2026-03-01T12:00:00Z", "approved_at": "2026-03-11T00:00:00Z"}}, // tomorrow
		{id: "R6", state: "cancelled", opened: "2026-03-01 00:00", closed: "2026-03-03 00:00"},
	}}).about("request")
	// 24 and 6 hours; R5 does not say when it was asked for
	s.want("approval_wait.mean", 15.0, 2, "R1", "R2")
	s.want("approval_wait.median", 15.0, 2, "R1", "R2")
	s.note("approval_wait.mean", "1 of 3 approved requests do not state approval_requested_at and are left out.")
	s.want("approved", 3, 7, "R1", "R2", "R5")
	s.want("approval.waiting", 2, 4, "R4", "R7")
	s.want("rejected", 1, 3, "R3")
	s.want("rejected.share", 25.0, 4, "R3")
	s.want("by_item", map[string]int{"laptop": 2, "(not set)": 5}, 7, "R1", "R2", "R3", "R4", "R5", "R7", "R6")
	s.during("2026-03-02 00:00", "2026-03-03 00:00") // R3 is decided at its end
	s.want("approval_wait.mean", 24.0, 1, "R1")
	s.want("rejected.share", 0.0, 2)
}

func TestAgesFallIntoTheirBuckets(t *testing.T) {
	for hours, want := range map[int]string{-5: "<1 day", 0: "<1 day", 23: "<1 day", 24: "1-5 days", 6*24 - 1: "1-5 days", 6 * 24: "6-30 days", 31*24 - 1: "6-30 days", 31 * 24: "31-90 days", 91*24 - 1: "31-90 days", 91 * 24: ">90 days"} {
		if got := bucket(time.Duration(hours) * time.Hour); got != want {
			t.Errorf("%d h: %s, want %s", hours, got, want)
		}
	}
	s := incidentsOf(t, "2026-03-10 00:00", a{id: "A", state: "new"}, a{id: "B", state: "new", opened: "2026-03-01 00:00"})
	s.want("open.age", map[string]int{"<1 day": 0, "1-5 days": 0, "6-30 days": 1, "31-90 days": 0, ">90 days": 0, "(not stated)": 1}, 2, "A", "B")
	s.want("open.age.median", 9.0, 1, "B")
	s.note("open.age.median", "1 of 2 open incidents do not state opened_at and are left out.")
}

func TestGroupsOfAReportShareWhatTheyLookAt(t *testing.T) {
	s := six(t)
	whole := figure.NewScope(s.data, "incident", time.Time{}, time.Time{})
	// A scope of cases that are none of the data's is right all the same.
	part := whole.With([]*figure.Case{caseOf(s.data.Types.Get("incident"), a{id: "Z", state: "new", opened: "2026-03-01 00:00"})})
	for _, d := range s.report.Figures {
		if d.ID == "opened" {
			if r := d.Compute(part); r.Value != 1 || fmt.Sprint(r.Records) != "[incident/Z]" {
				t.Errorf("%+v", r)
			}
			if r := d.Compute(whole); r.Value != 6 {
				t.Errorf("%+v", r)
			}
		}
	}
}
