package check

import (
	"slices"
	"strings"
	"testing"
	"time"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/sla"
)

// clocksOf computes the clocks of whole records.
func clocksOf(t *testing.T, in *Input) func(*records.Record) []sla.Clock {
	t.Helper()
	around := sla.Around{Service: func(records.ID) *records.Record { return nil }, Teams: func(records.ID) []string { return nil }}
	engine, _ := sla.New(in.Desk, in.Types, around) // other rules are about what is wrong there
	return func(r *records.Record) []sla.Clock {
		return engine.Clocks(r, sla.ReadLife(in.Types.Get(r.Type), r, in.AsOf), in.AsOf)
	}
}

// soonOf returns what is due within four hours.
func soonOf(t *testing.T, in *Input) []diag.Diagnostic {
	t.Helper()
	return Soon(in, 4*time.Hour, clocksOf(t, in), nil)
}

// TestSoonLooksAtWhatRuns judges clocks made by hand: whatever makes them.
func TestSoonLooksAtWhatRuns(t *testing.T) {
	soon, later, past := asOf.Add(3*time.Hour), asOf.Add(5*time.Hour), asOf.Add(-time.Hour)
	clock := func(o sla.Outcome, active bool, due time.Time) sla.Clock {
		c := sla.Clock{Name: "resolution", Title: "Resolution", Outcome: o, Active: active, Target: "P1", Due: due}
		if o == sla.Breached {
			c.Over = due
		}
		return c
	}
	for name, c := range map[string]struct {
		clock sla.Clock
		head  string
		want  string
	}{
		"one that runs and ends soon":         {clock(sla.Running, true, soon), "", "sla/due-soon"},
		"one that ends just then":             {clock(sla.Running, true, asOf.Add(4*time.Hour)), "", "sla/due-soon"},
		"one that is over now and not before": {clock(sla.Running, true, asOf), "", "sla/due-soon"},
		"one that ends later":                 {clock(sla.Running, true, later), "", ""},
		"one that is paused":                  {clock(sla.Paused, true, soon), "", ""},
		"one that is over":                    {clock(sla.Breached, true, past), "", "sla/breached"},
		"one that was over and has stopped":   {clock(sla.Breached, false, past), "", ""},
		"one that was met":                    {clock(sla.Met, false, past), "", ""},
		"one without a target":                {clock(sla.Untimed, true, time.Time{}), "", ""},
		"a deadline soon":                     {clock(sla.Untimed, true, time.Time{}), "due_at: 2026-12-01T15:00:00Z", "sla/due-soon"},
		"a deadline that came":                {clock(sla.Untimed, true, time.Time{}), "due_at: 2026-12-01T11:00:00Z", "sla/breached"},
		"a deadline far off":                  {clock(sla.Untimed, true, time.Time{}), "due_at: 2026-12-02T11:00:00Z", ""},
		"both, and the target is over": {clock(sla.Breached, true, past), "due_at: 2026-12-01T15:00:00Z",
			"sla/due-soon sla/breached"},
		"what is resolved": {clock(sla.Running, true, soon),
			"state: resolved\nresolution: done\nresolution_code: fixed\nresolved_at: 2026-12-01T10:00:00Z\ndue_at: 2026-12-01T11:00:00Z", ""},
	} {
		t.Run(name, func(t *testing.T) {
			in, _ := load(t, example(t, c.head))
			clocks := func(r *records.Record) []sla.Clock {
				if r.Type == "incident" {
					return []sla.Clock{c.clock}
				}
				return nil
			}
			var got []string
			for _, d := range Soon(in, 4*time.Hour, clocks, nil) {
				got = append(got, string(d.Rule))
				if d.Severity != diag.Warning || d.Span.Start.Line == 0 || d.Record == "" || d.Hint == "" {
					t.Errorf("%+v", d)
				}
			}
			want := strings.Fields(c.want)
			slices.Sort(got)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("%v, want %v", got, want)
			}
		})
	}
}

func TestSoonReadsWhatHasNoPositions(t *testing.T) {
	in, _ := load(t, example(t, "due_at: 2026-12-01T15:00:00Z"))
	bare := map[string]*records.Record{}
	var all []*records.Record
	for _, r := range in.Set.All() {
		bare[r.Path] = r
		all = append(all, &records.Record{Type: r.Type, ID: r.ID, Path: r.Path, Fields: records.NewMap(
			records.Pair{Key: "state", Value: records.NewString(r.Text("state"))}, records.Pair{Key: "due_at", Value: records.NewString(r.Text("due_at"))})})
	}
	in.Set = records.NewSet(all)
	read := 0
	ds := Soon(in, 4*time.Hour, func(*records.Record) []sla.Clock { return nil }, func(r *records.Record) *records.Record { read++; return bare[r.Path] })
	if len(ds) != 1 || read != 1 || ds[0].Span.Start.Line < 2 {
		t.Errorf("%d records were read for %v", read, ds)
	}
}
