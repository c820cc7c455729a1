package query

import (
	"fmt"
	"strings"
	"unicode"
)

// term is one condition as written: a word where key is empty.
type term struct {
	column int
	not    bool
	key    string
	values []value // one for a word
}

// value is one alternative of a term: a scalar, a comparison or a range.
type value struct {
	op     string // "", ">", ">=", "<", "<=" or ".."
	scalar        // what is compared with; the lower end of a range
	upper  scalar // of a range
}

// scalar is a piece of text. Quoted text has no special meaning.
type scalar struct {
	column int
	text   string
	quoted bool
}

func (t term) String() string {
	var b strings.Builder
	if t.not {
		b.WriteByte('-')
	}
	if t.key != "" {
		b.WriteString(t.key + ":")
	}
	for i, v := range t.values {
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(v.String())
	}
	return b.String()
}

func (v value) String() string {
	if v.op == ".." {
		return v.scalar.String() + ".." + v.upper.String()
	}
	return v.op + v.scalar.String()
}

func (s scalar) String() string {
	if !s.quoted {
		return s.text
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(s.text) + `"`
}

// parser reads a query character by character.
type parser struct {
	src []rune
	pos int
}

// parse splits a query into terms without asking what they mean.
func parse(q string) ([]term, error) {
	p := &parser{src: []rune(q)}
	var terms []term
	for p.skipSpace(); !p.done(); p.skipSpace() {
		t, err := p.term()
		if err != nil {
			return nil, err
		}
		terms = append(terms, t)
	}
	return terms, nil
}

func (p *parser) done() bool  { return p.pos >= len(p.src) }
func (p *parser) column() int { return p.pos + 1 }

// peek returns the next character, 0 at the end.
func (p *parser) peek() rune {
	if p.done() {
		return 0
	}
	return p.src[p.pos]
}

// atBreak reports whether a term ends here.
func (p *parser) atBreak() bool { return p.done() || unicode.IsSpace(p.peek()) }

func (p *parser) skipSpace() {
	for !p.done() && unicode.IsSpace(p.peek()) {
		p.pos++
	}
}

// take steps over s if it comes next.
func (p *parser) take(s string) bool {
	r := []rune(s)
	if !p.ahead(r) {
		return false
	}
	p.pos += len(r)
	return true
}

func (p *parser) ahead(r []rune) bool {
	if len(p.src)-p.pos < len(r) {
		return false
	}
	return string(p.src[p.pos:p.pos+len(r)]) == string(r)
}

func (p *parser) term() (term, error) {
	t := term{column: p.column()}
	if t.not = p.take("-"); t.not && p.atBreak() {
		return t, syntaxError(t.column, "a dash stands alone", "put it right before a term to exclude that, as in -is:closed")
	}
	if key := p.key(); key != "" {
		t.key = key
		values, err := p.values(key)
		t.values = values
		return t, err
	}
	word, err := p.word()
	t.values = []value{{scalar: word}}
	return t, err
}

// key reads "key:"; it reads nothing where no key stands here.
func (p *parser) key() string {
	end := p.pos
	for end < len(p.src) && isKeyRune(p.src[end], end > p.pos) {
		end++
	}
	if end == p.pos || end == len(p.src) || p.src[end] != ':' {
		return ""
	}
	key := string(p.src[p.pos:end])
	p.pos = end + 1
	return key
}

// isKeyRune reports whether r may stand in a key; inside is false for its first
// character.
func isKeyRune(r rune, inside bool) bool {
	switch {
	case r == '_', 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z':
		return true
	}
	return inside && (r == '-' || r == '.' || '0' <= r && r <= '9')
}

func (p *parser) word() (scalar, error) {
	if p.peek() == '"' {
		s, err := p.quoted()
		if err == nil && !p.atBreak() {
			err = syntaxError(p.column(), "text follows a closing quote", "put a space between the two")
		}
		return s, err
	}
	s := scalar{column: p.column()}
	for !p.atBreak() && p.peek() != '"' {
		p.pos++
	}
	s.text = string(p.src[s.column-1 : p.pos])
	if p.peek() == '"' {
		return s, syntaxError(p.column(), "a quote starts inside a word", `quote the whole, as in "disk full"`)
	}
	return s, checkWord(s)
}

// checkWord refuses bare words that mean something in other query languages.
func checkWord(s scalar) error {
	quoted := scalar{text: s.text, quoted: true}
	switch s.text {
	case "AND", "OR", "NOT":
		return syntaxError(s.column, fmt.Sprintf("%s is not part of a query", s.text),
			fmt.Sprintf("terms are joined by and; a comma means or, as in priority:P1,P2; a dash means not; to find the word, quote it: %s", quoted))
	case "@me":
		return syntaxError(s.column, "@me is not a term", "name a field, as in assignee:@me")
	}
	switch {
	case strings.HasPrefix(s.text, ":"):
		return syntaxError(s.column, "there is no key before the colon", "write it as key:value")
	case strings.HasPrefix(s.text, "-"):
		return syntaxError(s.column, "a dash follows a dash", fmt.Sprintf("to find the text, quote it: %s", quoted))
	case strings.HasPrefix(s.text, "("), strings.HasSuffix(s.text, ")"):
		return syntaxError(s.column, "a query has no parentheses", fmt.Sprintf("to find the text, quote it: %s", quoted))
	}
	return checkWildcard(s)
}

func checkWildcard(s scalar) error {
	if !s.quoted && strings.Contains(s.text, "*") {
		return syntaxError(s.column, "a query has no wildcards", "leave the asterisk out: text is found anywhere in the field; or quote it")
	}
	return nil
}

func (p *parser) values(key string) ([]value, error) {
	var vs []value
	for {
		v, err := p.value(key)
		if err != nil {
			return nil, err
		}
		vs = append(vs, v)
		if p.take(",") {
			continue
		}
		if !p.atBreak() {
			return nil, syntaxError(p.column(), "text follows a value", "put a space or a comma between the two")
		}
		return vs, nil
	}
}

func (p *parser) value(key string) (value, error) {
	var v value
	for _, wrong := range []string{"!=", "=", "!"} {
		if at := p.column(); p.take(wrong) {
			return v, syntaxError(at, fmt.Sprintf("%s is not an operator", wrong), fmt.Sprintf("write %s:value, or -%s:value for the opposite", key, key))
		}
	}
	for _, op := range []string{">=", "<=", ">", "<"} {
		if p.take(op) {
			v.op = op
			break
		}
	}
	var err error
	if v.scalar, err = p.scalar(key); err != nil {
		return v, err
	}
	at := p.column()
	if !p.take("..") {
		return v, nil
	}
	if v.op != "" {
		return v, syntaxError(at, "a range cannot have an operator", "write a..b, or >=a")
	}
	v.op = ".."
	if p.atBreak() || p.peek() == ',' {
		return v, syntaxError(at, "the range has no end", fmt.Sprintf("write %s:>=%s", key, v.scalar))
	}
	v.upper, err = p.scalar(key)
	return v, err
}

func (p *parser) scalar(key string) (scalar, error) {
	if p.peek() == '"' {
		return p.quoted()
	}
	s := scalar{column: p.column()}
	for !p.atBreak() && p.peek() != ',' && p.peek() != '"' && !p.ahead([]rune("..")) {
		p.pos++
	}
	s.text = string(p.src[s.column-1 : p.pos])
	switch {
	case s.text == "" && p.ahead([]rune("..")):
		return s, syntaxError(s.column, "the range has no beginning", fmt.Sprintf("write %s:<=value", key))
	case s.text == "":
		return s, syntaxError(s.column, fmt.Sprintf("there is no value after %s:", key), emptyHint(key))
	case p.peek() == '"':
		return s, syntaxError(p.column(), "a quote starts inside a value", fmt.Sprintf(`quote the whole, as in %s:"disk full"`, key))
	}
	return s, checkWildcard(s)
}

// emptyHint says what somebody may have meant who wrote a key without a value.
func emptyHint(key string) string {
	switch key {
	case keyIs, keyHas, keyNo, keyType, keySort, keySLA:
		return "no space may follow the colon"
	}
	return fmt.Sprintf("no space may follow the colon; to find records without %s, write no:%s", key, key)
}

// quoted reads a quoted scalar; the opening quote comes next.
func (p *parser) quoted() (scalar, error) {
	s := scalar{column: p.column(), quoted: true}
	p.pos++
	var b strings.Builder
	for !p.done() {
		switch r := p.src[p.pos]; {
		case r == '"':
			p.pos++
			if s.text = b.String(); s.text == "" {
				return s, syntaxError(s.column, "there is nothing between the quotes", "to find records without a field, write no:FIELD")
			}
			return s, nil
		case r == '\\' && p.pos+1 < len(p.src) && (p.src[p.pos+1] == '"' || p.src[p.pos+1] == '\\'):
			p.pos++
		}
		b.WriteRune(p.src[p.pos])
		p.pos++
	}
	return s, syntaxError(s.column, "the quote is never closed", `add a closing "`)
}

func syntaxError(column int, message, hint string) *SyntaxError {
	return &SyntaxError{Column: column, Message: message, Hint: hint}
}
