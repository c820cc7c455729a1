// Package site provides the desk's site: the pages, search index and lists that
// an audience may read, made from records. What the audience may not read is
// left out before any page exists. It must not know Hugo, nor read records or
// the clock itself.
package site

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"slices"
	"time"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/report"
	"frontdesk/schema"
	"frontdesk/schema/desk"
)

// Input is what a site is made from. The same input makes the same bytes.
type Input struct {
	Desk      *desk.Desk
	Types     *schema.Types
	Source    Source
	Problems  []diag.Diagnostic // what was found wrong with the desk's configuration
	Audience  schema.Audience   // whom the site is for
	AsOf      time.Time         // the time that the site speaks of
	Reports   []*report.Done    // counted of what the audience may see; a site for the public shows none
	Count     Count             // computes the reports; nil where Reports holds them
	Commit    string            // what the records were read from; may be empty
	BaseURL   string            // where the site will be served, with a slash at the end; may be empty
	Overrides fs.FS             // the desk's own theme files; nil if none
	Live      bool              // pages reload when the site changes
	Out       string            // folder to publish to
	Anew      string            // folder to publish to instead where all pages are made, and Out is left alone; empty means Out

	// State names a file in which a build leaves what the next one into the same
	// folder needs in order to make only those pages anew that changed. It holds
	// what some readers of the site may not see. Empty means to make all pages,
	// and to keep nothing.
	State string
	// Key stands for all that pages depend on besides records, theme and the
	// other fields here: the program, the desk's configuration and its types.
	Key string
}

// Count computes the reports of what the audience may see. All are the records of the
// desk where the build has read all of them, without those with faults; nil where it has
// not, and they are to be read from an index. Both must lead to the same reports.
type Count func(ctx context.Context, all []*records.Record) ([]*report.Done, error)

// Result tells what was built.
type Result struct {
	Out        string
	Pages      int
	Made       int               // of these, made anew
	Records    int               // on the site
	Problems   []diag.Diagnostic // why a record is missing or shown in part, in order
	Unreadable []string          // paths of the records that could not be read
}

// Page is a page to render. Layout names a template of the theme.
type Page struct {
	Path   string // below Out, with slashes
	Layout string
	Title  string
	Params map[string]any
}

// Job is what a renderer turns into files.
type Job struct {
	Pages  iter.Seq[Page]
	Themes []fs.FS // later ones lie over earlier ones
	Params map[string]any
	Out    string // an existing, empty folder

	// Partial asks for the pages alone: the themes' static files are there from an
	// earlier build.
	Partial bool
}

// Renderer writes the pages and the themes' static files.
type Renderer interface {
	Render(ctx context.Context, job Job) error
}

// ErrAudience is the cause of an error about an audience that no desk has.
var ErrAudience = errors.New("audience is not public, staff or team:NAME")

// Build makes the site and publishes it to in.Out, which keeps its former
// content where an error is returned. Where the folder holds the site that the
// last build with the same state left, only pages that changed are made. Records
// that cannot be shown are listed on the site, if it is for staff, and in the
// result.
func Build(ctx context.Context, in Input, r Renderer) (Result, error) {
	if !knownAudience(in.Audience) {
		return Result{}, fmt.Errorf("build site for %q: %w", in.Audience, ErrAudience)
	}
	b := &builder{in: &in, renderer: r}
	result, err := b.build(ctx)
	if err != nil {
		return Result{}, fmt.Errorf("build site: %w", err)
	}
	return result, nil
}

// findings returns the problems in order, each once.
func (v *view) findings() []diag.Diagnostic {
	ds := slices.Clone(v.problems)
	diag.Sort(ds)
	return slices.CompactFunc(ds, func(a, b diag.Diagnostic) bool {
		return a.Path == b.Path && a.Span == b.Span && a.Rule == b.Rule && a.Message == b.Message
	})
}

// siteParams are what every page shows around its own content.
func (v *view) siteParams() map[string]any {
	params := map[string]any{
		"desk":     v.deskName(),
		"audience": audienceName(v.in.Audience),
		"private":  v.isStaff(),
		"live":     v.in.Live,
		"baseurl":  v.in.BaseURL,
		"nav":      v.nav(),
		"policy":   policy(v.in.Live),
	}
	return params
}

// policy is the content security policy: nothing but the site's own files, no
// inline script or style.
func policy(live bool) string {
	p := "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; form-action 'self'; base-uri 'none'"
	if live {
		p += "; connect-src 'self'"
	}
	return p
}
