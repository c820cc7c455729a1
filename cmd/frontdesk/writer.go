package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"path"
	"strings"
	"time"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/spf13/cobra"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/git"
	"frontdesk/records/plain"
	"frontdesk/records/render"
	"frontdesk/records/tree"
	"frontdesk/records/write"
	"frontdesk/schema"
	"frontdesk/schema/workflow"
)

// writeFlags are the flags that every command that changes records has.
type writeFlags struct {
	commit bool
	dry    bool
	when   moment
	format string
}

func (f *writeFlags) add(cmd *cobra.Command) {
	cmd.Flags().BoolVar(&f.commit, "commit", false, "commit the files that were written, and no others")
	cmd.Flags().BoolVarP(&f.dry, "dry-run", "n", false, "show what would change and write nothing")
	cmd.Flags().StringVar(&f.format, "format", formatText, "`format`: text prints the path, json the record")
	completeFlag(cmd, "format", formatText, formatJSON)
}

// addWhen is add for commands whose changes have a time.
func (f *writeFlags) addWhen(cmd *cobra.Command) {
	f.add(cmd)
	cmd.Flags().Var(&f.when, "when", "it happened at this `time`, not now: \"2026-11-03 09:12\" in the desk's time zone, or 2026-11-03T09:12:00Z; a date alone is its first moment")
}

// change opens the desk, makes one change with a writer for who acts, prints it
// and commits it where that was asked for.
func (f *writeFlags) change(ctx context.Context, e *env, make func(*write.Writer) (*write.Change, error)) error {
	if err := oneOf("format", f.format, formatText, formatJSON); err != nil {
		return err
	}
	t, err := openDesk(e)
	if err != nil {
		return err
	}
	defer t.Close()
	w, err := e.writer(ctx, t)
	if err != nil {
		return err
	}
	w.Dry = f.dry
	if w.When, err = f.when.read(w.Now, t.Desk.TimeZone); err != nil {
		return err
	}
	if f.commit {
		w.Then = func(c *write.Change) error { return commitFiles(ctx, t, commitMessage(c), c.After.Path) }
	}
	c, err := make(w)
	if c == nil {
		return explainWrite(e, t, err)
	}
	return errors.Join(f.show(e, t, c), err)
}

// moment is the value of --when. It cannot be empty: a script whose variable is unset
// must not get now instead.
type moment string

func (m *moment) String() string { return string(*m) }

// Type is what help calls the value.
func (m *moment) Type() string { return "time" }

// Set takes the time from the command line.
func (m *moment) Set(text string) error {
	if strings.TrimSpace(text) == "" {
		return errors.New("it names no time; leave it out for now")
	}
	*m = moment(text)
	return nil
}

// read returns when something happened that is written down later; zero is now.
func (m *moment) read(now time.Time, zone *time.Location) (time.Time, error) {
	if *m == "" {
		return time.Time{}, nil
	}
	at, err := schema.ParseTime(string(*m), zone)
	switch {
	case errors.As(err, new(*schema.ZoneError)):
		return at, usagef("say which time is meant, with its zone: 2026-11-03T09:12:00Z", "--when %q: %v", string(*m), err)
	case err != nil:
		return at, usagef(`write "2026-11-03 09:12" or 2026-11-03T09:12:00Z`, "--when %q is no time", string(*m))
	case at.Before(time.Unix(0, 0)):
		return at, usagef("", "--when %q is before 1970", string(*m))
	case at.After(now):
		return at, usagef("leave it out for now", "--when %s is still to come: it is %s", records.FormatTime(at), records.FormatTime(now))
	}
	return at.UTC().Truncate(time.Second), nil
}

// writer returns a writer for the person who acts.
func (e *env) writer(ctx context.Context, t *tree.Tree) (*write.Writer, error) {
	if err := writable(t); err != nil {
		return nil, err
	}
	by, err := actor(ctx, e, t)
	if err != nil {
		return nil, err
	}
	if by == "" {
		return nil, withHint(write.ErrNoActor, "give --as PERSON, or tell git with: git config user.email you@example.com")
	}
	return &write.Writer{Tree: t, By: by, Now: e.now().UTC().Truncate(1e9), Random: rand.Reader, Durability: tree.Durable}, nil
}

// show prints a change: the path or the record on stdout, the rest on stderr.
func (f *writeFlags) show(e *env, t *tree.Tree, c *write.Change) error {
	for _, note := range c.Notes {
		complain(e.stderr, "%s", note)
	}
	for _, d := range c.Diagnostics {
		complain(e.stderr, "warning: %s [%s]", d.Message, d.Rule)
	}
	switch {
	case c.IsEmpty():
		complain(e.stderr, "%s is like that already; nothing was written", c.After.ID)
	case !f.dry && c.Before != nil && c.Summary() != "":
		complain(e.stderr, "%s: %s", c.After.ID, c.Summary())
	}
	if f.format == formatJSON {
		return writeJSON(e.stdout, newEnvelope(1, []*records.Record{c.After}, t.Types))
	}
	if f.dry {
		_, err := fmt.Fprint(e.stdout, plain.Text(changeDiff(c)))
		return err
	}
	_, err := fmt.Fprintln(e.stdout, plain.Line(c.After.Path))
	return err
}

// changeDiff shows a change as a unified diff.
func changeDiff(c *write.Change) string {
	before, old := "/dev/null", []byte(nil)
	if c.Before != nil {
		before, old = path.Join("a", c.Before.Path), c.Before.Source
	}
	return string(diff.Diff(before, old, path.Join("b", c.After.Path), c.After.Source))
}

func commitMessage(c *write.Change) string {
	return messageLine(string(c.After.ID) + ": " + cmp.Or(c.Summary(), "comment"))
}

// messageLine makes a commit subject of untrusted text.
func messageLine(s string) string {
	s = plain.Line(s)
	if r := []rune(s); len(r) > 100 {
		s = strings.TrimSpace(string(r[:99])) + "…"
	}
	return s
}

// commitLocked is commitFiles for commands that do not hold the desk's lock.
func commitLocked(ctx context.Context, t *tree.Tree, message string, paths ...string) error {
	unlock, err := t.Lock(ctx)
	if err != nil {
		return fmt.Errorf("the files are written but not committed: %w", err)
	}
	defer unlock()
	return commitFiles(ctx, t, message, paths...)
}

// commitFiles commits files of the desk. The caller holds the desk's lock, since
// git itself lets only one commit at a time.
func commitFiles(ctx context.Context, t *tree.Tree, message string, paths ...string) error {
	repo, err := git.Open(t.Root)
	if err != nil {
		return withHint(fmt.Errorf("the files are written but not committed: %w", err), "git init makes the desk a repository")
	}
	err = repo.Commit(ctx, message, paths...)
	if ctx.Err() != nil {
		return withHint(errors.New("the files are written but not committed: it was interrupted"), "git add and git commit the files printed above")
	}
	if err != nil {
		return withHint(fmt.Errorf("the files are written but not committed: %w", err), "mend what git says, then: git add and git commit the files printed above")
	}
	return nil
}

// explainWrite turns a refused change into words with hints.
func explainWrite(e *env, t *tree.Tree, err error) error {
	var refused *write.RefusedError
	var unreadable *write.UnreadableError
	var field *write.FieldError
	var step *workflow.StepError
	switch {
	case errors.As(err, &refused):
		showRefusal(e, t, refused)
		return fmt.Errorf("nothing was written: the record would have %s", count(len(refused.Diagnostics), "error"))
	case errors.As(err, &unreadable):
		showFindings(e, unreadable.Diagnostics, nil)
		return withHint(err, "mend the file first; frontdesk check shows where")
	case errors.As(err, &field):
		return usageError{withHint(err, field.Hint)}
	case errors.As(err, &step):
		near := ""
		if step.Near != "" {
			near = fmt.Sprintf("did you mean %q?", step.Near)
		}
		return usageError{withHint(err, near)}
	case errors.Is(err, tree.ErrChanged):
		return withHint(err, "look at the file and run the command again")
	}
	return explainFind(t, err)
}

func stepHint(step *workflow.StepError) string {
	if len(step.Legal) == 0 {
		return fmt.Sprintf("%s is where %s ends", step.From, article(step.Type))
	}
	names := make([]string, len(step.Legal))
	for i, s := range step.Legal {
		names[i] = string(s)
	}
	return fmt.Sprintf("from %s it can go to %s", step.From, strings.Join(names, ", "))
}

// showFindings prints diagnostics on stderr with the lines that they are about.
func showFindings(e *env, ds []diag.Diagnostic, src []byte) {
	rep := render.Report{Diagnostics: ds, Source: func(string) []byte { return src }}
	_ = render.Write(e.stderr, "text", rep) // stderr is gone; the exit code still tells
}

func count(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// article puts "a" or "an" before the name of a type.
func article(typ records.Type) string {
	if strings.ContainsRune("aeiou", rune(typ[0])) {
		return "an " + string(typ)
	}
	return "a " + string(typ)
}

// towards returns a state that fits and that the record may go to now, the first
// as the type lists them.
func towards(r *records.Record, t *schema.Type, verb string, fits func(*schema.State) bool) (records.State, error) {
	if len(t.States) == 0 {
		return "", usagef("", "%s has no states", article(t.Name))
	}
	legal := workflow.Legal(t, workflow.Present(t, r))
	for _, s := range legal {
		if fits(t.State(s)) {
			return s, nil
		}
	}
	step := &workflow.StepError{Type: t.Name, From: r.State(), Legal: legal}
	return "", usagef(stepHint(step), "%s is %s and cannot be %s from there", r.ID, r.State(), verb)
}
