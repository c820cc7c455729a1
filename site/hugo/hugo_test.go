package hugo

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

func text(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }

func theme() fstest.MapFS {
	return fstest.MapFS{
		"layouts/baseof.html":  text(`<!doctype html><title>{{ .Title }}</title>{{ block "main" . }}{{ end }}`),
		"layouts/record.html":  text(`{{ define "main" }}<h1>{{ .Title }}</h1>{{ .Params.html | safeHTML }}<p>{{ .Params.text }}</p>{{ site.Params.desk }}{{ end }}`),
		"static/css/style.css": text("body{}"),
	}
}

func render(t *testing.T, job Job) (map[string]string, error) {
	t.Helper()
	job.Out = t.TempDir()
	if job.Themes == nil {
		job.Themes = []fs.FS{theme()}
	}
	if err := Render(context.Background(), job); err != nil {
		return nil, err
	}
	out := map[string]string{}
	err := filepath.WalkDir(job.Out, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(name)
		rel, _ := filepath.Rel(job.Out, name)
		out[filepath.ToSlash(rel)] = string(data)
		return err
	})
	return out, err
}

func TestRender(t *testing.T) {
	out, err := render(t, Job{
		Pages: slices.Values([]Page{
			{Path: "index.html", Layout: "record", Title: "Home"},
			{Path: "incidents/INC-2611-K7Q4.html", Layout: "record", Title: "VPN <drops>", Params: map[string]any{"html": "<b>x</b>"}},
			{Path: "incidents/list/open/2.html", Layout: "record", Title: "Two"},
			{Path: "404.html", Layout: "record", Title: "Not found"},
		}),
		Params: map[string]any{"desk": "Ex & Co"},
	})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for name := range out {
		names = append(names, name)
	}
	slices.Sort(names)
	want := []string{"404.html", "css/style.css", "incidents/INC-2611-K7Q4.html", "incidents/list/open/2.html", "index.html"}
	if !slices.Equal(names, want) {
		t.Fatalf("files are %v, want %v", names, want)
	}
	got := out["incidents/INC-2611-K7Q4.html"]
	if want := `<!doctype html><title>VPN &lt;drops&gt;</title><h1>VPN &lt;drops&gt;</h1><b>x</b><p></p>Ex &amp; Co`; got != want {
		t.Errorf("page is %s, want %s", got, want)
	}
}

func TestRenderLeavesTemplatesInTextAlone(t *testing.T) {
	hostile := []string{
		`{{< figure src="x" >}}`, `{{% x %}}`, `{{ getenv "HOME" }}`, `{{ readFile "desk.yaml" }}`,
		"+++\ntitle = \"x\"\n+++", "---\nurl: /index.html\n---", `{"url":"/index.html"}`, `<!--more-->`,
		`HAHAHUGOSHORTCODE0HBHB`, `__hdeferred/d1/x/end`, `__hdeferred/`, `__h_pp_l1_1_`, `__h_pp_l1`,
	}
	for _, s := range hostile {
		out, err := render(t, Job{Pages: slices.Values([]Page{
			{Path: "index.html", Layout: "record", Title: "Home", Params: map[string]any{"text": "fine"}},
			{Path: "a.html", Layout: "record", Title: s, Params: map[string]any{
				"html": "<i>" + s + "</i>", "text": s,
				"url": "/index.html", "aliases": []string{"/index.html"}, "layout": "none", "type": "none",
				"cascade": map[string]any{"build": map[string]any{"render": "never"}}, "build": map[string]any{"render": "never"},
			}},
		})})
		if err != nil {
			t.Errorf("%q: %v", s, err)
			continue
		}
		if len(out) != 3 || !strings.Contains(out["index.html"], "fine") {
			t.Errorf("%q: changed other pages: %v", s, out)
		}
		if !strings.Contains(out["a.html"], "<i>"+s+"</i>") {
			t.Errorf("%q: is no longer text: %s", s, out["a.html"])
		}
	}
}

func TestRenderRefusesPaths(t *testing.T) {
	for _, paths := range [][]string{
		{"../x.html"}, {"/x.html"}, {"a/../x.html"}, {"a\\b.html"}, {"C:x.html"}, {".x.html"}, {"x"}, {"x.php"},
		{"a//b.html"}, {"a\n.html"}, {""}, {"-x.html"}, {"a.html", "A.html"}, {"a.html", "a.html"}, {":slug.html"},
	} {
		var pages []Page
		for _, p := range paths {
			pages = append(pages, Page{Path: p, Layout: "record", Title: "x"})
		}
		if _, err := render(t, Job{Pages: slices.Values(pages)}); !errors.Is(err, ErrPath) {
			t.Errorf("paths %q: error is %v, want %v", paths, err, ErrPath)
		}
	}
}

func TestRenderTurnsWarningsIntoErrors(t *testing.T) {
	for name, layout := range map[string]string{
		"a warning of a template":      `{{ define "main" }}{{ warnf "odd" }}{{ end }}`,
		"a missing partial":            `{{ define "main" }}{{ partial "none.html" . }}{{ end }}`,
		"a template that does not run": `{{ define "main" }}{{ .None }}{{ end }}`,
		"a template with a bad syntax": `{{ define "main" }}{{ `,
	} {
		files := theme()
		files["layouts/record.html"] = text(layout)
		_, err := render(t, Job{
			Themes: []fs.FS{files},
			Pages:  slices.Values([]Page{{Path: "index.html", Layout: "record", Title: "x"}}),
		})
		if err == nil {
			t.Errorf("%s is no error", name)
		}
	}
	_, err := render(t, Job{Pages: slices.Values([]Page{{Path: "index.html", Layout: "absent", Title: "x"}})})
	if err == nil {
		t.Error("a page without its layout is no error")
	}
}

func TestRenderIsClosed(t *testing.T) {
	t.Setenv("HUGO_CANARY", "leaked")
	t.Setenv("HUGO_BASEURL", "https://leaked.example/")
	t.Setenv("HUGO_PARAMS_DESK", "leaked")
	for name, action := range map[string]string{
		"environment": `{{ getenv "HUGO_CANARY" }}`,
		"network":     `{{ resources.GetRemote "http://127.0.0.1:9/" }}`,
		"programs":    `{{ (resources.FromString "a.css" "x" | css.PostCSS).Content }}`,
	} {
		files := theme()
		files["layouts/record.html"] = text(`{{ define "main" }}` + action + `{{ end }}`)
		_, err := render(t, Job{
			Themes: []fs.FS{files},
			Pages:  slices.Values([]Page{{Path: "index.html", Layout: "record", Title: "x"}}),
		})
		if err == nil {
			t.Errorf("templates reach %s", name)
		}
	}
	secret := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(secret, []byte("leaked"), 0o600); err != nil {
		t.Fatal(err)
	}
	files := theme()
	files["layouts/record.html"] = text(`{{ define "main" }}{{ site.Params.desk }}{{ readFile "` + secret + `" }}{{ end }}`)
	out, err := render(t, Job{
		Themes: []fs.FS{files},
		Pages:  slices.Values([]Page{{Path: "index.html", Layout: "record", Title: "x"}}),
		Params: map[string]any{"desk": "ours"},
	})
	if err != nil || strings.Contains(out["index.html"], "leaked") || !strings.Contains(out["index.html"], "ours") {
		t.Errorf("variables or files reach the site: %v %s", err, out["index.html"])
	}
}

func TestRenderWritesNowhereElse(t *testing.T) {
	home := t.TempDir()
	for _, v := range []string{"HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME"} {
		t.Setenv(v, home)
	}
	tmp := filepath.Join(t.TempDir(), "tmp")
	if err := os.Mkdir(tmp, 0o755); err != nil {
		t.Fatal(err)
	}
	if _, err := render(t, Job{Pages: slices.Values([]Page{{Path: "index.html", Layout: "record", Title: "x"}})}); err != nil {
		t.Fatal(err)
	}
	for _, dir := range []string{home, tmp} {
		if entries, _ := os.ReadDir(dir); len(entries) > 0 {
			t.Errorf("%v appeared in %s", entries, dir)
		}
	}
}

func TestRenderOverlaysThemes(t *testing.T) {
	own := fstest.MapFS{
		"layouts/record.html": text(`{{ define "main" }}own{{ end }}`),
		"static/logo.txt":     text("logo"),
		"content/evil.md":     text("---\nurl: /evil.html\nlayout: record\n---\n"),
		"hugo.toml":           text(`baseURL = "https://evil.example"`),
	}
	out, err := render(t, Job{
		Themes: []fs.FS{theme(), own},
		Pages:  slices.Values([]Page{{Path: "index.html", Layout: "record", Title: "x"}}),
	})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) != 3 || !strings.Contains(out["index.html"], "own") || out["logo.txt"] != "logo" {
		t.Errorf("site is %v", out)
	}
}

func TestRenderStopsWhenCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	err := Render(ctx, Job{Out: t.TempDir(), Themes: []fs.FS{theme()}, Pages: slices.Values([]Page{{Path: "index.html", Layout: "record"}})})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error is %v", err)
	}
}

func TestRenderShowsEachPageItselfAlone(t *testing.T) {
	files := theme()
	files["layouts/record.html"] = text(`{{ define "main" }}{{ .Title }}: {{ len site.RegularPages }} {{ len site.Pages }}{{ end }}`)
	const n = 2*batchPages + 10
	pages := func(yield func(Page) bool) {
		for i := range n {
			if !yield(Page{Path: fmt.Sprintf("a/%d.html", i), Layout: "record", Title: fmt.Sprint("T", i)}) {
				return
			}
		}
	}
	out, err := render(t, Job{Themes: []fs.FS{files}, Pages: pages})
	if err != nil {
		t.Fatal(err)
	}
	if len(out) != n+1 {
		t.Errorf("%d files of %d pages and one static file", len(out), n)
	}
	for _, i := range []int{0, batchPages - 1, batchPages, n - 1} {
		if got := out[fmt.Sprintf("a/%d.html", i)]; !strings.HasSuffix(got, fmt.Sprintf("T%d: 0 0", i)) {
			t.Errorf("page %d: %s", i, got)
		}
	}
}

func TestRenderFindsARepeatedPathInALaterBatch(t *testing.T) {
	pages := func(yield func(Page) bool) {
		for i := range batchPages + 1 {
			if !yield(Page{Path: fmt.Sprintf("a/%d.html", i%batchPages), Layout: "record", Title: "x"}) {
				return
			}
		}
	}
	if _, err := render(t, Job{Pages: pages}); !errors.Is(err, ErrPath) {
		t.Errorf("error is %v", err)
	}
}

func TestAPartOfASiteHasNoStaticFiles(t *testing.T) {
	out, err := render(t, Job{Partial: true, Pages: slices.Values([]Page{{Path: "a.html", Layout: "record", Title: "x"}})})
	if err != nil || len(out) != 1 {
		t.Errorf("files are %v: %v", out, err)
	}
	for _, path := range []string{"css/style.css", "css/Style.css.html"} {
		_, err := render(t, Job{
			Themes:  []fs.FS{theme(), fstest.MapFS{"static/css/style.css.html": text("x")}},
			Partial: true, Pages: slices.Values([]Page{{Path: path, Layout: "record", Title: "x"}}),
		})
		if !errors.Is(err, ErrPath) {
			t.Errorf("a page over the static file %s: %v", path, err)
		}
	}
}
