package main

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// pipe collects what a command prints while it runs.
type pipe struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (p *pipe) Write(data []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.Write(data)
}

func (p *pipe) String() string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.text.String()
}

// eventually waits until a condition holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	deadline := time.After(30 * time.Second)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !holds() {
		select {
		case <-deadline:
			t.Fatalf("waited in vain: %s", what)
		case <-tick.C:
		}
	}
}

func get(t *testing.T, url, host string) (int, string, http.Header) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Host = host
	answer, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer.StatusCode, string(data), answer.Header
}

func TestServeShowsTheSiteAndWhatChanges(t *testing.T) {
	root := newDesk(t, office())
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	var stdout, stderr pipe
	done := make(chan int)
	go func() {
		done <- run(ctx, &env{dir: root, now: time.Now, stdout: &stdout, stderr: &stderr}, []string{"serve", "--port", "0", "--as-of", "now"})
	}()
	eventually(t, "the address", func() bool { return strings.HasSuffix(stdout.String(), "/\n") })
	url := strings.TrimSpace(stdout.String())
	if !strings.HasPrefix(url, "http://127.0.0.1:") {
		t.Fatalf("it serves at %s", url)
	}

	code, text, header := get(t, url, "")
	if code != 200 || !strings.Contains(text, "theme/reload.js") || header.Get("X-Content-Type-Options") != "nosniff" {
		t.Errorf("home: %d %v", code, header)
	}
	if code, text, _ := get(t, url+"incidents/nothing.html", ""); code != 404 || !strings.Contains(text, `href="/theme/site.css"`) {
		t.Errorf("a missing page: %d", code)
	}
	for _, path := range []string{"../desk.yaml", "..%2fdesk.yaml", "theme/../../desk.yaml", ".frontdesk-site/x"} {
		if code, text, _ := get(t, url+path, ""); strings.Contains(text, "version: 1") || code == 200 {
			t.Errorf("%s: %d", path, code)
		}
	}
	if code, _, _ := get(t, url, "evil.example"); code != http.StatusMisdirectedRequest {
		t.Errorf("under another name: %d", code)
	}
	if code, _, _ := get(t, url+"incidents", ""); code != 200 {
		t.Errorf("a folder: %d", code)
	}

	_, before, _ := get(t, url+".frontdesk-version", "")
	writeFile(t, filepath.Join(root, "records", "services", "new.md"), "---\nid: new\ntitle: Brand new\nstate: live\n---\n")
	eventually(t, "the new page", func() bool {
		code, text, _ := get(t, url+"services/new.html", "")
		return code == 200 && strings.Contains(text, "Brand new")
	})
	eventually(t, "the new version", func() bool {
		_, after, _ := get(t, url+".frontdesk-version", "")
		return after != before
	})

	writeFile(t, filepath.Join(root, "site", "layouts", "record.html"), `{{ define "main" }}{{ .Broken }}{{ end }}`)
	eventually(t, "the complaint", func() bool { return strings.Contains(stderr.String(), "render site") })
	if code, _, _ := get(t, url+"services/new.html", ""); code != 200 {
		t.Errorf("after a failed build: %d", code)
	}

	stop()
	if code := <-done; code != exitClean {
		t.Errorf("exit status %d: %s", code, stderr.String())
	}
	if _, err := os.Stat(filepath.Join(root, "public")); err == nil {
		t.Error("serve wrote into the desk")
	}
}
