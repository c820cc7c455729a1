package report

import (
	"bytes"
	"encoding/csv"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"frontdesk/records/figure"
	"frontdesk/schema"
	"frontdesk/schema/desk"
)

// ownOf computes a figure of the desk's own over all incidents of the data.
func ownOf(d *figure.Data, f desk.Figure) figure.Result {
	f.Type = "incident"
	def, _ := ownDefinition(f, d.Types)
	return def.Compute(figure.NewScope(d, "incident", time.Time{}, time.Time{}))
}

func TestAFigureByAFieldCountsWhatDoesNotSetIt(t *testing.T) {
	got := ownOf(three(t), desk.Figure{By: "team"})
	if want := map[string]float64{"network": 2, unset: 1}; !maps.Equal(got.Value.(map[string]float64), want) || got.N != 3 || len(got.Records) != 3 {
		t.Errorf("%v of %d, want %v of 3: the parts add up to the records", got.Value, got.N, want)
	}
}

func TestTheRecordsOfAFigureByAFieldAreThoseThatItIsOf(t *testing.T) {
	got := ownOf(three(t), desk.Figure{Compute: "mean", Of: "satisfaction", By: "team"})
	if want := map[string]float64{"network": 5}; !maps.Equal(got.Value.(map[string]float64), want) {
		t.Errorf("%v, want %v", got.Value, want)
	}
	if got.N != 1 || !slices.Equal(got.Records, []string{"incident/INC-2611-0001"}) || !strings.HasPrefix(got.Note, "2 of 3 do not state") {
		t.Errorf("%v of %d with the note %q: one states it", got.Records, got.N, got.Note)
	}
}

func TestAShareIsOfItsOwnWhole(t *testing.T) {
	d := three(t)
	if got := ownOf(d, desk.Figure{Compute: "share", Query: "", Among: "priority:P2"}); got.Value != 100.0 || got.N != 1 || len(got.Records) != 1 {
		t.Errorf("%v of %d, %v: no more than all of one can be found", got.Value, got.N, got.Records)
	}
	got := ownOf(d, desk.Figure{Compute: "share", Query: "is:open", Among: "", By: "team"})
	if want := map[string]float64{"network": 50, unset: 0}; !maps.Equal(got.Value.(map[string]float64), want) || got.N != 3 {
		t.Errorf("%v of %d, want %v of 3: each part is its own whole", got.Value, got.N, want)
	}
	if def, _ := ownDefinition(desk.Figure{Type: "incident", Compute: "share", Unit: "%"}, d.Types); def.Unit != figure.Percent {
		t.Errorf("the unit of a share is %q, other than that of built-in ones", def.Unit)
	}
}

func TestNoFigureIsByAFieldOfMaps(t *testing.T) {
	d := desk.Default()
	d.Figures = []desk.Figure{{ID: "mine", Title: "Mine", Type: "incident", By: "log"}}
	if ds := own([]figure.Report{simple()}, d, schema.BuiltIn()); len(ds) != 1 || !strings.Contains(ds[0].Message, "by which to count") {
		t.Errorf("%v", ds)
	}
}

func TestTheUnitOfAFigureIsNoFormula(t *testing.T) {
	d := three(t)
	def, _ := ownDefinition(desk.Figure{ID: "f", Title: "F", Type: "incident", Compute: "max", Of: "satisfaction", Unit: "=1+1"}, d.Types)
	r := simple()
	r.Figures = []figure.Definition{def}
	var b bytes.Buffer
	if err := ran(t, r, d, Asked{}).WriteCSV(&b); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil || len(rows) != 2 || rows[1][5] != "'=1+1" {
		t.Errorf("%q %v", rows, err)
	}
}

func TestAMistypedYearMakesNoThousandsOfMonths(t *testing.T) {
	d := incidents(t, "title: Old\nstate: new\nopened_at: 0206-11-01T00:00:00Z\n", "title: New\nstate: new\nopened_at: 2026-11-01T00:00:00Z\n")
	f := ran(t, simple(), d, Asked{By: Month, Figures: []string{"opened"}}).Figures[0]
	if n := len(f.Groups); n != maxMonths || f.Groups[n-1].Key != "2026-11" {
		t.Errorf("%d groups", n)
	}
	if !strings.Contains(f.Note, "Only the last 600 months") {
		t.Errorf("the note is %q", f.Note)
	}
}

func TestTooManyGroupsAreCountedBeforeTheyAreComputed(t *testing.T) {
	d := three(t)
	if got, want := Parts(simple(), d, Asked{By: "id"}), 3*len(simple().Figures); got != want {
		t.Errorf("%d values of groups, want %d", got, want)
	}
	if got := Parts(simple(), d, Asked{By: "id", Figures: []string{"opened"}}); got != 3 {
		t.Errorf("%d values of groups for one figure, want 3", got)
	}
	if got := Parts(simple(), d, Asked{By: Month}); got != 0 {
		t.Errorf("%d values by month, which are bounded otherwise", got)
	}
}
