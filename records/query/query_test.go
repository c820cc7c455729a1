package query_test

import (
	"errors"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"frontdesk/records"
	"frontdesk/records/query"
	"frontdesk/schema"
)

// now is a Tuesday noon in UTC.
var now = time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)

// testTypes loads the built-in types and two that no code knows.
func testTypes(t testing.TB) *schema.Types {
	t.Helper()
	var files []schema.File
	for _, name := range []string{"ticket", "gadget"} {
		data, err := os.ReadFile("testdata/" + name + ".yaml")
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, schema.File{Path: "schema/" + name + ".yaml", Data: data})
	}
	types, ds := schema.Load(files)
	for _, d := range ds {
		t.Errorf("test type: %+v", d)
	}
	return types
}

func options(t testing.TB, typ records.Type) query.Options {
	return query.Options{Me: "lee", Now: now, Types: testTypes(t), Type: typ}
}

// record makes a record of the type from alternating keys and values; a value
// with commas between brackets is a list.
func record(typ records.Type, id, body string, pairs ...string) *records.Record {
	fields := records.NewMap(records.Pair{Key: records.FieldID, Value: records.NewString(id)})
	for i := 0; i+1 < len(pairs); i += 2 {
		fields.Pairs = append(fields.Pairs, records.Pair{Key: pairs[i], Value: parseValue(pairs[i+1])})
	}
	return &records.Record{Type: typ, ID: records.ID(id), Path: "records/" + id + ".md", Fields: fields, Body: body}
}

func parseValue(s string) *records.Value {
	switch {
	case s == "null":
		return records.NewNull()
	case s == "[]":
		return records.NewStrings()
	case strings.HasPrefix(s, "["):
		return records.NewStrings(strings.Split(strings.Trim(s, "[]"), ",")...)
	case strings.HasPrefix(s, "{"):
		key, value, _ := strings.Cut(strings.Trim(s, "{}"), "=")
		return records.NewMap(records.Pair{Key: key, Value: records.NewString(value)})
	}
	return records.NewString(s)
}

// sample is the desk that the tests ask.
func sample() []*records.Record {
	return []*records.Record{
		record("ticket", "T-1", "## Description\n\nThe Disk is FULL again.\n", "title", "Server slow", "state", "new",
			"level", "L1", "opened_at", "2026-11-01T23:30:00Z", "cost", "10", "loud", "true", "owner", "lee", "topics", "[vpn,mail]"),
		record("ticket", "T-2", "nothing", "title", "Disk full on host 7", "state", "working",
			"level", "L2", "opened_at", "2026-11-02T00:00:00Z", "cost", "9.5", "loud", "false", "owner", "person/Dana", "topics", "[vpn-old]",
			"due_on", "2026-11-03", "imported", "{rfc=CHG0001}"),
		record("ticket", "T-3", "", "title", "Größe falsch", "state", "waiting",
			"level", "L3", "opened_at", "2026-10-31T12:00:00Z", "owner", "null", "topics", "[]", "due_on", "2026-12-01", "x_cost", "7"),
		record("ticket", "T-4", "", "title", "Done: VPN", "state", "done", "opened_at", "2025-01-01T00:00:00Z", "cost", "-3", "owner", "sam", "note", ""),
		record("ticket", "T-5", "", "title", "Put away", "state", "filed", "opened_at", "2026-11-03T11:00:00Z", "cost", "many"),
		record("ticket", "T-6", "", "title", "Never mind", "state", "dropped", "level", "L9", "opened_at", "yesterday"),
		record("gadget", "T-1", "", "title", "A gadget", "level", "high", "owner", "team-a"),
		record("gadget", "vpn-box", "", "title", "Box", "level", "low"),
		record("person", "lee", "", "title", "Lee"),
	}
}

// ask returns type/id of the records of the sample that match, in order.
func ask(t *testing.T, q string, opts query.Options) string {
	t.Helper()
	compiled, err := query.Parse(q, opts)
	if err != nil {
		t.Fatalf("Parse(%q): %v", q, err)
	}
	var found []*records.Record
	for _, r := range sample() {
		if compiled.Match(opts.Types.Get(r.Type), r) {
			found = append(found, r)
		}
	}
	compiled.Sort(found)
	refs := make([]string, len(found))
	for i, r := range found {
		refs[i] = strings.TrimPrefix(r.Ref(), "ticket/")
	}
	return strings.Join(refs, " ")
}

func TestQueryFinds(t *testing.T) {
	opts := options(t, "ticket")
	for _, c := range []struct{ name, query, want string }{
		{"nothing asked finds all, newest first, then those without a time", "", "T-5 T-2 T-1 T-3 T-4 T-6"},
		{"open is new, active and held", "is:open", "T-2 T-1 T-3"},
		{"resolved is not closed", "is:resolved", "T-4"},
		{"categories join by comma", "is:new,cancelled", "T-1 T-6"},
		{"a dash turns a term round", "-is:open", "T-5 T-4 T-6"},
		{"a state by its name", "state:waiting", "T-3"},
		{"case does not matter", "state:WAITING level:l3 is:OPEN", "T-3"},
		{"states are ordered as declared", "state:>=done", "T-5 T-4 T-6"},
		{"choices join by comma", "level:L1,L3", "T-1 T-3"},
		{"a negated list is none of them", "-level:L1,L3", "T-5 T-2 T-4 T-6"},
		{"choices have the order of the type file", "level:<=L2", "T-2 T-1"},
		{"strictly after a choice", "level:>L2", "T-3"},
		{"a range of choices", "level:L2..L3", "T-2 T-3"},
		{"a value outside the choices matches no comparison", "level:>=L1", "T-2 T-1 T-3"},
		{"terms are joined by and", "is:open level:L1", "T-1"},
		{"text is found anywhere in a field", "title:disk", "T-2"},
		{"quotes keep spaces together", `title:"disk full"`, "T-2"},
		{"quoted text is only text", `title:"done:"`, "T-4"},
		{"letters beyond ASCII ignore case", "title:GRÖSSE,GRÖßE", "T-3"},
		{"a free word looks in title and body", "disk", "T-2 T-1"},
		{"a phrase looks in the body", `"disk is full"`, "T-1"},
		{"a free word looks in the id", "t-4", "T-4"},
		{"a free word may be excluded", "-disk is:open", "T-3"},
		{"words are joined by and", "full again", "T-1"},
		{"a word that starts with a digit may hold a colon", "10:30", ""},
		{"a reference is the whole id", "owner:lee", "T-1"},
		{"a reference may name its type", "owner:person/dana,person/lee", "T-2 T-1"},
		{"a reference of another type is another record", "owner:team/lee", ""},
		{"me is who asks", "owner:@me", "T-1"},
		{"me in a negated list", "-owner:@me,sam is:open", "T-2 T-3"},
		{"quoted at-me is text", `title:"@me"`, ""},
		{"unset is absent, null or empty", "no:owner", "T-5 T-3 T-6"},
		{"an empty list is unset", "has:topics", "T-2 T-1"},
		{"empty text is unset", "has:note", ""},
		{"presence of one of several", "has:due_on,topics", "T-2 T-1 T-3"},
		{"any item of a list, whole", "topics:vpn", "T-1"},
		{"several items of a list", "topics:mail topics:vpn", "T-1"},
		{"numbers are equal by value", "cost:10.0", "T-1"},
		{"numbers compare as numbers, not as text", "cost:>9", "T-2 T-1"},
		{"negative numbers", "cost:<0", "T-4"},
		{"a range of numbers includes both ends", "cost:9.5..10", "T-2 T-1"},
		{"what is no number never matches", "cost:>=-1000", "T-2 T-1 T-4"},
		{"booleans", "loud:True", "T-1"},
		{"a day is all of it", "opened_at:2026-11-01", "T-1"},
		{"the _at may be left out", "opened:2026-11-02", "T-2"},
		{"after a day excludes that day", "opened:>2026-11-01", "T-5 T-2"},
		{"from a day on includes it", "opened:>=2026-11-01", "T-5 T-2 T-1"},
		{"before a day", "opened:<2026-11-01", "T-3 T-4"},
		{"up to a day includes it", "opened:<=2026-11-01", "T-1 T-3 T-4"},
		{"a month", "opened:2026-10", "T-3"},
		{"a year", "opened:2025", "T-4"},
		{"a range of days includes both", "opened:2026-10-31..2026-11-01", "T-1 T-3"},
		{"the _on may be left out", "due:2026-11", "T-2"},
		{"a minute", "opened:2026-11-03T11:00", "T-5"},
		{"a quoted time with a space", `opened:"2026-11-03 11:00"`, "T-5"},
		{"an operator before a quote", `opened:>="2026-11-03 11:00"`, "T-5"},
		{"a second with a zone", "opened:2026-11-03T12:00:00+01:00", "T-5"},
		{"today", "opened:today", "T-5"},
		{"yesterday", "opened:yesterday", "T-2"},
		{"days ago", "opened:>=today-2d", "T-5 T-2 T-1"},
		{"hours ago", "opened:>now-2h", "T-5"},
		{"weeks ago", "opened:<today-4w", "T-4"},
		{"a date field is a day", "due_on:2026-11-03", "T-2"},
		{"a date field against a month", "due_on:>2026-11", "T-3"},
		{"a date field against now is its day", "due_on:<now", ""},
		{"a date field up to now includes today", "due_on:<=now", "T-2"},
		{"a date field against today", "due_on:today", "T-2"},
		{"a date field against tomorrow", "due_on:<tomorrow", "T-2"},
		{"keys of the desk's own", "x_cost:7", "T-3"},
		{"keys of the desk's own compare as numbers", "x_cost:>6", "T-3"},
		{"keys of the desk's own may be unset", "no:x_cost is:open", "T-2 T-1"},
		{"a path into a map", "imported.rfc:chg0001", "T-2"},
		{"an unset path", "has:imported.rfc", "T-2"},
		{"a whole id", "id:t-1", "T-1"},
		{"an id with its type", "id:ticket/T-2,gadget/T-1", "T-2"},
		{"spaces around terms do not matter", "  is:open\t level:L1 \n", "T-1"},
		{"sorted by a choice, unset last", "sort:level", "T-1 T-2 T-3 T-5 T-4 T-6"},
		{"sorted down, unset still last", "sort:-level is:open", "T-3 T-2 T-1"},
		{"sorted by number", "sort:cost has:cost -id:T-5", "T-4 T-2 T-1"},
		{"sorted by text", "sort:title", "T-2 T-4 T-3 T-6 T-5 T-1"},
		{"sorted by several", "sort:loud sort:-level", "T-2 T-1 T-3 T-5 T-4 T-6"},
		{"sorted by several in one term", "sort:loud,-level", "T-2 T-1 T-3 T-5 T-4 T-6"},
		{"sorted by time", "sort:opened has:owner", "T-4 T-1 T-2"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := ask(t, c.query, opts); got != c.want {
				t.Errorf("%q finds %q, want %q", c.query, got, c.want)
			}
		})
	}
}

func TestQueryOverSeveralTypes(t *testing.T) {
	opts := options(t, "")
	for _, c := range []struct{ name, query, want string }{
		{"types by name", "type:gadget", "gadget/T-1 gadget/vpn-box"},
		{"types by plural and beginning", "type:gadgets,PERS", "gadget/T-1 gadget/vpn-box person/lee"},
		{"types may be excluded", "-type:ticket -type:gadget lee", "person/lee"},
		{"an id of two types", "id:T-1", "T-1 gadget/T-1"},
		{"a choice of one type matches only there", "level:high", "gadget/T-1"},
		{"choices of both", "level:high,L1", "T-1 gadget/T-1"},
		{"an unset field is a field that the type has", "no:level", "T-5 T-4"},
		{"a negated term holds for types without the field", "-has:level", "T-5 T-4 person/lee"},
		{"a word in the id of any type", "vpn -type:ticket", "gadget/vpn-box"},
		{"sorted by type", "sort:-type sort:id id:T-1", "T-1 gadget/T-1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := ask(t, c.query, opts); got != c.want {
				t.Errorf("%q finds %q, want %q", c.query, got, c.want)
			}
		})
	}
}

func TestDatesAreInTheAskedZone(t *testing.T) {
	opts := options(t, "ticket")
	opts.Location = time.FixedZone("CET", 3600)
	if got := ask(t, "opened:2026-11-02", opts); got != "T-2 T-1" {
		t.Errorf("the second of November in CET is %q, want T-2 and T-1", got)
	}
	if got := ask(t, "opened:2026-11-01T23:30:00Z", opts); got != "T-1" {
		t.Errorf("a time with a zone finds %q, want T-1", got)
	}
}

func TestTypesAreThoseThatCanMatch(t *testing.T) {
	for q, want := range map[string][]records.Type{
		"type:ticket,gadget -type:gadget": {"ticket"},
		"type:gadget is:open":             {"gadget"},
	} {
		compiled, err := query.Parse(q, options(t, ""))
		if err != nil {
			t.Fatal(err)
		}
		if got := compiled.Types(); !slices.Equal(got, want) {
			t.Errorf("%q is about %v, want %v", q, got, want)
		}
	}
}

func TestNonsenseIsAnError(t *testing.T) {
	opts := options(t, "ticket")
	for _, c := range []struct {
		name, query string
		column      int
		says, hint  string
	}{
		{"a typo in a key", "is:open prioritty:P1", 9, `"prioritty"`, ""},
		{"a typo in a field of the type", "is:open levl:L1", 9, `there is no field "levl"`, `did you mean "level"?`},
		{"a typo in a time field's short name", "opend:2026", 1, `"opend"`, `"opened"`},
		{"a typo in is", "si:open", 1, `"si"`, `"is"`},
		{"a field of another type", "entitlement:5", 1, `ticket has no field "entitlement"`, "license"},
		{"a web address", "http://x", 1, `"http"`, "quote it"},
		{"a typo in a choice", "level:L1,LL2", 10, `level is never "LL2"`, `did you mean "L2"?`},
		{"a state that does not exist", "state:solved", 7, `state is never "solved"`, "new, working"},
		{"a category that does not exist", "is:opne", 4, "is:opne is unknown", `"open"`},
		{"a state asked as a category", "is:waiting", 4, "is:waiting is unknown", "state:NAME"},
		{"a type that does not exist", "type:tickt", 6, `no type "tickt"`, `"ticket"`},
		{"another type than the asked one", "type:gadget", 6, "ticket records are asked for", "leave one"},
		{"no value", "title:", 7, "no value after title:", "no:title"},
		{"a space after the colon", "title: disk", 7, "no value after title:", "no space"},
		{"a comma at the end", "title:a,", 9, "no value", "no:title"},
		{"two commas", "title:a,,b", 9, "no value", "no:title"},
		{"an empty quote", `title:""`, 7, "nothing between the quotes", "no:FIELD"},
		{"an unclosed quote", `title:"disk full`, 7, "never closed", `closing "`},
		{"an unclosed phrase", `is:open "disk`, 9, "never closed", `closing "`},
		{"an escaped closing quote", `"disk\"`, 1, "never closed", `closing "`},
		{"text after a quote", `"disk"full`, 7, "closing quote", "space"},
		{"text after a quoted value", `title:"disk"full`, 13, "text follows a value", "comma"},
		{"a quote inside a word", `di"sk`, 3, "quote starts inside a word", "quote the whole"},
		{"a quote inside a value", `title:di"sk"`, 9, "quote starts inside a value", "quote the whole"},
		{"a dash alone", "is:open -", 9, "dash stands alone", "-is:closed"},
		{"two dashes", "--limit", 1 + 1, "dash follows a dash", "quote"},
		{"a colon without a key", ":open", 1, "no key before the colon", "key:value"},
		{"or", "disk OR full", 6, "OR is not part of a query", "comma"},
		{"parentheses", "(disk", 1, "parentheses", "quote"},
		{"parentheses around terms", "(state:new state:done)", 1, "parentheses", "quote"},
		{"a wildcard", "disk*", 1, "wildcards", "asterisk"},
		{"a wildcard in a value", "title:dis*", 7, "wildcards", "asterisk"},
		{"me without a field", "@me", 1, "not a term", "assignee:@me"},
		{"somebody else with an at", "owner:@dana", 7, "not an id", "owner:dana"},
		{"an equals sign", "level:=L1", 7, "not an operator", "level:value"},
		{"unequal", "level:!=L1", 7, "not an operator", "-level:value"},
		{"order of text", "title:>a", 8, "title is text", "title:a"},
		{"order of references", "owner:>lee", 8, "no order", "owner:lee"},
		{"order of booleans", "loud:>true", 7, "no order", "loud:true"},
		{"order of categories", "is:>new", 5, "no order", "is:new"},
		{"order of presence", "has:>owner", 6, "no order", "has:owner"},
		{"a boolean that is none", "loud:yes", 6, "true or false", "loud:true"},
		{"a number that is none", "cost:cheap", 6, "cost is a number", "cost:>=10"},
		{"a number that is not finite", "cost:inf", 6, "cost is a number", "cost:>=10"},
		{"a time that is none", "opened:>lastweek", 9, "is a time", "today-7d"},
		{"a day that does not exist", "opened:2026-02-30", 8, "is a time", "2026"},
		{"hours of a day", "opened:today-3h", 8, "is a time", "today-7d"},
		{"a range without an end", "cost:5..", 7, "no end", "cost:>=5"},
		{"a range without a beginning", "cost:..5", 6, "no beginning", "cost:<=value"},
		{"a range with an operator", "cost:>5..6", 8, "range cannot have an operator", ">=a"},
		{"a range of three", "cost:1..2..3", 10, "text follows a value", "comma"},
		{"a backward range", "cost:9..5", 6, "backwards", "5..9"},
		{"a backward range of choices", "level:L3..L1", 7, "backwards", "L1..L3"},
		{"a backward range of days", "opened:2026-02..2026-01", 8, "backwards", "2026-01..2026-02"},
		{"the log", "log:lee", 5, "more than one value", "has:log"},
		{"sorting by what is not there", "sort:levl", 6, "levl", "level"},
		{"sorting by the log", "sort:log", 6, "nothing can be sorted", ""},
		{"an excluded order", "-sort:level", 1, "order cannot be excluded", "sort:-FIELD"},
		{"an ordered order", "sort:>level", 7, "no order", "sort:level"},
		{"order of an undeclared word", "x_a:>b", 6, "no order", "quote"},
		{"columns count characters", `Größe levl:1`, 7, "levl", "level"},
		{"bytes that are not UTF-8", "a\xff", 1, "UTF-8", ""},
		{"endless text", strings.Repeat("a ", query.MaxLength), 1, "longer than", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := query.Parse(c.query, opts)
			var wrong *query.SyntaxError
			if !errors.As(err, &wrong) {
				t.Fatalf("Parse(%q) = %v, want a *SyntaxError", c.query, err)
			}
			if wrong.Column != c.column || !strings.Contains(wrong.Message, c.says) || !strings.Contains(wrong.Hint, c.hint) {
				t.Errorf("Parse(%q): column %d, %q, hint %q; want column %d, %q, hint %q",
					c.query, wrong.Column, wrong.Message, wrong.Hint, c.column, c.says, c.hint)
			}
		})
	}
}

func TestMeNeedsSomebody(t *testing.T) {
	opts := options(t, "ticket")
	opts.Me = ""
	_, err := query.Parse("owner:@me", opts)
	var wrong *query.SyntaxError
	if !errors.As(err, &wrong) || wrong.Column != 7 || !strings.Contains(wrong.Hint, "--as") {
		t.Errorf("owner:@me asked by nobody gives %v", err)
	}
}

func TestTypesThatCannotMeet(t *testing.T) {
	_, err := query.Parse("type:ticket type:gadget", options(t, ""))
	var wrong *query.SyntaxError
	if !errors.As(err, &wrong) || wrong.Column != 13 || !strings.Contains(wrong.Hint, "comma") {
		t.Errorf("two types at once give %v", err)
	}
}

func TestAnAmbiguousBeginningOfATypeNamesThem(t *testing.T) {
	all := schema.BuiltIn()
	if typ, hint := query.FindType(all, "re"); typ != nil || hint != "it could be release, request" {
		t.Errorf("re names %v, hint %q", typ, hint)
	}
	if typ, _ := query.FindType(all, "req"); typ != all.Get("request") {
		t.Errorf("req names %v, want request", typ)
	}
}

func TestHelpShowsOnlyWhatParses(t *testing.T) {
	opts := options(t, "")
	for _, q := range []string{"is:open", "state:on-hold", "priority:P1,P2", `title:"disk full"`, "-service:vpn", "no:assignee", "has:problem",
		"assignee:@me", "opened:>2026-01-01", "opened:2026-11", "id:CHG-2611-AB3D", "sort:priority", "sort:-opened", "sort:due", `"free text"`, "type:change",
		"sla:breached", "sla.response:breached", "due:<4h", "due:overdue", "due:today", "due:<=2026-12-01",
		`title:"disk full" opened:>today-7d`} {
		if _, err := query.Parse(q, opts); err != nil {
			t.Errorf("help shows %q: %v", q, err)
		}
		if !strings.Contains(query.Help(), q) {
			t.Errorf("help no longer shows %q", q)
		}
	}
}
