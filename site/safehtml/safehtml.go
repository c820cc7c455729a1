// Package safehtml provides the text of records as HTML that is safe on a page. It is
// the only package that imports bluemonday, which the programs of every day do without:
// its start alone costs more than a millisecond. It must not know record types.
package safehtml

import (
	"bytes"
	"fmt"
	"regexp"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"

	"frontdesk/records/markdown"
)

// Renderer turns texts into safe HTML. It may be used by one goroutine at a
// time.
type Renderer struct {
	markdown goldmark.Markdown
	policy   *bluemonday.Policy
}

// Options say how a text is to be rendered.
type Options struct {
	// Shift is added to the level of every heading, up to 6.
	Shift int
	// Prefix begins the id of every heading, so that several texts fit on a page.
	Prefix string
	// Resolve turns a link's destination into the one to be written; ok is false
	// where the link is to be dropped and its text kept. Nil keeps all.
	Resolve func(destination string) (url string, ok bool)
	// Image does the same for images; nil keeps none, only their text.
	Image func(destination string) (url string, ok bool)
}

// Heading is a heading of a rendered text.
type Heading struct {
	Level int // as rendered
	ID    string
	Text  string
}

// headingID is what the id of a heading looks like.
var headingID = regexp.MustCompile(`^[a-z][a-z0-9_-]*$`)

// NewRenderer returns a renderer. Raw HTML in a text is dropped; of what
// remains only an allow-list of elements and attributes passes.
func NewRenderer() *Renderer {
	p := bluemonday.NewPolicy()
	p.AllowElements("p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "li", "blockquote", "pre", "strong", "em", "del",
		"table", "thead", "tbody", "tr", "th", "td")
	p.AllowAttrs("start").Matching(bluemonday.Integer).OnElements("ol")
	p.AllowAttrs("class").Matching(regexp.MustCompile(`^language-[A-Za-z0-9+#-]{1,20}$`)).OnElements("code")
	p.AllowElements("ol", "code")
	p.AllowAttrs("id").Matching(headingID).OnElements("h1", "h2", "h3", "h4", "h5", "h6")
	p.AllowAttrs("href").OnElements("a")
	p.AllowAttrs("src", "alt", "title").OnElements("img")
	p.AllowAttrs("style").Matching(regexp.MustCompile(`^$`)).OnElements("td", "th")
	p.AllowAttrs("type").Matching(regexp.MustCompile(`^checkbox$`)).OnElements("input")
	p.AllowAttrs("checked", "disabled").Matching(regexp.MustCompile(`^$`)).OnElements("input")
	p.AllowURLSchemes("http", "https", "mailto")
	p.AllowRelativeURLs(true)
	p.RequireParseableURLs(true)
	p.RequireNoFollowOnFullyQualifiedLinks(true)
	p.RequireNoReferrerOnFullyQualifiedLinks(true)
	return &Renderer{markdown: markdown.New(), policy: p}
}

// HTML renders a text, and returns its headings in order.
func (r *Renderer) HTML(src string, opts Options) (string, []Heading, error) {
	if err := markdown.CheckLimits(src); err != nil {
		return "", nil, err
	}
	source := []byte(src)
	doc := r.markdown.Parser().Parse(text.NewReader(source))
	headings := prepare(doc, source, opts)
	var out bytes.Buffer
	if err := r.markdown.Renderer().Render(&out, source, doc); err != nil {
		return "", nil, fmt.Errorf("render text: %w", err)
	}
	return r.policy.Sanitize(out.String()), headings, nil
}

// prepare shifts headings, gives them their ids and resolves links.
func prepare(doc ast.Node, source []byte, opts Options) []Heading {
	var headings []Heading
	var dropped []ast.Node
	_ = ast.Walk(doc, func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if !entering {
			return ast.WalkContinue, nil
		}
		switch n := n.(type) {
		case *ast.Heading:
			headings = append(headings, prepareHeading(n, source, opts, len(headings)))
		case *ast.Link:
			if opts.Resolve != nil && !resolve(&n.Destination, opts.Resolve) {
				dropped = append(dropped, n)
			}
		case *ast.Image:
			if opts.Image == nil || !resolve(&n.Destination, opts.Image) {
				dropped = append(dropped, n)
			}
		}
		return ast.WalkContinue, nil
	})
	for _, n := range dropped {
		unwrap(n)
	}
	return headings
}

func prepareHeading(h *ast.Heading, source []byte, opts Options, count int) Heading {
	h.Level = min(max(h.Level+opts.Shift, 1), 6)
	title := inlineText(h, source)
	id := opts.Prefix + slug(title)
	if id == opts.Prefix {
		id = fmt.Sprintf("%ssection-%d", opts.Prefix, count+1)
	}
	if own, ok := h.AttributeString("id"); ok {
		if s, ok := own.([]byte); ok && headingID.Match(append([]byte(opts.Prefix), s...)) {
			id = opts.Prefix + string(s) // unique within the text
		}
	}
	h.SetAttributeString("id", []byte(id))
	return Heading{Level: h.Level, ID: id, Text: title}
}

func slug(s string) string {
	words := strings.FieldsFunc(strings.ToLower(s), func(c rune) bool { return (c < 'a' || c > 'z') && (c < '0' || c > '9') })
	return strings.TrimLeft(strings.Join(words, "-"), "0123456789-")
}

func resolve(destination *[]byte, by func(string) (string, bool)) bool {
	url, ok := by(string(*destination))
	*destination = []byte(url)
	return ok
}

// unwrap replaces a node by its children.
func unwrap(n ast.Node) {
	parent := n.Parent()
	for c := n.FirstChild(); c != nil; c = n.FirstChild() {
		n.RemoveChild(n, c)
		parent.InsertBefore(parent, n, c)
	}
	parent.RemoveChild(parent, n)
}

func writeText(b *strings.Builder, n ast.Node, source []byte) {
	switch n := n.(type) {
	case *ast.Text:
		b.Write(n.Segment.Value(source))
		if n.SoftLineBreak() || n.HardLineBreak() {
			b.WriteByte('\n')
		}
	case *ast.String:
		b.Write(n.Value)
	case *ast.AutoLink:
		b.Write(n.Label(source))
	}
}

func inlineText(n ast.Node, source []byte) string {
	var b strings.Builder
	_ = ast.Walk(n, func(c ast.Node, entering bool) (ast.WalkStatus, error) {
		if entering {
			writeText(&b, c, source)
		}
		return ast.WalkContinue, nil
	})
	return strings.TrimSpace(b.String())
}
