package main

import (
	"bufio"
	"fmt"
	"strings"
	"time"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"frontdesk/records"
	"frontdesk/records/agenda"
	"frontdesk/records/conflict"
	"frontdesk/records/plain"
)

// calendarJSON is the JSON of a calendar.
type calendarJSON struct {
	Version int            `json:"version"`
	From    string         `json:"from"`
	To      string         `json:"to"`
	Entries []calendarItem `json:"entries"`
}

// calendarItem is a plan, or an occurrence of a window.
type calendarItem struct {
	Type      records.Type   `json:"type"`
	ID        records.ID     `json:"id"`
	Title     string         `json:"title"`
	Path      string         `json:"path"`
	Kind      string         `json:"kind"`
	State     records.State  `json:"state"`
	Status    agenda.Status  `json:"status"`
	Start     string         `json:"start"`
	End       string         `json:"end"`
	Services  []records.ID   `json:"services"`
	Assets    []records.ID   `json:"assets"`
	Conflicts []conflictJSON `json:"conflicts"`
	More      bool           `json:"more_conflicts"`
}

// conflictJSON is one thing that is in the way.
type conflictJSON struct {
	Kind    conflict.Kind `json:"kind"`
	With    string        `json:"with"`
	Through string        `json:"through"`
	Text    string        `json:"text"`
}

func newCalendarJSON(a *agenda.Agenda) calendarJSON {
	out := calendarJSON{Version: envelopeVersion, From: records.FormatTime(a.Range.Start), To: records.FormatTime(a.Range.End), Entries: []calendarItem{}}
	for _, e := range a.Entries {
		item := calendarItem{
			Type: e.Record.Type, ID: e.Record.ID, Title: e.Record.Title(), Path: e.Record.Path, Kind: e.Kind, State: e.Record.State(), Status: e.Status,
			Start: records.FormatTime(e.Span.Start), End: records.FormatTime(e.Span.End),
			Services: orNone(e.Services), Assets: orNone(e.Assets), Conflicts: []conflictJSON{}, More: e.More,
		}
		for _, c := range e.Conflicts {
			item.Conflicts = append(item.Conflicts, conflictJSON{c.Kind, c.With, c.Through, c.String()})
		}
		out.Entries = append(out.Entries, item)
	}
	return out
}

func orNone(ids []records.ID) []records.ID {
	if ids == nil {
		return []records.ID{}
	}
	return ids
}

// printCalendar prints entries below the day on which they begin, or the first day
// that is shown.
func printCalendar(e *env, a *agenda.Agenda, zone *time.Location) error {
	if len(a.Entries) == 0 {
		complain(e.stderr, "nothing is planned from %s to %s", a.Range.Start.In(zone).Format(pageTime), a.Range.End.In(zone).Format(pageTime))
		return nil
	}
	c := calendarPage{first: a.Range.Start.In(zone)}
	for _, entry := range a.Entries {
		c.widest = max(c.widest, ansi.StringWidth(c.when(entry)))
	}
	out := bufio.NewWriter(e.stdout)
	write := func(line string) {
		if width := e.columns(); width > 0 {
			line = ansi.Truncate(line, width, "…")
		}
		out.WriteString(line + "\n")
	}
	day := ""
	for _, entry := range a.Entries {
		if d := c.day(entry).Format("Monday 2 January 2006"); d != day {
			if day != "" {
				write("")
			}
			day = d
			if e.color() {
				d = lipgloss.NewStyle().Bold(true).Render(d)
			}
			write(d)
		}
		for _, line := range c.lines(entry) {
			write(line)
		}
	}
	return out.Flush()
}

// calendarPage lays entries out.
type calendarPage struct {
	first  time.Time // when what is shown begins
	widest int       // of the times
}

// day returns the day below which an entry stands.
func (c calendarPage) day(e agenda.Entry) time.Time {
	if e.Span.Start.Before(c.first) {
		return c.first
	}
	return e.Span.Start
}

// when says an entry's times, with days where they are others than the one above.
func (c calendarPage) when(e agenda.Entry) string {
	const clock, full = "15:04", "2 Jan 15:04"
	from, to := e.Span.Start.Format(clock), e.Span.End.Format(clock)
	if e.Span.Start.Before(c.first) {
		from = "since " + e.Span.Start.Format(full)
	}
	midnight := e.Span.End.Equal(nextDay(c.day(e)))
	switch {
	case midnight:
		to = "24:00"
	case e.Span.End.After(nextDay(c.day(e))):
		to = e.Span.End.Format(full)
	}
	return from + " to " + to
}

func nextDay(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day()+1, 0, 0, 0, 0, t.Location())
}

func (c calendarPage) lines(e agenda.Entry) []string {
	when := c.when(e)
	what := []string{string(e.Record.Type)}
	if e.IsWindow() && e.Kind != "" {
		what[0] = e.Kind
	} else {
		what = append(what, string(e.Record.State()))
		if e.Status == agenda.Tentative {
			what = append(what, string(e.Status))
		}
	}
	var about []string
	for _, id := range append(append([]records.ID{}, e.Services...), e.Assets...) {
		about = append(about, string(id))
	}
	line := fmt.Sprintf("  %s%s  %s  %s (%s)", when, strings.Repeat(" ", c.widest-ansi.StringWidth(when)), e.Record.ID, e.Record.Title(), strings.Join(what, ", "))
	if len(about) > 0 {
		line += ": " + strings.Join(about, ", ")
	}
	lines := []string{plain.Line(line)}
	indent := strings.Repeat(" ", c.widest+4)
	for _, k := range e.Conflicts {
		lines = append(lines, plain.Line(indent+"! "+k.String()))
	}
	if e.More {
		lines = append(lines, indent+"! and there is more in its way")
	}
	return lines
}
