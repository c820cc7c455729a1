// Package hooks provides what runs at each of git's hooks, and what
// puts the hooks into a repository and takes them out again. A hook judges only
// what its git command is about to record or push, and lets pass at once what
// touches no desk. It must not print, nor take a desk's lock: the git command
// that it runs in may have been started by a command that holds it.
package hooks

// Name is a hook as git calls it.
type Name string

// The hooks that are installed.
const (
	PreCommit        Name = "pre-commit"
	PreMergeCommit   Name = "pre-merge-commit"
	PrepareCommitMsg Name = "prepare-commit-msg"
	PreApplypatch    Name = "pre-applypatch"
	CommitMsg        Name = "commit-msg"
	PrePush          Name = "pre-push"
	PostMerge        Name = "post-merge"
	PostCheckout     Name = "post-checkout"
	PostRewrite      Name = "post-rewrite"
	PreReceive       Name = "pre-receive" // on a server
)

// Hook says what a hook does.
type Hook struct {
	Name  Name
	Does  string // in a few words, beginning with a verb
	Input bool   // whether git writes to its stdin
	Gate  bool   // whether it can refuse what git is about to do
}

// All returns the hooks in the order in which git may run them.
func All() []Hook {
	return []Hook{
		{Name: PreCommit, Does: "judges what a commit would record", Gate: true},
		{Name: PreMergeCommit, Does: "judges what a merge would record", Gate: true},
		{Name: PrepareCommitMsg, Does: "judges what rebase, cherry-pick and revert would record, for which git runs no pre-commit", Gate: true},
		{Name: PreApplypatch, Does: "judges what git am would record", Gate: true},
		{Name: CommitMsg, Does: "names the records that a commit touches in its message"},
		{Name: PrePush, Does: "judges what a push would publish", Input: true, Gate: true},
		{Name: PostMerge, Does: "refreshes the index after a merge or pull"},
		{Name: PostCheckout, Does: "refreshes the index after a switch of branches"},
		{Name: PostRewrite, Does: "refreshes the index after a rebase", Input: true},
	}
}

// Server returns the hook of a Git server, which All leaves out: it is not for the
// repositories that people work in.
func Server() Hook {
	return Hook{Name: PreReceive, Does: "judges, on a server, what a push brings", Input: true, Gate: true}
}

// known returns the hooks that may be installed anywhere.
func known() []Hook { return append(All(), Server()) }

// Find returns the hook of a name.
func Find(name string) (Hook, bool) {
	for _, h := range known() {
		if string(h.Name) == name {
			return h, true
		}
	}
	return Hook{}, false
}

// Section returns what git's configuration calls a hook of ours.
func (h Hook) Section() string { return "hook." + configured + string(h.Name) }

// Arguments returns how many arguments git gives a hook.
func (h Hook) Arguments() (least, most int) {
	switch h.Name {
	case PrepareCommitMsg:
		return 1, 3
	case CommitMsg, PostMerge:
		return 1, 1
	case PrePush:
		return 0, 2 // none from the pre-commit framework
	case PostCheckout:
		return 3, 3
	case PostRewrite:
		return 1, 2
	}
	return 0, 0
}
