package tree

import (
	"strings"
	"time"

	"frontdesk/records"
	"frontdesk/schema"
)

// Resolve returns the records that a person may have meant by a part of an id,
// without reading any: the one with exactly that id, else those whose id it is
// in another case, else those whose id ends in it after a dash, else those that
// contain it. "type/part" looks at one type only. More than one result means
// that the part is ambiguous. What has a record's name and is no file is among
// them: LoadOne says what it is.
func (t *Tree) Resolve(part string) []Name {
	typ, id := records.SplitRef(part)
	if n, ok := t.direct(typ, id); ok {
		return []Name{n}
	}
	var types []records.Type
	if typ != "" {
		types = []records.Type{typ}
	}
	l := t.list(types, false)
	return MatchNames(append(l.Names, l.Lost...), id)
}

// direct finds a record by the path that its id implies, if that is a file.
func (t *Tree) direct(typ records.Type, id records.ID) (Name, bool) {
	prefix, _, _ := strings.Cut(string(id), "-")
	found := t.Types.ByPrefix(prefix)
	if found == nil || prefix == "" || typ != "" && found.Name != typ || found.CheckID(id) != nil {
		return Name{}, false
	}
	p := found.NewPath(id, time.Time{}, t.Desk.Shard)
	if !strings.HasPrefix(p, schema.RecordsFolder+"/") || t.guard(p) != nil || !t.Exists(p) {
		return Name{}, false
	}
	return Name{Type: found.Name, ID: id, Path: p}, true
}

// MatchNames picks the names that a part of an id may mean, the closest kind of
// match only.
func MatchNames(names []Name, part records.ID) []Name {
	if part == "" {
		return nil
	}
	want := strings.ToLower(string(part))
	var groups [4][]Name
	for _, n := range names {
		have := strings.ToLower(string(n.ID))
		switch {
		case n.ID == part:
			groups[0] = append(groups[0], n)
		case have == want:
			groups[1] = append(groups[1], n)
		case strings.HasSuffix(have, "-"+want):
			groups[2] = append(groups[2], n)
		case strings.Contains(have, want):
			groups[3] = append(groups[3], n)
		}
	}
	for _, g := range groups {
		if len(g) > 0 {
			return g
		}
	}
	return nil
}
