package site

import (
	"path"
	"regexp"
	"strings"
	"testing"

	"pgregory.net/rapid"
)

func TestNamesAreSafeOnEveryPlatform(t *testing.T) {
	for in, want := range map[string]string{
		"INC-2611-K7Q4": "INC-2611-K7Q4",
		"con":           "~con",
		"NUL.txt":       "~NUL.txt",
		"../../etc":     "~..-..-etc",
		"a/b\\c:d":      "a-b-c-d",
		"":              "~",
		"-x":            "~-x",
		"x.":            "x",
		"ä":             "~-",
		"a\x00\n":       "a--",
	} {
		if got := safeName(in); got != want {
			t.Errorf("safeName(%q) = %q, want %q", in, got, want)
		}
	}
}

var safePath = regexp.MustCompile(`^[A-Za-z0-9_~][A-Za-z0-9._~-]*/[A-Za-z0-9_~][A-Za-z0-9._~-]*\.html$`)

func TestNoTwoPagesShareAnAddress(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := newAddresses(0)
		seen := map[string]bool{}
		name := rapid.OneOf(rapid.String(), rapid.StringMatching(`[aAbB.~-]{0,3}[0-9]?`), rapid.SampledFrom([]string{"con", "CON", "index", "Index"}))
		for _, id := range rapid.SliceOf(name).Draw(t, "ids") {
			p := a.claim("incidents", id, ".html")
			if seen[strings.ToLower(p)] {
				t.Fatalf("%q is given twice", p)
			}
			if !safePath.MatchString(p) {
				t.Fatalf("%q is not safe", p)
			}
			seen[strings.ToLower(p)] = true
		}
	})
}

func TestRelativeAddressesLeadThere(t *testing.T) {
	segment := rapid.StringMatching(`[ab]{1,2}`)
	rapid.Check(t, func(t *rapid.T) {
		from := strings.Join(rapid.SliceOfN(segment, 1, 4).Draw(t, "from"), "/")
		to := strings.Join(rapid.SliceOfN(segment, 1, 4).Draw(t, "to"), "/")
		got := relative(from, to)
		if joined := path.Join(path.Dir(from), got); joined != to {
			t.Fatalf("relative(%q, %q) = %q leads to %q", from, to, got, joined)
		}
		if up := path.Join(path.Dir(from), root(from), "x"); up != "x" {
			t.Fatalf("root(%q) = %q leads to %q", from, root(from), up)
		}
	})
}
