package main

import (
	"cmp"
	"io"
	"os"
	"strconv"
	"time"

	"golang.org/x/term"
)

// env is everything that a command takes from its surroundings.
type env struct {
	dir        string // folder in which the command works; -C sets it
	as         string // who acts; --as sets it
	getenv     func(string) string
	now        func() time.Time
	stdin      io.Reader
	stdout     io.Writer
	stderr     io.Writer
	isTerminal func(stream any) bool // whether a person sits at the stream
	width      func() int            // columns of the terminal at stdout, 0 where there is none
}

// systemEnv returns the env of a process that was started by a person.
func systemEnv() *env {
	e := &env{
		dir: ".", getenv: os.Getenv, now: time.Now,
		stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr,
		isTerminal: isTerminal,
	}
	e.width = func() int { return terminalWidth(e) }
	return e
}

func isTerminal(stream any) bool {
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// terminalWidth measures the terminal at stdout. COLUMNS wins, as in other
// programs.
func terminalWidth(e *env) int {
	if n, err := strconv.Atoi(e.getenv("COLUMNS")); err == nil && n > 0 {
		return n
	}
	f, ok := e.stdout.(*os.File)
	if !ok {
		return 0
	}
	n, _, err := term.GetSize(int(f.Fd()))
	if err != nil {
		return 0
	}
	return n
}

// columns returns how wide a text on stdout may be, 0 where it need not fit
// anything.
func (e *env) columns() int {
	if !e.isTerminal(e.stdout) {
		return 0
	}
	return cmp.Or(e.width(), 80)
}

// color reports whether stdout is a terminal that wants colours.
func (e *env) color() bool {
	return e.isTerminal(e.stdout) && e.getenv("NO_COLOR") == "" && e.getenv("TERM") != "dumb"
}

// quiet returns a copy of the env that complains to nobody.
func quiet(e *env) *env {
	q := *e
	q.stderr = io.Discard
	return &q
}
