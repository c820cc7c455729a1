package markdown

import (
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/text"
)

// WithoutFences returns a body with blanks for the text of its fenced code
// blocks: as many bytes and lines, so that offsets hold. A body that CheckLimits
// refuses is returned as it is.
func WithoutFences(body string) string {
	if CheckLimits(body) != nil {
		return body
	}
	src := []byte(body)
	out := []byte(body)
	_ = ast.Walk(shared().Parser().Parse(text.NewReader(src)), func(n ast.Node, entering bool) (ast.WalkStatus, error) {
		if _, ok := n.(*ast.FencedCodeBlock); !ok || !entering {
			return ast.WalkContinue, nil
		}
		for i := range n.Lines().Len() {
			line := n.Lines().At(i)
			blank(out[line.Start:line.Stop])
		}
		return ast.WalkContinue, nil
	})
	return string(out)
}

func blank(line []byte) {
	for i := range line {
		if line[i] != '\n' {
			line[i] = ' '
		}
	}
}
