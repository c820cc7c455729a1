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
	exitProblems = 1 // done, and something in the desk is wrong
	exitUsage    = 2 // not done: the command line is wrong
	exitFailure  = 3 // not done: something failed
)

const exitHelp = `Exit status:
  0  done, nothing is wrong
  1  done, but something in the desk is wrong: it says what
  2  not done: the command line is wrong
  3  not done: something failed, or the change would make a record wrong`

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

// detailedError is an error with lines that belong below its message.
type detailedError struct {
	error
	lines []string
}

func (e detailedError) Unwrap() error { return e.error }

// usagef returns a mistake in the command line with a hint, which may be empty.
func usagef(hint, format string, args ...any) error {
	return usageError{withHint(fmt.Errorf(format, args...), hint)}
}

// withHint adds what to do next to an error; an empty hint adds nothing.
func withHint(err error, hint string) error {
	if hint == "" {
		return err
	}
	return hintedError{err, hint}
}

// conclude prints an error for a person and returns the exit code for it.
func conclude(w io.Writer, err error) int {
	switch {
	case err == nil:
		return exitClean
	case errors.Is(err, errProblems):
		return exitProblems
	}
	if code := exitError(0); errors.As(err, &code) {
		return int(code)
	}
	complain(w, "%s", err)
	var detailed detailedError
	if errors.As(err, &detailed) {
		for _, line := range detailed.lines {
			fmt.Fprintf(w, "  %s\n", messageText(line))
		}
	}
	var hinted hintedError
	if errors.As(err, &hinted) {
		hint(w, "%s", hinted.hint)
	}
	switch {
	case errors.As(err, new(usageError)):
		return exitUsage
	case errors.Is(err, context.Canceled):
		hint(w, "it was interrupted; run it again")
	}
	return exitFailure
}

// longestLine is how many characters of a message are printed: it may hold what
// the command line or a hook of git said.
const longestLine = 2000

// complain prints one line for a person on stderr. Text of records in it is
// made harmless.
func complain(w io.Writer, format string, args ...any) {
	fmt.Fprintf(w, "frontdesk: %s\n", messageText(fmt.Sprintf(format, args...)))
}

// messageText puts a message on one line of bounded length.
func messageText(s string) string {
	s = plain.Line(s)
	if r := []rune(s); len(r) > longestLine {
		return string(r[:longestLine]) + "…"
	}
	return s
}

// hint prints what to do next on stderr.
func hint(w io.Writer, format string, args ...any) {
	fmt.Fprintf(w, "hint: %s\n", messageText(fmt.Sprintf(format, args...)))
}
