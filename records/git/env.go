package git

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"time"
)

// locating are the variables by which git tells what it starts, hooks above all,
// which repository and index it works on. Those that hold paths are relative to
// the folder that the process was started in.
var locating = map[string]bool{ // name: holds a path
	"GIT_DIR": true, "GIT_WORK_TREE": true, "GIT_COMMON_DIR": true, "GIT_INDEX_FILE": true, "GIT_OBJECT_DIRECTORY": true,
	"GIT_QUARANTINE_PATH": true, "GIT_ALTERNATE_OBJECT_DIRECTORIES": false, "GIT_PREFIX": false, "GIT_SHALLOW_FILE": true,
	"GIT_GRAFT_FILE": true, "GIT_IMPLICIT_WORK_TREE": false, "GIT_INTERNAL_SUPER_PREFIX": false,
}

// misleading are variables that would change what a command means or runs.
var misleading = []string{"GIT_GLOB_PATHSPECS", "GIT_NOGLOB_PATHSPECS", "GIT_ICASE_PATHSPECS", "GIT_LITERAL_PATHSPECS", "GIT_REPLACE_REF_BASE"}

// surroundings is the environment that the process was started with.
type surroundings struct {
	all  []string
	vars map[string]string // those that begin with GIT_
}

func readSurroundings() surroundings {
	s := surroundings{all: (&exec.Cmd{}).Environ(), vars: map[string]string{}}
	for _, entry := range s.all {
		if name, value, ok := strings.Cut(entry, "="); ok && strings.HasPrefix(name, "GIT_") {
			s.vars[name] = value
		}
	}
	return s
}

// located is a folder, its repository, and the environment in which git finds
// that from there.
type located struct {
	dir string // absolute and free of symbolic links
	place
	env []string
}

// locate finds the repository of a folder. What the environment says of a
// repository holds where it is the one that the folder belongs to, or where the
// folder belongs to none and lies in the work tree that is meant; git commands in
// hooks of other repositories are thereby no danger to this one.
func locate(dir string) (located, error) {
	s := readSurroundings()
	real, err := filepath.EvalSymlinks(dir)
	if err == nil {
		real, err = filepath.Abs(real)
	}
	if err != nil {
		return located{dir: dir, env: s.without()}, err
	}
	named, hasNamed := s.named()
	if hasNamed && named.gitDir == real {
		named.top = ""
		return located{real, named, s.with(named)}, nil
	}
	p, err := discover(real, filepath.SplitList(s.vars["GIT_CEILING_DIRECTORIES"]))
	if errors.Is(err, ErrNoRepository) && hasNamed && named.top != "" {
		if _, outside := prefixBelow(named.top, real); outside == nil {
			return located{real, named, s.with(named)}, nil
		}
	}
	if err != nil || !hasNamed || named.gitDir != p.gitDir {
		return located{real, p, s.without()}, err
	}
	if _, moved := s.vars["GIT_WORK_TREE"]; moved {
		p.top = named.top
	}
	return located{real, p, s.with(p)}, nil
}

// named returns the repository that the environment speaks of.
func (s surroundings) named() (place, bool) {
	speaks := false
	for name := range locating {
		_, ok := s.vars[name]
		speaks = speaks || ok
	}
	cwd, err := filepath.Abs(".")
	if !speaks || err != nil {
		return place{}, false
	}
	if cwd, err = filepath.EvalSymlinks(cwd); err != nil {
		return place{}, false
	}
	dir, ok := s.vars["GIT_DIR"]
	if !ok {
		p, err := discover(cwd, nil)
		return p, err == nil
	}
	p, err := placeOf(absolute(dir))
	if err != nil {
		return place{}, false
	}
	p.top = cwd
	if top, ok := s.vars["GIT_WORK_TREE"]; ok {
		if p.top, err = filepath.EvalSymlinks(absolute(top)); err != nil {
			return place{}, false
		}
	}
	return p, true
}

func absolute(path string) string {
	if abs, err := filepath.Abs(path); err == nil {
		return abs
	}
	return path
}

// without returns the environment without what it says of a repository.
func (s surroundings) without() []string {
	return slices.DeleteFunc(slices.Clone(s.all), func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		_, ok := locating[name]
		return ok || slices.Contains(misleading, name)
	})
}

// with returns the environment for commands that are started elsewhere than the
// process was, in a repository that the environment speaks of.
func (s surroundings) with(p place) []string {
	env := s.without()
	for name, isPath := range locating {
		if value, ok := s.vars[name]; ok && isPath && name != "GIT_DIR" && name != "GIT_WORK_TREE" {
			env = append(env, name+"="+absolute(value))
		}
	}
	if list, ok := s.vars["GIT_ALTERNATE_OBJECT_DIRECTORIES"]; ok {
		env = append(env, "GIT_ALTERNATE_OBJECT_DIRECTORIES="+absoluteList(list))
	}
	if _, ok := s.vars["GIT_DIR"]; !ok {
		return env
	}
	env = append(env, "GIT_DIR="+p.gitDir)
	_, told := s.vars["GIT_WORK_TREE"]
	if p.top != "" && (told || !p.isMoved()) {
		env = append(env, "GIT_WORK_TREE="+p.top)
	}
	return env
}

// absoluteList makes the entries of a list of object folders absolute. Those in
// quotes are so already: git quotes what it wrote itself.
func absoluteList(list string) string {
	if strings.Contains(list, `"`) {
		return list
	}
	dirs := filepath.SplitList(list)
	for i, d := range dirs {
		if d != "" {
			dirs[i] = absolute(d)
		}
	}
	return strings.Join(dirs, string(filepath.ListSeparator))
}

// hardened are the settings that no repository's own configuration may weaken.
// Hooks and signing stay the user's choice.
func hardened() []string {
	return []string{"-c", "core.fsmonitor=false", "-c", "protocol.ext.allow=never",
		"-c", "core.quotePath=false", "-c", "advice.detachedHead=false"}
}

// settled are the settings of commands that only read: nothing that the
// configuration names is run, and what is printed does not depend on it.
func settled() []string {
	return []string{"--no-pager", "-c", "core.hooksPath=" + os.DevNull, "-c", "core.attributesFile=" + os.DevNull,
		"-c", "log.showSignature=false", "-c", "log.showRoot=true", "-c", "log.follow=false"}
}

// lastWords is how long an interrupted git may take to remove its locks, and how
// long the output of what a hook left running is read after git itself ended.
const lastWords = 3 * time.Second

// command returns a git command that runs in a folder, in an environment that
// locate made.
func command(ctx context.Context, dir string, env []string, args ...string) *exec.Cmd {
	cmd := exec.CommandContext(ctx, "git", append(hardened(), args...)...)
	cmd.Dir = dir
	cmd.Cancel = func() error { return interrupt(cmd.Process) } // killed, git would leave index.lock behind
	cmd.WaitDelay = lastWords
	cmd.Env = append(slices.Clip(env), "PWD="+dir, "GIT_TERMINAL_PROMPT=0", "GIT_NO_REPLACE_OBJECTS=1", "GIT_LITERAL_PATHSPECS=1", "LC_ALL=C")
	return cmd
}

// command returns a git command that runs in the repository's folder. Where that
// is a bare repository it is the one that was opened, and no other.
func (r *Repo) command(ctx context.Context, args ...string) *exec.Cmd {
	bare := "explicit"
	if r.place.top == "" {
		bare = "all"
	}
	return command(ctx, r.real, r.env, append([]string{"-c", "safe.bareRepository=" + bare}, args...)...)
}

// reading returns a git command that reads objects, refs or the index. It takes
// no lock, runs nothing that the configuration names and fetches nothing.
func (r *Repo) reading(ctx context.Context, args ...string) *exec.Cmd {
	cmd := r.command(ctx, append(settled(), args...)...)
	cmd.Env = append(cmd.Env, "GIT_OPTIONAL_LOCKS=0", "GIT_NO_LAZY_FETCH=1", "GIT_ALLOW_PROTOCOL=", "GIT_ATTR_NOSYSTEM=1",
		"GIT_GRAFT_FILE="+filepath.Join(os.DevNull, "none")) // a history is what its commits say
	cmd.Env = slices.DeleteFunc(cmd.Env, func(entry string) bool {
		return strings.HasPrefix(entry, "GIT_EXTERNAL_DIFF=") || strings.HasPrefix(entry, "GIT_DIFF_OPTS=")
	})
	return r.withScratch(cmd)
}

// read returns what a reading command prints. It is for what prints little.
func (r *Repo) read(ctx context.Context, args ...string) (string, error) {
	return run(ctx, r.reading(ctx, args...), args[0])
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

// output runs git in a folder that need not belong to a repository.
func output(ctx context.Context, dir string, args ...string) (string, error) {
	at, _ := locate(dir)
	return run(ctx, command(ctx, dir, at.env, append([]string{"-c", "safe.bareRepository=explicit"}, args...)...), args[0])
}

func run(ctx context.Context, cmd *exec.Cmd, verb string) (string, error) {
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if err = explain(ctx, err, verb, stderr.String(), stdout.String()); err != nil {
		return "", err
	}
	return stdout.String(), nil
}

// explain returns what a command's end means: what git said, where it failed.
func explain(ctx context.Context, err error, verb, stderr, stdout string) error {
	switch {
	case err == nil, errors.Is(err, exec.ErrWaitDelay):
		return nil // at most a process that a hook started is not done
	case errors.Is(err, exec.ErrNotFound):
		return ErrNoGit
	case ctx.Err() != nil:
		return fmt.Errorf("git %s: %w", verb, ctx.Err())
	case strings.Contains(stderr, "safe.bareRepository"):
		return ErrNested
	case stderr == "":
		stderr = stdout
	}
	return &Error{Verb: verb, Stderr: stderr}
}
