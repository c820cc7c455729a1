package main

import (
	"io"
	"os"
	"time"
)

// env is everything that a command takes from its surroundings.
type env struct {
	dir    string // folder in which the command works; -C sets it
	now    func() time.Time
	stdout io.Writer
	stderr io.Writer
}

// systemEnv returns the env of a process that was started by a person.
func systemEnv() *env {
	return &env{dir: ".", now: time.Now, stdout: os.Stdout, stderr: os.Stderr}
}
