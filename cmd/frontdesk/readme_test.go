package main

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"frontdesk/records/demo"
	"frontdesk/records/tree"
)

// typed is a command of the README with what it prints.
type typed struct {
	line   int
	script string
	output string
}

// readConsole returns what the README's console blocks type.
func readConsole(t *testing.T) []typed {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(moduleRoot, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	var out []typed
	inside := false
	for i, line := range strings.Split(string(data), "\n") {
		last := len(out) - 1
		switch {
		case strings.HasPrefix(line, "```"):
			inside = line == "```console"
		case !inside:
		case strings.HasPrefix(line, "$ "):
			out = append(out, typed{line: i + 1, script: line[2:]})
		case strings.HasPrefix(line, "> "):
			out[last].script += "\n" + line[2:]
		default:
			out[last].output += line + "\n"
		}
	}
	return out
}

// asPattern turns expected output into a pattern: a line that is "…" stands for
// any lines, "…" within a line for anything.
func asPattern(output string) *regexp.Regexp {
	p := regexp.QuoteMeta(output)
	p = regexp.MustCompile(`(?m)^…\n`).ReplaceAllString(p, `(?:.*\n)*?`)
	return regexp.MustCompile("^" + strings.ReplaceAll(p, "…", `[^\n]*`) + "$")
}

func TestTheReadmesTourPrintsWhatItSays(t *testing.T) {
	program, err := os.Executable() // TestMain makes it frontdesk when it is called so
	if err != nil {
		t.Fatal(err)
	}
	bin, desk, home := t.TempDir(), filepath.Join(t.TempDir(), "demo"), t.TempDir()
	if err := os.Symlink(program, filepath.Join(bin, "frontdesk")); err != nil {
		t.Fatal(err)
	}
	t.Setenv("PATH", bin+string(os.PathListSeparator)+os.Getenv("PATH"))
	for name, value := range map[string]string{
		"HOME": home, "XDG_CONFIG_HOME": home, "GIT_CONFIG_NOSYSTEM": "1", "NO_COLOR": "1",
		"FRONTDESK_TEST_NOW": "2026-11-22T09:30:00Z", "GIT_AUTHOR_DATE": "2026-11-22T09:30:00Z", "GIT_COMMITTER_DATE": "2026-11-22T09:30:00Z", "GIT_AUTHOR_NAME": "Priya", "GIT_AUTHOR_EMAIL": "priya@example.com",
		"GIT_COMMITTER_NAME": "Priya", "GIT_COMMITTER_EMAIL": "priya@example.com",
	} {
		t.Setenv(name, value)
	}
	files := tree.Skeleton("Demo")
	delete(files, tree.ConfigFile)
	if _, err := demo.Play(context.Background(), desk, files); err != nil {
		t.Fatal(err)
	}
	commands := readConsole(t)
	if len(commands) < 10 {
		t.Fatalf("the README types %d commands", len(commands))
	}
	if err := exec.Command("git", "-C", desk, "config", "user.email", "mira@example.com").Run(); err != nil {
		t.Fatal(err)
	}
	for _, c := range commands {
		cmd := exec.Command("sh", "-c", c.script)
		cmd.Dir = desk
		out, _ := cmd.CombinedOutput() // some are meant to fail
		if got := string(out); !asPattern(c.output).MatchString(got) {
			t.Errorf("README.md:%d: $ %s\nprints\n%s\nnot\n%s", c.line, c.script, got, c.output)
		}
	}
}
