package tickets

import (
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"frontdesk/records"
	"frontdesk/records/figure"
	"frontdesk/schema"
)

func TestEveryFigureIsDefined(t *testing.T) {
	reports := Reports()
	change := schema.BuiltIn().Get("change")
	reports = append(reports, Of(change), Of(schema.BuiltIn().Get("knowledge")))
	id := regexp.MustCompile(`^[a-z][a-z0-9_]*(\.[a-z0-9_]+)*$`)
	for _, r := range reports {
		if r.Name == "" || r.Title == "" || !strings.HasSuffix(r.Intro, ".") || r.Subject != records.Type(r.Name) || len(r.By) == 0 || len(r.Fields) == 0 {
			t.Errorf("report %+v", r)
		}
		seen := map[string]bool{}
		var groups []string
		for _, d := range r.Figures {
			name := r.Name + "." + d.ID
			if seen[d.ID] || !id.MatchString(d.ID) {
				t.Errorf("%s: the id stands twice or is none", name)
			}
			seen[d.ID] = true
			if d.Title == "" || d.Unit == "" || d.Shape == "" || d.Group == "" || d.Kind != figure.Counted || d.Compute == nil || d.Method != "" {
				t.Errorf("%s is not complete: %+v", name, d)
			}
			if strings.ToUpper(d.Title[:1]) != d.Title[:1] || strings.ToUpper(d.Text[:1]) != d.Text[:1] {
				t.Errorf("%s: title or text begins with a small letter: %q, %q", name, d.Title, d.Text)
			}
			if len(strings.Fields(d.Text)) < 8 || !strings.HasSuffix(d.Text, ".") || strings.ContainsAny(d.Text+d.Title, "{}") || strings.Contains(d.Text, "  ") || strings.Contains(d.Text, "..") {
				t.Errorf("%s is not defined in sentences: %q", name, d.Text)
			}
			if d.Stock != strings.Contains(d.Text, "whatever the period") {
				t.Errorf("%s: the text does not say whether it is of the period", name)
			}
			if !slices.Contains([]string{"", "up", "down"}, d.Better) {
				t.Errorf("%s: better is %q", name, d.Better)
			}
			if len(groups) == 0 || groups[len(groups)-1] != d.Group {
				groups = append(groups, d.Group)
			}
		}
		if order := []string{"Volume", "Backlog", "Time", "Quality", "Service levels", "Satisfaction"}; !slices.Equal(groups, order[:len(groups)]) {
			t.Errorf("%s: groups are %v", r.Name, groups)
		}
	}
}

func TestTheSubjectsAreThoseOfTheBuiltInTypes(t *testing.T) {
	for _, s := range []subject{incidentSubject(), requestSubject(), problemSubject()} {
		if got := subjectOf(schema.BuiltIn().Get(s.name)); !reflect.DeepEqual(got, s) {
			t.Errorf("the type says\n%+v, the report\n%+v", got, s)
		}
	}
}

func TestFiguresFixedByTheContractAreThere(t *testing.T) {
	for _, id := range []string{
		"opened", "resolved", "closed", "cancelled", "open", "backlog", "backlog.growth", "opened.by_month", "resolved.by_month", "closed.by_month", "backlog.by_month",
		"reopened.cases", "reopened.events", "reassigned.cases", "reassigned.share", "reopened_log.cases", "reassigned_log.cases", "reassigned_log.events", "ping_pong.cases", "ping_pong.events",
		"sla.met", "sla.total", "sla.compliance", "sla.breached", "sla.running", "sla.paused", "sla.cancelled", "sla.untargeted", "sla.response.met", "sla.update.met", "ola.met", "uc.met",
		"time_to_resolve.mean", "time_to_resolve.median", "time_to_resolve.p90", "time_to_close.mean", "time_to_close.median", "time_to_close.p90",
		"time_to_resolve.business.mean", "time_to_resolve.without_holds.median", "time_to_resolve.business_without_holds.p90",
		"time_to_assign.mean", "time_to_assign.business_without_holds.p90", "time_to_respond.median", "time_to_respond.business.mean",
		"imported.made_sla", "open.overdue", "open.age", "open.age.mean", "open.not_updated_5d", "open.not_updated_30d", "first_contact", "reopen_rate", "duration.mean", "span",
	} {
		for _, r := range Reports() {
			if !slices.ContainsFunc(r.Figures, func(d figure.Definition) bool { return d.ID == id }) {
				t.Errorf("the report %s has no figure %s", r.Name, id)
			}
		}
	}
}

func TestOfATypeWithoutFieldsThereAreThoseThatItsStatesGive(t *testing.T) {
	typ := &schema.Type{Name: "visit", Title: "Visit", Plural: "Visits", States: []*schema.State{
		{Name: "planned", Category: records.New, Stamp: "planned_at"}, {Name: "over", Category: records.Closed, Stamp: "over_at"},
	}}
	r := Of(typ)
	d := &figure.Data{Types: schema.BuiltIn(), AsOf: moment("2026-03-10 00:00"), Zone: time.UTC, Cases: map[records.Type][]*figure.Case{"visit": {
		caseOf(typ, a{id: "V1", state: "planned", opened: "2026-03-01 00:00"}),
		caseOf(typ, a{id: "V2", state: "over", opened: "2026-03-01 00:00", closed: "2026-03-02 00:00"}),
	}}}
	got := all(r, figure.NewScope(d, "visit", time.Time{}, time.Time{}))
	if got["opened"].Value != 2 || got["closed"].Value != 1 || got["backlog"].Value != 1 || got["backlog.growth"].Value != 1 || got["time_to_close.mean"].Value != 24.0 {
		t.Error(text(t, got))
	}
	for _, id := range []string{"resolved", "time_to_resolve.mean", "csat", "by_priority", "first_contact"} {
		if _, ok := got[id]; ok {
			t.Errorf("a type without resolution, priority and satisfaction has %s", id)
		}
	}
	if !strings.Contains(r.Figures[1].Text, "visits whose planned_at lies") {
		t.Error(r.Figures[1].Text)
	}
}

func TestOfNothingNothingIsSaid(t *testing.T) {
	s := newScene(t, "2026-03-01 00:00", nil)
	for _, name := range []string{"incident", "request", "problem"} {
		s.about(name)
		for _, d := range s.report.Figures {
			r := s.result(d.ID)
			switch v := r.Value.(type) {
			case nil:
				if d.Shape == figure.Number && (d.Unit == figure.Records || d.Unit == figure.Events) {
					t.Errorf("%s.%s: of nothing there are none, which is a number", name, d.ID)
				}
			case int:
				if v != 0 {
					t.Errorf("%s.%s is %d of nothing", name, d.ID, v)
				}
			case map[string]int:
				if d.ID != "open.age" {
					t.Errorf("%s.%s is %v of nothing", name, d.ID, v)
				}
			default:
				t.Errorf("%s.%s is %v of nothing", name, d.ID, v)
			}
			if r.N != 0 || len(r.Records) != 0 || strings.Contains(r.Note, " of 0 ") {
				t.Errorf("%s.%s: %+v", name, d.ID, r)
			}
		}
	}
}

func TestTitlesWithinASentence(t *testing.T) {
	for title, want := range map[string]string{"Incident": "incident", "HR case": "HR case", "": "record", "A-bomb": "A-bomb", "x": "x"} {
		if got := within(title); got != want {
			t.Errorf("%q: %q, want %q", title, got, want)
		}
	}
}
