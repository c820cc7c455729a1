package calendar

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/teambition/rrule-go"
)

// The bounds of a rule's parts.
const (
	maxInterval = 1_000
	maxTimes    = 48 // that a rule may give within a day
)

// rule is a rule as the library wants it, with everything said that the text leaves
// to the first occurrence, and without what is done here.
type rule struct {
	rrule.ROption
	count int       // 0: without end
	until time.Time // the last moment at which one may begin; zero: without end
}

// shapes are what the parts of a rule look like.
var shapes = sync.OnceValue(func() map[string]*regexp.Regexp {
	const day, number = `(MO|TU|WE|TH|FR|SA|SU)`, `[+-]?[0-9]{1,3}`
	shape := func(s string) *regexp.Regexp { return regexp.MustCompile(`^` + s + `$`) }
	list := func(s string) *regexp.Regexp { return shape(s + `(,` + s + `)*`) }
	out := map[string]*regexp.Regexp{
		"FREQ": shape(`[A-Z]+`), "INTERVAL": shape(`[0-9]{1,6}`), "COUNT": shape(`[0-9]{1,6}`),
		"UNTIL": shape(`[0-9]{8}(T[0-9]{6}Z?)?`), "WKST": shape(day), "BYDAY": list(`([+-]?[0-9]{1,2})?` + day),
	}
	for _, name := range []string{"MONTH", "MONTHDAY", "YEARDAY", "WEEKNO", "SETPOS", "HOUR", "MINUTE", "SECOND"} {
		out["BY"+name] = list(number)
	}
	return out
})

// parseRule reads a rule. What RFC 5545 forbids is refused, and so is what the
// library is known to get wrong, or cannot do in bounded time.
func parseRule(text string, first time.Time, zone *time.Location) (*rule, error) {
	values, err := split(text)
	if err != nil {
		return nil, err
	}
	r := &rule{}
	if err := r.ends(values, zone); err != nil {
		return nil, err
	}
	if err := checkFreq(values["FREQ"]); err != nil {
		return nil, err
	}
	opt, err := rrule.StrToROption(join(values))
	if err != nil {
		return nil, fmt.Errorf("recurrence: %w", err)
	}
	r.ROption = *opt
	if _, set := values["INTERVAL"]; set && (r.Interval < 1 || r.Interval > maxInterval) {
		return nil, fmt.Errorf("INTERVAL %d is not between 1 and %d", r.Interval, maxInterval)
	}
	r.Interval = max(r.Interval, 1)
	if err := r.check(); err != nil {
		return nil, err
	}
	r.fill(first)
	if n := len(r.Byhour) * len(r.Byminute) * len(r.Bysecond); n > maxTimes {
		return nil, fmt.Errorf("it comes %d times a day; the most is %d", n, maxTimes)
	}
	if _, err := rrule.NewRRule(r.ROption); err != nil {
		return nil, fmt.Errorf("recurrence: %w", err)
	}
	return r, nil
}

// split takes a rule apart. Names are those of the RFC, in any case.
func split(text string) (map[string]string, error) {
	if len(text) > MaxRule {
		return nil, fmt.Errorf("the recurrence has %d bytes; the most is %d", len(text), MaxRule)
	}
	values := map[string]string{}
	for _, p := range strings.Split(strings.ToUpper(text), ";") {
		name, value, ok := strings.Cut(p, "=")
		if !ok {
			return nil, fmt.Errorf("%q is no part of a recurrence; write it as FREQ=WEEKLY;BYDAY=SU", p)
		}
		shape, known := shapes()[name]
		_, twice := values[name]
		switch {
		case !known:
			return nil, fmt.Errorf("a recurrence has no %q", name)
		case twice:
			return nil, fmt.Errorf("%s stands twice", name)
		case !shape.MatchString(value):
			return nil, fmt.Errorf("%s cannot be %q", name, value)
		}
		values[name] = value
	}
	return values, nil
}

// join is what is left for the library to read.
func join(values map[string]string) string {
	var out []string
	for name, value := range values {
		if name != "COUNT" && name != "UNTIL" {
			out = append(out, name+"="+value)
		}
	}
	slices.Sort(out)
	return strings.Join(out, ";")
}

// ends reads COUNT and UNTIL. A date means the end of that day, and a time without
// zone one in the recurrence's.
func (r *rule) ends(values map[string]string, zone *time.Location) error {
	count, counted := values["COUNT"]
	until, bounded := values["UNTIL"]
	if counted && bounded {
		return errors.New("a recurrence has COUNT or UNTIL, not both")
	}
	if counted {
		n, err := strconv.Atoi(count)
		if err != nil || n < 1 || n > MaxCount {
			return fmt.Errorf("COUNT %s is not between 1 and %d", count, MaxCount)
		}
		r.count = n
	}
	if !bounded {
		return nil
	}
	layout := rrule.LocalDateTimeFormat[:min(len(until), len(rrule.LocalDateTimeFormat))]
	at, err := time.Parse(layout, strings.TrimSuffix(until, "Z"))
	switch {
	case err != nil || at.Year() < FirstYear || at.Year() > LastYear:
		return fmt.Errorf("UNTIL %s is no time between %d and %d", until, FirstYear, LastYear)
	case strings.HasSuffix(until, "Z"):
		r.until = at
	case len(until) == len(rrule.DateFormat):
		r.until = moment(at.AddDate(0, 0, 1), zone).Add(-time.Second).UTC()
	default:
		r.until = moment(at, zone).UTC()
	}
	return nil
}

func checkFreq(freq string) error {
	switch freq {
	case "DAILY", "WEEKLY", "MONTHLY", "YEARLY":
		return nil
	case "":
		return errors.New("the recurrence does not say how often: FREQ is missing")
	case "HOURLY", "MINUTELY", "SECONDLY":
		return fmt.Errorf("FREQ=%s is not supported; the shortest is DAILY, with BYHOUR for several times a day", freq)
	}
	return fmt.Errorf("FREQ=%s is not one of DAILY, WEEKLY, MONTHLY, YEARLY", freq)
}

// check refuses what RFC 5545, 3.3.10 forbids, and what the library reads in
// another way than others do.
func (r *rule) check() error {
	yearly, monthly := r.Freq == rrule.YEARLY, r.Freq == rrule.MONTHLY
	numbered, plain := 0, 0
	for _, d := range r.Byweekday {
		if d.N() == 0 {
			plain++
			continue
		}
		numbered++
		if most := 5; (monthly || len(r.Bymonth) > 0) && (d.N() > most || d.N() < -most) {
			return fmt.Errorf("a month has no %d. weekday of a kind", d.N())
		}
	}
	for _, n := range slices.Concat(r.Bymonthday, r.Byyearday, r.Byweekno, r.Bysetpos) {
		if n == 0 {
			return errors.New("days, weeks and positions count from 1, or from -1 backwards")
		}
	}
	all := [][]int{r.Bymonth, r.Bymonthday, r.Byyearday, r.Byweekno, r.Byhour, r.Byminute, r.Bysecond}
	switch {
	case numbered > 0 && !yearly && !monthly:
		return errors.New("BYDAY has numbers only in a month or year")
	case numbered > 0 && plain > 0:
		return errors.New("BYDAY has days with a number and without; make two windows of it")
	case numbered > 0 && len(r.Byweekno) > 0:
		return errors.New("BYDAY has no numbers beside BYWEEKNO")
	case len(r.Byweekno) > 0 && (!yearly || r.Interval > 1):
		return errors.New("BYWEEKNO goes with FREQ=YEARLY, every year")
	case slices.ContainsFunc(r.Byweekno, func(n int) bool { return n > 51 || n < -51 }):
		return errors.New("BYWEEKNO goes to 51; the last week of a year is -1") // the library errs where such a week reaches into the next year
	case len(r.Byyearday) > 0 && !yearly:
		return errors.New("BYYEARDAY goes with FREQ=YEARLY")
	case len(r.Bymonthday) > 0 && r.Freq == rrule.WEEKLY:
		return errors.New("BYMONTHDAY does not go with FREQ=WEEKLY")
	case len(r.Bysetpos) > 0 && len(r.Byweekday) == 0 && !slices.ContainsFunc(all, func(l []int) bool { return len(l) > 0 }):
		return errors.New("BYSETPOS needs another BY")
	}
	return nil
}

// fill says everything that the text leaves to the first occurrence, and nothing
// twice.
func (r *rule) fill(first time.Time) {
	weekday := []rrule.Weekday{rrule.SU, rrule.MO, rrule.TU, rrule.WE, rrule.TH, rrule.FR, rrule.SA}[first.Weekday()]
	days := len(r.Byyearday) + len(r.Bymonthday) + len(r.Byweekday)
	switch {
	case days > 0:
	case len(r.Byweekno) > 0, r.Freq == rrule.WEEKLY:
		r.Byweekday = []rrule.Weekday{weekday}
	case r.Freq == rrule.YEARLY:
		if len(r.Bymonth) == 0 {
			r.Bymonth = []int{int(first.Month())}
		}
		r.Bymonthday = []int{first.Day()}
	case r.Freq == rrule.MONTHLY:
		r.Bymonthday = []int{first.Day()}
	}
	for _, f := range []struct {
		list *[]int
		said int
	}{{&r.Byhour, first.Hour()}, {&r.Byminute, first.Minute()}, {&r.Bysecond, first.Second()}} {
		if len(*f.list) == 0 {
			*f.list = []int{f.said}
		}
	}
	for _, l := range []*[]int{&r.Bymonth, &r.Bymonthday, &r.Byyearday, &r.Byweekno, &r.Bysetpos, &r.Byhour, &r.Byminute, &r.Bysecond} {
		slices.Sort(*l)
		*l = slices.Compact(*l)
	}
	slices.SortFunc(r.Byweekday, func(a, b rrule.Weekday) int { return cmp.Or(cmp.Compare(a.N(), b.N()), cmp.Compare(a.Day(), b.Day())) })
	r.Byweekday = slices.Compact(r.Byweekday)
}
