package change

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/frontmatter"
)

// line is a log line that can be compared: key is equal for lines that say the
// same, however they are written; what is key without time and author.
type line struct {
	event records.Event
	key   string
	what  string
	index int // among all lines of the log, also those that cannot be read
}

// logDiff is what a change does to a log.
type logDiff struct {
	removed []line
	altered []alteration
	added   []line
	last    []time.Time // the time of the last line at each base; empty where a base has none
}

// alteration is a line that says something else than it did.
type alteration struct{ was, is line }

// linesOf returns the readable lines of a record's log in source order.
func linesOf(r *records.Record) []line {
	if r == nil {
		return nil
	}
	events, _ := r.Log()
	if len(events) == 0 {
		return nil
	}
	items := r.Get(records.FieldLog).Items
	out := make([]line, len(events))
	index := 0
	for i, e := range events {
		for items[index].Span != e.Span {
			index++
		}
		what := canonical(records.NewMap(e.Fields...))
		out[i] = line{event: e, what: what, key: records.FormatTime(e.At) + " " + e.By + " " + what, index: index}
	}
	return out
}

// canonical writes a value so that equal ones give equal texts: keys sorted,
// scalars without quotes, as check --fix may add those.
func canonical(v *records.Value) string {
	switch {
	case v.IsNull():
		return "~"
	case v.IsScalar():
		return strconv.Quote(v.Text)
	}
	var parts []string
	for _, item := range v.Items {
		parts = append(parts, canonical(item))
	}
	for _, p := range v.Pairs {
		parts = append(parts, strconv.Quote(p.Key)+":"+canonical(p.Value))
	}
	if v.Kind == records.Map {
		slices.Sort(parts)
	}
	return "[" + strings.Join(parts, ",") + "]"
}

func countLines(r *records.Record) multiset {
	out := multiset{}
	for _, l := range linesOf(r) {
		out[l.key]++
	}
	return out
}

func eachCount(rs []*records.Record, count func(*records.Record) multiset) []multiset {
	out := make([]multiset, len(rs))
	for i, r := range rs {
		out[i] = count(r)
	}
	return out
}

// compareLogs finds the lines that are missing, those that are new, and pairs
// those that are the same line with another content.
func (p *pair) compareLogs() *logDiff {
	d := &logDiff{}
	sides := eachCount(p.before, countLines)
	missing := expected(sides, eachCount(p.bases, countLines))
	for _, l := range linesOf(p.after) {
		known := 0
		for _, s := range sides {
			known = max(known, s[l.key])
			s[l.key]--
		}
		missing[l.key]--
		if known <= 0 {
			d.added = append(d.added, l)
		}
	}
	for _, b := range p.before {
		for _, l := range linesOf(b) {
			if missing[l.key] > 0 {
				missing[l.key]--
				d.removed = append(d.removed, l)
			}
		}
	}
	d.matchAltered()
	d.last = p.lastLines()
	return d
}

// matchAltered takes a removed and an added line for one that was altered where
// they agree in two of time, author and content.
func (d *logDiff) matchAltered() {
	d.removed = slices.DeleteFunc(d.removed, func(was line) bool {
		i := slices.IndexFunc(d.added, func(is line) bool { return isAltered(was, is) })
		if i < 0 {
			return false
		}
		d.altered = append(d.altered, alteration{was, d.added[i]})
		d.added = slices.Delete(d.added, i, i+1)
		return true
	})
}

func isAltered(was, is line) bool {
	same := 0
	for _, holds := range []bool{was.event.At.Equal(is.event.At), was.event.By == is.event.By, was.what == is.what} {
		if holds {
			same++
		}
	}
	return same == 2
}

// lastLines returns the time of the latest line at each base. It is empty where
// one of them does not have the record, as nothing can be older than that.
func (p *pair) lastLines() []time.Time {
	var out []time.Time
	for _, b := range p.bases {
		lines := linesOf(b)
		if len(lines) == 0 {
			return nil
		}
		last := slices.MaxFunc(lines, func(a, b line) int { return a.event.At.Compare(b.event.At) })
		out = append(out, last.event.At)
	}
	return out
}

// maxNamed is how many things a message spells out.
const maxNamed = 3

// checkLog reports lines that are gone, changed or dated back. There is no
// leeway for clocks: who adds a line has the one before it at hand, and
// Frontdesk's own writers date theirs no earlier.
func (p *pair) checkLog(d *logDiff) []diag.Diagnostic {
	var ds []diag.Diagnostic
	fail := func(rule diag.RuleID, span diag.Span, format string, args ...any) *diag.Diagnostic {
		f := diag.New(rule, diag.Error, p.after.Path, span, format, args...)
		f.Field = records.FieldLog
		ds = append(ds, f)
		return &ds[len(ds)-1]
	}
	if n := len(d.removed); n > 0 {
		fail(ruleLogRemoved, p.after.SpanOf(records.FieldLog), "%s removed: %s", plural(n, "log line was", "log lines were"), showLines(d.removed)).Hint =
			"put back what was there; a log only grows, and what was wrong is put right by a line at its end"
	}
	for _, a := range d.altered {
		fail(ruleLogAltered, a.is.event.Span, "the log line was %s; now it is %s", show(a.was), show(a.is)).Hint =
			"put it back; what was wrong is put right by a line at the end of the log"
	}
	for _, l := range d.added {
		if !d.isBackDated(l) {
			continue
		}
		last := slices.MinFunc(d.last, time.Time.Compare)
		fail(ruleBackDated, l.event.Span, "the new log line of %s is dated before the last one that was there, of %s", records.FormatTime(l.event.At), records.FormatTime(last)).Hint =
			"a log line tells when it was written, and stands at the end; after a rebase, date yours anew"
	}
	return ds
}

// isBackDated reports whether a new line is older than the last one at every
// base: where sides have parted more than once, each may have known less.
func (d *logDiff) isBackDated(l line) bool {
	return len(d.last) > 0 && !slices.ContainsFunc(d.last, func(t time.Time) bool { return !l.event.At.Before(t) })
}

// checkImported reports what would exempt lines of one's own from the workflow:
// a higher count of imported lines, or a new line among these.
func (p *pair) checkImported(d *logDiff) []diag.Diagnostic {
	n, most := importedLines(p.after), 0
	for _, b := range p.before {
		if b != nil {
			most = max(most, importedLines(b))
		}
	}
	at := p.after.Get(records.FieldImported)
	var ds []diag.Diagnostic
	if n > most {
		f := diag.New(ruleImportedLog, diag.Error, p.after.Path, at.Get(records.FieldLog).Span, "imported.log was %d; now it is %d", most, n).
			WithHint("put it back: only an import writes it, once, as these lines are not held against the workflow")
		f.Field = records.FieldImported
		ds = append(ds, f)
	}
	for _, l := range d.added {
		if l.index >= min(n, most) {
			continue
		}
		f := diag.New(ruleImportedLog, diag.Error, p.after.Path, l.event.Span, "the new log line of %s stands among the %d imported ones", records.FormatTime(l.event.At), n).
			WithHint("move it to the end of the log: imported lines are not held against the workflow")
		f.Field = records.FieldLog
		ds = append(ds, f)
	}
	return ds
}

// importedLines returns how many lines a record says were imported.
func importedLines(r *records.Record) int {
	v := r.Get(records.FieldImported).Get(records.FieldLog)
	n, err := strconv.Atoi(v.String())
	if err != nil || v.Kind != records.Int {
		return 0
	}
	return max(n, 0)
}

// show writes a line as it stands in a log, cut to a bearable length.
func show(l line) string {
	pairs := []records.Pair{
		{Key: "at", Value: records.NewString(records.FormatTime(l.event.At))},
		{Key: "by", Value: records.NewString(l.event.By)},
	}
	return shorten(frontmatter.Inline(records.NewMap(append(pairs, l.event.Fields...)...)))
}

func showLines(ls []line) string {
	var parts []string
	for _, l := range ls[:min(len(ls), maxNamed)] {
		parts = append(parts, show(l))
	}
	if more := len(ls) - maxNamed; more > 0 {
		parts = append(parts, strconv.Itoa(more)+" more")
	}
	return strings.Join(parts, ", ")
}

// maxShown is how many characters of a value a message holds.
const maxShown = 120

func shorten(s string) string {
	if r := []rune(s); len(r) > maxShown {
		return string(r[:maxShown]) + "…"
	}
	return s
}

func plural(n int, one, many string) string {
	return strconv.Itoa(n) + " " + cmp.Or(map[bool]string{true: one}[n == 1], many)
}
