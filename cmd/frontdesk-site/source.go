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
	"time"

	"github.com/spf13/cobra"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/git"
	"frontdesk/records/tree"
	"frontdesk/schema"
	"frontdesk/site"
)

// themeFolder holds what a desk lays over the built-in theme.
const themeFolder = "site"

// options are the flags that build and serve share.
type options struct {
	audience  string
	asOf      string
	noReports bool
}

func (o *options) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.audience, "audience", string(schema.Staff), "whom the site is for: public, staff or team:`NAME`")
	cmd.Flags().StringVar(&o.asOf, "as-of", "", "the `time` that the site speaks of, as 2026-11-03T09:12:00Z, 2026-11-03 or now; default is the time of the last commit")
	cmd.Flags().BoolVar(&o.noReports, "no-reports", false, "leave out the reports and what it takes to compute them")
}

// input is what a site is made from. It must be closed.
type input struct {
	site.Input
	tree       *tree.Tree
	files      *files
	repository string // where the repository keeps what is its own; "" if there is none
	common     string // where it keeps what all of its work trees share
	program    string // changes with the program
}

// Close releases the desk.
func (in *input) Close() error {
	in.files.Close()
	return in.tree.Close()
}

// open opens the desk as it is now. What the site's pages depend on is digested
// before it is read, and files are looked at before they are: what changes in
// between is seen as a change by the next build.
func (o *options) open(ctx context.Context, e *env, root string) (*input, error) {
	key, err := configuration(root)
	if err != nil {
		return nil, err
	}
	t, err := tree.Open(root)
	if err != nil {
		return nil, err
	}
	files := newFiles(t, e.now())
	in := &input{tree: t, files: files, program: e.program, Input: site.Input{
		Desk: t.Desk, Types: t.Types, Source: files, Key: e.program + key,
		Problems: errorsAmong(t.Problems),
		Audience: schema.Audience(o.audience),
	}}
	if in.Overrides, err = overrides(root); err == nil {
		err = o.date(ctx, e, root, in)
	}
	if err != nil {
		return nil, errors.Join(err, in.Close())
	}
	if !o.noReports {
		in.prepare()
	}
	return in, nil
}

func errorsAmong(ds []diag.Diagnostic) []diag.Diagnostic {
	return slices.DeleteFunc(slices.Clone(ds), func(d diag.Diagnostic) bool { return d.Severity != diag.Error })
}

// overrides returns the desk's own theme files, nil where it has none. Links in
// it cannot lead out of it.
func overrides(root string) (fs.FS, error) {
	dir, err := os.OpenRoot(filepath.Join(root, themeFolder))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("read theme: %w", err)
	}
	return dir.FS(), nil
}

// date sets the commit and the time that the site speaks of: what was asked
// for, the time of the last commit, or that of the last event in a log. The
// clock is asked only on request.
func (o *options) date(ctx context.Context, e *env, root string, in *input) error {
	head, err := in.head(ctx, root)
	if err != nil {
		return err
	}
	in.Commit = head.Short()
	switch {
	case o.asOf == "now":
		in.AsOf = e.now()
	case o.asOf != "":
		in.AsOf, err = parseTime(o.asOf, in.Desk.TimeZone)
	case !head.When.IsZero():
		in.AsOf = head.When
	default:
		in.AsOf, err = lastEvent(ctx, in.tree)
	}
	return err
}

// head returns the last commit, the zero Commit where there is none, and notes where the
// repository keeps what is its own, if there is one.
func (in *input) head(ctx context.Context, root string) (head git.Commit, err error) {
	repo, err := git.Open(root)
	if errors.Is(err, git.ErrNoRepository) {
		return head, nil
	}
	if err != nil {
		return head, err
	}
	defer repo.Close()
	if in.repository, err = repo.GitDir(); err != nil {
		return head, err
	}
	if in.common, err = repo.CommonDir(); err != nil {
		return head, err
	}
	head, err = repo.Head(ctx)
	if errors.Is(err, git.ErrNoCommit) {
		return git.Commit{}, nil
	}
	return head, err
}

func parseTime(s string, zone *time.Location) (time.Time, error) {
	if t, ok := records.ParseTime(s); ok {
		return t, nil
	}
	if zone == nil {
		zone = time.UTC
	}
	t, err := time.ParseInLocation("2006-01-02", s, zone)
	if err != nil {
		err := fmt.Errorf("--as-of %q is no time", s)
		return t, usageError{withHint(err, "write it as 2026-11-03T09:12:00Z, 2026-11-03 or now")}
	}
	return t, nil
}

func lastEvent(ctx context.Context, t *tree.Tree) (time.Time, error) {
	loaded, err := t.Load(ctx)
	if err != nil {
		return time.Time{}, fmt.Errorf("read records: %w", err)
	}
	var last time.Time
	for _, r := range loaded.Set.All() {
		events, _ := r.Log()
		for _, e := range events {
			if e.At.After(last) {
				last = e.At
			}
		}
	}
	if last.IsZero() {
		return last, withHint(errors.New("there is neither a commit nor an event that could date the site"), "give the time with --as-of, for example --as-of now")
	}
	return last, nil
}

// findDesk returns the root of the desk that the working folder belongs to.
func findDesk(e *env) (string, error) {
	root, err := tree.Find(e.dir)
	if errors.Is(err, tree.ErrNoDesk) {
		return "", withHint(err, "frontdesk init makes one here; -C FOLDER works in another folder")
	}
	return root, err
}

// guard refuses to write the site over the desk's own folders.
func guard(root, out string) error {
	rel, err := filepath.Rel(root, out)
	if err != nil {
		return err
	}
	first, _, _ := strings.Cut(filepath.ToSlash(rel), "/")
	for _, own := range []string{".", "records", tree.TypesFolder, themeFolder, ".git"} {
		if strings.EqualFold(first, own) {
			return usageError{withHint(fmt.Errorf("--out %s lies within the desk's own files", out), "choose a folder of its own, such as public")}
		}
	}
	return nil
}

// place returns where a diagnostic points, as editors understand it.
func place(d diag.Diagnostic) string {
	if d.Span.Start.IsZero() {
		return d.Path
	}
	return fmt.Sprintf("%s:%d:%d", d.Path, d.Span.Start.Line, d.Span.Start.Column)
}

// andMore says how many of the diagnostics are about the path too.
func andMore(ds []diag.Diagnostic, path string) string {
	n := 0
	for _, d := range ds {
		if d.Path == path {
			n++
		}
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf(" and %d more", n)
}

// tell prints what is missing on the site. It returns errProblems if there is
// any such thing, so that the exit code tells.
func tell(e *env, result site.Result) error {
	told := map[string]bool{}
	for i, d := range result.Problems {
		if !told[d.Path] {
			complain(e.stderr, "%s: %s [%s]%s", place(d), d.Message, d.Rule, andMore(result.Problems[i+1:], d.Path))
		}
		told[d.Path] = true
	}
	for _, path := range result.Unreadable {
		if !told[path] {
			complain(e.stderr, "%s: could not be read", path)
		}
	}
	if len(result.Problems) == 0 && len(result.Unreadable) == 0 {
		return nil
	}
	hint(e.stderr, "what these hold is not on the site, or not in full; frontdesk check says more")
	return errProblems
}
