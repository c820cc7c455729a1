package site

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"frontdesk/records/diag"
	"frontdesk/records/plain"
)

// recordsFolder holds the records of a desk.
const recordsFolder = "records"

// recent is how many of the latest changes the home page shows.
const recent = 20

// fixedSheets yields the pages that every site has.
func (v *view) fixedSheets(ctx context.Context, yield func(*sheet) bool) bool {
	home := func() *sheet { return v.homeSheet(ctx) }
	makers := []func() *sheet{home, v.searchSheet, v.missingSheet}
	if v.isStaff() && (len(v.problems) > 0 || len(v.lost) > 0) {
		makers = append(makers, v.problemsSheet)
	}
	for _, f := range makers {
		if !yield(f()) {
			return false
		}
	}
	return true
}

// homeSheet is the front page. It alone says when and from what the site was
// made: on every page, that would make every commit change every page.
func (v *view) homeSheet(ctx context.Context) *sheet {
	s := v.sheet(homePath, "front", v.deskName())
	s.set("asof", v.time(v.in.AsOf))
	s.set("commit", v.in.Commit)
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
	if n := len(v.reports); n > 0 {
		things = append(things, entrance{Title: "Reports", Href: reportsPath, Intro: "Figures and charts, with their definitions and the records behind them.", Total: n})
	}
	things = append(things, entrance{Title: "A–Z", Href: indexPath, Intro: "All records by their titles.", Total: len(v.items)})
	s.set("libraries", libraries)
	s.set("things", things)
	if len(work) > 0 {
		s.draw("cards", work)
	}
	if major := v.majorItems(); len(major) > 0 {
		s.drawLater("major", looks(major), func() any { return v.majorRows(major) })
	}
	if latest := v.latest(); len(latest) > 0 {
		s.drawLater("news", v.newsDigest(latest), func() any { return v.news(ctx, latest) })
	}
	if warning := v.warning(); v.isStaff() && warning != "" {
		s.set("problems", problemsPath)
		s.set("warning", warning)
	}
	return s
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

// majorItems are the major records that are still open.
func (v *view) majorItems() []*item {
	var out []*item
	for _, k := range v.kinds {
		for _, it := range k.items {
			if it.Major && it.category().IsOpen() {
				out = append(out, it)
			}
		}
	}
	return out
}

func (v *view) majorRows(items []*item) []row {
	var out []row
	for _, it := range items {
		r := v.row(it, homePath)
		r.Changed = v.timeOrNil(it.Opened)
		out = append(out, r)
	}
	return out
}

// happening is an event of a record's log that stands on the home page.
type happening struct {
	it *item
	at time.Time
	n  int // among the record's events, counted from the last one
}

// latest returns the latest changes, the last one first.
func (v *view) latest() []happening {
	var out []happening
	for _, it := range v.items {
		if len(out) == recent && it.Latest.Before(out[recent-1].at) {
			continue
		}
		times := it.times()
		for i, at := range times {
			h := happening{it, at, len(times) - 1 - i}
			if len(out) == recent && !h.before(out[recent-1]) {
				continue
			}
			place := len(out)
			for place > 0 && h.before(out[place-1]) {
				place--
			}
			out = slices.Insert(out, place, h)
			out = out[:min(recent, len(out))]
		}
	}
	return out
}

// times are when the last events of a record were.
func (it *item) times() []time.Time {
	var out []time.Time
	c := &coder{reading: true, in: it.Times}
	for c.in != "" {
		var t time.Time
		c.time(&t)
		out = append(out, t)
	}
	return out
}

// before reports whether a change stands above another one.
func (h happening) before(other happening) bool {
	return cmp.Or(other.at.Compare(h.at), cmp.Compare(h.it.Ref(), other.it.Ref()), cmp.Compare(h.n, other.n)) < 0
}

// newsDigest stands for what the home page tells of changes: a log shows no more
// of other records than the record's own page does.
func (v *view) newsDigest(latest []happening) digest {
	d := newDigester()
	for _, h := range latest {
		d.digest(h.it.Own)
		d.digest(h.it.Look)
		d.number(h.n)
	}
	return d.done()
}

// news returns the changes as the home page tells them.
func (v *view) news(ctx context.Context, latest []happening) []news {
	var items []*item
	for _, h := range latest {
		if !slices.Contains(items, h.it) {
			items = append(items, h.it)
		}
	}
	if err := v.open(ctx, items); err != nil {
		v.parts.fail(err)
		return nil
	}
	var out []news
	for _, h := range latest {
		steps := v.timeline(h.it, homePath)
		out = append(out, news{Row: v.shortRow(h.it, homePath), Step: steps[h.n]})
	}
	return out
}

// missing counts the records that are not on the site, or not in full.
func (v *view) missing() int {
	paths := map[string]bool{}
	for _, p := range v.lost {
		paths[p] = true
	}
	for _, d := range v.problems {
		if d.Severity == diag.Error && strings.HasPrefix(d.Path, recordsFolder+"/") {
			paths[d.Path] = true
		}
	}
	return len(paths)
}

func (v *view) problemsSheet() *sheet {
	s := v.sheet(problemsPath, "problems", "Records that could not be read")
	s.draw("crumbs", []link{{Href: homePath, Text: "Home"}})
	told := map[string]bool{}
	var out []finding
	for _, d := range v.findings() {
		told[d.Path] = true
		out = append(out, finding{
			Path: plain.Line(d.Path), Line: d.Span.Start.Line, Message: plain.Line(d.Message), Hint: plain.Line(d.Hint), Rule: string(d.Rule),
		})
	}
	for _, path := range v.lost {
		if !told[path] {
			out = append(out, finding{Path: plain.Line(path), Message: "could not be read"})
		}
	}
	s.draw("findings", out)
	return s
}

func (v *view) missingSheet() *sheet {
	s := v.sheet(missingPath, "missing", "Page not found")
	s.set("root", v.in.BaseURL) // the page may be shown at any address
	return s
}

// nav links the types, as seen from the site's root.
func (v *view) nav() []link {
	var out []link
	for _, k := range v.kinds {
		out = append(out, link{Href: k.home(), Text: k.Plural})
	}
	if len(v.reports) > 0 {
		out = append(out, link{Href: reportsPath, Text: "Reports"})
	}
	return append(out, link{Href: indexPath, Text: "A–Z"})
}
