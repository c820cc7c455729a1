// Package hugo provides the rendering of generated pages with templates, by
// Hugo. Pages come from memory and carry finished HTML, Hugo's security policy
// is closed, and its warnings are failures. It is the only package that knows
// Hugo and must not know what a record is, nor import a package of the project.
package hugo

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"iter"
	"time"

	"github.com/gohugoio/hugo/config/allconfig"
	"github.com/gohugoio/hugo/deps"
	"github.com/gohugoio/hugo/hugofs"
	"github.com/gohugoio/hugo/hugolib"
	"github.com/spf13/afero"
)

// Page is a page to write.
type Page struct {
	Path   string         // of its file below the output folder, with slashes, ending in .html
	Layout string         // name of the template, without folder and ending
	Title  string         // plain text
	Params map[string]any // what the template shows, under .Params; keys in lower case, as Hugo has them
}

// Job is a site to render.
type Job struct {
	Pages  iter.Seq[Page]
	Themes []fs.FS        // folders layouts, assets, i18n and static; a file in a later one replaces it in an earlier one
	Params map[string]any // what all templates may show, under site.Params
	Out    string         // an existing, empty folder of the file system

	// Partial leaves out the themes' static files: the pages are those of a site
	// that changed, and the rest of it lies elsewhere.
	Partial bool
}

// ErrPath is the cause of an error about a page whose path is not safe on every
// platform, or is taken twice, be it by a static file.
var ErrPath = errors.New("unsafe or repeated page path")

// Folders of the in-memory source tree, and the parts of a theme that Hugo
// reads from it.
const (
	workDir    = "/desk"
	contentDir = workDir + "/content"
	publishDir = "public"
)

// Render writes the job's pages and the themes' static files below job.Out. It
// reports every warning of Hugo as an error, because a warning is how Hugo
// tells of a page that it left out or wrote over. Hugo keeps its logger in a
// global variable, so two renderings must not run at once in one process.
//
// Pages are rendered in batches, which bounds memory: a template sees its own
// page and no other, so how they fall into batches changes nothing. The pages of
// the next batch are made while Hugo renders one.
func Render(ctx context.Context, job Job) error {
	theme, err := readThemes(job.Themes)
	if err != nil {
		return err
	}
	stopping, stop := context.WithCancel(ctx)
	defer stop()
	batches := make(chan batch)
	var encodeErr error
	go func() {
		defer close(batches)
		encodeErr = theme.encode(stopping, job.Pages, batches)
	}()
	var renderErr error
	for b := range batches {
		if renderErr != nil {
			continue // until the other side has noticed
		}
		if renderErr = renderBatch(ctx, theme, b, job); renderErr != nil {
			stop()
		}
	}
	if err := cmp.Or(renderErr, encodeErr, ctx.Err()); err != nil || job.Partial {
		return err
	}
	return theme.writeStatic(job.Out)
}

// renderBatch lets Hugo render some pages in a site of their own.
func renderBatch(ctx context.Context, theme *themes, b batch, job Job) error {
	source := afero.NewMemMapFs()
	if err := theme.write(source); err != nil {
		return err
	}
	for i, data := range b {
		if err := afero.WriteFile(source, contentName(i), data, 0o644); err != nil {
			return err
		}
	}
	log := newLog()
	sites, err := load(source, job, log)
	if err != nil {
		return log.explain("prepare site", err)
	}
	err = build(ctx, sites)
	if closeErr := sites.Close(); err == nil {
		err = closeErr
	}
	return log.explain("render site", err)
}

// load makes Hugo's site from the source tree. Nothing of the process's
// environment reaches it: an empty Environ would mean all of it.
func load(source afero.Fs, job Job, log *log) (*hugolib.HugoSites, error) {
	flags, err := settings(job.Params)
	if err != nil {
		return nil, err
	}
	configs, err := allconfig.LoadConfig(allconfig.ConfigSourceDescriptor{
		Fs:          source,
		Logger:      log.logger,
		Flags:       flags,
		Environment: "production",
		Environ:     []string{"FRONTDESK=1"},
	})
	if err != nil {
		return nil, err
	}
	files := hugofs.NewFrom(source, configs.LoadingInfo.BaseConfig)
	out := newOutput(job.Out)
	files.PublishDir, files.PublishDirStatic, files.PublishDirServer = out, out, out
	return hugolib.NewHugoSites(deps.DepsCfg{
		TestLogger: log.logger,
		LogLevel:   log.logger.Level(),
		StdOut:     log.logger.StdOut(),
		StdErr:     log.logger.StdErr(),
		Fs:         files,
		Configs:    configs,
	})
}

// build runs Hugo, which cannot be interrupted: a cancelled context makes it
// return early, and the folder that Hugo still writes to is the caller's to
// discard.
func build(ctx context.Context, sites *hugolib.HugoSites) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() { done <- sites.Build(hugolib.BuildCfg{NoBuildLock: true}) }()
	select {
	case err := <-done:
		return err
	case <-sites.Done():
	}
	// Hugo stops at the tenth page that fails, and can then wait for itself for
	// ever: its walk goes on to send pages to workers that have gone.
	select {
	case err := <-done:
		return err
	case <-time.After(stuckAfter):
		return errManyPages
	}
}

// stuckAfter is how long Hugo may take to stop once it has said that it does.
const stuckAfter = 2 * time.Second

var errManyPages = errors.New("ten pages failed to render; look at the templates in the desk's own site/ folder")
