package git

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"strings"
	"time"
)

// Change is one commit of a history that is imported.
type Change struct {
	Branch  string // short name, for example "main"
	From    string // branch that a new branch starts from; "" where it goes on
	Name    string // of author and committer
	Email   string
	When    time.Time
	Message string
	Write   map[string][]byte // path from the top folder: content
	Order   []string          // the paths of Write, in the order to write them
	Remove  []string
}

// FastImport adds commits to the repository with git fast-import, in order. It
// touches neither the index nor the work tree; Checkout does.
func (r *Repo) FastImport(ctx context.Context, changes []Change) error {
	cmd := command(ctx, r.Dir, "fast-import", "--quiet", "--date-format=raw", "--done")
	in, err := cmd.StdinPipe()
	if err != nil {
		return fmt.Errorf("import history: %w", err)
	}
	written := make(chan error, 1)
	go func() {
		w := bufio.NewWriterSize(in, 1<<20)
		for _, c := range changes {
			writeChange(w, c)
		}
		_, _ = io.WriteString(w, "done\n")
		err := w.Flush()
		_ = in.Close()
		written <- err
	}()
	if _, err := run(ctx, cmd, "fast-import"); err != nil {
		return err
	}
	return <-written
}

// writeChange writes one commit; errors stay in the writer until it is flushed.
func writeChange(w *bufio.Writer, c Change) {
	fmt.Fprintf(w, "commit refs/heads/%s\n", c.Branch)
	for _, role := range []string{"author", "committer"} {
		fmt.Fprintf(w, "%s %s <%s> %d +0000\n", role, identity(c.Name), identity(c.Email), c.When.Unix())
	}
	fmt.Fprintf(w, "data %d\n%s\n", len(c.Message), c.Message)
	if c.From != "" {
		fmt.Fprintf(w, "from refs/heads/%s\n", c.From)
	}
	for _, p := range c.Order {
		fmt.Fprintf(w, "M 100644 inline %s\ndata %d\n", quotePath(p), len(c.Write[p]))
		_, _ = w.Write(c.Write[p])
		_, _ = io.WriteString(w, "\n")
	}
	for _, p := range c.Remove {
		fmt.Fprintf(w, "D %s\n", quotePath(p))
	}
	_, _ = io.WriteString(w, "\n")
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

func quotePath(p string) string {
	if !strings.ContainsAny(p, "\"\\\n") && !strings.HasPrefix(p, " ") {
		return p
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(p) + `"`
}

// Checkout makes index and work tree those of a branch. Local changes to
// tracked files are overwritten.
func (r *Repo) Checkout(ctx context.Context, branch string) error {
	_, err := output(ctx, r.Dir, "checkout", "--quiet", "--force", branch, "--")
	return err
}
