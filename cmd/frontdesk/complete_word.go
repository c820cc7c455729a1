package main

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode"

	"github.com/spf13/cobra"

	"frontdesk/records"
	"frontdesk/records/lazy"
	"frontdesk/records/plain"
	"frontdesk/records/tree"
	"frontdesk/schema"
)

// word is one that may stand next.
type word struct {
	text  string
	about string // what it means, in a few words; may be empty
	open  bool   // more of the same word comes after it
}

func plainWords(texts []string) []word {
	out := make([]word, len(texts))
	for i, t := range texts {
		out[i] = word{text: t}
	}
	return out
}

func prefixed(prefix string, words []word) []word {
	for i := range words {
		words[i].text = prefix + words[i].text
	}
	return words
}

// shellSafe matches words that no shell expands. Others are never offered: bash
// would evaluate a file named $(…).md as soon as somebody pressed the tab key.
var shellSafe = lazy.Regexp(`^[A-Za-z0-9._:=,/@+-]+$`)

// begunWith keeps the words that begin as typed, whatever the case, each once,
// and writes their beginning as it was typed: shells offer no other. Where all
// are open, the shell adds no space.
func begunWith(begun string, words []word) ([]string, cobra.ShellCompDirective) {
	directive := cobra.ShellCompDirectiveNoFileComp
	var out []string
	open := true
	seen := map[string]bool{}
	for _, w := range words {
		text, ok := continued(begun, w.text)
		if !ok || seen[text] || !shellSafe().MatchString(text) {
			continue
		}
		seen[text] = true
		if about := harmlessNote(w.about); about != "" && !saysNothing(text, about) {
			text += "\t" + about
		}
		out = append(out, text)
		open = open && w.open
	}
	if open && len(out) > 0 {
		directive |= cobra.ShellCompDirectiveNoSpace
	}
	return out, directive
}

// saysNothing reports whether a note but repeats the word: "Assignee" of assignee=.
func saysNothing(text, about string) bool {
	text = strings.TrimRight(text, "=:")
	return strings.EqualFold(text[strings.LastIndexAny(text, "=:")+1:], about)
}

// continued returns a word that begins with what was typed and ends as the given
// one; it is false where that begins otherwise, whatever the case.
func continued(begun, text string) (string, bool) {
	if len(text) < len(begun) || !strings.EqualFold(text[:len(begun)], begun) {
		return "", false
	}
	return begun + text[len(begun):], true
}

// longestNote is how many characters of a description are shown.
const longestNote = 60

// harmlessNote makes a description of untrusted text: one short line without
// what any shell could expand, however it handles it.
func harmlessNote(text string) string {
	text = strings.Map(func(c rune) rune {
		if strings.ContainsRune("$`\\", c) {
			return -1
		}
		return c
	}, plain.Line(text))
	if r := []rune(text); len(r) > longestNote {
		return strings.TrimSpace(string(r[:longestNote-1])) + "…"
	}
	return strings.TrimSpace(text)
}

// manyIDs is how many ids are offered at once. Of more, only their next few
// characters are: nobody reads thousands.
const manyIDs = 100

// titledIDs is of how many ids the titles are read.
const titledIDs = 50

// ids offers the ids of the records of the types, of all where none is given,
// that begin as typed; where none does, those whose last part does, as that is
// how people call them. "type/" before it looks at one type only. It reads file
// names, and titles where they are few.
func ids(t *tree.Tree, begun string, types ...records.Type) []word {
	prefix := ""
	if typ, part, ok := strings.Cut(begun, "/"); ok && t.Types.Get(records.Type(typ)) != nil {
		prefix, begun, types = typ+"/", part, []records.Type{records.Type(typ)}
	}
	var names []tree.Name
	var parts []tree.Name
	for _, n := range t.Pick(func(id string) bool { return begins(id, begun) || begins(lastPart(id), begun) }, types...) {
		if begins(string(n.ID), begun) {
			names = append(names, n)
		} else {
			parts = append(parts, n)
		}
	}
	if len(names) > 0 || begun == "" {
		return prefixed(prefix, namedWords(t, begun, names, func(id string) string { return id }))
	}
	return prefixed(prefix, namedWords(t, begun, parts, lastPart))
}

func begins(text, begun string) bool {
	return len(text) >= len(begun) && strings.EqualFold(text[:len(begun)], begun)
}

func lastPart(id string) string { return id[strings.LastIndexByte(id, '-')+1:] }

// namedWords makes words of records, as they are called.
func namedWords(t *tree.Tree, begun string, names []tree.Name, call func(id string) string) []word {
	lower := strings.ContainsFunc(begun, unicode.IsLower) && !strings.ContainsFunc(begun, unicode.IsUpper)
	out := make([]word, 0, len(names))
	for _, n := range names {
		text := call(string(n.ID))
		if lower && strings.ToUpper(text) == text {
			text = strings.ToLower(text) // as the beginning was typed
		}
		w := word{text: text}
		if len(names) <= titledIDs {
			w.about = titleOf(t, n)
			if text := call(string(n.ID)); text != string(n.ID) {
				w.about = string(n.ID) + " " + w.about
			}
		}
		out = append(out, w)
	}
	slices.SortFunc(out, func(a, b word) int { return cmp.Compare(a.text, b.text) })
	out = slices.CompactFunc(out, func(a, b word) bool { return a.text == b.text })
	if len(out) > manyIDs {
		return stems(out, len(begun))
	}
	return out
}

// stems offers the beginnings of many words: as many characters beyond those
// typed as leave few of them.
func stems(words []word, typed int) []word {
	best := []word{}
	for more := 1; more <= schema.MaxID; more++ {
		var next []word
		for i := 0; i < len(words); {
			j := i + 1
			text := words[i].text[:min(typed+more, len(words[i].text))]
			for j < len(words) && strings.HasPrefix(words[j].text, text) {
				j++
			}
			w := words[i]
			if j > i+1 {
				w = word{text: text, about: fmt.Sprintf("%d records", j-i), open: true}
			}
			next = append(next, w)
			i = j
		}
		if len(best) > 0 && (len(next) > manyIDs || len(next) == len(best) && !isAnyOpen(next)) {
			return best
		}
		best = next
	}
	return best
}

func isAnyOpen(words []word) bool {
	return slices.ContainsFunc(words, func(w word) bool { return w.open })
}

// headSize is how much of a file is read for its title.
const headSize = 2048

// titleOf returns the title of a record for the eye: the line is looked up and
// not parsed, which takes a hundredth of the time.
func titleOf(t *tree.Tree, n tree.Name) string {
	f, err := os.OpenInRoot(t.Root, filepath.FromSlash(n.Path))
	if err != nil {
		return ""
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		return ""
	}
	head := make([]byte, headSize)
	read, err := io.ReadFull(f, head)
	if err != nil && read == 0 {
		return ""
	}
	_, after, ok := bytes.Cut(head[:read], []byte("\n"+records.FieldTitle+":"))
	line, _, _ := bytes.Cut(after, []byte("\n"))
	title := strings.TrimSpace(string(line))
	if !ok || title == "|" || title == ">" {
		return ""
	}
	if q := title[:min(1, len(title))]; q == `"` || q == "'" {
		title, _, _ = strings.Cut(title[1:], q)
		return title
	}
	title, _, _ = strings.Cut(title, " #")
	return strings.TrimSpace(title)
}
