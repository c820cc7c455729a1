package main

import (
	"context"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"frontdesk/records"
	"frontdesk/records/figure"
	"frontdesk/records/query"
	"frontdesk/records/sla"
	"frontdesk/schema"
)

// dueOptions are the flags of due.
type dueOptions struct {
	format string
	since  string
	within string
	asOf   string
}

func newDueCmd(e *env) *cobra.Command {
	o := &dueOptions{}
	cmd := &cobra.Command{
		Use:   "due",
		Short: "Print what became due since a time, and what will be due soon",
		Long: "Due prints, in time order, what people must be told: warnings that were reached,\n" +
			"targets that were over, and stated deadlines that came, after --since and up to now.\n" +
			"Nothing becomes due while its clock is paused. With --within it adds what will become\n" +
			"due within that time if nothing changes.\n\n" +
			"--since is a time, or how long ago: 30m, 4h, 7d or an ISO 8601 duration, by default\n" +
			"24h; a day is 24 hours here. A program that sends mail runs it with\n" +
			"--format json and the as_of of its last run as --since, and so tells everything once:\n" +
			"what falls on --since itself was told before. A target that was over by --since and\n" +
			"is known to be only since then, because a priority was raised, is told first. What was\n" +
			"written down later than it happened (--when) is told if it happened after --since.\n" +
			"Its kind is warning, breach or deadline; what has an \"at\" after as_of is still to come.",
		GroupID: groupRead,
		Example: "  frontdesk due\n  frontdesk due --since 2026-11-03T09:00:00Z --format json\n  frontdesk due --within 4h",
		Args:    between(0, 0, "no arguments"),
		RunE:    func(cmd *cobra.Command, _ []string) error { return showDue(cmd.Context(), e, o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.format, "format", formatText, "print as `text` or json")
	f.StringVar(&o.since, "since", "24h", "tell what became due after this `time`, or this long ago")
	f.StringVar(&o.within, "within", "", "tell what will be due within this `time`, such as 4h, too")
	f.StringVar(&o.asOf, "as-of", "", "take this `time` for now: now, 2026-11-03 or 2026-11-03T09:12:00Z")
	return completeFlag(cmd, "format", formatText, formatJSON)
}

func showDue(ctx context.Context, e *env, o *dueOptions) error {
	if err := oneOf("format", o.format, formatText, formatJSON); err != nil {
		return err
	}
	if o.asOf == "now" { // as report takes it
		o.asOf = ""
	}
	now, err := parseAsOf(o.asOf, e.now())
	if err != nil {
		return err
	}
	since, until, err := o.span(now)
	if err != nil {
		return err
	}
	t, err := openDesk(e)
	if err != nil {
		return err
	}
	defer t.Close()
	var types []records.Type
	for _, typ := range t.Types.All() {
		if len(typ.States) > 0 && (len(typ.Clocks) > 0 || typ.Field(sla.FieldDue) != nil) {
			types = append(types, typ.Name)
		}
	}
	x := openIndex(t)
	how := figure.Options{AsOf: now, Zone: t.Desk.TimeZone, Types: types, Fields: []string{records.FieldTitle, sla.FieldDue, "assignee", "team"}}
	l, err := figure.Load(ctx, t, x, how)
	if err != nil {
		return err
	}
	defer x.Save(ctx) // what is not kept is computed again
	notices := noticesOf(l.Data, types, since, until)
	if isLate(l.Data, types, since) {
		how.AsOf = since
		then, err := figure.Load(ctx, t, x, how)
		if err != nil {
			return err
		}
		notices = append(lateOf(l.Data, then.Data, types, since), notices...)
	}
	if o.format == formatJSON {
		err = writeJSON(e.stdout, newDueJSON(notices, since, now, until))
	} else {
		err = printDue(e, notices, now, t.Desk.TimeZone)
	}
	if err != nil {
		return err
	}
	return reportLost(e, t, l.Tree, types...)
}

// span returns the time after which, and up to which, things are told.
func (o *dueOptions) span(now time.Time) (since, until time.Time, err error) {
	since, until = now, now
	if d, ok := query.Within(o.since); ok {
		since = now.Add(-d)
	} else if since, err = parseAsOf(o.since, now); err != nil || o.since == "" {
		return since, until, usagef("write 2026-11-03 or 2026-11-03T09:12:00Z, or how long ago: 24h, 7d or PT24H", "--since %q is no time", o.since)
	}
	if o.within != "" {
		d, ok := query.Within(o.within)
		if !ok || d <= 0 {
			return since, until, usagef("write 4h, 30m, 2d or PT4H", "--within %q is no length of time", o.within)
		}
		until = now.Add(d)
	}
	if since.After(until) {
		return since, until, usagef("it is the time after which things are told: write one that has passed, or one ago such as 24h", "--since %s lies ahead", o.since)
	}
	return since, until, nil
}

// noticesOf returns what becomes due in a span of time, in order.
func noticesOf(d *figure.Data, types []records.Type, since, until time.Time) []sla.Notice {
	var out []sla.Notice
	for _, t := range types {
		for _, c := range d.Of(t) {
			out = append(out, sla.Notices(c.Record, c.Clocks, since, until)...)
		}
	}
	slices.SortStableFunc(out, func(a, b sla.Notice) int { return a.At.Compare(b.At) })
	return out
}

// isLate reports whether a target was over by a time, of a record to which something has
// happened since: it may have become known by that.
func isLate(d *figure.Data, types []records.Type, since time.Time) bool {
	for _, t := range types {
		for _, c := range d.Of(t) {
			if c.Sum.Last.After(since) && len(sla.Late(c.Record, c.Clocks, nil, since)) > 0 {
				return true
			}
		}
	}
	return false
}

// lateOf returns the targets that were over by a time and are known to be only since, in
// order.
func lateOf(now, then *figure.Data, types []records.Type, since time.Time) []sla.Notice {
	var out []sla.Notice
	for _, t := range types {
		before := map[records.ID][]sla.Clock{}
		for _, c := range then.Of(t) {
			before[c.Record.ID] = c.Clocks
		}
		for _, c := range now.Of(t) {
			out = append(out, sla.Late(c.Record, c.Clocks, before[c.Record.ID], since)...)
		}
	}
	slices.SortStableFunc(out, func(a, b sla.Notice) int { return a.At.Compare(b.At) })
	return out
}

// dueJSON is what became due in JSON.
type dueJSON struct {
	Version int          `json:"version"`
	Since   string       `json:"since"` // without
	AsOf    string       `json:"as_of"`
	Until   string       `json:"until"`
	Notices []noticeJSON `json:"notices"`
}

// noticeJSON is one thing that became due.
type noticeJSON struct {
	At       string         `json:"at"`
	Kind     sla.NoticeKind `json:"kind"`
	Type     records.Type   `json:"type"`
	ID       records.ID     `json:"id"`
	Title    string         `json:"title"`
	State    records.State  `json:"state"`
	Team     string         `json:"team"`
	Assignee string         `json:"assignee"`
	Clock    string         `json:"clock,omitempty"`
	Subject  string         `json:"subject,omitempty"` // the team or the reason for the hold, of clocks that begin anew for each
	Metric   schema.Metric  `json:"metric,omitempty"`
	Target   string         `json:"target,omitempty"`
	Due      string         `json:"due"`
}

func newDueJSON(notices []sla.Notice, since, now, until time.Time) dueJSON {
	out := dueJSON{Version: envelopeVersion, Since: records.FormatTime(since), AsOf: records.FormatTime(now), Until: records.FormatTime(until), Notices: []noticeJSON{}}
	for _, n := range notices {
		r := n.Record
		item := noticeJSON{
			At: records.FormatTime(n.At), Kind: n.Kind, Type: r.Type, ID: r.ID, Title: r.Title(), State: r.State(),
			Team: r.Text("team"), Assignee: r.Text("assignee"), Due: records.FormatTime(n.At),
		}
		if n.Clock != nil {
			item.Clock, item.Subject, item.Metric, item.Target = n.Clock.Name, n.Clock.Subject, n.Clock.Metric, n.Clock.Target
			item.Due = records.FormatTime(n.Clock.Due)
		}
		out.Notices = append(out.Notices, item)
	}
	return out
}

func printDue(e *env, notices []sla.Notice, now time.Time, zone *time.Location) error {
	if len(notices) == 0 {
		if e.isTerminal(e.stdout) {
			complain(e.stderr, "nothing became due")
		}
		return nil
	}
	t := table{width: e.columns(), color: e.color(), header: []string{"WHEN", "WHAT", "ID", "TEAM", "ASSIGNEE", "TITLE"}, whole: []string{"WHAT", "ID"}}
	for _, n := range notices {
		t.rows = append(t.rows, []string{n.At.In(zone).Format("2006-01-02 15:04 MST"), noticeWords(n, now), string(n.Record.ID), n.Record.Text("team"), n.Record.Text("assignee"), n.Record.Title()})
	}
	return t.write(e.stdout)
}

// noticeWords says what became due, or will.
func noticeWords(n sla.Notice, now time.Time) string {
	ahead := n.At.After(now)
	switch {
	case n.Kind == sla.Dated && ahead:
		return "deadline ahead"
	case n.Kind == sla.Dated:
		return "deadline came"
	case n.Kind == sla.Ended && ahead:
		return clockTitle(n.Clock) + " due"
	case n.Kind == sla.Ended:
		return clockTitle(n.Clock) + " breached"
	}
	return clockTitle(n.Clock) + " warning"
}
