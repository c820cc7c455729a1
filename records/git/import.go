package git

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"
)

// File is a file of a commit that is imported.
type File struct {
	Path string
	Data []byte
}

// Change is one commit of a history that is imported.
type Change struct {
	Branch    string // short name, for example "main"
	From      string // what a new branch starts from: a branch or a commit's id; "" where it goes on, or has no parent
	Author    Signature
	Committer Signature // zero: the author
	Message   string
	Write     []File
	Remove    []string // files or folders
}

// Import adds commits to the repository, in order, with one git fast-import that
// takes each as it comes. A branch that exists goes on from its tip, and is never
// moved to where that is not an ancestor. Only at the end, when all commits are
// there, do branches move: after an error of the sequence, or of git, they are as
// they were. It touches neither the index nor the work tree; Checkout does.
func (r *Repo) Import(ctx context.Context, changes iter.Seq2[Change, error]) error {
	prefix, err := r.Prefix()
	if err != nil {
		return fmt.Errorf("import history: %w", err)
	}
	cmd := r.command(ctx, "-c", "core.hooksPath="+os.DevNull, "fast-import", "--quiet", "--date-format=raw", "--done")
	in, err := cmd.StdinPipe()
	if err != nil {
		return fmt.Errorf("import history: %w", err)
	}
	var stderr strings.Builder
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		return explain(ctx, err, "fast-import", err.Error(), "")
	}
	w := &importWriter{Writer: bufio.NewWriterSize(in, 1<<20), prefix: prefix, begun: map[string]bool{}, tip: func(branch string) (string, error) {
		return r.tip(ctx, branch)
	}}
	written := w.all(changes)
	_ = in.Close()
	ended := explain(ctx, cmd.Wait(), "fast-import", stderr.String(), "")
	if ended != nil {
		_ = os.Remove(filepath.Join(r.place.gitDir, fmt.Sprintf("fast_import_crash_%d", cmd.Process.Pid)))
	}
	if written != nil && (ended == nil || !errors.Is(written, os.ErrClosed) && !isBrokenPipe(written)) {
		return fmt.Errorf("import history: %w", written)
	}
	return ended
}

// tip returns the commit of a branch, "" where there is no such branch.
func (r *Repo) tip(ctx context.Context, branch string) (string, error) {
	id, err := r.resolve(ctx, "refs/heads/"+branch, "commit")
	if errors.As(err, new(*UnknownRevisionError)) {
		return "", nil
	}
	return id, err
}

// importWriter writes the stream that git fast-import reads.
type importWriter struct {
	*bufio.Writer
	prefix string
	begun  map[string]bool // branches that have a commit of this import
	tip    func(branch string) (string, error)
	line   []byte // what is being put together
}

// all writes the changes, and that they are complete. Without that last line git
// gives up what it has read.
func (w *importWriter) all(changes iter.Seq2[Change, error]) error {
	for c, err := range changes {
		if err != nil {
			return err
		}
		if err := w.change(c); err != nil {
			return err
		}
	}
	if _, err := w.WriteString("done\n"); err != nil {
		return err
	}
	return w.Flush()
}

// change writes one commit.
func (w *importWriter) change(c Change) error {
	if !isBranch(c.Branch) {
		return fmt.Errorf("%q is no branch", c.Branch)
	}
	from, err := w.from(c)
	if err != nil {
		return err
	}
	if c.Committer == (Signature{}) {
		c.Committer = c.Author
	}
	line := append(append(append(w.line[:0], "commit refs/heads/"...), c.Branch...), '\n')
	if line, err = appendSignature(append(line, "author "...), c.Author); err != nil {
		return err
	}
	if line, err = appendSignature(append(line, "committer "...), c.Committer); err != nil {
		return err
	}
	line = appendSize(line, len(c.Message))
	line = append(append(line, c.Message...), '\n')
	if from != "" {
		line = append(append(append(line, "from "...), from...), '\n')
	}
	for _, p := range c.Remove {
		if line, err = w.appendPath(append(line, "D "...), p); err != nil {
			return err
		}
	}
	for _, f := range c.Write {
		if line, err = w.appendPath(append(line, "M 100644 inline "...), f.Path); err != nil {
			return err
		}
		line = append(append(appendSize(line, len(f.Data)), f.Data...), '\n')
	}
	w.line = append(line, '\n')
	_, err = w.Write(w.line)
	return err
}

// from returns what the first commit of a branch starts from. Git itself would
// let a branch that exists begin anew.
func (w *importWriter) from(c Change) (string, error) {
	if w.begun[c.Branch] {
		if c.From != "" {
			return "", fmt.Errorf("branch %q has begun already", c.Branch)
		}
		return "", nil
	}
	w.begun[c.Branch] = true
	tip, err := w.tip(c.Branch)
	if err != nil {
		return "", err
	}
	switch {
	case tip != "" && c.From != "":
		return "", fmt.Errorf("branch %q exists already", c.Branch)
	case c.From == "" || isObjectID(c.From):
		return tip + c.From, nil
	case !isBranch(c.From):
		return "", fmt.Errorf("%q is no branch", c.From)
	}
	return "refs/heads/" + c.From, nil
}

// isBranch reports whether a name cannot be taken for anything else in the
// stream. Git itself judges whether it is good.
func isBranch(name string) bool {
	return name != "" && !strings.ContainsFunc(name, func(c rune) bool { return c <= ' ' || c == 0x7f })
}

// appendSignature appends a name, an address and a time. Git's own form of times
// begins in 1970.
func appendSignature(line []byte, s Signature) ([]byte, error) {
	if s.When.Unix() < 0 {
		return nil, fmt.Errorf("%s is before 1970", s.When.Format(time.RFC3339))
	}
	line = append(append(append(line, identity(s.Name)...), " <"...), identity(s.Email)...)
	line = strconv.AppendInt(append(line, "> "...), s.When.Unix(), 10)
	return s.When.AppendFormat(line, " -0700\n"), nil
}

// identity drops what git does not allow in names and addresses.
func identity(s string) string {
	return strings.TrimSpace(strings.Map(func(c rune) rune {
		if c < ' ' || c == '<' || c == '>' {
			return -1
		}
		return c
	}, s))
}

func appendSize(line []byte, n int) []byte {
	return append(strconv.AppendInt(append(line, "data "...), int64(n), 10), '\n')
}

// appendPath appends a path from the top folder, and ends the line. A path that
// could reach out of the work tree, or into .git, is an error.
func (w *importWriter) appendPath(line []byte, p string) ([]byte, error) {
	if !fs.ValidPath(p) || p == "." {
		return nil, fmt.Errorf("%q is no path", p)
	}
	for name := range strings.SplitSeq(p, "/") {
		if strings.EqualFold(name, ".git") {
			return nil, fmt.Errorf("%q is no path", p)
		}
	}
	p = w.prefix + p
	if !strings.ContainsAny(p, "\"\\\n") && p[0] != ' ' {
		return append(append(line, p...), '\n'), nil
	}
	line = append(line, '"')
	for i := range len(p) {
		switch p[i] {
		case '"', '\\':
			line = append(line, '\\', p[i])
		case '\n':
			line = append(line, '\\', 'n')
		default:
			line = append(line, p[i])
		}
	}
	return append(line, "\"\n"...), nil
}

// isBrokenPipe reports whether writing failed because git ended first, whose own
// words then say more.
func isBrokenPipe(err error) bool {
	pathError := (*fs.PathError)(nil)
	return errors.As(err, &pathError) && pathError.Op == "write" || errors.Is(err, io.ErrClosedPipe)
}

// Checkout makes index and work tree those of a branch. Local changes to
// tracked files are overwritten.
func (r *Repo) Checkout(ctx context.Context, branch string) error {
	_, err := run(ctx, r.command(ctx, "checkout", "--quiet", "--force", branch, "--"), "checkout")
	return err
}
