// Package markdown provides the structure of the text of records: sections, entries and
// links as CommonMark sees them. With site/safehtml, which renders them, it is the only
// package that imports goldmark; it must not know record types, nor follow links.
package markdown

import (
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/parser"
	"github.com/yuin/goldmark/text"

	"frontdesk/records/diag"
)

// Body is the structure of a record's text.
type Body struct {
	Sections []Section
	Links    []Link
	Preamble string // what stands before the first section
}

// Section is a level-2 heading at the top of the document and what follows it.
type Section struct {
	Heading string
	Span    diag.Span // of the heading's text
	Head    int       // byte offset in the body of the heading's line
	Start   int       // byte offset of the content, after the heading
	End     int       // byte offset after the content: the next section or the end
	Entries []Entry
}

// Entry is a level-3 heading of the form "2026-11-03T09:41:00Z lee" and what
// follows it, up to the next heading of level 3.
type Entry struct {
	Heading string
	At      time.Time
	By      string
	Valid   bool // the heading has that form
	Span    diag.Span
	Start   int // byte offset of the content, after the heading
	End     int
}

// Link is a link or an image.
type Link struct {
	Destination string
	Image       bool
	Span        diag.Span
}

// Text returns the section's content within its body, without the blank lines
// around it.
func (s Section) Text(body string) string { return strings.Trim(body[s.Start:s.End], "\n") }

// Text returns the entry's content within its body, without the blank lines
// around it.
func (e Entry) Text(body string) string { return strings.Trim(body[e.Start:e.End], "\n") }

// Lead returns the section's content before its first entry.
func (s Section) Lead(body string) string {
	if len(s.Entries) == 0 {
		return s.Text(body)
	}
	return strings.Trim(body[s.Start:lineStart(body, s.Entries[0].Start-1)], "\n")
}

// IsWritten reports whether the section has words of its own: headings and HTML
// comments are none.
func (s Section) IsWritten(body string) bool {
	for line := range strings.Lines(withoutComments(body[s.Start:s.End])) {
		if t := strings.TrimSpace(line); !strings.HasPrefix(t, "#") && strings.ContainsFunc(t, isWordRune) {
			return true
		}
	}
	return false
}

func isWordRune(r rune) bool { return unicode.IsLetter(r) || unicode.IsNumber(r) }

// withoutComments cuts out HTML comments. One that is not closed goes on to the end.
func withoutComments(text string) string {
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(text, "<!--")
		b.WriteString(before)
		if !found {
			return b.String()
		}
		_, text, _ = strings.Cut(rest, "-->")
	}
}

// shared is the parser for what needs no settings; it is safe for concurrent use.
var shared = sync.OnceValue(New)

// New makes the parser and renderer that all of Frontdesk uses: GitHub's tables,
// strike-through, task lists and bare links; no raw HTML.
func New() goldmark.Markdown {
	return goldmark.New(
		goldmark.WithExtensions(extension.Table, extension.Strikethrough, extension.TaskList,
			extension.NewLinkify(extension.WithLinkifyAllowedProtocols([]string{"http:", "https:"}))),
		goldmark.WithParserOptions(parser.WithAutoHeadingID()),
	)
}

// Parse reads the structure of a body. firstLine is the line of its file on
// which it begins. A body that CheckLimits refuses has no structure.
func Parse(body string, firstLine int) *Body {
	b := &Body{}
	if CheckLimits(body) != nil {
		return b
	}
	src := []byte(body)
	doc := shared().Parser().Parse(text.NewReader(src))
	at := &locator{body: body, firstLine: firstLine}
	for n := doc.FirstChild(); n != nil; n = n.NextSibling() {
		if h, ok := n.(*ast.Heading); ok && h.Lines().Len() > 0 {
			b.heading(h, at)
		}
	}
	b.finish(body)
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			b.link(n, src, at)
		}
		return ast.WalkContinue, nil
	})
	return b
}

func (b *Body) heading(h *ast.Heading, at *locator) {
	first, last := h.Lines().At(0), h.Lines().At(h.Lines().Len()-1)
	title := strings.TrimSpace(at.body[first.Start:last.Stop])
	head := lineStart(at.body, first.Start)
	start := nextLine(at.body, max(last.Stop-1, last.Start))
	if setext(at.body, head) {
		start = nextLine(at.body, start)
	}
	b.add(h.Level, title, at.span(first.Start, title), head, start, len(at.body))
}

// add notes a heading of level 2 or 3 at the top of the document. head is where
// its line begins, start where its content does, and size the body's length.
func (b *Body) add(level int, title string, span diag.Span, head, start, size int) {
	switch {
	case level == 2:
		b.close(head)
		b.Sections = append(b.Sections, Section{Heading: title, Span: span, Head: head, Start: start, End: size})
	case level == 3 && len(b.Sections) > 0:
		b.closeEntry(head)
		s := &b.Sections[len(b.Sections)-1]
		e := Entry{Heading: title, Span: span, Start: start, End: size}
		e.At, e.By, e.Valid = entryHeading(title)
		s.Entries = append(s.Entries, e)
	}
}

// entryHeading reads "2026-11-03T09:41:00Z lee".
func entryHeading(title string) (at time.Time, by string, ok bool) {
	when, by, ok := strings.Cut(title, " ")
	at, err := time.Parse(time.RFC3339, when)
	ok = ok && err == nil && by != "" && !strings.ContainsAny(by, " \t")
	return at, by, ok
}

// EntryHeading writes the heading of an entry, without the leading "### ".
func EntryHeading(at time.Time, by string) string {
	return at.UTC().Format("2006-01-02T15:04:05Z") + " " + by
}

func (b *Body) close(end int) {
	b.closeEntry(end)
	if n := len(b.Sections); n > 0 {
		b.Sections[n-1].End = end
	}
}

func (b *Body) closeEntry(end int) {
	if len(b.Sections) == 0 {
		return
	}
	s := &b.Sections[len(b.Sections)-1]
	if n := len(s.Entries); n > 0 && s.Entries[n-1].End > end {
		s.Entries[n-1].End = end
	}
}

func (b *Body) finish(body string) {
	b.Preamble = body
	if len(b.Sections) > 0 {
		b.Preamble = body[:b.Sections[0].Head]
	}
	b.Preamble = strings.Trim(b.Preamble, "\n")
}

func (b *Body) link(n ast.Node, src []byte, at *locator) {
	var l Link
	switch n := n.(type) {
	case *ast.Link:
		l.Destination = string(n.Destination)
	case *ast.Image:
		l.Destination, l.Image = string(n.Destination), true
	case *ast.AutoLink:
		l.Destination = string(n.URL(src))
	default:
		return
	}
	l.Span = at.span(offsetOf(n), l.Destination)
	l.Span.End = l.Span.Start
	b.Links = append(b.Links, l)
}

// offsetOf returns where a node's first text stands, or the block that holds it.
func offsetOf(n ast.Node) int {
	for c := n.FirstChild(); c != nil; c = c.FirstChild() {
		if t, ok := c.(*ast.Text); ok {
			return t.Segment.Start
		}
	}
	for p := n.Parent(); p != nil; p = p.Parent() {
		if p.Type() == ast.TypeBlock && p.Lines().Len() > 0 {
			return p.Lines().At(0).Start
		}
	}
	return 0
}

// locator turns byte offsets of the body into positions in the file.
type locator struct {
	body      string
	firstLine int
	offset    int // the last one asked for
	line      int // its line within the body, from 0
}

func (l *locator) span(offset int, title string) diag.Span {
	if offset < l.offset {
		l.offset, l.line = 0, 0
	}
	l.line += strings.Count(l.body[l.offset:offset], "\n")
	l.offset = offset
	column := 1 + len([]rune(l.body[lineStart(l.body, offset):offset]))
	start := diag.Position{Line: l.firstLine + l.line, Column: column}
	return diag.Span{Start: start, End: diag.Position{Line: start.Line, Column: column + len([]rune(title))}}
}

func lineStart(s string, at int) int { return strings.LastIndexByte(s[:max(at, 0)], '\n') + 1 }

func nextLine(s string, at int) int {
	if i := strings.IndexByte(s[min(at, len(s)):], '\n'); i >= 0 {
		return at + i + 1
	}
	return len(s)
}

// setext reports whether the heading on the line is one that the next line
// underlines: it does not begin with a hash sign.
func setext(body string, line int) bool {
	return !strings.HasPrefix(strings.TrimLeft(body[line:], " "), "#")
}
