package git

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strconv"
	"strings"
)

// Bounds of what two trees may differ in.
const (
	maxDeltas   = 1_000_000
	renameLimit = "-l1000" // files that are compared with each other by contents
)

// Delta is a file that differs between two trees.
type Delta struct {
	Status        byte // Added, Deleted, Modified, Type changed, Renamed, Unmerged: its first letter
	OldPath, Path string
	OldMode, Mode fs.FileMode
	OldBlob, Blob string // ids of the contents, "" where there are none; a submodule's commit
}

// Diff returns the files that differ between two commits or trees, by path.
// A file that was renamed, as it was or changed a little, is one delta.
func (r *Repo) Diff(ctx context.Context, a, b string) ([]Delta, error) {
	from, err := r.resolve(ctx, a, "tree")
	if err != nil {
		return nil, err
	}
	to, err := r.resolve(ctx, b, "tree")
	if err != nil {
		return nil, err
	}
	if err := r.bounded(ctx, from, to); err != nil {
		return nil, fmt.Errorf("compare trees: %w", err)
	}
	return r.deltas(ctx, "diff-tree", "-r", from, to)
}

// DiffStaged returns the files of the index that differ from a commit, "" meaning
// HEAD: what a commit would change. Before the first commit all files are new.
// Files with conflicts are there once, as unmerged.
func (r *Repo) DiffStaged(ctx context.Context, against string) ([]Delta, error) {
	tree, err := "", error(nil)
	if against != "" {
		tree, err = r.resolve(ctx, against, "tree")
	} else if tree, err = r.resolve(ctx, "HEAD", "tree"); errors.As(err, new(*UnknownRevisionError)) {
		tree, err = r.emptyTree(ctx)
	}
	if err != nil {
		return nil, err
	}
	return r.deltas(ctx, "diff-index", "--cached", "--ita-invisible-in-index", tree)
}

// emptyTree returns the id of the tree without files.
func (r *Repo) emptyTree(ctx context.Context) (string, error) {
	cmd := r.reading(ctx, "hash-object", "-t", "tree", "--stdin")
	out, err := run(ctx, cmd, "hash-object")
	return strings.TrimSpace(out), err
}

// deltas runs a command that prints raw differences.
func (r *Repo) deltas(ctx context.Context, command string, args ...string) ([]Delta, error) {
	all := append([]string{command, "--raw", "-z", "--no-abbrev", "-M", renameLimit, r.relative(), "--no-ext-diff", "--no-textconv", "--ignore-submodules=none"}, args...)
	var list []Delta
	err := r.stream(ctx, append(all, "--"), func(out *bufio.Reader) error {
		for {
			d, err := readDelta(out)
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			if len(list) >= maxDeltas {
				return ErrTooMany
			}
			if n := len(list); d.Status == 'U' && n > 0 && list[n-1].Path == d.Path {
				continue
			} else if n > 0 && list[n-1].Status == 'U' && list[n-1].Path == d.Path {
				continue // git compares our side of a conflict as well
			}
			list = append(list, d)
		}
	})
	if err != nil {
		return nil, err
	}
	return list, nil
}

// readDelta reads one raw difference as -z prints it. io.EOF means that there is
// none left.
func readDelta(in *bufio.Reader) (Delta, error) {
	head, err := token(in)
	if err != nil {
		return Delta{}, err
	}
	d, err := parseDelta(head)
	if err != nil {
		return Delta{}, err
	}
	return d, d.readPaths(in)
}

// readPaths reads what follows the head of a difference: its path, or two of them.
func (d *Delta) readPaths(in *bufio.Reader) (err error) {
	if d.OldPath, err = token(in); err != nil {
		return noEOF(err)
	}
	d.Path = d.OldPath
	if d.Status == 'R' {
		if d.Path, err = token(in); err != nil {
			return noEOF(err)
		}
	}
	if !isPath(d.OldPath) || !isPath(d.Path) {
		return fmt.Errorf("%q is no path", d.Path)
	}
	return nil
}

// token reads up to the next zero byte.
func token(in *bufio.Reader) (string, error) {
	s, err := in.ReadString(0)
	if err != nil {
		if s != "" {
			err = noEOF(err)
		}
		return "", err
	}
	return s[:len(s)-1], nil
}

// noEOF makes the end of the input an error where something is due.
func noEOF(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// parseDelta reads ":MODE MODE ID ID STATUS", where a rename's status has a
// number behind it. A merge's has a colon, a mode, an id and a letter for each
// parent: the delta is the one against the first.
func parseDelta(head string) (Delta, error) {
	if d, ok := parseHead(head); ok {
		return d, nil
	}
	return Delta{}, fmt.Errorf("git says %q of a difference", head)
}

func parseHead(head string) (Delta, bool) {
	words := strings.Split(strings.TrimLeft(head, ":"), " ")
	parents := len(head) - len(strings.TrimLeft(head, ":"))
	if parents < 1 || len(words) != 2*parents+3 || words[len(words)-1] == "" {
		return Delta{}, false
	}
	d := Delta{Status: words[len(words)-1][0], OldBlob: words[parents+1], Blob: words[2*parents+1]}
	if !strings.ContainsRune("ADMTRU", rune(d.Status)) || !isObjectID(d.OldBlob) || !isObjectID(d.Blob) {
		return Delta{}, false
	}
	old, oldErr := strconv.ParseUint(words[0], 8, 32)
	now, nowErr := strconv.ParseUint(words[parents], 8, 32)
	d.OldMode, d.Mode = fileMode(uint32(old)), fileMode(uint32(now))
	if strings.Trim(d.OldBlob, "0") == "" {
		d.OldBlob = ""
	}
	if strings.Trim(d.Blob, "0") == "" {
		d.Blob = ""
	}
	return d, oldErr == nil && nowErr == nil
}
