// Package figure provides the vocabulary of reports: cases, which are what reports
// know of records; definitions of figures, which compute them; and the arithmetic that
// they share. It must not know any record type by name.
package figure

import (
	"sync"
	"time"

	"frontdesk/records"
	"frontdesk/records/sla"
	"frontdesk/schema"
	"frontdesk/schema/desk"
)

// Case is what reports know of one record at one time.
type Case struct {
	Record   *records.Record // its fields, without log and body; those tracked are as of the time asked about
	Type     *schema.Type
	Category records.Category // "" where the type has no states
	Opened   time.Time        // as stated, never inferred; zero where it is not
	Resolved time.Time
	Closed   time.Time
	Sum      sla.Summary
	Clocks   []sla.Clock // as of the time asked about
}

// Ref returns the record's unambiguous name.
func (c *Case) Ref() string { return c.Record.Ref() }

// Text returns a field as text, "" where it is not set.
func (c *Case) Text(field string) string { return c.Record.Text(field) }

// IsOpen reports whether work is still to be done: new, active or held.
func (c *Case) IsOpen() bool { return c.Category.IsOpen() }

// Data is what reports are made from. It must not be changed.
type Data struct {
	Desk  *desk.Desk
	Types *schema.Types
	AsOf  time.Time
	Zone  *time.Location // in which days and months begin
	Cases map[records.Type][]*Case

	once sync.Once
	byID map[caseName]*Case
}

// caseName is what a case is found by.
type caseName struct {
	typ records.Type
	id  records.ID
}

// Of returns the cases of a type, in order of their paths; none where it was not read.
func (d *Data) Of(t records.Type) []*Case { return d.Cases[t] }

// Find returns the case that a reference names, nil where there is none: "type/id", or an
// id of the type. Of several with the same id it is the first by path.
func (d *Data) Find(t records.Type, ref string) *Case {
	d.once.Do(func() {
		d.byID = map[caseName]*Case{}
		for typ, cs := range d.Cases {
			for _, c := range cs {
				name := caseName{typ, c.Record.ID}
				if d.byID[name] == nil {
					d.byID[name] = c
				}
			}
		}
	})
	typ, id := records.SplitRef(ref)
	if typ == "" {
		typ = t
	}
	return d.byID[caseName{typ, id}]
}

// ClocksOf returns the clocks of a record that was read, as queries ask for them.
func (d *Data) ClocksOf(r *records.Record) []sla.Clock {
	if c := d.Find(r.Type, r.Ref()); c != nil {
		return c.Clocks
	}
	return nil
}

// Scope is what a figure is computed of.
type Scope struct {
	*Data
	Type     *schema.Type // the subject
	Cases    []*Case      // of it, or of the group of it that is asked about
	From, To time.Time    // the period, To without; zero where it has no such end

	memo sync.Map // of Once
}

// In reports whether a time is stated and lies in the period.
func (s *Scope) In(t time.Time) bool {
	return !t.IsZero() && (s.From.IsZero() || !t.Before(s.From)) && (s.To.IsZero() || t.Before(s.To))
}

// Month returns the month of a time in the report's zone, "2026-11".
func (s *Scope) Month(t time.Time) string { return t.In(s.Zone).Format("2006-01") }

// Kind is where a figure comes from.
type Kind string

// The kinds of figures.
const (
	Counted   Kind = "counted"   // of what is recorded
	Detected  Kind = "detected"  // a pattern in what is recorded
	Predicted Kind = "predicted" // arithmetic about what is not known yet
)

// Unit is what a figure's value counts.
type Unit string

// The units. Values of Percent lie between 0 and 100.
const (
	Records Unit = "records"
	Events  Unit = "events"
	Hours   Unit = "hours"
	Days    Unit = "days"
	Percent Unit = "percent"
	Score   Unit = "score"
	Money   Unit = "money"
	Rights  Unit = "rights"
	Rate    Unit = "per week"
)

// Result is a computed figure.
type Result struct {
	// Value is an int, a float64, a map[string]int or a map[string]float64 by month or by
	// another key, a []Row, or nil where nothing can be said.
	Value   any
	N       int      // of how many records or events it is: the denominator of a share
	Records []string // refs of the records behind it, in order: of a share, those that it counts
	Note    string   // what a reader must know, "" for nothing
	// Of predictions:
	Interval *[2]float64 // in which the value lies with the confidence that Method names
	Backtest *Backtest
}

// Row is a line of a figure that is a list: of what was detected or predicted.
type Row struct {
	Name    string         `json:"name"` // what it is about: a record, a service, a month
	Ref     string         `json:"ref,omitempty"`
	Values  map[string]any `json:"values"`
	Records []string       `json:"records,omitempty"`
	Words   string         `json:"words"` // the line in one sentence, for people
}

// Backtest is how a method did on past data.
type Backtest struct {
	Trials int     `json:"trials"`
	Error  float64 `json:"error"` // of the measure
	Naive  float64 `json:"naive"` // the same measure of the simplest method: what it must beat
	// Measure says what Error is, such as "mean absolute error in records per week".
	Measure string `json:"measure"`
	Words   string `json:"words"`
}

// Shape is how a figure is best drawn.
type Shape string

// The shapes.
const (
	Number Shape = "number"
	Months Shape = "months" // values by month, in time
	Bars   Shape = "bars"   // values by another key
	List   Shape = "list"   // rows
)

// Definition is a figure: what it means, and how it is computed.
type Definition struct {
	ID     string // such as "time_to_resolve.median"; unique within a report
	Title  string
	Unit   Unit
	Shape  Shape
	Kind   Kind
	Group  string // heading below which the report shows it: "Volume", "Time", "Quality", …
	Text   string // the definition, in full sentences: what is counted, of what, in which time
	Method string // of predictions
	Better string // "up", "down" or "": which way is good
	Key    bool   // shown on the dashboard
	Stock  bool   // as of the moment asked about, whatever the period
	// Compute must not change the scope, nor keep it.
	Compute func(*Scope) Result
}

// Report is figures about one subject.
type Report struct {
	Name    string // "incident"
	Title   string
	Intro   string         // one sentence
	Subject records.Type   // "" for reports about several
	Types   []records.Type // that are read beside it
	Fields  []string       // of the subject and those types that figures read; nil means all
	By      []string       // fields by which it makes sense to group
	Figures []Definition
}
