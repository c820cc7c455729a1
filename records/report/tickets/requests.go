package tickets

import (
	"frontdesk/records"
	"frontdesk/records/figure"
)

// requestSubject is what subjectOf reads from the built-in type.
func requestSubject() subject {
	return subject{
		name: requestType, title: "Requests", one: "request", many: "requests", done: "fulfilled",
		opened: "opened_at", resolved: "fulfilled_at", closed: "closed_at",
		fields: []string{"priority", "impact", "urgency", "service", "team", "assignee", "channel", "category", "subcategory", "item", "location",
			"due_at", "resolution_code", "resolution", "satisfaction", "hold", "knowledge", "approval_requested_at", "approved_at", "rejection_reason"},
	}
}

// requests returns the report about requests.
func requests() figure.Report {
	b := generic(requestSubject())
	in := func(t *tally) set {
		return once(t, "approved", func() set {
			return t.all.where(func(v *view) bool { return t.s.In(t.stated(v, "approved_at")) })
		})
	}
	b.group = volume
	b.approvals(in)
	b.group = duration
	b.family(span{id: "approval_wait", title: "Wait for approval", from: "approval_requested_at", to: "approved_at by the wall clock", counted: "whose approved_at lies within the period",
		of: func(t *tally) sample {
			return in(t).sample(func(v *view) (float64, bool) {
				asked := t.stated(v, "approval_requested_at")
				return figure.InHours(t.stated(v, "approved_at").Sub(asked)), !asked.IsZero()
			})
		},
		note: func(t *tally, s sample) string {
			return figure.LeftOut(s.without, s.len()+s.without, b.fill("approved {many} do not state approval_requested_at and are left out"))
		}})
	return b.report()
}

// approvals adds how many were approved, rejected, and wait for it.
func (b *builder) approvals(in func(*tally) set) {
	b.add(figure.Definition{ID: "approved", Title: "Approved", Unit: figure.Records, Text: "The number of {many} whose approved_at lies within the period." + notGuessed + inPeriod},
		func(t *tally) figure.Result { return in(t).count(t.all.len(), "") })
	b.add(figure.Definition{ID: "approval.waiting", Title: "Waiting for approval", Unit: figure.Records, Stock: true, Better: "down",
		Text: "The number of open {many} that state approval_requested_at and not approved_at." + asOf},
		func(t *tally) figure.Result {
			return t.open.where(func(v *view) bool {
				return !t.stated(v, "approval_requested_at").IsZero() && t.stated(v, "approved_at").IsZero()
			}).count(t.open.len(), "")
		})
	rejected := func(t *tally) set {
		return t.closed.where(func(v *view) bool {
			return v.c.Category == records.Cancelled && (v.text(records.FieldState) == "rejected" || v.text("rejection_reason") != "")
		})
	}
	what := "in a state that counts as cancelled that were rejected: their state is rejected, or they give a rejection_reason. Counted are those whose {closed} lies within the period."
	b.add(figure.Definition{ID: "rejected", Title: "Rejected", Unit: figure.Records, Text: "The number of {many} " + what + notGuessed + inPeriod},
		func(t *tally) figure.Result { return rejected(t).count(t.closed.len(), t.unclosed()) })
	b.add(figure.Definition{ID: "rejected.share", Title: "Rejected, share of the decided", Unit: figure.Percent,
		Text: "The part of the {many} " + what + " The whole are these and those whose approved_at lies within the period." + notGuessed + inPeriod},
		func(t *tally) figure.Result {
			no := rejected(t)
			both := map[*view]bool{}
			for _, s := range []set{no, in(t)} {
				for _, v := range s.views {
					both[v] = true
				}
			}
			return no.share(len(both), t.unclosed())
		})
}
