package git

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os/exec"
	"strconv"
	"strings"
	"sync"
)

var (
	// ErrMissingObject is returned where the repository lacks an object that it
	// refers to: it is a partial clone, or damaged.
	ErrMissingObject = errors.New("the repository lacks the object: it is a partial clone, or damaged (git fsck says more)")
	// ErrTooLarge is returned for an object that is larger than what is read.
	ErrTooLarge = errors.New("too large to be read")
)

// maxBurst is how many bytes of questions are asked before answers are read. A
// pipe holds as much, so that both ends never wait for the other.
const maxBurst = 16 << 10

// object is what git says of an object.
type object struct {
	id   string // "" where there is none of the name
	kind string // blob, tree, commit, tag
	size int64
	data []byte // where the contents were asked for
}

// batch is a git cat-file that lives as long as its repository is open. A child
// that died of an object is replaced when the next one is asked for.
type batch struct {
	start func() *exec.Cmd

	mu     sync.Mutex
	cmd    *exec.Cmd
	in     io.WriteCloser
	out    *bufio.Reader
	stderr *strings.Builder
	closed bool
}

// batch returns the child that reads the repository's objects.
func (r *Repo) batch() *batch {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.objects == nil {
		r.objects = &batch{start: func() *exec.Cmd {
			return r.reading(context.Background(), "cat-file", "--batch-command", "--buffer")
		}}
	}
	return r.objects
}

// info returns what git knows of names without reading contents.
func (b *batch) info(ctx context.Context, names ...string) ([]object, error) {
	out := make([]object, len(names))
	err := b.ask(ctx, "info", names, func(i int, o object) error { out[i] = o; return nil })
	return out, err
}

// contents reads objects whose sizes are known. Their sum should be bounded.
func (b *batch) contents(ctx context.Context, names []string, max int64) ([]object, error) {
	out := make([]object, len(names))
	err := b.ask(ctx, "contents", names, func(i int, o object) error {
		if o.id != "" && o.size > max {
			return ErrTooLarge
		}
		if o.id != "" {
			o.data = make([]byte, o.size)
			if _, err := io.ReadFull(b.out, o.data); err != nil {
				return err
			}
			if _, err := b.out.Discard(1); err != nil {
				return err
			}
		}
		out[i] = o
		return nil
	})
	return out, err
}

// load reads one object of a kind, unless it is larger than max.
func (b *batch) load(ctx context.Context, name, kind string, max int64) (object, error) {
	found, err := b.info(ctx, name)
	if err != nil {
		return object{}, err
	}
	switch o := found[0]; {
	case o.id == "":
		return object{}, fmt.Errorf("object %s: %w", name, ErrMissingObject)
	case o.kind != kind:
		return object{}, fmt.Errorf("object %s is a %s, not a %s", o.id, o.kind, kind)
	case o.size > max:
		return object{}, fmt.Errorf("object %s of %d bytes: %w", o.id, o.size, ErrTooLarge)
	}
	found, err = b.contents(ctx, []string{found[0].id}, max)
	if err == nil && found[0].id == "" {
		err = fmt.Errorf("object %s: %w", name, ErrMissingObject)
	}
	if err != nil {
		return object{}, err
	}
	return found[0], nil
}

// ask asks for names in bursts, and hands what is said of each to a function that
// reads the contents that follow. After an error the child is of no use any more.
func (b *batch) ask(ctx context.Context, verb string, names []string, answer func(int, object) error) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	for first := 0; first < len(names); {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := b.ready(); err != nil {
			return err
		}
		next, err := b.burst(verb, names, first)
		for i := first; i < next && err == nil; i++ {
			var o object
			if o, err = b.header(names[i]); err == nil {
				err = answer(i, o)
			}
		}
		if err != nil {
			err = b.fail(err)
			return cmp.Or(ctx.Err(), err) // whoever interrupts us interrupts the child
		}
		first = next
	}
	return nil
}

// burst writes as many questions as fit, and returns the first that it left out.
func (b *batch) burst(verb string, names []string, first int) (next int, err error) {
	var questions []byte
	for next = first; next < len(names) && len(questions) < maxBurst; next++ {
		if strings.ContainsAny(names[next], "\n\x00") {
			return first, fmt.Errorf("%q names no object", names[next])
		}
		questions = append(append(append(append(questions, verb...), ' '), names[next]...), '\n')
	}
	_, err = b.in.Write(append(questions, "flush\n"...))
	return next, err
}

// header reads the line that begins an answer.
func (b *batch) header(name string) (object, error) {
	line, err := b.out.ReadString('\n')
	if err != nil {
		return object{}, err
	}
	line = line[:len(line)-1]
	if rest, ok := strings.CutPrefix(line, name+" "); ok && (rest == "missing" || rest == "ambiguous") {
		return object{kind: rest}, nil
	}
	words := strings.Split(line, " ")
	if len(words) != 3 || !isObjectID(words[0]) {
		return object{}, fmt.Errorf("git says %q of %q", line, name)
	}
	size, err := strconv.ParseInt(words[2], 10, 64)
	return object{id: words[0], kind: words[1], size: size}, err
}

// ready starts the child, unless it runs.
func (b *batch) ready() error {
	if b.closed {
		return fs.ErrClosed
	}
	if b.cmd != nil {
		return nil
	}
	cmd := b.start()
	b.stderr = &strings.Builder{}
	cmd.Stderr = b.stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return fmt.Errorf("read objects: %w", err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return fmt.Errorf("read objects: %w", err)
	}
	if err := cmd.Start(); err != nil {
		return explain(context.Background(), err, "cat-file", err.Error(), "")
	}
	b.cmd, b.in, b.out = cmd, in, bufio.NewReaderSize(out, 64<<10)
	return nil
}

// fail ends a child whose answers cannot be followed any more.
func (b *batch) fail(err error) error {
	_ = b.cmd.Process.Kill()
	_ = b.in.Close()
	_ = b.cmd.Wait()
	b.cmd = nil
	said := b.stderr.String()
	if strings.Contains(said, "promisor remote") {
		return ErrMissingObject // and git was not let fetch it
	}
	if said != "" {
		return &Error{Verb: "cat-file", Stderr: said}
	}
	return fmt.Errorf("read objects: %w", err)
}

// pause ends the child; the next question starts another.
func (b *batch) pause() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.cmd != nil {
		_ = b.in.Close()
		_ = b.cmd.Wait()
		b.cmd = nil
	}
}

// close ends the child for good.
func (b *batch) close() {
	b.pause()
	b.mu.Lock()
	defer b.mu.Unlock()
	b.closed = true
}

// isObjectID reports whether a text is a full object id.
func isObjectID(s string) bool {
	if len(s) != 40 && len(s) != 64 {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}
