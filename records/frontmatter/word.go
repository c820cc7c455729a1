package frontmatter

// isWord reports whether a text is made of ASCII letters, digits and a few marks,
// begins with a letter, and has no more than one blank between two of its parts.
// It is what most values are; plainText, which takes longer, would match it, and
// YAML takes it for text unless it is a literal.
func isWord(text string) bool {
	if text == "" || !isLetter(text[0]) {
		return false
	}
	for i := 1; i < len(text); i++ {
		switch c := text[i]; {
		case isLetter(c), c >= '0' && c <= '9', c == '_', c == '.', c == '/', c == '-', c == '(', c == ')':
		case c == ' ' && text[i-1] != ' ' && i+1 < len(text):
		default:
			return false
		}
	}
	return true
}

func isLetter(c byte) bool { return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' }

// isInstant reports whether a text has the form of a time in UTC, to the second,
// as records hold it.
func isInstant(text string) bool {
	const form = "0000-00-00T00:00:00Z"
	if len(text) != len(form) {
		return false
	}
	for i := range len(form) {
		if c := text[i]; form[i] == '0' && (c < '0' || c > '9') || form[i] != '0' && c != form[i] {
			return false
		}
	}
	return true
}
