package main

import (
	"bytes"
	"context"
	"crypto/sha256"
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

// call is a program to run. Its environment is the same for all: a home of its
// own, no configuration of the system's, UTC, no colours.
type call struct {
	dir   string
	args  []string // the program first; looked up in PATH where it has no slash
	stdin string   // name of a file; "" for none
	codes []int    // the exit codes that are fine; 0 alone where there is none
}

// output is what a program printed and took.
type output struct {
	stdout, stderr string
	code           int
	wall           time.Duration
	memory         int64 // resident set at most, in bytes
}

// digest tells outputs apart.
func (o output) digest() [sha256.Size]byte {
	return sha256.Sum256(fmt.Appendf(nil, "%d\x00%s", o.code, o.stdout))
}

// lines returns what was printed, line by line.
func (o output) lines() []string {
	if o.stdout == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(o.stdout, "\n"), "\n")
}

// exec runs a program to its end. An exit code that the call does not name is an
// error which quotes the end of what the program said.
func (b *bench) exec(ctx context.Context, c call) (output, error) {
	return b.execWith(ctx, c, b.path)
}

// execWith lets the program print to files: one that ends before a pipe has been
// emptied would lose what it said, and there are such programs.
func (b *bench) execWith(ctx context.Context, c call, path string) (out output, err error) {
	cmd := exec.CommandContext(ctx, c.args[0], c.args[1:]...)
	cmd.Dir, cmd.Env = c.dir, b.environment(path)
	stdout, err := os.Create(filepath.Join(b.work, "stdout"))
	if err != nil {
		return out, err
	}
	defer stdout.Close()
	stderr, err := os.Create(filepath.Join(b.work, "stderr"))
	if err != nil {
		return out, err
	}
	defer stderr.Close()
	cmd.Stdout, cmd.Stderr = stdout, stderr
	if c.stdin != "" {
		stdin, err := os.Open(c.stdin)
		if err != nil {
			return out, err
		}
		defer stdin.Close()
		cmd.Stdin = stdin
	}
	begin := b.env.now()
	err = cmd.Run()
	out.wall = b.env.now().Sub(begin)
	if ctx.Err() != nil {
		return out, ctx.Err()
	}
	if err != nil && !errors.As(err, new(*exec.ExitError)) {
		return out, err
	}
	out.code = cmd.ProcessState.ExitCode()
	if usage, ok := cmd.ProcessState.SysUsage().(*syscall.Rusage); ok {
		out.memory = usage.Maxrss << 10
	}
	if out.stdout, err = readBack(stdout); err != nil {
		return out, err
	}
	if out.stderr, err = readBack(stderr); err != nil {
		return out, err
	}
	return out, c.judge(out)
}

// readBack returns what was written to a file.
func readBack(f *os.File) (string, error) {
	data, err := os.ReadFile(f.Name())
	return string(data), err
}

func (c call) judge(out output) error {
	if slices.Contains(c.codes, out.code) || len(c.codes) == 0 && out.code == 0 {
		return nil
	}
	said := strings.TrimSpace(out.stderr + "\n" + out.stdout)
	return fmt.Errorf("%s: exit status %d: %s", strings.Join(c.args, " "), out.code, said[:min(len(said), 600)])
}

func (b *bench) environment(path string) []string {
	return []string{
		"HOME=" + b.home, "PATH=" + path, "TZ=UTC", "LC_ALL=C.UTF-8", "NO_COLOR=1", "TERM=dumb", "USER=lee", "EDITOR=true",
		"GIT_CONFIG_NOSYSTEM=1", "GIT_TERMINAL_PROMPT=0", "TMPDIR=" + b.env.tempDir,
	}
}

// git runs git in a folder.
func (b *bench) git(ctx context.Context, dir string, args ...string) (output, error) {
	return b.exec(ctx, call{dir: dir, args: append([]string{"git"}, args...)})
}

// each runs calls one after the other and stops at the first that fails.
func (b *bench) each(ctx context.Context, dir string, calls ...[]string) error {
	for _, args := range calls {
		if _, err := b.exec(ctx, call{dir: dir, args: args}); err != nil {
			return err
		}
	}
	return nil
}

// countGit runs a program and returns how many git processes it started: a
// script named git stands first in PATH, writes a line and becomes git. Which
// git starts itself do not count.
func (b *bench) countGit(ctx context.Context, c call) (int, error) {
	real, err := exec.LookPath("git")
	if err != nil {
		return 0, err
	}
	dir := filepath.Join(b.work, "counted")
	log := filepath.Join(dir, "log")
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return 0, err
	}
	script := fmt.Sprintf("#!/bin/sh\necho \"$*\" >> '%s'\nexec '%s' \"$@\"\n", log, real)
	if err := os.WriteFile(filepath.Join(dir, "git"), []byte(script), 0o755); err != nil {
		return 0, err
	}
	if err := os.WriteFile(log, nil, 0o644); err != nil {
		return 0, err
	}
	if _, err := b.execWith(ctx, c, dir+string(os.PathListSeparator)+b.path); err != nil {
		return 0, err
	}
	said, err := os.ReadFile(log)
	return bytes.Count(said, []byte("\n")), err
}
