package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// testNow is the time at which all test commands run.
var testNow = time.Date(2026, 11, 3, 12, 0, 0, 0, time.UTC)

// statusCopy names the variable with the file to which the program under test
// copies what Linux knows of its process before it ends.
const statusCopy = "FRONTDESK_TEST_STATUS"

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){
		"frontdesk": func() {
			e := systemEnv()
			e.now = func() time.Time { return testClock(os.Getenv("FRONTDESK_TEST_NOW")) }
			code := runInterruptibly(e, os.Args[1:])
			if status := os.Getenv(statusCopy); status != "" {
				data, _ := os.ReadFile("/proc/self/status")
				_ = os.WriteFile(status, data, 0o600)
			}
			os.Exit(code)
		},
	})
}

// testClock returns the time that a test wants, testNow unless it says.
func testClock(text string) time.Time {
	if t, err := time.Parse(time.RFC3339, text); err == nil {
		return t
	}
	return testNow
}

// TestScripts runs testdata/script. Each script has a home of its own, no system
// configuration, and a copy of testdata/desk in $WORK/desk.
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata/script",
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup:               setupScript,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"exits": exits, "whatever": whatever, "harmless": harmless, "shout": shout},
	})
}

func setupScript(env *testscript.Env) error {
	home := filepath.Join(env.WorkDir, ".home")
	if err := os.MkdirAll(home, 0o777); err != nil {
		return err
	}
	config := "[user]\n\tname = Lee Example\n\temail = lee@example.com\n[init]\n\tdefaultBranch = main\n"
	if err := os.WriteFile(filepath.Join(home, ".gitconfig"), []byte(config), 0o666); err != nil {
		return err
	}
	env.Setenv("HOME", home)
	env.Setenv("XDG_CONFIG_HOME", home)
	env.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	env.Setenv("GIT_AUTHOR_DATE", testNow.Format(time.RFC3339))
	env.Setenv("GIT_COMMITTER_DATE", testNow.Format(time.RFC3339))
	env.Setenv("TZ", "UTC")
	for name, char := range hostileChars() {
		env.Setenv(name, char)
	}
	return os.CopyFS(filepath.Join(env.WorkDir, "desk"), os.DirFS("testdata/desk"))
}

// harmless FILE... fails where a file, stdout or stderr, holds a character that
// steers a terminal, reorders text or is invisible.
func harmless(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: harmless FILE...")
	}
	for _, name := range args {
		if r, ok := hostile(ts.ReadFile(name)); ok {
			ts.Fatalf("%s holds %U", name, r)
		}
	}
}

func hostile(text string) (rune, bool) {
	for _, r := range text {
		if r != '\n' && r != '\t' && (unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == unicode.ReplacementChar) {
			return r, true
		}
	}
	return 0, false
}

// hostileChars names characters that scripts use and cannot hold.
func hostileChars() map[string]string {
	return map[string]string{"ESC": "\x1b", "BEL": "\a", "CR": "\r", "BS": "\b", "DEL": "\x7f", "CSI": "\u009b", "RLO": "\u202e", "ZWSP": "\u200b"}
}

// shout FILE... turns $ESC and the other names of hostileChars in files into the
// characters.
func shout(ts *testscript.TestScript, neg bool, args []string) {
	for _, name := range args {
		text := ts.ReadFile(name)
		for name, char := range hostileChars() {
			text = strings.ReplaceAll(text, "$"+name, char)
		}
		ts.Check(os.WriteFile(ts.MkAbs(name), []byte(text), 0o666))
	}
}

// whatever COMMAND... runs a command whose exit code does not matter.
func whatever(ts *testscript.TestScript, neg bool, args []string) {
	err := ts.Exec(args[0], args[1:]...)
	if !errors.As(err, new(*exec.ExitError)) {
		ts.Check(err)
	}
}

// exits CODE COMMAND... fails unless the command exits with the code.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: exits CODE COMMAND...")
	}
	err := ts.Exec(args[1], args[2:]...)
	code := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		code = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("%s exits with %d, want %s", strings.Join(args[1:], " "), code, args[0])
	}
}

// testEnv returns an env whose streams are buffers; terminal says whether a
// person seems to sit there, in front of width columns.
func testEnv(t *testing.T, dir string, terminal bool, width int) (e *env, stdout, stderr *bytes.Buffer) {
	t.Helper()
	stdout, stderr = &bytes.Buffer{}, &bytes.Buffer{}
	return &env{
		dir: dir, getenv: func(string) string { return "" }, now: func() time.Time { return testNow },
		stdin: strings.NewReader(""), stdout: stdout, stderr: stderr,
		isTerminal: func(any) bool { return terminal }, width: func() int { return width },
	}, stdout, stderr
}

func TestEveryCommandIsDocumented(t *testing.T) {
	e, _, _ := testEnv(t, ".", false, 0)
	visit(newRoot(e, new(bool)), func(cmd *cobra.Command) {
		name := cmd.CommandPath()
		if cmd.Short == "" || cmd.Long == "" {
			t.Errorf("%s has no short or no long text", name)
		}
		if cmd.Example == "" {
			t.Errorf("%s has no example", name)
		}
		if cmd.HasParent() && cmd.Parent() == cmd.Root() && cmd.GroupID == "" {
			t.Errorf("%s is in no group of the help", name)
		}
		for _, line := range strings.Split(cmd.Example, "\n") {
			if len(line) > 0 && !strings.HasPrefix(line, "  ") {
				t.Errorf("%s: the example %q is not indented by two spaces", name, line)
			}
		}
		cmd.LocalFlags().VisitAll(func(f *pflag.Flag) {
			if f.Usage == "" {
				t.Errorf("%s --%s has no text", name, f.Name)
			}
		})
		if !strings.HasPrefix(cmd.CommandPath()+" ", "frontdesk ") {
			t.Errorf("%s is not below frontdesk", name)
		}
	})
}

// TestExamplesParse looks up the command and the flags of every example.
func TestExamplesParse(t *testing.T) {
	e, _, _ := testEnv(t, ".", false, 0)
	visit(newRoot(e, new(bool)), func(cmd *cobra.Command) {
		for _, line := range strings.Split(cmd.Example, "\n") {
			words := strings.Fields(strings.TrimSpace(line))
			if len(words) == 0 || words[0] != "frontdesk" {
				continue
			}
			found, _, err := cmd.Root().Find(words[1:])
			if err != nil || found == cmd.Root() {
				t.Errorf("example %q names no command: %v", line, err)
				continue
			}
			for _, w := range words {
				name, isFlag := strings.CutPrefix(w, "--")
				name, _, _ = strings.Cut(name, "=")
				if isFlag && name != "" && found.Flag(name) == nil && !found.DisableFlagParsing {
					t.Errorf("example %q: there is no flag --%s", line, name)
				}
			}
		}
	})
}

// visit calls do for a command and all below it but for cobra's own help.
func visit(cmd *cobra.Command, do func(*cobra.Command)) {
	if cmd.Name() == "help" {
		return
	}
	do(cmd)
	for _, sub := range cmd.Commands() {
		visit(sub, do)
	}
}

func TestExitCodesAreInTheHelp(t *testing.T) {
	e, stdout, _ := testEnv(t, ".", false, 0)
	if code := run(context.Background(), e, nil); code != exitClean {
		t.Errorf("frontdesk alone exits with %d", code)
	}
	for _, line := range strings.Split(exitHelp, "\n") {
		if !strings.Contains(stdout.String(), line) {
			t.Errorf("the help lacks %q", line)
		}
	}
}

func TestTerminalsGetWhatFits(t *testing.T) {
	for _, width := range []int{30, 60, 100} {
		e, stdout, stderr := testEnv(t, "testdata/desk", true, width)
		if code := run(context.Background(), e, []string{"list", "incident"}); code != exitClean {
			t.Fatalf("list exits with %d: %s", code, stderr)
		}
		lines := strings.Split(strings.TrimSpace(stdout.String()), "\n")
		if len(lines) != 4 || !strings.Contains(lines[0], "\x1b[1m") {
			t.Fatalf("list prints %q, want a bold header and 3 records", stdout)
		}
		for _, line := range lines[1:] {
			if !strings.HasPrefix(line, "INC-2611-") || line[13] != ' ' {
				t.Errorf("at width %d the id of %q is cut", width, line)
			}
			if n := len([]rune(line)); width >= 60 && n > width {
				t.Errorf("at width %d, %q has %d characters", width, line, n)
			}
		}
	}
}

func TestNoColorIsHeard(t *testing.T) {
	e, stdout, _ := testEnv(t, "testdata/desk", true, 80)
	e.getenv = func(name string) string { return map[string]string{"NO_COLOR": "1"}[name] }
	for _, args := range [][]string{{"list"}, {"show", "k7q4", "--links"}, {"log", "k7q4"}, {"check"}, {"explain"}, {"schema", "list"}} {
		stdout.Reset()
		run(context.Background(), e, args)
		if stdout.Len() == 0 && args[0] != "check" || strings.Contains(stdout.String(), "\x1b") {
			t.Errorf("%v prints %q", args, stdout)
		}
	}
}

func TestShowWrapsToTheTerminal(t *testing.T) {
	e, stdout, _ := testEnv(t, "testdata/desk", true, 40)
	e.getenv = func(string) string { return "dumb" }
	if code := run(context.Background(), e, []string{"show", "k7q4"}); code != exitClean {
		t.Fatalf("show exits with %d", code)
	}
	for _, want := range []string{"\nSince this morning the tunnel drops\n", "\n- two laptops\n", "restarting the connection after a timeout of thirty seconds"} {
		if !strings.Contains(stdout.String(), want) {
			t.Errorf("show lacks %q:\n%s", want, stdout)
		}
	}
}

func TestAFullPipeIsAFailure(t *testing.T) {
	e, _, stderr := testEnv(t, "testdata/desk", false, 0)
	e.stdout = brokenPipe{}
	for _, args := range [][]string{{"list"}, {"list", "--format", "csv"}, {"list", "--format", "json"}, {"list", "--format", "ids"},
		{"show", "k7q4"}, {"log", "k7q4"}, {"check", "--format", "json"}, {"explain"}, {"schema", "list"}, {"version"}} {
		stderr.Reset()
		if code := run(context.Background(), e, args); code != exitFailure || stderr.Len() == 0 {
			t.Errorf("%v exits with %d and says %q", args, code, stderr)
		}
	}
}

// brokenPipe is a reader that has gone away.
type brokenPipe struct{}

func (brokenPipe) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }
