package schema

import (
	"cmp"
	"slices"
	"strings"

	"github.com/bmatcuk/doublestar/v4"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/schema/rule"
)

// policyKeys are the keys of a policy, in the order in which they are written.
func policyKeys() []string {
	return []string{"states", "cover", "guard", "window", "separation", "distinct", "standard", "risk", "rules"}
}

// policyReader reads the policy of a type whose fields, states and sections are
// known. What is wrong with a policy is collected apart from the rest of the file:
// the type is there all the same, and nothing of it can be approved.
type policyReader struct {
	*reader
	t    *Type
	p    *Policy
	lazy bool // conditions are compiled when they are first needed
}

// policy reads the policy of a draft that is complete otherwise. A type that
// extends another has its policy; each key that the file gives replaces that key
// as a whole, as rules hold in their order and together.
func (l *loader) policy(d *draft) []diag.Diagnostic {
	var inherited *records.Value
	if d.Policy != nil {
		inherited = d.Policy.Raw
	}
	at, given := d.given["policy"]
	if !given && inherited == nil {
		return nil
	}
	r := &policyReader{
		reader: &reader{path: d.Path, env: l.policyEnv}, t: d.Type, lazy: l.builtIn,
		p: &Policy{Raw: d.policy, Span: at, Separation: Separation{Contributors: true}},
	}
	if !given {
		r.p.Raw, r.p.Span = inherited, d.given["type"]
	}
	if d.policy != nil {
		r.keys(d.policy, "policy", policyKeys(), r.key)
	}
	if inherited != nil {
		r.inherit(d.policy, inherited)
	}
	r.whole()
	r.p.Broken = !r.isSound()
	if r.p.Broken && len(r.p.States) == 0 {
		r.p.States = statesOf(r.t) // which ones it means is not known
	}
	d.Policy = r.p
	return r.ds
}

func statesOf(t *Type) []records.State {
	states := make([]records.State, len(t.States))
	for i, s := range t.States {
		states[i] = s.Name
	}
	return states
}

// inherit reads the keys of the inherited policy that the file's own does not
// replace. They may not fit the type any more; that is reported in the file.
func (r *policyReader) inherit(own, base *records.Value) {
	rest := *base
	rest.Pairs = slices.DeleteFunc(slices.Clone(base.Pairs), func(p records.Pair) bool { return own.Get(p.Key) != nil })
	span, lazy := r.p.Span, r.lazy
	r.at, r.lazy = &span, true
	r.keys(&rest, "policy", policyKeys(), r.key)
	r.at, r.lazy = nil, lazy
	if own != nil && own.Kind == records.Map {
		whole := *own
		whole.Pairs = slices.Concat(own.Pairs, rest.Pairs)
		r.p.Raw = &whole
	}
}

func (r *policyReader) bad(v *records.Value, hint, format string, args ...any) {
	r.fail(RuleBadPolicy, v.Span, hint, format, args...)
}

// key reads one key of a policy.
func (r *policyReader) key(p records.Pair) {
	switch v := p.Value; p.Key {
	case "states":
		r.states(v)
	case "cover":
		r.cover(v)
	case "guard":
		r.p.Guard = r.globs(v, "guard")
	case "window":
		r.window(v)
	case "separation":
		r.separation(v)
	case "distinct":
		r.p.Distinct = r.flag(v, "distinct")
	case "standard":
		r.standard(v)
	case "risk":
		r.risk(v)
	case "rules":
		r.approvalRules(v)
	}
}

// whole judges a policy with all its keys.
func (r *policyReader) whole() {
	p := r.p
	for _, key := range []string{"states", "cover", "rules"} {
		if p.Raw != nil && p.Raw.Kind == records.Map && p.Raw.Get(key) == nil {
			r.fail(RuleBadPolicy, p.Span, policyExample(key), "policy has no key %q", key)
		}
	}
	if p.Raw.Get("cover") != nil && len(p.Cover.Fields) == 0 && len(p.Cover.Sections) == 0 {
		r.fail(RuleBadPolicy, p.Raw.Get("cover").Span, policyExample("cover"), "an approval has to cover fields or sections of the record")
	}
	if len(p.Guard) > 0 && len(p.Cover.Paths) == 0 {
		r.fail(RuleBadPolicy, p.Raw.Get("guard").Span, `add for example paths: ["**"] to cover`, "guarded files change with a record that covers them, and cover names no paths")
	}
	for _, rl := range p.Rules {
		if rl.Template && p.Standard == nil {
			r.fail(RuleBadPolicy, rl.Span, "add the key standard, which says where a record names its template", "rule %s is met by a template, and the policy does not say what a standard record is", rl.Name)
		}
	}
	if w := p.Window; w != nil && r.isSound() {
		for _, f := range []string{w.Start, w.End} {
			if f != "" && !slices.Contains(p.Cover.Fields, f) {
				r.ds = append(r.ds, diag.New(RuleBadPolicy, diag.Warning, r.path, r.p.Span, "an approval does not cover %s: it stands when the window is moved", f).
					WithHint("add %s to the fields of cover", f))
			}
		}
	}
}

// policyExample says how a key that every policy has is written.
func policyExample(key string) string {
	switch key {
	case "states":
		return "add for example states: [scheduled]"
	case "cover":
		return "write for example cover: {fields: [planned_start], sections: [Plan]}"
	}
	return "write for example rules: [{name: peer, need: 1, from: [anyone]}]"
}

func (r *policyReader) states(v *records.Value) {
	for _, name := range r.names(v, "states of policy", useText) {
		r.p.States = append(r.p.States, records.State(name))
	}
	for _, item := range v.Items {
		if item.Kind == records.String && r.t.State(records.State(item.Text)) == nil {
			r.fail(RuleUnknownState, item.Span, cmp.Or(didYouMean(item.Text, r.t.StateNames()), "add it to states of the type, or remove it here"),
				"policy: %q is no state of %s", cut(item.Text), r.t.Name)
		}
	}
}

func (r *policyReader) cover(v *records.Value) {
	r.keys(v, "cover", []string{"fields", "sections", "paths"}, func(p records.Pair) {
		switch v := p.Value; p.Key {
		case "fields":
			r.p.Cover.Fields = r.coveredFields(v)
		case "sections":
			r.p.Cover.Sections = r.coveredSections(v)
		case "paths":
			r.p.Cover.Paths = r.globs(v, "paths")
		}
	})
}

// coveredFields reads what an approval covers. Fields that change on the way of
// every record would make each approval void.
func (r *policyReader) coveredFields(v *records.Value) []string {
	names := r.names(v, "fields of cover", useText)
	for _, item := range v.Items {
		f := r.field(item, "cover")
		if f == nil {
			continue
		}
		moves := f.Name == records.FieldState || f.Name == records.FieldLog ||
			slices.ContainsFunc(r.t.States, func(s *State) bool { return s.Stamp == f.Name })
		if moves {
			r.bad(item, "remove it", "an approval cannot cover %s, which changes when the record moves on", f.Name)
		}
	}
	return names
}

func (r *policyReader) coveredSections(v *records.Value) []string {
	names := r.names(v, "sections of cover", useText)
	for _, item := range v.Items {
		if r.section(item, "cover"); item.Kind == records.String {
			if s := r.t.Section(item.Text); s != nil && s.Append {
				r.bad(item, "remove it", "an approval cannot cover section %q, to which everybody appends", cut(item.Text))
			}
		}
	}
	return names
}

// section reports a heading that the type does not have.
func (r *policyReader) section(v *records.Value, what string) {
	if v.Kind == records.String {
		r.proveSection(r.t, v.Text, v.Span, what)
	}
}

// proveSection reports a heading that is not among those of a type that has
// sections.
func (r *reader) proveSection(t *Type, heading string, span diag.Span, what string) {
	if len(t.Body.Sections) == 0 || t.Section(heading) != nil {
		return
	}
	var known []string
	for _, s := range t.Body.Sections {
		known = append(known, s.Heading)
	}
	r.fail(RuleUnknownSection, span, cmp.Or(didYouMean(heading, known), "the sections are "+strings.Join(known, ", ")), "%s: %q is no section of %s", what, cut(heading), t.Name)
}

// field returns the field that a value names, and reports one that is not there.
func (r *policyReader) field(v *records.Value, what string) *Field {
	name := r.text(v, what)
	if name == "" {
		return nil
	}
	f := r.t.Field(name)
	if f == nil {
		r.fail(RuleUnknownField, v.Span, cmp.Or(didYouMean(name, r.t.FieldNames()), "add it to fields, or remove it here"), "%s: %q is no field of %s", what, cut(name), r.t.Name)
	}
	return f
}

// fieldName returns the name of a field that is there.
func (r *policyReader) fieldName(v *records.Value, what string) string {
	if f := r.field(v, what); f != nil {
		return f.Name
	}
	return ""
}

// refField returns the name of a field that refers to records.
func (r *policyReader) refField(v *records.Value, what string) string {
	f := r.field(v, what)
	if f == nil {
		return ""
	}
	if f.Ref == "" {
		r.bad(v, "name a field with a ref", "%s: field %q does not refer to records", what, f.Name)
	}
	return f.Name
}

// globs reads patterns of paths from the repository's top; "!" takes away what
// ones before it gave.
func (r *policyReader) globs(v *records.Value, what string) []string {
	globs := r.names(v, what, useText)
	for i, item := range v.Items {
		if item.Kind != records.String {
			continue
		}
		glob, away := strings.CutPrefix(item.Text, "!")
		switch {
		case glob == "" || !doublestar.ValidatePattern(glob):
			r.bad(item, `write for example "deploy/**" or "*.{yaml,yml}"`, "%s: %q is no pattern of paths", what, cut(item.Text))
		case strings.HasPrefix(glob, "/") || strings.Contains("/"+glob+"/", "/../") || strings.Contains("/"+glob+"/", "/./"):
			r.bad(item, "write it as seen from the repository's top, such as deploy/**", "%s: %q matches no path", what, cut(item.Text))
		case away && i == 0:
			r.bad(item, `write "**" before it`, "%s: %q takes away from nothing", what, cut(item.Text))
		}
	}
	return globs
}

func (r *policyReader) window(v *records.Value) {
	w := &PlannedWindow{}
	ok := r.keys(v, "window of policy", []string{"start", "end"}, func(p records.Pair) {
		f := r.field(p.Value, p.Key)
		if f == nil {
			return
		}
		if !f.IsTime() {
			r.fail(RuleBadValue, p.Value.Span, "name a field of format date-time", "%s: field %q holds no time", p.Key, f.Name)
		}
		if p.Key == "start" {
			w.Start = f.Name
		} else {
			w.End = f.Name
		}
	})
	if ok && (v.Get("start") == nil || v.Get("end") == nil) {
		r.bad(v, "write for example {start: planned_start, end: planned_end}", "window of policy has start and end")
	}
	r.p.Window = w
}

func (r *policyReader) separation(v *records.Value) {
	s := &r.p.Separation
	r.keys(v, "separation", []string{"fields", "contributors", "committers"}, func(p records.Pair) {
		switch v := p.Value; p.Key {
		case "fields":
			s.Fields = r.names(v, "fields of separation", useText)
			for _, item := range v.Items {
				r.refField(item, "separation")
			}
		case "contributors":
			s.Contributors = r.flag(v, "contributors")
		case "committers":
			s.Committers = r.names(v, "committers", useText)
			for _, item := range v.Items {
				if item.Kind == records.String && !hasFormat(item.Text, FormatEmail) {
					r.bad(item, "write for example noreply@github.com", "committers: %q is no mail address", cut(item.Text))
				}
			}
		}
	})
}

// condition reads a condition in CEL. banned are the facts that are not known
// where it is judged.
func (r *policyReader) condition(v *records.Value, what string, banned ...string) *rule.Program {
	source := r.text(v, what)
	if source == "" {
		return nil
	}
	prg := r.env.New(source)
	if r.lazy || !r.proveCondition(RuleBadPolicy, r.t, what, prg, v) {
		return prg
	}
	r.proveFacts(RuleBadPolicy, what, prg, v, FactNames())
	for _, u := range prg.Facts() {
		if slices.Contains(banned, u.Field) {
			r.fail(RuleBadPolicy, within(v, u.Line, u.Column), "use the record's own fields, as in self.kind", "%s: facts.%s is not known yet where this is judged", what, u.Field)
		}
	}
	return prg
}

// The facts of a policy's conditions, beyond the record's fields.
const (
	FactKind      = "kind"      // what it counts as
	FactRisk      = "risk"      // the level
	FactConflicts = "conflicts" // kinds of conflicts, a list
	FactFreeze    = "freeze"    // whether its window is within a freeze
	FactServices  = "services"  // the records of services that it names, a list of maps
	FactAssets    = "assets"    // the same of assets
	FactPaths     = "paths"     // files that change together with it, a list
)

// FactNames returns the names of the facts.
func FactNames() []string {
	return []string{FactKind, FactRisk, FactConflicts, FactFreeze, FactServices, FactAssets, FactPaths}
}
