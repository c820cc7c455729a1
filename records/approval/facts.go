package approval

import (
	"maps"
	"slices"

	"frontdesk/records"
	"frontdesk/records/conflict"
	"frontdesk/schema"
	"frontdesk/schema/rule"
)

// The types of the things whose records conditions see.
const (
	serviceType records.Type = "service"
	assetType   records.Type = "asset"
)

// thing is a record that another one refers to.
type thing struct {
	typ records.Type
	id  records.ID
}

func (t thing) String() string { return cut(string(t.typ) + "/" + string(t.id)) }

// things returns what a field of a record refers to, each once, in order.
func things(t *schema.Type, r *records.Record, name string) []thing {
	f := t.Field(name)
	if f == nil || r == nil {
		return nil
	}
	var out []thing
	for _, text := range r.Get(name).Strings() {
		typ, id := records.SplitRef(text)
		if typ == "" && f.Ref != schema.AnyType {
			typ = f.Ref
		}
		if id != "" {
			out = append(out, thing{typ, id})
		}
	}
	return distinct(out)
}

// distinct returns the things, each where it comes first.
func distinct(all []thing) []thing {
	seen := make(map[thing]bool, len(all))
	return slices.DeleteFunc(all, func(t thing) bool {
		again := seen[t]
		seen[t] = true
		return again
	})
}

// thingsOf returns the things of a type to which any field of a record refers.
func thingsOf(t *schema.Type, r *records.Record, typ records.Type) []thing {
	var out []thing
	for _, f := range t.Fields {
		if f.Ref == typ {
			out = append(out, things(t, r, f.Name)...)
		}
	}
	return distinct(out)
}

// find returns a thing's record on the base; nil where there is none, or more than
// one that it could be.
func (in *Input) find(to thing) *records.Record {
	if in.Set == nil {
		return nil
	}
	if found := in.Set.FindTyped(to.typ, to.id); len(found) == 1 {
		return found[0]
	}
	return nil
}

// facts returns what conditions know of the record beyond its fields, but for its
// kind and risk, which have to be found out first.
func (in *Input) facts() map[string]any {
	kinds, frozen := map[string]bool{}, false
	for _, c := range in.Conflicts {
		kinds[string(c.Kind)] = true
		frozen = frozen || c.Kind == conflict.InFreeze
	}
	return map[string]any{
		schema.FactConflicts: slices.Sorted(maps.Keys(kinds)),
		schema.FactFreeze:    frozen,
		schema.FactServices:  in.recordsOf(serviceType),
		schema.FactAssets:    in.recordsOf(assetType),
		schema.FactPaths:     in.Parts.paths(),
	}
}

// recordsOf returns the records of the things that the record concerns. One that
// the base does not have is its id alone: a condition that asks more of it fails,
// rather than passing it by.
func (in *Input) recordsOf(typ records.Type) []any {
	out := []any{}
	for _, to := range thingsOf(in.Type, in.Record, typ) {
		vars := map[string]any{}
		if r, t := in.find(to), in.typeOf(typ); r != nil && t != nil {
			vars = t.Vars(r)
		}
		vars[records.FieldID] = string(to.id)
		out = append(out, vars)
	}
	return out
}

func (in *Input) typeOf(name records.Type) *schema.Type {
	if in.Types == nil {
		return nil
	}
	return in.Types.Get(name)
}

// conditions returns what the conditions of a policy judge, without facts.
func (in *Input) conditions() rule.Input {
	var before map[string]any
	if in.Before != nil {
		before = in.Type.Vars(in.Before)
	}
	return rule.NewInput(in.Type.Vars(in.Record), before, in.Desk.Vars(), string(in.Type.Category(in.Record)))
}
