package sla

import (
	"reflect"
	"testing"
	"time"

	"frontdesk/records"
	"frontdesk/schema"
)

func lifeOf(t *testing.T, asOf string, lines ...string) Life {
	t.Helper()
	var when time.Time
	if asOf != "" {
		when = at(t, asOf)
	}
	return ReadLife(schema.BuiltIn().Get("incident"), incident(t, lines...), when)
}

func TestALifeIsReadInOrder(t *testing.T) {
	l := lifeOf(t, "",
		"+opened_at: 2026-03-02T09:00:00Z",
		"2026-03-02 12:00 state=on-hold hold=user",
		"2026-03-02 10:00 state=new team=first priority=P3",
		"2026-03-02 11:00 state=in-progress team=second assignee=lee",
		"2026-03-02 11:00 state=on-hold hold=vendor",
		"2026-03-02 11:00 state=in-progress hold=null",
		"2026-03-02 13:00 hold=user",
		"# 2026-03-02 12:30 lee",
		"# 2026-03-02 10:30 dana",
	)
	want(t, "the number of stints", len(l.Stints), 5)
	for i, s := range []Stint{
		{From: at(t, "2026-03-02 10:00"), State: "new", Category: records.New, Team: "first", Priority: "P3", By: "lee"},
		{From: at(t, "2026-03-02 11:00"), State: "in-progress", Category: records.Active, Team: "second", Assignee: "lee", Priority: "P3", By: "lee"},
		{From: at(t, "2026-03-02 11:00"), State: "on-hold", Category: records.Held, Hold: "vendor", Team: "second", Assignee: "lee", Priority: "P3", By: "lee"},
		{From: at(t, "2026-03-02 11:00"), State: "in-progress", Category: records.Active, Team: "second", Assignee: "lee", Priority: "P3", By: "lee"},
		{From: at(t, "2026-03-02 12:00"), State: "on-hold", Category: records.Held, Hold: "user", Team: "second", Assignee: "lee", Priority: "P3", By: "lee"},
	} {
		want(t, "a stint", l.Stints[i], s)
	}
	want(t, "the comments", len(l.Comments), 2)
	want(t, "the first comment", l.Comments[0], Comment{At: at(t, "2026-03-02 10:30"), By: "dana"})
	want(t, "the second comment", l.Comments[1], Comment{At: at(t, "2026-03-02 12:30"), By: "lee", Desk: true})
	wantTime(t, "opened", l.Opened, "2026-03-02 09:00")
	wantTime(t, "the last thing", l.Last(), "2026-03-02 13:00") // a line that changed nothing
}

func TestALifeEndsAtTheTimeAskedAbout(t *testing.T) {
	lines := []string{
		"+state: resolved", "+priority: P1", "+team: second", "+resolved_at: 2026-03-03T09:00:00Z", "+opened_at: 2026-03-02T09:00:00Z",
		"2026-03-02 10:00 state=new", "2026-03-02 11:00 state=in-progress team=first", "2026-03-03 09:00 state=resolved team=second",
		"# 2026-03-03 09:00 lee",
	}
	l := lifeOf(t, "2026-03-03 08:59", lines...)
	last := l.Stints[len(l.Stints)-1]
	want(t, "the state", last.State, "in-progress")
	want(t, "the team", last.Team, "first")
	want(t, "a field that no line sets", last.Priority, "P1")
	want(t, "the comments", len(l.Comments), 0)
	wantTime(t, "resolved", l.Resolved, "")
	l = lifeOf(t, "2026-03-03 09:00", lines...)
	wantTime(t, "resolved", l.Resolved, "2026-03-03 09:00")
	want(t, "the state", l.Stints[len(l.Stints)-1].State, "resolved")

	l = lifeOf(t, "2026-03-02 09:30", lines...) // opened by telephone, and not yet written down
	want(t, "the stints", len(l.Stints), 1)
	want(t, "the state", l.Stints[0].State, "new")
	want(t, "a team that it was given later", l.Stints[0].Team, "")
	l = lifeOf(t, "2026-03-02 08:00", lines...)
	want(t, "stints before it was opened", len(l.Stints), 0)
	want(t, "whether nothing is known", l.Last().IsZero(), true)
}

func TestARecordWithoutALogHasTheLifeThatItStates(t *testing.T) {
	l := lifeOf(t, "", "+state: closed", "+team: first", "+opened_at: 2026-03-02T09:00:00Z", "+resolved_at: 2026-03-02T10:00:00Z", "+closed_at: 2026-03-05T10:00:00Z")
	var states []records.State
	for _, s := range l.Stints {
		states = append(states, s.State)
	}
	if !reflect.DeepEqual(states, []records.State{"new", "resolved", "closed"}) {
		t.Errorf("the states are %v", states)
	}
	want(t, "the lines", l.First.IsZero(), true)
	s := l.Sum()
	want(t, "reopened", s.Reopened, 0)
	want(t, "teams", s.Teams, 1)

	l = lifeOf(t, "", "+state: on-hold", "+hold: user", "+opened_at: 2026-03-02T09:00:00Z")
	want(t, "the only state", l.Stints[0].State, "on-hold")
	l = lifeOf(t, "", "+state: in-progress")
	want(t, "stints of a record that says nothing of time", len(l.Stints), 0)
}

func TestALifeSurvivesWhatRecordsHold(t *testing.T) {
	incidents := schema.BuiltIn().Get("incident")
	for name, r := range map[string]*records.Record{
		"nothing at all":         {Type: "incident"},
		"no fields":              {Type: "incident", Fields: &records.Value{Kind: records.Map}},
		"an unknown state":       incident(t, "2026-03-02 10:00 state=-100", "2026-03-02 11:00 state=resolved", "2026-03-02 12:00 state=-100", "2026-03-02 13:00 state=closed"),
		"a log that is no list":  incident(t, "+log: 4"),
		"lists for words":        incident(t, "+state: [new]", "+team: {a: b}", "+opened_at: [x]", "2026-03-02 10:00 state=[new,closed] team={a:b}"),
		"comments without a log": incident(t, "# 2026-03-02 10:00 lee"),
	} {
		t.Run(name, func(t *testing.T) {
			for _, asOf := range []time.Time{{}, at(t, "2026-03-02 11:30"), at(t, "1999-01-01 00:00")} {
				l := ReadLife(incidents, r, asOf)
				if again := ReadLife(incidents, r, asOf); !reflect.DeepEqual(l, again) {
					t.Error("it is read in two ways")
				}
				if !reflect.DeepEqual(l.Sum(), l.Sum()) {
					t.Error("it is summed up in two ways")
				}
			}
		})
	}
	l := lifeOf(t, "", "2026-03-02 10:00 state=resolved", "2026-03-02 12:00 state=-100", "2026-03-02 13:00 state=closed")
	want(t, "reopenings by a state that says nothing", l.Sum().Reopened, 0)
	want(t, "the category of such a state", l.Stints[1].Category, "")
}

func TestOnlyWhatTheRequesterReadsIsAComment(t *testing.T) {
	r := incident(t, "2026-03-02 10:00 state=new")
	r.Body = "\n## Description\n\n### 2026-03-02T10:01:00Z lee\n\nNo.\n\n## Comments\n\n### 2026-03-02T10:02:00Z lee\n\nYes.\n\n### not a heading\n\n" +
		"## Work notes\n\n### 2026-03-02T10:03:00Z lee\n\nNo.\n\n## Comments\n\n### 2026-03-02T10:04:00Z lee\n\nNo: the heading is there twice.\n\n## Chat\n\n### 2026-03-02T10:05:00Z lee\n"
	l := ReadLife(schema.BuiltIn().Get("incident"), r, time.Time{})
	want(t, "the comments", len(l.Comments), 1)
	want(t, "the comment", l.Comments[0], Comment{At: at(t, "2026-03-02 10:02"), By: "lee", Desk: true})

	r = incident(t, "+requested_for: person/kim", "2026-03-02 10:00 state=new", "# 2026-03-02 10:01 dana", "# 2026-03-02 10:02 kim", "# 2026-03-02 10:03 lee")
	r.Type = "request"
	l = ReadLife(schema.BuiltIn().Get("request"), r, time.Time{})
	want(t, "of whom it is for", l.Comments[1].Desk, false)
	wantTime(t, "answered", l.Sum().Answered, "2026-03-02 10:03")
}

func TestALifeIsSummedUp(t *testing.T) {
	l := lifeOf(t, "",
		"+opened_at: 2026-03-02T09:00:00Z",
		"2026-03-02 10:00 state=new team=first priority=P3",
		"2026-03-02 11:00 state=in-progress team=second assignee=lee",
		"2026-03-02 12:00 state=on-hold hold=user priority=P2",
		"2026-03-02 14:00 state=on-hold hold=vendor",
		"2026-03-02 15:00 state=in-progress hold=null team=first assignee=sam",
		"2026-03-02 16:00 team=null",
		"2026-03-02 17:00 team=first",
		"2026-03-02 18:00 team=third",
		"2026-03-02 19:00 state=resolved",
		"2026-03-02 20:00 state=in-progress",
		"2026-03-02 21:00 state=resolved",
		"2026-03-02 22:00 state=closed",
		"2026-03-02 22:00 state=closed",
		"2026-03-02 23:00 state=in-progress",
		"2026-03-03 01:00 state=closed",
		"# 2026-03-02 11:30 lee",
	)
	got := l.Sum()
	wanted := Summary{
		First: at(t, "2026-03-02 10:00"), Last: at(t, "2026-03-03 01:00"), Assigned: at(t, "2026-03-02 11:00"),
		Answered: at(t, "2026-03-02 11:30"), Left: at(t, "2026-03-02 11:00"), LastEntered: at(t, "2026-03-03 01:00"),
		Teams: 3, Reassigned: 3, PingPong: 1, Handed: 1, Reopened: 2, FromClosed: 1, Holds: 1, Priorities: 1,
		Held:    3 * time.Hour,
		HeldFor: map[string]time.Duration{"user": 2 * time.Hour, "vendor": time.Hour},
		InState: map[records.State]time.Duration{"new": time.Hour, "in-progress": 8 * time.Hour, "on-hold": 3 * time.Hour, "resolved": 2 * time.Hour, "closed": time.Hour},
	}
	if !reflect.DeepEqual(got, wanted) {
		t.Errorf("the summary is\n%+v\nwant\n%+v", got, wanted)
	}
	for _, back := range []string{"rejected", "cancelled"} { // what was cancelled was never resolved
		r := incident(t, "2026-03-02 10:00 state=new", "2026-03-02 11:00 state="+back, "2026-03-02 12:00 state=new")
		r.Type = "request"
		l := ReadLife(schema.BuiltIn().Get("request"), r, time.Time{})
		want(t, "reopened from "+back, l.Sum().Reopened, 0)
	}
}

func TestAHoldEndsWithTheResolutionThatIsStated(t *testing.T) {
	l := lifeOf(t, "", "+resolved_at: 2026-03-02T13:00:00Z", "2026-03-02 10:00 state=new", "2026-03-02 12:00 state=on-hold hold=user", "2026-03-02 15:00 state=resolved")
	want(t, "held", l.Sum().Held, time.Hour)
}

func TestAFlagHoldsWhereNoStateDoes(t *testing.T) {
	r := incident(t, "2026-03-02 10:00 state=new", "2026-03-02 12:00 hold=conflict", "2026-03-02 15:00 hold=null", "2026-03-02 16:00 state=assess")
	r.Type = "change"
	l := ReadLife(schema.BuiltIn().Get("change"), r, time.Time{})
	s := l.Sum()
	want(t, "holds", s.Holds, 1)
	want(t, "held", s.Held, 3*time.Hour)
	want(t, "held for", s.HeldFor["conflict"], 3*time.Hour)
}
