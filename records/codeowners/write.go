package codeowners

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"unicode"

	"frontdesk/records/forge"
)

// The lines around what is generated. Whatever stands outside stays as it is.
const (
	begin = "# BEGIN frontdesk codeowners"
	end   = "# END frontdesk codeowners"
)

// MaxBytes is the size above which GitHub does not load the file, so that nobody
// would be asked at all.
const MaxBytes = 3_000_000

// Sections of GitLab's file.
const (
	recordSection = "[Service desk records]"
	policySection = "[Service desk policy]"
)

// Errors of a file that lines cannot be put into.
var (
	ErrMarks = errors.New("the lines that mark what is generated are not one pair, the beginning before the end")
	ErrSize  = errors.New("it would be larger than 3 MB, and GitHub loads none that is")
)

// Places lists where a forge looks for the file, in order: the first that is there
// counts. The last is where a new one is put.
func Places(f string) []string {
	switch f {
	case forge.GitLab:
		return []string{"CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"}
	case forge.Gitea:
		return []string{"CODEOWNERS", "docs/CODEOWNERS", ".gitea/CODEOWNERS"}
	}
	return []string{".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS"}
}

// Default returns where a new file is put.
func Default(f string) string {
	places := Places(f)
	if f == forge.GitHub {
		return places[0]
	}
	return places[len(places)-1]
}

// Lines returns the generated part of the file. Of several lines that match a file
// GitHub heeds the last, GitLab the last of each section, and Gitea all; no file
// that the lines name is matched by two of them, but for those below people,
// teams and the other trusted folders, where they say the same.
func (o *Owners) Lines(f string) ([]byte, error) {
	var b bytes.Buffer
	fmt.Fprintf(&b, "%s\n# Made by: frontdesk codeowners --forge %s\n# What stands between these two marks is made anew each time.\n", begin, f)
	for _, part := range []struct {
		title, section string
		rules          []Rule
	}{
		{"Who answers for things, and for what they approve", recordSection, o.Records},
		{"What decides about others: configuration, types, keys, people, pipelines, this file", policySection, o.Policy},
	} {
		if len(part.rules) == 0 {
			continue
		}
		fmt.Fprintf(&b, "\n# %s\n", part.title)
		if f == forge.GitLab {
			fmt.Fprintln(&b, part.section)
		}
		for _, r := range part.rules {
			p, err := pattern(f, r.Path)
			if err != nil {
				return nil, err
			}
			fmt.Fprintf(&b, "%s %s\n", p, strings.Join(r.Owners, " "))
		}
	}
	fmt.Fprintf(&b, "\n%s\n", end)
	return b.Bytes(), nil
}

// pattern writes a path so that the forge matches just that: a file, or all that
// lies below a folder.
func pattern(f, p string) (string, error) {
	if strings.ContainsFunc(p, func(r rune) bool { return unicode.IsControl(r) || r == unicode.ReplacementChar }) {
		return "", fmt.Errorf("%q cannot be written into CODEOWNERS: it holds a control character", p)
	}
	if f == forge.Gitea {
		return expression(p), nil
	}
	var b strings.Builder
	b.WriteByte('/')
	for _, r := range p {
		switch {
		case r == ' ':
			b.WriteString(`\ `)
		case strings.ContainsRune(`*?[]{}\#!`, r):
			// Which of these can be escaped differs between forges and their versions. A
			// question mark stands for any one character, also for this one.
			b.WriteByte('?')
		default:
			b.WriteRune(r)
		}
	}
	return b.String(), nil
}

// expression writes a path as a regular expression, as Gitea reads it: between ^
// and $, after taking one level of backslashes away. A ! at its beginning would turn
// it around.
func expression(p string) string {
	re := regexp.QuoteMeta(p)
	if rest, ok := strings.CutPrefix(re, "!"); ok {
		re = "[!]" + rest
	}
	if strings.HasSuffix(p, "/") {
		re += ".*"
	}
	return strings.NewReplacer(`\`, `\\`, ` `, `\ `, `#`, `\#`).Replace(re)
}

// Merge puts the generated lines into a file: in the place of those that are there,
// else at the end. old is nil where there is no file.
func Merge(old, lines []byte) ([]byte, error) {
	first, last, err := marks(old)
	if err != nil {
		return nil, err
	}
	var out []byte
	switch {
	case first >= 0:
		out = slices.Concat(old[:first], lines, old[last:])
	case len(old) == 0:
		out = bytes.Clone(lines)
	default:
		gap := "\n"
		if !bytes.HasSuffix(old, []byte("\n")) {
			gap = "\n\n"
		}
		out = slices.Concat(old, []byte(gap), lines)
	}
	if len(out) > MaxBytes {
		return nil, ErrSize
	}
	return out, nil
}

// marks returns where the generated lines begin and end, -1 where there are none.
func marks(data []byte) (first, last int, err error) {
	first, last = -1, -1
	at := 0
	for line := range bytes.Lines(data) {
		text := string(bytes.TrimRight(line, "\r\n"))
		switch {
		case text == begin && first < 0 && last < 0:
			first = at
		case text == end && first >= 0 && last < 0:
			last = at + len(line)
		case text == begin || text == end:
			return 0, 0, ErrMarks
		}
		at += len(line)
	}
	if (first < 0) != (last < 0) {
		return 0, 0, ErrMarks
	}
	return first, last, nil
}

// Stray returns the hand-written lines that come after the generated ones and, on
// GitLab, fall into their last section.
func Stray(f string, data []byte) int {
	_, last, err := marks(data)
	if f != forge.GitLab || err != nil || last < 0 {
		return 0
	}
	n := 0
	for line := range strings.Lines(string(data[last:])) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") || strings.HasPrefix(line, "^[") {
			break
		}
		if line != "" && line[0] != '#' {
			n++
		}
	}
	return n
}

// Diff returns the lines that differ, with - before those of old alone and + before
// those of new alone.
func Diff(old, new []byte) []string {
	a, b := split(old), split(new)
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	return between(a, b)
}

// split returns the lines of a file without their ends, a carriage return of which
// is shown.
func split(data []byte) []string {
	var lines []string
	for line := range strings.Lines(string(data)) {
		lines = append(lines, strings.TrimSuffix(line, "\n"))
	}
	return lines
}

// near is how far Diff looks ahead for a line that both have.
const near = 1000

// between walks along two lists of lines, and where they differ goes on at the
// nearest line that both have.
func between(a, b []string) []string {
	var out []string
	minus := func(n int) {
		for _, line := range a[:n] {
			out = append(out, "-"+line)
		}
		a = a[n:]
	}
	plus := func(n int) {
		for _, line := range b[:n] {
			out = append(out, "+"+line)
		}
		b = b[n:]
	}
	for len(a) > 0 && len(b) > 0 {
		if a[0] == b[0] {
			a, b = a[1:], b[1:]
			continue
		}
		inB := slices.Index(b[:min(near, len(b))], a[0])
		inA := slices.Index(a[:min(near, len(a))], b[0])
		switch {
		case inB >= 0 && (inA < 0 || inB <= inA):
			plus(inB)
		case inA >= 0:
			minus(inA)
		default:
			minus(1)
			plus(1)
		}
	}
	minus(len(a))
	plus(len(b))
	return out
}
