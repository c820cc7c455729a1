package yaml

import (
	"runtime"
	"strings"
	"testing"
	"time"

	"frontdesk/records"
	"frontdesk/records/diag"
)

func TestValuesKnowWhereTheyStand(t *testing.T) {
	const src = "a:\nb: [1, 'x', \"é\", {q: 1, w: }] # c\nü: é  # c\nc: |\n  foo\n\n  bar\n\nd: >-\n  x\ne:\n- 1\n- \nf: wrapped\n  plain text\ng: [a,\n  b]  # end\nh: { }\ni: \"q\\\"x\"\nj: 'it''s'\n"
	v, ds := Parse("x.yaml", []byte(src), WholeFile)
	if len(ds) > 0 {
		t.Fatalf("unexpected diagnostics: %v", ds)
	}
	want := map[string]string{
		"a": "", "b": `[1, 'x', "é", {q: 1, w: }]`, "ü": "é", "c": "|\n  foo\n\n  bar", "d": ">-\n  x",
		"e": "- 1\n-", "f": "wrapped\n  plain text", "g": "[a,\n  b]", "h": "{ }", "i": `"q\"x"`, "j": "'it''s'",
	}
	for key, text := range want {
		got := v.Get(key)
		if got == nil {
			t.Fatalf("key %q is missing", key)
		}
		if src[got.Start:got.End] != text {
			t.Errorf("%s: source is %q, want %q", key, src[got.Start:got.End], text)
		}
	}
	if got := v.Get("ü").Span; got != (diag.Span{Start: diag.Position{Line: 3, Column: 4}, End: diag.Position{Line: 3, Column: 5}}) {
		t.Errorf("ü stands at %v", got)
	}
	if got := v.Get("b").Items[3].Get("q"); got.Kind != records.Int || got.Span.Start.Column != 22 {
		t.Errorf("b[3].q is %v at %v", got.Kind, got.Span)
	}
}

func TestBaseMovesPositions(t *testing.T) {
	v, _ := Parse("x.md", []byte("a: 1\nb: 2\n"), Base{Line: 2, Offset: 4})
	b := v.Get("b")
	if b.Span.Start.Line != 3 || b.Start != 4+8 || v.Pair("b").Start != 4+5 {
		t.Errorf("b stands at %v, offset %d", b.Span, b.Start)
	}
}

func TestPlainScalarsMeanWhatJSONMeans(t *testing.T) {
	cases := map[string]records.Kind{
		"": records.Null, "~": records.Null, "null": records.Null, "true": records.Bool, "false": records.Bool,
		"0": records.Int, "-7": records.Int, "12": records.Int, "1.5": records.Float, "1e3": records.Float, "-0.5E-2": records.Float,
		"yes": records.String, "no": records.String, "off": records.String, "y": records.String, "True": records.String,
		"0042": records.String, "0x1F": records.String, "1_000": records.String, "12:30": records.String, ".5": records.String,
		".inf": records.String, "1e999": records.String, "2026-11-03": records.String, "1234567890123456789": records.String, "+1": records.String,
	}
	for text, want := range cases {
		if got := Resolve(text); got != want {
			t.Errorf("%q is a %s, want %s", text, got, want)
		}
	}
}

func TestWhatParsersReadDifferentlyIsRefused(t *testing.T) {
	cases := []struct {
		name, src string
		rule      diag.RuleID
		line, col int
	}{
		{"a duplicate key", "a: 1\na: 2\n", RuleDuplicateKey, 2, 1},
		{"a key that differs only in case", "visibility: x\nVisibility: y\n", RuleDuplicateKey, 2, 1},
		{"an anchor", "a: &x 1\n", RuleAlias, 1, 4},
		{"an alias", "a: &x 1\nb: *x\n", RuleAlias, 0, 0},
		{"a merge key", "b:\n  <<: {a: 1}\n", RuleAlias, 2, 3},
		{"a tag", "a: !!binary aGk=\n", RuleTag, 1, 4},
		{"a tag without a name", "a: ! b\n", RuleTag, 1, 4},
		{"a list as key", "? [a]\n: b\n", RuleKey, 1, 3},
		{"an explicit key", "? a\n: b\n", RuleKey, 1, 3},
		{"a second document", "a: 1\n---\nb: 2\n", RuleDocuments, 2, 1},
		{"a document end", "a: 1\n...\n", RuleDocuments, 2, 1},
		{"a directive", "%YAML 1.1\n", RuleDirective, 1, 1},
		{"a colon in a value", "a: b: c\n", RuleSyntax, 1, 5},
		{"a tab as indentation", "a:\n\tb: 1\n", RuleSyntax, 2, 1},
		{"an open bracket", "a: [\n", RuleSyntax, 2, 1},
		{"a block that keeps blank lines", "a: |+\n  b\n\n", RuleBlock, 1, 4},
		{"carriage returns", "a: 1\r\n", RuleControl, 1, 5},
		{"a byte order mark", "\ufeffa: 1\n", RuleControl, 1, 1},
		{"invalid UTF-8", "a: \xff\n", RuleEncoding, 1, 4},
		{"an escape character", "a: \x1b[31m\n", RuleControl, 1, 4},
		{"an escaped control character", "a: \"\\x1b[31m\"\n", RuleControl, 1, 4},
		{"an escaped carriage return", "a: \"b\\r\"\n", RuleControl, 1, 4},
		{"a bidirectional override", "a: \u202eabc\n", RuleControl, 1, 4},
		{"a C1 control", "a: \u009b31m\n", RuleControl, 1, 4},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			v, ds := Parse("x.yaml", []byte(c.src), WholeFile)
			if v != nil || len(ds) == 0 {
				t.Fatalf("accepted as %v", v)
			}
			if ds[0].Rule != c.rule {
				t.Errorf("rule is %s, want %s (%s)", ds[0].Rule, c.rule, ds[0].Message)
			}
			if c.line > 0 && ds[0].Span.Start != (diag.Position{Line: c.line, Column: c.col}) {
				t.Errorf("position is %v, want %d:%d", ds[0].Span.Start, c.line, c.col)
			}
		})
	}
}

func TestBombsAreRefusedQuickly(t *testing.T) {
	laughs := "a: &a [x,x,x,x,x,x,x,x,x]\n"
	for c := 'b'; c <= 'j'; c++ {
		laughs += string(c) + ": &" + string(c) + " [" + strings.Repeat("*"+string(c-1)+",", 9) + "]\n"
	}
	merges := "a0: &a0 {k: v}\n"
	for i := 1; i < 25; i++ {
		merges += "a" + string(rune('A'+i)) + ": &x {<<: *a0, z: {<<: *a0}}\n"
	}
	wide := strings.Builder{}
	for i := range 9000 {
		wide.WriteString("k" + string(rune('a'+i%26)) + strings.Repeat("x", i%5) + ":\n")
	}
	bombs := map[string]string{
		"billion laughs":       laughs,
		"merge keys":           merges,
		"deep flow":            strings.Repeat("[", 30000),
		"deep flow, closed":    "a: " + strings.Repeat("[", 20000) + strings.Repeat("]", 20000),
		"deep block":           deepBlock(300),
		"deep maps":            "a: " + strings.Repeat("{a: ", 9000),
		"many keys":            wide.String(),
		"many flow keys":       "{" + strings.Repeat("a,", 30000) + "}",
		"a long line":          "a: " + strings.Repeat("x", 10<<20),
		"aliased big map":      "a: &a {" + strings.Repeat("k: v, ", 5000) + "}\nb: [" + strings.Repeat("*a,", 5000) + "]",
		"aliases at the limit": "a: &a {" + strings.Repeat("k: v, ", 2000) + "}\nb: [" + strings.Repeat("*a,", 400) + "]",
		"keys at the limit":    strings.Repeat("a:\n", 4000),
		"a flood of dashes":    strings.Repeat("- ", 30000),
		"a flood of anchors":   strings.Repeat("&a ", 20000),
		"a flood of quotes":    "a: " + strings.Repeat("''", 30000),
	}
	for name, src := range bombs {
		t.Run(name, func(t *testing.T) {
			var before, after runtime.MemStats
			runtime.ReadMemStats(&before)
			_, ds := Parse("x.yaml", []byte(src), WholeFile)
			runtime.ReadMemStats(&after)
			took := fastest(5, func() { Parse("x.yaml", []byte(src), WholeFile) })
			if name != "a flood of quotes" && diag.Count(ds, diag.Error) == 0 {
				t.Error("accepted")
			}
			if used := after.TotalAlloc - before.TotalAlloc; used > 50<<20 {
				t.Errorf("allocated %d MB", used>>20)
			}
			if took > 50*time.Millisecond*slow {
				t.Errorf("took %v", took)
			}
		})
	}
}

// fastest returns the shortest of n runs, which other work on the machine
// disturbs least.
func fastest(n int, run func()) time.Duration {
	best := time.Hour
	for range n {
		start := time.Now()
		run()
		best = min(best, time.Since(start))
	}
	return best
}

func deepBlock(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + "a:\n")
	}
	return b.String()
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"a: 1\n", "a: [1, {b: c}]\n", "a: |\n  x\n", "- a\n-\n", "a: 'x\n  y'\n", "a: # c\n  b: c\n", "{a: , b}"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, src string) {
		v, ds := Parse("x.yaml", []byte(src), WholeFile)
		if v == nil {
			return
		}
		if diag.Count(ds, diag.Error) > 0 {
			t.Fatalf("a value beside errors: %v", ds)
		}
		checkSpans(t, src, v, 0, len(src))
	})
}

// checkSpans fails where a child stands outside its parent or siblings overlap.
func checkSpans(t *testing.T, src string, v *records.Value, low, high int) {
	if v.Start < low || v.End > high || v.Start > v.End {
		t.Fatalf("%q: value %d..%d outside of %d..%d", src, v.Start, v.End, low, high)
	}
	at := v.Start
	children := v.Items
	for _, p := range v.Pairs {
		children = append(children, p.Value)
	}
	for _, c := range children {
		checkSpans(t, src, c, at, v.End)
		at = c.End
	}
}
