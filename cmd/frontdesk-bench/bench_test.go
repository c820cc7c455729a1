package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

func runs(ms ...float64) *series {
	s := &series{name: "ours"}
	for _, m := range ms {
		s.walls = append(s.walls, time.Duration(m*float64(time.Millisecond)))
	}
	return s
}

func TestAMedianIsTheMiddleOfTheRuns(t *testing.T) {
	for name, c := range map[string]struct {
		runs *series
		want time.Duration
		text string
	}{
		"nothing ran":                     {runs(), 0, "not run"},
		"one run":                         {runs(7), 7 * time.Millisecond, "7.00 ms (1 run)"},
		"an odd number, in any order":     {runs(30, 10, 20), 20 * time.Millisecond, "20.0 ms (10.0 ms to 30.0 ms, 3 runs)"},
		"an even number, the mean of two": {runs(40, 10, 30, 20), 25 * time.Millisecond, "25.0 ms (10.0 ms to 40.0 ms, 4 runs)"},
		"one run far off changes little":  {runs(1500, 120, 110), 120 * time.Millisecond, "120 ms (110 ms to 1.50 s, 3 runs)"},
	} {
		if got := c.runs.median(); got != c.want {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
		if got := c.runs.String(); got != c.text {
			t.Errorf("%s: %q, want %q", name, got, c.text)
		}
	}
	if first := runs(3, 1, 2); first.median() != 2*time.Millisecond || first.walls[0] != 3*time.Millisecond {
		t.Error("the order of the runs was changed")
	}
}

func TestLinesAreJudgedByTheirBudget(t *testing.T) {
	for name, c := range map[string]struct {
		line  line
		want  verdict
		ratio string
	}{
		"a ratio at its limit is held":            {against("x", runs(30), runs(20), 1.5), held, "1.50"},
		"a ratio above it is missed":              {against("x", runs(31), runs(20), 1.5), missed, "1.55"},
		"as fast is not faster":                   {faster("x", runs(20), runs(20)), missed, "1.00"},
		"faster is faster":                        {faster("x", runs(19), runs(20)), held, "0.95"},
		"a time at its limit is held":             {within("x", runs(20), 20*time.Millisecond), held, ""},
		"a time above it is missed":               {within("x", runs(21), 20*time.Millisecond), missed, ""},
		"no budget, no judgement":                 {aside("x", runs(90), runs(10)), quoted, "9.00"},
		"a git process where none is allowed":     {against("x", runs(1), runs(20), 1.5).children(1, 0), missed, "0.05"},
		"no git process":                          {against("x", runs(1), runs(20), 1.5).children(0, 0), held, "0.05"},
		"git processes where any are allowed":     {against("x", runs(1), runs(20), 1.5).children(9, -1), held, "0.05"},
		"small pages that take long are too slow": {perPage(runs(2000), 1000), missed, ""},
		"fast pages that are too large":           {perPage(&series{walls: runs(500).walls, memory: 61_000_000}, 1000), missed, ""},
		"fast and small pages":                    {perPage(&series{walls: runs(500).walls, memory: 59_000_000}, 1000), held, ""},
	} {
		if c.line.verdict != c.want || c.line.ratio != c.ratio {
			t.Errorf("%s: %s, ratio %q", name, c.line.verdict, c.line.ratio)
		}
	}
}

func TestTheExitCodeFollowsTheVerdicts(t *testing.T) {
	for name, c := range map[string]struct {
		line          line
		loose, strict int
	}{
		"held":                        {line{verdict: held}, exitDone, exitDone},
		"quoted":                      {line{verdict: quoted}, exitDone, exitDone},
		"a missed ratio":              {line{verdict: missed}, exitDone, exitWrong},
		"a missed time is no ratio":   {line{verdict: missed, absolute: true}, exitDone, exitDone},
		"a command that is not there": {line{verdict: missing}, exitDone, exitWrong},
		"data that is not there":      {line{verdict: notMeasured}, exitDone, exitWrong},
		"a wrong answer":              {line{verdict: wrong}, exitWrong, exitWrong},
		"a program that failed":       {line{verdict: failed}, exitWrong, exitWrong},
	} {
		lines := []line{{verdict: held}, c.line}
		if got := exitCode(lines, false); got != c.loose {
			t.Errorf("%s: %d, want %d", name, got, c.loose)
		}
		if got := exitCode(lines, true); got != c.strict {
			t.Errorf("%s, strict: %d, want %d", name, got, c.strict)
		}
	}
}

func TestTheTableHasACellForEachColumn(t *testing.T) {
	lines := []line{
		against("list | filter", runs(30, 31), runs(20), 1.5).children(2, 0),
		within("`frontdesk version`", runs(9), 20*time.Millisecond),
		{what: "audit", verdict: missing, note: "there is no such command"},
	}
	got := strings.Split(strings.TrimSuffix(markdownTable(lines), "\n"), "\n")
	if len(got) != 5 {
		t.Fatalf("%d lines, want 5", len(got))
	}
	width := len([]rune(got[0]))
	for _, l := range got {
		if n := len(regexp.MustCompile(`(^|[^\\])\|`).FindAllString(l, -1)); n != 7 || len([]rune(l)) != width {
			t.Errorf("%d columns, %d wide: %s", n-1, len([]rune(l)), l)
		}
	}
	for _, w := range []string{`list \| filter`, "git processes ≤ 0", "missed", `held \*`, "MISSING"} {
		if !strings.Contains(strings.Join(got, "\n"), w) {
			t.Errorf("the table lacks %q", w)
		}
	}
	var text bytes.Buffer
	if err := printText(&text, lines); err != nil || !strings.Contains(text.String(), "audit: there is no such command") {
		t.Errorf("%v\n%s", err, text.String())
	}
}

// testBench returns a bench whose programs are scripts in its bin folder.
func testBench(t *testing.T) *bench {
	t.Helper()
	dir := t.TempDir()
	b := &bench{env: &env{dir: dir, now: time.Now, tempDir: dir}, o: &options{runs: 2}, bin: dir, work: dir, home: dir, made: map[string]string{}, path: os.Getenv("PATH")}
	return b
}

func (b *bench) script(t *testing.T, name, text string) string {
	t.Helper()
	file := filepath.Join(b.bin, name)
	if err := os.WriteFile(file, []byte("#!/bin/sh\n"+text+"\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestSubjectsRunInTurnAndTheFirstRoundDoesNotCount(t *testing.T) {
	b := testBench(t)
	one, two := b.script(t, "one", "echo a >> order; echo a"), b.script(t, "two", "echo b >> order; echo b")
	all, err := b.measure(t.Context(), 2,
		subject{name: "one", call: call{dir: b.work, args: []string{one}}, check: says("a")},
		subject{name: "two", call: call{dir: b.work, args: []string{two}}, check: says("b")})
	if err != nil {
		t.Fatal(err)
	}
	order, _ := os.ReadFile(filepath.Join(b.work, "order"))
	if string(order) != "a\nb\na\nb\na\nb\n" || len(all[0].walls) != 2 || len(all[1].walls) != 2 || all[0].memory == 0 {
		t.Errorf("order %q, %d and %d runs", order, len(all[0].walls), len(all[1].walls))
	}
}

func TestALongRoundIsTheLastOne(t *testing.T) {
	b := testBench(t)
	clock := time.Now()
	b.env.now = func() time.Time { clock = clock.Add(longRound / 3); return clock }
	s := subject{name: "slow", call: call{dir: b.work, args: []string{b.script(t, "slow", "echo a")}}, check: says("a")}
	for n, subjects := range map[int][]subject{3: {s, s, s}, 1: {s, s, s, s}} {
		if all, err := b.measureCold(t.Context(), 3, subjects...); err != nil || len(all[0].walls) != n {
			t.Errorf("%d subjects: %d rounds, want %d; %v", len(subjects), len(all[0].walls), n, err)
		}
	}
}

func TestAnAnswerThatIsWrongHasNoTime(t *testing.T) {
	for name, c := range map[string]struct {
		script, want string
	}{
		"another answer":                  {"echo INC2", "names 1 records, not the 1 that are right"},
		"an answer too few":               {"true", "names 0 records"},
		"an answer twice":                 {"echo INC1; echo INC1", "names 2 records"},
		"right at first, then another":    {"echo INC1; test -e x && echo more; touch x", "something else than the time before"},
		"the right answer and a bad exit": {"echo INC1; exit 3", "exit status 3"},
	} {
		b := testBench(t)
		file := b.script(t, "list", c.script)
		r := row{name: "list", what: "list", run: func(ctx context.Context, b *bench) ([]line, error) {
			all, err := b.measure(ctx, 2, subject{name: "list", call: call{dir: b.work, args: []string{file}}, check: namesExactly(`^(INC\d+)`, []string{"INC1"})})
			return []line{}, anyError(all, err)
		}}
		lines := b.one(t.Context(), r)
		if len(lines) != 1 || lines[0].verdict != wrong && lines[0].verdict != failed || !strings.Contains(lines[0].note, c.want) {
			t.Errorf("%s: %+v", name, lines)
		}
	}
}

func anyError(_ []*series, err error) error { return err }

func TestAMissingCommandIsALine(t *testing.T) {
	b := testBench(t)
	b.script(t, "frontdesk", `case "$*" in
"import --help") echo "Usage: frontdesk import"; echo "  --map FILE";;
"index drop --help") echo "Usage: frontdesk index drop";;
*) echo "Usage: frontdesk";;
esac`)
	for words, want := range map[string]verdict{"import": "", "import --map": "", "import --replay": missing, "index drop": "", "hooks run": missing} {
		called := false
		lines := b.one(t.Context(), row{name: "r", what: "r", needs: []need{command(strings.Fields(words)...)}, run: func(context.Context, *bench) ([]line, error) {
			called = true
			return nil, nil
		}})
		if called != (want == "") || want != "" && (len(lines) != 1 || lines[0].verdict != want || !strings.Contains(lines[0].note, words)) {
			t.Errorf("%s: ran: %v, %+v", words, called, lines)
		}
	}
}

func TestGitProcessesAreCounted(t *testing.T) {
	b := testBench(t)
	for name, c := range map[string]struct {
		script string
		want   int
	}{"none": {"true", 0}, "three": {"git --version; git --version | cat; sh -c 'git --version'", 3}} {
		n, err := b.countGit(t.Context(), call{dir: b.work, args: []string{b.script(t, "calls", c.script)}})
		if err != nil || n != c.want {
			t.Errorf("%s: %d, %v", name, n, err)
		}
	}
}

func TestTicketsAreTheSameEveryTimeAndAllDifferent(t *testing.T) {
	small, large := tickets(100), tickets(10000)
	if !slices.Equal(small, large[:100]) {
		t.Error("a ticket depends on how many there are")
	}
	seen, states := map[string]bool{}, map[string]int{}
	for i := range large {
		if seen[large[i].id] {
			t.Fatalf("%s is there twice", large[i].id)
		}
		seen[large[i].id] = true
		states[large[i].state]++
		if (large[i].closed.IsZero()) != (large[i].state != "closed") || (large[i].hold == "") != (large[i].state != "on-hold") {
			t.Errorf("%s is %s: closed %v, hold %q", large[i].id, large[i].state, large[i].closed, large[i].hold)
		}
	}
	if len(states) != 5 {
		t.Errorf("states: %v", states)
	}
}

func TestTheYardstickReadsEveryRecord(t *testing.T) {
	dir := t.TempDir()
	if err := writeTickets(dir, tickets(50)); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	if err := readDecode(&out, filepath.Join(dir, "records", "incidents")); err != nil || !strings.HasPrefix(out.String(), "50 records, ") {
		t.Errorf("%s, %v", out.String(), err)
	}
	if err := writeFile(dir, "records/incidents/bad.md", "---\nid: [\n---\n"); err != nil {
		t.Fatal(err)
	}
	if err := readDecode(&out, dir); err == nil {
		t.Error("a record that cannot be decoded was passed over")
	}
}

func TestTheFactsOfALogAreThoseOfTheLastRows(t *testing.T) {
	const log = "number,sys_mod_count,priority,resolved_at,assignment_group\n" +
		"INC2,0,3 - Moderate,?,Group 1\n" +
		"INC1,1,1 - Critical,1/1/2016 10:00,Group 2\n" +
		"INC1,0,3 - Moderate,?,?\n" +
		"INC2,4,1 - Critical,?,Group 1\n" +
		"INC2,4,4 - Low,?,Group 1\n"
	f, err := readFacts(strings.NewReader(log))
	if err != nil {
		t.Fatal(err)
	}
	if f.rows != 5 || !slices.Equal(f.cases, []string{"INC1", "INC2"}) || !slices.Equal(f.urgent, []string{"INC1"}) || f.unresolved != 1 || f.groups != 2 || f.busiest != "INC2" || f.most != 3 {
		t.Errorf("%+v", f)
	}
	if _, err := readFacts(strings.NewReader("number,priority\nINC1,1\n")); err == nil {
		t.Error("a log without its columns was read")
	}
}

func TestCommandLinesThatMakeNoSense(t *testing.T) {
	for _, args := range [][]string{{"--rows", "("}, {"--runs", "0"}, {"list"}, {"--write", "x", "--rows", "list"}, {"--no-such-flag"}} {
		var out, said bytes.Buffer
		e := &env{dir: t.TempDir(), getenv: func(string) string { return "" }, now: time.Now, stdout: &out, stderr: &said, tempDir: t.TempDir()}
		if code := run(t.Context(), e, args); code != exitUsage || said.Len() == 0 || out.Len() > 0 {
			t.Errorf("%v: exit status %d, %q", args, code, said.String())
		}
	}
}
