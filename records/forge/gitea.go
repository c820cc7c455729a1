package forge

import (
	"context"
	"errors"
	"strings"
)

// gitea speaks the API of Gitea and Forgejo, which is GitHub's in many places.
type gitea struct{ github }

// giteaReview is a review. Unlike GitHub's, a dismissed one keeps its state.
type giteaReview struct {
	ID          int64  `json:"id"`
	User        *user  `json:"user"` // null for a team that was asked
	State       string `json:"state"`
	CommitID    string `json:"commit_id"`
	Dismissed   bool   `json:"dismissed"`
	SubmittedAt string `json:"submitted_at"`
	Pull        string `json:"pull_request_url"`
}

// giteaAnswers is what Gitea says about reviews.
type giteaAnswers struct{ all []giteaReview }

func (g gitea) reviews(ctx context.Context, s *session) (answers, error) {
	a := &giteaAnswers{}
	take := func(page []giteaReview) { a.all = append(a.all, page...) }
	owner, name, _ := strings.Cut(s.pull.Repository, "/")
	return a, counted(ctx, s, "limit", take, "repos", owner, name, "pulls", number(s.pull.Number), "reviews")
}

func (gitea) parser() parser { return &giteaAnswers{} }

func (a *giteaAnswers) take(value []byte) error {
	list, err := items(value)
	if err != nil {
		return err
	}
	for _, item := range list {
		var r giteaReview
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

func (a *giteaAnswers) result(c *collector) {
	for _, r := range a.all {
		c.about(r.Pull)
		state := r.State
		switch {
		case r.Dismissed && state == requestChanges:
			// Gitea does not say who dismissed it. Those who may dismiss are administrators
			// of the repository; a rejection is its author's.
			c.note("review %d of %s was dismissed; the rejection stands until %s approves or takes it back", r.ID, r.User.name(), r.User.name())
		case r.Dismissed && state == approved:
			state = dismissed
		}
		c.add(number(r.ID), r.User.name(), state, r.CommitID, r.SubmittedAt)
	}
}

// account asks whose the token is. Those of workflows may not ask.
func (g gitea) account(ctx context.Context, s *session) (account, error) {
	var u user
	_, err := s.get(ctx, s.at(nil, "user"), &u)
	if isDenied(err) {
		return account{"gitea-actions", "forgejo-actions"}, nil
	}
	return account{u.name()}, err
}

// comments asks for all comments: Gitea does not page them.
func (g gitea) comments(ctx context.Context, s *session) ([]comment, error) {
	var page []commentAnswer
	if _, err := s.get(ctx, g.repo(s, nil, "issues", number(s.pull.Number), "comments"), &page); err != nil {
		return nil, err
	}
	all := make([]comment, len(page))
	for i, a := range page {
		all[i] = comment{a.ID, a.User.name(), a.Body}
	}
	return all, nil
}
