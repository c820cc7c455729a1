package markdown

import (
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

const body = `
Before.

## Description

See [the guide](../guide.md) and <https://example.com>.

` + "```" + `
## not a section
` + "```" + `

> ## nor this

## Comments

### 2026-11-03T09:41:00Z lee

Could you send the log?

### yesterday

Hm.

Work notes
----------

![shot](LT-1/shot.png)
`

func TestSectionsAreWhatCommonMarkSees(t *testing.T) {
	b := Parse(body, 10)
	var heads []string
	for _, s := range b.Sections {
		heads = append(heads, s.Heading)
	}
	if got := strings.Join(heads, "|"); got != "Description|Comments|Work notes" {
		t.Fatalf("sections are %s", got)
	}
	if b.Preamble != "Before." {
		t.Errorf("preamble is %q", b.Preamble)
	}
	c := b.Sections[1]
	if c.Span.Start.Line != 23 || c.Span.Start.Column != 4 {
		t.Errorf("Comments stands at %v", c.Span)
	}
	if len(c.Entries) != 2 || !c.Entries[0].Valid || c.Entries[0].By != "lee" || c.Entries[1].Valid {
		t.Fatalf("entries are %+v", c.Entries)
	}
	if got := c.Entries[0].Text(body); got != "Could you send the log?" {
		t.Errorf("first entry is %q", got)
	}
	if got := c.Entries[1].Text(body); got != "Hm." {
		t.Errorf("second entry is %q", got)
	}
	if got := b.Sections[2].Text(body); got != "![shot](LT-1/shot.png)" {
		t.Errorf("work notes are %q", got)
	}
	if len(b.Links) != 3 || b.Links[0].Destination != "../guide.md" || b.Links[0].Span.Start.Line != 15 || !b.Links[2].Image {
		t.Errorf("links are %+v", b.Links)
	}
}

var noon = time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)

func TestAppendedTextStaysInItsEntry(t *testing.T) {
	cases := map[string]string{
		"plain text":          "Hello.",
		"headings":            "# One\n\n## Work notes\n\nText\n====\n\n### 2026-01-01T00:00:00Z eve\n\nx",
		"an open code fence":  "```\nls",
		"an open comment":     "<!-- hidden",
		"an open script":      "<script>",
		"an open pre":         "<pre>\n\n<!--",
		"a list":              "- a\n- b",
		"a rule of dashes":    "a\n\n---\n\nb",
		"an underlined word":  "Work notes\n---",
		"an indented heading": "   ## Comments",
		"nothing":             "",
		"a lone fence":        "~~~",
		"an html block":       "<div>\n## x",
	}
	for name, text := range cases {
		t.Run(name, func(t *testing.T) {
			got, err := AppendEntry(body, "Comments", noon, "dana", text)
			if err != nil {
				t.Fatal(err)
			}
			b := Parse(got, 1)
			if len(b.Sections) != 3 || len(b.Sections[1].Entries) != 3 || b.Sections[2].Heading != "Work notes" {
				t.Fatalf("structure changed:\n%s", got)
			}
			if e := b.Sections[1].Entries[2]; e.By != "dana" || !e.At.Equal(noon) {
				t.Errorf("entry is %+v", e)
			}
		})
	}
}

func TestAppendNeedsExactlyOneSection(t *testing.T) {
	for _, src := range []string{"", "## Comments\n\n## Comments\n"} {
		if _, err := AppendEntry(src, "Comments", noon, "dana", "x"); err == nil {
			t.Errorf("%q: accepted", src)
		}
	}
	if got := AppendSection("\n## A\n\nx\n\n", "Comments"); got != "\n## A\n\nx\n\n## Comments\n" {
		t.Errorf("got %q", got)
	}
}

func TestAppendPropertyNothingAroundChanges(t *testing.T) {
	lines := rapid.SampledFrom([]string{"a", "## x", "### y", "```", "~~~", "<!--", "-->", "<pre>", "> q", "- l", "---", "===", "", "    code", "[a]: b", "| a |", "|---|", "<script>", "</script>", "<?", "<![CDATA["})
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(lines, 0, 8).Draw(t, "lines"), "\n")
		got, err := AppendEntry(body, "Comments", noon, "dana", text)
		if err != nil {
			t.Fatal(err)
		}
		tail := body[strings.Index(body, "Work notes"):]
		if !strings.HasPrefix(got, strings.TrimRight(body[:strings.Index(body, "Work notes")], "\n")) || !strings.HasSuffix(got, tail) {
			t.Fatalf("the text around changed:\n%s", got)
		}
	})
}

func TestBombsAreRefused(t *testing.T) {
	cells := strings.Repeat("|a", 300) + "|\n"
	bombs := map[string]string{
		"nested quotes":      strings.Repeat("> ", 20000) + "x",
		"nested quotes 2":    strings.Repeat(">", 8000),
		"nested lists":       strings.Repeat("- ", 8000) + "x",
		"emphasis soup":      strings.Repeat("*a **b ", 40000),
		"emphasis by lines":  strings.Repeat("*a **b _c\n", 40000),
		"open brackets":      strings.Repeat("[", 50000),
		"a large table":      cells + strings.Repeat("|-", 300) + "|\n" + strings.Repeat(cells, 3000),
		"a long line":        strings.Repeat("x", 1<<20),
		"backticks":          strings.Repeat("`a``b", 20000),
		"steps of lists":     steps(3000),
		"open angle bracket": strings.Repeat("<a ", 60000),
	}
	for name, src := range bombs {
		if CheckLimits(src) == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func steps(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", 2*i) + "- x\n")
	}
	return b.String()
}

func TestWhatTheLimitsAllowIsParsedQuickly(t *testing.T) {
	para := func(s string) string { return strings.Repeat(strings.Repeat(s, maxMarks/countMarks(s)/2)+"\n\n", 20) }
	for name, src := range map[string]string{
		"emphasis": para("*a **b "), "brackets": para("["), "links": para("[a](b) "), "backticks": para("`a``b "), "angles": para("<a "),
		"tables": strings.Repeat("|a|b|\n|-|-|\n"+strings.Repeat("|1|2|\n", 1000)+"\n", 20), "entities": para("&amp; "),
		"quotes": strings.Repeat(strings.Repeat("> ", 20)+"x\n", 2000), "lines": strings.Repeat("word ", 100000), "paragraphs": strings.Repeat("x\n\n", 100000),
		"definitions": strings.Repeat("[a]: b\n", 1900),
	} {
		if err := CheckLimits(src); err != nil && name != "lines" {
			t.Errorf("%s: %v", name, err)
			continue
		}
		best := time.Hour
		for range 3 {
			start := time.Now()
			Parse(src, 1)
			best = min(best, time.Since(start))
		}
		if best > 2*time.Second {
			t.Errorf("%s: %d bytes took %v", name, len(src), best)
		}
		t.Logf("%s: %d bytes in %v", name, len(src), best)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(body)
	f.Add("a\n---\n## \n###\n")
	f.Fuzz(func(t *testing.T, src string) {
		b := Parse(src, 1)
		at := 0
		for _, s := range b.Sections {
			if s.Head < at || s.Start < s.Head || s.End < s.Start || s.End > len(src) {
				t.Fatalf("section %+v in %q", s, src)
			}
			_, _ = s.Text(src), s.Lead(src)
			for _, e := range s.Entries {
				if e.Start < s.Start || e.End < e.Start || e.End > s.End {
					t.Fatalf("entry %+v in %+v of %q", e, s, src)
				}
			}
			at = s.End
		}
	})
}
