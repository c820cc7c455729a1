package main

import (
	"fmt"
	"slices"
	"strings"

	"frontdesk/records/diag"
	"frontdesk/records/tree"
	"frontdesk/records/write"
	"frontdesk/schema"
	"frontdesk/schema/workflow"
)

// showRefusal prints why a change was refused: what is about fields in the words
// of the command line, since nobody has seen the file as it would have been; what
// is about the text with its lines.
func showRefusal(e *env, t *tree.Tree, refused *write.RefusedError) {
	var inText []diag.Diagnostic
	for _, d := range refused.Diagnostics {
		if d.Field == "" {
			inText = append(inText, d)
			continue
		}
		complain(e.stderr, "%s [%s]", d.Message, d.Rule)
		if h := assignHint(t.Types.Get(refused.After.Type), d); h != "" {
			hint(e.stderr, "%s", h)
		}
	}
	showFindings(e, inText, refused.After.Source)
}

// assignHint says which assignment would do.
func assignHint(typ *schema.Type, d diag.Diagnostic) string {
	if !slices.Contains([]diag.RuleID{schema.RuleRequired, workflow.RuleRequire}, d.Rule) {
		return d.Hint
	}
	h := fmt.Sprintf("give %s=…", d.Field)
	if f := typ.Field(d.Field); f != nil && len(f.Choices()) > 0 {
		h += ", one of " + strings.Join(f.Choices(), ", ")
	}
	return h
}
