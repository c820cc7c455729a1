package codeowners

import (
	"regexp"
	"slices"
	"strings"
)

// What forges make of a CODEOWNERS file, as their documentation has it: this is a
// second opinion on what Lines writes, and shares no code with it.

// glob reads a pattern of GitHub or GitLab: a path from the top, where a backslash
// escapes and * and ? stop at slashes; a folder stands for all below it.
func glob(p string) func(string) bool {
	var re strings.Builder
	p, anchored := strings.CutPrefix(p, "/")
	if !anchored {
		re.WriteString("(?:.*/)?")
	}
	for i := 0; i < len(p); i++ {
		switch c := p[i]; {
		case c == '\\' && i+1 < len(p):
			i++
			re.WriteString(regexp.QuoteMeta(p[i : i+1]))
		case c == '*':
			re.WriteString("[^/]*")
		case c == '?':
			re.WriteString("[^/]")
		case c >= 0x80:
			re.WriteByte(c)
		default:
			re.WriteString(regexp.QuoteMeta(p[i : i+1]))
		}
	}
	if strings.HasSuffix(p, "/") {
		re.WriteString(".+")
	} else {
		re.WriteString("(?:/.*)?")
	}
	return regexp.MustCompile("^" + re.String() + "$").MatchString
}

// fields splits a line at spaces that no backslash precedes.
func fields(line string) []string {
	var out []string
	var word strings.Builder
	for i := 0; i < len(line); i++ {
		switch {
		case line[i] == '\\' && i+1 < len(line):
			word.WriteString(line[i : i+2])
			i++
		case line[i] == ' ':
			if word.Len() > 0 {
				out = append(out, word.String())
				word.Reset()
			}
		default:
			word.WriteByte(line[i])
		}
	}
	if word.Len() > 0 {
		out = append(out, word.String())
	}
	return out
}

// githubOwners returns whom GitHub asks: the owners of the last line that matches,
// which may be none.
func githubOwners(file []byte, path string) []string {
	var owners []string
	for line := range strings.Lines(string(file)) {
		line = strings.TrimSpace(line)
		if i := strings.Index(line, " #"); i >= 0 {
			line = line[:i]
		}
		f := fields(line)
		if len(f) == 0 || f[0][0] == '#' {
			continue
		}
		if strings.ContainsAny(f[0], "[]!") {
			continue // GitHub does not understand them and skips the line
		}
		if glob(f[0])(path) {
			owners = f[1:]
		}
	}
	return owners
}

// gitlabOwners returns whom GitLab asks: of each section the owners of the last line
// that matches.
func gitlabOwners(file []byte, path string) map[string][]string {
	owners := map[string][]string{}
	section := ""
	for line := range strings.Lines(string(file)) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		if m := regexp.MustCompile(`^\^?\[([^\]]+)\](\[\d+\])?`).FindStringSubmatch(line); m != nil {
			section = strings.ToLower(m[1])
			continue
		}
		f := fields(line)
		if glob(f[0])(path) {
			owners[section] = f[1:]
		}
	}
	return owners
}

// giteaOwners returns whom Gitea asks: the owners of all lines that match. It takes
// one level of backslashes away, then reads the first word as a regular expression
// for the whole path.
func giteaOwners(file []byte, path string) []string {
	var owners []string
	for line := range strings.Lines(string(file)) {
		var words []string
		word, escaped := "", false
		done := func() {
			if word != "" {
				words = append(words, word)
			}
			word = ""
		}
		for _, c := range strings.ReplaceAll(strings.TrimSpace(line), "\t", " ") {
			if c == '#' && !escaped {
				break
			}
			switch {
			case escaped:
				word += string(c)
				escaped = false
			case c == '\\':
				escaped = true
			case c == ' ':
				done()
			default:
				word += string(c)
			}
		}
		done()
		if len(words) < 2 {
			continue
		}
		re, negative := strings.CutPrefix(words[0], "!")
		compiled, err := regexp.Compile("^" + re + "$")
		if err == nil && compiled.MatchString(path) != negative {
			for _, o := range words[1:] {
				if !slices.Contains(owners, o) {
					owners = append(owners, o)
				}
			}
		}
	}
	return owners
}
