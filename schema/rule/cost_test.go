package rule

import (
	"runtime"
	"strings"
	"testing"
	"time"
)

// TestValuesCannotGrowWithoutEnd evaluates conditions that double a value again
// and again, or go through a large one many times.
func TestValuesCannotGrowWithoutEnd(t *testing.T) {
	times := func(what string, n int) string { return strings.Repeat(what, n) }
	eight := "[1,2,3,4,5,6,7,8]"
	for name, source := range map[string]string{
		"text":                 "[self.title]" + times(".map(a,a+a+a+a+a+a+a+a)", 12) + ".size() == 1",
		"a list":               "[[1]]" + times(".map(a,a+a+a+a+a+a+a+a)", 12) + "[0].size() == 1",
		"lists in lists":       "[1]" + times(".map(a,[a,a,a,a,a,a,a,a])", 12) + " == [1]" + times(".map(a,[a,a,a,a,a,a,a,a])", 12),
		"maps in maps":         "[1]" + times(".map(a,{'a':a,'b':a,'c':a,'d':a})", 14) + " == [1]" + times(".map(a,{'a':a,'b':a,'c':a,'d':a})", 14),
		"text of numbers":      "['1']" + times(".map(a,a+a+a+a+a+a+a+a)", 12) + ".size() == 1",
		"patterns on a text":   eight + ".all(a," + eight + ".all(b," + eight + ".all(c,!self.long.matches('(a?){99}b'))))",
		"a pattern of a field": eight + ".all(a," + eight + ".all(b,!self.long.matches(self.title+'(a*)*b')))",
		"search in a text":     eight + ".all(a," + eight + ".all(b," + eight + ".all(c,!self.long.contains('aaaaaaaaab'))))",
		"search in a list":     eight + ".all(a," + eight + ".all(b," + eight + ".all(c,!(7 in self.many))))",
		"comparing lists":      eight + ".all(a," + eight + ".all(b," + eight + ".all(c,self.many==self.many)))",
	} {
		t.Run(name, func(t *testing.T) {
			many := make([]any, 5000)
			for i := range many {
				many[i] = int64(1)
			}
			self := map[string]any{"title": "T", "long": times("a", 60_000), "many": many}
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			began := time.Now()
			_, err := (&Env{}).New(source).Eval(NewInput(self, nil, nil, ""))
			took := time.Since(began)
			runtime.ReadMemStats(&after)
			if err != ErrCost {
				t.Errorf("got %v", err)
			}
			if limit := slowdown * 2 * time.Second; took > limit {
				t.Errorf("takes %v", took)
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > slowdown*100<<20 {
				t.Errorf("takes %d MiB", used>>20)
			}
		})
	}
}

func TestCommonConditionsAreCheap(t *testing.T) {
	self := map[string]any{"title": strings.Repeat("a", 200), "text": strings.Repeat("a b ", 2000)}
	for _, source := range []string{
		"self.title.matches('^[A-Za-z ]+$') && self.title.size() < 300 && self.text.contains('b')",
		"self.title + self.text != '' && !self.text.matches('^x+$')",
		"self.title in ['a', 'b'] || self.title.startsWith('a')",
	} {
		if ok, err := (&Env{}).New(source).Eval(NewInput(self, nil, nil, "")); err != nil || !ok {
			t.Errorf("%s: %v, %v", source, ok, err)
		}
	}
}
