// Package git provides the repository that a desk lives in: who the user is,
// what HEAD is, commits of named files, and bulk import of history. It is the
// only package that opens a repository or runs git, and must not know what
// records are.
package git

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	gogit "github.com/go-git/go-git/v5"
)

var (
	// ErrNoRepository is returned where a folder belongs to no repository.
	ErrNoRepository = errors.New("not a git repository")
	// ErrNoCommit is returned where a repository has no commit yet.
	ErrNoCommit = errors.New("the repository has no commit yet")
	// ErrNoGit is returned where the git program is not installed.
	ErrNoGit = errors.New("git is not installed")
)

// Repo is the repository of a folder.
type Repo struct {
	Dir  string // the folder it was opened for; git runs there
	repo *gogit.Repository
}

// Commit names a commit and its time.
type Commit struct {
	ID   string
	When time.Time // committer's, with its zone
}

// Short returns the first twelve digits of the commit's id.
func (c Commit) Short() string { return c.ID[:min(12, len(c.ID))] }

// Open opens the repository that a folder belongs to, without starting git.
func Open(dir string) (*Repo, error) {
	repo, err := gogit.PlainOpenWithOptions(dir, &gogit.PlainOpenOptions{DetectDotGit: true, EnableDotGitCommonDir: true})
	if errors.Is(err, gogit.ErrRepositoryNotExists) {
		return nil, ErrNoRepository
	}
	if err != nil {
		// go-git refuses some repositories that git itself can read.
		if _, gitErr := output(context.Background(), dir, "rev-parse", "--git-dir"); gitErr != nil {
			return nil, fmt.Errorf("open repository: %w", err)
		}
		repo = nil
	}
	return &Repo{Dir: dir, repo: repo}, nil
}

// Init makes the folder a repository with the branch main.
func Init(ctx context.Context, dir string) (*Repo, error) {
	if _, err := output(ctx, dir, "init", "--quiet", "--initial-branch=main"); err != nil {
		return nil, fmt.Errorf("make repository: %w", err)
	}
	return Open(dir)
}

// Head returns the commit that is checked out.
func (r *Repo) Head(ctx context.Context) (Commit, error) {
	if r.repo != nil {
		head, err := r.repo.Head()
		if err == nil {
			if c, err := r.repo.CommitObject(head.Hash()); err == nil {
				return Commit{ID: head.Hash().String(), When: c.Committer.When}, nil
			}
		}
	}
	out, err := output(ctx, r.Dir, "log", "-1", "--format=%H %cI", "HEAD", "--")
	if err != nil {
		return Commit{}, ErrNoCommit
	}
	id, when, _ := strings.Cut(strings.TrimSpace(out), " ")
	t, err := time.Parse(time.RFC3339, when)
	if err != nil {
		return Commit{}, fmt.Errorf("read HEAD: %w", err)
	}
	return Commit{ID: id, When: t}, nil
}

// User returns the name and mail address that git would commit with, empty
// where they are not configured. Git itself is asked: go-git knows neither
// include.path nor GIT_CONFIG_GLOBAL. A folder outside of any repository has the
// user's own configuration.
func User(ctx context.Context, dir string) (name, email string) {
	out, _ := output(ctx, dir, "config", "--null", "--get-regexp", "^user\\.(name|email)$")
	for entry := range strings.SplitSeq(out, "\x00") {
		switch key, value, _ := strings.Cut(entry, "\n"); key {
		case "user.name":
			name = value
		case "user.email":
			email = value
		}
	}
	return name, email
}

// Root returns the absolute path of the work tree's top folder.
func (r *Repo) Root() (string, error) {
	if r.repo != nil {
		if w, err := r.repo.Worktree(); err == nil {
			return filepath.Abs(w.Filesystem.Root())
		}
	}
	out, err := output(context.Background(), r.Dir, "rev-parse", "--show-toplevel")
	return strings.TrimSpace(out), err
}

// hardened are the settings that no repository's own configuration may weaken.
// Hooks and signing stay the user's choice.
func hardened() []string {
	return []string{"-c", "safe.bareRepository=explicit", "-c", "core.fsmonitor=false", "-c", "protocol.ext.allow=never",
		"-c", "core.quotePath=false", "-c", "advice.detachedHead=false"}
}

// lastWords is how long an interrupted git may take to remove its locks, and how
// long the output of what a hook left running is read after git itself ended.
const lastWords = 3 * time.Second

func command(ctx context.Context, dir string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "git", append(hardened(), args...)...)
	cmd.Dir = dir
	cmd.Cancel = func() error { return interrupt(cmd.Process) } // killed, git would leave index.lock behind
	cmd.WaitDelay = lastWords
	cmd.Env = append(cmd.Environ(), "GIT_TERMINAL_PROMPT=0", "GIT_NO_REPLACE_OBJECTS=1", "GIT_LITERAL_PATHSPECS=1", "LC_ALL=C")
	return cmd
}

// interrupt asks a process to end. Windows knows no other way than killing it.
func interrupt(p *os.Process) error {
	if p.Signal(syscall.SIGTERM) == nil {
		return nil
	}
	return p.Kill()
}

// Error is a git command that failed.
type Error struct {
	Verb   string // for example "commit"
	Stderr string // what git said
}

// Error returns git's own words, on one line.
func (e *Error) Error() string {
	said := strings.Join(strings.Fields(e.Stderr), " ")
	if said == "" {
		said = "it failed without a word"
	}
	return "git " + e.Verb + ": " + said
}

func output(ctx context.Context, dir string, args ...string) (string, error) {
	return run(ctx, command(ctx, dir, args...), args[0])
}

func run(ctx context.Context, cmd *exec.Cmd, verb string) (string, error) {
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	switch {
	case errors.Is(err, exec.ErrNotFound):
		return "", ErrNoGit
	case errors.Is(err, exec.ErrWaitDelay):
		err = nil // git is done; a process that a hook started is not
	case err != nil && ctx.Err() != nil:
		return "", fmt.Errorf("git %s: %w", verb, ctx.Err())
	}
	if err != nil {
		said := stderr.String()
		if said == "" {
			said = stdout.String()
		}
		return "", &Error{Verb: verb, Stderr: said}
	}
	return stdout.String(), nil
}
