package tickets

import (
	"cmp"
	"slices"

	"frontdesk/records/figure"
	"frontdesk/records/sla"
	"frontdesk/schema"
)

// level is the figures about clocks of one metric.
type level struct {
	id     string // begins their ids
	metric schema.Metric
	title  string
	clock  string // within a sentence: what one is
	unit   figure.Unit
	each   bool // a record has many of them, one for each stretch
}

func levelsOf() []level {
	return []level{
		{id: "sla", metric: schema.Resolution, title: "Service level", clock: "resolution clocks", unit: figure.Records},
		{id: "sla.response", metric: schema.Response, title: "First response", clock: "response clocks", unit: figure.Records},
		{id: "sla.update", metric: schema.Update, title: "Updates", clock: "update clocks", unit: figure.Records},
		{id: "ola", metric: schema.TeamTime, title: "Operational level", clock: "clocks of teams, one for each stretch in which a team had the {one},", unit: figure.Events, each: true},
		{id: "uc", metric: schema.SupplierTime, title: "Underpinning contract", clock: "clocks of suppliers, one for each stretch in which the {one} was on hold for one,", unit: figure.Events, each: true},
	}
}

// decided says when an outcome counts.
const decided = " A clock that was met counts when it stopped, a breached one when its target was over, whether it runs on or not; exactly at the target is met. An outcome counts if that time lies within the period."

// fallback says what counts where no target of the desk does.
const fallback = " Of an imported {one} to which no target of this desk applies counts what the source says in made_sla, by the time at which it was resolved, or else closed, as stated."

func (b *builder) levels() {
	b.group = levels
	for _, l := range levelsOf() {
		b.level(l)
	}
	b.splitLevels()
	b.overdue()
	b.foreign()
}

// level adds the figures about clocks of one metric.
func (b *builder) level(l level) {
	more := ""
	if l.metric == schema.Resolution {
		more = fallback
	}
	ended := func(id, title, what, better string, of func(*standing) clocks) {
		b.add(figure.Definition{ID: l.id + "." + id, Title: l.title + ": " + title, Unit: l.unit, Better: better,
			Text: "The number of " + l.clock + " " + what + decided + more + inPeriod},
			func(t *tally) figure.Result {
				st := t.standing(l)
				return figure.Result{Value: of(st).n, N: len(st.ended), Records: of(st).refs, Note: st.note(t)}
			})
	}
	b.add(figure.Definition{ID: l.id + ".compliance", Title: l.title + " compliance", Unit: figure.Percent, Better: "up", Key: l.id == "sla",
		Text: "The part of the " + l.clock + " that were met, of all that were met or breached. Those that run, are paused or were cancelled, and {many} without a target are not in it." + decided + more + inPeriod},
		func(t *tally) figure.Result {
			st := t.standing(l)
			r := figure.Result{N: len(st.ended), Records: st.met.refs, Note: st.note(t)}
			if p, ok := figure.Share(st.met.n, len(st.ended)); ok {
				r.Value = p
			}
			return r
		})
	ended("met", "met", "with a target that were met.", "up", func(st *standing) clocks { return st.met })
	ended("breached", "breached", "with a target that were breached.", "down", func(st *standing) clocks { return st.breached })
	ended("total", "met or breached", "with a target that were met or breached.", "", func(st *standing) clocks { return st.all })
	for _, s := range []struct {
		outcome sla.Outcome
		text    string
		of      func(*standing) clocks
	}{
		{sla.Running, "that run and have not passed their target." + asOf, func(st *standing) clocks { return st.running }},
		{sla.Paused, "that are paused and have not passed their target." + asOf, func(st *standing) clocks { return st.paused }},
		{sla.Cancelled, "of {many} that were cancelled before the target was over, by the time of closing that they state." + inPeriod, func(st *standing) clocks { return st.cancelled }},
	} {
		b.add(figure.Definition{ID: l.id + "." + string(s.outcome), Title: l.title + ": " + string(s.outcome), Unit: l.unit, Stock: s.outcome != sla.Cancelled,
			Text: "The number of " + l.clock + " with a target " + s.text},
			func(t *tally) figure.Result {
				some := s.of(t.standing(l))
				return figure.Result{Value: some.n, N: t.all.len(), Records: some.refs}
			})
	}
	text := "The number of {many} to whose " + l.clock + " no target applies." + ofPeriod
	switch {
	case l.each:
		text = "The number of " + l.clock + " to which no target applies, and that began within the period." + inPeriod
	case l.metric == schema.Resolution:
		text = "The number of {many} to whose " + l.clock + " no target applies, and of which no source states an outcome in made_sla." + ofPeriod
	}
	b.add(figure.Definition{ID: l.id + ".untargeted", Title: l.title + ": no target", Unit: l.unit, Text: text},
		func(t *tally) figure.Result {
			st := t.standing(l)
			return figure.Result{Value: st.untargeted.n, N: t.cases.len(), Records: st.untargeted.refs, Note: t.outside()}
		})
}

// splitLevels adds the service level by priority, target and month, and the others by
// whom they bind.
func (b *builder) splitLevels() {
	all := levelsOf()
	main := all[0]
	if b.sub.has("priority") {
		for _, id := range []string{"met", "total"} {
			title, what := "Service level met by priority", "that were met"
			if id == "total" {
				title, what = "Service level met or breached by priority", "that were met or breached"
			}
			b.add(figure.Definition{ID: "sla." + id + ".by_priority", Title: title, Unit: figure.Records, Shape: figure.Bars,
				Text: "The number of resolution clocks with a target " + what + ", by the priority of the {one} as of the time of the report; priorities without one are left out." + decided + fallback + inPeriod},
				func(t *tally) figure.Result {
					st := t.standing(main)
					met, all := st.byPriority(t)
					r := figure.Result{N: len(st.ended), Records: st.all.refs, Note: st.note(t)}
					if id == "met" {
						all, r.Records = met, st.met.refs
					}
					if len(all) > 0 {
						r.Value = all
					}
					return r
				})
		}
		b.complianceBy(main, "priority", "the priority of the {one} as of the time of the report", figure.Bars, func(t *tally, st *standing) (met, all map[string]int) { return st.byPriority(t) })
	}
	b.complianceBy(main, "target", "the name of the target, (imported) where it is the source's outcome", figure.Bars, func(_ *tally, st *standing) (met, all map[string]int) { return st.by(targetOf) })
	b.complianceBy(main, "month", "the month in which the outcome was decided, in the report's zone; an imported one without a time is left out", figure.Months, (*tally).byMonthOf)
	for _, l := range all[3:] {
		by, what := "team", "team"
		if l.metric == schema.SupplierTime {
			by, what = "reason", "reason for the hold"
		}
		b.complianceBy(l, by, "the "+what, figure.Bars, func(_ *tally, st *standing) (met, all map[string]int) { return st.by(boundBy) })
	}
}

// byMonthOf counts outcomes by the month in which they were decided.
func (t *tally) byMonthOf(st *standing) (met, all map[string]int) {
	name := figure.MonthNames(t.s.Zone)
	return st.by(func(o *outcome) string {
		at := o.at()
		if at.IsZero() {
			return ""
		}
		return name(at)
	})
}

// targetOf names the target of an outcome.
func targetOf(o *outcome) string {
	if o.c == nil {
		return "(imported)"
	}
	return cmp.Or(o.c.Target, unset)
}

// boundBy names whom the clock of an outcome binds.
func boundBy(o *outcome) string { return cmp.Or(o.c.Subject, unset) }

func (b *builder) complianceBy(l level, by, words string, shape figure.Shape, count func(*tally, *standing) (met, all map[string]int)) {
	more := ""
	if l.metric == schema.Resolution {
		more = fallback
	}
	b.add(figure.Definition{ID: l.id + ".compliance.by_" + by, Title: l.title + " compliance by " + by, Unit: figure.Percent, Shape: shape, Better: "up",
		Text: "The part of the " + l.clock + " that were met, of all that were met or breached, by " + words + "." + decided + more + inPeriod},
		func(t *tally) figure.Result {
			st := t.standing(l)
			met, all := count(t, st)
			return st.compliance(t, met, all)
		})
}

// overdue adds what is late.
func (b *builder) overdue() {
	targeted := func(t *tally) set {
		return t.open.where(func(v *view) bool {
			return slices.ContainsFunc(v.c.Clocks, func(c sla.Clock) bool { return c.Metric == schema.Resolution && c.Outcome != sla.Untimed })
		})
	}
	text := "{many} whose resolution clock is over its target. The whole are the open {many} that have one; a deadline stated in due_at is none."
	late := func(v *view) bool { return v.verdict == late && !v.imported }
	b.add(figure.Definition{ID: "open.overdue", Title: "Open and overdue", Unit: figure.Records, Stock: true, Better: "down", Key: true, Text: "The number of open " + text + asOf},
		func(t *tally) figure.Result {
			whole := targeted(t)
			return whole.where(late).count(whole.len(), "")
		})
	b.add(figure.Definition{ID: "open.overdue.share", Title: "Open and overdue, share", Unit: figure.Percent, Stock: true, Better: "down", Text: "The part of the open " + text + asOf},
		func(t *tally) figure.Result {
			whole := targeted(t)
			return whole.where(late).share(whole.len(), "")
		})
	if b.sub.resolved != "" {
		b.resolvedInTime()
	}
	if b.sub.closed == "" {
		return
	}
	b.add(figure.Definition{ID: "closed.breached", Title: "Closed with a breach", Unit: figure.Percent, Better: "down",
		Text: "The part of the {many} whose {closed} lies within the period of which a clock of metric response, update or resolution was breached, or, where no target of this desk applies to their resolution, whose source says in made_sla that the service level was missed. The whole are all that were closed." + notGuessed + inPeriod},
		func(t *tally) figure.Result {
			return t.closed.where(func(v *view) bool { return v.breached }).share(t.closed.len(), t.unclosed())
		})
}

// resolvedInTime adds the vendors' form of compliance: of what was resolved, by the time
// at which it was.
func (b *builder) resolvedInTime() {
	whole := func(t *tally) set {
		return t.resolved.where(func(v *view) bool { return v.verdict == inTime || v.verdict == late })
	}
	note := func(t *tally, s set) string {
		n := s.where(func(v *view) bool { return v.imported }).len()
		return figure.Notes(t.unresolved(), figure.LeftOut(n, s.len(), t.b.fill("{many} count by the outcome that the source states, as no target of this desk applies to them")))
	}
	text := " {many} whose {resolved} lies within the period and whose resolution clock had a target, or of which the source states an outcome and no target of this desk applies."
	b.add(figure.Definition{ID: "resolved.in_time", Title: "{done} in time", Unit: figure.Percent, Better: "up", Text: "The part that stayed within the target of the" + text + notGuessed + inPeriod},
		func(t *tally) figure.Result {
			s := whole(t)
			return s.where(func(v *view) bool { return v.verdict == inTime }).share(s.len(), note(t, s))
		})
	b.add(figure.Definition{ID: "resolved.late", Title: "{done} late", Unit: figure.Records, Better: "down", Text: "The number that passed the target of the" + text + notGuessed + inPeriod},
		func(t *tally) figure.Result {
			s := whole(t)
			return s.where(func(v *view) bool { return v.verdict == late }).count(s.len(), note(t, s))
		})
}

// foreign adds the outcomes that sources state, whatever targets apply here.
func (b *builder) foreign() {
	text := " imported {many} of which the source says in made_sla that the service level was met. The whole are those of which it says whether it was; targets of this desk do not count." + ofPeriod
	of := func(t *tally) (met, whole set) {
		whole = t.cases.where(func(v *view) bool { return v.made != unpromised })
		return whole.where(func(v *view) bool { return v.made == inTime }), whole
	}
	b.add(figure.Definition{ID: "imported.made_sla", Title: "Service level met, as imported", Unit: figure.Records, Better: "up", Text: "The number of" + text},
		func(t *tally) figure.Result {
			met, whole := of(t)
			return met.count(whole.len(), t.outside())
		})
	b.add(figure.Definition{ID: "imported.made_sla.share", Title: "Service level met, as imported, share", Unit: figure.Percent, Better: "up", Text: "The part of the" + text},
		func(t *tally) figure.Result {
			met, whole := of(t)
			return met.share(whole.len(), t.outside())
		})
}
