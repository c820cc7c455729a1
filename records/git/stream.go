package git

import (
	"bufio"
	"context"
	"errors"
	"io"
	"strings"
)

// stream runs a reading command and hands its output to a function. Where that
// returns before the end, or with an error, the command is ended.
func (r *Repo) stream(ctx context.Context, args []string, consume func(*bufio.Reader) error) error {
	return r.streamIn(ctx, nil, args, consume)
}

// streamIn is stream with more in the command's environment.
func (r *Repo) streamIn(ctx context.Context, env, args []string, consume func(*bufio.Reader) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	cmd := r.reading(ctx, args...)
	cmd.Env = append(cmd.Env, env...)
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return explain(ctx, err, args[0], err.Error(), "")
	}
	buffered := bufio.NewReaderSize(out, 256<<10)
	err = consume(buffered)
	if err == nil {
		if _, peek := buffered.Peek(1); errors.Is(peek, io.EOF) {
			return explain(ctx, cmd.Wait(), args[0], stderr.String(), "")
		}
	}
	cancel()
	_ = out.Close()
	waited := cmd.Wait()
	if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		if said := stderr.String(); said != "" {
			return &Error{Verb: args[0], Stderr: said}
		}
		return explain(ctx, waited, args[0], "its output is cut off", "")
	}
	return err
}
