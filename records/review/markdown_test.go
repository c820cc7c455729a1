package review

import (
	"bytes"
	"html"
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/extension"
	goldhtml "github.com/yuin/goldmark/renderer/html"
)

// hostile are texts that a forge, a browser or the log of a pipeline would do
// something for.
var hostile = []string{
	"@everyone look", "team @acme/ops", "a@example.com", "#1 and owner/name#2", "GH-12 gh-13", "!4 ~bug %1.0 &5 $6 ^alert#7", "![x](https://example.com/t.png)", "[click](javascript:alert(1))",
	"<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "<!-- hidden -->", "&lt;b&gt; &#60;b&#62;", "https://example.com/x www.example.com", "`code` ``two`` ```", "*a* _b_ **c** ~~d~~",
	"::error file=x::y", "%0A::error::x", "##[error]x", "##vso[task.setvariable]x", "a\n::set-output name=x::y\n/close\n/approve", "\r\n# Heading\n\n- item\n", "| a | b |\n|---|---|", "- [ ] task", "1. one", "--- \n===",
	"\x1b[31mred\x1b[0m \a \u009b31m", "\u202eright to left\u2066", "zero\u200bwidth\ufeff", "$$x$$ $`y`$", ":smile:", "\\", "\\`", "`", strings.Repeat("`", 40), strings.Repeat("x", 5000), "[^1]", "==x==", "\xff\xfe",
}

// render makes HTML as forges do, raw HTML included: what is let through shows.
func render(t *testing.T, markdown string) string {
	t.Helper()
	var b bytes.Buffer
	md := goldmark.New(goldmark.WithExtensions(extension.GFM), goldmark.WithRendererOptions(goldhtml.WithUnsafe()))
	if err := md.Convert([]byte(markdown), &b); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

var (
	tags       = regexp.MustCompile(`</?[a-z!][^>]*>`)
	codeTags   = regexp.MustCompile(`<code>[^<]*</code>`)
	references = regexp.MustCompile(`(?i)(^|[^\w&;])([@#!~%$&^][\w{"])|\bGH-\d|://|www\.\w`)
)

func TestTextsOfRecordsAreHarmlessInMarkdown(t *testing.T) {
	for _, text := range hostile {
		for name, write := range map[string]func(string) string{"code": code, "prose": prose} {
			source := "- before " + write(text) + " after\n"
			if strings.Count(source, "\n") != 1 || strings.Contains(source, "##[") || strings.Contains(source, "##vso[") {
				t.Errorf("%s of %.40q is %q", name, text, source)
			}
			for _, r := range source {
				if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)) {
					t.Errorf("%s of %.40q holds %U", name, text, r)
				}
			}
			shown := render(t, source)
			for _, tag := range tags.FindAllString(shown, -1) {
				switch tag {
				case "<ul>", "</ul>", "<li>", "</li>", "<code>", "</code>":
				default:
					t.Errorf("%s of %.40q becomes %s", name, text, shown)
				}
			}
			// What stands in code is no reference; the rest must not look like one.
			rest := html.UnescapeString(tags.ReplaceAllString(codeTags.ReplaceAllString(shown, ""), ""))
			if found := references.FindString(rest); found != "" {
				t.Errorf("%s of %.40q shows %q, in which %q is a reference", name, text, rest, found)
			}
			if !strings.Contains(rest, "before") || !strings.Contains(rest, "after") {
				t.Errorf("%s of %.40q swallows what stands around it: %s", name, text, shown)
			}
		}
	}
}

func TestProseShowsWhatWasWritten(t *testing.T) {
	for _, text := range []string{"change-manager: 0 of 1; ruth may approve", "field a_b was *changed* [by lee]", "2 < 3 & 4 > 1", "it costs 5$ at #1, says a@example.com", "1. first", "- dash", "C:\\x"} {
		shown := strings.TrimSpace(html.UnescapeString(tags.ReplaceAllString(render(t, prose(text)), "")))
		if shown = strings.ReplaceAll(shown, "\u2060", ""); shown != text {
			t.Errorf("%q is shown as %q", text, shown)
		}
	}
}

func TestLabelsStayLabels(t *testing.T) {
	plain := regexp.MustCompile(`^[\pL\pN\pM\pS\pP \-]*$`)
	for _, text := range hostile {
		l := label(text)
		rest := regexp.MustCompile(`#[0-9]+;`).ReplaceAllString(l, "")
		if strings.ContainsAny(rest, "\"'`<>&#;[]{}|%@\n\\$!") || !plain.MatchString(rest) || len([]rune(rest)) > longestLabel {
			t.Errorf("the label of %.40q is %q", text, l)
		}
	}
}
