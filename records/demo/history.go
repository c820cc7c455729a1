package demo

import (
	"context"
	"fmt"
	"io/fs"
	"iter"
	"maps"
	"slices"
	"strings"
	"time"

	"frontdesk/records"
	"frontdesk/records/git"
)

// mainBranch is the branch that a desk lives on.
const mainBranch = "main"

// foundingLead is how long before the first step the desk was founded.
const foundingLead = 15 * time.Minute

// history collects commits while the scenario is played, and writes them all at
// once: a git process for each would take ten times as long.
type history struct {
	people   map[string]person
	changes  []git.Change
	branch   string
	proposed records.ID
}

// person is how somebody signs commits.
type person struct{ name, email string }

// newHistory learns how people sign from the records that steps make of them.
func newHistory(steps []step) *history {
	h := &history{people: map[string]person{}}
	for _, s := range steps {
		for _, a := range s.actions {
			if typ, id := records.SplitRef(a.target); a.verb == verbNew && typ == "person" {
				h.people[string(id)] = signature(a)
			}
		}
	}
	return h
}

func signature(a action) person {
	var p person
	for _, f := range a.fields {
		switch f.Field {
		case records.FieldTitle:
			p.name = f.Text
		case "email":
			p.email = f.Text
		}
	}
	return p
}

// found writes the files of a new desk and the commit that brings them.
func (h *history) found(dir string, steps []step, files map[string][]byte) error {
	files = maps.Clone(files)
	if files == nil {
		files = map[string][]byte{}
	}
	if err := addDeskFiles(files); err != nil {
		return fmt.Errorf("make demo: %w", err)
	}
	first := steps[0]
	h.begin(step{at: first.at.Add(-foundingLead), by: first.by, message: "desk: a service desk for Quillmoor Tools"})
	for _, p := range slices.Sorted(maps.Keys(files)) {
		if err := writeFile(dir, p, files[p]); err != nil {
			return fmt.Errorf("make demo: %w", err)
		}
		h.add(p, files[p])
	}
	return nil
}

// addDeskFiles adds the demo's own configuration and type files.
func addDeskFiles(files map[string][]byte) error {
	return fs.WalkDir(deskFiles, "desk", func(p string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files[strings.TrimPrefix(p, "desk/")], err = deskFiles.ReadFile(p)
		return err
	})
}

// begin opens the commit of a step.
func (h *history) begin(s step) {
	who, ok := h.people[s.by]
	if !ok {
		who = person{name: s.by, email: s.by + "@example.com"}
	}
	c := git.Change{Branch: mainBranch, Author: git.Signature{Name: who.name, Email: who.email, When: s.at}, Message: s.message}
	if s.branch != "" {
		if h.branch != s.branch {
			c.From = mainBranch
		}
		c.Branch, h.branch = s.branch, s.branch
	}
	h.changes = append(h.changes, c)
}

// maxSubject is how long the subject of a commit gets, in bytes: what git's own
// lists show on a narrow terminal.
const maxSubject = 72

// say gives the open commit a message where the scenario has none. One that is
// too long loses what comes last.
func (h *history) say(message string) {
	c := &h.changes[len(h.changes)-1]
	if c.Message != "" {
		return
	}
	for len(message) > maxSubject {
		cut := strings.LastIndex(message, ", ")
		if cut < 0 {
			break
		}
		message = message[:cut]
	}
	c.Message = message
}

// wrote adds a record to the open commit.
func (h *history) wrote(r *records.Record) {
	h.add(r.Path, r.Source)
	if h.branch != "" {
		h.proposed = r.ID
	}
}

func (h *history) add(p string, data []byte) {
	c := &h.changes[len(h.changes)-1]
	c.Write = slices.DeleteFunc(c.Write, func(f git.File) bool { return f.Path == p })
	c.Write = append(c.Write, git.File{Path: p, Data: data})
}

func (h *history) authors() int {
	seen := map[string]bool{}
	for _, c := range h.changes {
		seen[c.Author.Email] = true
	}
	return len(seen)
}

// all returns the commits, in order.
func (h *history) all() iter.Seq2[git.Change, error] {
	return func(yield func(git.Change, error) bool) {
		for _, c := range h.changes {
			if !yield(c, nil) {
				return
			}
		}
	}
}

// commit writes the commits and leaves the main branch checked out. The last
// branch is checked out before: the work tree is as it stands there, and git
// then removes what main does not have.
func (h *history) commit(ctx context.Context, repo *git.Repo) error {
	if err := repo.Import(ctx, h.all()); err != nil {
		return err
	}
	if h.branch != "" {
		if err := repo.Checkout(ctx, h.branch); err != nil {
			return err
		}
	}
	return repo.Checkout(ctx, mainBranch)
}
