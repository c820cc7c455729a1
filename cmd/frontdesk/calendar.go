package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"frontdesk/records"
	"frontdesk/records/agenda"
	"frontdesk/records/index"
	"frontdesk/records/plain"
	"frontdesk/records/tree"
	"frontdesk/schema"
	"frontdesk/schema/calendar"
)

// formatICS is iCalendar.
const formatICS = "ics"

// calendarOptions are the flags of calendar.
type calendarOptions struct {
	format   string
	from, to string
	asOf     string
	services []string
	teams    []string
	at       revision
}

func newCalendarCmd(e *env) *cobra.Command {
	o := &calendarOptions{}
	cmd := &cobra.Command{
		Use:   "calendar",
		Short: "Show what is planned when: changes, releases and windows",
		Long: "Calendar prints what is planned, by day, in the desk's time zone: changes, releases\n" +
			"and other records with a planned window, freezes and maintenance windows, and below\n" +
			"each change that is still to be done what gets in its way. A record on hold, or not\n" +
			"yet approved, is tentative. Times that cannot be read are named on stderr, and the\n" +
			"exit status is 1.\n\n" +
			"It begins today and goes on for four weeks, unless --from and --to say otherwise: a\n" +
			"date, which means the whole day in the desk's time zone, or a time. --service and\n" +
			"--team narrow it; windows that concern everything stay.\n\n" +
			"--format ics writes an iCalendar (RFC 5545) for others to subscribe to, from 90 days\n" +
			"ago on and without an end. An event keeps its UID; SEQUENCE counts how often the log\n" +
			"moved it; what was cancelled is marked so and stays. Windows that come again are one\n" +
			"event with a rule, in their own time zone. It names no people. The same commit gives\n" +
			"the same bytes: its time, or --as-of, stands for now.\n\n" +
			"With --at it shows what was planned then.\n" + atHelp,
		GroupID: groupRead,
		Example: "  frontdesk calendar\n  frontdesk calendar --from 2026-12-01 --to 2026-12-31 --service vpn\n" +
			"  frontdesk calendar --format ics > changes.ics",
		Args: between(0, 0, "no arguments"),
		RunE: func(cmd *cobra.Command, _ []string) error { return showCalendar(cmd.Context(), e, o) },
	}
	f := cmd.Flags()
	f.StringVar(&o.format, "format", formatText, "print as `text`, json or ics")
	f.StringVar(&o.from, "from", "", "begin with this `day` or time")
	f.StringVar(&o.to, "to", "", "end with this `day`, or at this time")
	f.StringVar(&o.asOf, "as-of", "", "take this `time` for now: 2026-11-03 or 2026-11-03T09:12:00Z")
	f.StringSliceVar(&o.services, "service", nil, "show only what concerns these `services`, separated by commas")
	f.StringSliceVar(&o.teams, "team", nil, "show only what these `teams` answer for, separated by commas")
	f.Var(&o.at, "at", atUsage)
	return completeFlag(cmd, "format", formatText, formatJSON, formatICS)
}

func showCalendar(ctx context.Context, e *env, o *calendarOptions) error {
	if err := oneOf("format", o.format, formatText, formatJSON, formatICS); err != nil {
		return err
	}
	v, err := openView(ctx, e, o.at)
	if err != nil {
		return err
	}
	defer v.Close()
	now, err := o.now(ctx, e, v)
	if err != nil {
		return err
	}
	span, err := o.span(now.In(v.Desk.TimeZone))
	if err != nil {
		return err
	}
	types := agenda.Types(v.Types)
	x := openIndex(v.Tree)
	l, err := x.Load(ctx, index.Want{Fields: calendarFields(v.Types, types, o.format)}, types...)
	if err != nil {
		return err
	}
	defer x.Save(ctx) // what is not kept is read again
	in := agenda.Input{Desk: v.Desk, Types: v.Types, Set: l.Set, Range: span, Services: idsOf(o.services), Teams: idsOf(o.teams)}
	if err := errors.Join(known(v.Tree, "service", in.Services), known(v.Tree, "team", in.Teams)); err != nil {
		return err
	}
	lost, err := o.print(e, in, now)
	if err != nil {
		return err
	}
	return errors.Join(reportLost(e, v.Tree, l, types...), lost)
}

// now returns what counts as now: for a calendar that others get, the time of the
// commit, so that the same commit gives the same bytes.
func (o *calendarOptions) now(ctx context.Context, e *env, v *view) (time.Time, error) {
	if o.asOf != "" || o.format != formatICS {
		return parseAsOf(o.asOf, e.now())
	}
	return reportTime(ctx, e, v, "")
}

// The ranges that are shown unless somebody says otherwise.
const (
	calendarDays = 28
	calendarPast = 90 // days of a calendar that others get
)

// span returns the range to show.
func (o *calendarOptions) span(now time.Time) (calendar.Span, error) {
	today := time.Date(now.Year(), now.Month(), now.Day(), 0, 0, 0, 0, now.Location())
	s := calendar.Span{Start: today}
	if o.format == formatICS {
		s.Start = today.AddDate(0, 0, -calendarPast)
	}
	var err error
	if o.from != "" {
		if s.Start, _, err = parseDay("from", o.from, now.Location()); err != nil {
			return s, err
		}
	}
	switch {
	case o.to != "":
		if _, s.End, err = parseDay("to", o.to, now.Location()); err != nil {
			return s, err
		}
	case o.format == formatICS:
		s.End = time.Date(calendar.LastYear, 1, 1, 0, 0, 0, 0, time.UTC)
	default:
		s.End = s.Start.AddDate(0, 0, calendarDays)
	}
	if !s.Start.Before(s.End) {
		return s, usagef("--to is the last day that is shown", "the calendar ends before it begins")
	}
	return s, nil
}

// parseDay reads a day, which begins and ends in a time zone, or a moment.
func parseDay(flag, text string, zone *time.Location) (begin, end time.Time, err error) {
	if day, err := time.ParseInLocation(time.DateOnly, text, zone); err == nil {
		return day, day.AddDate(0, 0, 1), nil
	}
	if t, ok := records.ParseTime(text); ok {
		return t.In(zone), t.In(zone), nil
	}
	return begin, end, usagef("write 2026-11-03 or 2026-11-03T09:12:00Z", "--%s %q is no day or time", flag, text)
}

// calendarFields returns the fields that are read of records: the log only where it
// is counted.
func calendarFields(types *schema.Types, names []records.Type, format string) []string {
	var out []string
	for _, name := range names {
		out = append(out, types.Get(name).FieldNames()...)
	}
	if format == formatICS {
		out = append(out, records.FieldLog)
	}
	return out
}

func idsOf(names []string) []records.ID {
	var out []records.ID
	for _, n := range names {
		_, id := records.SplitRef(n)
		out = append(out, id)
	}
	return out
}

// known refuses ids of records that there are none of: an empty calendar would look
// like a quiet month.
func known(t *tree.Tree, typ records.Type, ids []records.ID) error {
	if len(ids) == 0 {
		return nil
	}
	names := t.Names(typ)
	for _, id := range ids {
		if !slices.ContainsFunc(names, func(n tree.Name) bool { return n.ID == id }) {
			return unknownID(string(typ)+"/"+string(id), names)
		}
	}
	return nil
}

// print writes the calendar, and what it lacks to stderr; lost is errProblems where
// it lacks something.
func (o *calendarOptions) print(e *env, in agenda.Input, now time.Time) (lost, err error) {
	var unreadable []agenda.Unreadable
	if o.format == formatICS {
		var data []byte
		if data, unreadable, err = agenda.ICal(in, now); err == nil {
			_, err = e.stdout.Write(data)
		}
	} else {
		a := agenda.New(in)
		unreadable = a.Unreadable
		for _, r := range a.Cut {
			complain(e.stderr, "%s: the window comes more often than is shown", plain.Line(r.Path))
		}
		if o.format == formatJSON {
			err = writeJSON(e.stdout, newCalendarJSON(a))
		} else {
			err = printCalendar(e, a, in.Desk.TimeZone)
		}
	}
	for _, u := range unreadable {
		complain(e.stderr, "%s: its times cannot be read: %s", plain.Line(u.Record.Path), plain.Line(fmt.Sprint(u.Err)))
		lost = errProblems
	}
	return lost, err
}
