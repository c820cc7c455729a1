package tickets

import (
	"cmp"
	"time"

	"frontdesk/records"
	"frontdesk/records/figure"
)

// Sentences that definitions share.
const (
	inPeriod   = " The period is that of the report, all time where it has none, and its end is not in it."
	zoned      = " Months begin at midnight in the report's zone; a month in which nothing happened is left out."
	asOf       = " It is as of the time of the report, whatever the period."
	ofPeriod   = " Counted are the {many} that were opened within the period by {opened}, and all of them where the report has no period."
	notGuessed = " Those that do not state the time are left out; no time is inferred."
)

func (b *builder) volume() {
	b.group = volume
	b.add(figure.Definition{ID: "cases", Title: "{many}", Unit: figure.Records, Text: "The number of {many}." + ofPeriod},
		func(t *tally) figure.Result { return t.cases.count(t.all.len(), t.outside()) })
	if b.sub.opened != "" {
		b.flow("opened", "Opened", "The number of {many} whose {opened} lies within the period."+notGuessed,
			func(t *tally) set { return t.opened }, (*tally).unopened, func(c *figure.Case) time.Time { return c.Opened })
	}
	if b.sub.resolved != "" {
		b.flow("resolved", "{done}", "The number of {many} whose {resolved} lies within the period, whatever became of them since."+notGuessed,
			func(t *tally) set { return t.resolved }, (*tally).unresolved, func(c *figure.Case) time.Time { return c.Resolved })
	}
	if b.sub.closed != "" {
		b.flow("closed", "Closed", "The number of {many} whose {closed} lies within the period, those that were cancelled among them."+notGuessed,
			func(t *tally) set { return t.closed }, (*tally).unclosed, func(c *figure.Case) time.Time { return c.Closed })
		b.add(figure.Definition{ID: "cancelled", Title: "Cancelled", Unit: figure.Records,
			Text: "The number of {many} in a state that counts as cancelled whose {closed} lies within the period; they are among the closed ones." + notGuessed + inPeriod},
			func(t *tally) figure.Result { return t.cancelled.count(t.closed.len(), t.unclosed()) })
	}
	b.splits()
	b.log()
}

// flow adds the number of records to which something happened, and that by month.
func (b *builder) flow(id, title, text string, of func(*tally) set, note func(*tally) string, at func(*figure.Case) time.Time) {
	b.add(figure.Definition{ID: id, Title: title, Unit: figure.Records, Key: id != "closed", Text: text + inPeriod},
		func(t *tally) figure.Result { return of(t).count(of(t).len(), note(t)) })
	b.add(figure.Definition{ID: id + ".by_month", Title: title + " by month", Unit: figure.Records, Shape: figure.Months, Key: id != "closed", Text: text + " They are counted by the month of that time." + zoned + inPeriod},
		func(t *tally) figure.Result {
			r := of(t).byMonth(t.s.Zone, at)
			r.Note = note(t)
			return r
		})
}

// splits adds the numbers by what records say of themselves.
func (b *builder) splits() {
	b.add(figure.Definition{ID: "by_state", Title: "By state", Unit: figure.Records, Shape: figure.Bars, Text: "The number of {many} by the state in which they are as of the time of the report." + ofPeriod},
		func(t *tally) figure.Result {
			r := t.cases.byField(records.FieldState)
			r.Note = t.outside()
			return r
		})
	for _, by := range []struct{ field, title, what string }{
		{"priority", "By priority", "priority"}, {"channel", "By channel", "channel through which they came"}, {"item", "By catalogue item", "item of the catalogue"},
		{"category", "By category", "category"}, {"service", "By service", "service"}, {"team", "By team", "team that has them, or had them last"},
		{"resolution_code", "By resolution code", "code with which they were resolved"},
	} {
		if !b.sub.has(by.field) {
			continue
		}
		id := "by_" + by.field
		b.add(figure.Definition{ID: id, Title: by.title, Unit: figure.Records, Shape: figure.Bars,
			Text: "The number of {many} by the " + by.what + ", as of the time of the report; those that set none are counted as such." + ofPeriod},
			func(t *tally) figure.Result {
				r := t.cases.byField(by.field)
				r.Note = t.outside()
				return r
			})
	}
}

// log adds the figures that the log alone tells, of imports that state no times.
func (b *builder) log() {
	b.add(figure.Definition{ID: "span", Title: "First and last event", Unit: figure.Events, Shape: figure.List,
		Text: "When the first line of any log was written, and when the last thing happened that is known: a line of a log, a comment or a stated time." + ofPeriod},
		func(t *tally) figure.Result { return t.span() })
	b.add(figure.Definition{ID: "last_event.by_month", Title: "Last event by month", Unit: figure.Records, Shape: figure.Months,
		Text: "The number of {many} in a state that counts as resolved, closed or cancelled, by the month of the last thing that happened to them within the period: a line of the log, a comment or a stated time." + zoned + inPeriod},
		func(t *tally) figure.Result {
			ended := t.all.where(func(v *view) bool {
				return v.c.Category != "" && !v.c.IsOpen() && t.s.In(v.c.Sum.Last)
			})
			return ended.byMonth(t.s.Zone, func(c *figure.Case) time.Time { return c.Sum.Last })
		})
}

// span lists the first and the last event of the cases.
func (t *tally) span() figure.Result {
	var first, last *view
	some := t.cases.where(func(v *view) bool {
		if !v.c.Sum.First.IsZero() && (first == nil || v.c.Sum.First.Before(first.c.Sum.First)) {
			first = v
		}
		if !v.c.Sum.Last.IsZero() && (last == nil || v.c.Sum.Last.After(last.c.Sum.Last)) {
			last = v
		}
		return !cmp.Or(v.c.Sum.First, v.c.Sum.Last).IsZero()
	})
	r := figure.Result{N: some.len(), Records: some.refs, Note: t.outside()}
	if first == nil || last == nil {
		return r
	}
	row := func(name string, v *view, at time.Time) figure.Row {
		text := at.In(t.s.Zone).Format(time.RFC3339)
		return figure.Row{Name: name, Ref: v.ref, Values: map[string]any{"at": text}, Records: []string{v.ref}, Words: "The " + name + " is of " + text + ", at " + v.ref + "."}
	}
	r.Value = []figure.Row{row("first event", first, first.c.Sum.First), row("last event", last, last.c.Sum.Last)}
	return r
}
