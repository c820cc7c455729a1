package hooks

import (
	"bytes"
	"fmt"
	"io/fs"
)

// State is what a repository has in the way of hooks.
type State struct {
	Git       [2]int          // major and minor version of git
	Folder    string          // absolute path of the repository's own hook files, which all its work trees share
	Elsewhere string          // the folder that git looks in instead, as core.hooksPath or a symbolic link names it; "" is none
	Program   string          // absolute path of the frontdesk that hooks should start, "" for the one on PATH
	OnPath    bool            // whether PATH has a frontdesk
	Gone      map[string]bool // programs that hooks of ours start and that are not there
	Files     map[Name]File   // hook files in Folder
	Others    map[Name]File   // hook files in Elsewhere
	Config    map[Name]Entry  // hooks of ours in the repository's configuration
}

// File is a hook file. The zero File is one that is not there.
type File struct {
	Exists  bool
	Mode    fs.FileMode
	Content []byte // nil where it is no regular file, or too large for a script
}

// Entry is a hook in git's configuration.
type Entry struct {
	Command  string
	Event    string
	Disabled bool // by hook.NAME.enabled
}

// configures reports whether git runs hooks from its configuration, which it
// does from 2.54 on.
func (s *State) configures() bool {
	return s.Git[0] > 2 || s.Git[0] == 2 && s.Git[1] >= 54
}

// Mode names the way in which hooks are installed here: "config", "shim", or
// "none" where core.hooksPath leaves no place that is ours to write to.
func (s *State) Mode() string {
	switch {
	case s.configures():
		return "config"
	case s.Elsewhere != "":
		return "none"
	}
	return "shim"
}

// Verb is what a step does.
type Verb uint8

// What steps do.
const (
	Keep        Verb = iota // nothing: all is as it should be
	Leave                   // nothing, as the place is not ours: Why says more
	Write                   // our shim as the hook file, where there was none or an older one of ours
	Insert                  // our block into the shell script that is the hook file
	Remove                  // our shim
	Cut                     // our block out of the script
	Configure               // the hook in the repository's configuration
	Unconfigure             // the hook out of the configuration
)

// Step is one thing to do for a hook.
type Step struct {
	Hook    Hook
	Verb    Verb
	Content []byte // of the file afterwards: Write, Insert, Cut
	Command string // Configure
	Why     string // Leave
	CanCall bool   // Leave: whether a person can add CallLine to what is there
}

// PlanInstall returns what makes every hook run. Hook files of others stay: shell
// scripts get a block of lines, all else is left. Installing again renews.
func PlanInstall(s *State) []Step {
	var steps []Step
	for _, h := range All() {
		_, configured := s.Config[h.Name]
		if s.configures() {
			steps = append(steps, s.planConfig(h)...)
			continue
		}
		if configured { // by a newer git, and run by it beside the shim
			steps = append(steps, Step{Hook: h, Verb: Unconfigure})
		}
		steps = append(steps, s.planFile(h))
	}
	return steps
}

// PlanServer returns what makes the hook of a Git server run: a file, with any git,
// as its administrators look for one.
func PlanServer(s *State) []Step { return []Step{s.planFile(Server())} }

// PlanServerRemoval returns what takes it out again.
func PlanServerRemoval(s *State) []Step { return []Step{s.planRemoval(Server())} }

// planConfig puts a hook into the configuration, and takes its file away: git
// would run both.
func (s *State) planConfig(h Hook) []Step {
	want := Entry{Command: command(h.Name, s.Program), Event: string(h.Name)}
	had := s.Config[h.Name]
	had.Disabled = false // as the user likes
	var steps []Step
	if had != want {
		steps = append(steps, Step{Hook: h, Verb: Configure, Command: want.Command})
	}
	if gone := s.planRemoval(h); gone.Verb != Keep {
		steps = append(steps, gone)
	}
	if len(steps) == 0 {
		steps = append(steps, Step{Hook: h, Verb: Keep})
	}
	return steps
}

// planFile makes the hook file run the hook.
func (s *State) planFile(h Hook) Step {
	if s.Elsewhere != "" {
		return s.planElsewhere(h)
	}
	f := s.Files[h.Name]
	want := shim(h, s.Program)
	ours, intact := isShim(f.Content)
	switch {
	case !f.Exists:
		return Step{Hook: h, Verb: Write, Content: want}
	case ours && !intact:
		return Step{Hook: h, Verb: Leave, Why: "the shim was edited by hand since it was written; delete the file to have it written anew"}
	case ours && isExecutable(f) && bytes.Equal(f.Content, want):
		return Step{Hook: h, Verb: Keep}
	case ours:
		return Step{Hook: h, Verb: Write, Content: want}
	}
	return s.planScript(h, f)
}

// planElsewhere leaves the hooks of a folder that another tool, or the project,
// looks after.
func (s *State) planElsewhere(h Hook) Step {
	if f := s.Others[h.Name]; isExecutable(f) && calls(f, h.Name) {
		return Step{Hook: h, Verb: Keep}
	}
	return Step{Hook: h, Verb: Leave, CanCall: true, Why: fmt.Sprintf("git looks for hooks in %s, which is not ours to write to", s.Elsewhere)}
}

// planScript makes another's hook file run the hook, if it is a shell script.
func (s *State) planScript(h Hook, f File) Step {
	want := block(h, s.Program)
	from, to, intact, found := findBlock(f.Content)
	switch {
	case found && !intact:
		return Step{Hook: h, Verb: Leave, Why: "our lines in this hook were edited by hand; take them out, then install again"}
	case !f.Mode.IsRegular():
		return Step{Hook: h, Verb: Leave, Why: "the hook is not a regular file; it stays as it is"}
	case !isExecutable(f):
		return Step{Hook: h, Verb: Leave, CanCall: true, Why: "there is a hook that somebody switched off: it is not executable"}
	case found && bytes.Equal(f.Content[from:to], want):
		return Step{Hook: h, Verb: Keep}
	case found:
		return Step{Hook: h, Verb: Insert, Content: splice(f.Content, from, to, want)}
	case calls(f, h.Name):
		return Step{Hook: h, Verb: Keep}
	case !isPlainShell(f.Content):
		return Step{Hook: h, Verb: Leave, CanCall: true, Why: "there is another hook, which is no plain shell script; it stays as it is"}
	}
	first := shellLine().FindIndex(f.Content)[1]
	return Step{Hook: h, Verb: Insert, Content: splice(f.Content, first, first, want)}
}

// PlanUninstall returns what takes out all that PlanInstall put in. Files of
// others are afterwards what they would be had it never run.
func PlanUninstall(s *State) []Step {
	var steps []Step
	for _, h := range All() {
		if _, ok := s.Config[h.Name]; ok {
			steps = append(steps, Step{Hook: h, Verb: Unconfigure})
		}
		steps = append(steps, s.planRemoval(h))
	}
	return steps
}

// planRemoval takes a hook of ours out of the hook files.
func (s *State) planRemoval(h Hook) Step {
	f := s.Files[h.Name]
	if ours, intact := isShim(f.Content); ours {
		if intact {
			return Step{Hook: h, Verb: Remove}
		}
		return Step{Hook: h, Verb: Leave, Why: "the shim was edited by hand since it was written; delete the file if nothing in it is needed"}
	}
	from, to, intact, found := findBlock(f.Content)
	switch {
	case !found:
		return Step{Hook: h, Verb: Keep}
	case !intact:
		return Step{Hook: h, Verb: Leave, Why: "our lines in this hook were edited by hand; take them out by hand"}
	}
	return Step{Hook: h, Verb: Cut, Content: splice(f.Content, from, to, nil)}
}

// calls reports whether a script runs a hook of ours by a line of its own.
func calls(f File, name Name) bool {
	for _, line := range callLine().FindAllIndex(f.Content, -1) {
		rest := f.Content[line[1]:]
		if bytes.HasPrefix(rest, []byte(name)) && (len(rest) == len(name) || bytes.IndexByte([]byte(" \t\n;\"'&|"), rest[len(name)]) >= 0) {
			return true
		}
	}
	return false
}

func isExecutable(f File) bool { return f.Mode&0o100 != 0 }
