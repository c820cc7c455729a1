package main

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"strings"
	"testing"
	"time"

	"frontdesk/records"
	"frontdesk/schema"
)

// nasty is text that steers terminals, reorders lines and hides.
const nasty = "a\x1b]52;c;ZXZpbA==\x07b\rc\b\x7f\u009b31m\u202etxt\u200b\U000e0041d"

// nastyRecord has it everywhere. The parser refuses such records; what commands
// print must not depend on that.
func nastyRecord() *records.Record {
	text := records.NewString(nasty)
	return &records.Record{
		Type: "incident", ID: records.ID("INC-" + nasty), Path: "records/" + nasty + ".md",
		Fields: records.NewMap(
			records.Pair{Key: records.FieldTitle, Value: text}, records.Pair{Key: records.FieldState, Value: text},
			records.Pair{Key: "watchers", Value: records.NewStrings(nasty, nasty)}, records.Pair{Key: "opened_at", Value: text},
			records.Pair{Key: "x_" + nasty, Value: text}, records.Pair{Key: "assignee", Value: text},
			records.Pair{Key: "imported", Value: records.NewMap(records.Pair{Key: nasty, Value: text})},
		),
		Body: nasty + "\n\n## " + nasty + "\n\n" + nasty + "\n\n### 2026-11-03T09:41:00Z " + nasty + "\n\n" + nasty + "\n\n```\n" + nasty + "\n```\n",
	}
}

func nastyEvents() []records.Event {
	fields := []records.Pair{{Key: nasty, Value: records.NewString(nasty)}}
	return []records.Event{{At: testNow, By: nasty, Fields: fields}, {At: testNow, By: nasty, Fields: fields}}
}

func TestNothingThatIsPrintedSteersATerminal(t *testing.T) {
	r, types := nastyRecord(), schema.BuiltIn()
	columns := []string{"id", "title", "state", "watchers", "assignee", "opened_at", "imported", columnPath, columnType}
	for name, print := range map[string]func(e *env) error{
		"table": func(e *env) error { return printTable(e, time.UTC, types, []*records.Record{r}, columns, &clockBook{}) },
		"csv":   func(e *env) error { return printCSV(e.stdout, types, []*records.Record{r}, columns, &clockBook{}) },
		"ids": func(e *env) error {
			return printIDs(e.stdout, records.NewSet([]*records.Record{r}), []*records.Record{r})
		},
		"json": func(e *env) error {
			out := newEnvelope(1, []*records.Record{r}, types)
			out.Records[0] = out.Records[0].whole(r, nastyEvents())
			return writeJSON(e.stdout, out)
		},
		"page": func(e *env) error {
			p := &page{width: e.columns(), zone: time.UTC}
			p.record(types.Get("incident"), r, &clockBook{})
			p.links([]link{{nasty, "in", nasty, nasty}})
			_, err := e.stdout.Write([]byte(p.String()))
			return err
		},
		"page of an unknown type": func(e *env) error {
			p := &page{zone: time.UTC}
			p.record(nil, r, &clockBook{})
			_, err := e.stdout.Write([]byte(p.String()))
			return err
		},
		"log":   func(e *env) error { return printLog(e, &page{zone: time.UTC}, nastyEvents()) },
		"error": func(e *env) error { complain(e.stdout, "%s", nasty); hint(e.stdout, "%s", nasty); return nil },
		"details": func(e *env) error {
			conclude(e.stdout, detailedError{usagef(nasty, "%s", nasty), []string{nasty}})
			return nil
		},
	} {
		for _, width := range []int{0, 200} {
			e, stdout, _ := testEnv(t, ".", width > 0, width)
			e.getenv = func(string) string { return "dumb" }
			if err := print(e); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if r, ok := hostile(stdout.String()); ok {
				t.Errorf("%s at width %d prints %U: %q", name, width, r, stdout)
			}
			if !strings.Contains(stdout.String(), "ZXZpbA==") {
				t.Errorf("%s at width %d hides the text: %q", name, width, stdout)
			}
		}
	}
}

func TestJSONLosesNothing(t *testing.T) {
	var out bytes.Buffer
	if err := writeJSON(&out, map[string]string{"text": nasty + "<&>\u2028ü🔥"}); err != nil {
		t.Fatal(err)
	}
	var back map[string]string
	if err := json.Unmarshal(out.Bytes(), &back); err != nil || back["text"] != nasty+"<&>\u2028ü🔥" {
		t.Errorf("JSON reads back as %q, %v", back["text"], err)
	}
	if !strings.Contains(out.String(), "<&>") || !strings.Contains(out.String(), "ü🔥") {
		t.Errorf("JSON escapes what is harmless: %s", out.String())
	}
}

func TestCSVKeepsNumbersAndDisarmsFormulas(t *testing.T) {
	r := nastyRecord()
	number := func(kind records.Kind, text string) *records.Value { return &records.Value{Kind: kind, Text: text} }
	r.Fields = records.NewMap(
		records.Pair{Key: "x_minus", Value: number(records.Int, "-5")}, records.Pair{Key: "x_float", Value: number(records.Float, "-0.5")},
		records.Pair{Key: "x_text", Value: records.NewString("-5")}, records.Pair{Key: "x_list", Value: records.NewStrings("=1", "b")},
		records.Pair{Key: "x_lie", Value: number(records.Int, "=1+1")},
		records.Pair{Key: "x_break", Value: records.NewString("a\r\n=1,\"b\"")},
	)
	var out bytes.Buffer
	columns := []string{"x_minus", "x_float", "x_text", "x_list", "x_lie", "x_break"}
	if err := printCSV(&out, schema.BuiltIn(), []*records.Record{r}, columns, &clockBook{}); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(&out).ReadAll()
	if err != nil || len(rows) != 2 {
		t.Fatalf("csv is %v, %v", rows, err)
	}
	want := []string{"-5", "-0.5", "'-5", "'=1, b", "'=1+1", "a\n=1,\"b\""}
	for i := range want {
		if rows[1][i] != want[i] {
			t.Errorf("%s is %q, want %q", columns[i], rows[1][i], want[i])
		}
	}
}

func TestColumnsOfSeveralTypes(t *testing.T) {
	types := schema.BuiltIn()
	of := func(names ...records.Type) string {
		var rs []*records.Record
		for _, n := range names {
			rs = append(rs, &records.Record{Type: n, Fields: records.NewMap()})
		}
		return strings.Join(columnsFor(rs, types), " ")
	}
	for _, c := range []struct{ got, want string }{
		{of("incident", "incident"), "id state priority service assignee title"},
		{of("incident", "team"), "id type title"},
		{of(), "id type title"},
	} {
		if c.got != c.want {
			t.Errorf("columns are %q, want %q", c.got, c.want)
		}
	}
	if got := of("incident", "request"); !strings.HasPrefix(got, "id type state ") || !strings.Contains(got, "assignee") {
		t.Errorf("incidents and requests share %q", got)
	}
}

func TestWrappingLosesNoWord(t *testing.T) {
	text := "one two  three\n\n- a list item that is long enough to wrap twice or so\n1. numbered item that wraps, too, I hope\n" +
		"> a quote that is long enough to be wrapped at the end\n    code that is indented stays as it is, however long it may be\n" +
		"| a | table | row | stays | as | it | is |\n```\nfenced code that is long stays as it is\n```\naverylongwordthatfitsnowhereatallandisleftalone end"
	p := &page{width: 30}
	p.paragraphs("  ", text)
	if got, want := strings.Fields(p.String()), strings.Fields(text); strings.Join(got, " ") != strings.Join(want, " ") {
		t.Errorf("wrapped words are %q, want %q", got, want)
	}
	for _, line := range strings.Split(p.String(), "\n") {
		if len(line) > 30 && !strings.Contains(line, "stays") && !strings.Contains(line, "averylongword") {
			t.Errorf("line %q is too long", line)
		}
	}
	if !strings.Contains(p.String(), "\n  - a list item that is long\n    enough to wrap") {
		t.Errorf("list items do not hang:\n%s", p)
	}
}

func TestQueryErrorsPointAtTheirPlace(t *testing.T) {
	e, _, stderr := testEnv(t, "testdata/desk", false, 0)
	if code := run(t.Context(), e, []string{"list", "title:Größe\x1b", "stat:new"}); code != exitUsage {
		t.Errorf("list exits with %d", code)
	}
	want := "frontdesk: query: there is no field \"stat\"\n  title:Größe? stat:new\n               ^\nhint: did you mean \"state\"?\n"
	if stderr.String() != want {
		t.Errorf("list says\n%s\nwant\n%s", stderr, want)
	}
}

func TestExcludingTermsAreNoFlags(t *testing.T) {
	e, _, _ := testEnv(t, ".", false, 0)
	root := newRoot(e, new(bool))
	got := keepTerms(root, []string{"-C", "x", "list", "-is:open", "-C:", "--limit", "3", "-vpn", "--", "-a:b"})
	want := []string{"-C", "x", "list", " -is:open", "-C:", "--limit", "3", "-vpn", "--", " -a:b"}
	if strings.Join(got, "|") != strings.Join(want, "|") {
		t.Errorf("list gets %q, want %q", got, want)
	}
	if got := keepTerms(root, []string{"comment", "-m:x"}); got[1] != "-m:x" {
		t.Errorf("comment gets %q", got)
	}
}
