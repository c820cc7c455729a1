package calendar

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode"

	ics "github.com/arran4/golang-ical"
)

// The bounds of iCalendar files.
const (
	MaxICS      = 64 << 10 // bytes of a file
	maxLine     = 8 << 10  // bytes of a line, folds undone: the library's cost is quadratic in it
	maxEvents   = 2_000
	maxEventRun = 366 // days that one event takes
	maxTitle    = 200 // characters
)

// feed reads the all-day events of an iCalendar file (RFC 5545): single ones, and
// those that come again by RRULE, RDATE, EXDATE and RECURRENCE-ID. Cancelled events
// and those with a time of the day are passed over, unless they go from midnight to
// midnight.
func (b *builder) feed(s *source, data []byte) error {
	if err := checkLines(data); err != nil {
		return err
	}
	file, err := ics.ParseCalendarWithOptions(bytes.NewReader(data), ics.WithUnknownPropertyHandler(ics.AcceptUnknownPropertyHandler))
	if err != nil {
		return fmt.Errorf("it is no iCalendar file: %w", err)
	}
	events := file.Events()
	if len(events) > maxEvents {
		return fmt.Errorf("it holds %d events; the most is %d", len(events), maxEvents)
	}
	moved := movedDays(events)
	found := false
	for _, e := range events {
		isDay, err := b.event(s, &e.ComponentBase, moved[value(&e.ComponentBase, ics.ComponentPropertyUniqueId)])
		if err != nil {
			return fmt.Errorf("event %q of %q: %w", summary(&e.ComponentBase), value(&e.ComponentBase, ics.ComponentPropertyDtStart), err)
		}
		found = found || isDay
	}
	if !found {
		return errors.New("it holds no all-day event")
	}
	return nil
}

// checkLines refuses what the library would not, or not in time: what is long, and a
// file that was cut off.
func checkLines(data []byte) error {
	if len(data) > MaxICS {
		return fmt.Errorf("it is %d bytes long; at most %d are read", len(data), MaxICS)
	}
	length, last := 0, ""
	for line := range bytes.Lines(data) {
		if line[0] != ' ' && line[0] != '\t' {
			length = 0
		}
		if length += len(line); length > maxLine {
			return fmt.Errorf("a line of it is longer than %d bytes", maxLine)
		}
		if text := strings.TrimSpace(string(line)); text != "" {
			last = text
		}
	}
	if last != "END:VCALENDAR" {
		return errors.New("it does not end with END:VCALENDAR: it is no iCalendar file, or was cut off")
	}
	return nil
}

// movedDays returns, by UID, the days of recurring events that an event of its own
// stands for.
func movedDays(events []*ics.VEvent) map[string][]string {
	moved := map[string][]string{}
	for _, e := range events {
		if day, _, ok := icsDay(value(&e.ComponentBase, ics.ComponentPropertyRecurrenceId)); ok {
			uid := value(&e.ComponentBase, ics.ComponentPropertyUniqueId)
			moved[uid] = append(moved[uid], day.Format(time.DateOnly))
		}
	}
	return moved
}

// event adds an event's days. isDay reports whether it takes whole days.
func (b *builder) event(s *source, e *ics.ComponentBase, moved []string) (isDay bool, err error) {
	start, midnight, ok := icsDay(value(e, ics.ComponentPropertyDtStart))
	switch {
	case !ok:
		return false, errors.New("it does not say on which day it begins")
	case start.Year() < FirstYear || start.Year() > LastYear:
		return false, fmt.Errorf("the year %d is not between %d and %d", start.Year(), FirstYear, LastYear)
	case !midnight, strings.EqualFold(value(e, ics.ComponentPropertyStatus), "CANCELLED"):
		return midnight, nil
	}
	n, whole, err := icsLength(e, start)
	if err != nil || !whole {
		return whole, err
	}
	if value(e, ics.ComponentPropertyRecurrenceId) != "" {
		moved = nil // it is what was moved
	}
	dates := slices.Clone(moved)
	for _, day := range icsDays(e, ics.ComponentPropertyExdate) {
		dates = append(dates, day.Format(time.DateOnly))
	}
	except := map[string]bool{}
	for _, day := range dates {
		except[day] = true
	}
	rules := e.GetProperties(ics.ComponentPropertyRrule)
	for _, p := range rules {
		r := Recurrence{First: start, Days: n, Rule: p.Value, Zone: time.UTC, ExceptDates: dates}
		if err := b.again(s, ruled{r, summary(e)}); err != nil {
			return true, err
		}
	}
	single := icsDays(e, ics.ComponentPropertyRdate)
	if len(rules) == 0 {
		single = append(single, start)
	}
	for _, day := range single {
		if except[day.Format(time.DateOnly)] {
			continue
		}
		if err := b.add(s, stretch{dayNumber(day.Unix()), n, summary(e)}); err != nil {
			return true, err
		}
	}
	return true, nil
}

// icsLength returns how many days an event takes. An end on the day of the beginning
// is read as if it were not there, since many write it so.
func icsLength(e *ics.ComponentBase, start time.Time) (days int, whole bool, err error) {
	days = 1
	if text := value(e, ics.ComponentPropertyDtEnd); text != "" {
		end, midnight, ok := icsDay(text)
		if !ok {
			return 0, false, fmt.Errorf("its end %q is no day", text)
		}
		if !midnight {
			return 0, false, nil
		}
		if end.Before(start) {
			return 0, false, errors.New("it ends before it begins")
		}
		if end.Sub(start) > maxEventRun*24*time.Hour {
			return 0, false, fmt.Errorf("it takes more than %d days", maxEventRun)
		}
		days = max(1, int(end.Sub(start)/(24*time.Hour)))
	} else if text := value(e, ics.ComponentPropertyDuration); text != "" {
		n, rest, err := ParseDuration(text)
		if err != nil {
			return 0, false, err
		}
		if rest%(24*time.Hour) != 0 {
			return 0, false, nil
		}
		days = n + int(rest/(24*time.Hour))
	}
	if days > maxEventRun {
		return 0, false, fmt.Errorf("it takes %d days; the most is %d", days, maxEventRun)
	}
	return days, true, nil
}

// icsDay reads a day, or a time of which it returns the day. midnight reports whether
// it is a day, or the time at which one begins where the event is.
func icsDay(text string) (day time.Time, midnight, ok bool) {
	date, clock, timed := strings.Cut(text, "T")
	day, err := time.Parse("20060102", date)
	return day, !timed || clock == "000000", err == nil
}

// icsDays returns the days of all properties of a name, which may hold several each.
func icsDays(e *ics.ComponentBase, name ics.ComponentProperty) []time.Time {
	var days []time.Time
	for _, p := range e.GetProperties(name) {
		for text := range strings.SplitSeq(p.Value, ",") {
			if day, _, ok := icsDay(strings.TrimSpace(text)); ok && day.Year() >= FirstYear && day.Year() <= LastYear {
				days = append(days, day)
			}
		}
	}
	return days
}

func value(e *ics.ComponentBase, name ics.ComponentProperty) string {
	if p := e.GetProperty(name); p != nil {
		return strings.TrimSpace(p.Value)
	}
	return ""
}

// summary returns an event's title, on one line, without what cannot be seen.
func summary(e *ics.ComponentBase) string {
	line := strings.Join(strings.Fields(value(e, ics.ComponentPropertySummary)), " ")
	title := []rune(strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) {
			return -1
		}
		return r
	}, line))
	return titleOf(string(title[:min(len(title), maxTitle)]))
}
