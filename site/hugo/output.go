package hugo

import (
	"os"

	"github.com/gohugoio/hugo/hugofs"
	"github.com/spf13/afero"
)

// output is the folder that Hugo writes to. Its files do not tell their names,
// so Hugo takes them for binary and does not search what it wrote for the
// placeholders of its templates.Defer and PostProcess: a record whose text
// holds such a placeholder would make it panic ("__hdeferred/"). Templates
// cannot use these two functions.
type output struct{ afero.Fs }

func newOutput(dir string) afero.Fs {
	return output{hugofs.NewBasePathFs(afero.NewOsFs(), dir)}
}

// Create makes a file for writing.
func (o output) Create(name string) (afero.File, error) { return nameless(o.Fs.Create(name)) }

// OpenFile opens a file.
func (o output) OpenFile(name string, flag int, perm os.FileMode) (afero.File, error) {
	return nameless(o.Fs.OpenFile(name, flag, perm))
}

type namelessFile struct{ afero.File }

// Name returns nothing.
func (namelessFile) Name() string { return "" }

func nameless(f afero.File, err error) (afero.File, error) {
	if err != nil {
		return nil, err
	}
	return namelessFile{f}, nil
}
