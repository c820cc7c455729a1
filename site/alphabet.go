package site

import (
	"cmp"
	"fmt"
	"iter"
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// perIndexPage is how many records one page of the index shows.
const perIndexPage = 500

// indexPage is a page of the index of all records, by the first letter of their
// titles.
type indexPage struct {
	letter string
	path   string
	items  []*item
	first  bool // of its letter
	part   int  // from 1
	parts  int
}

// arrangeIndex sorts all records by title and cuts them into pages.
func (v *view) arrangeIndex() {
	keys := make(map[*item]string, len(v.items))
	letters := map[string][]*item{}
	for _, it := range v.items {
		keys[it] = sortKey(v.title(it))
		l := letter(keys[it])
		letters[l] = append(letters[l], it)
	}
	for _, l := range sortedLetters(letters) {
		items := letters[l]
		slices.SortStableFunc(items, func(a, b *item) int {
			return cmp.Or(cmp.Compare(keys[a], keys[b]), cmp.Compare(a.ID, b.ID), cmp.Compare(a.Path, b.Path))
		})
		parts := (len(items) + perIndexPage - 1) / perIndexPage
		n := 0
		for chunk := range slices.Chunk(items, perIndexPage) {
			n++
			name := cmp.Or(slug(l), "other")
			if n > 1 {
				name = fmt.Sprintf("%s-%d", name, n)
			}
			v.index = append(v.index, &indexPage{
				letter: l, items: chunk, first: n == 1, part: n, parts: parts, path: v.paths.claim("a-z", name, ".html"),
			})
		}
	}
}

func sortedLetters(letters map[string][]*item) []string {
	out := make([]string, 0, len(letters))
	for l := range letters {
		out = append(out, l)
	}
	slices.Sort(out)
	return out
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

// letter returns the letter of the index that a title stands under, "#" where
// it begins with something else.
func letter(key string) string {
	for _, r := range key {
		if unicode.IsLetter(r) {
			return strings.ToUpper(string(r))
		}
		if unicode.IsNumber(r) {
			break
		}
	}
	return "#"
}

// indexPages yields the pages of the index, and its front page.
func (v *view) indexPages() iter.Seq[Page] {
	return func(yield func(Page) bool) {
		front := v.page(indexPath, "letters", "A–Z")
		front.draw(v, "crumbs", []link{{Href: relative(indexPath, homePath), Text: "Home"}})
		front.draw(v, "letters", v.letters(indexPath, nil))
		front.Params["section"] = indexPath
		front.Params["total"] = len(v.items)
		if len(v.items) <= perIndexPage {
			front.draw(v, "rows", v.allRows())
		}
		if !yield(front) {
			return
		}
		for _, x := range v.index {
			if !yield(v.indexPage(x)) {
				return
			}
		}
	}
}

// allRows are the records of all letters, where these are few enough for one
// page.
func (v *view) allRows() []row {
	rows := []row{}
	for _, x := range v.index {
		for _, it := range x.items {
			rows = append(rows, v.shortRow(it, indexPath))
		}
	}
	return rows
}

func (v *view) indexPage(x *indexPage) Page {
	title := "A–Z: " + x.letter
	if x.part > 1 {
		title += fmt.Sprintf(" (%d)", x.part)
	}
	p := v.page(x.path, "letters", title)
	p.draw(v, "crumbs", []link{
		{Href: relative(x.path, homePath), Text: "Home"},
		{Href: relative(x.path, indexPath), Text: "A–Z"},
	})
	p.Params["section"] = indexPath
	p.draw(v, "letters", v.letters(x.path, x))
	rows := make([]row, 0, len(x.items))
	for _, it := range x.items {
		rows = append(rows, v.shortRow(it, x.path))
	}
	p.draw(v, "rows", rows)
	if x.parts > 1 {
		var paths []string
		for _, other := range v.index {
			if other.letter == x.letter {
				paths = append(paths, other.path)
			}
		}
		p.draw(v, "pager", pager(paths, x.part-1))
	}
	return p
}

// letters links the letters of the index, with how many records each has.
func (v *view) letters(from string, current *indexPage) []count {
	var out []count
	for _, x := range v.index {
		if x.first {
			out = append(out, count{Text: x.letter, Href: relative(from, x.path), Active: current != nil && current.letter == x.letter})
		}
		out[len(out)-1].N += len(x.items)
	}
	return out
}
