package check

import (
	"slices"

	"frontdesk/records"
	"frontdesk/records/diag"
)

// Refs returns what is wrong with the references of one record, judged by the
// set: it needs the types, ids and paths of the records referred to, no more.
func Refs(in *Input, r *records.Record) []diag.Diagnostic {
	t := in.Types.Get(r.Type)
	if t == nil || in.Set == nil {
		return nil
	}
	return finish(in, t, r, newGraph(in).checkRefs(r))
}

// RefTypes returns the types of the records that the fields of a type may refer
// to and that must exist; all is true where any type may be referred to.
func RefTypes(in *Input, t records.Type, fields []string) (types []records.Type, all bool) {
	typ := in.Types.Get(t)
	for _, name := range fields {
		f := typ.Field(name)
		switch {
		case name == records.FieldAudience:
			types = append(types, teamType)
		case f == nil || f.Ref == "" || f.Ref == personType:
		case in.Types.Get(f.Ref) == nil:
			return nil, true
		default:
			types = append(types, f.Ref)
		}
	}
	return types, false
}

// Circles returns the circles that the records of the set form along the fields
// that make an order: OrderFields.
func Circles(in *Input) []diag.Diagnostic { return newGraph(in).checkCircles() }

// OrderFields returns the fields, among those given, that put records in an
// order or a tree: following one must never lead back to where it began.
func OrderFields(fields []string) []string {
	var out []string
	for _, f := range fields {
		if slices.Contains(orderFields(), f) {
			out = append(out, f)
		}
	}
	return out
}
