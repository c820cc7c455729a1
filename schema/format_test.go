package schema

import "testing"

func TestFormats(t *testing.T) {
	cases := []struct {
		format string
		good   []string
		bad    []string
	}{
		{FormatDateTime,
			[]string{"2026-11-03T09:12:00Z", "2026-11-03T09:12:00.5Z", "2026-11-03T09:12:00+05:30", "2024-02-29T00:00:00-23:59"},
			[]string{"", "2026-11-03", "2026-11-03T09:12Z", "2026-11-03 09:12:00Z", "2026-11-03T9:12:00Z", "2026-11-03T09:12:00", "2026-11-03T09:12:00,5Z",
				"2026-11-03T09:12:00+24:00", "2026-11-03T09:12:00+05:60", "2026-02-30T00:00:00Z", "2026-11-03T24:00:00Z", "2026-11-03T09:12:00ZZ", "aaaaaaaaaaTaa:aa:aa"}},
		{FormatDate, []string{"2026-11-03", "2024-02-29"}, []string{"", "2026-11-3", "2026-13-01", "2023-02-29", "2026-11-03Z", "03.11.2026"}},
		{FormatURI, []string{"https://example.com", "https://example.com/a?b=c#d", "mailto:dana@example.com", "tel:+49301234"},
			[]string{"", "example.com", "/a", "https://", "https://exa mple.com", "https://example.com/\u202e", "http://[::1", "a b:c", "https://example.com/<x>"}},
		{FormatEmail, []string{"dana@example.com", "dana.lee+desk@mail.example.com", "d@x"},
			[]string{"", "dana", "dana@", "@example.com", "Dana <dana@example.com>", "dana@exa mple.com", "dana@@example.com", ".dana@example.com", "dana@-example.com"}},
		{FormatDuration, []string{"PT1H30M", "P1D", "P2W", "P1Y2M3DT4H5M6S", "PT0S", "P1M", "PT5M"},
			[]string{"", "P", "PT", "1H", "P1", "PT1D", "P1H", "P1WT1H", "P1DT", "PT1.5H", "P1Y1D", "pt1h"}},
	}
	for _, c := range cases {
		for _, s := range c.good {
			if !hasFormat(s, c.format) {
				t.Errorf("%q is refused as %s", s, c.format)
			}
		}
		for _, s := range c.bad {
			if hasFormat(s, c.format) {
				t.Errorf("%q is taken as %s", s, c.format)
			}
		}
		if !hasFormat(formatExample(c.format), c.format) {
			t.Errorf("the example of %s is not of the format", c.format)
		}
	}
}
