package schema

import "frontdesk/records/diag"

// The rules that a type file may break. A file with an error is left out.
const (
	RuleParse          diag.RuleID = "type/parse"           // the file holds no map
	RuleName           diag.RuleID = "type/name"            // a name is malformed, or differs from the file's
	RuleTypeKey        diag.RuleID = "type/unknown-key"     // a key that type files do not have
	RuleMissingKey     diag.RuleID = "type/missing-key"     // a key that type files must have
	RuleBadValue       diag.RuleID = "type/bad-value"       // a key whose value is not what it must be
	RuleUnknownField   diag.RuleID = "type/unknown-field"   // a name that is no field of the type
	RuleUnknownSection diag.RuleID = "type/unknown-section" // a heading that is no section of the type
	RuleUnknownState   diag.RuleID = "type/unknown-state"   // a name that is no state of the type
	RuleBadStates      diag.RuleID = "type/bad-states"      // states that make no life cycle
	RuleBadSchema      diag.RuleID = "type/bad-schema"      // a field's JSON Schema is wrong or not allowed
	RuleBadRef         diag.RuleID = "type/bad-ref"         // a ref, or extends, to a type that is not there
	RuleBadRule        diag.RuleID = "type/bad-rule"        // a rule's CEL is wrong
	RuleBadPolicy      diag.RuleID = "type/bad-policy"      // a policy that cannot be judged by: nothing is approved
	RuleBadClock       diag.RuleID = "type/bad-clock"       // a clock that cannot run: it is left out
	RuleDeadTarget     diag.RuleID = "type/dead-target"     // a target that is never reached
	RuleConflict       diag.RuleID = "type/conflict"        // two things of one name, folder or prefix
	RuleIgnored        diag.RuleID = "type/ignored"         // a file that looks like a type file and is not read
)

// The rules that the front matter of a record may break, judged by its type.
const (
	RuleUnknownKey diag.RuleID = "schema/unknown-key" // a key that the type does not declare
	RuleRequired   diag.RuleID = "schema/required"    // a field that must be there
	RuleType       diag.RuleID = "schema/type"        // a value of the wrong kind
	RuleEnum       diag.RuleID = "schema/enum"        // a value that is none of those listed
	RulePattern    diag.RuleID = "schema/pattern"     // a text that does not match
	RuleFormat     diag.RuleID = "schema/format"      // a text that is no date, address …
	RuleLength     diag.RuleID = "schema/length"      // a text that is too short or too long
	RuleRange      diag.RuleID = "schema/range"       // a number that is too small or too large
	RuleItems      diag.RuleID = "schema/items"       // a list with too few or too many items
	RuleUnique     diag.RuleID = "schema/unique"      // a list that holds an item twice
	RuleMapKey     diag.RuleID = "schema/map-key"     // a map within a field with a wrong key
	RuleOther      diag.RuleID = "schema/other"       // any other keyword of JSON Schema
)

// RuleBadPromise is the rule that the promises of a service may break.
const RuleBadPromise diag.RuleID = "sla/bad-promise"

// RulePrefix begins the ids of the rules that types declare: "rule/" and the
// rule's own id.
const RulePrefix = "rule/"
