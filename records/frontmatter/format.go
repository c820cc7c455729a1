package frontmatter

import (
	"strings"

	"frontdesk/records"
	"frontdesk/records/lazy"
	"frontdesk/records/yaml"
)

// Format writes a record's file from scratch: the front matter in the order of
// the fields, then the body as it is.
func Format(fields []records.Pair, body string) []byte {
	var b strings.Builder
	b.WriteString(fence)
	for _, p := range fields {
		writeEntry(&b, p.Key, p.Value)
	}
	b.WriteString(fence)
	b.WriteString(body)
	return []byte(b.String())
}

// writeEntry writes a top-level key: text of several lines as a block, a list of
// maps with a line for each, a map that asks for it with a line for each key.
func writeEntry(b *strings.Builder, key string, v *records.Value) {
	b.WriteString(Inline(records.NewString(key)))
	b.WriteByte(':')
	switch {
	case v.IsNull():
	case v.Kind == records.List && !v.Flow && len(v.Items) > 0:
		for _, item := range v.Items {
			b.WriteString("\n  - " + Inline(item))
		}
	case v.Kind == records.Map && !v.Flow && len(v.Pairs) > 0:
		for _, p := range v.Pairs {
			b.WriteString("\n  " + inlinePair(p, false))
		}
	default:
		b.WriteString(" " + topLevel(v))
	}
	b.WriteByte('\n')
}

// topLevel writes a value after a top-level key, text of several lines as a
// literal block where that keeps every byte.
func topLevel(v *records.Value) string {
	if v.Kind != records.String || !strings.Contains(v.Text, "\n") || !fitsBlock(v.Text) {
		return inline(v, false)
	}
	text, header := v.Text, "|-"
	if strings.HasSuffix(text, "\n") {
		text, header = strings.TrimSuffix(text, "\n"), "|"
	}
	return header + "\n  " + strings.ReplaceAll(strings.ReplaceAll(text, "\n", "\n  "), "\n  \n", "\n\n")
}

// fitsBlock reports whether text survives as a literal block: no line begins or
// ends with white space, and no more than one line feed ends it.
func fitsBlock(text string) bool {
	lines := strings.Split(strings.TrimSuffix(text, "\n"), "\n")
	if lines[0] == "" || lines[len(lines)-1] == "" {
		return false
	}
	for i, line := range lines {
		if strings.TrimSpace(line) != line || (line == "" && i > 0 && lines[i-1] == "") {
			return false
		}
	}
	return true
}

// Inline writes a value on one line, as it may stand anywhere in YAML.
func Inline(v *records.Value) string { return inline(v, true) }

func inline(v *records.Value, flow bool) string {
	switch {
	case v.IsNull():
		return "null"
	case v.Kind == records.List:
		items := make([]string, len(v.Items))
		for i, item := range v.Items {
			items[i] = inline(item, true)
		}
		return "[" + strings.Join(items, ", ") + "]"
	case v.Kind == records.Map:
		pairs := make([]string, len(v.Pairs))
		for i, p := range v.Pairs {
			pairs[i] = inlinePair(p, true)
		}
		return "{" + strings.Join(pairs, ", ") + "}"
	case v.Kind != records.String:
		return v.Text
	}
	return scalar(v.Text, flow)
}

func inlinePair(p records.Pair, flow bool) string {
	return scalar(p.Key, true) + ": " + inline(p.Value, flow)
}

// Patterns of plain scalars. plainText holds no character that means something
// to YAML anywhere; plainBlock may also hold what means something in brackets.
var (
	plainText  = lazy.Regexp(`^[\pL_/(][\pL\pM\pN_./()+@'"=;!?<>$%^~|-]*( [\pL\pM\pN_./()+@'"=;!?<>$%^~|&*-]+)*$`)
	plainBlock = lazy.Regexp(`^[\pL_/(][^:#\pC\pZ]*( [^:#\pC\pZ]+)*$`)
	plainTime  = lazy.Regexp(`^\d{4}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?$`)
	plainName  = lazy.Regexp(`^\d[\w.-]*[A-Za-z-][\w.-]*$`)
	plainURL   = lazy.Regexp(`^https?://[\w./?=&%~+@-]+$`)
	oddNumber  = lazy.Regexp(`^(\d[\d_,.]*|\d+e\d+|0[xob][\da-fA-F_]+|\d+(:\d\d?)+(\.\d*)?)$`)
)

// scalar writes text so that every YAML parser reads the same text.
func scalar(text string, flow bool) string {
	if plain(text, flow) {
		return text
	}
	return quote(text)
}

func plain(text string, flow bool) bool {
	switch {
	case isWord(text):
		return !literal(text)
	case isInstant(text):
		return true
	case yaml.Resolve(text) != records.String || literal(text) || oddNumber().MatchString(text):
		return false
	case plainTime().MatchString(text) || plainText().MatchString(text):
		return true
	case plainName().MatchString(text):
		return true
	case flow:
		return false
	}
	return plainURL().MatchString(text) || plainBlock().MatchString(text)
}

// literal reports whether an older YAML reads the word as something else.
func literal(text string) bool {
	switch strings.ToLower(text) {
	case "y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf":
		return true
	}
	return false
}

// quote writes text in double quotes.
func quote(text string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range text {
		switch c {
		case '"', '\\':
			b.WriteByte('\\')
			b.WriteRune(c)
		case '\n':
			b.WriteString(`\n`)
		case '\t':
			b.WriteString(`\t`)
		default:
			b.WriteRune(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}
