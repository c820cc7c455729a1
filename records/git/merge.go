package git

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// Merge is what merging two commits gives.
type Merge struct {
	Tree      string   // the result; files with conflicts hold git's marks
	Conflicts []string // paths, by name
}

// Merge merges two revisions without touching index, work tree, refs or the
// repository's objects; At reads the result until the repository is closed. It
// merges as a forge does: by git's own means, whatever merge drivers and
// attributes are configured here, so that nothing the repository names is run.
// Histories without a common ancestor are refused. It needs git 2.38.
func (r *Repo) Merge(ctx context.Context, ours, theirs string) (Merge, error) {
	sides := [2]string{}
	for i, rev := range []string{ours, theirs} {
		id, err := r.resolve(ctx, rev, "commit")
		if err != nil {
			return Merge{}, err
		}
		sides[i] = id
	}
	if err := r.mergeable(ctx, sides); err != nil {
		return Merge{}, fmt.Errorf("merge: %w", err)
	}
	cmd, err := r.apart(ctx, len(sides[0]), "merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", sides[0], sides[1])
	if err != nil {
		return Merge{}, fmt.Errorf("merge: %w", err)
	}
	out, err := runMerge(ctx, cmd)
	r.batch().pause() // it may have learnt of the objects' folders before there was this one
	if err != nil {
		return Merge{}, err
	}
	prefix, err := r.Prefix()
	if err != nil {
		return Merge{}, fmt.Errorf("merge: %w", err)
	}
	return parseMerge(out, prefix)
}

// mergeable refuses histories without a common ancestor, and sides that changed
// more than can be merged.
func (r *Repo) mergeable(ctx context.Context, sides [2]string) error {
	bases, err := r.MergeBases(ctx, sides[0], sides[1])
	if err != nil {
		return err
	}
	if len(bases) == 0 {
		return errors.New("the histories have no common ancestor here")
	}
	for _, side := range sides {
		from, err := r.resolve(ctx, bases[0], "tree")
		if err != nil {
			return err
		}
		to, err := r.resolve(ctx, side, "tree")
		if err != nil {
			return err
		}
		if err := r.bounded(ctx, from, to); err != nil {
			return err
		}
	}
	return nil
}

// runMerge runs git merge-tree, whose status 1 means that there are conflicts.
func runMerge(ctx context.Context, cmd *exec.Cmd) (string, error) {
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	if exit := (*exec.ExitError)(nil); errors.As(err, &exit) && exit.ExitCode() == 1 && stdout.Len() > 0 {
		err = nil
	}
	if err != nil && strings.HasPrefix(stderr.String(), "usage:") {
		return "", errors.New("merge: git 2.38 or newer is needed")
	}
	if err = explain(ctx, err, "merge-tree", stderr.String(), stdout.String()); err != nil {
		return "", err
	}
	return stdout.String(), nil
}

// parseMerge reads what git merge-tree prints: the tree and the paths with
// conflicts, each with a zero byte behind it.
func parseMerge(out, prefix string) (Merge, error) {
	fields := strings.Split(out, "\x00")
	m := Merge{Tree: fields[0]}
	if !isObjectID(m.Tree) {
		return Merge{}, fmt.Errorf("git merge-tree says %q", fields[0])
	}
	for _, p := range fields[1:] {
		if below, ok := strings.CutPrefix(p, prefix); ok && below != "" {
			m.Conflicts = append(m.Conflicts, below)
		}
	}
	slices.Sort(m.Conflicts)
	m.Conflicts = slices.Compact(m.Conflicts)
	return m, nil
}

// apart returns a git command in a repository of its own, without configuration,
// refs and work tree, that has the objects of this one, and keeps what it writes.
// idLength is how many digits its ids have.
func (r *Repo) apart(ctx context.Context, idLength int, args ...string) (*exec.Cmd, error) {
	dir, err := r.makeScratch(idLength)
	if err != nil {
		return nil, err
	}
	cmd := command(ctx, dir, r.env, append(settled(), args...)...)
	stores := strings.Join(r.stores(cmd.Env), string(filepath.ListSeparator))
	cmd.Env = slices.DeleteFunc(cmd.Env, func(entry string) bool {
		name, _, _ := strings.Cut(entry, "=")
		_, ok := locating[name]
		return ok || strings.HasPrefix(name, "GIT_CONFIG")
	})
	cmd.Env = append(cmd.Env, "GIT_DIR="+dir, "GIT_ALTERNATE_OBJECT_DIRECTORIES="+stores, "GIT_CONFIG_NOSYSTEM=1",
		"GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_ATTR_NOSYSTEM=1", "GIT_NO_LAZY_FETCH=1", "GIT_ALLOW_PROTOCOL=")
	return cmd, nil
}

// stores returns the object folders of the repository, in the form that
// GIT_ALTERNATE_OBJECT_DIRECTORIES has. env is what git would be started with:
// objects that are being pushed stand in folders which it names.
func (r *Repo) stores(env []string) []string {
	stores := []string{quoteStore(filepath.Join(r.place.commonDir, "objects"))}
	for _, entry := range env {
		if dir, ok := strings.CutPrefix(entry, "GIT_OBJECT_DIRECTORY="); ok {
			stores = append(stores, quoteStore(dir))
		}
		if list, ok := strings.CutPrefix(entry, "GIT_ALTERNATE_OBJECT_DIRECTORIES="); ok && list != "" {
			stores = append(stores, list)
		}
	}
	return stores
}

// quoteStore quotes a folder for a list of them.
func quoteStore(dir string) string {
	if !strings.ContainsAny(dir, "\"\\\n"+string(filepath.ListSeparator)) || filepath.ListSeparator == ';' {
		return dir
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`).Replace(dir) + `"`
}

// makeScratch makes the repository that merges are written to.
func (r *Repo) makeScratch(idLength int) (string, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.scratch != "" {
		return r.scratch, nil
	}
	dir, err := os.MkdirTemp("", "frontdesk-merge-*")
	if err != nil {
		return "", err
	}
	if err := r.fillScratch(dir, idLength); err != nil {
		return "", errors.Join(err, os.RemoveAll(dir))
	}
	r.scratch = dir
	return dir, nil
}

func (r *Repo) fillScratch(dir string, idLength int) error {
	format := "[core]\n\trepositoryformatversion = 1\n\tbare = true\n[extensions]\n\tobjectFormat = sha1\n"
	if idLength == 64 {
		format = strings.Replace(format, "sha1", "sha256", 1)
	}
	err := errors.Join(
		os.Mkdir(filepath.Join(dir, "objects"), 0o700), os.Mkdir(filepath.Join(dir, "refs"), 0o700),
		os.WriteFile(filepath.Join(dir, "HEAD"), []byte("ref: refs/heads/main\n"), 0o600),
		os.WriteFile(filepath.Join(dir, "config"), []byte(format), 0o600),
	)
	cut, readErr := os.ReadFile(filepath.Join(r.place.commonDir, "shallow"))
	if readErr != nil || err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "shallow"), cut, 0o600)
}

// withScratch lets a command read what merges wrote.
func (r *Repo) withScratch(cmd *exec.Cmd) *exec.Cmd {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.scratch == "" {
		return cmd
	}
	list := quoteStore(filepath.Join(r.scratch, "objects"))
	for _, entry := range cmd.Env {
		if more, ok := strings.CutPrefix(entry, "GIT_ALTERNATE_OBJECT_DIRECTORIES="); ok && more != "" {
			list += string(filepath.ListSeparator) + more
		}
	}
	cmd.Env = append(cmd.Env, "GIT_ALTERNATE_OBJECT_DIRECTORIES="+list)
	return cmd
}
