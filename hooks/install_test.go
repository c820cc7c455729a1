package hooks

import (
	"context"
	"errors"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"frontdesk/records/git"
)

// newRepo makes a repository that no configuration of the machine touches.
func newRepo(t *testing.T) *git.Repo {
	t.Helper()
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("XDG_CONFIG_HOME", home)
	t.Setenv("GIT_CONFIG_NOSYSTEM", "1")
	dir := filepath.Join(t.TempDir(), "a b's")
	if err := os.Mkdir(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	r, err := git.Init(context.Background(), dir)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = r.Close() })
	return r
}

// inspect reads the state of a repository as a git of some version would be told it.
func inspect(t *testing.T, r *git.Repo, minor int) *State {
	t.Helper()
	s, err := Inspect(context.Background(), r, program, false)
	if err != nil {
		t.Fatal(err)
	}
	s.Git = [2]int{2, minor}
	return s
}

// contents returns all files below a folder.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(p string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		data, err := os.ReadFile(p)
		files[p] = info.Mode().String() + string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestUninstallLeavesEveryByteAsItWas(t *testing.T) {
	for _, minor := range []int{39, 54} {
		r, ctx := newRepo(t), context.Background()
		theirs := filepath.Join(r.Dir, ".git", "hooks", "pre-push")
		if err := os.WriteFile(theirs, []byte("#!/bin/sh\nexit 0"), 0o711); err != nil {
			t.Fatal(err)
		}
		before := contents(t, r.Dir)
		for range 2 {
			s := inspect(t, r, minor)
			if err := Apply(ctx, r, s, PlanInstall(s)); err != nil {
				t.Fatal(err)
			}
		}
		s := inspect(t, r, minor)
		for _, one := range s.Status() {
			if one.Condition != Broken { // program is nowhere
				t.Errorf("2.%d: %s is %s (%s)", minor, one.Hook.Name, one.Condition, one.Detail)
			}
		}
		if minor == 54 && len(s.Config) != len(All()) {
			t.Errorf("git reads back %d hooks", len(s.Config))
		}
		if err := Apply(ctx, r, s, PlanUninstall(s)); err != nil {
			t.Fatal(err)
		}
		if after := contents(t, r.Dir); !maps.Equal(before, after) {
			t.Errorf("2.%d: before %q\nafter %q", minor, slices.Sorted(maps.Keys(before)), slices.Sorted(maps.Keys(after)))
		}
	}
}

func TestConfiguredHooksAreWhatGitReadsBack(t *testing.T) {
	r, ctx := newRepo(t), context.Background()
	s := inspect(t, r, 54)
	if err := Apply(ctx, r, s, PlanInstall(s)); err != nil {
		t.Fatal(err)
	}
	for _, h := range All() {
		got := strings.TrimSuffix(run(t, r.Dir, "git", "config", "--get-all", "hook.frontdesk-"+string(h.Name)+".command"), "\n")
		if got != command(h.Name, program) {
			t.Errorf("%s: git reads %q", h.Name, got)
		}
		if got := run(t, r.Dir, "git", "config", "--get-all", "hook.frontdesk-"+string(h.Name)+".event"); got != string(h.Name)+"\n" {
			t.Errorf("%s: its event is %q", h.Name, got)
		}
	}
	if steps := PlanInstall(inspect(t, r, 54)); slices.ContainsFunc(steps, func(x Step) bool { return x.Verb != Keep }) {
		t.Errorf("installing again would do %v", steps)
	}
}

func TestAFileThatAppearsInTheMeantimeStays(t *testing.T) {
	r, ctx := newRepo(t), context.Background()
	s := inspect(t, r, 39)
	p := filepath.Join(s.Folder, "pre-commit")
	if err := os.WriteFile(p, []byte("theirs"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := Apply(ctx, r, s, PlanInstall(s)); !errors.Is(err, ErrChanged) {
		t.Errorf("install says %v", err)
	}
	if data, _ := os.ReadFile(p); string(data) != "theirs" {
		t.Errorf("the hook is %q", data)
	}
	if left, _ := filepath.Glob(filepath.Join(s.Folder, ".frontdesk-*")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
}

func TestARepositoryWithoutAFolderOfHooksGetsOne(t *testing.T) {
	r, ctx := newRepo(t), context.Background()
	if err := os.RemoveAll(filepath.Join(r.Dir, ".git", "hooks")); err != nil {
		t.Fatal(err)
	}
	s := inspect(t, r, 39)
	if err := Apply(ctx, r, s, PlanInstall(s)); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(filepath.Join(s.Folder, "pre-commit"))
	if err != nil || info.Mode() != 0o755 {
		t.Errorf("the hook is %v, %v", info, err)
	}
}

// run returns what a command prints.
func run(t *testing.T, dir string, args ...string) string {
	t.Helper()
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir = dir
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%q: %v\n%s", args, err, out)
	}
	return string(out)
}

// TestShellsRunWhatIsWritten runs shims, blocks and commands with every shell that
// is there, as git would.
func TestShellsRunWhatIsWritten(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "it's $HOME")
	if err := os.Mkdir(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	fake := filepath.Join(dir, "frontdesk")
	if err := os.WriteFile(fake, []byte("#!/bin/sh\necho \"ours $# $*\"\ncase $3 in pre-push|post-rewrite) cat ;; esac\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	tried := 0
	for _, shell := range []string{"sh", "dash", "bash", "zsh", "ksh"} {
		if _, err := exec.LookPath(shell); err != nil {
			continue
		}
		tried++
		for _, input := range []string{"", "one two\n", "a\nb $x `id` \\n\nc\n"} {
			for _, h := range All() {
				ours := "ours 5 hooks run " + string(h.Name) + " a b c\n"
				if h.Input {
					ours += input
				}
				if got := pipe(t, dir, input, shell, "-c", string(shim(h, fake)), "x", "a b", "c"); got != ours {
					t.Errorf("%s: the shim of %s prints %q", shell, h.Name, got)
				}
				if got := pipe(t, dir, input, shell, "-c", command(h.Name, fake)+` "$@"`, "x", "a b", "c"); got != ours {
					t.Errorf("%s: the command of %s prints %q", shell, h.Name, got)
				}
				theirs := string(block(h, fake)) + "echo theirs $#\ncat\n"
				want := ours + "theirs 2\n" + input
				if got := pipe(t, dir, input, shell, "-e", "-c", theirs, "x", "a b", "c"); h.Input && got != strings.Replace(want, ours, ours+strings.Repeat("\n", b2i(input == "")), 1) || !h.Input && got != want {
					t.Errorf("%s: a script with the block of %s prints %q, want %q", shell, h.Name, got, want)
				}
			}
		}
	}
	if tried == 0 {
		t.Skip("there is no shell")
	}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

func pipe(t *testing.T, dir, input string, args ...string) string {
	t.Helper()
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Dir, cmd.Stdin = dir, strings.NewReader(input)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%q: %v\n%s", args, err, out)
	}
	return string(out)
}

func TestARefusalOfOursEndsTheirScript(t *testing.T) {
	dir := t.TempDir()
	fake := filepath.Join(dir, "frontdesk")
	if err := os.WriteFile(fake, []byte("#!/bin/sh\nexit 7\n"), 0o755); err != nil {
		t.Fatal(err)
	}
	for _, h := range All() {
		cmd := exec.Command("sh", "-c", string(block(h, fake))+"echo theirs")
		out, err := cmd.Output()
		if stopped := cmd.ProcessState.ExitCode() == 7 && len(out) == 0; stopped != h.Gate {
			t.Errorf("%s: %v, %q", h.Name, err, out)
		}
	}
}
