package site

import (
	"encoding/json"
	"fmt"
	"strings"

	"frontdesk/records/plain"
)

// perIndexFile is how many records one file of the search index holds.
func perIndexFile() length { return length{least: 1500, spread: 500, most: 4000} }

// found is a record in the search index: address, id, number of the type, title,
// state, look of the state, words of the fields, words of the text. An array,
// since 25,000 records would repeat the names of keys.
type found [8]any

// searchSheet is the page that searches. The index comes as script files, as
// pages opened from disk may load scripts and nothing else.
func (v *view) searchSheet() *sheet {
	s := v.sheet(searchPath, "search", "Search")
	s.draw("crumbs", []link{{Href: homePath, Text: "Home"}})
	s.set("total", len(v.items))
	s.set("index", indexPath)
	types := []string{}
	for _, k := range v.kinds {
		types = append(types, k.Plural)
	}
	s.set("types", types)
	files := []string{}
	for n := range v.shards() {
		files = append(files, indexFile(n))
	}
	s.set("files", files)
	s.set("script", "search.js")
	return s
}

func indexFile(n int) string { return fmt.Sprintf("search/%d.js", n+1) }

// shards are the records by the files of the search index that hold them.
func (v *view) shards() [][]*item {
	var items []*item
	for _, k := range v.kinds {
		items = append(items, k.items...)
	}
	if len(items) == 0 {
		return nil
	}
	return perIndexFile().cut(items)
}

// What stands before, between and behind the lines of a file of the index.
const (
	indexHead  = "(self.frontdesk=self.frontdesk||[]).push(\n"
	indexComma = ",\n"
	indexTail  = ");\n"
)

// stretch is where a record's line stands in the search index.
type stretch struct{ File, From, To int }

// shard is a file of the search index.
type shard struct {
	Sum  digest
	Size int
}

func (s *shard) code(c *coder) {
	c.digest(&s.Sum)
	c.number(&s.Size)
}

// searchFiles makes the files of the search index that differ from those of the
// last build, and returns what all of them are. It comes after the pages, whose
// words they hold; the lines of records whose pages were not made come from the
// former files.
func (v *view) searchFiles(last *former, write func(name string, data []byte) error) ([]shard, error) {
	var out []shard
	for n, items := range v.shards() {
		if n < len(last.shards) && standAsTheyDid(items, n, last.shards[n].Size) {
			out = append(out, last.shards[n])
			continue
		}
		b := []byte(indexHead)
		for i, it := range items {
			if i > 0 {
				b = append(b, indexComma...)
			}
			line := it.line
			if line == nil {
				var err error
				if line, err = last.line(it.Line); err != nil {
					return nil, err
				}
			}
			it.Line = stretch{n, len(b), len(b) + len(line)}
			b = append(b, line...)
		}
		b = append(b, indexTail...)
		if err := write(indexFile(n), b); err != nil {
			return nil, err
		}
		out = append(out, shard{sum(b), len(b)})
	}
	return out, nil
}

// standAsTheyDid reports whether the lines of the records are a file of the last
// build, which had the size.
func standAsTheyDid(items []*item, n, size int) bool {
	at := len(indexHead)
	for _, it := range items {
		if it.stale || it.Line.File != n || it.Line.From != at {
			return false
		}
		at = it.Line.To + len(indexComma)
	}
	return at-len(indexComma)+len(indexTail) == size
}

// lineOf makes the line of an open record, whose visible words are given.
func (v *view) lineOf(it *item, words string) []byte {
	state, tone := "", ""
	if b := it.badge(); b != nil {
		state, tone = b.Text, b.Class
	}
	line, err := json.Marshal(found{it.page, plain.Line(string(it.ID)), it.kind.number, it.Title, state, tone, v.fieldWords(it), collapse(words)})
	if err != nil {
		v.parts.fail(fmt.Errorf("write search index: %w", err))
	}
	return line
}

// fieldWords are the values of the fields that readers see, each word once.
func (v *view) fieldWords(it *item) string {
	seen := map[string]bool{}
	var out []string
	for _, g := range v.groups(it) {
		if g.Title == groupTimes || g.Fold {
			continue
		}
		for _, f := range g.Facts {
			for _, x := range f.Values {
				for _, word := range []string{x.Text, x.Title} {
					if word != "" && !seen[word] {
						seen[word] = true
						out = append(out, collapse(word))
					}
				}
			}
		}
	}
	return strings.Join(out, " · ")
}

// collapse puts a text on one line.
func collapse(s string) string { return strings.Join(strings.Fields(plain.Text(s)), " ") }
