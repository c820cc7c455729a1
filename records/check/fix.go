package check

import (
	"fmt"
	"maps"
	"path"
	"slices"
	"time"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/frontmatter"
	"frontdesk/schema"
	"frontdesk/schema/workflow"
)

// The rules of other packages that Fix mends.
const (
	ruleType       = schema.RuleType
	ruleLogMissing = diag.RuleID("log/missing")
	ruleLogFold    = diag.RuleID("log/fold")
)

// Fixed is a record's file after mending.
type Fixed struct {
	Path  string        // where the file belongs; the folder of its attachments moves along
	Data  []byte        // its bytes; those that were not meant are as before
	Rules []diag.RuleID // what was mended, in the order of the work; empty if nothing
}

// Fix mends what has one right answer: text that reads as a number gets quotes,
// a derived field its value, the log the line that a change by hand left out, and
// its state's time with it, the file the path that follows from the id. A log line is written in the name of
// by, at the time at. A step is taken only where it removes its finding and
// brings no error; so a record can come back as it was, and what comes back
// mended cannot be mended further. Fix writes nothing.
func Fix(in *Input, r *records.Record, by string, at time.Time) (Fixed, error) {
	f := &fixer{in: in, t: in.Types.Get(r.Type), r: r, by: by, at: at}
	if f.t != nil {
		for _, step := range []func() error{f.quotes, f.deriveAndLog, f.log} {
			if err := step(); err != nil {
				return Fixed{}, fmt.Errorf("fix %s: %w", r.Path, err)
			}
		}
	}
	out := Fixed{Path: r.Path, Data: f.r.Source, Rules: f.rules}
	if f.t != nil {
		out.move(f)
	}
	return out, nil
}

// fixer is a record on its way: r is what it has become so far.
type fixer struct {
	in    *Input
	t     *schema.Type
	r     *records.Record
	by    string
	at    time.Time
	rules []diag.RuleID
}

// try makes edits and keeps them where they remove a finding of the rule and
// bring no error, but for those that a later step removes.
func (f *fixer) try(rule, later diag.RuleID, edits ...frontmatter.Edit) error {
	if len(edits) == 0 {
		return nil
	}
	data, err := frontmatter.Apply(f.r.Source, edits...)
	if err != nil {
		return err
	}
	mended, _ := frontmatter.Parse(f.r.Path, f.r.Type, data)
	if mended == nil {
		return nil
	}
	if mended.ID == "" {
		mended.ID = f.r.ID
	}
	before, after := faults(Local(f.in, f.r)), faults(Local(f.in, mended))
	maps.DeleteFunc(after, func(have fault, _ int) bool { return have.rule == later })
	if countRule(after, rule) >= countRule(before, rule) || !isSubset(after, before) {
		return nil
	}
	f.r = mended
	f.rules = append(f.rules, rule)
	return nil
}

// fault is what makes two errors the same, wherever they stand.
type fault struct {
	rule  diag.RuleID
	field string
}

func faults(ds []diag.Diagnostic) map[fault]int {
	out := map[fault]int{}
	for _, d := range ds {
		if d.Severity == diag.Error {
			out[fault{d.Rule, d.Field}]++
		}
	}
	return out
}

func countRule(fs map[fault]int, rule diag.RuleID) int {
	n := 0
	for f, count := range fs {
		if f.rule == rule {
			n += count
		}
	}
	return n
}

func isSubset(part, whole map[fault]int) bool {
	for f, n := range part {
		if n > whole[f] {
			return false
		}
	}
	return true
}

// quotes puts quotes around what stands for text and reads as a number or as
// true or false.
func (f *fixer) quotes() error {
	byField := map[string][]frontmatter.Edit{}
	var fields []string
	for _, d := range f.t.CheckFields(f.r) {
		v := scalarAt(f.r.Get(d.Field), d.Span.Start)
		if d.Rule != ruleType || v == nil || v.Quoted || v.Kind == records.String || v.Kind == records.Null {
			continue
		}
		if byField[d.Field] == nil {
			fields = append(fields, d.Field)
		}
		byField[d.Field] = append(byField[d.Field],
			frontmatter.Edit{Start: v.Start, End: v.End, Text: frontmatter.Inline(records.NewString(v.Text))})
	}
	slices.Reverse(fields) // an edit must not shift the places of those to come
	before := f.rules
	for _, name := range fields {
		if err := f.try(ruleType, "", byField[name]...); err != nil {
			return err
		}
	}
	if len(f.rules) > len(before) {
		f.rules = append(before, ruleType)
	}
	return nil
}

// scalarAt returns the scalar within a value that begins at a place, nil where
// there is none.
func scalarAt(v *records.Value, at diag.Position) *records.Value {
	switch {
	case v == nil:
		return nil
	case v.IsScalar():
		if v.Span.Start == at {
			return v
		}
		return nil
	}
	for _, item := range v.Items {
		if s := scalarAt(item, at); s != nil {
			return s
		}
	}
	for _, p := range v.Pairs {
		if s := scalarAt(p.Value, at); s != nil {
			return s
		}
	}
	return nil
}

// deriveAndLog writes derived fields together with the log line that this takes
// where they are tracked, or neither.
func (f *fixer) deriveAndLog() error {
	before := *f
	if err := f.derive(); err != nil {
		return err
	}
	if err := f.log(); err != nil {
		return err
	}
	if !isSubset(faults(Local(f.in, f.r)), faults(Local(f.in, before.r))) {
		*f = before
	}
	return nil
}

// derive writes derived fields. On closed records what was right then stays;
// where the log cannot be read it could not say what changed.
func (f *fixer) derive() error {
	if _, ds := f.r.Log(); len(ds) > 0 || f.t.Category(f.r).IsDone() {
		return nil
	}
	for _, d := range checkDerived(f.in.Desk, f.t, f.r) {
		want, _ := derived(f.in.Desk, f.t.Field(d.Field), f.r)
		if err := f.try(ruleDerived, ruleLogFold, frontmatter.Set(f.r, d.Field, records.NewString(want), f.t.FieldNames())); err != nil {
			return err
		}
	}
	return nil
}

// log adds the line that a change by hand left out, or begins the log, with the
// times that go with it. A step that the workflow forbids is no matter of a
// missing line.
func (f *fixer) log() error {
	if len(f.t.States) == 0 || f.by == "" {
		return nil
	}
	events, ds := f.r.Log()
	if len(ds) > 0 {
		return nil
	}
	rule, line := ruleLogMissing, workflow.Event(f.t, nil, f.r, f.at, f.by)
	if len(events) > 0 {
		rule, line = ruleLogFold, f.line()
		if f.at.Before(events[len(events)-1].At) {
			return nil
		}
	}
	if line == nil {
		return nil
	}
	before := f.r
	if effects := f.entered(line, events); len(effects) > 0 {
		if err := f.enter(rule, line, effects); err != nil || f.r != before {
			return err
		}
	}
	return f.enter(rule, line, nil)
}

// enter tries a log line together with what the state that it sets brings.
func (f *fixer) enter(rule diag.RuleID, line *records.Value, effects []records.Pair) error {
	whole := *line
	whole.Pairs = slices.Clone(line.Pairs)
	var edits []frontmatter.Edit
	for _, p := range effects {
		if !p.Value.IsNull() {
			edits = append(edits, frontmatter.Set(f.r, p.Key, p.Value, f.t.FieldNames()))
			continue
		}
		if e, ok := frontmatter.Delete(f.r, p.Key); ok {
			edits = append(edits, e)
		}
		if slices.Contains(f.t.Tracked, p.Key) {
			whole.Pairs = append(whole.Pairs, p)
		}
	}
	edit, err := frontmatter.Append(f.r, records.FieldLog, &whole, f.t.FieldNames())
	if err != nil {
		return err
	}
	return f.try(rule, "", append(edits, edit)...)
}

// entered returns what the state that a log line sets brings, but for what the
// person may have meant: a time is stamped where none is stated, and a field is
// cleared where the log has its value, which so is from before. When a record
// came into its state is not known where the line begins the log, unless it is
// the state in which records open.
func (f *fixer) entered(line *records.Value, events []records.Event) []records.Pair {
	to := records.State(line.Get(records.FieldState).String())
	begins := len(events) == 0
	var out []records.Pair
	for _, p := range workflow.Enter(f.t, f.r, to, f.at) {
		switch isUnset := f.r.Get(p.Key).IsNull(); {
		case p.Value.IsNull() && f.isFromBefore(p.Key, line, events),
			!p.Value.IsNull() && isUnset && (!begins || f.t.Category(f.r) == records.New):
			out = append(out, p)
		}
	}
	return out
}

// isFromBefore reports whether a field has a value that the log knows: a tracked
// one that the line does not set, or the time of another line.
func (f *fixer) isFromBefore(field string, line *records.Value, events []records.Event) bool {
	if slices.Contains(f.t.Tracked, field) {
		return line.Get(field) == nil
	}
	at, ok := f.r.Time(field)
	return ok && slices.ContainsFunc(events, func(e records.Event) bool { return e.At.Equal(at) })
}

// line returns the log line with the tracked fields that differ from the log,
// nil where none does.
func (f *fixer) line() *records.Value {
	missing := workflow.Missing(f.t, f.r)
	if len(missing) == 0 {
		return nil
	}
	return records.NewMap(append([]records.Pair{
		{Key: "at", Value: records.NewString(records.FormatTime(f.at))},
		{Key: "by", Value: records.NewString(f.by)},
	}, missing...)...)
}

// move gives the file the path that follows from its id, where that is free.
func (out *Fixed) move(f *fixer) {
	if f.r.Get(records.FieldID).IsNull() || f.t.CheckID(f.r.ID) != nil {
		return
	}
	want, ok := wantedPath(f.in, f.t, f.r)
	if ok || want == "" || f.isTaken(want) {
		return
	}
	out.Path = want
	if path.Base(want) != path.Base(f.r.Path) {
		out.Rules = append(out.Rules, ruleFileName)
	}
	if path.Dir(want) != path.Dir(f.r.Path) {
		out.Rules = append(out.Rules, ruleMisplaced)
	}
}

func (f *fixer) isTaken(p string) bool {
	if f.in.Exists != nil && f.in.Exists(p) {
		return true
	}
	return f.in.Set != nil && slices.ContainsFunc(f.in.Set.FindTyped(f.r.Type, f.r.ID),
		func(r *records.Record) bool { return r.Path == p })
}
