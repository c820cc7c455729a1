package query_test

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"frontdesk/records"
	"frontdesk/records/query"
	"frontdesk/records/sla"
)

func FuzzParse(f *testing.F) {
	for _, q := range []string{"", `is:open -title:"a \"b\" \\" level:L1..L3,>L1 opened:>=today-7d sort:-cost,type no:owner @me x_a.b:<=5 Größe`,
		`"`, "-", "a:b:c", "cost:1..", "type:t", "(a", "owner:@me", "a,b", `"a".."b"`, `title:"a".."b"`, "opened:9999-12-31..now+99999w", "\x00:\x1b",
		"sla:breached,none -sla.response:met due:<4h,overdue sort:-due has:due no:due", "due:1h..2d due:>=today due_at:now", `sla:"met" due:"today" due:PT4H`} {
		f.Add(q)
	}
	opts := options(f, "")
	_, clocks := timedSample()
	opts.Clocks = func(r *records.Record) []sla.Clock { return clocks[string(r.ID)] }
	timed, _ := timedSample()
	all := append(sample(), timed...)
	f.Fuzz(func(t *testing.T, q string) {
		parsed, err := query.Parse(q, opts)
		if err != nil {
			var wrong *query.SyntaxError
			if !errors.As(err, &wrong) || wrong.Column < 1 || wrong.Column > len([]rune(q))+1 || wrong.Message == "" {
				t.Fatalf("Parse(%q) fails with %#v", q, err)
			}
			return
		}
		again, err := query.Parse(parsed.String(), opts)
		if err != nil {
			t.Fatalf("Parse(%q) writes %q, which is refused: %v", q, parsed, err)
		}
		if again.String() != parsed.String() {
			t.Fatalf("Parse(%q) writes %q, which writes %q", q, parsed, again)
		}
		for _, r := range all {
			typ := opts.Types.Get(r.Type)
			if parsed.Match(typ, r) != again.Match(typ, r) {
				t.Fatalf("%q and its normal form %q differ on %s", q, parsed, r.Ref())
			}
		}
		parsed.Sort(append(all[:0:0], all...))
	})
}

func TestQueriesWriteThemselves(t *testing.T) {
	opts := options(t, "ticket")
	keys := rapid.SampledFrom([]string{"", "title:", "note:", "x_a:", "-title:", "-"})
	rapid.Check(t, func(t *rapid.T) {
		var terms []string
		for range rapid.IntRange(0, 5).Draw(t, "terms") {
			text := rapid.StringN(1, 20, 60).Draw(t, "text")
			quoted := `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text) + `"`
			terms = append(terms, keys.Draw(t, "key")+quoted)
		}
		q := strings.Join(terms, " ")
		parsed, err := query.Parse(q, opts)
		if err != nil {
			t.Fatalf("Parse(%q): %v", q, err)
		}
		if parsed.String() != q {
			t.Errorf("Parse(%q) writes %q", q, parsed)
		}
	})
}

func TestOppositesOfClocksShareNothingAndLeaveNothing(t *testing.T) {
	opts := options(t, "incident")
	all, clocks := timedSample()
	opts.Clocks = func(r *records.Record) []sla.Clock { return clocks[string(r.ID)] }
	for _, q := range []string{"sla:breached", "sla:none", "sla.response:met,paused", "due:<4h", "due:overdue", "has:due", "no:due"} {
		yes, err := query.Parse(q, opts)
		if err != nil {
			t.Fatal(err)
		}
		no, err := query.Parse("-"+q, opts)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range all {
			if typ := opts.Types.Get(r.Type); r.Type == "incident" && yes.Match(typ, r) == no.Match(typ, r) {
				t.Errorf("%s meets both or neither of %q and its opposite", r.Ref(), q)
			}
		}
	}
}

func TestOppositesShareNothingAndLeaveNothing(t *testing.T) {
	opts := options(t, "ticket")
	terms := []string{"is:open", "level:<=L2", "cost:>5", "opened:>today-3d", "no:owner", "owner:@me", "disk", "topics:vpn", "x_cost:>1", "due_on:2026-11"}
	for _, q := range terms {
		yes, err := query.Parse(q, opts)
		if err != nil {
			t.Fatal(err)
		}
		no, err := query.Parse("-"+q, opts)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range sample() {
			if typ := opts.Types.Get(r.Type); r.Type == "ticket" && yes.Match(typ, r) == no.Match(typ, r) {
				t.Errorf("%s meets both or neither of %q and its opposite", r.Ref(), q)
			}
		}
	}
}
