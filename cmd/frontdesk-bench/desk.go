package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// folder makes a folder in the working folder the first time that it is asked
// for, and returns its path. A folder that could not be made is tried again by
// whoever needs it next.
func (b *bench) folder(name string, create func(dir string) error) (string, error) {
	if dir, ok := b.made[name]; ok {
		return dir, nil
	}
	dir := filepath.Join(b.work, name)
	if err := errors.Join(os.RemoveAll(dir), os.MkdirAll(dir, 0o755)); err != nil {
		return "", err
	}
	if err := create(dir); err != nil {
		return "", fmt.Errorf("make %s: %w", name, err)
	}
	b.made[name] = dir
	return dir, nil
}

// writeFile writes a file and the folders that it lies in.
func writeFile(dir, name, text string) error {
	name = filepath.Join(dir, filepath.FromSlash(name))
	if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
		return err
	}
	return os.WriteFile(name, []byte(text), 0o644)
}

// emptyDesk makes a folder a repository with a desk in it.
func (b *bench) emptyDesk(ctx context.Context, dir string) error {
	return b.each(ctx, dir, []string{"git", "init", "-q"}, []string{b.frontdesk(), "init", "--name", "Bench", "--commit"})
}

// commitAll commits what lies in a repository.
func (b *bench) commitAll(ctx context.Context, dir string) error {
	return b.each(ctx, dir, []string{"git", "add", "-A"}, []string{"git", "commit", "-q", "-m", "Records"}, []string{"git", "status", "-s"})
}

// ticketDesk returns a desk of n tickets, all committed.
func (b *bench) ticketDesk(ctx context.Context, n int) (string, error) {
	return b.folder(fmt.Sprintf("desk-%d", n), func(dir string) error {
		if err := b.emptyDesk(ctx, dir); err != nil {
			return err
		}
		if err := writeTickets(dir, tickets(n)); err != nil {
			return err
		}
		return b.commitAll(ctx, dir)
	})
}

func writeTickets(dir string, ts []ticket) error {
	for i := range ts {
		if err := writeFile(dir, ts[i].path(), ts[i].record()); err != nil {
			return err
		}
	}
	for _, name := range teams() {
		if err := writeFile(dir, "records/teams/"+name+".md", fmt.Sprintf("---\nid: %s\ntitle: Team %s\n---\n", name, name)); err != nil {
			return err
		}
	}
	for _, name := range services() {
		text := fmt.Sprintf("---\nid: %s\ntitle: Service %s\nkind: business\nstate: planned\nlog:\n  - {at: 2025-01-01T00:00:00Z, by: lee, state: planned}\n---\n\n## Description\n\nWhat %s does.\n", name, name, name)
		if err := writeFile(dir, "records/services/"+name+".md", text); err != nil {
			return err
		}
	}
	return nil
}

// companions is how many records a desk of tickets holds beside the tickets.
func companions() int { return len(teams()) + len(services()) }

// bigDesk returns the desk that the UCI log becomes, all committed.
func (b *bench) bigDesk(ctx context.Context) (string, error) {
	return b.folder("big", func(dir string) error {
		if err := b.emptyDesk(ctx, dir); err != nil {
			return err
		}
		if _, err := b.exec(ctx, call{dir: dir, args: []string{b.frontdesk(), "import", "servicenow", b.log()}, codes: []int{0, 1}}); err != nil {
			return err
		}
		return b.commitAll(ctx, dir)
	})
}

// clean puts a desk back to its commit.
func (b *bench) clean(ctx context.Context, dir string) error {
	return b.each(ctx, dir, []string{"git", "reset", "-q", "--hard"}, []string{"git", "clean", "-fdq"})
}

// drop drops the index of a desk, so that the next command finds none.
func (b *bench) drop(dir string) func(context.Context) error {
	return func(ctx context.Context) error { return b.each(ctx, dir, []string{b.frontdesk(), "index", "drop"}) }
}

// someRecords returns n incidents of a desk, spread over all of them, as paths
// below the desk.
func someRecords(dir string, n int) ([]string, error) {
	var all []string
	root := filepath.Join(dir, "records", "incidents")
	err := filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err == nil && strings.HasSuffix(name, ".md") {
			rel, _ := filepath.Rel(dir, name)
			all = append(all, rel)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	if len(all) < n {
		return nil, fmt.Errorf("%s holds %d records", dir, len(all))
	}
	slices.Sort(all)
	var out []string
	for i := range n {
		out = append(out, all[i*len(all)/n])
	}
	return out, nil
}

// edit replaces text in a file of a desk, once.
func edit(dir, name, old, with string) error {
	path := filepath.Join(dir, name)
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if !strings.Contains(string(data), old) {
		return fmt.Errorf("%s: has no %q", name, old)
	}
	return os.WriteFile(path, []byte(strings.Replace(string(data), old, with, 1)), 0o644)
}
