package change

import (
	"slices"
	"strconv"
	"strings"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/frontmatter"
	"frontdesk/records/markdown"
	"frontdesk/schema"
)

// checkStamps reports times of the record's life that changed without a log line
// that accounts for it. Facts get corrected while a record is open, so that is a
// warning; once it is closed, reports have been made of them.
func (p *pair) checkStamps(log *logDiff, frozen bool) []diag.Diagnostic {
	var ds []diag.Diagnostic
	for _, name := range stampFields(p.typ) {
		was, is := p.was().Get(name), p.after.Get(name)
		if was.IsNull() || !p.differs(name) || p.accounts(log, name) {
			continue
		}
		sev := diag.Warning
		if frozen {
			sev = diag.Error
		}
		d := diag.New(ruleStampChanged, sev, p.after.Path, p.after.SpanOf(name), "%s was %s; now it is %s, and no log line accounts for it", name, showValue(was), showValue(is)).
			WithHint("put it back, unless the time was written down wrongly")
		if frozen {
			d.Hint = "put it back: the record was closed with it"
		}
		d.Field = name
		ds = append(ds, d)
	}
	return ds
}

// stampFields returns the time fields that states set, in declared order.
func stampFields(t *schema.Type) []string {
	var out []string
	for _, s := range t.States {
		if s.Stamp != "" && !slices.Contains(out, s.Stamp) {
			out = append(out, s.Stamp)
		}
	}
	return out
}

// accounts reports whether a new log line enters a state that sets or clears the
// field.
func (p *pair) accounts(log *logDiff, field string) bool {
	return slices.ContainsFunc(log.added, func(l line) bool {
		s := p.typ.State(records.State(l.event.Get(records.FieldState).String()))
		return s != nil && (s.Stamp == field || slices.Contains(s.Clear, field))
	})
}

// checkClosed reports what was changed in or taken from a closed record. To add
// something is fine: a problem that proved to be the cause, a survey, a comment.
func (p *pair) checkClosed() []diag.Diagnostic {
	var ds []diag.Diagnostic
	was := p.was()
	if was.Fields == nil {
		return nil
	}
	for _, pr := range was.Fields.Pairs {
		if pr.Value.IsNull() || p.isJudgedElsewhere(pr.Key) || !p.differs(pr.Key) {
			continue
		}
		is := p.after.Get(pr.Key)
		if includes(is, pr.Value) {
			continue
		}
		d := diag.New(ruleClosedEdited, diag.Warning, p.after.Path, p.after.SpanOf(pr.Key), "%s of a closed record was %s; now it is %s", pr.Key, showValue(pr.Value), showValue(is)).
			WithHint("the record is history: put it back, or open a new record for what came after")
		d.Field = pr.Key
		ds = append(ds, d)
	}
	return append(ds, p.checkClosedText()...)
}

// isJudgedElsewhere reports whether a field has rules of its own: the id, the
// log, what the log tracks and the times of states. Keys that begin with x_ are
// the desk's own.
func (p *pair) isJudgedElsewhere(name string) bool {
	return name == records.FieldID || name == records.FieldLog || strings.HasPrefix(name, "x_") ||
		slices.Contains(p.typ.Tracked, name) || slices.Contains(stampFields(p.typ), name)
}

// includes reports whether a list holds all that another one holds.
func includes(list, items *records.Value) bool {
	if list == nil || list.Kind != records.List || items.Kind != records.List {
		return false
	}
	have := map[string]int{}
	for _, v := range list.Items {
		have[canonical(v)]++
	}
	for _, v := range items.Items {
		have[canonical(v)]--
		if have[canonical(v)] < 0 {
			return false
		}
	}
	return true
}

// checkClosedText compares the texts that are not made of entries.
func (p *pair) checkClosedText() []diag.Diagnostic {
	is := textsOf(p.typ, p.after)
	var ds []diag.Diagnostic
	for _, t := range textsOf(p.typ, p.was()) {
		same := func(o text) bool { return o.heading == t.heading && o.content == t.content }
		if t.content == "" || slices.ContainsFunc(is, same) || p.isOldText(same) {
			continue
		}
		span, what := diag.At(max(p.after.BodyLine, 1)), "the text"
		if i := slices.IndexFunc(is, func(o text) bool { return o.heading == t.heading }); i >= 0 {
			span = is[i].span
		}
		if t.heading != "" {
			what = "section " + strconv.Quote(t.heading)
		}
		ds = append(ds, diag.New(ruleClosedEdited, diag.Warning, p.after.Path, span, "%s of a closed record was changed", what).
			WithHint("the record is history: put it back, and say what came after in a comment"))
	}
	return ds
}

// isOldText reports whether the text of a section was not this on another side:
// then the change has taken that side's word.
func (p *pair) isOldText(same func(text) bool) bool {
	for _, b := range p.before {
		if b != nil && !slices.ContainsFunc(textsOf(p.typ, b), same) {
			return true
		}
	}
	return false
}

// text is the part of a section that is not made of entries, or a whole body.
type text struct {
	heading, content string
	span             diag.Span
}

func textsOf(t *schema.Type, r *records.Record) []text {
	if len(t.Body.Sections) == 0 {
		return []text{{content: strings.TrimSpace(r.Body), span: diag.At(max(r.BodyLine, 1))}}
	}
	var out []text
	for _, s := range markdown.Outline(r.Body, r.BodyLine).Sections {
		content := s.Text(r.Body)
		if d := t.Section(s.Heading); d != nil && d.Append {
			content = s.Lead(r.Body)
		}
		out = append(out, text{heading: s.Heading, content: strings.TrimSpace(content), span: s.Span})
	}
	return out
}

// showValue writes a value for a message.
func showValue(v *records.Value) string {
	switch {
	case v.IsNull():
		return "nothing"
	case v.IsScalar():
		return strconv.Quote(shorten(v.Text))
	}
	return shorten(frontmatter.Inline(v))
}
