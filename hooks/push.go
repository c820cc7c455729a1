package hooks

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	"frontdesk/records/change"
	"frontdesk/records/check"
	"frontdesk/records/diag"
	"frontdesk/records/git"
	"frontdesk/records/tree"
)

// Update is a ref that a push would set on the other side.
type Update struct {
	LocalRef  string // what is pushed, as it was named here
	Local     string // its commit; only zeros where the ref is deleted
	RemoteRef string
	Remote    string // the commit there; only zeros where the ref is new
}

// longestUpdate is the length of a line that git may write, in bytes.
const longestUpdate = 1 << 20

// ParseUpdates reads what git writes to a pre-push hook: a line for each ref.
func ParseUpdates(r io.Reader) ([]Update, error) {
	var updates []Update
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, longestUpdate)
	for lines.Scan() {
		if strings.TrimSpace(lines.Text()) == "" {
			continue
		}
		f := strings.Fields(lines.Text())
		if len(f) != 4 || !isID(f[1]) || !isID(f[3]) {
			return nil, fmt.Errorf("read refs to push: line %q is not LOCAL-REF ID REMOTE-REF ID", lines.Text())
		}
		updates = append(updates, Update{LocalRef: f[0], Local: f[1], RemoteRef: f[2], Remote: f[3]})
	}
	if err := lines.Err(); err != nil {
		return nil, fmt.Errorf("read refs to push: %w", err)
	}
	return updates, nil
}

// FrameworkUpdate returns the update that the pre-commit framework speaks of: what
// it knows of the other side, or the parent of the first commit that is new to
// it; the commit that is pushed; and the ref there.
func FrameworkUpdate(ctx context.Context, dir, from, to, ref string) (Update, error) {
	repo, err := git.Open(dir)
	if err != nil {
		return Update{}, err
	}
	defer repo.Close()
	local, err := repo.Resolve(ctx, to)
	if err != nil {
		return Update{}, err
	}
	u := Update{LocalRef: to, Local: local.ID, RemoteRef: cmp.Or(ref, "refs/heads/HEAD"), Remote: strings.Repeat("0", len(local.ID))}
	if remote, err := repo.Resolve(ctx, from); err == nil {
		u.Remote = remote.ID
	}
	return u, nil
}

// isID reports whether a text is the full id of a git object.
func isID(s string) bool {
	return (len(s) == 40 || len(s) == 64) && strings.Trim(s, "0123456789abcdef") == ""
}

func isZero(id string) bool { return strings.Trim(id, "0") == "" }

// isJudged reports whether a ref holds what people work on: tags and notes point
// to what a branch has brought, and a deletion brings nothing.
func (u Update) isJudged() bool {
	return !isZero(u.Local) && !strings.HasPrefix(u.RemoteRef, "refs/tags/") && !strings.HasPrefix(u.RemoteRef, "refs/notes/")
}

// Push judges the refs that are about to be pushed to a remote, in all desks that
// they change: each from where it left what the other side has. Where that is
// not known, as in the first push of all, everything is judged.
func Push(ctx context.Context, dir, remote string, updates []Update, asOf time.Time) (*Verdict, error) {
	repo, err := openTop(dir)
	if err != nil {
		return nil, err
	}
	defer repo.Close()
	v := &Verdict{Top: repo.Dir}
	p := &pusher{repo: repo, remote: remote, asOf: asOf, verdict: v, judged: map[[2]string]bool{}}
	for _, u := range updates {
		if !u.isJudged() {
			continue
		}
		if err := p.judge(ctx, u); err != nil {
			return nil, err
		}
	}
	return v, nil
}

// pusher judges the refs of one push.
type pusher struct {
	repo    *git.Repo
	remote  string
	asOf    time.Time
	verdict *Verdict
	judged  map[[2]string]bool // from where to where
	usual   *string            // where the remote's usual branch stands, "" where that is not known; nil until it was looked up
}

// base returns the commit from which a ref is judged: where it left what the other
// side has of it, or the remote's usual branch as it was last seen, whichever is
// later; "" where it left neither, or these are not known here.
func (p *pusher) base(ctx context.Context, u Update, head string) (string, error) {
	usual, err := p.usualBranch(ctx)
	if err != nil {
		return "", err
	}
	known := []string{usual}
	if !isZero(u.Remote) && u.Remote != usual {
		known = append(known, u.Remote)
	}
	base := ""
	for _, rev := range known {
		if rev == "" {
			continue
		}
		left, err := p.left(ctx, rev, head)
		if err != nil {
			return "", err
		}
		if base, err = p.later(ctx, left, base); err != nil {
			return "", err
		}
	}
	return base, nil
}

// left returns where a branch left another one, "" where it never did or the other
// is not here.
func (p *pusher) left(ctx context.Context, other, head string) (string, error) {
	bases, err := p.repo.MergeBases(ctx, other, head)
	if isUnknown(err) || err == nil && len(bases) == 0 {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	return bases[0], nil
}

// later returns the one of two ancestors of a branch that descends from the other,
// the first where neither does.
func (p *pusher) later(ctx context.Context, a, b string) (string, error) {
	if a == b || b == "" {
		return a, nil
	}
	if a == "" {
		return b, nil
	}
	common, err := p.repo.MergeBases(ctx, a, b)
	if err == nil && slices.Contains(common, a) {
		return b, nil
	}
	return a, err
}

// usualBranch returns where the usual branch of the remote was last seen, "" where
// that is not known.
func (p *pusher) usualBranch(ctx context.Context) (string, error) {
	if p.usual != nil {
		return *p.usual, nil
	}
	found := ""
	for _, name := range []string{"HEAD", "main", "master"} {
		c, err := p.repo.Resolve(ctx, "refs/remotes/"+p.remote+"/"+name)
		if err == nil {
			found = c.ID
			break
		}
		if !isUnknown(err) {
			return "", err
		}
	}
	p.usual = &found
	return found, nil
}

func isUnknown(err error) bool {
	unknown := (*git.UnknownRevisionError)(nil)
	return errors.As(err, &unknown)
}

// judge judges one ref.
func (p *pusher) judge(ctx context.Context, u Update) error {
	head, err := p.repo.Resolve(ctx, u.Local)
	if isUnknown(err) {
		return nil // no commit: it holds no desk
	}
	if err != nil {
		return err
	}
	base, err := p.base(ctx, u, head.ID)
	if err != nil {
		return err
	}
	key := [2]string{base, head.ID}
	if p.judged[key] {
		return nil
	}
	p.judged[key] = true
	desks, err := p.desks(ctx, base, head.ID)
	if err != nil {
		return err
	}
	for _, folder := range desks {
		err := p.verdict.judge(p.repo, folder, u.RemoteRef, func(desk *git.Repo) (*change.Report, error) {
			if base == "" {
				return whole(ctx, desk, head.ID, p.asOf)
			}
			return change.Between(ctx, desk, base, head.ID, change.Options{AsOf: p.asOf})
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// desks returns the desks that a branch changed since a commit, all that it has
// where there is none.
func (p *pusher) desks(ctx context.Context, base, head string) ([]string, error) {
	l := &lookup{top: p.repo.Dir, snapshot: func() (*git.Snapshot, error) { return p.repo.At(ctx, head) }}
	defer l.close()
	deltas, err := p.deltas(ctx, base, head, l)
	if err != nil {
		return nil, err
	}
	desks, err := touched(deltas, l.isDesk)
	for _, folder := range l.missing {
		if !slices.Contains(p.verdict.Skipped, folder) {
			p.verdict.Skipped = append(p.verdict.Skipped, folder)
		}
	}
	return desks, err
}

// deltas returns what a branch changed since a commit; where there is none, the
// files that mark desks.
func (p *pusher) deltas(ctx context.Context, base, head string, l *lookup) ([]git.Delta, error) {
	if base != "" {
		return p.repo.Diff(ctx, base, head)
	}
	var err error
	if l.opened, err = l.snapshot(); err != nil {
		return nil, err
	}
	paths, err := configFiles(l.opened)
	var deltas []git.Delta
	for _, name := range paths {
		deltas = append(deltas, git.Delta{Status: 'A', Path: name})
	}
	return deltas, err
}

// whole judges a desk as it is at a commit.
func whole(ctx context.Context, repo *git.Repo, rev string, asOf time.Time) (*change.Report, error) {
	files, err := repo.At(ctx, rev)
	if err != nil {
		return nil, err
	}
	defer files.Close()
	t, err := tree.OpenFS(repo.Dir, files)
	if err != nil {
		return nil, err
	}
	defer t.Close()
	l, err := t.Load(ctx)
	if err != nil {
		return nil, err
	}
	in := &check.Input{Desk: t.Desk, Types: t.Types, Set: l.Set, AsOf: asOf, Exists: t.Exists}
	_, signing := t.Signers()
	ds := check.All(ctx, in, slices.Concat(t.Problems, signing, l.Problems))
	diag.Sort(ds)
	sources := map[string][]byte{}
	for _, d := range ds {
		if _, known := sources[d.Path]; !known {
			sources[d.Path], _ = t.Read(d.Path) // an excerpt less, where it cannot be read
		}
	}
	return &change.Report{Records: l.Set.Len(), Diagnostics: ds, Source: func(p string) []byte { return sources[p] }, Types: t.Types}, ctx.Err()
}
