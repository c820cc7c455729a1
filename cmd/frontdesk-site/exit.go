package main

import (
	"context"
	"errors"
	"fmt"
	"io"

	"frontdesk/records/plain"
)

// The exit codes, as the help of the program lists them.
const (
	exitClean    = 0 // done, nothing to complain about
	exitProblems = 1 // done, and some records are not on the site
	exitUsage    = 2 // not done: the command line is wrong
	exitFailure  = 3 // not done: something failed
)

const exitHelp = `Exit status:
  0  done, every record is on the site
  1  done, but records are missing or shown in part: it says which
  2  not done: the command line is wrong
  3  not done: something failed; the former site is still there`

// errProblems ends a command whose problems have been printed already.
var errProblems = errors.New("problems found")

// usageError is a mistake in the command line.
type usageError struct{ error }

func (e usageError) Unwrap() error { return e.error }

// hintedError is an error with what to do next.
type hintedError struct {
	error
	hint string
}

func (e hintedError) Unwrap() error { return e.error }

func withHint(err error, hint string) error { return hintedError{err, hint} }

// conclude prints an error for a person and returns the exit code for it.
func conclude(w io.Writer, err error) int {
	switch {
	case err == nil:
		return exitClean
	case errors.Is(err, errProblems):
		return exitProblems
	}
	complain(w, "%s", err)
	var hinted hintedError
	if errors.As(err, &hinted) {
		hint(w, hinted.hint)
	}
	if errors.As(err, new(usageError)) {
		return exitUsage
	}
	if errors.Is(err, context.Canceled) {
		hint(w, "it was interrupted; run it again")
	}
	return exitFailure
}

// complain prints one line for a person on stderr. Text of records in it is
// made harmless.
func complain(w io.Writer, format string, args ...any) {
	fmt.Fprintf(w, "frontdesk: %s\n", plain.Line(fmt.Sprintf(format, args...)))
}

// hint prints what to do next.
func hint(w io.Writer, text string) { fmt.Fprintf(w, "hint: %s\n", plain.Line(text)) }
