package markdown

import (
	"errors"
	"strings"
	"testing"
	"time"
)

// TestAnEntryNeverHidesTheNextOne appends entries that leave something open, each
// followed by others.
func TestAnEntryNeverHidesTheNextOne(t *testing.T) {
	at := time.Date(2026, 11, 3, 9, 41, 0, 0, time.UTC)
	for _, text := range []string{"<!--", "```", "~~~~", "<script>", "<pre>", "<![CDATA[", "<?x", "<!X", "   ```", "1. ```", "- <!--", "> ```", "```\ncode\n```", "plain"} {
		body := "\n## Description\n\nText\n\n## Comments\n"
		for i, entry := range []string{text, "second", text, "fourth"} {
			next, err := AppendEntry(body, "Comments", at, "lee", entry)
			if err != nil {
				t.Fatalf("%q, entry %d: %v", text, i, err)
			}
			body = next
		}
		sections := Parse(body, 1).Sections
		if len(sections) != 2 || len(sections[1].Entries) != 4 || sections[1].Entries[3].Text(body) != "fourth" {
			t.Errorf("%q hides entries:\n%s", text, body)
		}
	}
}

func TestNothingIsAppendedToWhatIsOpen(t *testing.T) {
	body := "\n## Comments\n\n### 2026-11-03T09:41:00Z lee\n\n```\nopen\n"
	if _, err := AppendEntry(body, "Comments", time.Time{}, "lee", "x"); !errors.Is(err, ErrOpen) {
		t.Errorf("got %v", err)
	}
}

func TestBombsAreRefusedBeforeTheyAreParsed(t *testing.T) {
	began := time.Now()
	for name, text := range map[string]string{
		"nested quotes":  strings.Repeat("> ", 500_000),
		"emphasis":       strings.Repeat("*a **b ", 9000),
		"headings":       strings.Repeat("## a\n\n", 150_000),
		"underlines":     strings.Repeat("a\n=\n", 200_000),
		"open brackets":  strings.Repeat("[", 60_000),
		"one long line":  strings.Repeat("a", 1<<20),
		"nested markers": strings.Repeat("- ", 30_000),
	} {
		if _, err := AppendEntry("\n## Comments\n", "Comments", time.Time{}, "lee", text); err == nil || errors.Is(err, ErrOpen) {
			t.Errorf("%s: got %v", name, err)
		}
		if b := Parse(text, 1); len(b.Sections) > 0 {
			t.Errorf("%s: is parsed", name)
		}
	}
	if took := time.Since(began); took > 5*time.Second {
		t.Errorf("takes %v", took)
	}
}
