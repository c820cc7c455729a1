package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"path"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"frontdesk/records"
	"frontdesk/records/approval"
	"frontdesk/records/evidence"
	"frontdesk/records/gate"
	"frontdesk/records/git"
	"frontdesk/records/plain"
	"frontdesk/records/tree"
	"frontdesk/schema"
)

// decideFlags are the flags of approve and reject.
type decideFlags struct {
	note, target, key string
	commit, dry       bool
	anyway            bool
}

func (f *decideFlags) add(cmd *cobra.Command) {
	cmd.Flags().StringVar(&f.target, "target", "", "the `branch` that it is for; otherwise the first that desk.yaml protects")
	cmd.Flags().StringVar(&f.key, "key", "", "sign with the key in this `file` instead of git's user.signingKey")
	cmd.Flags().BoolVar(&f.commit, "commit", false, "commit the files that were written, and no others")
	cmd.Flags().BoolVar(&f.anyway, "anyway", false, "write it even where it will not count")
	cmd.Flags().BoolVarP(&f.dry, "dry-run", "n", false, "say what would be signed, and sign and write nothing")
}

const decideHelp = `What is signed is a statement of its own, beside the record: who, when, for which
branch, the digest of what is covered and that of the policy. It is signed with the
key that git signs your commits with (user.signingKey and gpg.format in your own
configuration; an SSH key or an OpenPGP one), or with --key FILE. What is judged is
what was committed: HEAD, merged into the branch.

It is checked right away against the signers, people and policy of that branch, and
where it would not count, nothing is written, unless you say --anyway. Commit the two
files and push them; they never conflict with those of others, and once pushed they
stay for good.`

func newApproveCmd(e *env) *cobra.Command {
	var f decideFlags
	cmd := &cobra.Command{
		Use:   "approve ID",
		Short: "Approve a change as it is, with a signed statement",
		Long: `Approve writes down that you approve a record as it is now. The approval is bound
to what the type's policy covers: fields, sections, and the files that change in the
same branch. Change any of that, and it does not count any more.

` + decideHelp,
		Example: "  frontdesk approve w3bc -m \"Read the plan\" --commit\n  frontdesk approve w3bc --target release --key ~/.ssh/id_ed25519",
		GroupID: groupWrite,
		Args:    between(1, 1, "an ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return decide(cmd.Context(), e, &f, evidence.Approve, args[0])
		},
		ValidArgsFunction: completeID(e),
	}
	cmd.Flags().StringVarP(&f.note, "message", "m", "", "a `note`, or - to read it from standard input")
	f.add(cmd)
	return cmd
}

func newRejectCmd(e *env) *cobra.Command {
	var f decideFlags
	var lift bool
	cmd := &cobra.Command{
		Use:   "reject ID",
		Short: "Reject a change, or lift what you said of it",
		Long: `Reject writes down that you are against a record. That blocks it, whatever is
changed about it, until you approve it or lift the rejection with --lift. Nobody else
can, and deleting the file does not. Lifting takes back whatever you said before, and
approves nothing.

` + decideHelp,
		Example: "  frontdesk reject w3bc -m \"The way back is missing\" --commit\n  frontdesk reject w3bc --lift --commit",
		GroupID: groupWrite,
		Args:    between(1, 1, "an ID"),
		RunE: func(cmd *cobra.Command, args []string) error {
			if lift {
				return decide(cmd.Context(), e, &f, evidence.Lift, args[0])
			}
			if strings.TrimSpace(f.note) == "" {
				return usagef(`for example: frontdesk reject `+args[0]+` -m "The way back is missing"`, "say with -m why, so that others can do something about it")
			}
			return decide(cmd.Context(), e, &f, evidence.Reject, args[0])
		},
		ValidArgsFunction: completeID(e),
	}
	cmd.Flags().StringVarP(&f.note, "message", "m", "", "why: the `text`, or - to read it from standard input")
	cmd.Flags().BoolVar(&lift, "lift", false, "take back what you said before")
	f.add(cmd)
	return cmd
}

// decide signs and writes what a person says of a record.
func decide(ctx context.Context, e *env, f *decideFlags, d evidence.Decision, part string) error {
	note, err := textOf(e, f.note)
	if err != nil {
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
	by, err := actor(ctx, e, b.Tree)
	if err != nil {
		return err
	}
	if by == "" {
		return withHint(errors.New("nobody is known who decides"), "give --as PERSON, or tell git with: git config user.email you@example.com")
	}
	o := b.options(f.target)
	rep, c, err := b.judge(ctx, part, o)
	if err != nil {
		return err
	}
	printNotes(e, rep)
	if err := b.isCommitted(ctx, c); err != nil {
		return err
	}
	st, err := c.Statement(records.ID(by), d, strings.TrimSpace(note), o.AsOf)
	if err != nil {
		return withHint(fmt.Errorf("%s: %w: %s", c.Record.ID, err, strings.Join(c.Verdict.Reasons, "; ")), "frontdesk check says more")
	}
	b.tell(c, st, rep)
	if f.dry {
		return nil
	}
	signed, who, err := b.sign(ctx, c, st, f.key)
	if err != nil {
		return err
	}
	complain(e.stderr, "signed with %s", who)
	v, why := c.Try(signed)
	if why != "" && !f.anyway {
		return withHint(fmt.Errorf("this would not count, and was not written: %s", why), fmt.Sprintf("frontdesk approvals %s says who may approve; --anyway writes it all the same, and once pushed it stays for good", c.Record.ID))
	}
	if why != "" {
		complain(e.stderr, "this will not count: %s", why)
	}
	if err := b.write(ctx, f.commit, messageLine(fmt.Sprintf("%s: %s %s it", c.Record.ID, by, decided(d))), signed); err != nil {
		return err
	}
	b.tellMissing(c, v)
	return nil
}

func decided(d evidence.Decision) string {
	return map[evidence.Decision]string{evidence.Approve: "approves", evidence.Reject: "rejects", evidence.Lift: "takes back what was said of"}[d]
}

// isCommitted refuses a record whose file is not what is judged: a person approves
// what they see.
func (b *bench) isCommitted(ctx context.Context, c *gate.Case) error {
	there, err := b.Read(c.Record.Path)
	if err != nil {
		return nil // it lies elsewhere, or is gone here: what is judged was committed
	}
	head, err := b.repo.FileAt(ctx, "HEAD", c.Record.Path, int64(len(there))+maxReviews)
	if err == nil && bytes.Equal(head, there) {
		return nil
	}
	return withHint(fmt.Errorf("%s was changed and not committed: what you see is not what would be approved", c.Record.Path), "git add and git commit it first")
}

// tell says what a statement is about.
func (b *bench) tell(c *gate.Case, st *evidence.Statement, rep *gate.Report) {
	complain(b.e.stderr, "%s %s %s for %s, %s", st.Person, decided(st.Decision), c.Record.ID, branchName(rep.Target), st.Covers)
	if st.Decision == evidence.Lift {
		return
	}
	var fields, sections, files []string
	for _, name := range slices.Sorted(maps.Keys(st.Parts)) {
		kind, what, _ := strings.Cut(name, ":")
		switch kind {
		case "field":
			fields = append(fields, what)
		case "section":
			sections = append(sections, what)
		default:
			files = append(files, what)
		}
	}
	for _, list := range []struct {
		word  string
		names []string
	}{{"fields", fields}, {"sections", sections}, {"files", files}} {
		if len(list.names) > 0 {
			complain(b.e.stderr, "  %s: %s", list.word, strings.Join(list.names, ", "))
		}
	}
}

// tellMissing says where the record stands with a statement counted.
func (b *bench) tellMissing(c *gate.Case, v *approval.Verdict) {
	complain(b.e.stderr, "%s is %s", c.Record.ID, v.State)
	for _, reason := range v.Reasons {
		complain(b.e.stderr, "  %s", reason)
	}
}

// sign signs a statement with a person's key.
func (b *bench) sign(ctx context.Context, c *gate.Case, st *evidence.Statement, key string) (evidence.Signed, string, error) {
	if _, err := os.Stat(b.e.path(key)); key != "" && err == nil {
		key = b.e.path(key) // else the name of an OpenPGP key
	}
	data, err := st.Bytes()
	if err != nil {
		return evidence.Signed{}, "", err
	}
	name, err := st.FileName()
	if err != nil {
		return evidence.Signed{}, "", err
	}
	sig, who, err := b.repo.Sign(ctx, evidence.NamespaceOf(st.Evidence), data, key)
	if errors.Is(err, git.ErrNoSigningKey) || errors.Is(err, git.ErrX509) {
		return evidence.Signed{}, "", withHint(err, "or give one with --key FILE")
	}
	return evidence.Signed{Path: statementPath(c.Record, name), Data: data, Signature: sig}, who, err
}

// statementPath returns where a statement on a record lies.
func statementPath(r *records.Record, name string) string {
	return path.Join(strings.TrimSuffix(r.Path, schema.Extension), evidence.Folder, name)
}

// write writes statements with their signatures, prints their paths, and commits them
// where that was asked for.
func (b *bench) write(ctx context.Context, commit bool, message string, all ...evidence.Signed) error {
	unlock, err := b.Lock(ctx)
	if err != nil {
		return err
	}
	defer unlock()
	var paths []string
	for _, s := range all {
		for _, file := range []struct {
			path string
			data []byte
		}{{s.Path, s.Data}, {s.Path + evidence.SignatureExtension, s.Signature}} {
			if err := b.Write(file.path, nil, file.data, tree.Durable); err != nil {
				return err
			}
			paths = append(paths, file.path)
		}
	}
	for _, p := range paths {
		if _, err := fmt.Fprintln(b.e.stdout, plain.Line(p)); err != nil {
			return err
		}
	}
	if !commit || len(paths) == 0 {
		return nil
	}
	return commitFiles(ctx, b.Tree, message, paths...)
}
