package yaml

import (
	"fmt"
	"unicode/utf8"

	"frontdesk/records/diag"
)

// CheckText looks for bytes that no record may hold: text that is not UTF-8,
// carriage returns, byte order marks, control characters, line separators and
// characters that reorder text on the screen. line is the number of the first
// line. It reports the first fault; ok is true where there is none.
func CheckText(path, src string, line int) (d diag.Diagnostic, ok bool) {
	start := 0
	for i := 0; i < len(src); {
		b := src[i]
		if b == '\n' {
			line, start = line+1, i+1
		}
		if b >= ' ' && b < 0x7F || b == '\n' || b == '\t' {
			i++
			continue
		}
		c, size := utf8.DecodeRuneInString(src[i:])
		if what := forbidden(c, size); what != "" {
			rule := RuleControl
			if c == utf8.RuneError {
				rule = RuleEncoding
			}
			pos := diag.Position{Line: line, Column: utf8.RuneCountInString(src[start:i]) + 1}
			return diag.New(rule, diag.Error, path, diag.Span{Start: pos, End: pos}, "%s", what).WithHint("%s", textHint(c)), false
		}
		i += size
	}
	return diag.Diagnostic{}, true
}

func forbidden(c rune, size int) string {
	switch {
	case c == utf8.RuneError && size <= 1:
		return "the text is not valid UTF-8"
	case c == '\r':
		return "lines end in CR LF; they must end in LF"
	case c == 0xFEFF:
		return "the text holds a byte order mark"
	case c < ' ' || c >= 0x7F && c < 0xA0:
		return fmt.Sprintf("control character U+%04X", c)
	case c == 0x2028 || c == 0x2029:
		return fmt.Sprintf("line separator U+%04X", c)
	case c >= 0x202A && c <= 0x202E || c >= 0x2066 && c <= 0x2069:
		return fmt.Sprintf("bidirectional control character U+%04X, which can disguise text", c)
	}
	return ""
}

func textHint(c rune) string {
	switch c {
	case '\r':
		return `convert the file with "sed -i 's/\r$//' FILE"; git keeps it so where .gitattributes says "eol=lf"`
	case utf8.RuneError:
		return "save the file as UTF-8"
	case 0xFEFF:
		return "save the file as UTF-8 without BOM"
	}
	return "remove the character"
}
