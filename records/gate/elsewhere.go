package gate

import (
	"context"
	"fmt"
	"maps"
	"path"
	"slices"
	"strings"

	"frontdesk/records"
	"frontdesk/records/approval"
	"frontdesk/records/evidence"
)

// maxElsewhere is how many open branches are asked for rejections.
const maxElsewhere = 5000

// hearElsewhere hears the rejections on open branches that are the latest that
// somebody said of a record: bringing it by another branch, without them, is no way
// round them. It reports whether there were any.
func (s *session) hearElsewhere(ctx context.Context, in *approval.Input, law *trusted, at places) (heard bool, err error) {
	branches, more, err := s.repo.Unmerged(ctx, s.tip.commit, maxElsewhere)
	if err != nil {
		return false, err
	}
	if more {
		return false, fmt.Errorf("there are more than %d open branches: rejections on them are not looked for; delete those that are not needed", maxElsewhere)
	}
	h := &heap{paths: map[string]map[string]bool{}}
	for _, b := range branches {
		if err := s.collectTree(ctx, h, at.folders, b.ID); err != nil {
			return false, fmt.Errorf("branch %s: %w", shortBranch(b.Name), err)
		}
	}
	data, err := s.contents(ctx, h)
	if err != nil || len(h.paths) == 0 {
		return false, err
	}
	there := &approval.Input{Record: in.Record, Parts: in.Parts, AsOf: in.AsOf}
	e := ear{session: s, law: law, in: there}
	for _, p := range slices.Sorted(maps.Keys(h.paths)) {
		if strings.HasSuffix(p, suffixData) {
			for _, blob := range slices.Sorted(maps.Keys(h.paths[p])) {
				e.statement(p, blob, h.paths[p+".sig"], data, s.o.AsOf)
			}
		}
	}
	latest := map[records.ID]approval.Vote{}
	for _, v := range slices.Concat(there.Votes, in.Votes) {
		was, known := latest[v.Person]
		if !known || v.At > was.At || v.At == was.At && v.Decision == evidence.Reject {
			latest[v.Person] = v
		}
	}
	for _, person := range slices.Sorted(maps.Keys(latest)) {
		v := latest[person]
		isHere := slices.ContainsFunc(in.Votes, func(o approval.Vote) bool { return path.Base(o.Path) == path.Base(v.Path) })
		if v.Decision == evidence.Reject && !isHere && !slices.Contains(s.o.Ignore, person) {
			in.Votes, heard = append(in.Votes, v), true
		}
	}
	return heard, nil
}
