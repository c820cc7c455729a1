package check

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"frontdesk/records/diag"
	"frontdesk/schema"
)

func TestTheExampleDeskIsFlawless(t *testing.T) {
	in, known := load(t, baseDesk(t))
	if ds := All(t.Context(), in, known); len(ds) > 0 {
		t.Errorf("%s", lines(ds))
	}
	if in.Set.Len() != 6 {
		t.Errorf("%d records, want 6", in.Set.Len())
	}
}

func TestTheExamplesOfEveryRuleShowIt(t *testing.T) {
	for _, r := range Rules() {
		if r.Before != "" {
			continue // it takes a repository: records/change runs these examples
		}
		t.Run(string(r.ID), func(t *testing.T) {
			t.Parallel()
			isIt := func(d diag.Diagnostic) bool {
				return d.Rule == r.ID || strings.HasSuffix(string(r.ID), "/any") && strings.HasPrefix(string(d.Rule), schema.RulePrefix)
			}
			in, known := load(t, example(t, r.Bad))
			bad := append(All(t.Context(), in, known), soonOf(t, in)...)
			if !slices.ContainsFunc(bad, func(d diag.Diagnostic) bool { return isIt(d) && d.Severity == r.Severity }) {
				t.Errorf("the bad example does not break the rule as %s; it gives\n%s", r.Severity, lines(bad))
			}
			if fixed := isMended(in, r.ID, bad); fixed != r.Fixable {
				t.Errorf("that fix mends it is documented as %v and is %v", r.Fixable, fixed)
			}
			in, known = load(t, example(t, r.Good))
			if good := append(All(t.Context(), in, known), soonOf(t, in)...); slices.ContainsFunc(good, isIt) || diag.Count(good, diag.Error) > 0 {
				t.Errorf("the good example gives\n%s", lines(good))
			}
		})
	}
}

// isMended reports whether Fix mends a finding of the rule.
func isMended(in *Input, id diag.RuleID, ds []diag.Diagnostic) bool {
	for _, d := range ds {
		for _, rec := range in.Set.All() {
			if d.Rule != id || rec.Path != d.Path {
				continue
			}
			if out, err := Fix(in, rec, "lee", asOf); err == nil && slices.Contains(out.Rules, id) {
				return true
			}
		}
	}
	return false
}

func TestEveryRuleIsDocumentedWell(t *testing.T) {
	for _, r := range Rules() {
		n := strings.Count(r.Doc, "\n") + 1
		switch {
		case r.Title == "" || strings.HasSuffix(r.Title, "."):
			t.Errorf("%s: title %q", r.ID, r.Title)
		case n < 2 || n > 9:
			t.Errorf("%s: the text has %d lines", r.ID, n)
		case r.Since != "1":
			t.Errorf("%s: since %q", r.ID, r.Since)
		}
		if got, ok := Explain(r.ID); !ok || got != r {
			t.Errorf("%s: Explain gives %v, %v", r.ID, got, ok)
		}
	}
}

func TestExplainKnowsTheRulesOfTypesAndNothingElse(t *testing.T) {
	if r, ok := Explain("rule/hold-reason"); !ok || r.ID != "rule/any" {
		t.Errorf("rule/hold-reason is explained as %q, %v", r.ID, ok)
	}
	for _, id := range []diag.RuleID{"", "ref", "ref/", "ref/none", "../check", "ref/../ref/dangling", "none/any", "/", "ref/dangling.txt"} {
		if r, ok := Explain(id); ok {
			t.Errorf("%q is explained as %s", id, r.ID)
		}
	}
}

var idLiteral = regexp.MustCompile(`^([a-z]+)/[a-z][a-z0-9-]*$`)

// TestEveryRuleOfTheSourceIsDocumented reads the project's sources: a literal of
// a known family, or one declared as a diag.RuleID, must be a documented rule,
// and every documented rule must stand in the sources.
func TestEveryRuleOfTheSourceIsDocumented(t *testing.T) {
	known := map[string]bool{}
	families := map[string]bool{}
	for _, r := range Rules() {
		known[string(r.ID)] = true
		families[strings.Split(string(r.ID), "/")[0]] = true
	}
	used := map[string]bool{}
	root := filepath.Join("..", "..")
	for _, dir := range []string{"records", "schema"} {
		err := filepath.WalkDir(filepath.Join(root, dir), func(p string, d fs.DirEntry, err error) error {
			if d.IsDir() && slices.Contains(ownRules(), d.Name()) {
				return fs.SkipDir
			}
			if err != nil || d.IsDir() || !strings.HasSuffix(p, ".go") || strings.HasSuffix(p, "_test.go") {
				return err
			}
			for _, id := range ruleLiterals(t, p, families) {
				used[id] = true
				if !known[id] {
					t.Errorf("%s: rule %s is not documented in records/check/rules", p, id)
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	for id := range known {
		if !used[id] && id != "rule/any" {
			t.Errorf("rule %s is documented and stands nowhere in the sources", id)
		}
	}
}

// ownRules are the packages on floors above that bring their own rules, with
// examples that are no desks: mapping files, reports.
func ownRules() []string { return []string{"intake", "render"} }

func ruleLiterals(t *testing.T, path string, families map[string]bool) []string {
	t.Helper()
	src, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	file, err := parser.ParseFile(token.NewFileSet(), path, src, 0)
	if err != nil {
		t.Logf("%s does not parse at the moment: %v", path, err)
		return nil
	}
	var out []string
	typed := map[ast.Expr]bool{}
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.ImportSpec:
			return false
		case *ast.ValueSpec:
			if sel, ok := n.Type.(*ast.SelectorExpr); ok && sel.Sel.Name == "RuleID" {
				for _, v := range n.Values {
					typed[v] = true
				}
			}
		case *ast.BasicLit:
			id, err := strconv.Unquote(n.Value)
			m := idLiteral.FindStringSubmatch(id)
			if n.Kind == token.STRING && err == nil && m != nil && (typed[n] || families[m[1]]) {
				out = append(out, id)
			}
		}
		return true
	})
	return out
}
