package intake

import (
	"testing"
	"time"

	"frontdesk/records"
)

func clockOf(t *testing.T, zone string, formats ...string) clock {
	t.Helper()
	loc, err := time.LoadLocation(zone)
	if err != nil {
		t.Skipf("time zones not found: %v", err)
	}
	c := clock{zone: loc}
	for _, f := range formats {
		parsed, err := parseTimeFormat(f)
		if err != nil {
			t.Fatal(err)
		}
		c.formats = append(c.formats, parsed)
	}
	return c
}

func TestTimesAreReadByTheirFormat(t *testing.T) {
	for _, c := range []struct{ name, format, zone, in, want string }{
		{"day, month and hour may have one digit", "d/m/Y H:M", "UTC", "9/3/2016 8:05", "2016-03-09T08:05:00Z"},
		{"and may have two", "d/m/Y H:M", "UTC", "29/02/2016 01:16", "2016-02-29T01:16:00Z"},
		{"a day that the month lacks is no date", "d/m/Y H:M", "UTC", "29/2/2017 01:16", ""},
		{"day and month are not swapped", "d/m/Y H:M", "UTC", "2/13/2016 01:16", ""},
		{"hour 24 is no hour", "d/m/Y H:M", "UTC", "1/1/2016 24:00", ""},
		{"what follows the time is a fault", "d/m/Y H:M", "UTC", "1/1/2016 10:00 UTC", ""},
		{"twelve hours and a half of the day", "m/d/y I:M p", "UTC", "2/29/16 1:16 PM", "2016-02-29T13:16:00Z"},
		{"names of months", "d b Y", "UTC", "29 Feb 2016", "2016-02-29T00:00:00Z"},
		{"no marks at all", "YmdTHMS", "UTC", "20160229T011659", "2016-02-29T01:16:59Z"},
		{"a zone in the text wins", "Y-m-d H:M z", "Europe/Berlin", "2016-02-29 01:16 +0100", "2016-02-29T00:16:00Z"},
		{"a zone may have a colon", "Y-m-d H:M z", "UTC", "2016-02-29 01:16 +01:00", "2016-02-29T00:16:00Z"},
		{"the mapping's zone holds otherwise", "d/m/Y H:M", "Europe/Berlin", "1/7/2016 12:00", "2016-07-01T10:00:00Z"},
		{"fractions of a second are cut", "iso", "UTC", "2016-02-29T01:16:59.987Z", "2016-02-29T01:16:59Z"},
		{"ISO without seconds and with a blank", "iso", "UTC", "2016-02-29 01:16", "2016-02-29T01:16:00Z"},
		{"ISO date alone", "iso", "UTC", "2016-02-29", "2016-02-29T00:00:00Z"},
		{"RFC 3339", "rfc3339", "UTC", "2006-01-11T15:49:42+01:00", "2006-01-11T14:49:42Z"},
		{"RFC 3339 needs a zone", "rfc3339", "UTC", "2006-01-11T15:49:42", ""},
		{"seconds since 1970", "epoch", "UTC", "1456708560", "2016-02-29T01:16:00Z"},
		{"milliseconds since 1970", "epoch-ms", "UTC", "1456708560123", "2016-02-29T01:16:00Z"},
		{"an epoch of the far future is out of range", "epoch", "UTC", "999999999999999", ""},
		{"the hour that clocks skip in spring was never", "d/m/Y H:M", "Europe/Berlin", "27/3/2016 02:30", ""},
		{"the hour after it was", "d/m/Y H:M", "Europe/Berlin", "27/3/2016 03:30", "2016-03-27T01:30:00Z"},
		{"the year zero is out of range", "Y-m-d", "UTC", "0000-01-01", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			at, err := clockOf(t, c.zone, c.format).read(c.in)
			got := ""
			if err == nil {
				got = records.FormatTime(at)
			}
			if got != c.want {
				t.Errorf("%q is read as %q (%v), want %q", c.in, got, err, c.want)
			}
		})
	}
}

func TestTheFirstFormatThatFitsCounts(t *testing.T) {
	c := clockOf(t, "UTC", "d/m/Y", "m/d/Y")
	for in, want := range map[string]string{"2/3/2016": "2016-03-02", "2/13/2016": "2016-02-13"} {
		if got, err := c.day(in); got != want || err != nil {
			t.Errorf("%s is the day %q, %v, want %s", in, got, err, want)
		}
	}
	if _, err := c.read("soon"); err == nil || err.Error() != `"soon" is no time of the form d/m/Y or m/d/Y` {
		t.Errorf("the fault is %v", err)
	}
}

func TestFormatsThatSayTooLittleOrTooMuchAreRefused(t *testing.T) {
	for _, f := range []string{"", "dd.mm.yyyy", "H:M", "d/m/Y at H", "2006-01-02", "Y-m_d", "mSY", "Y年"} {
		if got, err := parseTimeFormat(f); err == nil {
			t.Errorf("the format %q is read as %v", f, got)
		}
	}
}
