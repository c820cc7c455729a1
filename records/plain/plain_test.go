package plain_test

import (
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"frontdesk/records/plain"
)

func TestTextDropsWhatSteersATerminal(t *testing.T) {
	for _, c := range []struct{ name, in, want, line string }{
		{"plain ASCII stays", "VPN drops", "VPN drops", "VPN drops"},
		{"letters of the world stay", "Größe 日本語 e\u0301 🔥", "Größe 日本語 e\u0301 🔥", "Größe 日本語 e\u0301 🔥"},
		{"nothing stays nothing", "", "", ""},
		{"newline and tab are text but not a line", "a\n\tb", "a\n\tb", "a  b"},
		{"a colour sequence loses its escape", "\x1b[31mred\x1b[0m", "[31mred[0m", "[31mred[0m"},
		{"OSC 52 cannot reach the clipboard", "\x1b]52;c;ZXZpbA==\x07", "]52;c;ZXZpbA==", "]52;c;ZXZpbA=="},
		{"OSC 8 cannot hide a link", "\x1b]8;;http://evil\x1b\\ok", "]8;;http://evil\\ok", "]8;;http://evil\\ok"},
		{"a carriage return cannot overwrite", "real\rfake", "realfake", "realfake"},
		{"CRLF becomes LF", "a\r\nb", "a\nb", "a b"},
		{"a backspace cannot erase", "rm\b\bls", "rmls", "rmls"},
		{"NUL, BEL, VT and FF go", "a\x00\x07\v\fb", "ab", "ab"},
		{"DEL goes", "a\x7fb", "ab", "ab"},
		{"a C1 CSI goes", "a\u009b31mb", "a31mb", "a31mb"},
		{"a C1 OSC and NEL go", "a\u009d\u0085b", "ab", "ab"},
		{"a bare C1 byte is not UTF-8", "a\x9bb", "a\ufffdb", "a\ufffdb"},
		{"bidirectional overrides go", "a\u202etxt\u202c\u2066b\u2069\u200f", "atxtb", "atxtb"},
		{"the Arabic letter mark goes", "a\u061cb", "ab", "ab"},
		{"zero width characters go", "a\u200bb\u200cc\u200dd\ufeffe\u2060f", "abcdef", "abcdef"},
		{"soft hyphens go", "pass\u00adword", "password", "password"},
		{"tag characters go", "a\U000e0041\U000e007fb", "ab", "ab"},
		{"interlinear annotation goes", "a\ufff9b\ufffbc", "abc", "abc"},
		{"a truncated character becomes a replacement", "a\xe2\x82", "a\ufffd\ufffd", "a\ufffd\ufffd"},
		{"an encoded surrogate becomes replacements", "\xed\xa0\x80", "\ufffd\ufffd\ufffd", "\ufffd\ufffd\ufffd"},
		{"separators do not break a line", "a\u2028b\u2029c", "a\u2028b\u2029c", "a b c"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := plain.Text(c.in); got != c.want {
				t.Errorf("Text(%q) = %q, want %q", c.in, got, c.want)
			}
			if got := plain.Line(c.in); got != c.line {
				t.Errorf("Line(%q) = %q, want %q", c.in, got, c.line)
			}
		})
	}
}

func TestEveryCharacterIsJudged(t *testing.T) {
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if !utf8.ValidRune(r) {
			continue
		}
		bad := unicode.In(r, unicode.Cc, unicode.Cf)
		if got := plain.Line("a" + string(r) + "b"); bad && got != "ab" && got != "a b" {
			t.Fatalf("Line lets %U through: %q", r, got)
		} else if !bad && got == "ab" {
			t.Fatalf("Line drops %U", r)
		}
	}
}

func TestCSVDisarmsFormulasAndNothingElse(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"text stays", "VPN drops", "VPN drops"},
		{"an empty cell stays", "", ""},
		{"blanks stay", "   ", "   "},
		{"a dash inside stays", "INC-2611-K7Q4", "INC-2611-K7Q4"},
		{"an apostrophe of its own stays", "'=1", "'=1"},
		{"equals", "=cmd|' /C calc'!A0", "'=cmd|' /C calc'!A0"},
		{"plus", "+1", "'+1"},
		{"minus", "-1+1", "'-1+1"},
		{"at", "@SUM(A1)", "'@SUM(A1)"},
		{"tab", "\t=1", "'\t=1"},
		{"carriage return", "\r=1", "'\r=1"},
		{"newline", "\n=1", "'\n=1"},
		{"full-width equals", "＝1", "'＝1"},
		{"full-width plus", "＋1", "'＋1"},
		{"full-width minus", "－1", "'－1"},
		{"full-width at", "＠A", "'＠A"},
		{"after spaces", "  =1", "'  =1"},
		{"after a no-break space", "\u00a0=1", "'\u00a0=1"},
		{"after a byte order mark", "\ufeff=1", "'\ufeff=1"},
		{"after a zero width space", "\u200b@A", "'\u200b@A"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := plain.CSV(c.in); got != c.want {
				t.Errorf("CSV(%q) = %q, want %q", c.in, got, c.want)
			}
		})
	}
}

func FuzzText(f *testing.F) {
	f.Add("a\x1b]52;c;x\x07\u202e\u009b\xff\r\n")
	f.Fuzz(func(t *testing.T, s string) {
		text, line := plain.Text(s), plain.Line(s)
		if plain.Text(text) != text || plain.Line(line) != line {
			t.Errorf("cleaning %q twice differs from once", s)
		}
		for _, r := range text {
			if r != '\n' && r != '\t' && unicode.In(r, unicode.Cc, unicode.Cf) {
				t.Errorf("Text(%q) holds %U", s, r)
			}
		}
		if strings.ContainsAny(line, "\n\t\r\u2028\u2029") || !utf8.ValidString(line) {
			t.Errorf("Line(%q) = %q", s, line)
		}
	})
}
