// Package estate provides the figures about what a desk looks after: services, assets,
// licences and knowledge. It must not read files, nor judge what it counts.
package estate

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"frontdesk/records"
	"frontdesk/records/figure"
)

// The types that the figures know by name.
const (
	serviceType   records.Type = "service"
	assetType     records.Type = "asset"
	licenseType   records.Type = "license"
	knowledgeType records.Type = "knowledge"
	incidentType  records.Type = "incident"
	changeType    records.Type = "change"
	windowType    records.Type = "window"
	personType    records.Type = "person"
)

// Fields that the figures of several types know by name.
const (
	fieldKind     = "kind"
	fieldTeam     = "team"
	fieldOwner    = "owner"
	fieldServices = "services"
	fieldCategory = "category"
	fieldCost     = "cost"
	fieldCurrency = "currency"
)

// The groups below which reports show the figures.
const (
	groupNumbers      = "Numbers"
	groupAvailability = "Availability"
	groupOutages      = "Outages"
	groupIncidents    = "Incidents"
	groupTerms        = "Terms"
	groupCustody      = "Custody"
	groupAge          = "Age and value"
	groupRights       = "Rights"
	groupCompliance   = "Compliance"
	groupCost         = "Cost"
	groupFreshness    = "Freshness"
	groupUse          = "Use"
)

const (
	notStated = "(not set)"
	dayText   = "Days are those of the time zone of the report, and the last day of a term belongs to it."
	monthText = "Months begin in the time zone of the report."
	moneyText = "Amounts in different currencies are never added: the value is by currency."
)

// Reports returns the reports about services, assets, licences and knowledge.
func Reports() []figure.Report {
	return []figure.Report{services(), assets(), licenses(), knowledge()}
}

// bars counts cases by a field of theirs.
func bars(cs []*figure.Case, field string) figure.Result {
	return figure.CountBy(cs, func(c *figure.Case) string { return cmp.Or(c.Text(field), notStated) })
}

// names returns the ids that a field names, each once.
func names(c *figure.Case, field string) []string {
	refs := c.Record.Get(field).Strings()
	out := make([]string, 0, len(refs))
	for _, ref := range refs {
		if _, id := records.SplitRef(ref); id != "" {
			out = append(out, string(id))
		}
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// titleOf returns how a case is called.
func titleOf(c *figure.Case) string { return cmp.Or(c.Record.Title(), string(c.Record.ID)) }

// cents rounds amounts of money to two places, once they are added.
func cents(amounts map[string]float64) map[string]float64 {
	for currency, v := range amounts {
		amounts[currency] = toCents(v)
	}
	return amounts
}

func toCents(v float64) float64 { return math.Round(v*100) / 100 }

// money is the result of a figure that is amounts by currency: nil where there are none.
func money(amounts map[string]float64, cs []*figure.Case) figure.Result {
	r := figure.Result{N: len(cs), Records: figure.Refs(cs)}
	if len(amounts) > 0 {
		r.Value = cents(amounts)
	}
	return r
}

// maxCost is the largest cost that is believed.
const maxCost = 1e15

// costOf returns what a record states as its cost; ok is false where it states none or
// no currency.
func costOf(c *figure.Case) (cost float64, currency string, ok bool) {
	cost, ok = figure.NumberOf(c.Record.Get(fieldCost))
	currency = c.Text(fieldCurrency)
	return cost, currency, ok && currency != "" && cost >= 0 && cost <= maxCost
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}

// noteOf says of how many something is to be known, "" of none.
func noteOf(n int, thing, rest string) string {
	if n == 0 {
		return ""
	}
	return plural(n, thing) + " " + rest + "."
}

// inDays returns the cases of which a field states a day from..to.
func inDays(cs []*figure.Case, field string, from, to figure.Day) []*figure.Case {
	return figure.Select(cs, func(c *figure.Case) bool {
		d, ok := c.DayOf(field)
		return ok && d >= from && d <= to
	})
}

// before returns the cases of which a field states a day that is over.
func before(cs []*figure.Case, field string, day figure.Day) []*figure.Case {
	return figure.Select(cs, func(c *figure.Case) bool {
		d, ok := c.DayOf(field)
		return ok && d < day
	})
}
