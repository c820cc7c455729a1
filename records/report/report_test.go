package report

import (
	"bytes"
	"cmp"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"frontdesk/records"
	"frontdesk/records/figure"
	"frontdesk/records/frontmatter"
	"frontdesk/records/sla"
	"frontdesk/schema"
	"frontdesk/schema/desk"
)

var update = flag.Bool("update", false, "write what is compared with")

func at(text string) time.Time {
	t, err := time.Parse(time.RFC3339, text)
	if err != nil {
		panic(err)
	}
	return t
}

// incidents returns data of incidents, given as front matter without id.
func incidents(t *testing.T, fields ...string) *figure.Data {
	t.Helper()
	ts := schema.BuiltIn()
	typ := ts.Get("incident")
	d := &figure.Data{Desk: desk.Default(), Types: ts, AsOf: at("2026-11-22T09:00:00Z"), Zone: time.UTC, Cases: map[records.Type][]*figure.Case{}}
	for i, f := range fields {
		id := fmt.Sprintf("INC-2611-000%d", i+1)
		r, ds := frontmatter.Parse("records/incidents/2026-11/"+id+".md", "incident", []byte("---\nid: "+id+"\n"+f+"---\n"))
		if r == nil {
			t.Fatal(ds)
		}
		r.ID = records.ID(id)
		c := &figure.Case{Record: r, Type: typ, Category: typ.Category(r)}
		c.Opened, _ = r.Time("opened_at")
		c.Resolved, _ = r.Time("resolved_at")
		d.Cases["incident"] = append(d.Cases["incident"], c)
	}
	return d
}

func three(t *testing.T) *figure.Data {
	return incidents(t,
		"title: One\nstate: resolved\npriority: P1\nteam: network\nopened_at: 2026-10-01T08:00:00Z\nresolved_at: 2026-10-01T12:00:00Z\nsatisfaction: 5\n",
		"title: Two | *bold*\nstate: new\npriority: P2\nteam: network\nopened_at: 2026-10-31T23:30:00Z\n",
		"title: Three\nstate: resolved\npriority: P1\nopened_at: 2026-11-02T08:00:00Z\nresolved_at: 2026-11-02T10:00:00Z\n")
}

// simple is a report with a figure of each shape and kind.
func simple() figure.Report {
	opened := func(s *figure.Scope) []*figure.Case {
		return slices.DeleteFunc(slices.Clone(s.Cases), func(c *figure.Case) bool { return !s.In(c.Opened) })
	}
	return figure.Report{Name: "incident", Title: "Incidents", Subject: "incident", Fields: []string{}, Figures: []figure.Definition{
		{ID: "opened", Title: "Opened", Unit: figure.Records, Shape: figure.Number, Kind: figure.Counted, Group: "Volume", Key: true, Text: "Incidents opened in the period.",
			Compute: func(s *figure.Scope) figure.Result {
				cs := opened(s)
				return figure.Result{Value: len(cs), N: len(cs), Records: figure.Refs(cs)}
			}},
		{ID: "opened.by_month", Title: "Opened", Unit: figure.Records, Shape: figure.Months, Kind: figure.Counted, Group: "Volume", Text: "Incidents by the month of their opening.",
			Compute: func(s *figure.Scope) figure.Result {
				months := map[string]int{}
				for _, c := range opened(s) {
					months[s.Month(c.Opened)]++
				}
				return figure.Result{Value: months, N: len(opened(s)), Records: figure.Refs(opened(s))}
			}},
		{ID: "open", Title: "Open", Unit: figure.Records, Shape: figure.Number, Kind: figure.Counted, Group: "Backlog", Stock: true, Text: "Incidents that are open.",
			Compute: func(s *figure.Scope) figure.Result {
				n := 0
				for _, c := range s.Cases {
					if c.IsOpen() {
						n++
					}
				}
				return figure.Result{Value: n, N: len(s.Cases), Note: "1 was left out"}
			}},
		{ID: "nothing", Title: "Nothing to say", Unit: figure.Hours, Shape: figure.Number, Kind: figure.Counted, Group: "Backlog", Text: "Always nothing.",
			Compute: func(*figure.Scope) figure.Result { return figure.Result{} }},
		{ID: "clusters", Title: "Clusters", Unit: figure.Records, Shape: figure.List, Kind: figure.Detected, Text: "Incidents that are alike.",
			Compute: func(*figure.Scope) figure.Result {
				return figure.Result{N: 1, Value: []figure.Row{{Name: "vpn", Words: "3 alike on vpn: =cmd|' /C calc'!A0"}}}
			}},
		{ID: "volume", Title: "Volume next week", Unit: figure.Records, Shape: figure.Number, Kind: figure.Predicted, Method: "The mean of the last four weeks.", Text: "How many are to be expected.",
			Compute: func(*figure.Scope) figure.Result {
				return figure.Result{Value: 4.5, N: 4, Interval: &[2]float64{2, 7}, Backtest: &figure.Backtest{Trials: 8, Error: 1.5, Naive: 2, Measure: "mean absolute error", Words: "off by 1.5 on average in 8 trials; last week's number by 2"}}
			}},
	}}
}

// ran is a report that was computed.
func ran(t *testing.T, r figure.Report, d *figure.Data, a Asked) *Done {
	t.Helper()
	done, err := Run(t.Context(), r, d, a)
	if err != nil {
		t.Fatal(err)
	}
	return done
}

func TestAnInterruptedReportIsNone(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	r, d := simple(), three(t)
	cut := r.Figures[0]
	cut.Compute = func(*figure.Scope) figure.Result { cancel(); return figure.Result{} }
	r.Figures = append([]figure.Definition{cut}, r.Figures...)
	if done, err := Run(ctx, r, d, Asked{By: "team"}); done != nil || !errors.Is(err, context.Canceled) {
		t.Errorf("an interrupted report is %v, %v", done, err)
	}
}

func TestFiguresOfAPeriodTakeWhatLiesInIt(t *testing.T) {
	d := three(t)
	done := ran(t, simple(), d, Asked{From: at("2026-10-31T23:30:00Z"), To: at("2026-11-02T08:00:00Z")})
	if got := done.Figures[0]; got.Value != 1 || !slices.Equal(got.Records, []string{"incident/INC-2611-0002"}) {
		t.Errorf("opened is %v %v, want the one at the beginning and not the one at the end", got.Value, got.Records)
	}
	if got := done.Figures[2].Value; got != 1 {
		t.Errorf("open is %v whatever the period, want 1", got)
	}
}

func TestMonthsAreThoseOfTheZone(t *testing.T) {
	d := three(t)
	d.Zone = time.FixedZone("east", 3600)
	if got := ran(t, simple(), d, Asked{}).Figures[1].Value.(map[string]int); got["2026-10"] != 1 || got["2026-11"] != 2 {
		t.Errorf("%v: 23:30 UTC is the next month there", got)
	}
}

func TestGroupsAreInTheOrderOfTheirChoicesAndWhatIsNotSetComesLast(t *testing.T) {
	d := three(t)
	for by, want := range map[string][]string{"priority": {"P1", "P2"}, "team": {"network", ""}, Month: {"2026-10", "2026-11"}} {
		f := ran(t, simple(), d, Asked{By: by}).Figures[0]
		var keys []string
		total := 0
		for _, g := range f.Groups {
			keys = append(keys, g.Key)
			total += g.Value.(int)
		}
		if !slices.Equal(keys, want) || total != f.Value.(int) {
			t.Errorf("by %s: %q in sum %d, want %q and %v", by, keys, total, want, f.Value)
		}
	}
	if f := ran(t, simple(), d, Asked{By: Month}).Figures[2]; f.Groups != nil {
		t.Errorf("a stock has no months: %v", f.Groups)
	}
}

func TestOnlyTheFiguresAskedForAreComputed(t *testing.T) {
	done := ran(t, simple(), three(t), Asked{Figures: []string{"open"}})
	if len(done.Figures) != 1 || done.Figures[0].ID != "open" {
		t.Errorf("%v", done.Figures)
	}
}

func TestHowAReportIsWritten(t *testing.T) {
	for name, asked := range map[string]Asked{"plain": {}, "by-team": {By: "team", Figures: []string{"opened", "open"}}} {
		done := ran(t, simple(), three(t), asked)
		for ext, write := range map[string]func(*bytes.Buffer) error{
			"txt":  func(b *bytes.Buffer) error { return done.WriteText(b, 80) },
			"md":   func(b *bytes.Buffer) error { return done.WriteMarkdown(b) },
			"csv":  func(b *bytes.Buffer) error { return done.WriteCSV(b) },
			"json": func(b *bytes.Buffer) error { return done.WriteJSON(b) },
		} {
			var b bytes.Buffer
			if err := write(&b); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join("testdata", name+"."+ext)
			if *update {
				if err := os.WriteFile(file, b.Bytes(), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil || !bytes.Equal(want, b.Bytes()) {
				t.Errorf("%s is not what was written:\n%s", file, b.Bytes())
			}
		}
	}
}

func TestEveryFormatIsSoundWhateverTheRecordsHold(t *testing.T) {
	d := incidents(t, "title: \"=1+1 | <script> \\\"\"\nstate: new\nteam: \"=cmd|calc\"\nopened_at: 2026-10-01T08:00:00Z\n")
	done := ran(t, simple(), d, Asked{By: "team"})
	var b bytes.Buffer
	if err := done.WriteCSV(&b); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&b).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	for _, cell := range slices.Concat(rows...) {
		if strings.HasPrefix(cell, "=") {
			t.Errorf("a spreadsheet would compute %q", cell)
		}
	}
	b.Reset()
	if err := done.WriteJSON(&b); err != nil || !json.Valid(b.Bytes()) {
		t.Error(err)
	}
	b.Reset()
	if err := done.WriteMarkdown(&b); err != nil || strings.Contains(b.String(), "=cmd|calc") {
		t.Errorf("the bar would begin a cell: %s", &b)
	}
}

func TestTheDesksOwnFigures(t *testing.T) {
	d := three(t)
	d.Cases["incident"][1].Clocks = []sla.Clock{{Name: "resolution", Target: "all", Limit: time.Hour, Outcome: sla.Breached}}
	cases := []struct {
		f     desk.Figure
		value any
		n     int
	}{
		{desk.Figure{Query: "is:open"}, 1.0, 1},
		{desk.Figure{Query: "sla:breached"}, 1.0, 1},
		{desk.Figure{Query: "priority:P1", Compute: "share", Among: "has:opened_at"}, 100 * 2.0 / 3, 3},
		{desk.Figure{Query: "", Compute: "mean", Of: "resolved_at", Since: "opened_at"}, 3.0, 2},
		{desk.Figure{Query: "", Compute: "p90", Of: "resolved_at", Since: "opened_at"}, 3.8, 2},
		{desk.Figure{Query: "", Compute: "max", Of: "satisfaction"}, 5.0, 1},
		{desk.Figure{Query: "is:open", Compute: "mean", Of: "satisfaction"}, nil, 0},
		{desk.Figure{Query: "is:closed", Compute: "share", Among: "is:closed"}, nil, 0},
	}
	for _, c := range cases {
		c.f.Type = "incident"
		def, _ := ownDefinition(c.f, d.Types)
		got := def.Compute(figure.NewScope(d, "incident", time.Time{}, time.Time{}))
		if got.Value != c.value || got.N != c.n {
			t.Errorf("%+v is %v of %d, want %v of %d", c.f, got.Value, got.N, c.value, c.n)
		}
	}
	def, _ := ownDefinition(desk.Figure{Type: "incident", By: Month}, d.Types)
	got := def.Compute(figure.NewScope(d, "incident", time.Time{}, time.Time{})).Value.(map[string]float64)
	if len(got) != 2 || got["2026-10"] != 2 || got["2026-11"] != 1 {
		t.Errorf("by month: %v", got)
	}
}

func TestAFigureThatCannotBeComputedIsReportedAndLeftOut(t *testing.T) {
	cases := map[string]desk.Figure{
		"there is no report":  {Type: "incdent", Query: "is:open"},
		"query":               {Type: "incident", Query: "stat:new"},
		"searches texts":      {Type: "incident", Query: "printer"},
		"has no field":        {Type: "incident", Compute: "mean", Of: "tme"},
		"since goes with":     {Type: "incident", Compute: "mean", Of: "satisfaction", Since: "opened_at"},
		"figure of that name": {Type: "incident", ID: "opened"},
	}
	for want, f := range cases {
		d := desk.Default()
		f.ID, f.Title = cmp.Or(f.ID, "mine"), "Mine"
		d.Figures = []desk.Figure{f}
		all := []figure.Report{simple()}
		ds := own(all, d, schema.BuiltIn())
		if len(ds) != 1 || !strings.Contains(ds[0].Message, want) || ds[0].Hint == "" {
			t.Errorf("%+v: %v, want %q and a hint", f, ds, want)
		}
		if len(all[0].Figures) != len(simple().Figures) {
			t.Errorf("%+v is in the report", f)
		}
	}
}

func TestNumbersForPeople(t *testing.T) {
	cases := []struct {
		v    any
		unit figure.Unit
		want string
	}{
		{24918, figure.Records, "24,918"}, {999, figure.Records, "999"}, {1000000, figure.Events, "1,000,000"}, {-1234, figure.Records, "-1,234"},
		{178.1716, figure.Hours, "178.2 h"}, {3.0, figure.Hours, "3 h"}, {63.42, figure.Percent, "63.4 %"}, {nil, figure.Hours, nothing},
		{0, figure.Records, "0"}, {4.5, figure.Records, "4.5"}, {12.345, figure.Money, "12.35"},
	}
	for _, c := range cases {
		if got := Words(c.v, c.unit); got != c.want {
			t.Errorf("%v %s is %q, want %q", c.v, c.unit, got, c.want)
		}
	}
}
