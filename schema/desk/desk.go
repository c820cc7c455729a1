// Package desk provides a desk's configuration, read from desk.yaml: name, time
// zone, priority matrix, roles, protected branches, limits, calendars and figures. It
// must not read files but through what it is handed, nor look at records.
package desk

import (
	"maps"
	"time"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/schema/calendar"
)

// FileName is the name of the file that marks the root of a desk.
const FileName = "desk.yaml"

// Version is the version of desk.yaml that this program reads.
const Version = 1

// Desk is a desk's configuration. It must not be changed.
type Desk struct {
	Version   int
	Name      string
	Address   string         // where the desk is reached, an absolute URI; may be empty
	TimeZone  *time.Location // in which days and months of people's reports begin
	Shard     int            // folder levels below the month, 0 to 2
	Priority  map[string]map[string]string
	Roles     map[string][]string // ids of people by role
	Branches  []string            // protected branches by short name, the default target first; main unless the file says otherwise
	Limits    Limits
	Calendars map[string]*calendar.Hours // by name, "24x7" among them
	Figures   []Figure                   // that the desk counts beside the built-in ones
	Raw       *records.Value             // the whole file; nil for the default
	Path      string
}

// Limits bounds what the desk accepts.
type Limits struct {
	MaxRecordBytes int // size of a record file
}

// DefaultMaxRecordBytes is the size of a record file that desks accept if they
// do not say otherwise.
const DefaultMaxRecordBytes = 1 << 20

// Default returns the configuration of a desk that says nothing.
func Default() *Desk {
	return &Desk{
		Version:   Version,
		TimeZone:  time.UTC,
		Priority:  DefaultPriority(),
		Branches:  []string{"main"},
		Limits:    Limits{MaxRecordBytes: DefaultMaxRecordBytes},
		Calendars: map[string]*calendar.Hours{AroundTheClock: calendar.AroundTheClock(time.UTC)},
		Path:      FileName,
	}
}

// DefaultPriority returns the matrix from impact and urgency to priority that
// ServiceNow ships (priority data lookup rules).
func DefaultPriority() map[string]map[string]string {
	return map[string]map[string]string{
		"high":   {"high": "P1", "medium": "P2", "low": "P3"},
		"medium": {"high": "P2", "medium": "P3", "low": "P4"},
		"low":    {"high": "P3", "medium": "P4", "low": "P5"},
	}
}

// PriorityOf returns the priority that follows from impact and urgency, false
// where the matrix does not have them.
func (d *Desk) PriorityOf(impact, urgency string) (string, bool) {
	p, ok := d.Priority[impact][urgency]
	return p, ok
}

// Vars returns the configuration as rules see it under the name desk: what the
// file says, with the defaults of what it does not say.
func (d *Desk) Vars() map[string]any {
	vars := map[string]any{}
	if raw, ok := d.Raw.Any().(map[string]any); ok {
		maps.Copy(vars, raw)
	}
	vars["version"], vars["name"], vars["address"] = d.Version, d.Name, d.Address
	vars["time_zone"], vars["shard"] = d.TimeZone.String(), d.Shard
	vars["priority"], vars["roles"], vars["branches"] = d.Priority, d.Roles, d.Branches
	return vars
}

// AroundTheClock is the name of the calendar that every desk has.
const AroundTheClock = calendar.AroundTheClockName

// Calendar returns the calendar with the name, the one around the clock for "".
func (d *Desk) Calendar(name string) (h *calendar.Hours, ok bool) {
	if name == "" {
		name = AroundTheClock
	}
	h, ok = d.Calendars[name]
	return h, ok
}

// Figure is a figure of the desk's own: a query, and what is computed of the
// records that it finds.
type Figure struct {
	ID         string
	Title      string
	Unit       string // "records" where nothing is computed
	Definition string
	Type       records.Type // the report that it stands in
	Query      string
	Compute    string // count, share, sum, mean, median, p90, min, max
	Of         string // field of numbers, or a time; "" for count and share
	Since      string // field of a time, where Of is one: hours between the two
	Among      string // query of the whole that a share is of
	By         string // "month" counts by the month of Of, of the opening where that is ""; else a field
	Span       diag.Span
}
