package git

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// Branch is a branch, here or of a remote, and what it points at.
type Branch struct {
	Name string // in full: "refs/heads/main"
	Commit
}

// Unmerged returns the branches of this repository and of its remotes that have
// commits which a revision has not, the latest first, at most so many; more
// reports whether there are others. What names another branch, as
// refs/remotes/origin/HEAD does, is left out.
func (r *Repo) Unmerged(ctx context.Context, into string, most int) (found []Branch, more bool, err error) {
	id, err := r.resolve(ctx, into, "commit")
	if err != nil {
		return nil, false, err
	}
	args := []string{"for-each-ref", "--sort=-committerdate", "--no-merged=" + id, "--format=%(objecttype) %(objectname) %(committerdate:unix) %(symref)%00%(refname)%00", "refs/heads", "refs/remotes"}
	err = r.stream(ctx, args, func(out *bufio.Reader) error {
		for {
			b, ok, err := readBranch(out)
			switch {
			case errors.Is(err, io.EOF):
				return nil
			case err != nil:
				return err
			case !ok:
			case len(found) == most:
				more = true
				return errStopped
			default:
				found = append(found, b)
			}
		}
	})
	if errors.Is(err, errStopped) {
		err = nil
	}
	return found, more, err
}

// readBranch reads what git prints of a ref; ok is false for what is no branch of
// its own.
func readBranch(in *bufio.Reader) (b Branch, ok bool, err error) {
	head, err := token(in)
	if err != nil {
		if strings.TrimSpace(head) == "" {
			return b, false, io.EOF
		}
		return b, false, err
	}
	head = strings.TrimPrefix(head, "\n")
	if head == "" {
		return b, false, io.EOF
	}
	name, err := token(in)
	if err != nil {
		return b, false, noEOF(err)
	}
	words := strings.SplitN(head, " ", 4)
	if len(words) != 4 {
		return b, false, fmt.Errorf("git for-each-ref says %q", head)
	}
	if words[0] != "commit" || words[3] != "" || !isObjectID(words[1]) {
		return b, false, nil
	}
	at, _ := strconv.ParseInt(words[2], 10, 64)
	if at < firstSecond || at > lastSecond {
		at = 0
	}
	return Branch{Name: name, Commit: Commit{ID: words[1], When: time.Unix(at, 0).UTC()}}, true, nil
}
