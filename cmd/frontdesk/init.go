package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"frontdesk/records/git"
	"frontdesk/records/plain"
	"frontdesk/records/tree"
)

func newInitCmd(e *env) *cobra.Command {
	var name string
	var commit bool
	cmd := &cobra.Command{
		Use:   "init [FOLDER]",
		Short: "Make a folder a desk",
		Long: `Init writes desk.yaml, which marks the root of a desk, .gitattributes,
.gitignore, and a task for editors that understand VS Code's that runs "frontdesk
check" and shows what it finds. It makes no records and asks nothing. Files that
are there already stay as they are.

In a folder of an existing repository the desk lives in that repository; outside
of any, init makes one.`,
		Example: "  frontdesk init\n  frontdesk init desk --name \"Example Ltd\" --commit",
		GroupID: groupDesk,
		Args:    between(0, 1, "no more than a FOLDER"),
		RunE: func(cmd *cobra.Command, args []string) error {
			dir := e.dir
			if len(args) == 1 {
				dir = e.path(args[0])
			}
			return initDesk(cmd.Context(), e, dir, name, commit)
		},
		ValidArgsFunction: cobra.FixedCompletions(nil, cobra.ShellCompDirectiveFilterDirs),
	}
	cmd.Flags().StringVar(&name, "name", "", "the desk's `name`; otherwise that of the folder")
	cmd.Flags().BoolVar(&commit, "commit", false, "commit the files that were written, and no others")
	return cmd
}

// longestName bounds the name of a desk, in bytes.
const longestName = 200

// path returns a path that a person typed, relative to the working folder.
func (e *env) path(p string) string {
	if filepath.IsAbs(p) {
		return p
	}
	return filepath.Join(e.dir, p)
}

// checkNesting refuses a folder within a desk, whose commands would see the inner
// desk below some of its folders and itself elsewhere. One in a repository of its
// own is another project's.
func checkNesting(e *env, dir string) error {
	if _, err := findDesk(e); errors.Is(err, tree.ErrNoFolder) {
		return err
	}
	up := dir
	for !isFolder(up) && up != filepath.Dir(up) {
		up = filepath.Dir(up)
	}
	outer, err := tree.Find(up)
	if err != nil || outer == dir {
		return nil // Create says so of a folder that is a desk itself
	}
	if repositoryOf(up) != repositoryOf(outer) {
		return nil
	}
	return usagef("a desk needs no other one within it: frontdesk -C FOLDER works in a folder of it; git init makes the folder a project of its own",
		"%s lies in the desk %s", dir, outer)
}

func isFolder(dir string) bool {
	info, err := os.Stat(dir)
	return err == nil && info.IsDir()
}

// repositoryOf returns the top folder of the repository that a folder belongs to,
// "" where there is none.
func repositoryOf(dir string) string {
	repo, err := git.Open(dir)
	if err != nil {
		return ""
	}
	top, err := repo.Root()
	if err != nil {
		return ""
	}
	return top
}

func initDesk(ctx context.Context, e *env, dir, name string, commit bool) error {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return fmt.Errorf("init: %w", err)
	}
	if plain.Line(name) != name || len(name) > longestName {
		return usagef("", "--name %q is no name: it is one line of up to %d bytes without control characters", name, longestName)
	}
	if name == "" {
		name = strings.TrimSpace(plain.Line(filepath.Base(abs)))
	}
	if err := checkNesting(e, abs); err != nil {
		return err
	}
	written, err := tree.Create(abs, name)
	if errors.Is(err, tree.ErrDesk) {
		return usageError{withHint(err, "frontdesk check says how it stands")}
	}
	if err != nil {
		return err
	}
	for _, p := range written {
		fmt.Fprintln(e.stdout, plain.Line(p))
	}
	if _, err := git.Open(abs); errors.Is(err, git.ErrNoRepository) {
		if _, err := git.Init(ctx, abs); err != nil {
			return withHint(err, "the desk works without a repository; make one later with git init")
		}
		complain(e.stderr, "made a repository with the branch main")
	}
	if commit {
		t, err := openDesk(&env{dir: abs, stderr: e.stderr})
		if err != nil {
			return err
		}
		defer t.Close()
		return commitLocked(ctx, t, messageLine("Make a desk: "+name), written...)
	}
	hint(e.stderr, `next: frontdesk new incident "Printer on fire", then frontdesk list`)
	return nil
}
