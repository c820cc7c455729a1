package sla

import (
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"frontdesk/records"
	"frontdesk/records/frontmatter"
	"frontdesk/schema"
	"frontdesk/schema/calendar"
)

// always is an engine whose incidents have the clocks, around the clock.
func always(t *testing.T, clocks string) *Engine {
	t.Helper()
	return engineWith(t, deskWith(), typesWith(t, clocks), Around{})
}

const within = "  resolution: {metric: resolution, targets: [{name: all, target: PT4H}]}\n"

func TestOutcomes(t *testing.T) {
	opened := "2026-03-02 08:00 state=new"
	for _, tc := range []struct {
		name  string
		lines []string
		asOf  string
		want  Outcome
		over  string
		stop  string
		due   string
	}{
		{"runs", []string{opened}, "2026-03-02 09:00", Running, "", "", "2026-03-02 12:00"},
		{"has nothing left", []string{opened}, "2026-03-02 12:00", Running, "", "", "2026-03-02 12:00"},
		{"is over by a second", []string{opened}, "2026-03-02 12:00:01", Breached, "2026-03-02 12:00", "", "2026-03-02 12:00"},
		{"is paused", []string{opened, "2026-03-02 09:00 state=on-hold hold=user"}, "2026-03-02 11:00", Paused, "", "", "2026-03-02 14:00"},
		{"is over and paused", []string{opened, "2026-03-02 13:00 state=on-hold hold=user"}, "2026-03-02 15:00", Breached, "2026-03-02 12:00", "", "2026-03-02 12:00"},
		{"is met", []string{opened, "2026-03-02 09:00 state=resolved"}, "2026-03-04 09:00", Met, "", "2026-03-02 09:00", "2026-03-02 12:00"},
		{"is met at the last moment", []string{opened, "2026-03-02 12:00 state=resolved"}, "2026-03-04 09:00", Met, "", "2026-03-02 12:00", "2026-03-02 12:00"},
		{"is missed by a second", []string{opened, "2026-03-02 12:00:01 state=resolved"}, "2026-03-04 09:00", Breached, "2026-03-02 12:00", "2026-03-02 12:00:01", "2026-03-02 12:00"},
		{"is met from a hold", []string{opened, "2026-03-02 11:00 state=on-hold hold=user", "2026-03-02 20:00 state=resolved"}, "2026-03-04 09:00", Met, "", "2026-03-02 20:00", "2026-03-02 21:00"},
		{"is met when it is closed at once", []string{opened, "2026-03-02 09:00 state=closed"}, "2026-03-04 09:00", Met, "", "2026-03-02 09:00", "2026-03-02 12:00"},
		{"is cancelled", []string{opened, "2026-03-02 09:00 state=cancelled"}, "2026-03-04 09:00", Cancelled, "", "2026-03-02 09:00", "2026-03-02 12:00"},
		{"is cancelled from a hold", []string{opened, "2026-03-02 09:00 state=on-hold hold=user", "2026-03-03 09:00 state=cancelled"}, "2026-03-04 09:00", Cancelled, "", "2026-03-03 09:00", "2026-03-03 12:00"},
		{"was over before it was cancelled", []string{opened, "2026-03-02 13:00 state=cancelled"}, "2026-03-04 09:00", Breached, "2026-03-02 12:00", "2026-03-02 13:00", "2026-03-02 12:00"},
		{"was met before it was cancelled", []string{opened, "2026-03-02 09:00 state=resolved", "2026-03-02 10:00 state=cancelled"}, "2026-03-04 09:00", Met, "", "2026-03-02 09:00", "2026-03-02 12:00"},
		{"was cancelled and taken up again", []string{opened, "2026-03-02 09:00 state=cancelled", "2026-03-03 09:00 state=new"}, "2026-03-03 10:00", Running, "", "", "2026-03-03 12:00"},
		{"was cancelled, taken up again and resolved in one second", []string{opened, "2026-03-02 09:00 state=cancelled", "2026-03-02 15:00 state=in-progress", "2026-03-02 15:00 state=resolved"},
			"2026-03-04 09:00", Met, "", "2026-03-02 15:00", "2026-03-02 18:00"},
		{"is resolved as it states before", []string{"+resolved_at: 2026-03-02T11:00:00Z", opened, "2026-03-02 14:00 state=resolved"}, "2026-03-04 09:00", Met, "", "2026-03-02 11:00", "2026-03-02 12:00"},
		{"is resolved as it states afterwards", []string{"+resolved_at: 2026-03-02T13:00:00Z", opened, "2026-03-02 11:00 state=resolved"}, "2026-03-04 09:00", Breached, "2026-03-02 12:00", "2026-03-02 13:00", "2026-03-02 12:00"},
		{"is resolved as it states before it was opened", []string{"+resolved_at: 2026-03-01T13:00:00Z", opened, "2026-03-02 11:00 state=resolved"}, "2026-03-04 09:00", Met, "", "2026-03-02 11:00", "2026-03-02 12:00"},
		{"states a resolution that was undone", []string{"+resolved_at: 2026-03-02T10:00:00Z", opened, "2026-03-02 10:00 state=resolved", "2026-03-02 11:00 state=in-progress", "2026-03-02 12:00 state=resolved"},
			"2026-03-04 09:00", Met, "", "2026-03-02 12:00", "2026-03-02 13:00"},
		{"states when it was closed", []string{"+closed_at: 2026-03-02T11:00:00Z", opened, "2026-03-02 14:00 state=closed"}, "2026-03-04 09:00", Met, "", "2026-03-02 11:00", "2026-03-02 12:00"},
		{"was opened before it was written down", []string{"+opened_at: 2026-03-02T06:00:00Z", opened}, "2026-03-02 09:00", Running, "", "", "2026-03-02 10:00"},
		{"was opened and is written down on hold", []string{"+opened_at: 2026-03-02T06:00:00Z", "2026-03-02 08:00 state=on-hold hold=user"}, "2026-03-02 09:00", Paused, "", "", "2026-03-02 11:00"},
		{"was opened after it was written down", []string{"+opened_at: 2026-03-02T08:30:00Z", opened, "2026-03-02 08:10 state=in-progress"}, "2026-03-02 09:00", Running, "", "", "2026-03-02 12:30"},
		{"has no log", []string{"+opened_at: 2026-03-02T08:00:00Z", "+resolved_at: 2026-03-02T10:00:00Z", "+state: closed"}, "2026-03-04 09:00", Met, "", "2026-03-02 10:00", "2026-03-02 12:00"},
		{"has a state that the type does not have", []string{opened, "2026-03-02 09:00 state=resolved", "2026-03-02 10:00 state=-100", "2026-03-02 11:00 state=closed"}, "2026-03-04 09:00", Met, "", "2026-03-02 09:00", "2026-03-02 12:00"},
		{"is resolved in the second in which it was opened", []string{opened, "2026-03-02 08:00 state=resolved"}, "2026-03-04 09:00", Met, "", "2026-03-02 08:00", "2026-03-02 12:00"},
		{"is taken up again in the same second", []string{opened, "2026-03-02 09:00 state=resolved", "2026-03-02 09:00 state=in-progress"}, "2026-03-02 10:00", Running, "", "", "2026-03-02 12:00"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := clockAt(t, always(t, within), incident(t, tc.lines...), tc.asOf, "resolution")
			want(t, "the outcome", c.Outcome, tc.want)
			wantTime(t, "over", c.Over, tc.over)
			wantTime(t, "stop", c.Stop, tc.stop)
			wantTime(t, "due", c.Due, tc.due)
			want(t, "whether it is active", c.Active, tc.stop == "")
			want(t, "whether it has stopped", c.Phase == Stopped, tc.stop != "")
			want(t, "what is left", c.Left, c.Limit-c.Elapsed.Business)
		})
	}
}

func TestAReopeningResumes(t *testing.T) {
	r := incident(t, "2026-03-02 08:00 state=new", "2026-03-02 10:00 state=resolved", "2026-03-02 15:00 state=closed", "2026-03-03 08:00 state=in-progress", "2026-03-03 09:00 state=resolved")
	c := clockAt(t, always(t, within), r, "2026-03-03 08:30", "resolution")
	want(t, "the outcome", c.Outcome, Running)
	want(t, "elapsed", c.Elapsed.Wall, 150*time.Minute)
	c = clockAt(t, always(t, within), r, "2026-03-04 08:30", "resolution")
	want(t, "the outcome", c.Outcome, Met)
	want(t, "elapsed", c.Elapsed.Wall, 3*time.Hour)
	want(t, "idle", c.Idle.Wall, 22*time.Hour)
	want(t, "held", c.Held.Wall, 0)
	var phases []string
	for _, s := range c.Segments {
		phases = append(phases, string(s.Phase)+" "+string(s.State)+" "+s.To.Sub(s.From).String())
	}
	if got := strings.Join(phases, ", "); got != "counting new 2h0m0s, stopped resolved 5h0m0s, stopped closed 17h0m0s, counting in-progress 1h0m0s" {
		t.Errorf("the segments are %s", got)
	}
}

func TestResponses(t *testing.T) {
	e := always(t, "  response: {metric: response, targets: [{name: all, target: PT4H}]}\n")
	opened := "2026-03-02 08:00 state=new"
	for _, tc := range []struct {
		name  string
		lines []string
		want  Outcome
		stop  string
	}{
		{"nobody answers", []string{opened}, Breached, ""},
		{"the requester writes", []string{opened, "# 2026-03-02 09:00 dana"}, Breached, ""},
		{"the desk writes", []string{opened, "# 2026-03-02 09:00 lee"}, Met, "2026-03-02 09:00"},
		{"the desk writes late", []string{opened, "# 2026-03-02 12:01 lee"}, Breached, "2026-03-02 12:01"},
		{"the desk wrote before it was written down", []string{opened, "# 2026-03-02 07:00 lee"}, Met, "2026-03-02 08:00"},
		{"it is resolved", []string{opened, "2026-03-02 09:00 state=resolved"}, Met, "2026-03-02 09:00"},
		{"it is resolved and taken up again", []string{opened, "2026-03-02 09:00 state=resolved", "2026-03-02 10:00 state=in-progress"}, Met, "2026-03-02 09:00"},
		{"it is cancelled", []string{opened, "2026-03-02 09:00 state=cancelled"}, Cancelled, "2026-03-02 09:00"},
		{"it is cancelled and answered", []string{opened, "2026-03-02 09:00 state=cancelled", "# 2026-03-02 10:00 lee"}, Cancelled, "2026-03-02 09:00"},
		{"it is cancelled, taken up again and answered", []string{opened, "2026-03-02 09:00 state=cancelled", "2026-03-02 10:00 state=new", "# 2026-03-02 10:30 lee"}, Met, "2026-03-02 10:30"},
		{"it is on hold", []string{opened, "2026-03-02 09:00 state=on-hold hold=user", "# 2026-03-02 15:00 lee"}, Met, "2026-03-02 15:00"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := clockAt(t, e, incident(t, tc.lines...), "2026-03-03 08:00", "response")
			want(t, "the outcome", c.Outcome, tc.want)
			wantTime(t, "stop", c.Stop, tc.stop)
		})
	}
}

func TestUpdates(t *testing.T) {
	e := always(t, "  update: {metric: update, warn: [50%], targets: [{name: all, target: PT2H}]}\n")
	lines := []string{
		"2026-03-02 08:00 state=new", "# 2026-03-02 09:00 lee", "# 2026-03-02 10:00 sam", "# 2026-03-02 13:00 lee",
		"2026-03-02 14:00 state=on-hold hold=user", "2026-03-02 16:00 state=in-progress", "# 2026-03-02 16:30 lee",
	}
	c := clockAt(t, e, incident(t, lines[:3]...), "2026-03-02 11:00", "update")
	want(t, "the outcome of the second round", c.Outcome, Running)
	wantTime(t, "its start", c.Start, "2026-03-02 10:00")
	c = clockAt(t, e, incident(t, lines[:4]...), "2026-03-02 13:30", "update")
	want(t, "the outcome after the second round was over", c.Outcome, Breached)
	wantTime(t, "over", c.Over, "2026-03-02 12:00")
	wantTime(t, "due", c.Due, "2026-03-02 15:00")
	want(t, "left", c.Left, 90*time.Minute)
	want(t, "the breaches, with the one ahead", len(c.Breaches), 2)
	c = clockAt(t, e, incident(t, lines...), "2026-03-02 17:00", "update")
	wantTime(t, "due after the last message", c.Due, "2026-03-02 18:30")
	var warned []string
	for _, w := range c.Warnings {
		warned = append(warned, w.Format("15:04"))
	}
	want(t, "the warnings", strings.Join(warned, " "), "11:00 16:00 17:30")

	c = clockAt(t, e, incident(t, append(lines[:2], "2026-03-02 10:30 state=resolved", "# 2026-03-02 10:30 lee", "# 2026-03-02 10:40 lee")...), "2026-03-03 17:00", "update")
	want(t, "the outcome of a resolved one", c.Outcome, Met)
	wantTime(t, "the start of its last round", c.Start, "2026-03-02 09:00")
	wantTime(t, "its stop", c.Stop, "2026-03-02 10:30")
	r := incident(t, "2026-03-02 08:00 state=new", "2026-03-02 10:30 state=resolved", "# 2026-03-02 10:40 lee")
	want(t, "the clocks of one that was answered by its resolution", len(clocksAt(t, e, r, "2026-03-03 08:00")), 0)
	r = incident(t, "2026-03-02 08:00 state=new", "2026-03-02 10:30 state=resolved", "2026-03-02 12:00 state=in-progress")
	c = clockAt(t, e, r, "2026-03-02 13:00", "update")
	wantTime(t, "due once it is taken up again", c.Due, "2026-03-02 14:00")
}

func TestTeams(t *testing.T) {
	e := always(t, "  team: {metric: team, targets: [{name: fast, when: \"self.team == 'first'\", target: PT1H}, {name: slow, target: PT4H}]}\n")
	r := incident(t, "2026-03-02 08:00 state=new", "2026-03-02 09:00 team=first", "2026-03-02 09:30 state=on-hold hold=user", "2026-03-02 10:00 state=in-progress",
		"2026-03-02 10:30 team=second", "2026-03-02 11:00 team=first", "2026-03-02 13:00 state=resolved", "2026-03-02 14:00 team=third", "2026-03-02 15:00 team=second", "2026-03-02 16:00 state=in-progress")
	var got []string
	for _, c := range clocksAt(t, e, r, "2026-03-02 17:00") {
		got = append(got, c.Subject+" "+c.Target+" "+string(c.Outcome)+" "+c.Start.Format("15:04")+" "+c.Elapsed.Wall.String()+" "+c.Held.Wall.String())
	}
	if text := strings.Join(got, "\n"); text != "first fast met 09:00 1h0m0s 30m0s\nsecond slow met 10:30 30m0s 0s\nfirst fast breached 11:00 2h0m0s 0s\nsecond slow running 15:00 1h0m0s 0s" {
		t.Errorf("the clocks are\n%s", text)
	}
}

func TestSuppliers(t *testing.T) {
	clocks := "  supplier: {metric: supplier, targets: [{name: acme, when: \"facts.service.supplier == 'acme' && self.hold == 'vendor'\", target: PT3H}]}\n"
	mail := &records.Record{Type: "service", ID: "mail", Path: "records/services/mail.md", Fields: records.NewMap(records.Pair{Key: "supplier", Value: records.NewString("acme")})}
	e := engineWith(t, deskWith(), typesWith(t, clocks), Around{Service: func(id records.ID) *records.Record {
		if id == "mail" {
			return mail
		}
		return nil
	}})
	lines := []string{"+service: mail", "2026-03-02 08:00 state=new", "2026-03-02 09:00 state=on-hold hold=vendor", "2026-03-02 11:00 hold=user", "2026-03-02 12:00 hold=vendor", "2026-03-02 16:00 state=cancelled"}
	cs := clocksAt(t, e, incident(t, lines...), "2026-03-02 17:00")
	want(t, "the clocks", len(cs), 2)
	want(t, "the first", cs[0].Outcome, Met)
	want(t, "the second", cs[1].Outcome, Breached)
	want(t, "its subject", cs[1].Subject, "vendor")
	cs = clocksAt(t, e, incident(t, lines[:3]...), "2026-03-02 10:00")
	want(t, "one that runs", cs[0].Outcome, Running)
	cs = clocksAt(t, e, incident(t, append(lines[:3], "2026-03-02 10:00 state=cancelled")...), "2026-03-02 17:00")
	want(t, "one that was cancelled", cs[0].Outcome, Cancelled)
	cs = clocksAt(t, e, incident(t, append([]string{"+service: chat"}, lines[1:3]...)...), "2026-03-02 10:00")
	want(t, "of another service", cs[0].Outcome, Untimed)
	if !strings.Contains(cs[0].Note, "target acme") {
		t.Errorf("the note is %q", cs[0].Note)
	}
}

func TestStartStopAndPauseAsTheTypeSays(t *testing.T) {
	lines := []string{"2026-03-02 08:00 state=new", "2026-03-02 09:00 state=in-progress assignee=lee", "2026-03-02 10:00 state=on-hold hold=user", "2026-03-02 11:00 hold=vendor",
		"2026-03-02 12:00 state=in-progress hold=null", "2026-03-02 13:00 state=resolved", "2026-03-02 14:00 state=closed"}
	for clock, wanted := range map[string]string{
		"metric: resolution":                                                 "08:00 13:00 3h0m0s 2h0m0s",
		"metric: resolution, pause: {holds: [user]}":                         "08:00 13:00 4h0m0s 1h0m0s",
		"metric: resolution, pause: {states: []}":                            "08:00 13:00 5h0m0s 0s",
		"metric: resolution, start: active":                                  "09:00 13:00 2h0m0s 2h0m0s",
		"metric: resolution, start: [on-hold]":                               "10:00 13:00 1h0m0s 2h0m0s",
		"metric: resolution, stop: closed":                                   "08:00 14:00 4h0m0s 2h0m0s",
		"metric: response, stop: assigned":                                   "08:00 09:00 1h0m0s 0s",
		"metric: response, stop: in-progress":                                "08:00 09:00 1h0m0s 0s",
		"metric: resolution, start: assigned":                                "09:00 13:00 2h0m0s 2h0m0s",
		"metric: response, start: assigned":                                  "09:00 13:00 2h0m0s 2h0m0s",
		"metric: resolution, stop: [on-hold, resolved], pause: {states: []}": "08:00 13:00 3h0m0s 0s",
	} {
		t.Run(clock, func(t *testing.T) {
			c := clockAt(t, always(t, "  own: {"+clock+"}\n"), incident(t, lines...), "2026-03-05 08:00", "own")
			want(t, "the clock", c.Start.Format("15:04")+" "+c.Stop.Format("15:04")+" "+c.Elapsed.Wall.String()+" "+c.Held.Wall.String(), wanted)
			want(t, "the outcome", c.Outcome, Untimed)
		})
	}
	if cs := clocksAt(t, always(t, "  own: {metric: resolution, start: assigned}\n"), incident(t, lines[0]), "2026-03-05 08:00"); len(cs) > 0 {
		t.Error("a clock runs that has not begun")
	}
}

const gold = "sla: {incident: {resolution: [{name: gold, when: \"self.priority == 'P1'\", target: PT2H}]}}\n"

// services answers of services whose front matter is written.
func services(t *testing.T, texts map[records.ID]string) Around {
	t.Helper()
	all := map[records.ID]*records.Record{}
	a := Around{Service: func(id records.ID) *records.Record { return all[id] }, Teams: func(records.ID) []string { return nil }}
	for id, text := range texts {
		r, ds := frontmatter.Parse("records/services/"+string(id)+".md", "service", []byte("---\nid: "+string(id)+"\ntitle: A service\n"+text+"---\n"))
		if severe(ds) > 0 {
			t.Fatal(ds)
		}
		r.ID = id
		all[id] = r
		a.Services = append(a.Services, r)
	}
	return a
}

func TestPromisesOfServicesComeFirst(t *testing.T) {
	e := engineWith(t, deskWith(), typesWith(t, within), services(t, map[records.ID]string{"mail": gold, "chat": ""}))
	for _, tc := range []struct{ service, priority, want, source string }{
		{"service: mail", "P1", "gold", "records/services/mail.md"},
		{"service: service/mail", "P1", "gold", "records/services/mail.md"},
		{"service: mail", "P2", "all", "schema/incident.yaml"},
		{"service: chat", "P1", "all", "schema/incident.yaml"},
		{"service: none", "P1", "all", "schema/incident.yaml"},
		{"service: null", "P1", "all", "schema/incident.yaml"},
	} {
		c := clockAt(t, e, incident(t, "+"+tc.service, "2026-03-02 08:00 state=new priority="+tc.priority), "2026-03-02 09:00", "resolution")
		want(t, tc.service+": the target", c.Target, tc.want)
		want(t, tc.service+": its file", c.Source, tc.source)
	}
}

func TestServicesOfOneIDPromiseNothing(t *testing.T) {
	a := services(t, map[records.ID]string{"mail": gold})
	a.Services = append(a.Services, a.Services[0])
	a.Service = func(records.ID) *records.Record { return nil }
	e := engineWith(t, deskWith(), typesWith(t, within), a)
	want(t, "the target", clockAt(t, e, incident(t, "+service: mail", "2026-03-02 08:00 state=new priority=P1"), "2026-03-02 09:00", "resolution").Target, "all")
}

func TestTheClocksAreSafeForConcurrentUse(t *testing.T) {
	e := engineWith(t, deskWith(hours(t, "office", nil, "08:00-17:00")), typesWith(t, conditionClocks), services(t, map[records.ID]string{"mail": gold, "chat": "criticality: critical\n"}))
	e.services.Clear() // they are read when they are asked for
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			r := incident(t, "+service: "+[]string{"mail", "chat"}[i%2], "2026-03-02 08:00 state=new priority=P"+strconv.Itoa(1+i%5))
			if cs := clocksAt(t, e, r, "2026-03-03 08:00"); len(cs) != 2 || e.Key(r) == "" {
				t.Errorf("there are %d clocks", len(cs))
			}
		})
	}
	group.Wait()
}

func TestConditionsSeeTheFacts(t *testing.T) {
	e := engineWith(t, deskWith(), typesWith(t, "  resolution: {metric: resolution, targets: [{name: vip, when: \"'vip' in facts.requester_teams\", target: PT1H}, "+
		"{name: critical, when: \"has(facts.service.criticality) && facts.service.criticality == 'critical'\", target: PT2H}, {name: slow, when: \"category == 'held'\", target: P9D}, {name: desk, when: \"desk.name == 'x'\", target: P8D}, {name: all, target: PT4H}]}\n"),
		Around{Service: services(t, map[records.ID]string{"mail": "criticality: critical\n"}).Service, Teams: func(p records.ID) []string {
			if p == "dana" {
				return []string{"vip"}
			}
			return nil
		}})
	for line, wanted := range map[string]string{"+service: mail": "vip", "+x_a: b": "vip"} {
		want(t, line, clockAt(t, e, incident(t, line, "2026-03-02 08:00 state=new"), "2026-03-02 09:00", "resolution").Target, wanted)
	}
	e.around.Teams = func(records.ID) []string { return nil }
	for line, wanted := range map[string]string{"+service: mail": "critical", "+x_a: b": "all"} {
		c := clockAt(t, e, incident(t, line, "2026-03-02 08:00 state=new"), "2026-03-02 09:00", "resolution")
		want(t, line, c.Target, wanted)
		want(t, "the note", c.Note, "")
	}
	want(t, "on hold", clockAt(t, e, incident(t, "2026-03-02 08:00 state=new", "2026-03-02 08:10 state=on-hold hold=user"), "2026-03-02 09:00", "resolution").Target, "slow")
}

func TestAConditionThatCannotBeJudgedDoesNotHold(t *testing.T) {
	e := always(t, "  resolution: {metric: resolution, targets: [{name: fast, when: \"self.impact < 3\", target: PT1H}, {name: all, target: PT4H}]}\n")
	c := clockAt(t, e, incident(t, "+impact: high", "2026-03-02 08:00 state=new"), "2026-03-02 09:00", "resolution")
	want(t, "the target", c.Target, "all")
	if !strings.HasPrefix(c.Note, "the condition of target fast could not be judged: ") {
		t.Errorf("the note is %q", c.Note)
	}
}

func TestWhatIsWrongIsTold(t *testing.T) {
	ts := typesWith(t, "  resolution: {metric: resolution, calendar: ofice, targets: [{name: all, target: PT4H}]}\n  response: {metric: response, targets: [{name: all, target: PT4H, calendar: nights}]}\n")
	d := deskWith(hours(t, "office", nil, "08:00-17:00"))
	a := services(t, map[records.ID]string{
		"mail": "sla: {incident: {resolution: [{name: gold, target: PT2H, calendar: nowhere}]}}\n",
		"chat": "sla: {incident: {resolution: [{name: gold, target: soon}]}}\n",
	})
	e, ds := New(d, ts, a)
	var got []string
	for _, d := range ds {
		got = append(got, d.Path+" "+string(d.Rule)+": "+d.Message)
	}
	if text := strings.Join(got, "\n"); text != "records/services/chat.md sla/bad-promise: clock resolution: target gold: \"soon\" is no length of time\n"+
		"records/services/mail.md sla/unknown-calendar: clock resolution: target gold: desk.yaml has no calendar \"nowhere\"\n"+
		"schema/incident.yaml sla/unknown-calendar: clock resolution: desk.yaml has no calendar \"ofice\"\n"+
		"schema/incident.yaml sla/unknown-calendar: clock response: target all: desk.yaml has no calendar \"nights\"" {
		t.Errorf("the diagnostics are\n%s", text)
	}
	for _, d := range ds {
		if d.Hint == "" {
			t.Errorf("%s has no hint", d.Message)
		}
	}
	for _, c := range clocksAt(t, e, incident(t, "2026-03-02 08:00 state=new"), "2026-03-02 09:00") {
		want(t, c.Name, c.Outcome, Untimed)
		if !strings.Contains(c.Note, "is not there") {
			t.Errorf("%s: the note is %q", c.Name, c.Note)
		}
	}
}

func TestATargetThatTheCalendarDoesNotReach(t *testing.T) {
	h := hours(t, "office", func(s *calendar.HoursSpec) {
		s.Holidays = []calendar.Holiday{{On: "2026-03-02", Hours: []calendar.Interval{{From: 480, To: 1020}}}}
	})
	e := engineWith(t, deskWith(h), typesWith(t, "  resolution: {metric: resolution, calendar: office, targets: [{name: all, target: P2D}]}\n  response: {metric: response, calendar: office, targets: [{name: all, target: PT40H}]}\n"), Around{})
	c := clockAt(t, e, incident(t, "2026-03-02 08:00 state=new"), "2027-03-02 09:00", "resolution")
	want(t, "the outcome", c.Outcome, Untimed)
	if c.Note == "" || c.Target != "" {
		t.Errorf("the note is %q, the target %q", c.Note, c.Target)
	}
	c = clockAt(t, e, incident(t, "2026-03-02 08:00 state=new"), "2027-03-02 09:00", "response")
	want(t, "the outcome of what is never due", c.Outcome, Running)
	wantTime(t, "due", c.Due, "")
	want(t, "whether something is next", Next([]Clock{c}) == nil, true)
}

func TestKeysAndNeeds(t *testing.T) {
	a := services(t, map[records.ID]string{"mail": gold, "chat": "criticality: low\n"})
	teams := []string{"vip"}
	a.Teams = func(records.ID) []string { return teams }
	plain := engineWith(t, deskWith(), typesWith(t, within), a)
	mail, chat := incident(t, "+service: mail"), incident(t, "+service: chat")
	want(t, "the key of what depends on nothing", plain.Key(chat), "")
	if first, again := plain.Key(mail), plain.Key(mail); first == "" || first != again {
		t.Error("what a service promises is not in the key")
	}
	if other := services(t, map[records.ID]string{"mail": strings.Replace(gold, "PT2H", "PT3H", 1)}); engineWith(t, deskWith(), typesWith(t, within), other).Key(mail) == plain.Key(mail) {
		t.Error("another promise has the same key")
	}
	facts := engineWith(t, deskWith(), typesWith(t, "  resolution: {metric: resolution, targets: [{when: \"'vip' in facts.requester_teams\", target: PT1H}, {when: \"has(facts.service.team)\", target: PT2H}]}\n"), a)
	before := facts.Key(chat)
	teams = []string{"other"}
	if facts.Key(chat) == before || before == "" {
		t.Error("the teams of the requester are not in the key")
	}
	needs := strings.Join(plain.Needs(plain.types.Get("incident")), " ")
	for _, name := range []string{"opened_at", "resolved_at", "closed_at", "requester", "service", "due_at", "state", "priority"} {
		if !strings.Contains(needs, name) {
			t.Errorf("clocks need %s: %s", name, needs)
		}
	}
	whole := engineWith(t, deskWith(), typesWith(t, "  resolution: {metric: resolution, targets: [{when: \"size(self) > 3\", target: PT1H}]}\n"), a)
	if len(whole.Needs(whole.types.Get("incident"))) != len(whole.types.Get("incident").Fields) {
		t.Error("a condition on the whole record needs all fields")
	}
	if plain.Needs(plain.types.Get("team")) != nil || plain.Key(&records.Record{Type: "team"}) != "" {
		t.Error("a type without clocks needs something")
	}
	if got := schema.BuiltIn().Get("person"); plain.Needs(got) != nil {
		t.Error("people need something")
	}
}

func TestConditionsMayUseSelfAsAWhole(t *testing.T) {
	for source, whole := range map[string]bool{
		"self.priority == 'P1'": false, "self . priority == 'P1'": false, "self\n.priority != null": false, "myself.x == 1": false, "selfish": false,
		"size(self) > 1": true, "self['priority'] == 'P1'": true, "self.exists(k, k == 'x')": true, "[self][0].priority == 'P1'": true,
		"self.priority == 'P1' && self == null": true, "'self'": true, "self": true, "": false, "has(self.x)": false,
	} {
		want(t, source, isWhole(source, "self"), whole)
	}
}
