package history

import (
	"context"
	"errors"
	"fmt"
	"path"
	"slices"

	"frontdesk/records"
	"frontdesk/records/frontmatter"
	"frontdesk/records/git"
	"frontdesk/records/tree"
)

// maxVersions bounds the versions of one record that are read.
const maxVersions = 100_000

// ErrTooLong is returned for a record with more versions than are read.
var ErrTooLong = fmt.Errorf("the record has more than %d versions", maxVersions)

// Versions returns all versions of a record that HEAD and the work tree know,
// oldest first, each after its parents. One without an ID comes last where the
// work tree differs from HEAD. Moves are followed along the line of commits in
// which they were made; side branches that were merged from before a move count
// as part of their merge. t is the desk in the work tree.
func Versions(ctx context.Context, repo *git.Repo, t *tree.Tree, n tree.Name) ([]*Version, error) {
	w := &walk{repo: repo, name: n, known: map[string]bool{}}
	committed, err := pathAtHead(ctx, repo, n)
	if err != nil {
		return nil, err
	}
	if err := w.follow(ctx, committed); err != nil {
		return nil, fmt.Errorf("read history of %s: %w", n.ID, err)
	}
	slices.Reverse(w.versions)
	if err := w.load(ctx); err != nil {
		return nil, fmt.Errorf("read history of %s: %w", n.ID, err)
	}
	w.present(t, committed)
	return w.versions, nil
}

// pathAtHead returns where the record lies at HEAD: where it lies now, unless it
// was moved and that is not committed.
func pathAtHead(ctx context.Context, repo *git.Repo, n tree.Name) (string, error) {
	files, err := repo.At(ctx, "HEAD")
	if errors.As(err, new(*git.UnknownRevisionError)) {
		return n.Path, nil // no commit yet
	}
	if err != nil {
		return "", fmt.Errorf("read HEAD: %w", err)
	}
	defer files.Close()
	if _, ok := files.Blob(n.Path); ok {
		return n.Path, nil
	}
	t, err := tree.OpenFS(repo.Dir, files)
	if errors.Is(err, tree.ErrNoDesk) {
		return n.Path, nil
	}
	if err != nil {
		return "", err
	}
	for _, was := range t.Names(n.Type) {
		if was.ID == n.ID {
			return was.Path, nil
		}
	}
	return n.Path, nil
}

// walk collects the versions of a record.
type walk struct {
	repo     *git.Repo
	name     tree.Name
	versions []*Version
	known    map[string]bool // commits that were met
}

// follow walks back from HEAD and from each commit that moved the record, newest
// first. A repository without commits has no versions.
func (w *walk) follow(ctx context.Context, file string) error {
	from := ""
	if _, err := w.repo.Resolve(ctx, "HEAD"); errors.As(err, new(*git.UnknownRevisionError)) {
		return nil
	}
	for file != "" {
		moved, err := w.followPath(ctx, from, file)
		if err != nil || moved == nil {
			return err
		}
		from, file = moved.Parents[0], moved.Moved
		if w.known[moved.Parents[0]+"\x00"+file] {
			return nil
		}
		w.known[moved.Parents[0]+"\x00"+file] = true
	}
	return nil
}

// followPath walks back along one path. It returns the version that moved the
// record there, nil where the history ends without one.
func (w *walk) followPath(ctx context.Context, from, file string) (*Version, error) {
	for rev, err := range w.repo.Log(ctx, git.LogOptions{From: from, Paths: []string{file}}) {
		if err != nil {
			return nil, err
		}
		if len(w.versions) >= maxVersions {
			return nil, ErrTooLong
		}
		v, err := w.version(ctx, rev, file)
		if err != nil {
			return nil, err
		}
		if v == nil || w.known[v.ID] {
			continue
		}
		w.known[v.ID] = true
		w.versions = append(w.versions, v)
		if v.Moved != "" {
			return v, nil
		}
	}
	return nil, nil
}

// version makes a version of a commit, nil where it did not touch the path as a
// file.
func (w *walk) version(ctx context.Context, rev git.Revision, file string) (*Version, error) {
	i := slices.IndexFunc(rev.Deltas, func(d git.Delta) bool { return d.Path == file })
	if i < 0 {
		return nil, nil
	}
	d := rev.Deltas[i]
	v := &Version{Revision: rev, Path: file, Gone: d.Blob == "", Cut: w.repo.IsCutOff(rev.ID), blob: fileBlob(d.Mode.IsRegular(), d.Blob)}
	if len(rev.Parents) == 0 {
		return v, nil
	}
	v.before = []string{fileBlob(d.OldMode.IsRegular(), d.OldBlob)}
	if len(rev.Parents) > 1 {
		return v, w.otherParents(ctx, v)
	}
	if d.OldBlob == "" {
		return v, w.origin(ctx, v)
	}
	return v, nil
}

// fileBlob returns the name of a file's content. Links and submodules hold no
// record.
func fileBlob(regular bool, blob string) string {
	if !regular {
		return ""
	}
	return blob
}

// otherParents adds what the parents of a merge but for the first had.
func (w *walk) otherParents(ctx context.Context, v *Version) error {
	for _, parent := range v.Parents[1:] {
		files, err := w.repo.At(ctx, parent)
		if err != nil {
			return err
		}
		info, err := files.Lstat(v.Path)
		blob, _ := files.Blob(v.Path)
		v.before = append(v.before, fileBlob(err == nil && info.Mode().IsRegular(), blob))
		_ = files.Close()
	}
	return nil
}

// origin looks whether a commit that added the record's file moved it there: it
// removed a file of the same name, which is the id. What git takes for a rename
// is not asked for, as records of one kind resemble each other.
func (w *walk) origin(ctx context.Context, v *Version) error {
	deltas, err := w.repo.Diff(ctx, v.Parents[0], v.ID)
	if err != nil {
		return err
	}
	for _, d := range deltas {
		if (d.Status == 'R' || d.Status == 'D') && path.Base(d.OldPath) == path.Base(v.Path) && d.OldMode.IsRegular() {
			v.Moved, v.before[0] = d.OldPath, d.OldBlob
			return nil
		}
	}
	return nil
}

// load reads and parses the versions, each content once.
func (w *walk) load(ctx context.Context) error {
	var ids []string
	for _, v := range w.versions {
		for _, id := range append([]string{v.blob}, v.before...) {
			if id != "" {
				ids = append(ids, id)
			}
		}
	}
	contents, err := w.repo.Blobs(ctx, ids)
	if err != nil {
		return err
	}
	parsed := map[string]*Version{} // by path and content
	for _, v := range w.versions {
		for _, id := range v.before {
			v.Before = append(v.Before, w.parse(parsed, v.Path, id, contents).Record)
		}
		p := w.parse(parsed, v.Path, v.blob, contents)
		v.Record, v.Problems = p.Record, p.Problems
	}
	return nil
}

// parse reads one content, unless it has been read as the same file before.
func (w *walk) parse(parsed map[string]*Version, file, id string, contents map[string][]byte) *Version {
	if id == "" {
		return &Version{}
	}
	key := file + "\x00" + id
	if v := parsed[key]; v != nil {
		return v
	}
	v := &Version{}
	v.Record, v.Problems = frontmatter.Parse(file, w.name.Type, contents[id])
	if v.Record != nil && v.Record.ID == "" {
		v.Record.ID = w.name.ID
	}
	parsed[key] = v
	return v
}

// present adds the work tree's version where it differs from the last one.
func (w *walk) present(t *tree.Tree, committed string) {
	var last *Version
	if n := len(w.versions); n > 0 {
		last = w.versions[n-1]
	}
	now := &Version{Path: w.name.Path, blob: "work tree"}
	if last != nil && !last.Gone {
		data, err := t.Read(now.Path)
		if err == nil && now.Path == last.Path && blobID(data, len(last.blob)) == last.blob {
			return
		}
		now.before, now.Before = []string{last.blob}, []*records.Record{last.Record}
		if committed != now.Path {
			now.Moved = committed
		}
	}
	now.Record, now.Problems = t.LoadOne(w.name)
	w.versions = append(w.versions, now)
}
