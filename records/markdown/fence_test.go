package markdown

import (
	"strings"
	"testing"
)

func TestTextOfCodeFencesIsBlanked(t *testing.T) {
	for _, c := range []struct{ name, body, want string }{
		{"no fence", "a\n\n    code\n", "a\n\n    code\n"},
		{"a fence", "a\n```go\nx y\n\nz\n```\nb\n", "a\n```go\n   \n\n \n```\nb\n"},
		{"a fence that is not closed", "~~~\nx\n", "~~~\n \n"},
		{"a fence in a list", "- ```\n  é\n  ```\nb\n", "- ```\n    \n  ```\nb\n"},
		{"a fence that its list ends", "- a\n\n  ```\nb\n", "- a\n\n  ```\nb\n"},
		{"a fence in a quote", "> ```\n> x\nb\n", "> ```\n>  \nb\n"},
		{"backticks in prose", "a ```b``` c\n", "a ```b``` c\n"},
	} {
		if got := WithoutFences(c.body); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
	deep := strings.Repeat("> ", 99) + "\n```\nx\n```\n"
	if got := WithoutFences(deep); got != deep {
		t.Errorf("a body beyond the limits is %q", got)
	}
}
