package schema

import (
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode"

	"frontdesk/records/lazy"
)

// The formats that a field's schema may ask for. JSON Schema leaves it open
// whether formats are asserted; these are.
const (
	FormatDateTime = "date-time" // RFC 3339
	FormatDate     = "date"      // RFC 3339 full-date
	FormatURI      = "uri"       // absolute, RFC 3986
	FormatEmail    = "email"     // name@domain, without display name
	FormatDuration = "duration"  // ISO 8601, as RFC 3339 appendix A has it
)

// Formats returns the formats that fields can have.
func Formats() []string {
	return []string{FormatDateTime, FormatDate, FormatURI, FormatEmail, FormatDuration}
}

// formatNoun names the format for messages.
func formatNoun(format string) string {
	switch format {
	case FormatURI:
		return "an absolute URI"
	case FormatEmail:
		return "an email address"
	case FormatDuration:
		return "an ISO 8601 duration"
	}
	return "a " + format
}

// formatExample returns a text of the format, for hints.
func formatExample(format string) string {
	switch format {
	case FormatDateTime:
		return "2026-11-03T09:12:00Z"
	case FormatDate:
		return "2026-11-03"
	case FormatURI:
		return "https://example.com/status"
	case FormatEmail:
		return "dana@example.com"
	case FormatDuration:
		return "PT1H30M"
	}
	return ""
}

// hasFormat reports whether the text is of the format.
func hasFormat(s, format string) bool {
	switch format {
	case FormatDateTime:
		return isDateTime(s)
	case FormatDate:
		_, err := time.Parse(time.DateOnly, s)
		return err == nil && len(s) == len(time.DateOnly)
	case FormatURI:
		return isURI(s)
	case FormatEmail:
		return len(s) <= 254 && email().MatchString(s) && strings.IndexByte(s, '@') <= 64
	case FormatDuration:
		return isDuration(s)
	}
	return true
}

// isDateTime is stricter than time.Parse, which takes a comma for the dot, one
// digit for an hour, and any numbers in an offset.
func isDateTime(s string) bool {
	const shape = "2006-01-02T15:04:05Z"
	if len(s) < len(shape) || s[10] != 'T' || s[13] != ':' || s[16] != ':' || strings.Contains(s, ",") {
		return false
	}
	if n := len(s); s[n-1] != 'Z' && (s[n-5:n-3] > "23" || s[n-2:] > "59") {
		return false
	}
	_, err := time.Parse(time.RFC3339, s)
	return err == nil
}

func isURI(s string) bool {
	if strings.ContainsFunc(s, func(r rune) bool {
		return unicode.IsSpace(r) || !unicode.IsPrint(r) || strings.ContainsRune("<>\"\\^`{|}", r)
	}) {
		return false
	}
	u, err := url.Parse(s)
	return err == nil && u.IsAbs() && (u.Host != "" || u.Opaque != "" || u.Path != "")
}

var (
	email    = lazy.Regexp(`^[A-Za-z0-9!#$%&'*+/=?^_{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_{|}~-]+)*@[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?(\.[A-Za-z0-9]([A-Za-z0-9-]*[A-Za-z0-9])?)*$`)
	duration = lazy.Regexp(`^P(\d+W|(\d+Y(\d+M(\d+D)?)?|\d+M(\d+D)?|\d+D)(T(\d+H(\d+M(\d+S)?)?|\d+M(\d+S)?|\d+S))?|T(\d+H(\d+M(\d+S)?)?|\d+M(\d+S)?|\d+S))$`)
)

// isDuration follows the grammar of RFC 3339, appendix A: units without gaps,
// weeks alone.
func isDuration(s string) bool { return len(s) <= 64 && duration().MatchString(s) }

// Duration returns the length of a duration in ISO 8601 of weeks, days of 24
// hours, hours, minutes and seconds. Years and months have no length of their own,
// so that they are not ok.
func Duration(s string) (d time.Duration, ok bool) {
	if !isDuration(s) {
		return 0, false
	}
	date, clock, _ := strings.Cut(s[1:], "T")
	for _, part := range []struct {
		text  string
		units map[byte]time.Duration
	}{
		{date, map[byte]time.Duration{'W': 7 * 24 * time.Hour, 'D': 24 * time.Hour}},
		{clock, map[byte]time.Duration{'H': time.Hour, 'M': time.Minute, 'S': time.Second}},
	} {
		for rest := part.text; rest != ""; {
			i := strings.IndexFunc(rest, unicode.IsLetter)
			n, err := strconv.Atoi(rest[:i])
			unit := part.units[rest[i]]
			if err != nil || unit == 0 || n > int(longest/unit) {
				return 0, false
			}
			d, rest = d+time.Duration(n)*unit, rest[i+1:]
		}
	}
	return d, d <= longest
}

// longest bounds durations, far from where they overflow.
const longest = 100 * 366 * 24 * time.Hour
