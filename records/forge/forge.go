// Package forge provides reviews of pull requests from GitHub, GitLab and
// Gitea or Forgejo, and comments on them. What a forge answers is untrusted: it is
// bounded, and read strictly. It must not judge what reviews are worth.
package forge

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"frontdesk/records/evidence"
	"frontdesk/records/lazy"
)

// The forges, as Pull names them. Forgejo is Gitea here: they share this API.
const (
	GitHub = "github"
	GitLab = "gitlab"
	Gitea  = "gitea"
)

// Forges lists the forges.
func Forges() []string { return []string{GitHub, GitLab, Gitea} }

// Pull names a pull request, a merge request on GitLab.
type Pull struct {
	Forge      string // github, gitlab or gitea
	Base       string // of the API, for example "https://api.github.com"; the version may be left out of GitLab's and Gitea's
	Repository string // "owner/name"; on GitLab also with subgroups, or a project's number
	Number     int64
}

// Client asks a forge. The zero value asks without a token.
type Client struct {
	HTTP  *http.Client // nil: one with a time limit
	Token string
}

// Info is what a pull request says of itself.
type Info struct {
	Head, Target string // commit, and the branch's short name
	Author       string // account
}

// api is what is different between forges.
type api interface {
	info(context.Context, *session) (Info, error)
	reviews(context.Context, *session) (answers, error)
	account(context.Context, *session) (account, error)
	comments(context.Context, *session) ([]comment, error)
	write(ctx context.Context, s *session, id int64, body string) error // id 0: a new one
	parser() parser
}

// answers is what a forge said about reviews.
type answers interface {
	result(*collector)
}

// parser is answers that are read from a file, a JSON value after the other.
type parser interface {
	answers
	take(value []byte) error
}

func apiOf(forge string) (api, error) {
	switch forge {
	case GitHub:
		return github{}, nil
	case GitLab:
		return gitlab{}, nil
	case Gitea:
		return gitea{}, nil
	}
	return nil, fmt.Errorf("there is no forge %q: it is one of %s", forge, strings.Join(Forges(), ", "))
}

// Info returns where a pull request stands.
func (c *Client) Info(ctx context.Context, p Pull) (Info, error) {
	s, err := c.open(p)
	if err != nil {
		return Info{}, err
	}
	info, err := s.api.info(ctx, s)
	if err != nil {
		return Info{}, err
	}
	if !isCommit(info.Head) || info.Target == "" {
		return Info{}, s.strange("the pull request names no commit and branch")
	}
	return info, nil
}

// Reviews returns the reviews of a pull request, oldest first, each with the commit
// that was reviewed; one whose commit the forge does not tell is left out, and
// named among the notes.
//
// A rejection that somebody else dismissed is among them as it was given, as only
// its author takes it back. Of GitLab, which knows who approves now and not what
// they had before them, the commit is that of the version which was the newest when
// they approved.
func (c *Client) Reviews(ctx context.Context, p Pull) (reviews []evidence.Review, notes []string, err error) {
	s, err := c.open(p)
	if err != nil {
		return nil, nil, err
	}
	a, err := s.api.reviews(ctx, s)
	if err != nil {
		return nil, nil, err
	}
	col := newCollector(p, s.base)
	a.result(col)
	reviews, notes = col.done()
	return reviews, notes, nil
}

// Parse reads reviews from what the forge's API answered: one JSON value, or
// several, one after the other, such as the pages of a long answer. Of GitLab it
// needs what /approvals and /versions say; /reviewers, /notes and the merge request
// itself tell more. Of GitHub /issues/NUMBER/events tells who dismissed what.
func Parse(p Pull, data []byte) (reviews []evidence.Review, notes []string, err error) {
	base, err := checkPull(&p)
	if err != nil {
		return nil, nil, err
	}
	which, err := apiOf(p.Forge)
	if err != nil {
		return nil, nil, err
	}
	read := which.parser()
	if err := eachValue(data, read.take); err != nil {
		return nil, nil, fmt.Errorf("read reviews: this is not what the API of %s answers: %w", p.Forge, err)
	}
	col := newCollector(p, base)
	col.fromFile = true
	read.result(col)
	if col.foreign != "" {
		return nil, nil, fmt.Errorf("read reviews: they are of another pull request: %q", col.foreign)
	}
	reviews, notes = col.done()
	return reviews, notes, nil
}

// States of reviews that count, as the forges name them.
const (
	approved         = "APPROVED"          // GitHub, Gitea
	changesRequested = "CHANGES_REQUESTED" // GitHub
	dismissed        = "DISMISSED"         // GitHub; of Gitea, a review with dismissed set
	requestChanges   = "REQUEST_CHANGES"   // Gitea
	nowApproved      = "approved"          // GitLab
	nowRequests      = "requested_changes" // GitLab
)

// silent are the states that say nothing: a comment, one not sent yet, one that was
// only asked for.
var silent = []string{"COMMENTED", "COMMENT", "PENDING", "REQUEST_REVIEW", "UNKNOWN", ""}

// DecisionOf returns what a review's state means; ok is false for one that says
// nothing, such as a comment. An approval that was dismissed takes back what its
// author said before, too: dismissing one does not revive an older one.
func DecisionOf(r evidence.Review) (d evidence.Decision, ok bool) {
	switch r.State {
	case approved, nowApproved:
		return evidence.Approve, true
	case changesRequested, requestChanges, nowRequests:
		return evidence.Reject, true
	case dismissed:
		return evidence.Lift, true
	}
	return "", false
}

// Comment writes a comment to the pull request, or replaces the one with the same
// mark that the token's account wrote before. The mark, of lower-case letters,
// digits and ./:_-, stands in the comment where nobody sees it. A text that is too
// long for a comment is cut at the end of a line, and says so.
func (c *Client) Comment(ctx context.Context, p Pull, mark, markdown string) error {
	if !markPattern().MatchString(mark) || strings.Contains(mark, "--") {
		return fmt.Errorf("write a comment: %q is no mark", mark)
	}
	s, err := c.open(p)
	if err != nil {
		return err
	}
	if s.token == "" {
		return fmt.Errorf("write a comment: %s takes comments from those with a token only", s.base.Host)
	}
	own, err := s.api.account(ctx, s)
	if err != nil {
		return err
	}
	all, err := s.api.comments(ctx, s)
	if err != nil {
		return err
	}
	line := "<!-- " + mark + " -->"
	body := line + "\n" + fit(markdown)
	i := slices.IndexFunc(all, func(c comment) bool { return own.wrote(c) && firstLine(c.body) == line })
	if i < 0 {
		return s.api.write(ctx, s, 0, body)
	}
	if strings.ReplaceAll(all[i].body, "\r\n", "\n") == body {
		return nil
	}
	return s.api.write(ctx, s, all[i].id, body)
}

var markPattern = lazy.Regexp(`^[a-z0-9][a-z0-9./:_-]{0,99}$`)

// comment is one that somebody wrote to a pull request.
type comment struct {
	id     int64
	author string
	body   string
}

// account is who a token belongs to: one of these names.
type account []string

func (a account) wrote(c comment) bool {
	return slices.ContainsFunc(a, func(name string) bool { return name != "" && strings.EqualFold(name, c.author) })
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return strings.TrimSuffix(line, "\r")
}

// longestComment is how many bytes of text a comment gets: GitHub takes 65,536
// characters.
const longestComment = 60_000

// fit cuts a text that no comment holds.
func fit(text string) string {
	if len(text) <= longestComment {
		return text
	}
	cut := text[:longestComment]
	if i := strings.LastIndexByte(cut, '\n'); i > 0 {
		cut = cut[:i+1]
	}
	cut = strings.ToValidUTF8(cut, "")
	fences := 0
	for line := range strings.Lines(cut) {
		if strings.HasPrefix(line, "```") {
			fences++
		}
	}
	if fences%2 == 1 {
		cut += "```\n"
	}
	return cut + "\n*The rest is too long for a comment; it is in the pipeline's log.*\n"
}
