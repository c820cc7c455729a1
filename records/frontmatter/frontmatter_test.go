package frontmatter

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"pgregory.net/rapid"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/yaml"
)

const sample = `---
id: INC-2611-K7Q4   # never changes
title: "VPN drops: every ten minutes"
x_custom: {a: 1}
state: in-progress
# who works on it
assets: [LT-0042, LT-0043]  # two
tags:
  - vpn
  # a comment in a list
  - remote
note: |
  first
  second
hold:
log:
  - {at: 2026-11-03T09:12:00Z, by: dana, state: new}
---

## Description

Text with --- dashes
---
and more.
`

func mustParse(t testing.TB, src string) *records.Record {
	t.Helper()
	r, ds := Parse("records/incidents/x.md", "incident", []byte(src))
	if r == nil || diag.Count(ds, diag.Error) > 0 {
		t.Fatalf("does not parse: %v\n%s", ds, src)
	}
	return r
}

func TestParseCutsFrontMatterFromBody(t *testing.T) {
	r := mustParse(t, sample)
	if r.ID != "INC-2611-K7Q4" || r.Title() != "VPN drops: every ten minutes" {
		t.Errorf("id %q, title %q", r.ID, r.Title())
	}
	if r.BodyLine != 19 || !strings.HasPrefix(r.Body, "\n## Description") || !strings.HasSuffix(r.Body, "---\nand more.\n") {
		t.Errorf("body starts on line %d: %q", r.BodyLine, r.Body)
	}
	if got := r.Get("title").Span.Start; got != (diag.Position{Line: 3, Column: 8}) {
		t.Errorf("title stands at %v", got)
	}
}

// shown is a body that shows a conflict and has none.
const shown = "\nGit writes:\n\n```\n<<<<<<< HEAD\nx\n=======\ny\n>>>>>>> b\n```\n"

func TestAConflictThatABodyShowsIsText(t *testing.T) {
	for name, body := range map[string]string{
		"in a code fence":                    shown,
		"in a fence of tildes with a name":   "~~~ diff\n<<<<<<< HEAD\nx\n=======\ny\n>>>>>>> b\n~~~\n",
		"in two fences":                      shown + shown,
		"in a fence that is not closed":      "```\n<<<<<<< HEAD\n=======\n>>>>>>> b\n",
		"in a fence that begins a list item": "- ```\n  <<<<<<< HEAD\n  =======\n  >>>>>>> b\n  ```\n",
		"by its first marker only":           "<<<<<<< HEAD\n",
	} {
		t.Run(name, func(t *testing.T) {
			if r := mustParse(t, "---\nid: a\n---\n"+body); r.Body != body {
				t.Errorf("body %q", r.Body)
			}
		})
	}
}

func TestFilesThatParsersReadDifferentlyAreRefused(t *testing.T) {
	cases := []struct {
		name, src string
		rule      diag.RuleID
		line      int
	}{
		{"an empty file", "", RuleOpening, 1},
		{"no front matter", "# Title\n", RuleOpening, 1},
		{"a byte order mark", "\ufeff---\nid: a\n---\n", "parse/control-character", 1},
		{"CRLF line ends", "---\r\nid: a\r\n---\r\n", "parse/control-character", 1},
		{"CRLF in the front matter only", "---\nid: a\r\n---\n", "parse/control-character", 2},
		{"a leading blank line", "\n---\nid: a\n---\n", RuleOpening, 1},
		{"text on the opening line", "---title: x\n---\n", RuleOpening, 1},
		{"four dashes", "----\nid: a\n----\n", RuleOpening, 1},
		{"an indented opening line", " ---\nid: a\n---\n", RuleOpening, 1},
		{"no closing line", "---\nid: a\n", RuleOpening, 1},
		{"a truncated closing line", "---\nid: a\n---", RuleOpening, 3},
		{"an indented closing line", "---\na: |\n  b\n  ---\n  c\n---\n", RuleOpening, 4},
		{"a closing line with blanks", "---\nid: a\n--- \nbody\n", RuleOpening, 3},
		{"TOML", "+++\nid = 1\n+++\n", RuleOpening, 1},
		{"JSON", "{\"id\": 1}\n\n", RuleOpening, 1},
		{"a list as front matter", "---\n- a\n---\n", RuleMap, 2},
		{"braces as front matter", "---\n{id: a}\n---\n", RuleMap, 2},
		{"indented keys", "---\n id: a\n---\n", RuleMap, 2},
		{"conflict markers", "---\nid: a\n<<<<<<< HEAD\nx: 1\n=======\nx: 2\n>>>>>>> b\n---\n", RuleConflict, 3},
		{"conflict markers in a block of text", "---\nid: a\nnote: |\n<<<<<<< HEAD\n  x\n=======\n  y\n>>>>>>> b\n---\n", RuleConflict, 4},
		{"a conflict about the closing line", "---\nid: a\n<<<<<<< HEAD\n---\n=======\nx: 1\n>>>>>>> b\n", RuleConflict, 3},
		{"conflict markers in the body", "---\nid: a\n---\n\n<<<<<<< HEAD\nx\n=======\ny\n>>>>>>> b\n", RuleConflict, 5},
		{"a conflict in the body that is about a code fence", "---\nid: a\n---\n\n<<<<<<< HEAD\n```\nx\n=======\ny\n>>>>>>> b\n", RuleConflict, 5},
		{"a conflict behind one that is shown", "---\nid: a\n---\n" + shown + "\n<<<<<<< HEAD\nx\n=======\ny\n>>>>>>> b\n", RuleConflict, 15},
		{"a conflict behind a list with code", "---\nid: a\n---\n\n- code\n\n  ```\n<<<<<<< HEAD\nx\n=======\ny\n>>>>>>> b\n", RuleConflict, 8},
		{"a conflict in a body that no parser may read", "---\nid: a\n---\n" + strings.Repeat("> ", 99) + "\n" + shown, RuleConflict, 9},
		{"a file of 10 MB", "---\nid: a\n---\n" + strings.Repeat("x", 10<<20), "parse/size", 0},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			r, ds := Parse("x.md", "incident", []byte(c.src))
			if r != nil || len(ds) == 0 {
				t.Fatalf("accepted: %v", r)
			}
			if ds[0].Rule != c.rule || ds[0].Span.Start.Line != c.line {
				t.Errorf("got %s on line %d, want %s on line %d: %s", ds[0].Rule, ds[0].Span.Start.Line, c.rule, c.line, ds[0].Message)
			}
		})
	}
}

func TestAFaultInTheBodyLeavesTheRecordReadable(t *testing.T) {
	r, ds := Parse("x.md", "incident", []byte("---\nid: a\n---\n\nred \x1b[31m\n"))
	if r == nil || len(ds) != 1 || ds[0].Span.Start != (diag.Position{Line: 5, Column: 5}) {
		t.Errorf("record %v, diagnostics %v", r, ds)
	}
}

var order = []string{"id", "title", "state", "assets", "tags", "note", "hold", "log"}

func TestEditsChangeTheLinesTheyMean(t *testing.T) {
	cases := []struct {
		name string
		edit func(*records.Record) Edit
		old  string
		new  string
	}{
		{"a plain value", set("state", records.NewString("resolved")), "state: in-progress\n", "state: resolved\n"},
		{"a value keeps its comment", set("id", records.NewString("X-1")), "INC-2611-K7Q4   #", "X-1   #"},
		{"a value that needs quotes", set("title", records.NewString(`a "b": c`)), `"VPN drops: every ten minutes"`, `"a \"b\": c"`},
		{"an empty value", set("hold", records.NewString("user")), "hold:\n", "hold: user\n"},
		{"a block of text", set("note", records.NewString("one line")), "note: |\n  first\n  second\n", "note: one line\n"},
		{"a value becomes a block of text", set("state", records.NewString("a b\n\nc")), "state: in-progress\n", "state: |-\n  a b\n\n  c\n"},
		{"a block list", set("tags", records.NewStrings("a")), "tags:\n  - vpn\n  # a comment in a list\n  - remote\n", "tags: [a]\n"},
		{"a list in brackets keeps its comment", set("assets", records.NewStrings()), "[LT-0042, LT-0043]  # two", "[]  # two"},
		{"a new key in its place", set("priority", records.NewString("P1")), "# who works", "priority: P1\n# who works"},
		{"a number stays text", set("state", records.NewString("0042")), "in-progress", `"0042"`},
		{"null", set("state", records.NewNull()), "in-progress", "null"},
		{"removal", remove("x_custom"), "x_custom: {a: 1}\n", ""},
		{"removal of a block", remove("tags"), "tags:\n  - vpn\n  # a comment in a list\n  - remote\n", ""},
		{"an item for a list in brackets", add("assets", records.NewString("LT-0044")), "LT-0043]", "LT-0043, LT-0044]"},
		{"an item for a block list", add("tags", records.NewString("new")), "  - remote\n", "  - remote\n  - new\n"},
		{"an item for no list", add("hold", records.NewString("x")), "hold:\n", "hold: [x]\n"},
		{"an item out of a list in brackets", drop("assets", 1), "LT-0042, LT-0043]", "LT-0042]"},
		{"the first item out of a list in brackets", drop("assets", 0), "LT-0042, LT-0043]", "LT-0043]"},
		{"an item out of a block list", drop("tags", 0), "tags:\n  - vpn\n", "tags:\n"},
		{"a log line", add("log", records.NewMap(records.Pair{Key: "by", Value: records.NewString("lee")})), "state: new}\n", "state: new}\n  - {by: lee}\n"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			got, err := Apply([]byte(sample), c.edit(mustParse(t, sample)))
			if err != nil {
				t.Fatal(err)
			}
			if want := strings.Replace(sample, c.old, c.new, 1); string(got) != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			mustParse(t, string(got))
		})
	}
}

var withPriority = []string{"id", "title", "state", "priority", "assets", "tags", "note", "hold", "log"}

func set(key string, v *records.Value) func(*records.Record) Edit {
	return func(r *records.Record) Edit { return Set(r, key, v, withPriority) }
}

func remove(key string) func(*records.Record) Edit {
	return func(r *records.Record) Edit { e, _ := Delete(r, key); return e }
}

func add(key string, v *records.Value) func(*records.Record) Edit {
	return func(r *records.Record) Edit {
		e, err := Append(r, key, v, withPriority)
		if err != nil {
			panic(err)
		}
		return e
	}
}

func drop(key string, index int) func(*records.Record) Edit {
	return func(r *records.Record) Edit {
		e, err := RemoveItem(r, key, index)
		if err != nil {
			panic(err)
		}
		return e
	}
}

func TestEditsOfNeighboursAreMadeTogether(t *testing.T) {
	src := "---\nid: a\nlog:\n  - {by: lee}\nhold: user\n---\n"
	r := mustParse(t, src)
	got, err := Apply(r.Source, remove("hold")(r), add("log", records.NewMap(records.Pair{Key: "by", Value: records.NewString("kim")}))(r))
	if want := "---\nid: a\nlog:\n  - {by: lee}\n  - {by: kim}\n---\n"; err != nil || string(got) != want {
		t.Errorf("%v, got\n%s\nwant\n%s", err, got, want)
	}
	if _, err := Apply(r.Source, Edit{Start: 0, End: 2}, Edit{Start: 1, End: 1}); err == nil {
		t.Error("an edit within another is accepted")
	}
}

// texts draws strings that are hard on YAML.
func texts() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.SampledFrom([]string{"yes", "null", "0042", "0x1F", "1e5", "12:30", "- a", "# a", "a: b", "a #b", "{a}", "[a", "*x", "&x", "!x", "|", ">", "%a", "@a", "`a",
			"'a", `"a`, `a\`, "a\nb", "a\n\nb\n", " a", "a ", "é ü", "2026-11-03T09:12:00Z", "https://example.com/a?b=c#d", "…", "a,b", "a\tb", "~", "---", "a\n", "?a", "-", ":", "a:", "日本語 テキスト"}),
		rapid.StringMatching(`[a-zA-Z0-9 .,:;#'"\[\]{}!&*?|>%@\x60\\/_=+-]{1,30}`),
	)
}

func TestTextsSurviveWriting(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := texts().Draw(t, "text")
		list := records.NewStrings(texts().Draw(t, "item"), text)
		src := Format([]records.Pair{
			{Key: "a", Value: records.NewString(text)},
			{Key: "b", Value: list},
			{Key: "c", Value: &records.Value{Kind: records.List, Items: []*records.Value{records.NewMap(records.Pair{Key: "k", Value: records.NewString(text)})}}},
			{Key: "d", Value: records.NewMap(records.Pair{Key: "k", Value: list})},
			{Key: "e", Value: &records.Value{Kind: records.Map, Pairs: []records.Pair{{Key: "k", Value: records.NewString(text)}}}},
		}, "\nbody\n")
		r, ds := Parse("x.md", "incident", src)
		if r == nil {
			t.Fatalf("does not parse: %v\n%s", ds, src)
		}
		if r.Text("a") != text || !r.Get("b").Equal(list) || r.Get("c").Items[0].Get("k").String() != text ||
			!r.Get("d").Get("k").Equal(list) || r.Get("e").Get("k").String() != text {
			t.Fatalf("text %q does not survive:\n%s", text, src)
		}
	})
}

// recordSource draws the source of a valid record: keys in any order and style,
// with comments and blank lines between them.
func recordSource() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		var b strings.Builder
		b.WriteString("---\n")
		keys := rapid.Permutation([]string{"id", "title", "state", "assets", "x_own", "hold", "note", "log"}).Draw(t, "keys")
		for _, key := range keys[:rapid.IntRange(0, len(keys)).Draw(t, "count")] {
			b.WriteString(rapid.SampledFrom([]string{"", "", "# comment\n", "\n", "  # indented\n"}).Draw(t, "before"))
			text := scalar(texts().Draw(t, "text"), true)
			b.WriteString(key + ":" + rapid.SampledFrom([]string{
				" " + text + "\n", " " + text + "  # why\n", "\n", " # only a comment\n", " ~\n",
				" [" + text + ", b] # list\n", " [a,\n  " + text + "]\n", " []\n", " {k: " + text + "}\n",
				"\n  - " + text + "\n  # in between\n  - b  # last\n", "\n- a\n- {k: " + text + "}\n", " # c\n  - a\n",
				"\n  k: " + text + "\n  l: [a]\n", " |\n  line\n\n  line\n", " >-\n  folded\n  text\n", " |2-\n    deep\n",
				" 'single ''quoted'''\n", " plain text\n  over lines\n", " \"two\n  lines\"\n",
			}).Draw(t, "value"))
		}
		b.WriteString(rapid.SampledFrom([]string{"", "# last\n", "\n"}).Draw(t, "after"))
		return b.String() + "---\n" + rapid.SampledFrom([]string{"", "\nbody\n", "no blank line", "\n---\n"}).Draw(t, "body")
	})
}

func TestAnEditTouchesNothingElse(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		src := recordSource().Draw(t, "src")
		before, ds := Parse("x.md", "incident", []byte(src))
		if before == nil {
			t.Fatalf("does not parse: %v\n%s", ds, src)
		}
		key := rapid.SampledFrom([]string{"id", "title", "state", "assets", "hold", "note", "new"}).Draw(t, "key")
		value := rapid.OneOf(rapid.Map(texts(), records.NewString), rapid.Map(rapid.SliceOfN(texts(), 0, 3), func(s []string) *records.Value { return records.NewStrings(s...) })).Draw(t, "v")
		edit, want := drawEdit(t, before, key, value)
		got, err := Apply([]byte(src), edit)
		if err != nil {
			t.Fatal(err)
		}
		after, ds := Parse("x.md", "incident", got)
		if after == nil {
			t.Fatalf("no longer parses: %v\nbefore\n%s\nafter\n%s", ds, src, got)
		}
		if !after.Get(key).Equal(want) {
			t.Fatalf("%s is %v, want %v\nbefore\n%s\nafter\n%s", key, after.Get(key).Any(), want.Any(), src, got)
		}
		checkRest(t, before, after, key, edit)
	})
}

func drawEdit(t *rapid.T, r *records.Record, key string, v *records.Value) (Edit, *records.Value) {
	switch rapid.IntRange(0, 2).Draw(t, "kind") {
	case 0:
		if e, ok := Delete(r, key); ok {
			return e, nil
		}
	case 1:
		item := records.NewMap(records.Pair{Key: "at", Value: records.NewString("x")})
		if e, err := Append(r, key, item, order); err == nil {
			want := &records.Value{Kind: records.List}
			if old := r.Get(key); old != nil {
				want.Items = append(want.Items, old.Items...)
			}
			want.Items = append(want.Items, item)
			return e, want
		}
	}
	return Set(r, key, v, order), v
}

// checkRest fails unless every other key, every comment outside the replaced
// bytes and the body survived.
func checkRest(t *rapid.T, before, after *records.Record, key string, e Edit) {
	if before.Body != after.Body {
		t.Fatalf("body was %q, is %q", before.Body, after.Body)
	}
	for _, p := range before.Fields.Pairs {
		if p.Key != key && !p.Value.Equal(after.Get(p.Key)) {
			t.Fatalf("%s was %v, is %v\nbefore\n%s\nafter\n%s", p.Key, p.Value.Any(), after.Get(p.Key).Any(), before.Source, after.Source)
		}
	}
	src, own := string(before.Source), before.Fields.Pair(key)
	if own != nil && (e.Start < own.Start || e.End > entryEnd(before, own)) && e.Start != e.End {
		t.Fatalf("edit of %s reaches beyond its lines: %q", key, src[e.Start:e.End])
	}
	for _, p := range before.Fields.Pairs {
		if p.Key != key && !strings.Contains(string(after.Source), src[p.Start:entryEnd(before, &p)]) {
			t.Fatalf("the lines of %s changed\nbefore\n%s\nafter\n%s", p.Key, src, after.Source)
		}
	}
	if strings.Count(src[:e.Start]+src[e.End:], "# comment") != strings.Count(string(after.Source), "# comment") {
		t.Fatalf("a comment was lost\nbefore\n%s\nafter\n%s", src, after.Source)
	}
}

func FuzzParse(f *testing.F) {
	f.Add(sample)
	f.Add("---\n---\n")
	f.Add("---\na: >\n  b\n\n---\n")
	f.Fuzz(func(t *testing.T, src string) {
		r, ds := Parse("x.md", "incident", []byte(src))
		if r == nil {
			if len(ds) == 0 {
				t.Fatal("neither a record nor a diagnostic")
			}
			return
		}
		if got := src[:len(src)-len(r.Body)]; got+r.Body != src || !strings.HasSuffix(got, "---\n") {
			t.Fatalf("body is not the rest of the file: %q", r.Body)
		}
	})
}

// fuzzed are the keys that FuzzEdit sets: ones that sources have, and new ones.
var fuzzed = []string{"id", "title", "state", "assets", "tags", "note", "hold", "log", "a", "new"}

func FuzzEdit(f *testing.F) {
	for i := range fuzzed {
		f.Add(sample, byte(i), "x: y")
	}
	f.Add("---\na: >\n  b\n\n---\n", byte(9), "c")
	f.Add("---\na: # b\n  - c\n# d\nid: e\n---\n", byte(8), "f\n\ng")
	f.Add("---\nassets: [a]\nnote: c\n---\n", byte(3), ":\n?")
	f.Add("---\na: b \n---\n", byte(8), "f\n\ng")
	f.Add("---\na: \n---\n", byte(8), "f\n\ng")
	f.Add("---\nassets: [a: b]\nnote: c\nlog:\n  - {at: d}\n---\n", byte(7), "x: y")
	f.Add("---\nassets: [a: b, c: , {d: e}]\nnote: c\nlog:\n  - {at: d}\n---\n", byte(3), "x: y")
	f.Fuzz(func(t *testing.T, src string, at byte, text string) {
		r, _ := Parse("x.md", "incident", []byte(src))
		if r == nil || !utf8.ValidString(text) {
			return
		}
		key := fuzzed[int(at)%len(fuzzed)]
		if slices.ContainsFunc(r.Fields.Pairs, func(p records.Pair) bool { return p.Key != key && strings.EqualFold(p.Key, key) }) {
			return // the two would be duplicates
		}
		for _, v := range []*records.Value{records.NewString(text), records.NewNull()} {
			e := Set(r, key, v, order)
			got, err := Apply(r.Source, e)
			if err != nil {
				t.Fatal(err)
			}
			after, ds := Parse("x.md", "incident", got)
			if after == nil && (len(got) > yaml.MaxBytes-1<<10 || !mayStand(text)) {
				continue // too long now, or a text that may not stand in a record
			}
			if after == nil || !after.Get(key).Equal(v) {
				t.Fatalf("%s is not %v: %v\n%q\n%q", key, v.Any(), ds, src, got)
			}
			checkSet(t, r, after, key, e)
		}
	})
}

// mayStand reports whether a text can be the value of a record of its own.
func mayStand(text string) bool {
	r, _ := Parse("x.md", "incident", Format([]records.Pair{{Key: "a", Value: records.NewString(text)}}, ""))
	return r != nil
}

// checkSet fails unless the body and the bytes of every other key survived.
func checkSet(t *testing.T, before, after *records.Record, key string, e Edit) {
	t.Helper()
	if before.Body != after.Body {
		t.Fatalf("body was %q, is %q", before.Body, after.Body)
	}
	for _, p := range before.Fields.Pairs {
		if p.Key == key {
			continue
		}
		q := after.Fields.Pair(p.Key)
		if q == nil {
			t.Fatalf("%s is gone\n%q\n%q", p.Key, before.Source, after.Source)
		}
		was, is := before.Source[p.Start:entryEnd(before, &p)], after.Source[q.Start:entryEnd(after, q)]
		if string(was) != string(is) || !p.Value.Equal(q.Value) {
			t.Fatalf("setting %s changed %s from %q to %q\n%q\n%q", key, p.Key, was, is, before.Source, after.Source)
		}
	}
}
