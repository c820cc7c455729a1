package estate

import (
	"cmp"
	"slices"
	"time"

	"frontdesk/records"
	"frontdesk/records/conflict"
	"frontdesk/records/figure"
	"frontdesk/schema"
	"frontdesk/schema/calendar"
)

// Fields of what outages and maintenance are read from.
const (
	fieldService     = "service"
	fieldImpact      = "impact"
	fieldMajor       = "major"
	fieldDowntime    = "downtime"
	fieldExpected    = "expected_downtime"
	fieldActualStart = "actual_start"
	fieldActualEnd   = "actual_end"
	impactHigh       = "high"
	kindEmergency    = "emergency"
	kindMaintenance  = "maintenance"
)

// The bounds of what is looked at.
const (
	lookBack       = 50 * 366 * 24 * time.Hour
	maxOccurrences = 20_000  // of one maintenance window
	maxWindowSpans = 100_000 // of all maintenance windows
)

// outage is a stretch of time in which a service was down.
type outage struct {
	calendar.Span
	incidents []*figure.Case // that tell of it
	running   bool           // at the time asked about
}

// ledger is what incidents, changes and windows tell of services, by id.
type ledger struct {
	incidents  map[string][]*figure.Case // open ones
	outages    map[string][]outage       // merged, in time order
	endless    map[string]int            // outages that state no end though they are over
	works      map[string][]calendar.Span
	windows    map[string][]calendar.Span
	everywhere []calendar.Span // windows that concern all
	since      time.Time       // the month of the first incident: of the time before nothing is known; zero without incidents
	spans      int             // of windows that were read
	unread     int             // windows that cannot be read, or come too often
}

func newLedger(d *figure.Data) *ledger {
	l := &ledger{
		incidents: map[string][]*figure.Case{}, outages: map[string][]outage{}, endless: map[string]int{},
		works: map[string][]calendar.Span{}, windows: map[string][]calendar.Span{},
	}
	for _, incident := range d.Of(incidentType) {
		l.incident(d, incident)
		if o := incident.Opened; !o.IsZero() && (l.since.IsZero() || o.Before(l.since)) {
			l.since = o
		}
	}
	if !l.since.IsZero() {
		y, m, _ := l.since.In(d.Zone).Date()
		l.since = time.Date(y, m, 1, 0, 0, 0, 0, d.Zone)
	}
	for id := range l.outages {
		l.outages[id] = mergeOutages(l.outages[id])
	}
	for _, change := range d.Of(changeType) {
		l.change(d, change)
	}
	for _, window := range d.Of(windowType) {
		l.window(d, window)
	}
	for id := range l.works {
		l.works[id] = figure.Merge(l.works[id])
	}
	l.everywhere = figure.Merge(l.everywhere)
	return l
}

// incident takes in an incident. One of high impact, and a major one, tells of an
// outage: no field says whether a service was down or only bad.
func (l *ledger) incident(d *figure.Data, c *figure.Case) {
	_, id := records.SplitRef(c.Text(fieldService))
	if id == "" || c.Category == records.Cancelled {
		return
	}
	name := string(id)
	if c.IsOpen() {
		l.incidents[name] = append(l.incidents[name], c)
	}
	if c.Opened.IsZero() || c.Text(fieldImpact) != impactHigh && c.Text(fieldMajor) != "true" {
		return
	}
	o := outage{Span: calendar.Span{Start: c.Opened, End: c.Resolved}, incidents: []*figure.Case{c}}
	switch {
	case c.IsOpen():
		o.End, o.running = d.AsOf, true
	case c.Resolved.IsZero():
		l.endless[name]++
		return
	}
	if o.Start.Before(o.End) {
		l.outages[name] = append(l.outages[name], o)
	}
}

// mergeOutages makes one outage of those that overlap or touch.
func mergeOutages(os []outage) []outage {
	slices.SortFunc(os, func(a, b outage) int {
		return cmp.Or(a.Start.Compare(b.Start), a.End.Compare(b.End), cmp.Compare(a.incidents[0].Ref(), b.incidents[0].Ref()))
	})
	var out []outage
	for _, o := range os {
		last := len(out) - 1
		if last < 0 || o.Start.After(out[last].End) {
			out = append(out, o)
			continue
		}
		if o.End.After(out[last].End) {
			out[last].End = o.End
		}
		out[last].running = out[last].running || o.running
		out[last].incidents = append(out[last].incidents, o.incidents...)
	}
	return out
}

// change takes in the downtime of a change that was planned: from its actual start for as
// long as was expected, at most to its actual end.
func (l *ledger) change(d *figure.Data, c *figure.Case) {
	if c.Text(fieldDowntime) != "true" || c.Category == records.Cancelled || c.Text(fieldKind) == kindEmergency {
		return
	}
	start, ok := d.TimeOf(c, fieldActualStart)
	if !ok {
		return
	}
	end, ended := d.TimeOf(c, fieldActualEnd)
	if !ended {
		end = d.AsOf
	}
	expected, known := schema.Duration(c.Text(fieldExpected))
	switch {
	case known && start.Add(expected).Before(end):
		end = start.Add(expected)
	case !known && !ended && !c.IsOpen():
		return // nothing says how long
	}
	for _, id := range names(c, fieldServices) {
		l.works[id] = append(l.works[id], calendar.Span{Start: start, End: end})
	}
}

// window takes in a maintenance window in force that names services, or nothing.
func (l *ledger) window(d *figure.Data, c *figure.Case) {
	if c.Text(fieldKind) != kindMaintenance || c.Type == nil || !conflict.Counts(c.Type, c.Record) {
		return
	}
	ids := names(c, fieldServices)
	if len(ids) == 0 && (len(names(c, "assets")) > 0 || len(c.Record.Get("categories").Strings()) > 0) {
		return
	}
	again, err := conflict.Recurrence(c.Record, d.Zone)
	if err != nil {
		l.unread++
		return
	}
	from := d.AsOf.Add(-lookBack)
	spans, cut, err := again.Between(from, d.AsOf, min(maxOccurrences, maxWindowSpans-l.spans))
	if err != nil || cut {
		l.unread++
	}
	l.spans += len(spans)
	if len(ids) == 0 {
		l.everywhere = append(l.everywhere, spans...)
	}
	for _, id := range ids {
		l.windows[id] = append(l.windows[id], spans...)
	}
}

// windowsOf returns the maintenance windows of a service within a span, merged.
func (l *ledger) windowsOf(id string, s calendar.Span) []calendar.Span {
	all := figure.Clip(l.everywhere, s)
	if own := l.windows[id]; len(own) > 0 {
		all = figure.Clip(figure.Merge(slices.Concat(own, all)), s)
	}
	return all
}

// watch is a service over a stretch of time in which it was to be there.
type watch struct {
	c       *figure.Case
	span    calendar.Span
	hours   *calendar.Hours
	history []outage        // of all times, merged
	works   []calendar.Span // downtime of planned changes, of all times, merged
	windows []calendar.Span // of maintenance, of all times, merged
	known   agreements      // nil where the service has planned maintenance of its own
}

// agreements are the hours that were agreed over a span, outside the maintenance that
// concerns all services: most services share them.
type agreements map[agreement]float64

type agreement struct {
	hours    *calendar.Hours
	from, to time.Time // in UTC
}

// of returns the hours of a watch, which it computes where they are not known.
func (as agreements) of(w watch, compute func() float64) float64 {
	if as == nil {
		return compute()
	}
	key := agreement{w.hours, w.span.Start.UTC(), w.span.End.UTC()}
	hours, ok := as[key]
	if !ok {
		hours = compute()
		as[key] = hours
	}
	return hours
}

// uptime is what a watch comes to, in hours of the service's calendar.
type uptime struct {
	agreed, down         float64   // with planned maintenance left out of both
	agreedWith, downWith float64   // with planned maintenance as downtime
	planned              float64   // downtime of planned changes
	outages              []outage  // with downtime outside planned maintenance
	spent                []float64 // of each of these
}

// during returns the same service over the part of the time that lies in another span.
func (w watch) during(s calendar.Span) (watch, bool) {
	w.span = figure.Overlap(w.span, s)
	return w, w.span.Start.Before(w.span.End)
}

// sum computes what a watch comes to.
func (w watch) sum() uptime {
	within := func(spans []calendar.Span) float64 { return figure.InHours(figure.Within(w.hours, spans)) }
	whole := []calendar.Span{w.span}
	works := figure.Clip(w.works, w.span)
	maintenance := figure.Clip(w.windows, w.span)
	if len(works) > 0 {
		maintenance = figure.Merge(slices.Concat(works, maintenance))
	}
	u := uptime{agreedWith: within(whole), planned: within(works)}
	u.agreed = w.known.of(w, func() float64 { return within(figure.Without(whole, maintenance)) })
	down := slices.Clone(works)
	first, _ := slices.BinarySearchFunc(w.history, w.span.Start, func(o outage, at time.Time) int { return o.End.Compare(at) })
	for _, o := range w.history[first:] {
		if !o.Start.Before(w.span.End) {
			break
		}
		part := figure.Clip([]calendar.Span{o.Span}, w.span)
		down = append(down, part...)
		if spent := within(figure.Without(part, figure.Clip(maintenance, o.Span))); spent > 0 {
			u.outages, u.spent, u.down = append(u.outages, o), append(u.spent, spent), u.down+spent
		}
	}
	u.downWith = within(figure.Merge(down))
	return u
}

// share returns the availability in percent; ok is false where nothing was agreed.
func share(agreed, down float64) (p float64, ok bool) {
	if agreed <= 0 {
		return 0, false
	}
	return min(max(100*(agreed-down)/agreed, 0), 100), true
}
