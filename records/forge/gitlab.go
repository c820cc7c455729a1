package forge

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"
)

// gitlab speaks GitLab's REST API, version 4. It tells who approves now, not what
// they looked at: that follows from the times of approvals and of the versions of
// the merge request.
type gitlab struct{}

func (gitlab) mergeRequest(s *session, parts ...string) []string {
	return append([]string{"projects", s.pull.Repository, "merge_requests", number(s.pull.Number)}, parts...)
}

// gitlabRequest is a merge request.
type gitlabRequest struct {
	IID          int64  `json:"iid"`
	SHA          string `json:"sha"`
	TargetBranch string `json:"target_branch"`
	Author       *user  `json:"author"`
	UpdatedAt    string `json:"updated_at"`
}

func (g gitlab) info(ctx context.Context, s *session) (Info, error) {
	var a gitlabRequest
	_, err := s.get(ctx, s.at(nil, g.mergeRequest(s)...), &a)
	return Info{Head: a.SHA, Target: a.TargetBranch, Author: a.Author.name()}, err
}

// gitlabApprovals are those who approve now. Older GitLabs do not say since when.
type gitlabApprovals struct {
	IID        int64 `json:"iid"`
	ApprovedBy []struct {
		User       *user  `json:"user"`
		ApprovedAt string `json:"approved_at"`
	} `json:"approved_by"`
}

// gitlabVersion is what a push made of the merge request.
type gitlabVersion struct {
	Head      string `json:"head_commit_sha"`
	CreatedAt string `json:"created_at"`
}

// gitlabReviewer is somebody who was asked to review.
type gitlabReviewer struct {
	User  *user  `json:"user"`
	State string `json:"state"`
}

// gitlabNote is a comment, or what GitLab writes itself: then System is set, which
// nobody else can do.
type gitlabNote struct {
	Author    *user  `json:"author"`
	Body      string `json:"body"`
	System    bool   `json:"system"`
	CreatedAt string `json:"created_at"`
}

// What GitLab writes about decisions.
const (
	noteApproved = "approved this merge request"
	noteRequests = "requested changes"
)

// gitlabAnswers is what GitLab says about reviews.
type gitlabAnswers struct {
	request   gitlabRequest
	approvals gitlabApprovals
	versions  []gitlabVersion
	reviewers []gitlabReviewer
	notes     []gitlabNote
	old       bool // it knows no reviewers
}

func (g gitlab) reviews(ctx context.Context, s *session) (answers, error) {
	a := &gitlabAnswers{}
	if _, err := s.get(ctx, s.at(nil, g.mergeRequest(s, "approvals")...), &a.approvals); err != nil {
		return nil, err
	}
	if _, err := s.get(ctx, s.at(nil, g.mergeRequest(s)...), &a.request); err != nil {
		return nil, err
	}
	if err := counted(ctx, s, "per_page", func(p []gitlabVersion) { a.versions = append(a.versions, p...) }, g.mergeRequest(s, "versions")...); err != nil {
		return nil, err
	}
	_, err := s.get(ctx, s.at(nil, g.mergeRequest(s, "reviewers")...), &a.reviewers)
	var e *Error
	if a.old = errors.As(err, &e) && e.Status == http.StatusNotFound; err != nil && !a.old {
		return nil, err
	}
	if a.needsNotes() {
		err := counted(ctx, s, "per_page", func(p []gitlabNote) { a.notes = append(a.notes, p...) }, g.mergeRequest(s, "notes")...)
		if err != nil {
			return nil, err
		}
	}
	return a, nil
}

// needsNotes reports whether only GitLab's own notes tell when somebody decided.
func (a *gitlabAnswers) needsNotes() bool {
	for _, by := range a.approvals.ApprovedBy {
		if by.ApprovedAt == "" {
			return true
		}
	}
	return slices.ContainsFunc(a.reviewers, func(r gitlabReviewer) bool { return r.State == nowRequests })
}

func (gitlab) parser() parser { return &gitlabAnswers{} }

func (a *gitlabAnswers) take(value []byte) error {
	has := keys(value, "approved_by", "target_branch")
	switch {
	case has["approved_by"]:
		return decode(value, &a.approvals)
	case has["target_branch"]:
		return decode(value, &a.request)
	}
	list, err := items(value)
	if err != nil {
		return errors.New("it is neither approvals, nor versions, nor reviewers, nor notes, nor a merge request")
	}
	for _, item := range list {
		if err := a.takeItem(item); err != nil {
			return err
		}
	}
	return nil
}

func (a *gitlabAnswers) takeItem(item []byte) error {
	has := keys(item, "head_commit_sha", "body", "user", "state")
	switch {
	case has["head_commit_sha"]:
		var v gitlabVersion
		if err := decode(item, &v); err != nil {
			return err
		}
		a.versions = append(a.versions, v)
	case has["body"]:
		var n gitlabNote
		if err := decode(item, &n); err != nil {
			return err
		}
		a.notes = append(a.notes, n)
	case has["user"] && has["state"]:
		var r gitlabReviewer
		if err := decode(item, &r); err != nil {
			return err
		}
		a.reviewers = append(a.reviewers, r)
	default:
		return errors.New("an item is neither a version, nor a reviewer, nor a note")
	}
	return nil
}

func (a *gitlabAnswers) result(c *collector) {
	for _, iid := range []int64{a.approvals.IID, a.request.IID} {
		if iid != 0 && iid != c.pull.Number && c.fromFile {
			c.foreign = fmt.Sprintf("merge request %d", iid)
		}
	}
	for _, by := range a.approvals.ApprovedBy {
		at := by.ApprovedAt
		if at == "" {
			at = a.noted(by.User, noteApproved)
		}
		c.add("approval-"+id(by.User), by.User.name(), nowApproved, a.versionAt(at), at)
	}
	for _, r := range a.reviewers {
		if r.State != nowRequests {
			continue
		}
		at := a.noted(r.User, noteRequests)
		if at == "" {
			at = a.request.UpdatedAt // no earlier than the request for changes: it may win over more, never less
		}
		commit := a.versionAt(at)
		if commit == "" {
			commit = a.request.SHA
		}
		c.add("reviewer-"+id(r.User), r.User.name(), nowRequests, commit, at)
	}
	if a.old {
		c.note("this GitLab does not tell who requests changes: only approvals are seen")
	}
}

func id(u *user) string {
	if u == nil {
		return "0"
	}
	return number(u.ID)
}

// noted returns when GitLab last wrote down that somebody did something, "" where
// it did not.
func (a *gitlabAnswers) noted(who *user, what string) string {
	var last time.Time
	text := ""
	for _, n := range a.notes {
		at, ok := parseTime(n.CreatedAt)
		if ok && n.System && strings.TrimSpace(n.Body) == what && who.name() != "" && n.Author.name() == who.name() && !at.Before(last) {
			last, text = at, n.CreatedAt
		}
	}
	return text
}

// versionAt returns the commit of the version that was the newest at a time, ""
// where that cannot be told.
func (a *gitlabAnswers) versionAt(text string) string {
	at, ok := parseTime(text)
	if !ok {
		return ""
	}
	type made struct {
		at     time.Time
		commit string
	}
	var before []made
	for _, v := range a.versions {
		when, ok := parseTime(v.CreatedAt)
		if !ok {
			return "" // it may be any
		}
		if !when.After(at) {
			before = append(before, made{when, v.Head})
		}
	}
	slices.SortFunc(before, func(x, y made) int { return y.at.Compare(x.at) })
	if len(before) == 0 || len(before) > 1 && before[0].at.Equal(before[1].at) && before[0].commit != before[1].commit {
		return ""
	}
	return before[0].commit
}

// account asks whose the token is. That of a job may not ask, and not comment.
func (g gitlab) account(ctx context.Context, s *session) (account, error) {
	var u user
	_, err := s.get(ctx, s.at(nil, "user"), &u)
	return account{u.name()}, err
}

func (g gitlab) comments(ctx context.Context, s *session) ([]comment, error) {
	var all []comment
	err := counted(ctx, s, "per_page", func(page []commentAnswer) {
		for _, a := range page {
			all = append(all, comment{a.ID, a.Author.name(), a.Body})
		}
	}, g.mergeRequest(s, "notes")...)
	return all, err
}

func (g gitlab) write(ctx context.Context, s *session, id int64, body string) error {
	method, parts := http.MethodPost, g.mergeRequest(s, "notes")
	if id != 0 {
		method, parts = http.MethodPut, append(parts, number(id))
	}
	if _, err := s.do(ctx, method, s.at(nil, parts...), map[string]string{"body": body}, nil); err != nil {
		return fmt.Errorf("write a comment: %w", err)
	}
	return nil
}
