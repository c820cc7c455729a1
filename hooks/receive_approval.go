package hooks

import (
	"cmp"
	"context"
	"fmt"
	"path"
	"slices"
	"strings"

	"frontdesk/records"
	"frontdesk/records/approval"
	"frontdesk/records/evidence"
	"frontdesk/records/gate"
	"frontdesk/records/git"
	"frontdesk/schema"
)

// approved refuses what needs approval and has none.
func (r *receiver) approved(ctx context.Context, ref *Ref, head, folder string, repo *git.Repo) error {
	report, err := gate.Between(ctx, repo, ref.Base, head, gate.Options{AsOf: r.opts.AsOf, Target: ref.Ref, Elsewhere: true})
	if err != nil {
		return fmt.Errorf("judge approvals: %w", err)
	}
	if err := r.passing(ctx, ref, head, repo); err != nil {
		return fmt.Errorf("judge approvals: %w", err)
	}
	ref.Notes = append(ref.Notes, report.Notes...)
	if len(report.Trusted) > 0 && !slices.ContainsFunc(report.Cases, func(c *gate.Case) bool { return c.Needed }) {
		ref.Notes = append(ref.Notes, fmt.Sprintf("others are judged by %s, and no record asks for the change", strings.Join(some(report.Trusted), ", ")))
	}
	for _, c := range report.Cases {
		if c.Needed && c.Verdict.State != approval.Approved && c.Verdict.State != approval.Ahead {
			ref.refuse(notApproved(folder, c))
		}
	}
	if len(report.Unguarded) > 0 {
		ref.refuse(Refusal{Message: "it changes files that change only together with a record that was approved", Details: some(report.Unguarded),
			Hint: "open a change record in the same branch, and have it approved; frontdesk new change begins one"})
	}
	return ctx.Err()
}

// notApproved says why a record is refused.
func notApproved(folder string, c *gate.Case) Refusal {
	id := string(c.Verdict.ID)
	f := Refusal{Message: fmt.Sprintf("%s %s needs approval, and is not approved: %s", c.Verdict.Type, id, c.Verdict.State), Details: append(some(c.Verdict.Reasons), some(uncounted(c.Verdict))...),
		Hint: "frontdesk approvals " + id + " says who may approve, who did, and what voided it"}
	if c.Record != nil {
		at := c.Record.SpanOf(records.FieldState).Start
		f.Path = fmt.Sprintf("%s:%d:%d", path.Join(folder, c.Record.Path), max(at.Line, 1), max(at.Column, 1))
		if state := c.Record.State(); state != "" {
			f.Message = fmt.Sprintf("%s %s in state %q needs approval, and is not approved: %s", c.Verdict.Type, id, state, c.Verdict.State)
		}
	}
	return f
}

// uncounted says which approvals do not count, and why.
func uncounted(v *approval.Verdict) []string {
	var lines []string
	add := func(line string) {
		if !slices.Contains(lines, line) {
			lines = append(lines, line)
		}
	}
	for _, rule := range v.Rules {
		for _, void := range rule.Void {
			what := ""
			if void.Field != "" && !strings.Contains(void.Reason, void.Field) {
				what = " (" + void.Field + ")"
			}
			add(fmt.Sprintf("what %s said does not count%s: %s", void.By, what, void.Reason))
		}
	}
	for _, r := range v.Refused {
		who := cmp.Or(string(r.By), "somebody")
		add(fmt.Sprintf("what %s is to have said proves nothing: %s", who, r.Reason))
	}
	return lines
}

// mostNamedLines is how many details a refusal has.
const mostNamedLines = 10

func some(list []string) []string {
	if len(list) <= mostNamedLines {
		return list
	}
	return append(slices.Clone(list[:mostNamedLines]), fmt.Sprintf("and %d more", len(list)-mostNamedLines))
}

// statements are files of approvals, by what stays of their paths where a record
// moves, with their contents.
type statements map[string]statement

type statement struct{ path, blob string }

// statementKey returns by what a file of approvals is known: the record's folder and its own name. ok is false for other files.
func statementKey(p string) (string, bool) {
	dir, name := path.Split(p)
	dir = strings.TrimSuffix(dir, "/")
	if path.Base(dir) != evidence.Folder || !slices.Contains(strings.Split(dir, "/"), schema.RecordsFolder) {
		return "", false
	}
	return path.Base(path.Dir(dir)) + "/" + name, true
}

// brought returns the statements that a commit has beyond the default branch.
func (r *receiver) brought(ctx context.Context, commit string) (statements, error) {
	if known, ok := r.brings[commit]; ok {
		return known, nil
	}
	found := statements{}
	r.brings[commit] = found
	if r.trusted == "" {
		return found, nil
	}
	common, err := r.repo.MergeBases(ctx, r.trusted, commit)
	if err != nil || len(common) == 0 {
		return found, err
	}
	deltas, err := r.repo.Diff(ctx, common[0], commit)
	if err != nil {
		return nil, err
	}
	for _, d := range deltas {
		if key, ok := statementKey(d.Path); ok && d.Blob != "" && d.Status != 'D' {
			found[key] = statement{d.Path, d.Blob}
		}
	}
	return found, nil
}

// lost returns the statements that a ref had and that neither what is pushed, nor
// the default branch, nor another ref of the push has.
func (r *receiver) lost(ctx context.Context, ref *Ref) (statements, error) {
	if isZero(ref.Old) {
		return nil, nil
	}
	had, err := r.brought(ctx, ref.Old)
	if err != nil || len(had) == 0 {
		return nil, err
	}
	lost := statements{}
	for key, s := range had {
		lost[key] = s
	}
	files, err := r.repo.At(ctx, r.trusted)
	if err != nil {
		return nil, err
	}
	defer files.Close()
	for key, s := range had {
		if blob, ok := files.Blob(s.path); ok && blob == s.blob {
			delete(lost, key)
		}
	}
	for _, u := range r.updates {
		if isZero(u.New) || !strings.HasPrefix(u.Ref, branchPrefix) || u.Ref != ref.Ref && !isZero(ref.New) {
			continue
		}
		has, err := r.brought(ctx, u.New)
		if err != nil {
			return nil, err
		}
		for key, s := range has {
			if lost[key].blob == s.blob {
				delete(lost, key)
			}
		}
	}
	return lost, nil
}

// lostStatements refuses a push that takes statements away from a branch, forced
// or not: who said something takes it back by saying so.
func (r *receiver) lostStatements(ctx context.Context, ref *Ref) error {
	lost, err := r.lost(ctx, ref)
	if err != nil || len(lost) == 0 {
		return err
	}
	var paths []string
	for _, s := range lost {
		paths = append(paths, s.path)
	}
	slices.Sort(paths)
	ref.refuse(Refusal{Message: "it takes away or alters approvals and rejections that the branch has", Details: some(paths),
		Hint: "keep these files: git checkout " + short(ref.Old) + " -- FILE brings one back; who rejected lifts it with frontdesk approve"})
	return nil
}

// lostRejections refuses the deletion of a branch that holds a rejection which
// stands and which nothing else has: pushed again without it, the record would be
// free of it.
func (r *receiver) lostRejections(ctx context.Context, ref *Ref) error {
	lost, err := r.lost(ctx, ref)
	if err != nil || len(lost) == 0 {
		return err
	}
	var ids []string
	for _, s := range lost {
		ids = append(ids, s.blob)
	}
	contents, err := r.repo.Blobs(ctx, ids)
	if err != nil {
		return err
	}
	latest := map[string]*evidence.Statement{} // by record and person
	for _, s := range lost {
		said, err := evidence.Parse(path.Base(s.path), contents[s.blob])
		if err != nil {
			continue // a signature, or nothing that would count
		}
		key := said.Record + "\x00" + string(said.Person)
		if was := latest[key]; was == nil || said.At > was.At || said.At == was.At && said.Decision == evidence.Reject {
			latest[key] = said
		}
	}
	var standing []string
	for _, said := range latest {
		if said.Decision == evidence.Reject {
			standing = append(standing, fmt.Sprintf("%s rejected %s at %s", said.Person, said.Record, said.At))
		}
	}
	if len(standing) == 0 {
		return nil
	}
	slices.Sort(standing)
	ref.refuse(Refusal{Message: "it holds rejections that nothing else has, and deleting it would take them away", Details: some(standing),
		Hint: "merge the record as cancelled, or have them lifted by who rejected"})
	return nil
}
