package approval

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"frontdesk/records"
	"frontdesk/records/plain"
)

// How much a message spells out.
const (
	maxNames   = 5   // persons, files, differences
	maxText    = 200 // characters of a text that somebody else wrote
	maxVoids   = 20  // differences of one approval
	maxReasons = 20  // why one person may not approve
	maxUnknown = 20  // contributors whom nobody knows
)

// moment writes a time as people read it.
func moment(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

// stated writes the time that a statement claims.
func stated(at string) string {
	if t, ok := records.ParseTime(at); ok {
		return moment(t)
	}
	return quote(at)
}

// cut returns a text of others on one line, and no longer than messages should be.
func cut(s string) string {
	n := min(len(s), 8*maxText)
	for n > 0 && n < len(s) && !utf8.RuneStart(s[n]) {
		n--
	}
	line := []rune(plain.Line(s[:n]))
	if n == len(s) && len(line) <= maxText {
		return string(line)
	}
	return string(line[:min(len(line), maxText)]) + "…"
}

// quote returns a text of others in quotes.
func quote(s string) string { return `"` + cut(s) + `"` }

// and lists names: "dana, kim and lee".
func and[S ~string](names []S) string { return list(names, "and") }

// or lists names: "dana, kim or lee".
func or[S ~string](names []S) string { return list(names, "or") }

func list[S ~string](names []S, word string) string {
	var texts []string
	for _, n := range names {
		texts = append(texts, cut(string(n)))
	}
	if len(texts) > maxNames {
		texts = append(texts[:maxNames-1:maxNames-1], fmt.Sprintf("%d more", len(texts)-maxNames+1))
	}
	if len(texts) < 2 {
		return strings.Join(texts, "")
	}
	last := len(texts) - 1
	return strings.Join(texts[:last], ", ") + " " + word + " " + texts[last]
}

// approvals counts them: "1 approval", "2 approvals".
func approvals(n int) string {
	if n == 1 {
		return "1 approval"
	}
	return fmt.Sprintf("%d approvals", n)
}

// branch returns a branch's short name.
func branch(ref string) string { return cut(strings.TrimPrefix(ref, "refs/heads/")) }

// short returns the first digits of a commit.
func short(commit string) string { return cut(commit[:min(len(commit), 10)]) }

// span writes a length of time: "24 hours", "90 minutes".
func span(d time.Duration) string {
	for _, u := range []struct {
		length time.Duration
		name   string
	}{{24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}, {time.Second, "second"}} {
		n := d / u.length
		switch {
		case d%u.length != 0 || u.name == "day" && n < 2:
		case n == 1:
			return "1 " + u.name
		default:
			return fmt.Sprintf("%d %ss", n, u.name)
		}
	}
	return d.String()
}

// anyOf says who may approve by a rule: by name, or by example where it could be
// any person.
func anyOf(could []records.ID, anyone bool) string {
	if anyone && len(could) > maxNames {
		return fmt.Sprintf("%s, %s or any other person may approve", cut(string(could[0])), cut(string(could[1])))
	}
	if len(could) == 0 {
		return "whoever else it asks counts for another rule"
	}
	return or(could) + " may approve"
}

func sortedIDs(m map[records.ID]bool) []records.ID {
	out := []records.ID{}
	for id, in := range m {
		if in {
			out = append(out, id)
		}
	}
	slices.Sort(out)
	return out
}
