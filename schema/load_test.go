package schema

import (
	"slices"
	"strings"
	"testing"

	"frontdesk/records"
	"frontdesk/records/diag"
)

// visit is a type that no code knows, with every key that a type file can have.
const visit = `type: visit
title: Visit
plural: Visits
description: Somebody from a vendor comes by.
folder: visits
id: {prefix: VIS, scheme: month}
audience: staff
columns: [state, vendor, starts_at]
fields:
  vendor:
    type: string
    minLength: 2
    title: Vendor
    description: Who comes.
    examples: [Acme]
  contact: {ref: person, audience: staff}
  assets: {type: array, items: {ref: asset}, uniqueItems: true, maxItems: 3}
  impact: {enum: [high, medium, low], default: medium}
  urgency: {enum: [high, medium, low], default: medium}
  priority: {enum: [P1, P2, P3, P4, P5], derive: priority, override: reason}
  reason: {type: string}
  guests: {type: integer, minimum: 1, maximum: 20}
  fee: {type: number, exclusiveMinimum: 0, exclusiveMaximum: 1000}
  badge: {type: string, pattern: "^[A-Z]{2}[0-9]+$"}
  escorted: {type: boolean}
  day: {type: string, format: date}
  starts_at: {type: string, format: date-time}
  opened_at: {type: string, format: date-time}
  closed_at: {type: string, format: date-time}
  mail: {type: string, format: email}
  map: {type: string, format: uri}
  lasts: {type: string, format: duration}
  size: {anyOf: [{type: integer}, {enum: [small, large]}]}
  address:
    type: object
    properties: {street: {type: string}, zip: {type: string, pattern: "^[0-9]{5}$"}}
    required: [street]
    additionalProperties: false
required: [title, vendor]
tracked: [state, contact]
states:
  new: {category: new, stamp: opened_at, title: Planned}
  there: {category: active, require: [contact], clear: [closed_at]}
  gone: {category: closed, stamp: closed_at}
transitions:
  new: [there, gone]
  there: [gone]
rules:
  - id: escort
    when: "self.guests != null && self.guests > 5"
    assert: "self.escorted == true"
    message: "more than five guests are escorted"
    field: escorted
  - {id: booked, assert: "self.starts_at == null || self.opened_at == null || self.starts_at >= self.opened_at", message: "starts before it was opened", severity: warning}
body:
  sections:
    - {heading: Purpose, required: true, hint: "Why?"}
    - {heading: Notes, audience: staff, append: true}
x_owner: facilities
`

func load(t *testing.T, files ...File) *Types {
	t.Helper()
	ts, ds := Load(files)
	report(t, ds)
	return ts
}

func visitType(t testing.TB) *Type {
	t.Helper()
	ts, ds := Load([]File{{Path: "schema/visit.yaml", Data: []byte(visit)}})
	for _, d := range ds {
		t.Fatalf("%+v", d)
	}
	return ts.Get("visit")
}

func TestTypeFileIsReadInFull(t *testing.T) {
	ts := load(t, File{Path: "schema/visit.yaml", Data: []byte(visit)})
	v := ts.Get("visit")
	if v == nil || ts.ByFolder("visits") != v || ts.ByPrefix("VIS") != v || !slices.Contains(ts.Names(), "visit") {
		t.Fatal("the type is not found by name, folder and prefix")
	}
	if v.Title != "Visit" || v.Plural != "Visits" || v.Scheme != Month || v.Audience != Staff || v.BuiltIn || v.Path != "schema/visit.yaml" {
		t.Errorf("head: %+v", v)
	}
	names := v.FieldNames()
	if got := strings.Join(names[:4], " "); got != "id title state audience" {
		t.Errorf("fields begin with %s", got)
	}
	if got := strings.Join(names[len(names)-2:], " "); got != "imported log" {
		t.Errorf("fields end with %s", got)
	}
	if got := strings.Join(v.Required, " "); got != "id title state vendor" {
		t.Errorf("required: %s", got)
	}
	f := v.Field("assets")
	if f.Ref != "asset" || !f.List || f.Title != "Assets" || f.Schema.Items.Type != "string" {
		t.Errorf("assets: %+v", f)
	}
	if f := v.Field("priority"); f.Derive != "priority" || f.Override != "reason" || !slices.Equal(f.Choices(), []string{"P1", "P2", "P3", "P4", "P5"}) {
		t.Errorf("priority: %+v", f)
	}
	if f := v.Field("impact"); f.Default.String() != "medium" {
		t.Errorf("impact: %+v", f)
	}
	if s := v.State("there"); s.Title != "There" || s.Category != records.Active || !slices.Equal(s.Require, []string{"contact"}) || !slices.Equal(s.Clear, []string{"closed_at"}) {
		t.Errorf("there: %+v", s)
	}
	if s := v.Section("Notes"); s == nil || !s.Append || s.Audience != Staff {
		t.Errorf("Notes: %+v", s)
	}
	if r := v.Rules[1]; r.ID != "booked" || r.Severity != diag.Warning || r.When != nil {
		t.Errorf("booked: %+v", r)
	}
}

func TestFaultyTypeFiles(t *testing.T) {
	// Each case replaces a part of the type file and expects one diagnostic.
	cases := []struct {
		name, old, new string
		rule           diag.RuleID
		at             string // the text at the diagnostic's position
		message, hint  string
	}{
		{"an unknown key", "audience: staff\ncolumns", "audience: staff\ncolums: [state]\ncolumns", RuleTypeKey, "colums", `a type file has no key "colums"`, `did you mean "columns"?`},
		{"an unknown keyword of a field", "{type: boolean}", "{typ: boolean}", RuleTypeKey, "typ", `field escorted has no key "typ"`, `did you mean "type"?`},
		{"an unknown key of a state", "title: Planned", "titel: Planned", RuleTypeKey, "titel", `state new has no key "titel"`, `did you mean "title"?`},
		{"an unknown key of a rule", "    field: escorted", "    filed: escorted", RuleTypeKey, "filed", `a rule has no key "filed"`, `did you mean "field"?`},
		{"an unknown key of a section", `hint: "Why?"`, `hnt: "Why?"`, RuleTypeKey, "hnt", `a section has no key "hnt"`, `did you mean "hint"?`},
		{"an unknown type of JSON Schema", "{type: boolean}", "{type: bool}", RuleBadValue, "bool", `type "bool" is not one of null, boolean, integer, number, string, array, object`, `did you mean "boolean"?`},
		{"an unknown format", "format: email", "format: mail", RuleBadValue, "mail", `format "mail" is not one of date-time, date, uri, email, duration`, `did you mean "email"?`},
		{"an unknown category", "category: active", "category: activ", RuleBadValue, "activ", `category "activ" is not one of new, active, held, resolved, closed, cancelled`, `did you mean "active"?`},
		{"an unknown scheme", "scheme: month", "scheme: weekly", RuleBadValue, "weekly", `scheme "weekly" is not one of month, slug, given`, "write one of these"},
		{"an audience that is none", "audience: staff\ncolumns", "audience: stuff\ncolumns", RuleBadValue, "stuff", `audience "stuff" is not one of public, staff, team:NAME`, `did you mean "staff"?`},
		{"an unknown column", "columns: [state, vendor,", "columns: [state, vendr,", RuleUnknownField, "vendr", `columns: "vendr" is no field of visit`, `did you mean "vendor"?`},
		{"an unknown required field", "required: [title, vendor]", "required: [title, wendor]", RuleUnknownField, "wendor", `required: "wendor" is no field of visit`, `did you mean "vendor"?`},
		{"an unknown tracked field", "tracked: [state, contact]", "tracked: [state, contacts]", RuleUnknownField, "contacts", `tracked: "contacts" is no field of visit`, `did you mean "contact"?`},
		{"a field that cannot be tracked", "tracked: [state, contact]", "tracked: [state, id]", RuleBadValue, "id]", `field "id" cannot be tracked: a log line uses the word otherwise`, "remove it"},
		{"an unknown field in require", "require: [contact]", "require: [contac]", RuleUnknownField, "contac]", `require: "contac" is no field of visit`, `did you mean "contact"?`},
		{"a stamp that is no field", "stamp: opened_at", "stamp: open_at", RuleUnknownField, "open_at", `stamp: "open_at" is no field of visit`, `did you mean "opened_at"?`},
		{"a stamp that is no time", "stamp: opened_at", "stamp: vendor", RuleBadValue, "vendor, title: Planned", `stamp: field "vendor" holds no time`, "give the field type: string, format: date-time"},
		{"a stamp that is like a time", "stamp: closed_at", "stamp: close_at", RuleUnknownField, "close_at", `stamp: "close_at" is no field of visit`, `did you mean "closed_at"?`},
		{"a stamp like nothing", "stamp: opened_at", "stamp: vendors", RuleUnknownField, "vendors", `stamp: "vendors" is no field of visit`, "add it to fields, with type: string, format: date-time"},
		{"an unknown field to clear", "clear: [closed_at]", "clear: [closd_at]", RuleUnknownField, "closd_at]", `clear: "closd_at" is no field of visit`, `did you mean "closed_at"?`},
		{"a required field like nothing", "require: [contact]", "require: [zzz]", RuleUnknownField, "zzz]", `require: "zzz" is no field of visit`, "add it to fields, or remove it here"},
		{"an override that is no field", "override: reason", "override: raeson", RuleUnknownField, "raeson", `override: "raeson" is no field of visit`, `did you mean "reason"?`},
		{"a transition to an unknown state", "there: [gone]", "there: [gon]", RuleUnknownState, "gon]", `transitions of there: "gon" is no state of visit`, `did you mean "gone"?`},
		{"a transition from an unknown state", "  there: [gone]", "  ther: [gone]", RuleUnknownState, "ther:", `transitions: "ther" is no state of visit`, `did you mean "there"?`},
		{"a first state that is not new", "new: {category: new", "new: {category: held", RuleBadStates, "new: {category: held", `the first state is where records begin; "new" has category held, not new`, "put a state of category new before it"},
		{"a state without category", "{category: closed, stamp: closed_at}", "{stamp: closed_at}", RuleMissingKey, "gone: {stamp", `state gone has no category`, "write for example {category: active}"},
		{"a reference to an unknown type", "{ref: person,", "{ref: persn,", RuleBadRef, "persn", `ref "persn": there is no type of that name`, `did you mean "person"?`},
		{"a reference within a list to an unknown type", "items: {ref: asset}", "items: {ref: assset}", RuleBadRef, "assset", `ref "assset": there is no type of that name`, `did you mean "asset"?`},
		{"a remote reference", "{type: boolean}", "{$ref: 'https://example.com/x.json'}", RuleBadSchema, "$ref", `field escorted: $ref is not allowed, a field's schema stands on its own`, "write the schema out where it is needed"},
		{"a reference deep within a schema", "{enum: [small, large]}]", "{$ref: '#'}]", RuleBadSchema, "$ref", `anyOf: $ref is not allowed, a field's schema stands on its own`, "write the schema out where it is needed"},
		{"a pattern that does not compile", `"^[A-Z]{2}[0-9]+$"`, `"(?=x)"`, RuleBadSchema, "\"(?=x)", "pattern: error parsing regexp: invalid or unsupported Perl syntax: `(?=`", "patterns are written in RE2 syntax: no lookaround, no back-references"},
		{"a pattern that would be slow", `"^[A-Z]{2}[0-9]+$"`, `"(a{1,30}){1,33}"`, RuleBadSchema, "\"(a{1,30}", "pattern takes 2047 steps a character; at most 1000 are allowed", "repeat less"},
		{"a negative length", "minLength: 2", "minLength: -2", RuleBadSchema, "-2", "field vendor: minLength must be a whole number from 0", "write for example minLength: 3"},
		{"a bound that is no number", "minimum: 1,", "minimum: one,", RuleBadSchema, "one", "field guests: minimum must be a number", "write for example minimum: 1.5"},
		{"an empty enum", "[high, medium, low], default: medium}\n  urgency", "[], default: medium}\n  urgency", RuleBadSchema, "[], default", "field impact: enum is empty", "list the values, or leave enum out"},
		{"a default that is not allowed", "default: medium}\n  urgency", "default: middle}\n  urgency", RuleBadSchema, "middle", `default of impact "middle" is not one of high, medium, low`, "the default must be a value that the field may have"},
		{"a schema that only the library knows to be wrong", "{anyOf: [{type: integer}, {enum: [small, large]}]}", "{type: integer, multipleOf: two}", RuleBadSchema, "{type: integer, multipleOf", "", ""},
		{"a rule that does not parse", `"self.escorted == true"`, `"self.escorted = true"`, RuleBadRule, "= true", "", ""},
		{"a rule that is no condition", `"self.escorted == true"`, `"'yes'"`, RuleBadRule, "'yes'", "rule escort: the condition gives a string, not true or false", "write a condition in CEL, such as self.state == 'new'"},
		{"a rule over a field that is not there", `"self.escorted == true"`, `"self.escort == true"`, RuleBadRule, "escort == true", `rule escort: "escort" is no field of visit`, `did you mean "escorted"?`},
		{"a rule without message", "    message: \"more than five guests are escorted\"\n", "", RuleMissingKey, "id: escort", `a rule has no key "message"`, "a rule has id, assert and message"},
		{"a rule of which there are two", "{id: booked,", "{id: escort,", RuleConflict, "{id: escort", `rule "escort" is there twice`, "give one of the two another id"},
		{"a section of which there are two", "heading: Notes", "heading: Purpose", RuleConflict, "Purpose, audience", `section "Purpose" is there twice`, "remove one of the two"},
		{"a field that every type has", "  reason: {type: string}", "  state: {type: string}\n  reason: {type: string}", RuleConflict, "state: {type", `field "state" is one that every type has`, "remove it"},
		{"a field with a malformed name", "  reason: {type: string}", "  Re-ason: {type: string}\n  reason: {type: string}", RuleName, "Re-ason", `field "Re-ason" does not match ^[a-z][a-z0-9_]{0,39}$`, "write it like starts_at"},
		{"a type with another name than its file", "type: visit", "type: visits", RuleName, "visits\ntitle", `type "visits" lies in a file named "visit.yaml"`, "rename the file to visits.yaml"},
		{"a type named any", "type: visit", "type: any", RuleName, "any", `type "any" is the word for records of any type`, "choose another word, for the file too"},
		{"a folder that climbs", "folder: visits", "folder: ../visits", RuleName, "../visits", `folder "../visits" does not match ^[a-z][a-z0-9-]{0,39}$`, "write it like vendor-visit"},
		{"a folder that Windows reserves", "folder: visits", "folder: aux", RuleName, "aux", `folder "aux" is a reserved file name on Windows`, "choose another word"},
		{"a folder of another type", "folder: visits", "folder: incidents", RuleConflict, "incidents", `folder "incidents" belongs to type "incident"`, "choose another folder"},
		{"a prefix of another type", "prefix: VIS", "prefix: INC", RuleConflict, "{prefix: INC", `prefix "INC" belongs to type "incident"`, "choose another prefix"},
		{"ids by month without prefix", "{prefix: VIS, scheme: month}", "{scheme: month}", RuleMissingKey, "{scheme: month}", "ids by month need a prefix", `write for example id: {prefix: VIS}, or id: {scheme: slug}`},
		{"a prefix for slugs", "{prefix: VIS, scheme: month}", "{prefix: VIS, scheme: slug}", RuleBadValue, "VIS", "only ids of scheme month have a prefix", "remove the prefix"},
		{"a missing key", "title: Visit\n", "", RuleMissingKey, "type: visit", `the type file has no key "title"`, "add for example title: Vendor visit"},
		{"a number where a text belongs", "title: Visit\n", "title: 2024\n", RuleBadValue, "2024", "title is an integer; it must be text", `put quotes around it: "2024"`},
		{"a map where a list belongs", "columns: [state, vendor, starts_at]", "columns: {state: 1}", RuleBadValue, "{state: 1}", "columns is a map; it must be a list", "write it like [one, two]"},
		{"an extension of nothing", "type: visit\n", "type: visit\nextends: incidnt\n", RuleBadRef, "incidnt", `extends "incidnt": there is no built-in type of that name`, `did you mean "incident"?`},
		{"a duplicate key", "title: Visit\n", "title: Visit\ntitle: Visit\n", "parse/duplicate-key", "title: Visit\nplural", `key "title" stands twice`, "keep one of the two lines"},
		{"an empty file", visit, "", RuleParse, "", "the type file holds no map", `begin with a line such as "type: vendor-visit"`},
		{"a file with a list", visit, "- a\n", RuleParse, "- a", "the type file holds no map", `begin with a line such as "type: vendor-visit"`},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if !strings.Contains(visit, c.old) {
				t.Fatalf("the type file holds no %q", c.old)
			}
			source := strings.Replace(visit, c.old, c.new, 1)
			ts, ds := Load([]File{{Path: "schema/visit.yaml", Data: []byte(source)}})
			if len(ds) != 1 {
				t.Fatalf("%d diagnostics, want one: %+v", len(ds), ds)
			}
			d := ds[0]
			if at := textAt(source, d.Span.Start); d.Rule != c.rule || !strings.HasPrefix(at, c.at) || d.Path != "schema/visit.yaml" {
				t.Errorf("%s in %s at %.20q, want %s at %q", d.Rule, d.Path, at, c.rule, c.at)
			}
			if c.message != "" && (d.Message != c.message || d.Hint != c.hint) {
				t.Errorf("message %s\n   hint %s\nwant    %s\n   hint %s", d.Message, d.Hint, c.message, c.hint)
			}
			if d.Message == "" || strings.Contains(d.Message, "<anonymous") {
				t.Errorf("message: %q", d.Message)
			}
			if d.Hint == "" {
				t.Errorf("no hint with %s", d.Message)
			}
			if ts.Get("visit") != nil || ts.Get("incident") == nil {
				t.Error("the faulty type is there, or a built-in one is not")
			}
		})
	}
}

// textAt returns what stands at a position of an ASCII source.
func textAt(source string, at diag.Position) string {
	for line := 1; line < at.Line; line++ {
		_, source, _ = strings.Cut(source, "\n")
	}
	return source[min(at.Column-1, len(source)):]
}

func TestFaultyReplacementLeavesTheBuiltInType(t *testing.T) {
	ts, ds := Load([]File{{Path: "schema/incident.yaml", Data: []byte("type: incident\nextends: incident\nfields: {rack: {type: sring}}\n")}})
	if len(ds) != 1 || ds[0].Rule != RuleBadValue {
		t.Fatalf("%+v", ds)
	}
	if typ := ts.Get("incident"); typ == nil || !typ.BuiltIn || typ.Field("rack") != nil {
		t.Errorf("incident: %+v", typ)
	}
}

func TestAFileThatReplacesABuiltInTypeByHalfIsToldToExtendIt(t *testing.T) {
	for source, hint := range map[string]string{
		"type: incident\nfields: {rack: {type: string}}\n":                           "add extends: incident to extend the built-in type",
		"type: visit\nfields: {rack: {type: string}}\n":                              "add for example folder: visits",
		"title: Incident\nfolder: incidents\nid: {prefix: INC}\nfields: {a: true}\n": "add the line type: and the name of the file without .yaml",
	} {
		_, ds := Load([]File{{Path: "schema/incident.yaml", Data: []byte(source)}})
		if !slices.ContainsFunc(ds, func(d diag.Diagnostic) bool { return d.Rule == RuleMissingKey && d.Hint == hint }) {
			t.Errorf("%q: no hint %q: %+v", source, hint, ds)
		}
	}
}

func TestLeavingOutATypeLeavesOutWhatRefersToIt(t *testing.T) {
	tour := strings.NewReplacer("type: visit", "type: tour", "folder: visits", "folder: tours", "VIS", "TOU", "ref: person", "ref: visit").Replace(visit)
	bad := strings.Replace(visit, "ref: person", "ref: nobody", 1)
	ts, ds := Load([]File{{Path: "schema/visit.yaml", Data: []byte(bad)}, {Path: "schema/tour.yaml", Data: []byte(tour)}})
	if len(ds) != 2 || ds[0].Rule != RuleBadRef || ds[1].Rule != RuleBadRef || ts.Get("tour") != nil || ts.Get("visit") != nil {
		t.Errorf("%+v", ds)
	}
}

func TestOfTwoTypesWithOneFolderTheLaterFileGivesWay(t *testing.T) {
	other := strings.NewReplacer("type: visit", "type: walk", "VIS", "WAL").Replace(visit)
	ts, ds := Load([]File{{Path: "schema/walk.yaml", Data: []byte(other)}, {Path: "schema/visit.yaml", Data: []byte(visit)}})
	if len(ds) != 1 || ds[0].Rule != RuleConflict || ds[0].Path != "schema/walk.yaml" || ds[0].Notes[0].Path != "schema/visit.yaml" {
		t.Fatalf("%+v", ds)
	}
	if ts.Get("visit") == nil || ts.Get("walk") != nil {
		t.Error("the wrong one gave way")
	}
}

func TestExtensionIsLaidOverTheBuiltInType(t *testing.T) {
	base := BuiltIn().Get("incident")
	ts := load(t, File{Path: "schema/incident.yaml", Data: []byte(`type: incident
extends: incident
title: Ticket
fields:
  rack: {type: string, pattern: "^R[0-9]+$"}
  location: {enum: [berlin, oslo]}
required: [rack]
tracked: [rack]
columns: [rack]
states:
  waiting: {category: held, require: [rack]}
transitions:
  waiting: [in-progress]
  new: [waiting, in-progress, cancelled]
rules:
  - {id: hold-reason, assert: "true", message: "off"}
body:
  sections:
    - {heading: Rack, hint: "Which?"}
`)})
	got := ts.Get("incident")
	if got.BuiltIn || got.Title != "Ticket" || got.Plural != "Tickets" || got.Folder != "incidents" || got.Prefix != "INC" || got.Path != "schema/incident.yaml" {
		t.Errorf("head: %+v", got)
	}
	if len(got.Fields) != len(base.Fields)+1 || got.Field("rack") == nil || len(got.Field("location").Choices()) != 2 {
		t.Errorf("fields: %v", got.FieldNames())
	}
	if names := got.FieldNames(); names[len(names)-1] != "log" {
		t.Errorf("fields end with %s", names[len(names)-1])
	}
	for _, list := range [][]string{got.Required, got.Tracked, got.Columns} {
		if list[len(list)-1] != "rack" {
			t.Errorf("list without the new field: %v", list)
		}
	}
	if len(got.States) != len(base.States)+1 || !slices.Equal(got.Transitions["new"], []records.State{"waiting", "in-progress", "cancelled"}) || len(got.Transitions["resolved"]) == 0 {
		t.Errorf("states: %v %v", got.StateNames(), got.Transitions)
	}
	if len(got.Rules) != len(base.Rules) || got.Rules[0].Message != "off" || got.Section("Rack") == nil || got.Section("Description") == nil {
		t.Errorf("rules and sections: %+v", got.Body)
	}
	if base.Field("rack") != nil || base.State("waiting") != nil || slices.Contains(base.Tracked, "rack") || len(base.Transitions["new"]) == 3 && base.Transitions["new"][0] == "waiting" {
		t.Error("the extension changed the built-in type")
	}
	r := recordOf(t, "id: INC-1\ntitle: x\nstate: waiting\nimpact: low\nurgency: low\nrack: 7\n")
	if ds := got.CheckFields(r); len(ds) != 1 || ds[0].Rule != RuleType {
		t.Errorf("%+v", ds)
	}
}

func TestTypeWithoutExtendsReplacesTheBuiltInOne(t *testing.T) {
	ts := load(t, File{Path: "schema/team.yaml", Data: []byte("type: team\ntitle: Squad\nfolder: squads\nid: {scheme: slug}\n")})
	team := ts.Get("team")
	if team.Title != "Squad" || team.Plural != "Squads" || team.Field("lead") != nil || ts.ByFolder("teams") != nil || ts.ByFolder("squads") != team {
		t.Errorf("%+v", team)
	}
	if got := strings.Join(team.FieldNames(), " "); got != "id title audience imported" {
		t.Errorf("fields of a type without states: %s", got)
	}
}

func FuzzLoad(f *testing.F) {
	f.Add([]byte(visit))
	f.Add([]byte(strings.Replace(repair, "type: repair", "type: visit", 1)))
	f.Add([]byte(strings.Replace(rollout, "type: rollout", "type: visit", 1)))
	f.Add([]byte("type: visit\nextends: change\nfolder: visits\nid: {prefix: VIS}\npolicy: {risk: {levels: [a], conditions: [{}]}, rules: [{name: a, from: [{}]}, 1]}\n"))
	f.Add([]byte("type: visit\nextends: incident\nfolder: visits\nid: {prefix: VIS}\nfields: {a: {anyOf: [{not: {}}, true]}}\n"))
	f.Add([]byte("type: visit\nfields: {a: {type: array, items: false, default: [1]}}\nrules: [{id: a, assert: 'self.a'}]\n"))
	f.Add([]byte("type: visit\nfields: {a: {patternProperties: {'(': true}, enum: [{}]}}\nstates: {new: 1}\n"))
	rec := []byte("id: a\ntitle: b\nstate: new\nguests: 3\nassets: [a, a]\nsize: {a: 1}\nlog: []\n")
	f.Fuzz(func(t *testing.T, data []byte) {
		ts, ds := Load([]File{{Path: "schema/visit.yaml", Data: data}})
		typ := ts.Get("visit")
		faulty := typ == nil || typ.Policy != nil && typ.Policy.Broken || len(typ.Broken) > 0
		about := slices.ContainsFunc(ds, func(d diag.Diagnostic) bool { // of clocks that have no name to be left out by
			return strings.HasPrefix(d.Message, "sla") || strings.HasPrefix(d.Message, "clock") || strings.HasSuffix(d.Message, "tell when to run")
		})
		if errors := diag.Count(ds, diag.Error) > 0; faulty && !errors || errors && !faulty && !about {
			t.Fatalf("type %v with diagnostics %v", typ, ds)
		}
		for _, d := range ds {
			if strings.HasPrefix(string(d.Rule), "type/") && d.Hint == "" {
				t.Errorf("no hint with %s", d.Message)
			}
		}
		if typ == nil {
			return
		}
		r := recordOf(t, string(rec))
		typ.CheckFields(r)
		typ.CheckRules(r, r, nil)
		if _, err := typ.Export(""); err != nil {
			t.Fatal(err)
		}
		for _, name := range typ.FieldNames() {
			_, _ = typ.Coerce(name, "1, a", nil)
		}
	})
}
