package site

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"frontdesk/records"
	"frontdesk/records/plain"
	"frontdesk/schema"
)

// perPage is how many records one page of a list shows.
func perPage() length { return length{least: 150, spread: 64, most: 400} }

// list is a choice of a type's records, in order.
type list struct {
	key   string // "all", "open", or "state-" and the state's name
	title string
	state *schema.State // nil if not of one state
	items []*item
	cut   [][]*item // into pages, at least one
	pages []string  // paths of these
}

// arrange orders the records of every type and chooses the lists of it.
func (v *view) arrange() {
	for _, k := range v.kinds {
		if !isWork(k.Type) {
			for _, it := range k.items {
				it.lower = strings.ToLower(it.Title)
			}
		}
		k.items = inOrder(k.items, func(it *item) int { return it.Rank }, compare)
		k.columns = v.columnFields(k)
		v.chooseLists(k)
		if isLibrary(k.Type) {
			v.plant(k)
		}
	}
	v.arrangeIndex()
}

func (v *view) chooseLists(k *kind) {
	all := &list{key: "all", title: "All", items: k.items}
	k.lists = []*list{all}
	if isWork(k.Type) {
		k.lists = append(k.lists, &list{key: "open", title: "Open"})
	}
	byState := map[records.State]*list{}
	for _, s := range k.States {
		l := &list{key: "state-" + slug(string(s.Name)), title: stateTitle(s), state: s}
		byState[s.Name] = l
		k.lists = append(k.lists, l)
	}
	for _, it := range k.items {
		s := it.state
		if s == nil {
			continue
		}
		byState[s.Name].items = append(byState[s.Name].items, it)
		if isWork(k.Type) && s.Category.IsOpen() {
			k.lists[1].items = append(k.lists[1].items, it)
		}
	}
	k.lists = slices.DeleteFunc(k.lists, func(l *list) bool { return len(l.items) == 0 })
	for _, l := range k.lists {
		v.paginate(k, l)
	}
}

// paginate gives a list its pages. The list of all records begins on the type's
// own page, unless that shows the contents of a library.
func (v *view) paginate(k *kind, l *list) {
	l.cut = perPage().cut(l.items)
	for i := range l.cut {
		switch {
		case i == 0 && l.key == "all" && !isLibrary(k.Type):
			l.pages = append(l.pages, k.home())
		case i == 0:
			l.pages = append(l.pages, v.paths.claim(k.dir+"/list", l.key, ".html"))
		default:
			l.pages = append(l.pages, v.paths.claim(k.dir+"/list/"+l.key, fmt.Sprint(i+1), ".html"))
		}
	}
}

// compare orders records of one type: work by whether it is open, by priority
// and the latest first; things by their title.
func compare(a, b *item) int {
	if !isWork(a.kind.Type) {
		return cmp.Or(cmp.Compare(a.lower, b.lower), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Path, b.Path))
	}
	order := cmp.Compare(stage(a.category()), stage(b.category()))
	if order == 0 && a.category().IsOpen() {
		order = cmp.Compare(a.Urgency, b.Urgency)
	}
	if order != 0 {
		return order
	}
	return cmp.Or(b.Opened.Compare(a.Opened), cmp.Compare(b.ID, a.ID), cmp.Compare(a.Path, b.Path))
}

func stage(c records.Category) int {
	switch {
	case c.IsOpen():
		return 0
	case c == records.Resolved:
		return 1
	}
	return 2
}

// urgencyOf is the place of a record's priority among the type's, the most
// urgent first.
func (v *view) urgencyOf(it *item) string {
	f := v.priority(it.kind.Type)
	if f == nil {
		return ""
	}
	x := v.get(it, f.Name)
	if x.IsNull() {
		return "level level-9"
	}
	return level(f, x.String())
}

// listSheets yields the pages of all lists.
func (v *view) listSheets(yield func(*sheet) bool) bool {
	for _, k := range v.kinds {
		for _, l := range k.lists {
			for i := range l.pages {
				if !yield(v.listSheet(k, l, i)) {
					return false
				}
			}
		}
	}
	return true
}

func (v *view) listSheet(k *kind, l *list, n int) *sheet {
	here := l.pages[n]
	title := k.Plural
	if l.key != "all" {
		title += ": " + strings.ToLower(l.title)
	}
	s := v.sheet(here, "table", title)
	s.set("section", k.home())
	s.set("intro", plain.Line(k.Description))
	crumbs := []link{{Href: relative(here, homePath), Text: "Home"}}
	if isLibrary(k.Type) || n > 0 {
		crumbs = append(crumbs, link{Href: relative(here, k.home()), Text: k.Plural})
	}
	s.draw("crumbs", crumbs)
	if len(k.lists) > 1 && n == 0 {
		s.draw("tabs", v.tabs(k, l, here))
	}
	t := table{Title: title, HasState: len(k.States) > 0, Columns: v.columns(k)}
	s.note("columns", t)
	s.drawLater("table", looks(l.cut[n]), func() any {
		for _, it := range l.cut[n] {
			t.Rows = append(t.Rows, v.row(it, here))
		}
		return t
	})
	if len(l.pages) > 1 {
		s.draw("pager", pager(l.pages, n))
		s.set("range", fmt.Sprintf("Page %d of %d", n+1, len(l.pages)))
	}
	return s
}

// looks is the digest of what a list shows of records.
func looks(items []*item) digest {
	all := make([]byte, 0, len(items)*len(digest{}))
	for _, it := range items {
		all = append(all, it.Look[:]...)
	}
	return sum(all)
}

// shorts is the digest of what lines about records say.
func shorts(items []*item) digest {
	all := make([]byte, 0, len(items)*len(digest{}))
	for _, it := range items {
		all = append(all, it.Short[:]...)
	}
	return sum(all)
}

// tabs are the ways to list a type's records, with how many each shows. They
// stand on the first page of a list alone: on all of them, every change of a
// record would change every page.
func (v *view) tabs(k *kind, current *list, from string) []count {
	out := make([]count, 0, len(k.lists))
	for _, l := range k.lists {
		c := count{Text: l.title, N: len(l.items), Href: relative(from, l.pages[0]), Active: l == current}
		if l.state != nil {
			c.Class = stateClass(l.state)
		}
		out = append(out, c)
	}
	return out
}

// columns are the titles of a list's columns after id and title.
func (v *view) columns(k *kind) []string {
	out := []string{}
	for _, f := range k.columns {
		out = append(out, label(f))
	}
	return out
}

// columnFields are the fields that lists of a type show: its columns, but for
// those that have a place of their own and those that are empty throughout.
func (v *view) columnFields(k *kind) []*schema.Field {
	var out []*schema.Field
	for i, name := range k.Columns {
		f := k.Field(name)
		if f == nil || name == records.FieldState || name == records.FieldTitle || name == records.FieldID {
			continue
		}
		filled := func(it *item) bool {
			if !it.Filled.contains(i) {
				return false
			}
			_, ok := v.fact(it, f, k.home())
			return ok
		}
		if slices.ContainsFunc(k.items, filled) {
			out = append(out, f)
		}
	}
	return out
}

// row is a record in a list of its type.
func (v *view) row(it *item, from string) row {
	out := v.shortRow(it, from)
	open := *it
	if it = &open; it.full == nil {
		it.shown = it.listedValues()
	}
	for _, f := range it.kind.columns {
		cell, ok := v.fact(it, f, from)
		if !ok {
			cell = fact{Label: label(f)}
		}
		cell.Note, cell.Wide = "", isWide(cell.Values)
		out.Cells = append(out.Cells, cell)
	}
	out.Changed = v.timeOrNil(it.Changed)
	return out
}

// wide is how many characters a cell of a list may hold without breaking lines.
const wide = 26

func isWide(values []value) bool {
	n := 0
	for _, x := range values {
		n += 2 + len(cmp.Or(x.Title, x.Text))
	}
	return n > wide
}

// shortRow is a record in a list of records of many types.
func (v *view) shortRow(it *item, from string) row {
	return row{ID: plain.Line(string(it.ID)), Href: relative(from, it.page), Title: it.Title, State: it.badge()}
}

// pages of a list around the current one that a pager names.
const pagerReach = 2

// pager links the pages of a list: the first, the last, and those around.
func pager(pages []string, n int) []count {
	var out []count
	add := func(i int, text string) {
		out = append(out, count{Text: text, N: i + 1, Href: relative(pages[n], pages[i]), Active: i == n})
	}
	if n > 0 {
		add(n-1, "Previous")
		out[0].Active = false
	}
	gap := false
	for i := range pages {
		if i == 0 || i == len(pages)-1 || i >= n-pagerReach && i <= n+pagerReach {
			add(i, fmt.Sprint(i+1))
			gap = false
		} else if !gap {
			out = append(out, count{Text: "…"})
			gap = true
		}
	}
	if n < len(pages)-1 {
		add(n+1, "Next")
	}
	return out
}
