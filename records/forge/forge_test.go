package forge

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"frontdesk/records/evidence"
)

func githubReviewOf(id int, login, state, commit, at string) obj {
	return obj{"id": id, "node_id": "x", "user": obj{"login": login, "id": id}, "body": "text", "state": state, "commit_id": commit, "submitted_at": at,
		"pull_request_url": "https://api.github.com/repos/acme/desk/pulls/7", "_links": obj{"html": obj{"href": "x"}}}
}

// short writes reviews in a line each.
func short(rs []evidence.Review) string {
	var b strings.Builder
	for _, r := range rs {
		d, _ := DecisionOf(r)
		fmt.Fprintf(&b, "%s %s %s %s %c %s\n", r.ID, r.Account, r.State, d, r.Commit[0], r.SubmittedAt)
	}
	return b.String()
}

func wantReviews(t *testing.T, rs []evidence.Review, notes []string, err error, want string, wantNotes ...string) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
	if got := short(rs); got != want {
		t.Errorf("reviews:\n%swant:\n%s", got, want)
	}
	if len(notes) != len(wantNotes) {
		t.Fatalf("notes %q, want %d", notes, len(wantNotes))
	}
	for i, n := range wantNotes {
		if !strings.Contains(notes[i], n) {
			t.Errorf("note %q lacks %q", notes[i], n)
		}
	}
}

func TestGitHubTellsItsReviewsOverAllPages(t *testing.T) {
	s := newServer(t, GitHub)
	deleted := githubReviewOf(4, "x", "APPROVED", commitA, "2026-11-03T13:00:00Z")
	deleted["user"] = nil
	pending := githubReviewOf(5, "rosa", "PENDING", commitA, "")
	delete(pending, "submitted_at")
	s.lists["/repos/acme/desk/pulls/7/reviews"] = []any{
		githubReviewOf(1, "rosa", "APPROVED", commitA, "2026-11-03T10:00:00Z"),
		githubReviewOf(2, "lee", "COMMENTED", commitA, "2026-11-03T11:00:00Z"),
		githubReviewOf(3, "lee", "CHANGES_REQUESTED", commitB, "2026-11-03T12:00:00Z"),
		deleted, pending,
		githubReviewOf(6, "rosa", "APPROVED", commitB, "2026-11-03T14:00:00.250+01:00"),
		githubReviewOf(7, "omar", "APPROVED", "", "2026-11-03T15:00:00Z"),
	}
	s.values["/repos/acme/desk/pulls/7"] = obj{"head": obj{"sha": commitB, "ref": "x"}, "base": obj{"ref": "main"}, "user": obj{"login": "eve"}}
	rs, notes, err := client().Reviews(t.Context(), s.pull("acme/desk", 7))
	wantReviews(t, rs, notes, err, `1 rosa APPROVED approve a 2026-11-03T10:00:00Z
3 lee CHANGES_REQUESTED reject b 2026-11-03T12:00:00Z
6 rosa APPROVED approve b 2026-11-03T13:00:00Z
`, "review 4 is left out: github does not say whose", "review 7 of omar is left out: github does not tell which commit")
	if len(s.asked) != 4 {
		t.Errorf("asked %q", s.asked)
	}
	r := rs[0]
	if r.Forge != GitHub || r.Repository != "acme/desk" || r.Pull != 7 || !strings.HasPrefix(r.Host, "127.0.0.1:") {
		t.Errorf("%+v", r)
	}
	info, err := client().Info(t.Context(), s.pull("acme/desk", 7))
	if err != nil || info != (Info{Head: commitB, Target: "main", Author: "eve"}) {
		t.Errorf("%+v %v", info, err)
	}
}

// A dismissal by somebody else must not make a rejection go away, and none may
// revive what its author said before.
func TestGitHubDismissalsTakeBackApprovalsOnly(t *testing.T) {
	s := newServer(t, GitHub)
	s.lists["/repos/acme/desk/pulls/7/reviews"] = []any{
		githubReviewOf(1, "rosa", "DISMISSED", commitA, "2026-11-03T10:00:00Z"), // an approval
		githubReviewOf(2, "lee", "DISMISSED", commitA, "2026-11-03T11:00:00Z"),  // a rejection, by mona
		githubReviewOf(3, "omar", "DISMISSED", commitA, "2026-11-03T12:00:00Z"), // a rejection, by omar
		githubReviewOf(4, "ivan", "DISMISSED", commitA, "2026-11-03T13:00:00Z"), // nothing is known
	}
	event := func(id int, state, actor string) obj {
		return obj{"event": "review_dismissed", "actor": obj{"login": actor}, "dismissed_review": obj{"review_id": id, "state": state, "dismissal_message": nil}}
	}
	s.lists["/repos/acme/desk/issues/7/events"] = []any{
		obj{"event": "labeled", "actor": nil, "label": obj{"name": "x"}}, event(1, "approved", "mona"), event(2, "changes_requested", "mona"), event(3, "changes_requested", "Omar"),
	}
	want := `1 rosa DISMISSED lift a 2026-11-03T10:00:00Z
2 lee CHANGES_REQUESTED reject a 2026-11-03T11:00:00Z
3 omar DISMISSED lift a 2026-11-03T12:00:00Z
4 ivan CHANGES_REQUESTED reject a 2026-11-03T13:00:00Z
`
	wantNotes := []string{"review 2 of lee was dismissed by mona; the rejection stands", "review 4 of ivan was dismissed, and nothing says"}
	rs, notes, err := client().Reviews(t.Context(), s.pull("acme/desk", 7))
	wantReviews(t, rs, notes, err, want, wantNotes...)

	// The same from a file, page after page, as gh api --paginate writes them.
	var file []byte
	for _, path := range []string{"/repos/acme/desk/pulls/7/reviews", "/repos/acme/desk/issues/7/events"} {
		for page := range slices.Chunk(s.lists[path], 2) {
			data, _ := json.Marshal(page)
			file = append(file, data...)
		}
	}
	rs, notes, err = Parse(s.pull("acme/desk", 7), file)
	wantReviews(t, rs, notes, err, want, wantNotes...)
}

func gitlabServer(t *testing.T) *server {
	s := newServer(t, GitLab)
	mr := "/api/v4/projects/acme%2Fit%2Fdesk/merge_requests/7"
	s.values[mr] = obj{"iid": 7, "sha": commitB, "target_branch": "main", "author": obj{"id": 1, "username": "eve"}, "updated_at": "2026-11-04T00:00:00.000Z"}
	s.values[mr+"/approvals"] = obj{"iid": 7, "approved": true, "approved_by": []any{
		obj{"user": obj{"id": 11, "username": "rosa", "name": "Rosa"}, "approved_at": "2026-11-03T10:30:00.123Z"},
		obj{"user": obj{"id": 12, "username": "lee"}, "approved_at": "2026-11-03T12:00:00.000+01:00"},
		obj{"user": obj{"id": 13, "username": "omar"}, "approved_at": "2026-11-03T09:00:00Z"},
		obj{"user": obj{"id": 14, "username": "ivan"}},
	}}
	s.lists[mr+"/versions"] = []any{ // newest first
		obj{"id": 3, "head_commit_sha": commitB, "base_commit_sha": commitA, "created_at": "2026-11-03T11:00:00.000Z"},
		obj{"id": 2, "head_commit_sha": commitA, "created_at": "2026-11-03T10:00:00.000Z"},
		obj{"id": 1, "head_commit_sha": strings.Repeat("c", 40), "created_at": "2026-11-03T09:30:00.000Z"},
	}
	s.values[mr+"/reviewers"] = []any{
		obj{"user": obj{"id": 11, "username": "rosa"}, "state": "approved", "created_at": "2026-11-03T09:30:00Z"},
		obj{"user": obj{"id": 15, "username": "mona"}, "state": "requested_changes", "created_at": "2026-11-03T09:30:00Z"},
		obj{"user": obj{"id": 16, "username": "zoe"}, "state": "requested_changes", "created_at": "2026-11-03T09:30:00Z"},
	}
	note := func(who, body, at string, system bool) obj {
		return obj{"id": 1, "author": obj{"username": who}, "body": body, "system": system, "created_at": at}
	}
	s.lists[mr+"/notes"] = []any{
		note("ivan", "approved this merge request", "2026-11-03T10:10:00Z", true),
		note("ivan", "approved this merge request", "2026-11-03T11:10:00Z", false), // typed by hand
		note("mona", "requested changes", "2026-11-03T10:20:00Z", true),
	}
	return s
}

const gitlabWant = `approval-14 ivan approved approve a 2026-11-03T10:10:00Z
reviewer-15 mona requested_changes reject a 2026-11-03T10:20:00Z
approval-11 rosa approved approve a 2026-11-03T10:30:00Z
approval-12 lee approved approve b 2026-11-03T11:00:00Z
reviewer-16 zoe requested_changes reject b 2026-11-04T00:00:00Z
`

func TestGitLabsCommitIsThatOfTheVersionAtTheTime(t *testing.T) {
	s := gitlabServer(t)
	rs, notes, err := client().Reviews(t.Context(), s.pull("acme/it/desk", 7))
	wantReviews(t, rs, notes, err, gitlabWant, "approval-13 of omar is left out: gitlab does not tell which commit")
	info, err := client().Info(t.Context(), s.pull("acme/it/desk", 7))
	if err != nil || info != (Info{Head: commitB, Target: "main", Author: "eve"}) {
		t.Errorf("%+v %v", info, err)
	}
	var file []byte
	for _, v := range s.values {
		data, _ := json.Marshal(v)
		file = append(file, data...)
	}
	for _, v := range s.lists {
		data, _ := json.Marshal(v)
		file = append(append(file, data...), '\n')
	}
	rs, notes, err = Parse(s.pull("acme/it/desk", 7), file)
	wantReviews(t, rs, notes, err, gitlabWant, "omar")
}

func TestGitLabsThatAreOldTellLess(t *testing.T) {
	s := gitlabServer(t)
	mr := "/api/v4/projects/acme%2Fit%2Fdesk/merge_requests/7"
	delete(s.values, mr+"/reviewers")
	s.lists[mr+"/notes"] = nil
	rs, notes, err := client().Reviews(t.Context(), s.pull("acme/it/desk", 7))
	wantReviews(t, rs, notes, err, "approval-11 rosa approved approve a 2026-11-03T10:30:00Z\napproval-12 lee approved approve b 2026-11-03T11:00:00Z\n",
		"omar", "approval-14 of ivan is left out: gitlab does not tell which commit", "does not tell who requests changes")

	// Approvals alone, from a file, prove nothing.
	data, _ := json.Marshal(s.values[mr+"/approvals"])
	rs, notes, err = Parse(s.pull("acme/it/desk", 7), data)
	wantReviews(t, rs, notes, err, "", "rosa", "lee", "omar", "ivan")
}

func TestTwoVersionsOfOneMomentTellNothing(t *testing.T) {
	a := &gitlabAnswers{versions: []gitlabVersion{
		{commitA, "2026-11-03T09:00:00Z"}, {commitB, "2026-11-03T09:00:00Z"}, {commitA, "2026-11-03T11:00:00Z"},
	}}
	for at, want := range map[string]string{"2026-11-03T10:00:00Z": "", "2026-11-03T12:00:00Z": commitA, "2026-11-03T08:00:00Z": "", "yesterday": ""} {
		if got := a.versionAt(at); got != want {
			t.Errorf("at %s: %q, want %q", at, got, want)
		}
	}
}

func TestGiteaTellsItsReviewsByPages(t *testing.T) {
	s := newServer(t, Gitea)
	review := func(id int, login, state, at string, dismissed bool) obj {
		return obj{"id": id, "user": obj{"login": login, "username": login, "id": id}, "team": nil, "state": state, "commit_id": commitA, "stale": true, "official": true,
			"dismissed": dismissed, "submitted_at": at, "updated_at": at, "html_url": "x", "pull_request_url": "https://git.example.com/acme/desk/pulls/7"}
	}
	asked := review(5, "", "REQUEST_REVIEW", "0001-01-01T00:00:00Z", false)
	asked["user"], asked["team"] = nil, obj{"name": "network"}
	s.lists["/api/v1/repos/acme/desk/pulls/7/reviews"] = []any{
		review(1, "rosa", "APPROVED", "2026-11-03T10:00:00Z", false), review(2, "lee", "COMMENT", "2026-11-03T11:00:00Z", false),
		review(3, "lee", "REQUEST_CHANGES", "2026-11-03T12:00:00+01:00", true), review(4, "omar", "APPROVED", "2026-11-03T13:00:00Z", true), asked,
	}
	s.values["/api/v1/repos/acme/desk/pulls/7"] = obj{"head": obj{"sha": commitA}, "base": obj{"ref": "release/1"}, "user": obj{"login": "eve"}}
	want := `1 rosa APPROVED approve a 2026-11-03T10:00:00Z
3 lee REQUEST_CHANGES reject a 2026-11-03T11:00:00Z
4 omar DISMISSED lift a 2026-11-03T13:00:00Z
`
	rs, notes, err := client().Reviews(t.Context(), s.pull("acme/desk", 7))
	wantReviews(t, rs, notes, err, want, "review 3 of lee was dismissed; the rejection stands")
	if len(s.asked) != 3 {
		t.Errorf("asked %q", s.asked)
	}
	p := s.pull("acme/desk", 7)
	p.Base += "/api/v1/" // as GITHUB_API_URL has it in its workflows
	info, err := client().Info(t.Context(), p)
	if err != nil || info != (Info{Head: commitA, Target: "release/1", Author: "eve"}) {
		t.Errorf("%+v %v", info, err)
	}
	data, _ := json.Marshal(s.lists["/api/v1/repos/acme/desk/pulls/7/reviews"])
	rs, notes, err = Parse(p, data)
	wantReviews(t, rs, notes, err, want, "review 3 of lee")
}

func TestFilesThatAreNoReviewsAreRefused(t *testing.T) {
	github := Pull{Forge: GitHub, Base: "https://api.github.com", Repository: "acme/desk", Number: 7}
	other, _ := json.Marshal([]any{githubReviewOf(1, "rosa", "APPROVED", commitA, "2026-11-03T10:00:00Z")})
	for _, c := range []struct {
		name, forge, data, want string
	}{
		{"nothing", GitHub, "", "it is empty"},
		{"no JSON", GitHub, "<html>", "invalid character"},
		{"cut off", GitHub, `[{"id": 1`, "unexpected EOF"},
		{"a map", GitHub, `{"message": "Not Found"}`, "a list is missing"},
		{"items of another kind", GitHub, `[1]`, "cannot unmarshal"},
		{"items that are no reviews", GitHub, `[{"name": "x"}]`, "no id or no state"},
		{"a number for a text", GitHub, `[{"id": 1, "state": "APPROVED", "commit_id": 5}]`, "cannot unmarshal"},
		{"another pull request", GitHub, strings.Replace(string(other), "pulls/7", "pulls/17", 1), "another pull request"},
		{"another repository", GitHub, strings.Replace(string(other), "acme/desk", "evil/desk", 1), "another pull request"},
		{"items that are no reviews", Gitea, `[{"name": "x"}]`, "no id or no state"},
		{"another merge request", GitLab, `{"iid": 8, "approved_by": []}`, "another pull request"},
		{"a map of something else", GitLab, `{"message": "x"}`, "neither approvals"},
		{"a list of something else", GitLab, `[{"name": "x"}]`, "neither a version"},
		{"deep nesting", GitHub, strings.Repeat("[", 20_000), "depth"},
		{"many values", GitHub, strings.Repeat("[]", maxValues+1), "more than"},
	} {
		p := github
		p.Forge = c.forge
		_, _, err := Parse(p, []byte(c.data))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s of %s: %v, want %q", c.name, c.forge, err, c.want)
		}
	}
	if _, _, err := Parse(github, make([]byte, maxFile+1)); err == nil || !strings.Contains(err.Error(), "longer than") {
		t.Errorf("a huge file: %v", err)
	}
	if rs, notes, err := Parse(github, []byte("[]")); err != nil || len(rs)+len(notes) != 0 {
		t.Errorf("no reviews: %v %v %v", rs, notes, err)
	}
}

// What an account or a state is called must not reach a terminal as it is.
func TestHostileNamesAreNoAccounts(t *testing.T) {
	p := Pull{Forge: GitHub, Base: "https://api.github.com", Repository: "acme/desk", Number: 7}
	for _, login := range []string{"ro\u202esa", "ro\x1b[31msa", "ro sa", "rosa\nlee", strings.Repeat("a", 300), "a\u200bb"} {
		data, _ := json.Marshal([]any{githubReviewOf(1, login, "APPROVED", commitA, "2026-11-03T10:00:00Z")})
		rs, notes, err := Parse(p, data)
		if err != nil || len(rs) != 0 || len(notes) != 1 || strings.ContainsAny(notes[0], "\x1b\n\u202e\u200b") {
			t.Errorf("%q: %v %q %v", login, rs, notes, err)
		}
	}
	var many []any
	for i := range 200 {
		many = append(many, githubReviewOf(i+1, "rosa", "NEW\x1b[2J", commitA, "2026-11-03T10:00:00Z"))
	}
	data, _ := json.Marshal(many)
	rs, notes, err := Parse(p, data)
	if err != nil || len(rs) != 0 || len(notes) != mostNotes+1 || strings.Contains(strings.Join(notes, ""), "\x1b") {
		t.Errorf("%v %d notes %v", rs, len(notes), err)
	}
}

func TestCommentsAreReplacedByTheirMark(t *testing.T) {
	old := "<!-- frontdesk/review -->\nold"
	for style, c := range map[string]struct{ user, list, who, replace string }{
		GitHub: {"/user", "/repos/acme/desk/issues/7/comments", "user", "PATCH /repos/acme/desk/issues/comments/103"},
		GitLab: {"/api/v4/user", "/api/v4/projects/acme%2Fdesk/merge_requests/7/notes", "author", "PUT /api/v4/projects/acme%2Fdesk/merge_requests/7/notes/103"},
		Gitea:  {"/api/v1/user", "/api/v1/repos/acme/desk/issues/7/comments", "user", "PATCH /api/v1/repos/acme/desk/issues/comments/103"},
	} {
		s := newServer(t, style)
		if style == Gitea {
			s.size = 100
		}
		by := func(id int, who, body string) obj {
			return obj{"id": id, c.who: obj{"login": who, "username": who}, "body": body, "created_at": "x"}
		}
		s.values[c.user] = obj{"login": "bot", "username": "bot"}
		s.lists[c.list] = []any{by(100, "eve", old), by(101, "bot", "Hello"), by(102, "bot", "<!-- frontdesk/other -->\nold")}
		p := s.pull("acme/desk", 7)
		if err := client().Comment(t.Context(), p, "frontdesk/review", "**new**"); err != nil {
			t.Fatalf("%s: %v", style, err)
		}
		s.lists[c.list] = append(s.lists[c.list], by(103, "bot", strings.ReplaceAll(old, "\n", "\r\n")))
		for range 2 {
			if err := client().Comment(t.Context(), p, "frontdesk/review", "**new**"); err != nil {
				t.Fatalf("%s: %v", style, err)
			}
			s.lists[c.list][3] = by(103, "bot", "<!-- frontdesk/review -->\n**new**") // the second time it is there already
		}
		want := []string{"POST " + c.list + "\n<!-- frontdesk/review -->\n**new**", c.replace + "\n<!-- frontdesk/review -->\n**new**"}
		if !slices.Equal(s.wrote, want) {
			t.Errorf("%s wrote %q, want %q", style, s.wrote, want)
		}
	}
}

func TestCommentsNeedAMarkAndAToken(t *testing.T) {
	s := newServer(t, GitHub)
	for _, mark := range []string{"", "a --> b", "a--b", "UPPER", "new\nline", strings.Repeat("a", 200)} {
		if err := client().Comment(t.Context(), s.pull("acme/desk", 7), mark, "x"); err == nil || !strings.Contains(err.Error(), "is no mark") {
			t.Errorf("%q: %v", mark, err)
		}
	}
	if err := (&Client{}).Comment(t.Context(), s.pull("acme/desk", 7), "a", "x"); err == nil || !strings.Contains(err.Error(), "token") {
		t.Error(err)
	}
	if len(s.asked) != 0 {
		t.Errorf("asked %q", s.asked)
	}
}

func TestALongCommentSaysThatItIsCut(t *testing.T) {
	text := "# Title\n\n```mermaid\n" + strings.Repeat("a --> b\n", 10_000) + "```\n"
	got := fit(text)
	if len(got) > longestComment+200 || !strings.HasSuffix(got, "```\n\n*The rest is too long for a comment; it is in the pipeline's log.*\n") {
		t.Errorf("%d bytes, ending in %q", len(got), got[len(got)-100:])
	}
	if got := fit(strings.Repeat("ü", longestComment)); strings.ContainsRune(got, '\ufffd') {
		t.Error("a character is cut in two")
	}
	if fit("short") != "short" {
		t.Error("a short one changes")
	}
}
