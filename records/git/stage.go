package git

import (
	"context"
	"strings"
	"time"
)

// Stage makes the index hold the named files as they are in the work tree;
// files that are gone leave it. Paths are relative to the folder that the
// repository was opened for. Its cost grows with their number, and not, as that
// of Commit does, with its square: it is for thousands.
func (r *Repo) Stage(ctx context.Context, paths ...string) error {
	return patiently(ctx, func() error {
		cmd := r.command(ctx, "update-index", "--add", "--remove", "-z", "--stdin")
		cmd.Stdin = strings.NewReader(strings.Join(paths, "\x00"))
		_, err := run(ctx, cmd, "update-index")
		return err
	})
}

// CommitStaged records all that is staged in one commit. The user's hooks and
// signing apply. It is an error where nothing is staged.
func (r *Repo) CommitStaged(ctx context.Context, message string) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute) // hooks may take their time
	defer cancel()
	return patiently(ctx, func() error {
		_, err := run(ctx, r.command(ctx, "commit", "--quiet", "--message="+message), "commit")
		return err
	})
}
