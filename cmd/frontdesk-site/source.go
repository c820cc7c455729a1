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
	"frontdesk/site/hugo"
)

// themeFolder holds what a desk lays over the built-in theme.
const themeFolder = "site"

// options are the flags that build and serve share.
type options struct {
	audience string
	asOf     string
}

func (o *options) register(cmd *cobra.Command) {
	cmd.Flags().StringVar(&o.audience, "audience", string(schema.Staff), "whom the site is for: public, staff or team:`NAME`")
	cmd.Flags().StringVar(&o.asOf, "as-of", "", "the `time` that the site speaks of, as 2026-11-03T09:12:00Z, 2026-11-03 or now; default is the time of the last commit")
}

// read reads the desk as it is now into what a site is made from.
func (o *options) read(ctx context.Context, e *env, root string) (site.Input, error) {
	t, err := tree.Open(root)
	if err != nil {
		return site.Input{}, err
	}
	defer t.Close()
	loaded, err := t.Load(ctx)
	if err != nil {
		return site.Input{}, fmt.Errorf("read records: %w", err)
	}
	in := site.Input{
		Desk: t.Desk, Types: t.Types, Set: loaded.Set,
		Problems: append(errorsAmong(t.Problems), errorsAmong(loaded.Problems)...),
		Audience: schema.Audience(o.audience),
	}
	for _, n := range loaded.Unreadable {
		in.Unreadable = append(in.Unreadable, n.Path)
	}
	if in.Overrides, err = overrides(root); err != nil {
		return site.Input{}, err
	}
	return in, o.date(ctx, e, root, &in)
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
func (o *options) date(ctx context.Context, e *env, root string, in *site.Input) error {
	head, err := headOf(ctx, root)
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
		in.AsOf, err = lastEvent(in.Set)
	}
	return err
}

// headOf returns the last commit, the zero Commit where there is none.
func headOf(ctx context.Context, root string) (git.Commit, error) {
	repo, err := git.Open(root)
	if errors.Is(err, git.ErrNoRepository) {
		return git.Commit{}, nil
	}
	if err != nil {
		return git.Commit{}, err
	}
	head, err := repo.Head(ctx)
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

func lastEvent(set *records.Set) (time.Time, error) {
	var last time.Time
	for _, r := range set.All() {
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

// renderer hands the site's pages to Hugo.
type renderer struct{}

// Render writes the job's pages and static files.
func (renderer) Render(ctx context.Context, job site.Job) error {
	pages := func(yield func(hugo.Page) bool) {
		for p := range job.Pages {
			if !yield(hugo.Page(p)) {
				return
			}
		}
	}
	return hugo.Render(ctx, hugo.Job{Pages: pages, Themes: job.Themes, Params: job.Params, Out: job.Out})
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
func tell(e *env, in site.Input, result site.Result) error {
	told := map[string]bool{}
	for i, d := range result.Problems {
		if !told[d.Path] {
			complain(e.stderr, "%s: %s [%s]%s", place(d), d.Message, d.Rule, andMore(result.Problems[i+1:], d.Path))
		}
		told[d.Path] = true
	}
	for _, path := range in.Unreadable {
		if !told[path] {
			complain(e.stderr, "%s: could not be read", path)
		}
	}
	if len(result.Problems) == 0 && len(in.Unreadable) == 0 {
		return nil
	}
	hint(e.stderr, "what these hold is not on the site, or not in full; frontdesk check says more")
	return errProblems
}
