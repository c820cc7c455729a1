package hugo

import (
	"context"
	"fmt"
	"io/fs"
	"iter"
	"runtime"
	"strings"
	"testing"
)

// BenchmarkRender tells the time and memory of a page the size of a record's.
func BenchmarkRender(b *testing.B) {
	const n = 2000
	body := strings.Repeat("<p>Since this morning the tunnel drops.</p>\n", 20)
	facts := make([]map[string]any, 12)
	for i := range facts {
		facts[i] = map[string]any{"label": fmt.Sprint("Field ", i), "text": "value"}
	}
	files := theme()
	files["layouts/record.html"] = text(`{{ define "main" }}<h1>{{ .Title }}</h1><dl>{{ range .Params.facts }}<dt>{{ .label }}<dd>{{ .text }}{{ end }}</dl>{{ .Params.html | safeHTML }}{{ end }}`)
	pages := func() iter.Seq[Page] {
		return func(yield func(Page) bool) {
			for i := range n {
				p := Page{Path: fmt.Sprintf("incidents/INC-%06d.html", i), Layout: "record", Title: "VPN drops",
					Params: map[string]any{"facts": facts, "html": body}}
				if !yield(p) {
					return
				}
			}
		}
	}
	for b.Loop() {
		if err := Render(context.Background(), Job{Pages: pages(), Themes: []fs.FS{files}, Out: b.TempDir()}); err != nil {
			b.Fatal(err)
		}
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	b.ReportMetric(float64(b.Elapsed().Microseconds())/float64(b.N*n), "µs/page")
	b.ReportMetric(float64(m.Sys)/n, "B-sys/page")
}
