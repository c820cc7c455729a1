package site

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"frontdesk/records"
	"frontdesk/records/plain"
)

// category is a folder of a library with the articles and folders in it.
type category struct {
	title string
	page  string
	above *category // nil for the library itself
	subs  []*category
	items []*item
	total int // articles here and below
	names map[string]*category
}

// plant makes the tree of a library's categories from its folders.
func (v *view) plant(k *kind) {
	k.tree = &category{title: k.Plural, page: k.home()}
	base := path.Join(recordsFolder, k.Folder)
	for _, it := range k.items {
		c := k.tree
		c.total++
		dir := strings.TrimPrefix(strings.TrimPrefix(path.Dir(it.Path), base), "/")
		for _, name := range strings.Split(dir, "/") {
			if name != "" {
				c = c.sub(name)
				c.total++
			}
		}
		c.items = append(c.items, it)
		it.shelf = c
	}
	v.settle(k.tree, k.dir+"/category")
}

func (c *category) sub(name string) *category {
	if c.names == nil {
		c.names = map[string]*category{}
	}
	if s := c.names[name]; s != nil {
		return s
	}
	s := &category{title: humanize(name), above: c}
	c.names[name] = s
	c.subs = append(c.subs, s)
	return s
}

// settle orders the categories and gives each its page.
func (v *view) settle(c *category, dir string) {
	names := map[*category]string{}
	for name, s := range c.names {
		names[s] = name
	}
	slices.SortFunc(c.subs, func(a, b *category) int {
		return cmp.Or(cmp.Compare(strings.ToLower(a.title), strings.ToLower(b.title)), cmp.Compare(names[a], names[b]))
	})
	for _, s := range c.subs {
		s.page = v.paths.claim(dir, names[s], ".html")
		v.settle(s, strings.TrimSuffix(s.page, ".html"))
	}
}

// trail links the library and the categories that lead to a category.
func (c *category) trail(from string) []link {
	if c.above == nil {
		return nil
	}
	return append(c.above.trail(from), link{Href: relative(from, c.above.page), Text: c.above.title})
}

// contentsSheets yields the page of contents of every library and category.
func (v *view) contentsSheets(yield func(*sheet) bool) bool {
	for _, k := range v.kinds {
		if k.tree != nil && !v.eachContents(k, k.tree, yield) {
			return false
		}
	}
	return true
}

func (v *view) eachContents(k *kind, c *category, yield func(*sheet) bool) bool {
	if !yield(v.contentsSheet(k, c)) {
		return false
	}
	for _, s := range c.subs {
		if !v.eachContents(k, s, yield) {
			return false
		}
	}
	return true
}

func (v *view) contentsSheet(k *kind, c *category) *sheet {
	s := v.sheet(c.page, "library", c.title)
	s.draw("crumbs", append([]link{{Href: relative(c.page, homePath), Text: "Home"}}, c.trail(c.page)...))
	s.set("section", k.home())
	d := newDigester()
	c.note(d)
	s.drawLater("shelf", d.done(), func() any { return v.shelf(c, c.page) })
	if c == k.tree {
		s.set("intro", plain.Line(k.Description))
		if len(k.lists) > 1 {
			s.draw("tabs", v.tabs(k, nil, c.page))
		}
	}
	return s
}

// note digests what a shelf shows of a category.
func (c *category) note(d *digester) {
	d.text(c.title)
	d.text(c.page)
	d.number(c.total)
	d.number(len(c.items))
	d.digest(looks(c.items))
	d.number(len(c.subs))
	for _, s := range c.subs {
		s.note(d)
	}
}

func (v *view) shelf(c *category, from string) shelf {
	out := shelf{Title: c.title, Href: relative(from, c.page), Total: c.total}
	for _, it := range inUseFirst(c.items) {
		r := v.shortRow(it, from)
		if it.category() == records.Resolved {
			r.State = nil // in use, as articles mostly are
		}
		r.Changed = v.timeOrNil(it.Changed)
		r.Note = v.lead(it)
		out.Rows = append(out.Rows, r)
	}
	for _, s := range c.subs {
		out.Subs = append(out.Subs, v.shelf(s, from))
	}
	return out
}

// inUseFirst puts the articles that are out of use last.
func inUseFirst(items []*item) []*item {
	out := slices.Clone(items)
	slices.SortStableFunc(out, func(a, b *item) int {
		return cmp.Compare(stage(a.category())/2, stage(b.category())/2)
	})
	return out
}
