// Package outlook provides figures that say more than what is recorded: patterns that
// are detected in it, and predictions, each with its method and its error on past data.
// All of it is plain arithmetic in a fixed order: the same records give the same
// figures. It must not read files, nor ask any service.
package outlook

import (
	"fmt"
	"slices"
	"time"

	"frontdesk/records"
	"frontdesk/records/figure"
)

// The types that the figures know by name.
const (
	incidents records.Type = "incident"
	requests  records.Type = "request"
	problems  records.Type = "problem"
	changes   records.Type = "change"
	services  records.Type = "service"
	assets    records.Type = "asset"
	licenses  records.Type = "license"
	articles  records.Type = "knowledge"
	teams     records.Type = "team"
)

// The fields that the figures know by name.
const (
	fieldService     = "service"
	fieldServices    = "services"
	fieldAssets      = "assets"
	fieldCategory    = "category"
	fieldTeam        = "team"
	fieldPriority    = "priority"
	fieldProblem     = "problem"
	fieldMajor       = "major"
	fieldCausedBy    = "caused_by"
	fieldCapacity    = "x_capacity"
	fieldLicenses    = "licenses"
	fieldQuantity    = "quantity"
	fieldEntitlement = "entitlement"
	fieldUnlimited   = "unlimited"
	fieldUsed        = "used"
	fieldUsers       = "users"
	fieldExpires     = "expires_on"
	fieldNotice      = "notice_by"
	fieldRenewal     = "renewal"
	fieldWarranty    = "warranty_until"
	fieldSupport     = "end_of_support_on"
	fieldPurchased   = "purchased_on"
	fieldLifetime    = "lifetime_months"
	fieldRetire      = "retire_on"
	fieldReview      = "review_by"
)

// The headings below which reports show the figures.
const (
	groupDetected  = "Detected"
	groupPredicted = "Predicted"
)

// addition is what a report gets: figures, and what they need beside what it reads.
type addition struct {
	figures []figure.Definition
	types   []records.Type
	fields  []string
}

// Add returns the reports with the figures that are detected and predicted. Reports
// that it does not know by name stay as they are.
func Add(reports []figure.Report) []figure.Report {
	out := slices.Clone(reports)
	for i := range out {
		a := additionTo(records.Type(out[i].Name))
		out[i].Figures = slices.Concat(out[i].Figures, a.figures)
		out[i].Types = with(out[i].Types, a.types)
		if out[i].Fields != nil {
			out[i].Fields = with(out[i].Fields, a.fields)
		}
	}
	return out
}

func with[T comparable](have, more []T) []T {
	out := slices.Clone(have)
	for _, m := range more {
		if !slices.Contains(out, m) {
			out = append(out, m)
		}
	}
	return out
}

func additionTo(report records.Type) addition {
	switch report {
	case incidents:
		return addition{
			figures: []figure.Definition{recurrence(), breachClusters("incidents"), changeCaused(ofIncidents()), stale("incidents"),
				likelyBreaches("incidents"), breachCount("incidents"), volume("incidents")},
			types:  []records.Type{changes, services, teams},
			fields: []string{records.FieldImported, fieldService, fieldServices, fieldAssets, fieldCategory, fieldTeam, fieldPriority, fieldProblem, fieldCausedBy},
		}
	case requests:
		return addition{
			figures: []figure.Definition{breachClusters("requests"), stale("requests"), likelyBreaches("requests"), breachCount("requests"), volume("requests")},
			types:   []records.Type{services, teams},
			fields:  []string{records.FieldImported, fieldService, fieldCategory, fieldTeam, fieldPriority},
		}
	case problems:
		return addition{
			figures: []figure.Definition{candidates(), stale("problems"), likelyBreaches("problems"), breachCount("problems"), volume("problems")},
			types:   []records.Type{incidents, services, teams},
			fields:  []string{records.FieldImported, fieldService, fieldAssets, fieldCategory, fieldTeam, fieldPriority, fieldProblem, fieldMajor},
		}
	case changes:
		return addition{
			figures: []figure.Definition{changeCaused(ofChanges()), stale("changes"), volume("changes")},
			types:   []records.Type{incidents, services, teams},
			fields:  []string{fieldService, fieldServices, fieldTeam, fieldCausedBy},
		}
	}
	return additionToEstate(report)
}

func additionToEstate(report records.Type) addition {
	switch report {
	case services:
		return addition{
			figures: []figure.Definition{changeCaused(ofServices()), capacity("services"), retirements()},
			types:   []records.Type{incidents, changes},
			fields:  []string{fieldService, fieldServices, fieldCausedBy, fieldCapacity, fieldRetire},
		}
	case assets:
		return addition{
			figures: []figure.Definition{capacity("assets"), warranties(), endsOfLife()},
			fields:  []string{fieldCapacity, fieldWarranty, fieldSupport, fieldPurchased, fieldLifetime},
		}
	case licenses:
		return addition{
			figures: []figure.Definition{exhaustion(), expiries()},
			types:   []records.Type{requests},
			fields: []string{fieldCapacity, fieldEntitlement, fieldUnlimited, fieldUsed, fieldUsers, fieldAssets, fieldExpires, fieldNotice, fieldRenewal,
				fieldLicenses, fieldQuantity},
		}
	case articles:
		return addition{figures: []figure.Definition{reviews(), reviewLoad()}, fields: []string{fieldReview}}
	}
	return addition{}
}

// maxRows bounds the rows of a figure. A figure says how many there are in all.
const maxRows = 50

// listed makes the result of rows in the order in which they are to stand; of is how
// many records were looked at.
func listed(rows []figure.Row, of int, notes ...string) figure.Result {
	return firstOf(len(rows), rows[:min(len(rows), maxRows)], of, notes...)
}

// firstOf is listed for the first of so many rows.
func firstOf(all int, rows []figure.Row, of int, notes ...string) figure.Result {
	r := figure.Result{N: of}
	if all > len(rows) {
		notes = append(notes, fmt.Sprintf("Only the first %d of %s lines are shown.", len(rows), figure.Thousands(all)))
	}
	seen := map[string]bool{}
	for _, row := range rows {
		for _, ref := range row.Records {
			if !seen[ref] {
				seen[ref] = true
				r.Records = append(r.Records, ref)
			}
		}
	}
	if rows == nil {
		rows = []figure.Row{}
	}
	r.Value, r.Note = rows, figure.Notes(notes...)
	return r
}

// nothing is the result of a figure about which nothing can be said.
func nothing(of int, why string) figure.Result { return figure.Result{N: of, Note: why} }

// titled returns what people call a record: its title, or its id where it is not known.
func titled(d *figure.Data, t records.Type, ref string) string {
	if c := d.Find(t, ref); c != nil && c.Record.Title() != "" {
		return c.Record.Title()
	}
	return ref
}

// day puts a day as people read it.
func day(t time.Time, zone *time.Location) string { return t.In(zone).Format("2 January 2006") }

// plural counts things in words.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return figure.Thousands(n) + " " + many
}
