package forge

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

const reviewsPath = "/repos/acme/desk/pulls/7/reviews"

// ask asks for reviews where a handler answers, and returns the error.
func ask(t *testing.T, h http.HandlerFunc) error {
	t.Helper()
	s := newServer(t, GitHub)
	s.handlers[reviewsPath] = h
	_, _, err := client().Reviews(t.Context(), s.pull("acme/desk", 7))
	if err != nil && strings.Contains(err.Error(), token) {
		t.Errorf("the token is in %q", err)
	}
	return err
}

func TestRefusalsSayWhatToDo(t *testing.T) {
	for _, c := range []struct {
		code   int
		header map[string]string
		body   string
		want   []string
	}{
		{401, nil, `{"message":"Bad credentials ` + token + `"}`, []string{"401 Unauthorized", "(Bad credentials ***)", "make a new one"}},
		{403, nil, `{"message":"Resource not accessible by integration"}`, []string{"Resource not accessible", "the token may not do that", "acme/desk's pull request 7"}},
		{403, map[string]string{"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1793707200"}, `{}`, []string{"too much was asked", "at 2026-11-03T12:00:00Z"}},
		{403, map[string]string{"Retry-After": "60"}, `{}`, []string{"try again in 60 seconds"}},
		{404, nil, `{"message":"Not Found"}`, []string{"there is no such thing, or the token does not see it"}},
		{429, map[string]string{"Retry-After": "Tue, 03 Nov 2026 12:00:00 GMT"}, `x`, []string{"try again at 2026-11-03T12:00:00Z"}},
		{429, nil, ``, []string{"try again later"}},
		{502, nil, `<html>` + "\x1b[2J", []string{"502 Bad Gateway", "in trouble"}},
		{500, nil, "{\"message\":\"\\u001b[31m" + strings.Repeat("x", 1000) + "\"}", []string{"xxx…"}},
		{500, nil, `{"message":{"a":[1]},"error":"insufficient_scope"}`, []string{"(insufficient_scope)"}},
		{304, nil, ``, []string{"it is elsewhere"}},
	} {
		err := ask(t, func(w http.ResponseWriter, _ *http.Request) {
			for k, v := range c.header {
				w.Header().Set(k, v)
			}
			w.WriteHeader(c.code)
			_, _ = io.WriteString(w, c.body)
		})
		var e *Error
		if !errors.As(err, &e) || e.Status != c.code || strings.ContainsAny(err.Error(), "\x1b\n") || len(err.Error()) > 600 {
			t.Errorf("%d: %q", c.code, err)
			continue
		}
		for _, want := range c.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%d: %q lacks %q", c.code, err, want)
			}
		}
	}
	s := newServer(t, GitHub)
	_, _, err := (&Client{}).Reviews(t.Context(), s.pull("acme/desk", 7))
	if err == nil || !strings.Contains(err.Error(), "give a token that may read acme/desk's pull request 7") {
		t.Error(err)
	}
}

func TestHostileAnswersAreErrors(t *testing.T) {
	for name, c := range map[string]struct {
		body io.Reader
		want string
	}{
		"a page of a login":  {strings.NewReader("<!doctype html>"), "is it the address of the API?"},
		"a map for a list":   {strings.NewReader(`{"message":"x"}`), "is not what its API gives"},
		"a text for a map":   {strings.NewReader(`["x"]`), "is not what its API gives"},
		"a map for a text":   {strings.NewReader(`[{"id":1,"state":{}}]`), "is not what its API gives"},
		"a great number":     {strings.NewReader(`[{"id":1e400}]`), "is not what its API gives"},
		"nothing":            {strings.NewReader(``), "is not what its API gives"},
		"deep nesting":       {strings.NewReader(strings.Repeat("[", 100_000)), "is not what its API gives"},
		"more than one list": {strings.NewReader(`[][]`), "is not what its API gives"},
		"too long":           {io.LimitReader(blank{}, maxAnswer+2), "longer than 8 MiB"},
	} {
		err := ask(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.Copy(w, c.body) })
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
	err := ask(t, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		_, _ = io.WriteString(w, "[")
		panic(http.ErrAbortHandler)
	})
	if err == nil {
		t.Error("an answer that breaks off is taken")
	}
}

// blank is spaces without end.
type blank struct{}

func (blank) Read(p []byte) (int, error) {
	for i := range p {
		p[i] = ' '
	}
	return len(p), nil
}

func TestPagesEnd(t *testing.T) {
	err := ask(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Link", fmt.Sprintf("<http://%s%s?page=2>; rel=\"next\"", r.Host, reviewsPath))
		_, _ = io.WriteString(w, `[]`)
	})
	if err == nil || !strings.Contains(err.Error(), "more than 100 pages") {
		t.Error(err)
	}
	s := newServer(t, Gitea)
	s.handlers["/api/v1"+reviewsPath] = func(w http.ResponseWriter, _ *http.Request) {
		_, _ = io.WriteString(w, `[{"id":1,"state":"COMMENT"}]`)
	}
	if _, _, err := client().Reviews(t.Context(), s.pull("acme/desk", 7)); err == nil || !strings.Contains(err.Error(), "more than 100 pages") {
		t.Error(err)
	}
}

func TestTheTokenStaysWithItsHost(t *testing.T) {
	heard := 0
	thief := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		heard++
		_, _ = io.WriteString(w, `[]`)
	}))
	defer thief.Close()
	for name, h := range map[string]http.HandlerFunc{
		"redirect": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, thief.URL, http.StatusFound) },
		"next page": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Link", "<"+thief.URL+">; rel=\"next\"")
			_, _ = io.WriteString(w, `[]`)
		},
		"next page of another scheme": func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Link", "<ftp://"+r.Host+"/>; rel=next")
			_, _ = io.WriteString(w, `[]`)
		},
	} {
		if err := ask(t, h); err == nil || !strings.Contains(err.Error(), "the token will not be sent") {
			t.Errorf("%s: %v", name, err)
		}
	}
	err := ask(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, reviewsPath, http.StatusFound) })
	if err == nil || !strings.Contains(err.Error(), "without end") {
		t.Error(err)
	}
	if heard > 0 {
		t.Error("another host was asked")
	}

	// A repository that was renamed answers from the same host.
	s := newServer(t, GitHub)
	s.handlers[reviewsPath] = func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "/repositories/1/pulls/7/reviews", http.StatusMovedPermanently)
	}
	s.lists["/repositories/1/pulls/7/reviews"] = []any{githubReviewOf(1, "rosa", "APPROVED", commitA, "2026-11-03T10:00:00Z")}
	rs, notes, err := client().Reviews(t.Context(), s.pull("acme/desk", 7))
	wantReviews(t, rs, notes, err, "1 rosa APPROVED approve a 2026-11-03T10:00:00Z\n")

	// What writes is not sent on.
	s.values["/user"] = obj{"login": "bot"}
	s.handlers["/repos/acme/desk/issues/7/comments"] = func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			http.Redirect(w, r, "/elsewhere", http.StatusPermanentRedirect)
			return
		}
		_, _ = io.WriteString(w, `[]`)
	}
	if err := client().Comment(t.Context(), s.pull("acme/desk", 7), "a", "x"); err == nil || !strings.Contains(err.Error(), "redirects what writes") {
		t.Error(err)
	}
}

func TestASlowForgeIsNotWaitedForLong(t *testing.T) {
	done := make(chan struct{})
	slow := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "[")
		w.(http.Flusher).Flush()
		select {
		case <-r.Context().Done():
		case <-done:
		}
	}))
	defer slow.Close()
	defer close(done)
	p := Pull{Forge: GitHub, Base: slow.URL, Repository: "acme/desk", Number: 7}
	c := &Client{HTTP: &http.Client{Timeout: 50 * time.Millisecond}, Token: token}
	if _, _, err := c.Reviews(t.Context(), p); err == nil || !strings.Contains(err.Error(), "no answer within 50ms") {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	time.AfterFunc(20*time.Millisecond, cancel)
	if _, _, err := client().Reviews(ctx, p); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if c.HTTP.CheckRedirect != nil {
		t.Error("the caller's client is changed")
	}
}

func TestOnlyForgesThatCanBeTrustedAreAsked(t *testing.T) {
	ok := Pull{Forge: GitHub, Base: "https://api.github.com", Repository: "acme/desk", Number: 7}
	for _, c := range []struct {
		name string
		edit func(*Pull)
		want string
	}{
		{"no forge", func(p *Pull) { p.Forge = "" }, "one of github, gitlab, gitea"},
		{"http", func(p *Pull) { p.Base = "http://forge.example.com" }, "is not https"},
		{"http on a host that sounds local", func(p *Pull) { p.Base = "http://localhost.example.com" }, "is not https"},
		{"another scheme", func(p *Pull) { p.Base = "file:///etc/passwd" }, "https://HOST/PATH"},
		{"no host", func(p *Pull) { p.Base = "https:///x" }, "https://HOST/PATH"},
		{"a password", func(p *Pull) { p.Base = "https://me:hunter2@forge.example.com" }, "https://HOST/PATH"},
		{"a query", func(p *Pull) { p.Base = "https://forge.example.com/?a=b" }, "https://HOST/PATH"},
		{"no address", func(p *Pull) { p.Base = "" }, "https://HOST/PATH"},
		{"a path in the name", func(p *Pull) { p.Repository = "../.." }, "is no repository"},
		{"no owner", func(p *Pull) { p.Repository = "desk" }, "is no repository"},
		{"a group too much", func(p *Pull) { p.Repository = "a/b/c" }, "is no repository"},
		{"a query in the name", func(p *Pull) { p.Repository = "a/b?c=d" }, "is no repository"},
		{"a step on GitLab", func(p *Pull) { p.Forge, p.Repository = GitLab, "a/../b" }, "is no repository"},
		{"escapes", func(p *Pull) { p.Repository = "a/\x1b[2J" }, "is no repository"},
		{"no number", func(p *Pull) { p.Number = 0 }, "no pull request's number"},
	} {
		p := ok
		c.edit(&p)
		_, _, err := client().Reviews(t.Context(), p)
		if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "hunter2") || strings.Contains(err.Error(), "\x1b") {
			t.Errorf("%s: %v, want %q", c.name, err, c.want)
		}
	}
	for _, bad := range []string{"a b", "a\nb", "tökn", "a\x00"} {
		_, _, err := (&Client{Token: bad}).Reviews(t.Context(), ok)
		if err == nil || !strings.Contains(err.Error(), "the token holds") || strings.Contains(err.Error(), bad) {
			t.Errorf("%q: %v", bad, err)
		}
	}
	for in, want := range map[[2]string]string{
		{GitHub, "https://github.com"}:              "https://api.github.com",
		{GitHub, "https://ghe.example.com/api/v3/"}: "https://ghe.example.com/api/v3",
		{GitLab, "https://gitlab.com"}:              "https://gitlab.com/api/v4",
		{GitLab, "https://x.org/gitlab/api/v4"}:     "https://x.org/gitlab/api/v4",
		{Gitea, "http://[::1]:3000/"}:               "http://[::1]:3000/api/v1",
		{Gitea, "http://localhost:3000"}:            "http://localhost:3000/api/v1",
	} {
		p := ok
		p.Forge, p.Base = in[0], in[1]
		if u, err := checkPull(&p); err != nil || u.String() != want {
			t.Errorf("%v: %v %v, want %s", in, u, err, want)
		}
	}
}

// The tokens of workflows may not ask whose they are.
func TestTokensOfWorkflowsFindTheirComment(t *testing.T) {
	denied := func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusForbidden)
		_, _ = io.WriteString(w, `{"message":"Resource not accessible by integration"}`)
	}
	for name, graphql := range map[string]http.HandlerFunc{
		"github-actions[bot]": denied,
		"frontdesk-app[bot]": func(w http.ResponseWriter, r *http.Request) {
			_, _ = io.WriteString(w, `{"data":{"viewer":{"login":"frontdesk-app[bot]"}}}`)
		},
	} {
		s := newServer(t, GitHub)
		s.handlers["/user"], s.handlers["/graphql"] = denied, graphql
		s.lists["/repos/acme/desk/issues/7/comments"] = []any{obj{"id": 5, "user": obj{"login": name}, "body": "<!-- a -->\nold"}}
		if err := client().Comment(t.Context(), s.pull("acme/desk", 7), "a", "new"); err != nil || len(s.wrote) != 1 || !strings.HasPrefix(s.wrote[0], "PATCH ") {
			t.Errorf("%s: %v %q", name, err, s.wrote)
		}
	}
	s := newServer(t, Gitea)
	s.handlers["/api/v1/user"] = denied
	s.values["/api/v1/repos/acme/desk/issues/7/comments"] = []any{obj{"id": 5, "user": obj{"login": "forgejo-actions"}, "body": "<!-- a -->\nold"}}
	if err := client().Comment(t.Context(), s.pull("acme/desk", 7), "a", "new"); err != nil || len(s.wrote) != 1 || !strings.HasPrefix(s.wrote[0], "PATCH ") {
		t.Errorf("%v %q", err, s.wrote)
	}
}
