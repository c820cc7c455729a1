// Package report provides the reports of a desk: which there are, with the desk's own
// figures, and what they come to for a period, a filter and a grouping.
package report

import (
	"time"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/figure"
	"frontdesk/schema"
	"frontdesk/schema/desk"
)

// Overview is the name of the report that holds what counts most of all others.
const Overview = "overview"

// All returns the reports of a desk, with its own figures, the overview first. The
// diagnostics tell what is wrong with the desk's figures.
func All(d *desk.Desk, ts *schema.Types) ([]figure.Report, []diag.Diagnostic) {
	panic("report: not built yet")
}

// Asked is what somebody wants to know.
type Asked struct {
	From, To time.Time // of the period, To without; zero for no such end
	By       string    // field by which to group, or "month"; "" for none
}

// Figure is a figure of a report with its result.
type Figure struct {
	figure.Definition
	figure.Result
	Groups []Group
}

// Group is the result of a figure for a part of the records.
type Group struct {
	Key   string // value of the field, "" where it is not set
	Title string // of the record that it names
	figure.Result
}

// Done is a report that was computed.
type Done struct {
	Report  figure.Report
	Asked   Asked
	AsOf    time.Time
	Zone    *time.Location
	Subject []records.Type
	Figures []Figure
}

// Run computes a report.
func Run(r figure.Report, d *figure.Data, a Asked) *Done { panic("report: not built yet") }
