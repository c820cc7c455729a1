package markdown

import "testing"

func TestASectionIsWrittenWhereItHasWords(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       bool
	}{
		{"nothing", "", false},
		{"blank lines", "\n \n\t\n", false},
		{"the comment of a new record", "<!-- How to get back. -->\n", false},
		{"a comment of several lines", "<!-- How\n\nto get\nback. -->\n\n", false},
		{"two comments", "<!-- a --> <!-- b -->", false},
		{"a comment that is not closed", "<!-- a\n\nRestart it.", false},
		{"a heading alone", "### Steps\n", false},
		{"marks alone", "- \n* * *\n---\n", false},
		{"words", "Restart it.", true},
		{"words beside a comment", "<!-- How? --> Restart.", true},
		{"words after a comment", "<!-- How? -->\n\n1. Restart.\n", true},
		{"words below a heading", "### Steps\n\nRestart.\n", true},
		{"words in another script", "再起動する", true},
		{"code", "```\nreboot\n```\n", true},
	} {
		t.Run(c.name, func(t *testing.T) {
			body := "## Plan\n\n" + c.text + "\n\n## Next\n\nWords.\n"
			if s := Parse(body, 1).Sections[0]; s.IsWritten(body) != c.want {
				t.Errorf("%q is written: %v", c.text, !c.want)
			}
		})
	}
}
