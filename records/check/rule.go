package check

import (
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"frontdesk/records/diag"
)

// Rule describes one thing that a check may find.
type Rule struct {
	ID       diag.RuleID
	Title    string
	Doc      string // why it matters and what to do, in Markdown
	Since    string // version of desk.yaml that brought it
	Severity diag.Severity
	Fixable  bool   // Fix mends it
	Bad      string // an example that breaks the rule
	Good     string // the same, mended
	// Before is what rules on a change start from, as Bad and Good say what it
	// makes of that; "" for all others. Where there was more than one step, a line
	// "=== before" stands between them.
	Before string
	// Meanwhile is what the other side of a merge made of it; mostly "".
	Meanwhile string
}

//go:embed rules
var ruleFiles embed.FS

// Rules returns every rule of the product, ordered by id.
func Rules() []Rule {
	paths, err := fs.Glob(ruleFiles, "rules/*/*.txt")
	if err != nil {
		panic(err) // the pattern is a constant
	}
	out := make([]Rule, 0, len(paths))
	for _, p := range paths {
		out = append(out, mustRule(p))
	}
	return out
}

// Explain returns the rule with the id; ok is false where there is none. The
// rules of a type (rule/NAME) are described in general.
func Explain(id diag.RuleID) (r Rule, ok bool) {
	family, _, _ := strings.Cut(string(id), "/")
	for _, p := range []string{string(id), family + "/any"} {
		if path := "rules/" + p + ".txt"; fs.ValidPath(path) {
			if _, err := fs.Stat(ruleFiles, path); err == nil {
				return mustRule(path), true
			}
		}
	}
	return Rule{}, false
}

func mustRule(path string) Rule {
	src, err := ruleFiles.ReadFile(path)
	if err != nil {
		panic(err)
	}
	r, err := parseRule(string(src))
	if err != nil {
		panic(fmt.Errorf("%s: %w", path, err))
	}
	r.ID = diag.RuleID(strings.TrimSuffix(strings.TrimPrefix(path, "rules/"), ".txt"))
	return r
}

// parseRule reads a rule file: "key: value" lines, an empty line, the text, and
// the examples below the lines "=== bad" and "=== good", and for rules on a change
// "=== before" and "=== meanwhile".
func parseRule(src string) (Rule, error) {
	head, rest, ok := strings.Cut(src, "\n\n")
	parts := strings.Split(rest, "\n=== ")
	r := Rule{Doc: strings.TrimSpace(parts[0])}
	for i, part := range parts[1:] {
		name, text, _ := strings.Cut(part, "\n")
		if i < len(parts)-2 {
			text += "\n" // the split took it
		}
		if !r.setExample(name, text) {
			return Rule{}, fmt.Errorf("parse rule: example %q", name)
		}
	}
	if !ok || r.Bad == "" || r.Good == "" {
		return Rule{}, errors.New("parse rule: want head, text, bad and good example")
	}
	for _, line := range strings.Split(head, "\n") {
		key, value, _ := strings.Cut(line, ": ")
		if err := r.setHead(key, value); err != nil {
			return Rule{}, err
		}
	}
	return r, nil
}

// setExample sets one of the examples; ok is false where there is none of the
// name.
func (r *Rule) setExample(name, text string) (ok bool) {
	switch name {
	case "bad":
		r.Bad = text
	case "good":
		r.Good = text
	case "meanwhile":
		r.Meanwhile = text
	case "before":
		if r.Before != "" {
			text = r.Before + "=== before\n" + text
		}
		r.Before = text
	default:
		return false
	}
	return true
}

func (r *Rule) setHead(key, value string) error {
	switch key {
	case "title":
		r.Title = value
	case "since":
		r.Since = value
	case "fix":
		r.Fixable = value == "true"
	case "severity":
		for _, s := range []diag.Severity{diag.Info, diag.Warning, diag.Error} {
			if s.String() == value {
				r.Severity = s
				return nil
			}
		}
		return fmt.Errorf("parse rule: severity %q", value)
	default:
		return fmt.Errorf("parse rule: key %q", key)
	}
	return nil
}
