package schema

import (
	"fmt"
	"slices"

	"frontdesk/records"
	"frontdesk/records/diag"
)

// typeKeys are the keys of a type file, in the order in which they are written.
func typeKeys() []string {
	return []string{"type", "extends", "title", "plural", "description", "folder", "id", "audience", "columns",
		"fields", "required", "tracked", "states", "transitions", "rules", "body", "policy", "sla"}
}

// typeFile reads a whole type file.
func (r *reader) typeFile(root *records.Value) *draft {
	d := &draft{Type: &Type{Path: r.path}, given: map[string]diag.Span{}}
	if root == nil || root.Kind != records.Map {
		span := diag.At(1)
		if root != nil {
			span = root.Span
		}
		r.fail(RuleParse, span, "begin with a line such as \"type: vendor-visit\"", "the type file holds no map")
		return nil
	}
	r.keys(root, "a type file", typeKeys(), func(p records.Pair) {
		d.given[p.Key] = p.Value.Span
		r.typeKey(d, p)
	})
	r.missingKeys(d)
	return d
}

func (r *reader) missingKeys(d *draft) {
	need := []string{"type", "title", "folder", "id"}
	if d.extends != "" {
		need = need[:1]
	}
	for _, key := range need {
		if _, ok := d.given[key]; !ok {
			r.fail(RuleMissingKey, diag.At(1), r.missingHint(d, key), "the type file has no key %q", key)
		}
	}
	_, states := d.given["states"]
	if at, ok := d.given["transitions"]; ok && !states && d.extends == "" {
		r.fail(RuleBadStates, at, "add states, such as states: {new: {category: new}}", "the type has transitions but no states")
	}
}

// missingHint says what to do about a missing key. A file with the name of a
// built-in type was most likely meant to change it.
func (r *reader) missingHint(d *draft, key string) string {
	if key != "type" && slices.Contains(r.known, string(d.Name)) {
		return fmt.Sprintf("add extends: %s to extend the built-in type", d.Name)
	}
	switch key {
	case "title":
		return "add for example title: Vendor visit"
	case "folder":
		return "add for example folder: visits"
	case "id":
		return "add for example id: {prefix: VIS}, or id: {scheme: slug}"
	}
	return "add the line type: and the name of the file without .yaml"
}

// typeKey reads one top-level key.
func (r *reader) typeKey(d *draft, p records.Pair) {
	v := p.Value
	switch p.Key {
	case "type":
		d.Name = records.Type(r.name(v, "type", typeName()))
		if d.Name == AnyType {
			r.fail(RuleName, v.Span, "choose another word, for the file too", "type %q is the word for records of any type", AnyType)
		}
	case "extends":
		d.extends = r.name(v, "extends", typeName())
	case "title":
		d.Title = r.text(v, "title")
	case "plural":
		d.Plural = r.text(v, "plural")
	case "description":
		d.Description = r.text(v, "description")
	case "folder":
		d.Folder = r.folder(v)
	case "id":
		r.idScheme(d, v)
	case "audience":
		d.Audience = r.audience(v)
	case "columns":
		d.Columns = r.names(v, "columns", useField)
	case "fields":
		r.fields(d, v)
	case "required":
		d.Required = r.names(v, "required", useField)
	case "tracked":
		d.Tracked = r.tracked(v)
	case "states":
		r.states(d, v)
	case "transitions":
		r.transitions(d, v)
	case "rules":
		r.rules(d, v)
	case "body":
		r.body(d, v)
	case "policy":
		d.policy = v // read once fields and states are known
	case "sla":
		d.sla = v // the same
	}
}

func (r *reader) folder(v *records.Value) string {
	s := r.name(v, "folder", folderName())
	if reserved().MatchString(s) {
		r.fail(RuleName, v.Span, "choose another word", "folder %q is a reserved file name on Windows", s)
	}
	return s
}

func (r *reader) idScheme(d *draft, v *records.Value) {
	d.Scheme = Month
	r.keys(v, "id", []string{"prefix", "scheme"}, func(p records.Pair) {
		switch p.Key {
		case "prefix":
			d.Prefix = r.name(p.Value, "prefix", prefixName())
		case "scheme":
			d.Scheme = Scheme(r.choice(p.Value, "scheme", []string{string(Month), string(Slug), string(Given)}))
		}
	})
	switch prefix := v.Get("prefix"); {
	case d.Scheme == Month && prefix == nil:
		r.fail(RuleMissingKey, v.Span, `write for example id: {prefix: VIS}, or id: {scheme: slug}`, "ids by month need a prefix")
	case (d.Scheme == Slug || d.Scheme == Given) && prefix != nil:
		r.fail(RuleBadValue, prefix.Span, "remove the prefix", "only ids of scheme month have a prefix")
	}
}

// tracked reads the tracked fields. A log line holds at and by beside them.
func (r *reader) tracked(v *records.Value) []string {
	names := r.names(v, "tracked", useField)
	for _, item := range v.Items {
		if slices.Contains([]string{"at", "by", records.FieldLog, records.FieldID}, item.Text) {
			r.fail(RuleBadValue, item.Span, "remove it", "field %q cannot be tracked: a log line uses the word otherwise", item.Text)
		}
	}
	return names
}

func (r *reader) states(d *draft, v *records.Value) {
	if v.Kind != records.Map {
		r.wrongKind(v, "states", wantMap)
		return
	}
	for _, p := range v.Pairs {
		if !stateName().MatchString(p.Key) {
			r.fail(RuleName, p.KeySpan, formHint(stateName()), "state %q does not match %s", cut(p.Key), stateName())
			continue
		}
		d.States = append(d.States, r.state(p))
	}
	if len(v.Pairs) == 0 {
		r.fail(RuleBadStates, v.Span, "leave the key out for a type without a life cycle", "states is empty")
	}
}

func (r *reader) state(p records.Pair) *State {
	s := &State{Name: records.State(p.Key), Title: titleOf(p.Key), span: p.KeySpan}
	known := []string{"category", "title", "require", "stamp", "clear", "sections"}
	what := "state " + p.Key
	ok := r.keys(p.Value, what, known, func(p records.Pair) {
		switch v := p.Value; p.Key {
		case "category":
			s.Category = records.Category(r.choice(v, "category", categoryNames()))
		case "title":
			s.Title = r.text(v, "title")
		case "require":
			s.Require = r.names(v, "require", useField)
		case "stamp":
			s.Stamp = r.text(v, "stamp")
			r.use(useTime, v, "stamp")
		case "clear":
			s.Clear = r.names(v, "clear", useField)
		case "sections":
			s.Sections = r.names(v, "sections of "+p.Key, useSection)
		}
	})
	if ok && p.Value.Get("category") == nil {
		r.fail(RuleMissingKey, p.KeySpan, "write for example {category: active}", "%s has no category", what)
	}
	return s
}

func categoryNames() []string {
	var names []string
	for _, c := range records.Categories() {
		names = append(names, string(c))
	}
	return names
}

func (r *reader) transitions(d *draft, v *records.Value) {
	if v.Kind != records.Map {
		r.wrongKind(v, "transitions", wantMap)
		return
	}
	d.Transitions = map[records.State][]records.State{}
	for _, p := range v.Pairs {
		r.uses = append(r.uses, use{kind: useState, name: p.Key, what: "transitions", span: p.KeySpan})
		var to []records.State
		for _, name := range r.names(p.Value, "transitions of "+p.Key, useState) {
			to = append(to, records.State(name))
		}
		d.Transitions[records.State(p.Key)] = to
	}
}

func (r *reader) body(d *draft, v *records.Value) {
	r.keys(v, "body", []string{"sections", "template"}, func(p records.Pair) {
		switch p.Key {
		case "sections":
			for _, item := range r.items(p.Value, "sections") {
				r.section(d, item)
			}
		case "template":
			d.Body.Template = r.text(p.Value, "template")
		}
	})
	if t := v.Get("template"); t != nil && v.Get("sections") != nil {
		r.fail(RuleBadValue, t.Span, "write hints for the sections instead", "template is for types without sections")
	}
}

func (r *reader) section(d *draft, v *records.Value) {
	s := Section{}
	ok := r.keys(v, "a section", []string{"heading", "required", "append", "audience", "hint"}, func(p records.Pair) {
		switch v := p.Value; p.Key {
		case "heading":
			s.Heading = r.text(v, "heading")
		case "required":
			s.Required = r.flag(v, "required")
		case "append":
			s.Append = r.flag(v, "append")
		case "audience":
			s.Audience = r.audience(v)
		case "hint":
			s.Hint = r.text(v, "hint")
		}
	})
	switch {
	case !ok:
	case s.Heading == "":
		r.fail(RuleMissingKey, v.Span, "write for example {heading: Notes}", "a section has no heading")
	case d.Section(s.Heading) != nil:
		r.fail(RuleConflict, v.Get("heading").Span, "remove one of the two", "section %q is there twice", cut(s.Heading))
	default:
		d.Body.Sections = append(d.Body.Sections, s)
	}
}

func (r *reader) rules(d *draft, v *records.Value) {
	for _, item := range r.items(v, "rules") {
		rl := r.rule(item)
		if rl == nil {
			continue
		}
		if slices.ContainsFunc(d.Rules, func(o *Rule) bool { return o.ID == rl.ID }) {
			r.fail(RuleConflict, item.Span, "give one of the two another id", "rule %q is there twice", rl.ID)
			continue
		}
		d.Rules = append(d.Rules, rl)
	}
}

func (r *reader) rule(v *records.Value) *Rule {
	rl := &Rule{Severity: diag.Error, Span: v.Span, path: r.path}
	known := []string{"id", "when", "assert", "message", "field", "severity"}
	ok := r.keys(v, "a rule", known, func(p records.Pair) {
		switch v := p.Value; p.Key {
		case "id":
			rl.ID = r.name(v, "rule id", ruleName())
		case "when":
			rl.When = r.env.New(r.text(v, "when"))
			rl.whenAt = v
		case "assert":
			rl.Assert = r.env.New(r.text(v, "assert"))
			rl.assertAt = v
		case "message":
			rl.Message = r.text(v, "message")
		case "field":
			rl.Field = r.text(v, "field")
			r.use(useField, v, "field")
		case "severity":
			rl.Severity = severity(r.choice(v, "severity", []string{"error", "warning", "info"}))
		}
	})
	for _, key := range []string{"id", "assert", "message"} {
		if ok && v.Get(key) == nil {
			r.fail(RuleMissingKey, v.Span, "a rule has id, assert and message", "a rule has no key %q", key)
			ok = false
		}
	}
	if !ok || rl.ID == "" {
		return nil
	}
	return rl
}

func severity(name string) diag.Severity {
	switch name {
	case "info":
		return diag.Info
	case "warning":
		return diag.Warning
	}
	return diag.Error
}
