package yaml

import "testing"

func TestTwinsLookTheSame(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{"title", "title", true}, {"title", "Title", true}, {"x_K", "x_\u212a", true}, {"x_\u00e9", "x_e\u0301", true}, {"x_\u00c9", "x_e\u0301", true},
		{"x_e", "x_\u00e9", false}, {"x_a", "x_b", false}, {"x_\u00e9", "x_\u00e8", false},
	} {
		if got := isTwin(c.a, c.b); got != c.want {
			t.Errorf("%q and %q: %v", c.a, c.b, got)
		}
	}
}
