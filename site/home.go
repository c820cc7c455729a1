package site

import (
	"cmp"
	"iter"
	"slices"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/plain"
)

// recent is how many of the latest changes the home page shows.
const recent = 20

// card is a type on the home page.
type card struct {
	Title  string  `json:"title"`
	Intro  string  `json:"intro,omitempty"`
	Href   string  `json:"href"`
	Total  int     `json:"total"`
	Open   int     `json:"open"`
	Counts []count `json:"counts,omitempty"` // by state, or by category of a library
	Levels []count `json:"levels,omitempty"` // open work by priority
}

// news is a change on the home page.
type news struct {
	Row  row  `json:"row"`
	Step step `json:"step"`
}

// fixedPages yields the pages that every site has.
func (v *view) fixedPages() iter.Seq[Page] {
	return func(yield func(Page) bool) {
		makers := []func() Page{v.homePage, v.searchPage, v.missingPage}
		if v.isStaff() && len(v.findings()) > 0 {
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
	var work, libraries, things []card
	for _, k := range v.kinds {
		switch c := v.card(k); {
		case isWork(k.Type):
			work = append(work, c)
		case k.tree != nil:
			libraries = append(libraries, c)
		default:
			things = append(things, c)
		}
	}
	p.Params["work"], p.Params["libraries"], p.Params["things"] = work, libraries, things
	p.Params["total"] = len(v.items)
	p.Params["major"] = v.majorRows()
	p.Params["changes"] = v.news()
	p.Params["index"] = indexPath
	if n := v.missing(); v.isStaff() && n > 0 {
		p.Params["unreadable"] = n
		p.Params["problems"] = problemsPath
	}
	return p
}

func (v *view) card(k *kind) card {
	c := card{Title: k.Plural, Intro: plain.Line(k.Description), Href: relative(homePath, k.home()), Total: len(k.items)}
	if k.tree != nil {
		for _, s := range k.tree.subs {
			c.Counts = append(c.Counts, count{Text: s.title, N: s.total, Href: relative(homePath, s.page)})
		}
		return c
	}
	for _, l := range k.lists {
		switch {
		case l.key == "open":
			c.Open = len(l.items)
			c.Levels = v.levels(l)
		case l.key != "all" && (!isWork(k.Type) || records.Category(l.tone).IsOpen()):
			c.Counts = append(c.Counts, count{Text: l.title, Tone: l.tone, N: len(l.items), Href: relative(homePath, l.pages[0])})
		}
	}
	return c
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
		out = append(out, count{Text: plain.Line(text), Tone: level(f, text), N: n})
	}
	slices.SortFunc(out, func(a, b count) int { return cmp.Or(cmp.Compare(a.Tone, b.Tone), cmp.Compare(a.Text, b.Text)) })
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
		if d.Severity == diag.Error {
			paths[d.Path] = true
		}
	}
	return len(paths)
}

// finding is a problem as the page of problems shows it.
type finding struct {
	Path    string `json:"path"`
	Line    int    `json:"line,omitempty"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
	Rule    string `json:"rule"`
}

func (v *view) problemsPage() Page {
	p := v.page(problemsPath, "problems", "Records that could not be read")
	p.Params["crumbs"] = []link{{Href: homePath, Text: "Home"}}
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
	p.Params["findings"] = out
	p.Params["total"] = v.missing()
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
