package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
)

// machine returns what the figures were measured on, a line each.
func (b *bench) machine(ctx context.Context) []string {
	said := func(dir string, args ...string) string {
		out, err := b.exec(ctx, call{dir: dir, args: args})
		if err != nil {
			return "unknown"
		}
		return strings.TrimSpace(out.stdout)
	}
	commit := said(b.env.dir, "git", "rev-parse", "--short=12", "HEAD")
	if said(b.env.dir, "git", "status", "--porcelain", "--untracked-files=no") != "" {
		commit += " with changes"
	}
	return []string{
		"Date: " + b.env.now().UTC().Format("2006-01-02"),
		"Commit: " + commit,
		fmt.Sprintf("Processor: %s, %d cores", valueIn("/proc/cpuinfo", "model name"), runtime.NumCPU()),
		"Memory: " + gigabytes(valueIn("/proc/meminfo", "MemTotal")),
		"System: " + strings.Trim(valueIn("/etc/os-release", "PRETTY_NAME"), `"`) + ", Linux " + said("", "uname", "-r"),
		fmt.Sprintf("Programs: %s, git %s, Node %s", runtime.Version(), strings.TrimPrefix(said("", "git", "--version"), "git version "), said("", "node", "--version")),
		"Compared with: " + strings.Join([]string{
			"Backlog.md " + b.packaged("backlog.md"), "remark-lint-frontmatter-schema " + b.packaged("remark-lint-frontmatter-schema"),
			"fossil " + word(said("", "fossil", "version"), 4), "Hugo " + word(said("", hugo(b), "version"), 1),
		}, ", "),
	}
}

// packaged returns the version of a package that npm installed.
func (b *bench) packaged(name string) string {
	return strings.Trim(valueIn(filepath.Join(b.o.tools, "node_modules", name, "package.json"), `"version"`), `",`)
}

// word returns a word of a text, counted from 0, "unknown" where it has fewer.
func word(text string, n int) string {
	words := strings.Fields(text)
	if n >= len(words) {
		return "unknown"
	}
	return words[n]
}

// valueIn returns the first value of a key in a file of lines "key: value" or
// "key=value", "unknown" where there is none.
func valueIn(file, key string) string {
	data, err := os.ReadFile(file)
	if err != nil {
		return "unknown"
	}
	for line := range strings.Lines(string(data)) {
		if i := strings.IndexAny(line, ":="); i > 0 && strings.TrimSpace(line[:i]) == key {
			return strings.TrimSpace(line[i+1:])
		}
	}
	return "unknown"
}

func gigabytes(kilobytes string) string {
	var n int64
	if _, err := fmt.Sscanf(kilobytes, "%d kB", &n); err != nil {
		return kilobytes
	}
	return fmt.Sprintf("%.1f GiB", float64(n)/(1<<20))
}

// load returns how many processes wanted to run lately, by the kernel's word
// for the last minute.
func load() string {
	data, err := os.ReadFile("/proc/loadavg")
	if err != nil {
		return "unknown"
	}
	first, _, _ := strings.Cut(string(data), " ")
	return first
}
