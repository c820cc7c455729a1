package schema

import (
	"strings"
	"testing"
	"time"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/yaml"
)

// front is the front matter of a record of type visit without any fault.
const front = `id: VIS-2611-K7Q4
title: Acme brings racks
state: new
vendor: Acme
`

// recordOf makes a record of front matter that begins on line 2, as in a file.
func recordOf(t testing.TB, front string) *records.Record {
	t.Helper()
	v, ds := yaml.Parse("records/x.md", []byte(front), yaml.Base{Line: 2, Offset: 4})
	for _, d := range ds {
		t.Fatalf("%+v", d)
	}
	return &records.Record{Type: "visit", ID: records.ID(v.Get("id").String()), Path: "records/x.md", Fields: v}
}

// fieldCase adds a line to front, or replaces that of the same key.
type fieldCase struct {
	name, line string
	rule       diag.RuleID // "" where nothing is wrong
	at         string      // the text at the diagnostic's position
	message    string
	hint       string
}

func fieldCases() []fieldCase {
	return []fieldCase{
		{"an unknown key is warned of with the nearest field", "vendro: Acme", RuleUnknownKey, "vendro", `key "vendro" is no field of visit`, `did you mean "vendor"?`},
		{"an unknown key that is near to nothing", "wifi_password: x", RuleUnknownKey, "wifi_password", `key "wifi_password" is no field of visit`, "keys of your own begin with x_"},
		{"a key of the desk's own is silent", "x_floor: 3", "", "", "", ""},
		{"an empty value is absent", "reason:", "", "", "", ""},
		{"a required field that is empty is missing", "vendor:", RuleRequired, "", `vendor is missing`, `add a line that begins with "vendor:"`},
		{"a missing state lists the states", "state: null", RuleRequired, "null", `state is missing`, "it is one of new, there, gone"},
		{"a state that is none", "state: their", RuleEnum, "their", `state "their" is not one of new, there, gone`, ""},
		{"a state that is nearly one", "state: Goen", RuleEnum, "Goen", `state "Goen" is not one of new, there, gone`, `did you mean "gone"?`},
		{"a priority that is none", "priority: 1", RuleEnum, "1", `priority "1" is not one of P1, P2, P3, P4, P5`, `did you mean "P1"?`},
		{"a list where one of several words belongs", "impact: [high]", RuleEnum, "[high]", `impact is a list, not one of high, medium, low`, ""},
		{"a title that reads as a number", "title: 2024", RuleType, "2024", `title "2024" is an integer, not text`, `put it in quotes: "2024"`},
		{"a title that reads as a boolean", "title: true", RuleType, "true", `title "true" is a boolean, not text`, `put it in quotes: "true"`},
		{"a quoted number is a text", `title: "2024"`, "", "", "", ""},
		{"an empty title", `title: ""`, RuleLength, `""`, `title is empty`, ""},
		{"a title that is too long", "title: " + strings.Repeat("ä", 201), RuleLength, "ä", `title is too long; it has 201 characters, 200 are allowed`, ""},
		{"a title of 200 characters of two bytes", "title: " + strings.Repeat("ä", 200), "", "", "", ""},
		{"a text that is too short", "vendor: A", RuleLength, "A", `vendor "A" is too short; at least 2 characters are needed`, ""},
		{"a reference that reads as a number is a text", "contact: 0042", "", "", "", ""},
		{"a reference that is a plain number is a text", "contact: 42", "", "", "", ""},
		{"references that are plain numbers are texts", "assets: [42, 1.5, true]", "", "", "", ""},
		{"a reference that is a list", "contact: [lee]", RuleType, "[lee]", `contact is a list, not text`, ""},
		{"an item that is a map", "assets: [a, {b: c}]", RuleType, "{b: c}", `item 2 of assets is a map, not text`, ""},
		{"an item that is empty", "assets: [a, ~]", RuleType, "~", `item 2 of assets is empty, not text`, ""},
		{"an item that stands twice", "assets: [42, b, \"42\"]", RuleUnique, `"42"`, `item 3 of assets "42" stands in the list before`, "remove one of the two"},
		{"too many items", "assets: [a, b, c, d]", RuleItems, "[a,", `assets has too many items; 3 are allowed`, ""},
		{"a text where a list belongs", "assets: a", RuleType, "a\n", `assets "a" is not a list`, ""},
		{"a text where a number belongs", "guests: many", RuleType, "many", `guests "many" is not a whole number`, ""},
		{"a quoted number where a number belongs", `guests: "3"`, RuleType, `"3"`, `guests "3" is not a whole number`, ""},
		{"a fraction where a whole number belongs", "guests: 2.5", RuleType, "2.5", `guests is a number, not a whole number`, ""},
		{"a whole number written as a fraction", "guests: 2.0", "", "", "", ""},
		{"a number that is too small", "guests: 0", RuleRange, "0", `guests 0 is less than 1`, ""},
		{"a number that is too large", "guests: 21", RuleRange, "21", `guests 21 is more than 20`, ""},
		{"a number at an open lower end", "fee: 0", RuleRange, "0", `fee 0 is not more than 0`, ""},
		{"a number at an open upper end", "fee: 1e3", RuleRange, "1e3", `fee 1e3 is not less than 1000`, ""},
		{"a word where true or false belongs", "escorted: yes", RuleType, "yes", `escorted "yes" is not true or false`, ""},
		{"a text that does not match", "badge: ab1", RulePattern, "ab1", `badge "ab1" does not match ^[A-Z]{2}[0-9]+$`, ""},
		{"a day that is none", "day: 2026-02-30", RuleFormat, "2026-02-30", `day "2026-02-30" is not a date`, "write it as 2026-11-03"},
		{"a time without zone", "starts_at: 2026-11-03T09:12:00", RuleFormat, "2026", `starts_at "2026-11-03T09:12:00" is not a date-time`, "write it as 2026-11-03T09:12:00Z"},
		{"a time with an offset", "starts_at: 2026-11-03T09:12:00+01:00", "", "", "", ""},
		{"an address that is none", "mail: dana at example", RuleFormat, "dana", `mail "dana at example" is not an email address`, "write it as dana@example.com"},
		{"a link without scheme", "map: example.com/x", RuleFormat, "example", `map "example.com/x" is not an absolute URI`, "write it as https://example.com/status"},
		{"a duration in words", "lasts: an hour", RuleFormat, "an hour", `lasts "an hour" is not an ISO 8601 duration`, "write it as PT1H30M"},
		{"an audience that is none", "audience: everybody", RulePattern, "everybody", `audience "everybody" is not public, staff or team:NAME`, ""},
		{"an audience that is a team", "audience: team:network", "", "", "", ""},
		{"a text where a map belongs", "imported: x", RuleType, "x", `imported "x" is not a map`, ""},
		{"a keyword that only the library knows", "size: huge", RuleOther, "huge", "", ""},
		{"a value that the library takes", "size: small", "", "", "", ""},
		{"a key in a map that is not known", "address: {street: x, zp: '1'}", RuleMapKey, "zp", `address.zp is not known`, `did you mean "zip"?`},
		{"a key in a map that is missing", "address: {zip: '12345'}", RuleMapKey, "{zip", `address has no key "street"`, ""},
		{"a value in a map that does not match", "address: {street: x, zip: '1'}", RulePattern, "'1'", `address.zip "1" does not match ^[0-9]{5}$`, ""},
		{"a value with characters that steer a terminal", `badge: "a\tb"`, RulePattern, `"a\t`, `badge "a\tb" does not match ^[A-Z]{2}[0-9]+$`, ""},
	}
}

func TestCheckFields(t *testing.T) {
	typ := visitType(t)
	for _, c := range fieldCases() {
		t.Run(c.name, func(t *testing.T) {
			source := withLine(front, c.line)
			ds := typ.CheckFields(recordOf(t, source))
			if c.rule == "" {
				report(t, ds)
				return
			}
			if len(ds) != 1 {
				t.Fatalf("%d diagnostics, want one: %+v", len(ds), ds)
			}
			d := ds[0]
			at := d.Span.Start
			at.Line--
			if d.Rule != c.rule || !strings.HasPrefix(textAt(source, at), c.at) {
				t.Errorf("%s at %.20q, want %s at %q", d.Rule, textAt(source, at), c.rule, c.at)
			}
			if c.message != "" && d.Message != c.message || d.Hint != c.hint {
				t.Errorf("message %s\n   hint %s\nwant    %s\n   hint %s", d.Message, d.Hint, c.message, c.hint)
			}
			if field, _, _ := strings.Cut(c.line, ":"); d.Field != field || d.Record != "VIS-2611-K7Q4" {
				t.Errorf("field %s of record %s", d.Field, d.Record)
			}
			if want := c.rule == RuleUnknownKey; (d.Severity == diag.Warning) != want {
				t.Errorf("severity %s", d.Severity)
			}
		})
	}
}

// withLine adds a line to front matter, or puts it in the place of that with the
// same key.
func withLine(front, line string) string {
	key, _, _ := strings.Cut(line, ":")
	var out strings.Builder
	for l := range strings.Lines(front) {
		if !strings.HasPrefix(l, key+":") {
			out.WriteString(l)
		}
	}
	return out.String() + line + "\n"
}

func TestEveryFaultOfARecordIsReported(t *testing.T) {
	r := recordOf(t, "id: VIS-1\nstate: solved\nassets: [{}, [], a]\nguests: 99\nfoo: 1\n")
	var got []string
	for _, d := range visitType(t).CheckFields(r) {
		got = append(got, string(d.Rule)+" "+d.Field)
	}
	want := "schema/enum state, schema/type assets, schema/type assets, schema/range guests, schema/unknown-key foo, schema/required title, schema/required vendor"
	if strings.Join(got, ", ") != want {
		t.Errorf("%s\nwant %s", strings.Join(got, ", "), want)
	}
}

func TestRecordWithoutFrontMatterLacksWhatIsRequired(t *testing.T) {
	ds := visitType(t).CheckFields(&records.Record{Path: "records/x.md"})
	if len(ds) != 4 {
		t.Errorf("%+v", ds)
	}
}

// The texts of records are not ours, and a pattern may be careless.
func TestLongTextsAgainstBadPatternsAreJudgedFast(t *testing.T) {
	for _, pattern := range []string{`^(a+)+$`, `^(a|aa)+$`, `(.*)*b`, `(a?){150}a{150}`, `^(([a-z])+.)+[A-Z]([a-z])+$`, `(x+x+)+y`, `[a-z]+$`} {
		source := strings.Replace(visit, `"^[A-Z]{2}[0-9]+$"`, `'`+pattern+`'`, 1)
		ts, ds := Load([]File{{Path: "schema/visit.yaml", Data: []byte(source)}})
		report(t, ds)
		r := recordOf(t, withLine(front, "badge: "+strings.Repeat("a", 50_000)+"!"))
		best := time.Hour
		for range 3 {
			start := time.Now()
			ds = ts.Get("visit").CheckFields(r)
			best = min(best, time.Since(start))
		}
		if best > slowdown*50*time.Millisecond {
			t.Errorf("%s took %s", pattern, best)
		}
		if len(ds) != 1 || ds[0].Rule != RulePattern {
			t.Errorf("%s: %+v", pattern, ds)
		}
	}
}

func TestLongListsAreJudgedFast(t *testing.T) {
	typ := visitType(t)
	items := make([]*records.Value, 20_000)
	for i := range items {
		items[i] = &records.Value{Kind: records.Map, Pairs: []records.Pair{{Key: "a", Value: records.NewInt(int64(i))}}}
	}
	r := recordOf(t, front)
	r.Fields.Pairs = append(r.Fields.Pairs, records.Pair{Key: "assets", Value: &records.Value{Kind: records.List, Items: items}})
	start := time.Now()
	typ.CheckFields(r)
	if took := time.Since(start); took > slowdown*time.Second {
		t.Errorf("took %s", took)
	}
}

const incident = `id: INC-2611-K7Q4
title: VPN drops every ten minutes
state: in-progress
impact: medium
urgency: high
priority: P2
service: vpn
requester: dana
team: network
assignee: lee
assets: [LT-0042, LT-0043]
opened_at: 2026-11-03T09:12:00Z
log:
  - {at: 2026-11-03T09:12:00Z, by: dana, state: new, priority: P2}
  - {at: 2026-11-03T09:20:00Z, by: lee, state: in-progress, team: network, assignee: lee}
`

func BenchmarkCheckFields(b *testing.B) {
	typ := BuiltIn().Get("incident")
	r := recordOf(b, incident)
	if ds := typ.CheckFields(r); len(ds) > 0 {
		b.Fatal(ds)
	}
	b.ReportAllocs()
	for b.Loop() {
		typ.CheckFields(r)
	}
}

func BenchmarkCheckRules(b *testing.B) {
	typ := BuiltIn().Get("incident")
	r := recordOf(b, incident)
	if ds := typ.CheckRules(r, nil, nil); len(ds) > 0 {
		b.Fatal(ds)
	}
	b.ReportAllocs()
	for b.Loop() {
		typ.CheckRules(r, nil, nil)
	}
}
