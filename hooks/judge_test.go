package hooks

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"frontdesk/records/git"
)

func TestTouchedDesks(t *testing.T) {
	all := []string{"", "a", "a/records/b", "deep/down"}
	for _, c := range []struct {
		name, paths string
		desks       []string
		want        string
	}{
		{"a record at the top", "records/people/lee.md", all, ""},
		{"a type at the top", "schema/visit.yaml", all, ""},
		{"the configuration at the top", "desk.yaml", all, ""},
		{"a file beside records", "README.md src/main.go site/x", all, "none"},
		{"a file named as a folder of records", "records src/schema", all, "none"},
		{"a record below", "a/records/people/lee.md", all, "a"},
		{"a desk within the records of another", "a/records/b/records/people/lee.md", all, "a/records/b"},
		{"what only looks like a desk within one", "a/records/b/schema/c/records/x.md", []string{"a"}, "a"},
		{"a schema folder of no desk", "src/schema/x.sql src/records/y.go", []string{"a"}, "none"},
		{"a desk that is new", "deep/down/desk.yaml", all, "deep/down"},
		{"several", "a/desk.yaml deep/down/records/x/y.md a/schema/z.yaml", all, "a,deep/down"},
	} {
		t.Run(c.name, func(t *testing.T) {
			var deltas []git.Delta
			for _, p := range strings.Fields(c.paths) {
				deltas = append(deltas, git.Delta{Status: 'M', Path: p})
			}
			desks, err := touched(deltas, func(folder string) (bool, error) { return slices.Contains(c.desks, folder), nil })
			got := strings.Join(desks, ",")
			if len(desks) == 0 {
				got = "none"
			}
			if err != nil || got != c.want {
				t.Errorf("touched are %q (%v), want %q", got, err, c.want)
			}
		})
	}
}

func TestAFileThatMovedTouchesBothDesks(t *testing.T) {
	deltas := []git.Delta{{Status: 'R', OldPath: "a/records/people/lee.md", Path: "b/records/people/lee.md"}}
	desks, err := touched(deltas, func(string) (bool, error) { return true, nil })
	if err != nil || !slices.Equal(desks, []string{"a", "b"}) {
		t.Errorf("touched are %q, %v", desks, err)
	}
}

func TestADeskThatCannotBeLookedUpIsAnError(t *testing.T) {
	broken := errors.New("no index")
	_, err := touched([]git.Delta{{Path: "desk.yaml"}}, func(string) (bool, error) { return false, broken })
	if !errors.Is(err, broken) {
		t.Errorf("the error is %v", err)
	}
}

func TestWhatGitIsAbout(t *testing.T) {
	for _, c := range []struct {
		name   string
		hook   Name
		has    string
		want   Doing
		judges bool
	}{
		{"a commit", PreCommit, "", Committing, true},
		{"the message of a commit", PrepareCommitMsg, "", Committing, false},
		{"a squash merge, which is committed as any other", PrepareCommitMsg, "SQUASH_MSG MERGE_MSG", Committing, false},
		{"a merge", PreMergeCommit, "", Merging, true},
		{"the commit of a merge", PreCommit, "MERGE_HEAD MERGE_MSG", Merging, true},
		{"the message of a merge", PrepareCommitMsg, "MERGE_HEAD MERGE_MSG", Merging, false},
		{"a pick of a rebase", PrepareCommitMsg, "rebase-merge CHERRY_PICK_HEAD MERGE_MSG", Rebasing, true},
		{"a commit while a rebase waits", PreCommit, "rebase-merge", Rebasing, true},
		{"a rebase by am", PreApplypatch, filepath.Join("rebase-apply", "rebasing"), Rebasing, true},
		{"am", PreApplypatch, "rebase-apply", Applying, true},
		{"cherry-pick", PrepareCommitMsg, "CHERRY_PICK_HEAD MERGE_MSG", CherryPicking, true},
		{"cherry-pick --continue", PreCommit, "CHERRY_PICK_HEAD", CherryPicking, true},
		{"revert", PrepareCommitMsg, "MERGE_MSG", Reverting, true},
		{"revert after a conflict", PreCommit, "REVERT_HEAD MERGE_MSG", Reverting, true},
		{"a commit after a revert was stopped", PreCommit, "MERGE_MSG", Committing, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			what, judges := doing(c.hook, func(name string) bool { return slices.Contains(strings.Fields(c.has), name) })
			if what != c.want || judges != c.judges {
				t.Errorf("it is %s (judged: %v), want %s (%v)", what, judges, c.want, c.judges)
			}
		})
	}
}

func TestParseUpdates(t *testing.T) {
	one, two, none := strings.Repeat("1", 40), strings.Repeat("2", 64), strings.Repeat("0", 40)
	updates, err := ParseUpdates(strings.NewReader("refs/heads/a " + one + " refs/heads/b " + none + "\n\n(delete) " + none + " refs/heads/c " + two + "\nrefs/tags/t " + one + " refs/tags/t " + none))
	if err != nil || len(updates) != 3 {
		t.Fatalf("%d updates, %v", len(updates), err)
	}
	if !updates[0].isJudged() || updates[1].isJudged() || updates[2].isJudged() {
		t.Errorf("judged are %v", updates)
	}
	for _, bad := range []string{"a", "a b c d", "a " + one + " b", "a " + one + " b --output=x", "a " + strings.ToUpper(strings.Repeat("a", 40)) + " b " + none} {
		if _, err := ParseUpdates(strings.NewReader(bad)); err == nil {
			t.Errorf("%q is taken", bad)
		}
	}
}

func TestSpans(t *testing.T) {
	zero := strings.Repeat("0", 40)
	for _, c := range []struct {
		hook Name
		args string
		want string
	}{
		{PostCheckout, "a b 1", "a b"},
		{PostCheckout, "a b 0", " "},
		{PostCheckout, zero + " b 1", " "},
		{PostMerge, "0", "ORIG_HEAD HEAD"},
		{PostRewrite, "rebase", "ORIG_HEAD HEAD"},
		{PostRewrite, "amend", " "},
		{PreCommit, "", " "},
	} {
		if from, to := span(c.hook, strings.Fields(c.args)); from+" "+to != c.want {
			t.Errorf("%s %s spans %q", c.hook, c.args, from+" "+to)
		}
	}
}

// TestTheFrameworksHooksAreOurs reads the hooks for the pre-commit framework.
func TestTheFrameworksHooksAreOurs(t *testing.T) {
	data, err := os.ReadFile("../.pre-commit-hooks.yaml")
	if err != nil {
		t.Fatal(err)
	}
	entries := strings.Split(string(data), "\n- id: ")[1:]
	if len(entries) == 0 {
		t.Fatal("there is none")
	}
	for _, e := range entries {
		id, _, _ := strings.Cut(e, "\n")
		_, run, _ := strings.Cut(e, "\n  entry: frontdesk hooks run ")
		name, _, _ := strings.Cut(run, "\n")
		h, ok := Find(name)
		if !ok || !strings.Contains(e, "\n  language: system\n") || !strings.Contains(e, "\n  always_run: true") {
			t.Errorf("%s runs %q", id, name)
		}
		if least, _ := h.Arguments(); (least == 0) != strings.Contains(e, "\n  pass_filenames: false\n") {
			t.Errorf("%s: %s takes at least %d arguments", id, name, least)
		}
	}
}
