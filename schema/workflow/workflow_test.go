package workflow

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"frontdesk/records"
	"frontdesk/records/yaml"
	"frontdesk/schema"
)

const ticket = `type: ticket
title: Ticket
folder: tickets
id: {prefix: TIC}
fields:
  priority: {enum: [P1, P2]}
  team: {ref: team}
  assignee: {ref: person}
  assets: {type: array, items: {ref: asset}}
  due_at: {type: string, format: date-time}
  hold: {enum: [user, vendor]}
  resolution: {type: string}
  opened_at: {type: string, format: date-time}
  started_at: {type: string, format: date-time}
  resolved_at: {type: string, format: date-time}
  closed_at: {type: string, format: date-time}
tracked: [state, priority, team, assignee, hold, assets, due_at]
states:
  new: {category: new, stamp: opened_at, clear: [hold]}
  open: {category: active, stamp: started_at, require: [assignee], clear: [hold, resolved_at, closed_at]}
  waiting: {category: held, require: [hold]}
  resolved: {category: resolved, require: [resolution, resolved_at], stamp: resolved_at, clear: [hold]}
  closed: {category: closed, require: [resolution, resolved_at, closed_at], stamp: closed_at}
  cancelled: {category: cancelled, require: [resolution], stamp: closed_at}
transitions:
  new: [open, cancelled]
  open: [waiting, resolved]
  waiting: [open]
  resolved: [closed, open]
`

func ticketType(t testing.TB) *schema.Type {
	t.Helper()
	ts, ds := schema.Load([]schema.File{{Path: "schema/ticket.yaml", Data: []byte(ticket)}})
	if len(ds) > 0 {
		t.Fatalf("%+v", ds)
	}
	return ts.Get("ticket")
}

func recordOf(t testing.TB, front string) *records.Record {
	t.Helper()
	v, ds := yaml.Parse("records/x.md", []byte(front), yaml.Base{Line: 2, Offset: 4})
	if len(ds) > 0 {
		t.Fatalf("%+v", ds)
	}
	return &records.Record{Type: "ticket", ID: records.ID(v.Get("id").String()), Path: "records/x.md", Fields: v}
}

func TestLegalAndStep(t *testing.T) {
	typ := ticketType(t)
	cases := []struct {
		name     string
		from, to records.State
		message  string // "" where the step is legal
		near     records.State
	}{
		{"a step of the type", "new", "open", "", ""},
		{"staying", "open", "open", "", ""},
		{"beginning in the first state", "", "new", "", ""},
		{"beginning in a later state", "", "closed", "", ""},
		{"a step that skips states", "new", "closed", "ticket does not go from new to closed; it may go to open, cancelled", ""},
		{"a step from an end", "closed", "open", "ticket does not go from closed to open; closed is an end", ""},
		{"a state that is none", "new", "opened", `"opened" is no state of ticket`, "open"},
		{"no state", "new", "", `"" is no state of ticket`, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			err := Step(typ, c.from, c.to)
			var e *StepError
			switch {
			case c.message == "" && err != nil:
				t.Error(err)
			case c.message == "":
			case !errors.As(err, &e) || e.Error() != c.message || e.Near != c.near:
				t.Errorf("%v, near %+v", err, e)
			}
		})
	}
	legal := Legal(typ, "open")
	if !slices.Equal(legal, []records.State{"waiting", "resolved"}) {
		t.Errorf("%v", legal)
	}
	legal[0] = "changed"
	if typ.Transitions["open"][0] != "waiting" {
		t.Error("the caller can change the type")
	}
	if all := Legal(typ, ""); len(all) != 6 || all[0] != "new" {
		t.Errorf("%v", all)
	}
}

func TestARecordInNoStateGoesOnFromItsLastKnownOne(t *testing.T) {
	typ := ticketType(t)
	const log = "log:\n  - {at: 2026-11-03T09:00:00Z, by: a, state: new}\n  - {at: 2026-11-03T09:01:00Z, by: a, state: open}\n  - {at: 2026-11-03T09:02:00Z, by: a, team: b}\n"
	const odd = "  - {at: 2026-11-03T09:03:00Z, by: a, state: solved}\n"
	cases := []struct {
		name, front string
		to          records.State
		message     string // "" where the move is legal
	}{
		{"a known state", "state: waiting\n" + log, "open", ""},
		{"a known state that does not go there", "state: new\n" + log, "closed", "ticket does not go from new to closed; it may go to open, cancelled"},
		{"a step from the last known state", "state: solved\n" + log, "resolved", ""},
		{"the last known state itself", "state: solved\n" + log, "open", ""},
		{"a log that names the unknown state", "state: solved\n" + log + odd, "resolved", ""},
		{"a step that the last known state does not have", "state: solved\n" + log, "closed",
			`the present state "solved" is unknown, the last known one is open; ticket does not go from open to closed; it may go to waiting, resolved`},
		{"another unknown state", "state: solved\n" + log, "opened", `"opened" is no state of ticket`},
		{"no log", "state: solved\n", "closed", ""},
		{"a log without known states", "state: solved\nlog:\n" + odd, "closed", ""},
		{"a log that is none", "state: solved\nlog: later\n", "closed", ""},
		{"no state at all", "state:\n" + log, "open", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			err := Move(typ, recordOf(t, c.front), c.to)
			if got := fmt.Sprint(err); err != nil && got != c.message || err == nil && c.message != "" {
				t.Errorf("%v, want %s", err, c.message)
			}
		})
	}
}

// asJSON writes values for comparison.
func asJSON(t *testing.T, v any) string {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func pairs(ps []records.Pair) string {
	text := ""
	for _, p := range ps {
		v, _ := json.Marshal(p.Value)
		text += p.Key + "=" + string(v) + " "
	}
	return text
}

var noon = time.Date(2026, 11, 3, 13, 0, 0, 999, time.FixedZone("", 3600))

func TestEnter(t *testing.T) {
	cases := []struct {
		name, front string
		to          records.State
		want        string
	}{
		{"a state stamps its time, in UTC", "state: open\n", "resolved", `resolved_at="2026-11-03T12:00:00Z" `},
		{"a state clears what is set", "hold: user\nresolved_at: 2026-11-01T00:00:00Z\n", "open", `started_at="2026-11-03T12:00:00Z" hold=null resolved_at=null `},
		{"a state does not clear what is not set", "hold:\n", "new", `opened_at="2026-11-03T12:00:00Z" `},
		{"a record opens once", "opened_at: 2026-11-01T00:00:00Z\n", "new", ``},
		{"a record closes anew", "closed_at: 2026-11-01T00:00:00Z\n", "closed", `closed_at="2026-11-03T12:00:00Z" `},
		{"a state without stamp and clear", "hold: user\n", "waiting", ``},
		{"a state that is none", "", "opened", ``},
	}
	typ := ticketType(t)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := pairs(Enter(typ, recordOf(t, "id: T\n"+c.front), c.to, noon)); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

func TestEvent(t *testing.T) {
	cases := []struct{ name, before, after, want string }{
		{"a new record sets what it has, in the type's order", "", "team: net\npriority: P1\nstate: new\nresolution: x\n",
			`{"at":"2026-11-03T12:00:00Z","by":"lee","priority":"P1","state":"new","team":"net"}`},
		{"a change sets what changed", "state: new\nteam: net\n", "state: open\nteam: net\nassignee: lee\n",
			`{"assignee":"lee","at":"2026-11-03T12:00:00Z","by":"lee","state":"open"}`},
		{"what is gone is null", "state: open\nhold: user\nteam: net\n", "state: open\nteam:\n",
			`{"at":"2026-11-03T12:00:00Z","by":"lee","hold":null,"team":null}`},
		{"a list is set as a whole", "assets: [a]\n", "assets: [a, b]\n", `{"assets":["a","b"],"at":"2026-11-03T12:00:00Z","by":"lee"}`},
		{"nothing tracked changed", "state: new\nresolution: x\n", "state: new\nresolution: y\n", `null`},
		{"another form of the same", "team: 7\ndue_at: 2026-11-03T12:00:00Z\nassets: [7]\n", "team: \"7\"\ndue_at: 2026-11-03T13:00:00+01:00\nassets:\n  - \"7\"\n", `null`},
		{"a new record without tracked fields begins a log all the same", "", "resolution: x\n", `{"at":"2026-11-03T12:00:00Z","by":"lee"}`},
	}
	typ := ticketType(t)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			var before Getter
			if c.before != "" {
				before = recordOf(t, "id: T\n"+c.before)
			}
			line := Event(typ, before, recordOf(t, "id: T\n"+c.after), noon, "lee")
			if got := asJSON(t, line); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
			if line != nil && (!line.Flow || line.Pairs[0].Key != "at" || line.Pairs[1].Key != "by") {
				t.Errorf("line begins with %v", line.Pairs)
			}
		})
	}
	line := Event(typ, nil, recordOf(t, "id: T\nteam: net\npriority: P1\nstate: new\n"), noon, "lee")
	var order []string
	for _, p := range line.Pairs {
		order = append(order, p.Key)
	}
	if !slices.Equal(order, []string{"at", "by", "state", "priority", "team"}) {
		t.Errorf("order %v", order)
	}
}

func TestTypesWithoutStatesHaveNoLog(t *testing.T) {
	person := schema.BuiltIn().Get("person")
	r := recordOf(t, "id: lee\ntitle: Lee\nteam: net\n")
	if Event(person, nil, r, noon, "lee") != nil || Missing(person, r) != nil || Check(person, r, noon) != nil {
		t.Error("a person has a log")
	}
}

func TestMissingIsWhatTheLogDoesNotSay(t *testing.T) {
	cases := []struct{ name, front, want string }{
		{"a record that agrees with its log", "state: new\nlog:\n  - {at: 2026-11-03T09:12:00Z, by: dana, state: new}\n", ``},
		{"a record without log", "team: net\nstate: new\n", `state="new" team="net" `},
		{"a state that was edited by hand", "state: open\nlog:\n  - {at: 2026-11-03T09:12:00Z, by: dana, state: new}\n", `state="open" `},
		{"a field that was removed by hand", "state: new\nlog:\n  - {at: 2026-11-03T09:12:00Z, by: dana, state: new, team: net}\n", `team=null `},
	}
	typ := ticketType(t)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := pairs(Missing(typ, recordOf(t, "id: T\n"+c.front))); got != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}
