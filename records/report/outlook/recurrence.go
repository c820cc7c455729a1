package outlook

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"frontdesk/records"
	"frontdesk/records/figure"
)

// What makes a recurrence.
const (
	window     = 14 * 24 * time.Hour // within which
	fewest     = 3                   // so many incidents
	likeness   = 0.5                 // of their titles
	maxTried   = 64                  // groups that an incident is compared with, the latest first
	maxBlocks  = 16                  // assets of an incident that count
	windowDays = 14
)

const recurrenceText = "Groups of incidents that look like one and the same: they have the same service, or else the same asset, or else the same category; " +
	"their titles are alike; and at least 3 of them were opened within 14 days. Two titles are alike if at least half of the words that either of them has stand in both " +
	"(the Jaccard index, at least 0.5). Words are compared without English endings (-s, -es, -ies, -ed, -ing); words that say nothing by themselves, such as \"the\" and \"not\", do not count, nor, " +
	"from 50 titles on, those that more than half of the titles hold. Incidents are taken in the order in which they were opened; each is compared with the first one of every group that had a further incident in the 14 days before, and joins the one that it is most like, the oldest of several. " +
	"An incident is in one group at most. Those that do not state opened_at are left out. Of a period those count that were opened within it."

func recurrence() figure.Definition {
	return figure.Definition{
		ID: "detected.recurrence", Title: "Recurring incidents", Unit: figure.Records, Shape: figure.List, Kind: figure.Detected, Group: groupDetected, Better: "down", Key: true,
		Text: recurrenceText + " A problem is proposed for each group, unless more than half of its incidents name one already.",
		Compute: func(s *figure.Scope) figure.Result {
			g := gather(s, s.Cases)
			var rows []figure.Row
			for _, group := range g.groups[:min(len(g.groups), maxRows)] {
				rows = append(rows, group.row(s))
			}
			return firstOf(len(g.groups), rows, g.read, g.note())
		},
	}
}

// gathering is the groups of incidents that look like one.
type gathering struct {
	groups []*group
	read   int // incidents looked at
	undated,
	capped int
}

func (g *gathering) note() string {
	undated := figure.LeftOut(g.undated, g.read, "incidents do not state opened_at and are left out")
	if g.capped == 0 {
		return undated
	}
	return figure.Notes(undated, fmt.Sprintf("%s had more than %d groups to be compared with, of which the latest %d counted.", plural(g.capped, "incident", "incidents"), maxTried, maxTried))
}

// group is incidents that look like one.
type group struct {
	field, value string // that they have in common
	number       int    // in the order of their beginning
	members      []*title
	words        []wordID // of the first one
	last         time.Time
	most         int // within the window
	told         []string
}

// title is an incident with its words, the rarest first.
type title struct {
	c *figure.Case
	*wording
	in bool // a group
}

// gather finds the groups among incidents, those that go on first, then the largest.
func gather(s *figure.Scope, cases []*figure.Case) *gathering {
	g := &gathering{}
	book := newWordBook()
	titles := make([]*title, 0, len(cases))
	for _, c := range cases {
		switch {
		case s.In(c.Opened):
			g.read++
			titles = append(titles, &title{c: c, wording: book.add(c.Record.Title())})
		case c.Opened.IsZero() && !hasPeriod(s):
			g.read++
			g.undated++
		}
	}
	book.finish()
	slices.SortStableFunc(titles, func(a, b *title) int { return a.c.Opened.Compare(b.c.Opened) })
	for _, field := range []string{fieldService, fieldAssets, fieldCategory} {
		for _, block := range blocks(titles, field) {
			g.groups = append(g.groups, g.cluster(field, block, book)...)
		}
	}
	slices.SortStableFunc(g.groups, func(a, b *group) int {
		return cmp.Or(compareTrue(a.goesOn(s.AsOf), b.goesOn(s.AsOf)), cmp.Compare(len(b.members), len(a.members)),
			a.members[0].c.Opened.Compare(b.members[0].c.Opened), strings.Compare(a.value, b.value))
	})
	return g
}

// hasPeriod reports whether a period was asked about.
func hasPeriod(s *figure.Scope) bool { return !s.From.IsZero() || !s.To.IsZero() }

func compareTrue(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// goesOn reports whether another incident could still join.
func (g *group) goesOn(asOf time.Time) bool { return asOf.Sub(g.last) <= window }

// block is the incidents with one value of a field, in the order of their opening.
type block struct {
	value  string
	titles []*title
}

// blocks sorts the incidents that are in no group yet by a field, in the order of its
// values. Those of which the value is too rare are left out.
func blocks(titles []*title, field string) []block {
	by := map[string][]*title{}
	for _, t := range titles {
		if t.in || len(t.words) == 0 {
			continue
		}
		values := t.c.Record.Get(field).Strings()
		for i, v := range values[:min(len(values), maxBlocks)] {
			if _, id := records.SplitRef(v); id != "" && !slices.Contains(values[:i], v) {
				by[v] = append(by[v], t)
			}
		}
	}
	out := make([]block, 0, len(by))
	for v, ts := range by {
		if len(ts) >= fewest {
			out = append(out, block{v, ts})
		}
	}
	slices.SortFunc(out, func(a, b block) int { return strings.Compare(a.value, b.value) })
	return out
}

// cluster finds the groups of a block. A group is found again by the rarest words of
// its first title: two titles that are alike have one of these in common.
func (g *gathering) cluster(field string, b block, book *wordBook) []*group {
	var all []*group
	byWord := map[wordID][]*group{}
	for _, t := range b.titles {
		if t.in {
			continue
		}
		best := g.nearest(t, byWord)
		if best == nil {
			best = &group{field: field, value: b.value, number: len(all), words: t.words}
			all = append(all, best)
			for _, w := range prefix(t.words) {
				byWord[w] = append(byWord[w], best)
			}
		}
		best.members, best.last = append(best.members, t), t.c.Opened
	}
	var out []*group
	for _, c := range all {
		if c.most = busiest(c.members); c.most < fewest {
			continue
		}
		for _, t := range c.members {
			t.in = true
		}
		for _, w := range c.words {
			c.told = append(c.told, book.texts[w])
		}
		out = append(out, c)
	}
	return out
}

// nearest returns the group whose first title is most like a title, the first of
// those that are equally so; nil where none is like enough.
func (g *gathering) nearest(t *title, byWord map[wordID][]*group) *group {
	var best *group
	most, tried := 0.0, 0
	for _, w := range prefix(t.words) {
		list := byWord[w]
		for i := len(list) - 1; i >= 0; i-- {
			if tried++; tried > maxTried {
				g.capped++
				return best
			}
			if t.c.Opened.Sub(list[i].last) > window {
				continue
			}
			like := jaccard(t.words, list[i].words)
			if like >= likeness && (like > most || like == most && list[i].number < best.number) {
				best, most = list[i], like
			}
		}
	}
	return best
}

// prefix returns so many of the rarest words that two titles which are alike have one
// of them in common.
func prefix(words []wordID) []wordID {
	n := len(words)
	needed := (n + 1) / 2 // of n words, for half of those that either has
	return words[:n-needed+1]
}

// jaccard returns which part of the words of two titles stands in both.
func jaccard(a, b []wordID) float64 {
	both := 0
	for _, w := range a {
		if slices.Contains(b, w) {
			both++
		}
	}
	return float64(both) / float64(len(a)+len(b)-both)
}

// busiest returns how many of incidents, in the order of their opening, were opened
// within the window at most.
func busiest(ts []*title) int {
	most, from := 0, 0
	for i, t := range ts {
		for t.c.Opened.Sub(ts[from].c.Opened) > window {
			from++
		}
		most = max(most, i-from+1)
	}
	return most
}

// name is the value that the incidents have in common, as people call it.
func (g *group) name(d *figure.Data) string {
	switch g.field {
	case fieldService:
		return titled(d, services, g.value)
	case fieldAssets:
		return titled(d, assets, g.value)
	}
	return g.value
}

// called is the title that most of the incidents have, the earliest of those that are
// as frequent.
func (g *group) called() string {
	count := map[string]int{}
	best := ""
	for _, t := range g.members {
		title := t.c.Record.Title()
		if count[title]++; count[title] > count[best] {
			best = title
		}
	}
	return best
}

// problems returns the problems that the incidents name, the most frequent first, and
// how many of them name one.
func (g *group) problems() (named []string, linked int) {
	named = []string{}
	count := map[string]int{}
	for _, t := range g.members {
		if p := t.c.Text(fieldProblem); p != "" {
			if count[p]++; count[p] == 1 {
				named = append(named, p)
			}
			linked++
		}
	}
	slices.SortStableFunc(named, func(a, b string) int { return cmp.Compare(count[b], count[a]) })
	return named, linked
}

// isKnown reports whether most of the incidents name a problem.
func (g *group) isKnown() bool {
	_, linked := g.problems()
	return 2*linked > len(g.members)
}

func (g *group) row(s *figure.Scope) figure.Row {
	first := g.members[0].c.Opened
	open := 0
	refs := make([]string, len(g.members))
	for i, t := range g.members {
		refs[i] = t.c.Ref()
		if t.c.IsOpen() {
			open++
		}
	}
	named, linked := g.problems()
	name, called := g.name(s.Data), g.called()
	about := strings.TrimSuffix(g.field, "s")
	values := map[string]any{
		"field": about, "value": g.value, "incidents": len(g.members), "most_in_14_days": g.most, "open": open, "title": called,
		"first": records.FormatTime(first), "last": records.FormatTime(g.last), "words": g.told, "goes_on": g.goesOn(s.AsOf),
		"problems": named, "linked": linked, "proposed": !g.isKnown(),
	}
	words := fmt.Sprintf("%s of %s %s from %s to %s say much the same, up to %d within %d days, and %s still open.",
		plural(len(g.members), "incident", "incidents"), about, name, day(first, s.Zone), day(g.last, s.Zone), g.most, windowDays, plural(open, "is", "are"))
	switch {
	case g.isKnown():
		words += fmt.Sprintf(" %s of them name a problem already: %s.", figure.Thousands(linked), strings.Join(named[:min(len(named), 5)], ", "))
	case linked > 0:
		words += fmt.Sprintf(" Proposed problem: “%s” on %s. %s names %s; the others name none.", called, name, plural(linked, "incident", "incidents"), strings.Join(named[:min(len(named), 5)], ", "))
	default:
		words += fmt.Sprintf(" Proposed problem: “%s” on %s.", called, name)
	}
	return figure.Row{Name: fmt.Sprintf("%s: %s", name, called), Values: values, Records: refs, Words: words}
}
