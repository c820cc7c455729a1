package site

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"frontdesk/records/figure"
	"frontdesk/records/report"
	"frontdesk/schema"
)

// counted is a figure as a report hands it on.
func counted(id, title string, unit figure.Unit, shape figure.Shape, value any, refs ...string) report.Figure {
	return report.Figure{
		Definition: figure.Definition{ID: id, Title: title, Unit: unit, Shape: shape, Kind: figure.Counted, Group: "Volume", Key: true, Text: "The definition of " + id + "."},
		Result:     figure.Result{Value: value, N: len(refs), Records: refs},
	}
}

// ten incidents and one more, in files.
func queue() (files map[string]string, refs []string) {
	files = map[string]string{}
	for i := range 11 {
		id := fmt.Sprintf("INC-2611-%04d", i)
		files["records/incidents/2026-11/"+id+".md"] = incident(id, "")
		refs = append(refs, "incident/"+id)
	}
	return files, refs
}

// ticketReport is a report with figures of all shapes and kinds.
func ticketReport(refs []string) *report.Done {
	predicted := counted("next_week", "Tickets next week", figure.Records, figure.Number, 30.5, refs...)
	predicted.Kind, predicted.Method, predicted.Interval = figure.Predicted, "Mean of the same weeks, 80 %.", &[2]float64{20, 41.25}
	predicted.Backtest = &figure.Backtest{Trials: 40, Error: 3.25, Naive: 4.5, Measure: "mean absolute error in records per week", Words: "Better than last week's number."}
	found := counted("recurring", "Recurring", figure.Events, figure.List, []figure.Row{
		{Name: "VPN", Ref: refs[0], Values: map[string]any{"within_days": 7, "share": 12.5}, Records: refs[:5], Words: "VPN drops came five times in a week."},
	}, refs[:5]...)
	found.Kind = figure.Detected
	noted := counted("reopened.cases", "Reopened", figure.Records, figure.Number, 2, refs[:2]...)
	noted.Note = "Two state no time and are left out."
	nothing := counted("time_to_close.mean", "Time to close, mean", figure.Hours, figure.Number, nil)
	return &report.Done{
		Report: figure.Report{Name: "incident", Title: "Incidents", Intro: "What broke."}, AsOf: asOf, Zone: time.UTC,
		Figures: []report.Figure{
			counted("opened", "Opened", figure.Records, figure.Number, 11, refs...),
			counted("opened.by_month", "Opened by month", figure.Records, figure.Months, map[string]int{"2026-08": 1, "2026-10": 9, "2026-11": 1}, refs...),
			counted("closed.by_month", "Closed by month", figure.Records, figure.Months, map[string]int{"2026-10": 4}, refs[:4]...),
			counted("backlog.by_month", "Not closed at the month's end", figure.Records, figure.Months, map[string]int{"2026-08": 1, "2026-09": 1, "2026-10": 6, "2026-11": 7}, refs...),
			counted("time_to_resolve.median", "Time to resolve, median", figure.Hours, figure.Number, 52.25, refs[:4]...),
			counted("time_to_resolve.mean", "Time to resolve, mean", figure.Hours, figure.Number, 178.23456, refs[:4]...),
			counted("time_to_resolve.p90", "Time to resolve, 90th percentile", figure.Hours, figure.Number, 400.0, refs[:4]...),
			counted("age", "Age of the open ones", figure.Records, figure.Bars, map[string]int{"over 90 d": 1, "under 1 d": 4, "1–5 d": 0, "31–90 d": 3, "6–30 d": 2}, refs...),
			counted("by_team", "By team", figure.Records, figure.Bars, map[string]int{"network": 7, "desk": 3, "": 1}, refs...),
			noted, nothing, found, predicted,
		},
	}
}

func withReports(t testing.TB, audience schema.Audience, dones ...*report.Done) Input {
	files, _ := queue()
	in := newInput(t, files, audience)
	in.Reports = dones
	return in
}

func TestReportsAreForThoseWhoWorkThere(t *testing.T) {
	_, refs := queue()
	for audience, want := range map[schema.Audience]bool{schema.Public: false, schema.Staff: true, "team:network": true} {
		b := build(t, withReports(t, audience, ticketReport(refs)))
		text := b.text(t)
		for _, name := range []string{"reports/index.html", "reports/incident.html", "reports/definitions.html"} {
			if _, ok := b.pages[name]; ok != want {
				t.Errorf("%s: %s is there: %v", audience, name, ok)
			}
		}
		if _, ok := b.files["reports/incident/opened.csv"]; ok != want {
			t.Errorf("%s: the CSV file is there: %v", audience, ok)
		}
		if strings.Contains(text, "reports/") != want || strings.Contains(text, "The definition of") != want {
			t.Errorf("%s: reports are told of: %v", audience, !want)
		}
	}
}

func TestASiteWithoutReportsLinksNone(t *testing.T) {
	if text := build(t, withReports(t, schema.Staff)).text(t); strings.Contains(text, "reports/") {
		t.Error("a link leads to reports that are not there")
	}
}

func TestTheDashboardShowsKeyFigures(t *testing.T) {
	_, refs := queue()
	page := build(t, withReports(t, schema.Staff, ticketReport(refs))).part(t, reportsPath, "dashboard")
	for _, want := range []string{
		`<a class="what" href="incident.html#incident.opened">Opened</a>`, "<b>11</b>", "Oct 2026: 9, Sep: 0", `<svg class="chart spark"`,
		"<b>2 d 4 h</b>", `<p class="silent">Nothing to count (–): <a href="incident.html#incident.time_to_close.mean">`, "Opened and closed by month, and not closed at the month&#39;s end", `role="img"`,
	} {
		if !strings.Contains(strings.ReplaceAll(page, "52 h 15 min", "2 d 4 h"), want) {
			t.Errorf("%s is missing in %s", want, page)
		}
	}
}

func TestCountedDetectedAndPredictedStandApart(t *testing.T) {
	_, refs := queue()
	page := build(t, withReports(t, schema.Staff, ticketReport(refs))).part(t, "reports/incident.html", "blocks")
	last := -1
	for _, want := range []string{
		`<section class="kind counted"`, "Time to resolve, mean", "Two state no time", `<section class="kind detected"`, "VPN drops came five times", `<section class="kind predicted"`, "Tickets next week",
		"between 20 and 41.25", "Mean of the same weeks, 80 %.", "mean absolute error in records per week: <b>3.25</b>, simplest method 4.5, 40 trials",
	} {
		i := strings.Index(page[max(0, last):], want)
		if i < 0 {
			t.Fatalf("%q does not stand behind the others in %s", want, page)
		}
		last = max(0, last) + i
	}
}

func TestEveryFigureNamesItsSource(t *testing.T) {
	_, refs := queue()
	b := build(t, withReports(t, schema.Staff, ticketReport(refs)))
	page, definitions := b.part(t, "reports/incident.html", "blocks"), b.part(t, definitionsPath, "meanings")
	for _, f := range ticketReport(refs).Figures {
		anchor := "incident." + f.ID
		if n := strings.Count(page, ` id="`+anchor+`"`); n != 1 {
			t.Errorf("%s stands %d times on the page", anchor, n)
		}
		if n := strings.Count(definitions, `<div id="`+anchor+`">`); n != 1 {
			t.Errorf("%s is defined %d times", anchor, n)
		}
		for _, want := range []string{"The definition of " + f.ID + ".", `href="definitions.html#` + anchor + `"`, `href="incident/` + f.ID + `.csv"`} {
			if !strings.Contains(page, want) {
				t.Errorf("%s: %s is missing", f.ID, want)
			}
		}
		if b.files["reports/incident/"+f.ID+".csv"] == "" {
			t.Errorf("%s has no file", f.ID)
		}
	}
	if !strings.Contains(page, "The first of 11 records: ") || strings.Count(page, `>INC-2611-0010</a>`) != 0 || !strings.Contains(page, `href="../incidents/INC-2611-0009.html">INC-2611-0009</a>`) {
		t.Errorf("not the first ten records are linked: %s", page)
	}
}

var dataLine = regexp.MustCompile(`<tr><th scope="row">([^<]*)</th>((?:<td>[^<]*</td>)*)</tr>`)

func TestChartsHaveTablesWithExactNumbers(t *testing.T) {
	_, refs := queue()
	page := build(t, withReports(t, schema.Staff, ticketReport(refs))).part(t, "reports/incident.html", "blocks")
	figures, tables := strings.Count(page, "<figure "), strings.Count(page, `<table class="data">`)
	if figures != 5 || strings.Count(page, "<caption>") != tables || tables < figures {
		t.Errorf("%d charts, %d tables, %d captions", figures, tables, strings.Count(page, "<caption>"))
	}
	rows := map[string]string{}
	for _, m := range dataLine.FindAllStringSubmatch(page, -1) {
		rows[m[1]] = strings.TrimSpace(strings.NewReplacer("<td>", " ", "</td>", "").Replace(m[2]))
	}
	for name, want := range map[string]string{
		"2026-08": "1 – 1", "2026-09": "– – 1", "2026-10": "9 4 6", "2026-11": "1 – 7", "Time to resolve": "52.25 h 178.2346 h 400 h 4", "under 1 d": "4", "not set": "1", "Tickets next week": "30.5 20 41.25",
	} {
		if rows[name] != want {
			t.Errorf("%s: %q, want %q", name, rows[name], want)
		}
	}
	if strings.Index(page, ">under 1 d<") > strings.Index(page, ">over 90 d<") {
		t.Error("ages are out of order")
	}
}

func TestAReportWithNothingSaysSo(t *testing.T) {
	_, refs := queue()
	empty := &report.Done{Report: figure.Report{Name: "asset", Title: "Assets"}, AsOf: asOf, Zone: time.UTC, Figures: []report.Figure{
		counted("owned", "Owned", figure.Records, figure.Number, 0), counted("used", "In use", figure.Percent, figure.Number, nil), counted("by", "By", figure.Records, figure.Months, map[string]int{}), counted("list", "List", figure.Events, figure.List, nil),
	}}
	b := build(t, withReports(t, schema.Staff, ticketReport(refs), empty))
	if b.pages["reports/asset.html"].Params["empty"] != true || strings.Contains(b.part(t, reportsPath, "dashboard"), "Assets") {
		t.Error("an empty report is shown as any other")
	}
	if silent := fmt.Sprint(b.pages[reportsPath].Params["silent"]); !strings.Contains(silent, "Assets") {
		t.Errorf("it is not named: %s", silent)
	}
}

func TestOverviewIsNoPageOfItsOwn(t *testing.T) {
	_, refs := queue()
	over := ticketReport(refs)
	over.Report.Name = report.Overview
	if _, ok := build(t, withReports(t, schema.Staff, over)).pages["reports/overview.html"]; ok {
		t.Error("the overview stands beside the dashboard")
	}
}

// hostileReport has every text replaced by one that would do harm.
func hostileReport(refs []string, s string) *report.Done {
	done := ticketReport(refs)
	done.Report.Title, done.Report.Intro = s, s
	done.Asked.By = s
	for i := range done.Figures {
		f := &done.Figures[i]
		f.Title, f.Text, f.Method, f.Note, f.Group, f.Unit = s, s, s, s, s, figure.Unit(s)
		f.Groups = []report.Group{{Key: s, Title: s + "x", Result: figure.Result{Value: 1, N: 1}}}
		if f.Backtest != nil {
			f.Backtest.Words, f.Backtest.Measure = s, s
		}
	}
	done.Figures = append(done.Figures,
		counted("bars", s, "", figure.Bars, map[string]float64{s: math.Inf(1), s + "2": math.NaN(), s + "3": 1e300, s + "4": 2}, s, refs[0]),
		counted("months", s, "", figure.Months, map[string]int{s: 1, "0001-01": 1, "9999-12": 2}, refs...),
		counted("list", s, "", figure.List, []figure.Row{{Name: s, Ref: s, Words: s, Values: map[string]any{s: s, "t": time.Unix(0, 0), "n": math.NaN(), "l": []string{s}}, Records: []string{s, s, s, s, s}}}, s),
		counted(s, s, "", figure.Number, 1.5), counted(s, s, "", figure.Number, "text"),
	)
	return done
}

func TestHostileReportsStayText(t *testing.T) {
	_, refs := queue()
	for _, s := range []string{`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, "=cmd|' /C calc'!A0", "\u202e+1", "@SUM(1)", `{{ 1 }}`, "-2", "a\rb\n=1", "", strings.Repeat("漢", 5000)} {
		b := build(t, withReports(t, schema.Staff, hostileReport(refs, s)))
		for name, p := range b.pages {
			if !strings.HasPrefix(name, "reports/") {
				continue
			}
			for _, param := range []string{"dashboard", "blocks", "meanings", "contents", "crumbs"} {
				text, _ := p.Params[param].(string)
				for _, bad := range []string{"<script", "<img", "\u202e", "\r", "<no value>", "ZgotmplZ"} {
					if strings.Contains(text, bad) {
						t.Errorf("%.30q: %s: %s holds %q", s, name, param, bad)
					}
				}
			}
		}
		checkCells(t, s, b.files)
	}
}

// checkCells makes sure that no cell of a CSV file is a formula.
func checkCells(t *testing.T, what string, files map[string]string) {
	t.Helper()
	n := 0
	for name, text := range files {
		if !strings.HasPrefix(name, "reports/") {
			continue
		}
		rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		if err != nil || len(rows) == 0 {
			t.Errorf("%.30q: %s: %v", what, name, err)
			continue
		}
		for _, cells := range rows {
			for i, c := range cells {
				if c != "" && strings.ContainsAny(c[:1], "=+-@\t\r") && !(i == 2 && cells[0] == valueLine) {
					t.Errorf("%.30q: %s: a cell is %q", what, name, c)
				}
			}
		}
		n++
	}
	if n < 15 {
		t.Errorf("%.30q: only %d files", what, n)
	}
}

func TestCSVFilesHoldAllRecords(t *testing.T) {
	_, refs := queue()
	b := build(t, withReports(t, schema.Staff, ticketReport(refs)))
	for name, want := range map[string]string{
		"opened":             "part,key,value,unit,n\nvalue,,11,records,11\nrecord,incident/INC-2611-0000,,,\n",
		"opened.by_month":    "part,key,value,unit,n\nvalue,2026-08,1,records,11\nvalue,2026-10,9,records,11\nvalue,2026-11,1,records,11\nrecord,incident/INC-2611-0000,,,\n",
		"recurring":          "part,key,value,unit,n,share,within_days\nrow,VPN,VPN drops came five times in a week.,,5,12.5,7\nrecord,incident/INC-2611-0000,,,,,\n",
		"time_to_close.mean": "part,key,value,unit,n\nvalue,,,hours,0\n",
	} {
		if got := b.files["reports/incident/"+name+".csv"]; !strings.HasPrefix(got, want) {
			t.Errorf("%s: %s", name, got)
		}
	}
	if n := strings.Count(b.files["reports/incident/opened.csv"], "\nrecord,"); n != 11 {
		t.Errorf("%d records", n)
	}
}

func TestWhatReadersMayNotSeeIsNotNamed(t *testing.T) {
	files, refs := queue()
	files["records/incidents/2026-11/INC-2611-HIDE.md"] = incident("INC-2611-HIDE", "audience: team:other\n")
	done := ticketReport(refs)
	done.Figures = []report.Figure{
		counted("opened", "Opened", figure.Records, figure.Number, 2, "incident/INC-2611-HIDE", refs[0], "incident/gone", "x", "", "/"),
		counted("list", "List", figure.Events, figure.List, []figure.Row{{Name: "n", Ref: "incident/INC-2611-HIDE", Records: []string{"incident/INC-2611-HIDE"}}}),
	}
	in := newInput(t, files, schema.Staff)
	in.Reports = []*report.Done{done}
	b := build(t, in)
	page := b.part(t, "reports/incident.html", "blocks")
	if strings.Contains(page, "HIDE") || !strings.Contains(page, "INC-2611-0000.html") {
		t.Errorf("the page is %s", page)
	}
	if csv := b.files["reports/incident/opened.csv"]; strings.Contains(csv, "HIDE") {
		t.Errorf("the file is %s", csv)
	}
}

func TestNamesOfReportsCannotLeaveTheFolder(t *testing.T) {
	_, refs := queue()
	a, b := ticketReport(refs), ticketReport(refs)
	a.Report.Name, b.Report.Name = "index", "../../evil"
	a.Figures[0].ID, a.Figures[1].ID = "../x", "con"
	built := build(t, withReports(t, schema.Staff, a, b))
	for name := range built.pages {
		if strings.Contains(name, "..") && !strings.HasPrefix(name, "reports/~") {
			t.Errorf("there is a page %s", name)
		}
	}
	if len(built.pages) < 4 || built.pages["reports/index~2.html"].Path == "" {
		t.Errorf("the pages are %v", built.order)
	}
}

func TestReportsAreMadeAnewOnlyIfTheirFiguresChange(t *testing.T) {
	files, refs := queue()
	out, state := filepath.Join(t.TempDir(), "public"), filepath.Join(t.TempDir(), "state")
	src := newInput(t, files, schema.Staff)
	step := func(what string, at time.Time, want int, wantFile bool, dones ...*report.Done) {
		t.Helper()
		in := src
		in.Reports, in.AsOf, in.Out, in.State = dones, at, out, state
		c := &collector{}
		stamp := func() int64 {
			info, err := os.Stat(filepath.Join(out, "reports", "incident", "opened.csv"))
			if err != nil {
				return 0
			}
			return info.ModTime().UnixNano()
		}
		before := stamp()
		if _, err := Build(t.Context(), in, c); err != nil {
			t.Fatal(err)
		}
		var made []string
		for _, p := range c.pages {
			if strings.HasPrefix(p.Path, "reports/") {
				made = append(made, p.Path)
			}
		}
		if len(made) != want || (stamp() != before) != wantFile {
			t.Errorf("%s: made %v; the file changed: %v", what, made, stamp() != before)
		}
	}
	other := &report.Done{Report: figure.Report{Name: "problem", Title: "Problems"}, AsOf: asOf, Zone: time.UTC, Figures: []report.Figure{counted("opened", "Opened", figure.Records, figure.Number, 3, refs[:3]...)}}
	step("the first build", asOf, 4, true, ticketReport(refs), other)
	step("nothing changed", asOf, 0, false, ticketReport(refs), other)
	step("a later commit on the same day", asOf.Add(time.Hour), 0, false, ticketReport(refs), other)
	src.Source.(*shelfOf).files["records/incidents/2026-11/INC-2611-0003.md"] = incident("INC-2611-0003", "service: vpn\n") + "\n## Description\n\nMore.\n"
	step("a record changed, and no figure", asOf, 0, false, ticketReport(refs), other)
	changed := ticketReport(refs)
	changed.Figures[0].Value = 12
	step("a key figure changed", asOf, 2, true, changed, other)
	changed.Figures[0].Records = refs[:10]
	step("the records behind it changed", asOf, 1, true, changed, other)
	step("a report is gone", asOf, 2, false, changed)
	if _, err := os.Stat(filepath.Join(out, "reports", "problem", "opened.csv")); err == nil {
		t.Error("its file is left over")
	}
	step("the next day", asOf.AddDate(0, 0, 1), 3, false, changed)
}

func TestLongSeriesAreCutAndSaySo(t *testing.T) {
	_, refs := queue()
	months, teams := map[string]int{}, map[string]int{}
	for i := range 900 {
		months[asOf.AddDate(0, -i, 0).Format(monthForm)] = i
		teams[fmt.Sprintf("team %d", i)] = i
	}
	rows := make([]figure.Row, 900)
	done := ticketReport(refs)
	done.Figures = []report.Figure{
		counted("opened.by_month", "Opened by month", figure.Records, figure.Months, months), counted("by_team", "By team", figure.Records, figure.Bars, teams), counted("rows", "Rows", figure.Events, figure.List, rows),
	}
	b := build(t, withReports(t, schema.Staff, done))
	page := b.part(t, "reports/incident.html", "blocks")
	for _, want := range []string{"The last 240 of 900 months", "The chart shows the last 120 months.", "The 12 largest of 900 values.", "The first 240 of 900;", "The first 25 of 900;"} {
		if !strings.Contains(page, want) {
			t.Errorf("%q is missing", want)
		}
	}
	if len(page) > 250_000 {
		t.Errorf("the page has %d bytes", len(page))
	}
	if n := strings.Count(b.files["reports/incident/opened.by_month.csv"], "\nvalue,"); n != 900 {
		t.Errorf("the file has %d months", n)
	}
}

func TestNumbersReadWell(t *testing.T) {
	for _, c := range []struct {
		value float64
		unit  figure.Unit
		want  string
	}{
		{24918, figure.Records, "24,918"}, {0, figure.Records, "0"}, {-1234567, figure.Records, "−1,234,567"}, {999, figure.Events, "999"}, {63.44, figure.Percent, "63.4 %"}, {100, figure.Percent, "100 %"},
		{178.2, figure.Hours, "7 d 10 h"}, {0, figure.Hours, "0 h"}, {0.001, figure.Hours, "under 1 min"}, {0.5, figure.Hours, "30 min"}, {1, figure.Hours, "1 h"}, {52.25, figure.Hours, "52 h 15 min"}, {71.999, figure.Hours, "72 h"},
		{72, figure.Hours, "3 d"}, {95.8, figure.Hours, "4 d"}, {-178, figure.Hours, "−7 d 10 h"}, {24 * 4000, figure.Hours, "4,000 d"}, {2.26, figure.Days, "2.3 d"}, {1234.5, figure.Money, "1,234.5"}, {3.456, figure.Rate, "3.5 per week"}, {7, "parsecs", "7 parsecs"},
		{-0.001, figure.Records, "0"}, {1e300, "", thousands(1e300, 2)},
	} {
		if got := amount(c.value, c.unit); got != c.want {
			t.Errorf("%v %s: %q, want %q", c.value, c.unit, got, c.want)
		}
	}
	business := figured{Figure: &report.Figure{Definition: figure.Definition{ID: "time_to_resolve.business.mean", Unit: figure.Hours}}}
	if got := business.amount(178.2); got != "178 h" {
		t.Errorf("hours of business are %q", got)
	}
}

func TestPagesOfReportsCanBeDigested(t *testing.T) {
	_, refs := queue()
	b := build(t, withReports(t, schema.Staff, hostileReport(refs, "x")))
	for name, p := range b.pages {
		if _, err := json.Marshal(p); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}
