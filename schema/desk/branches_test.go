package desk

import (
	"slices"
	"strings"
	"testing"
)

func TestBranches(t *testing.T) {
	for _, c := range []struct {
		name, src string
		want      []string
		message   string // of the one diagnostic, "" for none
	}{
		{"none said", "", []string{"main"}, ""},
		{"one", "branches: [trunk]\n", []string{"trunk"}, ""},
		{"several, the default first", "branches: [main, release/1.x]\n", []string{"main", "release/1.x"}, ""},
		{"no list", "branches: main\n", []string{"main"}, "branches is a string, not a list of names"},
		{"an empty list", "branches: []\n", []string{"main"}, "branches names none"},
		{"a full name", "branches: [trunk, refs/heads/main]\n", []string{"trunk"}, `branch "refs/heads/main" is written in full`},
		{"one that is there twice", "branches: [a, b, a]\n", []string{"a", "b"}, `branch "a" is there twice`},
		{"a number", "branches: [1]\n", []string{"main"}, `branch "1" is no name of a branch`},
		{"an option", "branches: [--all]\n", []string{"main"}, `branch "--all" is no name of a branch`},
		{"a pattern", "branches: [\"release/*\"]\n", []string{"main"}, `branch "release/*" is no name of a branch`},
		{"a range", "branches: [a..b]\n", []string{"main"}, `branch "a..b" is no name of a branch`},
		{"an empty part", "branches: [a//b]\n", []string{"main"}, `branch "a//b" is no name of a branch`},
		{"a locked one", "branches: [a.lock/b]\n", []string{"main"}, `branch "a.lock/b" is no name of a branch`},
		{"a control character", "branches: [\"a\\nb\"]\n", []string{"main"}, `branch "a\nb" is no name of a branch`},
		{"what git means otherwise", "branches: [HEAD]\n", []string{"main"}, `branch "HEAD" is no name of a branch`},
		{"one that is too long", "branches: [" + strings.Repeat("a", 201) + "]\n", []string{"main"}, `branch "` + strings.Repeat("a", 201) + `" is no name of a branch`},
	} {
		t.Run(c.name, func(t *testing.T) {
			d, ds := Parse("desk.yaml", []byte("version: 1\n"+c.src))
			if !slices.Equal(d.Branches, c.want) {
				t.Errorf("branches %v, want %v", d.Branches, c.want)
			}
			switch {
			case c.message == "" && len(ds) > 0:
				t.Errorf("%+v", ds)
			case c.message != "" && (len(ds) != 1 || ds[0].Message != c.message || ds[0].Rule != RuleValue || ds[0].Hint == ""):
				t.Errorf("%+v, want %s", ds, c.message)
			}
		})
	}
}
