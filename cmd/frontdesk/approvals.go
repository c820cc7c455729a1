package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"frontdesk/records/approval"
	"frontdesk/records/gate"
)

func newApprovalsCmd(e *env) *cobra.Command {
	var format, target string
	var head revision
	cmd := &cobra.Command{
		Use:   "approvals ID",
		Short: "Say who approved a change, who could, and what voided it",
		Long: `Approvals says where a record stands: each rule of the policy that applies to it,
with how many approvals it needs and has, whose they are and who could give more;
which approvals do not count any more, and what was changed; and what proves nothing.
Lines such as Approved-by in messages of commits are shown and never counted.

What is judged is what HEAD would bring to the branch, or, once that has the record as
it is, what came with it. Policy, people and signers are those of the branch, never
of the change.

With --format json it prints
  {"version": 1, "id", "verdict", "rules": [{"name", "need", "have", "could", "by",
   "void": [{"by", "field", "reason"}]}], …}
where the verdict is approved, ahead (it may go ahead, approval follows), pending,
rejected or error. The exit status is 1 for an error, else 0.`,
		Example: "  frontdesk approvals w3bc\n  frontdesk approvals w3bc --format json",
		GroupID: groupRead,
		Args:    between(1, 1, "an ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return showApprovals(cmd.Context(), e, args[0], format, func(b *bench) gate.Options {
				o := b.options(target)
				o.Head = string(head)
				return o
			})
		},
		ValidArgsFunction: completeID(e),
	}
	cmd.Flags().StringVar(&target, "target", "", "the `branch` that it is for; otherwise the first that desk.yaml protects")
	cmd.Flags().Var(&head, "head", "judge what this `revision` would bring, instead of HEAD")
	return addFormat(cmd, &format)
}

// showApprovals judges a record and prints the verdict.
func showApprovals(ctx context.Context, e *env, part, format string, options func(*bench) gate.Options) error {
	if err := oneOf("format", format, formatText, formatJSON); err != nil {
		return err
	}
	b, err := openBench(e)
	if err != nil {
		return err
	}
	defer b.close()
	rep, c, err := b.judge(ctx, part, options(b))
	if err != nil {
		return err
	}
	return b.print(rep, c, format)
}

// print prints the verdict on a record.
func (b *bench) print(rep *gate.Report, c *gate.Case, format string) error {
	printNotes(b.e, rep)
	var err error
	if format == formatJSON {
		err = writeJSON(b.e.stdout, c.Verdict)
	} else {
		p := &page{width: b.e.columns(), color: b.e.color(), zone: b.Desk.TimeZone}
		p.verdict(rep, c)
		_, err = io.WriteString(b.e.stdout, p.String())
	}
	if err == nil && c.Verdict.State == approval.Failed {
		err = errProblems
	}
	return err
}

// verdict writes how a record stands.
func (p *page) verdict(rep *gate.Report, c *gate.Case) {
	v := c.Verdict
	p.strong(string(v.ID) + "  " + c.Record.Title())
	p.line("", p.standing(rep, c))
	for _, why := range v.Because {
		p.wrapped("  risk: ", "        ", why)
	}
	for _, x := range c.Conflicts {
		p.wrapped("  conflict: ", "            ", x.String())
	}
	if len(v.Rules) > 0 {
		p.line("", "")
		t := table{header: []string{"RULE", "NEED", "HAVE", "BY", "COULD"}, width: p.width, color: p.color}
		for _, r := range v.Rules {
			t.rows = append(t.rows, []string{r.Name, fmt.Sprint(r.Need), fmt.Sprint(r.Have), dash(peopleText(r.By)), dash(peopleText(r.Could))})
		}
		_ = t.write(p) // a strings.Builder takes everything
	}
	p.list("Void", voidLines(v))
	p.list("Proves nothing", refusedLines(v))
	var trailers []string
	for _, t := range rep.Trailers {
		trailers = append(trailers, fmt.Sprintf("%s: %s, in the message of commit %.12s", t.Key, t.Value, t.Commit))
	}
	p.list("Not counted", trailers)
	why := "Why it is " + string(v.State)
	if v.State == approval.Failed {
		why = "Why it cannot be approved"
	}
	p.list(why, v.Reasons)
}

// standing says in a line how a record stands.
func (p *page) standing(rep *gate.Report, c *gate.Case) string {
	v := c.Verdict
	line := fmt.Sprintf("%s for %s", v.State, branchName(rep.Target))
	if c.Landing != "" {
		line += fmt.Sprintf(", which has it since commit %.12s", c.Landing)
	}
	if v.Kind != "" {
		line += " · " + v.Kind
	}
	if v.Risk != "" {
		line += " · risk " + v.Risk
	}
	if v.Due != "" {
		line += " · approval is due by " + v.Due
	}
	if !c.Open && c.Why != "" {
		line += " · " + c.Why
	}
	return line
}

// list writes lines below a heading, nothing where there are none.
func (p *page) list(heading string, lines []string) {
	if len(lines) == 0 {
		return
	}
	p.line("", "")
	p.strong(heading)
	for _, l := range lines {
		p.wrapped("  ", "    ", l)
	}
}

// dash stands where a cell would be empty, which a table does not show.
func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

func voidLines(v *approval.Verdict) []string {
	var out []string
	for _, void := range voidsOf(v) {
		out = append(out, void.Reason)
	}
	return out
}

func refusedLines(v *approval.Verdict) []string {
	var out []string
	for _, r := range v.Refused {
		line := r.Reason
		if r.Path != "" {
			line = r.Path + ": " + line
		}
		if r.By != "" {
			line = string(r.By) + ": " + line
		}
		out = append(out, line)
	}
	return out
}
