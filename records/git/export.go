package git

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"iter"
)

// WriteStream writes what Import would hand to git fast-import. Nothing in the
// repository changes.
func (r *Repo) WriteStream(ctx context.Context, out io.Writer, changes iter.Seq2[Change, error]) error {
	prefix, err := r.Prefix()
	if err != nil {
		return fmt.Errorf("write history: %w", err)
	}
	w := &importWriter{Writer: bufio.NewWriterSize(out, 1<<20), prefix: prefix, begun: map[string]bool{}, tip: func(branch string) (string, error) {
		return r.tip(ctx, branch)
	}}
	if err := w.all(changes); err != nil {
		return fmt.Errorf("write history: %w", err)
	}
	return nil
}
