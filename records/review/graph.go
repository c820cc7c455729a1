package review

import (
	"fmt"
	"slices"
	"strings"

	"frontdesk/records"
	"frontdesk/records/check"
	"frontdesk/records/gate"
	"frontdesk/schema"
)

// Bounds of a graph: beyond them nobody reads it.
const (
	mostNodes = 40
	mostEdges = 80
	mostSteps = 3 // away from what the record names
)

// The types whose records hang together, and what their fields mean.
const (
	serviceType records.Type = "service"
	assetType   records.Type = "asset"
)

func linkWords(field string) string {
	switch field {
	case "parent", "part_of":
		return "is part of"
	case "depends_on":
		return "depends on"
	case "assets", "services":
		return "runs on"
	}
	return ""
}

// link says that one thing stands on another.
type link struct{ from, to, words string }

// things are services and assets, by type/id, and how they stand on each other.
type things struct {
	records map[string]*records.Record
	under   map[string][]link // what it stands on
	above   map[string][]link // what stands on it
}

// thingsOf gathers the services and assets that the base has, with those of the change
// laid over them.
func (w *writer) thingsOf(c *gate.Case) things {
	if known, ok := w.known[c.Input.Set]; ok {
		return known
	}
	t := things{records: map[string]*records.Record{}, under: map[string][]link{}, above: map[string][]link{}}
	if c.Input.Set != nil {
		for _, r := range c.Input.Set.All() {
			t.put(r)
		}
	}
	if w.in.Difference != nil {
		for i := range w.in.Difference.Records {
			if r := w.in.Difference.Records[i].After; r != nil {
				t.put(r)
			}
		}
	}
	for _, ref := range sortedKeys(t.records) {
		t.link(w.typeOf(c, t.records[ref].Type), t.records[ref])
	}
	w.known[c.Input.Set] = t
	return t
}

func (t *things) put(r *records.Record) {
	if r.Type == serviceType || r.Type == assetType {
		t.records[r.Ref()] = r
	}
}

func (w *writer) typeOf(c *gate.Case, name records.Type) *schema.Type {
	if w.in.Types != nil {
		if t := w.in.Types.Get(name); t != nil {
			return t
		}
	}
	if c.Input.Types == nil {
		return nil
	}
	return c.Input.Types.Get(name)
}

func (t *things) link(typ *schema.Type, r *records.Record) {
	if typ == nil {
		return
	}
	for _, ref := range check.References(typ, r) {
		words := linkWords(ref.Field)
		to := t.find(ref)
		if words == "" || to == "" || to == r.Ref() {
			continue
		}
		l := link{r.Ref(), to, words}
		if !slices.Contains(t.under[l.from], l) {
			t.under[l.from] = append(t.under[l.from], l)
			t.above[l.to] = append(t.above[l.to], l)
		}
	}
}

// find returns the service or asset that a reference means, "" where it means none.
func (t *things) find(ref check.Reference) string {
	typ, id := records.SplitRef(ref.Text)
	for _, want := range []records.Type{serviceType, assetType} {
		if (ref.Wants == want || ref.Wants == schema.AnyType) && (typ == "" || typ == want) {
			if key := string(want) + "/" + string(id); t.records[key] != nil {
				return key
			}
		}
	}
	return ""
}

// named returns the services and assets that a record names, sorted.
func (w *writer) named(c *gate.Case, t *things) []string {
	if c.Type == nil {
		return nil
	}
	found := map[string]bool{}
	for _, ref := range check.References(c.Type, c.Record) {
		if key := t.find(ref); key != "" {
			found[key] = true
		}
	}
	return sortedKeys(found)
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// picture is the part of the things that is drawn.
type picture struct {
	things
	nodes map[string]string // ids in the graph
	order []string
	links []link
	cut   bool
}

// graph draws what a record names, what that stands on and what stands on that, ""
// where it names nothing.
func (w *writer) graph(c *gate.Case) string {
	if c.Input == nil || c.Record == nil || c.Record.Fields == nil {
		return ""
	}
	t := w.thingsOf(c)
	roots := w.named(c, &t)
	if len(roots) == 0 {
		return ""
	}
	p := &picture{things: t, nodes: map[string]string{}}
	for _, r := range roots {
		p.node(r)
	}
	p.walk(roots, p.above, func(l link) string { return l.from })
	p.walk(roots, p.under, func(l link) string { return l.to })
	return p.draw(roots)
}

// node adds a thing; ok is false where there is no room for it.
func (p *picture) node(ref string) (ok bool) {
	if p.nodes[ref] != "" {
		return true
	}
	if len(p.order) >= mostNodes {
		p.cut = true
		return false
	}
	p.nodes[ref] = fmt.Sprintf("n%d", len(p.order)+1)
	p.order = append(p.order, ref)
	return true
}

// walk adds what is found in one direction, the nearest first.
func (p *picture) walk(roots []string, links map[string][]link, end func(link) string) {
	seen := map[string]bool{}
	next := roots
	for step := 0; len(next) > 0; step++ {
		var found []string
		for _, ref := range next {
			if seen[ref] {
				continue
			}
			seen[ref] = true
			for _, l := range links[ref] {
				if step >= mostSteps {
					p.cut = p.cut || p.nodes[end(l)] == ""
					continue
				}
				if p.node(end(l)) {
					p.edge(l)
					found = append(found, end(l))
				}
			}
		}
		next = found
	}
}

func (p *picture) edge(l link) {
	if slices.Contains(p.links, l) {
		return
	}
	if len(p.links) >= mostEdges {
		p.cut = true
		return
	}
	p.links = append(p.links, l)
}

// draw writes the graph for Mermaid: arrows lead from what stands on something to
// that.
func (p *picture) draw(roots []string) string {
	var b strings.Builder
	b.WriteString("```mermaid\ngraph LR\n")
	for _, ref := range p.order {
		r := p.records[ref]
		text := ref
		if title := r.Title(); title != "" && title != string(r.ID) {
			text += ", " + title
		}
		open, shut := "[", "]"
		if r.Type == serviceType {
			open, shut = "([", "])"
		}
		fmt.Fprintf(&b, "  %s%s\"%s\"%s\n", p.nodes[ref], open, label(text), shut)
	}
	for _, l := range p.links {
		fmt.Fprintf(&b, "  %s -->|%s| %s\n", p.nodes[l.from], l.words, p.nodes[l.to])
	}
	var ids []string
	for _, ref := range roots {
		if p.nodes[ref] != "" {
			ids = append(ids, p.nodes[ref])
		}
	}
	fmt.Fprintf(&b, "  classDef changed stroke-width:4px\n  class %s changed\n```\n", strings.Join(ids, ","))
	if p.cut {
		fmt.Fprintf(&b, "\nThe graph shows %d of the services and assets at most, up to %d steps away; there are more.\n", mostNodes, mostSteps)
	}
	return b.String()
}
