package render

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
	"pgregory.net/rapid"

	"frontdesk/records/check"
	"frontdesk/records/diag"
)

var update = flag.Bool("update", false, "write the golden files anew")

const (
	vpnPath = "records/incidents/2026-11/INC-2611-K7Q4.md"
	vpn     = "---\nid: INC-2611-K7Q4\ntitle: VPN drops\nstate: solved\nservice: \tvpn\n---\n"
)

func span(line, from, to int) diag.Span {
	return diag.Span{Start: diag.Position{Line: line, Column: from}, End: diag.Position{Line: line, Column: to}}
}

func TestForgesAreToldPathsFromTheTopOfTheRepository(t *testing.T) {
	rep := sample()
	rep.Prefix = "code/desk"
	for _, format := range Formats() {
		t.Run(format, func(t *testing.T) {
			var b strings.Builder
			if err := Write(&b, format, rep); err != nil {
				t.Fatal(err)
			}
			all := strings.Count(b.String(), "records/incidents/") + strings.Count(b.String(), "records/services/")
			want := all
			if format == Text || format == JSON {
				want = 0
			}
			if got := strings.Count(b.String(), "code/desk/records/incidents/") + strings.Count(b.String(), "code/desk/records/services/"); all == 0 || got != want {
				t.Errorf("%d of %d paths have the prefix, want %d\n%s", got, all, want, b.String())
			}
			if format == GitHub && !strings.Contains(b.String(), "4 | state: solved") {
				t.Errorf("an excerpt is missing:\n%s", b.String())
			}
		})
	}
}

func sample() Report {
	state := diag.New("schema/enum", diag.Error, vpnPath, span(4, 8, 14), `state "solved" is not one of new, resolved, closed`).WithHint(`did you mean "resolved"?`)
	state.Record, state.Field = "INC-2611-K7Q4", "state"
	ref := diag.New("ref/dangling", diag.Error, vpnPath, span(5, 11, 14), `service "vpn" does not exist`).
		WithNote("records/services/vpm.md", span(2, 5, 8), "this one is near")
	ref.Record, ref.Field = "INC-2611-K7Q4", "service"
	return Report{
		Records: 3,
		Diagnostics: []diag.Diagnostic{
			ref, state,
			diag.New("path/unknown", diag.Warning, "records/odd.txt", diag.Span{}, "the file belongs to no type"),
			diag.New("rule/vendor-named", diag.Info, "records/incidents/2026-11/INC-2611-AAAA.md", diag.At(1), "%s", "100% sure: a, b"),
		},
		Source: func(path string) []byte {
			if path == vpnPath {
				return []byte(vpn)
			}
			return nil
		},
		Rules: []check.Rule{
			{ID: "schema/enum", Title: "A value is not in the list", Doc: "Choose one of the list.", Severity: diag.Error},
			{ID: "ref/dangling", Title: "A reference names no record", Doc: "Correct it.", Severity: diag.Error},
			{ID: "rule/any", Title: "A rule of the type is broken", Doc: "See the type.", Severity: diag.Error},
			{ID: "path/unknown", Title: "A file belongs to no type", Doc: "Move it.", Severity: diag.Warning, Fixable: true},
		},
		Version: "1.2.3",
	}
}

func render(t testing.TB, format string, rep Report) string {
	t.Helper()
	var b bytes.Buffer
	if err := Write(&b, format, rep); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestEveryFormatWritesItsGoldenFile(t *testing.T) {
	for _, format := range Formats() {
		t.Run(format, func(t *testing.T) { golden(t, format, render(t, format, sample())) })
	}
	colored := sample()
	colored.Color = true
	t.Run("text in colour", func(t *testing.T) { golden(t, "text-color", render(t, Text, colored)) })
	t.Run("nothing found", func(t *testing.T) {
		var b strings.Builder
		for _, format := range Formats() {
			fmt.Fprintf(&b, "== %s ==\n%s", format, render(t, format, Report{Records: 2}))
		}
		golden(t, "clean", b.String())
	})
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name+".golden")
	if *update {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

func TestOutputDependsNeitherOnTheOrderNorOnTheRun(t *testing.T) {
	for _, format := range Formats() {
		rep := sample()
		first := render(t, format, rep)
		ds := rep.Diagnostics
		rep.Diagnostics = []diag.Diagnostic{ds[3], ds[1], ds[0], ds[2]}
		if again := render(t, format, rep); again != first {
			t.Errorf("%s: another order of findings gives other bytes", format)
		}
	}
}

func TestWriteReportsAnUnknownFormatAndAFailingWriter(t *testing.T) {
	if err := Write(io.Discard, "yaml", Report{}); err == nil || !strings.Contains(err.Error(), "text, json") {
		t.Errorf("an unknown format gives %v", err)
	}
	for _, format := range Formats() {
		if err := Write(full{}, format, sample()); !errors.Is(err, errFull) {
			t.Errorf("%s: a full disk gives %v", format, err)
		}
	}
}

var errFull = errors.New("disk full")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

// hostile text as an attacker would put it into a title that a message quotes.
var hostile = []string{
	"x\n::error::owned", "x\r\n::error::owned", "%0A::error::owned", "##[error]owned", "::stop-commands::x",
	"]]><failure/>", "<script>", "\x1b[31mred\x1b[0m", "\x1b]52;c;AAAA\a", "\u202Egnp.exe", "a\x00b\x08c\x7f", "\u009b31m",
	"\xff\xfe", "\u2028::error::owned", "[link](https://example.com)", "\ufffe\uffff", "::error file=a,line=1::owned",
}

func hostileReport() Report {
	rep := Report{Records: 1, Source: func(path string) []byte { return []byte(strings.Join(hostile, " ") + "\n") }}
	for _, h := range hostile {
		d := diag.New("text/missing-file", diag.Error, "records/"+h, span(1, 1, 9), "title %q, raw %s", h, h).
			WithHint("%s", h).WithNote(h, span(1, 1, 2), "%s", h)
		d.Record, d.Field = h, h
		rep.Diagnostics = append(rep.Diagnostics, d)
		d.Path = h
		rep.Diagnostics = append(rep.Diagnostics, d)
	}
	return rep
}

func TestHostileTextPrintsHarmlessInEveryFormat(t *testing.T) {
	for _, format := range Formats() {
		t.Run(format, func(t *testing.T) {
			out := render(t, format, hostileReport())
			if !utf8.ValidString(out) {
				t.Error("the output is not UTF-8")
			}
			for _, r := range out {
				if r != '\n' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r)) {
					t.Fatalf("the output holds U+%04X", r)
				}
			}
		})
	}
}

func TestTheFormatsForProgramsStayWellFormedUnderHostileText(t *testing.T) {
	for _, format := range []string{JSON, SARIF, GitLab} {
		if out := render(t, format, hostileReport()); !json.Valid([]byte(out)) {
			t.Errorf("%s is no JSON:\n%s", format, out)
		}
	}
	out := render(t, JUnit, hostileReport())
	var suites junitSuites
	if err := xml.Unmarshal([]byte(out), &suites); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if suites.Failures != len(suites.Suite.Cases)-1 {
		t.Errorf("%d cases, %d failures: a record's text made a case", len(suites.Suite.Cases), suites.Failures)
	}
}

// workflowLines imitates GitHub's runner: it returns the commands that it would
// carry out, and those it would ignore because commands are stopped.
func workflowLines(out string) (done, stopped []string) {
	token := ""
	for _, line := range strings.FieldsFunc(out, func(r rune) bool { return r == '\n' || r == '\r' }) {
		trimmed := strings.TrimSpace(line)
		if !strings.HasPrefix(trimmed, "::") && !strings.Contains(trimmed, "##[") {
			continue
		}
		if t, ok := strings.CutPrefix(trimmed, "::stop-commands::"); ok && token == "" {
			token = t
			continue
		}
		switch {
		case token != "" && trimmed == "::"+token+"::":
			token = ""
		case token != "":
			stopped = append(stopped, line)
		default:
			done = append(done, line)
		}
	}
	if token != "" {
		done = append(done, "commands were never resumed")
	}
	return done, stopped
}

func TestRecordTextNeverStartsAWorkflowCommand(t *testing.T) {
	rep := hostileReport()
	done, stopped := workflowLines(render(t, GitHub, rep))
	if len(done) != githubShown {
		t.Errorf("%d commands would run, want %d: %q", len(done), githubShown, done)
	}
	if len(stopped) == 0 {
		t.Error("the sample does not try the case of a command within the report")
	}
	for _, line := range done {
		if !strings.HasPrefix(line, "::error file=") || strings.Count(line, "::") < 2 {
			t.Errorf("a foreign command: %q", line)
		}
		properties, _, _ := strings.Cut(strings.TrimPrefix(line, "::error "), "::")
		if n := strings.Count(properties, ","); n != 4 && n != 3 {
			t.Errorf("text reached the properties: %q", properties)
		}
	}
}

func TestGitHubShowsTheWorstTenOfAKindAndListsAllOfThem(t *testing.T) {
	var rep Report
	for i := range 15 {
		for _, sev := range []diag.Severity{diag.Info, diag.Warning, diag.Error} {
			rep.Diagnostics = append(rep.Diagnostics, diag.New("a/b", sev, fmt.Sprintf("records/%02d.md", i), span(1, 1, 1), "finding"))
		}
	}
	out := render(t, GitHub, rep)
	lines := strings.Split(out, "\n")
	for i := range 20 {
		want := "::error "
		if i >= 10 {
			want = "::warning "
		}
		if !strings.HasPrefix(lines[i], want) {
			t.Errorf("line %d is %q, want %q", i, lines[i], want)
		}
	}
	if n := strings.Count(out, ".md:1:1: "); n != 45 {
		t.Errorf("the report lists %d findings, want all 45", n)
	}
}

func TestSARIFMeetsTheSchema(t *testing.T) {
	for name, rep := range map[string]Report{"sample": sample(), "clean": {}, "hostile": hostileReport()} {
		report, err := sarif.FromBytes([]byte(render(t, SARIF, rep)))
		if err != nil {
			t.Fatal(err)
		}
		if err := report.Validate(); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSARIFNamesRulesByIndexAndPrintsThatDoNotMove(t *testing.T) {
	rep := sample()
	before := sarifRun(t, rep)
	for i := range rep.Diagnostics {
		rep.Diagnostics[i].Span = span(40+i, 1, 2)
	}
	after := sarifRun(t, rep)
	for _, r := range before.Results {
		if got := *before.Tool.Driver.Rules[r.RuleIndex].ID; got != *r.RuleID {
			t.Errorf("result of %s points at rule %s", *r.RuleID, got)
		}
	}
	if fmt.Sprint(prints(before)) == "" || !equalSets(prints(before), prints(after)) {
		t.Errorf("fingerprints moved with the lines: %v, %v", prints(before), prints(after))
	}
}

func sarifRun(t *testing.T, rep Report) *sarif.Run {
	t.Helper()
	report, err := sarif.FromBytes([]byte(render(t, SARIF, rep)))
	if err != nil {
		t.Fatal(err)
	}
	return report.Runs[0]
}

func prints(run *sarif.Run) map[string]bool {
	out := map[string]bool{}
	for _, r := range run.Results {
		out[r.PartialFingerprints["frontdesk/v1"]] = true
	}
	return out
}

func equalSets(a, b map[string]bool) bool {
	for k := range a {
		if !b[k] {
			return false
		}
	}
	return len(a) == len(b) && len(a) > 0
}

func TestSARIFSaysWhatItLeavesOut(t *testing.T) {
	rep := Report{Diagnostics: make([]diag.Diagnostic, sarifResults+10)}
	for i := range rep.Diagnostics {
		rep.Diagnostics[i] = diag.New("a/b", diag.Warning, fmt.Sprintf("records/%05d.md", i), span(1, 1, 1), "finding")
	}
	rep.Diagnostics[len(rep.Diagnostics)-1].Severity = diag.Error
	run := sarifRun(t, rep)
	if len(run.Results) != sarifResults {
		t.Fatalf("%d results, want %d", len(run.Results), sarifResults)
	}
	if run.Results[0].Level != "error" {
		t.Errorf("the first result is a %s, want the error first", run.Results[0].Level)
	}
	last := run.Results[len(run.Results)-1]
	if *last.RuleID != string(sarifCut) || !strings.HasPrefix(*last.Message.Text, "11 findings are not in this report") {
		t.Errorf("the last result is %s: %s", *last.RuleID, *last.Message.Text)
	}
	if n := run.Invocations[0].ToolExecutionNotifications; len(n) != 1 {
		t.Errorf("%d notifications, want 1", len(n))
	}
}

func TestGitLabGivesEachEntryItsOwnFingerprint(t *testing.T) {
	rep := sample()
	rep.Diagnostics = append(rep.Diagnostics, rep.Diagnostics...)
	var issues []gitlabIssue
	if err := json.Unmarshal([]byte(render(t, GitLab, rep)), &issues); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, i := range issues {
		if seen[i.Fingerprint] {
			t.Errorf("fingerprint %s stands twice", i.Fingerprint)
		}
		seen[i.Fingerprint] = true
	}
	if len(seen) != 8 {
		t.Errorf("%d entries, want 8", len(seen))
	}
}

func TestJSONIsAnArrayAlsoWhereNothingWasFound(t *testing.T) {
	if out := render(t, JSON, Report{Records: 7}); !strings.Contains(out, `"diagnostics": []`) || !strings.Contains(out, `"records": 7`) {
		t.Errorf("got %s", out)
	}
}

func TestSummaryCountsInWords(t *testing.T) {
	for want, rep := range map[string]Report{
		"no problems in 0 records":                 {},
		"no problems in 1 record":                  {Records: 1},
		"2 errors, 1 warning, 1 note in 3 records": sample(),
		"1 error in 2 records":                     {Records: 2, Diagnostics: sample().Diagnostics[:1]},
	} {
		if got := Summary(rep); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}

func TestExcerptMarksThePlaceUnderTheLine(t *testing.T) {
	long := strings.Repeat("a", 300) + "MARK" + strings.Repeat("b", 300)
	for _, c := range []struct {
		name, line, text, mark string
		start, end             int
	}{
		{"a value", "state: solved", "state: solved", "       ^~~~~~", 8, 14},
		{"one character", "state: x", "state: x", "       ^", 8, 9},
		{"a place without length", "state: x", "state: x", "^", 1, 1},
		{"a tab is four cells", "\tx", "    x", "    ^", 2, 3},
		{"a marked tab", "\tx", "    x", "^~~~", 1, 2},
		{"a wide character is two cells", "漢字x", "漢字x", "  ^~~", 2, 4},
		{"a combining mark is none", "e\u0301x", "e\u0301x", " ^", 3, 4},
		{"a hidden character is none", "a\u202Ebc", "abc", " ^", 3, 4},
		{"a hidden character alone", "a\x1bb", "ab", " ^", 2, 3},
		{"the end of the line", "abc", "abc", "   ^", 4, 4},
		{"far beyond the end", "abc", "abc", "   ^", 90, 95},
		{"to the end of the line", "abc: d", "abc: d", "     ^", 6, maxColumn},
		{"a long line is cut on both sides", long, "…" + strings.Repeat("a", 40) + "MARK" + strings.Repeat("b", 56) + "…",
			strings.Repeat(" ", 41) + "^~~~", 301, 305},
		{"a long line at its start", long, strings.Repeat("a", 100) + "…", "^", 1, 1},
		{"a long line at its end", long, "…" + strings.Repeat("b", 41), strings.Repeat(" ", 41) + "^", 604, 605},
	} {
		t.Run(c.name, func(t *testing.T) {
			text, mark := excerpt(c.line, c.start, c.end)
			if text != c.text || mark != c.mark {
				t.Errorf("got\n%q\n%q\nwant\n%q\n%q", text, mark, c.text, c.mark)
			}
		})
	}
}

func TestExcerptsAreBoundedWhateverTheLine(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		line := rapid.String().Draw(t, "line")
		line = strings.Repeat(line, rapid.IntRange(1, 40).Draw(t, "times"))
		start := rapid.IntRange(1, 500).Draw(t, "start")
		text, mark := excerpt(line, start, start+rapid.IntRange(0, 600).Draw(t, "length"))
		if n := utf8.RuneCountInString(text); n > 4*excerptWidth+2 {
			t.Fatalf("%d characters are shown", n)
		}
		if strings.Count(mark, "^") != 1 {
			t.Fatalf("mark %q", mark)
		}
	})
}
