package main

import (
	"errors"
	"io/fs"
	"net"
	"net/http"
	"os"
	"path"
	"strconv"
	"strings"
	"sync"
)

// versionPath tells pages which build they should show.
const versionPath = "/.frontdesk-version"

// server shows the folder of the last build to this machine.
type server struct {
	mu      sync.RWMutex
	root    *os.Root
	version int
}

// show shows a new version of the site. Where it lies in another folder, the
// former one is removed.
func (s *server) show(dir string, version int) error {
	s.mu.Lock()
	same := s.root != nil && s.root.Name() == dir
	if same {
		s.version = version
	}
	s.mu.Unlock()
	if same {
		return nil
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	s.mu.Lock()
	old := s.root
	s.root, s.version = root, version
	s.mu.Unlock()
	if old == nil {
		return nil
	}
	return errors.Join(old.Close(), os.RemoveAll(old.Name()))
}

// ServeHTTP answers a request of this machine. Requests under another name are
// refused: a page elsewhere could have pointed its own name here.
func (s *server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.RLock()
	defer s.mu.RUnlock()
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.Header().Set("X-Frame-Options", "DENY")
	switch {
	case !isLocal(r.Host):
		http.Error(w, "this site is served to this machine only", http.StatusMisdirectedRequest)
	case r.Method != http.MethodGet && r.Method != http.MethodHead:
		http.Error(w, "only GET and HEAD", http.StatusMethodNotAllowed)
	case r.URL.Path == versionPath:
		_, _ = w.Write([]byte(strconv.Itoa(s.version)))
	default:
		s.file(w, r)
	}
}

func isLocal(host string) bool {
	if h, _, err := net.SplitHostPort(host); err == nil {
		host = h
	}
	return host == "127.0.0.1" || host == "localhost"
}

// file sends a file, index.html for a folder, or the page for missing pages.
func (s *server) file(w http.ResponseWriter, r *http.Request) {
	name := strings.TrimPrefix(path.Clean("/"+r.URL.Path), "/")
	if name == "" || strings.HasSuffix(r.URL.Path, "/") {
		name = path.Join(name, "index.html")
	}
	f, info, err := s.open(name)
	if err != nil {
		s.missing(w)
		return
	}
	defer f.Close()
	if info.IsDir() {
		http.Redirect(w, r, "/"+name+"/", http.StatusFound)
		return
	}
	http.ServeContent(w, r, name, info.ModTime(), f)
}

func (s *server) open(name string) (*os.File, fs.FileInfo, error) {
	f, err := s.root.Open(name)
	if err != nil {
		return nil, nil, err
	}
	info, err := f.Stat()
	if err != nil {
		_ = f.Close()
	}
	return f, info, err
}

func (s *server) missing(w http.ResponseWriter) {
	page, err := s.root.ReadFile("404.html")
	if err != nil {
		page = []byte("not found")
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(http.StatusNotFound)
	_, _ = w.Write(page)
}
