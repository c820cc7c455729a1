// Package plain provides text that is safe to print: untrusted text without the
// characters that steer a terminal, reorder a line or start a formula. It knows
// nothing of records and must not import any other package of the project.
package plain

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text returns s without control characters (C0 but for newline and tab, DEL,
// C1) and without format characters (Unicode Cf: bidirectional overrides, zero
// width, soft hyphen, tags). Bytes that are not UTF-8 become U+FFFD. What an
// escape sequence leaves behind stays visible: hostile text should look odd.
func Text(s string) string {
	if isPrintable(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' {
			return r
		}
		return printable(r)
	}, s)
}

// Line is Text on one line: newlines, tabs and the Unicode line and paragraph
// separators become a space each.
func Line(s string) string {
	if isPrintable(s) {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch r {
		case '\n', '\t', '\u2028', '\u2029':
			return ' '
		}
		return printable(r)
	}, s)
}

// CSV returns a cell that no spreadsheet takes for a formula: where the first
// character after spaces and invisible ones is = + - @, their full-width forms,
// a tab or a line break, an apostrophe is put before the cell. Quoting the cell
// is the CSV writer's matter. Numbers must not pass through here, as -5 would
// become text; control characters stay, so call Text or Line first.
func CSV(s string) string {
	for _, r := range s {
		switch r {
		case '=', '+', '-', '@', '＝', '＋', '－', '＠', '\t', '\r', '\n':
			return "'" + s
		}
		if !unicode.IsSpace(r) && !unicode.Is(unicode.Cf, r) && !unicode.IsControl(r) {
			return s
		}
	}
	return s
}

// printable returns r, or -1 where it must not be printed.
func printable(r rune) rune {
	if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
		return -1
	}
	return r
}

// isPrintable reports whether s is printable ASCII, as most text is.
func isPrintable(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c >= utf8.RuneSelf-1 {
			return false
		}
	}
	return true
}
