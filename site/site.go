// Package site provides the desk's site: the pages, search index and lists that
// an audience may read, made from records. What the audience may not read is
// left out before any page exists. It must not know Hugo, nor read records or
// the clock itself.
package site

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"slices"
	"time"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/schema"
	"frontdesk/schema/desk"
)

// Input is what a site is made from. The same input makes the same bytes.
type Input struct {
	Desk       *desk.Desk
	Types      *schema.Types
	Set        *records.Set
	Problems   []diag.Diagnostic // what was found wrong while reading the records
	Unreadable []string          // paths of the records that are not in Set because they could not be read
	Audience   schema.Audience   // whom the site is for
	AsOf       time.Time         // the time that the site speaks of
	Commit     string            // what the records were read from, for the footer; may be empty
	BaseURL    string            // where the site will be served, with a slash at the end; may be empty
	Overrides  fs.FS             // the desk's own theme files; nil if none
	Live       bool              // pages reload when the site changes
	Out        string            // folder to publish to
}

// Result tells what was built.
type Result struct {
	Out      string
	Pages    int
	Records  int               // on the site
	Problems []diag.Diagnostic // why a record is missing or shown in part, in order
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
}

// Renderer writes the pages and the themes' static files.
type Renderer interface {
	Render(ctx context.Context, job Job) error
}

// ErrAudience is the cause of an error about an audience that no desk has.
var ErrAudience = errors.New("audience is not public, staff or team:NAME")

// Build makes the site and publishes it to in.Out, which keeps its former
// content where an error is returned. Records that cannot be shown are listed
// on the site, if it is for staff, and in the result.
func Build(ctx context.Context, in Input, r Renderer) (Result, error) {
	if !knownAudience(in.Audience) {
		return Result{}, fmt.Errorf("build site for %q: %w", in.Audience, ErrAudience)
	}
	theme, err := Theme()
	if err != nil {
		return Result{}, err
	}
	themes := []fs.FS{theme}
	if in.Overrides != nil {
		themes = append(themes, in.Overrides)
	}
	v, err := newView(&in, themes)
	if err != nil {
		return Result{}, err
	}
	pages := 0
	job := Job{Themes: themes, Params: v.siteParams(), Pages: v.counted(ctx, &pages)}
	out, err := publish(in.Out, func(dir string) error {
		job.Out = dir
		if err := r.Render(ctx, job); err != nil {
			return err
		}
		if err := cmp.Or(v.parts.failed(), ctx.Err()); err != nil {
			return err
		}
		return v.writeFiles(dir, theme)
	})
	if err != nil {
		return Result{}, fmt.Errorf("build site: %w", err)
	}
	return Result{Out: out, Pages: pages, Records: len(v.items), Problems: v.findings()}, nil
}

// counted yields all pages and counts them. It ends early where a part of the
// theme fails.
func (v *view) counted(ctx context.Context, n *int) iter.Seq[Page] {
	return func(yield func(Page) bool) {
		for p := range v.pages(ctx) {
			*n++
			if v.parts.failed() != nil || !yield(p) {
				return
			}
		}
	}
}

// pages yields the site's pages. The record pages come first, because the
// others tell what went wrong with them.
func (v *view) pages(ctx context.Context) iter.Seq[Page] {
	parts := []iter.Seq[Page]{
		v.recordPages(ctx), v.listPages(), v.contentsPages(), v.indexPages(), v.fixedPages(),
	}
	return func(yield func(Page) bool) {
		for _, part := range parts {
			for p := range part {
				if !yield(p) {
					return
				}
			}
		}
	}
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
		"asof":     v.time(v.in.AsOf),
		"commit":   v.in.Commit,
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
