package check

import (
	"time"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/plain"
	"frontdesk/records/sla"
)

// The rules on targets and deadlines.
const (
	ruleDueSoon  diag.RuleID = "sla/due-soon"
	ruleBreached diag.RuleID = "sla/breached"
)

// Soon returns what of the records that are worked on is over its target or its
// deadline, or will be within the time ahead if nothing changes: a clock that is paused
// stays so. clocks returns the clocks of a record as of in.AsOf; whole reads a record
// of which something is found and whose positions are not known. What these findings
// say depends on the time alone, so that no other check makes them.
func Soon(in *Input, within time.Duration, clocks func(*records.Record) []sla.Clock, whole func(*records.Record) *records.Record) []diag.Diagnostic {
	var out []diag.Diagnostic
	for _, r := range in.Set.All() {
		t := in.Types.Get(r.Type)
		if t == nil || !t.Category(r).IsOpen() {
			continue
		}
		found := soon(in, within, r, clocks(r))
		if len(found) == 0 {
			continue
		}
		if r = wholeOf(r, whole); r == nil {
			continue // it is gone
		}
		for _, f := range found {
			out = append(out, f.diagnostic(in, r))
		}
	}
	diag.Sort(out)
	return out
}

// coming is a target or a deadline that is over, or will be.
type coming struct {
	clock *sla.Clock // nil for a deadline
	at    time.Time
	over  bool
}

func soon(in *Input, within time.Duration, r *records.Record, clocks []sla.Clock) []coming {
	var out []coming
	latest := in.AsOf.Add(within)
	for i := range clocks {
		c := &clocks[i]
		switch {
		case !c.Active:
		case c.Outcome == sla.Breached:
			out = append(out, coming{c, c.Over, true})
		case c.Outcome == sla.Running && !c.Due.IsZero() && !c.Ends().After(latest):
			out = append(out, coming{c, c.Ends(), false})
		}
	}
	if at, ok := r.Time(sla.FieldDue); ok && !at.After(latest) {
		out = append(out, coming{nil, at, at.Before(in.AsOf)})
	}
	return out
}

// diagnostic says it at the record's state, which is what the clock depends on, or at
// the deadline.
func (c coming) diagnostic(in *Input, r *records.Record) diag.Diagnostic {
	rule, at := ruleDueSoon, c.at.In(in.Desk.TimeZone).Format(time.RFC3339)
	says := "will be over at " + at + " if nothing changes"
	if c.over {
		rule, says = ruleBreached, "was over at "+at
	}
	field, d := records.FieldState, diag.Diagnostic{}
	if c.clock == nil {
		field = sla.FieldDue
		d = diag.New(rule, diag.Warning, r.Path, r.SpanOf(field), "the deadline %s", says).
			WithHint("change due_at where another time was agreed on")
	} else {
		d = diag.New(rule, diag.Warning, r.Path, r.SpanOf(field), "target %s of %s %s", c.clock.Target, titled(c.clock), says).
			WithHint("frontdesk show %s prints its clocks", plain.Line(string(r.ID)))
	}
	d.Record, d.Field = string(r.ID), field
	return d
}

// titled names a clock as people know it.
func titled(c *sla.Clock) string {
	title := c.Title
	if title == "" {
		title = c.Name
	}
	if c.Subject != "" {
		title += " (" + c.Subject + ")"
	}
	return plain.Line(title)
}
