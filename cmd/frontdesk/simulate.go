package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"frontdesk/records"
	"frontdesk/records/approval"
	"frontdesk/records/evidence"
	"frontdesk/records/forge"
	"frontdesk/records/gate"
)

// simulateFlags say what is to be assumed.
type simulateFlags struct {
	forgeFlags
	said, ignore []string
	target       string
	base, head   revision
}

func newSimulateCmd(e *env) *cobra.Command {
	var f simulateFlags
	var format string
	cmd := &cobra.Command{
		Use:   "simulate ID",
		Short: "Say how a change would stand if others said something",
		Long: `Simulate judges a record as approvals does, as if certain things had been said, or
had not: nothing is signed or written, and what it prints is no approval.

--as PERSON=approve (or reject, or lift) adds what somebody would say, --ignore PERSON
leaves out what they said. --reviews FILE adds reviews as the forge's API lists them,
whoever wrote the file. --base REV judges against another base: its policy, people and
signers. Of JSON it prints what approvals prints.`,
		Example: "  frontdesk simulate w3bc --as lee=approve --as rosa=approve\n  frontdesk simulate w3bc --ignore lee --base origin/release",
		GroupID: groupRead,
		Args:    between(1, 1, "an ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return simulate(cmd.Context(), e, &f, args[0], format)
		},
		ValidArgsFunction: completeID(e),
	}
	cmd.Flags().StringArrayVar(&f.said, "as", nil, "assume that somebody decides: `PERSON=approve`, reject or lift; may be repeated")
	cmd.Flags().StringArrayVar(&f.ignore, "ignore", nil, "leave out what this `person` said; may be repeated")
	cmd.Flags().StringVar(&f.target, "target", "", "the `branch` that it is for; otherwise the first that desk.yaml protects")
	cmd.Flags().Var(&f.base, "base", "judge against this `revision`")
	cmd.Flags().Var(&f.head, "head", "judge what this `revision` would bring, instead of HEAD")
	f.add(cmd, "assume the reviews in this `file`")
	return addFormat(cmd, &format)
}

// assumed returns what --as and --reviews say.
func (f *simulateFlags) assumed(e *env, o *gate.Options) error {
	for _, text := range f.said {
		person, decision, ok := strings.Cut(text, "=")
		d := evidence.Decision(decision)
		if !ok || person == "" || d != evidence.Approve && d != evidence.Reject && d != evidence.Lift {
			return usagef("for example --as lee=approve", "--as %q is not PERSON=approve, reject or lift", text)
		}
		o.Assume = append(o.Assume, approval.Vote{Statement: &evidence.Statement{Person: records.ID(person), Decision: d, Evidence: evidence.BySignature}, Proof: "assumed"})
	}
	for _, person := range f.ignore {
		o.Ignore = append(o.Ignore, records.ID(person))
	}
	if f.reviews == "" {
		return nil
	}
	data, _, err := f.read(e)
	if err != nil {
		return err
	}
	reviews, notes, err := forge.Parse(f.forgeFlags.target(), data)
	for _, n := range notes {
		complain(e.stderr, "%s", n)
	}
	o.Reviews = reviews
	return err
}

func simulate(ctx context.Context, e *env, f *simulateFlags, part, format string) error {
	if err := oneOf("format", format, formatText, formatJSON); err != nil {
		return err
	}
	if err := f.check(); err != nil {
		return err
	}
	b, err := openBench(e)
	if err != nil {
		return err
	}
	defer b.close()
	o := b.options(f.target)
	o.Head = string(f.head)
	if err := f.assumed(e, &o); err != nil {
		return err
	}
	if f.base != "" {
		return b.simulateOn(ctx, f, part, format, o)
	}
	rep, c, err := b.judge(ctx, part, o)
	if err != nil {
		return err
	}
	complain(e.stderr, "this is a simulation, and no approval")
	return b.print(rep, c, format)
}

// simulateOn judges against another base.
func (b *bench) simulateOn(ctx context.Context, f *simulateFlags, part, format string, o gate.Options) error {
	name, err := findName(b.Tree, part)
	if err != nil {
		return err
	}
	head := string(f.head)
	if head == "" {
		head = "HEAD"
	}
	rep, err := gate.Between(ctx, b.repo, string(f.base), head, o)
	if err != nil {
		return explainGate(b.repo, name, err)
	}
	for _, c := range rep.Cases {
		if c.Record.Type == name.Type && c.Record.ID == name.ID {
			complain(b.e.stderr, "this is a simulation, and no approval")
			return b.print(rep, c, format)
		}
	}
	return withHint(fmt.Errorf("merging %s into %s would not change %s", head, f.base, name.ID), "--base names a commit that does not have the change yet")
}
