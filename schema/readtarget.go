package schema

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"time"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/schema/rule"
)

// The limits on targets.
const (
	mostTargets  = 100    // of a clock
	mostWarnings = 10     // of a target
	mostDays     = 1000   // of a target
	mostHours    = 20_000 // of a target beside the days, and of a warning
	longestName  = 60     // characters of a target's name
)

// targets reads the targets of a clock in their order.
func (r *clockReader) targets(v *records.Value, what string) []*Target {
	items := r.items(v, what+": targets")
	if len(items) > mostTargets {
		r.bad(items[mostTargets].Span, "put records of one kind under one target", "%s has more than %d targets", what, mostTargets)
		return nil
	}
	var out []*Target
	var always *Target
	for i, item := range items {
		t := r.target(item, i+1, what)
		if t == nil {
			continue
		}
		if slices.ContainsFunc(out, func(o *Target) bool { return o.Name == t.Name }) {
			r.fail(RuleConflict, item.Span, "give one of the two another name", "%s: target %q is there twice", what, t.Name)
			continue
		}
		if always != nil {
			r.dead(t, always, what)
		} else if t.When == nil {
			always = t
		}
		out = append(out, t)
	}
	return out
}

// dead warns of a target behind one that holds for all records.
func (r *clockReader) dead(t, always *Target, what string) {
	if r.at != nil {
		return // it is not of this file
	}
	r.ds = append(r.ds, diag.New(RuleDeadTarget, diag.Warning, r.path, t.Span, "%s: target %s is never reached", what, t.Name).
		WithHint("put it before %s, which holds for all records, or give that one a condition", always.Name).
		WithNote(r.path, always.Span, "this one holds for all records"))
}

// target reads one target; nil where there is something wrong with it.
func (r *clockReader) target(v *records.Value, place int, what string) *Target {
	before := diag.Count(r.ds, diag.Error)
	t := &Target{Name: strconv.Itoa(place), Path: r.path, Span: v.Span}
	if name := v.Get("name"); name != nil {
		t.Name = r.targetName(name, what)
	}
	what += ": target " + t.Name
	ok := r.keys(v, what, []string{"name", "when", "target", "calendar", "warn"}, func(p records.Pair) {
		switch v := p.Value; p.Key {
		case "when":
			t.When = r.condition(v, what)
		case "target":
			t.Days, t.Rest = r.length(v, what)
		case "calendar":
			t.Calendar, t.Named = r.text(v, what+": calendar"), v.Span
		case "warn":
			t.Warn = r.warnings(v, what)
		}
	})
	if ok && v.Get("target") == nil && diag.Count(r.ds, diag.Error) == before {
		r.fail(RuleMissingKey, v.Span, "add for example target: PT4H", "%s does not say how long it is", what)
	}
	if warn := v.Get("warn"); warn != nil && t.Days == 0 && t.Rest > 0 {
		for _, w := range t.Warn {
			if w.Left >= t.Rest {
				r.bad(warn.Span, "warn later, or as a part of the target, such as 75%", "%s: a warning when %s is left comes before it begins", what, w.Word())
			}
		}
	}
	if diag.Count(r.ds, diag.Error) > before {
		return nil
	}
	return t
}

func (r *clockReader) targetName(v *records.Value, what string) string {
	name := r.text(v, what+": name of a target")
	if name != "" && (name != strings.TrimSpace(name) || len([]rune(name)) > longestName || strings.ContainsFunc(name, isControl)) {
		r.fail(RuleName, v.Span, "write a short name, such as P1", "%s: %s is no name of a target", what, quote(name))
	}
	return cut(name)
}

func isControl(c rune) bool {
	return c < ' ' || c >= 0x7f && c < 0xa0 || c == '\u2028' || c == '\u2029'
}

// condition reads a condition in CEL on the record as of the time asked about.
func (r *clockReader) condition(v *records.Value, what string) *rule.Program {
	source := r.text(v, what+": when")
	if strings.TrimSpace(source) == "true" {
		return nil
	}
	prg := r.env.New(source)
	if source == "" || r.lazy || !r.proveCondition(RuleBadClock, r.t, what, prg, v) {
		return prg
	}
	r.proveFacts(RuleBadClock, what, prg, v, ClockFacts())
	for _, u := range prg.FactParts() {
		known := ServiceFacts()
		if key, ok := strings.CutPrefix(u.Field, FactService+"."); ok && !slices.Contains(known, key) {
			r.bad(within(v, u.Line, u.Column), cmp.Or(didYouMean(key, known), "it has "+strings.Join(known, ", ")), "%s: facts.service has no %q", what, cut(key))
		}
	}
	return prg
}

// length reads how long a target is: working days, and business time beyond them.
func (r *clockReader) length(v *records.Value, what string) (days int, rest time.Duration) {
	s := r.text(v, what)
	if s == "" {
		return 0, 0
	}
	const hint = "write working days, hours and minutes as ISO 8601 does, such as P1D, PT4H or PT30M"
	date, clock, _ := strings.Cut(strings.TrimPrefix(s, "P"), "T")
	switch {
	case isDuration(s) && strings.ContainsAny(date, "YM"):
		r.bad(v.Span, "write working days, such as P20D", "%s: %s: years and months have no fixed length", what, quote(s))
		return 0, 0
	case isDuration(s) && strings.Contains(date, "W"):
		r.bad(v.Span, "write working days, such as P5D", "%s: %s: a week has no fixed number of working days", what, quote(s))
		return 0, 0
	case !isDuration(s):
		r.bad(v.Span, hint, "%s: %s is no length of time", what, quote(s))
		return 0, 0
	}
	var err error
	if date != "" {
		days, err = strconv.Atoi(strings.TrimSuffix(date, "D"))
	}
	ok := true
	if clock != "" {
		rest, ok = Duration("PT" + clock)
	}
	switch {
	case err != nil || !ok || days > mostDays || rest > mostHours*time.Hour:
		r.bad(v.Span, "write less", "%s: %s is longer than %d working days or %d hours", what, quote(s), mostDays, mostHours)
	case days == 0 && rest == 0:
		r.bad(v.Span, hint, "%s: %s is no time at all", what, quote(s))
	}
	return days, rest
}

// warnings reads when people are told before a target's end.
func (r *clockReader) warnings(v *records.Value, what string) []Warning {
	items := r.items(v, what+": warn")
	if len(items) > mostWarnings {
		r.bad(items[mostWarnings].Span, "remove some", "%s has more than %d warnings", what, mostWarnings)
		return nil
	}
	out := []Warning{}
	for _, item := range items {
		w, ok := r.warning(item, what)
		switch {
		case !ok:
		case slices.Contains(out, w):
			r.fail(RuleConflict, item.Span, "remove one of the two", "%s: warn names %s twice", what, w.Word())
		default:
			out = append(out, w)
		}
	}
	return out
}

func (r *clockReader) warning(v *records.Value, what string) (w Warning, ok bool) {
	const hint = "write a part of the target from 1% to 99%, or the business time that is left, such as PT30M"
	s := v.String()
	if percent, is := strings.CutSuffix(s, "%"); is {
		n, err := strconv.Atoi(percent)
		if err != nil || n < 1 || n > 99 || percent != strconv.Itoa(n) {
			r.bad(v.Span, hint, "%s: warn %s is no whole percentage from 1 to 99", what, quote(s))
			return w, false
		}
		return Warning{Percent: n}, true
	}
	if isDuration(s) && !strings.HasPrefix(s, "PT") {
		r.bad(v.Span, "write hours and minutes, such as PT8H", "%s: warn %s: days are no business time", what, quote(s))
		return w, false
	}
	d, isTime := Duration(s)
	if !isTime || v.Kind != records.String || d <= 0 || d > mostHours*time.Hour {
		r.bad(v.Span, hint, "%s: warn %s is neither a percentage nor a length of time", what, quote(s))
		return w, false
	}
	return Warning{Left: d}, true
}

// The facts of a target's conditions, beyond the record's fields.
const (
	FactTeams   = "requester_teams" // ids of the teams of the requester, a list
	FactService = "service"         // of the record's service what ServiceFacts names, a map; empty where there is none
)

// ClockFacts returns the names of the facts that conditions of targets know.
func ClockFacts() []string { return []string{FactTeams, FactService} }

// ServiceFacts returns the fields of a service that conditions of targets know.
func ServiceFacts() []string { return []string{"criticality", "supplier", "team", "classification"} }
