package hooks

import (
	"bytes"
	"fmt"
)

// Condition says how a hook stands.
type Condition string

// How hooks stand.
const (
	Installed Condition = "installed"
	Outdated  Condition = "outdated"      // it runs, and installing again would write it anew
	ByHand    Condition = "by hand"       // a script of somebody else's runs it by a line of its own
	Off       Condition = "off"           // the user switched it off in git's configuration
	Edited    Condition = "edited"        // it was edited since it was written
	Broken    Condition = "broken"        // it is installed and cannot run
	Missing   Condition = "missing"       // it is not installed, though others are
	Absent    Condition = "not installed" // as all are
)

// Standing is how one hook stands.
type Standing struct {
	Hook      Hook
	Condition Condition
	Detail    string // why; may be empty
}

// IsBad reports whether a hook that should run does not.
func (s Standing) IsBad() bool { return s.Condition == Broken || s.Condition == Missing }

// Status returns how all hooks stand, that of a server only where there is one of
// ours.
func (s *State) Status() []Standing {
	var all []Standing
	some := false
	for _, h := range All() {
		one := s.standing(h)
		some = some || one.Condition != Absent
		all = append(all, one)
	}
	for i, one := range all {
		if some && one.Condition == Absent {
			all[i].Condition = Missing
		}
	}
	if server := s.standing(Server()); server.Condition != Absent {
		all = append(all, server)
	}
	return all
}

func (s *State) standing(h Hook) Standing {
	if e, ok := s.Config[h.Name]; ok {
		return s.standingInConfig(h, e)
	}
	f := s.Files[h.Name]
	ours, intact := isShim(f.Content)
	from, to, whole, found := findBlock(f.Content)
	switch {
	case (ours || found) && s.Elsewhere != "":
		return Standing{h, Broken, fmt.Sprintf("git does not run it: it looks for hooks in %s", s.Elsewhere)}
	case s.Elsewhere != "":
		return s.standingElsewhere(h)
	case (ours || found) && !isExecutable(f):
		return Standing{h, Broken, "the file is not executable, so git does not run it"}
	case ours && intact:
		return s.standingWritten(h, f.Content, shim(h, s.Program))
	case ours, found && !whole:
		return Standing{h, Edited, "it was edited by hand since it was written"}
	case found:
		return s.standingWritten(h, f.Content[from:to], block(h, s.Program))
	case isExecutable(f) && calls(f, h.Name):
		return Standing{h, ByHand, "the hook that is there runs it"}
	case f.Exists:
		return Standing{h, Absent, "there is another hook"}
	}
	return Standing{h, Absent, ""}
}

func (s *State) standingElsewhere(h Hook) Standing {
	if f := s.Others[h.Name]; isExecutable(f) && calls(f, h.Name) {
		return Standing{h, ByHand, fmt.Sprintf("the hook in %s runs it", s.Elsewhere)}
	}
	return Standing{h, Absent, fmt.Sprintf("git looks for hooks in %s", s.Elsewhere)}
}

func (s *State) standingInConfig(h Hook, e Entry) Standing {
	switch {
	case e.Disabled:
		return Standing{h, Off, h.Section() + ".enabled is false"}
	case !s.configures():
		return Standing{h, Broken, fmt.Sprintf("git %d.%d runs no hooks from its configuration; a newer git put it there", s.Git[0], s.Git[1])}
	case e.Command == "" || e.Event != string(h.Name):
		return Standing{h, Broken, h.Section() + " lacks its command or event"}
	}
	return s.standingWritten(h, []byte(e.Command), []byte(command(h.Name, s.Program)))
}

// standingWritten compares what was written with what would be written now.
func (s *State) standingWritten(h Hook, is, want []byte) Standing {
	program := programOf(is)
	switch {
	case s.Gone[program] && !s.OnPath:
		return Standing{h, Broken, fmt.Sprintf("%s is not there, nor is frontdesk on PATH", program)}
	case s.Gone[program]:
		return Standing{h, Outdated, fmt.Sprintf("%s is not there; it runs the frontdesk on PATH", program)}
	case !bytes.Equal(is, want):
		return Standing{h, Outdated, "another frontdesk than this one wrote it"}
	}
	return Standing{h, Installed, ""}
}
