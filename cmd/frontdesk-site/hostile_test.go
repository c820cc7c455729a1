package main

import (
	"fmt"
	"strings"
	"testing"
)

// payloads are texts that would run, if any page took them for more than text.
var payloads = []string{
	`<script>alert(1)</script>`,
	`"><script>alert(1)</script>`,
	`'"--></title></textarea></style></script><svg onload=alert(1)>`,
	`<img src=x onerror=alert(1)>`,
	`<svg/onload=alert(1)>`,
	`<iframe srcdoc="<script>parent.alert(1)</script>">`,
	`<a href="javascript:alert(1)">x</a>`,
	`[x](javascript:alert(1))`,
	`[x](JaVaScRiPt:alert(1) "onmouseover=alert(1)")`,
	`[x](data:text/html;base64,PHNjcmlwdD5hbGVydCgxKTwvc2NyaXB0Pg==)`,
	`[x](vbscript:alert(1))`,
	"[x](java\tscript:alert(1))",
	`![x](javascript:alert(1))`,
	`![x](https://evil.example/pixel.png)`,
	`<javascript:alert(1)>`,
	`[x]: javascript:alert(1)`,
	`x" onmouseover="alert(1)`,
	`x' autofocus onfocus='alert(1)`,
	`${alert(1)}`,
	`{{ alert(1) }}`,
	`{{< figure src="x" onerror="alert(1)" >}}`,
	`{{% raw %}}<script>alert(1)</script>{{% /raw %}}`,
	`{{ getenv "HOME" }}{{ readFile "desk.yaml" }}`,
	`__hdeferred/x/`,
	`HAHAHUGOSHORTCODE-1s0-HBHB`,
	`<meta http-equiv="refresh" content="0;url=https://evil.example">`,
	`<base href="https://evil.example/">`,
	`<form action="https://evil.example"><button>x</button></form>`,
	`<math><mtext></mtext><mglyph><style><img src=x onerror=alert(1)>`,
	`<noscript><p title="</noscript><img src=x onerror=alert(1)>">`,
	"\u202egnp.exe\u200b\u2066",
	"\u2028alert(1)\u2029",
	`&#60;script&#62;alert(1)&#60;/script&#62;`,
	`&lt;img src=x onerror=alert(1)&gt;`,
	`%3Cscript%3Ealert(1)%3C/script%3E`,
	`+++`, `---`, `#{7*7}`, `<%= 7*7 %>`, `\u003cscript\u003ealert(1)\u003c/script\u003e`,
}

// hostileDesk holds every payload in every field that takes text, in every
// section and in keys that steer Hugo.
func hostileDesk() map[string]string {
	files := map[string]string{}
	for i, p := range payloads {
		q := quoted(p)
		id := fmt.Sprintf("INC-2611-X%03d", i)
		files["records/incidents/2026-11/"+id+".md"] = strings.NewReplacer("ID", id, "Q", q, "BODY", p).Replace(`---
id: ID
title: Q
state: in-progress
impact: medium
urgency: high
priority: P2
requester: Q
assignee: Q
team: Q
watchers: [Q, lee]
service: Q
location: Q
category: Q
resolution: Q
url: /index.html
aliases: [/index.html, Q]
cascade: {build: {render: never, list: never}}
build: {render: never}
layout: front
type: page
outputs: [json]
slug: Q
x_own: {deep: [Q]}
imported: {log: 0, foreign: Q}
log:
  - {at: 2026-11-03T09:12:00Z, by: Q, state: new, team: Q}
  - {at: 2026-11-03T09:20:00Z, by: lee, state: in-progress, assignee: Q, hold: Q}
---

## Description

BODY

para BODY end

- BODY

> BODY

` + "```BODY\nBODY\n```\n\n    BODY\n" + `
## Comments

### 2026-11-03T09:41:00Z lee

BODY

### BODY

BODY

## Work notes

BODY
`)
		files[fmt.Sprintf("records/knowledge/a%d/b.md", i)] = "---\nid: k" + fmt.Sprint(i) + "\ntitle: " + q + "\nkind: article\nstate: published\nsummary: " + q + "\ntags: [" + q + "]\n---\n\n# " + p + "\n\n## " + p + "\n\n## " + p + "\n\n## x\n\n" + p + "\n"
	}
	files["records/knowledge/_content.gotmpl"] = `{{ $.AddPage (dict "path" "evil" "title" (getenv "HOME")) }}`
	files["records/services/victim.md"] = "---\nid: victim\ntitle: Victim\nstate: live\n---\n\n## Description\n\nUntouched words.\n"
	return files
}

// quoted writes a text as a YAML scalar.
func quoted(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\t':
			b.WriteString(`\t`)
		case r < ' ' || r > '~':
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}

func TestHostileRecordsAreTextAndChangeNoOtherPage(t *testing.T) {
	t.Setenv("HOME", "/home/secret-canary")
	root := newDesk(t, hostileDesk())
	out := t.TempDir()
	code, _, stderr := command(t, root, "build", "--as-of", "now", "--out", out)
	if code != exitClean && code != exitProblems {
		t.Fatalf("exit status %d: %s", code, stderr)
	}
	site := readTree(t, out)
	if !strings.Contains(site["services/victim.html"], "Untouched words.") || !strings.Contains(site["index.html"], "Open work") {
		t.Error("another page was changed")
	}
	for name, text := range site {
		if strings.Contains(text, "secret-canary") {
			t.Errorf("%s holds the environment", name)
		}
		if !strings.HasSuffix(name, ".html") {
			continue
		}
		low := strings.ToLower(text)
		if strings.HasPrefix(name, "reports/") {
			low = strings.NewReplacer(`<svg class="chart `, "", `<svg class="plot"`, "", `<svg class="point"`, "", `<svg y="`, "").Replace(low)
		}
		for _, bad := range []string{"<script>", "<svg", "<iframe", "<img", "onerror=alert(1)>\n<", `href="javascript:`, `href="data:`, `href="vbscript:`, "<base", "<form action=\"https", "http-equiv=\"refresh"} {
			if strings.Contains(low, bad) {
				t.Errorf("%s holds %s", name, bad)
			}
		}
	}
	for name := range site {
		if strings.Contains(name, "evil") {
			t.Errorf("%s was made by a record", name)
		}
	}
	if got := strings.Count(stderr, "INC-2611-X"); got > 6 {
		t.Errorf("%d complaints about records: %s", got, stderr)
	}
}
