package schema

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"frontdesk/records"
	"frontdesk/records/diag"
)

// whole completes a clock with what is usual for its metric, and refuses one that
// would never run, never rest or never stop. given are the places of the keys that
// the file itself has.
func (r *clockReader) whole(c *Clock, given map[string]diag.Span) {
	if c.Metric == "" {
		if c.Raw.Get("metric") == nil {
			r.fail(RuleMissingKey, c.Span, "add for example metric: "+cmp.Or(Nearest(c.Name, metricWords()), string(Resolution)), "clock %s has no metric", c.Name)
		}
		return
	}
	at := func(key string) diag.Span {
		if span, ok := given[key]; ok {
			return span
		}
		return c.Span
	}
	if c.Pause.States == nil {
		r.usualPause(c)
	}
	switch c.Metric {
	case TeamTime, SupplierTime:
		for _, key := range []string{"start", "stop"} {
			if c.Raw.Get(key) != nil {
				r.bad(at(key), "remove it", "clock %s has no %s: it runs anew for each %s", c.Name, key, c.Metric)
			}
		}
	default:
		r.defaults(c)
		r.proveStart(c, at)
		r.provePause(c, at)
	}
	r.proveTracked(c, at)
}

func metricWords() []string {
	var words []string
	for _, m := range Metrics() {
		words = append(words, string(m))
	}
	return words
}

// usualPause sets the states of a pause that does not say them: those of category
// held. On a type without any, a record is on hold while its field hold says why, in
// whatever state it is open.
func (r *clockReader) usualPause(c *Clock) {
	c.Pause.States = statesIn(r.t, func(of records.Category) bool { return of == records.Held })
	f := r.t.Field(fieldHold)
	if len(c.Pause.States) > 0 || f == nil || len(f.Choices()) == 0 || !slices.Contains(r.t.Tracked, fieldHold) {
		return
	}
	c.Pause.States = statesIn(r.t, records.Category.IsOpen)
	if len(c.Pause.Holds) == 0 && c.Metric != SupplierTime {
		c.Pause.Holds = f.Choices()
	}
}

func statesIn(t *Type, of func(records.Category) bool) []records.State {
	states := []records.State{}
	for _, s := range t.States {
		if of(s.Category) {
			states = append(states, s.Name)
		}
	}
	return states
}

// defaults sets start and stop of a clock that does not say them.
func (r *clockReader) defaults(c *Clock) {
	start, stop := Opened, []Moment{{Event: WasResolved}}
	switch c.Metric {
	case Response:
		stop = []Moment{{Event: Commented}, {Event: WasResolved}}
	case Update:
		start = Commented
	}
	if c.Raw.Get("start") == nil {
		c.Start = []Moment{{Event: start}}
	}
	if c.Raw.Get("stop") == nil {
		c.Stop = stop
	}
}

// entered returns the states whose entering is the moment; none of an event that is
// no matter of states.
func (r *clockReader) entered(m Moment) []records.State {
	var out []records.State
	for i, s := range r.t.States {
		is := m.State == s.Name
		switch m.Event {
		case Opened:
			is = i == 0
		case Started:
			is = s.Category != records.New
		case WasResolved:
			is = s.Category == records.Resolved || s.Category.IsDone()
		case WasClosed:
			is = s.Category.IsDone()
		}
		if is {
			out = append(out, s.Name)
		}
	}
	return out
}

// isWithin reports whether the first moment always is the second one, too.
func (r *clockReader) isWithin(m, n Moment) bool {
	states := r.entered(m)
	return m == n || len(states) > 0 && len(missing(states, r.entered(n))) == 0
}

// missing returns the states that are not among the others.
func missing(states, others []records.State) []records.State {
	return slices.DeleteFunc(slices.Clone(states), func(s records.State) bool { return slices.Contains(others, s) })
}

// proveStart refuses a clock that stops where it starts.
func (r *clockReader) proveStart(c *Clock, at func(string) diag.Span) {
	for _, start := range c.Start {
		for _, stop := range c.Stop {
			if !r.isWithin(start, stop) {
				continue
			}
			key := "stop"
			if c.Raw.Get("stop") == nil {
				key = "start"
			}
			r.bad(at(key), "name a stop that comes after the start, such as resolved", "clock %s would never run: %s starts it, and %s stops it at once", c.Name, describe(start), describe(stop))
			return
		}
	}
}

func describe(m Moment) string {
	if m.State != "" {
		return fmt.Sprintf("state %s", m.State)
	}
	return string(m.Event)
}

// provePause refuses states that stop the clock and are to pause it, and a clock
// that starts paused and stays so.
func (r *clockReader) provePause(c *Clock, at func(string) diag.Span) {
	var stops []records.State
	for _, m := range c.Stop {
		stops = append(stops, r.entered(m)...)
	}
	if pause := c.Raw.Get("pause"); pause.Get("states") == nil {
		c.Pause.States = missing(c.Pause.States, stops) // what stops it cannot pause it
	}
	for _, s := range c.Pause.States {
		if slices.Contains(stops, s) {
			r.bad(at("pause"), "remove it from pause", "clock %s: state %s stops it, and cannot pause it", c.Name, s)
			return
		}
	}
	if len(c.Pause.Holds) > 0 {
		return // without one of these reasons it runs
	}
	for _, m := range c.Start {
		states := r.entered(m)
		if len(states) > 0 && len(missing(states, c.Pause.States)) == 0 && !r.leaves(states, c.Pause.States) {
			r.bad(at("pause"), "let a transition lead out of the pause, or pause in other states", "clock %s would pause for ever: %s starts it, and no transition leads from there to a state in which it runs", c.Name, describe(m))
			return
		}
	}
}

// leaves reports whether a record can get from one of the states to one that is not
// among the paused ones.
func (r *clockReader) leaves(from, paused []records.State) bool {
	seen := slices.Clone(from)
	for i := 0; i < len(seen); i++ {
		for _, to := range r.t.Transitions[seen[i]] {
			if !slices.Contains(paused, to) {
				return true
			}
			if !slices.Contains(seen, to) {
				seen = append(seen, to)
			}
		}
	}
	return false
}

// proveTracked refuses clocks that look for something that the log does not tell.
func (r *clockReader) proveTracked(c *Clock, at func(string) diag.Span) {
	switch {
	case c.Metric == TeamTime:
		r.needsLog(c, fieldTeam, at("metric"))
	case c.Metric == SupplierTime:
		r.proveSupplier(c, at)
	case len(c.Pause.Holds) > 0:
		r.needsLog(c, fieldHold, at("pause"))
	}
	if slices.Contains(c.Start, Moment{Event: Assigned}) {
		r.needsLog(c, fieldAssignee, at("start"))
	} else if slices.Contains(c.Stop, Moment{Event: Assigned}) {
		r.needsLog(c, fieldAssignee, at("stop"))
	}
	says := slices.Contains(c.Start, Moment{Event: Commented}) || slices.Contains(c.Stop, Moment{Event: Commented}) && c.Raw.Get("stop") != nil
	if says && !slices.ContainsFunc(r.t.Body.Sections, readsRequester) {
		key := "stop"
		if slices.Contains(c.Start, Moment{Event: Commented}) {
			key = "start"
		}
		r.bad(at(key), "add for example {heading: Comments, append: true} to the sections of body", "clock %s waits for a comment, and %s has no section to which the desk adds what the requester reads", c.Name, r.t.Name)
	}
}

// readsRequester reports whether a section is one in which desk and requester talk.
func readsRequester(s Section) bool {
	return s.Append && s.Audience != Staff && !strings.HasPrefix(string(s.Audience), "team:")
}

// needsLog reports a field that the type does not have or whose changes the log does
// not record.
func (r *clockReader) needsLog(c *Clock, field string, at diag.Span) {
	switch {
	case r.t.Field(field) == nil:
		r.fail(RuleUnknownField, at, "add it to fields, or remove the clock", "clock %s looks at the field %s, and %s has none", c.Name, field, r.t.Name)
	case !slices.Contains(r.t.Tracked, field):
		r.bad(at, "add "+field+" to tracked", "clock %s looks at the past of the field %s, which the log of %s does not record", c.Name, field, r.t.Name)
	}
}

// proveSupplier completes a clock that runs while a record waits for a supplier.
func (r *clockReader) proveSupplier(c *Clock, at func(string) diag.Span) {
	r.needsLog(c, fieldHold, at("metric"))
	if len(c.Pause.States) == 0 {
		r.bad(at("pause"), "name the states in which a record waits, or give one of the type's the category held", "clock %s would never run: there is no state in which %s is on hold", c.Name, r.t.Name)
	}
	if pause := c.Raw.Get("pause"); pause.Get("holds") != nil {
		return
	}
	if f := r.t.Field(fieldHold); f != nil && len(f.Choices()) > 0 && !slices.Contains(f.Choices(), holdVendor) {
		r.bad(at("metric"), "write for example pause: {holds: ["+f.Choices()[0]+"]}", "clock %s does not say for which reasons of a hold it runs, and hold is never %q", c.Name, holdVendor)
		return
	}
	c.Pause.Holds = []string{holdVendor}
}
