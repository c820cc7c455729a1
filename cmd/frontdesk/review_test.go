package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// TestReviewIsPosted has a forge on this machine that speaks GitHub's API take the
// summary, twice: the second time it replaces the first.
func TestReviewIsPosted(t *testing.T) {
	var posted []string
	var methods []string
	forge := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if r.Header.Get("Authorization") != "Bearer secret" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		switch {
		case r.URL.Path == "/user":
			_, _ = w.Write([]byte(`{"login":"desk-bot","id":7}`))
		case r.URL.Path == "/repos/acme/desk/pulls/7":
			_, _ = w.Write([]byte(`{"number":7,"user":{"login":"dana"},"head":{"sha":"` + strings.Repeat("a", 40) + `"},"base":{"ref":"main"}}`))
		case r.Method != http.MethodGet:
			var comment struct{ Body string }
			_ = json.NewDecoder(r.Body).Decode(&comment)
			posted, methods = append(posted, comment.Body), append(methods, r.Method+" "+r.URL.Path)
			if r.Method == http.MethodPost {
				w.WriteHeader(http.StatusCreated)
			}
			_, _ = w.Write([]byte(`{}`))
		case strings.HasSuffix(r.URL.Path, "/comments") && len(posted) > 0:
			_ = json.NewEncoder(w).Encode([]map[string]any{{"id": 3, "body": posted[len(posted)-1] + "x", "user": map[string]any{"login": "desk-bot", "id": 7}}})
		default:
			_, _ = w.Write([]byte(`[]`))
		}
	}))
	defer forge.Close()
	c := newCompany(t)
	c.open()
	ivan := c.at("ivan", "certificate")
	args := []string{"review", "--base", "origin/main", "--forge", "github", "--forge-url", forge.URL, "--repository", "acme/desk", "--pull", "7", "--post"}
	for range 2 {
		cmd := ivan.cmd("frontdesk", args...)
		cmd.Env = append(cmd.Env, "GITHUB_TOKEN=secret")
		if out, err := cmd.CombinedOutput(); err != nil || !strings.Contains(string(out), "the summary is in pull request 7 of acme/desk") || strings.Contains(string(out), "## Frontdesk") {
			t.Fatalf("%v\n%s", err, out)
		}
	}
	if len(posted) != 2 || !strings.HasPrefix(posted[0], "<!-- frontdesk-review -->\n## Frontdesk review\n") || !strings.Contains(posted[0], storyID) {
		t.Errorf("posted is %q", posted)
	}
	if len(methods) != 2 || methods[0] != "POST /repos/acme/desk/issues/7/comments" || methods[1] != "PATCH /repos/acme/desk/issues/comments/3" {
		t.Errorf("it was posted by %q", methods)
	}
}
