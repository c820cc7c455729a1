package main

import (
	"context"
	"errors"
	"path/filepath"

	"frontdesk/hooks"
	"frontdesk/records"
	"frontdesk/records/doctor"
	"frontdesk/records/git"
	"frontdesk/records/index"
	"frontdesk/records/tree"
)

// loadLogs reads the logs of all records, from the index where it knows them.
func loadLogs(ctx context.Context, t *tree.Tree) (*tree.Loaded, error) {
	x := openIndex(t)
	l, err := x.Load(ctx, index.Want{Fields: []string{records.FieldLog}})
	if err != nil {
		return nil, err
	}
	x.Save(ctx) // what is not kept is read again
	return l, nil
}

// hookFacts says how git's hooks stand, nil outside of a repository.
func hookFacts(ctx context.Context, e *env) *doctor.HookFacts {
	repo, state, err := inspectHooks(ctx, e)
	if errors.Is(err, git.ErrNoRepository) || errors.Is(err, git.ErrNoGit) {
		return nil
	}
	if err != nil {
		return &doctor.HookFacts{Problem: err.Error()}
	}
	defer repo.Close()
	f := &doctor.HookFacts{}
	for _, s := range state.Status() {
		name := string(s.Hook.Name)
		switch s.Condition {
		case hooks.Broken:
			f.Broken = append(f.Broken, name+": "+s.Detail)
		case hooks.Outdated, hooks.Edited:
			f.Outdated = append(f.Outdated, name+": "+s.Detail)
		case hooks.Missing:
			f.Missing = append(f.Missing, name)
		case hooks.Installed, hooks.ByHand:
			f.Installed = append(f.Installed, name)
		}
	}
	return f
}

// indexFacts says how the index stands.
func indexFacts(ctx context.Context, t *tree.Tree) *doctor.IndexFacts {
	s, err := openIndex(t).State(ctx)
	switch {
	case err != nil:
		return &doctor.IndexFacts{Problem: err.Error()}
	case s.Folder == "":
		return &doctor.IndexFacts{Note: "it is in memory, as nothing can be kept here"}
	}
	where := s.Folder
	if rel, err := filepath.Rel(t.Root, where); err == nil && filepath.IsLocal(rel) {
		where = filepath.ToSlash(rel)
	}
	return &doctor.IndexFacts{Where: where, Size: s.Bytes}
}
