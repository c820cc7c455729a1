package query

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"frontdesk/records"
	"frontdesk/records/lazy"
	"frontdesk/records/sla"
	"frontdesk/schema"
)

// The keys that ask for clocks.
const (
	keySLA = "sla"
	keyDue = "due"
)

// overdue is the value of due: for what was due before now.
const overdue = "overdue"

// Outcomes lists what may follow sla:, the most pressing first.
func Outcomes() []string {
	return []string{string(sla.Breached), string(sla.Running), string(sla.Paused), string(sla.Met), string(sla.Cancelled), string(sla.Untimed)}
}

// Due returns when something is due of a record first: the next of its clocks that
// runs or is paused, or the deadline that it states while work is still to be done.
// ok is false where nothing is.
func Due(t *schema.Type, r *records.Record, clocks []sla.Clock) (at time.Time, ok bool) {
	if c := t.Category(r); c != "" && !c.IsOpen() {
		next := sla.Next(clocks)
		if next == nil {
			return time.Time{}, false
		}
		return next.Ends(), true
	}
	return sla.Due(r, clocks)
}

// NeedsClocks reports whether Match or Sort ask for clocks.
func (q *Query) NeedsClocks() bool { return q.needs.clocks }

// MayMatch reports whether a record meets what the query says beside clocks. It asks
// for none, so that those of records which cannot match need not be computed.
func (q *Query) MayMatch(t *schema.Type, r *records.Record) bool {
	preds, asked := q.match[t.Name]
	return asked && meets(&subject{Record: r}, preds)
}

// clocksOf returns the clocks of a record, none where nothing is known of them.
func (c *compiler) clocksOf(r *records.Record) []sla.Clock {
	if c.opts.Clocks == nil {
		return nil
	}
	return c.opts.Clocks(r)
}

// present is the time of the clocks.
func (c *compiler) present() time.Time {
	if c.opts.AsOf.IsZero() {
		return c.opts.Now
	}
	return c.opts.AsOf
}

// askClocks notes that the query asks for clocks.
func (c *compiler) askClocks() {
	c.needs.clocks = true
	c.needs.add(records.FieldState)
	if slices.ContainsFunc(c.types, func(t *schema.Type) bool { return t.Field(sla.FieldDue) != nil }) {
		c.needs.add(sla.FieldDue)
	}
}

// isSLA reports whether a key asks for the outcome of clocks: not where no type keeps
// any and one has a field of that name.
func (c *compiler) isSLA(key string) bool {
	if key != keySLA && !strings.HasPrefix(key, keySLA+".") {
		return false
	}
	return slices.ContainsFunc(c.types, hasClocks) ||
		!slices.ContainsFunc(c.types, func(t *schema.Type) bool { return t.Field(keySLA) != nil })
}

func hasClocks(t *schema.Type) bool { return len(t.Clocks) > 0 }

// outcomes returns predicates for sla: and sla.CLOCK:.
func (c *compiler) outcomes(t term) ([]pred, error) {
	name := strings.TrimPrefix(strings.TrimPrefix(t.key, keySLA), ".")
	if err := c.checkClock(t, name); err != nil {
		return nil, err
	}
	wanted := map[sla.Outcome]bool{}
	for _, v := range t.values {
		if v.op != "" {
			return nil, noOrder(v, t.key)
		}
		o := strings.ToLower(v.text)
		if !slices.Contains(Outcomes(), o) {
			return nil, syntaxError(v.column, fmt.Sprintf("%s:%s is unknown", t.key, v.text),
				didYouMean(o, Outcomes(), fmt.Sprintf("%s: takes %s", t.key, strings.Join(Outcomes(), ", "))))
		}
		wanted[sla.Outcome(o)] = true
	}
	c.askClocks()
	p := func(s *subject) bool { return isAny(s.clocks(c), name, wanted) }
	preds := slices.Repeat([]pred{never}, len(c.types))
	for i, typ := range c.types {
		if name == "" && hasClocks(typ) || typ.Clock(name) != nil {
			preds[i] = p
		}
	}
	return preds, nil
}

// isAny reports whether a clock with a target, of the name unless that is "", has one
// of the outcomes, or whether none has a target where that is asked for.
func isAny(clocks []sla.Clock, name string, wanted map[sla.Outcome]bool) bool {
	targets := false
	for i := range clocks {
		if c := &clocks[i]; (name == "" || c.Name == name) && c.Outcome != sla.Untimed {
			targets = true
			if wanted[c.Outcome] {
				return true
			}
		}
	}
	return !targets && wanted[sla.Untimed]
}

// checkClock refuses sla: where no type keeps a clock of the name, of any where that
// is "".
func (c *compiler) checkClock(t term, name string) error {
	var known []string
	for _, typ := range c.types {
		for _, clock := range typ.Clocks {
			known = append(known, clock.Name)
		}
	}
	switch {
	case len(c.types) == 0 || name == "" && len(known) > 0 || slices.Contains(known, name):
		return nil
	case len(known) == 0:
		return syntaxError(t.column, fmt.Sprintf("%s has no clocks", typeList(c.types)), "clocks are declared by the key sla of a type file")
	}
	slices.Sort(known)
	known = slices.Compact(known)
	return syntaxError(t.column, fmt.Sprintf("there is no clock %q", name), didYouMean(name, known, "the clocks are "+strings.Join(known, ", ")))
}

// isDue reports whether a key means when something is due, in any of the types.
func (c *compiler) isDue(key string) bool {
	return key == keyDue && slices.ContainsFunc(c.types, means)
}

// means reports whether due: of a type means the next of its clocks or its deadline,
// and not a field of its own that is called so.
func means(t *schema.Type) bool {
	return t.Field(keyDue) == nil && (hasClocks(t) || t.Field(sla.FieldDue) != nil)
}

// otherDue returns what due: is short for in a type where it does not mean clocks, nil
// where it means nothing.
func (c *compiler) otherDue(t *schema.Type) *field {
	for _, suffix := range timeSuffixes() {
		if f := fieldOf(t, keyDue+suffix); f != nil && !means(t) {
			c.needs.add(f.path[0])
			return f
		}
	}
	return nil
}

// due returns predicates for due:.
func (c *compiler) due(t term) ([]pred, error) {
	c.askClocks()
	fields := make([]*field, len(c.types))
	for i, typ := range c.types {
		fields[i] = c.otherDue(typ)
	}
	tests := make([][]test, len(c.types))
	var holds []func(time.Time) bool
	for _, v := range t.values {
		when, err := c.dueTest(v)
		if err == nil {
			holds = append(holds, when)
			_ = c.alternative(v, fields, tests) // what a field cannot hold, the others can
		} else if c.alternative(v, fields, tests) != nil || !slices.ContainsFunc(fields, func(f *field) bool { return f != nil }) {
			return nil, err
		}
	}
	preds := make([]pred, len(c.types))
	for i, typ := range c.types {
		switch {
		case means(typ):
			preds[i] = func(s *subject) bool {
				at, ok := Due(typ, s.Record, s.clocks(c))
				return ok && slices.ContainsFunc(holds, func(h func(time.Time) bool) bool { return h(at) })
			}
		case fields[i] != nil:
			preds[i] = fields[i].anyItem(tests[i])
		default:
			preds[i] = never
		}
	}
	return preds, nil
}

// dueTest compiles one value of due:.
func (c *compiler) dueTest(v value) (func(time.Time) bool, error) {
	now := c.present()
	if !v.quoted && v.text == overdue {
		if v.op != "" {
			return nil, noOrder(v, keyDue)
		}
		return func(at time.Time) bool { return at.Before(now) }, nil
	}
	holds, err := compare(v, func(s scalar) (span[int64], error) {
		if d, ok := Within(s.text); ok && !s.quoted {
			if v.op == "" {
				return span[int64]{}, syntaxError(s.column, fmt.Sprintf("due:%s names no moment", s.text), fmt.Sprintf("write due:<%s for what is due within that time", s.text))
			}
			at := now.Add(d).UnixMicro()
			return span[int64]{at, at}, nil
		}
		from, to, ok := parseMoment(s, now, c.location())
		if !ok {
			return span[int64]{}, syntaxError(s.column, fmt.Sprintf("due is a time, and %q is none", s.text), "write due:<4h, due:today, due:<=2026-12-01 or due:overdue")
		}
		return span[int64]{from.UnixMicro(), to.UnixMicro() - 1}, nil
	})
	if err != nil {
		return nil, err
	}
	return func(at time.Time) bool { return holds(at.UnixMicro()) }, nil
}

var withinPattern = lazy.Regexp(`^([0-9]{1,5})(m|h|d|w)$`)

// Within reads a length of time as people write it after due:<: minutes, hours, days
// of 24 hours or weeks of seven such days, as 30m, 4h, 2d or 1w; or a duration in
// ISO 8601, as PT4H30M.
func Within(text string) (d time.Duration, ok bool) {
	m := withinPattern().FindStringSubmatch(text)
	if m == nil {
		return schema.Duration(text)
	}
	n, _ := strconv.Atoi(m[1]) // the pattern leaves digits
	unit := map[string]time.Duration{"m": time.Minute, "h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour}[m[2]]
	return time.Duration(n) * unit, true
}

// dueOrder is the criterion of sort:due.
func (c *compiler) dueOrder(descending bool) sortKey {
	c.askClocks()
	k := sortKey{descending: descending, fields: map[records.Type]*field{}}
	for _, t := range c.types {
		k.fields[t.Name] = c.otherDue(t)
	}
	k.rank = func(f *field, r *records.Record) rank {
		if f != nil {
			return c.rank(f, r)
		}
		t := c.opts.Types.Get(r.Type)
		if t == nil || !means(t) {
			return rank{absent: true}
		}
		at, ok := Due(t, r, c.clocksOf(r))
		return rank{absent: !ok, number: float64(at.UnixMicro())}
	}
	return k
}

// presentDue returns predicates for has:due and no:due.
func (c *compiler) presentDue(key string) []pred {
	c.askClocks()
	preds := make([]pred, len(c.types))
	for i, t := range c.types {
		preds[i] = never
		if f := c.otherDue(t); f != nil {
			preds[i] = func(s *subject) bool { return isSet(f.get(s.Record)) == (key == keyHas) }
		} else if means(t) {
			preds[i] = func(s *subject) bool {
				_, ok := Due(t, s.Record, s.clocks(c))
				return ok == (key == keyHas)
			}
		}
	}
	return preds
}

// clocks returns the clocks of the record.
func (s *subject) clocks(c *compiler) []sla.Clock {
	if !s.timed {
		s.timed, s.times = true, c.clocksOf(s.Record)
	}
	return s.times
}
