package gate

import (
	"context"
	"errors"
	"path"
	"slices"
	"strings"
	"time"

	"frontdesk/records"
	"frontdesk/records/conflict"
	"frontdesk/records/git"
	"frontdesk/records/tree"
	"frontdesk/schema"
)

// Bounds of the look at open branches.
const (
	maxBranches      = 200
	maxBranchRecords = 2000
	branchPatience   = 5 * time.Second
)

// planner knows what is planned on the target with what comes to it, and on open
// branches.
type planner struct{ *conflict.Book }

// newPlanner reads the plans of the target with a bundle laid over them, which may
// be nil.
func (s *session) newPlanner(ctx context.Context, b *bundle, head string) (*planner, error) {
	if !slices.ContainsFunc(s.tip.tree.Types.All(), hasWindow) {
		return nil, nil
	}
	if b != nil && len(b.touched) == 0 && len(b.spoken) == 0 {
		return nil, nil
	}
	if err := s.load(ctx, s.tip); err != nil {
		return nil, err
	}
	in := conflict.Input{Types: s.tip.tree.Types, Set: s.tip.set, Freezes: s.tip.set, TimeZone: s.tip.tree.Desk.TimeZone}
	if b != nil {
		set, err := s.overlay(ctx, b)
		if err != nil {
			return nil, err
		}
		in.Set = set
	}
	if s.o.Branches {
		in.Branches = s.branches(ctx, b, head)
	}
	return &planner{conflict.NewBook(in)}, ctx.Err()
}

func hasWindow(t *schema.Type) bool { return t.Policy != nil && t.Policy.Window != nil }

// overlay returns the records of the target as a bundle leaves them.
func (s *session) overlay(ctx context.Context, b *bundle) (*records.Set, error) {
	kinds := s.tip.kinds()
	gone := map[string]bool{}
	var paths []string
	for _, d := range b.deltas {
		p, inDesk := s.inDesk(d.Path)
		if !inDesk || !strings.HasPrefix(p, schema.RecordsFolder+"/") || !strings.HasSuffix(p, schema.Extension) {
			continue
		}
		gone[p] = true
		if d.Blob != "" {
			paths = append(paths, p)
		}
	}
	if len(gone) == 0 {
		return s.tip.set, nil
	}
	rs := slices.DeleteFunc(slices.Clone(s.tip.set.All()), func(r *records.Record) bool { return gone[r.Path] })
	var names []tree.Name
	if len(paths) > 0 {
		names = slices.DeleteFunc(b.after.ListOf(paths).Names, func(n tree.Name) bool { return !slices.Contains(kinds, n.Type) })
	}
	more, _, err := b.after.LoadEach(ctx, names)
	if err != nil {
		return nil, err
	}
	for _, r := range more {
		if r != nil {
			rs = append(rs, r)
		}
	}
	return records.NewSet(rs), nil
}

// branches returns what open branches plan. What could not be looked at is noted.
func (s *session) branches(ctx context.Context, b *bundle, head string) []conflict.Branch {
	slow, cancel := context.WithTimeout(ctx, branchPatience)
	defer cancel()
	found, more, err := s.repo.Unmerged(slow, s.tip.commit, maxBranches)
	if err != nil {
		s.note("open branches were not looked at: %v", err)
		return nil
	}
	if more {
		s.note("only the %d latest of the open branches were looked at for conflicts", maxBranches)
	}
	r := branchReader{session: s, bundle: b, seen: map[string]bool{}}
	for i, branch := range found {
		if branch.ID == head {
			continue
		}
		err := r.read(slow, branch)
		if errors.Is(err, context.DeadlineExceeded) {
			s.note("%d open branches were not looked at for conflicts: it took too long", len(found)-i)
			break
		}
		if err != nil {
			s.note("the branch %s was not looked at for conflicts: %v", shortBranch(branch.Name), err)
		}
	}
	return r.out
}

// shortBranch returns the name of a branch as people say it.
func shortBranch(name string) string {
	return strings.TrimPrefix(strings.TrimPrefix(name, "refs/heads/"), "refs/remotes/")
}

// branchReader reads the plans that branches change, each version of one once.
type branchReader struct {
	*session
	bundle *bundle
	seen   map[string]bool
	count  int
	out    []conflict.Branch
}

func (r *branchReader) read(ctx context.Context, branch git.Branch) error {
	base := ""
	plans := conflict.Branch{Name: shortBranch(branch.Name)}
	for _, typ := range r.tip.tree.Types.All() {
		if !hasWindow(typ) {
			continue
		}
		folder := r.prefix + schema.RecordsFolder + "/" + typ.Folder
		deltas, err := r.repo.Changed(ctx, r.tip.commit, branch.ID, folder)
		if err != nil || len(deltas) == 0 {
			return err
		}
		if base == "" {
			bases, err := r.repo.MergeBases(ctx, r.tip.commit, branch.ID)
			if err != nil || len(bases) == 0 {
				return err
			}
			base = bases[0]
		}
		if deltas, err = r.repo.Changed(ctx, base, branch.ID, folder); err != nil {
			return err
		}
		rs, err := r.records(ctx, typ, deltas)
		if err != nil {
			return err
		}
		plans.Records = append(plans.Records, rs...)
	}
	if len(plans.Records) > 0 {
		r.out = append(r.out, plans)
	}
	return nil
}

// records reads the records that a branch changed.
func (r *branchReader) records(ctx context.Context, typ *schema.Type, deltas []git.Delta) ([]*records.Record, error) {
	var names []tree.Name
	var blobs []string
	for _, d := range deltas {
		p, _ := r.inDesk(d.Path)
		if d.Blob == "" || !d.Mode.IsRegular() || !strings.HasSuffix(p, schema.Extension) || r.seen[d.Path+d.Blob] || r.isHere(p, d.Blob) {
			continue
		}
		if r.count++; r.count > maxBranchRecords {
			r.note("more than %d plans on open branches: the rest were not looked at for conflicts", maxBranchRecords)
			break
		}
		r.seen[d.Path+d.Blob] = true
		names = append(names, tree.Name{Type: typ.Name, ID: records.ID(strings.TrimSuffix(path.Base(p), schema.Extension)), Path: p})
		blobs = append(blobs, d.Blob)
	}
	var out []*records.Record
	err := r.repo.EachBlob(ctx, blobs, maxRecord, func(i int, data []byte) {
		if data == nil {
			return
		}
		if rec, _ := tree.Parse(names[i], data); rec != nil {
			out = append(out, rec)
		}
	})
	return out, err
}

// isHere reports whether what is judged has a record just as a branch has it.
func (r *branchReader) isHere(p, blob string) bool {
	if r.bundle == nil {
		return false
	}
	for _, d := range r.bundle.deltas {
		if d.Path == r.prefix+p {
			return d.Blob == blob
		}
	}
	return false
}
