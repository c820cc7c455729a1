package main

import (
	"context"
	"io"
	"slices"
	"strings"
	"time"

	"frontdesk/records"
	"frontdesk/records/git"
	"frontdesk/records/history"
	"frontdesk/records/plain"
	"frontdesk/records/tree"
	"frontdesk/schema"
)

// lateAuthor is by how much an author's time may differ from the committer's
// without being shown.
const lateAuthor = 5 * time.Minute

// commitLog is the log of a record beside the commits that brought it.
type commitLog struct {
	page
	typ   *schema.Type
	trace *history.Trace
	last  []records.Event // what the log says now
}

func showCommits(ctx context.Context, e *env, format, part string) error {
	if err := oneOf("format", format, formatText, formatJSON); err != nil {
		return err
	}
	t, err := openDesk(e)
	if err != nil {
		return err
	}
	defer t.Close()
	name, trace, err := traceOf(ctx, e, t, part)
	if err != nil {
		return err
	}
	r := latest(trace)
	events, faults := r.Log()
	if format == formatJSON {
		err = writeJSON(e.stdout, newCommitLogJSON(t.Types.Get(name.Type), r, trace))
	} else {
		l := &commitLog{page: page{width: e.columns(), color: e.color(), zone: t.Desk.TimeZone}, typ: t.Types.Get(name.Type), trace: trace, last: events}
		l.write()
		_, err = io.WriteString(e.stdout, l.String())
	}
	if err != nil {
		return err
	}
	return problemsOf(e, t, faults)
}

// traceOf finds a record and follows it through its history. It says where a
// shallow clone ends it.
func traceOf(ctx context.Context, e *env, t *tree.Tree, part string) (tree.Name, *history.Trace, error) {
	name, err := findName(t, part)
	if err != nil {
		return name, nil, err
	}
	if _, err := readRecord(e, t, name); err != nil {
		return name, nil, err
	}
	repo, err := openRepo(t.Root)
	if err != nil {
		return name, nil, err
	}
	defer repo.Close()
	versions, err := history.Versions(ctx, repo, t, name)
	if err != nil {
		return name, nil, err
	}
	for _, v := range versions {
		if v.Cut {
			complain(e.stderr, "the history of this clone ends at %s: what that commit shows may be older", v.Short())
			hint(e.stderr, "git fetch --unshallow brings the rest")
		}
	}
	return name, history.NewTrace(t.Types.Get(name.Type), versions), nil
}

// latest returns the record as it is. It can be read: traceOf has done so.
func latest(trace *history.Trace) *records.Record {
	return trace.Versions[len(trace.Versions)-1].Record
}

// write writes the commits with their lines, oldest first.
func (l *commitLog) write() {
	for i, v := range l.trace.Versions {
		if i > 0 {
			l.line("", "")
		}
		l.head(v)
		told := l.lines(v)
		l.alterations(v)
		l.rest(v, told)
	}
}

// head writes which commit it is, when and by whom it was made.
func (l *commitLog) head(v *history.Version) {
	if !v.IsCommitted() {
		l.strong("not committed")
		return
	}
	words := []string{v.Short(), l.time(v.Committer.When), who(v.Author)}
	if v.Author.Name != v.Committer.Name || v.Author.Email != v.Committer.Email {
		words = append(words, "committed by "+who(v.Committer))
	}
	if d := v.Committer.When.Sub(v.Author.When); d.Abs() > lateAuthor && !v.Author.When.IsZero() {
		words = append(words, "written "+l.time(v.Author.When))
	}
	if v.Cut {
		words = append(words, "or before: the clone is shallow")
	}
	l.strong(strings.Join(words, "  "))
}

// who writes a name with its address.
func who(s git.Signature) string {
	if s.Name == "" || s.Name == s.Email {
		return s.Email
	}
	return plain.Line(s.Name) + " <" + plain.Line(s.Email) + ">"
}

// leader begins a line that deserves a second look.
func leader(suspect bool) string {
	if suspect {
		return "! "
	}
	return "  "
}

// lines writes the log lines that the version brought, as they are now. It
// returns the fields that they set.
func (l *commitLog) lines(v *history.Version) (told []string) {
	var before []records.Event
	for _, line := range slices.Concat(l.trace.Lines, l.trace.Lost) {
		event, ok := eventOf(line.Value)
		if line.Brought == v {
			l.logLine(line, event, ok, before)
			for _, p := range event.Fields {
				told = append(told, p.Key)
			}
		}
		if ok && line.Removed == nil {
			before = append(before, event)
		}
	}
	return told
}

func (l *commitLog) logLine(line *history.Line, event records.Event, ok bool, before []records.Event) {
	text := "a line that cannot be read: " + valueText(line.Value)
	if ok {
		if line.Removed != nil {
			before = nil
		}
		text = l.time(event.At) + "  " + event.By + "  " + changes(before, event)
	}
	var notes []string
	if drift, ok := line.Drift(); ok {
		notes = append(notes, history.DriftWords(drift))
	}
	for _, a := range line.Altered {
		notes = append(notes, "altered "+in(a.Version))
	}
	if line.Removed != nil {
		notes = append(notes, "removed "+in(line.Removed))
	}
	if len(notes) > 0 {
		text += " (" + strings.Join(notes, ", ") + ")"
	}
	l.wrapped(leader(line.IsAhead() || len(line.Altered) > 0 || line.Removed != nil), "    ", plain.Line(text))
}

// in says in which commit something was done.
func in(v *history.Version) string {
	if !v.IsCommitted() {
		return "without being committed"
	}
	return "in " + v.Short()
}

// alterations writes what the version did to log lines that were there.
func (l *commitLog) alterations(v *history.Version) {
	for _, line := range slices.Concat(l.trace.Lines, l.trace.Lost) {
		for _, a := range line.Altered {
			if a.Version == v {
				l.wrapped("! ", "    ", plain.Line("altered a line of "+origin(line.Brought)+" that said: "+l.told(a.Was)))
			}
		}
		if line.Removed == v {
			l.wrapped("! ", "    ", plain.Line("removed a line of "+origin(line.Brought)+": "+l.told(line.Value)))
		}
	}
}

// origin names the commit that brought a line.
func origin(v *history.Version) string {
	if !v.IsCommitted() {
		return "the work tree"
	}
	return v.Short()
}

// told writes a log line on its own.
func (l *commitLog) told(v *records.Value) string {
	event, ok := eventOf(v)
	if !ok {
		return valueText(v)
	}
	return l.time(event.At) + "  " + event.By + "  " + changes(nil, event)
}

// rest writes what the version did beside bringing lines.
func (l *commitLog) rest(v *history.Version, told []string) {
	for _, words := range restOf(l.typ, v, told) {
		l.wrapped("  ", "    ", plain.Line(words))
	}
}

// restOf tells what a version did to the record beside what log lines tell.
func restOf(typ *schema.Type, v *history.Version, told []string) []string {
	var out []string
	if v.Moved != "" {
		out = append(out, "moved from "+v.Moved)
	}
	switch {
	case v.Gone:
		return append(out, "removed the record")
	case v.Record == nil:
		for _, d := range v.Problems {
			out = append(out, "left a file that cannot be read: "+d.Message)
		}
		return out
	case v.IsNew():
		return append(out, "made the record")
	}
	for _, c := range v.Changes(typ) {
		isTold := c.Part == history.PartField && slices.Contains(told, c.Name) || c.Part == history.PartLog
		if !isTold {
			out = append(out, c.String())
		}
	}
	if len(out) == 0 && len(v.Changes(typ)) == 0 {
		out = append(out, "changed its form and nothing that it says")
	}
	return out
}

// eventOf reads one line of a log.
func eventOf(v *records.Value) (records.Event, bool) {
	log := &records.Value{Kind: records.List, Items: []*records.Value{v}}
	r := &records.Record{Fields: records.NewMap(records.Pair{Key: records.FieldLog, Value: log})}
	events, _ := r.Log()
	if len(events) == 0 {
		return records.Event{}, false
	}
	return events[0], true
}
