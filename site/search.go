package site

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"frontdesk/records/plain"
)

// perIndexFile is how many records one file of the search index holds.
const perIndexFile = 2000

// found is a record in the search index: address, id, number of the type, title,
// state, look of the state, words of the fields, words of the text. An array,
// since 25,000 records would repeat the names of keys.
type found [8]any

// searchPage is the page that searches. The index comes as script files, as
// pages opened from disk may load scripts and nothing else.
func (v *view) searchPage() Page {
	p := v.page(searchPath, "search", "Search")
	p.draw(v, "crumbs", []link{{Href: homePath, Text: "Home"}})
	p.Params["total"] = len(v.items)
	p.Params["index"] = indexPath
	types := []string{}
	for _, k := range v.kinds {
		types = append(types, k.Plural)
	}
	p.Params["types"] = types
	files := []string{}
	for n := 0; n*perIndexFile < len(v.items); n++ {
		files = append(files, indexFile(n))
	}
	p.Params["files"] = files
	p.Params["script"] = "search.js"
	return p
}

func indexFile(n int) string { return fmt.Sprintf("search/%d.js", n+1) }

// writeFiles writes what is no page: the search index, and the script that
// reloads live pages. It comes after the pages, whose texts it holds.
func (v *view) writeFiles(dir string, theme fs.FS) error {
	if v.in.Live {
		script, err := fs.ReadFile(theme, "live/reload.js")
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, "theme", "reload.js"), script, 0o644); err != nil {
			return err
		}
	}
	return v.writeSearch(dir)
}

func (v *view) writeSearch(dir string) error {
	if err := os.MkdirAll(filepath.Join(dir, "search"), 0o755); err != nil {
		return err
	}
	types := map[*kind]int{}
	var items []*item
	for i, k := range v.kinds {
		types[k] = i
		items = append(items, k.items...)
	}
	for n := 0; n*perIndexFile < len(items); n++ {
		var b bytes.Buffer
		b.WriteString("(self.frontdesk=self.frontdesk||[]).push(\n")
		for i, it := range items[n*perIndexFile : min((n+1)*perIndexFile, len(items))] {
			line, err := json.Marshal(v.found(it, types[it.kind]))
			if err != nil {
				return err
			}
			if i > 0 {
				b.WriteString(",\n")
			}
			b.Write(line)
		}
		b.WriteString(");\n")
		if err := os.WriteFile(filepath.Join(dir, filepath.FromSlash(indexFile(n))), b.Bytes(), 0o644); err != nil {
			return err
		}
	}
	return nil
}

func (v *view) found(it *item, typ int) found {
	state, tone := "", ""
	if b := v.stateBadge(it); b != nil {
		state, tone = b.Text, b.Class
	}
	return found{it.page, plain.Line(string(it.ID)), typ, v.title(it), state, tone, v.fieldWords(it), collapse(it.words)}
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
