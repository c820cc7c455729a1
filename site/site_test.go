package site

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"hash/crc32"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/frontmatter"
	"frontdesk/schema"
	"frontdesk/schema/desk"
)

// asOf is the time that the sites of tests speak of.
var asOf = time.Date(2026, 11, 20, 10, 0, 0, 0, time.UTC)

// newInput makes what a site is built from out of files by path.
func newInput(t testing.TB, files map[string]string, audience schema.Audience) Input {
	t.Helper()
	in := Input{Desk: desk.Default(), Types: schema.BuiltIn(), Audience: audience, AsOf: asOf, Commit: "abc123"}
	in.Desk.Name = "Test desk"
	var own []schema.File
	for _, name := range sortedKeys(files) {
		if strings.HasPrefix(name, "schema/") {
			own = append(own, schema.File{Path: name, Data: []byte(files[name])})
		}
	}
	if own != nil {
		var ds []diag.Diagnostic
		if in.Types, ds = schema.Load(own); len(ds) > 0 {
			t.Fatalf("types: %v", ds)
		}
	}
	src := &shelfOf{types: in.Types, files: map[string]string{}}
	for _, name := range sortedKeys(files) {
		if !strings.HasPrefix(name, "records/") {
			continue
		}
		src.files[name] = files[name]
	}
	in.Source = src
	return in
}

// shelfOf is a source of records in memory.
type shelfOf struct {
	types *schema.Types
	files map[string]string

	mu     sync.Mutex
	loaded []string
}

func (s *shelfOf) List() Listing {
	var out Listing
	for _, name := range sortedKeys(s.files) {
		t := s.types.ByFolder(strings.Split(name, "/")[1])
		id := records.ID(strings.TrimSuffix(path.Base(name), ".md"))
		out.Files = append(out.Files, File{Type: t.Name, ID: id, Path: name, Stamp: Stamp{1, int64(crc32.ChecksumIEEE([]byte(s.files[name])))}})
	}
	return out
}

func (s *shelfOf) Load(f File) (*records.Record, []diag.Diagnostic) {
	s.mu.Lock()
	s.loaded = append(s.loaded, f.Path)
	s.mu.Unlock()
	return frontmatter.Parse(f.Path, f.Type, []byte(s.files[f.Path]))
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

// collector is a renderer that keeps the pages and writes nothing.
type collector struct {
	pages []Page
	job   Job
	err   error
}

func (c *collector) Render(_ context.Context, job Job) error {
	c.job = job
	for p := range job.Pages {
		c.pages = append(c.pages, p)
	}
	return c.err
}

// built is a site as tests look at it.
type built struct {
	Result
	pages map[string]Page
	order []string
	files map[string]string // what was written beside the pages
}

func build(t testing.TB, in Input) built {
	t.Helper()
	in.Out = filepath.Join(t.TempDir(), "public")
	c := &collector{}
	result, err := Build(t.Context(), in, c)
	if err != nil {
		t.Fatal(err)
	}
	b := built{Result: result, pages: map[string]Page{}, files: map[string]string{}}
	for _, p := range c.pages {
		b.pages[p.Path] = p
		b.order = append(b.order, p.Path)
	}
	err = filepath.WalkDir(in.Out, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		rel, _ := filepath.Rel(in.Out, name)
		b.files[filepath.ToSlash(rel)] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// text returns everything that a site says, as JSON and files.
func (b built) text(t testing.TB) string {
	t.Helper()
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	for _, name := range b.order {
		if err := enc.Encode(b.pages[name]); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range sortedKeys(b.files) {
		buf.WriteString(name + "\n" + b.files[name])
	}
	return buf.String()
}

// part returns a drawn part of a page.
func (b built) part(t testing.TB, path, name string) string {
	t.Helper()
	p, ok := b.pages[path]
	if !ok {
		t.Fatalf("there is no page %s among %v", path, b.order)
	}
	s, _ := p.Params[name].(string)
	return s
}

func incident(id, more string) string {
	return "---\nid: " + id + "\ntitle: VPN drops " + id + "\nstate: in-progress\nimpact: medium\nurgency: high\npriority: P2\n" + more + "---\n"
}

func TestTheSameInputMakesTheSameSite(t *testing.T) {
	files := map[string]string{}
	for i := range 60 {
		id := "INC-2611-" + string(rune('A'+i/26)) + string(rune('A'+i%26)) + "00"
		files["records/incidents/2026-11/"+id+".md"] = incident(id, "service: vpn\n") + "\n## Description\n\nText of " + id + "\n"
	}
	files["records/services/vpn.md"] = "---\nid: vpn\ntitle: Remote access\nstate: live\n---\n"
	first := build(t, newInput(t, files, schema.Staff)).text(t)
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	if again := build(t, newInput(t, files, schema.Staff)).text(t); again != first {
		t.Error("the second site differs")
	}
}

func TestAnUnknownAudienceBuildsNothing(t *testing.T) {
	in := newInput(t, nil, "everybody")
	in.Out = filepath.Join(t.TempDir(), "public")
	_, err := Build(t.Context(), in, &collector{})
	if !errors.Is(err, ErrAudience) {
		t.Errorf("error is %v", err)
	}
	if _, err := os.Stat(in.Out); err == nil {
		t.Error("something was published")
	}
}

func TestAnEmptyDeskHasASite(t *testing.T) {
	b := build(t, newInput(t, nil, schema.Staff))
	for _, want := range []string{homePath, searchPath, indexPath, missingPath} {
		if _, ok := b.pages[want]; !ok {
			t.Errorf("page %s is missing", want)
		}
	}
}

func TestAFailedBuildLeavesTheFormerSite(t *testing.T) {
	in := newInput(t, map[string]string{"records/services/vpn.md": "---\nid: vpn\ntitle: VPN\nstate: live\n---\n"}, schema.Staff)
	in.Out = filepath.Join(t.TempDir(), "public")
	if _, err := Build(t.Context(), in, &collector{}); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(filepath.Join(in.Out, "search", "1.js"))
	if err != nil {
		t.Fatal(err)
	}
	broken := fstest.MapFS{"parts/x.html": {Data: []byte(`{{ define "facts" }}{{ .None }}{{ end }}`)}}
	for name, spoil := range map[string]func(*Input) Renderer{
		"the renderer fails":        func(*Input) Renderer { return &collector{err: errors.New("no")} },
		"a part of the theme fails": func(in *Input) Renderer { in.Overrides = broken; return &collector{} },
		"a part of the theme is wrong": func(in *Input) Renderer {
			in.Overrides = fstest.MapFS{"parts/x.html": {Data: []byte("{{")}}
			return &collector{}
		},
	} {
		spoiled := in
		r := spoil(&spoiled)
		if _, err := Build(t.Context(), spoiled, r); err == nil {
			t.Errorf("%s: no error", name)
		}
		after, err := os.ReadFile(filepath.Join(in.Out, "search", "1.js"))
		if err != nil || !bytes.Equal(before, after) {
			t.Errorf("%s: the former site is gone: %v", name, err)
		}
		if entries, _ := os.ReadDir(filepath.Dir(in.Out)); len(entries) != 1 {
			t.Errorf("%s: left %v", name, entries)
		}
	}
}

func TestADeskReplacesPartsOfTheTheme(t *testing.T) {
	in := newInput(t, map[string]string{"records/services/vpn.md": "---\nid: vpn\ntitle: VPN\nstate: live\n---\n"}, schema.Staff)
	in.Overrides = fstest.MapFS{"parts/own.html": {Data: []byte(`{{ define "facts" }}<p>own: {{ len . }}</p>{{ end }}`)}}
	if got := build(t, in).part(t, "services/vpn.html", "facts"); !strings.HasPrefix(got, "<p>own: ") {
		t.Errorf("facts are %q", got)
	}
}

func TestACancelledBuildPublishesNothing(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	in := newInput(t, map[string]string{"records/services/vpn.md": "---\nid: vpn\ntitle: VPN\nstate: live\n---\n"}, schema.Staff)
	in.Out = filepath.Join(t.TempDir(), "public")
	if _, err := Build(ctx, in, &collector{}); !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
	if _, err := os.Stat(in.Out); err == nil {
		t.Error("something was published")
	}
}

func zone(t *testing.T, name string) *time.Location {
	t.Helper()
	z, err := time.LoadLocation(name)
	if err != nil {
		t.Skipf("time zones not found: %v", err)
	}
	return z
}
