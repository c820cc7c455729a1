package render

import (
	"fmt"
	"io"
	"net/url"
	"strings"

	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"

	"frontdesk/records/check"
	"frontdesk/records/diag"
)

// What GitHub accepts of a run; it refuses a file with more.
const (
	sarifResults = 25_000
	sarifTags    = 20
	sarifNotes   = 100 // related locations that are shown
)

// sarifCut is the rule of the result that says that results were left out.
const sarifCut diag.RuleID = "report/cut"

// writeSARIF writes SARIF 2.1.0, the worst findings first. Where there are more
// than GitHub accepts, the last result and a notification say how many are
// missing.
func writeSARIF(w io.Writer, rep Report, fs []finding) error {
	run := sarif.NewRunWithInformationURI("frontdesk", "")
	run.Tool.Driver.InformationURI = nil
	if rep.Version != "" {
		run.Tool.Driver.WithVersion(rep.Version)
	}
	run.WithColumnKind("unicodeCodePoints")
	fs = worstFirst(fs)
	cut := 0
	if len(fs) > sarifResults {
		cut = len(fs) - (sarifResults - 1)
		fs = fs[:sarifResults-1]
	}
	rules := sarifRules(run, rep.Rules, fs, cut > 0)
	prints := fingerprints(fs)
	for i, f := range fs {
		run.AddResult(sarifResult(f, rules[f.Rule], prints[i]))
	}
	run.AddInvocation(sarifInvocation(run, rules, cut, rep.path("desk.yaml")))
	report := sarif.NewReport()
	report.AddRun(run)
	if err := report.Write(w); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

// sarifRules adds the rules that the findings name, with their help, and returns
// where they stand.
func sarifRules(run *sarif.Run, known []check.Rule, fs []finding, cut bool) map[diag.RuleID]int {
	byID := make(map[diag.RuleID]check.Rule, len(known))
	for _, r := range known {
		byID[r.ID] = r
	}
	index := map[diag.RuleID]int{}
	add := func(r check.Rule) {
		index[r.ID] = len(index)
		run.Tool.Driver.AddRule(sarifRule(r))
	}
	for _, f := range fs {
		if _, ok := index[f.Rule]; ok {
			continue
		}
		r, ok := byID[f.Rule]
		if !ok {
			family, _, _ := strings.Cut(string(f.Rule), "/")
			r = byID[diag.RuleID(family+"/any")]
			r.ID = f.Rule
		}
		add(r)
	}
	if cut {
		add(check.Rule{ID: sarifCut, Title: "The report was cut", Severity: diag.Error,
			Doc: "The format holds no more results. Run the check with --format json to see all of them."})
	}
	return index
}

func sarifRule(r check.Rule) *sarif.ReportingDescriptor {
	family, _, _ := strings.Cut(string(r.ID), "/")
	title := r.Title
	if title == "" {
		title = string(r.ID)
	}
	d := sarif.NewRule(string(r.ID)).WithName(string(r.ID)).WithDescription(title)
	help := r.Doc
	if help == "" {
		help = title
	}
	d.WithHelp(sarif.NewMultiformatMessageString().WithText(help).WithMarkdown(help))
	d.WithDefaultConfiguration(sarif.NewReportingConfiguration().WithLevel(sarifLevel(r.Severity)))
	tags := []string{family}
	if r.Fixable {
		tags = append(tags, "fixable")
	}
	return d.WithProperties(sarif.NewPropertyBag().WithTags(tags[:min(len(tags), sarifTags)]))
}

func sarifLevel(sev diag.Severity) string {
	return [...]string{diag.Info: "note", diag.Warning: "warning", diag.Error: "error"}[sev]
}

func sarifResult(f finding, rule int, fingerprint string) *sarif.Result {
	message := f.Message
	if f.Hint != "" {
		message += "\nhint: " + f.Hint
	}
	r := sarif.NewRuleResult(string(f.Rule)).WithRuleIndex(rule).WithLevel(sarifLevel(f.Severity)).
		WithMessage(sarifText(message)).
		WithLocations([]*sarif.Location{sarifLocation(f.Path, f.Span)}).
		WithPartialFingerprints(map[string]string{"primaryLocationLineHash": fingerprint, "frontdesk/v1": fingerprint})
	for i, n := range f.Notes[:min(len(f.Notes), sarifNotes)] {
		r.AddRelatedLocation(sarifLocation(n.Path, n.Span).WithID(i).WithMessage(sarifText(n.Message)))
	}
	return r
}

// sarifText returns a message without links: SARIF makes one of "[text](target)".
func sarifText(s string) *sarif.Message {
	return sarif.NewTextMessage(strings.ReplaceAll(s, "](", "] ("))
}

func sarifLocation(path string, s diag.Span) *sarif.Location {
	region := sarif.NewRegion().WithStartLine(s.Start.Line).WithStartColumn(s.Start.Column)
	region.WithEndLine(s.End.Line).WithEndColumn(max(s.End.Column, 1))
	return sarif.NewLocationWithPhysicalLocation(sarif.NewPhysicalLocation().
		WithArtifactLocation(sarif.NewSimpleArtifactLocation(relativeURI(path))).WithRegion(region))
}

// relativeURI returns a path as a URI reference that can be nothing but a path.
func relativeURI(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		parts[i] = strings.ReplaceAll(url.PathEscape(p), ":", "%3A")
	}
	return strings.Join(parts, "/")
}

// sarifInvocation tells that the check ran to its end and, where results are
// missing, adds the result and the notification that say so; a result must have a
// path.
func sarifInvocation(run *sarif.Run, rules map[diag.RuleID]int, cut int, path string) *sarif.Invocation {
	inv := sarif.NewInvocation().WithExecutionSuccessful(true)
	if cut == 0 {
		return inv
	}
	message := fmt.Sprintf("%d findings are not in this report: it holds at most %d results", cut, sarifResults)
	run.AddResult(sarif.NewRuleResult(string(sarifCut)).WithRuleIndex(rules[sarifCut]).WithLevel(sarifLevel(diag.Error)).
		WithMessage(sarifText(message)).
		WithLocations([]*sarif.Location{sarifLocation(path, placed(diag.Span{}))}).
		WithPartialFingerprints(map[string]string{"primaryLocationLineHash": string(sarifCut)}))
	return inv.AddToolExecutionNotification(sarif.NewNotification().WithLevel(sarifLevel(diag.Error)).WithMessage(sarif.NewTextMessage(message)))
}
