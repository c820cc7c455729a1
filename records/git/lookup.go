package git

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// Blobs returns the contents of blobs, named by their ids, with few questions.
// Their sum should be bounded.
func (r *Repo) Blobs(ctx context.Context, ids []string) (map[string][]byte, error) {
	wanted := slices.Compact(slices.Sorted(slices.Values(ids)))
	found, err := r.batch().info(ctx, wanted...)
	if err != nil {
		return nil, err
	}
	for i, o := range found {
		switch {
		case o.id == "":
			return nil, fmt.Errorf("object %s: %w", wanted[i], ErrMissingObject)
		case o.kind != "blob":
			return nil, fmt.Errorf("object %s is a %s, not a blob", o.id, o.kind)
		case o.size > maxBlob:
			return nil, fmt.Errorf("object %s of %d bytes: %w", o.id, o.size, ErrTooLarge)
		}
	}
	if found, err = r.batch().contents(ctx, wanted, maxBlob); err != nil {
		return nil, err
	}
	out := make(map[string][]byte, len(found))
	for _, o := range found {
		out[o.id] = o.data
	}
	return out, nil
}

// Before returns the last commit, on the way from a revision along first
// parents, that was committed at a time or before it. The error is an
// *UnknownRevisionError where there is none.
func (r *Repo) Before(ctx context.Context, from string, at time.Time) (Commit, error) {
	id, err := r.resolve(ctx, from, "commit")
	if err != nil {
		return Commit{}, err
	}
	out, err := r.read(ctx, "rev-list", "-1", "--first-parent", fmt.Sprintf("--before=@%d +0000", at.Unix()), id, "--")
	if err != nil {
		return Commit{}, err
	}
	if out = strings.TrimSpace(out); out == "" {
		return Commit{}, &UnknownRevisionError{Rev: at.UTC().Format(time.RFC3339)}
	}
	return r.Resolve(ctx, out)
}

// IsCutOff reports whether a shallow clone ends with a commit: it has parents,
// and the repository does not have them.
func (r *Repo) IsCutOff(commit string) bool {
	text, err := os.ReadFile(filepath.Join(r.place.commonDir, "shallow"))
	return err == nil && slices.Contains(strings.Fields(string(text)), commit)
}
