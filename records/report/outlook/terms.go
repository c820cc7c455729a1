package outlook

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"

	"frontdesk/records"
	"frontdesk/records/figure"
)

// statedMethod is that of figures about days that records state.
const statedMethod = "None but the calendar: the days are those that the records state, so there is no interval and no error to test."

const wholePeriod = " It holds for the day asked about, in the report's zone, whatever the period."

func exhaustion() figure.Definition {
	return figure.Definition{
		ID: "predicted.exhaustion", Title: "Licences that run out of rights", Unit: figure.Days, Shape: figure.List, Kind: figure.Predicted, Group: groupPredicted, Better: "up", Key: true, Stock: true,
		Text: "When the rights in use of a licence reach its entitlement, the earliest first. The history of use is that of the field " + capacityField + "; the limit is the entitlement where no reading states one. Where a licence has no readings, it is that of the fulfilled requests that name the licence, which take one right each or as many as their quantity says, counted back from the rights in use now; " +
			"rights that were given back meanwhile are not known, which makes the past use look smaller than it was. In use are as many as used says, else the users and assets of the licence. Licences without limit, given up or cancelled, and those of which there is no history, are left out." + wholePeriod,
		Method: trendMethod,
		Compute: func(s *figure.Scope) figure.Result {
			taken := takenBy(s)
			var all []series
			faults, limited := 0, 0
			for _, c := range s.Cases {
				if c.Category.IsDone() || c.Record.Get(fieldUnlimited).String() == "true" {
					continue
				}
				limited++
				found, bad := readingsOf(s, c)
				faults += bad
				if len(found) == 0 {
					found = counted(s, c, taken[string(c.Record.ID)])
				}
				for i := range found {
					if found[i].of == 0 {
						found[i].of, _ = figure.NumberOf(c.Record.Get(fieldEntitlement))
					}
				}
				all = append(all, found...)
			}
			if len(all) == 0 {
				return nothing(limited, figure.Notes("No licence has a history of its use: neither readings in x_capacity nor fulfilled requests that name it.", unreadable(faults)))
			}
			return trends(s, all, unreadable(faults), figure.LeftOut(limited-distinctCases(all), limited, "licences with a limit have no history of their use"))
		},
	}
}

func distinctCases(all []series) int {
	n := 0
	for i := range all {
		if i == 0 || all[i].c != all[i-1].c {
			n++
		}
	}
	return n
}

// taking is rights that a request took.
type taking struct {
	day    figure.Day
	rights float64
}

// maxQuantity bounds what one request is believed to take.
const maxQuantity = 1_000_000

// takenBy returns what fulfilled requests took of each licence, by its id, in the order
// of time.
func takenBy(s *figure.Scope) map[string][]taking {
	out := map[string][]taking{}
	for _, r := range s.Of(requests) {
		if r.Resolved.IsZero() || r.Resolved.After(s.AsOf) || r.Category == records.Cancelled {
			continue
		}
		quantity := 1.0
		if n, ok := figure.NumberOf(r.Record.Get(fieldQuantity)); ok && n >= 1 && n <= maxQuantity {
			quantity = n
		}
		for _, ref := range r.Record.Get(fieldLicenses).Strings() {
			_, id := records.SplitRef(ref)
			out[string(id)] = append(out[string(id)], taking{figure.DayOf(r.Resolved, s.Zone), quantity})
		}
	}
	for _, list := range out {
		slices.SortStableFunc(list, func(a, b taking) int { return cmp.Compare(a.day, b.day) })
	}
	return out
}

// counted returns the use of a licence as requests took it, ending with what is in use
// now; none where they took more than that.
func counted(s *figure.Scope, c *figure.Case, taken []taking) []series {
	if len(taken) == 0 {
		return nil
	}
	now, ok := figure.NumberOf(c.Record.Get(fieldUsed))
	if !ok {
		now = float64(len(c.Record.Get(fieldUsers).Strings()) + len(c.Record.Get(fieldAssets).Strings()))
	}
	x := series{c: c, unit: "rights", source: "fulfilled requests", readings: []reading{{s.Today(), now}}}
	for _, t := range slices.Backward(taken) {
		x.readings = append(x.readings, reading{t.day, now})
		if now -= t.rights; now < 0 {
			return nil
		}
	}
	slices.Reverse(x.readings)
	x.sort()
	return []series{x}
}

// expiryDays is how far ahead ends of terms are listed.
const expiryDays = 90

func expiries() figure.Definition {
	return figure.Definition{
		ID: "predicted.expiry", Title: "Licences that expire", Unit: figure.Records, Shape: figure.List, Kind: figure.Predicted, Group: groupPredicted, Better: "down", Key: true, Stock: true,
		Text: fmt.Sprintf("Licences whose expires_on, the last day of their term, is the day asked about or one of the %d days after it, and those that have expired and were neither renewed, given up nor cancelled, the earliest end first. ", expiryDays) +
			"It says how many days are left, until when notice can be given, and what happens then." + wholePeriod,
		Method: statedMethod,
		Compute: func(s *figure.Scope) figure.Result {
			return ending(s, fieldExpires, math.MinInt32, expiryDays, func(c *figure.Case) bool { return !c.Category.IsDone() }, func(c *figure.Case, left int, row *figure.Row) {
				row.Values[fieldNotice], row.Values[fieldRenewal] = c.Text(fieldNotice), c.Text(fieldRenewal)
				row.Words = fmt.Sprintf("%s expires on %s, in %s.", row.Name, c.Text(fieldExpires), plural(left, "day", "days"))
				if left < 0 {
					row.Words = fmt.Sprintf("%s expired on %s, %s ago.", row.Name, c.Text(fieldExpires), plural(-left, "day", "days"))
				}
				if notice, ok := c.DayOf(fieldNotice); ok && notice >= s.Today() {
					row.Words += fmt.Sprintf(" Notice can be given until %s.", notice)
				}
				if how := c.Text(fieldRenewal); how != "" {
					row.Words += " Renewal: " + how + "."
				}
			})
		},
	}
}

func retirements() figure.Definition {
	return figure.Definition{
		ID: "predicted.retirement", Title: "Services that end", Unit: figure.Records, Shape: figure.List, Kind: figure.Predicted, Group: groupPredicted, Stock: true,
		Text:   "Services whose retire_on is the day asked about or one of the 365 days after it, and those that should have ended and have not, the earliest end first." + wholePeriod,
		Method: statedMethod,
		Compute: func(s *figure.Scope) figure.Result {
			return ending(s, fieldRetire, math.MinInt32, 365, func(c *figure.Case) bool { return !c.Category.IsDone() }, func(c *figure.Case, left int, row *figure.Row) {
				row.Words = fmt.Sprintf("%s ends on %s, in %s.", row.Name, c.Text(fieldRetire), plural(left, "day", "days"))
				if left < 0 {
					row.Words = fmt.Sprintf("%s should have ended on %s, %s ago.", row.Name, c.Text(fieldRetire), plural(-left, "day", "days"))
				}
			})
		},
	}
}

func isPublished(c *figure.Case) bool { return c.Category == records.Resolved }

func reviews() figure.Definition {
	return figure.Definition{
		ID: "predicted.review", Title: "Articles due for review", Unit: figure.Records, Shape: figure.List, Kind: figure.Predicted, Group: groupPredicted, Better: "down", Stock: true,
		Text:   "Published articles whose review_by is the day asked about or lies within the month after it, the earliest first. Those that are overdue are figures of their own." + wholePeriod,
		Method: statedMethod,
		Compute: func(s *figure.Scope) figure.Result {
			month := int(s.Today().AddMonths(1) - s.Today())
			return ending(s, fieldReview, 0, month, isPublished, func(c *figure.Case, left int, row *figure.Row) {
				row.Words = fmt.Sprintf("%s is to be looked at again by %s, in %s.", row.Name, c.Text(fieldReview), plural(left, "day", "days"))
			})
		},
	}
}

// ending lists the records whose day lies so many days from the day asked about.
func ending(s *figure.Scope, field string, from, to int, of func(*figure.Case) bool, tell func(c *figure.Case, left int, row *figure.Row)) figure.Result {
	var rows []figure.Row
	looked := 0
	for _, c := range s.Cases {
		end, ok := c.DayOf(field)
		if !ok || !of(c) {
			continue
		}
		looked++
		left := int(end - s.Today())
		if left < from || left > to {
			continue
		}
		row := figure.Row{Name: c.Record.Title(), Ref: c.Ref(), Records: []string{c.Ref()}, Values: map[string]any{field: end.String(), "days": left}}
		tell(c, left, &row)
		rows = append(rows, row)
	}
	slices.SortStableFunc(rows, func(a, b figure.Row) int { return cmp.Compare(a.Values["days"].(int), b.Values["days"].(int)) })
	return listed(rows, looked)
}

// monthsAhead is for how many months the days that are stated are counted.
const monthsAhead = 12

func warranties() figure.Definition {
	return byMonthAhead("predicted.warranty", "Warranties that end, by month", "The number of assets whose warranty_until, the last day of the warranty or the support contract, lies in a month", isInHand,
		func(c *figure.Case) (figure.Day, bool) { return c.DayOf(fieldWarranty) })
}

func endsOfLife() figure.Definition {
	return byMonthAhead("predicted.end_of_life", "Assets at the end of their life, by month",
		"The number of assets whose life ends in a month: by end_of_support_on, or by lifetime_months after purchased_on, whichever comes first", isInHand, endOfLife)
}

func reviewLoad() figure.Definition {
	return byMonthAhead("predicted.review.by_month", "Articles due for review, by month", "The number of published articles whose review_by lies in a month", isPublished,
		func(c *figure.Case) (figure.Day, bool) { return c.DayOf(fieldReview) })
}

// isInHand reports whether a record is neither at its end nor being retired.
func isInHand(c *figure.Case) bool {
	return !c.Category.IsDone() && c.Record.State() != "retired"
}

// endOfLife returns the last day of an asset's life.
func endOfLife(c *figure.Case) (figure.Day, bool) {
	end, ok := c.DayOf(fieldSupport)
	bought, dated := c.DayOf(fieldPurchased)
	months, err := strconv.Atoi(c.Text(fieldLifetime))
	if dated && err == nil && months > 0 && months <= 1200 {
		if by := bought.AddMonths(months); !ok || by < end {
			return by, true
		}
	}
	return end, ok
}

func byMonthAhead(id, title, text string, of func(*figure.Case) bool, when func(*figure.Case) (figure.Day, bool)) figure.Definition {
	return figure.Definition{
		ID: id, Title: title, Unit: figure.Records, Shape: figure.Months, Kind: figure.Predicted, Group: groupPredicted, Stock: true,
		Text:   fmt.Sprintf("%s, for each of the %d months from that of the day asked about on; of the first month, from that day on. Those at their end are left out, and so are those that state no such day.%s", text, monthsAhead, wholePeriod),
		Method: statedMethod,
		Compute: func(s *figure.Scope) figure.Result {
			value := map[string]int{}
			names := make([]string, monthsAhead)
			local := s.AsOf.In(s.Zone)
			for i := range names {
				m := int(local.Month()) - 1 + i
				names[i] = fmt.Sprintf("%04d-%02d", local.Year()+m/12, m%12+1)
				value[names[i]] = 0
			}
			r := figure.Result{Value: value}
			for _, c := range s.Cases {
				end, ok := when(c)
				if !ok || !of(c) {
					continue
				}
				r.N++
				name := end.String()[:min(7, len(end.String()))]
				if _, shown := value[name]; shown && end >= s.Today() {
					value[name]++
					r.Records = append(r.Records, c.Ref())
				}
			}
			return r
		},
	}
}
