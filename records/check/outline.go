package check

import (
	"strings"
	"time"
	"unicode/utf8"

	"frontdesk/records/diag"
	"frontdesk/records/markdown"
)

// structure returns the structure of a body. Most bodies are headings and prose,
// which a scan of the lines tells as well as a Markdown parser and thirty times
// faster; the parser decides all others.
func structure(body string, firstLine int) *markdown.Body {
	if b, ok := outline(body, firstLine); ok {
		return b
	}
	return markdown.Parse(body, firstLine)
}

// outline finds sections and entries by their lines. ok is false where a line
// could mean something else than it seems: code, HTML, links, underlined or
// indented headings. What it returns is what the parser would return, but for
// bare web addresses, which are links there.
func outline(body string, firstLine int) (b *markdown.Body, ok bool) {
	if strings.ContainsAny(body, "[<`~\r\x00") {
		return nil, false
	}
	b = &markdown.Body{}
	o := outliner{body: body, b: b}
	number := firstLine
	for start := 0; start < len(body); number++ {
		end := len(body)
		if i := strings.IndexByte(body[start:], '\n'); i >= 0 {
			end = start + i
		}
		if !o.line(start, end, number) {
			return nil, false
		}
		start = end + 1
	}
	o.close(len(body))
	b.Preamble = body
	if len(b.Sections) > 0 {
		b.Preamble = body[:b.Sections[0].Head]
	}
	b.Preamble = strings.Trim(b.Preamble, "\n")
	return b, true
}

type outliner struct {
	body string
	b    *markdown.Body
}

// line reads the line from start to end; ok is false where it is not plain.
func (o *outliner) line(start, end, number int) (ok bool) {
	line := o.body[start:end]
	text := strings.TrimLeft(line, " \t")
	if text == "" {
		return true
	}
	switch text[0] {
	case '#':
		return len(text) == len(line) && o.heading(line, start, end, number)
	case '-', '=':
		return strings.Trim(text, "-= \t") != "" // else it may underline a heading
	}
	return true
}

// heading reads a line that begins with a hash sign.
func (o *outliner) heading(line string, start, end, number int) (ok bool) {
	level := len(line) - len(strings.TrimLeft(line, "#"))
	text := strings.TrimSpace(line[level:])
	if level < 2 || level > 3 || text == "" || line[level] != ' ' || !plainTitle(line[level:]) {
		return false
	}
	at := diag.Position{Line: number, Column: 1 + strings.Index(line, text)}
	span := diag.Span{Start: at, End: diag.Position{Line: number, Column: at.Column + utf8.RuneCountInString(text)}}
	next := min(end+1, len(o.body))
	if level == 2 {
		o.close(start)
		o.b.Sections = append(o.b.Sections, markdown.Section{Heading: text, Span: span, Head: start, Start: next, End: len(o.body)})
		return true
	}
	o.closeEntry(start)
	if n := len(o.b.Sections); n > 0 {
		e := markdown.Entry{Heading: text, Span: span, Start: next, End: len(o.body)}
		e.At, e.By, e.Valid = entryHeading(text)
		o.b.Sections[n-1].Entries = append(o.b.Sections[n-1].Entries, e)
	}
	return true
}

// plainTitle reports whether a heading's text has neither closing hash signs nor
// characters that a parser could trim otherwise.
func plainTitle(s string) bool {
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

func entryHeading(text string) (at time.Time, by string, ok bool) {
	when, by, ok := strings.Cut(text, " ")
	at, err := time.Parse(time.RFC3339, when)
	return at, by, ok && err == nil && by != "" && !strings.ContainsAny(by, " \t")
}

func (o *outliner) close(end int) {
	o.closeEntry(end)
	if n := len(o.b.Sections); n > 0 {
		o.b.Sections[n-1].End = end
	}
}

func (o *outliner) closeEntry(end int) {
	if len(o.b.Sections) == 0 {
		return
	}
	entries := o.b.Sections[len(o.b.Sections)-1].Entries
	if n := len(entries); n > 0 {
		entries[n-1].End = end
	}
}
