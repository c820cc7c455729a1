package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"frontdesk/records/forge"
	"frontdesk/records/git"
	"frontdesk/records/plain"
	"frontdesk/records/tree"
)

// initOptions are the flags of init.
type initOptions struct {
	name, forge string
	commit      bool
}

func newInitCmd(e *env) *cobra.Command {
	o := &initOptions{}
	cmd := &cobra.Command{
		Use:   "init [FOLDER]",
		Short: "Make a folder a desk",
		Long: `Init writes desk.yaml, which marks the root of a desk, .gitattributes,
.gitignore, and a task for editors that understand VS Code's that runs "frontdesk
check" and shows what it finds. It makes no records and asks nothing. Files that
are there already stay as they are.

In a folder of an existing repository the desk lives in that repository; outside
of any, init makes one.

With --ci it also writes, at the top of the repository, what the forge runs: a check
of every pull request with what is wrong on its lines, a summary of it for reviewers,
and the gate, which a protected branch can require. This works on a desk that is
there already. .github/REVIEWS.md in Frontdesk's source leads through the rest.`,
		Example: "  frontdesk init\n  frontdesk init desk --name \"Example Ltd\" --commit\n  frontdesk init --ci github",
		GroupID: groupDesk,
		Args:    between(0, 1, "no more than a FOLDER"),
		RunE: func(cmd *cobra.Command, args []string) error {
			dir := e.dir
			if len(args) == 1 {
				dir = e.path(args[0])
			}
			if o.forge != "" {
				if err := oneOf("ci", o.forge, forge.Forges()...); err != nil {
					return err
				}
			}
			return initDesk(cmd.Context(), e, dir, o)
		},
		ValidArgsFunction: cobra.FixedCompletions(nil, cobra.ShellCompDirectiveFilterDirs),
	}
	cmd.Flags().StringVar(&o.name, "name", "", "the desk's `name`; otherwise that of the folder")
	cmd.Flags().BoolVar(&o.commit, "commit", false, "commit the files that were written, and no others")
	cmd.Flags().StringVar(&o.forge, "ci", "", "write pipelines for this `forge`: github, gitlab or gitea")
	return completeFlag(cmd, "ci", forge.Forges()...)
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

func initDesk(ctx context.Context, e *env, dir string, o *initOptions) error {
	abs, err := filepath.Abs(dir)
	if err != nil {
		return fmt.Errorf("init: %w", err)
	}
	name := o.name
	if plain.Line(name) != name || len(name) > longestName {
		return usagef("", "--name %q is no name: it is one line of up to %d bytes without control characters", name, longestName)
	}
	if name == "" {
		name = strings.TrimSpace(plain.Line(filepath.Base(abs)))
	}
	var written []string
	existing := o.forge != "" && o.name == "" && isDesk(abs)
	if !existing {
		if written, err = createDesk(ctx, e, abs, name); err != nil {
			return err
		}
	}
	if o.forge != "" {
		pipelines, err := initPipelines(ctx, e, abs, o.forge)
		for _, p := range pipelines {
			fmt.Fprintln(e.stdout, plain.Line(p))
		}
		if err != nil {
			return err
		}
		written = append(written, pipelines...)
		hintPipelines(e, o.forge)
	}
	if o.commit && len(written) > 0 {
		message := messageLine("Make a desk: " + name)
		if existing {
			message = "Add pipelines for " + o.forge
		}
		t, err := openDesk(&env{dir: abs, stderr: e.stderr})
		if err != nil {
			return err
		}
		defer t.Close()
		return commitLocked(ctx, t, message, written...)
	}
	if !existing {
		hint(e.stderr, `next: frontdesk new incident "Printer on fire", then frontdesk list`)
	}
	return nil
}

// createDesk makes a folder a desk, and a repository where it belongs to none. It
// prints and returns the paths of the files that it wrote.
func createDesk(ctx context.Context, e *env, abs, name string) ([]string, error) {
	if err := checkNesting(e, abs); err != nil {
		return nil, err
	}
	written, err := tree.Create(abs, name)
	if errors.Is(err, tree.ErrDesk) {
		return nil, usageError{withHint(err, "frontdesk check says how it stands")}
	}
	if err != nil {
		return nil, err
	}
	for _, p := range written {
		fmt.Fprintln(e.stdout, plain.Line(p))
	}
	if _, err := git.Open(abs); errors.Is(err, git.ErrNoRepository) {
		if _, err := git.Init(ctx, abs); err != nil {
			return nil, withHint(err, "the desk works without a repository; make one later with git init")
		}
		complain(e.stderr, "made a repository with the branch main")
	}
	return written, nil
}
