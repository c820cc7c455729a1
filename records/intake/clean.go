package intake

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"
)

// Step is one way to clean a cell before it is looked up or converted.
type Step string

// The steps, applied in the order in which a mapping names them.
const (
	Spaces Step = "spaces" // runs of white space become one space
	Lower  Step = "lower"
	Upper  Step = "upper"
	Slug   Step = "slug" // "Group  56" becomes "group-56"
)

func steps() []string { return []string{string(Spaces), string(Lower), string(Upper), string(Slug)} }

// maxSlug leaves room for what the schema allows as an id (64).
const maxSlug = 60

func clean(text string, steps []Step) string {
	for _, s := range steps {
		switch s {
		case Spaces:
			text = oneSpace(text)
		case Lower:
			text = strings.ToLower(text)
		case Upper:
			text = strings.ToUpper(text)
		case Slug:
			text = slug(text)
		}
	}
	return text
}

func oneSpace(s string) string { return strings.Join(strings.Fields(s), " ") }

// stripControls removes what no record may hold: control characters but line
// feed and tab, byte order marks, and the characters that turn the direction of
// text. CR LF, CR and the line separators of Unicode become LF. It returns how
// many characters it removed.
func stripControls(s string) (string, int) {
	if strings.IndexFunc(s, func(r rune) bool { return isBreak(r) || isControl(r) }) < 0 {
		return s, 0
	}
	s = strings.ReplaceAll(s, "\r\n", "\n")
	removed := 0
	s = strings.Map(func(r rune) rune {
		switch {
		case isBreak(r):
			return '\n'
		case isControl(r):
			removed++
			return -1
		}
		return r
	}, s)
	return s, removed
}

func isBreak(r rune) bool { return r == '\r' || r == '\u2028' || r == '\u2029' }

// isControl follows what records/yaml refuses in a text.
func isControl(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\t' ||
		r == '\uFEFF' || r >= '\u202A' && r <= '\u202E' || r >= '\u2066' && r <= '\u2069'
}

// slug makes an id of a foreign name: lower-case ASCII letters and digits, with
// one dash for everything between. Accents fall ("Åsa" becomes "asa"). Where
// letters or digits would be lost, or the name is too long, eight digits of the
// name's SHA-256 keep different names apart.
func slug(name string) string {
	name = oneSpace(name)
	var b strings.Builder
	dash, lost := false, false
	for _, r := range norm.NFKD.String(name) {
		text, ok := ascii(r)
		if !ok {
			lost = lost || unicode.IsLetter(r) || unicode.IsDigit(r)
			dash = dash || !unicode.Is(unicode.Mn, r)
			continue
		}
		if dash && b.Len() > 0 {
			b.WriteByte('-')
		}
		dash = false
		b.WriteString(text)
	}
	out := b.String()
	if len(out) > maxSlug {
		out, lost = strings.TrimRight(out[:maxSlug-9], "-"), true
	}
	if lost {
		sum := sha256.Sum256([]byte(name))
		out = strings.TrimLeft(out+"-"+hex.EncodeToString(sum[:4]), "-")
	}
	return out
}

// ascii returns the letters or digits that stand for a character in a slug.
func ascii(r rune) (string, bool) {
	switch {
	case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
		return string(r), true
	case r >= 'A' && r <= 'Z':
		return string(r + 'a' - 'A'), true
	}
	switch r {
	case 'ß':
		return "ss", true
	case 'æ', 'Æ':
		return "ae", true
	case 'œ', 'Œ':
		return "oe", true
	case 'ø', 'Ø':
		return "o", true
	case 'ł', 'Ł':
		return "l", true
	case 'đ', 'Đ', 'ð', 'Ð':
		return "d", true
	case 'þ', 'Þ':
		return "th", true
	}
	return "", false
}
