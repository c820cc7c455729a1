package tickets

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"frontdesk/records"
	"frontdesk/records/figure"
	"frontdesk/records/sla"
	"frontdesk/schema"
	"frontdesk/schema/desk"
)

// moment reads a time as tests write it, "2026-03-01 09:00" in UTC; "" is none.
func moment(text string) time.Time {
	if text == "" {
		return time.Time{}
	}
	at, err := time.Parse("2006-01-02 15:04", text)
	if err != nil {
		panic(err)
	}
	return at
}

// a is a case as tests write it.
type a struct {
	id, state                string
	opened, resolved, closed string
	fields                   map[string]any // texts, numbers, booleans and lists of texts
	imported                 map[string]any
	sum                      sla.Summary
	clocks                   []sla.Clock
}

func valueOf(v any) *records.Value {
	switch v := v.(type) {
	case string:
		return records.NewString(v)
	case int:
		return records.NewInt(int64(v))
	case bool:
		return records.NewBool(v)
	case []string:
		return records.NewStrings(v...)
	case map[string]any:
		m := records.NewMap()
		for _, k := range slices.Sorted(maps.Keys(v)) {
			m.Pairs = append(m.Pairs, records.Pair{Key: k, Value: valueOf(v[k])})
		}
		return m
	}
	panic(fmt.Sprintf("%T", v))
}

// caseOf makes a case of a type.
func caseOf(t *schema.Type, x a) *figure.Case {
	fields := map[string]any{"id": x.id, "state": x.state}
	maps.Copy(fields, x.fields)
	if x.imported != nil {
		fields["imported"] = x.imported
	}
	r := &records.Record{Type: t.Name, ID: records.ID(x.id), Path: "records/" + x.id + ".md", Fields: valueOf(fields)}
	return &figure.Case{
		Record: r, Type: t, Category: t.Category(r), Sum: x.sum, Clocks: x.clocks,
		Opened: moment(x.opened), Resolved: moment(x.resolved), Closed: moment(x.closed),
	}
}

// scene is data, and the report that is asked.
type scene struct {
	t      *testing.T
	data   *figure.Data
	report figure.Report
	from   time.Time
	to     time.Time
}

// newScene returns data of built-in types as of a time.
func newScene(t *testing.T, asOf string, cases map[records.Type][]a) *scene {
	t.Helper()
	types := schema.BuiltIn()
	d := &figure.Data{Desk: desk.Default(), Types: types, AsOf: moment(asOf), Zone: time.UTC, Cases: map[records.Type][]*figure.Case{}}
	for typ, xs := range cases {
		for _, x := range xs {
			d.Cases[typ] = append(d.Cases[typ], caseOf(types.Get(typ), x))
		}
	}
	return (&scene{t: t, data: d}).about("incident")
}

// incidentsOf is a scene of incidents alone.
func incidentsOf(t *testing.T, asOf string, xs ...a) *scene {
	return newScene(t, asOf, map[records.Type][]a{"incident": xs})
}

func (s *scene) about(name string) *scene {
	s.t.Helper()
	for _, r := range Reports() {
		if r.Name == name {
			s.report = r
			return s
		}
	}
	s.t.Fatalf("no report %q", name)
	return nil
}

func (s *scene) during(from, to string) *scene {
	s.from, s.to = moment(from), moment(to)
	return s
}

// result computes a figure.
func (s *scene) result(id string) figure.Result {
	s.t.Helper()
	for _, d := range s.report.Figures {
		if d.ID == id {
			return d.Compute(figure.NewScope(s.data, s.report.Subject, s.from, s.to))
		}
	}
	s.t.Fatalf("no figure %q in the report %q", id, s.report.Name)
	return figure.Result{}
}

// want compares the value of a figure, of how many it is, and the records behind it.
func (s *scene) want(id string, value any, n int, ids ...string) {
	s.t.Helper()
	r := s.result(id)
	if !same(r.Value, value) {
		s.t.Errorf("%s is %v (%T), want %v", id, r.Value, r.Value, value)
	}
	if r.N != n {
		s.t.Errorf("%s is of %d, want %d", id, r.N, n)
	}
	refs := make([]string, len(ids))
	for i, x := range ids {
		refs[i] = string(s.report.Subject) + "/" + x
		if strings.Contains(x, "/") {
			refs[i] = x
		}
	}
	if !slices.Equal(r.Records, refs) {
		s.t.Errorf("%s lists %v, want %v", id, r.Records, refs)
	}
}

// same compares values, numbers to four decimals.
func same(got, want any) bool {
	g, ok := got.(float64)
	w, ok2 := want.(float64)
	if ok && ok2 {
		return fmt.Sprintf("%.4f", g) == fmt.Sprintf("%.4f", w)
	}
	gm, ok := got.(map[string]float64)
	wm, ok2 := want.(map[string]float64)
	if ok && ok2 {
		return maps.EqualFunc(gm, wm, func(x, y float64) bool { return same(x, y) })
	}
	return reflect.DeepEqual(got, want)
}

func (s *scene) note(id, part string) {
	s.t.Helper()
	if got := s.result(id).Note; part == "" && got != "" || !strings.Contains(got, part) {
		s.t.Errorf("%s notes %q, want %q in it", id, got, part)
	}
}

// all computes every figure of a report.
func all(r figure.Report, s *figure.Scope) map[string]figure.Result {
	out := map[string]figure.Result{}
	for _, d := range r.Figures {
		out[d.ID] = d.Compute(s)
	}
	return out
}

// text writes results so that they can be compared.
func text(t interface{ Fatal(...any) }, results any) string {
	data, err := json.Marshal(results)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}
