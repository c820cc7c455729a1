package intake

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// clock reads foreign times: the formats in order, in a zone where the text
// names none.
type clock struct {
	formats []timeFormat
	zone    *time.Location
}

// timeFormat is one notation, as layouts of package time or a unit of epochs.
type timeFormat struct {
	name    string
	layouts []string
	unit    time.Duration // of epoch times; 0 for layouts
}

// The letters of a time format and what package time calls them.
func timeToken(c byte) (layout string, ok bool) {
	switch c {
	case 'd':
		return "2", true
	case 'm':
		return "1", true
	case 'b':
		return "Jan", true
	case 'B':
		return "January", true
	case 'Y':
		return "2006", true
	case 'y':
		return "06", true
	case 'H':
		return "15", true
	case 'I':
		return "3", true
	case 'M':
		return "4", true
	case 'S':
		return "5", true
	case 'p':
		return "PM", true
	case 'z':
		return "Z07:00", true
	case 'T':
		return "T", true
	}
	return "", false
}

// parseTimeFormat reads a notation like "d/m/Y H:M", or one of the names
// rfc3339, iso, epoch and epoch-ms.
func parseTimeFormat(src string) (timeFormat, error) {
	switch src {
	case "rfc3339":
		return timeFormat{name: src, layouts: []string{time.RFC3339}}, nil
	case "iso":
		return timeFormat{name: src, layouts: isoLayouts()}, nil
	case "epoch":
		return timeFormat{name: src, unit: time.Second}, nil
	case "epoch-ms":
		return timeFormat{name: src, unit: time.Millisecond}, nil
	}
	var b strings.Builder
	date := false
	for i := 0; i < len(src); i++ {
		c := src[i]
		layout, ok := timeToken(c)
		switch {
		case ok && c != 'T' && strings.IndexByte(src, c) < i:
			return timeFormat{}, fmt.Errorf("in %q, the letter %c stands twice; one letter is a whole number or name", src, c)
		case ok && c == 'S' && strings.HasSuffix(b.String(), "1"):
			return timeFormat{}, fmt.Errorf("in %q, seconds follow months without a mark between", src)
		case ok:
			date = date || c == 'Y' || c == 'y'
			b.WriteString(layout)
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c >= 0x80:
			return timeFormat{}, fmt.Errorf("%q is no letter of a time format", string(rune(c)))
		default:
			b.WriteByte(c)
		}
	}
	if !date {
		return timeFormat{}, fmt.Errorf("the format %q has no year", src)
	}
	f := timeFormat{name: src, layouts: []string{b.String()}}
	if strings.Contains(b.String(), "Z07:00") {
		f.layouts = append(f.layouts, strings.ReplaceAll(b.String(), "Z07:00", "-0700"))
	}
	return f, nil
}

func isoLayouts() []string {
	var out []string
	for _, sep := range []string{"T", " "} {
		for _, clock := range []string{"15:04:05", "15:04"} {
			for _, zone := range []string{"Z07:00", "-0700", ""} {
				out = append(out, "2006-01-02"+sep+clock+zone)
			}
		}
	}
	return append(out, "2006-01-02")
}

// read returns the time that a text states, in UTC.
func (c clock) read(text string) (time.Time, error) {
	for _, f := range c.formats {
		if t, ok := f.read(text, c.zone); ok {
			if t.Year() < 1 || t.Year() > 9999 {
				return time.Time{}, fmt.Errorf("the year of %q is out of range", text)
			}
			return t.UTC(), nil
		}
	}
	return time.Time{}, fmt.Errorf("%q is no time of the form %s", text, c.names())
}

// day returns the calendar day that a text states, as written, in whatever zone.
func (c clock) day(text string) (string, error) {
	for _, f := range c.formats {
		if t, ok := f.read(text, c.zone); ok && t.Year() >= 1 && t.Year() <= 9999 {
			return t.Format(time.DateOnly), nil
		}
	}
	return "", fmt.Errorf("%q is no date of the form %s", text, c.names())
}

func (c clock) names() string {
	names := make([]string, len(c.formats))
	for i, f := range c.formats {
		names[i] = f.name
	}
	return strings.Join(names, " or ")
}

func (f timeFormat) read(text string, zone *time.Location) (time.Time, bool) {
	if f.unit > 0 {
		n, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			return time.Time{}, false
		}
		if f.unit == time.Millisecond {
			return time.UnixMilli(n).In(zone), true
		}
		return time.Unix(n, 0).In(zone), true
	}
	for _, layout := range f.layouts {
		t, err := time.ParseInLocation(layout, text, zone)
		if err == nil && !skipped(t, layout, text) {
			return t, true
		}
	}
	return time.Time{}, false
}

// skipped reports whether the wall clock never showed the time, because the
// zone's clocks were put forward over it: package time moves such times.
func skipped(t time.Time, layout, text string) bool {
	utc, err := time.ParseInLocation(layout, text, time.UTC)
	if err != nil || strings.Contains(layout, "07") {
		return false
	}
	return utc.Hour() != t.Hour() || utc.Minute() != t.Minute()
}
