package gate

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"frontdesk/records"
	"frontdesk/records/change"
	"frontdesk/records/git"
	"frontdesk/schema"
)

// Passing returns the files that commits along the first parents between two set,
// on the way, to what neither of the two has, and by which something would be
// judged later: what lands is judged by the commit before it, which must be one
// that was let in as it is. Of files that are not trusted themselves, such as
// services, that matters where a record with a policy lands right after. repo is
// open at the desk's folder. The errors are those of Between.
func Passing(ctx context.Context, repo *git.Repo, base, head string) ([]string, error) {
	s, err := open(repo, Options{})
	if err != nil {
		return nil, err
	}
	defer s.close()
	if s.tip, err = s.trust(ctx, base); err != nil {
		return nil, err
	}
	p := passing{session: s, strange: map[string]bool{}}
	for i, rev := range []string{base, head} {
		if p.ends[i], err = s.files(ctx, rev); err != nil {
			return nil, err
		}
	}
	for rev, err := range s.repo.Log(ctx, git.LogOptions{From: head, Exclude: []string{base}, FirstParent: true, Oldest: true}) {
		if err != nil {
			return nil, err
		}
		if len(rev.Parents) == 0 && s.repo.IsCutOff(rev.ID) {
			return nil, change.ErrShallow
		}
		if err := p.step(ctx, rev); err != nil {
			return nil, err
		}
	}
	slices.Sort(p.found)
	return slices.Compact(p.found), nil
}

// passing follows the commits of a push.
type passing struct {
	*session
	ends    [2]deskFiles
	strange map[string]bool // files that now are what neither end has
	found   []string
}

func (p *passing) step(ctx context.Context, rev git.Revision) error {
	if slices.ContainsFunc(rev.Deltas, p.isJudged) {
		for name := range p.strange {
			p.found = append(p.found, name)
		}
	}
	for _, d := range rev.Deltas {
		sides := []git.Delta{d}
		if d.OldPath != d.Path {
			sides = append(sides, git.Delta{Path: d.OldPath, OldPath: d.OldPath, OldBlob: d.OldBlob, OldMode: d.OldMode, Status: 'D'})
		}
		for _, side := range sides {
			isTrusted, err := p.isTrusted(ctx, &bundle{law: p.tip}, side)
			if err != nil {
				return err
			}
			if !isTrusted && !p.isOfInterest(side.Path) {
				continue
			}
			if p.isOfEnds(side) {
				delete(p.strange, side.Path)
				continue
			}
			p.strange[side.Path] = true
			if isTrusted {
				p.found = append(p.found, side.Path)
			}
		}
	}
	if len(p.found) > maxStatements {
		return fmt.Errorf("more than %d files change back and forth in it", maxStatements)
	}
	return nil
}

// isOfEnds reports whether a file is as one of the ends has it.
func (p *passing) isOfEnds(d git.Delta) bool {
	return slices.ContainsFunc(p.ends[:], func(end deskFiles) bool {
		blob, _ := end.files.Blob(d.Path)
		if blob == "" || d.Blob == "" {
			return blob == d.Blob
		}
		info, err := end.files.Lstat(d.Path)
		return err == nil && blob == d.Blob && modeOf(info.Mode()) == modeOf(d.Mode)
	})
}

// isJudged reports whether a file is a record with a policy.
func (p *passing) isJudged(d git.Delta) bool {
	typ := p.typeOf(d.Path)
	return typ != nil && typ.Policy != nil
}

// isOfInterest reports whether a file is a record of a type that verdicts ask, and
// has no policy of its own.
func (p *passing) isOfInterest(name string) bool {
	typ := p.typeOf(name)
	return typ != nil && typ.Policy == nil && slices.Contains([]records.Type{typeService, typeAsset, typeWindow}, typ.Name)
}

// typeOf returns the type of the record that a file is, nil where it is none.
func (p *passing) typeOf(name string) *schema.Type {
	at, inDesk := p.inDesk(name)
	rest, isRecord := strings.CutPrefix(at, schema.RecordsFolder+"/")
	folder, _, nested := strings.Cut(rest, "/")
	if !inDesk || !isRecord || !nested || !strings.HasSuffix(at, schema.Extension) {
		return nil
	}
	return p.tip.tree.Types.ByFolder(folder)
}
