package intake

import (
	"frontdesk/records/check"
	"frontdesk/records/diag"
)

// The rules that a mapping file may break.
const (
	RuleUnknownKey diag.RuleID = "map/unknown-key"
	RuleKind       diag.RuleID = "map/kind"
	RuleRequired   diag.RuleID = "map/required"
	RuleValue      diag.RuleID = "map/value"
	RuleConflict   diag.RuleID = "map/conflict"
	RuleTemplate   diag.RuleID = "map/template"
	RuleTime       diag.RuleID = "map/time"
	RuleType       diag.RuleID = "map/type"
	RuleField      diag.RuleID = "map/field"
	RuleReference  diag.RuleID = "map/reference"
	RuleLog        diag.RuleID = "map/log"
	RuleColumn     diag.RuleID = "map/column"
)

// Rules returns the rules on mapping files, ordered by id. Their examples are
// whole mapping files for the type asset, or, where a line "--- csv" stands in
// them, such a file and a table.
func Rules() []check.Rule {
	rules := make([]check.Rule, len(ruleTable))
	for i, r := range ruleTable {
		rules[i] = check.Rule{ID: r.id, Title: r.title, Doc: r.doc, Since: "1", Severity: diag.Error,
			Bad: exampleHead + r.bad, Good: exampleHead + r.good}
	}
	return rules
}

const exampleHead = "version: 1\nsource: inventory\n"

const exampleBody = "fields:\n  title: Name\n  class: {value: computer}\n  state: {value: in-use}\nlog: {at: Seen, by: {value: inventory}}\n"

const exampleAsset = "type: asset\nid: Tag\n" + exampleBody

var ruleTable = []struct {
	id         diag.RuleID
	title, doc string
	bad, good  string
}{
	{RuleColumn, "The mapping names a column that the file does not have",
		"Columns are named exactly as their heading spells them, or by position from 1.\nWhere several columns share a heading, add # and which of them is meant.",
		exampleAsset + "--- csv\nTag,name,Seen\nLT-1,Laptop,2026-11-03\n", exampleAsset + "--- csv\nTag,Name,Seen\nLT-1,Laptop,2026-11-03\n"},
	{RuleConflict, "Two keys of a mapping contradict each other",
		"For example a value that is to come from a column and from a template, or an\norder of rows where each record has only one. Decide for one of them.",
		exampleAsset + "order: Seen\n", exampleAsset + "rows: events\norder: {column: Seen, kind: time}\n"},
	{RuleField, "The type does not have the field, or needs one that is not set",
		"Under fields stand fields of the record type, under body its sections. Fields\nthat every record of the type needs must be set; a constant will do.",
		"type: asset\nid: Tag\nfields:\n  titel: Name\n  class: {value: computer}\n  state: {value: in-use}\nlog: {at: Seen, by: {value: inventory}}\n", exampleAsset},
	{RuleKind, "A key of a mapping has a value of the wrong kind",
		"A text stands where a list or map is wanted, or the other way round. The\ndocumentation of mapping files says what each key takes.",
		exampleAsset + "imported: Serial\n", exampleAsset + "imported: {serial: Serial}\n"},
	{RuleLog, "The log's part of the mapping does not fit the type",
		"Types with states have a log, so the mapping says when each row was written and\nby whom. Types without states have none. Only fields that the type tracks and\nthe mapping sets can be followed.",
		"type: asset\nid: Tag\nfields:\n  title: Name\n  class: {value: computer}\n  state: {value: in-use}\n", exampleAsset},
	{RuleReference, "The mapping does not say what becomes of unknown names",
		"A field that refers to records says \"reference: keep\" or \"reference: create\".\nPeople may stay unknown; teams, services and other records must exist.",
		"type: asset\nid: Tag\nfields:\n  title: Name\n  class: {value: computer}\n  state: {value: in-use}\n  user: User\nlog: {at: Seen, by: {value: inventory}}\n",
		"type: asset\nid: Tag\nfields:\n  title: Name\n  class: {value: computer}\n  state: {value: in-use}\n  user: {column: User, reference: keep}\nlog: {at: Seen, by: {value: inventory}}\n"},
	{RuleRequired, "A key that every mapping needs is missing",
		"A mapping says its version, source, type, id and fields. Without them rows\ncannot become records.",
		"type: asset\n" + exampleBody, exampleAsset},
	{RuleTemplate, "A template is not written properly",
		"Columns stand in braces. A brace itself is doubled. The title of a created\nrecord may hold {name} only.",
		"type: asset\nid: {template: \"LT-{Tag\"}\n" + exampleBody, "type: asset\nid: {template: \"LT-{Tag}\"}\n" + exampleBody},
	{RuleTime, "A time format or time zone is not known",
		"Formats are written with letters such as d/m/Y H:M, or are one of rfc3339, iso,\nepoch and epoch-ms. Zones have names such as Europe/Berlin.",
		exampleAsset + "times: {formats: dd.mm.yyyy}\n", exampleAsset + "times: {formats: d.m.Y}\n"},
	{RuleType, "There is no such record type",
		"The type is one of the built-in ones or of the desk's own under schema/. Names\nare singular: asset, incident.",
		"type: assets\nid: Tag\n" + exampleBody, exampleAsset},
	{RuleUnknownKey, "Mapping files have no such key",
		"A key that nobody reads would make the mapping mean less than its author\nthinks. Correct the name or remove the line.",
		exampleAsset + "ignored: [Price]\n", exampleAsset + "ignore: [Price]\n"},
	{RuleValue, "A value of the mapping is not one that is allowed there",
		"Words such as events or windows-1252 are spelled as documented. Constants and\nthe right-hand sides of maps must be values that the type allows.",
		"type: asset\nid: Tag\nfields:\n  title: Name\n  class: {value: laptop}\n  state: {value: in-use}\nlog: {at: Seen, by: {value: inventory}}\n", exampleAsset},
}
