package hooks

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"path"
	"slices"
	"strings"

	"frontdesk/records/change"
	"frontdesk/records/diag"
	"frontdesk/records/git"
	"frontdesk/records/tree"
	"frontdesk/schema/desk"
)

const (
	branchPrefix  = "refs/heads/"
	replacePrefix = "refs/replace/"
)

// receiver judges the refs of one push.
type receiver struct {
	repo     *git.Repo
	opts     ReceiveOptions
	updates  []RefUpdate
	usual    string                         // full name of the default branch; "" where the repository has no branch yet
	trusted  string                         // its commit
	symbolic map[string]string              // refs of the push that stand for others
	configs  map[string]map[string][]string // by commit: the desks that it has, and the branches that each protects
	brings   map[string]statements          // by commit: what it has beyond the default branch
}

// lookAround finds the default branch, which says what is protected, and what the
// names of the push stand for.
func (r *receiver) lookAround(ctx context.Context) error {
	head, err := r.repo.Branch(ctx)
	if err != nil {
		return err
	}
	for _, name := range []string{head, "main", "master"} {
		if name == "" {
			continue
		}
		c, err := r.repo.Resolve(ctx, branchPrefix+name)
		if isUnknown(err) {
			continue // HEAD of a new repository names a branch that need not come
		}
		if err != nil {
			return err
		}
		r.usual, r.trusted = branchPrefix+name, c.ID
		break
	}
	var names []string
	for _, u := range r.updates {
		if hostile(u.Ref) == "" {
			names = append(names, u.Ref)
		}
	}
	r.symbolic, err = r.repo.Symbolic(ctx, names)
	return err
}

// IsRefused reports whether the ref is to stay as it is.
func (ref *Ref) IsRefused() bool {
	return len(ref.Refused) > 0 || slices.ContainsFunc(ref.Desks, func(d Desk) bool { return diag.Count(d.Report.Diagnostics, diag.Error) > 0 })
}

// judge finds out what is wrong with a ref of the push.
func (r *receiver) judge(ctx context.Context, ref *Ref) error {
	why := hostile(ref.Ref)
	switch {
	case strings.HasPrefix(ref.Ref, replacePrefix) && !isZero(ref.New):
		ref.refuse(Refusal{Message: "it would have git show another object in the place of one that was approved", Hint: "git replace -d takes it back here; nothing of the kind is accepted"})
		return nil
	case strings.HasPrefix(ref.Ref, replacePrefix):
		return nil // to delete one mends the repository
	case why != "" && !isZero(ref.New):
		ref.refuse(Refusal{Message: fmt.Sprintf("the name %q %s", ref.Ref, why), Hint: "give it another name"})
		return nil
	case strings.HasPrefix(ref.Ref, "refs/tags/"), strings.HasPrefix(ref.Ref, "refs/notes/"):
		return nil
	case ref.Old == ref.New:
		return nil
	}
	if target := r.symbolic[ref.Ref]; target != "" {
		ref.refuse(Refusal{Message: fmt.Sprintf("it only stands for %s here", target), Hint: "push to that branch"})
		return nil
	}
	protecting, err := r.protecting(ctx, ref)
	if err != nil {
		return err
	}
	ref.Protected = len(protecting) > 0
	if isZero(ref.New) {
		return r.deleted(ctx, ref)
	}
	return r.updated(ctx, ref, protecting)
}

// protecting returns the desks that protect a branch: as the default branch and as
// the branch itself have it, so that neither of them can take it back by itself. In
// an empty repository it is what the push brings to it.
func (r *receiver) protecting(ctx context.Context, ref *Ref) (map[string]bool, error) {
	found := map[string]bool{}
	from := []string{r.trusted, ref.Old}
	if r.trusted == "" && isZero(ref.Old) {
		from = []string{ref.New}
	}
	for _, commit := range from {
		if commit == "" || isZero(commit) {
			continue
		}
		desks, err := r.desksAt(ctx, commit)
		if err != nil {
			return nil, err
		}
		for folder, branches := range desks {
			if slices.Contains(branches, strings.TrimPrefix(ref.Ref, branchPrefix)) && strings.HasPrefix(ref.Ref, branchPrefix) {
				found[folder] = true
			}
		}
	}
	return found, nil
}

// desksAt returns the desks of a commit, as folders from the top, with the
// branches that each protects.
func (r *receiver) desksAt(ctx context.Context, commit string) (map[string][]string, error) {
	if known, ok := r.configs[commit]; ok {
		return known, nil
	}
	paths, err := r.repo.Named(ctx, commit, tree.ConfigFile)
	if err != nil {
		return nil, err
	}
	files, err := r.repo.At(ctx, commit)
	if err != nil {
		return nil, err
	}
	defer files.Close()
	desks := map[string][]string{}
	for _, p := range paths {
		if !isRegular(files, p) {
			continue
		}
		desks[folderOf(p)] = branchesOf(files, p)
	}
	r.configs[commit] = desks
	return desks, nil
}

// mostInTree is how many files a commit may have, whatever it changes of them.
const mostInTree = 2_000_000

func folderOf(p string) string { return strings.TrimSuffix(strings.TrimSuffix(p, path.Base(p)), "/") }

func isRegular(files *git.Snapshot, p string) bool {
	info, err := files.Lstat(p)
	return err == nil && info.Mode().IsRegular()
}

// branchesOf returns the branches that a desk protects. One whose configuration
// cannot be read protects the usual one.
func branchesOf(files *git.Snapshot, p string) []string {
	info, err := files.Lstat(p)
	if err != nil || info.Size() > maxConfig {
		return desk.Default().Branches
	}
	data, err := files.ReadFile(p)
	if err != nil {
		return desk.Default().Branches
	}
	d, _ := desk.Parse(tree.ConfigFile, data)
	if d == nil || len(d.Branches) == 0 {
		return desk.Default().Branches
	}
	return d.Branches
}

// maxConfig is how large a configuration may be to be read, in bytes.
const maxConfig = 1 << 20

// deleted judges the deletion of a ref.
func (r *receiver) deleted(ctx context.Context, ref *Ref) error {
	if ref.Protected {
		ref.refuse(Refusal{Message: "it is protected, so it cannot be deleted", Hint: "desk.yaml of the default branch says under branches which are protected"})
		return nil
	}
	return r.lostRejections(ctx, ref)
}

// updated judges a ref that is new or goes elsewhere.
func (r *receiver) updated(ctx context.Context, ref *Ref, protecting map[string]bool) error {
	head, err := r.repo.Resolve(ctx, ref.New)
	if isUnknown(err) {
		ref.refuse(Refusal{Message: fmt.Sprintf("what is pushed to it, %s, is no commit", short(ref.New)), Hint: "push a commit; tags go to refs/tags"})
		return nil
	}
	if err != nil {
		return err
	}
	if err := r.bounded(ctx, ref, head.ID); err != nil {
		return err
	}
	if done, err := r.findBase(ctx, ref, head.ID); done || err != nil {
		return err
	}
	if ref.Protected && ref.Base != "" {
		if err := r.goesOn(ctx, ref, head.ID); err != nil {
			return err
		}
	}
	if ref.Protected && !isZero(ref.Old) {
		if err := r.staysProtected(ctx, ref, head.ID, protecting); err != nil {
			return err
		}
	}
	if !ref.Protected {
		if err := r.lostStatements(ctx, ref); err != nil {
			return err
		}
	}
	return r.judgeDesks(ctx, ref, head.ID, protecting)
}

// bounded counts what is new to a ref. In a first push, whose history nobody looks
// at, only what it comes to counts.
func (r *receiver) bounded(ctx context.Context, ref *Ref, head string) error {
	var known []string
	for _, id := range []string{ref.Old, r.trusted} {
		if id == "" || isZero(id) {
			continue
		}
		if _, err := r.repo.Resolve(ctx, id); err == nil {
			known = append(known, id)
		}
	}
	if len(known) == 0 {
		_, err := r.repo.CountFiles(ctx, head, mostInTree)
		return err
	}
	_, err := r.repo.Bounded(ctx, head, known, git.Bound{Commits: r.opts.Limits.Commits, Files: r.opts.Limits.Files})
	return err
}

// findBase finds what a ref is judged against. done says that there is no more to
// judge.
func (r *receiver) findBase(ctx context.Context, ref *Ref, head string) (done bool, err error) {
	if ref.Protected && !isZero(ref.Old) {
		common, err := r.repo.MergeBases(ctx, ref.Old, head)
		if err != nil {
			return false, err
		}
		if !slices.Contains(common, ref.Old) {
			ref.refuse(Refusal{Message: fmt.Sprintf("it is protected, and what is pushed does not contain what it has (%s)", short(ref.Old)),
				Hint: "git fetch, and merge or rebase onto it; a forced push would take away what was approved"})
			return true, nil
		}
		ref.Base = ref.Old
		return false, nil
	}
	if r.trusted == "" {
		return false, nil
	}
	common, err := r.repo.MergeBases(ctx, r.trusted, head)
	switch {
	case err != nil:
		return false, err
	case slices.Contains(common, head) && isZero(ref.Old):
		return true, nil // the default branch has it already
	case ref.Protected:
		ref.Base = r.trusted
	case len(common) > 0:
		ref.Base = common[0]
	}
	return false, nil
}

// judgeDesks judges a ref in all desks that it changes; a protected one in all
// desks that are there, as their policies may ask for approval of any file.
func (r *receiver) judgeDesks(ctx context.Context, ref *Ref, head string, protecting map[string]bool) error {
	at, err := r.sides(ctx, ref, head)
	if err != nil {
		return err
	}
	defer at.close()
	folders, err := r.changedDesks(ctx, ref, head, at)
	if err != nil {
		return err
	}
	for _, folder := range folders {
		config := path.Join(folder, tree.ConfigFile)
		if !isRegular(at.after, config) {
			ref.refuse(Refusal{Path: config, Message: "the push takes the desk away: without this file nothing can be judged",
				Hint: "put it back; where the desk is to go for good, those who look after the server can do that"})
			continue
		}
		was := at.before != nil && isRegular(at.before, config)
		if err := r.judgeDesk(ctx, ref, head, folder, was, was && protecting[folder]); err != nil {
			return r.inDesk(folder, err)
		}
	}
	return nil
}

func (r *receiver) inDesk(folder string, err error) error {
	if folder == "" {
		return err
	}
	return fmt.Errorf("desk %s: %w", folder, err)
}

// twoSides are the files of a ref before and after a push. before is nil where
// there is nothing to compare with.
type twoSides struct{ before, after *git.Snapshot }

func (s twoSides) close() {
	for _, files := range []*git.Snapshot{s.before, s.after} {
		if files != nil {
			_ = files.Close() // it was only read
		}
	}
}

func (r *receiver) sides(ctx context.Context, ref *Ref, head string) (s twoSides, err error) {
	if s.after, err = r.repo.At(ctx, head); err != nil || ref.Base == "" {
		return s, err
	}
	s.before, err = r.repo.At(ctx, ref.Base)
	return s, err
}

// changedDesks returns the desks that a ref changes, and those whose policy has a
// say in it.
func (r *receiver) changedDesks(ctx context.Context, ref *Ref, head string, at twoSides) ([]string, error) {
	var folders []string
	if ref.Base == "" {
		desks, err := r.desksAt(ctx, head)
		return slices.Sorted(maps.Keys(desks)), err
	}
	deltas, err := r.repo.Diff(ctx, ref.Base, head)
	if err != nil || len(deltas) == 0 {
		return nil, err
	}
	folders, err = touched(deltas, func(folder string) (bool, error) {
		config := path.Join(folder, tree.ConfigFile)
		return isRegular(at.before, config) || isRegular(at.after, config), ctx.Err()
	})
	if err == nil && ref.Protected {
		var desks map[string][]string
		desks, err = r.desksAt(ctx, ref.Base)
		folders = append(folders, slices.Collect(maps.Keys(desks))...)
	}
	slices.Sort(folders)
	return slices.Compact(folders), err
}

// judgeDesk judges one desk: its rules, and its policy where it protects the ref.
func (r *receiver) judgeDesk(ctx context.Context, ref *Ref, head, folder string, was, policed bool) error {
	repo := r.repo // which has its children running
	if folder != "" {
		var err error
		if repo, err = r.repo.In(folder); err != nil {
			return err
		}
		defer repo.Close()
	}
	var report *change.Report
	var err error
	if was {
		report, err = change.Between(ctx, repo, ref.Base, head, change.Options{AsOf: r.opts.AsOf})
	} else {
		report, err = whole(ctx, repo, head, r.opts.AsOf)
	}
	if errors.Is(err, tree.ErrNoDesk) || errors.Is(err, fs.ErrNotExist) {
		err = fmt.Errorf("it is no desk: %w", err)
	}
	if err != nil {
		return err
	}
	ref.Desks = append(ref.Desks, Desk{Folder: folder, Ref: ref.Ref, Report: report})
	if !policed || diag.Count(report.Diagnostics, diag.Error) > 0 {
		return ctx.Err() // what breaks rules is mended first, and mending it voids approvals
	}
	return r.approved(ctx, ref, head, folder, repo)
}
