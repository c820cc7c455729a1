package estate

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"frontdesk/records"
	"frontdesk/records/figure"
	"frontdesk/schema"
	"frontdesk/schema/calendar"
	"frontdesk/schema/desk"
)

const (
	outageText = "An outage is the time from the stated opening to the stated resolution of an incident that names the service, is of high impact or a major one, and was not cancelled; " +
		"one that is not resolved lasts until the time asked about. No field says whether a service was down or only bad, so impact stands for it. " +
		"Outages of one service that overlap or touch are one; those of services that it depends on are not its own."
	agreedText = "The agreed time of a service begins when it went live, as stated, and not before the period, or without one before the month in which the first incident that the desk has was opened, as nothing is known of the time before; it ends with the period, the time asked about, its retirement or its suspension; " +
		"it is counted by the calendar of the desk that the service names in calendar or agreed_hours, and around the clock where it names none."
	maintenanceText = "Planned maintenance is the expected downtime of changes that name the service, from their actual start and at most to their actual end, without emergency changes, " +
		"and the maintenance windows in force that name the service, or nothing at all."
	maxMonths = 120 // of availability by month
)

// services returns the report about services.
func services() figure.Report {
	w := &wards{}
	return figure.Report{
		Name: "service", Title: "Services", Subject: serviceType,
		Intro: "Which services there are, how long they were there of the time that was agreed, and what is wrong with them now.",
		Types: []records.Type{incidentType, changeType, windowType},
		Fields: []string{
			fieldKind, "criticality", fieldTeam, fieldOwner, fieldCategory, "calendar", "agreed_hours", "availability_target", "live_at", "retired_at", "rto",
			fieldService, fieldImpact, fieldMajor, fieldPriority, fieldServices, fieldDowntime, fieldExpected, fieldActualStart, fieldActualEnd,
			"starts_at", "ends_at", "duration", "recurrence", "time_zone", "except", "categories", "assets",
		},
		By:      []string{"criticality", fieldTeam, fieldKind, fieldOwner, fieldCategory},
		Figures: slices.Concat(serviceNumbers(), w.availability(), w.outageFigures(), w.recovery(), w.incidentFigures()),
	}
}

const fieldPriority = "priority"

// wards is what the figures about services share.
type wards struct{ ledgers figure.Memo[*ledger] }

func (w *wards) ledger(s *figure.Scope) *ledger { return w.ledgers.Of(s.Data, newLedger) }

func serviceNumbers() []figure.Definition {
	byField := func(id, title, field string) figure.Definition {
		return figure.Definition{
			ID: id, Title: title, Unit: figure.Records, Shape: figure.Bars, Kind: figure.Counted, Group: groupNumbers, Stock: true,
			Text: "The services as of the time asked about, by " + field + "; retired and cancelled ones are left out.",
			Compute: func(s *figure.Scope) figure.Result {
				return bars(figure.Select(s.Cases, func(c *figure.Case) bool { return !c.Category.IsDone() }), field)
			},
		}
	}
	return []figure.Definition{
		{
			ID: "live", Title: "Live services", Unit: figure.Records, Shape: figure.Number, Kind: figure.Counted, Group: groupNumbers, Stock: true,
			Text: "The services that are live as of the time asked about: their state is at rest (live), or they are retiring and state when they went live.",
			Compute: func(s *figure.Scope) figure.Result {
				return figure.CountOf(figure.Select(s.Cases, func(c *figure.Case) bool {
					_, began := s.TimeOf(c, "live_at")
					return c.Category == records.Resolved || c.Category == records.Active && began
				}))
			},
		},
		byField("by_state", "Services by state", records.FieldState),
		byField("by_criticality", "Services by criticality", "criticality"),
	}
}

// watched is a service with what its time came to.
type watched struct {
	watch
	uptime
}

// view is what the services of a scope came to.
type view struct {
	services          []watched
	assumed           int // without a calendar
	undated           int // that state no beginning, or no end
	endless           int // outages that state no end
	unread            int // windows
	firstSeen, latest time.Time
}

type viewKey struct{}

// view returns the services that were to be there in the period.
func (w *wards) view(s *figure.Scope) *view {
	return s.Once(viewKey{}, func() any {
		l, v, agreed := w.ledger(s), &view{}, agreements{}
		v.unread = l.unread
		for _, c := range s.Cases {
			span, ok := agreedSpan(s, c, l.since)
			if !ok {
				if c.Category != records.New && c.Category != records.Cancelled && c.Category != records.Active {
					v.undated++
				}
				continue
			}
			if !span.Start.Before(span.End) {
				continue
			}
			id := string(c.Record.ID)
			hours, named := hoursOf(s, c)
			if !named {
				v.assumed++
			}
			v.endless += l.endless[id]
			one := watch{c: c, span: span, hours: hours, history: l.outages[id], works: l.works[id], windows: l.windowsOf(id, span)}
			if len(l.windows[id])+len(one.works) == 0 {
				one.known = agreed
			}
			v.services = append(v.services, watched{one, one.sum()})
			if v.firstSeen.IsZero() || span.Start.Before(v.firstSeen) {
				v.firstSeen = span.Start
			}
			if span.End.After(v.latest) {
				v.latest = span.End
			}
		}
		return v
	}).(*view)
}

// agreedSpan returns when a service was to be there within the period, which begins with
// since where it has no beginning; ok is false where nobody can say.
func agreedSpan(s *figure.Scope, c *figure.Case, since time.Time) (span calendar.Span, ok bool) {
	if c.Category == records.New || c.Category == records.Cancelled {
		return span, false
	}
	from, ok := s.TimeOf(c, "live_at")
	if !ok {
		return span, false
	}
	to := s.AsOf
	switch c.Category {
	case records.Closed:
		if to, ok = s.TimeOf(c, "retired_at"); !ok {
			return span, false
		}
	case records.Held:
		if to = c.Sum.LastEntered; to.IsZero() {
			return span, false
		}
	}
	if first := s.AsOf.Add(-lookBack); from.Before(first) {
		from = first
	}
	if !s.From.IsZero() {
		since = s.From
	}
	if from.Before(since) {
		from = since
	}
	if !s.To.IsZero() && s.To.Before(to) {
		to = s.To
	}
	return calendar.Span{Start: from, End: to}, true
}

// hoursOf returns the hours that were agreed for a service; named is false where it is
// those around the clock for want of others.
func hoursOf(s *figure.Scope, c *figure.Case) (h *calendar.Hours, named bool) {
	for _, field := range []string{"calendar", "agreed_hours"} {
		if name := strings.TrimSpace(c.Text(field)); name != "" {
			if h, ok := s.Desk.Calendar(name); ok {
				return h, true
			}
		}
	}
	if h, ok := s.Desk.Calendar(desk.AroundTheClock); ok {
		return h, false
	}
	return calendar.AroundTheClock(s.Zone), false
}

// note says what a reader of a view must know.
func (v *view) note() string {
	return figure.Notes(
		noteOf(v.assumed, "service", "without a calendar counted around the clock"),
		noteOf(v.undated, "service", "without a stated beginning or end left out"),
		noteOf(v.endless, "outage", "that states no end left out"),
		noteOf(v.unread, "maintenance window", "could not be read, or not as a whole"),
	)
}

func (v *view) refs() []string {
	out := make([]string, len(v.services))
	for i, w := range v.services {
		out[i] = w.c.Ref()
	}
	return out
}

// totals adds up what services came to.
func totals(us []uptime) (sum uptime) {
	for _, u := range us {
		sum.agreed, sum.down, sum.planned = sum.agreed+u.agreed, sum.down+u.down, sum.planned+u.planned
		sum.agreedWith, sum.downWith = sum.agreedWith+u.agreedWith, sum.downWith+u.downWith
		sum.outages, sum.spent = append(sum.outages, u.outages...), append(sum.spent, u.spent...)
	}
	return sum
}

func (v *view) total() uptime {
	us := make([]uptime, len(v.services))
	for i, w := range v.services {
		us[i] = w.uptime
	}
	return totals(us)
}

// months returns what the services came to in each month, the last maxMonths of them.
func (v *view) months(s *figure.Scope) (names []string, sums []uptime) {
	if len(v.services) == 0 {
		return nil, nil
	}
	last := v.latest.Add(-1).In(s.Zone)
	for i := maxMonths - 1; i >= 0; i-- {
		span := calendar.Span{
			Start: time.Date(last.Year(), last.Month()-time.Month(i), 1, 0, 0, 0, 0, s.Zone),
			End:   time.Date(last.Year(), last.Month()-time.Month(i)+1, 1, 0, 0, 0, 0, s.Zone),
		}
		var us []uptime
		for _, w := range v.services {
			if part, ok := w.during(span); ok {
				us = append(us, part.sum())
			}
		}
		if len(us) > 0 {
			names, sums = append(names, s.Month(span.Start)), append(sums, totals(us))
		}
	}
	return names, sums
}

type monthsKey struct{}

// byMonth returns a value for each month that has one.
func (w *wards) byMonth(s *figure.Scope, value func(uptime) (float64, bool)) figure.Result {
	type kept struct {
		names []string
		sums  []uptime
	}
	v := w.view(s)
	m := s.Once(monthsKey{}, func() any {
		names, sums := v.months(s)
		return kept{names, sums}
	}).(kept)
	values := map[string]float64{}
	for i, name := range m.names {
		if x, ok := value(m.sums[i]); ok {
			values[name] = x
		}
	}
	return figure.Result{Value: figure.ValueOf(values), N: len(v.services), Records: v.refs(), Note: v.note()}
}

func (w *wards) availability() []figure.Definition {
	whole := agreedText + " " + outageText + " " + maintenanceText
	return []figure.Definition{
		{
			ID: "availability", Title: "Availability, planned maintenance left out", Unit: figure.Percent, Shape: figure.Number, Kind: figure.Counted, Group: groupAvailability, Better: "up", Key: true,
			Text: "The agreed time of all services in the period, less their outages, as a share of the agreed time; planned maintenance is left out of both. " + whole,
			Compute: func(s *figure.Scope) figure.Result {
				return w.available(s, func(u uptime) (float64, float64) { return u.agreed, u.down })
			},
		},
		{
			ID: "availability.with_maintenance", Title: "Availability, planned downtime counted", Unit: figure.Percent, Shape: figure.Number, Kind: figure.Counted, Group: groupAvailability, Better: "up",
			Text: "The agreed time of all services in the period, less their outages and the downtime of planned changes, as a share of the agreed time; nothing is left out of it, and a maintenance window alone is no downtime. " + whole,
			Compute: func(s *figure.Scope) figure.Result {
				return w.available(s, func(u uptime) (float64, float64) { return u.agreedWith, u.downWith })
			},
		},
		{
			ID: "availability.by_month", Title: "Availability by month, planned maintenance left out", Unit: figure.Percent, Shape: figure.Months, Kind: figure.Counted, Group: groupAvailability, Better: "up",
			Text: fmt.Sprintf("The agreed time of all services in each month of the period, less their outages, as a share of the agreed time; planned maintenance is left out of both. Of the last %d months. %s %s", maxMonths, monthText, whole),
			Compute: func(s *figure.Scope) figure.Result {
				return w.byMonth(s, func(u uptime) (float64, bool) { return share(u.agreed, u.down) })
			},
		},
		{
			ID: "availability.by_service", Title: "Availability by service", Unit: figure.Percent, Shape: figure.List, Kind: figure.Counted, Group: groupAvailability, Better: "up",
			Text:    "Each service that was to be there in the period: its availability with planned maintenance left out and with planned downtime counted, its agreed time and downtime in hours, its outages and what was agreed; the least available first. " + whole,
			Compute: w.serviceRows,
		},
		{
			ID: "availability.held.rate", Title: "Services that held their availability target", Unit: figure.Percent, Shape: figure.Number, Kind: figure.Counted, Group: groupAvailability, Better: "up",
			Text:    "The services whose availability in the period, planned maintenance left out, is at least the target that they state, as a share of those whose availability_target begins with a number and a percent sign. " + whole,
			Compute: w.targetsHeld,
		},
		{
			ID: "maintenance.hours", Title: "Planned downtime", Unit: figure.Hours, Shape: figure.Number, Kind: figure.Counted, Group: groupAvailability, Better: "down",
			Text: "The downtime of planned changes within the agreed time of all services in the period, added up over the services. " + agreedText + " " + maintenanceText,
			Compute: func(s *figure.Scope) figure.Result {
				v := w.view(s)
				return figure.Result{Value: v.total().planned, N: len(v.services), Records: v.refs(), Note: v.note()}
			},
		},
	}
}

func (w *wards) available(s *figure.Scope, of func(uptime) (agreed, down float64)) figure.Result {
	v := w.view(s)
	r := figure.Result{N: len(v.services), Records: v.refs(), Note: v.note()}
	if p, ok := share(of(v.total())); ok {
		r.Value = p
	}
	return r
}

func (w *wards) serviceRows(s *figure.Scope) figure.Result {
	v := w.view(s)
	rows := make([]figure.Row, 0, len(v.services))
	for _, x := range v.services {
		values := map[string]any{
			"agreed_hours": x.agreedWith, "downtime_hours": x.down, "planned_hours": x.planned, "outages": len(x.outages),
			"calendar": x.hours.Name(), "availability": nil, "availability_with_maintenance": nil, "target": nil,
		}
		words := titleOf(x.c) + ": no agreed time in the period."
		if p, ok := share(x.agreed, x.down); ok {
			values["availability"] = p
			words = fmt.Sprintf("%s: there for %.3f %% of the agreed time, %s.", titleOf(x.c), p, plural(len(x.outages), "outage"))
		}
		if p, ok := share(x.agreedWith, x.downWith); ok {
			values["availability_with_maintenance"] = p
		}
		if target, ok := targetOf(x.c); ok {
			values["target"] = target
		}
		rows = append(rows, figure.Row{Name: titleOf(x.c), Ref: x.c.Ref(), Values: values, Records: incidentRefs(x.outages), Words: words})
	}
	slices.SortStableFunc(rows, func(a, b figure.Row) int {
		p, known := a.Values["availability"].(float64)
		q, knownToo := b.Values["availability"].(float64)
		if known != knownToo {
			return map[bool]int{true: -1, false: 1}[known]
		}
		return cmp.Or(cmp.Compare(p, q), cmp.Compare(a.Ref, b.Ref))
	})
	return figure.Result{Value: rows, N: len(rows), Records: v.refs(), Note: v.note()}
}

// targetOf returns the availability in percent that a service states in words that begin
// with it, such as "99.5 % a month".
func targetOf(c *figure.Case) (float64, bool) {
	text, _, ok := strings.Cut(c.Text("availability_target"), "%")
	p, err := strconv.ParseFloat(strings.Replace(strings.TrimSpace(text), ",", ".", 1), 64)
	return p, ok && err == nil && p >= 0 && p <= 100
}

func (w *wards) targetsHeld(s *figure.Scope) figure.Result {
	v := w.view(s)
	var held, all []*figure.Case
	for _, x := range v.services {
		target, stated := targetOf(x.c)
		p, ok := share(x.agreed, x.down)
		if !stated || !ok {
			continue
		}
		all = append(all, x.c)
		if p >= target {
			held = append(held, x.c)
		}
	}
	r := figure.ShareOf(held, all)
	r.Note = v.note()
	return r
}

// incidentRefs returns the names of the incidents that outages are told by.
func incidentRefs(os []outage) []string {
	var out []string
	for _, o := range os {
		out = append(out, figure.Refs(o.incidents)...)
	}
	return out
}

// rtoOf returns the recovery time objective of a service.
func rtoOf(c *figure.Case) (time.Duration, bool) { return schema.Duration(c.Text("rto")) }
