package calendar

import (
	"errors"
	"fmt"
	"strconv"
	"time"

	"frontdesk/records/lazy"
)

var duration = lazy.Regexp(`^P(?:([0-9]{1,3})W|(?:([0-9]{1,4})D)?(?:T(?:([0-9]{1,5})H)?(?:([0-9]{1,6})M)?(?:([0-9]{1,8})S)?)?)$`)

// ParseDuration reads an ISO 8601 duration of weeks, days, hours, minutes and
// seconds: the days by the calendar, and the rest by the clock. Years and months,
// which have no length of their own, are refused.
func ParseDuration(text string) (days int, rest time.Duration, err error) {
	m := duration().FindStringSubmatch(text)
	if m == nil || text[len(text)-1] == 'T' || text == "P" {
		return 0, 0, fmt.Errorf("%q is no duration of weeks, days, hours, minutes and seconds, such as PT8H or P1DT12H", text)
	}
	n := func(i int) int { v, _ := strconv.Atoi(m[i]); return v } // digits, few of them; none is 0
	days = 7*n(1) + n(2)
	rest = time.Duration(n(3))*time.Hour + time.Duration(n(4))*time.Minute + time.Duration(n(5))*time.Second
	if days == 0 && rest == 0 {
		return 0, 0, errors.New("the duration is nothing")
	}
	return days, rest, nil
}
