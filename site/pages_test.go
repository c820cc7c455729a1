package site

import (
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"frontdesk/schema"
)

// story is a small desk with links of all kinds.
var story = map[string]string{
	"records/incidents/2026-11/INC-2611-K7Q4.md": `---
id: INC-2611-K7Q4
title: VPN drops every ten minutes
state: in-progress
impact: medium
urgency: high
priority: P2
service: vpn
assignee: lee
requester: dana
problem: PRB-2611-AAAA
major: true
opened_at: 2026-11-03T09:12:00Z
imported: {log: 1, made_sla: true}
x_rack: "7"
log:
  - {at: 2026-11-03T09:12:00Z, by: dana, state: new, priority: P3}
  - {at: 2026-11-03T09:20:00Z, by: lee, state: in-progress, assignee: lee, priority: P2}
  - {at: 2026-11-03T09:30:00Z, by: lee, team: null}
---

## Description

See [the article](../../knowledge/vpn/reset-token.md#what-to-do), [the web](https://example.org/a?b=c),
[mail](mailto:desk@example.org), [gone](nowhere.md) and ![picture](https://example.org/x.png).

# A heading of level one

## Comments

Before the first.

### 2026-11-03T09:41:00Z lee

Could you send the log?

### Not an entry

Text.

# Between

Lost words.

### 2026-11-03T10:00:00Z dana

Here.

## Work notes

<!-- only a comment -->
`,
	"records/problems/2026-11/PRB-2611-AAAA.md": "---\nid: PRB-2611-AAAA\ntitle: Tunnels drop\nstate: new\nimpact: low\nurgency: low\npriority: P5\n---\n\n## Description\n\n[it](../../incidents/2026-11/INC-2611-K7Q4.md)\n",
	"records/services/vpn.md":                   "---\nid: vpn\ntitle: Remote access\nstate: live\nowner: lee\n---\n",
	"records/people/lee.md":                     "---\nid: lee\ntitle: Lee Park\nemail: lee@example.org\n---\n",
	"records/knowledge/vpn/reset-token.md":      "---\nid: reset-token\ntitle: Reset your token\nkind: how-to\nstate: published\nsummary: In two minutes.\nlog:\n  - {at: 2026-10-01T09:00:00Z, by: lee, state: published}\n---\n\n# Top\n\n## What to do\n\nOne.\n\n## Then\n\nTwo.\n\n## Last\n\nThree.\n",
	"records/knowledge/vpn/deep/old.md":         "---\nid: old\ntitle: An old one\nkind: article\nstate: retired\nretirement_reason: done\n---\n",
	"records/knowledge/index.md":                "---\nid: index\ntitle: Index\nkind: article\nstate: draft\n---\nText\n",
}

const storyPage = "incidents/INC-2611-K7Q4.html"

func TestLinksOfATextLeadToPagesOrGo(t *testing.T) {
	text := build(t, newInput(t, story, schema.Staff)).part(t, storyPage, "text")
	for _, want := range []string{
		`<a href="../knowledge/reset-token.html#h-what-to-do">the article</a>`,
		`href="https://example.org/a?b=c"`, `<a href="mailto:desk@example.org">mail</a>`, ", picture", "gone",
	} {
		if want == ", picture" {
			want = "picture"
		}
		if !strings.Contains(text, want) {
			t.Errorf("%s is missing in %s", want, text)
		}
	}
	for _, not := range []string{"nowhere.md", "x.png", "<img"} {
		if strings.Contains(text, not) {
			t.Errorf("%s is in %s", not, text)
		}
	}
}

func TestEveryWordOfASectionIsShownInOrder(t *testing.T) {
	text := build(t, newInput(t, story, schema.Staff)).part(t, storyPage, "text")
	last := -1
	for _, want := range []string{
		"Description", "A heading of level one", "Comments", "Before the first", "Lee Park", "2026-11-03 09:41 UTC", "Could you send",
		"Not an entry", "Text.", "Between", "Lost words", "dana", "2026-11-03 10:00 UTC", "Here.",
	} {
		i := strings.Index(text, want)
		if i <= last {
			t.Errorf("%q stands at %d, after %d", want, i, last)
		}
		last = max(last, i)
	}
	if strings.Contains(text, "Work notes") {
		t.Error("an empty section is shown")
	}
	if h := regexp.MustCompile(`<h1[ >]`).FindString(text); h != "" {
		t.Error("the text holds a heading of level 1")
	}
}

func TestAnchorsAreUniqueOnAPage(t *testing.T) {
	files := map[string]string{"records/incidents/2026-11/INC-2611-A.md": incident("INC-2611-A", "") +
		"\n## Description\n\n### Comments\n\n## Comments\n\n### 2026-11-03T09:41:00Z lee\n\n#### x\n\n### 2026-11-03T09:42:00Z lee\n\n#### x\n\n#### x\n\n## Comments\n\nsecond\n"}
	text := build(t, newInput(t, files, schema.Staff)).part(t, "incidents/INC-2611-A.html", "text")
	seen := map[string]bool{}
	ids := regexp.MustCompile(` id="([^"]*)"`).FindAllStringSubmatch(text, -1)
	for _, id := range ids {
		if seen[id[1]] || !strings.HasPrefix(id[1], headingPrefix) {
			t.Errorf("id %q is used twice or not ours", id[1])
		}
		seen[id[1]] = true
	}
	if len(ids) < 8 {
		t.Errorf("only %d ids in %s", len(ids), text)
	}
}

func TestALogIsATimeline(t *testing.T) {
	log := build(t, newInput(t, story, schema.Staff)).part(t, storyPage, "log")
	steps := strings.Split(log, "<li")[1:]
	if len(steps) != 3 {
		t.Fatalf("%d steps in %s", len(steps), log)
	}
	for i, want := range [][]string{
		{"2026-11-03 09:30 UTC", "Team", "none"},
		{`class="active"`, "2026-11-03T09:20:00Z", "Lee Park", "New", "In progress", "P3", "P2"},
		{"Created", "imported", "dana", `class="new"`},
	} {
		for _, w := range want {
			if !strings.Contains(steps[i], w) {
				t.Errorf("step %d lacks %q: %s", i, w, steps[i])
			}
		}
	}
}

func TestTimesStandInTheDesksZone(t *testing.T) {
	in := newInput(t, story, schema.Staff)
	in.Desk.TimeZone = zone(t, "Europe/Berlin")
	if log := build(t, in).part(t, storyPage, "log"); !strings.Contains(log, `<time datetime="2026-11-03T09:12:00Z">2026-11-03 10:12 CET</time>`) {
		t.Errorf("log is %s", log)
	}
}

func TestLinksGoBothWays(t *testing.T) {
	b := build(t, newInput(t, story, schema.Staff))
	for page, want := range map[string]string{
		"services/vpn.html":           `Incidents: service`,
		"problems/PRB-2611-AAAA.html": `Incidents: problem`,
		"knowledge/reset-token.html":  `Incidents: in the text`,
		"people/lee.html":             `Incidents: assignee`,
		storyPage:                     `Problems: in the text`,
	} {
		if got := b.part(t, page, "back"); !strings.Contains(got, want) {
			t.Errorf("%s: %q is missing in %s", page, want, got)
		}
	}
	facts := b.part(t, storyPage, "facts")
	for _, want := range []string{
		`<a href="../services/vpn.html" title="vpn">Remote access</a>`, `<a href="../people/lee.html" title="lee">Lee Park</a>`,
		"dana", "x_rack", "made_sla", "2026-11-03 09:12 UTC", "Yes",
	} {
		if !strings.Contains(facts, want) {
			t.Errorf("%q is missing in %s", want, facts)
		}
	}
}

func TestALibraryIsReadByCategory(t *testing.T) {
	b := build(t, newInput(t, story, schema.Staff))
	contents := b.part(t, "knowledge/index.html", "shelf")
	for _, want := range []string{
		`<a href="category/vpn.html">VPN</a> <span class="n">2</span>`, `<a href="category/vpn/deep.html">Deep</a>`,
		`<a href="reset-token.html">Reset your token</a>`, "2026-10-01", "In two minutes.", "Retired", `href="index~2.html"`,
	} {
		if !strings.Contains(contents, want) {
			t.Errorf("%q is missing in %s", want, contents)
		}
	}
	article := b.pages["knowledge/reset-token.html"]
	if article.Params["lead"] != "In two minutes." || article.Params["article"] != true {
		t.Errorf("article is %v", article.Params)
	}
	if crumbs := b.part(t, "knowledge/old.html", "crumbs"); !strings.Contains(crumbs, `href="category/vpn.html"`) || !strings.Contains(crumbs, `href="category/vpn/deep.html"`) {
		t.Errorf("crumbs are %s", crumbs)
	}
	toc := b.part(t, "knowledge/reset-token.html", "contents")
	if !strings.Contains(toc, `href="#h-what-to-do"`) || strings.Contains(toc, `href="#h-top"`) {
		t.Errorf("contents are %q", toc)
	}
}

func TestTheHomePageTellsHowThingsStand(t *testing.T) {
	b := build(t, newInput(t, story, schema.Staff))
	for part, want := range map[string][]string{
		"major": {"VPN drops every ten minutes", "2026-11-03 09:12 UTC"},
		"cards": {"Incidents", "<b>1</b> open", `href="incidents/list/state-in-progress.html"`, "P2"},
		"news":  {`href="people/lee.html"`, `href="incidents/INC-2611-K7Q4.html"`},
	} {
		got := b.part(t, homePath, part)
		for _, w := range want {
			if !strings.Contains(got, w) {
				t.Errorf("%s: %q is missing in %s", part, w, got)
			}
		}
	}
}

func TestLongListsHavePages(t *testing.T) {
	files := map[string]string{}
	for i := range 450 {
		id := fmt.Sprintf("INC-2611-%04d", i)
		state, priority := "in-progress", fmt.Sprintf("P%d", 1+i%5)
		if i%2 == 0 {
			state = "closed"
		}
		files["records/incidents/2026-11/"+id+".md"] = fmt.Sprintf("---\nid: %s\ntitle: T\nstate: %s\nimpact: low\nurgency: low\npriority: %s\nopened_at: 2026-11-01T09:%02d:00Z\n---\n", id, state, priority, i%60)
	}
	b := build(t, newInput(t, files, schema.Staff))
	href := regexp.MustCompile(`<th scope="row"[^>]*><a href="([^"]*)"`)
	seen := map[string]int{}
	first := ""
	for _, page := range []string{"incidents/index.html", "incidents/list/all/2.html", "incidents/list/all/3.html"} {
		for _, m := range href.FindAllStringSubmatch(b.part(t, page, "table"), -1) {
			seen[m[1][strings.LastIndex(m[1], "/")+1:]]++
			if first == "" {
				first = m[1]
			}
		}
	}
	if len(seen) != 450 {
		t.Errorf("the list holds %d records", len(seen))
	}
	if first != "INC-2611-0415.html" { // open, P1, opened last
		t.Errorf("the first is %s", first)
	}
	if got := b.pages["incidents/list/all/3.html"].Params["range"]; got != "Page 3 of 3" {
		t.Errorf("range is %v", got)
	}
	if _, ok := b.pages["incidents/list/all/4.html"]; ok {
		t.Error("there is a fourth page")
	}
	tabs := b.part(t, "incidents/index.html", "tabs")
	for _, want := range []string{`>450<`, `>225<`, `href="list/open.html"`, `href="list/state-closed.html"`} {
		if !strings.Contains(tabs, want) {
			t.Errorf("tabs lack %s: %s", want, tabs)
		}
	}
	if strings.Contains(tabs, "state-new") {
		t.Error("an empty list is offered")
	}
}

func TestPagersNameTheEndsAndTheNeighbours(t *testing.T) {
	pages := make([]string, 20)
	for i := range pages {
		pages[i] = fmt.Sprintf("l/%d.html", i+1)
	}
	for n, want := range map[int]string{
		0:  "1 2 3 … 20 Next",
		9:  "Previous 1 … 8 9 10 11 12 … 20 Next",
		19: "Previous 1 … 18 19 20",
	} {
		var got []string
		for _, c := range pager(pages, n) {
			got = append(got, c.Text)
			if c.Active != (c.Text == fmt.Sprint(n+1)) {
				t.Errorf("page %d: %s is active: %v", n+1, c.Text, c.Active)
			}
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("page %d: %s, want %s", n+1, s, want)
		}
	}
}

func TestTheIndexHoldsEveryRecordOnce(t *testing.T) {
	files := map[string]string{}
	for i := range 1200 {
		title := []string{"alpha", "Ärger", "7 dwarfs", "“quoted”", "Zed"}[i%5]
		files[fmt.Sprintf("records/services/s%d.md", i)] = fmt.Sprintf("---\nid: s%d\ntitle: %s\nstate: live\n---\n", i, title)
	}
	for i := range 600 {
		files[fmt.Sprintf("records/services/b%d.md", i)] = fmt.Sprintf("---\nid: b%d\ntitle: beta\nstate: live\n---\n", i)
	}
	b := build(t, newInput(t, files, schema.Staff))
	seen := map[string]bool{}
	href := regexp.MustCompile(`href="(\.\./services/[^"]*)"`)
	for page := range b.pages {
		if strings.HasPrefix(page, "a-z/") {
			for _, m := range href.FindAllStringSubmatch(b.part(t, page, "rows"), -1) {
				if seen[m[1]] {
					t.Errorf("%s stands twice", m[1])
				}
				seen[m[1]] = true
			}
		}
	}
	if len(seen) != 1800 {
		t.Errorf("the index holds %d records", len(seen))
	}
	letters := b.part(t, indexPath, "letters")
	for _, want := range []string{"<b>#</b> <span class=\"n\">240</span>", "<b>A</b> <span class=\"n\">480</span>", "<b>B</b> <span class=\"n\">600</span>", "<b>Q</b>"} {
		if !strings.Contains(letters, want) {
			t.Errorf("%s is missing in %s", want, letters)
		}
	}
	if _, ok := b.pages["a-z/b-2.html"]; !ok {
		t.Error("600 records stand on one page")
	}
}

// entries reads the search index as the script would.
func entries(t *testing.T, b built) [][]any {
	t.Helper()
	var out [][]any
	for _, name := range sortedKeys(b.files) {
		if !strings.HasPrefix(name, "search/") {
			continue
		}
		text := strings.TrimSuffix(strings.TrimPrefix(b.files[name], "(self.frontdesk=self.frontdesk||[]).push(\n"), ");\n")
		var part [][]any
		if err := json.Unmarshal([]byte("["+text+"]"), &part); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		out = append(out, part...)
	}
	return out
}

func TestTheSearchIndexHoldsEveryRecordAndItsVisibleWords(t *testing.T) {
	b := build(t, newInput(t, story, schema.Staff))
	found := entries(t, b)
	if len(found) != b.Records {
		t.Errorf("%d records in the index, %d on the site", len(found), b.Records)
	}
	for _, e := range found {
		if _, ok := b.pages[e[0].(string)]; !ok {
			t.Errorf("no page %v", e[0])
		}
		if e[1] != "INC-2611-K7Q4" {
			continue
		}
		all := fmt.Sprint(e...)
		for _, want := range []string{"VPN drops", "In progress", "Remote access", "vpn", "Could you send the log?", "Lost words"} {
			if !strings.Contains(all, want) {
				t.Errorf("%q is missing in %s", want, all)
			}
		}
		for _, not := range []string{"only a comment", "<", "x.png"} {
			if strings.Contains(all, not) {
				t.Errorf("%q is in %s", not, all)
			}
		}
	}
}

func TestScriptFilesCannotBeBrokenOutOf(t *testing.T) {
	title, err := json.Marshal("</script><script>alert(1)</script>\\\"'`${x}")
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{"records/services/vpn.md": "---\nid: vpn\ntitle: " + string(title) + "\nstate: live\n---\n\n## Description\n\n</script> \u2028\n"}
	b := build(t, newInput(t, files, schema.Staff))
	if js := b.files["search/1.js"]; strings.Contains(js, "</script") || strings.ContainsAny(js, "\u2028\u2029") {
		t.Errorf("index is %s", js)
	}
	if got := entries(t, b)[0][3]; !strings.HasPrefix(got.(string), "</script>") {
		t.Errorf("title is %q", got)
	}
}

func TestRecordsThatCannotBeReadAreListed(t *testing.T) {
	files := map[string]string{
		"records/services/vpn.md":    "---\nid: vpn\ntitle: VPN\nstate: live\n---\n",
		"records/services/broken.md": "---\nid: broken\ntitle: [\n---\n",
		"records/services/deep.md":   "---\nid: deep\ntitle: Deep\nstate: live\n---\n\n" + strings.Repeat("> ", 4000) + "x\n",
	}
	b := build(t, newInput(t, files, schema.Staff))
	findings := b.part(t, problemsPath, "findings")
	for _, want := range []string{"records/services/broken.md", "records/services/deep.md"} {
		if !strings.Contains(findings, want) {
			t.Errorf("%s is not listed in %s", want, findings)
		}
	}
	if b.pages[homePath].Params["warning"] != "2 records are missing here, in full or in part." {
		t.Errorf("home warns %v", b.pages[homePath].Params["warning"])
	}
	if text := b.part(t, "services/deep.html", "text"); !strings.Contains(text, "This text is not shown") {
		t.Errorf("text is %s", text)
	}
	if len(b.Problems) < 2 {
		t.Errorf("problems are %v", b.Problems)
	}
	public := build(t, newInput(t, files, schema.Public))
	if text := public.text(t); strings.Contains(text, "broken") || strings.Contains(text, "deep") {
		t.Error("the public is told")
	}
}

func TestATypeThatNoCodeKnowsHasItsPages(t *testing.T) {
	files := map[string]string{
		"schema/vendor-visit.yaml": `type: vendor-visit
title: Vendor visit
plural: Vendor visits
folder: vendor-visits
id: {prefix: VIS, scheme: month}
columns: [vendor, host]
fields:
  vendor: {type: string}
  host: {ref: person}
  badge_no: {type: integer}
required: [vendor]
tracked: [state]
states:
  planned: {category: new}
  here: {category: active}
  left: {category: closed}
transitions:
  planned: [here]
  here: [left]
`,
		"records/vendor-visits/2026-11/VIS-2611-AAAA.md": "---\nid: VIS-2611-AAAA\ntitle: Lift check\nstate: here\nvendor: Acme\nhost: lee\nbadge_no: 7\n---\n",
	}
	b := build(t, newInput(t, files, schema.Staff))
	if table := b.part(t, "vendor-visits/index.html", "table"); !strings.Contains(table, "Acme") || !strings.Contains(table, "Here") {
		t.Errorf("table is %s", table)
	}
	if facts := b.part(t, "vendor-visits/VIS-2611-AAAA.html", "facts"); !strings.Contains(facts, "Badge no") {
		t.Errorf("facts are %s", facts)
	}
}

func TestOnePageForEachRecordWhateverItsID(t *testing.T) {
	files := map[string]string{}
	for i, id := range []string{"vpn", "VPN", "Vpn", "con", "index", "list", "a.b", "page"} {
		files[fmt.Sprintf("records/services/%d.md", i)] = "---\nid: " + id + "\ntitle: T" + id + "\nstate: live\n---\n"
	}
	b := build(t, newInput(t, files, schema.Staff))
	folded := map[string]string{}
	for page := range b.pages {
		if other, ok := folded[strings.ToLower(page)]; ok {
			t.Errorf("%s and %s are one file on some systems", page, other)
		}
		folded[strings.ToLower(page)] = page
	}
	if b.Records != 8 {
		t.Errorf("%d records", b.Records)
	}
}
