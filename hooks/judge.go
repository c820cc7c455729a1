package hooks

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"time"

	"frontdesk/records/change"
	"frontdesk/records/git"
	"frontdesk/records/tree"
)

// Verdict is what a hook found out.
type Verdict struct {
	Desks   []Desk
	Skipped []string // desks, as folders from the top, that are not checked out and were not judged
	Top     string   // absolute path of the work tree
}

// Desk is what is wrong with the changes to one desk.
type Desk struct {
	Folder string // from the top of the work tree; "" is the top
	Ref    string // the branch that is pushed, as the other side calls it; "" for what a commit would record
	Report *change.Report
}

// Staged judges what the next commit in a work tree would record, in all desks
// that it concerns. It asks the index that git tells its hooks to.
func Staged(ctx context.Context, dir string, asOf time.Time) (*Verdict, error) {
	repo, err := openTop(dir)
	if err != nil {
		return nil, err
	}
	defer repo.Close()
	desks, missing, staged, err := stagedDesks(ctx, repo)
	if err != nil {
		return nil, err
	}
	v := &Verdict{Top: repo.Dir, Skipped: missing}
	for _, folder := range desks {
		err := v.judge(repo, folder, "", func(desk *git.Repo) (*change.Report, error) {
			o := change.Options{AsOf: asOf}
			if desk == repo {
				o.Staged = staged // of a desk in a folder the paths begin there
			}
			return change.Staged(ctx, desk, o)
		})
		if err != nil {
			return nil, err
		}
	}
	return v, nil
}

// judge adds what is wrong with the changes to a desk of a repository that is open
// at its top. What is no desk in what is judged is left out.
func (v *Verdict) judge(top *git.Repo, folder, ref string, by func(*git.Repo) (*change.Report, error)) error {
	desk := top // the one that has its children running
	if folder != "" {
		var err error
		if desk, err = git.Open(filepath.Join(v.Top, filepath.FromSlash(folder))); err != nil {
			return err
		}
		defer desk.Close()
	}
	report, err := by(desk)
	switch {
	case errors.Is(err, tree.ErrNoDesk):
		return nil
	case err != nil && folder != "":
		return fmt.Errorf("judge %s: %w", folder, err)
	case err != nil:
		return err
	}
	v.Desks = append(v.Desks, Desk{Folder: folder, Ref: ref, Report: report})
	return nil
}
