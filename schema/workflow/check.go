package workflow

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/schema"
)

// The rules that a record may break in its states and its log.
const (
	RuleTransition        diag.RuleID = "workflow/transition"          // a step that the type does not have
	RuleRequire           diag.RuleID = "workflow/require"             // a field that the state requires is missing
	RuleResolvedAtMissing diag.RuleID = "workflow/resolved-at-missing" // closed without a time of resolution
	RuleTimes             diag.RuleID = "workflow/times"               // opened, resolved, closed do not follow one another
	RuleLogMissing        diag.RuleID = "log/missing"                  // no log at all
	RuleLogFold           diag.RuleID = "log/fold"                     // fields and log disagree
	RuleLogOrder          diag.RuleID = "log/order"                    // lines out of order
	RuleLogFuture         diag.RuleID = "log/future"                   // a line dated in the future
	RuleLogUntracked      diag.RuleID = "log/untracked"                // a line that sets a field that is not tracked
	RuleLogImported       diag.RuleID = "log/imported"                 // imported.log is no count of lines
)

// Leeway is how far ahead of the as-of time a log line may be dated: clocks
// differ.
const Leeway = 5 * time.Minute

// Check judges a record by the states of its type and by its log. asOf is the
// time that counts as now; lines are not held against a zero one. Of an imported
// record the first imported.log lines are foreign: that they are out of order or
// skip steps is information. Requirements of a state are information too once
// the record is closed or cancelled.
func Check(t *schema.Type, r *records.Record, asOf time.Time) []diag.Diagnostic {
	if len(t.States) == 0 {
		return nil
	}
	c := &checker{typ: t, rec: r}
	c.readLog()
	c.order()
	c.future(asOf)
	c.untracked()
	c.steps()
	c.fold()
	c.requirements()
	c.times()
	return c.ds
}

// checker judges one record.
type checker struct {
	typ     *schema.Type
	rec     *records.Record
	events  []records.Event
	foreign int  // how many of the events are foreign
	broken  bool // some lines could not be read
	ds      []diag.Diagnostic
}

func (c *checker) add(rule diag.RuleID, sev diag.Severity, span diag.Span, field, format string, args ...any) *diag.Diagnostic {
	d := diag.New(rule, sev, c.rec.Path, span, format, args...)
	d.Record, d.Field = string(c.rec.ID), field
	c.ds = append(c.ds, d)
	return &c.ds[len(c.ds)-1]
}

func (c *checker) readLog() {
	var ds []diag.Diagnostic
	c.events, ds = c.rec.Log()
	c.ds = append(c.ds, ds...)
	c.broken = len(ds) > 0
	if len(c.events) == 0 && !c.broken {
		c.add(RuleLogMissing, diag.Error, c.rec.SpanOf(records.FieldLog), records.FieldLog, "%s has no log", c.rec.ID).Hint =
			"check --fix writes a line with the fields as they are"
	}
	c.foreign = c.countForeign()
}

// countForeign returns how many of the readable lines are among the first
// imported.log ones.
func (c *checker) countForeign() int {
	v := c.rec.Get(records.FieldImported).Get(records.FieldLog)
	if v.IsNull() {
		return 0
	}
	lines := c.rec.Get(records.FieldLog)
	total := 0
	if lines != nil {
		total = len(lines.Items)
	}
	n, err := strconv.Atoi(v.Text)
	if err != nil || v.Kind != records.Int || n < 0 || n > total {
		c.add(RuleLogImported, diag.Error, v.Span, records.FieldImported, "imported.log %q is not a number of lines from 0 to %d", v.String(), total)
		n = min(max(n, 0), total)
	}
	if n == 0 {
		return 0
	}
	last := lines.Items[n-1].Span.Start
	foreign := 0
	for foreign < len(c.events) && c.events[foreign].Span.Start.Compare(last) <= 0 {
		foreign++
	}
	return foreign
}

// severity of a finding about the order or the step of a line.
func (c *checker) severity(event int) diag.Severity {
	if event < c.foreign {
		return diag.Info
	}
	return diag.Error
}

func (c *checker) order() {
	for i := 1; i < len(c.events); i++ {
		last, e := c.events[i-1], c.events[i]
		if !e.At.Before(last.At) {
			continue
		}
		d := c.add(RuleLogOrder, c.severity(i), e.Span, records.FieldLog, "log line of %s stands after one of %s", records.FormatTime(e.At), records.FormatTime(last.At))
		*d = d.WithNote(c.rec.Path, last.Span, "the later one is here")
	}
}

func (c *checker) future(asOf time.Time) {
	if asOf.IsZero() {
		return
	}
	for _, e := range c.events {
		if e.At.After(asOf.Add(Leeway)) {
			c.add(RuleLogFuture, diag.Error, e.Span, records.FieldLog, "log line of %s is dated after %s", records.FormatTime(e.At), records.FormatTime(asOf))
		}
	}
}

func (c *checker) untracked() {
	for _, e := range c.events {
		for _, p := range e.Fields {
			if slices.Contains(c.typ.Tracked, p.Key) {
				continue
			}
			hint := "a log line sets " + strings.Join(c.typ.Tracked, ", ")
			if near := schema.Nearest(p.Key, c.typ.Tracked); near != "" {
				hint = fmt.Sprintf("did you mean %q?", near)
			}
			c.add(RuleLogUntracked, diag.Warning, p.KeySpan, records.FieldLog, "log line sets %q, which %s does not track", p.Key, c.typ.Name).Hint = hint
		}
	}
}

// steps follows the states through the log. The first one may be any, as a
// record may be written down when its work is done.
func (c *checker) steps() {
	var from records.State
	for i, e := range c.events {
		v := e.Get(records.FieldState)
		if v == nil {
			continue
		}
		if v.IsNull() {
			c.add(RuleTransition, c.severity(i), v.Span, records.FieldState, "log line clears the state; %s is always in one", c.typ.Name)
			continue
		}
		to := records.State(v.String())
		var e *StepError
		if errors.As(Step(c.typ, from, to), &e) {
			c.badStep(i, v, e)
		}
		from = to
	}
}

func (c *checker) badStep(event int, v *records.Value, e *StepError) {
	switch {
	case e.Known && c.typ.State(e.From) == nil:
		// The line before it names no state of the type and has been reported.
	case e.Known:
		c.add(RuleTransition, c.severity(event), v.Span, records.FieldState, "%s does not go from %s to %s", e.Type, e.From, e.To).Hint = e.Options()
	default:
		d := c.add(RuleTransition, c.severity(event), v.Span, records.FieldState, "%s", e)
		if e.Near != "" {
			d.Hint = fmt.Sprintf("did you mean %q?", e.Near)
		}
	}
}

// fold compares the fields with what the log leaves them at. Where lines could
// not be read that says nothing.
func (c *checker) fold() {
	if c.broken || len(c.events) == 0 {
		return
	}
	folded := records.Fold(c.events)
	for _, p := range differences(c.typ, c.rec, c.events) {
		d := c.add(RuleLogFold, diag.Error, c.rec.SpanOf(p.Key), p.Key, "%s is %s, the log says %s", p.Key, show(p.Value), show(folded[p.Key]))
		d.Hint = "change tracked fields with set, or let check --fix add the missing log line"
		for _, e := range slices.Backward(c.events) {
			if v := e.Get(p.Key); v != nil {
				*d = d.WithNote(c.rec.Path, v.Span, "the log sets it here")
				break
			}
		}
	}
}

func show(v *records.Value) string {
	switch {
	case v.IsNull():
		return "nothing"
	case v.IsScalar():
		return strconv.Quote(v.Text)
	case v.Kind == records.List:
		return "[" + strings.Join(v.Strings(), ", ") + "]"
	}
	return "a map"
}

// requirements reports what the state asks for and the record does not have. A
// closed record without a time of resolution is a case of its own: desks that
// came from elsewhere have many, and nobody can know the time any more.
func (c *checker) requirements() {
	state := c.typ.State(c.rec.State())
	if state == nil {
		return
	}
	resolved := ""
	if state.Category == records.Closed {
		resolved = c.resolvedStamp()
	}
	if resolved != "" && isUnset(c.rec.Get(resolved)) {
		c.add(RuleResolvedAtMissing, diag.Warning, c.rec.SpanOf(resolved), resolved, "%s is %s but %s is missing", c.rec.ID, state.Name, resolved)
	}
	for _, name := range state.Require {
		if name != resolved && isUnset(c.rec.Get(name)) {
			c.add(RuleRequire, diag.Error, c.rec.SpanOf(records.FieldState), name, "state %s requires %s", state.Name, name).Hint = c.requireHint(name)
		}
	}
}

func (c *checker) requireHint(name string) string {
	f := c.typ.Field(name)
	if f == nil || len(f.Choices()) == 0 {
		return fmt.Sprintf("add %s, or go back to the state before", name)
	}
	return name + " is one of " + strings.Join(f.Choices(), ", ")
}

// resolvedStamp returns the time field of the type's resolved state, "" where it
// has none.
func (c *checker) resolvedStamp() string {
	for _, s := range c.typ.States {
		if s.Category == records.Resolved && s.Stamp != "" {
			return s.Stamp
		}
	}
	return ""
}

// isUnset reports whether a field says nothing: absent, null, or empty.
func isUnset(v *records.Value) bool {
	return v.IsNull() || v.Kind == records.String && strings.TrimSpace(v.Text) == "" || v.Kind == records.List && len(v.Items) == 0
}

// stamp is a time field that the states of a category set.
type stamp struct {
	field string
	rank  int // of the category in a life: opened, resolved, ended
}

// stamps returns the time fields that must follow one another. Active and held
// states are left out, as work may come back to them at any time.
func stamps(t *schema.Type) []stamp {
	ranks := map[records.Category]int{records.New: 1, records.Resolved: 2, records.Closed: 3, records.Cancelled: 3}
	var out []stamp
	for _, s := range t.States {
		rank := ranks[s.Category]
		known := slices.ContainsFunc(out, func(o stamp) bool { return o.field == s.Stamp })
		if s.Stamp != "" && rank > 0 && !known {
			out = append(out, stamp{field: s.Stamp, rank: rank})
		}
	}
	slices.SortStableFunc(out, func(a, b stamp) int { return cmp.Compare(a.rank, b.rank) })
	return out
}

// times compares each stamped time with the latest one of an earlier category.
func (c *checker) times() {
	all := stamps(c.typ)
	for i, later := range all {
		at, ok := c.rec.Time(later.field)
		if !ok {
			continue
		}
		worst, when := "", at
		for _, earlier := range all[:i] {
			if t, ok := c.rec.Time(earlier.field); ok && earlier.rank < later.rank && t.After(when) {
				worst, when = earlier.field, t
			}
		}
		if worst == "" {
			continue
		}
		d := c.add(RuleTimes, c.stampSeverity(later.field), c.rec.SpanOf(later.field), later.field, "%s is before %s", later.field, worst)
		*d = d.WithNote(c.rec.Path, c.rec.SpanOf(worst), "%s is here", worst)
	}
}

// stampSeverity is that of the log line that entered the state which stamps the
// field, or of the last line about the state where none did.
func (c *checker) stampSeverity(field string) diag.Severity {
	last := -1
	for i, e := range slices.Backward(c.events) {
		v := e.Get(records.FieldState)
		if v == nil {
			continue
		}
		if last < 0 {
			last = i
		}
		if s := c.typ.State(records.State(v.String())); s != nil && s.Stamp == field {
			return c.severity(i)
		}
	}
	if last < 0 {
		return diag.Error
	}
	return c.severity(last)
}
