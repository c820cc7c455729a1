package markdown

import (
	"fmt"
	"strings"
)

// The limits on a text, within which parsing takes time in proportion to its
// size. CommonMark parsers take much longer for what lies beyond.
const (
	maxNesting = 24       // quote and list markers at the start of a line
	maxMarks   = 4000     // emphasis, link and table characters in one paragraph
	maxLine    = 64 << 10 // bytes of one line
	maxHeads   = 10_000   // lines that may be headings
)

// CheckLimits refuses a text that would take a parser unreasonably long. The
// error names the line, counted from the text's first.
func CheckLimits(body string) error {
	marks, number, heads := 0, 0, 0
	for rest := body; rest != ""; {
		line, after, _ := strings.Cut(rest, "\n")
		rest, number = after, number+1
		if len(line) > maxLine {
			return fmt.Errorf("line %d of the text is %d bytes long; at most %d are read", number, len(line), maxLine)
		}
		if strings.TrimSpace(line) == "" {
			marks = 0
			continue
		}
		if mayBeHeading(line) {
			if heads++; heads > maxHeads {
				return fmt.Errorf("line %d of the text begins another heading; at most %d are read", number, maxHeads)
			}
		}
		marks += countMarks(line)
		if marks > maxMarks {
			return fmt.Errorf("the paragraph that ends on line %d of the text holds more than %d marks of emphasis, links or tables", number, maxMarks)
		}
		if nesting(line) > maxNesting {
			return fmt.Errorf("line %d of the text nests quotes or lists more than %d deep", number, maxNesting)
		}
	}
	return nil
}

// mayBeHeading reports whether a line begins with a hash sign or underlines the
// one above.
func mayBeHeading(line string) bool {
	text := strings.TrimLeft(line, " ")
	return text[0] == '#' || strings.Trim(text, "= \t") == "" || strings.Trim(text, "- \t") == ""
}

func countMarks(line string) int {
	n := 0
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case '*', '_', '[', ']', '<', '|', '`', '~', '!', '&':
			n++
		}
	}
	return n
}

// nesting bounds how many quotes and lists a line opens or continues: its
// markers before the first other character, and every two columns of
// indentation before a marker.
func nesting(line string) int {
	text := strings.TrimLeft(line, " \t")
	if strings.Trim(text, "-*_+ \t") == "" && !strings.Contains(text, "- -") {
		return 0 // a thematic break or an underline
	}
	n, markers := (len(line)-len(text))/2, 0
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '>' || c == '-' || c == '*' || c == '+' || c == '.' || c == ')':
			markers++
		case c != ' ' && c != '\t' && (c < '0' || c > '9'):
			i = len(text)
		}
	}
	if markers == 0 {
		return 0
	}
	return n + markers
}
