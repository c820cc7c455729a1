package hooks

import (
	"os"
	"path/filepath"

	"frontdesk/records/git"
)

// Doing is what git is about when it runs a hook.
type Doing string

// What git may be about.
const (
	Committing    Doing = "commit"
	Merging       Doing = "merge"
	Rebasing      Doing = "rebase"
	Applying      Doing = "am"
	CherryPicking Doing = "cherry-pick"
	Reverting     Doing = "revert"
	Pushing       Doing = "push"
)

// DoingNow returns what git is about in the work tree of a folder when it runs a
// hook that judges, and whether that hook is the one to judge it. For what rebase,
// cherry-pick and revert record without conflicts git runs no pre-commit, but it
// does run prepare-commit-msg; everything else that runs this has had its own
// hook, which --no-verify may have passed over.
func DoingNow(dir string, hook Name) (Doing, bool, error) {
	if hook == PrePush {
		return Pushing, true, nil
	}
	repo, err := git.Open(dir)
	if err != nil {
		return "", false, err
	}
	defer repo.Close()
	gitDir, err := repo.GitDir()
	if err != nil {
		return "", false, err
	}
	has := func(name string) bool {
		_, err := os.Lstat(filepath.Join(gitDir, name))
		return err == nil
	}
	what, judges := doing(hook, has)
	return what, judges, nil
}

// doing decides by what git keeps in its folder while it is at something.
func doing(hook Name, has func(name string) bool) (Doing, bool) {
	picking := hook == PrepareCommitMsg
	switch {
	case has("rebase-merge"), has(filepath.Join("rebase-apply", "rebasing")):
		return Rebasing, true
	case hook == PreApplypatch:
		return Applying, true
	case hook == PreMergeCommit, has("MERGE_HEAD"):
		return Merging, !picking
	case has("CHERRY_PICK_HEAD"):
		return CherryPicking, true
	case has("REVERT_HEAD"), has("sequencer"):
		return Reverting, true
	case picking && has("MERGE_MSG") && !has("SQUASH_MSG"):
		return Reverting, true // without conflicts it leaves nothing but its message
	}
	return Committing, !picking
}

// Verb returns what the person does.
func (d Doing) Verb() string {
	if d == Applying {
		return "apply"
	}
	return string(d)
}

// Refused says that it did not come to pass.
func (d Doing) Refused() string {
	switch d {
	case Committing:
		return "nothing was committed"
	case Merging:
		return "the merge is not committed"
	case Rebasing:
		return "the rebase stopped"
	case Pushing:
		return "nothing was pushed"
	}
	return "git " + string(d) + " stopped"
}
