// Package yaml provides strict YAML: bytes to values that know their position,
// under limits. It accepts the subset that every YAML parser reads alike and
// reports the rest. It is the only package that imports the YAML library, and
// must not know what the values mean.
package yaml

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v4"
	"go.yaml.in/yaml/v4/plugin/loaderlimits"
	"golang.org/x/text/unicode/norm"

	"frontdesk/records"
	"frontdesk/records/diag"
)

// The limits on a document. They are generous for a record written by people
// and far below what takes a parser noticeable time or memory.
const (
	MaxBytes = 64 << 10 // size of the document
	MaxDepth = 8        // nesting of lists and maps
	MaxKeys  = 256      // keys of one map
	MaxMarks = 8 << 10  // line ends, commas, colons, and eight times what may be anchors and aliases
)

// Base says where the source stands in its file: the line of its first byte,
// from 1, and the byte offset of it.
type Base struct{ Line, Offset int }

// WholeFile is the base of a source that is a file of its own.
var WholeFile = Base{Line: 1}

// Parse reads one YAML document. It returns what it could read, nil if that is
// nothing, and what is wrong with it. An empty document is a nil value without
// diagnostics.
func Parse(path string, src []byte, base Base) (*records.Value, []diag.Diagnostic) {
	r := &reader{path: path, src: string(src), base: base}
	if !r.precheck() {
		return nil, r.ds
	}
	var doc yaml.Node
	err := yaml.Load(src, &doc,
		yaml.WithUniqueKeys(false),
		yaml.WithPlugin(loaderlimits.New(loaderlimits.DepthValue(2*MaxDepth), loaderlimits.AliasFunc(refuseAliases))))
	if err != nil {
		if strings.Contains(err.Error(), "no documents in stream") {
			return nil, r.ds
		}
		r.syntaxError(err)
		return nil, r.ds
	}
	if doc.Kind != yaml.DocumentNode || len(doc.Content) == 0 {
		return nil, r.ds
	}
	v := r.value(doc.Content[0], 1, -1)
	if diag.Count(r.ds, diag.Error) > 0 && r.broken {
		return nil, r.ds
	}
	return v, r.ds
}

// Lines returns the byte offset of the start of each line.
func Lines(src string) []int {
	starts := make([]int, 1, 1+strings.Count(src, "\n"))
	for i := 0; i < len(src); i++ {
		if src[i] == '\n' {
			starts = append(starts, i+1)
		}
	}
	return starts
}

var errAlias = errors.New("aliases are not allowed")

func refuseAliases(aliases, _ int) error {
	if aliases > 0 {
		return errAlias
	}
	return nil
}

// reader turns one document into values. broken is set when the tree cannot be
// trusted as a whole, for example because a key stands twice.
type reader struct {
	path   string
	src    string
	base   Base
	starts []int
	ds     []diag.Diagnostic
	broken bool
}

func (r *reader) fail(rule diag.RuleID, span diag.Span, hint, format string, args ...any) {
	r.broken = true
	r.ds = append(r.ds, diag.New(rule, diag.Error, r.path, span, format, args...).WithHint("%s", hint))
}

func (r *reader) syntaxError(err error) {
	span := diag.At(r.base.Line)
	message := err.Error()
	var many *yaml.LoadErrors
	if errors.As(err, &many) && len(many.Errors) > 0 {
		err = many.Errors[0]
	}
	if one := (*yaml.LoadError)(nil); errors.As(err, &one) {
		message = one.Message
		if one.ContextMsg != "" {
			message = one.ContextMsg + ": " + message
		}
		if one.Mark.Line > 0 {
			pos := diag.Position{Line: one.Mark.Line + r.base.Line - 1, Column: max(one.Mark.Column, 1)}
			span = diag.Span{Start: pos, End: pos}
		}
	}
	switch {
	case errors.Is(err, errAlias) || strings.Contains(message, errAlias.Error()):
		r.fail(RuleAlias, span, "write the value out where it is needed", "aliases (*name) are not allowed")
	case strings.Contains(message, "depth"):
		r.fail(RuleDepth, span, "", "lists and maps are nested deeper than %d levels", MaxDepth)
	case strings.Contains(message, "multiple"):
		r.fail(RuleDocuments, span, "", "a file holds one YAML document, this one holds several")
	default:
		r.fail(RuleSyntax, span, syntaxHint(message), "%s", message)
	}
}

func syntaxHint(message string) string {
	switch {
	case strings.Contains(message, "mapping values are not allowed"):
		return `put a value that holds ": " in double quotes`
	case strings.Contains(message, "cannot start any token"):
		return "put a value that begins with a special character in double quotes; indent with spaces, not tabs"
	}
	return "put a value that holds special characters in double quotes"
}

// precheck refuses what must not reach the parser, because it would be slow or
// because parsers read it differently.
func (r *reader) precheck() bool {
	if len(r.src) > MaxBytes {
		r.fail(RuleSize, diag.At(r.base.Line), "move long text into the body or an attachment",
			"the YAML is %d bytes long; at most %d are read", len(r.src), MaxBytes)
		return false
	}
	if marks(r.src) > MaxMarks {
		r.fail(RuleSize, diag.At(r.base.Line), "", "the YAML holds more than %d values", MaxMarks)
		return false
	}
	r.starts = Lines(r.src)
	if d, ok := CheckText(r.path, r.src, r.base.Line); !ok {
		r.ds = append(r.ds, d)
		return false
	}
	for i, start := range r.starts {
		line := r.src[start:]
		if strings.HasPrefix(line, "%") {
			r.fail(RuleDirective, diag.At(r.base.Line+i), "remove the line", "YAML directives (%%) are not allowed")
			return false
		}
		if isMarker(line, "---") && (i > 0 || r.base != WholeFile) || isMarker(line, "...") {
			r.fail(RuleDocuments, diag.At(r.base.Line+i), "remove the line", "a file holds one YAML document; %q begins or ends another", line[:3])
			return false
		}
	}
	return true
}

// marks bounds what the library will have to do before it can say no.
func marks(src string) int {
	n := 0
	for i := 0; i < len(src); i++ {
		switch src[i] {
		case '\n', ',', ':':
			n++
		case '*', '&':
			n += 8
		}
	}
	return n
}

func isMarker(line, marker string) bool {
	rest, ok := strings.CutPrefix(line, marker)
	return ok && (rest == "" || strings.ContainsRune(" \t\n", rune(rest[0])))
}

func (r *reader) offset(line, column int) int {
	if line < 1 || line > len(r.starts) {
		return len(r.src)
	}
	at := r.starts[line-1]
	for column > 1 && at < len(r.src) && r.src[at] != '\n' {
		at++
		for at < len(r.src) && r.src[at]&0xC0 == 0x80 {
			at++
		}
		column--
	}
	return at
}

// position returns the place of a byte offset, counting columns in characters.
// line is a hint: the offset stands on it or below it.
func (r *reader) position(offset, line int) diag.Position {
	line = min(line, len(r.starts))
	for line < len(r.starts) && r.starts[line] <= offset {
		line++
	}
	column := 1
	for i := r.starts[line-1]; i < offset; i++ {
		if r.src[i]&0xC0 != 0x80 {
			column++
		}
	}
	return diag.Position{Line: line + r.base.Line - 1, Column: column}
}

// value converts a node. indent is the column of the block that holds it, from
// 0, or -1 at the top: block scalars end where the text is indented no deeper.
func (r *reader) value(n *yaml.Node, depth, indent int) *records.Value {
	start := r.offset(n.Line, n.Column)
	v := &records.Value{Start: start + r.base.Offset}
	v.Span.Start = diag.Position{Line: n.Line + r.base.Line - 1, Column: n.Column}
	v.Span.End = v.Span.Start
	r.refuse(n, v.Span, start)
	if depth > MaxDepth && n.Kind != yaml.ScalarNode {
		r.fail(RuleDepth, v.Span, "", "lists and maps are nested deeper than %d levels", MaxDepth)
		return v
	}
	end := start
	switch n.Kind {
	case yaml.ScalarNode:
		v.Kind, v.Text, v.Quoted = resolve(n)
		end = r.scalarEnd(n, start, indent)
		r.checkEscapes(n, v)
	case yaml.SequenceNode:
		v.Kind, v.Flow = records.List, n.Style&yaml.FlowStyle != 0
		end = r.list(v, n, start, depth)
	case yaml.MappingNode:
		v.Kind, v.Flow = records.Map, n.Style&yaml.FlowStyle != 0
		end = r.pairs(v, n, start, depth)
	}
	v.End = end + r.base.Offset
	v.Span.End = r.position(end, n.Line)
	return v
}

func (r *reader) refuse(n *yaml.Node, span diag.Span, start int) {
	switch {
	case n.Kind == yaml.AliasNode:
		r.fail(RuleAlias, span, "write the value out where it is needed", "aliases (*%s) are not allowed", n.Value)
	case n.Anchor != "":
		r.fail(RuleAlias, span, "write the value out where it is needed", "anchors (&%s) are not allowed", n.Anchor)
	case n.Style&yaml.TaggedStyle != 0:
		r.fail(RuleTag, span, "remove the tag; put the value in quotes if it is text", "tags (%s) are not allowed", n.Tag)
	case strings.HasPrefix(r.src[min(start, len(r.src)):], "!"): // the tag of no name, which the library does not tell
		r.fail(RuleTag, span, "remove the exclamation mark, or put all of it in quotes if it is text", "tags (!) are not allowed")
	}
}

// checkEscapes refuses what a double-quoted scalar writes as an escape and may
// not hold as a character.
func (r *reader) checkEscapes(n *yaml.Node, v *records.Value) {
	if n.Style&yaml.DoubleQuotedStyle == 0 {
		return
	}
	if d, ok := CheckText(r.path, v.Text, 1); !ok {
		r.fail(d.Rule, v.Span, d.Hint, "%s, written as an escape", d.Message)
	}
}

func (r *reader) list(v *records.Value, n *yaml.Node, start, depth int) int {
	end := start + 1
	for _, c := range n.Content {
		item := r.value(c, depth+1, n.Column-1)
		v.Items = append(v.Items, item)
		end = max(end, item.End-r.base.Offset)
	}
	if v.Flow {
		end = r.closing(end, ']')
	}
	return end
}

func (r *reader) pairs(v *records.Value, n *yaml.Node, start, depth int) int {
	if len(n.Content)/2 > MaxKeys {
		r.fail(RuleSize, v.Span, "", "a map holds %d keys; at most %d are read", len(n.Content)/2, MaxKeys)
		return start
	}
	end := start
	braces := v.Flow && r.src[start] == '{' // a pair in a list has none: [a: b]
	if braces {
		end++
	}
	v.Pairs = make([]records.Pair, 0, len(n.Content)/2)
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, ok := r.key(v, n.Content[i], n.Column-1)
		if !ok {
			continue
		}
		val := r.value(n.Content[i+1], depth+1, n.Column-1)
		v.Pairs = append(v.Pairs, records.Pair{Key: key.Text, KeySpan: key.Span, Start: key.Start, End: key.End, Value: val})
		end = max(end, val.End-r.base.Offset, key.End-r.base.Offset)
	}
	if braces {
		end = r.closing(end, '}')
	}
	return end
}

// key converts the key of a map and refuses what parsers read differently.
func (r *reader) key(m *records.Value, n *yaml.Node, indent int) (*records.Value, bool) {
	if n.Kind != yaml.ScalarNode || n.Value == "" || r.explicit(n, m.Flow) {
		pos := diag.Position{Line: n.Line + r.base.Line - 1, Column: n.Column}
		r.fail(RuleKey, diag.Span{Start: pos, End: pos}, "", "a key must be a plain word")
		return nil, false
	}
	key := r.value(n, 0, indent)
	return key, r.checkKey(m, n, key)
}

// explicit reports whether a key is written with a question mark before it. One
// on a line of its own, further right than a key of a block, ends a text.
func (r *reader) explicit(n *yaml.Node, flow bool) bool {
	before, ok := strings.CutSuffix(strings.TrimRight(r.src[:r.offset(n.Line, n.Column)], " \t\n"), "?")
	if !ok {
		return false
	}
	line := before[strings.LastIndexByte(before, '\n')+1:]
	if mark := strings.TrimSpace(line); mark != "" {
		sameLine := len(before) >= r.starts[n.Line-1]
		return sameLine && strings.ContainsRune("{[,-:", rune(mark[len(mark)-1]))
	}
	return flow || len(line)+1 < n.Column
}

func (r *reader) checkKey(m *records.Value, n *yaml.Node, key *records.Value) bool {
	if n.Tag == "!!merge" || key.Text == "<<" {
		r.fail(RuleAlias, key.Span, "write the values out where they are needed", "merge keys (<<) are not allowed")
		return false
	}
	for _, p := range m.Pairs {
		if !isTwin(p.Key, key.Text) {
			continue
		}
		d := diag.New(RuleDuplicateKey, diag.Error, r.path, key.Span, "key %q stands twice", key.Text)
		if p.Key != key.Text {
			d.Message = fmt.Sprintf("keys %q and %q differ only in case or in how characters are composed", p.Key, key.Text)
		}
		r.broken = true
		r.ds = append(r.ds, d.WithHint("keep one of the two lines").WithNote(r.path, p.KeySpan, "the first one is here"))
		return false
	}
	return true
}

// isTwin reports whether two keys look the same to a person or to some program:
// they are equal but for case and the Unicode form of their characters.
func isTwin(a, b string) bool {
	if strings.EqualFold(a, b) {
		return true
	}
	if isASCII(a) || isASCII(b) {
		return false
	}
	return strings.EqualFold(norm.NFC.String(a), norm.NFC.String(b))
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
