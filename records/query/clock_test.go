package query_test

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"frontdesk/records"
	"frontdesk/records/query"
	"frontdesk/records/sla"
)

// at is a time of the day that the tests live in.
func at(clock string) time.Time {
	t, err := time.Parse("15:04", clock)
	if err != nil {
		panic(err)
	}
	return time.Date(2026, 11, 3, t.Hour(), t.Minute(), 0, 0, time.UTC)
}

// timedSample is incidents and their clocks. Now is noon.
func timedSample() ([]*records.Record, map[string][]sla.Clock) {
	active := func(name string, o sla.Outcome, due time.Time) sla.Clock {
		c := sla.Clock{Name: name, Outcome: o, Active: true, Target: "P1", Start: at("08:00"), Due: due}
		if o == sla.Breached {
			c.Over = due
		}
		return c
	}
	stopped := func(name string, o sla.Outcome) sla.Clock {
		return sla.Clock{Name: name, Outcome: o, Target: "P1", Start: at("08:00"), Stop: at("09:00"), Due: at("08:30")}
	}
	untimed := sla.Clock{Name: "team", Outcome: sla.Untimed, Active: true, Start: at("08:00")}
	rs := []*records.Record{
		record("incident", "late", "", "title", "Late", "state", "in-progress"),
		record("incident", "soon", "", "title", "Soon", "state", "in-progress"),
		record("incident", "far", "", "title", "Far", "state", "new", "due_at", "2026-11-09T12:00:00Z"),
		record("incident", "held", "", "title", "Held", "state", "on-hold"),
		record("incident", "stated", "", "title", "Stated", "state", "new", "due_at", "2026-11-03T13:00:00Z"),
		record("incident", "done", "", "title", "Done", "state", "closed", "due_at", "2026-11-01T12:00:00Z"),
		record("incident", "free", "", "title", "Free", "state", "new"),
		record("ticket", "T-1", "", "title", "Other", "state", "new", "due_on", "2026-11-03"),
	}
	return rs, map[string][]sla.Clock{
		"late":   {stopped("response", sla.Met), active("resolution", sla.Breached, at("10:00"))},
		"soon":   {stopped("response", sla.Breached), active("resolution", sla.Running, at("15:00"))},
		"far":    {active("resolution", sla.Running, at("12:00").AddDate(0, 0, 10)), untimed},
		"held":   {stopped("response", sla.Met), active("resolution", sla.Paused, at("16:00"))},
		"stated": {untimed},
		"done":   {stopped("resolution", sla.Met), stopped("response", sla.Cancelled)},
		"free":   {untimed},
	}
}

// askTimed returns the ids of the records that match, in their order, and of which records
// clocks were asked for.
func askTimed(t *testing.T, q string, typ records.Type) (ids, asked []string) {
	t.Helper()
	rs, clocks := timedSample()
	opts := options(t, typ)
	opts.Clocks = func(r *records.Record) []sla.Clock {
		if !slices.Contains(asked, string(r.ID)) {
			asked = append(asked, string(r.ID))
		}
		return clocks[string(r.ID)]
	}
	parsed, err := query.Parse(q, opts)
	if err != nil {
		t.Fatalf("Parse(%q): %v", q, err)
	}
	rs = slices.DeleteFunc(rs, func(r *records.Record) bool { return !parsed.Match(opts.Types.Get(r.Type), r) })
	parsed.Sort(rs)
	for _, r := range rs {
		ids = append(ids, string(r.ID))
	}
	return ids, asked
}

func TestClocksAreAskedFor(t *testing.T) {
	for q, want := range map[string]string{
		"sla:breached":                   "late soon",
		"sla:BREACHED":                   "late soon",
		"sla:running":                    "far soon",
		"sla:paused":                     "held",
		"sla:met":                        "done held late",
		"sla:cancelled":                  "done",
		"sla:none":                       "free stated",
		"sla:paused,none":                "free held stated",
		"-sla:none":                      "done far held late soon",
		"sla.response:breached":          "soon",
		"sla.resolution:breached":        "late",
		"sla.response:none":              "far free stated",
		"sla.team:none is:open":          "far free held late soon stated",
		"due:<4h":                        "late soon stated", // what is due at 16:00 is not due before 16:00
		"due:<=4h":                       "held late soon stated",
		"due:<60m":                       "late",
		"due:<=60m":                      "late stated",
		"due:>4h":                        "far",
		"due:1h..3h":                     "soon stated",
		"due:overdue":                    "late",
		"due:today":                      "held late soon stated",
		"due:>now":                       "far held soon stated",
		"due:<=2026-11-09":               "far held late soon stated", // the deadline comes first
		"due:2026-11-09":                 "far",
		"due_at:2026-11-09":              "far",
		"due_at:<2026-11-02":             "done", // the deadline alone, whatever became of the record
		"due:overdue,2026-11-09":         "far late",
		"has:due":                        "far held late soon stated",
		"no:due":                         "done free",
		"has:due no:due":                 "",
		"is:open sort:due":               "late stated soon held far free",
		"is:open sort:-due":              "far held soon stated late free",
		"sort:due sla:running,breached":  "late soon far",
		"title:late due:<1w sla:running": "",
	} {
		got, _ := askTimed(t, q, "incident")
		if !strings.Contains(q, "sort:") {
			slices.Sort(got)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s finds %v, want %s", q, got, want)
		}
	}
}

func TestDueIsAFieldWhereATypeHasNothingElseOfTheName(t *testing.T) {
	for q, want := range map[string]string{
		"due:today":         "T-1 held late soon stated",
		"due:overdue":       "late",
		"has:due -sla:none": "T-1 far held late soon", // what has no clocks is not none of theirs
		"due:<2026-11-04":   "T-1 held late soon stated",
	} {
		got, _ := askTimed(t, q+" -is:resolved", "")
		slices.Sort(got)
		if strings.Join(got, " ") != want {
			t.Errorf("%s finds %v, want %s", q, got, want)
		}
	}
	got, asked := askTimed(t, "due:2026-11-03", "ticket")
	if len(got) != 1 || len(asked) > 0 {
		t.Errorf("due:2026-11-03 of tickets finds %v and asks for the clocks of %v", got, asked)
	}
}

func TestClocksAreNotAskedForOfWhatCannotMatch(t *testing.T) {
	_, asked := askTimed(t, "sla:breached title:soon due:<4h sort:due", "incident")
	if len(asked) != 1 || asked[0] != "soon" {
		t.Errorf("the clocks of %v were asked for", asked)
	}
	for q, want := range map[string]bool{
		"is:open": false, "due_at:>today": false, "sort:due_at": false, "has:due_at": false,
		"sla:met": true, "due:today": true, "sort:-due": true, "has:due": true, "no:due": true, "is:open -sla.team:none": true,
	} {
		parsed, err := query.Parse(q, options(t, "incident"))
		if err != nil {
			t.Fatal(err)
		}
		if parsed.NeedsClocks() != want {
			t.Errorf("%s: NeedsClocks is %v", q, !want)
		}
		fields, _ := parsed.Needs()
		if want && !slices.Contains(fields, "due_at") {
			t.Errorf("%s needs %v, not the deadline", q, fields)
		}
	}
}

func TestWithoutClocksOnlyDeadlinesAreDue(t *testing.T) {
	rs, _ := timedSample()
	for q, want := range map[string]string{"due:<4h": "stated", "sla:breached": "", "due:overdue": ""} {
		parsed, err := query.Parse(q, options(t, "incident"))
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range rs {
			if parsed.Match(options(t, "").Types.Get(r.Type), r) {
				got = append(got, string(r.ID))
			}
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s finds %v, want %s", q, got, want)
		}
	}
}

func TestTheTimeOfTheClocksIsNow(t *testing.T) {
	rs, clocks := timedSample()
	opts := options(t, "incident")
	opts.AsOf = at("09:30") // before any target was over
	opts.Clocks = func(r *records.Record) []sla.Clock { return clocks[string(r.ID)] }
	parsed, err := query.Parse("due:overdue", opts)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rs {
		if parsed.Match(opts.Types.Get(r.Type), r) {
			t.Errorf("%s is overdue at %s", r.ID, opts.AsOf)
		}
	}
}

func TestWrongQuestionsAboutClocksAreExplained(t *testing.T) {
	for q, want := range map[string]struct {
		typ    records.Type
		column int
		hint   string
	}{
		"sla:breeched":          {"incident", 5, `did you mean "breached"?`},
		"sla:>met":              {"incident", 6, "write sla:met"},
		"sla.respons:met":       {"incident", 1, `did you mean "response"?`},
		"is:open sla:met":       {"person", 9, "sla of a type file"},
		"due:4h":                {"incident", 5, "due:<4h"},
		"due:<soon":             {"incident", 6, "due:overdue"},
		"due:<overdue":          {"incident", 6, "write due:overdue"},
		"due:4h..1h":            {"incident", 5, "write 1h..4h"},
		"due:\"4h\"":            {"incident", 5, "due:<4h"},
		"sla:":                  {"incident", 5, "no space may follow the colon"},
		"type:person due:today": {"", 13, ""},
	} {
		_, err := query.Parse(q, options(t, want.typ))
		var wrong *query.SyntaxError
		if !errors.As(err, &wrong) || wrong.Column != want.column || !strings.Contains(wrong.Hint, want.hint) {
			t.Errorf("%s: %#v, want column %d and the hint %q", q, err, want.column, want.hint)
		}
	}
}

func TestWithinReadsLengthsOfTime(t *testing.T) {
	for text, want := range map[string]time.Duration{"30m": 30 * time.Minute, "4h": 4 * time.Hour, "2d": 48 * time.Hour, "1w": 168 * time.Hour, "0h": 0, "PT4H30M": 270 * time.Minute, "P1D": 24 * time.Hour} {
		if got, ok := query.Within(text); !ok || got != want {
			t.Errorf("%s is %v, %v", text, got, ok)
		}
	}
	for _, text := range []string{"", "h", "4", "-4h", "4 h", "4.5h", "4H", "999999h", "P1Y", "pt4h"} {
		if got, ok := query.Within(text); ok {
			t.Errorf("%q is read as %v", text, got)
		}
	}
}
