package check

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"
	"sync"

	"golang.org/x/text/unicode/norm"

	"frontdesk/records"
	"frontdesk/records/diag"
	"frontdesk/schema"
)

const (
	ruleDuplicateID diag.RuleID = "id/duplicate"
	ruleTwinID      diag.RuleID = "id/twin"
)

// The types that the checks know: people need no record, teams are audiences.
const (
	personType records.Type = "person"
	teamType   records.Type = "team"
)

// graph is a set of records with what is needed to judge them together, of their
// types alone: others need not be read. It is safe for concurrent use.
type graph struct {
	types *schema.Types
	set   *records.Set
	refs  map[records.Type][]*schema.Field // the fields of a type that refer to records
	names map[records.Type][]string        // ids by type, for hints
	folds map[records.Type]map[string]records.ID

	mu    sync.Mutex
	hints map[string]string // by type and wrong id
}

func newGraph(in *Input) *graph {
	g := &graph{
		types: in.Types, set: in.Set,
		refs:  map[records.Type][]*schema.Field{},
		names: map[records.Type][]string{},
		folds: map[records.Type]map[string]records.ID{},
		hints: map[string]string{},
	}
	for _, r := range in.Set.All() {
		folds := g.folds[r.Type]
		if folds == nil {
			t := in.Types.Get(r.Type)
			if t == nil {
				continue
			}
			folds = map[string]records.ID{}
			g.folds[r.Type] = folds
			g.refs[r.Type] = refFields(t)
		}
		g.names[r.Type] = append(g.names[r.Type], string(r.ID))
		folds[fold(string(r.ID))] = r.ID
	}
	return g
}

// refFields returns the fields of a type that refer to records.
func refFields(t *schema.Type) []*schema.Field {
	var out []*schema.Field
	for _, f := range t.Fields {
		if f.Ref != "" {
			out = append(out, f)
		}
	}
	return out
}

// find returns the records of a type with the id.
func (g *graph) find(t records.Type, id records.ID) []*records.Record {
	all := g.set.FindTyped("", id)
	if len(all) == 1 && all[0].Type == t {
		return all
	}
	return g.set.FindTyped(t, id)
}

// fold returns what two ids share that some file systems and most readers take
// for the same.
func fold(id string) string { return strings.ToLower(norm.NFC.String(id)) }

// checkIDs finds ids that stand twice within a type, and ids that differ in case
// or Unicode form alone. Each such record is told of another one.
func (g *graph) checkIDs() []diag.Diagnostic {
	type key struct {
		typ records.Type
		id  string
	}
	groups := make(map[key][]*records.Record, g.set.Len())
	var twins []key
	for _, r := range g.set.All() {
		if r.ID == "" {
			continue
		}
		k := key{r.Type, fold(string(r.ID))}
		groups[k] = append(groups[k], r)
		if len(groups[k]) == 2 {
			twins = append(twins, k)
		}
	}
	var ds []diag.Diagnostic
	for _, k := range twins {
		rs := groups[k]
		slices.SortStableFunc(rs, func(a, b *records.Record) int { return cmp.Compare(a.Path, b.Path) })
		for i, r := range rs {
			other := rs[0]
			if i == 0 {
				other = rs[1]
			}
			ds = append(ds, twin(r, other))
		}
	}
	return ds
}

func twin(r, other *records.Record) diag.Diagnostic {
	d := diag.New(ruleTwinID, diag.Error, r.Path, r.SpanOf(records.FieldID), "id %q differs from %q only in case or Unicode form", r.ID, other.ID)
	if r.ID == other.ID {
		d = diag.New(ruleDuplicateID, diag.Error, r.Path, r.SpanOf(records.FieldID), "id %q belongs to another %s, too", r.ID, r.Type)
	}
	d.Record, d.Field = string(r.ID), records.FieldID
	return d.WithNote(other.Path, other.SpanOf(records.FieldID), "the other one is here").
		WithHint("give one of them an id that was never used")
}

// maxNear is how many ids are compared with a wrong one to find the nearest.
const maxNear = 1000

// nearest returns a hint that names the id which was probably meant, "" where
// none is near.
func (g *graph) nearest(t records.Type, id string) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	k := string(t) + "/" + id
	if hint, ok := g.hints[k]; ok {
		return hint
	}
	near := string(g.folds[t][fold(id)])
	if near == "" && len(g.names[t]) <= maxNear {
		near = schema.Nearest(id, g.names[t])
	}
	hint := ""
	if near != "" {
		hint = fmt.Sprintf("did you mean %q?", near)
	} else if typ := g.types.Get(t); typ != nil {
		hint = fmt.Sprintf("create it below %s, or correct the name", path.Join(schema.RecordsFolder, typ.Folder))
	}
	g.hints[k] = hint
	return hint
}
