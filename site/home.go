package site

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"

	"frontdesk/records/diag"
	"frontdesk/records/plain"
)

// recordsFolder holds the records of a desk.
const recordsFolder = "records"

// recent is how many of the latest changes the home page shows.
const recent = 20

// fixedPages yields the pages that every site has.
func (v *view) fixedPages() iter.Seq[Page] {
	return func(yield func(Page) bool) {
		makers := []func() Page{v.homePage, v.searchPage, v.missingPage}
		if v.isStaff() && (len(v.problems) > 0 || len(v.in.Unreadable) > 0) {
			makers = append(makers, v.problemsPage)
		}
		for _, f := range makers {
			if !yield(f()) {
				return
			}
		}
	}
}

func (v *view) homePage() Page {
	p := v.page(homePath, "front", v.deskName())
	var work []card
	var libraries, things []entrance
	for _, k := range v.kinds {
		switch {
		case isWork(k.Type):
			work = append(work, v.card(k))
		case k.tree != nil:
			libraries = append(libraries, v.entrance(k))
		default:
			things = append(things, v.entrance(k))
		}
	}
	things = append(things, entrance{Title: "A–Z", Href: indexPath, Intro: "All records by their titles.", Total: len(v.items)})
	p.Params["libraries"], p.Params["things"] = libraries, things
	if len(work) > 0 {
		p.draw(v, "cards", work)
	}
	if major := v.majorRows(); len(major) > 0 {
		p.draw(v, "major", major)
	}
	if news := v.news(); len(news) > 0 {
		p.draw(v, "news", news)
	}
	if warning := v.warning(); v.isStaff() && warning != "" {
		p.Params["problems"] = problemsPath
		p.Params["warning"] = warning
	}
	return p
}

// warning tells that something is not on the site, "" where all is.
func (v *view) warning() string {
	switch n := v.missing(); {
	case n > 1:
		return fmt.Sprintf("%d records are missing here, in full or in part.", n)
	case n == 1:
		return "One record is missing here, in full or in part."
	case len(v.problems) > 0:
		return "The desk's configuration has faults."
	}
	return ""
}

// card tells how much work of a type is open.
func (v *view) card(k *kind) card {
	c := card{Title: k.Plural, Href: relative(homePath, k.home()), Total: len(k.items)}
	for _, l := range k.lists {
		switch {
		case l.key == "open":
			c.Open = len(l.items)
			c.Levels = v.levels(l)
		case l.state != nil && l.state.Category.IsOpen():
			c.Counts = append(c.Counts, count{Text: l.title, Class: stateClass(l.state), N: len(l.items), Href: relative(homePath, l.pages[0])})
		}
	}
	return c
}

// entrance leads to the records of a type, and to the categories of a library.
func (v *view) entrance(k *kind) entrance {
	e := entrance{Title: k.Plural, Intro: plain.Line(k.Description), Href: relative(homePath, k.home()), Total: len(k.items)}
	if k.tree == nil || len(k.tree.subs) == 0 {
		return e
	}
	var tiles []count
	for _, s := range k.tree.subs {
		tiles = append(tiles, count{Text: s.title, N: s.total, Href: relative(homePath, s.page)})
	}
	e.Tiles = v.parts.draw("tiles", tiles)
	return e
}

// levels counts records by priority, the most urgent first.
func (v *view) levels(l *list) []count {
	f := v.priority(l.items[0].kind.Type)
	if f == nil {
		return nil
	}
	n := map[string]int{}
	for _, it := range l.items {
		if x := v.get(it, f.Name); !x.IsNull() {
			n[x.String()]++
		}
	}
	out := make([]count, 0, len(n))
	for text, n := range n {
		out = append(out, count{Text: plain.Line(text), Class: level(f, text), N: n})
	}
	slices.SortFunc(out, func(a, b count) int { return cmp.Or(cmp.Compare(a.Class, b.Class), cmp.Compare(a.Text, b.Text)) })
	return out
}

// majorRows are the major records that are still open.
func (v *view) majorRows() []row {
	var out []row
	for _, k := range v.kinds {
		for _, it := range k.items {
			if v.isMajor(it) && v.category(it).IsOpen() {
				r := v.row(it, homePath)
				r.Changed = v.timeOrNil(it.opened)
				out = append(out, r)
			}
		}
	}
	return out
}

// news returns the latest changes, the last one first.
func (v *view) news() []news {
	type event struct {
		it *item
		n  int // among the record's events
	}
	var all []event
	for _, it := range v.items {
		for n := max(0, len(it.events)-recent); n < len(it.events); n++ {
			all = append(all, event{it, n})
		}
	}
	slices.SortStableFunc(all, func(a, b event) int {
		return cmp.Or(b.it.events[b.n].At.Compare(a.it.events[a.n].At), cmp.Compare(a.it.Ref(), b.it.Ref()), cmp.Compare(b.n, a.n))
	})
	var out []news
	for _, e := range all[:min(recent, len(all))] {
		steps := v.timeline(e.it, homePath)
		out = append(out, news{Row: v.shortRow(e.it, homePath), Step: steps[len(steps)-1-e.n]})
	}
	return out
}

// missing counts the records that are not on the site, or not in full.
func (v *view) missing() int {
	paths := map[string]bool{}
	for _, p := range v.in.Unreadable {
		paths[p] = true
	}
	for _, d := range v.problems {
		if d.Severity == diag.Error && strings.HasPrefix(d.Path, recordsFolder+"/") {
			paths[d.Path] = true
		}
	}
	return len(paths)
}

func (v *view) problemsPage() Page {
	p := v.page(problemsPath, "problems", "Records that could not be read")
	p.draw(v, "crumbs", []link{{Href: homePath, Text: "Home"}})
	told := map[string]bool{}
	var out []finding
	for _, d := range v.findings() {
		told[d.Path] = true
		out = append(out, finding{
			Path: plain.Line(d.Path), Line: d.Span.Start.Line, Message: plain.Line(d.Message), Hint: plain.Line(d.Hint), Rule: string(d.Rule),
		})
	}
	for _, path := range v.in.Unreadable {
		if !told[path] {
			out = append(out, finding{Path: plain.Line(path), Message: "could not be read"})
		}
	}
	p.draw(v, "findings", out)
	return p
}

func (v *view) missingPage() Page {
	p := v.page(missingPath, "missing", "Page not found")
	p.Params["root"] = v.in.BaseURL // the page may be shown at any address
	return p
}

// nav links the types, as seen from the site's root.
func (v *view) nav() []link {
	var out []link
	for _, k := range v.kinds {
		out = append(out, link{Href: k.home(), Text: k.Plural})
	}
	return append(out, link{Href: indexPath, Text: "A–Z"})
}
