// Package hugo provides the rendering of generated pages with templates, by
// Hugo. Pages come from memory and carry finished HTML, Hugo's security policy
// is closed, and its warnings are failures. It is the only package that knows
// Hugo and must not know what a record is, nor import a package of the project.
package hugo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"path"
	"path/filepath"
	"regexp"
	"strings"
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

// safePath matches what may be written: no drive, no dots at the start of a
// name, no character that a file system or a URL reads in its own way.
var safePath = regexp.MustCompile(`^([A-Za-z0-9_~][A-Za-z0-9._~-]*/)*[A-Za-z0-9_~][A-Za-z0-9._~-]*\.html$`)

// safeLayout matches template names.
var safeLayout = regexp.MustCompile(`^[a-z][a-z0-9-]*$`)

// Render writes the job's pages and the themes' static files below job.Out. It
// reports every warning of Hugo as an error, because a warning is how Hugo
// tells of a page that it left out or wrote over. Hugo keeps its logger in a
// global variable, so two renderings must not run at once in one process.
func Render(ctx context.Context, job Job) error {
	source := afero.NewMemMapFs()
	if err := addThemes(source, job.Themes); err != nil {
		return err
	}
	if err := addPages(ctx, source, job.Pages); err != nil {
		return err
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
	if err := log.explain("render site", err); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	return copyStatic(source, job.Out)
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

// frontMatter is all that Hugo reads of a page. It has no body: what a page
// shows is in Params, where shortcodes and templates are text.
type frontMatter struct {
	Title  string         `json:"title"`
	Layout string         `json:"layout"`
	URL    string         `json:"url"`
	Params map[string]any `json:"params,omitempty"`
}

func addPages(ctx context.Context, source afero.Fs, pages iter.Seq[Page]) error {
	if err := source.MkdirAll(contentDir, 0o755); err != nil {
		return err
	}
	seen := map[string]bool{}
	n := 0
	for p := range pages {
		if err := ctx.Err(); err != nil {
			return err
		}
		key := strings.ToLower(p.Path)
		if !safePath.MatchString(p.Path) || seen[key] {
			return fmt.Errorf("add page %q: %w", p.Path, ErrPath)
		}
		if !safeLayout.MatchString(p.Layout) {
			return fmt.Errorf("add page %q: %q is no name of a layout", p.Path, p.Layout)
		}
		seen[key] = true
		data, err := encode(frontMatter{Title: p.Title, Layout: p.Layout, URL: "/" + p.Path, Params: p.Params})
		if err != nil {
			return fmt.Errorf("add page %q: %w", p.Path, err)
		}
		if err := afero.WriteFile(source, contentName(n), data, 0o644); err != nil {
			return fmt.Errorf("add page %q: %w", p.Path, err)
		}
		n++
	}
	return nil
}

// encode writes front matter as JSON, without the escapes that would double the
// size of HTML.
func encode(f frontMatter) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(f)
	return b.Bytes(), err
}

// contentName returns where the source tree holds the page with the number. A
// name of ours, never one made from a record's id, so that no name means
// anything to Hugo.
func contentName(n int) string {
	return fmt.Sprintf("%s/%03d/p%06d.md", contentDir, n/1000, n)
}

// themeFolders are the folders of a theme that are used. Others, such as a
// content folder, would bring in pages that nobody filtered.
var themeFolders = []string{"layouts", "assets", "i18n", "static"}

func addThemes(source afero.Fs, themes []fs.FS) error {
	for _, theme := range themes {
		for _, folder := range themeFolders {
			if err := addTree(source, theme, folder); err != nil {
				return fmt.Errorf("read theme: %w", err)
			}
		}
	}
	return nil
}

func addTree(source afero.Fs, theme fs.FS, folder string) error {
	if _, err := fs.Stat(theme, folder); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return fs.WalkDir(theme, folder, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		if !d.Type().IsRegular() {
			return fmt.Errorf("%s is no regular file", name)
		}
		data, err := fs.ReadFile(theme, name)
		if err != nil {
			return err
		}
		return afero.WriteFile(source, path.Join(workDir, name), data, 0o644)
	})
}

// copyStatic writes the themes' static files. In Hugo itself this is the
// command's work, not the library's.
func copyStatic(source afero.Fs, out string) error {
	root := workDir + "/static"
	if ok, err := afero.DirExists(source, root); err != nil || !ok {
		return err
	}
	dest := afero.NewBasePathFs(afero.NewOsFs(), out)
	return afero.Walk(source, root, func(name string, info fs.FileInfo, err error) error {
		if err != nil || info.IsDir() {
			return err
		}
		rel := strings.TrimPrefix(filepath.ToSlash(name), root+"/")
		data, err := afero.ReadFile(source, name)
		if err != nil {
			return err
		}
		if _, err := dest.Stat(rel); err == nil {
			return fmt.Errorf("write static file %q: %w", rel, ErrPath)
		}
		if err := dest.MkdirAll(path.Dir(rel), 0o755); err != nil {
			return err
		}
		return afero.WriteFile(dest, rel, data, 0o644)
	})
}
