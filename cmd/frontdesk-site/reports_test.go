package main

import (
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"frontdesk/records/git"
)

// unreadable is how many of the busy desk's incidents cannot be read in full, because of
// characters that steer a terminal; reports leave them out, as lists do.
const unreadable = 4

// busyDesk is a desk with incidents of fourteen months, some of them hostile, and with
// what other reports count.
func busyDesk() map[string]string {
	files := office()
	for name := range files {
		if strings.Contains(name, "/incidents/") {
			delete(files, name)
		}
	}
	start := time.Date(2025, 10, 1, 9, 0, 0, 0, time.UTC)
	for i := range 180 {
		opened := start.Add(time.Duration(i) * 55 * time.Hour)
		id := fmt.Sprintf("INC-%s-%04d", opened.Format("0601"), i)
		resolved := opened.Add(time.Duration(1+i%37) * 5 * time.Hour)
		state, times := "closed", fmt.Sprintf("resolved_at: %s\nclosed_at: %s\n", stamp(resolved), stamp(resolved.Add(72*time.Hour)))
		log := fmt.Sprintf("  - {at: %s, by: lee, state: resolved}\n  - {at: %s, by: lee, state: closed}\n", stamp(resolved), stamp(resolved.Add(72*time.Hour)))
		if i >= 165 {
			state, times, log = "in-progress", "", ""
		}
		title, more := fmt.Sprintf("Mail is slow %d", i), ""
		if i%6 == 0 {
			title = payloads[i%len(payloads)]
			more = "category: " + quoted(payloads[(i+7)%len(payloads)]) + "\n"
		}
		if i == 170 {
			more += "audience: team:secret\n"
		}
		files["records/incidents/"+opened.Format("2006-01")+"/"+id+".md"] = fmt.Sprintf(`---
id: %s
title: %s
state: %s
impact: medium
urgency: high
priority: P%d
service: vpn
team: %s
assignee: lee
opened_at: %s
%s%slog:
  - {at: %s, by: dana, state: new, priority: P%d, team: %s}
  - {at: %s, by: lee, state: in-progress, assignee: lee}
%s---

## Description

It is slow.
`, id, quoted(title), state, 1+i%5, []string{"network", "desk"}[i%2], stamp(opened), times, more, stamp(opened), 1+i%5, []string{"network", "desk"}[i%2], stamp(opened.Add(time.Hour)), log)
	}
	files["records/licenses/editor.md"] = "---\nid: editor\ntitle: Editor\nstate: valid\nproduct: Editor\nkind: subscription\nmetric: user\nentitlement: 5\nused: 8\nexpires_on: 2026-12-10\n---\n"
	return files
}

// busySite builds the site of a desk of which some records are complained about.
func busySite(t *testing.T, root string, args ...string) string {
	t.Helper()
	out := filepath.Join(t.TempDir(), "site")
	code, _, stderr := command(t, root, append([]string{"build", "--as-of", "now", "--out", out}, args...)...)
	if code != exitProblems {
		t.Fatalf("exit status %d: %s", code, stderr)
	}
	return out
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05Z") }

// values returns the lines of a report's CSV file that hold values, by key.
func values(t *testing.T, site map[string]string, name string) map[string]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(site["reports/"+name+".csv"])).ReadAll()
	if err != nil || len(rows) == 0 {
		t.Fatalf("%s: %v", name, err)
	}
	out := map[string]string{}
	for _, row := range rows {
		if row[0] == "value" {
			out[row[1]] = row[2]
		}
	}
	return out
}

func TestReportsCountWhatTheirReadersSee(t *testing.T) {
	root := newDesk(t, busyDesk())
	for audience, want := range map[string]string{"staff": "175", "team:secret": "176"} {
		site := readTree(t, busySite(t, root, "--audience", audience))
		if got := values(t, site, "incident/opened")[""]; got != want {
			t.Errorf("%s: %s incidents were opened, want %s", audience, got, want)
		}
		sum := 0
		for _, n := range values(t, site, "incident/opened.by_month") {
			i, err := strconv.Atoi(n)
			if err != nil {
				t.Error(err)
			}
			sum += i
		}
		if strconv.Itoa(sum) != want {
			t.Errorf("%s: %d by month, want %s", audience, sum, want)
		}
		for name, text := range site {
			if strings.HasPrefix(name, "reports/") && audience == "staff" && strings.Contains(text, "-0170") {
				t.Errorf("%s names what staff may not see", name)
			}
		}
		if got := values(t, site, "license/noncompliant")[""]; got != "1" {
			t.Errorf("%s: %q licences are not compliant", audience, got)
		}
		if page := site["reports/incident.html"]; !strings.Contains(page, fmt.Sprintf("%d records are missing here", unreadable)) {
			t.Errorf("%s: the report does not say what it leaves out", audience)
		}
	}
	for name := range readTree(t, busySite(t, root, "--audience", "public")) {
		if strings.HasPrefix(name, "reports/") {
			t.Errorf("the public sees %s", name)
		}
	}
}

func TestFieldsThatReadersMayNotSeeAreNotCounted(t *testing.T) {
	files := busyDesk()
	files["schema/incident.yaml"] = "type: incident\nextends: incident\nfields:\n  category: {type: string, audience: team:secret}\n"
	for name, text := range files {
		if strings.Contains(name, "-0012") {
			files[name] = strings.Replace(text, "service: vpn\n", "service: vpn\ncategory: CANARY\n", 1)
			files[name] = strings.Replace(files[name], "category: \"", "x_other: \"", 1)
		}
	}
	for audience, want := range map[string]bool{"staff": false, "team:secret": true} {
		found := false
		for name, text := range readTree(t, busySite(t, newDesk(t, files), "--audience", audience)) {
			found = found || strings.HasPrefix(name, "reports/") && strings.Contains(text, "CANARY")
		}
		if found != want {
			t.Errorf("%s: the field is in the reports: %v", audience, found)
		}
	}
}

func TestNoCellOfAReportIsAFormula(t *testing.T) {
	n := 0
	for name, text := range readTree(t, busySite(t, newDesk(t, busyDesk()))) {
		if filepath.Ext(name) != ".csv" {
			continue
		}
		rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		for _, row := range rows {
			for i, c := range row {
				_, isNumber := strconv.ParseFloat(c, 64)
				if c != "" && strings.ContainsAny(c[:1], "=+-@") && (isNumber != nil || row[0] == "value" && i != 2) {
					t.Errorf("%s: a cell is %q", name, c)
				}
				n++
			}
		}
	}
	if n < 1000 {
		t.Errorf("only %d cells", n)
	}
}

func TestAChangedRecordMakesReportsAnewOnlyWithTheirFigures(t *testing.T) {
	root := newDesk(t, busyDesk())
	if _, err := git.Init(t.Context(), root); err != nil {
		t.Fatal(err)
	}
	out := filepath.Join(root, "public")
	changed := func() (pages, files int) {
		before := readTimes(t, filepath.Join(out, "reports"))
		if code, _, stderr := command(t, root, "build", "--as-of", "now"); code != exitProblems {
			t.Fatal(stderr)
		}
		for name, at := range readTimes(t, filepath.Join(out, "reports")) {
			switch {
			case before[name] == at:
			case filepath.Ext(name) == ".html":
				pages++
			default:
				files++
			}
		}
		return pages, files
	}
	if pages, files := changed(); pages < 9 || files < 100 {
		t.Fatalf("the first build made %d pages and %d files", pages, files)
	}
	if pages, files := changed(); pages+files > 0 {
		t.Errorf("nothing changed, and %d pages and %d files were made", pages, files)
	}
	path := filepath.Join(root, "records", "incidents", "2025-10", "INC-2510-0001.md")
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	writeFile(t, path, strings.Replace(string(data), "It is slow.", "It was slow.", 1))
	if pages, files := changed(); pages+files > 0 {
		t.Errorf("a text changed, and %d pages and %d files were made", pages, files)
	}
	writeFile(t, path, strings.Replace(string(data), "priority: P2\n", "priority: P1\n", 1))
	pages, files := changed()
	if pages == 0 || pages > 4 || files == 0 || files > 30 {
		t.Errorf("a priority changed, and %d pages and %d files were made", pages, files)
	}
	sameFiles(t, "a priority changed", out, busySite(t, root))
}

// readTimes returns when the files of a folder were changed.
func readTimes(t *testing.T, root string) map[string]int64 {
	t.Helper()
	out := map[string]int64{}
	_ = filepath.WalkDir(root, func(name string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil
		}
		info, err := d.Info()
		if err != nil {
			t.Fatal(err)
		}
		out[name] = info.ModTime().UnixNano()
		return nil
	})
	return out
}

// reportPages are the pages about reports of the busy desk that the tests below look at.
var reportPages = []string{"reports/index.html", "reports/incident.html", "reports/license.html", "reports/knowledge.html", "reports/definitions.html"}

// openReport opens a page about reports with all that can be unfolded.
func (b *browser) openReport(t *testing.T, url string) {
	t.Helper()
	b.open(t, url)
	eval[int](t, b, `document.querySelectorAll("details").forEach(d => { d.open = true; }), 0`)
}

func TestReportsAreBuiltWell(t *testing.T) {
	b := newBrowser(t)
	site := "file://" + busySite(t, newDesk(t, busyDesk())) + "/"
	for _, name := range reportPages {
		b.openReport(t, site+name)
		faults := eval[[]string](t, b, `(() => {
			const faults = [];
			let last = 0;
			for (const h of document.querySelectorAll("h1, h2, h3, h4, h5, h6")) {
				const level = +h.tagName[1];
				if (level > last + 1) faults.push("heading " + h.textContent + " of level " + level + " follows " + last);
				if (!h.textContent.trim()) faults.push("an empty heading");
				last = level;
			}
			for (const t of document.querySelectorAll("table")) {
				if (!t.caption || !t.caption.textContent.trim()) faults.push("a table without caption");
				for (const th of t.querySelectorAll("th")) if (!th.scope) faults.push("a heading cell without scope");
				for (const r of t.tBodies[0].rows) if (r.cells.length !== t.tHead.rows[0].cells.length) faults.push("a row of " + r.cells.length + " cells in " + t.caption.textContent);
			}
			const ids = new Set();
			for (const e of document.querySelectorAll("[id]")) { if (ids.has(e.id)) faults.push("id " + e.id + " stands twice"); ids.add(e.id); }
			for (const f of document.querySelectorAll("figure")) {
				const svg = f.querySelector(":scope > svg[role=img]");
				if (!svg || !svg.querySelector("title").textContent || !svg.querySelector("desc").textContent) { faults.push("a chart that does not say what it is"); continue; }
				for (const id of svg.getAttribute("aria-labelledby").split(" ")) if (!document.getElementById(id)) faults.push("no " + id);
				if (!f.querySelector("table") || !f.querySelector('a[href$=".csv"]')) faults.push("a chart without table or file: " + f.id);
			}
			if (document.querySelector("svg:not([role=img]):not([aria-hidden=true]):not(svg svg)")) faults.push("a drawing that is neither image nor hidden");
			return faults;
		})()`)
		for _, f := range faults {
			t.Errorf("%s: %s", name, f)
		}
		b.healthy(t, name, site)
	}
}

// drawn is a chart as the browser has it: the heights of its columns or the lengths of
// its bars in parts of the longest, and the numbers of its table.
type drawn struct {
	Title  string
	Kind   string
	Sizes  []float64
	Table  []string
	Series int
}

func TestEveryChartHasATableWithTheSameNumbers(t *testing.T) {
	b := newBrowser(t)
	site := "file://" + busySite(t, newDesk(t, busyDesk())) + "/"
	checked := 0
	for _, name := range reportPages {
		b.openReport(t, site+name)
		all := eval[[]drawn](t, b, `Array.from(document.querySelectorAll("figure"), f => {
			const svg = f.querySelector(":scope > svg"), columns = svg.classList.contains("columns");
			const series = svg.querySelectorAll(".plot > g");
			const rects = columns ? series[0].querySelectorAll("rect") : svg.querySelectorAll("rect.s1");
			return {title: f.querySelector("figcaption").textContent, kind: svg.classList[1], series: series.length,
				sizes: Array.from(rects, r => { const x = r.getBoundingClientRect(); return columns ? x.height : x.width; }),
				table: Array.from(f.querySelectorAll("table tbody tr"), r => r.cells[1].textContent)};
		})`)
		for _, d := range all {
			if d.Kind == "ranges" {
				continue
			}
			checkDrawn(t, name, d)
			checked++
		}
	}
	if checked < 15 {
		t.Errorf("only %d charts", checked)
	}
}

// checkDrawn compares the areas of a chart with the numbers in its table.
func checkDrawn(t *testing.T, page string, d drawn) {
	t.Helper()
	var numbers []float64
	for i, text := range d.Table {
		text, _, _ = strings.Cut(strings.NewReplacer(",", "", "−", "").Replace(text), " ")
		n, err := strconv.ParseFloat(text, 64)
		if d.Kind == "bars" && i < 12 || d.Kind == "columns" && err == nil && n != 0 {
			numbers = append(numbers, n)
		}
	}
	if len(numbers) != len(d.Sizes) {
		t.Errorf("%s: %s draws %d numbers, the table has %v", page, d.Title, len(d.Sizes), d.Table)
		return
	}
	if len(numbers) == 0 {
		return
	}
	most, longest := slices.Max(numbers), slices.Max(d.Sizes)
	for i, n := range numbers {
		if want := n / most * longest; math.Abs(want-d.Sizes[i]) > 1.5 {
			t.Errorf("%s: %s draws %.0f as %.1f pixels, want %.1f", page, d.Title, n, d.Sizes[i], want)
		}
	}
}

// contrastScript returns what is too faint on a page: text below 4.5 and areas or lines
// below 3, each against the ground that it lies on.
const contrastScript = `(() => {
	const rgb = s => (s.match(/[\d.]+/g) || []).map(Number);
	const light = c => { const [r, g, b] = c.map(v => { v /= 255; return v <= .03928 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4; }); return .2126 * r + .7152 * g + .0722 * b; };
	const ground = e => { for (; e; e = e.parentElement) { const c = rgb(getComputedStyle(e).backgroundColor); if (c.length === 3 || c[3] === 1) return c.slice(0, 3); } return [255, 255, 255]; };
	const ratio = (a, b) => { const [x, y] = [light(a), light(b)].sort((p, q) => q - p); return (x + .05) / (y + .05); };
	const faults = new Set();
	const judge = (e, color, least, what) => {
		const c = rgb(color);
		if (c.length < 3) return;
		const r = ratio(c.slice(0, 3), ground(e));
		if (r < least) faults.add(what + " " + e.tagName + "." + e.getAttribute("class") + " " + r.toFixed(2));
	};
	let n = 0;
	for (const e of document.querySelectorAll("main svg text")) { judge(e, getComputedStyle(e).fill, 4.5, "text"); n++; }
	for (const e of document.querySelectorAll("main svg g rect, main svg > rect:not(.ground)")) if (getComputedStyle(e).fill.startsWith("rgb") && !e.matches(".light")) judge(e, getComputedStyle(e).fill, 3, "area");
	for (const e of document.querySelectorAll("main svg .light, main svg .line, main svg .mark, main svg .diamond, main svg .zero, main svg .hatch path")) judge(e, getComputedStyle(e).stroke, 3, "line");
	for (const e of document.querySelectorAll("main p, main td, main th, main dt, main dd, main summary, main a, main h1, main h2, main h3, main h4, main span, main b, main caption, main li")) if (e.textContent.trim()) { judge(e, getComputedStyle(e).color, 4.5, "text"); n++; }
	if (n < 20) faults.add("only " + n + " texts");
	return Array.from(faults);
})()`

func TestReportsHaveContrastInBothSchemes(t *testing.T) {
	b := newBrowser(t)
	site := "file://" + busySite(t, newDesk(t, busyDesk())) + "/"
	for _, scheme := range []string{"light", "dark"} {
		b.scheme(t, scheme)
		for _, name := range reportPages {
			b.openReport(t, site+name)
			for _, f := range eval[[]string](t, b, contrastScript) {
				t.Errorf("%s, %s: %s", name, scheme, f)
			}
		}
	}
}

func TestReportsFitEveryWidth(t *testing.T) {
	b := newBrowser(t)
	site := "file://" + busySite(t, newDesk(t, busyDesk())) + "/"
	for _, width := range []int64{360, 768, 1280} {
		if err := chromedp.Do(b.ctx, chromedp.EmulateViewport(width, 800)); err != nil {
			t.Fatal(err)
		}
		for _, name := range reportPages {
			b.openReport(t, site+name)
			if w := eval[int64](t, b, `document.documentElement.scrollWidth`); w > width {
				t.Errorf("%s is %d wide in a window of %d", name, w, width)
			}
			faults := eval[[]string](t, b, `(() => {
				const faults = [];
				for (const svg of document.querySelectorAll("figure > svg")) {
					const seen = [];
					for (const e of svg.querySelectorAll("text")) {
						const r = e.getBoundingClientRect();
						if (!r.width) continue;
						if (parseFloat(getComputedStyle(e).fontSize) < 12) faults.push("small text: " + e.textContent);
						for (const o of seen) if (r.left < o.right - 1 && o.left < r.right - 1 && r.top < o.bottom - 4 && o.top < r.bottom - 4) faults.push(svg.getAttribute("aria-labelledby") + ": " + e.textContent + " lies over another text");
						seen.push(r);
					}
				}
				return faults;
			})()`)
			for _, f := range faults {
				t.Errorf("%s, %d wide: %s", name, width, f)
			}
		}
	}
}

func TestReportsOnPaperShowWhatIsFolded(t *testing.T) {
	b := newBrowser(t)
	site := "file://" + busySite(t, newDesk(t, busyDesk())) + "/"
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: "print"}); err != nil {
		t.Fatal(err)
	}
	for _, name := range reportPages[:3] {
		b.open(t, site+name)
		faults := eval[[]string](t, b, `(() => {
			const faults = [];
			const seen = e => e.getClientRects().length > 0 && e.checkVisibility({contentVisibilityAuto: true});
			const folded = document.querySelectorAll("details.source p:not(.ways), details.source td");
			if (!folded.length) faults.push("nothing is folded");
			for (const e of folded) if (!seen(e)) { faults.push("not on paper: " + e.textContent.slice(0, 60)); break; }
			for (const e of document.querySelectorAll("header.top, nav, summary")) if (seen(e)) faults.push("on paper: " + e.tagName + " " + e.className);
			for (const e of document.querySelectorAll("figure rect.s1:not(.light), figure .s1 rect, figure .line, figure svg text")) {
				const s = getComputedStyle(e), c = e.matches(".line") ? s.stroke : s.fill;
				if (c.startsWith("rgb") && c !== "rgb(0, 0, 0)") { faults.push(e.getAttribute("class") + " is " + c); break; }
			}
			return faults;
		})()`)
		for _, f := range faults {
			t.Errorf("%s: %s", name, f)
		}
	}
}

func TestReportsNeedNoScript(t *testing.T) {
	b := newBrowser(t)
	site := "file://" + busySite(t, newDesk(t, busyDesk())) + "/"
	if _, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"reports/index.html": "175", "reports/incident.html": "Opened and closed by month", "reports/definitions.html": "The number of incidents", "index.html": "Reports"} {
		b.open(t, site+name)
		text, err := chromedp.Run(b.ctx, chromedp.Text(chromedp.ID("main")))
		if err != nil || !strings.Contains(text, want) {
			t.Errorf("%s: %q is missing: %v", name, want, err)
		}
	}
}

func TestUnfoldedReportsAreAccessible(t *testing.T) {
	made := func(t *testing.T) string { return busySite(t, newDesk(t, busyDesk())) }
	accessible(t, made, map[string]int64{"light": 360, "dark": 1280}, reportPages, (*browser).openReport)
}
