package git

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// In returns the repository as if it had been opened for a folder, named from the
// top of its trees: paths are relative to that. A bare repository has such folders
// in its commits alone. The caller closes it.
func (r *Repo) In(folder string) (*Repo, error) {
	if folder != "" && !isPath(folder) {
		return nil, fmt.Errorf("open folder: %q is none", folder)
	}
	dir := path.Join(r.place.top, folder)
	if r.place.top != "" {
		return Open(dir)
	}
	in := &Repo{Dir: path.Join(r.Dir, folder), real: r.real, folder: folder, place: r.place, env: r.env}
	in.top = sync.OnceValues(in.findTop)
	in.inner = sync.OnceValue(in.openInner)
	return in, nil
}

// relative is the option by which git prints paths relative to the folder.
func (r *Repo) relative() string {
	if r.folder != "" {
		return "--relative=" + r.folder + "/"
	}
	return "--relative"
}

// Incoming is what a push brings, before any of it is read.
type Incoming struct {
	Objects int
	Largest int64  // bytes of the largest object
	ID      string // of the largest
	Kind    string
}

// Incoming counts the objects that git keeps in quarantine while a pre-receive
// hook runs, and stops as soon as one of the bounds is passed: the count then is
// one too high, or the object larger. ok is false where there is no quarantine.
// What is reachable from what was there before does not count.
func (r *Repo) Incoming(ctx context.Context, mostObjects int, largest int64) (in Incoming, ok bool, err error) {
	store := ""
	for _, entry := range r.env {
		if dir, found := strings.CutPrefix(entry, "GIT_QUARANTINE_PATH="); found {
			store = dir
		}
	}
	if store == "" {
		return in, false, nil
	}
	err = r.streamIn(ctx, []string{"GIT_OBJECT_DIRECTORY=" + store, "GIT_ALTERNATE_OBJECT_DIRECTORIES="},
		[]string{"cat-file", "--batch-all-objects", "--unordered", "--buffer", "--batch-check=%(objectname) %(objecttype) %(objectsize)"}, func(out *bufio.Reader) error {
			for {
				line, err := out.ReadString('\n')
				if errors.Is(err, io.EOF) && line == "" {
					return nil
				}
				if err != nil {
					return noEOF(err)
				}
				if err := in.add(strings.Fields(line)); err != nil {
					return err
				}
				if in.Objects > mostObjects || in.Largest > largest {
					return errStopped
				}
			}
		})
	if errors.Is(err, errStopped) {
		err = nil
	}
	if err != nil {
		err = fmt.Errorf("count what is pushed: %w", err)
	}
	return in, true, err
}

func (in *Incoming) add(words []string) error {
	if len(words) != 3 || !isObjectID(words[0]) {
		return fmt.Errorf("git says %q of an object", strings.Join(words, " "))
	}
	size, err := strconv.ParseInt(words[2], 10, 64)
	if err != nil || size < 0 {
		return fmt.Errorf("git says %q of an object's size", words[2])
	}
	if in.Objects++; in.ID == "" || size > in.Largest {
		in.ID, in.Kind, in.Largest = words[0], words[1], size
	}
	return nil
}

// Bound is how much a line of commits may hold.
type Bound struct {
	Commits int
	Files   int // that differ, added up commit by commit
}

// Bounded returns how many commits lead to a revision that none of the others leads
// to, and how many files they change, added up. It counts without listing a tree,
// so that folders which stand for any number of paths cost nothing, and returns
// ErrTooMany beyond the bound. A merge counts what differs from that parent from
// which the least does.
func (r *Repo) Bounded(ctx context.Context, to string, without []string, most Bound) (Bound, error) {
	var sum Bound
	c := comparison{files: newTreeFiles(r.batch(), ""), known: map[[2]string]int{}}
	roots := map[string]string{}
	for commit, err := range r.commitsOf(ctx, to, without) {
		if err != nil {
			return sum, fmt.Errorf("count what is pushed: %w", err)
		}
		if sum.Commits++; sum.Commits > most.Commits {
			return sum, ErrTooMany
		}
		roots[commit.id] = commit.tree
		n, err := r.smallest(ctx, &c, commit, roots)
		if err != nil {
			return sum, fmt.Errorf("count what commit %s changes: %w", Commit{ID: commit.id}.Short(), err)
		}
		if sum.Files += n; sum.Files > most.Files {
			return sum, ErrTooMany
		}
	}
	return sum, nil
}

// smallest counts what differs between a commit and its parents.
func (r *Repo) smallest(ctx context.Context, c *comparison, commit rootOf, roots map[string]string) (int, error) {
	least := -1
	for _, parent := range commit.parents {
		if roots[parent] == "" {
			root, err := r.resolve(ctx, parent, "tree")
			if err != nil {
				return 0, err
			}
			roots[parent] = root
		}
		n, err := c.count(ctx, roots[parent], commit.tree, 0)
		if err != nil {
			return 0, err
		}
		if n > maxDeltas {
			return n, ErrTooMany
		}
		if least < 0 || n < least {
			least = n
		}
	}
	if least < 0 {
		return c.count(ctx, "", commit.tree, 0)
	}
	return least, nil
}

// rootOf is a commit with its tree and parents.
type rootOf struct {
	id, tree string
	parents  []string
}

// commitsOf returns the commits that lead to one and to none of the others, oldest
// first.
func (r *Repo) commitsOf(ctx context.Context, to string, without []string) func(func(rootOf, error) bool) {
	args := []string{"log", "--reverse", "--topo-order", "--no-show-signature", "--no-notes", "--no-color", "--format=%H %T %P", to}
	for _, id := range without {
		args = append(args, "^"+id)
	}
	return func(yield func(rootOf, error) bool) {
		if !isObjectID(to) || slices.ContainsFunc(without, func(id string) bool { return !isObjectID(id) }) {
			yield(rootOf{}, errors.New("no commit is named"))
			return
		}
		err := r.stream(ctx, append(args, "--"), func(out *bufio.Reader) error {
			for {
				line, err := out.ReadString('\n')
				if errors.Is(err, io.EOF) && line == "" {
					return nil
				}
				if err != nil {
					return noEOF(err)
				}
				words := strings.Fields(line)
				if len(words) < 2 || slices.ContainsFunc(words, func(w string) bool { return !isObjectID(w) }) {
					return fmt.Errorf("git log says %q", line)
				}
				if !yield(rootOf{id: words[0], tree: words[1], parents: words[2:]}, nil) {
					return errStopped
				}
			}
		})
		if err != nil && !errors.Is(err, errStopped) {
			yield(rootOf{}, err)
		}
	}
}

// Symbolic returns which of some refs, by their full names, stand for other refs,
// and for which.
func (r *Repo) Symbolic(ctx context.Context, names []string) (map[string]string, error) {
	found := map[string]string{}
	for part := range slices.Chunk(names, 200) {
		args := []string{"for-each-ref", "--format=%(refname) %(symref)"}
		for _, name := range part {
			if !strings.HasPrefix(name, "refs/") {
				return nil, fmt.Errorf("look up refs: %q is none", name)
			}
			args = append(args, name)
		}
		out, err := r.read(ctx, args...)
		if err != nil {
			return nil, fmt.Errorf("look up refs: %w", err)
		}
		for line := range strings.Lines(out) {
			if name, target, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " "); target != "" {
				found[name] = target
			}
		}
	}
	return found, nil
}

// Named returns the paths, from the top of the repository, of all files of a name
// that a commit has.
func (r *Repo) Named(ctx context.Context, commit, name string) ([]string, error) {
	root, err := r.resolve(ctx, commit, "tree")
	if err != nil {
		return nil, err
	}
	var found []string
	n := 0
	err = r.stream(ctx, []string{"ls-tree", "-r", "-z", "--full-tree", "--name-only", root}, func(out *bufio.Reader) error {
		for {
			p, err := token(out)
			if errors.Is(err, io.EOF) {
				return nil
			}
			if err != nil {
				return err
			}
			if n++; n > maxEntries {
				return ErrTooMany
			}
			if path.Base(p) == name && isPath(p) {
				found = append(found, p)
			}
		}
	})
	if err != nil {
		return nil, fmt.Errorf("list files: %w", err)
	}
	return found, nil
}

// CountFiles returns how many files a commit or tree has, and ErrTooMany where
// there are more than so many. It lists none of them.
func (r *Repo) CountFiles(ctx context.Context, rev string, most int) (int, error) {
	root, err := r.resolve(ctx, rev, "tree")
	if err != nil {
		return 0, err
	}
	c := comparison{files: newTreeFiles(r.batch(), ""), known: map[[2]string]int{}}
	n, err := c.count(ctx, "", root, 0)
	if err == nil && n > most {
		err = ErrTooMany
	}
	return n, err
}
