package schema

import "testing"

func TestNearest(t *testing.T) {
	known := []string{"assignee", "priority", "in-progress", "resolved", "opened_at", "open", "closed", "closed_at"}
	cases := []struct{ name, word, want string }{
		{"a letter too many", "assignnee", "assignee"},
		{"a letter too few", "asignee", "assignee"},
		{"two letters swapped", "prioirty", "priority"},
		{"another case and separator", "In_Progress", "in-progress"},
		{"a related word", "solved", "resolved"},
		{"a beginning that one word has", "prio", "priority"},
		{"a beginning of two words of which one is near", "ope", "open"},
		{"a beginning of two words that are both far", "clo", ""},
		{"a longer beginning that one word has", "assig", "assignee"},
		{"a word that is known", "closed", "closed"},
		{"a short word", "opn", "open"},
		{"a word that is far from all", "wifi", ""},
		{"nothing", "", ""},
		{"separators only", "--", ""},
		{"a very long word", string(make([]byte, 1<<16)), ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := Nearest(c.word, known); got != c.want {
				t.Errorf("%q, want %q", got, c.want)
			}
		})
	}
}

func TestDistance(t *testing.T) {
	cases := []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"a", "", 1}, {"", "ab", 2}, {"abc", "abc", 0}, {"abc", "acb", 1}, {"ca", "abc", 3},
		{"kitten", "sitting", 3}, {"solved", "resolved", 2},
	}
	for _, c := range cases {
		if got := distance([]rune(c.a), []rune(c.b), 10); got != c.want {
			t.Errorf("distance of %q and %q is %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
