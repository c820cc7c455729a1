package intake

import (
	"strings"
	"testing"

	"pgregory.net/rapid"

	"frontdesk/records"
	"frontdesk/records/yaml"
	"frontdesk/schema"
)

func TestSlugsKeepNamesApart(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"a name and a number", "Group 56", "group-56"},
		{"double spaces count as one", "Opened by  17", "opened-by-17"},
		{"accents fall", "Åsa Öberg", "asa-oberg"},
		{"letters without a decomposition are spelled out", "Straße Łódź", "strasse-lodz"},
		{"marks at the ends leave no dash", " (IT) – Support! ", "it-support"},
		{"full-width letters are letters", "Ｇｒｏｕｐ　７", "group-7"},
		{"a name in another script is a digest", "東京", "2fbf8d5c"},
		{"a name partly in another script keeps its Latin part", "東京 1", "1-6c5c9ad0"},
		{"nothing is nothing", " -- ", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := slug(c.in)
			if len(c.want) == 8 || strings.HasPrefix(c.want, "1-") {
				if len(got) != len(c.want) || (c.want[1] == '-') != (got[1] == '-') {
					t.Errorf("slug(%q) = %q, want something like %q", c.in, got, c.want)
				}
				return
			}
			if got != c.want {
				t.Errorf("slug(%q) = %q, want %q", c.in, got, c.want)
			}
		})
	}
	if slug("東京") == slug("大阪") || slug("東京 1") == slug("大阪 1") {
		t.Error("two names in another script make one slug")
	}
	long := strings.Repeat("a very long name ", 20)
	if a, b := slug(long), slug(long+"b"); a == b || len(a) > maxSlug {
		t.Errorf("long names are not told apart: %q, %q", a, b)
	}
}

func TestEverySlugIsAnIDOrNothing(t *testing.T) {
	typ := schema.BuiltIn().Get("team")
	rapid.Check(t, func(t *rapid.T) {
		s := slug(rapid.String().Draw(t, "name"))
		if s == "" || slug(s) == "" {
			return
		}
		if err := typ.CheckID(records.ID(s)); err != nil && !strings.Contains(err.Error(), "reserved") {
			t.Fatalf("slug %q: %v", s, err)
		}
	})
}

func TestWhatIsLeftAfterStrippingMayStandInARecord(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := rapid.String().Draw(t, "text")
		out, removed := stripControls(in)
		if d, ok := yaml.CheckText("x", out, 1); !ok {
			t.Fatalf("%q becomes %q: %s", in, out, d.Message)
		}
		if removed == 0 && len([]rune(out)) < len([]rune(strings.ReplaceAll(in, "\r\n", "\n"))) {
			t.Fatalf("%q lost characters uncounted: %q", in, out)
		}
	})
	for _, c := range []struct {
		in, want string
		removed  int
	}{
		{"a\x00b\x1b[31mc", "ab[31mc", 2},
		{"one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour", 0},
		{"a\u202eb\ufeffc\u0085", "abc", 3},
		{"tab\tstays, so does \u200d", "tab\tstays, so does \u200d", 0},
	} {
		if got, n := stripControls(c.in); got != c.want || n != c.removed {
			t.Errorf("stripControls(%q) = %q, %d, want %q, %d", c.in, got, n, c.want, c.removed)
		}
	}
}
