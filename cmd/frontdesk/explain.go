package main

import (
	"cmp"
	"fmt"
	"frontdesk/records/intake"
	"io"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"frontdesk/records/check"
	"frontdesk/records/diag"
	"frontdesk/records/plain"
	"frontdesk/schema"
)

// rulesJSON is the JSON of explain.
type rulesJSON struct {
	Version int        `json:"version"`
	Rules   []ruleJSON `json:"rules"`
}

// ruleJSON is one rule.
type ruleJSON struct {
	ID       diag.RuleID   `json:"id"`
	Title    string        `json:"title"`
	Severity diag.Severity `json:"severity"`
	Since    string        `json:"since"`
	Fixable  bool          `json:"fixable"`
	Doc      string        `json:"doc"`
	// Before and Meanwhile are there for rules on a change.
	Before    string `json:"before,omitempty"`
	Meanwhile string `json:"meanwhile,omitempty"`
	Bad       string `json:"bad"`
	Good      string `json:"good"`
}

func newExplainCmd(e *env) *cobra.Command {
	var format string
	cmd := &cobra.Command{
		Use:   "explain [RULE]",
		Short: "Explain a rule that check found broken",
		Long: "Explain prints what a rule is about, why it matters, and an example that breaks it\n" +
			"beside one that does not. Without RULE it lists all rules. The rules that a type\n" +
			"declares itself are named rule/NAME; within a desk they are explained, too.",
		GroupID: groupRead,
		Example: "  frontdesk explain\n  frontdesk explain ref/dangling\n  frontdesk explain --format json",
		Args:    between(0, 1, "one RULE"),
		RunE: func(_ *cobra.Command, args []string) error {
			if err := oneOf("format", format, formatText, formatJSON); err != nil {
				return err
			}
			if len(args) == 0 {
				return listRules(e, format)
			}
			return explain(e, format, args[0])
		},
		ValidArgsFunction: completeRule,
	}
	return addFormat(cmd, &format)
}

func newRuleJSON(r check.Rule) ruleJSON {
	return ruleJSON{ID: r.ID, Title: r.Title, Severity: r.Severity, Since: r.Since, Fixable: r.Fixable, Doc: r.Doc, Before: r.Before, Meanwhile: r.Meanwhile, Bad: r.Bad, Good: r.Good}
}

func listRules(e *env, format string) error {
	out := rulesJSON{Version: envelopeVersion}
	t := table{header: []string{"RULE", "SEVERITY", "FIX", "TITLE"}, width: e.columns(), color: e.color()}
	for _, r := range allRules() {
		out.Rules = append(out.Rules, newRuleJSON(r))
		t.rows = append(t.rows, []string{string(r.ID), r.Severity.String(), mark(r.Fixable, "fix"), r.Title})
	}
	if format == formatJSON {
		return writeJSON(e.stdout, out)
	}
	return t.write(e.stdout)
}

// mark returns a word where something holds, nothing otherwise.
func mark(holds bool, word string) string {
	if holds {
		return word
	}
	return ""
}

func explain(e *env, format, name string) error {
	r, known := ruleNamed(name)
	own, err := ownRules(e, name)
	if err != nil {
		return err
	}
	if !known || strings.HasPrefix(name, schema.RulePrefix) && len(own) == 0 && string(r.ID) != name {
		return unknownRule(e, name)
	}
	if format == formatJSON {
		return writeJSON(e.stdout, rulesJSON{envelopeVersion, []ruleJSON{newRuleJSON(r)}})
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s\n%s, since desk.yaml version %s%s\n\n%s\n", r.ID, r.Title, r.Severity, r.Since, mark(r.Fixable, "; check --fix mends it"), r.Doc)
	for _, text := range own {
		b.WriteString("\n" + text)
	}
	for _, part := range []struct{ title, text string }{{"Before", r.Before}, {"Meanwhile, on the base", r.Meanwhile}, {"Wrong", r.Bad}, {"Right", r.Good}} {
		if part.text != "" {
			fmt.Fprintf(&b, "\n%s:\n\n%s", part.title, indented(part.text))
		}
	}
	_, err = io.WriteString(e.stdout, plain.Text(b.String()))
	return err
}

// allRules returns the rules on records, types and mapping files, by id.
func allRules() []check.Rule {
	rules := slices.Concat(check.Rules(), intake.Rules())
	slices.SortFunc(rules, func(a, b check.Rule) int { return cmp.Compare(a.ID, b.ID) })
	return rules
}

// ruleNamed returns the rule of that name, or the one that speaks for all that
// types declare.
func ruleNamed(name string) (check.Rule, bool) {
	if i := slices.IndexFunc(intake.Rules(), func(r check.Rule) bool { return string(r.ID) == name }); i >= 0 {
		return intake.Rules()[i], true
	}
	return check.Explain(diag.RuleID(name))
}

// indented puts an example apart from the text around it.
func indented(text string) string {
	var b strings.Builder
	for _, line := range strings.Split(strings.TrimRight(text, "\n"), "\n") {
		b.WriteString(strings.TrimRight("    "+line, " ") + "\n")
	}
	return b.String()
}

// ownRules describes the rules of that name that the types at hand declare.
func ownRules(e *env, name string) ([]string, error) {
	id, ok := strings.CutPrefix(name, schema.RulePrefix)
	if !ok {
		return nil, nil
	}
	types, err := typesHere(e)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, t := range types.All() {
		for _, r := range t.Rules {
			if r.ID == id {
				out = append(out, ownRule(t, r))
			}
		}
	}
	return out, nil
}

func ownRule(t *schema.Type, r *schema.Rule) string {
	text := fmt.Sprintf("In %s it says: %s\n", t.Name, r.Message)
	if r.When != nil {
		text += fmt.Sprintf("    when    %s\n", r.When.Source())
	}
	return text + fmt.Sprintf("    assert  %s\n", r.Assert.Source())
}

func unknownRule(e *env, name string) error {
	known := ruleNames()
	if types, err := typesHere(quiet(e)); err == nil {
		for _, t := range types.All() {
			for _, r := range t.Rules {
				known = append(known, schema.RulePrefix+r.ID)
			}
		}
	}
	hint := "frontdesk explain lists the rules"
	if near := schema.Nearest(name, known); near != "" {
		hint = fmt.Sprintf("did you mean %s?", near)
	}
	return usagef(hint, "there is no rule %q", name)
}

func ruleNames() []string {
	var names []string
	for _, r := range allRules() {
		names = append(names, string(r.ID))
	}
	slices.Sort(names)
	return names
}

func completeRule(_ *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
	if len(args) > 0 {
		return nil, cobra.ShellCompDirectiveNoFileComp
	}
	var words []word
	for _, r := range allRules() {
		words = append(words, word{text: string(r.ID), about: r.Title})
	}
	return begunWith(begun, words)
}
