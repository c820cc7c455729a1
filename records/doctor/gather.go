package doctor

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"frontdesk/records/git"
	"frontdesk/records/tree"
	"frontdesk/schema"
)

// Options are what Gather takes from its caller.
type Options struct {
	System string // as runtime.GOOS
	Now    time.Time
	Loaded *tree.Loaded // all records; of their fields only the log is looked at
}

// Gather collects the facts about a desk, but for those about who asks, the hooks
// and the index: the caller adds them. What cannot be found out is left out; the
// error is about the run alone, for example a cancelled context.
func Gather(ctx context.Context, t *tree.Tree, o Options) (*Facts, error) {
	f := &Facts{System: o.System, Now: o.Now}
	f.Git, _ = git.Version(ctx)
	repo, err := git.Open(t.Root)
	switch {
	case err == nil:
		defer repo.Close()
		f.Repository = gatherRepository(ctx, repo, t)
		f.Leftovers = locks(repo)
	case !errors.Is(err, git.ErrNoRepository):
		f.Repository = &RepositoryFacts{Problem: err.Error()}
	}
	if err := f.Desk.gather(t, o.Loaded); err != nil {
		return nil, err
	}
	w := walkDesk(t.Root)
	f.Leftovers = append(f.Leftovers, w.temps...)
	if f.Repository != nil {
		f.Repository.Embedded = append(f.Repository.Embedded, w.repositories...)
	}
	return f, ctx.Err()
}

// probe is the path whose attributes stand for those of all records. The file
// need not exist.
const probe = schema.RecordsFolder + "/incidents/2026-11/probe" + schema.Extension

func gatherRepository(ctx context.Context, repo *git.Repo, t *tree.Tree) *RepositoryFacts {
	r := &RepositoryFacts{Shallow: repo.IsShallow(), HasLine: hasLine(t), FoldsCase: foldsCase(t.Root)}
	if err := repo.Refusal(ctx); err != nil {
		if !errors.Is(err, git.ErrNoGit) {
			r.Problem = err.Error()
		}
		return r
	}
	if _, err := repo.Root(); err != nil {
		r.Bare = true
	}
	r.Folder, _ = repo.Prefix()
	settings, _ := repo.Settings(ctx)
	for _, s := range settings {
		r.Settings = append(r.Settings, Setting{Scope: s.Scope, Key: s.Key, Value: s.Value})
	}
	sparse, _ := r.setting("core.sparsecheckout")
	r.Sparse = sparse.Key != "" && isTrue(sparse.Value)
	r.Partial = promisor(r.Settings)
	r.Attributes, _ = repo.Attributes(ctx, probe, "text", "eol", "filter", "working-tree-encoding", "ident")
	r.Commits, _ = repo.CountCommits(ctx, ManyCommits+1)
	if head, err := repo.Head(ctx); err == nil {
		r.HeadTime = head.When
	}
	r.objects(repo)
	return r
}

// promisor returns the remote of a partial clone, "" in a full one.
func promisor(settings []Setting) string {
	for _, s := range settings {
		if name, ok := strings.CutPrefix(s.Key, "remote."); ok && strings.HasSuffix(name, ".promisor") && isTrue(s.Value) {
			return strings.TrimSuffix(name, ".promisor")
		}
	}
	return ""
}

// hasLine reports whether the desk's .gitattributes keeps the line ends of records.
func hasLine(t *tree.Tree) bool {
	data, err := t.Read(".gitattributes")
	if err != nil {
		return false
	}
	for line := range strings.SplitSeq(string(data), "\n") {
		words := strings.Fields(line)
		if len(words) > 1 && (words[0] == "records/**" || words[0] == "*" || words[0] == "*.md") && strings.Contains(line, "eol=lf") {
			return true
		}
	}
	return false
}

// foldsCase reports whether the file system takes upper for lower case.
func foldsCase(root string) bool {
	one, err := os.Stat(filepath.Join(root, tree.ConfigFile))
	if err != nil {
		return false
	}
	two, err := os.Stat(filepath.Join(root, strings.ToUpper(tree.ConfigFile)))
	return err == nil && os.SameFile(one, two)
}

// objects looks at how the repository keeps its history, and what is going on.
func (r *RepositoryFacts) objects(repo *git.Repo) {
	own, err := repo.GitDir()
	if err != nil {
		return
	}
	common, err := repo.CommonDir()
	if err != nil {
		return
	}
	for _, o := range []struct{ file, name string }{
		{"MERGE_HEAD", "merge"}, {"rebase-merge", "rebase"}, {"rebase-apply", "rebase"},
		{"CHERRY_PICK_HEAD", "cherry-pick"}, {"REVERT_HEAD", "revert"}, {"BISECT_LOG", "bisect"},
	} {
		if _, err := os.Lstat(filepath.Join(own, o.file)); err == nil {
			r.Operation = o.name
			break
		}
	}
	if sample, err := os.ReadDir(filepath.Join(common, "objects", "17")); err == nil {
		r.Loose = 256 * len(sample)
	}
	info := filepath.Join(common, "objects", "info")
	graphs, _ := filepath.Glob(filepath.Join(info, "commit-graphs", "graph-*.graph")) // the pattern is a good one
	for _, graph := range append(graphs, filepath.Join(info, "commit-graph")) {
		r.ChangedPaths = r.ChangedPaths || hasFilters(graph)
	}
}

// hasFilters reports whether a commit-graph file tells which commits touched a
// path: its table of chunks, after eight bytes, names one BIDX
// (gitformat-commit-graph).
func hasFilters(file string) bool {
	f, err := os.Open(file)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, 8+32*12)
	n, err := io.ReadFull(f, head)
	return (err == nil || errors.Is(err, io.ErrUnexpectedEOF)) && bytes.HasPrefix(head, []byte("CGPH")) && bytes.Contains(head[:n], []byte("BIDX"))
}

// locks finds files by which git keeps other commands of git out.
func locks(repo *git.Repo) []Leftover {
	var found []Leftover
	own, err := repo.GitDir()
	if err != nil {
		return nil
	}
	common, _ := repo.CommonDir()
	for _, l := range []struct{ dir, name string }{
		{own, "index.lock"}, {own, "HEAD.lock"}, {common, "packed-refs.lock"}, {common, "config.lock"}, {common, "shallow.lock"},
	} {
		info, err := os.Lstat(filepath.Join(l.dir, l.name))
		if err == nil {
			found = append(found, Leftover{Path: shown(repo, filepath.Join(l.dir, l.name)), Lock: true, Since: info.ModTime()})
		}
	}
	return found
}

// shown returns a path as seen from the desk, where it lies in or beside it.
func shown(repo *git.Repo, file string) string {
	if rel, err := filepath.Rel(repo.Dir, file); err == nil && strings.Count(rel, "..") < 3 {
		return filepath.ToSlash(rel)
	}
	return file
}
