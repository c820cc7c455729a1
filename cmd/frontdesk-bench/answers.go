package main

import (
	"crypto/sha256"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// digestOf returns the digest of words in any order.
func digestOf(words []string) string {
	sorted := slices.Sorted(slices.Values(words))
	return fmt.Sprintf("%x", sha256.Sum256([]byte(strings.Join(sorted, "\n"))))
}

// namesExactly makes a check that the lines which a pattern matches name just
// these, each once. The pattern's first group is the name.
func namesExactly(pattern string, want []string) func(output) error {
	re, digest := regexp.MustCompile(pattern), digestOf(want)
	return func(out output) error {
		var got []string
		for _, l := range out.lines() {
			if m := re.FindStringSubmatch(l); m != nil {
				got = append(got, m[1])
			}
		}
		if digestOf(got) != digest {
			return wrongf("it names %d records, not the %d that are right", len(got), len(want))
		}
		return nil
	}
}

// says makes a check that the output, or what is said beside it, holds a text.
func says(text string) func(output) error {
	return func(out output) error {
		if !strings.Contains(out.stdout, text) && !strings.Contains(out.stderr, text) {
			said := strings.TrimSpace(out.stdout + out.stderr)
			return wrongf("it does not say %q but %q", text, said[:min(len(said), 200)])
		}
		return nil
	}
}

// printsNothing is a check for commands that have nothing to complain about.
func printsNothing(out output) error {
	if s := strings.TrimSpace(out.stdout + out.stderr); s != "" {
		return wrongf("it says %q", s[:min(len(s), 200)])
	}
	return nil
}

// countsLines makes a check that n lines match a pattern.
func countsLines(pattern string, n int) func(output) error {
	re := regexp.MustCompile(pattern)
	return func(out output) error {
		got := 0
		for _, l := range out.lines() {
			if re.MatchString(l) {
				got++
			}
		}
		if got != n {
			return wrongf("%d lines match %s, not %d", got, pattern, n)
		}
		return nil
	}
}
