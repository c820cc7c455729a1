package frontmatter

import (
	"testing"

	"pgregory.net/rapid"

	"frontdesk/records"
	"frontdesk/records/yaml"
)

// What isWord and isInstant take must be what the patterns would have taken.
func TestWordsAndInstantsArePlainByThePatternsToo(t *testing.T) {
	word := rapid.StringMatching(`[A-Za-z][A-Za-z0-9_./() -]{0,12}|[A-Za-z.~]{1,5}`)
	instant := rapid.StringMatching(`[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z`)
	words := 0
	rapid.Check(t, func(rt *rapid.T) {
		for _, text := range []string{word.Draw(rt, "word"), instant.Draw(rt, "instant"), rapid.String().Draw(rt, "any")} {
			if !isWord(text) && !isInstant(text) {
				continue
			}
			words++
			slow := !literal(text) && yaml.Resolve(text) == records.String && !oddNumber().MatchString(text) && (plainTime().MatchString(text) || plainText().MatchString(text))
			if slow != plain(text, true) || slow != plain(text, false) {
				rt.Fatalf("%q: %v by the patterns", text, slow)
			}
		}
	})
	if words == 0 {
		t.Error("nothing was tried")
	}
	for _, text := range []string{"true", "No", "null", "y", "NaN", "Inf", "~", "e1", "Infinity"} {
		if slow := !literal(text) && yaml.Resolve(text) == records.String; isWord(text) && plain(text, true) != slow {
			t.Errorf("%q is plain", text)
		}
	}
}
