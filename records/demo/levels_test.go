package demo

import (
	"slices"
	"testing"
	"time"

	"frontdesk/records"
	"frontdesk/records/figure"
	"frontdesk/records/git"
	"frontdesk/records/report"
	"frontdesk/records/sla"
	"frontdesk/records/tree"
)

// dataOf returns what reports know of a played desk, as of the commit that is checked
// out.
func dataOf(t *testing.T, dir string) *figure.Data {
	t.Helper()
	desk, err := tree.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = desk.Close() })
	loaded, err := desk.Load(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	repo, err := git.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = repo.Close() })
	head, err := repo.Head(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var types []records.Type
	for _, typ := range desk.Types.All() {
		types = append(types, typ.Name)
	}
	return figure.NewData(desk, loaded.Set, figure.Options{AsOf: head.When, Types: types})
}

// told is what is said of a clock of a record.
type told struct {
	id      records.ID
	clock   string
	target  string
	outcome sla.Outcome
	active  bool
	due     string // "" where the story does not depend on it
}

func tellsOfItsPromises(t *testing.T, dir string, _ Summary) {
	d := dataOf(t, dir)
	for _, want := range []told{
		// The screen in the meeting room: three working days were over on Thursday.
		// That somebody has said the 27th moves nothing.
		{"INC-2611-M8CF", "response", "P3", sla.Met, false, "2026-11-16T12:35:00Z"},
		{"INC-2611-M8CF", "resolution", "P3", sla.Breached, true, "2026-11-19T08:35:00Z"},
		// The ERP that stands still: looking for evidence does not stop the clock.
		{"INC-2611-W3KP", "resolution", "P3", sla.Breached, true, "2026-11-11T10:05:00Z"},
		// The add-in: it would have been due on the 17th, and waits for Colin.
		{"INC-2611-4YRB", "resolution", "others", sla.Paused, true, "2026-11-26T17:05:00Z"},
		// What is due before ten: an answer within office hours, and the early shift.
		{"INC-2611-B9WK", "response", "P3", sla.Running, true, "2026-11-20T09:05:00Z"},
		{"INC-2611-Z2GV", "resolution", "P1", sla.Running, true, "2026-11-20T09:12:00Z"},
		{"INC-2611-V5HS", "response", "gold P2", sla.Running, true, "2026-11-20T06:01:00Z"},
		// The ERP promises more than the others, and kept it on the first of October;
		// it did not keep the requester informed as it had said.
		{"INC-2610-D6RT", "resolution", "gold P1", sla.Met, false, "2026-10-01T09:48:00Z"},
		{"INC-2610-D6RT", "update", "P1", sla.Breached, false, "2026-10-01T08:23:00Z"},
		// The calendar that was an hour off: reopened, and the night does not count.
		{"INC-2610-8BVK", "resolution", "P3", sla.Met, false, ""},
		// The applicants' folder: four hours over a bank holiday.
		{"INC-2608-2VPG", "response", "P3", sla.Met, false, "2026-09-01T08:40:00Z"},
		// Who had it, and who should have mended it.
		{"INC-2609-K7Q4", "team", "network", sla.Breached, false, "2026-09-16T07:25:00Z"},
		{"INC-2610-6NAZ", "supplier", "Inkwell repairs", sla.Breached, true, "2026-11-06T10:30:00Z"},
		{"INC-2608-Q1VE", "response", "P1", sla.Cancelled, false, ""},
		{"INC-2610-2MCW", "response", "", sla.Untimed, false, ""},
		{"REQ-2611-Y1JR", "resolution", "by its day", sla.Paused, true, ""},
		{"REQ-2611-0HXB", "resolution", "P4", sla.Breached, true, "2026-11-18T09:45:00Z"},
	} {
		if c := clockOf(t, d, want.id, want.clock); c != nil &&
			(c.Target != want.target || c.Outcome != want.outcome || c.Active != want.active || want.due != "" && records.FormatTime(c.Due) != want.due) {
			t.Errorf("%s: %s is %s by %q, active %v, due %s; want %+v", want.id, want.clock, c.Outcome, c.Target, c.Active, records.FormatTime(c.Due), want)
		}
	}
	tellsOfTheTimesBetween(t, d)
}

// tellsOfTheTimesBetween looks at what the stories are about beyond the outcomes.
func tellsOfTheTimesBetween(t *testing.T, d *figure.Data) {
	t.Helper()
	if c := clockOf(t, d, "INC-2608-2VPG", "response"); c.Elapsed.Business != 130*time.Minute || c.Elapsed.Wall < 80*time.Hour {
		t.Errorf("over the bank holiday: %v", c.Elapsed)
	}
	if c := clockOf(t, d, "INC-2610-8BVK", "resolution"); c.Elapsed.Business != 505*time.Minute || c.Held.Wall != 0 || c.Idle.Wall != 22*time.Hour+35*time.Minute {
		t.Errorf("reopened: elapsed %v, held %v, idle %v", c.Elapsed, c.Held, c.Idle)
	}
	// Before it was put on hold, the add-in had five working days, which are over.
	without := clockOf(t, d, "INC-2611-4YRB", "resolution")
	if office, ok := d.Desk.Calendar("office"); !ok {
		t.Error("there is no calendar office")
	} else if at, _ := office.AddDays(without.Start, 5); !at.Before(d.AsOf) || without.Held.Business == 0 {
		t.Errorf("without its hold it would be due at %v", at)
	}
	soon := 0
	for _, typ := range []records.Type{"incident", "request"} {
		for _, c := range d.Of(typ) {
			if next := sla.Next(c.Clocks); next != nil && next.Outcome == sla.Running && next.Due.Sub(d.AsOf) <= 4*time.Hour {
				soon++
			}
		}
	}
	if soon < 3 {
		t.Errorf("%d are due within four hours", soon)
	}
}

// clockOf returns a clock of a record: the last one of the name that has a target,
// else the last one.
func clockOf(t *testing.T, d *figure.Data, id records.ID, name string) *sla.Clock {
	t.Helper()
	var found *sla.Clock
	for _, typ := range []records.Type{"incident", "request"} {
		c := d.Find(typ, string(id))
		if c == nil {
			continue
		}
		for i := range c.Clocks {
			if k := &c.Clocks[i]; k.Name == name && (found == nil || k.Target != "") {
				found = k
			}
		}
	}
	if found == nil {
		t.Errorf("%s has no clock %s", id, name)
	}
	return found
}

func tellsOfWhatIsComing(t *testing.T, dir string, _ Summary) {
	d := dataOf(t, dir)
	all, ds := report.All(d.Desk, d.Types)
	if len(ds) > 0 {
		t.Errorf("the desk's own figures: %v", ds)
	}
	for _, want := range []struct{ report, figure, record string }{
		{"problem", "detected.candidates", "incident/INC-2611-H3WT"},
		{"problem", "detected.candidates", "incident/INC-2611-T9DE"},
		{"problem", "detected.candidates", "incident/INC-2611-6PAX"},
		{"incident", "detected.recurrence", "incident/INC-2611-6PAX"},
		{"incident", "sla.breached", "incident/INC-2609-W2CR"},
		{"incident", "open.overdue", "incident/INC-2611-M8CF"},
		{"incident", "reopened.cases", "incident/INC-2610-8BVK"},
		{"incident", "predicted.breach", "incident/INC-2611-Z2GV"},
		{"incident", "ferry_yard", "incident/INC-2611-Z2GV"},
		{"request", "open_cost", "request/REQ-2611-0HXB"},
		{"change", "caused.incidents", "incident/INC-2609-7GJA"},
		{"license", "noncompliant", "license/erp-users"},
		{"license", "predicted.expiry", "license/drawing"},
		{"asset", "terms.list", "asset/LT-0051"},
		{"knowledge", "review.list", "knowledge/guest-wireless"},
	} {
		r, ok := report.Find(all, want.report)
		if !ok {
			t.Errorf("there is no report %s", want.report)
			continue
		}
		done, err := report.Run(t.Context(), r, d, report.Asked{Figures: []string{want.figure}})
		if err != nil {
			t.Fatal(err)
		}
		if len(done.Figures) != 1 || !slices.Contains(named(done.Figures[0].Result), want.record) {
			t.Errorf("%s of %s does not name %s: %+v", want.figure, want.report, want.record, done.Figures)
		}
	}
}

// named returns the records that a figure or its rows name.
func named(r figure.Result) []string {
	out := slices.Clone(r.Records)
	rows, _ := r.Value.([]figure.Row)
	for _, row := range rows {
		out = append(append(out, row.Ref), row.Records...)
	}
	return out
}
