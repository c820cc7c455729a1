package hooks

import (
	"context"
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"frontdesk/records/evidence"
	"frontdesk/records/gate"
	"frontdesk/records/git"
)

// ahead is how much later than now a commit on a protected branch may be dated.
const ahead = time.Hour

// goesOn refuses what a protected branch cannot take as its next commits: its
// history along first parents is what tells later by what something was judged when
// it landed, and when. So that goes on from where it was, and claims no time that
// would make approvals count that do not, or be due later.
func (r *receiver) goesOn(ctx context.Context, ref *Ref, head string) error {
	common, err := r.repo.MergeBases(ctx, ref.Base, head)
	if err != nil || len(common) == 0 {
		return err // that they have nothing in common is told elsewhere
	}
	old, err := r.repo.Resolve(ctx, common[0]) // of a branch that is there, what it has
	if err != nil {
		return err
	}
	first := ""
	for rev, err := range r.repo.Log(ctx, git.LogOptions{From: head, Exclude: []string{ref.Base}, FirstParent: true, Oldest: true}) {
		if err != nil {
			return err
		}
		if first == "" {
			first = strings.Join(rev.Parents[:min(1, len(rev.Parents))], "")
		}
		if !r.opts.AsOf.IsZero() && rev.When.After(r.opts.AsOf.Add(ahead)) {
			ref.refuse(Refusal{Message: fmt.Sprintf("commit %s is dated %s, which is still to come", rev.Short(), rev.When.UTC().Format("2006-01-02 15:04 UTC")),
				Hint: "set the clock, and make the commit anew: git commit --amend --reset-author --no-edit"})
			return nil
		}
		if rev.When.Before(old.When.Add(-ahead)) && slices.ContainsFunc(rev.Deltas, isStatementDelta) {
			ref.refuse(Refusal{Message: fmt.Sprintf("commit %s brings approvals or rejections and is dated %s, before what the branch has", rev.Short(), rev.When.UTC().Format("2006-01-02 15:04 UTC")),
				Hint: "set the clock, and make the commit anew: git commit --amend --reset-author --no-edit"})
			return nil
		}
	}
	if first != "" && first != old.ID {
		ref.refuse(Refusal{Message: fmt.Sprintf("its first parents do not lead to what the branch has (%s): it merges the branch into something else", old.Short()),
			Hint: "merge the other way: git checkout -B main origin/main, then git merge --no-ff with what you have; or git pull --rebase"})
	}
	return nil
}

func isStatementDelta(d git.Delta) bool { return path.Base(path.Dir(d.Path)) == evidence.Folder }

// passing refuses that what others are judged by is something else on the way, and
// back at the end: nobody would see it.
func (r *receiver) passing(ctx context.Context, ref *Ref, head string, repo *git.Repo) error {
	found, err := gate.Passing(ctx, repo, ref.Base, head)
	if err != nil || len(found) == 0 {
		return err
	}
	ref.refuse(Refusal{Message: "on the way it changes what others are judged by, to what neither the branch has nor the push ends with", Details: some(found),
		Hint: "git rebase -i with squash makes one commit of these"})
	return nil
}

// staysProtected refuses that a desk takes its protection from the branch itself:
// the next push would not be judged.
func (r *receiver) staysProtected(ctx context.Context, ref *Ref, head string, protecting map[string]bool) error {
	desks, err := r.desksAt(ctx, head)
	if err != nil {
		return err
	}
	name := strings.TrimPrefix(ref.Ref, branchPrefix)
	for folder := range protecting {
		if branches, there := desks[folder]; !there || slices.Contains(branches, name) {
			continue
		}
		stays := false
		if ref.Ref != r.usual { // what the default branch says holds for all
			usual, err := r.desksAt(ctx, r.trusted)
			if err != nil {
				return err
			}
			stays = slices.Contains(usual[folder], name)
		}
		if !stays {
			ref.refuse(Refusal{Path: path.Join(folder, "desk.yaml"), Message: "it takes the branch from those that are protected, so that nothing more would be judged on it",
				Hint: "keep it among branches; those who look after the server can take it away"})
		}
	}
	return nil
}
