package gate

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"frontdesk/records/approval"
	"frontdesk/records/change"
	"frontdesk/records/git"
	"frontdesk/records/lazy"
	"frontdesk/records/tree"
	"frontdesk/schema"
)

// Bounds of what is looked at of a change's commits.
const (
	maxCommits   = 5000
	maxCoAuthors = 100 // of one commit
	maxTrailers  = 100
)

// commits returns the commits of a span, the newest first.
func (s *session) commits(ctx context.Context, sp span) ([]git.Revision, error) {
	id := [2]string{sp.without, sp.to}
	if known, ok := s.ranges[id]; ok {
		return known, nil
	}
	o := git.LogOptions{From: sp.to}
	if sp.without != "" {
		o.Exclude = []string{sp.without}
	}
	var out []git.Revision
	for rev, err := range s.repo.Log(ctx, o) {
		if err != nil {
			return nil, err
		}
		if len(out) >= maxCommits {
			return nil, fmt.Errorf("more than %d commits lead from %s to %s: who contributed is not looked for", maxCommits, short(sp.without), short(sp.to))
		}
		if len(rev.Parents) == 0 && s.repo.IsCutOff(rev.ID) {
			return nil, change.ErrShallow
		}
		out = append(out, rev)
	}
	s.ranges[id] = out
	return out, nil
}

func short(commit string) string { return commit[:min(12, len(commit))] }

// contributors returns who wrote, committed or co-wrote what is covered.
func (s *session) contributors(ctx context.Context, law *trusted, t *touch, spans ...span) ([]approval.Contributor, error) {
	var out []approval.Contributor
	add := func(c approval.Contributor) {
		if !slices.ContainsFunc(out, func(o approval.Contributor) bool { return o.Identity == c.Identity && o.As == c.As }) {
			out = append(out, c)
		}
	}
	for _, sp := range spans {
		revs, err := s.commits(ctx, sp)
		if err != nil {
			return nil, err
		}
		for _, rev := range revs {
			covered, err := s.changesCovered(ctx, law, t, rev)
			if err == nil && !covered && len(rev.Parents) > 1 {
				covered, err = s.mergesOtherwise(ctx, law, t, rev)
			}
			if err != nil {
				return nil, err
			}
			if !covered {
				continue
			}
			message, err := s.message(ctx, rev.ID)
			if err != nil {
				return nil, err
			}
			for _, c := range contributorsOf(rev, message, t.typ.Policy.Separation.Committers) {
				c.Person, _ = law.people.ByEmail(c.Identity[strings.LastIndexByte(c.Identity, '<')+1 : len(c.Identity)-1])
				add(c)
			}
		}
	}
	if who := s.o.Opener; who != nil {
		if person, ok := law.people.ByAccount(who.Forge, who.Name); ok {
			add(approval.Contributor{Person: person, Identity: fmt.Sprintf("%s on %s", who.Name, who.Forge), As: "opener of the pull request"})
		}
	}
	return out, nil
}

// changesCovered reports whether a commit changed what is covered: a file, or the
// record in more than its state, log and notes.
func (s *session) changesCovered(ctx context.Context, law *trusted, t *touch, rev git.Revision) (bool, error) {
	for _, d := range rev.Deltas {
		if slices.Contains(t.files, d.Path) || slices.Contains(t.files, d.OldPath) {
			return true, nil
		}
		if !s.isRecord(law, t, d.Path) && !s.isRecord(law, t, d.OldPath) {
			continue
		}
		if differs, err := s.partsDiffer(ctx, t, d.OldBlob, d.Blob); differs || err != nil {
			return differs, err
		}
	}
	return false, nil
}

// mergesOtherwise reports whether a merge made of its sides what git would not, in
// what is covered: who throws away what one side did has a hand in it, and no file
// then differs from all sides.
func (s *session) mergesOtherwise(ctx context.Context, law *trusted, t *touch, rev git.Revision) (bool, error) {
	if len(rev.Parents) > 2 {
		return true, nil // nobody makes such merges by hand, and git tries none out
	}
	m, err := s.repo.Merge(ctx, rev.Parents[0], rev.Parents[1])
	if err != nil {
		return false, err
	}
	deltas, err := s.repo.Changed(ctx, m.Tree, rev.ID, ".")
	if err != nil {
		return false, err
	}
	rev.Deltas = deltas
	return s.changesCovered(ctx, law, t, rev)
}

// isRecord reports whether a path is one where the record lies, or may have lain.
func (s *session) isRecord(law *trusted, t *touch, p string) bool {
	p, inDesk := s.inDesk(p)
	if !inDesk || path.Base(p) != string(t.name.ID)+schema.Extension {
		return false
	}
	return strings.HasPrefix(p, schema.RecordsFolder+"/"+t.typ.Folder+"/")
}

// partsDiffer reports whether two versions of a record differ in what is covered.
// What cannot be read differs.
func (s *session) partsDiffer(ctx context.Context, t *touch, old, now string) (bool, error) {
	if old == "" || now == "" {
		return true, nil
	}
	was, err := s.partsOfBlob(ctx, t.typ, t.name, old)
	if err != nil {
		return false, err
	}
	is, err := s.partsOfBlob(ctx, t.typ, t.name, now)
	return was == nil || is == nil || was.Digest() != is.Digest(), err
}

// partsOfBlob returns what is covered of a version of a record, nil where it cannot
// be read.
func (s *session) partsOfBlob(ctx context.Context, typ *schema.Type, n tree.Name, blob string) (approval.Parts, error) {
	id := approval.PolicyDigest(typ.Policy) + blob
	if known, ok := s.parts[id]; ok {
		return known, nil
	}
	var parts approval.Parts
	err := s.repo.EachBlob(ctx, []string{blob}, maxRecord, func(_ int, data []byte) {
		if data == nil {
			return
		}
		if r, _ := tree.Parse(n, data); r != nil {
			parts, _ = approval.PartsOf(typ.Policy, typ, r, nil)
		}
	})
	s.parts[id] = parts
	return parts, err
}

// maxRecord is how large a record's file may be to be compared.
const maxRecord = 4 << 20

// contributorsOf returns who a commit says made it, without the addresses of a
// forge's own committers.
func contributorsOf(rev git.Revision, message string, nobody []string) []approval.Contributor {
	identity := func(name, email string) string { return fmt.Sprintf("%s <%s>", name, email) }
	out := []approval.Contributor{{Identity: identity(rev.Author.Name, rev.Author.Email), As: "author", Commit: rev.ID}}
	if !slices.ContainsFunc(nobody, func(a string) bool { return strings.EqualFold(a, rev.Committer.Email) }) {
		out = append(out, approval.Contributor{Identity: identity(rev.Committer.Name, rev.Committer.Email), As: "committer", Commit: rev.ID})
	}
	for i, who := range coAuthors(message) {
		if i == maxCoAuthors {
			out = append(out, approval.Contributor{Identity: fmt.Sprintf("more than %d co-authors <>", maxCoAuthors), As: "co-author", Commit: rev.ID})
			break
		}
		out = append(out, approval.Contributor{Identity: who, As: "co-author", Commit: rev.ID})
	}
	return out
}

// coAuthorLine matches what git and forges take for a co-author, wherever it stands
// in a message and however it is written: it can only take a right away.
var coAuthorLine = lazy.Regexp(`(?im)^[ \t>]*co-?author(?:ed)?-?by[ \t]*:[ \t]*(.*)$`)

// address matches a mail address in angle brackets, or a bare one.
var address = lazy.Regexp(`<([^<>]*)>|([^\s<>]+@[^\s<>]+)`)

func coAuthors(message string) []string {
	var out []string
	for _, m := range coAuthorLine().FindAllStringSubmatch(strings.ReplaceAll(message, "\r", "\n"), maxCoAuthors+1) {
		text := strings.TrimSpace(m[1])
		found := address().FindAllStringSubmatchIndex(text, maxCoAuthors)
		if found == nil {
			out = append(out, text+" <>")
			continue
		}
		for _, at := range found {
			from, to := at[2], at[3]
			if from < 0 {
				from, to = at[4], at[5]
			}
			out = append(out, strings.TrimSpace(strings.Trim(text[:at[0]], "<> ,;"))+" <"+strings.TrimSpace(text[from:to])+">")
		}
	}
	return out
}

// message returns the message of a commit.
func (s *session) message(ctx context.Context, commit string) (string, error) {
	if text, ok := s.texts[commit]; ok {
		return text, nil
	}
	text, err := s.repo.Message(ctx, commit)
	s.texts[commit] = text
	return text, err
}

// approvingLine matches a line that claims an approval.
var approvingLine = lazy.Regexp(`(?im)^[ \t]*((?:approved|reviewed|acked|tested)-by|lgtm)[ \t]*:[ \t]*(.*)$`)

// findTrailers finds the lines of a change's messages that look like approvals, to
// say that they are none.
func (s *session) findTrailers(ctx context.Context, head string) error {
	revs, err := s.commits(ctx, span{s.tip.commit, head})
	if err != nil {
		return err
	}
	for _, rev := range revs[:min(len(revs), maxTrailers)] {
		message, err := s.message(ctx, rev.ID)
		if err != nil {
			return err
		}
		for _, m := range approvingLine().FindAllStringSubmatch(message, maxTrailers) {
			if len(s.rep.Trailers) < maxTrailers {
				s.rep.Trailers = append(s.rep.Trailers, Trailer{rev.ID, m[1], strings.TrimSpace(m[2])})
			}
		}
	}
	return nil
}
