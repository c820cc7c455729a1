package approval

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"frontdesk/records"
	"frontdesk/records/evidence"
	"frontdesk/schema/signers"
)

func TestWords(t *testing.T) {
	many := []records.ID{"ann", "bo", "dana", "kim", "lee", "max"}
	for got, want := range map[string]string{
		anyOf(many, true):                            "ann, bo or any other person may approve",
		anyOf(many, false):                           "ann, bo, dana, kim or 2 more may approve",
		anyOf(many[:5], true):                        "ann, bo, dana, kim or lee may approve",
		anyOf(many[:1], true):                        "ann may approve",
		anyOf(nil, true):                             "whoever else it asks counts for another rule",
		and(many[:2]):                                "ann and bo",
		span(24 * time.Hour):                         "24 hours",
		span(48 * time.Hour):                         "2 days",
		span(time.Hour):                              "1 hour",
		span(90 * time.Minute):                       "90 minutes",
		span(time.Millisecond):                       "1ms",
		approvals(1) + approvals(2):                  "1 approval2 approvals",
		stated("2026-11-20T10:12:59+01:00"):          "2026-11-20 09:12 UTC",
		stated("so\x1bon"):                           `"soon"`,
		cut("a\nb\u202e" + strings.Repeat("é", 300)): "a b" + strings.Repeat("é", 197) + "…",
		cut(strings.Repeat("\u202e", 5000)):          "…",
		cut(strings.Repeat("\x80", 5000)):            "…",
		branch("refs/heads/release/1"):               "release/1",
		branch("refs/tags/v1"):                       "refs/tags/v1",
		short("3f9a"):                                "3f9a",
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

// TestOddRecordsAreJudged hands in records whose fields hold what they should not:
// nothing of that may end the program, or be taken for a fault of it.
func TestOddRecordsAreJudged(t *testing.T) {
	odd := rapid.SampledFrom([]string{"null", "[]", "{}", "7", "-0.5", "true", `""`, "[[vpn]]", "[{a: b}]", "{a: [b]}", "[null, vpn, vpn]", "/", "service/", "/vpn", "person/kim", "x/y/z", "2026-11-24T09:00:00Z"})
	rapid.Check(t, func(t *rapid.T) {
		s := newScene(t, "  distinct: false\n", normalFields)
		fields := normalFields
		for range rapid.IntRange(1, 4).Draw(t, "fields") {
			fields = with(fields, rapid.SampledFrom(s.in.Type.FieldNames()).Filter(func(n string) bool { return n != records.FieldID }).Draw(t, "field")+": "+odd.Draw(t, "value"))
		}
		s.set(fields)
		s.in.Before = s.in.Record
		s.template(with(templateFields, rapid.SampledFrom([]string{"version", "services", "assets", "categories", "environments", "state"}).Draw(t, "of template")+": "+odd.Draw(t, "value")), plan)
		s.approve("kim", "lee", "bo")
		v := s.judge()
		if said := strings.Join(v.Reasons, "\n"); strings.Contains(said, "fault of frontdesk") {
			t.Fatalf("%s: %s", fields, said)
		}
	})
}

func TestWhatIsTooMuchIsSaidAndBounded(t *testing.T) {
	t.Run("things", func(t *testing.T) {
		s := newScene(t, "  rules: [{name: owner, need: 1, each: true, from: [{owner: services}, anyone]}]\n", normalFields)
		var names []string
		for i := range maxThings + 1 {
			names = append(names, fmt.Sprintf("s%d", i))
		}
		s.set(with(normalFields, "services: ["+strings.Join(names, ", ")+"]"))
		s.approve("kim")
		s.want(Failed, "owner: it asks the owners of each of 501 things, and more than 500 are too many")
	})
	t.Run("differences", func(t *testing.T) {
		s := newScene(t, onePeer, normalFields)
		s.approve("kim")
		for i := range 50 {
			s.files = append(s.files, File{Path: fmt.Sprintf("f%02d", i), Mode: "100644", Blob: "aa"})
		}
		s.set(normalFields)
		v := s.want(Pending, "; file f19 was added since", "; 30 more things were changed since")
		if n := len(v.Rules[0].Void); n != maxVoids+1 {
			t.Errorf("%d voids", n)
		}
	})
	t.Run("contributions", func(t *testing.T) {
		s := newScene(t, onePeer, normalFields)
		for i := range 5000 {
			s.in.Contributors = append(s.in.Contributors, Contributor{Person: "kim", Identity: "Kim <kim@example.com>", As: AsAuthor, Commit: fmt.Sprintf("%010d", i)})
		}
		s.approve("kim")
		s.want(Pending, "and may not: author of 0000000000, author of 0000000001, author of 0000000002, author of 0000000003 and 16 more")
	})
}

// TestForgeCommittersAreNobodyByAddressAlone holds the addresses against spellings
// that only look like them.
func TestForgeCommittersAreNobodyByAddressAlone(t *testing.T) {
	known := []string{"noreply@github.com"}
	for identity, want := range map[string]bool{
		"GitHub <noreply@github.com>":             true,
		"GitHub <NoReply@GitHub.com>":             true,
		"noreply@github.com":                      true,
		"noreply@github.com <x@example.com>":      false,
		"<noreply@github.com> <x@example.com>":    false,
		"GitHub <noreply@github.com.example.com>": false,
		"GitHub <xnoreply@github.com>":            false,
		"GitHub <>":                               false,
		"":                                        false,
		"GitHub noreply at github.com <":          false,
	} {
		if got := isForge(Contributor{Identity: identity, As: AsCommitter}, known); got != want {
			t.Errorf("%q is a forge: %v", identity, got)
		}
	}
	if isForge(Contributor{Identity: "x <>", As: AsCommitter}, []string{""}) {
		t.Error("no address is a forge's")
	}
}

// TestAKeylessDeskKnowsWhoSigns shows that people need no records: those who may
// sign are known by that.
func TestAKeylessDeskKnowsWhoSigns(t *testing.T) {
	s := newScene(t, onePeer, normalFields)
	s.in.People = NewPeople(nil, s.in.Desk, &signers.Signers{SSH: []signers.Key{{Principals: []string{"eva"}, Fingerprint: "SHA256:x"}, {Principals: []string{"dana"}, Fingerprint: "SHA256:y"}}})
	s.want(Pending, "peer: 0 of 1; eva may approve")
	s.vote("eva", evidence.Approve)
	s.want(Approved)
}
