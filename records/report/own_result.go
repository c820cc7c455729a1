package report

import (
	"slices"

	"frontdesk/records"
	"frontdesk/records/figure"
	"frontdesk/schema"
	"frontdesk/schema/desk"
)

// unset is the key of records that do not set the field by which a figure counts.
const unset = "(not set)"

// notStated says why records are left out of a figure.
const notStated = "do not state it and are left out"

// ownResult computes a figure of the desk's own.
func ownResult(f desk.Figure, s *figure.Scope, ts *schema.Types) figure.Result {
	o := &ownSum{f: f, s: s, found: matching(f.Query, s, ts), behind: map[*figure.Case]bool{}}
	if f.Compute == desk.Share {
		o.whole = matching(f.Among, s, ts)
		among := make(map[*figure.Case]bool, len(o.whole))
		for _, c := range o.whole {
			among[c] = true
		}
		o.found = figure.Select(o.found, func(c *figure.Case) bool { return among[c] })
	}
	if f.By == "" {
		out := figure.Result{}
		if v, ok := o.part(o.found, o.whole); ok {
			out.Value = v
		}
		return o.finish(out)
	}
	parts, among := o.parts(o.found), o.parts(o.whole)
	keys := parts
	if f.Compute == desk.Share {
		keys = among // of each part, so that the shares are of its own records
	}
	values := make(map[string]float64, len(keys))
	for key := range keys {
		if v, ok := o.part(parts[key], among[key]); ok {
			values[key] = v
		}
	}
	return o.finish(figure.Result{Value: values})
}

// ownSum computes one figure of the desk's own.
type ownSum struct {
	f      desk.Figure
	s      *figure.Scope
	found  []*figure.Case
	whole  []*figure.Case // of a share
	behind map[*figure.Case]bool
}

// part computes the figure for some of the records that were found: of a share, among
// those of the whole.
func (o *ownSum) part(cs, whole []*figure.Case) (v float64, ok bool) {
	if isCount(o.f) {
		for _, c := range cs {
			o.behind[c] = true
		}
		if o.f.Compute == desk.Share {
			return figure.Share(len(cs), len(whole))
		}
		return float64(len(cs)), true
	}
	var values []float64
	for _, c := range cs {
		if v, ok := number(o.f, c); ok {
			values, o.behind[c] = append(values, v), true
		}
	}
	return computed(o.f.Compute, values)
}

// parts returns cases by what a figure counts them by.
func (o *ownSum) parts(cs []*figure.Case) map[string][]*figure.Case {
	out := map[string][]*figure.Case{}
	for _, c := range cs {
		for _, key := range o.keys(c) {
			out[key] = append(out[key], c)
		}
	}
	return out
}

// finish adds of which records the figure is, and of how many.
func (o *ownSum) finish(out figure.Result) figure.Result {
	some := figure.Select(o.found, func(c *figure.Case) bool { return o.behind[c] })
	out.N, out.Records = len(some), figure.Refs(some)
	if o.f.Compute == desk.Share {
		dated := figure.Select(o.whole, func(c *figure.Case) bool { return o.f.By == "" || len(o.keys(c)) > 0 })
		out.N, out.Note = len(dated), figure.LeftOut(len(o.whole)-len(dated), len(o.whole), notStated)
		return out
	}
	out.Note = figure.LeftOut(len(o.found)-len(some), len(o.found), notStated)
	return out
}

// keys returns the parts that a case belongs to: one for each item of a list.
func (o *ownSum) keys(c *figure.Case) []string {
	if o.f.By != Month {
		keys := c.Record.Get(o.f.By).Strings()
		if len(keys) == 0 {
			return []string{unset}
		}
		slices.Sort(keys)
		return slices.Compact(keys)
	}
	field := firstTime(c)
	if isTime(c.Type, o.f.Of) {
		field = o.f.Of
	}
	at, ok := c.Record.Time(field)
	if !ok {
		return nil
	}
	return []string{o.s.Month(at)}
}

// firstTime names the field that says when a record was opened.
func firstTime(c *figure.Case) string {
	for _, st := range c.Type.States {
		if st.Stamp != "" {
			return st.Stamp
		}
	}
	return records.FieldID // which holds no time
}

// number returns what a record brings to a figure.
func number(f desk.Figure, c *figure.Case) (v float64, ok bool) {
	if f.Since == "" {
		return figure.NumberOf(c.Record.Get(f.Of))
	}
	from, okFrom := c.Record.Time(f.Since)
	to, okTo := c.Record.Time(f.Of)
	return figure.InHours(to.Sub(from)), okFrom && okTo
}

func computed(what string, values []float64) (v float64, ok bool) {
	if len(values) == 0 {
		return 0, false
	}
	switch what {
	case "mean":
		return figure.Mean(values)
	case "median":
		return figure.Quantile(values, 0.5)
	case "p90":
		return figure.Quantile(values, 0.9)
	case "min":
		return slices.Min(values), true
	case "max":
		return slices.Max(values), true
	}
	for _, n := range values {
		v += n
	}
	return v, true
}

// matching returns the cases of a scope that a query finds.
func matching(text string, s *figure.Scope, ts *schema.Types) []*figure.Case {
	q, err := parseQuery(text, s.Type, ts, s.AsOf, s.Data)
	if err != nil {
		return nil // All has reported it
	}
	var out []*figure.Case
	for _, c := range s.Cases {
		if q.Match(c.Type, c.Record) {
			out = append(out, c)
		}
	}
	return out
}
