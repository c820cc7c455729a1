package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"frontdesk/records"
	"frontdesk/records/approval"
	"frontdesk/records/gate"
	"frontdesk/records/plain"
	"frontdesk/records/tree"
)

// The exit codes of gate, beside those of all commands.
const (
	exitRejected = 4
	exitPending  = 5
	exitOutside  = 6
)

// gateFlags are the flags of gate.
type gateFlags struct {
	forgeFlags
	base, head        revision
	target, format    string
	wait              bool
	timeout, interval time.Duration
	approvalOnly      bool
}

func newGateCmd(e *env) *cobra.Command {
	f := &gateFlags{}
	cmd := &cobra.Command{
		Use:   "gate [ID]",
		Short: "Let a pipeline go on only where a change is approved, and its window open",
		Long: `Gate judges a record, or with --base everything that merging --head (HEAD if it is not
given) would bring to REV, and says by its exit status whether a pipeline may go on:

  0  approved (or an emergency, which may go ahead), and within the planned window
  4  rejected
  5  pending: approvals are missing, or void
  6  approved, but now is outside of the window
  3  error: it can never be approved as it is, or could not be judged
  2  the command line is wrong

With --base, a record counts if it is in a state that its policy asks approval for, or if
files that it covers come with it; files that the policy guards may not change without
such a record. The window is looked at as long as the work is not done;
--approval-only leaves it out.

It changes nothing and may be run again at any time. --wait repeats it every --interval
until the pipeline may go on, somebody rejects, or --timeout is over, and says on
stderr what it waits for; it looks at branches anew each time, and fetches none of them.

With --forge, --repository and --pull, the reviews of a pull request count, as the forge
lists them now, each for the commit that was reviewed. The token is taken from
FRONTDESK_FORGE_TOKEN, else from GITHUB_TOKEN, GITLAB_TOKEN or GITEA_TOKEN. --reviews FILE
reads them from a file instead, which counts only with FILE.sig beside it: a signature
in the namespace frontdesk-attestation, by a key that signers names for that.`,
		Example: "  frontdesk gate w3bc --wait --timeout 8h --interval 1m\n  frontdesk gate --base origin/main --approval-only\n" +
			"  frontdesk gate --base origin/main --forge github --repository acme/desk --pull 7",
		GroupID: groupRead,
		Args:    between(0, 1, "an ID or --base"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return asFailure(runGate(cmd.Context(), e, f, args))
		},
		ValidArgsFunction: completeID(e),
	}
	cmd.Flags().Var(&f.base, "base", "judge what would come to this `revision`")
	cmd.Flags().Var(&f.head, "head", "judge this `revision` instead of HEAD")
	cmd.Flags().StringVar(&f.target, "target", "", "the `branch` that it is for; otherwise what --base names, or the first that desk.yaml protects")
	cmd.Flags().BoolVar(&f.wait, "wait", false, "wait until it may go on")
	cmd.Flags().DurationVar(&f.timeout, "timeout", time.Hour, "with --wait: how `long` at most")
	cmd.Flags().DurationVar(&f.interval, "interval", 30*time.Second, "with --wait: how `long` between two looks")
	cmd.Flags().BoolVar(&f.approvalOnly, "approval-only", false, "leave out whether the window is open")
	f.add(cmd, "take the reviews from this `file`, which an attestor has signed")
	return addFormat(cmd, &f.format)
}

// asFailure makes a failure of every error that is not the gate's own answer or a
// mistake in the command line.
func asFailure(err error) error {
	if errors.Is(err, errProblems) {
		return exitError(exitFailure)
	}
	return err
}

func (f *gateFlags) check(args []string) error {
	switch {
	case len(args) == 0 && f.base == "":
		return usagef("frontdesk gate ID, or frontdesk gate --base origin/main", "gate needs an ID or --base")
	case len(args) > 0 && f.base != "":
		return usagef("an ID asks for one record, --base for all that a branch brings", "ID does not go with --base")
	case f.interval < time.Second:
		return usagef("for example --interval 30s", "--interval %s is less than a second", f.interval)
	case f.timeout < 0:
		return usagef("for example --timeout 1h", "--timeout %s is less than nothing", f.timeout)
	}
	if err := f.forgeFlags.check(); err != nil {
		return err
	}
	return oneOf("format", f.format, formatText, formatJSON)
}

// runGate judges, until the pipeline may go on where it is to wait.
func runGate(ctx context.Context, e *env, f *gateFlags, args []string) error {
	if err := f.check(args); err != nil {
		return err
	}
	if !f.wait {
		a, err := f.look(ctx, e, args)
		if err != nil {
			return err
		}
		return a.print(e, f.format)
	}
	over := time.NewTimer(f.timeout)
	defer over.Stop()
	told := ""
	for {
		a, err := f.look(ctx, e, args)
		if err != nil && !errors.As(err, new(forgeError)) {
			return err
		}
		if err == nil && !a.mayChange() {
			return a.print(e, f.format)
		}
		now := ""
		if err != nil {
			now = err.Error()
		} else {
			now = a.waitsFor()
		}
		if now != told {
			complain(e.stderr, "waiting: %s", now)
			told = now
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-over.C:
			complain(e.stderr, "--timeout %s is over", f.timeout)
			if err != nil {
				return err
			}
			return a.print(e, f.format)
		case <-time.After(f.interval):
		}
	}
}

// look judges once, with everything opened anew.
func (f *gateFlags) look(ctx context.Context, e *env, args []string) (*answer, error) {
	b, err := openBench(e)
	if err != nil {
		return nil, err
	}
	defer b.close()
	o := b.options(f.target)
	o.Head = string(f.head)
	goesTo := ""
	if f.reviews != "" {
		data, sig, err := f.read(e)
		if err != nil {
			return nil, err
		}
		o.File = &gate.ReviewFile{Pull: f.forgeFlags.target(), Data: data, Signature: sig}
		if sig == nil {
			return nil, withHint(fmt.Errorf("%s has no signature %s.sig beside it: a file that anybody could have written counts for nothing", f.reviews, f.reviews),
				"the pipeline signs it: ssh-keygen -Y sign -n frontdesk-attestation -f KEY FILE")
		}
	} else if f.isGiven() {
		if goesTo, err = f.fetch(ctx, e, &o); err != nil {
			return nil, err
		}
	}
	a := &answer{approvalOnly: f.approvalOnly, zone: b.Desk.TimeZone}
	if len(args) > 0 {
		a.report, a.asked, err = b.judge(ctx, args[0], o)
	} else {
		a.report, err = b.judgeAll(ctx, f, o)
	}
	if err != nil {
		return nil, err
	}
	return a, checkTarget(a.report, goesTo)
}

// judgeAll judges all that merging a branch would bring.
func (b *bench) judgeAll(ctx context.Context, f *gateFlags, o gate.Options) (*gate.Report, error) {
	head := o.Head
	if head == "" {
		head = "HEAD"
	}
	rep, err := gate.Between(ctx, b.repo, string(f.base), head, o)
	if err != nil {
		return nil, explainGate(b.repo, tree.Name{}, err)
	}
	return rep, nil
}

// answer is what the gate says.
type answer struct {
	report       *gate.Report
	asked        *gate.Case // nil: everything that needs approval
	approvalOnly bool
	zone         *time.Location
}

// cases returns the records on which the answer rests.
func (a *answer) cases() []*gate.Case {
	if a.asked != nil {
		return []*gate.Case{a.asked}
	}
	var out []*gate.Case
	for _, c := range a.report.Cases {
		if c.Needed {
			out = append(out, c)
		}
	}
	return out
}

// codeOf returns the exit code that a record alone would give.
func (a *answer) codeOf(c *gate.Case) int {
	switch c.Verdict.State {
	case approval.Approved, approval.Ahead:
		if a.isShut(c) {
			return exitOutside
		}
		return exitClean
	case approval.Pending:
		return exitPending
	case approval.Rejected:
		return exitRejected
	}
	return exitFailure
}

// isShut reports whether the window keeps a record from going on. Among all that a
// branch brings, a record whose work is done has no window any more.
func (a *answer) isShut(c *gate.Case) bool {
	if a.approvalOnly || c.Open {
		return false
	}
	return a.asked != nil || c.Type.Category(c.Record).IsOpen()
}

// code returns the gravest of all exit codes.
func (a *answer) code() int {
	if len(a.report.Unguarded) > 0 && a.asked == nil {
		return exitFailure
	}
	gravest := []int{exitFailure, exitRejected, exitPending, exitOutside}
	worst := len(gravest)
	for _, c := range a.cases() {
		for i, code := range gravest {
			if a.codeOf(c) == code {
				worst = min(worst, i)
			}
		}
	}
	if worst == len(gravest) {
		return exitClean
	}
	return gravest[worst]
}

// mayChange reports whether waiting can help.
func (a *answer) mayChange() bool {
	code := a.code()
	return code == exitPending || code == exitOutside && !a.isOver()
}

// isOver reports whether the work of a record that is waited for is done.
func (a *answer) isOver() bool {
	for _, c := range a.cases() {
		if category := c.Type.Category(c.Record); category != "" && !category.IsOpen() {
			return a.asked != nil
		}
	}
	return false
}

// waitsFor says in a line what keeps it.
func (a *answer) waitsFor() string {
	var parts []string
	for _, c := range a.cases() {
		switch a.codeOf(c) {
		case exitClean:
		case exitOutside:
			parts = append(parts, fmt.Sprintf("%s: %s%s", c.Record.ID, c.Why, a.opens(c)))
		default:
			parts = append(parts, fmt.Sprintf("%s is %s: %s", c.Record.ID, c.Verdict.State, strings.Join(c.Verdict.Reasons, "; ")))
		}
	}
	return strings.Join(parts, "; ")
}

// opens says when the window opens, where that is known.
func (a *answer) opens(c *gate.Case) string {
	if c.Next.IsZero() {
		return ""
	}
	return "; it opens at " + c.Next.In(a.zone).Format(pageTime)
}

// gateJSON is the JSON of gate.
type gateJSON struct {
	Version   int            `json:"version"`
	Verdict   string         `json:"verdict"` // approved, outside, pending, rejected or error
	Target    string         `json:"target"`
	Base      string         `json:"base"`
	Head      string         `json:"head"`
	Records   []gateCaseJSON `json:"records"`
	Unguarded []string       `json:"unguarded"`
	Notes     []string       `json:"notes"`
}

type gateCaseJSON struct {
	*approval.Verdict
	Needed bool   `json:"needed"`
	Open   bool   `json:"open"`
	Why    string `json:"why,omitempty"`
	Opens  string `json:"opens,omitempty"`
}

func gateWord(code int) string {
	return map[int]string{exitClean: "approved", exitOutside: "outside", exitPending: "pending", exitRejected: "rejected"}[code]
}

// print prints the answer and returns its exit code as an error.
func (a *answer) print(e *env, format string) error {
	printNotes(e, a.report)
	var err error
	if format == formatJSON {
		err = writeJSON(e.stdout, a.json())
	} else {
		_, err = io.WriteString(e.stdout, a.text())
	}
	if code := a.code(); err == nil && code != exitClean {
		return exitError(code)
	}
	return err
}

func (a *answer) json() gateJSON {
	word := gateWord(a.code())
	if word == "" {
		word = string(approval.Failed)
	}
	j := gateJSON{Version: envelopeVersion, Verdict: word, Target: a.report.Target, Base: a.report.Base, Head: a.report.Head,
		Records: []gateCaseJSON{}, Unguarded: append([]string{}, a.report.Unguarded...), Notes: append([]string{}, a.report.Notes...)}
	for _, c := range a.report.Cases {
		one := gateCaseJSON{Verdict: c.Verdict, Needed: c.Needed, Open: c.Open, Why: c.Why}
		if !c.Next.IsZero() {
			one.Opens = records.FormatTime(c.Next)
		}
		j.Records = append(j.Records, one)
	}
	return j
}

// text says the answer in words.
func (a *answer) text() string {
	var b strings.Builder
	line := func(format string, args ...any) { b.WriteString(plain.Line(fmt.Sprintf(format, args...)) + "\n") }
	for _, c := range a.report.Cases {
		counts := a.asked == c || a.asked == nil && c.Needed
		word := string(c.Verdict.State)
		switch {
		case counts && a.codeOf(c) == exitOutside:
			word += ", but " + c.Why + a.opens(c)
		case !counts:
			word += fmt.Sprintf(", which it need not be in state %q", c.Record.State())
		}
		line("%s  %s: %s", c.Record.ID, c.Record.Title(), word)
		if !counts {
			continue
		}
		for _, r := range c.Verdict.Reasons {
			line("  %s", r)
		}
		for _, v := range voidLines(c.Verdict) {
			line("  void: %s", v)
		}
		for _, r := range refusedLines(c.Verdict) {
			line("  proves nothing: %s", r)
		}
	}
	if a.asked == nil {
		for _, p := range a.report.Unguarded {
			line("%s changes, and may do so only together with an approved record that covers it", p)
		}
		if len(a.report.Unguarded) > 0 {
			line("  open one in the same branch, for example with frontdesk new change, and have it approved")
		}
		if len(a.cases()) == 0 && len(a.report.Unguarded) == 0 {
			line("nothing here needs approval")
		}
	}
	return b.String()
}
