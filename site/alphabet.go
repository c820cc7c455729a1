package site

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// perIndexPage is how many records one page of the index shows.
func perIndexPage() length { return length{least: 350, spread: 150, most: 1000} }

// wholeIndex is how many records the front page of the index shows itself.
const wholeIndex = 500

// indexPage is a page of the index of all records, by the first letter of their
// titles.
type indexPage struct {
	letter string
	path   string
	items  []*item
	total  int // of its letter
	part   int // from 1
	parts  int
}

// arrangeIndex sorts all records by title and cuts them into pages.
func (v *view) arrangeIndex() {
	for _, it := range v.items {
		it.letter = letter(it.Key)
	}
	v.alphabet = inOrder(v.items, func(it *item) int { return it.Turn }, compareKeys)
	for left := v.alphabet; len(left) > 0; {
		n := slices.IndexFunc(left, func(it *item) bool { return it.letter != left[0].letter })
		if n < 0 {
			n = len(left)
		}
		v.cutLetter(left[:n])
		left = left[n:]
	}
}

// cutLetter cuts the records of one letter into pages.
func (v *view) cutLetter(items []*item) {
	chunks := perIndexPage().cut(items)
	for n, chunk := range chunks {
		name := cmp.Or(slug(items[0].letter), "other")
		if n > 0 {
			name = fmt.Sprintf("%s-%d", name, n+1)
		}
		v.letters = append(v.letters, &indexPage{
			letter: items[0].letter, items: chunk, total: len(items), part: n + 1, parts: len(chunks), path: v.paths.claim("a-z", name, ".html"),
		})
	}
}

func compareKeys(a, b *item) int {
	return cmp.Or(cmp.Compare(a.letter, b.letter), cmp.Compare(a.Key, b.Key), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Path, b.Path))
}

// sortKey folds case and accents, so that É stands with E.
func sortKey(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.Is(unicode.Mn, r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFD.String(s))
}

// capitals are most of the letters that there are.
const capitals = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"

// letter returns the letter of the index that a title stands under, "#" where
// it begins with something else.
func letter(key string) string {
	for i, r := range key {
		if r >= 'a' && r <= 'z' {
			return capitals[key[i]-'a' : key[i]-'a'+1]
		}
		if unicode.IsLetter(r) {
			return strings.ToUpper(string(r))
		}
		if unicode.IsNumber(r) {
			break
		}
	}
	return "#"
}

// indexSheets yields the pages of the index, and its front page.
func (v *view) indexSheets(yield func(*sheet) bool) bool {
	front := v.sheet(indexPath, "letters", "A–Z")
	front.draw("crumbs", []link{{Href: relative(indexPath, homePath), Text: "Home"}})
	front.draw("letters", v.lettersFrom(indexPath, nil))
	front.set("section", indexPath)
	front.set("total", len(v.items))
	if len(v.items) <= wholeIndex {
		all := []*item{}
		for _, x := range v.letters {
			all = append(all, x.items...)
		}
		front.drawLater("rows", shorts(all), func() any { return v.shortRows(all, indexPath) })
	}
	if !yield(front) {
		return false
	}
	for _, x := range v.letters {
		if !yield(v.indexSheet(x)) {
			return false
		}
	}
	return true
}

func (v *view) shortRows(items []*item, from string) []row {
	rows := make([]row, 0, len(items))
	for _, it := range items {
		rows = append(rows, v.shortRow(it, from))
	}
	return rows
}

func (v *view) indexSheet(x *indexPage) *sheet {
	title := "A–Z: " + x.letter
	if x.part > 1 {
		title += fmt.Sprintf(" (%d)", x.part)
	}
	s := v.sheet(x.path, "letters", title)
	s.draw("crumbs", []link{
		{Href: relative(x.path, homePath), Text: "Home"},
		{Href: relative(x.path, indexPath), Text: "A–Z"},
	})
	s.set("section", indexPath)
	s.draw("letters", v.lettersFrom(x.path, x))
	s.drawLater("rows", shorts(x.items), func() any { return v.shortRows(x.items, x.path) })
	if x.parts > 1 {
		var paths []string
		for _, other := range v.letters {
			if other.letter == x.letter {
				paths = append(paths, other.path)
			}
		}
		s.draw("pager", pager(paths, x.part-1))
	}
	return s
}

// lettersFrom links the letters of the index. The front page tells how many records
// each has.
func (v *view) lettersFrom(from string, current *indexPage) []count {
	var out []count
	for _, x := range v.letters {
		if x.part > 1 {
			continue
		}
		c := count{Text: x.letter, Href: relative(from, x.path)}
		if current == nil {
			c.N = x.total
		} else {
			c.Active, c.Bare = current.letter == x.letter, true
		}
		out = append(out, c)
	}
	return out
}
