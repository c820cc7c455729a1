package check

import (
	"slices"
	"strings"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/schema"
)

const ruleCircle diag.RuleID = "ref/circle"

// orderFields are the fields that put records in an order or a tree, whatever
// their type: following one never leads back to where it began.
func orderFields() []string {
	return []string{"base", "blocked_by", "depends_on", "duplicate_of", "manager", "parent", "part_of", "replaced_by", "supersedes"}
}

// checkCircles finds circles along the fields that make an order. Every record
// of a circle is told, so that a check of one of them sees it.
func (g *graph) checkCircles() []diag.Diagnostic {
	var ds []diag.Diagnostic
	for _, name := range orderFields() {
		nodes, edges := g.edges(name)
		for _, ring := range circles(edges) {
			rs := make([]*records.Record, len(ring))
			for i, n := range ring {
				rs[i] = nodes[n]
			}
			for i := range rs {
				ds = append(ds, circle(name, rs, i))
			}
		}
	}
	return ds
}

// edges returns the records that have the field and where it leads, by index.
// References to the record itself have a rule of their own.
func (g *graph) edges(name string) (nodes []*records.Record, edges [][]int) {
	fields := map[records.Type]*schema.Field{}
	for typ, fs := range g.refs {
		if i := slices.IndexFunc(fs, func(f *schema.Field) bool { return f.Name == name }); i >= 0 {
			fields[typ] = fs[i]
		}
	}
	index := map[*records.Record]int{}
	for _, r := range g.set.All() {
		if f := fields[r.Type]; f != nil && !r.Get(name).IsNull() {
			index[r] = len(nodes)
			nodes = append(nodes, r)
		}
	}
	edges = make([][]int, len(nodes))
	for i, r := range nodes {
		for _, v := range refValues(r, fields[r.Type]) {
			for _, to := range g.follow(fields[r.Type], v.String()) {
				if j, ok := index[to]; ok && j != i {
					edges[i] = append(edges[i], j)
				}
			}
		}
	}
	return nodes, edges
}

// circles returns one circle for each knot of a graph, a set of nodes that can
// all reach each other. It takes time and memory in proportion to the graph and
// uses no recursion, as a chain may be as long as the desk. (Tarjan 1972, with
// the stack of calls made explicit.)
func circles(edges [][]int) [][]int {
	n := len(edges)
	t := tarjan{edges: edges, order: make([]int, n), low: make([]int, n), next: make([]int, n), on: make([]bool, n)}
	for v := range n {
		if t.order[v] == 0 {
			t.visit(v)
		}
	}
	var out [][]int
	for _, knot := range t.knots {
		out = append(out, ring(edges, knot))
	}
	return out
}

// tarjan finds the knots of a graph. order is 0 for nodes not seen yet; next is
// the edge of a node to go on with.
type tarjan struct {
	edges            [][]int
	order, low, next []int
	on               []bool
	stack            []int
	count            int
	knots            [][]int
}

func (t *tarjan) visit(root int) {
	calls := []int{root}
	for len(calls) > 0 {
		v := calls[len(calls)-1]
		if t.order[v] == 0 {
			t.count++
			t.order[v], t.low[v], t.on[v] = t.count, t.count, true
			t.stack = append(t.stack, v)
		}
		if t.next[v] < len(t.edges[v]) {
			w := t.edges[v][t.next[v]]
			t.next[v]++
			if t.order[w] == 0 {
				calls = append(calls, w)
			} else if t.on[w] {
				t.low[v] = min(t.low[v], t.order[w])
			}
			continue
		}
		t.leave(v)
		calls = calls[:len(calls)-1]
		if len(calls) > 0 {
			up := calls[len(calls)-1]
			t.low[up] = min(t.low[up], t.low[v])
		}
	}
}

// leave closes a node; the root of a knot takes the knot off the stack.
func (t *tarjan) leave(v int) {
	if t.low[v] != t.order[v] {
		return
	}
	i := len(t.stack) - 1
	for ; t.stack[i] != v; i-- {
		t.on[t.stack[i]] = false
	}
	t.on[v] = false
	if len(t.stack)-i > 1 {
		t.knots = append(t.knots, slices.Clone(t.stack[i:]))
	}
	t.stack = t.stack[:i]
}

// ring returns a circle within a knot: from its smallest node along the smallest
// edges until a node comes up again.
func ring(edges [][]int, knot []int) []int {
	in := make(map[int]bool, len(knot))
	for _, v := range knot {
		in[v] = true
	}
	seen := map[int]int{}
	var walk []int
	for v := slices.Min(knot); ; {
		if i, ok := seen[v]; ok {
			return walk[i:]
		}
		seen[v] = len(walk)
		walk = append(walk, v)
		next := -1
		for _, w := range edges[v] {
			if in[w] && (next < 0 || w < next) {
				next = w
			}
		}
		v = next
	}
}

// circle reports a circle on one of its records and tells where it leads on.
func circle(field string, ring []*records.Record, at int) diag.Diagnostic {
	var names []string
	for i := range min(len(ring), maxListed) {
		names = append(names, string(ring[(at+i)%len(ring)].ID))
	}
	if len(ring) > maxListed {
		names = append(names, "…")
	}
	r, next := ring[at], ring[(at+1)%len(ring)]
	names = append(names, string(r.ID))
	d := diag.New(ruleCircle, diag.Error, r.Path, r.SpanOf(field), "%s leads in a circle of %d records: %s", field, len(ring), strings.Join(names, " → "))
	d.Record, d.Field = string(r.ID), field
	return d.WithNote(next.Path, next.SpanOf(field), "%s leads on from %s", field, next.ID).
		WithHint("remove %s from one of them", field)
}
