package review

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"frontdesk/records/markdown"
	"frontdesk/records/plain"
)

// longestText is how many characters of a text of others stand in one place.
const longestText = 300

// clip returns a text of others on one line, no longer than it should be. Words by
// which the log of a pipeline takes a line for an order are broken up.
func clip(text string, most int) string {
	if len(text) > 8*most {
		n := 8 * most
		for n > 0 && !utf8.RuneStart(text[n]) {
			n--
		}
		text = text[:n]
	}
	text = strings.TrimSpace(plain.Line(text))
	if r := []rune(text); len(r) > most {
		text = string(r[:most-1]) + "…"
	}
	return strings.NewReplacer("##[", "# #[", "##vso[", "# #vso[").Replace(text)
}

// code writes a text of others as code, in which nothing is a link, an image, HTML, a
// mention of somebody or the number of an issue. "" stays empty.
func code(text string) string {
	text = clip(text, longestText)
	if text == "" {
		return ""
	}
	return markdown.CodeSpan(text)
}

// joiner is a character of no width, written so that it is seen in the source. Behind
// what begins a mention, a reference or a link it keeps a forge from making one.
const joiner = "&#8288;"

// prose writes a text that holds words of others as plain text: no Markdown, no HTML,
// no mention, no reference and no link.
func prose(text string) string {
	text = clip(text, 2*longestText)
	var b strings.Builder
	for i, r := range text {
		switch r {
		case '&':
			b.WriteString("&amp;" + joiner) // GitLab's epics
		case '<':
			b.WriteString("&lt;")
		case '>':
			b.WriteString("&gt;")
		case '@', '#', '!', '~', '$', '%', '^':
			fmt.Fprintf(&b, "&#%d;%s", r, joiner)
		case '\\', '`', '*', '_', '{', '}', '[', ']', '|', '+', '=':
			b.WriteByte('\\')
			b.WriteRune(r)
		case ':':
			b.WriteRune(r)
			if strings.HasPrefix(text[i:], "://") || strings.HasPrefix(text[i:], "::") {
				b.WriteString(joiner)
			}
		case '.':
			if strings.Trim(text[:i], "0123456789") == "" {
				b.WriteByte('\\') // no numbered list
			}
			b.WriteRune(r)
			if i >= 3 && strings.EqualFold(text[i-3:i], "www") {
				b.WriteString(joiner)
			}
		case '-':
			if i == 0 {
				b.WriteByte('\\') // no list
			} else if i >= 2 && strings.EqualFold(text[i-2:i], "gh") {
				b.WriteString(joiner) // GitHub's GH-26
			}
			b.WriteRune(r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

// label writes a text of others into a label of a Mermaid graph, which stands in
// quotes. What means something to Mermaid, to Markdown or to HTML is written as its
// number.
func label(text string) string {
	var b strings.Builder
	for _, r := range clip(text, longestLabel) {
		switch {
		case r >= '0' && r <= '9', r >= 'a' && r <= 'z', r >= 'A' && r <= 'Z', r == ' ', r == '-', r == '_', r == '.', r == ',', r == '/', r == '(', r == ')', r == '…':
			b.WriteRune(r)
		case r < utf8.RuneSelf:
			fmt.Fprintf(&b, "#%d;", r)
		default:
			b.WriteRune(r)
		}
	}
	return b.String()
}

const longestLabel = 48

// count writes a number of things: "1 file", "2 files".
func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}
