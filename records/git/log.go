package git

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path"
	"strings"
	"time"
)

// Signature is who did something, and when, as a commit states it. Git does not
// verify it.
type Signature struct {
	Name, Email string
	When        time.Time // with its zone; zero where the commit has none
}

// Revision is a commit of a history.
type Revision struct {
	Commit
	Author, Committer Signature
	Subject           string
	Parents           []string
	// Deltas are what it changed, of the paths that were asked for. Those of a merge
	// are the files that differ from all its parents, compared with the first.
	Deltas []Delta
}

// LogOptions choose the commits of a history.
type LogOptions struct {
	From        string   // revision to begin with; "" is HEAD
	Paths       []string // up to some hundred files and folders, by their exact names: only commits that changed one of them; none: all commits
	Oldest      bool     // oldest first; the newest otherwise
	FirstParent bool     // only the first parent of merges, and what these changed against it
	Exclude     []string // revisions whose histories are left out
	Full        bool     // with Paths: also commits of branches whose changes to them did not outlast a merge
}

// errStopped ends a history that nobody reads on.
var errStopped = errors.New("stopped")

// Log returns the commits of a history, parents after their children, or before
// where the oldest are asked for first. One git reads along; it ends when the
// iteration does. A history that is cut off by a shallow clone begins with a
// commit that seems to add all its files. An error is the last thing handed out.
func (r *Repo) Log(ctx context.Context, o LogOptions) iter.Seq2[Revision, error] {
	return func(yield func(Revision, error) bool) {
		err := r.log(ctx, o, func(rev Revision) bool { return yield(rev, nil) })
		if err != nil && !errors.Is(err, errStopped) {
			yield(Revision{}, err)
		}
	}
}

func (r *Repo) log(ctx context.Context, o LogOptions, yield func(Revision) bool) error {
	args, err := r.logArgs(ctx, o)
	if err != nil {
		return err
	}
	prefix, err := r.Prefix()
	if err != nil {
		return fmt.Errorf("read history: %w", err)
	}
	return r.stream(ctx, args, func(out *bufio.Reader) error {
		history := logReader{in: out, prefix: prefix}
		for {
			rev, err := history.next()
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			if !yield(rev) {
				return errStopped
			}
		}
	})
}

// logFormat prints what logReader reads: fields with a zero byte between them.
// None of them can hold one, as git takes it for the end of what it reads from a commit.
const logFormat = "--format=tformat:%H%x00%P%x00%an%x00%ae%x00%ad%x00%cn%x00%ce%x00%cd%x00%s"

// logFields is how many fields that are.
const logFields = 9

func (r *Repo) logArgs(ctx context.Context, o LogOptions) ([]string, error) {
	args := []string{"log", "-z", "--raw", "--no-abbrev", r.relative(), "-M", renameLimit, "--no-ext-diff", "--no-textconv", "--ignore-submodules=none",
		"-O" + os.DevNull, "--topo-order", "--no-show-signature", "--no-notes", "--no-color", "--encoding=UTF-8", "--date=raw", logFormat}
	if o.FirstParent {
		args = append(args, "--first-parent", "--diff-merges=first-parent")
	} else {
		args = append(args, "--diff-merges=combined")
	}
	if o.Full {
		args = append(args, "--full-history")
	}
	if o.Oldest {
		args = append(args, "--reverse")
	}
	from := o.From
	if from == "" {
		from = "HEAD"
	}
	id, err := r.resolve(ctx, from, "commit")
	if err != nil {
		return nil, err
	}
	args = append(args, id)
	for _, rev := range o.Exclude {
		if id, err = r.resolve(ctx, rev, "commit"); err != nil {
			return nil, err
		}
		args = append(args, "^"+id)
	}
	args = append(args, "--")
	for _, p := range o.Paths {
		args = append(args, path.Clean(path.Join(r.folder, p)))
	}
	return args, nil
}

// logReader reads what git log prints.
type logReader struct {
	in     *bufio.Reader
	prefix string // of the folder that paths are relative to
	ahead  string // the token that ended the last commit: the next one's id
}

// next returns the next commit, io.EOF after the last.
func (l *logReader) next() (Revision, error) {
	var fields [logFields]string
	for i := range fields {
		if i == 0 && l.ahead != "" {
			fields[0], l.ahead = l.ahead, ""
			continue
		}
		text, err := token(l.in)
		if err != nil && i > 0 {
			err = noEOF(err)
		}
		if err != nil {
			return Revision{}, err
		}
		fields[i] = text
	}
	if !isObjectID(fields[0]) {
		return Revision{}, fmt.Errorf("git log says %q", fields[0])
	}
	rev := Revision{
		Author:    Signature{Name: fields[2], Email: fields[3], When: parseDate(fields[4])},
		Committer: Signature{Name: fields[5], Email: fields[6], When: parseDate(fields[7])},
		Subject:   fields[8],
		Parents:   strings.Fields(fields[1]),
	}
	rev.Commit = Commit{ID: fields[0], When: rev.Committer.When}
	return rev, l.deltas(&rev)
}

// deltas reads what a commit changed, up to the id of the next. Before the first
// difference git puts a line feed, or a zero byte where it is a merge's.
func (l *logReader) deltas(rev *Revision) error {
	for {
		head, err := token(l.in)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		head = strings.TrimPrefix(head, "\n")
		switch {
		case head == "":
			continue
		case head[0] != ':':
			l.ahead = head
			return nil
		case len(rev.Deltas) >= maxDeltas:
			return ErrTooMany
		}
		d, err := parseDelta(head)
		if err != nil {
			return err
		}
		if err := d.readPaths(l.in); err != nil {
			return err
		}
		if strings.HasPrefix(head, "::") && !l.relocate(&d) {
			continue
		}
		rev.Deltas = append(rev.Deltas, d)
	}
}

// relocate makes the path of a merge's difference relative, which git prints from
// the top folder. It reports whether it lies in ours.
func (l *logReader) relocate(d *Delta) bool {
	p, ok := strings.CutPrefix(d.Path, l.prefix)
	d.Path, d.OldPath = p, p
	return ok && p != ""
}
