package site

import (
	"cmp"
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/plain"
)

// batch is how many record pages are made before they are handed on: enough to
// keep all cores busy, few enough to bound memory.
const batch = 512

// recordPages yields the pages of records that must be made, in the order of the
// set. What the records asked for on the way is noted.
func (v *view) recordPages(ctx context.Context, yield func(Page) bool) error {
	for chunk := range slices.Chunk(v.redrawn(), batch) {
		pages := make([]Page, len(chunk))
		err := parallel(ctx, len(chunk), func(n int) {
			v.openOne(chunk[n])
			if chunk[n].full != nil {
				pages[n] = v.recordPage(chunk[n])
			}
		})
		if err != nil {
			return err
		}
		for n, it := range chunk {
			if it.full == nil {
				return fmt.Errorf("read %s: %w", it.Path, errChanged)
			}
			v.hear(it)
			v.conclude(it)
			it.release()
			if !yield(pages[n]) {
				return nil
			}
		}
	}
	return nil
}

// redrawn are the records whose pages must be made: those that changed, and
// those about which others say something new.
func (v *view) redrawn() []*item {
	var out []*item
	for _, it := range v.items {
		around := v.around(it)
		it.redraw = it.stale || around != it.Around
		it.Around = around
		if it.redraw {
			out = append(out, it)
		}
	}
	return out
}

// around is the digest of what a record's page shows that comes neither from the
// record nor from what it asked: the way to it, and who names it.
func (v *view) around(it *item) digest {
	if it.shelf == nil && len(it.back) == 0 {
		return digest{}
	}
	d := newDigester()
	for c := it.shelf; c != nil; c = c.above {
		d.text(c.page)
		d.text(c.title)
	}
	for _, m := range v.mentions(it) {
		d.text(m.label)
		d.number(len(m.items))
		d.digest(shorts(m.items[:min(maxMentions, len(m.items))]))
	}
	return d.done()
}

// recordPage makes the page of a record.
func (v *view) recordPage(it *item) Page {
	v = v.asking(it)
	text := v.render(it)
	if text.err != nil {
		it.problems = append(it.problems, diag.New(textRule, diag.Error, it.Path, diag.At(cmp.Or(it.full.BodyLine, 1)),
			"a part of the text is not on the site: %s", text.err))
	}
	it.line = v.lineOf(it, strings.Join(text.words, "\n"))
	p := v.page(it.page, "record", it.Title)
	p.Params["section"] = it.kind.home()
	p.Params["id"] = plain.Line(string(it.ID))
	p.Params["type"] = it.kind.Title
	p.Params["article"] = isLibrary(it.kind.Type)
	p.draw(v, "crumbs", v.crumbs(it))
	if m := v.marks(it); len(m.Badges) > 0 || m.Changed != nil {
		p.draw(v, "marks", m)
	}
	if lead := v.lead(it); lead != "" {
		p.Params["lead"] = lead
	}
	if len(text.contents) > 2 {
		p.draw(v, "contents", text.contents)
	}
	if len(text.sections) > 0 {
		p.Params["text"] = v.parts.draw("sections", text.sections)
	}
	p.draw(v, "facts", v.groups(it))
	if steps := v.timeline(it, it.page); len(steps) > 0 {
		p.draw(v, "log", steps)
	}
	if back := v.backlinks(it); len(back) > 0 {
		p.draw(v, "back", back)
	}
	if v.isStaff() {
		p.Params["source"] = plain.Line(it.Path)
	}
	return p
}

// draw sets a parameter to the part of its name.
func (p Page) draw(v *view, name string, data any) { p.Params[name] = v.parts.draw(name, data) }

// page starts a page with what all of them need.
func (v *view) page(path, layout, title string) Page {
	return Page{Path: path, Layout: layout, Title: title, Params: map[string]any{"root": root(path), "path": path}}
}

// crumbs is the way from the home page to a record.
func (v *view) crumbs(it *item) []link {
	out := []link{{Href: relative(it.page, homePath), Text: "Home"}}
	if it.shelf != nil {
		out = append(out, it.shelf.trail(it.page)...)
		return append(out, link{Href: relative(it.page, it.shelf.page), Text: it.shelf.title})
	}
	return append(out, link{Href: relative(it.page, it.kind.home()), Text: it.kind.Plural})
}

// home is the page of a type.
func (k *kind) home() string { return k.dir + "/index.html" }

// marks are the record's state and priority, whether it is a major one, and when
// it was changed last.
func (v *view) marks(it *item) marks {
	m := marks{Changed: v.timeOrNil(it.Changed)}
	if b := it.badge(); b != nil {
		m.Badges = append(m.Badges, *b)
	}
	if f := v.priority(it.kind.Type); f != nil {
		if x := v.get(it, f.Name); !x.IsNull() {
			m.Badges = append(m.Badges, badge{Text: plain.Line(x.String()), Class: level(f, x.String())})
		}
	}
	if it.Major {
		m.Badges = append(m.Badges, badge{Text: v.majorTitle(it), Class: "level major"})
	}
	return m
}

// majorField is a yes-or-no field that sets a record off from all others; what
// is major and open stands on the home page.
const majorField = "major"

func (v *view) isMajor(it *item) bool {
	x := v.get(it, majorField)
	return x != nil && x.Kind == records.Bool && x.Text == "true"
}

func (v *view) majorTitle(it *item) string {
	if f := it.kind.Field(majorField); f != nil {
		return label(f)
	}
	return humanize(majorField)
}

// leadField holds one sentence that says what an article is for.
const leadField = "summary"

// lead is the sentence below an article's title.
func (v *view) lead(it *item) string {
	if !isLibrary(it.kind.Type) {
		return ""
	}
	return plain.Line(v.get(it, leadField).String())
}

// backlinks are the records that name this one, by type and field.
func (v *view) backlinks(it *item) []mention {
	var out []mention
	for _, m := range v.mentions(it) {
		x := mention{Label: m.label, Total: len(m.items)}
		x.Rows = v.shortRows(m.items[:min(maxMentions, len(m.items))], it.page)
		if x.Total > maxMentions {
			x.More = relative(it.page, searchPath) + "?q=" + url.QueryEscape(string(it.ID))
		}
		out = append(out, x)
	}
	return out
}

// maxMentions is how many records of one type and field a page lists that name
// its record; a team may have thousands. It says so where it lists fewer.
const maxMentions = 100

// mentioning are the records of one type that name a record in one field, as the
// type's records stand in lists.
type mentioning struct {
	kind  *kind
	field string // title, "" for a link in the text
	label string
	items []*item
}

// mentions are the records that name this one, by type and field.
func (v *view) mentions(it *item) []*mentioning {
	type place struct {
		kind  *kind
		field string
	}
	at := map[place]*mentioning{}
	var all []*mentioning
	for _, b := range it.back {
		p := place{b.from.kind, b.field}
		if at[p] == nil {
			label := p.kind.Plural + ": " + strings.ToLower(cmp.Or(p.field, "in the text"))
			at[p] = &mentioning{kind: p.kind, field: p.field, label: label}
			all = append(all, at[p])
		}
		at[p].items = append(at[p].items, b.from)
	}
	slices.SortStableFunc(all, func(a, b *mentioning) int {
		return cmp.Or(cmp.Compare(slices.Index(v.kinds, a.kind), slices.Index(v.kinds, b.kind)), cmp.Compare(a.field, b.field))
	})
	return all
}
