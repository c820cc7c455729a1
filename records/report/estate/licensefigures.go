package estate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"frontdesk/records"
	"frontdesk/records/figure"
)

func (b *books) compliance() []figure.Definition {
	const judgedText = "licences that are neither drafts nor given up nor cancelled, have begun, and of which rights owned and in use can be compared, or which are unlimited or expired"
	judged := func(s *figure.Scope) []*right {
		return b.where(s, func(r *right) bool {
			_, judged := r.isCompliant()
			return judged
		})
	}
	isCompliant := func(r *right) bool {
		ok, _ := r.isCompliant()
		return ok
	}
	only := func(rs []*right, compliant bool) (out []*figure.Case) {
		for _, r := range rs {
			if isCompliant(r) == compliant {
				out = append(out, r.c)
			}
		}
		return out
	}
	return []figure.Definition{
		{
			ID: "compliance.rate", Title: "Licence compliance", Unit: figure.Percent, Shape: figure.Number, Kind: figure.Counted, Group: groupCompliance, Better: "up", Key: true, Stock: true,
			Text: "The licences of which no more rights are in use than owned and whose term is not over, as a share of the " + judgedText + ". An unlimited licence in its term is always compliant, an expired one never. " + rightsText,
			Compute: func(s *figure.Scope) figure.Result {
				rs := judged(s)
				r := figure.ShareOf(only(rs, true), casesOf(rs))
				standing := b.where(s, func(r *right) bool { return r.standing && r.begun })
				r.Note = noteOf(max(len(standing)-len(rs), 0), "licence", "of which that cannot be said left out")
				return r
			},
		},
		{
			ID: "noncompliant", Title: "Licences that are not compliant", Unit: figure.Records, Shape: figure.Number, Kind: figure.Counted, Group: groupCompliance, Better: "down", Key: true, Stock: true,
			Text:    "The " + judgedText + ", of which more rights are in use than owned, or which are expired. " + rightsText,
			Compute: func(s *figure.Scope) figure.Result { return figure.CountOf(only(judged(s), false)) },
		},
		{
			ID: "shortfall", Title: "Rights missing", Unit: figure.Rights, Shape: figure.Bars, Kind: figure.Counted, Group: groupCompliance, Better: "down", Stock: true,
			Text: "The rights in use beyond those owned, licence by licence, by metric; of an expired licence all that are in use. " + rightsText,
			Compute: func(s *figure.Scope) figure.Result {
				return perMetric(b.where(s, func(r *right) bool { return r.shortfall() > 0 }), (*right).shortfall)
			},
		},
		{
			ID: "base.missing", Title: "Upgrades and maintenance without a base", Unit: figure.Records, Shape: figure.Number, Kind: figure.Counted, Group: groupCompliance, Better: "down", Stock: true,
			Text: "The " + standingText + ", add to a base licence, have not expired, and name none that is valid on the day asked about: they give no rights. " + dayText,
			Compute: func(s *figure.Scope) figure.Result {
				return figure.CountOf(casesOf(b.where(s, func(r *right) bool { return r.standing && !r.expired && !r.grounded })))
			},
		},
	}
}

func (b *books) costs() []figure.Definition {
	def := func(id, title, text string, yearly bool, amount func(*right) int) figure.Definition {
		return figure.Definition{
			ID: id, Title: title, Unit: figure.Money, Shape: figure.Bars, Kind: figure.Counted, Group: groupCost, Better: "down", Stock: true,
			Text:    text + " The cost of one right is the cost of the licence divided by its entitlement; licences without cost, currency or entitlement are left out. " + moneyText + " " + rightsText,
			Compute: func(s *figure.Scope) figure.Result { return b.amounts(s, yearly, amount) },
		}
	}
	return []figure.Definition{
		def("waste.cost.yearly", "Cost of rights that nobody uses, a year", "The rights owned beyond those in use times the cost of one for a year, of licences billed by the month or the year.", true, (*right).unused),
		def("waste.cost.once", "Cost of rights that nobody uses, paid once", "The rights owned beyond those in use times the cost of one, of licences paid once, or of which nothing says how they are billed.", false, (*right).unused),
		def("true_up.cost.yearly", "Cost of missing rights, a year (true-up)", "The rights in use beyond those owned times the cost of one for a year, of licences billed by the month or the year.", true, (*right).shortfall),
		def("true_up.cost.once", "Cost of missing rights, paid once (true-up)", "The rights in use beyond those owned times the cost of one, of licences paid once, or of which nothing says how they are billed.", false, (*right).shortfall),
		{
			ID: "cost.yearly", Title: "Running cost a year", Unit: figure.Money, Shape: figure.Bars, Kind: figure.Counted, Group: groupCost, Better: "down", Stock: true,
			Text: "What the licences in their term on the day asked about, neither drafts nor given up nor cancelled, cost in a year, of those billed by the month (twelve times) or the year. Those without cost or currency are left out. " + moneyText + " " + dayText,
			Compute: func(s *figure.Scope) figure.Result {
				sums := map[string]float64{}
				rs := b.where(s, func(r *right) bool {
					cost, currency, ok := costOf(r.c)
					times, yearly := perYear(r.c)
					if ok = ok && yearly && r.standing && r.begun && !r.expired; ok {
						sums[currency] += cost * times
					}
					return ok
				})
				return money(sums, casesOf(rs))
			},
		},
		{
			ID: "cost.by_month", Title: "Cost by month", Unit: figure.Money, Shape: figure.List, Kind: figure.Counted, Group: groupCost,
			Text:    "What licences cost in each month of the period, without one in the twelve months up to that of the time asked about: those billed by the month their cost, those billed by the year a twelfth of it, in every month that their term or their time until they were given up touches; the others their whole cost in the month of their purchase, else of their first day. Drafts and cancelled ones are left out, and so are those without cost, currency or these days. " + moneyText + " " + monthText,
			Compute: costByMonth,
		},
	}
}

func (b *books) amounts(s *figure.Scope, yearly bool, amount func(*right) int) figure.Result {
	sums := map[string]float64{}
	unpriced := 0
	rs := b.where(s, func(r *right) bool {
		n := amount(r)
		if n == 0 {
			return false
		}
		unit, currency, byYear, ok := r.unitCost()
		if !ok {
			unpriced++
			return false
		}
		if byYear == yearly {
			sums[currency] += unit * float64(n)
		}
		return byYear == yearly
	})
	res := money(sums, casesOf(rs))
	res.Note = noteOf(unpriced, "licence", "without a cost of one right left out")
	return res
}

const shownMonths = 12 // where the period says nothing

// costByMonth lists what licences cost.
func costByMonth(s *figure.Scope) figure.Result {
	first, last := monthsOf(s)
	if last < first {
		return figure.Result{Value: []figure.Row{}}
	}
	sums := make([]map[string]float64, last-first+1)
	parts := make([][]string, len(sums))
	cs := figure.Select(s.Cases, func(c *figure.Case) bool {
		cost, currency, ok := costOf(c)
		from, to, dated := due(s, c)
		if !ok || !dated || cost == 0 {
			return false
		}
		if c.Text(fieldBilling) == billedYearly {
			cost /= 12
		}
		for m := max(from, first); m <= min(to, last); m++ {
			if sums[m-first] == nil {
				sums[m-first] = map[string]float64{}
			}
			sums[m-first][currency] += cost
			parts[m-first] = append(parts[m-first], c.Ref())
		}
		return from <= last && to >= first
	})
	rows := []figure.Row{}
	for i, sum := range sums {
		row := figure.Row{Name: monthName(first + i), Values: map[string]any{}, Records: parts[i]}
		var words []string
		for currency, v := range cents(sum) {
			row.Values[currency] = v
			words = append(words, fmt.Sprintf("%.2f %s", v, currency))
		}
		slices.Sort(words)
		row.Words = row.Name + ": " + cmp.Or(strings.Join(words, ", "), "nothing") + "."
		rows = append(rows, row)
	}
	return figure.Result{Value: rows, N: len(cs), Records: figure.Refs(cs)}
}

// due returns the first and the last month in which a licence costs.
func due(s *figure.Scope, c *figure.Case) (from, to int, ok bool) {
	if c.Category == records.New || c.Category == records.Cancelled {
		return 0, 0, false
	}
	start, ok := c.DayOf(fieldStarts)
	if _, yearly := perYear(c); !yearly {
		if bought, stated := c.DayOf(fieldPurchased); stated {
			start, ok = bought, true
		}
		return monthOf(start), monthOf(start), ok
	}
	to = monthOf(s.Today()) + maxMonths
	if end, stated := c.DayOf(fieldExpires); stated {
		to = monthOf(end)
	}
	if c.Category == records.Closed {
		at, stated := s.TimeOf(c, fieldRetired)
		if !stated {
			return 0, 0, false
		}
		to = min(to, monthOf(figure.DayOf(at, s.Zone)))
	}
	return monthOf(start), to, ok
}

// monthOf counts the months from the year 0 on.
func monthOf(d figure.Day) int {
	y, m, _ := d.Start(time.UTC).Date()
	return 12*y + int(m) - 1
}

func monthName(m int) string { return fmt.Sprintf("%04d-%02d", m/12, m%12+1) }

// monthsOf returns the first and the last month of the period, the last maxMonths of it.
func monthsOf(s *figure.Scope) (first, last int) {
	last = monthOf(s.Today())
	if !s.To.IsZero() {
		last = monthOf(figure.DayOf(s.To.Add(-1), s.Zone))
	}
	first = last - shownMonths + 1
	if !s.From.IsZero() {
		first = monthOf(figure.DayOf(s.From, s.Zone))
	}
	return max(first, last-maxMonths+1), last
}

func (b *books) terms() []figure.Definition {
	running := func(s *figure.Scope) []*figure.Case {
		return casesOf(b.where(s, func(r *right) bool { return r.standing && !r.expired }))
	}
	expired := func(s *figure.Scope) []*figure.Case {
		return casesOf(b.where(s, func(r *right) bool { return r.standing && r.expired }))
	}
	coming := func(id, title, what, field string, days int) figure.Definition {
		return figure.Definition{
			ID: fmt.Sprintf("%s.%d", id, days), Title: fmt.Sprintf("%s within %d days", title, days), Unit: figure.Records, Shape: figure.Number, Kind: figure.Counted,
			Group: groupTerms, Better: "down", Key: field == fieldExpires && days == 30, Stock: true,
			Text: fmt.Sprintf("The %s, have not expired, and whose %s is the day asked about or one of the %d days after it; how they are renewed makes no difference. %s", standingText, what, days, dayText),
			Compute: func(s *figure.Scope) figure.Result {
				return figure.CountOf(inDays(running(s), field, s.Today(), s.Today()+figure.Day(days)))
			},
		}
	}
	return []figure.Definition{
		{
			ID: "expired", Title: "Expired licences", Unit: figure.Records, Shape: figure.Number, Kind: figure.Counted, Group: groupTerms, Better: "down", Key: true, Stock: true,
			Text:    "The " + standingText + ", and whose last day lies before the day asked about, or whose state is expired. One stays here until it is renewed or given up, however long ago it expired. " + dayText,
			Compute: func(s *figure.Scope) figure.Result { return figure.CountOf(expired(s)) },
		},
		{
			ID: "expired.list", Title: "Expired licences one by one", Unit: figure.Records, Shape: figure.List, Kind: figure.Counted, Group: groupTerms, Stock: true,
			Text:    "The expired licences that were neither renewed nor given up, with what is in use of them, the longest expired first. " + dayText,
			Compute: func(s *figure.Scope) figure.Result { return b.termRows(s, expired(s)) },
		},
		coming("expiring", "Expire", "last day", fieldExpires, 30),
		coming("expiring", "Expire", "last day", fieldExpires, 60),
		coming("expiring", "Expire", "last day", fieldExpires, 90),
		coming("notice", "Notice due", "last day on which they can be cancelled", fieldNotice, 30),
		{
			ID: "notice.over", Title: "Notice not given", Unit: figure.Records, Shape: figure.Number, Kind: figure.Counted, Group: groupTerms, Better: "down", Stock: true,
			Text: "The " + standingText + ", have not expired, are renewed by themselves, and whose last day on which they can be cancelled lies before the day asked about. " + dayText,
			Compute: func(s *figure.Scope) figure.Result {
				return figure.CountOf(before(figure.Select(running(s), func(c *figure.Case) bool { return c.Text(fieldRenewal) == renewalAutomatic }), fieldNotice, s.Today()))
			},
		},
		{
			ID: "terms.list", Title: "Terms and notices that come", Unit: figure.Records, Shape: figure.List, Kind: figure.Counted, Group: groupTerms, Stock: true,
			Text: "The " + standingText + ", have not expired, and whose last day, or last day on which they can be cancelled, is the day asked about or one of the 90 days after it, the earliest last day first. " + dayText,
			Compute: func(s *figure.Scope) figure.Result {
				return b.termRows(s, figure.Select(running(s), func(c *figure.Case) bool {
					one := []*figure.Case{c}
					return len(inDays(one, fieldExpires, s.Today(), s.Today()+90))+len(inDays(one, fieldNotice, s.Today(), s.Today()+90)) > 0
				}))
			},
		},
	}
}

// termRows lists licences by their last day; those that state none come last.
func (b *books) termRows(s *figure.Scope, cs []*figure.Case) figure.Result {
	all := b.rights.Of(s.Data, newRights)
	rows := make([]figure.Row, len(cs))
	for i, c := range cs {
		row := all.of[c].row(s)
		row.Values["notice_by"], row.Values["renewal"], row.Values["notice_days_left"] = nil, c.Text(fieldRenewal), nil
		if day, ok := c.DayOf(fieldNotice); ok {
			row.Values["notice_by"], row.Values["notice_days_left"] = day.String(), int(day-s.Today())
		}
		if left, ok := row.Values["days_left"].(int); ok {
			row.Words = fmt.Sprintf("%s: %s, %s.", titleOf(c), endWords(left), all.of[c].words())
		}
		rows[i] = row
	}
	slices.SortStableFunc(rows, func(x, y figure.Row) int {
		a, okA := x.Values["days_left"].(int)
		b, okB := y.Values["days_left"].(int)
		switch {
		case okA && !okB:
			return -1
		case okB && !okA:
			return 1
		}
		return cmp.Or(cmp.Compare(a, b), cmp.Compare(x.Ref, y.Ref))
	})
	return figure.Result{Value: rows, N: len(rows), Records: figure.Refs(cs)}
}

const goneText = "people who have left, by the last day that their record states, and devices that are retired, lost, stolen, disposed of or cancelled. Allocations to people without a record are left out. " + dayText

func (b *books) removal() []figure.Definition {
	return []figure.Definition{
		{
			ID: "removal", Title: "Rights to take back", Unit: figure.Rights, Shape: figure.Number, Kind: figure.Counted, Group: groupCompliance, Better: "down", Key: true, Stock: true,
			Text: "The allocations of the " + standingText + ", to " + goneText,
			Compute: func(s *figure.Scope) figure.Result {
				n := 0
				rs := b.where(s, func(r *right) bool {
					people, devices := gone(s, r)
					n += len(people) + len(devices)
					return len(people)+len(devices) > 0
				})
				return figure.Result{Value: n, N: n, Records: figure.Refs(casesOf(rs))}
			},
		},
		{
			ID: "removal.list", Title: "Rights to take back, by licence", Unit: figure.Rights, Shape: figure.List, Kind: figure.Counted, Group: groupCompliance, Stock: true,
			Text:    "The licences with allocations to take back, and to whom they are: " + goneText,
			Compute: b.removalRows,
		},
	}
}

// gone returns to whom a licence is allocated that does not need it any more.
func gone(s *figure.Scope, r *right) (people, devices []*figure.Case) {
	if !r.standing {
		return nil, nil
	}
	for _, id := range names(r.c, fieldUsers) {
		if person := s.Find(personType, id); person != nil {
			if left, ok := person.DayOf(fieldLeft); ok && left < s.Today() {
				people = append(people, person)
			}
		}
	}
	for _, id := range names(r.c, fieldAssets) {
		if device := s.Find(assetType, id); device != nil && !isInHand(device) {
			devices = append(devices, device)
		}
	}
	return people, devices
}

func (b *books) removalRows(s *figure.Scope) figure.Result {
	rows := []figure.Row{}
	n := 0
	rs := b.where(s, func(r *right) bool {
		people, devices := gone(s, r)
		count := len(people) + len(devices)
		if count == 0 {
			return false
		}
		n += count
		values := map[string]any{"people": len(people), "devices": len(devices), "cost_at_stake": nil, "currency": nil, "stake_per": nil}
		if unit, currency, yearly, ok := r.unitCost(); ok {
			values["cost_at_stake"], values["currency"], values["stake_per"] = toCents(unit*float64(count)), currency, per(yearly)
		}
		rows = append(rows, figure.Row{
			Name: titleOf(r.c), Ref: r.c.Ref(), Values: values, Records: append(figure.Refs(people), figure.Refs(devices)...),
			Words: fmt.Sprintf("%s: %s to take back.", titleOf(r.c), plural(count, "right")),
		})
		return true
	})
	return figure.Result{Value: rows, N: n, Records: figure.Refs(casesOf(rs))}
}
