package agenda

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	ics "github.com/arran4/golang-ical"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/frontmatter"
	"frontdesk/schema"
	"frontdesk/schema/calendar"
	"frontdesk/schema/desk"
)

func record(t testing.TB, ref, lines string) *records.Record {
	t.Helper()
	typ, id := records.SplitRef(ref)
	r, ds := frontmatter.Parse("records/x/"+string(id)+".md", typ, []byte("---\nid: "+string(id)+"\n"+strings.TrimSpace(lines)+"\n---\n"))
	if r == nil || diag.Count(ds, diag.Error) > 0 {
		t.Fatalf("%s: %v", ref, ds)
	}
	return r
}

const evening = "\nplanned_start: 2026-11-03T20:00:00Z\nplanned_end: 2026-11-03T22:00:00Z\n"

var stamp = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

func input(t testing.TB, rs ...*records.Record) Input {
	t.Helper()
	zone, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	d := desk.Default()
	d.Name, d.Address, d.TimeZone = "The desk", "https://desk.example.com/x", zone
	return Input{Desk: d, Types: schema.BuiltIn(), Set: records.NewSet(rs), Range: calendar.Span{
		Start: time.Date(2026, 11, 1, 0, 0, 0, 0, zone), End: time.Date(2026, 12, 1, 0, 0, 0, 0, zone),
	}}
}

// sample is a desk with something of everything.
func sample(t testing.TB) Input {
	return input(t,
		record(t, "service/vpn", "title: VPN\nteam: network\nassets: [gw-1]"), record(t, "service/mail", "title: Mail\nteam: apps"),
		record(t, "asset/gw-1", "title: Gateway"),
		record(t, "change/CHG-1", "title: Replace the gateway\nstate: scheduled\nkind: normal\nimplementer: lee\nteam: network\nservices: [vpn]"+evening),
		record(t, "change/CHG-2", "title: Update mail\nstate: assess\nteam: apps\nservices: [mail]\nimplementer: lee"+evening),
		record(t, "change/CHG-3", "title: Never mind\nstate: cancelled\nservices: [mail]"+evening),
		record(t, "change/CHG-4", "title: On hold\nstate: scheduled\nhold: vendor\nassets: [gw-1]\nplanned_start: 2026-11-09T20:00:00Z\nplanned_end: 2026-11-09T22:00:00Z"),
		record(t, "change/CHG-5", "title: Last year\nstate: closed\nplanned_start: 2025-11-03T20:00:00Z\nplanned_end: 2025-11-03T22:00:00Z"),
		record(t, "change/CHG-6", "title: Some day\nstate: new"),
		record(t, "release/REL-1", "title: Planned\nstate: planning\nservices: [vpn]"+evening),
		record(t, "release/REL-2", "title: Built\nstate: test\nservices: [vpn]"+evening),
		record(t, "window/sunday", "title: Sunday night\nstate: active\nkind: maintenance\nservices: [vpn]\nstarts_at: 2026-10-14T02:00:00+02:00\nduration: P1DT4H\nrecurrence: FREQ=WEEKLY;BYDAY=SU\ntime_zone: Europe/Berlin\nexcept: [2026-11-15]"),
		record(t, "window/year-end", "title: Closing\nstate: active\nkind: freeze\nstarts_at: 2026-11-28T00:00:00Z\nends_at: 2027-01-02T00:00:00Z"),
		record(t, "window/draft", "title: Draft\nstate: draft\nkind: freeze\nstarts_at: 2026-11-28T00:00:00Z\nduration: P1D"),
		record(t, "window/old", "title: Old\nstate: retired\nkind: freeze\nstarts_at: 2026-11-02T00:00:00Z\nduration: P1D"),
	)
}

func TestTheAgenda(t *testing.T) {
	all := New(sample(t))
	var got []string
	for _, e := range all.Entries {
		got = append(got, fmt.Sprintf("%s %s %s %d", e.Span.Start.Format("02 15:04"), e.Record.ID, e.Status, len(e.Conflicts)))
	}
	want := []string{
		"01 02:00 sunday confirmed 0",
		"03 21:00 CHG-1 confirmed 2", "03 21:00 CHG-2 tentative 1", "03 21:00 CHG-3 cancelled 0",
		"03 21:00 REL-1 tentative 0", "03 21:00 REL-2 confirmed 0",
		"08 02:00 sunday confirmed 0", "09 21:00 CHG-4 tentative 1", "22 02:00 sunday confirmed 0",
		"28 01:00 year-end confirmed 0", "29 02:00 sunday confirmed 0",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestTheAgendaIsNarrowed(t *testing.T) {
	for _, c := range []struct {
		services, teams []records.ID
		want            string
	}{
		{[]records.ID{"vpn"}, nil, "CHG-1 CHG-4 REL-1 REL-2 sunday year-end"}, // CHG-4 by the asset that it runs on
		{[]records.ID{"mail"}, nil, "CHG-2 CHG-3 year-end"},
		{nil, []records.ID{"network"}, "CHG-1 sunday year-end"},
		{nil, []records.ID{"apps"}, "CHG-2 year-end"},
		{[]records.ID{"mail", "vpn"}, []records.ID{"apps"}, "CHG-2 year-end"},
	} {
		in := sample(t)
		in.Services, in.Teams = c.services, c.teams
		var got []string
		for _, e := range New(in).Entries {
			got = append(got, string(e.Record.ID))
		}
		slices.Sort(got)
		if s := strings.Join(slices.Compact(got), " "); s != c.want {
			t.Errorf("%v %v: %s, want %s", c.services, c.teams, s, c.want)
		}
	}
}

func TestWhatCannotBeReadIsSaid(t *testing.T) {
	in := input(t,
		record(t, "change/CHG-1", "title: X\nstate: new\nplanned_start: soon\nplanned_end: 2026-11-03T22:00:00Z"),
		record(t, "window/w", "title: X\nstate: active\nkind: freeze\nstarts_at: 2026-11-28T00:00:00Z\nduration: P1D\nrecurrence: FREQ=HOURLY"),
		record(t, "window/v", "title: X\nstate: retired\nkind: freeze\nstarts_at: soon"),
	)
	a := New(in)
	_, unreadable, err := ICal(in, stamp)
	if err != nil || len(a.Unreadable) != 2 || len(unreadable) != 2 || len(a.Entries) != 0 {
		t.Errorf("%v, %v, %v", a.Unreadable, unreadable, err)
	}
}

// calendarOf writes a calendar and checks the form that every one has.
func calendarOf(t testing.TB, in Input) string {
	t.Helper()
	data, _, err := ICal(in, stamp)
	if err != nil {
		t.Fatal(err)
	}
	checkForm(t, data)
	return unfolded(data)
}

func unfolded(data []byte) string { return strings.ReplaceAll(string(data), "\r\n ", "") }

func checkForm(t testing.TB, data []byte) {
	t.Helper()
	if !bytes.HasPrefix(data, []byte("BEGIN:VCALENDAR\r\n")) || !bytes.HasSuffix(data, []byte("END:VCALENDAR\r\n")) {
		t.Fatalf("no calendar: %q", data)
	}
	for _, line := range strings.Split(strings.TrimSuffix(string(data), "\r\n"), "\r\n") {
		if len(line) > 75 || strings.ContainsFunc(line, func(r rune) bool { return r < ' ' || r == 0x7f }) || !utf8.ValidString(line) {
			t.Errorf("line %q", line)
		}
	}
	for _, line := range strings.Split(unfolded(data), "\r\n") {
		name, _, ok := strings.Cut(line, ":")
		name, _, _ = strings.Cut(name, ";")
		if line != "" && (!ok || !slices.Contains(properties, name)) {
			t.Errorf("line %q is none that we write", line)
		}
	}
	if _, err := ics.ParseCalendar(bytes.NewReader(data)); err != nil {
		t.Errorf("it is not read back: %v", err)
	}
}

var properties = []string{
	"BEGIN", "END", "VERSION", "PRODID", "CALSCALE", "METHOD", "X-WR-CALNAME", "UID", "DTSTAMP", "SEQUENCE", "STATUS", "DTSTART", "DTEND", "DURATION",
	"RRULE", "EXDATE", "SUMMARY", "CATEGORIES", "DESCRIPTION", "TRANSP", "TZID", "TZNAME", "TZOFFSETFROM", "TZOFFSETTO", "RDATE",
}

func TestTheCalendarThatOthersGet(t *testing.T) {
	got := strings.ReplaceAll(calendarOf(t, sample(t)), "\r\n", "\n")
	for _, want := range []string{`
BEGIN:VEVENT
UID:CHG-1@desk.example.com
DTSTAMP:20261101T120000Z
SEQUENCE:0
STATUS:CONFIRMED
DTSTART:20261103T200000Z
DTEND:20261103T220000Z
SUMMARY:CHG-1 Replace the gateway
CATEGORIES:Change
DESCRIPTION:State: scheduled\nKind: normal\nServices: vpn
TRANSP:TRANSPARENT
END:VEVENT
`, `
UID:CHG-3@desk.example.com
DTSTAMP:20261101T120000Z
SEQUENCE:0
STATUS:CANCELLED
`, `
UID:window/sunday@desk.example.com
DTSTAMP:20261101T120000Z
SEQUENCE:0
STATUS:CONFIRMED
DTSTART;TZID=Europe/Berlin:20261018T020000
DURATION:P1DT4H
RRULE:FREQ=WEEKLY;INTERVAL=1;BYDAY=SU;BYHOUR=2;BYMINUTE=0;BYSECOND=0
EXDATE;TZID=Europe/Berlin:20261115T020000
SUMMARY:sunday Maintenance: Sunday night
`, `
UID:window/year-end@desk.example.com
DTSTAMP:20261101T120000Z
SEQUENCE:0
STATUS:CONFIRMED
DTSTART:20261128T000000Z
DTEND:20270102T000000Z
`, `
UID:window/old@desk.example.com
DTSTAMP:20261101T120000Z
SEQUENCE:0
STATUS:CANCELLED
DTSTART:20261102T000000Z
DURATION:P1D
`, `
BEGIN:VTIMEZONE
TZID:Europe/Berlin
BEGIN:DAYLIGHT
DTSTART:20260329T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
TZNAME:CEST
RDATE:20270328T020000,20280326T020000,`, `
BEGIN:STANDARD
DTSTART:20261025T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
TZNAME:CET
RDATE:20271031T030000,`} {
		if !strings.Contains(got, want) {
			t.Errorf("it lacks\n%s\nin\n%s", want, got)
		}
	}
	for _, not := range []string{"CHG-5", "CHG-6", "draft", "lee", "BEGIN:VALARM"} {
		if strings.Contains(got, not) {
			t.Errorf("it holds %s", not)
		}
	}
	if strings.Count(got, "STATUS:TENTATIVE") != 3 { // CHG-2, CHG-4, REL-1
		t.Errorf("tentative in\n%s", got)
	}
}

func TestTheSameDeskGivesTheSameBytes(t *testing.T) {
	a, _, err := ICal(sample(t), stamp)
	if err != nil {
		t.Fatal(err)
	}
	in := sample(t)
	rs := slices.Clone(in.Set.All())
	slices.Reverse(rs)
	in.Set = records.NewSet(rs)
	for range 5 {
		if b, _, _ := ICal(in, stamp); !bytes.Equal(a, b) {
			t.Fatalf("%s\nand\n%s", a, b)
		}
	}
}

// TestNoRecordWritesALineOfItsOwn attacks the calendar with text that begins lines,
// ends values and steers terminals.
func TestNoRecordWritesALineOfItsOwn(t *testing.T) {
	nasty := []string{
		"x\r\nBEGIN:VEVENT\r\nUID:evil", "x\nATTENDEE:mailto:a@b", "x\rSTATUS:CANCELLED", "x\\nDTSTART:1", "x\\", "a;b,c:d\"e", "\x1b]52;c;ZXZpbA==\x07",
		"x\u2028ORGANIZER:x", "x\u0085SUMMARY:y", "\u202etxt.exe", strings.Repeat("ü", 200), strings.Repeat("word ", 100), "x\xff\xfe", strings.Repeat("x", 5000), "x\x00y", "",
	}
	for _, text := range nasty {
		v := records.NewString(text)
		pair := func(key string, v *records.Value) records.Pair { return records.Pair{Key: key, Value: v} }
		in := sample(t)
		in.Desk.Name = text
		if strings.HasPrefix(text, "x") {
			in.Desk.Address = "https://" + text
		}
		fields := []records.Pair{
			pair("title", v), pair("state", v), pair("kind", v), pair("services", records.NewStrings(text, text)), pair("hold", v),
			pair("planned_start", records.NewString("2026-11-03T20:00:00Z")), pair("planned_end", records.NewString("2026-11-03T22:00:00Z")),
		}
		window := []records.Pair{
			pair("title", v), pair("state", records.NewString("active")), pair("kind", v), pair("categories", v), pair("starts_at", records.NewString("2026-11-03T20:00:00Z")),
			pair("duration", records.NewString("PT1H")),
		}
		in.Set = records.NewSet([]*records.Record{
			{Type: "change", ID: records.ID("CHG" + text), Fields: records.NewMap(fields...)},
			{Type: "window", ID: records.ID("w" + text), Fields: records.NewMap(window...)},
			{Type: "window", ID: "rule", Fields: records.NewMap(append(slices.Clone(window), pair("recurrence", records.NewString("FREQ=DAILY;BYDAY=SU"+text)))...)},
			{Type: "window", ID: "zone", Fields: records.NewMap(append(slices.Clone(window), pair("time_zone", v), pair("recurrence", records.NewString("FREQ=DAILY")))...)},
		})
		got := calendarOf(t, in)
		if n := strings.Count(got, "BEGIN:VEVENT\r\n"); n < 2 || n > 4 {
			t.Errorf("%q: %d events in\n%s", text, n, got)
		}
	}
}

func TestSequenceCountsWhatMovedTheTimes(t *testing.T) {
	for name, c := range map[string]struct {
		log  string
		want int
	}{
		"no log":                {"", 0},
		"set once":              {"{at: T, by: a, state: new, planned_start: x}", 0},
		"set late":              {"{at: T, by: a, state: new}|{at: T, by: a, planned_start: x, planned_end: y}", 0},
		"moved":                 {"{at: T, by: a, planned_start: x}|{at: T, by: a, planned_end: y}|{at: T, by: a, state: assess}", 1},
		"moved twice":           {"{at: T, by: a, planned_start: x}|{at: T, by: a, planned_end: y}|{at: T, by: a, planned_start: z}", 2},
		"cancelled":             {"{at: T, by: a, planned_start: x}|{at: T, by: a, state: cancelled}", 1},
		"cancelled while moved": {"{at: T, by: a, planned_start: x}|{at: T, by: a, state: cancelled, planned_start: y}", 1},
		"taken back":            {"{at: T, by: a, planned_start: x}|{at: T, by: a, state: cancelled}|{at: T, by: a, state: new}", 2},
		"imported, cancelled":   {"{at: T, by: a, state: new}|{at: T, by: a, state: cancelled}", 1},
	} {
		lines := "title: X\nstate: new" + evening
		if c.log != "" {
			lines += "log:\n  - " + strings.ReplaceAll(strings.ReplaceAll(c.log, "|", "\n  - "), "at: T", "at: 2026-11-01T00:00:00Z")
		}
		got := calendarOf(t, input(t, record(t, "change/CHG-1", lines)))
		if want := fmt.Sprintf("SEQUENCE:%d\r\n", c.want); !strings.Contains(got, want) {
			t.Errorf("%s: want %s in\n%s", name, want, got)
		}
	}
}

func TestUIDsAreForEver(t *testing.T) {
	d := desk.Default()
	for _, c := range []struct{ name, address, want string }{
		{"", "", "frontdesk"}, {"IT Desk (Bonn)", "", "it-desk-bonn"}, {"x", "https://desk.example.com:8443/a", "desk.example.com"},
		{"x", "mailto:desk@example.com", "example.com"}, {"☃", "", "frontdesk"},
	} {
		d.Name, d.Address = c.name, c.address
		if got := hostOf(d); got != c.want {
			t.Errorf("%q %q: %q, want %q", c.name, c.address, got, c.want)
		}
	}
}

// TestTimeZonesSayWhatClocksShow compares each hour with what the written observances
// give, in zones that change in odd ways.
func TestTimeZonesSayWhatClocksShow(t *testing.T) {
	for _, name := range []string{"Europe/Berlin", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kolkata", "Africa/Casablanca", "Europe/Dublin", "Pacific/Apia"} {
		zone, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		first := time.Date(2026, 7, 1, 0, 0, 0, 0, zone)
		z := timezone(zone, first, first.AddDate(3, 0, 0))
		for at := first; at.Before(first.AddDate(3, 0, 0)); at = at.Add(time.Hour) {
			_, want := at.Zone()
			if got := offsetAt(t, z, at); got != want {
				t.Fatalf("%s at %v: %d, want %d", name, at, got, want)
			}
		}
	}
}

// offsetAt reads a zone as RFC 5545 says: the latest onset counts.
func offsetAt(t *testing.T, z *ics.VTimezone, at time.Time) int {
	t.Helper()
	var latest time.Time
	offset := 0
	for _, c := range z.Components {
		values := map[string]string{}
		for _, p := range c.UnknownPropertiesIANAProperties() {
			values[p.IANAToken] = p.Value
		}
		from, to := seconds(values["TZOFFSETFROM"]), seconds(values["TZOFFSETTO"])
		for _, onset := range append(strings.Split(values["RDATE"], ","), values["DTSTART"]) {
			if onset == "" {
				continue
			}
			w, err := time.Parse(localTime, onset)
			if err != nil {
				t.Fatal(err)
			}
			if u := w.Add(-time.Duration(from) * time.Second); !u.After(at) && u.After(latest) {
				latest, offset = u, to
			}
		}
	}
	return offset
}

func seconds(s string) int {
	var h, m int
	if _, err := fmt.Sscanf(s[1:], "%2d%2d", &h, &m); err != nil {
		panic(err)
	}
	if s[0] == '-' {
		return -(h*3600 + m*60)
	}
	return h*3600 + m*60
}
