package outlook

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"frontdesk/records"
	"frontdesk/records/figure"
	"frontdesk/records/report/scene"
)

func known() []records.Type {
	return []records.Type{incidents, requests, problems, changes, services, assets, licenses, articles}
}

func TestReportsGetTheirFiguresAndWhatTheseRead(t *testing.T) {
	mine := figure.Definition{ID: "opened"}
	given := []figure.Report{{Name: "incident", Fields: []string{"team"}, Figures: []figure.Definition{mine}}, {Name: "asset"}, {Name: "visit", Fields: []string{"team"}, Types: []records.Type{"person"}}}
	got := Add(given)
	if got[0].Figures[0].ID != "opened" || len(got[0].Figures) < 2 || len(given[0].Figures) != 1 {
		t.Errorf("figures of incidents: %d, of those given: %d", len(got[0].Figures), len(given[0].Figures))
	}
	if !slices.Contains(got[0].Fields, "caused_by") || !slices.Contains(got[0].Types, changes) || len(given[0].Fields) != 1 {
		t.Errorf("fields %v, types %v", got[0].Fields, got[0].Types)
	}
	if got[1].Fields != nil {
		t.Errorf("a report that reads all fields reads only %v", got[1].Fields)
	}
	if len(got[2].Figures) != 0 || len(got[2].Fields) != 1 || len(got[2].Types) != 1 {
		t.Errorf("a report of the desk's own was changed: %+v", got[2])
	}
}

func TestFiguresSayWhatTheyAre(t *testing.T) {
	id := regexp.MustCompile(`^(detected|predicted)\.[a-z_.]+$`)
	for _, report := range known() {
		seen := map[string]bool{}
		for _, d := range additionTo(report).figures {
			if !id.MatchString(d.ID) || seen[d.ID] || !strings.HasPrefix(d.ID, string(d.Kind)) {
				t.Errorf("%s: id %q of kind %s", report, d.ID, d.Kind)
			}
			seen[d.ID] = true
			if d.Title == "" || d.Unit == "" || d.Shape == "" || d.Group == "" || d.Compute == nil || !strings.HasSuffix(d.Text, ".") {
				t.Errorf("%s %s is not complete", report, d.ID)
			}
			if (d.Method == "") == (d.Kind == figure.Predicted) {
				t.Errorf("%s %s: method %q", report, d.ID, d.Method)
			}
			if d.Kind == figure.Predicted && !d.Stock {
				t.Errorf("%s %s is about the time asked about", report, d.ID)
			}
		}
	}
}

func TestNothingIsSaidOfNothing(t *testing.T) {
	for _, report := range known() {
		for _, d := range additionTo(report).figures {
			r := d.Compute(figure.NewScope(scene.Data(t, "2026-11-20 12:00"), report, time.Time{}, time.Time{}))
			if rows, ok := r.Value.([]figure.Row); ok && len(rows) > 0 || r.N != 0 || len(r.Records) != 0 || r.Interval != nil || r.Backtest != nil {
				t.Errorf("%s %s: %+v", report, d.ID, r)
			}
			if r.Value == nil && r.Note == "" {
				t.Errorf("%s %s does not say why there is no value", report, d.ID)
			}
		}
	}
}
