package agenda

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"

	"frontdesk/records"
	"frontdesk/records/conflict"
	"frontdesk/records/plain"
	"frontdesk/schema"
	"frontdesk/schema/calendar"
	"frontdesk/schema/desk"
)

// How iCalendar writes times. (RFC 5545, 3.3.5)
const (
	utcTime   = "20060102T150405Z"
	localTime = "20060102T150405"
)

// productID names what wrote the calendar, without a version: the same desk gives the
// same bytes.
const productID = "-//Frontdesk//Frontdesk calendar//EN"

// ICal returns the agenda as an iCalendar (RFC 5545), with what could not be read.
// Every plan and window that touches the range is one event: it keeps its UID for
// ever, its SEQUENCE counts the times that its log moved or cancelled it, and it is
// CANCELLED rather than left out. A window that comes again is one event with an
// RRULE in its own time zone, because a calendar that holds one event a night cannot
// tell a moved night from a new one; its zone goes with it. Stamp is when the
// calendar was made: the time of the commit.
func ICal(in Input, stamp time.Time) ([]byte, []Unreadable, error) {
	c := &ical{in: in, filter: newFilter(in), stamp: stamp, host: hostOf(in.Desk), zones: map[string]zoneUse{}}
	cal := &ics.Calendar{}
	cal.SetVersion("2.0")
	cal.SetProductId(productID)
	cal.SetCalscale("GREGORIAN")
	cal.SetMethod(ics.MethodPublish)
	cal.SetXWRCalName(text(cmp.Or(in.Desk.Name, "Frontdesk")))
	var events []*ics.VEvent
	for _, r := range in.Set.All() { // in a fixed order
		t := in.Types.Get(r.Type)
		if t == nil || !c.filter.wants(t, r) {
			continue
		}
		e, err := c.event(t, r)
		if err != nil {
			c.unreadable = append(c.unreadable, Unreadable{r, err})
		}
		if e != nil {
			events = append(events, e)
		}
	}
	for _, z := range c.timezones() {
		cal.Components = append(cal.Components, z)
	}
	for _, e := range events {
		cal.AddVEvent(e)
	}
	var b bytes.Buffer
	if err := cal.SerializeTo(&b, ics.WithNewLineWindows); err != nil {
		return nil, nil, fmt.Errorf("write calendar: %w", err)
	}
	return b.Bytes(), c.unreadable, nil
}

// ical makes events.
type ical struct {
	in         Input
	filter     *filter
	stamp      time.Time
	host       string
	zones      map[string]zoneUse
	unreadable []Unreadable
}

// zoneUse is a zone that events name, and the first moment at which one does.
type zoneUse struct {
	zone  *time.Location
	first time.Time
}

// event makes the event of a record, nil where it has none in the range.
func (c *ical) event(t *schema.Type, r *records.Record) (*ics.VEvent, error) {
	if r.Type == windowType {
		return c.window(t, r)
	}
	span, err := conflict.SpanOf(t, r)
	if errors.Is(err, conflict.ErrNoPlan) {
		return nil, nil
	}
	if err != nil || !span.Overlaps(c.in.Range) {
		return nil, err
	}
	w, _ := conflict.TimesOf(t)
	status := statusOf(t, r)
	e := c.begin(t, r, status, sequence(t, r, w.Start, w.End))
	e.AddProperty(ics.ComponentPropertyDtStart, span.Start.UTC().Format(utcTime))
	e.AddProperty(ics.ComponentPropertyDtEnd, span.End.UTC().Format(utcTime))
	c.end(t, r, e, r.Title())
	return e, nil
}

// window makes the event of a window: of one in force, or of one that was and is
// not any more, so that those who have it learn of it.
func (c *ical) window(t *schema.Type, r *records.Record) (*ics.VEvent, error) {
	status := Confirmed
	if !conflict.Counts(t, r) {
		if status = Cancelled; t.Category(r) == records.New {
			return nil, nil
		}
	}
	times, err := conflict.Recurrence(r, c.in.Desk.TimeZone)
	if err != nil {
		if status == Cancelled {
			err = nil
		}
		return nil, err
	}
	inRange, _, err := times.Between(c.in.Range.Start, c.in.Range.End, 1)
	if err != nil || len(inRange) == 0 {
		return nil, err
	}
	all := times
	all.ExceptDates = nil // the series begins with the rule; what is left out is said
	first, _, err := all.Between(times.First, times.First.AddDate(lookAhead, 0, 0), 1)
	if err != nil || len(first) == 0 {
		return nil, err
	}
	e := c.begin(t, r, status, sequence(t, r, "starts_at", "ends_at", "duration", "recurrence", "time_zone", "except"))
	if err := c.times(e, times, first[0]); err != nil {
		return nil, err
	}
	c.end(t, r, e, label(t, r)+": "+r.Title())
	return e, nil
}

// lookAhead is in how many years a rule has to begin.
const lookAhead = 100

// times says when a window is: from its first occurrence on, since others take the
// start of an event for one, even where the rule does not give it.
func (c *ical) times(e *ics.VEvent, times calendar.Recurrence, first calendar.Span) error {
	rule, err := times.Normal()
	if err != nil {
		return err
	}
	if rule == "" || times.Zone == time.UTC || times.Zone.String() == "UTC" {
		e.AddProperty(ics.ComponentPropertyDtStart, first.Start.UTC().Format(utcTime))
	} else {
		e.AddProperty(ics.ComponentPropertyDtStart, first.Start.Format(localTime), ics.WithTZID(times.Zone.String()))
		c.use(times.Zone, first.Start)
	}
	if times.Days == 0 && rule == "" {
		e.AddProperty(ics.ComponentPropertyDtEnd, first.End.UTC().Format(utcTime))
	} else {
		e.AddProperty(ics.ComponentPropertyDuration, lasting(times.Days, times.Length))
	}
	if rule == "" {
		return nil
	}
	e.AddProperty(ics.ComponentPropertyRrule, rule)
	return c.except(e, times)
}

// except says which occurrences are left out.
func (c *ical) except(e *ics.VEvent, times calendar.Recurrence) error {
	all := times
	all.ExceptDates = nil
	for _, date := range times.ExceptDates {
		day, err := time.ParseInLocation(time.DateOnly, date, times.Zone)
		if err != nil {
			return fmt.Errorf("read date: %w", err)
		}
		spans, _, err := all.Between(day, day.AddDate(0, 0, 1), maxADay)
		if err != nil {
			return err
		}
		for _, s := range spans {
			if s.Start.Format(time.DateOnly) != date {
				continue // it began the day before
			}
			if times.Zone.String() == "UTC" {
				e.AddProperty(ics.ComponentPropertyExdate, s.Start.UTC().Format(utcTime))
			} else {
				e.AddProperty(ics.ComponentPropertyExdate, s.Start.Format(localTime), ics.WithTZID(times.Zone.String()))
			}
		}
	}
	return nil
}

// maxADay is more than occurrences that touch a day.
const maxADay = 20_000

func (c *ical) use(zone *time.Location, at time.Time) {
	u, known := c.zones[zone.String()]
	if !known || at.Before(u.first) {
		c.zones[zone.String()] = zoneUse{zone, at}
	}
}

// begin makes an event with what does not depend on its times.
func (c *ical) begin(t *schema.Type, r *records.Record, status Status, sequence int) *ics.VEvent {
	e := ics.NewEvent(c.uid(t, r))
	e.AddProperty(ics.ComponentPropertyDtstamp, c.stamp.UTC().Format(utcTime))
	e.AddProperty(ics.ComponentPropertySequence, strconv.Itoa(sequence))
	e.AddProperty(ics.ComponentPropertyStatus, strings.ToUpper(string(status)))
	return e
}

func (c *ical) end(t *schema.Type, r *records.Record, e *ics.VEvent, title string) {
	e.AddProperty(ics.ComponentPropertySummary, text(string(r.ID)+" "+title))
	e.AddProperty(ics.ComponentPropertyCategories, text(label(t, r)))
	e.AddProperty(ics.ComponentPropertyDescription, c.description(t, r))
	e.AddProperty(ics.ComponentPropertyTransp, "TRANSPARENT") // it takes nobody's own time
}

// label says in a word what an event is.
func label(t *schema.Type, r *records.Record) string {
	if kind := r.Text(fieldKind); r.Type == windowType && kind != "" {
		first := []rune(kind)
		return strings.ToUpper(string(first[0])) + string(first[1:])
	}
	return t.Title
}

// description says how the record stands and what it concerns. It names nobody: a
// calendar is handed on.
func (c *ical) description(t *schema.Type, r *records.Record) string {
	var lines []string
	add := func(name, value string) {
		if value != "" {
			lines = append(lines, name+": "+text(value))
		}
	}
	add("State", string(r.State()))
	if r.Type != windowType {
		add("Kind", r.Text(fieldKind))
	}
	add("Services", list(named(t, r, serviceType)))
	add("Assets", list(named(t, r, assetType)))
	return strings.Join(lines, "\n")
}

func list(ids []records.ID) string {
	var out []string
	for _, id := range ids {
		out = append(out, string(id))
	}
	return strings.Join(out, ", ")
}

// maxText is how many characters of a text are written.
const maxText = 1000

// text returns a record's text as it may stand in a calendar: on one line, without
// control characters. The library escapes the rest; it leaves carriage returns, at
// which readers begin a line, as they are.
func text(s string) string {
	s = strings.ToValidUTF8(strings.ReplaceAll(s, "\r", " "), "\uFFFD")
	out := []rune(plain.Line(s))
	if len(out) > maxText {
		out = append(out[:maxText-1], '…')
	}
	return string(out)
}

// uid returns the event's name for ever. Ids with their type's prefix are unique in
// the desk; others are within their type.
func (c *ical) uid(t *schema.Type, r *records.Record) string {
	id := string(r.ID)
	if t.Scheme != schema.Month || !strings.HasPrefix(id, t.Prefix) {
		id = string(r.Type) + "/" + id
	}
	return text(id + "@" + c.host)
}

// hostOf returns what tells the desk's calendar from others: the host of its address,
// else its name.
func hostOf(d *desk.Desk) string {
	if u, err := url.Parse(d.Address); err == nil && d.Address != "" {
		if u.Hostname() != "" {
			return u.Hostname()
		}
		if _, host, ok := strings.Cut(u.Opaque, "@"); ok && host != "" {
			return host
		}
	}
	slug := strings.Map(func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			return r
		case r == ' ', r == '-', r == '_', r == '.':
			return '-'
		}
		return -1
	}, strings.ToLower(d.Name))
	return cmp.Or(strings.Trim(slug, "-"), "frontdesk")
}

// sequence counts how often the log moved a record's times, or cancelled it or took
// that back. The line that set the times first is none.
func sequence(t *schema.Type, r *records.Record, fields ...string) int {
	events, _ := r.Log()
	n, was := -1, false
	for _, e := range events {
		moved := slices.ContainsFunc(fields, func(f string) bool { return e.Get(f) != nil })
		is := was
		if s := e.Get(records.FieldState); s != nil {
			state := t.State(records.State(s.String()))
			is = state != nil && (state.Category == records.Cancelled || r.Type == windowType && state.Category == records.Closed)
		}
		if moved || n >= 0 && is != was {
			n++
		} else if is != was {
			n = 1 // it came without times in its log
		}
		was = is
	}
	return max(n, 0)
}

// lasting writes a duration: days by the calendar, the rest by the clock.
func lasting(days int, rest time.Duration) string {
	out := "P"
	if days > 0 {
		out += strconv.Itoa(days) + "D"
	}
	if rest == 0 {
		return out
	}
	out += "T"
	for _, u := range []struct {
		unit time.Duration
		name string
	}{{time.Hour, "H"}, {time.Minute, "M"}, {time.Second, "S"}} {
		if n := rest / u.unit; n > 0 {
			out += strconv.FormatInt(int64(n), 10) + u.name
			rest -= n * u.unit
		}
	}
	return out
}
