package diag

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
)

func TestSortIsByPlaceThenRuleThenMessage(t *testing.T) {
	at := func(path string, line, column int, rule RuleID, message string) Diagnostic {
		p := Position{Line: line, Column: column}
		return New(rule, Error, path, Span{Start: p, End: p}, "%s", message)
	}
	ds := []Diagnostic{at("b", 1, 1, "r", "x"), at("a", 2, 1, "r", "x"), at("a", 1, 9, "r", "x"), at("a", 1, 1, "s", "x"), at("a", 1, 1, "r", "y"), at("a", 1, 1, "r", "x")}
	Sort(ds)
	want := []Diagnostic{at("a", 1, 1, "r", "x"), at("a", 1, 1, "r", "y"), at("a", 1, 1, "s", "x"), at("a", 1, 9, "r", "x"), at("a", 2, 1, "r", "x"), at("b", 1, 1, "r", "x")}
	for i := range want {
		if ds[i].Path != want[i].Path || ds[i].Span != want[i].Span || ds[i].Rule != want[i].Rule || ds[i].Message != want[i].Message {
			t.Errorf("at %d is %+v, want %+v", i, ds[i], want[i])
		}
	}
}

func TestNotesOfACopyAreItsOwn(t *testing.T) {
	first := New("r", Warning, "a", At(3), "%d things", 2).WithNote("b", At(1), "one")
	second := first.WithNote("c", At(2), "two").WithHint("do %s", "it")
	if len(first.Notes) != 1 || len(second.Notes) != 2 || first.Hint != "" || second.Hint != "do it" || first.Message != "2 things" {
		t.Errorf("%+v\n%+v", first, second)
	}
}

func TestFindingsKeepTheirLines(t *testing.T) {
	source := []byte("one\ntwo\r\n" + strings.Repeat("x", longest+1) + "\nlast")
	ds := []Diagnostic{New("r", Info, "a", At(1), ""), New("r", Info, "a", At(2), ""), New("r", Info, "a", At(3), ""), New("r", Info, "a", At(4), ""),
		New("r", Info, "a", At(5), ""), New("r", Info, "a", Span{}, ""), New("r", Info, "b", At(1), "")}
	Keep(ds, "a", source)
	for i, want := range []string{"one", "two\r", "", "last", "", "", ""} {
		if ds[i].Line != want {
			t.Errorf("finding %d keeps %q, want %q", i, ds[i].Line, want)
		}
	}
}

// A record of a megabyte with thousands of findings at its end once took eleven seconds.
func TestToKeepLinesCostsNoWalkForEachFinding(t *testing.T) {
	source := []byte(strings.Repeat("word\n", 200_000))
	cost := func(n int) time.Duration {
		ds := make([]Diagnostic, n)
		for i := range ds {
			ds[i] = New("r", Info, "a", At(199_000), "")
		}
		start := time.Now()
		Keep(ds, "a", source)
		return time.Since(start)
	}
	if one, many := cost(1), cost(5000); many > 500*one {
		t.Errorf("5000 findings take %s, one takes %s", many, one)
	}
}

func TestSeveritiesAreWrittenAsWords(t *testing.T) {
	got, err := json.Marshal([]Severity{Info, Warning, Error})
	if err != nil || string(got) != `["info","warning","error"]` {
		t.Errorf("got %s, %v", got, err)
	}
	if Count([]Diagnostic{{Severity: Error}, {Severity: Info}, {Severity: Error}}, Error) != 2 {
		t.Error("miscounted")
	}
	if !(Position{}).IsZero() || At(1).Start.IsZero() {
		t.Error("a place is no place")
	}
}
