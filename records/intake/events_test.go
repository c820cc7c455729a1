package intake

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"frontdesk/records"
)

// story tells a record's log and some of its fields in a few words.
func story(t *testing.T, plan *Plan, id string, fields ...string) string {
	t.Helper()
	for _, f := range plan.Files {
		if string(f.ID) != id {
			continue
		}
		r := parsed(t, f)
		var out []string
		log, _ := r.Log()
		for _, e := range log {
			line := e.At.Format("02T15:04") + " " + e.By
			for _, p := range e.Fields {
				line += " " + p.Key + "=" + p.Value.String()
			}
			out = append(out, line)
		}
		for _, name := range fields {
			out = append(out, name+": "+r.Text(name))
		}
		return strings.Join(out, "\n")
	}
	return "no record " + id + ", " + problemsOf(plan)
}

func problemsOf(plan *Plan) string {
	var out []string
	for _, p := range plan.Problems {
		out = append(out, fmt.Sprintf("%d %s: %s", p.Line, p.Case, p.Message))
	}
	return strings.Join(out, "\n")
}

// eventLog is the beginning of mappings of incidents, to which a test adds what it is
// about.
const eventLog = "version: 1\nsource: other\ntype: incident\nrows: events\ntimes: {formats: iso}\nid: Case\n"

const eventFields = "fields:\n  title: {template: \"Case {Case}\"}\n  impact: {value: low}\n  urgency: {value: low}\n"

func TestEventLogs(t *testing.T) {
	for _, c := range []struct {
		name, mapping, csv, id string
		fields                 []string
		want                   string
	}{
		{
			name: "state and sub-state in one column, with activities that are no state",
			mapping: eventLog + eventFields +
				"  state: {column: Activity, nothing: \"*\", map: {Opened: new, Work/Started: in-progress, Solved: resolved, Ended: closed, Reopened: in-progress}}\n" +
				"log: {at: When, by: {column: Who, clean: slug}, stamp: [opened_at, resolved_at, closed_at]}\n",
			csv: "Case,When,Who,Activity\nA,2026-11-03 09:00,Ann,Opened\nA,2026-11-03 09:30,Bob,Mail sent\nA,2026-11-03 10:00,Bob,Work/Started\nA,2026-11-03 11:00,Bob,Solved\n" +
				"A,2026-11-03 12:00,Ann,Reopened\nA,2026-11-03 13:00,Bob,Solved\nA,2026-11-04 13:00,Ann,Ended\n",
			id: "A", fields: []string{"opened_at", "resolved_at", "closed_at"},
			want: "03T09:00 ann state=new priority=P5\n03T10:00 bob state=in-progress\n03T11:00 bob state=resolved\n03T12:00 ann state=in-progress\n03T13:00 bob state=resolved\n04T13:00 ann state=closed\n" +
				"opened_at: 2026-11-03T09:00:00Z\nresolved_at: 2026-11-03T13:00:00Z\nclosed_at: 2026-11-04T13:00:00Z",
		},
		{
			name: "state and sub-state in two columns, every row a line",
			mapping: eventLog + eventFields +
				"  state: {template: \"{State}/{Detail}\", map: {Open/New: new, Open/Waiting: on-hold, Open/Working: in-progress}}\n  hold: {column: Detail, map: {Waiting: user, \"*\": null}}\n" +
				"log: {at: When, by: {value: other}, lines: rows}\n",
			csv: "Case,When,State,Detail\nA,2026-11-03 09:00,Open,New\nA,2026-11-03 09:30,Open,New\nA,2026-11-03 10:00,Open,Waiting\nA,2026-11-03 11:00,Open,Working\nA,2026-11-03 11:30,Open,Working\n",
			id:  "A", fields: []string{"state", "hold", "opened_at"},
			want: "03T09:00 other state=new priority=P5\n03T09:30 other\n03T10:00 other state=on-hold hold=user\n03T11:00 other state=in-progress hold=\n03T11:30 other\nstate: in-progress\nhold: \nopened_at: ",
		},
		{
			name: "rows of starting and completing an activity, those of scheduling left out",
			mapping: eventLog + "only: {Lifecycle: [start, complete]}\norder:\n  - {column: When, kind: time}\n  - {column: Lifecycle, ranks: [start, complete]}\n" + eventFields +
				"  state: {template: \"{Activity}/{Lifecycle}\", nothing: \"*\", map: {register/complete: new, repair/start: in-progress, repair/complete: resolved}}\n" +
				"log: {at: When, by: {value: other}, stamp: [resolved_at]}\n",
			csv: "Case,When,Activity,Lifecycle\nA,2026-11-03 10:00,repair,complete\nA,2026-11-03 10:00,repair,start\nA,2026-11-03 09:30,repair,schedule\nA,2026-11-03 09:00,register,start\nA,2026-11-03 09:10,register,complete\n",
			id:  "A", fields: []string{"state", "resolved_at"},
			want: "03T09:00 other priority=P5\n03T09:10 other state=new\n03T10:00 other state=in-progress\n03T10:00 other state=resolved\nstate: resolved\nresolved_at: 2026-11-03T10:00:00Z",
		},
		{
			name: "a row with a time of starting and one of completing",
			mapping: eventLog + "unfold: {start: Started, complete: Completed}\norder: {column: \"@time\", kind: time}\n" + eventFields +
				"  state: {template: \"{Activity}/{@event}\", nothing: \"*\", map: {register/start: new, repair/start: in-progress, repair/complete: resolved}}\n" +
				"log: {at: \"@time\", by: {column: Who, clean: slug}, stamp: [opened_at, resolved_at]}\n",
			csv: "Case,Activity,Who,Started,Completed\nA,repair,Bob,2026-11-03 10:00,2026-11-03 11:00\nA,register,Ann,2026-11-03 09:00,2026-11-03 09:05\n",
			id:  "A", fields: []string{"opened_at", "resolved_at"},
			want: "03T09:00 ann state=new priority=P5\n03T10:00 bob state=in-progress\n03T11:00 bob state=resolved\nopened_at: 2026-11-03T09:00:00Z\nresolved_at: 2026-11-03T11:00:00Z",
		},
		{
			name: "a row for each record with a column for each step, one of which never came",
			mapping: eventLog + "unfold: {opened: Created, working: Taken, done: Solved}\norder: {column: \"@time\", kind: time}\n" + eventFields +
				"  state: {column: \"@event\", map: {opened: new, working: in-progress, done: resolved}}\nlog: {at: \"@time\", by: {value: other}, stamp: [opened_at]}\n",
			csv: "Case,Created,Taken,Solved\nA,2026-11-03 09:00,2026-11-03 10:00,\n", id: "A", fields: []string{"state", "opened_at"},
			want: "03T09:00 other state=new priority=P5\n03T10:00 other state=in-progress\nstate: in-progress\nopened_at: 2026-11-03T09:00:00Z",
		},
		{
			name: "several actors in a row, in cells of their own and in one",
			mapping: eventLog + eventFields + "  state: {value: in-progress}\n" +
				"  assignee: {column: People, split: \";\", item: last, clean: slug, reference: keep}\n  watchers: {column: People, split: \";\", clean: slug, reference: keep}\n  requester: {column: People, split: \";\", item: 2, clean: slug, reference: keep}\n" +
				"log: {at: When, by: {template: [\"{Agent}\", \"{Machine}\"], clean: slug, default: nobody}}\n",
			csv: "Case,When,People,Agent,Machine\nA,2026-11-03 09:00,Ann; Bob,,Robo 1\nA,2026-11-03 10:00,Ann;Cy;Dee,Ann,Robo 1\nA,2026-11-03 11:00,Eve,,\n",
			id:  "A", fields: []string{"requester"},
			want: "03T09:00 robo-1 state=in-progress priority=P5 assignee=bob\n03T10:00 ann assignee=dee\n03T11:00 nobody assignee=eve\nrequester: cy",
		},
		{
			name: "a file whose newest row comes first, with times that are the same",
			mapping: eventLog + "order:\n  - {column: When, kind: time}\n  - {file: newest-first}\n" + eventFields +
				"  state: {column: State, map: {Open: new, Busy: in-progress, Done: resolved}}\nlog: {at: When, by: {value: other}}\n",
			csv:  "Case,When,State\nA,2026-11-03,Done\nA,2026-11-03,Busy\nA,2026-11-02,Open\n",
			id:   "A",
			want: "02T00:00 other state=new priority=P5\n03T00:00 other state=in-progress\n03T00:00 other state=resolved",
		},
		{
			name: "a case without an opening, and a value that counts on some rows",
			mapping: eventLog + eventFields +
				"  state: {column: Activity, nothing: [Mail], map: {Work: in-progress, Done: resolved}}\n  opened_at: {column: When, pick: first}\n  resolution: {column: Text, when: {Activity: done}}\n  team: {column: Group, clean: slug, when: {Activity: [Work], Group: \"*\"}, reference: create}\n" +
				"log: {at: When, by: {value: other}, stamp: [resolved_at]}\n",
			csv: "Case,When,Activity,Text,Group\nA,2026-11-03 09:00,Mail,hello,X\nA,2026-11-03 09:10,Work,on it,Net\nA,2026-11-03 09:20,Done,mended,\nA,2026-11-03 09:30,Mail,thanks,Y\n",
			id:  "A", fields: []string{"resolution", "opened_at", "resolved_at"},
			want: "03T09:00 other priority=P5\n03T09:10 other state=in-progress team=net\n03T09:20 other state=resolved\nresolution: mended\nopened_at: 2026-11-03T09:00:00Z\nresolved_at: 2026-11-03T09:20:00Z",
		},
		{
			name: "rows that do not count lend no cells to those that do, and a default takes nothing away",
			mapping: eventLog + eventFields +
				"  state: {column: Activity, nothing: \"*\", map: {Open: new, Work: in-progress, Done: resolved}}\n  resolution: {column: Text, when: {Activity: Done}, default: none}\n" +
				"  team: {column: Group, clean: slug, when: {Activity: Work}, reference: keep}\n  category: {column: Text, map: {printing: printing}, nothing: \"*\", default: other}\n" +
				"log: {at: When, by: {value: other}}\n",
			csv: "Case,When,Activity,Text,Group\nA,2026-11-03 09:00,Open,printing,Front\nA,2026-11-03 09:10,Mail,the customer is angry,Mailroom\nA,2026-11-03 09:20,Work,,\nA,2026-11-03 09:30,Done,,Net\n",
			id:  "A", fields: []string{"resolution", "category", "team"},
			want: "03T09:00 other state=new priority=P5\n03T09:20 other state=in-progress\n03T09:30 other state=resolved\nresolution: none\ncategory: printing\nteam: ",
		},
		{
			name: "columns that are looked up together are those of one row; a second template says what fewer mean",
			mapping: eventLog + eventFields + "  x_status: {template: [\"{State}/{Detail}\", \"{State}\"], keep: true, map: {Open: Open/New}}\n" +
				"  state: {template: \"{State}/{Detail}\", map: {Open/New: new, Open/Waiting: on-hold, Done/Waiting: cancelled, Done/Fixed: resolved}}\n" +
				"log: {at: When, by: {value: other}}\n",
			csv: "Case,When,State,Detail\nA,2026-11-03 09:00,Open,New\nA,2026-11-03 10:00,Open,Waiting\nA,2026-11-03 11:00,,\nA,2026-11-03 12:00,Done,\nA,2026-11-03 13:00,Done,Fixed\n",
			id:  "A", fields: []string{"x_status"},
			want: "03T09:00 other state=new priority=P5\n03T10:00 other state=on-hold\n03T13:00 other state=resolved\nx_status: Done/Fixed",
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := story(t, build(t, c.mapping, c.csv), c.id, c.fields...); got != c.want {
				t.Errorf("got\n%s\nwant\n%s", got, c.want)
			}
		})
	}
}

func TestRowsThatMeanTwoThingsAreReported(t *testing.T) {
	for _, c := range []struct{ mapping, csv, want string }{
		{
			eventLog + eventFields + "  state: {template: \"{State}/{Detail}\", map: {Open/New: new, Done/Fixed: new}}\nlog: {at: When, by: {value: other}}\n",
			"Case,When,State,Detail\nA,2026-11-03 09:00,Open,New\nA,2026-11-03 11:00,,\nA,2026-11-03 12:00,Done,\nA,2026-11-03 13:00,Done,Fixed\n",
			"4 A: state: some of the columns that are looked up together say nothing",
		},
		{
			strings.Replace(eventLog, "id: Case", "id: {column: Case, clean: slug}", 1) + eventFields + "  state: {value: new}\nlog: {at: When, by: {value: other}}\n",
			"Case,When\nCase 1,2026-11-03 09:00\ncase  1,2026-11-03 09:30\ncase-1,2026-11-03 10:00\n",
			"4 case-1: \"Case 1\" and \"case-1\" are different ids, but both make case-1",
		},
	} {
		if got := problemsOf(build(t, c.mapping, c.csv)); got != c.want {
			t.Errorf("got\n%s\nwant\n%s", got, c.want)
		}
	}
}

func TestWhatAnEventLogLeavesOutIsCounted(t *testing.T) {
	plan := build(t, eventLog+"only: {Kind: [ticket, \"\"]}\nunfold: {a: A, b: B}\n"+eventFields+"  state: {value: new}\nlog: {at: \"@time\", by: {value: other}}\n",
		"Case,Kind,A,B\nA,Ticket,2026-11-03,2026-11-04\nB,call,2026-11-03,2026-11-04\nC,,2026-11-03,\nD,ticket,,\nE,call,,\n")
	if plan.Events != 5 || plan.Left != 2 || len(plan.Files) != 2 {
		t.Errorf("%d rows, %d left out, %d files", plan.Events, plan.Left, len(plan.Files))
	}
	if got, want := problemsOf(plan), "5 D: the row states no time of any event\n6 E: the row states no time of any event"; got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestARecordThatIsOpenAgainStatesNoTimeOfItsEnd(t *testing.T) {
	plan := build(t, eventLog+eventFields+"  state: {column: S, map: {n: new, r: resolved, c: closed, p: in-progress}}\nlog: {at: When, by: {value: o}, stamp: [opened_at, resolved_at, closed_at]}\n",
		"Case,When,S\nA,2026-11-01,n\nA,2026-11-02,r\nA,2026-11-03,c\nA,2026-11-04,n\nB,2026-11-01,n\nB,2026-11-02,c\nB,2026-11-03,r\n")
	r, s := parsedOf(t, plan, "A"), parsedOf(t, plan, "B")
	got := []string{r.Text("opened_at"), r.Text("resolved_at"), r.Text("closed_at"), s.Text("resolved_at"), s.Text("closed_at")}
	if want := []string{"2026-11-01T00:00:00Z", "", "", "2026-11-03T00:00:00Z", ""}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

func parsedOf(t *testing.T, plan *Plan, id string) *records.Record {
	t.Helper()
	for _, f := range plan.Files {
		if string(f.ID) == id {
			return parsed(t, f)
		}
	}
	t.Fatalf("no record %s; %s", id, problemsOf(plan))
	return nil
}
