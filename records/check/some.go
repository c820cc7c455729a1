package check

import (
	"context"
	"slices"
	"strings"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/schema"
)

// Some returns what is wrong with some records of the set, alone and with them
// among the others, sorted. Of the others it needs type, id and path, and the
// fields of those that may stand in a circle with one of rs. What is in the way of
// plans is left out: it takes all plans. When ctx ends first, the result is
// incomplete: the caller asks ctx.Err.
func Some(ctx context.Context, in *Input, rs []*records.Record) []diag.Diagnostic {
	g := newGraph(in)
	found := make([][]diag.Diagnostic, len(rs))
	each(ctx, len(rs), func(i int) {
		found[i] = Local(in, rs[i])
		if t := in.Types.Get(rs[i].Type); t != nil {
			found[i] = append(found[i], finish(in, t, rs[i], g.checkRefs(rs[i]))...)
		}
	})
	var ds []diag.Diagnostic
	about := make(map[string]bool, len(rs))
	for i, r := range rs {
		about[r.Path] = true
		ds = append(ds, found[i]...)
	}
	for _, d := range append(g.checkIDs(), g.checkCircles()...) {
		if about[d.Path] {
			ds = append(ds, d)
		}
	}
	diag.Sort(ds)
	return ds
}

// Reference is a place where a record names another one.
type Reference struct {
	Field   string
	Wants   records.Type // that the field refers to; schema.AnyType for any
	Text    string       // as written: an id, or type/id
	Ordered bool         // the field makes an order: circles along it are wrong
	Span    diag.Span
}

// IsPerson reports whether the reference is to a person, who needs no record.
func (r Reference) IsPerson() bool { return r.Wants == personType }

// References returns where a record of the type names others, in the order of the
// type's fields, and the team that its audience names.
func References(t *schema.Type, r *records.Record) []Reference {
	var out []Reference
	for _, f := range t.Fields {
		if f.Ref == "" {
			continue
		}
		for _, v := range refValues(r, f) {
			if text := v.String(); text != "" {
				out = append(out, Reference{Field: f.Name, Wants: f.Ref, Text: text, Ordered: slices.Contains(orderFields(), f.Name), Span: v.Span})
			}
		}
	}
	v := r.Get(records.FieldAudience)
	if team, ok := strings.CutPrefix(v.String(), teamPrefix); ok && team != "" {
		out = append(out, Reference{Field: records.FieldAudience, Wants: teamType, Text: team, Span: v.Span})
	}
	return out
}

// Fold returns what two ids share that some file systems and most readers take
// for the same: such ids must not both exist.
func Fold(id records.ID) string { return fold(string(id)) }
