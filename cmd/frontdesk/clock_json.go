package main

import (
	"encoding/json"
	"strconv"
	"time"

	"frontdesk/records"
	"frontdesk/records/sla"
	"frontdesk/schema"
)

// clockJSON is one clock of a record. Lengths of time are in seconds. Limit and Left
// are business time, by the calendar of the clock.
type clockJSON struct {
	Name     string        `json:"name"`
	Title    string        `json:"title"`
	Metric   schema.Metric `json:"metric"`
	Subject  string        `json:"subject"`  // the team or the reason for the hold, of clocks that begin anew for each; else ""
	Target   string        `json:"target"`   // "" where no target applies
	Source   string        `json:"source"`   // file in which the target stands, from the desk's root
	Calendar string        `json:"calendar"` // by which business time is counted
	Outcome  sla.Outcome   `json:"outcome"`  // running, paused, met, breached, cancelled; none without a target
	Active   bool          `json:"active"`   // it has begun and not stopped
	Start    *string       `json:"start"`
	Stop     *string       `json:"stop"` // null while it has not stopped
	Due      *string       `json:"due"`  // when the target is over if nothing pauses it from now on; null without a target
	Over     *string       `json:"over"` // when the target was over; null while it is not
	Limit    *seconds      `json:"limit"`
	Left     *seconds      `json:"left"` // negative beyond the limit
	Elapsed  amountJSON    `json:"elapsed"`
	Held     amountJSON    `json:"held"`
	Idle     amountJSON    `json:"idle"` // between a resolution and the reopening
	Note     string        `json:"note,omitempty"`
}

// amountJSON is a length of time by the calendar of the clock and by the wall clock.
type amountJSON struct {
	Business seconds `json:"business"`
	Wall     seconds `json:"wall"`
}

// seconds is a length of time as a number of seconds, exactly.
type seconds time.Duration

// MarshalJSON writes whole seconds as whole numbers.
func (s seconds) MarshalJSON() ([]byte, error) {
	d := time.Duration(s)
	if d%time.Second == 0 {
		return strconv.AppendInt(nil, int64(d/time.Second), 10), nil
	}
	return json.Marshal(d.Seconds())
}

// newClocksJSON returns clocks in their order; none is an empty list.
func newClocksJSON(clocks []sla.Clock) []clockJSON {
	out := make([]clockJSON, len(clocks))
	for i := range clocks {
		c := &clocks[i]
		out[i] = clockJSON{
			Name: c.Name, Title: c.Title, Metric: c.Metric, Subject: c.Subject, Target: c.Target, Source: c.Source, Calendar: c.Calendar,
			Outcome: c.Outcome, Active: c.Active, Start: timeJSON(c.Start), Stop: timeJSON(c.Stop),
			Elapsed: newAmountJSON(c.Elapsed), Held: newAmountJSON(c.Held), Idle: newAmountJSON(c.Idle), Note: c.Note,
		}
		if c.Outcome != sla.Untimed {
			limit, left := seconds(c.Limit), seconds(c.Left)
			out[i].Limit, out[i].Left = &limit, &left
			out[i].Due, out[i].Over = timeJSON(c.Ends()), timeJSON(c.Over)
		}
	}
	return out
}

func newAmountJSON(a sla.Amount) amountJSON {
	return amountJSON{Business: seconds(a.Business), Wall: seconds(a.Wall)}
}

// timeJSON writes a time in UTC, null for none.
func timeJSON(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	text := records.FormatTime(t)
	if t.Nanosecond() != 0 {
		text = t.UTC().Format(time.RFC3339Nano)
	}
	return &text
}

// timed adds the clocks of the records to an envelope of them.
func (env *envelope) timed(book *clockBook, rs []*records.Record, types *schema.Types) {
	env.AsOf = records.FormatTime(book.asOf)
	for i, r := range rs {
		clocks := newClocksJSON(book.clocks(r))
		env.Records[i].Clocks = &clocks
		if at, ok := book.dueOf(types.Get(r.Type), r); ok {
			env.Records[i].Due = timeJSON(at)
		}
	}
}
