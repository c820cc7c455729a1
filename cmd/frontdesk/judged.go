package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"frontdesk/records"
	"frontdesk/records/approval"
	"frontdesk/records/change"
	"frontdesk/records/forge"
	"frontdesk/records/gate"
	"frontdesk/records/git"
	"frontdesk/records/tree"
)

// maxReviews is how large a file of reviews may be.
const maxReviews = 32 << 20

// forgeFlags name a pull request, and where its reviews are taken from.
type forgeFlags struct {
	forge, url, repository string
	pull                   int64
	reviews                string
}

func (f *forgeFlags) add(cmd *cobra.Command, reviews string) {
	cmd.Flags().StringVar(&f.forge, "forge", "", "where the pull request is: `github`, gitlab or gitea")
	cmd.Flags().StringVar(&f.url, "forge-url", "", "the `address` of the forge's API, where it is not the public one")
	cmd.Flags().StringVar(&f.repository, "repository", "", "the forge's name of the repository: `OWNER/NAME`")
	cmd.Flags().Int64Var(&f.pull, "pull", 0, "the `number` of the pull request, of the merge request on GitLab")
	cmd.Flags().StringVar(&f.reviews, "reviews", "", reviews)
	completeFlag(cmd, "forge", forge.Forges()...)
}

// isGiven reports whether reviews are wanted at all.
func (f *forgeFlags) isGiven() bool { return f.forge != "" || f.reviews != "" || f.pull != 0 }

// check refuses flags that do not go together.
func (f *forgeFlags) check() error {
	if !f.isGiven() {
		if f.url != "" || f.repository != "" {
			return usagef("add --forge and --pull", "--forge-url and --repository name no pull request")
		}
		return nil
	}
	if f.forge == "" || f.repository == "" || f.pull <= 0 {
		return usagef("for example --forge github --repository acme/desk --pull 7", "reviews need --forge, --repository and --pull")
	}
	return oneOf("forge", f.forge, forge.Forges()...)
}

// target returns the pull request.
func (f *forgeFlags) target() forge.Pull {
	base := f.url
	if base == "" {
		base = map[string]string{forge.GitHub: "https://api.github.com", forge.GitLab: "https://gitlab.com", forge.Gitea: "https://gitea.com"}[f.forge]
	}
	return forge.Pull{Forge: f.forge, Base: base, Repository: f.repository, Number: f.pull}
}

// token returns what the forge knows this program by.
func (f *forgeFlags) token(e *env) string {
	names := []string{"FRONTDESK_FORGE_TOKEN"}
	switch f.forge {
	case forge.GitHub:
		names = append(names, "GITHUB_TOKEN")
	case forge.GitLab:
		names = append(names, "GITLAB_TOKEN")
	case forge.Gitea:
		names = append(names, "GITEA_TOKEN")
	}
	for _, name := range names {
		if t := e.getenv(name); t != "" {
			return t
		}
	}
	return ""
}

// forgeError is one of asking a forge, which may answer the next time.
type forgeError struct{ error }

func (e forgeError) Unwrap() error { return e.error }

// fetch asks the forge for the pull request and its reviews. It returns the branch
// that the request goes to.
func (f *forgeFlags) fetch(ctx context.Context, e *env, o *gate.Options) (target string, err error) {
	client := &forge.Client{Token: f.token(e)}
	info, err := client.Info(ctx, f.target())
	if err != nil {
		return "", forgeError{err}
	}
	reviews, notes, err := client.Reviews(ctx, f.target())
	if err != nil {
		return "", forgeError{err}
	}
	for _, n := range notes {
		complain(e.stderr, "%s", n)
	}
	o.Reviews = reviews
	if info.Author != "" {
		o.Opener = &gate.Account{Forge: f.forge, Name: info.Author}
	}
	return info.Target, nil
}

// read reads a file of reviews, and the signature beside it if there is one.
func (f *forgeFlags) read(e *env) (data, signature []byte, err error) {
	if data, err = readUpTo(e.path(f.reviews), maxReviews); err != nil {
		return nil, nil, usageError{fmt.Errorf("read reviews: %w", err)}
	}
	signature, err = readUpTo(e.path(f.reviews)+".sig", maxReviews)
	if errors.Is(err, os.ErrNotExist) {
		err = nil
	}
	return data, signature, err
}

func readUpTo(name string, limit int64) ([]byte, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, limit+1))
	if err == nil && int64(len(data)) > limit {
		err = fmt.Errorf("%s is larger than %d bytes", name, limit)
	}
	return data, err
}

// checkTarget refuses reviews of a pull request that goes elsewhere: they are about
// another merge.
func checkTarget(rep *gate.Report, target string) error {
	if target == "" || rep.Target == "refs/heads/"+target {
		return nil
	}
	return withHint(fmt.Errorf("the pull request goes to %q, and what is judged to %q", target, branchName(rep.Target)), "--target names the branch; its reviews are counted for no other")
}

func branchName(ref string) string { return strings.TrimPrefix(ref, "refs/heads/") }

// bench is an open desk with its repository, at which records are judged.
type bench struct {
	*tree.Tree
	repo *git.Repo
	e    *env
}

// openBench opens the desk and its repository. The caller closes it.
func openBench(e *env) (*bench, error) {
	t, err := openDesk(e)
	if err != nil {
		return nil, err
	}
	repo, err := openRepo(t.Root)
	if err != nil {
		_ = t.Close()
		return nil, err
	}
	return &bench{t, repo, e}, nil
}

func (b *bench) close() {
	_ = b.repo.Close()
	_ = b.Tree.Close()
}

// options returns how is judged here and now.
func (b *bench) options(target string) gate.Options {
	return gate.Options{AsOf: b.e.now().UTC().Truncate(time.Second), Target: target, Branches: true, Elsewhere: true, Place: indexPlace}
}

// judge judges a record that a person names.
func (b *bench) judge(ctx context.Context, part string, o gate.Options) (*gate.Report, *gate.Case, error) {
	name, err := findName(b.Tree, part)
	if err != nil {
		return nil, nil, err
	}
	rep, err := gate.Of(ctx, b.repo, name.Type, name.ID, o)
	if err != nil {
		return nil, nil, explainGate(b.repo, name, err)
	}
	return rep, rep.Cases[0], nil
}

// explainGate adds to an error what to do next.
func explainGate(repo *git.Repo, name tree.Name, err error) error {
	switch {
	case errors.Is(err, gate.ErrNoTarget):
		return withHint(err, "--target BRANCH names it; git fetch gets it from the remote")
	case errors.Is(err, gate.ErrNoPolicy):
		return usagef("frontdesk schema show "+string(name.Type)+" shows the type", "%s: %v", name.ID, err)
	case errors.Is(err, gate.ErrNoRecord):
		return withHint(fmt.Errorf("%s: %w", name.ID, err), "what is approved is what was committed: git add and git commit it first")
	case errors.As(err, new(*gate.BrokenError)):
		return withHint(err, "mend that first, in a change that holds nothing else")
	case errors.Is(err, tree.ErrNoDesk):
		return withHint(errors.New("the target has no desk, so that nobody there can approve anything"), "merge the desk into it first; --target names another branch")
	case errors.Is(err, change.ErrShallow), errors.Is(err, change.ErrUnrelated):
		return explainChange(repo, err)
	}
	return explainRevision(repo, err)
}

// printNotes prints what could not be looked at.
func printNotes(e *env, rep *gate.Report) {
	for _, n := range rep.Notes {
		complain(e.stderr, "%s", n)
	}
}

// fewPeople is how many people are named where there may be hundreds.
const fewPeople = 6

// peopleText lists people, a few of them where there are many.
func peopleText(ids []records.ID) string {
	var names []string
	for i, id := range ids {
		if i == fewPeople && len(ids) > fewPeople+1 {
			names = append(names, fmt.Sprintf("and %d more", len(ids)-i))
			break
		}
		names = append(names, string(id))
	}
	return strings.Join(names, ", ")
}

// voidsOf returns the approvals of a verdict that do not count, each once.
func voidsOf(v *approval.Verdict) []approval.Void {
	var out []approval.Void
	seen := map[approval.Void]bool{}
	for _, r := range v.Rules {
		for _, void := range r.Void {
			if !seen[void] {
				seen[void] = true
				out = append(out, void)
			}
		}
	}
	return out
}
