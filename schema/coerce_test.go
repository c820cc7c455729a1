package schema

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"frontdesk/records"
)

func TestCoerce(t *testing.T) {
	cases := []struct{ name, field, text, want string }{
		{"a text", "vendor", " Acme ", `"Acme"`},
		{"a text that reads as a number stays one", "vendor", "2024", `"2024"`},
		{"nothing is null", "vendor", "  ", `null`},
		{"a reference with leading zeros", "contact", "0042", `"0042"`},
		{"a list", "assets", "a, 0042,,b ", `["a","0042","b"]`},
		{"a list of one", "assets", "a", `["a"]`},
		{"a listed word in another case", "priority", "p1", `"P1"`},
		{"a word that is not listed is kept for the check", "priority", "P9", `"P9"`},
		{"a state in another case", "state", "There", `"there"`},
		{"a whole number", "guests", "3", `3`},
		{"a number", "fee", "9.5", `9.5`},
		{"yes", "escorted", "yes", `true`},
		{"false", "escorted", "FALSE", `false`},
		{"a time", "starts_at", "2026-11-03T09:12:00Z", `"2026-11-03T09:12:00Z"`},
		{"a time with an offset", "starts_at", "2026-11-03T09:12:00+01:00", `"2026-11-03T08:12:00Z"`},
		{"a time as people type it", "starts_at", "2026-11-03 09:12", `"2026-11-03T09:12:00Z"`},
		{"a time with seconds and zone", "starts_at", "2026-11-03 09:12:30+02:00", `"2026-11-03T07:12:30Z"`},
		{"a date for a time", "starts_at", "2026-11-03", `"2026-11-03T00:00:00Z"`},
		{"a date", "day", "2026-11-03", `"2026-11-03"`},
		{"a map", "address", "{street: x}", `{"street":"x"}`},
		{"a number where any value may be", "size", "3", `3`},
		{"a word where any value may be", "size", "small", `"small"`},
		{"a word that means null elsewhere", "size", "null", `"null"`},
		{"a key of the desk's own", "x_floor", "3", `3`},
		{"an audience", "audience", "team:network", `"team:network"`},
	}
	typ := visitType(t)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			v, err := typ.Coerce(c.field, c.text, nil)
			if err != nil {
				t.Fatal(err)
			}
			if got, _ := json.Marshal(v); string(got) != c.want {
				t.Errorf("%s, want %s", got, c.want)
			}
		})
	}
}

func TestTimesWithoutAZoneAreInTheOneGiven(t *testing.T) {
	berlin, err := time.LoadLocation("Europe/Berlin")
	if err != nil {
		t.Fatal(err)
	}
	typ := visitType(t)
	for _, c := range []struct{ name, text, want string }{
		{"in winter", "2026-11-03 10:12", "2026-11-03T09:12:00Z"},
		{"in summer", "2026-07-03T10:12:30", "2026-07-03T08:12:30Z"},
		{"a day", "2026-11-03", "2026-11-02T23:00:00Z"},
		{"with an offset", "2026-11-03 10:12:00+00:00", "2026-11-03T10:12:00Z"},
		{"in UTC", "2026-11-03T10:12:00Z", "2026-11-03T10:12:00Z"},
	} {
		if v, err := typ.Coerce("starts_at", c.text, berlin); err != nil || v.String() != c.want {
			t.Errorf("%s: %v, %v, want %s", c.name, v, err, c.want)
		}
	}
	if v, err := typ.Coerce("day", "2026-11-03", berlin); err != nil || v.String() != "2026-11-03" {
		t.Errorf("a date: %v, %v", v, err)
	}
}

func TestCoerceRefusesWhatNoValueCanBeMadeOf(t *testing.T) {
	cases := []struct{ name, field, text, message, hint string }{
		{"an unknown field", "vendr", "x", `"vendr" is no field of visit`, `did you mean "vendor"?`},
		{"a word for a number", "guests", "many", `guests "many" is not a whole number`, ""},
		{"a fraction for a whole number", "guests", "1.5", `guests "1.5" is not a whole number`, ""},
		{"a word for true or false", "escorted", "maybe", `escorted "maybe" is not true or false`, ""},
		{"words for a time", "starts_at", "next week", `starts_at "next week" is not a date-time`, "write it as 2026-11-03T09:12:00Z"},
		{"a day that is none for a time", "starts_at", "2026-02-30", `starts_at "2026-02-30" is not a date-time`, "write it as 2026-11-03T09:12:00Z"},
		{"a text for a map", "address", "Main Street", `address "Main Street" is not a map, such as {key: value}`, ""},
	}
	typ := visitType(t)
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			v, err := typ.Coerce(c.field, c.text, nil)
			var e *FieldError
			if !errors.As(err, &e) || e.Message != c.message || e.Hint != c.hint {
				t.Errorf("%v, %+v", v, err)
			}
		})
	}
}

func TestFieldEqualComparesWhatValuesMean(t *testing.T) {
	typ := visitType(t)
	text, number := records.NewString, func(s string) *records.Value { return &records.Value{Kind: records.Int, Text: s} }
	cases := []struct {
		name, field string
		v, w        *records.Value
		want        bool
	}{
		{"absent and null", "vendor", nil, records.NewNull(), true},
		{"absent and set", "vendor", nil, text("a"), false},
		{"texts", "vendor", text("a"), text("a"), true},
		{"a text and a number", "vendor", text("7"), number("7"), false},
		{"a reference in quotes and without", "contact", text("7"), number("7"), true},
		{"lists of references", "assets", &records.Value{Kind: records.List, Items: []*records.Value{number("7")}}, records.NewStrings("7"), true},
		{"lists of other references", "assets", records.NewStrings("8"), records.NewStrings("7"), false},
		{"one moment in two zones", "starts_at", text("2026-11-03T09:12:00Z"), text("2026-11-03T10:12:00+01:00"), true},
		{"two moments", "starts_at", text("2026-11-03T09:12:00Z"), text("2026-11-03T09:12:00+01:00"), false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			f := typ.Field(c.field)
			if f.Equal(c.v, c.w) != c.want || f.Equal(c.w, c.v) != c.want {
				t.Errorf("not %v", c.want)
			}
		})
	}
}
