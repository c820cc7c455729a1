package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"frontdesk/records/tree"
	"frontdesk/records/write"
)

// scopeOf turns the arguments of check into paths within the desk, with
// slashes. Each is a file or folder, as seen from the working folder, or a part
// of an id. It is nil where everything is meant.
func scopeOf(e *env, t *tree.Tree, args []string) ([]string, error) {
	var scope []string
	for _, arg := range args {
		path, err := scopePath(e, t, arg)
		if err != nil {
			return nil, err
		}
		if path == "." {
			return nil, nil
		}
		scope = append(scope, path)
	}
	return scope, nil
}

func scopePath(e *env, t *tree.Tree, arg string) (string, error) {
	path := arg
	if !filepath.IsAbs(path) {
		path = filepath.Join(e.dir, path)
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		return "", err
	}
	if _, err := os.Lstat(abs); err != nil {
		return pathOfID(t, arg)
	}
	rel, err := filepath.Rel(t.Root, abs)
	if err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return "", usagef("check judges the files of one desk; -C FOLDER chooses another", "%s lies outside the desk", arg)
	}
	return filepath.ToSlash(rel), nil
}

// pathOfID returns the path of the record that a part of an id names.
func pathOfID(t *tree.Tree, part string) (string, error) {
	name, err := write.Find(t, part)
	if errors.As(err, new(*write.NotFoundError)) {
		return "", usagef("give a file, a folder or an id", "%s is neither a file nor the id of a record", part)
	}
	return name.Path, explainFind(t, err)
}

// completeCheck completes ids; the shell adds files.
func completeCheck(e *env) completer {
	complete := onDesk(e, func(_ context.Context, t *tree.Tree, _ []string, begun string) []word { return ids(t, begun) })
	return func(cmd *cobra.Command, args []string, begun string) ([]string, cobra.ShellCompDirective) {
		words, _ := complete(cmd, args, begun)
		return words, cobra.ShellCompDirectiveDefault
	}
}
