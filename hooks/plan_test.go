package hooks

import (
	"bytes"
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"
)

const program = "/opt/it's here/frontdesk"

var preCommit, prePush = mustFind("pre-commit"), mustFind("pre-push")

func mustFind(name string) Hook {
	h, ok := Find(name)
	if !ok {
		panic(name)
	}
	return h
}

func script755(content string) File {
	return File{Exists: true, Mode: 0o755, Content: []byte(content)}
}

// old returns a state of an older git in which the pre-commit hook is a file.
func old(f File) *State {
	return &State{Git: [2]int{2, 39}, Folder: "/repo/.git/hooks", Program: program, Files: map[Name]File{PreCommit: f}, Gone: map[string]bool{}}
}

// stepsOf returns the verbs of a plan for a hook.
func stepsOf(steps []Step, name Name) string {
	var verbs []string
	for _, s := range steps {
		if s.Hook.Name == name {
			verbs = append(verbs, [...]string{"keep", "leave", "write", "insert", "remove", "cut", "configure", "unconfigure"}[s.Verb])
		}
	}
	return strings.Join(verbs, " ")
}

func TestPlans(t *testing.T) {
	ours := string(shim(preCommit, program))
	theirs := "#!/bin/sh\nmake lint\n"
	mixed := string(splice([]byte(theirs), 10, 10, block(preCommit, program)))
	olderBlock := string(splice([]byte(theirs), 10, 10, block(preCommit, "/old/frontdesk")))
	entry := Entry{Command: command(PreCommit, program), Event: "pre-commit"}
	at := func(s *State, change func(*State)) *State { change(s); return s }
	newer := func(s *State) *State { s.Git = [2]int{2, 54}; return s }
	elsewhere := func(s *State) *State { s.Elsewhere = "/repo/.husky"; return s }
	for _, c := range []struct {
		name               string
		state              *State
		install, uninstall string
	}{
		{"no hook", old(File{}), "write", "keep"},
		{"our shim", old(script755(ours)), "keep", "remove"},
		{"our shim, not executable", old(File{Exists: true, Mode: 0o644, Content: []byte(ours)}), "write", "remove"},
		{"our shim for another program", old(script755(string(shim(preCommit, "/old/frontdesk")))), "write", "remove"},
		{"our shim of another generation", old(script755(strings.Replace(ours, "shim 1", "shim 9", 1))), "write", "remove"},
		{"our shim, edited", old(script755(ours + "echo\n")), "leave", "leave"},
		{"a shell script", old(script755(theirs)), "insert", "keep"},
		{"a bash script with options", old(script755("#!/usr/bin/env bash -eu\nx\n")), "insert", "keep"},
		{"a shell script with our block", old(script755(mixed)), "keep", "cut"},
		{"a shell script with our block for another program", old(script755(olderBlock)), "insert", "cut"},
		{"our block, edited", old(script755(strings.Replace(mixed, "exec ", "", 1))), "leave", "leave"},
		{"our block without its end", old(script755(strings.Replace(mixed, blockEnd, "", 1))), "leave", "leave"},
		{"our block in what is no shell script any more", old(script755(strings.Replace(mixed, "/bin/sh", "/bin/fish", 1))), "keep", "cut"},
		{"a script that runs ours", old(script755("#!/bin/sh\nfrontdesk hooks run pre-commit\n")), "keep", "keep"},
		{"a script that speaks of ours", old(script755("#!/bin/sh\n# frontdesk hooks run pre-commit\n")), "insert", "keep"},
		{"a script that runs another of ours", old(script755("#!/bin/sh\nfrontdesk hooks run pre-commit-x\n")), "insert", "keep"},
		{"a script that runs ours, switched off", old(File{Exists: true, Mode: 0o644, Content: []byte("#!/bin/sh\nfrontdesk hooks run pre-commit\n")}), "leave", "keep"},
		{"a shell script, switched off", old(File{Exists: true, Mode: 0o644, Content: []byte(theirs)}), "leave", "keep"},
		{"a Python script", old(script755("#!/usr/bin/env python3\n")), "leave", "keep"},
		{"a shell script with Windows' line ends", old(script755("#!/bin/sh\r\nx\r\n")), "leave", "keep"},
		{"a script without a first line", old(script755("make lint\n")), "leave", "keep"},
		{"a program", old(script755("\x7fELF\x00")), "leave", "keep"},
		{"an empty file", old(script755("")), "leave", "keep"},
		{"a symbolic link", old(File{Exists: true, Mode: fs.ModeSymlink | 0o777}), "leave", "keep"},
		{"a folder", old(File{Exists: true, Mode: fs.ModeDir | 0o755}), "leave", "keep"},
		{"hooks that are elsewhere", elsewhere(old(File{})), "leave", "keep"},
		{"hooks that are elsewhere and run ours", at(elsewhere(old(File{})), func(s *State) {
			s.Others = map[Name]File{PreCommit: script755("frontdesk hooks run pre-commit \"$@\"")}
		}), "keep", "keep"},
		{"hooks that are elsewhere, and a shim", elsewhere(old(script755(ours))), "leave", "remove"},
		{"a configured hook, of a newer git", at(old(File{}), func(s *State) { s.Config = map[Name]Entry{PreCommit: entry} }), "unconfigure write", "unconfigure keep"},
		{"a newer git", newer(old(File{})), "configure", "keep"},
		{"a newer git, and hooks elsewhere", newer(elsewhere(old(File{}))), "configure", "keep"},
		{"a newer git, and a stranger's script", newer(old(script755(theirs))), "configure", "keep"},
		{"a newer git, configured", at(newer(old(File{})), func(s *State) { s.Config = map[Name]Entry{PreCommit: entry} }), "keep", "unconfigure keep"},
		{"a newer git, configured without an event", at(newer(old(File{})), func(s *State) { s.Config = map[Name]Entry{PreCommit: {Command: entry.Command}} }), "configure", "unconfigure keep"},
		{"a newer git, and a shim of before", newer(old(script755(ours))), "configure remove", "remove"},
		{"a newer git, and a block of before", newer(old(script755(mixed))), "configure cut", "cut"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := stepsOf(PlanInstall(c.state), PreCommit); got != c.install {
				t.Errorf("install would %s, want %s", got, c.install)
			}
			if got := stepsOf(PlanUninstall(c.state), PreCommit); got != c.uninstall {
				t.Errorf("uninstall would %s, want %s", got, c.uninstall)
			}
		})
	}
}

func TestAHookThatTheUserSwitchedOffStaysOff(t *testing.T) {
	s := old(File{})
	s.Git = [2]int{3, 0}
	s.Config = map[Name]Entry{PreCommit: {Command: command(PreCommit, program), Event: "pre-commit", Disabled: true}}
	if got := stepsOf(PlanInstall(s), PreCommit); got != "keep" {
		t.Errorf("install would %s", got)
	}
}

func TestWhatIsInsertedIsCutToTheByte(t *testing.T) {
	for _, theirs := range []string{"#!/bin/sh\n", "#!/bin/sh\nx", "#!/bin/bash -e\n\n\n# frontdesk-end\nx\n\n", "#!/bin/zsh\n# frontdesk\nfrontdesk-end\n"} {
		for _, h := range All() {
			s := old(File{})
			s.Files[h.Name] = script755(theirs)
			steps := PlanInstall(s)
			at := slices.IndexFunc(steps, func(x Step) bool { return x.Hook.Name == h.Name })
			if steps[at].Verb != Insert {
				t.Fatalf("%q is not inserted into", theirs)
			}
			s.Files[h.Name] = script755(string(steps[at].Content))
			back := PlanUninstall(s)[at]
			if back.Verb != Cut || string(back.Content) != theirs {
				t.Errorf("%s: %q became %q", h.Name, theirs, back.Content)
			}
		}
	}
}

func TestStanding(t *testing.T) {
	ours := string(shim(preCommit, program))
	gone := func(s *State) *State { s.Gone[program] = true; return s }
	onPath := func(s *State) *State { s.OnPath = true; return s }
	config := func(e Entry, minor int) *State {
		s := old(File{})
		s.Git, s.Config = [2]int{2, minor}, map[Name]Entry{PreCommit: e}
		return s
	}
	good := Entry{Command: command(PreCommit, program), Event: "pre-commit"}
	off := good
	off.Disabled = true
	for _, c := range []struct {
		name  string
		state *State
		want  Condition
	}{
		{"nothing", old(File{}), Absent},
		{"a stranger's hook", old(script755("#!/bin/sh\n")), Absent},
		{"ours", old(script755(ours)), Installed},
		{"ours in theirs", old(script755("#!/bin/sh\n" + string(block(preCommit, program)))), Installed},
		{"ours in theirs, switched off", old(File{Exists: true, Mode: 0o644, Content: []byte("#!/bin/sh\n" + string(block(preCommit, program)))}), Broken},
		{"ours, written by another", old(script755(string(shim(preCommit, "/old")))), Outdated},
		{"ours, edited", old(script755(ours + "x")), Edited},
		{"ours, not executable", old(File{Exists: true, Mode: 0o600, Content: []byte(ours)}), Broken},
		{"ours, whose program is gone", gone(old(script755(ours))), Broken},
		{"ours, whose program is gone but on PATH", onPath(gone(old(script755(ours)))), Outdated},
		{"theirs, with a line for ours", old(script755("#!/bin/sh\n/usr/bin/frontdesk hooks run pre-commit \"$@\"\n")), ByHand},
		{"configured", config(good, 54), Installed},
		{"configured and switched off", config(off, 54), Off},
		{"configured without an event", config(Entry{Command: good.Command}, 54), Broken},
		{"configured for an older git", config(good, 39), Broken},
		{"configured by another", config(Entry{Command: "frontdesk hooks run pre-commit", Event: "pre-commit"}, 60), Outdated},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := c.state.standing(preCommit); got.Condition != c.want {
				t.Errorf("it is %s (%s), want %s", got.Condition, got.Detail, c.want)
			}
		})
	}
}

func TestAHookThatIsMissingAmongOthersIsTold(t *testing.T) {
	s := old(script755(string(shim(preCommit, program))))
	bad := 0
	for _, one := range s.Status() {
		if one.IsBad() {
			bad++
		}
	}
	if want := len(All()) - 1; bad != want {
		t.Errorf("%d hooks are bad, want %d", bad, want)
	}
	for _, one := range old(File{}).Status() {
		if one.IsBad() {
			t.Errorf("%s is %s though no hook is installed", one.Hook.Name, one.Condition)
		}
	}
}

func TestProgramsAreReadBack(t *testing.T) {
	for _, p := range []string{"/usr/bin/frontdesk", "/a b/it's/'q'", `C:/x\y`, "/$HOME/`id`"} {
		for _, text := range [][]byte{shim(preCommit, p), block(prePush, p), []byte(command(PreCommit, p))} {
			if got := programOf(text); got != p {
				t.Errorf("%q is read back as %q from\n%s", p, got, text)
			}
		}
	}
	if got := programOf(shim(preCommit, "/a\nb")); got != "" {
		t.Errorf("a path of two lines is read back as %q", got)
	}
}

func FuzzForeignHooksAreReadWithoutHarm(f *testing.F) {
	for _, h := range []Hook{preCommit, prePush} {
		f.Add(shim(h, program))
		f.Add(append([]byte("#!/bin/sh\n"), block(h, program)...))
	}
	f.Add([]byte("#!/bin/sh\n# frontdesk-block 1 x 0123456789abcdef\n# frontdesk-end\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		s := old(File{Exists: true, Mode: 0o755, Content: content})
		for _, step := range PlanInstall(s) {
			if step.Verb != Insert || step.Hook.Name != PreCommit {
				continue
			}
			s.Files[PreCommit] = File{Exists: true, Mode: 0o755, Content: step.Content}
			from, to, intact, ok := findBlock(step.Content)
			if !ok || !intact {
				t.Fatalf("what was inserted is not found in %q", step.Content)
			}
			if _, _, _, had := findBlock(content); !had && !bytes.Equal(splice(step.Content, from, to, nil), content) {
				t.Fatalf("%q is not restored from %q", content, step.Content)
			}
		}
		_, _ = PlanUninstall(s), fmt.Sprint(s.Status())
	})
}
