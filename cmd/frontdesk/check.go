package main

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"frontdesk/records"
	"frontdesk/records/check"
	"frontdesk/records/diag"
	"frontdesk/records/evidence"
	"frontdesk/records/git"
	"frontdesk/records/index"
	"frontdesk/records/query"
	"frontdesk/records/render"
	"frontdesk/records/report"
	"frontdesk/records/tree"
	"frontdesk/schema"
)

// checkOptions are the flags of check.
type checkOptions struct {
	format string
	asOf   string
	fix    bool
	dry    bool
	within string
	change changeOptions
}

func newCheckCmd(e *env) *cobra.Command {
	o := &checkOptions{}
	cmd := &cobra.Command{
		Use:   "check [PATH|ID...]",
		Short: "Say what is wrong in the desk, or with a change",
		Long: "Check judges the desk's configuration, its types and all records, alone and among\n" +
			"each other, and prints what is wrong, where, and what would be right. With PATHs\n" +
			"(files or folders) or IDs it prints only what concerns those.\n\n" +
			"The exit status is 1 if there are errors; warnings and notes do not count.\n" +
			"frontdesk explain RULE says more about a rule.\n\n" +
			"Text and json name files from the desk's folder. The other formats, which are for\n" +
			"forges, name them from the top of the repository that the desk is a folder of.\n\n" +
			"--fix mends what has one right answer: the path of a file, a derived priority,\n" +
			"the log line and the time that a change of state by hand left out, quotes around\n" +
			"a text that reads as a number. It changes the lines that it means and no others,\n" +
			"names the files that it wrote, and then checks again.\n\n" +
			"--due-within TIME adds warnings about what is worked on and over its target or its\n" +
			"stated deadline, or will be within that time if nothing changes. It is minutes, hours,\n" +
			"days or weeks: 30m, 4h, 2d, 1w; 0m names only what is over.\n\n" + changeHelp,
		GroupID: groupRead,
		Example: "  frontdesk check\n  frontdesk check records/incidents k7q4\n  frontdesk check --fix -n\n" +
			"  frontdesk check --due-within 4h\n  frontdesk check --staged\n  frontdesk check --base origin/main --format github\n" +
			"  frontdesk check --format sarif > frontdesk.sarif",
		RunE:              func(cmd *cobra.Command, args []string) error { return runCheck(cmd.Context(), e, o, args) },
		ValidArgsFunction: completeCheck(e),
	}
	f := cmd.Flags()
	f.StringVar(&o.format, "format", render.Text, "print as `text`, json, sarif, github, gitlab or junit")
	f.StringVar(&o.asOf, "as-of", "", "judge as of this `time` instead of now: 2026-11-03 or 2026-11-03T09:12:00Z")
	f.BoolVar(&o.fix, "fix", false, "mend what has one right answer")
	f.BoolVarP(&o.dry, "dry-run", "n", false, "with --fix: say what would be mended, and write nothing")
	f.StringVar(&o.within, "due-within", "", "warn of targets and deadlines that are over, or will be within this `time`: 30m, 4h, 2d")
	o.change.addTo(f)
	return completeFlag(cmd, "format", render.Formats()...)
}

func runCheck(ctx context.Context, e *env, o *checkOptions, args []string) error {
	if err := oneOf("format", o.format, render.Formats()...); err != nil {
		return err
	}
	if err := o.checkFlags(); err != nil {
		return err
	}
	asOf, err := parseAsOf(o.asOf, e.now())
	if err != nil {
		return err
	}
	if o.change.isGiven() {
		return checkChange(ctx, e, o, asOf, args)
	}
	t, err := openDesk(quiet(e)) // what is wrong with the desk is part of the report
	if err != nil {
		return err
	}
	defer t.Close()
	scope, err := scopeOf(e, t, args)
	if err != nil {
		return err
	}
	run := &checkRun{e: e, tree: t, asOf: asOf, scope: scope, ahead: o.within != ""}
	run.within, _ = query.Within(o.within) // checkFlags has looked at it
	if o.fix {
		if err := run.fix(ctx, o.dry); err != nil {
			return err
		}
	}
	return run.report(ctx, o.format)
}

// checkRun is one check of a desk.
type checkRun struct {
	e     *env
	tree  *tree.Tree
	asOf  time.Time
	scope []string // files and folders within the desk; nil is everything

	ahead  bool          // look at what is due, too
	within time.Duration // how far ahead
}

// judge loads all records and returns what is wrong within the scope.
func (c *checkRun) judge(ctx context.Context) (*check.Input, []diag.Diagnostic, error) {
	x := openIndex(c.tree)
	fields, book := check.GraphFields(c.tree.Types), &clockBook{asOf: c.asOf}
	if c.ahead {
		if err := book.open(ctx, c.tree, x, typeNames(c.tree.Types)); err != nil {
			return nil, nil, err
		}
		fields = append(fields, book.timer.Needs(typeNames(c.tree.Types)...)...)
	}
	l, err := x.Load(ctx, index.Want{Fields: fields})
	if err != nil {
		return nil, nil, err
	}
	in := &check.Input{Desk: c.tree.Desk, Types: c.tree.Types, Set: l.Set, AsOf: c.asOf, Exists: c.tree.Exists}
	keys, signing := c.tree.Signers()
	known := slices.Concat(c.tree.Problems, signing, evidence.CheckKeys(keys, c.asOf), l.Problems, wrongFigures(c.tree))
	verdicts := x.Verdicts()
	all := check.Again(ctx, in, known, verdicts, c.whole)
	if err := ctx.Err(); err != nil {
		return nil, nil, err
	}
	verdicts.Keep()
	due, err := c.due(ctx, in, book)
	if err != nil {
		return nil, nil, err
	}
	all = append(all, due...)
	diag.Sort(all)
	_ = x.Save(ctx) // what is not kept is judged again
	var ds []diag.Diagnostic
	for _, d := range all {
		if c.inScope(d.Path) {
			ds = append(ds, d)
		}
	}
	return in, ds, nil
}

// wrongFigures returns what is wrong with the desk's own figures.
func wrongFigures(t *tree.Tree) []diag.Diagnostic {
	if len(t.Desk.Figures) == 0 {
		return nil // the reports need not be put together
	}
	_, ds := report.All(t.Desk, t.Types)
	return ds
}

// due returns what is over its target or deadline, or will be soon, where that is asked
// for. Clocks are computed of the records within the scope that are worked on.
func (c *checkRun) due(ctx context.Context, in *check.Input, book *clockBook) ([]diag.Diagnostic, error) {
	if !c.ahead {
		return nil, nil
	}
	var open []*records.Record
	for _, r := range in.Set.All() {
		if t := in.Types.Get(r.Type); t != nil && t.Category(r).IsOpen() && c.inScope(r.Path) {
			open = append(open, r)
		}
	}
	if err := book.take(ctx, open); err != nil {
		return nil, err
	}
	return check.Soon(in, c.within, book.clocks, c.whole), nil
}

// typeNames returns the names of all types.
func typeNames(types *schema.Types) []records.Type {
	var out []records.Type
	for _, t := range types.All() {
		out = append(out, t.Name)
	}
	return out
}

// whole reads a record of which the index knows something only.
func (c *checkRun) whole(r *records.Record) *records.Record {
	whole, _ := c.tree.LoadOne(tree.Name{Type: r.Type, ID: r.ID, Path: r.Path})
	return whole
}

func (c *checkRun) inScope(path string) bool {
	if c.scope == nil {
		return true
	}
	for _, s := range c.scope {
		if path == s || strings.HasPrefix(path, s+"/") {
			return true
		}
	}
	return false
}

func (c *checkRun) report(ctx context.Context, format string) error {
	in, ds, err := c.judge(ctx)
	if err != nil {
		return err
	}
	rep := render.Report{Diagnostics: ds, Source: c.source(in.Set), Rules: check.Rules(), Version: programVersion(), Color: c.e.color()}
	if format != render.Text && format != render.JSON {
		rep.Prefix = c.prefix()
	}
	for _, r := range in.Set.All() {
		if c.inScope(r.Path) {
			rep.Records++
		}
	}
	if err := render.Write(c.e.stdout, format, rep); err != nil {
		return err
	}
	if format == render.Text {
		complain(c.e.stderr, "%s", render.Summary(rep))
	}
	if diag.Count(ds, diag.Error) > 0 {
		return errProblems
	}
	return nil
}

// prefix returns the desk's folder within its repository, "" where it is the top
// or belongs to none.
func (c *checkRun) prefix() string {
	folder, err := folderInRepository(c.tree.Root)
	if errors.Is(err, git.ErrNoRepository) {
		return ""
	}
	if err != nil {
		complain(c.e.stderr, "files are named from the desk's root, as its repository cannot be read: %v", err)
		return ""
	}
	return folder
}

func folderInRepository(dir string) (string, error) {
	repo, err := git.Open(dir)
	if err != nil {
		return "", err
	}
	top, err := repo.Root()
	if err != nil {
		return "", err
	}
	if top, err = filepath.EvalSymlinks(top); err != nil {
		return "", err
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return "", err
	}
	folder, err := filepath.Rel(top, dir)
	if folder == "." || !filepath.IsLocal(folder) {
		folder = "" // the top, or a work tree that lies elsewhere
	}
	return filepath.ToSlash(folder), err
}

// source returns the content of files for excerpts.
func (c *checkRun) source(set *records.Set) func(string) []byte {
	byPath := map[string][]byte{}
	for _, r := range set.All() {
		if r.Source != nil {
			byPath[r.Path] = r.Source
		}
	}
	return func(path string) []byte {
		if src, ok := byPath[path]; ok {
			return src
		}
		src, err := c.tree.Read(path)
		if err != nil {
			return nil
		}
		return src
	}
}

// fix mends the records within the scope that have findings.
func (c *checkRun) fix(ctx context.Context, dry bool) error {
	if err := writable(c.tree); err != nil {
		return err
	}
	by, err := actor(ctx, c.e, c.tree)
	if err != nil {
		return err
	}
	if by == "" {
		complain(c.e.stderr, "nobody is named as acting, so no log line will be written")
		hint(c.e.stderr, "give --as PERSON, or tell git with: git config user.email you@example.com")
	}
	if !dry {
		unlock, err := c.tree.Lock(ctx)
		if err != nil {
			return err
		}
		defer unlock()
	}
	in, ds, err := c.judge(ctx)
	if err != nil {
		return err
	}
	faulty := map[string]bool{}
	for _, d := range ds {
		faulty[d.Path] = true
	}
	for _, r := range in.Set.All() {
		if !faulty[r.Path] {
			continue
		}
		if r.Source == nil {
			if r = c.whole(r); r == nil {
				continue
			}
		}
		fixed, err := check.Fix(in, r, by, c.e.now())
		if err != nil {
			return err
		}
		if err := c.mend(r, fixed, dry); err != nil {
			return err
		}
	}
	return nil
}

// mend writes a mended record and says so.
func (c *checkRun) mend(r *records.Record, fixed check.Fixed, dry bool) error {
	if len(fixed.Rules) == 0 {
		return nil
	}
	if !dry {
		if string(fixed.Data) != string(r.Source) {
			if err := c.tree.Write(r.Path, r.Source, fixed.Data, tree.Durable); err != nil {
				return err
			}
		}
		if fixed.Path != r.Path {
			if err := c.tree.Move(r.Path, fixed.Path); err != nil {
				return err
			}
		}
	}
	verb, where := "mended", r.Path
	if dry {
		verb = "would mend"
	}
	if fixed.Path != r.Path {
		where = fmt.Sprintf("%s -> %s", r.Path, fixed.Path)
	}
	complain(c.e.stderr, "%s %s %v", verb, where, fixed.Rules)
	return nil
}
