// Command frontdesk-bench measures the budgets of Frontdesk on this machine:
// each beside a yardstick in the same run, with every answer checked and git's
// child processes counted. It prints one table. It is a tool of this repository
// and no part of the product; it must not change anything outside of its
// temporary folder and the file that it is told to write.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// env is everything that the program takes from its surroundings.
type env struct {
	dir     string // the root of the module
	self    string // this program's file
	getenv  func(string) string
	now     func() time.Time
	stdout  io.Writer
	stderr  io.Writer
	tempDir string
}

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	self, _ := os.Executable()
	e := &env{dir: ".", self: self, getenv: os.Getenv, now: time.Now, stdout: os.Stdout, stderr: os.Stderr, tempDir: os.TempDir()}
	code := run(ctx, e, os.Args[1:])
	stop()
	os.Exit(code)
}
