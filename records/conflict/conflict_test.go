package conflict

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/frontmatter"
	"frontdesk/schema"
	"frontdesk/schema/calendar"
)

// record makes a record of "type/id" and front-matter lines.
func record(t testing.TB, ref, lines string) *records.Record {
	t.Helper()
	typ, id := records.SplitRef(ref)
	src := fmt.Sprintf("---\nid: %s\n%s\n---\n", id, strings.TrimSpace(lines))
	r, ds := frontmatter.Parse("records/x/"+string(id)+".md", typ, []byte(src))
	if r == nil || diag.Count(ds, diag.Error) > 0 {
		t.Fatalf("%s: %v", ref, ds)
	}
	return r
}

// change makes a change that is planned for an evening of November 2026, in hours
// from 18 to 30, of UTC.
func change(t testing.TB, id string, from, to int, lines string) *records.Record {
	t.Helper()
	day := time.Date(2026, 11, 3, 0, 0, 0, 0, time.UTC)
	at := func(h int) string { return records.FormatTime(day.Add(time.Duration(h) * time.Hour)) }
	if !strings.Contains(lines, "state:") {
		lines += "\nstate: scheduled"
	}
	return record(t, "change/"+id, fmt.Sprintf("title: The %s\nplanned_start: %s\nplanned_end: %s\n%s", id, at(from), at(to), lines))
}

func winRecord(t testing.TB, id, kind, lines string) *records.Record {
	t.Helper()
	return record(t, "window/"+id, "title: The "+id+"\nstate: active\nkind: "+kind+"\n"+lines)
}

// estate is a shop that runs on a web server in a rack and needs a database, which
// runs on another server.
func estate(t testing.TB) []*records.Record {
	return []*records.Record{
		record(t, "service/shop", "title: Shop\ndepends_on: [db]\nassets: [web-1]"),
		record(t, "service/cart", "title: Cart\nparent: shop"),
		record(t, "service/db", "title: Database\nassets: [db-1]"),
		record(t, "asset/web-1", "title: Web\nclass: server\nparent: rack-1"),
		record(t, "asset/db-1", "title: Database server\nclass: server\ncategory: Storage\nparent: rack-1"),
		record(t, "asset/rack-1", "title: Rack\nclass: facility"),
		record(t, "asset/lt-1", "title: Laptop\nclass: computer"),
	}
}

func book(t testing.TB, rs ...*records.Record) *Book {
	t.Helper()
	return NewBook(Input{Types: schema.BuiltIn(), Set: records.NewSet(append(estate(t), rs...)), TimeZone: time.UTC})
}

// said lists conflicts as "kind with through".
func said(cs []Conflict) string {
	var out []string
	for _, c := range cs {
		s := fmt.Sprintf("%s %s %s", c.Kind, c.With, c.Through)
		if c.More > 0 {
			s += fmt.Sprintf("+%d", c.More)
		}
		out = append(out, strings.TrimSpace(s))
	}
	return strings.Join(out, "; ")
}

// TestConflictsOfTwoPlans compares what both of two changes are told.
func TestConflictsOfTwoPlans(t *testing.T) {
	for name, c := range map[string]struct {
		a, b           string // what they concern
		from, to       int    // of the second; the first is from 20 to 22
		want, wantBack string // what is said to the first and to the second
	}{
		"one asset at one time":         {"assets: [web-1]", "assets: [web-1]", 21, 23, "same-asset change/B asset/web-1", "same-asset change/A asset/web-1"},
		"one after the other":           {"assets: [web-1]", "assets: [web-1]", 22, 23, "", ""},
		"one before the other":          {"assets: [web-1]", "assets: [web-1]", 19, 20, "", ""},
		"one within the other":          {"assets: [web-1]", "assets: [web-1]", 18, 29, "same-asset change/B asset/web-1", "same-asset change/A asset/web-1"},
		"nothing shared":                {"assets: [web-1]", "assets: [lt-1]", 20, 22, "", ""},
		"nothing named":                 {"", "", 20, 22, "", ""},
		"one service":                   {"services: [shop]", "services: [shop, db]", 20, 22, "same-service change/B service/shop", "same-service change/A service/shop"},
		"two things":                    {"assets: [web-1, db-1]", "assets: [db-1, web-1]", 20, 22, "same-asset change/B asset/db-1+1", "same-asset change/A asset/db-1+1"},
		"type before the id":            {"assets: [asset/web-1]", "assets: [web-1]", 20, 22, "same-asset change/B asset/web-1", "same-asset change/A asset/web-1"},
		"part and whole":                {"assets: [web-1]", "assets: [rack-1]", 20, 22, "related-asset change/B asset/rack-1", "related-asset change/A asset/web-1"},
		"two parts of a whole":          {"assets: [web-1]", "assets: [db-1]", 20, 22, "", ""},
		"what it depends on":            {"services: [shop]", "services: [db]", 20, 22, "related-service change/B service/db", "related-service change/A service/shop"},
		"a part of a service":           {"services: [cart]", "services: [shop]", 20, 22, "related-service change/B service/shop", "related-service change/A service/cart"},
		"two steps away":                {"services: [cart]", "services: [db]", 20, 22, "", ""},
		"a service and what it runs on": {"services: [shop]", "assets: [web-1]", 20, 22, "related-asset change/B asset/web-1", "related-service change/A service/shop"},
		"one implementer":               {"implementer: lee", "implementer: lee", 20, 22, "double-booked change/B person/lee", "double-booked change/A person/lee"},
		"everything at once": {"implementer: lee\nservices: [shop]\nassets: [web-1]", "implementer: lee\nservices: [shop]\nassets: [web-1]", 20, 22,
			"same-asset change/B asset/web-1; same-service change/B service/shop; double-booked change/B person/lee",
			"same-asset change/A asset/web-1; same-service change/A service/shop; double-booked change/A person/lee"},
		"a part of the same change":                {"assets: [web-1]", "parent: A\nassets: [web-1]", 20, 22, "", ""},
		"only asset's neighbour is not said twice": {"assets: [web-1, rack-1]", "assets: [rack-1]", 20, 22, "same-asset change/B asset/rack-1", "same-asset change/A asset/rack-1"},
		"cancelled":              {"assets: [web-1]", "state: cancelled\nassets: [web-1]", 20, 22, "", ""},
		"done":                   {"assets: [web-1]", "state: review\nassets: [web-1]", 20, 22, "", ""},
		"closed":                 {"assets: [web-1]", "state: closed\nassets: [web-1]", 20, 22, "", ""},
		"proposed":               {"assets: [web-1]", "state: new\nassets: [web-1]", 20, 22, "same-asset change/B asset/web-1", "same-asset change/A asset/web-1"},
		"in a state of nobody's": {"assets: [web-1]", "state: shceduled\nassets: [web-1]", 20, 22, "same-asset change/B asset/web-1", "same-asset change/A asset/web-1"},
		"ends before it begins":  {"assets: [web-1]", "assets: [web-1]", 22, 20, "unreadable-window change/B asset/web-1", "unreadable-window change/B"},
		"a whole cannot be read": {"assets: [web-1]", "assets: [rack-1]", 22, 20, "unreadable-window change/B asset/rack-1", "unreadable-window change/B"},
	} {
		t.Run(name, func(t *testing.T) {
			a, b := change(t, "A", 20, 22, c.a), change(t, "B", c.from, c.to, c.b)
			k := book(t, a, b)
			if got := said(k.Of(a)); got != c.want {
				t.Errorf("the first is told %q, want %q", got, c.want)
			}
			if got := said(k.Of(b)); got != c.wantBack {
				t.Errorf("the second is told %q, want %q", got, c.wantBack)
			}
		})
	}
}

func TestConflictsOfWindows(t *testing.T) {
	const evening = "starts_at: 2026-11-03T20:00:00Z\nduration: PT2H\n"
	for name, c := range map[string]struct{ kind, window, change, want string }{
		"a freeze of everything":         {"freeze", evening, "", "freeze window/w"},
		"a freeze of the service":        {"freeze", evening + "services: [shop]", "services: [shop]", "freeze window/w service/shop"},
		"a freeze of another":            {"freeze", evening + "services: [shop]", "assets: [lt-1]", ""},
		"a freeze of what stands on it":  {"freeze", evening + "services: [shop]", "services: [db]", "freeze window/w service/shop"},
		"a freeze of what it stands on":  {"freeze", evening + "services: [db]", "services: [shop]", "freeze window/w service/db"},
		"a freeze of the whole":          {"freeze", evening + "assets: [rack-1]", "assets: [web-1]", "freeze window/w asset/rack-1"},
		"a freeze of a class":            {"freeze", evening + "categories: [Server]", "assets: [web-1]", "freeze window/w asset/web-1"},
		"a freeze of a category":         {"freeze", evening + "categories: [storage]", "assets: [db-1]", "freeze window/w asset/db-1"},
		"a freeze of another class":      {"freeze", evening + "categories: [facility]", "assets: [lt-1]", ""},
		"a freeze of the parent's class": {"freeze", evening + "categories: [facility]", "assets: [web-1]", "freeze window/w asset/rack-1"},
		"a freeze that has ended":        {"freeze", "starts_at: 2026-11-03T18:00:00Z\nends_at: 2026-11-03T20:00:00Z", "", ""},
		"a freeze that begins later":     {"freeze", "starts_at: 2026-11-03T22:00:00Z\nduration: P1D", "", ""},
		"a freeze that comes again":      {"freeze", "starts_at: 2020-01-07T21:00:00Z\nduration: PT1H\nrecurrence: FREQ=WEEKLY;BYDAY=TU", "", "freeze window/w"},
		"a freeze that is left out":      {"freeze", "starts_at: 2020-01-07T21:00:00Z\nduration: PT1H\nrecurrence: FREQ=WEEKLY\nexcept: [2026-11-03]", "", ""},
		"a freeze that is a draft":       {"freeze", evening + "state: draft", "", ""},
		"a freeze in another zone":       {"freeze", "starts_at: 2026-10-06T22:30:00+02:00\nduration: PT30M\nrecurrence: FREQ=WEEKLY\ntime_zone: Europe/Berlin", "", "freeze window/w"}, // 21:30 in November

		"in its maintenance window":         {"maintenance", evening + "services: [shop]", "services: [shop]", ""},
		"in a longer one":                   {"maintenance", "starts_at: 2026-11-03T00:00:00Z\nduration: P1D\nservices: [shop]", "services: [shop]", ""},
		"in one that is too short":          {"maintenance", "starts_at: 2026-11-03T20:00:00Z\nduration: PT1H\nservices: [shop]", "services: [shop]", "outside-maintenance window/w service/shop"},
		"in two that follow on each other":  {"maintenance", "starts_at: 2026-11-03T20:00:00Z\nduration: PT1H\nrecurrence: FREQ=DAILY;BYHOUR=20,21\nservices: [shop]", "services: [shop]", ""},
		"with a gap between two":            {"maintenance", "starts_at: 2026-11-03T20:00:00Z\nduration: PT59M\nrecurrence: FREQ=DAILY;BYHOUR=20,21\nservices: [shop]", "services: [shop]", "outside-maintenance window/w service/shop"},
		"outside, by days":                  {"maintenance", "starts_at: 2020-01-05T20:00:00Z\nduration: PT8H\nrecurrence: FREQ=WEEKLY;BYDAY=SU\nservices: [shop]", "services: [shop]", "outside-maintenance window/w service/shop"},
		"outside that of everything":        {"maintenance", "starts_at: 2026-11-04T20:00:00Z\nduration: PT8H", "", "outside-maintenance window/w"},
		"of something else":                 {"maintenance", "starts_at: 2026-11-04T20:00:00Z\nduration: PT8H\nservices: [shop]", "assets: [lt-1]", ""},
		"outside that of what stands on it": {"maintenance", "starts_at: 2026-11-04T20:00:00Z\nduration: PT8H\nservices: [shop]", "services: [db]", "outside-maintenance window/w service/shop"},
		"that of what it stands on is none": {"maintenance", "starts_at: 2026-11-04T20:00:00Z\nduration: PT8H\nservices: [db]", "services: [shop]", ""},
		"outside that of the whole":         {"maintenance", "starts_at: 2026-11-04T20:00:00Z\nduration: PT8H\nassets: [rack-1]", "assets: [web-1]", "outside-maintenance window/w asset/rack-1"},
		"that never opens":                  {"maintenance", "starts_at: 2027-02-01T20:00:00Z\nduration: PT8H\nrecurrence: FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30\nservices: [shop]", "services: [shop]", "outside-maintenance window/w service/shop"},

		"a rule that cannot be read":    {"freeze", evening + "recurrence: FREQ=HOURLY", "", "unreadable-window window/w"},
		"no rule at all":                {"freeze", evening + "recurrence: [FREQ=DAILY]", "", "unreadable-window window/w"},
		"no beginning":                  {"freeze", "starts_at: tonight\nduration: PT2H", "", "unreadable-window window/w"},
		"no length":                     {"freeze", "starts_at: 2026-11-03T20:00:00Z", "", "unreadable-window window/w"},
		"two lengths":                   {"freeze", evening + "ends_at: 2026-11-03T21:00:00Z", "", "unreadable-window window/w"},
		"a length of months":            {"freeze", "starts_at: 2026-11-03T20:00:00Z\nduration: P1M", "", "unreadable-window window/w"},
		"a length below nothing":        {"freeze", "starts_at: 2026-11-03T20:00:00Z\nends_at: 2026-11-03T19:00:00Z", "", "unreadable-window window/w"},
		"a zone of nobody's":            {"freeze", evening + "time_zone: Europe/Bielefeld", "", "unreadable-window window/w"},
		"the machine's zone":            {"freeze", evening + "time_zone: Local", "", "unreadable-window window/w"},
		"a zone that is a file":         {"freeze", evening + "time_zone: ../../etc/passwd", "", "unreadable-window window/w"},
		"a day that is none":            {"freeze", evening + "recurrence: FREQ=DAILY\nexcept: [2026-13-01]", "", "unreadable-window window/w"},
		"neither freeze nor anything":   {"freze", evening, "", "unreadable-window window/w"},
		"unreadable, of something else": {"freeze", evening + "recurrence: FREQ=HOURLY\nservices: [shop]", "assets: [lt-1]", ""},
		"unreadable maintenance":        {"maintenance", evening + "recurrence: FREQ=HOURLY\nservices: [shop]", "services: [shop]", "unreadable-window window/w service/shop"},
		"in a state of nobody's":        {"freeze", evening + "state: actve", "", "freeze window/w"},
	} {
		t.Run(name, func(t *testing.T) {
			lines := "title: W\nkind: " + c.kind + "\n" + c.window
			if !strings.Contains(lines, "state:") {
				lines += "\nstate: active"
			}
			a := change(t, "A", 20, 22, c.change)
			if got := said(book(t, a, record(t, "window/w", lines)).Of(a)); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestOwnMaintenanceWindowsAreHeededAndNotThoseOfOthers(t *testing.T) {
	own := winRecord(t, "own", "maintenance", "starts_at: 2026-11-03T20:00:00Z\nduration: PT2H\nservices: [db]")
	other := winRecord(t, "other", "maintenance", "starts_at: 2026-11-04T20:00:00Z\nduration: PT2H\nservices: [shop]")
	db, shop := change(t, "DB", 20, 22, "services: [db]"), change(t, "SHOP", 44, 46, "services: [shop]")
	both := change(t, "BOTH", 44, 46, "services: [db, shop]")
	b := book(t, own, other, db, shop, both)
	for r, want := range map[*records.Record]string{
		db: "", shop: "same-service change/BOTH service/shop",
		both: "same-service change/SHOP service/shop; outside-maintenance window/own service/db",
	} {
		if got := said(b.Of(r)); got != want {
			t.Errorf("%s: %q, want %q", r.ID, got, want)
		}
	}
}

func TestAConflictSaysWhatPeopleNeed(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	a := change(t, "A", 20, 22, "services: [shop]\nassets: [web-1, db-1]\nimplementer: lee")
	rs := append(estate(t), a,
		change(t, "B", 21, 23, "assets: [web-1, db-1]\nimplementer: lee"),
		change(t, "C", 21, 44, "assets: [rack-1]"),
		winRecord(t, "freeze", "freeze", "starts_at: 2026-11-03T21:30:00Z\nduration: P1D"),
		winRecord(t, "sunday", "maintenance", "starts_at: 2026-11-01T02:00:00+01:00\nduration: PT4H\nrecurrence: FREQ=WEEKLY\nservices: [shop]\ntime_zone: Europe/Berlin"),
		winRecord(t, "once", "maintenance", "starts_at: 2026-11-01T02:00:00+01:00\nduration: PT4H\nassets: [web-1]"),
		winRecord(t, "broken", "freeze", "starts_at: soon\nduration: P1D"),
	)
	b := NewBook(Input{Types: schema.BuiltIn(), Set: records.NewSet(rs), TimeZone: berlin, Branches: []Branch{
		{Name: "dana/switch", Records: []*records.Record{change(t, "D", 21, 22, "services: [shop]")}},
	}})
	var got []string
	for _, c := range b.Of(a) {
		got = append(got, c.String())
	}
	want := []string{
		"the freeze window/freeze (The freeze) concerns everything, 2026-11-03 22:30 to 23:00 CET",
		"window/broken (The broken) cannot be read: starts_at: it is no time",
		"change/B (The B) is planned for asset/db-1 and 1 more as well, 2026-11-03 22:00 to 23:00 CET",
		"change/D (The D) on branch dana/switch is planned for service/shop as well, 2026-11-03 22:00 to 23:00 CET",
		"person/lee is to carry out change/B (The B) as well, 2026-11-03 22:00 to 23:00 CET",
		"it is outside the maintenance window window/once (The once) of asset/web-1, which does not open again",
		"it is outside the maintenance window window/sunday (The sunday) of service/shop, which is open next 2026-11-08 02:00 to 06:00 CET",
		"change/C (The C) is planned for asset/rack-1, and asset/db-1 is part of asset/rack-1, 2026-11-03 22:00 to 23:00 CET",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestTitlesDoNotSteerATerminal(t *testing.T) {
	nasty := "a\x1b]52;c;ZXZpbA==\x07\r\nb\u202e" + strings.Repeat("x", 500)
	c := Conflict{Kind: SameAsset, With: "change/\x1bB", Title: nasty, Branch: "b\x1b[31m", Through: "asset/\x1b[2J", Detail: nasty}
	for _, kind := range Kinds() {
		c.Kind = kind
		if s := c.String(); strings.ContainsAny(s, "\x1b\r\n\x07\u202e") || len(s) > 1500 {
			t.Errorf("%s: %q", kind, s)
		}
	}
}

func TestBranchesAreHeardOnce(t *testing.T) {
	a := change(t, "A", 20, 22, "services: [shop]")
	b := change(t, "B", 20, 22, "services: [shop]")
	moved := change(t, "C", 20, 22, "services: [shop]")
	in := Input{Types: schema.BuiltIn(), TimeZone: time.UTC,
		Set: records.NewSet(append(estate(t), a, b, change(t, "C", 25, 26, "services: [shop]"))),
		Branches: []Branch{
			{Name: "same", Records: []*records.Record{change(t, "B", 20, 22, "services: [shop]"), a}},
			{Name: "own", Records: []*records.Record{change(t, "A", 20, 23, "services: [shop]")}},
			{Name: "first", Records: []*records.Record{moved, record(t, "incident/X", "title: X")}},
			{Name: "second", Records: []*records.Record{moved}},
		}}
	got := NewBook(in).Of(a)
	if said(got) != "same-service change/B service/shop; same-service change/C service/shop" || got[0].Branch != "" || got[1].Branch != "first" {
		t.Errorf("%v", got)
	}
}

func TestAFreezeOfTheBaseCannotBeLiftedByTheChangeThatItHolds(t *testing.T) {
	const times = "starts_at: 2026-11-03T20:00:00Z\nduration: PT2H"
	a := change(t, "A", 20, 22, "services: [db]")
	base := records.NewSet(append(estate(t), winRecord(t, "f", "freeze", times+"\nservices: [shop]"), winRecord(t, "m", "maintenance", "starts_at: 2026-11-05T20:00:00Z\nduration: PT2H"),
		change(t, "Z", 20, 22, "services: [db]")))
	for name, head := range map[string][]*records.Record{
		"removed":       estate(t),
		"retired":       append(estate(t), record(t, "window/f", "title: F\nstate: retired\nkind: freeze\n"+times+"\nservices: [shop]")),
		"moved":         append(estate(t), winRecord(t, "f", "freeze", "starts_at: 2027-11-03T20:00:00Z\nduration: PT2H\nservices: [shop]")),
		"unlinked":      {winRecord(t, "f", "freeze", times+"\nservices: [shop]"), record(t, "service/shop", "title: Shop")},
		"unchanged":     append(estate(t), winRecord(t, "f", "freeze", times+"\nservices: [shop]")),
		"made a window": append(estate(t), winRecord(t, "f", "maintenance", times+"\nservices: [shop]")),
	} {
		b := NewBook(Input{Types: schema.BuiltIn(), Set: records.NewSet(append(head, a)), Freezes: base, TimeZone: time.UTC})
		if got := said(b.Of(a)); got != "freeze window/f service/shop" {
			t.Errorf("%s: %q", name, got)
		}
		if ok, why, _ := b.Open(a, time.Date(2026, 11, 3, 21, 0, 0, 0, time.UTC)); ok || !strings.Contains(why, "freeze window/f") {
			t.Errorf("%s: %v, %s", name, ok, why)
		}
	}
}

func TestOpen(t *testing.T) {
	const day = "2026-11-03T"
	maintenance := winRecord(t, "m", "maintenance", "starts_at: 2026-11-03T20:30:00Z\nduration: PT30M\nrecurrence: FREQ=DAILY;BYHOUR=20,21,22\nservices: [shop]")
	freeze := winRecord(t, "f", "freeze", "starts_at: 2026-11-03T20:30:00Z\nduration: PT45M\nservices: [shop]")
	long := winRecord(t, "l", "freeze", "starts_at: 2026-11-03T20:30:00Z\nduration: P9D")
	broken := winRecord(t, "b", "freeze", "starts_at: soon\nduration: P9D")
	for _, c := range []struct {
		name    string
		windows []*records.Record
		at      string
		why     string
		next    string
	}{
		{"before its window", nil, "19:00:00Z", "opens at 2026-11-03 20:00 UTC", "20:00:00Z"},
		{"at its beginning", nil, "20:00:00Z", "", ""},
		{"in its window", nil, "21:59:59Z", "", ""},
		{"at its end", nil, "22:00:00Z", "closed at 2026-11-03 22:00 UTC", ""},
		{"before its window with maintenance", []*records.Record{maintenance}, "19:00:00Z", "its planned window opens", "20:30:00Z"},
		{"outside maintenance", []*records.Record{maintenance}, "20:00:00Z", "outside the maintenance window window/m", "20:30:00Z"},
		{"in maintenance", []*records.Record{maintenance}, "20:30:00Z", "", ""},
		{"between two", []*records.Record{maintenance}, "21:10:00Z", "open next 2026-11-03 21:30", "21:30:00Z"},
		{"after a freeze, in maintenance", []*records.Record{maintenance, freeze}, "20:40:00Z", "freeze window/f", "21:30:00Z"},
		{"in a freeze", []*records.Record{freeze}, "21:00:00Z", "the freeze window/f (The f) concerns service/shop, 2026-11-03 20:30 to 21:15 UTC", "21:15:00Z"},
		{"before a freeze to the end", []*records.Record{long}, "20:29:00Z", "", ""},
		{"in a freeze to the end", []*records.Record{long}, "20:31:00Z", "freeze window/l", ""},
		{"never in maintenance", []*records.Record{maintenance, long}, "20:00:00Z", "outside the maintenance", ""},
		{"with a window that cannot be read", []*records.Record{broken}, "21:00:00Z", "window/b (The b) cannot be read", ""},
	} {
		a := change(t, "A", 20, 22, "services: [shop]")
		at, _ := time.Parse(time.RFC3339, day+c.at)
		ok, why, next := book(t, append(c.windows, a)...).Open(a, at)
		if ok != (c.why == "") || !strings.Contains(why, c.why) || ok && why != "" {
			t.Errorf("%s: %v, %q, want %q", c.name, ok, why, c.why)
		}
		if want, _ := time.Parse(time.RFC3339, day+c.next); !next.Equal(want) {
			t.Errorf("%s: next %v, want %q", c.name, next, c.next)
		}
	}
	for name, r := range map[string]*records.Record{
		"without a window": record(t, "change/X", "title: X\nstate: scheduled"),
		"done":             change(t, "X", 20, 22, "state: closed"),
		"backwards":        change(t, "X", 22, 20, ""),
		"no change":        record(t, "incident/X", "title: X\nplanned_start: 2026-11-03T20:00:00Z\nplanned_end: 2026-11-03T22:00:00Z"),
		"of no type":       record(t, "nothing/X", "title: X"),
	} {
		b := book(t, r)
		if ok, why, _ := b.Open(r, time.Date(2026, 11, 3, 21, 0, 0, 0, time.UTC)); ok || why == "" {
			t.Errorf("%s: open", name)
		}
		if _, ok := b.PlanOf(r); ok {
			t.Errorf("%s has a plan", name)
		}
	}
}

func TestPlansAndWindowsByTime(t *testing.T) {
	b := book(t,
		change(t, "B", 21, 23, ""), change(t, "A", 18, 30, "implementer: person/lee\nassets: [web-1]\nservices: [shop]"), change(t, "C", 30, 31, ""),
		winRecord(t, "w", "freeze", "starts_at: 2026-11-01T20:00:00Z\nduration: PT4H\nrecurrence: FREQ=DAILY"),
		winRecord(t, "x", "freeze", "starts_at: 2026-11-01T20:00:00Z\nduration: PT4H\nrecurrence: FREQ=HOURLY"),
	)
	s := calendar.Span{Start: time.Date(2026, 11, 3, 23, 0, 0, 0, time.UTC), End: time.Date(2026, 11, 5, 6, 0, 0, 0, time.UTC)}
	var got []string
	for _, p := range b.Plans(s) {
		got = append(got, string(p.Record.ID))
	}
	if !slices.Equal(got, []string{"A", "C"}) {
		t.Errorf("%v", got)
	}
	if p := b.Plans(s)[0]; p.Implementer != "lee" || len(p.Assets) != 1 || len(p.Services) != 1 {
		t.Errorf("%+v", p)
	}
	if ws := b.Windows(s); len(ws) != 2 || ws[0].Span.Start.Day() != 3 || ws[1].Span.Start.Day() != 4 {
		t.Errorf("%v", ws)
	}
	if ws, cut := b.WindowsIn(s, 1); len(ws) != 1 || len(cut) != 1 {
		t.Errorf("%v, %v", ws, cut)
	}
	if ws, reasons := b.Unreadable(); len(ws) != 1 || ws[0].ID != "x" || !strings.Contains(reasons[0].Error(), "HOURLY") {
		t.Errorf("%v, %v", ws, reasons)
	}
}
