package main

import (
	"slices"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"frontdesk/records"
	"frontdesk/records/plain"
	"frontdesk/records/sla"
	"frontdesk/schema"
	"frontdesk/schema/desk"
)

// clocks writes how the clocks of a record stand that have a target. What is measured
// without one is told where somebody asked for a time and nothing is promised; where a
// type promises nothing there is nothing else to tell.
func (p *page) clocks(t *schema.Type, r *records.Record, book *clockBook) {
	clocks := book.clocks(r)
	deadline, open := r.Time(sla.FieldDue)
	open = open && t != nil && t.Category(r).IsOpen()
	targets := slices.ContainsFunc(clocks, hasTarget)
	if !targets && !book.asked && !open && !promises(t) {
		return
	}
	p.line("", "")
	p.strong("Clocks, " + p.time(book.asOf))
	var rows [][2]string
	if open {
		rows = append(rows, [2]string{"Deadline", relative(deadline, book.asOf) + ", " + p.time(deadline)})
	}
	for i := range clocks {
		switch c := &clocks[i]; {
		case hasTarget(*c) && c.Outcome == sla.Met:
			rows = append(rows, [2]string{clockTitle(c), "met, " + p.clockMeasure(t, c)})
		case hasTarget(*c):
			rows = append(rows, [2]string{clockTitle(c), p.clockStands(c, book)}, [2]string{"", p.clockMeasure(t, c)})
		case !targets && book.asked && (c.Active || !isStretch(c)):
			rows = append(rows, [2]string{clockTitle(c), hours(c.Elapsed.Business) + ", no target"})
		}
	}
	if len(rows) == 0 {
		p.line("  ", noClocks(t, r, book))
	}
	p.rows(rows)
}

// noClocks says why no clock is told of.
func noClocks(t *schema.Type, r *records.Record, book *clockBook) string {
	if t != nil && len(t.States) > 0 {
		if at, ok := r.Time(t.States[0].Stamp); ok && at.After(book.asOf) {
			return "it was opened later"
		}
	}
	return "no target applies"
}

// rows writes names and texts in two columns.
func (p *page) rows(rows [][2]string) {
	widest := 0
	for i := range rows {
		rows[i][0] = plain.Line(rows[i][0])
		widest = max(widest, ansi.StringWidth(rows[i][0]))
	}
	for _, row := range rows {
		first := "  " + row[0] + strings.Repeat(" ", widest-ansi.StringWidth(row[0])+2)
		p.wrapped(first, strings.Repeat(" ", ansi.StringWidth(first)), plain.Line(row[1]))
	}
}

func hasTarget(c sla.Clock) bool { return c.Outcome != sla.Untimed }

// isStretch reports whether a clock begins anew for each team or hold.
func isStretch(c *sla.Clock) bool {
	return c.Metric == schema.TeamTime || c.Metric == schema.SupplierTime
}

// promises reports whether a type has a target for any of its records.
func promises(t *schema.Type) bool {
	return t != nil && slices.ContainsFunc(t.Clocks, func(c *schema.Clock) bool { return len(c.Targets) > 0 })
}

func clockTitle(c *sla.Clock) string {
	title := c.Title
	if title == "" {
		title = c.Name
	}
	if c.Subject != "" {
		title += " (" + c.Subject + ")"
	}
	return title
}

// clockStands says how a clock with a target stands: what an agent must know first.
func (p *page) clockStands(c *sla.Clock, book *clockBook) string {
	switch {
	case c.Outcome == sla.Running && c.Due.IsZero():
		return "running, " + hours(c.Left) + " left, which the calendar never comes to"
	case c.Outcome == sla.Running:
		return "running, " + hours(c.Left) + " left: due " + relative(c.Ends(), book.asOf) + ", " + p.time(c.Ends())
	case c.Outcome == sla.Paused:
		return "paused with " + hours(c.Left) + " left"
	case c.Outcome == sla.Breached && c.Active:
		return "BREACHED, " + hours(c.Left) + " over since " + p.time(c.Over) + onHold(c)
	case c.Outcome == sla.Breached:
		return "breached by " + hours(c.Left) + ", over at " + p.time(c.Over)
	}
	return string(c.Outcome)
}

// onHold tells of a clock that is over and stands still.
func onHold(c *sla.Clock) string {
	if c.Phase == sla.OnHold {
		return ", on hold now"
	}
	return ""
}

// limitWords writes the limit of a clock, with the days that the type's target gives.
func limitWords(t *schema.Type, c *sla.Clock) string {
	if t == nil || c.Source != t.Path || t.Clock(c.Name) == nil {
		return hours(c.Limit)
	}
	for _, target := range t.Clock(c.Name).Targets {
		if target.Name == c.Target && target.Days > 0 {
			return hours(c.Limit) + " (" + target.Length() + ")"
		}
	}
	return hours(c.Limit)
}

// clockMeasure says how much of the target has passed, and by which target and calendar.
func (p *page) clockMeasure(t *schema.Type, c *sla.Clock) string {
	parts := []string{hours(c.Elapsed.Business) + " of " + limitWords(t, c)}
	if c.Held.Wall > 0 {
		held := "held " + hours(c.Held.Business)
		if c.Held.Wall != c.Held.Business {
			held += " (" + wall(c.Held.Wall) + " by the wall clock)"
		}
		parts = append(parts, held)
	}
	if c.Idle.Wall > 0 {
		parts = append(parts, "resolved in between for "+wall(c.Idle.Wall))
	}
	target := "target " + c.Target + " of " + c.Source
	calendar := c.Calendar
	if calendar == "" {
		calendar = desk.AroundTheClock
	}
	parts = append(parts, target, "calendar "+calendar)
	if c.Note != "" {
		parts = append(parts, c.Note)
	}
	return strings.Join(parts, " · ")
}
