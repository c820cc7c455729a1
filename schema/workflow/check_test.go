package workflow

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"frontdesk/records"
)

// done is the front matter of a closed record without any fault.
const done = `id: TIC-2611-K7Q4
state: closed
assignee: lee
resolution: replaced the cable
opened_at: 2026-11-03T09:00:00Z
resolved_at: 2026-11-03T10:00:00Z
closed_at: 2026-11-04T10:00:00Z
log:
  - {at: 2026-11-03T09:12:00Z, by: dana, state: new}
  - {at: 2026-11-03T09:20:00Z, by: lee, state: open, assignee: lee}
  - {at: 2026-11-03T10:00:00Z, by: lee, state: resolved}
  - {at: 2026-11-04T10:00:00Z, by: lee, state: closed}
`

var today = time.Date(2026, 11, 5, 0, 0, 0, 0, time.UTC)

func TestCheck(t *testing.T) {
	// Each case replaces parts of the front matter of a record without fault: old,
	// new, old, new …
	cases := []struct {
		name  string
		edits []string
		want  []string // severity, rule, field and message of each diagnostic
	}{
		{"a record without fault", nil, nil},
		{"a record that goes back and forth", []string{"  - {at: 2026-11-03T10:00", "  - {at: 2026-11-03T09:30:00Z, by: lee, state: waiting, hold: user}\n  - {at: 2026-11-03T09:40:00Z, by: lee, state: open, hold: null}\n  - {at: 2026-11-03T10:00"}, nil},
		{"a record that is written down when its work is done", []string{"  - {at: 2026-11-03T09:12:00Z, by: dana, state: new}\n  - {at: 2026-11-03T09:20:00Z, by: lee, state: open, assignee: lee}\n  - {at: 2026-11-03T10:00:00Z, by: lee, state: resolved}\n", "", "state: closed}", "state: closed, assignee: lee}"}, nil},
		{"no log", []string{done[strings.Index(done, "log:"):], ""}, []string{`error log/missing log: TIC-2611-K7Q4 has no log`}},
		{"an empty log", []string{done[strings.Index(done, "log:"):], "log: []\n"}, []string{`error log/missing log: TIC-2611-K7Q4 has no log`}},
		{"a log that is no list", []string{done[strings.Index(done, "log:"):], "log: none\n"}, []string{`error log/malformed log: log is a string; it must be a list of events`}},
		{"a malformed line hides what the log leaves", []string{"by: lee, state: open, assignee: lee", "state: open, assignee: lee"},
			[]string{`error log/malformed log: log line does not say who acted: by is missing`, `error workflow/transition state: ticket does not go from new to resolved`}},
		{"a step that the type does not have", []string{"  - {at: 2026-11-03T10:00:00Z, by: lee, state: resolved}\n", ""}, []string{`error workflow/transition state: ticket does not go from open to closed`}},
		{"a state in the log that is none", []string{"state: open, ", "state: opne, "}, []string{`error workflow/transition state: "opne" is no state of ticket`}},
		{"a log that clears the state", []string{"state: open, ", "state: null, "}, []string{`error workflow/transition state: log line clears the state; ticket is always in one`, `error workflow/transition state: ticket does not go from new to resolved`}},
		{"lines out of order", []string{"{at: 2026-11-03T09:20", "{at: 2026-11-03T08:20"}, []string{`error log/order log: log line of 2026-11-03T08:20:00Z stands after one of 2026-11-03T09:12:00Z`}},
		{"lines of one moment", []string{"{at: 2026-11-03T09:20", "{at: 2026-11-03T09:12"}, nil},
		{"lines in order across zones", []string{"{at: 2026-11-03T09:20:00Z", "{at: 2026-11-03T08:20:00-01:00"}, nil},
		{"a line in the future", []string{"at: 2026-11-04T10:00:00Z, by: lee, state: closed", "at: 2026-11-05T00:05:01Z, by: lee, state: closed"}, []string{`error log/future log: log line of 2026-11-05T00:05:01Z is dated after 2026-11-05T00:00:00Z`}},
		{"a line within the leeway of clocks", []string{"at: 2026-11-04T10:00:00Z, by: lee, state: closed", "at: 2026-11-05T00:05:00Z, by: lee, state: closed"}, nil},
		{"a line that sets what is not tracked", []string{"state: open, ", "state: open, resolution: x, "}, []string{`warning log/untracked log: log line sets "resolution", which ticket does not track`}},
		{"a field that the log does not know", []string{"assignee: lee\nresolution", "assignee: kim\nteam: net\nresolution"},
			[]string{`error log/fold team: team is "net", the log says nothing`, `error log/fold assignee: assignee is "kim", the log says "lee"`}},
		{"a field that the log set and the record lacks", []string{"assignee: lee\nresolution", "resolution"}, []string{`error log/fold assignee: assignee is nothing, the log says "lee"`}},
		{"a list that the log does not know", []string{"assignee: lee\nresolution", "assignee: lee\nassets: [a, b]\nresolution"}, []string{`error log/fold assets: assets is [a, b], the log says nothing`}},
		{"a state that was edited by hand", []string{"state: closed\n", "state: resolved\n"}, []string{`error log/fold state: state is "resolved", the log says "closed"`}},
		{"a closed record without time of resolution", []string{"resolved_at: 2026-11-03T10:00:00Z\n", ""}, []string{`warning workflow/resolved-at-missing resolved_at: TIC-2611-K7Q4 is closed but resolved_at is missing`}},
		{"a closed record without what its state requires", []string{"resolution: replaced the cable\n", ""}, []string{`error workflow/require resolution: state closed requires resolution`}},
		{"a closed record with an empty required text", []string{"replaced the cable", `" "`}, []string{`error workflow/require resolution: state closed requires resolution`}},
		{"a resolved record without what its state requires", []string{"state: closed\n", "state: resolved\n", "resolution: replaced the cable\n", "", "  - {at: 2026-11-04T10:00:00Z, by: lee, state: closed}\n", ""}, []string{`error workflow/require resolution: state resolved requires resolution`}},
		{"a resolved record without time of resolution", []string{"state: closed\n", "state: resolved\n", "resolved_at: 2026-11-03T10:00:00Z\n", "", "  - {at: 2026-11-04T10:00:00Z, by: lee, state: closed}\n", ""}, []string{`error workflow/require resolved_at: state resolved requires resolved_at`}},
		{"a cancelled record needs no time of resolution", []string{"state: closed", "state: cancelled", "resolved_at: 2026-11-03T10:00:00Z\n", "", "state: open, ", "", "  - {at: 2026-11-03T10:00:00Z, by: lee, state: resolved}\n", "", "state: closed}", "state: cancelled}"}, nil},
		{"an unknown state requires nothing", []string{"state: closed\n", "state: shut\n", "resolution: replaced the cable\n", ""}, []string{`error log/fold state: state is "shut", the log says "closed"`}},
		{"a resolution before the opening", []string{"resolved_at: 2026-11-03T10", "resolved_at: 2026-11-03T08"}, []string{`error workflow/times resolved_at: resolved_at is before opened_at`}},
		{"a closing before the resolution", []string{"closed_at: 2026-11-04T10", "closed_at: 2026-11-03T09"}, []string{`error workflow/times closed_at: closed_at is before resolved_at`}},
		{"a closing before both is one fault", []string{"closed_at: 2026-11-04", "closed_at: 2026-11-01"}, []string{`error workflow/times closed_at: closed_at is before resolved_at`}},
		{"a closing before the opening of a record without resolution", []string{"resolved_at: 2026-11-03T10:00:00Z\n", "", "closed_at: 2026-11-04", "closed_at: 2026-11-01"},
			[]string{`warning workflow/resolved-at-missing resolved_at: TIC-2611-K7Q4 is closed but resolved_at is missing`, `error workflow/times closed_at: closed_at is before opened_at`}},
		{"a time that is none is not compared", []string{"closed_at: 2026-11-04T10:00:00Z", "closed_at: yesterday"}, nil},
		{"the start of work may come again after the resolution", []string{"resolution: replaced", "started_at: 2026-11-09T00:00:00Z\nresolution: replaced"}, nil},
		{"foreign lines out of order and of step are information", []string{"log:\n", "imported: {log: 3}\nlog:\n", "{at: 2026-11-03T09:20", "{at: 2026-11-03T08:20", "state: open, ", "state: waiting, "},
			[]string{`info log/order log: log line of 2026-11-03T08:20:00Z stands after one of 2026-11-03T09:12:00Z`, `info workflow/transition state: ticket does not go from new to waiting`, `info workflow/transition state: ticket does not go from waiting to resolved`}},
		{"the step from the last foreign line to the first own one is not foreign", []string{"log:\n", "imported: {log: 1}\nlog:\n", "state: open, ", ""}, []string{`error workflow/transition state: ticket does not go from new to resolved`}},
		{"an own line that is earlier than the last foreign one is not foreign", []string{"log:\n", "imported: {log: 1}\nlog:\n", "{at: 2026-11-03T09:20", "{at: 2026-11-03T08:20"}, []string{`error log/order log: log line of 2026-11-03T08:20:00Z stands after one of 2026-11-03T09:12:00Z`}},
		{"times that a foreign line set are information", []string{"log:\n", "imported: {log: 4}\nlog:\n", "closed_at: 2026-11-04T10", "closed_at: 2026-11-03T09"}, []string{`info workflow/times closed_at: closed_at is before resolved_at`}},
		{"times that an own line set are not", []string{"log:\n", "imported: {log: 3}\nlog:\n", "closed_at: 2026-11-04T10", "closed_at: 2026-11-03T09"}, []string{`error workflow/times closed_at: closed_at is before resolved_at`}},
		{"a time whose state no line entered goes with the last line", []string{"log:\n", "imported: {log: 3}\nlog:\n", "  - {at: 2026-11-03T10:00:00Z, by: lee, state: resolved}\n", "", "resolved_at: 2026-11-03T10", "resolved_at: 2026-11-03T08"},
			[]string{`info workflow/times resolved_at: resolved_at is before opened_at`, `info workflow/transition state: ticket does not go from open to closed`}},
		{"a foreign line that disagrees with the record is an error", []string{"log:\n", "imported: {log: 4}\nlog:\n", "assignee: lee\nresolution", "assignee: kim\nresolution"}, []string{`error log/fold assignee: assignee is "kim", the log says "lee"`}},
		{"a count of foreign lines that is too high", []string{"log:\n", "imported: {log: 5}\nlog:\n"}, []string{`error log/imported imported: imported.log "5" is not a number of lines from 0 to 4`}},
		{"a count of foreign lines that is no number", []string{"log:\n", "imported: {log: all}\nlog:\n"}, []string{`error log/imported imported: imported.log "all" is not a number of lines from 0 to 4`}},
		{"a malformed foreign line does not make an own one foreign", []string{"log:\n", "imported: {log: 2}\nlog:\n", "by: lee, state: open, assignee: lee", "state: open, assignee: lee"},
			[]string{`error log/malformed log: log line does not say who acted: by is missing`, `error workflow/transition state: ticket does not go from new to resolved`}},
	}
	typ := ticketType(t)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			front := done
			for i := 0; i < len(c.edits); i += 2 {
				if !strings.Contains(front, c.edits[i]) {
					t.Fatalf("the record holds no %q", c.edits[i])
				}
				front = strings.Replace(front, c.edits[i], c.edits[i+1], 1)
			}
			var got []string
			for _, d := range Check(typ, recordOf(t, front), today) {
				got = append(got, fmt.Sprintf("%s %s %s: %s", d.Severity, d.Rule, d.Field, d.Message))
				if d.Path != "records/x.md" || d.Record != "TIC-2611-K7Q4" || d.Span.Start.Line < 1 {
					t.Errorf("%+v", d)
				}
			}
			slices.Sort(got)
			slices.Sort(c.want)
			if !slices.Equal(got, c.want) {
				t.Errorf("\ngot  %s\nwant %s", strings.Join(got, "\n     "), strings.Join(c.want, "\n     "))
			}
		})
	}
}

func TestWithoutAnAsOfTimeNothingIsInTheFuture(t *testing.T) {
	r := recordOf(t, strings.Replace(done, "at: 2026-11-04", "at: 3026-11-04", 1))
	if ds := Check(ticketType(t), r, time.Time{}); len(ds) > 0 {
		t.Errorf("%+v", ds)
	}
}

func TestFoldPointsAtTheFieldAndAtTheLine(t *testing.T) {
	r := recordOf(t, strings.Replace(done, "assignee: lee\nresolution", "assignee: kim\nresolution", 1))
	d := Check(ticketType(t), r, today)[0]
	if d.Span.Start.Line != 4 || d.Span.Start.Column != 11 || len(d.Notes) != 1 || d.Notes[0].Span.Start.Line != 11 {
		t.Errorf("%+v", d)
	}
}

func TestFixOfAFoldMakesTheRecordAgree(t *testing.T) {
	typ := ticketType(t)
	r := recordOf(t, strings.Replace(done, "assignee: lee\nresolution", "team: net\nresolution", 1))
	line := records.NewMap(records.Pair{Key: "at", Value: records.NewString("2026-11-05T00:00:00Z")}, records.Pair{Key: "by", Value: records.NewString("kim")})
	line.Pairs = append(line.Pairs, Missing(typ, r)...)
	log := r.Get("log")
	log.Items = append(log.Items, line)
	if ds := Check(typ, r, today); len(ds) > 0 {
		t.Errorf("%+v", ds)
	}
}

func BenchmarkCheck(b *testing.B) {
	typ, r := ticketType(b), recordOf(b, done)
	b.ReportAllocs()
	for b.Loop() {
		Check(typ, r, today)
	}
}
