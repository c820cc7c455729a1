package git

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// HooksFolder returns the absolute path of the folder in which git looks for
// hooks, as core.hooksPath may say. It need not be there.
func (r *Repo) HooksFolder(ctx context.Context) (string, error) {
	out, err := run(ctx, r.command(ctx, "rev-parse", "--git-path", "hooks"), "rev-parse")
	if err != nil {
		return "", fmt.Errorf("find hooks folder: %w", err)
	}
	p := filepath.FromSlash(strings.TrimSuffix(out, "\n"))
	if !filepath.IsAbs(p) {
		p = filepath.Join(r.real, p)
	}
	return filepath.Abs(p)
}

// Setting is an entry of git's configuration.
type Setting struct{ Key, Value string }

// LocalSettings returns the entries of the repository's own configuration, which
// its work trees share, whose keys match a regular expression, in their order.
func (r *Repo) LocalSettings(ctx context.Context, pattern string) ([]Setting, error) {
	out, err := run(ctx, r.command(ctx, "config", "--local", "--null", "--get-regexp", pattern), "config")
	if failed := (*Error)(nil); errors.As(err, &failed) && failed.Stderr == "" {
		return nil, nil // none matches
	}
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	var found []Setting
	for entry := range strings.SplitSeq(strings.TrimSuffix(out, "\x00"), "\x00") {
		key, value, _ := strings.Cut(entry, "\n")
		found = append(found, Setting{Key: key, Value: value})
	}
	return found, nil
}

// Configure sets a key of the repository's own configuration to one value.
func (r *Repo) Configure(ctx context.Context, key, value string) error {
	if _, err := run(ctx, r.command(ctx, "config", "--local", "--replace-all", key, value), "config"); err != nil {
		return fmt.Errorf("configure %s: %w", key, err)
	}
	return nil
}

// Unconfigure removes a section, for example "hook.name", from the repository's
// own configuration.
func (r *Repo) Unconfigure(ctx context.Context, section string) error {
	if _, err := run(ctx, r.command(ctx, "config", "--local", "--remove-section", section), "config"); err != nil {
		return fmt.Errorf("remove %s from configuration: %w", section, err)
	}
	return nil
}

// AddTrailers adds lines "Key: value" to the trailers of a commit message in a
// file, each unless it is there. comment is the text that begins git's comments
// in it. Nobody's configuration of trailers applies, as that could run commands
// and add lines that were not asked for.
func AddTrailers(ctx context.Context, file, comment string, trailers []string) error {
	file, err := filepath.Abs(file)
	if err != nil {
		return fmt.Errorf("add trailers: %w", err)
	}
	args := []string{"-c", "core.commentChar=" + comment, "interpret-trailers", "--in-place", "--no-divider", "--if-exists", "addIfDifferent"}
	for _, t := range trailers {
		args = append(args, "--trailer", t)
	}
	cmd := command(ctx, filepath.Dir(file), readSurroundings().without(), append(args, file)...)
	cmd.Env = append(cmd.Env, "GIT_DIR="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_PARAMETERS=", "GIT_CONFIG_COUNT=0")
	if _, err := run(ctx, cmd, "interpret-trailers"); err != nil {
		return fmt.Errorf("add trailers: %w", err)
	}
	return nil
}
