package forge

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"

	"frontdesk/records/lazy"
	"frontdesk/records/plain"
)

// Limits of what is asked and read.
const (
	timeLimit = 30 * time.Second // of a question with its answer
	maxAnswer = 8 << 20          // bytes of one answer
	maxFile   = 64 << 20         // bytes of a file of answers
	maxPages  = 100
	perPage   = 100
	redirects = 5
)

// Error is a question that a forge did not answer, with what to do about it.
type Error struct {
	Forge  string
	Host   string
	Status int    // of HTTP
	Says   string // the forge's own words, on one line; may be empty
	Hint   string // may be empty
}

// Error says what happened and what to do.
func (e *Error) Error() string {
	s := fmt.Sprintf("ask %s at %s: it answers %d %s", e.Forge, e.Host, e.Status, http.StatusText(e.Status))
	if e.Says != "" {
		s += fmt.Sprintf(" (%s)", e.Says)
	}
	if e.Hint != "" {
		s += ": " + e.Hint
	}
	return s
}

// session is questions about one pull request.
type session struct {
	api    api
	pull   Pull
	base   *url.URL // with the API's version
	token  string
	client *http.Client
}

// open checks what it is asked for and returns a session.
func (c *Client) open(p Pull) (*session, error) {
	which, err := apiOf(p.Forge)
	if err != nil {
		return nil, err
	}
	base, err := checkPull(&p)
	if err != nil {
		return nil, err
	}
	token := strings.TrimSpace(c.Token)
	if strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, errors.New("ask a forge: the token holds a space, a line break or another character that no token has")
	}
	client := http.Client{Timeout: timeLimit}
	if c.HTTP != nil {
		client = *c.HTTP
		client.Timeout = cmp.Or(client.Timeout, timeLimit)
	}
	client.CheckRedirect = func(r *http.Request, via []*http.Request) error {
		switch {
		case len(via) > redirects:
			return errors.New("it redirects without end")
		case via[0].Method != http.MethodGet:
			return errors.New("it redirects what writes: say where it lies now")
		case r.URL.Scheme != base.Scheme || r.URL.Host != base.Host:
			return fmt.Errorf("it redirects to %s, where the token will not be sent", plain.Line(r.URL.Host))
		}
		return nil
	}
	return &session{api: which, pull: p, base: base, token: token, client: &client}, nil
}

var (
	// GitHub's and Gitea's names; a name of dots alone would be a step in a path.
	ownerName = lazy.Regexp(`^[A-Za-z0-9_.-]*[A-Za-z0-9_-][A-Za-z0-9_.-]*/[A-Za-z0-9_.-]*[A-Za-z0-9_-][A-Za-z0-9_.-]*$`)
	// GitLab's: groups in groups, or a number.
	project = lazy.Regexp(`^([0-9]+|[A-Za-z0-9_.-]*[A-Za-z0-9_-][A-Za-z0-9_.-]*(/[A-Za-z0-9_.-]*[A-Za-z0-9_-][A-Za-z0-9_.-]*)+)$`)
)

// longestName bounds a repository's name.
const longestName = 400

// checkPull checks what names a pull request, and returns the address of the API
// with its version.
func checkPull(p *Pull) (*url.URL, error) {
	pattern := ownerName
	if p.Forge == GitLab {
		pattern = project
	}
	if len(p.Repository) > longestName || !pattern().MatchString(p.Repository) {
		return nil, fmt.Errorf("ask %s: %q is no repository: it is OWNER/NAME", p.Forge, plain.Line(p.Repository))
	}
	if p.Number <= 0 {
		return nil, fmt.Errorf("ask %s: %d is no pull request's number", p.Forge, p.Number)
	}
	u, err := url.Parse(p.Base)
	if err != nil || u.Host == "" || u.User != nil || u.RawQuery != "" || u.Fragment != "" {
		return nil, fmt.Errorf("ask %s: the address of its API is not of the form https://HOST/PATH", p.Forge)
	}
	if u.Scheme != "https" && (u.Scheme != "http" || !isLoopback(u.Hostname())) {
		return nil, fmt.Errorf("ask %s: the address %s is not https, so that anybody on the way could read the token and forge the answer", p.Forge, plain.Line(u.Host))
	}
	u.Path = strings.TrimSuffix(path.Clean("/"+u.Path), "/")
	u.RawPath = ""
	switch {
	case p.Forge == GitHub && (u.Host == "github.com" || u.Host == "www.github.com"):
		u.Host, u.Path = "api.github.com", ""
	case p.Forge == GitLab && !strings.HasSuffix(u.Path, "/api/v4"):
		u.Path += "/api/v4"
	case p.Forge == Gitea && !strings.HasSuffix(u.Path, "/api/v1"):
		u.Path += "/api/v1"
	}
	return u, nil
}

func isLoopback(host string) bool {
	ip := net.ParseIP(host)
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// hostOf returns the name that people know a forge by.
func hostOf(base *url.URL) string {
	if base.Host == "api.github.com" {
		return "github.com"
	}
	return base.Host
}

// at returns an address of the API. Parts are escaped each.
func (s *session) at(query url.Values, parts ...string) *url.URL {
	u := *s.base
	for _, p := range parts {
		u.RawPath = cmp.Or(u.RawPath, u.EscapedPath()) + "/" + url.PathEscape(p)
		u.Path += "/" + p
	}
	u.RawQuery = query.Encode()
	return &u
}

// page returns the query for a page of a list.
func page(n int, size string) url.Values {
	return url.Values{"page": {strconv.Itoa(n)}, size: {strconv.Itoa(perPage)}}
}

// get asks a question, and puts the answer into a value. It returns the answer's
// header.
func (s *session) get(ctx context.Context, u *url.URL, into any) (http.Header, error) {
	return s.do(ctx, http.MethodGet, u, nil, into)
}

// do asks a question. into may be nil.
func (s *session) do(ctx context.Context, method string, u *url.URL, body, into any) (http.Header, error) {
	var content io.Reader
	if body != nil {
		data, err := json.Marshal(body)
		if err != nil {
			return nil, fmt.Errorf("ask %s: %w", s.pull.Forge, err)
		}
		content = bytes.NewReader(data)
	}
	req, err := http.NewRequestWithContext(ctx, method, u.String(), content)
	if err != nil {
		return nil, fmt.Errorf("ask %s: %w", s.pull.Forge, err)
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "frontdesk")
	if s.pull.Forge == GitHub {
		req.Header.Set("Accept", "application/vnd.github+json")
		req.Header.Set("X-GitHub-Api-Version", "2022-11-28")
	}
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if s.token != "" {
		req.Header.Set("Authorization", s.scheme()+" "+s.token)
	}
	res, err := s.client.Do(req)
	if err != nil {
		return nil, s.unreachable(ctx, err)
	}
	defer res.Body.Close()
	data, err := io.ReadAll(io.LimitReader(res.Body, maxAnswer+1))
	switch {
	case err != nil:
		return nil, s.unreachable(ctx, err)
	case len(data) > maxAnswer:
		return nil, s.strange(fmt.Sprintf("it is longer than %d MiB", maxAnswer>>20))
	case res.StatusCode < 200 || res.StatusCode > 299:
		return nil, s.refused(res, data)
	case into == nil:
		return res.Header, nil
	}
	if err := json.Unmarshal(data, into); err != nil {
		return nil, s.strange(plain.Line(err.Error()) + "; is it the address of the API?")
	}
	return res.Header, nil
}

// scheme returns how the forge's documentation wants tokens to be sent.
func (s *session) scheme() string {
	if s.pull.Forge == Gitea {
		return "token"
	}
	return "Bearer"
}

// unreachable is the error of a question that got no answer.
func (s *session) unreachable(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	var late net.Error
	if errors.As(err, &late) && late.Timeout() {
		return fmt.Errorf("ask %s at %s: there is no answer within %s: try again", s.pull.Forge, s.base.Host, s.client.Timeout)
	}
	var about *url.Error
	if errors.As(err, &about) {
		err = about.Err // without the address
	}
	return fmt.Errorf("ask %s at %s: %w", s.pull.Forge, s.base.Host, err)
}

// strange is the error of an answer that makes no sense.
func (s *session) strange(why string) error {
	return fmt.Errorf("ask %s at %s: the answer is not what its API gives: %s", s.pull.Forge, s.base.Host, s.hide(why))
}

// longestWords bounds what is repeated of a forge's own words.
const longestWords = 200

// refused makes an error of an answer that says no.
func (s *session) refused(res *http.Response, data []byte) *Error {
	e := &Error{Forge: s.pull.Forge, Host: s.base.Host, Status: res.StatusCode}
	var said struct{ Message, Error any }
	if json.Unmarshal(data, &said) == nil {
		for _, v := range []any{said.Message, said.Error} {
			if text, ok := v.(string); ok && e.Says == "" {
				e.Says = s.hide(plain.Line(text))
			}
		}
	}
	if r := []rune(e.Says); len(r) > longestWords {
		e.Says = string(r[:longestWords]) + "…"
	}
	e.Hint = s.advice(res)
	return e
}

// hide takes the token out of a text that a forge sent back.
func (s *session) hide(text string) string {
	if s.token == "" {
		return text
	}
	return strings.ReplaceAll(text, s.token, "***")
}

// advice says what to do about an answer.
func (s *session) advice(res *http.Response) string {
	what := fmt.Sprintf("%s's pull request %d", s.pull.Repository, s.pull.Number)
	switch code := res.StatusCode; {
	case code == http.StatusTooManyRequests || code == http.StatusForbidden && (res.Header.Get("Retry-After") != "" || res.Header.Get("X-RateLimit-Remaining") == "0"):
		return "too much was asked of it; try again " + retryAfter(res)
	case code == http.StatusUnauthorized && s.token == "":
		return "give a token that may read " + what
	case code == http.StatusUnauthorized:
		return "the token is not one of this forge, or has ended; make a new one"
	case code == http.StatusForbidden && s.token == "":
		return "give a token that may read " + what
	case code == http.StatusForbidden:
		return "the token may not do that; it needs the right to read " + what + ", and to write comments where one is posted"
	case code == http.StatusNotFound && s.token == "":
		return "there is no such thing, or only those with a token see it: " + what
	case code == http.StatusNotFound:
		return "there is no such thing, or the token does not see it: " + what
	case code >= 300 && code < 400:
		return "it is elsewhere: say where it lies now"
	case code >= 500:
		return "the forge is in trouble; try again later"
	}
	return ""
}

// retryAfter says when a forge wants to be asked again.
func retryAfter(res *http.Response) string {
	text := res.Header.Get("Retry-After")
	if n, err := strconv.Atoi(text); err == nil && n >= 0 {
		return fmt.Sprintf("in %d seconds", n)
	}
	if t, err := http.ParseTime(text); err == nil {
		return "at " + t.UTC().Format(time.RFC3339)
	}
	if n, err := strconv.ParseInt(res.Header.Get("X-RateLimit-Reset"), 10, 64); err == nil && n > 0 && n < 1<<40 {
		return "at " + time.Unix(n, 0).UTC().Format(time.RFC3339)
	}
	return "later"
}

// tooManyPages is the error of a list without end.
func (s *session) tooManyPages() error {
	return s.strange(fmt.Sprintf("the list has more than %d pages", maxPages))
}

// linked asks for all pages of a list, each of which names the next in its header,
// as RFC 8288 has it. take gets each.
func linked[T any](ctx context.Context, s *session, u *url.URL, take func(T)) error {
	for range maxPages {
		var items T
		header, err := s.get(ctx, u, &items)
		if err != nil {
			return err
		}
		take(items)
		next, err := s.next(u, header)
		if err != nil || next == nil {
			return err
		}
		u = next
	}
	return s.tooManyPages()
}

var nextLink = lazy.Regexp(`<([^<>]*)>\s*(?:;[^,<>]*)?;\s*rel="?next"?`)

// next returns the page after one, nil where it was the last.
func (s *session) next(u *url.URL, header http.Header) (*url.URL, error) {
	m := nextLink().FindStringSubmatch(strings.Join(header.Values("Link"), ", "))
	if m == nil {
		return nil, nil
	}
	next, err := u.Parse(m[1])
	if err != nil || next.Scheme != s.base.Scheme || next.Host != s.base.Host || next.User != nil {
		return nil, s.strange("its next page is on another host, where the token will not be sent")
	}
	return next, nil
}

// counted asks for all pages of a list by their numbers. size is what the API calls
// the number of items of a page, which it may make smaller than asked for. at gives
// the address of a page.
func counted[T any](ctx context.Context, s *session, size string, take func([]T), parts ...string) error {
	got := 0
	for n := 1; n <= maxPages; n++ {
		var items []T
		header, err := s.get(ctx, s.at(page(n, size), parts...), &items)
		if err != nil {
			return err
		}
		take(items)
		got += len(items)
		total, err := strconv.Atoi(header.Get("X-Total-Count"))
		if len(items) == 0 || err == nil && got >= total {
			return nil
		}
		if next := header.Values("X-Next-Page"); len(next) > 0 && next[0] == "" {
			return nil
		}
	}
	return s.tooManyPages()
}
