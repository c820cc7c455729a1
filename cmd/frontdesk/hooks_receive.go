package main

import (
	"bytes"
	"context"
	"fmt"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"frontdesk/hooks"
	"frontdesk/records/diag"
	"frontdesk/records/git"
	"frontdesk/records/render"
)

const receiveHelp = `pre-receive is the hook of a Git server: it judges each ref of a push by itself,
before any of them moves, and refuses what cannot be judged. The branches that
desk.yaml protects (branches, main unless it says otherwise; as the default branch
of the server has it, not as the push does) cannot be deleted or force-pushed. What
comes to them breaks no rule of frontdesk check --base, and has the approvals that
the policy asks for, as frontdesk gate says; it goes on from where the branch stood by
first parents, is not dated ahead, and is judged by no policy, people or keys that it
brings itself, not even by those of a commit on its way. Other branches break no rules
in what they have beyond the default branch, and lose no approvals and rejections. Tags
and notes pass, refs/replace does not. On the server, in the bare repository:

  frontdesk hooks install --server

or, by hand, as an executable file hooks/pre-receive (on GitLab in the folder
custom_hooks, on Gitea and Forgejo hooks/pre-receive.d/frontdesk):

  #!/bin/sh
  exec frontdesk hooks run pre-receive

What a push may bring is bounded before it is read. git config on the server sets
frontdesk.maxObjects (1000000), frontdesk.maxObjectSize (100m), frontdesk.maxCommits
(100000), frontdesk.maxFiles (250000; changed, commit by commit) and
frontdesk.timeout (120, in seconds). FRONTDESK_HOOKS does not switch it off.`

// receiveWidth is how wide the lines are that a server's hook prints. git puts
// "remote: " before each on the other side.
const receiveWidth = 84

// runPreReceive judges what git is about to accept on a server.
func runPreReceive(ctx context.Context, e *env) error {
	if e.isTerminal(e.stdin) {
		return usagef("git receive-pack starts it on a server; frontdesk hooks run --help says how", "hooks run pre-receive reads from git what is pushed, and git did not start it")
	}
	updates, err := hooks.ParseRefUpdates(e.stdin)
	if err != nil {
		return usageError{err}
	}
	limits, err := receiveLimits(ctx, e)
	if err != nil {
		return refusal(err)
	}
	receipt, err := hooks.Receive(ctx, e.dir, updates, hooks.ReceiveOptions{AsOf: e.now(), Limits: limits})
	if err != nil {
		return refusal(err)
	}
	out := &receiptWriter{}
	out.receipt(receipt)
	if _, err := e.stderr.Write(out.Bytes()); err != nil {
		return fmt.Errorf("say what is wrong with the push: %w", err)
	}
	if receipt.IsRefused() {
		return errProblems
	}
	return nil
}

// refusal says that a push could not be judged.
func refusal(err error) error {
	return withHint(fmt.Errorf("nothing was accepted: the push cannot be judged: %w", err), "tell those who look after the server")
}

// receiveLimits returns the limits as the server's repository sets them.
func receiveLimits(ctx context.Context, e *env) (hooks.Limits, error) {
	limits := hooks.DefaultLimits()
	repo, err := git.Open(e.dir)
	if err != nil {
		return limits, err
	}
	defer repo.Close()
	settings, err := repo.LocalSettings(ctx, `^frontdesk\.`)
	if err != nil {
		return limits, err
	}
	for _, s := range settings {
		n, err := sizeOf(s.Value)
		if err != nil {
			return limits, fmt.Errorf("%s: %w", s.Key, err)
		}
		switch s.Key {
		case "frontdesk.maxobjects":
			limits.Objects = int(n)
		case "frontdesk.maxobjectsize":
			limits.Largest = n
		case "frontdesk.maxcommits":
			limits.Commits = int(n)
		case "frontdesk.maxfiles":
			limits.Files = int(n)
		case "frontdesk.timeout":
			limits.Time = time.Duration(min(n, 24*60*60)) * time.Second
		}
	}
	return limits, nil
}

// sizeOf reads a number as git writes them in its configuration: 100, 20k, 5m, 1g.
func sizeOf(text string) (int64, error) {
	shift := 0
	digits := strings.ToLower(text)
	for i, unit := range []string{"k", "m", "g"} {
		if rest, ok := strings.CutSuffix(digits, unit); ok {
			digits, shift = rest, 10*(i+1)
		}
	}
	n, err := strconv.ParseInt(digits, 10, 32)
	if err != nil || n <= 0 {
		return 0, fmt.Errorf("%q is no number above zero", text)
	}
	return n << shift, nil
}

// receiptWriter writes what a push is told, in lines that fit a terminal.
type receiptWriter struct{ bytes.Buffer }

func (w *receiptWriter) receipt(r *hooks.Receipt) {
	refused, all, warnings := 0, len(r.Refs), 0
	for _, f := range r.Refused {
		w.refusal(f)
	}
	for _, ref := range r.Refs {
		w.ref(ref)
		if ref.IsRefused() {
			refused++
		}
		for _, d := range ref.Desks {
			warnings += diag.Count(d.Report.Diagnostics, diag.Warning)
		}
	}
	switch {
	case !r.IsRefused() && warnings > 0:
		w.line(fmt.Sprintf("frontdesk: %s; warnings stop nothing", count(warnings, "warning")))
	case !r.IsRefused():
		return
	case len(r.Refused) > 0 || all == 1 || refused == all:
		w.line("frontdesk: nothing was accepted")
	default: // git takes all refs or none
		w.line(fmt.Sprintf("frontdesk: nothing was accepted: %d of %d refs are refused", refused, all))
	}
	for _, line := range seeLocally(r) {
		w.line("hint: " + line)
	}
}

func (w *receiptWriter) ref(ref *hooks.Ref) {
	var reports []render.Report
	found := 0
	for _, d := range ref.Desks {
		rep := deskReport(d, func(p string) string { return path.Join(d.Folder, p) })
		found += len(rep.Diagnostics)
		reports = append(reports, rep)
	}
	if found+len(ref.Refused)+len(ref.Notes) == 0 {
		return
	}
	w.line(fmt.Sprintf("frontdesk: in what is pushed to %s:", strings.TrimPrefix(ref.Ref, "refs/heads/")))
	for _, f := range ref.Refused {
		w.refusal(f)
	}
	for _, rep := range reports {
		w.report(rep)
	}
	for _, note := range ref.Notes {
		w.line("note: " + note)
	}
}

func (w *receiptWriter) refusal(f hooks.Refusal) {
	text := f.Message
	if f.Path != "" {
		text = f.Path + ": " + text
	}
	w.line(text)
	for _, d := range f.Details {
		w.line("  - " + d)
	}
	if f.Hint != "" {
		w.line("hint: " + f.Hint)
	}
}

func (w *receiptWriter) report(rep render.Report) {
	all := len(rep.Diagnostics)
	if all > mostFindings {
		slices.SortStableFunc(rep.Diagnostics, func(a, b diag.Diagnostic) int { return int(b.Severity) - int(a.Severity) })
		rep.Diagnostics = rep.Diagnostics[:mostFindings]
	}
	var text bytes.Buffer
	if err := render.Write(&text, render.Text, rep); err != nil {
		w.line(err.Error()) // a format that is there, into memory
	}
	for line := range strings.Lines(text.String()) {
		line = strings.TrimSuffix(line, "\n")
		if isExcerpt(line) {
			w.cut(line)
		} else {
			w.line(line)
		}
	}
	if all > mostFindings {
		w.line(fmt.Sprintf("frontdesk: and %d more", all-mostFindings))
	}
}

// isExcerpt reports whether a line of a report quotes a record: number, bar, text.
func isExcerpt(line string) bool {
	rest := strings.TrimLeft(line, " 0123456789")
	return len(rest) < len(line) && strings.HasPrefix(rest, "|")
}

// cut writes what fits of a line.
func (w *receiptWriter) cut(line string) {
	if r := []rune(line); len(r) > receiveWidth {
		line = string(r[:receiveWidth-1]) + "…"
	}
	w.WriteString(line + "\n")
}

// line writes a text, on as many lines as it takes.
func (w *receiptWriter) line(text string) {
	const indent = "    "
	rest := []rune(messageText(text))
	for first := true; ; first = false {
		room := receiveWidth
		if !first {
			w.WriteString(indent)
			room -= len(indent)
		}
		if len(rest) <= room {
			w.WriteString(string(rest) + "\n")
			return
		}
		at := room
		for at > room/2 && rest[at] != ' ' {
			at--
		}
		if rest[at] != ' ' {
			at = room
		}
		w.WriteString(strings.TrimRight(string(rest[:at]), " ") + "\n")
		rest = []rune(strings.TrimLeft(string(rest[at:]), " "))
	}
}

// seeLocally says how the person who pushes sees the same without pushing.
func seeLocally(r *hooks.Receipt) []string {
	var lines []string
	breaksRules, policed := false, false
	for _, ref := range r.Refs {
		breaksRules = breaksRules || slices.ContainsFunc(ref.Desks, func(d hooks.Desk) bool { return diag.Count(d.Report.Diagnostics, diag.Error) > 0 })
		policed = policed || ref.Protected && slices.ContainsFunc(ref.Refused, func(f hooks.Refusal) bool { return len(f.Details) > 0 })
	}
	if breaksRules {
		lines = append(lines, "mend it, commit that, and push again", "frontdesk check --base origin/main shows it without a push")
	}
	if policed {
		lines = append(lines, "push it to another branch, and have it approved there", "frontdesk gate --base origin/main shows it without a push")
	}
	return lines
}
