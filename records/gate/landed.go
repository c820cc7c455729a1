package gate

import (
	"context"
	"errors"
	"slices"
	"strings"

	"frontdesk/records"
	"frontdesk/records/approval"
	"frontdesk/records/change"
	"frontdesk/records/evidence"
	"frontdesk/records/git"
	"frontdesk/records/tree"
	"frontdesk/schema"
)

// maxSteps is how many commits that touch a record are looked at to find the one
// by which it came to the target as it is; maxSeries how many of a series that was
// put on the target one by one belong together.
const (
	maxSteps  = 2000
	maxSeries = 50
)

// landing is a record whose covered parts the target has.
type landing struct {
	record *records.Record // as it is now, or will be
	name   tree.Name
	head   string   // whose commits may bring statements; "" is none
	riding []string // trusted files that come together with what is new
}

// present judges a record as the target has it.
func (s *session) present(ctx context.Context, k key) (*Case, error) {
	names := slices.DeleteFunc(s.tip.tree.Names(k.typ), func(n tree.Name) bool { return n.ID != k.id })
	if len(names) == 0 {
		return nil, ErrNoRecord
	}
	n := names[0]
	r, ds := s.tip.tree.LoadOne(n)
	typ := s.tip.tree.Types.Get(n.Type)
	var err error
	if s.book, err = s.newPlanner(ctx, nil, ""); err != nil {
		return nil, err
	}
	t := &touch{typ: typ, name: n, after: unread(n)}
	switch {
	case len(names) > 1:
		return s.failed(nil, t, "the target has it more than once: "+names[0].Path+" and "+names[1].Path), nil
	case r == nil:
		return s.failed(nil, t, "it cannot be read"+reasons(ds)), nil
	}
	c, err := s.landed(ctx, landing{record: r, name: n})
	if c != nil {
		t.after = r
		c.Before, c.Needed = r, slices.Contains(typ.Policy.States, r.State())
	}
	return c, err
}

// landed judges a record by what it brought when it came to the target: by the
// policy, the people and the signers of the commit before, but for keys that were
// revoked since.
func (s *session) landed(ctx context.Context, l landing) (*Case, error) {
	typ := s.tip.tree.Types.Get(l.name.Type)
	rev, err := s.landingOf(ctx, typ, l.name)
	if err != nil {
		return nil, err
	}
	prev := ""
	if len(rev.Parents) > 0 {
		prev = rev.Parents[0]
	}
	c, err := s.landedSince(ctx, l, prev, rev)
	if err != nil || len(rev.Parents) != 1 || c.Input == nil || c.Verdict.State == approval.Approved || c.Verdict.State == approval.Ahead {
		return c, err
	}
	whole, err := s.series(ctx, l, rev, c.Input)
	if err != nil || whole == nil {
		return c, err
	}
	return whole, nil
}

// landedSince judges what came to the target between two of its commits.
func (s *session) landedSince(ctx context.Context, l landing, prev string, last git.Revision) (*Case, error) {
	law, err := s.lawOf(ctx, prev, l.name.Type)
	if err != nil {
		return nil, err
	}
	b, err := s.compare(ctx, law, prev, last.ID)
	if err != nil {
		return nil, err
	}
	t := b.find(key{l.name.Type, l.name.ID})
	if t == nil {
		if t, err = s.touch(ctx, &bundle{law: law, before: b.after, after: b.after}, law.tree.Types.Get(l.name.Type), l.name); err != nil {
			return nil, err
		}
		t.parts = t.bare
	}
	if t.problem != "" {
		return s.failed(b, t, t.problem), nil
	}
	in, err := s.input(ctx, b, t)
	if err != nil {
		return nil, err
	}
	in.Record, in.Landed = l.record, last.When
	for _, p := range l.riding {
		if !slices.Contains(in.Riding, p) {
			in.Riding = append(in.Riding, p)
		}
	}
	if in.Contributors, err = s.contributors(ctx, law, t, span{prev, last.ID}); err != nil {
		return nil, err
	}
	spans := []span{{prev, s.tip.commit}}
	if l.head != "" {
		spans = append(spans, span{s.tip.commit, l.head})
	}
	if err := s.hear(ctx, in, b, t, t.placesOf(s.pathsOf(l)...), spans); err != nil {
		return nil, err
	}
	c, err := s.verdict(ctx, b, t, in)
	if err != nil {
		return nil, err
	}
	if c.Verdict.State == approval.Approved {
		if c, err = s.withEarlier(ctx, b, t, in, c); err != nil {
			return nil, err
		}
	}
	c.Landing = last.ID
	return c, nil
}

// pathsOf returns where a record will lie, and where the target has it.
func (s *session) pathsOf(l landing) []string {
	paths := []string{l.name.Path}
	if n, found := locate(s.tip.tree, s.tip.tree.Types.Get(l.name.Type), l.name); found {
		paths = append(paths, n.Path)
	}
	return paths
}

// lawOf returns the commit whose word counted for what came after it. Where it had
// no policy for the type, or none that can be read, that of the target's tip counts.
func (s *session) lawOf(ctx context.Context, commit string, typ records.Type) (*trusted, error) {
	if commit == "" {
		return s.tip, nil
	}
	law, err := s.trust(ctx, commit)
	if errors.Is(err, tree.ErrNoDesk) {
		return s.tip, nil
	}
	if err != nil {
		return nil, err
	}
	if t := law.tree.Types.Get(typ); t == nil || t.Policy == nil || len(law.broken) > 0 {
		return s.tip, nil
	}
	return law, nil
}

// landingOf returns the commit by which the target got what is covered of a record:
// the newest along its first parents that changed it.
func (s *session) landingOf(ctx context.Context, typ *schema.Type, n tree.Name) (git.Revision, error) {
	from := s.tip.commit
	name, found := locate(s.tip.tree, typ, n)
	if !found {
		return git.Revision{}, ErrNoRecord
	}
	for steps := 0; ; {
		var older *tree.Name
		for rev, err := range s.repo.Log(ctx, git.LogOptions{From: from, FirstParent: true, Paths: []string{s.prefix + name.Path}}) {
			if err != nil {
				return rev, err
			}
			if steps++; steps > maxSteps {
				return rev, errors.New("too many commits touch the record: by which one it came to the target is not looked for")
			}
			if len(rev.Parents) == 0 {
				if s.repo.IsCutOff(rev.ID) {
					return rev, change.ErrShallow
				}
				return rev, nil
			}
			var changed bool
			if changed, older, err = s.changedBy(ctx, typ, name, rev); changed || err != nil {
				return rev, err
			}
			if older != nil {
				from = rev.Parents[0]
				break
			}
		}
		if older == nil {
			return git.Revision{}, errors.New("the target's history does not say how the record came there")
		}
		name = *older
	}
}

// changedBy reports whether a commit changed what is covered of a record. Where it
// moved the record, older is where that lay before.
func (s *session) changedBy(ctx context.Context, typ *schema.Type, n tree.Name, rev git.Revision) (changed bool, older *tree.Name, err error) {
	t := &touch{typ: typ, name: n}
	for _, d := range rev.Deltas {
		if d.OldBlob != "" || d.Blob == "" {
			if changed, err = s.partsDiffer(ctx, t, d.OldBlob, d.Blob); changed || err != nil {
				return changed, nil, err
			}
			continue
		}
		files, err := s.files(ctx, rev.Parents[0])
		if err != nil {
			return false, nil, err
		}
		was, found := locate(s.tip.tree.With(files), typ, n)
		if !found {
			return true, nil, nil
		}
		blob, _ := files.files.Blob(files.at(was.Path))
		changed, err = s.partsDiffer(ctx, t, blob, d.Blob)
		return changed, &was, err
	}
	return false, nil, nil
}

// series judges what a series of commits brought that were put on the target one by
// one, where together they are what somebody approved; nil where they are not.
func (s *session) series(ctx context.Context, l landing, rev git.Revision, in *approval.Input) (*Case, error) {
	tried := map[[2]string]bool{}
	for _, v := range in.Votes {
		if v.Decision != evidence.Approve || v.Covers == in.Parts.Digest() || len(tried) >= maxSeries {
			continue
		}
		first, last, err := s.seriesOf(ctx, l, rev, v.Parts)
		if err != nil {
			return nil, err
		}
		for _, pair := range [][2]git.Revision{{first, last}, {first, rev}, {rev, last}} {
			id := [2]string{pair[0].ID, pair[1].ID}
			if tried[id] || len(pair[0].Parents) != 1 {
				continue
			}
			tried[id] = true
			c, err := s.landedSince(ctx, l, pair[0].Parents[0], pair[1])
			if err != nil {
				return nil, err
			}
			if c.Input != nil && c.Input.Parts.Digest() == v.Covers {
				return c, nil
			}
		}
	}
	return nil, nil
}

// seriesOf returns the first and the last commit of a series around one, along the
// target's first parents: neighbours without merges that change the record, its
// statements, or files that an approval names.
func (s *session) seriesOf(ctx context.Context, l landing, rev git.Revision, parts map[string]string) (first, last git.Revision, err error) {
	first, last = rev, rev
	belongs := func(r git.Revision) bool {
		return len(r.Parents) == 1 && slices.ContainsFunc(r.Deltas, func(d git.Delta) bool {
			if _, ok := parts["path:"+d.Path]; ok {
				return true
			}
			p, inDesk := s.inDesk(d.Path)
			return inDesk && (p == l.name.Path || strings.HasPrefix(p, folderOf(l.name.Path)))
		})
	}
	n := 0
	for r, err := range s.repo.Log(ctx, git.LogOptions{From: rev.ID, FirstParent: true}) {
		if err != nil {
			return first, last, err
		}
		if n++; r.ID == rev.ID {
			continue
		}
		if n > maxSeries || !belongs(r) {
			break
		}
		first = r
	}
	n = 0
	for r, err := range s.repo.Log(ctx, git.LogOptions{From: s.tip.commit, FirstParent: true, Oldest: true, Exclude: []string{rev.ID}}) {
		if err != nil {
			return first, last, err
		}
		if n++; n > maxSeries || !belongs(r) {
			break
		}
		last = r
	}
	return first, last, nil
}
