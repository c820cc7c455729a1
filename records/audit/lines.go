package audit

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"frontdesk/records"
	"frontdesk/records/frontmatter"
	"frontdesk/records/git"
	"frontdesk/records/history"
	"frontdesk/records/tree"
)

// lines is what is remembered of a record's log: enough to see whether something
// may be wrong with a later version of it.
type lines struct {
	keys []uint64 // of each line, in order
	last int64    // the latest time that one claims, Unix seconds
	blob string   // of the file
}

// readRecords reads the record files that commits changed, by their blobs. One
// that is too long to be a record is not there.
func (w *walk) readRecords(ctx context.Context, revs []git.Revision) (map[string][]byte, error) {
	seen := map[string]bool{}
	var ids []string
	for _, rev := range revs {
		for _, d := range rev.Deltas {
			if d.Blob != "" && d.Mode.IsRegular() && mayBeRecord(d.Path) && !seen[d.Blob] {
				seen[d.Blob] = true
				ids = append(ids, d.Blob)
			}
		}
	}
	texts := make(map[string][]byte, len(ids))
	err := w.desk.EachBlob(ctx, ids, frontmatter.MaxFile, func(i int, data []byte) {
		if data != nil {
			texts[ids[i]] = logOf(data)
		}
	})
	return texts, err
}

// mayBeRecord reports whether a file of the desk may be a record.
func mayBeRecord(p string) bool {
	const folder, ext = "records/", ".md"
	return len(p) > len(folder)+len(ext) && p[:len(folder)] == folder && p[len(p)-len(ext):] == ext
}

// logOf returns the part of a record's file that is to be looked at: the lines of
// its log where they have the form in which Frontdesk writes them, else all of it.
func logOf(src []byte) []byte {
	text, ok := bytes.CutPrefix(src, []byte("---\n"))
	if !ok {
		return src
	}
	front, _, ok := bytes.Cut(text, []byte("\n---\n"))
	if !ok {
		return src
	}
	const key = "\nlog:\n"
	at := bytes.Index(front, []byte(key))
	if at < 0 || bytes.Contains(front, []byte("\n\"")) || bytes.Contains(front, []byte("\n'")) {
		return src
	}
	log := front[at+len(key):]
	end := 0
	for line := range bytes.Lines(log) {
		if line[0] != ' ' {
			break
		}
		if _, _, ok := parseLine(line); !ok {
			return src
		}
		end += len(line)
	}
	if rest := log[end:]; bytes.Contains(rest, []byte("log")) || bytes.HasPrefix(rest, []byte("-")) || bytes.HasPrefix(rest, []byte("#")) || bytes.HasPrefix(rest, []byte("\n")) {
		return src
	}
	return log[:end]
}

// parseLine reads the time of a log line as Frontdesk writes it.
func parseLine(line []byte) (at time.Time, key uint64, ok bool) {
	line = bytes.TrimRight(line, "\n")
	rest, ok := bytes.CutPrefix(line, []byte("  - {at: "))
	const by = ", by: "
	if !ok || len(rest) < 20+len(by) || rest[19] != 'Z' || string(rest[20:20+len(by)]) != by || rest[len(rest)-1] != '}' {
		return at, 0, false
	}
	who := rest[20+len(by):]
	if n := bytes.IndexAny(who, ",}"); n < 1 || !isPerson(who[:n]) {
		return at, 0, false
	}
	at, ok = records.ParseTime(string(rest[:20]))
	return at, keyOf(line), ok
}

// isPerson reports whether a text is an id as it may stand without quotes.
func isPerson(text []byte) bool {
	for _, c := range text {
		if (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' {
			return false
		}
	}
	return text[0] >= 'a' && text[0] <= 'z' && string(text) != "null"
}

func keyOf(text []byte) uint64 {
	sum := sha256.Sum256(text)
	return binary.BigEndian.Uint64(sum[:8])
}

// logLine is a line of a log.
type logLine struct {
	at  time.Time
	key uint64
}

// readLog returns the lines of what logOf returned. ok is false where the record
// cannot be read.
func readLog(name tree.Name, text []byte) (out []logLine, ok bool) {
	if !bytes.HasPrefix(text, []byte("---\n")) {
		for line := range bytes.Lines(text) {
			at, key, _ := parseLine(line)
			out = append(out, logLine{at, key})
		}
		return out, true
	}
	return parsedLog(name, text)
}

// parsedLog reads a log by what it says, whatever its form.
func parsedLog(name tree.Name, src []byte) (out []logLine, ok bool) {
	r, _ := tree.Parse(name, src)
	if r == nil {
		return nil, false
	}
	events, _ := r.Log()
	for _, e := range events {
		fields := map[string]any{}
		for _, p := range e.Fields {
			fields[p.Key] = text(p.Value)
		}
		data, err := json.Marshal(fields)
		if err != nil {
			return nil, false
		}
		out = append(out, logLine{e.At, keyOf(append(data, records.FormatTime(e.At)+" "+e.By...))})
	}
	return out, true
}

// text returns a value with scalars as texts, as quotes do not matter.
func text(v *records.Value) any {
	switch {
	case v.IsNull():
		return nil
	case v.IsScalar():
		return v.Text
	}
	var items []any
	for _, i := range v.Items {
		items = append(items, text(i))
	}
	pairs := map[string]any{}
	for _, p := range v.Pairs {
		pairs[p.Key] = text(p.Value)
	}
	return []any{v.Kind.String(), items, pairs}
}

// logDiff is what a commit did to a log.
type logDiff struct {
	added []logLine
	gone  int
}

func compareLogs(keys []uint64, now []logLine) logDiff {
	had := map[uint64]int{}
	for _, k := range keys {
		had[k]++
	}
	var d logDiff
	for _, l := range now {
		if had[l.key]--; had[l.key] < 0 {
			d.added = append(d.added, l)
		}
	}
	for _, n := range had {
		d.gone += max(n, 0)
	}
	return d
}

// backDated returns the lines that are dated before the last one that was there.
func (d logDiff) backDated(had bool, last int64) (out []logLine) {
	for _, l := range d.added {
		if had && l.at.Unix() < last {
			out = append(out, l)
		}
	}
	return out
}

// ahead returns the lines that are dated later than their commit.
func (d logDiff) ahead(commit time.Time) (out []logLine) {
	for _, l := range d.added {
		if !commit.IsZero() && l.at.Sub(commit) > history.Tolerance {
			out = append(out, l)
		}
	}
	return out
}

// readLines follows the logs of the records that a commit edits. Where something
// may be wrong, suspect is told before it is taken over.
func (l *live) readLines(t *touch, texts map[string][]byte, suspect func(e edit, d logDiff) error) error {
	for _, e := range t.edits {
		text, ok := texts[e.blob]
		if !ok {
			continue
		}
		now, ok := readLog(tree.Name{Type: e.typ, ID: e.id, Path: e.path}, text)
		if !ok {
			continue // when it can be read again it is compared with what it was
		}
		if suspect != nil {
			if err := suspect(e, compareLogs(e.log.keys, now)); err != nil {
				return err
			}
		}
		e.log = lines{blob: e.blob}
		for _, line := range now {
			e.log.keys = append(e.log.keys, line.key)
			e.log.last = max(e.log.last, line.at.Unix())
		}
	}
	return nil
}

// checkLines notes what a commit did to logs that a log does not permit.
func (w *walk) checkLines(ctx context.Context, e *Entry, t *touch, texts map[string][]byte) error {
	return w.live.readLines(t, texts, func(ed edit, d logDiff) error {
		if d.gone == 0 && len(d.ahead(e.When)) == 0 && len(d.backDated(len(ed.log.keys) > 0, ed.log.last)) == 0 {
			return nil
		}
		return w.lookAgain(ctx, e, ed)
	})
}

// lookAgain compares two versions of a record by what they say.
func (w *walk) lookAgain(ctx context.Context, e *Entry, ed edit) error {
	var before, now []logLine
	blobs := []string{ed.blob, ed.log.blob}
	if ed.log.blob == "" {
		blobs = blobs[:1]
	}
	err := w.desk.EachBlob(ctx, blobs, frontmatter.MaxFile, func(i int, data []byte) {
		log, _ := parsedLog(tree.Name{Type: ed.typ, ID: ed.id, Path: ed.path}, data)
		if i == 0 {
			now = log
		} else {
			before = log
		}
	})
	if err != nil {
		return err
	}
	d := compareLogs(keysOf(before), now)
	if n := d.gone; n > 0 {
		e.find(LogChanged, ed.ref(), "%s that %s had %s gone, or %s something else now", count(n, "line"), ed.id, be(n), say(n))
	}
	for _, l := range d.ahead(e.When) {
		e.find(FutureLine, ed.ref(), "a log line of %s is dated %s after the commit", records.FormatTime(l.at), roughly(l.at.Sub(e.When)))
	}
	last := latest(before)
	back := d.backDated(len(before) > 0, last.Unix())
	if len(back) > 0 && len(e.Parents) > 1 {
		if back, err = w.beforeBoth(ctx, e, ed, back); err != nil {
			return err
		}
	}
	for _, l := range back {
		e.find(BackDated, ed.ref(), "a log line is dated %s, before the one of %s that was there", records.FormatTime(l.at), records.FormatTime(last))
	}
	return nil
}

// beforeBoth returns the lines that are older than the last one where the sides of
// a merge parted: on a branch, nobody knows what others write in the meantime.
func (w *walk) beforeBoth(ctx context.Context, e *Entry, ed edit, back []logLine) ([]logLine, error) {
	bases, err := w.desk.MergeBases(ctx, e.Parents[0], e.Parents[1])
	if err != nil {
		return nil, err
	}
	for _, base := range bases {
		files, err := w.desk.At(ctx, base)
		if err != nil {
			return nil, err
		}
		data, err := files.ReadFile(ed.path)
		if errors.Is(err, context.Canceled) {
			return nil, err
		}
		log, _ := parsedLog(tree.Name{Type: ed.typ, ID: ed.id, Path: ed.path}, data)
		last := latest(log)
		back = slices.DeleteFunc(back, func(l logLine) bool { return len(log) == 0 || !l.at.Before(last) })
	}
	return back, nil
}

func keysOf(log []logLine) []uint64 {
	out := make([]uint64, len(log))
	for i, l := range log {
		out[i] = l.key
	}
	return out
}

func latest(log []logLine) (last time.Time) {
	for _, l := range log {
		if l.at.After(last) {
			last = l.at
		}
	}
	return last
}

func count(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return fmt.Sprintf("%d %ss", n, what)
}

func be(n int) string {
	if n == 1 {
		return "is"
	}
	return "are"
}

func say(n int) string {
	if n == 1 {
		return "says"
	}
	return "say"
}
