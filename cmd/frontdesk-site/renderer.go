package main

import (
	"context"

	"frontdesk/site"
	"frontdesk/site/hugo"
)

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
	return hugo.Render(ctx, hugo.Job{Pages: pages, Themes: job.Themes, Params: job.Params, Out: job.Out, Partial: job.Partial})
}
