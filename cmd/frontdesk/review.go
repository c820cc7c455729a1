package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"frontdesk/records/forge"
	"frontdesk/records/gate"
	"frontdesk/records/git"
	"frontdesk/records/review"
	"frontdesk/records/tree"
)

// reviewMark is how the comment of review is known again.
const reviewMark = "frontdesk-review"

// reviewFlags are the flags of review.
type reviewFlags struct {
	forgeFlags
	base, head revision
	target     string
	post       bool
}

func newReviewCmd(e *env) *cobra.Command {
	f := &reviewFlags{}
	cmd := &cobra.Command{
		Use:   "review [ID]",
		Short: "Sum up a change for its pull request, in Markdown",
		Long: `Review sums up what merging --head (HEAD if it is not given) would bring to --base, the
protected branch if it is not given: what changes in each record in words, its risk and
why, what gets in the way and when, the window, who approved and what does not count,
what is missing, and a graph of what stands on the services and assets that are changed
and what these stand on, for Mermaid, which GitHub, GitLab and Gitea draw. With an ID it
is about that record alone.

What records say stands in it so that no forge takes it for a mention, a link, HTML or an
order. The same commits give the same bytes, but for what depends on the time: whether a
window is open. It is at most 60,000 bytes long, as forges take no longer comments, and
says what was left out. It decides nothing: the exit status is 0 whatever it finds, and
frontdesk gate is what a pipeline asks.

With --forge, --repository and --pull the reviews of the pull request count, as in gate;
--post writes the summary to it as a comment, in the place of the one that the same
account wrote before, and not to stdout. The token is taken from FRONTDESK_FORGE_TOKEN,
else from GITHUB_TOKEN, GITLAB_TOKEN or GITEA_TOKEN.`,
		Example: "  frontdesk review\n  frontdesk review w3bc --base origin/main\n" +
			"  frontdesk review --base origin/main --forge github --repository acme/desk --pull 7 --post",
		GroupID:           groupRead,
		Args:              between(0, 1, "no more than one ID"),
		RunE:              func(cmd *cobra.Command, args []string) error { return sumUp(cmd.Context(), e, f, args) },
		ValidArgsFunction: completeID(e),
	}
	cmd.Flags().Var(&f.base, "base", "sum up what would come to this `revision`")
	cmd.Flags().Var(&f.head, "head", "sum up this `revision` instead of HEAD")
	cmd.Flags().StringVar(&f.target, "target", "", "the `branch` that it is for; otherwise what --base names, or the first that desk.yaml protects")
	cmd.Flags().BoolVar(&f.post, "post", false, "write it to the pull request as a comment")
	f.add(cmd, "take the reviews from this `file`, which an attestor has signed")
	return cmd
}

func (f *reviewFlags) check() error {
	if err := f.forgeFlags.check(); err != nil {
		return err
	}
	if f.post && f.forge == "" {
		return usagef("for example --forge github --repository acme/desk --pull 7", "--post needs --forge, --repository and --pull")
	}
	return nil
}

// sumUp prints or posts the summary of a change.
func sumUp(ctx context.Context, e *env, f *reviewFlags, args []string) error {
	if err := f.check(); err != nil {
		return err
	}
	b, err := openBench(e)
	if err != nil {
		return err
	}
	defer b.close()
	o, goesTo, err := f.options(ctx, e, b, args)
	if err != nil {
		return err
	}
	in, err := review.Of(ctx, b.repo, o)
	if err != nil {
		return explainGate(b.repo, tree.Name{Type: o.Type, ID: o.ID}, err)
	}
	if err := checkTarget(in.Gate, goesTo); err != nil && in.Gate.Target != "" {
		return err
	}
	if len(args) > 0 && len(in.Gate.Cases) == 0 {
		complain(e.stderr, "%s needs no approval there, or is not changed", o.ID)
	}
	text := review.Write(*in)
	if !f.post {
		if _, err := io.WriteString(e.stdout, text); err != nil {
			return fmt.Errorf("print summary: %w", err)
		}
		return nil
	}
	client := &forge.Client{Token: f.token(e)}
	if err := client.Comment(ctx, f.forgeFlags.target(), b.mark(), text); err != nil {
		return withHint(err, "the token needs the right to comment; without --post the summary is printed")
	}
	complain(e.stderr, "the summary is in pull request %d of %s", f.pull, f.repository)
	return nil
}

// mark returns how the comment is known again: one for each desk of a repository.
func (b *bench) mark() string {
	prefix, err := b.repo.Prefix()
	if err != nil || prefix == "" {
		return reviewMark
	}
	name := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9', r == '/', r == '.', r == '_':
			return r
		}
		return '_'
	}, strings.ToLower(strings.TrimSuffix(prefix, "/")))
	return (reviewMark + ":" + name)[:min(100, len(reviewMark)+1+len(name))]
}

// options returns what is to be summed up, with the reviews that the forge has. goesTo is
// the branch that the pull request is for, "" where it was not asked.
func (f *reviewFlags) options(ctx context.Context, e *env, b *bench, args []string) (o review.Options, goesTo string, err error) {
	o = review.Options{Base: string(f.base), Head: string(f.head), Gate: b.options(f.target)}
	if o.Head == "" {
		o.Head = "HEAD"
	}
	if len(args) > 0 {
		name, err := findName(b.Tree, args[0])
		if err != nil {
			return o, "", err
		}
		o.Type, o.ID = name.Type, name.ID
	} else if o.Base == "" {
		if o.Base, err = b.protected(ctx, f.target); err != nil {
			return o, "", err
		}
	}
	switch {
	case f.reviews != "":
		data, sig, err := f.read(e)
		if err != nil {
			return o, "", err
		}
		o.Gate.File = &gate.ReviewFile{Pull: f.forgeFlags.target(), Data: data, Signature: sig}
	case f.isGiven():
		if goesTo, err = f.fetch(ctx, e, &o.Gate); err != nil {
			return o, "", err
		}
	}
	return o, goesTo, nil
}

// protected returns the branch that changes are merged into, as the remote has it if
// there is one.
func (b *bench) protected(ctx context.Context, target string) (string, error) {
	name := branchName(target)
	if name == "" && len(b.Desk.Branches) > 0 {
		name = b.Desk.Branches[0]
	}
	for _, ref := range []string{"refs/remotes/origin/" + name, "refs/heads/" + name} {
		_, err := b.repo.Resolve(ctx, ref)
		if err == nil {
			return ref, nil
		}
		if unknown := (*git.UnknownRevisionError)(nil); !errors.As(err, &unknown) {
			return "", err
		}
	}
	return "", usagef("--base REV says where the change is to be merged", "there is no branch %q here, nor on origin", name)
}
