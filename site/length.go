package site

import "slices"

// length is how long the pieces are into which a long list is cut. A piece ends
// behind a record whose id says so, so that a record that comes or goes changes
// the piece that it stands in and seldom another.
type length struct {
	least  int // but for the last piece
	spread int // one record in so many ends a piece that is long enough
	most   int
}

// cut cuts a list into pieces, at least one.
func (l length) cut(items []*item) [][]*item {
	var out [][]*item
	start := 0
	for i, it := range items {
		n := i + 1 - start
		if n == l.most || n >= l.least && it.mark%uint32(l.spread) == 0 {
			out = append(out, items[start:i+1])
			start = i + 1
		}
	}
	if start < len(items) || len(items) == 0 {
		out = append(out, items[start:])
	}
	return out
}

// inOrder sorts items. Those that are what they were at the last build still
// stand in the order of then, which rank tells; only the others need a search for
// their place.
func inOrder(items []*item, rank func(*item) int, compare func(a, b *item) int) []*item {
	last := 0
	for _, it := range items {
		last = max(last, rank(it))
	}
	kept := make([]*item, last+1)
	var moved []*item
	for _, it := range items {
		if n := rank(it); !it.stale && n > 0 && kept[n] == nil {
			kept[n] = it
		} else {
			moved = append(moved, it)
		}
	}
	slices.SortStableFunc(moved, compare)
	out := make([]*item, 0, len(items))
	for _, it := range kept {
		if it == nil {
			continue
		}
		for len(moved) > 0 && compare(moved[0], it) < 0 {
			out, moved = append(out, moved[0]), moved[1:]
		}
		out = append(out, it)
	}
	return append(out, moved...)
}
