package site

import (
	"errors"
	"fmt"
	"html/template"
	"io/fs"
	"strings"
	"sync"
)

// partsFolder holds the templates of the theme's parts.
const partsFolder = "parts"

// ErrTheme is the cause of an error about a template of the theme.
var ErrTheme = errors.New("theme does not work")

// parts draws the pieces of pages that there are many of. It may be used by
// several goroutines.
type parts struct {
	templates *template.Template

	mu  sync.Mutex
	err error // the first failure
}

// newParts reads the parts of themes; a later one's replace those of the same
// name in an earlier one.
func newParts(themes []fs.FS) (*parts, error) {
	all := template.New("")
	for _, theme := range themes {
		names, err := fs.Glob(theme, partsFolder+"/*.html")
		if err != nil {
			return nil, err
		}
		for _, name := range names {
			text, err := fs.ReadFile(theme, name)
			if err != nil {
				return nil, fmt.Errorf("read theme: %w", err)
			}
			if _, err := all.New(name).Parse(string(text)); err != nil {
				return nil, fmt.Errorf("read theme: %w: %w", ErrTheme, err)
			}
		}
	}
	return &parts{templates: all}, nil
}

// draw returns the HTML of a part. A failure is kept for failed to tell.
func (p *parts) draw(name string, data any) string {
	var b strings.Builder
	if err := p.templates.ExecuteTemplate(&b, name, data); err != nil {
		p.fail(fmt.Errorf("draw part %q: %w: %w", name, ErrTheme, err))
		return ""
	}
	return b.String()
}

// fail keeps a failure, if it is the first.
func (p *parts) fail(err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.err == nil {
		p.err = err
	}
}

// failed returns the first failure, nil if there was none.
func (p *parts) failed() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.err
}
