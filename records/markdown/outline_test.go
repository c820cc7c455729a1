package markdown

import (
	"reflect"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

// pieces are lines that a parser may read otherwise than they look.
var pieces = []string{
	"## Description", "## Work notes", "##  Spaced  ", "##\tTab", "##", "## ", "##x", " ## Indented", "    ## Code", "\t## Code", "## Closed ##",
	"### 2026-11-03T09:41:00Z lee", "### 2026-11-03T09:41:00Z lee kim", "### Tuesday", "###", "#### Deep", "# Top", "####### Seven",
	"text", "text  ", "  indented text", "- item", "  - nested", "1. one", "1) one", "* star", "+ plus", "> quote", "> ## In a quote", "- ## In a list",
	"---", "===", "- - -", "***", "___", "-", "=", "--- ", " ---", "a | b", "--|--", ":-:", "", "", "", "é ## accent", "\u00a0## nbsp", "## Überschrift", "\\## escaped",
	"www.example.com", "dana@example.com", "https://example.com", "![x]", "```", "~~~", "<div>", "[a]: b", "&lt;", "\v", "\f## feed", "+++", "-=", "=-", "--",
}

func drawBody(t *rapid.T) string {
	line := rapid.OneOf(rapid.SampledFrom(pieces[:2]), rapid.SampledFrom([]string{"", "text", "### 2026-11-03T09:41:00Z lee"}),
		rapid.SampledFrom(pieces), rapid.StringMatching(`[ #=>a-z.\-]{0,8}`))
	return strings.Join(rapid.SliceOfN(line, 0, 12).Draw(t, "lines"), "\n")
}

func TestAnOutlineIsWhatTheParserSees(t *testing.T) {
	plain := 0
	rapid.Check(t, func(t *rapid.T) {
		text := drawBody(t)
		got, ok := scan(text, 7)
		if !ok {
			return
		}
		plain++
		want := Parse(text, 7)
		if !reflect.DeepEqual(got.Sections, want.Sections) || got.Preamble != want.Preamble {
			t.Fatalf("body\n%q\n\nscan    %+v\nparser  %+v", text, got.Sections, want.Sections)
		}
		for _, l := range want.Links {
			if !strings.HasPrefix(l.Destination, "http") && !strings.Contains(l.Destination, "@") {
				t.Fatalf("body %q has a link that the scan does not see: %+v", text, l)
			}
		}
	})
	if plain < 10 {
		t.Errorf("%d bodies were plain: the test shows little", plain)
	}
}

func TestBodiesThatCouldMeanSomethingElseGoToTheParser(t *testing.T) {
	for _, text := range []string{
		"```\n## Comments\n```", "~~~\n## Comments", "<!--\n## Comments\n-->", "Comments\n---", "Comments\n===", " ## Comments", "## Comments ##",
		"# Comments", "[a](b)", "##\tComments", "## Comments\r\n", "#### x",
	} {
		if _, ok := scan(text, 1); ok {
			t.Errorf("%q counts as plain", text)
		}
	}
	if _, ok := scan("## Description\n\nIt drops - every time.\n\n- one\n- two\n\n### 2026-11-03T09:41:00Z lee\n\nYes.\n", 1); !ok {
		t.Error("an ordinary body does not count as plain")
	}
}

func FuzzOutline(f *testing.F) {
	for _, p := range pieces {
		f.Add("a\n" + p + "\n## Comments\n")
	}
	f.Fuzz(func(t *testing.T, text string) {
		got, ok := scan(text, 1)
		if !ok || CheckLimits(text) != nil {
			return
		}
		if want := Parse(text, 1); !reflect.DeepEqual(got.Sections, want.Sections) {
			t.Errorf("body %q\nscan    %+v\nparser  %+v", text, got.Sections, want.Sections)
		}
	})
}
