package site

import (
	"cmp"
	"context"
	"iter"
	"net/url"
	"runtime"
	"slices"
	"strings"
	"sync"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/markdown"
	"frontdesk/records/plain"
)

// batch is how many record pages are made before they are handed on: enough to
// keep all cores busy, few enough to bound memory.
const batch = 512

// recordPages yields the page of every record, in the order of the set.
func (v *view) recordPages(ctx context.Context) iter.Seq[Page] {
	return func(yield func(Page) bool) {
		for chunk := range slices.Chunk(v.items, batch) {
			if ctx.Err() != nil {
				return
			}
			for _, p := range v.makePages(chunk) {
				if !yield(p) {
					return
				}
			}
		}
	}
}

// makePages makes the pages of some records on all cores, each into its own
// slot.
func (v *view) makePages(items []*item) []Page {
	pages := make([]Page, len(items))
	errs := make([]error, len(items))
	workers := min(runtime.GOMAXPROCS(0), len(items))
	var wait sync.WaitGroup
	for w := range workers {
		wait.Go(func() {
			md := markdown.NewRenderer()
			for i := w; i < len(items); i += workers {
				pages[i], errs[i] = v.recordPage(items[i], md)
			}
		})
	}
	wait.Wait()
	for i, err := range errs {
		if err != nil {
			it := items[i]
			v.problems = append(v.problems, diag.New(textRule, diag.Error, it.Path, diag.At(cmp.Or(it.BodyLine, 1)),
				"a part of the text is not on the site: %s", err))
		}
	}
	return pages
}

// recordPage makes the page of a record.
func (v *view) recordPage(it *item, md *markdown.Renderer) (Page, error) {
	text := v.render(it, md)
	it.words = strings.Join(text.words, "\n")
	p := v.page(it.page, "record", v.title(it))
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
	return p, text.err
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
	m := marks{Changed: v.timeOrNil(it.changed)}
	if b := v.stateBadge(it); b != nil {
		m.Badges = append(m.Badges, *b)
	}
	if f := v.priority(it.kind.Type); f != nil {
		if x := v.get(it, f.Name); !x.IsNull() {
			m.Badges = append(m.Badges, badge{Text: plain.Line(x.String()), Class: level(f, x.String())})
		}
	}
	if v.isMajor(it) {
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
	at := map[string]int{}
	for _, b := range v.sortedBack(it) {
		label := b.from.kind.Plural + ": " + strings.ToLower(cmp.Or(b.field, "in the text"))
		i, ok := at[label]
		if !ok {
			i = len(out)
			at[label] = i
			out = append(out, mention{Label: label})
		}
		out[i].Total++
		if out[i].Total <= maxMentions {
			out[i].Rows = append(out[i].Rows, v.shortRow(b.from, it.page))
		} else {
			out[i].More = relative(it.page, searchPath) + "?q=" + url.QueryEscape(string(it.ID))
		}
	}
	return out
}

// maxMentions is how many records of one type and field a page lists that name
// its record; a team may have thousands. It says so where it lists fewer.
const maxMentions = 100

// sortedBack orders those who name a record as lists do: by type, then as the
// type's records stand.
func (v *view) sortedBack(it *item) []backlink {
	out := slices.Clone(it.back)
	order := map[*kind]int{}
	for i, k := range v.kinds {
		order[k] = i
	}
	slices.SortStableFunc(out, func(a, b backlink) int {
		return cmp.Or(cmp.Compare(order[a.from.kind], order[b.from.kind]), cmp.Compare(a.field, b.field), v.compare(a.from, b.from))
	})
	return out
}
