package schema

import (
	"cmp"
	"slices"
	"strings"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/records/lazy"
)

// clockName is the form of the names of clocks.
var clockName = lazy.Regexp(`^[a-z][a-z0-9_-]{0,39}$`)

// mostClocks bounds how many clocks a type may have.
const mostClocks = 20

// The fields that clocks look at beside the state, whatever the type.
const (
	fieldTeam     = "team"
	fieldAssignee = "assignee"
	fieldHold     = "hold"
)

// holdVendor is the reason for the hold during which clocks of suppliers run unless
// the type file says otherwise.
const holdVendor = "vendor"

// clockKeys are the keys of a clock, in the order in which they are written.
func clockKeys() []string {
	return []string{"title", "metric", "calendar", "start", "stop", "pause", "warn", "targets"}
}

// clockReader reads the clocks of a type whose fields, states and sections are
// known, and targets for them. What is wrong is collected apart from the rest of the
// file: the type is there all the same, without the clocks that are at fault.
type clockReader struct {
	*reader
	t    *Type
	lazy bool // conditions are compiled when they are first needed
}

// clocks reads the clocks of a draft that is complete otherwise. A type that extends
// another has its clocks; of one that the file gives anew, each key replaces that
// key as a whole. An inherited clock is read again, as the states may be others now.
func (l *loader) clocks(d *draft) []diag.Diagnostic {
	inherited := d.Clocks
	d.Clocks, d.Broken = nil, nil
	if d.sla == nil && len(inherited) == 0 {
		return nil
	}
	r := &clockReader{reader: &reader{path: d.Path, env: l.clockEnv}, t: d.Type, lazy: l.builtIn}
	own := r.ownClocks(d.sla)
	for _, base := range inherited {
		p := own.Pair(base.Name)
		switch {
		case p == nil:
			r.clock(base.Name, nil, base, d.given["type"])
		case !p.Value.IsNull():
			r.clock(base.Name, p.Value, base, p.KeySpan)
		}
	}
	for i := range own.Pairs {
		p := &own.Pairs[i]
		if slices.ContainsFunc(inherited, func(c *Clock) bool { return c.Name == p.Key }) {
			continue
		}
		if p.Value.IsNull() {
			r.bad(p.KeySpan, cmp.Or(didYouMean(p.Key, clockNames(inherited)), "remove the line, or write the clock below it"), "sla: there is no clock %q to remove", cut(p.Key))
			continue
		}
		r.clock(p.Key, p.Value, nil, p.KeySpan)
	}
	return r.ds
}

func clockNames(clocks []*Clock) []string {
	names := make([]string, len(clocks))
	for i, c := range clocks {
		names[i] = c.Name
	}
	return names
}

// ownClocks returns the clocks that a file gives, by name; those whose name cannot
// be one are left out.
func (r *clockReader) ownClocks(v *records.Value) *records.Value {
	own := &records.Value{Kind: records.Map}
	switch {
	case v == nil:
		return own
	case v.Kind != records.Map:
		r.bad(v.Span, "write for example sla: {resolution: {metric: resolution, targets: [{target: P2D}]}}", "sla is %s; it must be a map", kindName(v.Kind))
		return own
	case len(r.t.States) == 0 && len(v.Pairs) > 0:
		r.bad(v.Span, "add states to the type, or remove sla", "%s has no states, so that no clock could tell when to run", r.t.Name)
		return own
	}
	for _, p := range v.Pairs {
		switch {
		case strings.HasPrefix(p.Key, "x_"):
		case !clockName().MatchString(p.Key):
			r.fail(RuleName, p.KeySpan, formHint(clockName()), "clock %q does not match %s", cut(p.Key), clockName())
		case len(own.Pairs) == mostClocks:
			r.bad(p.KeySpan, "remove some", "sla: a type has at most %d clocks", mostClocks)
			return own
		default:
			own.Pairs = append(own.Pairs, p)
		}
	}
	return own
}

func (r *clockReader) bad(span diag.Span, hint, format string, args ...any) {
	r.fail(RuleBadClock, span, hint, format, args...)
}

// clock reads one clock: the keys that the file gives, and those that it inherits.
func (r *clockReader) clock(name string, own *records.Value, base *Clock, span diag.Span) {
	before := diag.Count(r.ds, diag.Error)
	c := &Clock{Name: name, Title: titleOf(name), Raw: own, Path: r.path, Span: span}
	given := map[string]diag.Span{}
	isMap := own == nil || r.keys(own, "clock "+name, clockKeys(), func(p records.Pair) {
		given[p.Key] = p.Value.Span
		r.key(c, p)
	})
	if base != nil {
		r.inherit(c, own, base)
	}
	if own == nil {
		r.at = &span // what does not fit any more is inherited
	}
	if isMap {
		r.whole(c, given)
	}
	r.at = nil
	if diag.Count(r.ds, diag.Error) > before {
		r.t.Broken = append(r.t.Broken, name)
		return
	}
	r.t.Clocks = append(r.t.Clocks, c)
}

// inherit reads the keys of the inherited clock that the file's own does not
// replace. They may not fit the type any more; that is reported in the file.
func (r *clockReader) inherit(c *Clock, own *records.Value, base *Clock) {
	rest := *base.Raw
	rest.Pairs = slices.DeleteFunc(slices.Clone(base.Raw.Pairs), func(p records.Pair) bool { return own.Get(p.Key) != nil })
	span, lazy := c.Span, r.lazy
	r.at, r.lazy = &span, true
	r.keys(&rest, "clock "+c.Name, clockKeys(), func(p records.Pair) { r.key(c, p) })
	r.at, r.lazy = nil, lazy
	if own == nil {
		c.Raw = base.Raw
		return
	}
	whole := *own
	whole.Pairs = slices.Concat(own.Pairs, rest.Pairs)
	c.Raw = &whole
}

// key reads one key of a clock.
func (r *clockReader) key(c *Clock, p records.Pair) {
	what := "clock " + c.Name
	switch v := p.Value; p.Key {
	case "title":
		c.Title = cmp.Or(r.text(v, what+": title"), c.Title)
	case "metric":
		var words []string
		for _, m := range Metrics() {
			words = append(words, string(m))
		}
		c.Metric = Metric(r.choice(v, what+": metric", words))
	case "calendar":
		c.Calendar, c.Named = r.text(v, what+": calendar"), v.Span
	case "start":
		c.Start = r.moments(v, what+": start")
	case "stop":
		c.Stop = r.moments(v, what+": stop")
	case "pause":
		r.pause(c, v)
	case "warn":
		c.Warn = r.warnings(v, what)
	case "targets":
		c.Targets = r.targets(v, what)
	}
}

// moments reads a word or a list of them. The names of events come before those of
// states: "resolved" is the event, whatever the states are called.
func (r *clockReader) moments(v *records.Value, what string) []Moment {
	items := []*records.Value{v}
	if v.Kind == records.List {
		items = v.Items
	}
	if len(items) == 0 {
		r.bad(v.Span, "write for example [comment, resolved], or leave the key out for what is usual", "%s is empty", what)
	}
	var out []Moment
	for _, item := range items {
		word := r.text(item, what)
		m := Moment{State: records.State(word)}
		if slices.Contains(Events(), Event(word)) {
			m = Moment{Event: Event(word)}
		}
		switch {
		case word == "":
		case m.Event == "" && r.t.State(m.State) == nil:
			known := r.momentWords()
			r.fail(RuleUnknownState, item.Span, cmp.Or(didYouMean(word, known), "write one of "+strings.Join(known, ", ")), "%s: %q is neither an event nor a state of %s", what, cut(word), r.t.Name)
		case slices.Contains(out, m):
			r.fail(RuleConflict, item.Span, "remove one of the two", "%s names %q twice", what, word)
		default:
			out = append(out, m)
		}
	}
	return out
}

// momentWords returns the words for moments: events, and states of other names.
func (r *clockReader) momentWords() []string {
	var words []string
	for _, e := range Events() {
		words = append(words, string(e))
	}
	return unite(words, r.t.StateNames())
}

// pause reads when a clock rests, of one of suppliers when it runs.
func (r *clockReader) pause(c *Clock, v *records.Value) {
	what := "clock " + c.Name + ": pause"
	r.keys(v, what, []string{"states", "holds"}, func(p records.Pair) {
		switch v := p.Value; p.Key {
		case "states":
			c.Pause.States = []records.State{} // none is not the same as the default
			for _, item := range r.items(v, what+".states") {
				r.pauseState(c, item, what)
			}
		case "holds":
			c.Pause.Holds = r.holds(v, what+".holds")
		}
	})
}

func (r *clockReader) pauseState(c *Clock, v *records.Value, what string) {
	s := records.State(r.text(v, what+".states"))
	switch {
	case s == "":
	case r.t.State(s) == nil:
		r.fail(RuleUnknownState, v.Span, cmp.Or(didYouMean(string(s), r.t.StateNames()), "the states are "+strings.Join(r.t.StateNames(), ", ")), "%s: %q is no state of %s", what, cut(string(s)), r.t.Name)
	case slices.Contains(c.Pause.States, s):
		r.fail(RuleConflict, v.Span, "remove one of the two", "%s.states names %q twice", what, s)
	default:
		c.Pause.States = append(c.Pause.States, s)
	}
}

// holds reads reasons for a hold, which the field that holds them must be able to
// have.
func (r *clockReader) holds(v *records.Value, what string) []string {
	items := r.items(v, what)
	if v.Kind == records.List && len(items) == 0 {
		r.bad(v.Span, "leave holds out if any hold will do, or write states: [] if none does", "%s is empty", what)
	}
	f := r.t.Field(fieldHold)
	if f == nil {
		r.bad(v.Span, "remove it, or add a field hold with an enum of reasons", "%s: %s has no field hold", what, r.t.Name)
		return nil
	}
	var out []string
	for _, item := range items {
		s := r.text(item, what)
		switch {
		case s == "":
		case len(f.Choices()) > 0 && !slices.Contains(f.Choices(), s):
			r.bad(item.Span, cmp.Or(didYouMean(s, f.Choices()), "hold is one of "+strings.Join(f.Choices(), ", ")), "%s: %q is no value of the field hold", what, cut(s))
		case slices.Contains(out, s):
			r.fail(RuleConflict, item.Span, "remove one of the two", "%s names %q twice", what, cut(s))
		default:
			out = append(out, s)
		}
	}
	return out
}
