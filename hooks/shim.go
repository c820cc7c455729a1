package hooks

import (
	"bytes"
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"frontdesk/records/lazy"
)

// body is the shell that starts frontdesk, where it was at the time of
// installation or where PATH has it, with a hook's arguments and input. It lets
// git go on where there is no such program: a tool that is gone must not lock
// people out of their own repository.
//
//go:embed shim.sh
var body string

// serverBody is body for a server, where nothing is accepted without the program.
//
//go:embed shim_server.sh
var serverBody string

// blockBody and blockInput wrap it for scripts of others; the latter hands the
// script's input to both.
//
//go:embed block.sh
var blockBody string

//go:embed block_input.sh
var blockInput string

// generation is the number of the shims' form. Another number, or another path
// of the program, makes a shim stale.
const generation = 1

const (
	shebang   = "#!/bin/sh\n"
	shimMark  = "# frontdesk-shim"
	blockMark = "# frontdesk-block"
	blockEnd  = "# frontdesk-end\n"
)

var (
	// shimLine and blockLine are the lines by which shims and blocks are known.
	// The digest tells whether what follows is as it was written.
	shimLine  = lazy.Regexp(`^` + shimMark + ` [0-9]+ [a-z-]+ ([0-9a-f]{16})\n`)
	blockLine = lazy.Regexp(`(?m)^` + blockMark + ` [0-9]+ [a-z-]+ ([0-9a-f]{16})\b.*\n`)
	// shellLine is a first line of scripts into which a block of POSIX shell fits.
	shellLine = lazy.Regexp(`^#! ?/(?:usr/)?(?:local/)?bin/(?:env )?(?:sh|ash|bash|dash|ksh|zsh)(?: -[a-z]+)*\n`)
	// programLine is the assignment that names the program.
	programLine = lazy.Regexp(`(?m)^frontdesk='((?:[^'\n]|'\\'')*)'(?:;|$)`)
	// callLine is a line by which a script starts a hook of ours.
	callLine = lazy.Regexp(`(?m)^[^#\n]*frontdesk\S* hooks run `)
)

// script returns the shell that runs a hook.
func script(name Name, program string) string {
	return fill(bodyOf(name), name, program)
}

func bodyOf(name Name) string {
	if name == PreReceive {
		return serverBody
	}
	return body
}

func fill(text string, name Name, program string) string {
	if strings.ContainsAny(program, "\n\x00") {
		program = "" // PATH will do
	}
	return strings.NewReplacer("@NAME@", string(name), "@PROGRAM@", quote(program)).Replace(text)
}

// quote makes one word of POSIX shell of any text.
func quote(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

// shim returns the hook file that runs a hook.
func shim(h Hook, program string) []byte {
	rest := "# Written by \"frontdesk hooks install\"; \"frontdesk hooks uninstall\" removes it.\n" + script(h.Name, program)
	return []byte(shebang + fmt.Sprintf("%s %d %s %s\n", shimMark, generation, h.Name, digest(rest)) + rest)
}

// block returns the lines that run a hook from within another shell script,
// which then goes on with the same arguments and input.
func block(h Hook, program string) []byte {
	refuse, text := "exit $?", blockBody
	if !h.Gate {
		refuse = ":"
	}
	if h.Input {
		text = blockInput
	}
	run := strings.NewReplacer("@SCRIPT@", script(h.Name, program), "@REFUSE@", refuse).Replace(text)
	mark := fmt.Sprintf("%s %d %s %s: \"frontdesk hooks uninstall\" removes the lines from here to frontdesk-end\n", blockMark, generation, h.Name, digest(run))
	return []byte(mark + run + blockEnd)
}

// command returns the shell that runs a hook from git's configuration. Git adds
// the hook's arguments.
func command(name Name, program string) string {
	line := strings.NewReplacer("{\n\t", "{ ", "\n\t", "; ", "\n}", "; }", "\n", "; ").Replace(strings.TrimSuffix(body, " \"$@\"\n"))
	return fill(line, name, program)
}

// digest returns what tells whether a text was edited.
func digest(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:8])
}

// isShim reports whether a hook file is one of ours, of any generation, and
// whether it is as it was written.
func isShim(content []byte) (ours, intact bool) {
	rest, ok := bytes.CutPrefix(content, []byte(shebang))
	mark := shimLine().FindSubmatch(rest)
	if !ok || mark == nil {
		return false, false
	}
	return true, digest(string(rest[len(mark[0]):])) == string(mark[1])
}

// findBlock returns the block of ours in a script, of any generation: where it
// begins and ends, and whether it is as it was written. A block whose end is not
// there goes on to the end of the script.
func findBlock(content []byte) (from, to int, intact, ok bool) {
	at := blockLine().FindSubmatchIndex(content)
	if at == nil {
		return 0, 0, false, false
	}
	end := bytes.Index(content[at[1]:], []byte("\n"+blockEnd))
	if end < 0 {
		return at[0], len(content), false, true
	}
	inner := content[at[1] : at[1]+end+1]
	return at[0], at[1] + end + 1 + len(blockEnd), digest(string(inner)) == string(content[at[2]:at[3]]), true
}

// isPlainShell reports whether a script is one into which a block fits.
func isPlainShell(content []byte) bool {
	return shellLine().Match(content) && !bytes.ContainsAny(content, "\r\x00")
}

// splice replaces what lies between two places of a script.
func splice(content []byte, from, to int, by []byte) []byte {
	return slices.Concat(content[:from], by, content[to:])
}

// programOf returns the path that a shim, block or command starts, "" where it
// relies on PATH.
func programOf(text []byte) string {
	m := programLine().FindSubmatch(text)
	if m == nil {
		return ""
	}
	return strings.ReplaceAll(string(m[1]), `'\''`, "'")
}

// CallLine returns the line that a person adds to a hook of their own to run
// ours.
func CallLine(h Hook) string {
	line := "frontdesk hooks run " + string(h.Name) + " \"$@\""
	if h.Gate {
		line += " || exit $?"
	}
	return line
}
