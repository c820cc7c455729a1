package tickets

import (
	"time"

	"frontdesk/records"
	"frontdesk/records/figure"
)

// problemSubject is what subjectOf reads from the built-in type.
func problemSubject() subject {
	return subject{
		name: problemType, title: "Problems", one: "problem", many: "problems", done: "resolved",
		opened: "opened_at", resolved: "resolved_at", closed: "closed_at",
		fields: []string{"priority", "impact", "urgency", "service", "team", "assignee", "category", "subcategory", "domain",
			"due_at", "resolution_code", "resolution", "hold", "caused_by", "knowledge", "known_error", "known_error_at", "root_cause"},
	}
}

// rootCauseAfter is how old a problem may be before its cause should be known.
const rootCauseAfter = 30 * 24 * time.Hour

// problems returns the report about problems.
func problems() figure.Report {
	b := generic(problemSubject())
	b.group = quality
	b.stateOf()
	b.linked()
	b.group = duration
	b.family(span{id: "time_to_known_error", title: "Time to known error", from: "{opened}", to: "known_error_at by the wall clock", counted: "whose known_error_at lies within the period",
		of: func(t *tally) sample {
			known := t.all.where(func(v *view) bool { return t.s.In(t.stated(v, "known_error_at")) })
			return known.sample(func(v *view) (float64, bool) {
				return figure.InHours(t.stated(v, "known_error_at").Sub(v.c.Opened)), !v.c.Opened.IsZero()
			})
		},
		note: func(t *tally, s sample) string { return t.unopenedOf(s) }})
	r := b.report()
	r.Types = []records.Type{incidentType}
	r.Fields = append(r.Fields, "problem")
	return r
}

// stateOf adds what is known of the problems that are not solved.
func (b *builder) stateOf() {
	known := func(t *tally) set { return t.open.where(func(v *view) bool { return v.text("known_error") == "true" }) }
	b.add(figure.Definition{ID: "open.known_errors", Title: "Known errors", Unit: figure.Records, Stock: true, Key: true,
		Text: "The number of open {many} that are marked as known errors: cause and workaround are known." + asOf},
		func(t *tally) figure.Result { return known(t).count(t.open.len(), "") })
	b.add(figure.Definition{ID: "open.known_errors.share", Title: "Known errors, share of the open", Unit: figure.Percent, Stock: true, Better: "up",
		Text: "The part of the open {many} that are marked as known errors: cause and workaround are known." + asOf},
		func(t *tally) figure.Result { return known(t).share(t.open.len(), "") })
	b.add(figure.Definition{ID: "open.without_root_cause", Title: "No root cause after 30 days", Unit: figure.Records, Stock: true, Better: "down",
		Text: "The number of open {many} that were opened more than 30 days of 24 hours before the time of the report by {opened}, and do not say in root_cause why it happens. Those that do not state when they were opened are left out." + asOf},
		func(t *tally) figure.Result {
			old := t.open.where(func(v *view) bool {
				return !v.c.Opened.IsZero() && t.s.AsOf.Sub(v.c.Opened) > rootCauseAfter
			})
			undated := t.open.where(func(v *view) bool { return v.c.Opened.IsZero() }).len()
			return old.where(func(v *view) bool { return v.text("root_cause") == "" }).
				count(old.len(), figure.LeftOut(undated, t.open.len(), b.fill("open {many} do not state {opened} and are left out")))
		})
	b.add(figure.Definition{ID: "open.with_incidents", Title: "Open with incidents", Unit: figure.Percent, Stock: true,
		Text: "The part of the open {many} that at least one incident names as its problem." + asOf},
		func(t *tally) figure.Result {
			by := t.incidents()
			return t.open.where(func(v *view) bool { return len(by[v.c]) > 0 }).share(t.open.len(), "")
		})
}

// incidents are those that name a problem, by it.
func (t *tally) incidents() map[*figure.Case][]*figure.Case {
	return once(t, "incidents", func() map[*figure.Case][]*figure.Case {
		out := map[*figure.Case][]*figure.Case{}
		for _, c := range t.s.Of(incidentType) {
			if p := t.problemOf(c); p != nil {
				out[p] = append(out[p], c)
			}
		}
		return out
	})
}

// problemOf returns the problem that an incident names, nil where there is none.
func (t *tally) problemOf(incident *figure.Case) *figure.Case {
	if ref := incident.Text("problem"); ref != "" {
		return t.s.Find(problemType, ref)
	}
	return nil
}

// linked adds what problems cost and what knowing them saves.
func (b *builder) linked() {
	b.add(figure.Definition{ID: "incidents_per_problem", Title: "Incidents per problem", Unit: figure.PerRecord,
		Text: "The number of incidents that name one of the {many} as their problem, whenever they were opened, divided by the number of the {many}." + ofPeriod},
		func(t *tally) figure.Result {
			by, n := t.incidents(), 0
			some := t.cases.where(func(v *view) bool {
				n += len(by[v.c])
				return len(by[v.c]) > 0
			})
			r := figure.Result{N: t.cases.len(), Records: some.refs, Note: t.outside()}
			if t.cases.len() > 0 {
				r.Value = float64(n) / float64(t.cases.len())
			}
			return r
		})
	b.add(figure.Definition{ID: "incidents.linked", Title: "Incidents with a problem", Unit: figure.Records,
		Text: "The number of incidents opened within the period that name one of the {many} as their problem, whenever that was opened; of all incidents where the report has no period. The records listed are the incidents." + inPeriod},
		func(t *tally) figure.Result {
			return t.incidentsOf(t.all, func(*view) bool { return true })
		})
	b.add(figure.Definition{ID: "known_error.coverage", Title: "Known-error coverage", Unit: figure.Percent, Better: "up",
		Text: "The part of all incidents opened within the period whose problem is one of these {many} and a known error, as of the time of the report. All incidents count where the report has no period. The records listed are the incidents." + inPeriod},
		func(t *tally) figure.Result {
			r := t.incidentsOf(t.all, func(v *view) bool { return v.text("known_error") == "true" })
			n := r.Value.(int)
			r.Value = nil
			if p, ok := figure.Share(n, r.N); ok {
				r.Value = p
			}
			return r
		})
}

// incidentsOf counts the incidents opened within the period that name one of the problems
// for which a condition holds, of all that were.
func (t *tally) incidentsOf(problems set, holds func(*view) bool) figure.Result {
	wanted := map[*figure.Case]bool{}
	for _, v := range problems.views {
		if holds(v) {
			wanted[v.c] = true
		}
	}
	r := figure.Result{}
	n := 0
	for _, c := range t.s.Of(incidentType) {
		if !t.in(c.Opened) {
			continue
		}
		r.N++
		if p := t.problemOf(c); p != nil && wanted[p] {
			n++
			r.Records = append(r.Records, c.Ref())
		}
	}
	r.Value = n
	return r
}
