// Package git provides the repository that a desk lives in: its commits, trees
// and index as file systems, what differs between two of them, histories, merges
// tried out, commits of named files, and bulk import. It is the only package that
// opens a repository or runs git. What it reads is untrusted: no command that
// only reads runs a program that the repository names. It must not know what
// records are.
package git

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"time"

	gogit "github.com/go-git/go-git/v5"
)

var (
	// ErrNoRepository is returned where a folder belongs to no repository.
	ErrNoRepository = errors.New("not a git repository")
	// ErrNested is returned for a bare repository in the work tree of another one: its
	// configuration would run what whoever wrote to that one likes.
	ErrNested = errors.New("this is a bare repository in the work tree of another one")
	// ErrNoCommit is returned where a repository has no commit yet.
	ErrNoCommit = errors.New("the repository has no commit yet")
	// ErrNoGit is returned where the git program is not installed.
	ErrNoGit = errors.New("git is not installed")
)

// Repo is the repository of a folder. It is safe for concurrent use.
type Repo struct {
	Dir string // the folder it was opened for; paths are relative to it

	real   string // Dir, absolute and free of symbolic links; git runs there
	folder string // folder of a bare repository's trees that Dir stands for; "" is their top
	place  place
	env    []string // what git is started with
	top    func() (string, error)
	inner  func() *gogit.Repository // nil where go-git refuses the repository

	mu      sync.Mutex
	objects *batch // the child that reads objects, started when first needed
	scratch string // folder of objects that are in no repository; "" where there are none
}

// Commit names a commit and its time.
type Commit struct {
	ID   string
	When time.Time // committer's, with its zone
}

// Short returns the first twelve digits of the commit's id.
func (c Commit) Short() string { return c.ID[:min(12, len(c.ID))] }

// Open opens the repository that a folder belongs to, without starting git or
// reading its configuration: what is wrong with these shows when they are needed.
// In a hook it is the repository, with the index and the objects, that the hook
// was run for. A bare repository is opened by its own folder.
func Open(dir string) (*Repo, error) {
	at, err := locate(dir)
	if errors.Is(err, ErrNoRepository) {
		return nil, ErrNoRepository
	}
	if err != nil {
		return nil, fmt.Errorf("open repository: %w", err)
	}
	r := &Repo{Dir: dir, real: at.dir, place: at.place, env: at.env}
	r.top = sync.OnceValues(r.findTop)
	r.inner = sync.OnceValue(r.openInner)
	return r, nil
}

// openInner opens the repository with go-git, which knows not all kinds of them.
func (r *Repo) openInner() *gogit.Repository {
	repo, err := gogit.PlainOpenWithOptions(r.place.gitDir, &gogit.PlainOpenOptions{EnableDotGitCommonDir: true})
	if err != nil {
		return nil
	}
	return repo
}

// Close ends what reads objects and removes what Merge wrote: its snapshots and
// the trees of merges cannot be read any more. It may be called more than once.
func (r *Repo) Close() error {
	r.mu.Lock()
	objects, scratch := r.objects, r.scratch
	r.objects, r.scratch = nil, ""
	r.mu.Unlock()
	if objects != nil {
		objects.close()
	}
	if scratch == "" {
		return nil
	}
	if err := os.RemoveAll(scratch); err != nil {
		return fmt.Errorf("close repository: %w", err)
	}
	return nil
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
	if repo := r.inner(); repo != nil {
		if head, err := repo.Head(); err == nil {
			if c, err := repo.CommitObject(head.Hash()); err == nil {
				return Commit{ID: head.Hash().String(), When: c.Committer.When}, nil
			}
		}
	}
	out, err := r.read(ctx, "log", "-1", "--format=%H %cI", "HEAD", "--")
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

// Setting returns the value of a setting as git sees it in the repository, from
// any of its configuration files. Where it is set more than once the last holds.
func (r *Repo) Setting(ctx context.Context, key string) (value string, ok bool) {
	cmd := r.command(ctx)
	cmd.Args = []string{"git", "config", "--null", "--get", key} // without settings of our own
	out, err := run(ctx, cmd, "config")
	return strings.TrimSuffix(out, "\x00"), err == nil
}

// Version returns the version of the git program, for example "2.39.5".
func Version(ctx context.Context) (string, error) {
	out, err := output(ctx, ".", "version")
	if err != nil {
		return "", err
	}
	words := strings.Fields(out)
	if len(words) < 3 {
		return "", fmt.Errorf("git version: %q is none", strings.TrimSpace(out))
	}
	return words[2], nil
}
