package desk

import (
	"os"
	"slices"
	"strings"
	"testing"

	"frontdesk/schema/calendar"
)

func readGuide(t *testing.T) (guide string, examples []string) {
	t.Helper()
	data, err := os.ReadFile("calendars.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, part := range strings.Split(string(data), "```yaml\n")[1:] {
		block, _, ok := strings.Cut(part, "```")
		if !ok {
			t.Fatal("an example does not end")
		}
		examples = append(examples, block)
	}
	return string(data), examples
}

// TestTheExamplesOfTheGuideAreDesks parses every YAML block of calendars.md.
func TestTheExamplesOfTheGuideAreDesks(t *testing.T) {
	_, examples := readGuide(t)
	if len(examples) < 3 {
		t.Errorf("%d examples", len(examples))
	}
	for _, src := range examples {
		d, ds := ParseWith("desk.yaml", []byte(src), files(map[string]string{"calendars/plant.ics": plant}))
		if len(ds) > 0 || len(d.Calendars) == 1 && len(d.Figures) == 0 {
			t.Errorf("%+v in\n%s", ds, src)
		}
	}
}

// TestTheGuideKnowsEveryKeyAndSet holds calendars.md to what is read.
func TestTheGuideKnowsEveryKeyAndSet(t *testing.T) {
	guide, examples := readGuide(t)
	all := strings.Join(examples, "\n")
	keys := slices.Concat(calendarKeys(), figureKeys(), []string{"from"})
	for kind, others := range holidayKinds() {
		keys = append(append(keys, kind), others...)
	}
	for _, key := range keys {
		if !strings.Contains(guide, "`"+key+"`") || !strings.Contains(all, key+":") {
			t.Errorf("key %s is not explained, or in no example", key)
		}
	}
	for _, what := range computations() {
		if !strings.Contains(guide, "`"+what+"`") {
			t.Errorf("compute: %s is not explained", what)
		}
	}
	_, list, _ := strings.Cut(guide, "Sets: `")
	list, _, _ = strings.Cut(list, "`")
	if !slices.Equal(strings.Fields(list), calendar.Sets()) {
		t.Errorf("the guide lists the sets\n%s\nwant\n%s", strings.Fields(list), calendar.Sets())
	}
}
