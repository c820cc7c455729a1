package check

import (
	"fmt"
	"strings"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/schema"
)

const (
	ruleDangling  diag.RuleID = "ref/dangling"
	ruleWrongType diag.RuleID = "ref/wrong-type"
	ruleAmbiguous diag.RuleID = "ref/ambiguous"
	ruleSelf      diag.RuleID = "ref/self"
)

// checkRefs follows the references of a record.
func (g *graph) checkRefs(r *records.Record) []diag.Diagnostic {
	ds := g.checkAudienceTeam(r)
	for _, f := range g.refs[r.Type] {
		for _, v := range refValues(r, f) {
			if d, bad := g.checkRef(r, f, v); bad {
				d.Field = f.Name
				ds = append(ds, d)
			}
		}
	}
	return ds
}

// refValues returns the scalars of a field that refers to records. What is no
// scalar is the schema's to report.
func refValues(r *records.Record, f *schema.Field) []*records.Value {
	v := r.Get(f.Name)
	switch {
	case v == nil || v.Kind == records.Map:
		return nil
	case v.Kind == records.List:
		return v.Items
	}
	return []*records.Value{v}
}

func (g *graph) checkRef(r *records.Record, f *schema.Field, v *records.Value) (d diag.Diagnostic, bad bool) {
	text := v.String()
	if text == "" {
		return d, false
	}
	found := g.follow(f, text)
	switch {
	case len(found) == 0:
		return g.missing(r, f, v)
	case found[0] == r:
		return diag.New(ruleSelf, diag.Error, r.Path, v.Span, "%s %q is the record itself", f.Name, text).
			WithHint("name another record, or remove %s", f.Name), true
	case f.Ref == schema.AnyType && found[0].Type != found[len(found)-1].Type:
		return diag.New(ruleAmbiguous, diag.Error, r.Path, v.Span, "%s %q could be %s", f.Name, text, orList(found)).
			WithHint("write %s", found[0].Ref()), true
	}
	return d, false
}

// follow returns the records that a reference names: one, unless an id stands
// twice or belongs to records of several types and any of them would do.
func (g *graph) follow(f *schema.Field, text string) []*records.Record {
	typ, id := records.SplitRef(text)
	switch {
	case f.Ref == schema.AnyType:
		return g.set.FindTyped(typ, id)
	case typ == "" || typ == f.Ref:
		return g.find(f.Ref, id)
	}
	return nil
}

// missing tells why a reference leads nowhere. People need no record of their
// own, so that personal data can live outside the desk.
func (g *graph) missing(r *records.Record, f *schema.Field, v *records.Value) (d diag.Diagnostic, bad bool) {
	text := v.String()
	typ, id := records.SplitRef(text)
	if typ != "" && f.Ref != schema.AnyType && typ != f.Ref {
		return diag.New(ruleWrongType, diag.Error, r.Path, v.Span, "%s %q names a record of type %s; it must name a record of type %s", f.Name, text, typ, f.Ref).
			WithHint("write the id of a record of type %s", f.Ref), true
	}
	want := f.Ref
	if want == schema.AnyType {
		want = typ
	}
	if want == personType {
		return d, false
	}
	if others := g.set.FindTyped("", id); len(others) > 0 && typ == "" {
		return diag.New(ruleWrongType, diag.Error, r.Path, v.Span, "%s %q is %s; it must be a record of type %s", f.Name, text, orList(others), f.Ref).
			WithNote(others[0].Path, others[0].SpanOf(records.FieldID), "it is here"), true
	}
	what := string(want)
	if what == "" {
		what = "record"
	}
	return diag.New(ruleDangling, diag.Error, r.Path, v.Span, "%s %q: there is no %s of that id", f.Name, text, what).
		WithHint("%s", g.nearest(want, string(id))), true
}

// maxListed is how many names a message spells out.
const maxListed = 5

// orList names records for a message: "service vpn or team vpn".
func orList(rs []*records.Record) string {
	var names []string
	for i, r := range rs {
		if i == maxListed {
			names = append(names, fmt.Sprintf("%d more", len(rs)-i))
			break
		}
		names = append(names, r.Ref())
	}
	return strings.Join(names, " or ")
}
