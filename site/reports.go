package site

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"frontdesk/records"
	"frontdesk/records/figure"
	"frontdesk/records/plain"
	"frontdesk/records/report"
)

// Paths of the pages about reports.
const (
	reportsFolder   = "reports"
	reportsPath     = reportsFolder + "/index.html"
	definitionsPath = reportsFolder + "/definitions.html"
)

// reported is a report that the site shows.
type reported struct {
	*report.Done
	title   string
	page    string
	anchor  string
	figures []*figured
	byID    map[string]*figured
}

// figured is a figure of it.
type figured struct {
	*report.Figure
	in     *reported
	title  string
	anchor string // on the page of its report, and in the index of definitions
	csv    string
}

// count computes the reports, if nobody has.
func (v *view) count(ctx context.Context) error {
	v.dones = v.in.Reports
	if v.in.Count == nil || !ShowsReports(v.readers) {
		return nil
	}
	var err error
	v.dones, err = v.in.Count(ctx, v.whole)
	v.whole = nil
	return err
}

// placeReports gives every report its page, every figure its file. The public sees none:
// who may read a record need not know how many there are. The overview is not a page of
// its own: the dashboard shows what it holds.
func (v *view) placeReports() {
	if !ShowsReports(v.readers) {
		return
	}
	for _, name := range []string{reportsPath, definitionsPath} {
		v.paths[name] = true
	}
	anchors := addresses{}
	for _, done := range v.dones {
		if done.Report.Name == report.Overview {
			continue
		}
		r := &reported{Done: done, title: cmp.Or(words(done.Report.Title), words(done.Report.Name)), byID: map[string]*figured{}}
		r.page = v.paths.claim(reportsFolder, done.Report.Name, ".html")
		r.anchor = anchors.claim("", "report-"+slug(done.Report.Name), "")
		dir := strings.TrimSuffix(r.page, ".html")
		for i := range done.Figures {
			f := &figured{Figure: &done.Figures[i], in: r}
			f.title = cmp.Or(words(f.Title), words(f.ID))
			f.anchor = anchors.claim("", done.Report.Name+"."+f.ID, "")
			f.csv = v.paths.claim(dir, f.ID, ".csv")
			r.figures = append(r.figures, f)
			if r.byID[f.ID] == nil {
				r.byID[f.ID] = f
			}
		}
		v.reports = append(v.reports, r)
	}
}

// isEmpty reports whether a report has nothing to say: the desk has no record of its
// subject, and nothing else is found.
func (v *view) isEmpty(r *reported) bool {
	if r.Report.Subject != "" && v.has(r.Report.Subject) {
		return false
	}
	return !slices.ContainsFunc(r.figures, func(f *figured) bool { return !f.isNothing() })
}

// has reports whether readers see records of a type.
func (v *view) has(t records.Type) bool {
	return slices.ContainsFunc(v.kinds, func(k *kind) bool { return k.Name == t && len(k.items) > 0 })
}

// isNothing reports whether a figure has no value but zero.
func (f *figured) isNothing() bool {
	if rows, ok := f.Value.([]figure.Row); ok {
		return !slices.ContainsFunc(rows, func(r figure.Row) bool {
			for _, v := range r.Values {
				if n, ok := numeric(v); ok && n != 0 {
					return true
				}
			}
			return r.Ref != "" || len(r.Records) > 0
		})
	}
	if slices.ContainsFunc(valuesByKey(f.Value), func(e keyed) bool { return e.value != 0 }) {
		return false
	}
	n, _ := numeric(f.Value)
	return n == 0
}

// reportSheets yields the pages about reports. None of them says when the site was
// made but for the day: a page is made anew if its figures changed, and not because
// there was another commit.
func (v *view) reportSheets(yield func(*sheet) bool) bool {
	if len(v.reports) == 0 {
		return true
	}
	if !yield(v.dashboardSheet()) || !yield(v.definitionsSheet()) {
		return false
	}
	for _, r := range v.reports {
		if !yield(v.reportSheet(r)) {
			return false
		}
	}
	return true
}

// reportPage starts a page about reports.
func (v *view) reportPage(path, layout, title string) *sheet {
	s := v.sheet(path, layout, title)
	s.set("section", reportsPath)
	crumbs := []link{{Href: relative(path, homePath), Text: "Home"}}
	if path != reportsPath {
		crumbs = append(crumbs, link{Href: relative(path, reportsPath), Text: "Reports"})
	}
	s.draw("crumbs", crumbs)
	s.set("day", v.in.AsOf.In(v.zone).Format("2006-01-02"))
	s.set("zone", v.zone.String())
	if n := v.missing(); n > 0 && path != definitionsPath {
		s.set("warning", v.warning()+" Reports do not count what cannot be read.")
		s.set("problems", relative(path, problemsPath))
	}
	s.set("definitions", relative(path, definitionsPath))
	return s
}

// dashboardSheet is the page that shows what counts most of all reports.
func (v *view) dashboardSheet() *sheet {
	s := v.reportPage(reportsPath, "reports", "Reports")
	var shown []dashboard
	pages, silent := []link{}, []link{}
	for _, r := range v.reports {
		to := link{Href: relative(reportsPath, r.page), Text: r.title}
		if v.isEmpty(r) {
			silent = append(silent, to)
			continue
		}
		pages = append(pages, to)
		if d := v.dashboard(r); len(d.Tiles)+len(d.Charts) > 0 {
			shown = append(shown, d)
		}
	}
	s.set("pages", pages)
	s.set("silent", silent)
	s.draw("dashboard", shown)
	return s
}

// maxKeyCharts is how many charts of a report the dashboard shows.
const maxKeyCharts = 4

// dashboard is what the dashboard shows of a report.
func (v *view) dashboard(r *reported) dashboard {
	d := dashboard{Title: r.title, Href: relative(reportsPath, r.page), Anchor: r.anchor}
	alien := r.Report.Subject != "" && !v.has(r.Report.Subject)
	for _, f := range r.figures {
		switch {
		case !f.Key || !f.isTile():
		case f.words() == "", alien && f.isNothing():
			d.Silent = append(d.Silent, link{Href: d.Href + "#" + f.anchor, Text: f.title})
		default:
			d.Tiles = append(d.Tiles, v.kpi(f, reportsPath))
		}
	}
	for _, c := range r.charts(func(f *figured) bool { return f.Kind == figure.Counted }) {
		if c.form == spread {
			c.figures = slices.DeleteFunc(slices.Clone(c.figures), func(f *figured) bool { return !f.Key })
		}
		if len(d.Charts) < maxKeyCharts && c.isKey() {
			drawn := v.drawing(c, reportsPath)
			drawn.Top = true
			d.Charts = append(d.Charts, drawn)
		}
	}
	return d
}

// isTile reports whether one number says it all.
func (f *figured) isTile() bool {
	return f.Shape == figure.Number || f.Shape == figure.List
}

// kpi is a key figure as the dashboard shows it.
func (v *view) kpi(f *figured, from string) kpi {
	k := kpi{Title: f.title, Href: relative(from, f.in.page) + "#" + f.anchor, Value: f.words(), Of: f.of()}
	if f.Kind == figure.Predicted {
		k.Of = cmp.Or(f.interval(), k.Of)
	}
	if m := f.in.byID[f.ID+".by_month"]; m != nil && f.Shape == figure.Number {
		t := m.trend(v.in.AsOf.In(v.zone))
		k.Trend, k.Tone, k.Spark = t.text, t.tone(f.Better), t.spark(from, f.anchor)
	}
	return k
}

// kinds of figures, in the order of a page, with what is said of them.
func kindsOfFigures() []block {
	return []block{
		{Title: "Counted", Anchor: "counted", Class: string(figure.Counted), Intro: "What the records say."},
		{Title: "Detected", Anchor: "detected", Class: string(figure.Detected), Intro: "Patterns in what the records say. Each is a hint to look at, and not a finding."},
		{Title: "Predicted", Anchor: "predicted", Class: string(figure.Predicted), Intro: "Arithmetic about what is not known yet. Each says its method, its interval, and how far off it was on past data."},
	}
}

// reportSheet is the page of a report.
func (v *view) reportSheet(r *reported) *sheet {
	s := v.reportPage(r.page, "report", r.title)
	if intro := words(r.Report.Intro); intro != "" {
		s.set("intro", intro)
	}
	if v.isEmpty(r) {
		s.set("empty", true)
	}
	blocks := v.blocks(r)
	contents := []link{}
	for _, b := range blocks {
		for i, g := range b.Groups {
			text := g.Title
			if b.Class != string(figure.Counted) {
				if i > 0 {
					continue
				}
				text = b.Title
				g.Anchor = b.Anchor
			}
			contents = append(contents, link{Href: "#" + g.Anchor, Text: text})
		}
	}
	if len(contents) > 2 {
		s.draw("contents", contents)
	}
	s.draw("blocks", blocks)
	return s
}

// blocks are the figures of a report by kind and group.
func (v *view) blocks(r *reported) []block {
	anchors := addresses{}
	var out []block
	for _, b := range kindsOfFigures() {
		anchors[b.Anchor] = true
		var groups []string
		for _, f := range r.figures {
			if string(f.Kind) == b.Class && !slices.Contains(groups, f.Group) {
				groups = append(groups, f.Group)
			}
		}
		for _, name := range groups {
			g := v.figureGroup(r, b.Class, name)
			g.Same = g.Title == b.Title
			g.Anchor = anchors.claim("", "group-"+slug(b.Title+" "+name), "")
			b.Groups = append(b.Groups, g)
		}
		if len(b.Groups) > 0 {
			out = append(out, b)
		}
	}
	return out
}

func (v *view) figureGroup(r *reported, kind, name string) figureGroup {
	in := func(f *figured) bool { return string(f.Kind) == kind && f.Group == name }
	g := figureGroup{Title: cmp.Or(words(name), "Figures")}
	for _, c := range r.charts(in) {
		g.Charts = append(g.Charts, v.drawing(c, r.page))
	}
	var numbers []*figured
	for _, f := range r.figures {
		switch {
		case !in(f):
		case f.Shape == figure.List:
			g.Lists = append(g.Lists, v.told(f, r.page))
		case !f.isSeries():
			numbers = append(numbers, f)
		}
	}
	g.Numbers = v.numbers(numbers, r.page)
	return g
}

// definitionsSheet is the index of all definitions.
func (v *view) definitionsSheet() *sheet {
	s := v.reportPage(definitionsPath, "definitions", "Definitions of the figures")
	var all []meanings
	contents := []link{}
	for _, r := range v.reports {
		m := meanings{Title: r.title, Href: relative(definitionsPath, r.page), Anchor: r.anchor}
		for _, f := range r.figures {
			d := meaning{
				Title: f.title, Anchor: f.anchor, Href: m.Href + "#" + f.anchor, ID: words(f.ID), Kind: words(string(f.Kind)), Unit: words(string(f.Unit)),
				Text: plain.Line(f.Text), Method: plain.Line(f.Method),
			}
			switch f.Better {
			case "up":
				d.Better = "More is better."
			case "down":
				d.Better = "Less is better."
			}
			m.Definitions = append(m.Definitions, d)
		}
		all = append(all, m)
		contents = append(contents, link{Href: "#" + m.Anchor, Text: m.Title})
	}
	if len(contents) > 2 {
		s.draw("contents", contents)
	}
	s.draw("meanings", all)
	return s
}
