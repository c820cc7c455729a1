package main

import (
	"fmt"
	"io"
	"os"
	"time"
)

// env is everything that a command takes from its surroundings.
type env struct {
	dir     string // folder in which the command works; -C sets it
	now     func() time.Time
	program string // changes with the program
	stdout  io.Writer
	stderr  io.Writer
}

// systemEnv returns the env of a process that was started by a person.
func systemEnv() *env {
	return &env{dir: ".", now: time.Now, program: program(), stdout: os.Stdout, stderr: os.Stderr}
}

// program tells this build of the program from others: by the file that it was
// started from, which costs nothing to look at.
func program() string {
	name, err := os.Executable()
	if err != nil {
		return ""
	}
	info, err := os.Stat(name)
	if err != nil {
		return ""
	}
	return fmt.Sprintln(name, info.Size(), info.ModTime().UnixNano())
}
