package desk

import (
	"fmt"
	"strings"
	"testing"

	"frontdesk/records/diag"
)

const full = `# The desk of a fictional company.
version: 1
name: IT desk
address: https://desk.example.com
time_zone: Europe/Berlin
shard: 1
priority:
  large: {now: P1, later: P2}
  small: {now: P3, later: P5}
roles:
  approvers: [lee, dana]
  on-call: []
  numbers: [007]
limits: {max_record_bytes: 65536}
calendars: {office: {hours: {mon: 09:00-17:00}}}
x_floor: 3
`

func TestDeskIsReadInFull(t *testing.T) {
	d, ds := Parse("desk.yaml", []byte(full))
	if len(ds) > 0 {
		t.Fatalf("%+v", ds)
	}
	if d.Version != 1 || d.Name != "IT desk" || d.Address != "https://desk.example.com" || d.TimeZone.String() != "Europe/Berlin" ||
		d.Shard != 1 || d.Limits.MaxRecordBytes != 65536 || d.Path != "desk.yaml" || d.Calendars["office"] == nil {
		t.Errorf("%+v", d)
	}
	if p, ok := d.PriorityOf("large", "later"); p != "P2" || !ok {
		t.Errorf("priority %s", p)
	}
	if _, ok := d.PriorityOf("high", "high"); ok {
		t.Error("the default matrix shows through")
	}
	if got := fmt.Sprint(d.Roles); got != "map[approvers:[lee dana] numbers:[007] on-call:[]]" {
		t.Errorf("roles: %v", d.Roles)
	}
}

func TestDefaultMatrixIsThatOfServiceNow(t *testing.T) {
	d := Default()
	want := map[string]string{
		"high high": "P1", "high medium": "P2", "medium high": "P2", "high low": "P3", "medium medium": "P3", "low high": "P3",
		"medium low": "P4", "low medium": "P4", "low low": "P5",
	}
	for both, priority := range want {
		impact, urgency, _ := strings.Cut(both, " ")
		if got, ok := d.PriorityOf(impact, urgency); got != priority || !ok {
			t.Errorf("%s gives %s, want %s", both, got, priority)
		}
	}
	if _, ok := d.PriorityOf("", "high"); ok {
		t.Error("no impact has a priority")
	}
}

func TestFaultyDesks(t *testing.T) {
	cases := []struct {
		name, old, new string // a part of the file is replaced
		rule           diag.RuleID
		severity       diag.Severity
		line, column   int
		message, hint  string
	}{
		{"no version", "version: 1\n", "", RuleVersion, diag.Error, 1, 1, "version is missing", `add the line "version: 1"`},
		{"a version of the future", "version: 1", "version: 2", RuleVersion, diag.Error, 2, 10, `version "2" is not supported; this program reads version 1`, "a newer program may read it"},
		{"a version in quotes", "version: 1", `version: "1"`, RuleVersion, diag.Error, 2, 10, `version "1" is not supported; this program reads version 1`, "write it as a number, without quotes"},
		{"an unknown key", "shard: 1", "shrad: 1", RuleUnknownKey, diag.Warning, 6, 1, `desk.yaml has no key "shrad"`, `did you mean "shard"?`},
		{"a key that is near to nothing", "shard: 1", "wifi: 1", RuleUnknownKey, diag.Warning, 6, 1, `desk.yaml has no key "wifi"`, "keys of your own begin with x_"},
		{"a shard that is too deep", "shard: 1", "shard: 3", RuleValue, diag.Error, 6, 8, `shard "3" is not a whole number from 0 to 2`, ""},
		{"a shard that is no number", "shard: 1", "shard: one", RuleValue, diag.Error, 6, 8, `shard "one" is not a whole number from 0 to 2`, ""},
		{"a name that is no text", "name: IT desk", "name: 7", RuleValue, diag.Error, 3, 7, "name is an integer, not text", "put it in quotes"},
		{"an address without scheme", "https://desk.example.com", "desk.example.com", RuleValue, diag.Error, 4, 10, `address "desk.example.com" is not an absolute URI`, "write it as https://desk.example.com or mailto:desk@example.com"},
		{"an unknown time zone", "Europe/Berlin", "Europe/Berlim", RuleTimeZone, diag.Error, 5, 12, `time_zone "Europe/Berlim" is not a time zone of the IANA database`, "use a name such as UTC or Europe/Berlin"},
		{"the time zone of the machine", "Europe/Berlin", "Local", RuleTimeZone, diag.Error, 5, 12, `time_zone "Local" is not a time zone of the IANA database`, "use a name such as UTC or Europe/Berlin"},
		{"a time zone that climbs", "Europe/Berlin", "../../etc/passwd", RuleTimeZone, diag.Error, 5, 12, `time_zone "../../etc/passwd" is not a time zone of the IANA database`, "use a name such as UTC or Europe/Berlin"},
		{"a matrix with a hole", "small: {now: P3, later: P5}", "small: {now: P3}", RulePriority, diag.Error, 9, 3, `priority of impact "small" and urgency "later" is missing`, ""},
		{"a priority that is none", "later: P5", "later: P6", RulePriority, diag.Error, 9, 27, `priority "P6" is not one of P1, P2, P3, P4, P5`, ""},
		{"a row that is no map", "small: {now: P3, later: P5}", "small: P3", RulePriority, diag.Error, 9, 10, `priority of impact "small" is no map from urgency to priority`, "write for example {high: P1, medium: P2, low: P3}"},
		{"a role that is no list", "approvers: [lee, dana]", "approvers: lee", RuleValue, diag.Error, 11, 14, `role "approvers" is a string, not a list of people`, "write for example [lee, dana]"},
		{"a person that is a map", "approvers: [lee, dana]", "approvers: [lee, {}]", RuleValue, diag.Error, 11, 20, `role "approvers" holds a map where the id of a person is expected`, ""},
		{"an unknown limit", "max_record_bytes", "max_record_byte", RuleUnknownKey, diag.Warning, 14, 10, `limits has no key "max_record_byte"`, `did you mean "max_record_bytes"?`},
		{"a limit that is too low", "65536", "10", RuleValue, diag.Error, 14, 28, `max_record_bytes "10" is not a whole number from 4096 to 16777216`, ""},
		{"an empty file", full, "", RuleEmpty, diag.Error, 1, 1, "the file is empty", `begin with the line "version: 1"`},
		{"a list", full, "- a\n", RuleEmpty, diag.Error, 1, 1, "the file holds a list, not a map", `begin with the line "version: 1"`},
		{"a file that is no YAML", full, "version: [\n", "parse/syntax", diag.Error, 0, 0, "", ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if !strings.Contains(full, c.old) {
				t.Fatalf("the file holds no %q", c.old)
			}
			d, ds := Parse("desk.yaml", []byte(strings.Replace(full, c.old, c.new, 1)))
			if d == nil || d.TimeZone == nil || d.Priority == nil {
				t.Fatalf("desk %+v", d)
			}
			if len(ds) != 1 {
				t.Fatalf("%d diagnostics, want one: %+v", len(ds), ds)
			}
			got := ds[0]
			if got.Rule != c.rule || got.Severity != c.severity || got.Path != "desk.yaml" {
				t.Errorf("%+v", got)
			}
			if at := got.Span.Start; c.line > 0 && (at.Line != c.line || at.Column != c.column) {
				t.Errorf("at %d:%d, want %d:%d", at.Line, at.Column, c.line, c.column)
			}
			if c.message != "" && (got.Message != c.message || got.Hint != c.hint) {
				t.Errorf("message %s\n   hint %s\nwant    %s\n   hint %s", got.Message, got.Hint, c.message, c.hint)
			}
		})
	}
}

func TestFaultyPartsAreAsInTheDefault(t *testing.T) {
	d, _ := Parse("desk.yaml", []byte("version: 9\ntime_zone: Nowhere\npriority: {high: {high: P9}}\nshard: 7\nlimits: {max_record_bytes: 1}\n"))
	if p, _ := d.PriorityOf("low", "low"); p != "P5" || d.TimeZone.String() != "UTC" || d.Shard != 0 || d.Limits != Default().Limits {
		t.Errorf("%+v", d)
	}
}

func TestVarsHoldTheFileAndTheDefaults(t *testing.T) {
	d, _ := Parse("desk.yaml", []byte("version: 1\nname: IT\nx_floor: 3\n"))
	vars := d.Vars()
	if vars["name"] != "IT" || vars["x_floor"] != int64(3) || vars["time_zone"] != "UTC" || vars["shard"] != 0 {
		t.Errorf("%v", vars)
	}
	if Default().Vars()["priority"] == nil {
		t.Error("a desk that says nothing has no matrix")
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(full))
	f.Add([]byte("version: {}\npriority: {a: {b: [P1]}}\nroles: {a: [[]]}\nlimits: {x: 1}\n"))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, _ := Parse("desk.yaml", data)
		if d == nil || d.TimeZone == nil {
			t.Fatal("no desk")
		}
		d.Vars()
		d.PriorityOf("high", "high")
	})
}
