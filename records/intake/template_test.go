package intake

import (
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestTemplatesAreFilled(t *testing.T) {
	cells := map[string]string{"a": "1", "b": "2", "empty": ""}
	for _, c := range []struct{ name, in, want, fault string }{
		{"columns in braces", "{a} / {b}: {a}", "1 / 2: 1", ""},
		{"blanks in the braces do not count", "{ a }", "1", ""},
		{"doubled braces are braces", "{{a}} {a}", "{a} 1", ""},
		{"a missing column leaves nothing", "{a}: {empty}", "-", ""},
		{"no columns", "x", "x", ""},
		{"a brace that is not closed", "{a", "", "not closed"},
		{"a brace within braces", "{a{b}}", "", "not closed"},
		{"a brace that is not opened", "a}", "", "no opening"},
		{"braces without a name", "{ }", "", "names no column"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tpl, err := parseTemplate(c.in)
			if err != nil || c.fault != "" {
				if c.fault == "" || err == nil || !strings.Contains(err.Error(), c.fault) {
					t.Fatalf("fault %v, want %q", err, c.fault)
				}
				return
			}
			got, ok := tpl.render(func(i int) string { return cells[tpl.columns[i].name] })
			if !ok {
				got = "-"
			}
			if got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestTextWithDoubledBracesIsItself(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		tpl, err := parseTemplate(strings.NewReplacer("{", "{{", "}", "}}").Replace(text))
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := tpl.render(nil); !ok || got != text {
			t.Fatalf("%q becomes %q", text, got)
		}
	})
}
