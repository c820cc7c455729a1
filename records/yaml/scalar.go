package yaml

import (
	"strings"

	"go.yaml.in/yaml/v4"

	"frontdesk/records"
	"frontdesk/records/diag"
)

// resolve says what a scalar means. It knows JSON's literals and "~" only:
// what YAML versions and parsers read differently (no, 0x1F, 0042, 1_000,
// 12:30:00, .inf) is text.
func resolve(n *yaml.Node) (kind records.Kind, text string, quoted bool) {
	if n.Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle|yaml.LiteralStyle|yaml.FoldedStyle) != 0 {
		return records.String, n.Value, true
	}
	return Resolve(n.Value), n.Value, false
}

// Resolve returns the kind of a plain scalar.
func Resolve(text string) records.Kind {
	switch text {
	case "", "~", "null":
		return records.Null
	case "true", "false":
		return records.Bool
	}
	return number(text)
}

// number recognises JSON's numbers without an exponent of more than two digits.
func number(s string) records.Kind {
	s = strings.TrimPrefix(s, "-")
	whole := digits(s)
	if whole == 0 || whole > 18 || (whole > 1 && s[0] == '0') {
		return records.String
	}
	s = s[whole:]
	if s == "" {
		return records.Int
	}
	if s[0] == '.' {
		frac := digits(s[1:])
		if frac == 0 {
			return records.String
		}
		s = s[1+frac:]
	}
	if s != "" && (s[0] == 'e' || s[0] == 'E') {
		s = strings.TrimLeft(s[1:], "+-")
		if n := digits(s); n == 0 || n > 2 || n != len(s) {
			return records.String
		}
		s = ""
	}
	if s != "" {
		return records.String
	}
	return records.Float
}

func digits(s string) int {
	n := 0
	for n < len(s) && s[n] >= '0' && s[n] <= '9' {
		n++
	}
	return n
}

// scalarEnd returns the offset after the last byte of a scalar. The library
// tells only where one starts.
func (r *reader) scalarEnd(n *yaml.Node, start, indent int) int {
	switch {
	case n.Style&yaml.DoubleQuotedStyle != 0:
		return quotedEnd(r.src, start, '"')
	case n.Style&yaml.SingleQuotedStyle != 0:
		return quotedEnd(r.src, start, '\'')
	case n.Style&(yaml.LiteralStyle|yaml.FoldedStyle) != 0:
		if strings.Contains(r.src[start:min(start+3, len(r.src))], "+") {
			pos := r.position(start, n.Line)
			r.fail(RuleBlock, diag.Span{Start: pos, End: pos}, "write | or |- instead",
				"a text block that keeps its trailing blank lines (|+ or >+) is not allowed")
		}
		return blockEnd(r.src, start, indent)
	}
	return plainEnd(r.src, start, n.Value)
}

func quotedEnd(src string, start int, quote byte) int {
	for i := start + 1; i < len(src); i++ {
		switch {
		case quote == '"' && src[i] == '\\':
			i++
		case src[i] == quote && quote == '\'' && i+1 < len(src) && src[i+1] == quote:
			i++
		case src[i] == quote:
			return i + 1
		}
	}
	return len(src)
}

// blockEnd finds the end of a literal or folded scalar: its last line that is
// indented deeper than the block that holds it.
func blockEnd(src string, start, indent int) int {
	end := lineEnd(src, start)
	for next := end + 1; next < len(src); {
		stop := lineEnd(src, next)
		line := src[next:stop]
		text := strings.TrimLeft(line, " ")
		if text != "" && len(line)-len(text) <= indent {
			break
		}
		if text != "" {
			end = stop
		}
		next = stop + 1
	}
	return end
}

func lineEnd(src string, at int) int {
	if i := strings.IndexByte(src[min(at, len(src)):], '\n'); i >= 0 {
		return at + i
	}
	return len(src)
}

// plainEnd finds the end of a plain scalar. Over several lines its value is the
// source with each run of white space folded.
func plainEnd(src string, start int, value string) int {
	if strings.HasPrefix(src[start:], value) {
		return start + len(value)
	}
	i, end := start, start
	for j := 0; j < len(value) && i < len(src); {
		switch {
		case isSpace(value[j]):
			j++
		case isSpace(src[i]):
			i++
		default:
			i++
			j++
			end = i
		}
	}
	return end
}

func isSpace(b byte) bool { return b == ' ' || b == '\t' || b == '\n' }

// closing returns the offset after the bracket that ends a flow collection,
// looking from the end of its last child.
func (r *reader) closing(at int, bracket byte) int {
	for i := at; i < len(r.src); i++ {
		switch r.src[i] {
		case bracket:
			return i + 1
		case '#':
			i = lineEnd(r.src, i)
		}
	}
	return len(r.src)
}
