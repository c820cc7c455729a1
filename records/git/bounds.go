package git

import (
	"context"
	"slices"
)

// bounded refuses trees that differ in more files, or are deeper, than git can
// compare in reasonable memory. It reads each pair of differing folders once, so
// that folders which stand for any number of paths cost nothing.
func (r *Repo) bounded(ctx context.Context, from, to string) error {
	c := comparison{files: newTreeFiles(r.batch(), ""), known: map[[2]string]int{}}
	n, err := c.count(ctx, from, to, 0)
	if err == nil && n > maxDeltas {
		err = ErrTooMany
	}
	return err
}

// comparison counts what differs between trees.
type comparison struct {
	files *treeFiles
	known map[[2]string]int
}

// count returns how many paths differ between two trees, either of which may be
// missing. It stops being exact beyond the bound.
func (c *comparison) count(ctx context.Context, from, to string, depth int) (int, error) {
	if from == to {
		return 0, nil
	}
	if depth > maxDepth {
		return 0, ErrTooMany
	}
	pair := [2]string{from, to}
	if n, ok := c.known[pair]; ok {
		return n, nil
	}
	old, err := c.files.tree(ctx, from)
	if err != nil {
		return 0, err
	}
	now, err := c.files.tree(ctx, to)
	if err != nil {
		return 0, err
	}
	differing := slices.DeleteFunc(pairs(old, now), func(p [2]entry) bool { return p[0] == p[1] })
	if err := c.readAhead(ctx, differing); err != nil {
		return 0, err
	}
	sum := 0
	for _, p := range differing {
		n, err := c.entry(ctx, p, depth)
		if err != nil {
			return 0, err
		}
		sum = min(sum+n, maxDeltas+1)
	}
	c.known[pair] = sum
	return sum, nil
}

func (c *comparison) readAhead(ctx context.Context, differing [][2]entry) error {
	list := make([]entry, 0, 2*len(differing))
	for _, p := range differing {
		list = append(list, p[0], p[1])
	}
	return c.files.readAhead(ctx, list)
}

// entry counts what differs at one name.
func (c *comparison) entry(ctx context.Context, p [2]entry, depth int) (int, error) {
	sum := 0
	trees := [2]string{}
	for side, e := range p {
		if e.isDir() {
			trees[side] = e.id
		} else if e.name != "" {
			sum = 1
		}
	}
	n, err := c.count(ctx, trees[0], trees[1], depth+1)
	return sum + n, err
}

// pairs puts the entries of two folders that have the same name side by side. A
// name that only one has stands beside an empty entry.
func pairs(old, now []entry) [][2]entry {
	out := make([][2]entry, 0, max(len(old), len(now)))
	for len(old) > 0 || len(now) > 0 {
		switch {
		case len(now) == 0 || len(old) > 0 && old[0].name < now[0].name:
			out = append(out, [2]entry{old[0], {}})
			old = old[1:]
		case len(old) == 0 || now[0].name < old[0].name:
			out = append(out, [2]entry{{}, now[0]})
			now = now[1:]
		default:
			out = append(out, [2]entry{old[0], now[0]})
			old, now = old[1:], now[1:]
		}
	}
	return out
}
