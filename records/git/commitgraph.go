package git

import "context"

// WriteCommitGraph writes git's own index of the history, which walks over many
// commits then read instead of the commits. It changes nothing else, and can be
// repeated. Which files each commit changes is left out: that takes ten times as
// long as the rest.
func (r *Repo) WriteCommitGraph(ctx context.Context) error {
	_, err := run(ctx, r.command(ctx, "commit-graph", "write", "--reachable", "--no-progress"), "commit-graph")
	return err
}
