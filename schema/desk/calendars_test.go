package desk

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"frontdesk/records/diag"
	"frontdesk/schema/calendar"
)

const plant = "BEGIN:VCALENDAR\nBEGIN:VEVENT\nUID:1\nSUMMARY:Shutdown\nDTSTART;VALUE=DATE:20260803\nDTEND;VALUE=DATE:20260815\nEND:VEVENT\n" +
	"BEGIN:VEVENT\nUID:2\nSUMMARY:Assumption Day\nDTSTART;VALUE=DATE:20260817\nEND:VEVENT\nEND:VCALENDAR\n"

const two = `version: 1
calendars:
  office:
    title: Office hours
    hours:
      mon-thu: ["08:00-12:00", "13:00-17:00"]
      fri: "08:00-14:00"
      sat: []
    holidays:
      - {set: de-by}
      - {ics: calendars/plant.ics}
      - {on: 2026-12-24, title: Christmas Eve, hours: "08:00-12:00"}
      - {rule: "FREQ=YEARLY;BYMONTH=12;BYMONTHDAY=31", from: 2020-12-31, title: New Year's Eve}
    worked: [2026-05-01, "Assumption Day"]
  tokyo:
    zone: Asia/Tokyo
    hours: {mon-fri: "09:00-18:00"}
    holidays: [{set: jp}]
  nights:
    hours: {"fri-mon,wed": ["22:00-24:00", "00:00-06:00"]}
time_zone: Europe/Berlin
`

// files are those of a desk.
func files(m map[string]string) func(string) ([]byte, error) {
	return func(p string) ([]byte, error) {
		if data, ok := m[p]; ok {
			return []byte(data), nil
		}
		return nil, fs.ErrNotExist
	}
}

func TestCalendarsAreRead(t *testing.T) {
	d, ds := ParseWith("desk.yaml", []byte(two), files(map[string]string{"calendars/plant.ics": plant}))
	if len(ds) > 0 {
		t.Fatalf("%+v", ds)
	}
	for _, c := range []struct{ name, title, zone, from, to, hours string }{
		{"office", "Office hours", "Europe/Berlin", "2026-11-02T00:00", "2026-11-09T00:00", "38h0m0s"},
		{"office", "Office hours", "Europe/Berlin", "2026-08-03T00:00", "2026-08-15T00:00", "0s"},
		{"office", "Office hours", "Europe/Berlin", "2026-08-17T00:00", "2026-08-18T00:00", "8h0m0s"},
		{"office", "Office hours", "Europe/Berlin", "2026-05-01T00:00", "2026-05-02T00:00", "6h0m0s"},
		{"office", "Office hours", "Europe/Berlin", "2026-12-24T00:00", "2027-01-02T00:00", "28h0m0s"},
		{"tokyo", "tokyo", "Asia/Tokyo", "2026-05-03T00:00", "2026-05-09T00:00", "18h0m0s"},
		{"nights", "nights", "Europe/Berlin", "2026-11-05T12:00", "2026-11-06T23:00", "7h0m0s"},
		{"24x7", "Around the clock", "Europe/Berlin", "2026-11-01T00:00", "2026-11-02T00:00", "24h0m0s"},
		{"", "Around the clock", "Europe/Berlin", "2026-03-29T00:00", "2026-03-30T00:00", "23h0m0s"},
	} {
		h, ok := d.Calendar(c.name)
		if !ok || h.Title() != c.title || h.Zone().String() != c.zone {
			t.Fatalf("calendar %q: %v %+v", c.name, ok, h)
		}
		from, _ := time.ParseInLocation("2006-01-02T15:04", c.from, h.Zone())
		to, _ := time.ParseInLocation("2006-01-02T15:04", c.to, h.Zone())
		if got := h.Between(from, to).String(); got != c.hours {
			t.Errorf("%s from %s to %s: %s, want %s", c.name, c.from, c.to, got, c.hours)
		}
	}
	if _, ok := d.Calendar("plant"); ok || len(d.Calendars) != 4 {
		t.Errorf("calendars %v", d.Calendars)
	}
}

func TestEveryDeskHasACalendar(t *testing.T) {
	for _, d := range []*Desk{Default(), parsed("version: 1\ntime_zone: Asia/Tokyo\n"), parsed("version: 1\ncalendars: 7\n"), parsed("")} {
		h, ok := d.Calendar("")
		if same, _ := d.Calendar(AroundTheClock); !ok || h != same || h.Zone().String() != d.TimeZone.String() {
			t.Errorf("%v in %s", h, d.TimeZone)
		}
	}
}

func parsed(src string) *Desk {
	d, _ := Parse("desk.yaml", []byte(src))
	return d
}

// TestWithoutAReaderFilesAreNotLookedAt is for those who read desk.yaml for
// something else.
func TestWithoutAReaderFilesAreNotLookedAt(t *testing.T) {
	d, ds := Parse("desk.yaml", []byte(two))
	if len(ds) > 0 || d.Calendars["office"] == nil {
		t.Errorf("%+v", ds)
	}
}

func TestAFileIsReadOnce(t *testing.T) {
	var asked []string
	read := func(p string) ([]byte, error) {
		asked = append(asked, p)
		return []byte(plant), nil
	}
	src := strings.Replace(two, "holidays: [{set: jp}]", "holidays: [{ics: calendars/plant.ics}, {ics: records/plant.ics}, {ics: ../plant.ics}, {ics: /plant.ics}, {ics: plant.txt}]", 1)
	if _, ds := ParseWith("desk.yaml", []byte(src), read); len(ds) != 4 || fmt.Sprint(asked) != "[calendars/plant.ics]" {
		t.Errorf("asked for %v, %d diagnostics", asked, len(ds))
	}
}

// TestAFileThatCannotBeUsedIsNotSilent holds the promise that a calendar goes on
// without a file, and says so.
func TestAFileThatCannotBeUsedIsNotSilent(t *testing.T) {
	for name, read := range map[string]func(string) ([]byte, error){
		"missing": files(nil), "broken": files(map[string]string{"calendars/plant.ics": "<html>"}), "empty": files(map[string]string{"calendars/plant.ics": ""}),
		"unread": func(string) ([]byte, error) { return nil, errors.New("it is a symbolic link, not a file") },
	} {
		d, ds := ParseWith("desk.yaml", []byte(two), read)
		if len(ds) != 1 || ds[0].Rule != RuleCalendar || ds[0].Severity != diag.Error || ds[0].Span.Start.Line != 11 || !strings.HasPrefix(ds[0].Message, "calendars/plant.ics ") {
			t.Errorf("%s: %+v", name, ds)
		}
		h, ok := d.Calendar("office")
		if !ok || h.Between(time.Date(2026, 8, 3, 0, 0, 0, 0, time.UTC), time.Date(2026, 8, 10, 0, 0, 0, 0, time.UTC)) != 38*time.Hour {
			t.Errorf("%s: the calendar does not work without", name)
		}
		if h.IsOpen(time.Date(2026, 6, 4, 8, 0, 0, 0, time.UTC)) {
			t.Errorf("%s: the other holidays are gone", name)
		}
	}
}

// TestErrorsOfCalendarsAndFigures reads testdata/*.yaml, and compares what is said of
// each with the text beside it.
func TestErrorsOfCalendarsAndFigures(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.yaml")
	if err != nil || len(paths) < 3 {
		t.Fatal(paths, err)
	}
	for _, p := range paths {
		t.Run(filepath.Base(p), func(t *testing.T) {
			src, err := os.ReadFile(p)
			if err != nil {
				t.Fatal(err)
			}
			_, ds := ParseWith("desk.yaml", src, files(map[string]string{"calendars/broken.ics": "<html>", "calendars/plant.ics": plant}))
			var got strings.Builder
			for _, d := range ds {
				fmt.Fprintf(&got, "%d:%d: %s: %s [%s]\n", d.Span.Start.Line, d.Span.Start.Column, d.Severity, d.Message, d.Rule)
				if d.Hint != "" {
					fmt.Fprintf(&got, "  hint: %s\n", d.Hint)
				}
			}
			golden := strings.TrimSuffix(p, ".yaml") + ".txt"
			want, err := os.ReadFile(golden)
			if err != nil || got.String() != string(want) {
				t.Errorf("%v; got\n%swant\n%s", err, got.String(), want)
			}
		})
	}
}

func TestBoundsOfCalendars(t *testing.T) {
	var many, feeds strings.Builder
	many.WriteString("version: 1\ncalendars:\n")
	for i := range MaxCalendars + 1 {
		fmt.Fprintf(&many, "  c%d: {hours: {mon: \"08:00-12:00\"}}\n", i)
	}
	feeds.WriteString("version: 1\ncalendars:\n  a:\n    hours: {mon: \"08:00-12:00\"}\n    holidays:\n")
	for range MaxFeeds + 1 {
		feeds.WriteString("      - {ics: calendars/plant.ics}\n")
	}
	days := "version: 1\ncalendars: {a: {hours: {mon: \"08:00-12:00\"}, holidays: [" + strings.Repeat("{on: 2026-01-01},", calendar.MaxHolidays+1) + "]}}\n"
	for src, want := range map[string]string{
		many.String():  "there are 33 calendars; the most is 32",
		feeds.String(): "desk.yaml names more than 16 iCalendar files",
		days:           "calendar \"a\" cannot be used: there are 1001 holidays; the most is 1000",
	} {
		d, ds := ParseWith("desk.yaml", []byte(src), files(map[string]string{"calendars/plant.ics": plant}))
		if len(ds) != 1 || ds[0].Message != want || len(d.Calendars) > MaxCalendars+1 {
			t.Errorf("%d calendars, %+v, want %s", len(d.Calendars), ds, want)
		}
	}
}

// FuzzCalendars reads any calendars, with a file that can be read and one that
// cannot, and asks those that there are.
func FuzzCalendars(f *testing.F) {
	f.Add([]byte(two))
	for _, p := range []string{"calendars.yaml", "holidays.yaml", "figures.yaml"} {
		src, err := os.ReadFile(filepath.Join("testdata", p))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(src)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		d, ds := ParseWith("desk.yaml", data, files(map[string]string{"calendars/plant.ics": plant}))
		from := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
		for name, h := range d.Calendars {
			if got := h.Between(from, from.AddDate(3, 0, 0)); got < 0 || got > 1096*24*time.Hour || h.Name() != name {
				t.Errorf("%s: three years are %s", name, got)
			}
			h.AddDays(from, 3)
		}
		for _, f := range d.Figures {
			if f.Title == "" || f.Type == "" || f.Unit == "" && f.Compute == Count {
				t.Errorf("%+v", f)
			}
		}
		for _, x := range ds {
			if x.Message == "" || x.Path != "desk.yaml" {
				t.Errorf("%+v", x)
			}
		}
	})
}
