package main

import (
	"fmt"
	"html"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"

	"frontdesk/records"
	"frontdesk/records/intake"
	"frontdesk/records/tree"
)

// uciDesk imports the real log into a new desk and returns its root.
func uciDesk(t *testing.T) string {
	t.Helper()
	dir := os.Getenv("FRONTDESK_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "..", "shared", "data")
	}
	const name = "uci-servicenow-incidents.csv.zip"
	data, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		t.Skipf("real data not found: %v", err)
	}
	root := newDesk(t, nil)
	desk, err := tree.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	defer desk.Close()
	m, err := intake.Preset("servicenow")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := intake.Run(t.Context(), desk, m, intake.BytesSource(name, data), intake.Options{}); err != nil {
		t.Fatal(err)
	}
	return root
}

// maxMemory is what the build of the big site may take from the system.
const maxMemory = 3 << 30

// The figures are those of uci-servicenow-incidents.facts.json.
func TestTheSiteOfTheUCILogIsRight(t *testing.T) {
	if testing.Short() {
		t.Skip("short: it builds a site of 25,000 pages")
	}
	root := uciDesk(t)
	site := t.TempDir()
	code, _, stderr := command(t, root, "build", "--out", site)
	if code != exitClean {
		t.Fatalf("exit status %d: %s", code, stderr)
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	if m.Sys > maxMemory {
		t.Errorf("the build took %d MB", m.Sys>>20)
	}
	listed := listedIncidents(t, site)
	if len(listed) != 24918 {
		t.Errorf("the list holds %d incidents, want 24918", len(listed))
	}
	for priority, want := range map[string]int{"P1": 270, "P2": 408, "P3": 23466, "P4": 774} {
		n := 0
		for _, row := range listed {
			if strings.Contains(row, ">"+priority+"</span>") {
				n++
			}
		}
		if n != want {
			t.Errorf("the list holds %d incidents of %s, want %d", n, priority, want)
		}
	}
	checkSample(t, root, site, listed)
}

var listRow = regexp.MustCompile(`<tr role="row"><th scope="row"[^>]*><a href="[^"]*">([^<]*)</a>.*`)

// listedIncidents returns the rows of all pages of the list by id.
func listedIncidents(t *testing.T, site string) map[string]string {
	t.Helper()
	rows := map[string]string{}
	for n := 1; ; n++ {
		name := fmt.Sprintf("incidents/list/all/%d.html", n)
		if n == 1 {
			name = "incidents/index.html"
		}
		data, err := os.ReadFile(filepath.Join(site, filepath.FromSlash(name)))
		if err != nil {
			return rows
		}
		for _, m := range listRow.FindAllStringSubmatch(string(data), -1) {
			if rows[m[1]] != "" {
				t.Errorf("%s stands twice in the list", m[1])
			}
			rows[m[1]] = m[0]
		}
	}
}

// checkSample compares pages with their records, and finds these in a browser.
func checkSample(t *testing.T, root, site string, listed map[string]string) {
	t.Helper()
	desk, err := tree.Open(root)
	if err != nil {
		t.Fatal(err)
	}
	defer desk.Close()
	loaded, err := desk.Load(t.Context(), "incident")
	if err != nil {
		t.Fatal(err)
	}
	all := loaded.Set.All()
	var sample []*records.Record
	for i := 0; i < len(all); i += len(all) / 40 {
		sample = append(sample, all[i])
		checkPage(t, site, all[i])
		if row := listed[string(all[i].ID)]; !strings.Contains(row, html.EscapeString(all[i].Title())) {
			t.Errorf("%s: the list says %s", all[i].ID, row)
		}
	}
	b := newBrowser(t)
	for _, r := range sample[:10] {
		status, shown := b.results(t, "file://"+site+"/search.html?q="+string(r.ID))
		if want := "incidents/" + string(r.ID) + ".html"; len(shown) == 0 || shown[0] != want {
			t.Errorf("%s: the search shows %v: %s", r.ID, shown, status)
		}
	}
	b.healthy(t, "search", "file://"+site+"/")
	b.open(t, "file://"+site+"/incidents/index.html")
	b.healthy(t, "list", "file://"+site+"/")
}

func checkPage(t *testing.T, site string, r *records.Record) {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(site, "incidents", string(r.ID)+".html"))
	if err != nil {
		t.Error(err)
		return
	}
	page := html.UnescapeString(string(data))
	for _, field := range []string{"id", "title", "priority", "category", "requester", "resolution_code"} {
		if want := r.Text(field); !strings.Contains(page, want) {
			t.Errorf("%s: %s %q is missing", r.ID, field, want)
		}
	}
	events, _ := r.Log()
	_, log, _ := strings.Cut(page, `<ol class="timeline">`)
	if n := strings.Count(log, `<p class="meta">`); n != len(events) {
		t.Errorf("%s: %d events on the page, %d in the log", r.ID, n, len(events))
	}
	for _, e := range events {
		if !strings.Contains(log, `<time datetime="`+records.FormatTime(e.At)+`">`) {
			t.Errorf("%s: the event of %s is missing", r.ID, e.At)
		}
	}
}
