package git

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// maxCommit is how large a commit may be to be read.
const maxCommit = 8 << 20

// UnknownRevisionError says that a revision names no commit of the repository,
// or more than one.
type UnknownRevisionError struct{ Rev string }

// Error names the revision.
func (e *UnknownRevisionError) Error() string {
	return fmt.Sprintf("%q names no commit here", e.Rev)
}

// Resolve returns the commit that a revision names: a branch, tag, id or any
// expression that git knows for one commit. The error is an
// *UnknownRevisionError where there is none.
func (r *Repo) Resolve(ctx context.Context, rev string) (Commit, error) {
	id, err := r.resolve(ctx, rev, "commit")
	if err != nil {
		return Commit{}, err
	}
	o, err := r.batch().load(ctx, id, "commit", maxCommit)
	if err != nil {
		return Commit{}, fmt.Errorf("read commit: %w", err)
	}
	return Commit{ID: id, When: committed(o.data)}, nil
}

// resolve returns the id of the commit or tree that a revision names.
func (r *Repo) resolve(ctx context.Context, rev, kind string) (string, error) {
	if rev == "" || strings.ContainsFunc(rev, func(c rune) bool { return c < ' ' || c == 0x7f }) {
		return "", &UnknownRevisionError{Rev: rev}
	}
	name := rev + "^{" + kind + "}"
	if strings.HasPrefix(rev, ":/") {
		name = rev // what follows is searched for to its end
	}
	found, err := r.batch().info(ctx, name)
	if err != nil {
		return "", fmt.Errorf("resolve %q: %w", rev, err)
	}
	o := found[0]
	switch {
	case o.id == "":
		return "", &UnknownRevisionError{Rev: rev}
	case o.kind != kind:
		return r.resolve(ctx, o.id, kind)
	}
	return o.id, nil
}

// committed returns the committer's time of a commit, zero where it is no time.
func committed(commit []byte) time.Time {
	for line := range bytes.Lines(commit) {
		if len(line) == 1 {
			break
		}
		if rest, ok := bytes.CutPrefix(line, []byte("committer ")); ok {
			at := bytes.LastIndexByte(rest, '>') + 1
			return parseDate(strings.TrimSpace(string(rest[at:])))
		}
	}
	return time.Time{}
}

// The seconds of the years 1 to 9999, a day short at each end: other times cannot
// be written down.
const firstSecond, lastSecond = -62135510400, 253402214400

// parseDate reads git's own form of a time: seconds since 1970 and a zone. What
// cannot be one is the zero time.
func parseDate(s string) time.Time {
	seconds, zone, _ := strings.Cut(s, " ")
	at, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil || at < firstSecond || at > lastSecond {
		return time.Time{}
	}
	offset, err := strconv.Atoi(zone)
	if err != nil || offset < -9959 || offset > 9959 {
		offset = 0
	}
	if offset == 0 {
		return time.Unix(at, 0).UTC()
	}
	return time.Unix(at, 0).In(time.FixedZone("", (offset/100*60+offset%100)*60))
}

// MergeBases returns the best common ancestors of two revisions, all of them:
// histories that were merged crosswise have more than one. There are none where
// the histories are unrelated, or where a shallow clone cut them off.
func (r *Repo) MergeBases(ctx context.Context, a, b string) ([]string, error) {
	one, err := r.resolve(ctx, a, "commit")
	if err != nil {
		return nil, err
	}
	two, err := r.resolve(ctx, b, "commit")
	if err != nil {
		return nil, err
	}
	out, err := r.read(ctx, "merge-base", "--all", one, two)
	if failed := (*Error)(nil); errors.As(err, &failed) && failed.Stderr == "" {
		return nil, nil
	}
	return strings.Fields(out), err
}

// MergeHeads returns the commits that the merge which is going on brings in, none
// where there is no merge. In a pre-merge-commit hook, which git runs before it
// writes them down, they are those that git tells the hook.
func (r *Repo) MergeHeads(ctx context.Context) ([]string, error) {
	text, err := os.ReadFile(filepath.Join(r.place.gitDir, "MERGE_HEAD"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("read merge: %w", err)
	}
	heads := strings.Fields(string(text))
	if len(heads) == 0 {
		heads = r.announcedHeads()
	}
	for _, id := range heads {
		if !isObjectID(id) {
			return nil, fmt.Errorf("read merge: %q is no commit", id)
		}
	}
	return heads, ctx.Err()
}

// announcedHeads returns what git merge tells its hooks: a variable GITHEAD_ID
// for each commit.
func (r *Repo) announcedHeads() []string {
	var heads []string
	for _, entry := range r.env {
		name, _, _ := strings.Cut(entry, "=")
		if id, ok := strings.CutPrefix(name, "GITHEAD_"); ok && isObjectID(id) {
			heads = append(heads, id)
		}
	}
	slices.Sort(heads)
	return heads
}
