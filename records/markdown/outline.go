package markdown

import (
	"strings"
	"unicode/utf8"

	"frontdesk/records/diag"
)

// Outline returns the sections and links of a body as Parse does, but for bare
// web and mail addresses, which it may not list. Most bodies are headings and
// prose, which a scan of the lines tells as well as the parser and thirty times
// faster; the parser decides all others.
func Outline(body string, firstLine int) *Body {
	if b, ok := scan(body, firstLine); ok {
		return b
	}
	return Parse(body, firstLine)
}

// scan finds sections and entries by their lines. ok is false where a line could
// mean something else than it seems: code, HTML, links, underlined or indented
// headings.
func scan(body string, firstLine int) (b *Body, ok bool) {
	if strings.ContainsAny(body, "[<`~\r\x00") {
		return nil, false
	}
	b = &Body{}
	number := firstLine
	for start := 0; start < len(body); number++ {
		end := len(body)
		if i := strings.IndexByte(body[start:], '\n'); i >= 0 {
			end = start + i
		}
		if !b.scanLine(body, start, end, number) {
			return nil, false
		}
		start = end + 1
	}
	b.finish(body)
	return b, true
}

// scanLine reads the line from start to end; ok is false where it is not plain.
func (b *Body) scanLine(body string, start, end, number int) (ok bool) {
	line := body[start:end]
	text := strings.TrimLeft(line, " \t")
	if text == "" {
		return true
	}
	switch text[0] {
	case '#':
		return len(text) == len(line) && b.scanHeading(body, start, end, number)
	case '-', '=':
		return strings.Trim(text, "-= \t") != "" // else it may underline a heading
	}
	return true
}

// scanHeading reads a line that begins with a hash sign.
func (b *Body) scanHeading(body string, start, end, number int) (ok bool) {
	line := body[start:end]
	level := len(line) - len(strings.TrimLeft(line, "#"))
	title := strings.TrimSpace(line[level:])
	if level < 2 || level > 3 || title == "" || line[level] != ' ' || !isPlainTitle(line[level:]) {
		return false
	}
	at := diag.Position{Line: number, Column: 1 + strings.Index(line, title)}
	span := diag.Span{Start: at, End: diag.Position{Line: number, Column: at.Column + utf8.RuneCountInString(title)}}
	b.add(level, title, span, start, min(end+1, len(body)), len(body))
	return true
}

// isPlainTitle reports whether a heading's text has neither closing hash signs
// nor characters that a parser could trim otherwise.
func isPlainTitle(s string) bool {
	if strings.Contains(s, "#") {
		return false
	}
	for i := range len(s) {
		if s[i] < ' ' || s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
