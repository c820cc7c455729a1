package estate

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"frontdesk/records"
	"frontdesk/records/figure"
)

// States of assets that the figures know by name.
const (
	inUse     = "in-use"
	inStock   = "in-stock"
	inTransit = "in-transit"
	lost      = "lost"
	stolen    = "stolen"
	retired   = "retired"
)

// Fields of assets that the figures know by name.
const (
	fieldClass     = "class"
	fieldWarranty  = "warranty_until"
	fieldSupport   = "end_of_support_on"
	fieldAudited   = "audited_on"
	fieldPurchased = "purchased_on"
	fieldReturn    = "return_by"
	fieldLifetime  = "lifetime_months"
	fieldMissing   = "missing_since"
)

const inHandText = "assets that the desk has or is to get as of the time asked about: not retired, lost, stolen, disposed of or cancelled"

// assets returns the report about assets.
func assets() figure.Report {
	return figure.Report{
		Name: "asset", Title: "Assets", Subject: assetType,
		Intro: "Which assets there are, how well they are used, where they are, and which of them need somebody's attention.",
		Fields: []string{
			fieldClass, fieldCategory, fieldTeam, "location", "model", "manufacturer", "user", fieldWarranty, fieldSupport, fieldAudited, fieldPurchased, fieldReturn,
			fieldLifetime, fieldMissing, fieldCost, fieldCurrency, "data_bearing", "encrypted",
		},
		By:      []string{fieldClass, fieldCategory, fieldTeam, "location", "model", "manufacturer"},
		Figures: slices.Concat(assetNumbers(), assetTerms(), custody(), assetAges()),
	}
}

// isInHand reports whether an asset is one that the desk has or is to get.
func isInHand(c *figure.Case) bool {
	switch c.Text(records.FieldState) {
	case lost, stolen, retired:
		return false
	}
	return !c.Category.IsDone()
}

func inHand(s *figure.Scope) []*figure.Case { return figure.Select(s.Cases, isInHand) }

func inState(cs []*figure.Case, states ...string) []*figure.Case {
	return figure.Select(cs, func(c *figure.Case) bool { return slices.Contains(states, c.Text(records.FieldState)) })
}

// allByState counts all records of a report by their state. What the records are called
// begins with a capital letter; more is what the definition adds about them.
func allByState(what, more string) figure.Definition {
	return figure.Definition{
		ID: "by_state", Title: what + " by state", Unit: figure.Records, Shape: figure.Bars, Kind: figure.Counted, Group: groupNumbers, Stock: true,
		Text:    "All " + strings.ToLower(what) + " by the state that they are in as of the time asked about" + more + ".",
		Compute: func(s *figure.Scope) figure.Result { return bars(s.Cases, records.FieldState) },
	}
}

func assetNumbers() []figure.Definition {
	return []figure.Definition{
		{
			ID: "assets", Title: "Assets", Unit: figure.Records, Shape: figure.Number, Kind: figure.Counted, Group: groupNumbers, Stock: true,
			Text:    "The " + inHandText + ".",
			Compute: func(s *figure.Scope) figure.Result { return figure.CountOf(inHand(s)) },
		},
		allByState("Assets", ", those disposed of and cancelled among them"),
		{
			ID: "by_class", Title: "Assets by class", Unit: figure.Records, Shape: figure.Bars, Kind: figure.Counted, Group: groupNumbers, Stock: true,
			Text:    "The " + inHandText + ", by class.",
			Compute: func(s *figure.Scope) figure.Result { return bars(inHand(s), fieldClass) },
		},
		{
			ID: "utilisation", Title: "Asset utilisation", Unit: figure.Percent, Shape: figure.Number, Kind: figure.Counted, Group: groupNumbers, Better: "up", Key: true, Stock: true,
			Text: "The assets in use as a share of those in use, in stock and in transit, by their state as of the time asked about. Those ordered, reserved or in maintenance are left out, and so are all that are missing or at their end.",
			Compute: func(s *figure.Scope) figure.Result {
				return figure.ShareOf(inState(s.Cases, inUse), inState(s.Cases, inUse, inStock, inTransit))
			},
		},
		{
			ID: "utilisation.by_class", Title: "Asset utilisation by class", Unit: figure.Percent, Shape: figure.Bars, Kind: figure.Counted, Group: groupNumbers, Better: "up", Stock: true,
			Text:    "The assets in use as a share of those in use, in stock and in transit, by class and by their state as of the time asked about.",
			Compute: utilisationByClass,
		},
	}
}

func utilisationByClass(s *figure.Scope) figure.Result {
	whole := inState(s.Cases, inUse, inStock, inTransit)
	part := inState(whole, inUse)
	used, all := map[string]int{}, map[string]int{}
	for _, c := range whole {
		all[cmp.Or(c.Text(fieldClass), notStated)]++
	}
	for _, c := range part {
		used[cmp.Or(c.Text(fieldClass), notStated)]++
	}
	value := map[string]float64{}
	for class, n := range all {
		value[class], _ = figure.Share(used[class], n)
	}
	return figure.Result{Value: figure.ValueOf(value), N: len(whole), Records: figure.Refs(part)}
}

// ending returns the figures about a day that comes: within 30 and 90 days, and over.
func ending(id, title, what, field string, of func(*figure.Scope) []*figure.Case, who string, key string) []figure.Definition {
	def := func(suffix, words, text string, compute func(*figure.Scope) []*figure.Case) figure.Definition {
		return figure.Definition{
			ID: id + "." + suffix, Title: title + " " + words, Unit: figure.Records, Shape: figure.Number, Kind: figure.Counted, Group: groupTerms, Better: "down",
			Key: suffix == key, Stock: true,
			Text:    fmt.Sprintf("The %s whose %s %s. Those that state none are left out. %s", who, what, text, dayText),
			Compute: func(s *figure.Scope) figure.Result { return figure.CountOf(compute(s)) },
		}
	}
	within := func(days int) figure.Definition {
		return def(fmt.Sprint(days), fmt.Sprintf("within %d days", days), fmt.Sprintf("is the day asked about or one of the %d days after it", days), func(s *figure.Scope) []*figure.Case {
			return inDays(of(s), field, s.Today(), s.Today()+figure.Day(days))
		})
	}
	return []figure.Definition{
		within(30), within(90),
		def("over", "over", "lies before the day asked about", func(s *figure.Scope) []*figure.Case { return before(of(s), field, s.Today()) }),
	}
}

func assetTerms() []figure.Definition {
	ds := ending("warranty", "Warranty ends", "last day of the warranty", fieldWarranty, inHand, inHandText+", and", "30")
	ds = append(ds, ending("support", "Maker's support ends", "last day of the maker's support", fieldSupport, inHand, inHandText+", and", "")...)
	return append(ds, figure.Definition{
		ID: "terms.list", Title: "Warranties and support that end", Unit: figure.Records, Shape: figure.List, Kind: figure.Counted, Group: groupTerms, Stock: true,
		Text:    "The " + inHandText + ", of which the warranty or the maker's support is over, or ends within 90 days after the day asked about, the earliest end first. " + dayText,
		Compute: termRows,
	})
}

func termRows(s *figure.Scope) figure.Result {
	today := s.Today()
	rows := []figure.Row{}
	cs := figure.Select(inHand(s), func(c *figure.Case) bool {
		end, ok := earliest(c, fieldWarranty, fieldSupport)
		if !ok || end > today+90 {
			return false
		}
		values := map[string]any{"class": c.Text(fieldClass), "warranty_until": nil, "end_of_support_on": nil, "days_left": int(end - today), "model": c.Text("model")}
		for _, f := range []string{fieldWarranty, fieldSupport} {
			if d, ok := c.DayOf(f); ok {
				values[f] = d.String()
			}
		}
		rows = append(rows, figure.Row{Name: titleOf(c), Ref: c.Ref(), Values: values, Words: fmt.Sprintf("%s: %s.", titleOf(c), endWords(int(end-today)))})
		return true
	})
	byDaysLeft(rows)
	return figure.Result{Value: rows, N: len(rows), Records: figure.Refs(cs)}
}

// endWords says when something ends.
func endWords(days int) string {
	switch {
	case days < 0:
		return "over for " + plural(-days, "day")
	case days == 0:
		return "ends today"
	}
	return "ends in " + plural(days, "day")
}

// byDaysLeft puts the rows that end first before the others.
func byDaysLeft(rows []figure.Row) {
	slices.SortStableFunc(rows, func(a, b figure.Row) int {
		return cmp.Or(cmp.Compare(a.Values["days_left"].(int), b.Values["days_left"].(int)), cmp.Compare(a.Ref, b.Ref))
	})
}

func earliest(c *figure.Case, fields ...string) (day figure.Day, ok bool) {
	for _, f := range fields {
		if d, stated := c.DayOf(f); stated && (!ok || d < day) {
			day, ok = d, true
		}
	}
	return day, ok
}

func custody() []figure.Definition {
	return []figure.Definition{
		{
			ID: "audit.overdue", Title: "Not seen for a year", Unit: figure.Records, Shape: figure.Number, Kind: figure.Counted, Group: groupCustody, Better: "down", Stock: true,
			Text:    "The " + inHandText + ", and that were last audited more than a year before the day asked about, or never; those ordered and not arrived, and those never audited but bought within the year, are left out. " + dayText,
			Compute: auditOverdue,
		},
		{
			ID: "missing", Title: "Lost or stolen", Unit: figure.Records, Shape: figure.Number, Kind: figure.Counted, Group: groupCustody, Better: "down", Key: true, Stock: true,
			Text: "The assets that are lost or stolen as of the time asked about.",
			Compute: func(s *figure.Scope) figure.Result {
				return figure.CountOf(inState(s.Cases, lost, stolen))
			},
		},
		{
			ID: "missing.period", Title: "Went missing in the period", Unit: figure.Records, Shape: figure.Number, Kind: figure.Counted, Group: groupCustody, Better: "down",
			Text: "The assets that state a time in the period since when they were missing. What was found again states none.",
			Compute: func(s *figure.Scope) figure.Result {
				return figure.CountOf(figure.Select(s.Cases, func(c *figure.Case) bool {
					at, ok := s.TimeOf(c, fieldMissing)
					return ok && s.In(at)
				}))
			},
		},
		{
			ID: "missing.list", Title: "Lost or stolen one by one", Unit: figure.Records, Shape: figure.List, Kind: figure.Counted, Group: groupCustody, Stock: true,
			Text:    "The assets that are lost or stolen as of the time asked about, with whether they hold data and whether these are encrypted: a lost device that holds data which are not encrypted is a breach.",
			Compute: missingRows,
		},
		{
			ID: "return.overdue", Title: "Not returned", Unit: figure.Records, Shape: figure.Number, Kind: figure.Counted, Group: groupCustody, Better: "down", Stock: true,
			Text: "The assets in use that were to come back before the day asked about. " + dayText,
			Compute: func(s *figure.Scope) figure.Result {
				return figure.CountOf(before(inState(s.Cases, inUse), fieldReturn, s.Today()))
			},
		},
		{
			ID: "disposal.waiting", Title: "Waiting for disposal", Unit: figure.Records, Shape: figure.Number, Kind: figure.Counted, Group: groupCustody, Better: "down", Stock: true,
			Text: "The assets that are retired and not disposed of as of the time asked about.",
			Compute: func(s *figure.Scope) figure.Result {
				return figure.CountOf(inState(s.Cases, retired))
			},
		},
	}
}

func auditOverdue(s *figure.Scope) figure.Result {
	limit := s.Today().AddMonths(-12)
	never := 0
	r := figure.CountOf(figure.Select(inHand(s), func(c *figure.Case) bool {
		if c.Category == records.New {
			return false
		}
		if seen, ok := c.DayOf(fieldAudited); ok {
			return seen < limit
		}
		if bought, ok := c.DayOf(fieldPurchased); ok && bought >= limit {
			return false
		}
		never++
		return true
	}))
	r.Note = noteOf(never, "asset", "never audited among them")
	return r
}

func missingRows(s *figure.Scope) figure.Result {
	cs := inState(s.Cases, lost, stolen)
	rows := make([]figure.Row, 0, len(cs))
	for _, c := range cs {
		data, safe := c.Text("data_bearing") == "true", c.Text("encrypted") == "true"
		words := "no data known on it"
		switch {
		case data && safe:
			words = "holds data, encrypted"
		case data:
			words = "holds data that are not known to be encrypted"
		}
		rows = append(rows, figure.Row{
			Name: titleOf(c), Ref: c.Ref(),
			Values: map[string]any{"state": c.Text(records.FieldState), "class": c.Text(fieldClass), "missing_since": c.Text(fieldMissing), "data_bearing": data, "encrypted": safe},
			Words:  fmt.Sprintf("%s is %s: %s.", titleOf(c), c.Text(records.FieldState), words),
		})
	}
	return figure.Result{Value: rows, N: len(rows), Records: figure.Refs(cs)}
}

func assetAges() []figure.Definition {
	return []figure.Definition{
		{
			ID: "age.mean", Title: "Average age", Unit: figure.Days, Shape: figure.Number, Kind: figure.Counted, Group: groupAge, Stock: true,
			Text:    "The mean number of days from the day of purchase to the day asked about, of the " + inHandText + ". Those that state no purchase, or one to come, are left out. " + dayText,
			Compute: func(s *figure.Scope) figure.Result { return assetAgesOf(s).Mean() },
		},
		{
			ID: "age.buckets", Title: "Assets by age", Unit: figure.Records, Shape: figure.Bars, Kind: figure.Counted, Group: groupAge, Stock: true,
			Text:    "The " + inHandText + ", by the full years since the day of purchase. Those that state no purchase, or one to come, are left out. " + dayText,
			Compute: ageYears,
		},
		{
			ID: "age.beyond", Title: "Older than their lifetime", Unit: figure.Records, Shape: figure.Number, Kind: figure.Counted, Group: groupAge, Better: "down", Stock: true,
			Text: "The " + inHandText + ", and that were bought longer ago than the months of their lifetime. Those that do not state both are left out. " + dayText,
			Compute: func(s *figure.Scope) figure.Result {
				return figure.CountOf(figure.Select(inHand(s), func(c *figure.Case) bool {
					months, ok := figure.NumberOf(c.Record.Get(fieldLifetime))
					bought, stated := c.DayOf(fieldPurchased)
					return ok && stated && months >= 0 && months <= 1200 && bought.AddMonths(int(months)) < s.Today()
				}))
			},
		},
		{
			ID: "value.purchase", Title: "Purchase value", Unit: figure.Money, Shape: figure.Bars, Kind: figure.Counted, Group: groupAge, Stock: true,
			Text: "The purchase prices of the " + inHandText + ", added up. Those that state no cost or no currency are left out. " + moneyText,
			Compute: func(s *figure.Scope) figure.Result {
				sums := map[string]float64{}
				return money(sums, figure.Select(inHand(s), func(c *figure.Case) bool {
					cost, currency, ok := costOf(c)
					if ok {
						sums[currency] += cost
					}
					return ok
				}))
			},
		},
	}
}

func assetAgesOf(s *figure.Scope) *figure.Sample {
	ages := &figure.Sample{}
	for _, c := range inHand(s) {
		if bought, ok := c.DayOf(fieldPurchased); ok && bought <= s.Today() {
			ages.Add(c, float64(s.Today()-bought))
		}
	}
	return ages
}

func ageYears(s *figure.Scope) figure.Result {
	today := s.Today()
	value := map[string]int{"<1 year": 0, "1-2 years": 0, "3-4 years": 0, "5+ years": 0}
	ages := assetAgesOf(s)
	for _, c := range ages.Cases {
		bought, _ := c.DayOf(fieldPurchased)
		switch {
		case bought.AddMonths(12) > today:
			value["<1 year"]++
		case bought.AddMonths(36) > today:
			value["1-2 years"]++
		case bought.AddMonths(60) > today:
			value["3-4 years"]++
		default:
			value["5+ years"]++
		}
	}
	return figure.Result{Value: figure.ValueOf(value), N: len(ages.Cases), Records: figure.Refs(ages.Cases)}
}
