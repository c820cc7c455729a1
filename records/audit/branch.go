package audit

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"frontdesk/records/git"
	"frontdesk/records/tree"
)

// NoBranchError says that a repository does not have the branch to audit.
type NoBranchError struct{ Branch string }

// Error names the branch.
func (e *NoBranchError) Error() string {
	return fmt.Sprintf("there is no branch %q here, nor has origin one", e.Branch)
}

// branch is what is audited.
type branch struct {
	name  string // short
	ref   string // where it was found
	tip   git.Commit
	notes []string
}

const (
	localBranches  = "refs/heads/"
	originBranches = "refs/remotes/origin/"
)

// findBranch finds the branch: here, else as it was last fetched from origin.
func findBranch(ctx context.Context, repo *git.Repo, name string) (branch, error) {
	b := branch{name: strings.TrimPrefix(name, localBranches)}
	if name == "" {
		var err error
		if b.name, err = defaultBranch(ctx, repo); err != nil {
			return b, err
		}
	}
	for _, folder := range []string{localBranches, originBranches} {
		tip, err := repo.Resolve(ctx, folder+b.name)
		switch {
		case errors.As(err, new(*git.UnknownRevisionError)):
			continue
		case err != nil:
			return b, err
		case b.ref == "":
			b.ref, b.tip = folder+b.name, tip
		case tip.ID != b.tip.ID:
			b.notes = append(b.notes, fmt.Sprintf("origin's %s is at %s, the one here at %s: this is about the one here", b.name, tip.Short(), b.tip.Short()))
		}
	}
	if b.ref == "" {
		return b, &NoBranchError{Branch: b.name}
	}
	return b, nil
}

// defaultBranch returns the first of the desk's branches, as HEAD's desk.yaml has
// them.
func defaultBranch(ctx context.Context, repo *git.Repo) (string, error) {
	head, err := repo.Head(ctx)
	if err != nil {
		return "", err
	}
	files, err := repo.At(ctx, head.ID)
	if err != nil {
		return "", err
	}
	t, err := tree.OpenFS(repo.Dir, files)
	if errors.Is(err, tree.ErrNoDesk) {
		return "main", nil
	}
	if err != nil {
		return "", err
	}
	if len(t.Desk.Branches) == 0 {
		return "main", nil
	}
	return t.Desk.Branches[0], nil
}
