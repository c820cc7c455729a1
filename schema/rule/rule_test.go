package rule

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"
)

func TestFaultyConditionsSayWhere(t *testing.T) {
	cases := []struct {
		name, source string
		line, column int
		message      string
	}{
		{"a lone operator", "self.a ==", 1, 10, "mismatched input"},
		{"an unknown variable", "this.a == 1", 1, 1, "undeclared reference to 'this'"},
		{"an unknown variable on the second line", "self.a == 1 &&\n  that", 2, 3, "undeclared reference to 'that'"},
		{"the clock", "now > self.a", 1, 1, "undeclared reference to 'now'"},
		{"an unknown function", "env('HOME') == ''", 1, 4, "undeclared reference to 'env'"},
		{"a text", "'yes'", 1, 1, "the condition gives a string, not true or false"},
		{"nothing", "", 1, 1, "mismatched input"},
		{"a pattern that does not compile", "self.a.matches('(')", 1, 16, "invalid matches argument"},
		{"a condition that is too long", strings.Repeat("true && ", 2000) + "true", 1, 1, "expression code point size exceeds limit"},
		{"a condition that is too deep", strings.Repeat("(", 1000) + "true" + strings.Repeat(")", 1000), 1, 1, ""},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			err := (&Env{}).New(c.source).Compile()
			var e *SyntaxError
			if !errors.As(err, &e) {
				t.Fatalf("error %v", err)
			}
			if e.Line != c.line || c.message != "" && (e.Column != c.column || !strings.Contains(e.Message, c.message)) {
				t.Errorf("%d:%d %s, want %d:%d %s", e.Line, e.Column, e.Message, c.line, c.column, c.message)
			}
		})
	}
}

func TestUsesAreTheFieldsThatAConditionReads(t *testing.T) {
	p := (&Env{}).New("self.a == 1 && (old == null || old.b == self.c.d) && has(self.e) && desk.f && self['g'] && self.h.exists(x, x == self.i)")
	var got []string
	for _, u := range p.Uses() {
		got = append(got, u.Field)
		if from := p.Source()[u.Column-1:]; !strings.HasPrefix(from, u.Field) {
			t.Errorf("%s is said to stand at %q", u.Field, from)
		}
	}
	if strings.Join(got, " ") != "a b c e h i" {
		t.Errorf("%v", got)
	}
}

func TestFactPartsAreTheKeysOfFactsThatAConditionReads(t *testing.T) {
	p := (&Env{Facts: true}).New("facts.service.team == 'a' || has(facts.service.supplier) || self.service.owner == 'b' || facts.list.exists(x, x.y == 1)")
	var got []string
	for _, u := range p.FactParts() {
		got = append(got, u.Field)
		_, key, _ := strings.Cut(u.Field, ".")
		if from := p.Source()[u.Column-1:]; !strings.HasPrefix(from, key) {
			t.Errorf("%s is said to stand at %q", u.Field, from)
		}
	}
	if strings.Join(got, " ") != "service.team service.supplier" {
		t.Errorf("%v", got)
	}
	if (&Env{}).New("facts.a.b").FactParts() != nil {
		t.Error("a condition that does not compile reads facts")
	}
}

func TestConditionsOnAMomentKnowNoPast(t *testing.T) {
	env := &Env{Facts: true, Moment: true}
	if err := env.New("old == null").Compile(); err == nil {
		t.Error("old is there")
	}
	if ok, err := env.New("self.a == 1 && facts.b").Eval(NewInput(map[string]any{"a": 1}, nil, nil, "").WithFacts(map[string]any{"b": true})); !ok || err != nil {
		t.Errorf("%v %v", ok, err)
	}
}

func TestEvaluationIsBounded(t *testing.T) {
	big := make([]any, 5000)
	for i := range big {
		big[i] = strings.Repeat("a", 10)
	}
	long := strings.Repeat("a", 1<<16)
	cases := []struct{ name, source string }{
		{"nested loops over a long list", "self.list.all(a, self.list.all(b, self.list.all(c, a == b && b == c)))"},
		{"a pattern from the record", "self.list.all(a, self.long.matches(self.pattern))"},
		{"joining texts without end", "self.list.map(a, self.list.map(b, a + b)).size() > 0"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			p := (&Env{}).New(c.source)
			if err := p.Compile(); err != nil {
				t.Fatal(err)
			}
			start := time.Now()
			_, err := p.Eval(NewInput(map[string]any{"list": big, "long": long, "pattern": "(a+)+(a+)+$"}, nil, nil, ""))
			if took := time.Since(start); took > slowdown*time.Second {
				t.Errorf("took %s", took)
			}
			if !errors.Is(err, ErrCost) {
				t.Errorf("error %v", err)
			}
		})
	}
}

func TestConditionThatGivesNoBooleanIsAnError(t *testing.T) {
	p := (&Env{}).New("self.a")
	if _, err := p.Eval(NewInput(map[string]any{"a": "x"}, nil, nil, "")); !errors.Is(err, ErrNotBool) {
		t.Errorf("error %v", err)
	}
	if ok, err := p.Eval(NewInput(map[string]any{"a": true}, nil, nil, "")); !ok || err != nil {
		t.Errorf("%v %v", ok, err)
	}
}

func TestConditionsOfOneEnvRunAtOnce(t *testing.T) {
	env := &Env{}
	p := env.New("self.a == 'x' && old == null && category == 'new'")
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if ok, err := p.Eval(NewInput(map[string]any{"a": "x"}, nil, nil, "new")); !ok || err != nil {
				t.Errorf("%v %v", ok, err)
			}
			if err := env.New("self.b == 1").Compile(); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func BenchmarkCompileInANewEnv(b *testing.B) {
	for b.Loop() {
		if err := (&Env{}).New("self.hold in ['user','vendor']").Compile(); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkEval(b *testing.B) {
	p := (&Env{}).New("self.hold in ['user','vendor']")
	in := NewInput(map[string]any{"hold": "vendor"}, nil, nil, "")
	for b.Loop() {
		if ok, err := p.Eval(in); err != nil || !ok {
			b.Fatal(err)
		}
	}
}
