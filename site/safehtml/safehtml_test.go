package safehtml

import (
	"strings"
	"testing"
)

func TestHTMLIsSafe(t *testing.T) {
	r := NewRenderer()
	for _, src := range []string{
		"<script>alert(1)</script>", "<img src=x onerror=alert(1)>", "[a](javascript:alert(1))", "[a](JaVaScRiPt:alert(1))", "[a](data:text/html;base64,xx)",
		"![a](javascript:alert(1))", "<a href=\"javascript:alert(1)\">x</a>", "<svg onload=alert(1)>", "[a](vbscript:x)", "```<img onerror=alert(1)>\nx\n```",
		"[a](https://x\"onmouseover=alert(1))", "<iframe src=//evil>", "# a {onclick=alert(1)}", "<style>*{}</style>", "[a](<javascript:alert(1)>)", "&lt;script&gt;", "<form action=x><input name=y>",
	} {
		out, _, err := r.HTML(src, Options{})
		if err != nil {
			t.Fatal(err)
		}
		low := strings.ToLower(out)
		for _, bad := range []string{"<script", "onerror=", "javascript:", "vbscript:", "data:", "<svg", "<iframe", "<style", "onclick=\"", "onmouseover=\"", "<form", "onload"} {
			if strings.Contains(low, bad) && !strings.Contains(low, "&lt;") {
				t.Errorf("%q renders as %q", src, out)
			}
		}
	}
}

func TestHTMLKeepsWhatPeopleWrite(t *testing.T) {
	r := NewRenderer()
	out, heads, err := r.HTML("## Restart\n\n1. one\n2. *two*\n\n| a | b |\n|---|--:|\n| 1 | 2 |\n\n- [x] done\n\n```go\nx := {{< y >}}\n```\n\n[in](INC-1.md) [out](https://example.com) [gone](secret.md)\n",
		Options{Shift: 1, Prefix: "t-", Resolve: func(d string) (string, bool) {
			if d == "secret.md" {
				return "", false
			}
			return strings.Replace(d, ".md", ".html", 1), true
		}})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{`<h3 id="t-restart">Restart</h3>`, "<em>two</em>", "<td>1</td>", `<code class="language-go">x := {{&lt; y &gt;}}`, `href="INC-1.html"`, `href="https://example.com" rel="nofollow noreferrer"`, " gone", `type="checkbox"`} {
		if !strings.Contains(out, want) {
			t.Errorf("%s is missing in\n%s", want, out)
		}
	}
	if len(heads) != 1 || heads[0] != (Heading{Level: 3, ID: "t-restart", Text: "Restart"}) {
		t.Errorf("headings are %v", heads)
	}
}
