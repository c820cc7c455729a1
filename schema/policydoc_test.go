package schema

import (
	"os"
	"slices"
	"strings"
	"testing"
)

// TestExamplesOfThePolicyGuideLoad loads the examples of policy.md as type files.
// One that shows a policy alone is a change's.
func TestExamplesOfThePolicyGuideLoad(t *testing.T) {
	blocks := policyExamples(t)
	for _, block := range blocks {
		if strings.HasPrefix(block, "policy:") {
			block = "type: change\nextends: change\n" + block
		}
		name, _, _ := strings.Cut(strings.TrimPrefix(block, "type: "), "\n")
		ts := load(t, File{Path: "schema/" + name + ".yaml", Data: []byte(block)})
		if typ := ts.Get("change"); name == "change" && (typ.Policy == nil || typ.Policy.Broken) {
			t.Errorf("no sound policy in:\n%s", block)
		}
	}
	if len(blocks) < 4 {
		t.Errorf("%d examples", len(blocks))
	}
}

// TestThePolicyGuideKnowsEveryKeyAndFact holds policy.md to what is read.
func TestThePolicyGuideKnowsEveryKeyAndFact(t *testing.T) {
	guide := readPolicyGuide(t)
	examples := strings.Join(policyExamples(t), "\n")
	known := slices.Concat(policyKeys(), []string{
		"fields", "sections", "paths", "contributors", "committers", "name", "title", "when", "need", "from", "each", "template", "within", "rejection",
		"levels", "field", "impact", "likelihood", "table", "conditions", "kind", "version", "otherwise",
	})
	for _, key := range known {
		if !strings.Contains(guide, "`"+key+"`") || !strings.Contains(examples, key+":") {
			t.Errorf("key %s is not explained, or in no example", key)
		}
	}
	for _, fact := range FactNames() {
		if !strings.Contains(guide, "| `facts."+fact+"` |") {
			t.Errorf("fact %s is not explained", fact)
		}
	}
	for _, kind := range []ApproverKind{ByPerson, ByTeam, ByRole, ByOwner, ByField} {
		if !strings.Contains(guide, "| `{"+string(kind)+": ") || !strings.Contains(examples, "{"+string(kind)+": ") {
			t.Errorf("approver %s is not explained, or in no example", kind)
		}
	}
}

func readPolicyGuide(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile("policy.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func policyExamples(t *testing.T) []string {
	t.Helper()
	return yamlBlocks(t, readPolicyGuide(t))
}

// yamlBlocks returns the YAML that a guide shows.
func yamlBlocks(t *testing.T, guide string) []string {
	t.Helper()
	var blocks []string
	for _, part := range strings.Split(guide, "```yaml\n")[1:] {
		block, _, ok := strings.Cut(part, "```")
		if !ok {
			t.Fatal("an example does not end")
		}
		blocks = append(blocks, block)
	}
	return blocks
}
