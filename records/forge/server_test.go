package forge

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// The token of the tests, and commits.
const token = "s3cr3t-token-0123456789"

var (
	commitA = strings.Repeat("a", 40)
	commitB = strings.Repeat("b", 40)
)

// server is a forge on the loopback: what it answers to GET by path, and what was
// asked of it.
type server struct {
	*httptest.Server
	t *testing.T

	mu       sync.Mutex
	lists    map[string][]any // paged
	values   map[string]any
	handlers map[string]http.HandlerFunc
	asked    []string // method and URI
	wrote    []string // method, path and body
	size     int      // of a page at most
	style    string   // of paging
}

func newServer(t *testing.T, style string) *server {
	s := &server{t: t, lists: map[string][]any{}, values: map[string]any{}, handlers: map[string]http.HandlerFunc{}, size: 2, style: style}
	s.Server = httptest.NewServer(s)
	t.Cleanup(s.Close)
	return s
}

func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	defer s.mu.Unlock()
	path := r.URL.EscapedPath()
	s.asked = append(s.asked, r.Method+" "+r.URL.RequestURI())
	if h := s.handlers[path]; h != nil {
		h(w, r)
		return
	}
	if got, want := r.Header.Get("Authorization"), map[string]string{Gitea: "token "}[s.style]; want != "" && got != want+token || want == "" && got != "Bearer "+token {
		s.answer(w, http.StatusUnauthorized, map[string]any{"message": "401 Unauthorized"})
		return
	}
	if r.Method != http.MethodGet {
		var body struct{ Body string }
		_ = json.NewDecoder(r.Body).Decode(&body)
		s.wrote = append(s.wrote, r.Method+" "+path+"\n"+body.Body)
		s.answer(w, http.StatusCreated, map[string]any{"id": 1})
		return
	}
	if list, ok := s.lists[path]; ok {
		s.page(w, r, list)
		return
	}
	if v, ok := s.values[path]; ok {
		s.answer(w, http.StatusOK, v)
		return
	}
	s.answer(w, http.StatusNotFound, map[string]any{"message": "Not Found"})
}

func (s *server) answer(w http.ResponseWriter, code int, v any) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(code)
	if err := json.NewEncoder(w).Encode(v); err != nil {
		s.t.Error(err)
	}
}

// page answers a page of a list, in the way of the forge.
func (s *server) page(w http.ResponseWriter, r *http.Request, list []any) {
	n, _ := strconv.Atoi(r.URL.Query().Get("page"))
	if n == 0 {
		n = 1
	}
	from, to := min((n-1)*s.size, len(list)), min(n*s.size, len(list))
	next := *r.URL
	q := next.Query()
	q.Set("page", strconv.Itoa(n+1))
	next.RawQuery = q.Encode()
	switch s.style {
	case GitHub:
		first := fmt.Sprintf("<%s/first>; rel=\"prev\"", s.URL)
		if to < len(list) {
			first += fmt.Sprintf(", <%s%s>; rel=\"next\", <%s/last>; rel=\"last\"", s.URL, next.RequestURI(), s.URL)
		}
		w.Header().Set("Link", first)
	case GitLab:
		w.Header().Set("X-Next-Page", map[bool]string{true: strconv.Itoa(n + 1)}[to < len(list)])
	case Gitea:
		w.Header().Set("X-Total-Count", strconv.Itoa(len(list)))
	}
	s.answer(w, http.StatusOK, append([]any{}, list[from:to]...))
}

func (s *server) pull(repository string, number int64) Pull {
	return Pull{Forge: s.style, Base: s.URL, Repository: repository, Number: number}
}

func client() *Client { return &Client{Token: token} }

// obj is a JSON map.
type obj = map[string]any
