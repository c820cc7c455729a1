package markdown

import (
	"errors"
	"strings"
	"time"

	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
)

// ErrNoSection is returned where a body has no section of that heading, or more
// than one.
var ErrNoSection = errors.New("no such section")

// ErrOpen is returned where the text of a section does not end with it, so that
// an entry behind it would be part of that text.
var ErrOpen = errors.New("a code fence or an HTML comment in the section is not closed")

// AppendEntry adds an entry at the end of a section and returns the new body.
// Headings in the text are pushed below those of entries, and text that would
// reach out of its entry, such as an open code fence, is quoted: the sections
// before and after are the same, and so will they be with the next entry.
func AppendEntry(body, heading string, at time.Time, by, entry string) (string, error) {
	if err := errors.Join(CheckLimits(body), CheckLimits(entry)); err != nil {
		return "", err
	}
	before := Parse(body, 1)
	section := only(before, heading)
	if section == nil {
		return "", ErrNoSection
	}
	entry = strings.Trim(demote(entry), "\n")
	result := insertEntry(body, section.End, at, by, entry)
	if err := CheckLimits(result); err != nil {
		return "", err
	}
	if !isContained(before, result, heading) {
		result = insertEntry(body, section.End, at, by, Quote(entry))
	}
	if !isContained(before, result, heading) {
		return "", ErrOpen
	}
	return result, nil
}

// IsClosed reports whether a section could follow the body: no code fence or HTML
// comment in it is still open.
func IsClosed(body string) bool {
	return len(Parse(body+"\n\n## Next\n", 1).Sections) > len(Parse(body, 1).Sections)
}

// Quote returns a text as a block quote, out of which nothing reaches.
func Quote(text string) string { return "> " + strings.ReplaceAll(text, "\n", "\n> ") }

// AppendSection adds an empty section at the end of a body.
func AppendSection(body, heading string) string {
	return strings.TrimRight(body, "\n") + "\n\n## " + heading + "\n"
}

func only(b *Body, heading string) *Section {
	var found *Section
	for i := range b.Sections {
		if b.Sections[i].Heading == heading {
			if found != nil {
				return nil
			}
			found = &b.Sections[i]
		}
	}
	return found
}

func insertEntry(body string, end int, at time.Time, by, entry string) string {
	head := strings.TrimRight(body[:end], "\n")
	out := head + "\n\n### " + EntryHeading(at, by) + "\n\n" + entry + "\n"
	if end < len(body) {
		out += "\n" + body[end:]
	}
	return out
}

// isContained reports whether the body is before with one entry more in the
// section of the heading, and that entry is closed: another one can follow.
func isContained(before *Body, body, heading string) bool {
	after := Parse(body, 1)
	if !grewByOne(before, after, heading) {
		return false
	}
	next := insertEntry(body, only(after, heading).End, time.Time{}, "nobody", "")
	return grewByOne(after, Parse(next, 1), heading)
}

// grewByOne reports whether after has the sections of before, with one entry
// more in the one of the heading.
func grewByOne(before, after *Body, heading string) bool {
	if len(before.Sections) != len(after.Sections) {
		return false
	}
	for i, s := range before.Sections {
		want := len(s.Entries)
		if s.Heading == heading {
			want++
		}
		if after.Sections[i].Heading != s.Heading || len(after.Sections[i].Entries) != want {
			return false
		}
	}
	return true
}

// demote pushes the headings of a text to level 4 and below.
func demote(src string) string {
	doc := shared().Parser().Parse(text.NewReader([]byte(src)))
	var out strings.Builder
	at := 0
	for n := doc.FirstChild(); n != nil; n = n.NextSibling() {
		h, ok := n.(*ast.Heading)
		if !ok || h.Lines().Len() == 0 {
			continue
		}
		first, last := h.Lines().At(0), h.Lines().At(h.Lines().Len()-1)
		head := lineStart(src, first.Start)
		end := nextLine(src, max(last.Stop-1, last.Start))
		if setext(src, head) {
			end = nextLine(src, end)
		}
		title := strings.Join(strings.Fields(src[first.Start:last.Stop]), " ")
		out.WriteString(src[at:head] + strings.Repeat("#", min(h.Level+3, 6)) + " " + title + "\n")
		at = end
	}
	return out.String() + src[at:]
}
