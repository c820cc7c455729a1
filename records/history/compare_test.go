package history

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"frontdesk/records"
	"frontdesk/records/frontmatter"
	"frontdesk/schema"
)

// record reads a record of the type incident.
func record(t *testing.T, text string) *records.Record {
	t.Helper()
	r, ds := frontmatter.Parse("records/incidents/2026-11/INC-2611-K7Q4.md", "incident", []byte(text))
	if r == nil {
		t.Fatalf("%v in\n%s", ds, text)
	}
	return r
}

func told(cs []Change) string {
	parts := make([]string, len(cs))
	for i, c := range cs {
		parts[i] = c.String()
	}
	return strings.Join(parts, "; ")
}

func TestChangesAreToldInWords(t *testing.T) {
	front := func(lines string) string { return "---\nid: INC-2611-K7Q4\n" + lines + "---\n" }
	long := strings.Repeat("word ", 20)
	cases := []struct{ name, before, after, want string }{
		{"a value that changes", front("state: new\n"), front("state: in-progress\n"), "state new -> in-progress"},
		{"fields in the order of the type, unknown ones last", front("zoo: 1\n"), front("zoo: 2\nassignee: lee\nstate: new\ntitle: T\n"), "title T; state new; assignee lee; zoo 1 -> 2"},
		{"a value that is cleared", front("assignee: lee\n"), front(""), "assignee cleared, was lee"},
		{"a value that becomes null", front("assignee: lee\n"), front("assignee: null\n"), "assignee cleared, was lee"},
		{"a key without a value", front(""), front("assignee: null\n"), "assignee added without a value"},
		{"a key without a value goes", front("assignee: null\n"), front(""), "assignee removed; it had no value"},
		{"form alone", front("title: VPN\nstate: new\n"), front("state: 'new'\ntitle: \"VPN\"   # comment\n"), ""},
		{"the same moment", front("opened_at: 2026-11-03T09:12:00Z\n"), front("opened_at: 2026-11-03T10:12:00+01:00\n"), ""},
		{"the same reference, quoted", front("assets: [0042]\n"), front("assets: [\"0042\"]\n"), ""},
		{"a number that becomes text", front("x_floor: 3\n"), front("x_floor: '3'\n"), "x_floor 3 (integer) -> 3 (string)"},
		{"items of a list", front("assets: [LT-3, LT-4]\n"), front("assets: [LT-4, LT-1, LT-2]\n"), "2 assets added: LT-1, LT-2, assets removed: LT-3"},
		{"a list that begins", front(""), front("assets: [LT-1]\n"), "assets added: LT-1"},
		{"a list that is emptied", front("assets: [LT-1, LT-2]\n"), front("assets: []\n"), "2 assets removed: LT-1, LT-2"},
		{"an empty list", front(""), front("assets: []\n"), "assets an empty list"},
		{"an item twice", front("assets: [LT-1]\n"), front("assets: [LT-1, LT-1]\n"), "assets added: LT-1"},
		{"items in another order", front("assets: [LT-1, LT-2]\n"), front("assets: [LT-2, LT-1]\n"), "assets stand in another order"},
		{"many items", front(""), front("assets: [a, b, c, d, e, f, g, h, i, j, k, l]\n"), "12 assets added: a, b, c, d, e, f, g, h, i, j and 2 more"},
		{"a map", front("x_sla: {a: 1, b: 2}\n"), front("x_sla: {b: 3, c: 4}\n"), "x_sla (b 2 -> 3, c 4, a cleared, was 1)"},
		{"a value that becomes a list", front("x: a\n"), front("x: [a, b]\n"), "x a -> a, b"},
		{"a long text", front("resolution: |\n  one\n  two\n"), front("resolution: |\n  one\n  2\n  three\n"), "resolution edited (2 lines added, 1 removed)"},
		{"a long text that begins", front(""), front("resolution: " + long + "\n"), "resolution added (1 line)"},
		{"a long text that goes", front("resolution: |\n  one\n  two\n"), front(""), "resolution removed (2 lines)"},
		{"log lines", front("log:\n  - {at: 2026-11-03T09:00:00Z, by: dana, state: new}\n  - {at: 2026-11-03T10:00:00Z, by: lee, state: x}\n"),
			front("log:\n  - {at: 2026-11-03T09:00:00Z, by: dana, state: closed}\n  - {at: 2026-11-03T11:00:00Z, by: ann, state: y}\n  - {at: 2026-11-03T12:00:00Z, by: ann, state: z}\n"),
			"log: 2 lines added, 1 altered, 1 removed"},
		{"a log line that is dated back", front("log:\n  - {at: 2026-11-03T09:00:00Z, by: dana, state: new}\n"), front("log:\n  - {at: 2026-11-01T09:00:00Z, by: dana, state: new}\n"), "log: 1 line altered"},
		{"log lines in another form", front("log:\n  - {at: 2026-11-03T09:00:00Z, by: dana, state: new}\n"), front("log:\n  - at: 2026-11-03T09:00:00Z\n    state: new\n    by: dana\n"), ""},
		{"a log that is no list", front("log: x\n"), front("log:\n  - {at: 2026-11-03T09:00:00Z, by: dana}\n"), "log x -> at 2026-11-03T09:00:00Z, by dana"},
		{"a section that is written", front("") + "\n## Description\n\n## Comments\n", front("") + "\n## Description\n\nIt broke.\n\n## Comments\n", "Description added (1 line)"},
		{"a section that is edited", front("") + "\n## Description\n\na\nb\n", front("") + "\n## Description\n\na\nc\nd\n", "Description edited (2 lines added, 1 removed)"},
		{"a section that is emptied", front("") + "\n## Description\n\na\n", front("") + "\n## Description\n", "Description removed (1 line)"},
		{"blank lines alone", front("") + "## Description\na\n", front("") + "\n\n## Description\n\na\n\n\n", ""},
		{"a comment", front("") + "\n## Comments\n", front("") + "\n## Comments\n\n### 2026-11-03T09:41:00Z lee\n\nWell?\n", "comment by lee added"},
		{"a comment that is edited and one that goes", front("") + "\n## Work notes\n\n### 2026-11-03T09:41:00Z lee\n\nWell?\n\n### 2026-11-03T10:41:00Z dana\n\nNo.\n",
			front("") + "\n## Work notes\n\n### 2026-11-03T09:41:00Z lee\n\nWell!\n", "work note by lee edited (1 line added, 1 removed); work note by dana removed"},
		{"an entry below another heading", front("") + "\n## Notiz\n", front("") + "\n## Notiz\n\n### 2026-11-03T09:41:00Z lee\n\nx\n", "entry in Notiz by lee added"},
		{"a heading within a text", front("") + "\n## Plan\n\n### First\n\na\n", front("") + "\n## Plan\n\n### First\n\nb\n", "Plan edited (1 line added, 1 removed)"},
		{"a text without sections", front("") + "\na\n", front("") + "\nb\n", "text edited (1 line added, 1 removed)"},
		{"sections in another order", front("") + "\n## A\n\na\n\n## B\n\nb\n", front("") + "\n## B\n\nb\n\n## A\n\na\n", "sections stand in another order"},
	}
	typ := schema.BuiltIn().Get("incident")
	for _, c := range cases {
		if got := told(Compare(typ, record(t, c.before), record(t, c.after))); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestARecordThatIsNewOrGoneIsTold(t *testing.T) {
	r := record(t, "---\nid: INC-2611-K7Q4\ntitle: VPN\n---\n\n## Description\n\na\n")
	typ := schema.BuiltIn().Get("incident")
	if got := told(Compare(typ, nil, r)); got != "id INC-2611-K7Q4; title VPN; Description added (1 line)" {
		t.Errorf("new: %s", got)
	}
	if got := told(Compare(typ, r, nil)); got != "id cleared, was INC-2611-K7Q4; title cleared, was VPN; Description removed (1 line)" {
		t.Errorf("gone: %s", got)
	}
	moved := *r
	moved.Type = "request"
	if got := told(Compare(typ, r, &moved)); got != "type incident -> request" {
		t.Errorf("of another type: %s", got)
	}
	if got := Compare(nil, nil, nil); len(got) > 0 {
		t.Errorf("nothing differs in %v", got)
	}
}

func TestTextOfRecordsIsQuotedInWords(t *testing.T) {
	a := record(t, "---\nid: X\ntitle: a\nx_l: [p]\nx_m: {k: 1}\n---\n\n## Comments\n\n### 2026-11-03T09:41:00Z lee\n\na\n")
	b := record(t, "---\nid: X\ntitle: b\nx_l: [q]\nx_m: {k: 2}\n---\n\n## Comments\n\n### 2026-11-03T09:41:00Z eve\n\na\n\n## Odd\n\nx\n")
	var parts []string
	for _, c := range Compare(schema.BuiltIn().Get("incident"), a, b) {
		parts = append(parts, c.Words(func(s string) string { return "<" + s + ">" }))
	}
	want := "<title> <a> -> <b>; <x_l> added: <q>, <x_l> removed: <p>; <x_m> (<k> <1> -> <2>); <comment> by <eve> added; <Odd> added (1 line); <comment> by <lee> removed"
	if got := strings.Join(parts, "; "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// TestEveryKeyThatDiffersIsMentioned compares random records.
func TestEveryKeyThatDiffersIsMentioned(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	typ := schema.BuiltIn().Get("incident")
	for range 3000 {
		a, b := randomRecord(t, random), randomRecord(t, random)
		if cs := Compare(typ, a, a); len(cs) > 0 {
			t.Fatalf("a record differs from itself: %s\n%s", told(cs), a.Source)
		}
		cs := Compare(typ, a, b)
		for _, key := range keys(nil, a.Fields, b.Fields) {
			mentioned := slices.ContainsFunc(cs, func(c Change) bool { return c.Name == key && strings.Contains(c.String(), key) })
			differs := !isSame(typ.Field(key), a.Get(key), b.Get(key)) || (a.Get(key) == nil) != (b.Get(key) == nil)
			if mentioned != differs {
				t.Fatalf("%s: mentioned %v, differs %v in %q\n%s\n%s", key, mentioned, differs, told(cs), a.Source, b.Source)
			}
		}
		if back := Compare(typ, b, a); (len(back) == 0) != (len(cs) == 0) {
			t.Fatalf("%q one way and %q back", told(cs), told(back))
		}
	}
}

func randomRecord(t *testing.T, random *rand.Rand) *records.Record {
	values := []string{"a", "b", "'1'", "1", "1.0", "null", "''", "[]", "[a]", "[b, a]", "[a, b, a]", "{}", "{k: a}", "{k: b, l: [a]}", "true",
		"[{at: 2026-11-03T09:00:00Z, by: a}]", "[{at: 2026-11-03T09:00:00Z, by: b}, x]", "2026-11-03T09:12:00Z", "2026-11-03T10:12:00+01:00", `"` + strings.Repeat("long ", 20) + `"`, `"a\nb\nc"`}
	var b strings.Builder
	b.WriteString("---\n")
	for _, key := range []string{"title", "assets", "log", "opened_at", "service", "odd"} {
		if random.IntN(4) > 0 {
			b.WriteString(key + ": " + values[random.IntN(len(values))] + "\n")
		}
	}
	b.WriteString("---\n")
	for _, heading := range []string{"Description", "Comments", "Comments", "Odd"} {
		if random.IntN(2) > 0 {
			b.WriteString("\n## " + heading + "\n\n" + []string{"", "a\n", "b\nc\n", "### 2026-11-03T09:41:00Z lee\n\nx\n", "### free\n\ny\n"}[random.IntN(5)])
		}
	}
	return record(t, b.String())
}

func FuzzCompare(f *testing.F) {
	f.Add([]byte("---\nid: X\nstate: new\n---\n\n## A\n\nb\n"), []byte("---\nid: X\n---\n\n## A\n\n### 2026-11-03T09:41:00Z lee\n\nb\n"))
	typ := schema.BuiltIn().Get("incident")
	f.Fuzz(func(t *testing.T, one, two []byte) {
		a, _ := frontmatter.Parse("a.md", "incident", one)
		b, _ := frontmatter.Parse("b.md", "incident", two)
		cs := Compare(typ, a, b)
		if slices.ContainsFunc(cs, func(c Change) bool { return c.String() == "" }) {
			t.Errorf("a change without words: %+v", cs)
		}
		if a != nil && len(Compare(typ, a, a)) > 0 {
			t.Errorf("%q differs from itself", one)
		}
	})
}
