package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"
)

// stockSettings are those of Frontdesk's own site: record pages alone, no lists,
// feeds or sitemap.
const stockSettings = `{
  "baseURL": "/", "title": "Bench", "locale": "en", "timeZone": "UTC", "disablePathToLower": true, "disableHugoGeneratorInject": true,
  "disableKinds": ["home", "section", "taxonomy", "term", "rss", "sitemap", "robotstxt", "404"],
  "params": {"desk": "Bench", "audience": "staff", "private": true, "asof": {"iso": "2026-01-01T00:00:00Z", "text": "2026-01-01 00:00 UTC"},
    "nav": [{"href": "incidents/index.html", "text": "Incidents"}, {"href": "teams/index.html", "text": "Teams"}],
    "policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:"}
}
`

// stockSite makes of a desk's incidents what stock Hugo would be given: the same
// Markdown, fields as parameters, and Frontdesk's templates. What Frontdesk's
// program draws itself with the theme's parts, here Hugo draws with the same
// parts. It returns how many pages there are.
func stockSite(dir, desk string, theme fs.FS) (int, error) {
	if err := writeFile(dir, "hugo.json", stockSettings); err != nil {
		return 0, err
	}
	if err := stockLayouts(dir, theme); err != nil {
		return 0, err
	}
	n := 0
	root := filepath.Join(desk, "records", "incidents")
	return n, filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(name, ".md") {
			return err
		}
		n++
		page, err := stockPage(name)
		if err != nil {
			return err
		}
		return writeFile(dir, fmt.Sprintf("content/incidents/%03d/%s", n/1000, filepath.Base(name)), page)
	})
}

// stockLayouts writes the theme's layouts; where one takes finished HTML, Hugo
// draws the part, or renders the text.
func stockLayouts(dir string, theme fs.FS) error {
	var err error
	read := func(name string) string {
		data, readErr := fs.ReadFile(theme, name)
		if readErr != nil {
			err = readErr
		}
		return string(data)
	}
	record := read("layouts/record.html")
	for _, part := range [][2]string{
		{"{{- with $p.text }}", "{{- with .Content }}"},
		{"{{- safeHTML . }}\n</div>", "{{- . }}\n</div>"},
		{"{{- with $p.facts }}{{ safeHTML . }}{{ end }}", `{{- with $p.facts }}{{ template "facts" . }}{{ end }}`},
		{"{{- safeHTML . }}\n</section>\n{{- end }}\n</article>", "{{- template \"log\" . }}\n</section>\n{{- end }}\n</article>"},
	} {
		if !strings.Contains(record, part[0]) {
			return fmt.Errorf("the theme has changed: layouts/record.html has no %q", part[0])
		}
		record = strings.Replace(record, part[0], part[1], 1)
	}
	base, parts := read("layouts/baseof.html"), read("parts/record.html")+read("parts/values.html")
	if err != nil {
		return err
	}
	if err := writeFile(dir, "layouts/baseof.html", base); err != nil {
		return err
	}
	return writeFile(dir, "layouts/record.html", record+parts)
}

// stockPage writes a record as Hugo reads pages.
func stockPage(name string) (string, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return "", err
	}
	front, body, ok := bytes.Cut(bytes.TrimPrefix(data, []byte("---\n")), []byte("\n---\n"))
	if !ok {
		return "", fmt.Errorf("%s: has no front matter", name)
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(front, &doc); err != nil || len(doc.Content) == 0 {
		return "", fmt.Errorf("%s: %w", name, err)
	}
	id := strings.TrimSuffix(filepath.Base(name), ".md")
	params := map[string]any{"root": "../", "section": "incidents/index.html", "id": id, "type": "Incident", "source": "records/incidents/" + id + ".md"}
	facts, others := []any{}, []any{}
	title := id
	for key, value := range pairs(doc.Content[0]) {
		switch {
		case key == "title":
			title = value.Value
		case key == "log":
			params["log"] = stockLog(value)
		case value.Kind == yaml.MappingNode:
			for k, v := range pairs(value) {
				others = append(others, stockFact(k, v))
			}
		default:
			facts = append(facts, stockFact(key, value))
		}
	}
	params["facts"] = []any{map[string]any{"Title": "Fields", "Facts": facts}, map[string]any{"Title": "Imported", "Facts": others, "Fold": true}}
	head, err := json.Marshal(map[string]any{"title": title, "layout": "record", "url": "/incidents/" + id + ".html", "params": params})
	return string(head) + "\n" + string(body), err
}

// pairs yields the keys and values of a mapping in order.
func pairs(n *yaml.Node) func(func(string, *yaml.Node) bool) {
	return func(yield func(string, *yaml.Node) bool) {
		for pair := range slices.Chunk(n.Content, 2) {
			if len(pair) < 2 || !yield(pair[0].Value, pair[1]) {
				return
			}
		}
	}
}

func stockFact(key string, value *yaml.Node) map[string]any {
	return map[string]any{"Label": strings.ReplaceAll(key, "_", " "), "Values": []any{stockValue(value.Value)}}
}

func stockValue(text string) map[string]any {
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return map[string]any{"Time": stockTime(at)}
	}
	return map[string]any{"Text": text}
}

func stockTime(at time.Time) map[string]any {
	return map[string]any{"ISO": at.Format(time.RFC3339), "Text": at.Format("2006-01-02 15:04 MST")}
}

func stockLog(events *yaml.Node) []any {
	var out []any
	before := map[string]any{}
	for i, e := range events.Content {
		step := map[string]any{"Created": i == 0}
		changes := []any{}
		for key, value := range pairs(e) {
			switch key {
			case "at":
				at, _ := time.Parse(time.RFC3339, value.Value)
				step["Time"] = stockTime(at)
			case "by":
				step["By"] = map[string]any{"Text": value.Value}
			default:
				change := map[string]any{"Label": key, "To": stockValue(value.Value)}
				if from := before[key]; from != nil {
					change["From"] = from
				}
				before[key] = change["To"]
				changes = append(changes, change)
			}
		}
		step["Changes"] = changes
		out = append(out, step)
	}
	return out
}
