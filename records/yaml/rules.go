package yaml

import "frontdesk/records/diag"

// The rules that a document may break.
const (
	RuleSyntax       diag.RuleID = "parse/syntax"
	RuleSize         diag.RuleID = "parse/size"
	RuleDepth        diag.RuleID = "parse/depth"
	RuleAlias        diag.RuleID = "parse/alias"
	RuleTag          diag.RuleID = "parse/tag"
	RuleKey          diag.RuleID = "parse/key"
	RuleBlock        diag.RuleID = "parse/block-text"
	RuleDuplicateKey diag.RuleID = "parse/duplicate-key"
	RuleDirective    diag.RuleID = "parse/directive"
	RuleDocuments    diag.RuleID = "parse/documents"
	RuleEncoding     diag.RuleID = "parse/encoding"
	RuleControl      diag.RuleID = "parse/control-character"
)
