package change

import (
	"context"
	"fmt"
	"slices"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/git"
	"frontdesk/records/tree"
)

// judge judges the result, whose files are given.
func (c *change) judge(ctx context.Context, files *git.Snapshot) (*Report, error) {
	var err error
	if c.result, err = newView(c.repo.Dir, files, nil); err != nil {
		return nil, fmt.Errorf("read the result of the change: %w", err)
	}
	if c.result.tree == nil {
		return nil, noDeskError{}
	}
	if err := c.open(ctx); err != nil {
		return nil, err
	}
	if ds := c.unusableConfig(); len(ds) > 0 {
		return &Report{Records: len(c.set.records), Touched: c.touchedNames(), Diagnostics: ds, Types: c.result.tree.Types, Source: c.source(ds)}, nil
	}
	ds, n, err := c.judgeResult(ctx)
	if err != nil {
		return nil, err
	}
	more, err := c.judgeHistory(ctx)
	if err != nil {
		return nil, err
	}
	ds = append(c.asAddedTwice(ds), more...)
	c.noteMerged(ds)
	diag.Sort(ds)
	return &Report{Records: n + len(c.set.deleted), Touched: c.touchedNames(), Diagnostics: ds, Types: c.result.tree.Types, Source: c.source(ds)}, nil
}

// judgeHistory returns what is wrong with the change itself, as against its
// result.
func (c *change) judgeHistory(ctx context.Context) ([]diag.Diagnostic, error) {
	ds := slices.Concat(c.checkConflicts(), c.tellConfig(), c.checkStatements(), c.checkSigners())
	vars := c.result.tree.Desk.Vars()
	for _, t := range c.set.records {
		if t.typ != nil {
			ds = append(ds, t.check(vars)...)
		}
	}
	for _, check := range []func(context.Context) ([]diag.Diagnostic, error){c.checkRemoved, c.checkReissued} {
		more, err := check(ctx)
		if err != nil {
			return nil, err
		}
		ds = append(ds, more...)
	}
	return ds, nil
}

// unusableConfig returns why the result has no configuration to judge by: git
// could not merge it, or it has errors. Where records belong and what their
// priority is would be guesses, so nothing else is judged then.
func (c *change) unusableConfig() []diag.Diagnostic {
	var ds []diag.Diagnostic
	for _, d := range c.checkConflicts() {
		if tree.IsConfig(d.Path) {
			ds = append(ds, d)
		}
	}
	for _, d := range c.unlessInConflict(slices.Clone(c.result.tree.Problems)) {
		if d.Severity == diag.Error && d.Path == tree.ConfigFile {
			ds = append(ds, d)
		}
	}
	for i, d := range ds {
		ds[i] = d.WithNote(d.Path, d.Span, "nothing else of the change is judged until this is settled")
	}
	diag.Sort(ds)
	return ds
}

// noDeskError says that a change leaves no desk: it is a tree.ErrNoDesk.
type noDeskError struct{}

func (noDeskError) Error() string {
	return "the result of the change is no desk: it does not have " + tree.ConfigFile
}

func (noDeskError) Unwrap() error { return tree.ErrNoDesk }

// judgeResult returns what is wrong with the result by the rules of every check,
// and how many records were judged. Records that the change does not touch are
// judged where it changes what all are judged by; of them it tells what is new.
func (c *change) judgeResult(ctx context.Context) ([]diag.Diagnostic, int, error) {
	if !slices.ContainsFunc(c.sides, func(s *side) bool { return !slices.ContainsFunc(s.deltas, changesConfig) }) {
		return c.judgeAll(ctx)
	}
	rs := make([]*records.Record, len(c.set.records))
	for i, t := range c.set.records {
		rs[i] = t.after
	}
	ds, err := c.result.judge(ctx, rs, c.judging())
	if err != nil {
		return nil, 0, err
	}
	ds = append(ds, c.set.problems...)
	if len(c.sides) > 1 && len(ds) > 0 {
		ds, err = c.newToAllSides(ctx, ds)
	}
	return ds, len(rs), err
}

// changesConfig reports whether a difference is one in what records are judged by.
// What one side of a merge has like this it has judged all its records by; those
// of the others are touched.
func changesConfig(d git.Delta) bool { return tree.IsConfig(d.Path) || tree.IsConfig(d.OldPath) }

func (c *change) judging() judging {
	return judging{
		asOf: c.opts.AsOf,
		touched: func(r *records.Record) bool {
			t := c.set.byPath[r.Path]
			return t != nil && t.isEdited()
		},
		isNew: func(r *records.Record) bool {
			t := c.set.byPath[r.Path]
			return t != nil && slices.Contains(t.before, nil)
		},
	}
}

// judgeAll judges the whole desk. What is wrong with records that the change does
// not touch, and was so before, is not its matter.
func (c *change) judgeAll(ctx context.Context) ([]diag.Diagnostic, int, error) {
	c.judgedAll = true
	now, err := c.result.loadAll(ctx, nil, nil)
	if err != nil {
		return nil, 0, err
	}
	ds, err := c.result.judgeAll(ctx, now, c.judging())
	if err != nil {
		return nil, 0, err
	}
	var mine []diag.Diagnostic
	if len(c.sides) == 1 {
		isMine := func(d diag.Diagnostic) bool { return c.set.byPath[d.Path] != nil || c.sides[0].changed[d.Path] }
		for _, d := range ds {
			if isMine(d) {
				mine = append(mine, d)
			}
		}
		ds = slices.DeleteFunc(ds, isMine)
	}
	for _, s := range c.sides {
		if s.view.tree == nil {
			continue
		}
		old, err := s.view.loadAll(ctx, now, func(p string) bool { return !s.changed[p] && !s.had[p] })
		if err != nil {
			return nil, 0, err
		}
		known, err := s.view.judgeAll(ctx, old, judging{asOf: c.opts.AsOf})
		if err != nil {
			return nil, 0, err
		}
		ds = without(ds, keys(known))
	}
	return c.unlessInConflict(append(ds, mine...)), len(now.records), nil
}

// newToAllSides leaves out what one of the sides of a merge has already.
func (c *change) newToAllSides(ctx context.Context, ds []diag.Diagnostic) ([]diag.Diagnostic, error) {
	for _, s := range c.sides {
		if s.view.tree == nil {
			continue
		}
		var rs []*records.Record
		var paths []string
		seen := map[string]bool{}
		for _, d := range ds {
			if seen[d.Path] {
				continue
			}
			seen[d.Path] = true
			paths = append(paths, d.Path)
			if t := c.set.byPath[d.Path]; t != nil {
				if old := s.version(t.after); old != nil {
					rs = append(rs, old)
				}
			}
		}
		known, err := s.view.judge(ctx, rs, c.judging())
		if err != nil {
			return nil, err
		}
		l, err := s.view.load(ctx, paths)
		if err != nil {
			return nil, err
		}
		ds = without(ds, keys(append(known, l.problems...)))
	}
	return ds, nil
}

// tellConfig says which of the files that records are judged by the change
// changes: it is judged by its own.
func (c *change) tellConfig() []diag.Diagnostic {
	var ds []diag.Diagnostic
	for _, d := range c.sides[0].deltas {
		p := d.Path
		if !tree.IsConfig(p) || slices.ContainsFunc(c.sides, func(s *side) bool { return !s.changed[p] && !s.gone[p] }) {
			continue
		}
		ds = append(ds, diag.New(ruleRulesChanged, diag.Info, p, diag.Span{}, "the change alters what records are judged by, and is judged by the result").
			WithHint("look at this file before the others"))
	}
	return ds
}

// touchedNames lists what the change touches, by path.
func (c *change) touchedNames() []Touch {
	var out []Touch
	for _, t := range c.set.records {
		n := Touch{Name: tree.Name{Type: t.after.Type, ID: t.after.ID, Path: t.path}, Status: 'M'}
		switch {
		case t.isNew:
			n.Status = 'A'
		case t.moved:
			n.Status = 'R'
		}
		out = append(out, n)
	}
	for _, t := range c.set.deleted {
		out = append(out, Touch{Name: tree.Name{Type: t.typ.Name, ID: t.before[0].ID, Path: t.path}, Status: 'D'})
	}
	return out
}

// source gathers the files that findings speak of, as what git reads them with is
// closed when they are printed.
func (c *change) source(ds []diag.Diagnostic) func(string) []byte {
	files := map[string][]byte{}
	add := func(p string) {
		if _, ok := files[p]; ok {
			return
		}
		if t := c.set.byPath[p]; t != nil {
			files[p] = t.after.Source
			return
		}
		src, err := c.result.tree.Read(p)
		for _, s := range c.sides {
			if err != nil && s.view.tree != nil {
				src, err = s.view.tree.Read(p)
			}
		}
		if err == nil {
			files[p] = src
		}
	}
	for _, d := range ds {
		add(d.Path)
		for _, n := range d.Notes {
			add(n.Path)
		}
	}
	return func(p string) []byte { return files[p] }
}
