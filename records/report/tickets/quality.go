package tickets

import (
	"slices"

	"frontdesk/records/figure"
	"frontdesk/records/sla"
)

func (b *builder) quality() {
	b.group = quality
	b.counters("reassigned", "Reassigned", "went from one team to another",
		func(v *view) int { return v.reassigned })
	b.byLog("reassigned", "Reassigned", "went from one team to another", func(v *view) int { return v.c.Sum.Reassigned })
	b.counters("reopened", "Reopened", "went back to an open state from one that counts as resolved or closed",
		func(v *view) int { return v.reopened })
	b.byLog("reopened", "Reopened", "went back to an open state from one that counts as resolved, those from a closed one not counted",
		func(v *view) int { return v.c.Sum.Reopened - v.c.Sum.FromClosed })
	b.events("reopened_closed", "Reopened after closing", "went back to an open state from one that counts as closed, by the log", func(v *view) int { return v.c.Sum.FromClosed })
	b.reopenRate()
	b.events("ping_pong", "Came back to a team", "came back to a team that had had them before, by the log", func(v *view) int { return v.c.Sum.PingPong })
	b.events("handed", "Handed on", "went from one person to another, by the log", func(v *view) int { return v.c.Sum.Handed })
	if b.sub.has("priority") {
		b.events("priority_changed", "Priority changed", "got another priority than they had, by the log", func(v *view) int { return v.c.Sum.Priorities })
	}
	b.firstTime()
	b.codes()
}

// bySource says which counters count.
const bySource = " Of an imported {one} the source's own counter counts where it has one, else the log."

// counters adds what the source of imported records may count itself.
func (b *builder) counters(id, title, what string, of func(*view) int) {
	some := func(t *tally) set {
		return once(t, id, func() set { return t.cases.where(func(v *view) bool { return of(v) > 0 }) })
	}
	note := func(t *tally) string {
		n := once(t, "foreign", func() int { return t.cases.where(func(v *view) bool { return v.foreign }).len() })
		return figure.Notes(t.outside(), figure.LeftOut(n, t.cases.len(), t.b.fill("{many} bring counters of their source")))
	}
	b.add(figure.Definition{ID: id + ".cases", Title: title, Unit: figure.Records, Better: "down",
		Text: "The number of {many} that " + what + " at least once." + bySource + ofPeriod},
		func(t *tally) figure.Result { return some(t).count(t.cases.len(), note(t)) })
	b.add(figure.Definition{ID: id + ".share", Title: title + ", share", Unit: figure.Percent, Better: "down",
		Text: "The part of the {many} that " + what + " at least once." + bySource + ofPeriod},
		func(t *tally) figure.Result { return some(t).share(t.cases.len(), note(t)) })
	b.add(figure.Definition{ID: id + ".events", Title: title + ", times", Unit: figure.Events, Better: "down",
		Text: "How many times {many} " + what + ", all together." + bySource + ofPeriod},
		func(t *tally) figure.Result {
			r := t.cases.total(of)
			r.Note = note(t)
			return r
		})
}

// byLog adds the same by the log alone.
func (b *builder) byLog(id, title, what string, of func(*view) int) {
	b.events(id+"_log", title+" by the log", what+", by the log alone, whatever counter a source brings", of)
}

// events adds what the log alone tells.
func (b *builder) events(id, title, what string, of func(*view) int) {
	b.add(figure.Definition{ID: id + ".cases", Title: title, Unit: figure.Records, Better: "down",
		Text: "The number of {many} that " + what + ", at least once." + ofPeriod},
		func(t *tally) figure.Result {
			return t.cases.where(func(v *view) bool { return of(v) > 0 }).count(t.cases.len(), t.outside())
		})
	b.add(figure.Definition{ID: id + ".events", Title: title + ", times", Unit: figure.Events, Better: "down",
		Text: "How many times {many} " + what + ", all together." + ofPeriod},
		func(t *tally) figure.Result {
			r := t.cases.total(of)
			r.Note = t.outside()
			return r
		})
}

// reopenRate adds the part of what was resolved that was not.
func (b *builder) reopenRate() {
	if b.sub.resolved == "" {
		return
	}
	b.add(figure.Definition{ID: "reopen_rate", Title: "Reopen rate", Unit: figure.Percent, Better: "down", Key: true,
		Text: "The part of the {many} resolved within the period that were reopened, each counted once. Resolved within the period are those whose {resolved} lies within it, and those that are open again, and so state it no more, if their clock of metric resolution had stopped within it." + bySource + notGuessed + inPeriod},
		func(t *tally) figure.Result {
			whole := t.all.where(func(v *view) bool { return t.s.In(v.c.Resolved) || t.openAgain(v) })
			return whole.where(func(v *view) bool { return v.reopened > 0 }).share(whole.len(), t.unresolved())
		})
}

// openAgain reports whether a case was resolved within the period and is open again, so
// that it states no time of resolution.
func (t *tally) openAgain(v *view) bool {
	if !v.c.Resolved.IsZero() || !v.c.IsOpen() || v.c.Sum.Reopened == 0 {
		return false
	}
	if !t.period {
		return true
	}
	return v.resolution != nil && slices.ContainsFunc(v.resolution.Segments, func(s sla.Segment) bool {
		return s.Phase == sla.Stopped && t.s.In(s.From)
	})
}

// firstTime adds what was resolved at once, or by those who had it first.
func (b *builder) firstTime() {
	if b.sub.resolved == "" {
		return
	}
	share := func(id, title, what string, key bool, holds func(*tally, *view) bool) {
		b.add(figure.Definition{ID: id, Title: title, Unit: figure.Percent, Better: "up", Key: key,
			Text: "The part of the {many} whose {resolved} lies within the period that " + what + notGuessed + inPeriod},
			func(t *tally) figure.Result {
				return t.resolved.where(func(v *view) bool { return holds(t, v) }).share(t.resolved.len(), t.unresolved())
			})
	}
	share("first_contact", "First-contact resolution", "were never reassigned, never put on hold and never reopened."+bySource, true,
		func(_ *tally, v *view) bool { return v.reassigned == 0 && v.c.Sum.Holds == 0 && v.reopened == 0 })
	share("resolved.without_reassignment", "{done} without reassignment", "were never reassigned from one team to another."+bySource, false,
		func(_ *tally, v *view) bool { return v.reassigned == 0 })
	share("resolved.first_team", "{done} by the first team", "only one team ever had, by the log. Those that no team had are not among them.", false,
		func(_ *tally, v *view) bool { return v.c.Sum.Teams == 1 && v.c.Sum.Reassigned == 0 })
	if b.sub.opened == "" {
		return
	}
	b.add(figure.Definition{ID: "resolved.same_day", Title: "{done} the same day", Unit: figure.Percent, Better: "up",
		Text: "The part of the {many} whose {resolved} lies within the period that were opened on the same day of the calendar, in the report's zone, by {opened}." + notGuessed + inPeriod},
		func(t *tally) figure.Result {
			both := t.resolved.where(func(v *view) bool { return !v.c.Opened.IsZero() })
			same := both.where(func(v *view) bool {
				y, m, d := v.c.Opened.In(t.s.Zone).Date()
				y2, m2, d2 := v.c.Resolved.In(t.s.Zone).Date()
				return y == y2 && m == m2 && d == d2
			})
			return same.share(both.len(), figure.Notes(t.unresolved(), t.unopened()))
		})
}

// notSolved returns the codes of records that were ended and not solved.
func notSolved() []string {
	return []string{"not-solved", "not-reproducible", "too-costly", "risk-accepted", "incomplete", "skipped"}
}

// codes adds what resolution codes say.
func (b *builder) codes() {
	if !b.sub.has("resolution_code") || b.sub.closed == "" {
		return
	}
	share := func(id, title, what, better string, holds func(*view) bool) {
		b.add(figure.Definition{ID: id, Title: title, Unit: figure.Percent, Better: better,
			Text: "The part of the {many} whose {closed} lies within the period " + what + " Those that were cancelled are in the whole." + notGuessed + inPeriod},
			func(t *tally) figure.Result { return t.closed.where(holds).share(t.closed.len(), t.unclosed()) })
	}
	share("closed.by_requester", "Closed by self-service", "whose resolution_code is by-requester: the requester solved it.", "up",
		func(v *view) bool { return v.code == "by-requester" })
	share("closed.not_solved", "Closed and not solved", "whose resolution_code says that it was not solved, or not in full: not-solved, not-reproducible, too-costly, risk-accepted, incomplete or skipped.", "down",
		func(v *view) bool { return slices.Contains(notSolved(), v.code) })
	if b.sub.has("resolution") {
		share("closed.without_resolution", "Closed without a resolution", "that do not say in resolution what was done.", "down",
			func(v *view) bool { return v.text("resolution") == "" })
	}
}
