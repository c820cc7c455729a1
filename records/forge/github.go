package forge

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// github speaks GitHub's REST API, as docs.github.com/rest describes it.
type github struct{}

// repo returns the address of something of the repository.
func (github) repo(s *session, query url.Values, parts ...string) *url.URL {
	owner, name, _ := strings.Cut(s.pull.Repository, "/")
	return s.at(query, append([]string{"repos", owner, name}, parts...)...)
}

// pullAnswer is a pull request, as GitHub and Gitea describe it.
type pullAnswer struct {
	Head struct {
		SHA string `json:"sha"`
	} `json:"head"`
	Base struct {
		Ref string `json:"ref"`
	} `json:"base"`
	User *user `json:"user"`
}

func (g github) info(ctx context.Context, s *session) (Info, error) {
	var a pullAnswer
	_, err := s.get(ctx, g.repo(s, nil, "pulls", number(s.pull.Number)), &a)
	return Info{Head: a.Head.SHA, Target: a.Base.Ref, Author: a.User.name()}, err
}

// githubReview is a review. The list is in the order of time.
type githubReview struct {
	ID          int64  `json:"id"`
	User        *user  `json:"user"`
	State       string `json:"state"`
	CommitID    string `json:"commit_id"`
	SubmittedAt string `json:"submitted_at"` // absent while it is pending
	Pull        string `json:"pull_request_url"`
}

// githubEvent is something that happened to an issue or pull request; only
// review_dismissed counts here.
type githubEvent struct {
	Event     string `json:"event"`
	Actor     *user  `json:"actor"`
	Dismissed struct {
		State    string `json:"state"` // that it had
		ReviewID int64  `json:"review_id"`
	} `json:"dismissed_review"`
}

// githubAnswers is what GitHub says about reviews.
type githubAnswers struct {
	all    []githubReview
	events []githubEvent
}

func (g github) reviews(ctx context.Context, s *session) (answers, error) {
	a := &githubAnswers{}
	size := url.Values{"per_page": {strconv.Itoa(perPage)}}
	err := linked(ctx, s, g.repo(s, size, "pulls", number(s.pull.Number), "reviews"), func(page []githubReview) { a.all = append(a.all, page...) })
	if err != nil {
		return nil, err
	}
	for _, r := range a.all {
		if r.State != dismissed {
			continue
		}
		// What it was, and who dismissed it, the review does not say.
		err := linked(ctx, s, g.repo(s, size, "issues", number(s.pull.Number), "events"), func(page []githubEvent) { a.events = append(a.events, page...) })
		return a, err
	}
	return a, nil
}

func (github) parser() parser { return &githubAnswers{} }

func (a *githubAnswers) take(value []byte) error {
	list, err := items(value)
	if err != nil {
		return err
	}
	for _, item := range list {
		if keys(item, "event")["event"] {
			var e githubEvent
			if err := decode(item, &e); err != nil {
				return err
			}
			a.events = append(a.events, e)
			continue
		}
		var r githubReview
		if err := decode(item, &r); err != nil {
			return err
		}
		if r.ID == 0 || r.State == "" {
			return errors.New("an item is no review: it has no id or no state")
		}
		a.all = append(a.all, r)
	}
	return nil
}

func (a *githubAnswers) result(c *collector) {
	for _, r := range a.all {
		c.about(r.Pull)
		state := r.State
		if state == dismissed {
			state = a.dismissal(c, r)
		}
		c.add(number(r.ID), r.User.name(), state, r.CommitID, r.SubmittedAt)
	}
}

// dismissal returns what a dismissed review counts as. An approval counts for
// nothing; a rejection stands unless its author dismissed it.
func (a *githubAnswers) dismissal(c *collector, r githubReview) string {
	who := r.User.name()
	for _, e := range a.events {
		if e.Event != "review_dismissed" || e.Dismissed.ReviewID != r.ID {
			continue
		}
		if !strings.EqualFold(e.Dismissed.State, changesRequested) || strings.EqualFold(e.Actor.name(), who) {
			return dismissed
		}
		c.note("review %d of %s was dismissed by %s; the rejection stands until %s approves or takes it back", r.ID, who, e.Actor.name(), who)
		return changesRequested
	}
	c.note("review %d of %s was dismissed, and nothing says what it was and by whom: it counts as a rejection until %s approves or takes it back", r.ID, who, who)
	return changesRequested
}

// workflows is the account of the tokens that GitHub gives to workflows.
const workflows = "github-actions[bot]"

// account asks whose the token is. Tokens of apps, such as those of workflows, may
// not ask that of the REST API, and some not of GraphQL either.
func (g github) account(ctx context.Context, s *session) (account, error) {
	var u user
	_, err := s.get(ctx, s.at(nil, "user"), &u)
	if err == nil || !isDenied(err) {
		return account{u.name()}, err
	}
	var a struct{ Data struct{ Viewer user } }
	at := *s.base
	at.Path = strings.TrimSuffix(at.Path, "/v3") + "/graphql"
	if _, err := s.do(ctx, http.MethodPost, &at, map[string]string{"query": "query { viewer { login } }"}, &a); err == nil && a.Data.Viewer.Login != "" {
		return account{a.Data.Viewer.Login}, nil
	}
	return account{workflows}, nil
}

// isDenied reports whether a forge knows the token and refuses the question.
func isDenied(err error) bool {
	var e *Error
	return errors.As(err, &e) && (e.Status == http.StatusForbidden || e.Status == http.StatusNotFound)
}

// commentAnswer is a comment, as GitHub, GitLab and Gitea describe it.
type commentAnswer struct {
	ID     int64  `json:"id"`
	User   *user  `json:"user"`
	Author *user  `json:"author"` // GitLab
	Body   string `json:"body"`
}

func (g github) comments(ctx context.Context, s *session) ([]comment, error) {
	var all []comment
	u := g.repo(s, url.Values{"per_page": {strconv.Itoa(perPage)}}, "issues", number(s.pull.Number), "comments")
	err := linked(ctx, s, u, func(page []commentAnswer) {
		for _, a := range page {
			all = append(all, comment{a.ID, a.User.name(), a.Body})
		}
	})
	return all, err
}

func (g github) write(ctx context.Context, s *session, id int64, body string) error {
	method, u := http.MethodPost, g.repo(s, nil, "issues", number(s.pull.Number), "comments")
	if id != 0 {
		method, u = http.MethodPatch, g.repo(s, nil, "issues", "comments", number(id))
	}
	if _, err := s.do(ctx, method, u, map[string]string{"body": body}, nil); err != nil {
		return fmt.Errorf("write a comment: %w", err)
	}
	return nil
}
