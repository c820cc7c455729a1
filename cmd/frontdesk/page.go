package main

import (
	"fmt"
	"strings"
	"time"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"frontdesk/records"
	"frontdesk/records/markdown"
	"frontdesk/records/plain"
	"frontdesk/schema"
)

// page is a record as people read it at a terminal.
type page struct {
	strings.Builder
	width int // 0 wraps nothing
	color bool
	zone  *time.Location
}

// record writes the whole record. What stands in its file without a place in
// its type is written, too.
func (p *page) record(t *schema.Type, r *records.Record, book *clockBook) {
	p.strong(string(r.ID) + "  " + r.Title())
	p.line("", p.kind(t, r)+" · "+r.Path)
	p.line("", "")
	p.fields(t, r)
	p.clocks(t, r, book)
	p.body(r)
}

// kind says in words what a record is and how it stands.
func (p *page) kind(t *schema.Type, r *records.Record) string {
	if t == nil {
		return string(r.Type)
	}
	s := t.State(r.State())
	switch {
	case s == nil && r.State() == "":
		return t.Title
	case s == nil:
		return fmt.Sprintf("%s · unknown state %s", t.Title, r.State())
	case string(s.Name) == string(s.Category):
		return fmt.Sprintf("%s · %s", t.Title, s.Name)
	}
	return fmt.Sprintf("%s · %s (%s)", t.Title, s.Name, s.Category)
}

// fields writes what is set, in the order of the type, then other keys.
func (p *page) fields(t *schema.Type, r *records.Record) {
	var labels []string
	var values []string
	add := func(label string, v *records.Value, isTime bool) {
		if text := p.value(v, isTime); text != "" {
			labels, values = append(labels, plain.Line(label)), append(values, text)
		}
	}
	for _, f := range declared(t) {
		if !isHeader(f.Name) {
			add(label(f), r.Get(f.Name), f.IsTime())
		}
	}
	for _, pair := range r.Fields.Pairs {
		if !isHeader(pair.Key) && (t == nil || t.Field(pair.Key) == nil) {
			add(pair.Key, pair.Value, false)
		}
	}
	widest := 0
	for _, l := range labels {
		widest = max(widest, ansi.StringWidth(l))
	}
	for i, l := range labels {
		first := "  " + l + strings.Repeat(" ", widest-ansi.StringWidth(l)) + "  "
		p.wrapped(first, strings.Repeat(" ", ansi.StringWidth(first)), values[i])
	}
}

func declared(t *schema.Type) []*schema.Field {
	if t == nil {
		return nil
	}
	return t.Fields
}

func label(f *schema.Field) string {
	if f.Title != "" {
		return f.Title
	}
	return f.Name
}

// isHeader reports whether a field is shown elsewhere than among the fields.
func isHeader(name string) bool {
	switch name {
	case records.FieldID, records.FieldTitle, records.FieldState, records.FieldLog:
		return true
	}
	return false
}

// value writes a value in words.
func (p *page) value(v *records.Value, isTime bool) string {
	if isTime {
		if at, ok := records.ParseTime(v.String()); ok {
			return p.time(at)
		}
	}
	return plain.Text(strings.TrimRight(valueText(v), "\n"))
}

func (p *page) time(at time.Time) string { return at.In(p.zone).Format("2006-01-02 15:04 MST") }

// body writes the text, section by section. Sections without text are left out.
func (p *page) body(r *records.Record) {
	b := markdown.Parse(r.Body, r.BodyLine)
	if len(b.Sections) == 0 {
		p.text("", r.Body)
		return
	}
	p.text("", r.Body[:b.Sections[0].Head])
	for _, s := range b.Sections {
		lead := written(s.Lead(r.Body))
		if lead == "" && len(s.Entries) == 0 {
			continue
		}
		p.line("", "")
		p.strong(s.Heading)
		p.text("", lead)
		for _, entry := range s.Entries {
			p.line("", "")
			p.line("", p.entryHeading(entry))
			p.paragraphs("  ", entry.Text(r.Body))
		}
	}
}

func (p *page) entryHeading(e markdown.Entry) string {
	if !e.Valid {
		return e.Heading
	}
	return p.time(e.At) + "  " + e.By
}

// written returns a section's text without the comment that a new record has in
// its place.
func written(text string) string {
	rest := strings.TrimSpace(text)
	if comment, after, ok := strings.Cut(rest, "-->"); ok && strings.HasPrefix(comment, "<!--") && strings.TrimSpace(after) == "" {
		return ""
	}
	return text
}

// links writes the references of a record in both directions.
func (p *page) links(links []link) {
	if len(links) == 0 {
		return
	}
	t := table{header: []string{"LINK", "RECORD", "TITLE"}, width: p.width, color: p.color}
	for _, l := range links {
		way := l.Field
		if l.Direction == "in" {
			way = l.Field + " of"
		}
		t.rows = append(t.rows, []string{way, l.Ref, l.Title})
	}
	p.line("", "")
	_ = t.write(p) // a strings.Builder takes everything
}

// text writes a text after an empty line, nothing where it is empty.
func (p *page) text(indent, text string) {
	if text = strings.Trim(text, "\n"); strings.TrimSpace(text) == "" {
		return
	}
	p.line("", "")
	p.paragraphs(indent, text)
}

// paragraphs writes a text line by line, long lines wrapped; what stands in a
// code fence stays as it is.
func (p *page) paragraphs(indent, text string) {
	fenced := false
	for _, line := range strings.Split(plain.Text(strings.Trim(text, "\n")), "\n") {
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			fenced = !fenced
		}
		if fenced || strings.HasPrefix(line, "|") || strings.HasPrefix(line, "    ") {
			p.line(indent, line)
			continue
		}
		content := strings.TrimLeft(line, " \t")
		lead := indent + line[:len(line)-len(content)]
		p.wrapped(lead, lead+strings.Repeat(" ", marker(content)), content)
	}
}

// marker returns how wide the mark of a list item is at the beginning of a line.
func marker(line string) int {
	word, _, ok := strings.Cut(line, " ")
	if ok && (word == "-" || word == "*" || word == ">" || strings.TrimRight(word, "0123456789") == ".") {
		return len(word) + 1
	}
	return 0
}

// wrapped writes words after first, and goes on after rest where the line would
// become too long. Line breaks in the text stay.
func (p *page) wrapped(first, rest, text string) {
	for i, line := range strings.Split(text, "\n") {
		if i > 0 {
			first = rest
		}
		p.wrapLine(first, rest, line)
	}
}

func (p *page) wrapLine(first, rest, text string) {
	if p.width == 0 || ansi.StringWidth(first+text) <= p.width {
		p.line("", first+text)
		return
	}
	line, empty := first, true
	for _, word := range strings.Fields(text) {
		if !empty && ansi.StringWidth(line+" "+word) > p.width {
			p.line("", line)
			line, empty = rest, true
		}
		if !empty {
			line += " "
		}
		line, empty = line+word, false
	}
	p.line("", line)
}

// line writes one line, made harmless, without blanks at its end.
func (p *page) line(indent, text string) {
	p.WriteString(strings.TrimRight(indent+plain.Text(text), " \t") + "\n")
}

// strong writes a heading on one line.
func (p *page) strong(text string) {
	text = plain.Line(text)
	if p.color {
		text = lipgloss.NewStyle().Bold(true).Render(text)
	}
	p.WriteString(text + "\n")
}
