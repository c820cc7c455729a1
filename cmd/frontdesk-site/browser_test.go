package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// browser is a Chromium with one tab, which notes all that goes wrong in it.
type browser struct {
	ctx context.Context

	mu       sync.Mutex
	troubles []string // errors on the console, refused by the policy, dialogs
	requests []string
}

// newBrowser starts a browser, and skips the test where there is none.
func newBrowser(t *testing.T) *browser {
	t.Helper()
	program := findChromium()
	if program == "" {
		t.Skip("browser not found: install Debian's chromium")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(program), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
	)
	ctx, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	ctx, stop = chromedp.NewContext(ctx)
	t.Cleanup(stop)
	ctx, stop = context.WithTimeout(ctx, 4*time.Minute)
	t.Cleanup(stop)
	b := &browser{ctx: ctx}
	if err := chromedp.Listen(ctx, b.note); err != nil {
		t.Fatal(err)
	}
	for _, enable := range []cdp.Command[cdp.Empty, cdp.Empty]{runtime.Enable, log.Enable} {
		if _, err := chromedp.Call(ctx, enable, cdp.Empty{}); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := chromedp.Call(ctx, network.Enable, network.EnableParams{}); err != nil {
		t.Fatal(err)
	}
	return b
}

func findChromium() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			return p
		}
	}
	return ""
}

func (b *browser) note(ev any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch ev := ev.(type) {
	case *runtime.EventConsoleAPICalled:
		b.troubles = append(b.troubles, fmt.Sprintf("console.%s", ev.Type))
	case *runtime.EventExceptionThrown:
		b.troubles = append(b.troubles, "exception: "+ev.ExceptionDetails.Text)
	case *log.EventEntryAdded:
		b.troubles = append(b.troubles, fmt.Sprintf("%s: %s %s", ev.Entry.Source, ev.Entry.Text, ev.Entry.URL))
	case *page.EventJavascriptDialogOpening:
		b.troubles = append(b.troubles, "dialog: "+ev.Message)
	case *network.EventRequestWillBeSent:
		b.requests = append(b.requests, ev.Request.URL)
	}
}

// taken returns what was noted since it was last called.
func (b *browser) taken() (troubles, requests []string) {
	b.mu.Lock()
	defer b.mu.Unlock()
	troubles, requests = b.troubles, b.requests
	b.troubles, b.requests = nil, nil
	return troubles, requests
}

func (b *browser) open(t *testing.T, url string) {
	t.Helper()
	if err := chromedp.Do(b.ctx, chromedp.Navigate(url)); err != nil {
		t.Fatalf("%s: %v", url, err)
	}
}

// eval runs a script in the page; its value must be of type T.
func eval[T any](t *testing.T, b *browser, script string) T {
	t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](script))
	if err != nil {
		t.Fatalf("%s: %v", script, err)
	}
	return v
}

func (b *browser) scheme(t *testing.T, name string) {
	t.Helper()
	_, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}},
	})
	if err != nil {
		t.Fatal(err)
	}
}

// healthy fails the test for everything that went wrong, and for every request
// that does not begin with the prefix.
func (b *browser) healthy(t *testing.T, where, prefix string) {
	t.Helper()
	troubles, requests := b.taken()
	for _, s := range troubles {
		t.Errorf("%s: %s", where, s)
	}
	for _, s := range requests {
		if !strings.HasPrefix(s, prefix) {
			t.Errorf("%s: asked for %s", where, s)
		}
	}
}

// pageKinds are pages of the office's site, one of each kind.
var pageKinds = []string{
	"index.html", "search.html?q=number", "404.html", "a-z/index.html", "incidents/index.html", "incidents/list/all/2.html",
	"incidents/list/state-new.html", "incidents/INC-2611-0001.html", "services/vpn.html", "people/lee.html",
	"knowledge/index.html", "knowledge/category/vpn.html", "knowledge/reset-token.html", "unreadable.html",
	"reports/index.html", "reports/incident.html", "reports/knowledge.html", "reports/definitions.html",
}

// officeSite builds the site of the office with one record that cannot be read.
func officeSite(t *testing.T) string {
	t.Helper()
	files := office()
	files["records/services/broken.md"] = "---\nid: broken\ntitle: [\n---\n"
	out := t.TempDir()
	if code, _, stderr := command(t, newDesk(t, files), "build", "--as-of", "now", "--out", out); code != exitProblems {
		t.Fatalf("exit status %d: %s", code, stderr)
	}
	return out
}

func TestPagesWorkFromDiskInABrowser(t *testing.T) {
	b := newBrowser(t)
	site := "file://" + officeSite(t) + "/"
	for _, name := range pageKinds {
		b.open(t, site+name)
		b.healthy(t, name, site)
		if n := eval[int](t, b, `document.querySelectorAll("h1").length`); n != 1 {
			t.Errorf("%s: %d headings of level 1", name, n)
		}
		if font := eval[string](t, b, `getComputedStyle(document.querySelector(".brand")).fontWeight`); font != "700" {
			t.Errorf("%s: the style sheet does not load: %s", name, font)
		}
	}
}

func TestPagesWorkUnderASubPath(t *testing.T) {
	b := newBrowser(t)
	server := httptest.NewServer(http.StripPrefix("/deep/desk", http.FileServer(http.Dir(officeSite(t)))))
	defer server.Close()
	site := server.URL + "/deep/desk/"
	for _, name := range pageKinds {
		b.open(t, site+name)
		b.healthy(t, name, site)
	}
}

func TestNoPageIsWiderThanItsWindow(t *testing.T) {
	b := newBrowser(t)
	site := "file://" + officeSite(t) + "/"
	for _, width := range []int64{320, 360, 768, 1280} {
		if err := chromedp.Do(b.ctx, chromedp.EmulateViewport(width, 800)); err != nil {
			t.Fatal(err)
		}
		for _, name := range pageKinds {
			b.open(t, site+name)
			if w := eval[int64](t, b, `document.documentElement.scrollWidth`); w > width {
				t.Errorf("%s is %d wide in a window of %d", name, w, width)
			}
		}
	}
}

// results waits for the search to say how many records it found, and returns
// what it says and the addresses of those it shows.
func (b *browser) results(t *testing.T, url string) (status string, shown []string) {
	t.Helper()
	b.open(t, url)
	status, err := chromedp.Run(b.ctx, chromedp.Poll[string](`document.getElementById("status").textContent`))
	if err != nil {
		t.Fatal(err)
	}
	return status, eval[[]string](t, b, `Array.from(document.querySelectorAll("#results a"), a => a.getAttribute("href"))`)
}

func TestTheSearchFinds(t *testing.T) {
	b := newBrowser(t)
	site := "file://" + officeSite(t) + "/search.html?q="
	for query, want := range map[string]struct {
		status string
		first  string
	}{
		"inc-2611-0007":       {"1 record found.", "incidents/INC-2611-0007.html"},
		"0007":                {"1 record found.", "incidents/INC-2611-0007.html"},
		"reset+token":         {"1 record found.", "knowledge/reset-token.html"},
		"ZEBRA":               {"1 record found.", "knowledge/reset-token.html"},
		"r%C3%A9s%C3%A9t":     {"1 record found.", "knowledge/reset-token.html"},
		"tunnel":              {"1 record found.", "services/vpn.html"},
		"words+of+number+229": {"1 record found.", "incidents/INC-2611-0229.html"},
		"number":              {"230 records found.", ""},
		"number&type=1":       {"0 records found.", ""},
		"nothingofthekind":    {"0 records found.", ""},
		"":                    {"234 records to search in.", ""},
		"%5B(.*%2B%3F-%5C%7B": {"0 records found.", ""},
	} {
		status, shown := b.results(t, site+query)
		if status != want.status {
			t.Errorf("%q: %s, want %s", query, status, want.status)
		}
		if want.first != "" && (len(shown) == 0 || shown[0] != want.first) {
			t.Errorf("%q: the first of %v is not %s", query, shown, want.first)
		}
	}
	b.healthy(t, "search", "file:///")
}

func TestTheSearchShowsAllResultsInSteps(t *testing.T) {
	b := newBrowser(t)
	_, shown := b.results(t, "file://"+officeSite(t)+"/search.html?q=number")
	seen := len(shown)
	for seen < 230 {
		if label := eval[string](t, b, `document.getElementById("more").textContent`); label != fmt.Sprintf("Show %d more of %d", min(50, 230-seen), 230-seen) {
			t.Fatalf("after %d the button says %q", seen, label)
		}
		n := eval[int](t, b, `document.getElementById("more").click(), document.querySelectorAll("#results li").length`)
		if n <= seen {
			t.Fatalf("%d shown, then %d", seen, n)
		}
		seen = n
	}
	if !eval[bool](t, b, `document.getElementById("more").hidden`) {
		t.Error("the button is still there")
	}
	if n := eval[int](t, b, `new Set(Array.from(document.querySelectorAll("#results a"), a => a.href)).size`); n != 230 {
		t.Errorf("%d different records", n)
	}
	if n := eval[int](t, b, `document.querySelectorAll("#results mark").length`); n < 230 {
		t.Errorf("%d words are marked", n)
	}
}

func TestTheSearchBoxOfAnyPageLeadsToTheResults(t *testing.T) {
	b := newBrowser(t)
	b.open(t, "file://"+officeSite(t)+"/incidents/INC-2611-0001.html")
	_, err := chromedp.RunResponse(b.ctx, chromedp.SendKeys(chromedp.ID("find"), "zebra\r"))
	if err != nil && !errors.Is(err, context.DeadlineExceeded) {
		t.Log(err) // files have no response
	}
	found, err := chromedp.Run(b.ctx, chromedp.Poll[string](`document.querySelector("#results a")?.getAttribute("href")`))
	if err != nil || found != "knowledge/reset-token.html" {
		t.Errorf("found %q: %v", found, err)
	}
	b.healthy(t, "search box", "file:///")
}

func TestListsNeedNoScript(t *testing.T) {
	b := newBrowser(t)
	if _, err := chromedp.Call(b.ctx, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: true}); err != nil {
		t.Fatal(err)
	}
	site := "file://" + officeSite(t) + "/"
	for name, want := range map[string]string{
		"incidents/index.html": "INC-2611-0001", "a-z/index.html": "Reset your token", "search.html": "A–Z",
		"incidents/INC-2611-0001.html": "Could you send the client log?",
	} {
		b.open(t, site+name)
		text, err := chromedp.Run(b.ctx, chromedp.Text(chromedp.ID("main")))
		if err != nil || !strings.Contains(text, want) {
			t.Errorf("%s: %q is missing: %v", name, want, err)
		}
	}
}

func TestNothingInARecordRunsInABrowser(t *testing.T) {
	b := newBrowser(t)
	out := t.TempDir()
	if code, _, stderr := command(t, newDesk(t, hostileDesk()), "build", "--as-of", "now", "--out", out); code > exitProblems {
		t.Fatal(stderr)
	}
	site := "file://" + out + "/"
	_, err := chromedp.Call(b.ctx, page.AddScriptToEvaluateOnNewDocument, page.AddScriptToEvaluateOnNewDocumentParams{
		Source: `self.trapped = 0; self.alert = self.confirm = self.prompt = () => { self.trapped++; };`,
	})
	if err != nil {
		t.Fatal(err)
	}
	names := []string{"index.html", "incidents/index.html", "knowledge/index.html", "a-z/index.html", "unreadable.html", "search.html?q=alert", "search.html?q=%3Cimg+src%3Dx+onerror%3Dalert(1)%3E"}
	for name := range readTree(t, out) {
		if strings.HasPrefix(name, "incidents/INC") || strings.HasPrefix(name, "knowledge/k") {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	for _, name := range names {
		b.open(t, site+name)
		n := eval[int](t, b, `document.querySelectorAll("a, p, td, li, input, [title]").forEach(e => {
			for (const type of ["mouseover", "focus", "click"]) if (!e.closest("form, summary")) e.dispatchEvent(new Event(type, {bubbles: true}));
		}), self.trapped`)
		if n != 0 {
			t.Errorf("%s: %d calls of alert", name, n)
		}
		b.healthy(t, name, site)
	}
	if len(names) < 2*len(payloads)-4 {
		t.Errorf("only %d pages", len(names))
	}
}

// axe is where the accessibility checker lies once npm has installed it.
const axe = "../../.tools/node_modules/axe-core/axe.min.js"

func TestPagesAreAccessible(t *testing.T) {
	accessible(t, officeSite, map[string]int64{"light": 1280, "dark": 360}, pageKinds, (*browser).open)
}

// accessible has axe-core judge pages of a site, by colour scheme at the width given.
func accessible(t *testing.T, makeSite func(*testing.T) string, widths map[string]int64, names []string, open func(*browser, *testing.T, string)) {
	t.Helper()
	source, err := os.ReadFile(filepath.FromSlash(axe))
	if err != nil {
		t.Skip("axe-core not found: npm install --prefix .tools --no-save axe-core")
	}
	b := newBrowser(t)
	site := "file://" + makeSite(t) + "/"
	for scheme, width := range widths {
		b.scheme(t, scheme)
		if err := chromedp.Do(b.ctx, chromedp.EmulateViewport(width, 900)); err != nil {
			t.Fatal(err)
		}
		for _, name := range names {
			open(b, t, site+name)
			for _, v := range violations(t, b, string(source)) {
				t.Errorf("%s, %s, %d wide: %s", name, scheme, width, v)
			}
		}
	}
}

func violations(t *testing.T, b *browser, source string) []string {
	t.Helper()
	eval[bool](t, b, source+"; true")
	text, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`axe.run({runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]})
		.then(r => JSON.stringify(r.violations.map(v => v.id + ": " + v.help + " " + v.nodes.slice(0, 3).map(n => n.html.slice(0, 120) + " " + n.failureSummary).join(" | "))))`, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatal(err)
	}
	var found []string
	if err := json.Unmarshal([]byte(text), &found); err != nil {
		t.Fatal(err)
	}
	return found
}
