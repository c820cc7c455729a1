package site

import (
	"cmp"
	"fmt"
	stdhtml "html"
	"html/template"
	"regexp"
	"strings"
	"time"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/markdown"
	"frontdesk/records/plain"
	"frontdesk/schema"
	"frontdesk/site/safehtml"
)

// segment is a part of a record's text that readers may see, as Markdown.
type segment struct {
	title    string
	audience schema.Audience // where it is narrower than the record's
	parts    []part
	problem  string // why it cannot be shown
}

// part is a stretch of Markdown: an entry with time and author, or text that
// stands outside of entries.
type part struct {
	at   time.Time
	by   string
	head string // heading of an entry that has no time and author
	text string
}

// segmentsOf splits a record's text at the sections that its type owns. What is
// in no such section, or in the second one of that name, is for staff alone: it
// may have been meant for the section above it.
func (v *view) segmentsOf(it *item) []segment {
	if strings.TrimSpace(it.full.Body) == "" {
		return nil
	}
	if err := markdown.CheckLimits(it.full.Body); err != nil {
		return v.unshown(it, err)
	}
	if len(it.kind.Body.Sections) == 0 {
		return []segment{{parts: []part{{text: it.full.Body}}}}
	}
	body := markdown.Parse(it.full.Body, it.full.BodyLine)
	var out []segment
	if v.isStaff() && strings.TrimSpace(body.Preamble) != "" {
		out = append(out, segment{audience: schema.Staff, parts: []part{{text: body.Preamble}}})
	}
	seen := map[string]bool{}
	for _, s := range body.Sections {
		own := it.kind.Section(s.Heading)
		audience := schema.Staff
		if own != nil && !seen[s.Heading] {
			audience = own.Audience
		}
		seen[s.Heading] = true
		if audience != "" && !mayRead(v.readers, audience) {
			continue
		}
		if parts := v.split(it.full.Body, s); len(parts) > 0 {
			out = append(out, segment{title: plain.Line(s.Heading), audience: audience, parts: parts})
		}
	}
	return out
}

// unshown notes that a text cannot be shown. Nobody but staff is told.
func (v *view) unshown(it *item, err error) []segment {
	line := cmp.Or(it.full.BodyLine, 1)
	it.problems = append(it.problems, diag.New(textRule, diag.Error, it.Path, diag.At(line), "the text is not on the site: %s", err))
	if !v.isStaff() {
		return nil
	}
	return []segment{{audience: schema.Staff, problem: plain.Line(err.Error())}}
}

// split cuts a section into its entries and what stands between them.
func (v *view) split(body string, s markdown.Section) []part {
	var out []part
	add := func(p part) {
		p.text = strings.Trim(p.text, "\n")
		if strings.TrimSpace(p.text) != "" || !p.at.IsZero() || p.head != "" {
			out = append(out, p)
		}
	}
	done := s.Start
	for _, e := range s.Entries {
		head := strings.LastIndexByte(body[:max(e.Start-1, 0)], '\n') + 1
		if head > done {
			add(part{text: body[done:head]})
		}
		p := part{text: body[e.Start:e.End]}
		if e.Valid {
			p.at, p.by = e.At, e.By
		} else {
			p.head = plain.Line(e.Heading)
		}
		add(p)
		done = e.End
	}
	if done < s.End {
		add(part{text: body[done:s.End]})
	}
	return out
}

// linked returns the record that a link in a record's text leads to, nil if
// there is none that readers may see, and the part of it.
func (v *view) linked(it *item, destination string) (to *item, fragment string) {
	file, fragment := linkedPath(it, destination)
	if file == "" {
		return nil, ""
	}
	return v.ask(question{asksPath, "", file}).to, fragment
}

// resolver returns what becomes of the links in a record's text. Links to
// records lead to their pages, links to the web stay. All others go, and their
// text stays: what they lead to is not on the site. Images go too: those of the
// web would tell others who reads the page.
func (v *view) resolver(it *item) func(string) (string, bool) {
	return func(destination string) (string, bool) {
		if isWeb(destination) || strings.HasPrefix(destination, "mailto:") && isMail(strings.TrimPrefix(destination, "mailto:")) {
			return destination, true
		}
		to, fragment := v.linked(it, destination)
		if to == nil {
			return "", false
		}
		href := relative(it.page, to.page)
		if f := slug(fragment); f != "" {
			href += "#" + headingPrefix + f
		}
		return href, true
	}
}

// headingPrefix begins the ids of headings within texts, so that none is taken
// for a part of the page.
const headingPrefix = "h-"

// rendered is a record's text as its page shows it.
type rendered struct {
	sections []section
	contents []link   // headings of an article
	words    []string // the text without markup, for searching
	err      error    // a text that could not be rendered
}

// render turns the visible text into HTML.
func (v *view) render(it *item) rendered {
	md := v.markdown.Get().(*safehtml.Renderer)
	defer v.markdown.Put(md)
	var out rendered
	article := len(it.kind.Body.Sections) == 0
	for i, s := range it.segments {
		sec := section{Title: s.title, Problem: s.problem}
		if s.audience != "" && s.audience != audienceOf(it.kind.Type, it.full) {
			sec.Audience = audienceName(s.audience)
		}
		if s.title != "" {
			sec.Anchor = headingPrefix + cmp.Or(slug(s.title), "section")
			if i > 0 && taken(out.sections, sec.Anchor) {
				sec.Anchor += fmt.Sprintf("-%d", i+1)
			}
		}
		for n, p := range s.parts {
			prefix := headingPrefix
			if !article {
				prefix = fmt.Sprintf("%s%d-%d-", headingPrefix, i+1, n+1)
			}
			html, heads, err := v.html(it, md, p.text, prefix, article)
			if err != nil {
				out.err = err
				sec.Problem = plain.Line(err.Error())
				continue
			}
			sec.add(v, it, p, strings.TrimSpace(html), prefix)
			out.words = append(out.words, wordsOf(html))
			if article {
				out.contents = append(out.contents, heads...)
			}
		}
		if sec.HTML != "" || len(sec.Entries) > 0 || sec.Problem != "" {
			out.sections = append(out.sections, sec)
		}
	}
	return out
}

// inlineTag matches the tags that stand within words, anyTag all of them.
var (
	inlineTag = regexp.MustCompile(`</?(?:a|em|strong|del|code)(?: [^>]*)?>`)
	anyTag    = regexp.MustCompile(`<[^>]*>`)
)

// wordsOf returns the words of sanitised HTML: what can be searched is what can
// be seen, and comments in a text cannot.
func wordsOf(html string) string {
	return stdhtml.UnescapeString(anyTag.ReplaceAllString(inlineTag.ReplaceAllString(html, ""), " "))
}

func taken(sections []section, anchor string) bool {
	for _, s := range sections {
		if s.Anchor == anchor {
			return true
		}
	}
	return false
}

// add puts a rendered part into the section. Text before the first entry is the
// section's own.
func (s *section) add(v *view, it *item, p part, html, prefix string) {
	if p.at.IsZero() && p.head == "" && len(s.Entries) == 0 {
		s.HTML = template.HTML(html)
		return
	}
	e := entry{Anchor: prefix + "entry", HTML: template.HTML(html), Title: p.head}
	if !p.at.IsZero() {
		e.Time = v.timeOrNil(p.at)
		e.By = v.person(p.by, it.page)
	}
	s.Entries = append(s.Entries, e)
}

// html renders one text. Its headings stay below the page's own: the title is
// level 1, sections are level 2 and entries level 3.
func (v *view) html(it *item, md *safehtml.Renderer, text, prefix string, article bool) (string, []link, error) {
	top := 3
	if article {
		top = 2
	}
	opts := safehtml.Options{Prefix: prefix, Resolve: v.resolver(it)}
	html, heads, err := md.HTML(text, opts)
	if err != nil {
		return "", nil, err
	}
	if shift := top - highest(heads); len(heads) > 0 && shift != 0 {
		opts.Shift = shift
		if html, heads, err = md.HTML(text, opts); err != nil {
			return "", nil, err
		}
	}
	return html, contentsOf(heads, top), nil
}

// contentsOf links the headings of a text's top level, or those of the next one
// where a single heading stands above them all.
func contentsOf(heads []safehtml.Heading, top int) []link {
	var first, second []link
	for _, h := range heads {
		l := link{Href: "#" + h.ID, Text: plain.Line(h.Text)}
		switch h.Level {
		case top:
			first = append(first, l)
		case top + 1:
			second = append(second, l)
		}
	}
	if len(first) == 1 && len(second) > 1 {
		return second
	}
	return first
}

func highest(heads []safehtml.Heading) int {
	level := 6
	for _, h := range heads {
		level = min(level, h.Level)
	}
	return level
}

// person returns who did something, nil where readers may not know.
func (v *view) person(id, from string) *value {
	if !v.isStaff() || strings.TrimSpace(id) == "" {
		return nil
	}
	if to := v.ask(question{asksPerson, "", id}).to; to != nil {
		return &value{Text: plain.Line(id), Href: relative(from, to.page), Title: to.Title}
	}
	return &value{Text: plain.Line(id)}
}

// personType is the type whose ids stand in logs and headings of entries.
const personType records.Type = "person"
