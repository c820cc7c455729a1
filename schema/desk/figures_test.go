package desk

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	"frontdesk/records/diag"
)

func TestFiguresAreReadInTheOrderOfTheFile(t *testing.T) {
	d, ds := Parse("desk.yaml", []byte(`version: 1
figures:
  vip_open: {title: Open tickets of VIPs, report: incident, query: "is:open tags:vip"}
  vip.share: {title: VIPs, report: incident, query: "tags:vip", compute: share, among: "", unit: null, definition: Of all.}
  hours: {title: Hours, report: change, query: "", compute: mean, of: closed_at, since: opened_at}
  costs: {title: Costs, report: license, query: "is:active", compute: sum, of: cost.amount, by: supplier, unit: EUR}
  monthly: {title: Resolved, report: incident, query: "", of: resolved_at, by: month}
`))
	if len(ds) > 0 {
		t.Fatalf("%+v", ds)
	}
	want := []Figure{
		{ID: "vip_open", Title: "Open tickets of VIPs", Type: "incident", Query: "is:open tags:vip", Compute: Count, Unit: "records"},
		{ID: "vip.share", Title: "VIPs", Type: "incident", Query: "tags:vip", Compute: Share, Unit: "%", Definition: "Of all."},
		{ID: "hours", Title: "Hours", Type: "change", Compute: "mean", Of: "closed_at", Since: "opened_at", Unit: "hours"},
		{ID: "costs", Title: "Costs", Type: "license", Query: "is:active", Compute: "sum", Of: "cost.amount", By: "supplier", Unit: "EUR"},
		{ID: "monthly", Title: "Resolved", Type: "incident", Compute: Count, Of: "resolved_at", By: Month, Unit: "records"},
	}
	for i := range d.Figures {
		if at := d.Figures[i].Span.Start; at.Line != 3+i || at.Column != 3 {
			t.Errorf("figure %d stands at %v", i, at)
		}
		d.Figures[i].Span = diag.Span{}
	}
	if !reflect.DeepEqual(d.Figures, want) {
		t.Errorf("got %+v\nwant %+v", d.Figures, want)
	}
}

func TestAFaultyFigureIsLeftOut(t *testing.T) {
	d, ds := Parse("desk.yaml", []byte("version: 1\nfigures:\n  bad: {title: T}\n  good: {title: T, report: incident, query: \"\", x_note: mine, colour: red}\n"))
	if len(d.Figures) != 1 || d.Figures[0].ID != "good" || diag.Count(ds, diag.Error) != 2 || len(ds) != 3 {
		t.Errorf("%+v, %+v", d.Figures, ds)
	}
}

func TestBoundsOfFigures(t *testing.T) {
	var many strings.Builder
	many.WriteString("version: 1\nfigures:\n")
	for i := range MaxFigures + 1 {
		fmt.Fprintf(&many, "  f%d: {title: T, report: incident, query: \"\"}\n", i)
	}
	long := "version: 1\nfigures: {f: {title: T, report: incident, query: \"" + strings.Repeat("x", maxQuery+1) + "\"}}\n"
	for src, want := range map[string]string{many.String(): "there are 101 figures; the most is 100", long: `query of figure "f" is 1001 bytes long; the most is 1000`} {
		d, ds := Parse("desk.yaml", []byte(src))
		if len(ds) != 1 || ds[0].Message != want || len(d.Figures) > MaxFigures {
			t.Errorf("%+v, want %s", ds, want)
		}
	}
}
