package tickets

import (
	"testing"
	"time"

	"frontdesk/records/sla"
	"frontdesk/schema"
	"frontdesk/schema/calendar"
)

// clock makes a clock of a metric. Times are as moment reads them.
func clock(metric schema.Metric, o sla.Outcome, stop, over string, change ...func(*sla.Clock)) sla.Clock {
	c := sla.Clock{Metric: metric, Outcome: o, Stop: moment(stop), Over: moment(over), Active: stop == "", Start: moment("2026-03-01 00:00")}
	if o != sla.Untimed {
		c.Target, c.Limit = "P1", time.Hour
	}
	for _, f := range change {
		f(&c)
	}
	return c
}

// seven are incidents as of 10 March 2026, 00:00, and how their resolution clocks stand:
//
//	M met         stopped 3 March
//	B breached    over 2 March, resolved 6 March
//	O breached    over 9 March, still open
//	R running
//	H paused
//	X cancelled   on 4 March
//	S no target   the source says that it was met; resolved 5 March
//	N no target, and no source
func seven(t *testing.T) *scene {
	p1 := map[string]any{"priority": "P1"}
	p2 := map[string]any{"priority": "P2"}
	day := "2026-03-01 00:00"
	return incidentsOf(t, "2026-03-10 00:00",
		a{id: "M", state: "closed", opened: day, resolved: "2026-03-03 00:00", closed: "2026-03-07 00:00", fields: p1, imported: map[string]any{"made_sla": false},
			clocks: []sla.Clock{clock(schema.Resolution, sla.Met, "2026-03-03 00:00", ""), clock(schema.Response, sla.Breached, "2026-03-02 00:00", "2026-03-01 01:00"), clock(schema.Update, sla.Met, "2026-03-03 00:00", "")}},
		a{id: "B", state: "closed", opened: day, resolved: "2026-03-06 00:00", closed: "2026-03-07 00:00", fields: p2,
			clocks: []sla.Clock{clock(schema.Resolution, sla.Breached, "2026-03-06 00:00", "2026-03-02 00:00"), clock(schema.Response, sla.Met, "2026-03-01 00:30", "")}},
		a{id: "O", state: "in-progress", opened: day, fields: p1, clocks: []sla.Clock{clock(schema.Resolution, sla.Breached, "", "2026-03-09 00:00")}},
		a{id: "R", state: "in-progress", opened: day, clocks: []sla.Clock{clock(schema.Resolution, sla.Running, "", ""),
			clock(schema.TeamTime, sla.Met, "2026-03-02 00:00", "", func(c *sla.Clock) { c.Subject = "desk" }),
			clock(schema.TeamTime, sla.Breached, "2026-03-04 00:00", "2026-03-03 00:00", func(c *sla.Clock) { c.Subject = "network" }),
			clock(schema.TeamTime, sla.Met, "2026-03-05 00:00", "", func(c *sla.Clock) { c.Subject = "desk" }),
			clock(schema.TeamTime, sla.Untimed, "", "")}},
		a{id: "H", state: "on-hold", opened: day, clocks: []sla.Clock{clock(schema.Resolution, sla.Paused, "", ""), clock(schema.SupplierTime, sla.Running, "", "", func(c *sla.Clock) { c.Subject = "vendor" })}},
		a{id: "X", state: "cancelled", opened: day, closed: "2026-03-04 00:00", clocks: []sla.Clock{clock(schema.Resolution, sla.Cancelled, "2026-03-04 00:00", "")}},
		a{id: "S", state: "closed", opened: day, resolved: "2026-03-05 00:00", closed: "2026-03-08 00:00", fields: p1, imported: map[string]any{"made_sla": true},
			clocks: []sla.Clock{clock(schema.Resolution, sla.Untimed, "2026-03-05 00:00", "")}},
		a{id: "N", state: "closed", opened: day, resolved: "2026-03-05 00:00", closed: "2026-03-08 00:00"},
	)
}

func TestServiceLevels(t *testing.T) {
	s := seven(t)
	s.want("sla.met", 2, 4, "M", "S")
	s.want("sla.breached", 2, 4, "B", "O")
	s.want("sla.total", 4, 4, "M", "B", "O", "S")
	s.want("sla.compliance", 50.0, 4, "M", "S")
	s.want("sla.running", 1, 8, "R")
	s.want("sla.paused", 1, 8, "H")
	s.want("sla.cancelled", 1, 8, "X")
	s.want("sla.untargeted", 1, 8, "N")
	s.note("sla.compliance", "1 of 4 outcomes are those that the source states, of incidents to which no target of this desk applies.")
	s.want("sla.met.by_priority", map[string]int{"P1": 2}, 4, "M", "S")
	s.want("sla.total.by_priority", map[string]int{"P1": 3, "P2": 1}, 4, "M", "B", "O", "S")
	s.want("sla.compliance.by_priority", map[string]float64{"P1": 200.0 / 3, "P2": 0}, 4, "M", "B", "O", "S")
	s.want("sla.compliance.by_target", map[string]float64{"P1": 100.0 / 3, "(imported)": 100}, 4, "M", "B", "O", "S")
	s.want("sla.compliance.by_month", map[string]float64{"2026-03": 50}, 4, "M", "B", "O", "S")
	// The source's outcome of M is one all the same: missed.
	s.want("imported.made_sla", 1, 2, "S")
	s.want("open.overdue", 1, 3, "O")
	s.want("open.overdue.share", 100.0/3, 3, "O")
	// Resolved with a target or an outcome: M, B and S.
	s.want("resolved.in_time", 200.0/3, 3, "M", "S")
	s.want("resolved.late", 1, 3, "B")
	s.note("resolved.in_time", "1 of 3 incidents count by the outcome that the source states")
	// M was answered late, B resolved late; X, S and N were closed too.
	s.want("closed.breached", 40.0, 5, "M", "B")
	s.want("sla.response.compliance", 50.0, 2, "B")
	s.want("sla.response.untargeted", 6, 8, "O", "R", "H", "X", "S", "N")
	s.want("sla.update.met", 1, 1, "M")

	// Of 2 March counts the breach of B, whenever it was resolved. The open ones are of now.
	s.during("2026-03-02 00:00", "2026-03-03 00:00")
	s.want("sla.total", 1, 1, "B")
	s.want("sla.compliance", 0.0, 1)
	s.want("sla.untargeted", 0, 0)
	s.want("sla.running", 1, 8, "R")
	s.want("resolved.in_time", nil, 0)
	s.during("2026-03-03 00:00", "2026-03-05 00:00")
	s.want("sla.total", 1, 1, "M")
	s.want("sla.cancelled", 1, 8, "X")
}

func TestOperationalLevelsAndUnderpinningContracts(t *testing.T) {
	s := seven(t)
	s.want("ola.met", 2, 3, "R")
	s.want("ola.total", 3, 3, "R")
	s.want("ola.compliance", 200.0/3, 3, "R")
	s.want("ola.untargeted", 1, 8, "R")
	s.want("ola.compliance.by_team", map[string]float64{"desk": 100, "network": 0}, 3, "R")
	s.want("uc.running", 1, 8, "H")
	s.want("uc.compliance", nil, 0)
	s.want("uc.compliance.by_reason", nil, 0)
	s.during("2026-03-03 00:00", "2026-03-04 00:00")
	s.want("ola.breached", 1, 1, "R")
}

// office is open from 9 to 17 on weekdays.
func office(t *testing.T) *calendar.Hours {
	t.Helper()
	spec := calendar.HoursSpec{Name: "office", Zone: time.UTC}
	for day := time.Monday; day <= time.Friday; day++ {
		spec.Week[day] = []calendar.Interval{{From: 9 * 60, To: 17 * 60}}
	}
	h, err := calendar.NewHours(spec)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func TestTimesInBusinessHoursAndWithoutHolds(t *testing.T) {
	// Friday 6 March 2026, 15:00, to Monday 9 March, 12:00. On hold from Friday 16:00 to
	// Monday 10:00: 66 hours by the wall clock, 2 of the office. Given to somebody on
	// Monday 11:00, answered on Friday 15:30, before the hold.
	held := sla.Segment{From: moment("2026-03-06 16:00"), To: moment("2026-03-09 10:00"), Phase: sla.OnHold}
	resolution := clock(schema.Resolution, sla.Untimed, "2026-03-09 12:00", "", func(c *sla.Clock) {
		c.Calendar = "office"
		c.Elapsed = sla.Amount{Business: 3 * time.Hour, Wall: 3 * time.Hour}
		c.Held = sla.Amount{Business: 2 * time.Hour, Wall: 66 * time.Hour}
		c.Segments = []sla.Segment{
			{From: moment("2026-03-06 15:00"), To: held.From, Phase: sla.Counting}, held,
			{From: held.To, To: moment("2026-03-09 12:00"), Phase: sla.Counting},
		}
	})
	response := clock(schema.Response, sla.Untimed, "2026-03-06 15:30", "", func(c *sla.Clock) { c.Calendar = "office" })
	sum := sla.Summary{Assigned: moment("2026-03-09 11:00"), Answered: moment("2026-03-06 15:30")}
	s := incidentsOf(t, "2026-03-10 00:00",
		a{id: "A", state: "resolved", opened: "2026-03-06 15:00", resolved: "2026-03-09 12:00", sum: sum, clocks: []sla.Clock{response, resolution}},
		a{id: "B", state: "resolved", opened: "2026-03-06 15:00", resolved: "2026-03-09 12:00", sum: sum},
	)
	s.data.Desk.Calendars = map[string]*calendar.Hours{"office": office(t)}
	s.want("time_to_resolve.mean", 69.0, 2, "A", "B")
	s.want("time_to_resolve.business.mean", 5.0, 1, "A")
	s.want("time_to_resolve.without_holds.mean", 3.0, 1, "A")
	s.want("time_to_resolve.business_without_holds.mean", 3.0, 1, "A")
	s.note("time_to_resolve.business.mean", "1 of 2 incidents have no such clock, or one that has not stopped, and are left out. Measured by the calendar office (1).")
	// Friday 15–17 and Monday 9–11, of which the hold takes 16–17 and 9–10
	s.want("time_to_assign.mean", 68.0, 2, "A", "B")
	s.want("time_to_assign.business.mean", 4.0, 1, "A")
	s.want("time_to_assign.without_holds.mean", 2.0, 1, "A")
	s.want("time_to_assign.business_without_holds.mean", 2.0, 1, "A")
	s.note("time_to_assign.without_holds.mean", "1 of 2 incidents do not state opened_at, or have no clock, and are left out.")
	s.want("time_to_respond.median", 0.5, 2, "A", "B")
	s.want("time_to_respond.business.median", 0.5, 1, "A")
	s.want("time_to_respond.without_holds.median", 0.5, 1, "A")
	s.note("time_to_respond.business.median", "Measured by the calendar office (1).")
	// A calendar that the desk does not have measures nothing.
	s.data.Desk.Calendars = map[string]*calendar.Hours{}
	s.want("time_to_assign.business.mean", nil, 0)
	s.want("time_to_assign.without_holds.mean", 2.0, 1, "A")
}

func TestAResolutionClockThatRunsMeasuresNothingYet(t *testing.T) {
	s := incidentsOf(t, "2026-03-10 00:00", a{id: "A", state: "resolved", opened: "2026-03-01 00:00", resolved: "2026-03-02 00:00",
		clocks: []sla.Clock{clock(schema.Resolution, sla.Running, "", "")}})
	s.want("time_to_resolve.business.mean", nil, 0)
	s.want("time_to_resolve.mean", 24.0, 1, "A")
}

func TestStretchesWithoutATargetAreCounted(t *testing.T) {
	s := incidentsOf(t, "2026-03-10 00:00",
		a{id: "A", state: "new", opened: "2026-03-01 00:00", clocks: []sla.Clock{clock(schema.TeamTime, sla.Untimed, "2026-03-02 00:00", ""), clock(schema.TeamTime, sla.Untimed, "", ""),
			clock(schema.SupplierTime, sla.Untimed, "", ""), clock(schema.Resolution, sla.Untimed, "", "")}},
		a{id: "B", state: "new", opened: "2026-03-01 00:00"},
	)
	for _, from := range []string{"", "2026-03-01 00:00"} { // when all clocks began
		s.during(from, "")
		s.want("ola.untargeted", 2, 2, "A")
		s.want("uc.untargeted", 1, 2, "A")
		s.want("sla.untargeted", 2, 2, "A", "B")
	}
	s.during("2026-03-01 00:01", "")
	s.want("ola.untargeted", 0, 0)
}
