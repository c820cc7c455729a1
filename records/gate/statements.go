package gate

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"
	"time"

	"frontdesk/records"
	"frontdesk/records/approval"
	"frontdesk/records/evidence"
	"frontdesk/records/forge"
	"frontdesk/records/git"
	"frontdesk/schema"
)

// Bounds of what is read beside a record.
const (
	maxStatements = 1000 // files, counting each version of one
	maxStatement  = evidence.MaxStatement
	suffixData    = ".json"
	suffixSig     = ".json.sig"
)

// span is the commits that lead to one and not to another, "" meaning all.
type span struct{ without, to string }

// heap is what lies, or lay, in folders of statements: by path in the desk, and by
// blob.
type heap struct {
	paths map[string]map[string]bool
	n     int
}

func (h *heap) add(p, blob string) error {
	if blob == "" || !strings.HasSuffix(p, suffixData) && !strings.HasSuffix(p, suffixSig) {
		return nil
	}
	if h.paths[p] == nil {
		h.paths[p] = map[string]bool{}
	}
	if !h.paths[p][blob] {
		h.paths[p][blob] = true
		h.n++
	}
	if h.n > maxStatements {
		return fmt.Errorf("%s: more than %d statements and signatures lie there, or lay there", path.Dir(p), maxStatements)
	}
	return nil
}

// places are where statements on one record may lie.
type places struct {
	folders []string // in the desk, each with a slash at its end
	typ     string   // folder of the record's type
	id      records.ID
	spent   bool // approvals that the target has already count for nothing new
}

// placesOf returns the places of a record that lies, or lay, at some paths.
func (t *touch) placesOf(paths ...string) places {
	p := places{typ: schema.RecordsFolder + "/" + t.typ.Folder + "/", id: t.name.ID}
	paths = append(paths, t.name.Path)
	if t.before != nil {
		paths = append(paths, t.before.Path)
	}
	for _, at := range paths {
		if f := folderOf(at); !slices.Contains(p.folders, f) {
			p.folders = append(p.folders, f)
		}
	}
	return p
}

// has reports whether a path of the desk is in one of the places, or in one that the
// record may have had before it was moved.
func (p places) has(at string) bool {
	dir := path.Dir(at)
	return slices.Contains(p.folders, dir+"/") ||
		strings.HasPrefix(at, p.typ) && path.Base(dir) == evidence.Folder && path.Base(path.Dir(dir)) == string(p.id)
}

// collect finds the statements on a record in trees, and in every commit of spans: one
// that was deleted on the way counts.
func (s *session) collect(ctx context.Context, at places, trees []string, spans []span) (*heap, error) {
	h := &heap{paths: map[string]map[string]bool{}}
	for _, rev := range trees {
		if err := s.collectTree(ctx, h, at.folders, rev); err != nil {
			return nil, err
		}
	}
	for _, sp := range spans {
		if err := s.collectSpan(ctx, h, at, sp); err != nil {
			return nil, err
		}
	}
	return h, nil
}

// collectSpan finds statements in the commits of a span: of one that was read in
// full already, wherever the record lay; of the target's own, where it lies and lay.
func (s *session) collectSpan(ctx context.Context, h *heap, at places, sp span) error {
	take := func(rev git.Revision) error {
		for _, d := range rev.Deltas {
			for _, side := range []struct {
				path, blob string
				mode       fs.FileMode
			}{{d.OldPath, d.OldBlob, d.OldMode}, {d.Path, d.Blob, d.Mode}} {
				p, inDesk := s.inDesk(side.path)
				if !inDesk || !side.mode.IsRegular() || !at.has(p) {
					continue
				}
				if err := h.add(p, side.blob); err != nil {
					return err
				}
			}
		}
		return nil
	}
	if sp.to != s.tip.commit {
		revs, err := s.commits(ctx, sp)
		for i := 0; i < len(revs) && err == nil; i++ {
			err = take(revs[i])
		}
		return err
	}
	o := git.LogOptions{From: sp.to, Full: true}
	for _, f := range at.folders {
		o.Paths = append(o.Paths, s.prefix+f)
	}
	if sp.without != "" {
		o.Exclude = []string{sp.without}
	}
	for rev, err := range s.repo.Log(ctx, o) {
		if err == nil {
			err = take(rev)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (s *session) collectTree(ctx context.Context, h *heap, folders []string, rev string) error {
	files, err := s.files(ctx, rev)
	if err != nil {
		return err
	}
	for _, folder := range folders {
		entries, err := files.ReadDir(path.Clean(folder))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return fmt.Errorf("list statements: %w", err)
		}
		for _, e := range entries {
			if !e.Type().IsRegular() {
				continue
			}
			blob, _ := files.files.Blob(files.at(folder + e.Name()))
			if err := h.add(folder+e.Name(), blob); err != nil {
				return err
			}
		}
	}
	return nil
}

// contents reads what was found. What is too large is nil.
func (s *session) contents(ctx context.Context, h *heap) (map[string][]byte, error) {
	all := map[string]bool{}
	for _, blobs := range h.paths {
		maps.Copy(all, blobs)
	}
	ids := slices.Sorted(maps.Keys(all))
	out := make(map[string][]byte, len(ids))
	err := s.repo.EachBlob(ctx, ids, maxStatement, func(i int, data []byte) { out[ids[i]] = data })
	return out, err
}

// observed returns when the target got the statements that it has, by path.
func (s *session) observed(ctx context.Context, tip string, folders []string) (map[string]time.Time, error) {
	have := &heap{paths: map[string]map[string]bool{}}
	if err := s.collectTree(ctx, have, folders, tip); err != nil || len(have.paths) == 0 {
		return nil, err
	}
	o := git.LogOptions{From: tip, FirstParent: true}
	for _, f := range folders {
		o.Paths = append(o.Paths, s.prefix+f)
	}
	out := map[string]time.Time{}
	is := map[string]string{} // what a file of the past is called now
	for p := range have.paths {
		is[p] = p
	}
	for rev, err := range s.repo.Log(ctx, o) {
		if err != nil {
			return nil, err
		}
		for _, d := range rev.Deltas {
			p, _ := s.inDesk(d.Path)
			now, ok := is[p]
			if !ok || d.Blob == "" {
				continue
			}
			out[now] = rev.When
			if was, _ := s.inDesk(d.OldPath); was != p {
				is[was] = now
			}
			if d.OldBlob == "" || d.OldPath != d.Path {
				delete(is, p)
			}
		}
		if len(is) == 0 {
			break
		}
	}
	return out, nil
}

// hear puts into the input what was said of a record, and with what proof.
func (s *session) hear(ctx context.Context, in *approval.Input, b *bundle, t *touch, at places, spans []span) error {
	h, err := s.collect(ctx, at, []string{s.tip.commit, b.to}, spans)
	if err != nil {
		return err
	}
	data, err := s.contents(ctx, h)
	if err != nil {
		return err
	}
	seen, err := s.observed(ctx, s.tip.commit, at.folders)
	if err != nil {
		return err
	}
	e := ear{session: s, law: b.law, in: in}
	if at.spent {
		if e.spent, err = s.blobsAt(ctx, s.tip.commit, at.folders); err != nil {
			return err
		}
	}
	for _, p := range slices.Sorted(maps.Keys(h.paths)) {
		if !strings.HasSuffix(p, suffixData) {
			if h.paths[strings.TrimSuffix(p, path.Ext(p))] == nil {
				e.refuse("", p, "it is a signature without a statement")
			}
			continue
		}
		when, onTarget := seen[p]
		if !onTarget {
			when = s.o.AsOf
		}
		for _, blob := range slices.Sorted(maps.Keys(h.paths[p])) {
			e.statement(p, blob, h.paths[p+".sig"], data, when)
		}
	}
	if err := e.reviews(ctx, b, t); err != nil {
		return err
	}
	e.suppose()
	return nil
}

// ear turns what was said of one record into votes.
type ear struct {
	*session
	law   *trusted
	in    *approval.Input
	spent map[string]bool // contents of statements that approve nothing any more
}

func (e *ear) refuse(person records.ID, p, reason string) {
	e.in.Refused = append(e.in.Refused, approval.Refused{Person: person, Path: p, Reason: reason})
}

// statement judges one statement with whichever of its signatures holds.
func (e *ear) statement(p, blob string, sigs map[string]bool, contents map[string][]byte, at time.Time) {
	data := contents[blob]
	if data == nil {
		e.refuse("", p, fmt.Sprintf("it is larger than %d bytes", maxStatement))
		return
	}
	claimed, err := evidence.Parse(path.Base(p), data)
	if err != nil {
		e.refuse("", p, err.Error())
		return
	}
	if len(sigs) == 0 {
		e.refuse(claimed.Person, p, "it has no signature: "+path.Base(p)+".sig is missing")
		return
	}
	reason := ""
	for _, sig := range slices.Sorted(maps.Keys(sigs)) {
		if contents[sig] == nil {
			reason = fmt.Sprintf("its signature is larger than %d bytes", maxStatement)
			continue
		}
		v, err := e.law.verify.Verify(evidence.Signed{Path: p, Data: data, Signature: contents[sig]}, at)
		if err != nil {
			reason = err.Error()
			continue
		}
		vote, why := e.vote(v, at)
		if why == "" && e.spent[blob] && vote.Decision == evidence.Approve && vote.Covers == e.in.Parts.Digest() {
			// What it approved has landed, and may have been undone for a reason. It is
			// still what the person says: an older rejection stays lifted.
			vote.Statement, why = takenBack(vote.Statement), "the target had it before this came: it approved what has landed, and not that it comes again"
			e.refuse(claimed.Person, p, why)
			why = ""
		}
		if why == "" {
			e.in.Votes = append(e.in.Votes, vote)
			return
		}
		reason = why
	}
	e.refuse(claimed.Person, p, reason)
}

// takenBack returns an approval as one that was taken back.
func takenBack(st *evidence.Statement) *evidence.Statement {
	lift := *st
	lift.Decision = evidence.Lift
	return &lift
}

// blobsAt returns the contents of the statements that a commit has.
func (s *session) blobsAt(ctx context.Context, commit string, folders []string) (map[string]bool, error) {
	h := &heap{paths: map[string]map[string]bool{}}
	if err := s.collectTree(ctx, h, folders, commit); err != nil {
		return nil, err
	}
	out := map[string]bool{}
	for _, blobs := range h.paths {
		maps.Copy(out, blobs)
	}
	return out, nil
}

// vote judges whether a statement whose signature holds is what it says.
func (e *ear) vote(v *evidence.Verified, at time.Time) (vote approval.Vote, why string) {
	vote = approval.Vote{Statement: v.Statement, Path: v.Path, Observed: at}
	if ref := e.in.Record.Ref(); v.Record != ref {
		return vote, fmt.Sprintf("it is about %s", v.Record)
	}
	if _, why := e.law.people.Signer(v); why != "" {
		return vote, why
	}
	if v.Evidence == evidence.BySignature {
		vote.Proof = "signed with " + v.Key
		return vote, ""
	}
	vote.Proof = fmt.Sprintf("%s, attested by %s with %s", reviewWords(v.Review), v.Principal, v.Key)
	if d, says := forge.DecisionOf(*v.Review); !says || d != v.Decision {
		return vote, fmt.Sprintf("the review's state %q does not mean %s", v.Review.State, v.Decision)
	}
	return vote, ""
}

func reviewWords(r *evidence.Review) string {
	return fmt.Sprintf("%s review %s of %s", r.Forge, r.ID, r.Commit[:min(12, len(r.Commit))])
}

// reviews hears the reviews that were fetched.
func (e *ear) reviews(ctx context.Context, b *bundle, t *touch) error {
	for _, r := range e.o.Reviews {
		d, says := forge.DecisionOf(r)
		if !says {
			continue
		}
		person, ok := e.law.people.ByAccount(r.Forge, r.Account)
		if !ok {
			e.refuse("", "", fmt.Sprintf("%s is by the account %s, which nobody has", reviewWords(&r), r.Account))
			continue
		}
		parts, why, err := e.reviewed(ctx, b, t, r.Commit)
		if err != nil {
			return err
		}
		if why != "" && d == evidence.Approve {
			e.refuse(person, "", reviewWords(&r)+": "+why)
			continue
		}
		if parts == nil {
			parts = e.in.Parts // what else it says holds for any content
		}
		at, _ := records.ParseTime(r.SubmittedAt)
		st := &evidence.Statement{Version: 1, Record: e.in.Record.Ref(), Target: e.target, Decision: d, Person: person, At: records.FormatTime(at),
			Covers: parts.Digest(), Parts: parts, Policy: approval.PolicyDigest(e.in.Type.Policy), Evidence: evidence.ByReview, Review: &r}
		e.in.Votes = append(e.in.Votes, approval.Vote{Statement: st, Proof: reviewWords(&r) + ", fetched", Observed: e.o.AsOf})
	}
	return nil
}

// reviewed returns what a commit covered when it was reviewed, against where it had
// parted from the target.
func (e *ear) reviewed(ctx context.Context, b *bundle, t *touch, commit string) (parts approval.Parts, why string, err error) {
	if len(commit) < 40 || strings.Trim(commit, "0123456789abcdef") != "" {
		return nil, "it does not say which commit was reviewed", nil
	}
	if known, ok := e.parts[commit+b.from+t.name.Path]; ok {
		return known, "", nil
	}
	missing := "the reviewed commit is not here: it was pushed away, or has to be fetched"
	if _, err := e.repo.Resolve(ctx, commit); errors.As(err, new(*git.UnknownRevisionError)) {
		return nil, missing, nil
	} else if err != nil {
		return nil, "", err
	}
	bases, err := e.repo.MergeBases(ctx, cmp.Or(b.from, e.tip.commit), commit)
	if err != nil {
		return nil, "", err
	}
	if len(bases) == 0 {
		return nil, "the reviewed commit has nothing in common with the target here", nil
	}
	for _, base := range bases {
		then, err := e.compare(ctx, b.law, base, commit)
		if err != nil {
			return nil, "", err
		}
		found := then.find(t.key())
		if found == nil || found.problem != "" {
			continue
		}
		if parts == nil || found.parts.Digest() == t.parts.Digest() {
			parts = found.parts
		}
	}
	if parts == nil {
		return nil, "the reviewed commit does not change the record", nil
	}
	e.parts[commit+b.from+t.name.Path] = parts
	return parts, "", nil
}

// suppose adds what is to be assumed, and takes away what is to be ignored.
func (e *ear) suppose() {
	for _, v := range e.o.Assume {
		st := *v.Statement
		st.Version, st.Record, st.Target = 1, e.in.Record.Ref(), e.target
		if st.Covers == "" {
			st.Parts, st.Covers, st.Policy = e.in.Parts, e.in.Parts.Digest(), approval.PolicyDigest(e.in.Type.Policy)
		}
		if st.At == "" {
			st.At = records.FormatTime(e.o.AsOf)
		}
		v.Statement = &st
		if v.Observed.IsZero() {
			v.Observed = e.o.AsOf
		}
		e.in.Votes = append(e.in.Votes, v)
	}
	e.in.Votes = slices.DeleteFunc(e.in.Votes, func(v approval.Vote) bool { return slices.Contains(e.o.Ignore, v.Person) })
	e.in.Refused = slices.DeleteFunc(e.in.Refused, func(r approval.Refused) bool { return r.Person != "" && slices.Contains(e.o.Ignore, r.Person) })
}
