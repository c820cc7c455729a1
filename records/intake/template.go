package intake

import (
	"fmt"
	"strings"
)

// template is a text with columns in braces: "{category} / {subcategory}".
// Literal braces are doubled.
type template struct {
	parts   []part
	columns []column
}

type part struct {
	text   string // literal, where column < 0
	column int    // index into columns
}

func parseTemplate(src string) (template, error) {
	var t template
	var lit strings.Builder
	flush := func() {
		if lit.Len() > 0 {
			t.parts = append(t.parts, part{text: lit.String(), column: -1})
			lit.Reset()
		}
	}
	for i := 0; i < len(src); i++ {
		switch c := src[i]; {
		case (c == '{' || c == '}') && i+1 < len(src) && src[i+1] == c:
			lit.WriteByte(c)
			i++
		case c == '}':
			return t, fmt.Errorf("a closing brace has no opening one; write }} for a brace itself")
		case c == '{':
			end := strings.IndexAny(src[i+1:], "{}")
			if end < 0 || src[i+1+end] != '}' {
				return t, fmt.Errorf("an opening brace is not closed; write {{ for a brace itself")
			}
			name := strings.TrimSpace(src[i+1 : i+1+end])
			if name == "" {
				return t, fmt.Errorf("{} names no column")
			}
			flush()
			t.parts = append(t.parts, part{column: len(t.columns)})
			t.columns = append(t.columns, column{name: name})
			i += end + 1
		default:
			lit.WriteByte(c)
		}
	}
	flush()
	return t, nil
}

// render puts the cells into the text; ok is false where one is missing. Cells
// come in the order of the template's columns.
func (t template) render(cell func(i int) string) (text string, ok bool) {
	var b strings.Builder
	for _, p := range t.parts {
		if p.column < 0 {
			b.WriteString(p.text)
			continue
		}
		s := cell(p.column)
		if s == "" {
			return "", false
		}
		b.WriteString(s)
	}
	return b.String(), true
}
