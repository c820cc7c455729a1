package git

import (
	"context"
	"fmt"
	"strconv"
	"strings"
)

// ScopedSetting is an entry of git's configuration and where it is from.
type ScopedSetting struct {
	Scope string // system, global, local, worktree or command
	Setting
}

// Settings returns all entries of git's configuration as it holds in the
// repository, in their order: of those with one key the last holds. Keys are in
// lower case but for what stands between their first and last dot.
func (r *Repo) Settings(ctx context.Context) ([]ScopedSetting, error) {
	cmd := r.command(ctx)
	cmd.Args = []string{"git", "config", "--null", "--list", "--show-scope"} // without settings of our own
	out, err := run(ctx, cmd, "config")
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	var found []ScopedSetting
	words := strings.Split(strings.TrimSuffix(out, "\x00"), "\x00")
	for i := 0; i+1 < len(words); i += 2 {
		key, value, _ := strings.Cut(words[i+1], "\n")
		found = append(found, ScopedSetting{Scope: words[i], Setting: Setting{Key: key, Value: value}})
	}
	return found, nil
}

// Attributes returns the named attributes of a file, which need not exist, from
// all files that give it some: "set", "unset", "unspecified", or a value.
func (r *Repo) Attributes(ctx context.Context, path string, names ...string) (map[string]string, error) {
	args := append([]string{"check-attr", "-z"}, names...)
	out, err := run(ctx, r.command(ctx, append(args, "--", path)...), "check-attr")
	if err != nil {
		return nil, fmt.Errorf("read attributes: %w", err)
	}
	found := map[string]string{}
	words := strings.Split(strings.TrimSuffix(out, "\x00"), "\x00")
	for i := 0; i+2 < len(words); i += 3 {
		found[words[i+1]] = words[i+2]
	}
	return found, nil
}

// Refusal returns why git does not work in the repository, for example because
// it belongs to another user; nil where it does.
func (r *Repo) Refusal(ctx context.Context) error {
	_, err := r.read(ctx, "rev-parse", "--git-dir")
	return err
}

// CountCommits returns how many commits HEAD leads to, counting no further than
// most.
func (r *Repo) CountCommits(ctx context.Context, most int) (int, error) {
	out, err := r.read(ctx, "rev-list", "--count", "--max-count="+strconv.Itoa(most), "HEAD", "--")
	if err != nil {
		return 0, fmt.Errorf("count commits: %w", err)
	}
	return strconv.Atoi(strings.TrimSpace(out))
}
