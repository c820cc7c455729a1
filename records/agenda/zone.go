package agenda

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	ics "github.com/arran4/golang-ical"
)

// zoneYears is for how many years after the calendar was made the changes of clocks
// are written: what follows is a law that nobody has made yet.
const zoneYears = 10

// timezones returns what iCalendar wants to know of each time zone that events name:
// from when on its clocks are how far from UTC. (RFC 5545, 3.6.5)
func (c *ical) timezones() []*ics.VTimezone {
	var out []*ics.VTimezone
	for _, name := range slices.Sorted(maps.Keys(c.zones)) {
		u := c.zones[name]
		last := c.stamp
		if u.first.After(last) {
			last = u.first
		}
		out = append(out, timezone(u.zone, u.first, last.AddDate(zoneYears, 0, 0)))
	}
	return out
}

// observance is a way in which clocks are set.
type observance struct {
	from, to int // seconds from UTC, before and after
	name     string
	daylight bool
}

// timezone writes a zone from the period in which a moment lies up to another one.
func timezone(zone *time.Location, first, last time.Time) *ics.VTimezone {
	z := ics.NewTimezone(zone.String())
	var order []observance
	onsets := map[observance][]string{}
	at := first.In(zone)
	if start, _ := at.ZoneBounds(); !start.IsZero() {
		at = start
	} else {
		at = time.Date(1970, 1, 1, 0, 0, 0, 0, zone)
	}
	for !at.After(last) {
		name, to := at.Zone()
		_, from := at.Add(-time.Second).Zone()
		o := observance{from, to, name, at.IsDST()}
		if onsets[o] == nil {
			order = append(order, o)
		}
		// an onset is written in the time that held before it
		onsets[o] = append(onsets[o], at.UTC().Add(time.Duration(from)*time.Second).Format(localTime))
		_, end := at.ZoneBounds()
		if end.IsZero() {
			break
		}
		at = end
	}
	for _, o := range order {
		z.Components = append(z.Components, o.component(onsets[o]))
	}
	return z
}

func (o observance) component(onsets []string) ics.Component {
	standard, daylight := ics.NewStandard(), &ics.Daylight{}
	base, out := &standard.ComponentBase, ics.Component(standard)
	if o.daylight {
		base, out = &daylight.ComponentBase, daylight
	}
	base.AddProperty(ics.ComponentPropertyDtStart, onsets[0])
	base.AddProperty(ics.ComponentProperty(ics.PropertyTzoffsetfrom), offset(o.from))
	base.AddProperty(ics.ComponentProperty(ics.PropertyTzoffsetto), offset(o.to))
	base.AddProperty(ics.ComponentProperty(ics.PropertyTzname), text(o.name))
	if len(onsets) > 1 {
		base.AddProperty(ics.ComponentPropertyRdate, strings.Join(onsets[1:], ","))
	}
	return out
}

// offset writes an offset from UTC.
func offset(seconds int) string {
	sign := '+'
	if seconds < 0 {
		sign, seconds = '-', -seconds
	}
	out := fmt.Sprintf("%c%02d%02d", sign, seconds/3600, seconds/60%60)
	if s := seconds % 60; s > 0 {
		out += fmt.Sprintf("%02d", s)
	}
	return out
}
