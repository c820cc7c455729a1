package hugo

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"iter"
	"regexp"
	"strings"
)

// How much Hugo renders at once. Each batch costs the start of a site, some 15
// milliseconds; each page of it some 30 kB of memory.
const (
	batchPages = 1024
	batchBytes = 16 << 20
)

// batch is the source files of pages that are rendered together.
type batch [][]byte

// safePath matches what may be written: no drive, no dots at the start of a
// name, no character that a file system or a URL reads in its own way.
var safePath = regexp.MustCompile(`^([A-Za-z0-9_~][A-Za-z0-9._~-]*/)*[A-Za-z0-9_~][A-Za-z0-9._~-]*\.html$`)

// safeLayout matches template names.
var safeLayout = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)

// encode makes batches of the pages, until the context ends.
func (t *themes) encode(ctx context.Context, pages iter.Seq[Page], out chan<- batch) error {
	seen := map[string]bool{}
	var b batch
	size := 0
	send := func() error {
		select {
		case out <- b:
		case <-ctx.Done():
			return ctx.Err()
		}
		b, size = nil, 0
		return nil
	}
	for p := range pages {
		if err := ctx.Err(); err != nil {
			return err
		}
		data, err := t.source(p, seen)
		if err != nil {
			return fmt.Errorf("add page %q: %w", p.Path, err)
		}
		b, size = append(b, data), size+len(data)
		if len(b) == batchPages || size >= batchBytes {
			if err := send(); err != nil {
				return err
			}
		}
	}
	if len(b) == 0 {
		return nil
	}
	return send()
}

// source returns the source file of a page, whose path must be neither seen nor
// that of a static file.
func (t *themes) source(p Page, seen map[string]bool) ([]byte, error) {
	key := strings.ToLower(p.Path)
	if !safePath.MatchString(p.Path) || seen[key] || t.static[key] {
		return nil, ErrPath
	}
	if !safeLayout.MatchString(p.Layout) {
		return nil, fmt.Errorf("%q is no name of a layout", p.Layout)
	}
	seen[key] = true
	return encode(frontMatter{Title: p.Title, Layout: p.Layout, URL: "/" + p.Path, Build: buildOptions{List: "never"}, Params: p.Params})
}

// frontMatter is all that Hugo reads of a page. It has no body: what a page
// shows is in Params, where shortcodes and templates are text.
type frontMatter struct {
	Title  string         `json:"title"`
	Layout string         `json:"layout"`
	URL    string         `json:"url"`
	Build  buildOptions   `json:"build"`
	Params map[string]any `json:"params,omitempty"`
}

// buildOptions are what Hugo does with a page. It is kept out of all lists: which
// others are rendered with it is chance, so no template may depend on them.
type buildOptions struct {
	List string `json:"list"`
}

// encode writes front matter as JSON, without the escapes that would double the
// size of HTML.
func encode(f frontMatter) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(f)
	return b.Bytes(), err
}

// contentName returns where the source tree holds the page with the number. A
// name of ours, never one made from a record's id, so that no name means
// anything to Hugo.
func contentName(n int) string { return fmt.Sprintf("%s/p%06d.md", contentDir, n) }
