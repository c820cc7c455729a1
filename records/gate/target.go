package gate

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"frontdesk/records/git"
)

// The refs under which branches are found.
const (
	heads   = "refs/heads/"
	remotes = "refs/remotes/origin/"
)

// fullBranch returns the full name of a branch, which may be given short, in full,
// or as a remote's.
func fullBranch(name string) string {
	for _, prefix := range []string{heads, remotes, "origin/"} {
		if rest, ok := strings.CutPrefix(name, prefix); ok {
			return heads + rest
		}
	}
	return heads + name
}

// targetOf returns the branch that a base stands for: the one that was asked for, the
// one that base names, else the first that the desk protects.
func (s *session) targetOf(ctx context.Context, base string) (string, error) {
	if s.o.Target != "" {
		return fullBranch(s.o.Target), nil
	}
	for _, ref := range []string{base, heads + base, "refs/remotes/" + base} {
		if !strings.HasPrefix(ref, heads) && !strings.HasPrefix(ref, remotes) {
			continue
		}
		switch _, err := s.repo.Resolve(ctx, ref); {
		case err == nil && isPlainRef(ref):
			return fullBranch(ref), nil
		case err != nil && !errors.As(err, new(*git.UnknownRevisionError)):
			return "", err
		}
	}
	return s.firstBranch(s.tip)
}

// isPlainRef reports whether a text names a ref, and no expression around one.
func isPlainRef(ref string) bool {
	return !strings.ContainsAny(ref, "~^:@{}? *[\\") && !strings.Contains(ref, "..")
}

func (s *session) firstBranch(law *trusted) (string, error) {
	if branches := law.tree.Desk.Branches; len(branches) > 0 {
		return fullBranch(branches[0]), nil
	}
	return "", ErrNoTarget
}

// findTarget finds the protected branch, as the remote has it if there is one: what
// only this clone has is nobody's word yet.
func (s *session) findTarget(ctx context.Context) (target, ref, commit string, err error) {
	target = s.o.Target
	if target == "" {
		if target, err = s.guessTarget(ctx); err != nil {
			return "", "", "", err
		}
	}
	target = fullBranch(target)
	for _, ref := range []string{remotes + strings.TrimPrefix(target, heads), target} {
		c, err := s.repo.Resolve(ctx, ref)
		if err == nil {
			return target, ref, c.ID, nil
		}
		if !errors.As(err, new(*git.UnknownRevisionError)) {
			return "", "", "", err
		}
	}
	return "", "", "", fmt.Errorf("%w: %s is neither here nor on origin", ErrNoTarget, strings.TrimPrefix(target, heads))
}

// guessTarget asks the branch that the remote calls its own, main or master, which
// one the desk protects. What HEAD says of it is not asked: a change could name a
// branch of its own.
func (s *session) guessTarget(ctx context.Context) (string, error) {
	for _, ref := range []string{remotes + "HEAD", remotes + "main", heads + "main", remotes + "master", heads + "master"} {
		c, err := s.repo.Resolve(ctx, ref)
		if errors.As(err, new(*git.UnknownRevisionError)) {
			continue
		}
		if err != nil {
			return "", err
		}
		law, err := s.trust(ctx, c.ID)
		if err != nil {
			continue
		}
		short := strings.TrimPrefix(strings.TrimPrefix(ref, remotes), heads)
		if slices.Contains(law.tree.Desk.Branches, short) {
			return short, nil
		}
		return s.firstBranch(law)
	}
	return "", ErrNoTarget
}
