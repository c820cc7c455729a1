package hooks

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"frontdesk/records/git"
	"frontdesk/schema"
)

// The trailers that name what a commit touches.
const (
	recordTrailer = "Record"  // with the id of a record
	countTrailer  = "Records" // with how many there are, where these are too many to name
	mostNamed     = 10
)

// longestMessage is the size of a commit message, in bytes, beyond which it is
// left alone. With commit --verbose it holds the whole change.
const longestMessage = 64 << 20

// NameRecords adds a trailer "Record: ID" to the commit message in a file for
// each record that the commit touches and the message does not name; where more
// than ten are touched, one trailer "Records: N". It leaves alone what git is
// about to refuse (an empty message, an unchanged template), messages of merges,
// and those that a rebase will take apart (fixup!, squash!, amend!). home is the
// user's home folder.
func NameRecords(ctx context.Context, dir, file, home string) error {
	repo, err := openTop(dir)
	if err != nil {
		return err
	}
	defer repo.Close()
	heads, err := repo.MergeHeads(ctx)
	if err != nil || len(heads) > 0 {
		return err
	}
	desks, _, deltas, err := stagedDesks(ctx, repo)
	if err != nil || len(desks) == 0 {
		return err
	}
	text, err := readMessage(file)
	if err != nil {
		return err
	}
	m := parseMessage(text, commentOf(ctx, repo))
	if m.isLeftAlone() || m.text == template(ctx, repo, home, m.comment) {
		return nil
	}
	trailers := m.trailers(recordsOf(desks, deltas, func(p string) bool { return isFile(filepath.Join(repo.Dir, filepath.FromSlash(p))) }))
	if len(trailers) == 0 {
		return nil
	}
	if !bytes.HasSuffix(text, []byte("\n")) { // git would put the trailer on the message's last line
		if err := os.WriteFile(file, append(text, '\n'), 0o666); err != nil {
			return err
		}
	}
	return git.AddTrailers(ctx, file, m.comment, trailers)
}

func isFile(p string) bool {
	info, err := os.Lstat(p)
	return err == nil && info.Mode().IsRegular()
}

func readMessage(file string) ([]byte, error) {
	info, err := os.Stat(file)
	if err == nil && (!info.Mode().IsRegular() || info.Size() > longestMessage) {
		err = fmt.Errorf("read message: %s is no commit message", filepath.Base(file))
	}
	if err != nil {
		return nil, err
	}
	return os.ReadFile(file)
}

// message is a commit message as git will record it.
type message struct {
	text    string // without comments, and without what follows the scissors
	comment string // what begins a comment
}

// autoComments are the characters that git may choose to begin comments with
// where core.commentChar is "auto".
const autoComments = "#;@!$%^&|:"

// scissors follow the comment character on the line below which git drops all.
const scissors = " ------------------------ >8 ------------------------"

// parseMessage takes what git drops out of a message. comment is what begins a
// comment, or "auto".
func parseMessage(text []byte, comment string) message {
	lines := strings.SplitAfter(string(text), "\n")
	var kept strings.Builder
	auto := comment == "auto"
	if auto {
		comment = chosenComment(lines)
	}
	for _, line := range lines {
		if strings.TrimRight(line, "\r\n") == comment+scissors {
			break
		}
		if !strings.HasPrefix(line, comment) {
			kept.WriteString(line)
		}
	}
	return message{text: strings.TrimSpace(kept.String()), comment: comment}
}

// chosenComment returns the character with which git began its comments: the one
// before the scissors, or of the last line.
func chosenComment(lines []string) string {
	for _, line := range lines {
		if c, ok := strings.CutSuffix(strings.TrimRight(line, "\r\n"), scissors); ok && len(c) == 1 && strings.Contains(autoComments, c) {
			return c
		}
	}
	for _, line := range slices.Backward(lines) {
		if len(line) > 0 && line[0] != '\n' {
			if strings.IndexByte(autoComments, line[0]) >= 0 {
				return line[:1]
			}
			break
		}
	}
	return "#"
}

// commentOf returns what begins a comment in messages of a repository, or "auto".
func commentOf(ctx context.Context, repo *git.Repo) string {
	for _, key := range []string{"core.commentString", "core.commentChar"} {
		if value, ok := repo.Setting(ctx, key); ok && value != "" {
			return value
		}
	}
	return "#"
}

// template returns what a new message holds before anybody edits it, "" where
// there is no template.
func template(ctx context.Context, repo *git.Repo, home, comment string) string {
	p, ok := repo.Setting(ctx, "commit.template")
	if !ok || p == "" {
		return ""
	}
	if rest, ok := strings.CutPrefix(p, "~/"); ok {
		p = filepath.Join(home, rest)
	}
	if !filepath.IsAbs(p) {
		p = filepath.Join(repo.Dir, p)
	}
	text, err := readMessage(p)
	if err != nil {
		return "" // git will say so
	}
	return parseMessage(text, comment).text
}

func (m message) isLeftAlone() bool {
	for _, prefix := range []string{"fixup!", "squash!", "amend!"} {
		if strings.HasPrefix(m.text, prefix) {
			return true
		}
	}
	return m.text == ""
}

// trailers returns those that a message lacks.
func (m message) trailers(ids []string) []string {
	if len(ids) > mostNamed {
		return []string{fmt.Sprintf("%s: %d", countTrailer, len(ids))}
	}
	var lacking []string
	for _, id := range ids {
		if !m.names(id) {
			lacking = append(lacking, recordTrailer+": "+id)
		}
	}
	return lacking
}

// names reports whether an id stands in a message as a word of its own, in any
// case.
func (m message) names(id string) bool {
	text, id := strings.ToLower(m.text), strings.ToLower(id)
	for at := 0; ; {
		i := strings.Index(text[at:], id)
		if i < 0 {
			return false
		}
		before, _ := utf8.DecodeLastRuneInString(text[:at+i])
		after, _ := utf8.DecodeRuneInString(text[at+i+len(id):])
		if !isWord(before) && !isWord(after) {
			return true
		}
		at += i + 1
	}
}

func isWord(r rune) bool {
	return r != utf8.RuneError && (r == '-' || r == '_' || unicode.IsLetter(r) || unicode.IsDigit(r))
}

// recordsOf returns the ids of the records that changes to desks touch, in order.
// An attachment belongs to the record whose id its folder has; isFile says
// whether a file is there.
func recordsOf(desks []string, deltas []git.Delta, isFile func(p string) bool) []string {
	seen := map[string]bool{}
	for _, d := range deltas {
		for _, p := range []string{d.OldPath, d.Path} {
			if id := recordOf(desks, p, isFile); id != "" {
				seen[id] = true
			}
		}
	}
	ids := make([]string, 0, len(seen))
	for id := range seen {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	return ids
}

// recordOf returns the id of the record that a file is or belongs to, "" where it
// is none.
func recordOf(desks []string, p string, isFile func(string) bool) string {
	for _, folder := range candidates(p) {
		if !slices.Contains(desks, folder) {
			continue
		}
		rest, ok := strings.CutPrefix(p, path.Join(folder, schema.RecordsFolder)+"/")
		if !ok {
			return ""
		}
		parts := strings.Split(rest, "/")
		for i := 1; i < len(parts)-1; i++ {
			dir := strings.TrimSuffix(p, strings.Join(parts[i+1:], "/"))
			if isFile(strings.TrimSuffix(dir, "/") + schema.Extension) {
				return safeID(parts[i])
			}
		}
		id, isRecord := strings.CutSuffix(parts[len(parts)-1], schema.Extension)
		if len(parts) < 2 || !isRecord {
			return ""
		}
		return safeID(id)
	}
	return ""
}

// safeID returns a name as an id, "" where it could not be one: what stands in a
// trailer must neither end its line nor be taken for anything else.
func safeID(name string) string {
	for _, r := range name {
		if !isWord(r) && r != '.' {
			return ""
		}
	}
	return name
}
