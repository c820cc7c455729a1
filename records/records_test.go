package records

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"frontdesk/records/diag"
)

func pair(key string, v *Value) Pair { return Pair{Key: key, Value: v} }

func event(at, by string, pairs ...Pair) *Value {
	return NewMap(append([]Pair{pair("at", NewString(at)), pair("by", NewString(by))}, pairs...)...)
}

func withLog(items ...*Value) *Record {
	return &Record{Type: "incident", ID: "INC-1", Path: "x.md", Fields: NewMap(pair(FieldLog, &Value{Kind: List, Items: items}))}
}

func TestFoldingTheLogGivesTodaysValues(t *testing.T) {
	r := withLog(
		event("2026-11-03T09:00:00Z", "dana", pair("state", NewString("new")), pair("team", NewString("network"))),
		event("2026-11-03T10:00:00+01:00", "lee", pair("state", NewString("on-hold")), pair("hold", NewString("user"))),
		event("2026-11-03T11:00:00Z", "lee", pair("state", NewString("in-progress")), pair("hold", NewNull())),
	)
	events, ds := r.Log()
	if len(ds) > 0 || len(events) != 3 {
		t.Fatalf("%d events, %v", len(events), ds)
	}
	if !events[1].At.Equal(time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC)) || events[1].By != "lee" {
		t.Errorf("second event is %+v", events[1])
	}
	now := Fold(events)
	if now["state"].String() != "in-progress" || now["team"].String() != "network" || now["hold"] == nil || !now["hold"].IsNull() {
		t.Errorf("folded to %v", now)
	}
	if events[0].Get("hold") != nil {
		t.Error("an event holds what it did not set")
	}
}

func TestMalformedLogLinesAreReportedAndTheRestIsThere(t *testing.T) {
	good := event("2026-11-03T09:00:00Z", "dana")
	r := withLog(NewString("x"), event("yesterday", "dana"), event("2026-11-03T09:00:00Z", ""), good)
	events, ds := r.Log()
	if len(events) != 1 || len(ds) != 3 {
		t.Fatalf("%d events, %d findings", len(events), len(ds))
	}
	for _, d := range ds {
		if d.Rule != LogRule || d.Severity != diag.Error || d.Record != "INC-1" || d.Hint == "" {
			t.Errorf("finding is %+v", d)
		}
	}
	r.Fields = NewMap(pair(FieldLog, NewString("x")))
	if events, ds := r.Log(); len(events) != 0 || len(ds) != 1 {
		t.Errorf("a log that is no list: %v, %v", events, ds)
	}
	r.Fields = NewMap()
	if events, ds := r.Log(); len(events)+len(ds) != 0 {
		t.Errorf("no log: %v, %v", events, ds)
	}
}

func TestValuesCompareByMeaning(t *testing.T) {
	quoted := &Value{Kind: String, Text: "a", Quoted: true, Start: 7}
	cases := []struct {
		name  string
		a, b  *Value
		equal bool
	}{
		{"quotes do not matter", NewString("a"), quoted, true},
		{"text and number differ", NewString("1"), NewInt(1), false},
		{"absent and null are the same", nil, NewNull(), true},
		{"null and empty text differ", NewNull(), NewString(""), false},
		{"lists compare in order", NewStrings("a", "b"), NewStrings("b", "a"), false},
		{"maps compare in any order", NewMap(pair("a", NewInt(1)), pair("b", NewInt(2))), NewMap(pair("b", NewInt(2)), pair("a", NewInt(1))), true},
		{"maps with other keys differ", NewMap(pair("a", NewNull())), NewMap(pair("b", NewNull())), false},
	}
	for _, c := range cases {
		if c.a.Equal(c.b) != c.equal || c.b.Equal(c.a) != c.equal {
			t.Errorf("%s: it does not hold", c.name)
		}
	}
}

func TestAnyIsWhatJSONWouldDecode(t *testing.T) {
	v := NewMap(pair("a", NewInt(3)), pair("b", &Value{Kind: Float, Text: "1.5"}), pair("c", NewBool(true)), pair("d", NewStrings("x")), pair("e", NewNull()), pair("f", NewString("0042")))
	got, err := json.Marshal(v)
	if err != nil || string(got) != `{"a":3,"b":1.5,"c":true,"d":["x"],"e":null,"f":"0042"}` {
		t.Errorf("got %s, %v", got, err)
	}
	if huge := (&Value{Kind: Float, Text: "1e999"}); huge.Any() != "1e999" {
		t.Errorf("a number beyond a float is %v", huge.Any())
	}
}

func TestNothingAsksMuchOfNil(t *testing.T) {
	var v *Value
	if v.Get("x") != nil || v.Pair("x") != nil || v.String() != "" || !v.IsNull() || v.IsScalar() || v.Strings() != nil || v.Any() != nil {
		t.Error("a nil value is not nothing")
	}
}

func TestStringsOfScalarsAndLists(t *testing.T) {
	if got := NewString("a").Strings(); strings.Join(got, "|") != "a" {
		t.Errorf("scalar: %v", got)
	}
	if got := (&Value{Kind: List, Items: []*Value{NewString("a"), NewNull(), NewInt(7)}}).Strings(); strings.Join(got, "|") != "a|7" {
		t.Errorf("list: %v", got)
	}
}

func TestSetFindsByIdAndType(t *testing.T) {
	record := func(typ Type, id ID, path string) *Record { return &Record{Type: typ, ID: id, Path: path} }
	s := NewSet([]*Record{record("team", "vpn", "records/teams/vpn.md"), record("service", "vpn", "records/services/vpn.md"), record("asset", "0042", "records/assets/b.md"), record("asset", "A", "records/assets/a.md")})
	var refs []string
	for _, r := range s.All() {
		refs = append(refs, r.Ref())
	}
	if got := strings.Join(refs, " "); got != "asset/A asset/0042 service/vpn team/vpn" || s.Len() != 4 {
		t.Errorf("order is %s", got)
	}
	for ref, want := range map[string]int{"vpn": 2, "team/vpn": 1, "asset/vpn": 0, "0042": 1, "42": 0, "VPN": 0} {
		if got := len(s.Find(ref)); got != want {
			t.Errorf("%s names %d records, want %d", ref, got, want)
		}
	}
}

func TestCategories(t *testing.T) {
	open, done := 0, 0
	for _, c := range Categories() {
		if c.IsOpen() {
			open++
		}
		if c.IsDone() {
			done++
		}
	}
	if open != 3 || done != 2 || Resolved.IsOpen() || Resolved.IsDone() {
		t.Errorf("%d open, %d done", open, done)
	}
}

func TestTimesAreWrittenInUTC(t *testing.T) {
	at, ok := ParseTime("2026-11-03T10:12:00+01:00")
	if !ok || FormatTime(at) != "2026-11-03T09:12:00Z" {
		t.Errorf("got %s", FormatTime(at))
	}
	if _, ok := ParseTime("2026-11-03"); ok {
		t.Error("a date is taken for a time")
	}
}
