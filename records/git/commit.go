package git

import (
	"context"
	"errors"
	"strings"
	"time"

	"frontdesk/records/lazy"
)

// indexPatience is how long Commit waits for another git to release the index.
const indexPatience = 20 * time.Second

var (
	// complaint is how git begins what went wrong. What hooks say stands among it
	// as they put it.
	complaint = lazy.Regexp(`(?m)^(?:fatal|error): `)
	// contention are git's own sentences about another git at work.
	contention = lazy.Regexp(`(?m)^(?:fatal|error): (?:Unable to create '.*/index\.lock': File exists|` +
		`cannot lock ref 'HEAD'|pathspec '.*' did not match any file\(s\) known to git)`)
)

// Commit records the named files, and nothing else, in one commit; what is
// staged beside them stays staged. Paths are relative to the folder that the
// repository was opened for. The user's hooks and signing apply. Where the
// files are as in HEAD already it does nothing.
func (r *Repo) Commit(ctx context.Context, message string, paths ...string) error {
	if _, err := r.Root(); err != nil { // a bare repository, whose configuration is anybody's
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute) // hooks may take their time
	defer cancel()
	if len(paths) > manyPaths {
		if staged, err := r.DiffStaged(ctx, ""); err == nil && len(staged) == 0 {
			return r.commitMany(ctx, message, paths)
		}
	}
	list := strings.Join(paths, "\x00")
	return patiently(ctx, func() error {
		if err := r.withPaths(ctx, list, "add"); err != nil {
			return err
		}
		if same, err := r.isCommitted(ctx, list); same || err != nil {
			return err
		}
		return r.withPaths(ctx, list, "commit", "--quiet", "--only", "--message="+message)
	})
}

// manyPaths is how many paths git matches one by one with each of its files, so
// that the time grows with the square.
const manyPaths = 500

// commitMany is Commit where nothing is staged.
func (r *Repo) commitMany(ctx context.Context, message string, paths []string) error {
	if err := r.Stage(ctx, paths...); err != nil {
		return err
	}
	if staged, err := r.DiffStaged(ctx, ""); err != nil || len(staged) == 0 {
		return err
	}
	return r.CommitStaged(ctx, message)
}

// withPaths runs a command on paths, which it reads from its input: there may
// be more than fit on a command line.
func (r *Repo) withPaths(ctx context.Context, list string, args ...string) error {
	cmd := r.command(ctx, append(args, "--pathspec-from-file=-", "--pathspec-file-nul")...)
	cmd.Stdin = strings.NewReader(list)
	_, err := run(ctx, cmd, args[0])
	return err
}

// isCommitted reports whether the files are as in HEAD already. Git is asked to
// work the commit out and not to make it: it then runs no hook, whose words could
// be taken for its own, and finds as the commit would that another git wrote an
// index without our files.
func (r *Repo) isCommitted(ctx context.Context, list string) (bool, error) {
	err := r.withPaths(ctx, list, "commit", "--dry-run", "--only", "--untracked-files=no")
	failed := (*Error)(nil)
	if errors.As(err, &failed) && !complaint().MatchString(failed.Stderr) {
		return true, nil
	}
	return false, err
}

// patiently repeats what fails because another git is at work in the same
// repository: it holds a lock, moved HEAD, or wrote an index that it had read
// before our files were added to it.
func patiently(ctx context.Context, try func() error) error {
	give := time.NewTimer(indexPatience)
	defer give.Stop()
	for wait := 10 * time.Millisecond; ; wait = min(2*wait, 500*time.Millisecond) {
		err := try()
		if !isContention(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-give.C:
			return err
		case <-time.After(wait):
		}
	}
}

func isContention(err error) bool {
	failed := (*Error)(nil)
	return errors.As(err, &failed) && contention().MatchString(failed.Stderr)
}
