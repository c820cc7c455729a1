package sla

import (
	"testing"
	"time"

	"frontdesk/schema/calendar"
)

// The bugs that the field keeps hitting, in the order of the project's reference.

const office = "  resolution: {metric: resolution, calendar: office, warn: [75%], targets: [{name: all, target: "

// GLPI #10594 and #14937: with a target in days, a hold over a weekend credited 48 hours.
func TestBug01AHoldOverAWeekendCreditsNothingToATargetInDays(t *testing.T) {
	e := engineWith(t, deskWith(hours(t, "office", nil, "08:00-17:00")), typesWith(t, office+"P2D}]}\n"), Around{})
	opened := []string{"2026-03-05 09:00 state=new"} // a Thursday
	c := clockAt(t, e, incident(t, opened...), "2026-03-05 10:00", "resolution")
	wantTime(t, "due", c.Due, "2026-03-09 09:00")

	weekend := append(opened, "2026-03-06 17:00 state=on-hold hold=user", "2026-03-09 08:00 state=in-progress hold=null")
	c = clockAt(t, e, incident(t, weekend...), "2026-03-09 08:30", "resolution")
	wantTime(t, "due after a hold over the weekend alone", c.Due, "2026-03-09 09:00")
	want(t, "held", c.Held, Amount{0, 63 * time.Hour})

	longer := append(opened, "2026-03-06 12:00 state=on-hold hold=user", "2026-03-09 12:00 state=in-progress hold=null")
	c = clockAt(t, e, incident(t, longer...), "2026-03-09 12:30", "resolution")
	want(t, "held", c.Held, Amount{9 * time.Hour, 72 * time.Hour})
	wantTime(t, "due after a hold of nine hours", c.Due, "2026-03-10 09:00")
}

// GLPI #6902 and #15605: another SLA after a hold lost the hold.
func TestBug02AHoldStaysWhenTheTargetChanges(t *testing.T) {
	e := engineWith(t, deskWith(hours(t, "office", nil, "08:00-17:00")), typesWith(t, "  resolution: {metric: resolution, calendar: office, targets: [{name: P1, when: \"self.priority == 'P1'\", target: PT4H}, {name: others, target: PT8H}]}\n"), Around{})
	lines := []string{"2026-03-02 08:00 state=new priority=P3", "2026-03-02 09:00 state=on-hold hold=user", "2026-03-02 12:00 state=in-progress hold=null"}
	c := clockAt(t, e, incident(t, lines...), "2026-03-02 12:30", "resolution")
	want(t, "the target before", c.Target, "others")
	wantTime(t, "due before", c.Due, "2026-03-03 10:00")
	c = clockAt(t, e, incident(t, append(lines, "2026-03-02 12:30 priority=P1")...), "2026-03-02 13:00", "resolution")
	want(t, "the target", c.Target, "P1")
	want(t, "held", c.Held.Business, 3*time.Hour)
	wantTime(t, "due", c.Due, "2026-03-02 15:00")
}

// GLPI #17186: time on hold moved a deadline that somebody had set.
func TestBug03NoHoldMovesAStatedDeadline(t *testing.T) {
	e := engineWith(t, deskWith(hours(t, "office", nil, "08:00-17:00")), typesWith(t, office+"PT8H}]}\n"), Around{})
	r := incident(t, "+due_at: 2026-03-02T14:00:00Z", "2026-03-02 08:00 state=new", "2026-03-02 09:00 state=on-hold hold=user", "2026-03-02 12:00 state=in-progress hold=null")
	cs := clocksAt(t, e, r, "2026-03-02 13:00")
	wantTime(t, "the timer", cs[0].Due, "2026-03-03 10:00")
	due, ok := Due(r, cs)
	want(t, "whether something is due", ok, true)
	wantTime(t, "due", due, "2026-03-02 14:00")
	ns := Notices(r, cs, at(t, "2026-03-02 13:00"), at(t, "2026-03-02 14:00"))
	if len(ns) != 1 || ns[0].Kind != Dated {
		t.Errorf("the notices are %v; want the deadline", ns)
	}
}

// GLPI #23359: the time from a solution to its reopening was booked as pending.
func TestBug04TheTimeUntilAReopeningIsNoHold(t *testing.T) {
	e := engineWith(t, deskWith(hours(t, "office", nil, "08:00-17:00")), typesWith(t, office+"PT8H}]}\n"), Around{})
	r := incident(t, "2026-03-02 08:00 state=new", "2026-03-02 10:00 state=resolved", "2026-03-03 11:00 state=in-progress")
	c := clockAt(t, e, r, "2026-03-03 12:00", "resolution")
	want(t, "held", c.Held, Amount{})
	want(t, "idle", c.Idle, Amount{10 * time.Hour, 25 * time.Hour})
	want(t, "elapsed", c.Elapsed, Amount{3 * time.Hour, 3 * time.Hour})
	wantTime(t, "due", c.Due, "2026-03-03 17:00")
	want(t, "the outcome", c.Outcome, Running)
	c = clockAt(t, e, r, "2026-03-02 10:00", "resolution")
	want(t, "the outcome of the first resolution", c.Outcome, Met)
	want(t, "idle before it was reopened", c.Idle, Amount{})
}

// GLPI #24481: escalations fired while a ticket was pending.
func TestBug05NothingIsToldWhilePaused(t *testing.T) {
	e := engineWith(t, deskWith(hours(t, "office", nil, "08:00-17:00")), typesWith(t, office+"PT4H}]}\n"), Around{})
	r := incident(t, "2026-03-02 08:00 state=new", "2026-03-02 10:00 state=on-hold hold=user")
	cs := clocksAt(t, e, r, "2026-03-04 12:00")
	want(t, "the outcome", cs[0].Outcome, Paused)
	if ns := Notices(r, cs, time.Time{}, at(t, "2026-03-30 00:00")); len(ns) > 0 {
		t.Errorf("%d things became due", len(ns))
	}
	r = incident(t, "2026-03-02 08:00 state=new", "2026-03-02 10:00 state=on-hold hold=user", "2026-03-04 12:00 state=in-progress")
	var kinds []NoticeKind
	var times []string
	for _, n := range Notices(r, clocksAt(t, e, r, "2026-03-05 12:00"), time.Time{}, at(t, "2026-03-05 12:00")) {
		kinds, times = append(kinds, n.Kind), append(times, n.At.Format("02 15:04"))
	}
	if len(kinds) != 2 || kinds[0] != Warned || kinds[1] != Ended || times[0] != "04 13:00" || times[1] != "04 14:00" {
		t.Errorf("%v became due at %v", kinds, times)
	}
}

// GLPI #15948: the part of the time that had passed ignored holds.
func TestBug06APartThatPassedIsWithoutHolds(t *testing.T) {
	e := engineWith(t, deskWith(hours(t, "office", nil, "08:00-17:00")), typesWith(t, office+"PT4H}]}\n"), Around{})
	r := incident(t, "2026-03-02 08:00 state=new", "2026-03-02 09:00 state=on-hold hold=user", "2026-03-02 14:00 state=in-progress")
	c := clockAt(t, e, r, "2026-03-02 15:00", "resolution")
	want(t, "the percentage", 100*c.Elapsed.Business/c.Limit, 50)
	want(t, "the number of warnings", len(c.Warnings), 1)
	wantTime(t, "the warning at 75 percent", c.Warnings[0], "2026-03-02 16:00")
}

// Zammad #5177 and #3140: the target of updates overruled a first response that had not
// been given, and a response that had been given escalated.
func TestBug07UpdatesBeginWithTheFirstResponse(t *testing.T) {
	e := engineWith(t, deskWith(), typesWith(t, "  response: {metric: response, targets: [{name: all, target: PT4H}]}\n  update: {metric: update, targets: [{name: all, target: PT1H}]}\n"), Around{})
	lines := []string{"2026-03-02 08:00 state=new", "# 2026-03-02 09:00 dana"}
	cs := clocksAt(t, e, incident(t, lines...), "2026-03-02 11:30")
	want(t, "the clocks before the response", len(cs), 1)
	next := Next(cs)
	want(t, "the next clock", next.Name, "response")
	wantTime(t, "due", next.Due, "2026-03-02 12:00")

	lines = append(lines, "# 2026-03-02 11:30 lee", "# 2026-03-02 11:40 dana", "# 2026-03-02 11:50 dana")
	r := incident(t, lines...)
	cs = clocksAt(t, e, r, "2026-03-02 12:20")
	want(t, "the response", cs[0].Outcome, Met)
	wantTime(t, "the end of the response", cs[0].Stop, "2026-03-02 11:30")
	want(t, "the next clock", Next(cs).Name, "update")
	wantTime(t, "due, whatever the requester writes", Next(cs).Due, "2026-03-02 12:30")
	for _, n := range Notices(r, cs, time.Time{}, at(t, "2026-03-30 00:00")) {
		want(t, "what becomes due", n.Clock.Name, "update")
	}
}

// Zammad #390: feeds of holidays hold observances that are working days.
func TestBug08AnObservanceIsWorked(t *testing.T) {
	feed := "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n" +
		"BEGIN:VEVENT\r\nUID:1\r\nDTSTAMP:20250101T000000Z\r\nDTSTART;VALUE=DATE:20260303\r\nSUMMARY:Day of the desk\r\nEND:VEVENT\r\n" +
		"BEGIN:VEVENT\r\nUID:2\r\nDTSTAMP:20250101T000000Z\r\nDTSTART;VALUE=DATE:20260304\r\nSUMMARY:Founders\r\nEND:VEVENT\r\n" +
		"END:VCALENDAR\r\n"
	h := hours(t, "office", func(s *calendar.HoursSpec) {
		s.Holidays, s.Worked = []calendar.Holiday{{ICS: []byte(feed)}}, []string{"Day of the desk"}
	}, "08:00-17:00")
	e := engineWith(t, deskWith(h), typesWith(t, office+"PT18H}]}\n"), Around{})
	c := clockAt(t, e, incident(t, "2026-03-02 08:00 state=new"), "2026-03-05 09:00", "resolution")
	wantTime(t, "due", c.Due, "2026-03-03 17:00")
	want(t, "elapsed", c.Elapsed.Business, 19*time.Hour)
}

// Zammad #4432: reminders came at midnight and on weekends in spite of the calendar.
func TestBug09WarningsComeWithinTheHours(t *testing.T) {
	h := hours(t, "office", nil, "08:00-12:00", "13:00-17:00")
	e := engineWith(t, deskWith(h), typesWith(t, "  resolution: {metric: resolution, calendar: office, warn: [50%, 75%, 80%, PT2H, PT1H], targets: [{target: PT16H}]}\n"), Around{})
	for _, opened := range []string{"2026-03-06 08:00", "2026-03-06 09:00", "2026-03-06 11:00", "2026-03-06 16:59", "2026-03-07 00:00", "2026-03-08 23:59"} {
		c := clockAt(t, e, incident(t, opened+" state=new"), "2026-03-12 08:00", "resolution")
		want(t, "the number of warnings", len(c.Warnings), 5)
		for _, w := range c.Warnings {
			if !h.IsOpen(w) {
				t.Errorf("opened %s, a warning comes at %s", opened, w)
			}
		}
	}
}

// GLPI #687: a ticket that was opened outside the hours got no time at all.
func TestBug10WhatIsOpenedOutsideTheHoursHasItsWholeTime(t *testing.T) {
	for target, due := range map[string]string{"PT4H": "2026-03-09 12:00", "P1D": "2026-03-09 17:00", "P1DT1H": "2026-03-10 09:00"} {
		e := engineWith(t, deskWith(hours(t, "office", nil, "08:00-17:00")), typesWith(t, office+target+"}]}\n"), Around{})
		r := incident(t, "2026-03-07 21:00 state=new") // a Saturday
		c := clockAt(t, e, r, "2026-03-08 12:00", "resolution")
		want(t, "the outcome", c.Outcome, Running)
		want(t, "elapsed", c.Elapsed, Amount{0, 15 * time.Hour})
		want(t, "left", c.Left, c.Limit)
		wantTime(t, "due of "+target, c.Due, due)
	}
}

// A day from Monday at 8:00 is over when Monday's hours are, and overrun on Tuesday.
func TestADayOfWorkIsOverrunWhenTheNextOneBegins(t *testing.T) {
	e := engineWith(t, deskWith(hours(t, "office", nil, "08:00-17:00")), typesWith(t, office+"P1D}]}\n"), Around{})
	r := incident(t, "2026-03-09 08:00 state=new")
	c := clockAt(t, e, r, "2026-03-10 08:00", "resolution")
	want(t, "the outcome when nothing is left", c.Outcome, Running)
	wantTime(t, "due", c.Due, "2026-03-09 17:00")
	c = clockAt(t, e, r, "2026-03-10 08:01", "resolution")
	want(t, "the outcome", c.Outcome, Breached)
	wantTime(t, "over", c.Over, "2026-03-09 17:00")
	wantTime(t, "the breach", c.Breaches[0], "2026-03-10 08:00")
	wantTime(t, "when that was known", c.Broken(), "2026-03-10 08:00")
}

// Frappe Helpdesk #2212: hours with a lunch break were not supported.
func TestBug11ALunchBreakIsNotCounted(t *testing.T) {
	e := engineWith(t, deskWith(hours(t, "office", nil, "08:00-12:00", "13:00-17:00")), typesWith(t, office+"PT4H}]}\n"), Around{})
	r := incident(t, "2026-03-02 10:00 state=new", "2026-03-02 11:00 state=on-hold hold=user", "2026-03-02 13:30 state=in-progress")
	c := clockAt(t, e, r, "2026-03-02 14:30", "resolution")
	want(t, "elapsed", c.Elapsed, Amount{2 * time.Hour, 2 * time.Hour})
	want(t, "held", c.Held, Amount{90 * time.Minute, 150 * time.Minute})
	wantTime(t, "due", c.Due, "2026-03-02 16:30")
}

// The published worked examples.

// ServiceNow, r_ElapsedTimeCounting: Monday to Friday 8 to 17, opened on a Friday at
// 21:00, asked about on Monday at 9:30.
func TestExampleElapsedTimeOverAWeekend(t *testing.T) {
	e := engineWith(t, deskWith(hours(t, "office", nil, "08:00-17:00")), typesWith(t, office+"PT8H}]}\n"), Around{})
	c := clockAt(t, e, incident(t, "2014-12-12 21:00 state=new"), "2014-12-15 09:30", "resolution")
	want(t, "elapsed", c.Elapsed, Amount{90 * time.Minute, 60*time.Hour + 30*time.Minute})
	want(t, "1875 hundredths of a percent", 10_000*c.Elapsed.Business/c.Limit, 1875)
	if c.Elapsed.Wall*100 <= 750*c.Limit {
		t.Errorf("by the wall clock %s passed; want more than 750 percent", c.Elapsed.Wall)
	}
}

// ServiceNow: 9 to 17 on weekdays, from 14:00 to 9:00 on the next weekday.
func TestExampleElapsedTimeOvernight(t *testing.T) {
	e := engineWith(t, deskWith(hours(t, "office", nil, "09:00-17:00")), typesWith(t, office+"PT8H}]}\n"), Around{})
	c := clockAt(t, e, incident(t, "2026-03-02 14:00 state=new"), "2026-03-03 09:00", "resolution")
	want(t, "elapsed", c.Elapsed, Amount{3 * time.Hour, 19 * time.Hour})
}

// GLPI: 8 to 18, four hours, opened at 16:00.
func TestExampleDueOnTheNextWorkingDay(t *testing.T) {
	e := engineWith(t, deskWith(hours(t, "office", nil, "08:00-18:00")), typesWith(t, office+"PT4H}]}\n"), Around{})
	wantTime(t, "due", clockAt(t, e, incident(t, "2026-03-02 16:00 state=new"), "2026-03-02 16:30", "resolution").Due, "2026-03-03 10:00")
	wantTime(t, "due", clockAt(t, e, incident(t, "2026-03-06 16:00 state=new"), "2026-03-06 16:30", "resolution").Due, "2026-03-09 10:00")
}

// FreeScout #3756: 9 to 17, four hours, opened at 16:00.
func TestExampleFourHoursFromFour(t *testing.T) {
	e := engineWith(t, deskWith(hours(t, "office", nil, "09:00-17:00")), typesWith(t, office+"PT4H}]}\n"), Around{})
	wantTime(t, "due", clockAt(t, e, incident(t, "2026-03-02 16:00 state=new"), "2026-03-02 16:30", "resolution").Due, "2026-03-03 12:00")
}

// GLPI, service_levels: a hold of three hours moves the due time by three hours.
func TestExampleAHoldOfThreeHours(t *testing.T) {
	e := engineWith(t, deskWith(hours(t, "office", nil, "09:00-17:00")), typesWith(t, office+"PT4H}]}\n"), Around{})
	c := clockAt(t, e, incident(t, "2026-03-02 10:00 state=new", "2026-03-02 11:00 state=on-hold hold=user", "2026-03-02 14:00 state=in-progress"), "2026-03-02 15:00", "resolution")
	wantTime(t, "due", c.Due, "2026-03-02 17:00")
	want(t, "held", c.Held.Business, 3*time.Hour)
}

// ServiceNow, retroactive start: a P3 is raised to P1 after three hours.
func TestExampleRetroactiveStart(t *testing.T) {
	e := engineWith(t, deskWith(hours(t, "office", nil, "08:00-17:00")), typesWith(t, "  resolution: {metric: resolution, calendar: office, targets: [{name: P1, when: \"self.priority == 'P1'\", target: PT4H, calendar: 24x7}, {name: P3, when: \"self.priority == 'P3'\", target: PT16H}]}\n"), Around{})
	lines := []string{"2026-03-02 14:00 state=new priority=P3", "2026-03-02 17:00 priority=P1"}
	c := clockAt(t, e, incident(t, lines[0]), "2026-03-02 17:00", "resolution")
	want(t, "the target before", c.Target, "P3")
	c = clockAt(t, e, incident(t, lines...), "2026-03-02 17:30", "resolution")
	want(t, "the target", c.Target, "P1")
	want(t, "the calendar", c.Calendar, "24x7")
	wantTime(t, "its start", c.Start, "2026-03-02 14:00")
	want(t, "elapsed", c.Elapsed.Business, 210*time.Minute)
	wantTime(t, "due", c.Due, "2026-03-02 18:00")
	c = clockAt(t, e, incident(t, lines...), "2026-03-02 16:00", "resolution") // as it was before
	want(t, "the target as it was", c.Target, "P3")
}
