package main

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"frontdesk/records/evidence"
	"frontdesk/records/forge"
	"frontdesk/records/gate"
)

// attestFlags are the flags of attest.
type attestFlags struct {
	forgeFlags
	target, key string
	head        revision
	commit, dry bool
}

func newAttestCmd(e *env) *cobra.Command {
	var f attestFlags
	cmd := &cobra.Command{
		Use:   "attest ID",
		Short: "Write down what reviewers said on a forge, signed by the pipeline",
		Long: `Attest asks a forge for the reviews of a pull request and writes each that approves,
rejects or takes back into a statement beside the record, with the review's id, its
author's account, the commit that was reviewed and its state. The statement is signed
with the pipeline's key, in the namespace frontdesk-attestation, and counts where signers
on the branch names that key for it. So the approval can be proven without the forge.

Run it in a pipeline that only runs what is on the protected branch: whoever has the
key can say what others said. A review that is written down already is left alone.
--reviews FILE takes the reviews from what the forge's API answered; it is up to you
where the file came from.`,
		Example: "  frontdesk attest w3bc --forge github --repository acme/desk --pull 7 --key pipeline_key --commit",
		GroupID: groupWrite,
		Args:    between(1, 1, "an ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return attest(cmd.Context(), e, &f, args[0])
		},
		ValidArgsFunction: completeID(e),
	}
	cmd.Flags().StringVar(&f.target, "target", "", "the `branch` that it is for; otherwise the first that desk.yaml protects")
	cmd.Flags().Var(&f.head, "head", "judge what this `revision` would bring, instead of HEAD")
	cmd.Flags().StringVar(&f.key, "key", "", "the `file` of the pipeline's private SSH key")
	cmd.Flags().BoolVar(&f.commit, "commit", false, "commit the files that were written, and no others")
	cmd.Flags().BoolVarP(&f.dry, "dry-run", "n", false, "say what would be written, and write nothing")
	f.add(cmd, "take the reviews from this `file` instead of asking the forge")
	return cmd
}

func (f *attestFlags) check() error {
	switch {
	case !f.isGiven():
		return usagef("for example --forge github --repository acme/desk --pull 7", "attest needs a pull request")
	case f.key == "" && !f.dry:
		return usagef("--key names the file of the pipeline's private SSH key", "attest needs a key to sign with")
	}
	return f.forgeFlags.check()
}

func attest(ctx context.Context, e *env, f *attestFlags, part string) error {
	if err := f.check(); err != nil {
		return err
	}
	b, err := openBench(e)
	if err != nil {
		return err
	}
	defer b.close()
	if err := writable(b.Tree); err != nil {
		return err
	}
	o := b.options(f.target)
	o.Head = string(f.head)
	goesTo := ""
	if f.reviews != "" {
		err = f.take(e, &o)
	} else {
		goesTo, err = f.fetch(ctx, e, &o)
	}
	if err != nil {
		return err
	}
	rep, c, err := b.judge(ctx, part, o)
	if err != nil {
		return err
	}
	printNotes(e, rep)
	if err := checkTarget(rep, goesTo); err != nil {
		return err
	}
	if c.Input == nil {
		return fmt.Errorf("%s cannot be judged: %s", c.Record.ID, c.Why)
	}
	return b.attest(ctx, f, c)
}

// take takes the reviews from a file.
func (f *attestFlags) take(e *env, o *gate.Options) error {
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

// attest signs and writes the statements of the reviews that were fetched.
func (b *bench) attest(ctx context.Context, f *attestFlags, c *gate.Case) error {
	for _, r := range c.Input.Refused {
		if r.Path == "" {
			complain(b.e.stderr, "%s", r.Reason)
		}
	}
	var all []evidence.Signed
	for _, v := range c.Input.Votes {
		if v.Review == nil || v.Path != "" {
			continue
		}
		s, err := b.attested(f, c, v.Statement)
		if err != nil {
			return err
		}
		if b.Exists(s.Path) {
			continue
		}
		complain(b.e.stderr, "%s %s %s: %s review %s of commit %.12s", v.Person, decided(v.Decision), c.Record.ID, v.Review.Forge, v.Review.ID, v.Review.Commit)
		all = append(all, s)
	}
	if len(all) == 0 {
		complain(b.e.stderr, "there is no review to write down that is not written down already")
		return nil
	}
	if f.dry {
		return nil
	}
	for _, s := range all {
		if _, why := c.Try(s); why != "" {
			complain(b.e.stderr, "this will not count: %s", why)
		}
	}
	return b.write(ctx, f.commit, messageLine(fmt.Sprintf("%s: what %s says of its review", c.Record.ID, f.forge)), all...)
}

// attested signs a statement with the pipeline's key.
func (b *bench) attested(f *attestFlags, c *gate.Case, st *evidence.Statement) (evidence.Signed, error) {
	data, err := st.Bytes()
	if err != nil {
		return evidence.Signed{}, fmt.Errorf("write down review %s: %w", st.Review.ID, err)
	}
	name, err := st.FileName()
	if err != nil {
		return evidence.Signed{}, err
	}
	s := evidence.Signed{Path: statementPath(c.Record, name), Data: data}
	if f.dry {
		return s, nil
	}
	pem, err := readUpTo(b.e.path(f.key), 64<<10)
	if err != nil {
		return s, usageError{err}
	}
	key, err := evidence.ParseKey(pem)
	if err != nil {
		return s, err
	}
	s.Signature, err = evidence.SignSSH(key, evidence.ByReview, data)
	return s, err
}
