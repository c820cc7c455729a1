package forge

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"frontdesk/records"
	"frontdesk/records/evidence"
	"frontdesk/records/lazy"
	"frontdesk/records/plain"
)

// collector puts together what is known of the reviews of a pull request.
type collector struct {
	pull     Pull
	host     string
	fromFile bool
	foreign  string // address of another pull request that the answers are about
	reviews  []evidence.Review
	notes    []string
	left     int // notes that were not kept
	seen     map[string]bool
}

// mostNotes bounds the notes.
const mostNotes = 50

func newCollector(p Pull, base *url.URL) *collector {
	return &collector{pull: p, host: hostOf(base), seen: map[string]bool{}}
}

func (c *collector) note(format string, args ...any) {
	if len(c.notes) == mostNotes {
		c.left++
		return
	}
	c.notes = append(c.notes, plain.Line(fmt.Sprintf(format, args...)))
}

// add takes a review, unless it says nothing, or lacks what makes it one.
func (c *collector) add(id, account, state, commit, at string) {
	if slices.Contains(silent, state) || c.seen[id] {
		return
	}
	c.seen[id] = true
	when, ok := records.ParseTime(at)
	switch {
	case !isAccount(account):
		c.note("review %s is left out: %s does not say whose it is", id, c.pull.Forge)
	case !isCommit(commit):
		c.note("review %s of %s is left out: %s does not tell which commit was reviewed", id, account, c.pull.Forge)
	case !ok:
		c.note("review %s of %s is left out: %s does not tell when it was given", id, account, c.pull.Forge)
	default:
		r := evidence.Review{Forge: c.pull.Forge, Host: c.host, Repository: c.pull.Repository, Pull: c.pull.Number,
			ID: id, Account: account, Commit: commit, State: state, SubmittedAt: records.FormatTime(when)}
		if _, known := DecisionOf(r); !known {
			c.note("review %s of %s is left out: nothing is known of the state %q", id, account, state)
			return
		}
		c.reviews = append(c.reviews, r)
	}
}

// about checks that answers from a file are of the pull request; address is what
// they say of it, "" where they say nothing.
func (c *collector) about(address string) {
	want := fmt.Sprintf("/%s/pulls/%d", c.pull.Repository, c.pull.Number)
	if c.fromFile && address != "" && !strings.HasSuffix(strings.ToLower(address), strings.ToLower(want)) && c.foreign == "" {
		c.foreign = address
	}
}

// done returns the reviews, oldest first.
func (c *collector) done() ([]evidence.Review, []string) {
	slices.SortStableFunc(c.reviews, func(a, b evidence.Review) int { return strings.Compare(a.SubmittedAt, b.SubmittedAt) })
	if c.left > 0 {
		c.notes = append(c.notes, fmt.Sprintf("and %d more of that kind", c.left))
	}
	return c.reviews, c.notes
}

var commitPattern = lazy.Regexp(`^([0-9a-f]{40}|[0-9a-f]{64})$`)

func isCommit(s string) bool { return commitPattern().MatchString(s) }

// longestAccount bounds an account's name.
const longestAccount = 255

func isAccount(s string) bool {
	return s != "" && len(s) <= longestAccount && s == plain.Line(s) && !strings.ContainsFunc(s, unicode.IsSpace)
}

// user is an account in the answers of all forges: GitLab says username.
type user struct {
	ID       int64  `json:"id"`
	Login    string `json:"login"`
	Username string `json:"username"`
}

// name returns the account's name, "" where there is none: of an account that is
// gone, forges say null.
func (u *user) name() string {
	switch {
	case u == nil:
		return ""
	case u.Username != "" && u.Login == "":
		return u.Username
	}
	return u.Login
}

func number(n int64) string { return strconv.FormatInt(n, 10) }

// parseTime reads a time of an answer.
func parseTime(s string) (time.Time, bool) { return records.ParseTime(s) }

// maxValues bounds the values in a file of answers.
const maxValues = 1000

// eachValue hands out the JSON values of a file.
func eachValue(data []byte, take func([]byte) error) error {
	if len(data) > maxFile {
		return fmt.Errorf("it is longer than %d MiB", maxFile>>20)
	}
	d := json.NewDecoder(bytes.NewReader(data))
	for n := 0; ; n++ {
		var value json.RawMessage
		err := d.Decode(&value)
		switch {
		case errors.Is(err, io.EOF) && n > 0:
			return nil
		case errors.Is(err, io.EOF):
			return errors.New("it is empty")
		case err != nil:
			return errors.New(plain.Line(err.Error()))
		case n == maxValues:
			return fmt.Errorf("it holds more than %d values", maxValues)
		}
		if err := take(value); err != nil {
			return err
		}
	}
}

// items returns the items of a list.
func items(value []byte) ([]json.RawMessage, error) {
	var list []json.RawMessage
	if err := json.Unmarshal(value, &list); err != nil {
		return nil, errors.New("a list is missing")
	}
	return list, nil
}

// keys returns which of some keys a map has.
func keys(value []byte, names ...string) map[string]bool {
	var m map[string]json.RawMessage
	if json.Unmarshal(value, &m) != nil {
		return nil
	}
	has := map[string]bool{}
	for _, name := range names {
		if _, ok := m[name]; ok {
			has[name] = true
		}
	}
	return has
}

// decode puts a JSON value into another, and says in few words where that fails.
func decode(value []byte, into any) error {
	if err := json.Unmarshal(value, into); err != nil {
		return errors.New(plain.Line(err.Error()))
	}
	return nil
}
