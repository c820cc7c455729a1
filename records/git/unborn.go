package git

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// BranchError says why a branch of that name cannot be made.
type BranchError struct{ Name, Reason string }

// Error names the branch and the reason.
func (e *BranchError) Error() string { return fmt.Sprintf("branch %q: %s", e.Name, e.Reason) }

// Branch returns the short name of the branch that is checked out, which may
// have no commit yet. It is "" where a commit is checked out and no branch.
func (r *Repo) Branch(ctx context.Context) (string, error) {
	out, err := r.read(ctx, "symbolic-ref", "--quiet", "HEAD")
	if failed := (*Error)(nil); errors.As(err, &failed) && failed.Stderr == "" {
		return "", nil
	}
	if err != nil {
		return "", fmt.Errorf("find the current branch: %w", err)
	}
	return strings.TrimPrefix(strings.TrimSpace(out), "refs/heads/"), nil
}

// CheckNewBranch returns a *BranchError where a branch of that name cannot be
// made: it is no name, or a branch that exists is in the way.
func (r *Repo) CheckNewBranch(ctx context.Context, name string) error {
	out, err := r.read(ctx, "check-ref-format", "--branch", name)
	if errors.As(err, new(*Error)) || err == nil && strings.TrimSuffix(out, "\n") != name {
		return &BranchError{name, "git allows no such name"}
	}
	if err != nil {
		return fmt.Errorf("check branch: %w", err)
	}
	out, err = r.read(ctx, "for-each-ref", "--format=%(refname:lstrip=2)", "--count=1", "refs/heads/"+name)
	if err != nil {
		return fmt.Errorf("check branch: %w", err)
	}
	inTheWay := strings.TrimSpace(out)
	for i, c := range name {
		if tip := ""; c == '/' && inTheWay == "" {
			if tip, err = r.tip(ctx, name[:i]); err != nil {
				return fmt.Errorf("check branch: %w", err)
			} else if tip != "" {
				inTheWay = name[:i]
			}
		}
	}
	switch inTheWay {
	case "":
		return nil
	case name:
		return &BranchError{name, "it exists already"}
	}
	return &BranchError{name, fmt.Sprintf("the branch %q is in the way", inTheWay)}
}

// Untracked returns the files at and below some paths that git add would add, in
// the order of paths.
func (r *Repo) Untracked(ctx context.Context, paths ...string) ([]string, error) {
	out, err := r.read(ctx, append([]string{"ls-files", "--others", "--exclude-standard", "-z", "--"}, paths...)...)
	if err != nil {
		return nil, fmt.Errorf("list untracked files: %w", err)
	}
	found := strings.Split(out, "\x00")
	return found[:len(found)-1], nil
}

// HasIndex reports whether the work tree has an index: one that was never checked
// out, and in which nothing was staged, has none.
func (r *Repo) HasIndex() (bool, error) {
	dir, err := r.GitDir()
	if err != nil {
		return false, err
	}
	_, err = os.Lstat(filepath.Join(dir, "index"))
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

// scratchIndex is the index that Populate makes, until its files are there.
const scratchIndex = "frontdesk-index"

// Populate makes index and work tree those of HEAD where there is no index yet.
// Files that are there stay as they are; git status then shows what differs.
// Stopped at any moment it leaves no index, and can be called again. The caller
// keeps other callers away.
func (r *Repo) Populate(ctx context.Context) error {
	if has, err := r.HasIndex(); has || err != nil {
		return err
	}
	dir, err := r.GitDir()
	if err != nil {
		return err
	}
	index := filepath.Join(dir, scratchIndex)
	_ = os.Remove(index + ".lock") // of a call that was killed
	for _, step := range [][]string{{"read-tree", "HEAD"}, {"update-index", "-q", "--refresh"},
		{"checkout-index", "--all", "--quiet", "--index"}} {
		cmd := r.command(ctx, append([]string{"-c", "checkout.workers=0"}, step...)...)
		cmd.Env = append(cmd.Env, "GIT_INDEX_FILE="+index)
		_, err := run(ctx, cmd, step[0])
		if failed := (*Error)(nil); errors.As(err, &failed) && failed.Stderr == "" {
			continue // only files that are there already
		}
		if err != nil {
			return fmt.Errorf("check out: %w", err)
		}
	}
	if err := os.Rename(index, filepath.Join(dir, "index")); err != nil {
		return fmt.Errorf("check out: %w", err)
	}
	return nil
}
