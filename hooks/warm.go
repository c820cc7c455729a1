package hooks

import (
	"context"
	"path/filepath"

	"frontdesk/records/git"
	"frontdesk/records/tree"
)

// Refresh calls warm for the root of each desk whose files a git command has just
// changed in the work tree of a folder: post-merge, post-checkout or post-rewrite
// with the arguments that git gave the hook. Its error is for tests and traces;
// no git command should fail for it.
func Refresh(ctx context.Context, dir string, hook Name, args []string, warm func(ctx context.Context, desk string) error) error {
	repo, err := openTop(dir)
	if err != nil {
		return err
	}
	defer repo.Close()
	from, to := span(hook, args)
	if from == "" {
		return nil
	}
	if what, _, err := DoingNow(dir, hook); err != nil || what == Rebasing && hook == PostCheckout {
		return err // a rebase ends with post-rewrite
	}
	desks := []string{""}
	if !isFile(filepath.Join(repo.Dir, tree.ConfigFile)) {
		if desks, err = changedDesks(ctx, repo, from, to); err != nil {
			return err
		}
	}
	for _, folder := range desks {
		if err := warm(ctx, filepath.Join(repo.Dir, filepath.FromSlash(folder))); err != nil {
			return err
		}
	}
	return nil
}

// span returns the commits between which a hook's git command went, "" where it
// changed no files to speak of.
func span(hook Name, args []string) (from, to string) {
	switch {
	case hook == PostCheckout && len(args) == 3 && args[2] == "1" && !isZero(args[0]):
		return args[0], args[1]
	case hook == PostMerge, hook == PostRewrite && len(args) > 0 && args[0] == "rebase":
		return "ORIG_HEAD", "HEAD"
	}
	return "", ""
}

func changedDesks(ctx context.Context, repo *git.Repo, from, to string) ([]string, error) {
	deltas, err := repo.Diff(ctx, from, to)
	if err != nil {
		return nil, err
	}
	return touched(deltas, func(folder string) (bool, error) {
		return isFile(filepath.Join(repo.Dir, filepath.FromSlash(folder), tree.ConfigFile)), nil
	})
}
