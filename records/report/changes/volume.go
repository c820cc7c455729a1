package changes

import (
	"fmt"
	"math"
	"time"

	"frontdesk/records"
	"frontdesk/records/figure"
)

const (
	inPeriod  = "in the period"
	monthWord = "Months begin in the time zone of the report."
)

// volume returns the figures about how many records there are, and how old.
func volume(words string) []figure.Definition {
	return append(numbers(words), append(monthly(words), ages(words)...)...)
}

func numbers(words string) []figure.Definition {
	return []figure.Definition{
		{
			ID: "opened", Title: "Opened", Unit: figure.Records, Shape: figure.Number, Kind: figure.Counted, Group: groupVolume,
			Text:    fmt.Sprintf("The %s whose stated opening lies %s. Those that state none are left out.", words, inPeriod),
			Compute: func(s *figure.Scope) figure.Result { return figure.CountOf(opened(s)) },
		},
		{
			ID: "closed", Title: "Closed", Unit: figure.Records, Shape: figure.Number, Kind: figure.Counted, Group: groupVolume,
			Text:    fmt.Sprintf("The %s whose stated closing lies %s, cancelled ones among them. Those that state none are left out.", words, inPeriod),
			Compute: func(s *figure.Scope) figure.Result { return figure.CountOf(closed(s)) },
		},
		{
			ID: "cancelled", Title: "Cancelled", Unit: figure.Records, Shape: figure.Number, Kind: figure.Counted, Group: groupVolume,
			Text:    fmt.Sprintf("The %s that were closed %s by being cancelled: part of those closed.", words, inPeriod),
			Compute: func(s *figure.Scope) figure.Result { return figure.CountOf(cancelled(s)) },
		},
		{
			ID: "backlog.growth", Title: "Growth of the backlog", Unit: figure.Records, Shape: figure.Number, Kind: figure.Counted, Group: groupVolume, Better: "down",
			Text: fmt.Sprintf("The %s opened %s, less those closed in it, cancelled ones among them.", words, inPeriod),
			Compute: func(s *figure.Scope) figure.Result {
				moved := figure.Select(s.Cases, func(c *figure.Case) bool { return s.In(c.Opened) || s.In(c.Closed) })
				return figure.Result{Value: len(opened(s)) - len(closed(s)), N: len(moved), Records: figure.Refs(moved)}
			},
		},
		{
			ID: "open", Title: "Open", Unit: figure.Records, Shape: figure.Number, Kind: figure.Counted, Group: groupVolume, Better: "down", Stock: true,
			Text: fmt.Sprintf("The %s on which there is still work to be done as of the time asked about: new, active or on hold. Those done and awaiting their closing are in the backlog, not here.", words),
			Compute: func(s *figure.Scope) figure.Result {
				return figure.CountOf(figure.Select(s.Cases, (*figure.Case).IsOpen))
			},
		},
		{
			ID: "backlog", Title: "Not closed", Unit: figure.Records, Shape: figure.Number, Kind: figure.Counted, Group: groupVolume, Better: "down", Key: true, Stock: true,
			Text:    fmt.Sprintf("The %s that are not closed as of the time asked about: they state no closing, and their state is neither closed nor cancelled.", words),
			Compute: func(s *figure.Scope) figure.Result { return figure.CountOf(backlog(s)) },
		},
		{
			ID: "open.by_state", Title: "Open by state", Unit: figure.Records, Shape: figure.Bars, Kind: figure.Counted, Group: groupVolume, Stock: true,
			Text: fmt.Sprintf("The %s that are new, active or on hold as of the time asked about, by the state that they are in.", words),
			Compute: func(s *figure.Scope) figure.Result {
				return figure.CountBy(figure.Select(s.Cases, (*figure.Case).IsOpen), func(c *figure.Case) string { return orNotStated(c.Text(records.FieldState)) })
			},
		},
	}
}

func opened(s *figure.Scope) []*figure.Case {
	return figure.Select(s.Cases, func(c *figure.Case) bool { return s.In(c.Opened) })
}

func closed(s *figure.Scope) []*figure.Case {
	return figure.Select(s.Cases, func(c *figure.Case) bool { return s.In(c.Closed) })
}

func cancelled(s *figure.Scope) []*figure.Case {
	return figure.Select(closed(s), func(c *figure.Case) bool { return c.Category == records.Cancelled })
}

func backlog(s *figure.Scope) []*figure.Case {
	return figure.Select(s.Cases, func(c *figure.Case) bool { return c.Closed.IsZero() && !c.Category.IsDone() })
}

func monthly(words string) []figure.Definition {
	byMonth := func(id, title, text string, compute func(*figure.Scope) figure.Result) figure.Definition {
		return figure.Definition{
			ID: id, Title: title, Unit: figure.Records, Shape: figure.Months, Kind: figure.Counted, Group: groupVolume,
			Text: fmt.Sprintf(text, words) + " " + monthWord, Compute: compute,
		}
	}
	const empty = " Months in which nothing happened are left out."
	return []figure.Definition{
		byMonth("opened.by_month", "Opened by month", "The %s by the month of their stated opening."+empty, func(s *figure.Scope) figure.Result {
			return countMonths(s, opened(s), func(c *figure.Case) time.Time { return c.Opened })
		}),
		byMonth("closed.by_month", "Closed by month", "The %s by the month of their stated closing, cancelled ones among them."+empty, func(s *figure.Scope) figure.Result {
			return countMonths(s, closed(s), func(c *figure.Case) time.Time { return c.Closed })
		}),
		byMonth("cancelled.by_month", "Cancelled by month", "The cancelled %s by the month of their stated closing."+empty, func(s *figure.Scope) figure.Result {
			return countMonths(s, cancelled(s), func(c *figure.Case) time.Time { return c.Closed })
		}),
		byMonth("backlog.growth.by_month", "Growth of the backlog by month", "The %s opened in the month, less those closed in it, cancelled ones among them."+empty, growthByMonth),
		byMonth("backlog.by_month", "Not closed at the month's end", "The %s that were opened before the end of the month by their stated opening and not closed before it by their stated closing, for each month from the first in which one was opened: up to that of the time asked about, at which the last month is cut, or to that of the last closing if nothing is left. Those that do not state their opening are left out, and so are closed ones that do not state their closing. Of a period the months are given that it touches.", backlogByMonth),
	}
}

// countMonths counts cases by the month of a time.
func countMonths(s *figure.Scope, cs []*figure.Case, at func(*figure.Case) time.Time) figure.Result {
	return figure.CountBy(cs, func(c *figure.Case) string { return s.Month(at(c)) })
}

func growthByMonth(s *figure.Scope) figure.Result {
	value := map[string]int{}
	moved := figure.Select(s.Cases, func(c *figure.Case) bool {
		in, out := s.In(c.Opened), s.In(c.Closed)
		if in {
			value[s.Month(c.Opened)]++
		}
		if out {
			value[s.Month(c.Closed)]--
		}
		return in || out
	})
	return figure.Result{Value: figure.ValueOf(value), N: len(moved), Records: figure.Refs(moved)}
}

// maxMonths is for how many months the backlog is given, counted from the last one.
const maxMonths = 1200

// backlogByMonth adds up what comes in and goes out from month to month.
func backlogByMonth(s *figure.Scope) figure.Result {
	steps := map[int]int{} // by which the backlog changes within a month
	first, last, left := math.MaxInt, math.MinInt, false
	counted := figure.Select(s.Cases, func(c *figure.Case) bool {
		if c.Opened.IsZero() || c.Closed.IsZero() && c.Category.IsDone() {
			return false
		}
		from := monthIndex(s, c.Opened)
		first, last = min(first, from), max(last, from)
		if c.Closed.IsZero() {
			left = true
			steps[from]++
			return true
		}
		to := monthIndex(s, c.Closed)
		last = max(last, to)
		if from < to { // else it was never there at a month's end
			steps[from]++
			steps[to]--
		}
		return true
	})
	r := figure.Result{N: len(counted), Records: figure.Refs(counted)}
	if len(counted) == 0 {
		return r
	}
	if left {
		last = max(last, monthIndex(s, s.AsOf))
	}
	if !s.From.IsZero() {
		first = max(first, monthIndex(s, s.From))
	}
	if !s.To.IsZero() {
		last = min(last, monthIndex(s, s.To.Add(-1)))
	}
	if last-first >= maxMonths {
		first = last - maxMonths + 1
		r.Note = fmt.Sprintf("Only the last %d months are given.", maxMonths)
	}
	value, size := map[string]int{}, 0
	for month, n := range steps {
		if month < first {
			size += n
		}
	}
	for month := first; month <= last; month++ {
		size += steps[month]
		value[fmt.Sprintf("%04d-%02d", month/12, month%12+1)] = size
	}
	if len(value) > 0 {
		r.Value = value
	}
	return r
}

// monthIndex counts the months from the year 0 on, in the report's zone.
func monthIndex(s *figure.Scope, t time.Time) int {
	y, m, _ := t.In(s.Zone).Date()
	return 12*y + int(m) - 1
}

// ages returns the figures about how long records have been open.
func ages(words string) []figure.Definition {
	age := func(id, title, long string, of func(*figure.Sample) figure.Result) figure.Definition {
		return figure.Definition{
			ID: "open.age." + id, Title: "Age of the open ones, " + title, Unit: figure.Days, Shape: figure.Number, Kind: figure.Counted, Group: groupVolume, Better: "down", Stock: true,
			Text:    fmt.Sprintf("The %s of the times from the stated opening to the time asked about, in days of 24 hours, of the %s that are open: new, active or on hold.", long, words),
			Compute: func(s *figure.Scope) figure.Result { return of(openAges(s)) },
		}
	}
	return []figure.Definition{
		age("mean", "mean", "arithmetic mean", (*figure.Sample).Mean),
		age("median", "median", "median", (*figure.Sample).Median),
		age("p90", "90th percentile", "90th percentile (by linear interpolation)", func(m *figure.Sample) figure.Result { return m.Quantile(0.9) }),
		{
			ID: "open.age", Title: "Open by age", Unit: figure.Records, Shape: figure.Bars, Kind: figure.Counted, Group: groupVolume, Stock: true,
			Text:    fmt.Sprintf("The open %s by their age in whole days of 24 hours since their stated opening, as of the time asked about. Those that state no opening are left out.", words),
			Compute: func(s *figure.Scope) figure.Result { return ageBuckets(openAges(s)) },
		},
		stale(words, 5),
		stale(words, 30),
	}
}

func openAges(s *figure.Scope) *figure.Sample {
	ages := &figure.Sample{}
	for _, c := range s.Cases {
		if c.IsOpen() && !c.Opened.IsZero() {
			ages.Add(c, s.AsOf.Sub(c.Opened).Hours()/24)
		}
	}
	return ages
}

// ageBuckets counts cases by their age in full days: the buckets of ServiceNow.
func ageBuckets(ages *figure.Sample) figure.Result {
	value := map[string]int{"<1 day": 0, "1-5 days": 0, "6-30 days": 0, "31-90 days": 0, ">90 days": 0}
	for _, days := range ages.Values {
		switch {
		case days < 1:
			value["<1 day"]++
		case days < 6:
			value["1-5 days"]++
		case days < 31:
			value["6-30 days"]++
		case days < 91:
			value["31-90 days"]++
		default:
			value[">90 days"]++
		}
	}
	return figure.Result{Value: figure.ValueOf(value), N: len(ages.Cases), Records: figure.Refs(ages.Cases)}
}

func stale(words string, days int) figure.Definition {
	return figure.Definition{
		ID: fmt.Sprintf("open.not_updated_%dd", days), Title: fmt.Sprintf("Open, not updated in %d days", days), Unit: figure.Percent, Shape: figure.Number,
		Kind: figure.Counted, Group: groupVolume, Better: "down", Stock: true,
		Text: fmt.Sprintf("The open %s of which the log, the comments and the stated times tell nothing of the last %d times 24 hours before the time asked about, as a share of all open ones.", words, days),
		Compute: func(s *figure.Scope) figure.Result {
			open := figure.Select(s.Cases, (*figure.Case).IsOpen)
			limit := s.AsOf.Add(-time.Duration(days) * 24 * time.Hour)
			return figure.ShareOf(figure.Select(open, func(c *figure.Case) bool {
				return !c.Sum.Last.IsZero() && c.Sum.Last.Before(limit)
			}), open)
		},
	}
}
