// Package demo provides a desk to look around in: some months in the life of a
// fictional company, played step by step through the same code that writes real
// records, each step a commit of the person who did it. The same program plays
// the same commits, byte for byte. It must not read the clock, nor the user's
// own desks.
package demo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"frontdesk/records"
	"frontdesk/records/git"
	"frontdesk/records/tree"
)

// ErrNotEmpty is returned where the folder to play into holds something.
var ErrNotEmpty = errors.New("the folder is not empty")

// Summary says what was played.
type Summary struct {
	Records map[records.Type]int // on the main branch
	Commits int                  // on all branches
	Authors int                  // of commits
	Branch  string               // a proposed change that waits for its review
	Change  records.ID           // the record that stands on that branch alone
	Waiting records.ID           // a change on the main branch that one approval is missing from
	Head    git.Commit           // of the main branch
}

// waiting is the change whose story ends before its second approval.
const waiting = "CHG-2610-7QZC"

// Total returns the number of records on the main branch.
func (s Summary) Total() int {
	n := 0
	for _, k := range s.Records {
		n += k
	}
	return n
}

// Play makes the folder a repository with the demo desk and its history, and
// leaves the main branch checked out. The folder must be empty or not exist.
// files are what every new desk holds beside its records, by path; the demo has
// a desk.yaml of its own.
func Play(ctx context.Context, dir string, files map[string][]byte) (Summary, error) {
	steps, err := loadScenario(scenarioFiles())
	if err != nil {
		return Summary{}, err
	}
	if err := makeEmpty(dir); err != nil {
		return Summary{}, err
	}
	repo, err := git.Init(ctx, dir)
	if err != nil {
		return Summary{}, err
	}
	h := newHistory(steps)
	if err := h.found(dir, steps, files); err != nil {
		return Summary{}, err
	}
	if err := perform(ctx, dir, steps, h); err != nil {
		return Summary{}, err
	}
	if err := h.commit(ctx, repo); err != nil {
		return Summary{}, err
	}
	return summarise(ctx, dir, repo, h)
}

// makeEmpty makes the folder, or finds it empty.
func makeEmpty(dir string) error {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("make demo: %w", err)
	}
	entries, err := os.ReadDir(dir)
	switch {
	case err != nil:
		return fmt.Errorf("make demo: %w", err)
	case len(entries) > 0:
		return fmt.Errorf("make demo in %s: %w", filepath.Base(dir), ErrNotEmpty)
	}
	return nil
}

func summarise(ctx context.Context, dir string, repo *git.Repo, h *history) (Summary, error) {
	s := Summary{Records: map[records.Type]int{}, Commits: len(h.changes), Authors: h.authors(), Branch: h.branch, Change: h.proposed, Waiting: waiting}
	t, err := tree.Open(dir)
	if err != nil {
		return s, err
	}
	defer func() { _ = t.Close() }()
	for _, n := range t.Names() {
		s.Records[n.Type]++
	}
	s.Head, err = repo.Head(ctx)
	return s, err
}

// writeFile writes a file of the desk that is no record.
func writeFile(dir, p string, data []byte) error {
	full := filepath.Join(dir, filepath.FromSlash(p))
	if err := os.MkdirAll(filepath.Dir(full), 0o755); err != nil {
		return err
	}
	return os.WriteFile(full, data, fs.FileMode(0o644))
}
