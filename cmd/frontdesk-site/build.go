package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"frontdesk/site"
)

// publicFolder is where the site goes unless told otherwise.
const publicFolder = "public"

func newBuildCmd(e *env) *cobra.Command {
	var o options
	var out, baseURL string
	var all bool
	cmd := &cobra.Command{
		Use:   "build",
		Short: "Build the site into a folder",
		Long: `Build makes the site of the desk: a page for every record, lists by type and
state, the knowledge base by category, an index from A to Z, a search, and for staff
and teams the reports: figures and charts, each with its definition and, as CSV, the
records behind it. The pages need no server: open index.html from disk, or copy the folder anywhere.

The site holds what its audience may read and nothing else; other records, fields,
sections and events are left out before any page is made. The same commit makes the
same site, byte for byte. Files beside records are not published.

The desk's own folder site/ lies over the built-in theme, file by file: layouts/ and
parts/ hold templates, static/ what is copied as it is. These templates are trusted;
records are not, and never reach a template as anything but text.

The folder is replaced as a whole, and only if it is empty or was made by this
command. In a git repository the next build into the same folder makes those pages
alone that changed, with the same result; --all makes all of them. Where the build
fails, the former site stays.

` + exitHelp,
		Example: "  frontdesk-site build\n  frontdesk-site build --audience public --out /srv/www --base-url https://help.example.org/",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return runBuild(cmd.Context(), e, o, out, baseURL, all)
		},
	}
	o.register(cmd)
	cmd.Flags().StringVar(&out, "out", "", "write to this `folder`; default is "+publicFolder+" in the desk")
	cmd.Flags().StringVar(&baseURL, "base-url", "", "the `URL` at which the site will be served; only the page for missing pages needs it")
	cmd.Flags().BoolVar(&all, "all", false, "make all pages, also those that did not change")
	return cmd
}

func runBuild(ctx context.Context, e *env, o options, out, baseURL string, all bool) error {
	root, err := findDesk(e)
	if err != nil {
		return err
	}
	if out, err = destination(e, root, out); err != nil {
		return err
	}
	if baseURL, err = base(baseURL); err != nil {
		return err
	}
	in, err := o.open(ctx, e, root)
	if err != nil {
		return err
	}
	defer in.Close()
	in.Out, in.BaseURL, in.State = out, baseURL, stateFile(in.repository, out)
	if all {
		if err := os.Remove(in.State); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	result, err := site.Build(ctx, in.Input, renderer{})
	if err != nil {
		return explain(err)
	}
	prune(in.State)
	fmt.Fprintln(e.stdout, filepath.Join(result.Out, "index.html"))
	complain(e.stderr, "%s on %d pages, %s, for %s", recordCount(result.Records), result.Pages, madeCount(result), o.audience)
	return tell(e, result)
}

// destination returns the folder to write to: out as seen from the folder that
// the command works in.
func destination(e *env, root, out string) (string, error) {
	if out == "" {
		return filepath.Join(root, publicFolder), nil
	}
	if !filepath.IsAbs(out) {
		out = filepath.Join(e.dir, out)
	}
	out, err := filepath.Abs(out)
	if err != nil {
		return "", err
	}
	return out, guard(root, out)
}

// base returns the URL with a slash at its end.
func base(s string) (string, error) {
	if s == "" {
		return "", nil
	}
	u, err := url.Parse(s)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" || u.RawQuery != "" || u.Fragment != "" {
		return "", usageError{withHint(fmt.Errorf("--base-url %q is no address of a site", s), "write it as https://help.example.org/desk/")}
	}
	return strings.TrimSuffix(u.String(), "/") + "/", nil
}

// explain adds what to do to the errors of a build that a user can mend.
func explain(err error) error {
	switch {
	case errors.Is(err, site.ErrNotOurs):
		return withHint(err, "choose another folder with --out, or empty this one")
	case errors.Is(err, site.ErrAudience):
		return usageError{withHint(err, "for example --audience public")}
	}
	return err
}

// madeCount says how many of the pages were made anew.
func madeCount(r site.Result) string {
	if r.Made == r.Pages {
		return "all made anew"
	}
	return fmt.Sprintf("%d made anew", r.Made)
}

// recordCount counts records in words.
func recordCount(n int) string {
	if n == 1 {
		return "1 record"
	}
	return fmt.Sprintf("%d records", n)
}
