package sla

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/schema"
	"frontdesk/schema/calendar"
	"frontdesk/schema/desk"
)

// RuleUnknownCalendar is the rule that clocks and targets break which name a calendar
// that the desk does not have.
const RuleUnknownCalendar diag.RuleID = "sla/unknown-calendar"

// Around answers what clocks need to know of other records.
type Around struct {
	Service  func(records.ID) *records.Record // nil where there is none
	Teams    func(person records.ID) []string // ids of the teams of a person
	Services []*records.Record                // all services, for New to judge what they promise; may be left out
}

// Engine computes clocks. It is safe for concurrent use.
type Engine struct {
	desk     *desk.Desk
	types    *schema.Types
	around   Around
	vars     map[string]any // of the desk
	always   *calendar.Hours
	plans    map[records.Type]*plan
	services sync.Map // *service by records.ID
}

// plan is what is to be computed for records of a type.
type plan struct {
	t        *schema.Type
	clocks   []*clock
	facts    bool // a condition of the type reads the service
	teams    bool // a condition of the type reads the requester's teams
	services []string
}

// clock is a clock of a type, made ready.
type clock struct {
	*schema.Clock
	start, stop []schema.Moment
	ends        []schema.Moment // that stop it for good
	holds       []string        // reasons for which it pauses, or runs where it is one of suppliers
	flags       bool            // the field hold alone pauses it
	own         *chain          // targets of the type
	hours       *calendar.Hours
	note        string // why its own calendar is not what it names
}

// New returns an engine for a desk. The diagnostics tell what is wrong with the
// calendars that clocks name and, where around has all services, with what they
// promise. A target whose calendar is not there promises nothing.
func New(d *desk.Desk, ts *schema.Types, around Around) (*Engine, []diag.Diagnostic) {
	e := &Engine{desk: d, types: ts, around: around, vars: d.Vars(), plans: map[records.Type]*plan{}}
	e.always = calendar.AroundTheClock(d.TimeZone)
	var ds []diag.Diagnostic
	for _, t := range ts.All() {
		if len(t.Clocks) == 0 {
			continue
		}
		p := e.newPlan(t)
		e.plans[t.Name] = p
		for _, k := range p.clocks {
			ds = append(ds, e.judgeClock(k)...)
		}
	}
	for _, r := range around.Services {
		s, problems := e.newService(r)
		ds = append(ds, problems...)
		if around.Service != nil && around.Service(r.ID) == r { // else several have the id, and none promises
			e.services.Store(r.ID, s)
		}
	}
	diag.Sort(ds)
	return e, ds
}

func (e *Engine) newPlan(t *schema.Type) *plan {
	p := &plan{t: t}
	for _, name := range []string{fieldService, fieldServices} {
		if t.Field(name) != nil {
			p.services = append(p.services, name)
		}
	}
	for _, c := range t.Clocks {
		k := newClock(t, c)
		if k.hours = e.calendar(c.Calendar); k.hours == nil {
			k.hours = e.always
			k.note = fmt.Sprintf("the calendar %s is not there: time is counted around the clock", c.Calendar)
		}
		k.own = e.newChain(k, t, c.Targets)
		p.clocks = append(p.clocks, k)
		p.facts = p.facts || k.own.facts
		p.teams = p.teams || k.own.teams
	}
	return p
}

func newClock(t *schema.Type, c *schema.Clock) *clock {
	k := &clock{Clock: c, start: c.Start, stop: c.Stop, holds: c.Pause.Holds}
	if len(k.start) == 0 {
		k.start = []schema.Moment{{Event: schema.Opened}}
		if c.Metric == schema.Update {
			k.start = []schema.Moment{{Event: schema.Commented}}
		}
	}
	if len(k.stop) == 0 {
		k.stop = []schema.Moment{{Event: schema.WasResolved}}
		if c.Metric == schema.Response {
			k.stop = append(k.stop, schema.Moment{Event: schema.Commented})
		}
	}
	for _, m := range k.stop {
		if c.Metric == schema.Response || m.State == "" && m.Event != schema.WasResolved && m.Event != schema.WasClosed {
			k.ends = append(k.ends, m)
		}
	}
	if c.Metric == schema.Response {
		k.ends = append(k.ends, schema.Moment{Event: schema.WasClosed})
	}
	if len(k.holds) == 0 && c.Metric == schema.SupplierTime {
		k.holds = []string{holdVendor}
	}
	if c.Pause.States == nil {
		whole := *c
		whole.Pause.States = []records.State{}
		for _, s := range t.States {
			if s.Category == records.Held {
				whole.Pause.States = append(whole.Pause.States, s.Name)
			}
		}
		k.Clock = &whole
	}
	k.flags = isFlagged(t) && c.Raw.Get("pause").Get("states") == nil
	return k
}

// holdVendor is the reason for the hold during which clocks of suppliers run, unless
// they say otherwise.
const holdVendor = "vendor"

// plan returns what is to be computed for records of a type, nil for nothing.
func (e *Engine) plan(t records.Type) *plan { return e.plans[t] }

// calendar returns the calendar with the name, the one around the clock for "", nil where
// there is none.
func (e *Engine) calendar(name string) *calendar.Hours {
	if h, ok := e.desk.Calendar(name); ok {
		return h
	}
	if name == "" || name == desk.AroundTheClock {
		return e.always
	}
	return nil
}

// hours returns the calendar with the name, the one around the clock where there is none.
func (e *Engine) hours(name string) *calendar.Hours { return cmp.Or(e.calendar(name), e.always) }

// judgeClock tells which calendars of a clock and its targets are not there.
func (e *Engine) judgeClock(k *clock) []diag.Diagnostic {
	var ds []diag.Diagnostic
	if e.lacks(k.Calendar) {
		ds = append(ds, e.unknown(k.Path, k.Named, "clock "+k.Name, k.Calendar))
	}
	return append(ds, e.judgeTargets(k, k.Targets)...)
}

func (e *Engine) judgeTargets(k *clock, targets []*schema.Target) []diag.Diagnostic {
	var ds []diag.Diagnostic
	for _, t := range targets {
		if t.Calendar != "" && e.lacks(t.Calendar) {
			ds = append(ds, e.unknown(t.Path, t.Named, "clock "+k.Name+": target "+t.Name, t.Calendar))
		}
	}
	return ds
}

// lacks reports whether desk.yaml does not have a calendar. One that is there and cannot
// be read is reported there.
func (e *Engine) lacks(name string) bool {
	return e.calendar(name) == nil && e.desk.Raw.Get("calendars").Pair(name) == nil
}

func (e *Engine) unknown(path string, span diag.Span, what, name string) diag.Diagnostic {
	names := append(slices.Collect(maps.Keys(e.desk.Calendars)), desk.AroundTheClock)
	slices.Sort(names)
	hint := "add it to the calendars of desk.yaml, or write " + desk.AroundTheClock
	if near := schema.Nearest(name, slices.Compact(names)); near != "" {
		hint = fmt.Sprintf("did you mean \"%s\"?", near)
	}
	return diag.New(RuleUnknownCalendar, diag.Error, path, span, "%s: desk.yaml has no calendar \"%s\"", what, strings.ToValidUTF8(name, "?")).WithHint("%s", hint)
}

// Needs returns the fields of records of a type that clocks look at, beside the log and
// the comments. Conditions of services count if New was given all services.
func (e *Engine) Needs(t *schema.Type) []string {
	var out []string
	add := func(names ...string) {
		for _, name := range names {
			if name != "" && t.Field(name) != nil && !slices.Contains(out, name) {
				out = append(out, name)
			}
		}
	}
	p := e.plan(t.Name)
	if p == nil {
		return nil
	}
	add(openedField(t), resolvedField(t), closedField(t), fieldRequester, fieldFor, fieldService, fieldServices, FieldDue)
	fields := watched()
	add(fields[:]...)
	for _, k := range p.clocks {
		add(k.own.reads...)
	}
	e.services.Range(func(_, v any) bool {
		for k, c := range v.(*service).chains {
			if slices.Contains(p.clocks, k) {
				add(c.reads...)
			}
		}
		return true
	})
	slices.Sort(out)
	return out
}
