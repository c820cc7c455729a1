package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/tree"
	"frontdesk/schema"
)

// openDesk opens the desk that the working folder belongs to, and prints what
// is wrong with its configuration. The caller closes it.
func openDesk(e *env) (*tree.Tree, error) {
	root, err := findDesk(e)
	if errors.Is(err, tree.ErrNoDesk) {
		return nil, withHint(err, "frontdesk init makes one here; -C FOLDER works in another folder")
	}
	if err != nil {
		return nil, err
	}
	t, err := tree.Open(root)
	if err != nil {
		return nil, err
	}
	printErrors(e.stderr, t.Problems)
	return t, nil
}

// findDesk returns the root of the desk that the working folder belongs to.
func findDesk(e *env) (string, error) {
	root, err := tree.Find(e.dir)
	if errors.Is(err, tree.ErrNoFolder) {
		return "", usageError{err}
	}
	return root, err
}

// typesHere returns the types of the desk at hand, or the built-in ones where
// there is no desk.
func typesHere(e *env) (*schema.Types, error) {
	root, err := findDesk(e)
	if errors.Is(err, tree.ErrNoDesk) {
		return schema.BuiltIn(), nil
	}
	if err != nil {
		return nil, err
	}
	t, err := tree.Open(root)
	if err != nil {
		return nil, err
	}
	defer t.Close()
	printErrors(e.stderr, t.Problems)
	return t.Types, nil
}

// printErrors prints the errors among diagnostics, one a line.
func printErrors(w io.Writer, ds []diag.Diagnostic) {
	for _, d := range ds {
		if d.Severity == diag.Error {
			complain(w, "%s: %s [%s]", place(d), d.Message, d.Rule)
		}
	}
}

// isFaulty reports whether desk.yaml has errors, so that defaults stand for what
// it says.
func isFaulty(t *tree.Tree) bool {
	return slices.ContainsFunc(t.Problems, func(d diag.Diagnostic) bool {
		return d.Severity == diag.Error && d.Path == tree.ConfigFile
	})
}

// writable refuses to change a desk whose desk.yaml has errors: where records
// belong and what their priority is would be guesses.
func writable(t *tree.Tree) error {
	if !isFaulty(t) {
		return nil
	}
	return withHint(fmt.Errorf("nothing was written: %s has errors", tree.ConfigFile), "mend it first; frontdesk check says more")
}

// problemsOf ends a command that has shown one record: errProblems where its
// history or the desk's configuration has errors. It prints the former.
func problemsOf(e *env, t *tree.Tree, history []diag.Diagnostic) error {
	printErrors(e.stderr, history)
	if len(history) > 0 || isFaulty(t) {
		return errProblems
	}
	return nil
}

// place returns where a diagnostic points, as editors understand it.
func place(d diag.Diagnostic) string {
	if d.Span.Start.IsZero() {
		return d.Path
	}
	return fmt.Sprintf("%s:%d:%d", d.Path, d.Span.Start.Line, d.Span.Start.Column)
}

// reportLost prints what a command should have shown and could not read: records
// of the asked types, of all where none is given. It returns errProblems if
// there is any such thing, so that the exit code tells.
func reportLost(e *env, t *tree.Tree, l *tree.Loaded, asked ...records.Type) error {
	if diag.Count(l.Problems, diag.Error) == 0 && len(l.Unreadable) == 0 && !lacksType(t, asked) {
		return nil
	}
	read := make(map[string]bool, l.Set.Len())
	for _, r := range l.Set.All() {
		read[r.Path] = true
	}
	var lost []diag.Diagnostic
	told := map[string]bool{}
	for _, d := range l.Problems {
		if d.Severity == diag.Error && !read[d.Path] && !told[d.Path] {
			told[d.Path] = true
			lost = append(lost, d)
		}
	}
	printErrors(e.stderr, lost)
	if len(lost) > 0 {
		hint(e.stderr, "what these hold is missing here; frontdesk check says more")
	}
	if len(lost) > 0 || len(l.Unreadable) > 0 || lacksType(t, asked) {
		return errProblems
	}
	return nil
}

// lacksType reports whether a type file of the desk was left out that declares
// one of the asked types, any type where none is given, or whether it cannot be
// known which there are.
func lacksType(t *tree.Tree, asked []records.Type) bool {
	if isFaulty(t) {
		return true
	}
	for _, d := range t.Problems {
		if d.Severity == diag.Error && d.Path == tree.TypesFolder {
			return true
		}
		name, isType := strings.CutPrefix(d.Path, tree.TypesFolder+"/")
		name = strings.TrimSuffix(name, ".yaml")
		if isType && d.Severity == diag.Error && (len(asked) == 0 || slices.Contains(asked, records.Type(name))) {
			return true
		}
	}
	return false
}
