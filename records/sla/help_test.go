package sla

import (
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the zones are there on any machine

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/frontmatter"
	"frontdesk/schema"
	"frontdesk/schema/calendar"
	"frontdesk/schema/desk"
)

// at reads a time in UTC, written "2014-12-12 21:00".
func at(t testing.TB, text string) time.Time {
	t.Helper()
	for _, layout := range []string{"2006-01-02 15:04", "2006-01-02 15:04:05"} {
		if when, err := time.Parse(layout, text); err == nil {
			return when
		}
	}
	t.Fatalf("%q is no time", text)
	return time.Time{}
}

// hours makes hours from Monday to Friday in UTC.
func hours(t testing.TB, name string, change func(*calendar.HoursSpec), intervals ...string) *calendar.Hours {
	t.Helper()
	spec := calendar.HoursSpec{Name: name, Zone: time.UTC}
	for _, text := range intervals {
		i, err := calendar.ParseInterval(text)
		if err != nil {
			t.Fatal(err)
		}
		for day := time.Monday; day <= time.Friday; day++ {
			spec.Week[day] = append(spec.Week[day], i)
		}
	}
	if change != nil {
		change(&spec)
	}
	h, err := calendar.NewHours(spec)
	if err != nil {
		t.Fatal(err)
	}
	return h
}

// deskWith makes a desk with calendars.
func deskWith(cals ...*calendar.Hours) *desk.Desk {
	d := desk.Default()
	d.Calendars = map[string]*calendar.Hours{desk.AroundTheClock: calendar.AroundTheClock(time.UTC)}
	for _, h := range cals {
		d.Calendars[h.Name()] = h
	}
	return d
}

// typesWith makes types, of which incidents have the clocks that are written in YAML, and
// no others.
func typesWith(t testing.TB, clocks string) *schema.Types {
	t.Helper()
	return typesOf(t, "incident", clocks)
}

func typesOf(t testing.TB, name, clocks string) *schema.Types {
	t.Helper()
	text := "type: " + name + "\nextends: " + name + "\nsla:\n" + clocks
	for _, c := range schema.BuiltIn().Get(records.Type(name)).Clocks {
		if !strings.Contains("\n"+clocks, "\n  "+c.Name+":") {
			text += "  " + c.Name + ": null\n"
		}
	}
	ts, ds := schema.Load([]schema.File{{Path: "schema/" + name + ".yaml", Data: []byte(text)}})
	for _, d := range ds {
		t.Fatalf("%s: %s", d.Rule, d.Message)
	}
	return ts
}

// engineWith makes an engine about which there is nothing to complain.
func engineWith(t testing.TB, d *desk.Desk, ts *schema.Types, around Around) *Engine {
	t.Helper()
	e, ds := New(d, ts, around)
	for _, found := range ds {
		t.Fatalf("%s: %s", found.Rule, found.Message)
	}
	return e
}

// incident reads an incident. Lines of its log are "2014-12-12 21:00 KEY=VALUE …"; a
// line that begins with "+" is a field, one that begins with "#" a comment.
func incident(t testing.TB, lines ...string) *records.Record {
	t.Helper()
	var fields, log, body strings.Builder
	for _, line := range lines {
		if field, ok := strings.CutPrefix(line, "+"); ok {
			fields.WriteString(field + "\n")
			continue
		}
		comment, isComment := strings.CutPrefix(line, "#")
		words := strings.Fields(comment)
		when := records.FormatTime(at(t, words[0]+" "+words[1]))
		if isComment {
			body.WriteString("### " + when + " " + words[2] + "\n\nHello.\n\n")
			continue
		}
		log.WriteString("  - {at: " + when + ", by: lee")
		for _, word := range words[2:] {
			key, value, _ := strings.Cut(word, "=")
			log.WriteString(", " + key + ": " + value)
		}
		log.WriteString("}\n")
	}
	text := "---\nid: INC1\ntitle: Printer on fire\nrequester: dana\n" + fields.String() + "log:\n" + log.String() + "---\n\n## Comments\n\n" + body.String()
	if log.Len() == 0 {
		text = strings.Replace(text, "log:\n", "", 1)
	}
	r, ds := frontmatter.Parse("records/incidents/2014-12/INC1.md", "incident", []byte(text))
	for _, d := range ds {
		t.Fatalf("%s\n%s", d.Message, text)
	}
	r.ID = "INC1"
	return r
}

// clocksAt computes the clocks of an incident at a time.
func clocksAt(t testing.TB, e *Engine, r *records.Record, when string) []Clock {
	t.Helper()
	asOf := at(t, when)
	return e.Clocks(r, ReadLife(e.types.Get(r.Type), r, asOf), asOf)
}

// clockAt returns one of them.
func clockAt(t testing.TB, e *Engine, r *records.Record, when, name string) Clock {
	t.Helper()
	for _, c := range clocksAt(t, e, r, when) {
		if c.Name == name {
			return c
		}
	}
	t.Fatalf("there is no clock %s at %s", name, when)
	return Clock{}
}

// wantTime fails unless a time is the one that is written, "" for none.
func wantTime(t testing.TB, what string, got time.Time, want string) {
	t.Helper()
	switch {
	case want == "" && !got.IsZero():
		t.Errorf("%s is %s; want none", what, got)
	case want != "" && !got.Equal(at(t, want)):
		t.Errorf("%s is %s; want %s", what, got, want)
	}
}

func want[T comparable](t testing.TB, what string, got, want T) {
	t.Helper()
	if got != want {
		t.Errorf("%s is %v; want %v", what, got, want)
	}
}

func severe(ds []diag.Diagnostic) int { return diag.Count(ds, diag.Error) }
