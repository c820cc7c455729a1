package main

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"frontdesk/records/codeowners"
	"frontdesk/records/forge"
	"frontdesk/records/git"
	"frontdesk/records/plain"
	"frontdesk/records/tree"
)

// codeownersOptions are the flags of codeowners.
type codeownersOptions struct {
	forge, file, role string
	check             bool
}

func newCodeownersCmd(e *env) *cobra.Command {
	o := &codeownersOptions{}
	cmd := &cobra.Command{
		Use:   "codeowners",
		Short: "Make the CODEOWNERS file of a forge from what records say",
		Long: `Codeowners makes the file by which a forge asks people for reviews. Services, assets
and other things with an owner are their owner's and their team's; the folder of a
type with a policy is theirs whom the policy names; and what decides about others
(desk.yaml, schema/, signers, people, teams, templates, pipelines, the file itself)
is the people's of one role of desk.yaml.

People are named by accounts: {github: NAME} of their record, on GitHub and GitLab
else by their address; a team by accounts: {github: ORG/TEAM} of its record, else by
its people. Whoever cannot be named is left out, and said so. Nobody of the role is
an error.

The result is printed. -o FILE writes it, and keeps what stands in the file outside
of the two marks. --check writes nothing and exits with 1, and the lines that differ,
where the file is not what it would be: it looks at FILE, else at the file that the
forge would read.

Code owners are asked; who approves is the policy's matter, and the gate's to hold.
Gitea does not hold a merge up for a code owner who has not answered.`,
		Example: "  frontdesk codeowners --forge gitlab\n  frontdesk codeowners -o .github/CODEOWNERS\n  frontdesk codeowners --check",
		GroupID: groupDesk,
		Args:    between(0, 0, "no argument"),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := oneOf("forge", o.forge, forge.Forges()...); err != nil {
				return err
			}
			return runCodeowners(cmd.Context(), e, o)
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	f := cmd.Flags()
	f.StringVar(&o.forge, "forge", forge.GitHub, "for this `forge`: github, gitlab or gitea")
	f.StringVarP(&o.file, "output", "o", "", "write to this `file` instead of printing")
	f.StringVar(&o.role, "role", codeowners.DefaultRole, "the `role` of desk.yaml that answers for policy, people and keys")
	f.BoolVar(&o.check, "check", false, "say whether the file is current, and write nothing")
	return completeFlag(cmd, "forge", forge.Forges()...)
}

// codeownersFile is the file at hand.
type codeownersFile struct {
	below string // folder from which no symbolic link leads away: the repository's top, or the file's own
	rel   string // from there, with slashes
	name  string // from the repository's top; "" where it lies elsewhere
	old   []byte // nil where there is none
}

// String names the file for people.
func (f codeownersFile) String() string {
	if f.name != "" {
		return f.name
	}
	return filepath.Join(f.below, f.rel)
}

// from names the file from the working folder.
func (f codeownersFile) from(e *env) string {
	full := filepath.Join(f.below, filepath.FromSlash(f.rel))
	if here, err := filepath.Abs(e.dir); err == nil {
		if here, err = filepath.EvalSymlinks(here); err == nil {
			if rel, err := filepath.Rel(here, full); err == nil {
				return filepath.ToSlash(rel)
			}
		}
	}
	return full
}

func runCodeowners(ctx context.Context, e *env, o *codeownersOptions) error {
	t, err := openDesk(e)
	if err != nil {
		return err
	}
	defer t.Close()
	top, prefix, err := placeOf(t)
	if err != nil {
		return err
	}
	file, err := findCodeowners(e, o, top)
	if err != nil {
		return err
	}
	owners, err := ownersOf(ctx, e, o, t, prefix, file.name)
	if err != nil {
		return err
	}
	lines, err := owners.Lines(o.forge)
	if err != nil {
		return err
	}
	made, err := codeowners.Merge(file.old, lines)
	if err != nil {
		return withHint(fmt.Errorf("%s: %w", file, err), explainMerge(err))
	}
	warnCodeowners(e, o, file, made)
	switch {
	case o.check:
		return checkCodeowners(e, o, file, made)
	case o.file == "":
		if _, err := e.stdout.Write(made); err != nil {
			return fmt.Errorf("print codeowners: %w", err)
		}
		return nil
	}
	return writeCodeowners(e, file, made)
}

// placeOf returns the top of the desk's repository and the desk's folder in it.
// Outside of a repository that is the desk itself.
func placeOf(t *tree.Tree) (top, prefix string, err error) {
	prefix, err = folderInRepository(t.Root)
	if errors.Is(err, git.ErrNoRepository) {
		return t.Root, "", nil
	}
	if err != nil {
		return "", "", err
	}
	top = t.Root
	for range strings.Count(prefix, "/") + min(len(prefix), 1) {
		top = filepath.Dir(top)
	}
	return top, prefix, nil
}

// findCodeowners finds the file that is asked for, or that the forge would read.
func findCodeowners(e *env, o *codeownersOptions, top string) (codeownersFile, error) {
	f := codeownersFile{below: top, rel: codeowners.Default(o.forge)}
	if o.file != "" {
		abs, err := filepath.Abs(e.path(o.file))
		if err != nil {
			return f, fmt.Errorf("find CODEOWNERS: %w", err)
		}
		rel, err := filepath.Rel(top, abs)
		if f.rel = filepath.ToSlash(rel); err != nil || !filepath.IsLocal(rel) {
			f.below, f.rel = filepath.Dir(abs), filepath.Base(abs)
		}
	}
	root, err := os.OpenRoot(f.below)
	if err != nil {
		return f, fmt.Errorf("find CODEOWNERS: %w", err)
	}
	defer root.Close()
	if o.file == "" {
		for _, p := range codeowners.Places(o.forge) {
			if _, err := root.Lstat(filepath.FromSlash(p)); err == nil {
				f.rel = p
				break
			}
		}
	}
	if f.below == top {
		f.name = f.rel
	}
	f.old, err = readBelow(root, f.rel, codeowners.MaxBytes)
	if errors.Is(err, os.ErrNotExist) {
		return f, nil
	}
	return f, err
}

// readBelow reads a regular file that is no longer than a limit.
func readBelow(root *os.Root, name string, limit int64) ([]byte, error) {
	info, err := root.Lstat(filepath.FromSlash(name))
	if err != nil {
		return nil, fmt.Errorf("read: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("read %s: it is no file", name)
	}
	if info.Size() > limit {
		return nil, fmt.Errorf("read %s: it is longer than %d bytes", name, limit)
	}
	data, err := root.ReadFile(filepath.FromSlash(name))
	if err != nil {
		return nil, fmt.Errorf("read: %w", err)
	}
	return data, nil
}

// ownersOf works out who answers for what, and says who could not be named. Where
// something cannot be read, its owners are not known and nothing is made.
func ownersOf(ctx context.Context, e *env, o *codeownersOptions, t *tree.Tree, prefix, name string) (*codeowners.Owners, error) {
	types := codeowners.Reads(t.Types)
	l, err := t.Load(ctx, types...)
	if err != nil {
		return nil, err
	}
	if err := reportLost(e, t, l, types...); err != nil {
		return nil, fmt.Errorf("nothing was made: not everything can be read that says whose it is")
	}
	owners, err := codeowners.Of(codeowners.Input{Forge: o.forge, Desk: t.Desk, Types: t.Types, Set: l.Set, Exists: t.Exists,
		Prefix: prefix, File: cmp.Or(name, codeowners.Default(o.forge)), Role: o.role})
	if err != nil {
		return nil, withHint(err, fmt.Sprintf("roles: {%s: [lee]} in desk.yaml, and accounts: {%s: NAME} in the records of those people; --role names another role", o.role, o.forge))
	}
	for _, n := range owners.Notes {
		complain(e.stderr, "%s", n)
	}
	return owners, nil
}

func explainMerge(err error) string {
	switch {
	case errors.Is(err, codeowners.ErrMarks):
		return "remove both marks and what is between them, and run it again"
	case errors.Is(err, codeowners.ErrSize):
		return "give teams an account, so that one name stands for many, or fewer things an owner"
	}
	return ""
}

// warnCodeowners says what keeps the forge from heeding the file.
func warnCodeowners(e *env, o *codeownersOptions, f codeownersFile, made []byte) {
	places := codeowners.Places(o.forge)
	at := slices.Index(places, f.name)
	if f.name != "" && at < 0 {
		complain(e.stderr, "%s does not look for %s, but for %s", o.forge, f, strings.Join(places, ", "))
	}
	for _, p := range places[:max(at, 0)] {
		if _, err := os.Lstat(filepath.Join(f.below, filepath.FromSlash(p))); err == nil {
			complain(e.stderr, "%s reads %s, and not %s", o.forge, p, f)
		}
	}
	if n := codeowners.Stray(o.forge, made); n > 0 {
		complain(e.stderr, "%d lines after the generated ones fall into their last section: put them above, or below a section of their own", n)
	}
}

func checkCodeowners(e *env, o *codeownersOptions, f codeownersFile, made []byte) error {
	if f.old != nil && bytes.Equal(f.old, made) {
		return nil
	}
	for _, line := range codeowners.Diff(f.old, made) {
		if _, err := fmt.Fprintln(e.stdout, plain.Line(line)); err != nil {
			return fmt.Errorf("print codeowners: %w", err)
		}
	}
	if f.old == nil {
		complain(e.stderr, "there is no %s", f)
	} else {
		complain(e.stderr, "%s is not current", f)
	}
	hint(e.stderr, "frontdesk codeowners --forge %s -o %s writes it", o.forge, f.from(e))
	return errProblems
}

// writeCodeowners writes the file, unless it is there already as it is to be.
func writeCodeowners(e *env, f codeownersFile, made []byte) error {
	if bytes.Equal(f.old, made) {
		complain(e.stderr, "%s is current", f)
		return nil
	}
	if err := replaceBelow(f.below, f.rel, made); err != nil {
		return fmt.Errorf("write CODEOWNERS: %w", err)
	}
	if _, err := fmt.Fprintln(e.stdout, plain.Line(f.String())); err != nil {
		return fmt.Errorf("print codeowners: %w", err)
	}
	return nil
}

// replaceBelow gives a file below a folder new content; it is either old or new at
// any moment, and no symbolic link leads out of the folder.
func replaceBelow(folder, name string, data []byte) error {
	root, err := os.OpenRoot(folder)
	if err != nil {
		return err
	}
	defer root.Close()
	name = filepath.FromSlash(name)
	if err := root.MkdirAll(filepath.Dir(name), 0o777); err != nil {
		return err
	}
	temp := filepath.Join(filepath.Dir(name), fmt.Sprintf(".frontdesk-%d.tmp", os.Getpid()))
	f, err := root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	if err = errors.Join(err, f.Close()); err == nil {
		err = root.Rename(temp, name)
	}
	if err != nil {
		_ = root.Remove(temp)
	}
	return err
}
