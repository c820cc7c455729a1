package schema

import (
	"os"
	"slices"
	"strings"
	"testing"

	"frontdesk/records/yaml"
)

// TestExamplesOfTheServiceLevelGuideLoad loads the examples of sla.md, type files
// and the promises of a service, over one another.
func TestExamplesOfTheServiceLevelGuideLoad(t *testing.T) {
	var files []File
	var promised []string
	for _, block := range slaExamples(t) {
		if strings.HasPrefix(block, "sla:") {
			promised = append(promised, block)
			continue
		}
		name, _, _ := strings.Cut(strings.TrimPrefix(block, "type: "), "\n")
		files = append(files, File{Path: "schema/" + name + ".yaml", Data: []byte(block)})
	}
	ts := load(t, files...)
	if len(files) < 2 || len(promised) < 1 {
		t.Errorf("%d type files, %d services", len(files), len(promised))
	}
	for _, block := range promised {
		root, ds := yaml.Parse("service.md", []byte(block), yaml.WholeFile)
		report(t, ds)
		got, ds := ts.Promises("service.md", root.Get("sla"))
		report(t, ds)
		if len(got["incident"]) != 2 {
			t.Errorf("the service promises %+v", got)
		}
	}
}

// TestTheServiceLevelGuideKnowsEveryWord holds sla.md to what is read.
func TestTheServiceLevelGuideKnowsEveryWord(t *testing.T) {
	guide, examples := readSLAGuide(t), strings.Join(slaExamples(t), "\n")
	for _, key := range slices.Concat(clockKeys(), []string{"states", "holds", "name", "when", "target"}) {
		if !strings.Contains(guide, "| `"+key+"` |") || !strings.Contains(examples, key+":") {
			t.Errorf("key %s is not explained, or in no example", key)
		}
	}
	for _, m := range Metrics() {
		if !strings.Contains(guide, "| `"+string(m)+"` |") || !strings.Contains(examples, "metric: "+string(m)) {
			t.Errorf("metric %s is not explained, or in no example", m)
		}
	}
	for _, e := range Events() {
		if !strings.Contains(guide, "| `"+string(e)+"` |") {
			t.Errorf("event %s is not explained", e)
		}
	}
	for _, fact := range ClockFacts() {
		if !strings.Contains(guide, "| `facts."+fact+"` |") {
			t.Errorf("fact %s is not explained", fact)
		}
	}
	for _, key := range ServiceFacts() {
		if !strings.Contains(guide, "`"+key+"`") {
			t.Errorf("fact service.%s is not explained", key)
		}
	}
}

// TestTheServiceLevelGuideSaysWhatIsUsual compares the table of metrics with what a
// clock without start and stop gets.
func TestTheServiceLevelGuideSaysWhatIsUsual(t *testing.T) {
	word := func(moments []Moment) string {
		var words []string
		for _, m := range moments {
			words = append(words, m.Word())
		}
		switch len(words) {
		case 0:
			return "has none"
		case 1:
			return "`" + words[0] + "`"
		}
		return "`[" + strings.Join(words, ", ") + "]`"
	}
	for _, c := range BuiltIn().Get("incident").Clocks {
		row := "| " + word(c.Start) + " | " + word(c.Stop) + " |\n"
		if !slices.ContainsFunc(strings.SplitAfter(readSLAGuide(t), "\n"), func(line string) bool {
			return strings.HasPrefix(line, "| `"+string(c.Metric)+"` | ") && strings.HasSuffix(line, row)
		}) {
			t.Errorf("no row for %s ends in %s", c.Metric, row)
		}
	}
}

func readSLAGuide(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile("sla.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func slaExamples(t *testing.T) []string {
	t.Helper()
	return yamlBlocks(t, readSLAGuide(t))
}
