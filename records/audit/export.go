package audit

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path"
	"slices"
	"strings"

	_ "embed"

	"frontdesk/records/frontmatter"
	"frontdesk/records/git"
	"frontdesk/records/lazy"
)

// ErrNotEmpty is returned for a folder that holds something: an export is made
// into a folder of its own.
var ErrNotEmpty = errors.New("the folder is not empty")

// manifestName is the file with the digests of all others.
const manifestName = "manifest.sha256"

//go:embed readme.txt
var readme string

// Exported is what an export wrote.
type Exported struct {
	Files   int
	Changes int
	Digest  string // SHA-256 of the manifest, which stands for all of it
}

// Export writes the evidence of a report into a folder: its population, its
// exceptions, a sample, and for each change what was approved, by whom, with what
// proof, and when. The same commit, options and time give the same bytes. The
// manifest comes last: a folder without it is no whole export.
func Export(ctx context.Context, repo *git.Repo, r *Report, sample []Sampled, dir string) (*Exported, error) {
	x := &exporter{repo: repo, rep: r, sums: map[string]string{}, views: map[string]*view{}}
	if err := x.open(dir); err != nil {
		return nil, err
	}
	defer x.root.Close()
	x.tables(sample)
	for _, c := range r.Changes {
		if err := x.change(ctx, c); err != nil {
			return nil, fmt.Errorf("export %s: %w", c.Record, err)
		}
	}
	out := &Exported{Changes: len(r.Changes)}
	out.Digest = x.manifest()
	out.Files = len(x.sums)
	return out, x.err
}

// exporter writes an export. The first error of writing ends it.
type exporter struct {
	repo  *git.Repo
	rep   *Report
	root  *os.Root
	sums  map[string]string // by path
	views map[string]*view  // by commit
	err   error
}

// open makes the folder, or takes an empty one.
func (x *exporter) open(dir string) error {
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return fmt.Errorf("make folder: %w", err)
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("read folder: %w", err)
	}
	if len(entries) > 0 {
		return ErrNotEmpty
	}
	x.root, err = os.OpenRoot(dir)
	return err
}

// put writes a file and takes its digest.
func (x *exporter) put(name string, data []byte) {
	if x.err != nil {
		return
	}
	if x.err = x.root.MkdirAll(path.Dir(name), 0o777); x.err != nil {
		return
	}
	if x.err = x.root.WriteFile(name, data, 0o666); x.err == nil {
		sum := sha256.Sum256(data)
		x.sums[name] = hex.EncodeToString(sum[:])
	}
}

// putJSON writes a value, indented, for people.
func (x *exporter) putJSON(name string, v any) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	if err := enc.Encode(v); err != nil && x.err == nil {
		x.err = err
	}
	x.put(name, b.Bytes())
}

func (x *exporter) tables(sample []Sampled) {
	var population, exceptions, drawn bytes.Buffer
	x.err = errors.Join(x.err, x.rep.WritePopulation(&population), x.rep.WriteExceptions(&exceptions), WriteSample(&drawn, sample))
	x.put("population.csv", population.Bytes())
	x.put("exceptions.csv", exceptions.Bytes())
	if len(sample) > 0 {
		x.put("sample.csv", drawn.Bytes())
	}
	j := x.rep.JSON(sample)
	for _, e := range x.rep.Entries {
		j.Commits = append(j.Commits, e.json())
	}
	x.putJSON("population.json", j)
	x.put("README.txt", []byte(readme))
}

// manifest writes the digests of all files as sha256sum does, and returns that of
// the manifest.
func (x *exporter) manifest() string {
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(x.sums)) {
		fmt.Fprintf(&b, "%s  %s\n", x.sums[name], name)
	}
	x.put(manifestName, []byte(b.String()))
	return x.sums[manifestName]
}

// plainName matches ids that are names of folders everywhere.
var plainName = lazy.Regexp(`^[A-Za-z0-9][A-Za-z0-9_-]*(\.[A-Za-z0-9_-]+)*$`)

// folderOf returns the folder of a change: its id, with its type before it where
// another change has the same id in whatever case.
func (x *exporter) folderOf(c *Change) string {
	typ, id, _ := strings.Cut(c.Record, "/")
	name := id
	for _, o := range x.rep.Changes {
		if _, other, _ := strings.Cut(o.Record, "/"); o != c && strings.EqualFold(other, id) {
			name = typ + "." + id
			break
		}
	}
	if !plainName().MatchString(name) || len(name) > 100 {
		name = digestName(c.Record)
	}
	return path.Join("changes", name)
}

// view is the files of a commit, below the desk.
type view struct{ *git.Snapshot }

func (x *exporter) at(ctx context.Context, commit string) (*view, error) {
	if v := x.views[commit]; v != nil {
		return v, nil
	}
	if len(x.views) > 64 {
		clear(x.views)
	}
	s, err := x.repo.At(ctx, commit)
	if err != nil {
		return nil, err
	}
	x.views[commit] = &view{s}
	return x.views[commit], nil
}

// file returns what a file holds, nil where there is none, or none that is read.
func (v *view) file(name string) []byte {
	info, err := v.Lstat(name)
	if err != nil || !info.Mode().IsRegular() || info.Size() > 4*frontmatter.MaxFile {
		return nil
	}
	data, err := v.ReadFile(name)
	if err != nil {
		return nil
	}
	return data
}

// names returns the names of the files in a folder.
func (v *view) names(dir string) []string {
	entries, err := v.ReadDir(dir)
	if err != nil {
		return nil
	}
	var out []string
	for _, e := range entries {
		if e.Type() == fs.FileMode(0) {
			out = append(out, e.Name())
		}
	}
	return out
}
