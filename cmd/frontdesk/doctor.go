package main

import (
	"context"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/spf13/cobra"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/doctor"
	"frontdesk/records/git"
	"frontdesk/records/plain"
	"frontdesk/records/tree"
)

// doctorJSON is what doctor found, as a program reads it.
type doctorJSON struct {
	Version  int           `json:"version"`
	Findings []findingJSON `json:"findings"`
}

// findingJSON is one thing that was looked at. Severity is "ok", "info",
// "warning" or "error".
type findingJSON struct {
	Area     doctor.Area `json:"area"`
	Severity string      `json:"severity"`
	What     string      `json:"what"`
	Why      string      `json:"why,omitempty"`
	Fix      string      `json:"fix,omitempty"`
}

func newDoctorCmd(e *env) *cobra.Command {
	var pipeline bool
	var format string
	cmd := &cobra.Command{
		Use:   "doctor",
		Short: "Say what around the desk keeps it from working well",
		Long: "Doctor looks at what the desk stands on: the version of git and its settings, the\n" +
			"repository, who you are to git, line ends, hooks, the index, desk.yaml and the\n" +
			"types, how full folders are, how much history is here, the clock, and what killed\n" +
			"programs left behind. It says what is wrong, what comes of it, and the command\n" +
			"that mends it. It changes nothing itself. What records say is check's to judge.\n\n" +
			"With --ci it judges a pipeline: history that is cut off, a sparse checkout and a\n" +
			"missing base branch are errors, hooks and who you are do not matter.\n\n" +
			"The exit status is 1 if there is an error; warnings and notes do not count.",
		GroupID: groupDesk,
		Example: "  frontdesk doctor\n  frontdesk doctor --ci --format json",
		Args:    between(0, 0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := oneOf("format", format, formatText, formatJSON); err != nil {
				return err
			}
			return runDoctor(cmd.Context(), e, pipeline, format)
		},
	}
	cmd.Flags().BoolVar(&pipeline, "ci", false, "judge a pipeline of a forge instead of a person's machine")
	return addFormat(cmd, &format)
}

func runDoctor(ctx context.Context, e *env, pipeline bool, format string) error {
	t, err := openDesk(quiet(e)) // what is wrong with the desk is part of the report
	if err != nil {
		return err
	}
	defer t.Close()
	l, err := loadLogs(ctx, t)
	if err != nil {
		return err
	}
	facts, err := doctor.Gather(ctx, t, doctor.Options{System: runtime.GOOS, Now: e.now(), Loaded: l})
	if err != nil {
		return err
	}
	if pipeline {
		facts.Pipeline = e.pipeline(ctx, t)
	}
	facts.Person = person(ctx, e, t)
	facts.Hooks = hookFacts(ctx, e)
	facts.Index = indexFacts(ctx, t)
	found := doctor.Examine(facts)
	if err := printFindings(e, found, pipeline, format); err != nil {
		return err
	}
	if worst, any := doctor.Worst(found); any && worst == diag.Error {
		return errProblems
	}
	return nil
}

// pipeline tells from the variables that forges set where the program runs.
func (e *env) pipeline(ctx context.Context, t *tree.Tree) *doctor.PipelineFacts {
	p := &doctor.PipelineFacts{}
	switch {
	case e.getenv("GITHUB_ACTIONS") == "true":
		p.Forge, p.Base = "github", e.getenv("GITHUB_BASE_REF")
	case e.getenv("GITLAB_CI") == "true":
		p.Forge, p.Base = "gitlab", e.getenv("CI_MERGE_REQUEST_TARGET_BRANCH_NAME")
	}
	if p.Base == "" {
		return p
	}
	repo, err := git.Open(t.Root)
	if err != nil {
		return p
	}
	defer repo.Close()
	for _, name := range []string{"refs/remotes/origin/" + p.Base, "refs/heads/" + p.Base} {
		if _, err := repo.Resolve(ctx, name); err == nil {
			p.Known = true
		}
	}
	return p
}

// person finds out as whom somebody would act here.
func person(ctx context.Context, e *env, t *tree.Tree) doctor.PersonFacts {
	var p doctor.PersonFacts
	p.Name, p.Email = git.User(ctx, t.Root)
	p.ID, _ = actor(ctx, quiet(e), t)
	people, err := t.Load(ctx, personType)
	if err != nil {
		return p
	}
	p.Recorded = people.Set.Len() > 0
	p.HasRecord = p.Email != "" && slices.ContainsFunc(people.Set.All(), func(r *records.Record) bool {
		return strings.EqualFold(r.Text(fieldEmail), p.Email)
	})
	return p
}

func printFindings(e *env, found []doctor.Finding, pipeline bool, format string) error {
	if format == formatJSON {
		return writeJSON(e.stdout, findingsJSON(found))
	}
	width := e.columns()
	if pipeline {
		width = 0
	}
	p := &page{width: width, color: e.color() && !pipeline}
	for _, f := range found {
		p.finding(f)
	}
	p.line("", "")
	p.line("", summary(found))
	_, err := io.WriteString(e.stdout, p.String())
	return err
}

func findingsJSON(found []doctor.Finding) doctorJSON {
	out := doctorJSON{Version: 1, Findings: []findingJSON{}}
	for _, f := range found {
		out.Findings = append(out.Findings, findingJSON{Area: f.Area, Severity: verdict(f), What: f.What, Why: f.Why, Fix: f.Fix})
	}
	return out
}

func verdict(f doctor.Finding) string {
	if f.OK {
		return "ok"
	}
	return f.Severity.String()
}

// finding writes what was found: the area and the verdict, then what, why and the
// command, each on lines of its own.
func (p *page) finding(f doctor.Finding) {
	word := verdict(f)
	styled := word
	if p.color && !f.OK && f.Severity != diag.Info {
		styled = lipgloss.NewStyle().Bold(true).Render(word)
	}
	first := fmt.Sprintf("%-12s%s%s", f.Area, styled, strings.Repeat(" ", 9-len(word)))
	rest := strings.Repeat(" ", 21)
	p.wrapped(first, rest, plain.Line(f.What))
	if f.Why != "" {
		p.wrapped(rest, rest, plain.Line(f.Why))
	}
	if f.Fix != "" {
		p.line("", rest+"mend: "+plain.Line(f.Fix))
	}
}

// summary counts what is to be mended.
func summary(found []doctor.Finding) string {
	counts := map[diag.Severity]int{}
	for _, f := range found {
		if !f.OK {
			counts[f.Severity]++
		}
	}
	if len(counts) == 0 {
		return "all is well"
	}
	var parts []string
	for _, s := range []diag.Severity{diag.Error, diag.Warning, diag.Info} {
		if n := counts[s]; n > 0 {
			parts = append(parts, count(n, map[diag.Severity]string{diag.Error: "error", diag.Warning: "warning", diag.Info: "note"}[s]))
		}
	}
	return strings.Join(parts, ", ")
}
